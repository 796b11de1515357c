"""Reading one cell as people and platforms write it; ValueError says what is wrong with it."""

import json
import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

SHORTHAND = {"": 1.0, "k": 1e3, "m": 1e6, "mn": 1e6, "b": 1e9, "bn": 1e9, "tr": 1e6, "万": 1e4, "亿": 1e8}
UNITS: dict[str, dict[str, float]] = {
    "duration_s": {"ms": 0.001, "s": 1, "min": 60, "h": 3600},
    "age_days": {"min": 1 / 1440, "h": 1 / 24, "day": 1},
    "views": {"thousand": 1e3, "million": 1e6},
    "followers": {"thousand": 1e3, "million": 1e6},
}
TRUE, FALSE = {"true", "1", "1.0", "yes", "y", "t"}, {"false", "0", "0.0", "no", "n", "f"}
PLATFORMS = {
    "tiktok": "tiktok",
    "youtubeshorts": "youtube_shorts",
    "ytshorts": "youtube_shorts",
    "shorts": "youtube_shorts",
    "youtube": "youtube",
    "yt": "youtube",
    "bilibili": "bilibili",
}
YEARS = (2005, 2100)  # the first of these platforms opened in 2005
_COUNT = re.compile(r"([-+]?[\d.,\s'’_]*\d)\s*([a-z万亿]*)")
_ISO_DURATION = re.compile(
    r"P(?:(?P<d>[\d.]+)D)?(?:T(?:(?P<h>[\d.]+)H)?(?:(?P<m>[\d.]+)M)?(?:(?P<s>[\d.]+)S)?)?", re.IGNORECASE
)
_UNIX_S, _UNIX_MS = re.compile(r"\d{10}(\.0+)?"), re.compile(r"\d{13}(\.0+)?")
_DAY_DIGITS = re.compile(r"(19|20)\d{6}")


def to_count(cell: str, thousands: str | None = None, decimal: str | None = None, unit: float = 1.0) -> float:
    """Return a count: `12,345`, `1.2M`, `3,4k`, `12 345`, `5万`; separators are guessed where not given.

    With a `unit` (1e6: the cell is in millions), the number may have decimals.
    """
    if unit == 1 and thousands is None and decimal is None:
        with suppress(ValueError, OverflowError):  # 1e+06, 12345.0
            if (plain := float(cell)).is_integer():
                return plain
    match = _COUNT.fullmatch(cell.strip().casefold().removesuffix("views").strip())
    if match is None or match[2] not in SHORTHAND:
        raise ValueError("is not a count")
    digits, factor = re.sub(r"[\s'’_]", "", match[1]), SHORTHAND[match[2]] * unit
    if thousands is None and decimal is None:
        digits = _guess_separators(digits, factor)
    else:
        digits = digits.replace(thousands, "") if thousands else digits
        digits = digits.replace(decimal, ".") if decimal else digits
    value = float(digits) * factor
    if abs(value - round(value)) > 1e-6:
        raise ValueError("is not a whole count: say in the mapping which sign parts thousands")
    return float(round(value))


def _guess_separators(digits: str, factor: float) -> str:
    """Return the digits with a point as their only separator.

    Two kinds: the first parts thousands. Several of one kind, or one comma before three digits: so does it.
    """
    signs = [c for c in digits if c in ".,"]
    if len(set(signs)) == 2:
        return digits.replace(signs[0], "").replace(signs[-1], ".")
    if len(signs) > 1 or (factor == 1 and re.fullmatch(r"[-+]?\d{1,3},\d{3}", digits)):
        return digits.replace(signs[0], "")
    return digits.replace(",", ".")


def to_number(cell: str) -> float:
    """Return a finite number; a comma may stand for the point."""
    try:
        value = float(cell.strip().replace(",", "."))
    except ValueError:
        raise ValueError("is not a number") from None
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError("is not a finite number")
    return value


