"""Spans of time in words: ages of what is published, and horizons of what is not."""

import re
from functools import lru_cache

from shortcast_agent.planner.counts import fold

_WORDS = {
    **dict.fromkeys(("a", "an", "one", "un", "una", "une", "uno", "một", "mot", "한", "일", "하루",
        "ein", "eine", "einem", "einer", "um", "uma", "一"), 1),
    **dict.fromkeys(("two", "couple", "couple of", "a couple of", "dos", "deux", "hai", "두", "이",
        "이틀", "zwei", "dois", "duas", "dua", "二"), 2),
    **dict.fromkeys(("three", "few", "a few", "tres", "trois", "ba", "세", "삼", "사흘", "drei",
        "três", "tiga", "三"), 3),
    **dict.fromkeys(("four", "several", "cuatro", "quatre", "bốn", "네", "vier", "quatro", "empat"), 4),
    **dict.fromkeys(("five", "cinco", "cinq", "năm", "다섯", "fünf", "lima"), 5),
    **dict.fromkeys(("six", "seis", "sáu", "여섯", "sechs", "enam"), 6),
    **dict.fromkeys(("seven", "siete", "sept", "bảy", "일곱", "sieben", "sete", "tujuh"), 7),
    **dict.fromkeys(("eight", "ocho", "huit", "tám", "여덟", "acht", "oito"), 8),
    **dict.fromkeys(("nine", "nueve", "neuf", "chín", "neun", "nove"), 9),
    **dict.fromkeys(("ten", "diez", "dix", "mười", "열", "zehn", "dez", "sepuluh"), 10),
    "열한": 11,
    **dict.fromkeys(("twelve", "doce", "douze", "zwölf", "doze", "열두"), 12),
    **dict.fromkeys(("twenty-four", "veinticuatro", "vingt-quatre"), 24),
    **dict.fromkeys(("half a", "half an", "media", "nửa"), 0.5),
}  # fmt: skip
_PLAIN_WORDS = {fold(word): number for word, number in _WORDS.items()}
_AMOUNT = (
    r"(?P<n>\d+(?:[.,]\d+)?|(?:a )?couple(?: of)?|(?:a )?few|"
    + "|".join(sorted((word for word in _WORDS if " of" not in word), key=len, reverse=True))
    + ")"
)
_UNIT_DAYS = (
    (r"h(?:ou)?rs?|h|hrs|horas?|heures?|giờ|tiếng|gio|tieng|시간|stunden?|jam|時間", 1 / 24),
    (r"days?|d|días?|dias?|jours?|j|ngày|ngay|hôm|bữa|일|tage?n?|hari|日間?", 1.0),
    (r"weeks?|wks?|w|semanas?|semaines?|tuần|tuan|주일|주|wochen?|minggu|週間?", 7.0),
    (r"months?|mo|mes(?:es)?|mois|tháng|thang|개월|달|monate?n?|mês|bulan|[ヶか]月", 30.0),
    (r"years?|años?|anos?|ans?|năm|nam|년|jahre?n?|tahun|年", 365.0),
)
_UNIT = "|".join(f"(?:{unit})" for unit, _ in _UNIT_DAYS)
_SPAN = rf"{_AMOUNT}[\s-]*(?P<unit>{_UNIT})(?![a-zà-ỹ])"

_BARE_SPAN = _SPAN.replace("?P<n>", "?:").replace("?P<unit>", "?:")

