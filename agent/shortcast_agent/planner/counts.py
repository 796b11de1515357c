"""Counts as people say them, rewritten as plain digits: "1만 2천", "1tr2", "dos mil", "3'400", "20-ish k".

What is read afterwards (followers, views, limits, times) then meets digits only, whatever the language. One pattern
finds a number in any of its three notations, and each has a reader: digits with a scale, words, East Asian units.
"""

import re
import unicodedata
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
    **dict.fromkeys(("half", "half a", "medio", "demi", "nua", "halbe", "meio", "setengah"), 0.5),
}  # fmt: skip
_TEENS = {
    **dict.fromkeys(("ten", "diez", "dix", "muoi", "zehn", "dez", "sepuluh"), 10),
    **dict.fromkeys(("eleven", "once", "onze", "elf", "sebelas"), 11),
    **dict.fromkeys(("twelve", "doce", "douze", "zwolf", "doze"), 12),
    **dict.fromkeys(("fifteen", "quince", "quinze", "funfzehn"), 15),
    "thirteen": 13, "trece": 13, "treize": 13, "fourteen": 14, "catorce": 14, "quatorze": 14, "sixteen": 16,
    "dieciseis": 16, "seize": 16, "seventeen": 17, "diecisiete": 17, "dix-sept": 17, "eighteen": 18,
    "dieciocho": 18, "dix-huit": 18, "nineteen": 19, "diecinueve": 19, "dix-neuf": 19,
}  # fmt: skip
_TENS = {
    **dict.fromkeys(("twenty", "veinte", "vingt", "zwanzig", "vinte"), 20),
    "veinticinco": 25, "veintidos": 22, "veintitres": 23, "veinticuatro": 24,
    **dict.fromkeys(("thirty", "treinta", "trente", "dreissig", "dreißig", "trinta"), 30),
    **dict.fromkeys(("forty", "cuarenta", "quarante", "vierzig", "quarenta"), 40),
    **dict.fromkeys(("fifty", "cincuenta", "cinquante", "funfzig", "cinquenta"), 50),
    **dict.fromkeys(("sixty", "sesenta", "soixante", "sechzig", "sessenta"), 60),
    **dict.fromkeys(("seventy", "setenta", "soixante-dix", "siebzig"), 70),
    **dict.fromkeys(("eighty", "ochenta", "quatre-vingts", "quatre-vingt", "achtzig", "oitenta"), 80),
    **dict.fromkeys(("ninety", "noventa", "quatre-vingt-dix", "neunzig"), 90),
}  # fmt: skip
_HUNDREDS = {
    "doscientos": 200, "doscientas": 200, "trescientos": 300, "trescientas": 300, "cuatrocientos": 400,
    "cuatrocientas": 400, "quinientos": 500, "quinientas": 500, "seiscientos": 600, "seiscientas": 600,
    "setecientos": 700, "setecientas": 700, "ochocientos": 800, "ochocientas": 800, "novecientos": 900,
    "novecientas": 900,
}  # fmt: skip
_TIMES = {
    **dict.fromkeys(("hundred", "cent", "cents", "cien", "ciento", "tram", "hundert", "cem", "ratus"), 1e2),
    **dict.fromkeys(("puluh", "muoi", "belas"), 10.0),  # "hai muoi", "dua puluh"; alone they are ten
    **dict.fromkeys(("thousand", "grand", "mil", "mille", "nghin", "ngan", "ngin", "tausend", "tsd", "ribu",
        "rb", "k"), 1e3),
    "lakh": 1e5,
    **dict.fromkeys(("million", "millions", "millon", "millones", "milhao", "milhoes", "trieu", "tr", "mio",
        "millionen", "mill", "mln", "juta", "jt"), 1e6),
    **dict.fromkeys(("billion", "ty"), 1e9),
}  # fmt: skip
_LETTERS = ("k", "tr", "rb", "jt", "mio", "tsd", "ty", "mill", "mln", "grand")  # no number without one before
_TENTHS = (
    "k",
    "tr",
    "trieu",
    "nghin",
    "ngan",
    "ngin",
)  # "2k3", "1tr25", "3 nghin 5": what follows are tenths
_VALUES = {**_ONES, **_TEENS, **_TENS, **_HUNDREDS}