def to_seconds(cell: str, unit: float = 1.0) -> float:
    """Return a duration in seconds: a number of units, `m:ss`, `h:mm:ss` or ISO 8601 (`PT1M3S`); above 0."""
    text = cell.strip()
    if ":" in text:
        parts = text.split(":")
        if len(parts) > 3 or not all(re.fullmatch(r"\d+(\.\d+)?", p) for p in parts):
            raise ValueError("is not a duration such as 1:03")
        seconds = sum(float(p) * s for p, s in zip(reversed(parts), (1, 60, 3600), strict=False))
    elif text[:1] in "Pp":
        match = _ISO_DURATION.fullmatch(text)
        if match is None or not any(match.groups()):
            raise ValueError("is not an ISO 8601 duration such as PT1M3S")
        seconds = sum(float(match[k] or 0) * s for k, s in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)))
    else:
        seconds = to_number(text.removesuffix("s")) * unit
    if seconds <= 0:
        raise ValueError("is not a duration above 0")
    return seconds


def to_time(cell: Any, fmt: str | None = None, zone: ZoneInfo | None = None) -> datetime:
    """Return a time in UTC: ISO 8601, `20260131`, seconds or milliseconds since 1970, or as `fmt` says.

    A time without a zone is in `zone`, or else in UTC.
    """
    if isinstance(cell, datetime):
        when = cell
    elif isinstance(cell, date):
        when = datetime(cell.year, cell.month, cell.day)
    else:
        when = _read_time(str(cell).strip(), fmt)
    if not YEARS[0] <= when.year <= YEARS[1]:
        raise ValueError(f"is not a time between {YEARS[0]} and {YEARS[1]}")
    if when.tzinfo is None:
        when = when.replace(tzinfo=zone or UTC)
    return when.astimezone(UTC)


def _read_time(text: str, fmt: str | None) -> datetime:
    if fmt is not None:
        with suppress(ValueError):
            return datetime.strptime(text, fmt)
    if _UNIX_S.fullmatch(text) or _UNIX_MS.fullmatch(text):
        return datetime.fromtimestamp(float(text) / (1 if _UNIX_S.fullmatch(text) else 1000), UTC)
    with suppress(ValueError):
        if _DAY_DIGITS.fullmatch(text) or not text.isdigit():
            return datetime.fromisoformat(text)
    if fmt is not None:
        raise ValueError(f"is not a time like {fmt}")
    raise ValueError("is not a time: give its format in the mapping, such as '%d/%m/%Y %H:%M'")


def to_end_of_day(when: datetime, zone: ZoneInfo | None = None) -> datetime:
    """Return a time as it is; a day without an hour (midnight in its zone) counts to its end."""
    return when + timedelta(days=1) if when.astimezone(zone or UTC).time() == time() else when


def to_flag(cell: str) -> bool:
    """Return a yes or a no."""
    text = cell.strip().casefold()
    if text not in TRUE | FALSE:
        raise ValueError("is neither true nor false")
    return text in TRUE


def to_platform(cell: str) -> str:
    """Return a `Platform` by its usual names."""
    name = PLATFORMS.get(re.sub(r"[^a-z]", "", cell.casefold()))
    if name is None:
        raise ValueError("is not a platform: tiktok, youtube_shorts, youtube or bilibili")
    return name


def to_hashtags(cell: Any) -> list[str]:
    """Return hashtags without the # sign: from a list, JSON, `#a #b`, `a, b` or `a|b`."""
    if isinstance(cell, str):
        text = cell.strip()
        if text.startswith("["):
            try:
                cell = json.loads(text)
            except ValueError:
                cell = re.split(r"[,|]", text.strip("[]"))
        else:
            cell = re.split(r"[\s,|]+" if "#" in text else r"[,|]", text)
    names = (t.get("title", t.get("name", "")) if isinstance(t, dict) else t for t in cell)
    tags = (str(t).strip(" '\"#") for t in names)
    return [t for t in tags if t]
