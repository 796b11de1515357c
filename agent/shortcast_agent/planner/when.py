"""Times in words: lengths, ages, horizons and planned moments, in the five languages that examples "
"exist for."""

import re
from datetime import datetime, timedelta

_WORDS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "couple": 2,
    "couple of": 2,
    "a couple of": 2,
    "few": 3,
    "a few": 3,
    "several": 4,
    "un": 1,
    "una": 1,
    "une": 1,
    "uno": 1,
    "dos": 2,
    "tres": 3,
    "deux": 2,
    "trois": 3,
    "một": 1,
    "hai": 2,
    "ba": 3,
    "한": 1,
    "일": 1,
    "하루": 1,
    "이틀": 2,
    "사흘": 3,
}
_AMOUNT = (
    r"(?P<n>\d+(?:[.,]\d+)?|(?:a )?couple(?: of)?|(?:a )?few|several|"
    + "|".join(sorted((word for word in _WORDS if word.isalpha()), key=len, reverse=True))
    + ")"
)
_UNIT_DAYS = (
    (r"h(?:ou)?rs?|h|hrs|horas?|heures?|giờ|tiếng|시간", 1 / 24),
    (r"days?|d|días?|dias?|jours?|ngày|일", 1.0),
    (r"weeks?|wks?|w|semanas?|semaines?|tuần|주일|주", 7.0),
    (r"months?|mo|mes(?:es)?|mois|tháng|개월|달", 30.0),
    (r"years?|años?|ans?|năm|년", 365.0),
)
_UNIT = "|".join(f"(?:{unit})" for unit, _ in _UNIT_DAYS)
_SPAN = rf"{_AMOUNT}[\s-]*(?P<unit>{_UNIT})(?![a-zà-ỹ])"

_BARE_SPAN = _SPAN.replace("?P<n>", "?:").replace("?P<unit>", "?:")

_AGO = re.compile(
    rf"(?:(?<!\w){_SPAN}[\s-]*(?:ago|old\b|back\b|trước|전))"
    rf"|(?:(?:hace|il y a|cách đây|been (?:up|live|out|online|public)(?: for)?|(?:up|live|out"
    rf"|online) for)\s+(?P<span2>.+))",
    re.IGNORECASE,
)
_AGE_WORDS = (
    (r"\byesterday\b|\bayer\b|\bhier\b|hôm qua|어제", 1.0),
    (r"\b(?:earlier )?today\b|\bthis morning\b|\bhoy\b|aujourd'hui|hôm nay|오늘", 0.5),
    (r"\blast night\b|\banoche\b|tối qua|어젯밤", 0.5),
    (r"\blast week\b|la semana pasada|la semaine dernière|tuần trước|지난\s?주", 7.0),
    (r"\blast month\b|el mes pasado|le mois dernier|tháng trước|지난\s?달", 30.0),
)
_WITHIN = re.compile(
    rf"(?<!\w)(?:in|after|within|over|by|at|during|for|en|dans|après|después de|tras|pendant|trong|sau)\s+"
    rf"(?:the\s+|la\s+|le\s+|los\s+|les\s+)?(?:first\s+|next\s+|premi\w+\s+|primer\w*\s+)?{_BARE_SPAN}"
    rf"|(?<!\w){_BARE_SPAN}\s*(?:후|뒤|만에|동안|안에|이면|horizon\b|forecast\b|view)",
    re.IGNORECASE,
)
_NEXT_DAY = re.compile(
    r"(?:\b(?:in|over|within|during|for)\s+)?(?:\bthe\s+|\bits\s+)?\b(?:next|coming|following)\s+"
    r"(?:24[\s-]*h(?:ou)?rs?\b|twenty-four hours\b|day\b)"
    r"|\b(?:(?:in|after)\s+)?another\s+(?:24\s*hours|day)\b|\b24\s*hours\s+from\s+now\b"
    r"|\b(?:(?:by|until|this time)\s+)?tomorrow\b"
    r"|내일|(?:앞으로|다음)\s*24\s*시간|24\s*시간\s*(?:후|뒤)에?"
    r"|ngày mai|24\s*(?:giờ|tiếng)\s*(?:tới|tiếp theo|nữa)"
    r"|(?<!por la )\bmañana\b|(?:en )?(?:las )?(?:próximas|siguientes)\s+24\s*h(?:oras)?\b"
    r"|\bdemain\b|(?:dans )?les\s+(?:24\s+)?prochaines\s+(?:24\s*)?h(?:eures)?\b",
    re.IGNORECASE,
)
_TO_BE_POSTED = re.compile(
    r"\b(?:post|upload|publish|release|schedule)(?:ing)?\s+(?:it|this|that|one|another|my|the|a|next|on|at|tomorrow)\b"
    r"|올리|올릴|게시하|(?<!đã )\bđăng\b|\b(?:lo|la)?\s?(?:subo|publico)\b|\b(?:subir|publicar)(?:lo|la)?\b"
    r"|\bje (?:la |le )?(?:poste|publie)\b|\b(?:poster|publier)\b",
    re.IGNORECASE,
)
_HORIZON_WORDS = (
    (
        r"\b(?:the |its )?first (?:24 hours|day)\b|\bday (?:1|one)\b|\bovernight\b"
        r"|\bby tomorrow\b|첫날|하루",
        1.0,
    ),
    (
        r"\bfirst week\b|\bday (?:7|seven)\b|\b(?:7|seven)[- ]day\b|\bweek (?:1|one)\b|일주일|1주일|một tuần"
        r"|première semaine|primera semana",
        7.0,
    ),
    (
        r"\bfirst month\b|\bday (?:30|thirty)\b|\b30[- ]day\b|\blong[- ]term\b|한 ?달|một tháng"
        r"|premier mois|primer mes",
        30.0,
    ),
)

