"""Counts as people say them, rewritten as plain digits: "1만 2천", "1tr2", "dos mil", "half a million", "12.000".

What is read afterwards (followers, views, limits) then meets digits only, whatever the language.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

_ONES = {
    **dict.fromkeys(("a", "an", "one", "un", "una", "une", "uno", "mot", "ein", "eine", "um", "uma", "satu", "se"), 1),
    **dict.fromkeys(("two", "dos", "deux", "hai", "zwei", "dois", "duas", "dua", "couple", "couple of"), 2),
    **dict.fromkeys(("three", "tres", "trois", "ba", "drei", "tiga", "few"), 3),
    **dict.fromkeys(("four", "cuatro", "quatre", "bon", "vier", "quatro", "empat"), 4),
    **dict.fromkeys(("five", "cinco", "cinq", "nam", "lam", "funf", "lima"), 5),
    **dict.fromkeys(("six", "seis", "sau", "sechs", "enam"), 6),
    **dict.fromkeys(("seven", "siete", "sept", "bay", "sieben", "sete", "tujuh"), 7),
    **dict.fromkeys(("eight", "ocho", "huit", "tam", "acht", "oito", "delapan"), 8),
    **dict.fromkeys(("nine", "nueve", "neuf", "chin", "neun", "nove", "sembilan"), 9),
    **dict.fromkeys(("ten", "diez", "dix", "muoi", "zehn", "dez", "sepuluh"), 10),
    **dict.fromkeys(("eleven", "once", "onze", "elf", "sebelas"), 11),
    **dict.fromkeys(("twelve", "doce", "douze", "zwolf", "doze"), 12),
    "thirteen": 13, "fourteen": 14, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
    "seventy": 70, "ninety": 90,
    **dict.fromkeys(("fifteen", "quince", "quinze", "funfzehn"), 15),
    **dict.fromkeys(("twenty", "veinte", "vingt", "zwanzig", "vinte"), 20),
    "twenty-five": 25, "veinticinco": 25, "vingt-cinq": 25,
    **dict.fromkeys(("thirty", "treinta", "trente", "dreissig", "dreißig", "trinta"), 30),
    **dict.fromkeys(("forty", "cuarenta", "quarante", "vierzig", "quarenta"), 40),
    **dict.fromkeys(("fifty", "cincuenta", "cinquante", "funfzig", "cinquenta"), 50),
    **dict.fromkeys(("sixty", "sesenta", "soixante", "sechzig", "sessenta"), 60),
    **dict.fromkeys(("eighty", "ochenta", "quatre-vingts", "achtzig", "oitenta"), 80),
    **dict.fromkeys(("half", "half a", "medio", "demi", "nua", "halbe", "meio", "setengah"), 0.5),
}  # fmt: skip
_TIMES = {
    **dict.fromkeys(("hundred", "cent", "cien", "ciento", "cientos", "tram", "hundert", "cem", "ratus"), 1e2),
    **dict.fromkeys(("puluh",), 10.0),
    **dict.fromkeys(("thousand", "mil", "mille", "nghin", "ngan", "ngin", "tausend", "tsd", "ribu", "rb", "k"), 1e3),
    **dict.fromkeys(("million", "millions", "millon", "millones", "milhao", "milhoes", "trieu", "tr",
        "mio", "juta", "jt"), 1e6),
    **dict.fromkeys(("millionen", "mill", "mln"), 1e6),
    **dict.fromkeys(("lakh",), 1e5),
    **dict.fromkeys(("billion", "ty"), 1e9),
}  # fmt: skip
_LARGE = "|".join(sorted((word for word, times in _TIMES.items() if times >= 1e3), key=len, reverse=True))
_SMALL = "|".join(sorted((*_ONES, "hundred", "cent", "cien", "tram", "hundert", "cem", "ratus",
    "puluh", "muoi", "belas"),
                         key=len, reverse=True))  # fmt: skip
_DIGITS = r"\d{1,3}(?:[,\u00a0\u202f]\d{3})+|\d+(?:[.,]\d+)?"
_DOTTED = re.compile(r"(?<![\w.,:/])([1-9]\d{0,2}(?:\.\d{3})+)(?![\d.,]*\d)(?!\s?(?:[kKmM]\b|만|万))")
_SCALED = re.compile(
    rf"(?<![\w.,])(?P<n>{_DIGITS})\s?(?P<times>{_LARGE})(?![a-z])(?P<half> ruoi)?(?P<more>\d(?!\d)"
    r"| \d(?![\d.,]*[\d]))?"
    r"(?!\s?(?:seconds?|giay|segundos?))"
)
_SPOKEN = re.compile(
    rf"(?<![\w'-])(?P<words>(?:(?:{_SMALL})[ -]){{0,6}})(?P<times>{_LARGE})(?!\w|'|-)(?P<half> ruoi)?"
)
_HUNDREDS = re.compile(rf"(?<![\w'-])(?P<n>{'|'.join(_ONES)}) (?:hundred|tram|ratus)(?!\w)(?! (?:{_LARGE}))")
# "a one minute short", "forty-five seconds": a length in words, but no "wait a minute".
_NO_LENGTH = (
    "a",
    "an",
    "se",
    "half",
    "half a",
    "few",
    "couple",
    "couple of",
    "medio",
    "demi",
    "nua",
    "halbe",
    "meio",
    "setengah",
)
_LENGTH = re.compile(
    r"(?<![\w'-])(?:(?P<tens>twenty|thirty|forty|fifty)[ -])?"
    rf"(?P<n>{'|'.join(sorted((word for word in _ONES if word not in _NO_LENGTH), key=len, reverse=True))})"
    r"(?=[ -](?:minutes?|minutos?|minuten|menit|phut|seconds?|secs?|segundos?|secondes?|sekunden|detik"
    r"|giay)(?!\w))"
)
_CJK_TIMES = {
    "십": 10,
    "백": 100,
    "천": 1e3,
    "만": 1e4,
    "억": 1e8,
    "十": 10,
    "百": 100,
    "千": 1e3,
    "万": 1e4,
    "億": 1e8,
}
_CJK_ONES = dict(zip("일이삼사오육칠팔구", range(1, 10), strict=True)) | dict(
    zip("一二三四五六七八九", range(1, 10), strict=True)
)
_CJK_DIGITS = re.compile(
    r"(?<![\d.,])\d[\d,]*(?:\.\d+)?\s?[십백천만억百千万億]+(?:\s?\d[\d,]*\s?[십백천만]*)*(?=\D|$)"
)
_CJK_SPOKEN = re.compile(
    r"(?<![가-힣])[일이삼사오육칠팔구십백천만]*[십백천만](?=\s?(?:명|회|뷰|조회|구독|팔로워|넘|view))|[一二三四五六七八九十百千]*[百千万](?=人|回|再生)"
)


# Spans of time that are one word.
_SPAN_DIGITS = {
    "이틀": "2일", "사흘": "3일", "나흘": "4일", "닷새": "5일", "열흘": "10일", "보름": "15일",
    "반나절": "6시간", "fortnight": "14 days",
    "half a minute": "30 seconds", "medio minuto": "30 segundos", "une demi-minute": "30 secondes",
    "nửa phút": "30 giây", "半日": "12時間",
    "half an hour": "0.5 hours", "half a day": "12 hours", "medio día": "12 horas",
}  # fmt: skip
_SPANS = re.compile("|".join(_SPAN_DIGITS), re.IGNORECASE)


def fold(text: str) -> str:
    """Return the text in lower case without accents, letter for letter, so that places in it stay the same."""
    return "".join(_plain_letter(letter) for letter in unicodedata.normalize("NFC", text))


@lru_cache(maxsize=64)
def plain_counts(text: str) -> str:
    """Return the text with its counts in plain digits; whatever else it says is left as it is."""
    text = unicodedata.normalize("NFC", text)
    text = _SPANS.sub(lambda found: _SPAN_DIGITS[found.group().lower()], text)
    text = _DOTTED.sub(lambda found: found.group(1).replace(".", ""), text)
    text = _CJK_DIGITS.sub(lambda found: _east_asian(found.group()), text)
    text = _CJK_SPOKEN.sub(lambda found: _east_asian(found.group()), text)
    text = _over(text, _SCALED, _scaled)
    text = _over(text, _SPOKEN, _spoken)
    text = _over(text, _LENGTH, lambda found: f"{_ONES.get(found['tens'], 0) + _ONES[found['n']]:.0f}")
    return _over(text, _HUNDREDS, lambda found: f"{_ONES[found['n']] * 100:.0f}")


def _plain_letter(letter: str) -> str:
    if letter in "đĐ":
        return "d"
    if letter < "\u0250" or "\u1e00" <= letter <= "\u1eff":  # Latin: the others need their marks
        return (unicodedata.normalize("NFD", letter)[0].lower() or letter)[:1]
    return letter


def _over(text: str, pattern: re.Pattern[str], written: Callable[[re.Match[str]], str | None]) -> str:
    """Replace what a pattern finds in the folded text."""
    parts, end = [], 0
    for found in pattern.finditer(fold(text)):
        digits = written(found)
        if digits is not None:
            parts += [text[end : found.start()], digits]
            end = found.end()
    return "".join([*parts, text[end:]])


def _scaled(found: re.Match[str]) -> str | None:
    """12k, 1,2 triệu, 1tr2 (1.2 million), 3 nghìn rưỡi."""
    digits = re.sub(r"[\u00a0\u202f]", ",", found["n"])
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+", digits):
        value = float(digits.replace(",", ""))
    else:
        value = float(digits.replace(",", "."))
    times = _TIMES[found["times"]]
    if found["more"] and found["times"] in ("tr", "trieu", "k", "nghin", "ngan"):
        value += float(found["more"]) / 10
    elif found["more"]:
        return f"{value * times:.0f}{found['more']}"
    return f"{(value + (0.5 if found['half'] else 0)) * times:.0f}"


def _spoken(found: re.Match[str]) -> str | None:
    words = re.findall(rf"{_SMALL}", found["words"])
    if not words and found["times"] in ("k", "tr", "rb", "jt", "mio", "tsd", "ty", "mill", "mln"):
        return None  # no number without one before
    value = 0.0
    for word in words:
        if word in ("hundred", "cent", "cien", "tram", "hundert", "cem", "ratus"):
            value = (value or 1) * 100
        elif word == "puluh" or (word == "muoi" and value):
            value = (value or 1) * 10
        elif word == "belas":
            value += 10
        elif word in ("few", "couple", "couple of"):
            value = _ONES[word]  # "a few thousand"
        else:
            value += _ONES[word]
    lead = " " if found["words"].startswith(" ") else ""
    return f"{lead}{((value or 1) + (0.5 if found['half'] else 0)) * _TIMES[found['times']]:.0f}"


def _east_asian(text: str) -> str:
    """Add up 1만 2천, 3.5만, 십만, 1万2千: parts of ten thousand, each of thousands, hundreds and tens."""
    total = part = 0.0
    number: float | None = None
    for token in re.findall(r"\d[\d,]*(?:\.\d+)?|.", text.replace(" ", "")):
        if token[0].isdigit():
            number = float(token.replace(",", ""))
        elif token in _CJK_ONES:
            number = float(_CJK_ONES[token])
        elif token in ("만", "万", "억", "億"):
            total += ((part + (number or 0)) or 1) * _CJK_TIMES[token]
            part, number = 0.0, None
        elif token in _CJK_TIMES:
            part += (1 if number is None else number) * _CJK_TIMES[token]
            number = None
    return f"{total + part + (number or 0):.0f}"
