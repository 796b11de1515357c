"""Times in words: lengths, ages, horizons and planned moments."""

import re
from datetime import datetime, timedelta

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
    **dict.fromkeys(("twelve", "doce", "douze", "zwölf", "doze"), 12),
    **dict.fromkeys(("twenty-four", "veinticuatro", "vingt-quatre"), 24),
    **dict.fromkeys(("half a", "half an", "media", "nửa"), 0.5),
}  # fmt: skip
_AMOUNT = (
    r"(?P<n>\d+(?:[.,]\d+)?|(?:a )?couple(?: of)?|(?:a )?few|"
    + "|".join(sorted((word for word in _WORDS if " of" not in word), key=len, reverse=True))
    + ")"
)
_UNIT_DAYS = (
    (r"h(?:ou)?rs?|h|hrs|horas?|heures?|giờ|tiếng|gio|tieng|시간|stunden?|jam|時間", 1 / 24),
    (r"days?|d|días?|dias?|jours?|j|ngày|ngay|hôm|일|tage?n?|hari|日間?", 1.0),
    (r"weeks?|wks?|w|semanas?|semaines?|tuần|tuan|주일|주|wochen?|minggu|週間?", 7.0),
    (r"months?|mo|mes(?:es)?|mois|tháng|thang|개월|달|monate?n?|mês|bulan|[ヶか]月", 30.0),
    (r"years?|años?|anos?|ans?|năm|nam|년|jahre?n?|tahun|年", 365.0),
)
_UNIT = "|".join(f"(?:{unit})" for unit, _ in _UNIT_DAYS)
_SPAN = rf"{_AMOUNT}[\s-]*(?P<unit>{_UNIT})(?![a-zà-ỹ])"

_BARE_SPAN = _SPAN.replace("?P<n>", "?:").replace("?P<unit>", "?:")

_AGO = re.compile(
    rf"(?:(?<!\w){_SPAN}[\s-]*(?:ago|old\b|back\b|now\b|in\b(?=\s*(?:[.,;!?]|$|and\b))|trước|truoc|rồi|전|前"
    r"|째|됐|되었|됨|지났|지남|lalu\b|yang lalu|atrás\b|경과|live\b))"
    r"|(?:(?:(?<!desde )hace|desde hace|il y a|cách đây|cach day|đăng(?: được| đc| dc)?|dang (?:duoc|dc)"
    r"|được|ça fait"
    r"|van\b|depuis|seit|vor|(?<![\w])há|llev[ao]|sudah|sejak|(?:公開|投稿|アップ)(?:して(?:から)?|から)|(?:올린|올라온"
    r"|업로드한|게시한)\s*지\s*(?:는|가|이제|벌써)?"
    r"|been(?! (?:up|live|out|online|public)\b)|been (?:up|live|out|online|public)(?: for)?|(?:up|live|out"
    r"|online|posted) for)\s+(?P<span2>(?:about |around |only |ya |solo |seulement |khoảng |mới "
    rf"|약 )*{_BARE_SPAN}))",
    re.IGNORECASE,
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
_WITHIN = re.compile(
    r"(?<!\w)(?:in|after|within|over|by|at|during|for|en|a|à|al|au bout d['’]|au bout de|dans|après|au"
    r"|después de|tras|pendant|sur|trong|sau|nach|innerhalb|em|depois de|dalam|setelah|selama)\s+"
    r"(?:the\s+|la\s+|le\s+|los\s+|les\s+|las\s+|den\s+)?(?:first\s+|next\s+|premi\w+\s+|primer\w*\s+"
    rf"|ersten\s+)?{_BARE_SPAN}"
    rf"|(?<!\w)au bout d['’]{_BARE_SPAN}|(?<!\w){_BARE_SPAN}\s*(?:đầu|(?:thì |sẽ )?được(?= (?:bao|mấy"
    r"|nhiêu))|후|뒤|만에|동안|안에|이면|이내|間?で|後|later\b|horizon\b|forecast\b|view|prediction|pertama)",
    re.IGNORECASE,
)
_NEXT_DAY = re.compile(
    r"(?:\b(?:in|over|within|during|for)\s+)?(?:\bthe\s+|\bits\s+)?\b(?:next|coming|following)\s+"
    r"(?:24[\s-]*h(?:ou)?rs?\b|twenty-four hours\b|day\b)"
    r"|\b(?:(?:in|after)\s+)?another\s+(?:24\s*hours|day)\b|\b24\s*hours\s+from\s+now\b"
    r"|\b(?:(?:by|until|this time)\s+)?tomorrow\b"
    r"|\b(?:will|where|reach)\b.{0,30}\bin (?:another |a further )?24\s*h(?:ou)?rs?\b"
    r"|내일|(?:앞으로|다음)\s*24\s*시간|24\s*시간\s*(?:후|뒤)에?"
    r"|ngày mai|ngay mai|\bmai (?:được|sẽ|có|thì|lên|là)|(?:đến|tới|sáng|chiều|tối) mai|\bmorgen\b"
    r"|\bamanhã\b|明日|\bbesok\b|24\s*(?:giờ|tiếng)\s*(?:tới|tiếp theo|nữa)"
    r"|(?<!por la )\bmañana\b|(?:en )?(?:las )?(?:próximas|siguientes)\s+24\s*h(?:oras)?\b"
    r"|\bdemain\b|(?:dans )?les\s+(?:24\s+)?prochaines\s+(?:24\s*)?h(?:eures)?\b",
    re.IGNORECASE,
)
_TO_BE_POSTED = re.compile(
    r"\b(?:post|upload|publish|release|schedule)(?:ing)?\s+(?:it|this|that|one|another|my|the|a|next|on|at"
    r"|tomorrow)\b"
    r"|올리|올릴|게시하|(?<!đã )(?<!mới )(?<!vừa )\bđăng\b(?! (?:được|đc|dc|cách|hôm|lúc|\d))|\b(?:lo|la)?\s?(?:subo"
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
        r"\bfirst week\b|\bday (?:7|seven)\b|\b(?:7|seven)[- ]day\b|\bweek (?:1|one)\b|일주일|1주일|첫 ?주|한 ?주"
        r"|một tuần|tuần đầu|mot tuan"
        r"|première semaine|d'une semaine|primera semana|una semana|a la semana|erste[nr]? Woche"
        r"|einer Woche|primeira semana|uma semana|一週間|1週間|seminggu|minggu pertama|by next week|\b(?:in"
        r"|after) a week",
        7.0,
    ),
    (
        r"\bfirst month\b|\bday (?:30|thirty)\b|\b30[- ]day\b|\blong[- ]term\b|한 ?달|첫 ?달|một tháng"
        r"|tháng đầu|mot thang"
        r"|premier mois|d'un mois|un mois|primer mes|un mes|al mes\b|einem Monat|ersten Monat|primeiro mês"
        r"|um mês|1[ヶか]月|一[ヶか]月|sebulan|by (?:the )?end of (?:the )?month",
        30.0,
    ),
)

