"""Planned moments in words: "Friday at half past six", "le 14 mars à 18h", "20h tối mai", "3월 14일 저녁 7시"."""

import re
from datetime import UTC, datetime, timedelta, timezone

from shortcast_agent.planner.counts import fold

# All but _MARKED are matched on text without accents.
_WEEKDAYS = (
    r"mondays?|mon\b|lunes|lundi|thu (?:hai|2)(?![\da-z])|\bt2\b|월요일|montags?|segunda-feira|na segunda"
    r"|月曜|senin",
    r"tuesdays?|tues?\b|martes|mardi|thu (?:ba|3)(?![\da-z])|\bt3\b|화요일|dienstags?|terca(?:-feira)?|火曜|selasa",
    r"wednesdays?|weds?\b|miercoles|mercredi|thu (?:tu|4)(?![\da-z])|\bt4\b|수요일|mittwochs?|quarta-feira"
    r"|na quarta"
    r"|水曜|\brabu\b",
    r"thursdays?|thurs?\b|thu\b(?! (?:hai|ba|tu|nam|sau|bay|[2-7](?! ?[ap]m)))|jueves|jeudi|thu (?:nam"
    r"|5)(?![\da-z])"
    r"|\bt5\b|목요일|donnerstags?|quinta-feira|na quinta|木曜|kamis",
    r"fridays?|fri\b|viernes|vendredi|thu (?:sau|6)(?![\da-z])|\bt6\b|금요일|freitags?|sexta(?:-feira)?|金曜"
    r"|jum.?at",
    r"saturdays?|sat\b|sabado|samedi|thu (?:bay|7)(?![\da-z]| ?[ap]m)|\bt7\b|토요일|samstags?|土曜|sabtu"
    r"|this weekend"
    r"|the weekend|weekend|주말|cuoi tuan|fin de semana|week-end|wochenende|週末|akhir pekan",
    r"sundays?|sun\b|domingo|dimanche|chu nhat|\bcn\b|일요일|sonntags?|日曜|\bminggu\b(?! (?:depan|lalu|ini"
    r"|pertama))",
)
_WEEKDAY = re.compile(
    r"(?<![a-z])(?:" + "|".join(f"(?P<d{i}>{names})" for i, names in enumerate(_WEEKDAYS)) + ")"
)
_MONTHS = (
    "january jan enero ene janvier janv januar", "february feb febrero fevrier fevr februar",
    "march mar marzo mars", "april apr abril abr avril", "may mayo mai", "june jun junio juin juni",
    "july jul julio juillet juil juli", "august aug agosto ago aout", "september sep sept septiembre septembre",
    "october oct octubre octobre oktober", "november nov noviembre novembre", "december dec diciembre dic decembre",
)  # fmt: skip
_MONTH = {name: nth + 1 for nth, names in enumerate(_MONTHS) for name in names.split()}
_NAMES = "|".join(sorted(_MONTH, key=len, reverse=True))
_DATE = re.compile(
    r"(?P<iso>\d{4}-\d{1,2}-\d{1,2})"
    rf"|(?<!\d)(?P<day1>\d{{1,2}})(?:st|nd|rd|th|er|º)?\.?\s+(?:of\s+|de\s+)?(?P<month1>{_NAMES})\b"
    rf"|\b(?P<month2>{_NAMES})\.?\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?![:.,]?\d|\s*(?:views|k\b"
    rf"|h\b|am\b|pm\b|gio))"
    r"|(?<!\d)(?P<month3>\d{1,2})월\s*(?P<day3>\d{1,2})일"
    r"|(?:\bngay\s+)?(?<!\d)(?P<day4>\d{1,2}) thang (?P<month4>\d{1,2})(?!\d)"
    r"|(?<![\d/.,])(?P<left>\d{1,2})/(?P<right>\d{1,2})(?:/\d{2,4})?(?![\d/%])"
)
_DATED = re.compile(r"\b(?:on|el|le|ngay|am|dia|post|date|publish\w*|upload\w*|schedul\w*|fecha)\s*:?\s*$")
_AT = r"\b(?:at|um|a|a las?|alle|vers|around|about|luc|hacia las|sobre las|tipo)"
_HOUR = re.compile(
    r"(?<!\d)(?P<clock>\d{1,2})(?:[:.](?P<m1>[0-5]\d))?\s*(?P<half>a\.?m\.?|p\.?m\.?)(?![a-z])"
    r"|(?<!\d)(?P<h2>[01]?\d|2[0-3]):(?P<m2>[0-5]\d)(?!\d)"
    r"|(?P<past>half past|quarter past|quarter to)\s+(?P<h3>\d{1,2})(?!\d)"
    r"|(?<!\d)(?P<h4>[01]?\d|2[0-3])\s?(?:hs?|gio|heures?|시)(?:\s?(?P<m4>[0-5]\d)(?!\d)"
    r"|(?P<thirty> ?(?:반|ruoi| et demie)))?"
    r"(?![a-z])"
    rf"|{_AT}\s+(?P<h5>[01]?\d|2[0-3])(?:\s*(?:uhr|o'clock))?\b(?P<thirty5> y media)?"
    r"(?![ \u00a0.,]?\d)(?!\s*(?:[ap]\.?m|views|k\b|%|days?|weeks?|seconds?|dias|jours|subs|follow))"
)
# "half past six", "a las ocho", "sept heures", "일곱 시": hours in words, where they can be nothing else.
_NUMERALS = (
    "one una 한", "two dos deux hai 두", "three tres trois 세", "four cuatro quatre bon 네", "five cinco cinq nam 다섯",
    "six seis sau 여섯", "seven siete sept bay 일곱", "eight ocho huit tam 여덟", "nine nueve neuf chin 아홉",
    "ten diez dix muoi 열", "eleven once onze 열한", "twelve doce 열두",
)  # fmt: skip
_HOUR_WORDS = {word: nth + 1 for nth, words in enumerate(_NUMERALS) for word in words.split()}
_HOUR_WORD = "|".join(sorted(_HOUR_WORDS, key=len, reverse=True))
_SAID_HOUR = re.compile(
    rf"(?:(?<=past )|(?<=quarter to )|(?<=a las )|(?<=\bat ))(?P<before>{_HOUR_WORD})\b"
    rf"|(?<!\w)(?P<after>{_HOUR_WORD})(?=\s?(?:o'clock|[ap]m\b|heures\b|gio\b|시(?![가-힣]|간)))"
)
_DAY_PARTS = (
    (r"\bmidnight\b|medianoche|minuit|nua dem|자정", 0),
    (r"\bmorning\b|(?:por|de) la manana|\bmatin\b|\bsang\b|아침|오전|manha\b|\bmorgens\b|fruh\b|朝|\bpagi\b", 9),
    (r"\bnoon\b|\blunch(?:time)?\b|mediodia|\bmidi\b|\btrua\b|정오|점심|\bmittags?\b|meio-dia|昼|\bsiang\b", 12),
    (r"\bafternoon\b|(?:por|de) la tarde|apres-midi|\bchieu\b|오후|nachmittags?|a tarde|午後|\bsore\b", 15),
    (r"\bevening\b|\bsoir\b|buoi toi|\btoi (?:mai|nay|thu|chu)\b|\d ?(?:h|gio) toi\b|저녁|\babends?\b|夕方", 18),
    (r"\bnight\b|\btonight\b|(?:por|de) la noche|\bnuit\b|\bdem\b|밤|\bnachts?\b|a noite|夜|\bmalam\b", 21),
)  # fmt: skip
_MARKED_EVENING = re.compile(r"\btối\b", re.IGNORECASE)  # without its accent it is "I"
_WEEK_AFTER = re.compile(
    r"\bnext week\b|다음\s?주|tuan (?:sau|toi)|la semana que viene|la proxima semana|la semaine prochaine"
    r"|nachste woche|semana que vem|proxima semana|来週|minggu depan"
)
_AFTER_TOMORROW = re.compile(
    r"\bday after tomorrow\b|pasado manana|apres-demain|모레|ngay (?:kia|mot)\b|ubermorgen"
    r"|depois de amanha|明後日|\blusa\b"
)
_OFFSET = re.compile(
    r"\b(?:utc|gmt)\s*(?P<sign>[+-])\s*(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?|\b(?P<zero>utc|gmt)\b"
)
_TOMORROW = re.compile(
    r"\btomorrow\b|\btmrw\b|\btmr\b|\btmw\b|(?<!por la )(?<!de la )\bmanana\b|\bdemain\b|ngay mai"
    r"|\b(?:sang|trua|chieu"
    r"|toi) mai\b|내일|낼|\bamanha\b|明日|\bbesok\b|(?<!guten )\bmorgen\b(?! fruh um)"
)
_TONIGHT = re.compile(
    r"\btonight\b|\besta noche\b|\bce soir\b|toi nay|오늘\s?(?:밤|저녁)|\blater today\b|heute abend|hoje a noite|今夜"
    r"|nanti malam|malam ini"
)


