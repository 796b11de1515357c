"""Reading a draft: words checked, files measured, the channel as the creator tells it."""

import math
import re
import unicodedata
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from shortcast_ml.errors import InputError, MediaError
from shortcast_ml.records import ChannelHistory, Draft, DraftReading, Platform, Upload, utc_now
from shortcast_tools.parts import parts

if TYPE_CHECKING:
    from PIL import Image

    from shortcast_ml.media import VideoFacts

# What a platform accepts as a title. Source: YouTube Data API, videos resource, snippet.title (100);
# TikTok help, captions (4,000; 2,200 through its Content Posting API); Bilibili's upload form (80).
TITLE_LIMITS: dict[Platform, int] = {"youtube_shorts": 100, "youtube": 100, "tiktok": 4000, "bilibili": 80}
NAMES: dict[Platform, str] = {
    "youtube_shorts": "YouTube Shorts",
    "youtube": "YouTube",
    "tiktok": "TikTok",
    "bilibili": "Bilibili",
}
LONGEST_TITLE = 300  # beyond this it is not a title that was typed a little too long
LONGEST_DESCRIPTION = 10_000
SHORTS_MAX_S = 180.0  # Source: YouTube help, "Get started creating YouTube Shorts" (3 minutes since 2024-10)
MOST = 20_000_000_000  # views or followers; the most watched video ever has fewer
RECENT_AGE_DAYS = 30.0  # the age at which `recent_views` are taken to have been read

# Letters that only one language's spelling uses, then scripts: Unicode ranges.
SPELLINGS = (("vi", "ơưƠƯ\u1ea0-\u1ef9"), ("uk", "іїєґІЇЄҐ"), ("fa", "پچژگ"))
SCRIPTS = (
    ("ko", "\uac00-\ud7a3\u1100-\u11ff"),
    ("ja", "\u3040-\u30ff"),
    ("zh", "\u4e00-\u9fff\u3400-\u4dbf"),
    ("ru", "\u0400-\u04ff"),
    ("ar", "\u0600-\u06ff"),
    ("th", "\u0e00-\u0e7f"),
    ("hi", "\u0900-\u097f"),
    ("bn", "\u0980-\u09ff"),
    ("ta", "\u0b80-\u0bff"),
    ("te", "\u0c00-\u0c7f"),
    ("he", "\u0590-\u05ff"),
    ("el", "\u0370-\u03ff"),
)


def read_draft(
    title: str = "",
    description: str = "",
    platform: Platform = "youtube_shorts",
    video: str | None = None,
    thumbnail: str | None = None,
    duration_s: float | None = None,
    publish_at: datetime | None = None,
    followers: int | None = None,
    typical_views: float | None = None,
    recent_views: list[int] | None = None,
) -> DraftReading:
    """Check what a creator said of a draft, and measure its files.

    A stated `duration_s` wins over the file's, so that "what if it were shorter?" can be asked; a note
    says so when they differ. `recent_views` run from oldest to newest. A naive `publish_at` is UTC.

    Raises InputError (nothing to judge, or a value that can't be) and MediaError (a file that can't be read).
    """
    title, description = title.strip(), description.strip()
    if not (title or video or thumbnail):
        raise InputError(
            "There is nothing to look at yet: give at least a title, a video file or a thumbnail picture."
        )
    check_words(title, description, platform)
    channel = read_channel(followers, typical_views, recent_views)
    stated_s = check_duration(duration_s)
    when = check_time(publish_at)

    notes: list[str] = []
    if len(title) > TITLE_LIMITS[platform]:
        notes.append(
            f"The title has {len(title)} characters; {NAMES[platform]} accepts {TITLE_LIMITS[platform]}."
        )
    facts: VideoFacts | None = None
    if video:
        facts, seen = _read_video(video)
        notes += seen
        if stated_s is not None and abs(stated_s - facts.duration_s) > 1:
            notes.append(
                f"The file lasts {facts.duration_s:.1f} s; the stated {stated_s:.1f} s is used instead."
            )
    if thumbnail:
        notes += _read_picture(thumbnail)
    else:
        notes.append("No thumbnail was given" + ("; a frame of the video stands in." if video else "."))
    length_s = stated_s if stated_s is not None else (facts.duration_s if facts else None)
    if length_s is not None and length_s > SHORTS_MAX_S and platform == "youtube_shorts":
        notes.append(f"It lasts {length_s:.0f} s; YouTube shows videos of up to 180 s as Shorts.")

    draft = Draft(
        platform=platform,
        title=title,
        description=description,
        hashtags=find_hashtags(title, description),
        language=guess_language(title or description),
        duration_s=length_s,
        width_px=facts.width_px if facts else None,
        height_px=facts.height_px if facts else None,
        fps=facts.fps if facts else None,
        audio=facts.audio if facts else None,
        publish_at=when,
        thumbnail_path=_path(thumbnail) if thumbnail else None,
        video_path=_path(video) if video else None,
    )
    return DraftReading(draft=draft, channel=channel, notes=tuple(notes))