_SECONDS = (
    (
        re.compile(
            r"(?<![\d:])(\d{1,2}):(\d{2})(?!\d|:)(?!\s*(?:am|pm|uhr|h\b|utc|gmt))",
            re.IGNORECASE,
        ),
        "clock",
    ),
    (
        re.compile(
            r"(?<![\w.])(\d+)\s*(?:min(?:ute)?s?|minutos?|phút|분)\s*(?:and\s+|y\s+"
            r"|et\s+)?(\d{1,2})(?!\d)(?:\s*(?:s\b|sec|giây|giay|초)|(?=\s*(?:[.,;!?]|$)))",
            re.IGNORECASE,
        ),
        "min_s",
    ),
    (
        re.compile(
            r"(?<![\w.])(\d+(?:[.,]\d+)?)[\s-]*(?:seconds?|secs?|s\b|segundos?|seg\b|secondes?|sekunden?"
            r"|detik"
            r"|giây|giay|초|秒)",
            re.IGNORECASE,
        ),
        "s",
    ),
    (
        re.compile(
            r"(?<![\w.])(\d+(?:[.,]\d+)?)[\s-]*(?:minutes?|mins?\b|minutos?|minuten|menit"
            r"|phút|phut|분(?!의)|分)",
            re.IGNORECASE,
        ),
        "min",
    ),
)