def read_moment(text: str, now: datetime) -> tuple[datetime | None, bool]:
    """Return the planned moment that a text names, after `now`, and whether it named an hour.

    `now` must be aware; its zone is used where the text names none. (None, False) when no moment is named.
    """
    plain = fold(text)
    now = _in_zone(plain, now)
    day = _day(plain, now)
    if day is None:
        return None, False
    hour = _hour(plain, text)
    hours, minutes = hour or (12, 0)
    moment = day.replace(hour=hours, minute=minutes, second=0, microsecond=0)
    if moment <= now and (_WEEKDAY.search(plain) or _TONIGHT.search(plain)):
        moment += timedelta(days=7 if _WEEKDAY.search(plain) else 1)
    return moment, hour is not None


def read_past_day(text: str, now: datetime) -> float | None:
    """Return the days since the weekday or date on which something was published: "I posted it on Monday"."""
    plain = fold(text)
    dated = _date(plain, now)
    if dated is not None:
        return max(round((now - dated[0]).total_seconds() / 86400 % 365, 2), 0.1)
    moment, _ = read_moment(text, now)
    if moment is None:
        return None
    ahead = (moment - now).total_seconds() / 86400
    return max(round(7 - ahead % 7, 2), 0.1) if ahead > 0 else max(round(-ahead, 2), 0.1)