_AGO = (
    rf"(?:(?<!\w){_SPAN}[\s-]*(?:ago|old\b|back\b|now\b|in\b(?=\s*(?:[.,;!?]|$|and\b))|trước|truoc|rồi|전|前"
    r"|째|됐|되었|됨|지났|지남|lalu\b|yang lalu|atrás\b|경과|live\b))"
    r"|(?:(?:(?<!desde )hace|desde hace|il y a|cách đây|cach day|đăng(?: được| đc| dc)?|dang (?:duoc|dc)"
    r"|được|ça fait"
    r"|van\b|depuis|seit|vor|(?<![\w])há|llev[ao]|\by'? ?a|(?:age|edad|antigüedad|âge|tuổi) ?[:=]|\bup"
    r"|sudah|sejak|(?:公開|投稿|アップ)(?:して(?:から)?|から)|(?:올린|올라온"
    r"|업로드한|게시한)\s*지\s*(?:는|가|이제|벌써)?"
    r"|been(?! (?:up|live|out|online|public)\b)|been (?:up|live|out|online|public)(?: for)?|(?:up|live|out"
    r"|online|posted) for)\s+(?P<span2>(?:about |around |only |ya |solo |seulement |khoảng |mới "
    rf"|약 )*{_BARE_SPAN}))"
)
_AGE_WORDS = (
    (
        r"\bday before yesterday\b|\banteayer\b|\bavant-hier\b|hôm kia|그저께|그제|\bvorgestern\b"
        r"|\banteontem\b|一昨日",
        2.0,
    ),
    (r"\byesterday\b|\bayer\b|\bhier\b|hôm qua|hom qua|어제|\bgestern\b|\bontem\b|昨日|\bkemarin\b", 1.0),
    (
        r"\b(?:earlier )?today\b|\bthis morning\b|\bhoy\b|aujourd'hui|hôm nay|sáng nay|esta mañana"
        r"|ce matin|오늘|\bhoje\b|今日|hari ini",
        0.5,
    ),
    (r"\blast night\b|\banoche\b|cette nuit|hier soir|tối qua|đêm qua|어젯밤|어제 밤", 0.5),
    (
        r"\blast week\b|la semana pasada|la semaine dernière|tuần trước|지난\s?주|letzte Woche|semana passada"
        r"|先週|minggu lalu",
        7.0,
    ),
    (
        r"\blast month\b|el mes pasado|le mois dernier|tháng trước|지난\s?달|letzten Monat|mês passado|先月"
        r"|bulan lalu",
        30.0,
    ),
)
_WITHIN = (
    r"(?<!\w)(?:in|after|within|over|by|at|during|for|en|a|à|al|au bout d['’]|au bout de|dans|après|au"
    r"|después de|tras|pendant|(?:horizon|horizonte|plazo)\s?[:=]?|first|primer[oa]s|premi[eè]r\w*|sur"
    r"|trong|sau|nach|innerhalb|em|depois de|dalam|setelah|selama)\s+"
    r"(?:the\s+|la\s+|le\s+|los\s+|les\s+|las\s+|den\s+)?(?:first\s+|next\s+|premi\w+\s+|primer\w*\s+"
    rf"|ersten\s+)?{_BARE_SPAN}"
    rf"|(?<!\w)au bout d['’]{_BARE_SPAN}|(?<!\w){_BARE_SPAN}\s*(?:đầu|(?:thì |sẽ )?được(?= (?:bao|mấy"
    r"|nhiêu))|후|뒤|만에|동안|에(?=\s*(?:\d|겨우|고작))"
    r"|mà\b|mới (?:được|có)|chỉ (?:được|có)|được(?=\s*\d)|안에|이면|이내|기준|차(?![가-힣])|out\b"
    r"|間?で|後|later\b|horizon\b"
    r"|forecast\b|view|prediction|pertama)"
)
_NTH_DAY = re.compile(
    r"\b[dj] ?\+ ?(\d{1,2})\b|\bj(\d{1,2})\b|\b(?:at|by|on) day (\d{1,2})\b|\bday-(\d{1,2})\b", re.IGNORECASE
)
_NEXT_DAY = re.compile(
    r"(?:\b(?:in|over|within|during|for)\s+)?(?:\bthe\s+|\bits\s+)?\b(?:next|coming|following)\s+"
    r"(?:24[\s-]*h(?:ou)?rs?\b|twenty-four hours\b|day\b)"
    r"|\b(?:(?:in|after)\s+)?another\s+(?:24\s*hours|day)\b|\b24\s*hours\s+from\s+now\b"
    r"|\b(?:(?:by|until|this time)\s+)?tomorrow\b"
    r"|\b(?:will|where|reach)\b.{0,30}\bin (?:another |a further )?24\s*h(?:ou)?rs?\b"
    r"|내일|(?:앞으로|다음)\s*24\s*시간|24\s*시간\s*(?:후|뒤)에?"
    r"|ngày mai|ngay mai|\bmai (?:được|đc|dc|duoc|sẽ|có|thì|thi\b|lên|len\b|là)"
    r"|(?:đến|tới|sáng|chiều|tối) mai|\bmorgen\b"
    r"|\bamanhã\b|明日|\bbesok\b|24\s*(?:giờ|tiếng)\s*(?:tới|tiếp theo|nữa)"
    r"|(?<!por la )\bmañana\b|(?:en )?(?:las )?(?:próximas|siguientes)\s+24\s*h(?:oras)?\b"
    r"|\bdemain\b|(?:dans )?les\s+(?:24\s+)?prochaines\s+(?:24\s*)?h(?:eures)?\b",
    re.IGNORECASE,
)
_TO_BE_POSTED = re.compile(
    r"\b(?:post|upload|publish|release|schedule)(?:ing)?\s+(?:it|this|that|one|another|my|the|a|next|on|at"
    r"|tomorrow)\b"
    r"|올리|올릴|게시하|(?<!đã )(?<!mới )(?<!vừa )\bđăng\b(?! (?:được|đc|dc|cách|hôm|lúc|\d))"
    r"|\b(?:lo|la)?\s?(?:subo"
    r"|publico)\b|\b(?:subir|publicar)(?:lo|la)?\b"
    r"|\bje (?:la |le )?(?:poste|publie)\b|\b(?:poster|publier)\b",
    re.IGNORECASE,
)
_HORIZON_WORDS = (
    (
        r"\b(?:the |its |in )?first (?:24 ?h(?:ours|rs)?|day)\b|\bday (?:1|one)\b|\bovernight\b"
        r"|\b24[- ]?h(?:our)?s?\b(?! ago)"
        r"|\bby tomorrow\b|첫날|첫 24시간|하루|(?<!\d )(?<!\d)ngày đầu|24 (?:giờ|tiếng) đầu|24h đầu|primer día"
        r"|primeras 24|premier jour|premières 24|erste[nr]? Tag|primeiro dia|primeiras 24|初日|hari pertama",
        1.0,
    ),
    (
        r"\b(?:first|1st) week\b|\bday (?:7|seven)\b|\b(?:7|seven)[- ]day\b|\bweek (?:1|one)\b|일주일"
        r"|1주일|첫 ?주|한 ?주"
        r"|một tuần|tuần đầu|mot tuan"
        r"|première semaine|d'une semaine|primera semana|una semana|a la semana|erste[nr]? Woche"
        r"|einer Woche|primeira semana|uma semana|一週間|1週間|seminggu|minggu pertama|by next week|\b(?:in"
        r"|after) a week",
        7.0,
    ),
    (
        r"\b(?:first|1st) month\b|\bmonth (?:1|one)\b|\bday (?:30|thirty)\b|\b30[- ]day\b"
        r"|\blong[- ]term\b|한 ?달|첫 ?달|một tháng"
        r"|tháng đầu|mot thang"
        r"|premier mois|d'un mois|un mois|primer mes|un mes|al mes\b|einem Monat|ersten Monat|primeiro mês"
        r"|um mês|1[ヶか]月|一[ヶか]月|sebulan|by (?:the )?end of (?:the )?month",
        30.0,
    ),
)