# --- words and figures -------------------------------------------------------------------------------


def check_words(title: str, description: str, platform: Platform) -> None:
    """Raise InputError when a title or description is far longer than any platform's."""
    limit = TITLE_LIMITS[platform]
    if len(title) > max(LONGEST_TITLE, limit):
        raise InputError(
            f"The title has {len(title):,} characters; {NAMES[platform]} accepts {limit:,}."
            " Give the title alone, without description or script."
        )
    if len(description) > LONGEST_DESCRIPTION:
        raise InputError(
            f"The description has {len(description):,} characters; give at most {LONGEST_DESCRIPTION:,}"
            " (YouTube accepts 5,000)."
        )


def read_channel(
    followers: int | None, typical_views: float | None, recent_views: list[int] | None
) -> ChannelHistory | None:
    """Return the channel as the creator tells it, None when nothing was said. Raises InputError."""
    if followers is not None and not 0 <= followers <= MOST:
        raise InputError(f"{followers:,} followers can't be right; give the channel's follower count.")
    if typical_views is not None and not (math.isfinite(typical_views) and 0 < typical_views <= MOST):
        raise InputError(
            f"{typical_views:g} typical views can't be right; give a number above 0, or leave it out."
        )
    if recent_views and len(recent_views) > 1000:
        raise InputError("Give the views of at most the last 1,000 videos.")
    for views in recent_views or ():
        if not 0 <= views <= MOST:
            raise InputError(f"{views:,} views of a recent video can't be right; give counts of 0 or more.")
    if followers is None and typical_views is None and not recent_views:
        return None
    return ChannelHistory(
        followers=followers,
        typical_views=typical_views,
        uploads=tuple(Upload(views=views, age_days=RECENT_AGE_DAYS) for views in recent_views or ()),
    )


def check_duration(duration_s: float | None) -> float | None:
    """Return the stated length. Raises InputError unless it is above 0 and at most 12 hours."""
    if duration_s is None:
        return None
    if not (math.isfinite(duration_s) and 0 < duration_s <= 12 * 3600):
        raise InputError(
            f"A length of {duration_s:g} s can't be right; give seconds above 0 and up to 12 hours (43,200)."
        )
    return float(duration_s)


def check_time(publish_at: datetime | None) -> datetime | None:
    """Return the planned time as aware UTC, a naive one taken as UTC. Raises InputError when absurd."""
    if publish_at is None:
        return None
    when = publish_at.replace(tzinfo=UTC) if publish_at.tzinfo is None else publish_at.astimezone(UTC)
    if when.year < 2005 or when.year > utc_now().year + 5:
        raise InputError(f"A publishing time in {when.year} can't be right; give a date near today.")
    return when


def find_hashtags(*texts: str) -> tuple[str, ...]:
    """Return the hashtags of some texts without their # sign, in order, each once whatever its case."""
    from shortcast_ml.text import split_hashtags

    found: dict[str, str] = {}
    for text in texts:
        for tag in split_hashtags(unicodedata.normalize("NFC", text))[1]:
            if not tag.isdigit():  # "#1" is a rank
                found.setdefault(tag.casefold(), tag)
    return tuple(found.values())


