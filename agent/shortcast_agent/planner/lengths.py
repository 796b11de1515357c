"""Lengths of videos as people write them: "21 seconds", "45s", "1 min 20", "1:10", "length: 40", "si dura 20"."""

import re

from shortcast_agent.planner.counts import fold
from shortcast_agent.planner.moments import near_a_day

_SECOND = r"(?:seconds?|secs?|s|segundos?|segs?|secondes?|sekunden?|detik|giay|초|秒)(?![a-z])"
_MINUTE = r"(?:minutes?|mins?|m(?=\d)|minutos?|minuten|menit|phut|분(?!의)|分)(?![a-z])"
_CLOCK = re.compile(
    r"(?<![\d:])(?P<min>\d{1,2}):(?P<s>\d{2})(?!\d|:)(?!\s*(?:am|pm|uhr|h\b|utc|gmt))|(?<!\d)(?P<min2>\d)'(?P<s2>\d{2})(?!\d)"
)
_MINUTES_SECONDS = re.compile(
    rf"(?<![\w.])(?P<min>\d+|an?|one|un|une|mot)\s*{_MINUTE}\s*(?:and\s+|y\s+|et\s+)?(?P<s>\d{{1,2}})(?!\d)"
    rf"(?:\s*{_SECOND}|(?=\s*(?:$|[^\w\s]|[a-z]+ (?:long|video|short|clip))))"
)
_SECONDS = re.compile(rf"(?<![\w.])(?P<n>\d+(?:[.,]\d+)?)[\s-]*{_SECOND}")
_MINUTES = re.compile(rf"(?<![\w.])(?P<n>\d+(?:[.,]\d+)?)[\s-]*{_MINUTE}")
# Where a word says that it is a length, a bare number is in seconds: nobody makes shorts by the hour.
_SAID = re.compile(
    r"(?:\b(?:length|duration|runtime|run time|lasts?|lasted|runs|dura|durase|durara|duracion|dure"
    r"|durait|duree|dai"
    r"|thoi luong|do dai)\b|길이)(?:는|가|도|를)?\s*[:=]?\s*(?:(?:of|is|was|only|about|around|like|de|unos"
    r"|solo|est|environ|la"
    r"|tam|khoang|약|for|at)\s+)*(?P<n>\d{1,3})(?![\d.,:/]*\d)(?=\s*(?:$|[^\w\s]|and\b|y\b|et\b|va\b"
    r"|instead|long|en\b|으로|이면"
    r"|이고|thi\b))"
    r"|\b(?:cut|trim|shorten|shortened|edit)\w*\s+(?:it|this|that"
    r"|the \w+)?\s*(?:down )?to\s+(?P<n2>\d{1,2})(?=\s*(?:$|[?.,;!]))"
    r"|\b(?:recort\w+|acort\w+|coup\w+|raccourci\w*|cat (?:con|xuong))\s+(?:a|à"
    r"|en)?\s*(?P<n3>\d{1,2})(?=\s*(?:$|[?.,;!]))"
)


def read_duration(text: str) -> float | None:
    """Return the length that a text states, in seconds."""
    plain = fold(text)
    for found in _CLOCK.finditer(plain):
        before = plain[: found.start()]
        if not re.search(r"\b(?:at|by|@|a|around|a las|luc)\s*$", before) and not near_a_day(text, found):
            return _seconds(found["min"] or found["min2"], found["s"] or found["s2"]) or None
    both = _MINUTES_SECONDS.search(plain)
    if both:
        return _seconds(both["min"], both["s"])
    for pattern, scale in ((_SECONDS, 1), (_MINUTES, 60), (_SAID, 1)):
        for found in pattern.finditer(plain):
            amount = next(part for part in found.groups() if part)
            seconds = float(amount.replace(",", ".")) * scale
            if seconds > 0:
                return seconds
    return None


def _seconds(minutes: str, seconds: str) -> float:
    return float((int(minutes) if minutes.isdigit() else 1) * 60 + int(seconds))