@lru_cache(maxsize=64)
def _unmarked(pattern: str) -> re.Pattern[str]:
    """Return a pattern as it reads without accents; "sáu" (six) would be "sau" (after)."""
    letters = (letter if letter.isascii() else fold(letter) for letter in pattern.replace("|sáu|", "|"))
    return re.compile("".join(letters), re.IGNORECASE)


def _search(pattern: str, text: str) -> re.Match[str] | None:
    """Find a pattern in a text as it is written, else in the text as it is typed in a hurry: without accents."""
    return re.search(pattern, text, re.IGNORECASE) or _unmarked(pattern).search(fold(text))


def days_of(text: str) -> float | None:
    """Return the days that a span such as "3 days" or "a week" lasts; None when there is none."""
    match = _search(rf"(?<!\w){_SPAN}", text)
    return _days(match) if match else None


def asks_next_day(text: str) -> bool:
    """Say whether a text speaks of the coming 24 hours, and not of a video that it plans to publish then."""
    return bool(_NEXT_DAY.search(text)) and not _TO_BE_POSTED.search(text)


def without_next_day(text: str) -> str:
    """Return the text without "tomorrow" and "in the next 24 hours", which are no age."""
    return _NEXT_DAY.sub(" ", text)


def read_age(text: str, *, in_words: bool = True) -> float | None:
    """Return how many days ago something was published: "3 days ago", and `in_words` "posted yesterday"."""
    text = re.sub(r"((?:公開|投稿|アップ)(?:して(?:から)?|から))(?=\d)", r"\1 ", text)
    text = re.sub(r"하루(?=\s*(?:전|됐|되|지났|지난|째))", "1일", text)
    match = _search(_AGO, text)
    if match:
        return days_of(match.group("span2")) if match.group("span2") else _days(match)
    words_for_ages = _AGE_WORDS if in_words else ()
    return next((days for words, days in words_for_ages if _search(words, text)), None)


def read_horizon(text: str) -> float | None:
    """Return the days after publishing that a question asks about: "in a week", "after 24 hours", "J+7"."""
    text = re.sub(
        r"\b(?:only|just|about|around|solo|seulement|nur|apenas|cuma|chỉ)\s+(?=\w)",
        "",
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(r"\b(\d{1,2}) (premi\w+|primer\w+) (?=[jsmd])", r"\2 \1 ", text, flags=re.IGNORECASE)
    for words, days in _HORIZON_WORDS:
        if _search(words, text):
            return days
    nth = _NTH_DAY.search(text)
    if nth:
        return float(next(part for part in nth.groups() if part))
    match = _search(_WITHIN, text.replace("  ", " "))
    return days_of(match.group()) if match else None


def _days(match: re.Match[str]) -> float:
    amount, unit = match.group("n").lower().removeprefix("a "), fold(match.group("unit"))
    number = float(amount.replace(",", ".")) if amount[0].isdigit() else _PLAIN_WORDS.get(fold(amount), 1)
    return float(number) * next(days for words, days in _UNIT_DAYS if _unmarked(words).fullmatch(unit))
