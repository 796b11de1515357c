"""One cell of a table as the library keeps it; ValueError says what is wrong with it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from shortcast_ml.data import cells
from shortcast_ml.data.mapping import Source
from shortcast_ml.records import Platform

EMPTY = frozenset({"", "nan", "nat", "none", "null", "n/a", "na", "-"})
WORDS = frozenset({"title", "description", "channel_name"})  # of which "None" and "-" may be meant
MOST = 2**63 - 1  # the library's largest count
EXACT = 2**53  # up to here a float holds every whole number
LONGEST_TEXT = 20_000  # platforms take up to 5,000 characters
OLDEST_DAYS = 36_500
LONGEST_ID, LONGEST_URL = 200, 2000
_DECIMAL = re.compile(r"\d{1,15}\.0")  # what pandas makes of a column of numbers with a gap
_SURROGATE = re.compile("[\ud800-\udfff]")  # what a byte that is not UTF-8 was read as
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
_NO_LANGUAGE = frozenset({"zxx", "und", "mul", "mis"})  # ISO 639: not linguistic, undetermined, many, uncoded
_SHORTER = {"fil": "tl", "eng": "en", "vie": "vi", "kor": "ko", "fra": "fr", "deu": "de", "spa": "es"}

VIDEO_LINKS: tuple[tuple[re.Pattern[str], Platform], ...] = (
    (re.compile(r"(?:www\.|m\.)?youtube\.com/shorts/([\w-]{6,})"), "youtube_shorts"),
    (re.compile(r"(?:www\.|m\.)?youtube\.com/watch\?(?:[^#]*&)?v=([\w-]{6,})"), "youtube"),
    (re.compile(r"youtu\.be/([\w-]{6,})"), "youtube"),
    (re.compile(r"(?:www\.|m\.)?tiktok\.com/@[^/]*/video/(\d+)"), "tiktok"),
    (re.compile(r"(?:www\.|m\.)?bilibili\.com/video/(BV\w+|av\d+)"), "bilibili"),
)
LINKS: dict[Platform, str] = {
    "youtube_shorts": "https://www.youtube.com/shorts/{id}",
    "youtube": "https://www.youtube.com/watch?v={id}",
    "tiktok": "https://www.tiktok.com/@/video/{id}",  # TikTok finds the account itself
    "bilibili": "https://www.bilibili.com/video/{id}",
}


class Mended(ValueError):
    """What was wrong with a cell that is of use all the same; `value` is what is kept of it."""

    def __init__(self, problem: str, value: Any) -> None:
        super().__init__(problem)
        self.value = value


def is_empty(field: str, cell: Any) -> bool:
    """Return whether a cell says nothing."""
    if cell is None or cell != cell:
        return True
    if not isinstance(cell, str):
        return False
    return not cell.strip() if field in WORDS else cell.strip().casefold() in EMPTY


def reader_of(field: str, source: Source, folder: Path) -> Callable[[Any], Any]:
    """Return the function that reads one cell of a field; it raises ValueError, or Mended where it kept some."""
    unit = cells.UNITS.get(field, {})[source.unit] if source.unit else 1.0
    zone = ZoneInfo(source.timezone) if source.timezone else None
    if field in ("views", "likes", "comments", "shares", "followers"):
        return lambda cell: to_count(cell, source, unit)
    if field == "duration_s":
        return lambda cell: cells.to_seconds(str(cell), unit)
    if field == "age_days":
        return lambda cell: _an_age(cells.to_number(str(cell)) * unit)
    if field == "published_at":
        return lambda cell: cells.to_time(cell, source.format, zone)
    if field == "read_at":
        return lambda cell: cells.to_end_of_day(cells.to_time(cell, source.format, zone), zone)
    if field == "thumbnail":
        return lambda cell: to_picture(cell, folder)
    return READERS[field]


def to_count(cell: Any, source: Source, unit: float = 1.0) -> int:
    """Return a count from 0 to 2**63 - 1, exactly as it stands where it stands in digits."""
    if isinstance(cell, bool):
        raise ValueError("is not a count")
    if isinstance(cell, int) and unit == 1:
        count = cell
    elif isinstance(cell, str) and cell.strip().isdecimal() and len(cell) < 400 and unit == 1:
        count = int(cell)
    else:
        try:
            count = int(cells.to_count(str(cell), source.thousands, source.decimal, unit))
        except OverflowError:
            raise ValueError("is not a finite number") from None
    if count < 0:
        raise ValueError("is below 0")
    if count > MOST:
        raise ValueError("is more than any platform counts")
    return count


def to_id(cell: Any) -> str:
    """Return an id as text; ValueError where a spreadsheet has rounded it."""
    if isinstance(cell, float):
        if not cell.is_integer() or abs(cell) > EXACT:
            raise ValueError("is an id that was rounded to a decimal number; save that column as text")
        return str(int(cell))
    text = _as_text(cell).strip()
    if _ROUNDED.fullmatch(text):
        raise ValueError("is an id that a spreadsheet has rounded; save that column as text")
    if _DECIMAL.fullmatch(text):
        text = text[:-2]
    if len(text) > LONGEST_ID:
        raise ValueError(f"is no id: it has {len(text):,} characters")
    if not text.isprintable():
        raise ValueError("is no id: it has characters that can't be shown")
    return text


def to_text(cell: Any) -> str:
    """Return words; bytes that are not UTF-8 become �, and NUL characters are left out."""
    text = _as_text(cell)
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"has {len(text):,} characters, and {LONGEST_TEXT:,} are the most")
    if _SURROGATE.search(text):
        kept = _SURROGATE.sub("�", text).replace("\0", "").strip()
        raise Mended("has bytes that are not UTF-8; each was kept as �", kept)
    if "\0" in text:
        raise Mended("has NUL characters; they were left out", text.replace("\0", "").strip())
    return text.strip()


def _as_text(cell: Any) -> str:
    return cell.decode("utf-8", "surrogateescape") if isinstance(cell, bytes) else str(cell)


def to_url(cell: Any) -> str:
    """Return a web address. It is kept, never opened here."""
    text = str(cell).strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is not a web address")
    if len(text) > LONGEST_URL or not text.isprintable() or " " in text or not text.isascii():
        raise ValueError("is not a web address")
    return text


def to_language(cell: Any) -> str | None:
    """Return a two-letter language code; None for codes that say "no language"."""
    code = re.split(r"[-_]", str(cell).strip().casefold())[0]
    code = _SHORTER.get(code, code)
    if code in _NO_LANGUAGE:
        return None
    if not re.fullmatch(r"[a-z]{2}", code):
        raise ValueError("is not a language code such as en")
    return code


def to_picture(cell: Any, folder: Path) -> Path | None:
    """Return the path of a picture beside the table; None for a link, which is not fetched."""
    text = _as_text(cell).strip()
    if "://" in text:
        return None
    if len(text) > LONGEST_URL or not text.isprintable() or not (folder / text).is_file():
        raise ValueError("is not a file beside the table")
    return (folder / text).absolute()


def to_hashtags(cell: Any) -> list[str]:
    """Return hashtags without the # sign; what is wrong with one is wrong with the cell."""
    if not isinstance(cell, list | tuple):
        text = _as_text(cell)
        if len(text) > LONGEST_TEXT:
            raise ValueError(f"has {len(text):,} characters, and {LONGEST_TEXT:,} are the most")
        cell = text
    tags, problem = list[str](), ""
    for tag in cells.to_hashtags(cell):
        try:
            tags.append(to_text(tag))
        except Mended as mended:
            tags.append(mended.value)
            problem = str(mended)
    if problem:
        raise Mended(problem, tags)
    return tags


def id_in(url: str) -> tuple[str, Platform] | None:
    """Return the id and the platform that a video's link names; None for a link of another kind."""
    rest = url.partition("://")[2]
    for pattern, platform in VIDEO_LINKS:
        if match := pattern.match(rest):
            return match[1], platform
    return None


def at_hour(when: datetime, hour: float) -> datetime:
    """Return that hour of a day that `to_end_of_day` has moved to its end."""
    return when - timedelta(days=1) + timedelta(hours=hour)


def _an_age(days: float) -> float:
    if not 0 < days <= OLDEST_DAYS:
        raise ValueError("is not an age above 0 and below 100 years")
    return days


READERS: dict[str, Callable[[Any], Any]] = {
    "video_id": to_id,
    "channel_id": to_id,
    "title": to_text,
    "description": to_text,
    "channel_name": to_text,
    "hashtags": to_hashtags,
    "url": to_url,
    "platform": lambda cell: cells.to_platform(str(cell)),
    "language": to_language,
    "short": lambda cell: cells.to_flag(str(cell)),
}