def _any(words: object) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))  # type: ignore[call-overload]


_LARGE = _any(word for word, times in _TIMES.items() if times >= 1e3)
_HUNDRED = _any(word for word, times in _TIMES.items() if times == 1e2)
_SMALL = _any([*_VALUES, *(word for word, times in _TIMES.items() if times < 1e3)])
_HALF = r" and a half| y medi[oa]| et demie?| e mei[oa]| ruoi"
_SAID = r"(?:\s+(?:view|sub|follow|fl|luot|nguoi|dang|like|tim)|\s*(?:$|[,.;:!?\n](?!\d)))"  # what a count ends before
_AND = r"(?: and | y | et | e |[ -])"
# "1.200", "1,200", "1 200" and "3'400" are grouped; whatever else has a sign in it is a decimal.
_DIGITS = (
    r"(?<![\w.,:/'’])(?P<digits>[1-9]\d{0,2}(?:[,.'’\u00a0\u202f]\d{3})+(?![\d.,'’]*\d)|\d+(?:[.,]\d+)?)"
    rf"(?:[ -]?(?:ish|odd|something)(?![a-z]))?(?P<half1>{_HALF})?"
    rf"(?:\s?(?P<scale>{_LARGE}|m)(?:[ -]?ish)?(?![a-z])(?P<half2>{_HALF})?"
    rf"(?P<tenths>\d{{1,3}}(?!\d)| \d(?={_SAID}))?(?P<rest> \d{{3}}(?![\d.,]*\d))?)?"
)
_MORE_WORDS = rf"(?:{_AND}(?:{_SMALL}))*(?![\w'-])"
_TENS_OF = rf"(?:{_any(_TENS)})"
_PART = rf"(?=(?:\w+ )?(?:{_HUNDRED}|{_any([*_TEENS, *_TENS, *_HUNDREDS])})\b)(?:{_SMALL}){_MORE_WORDS}"
# With a thousand or more in it; hundreds; tens. Ones alone stay words: "one", "ba" and "six" say too little.
_WORDS = (
    rf"(?<![\w'-])(?P<words>(?:(?:{_SMALL}){_AND}){{0,6}}(?:{_LARGE})(?!\w|'|-)(?:{_HALF})?"
    rf"(?:{_AND}{_PART}| (?:{_SMALL})(?={_SAID}))?)"
    rf"|(?<![\w'-])(?P<hundreds>(?:(?:a|{_TENS_OF})[ -])?(?:{_any(_VALUES)})[ -](?:{_HUNDRED}){_MORE_WORDS}"
    rf"|(?:{_any(_HUNDREDS)}){_MORE_WORDS}"
    rf"|{_TENS_OF}(?:(?: y | et |[ -])(?:{_any(_ONES)})(?![\w'-]))?(?![\w'-]))"
)
# "a one minute short": a length in words, but no "wait a minute".
_VAGUE = ("a", "an", "se", "half", "half a", "few", "couple", "couple of", "medio", "demi", "nua", "halbe", "meio",
    "setengah")  # fmt: skip