def near_a_day(text: str, match: re.Match[str]) -> bool:
    """Say whether m:ss stands beside a day, so that it is a time of day."""
    around = fold(text[max(0, match.start() - 24) : match.end() + 12])
    return any(day.search(around) for day in (_WEEKDAY, _DATE, _TOMORROW, _TONIGHT))


def _in_zone(text: str, now: datetime) -> datetime:
    zone = _OFFSET.search(text)
    if not zone:
        return now
    if zone["zero"]:
        return now.astimezone(UTC)
    sign = 1 if zone["sign"] == "+" else -1
    offset = timedelta(hours=int(zone["hours"]), minutes=int(zone["minutes"] or 0)) * sign
    return now.astimezone(timezone(offset))


def _hour(plain: str, text: str) -> tuple[int, int] | None:
    """Return the hour and minute that a text names, or the hour that stands for its part of the day."""
    plain = _SAID_HOUR.sub(lambda said: str(_HOUR_WORDS[said["before"] or said["after"]]), plain)
    part = 18 if _MARKED_EVENING.search(text) else None
    part = next((hour for words, hour in _DAY_PARTS if re.search(words, plain)), part)
    found = _HOUR.search(plain)
    if found is None:
        return None if part is None else (part, 0)
    said = found.groupdict()
    if said["half"]:
        return int(said["clock"]) % 12 + (12 if said["half"].startswith("p") else 0), int(said["m1"] or 0)
    written = next(said[name] for name in ("h2", "h3", "h4", "h5") if said[name])
    hour = int(written)
    if part is not None and part >= 15 and hour < 12 and not written.startswith("0"):
        hour += 12
    minute = int(said["m2"] or said["m4"] or 0)
    if said["thirty"] or said["thirty5"] or said["past"] == "half past":
        minute = 30
    elif said["past"]:
        hour, minute = (hour, 15) if said["past"] == "quarter past" else (hour - 1, 45)
    return hour % 24, minute


def _date(text: str, now: datetime) -> tuple[datetime, bool] | None:
    """Return the date that a text names in the year of `now`, and whether it named another year itself."""
    for found in _DATE.finditer(text):
        said = found.groupdict()
        try:
            if said["iso"]:
                year, month, day = (int(part) for part in said["iso"].split("-"))
                return now.replace(year=year, month=month, day=day), True
            if said["left"]:
                day, month = int(said["left"]), int(said["right"])
                if month > 12:
                    day, month = month, day
                elif day <= 12 and not _DATED.search(text[: found.start()]):
                    continue  # "9/10", "1/2": as likely a share
                elif (day, month) == (24, 7):
                    continue
            else:
                month = _MONTH.get(said["month1"] or said["month2"] or "", 0) or int(
                    said["month3"] or said["month4"]
                )
                day = int(next(said[name] for name in ("day1", "day2", "day3", "day4") if said[name]))
            return now.replace(month=month, day=day), False
        except ValueError:
            continue
    return None


def _day(text: str, now: datetime) -> datetime | None:
    dated = _date(text, now)
    if dated is not None:
        moment, has_year = dated
        return moment if has_year or moment.date() >= now.date() else moment.replace(year=now.year + 1)
    if _AFTER_TOMORROW.search(text):
        return now + timedelta(days=2)
    if _TOMORROW.search(text):
        return now + timedelta(days=1)
    if _TONIGHT.search(text):
        return now
    weekday = _WEEKDAY.search(text)
    if weekday:
        wanted = next(i for i in range(7) if weekday[f"d{i}"])
        if _WEEK_AFTER.search(text):
            return now + timedelta(days=7 + wanted - now.weekday())
        return now + timedelta(days=(wanted - now.weekday()) % 7)
    return None