_WEEKDAYS = (
    r"mondays?|mon\b|lunes|lundi|thứ (?:hai|2)(?!\d)|\bt2\b|월요일|montags?|segunda-feira|na segunda|月曜|senin",
    r"tuesdays?|tues?\b|martes|mardi|thứ (?:ba|3)(?!\d)|\bt3\b|화요일|dienstags?|terça(?:-feira)?|火曜|selasa",
    r"wednesdays?|weds?\b|miércoles|miercoles|mercredi|thứ (?:tư|4)(?!\d)|\bt4\b|수요일|mittwochs?"
    r"|quarta-feira|na quarta|水曜|\brabu\b",
    r"thursdays?|thurs?\b|thu\b|jueves|jeudi|thứ (?:năm|5)(?!\d)|\bt5\b|목요일|donnerstags?|quinta-feira"
    r"|na quinta|木曜|kamis",
    r"fridays?|fri\b|viernes|vendredi|thứ (?:sáu|6)(?!\d)|thu sau|\bt6\b|금요일|freitags?|sexta(?:-feira)?|金曜"
    r"|jum.?at",
    r"saturdays?|sat\b|sábado|sabado|samedi|thứ (?:bảy|bẩy|7)(?!\d)|thu bay|\bt7\b|토요일|samstags?|土曜|sabtu"
    r"|this weekend|the weekend|weekend|주말|cuối tuần|fin de semana|week-end|wochenende|週末|akhir pekan",
    r"sundays?|sun\b|domingo|dimanche|chủ nhật|chu nhat|일요일|sonntags?|日曜|\bminggu\b(?! (?:depan|lalu|ini"
    r"|pertama))",
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
    r"|\b(?:at|um|à|a las|alle)\s+(?P<bare>[01]?\d|2[0-3])(?:\s*(?:h|uhr"
    r"|o'clock))?\b(?![ \u00a0.,]?\d)(?!\s*(?:[ap]\.?m|views"
    r"|k\b|%|days?|weeks?|seconds?))"
    r"|(?<!\d)(?P<fr>[01]?\d|2[0-3])\s?h(?P<frm>[0-5]\d)?\b"
    r"|(?P<khalf>오전|오후|저녁|아침|밤)\s*(?P<kh>\d{1,2})\s*시"
    r"|(?<!\d)(?P<vi>\d{1,2})\s*(?:giờ|시)(?:\s*(?P<vihalf>sáng|chiều|tối))?",
    re.IGNORECASE,
)
_DAY_PARTS = (
    (
        r"\bmorning\b|por la mañana|\bmatin\b|buổi sáng|\bsáng\b|아침|오전|manhã\b|\bmorgens\b|früh\b|朝|\bpagi\b",
        9,
    ),
    (
        r"\bnoon\b|\blunch(?:time)?\b|mediodía|\bmidi\b|buổi trưa|\btrưa\b|정오|점심|\bmittags?\b|meio-dia|昼"
        r"|\bsiang\b",
        12,
    ),
    (
        r"\bafternoon\b|por la tarde|après-midi|buổi chiều|\bchiều\b|오후|nachmittags?|à tarde|午後|\bsore\b",
        15,
    ),
    (r"\bevening\b|\bsoir\b|buổi tối|\btối\b|저녁|\babends?\b|夕方", 18),
    (r"\bnight\b|\btonight\b|por la noche|\bnuit\b|đêm|밤|\bnachts?\b|à noite|夜|\bmalam\b", 21),
)
_WEEK_AFTER = re.compile(
    r"\bnext week\b|다음\s?주|tuần (?:sau|tới)|la semana que viene|la próxima semana|la semaine prochaine"
    r"|nächste Woche|semana que vem|próxima semana|来週|minggu depan",
    re.IGNORECASE,
)
_AFTER_TOMORROW = re.compile(
    r"\bday after tomorrow\b|pasado mañana|après-demain|모레|ngày (?:kia|mốt)|übermorgen|depois de amanhã"
    r"|明後日|\blusa\b",
    re.IGNORECASE,
)
_OFFSET = re.compile(
    r"\b(?:utc|gmt)\s*(?P<sign>[+-])\s*(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?|\b(?P<zero>utc|gmt)\b",
    re.I,
)
_TOMORROW = re.compile(
    r"\btomorrow\b|\btmrw\b|\btmr\b|(?<!por la )(?<!de la )\bmañana\b|\bdemain\b|ngày mai|ngay mai|(?:sáng"
    r"|trưa|chiều|tối) mai|내일|\bamanhã\b|明日|\bbesok\b|(?<!guten )\bmorgen\b(?! früh um)",
    re.IGNORECASE,
)
_TONIGHT = re.compile(
    r"\btonight\b|\besta noche\b|\bce soir\b|tối nay|toi nay|오늘\s?(?:밤|저녁)|\blater today\b|heute Abend"
    r"|hoje à noite|今夜|nanti malam|malam ini",
    re.IGNORECASE,
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
    text = re.sub(r"((?:公開|投稿|アップ)(?:して(?:から)?|から))(?=\d)", r"\1 ", text)
    match = _AGO.search(text)
    if match:
        return days_of(match.group("span2")) if match.group("span2") else _days(match)
    words_for_ages = _AGE_WORDS if in_words else ()
    return next((days for words, days in words_for_ages if re.search(words, text, re.IGNORECASE)), None)


def read_horizon(text: str) -> float | None:
    """Return the days after publishing that a question asks about: "in a week", "after 24 hours"."""
    text = re.sub(
        r"\b(?:only|just|about|around|solo|seulement|nur|apenas|cuma|chỉ)\s+(?=\w)",
        "",
        text,
        flags=re.IGNORECASE,
    )
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
    if _AFTER_TOMORROW.search(text):
        return now + timedelta(days=2)
    if _TOMORROW.search(text):
        return now + timedelta(days=1)
    if _TONIGHT.search(text):
        return now
    weekday = _WEEKDAY.search(text)
    if weekday:
        wanted = next(i for i in range(7) if weekday.group(f"d{i}"))
        if _WEEK_AFTER.search(text):
            return now + timedelta(days=7 + wanted - now.weekday())
        return now + timedelta(days=(wanted - now.weekday()) % 7)
    return None