def guess_language(text: str) -> str | None:
    """Return the ISO 639-1 code that a text's letters give away, None for plain Latin ones.

    Letters decide where they make up a third of the text or more: a Korean title with an English brand
    is Korean, an English title with one Korean word is not. Spellings that only one language has
    (Vietnamese, Ukrainian, Persian) count at once.
    """
    text = unicodedata.normalize("NFC", text)
    letters = sum(character.isalpha() for character in text)
    if not letters:
        return None
    for code, letters_of in SPELLINGS:
        if re.search(f"[{letters_of}]", text):
            return code
    counts = {code: len(re.findall(f"[{letters_of}]", text)) for code, letters_of in SCRIPTS}
    if counts["ja"] and counts["ja"] + counts["zh"] >= letters / 3:
        return "ja"  # Japanese is kana among Chinese characters
    code, most = max(counts.items(), key=lambda item: item[1])
    return code if most >= letters / 3 else None


# --- files -------------------------------------------------------------------------------------------


def _path(given: str) -> Path:
    return Path(given).expanduser()


def stamp(given: str, what: str) -> tuple[Path, int, int]:
    """Return path, size and mtime of a file: while they stay, its reading stays. Raises InputError."""
    if "://" in given:
        raise InputError(
            f"`{what}` takes a local file, not a link; a published video is read with its `url`."
        )
    path = _path(given)
    try:
        stat = path.stat()
    except (OSError, ValueError):
        raise InputError(f"There is no file {path.name!r} at that path; check `{what}`.") from None
    if not path.is_file():
        raise InputError(f"{path.name!r} is not a file; give `{what}` the path of one.")
    return path, stat.st_size, stat.st_mtime_ns


def _read_video(given: str) -> "tuple[VideoFacts, tuple[str, ...]]":
    """Return a video's facts and what can be observed in it."""
    settings = parts().settings
    return _read_video_once(*stamp(given, "video"), settings.max_video_mb, float(settings.max_video_s))


@lru_cache(maxsize=64)
def _read_video_once(
    path: Path, _size: int, _mtime_ns: int, max_mb: int, max_s: float
) -> "tuple[VideoFacts, tuple[str, ...]]":
    from shortcast_ml.media import read_video, sample_frames

    facts = read_video(path, max_mb=max_mb, max_s=max_s)
    return facts, (*observe_video(facts, sample_frames(path, 3)), *facts.notes)


def observe_video(facts: "VideoFacts", frames: "list[Image.Image]") -> tuple[str, ...]:
    """Say what was seen and heard, without calling any of it a cause."""
    from shortcast_ml.media import border_share

    tall = facts.height_px > facts.width_px
    shape = "vertical" if tall else ("square" if facts.height_px == facts.width_px else "horizontal")
    notes = [f"The video is {shape} ({facts.width_px}x{facts.height_px}) and lasts {facts.duration_s:.1f} s."]
    audio = facts.audio
    if audio is None or not audio.has_audio:
        notes.append("It has no sound track.")
    elif audio.loudness_dbfs is None:
        notes.append("Its sound track is silent.")
    else:
        notes.append(f"Its sound averages {audio.loudness_dbfs:.0f} dBFS.")
        if audio.silent_share is not None and audio.silent_share >= 0.3:
            notes.append(f"{audio.silent_share:.0%} of it is silent.")
    borders = border_share(frames)
    if borders >= 0.1:
        notes.append(f"Plain bars or borders fill {borders:.0%} of the frame.")
    return tuple(notes)


def _read_picture(given: str) -> tuple[str, ...]:
    return _read_picture_once(*stamp(given, "thumbnail"), parts().settings.max_image_mpx)


@lru_cache(maxsize=64)
def _read_picture_once(path: Path, _size: int, _mtime_ns: int, max_mpx: int) -> tuple[str, ...]:
    from shortcast_ml.media import open_image

    image = open_image(path, max_mpx=max_mpx)
    if min(image.size) < 16:
        raise MediaError(f"The picture {path.name!r} is {image.width}x{image.height} px, too small to judge.")
    notes = [f"The thumbnail is {image.width}x{image.height} px."]
    if image.width < 640 and image.height < 640:
        notes.append("It is small; YouTube recommends 1280x720.")
    return tuple(notes)