_SECONDS = (
    (
        re.compile(
            r"(?<![\d:])(\d{1,2}):(\d{2})(?!\d|:)(?!\s*(?:am|pm|uhr|h\b"
            r"|utc|gmt))",
            re.IGNORECASE,
        ),
        "clock",
    ),
    (
        re.compile(
            r"(?<![\w.])(\d+)\s*(?:min(?:ute)?s?|minutos?|phút|분)\s*(?:and\s+|y\s+"
            r"|et\s+)?(\d+)\s*(?:s\b|sec|giây|초)",
            re.IGNORECASE,
        ),
        "min_s",
    ),
    (
        re.compile(
            r"(?<![\w.])(\d+(?:[.,]\d+)?)[\s-]*(?:seconds?|secs?|s\b|segundos?|secondes?"
            r"|giây|초)",
            re.IGNORECASE,
        ),
        "s",
    ),
    (
        re.compile(
            r"(?<![\w.])(\d+(?:[.,]\d+)?)[\s-]*(?:minutes?|mins?\b|minutos?"
            r"|phút|분)",
            re.IGNORECASE,
        ),
        "min",
    ),
)

_WEEKDAYS = (
    r"mondays?|mon\b|lunes|lundi|thứ hai|월요일",
    r"tuesdays?|tues?\b|martes|mardi|thứ ba|화요일",
    r"wednesdays?|weds?\b|miércoles|miercoles|mercredi|thứ tư|수요일",
    r"thursdays?|thurs?\b|thu\b|jueves|jeudi|thứ năm|목요일",
    r"fridays?|fri\b|viernes|vendredi|thứ sáu|금요일",
    r"saturdays?|sat\b|sábado|sabado|samedi|thứ bảy|토요일",
    r"sundays?|sun\b|domingo|dimanche|chủ nhật|일요일",
)
_WEEKDAY = re.compile(
    "(?<![a-zà-ỹ])(?:" + "|".join(f"(?P<d{i}>{names})" for i, names in enumerate(_WEEKDAYS)) + ")", re.I
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DATE = re.compile(
    r"(?P<iso>\d{4}-\d{1,2}-\d{1,2})"
    r"|(?P<day1>\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month1>jan|feb|mar|apr|may|jun|jul|aug|sep"
    r"|oct|nov|dec)[a-z]*\b"
    r"|\b(?P<month2>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov"
    r"|dec)[a-z]*\.?\s+(?P<day2>\d{1,2})(?:st|nd|rd|th)?\b(?!\s*(?:views|k\b))",
    re.IGNORECASE,
)
_HOUR = re.compile(
    r"(?<!\d)(?P<h12>\d{1,2})(?:[:.](?P<m12>\d{2}))?\s*(?P<half>a\.?m\.?|p\.?m\.?)(?![a-z])"
    r"|(?<!\d)(?P<h24>[01]?\d|2[0-3]):(?P<m24>[0-5]\d)(?!\d)"
    r"|\b(?:at|um|à|a las|alle)\s+(?P<bare>[01]?\d|2[0-3])(?:\s*(?:h|uhr|o'clock))?\b(?!\s*(?:[ap]\.?m|views"
    r"|k\b|%|days?|weeks?|seconds?))"
    r"|(?<!\d)(?P<fr>[01]?\d|2[0-3])\s?h(?P<frm>[0-5]\d)?\b"
    r"|(?P<khalf>오전|오후|저녁|아침|밤)\s*(?P<kh>\d{1,2})\s*시"
    r"|(?<!\d)(?P<vi>\d{1,2})\s*(?:giờ|시)(?:\s*(?P<vihalf>sáng|chiều|tối))?",
    re.IGNORECASE,
)
_DAY_PARTS = (
    (r"\bmorning\b|por la mañana|\bmatin\b|buổi sáng|\bsáng\b|아침|오전", 9),
    (r"\bnoon\b|\blunch(?:time)?\b|mediodía|\bmidi\b|buổi trưa|정오|점심", 12),
    (r"\bafternoon\b|por la tarde|après-midi|buổi chiều|오후", 15),
    (r"\bevening\b|\bsoir\b|buổi tối|저녁", 18),
    (r"\bnight\b|\btonight\b|por la noche|\bnuit\b|đêm|밤", 21),
)
_OFFSET = re.compile(
    r"\b(?:utc|gmt)\s*(?P<sign>[+-])\s*(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?|\b(?P<zero>utc|gmt)\b",
    re.I,
)
_TOMORROW = re.compile(r"\btomorrow\b|(?<!por la )\bmañana\b|\bdemain\b|ngày mai|내일", re.IGNORECASE)
_TONIGHT = re.compile(
    r"\btonight\b|\besta noche\b|\bce soir\b|tối nay|오늘\s?밤|\blater today\b", re.IGNORECASE
)


def days_of(text: str) -> float | None:
    """Return the days that a span such as "3 days" or "a week" lasts; None when there is none."""
    match = re.search(rf"(?<!\w){_SPAN}", text, re.IGNORECASE)
    return _days(match) if match else None


def asks_next_day(text: str) -> bool:
    """Say whether a text speaks of the coming 24 hours, and not of a video that it plans to publish then."""
    return bool(_NEXT_DAY.search(text)) and not _TO_BE_POSTED.search(text)


def without_next_day(text: str) -> str:
    """Return the text without "tomorrow" and "in the next 24 hours", which are no age."""
    return _NEXT_DAY.sub(" ", text)


def read_age(text: str, *, in_words: bool = True) -> float | None:
    """Return how many days ago something was published: "3 days ago", and `in_words` "posted yesterday"."""
    match = _AGO.search(text)
    if match:
        return days_of(match.group("span2")) if match.group("span2") else _days(match)
    words_for_ages = _AGE_WORDS if in_words else ()
    return next((days for words, days in words_for_ages if re.search(words, text, re.IGNORECASE)), None)


def read_horizon(text: str) -> float | None:
    """Return the days after publishing that a question asks about: "in a week", "after 24 hours"."""
    for words, days in _HORIZON_WORDS:
        if re.search(words, text, re.IGNORECASE):
            return days
    match = re.search(_WITHIN, text.replace("  ", " "))
    return days_of(match.group()) if match else None


def read_duration(text: str) -> float | None:
    """Return a length in seconds: "21 seconds", "45s", "1 min 20 s", "1:10"."""
    for pattern, kind in _SECONDS:
        for match in pattern.finditer(text):
            if kind == "clock":
                if re.search(r"\b(?:at|by|@|à|around)\s*$", text[: match.start()], re.I) or _near_a_day(
                    text, match
                ):
                    continue
                return float(int(match.group(1)) * 60 + int(match.group(2))) or None
            if kind == "min_s":
                return float(int(match.group(1)) * 60 + int(match.group(2)))
            amount = float(match.group(1).replace(",", "."))
            if amount > 0:
                return amount if kind == "s" else amount * 60
    return None


def read_moment(text: str, now: datetime) -> tuple[datetime | None, bool]:
    """Return the planned moment that a text names, after `now`, and whether it named an hour.

    `now` must be aware; its zone is used where the text names none. (None, False) when no moment is named.
    """
    zone = _OFFSET.search(text)
    if zone and not zone.group("zero"):
        sign = 1 if zone.group("sign") == "+" else -1
        offset = timedelta(hours=int(zone.group("hours")), minutes=int(zone.group("minutes") or 0)) * sign
        from datetime import timezone

        now = now.astimezone(timezone(offset))
    elif zone:
        from datetime import UTC

        now = now.astimezone(UTC)
    hour = _hour(text)
    day = _day(text, now)
    if day is None:
        return None, False
    hours, minutes = hour or (12, 0)
    moment = day.replace(hour=hours, minute=minutes, second=0, microsecond=0)
    if moment <= now and (_WEEKDAY.search(text) or _TONIGHT.search(text)):
        moment += timedelta(days=7 if _WEEKDAY.search(text) else 1)
    return moment, hour is not None


def _days(match: re.Match[str]) -> float:
    amount = match.group("n").lower()
    number = (
        float(amount.replace(",", ".")) if amount[0].isdigit() else _WORDS.get(amount.removeprefix("a "), 1)
    )
    unit = match.group("unit").lower()
    scale = next(days for pattern, days in _UNIT_DAYS if re.fullmatch(pattern, unit))
    return float(number) * scale


def _near_a_day(text: str, match: re.Match[str]) -> bool:
    """Say whether m:ss stands beside a day, so that it is a time of day."""
    around = text[max(0, match.start() - 24) : match.end() + 12]
    return bool(
        _WEEKDAY.search(around) or _DATE.search(around) or _TOMORROW.search(around) or _TONIGHT.search(around)
    )


def _hour(text: str) -> tuple[int, int] | None:
    match = _HOUR.search(text)
    if match:
        found = match.groupdict()
        if found["h12"]:
            late = found["half"].lower().startswith("p")
            return int(found["h12"]) % 12 + (12 if late else 0), int(found["m12"] or 0)
        if found["h24"]:
            return int(found["h24"]), int(found["m24"])
        if found["bare"]:
            return int(found["bare"]), 0
        if found["fr"]:
            return int(found["fr"]), int(found["frm"] or 0)
        if found["kh"]:
            late = found["khalf"] in ("오후", "저녁", "밤")
            return int(found["kh"]) % 12 + (12 if late else 0), 0
        hour, late = int(found["vi"]), (found["vihalf"] or "") in ("chiều", "tối")
        return (hour + 12 if late and hour < 12 else hour) % 24, 0
    return next(((hour, 0) for words, hour in _DAY_PARTS if re.search(words, text, re.IGNORECASE)), None)


def _day(text: str, now: datetime) -> datetime | None:
    date = _DATE.search(text)
    if date:
        try:
            if date.group("iso"):
                year, month, day = (int(part) for part in date.group("iso").split("-"))
                return now.replace(year=year, month=month, day=day)
            name = (date.group("month1") or date.group("month2")).lower()[:3]
            moment = now.replace(
                month=_MONTHS.index(name) + 1, day=int(date.group("day1") or date.group("day2"))
            )
        except ValueError:
            return None
        return moment if moment.date() >= now.date() else moment.replace(year=now.year + 1)
    if _TOMORROW.search(text):
        return now + timedelta(days=1)
    if _TONIGHT.search(text):
        return now
    weekday = _WEEKDAY.search(text)
    if weekday:
        wanted = next(i for i in range(7) if weekday.group(f"d{i}"))
        return now + timedelta(days=(wanted - now.weekday()) % 7)
    return None