_LENGTH = (
    rf"(?<![\w'-])(?P<length>(?:{_TENS_OF}[ -])?"
    rf"(?:{_any(word for word in _VALUES if word not in _VAGUE)}))"
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
_CJK_ONES = {word: n % 9 + 1 for n, word in enumerate("일이삼사오육칠팔구一二三四五六七八九")}
_CJK = (
    r"(?<![\d.,])(?P<cjk>\d[\d,]*(?:\.\d+)?\s?[십백천만억百千万億十]+(?:\s?\d[\d,]*\s?[십백천만]*)*(?=\D|$)"
    r"|(?<=구독자[는가 ]|팔로워[는가 ]|조회수[는가 ])\s?[일이삼사오육칠팔구십백천만]*[십백천만](?![가-힣])"
    r"|(?<![가-힣])[일이삼사오육칠팔구십백천만]*[십백천만](?=\s?(?:명|회|뷰|조회|구독|팔로워|넘|view))"
    r"|[一二三四五六七八九十百千]*[百千万](?=人|回|再生))"
)
_NUMERAL = re.compile("|".join((_CJK, _LENGTH, _DIGITS, _WORDS)))

# Spans of time that are one word.
_SPAN_DIGITS = {
    "이틀": "2일", "사흘": "3일", "나흘": "4일", "닷새": "5일", "열흘": "10일", "보름": "15일",
    "반나절": "6시간", "fortnight": "14 days",
    "half a minute": "30 seconds", "medio minuto": "30 segundos", "une demi-minute": "30 secondes",
    "nửa phút": "30 giây", "半日": "12時間",
    "half an hour": "0.5 hours", "half a day": "12 hours", "medio día": "12 horas",
}  # fmt: skip
_SPANS = re.compile("|".join(_SPAN_DIGITS), re.IGNORECASE)
# "a minute and a half", "una semana y media", "2시간 반": the half stands after the unit.
_UNIT_AND_HALF = re.compile(
    r"\b(?P<n>\d+|an?|one|two|une?|una|dos|deux|mot|hai) (?P<unit>(?:minute?|min|hour|day|week|month"
    r"|minuto|hora|dia"
    r"|semana|mes|heure|jour|semaine|phut|gio|tieng|ngay|tuan|thang)e?s?)(?: and a half| y medi[oa]"
    r"| et demie?| ruoi)\b"
    r"|(?P<n2>\d+)(?P<unit2>분|시간|일|주|개월|달|년)\s?반(?![가-힣])"
)
# "1.2 mil" is a million to who writes English, a thousand in Spanish and Portuguese.
_ENGLISH = re.compile(
    r"\b(?:the|my|our|i|im|we|were|at|with|is|this|it|of|got|have|has|get|subs|subscribers|followers"
    r"|views|plays)\b"
)
_ACCENTED = re.compile(r"[áéíóúñãõç¿¡]", re.IGNORECASE)
_IBERIAN = re.compile(
    r"\b(?:de|del|y|e|un|una|um|uma|el|la|los|las|o|os|con|com|ya|que|mi|mis|meu|minha|tengo|tenho|somos|canal"
    r"|hago|llevo|seguidores|suscriptores|vistas|visualiza\w+|inscritos|assinantes)\b"
)
_COUNTED = re.compile(
    r"\s?(?:[a-z]+ ){0,1}(?:views?|subs?|subscribers?|followers?|fans|plays|likes|abonnes|vues|vistas)\b"
)


def fold(text: str) -> str:
    """Return the text in lower case without accents, letter for letter, so that places in it stay the same."""
    return "".join(_plain_letter(letter) for letter in unicodedata.normalize("NFC", text))


@lru_cache(maxsize=64)
def plain_counts(text: str) -> str:
    """Return the text with its counts in plain digits; whatever else it says is left as it is."""
    text = unicodedata.normalize("NFC", text)
    text = _SPANS.sub(lambda found: _SPAN_DIGITS[found.group().lower()], text)
    text = _with_halves(text)
    folded = fold(text)
    parts, end = [], 0
    for found in _NUMERAL.finditer(folded):
        value = _value(found, text)
        if value is not None:
            parts += [text[end : found.start()], value]
            end = found.end()
    return "".join([*parts, text[end:]])


def _with_halves(text: str) -> str:
    parts, end = [], 0
    for found in _UNIT_AND_HALF.finditer(fold(text)):
        number, unit = (
            found["n"] or found["n2"],
            text[slice(*found.span("unit" if found["unit"] else "unit2"))],
        )
        whole = int(number) if number.isdigit() else _ONES[number]
        parts += [text[end : found.start()], f"{whole + 0.5} {unit}"]
        end = found.end()
    return "".join([*parts, text[end:]])


def _plain_letter(letter: str) -> str:
    if letter in "đĐ":
        return "d"
    if letter < "\u0250" or "\u1e00" <= letter <= "\u1eff":  # Latin: the others need their marks
        return (unicodedata.normalize("NFD", letter)[0].lower() or letter)[:1]
    return letter


def _value(found: re.Match[str], text: str) -> str | None:
    """Return the digits of a number that was found in the folded `text`; None to leave it as it is written."""
    if found["digits"]:
        return _of_digits(found, text)
    if found["cjk"]:
        return _east_asian(found["cjk"])
    words = found["length"] or found["hundreds"] or found["words"]
    return None if words in _LETTERS else _of_words(words)


def _of_digits(found: re.Match[str], text: str) -> str:
    """12k, 1,2 triệu, 1tr2 (1.2 million), 3 nghìn rưỡi, 20-ish k, 1,3 M, 12 500, 3'400."""
    digits, scale = found["digits"], found["scale"]
    if scale == "m" and not _is_million(found, text):
        return text[slice(*found.span())]
    grouped = re.fullmatch(r"\d{1,3}(?:[,.'’\u00a0\u202f]\d{3})+", digits)
    if grouped and not (scale and re.fullmatch(r"\d+\.\d{3}", digits)):
        number = float(re.sub(r"\D", "", digits))
    elif scale or found["half1"]:
        number = float(digits.replace(",", "."))
    else:
        return text[slice(*found.span("digits"))]  # a decimal, or digits as they are
    number += 0.5 if found["half1"] or found["half2"] else 0
    times = _scale(scale, text) if scale else 1.0
    number *= times
    rest = ""
    if found["tenths"] and scale in _TENTHS:
        tenths = found["tenths"].strip()
        number += times * float(f"0.{tenths}")
    elif found["tenths"]:
        rest = found["tenths"]
    if found["rest"] and times == 1e3 and not rest and number % 1e3 == 0:
        number += float(found["rest"])
    else:
        rest += found["rest"] or ""
    return f"{number:.6g}{rest}" if number % 1 else f"{number:.0f}{rest}"


def _is_million(found: re.Match[str], text: str) -> bool:
    """Say whether an m after digits is a million, and no metre or minute: "1,3 M", "2m subs", not "5m long"."""
    written = text[found.start("scale")]
    spaced = text[found.start("scale") - 1].isspace()
    return written == "M" or (
        not spaced and _COUNTED.match(fold(text[found.end() : found.end() + 40])) is not None
    )


def _scale(word: str, text: str) -> float:
    """Return what a word or letter multiplies by."""
    if word == "mil":
        said = fold(text)
        english = _ENGLISH.search(said) and not _IBERIAN.search(said) and not _ACCENTED.search(text)
        return 1e6 if english else 1e3
    return 1e6 if word == "m" else _TIMES[word]


def _of_words(said: str) -> str:
    """Add up a number in words: each scale multiplies what stands before it."""
    half = re.search(_HALF, said)
    words = re.findall(rf"(?<![a-z])(?:{_any([*_VALUES, *_TIMES])})(?![a-z])", re.sub(_HALF, "", said))
    total = part = 0.0
    last = 1.0
    for nth, word in enumerate(words):
        if word in _TIMES and (_TIMES[word] >= 1e3 or word not in _VALUES or part):
            last = _TIMES[word]
            if word == "belas":
                part += 10
            elif last < 1e3:
                part = (part or 1) * last if part < 100 else part + last
            else:
                total, part = total + (part or 1) * last, 0.0
        elif (
            nth == len(words) - 1
            and total
            and last >= 1e3
            and _VALUES[word] < 10
            and words[nth - 1] in _TENTHS
        ):
            part += _VALUES[word] * last / 10  # "mot trieu hai"
        elif word in ("few", "couple", "couple of"):
            part = _VALUES[word]  # "a few thousand"
        else:
            part += _VALUES[word]
    return f"{total + part + (0.5 * last if half else 0):.0f}"


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
