"""Which column of a table of videos is which: by a mapping file, by common names, and in two known collections."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from shortcast_ml.data.looks import TRACKED_READ_H
from shortcast_ml.data.mapping import NAMES, Source, guess_platform, read_mapping, resolve, simplify
from shortcast_ml.errors import InputError
from shortcast_ml.records import Platform

# The fields of the training table that the library keeps too, and those that only the library keeps.
FIELDS: dict[str, tuple[str, ...]] = {
    **{name: NAMES[name] for name in ("video_id", "title", "hashtags", "duration_s", "published_at")},
    **{name: NAMES[name] for name in ("followers", "channel_id", "read_at", "platform", "thumbnail")},
    "views": (*NAMES["views"], "viewslast"),
    "likes": (*NAMES["likes"], "likeslast"),
    "age_days": (*NAMES["age_days"], "agehlast"),
    "comments": (
        "comments",
        "commentcount",
        "statscommentcount",
        "statisticscommentcount",
        "replycount",
        "commentslast",
    ),
    "shares": ("shares", "sharecount", "statssharecount", "repostcount", "forwardcount"),
    "description": ("description", "videodescription", "snippetdescription"),
    "url": ("url", "videourl", "webvideourl", "webpageurl", "link", "permalink", "shareurl"),
    "channel_name": (
        "channelname",
        "channeltitle",
        "snippetchanneltitle",
        "authormetanickname",
        "authornickname",
        "authorname",
        "nickname",
        "uploader",
        "author",
        "channel",
        "username",
    ),
    "language": (
        "language",
        "lang",
        "defaultaudiolanguage",
        "snippetdefaultaudiolanguage",
        "defaultlanguage",
        "textlanguage",
    ),
    "short": ("short", "isshort", "shortstagged"),
}
SAYS_WHICH = ("video_id", "url")
SAYS_WHAT = ("title", "description", "url", "channel_id", "channel_name")
SAYS_WHEN = ("read_at", "age_days")


@dataclass(frozen=True)
class Layout:
    """How one table is read. `looks`: its rows are nothing but counts of videos that another table names."""

    sources: Mapping[str, Source]
    looks: bool
    platform: Platform | None  # where the rows don't say it; "youtube" may hold Shorts too
    ids: Mapping[str, str] = field(default_factory=dict)  # what stands in the id column -> the video's id
    read_h: float | None = None  # `read_at` is a day, and this the hour of UTC at which it was read


def layout_of(
    path: Path, header: list[str], mapping: Path | None = None, platform: Platform | None = None
) -> Layout:
    """Return how to read a table, by its column names.

    Raises InputError, naming the columns, when it does not say which videos, how many views, or which platform.
    """
    given = read_mapping(mapping, FIELDS) if mapping is not None else _known(header)
    sources = resolve(header, given, FIELDS)
    if sources.get("description") == sources.get("title"):
        sources.pop("description", None)
    lacks = _lacks(sources)
    if lacks:
        raise InputError(
            f"{path} has no column of {lacks}. Name it in a mapping file: `{_example(lacks)}: NAME`. "
            f"Its columns are {', '.join(header)}."
        )
    looks = not any(name in sources for name in SAYS_WHAT)
    if looks and not any(name in sources for name in SAYS_WHEN):
        raise InputError(
            f"{path} has counts, but neither says what the videos are nor when they were counted. Add a column of"
            f" titles, or one of times. Its columns are {', '.join(header)}."
        )
    guessed = platform or guess_platform(header)
    if not looks and guessed is None and "platform" not in sources and "url" not in sources:
        raise InputError(
            f"{path} does not say which platform it is from. Give --platform tiktok (or youtube_shorts, youtube,"
            " bilibili)."
        )
    return Layout(
        sources=sources,
        looks=looks,
        platform=guessed,  # type: ignore[arg-type]
        ids=_ids_beside(path) if _is_charts_daily(header) else {},
        read_h=TRACKED_READ_H if _is_charts_tracked(header) else None,
    )


def _lacks(sources: Mapping[str, Source]) -> str:
    if not any(name in sources for name in SAYS_WHICH):
        return "video ids"
    return "" if "views" in sources else "views"


def _example(lacks: str) -> str:
    return "video_id" if lacks == "video ids" else "views"


# --- the charts collection: two of its tables name no video, or no time, as others do ------------------


def _known(header: list[str]) -> dict[str, Source | None]:
    if _is_charts_daily(header):
        # the age, which the table of videos has too: the look that both have is then one and the same
        return {
            "video_id": Source(column="vid"),
            "age_days": Source(column="age_h", unit="h"),
            "read_at": None,
        }
    if _is_charts_tracked(header):
        return {"read_at": Source(column="day"), "duration_s": None}
    return {}


def _is_charts_daily(header: list[str]) -> bool:
    return {"vid", "age_h", "views", "best_rank"} <= set(header) and "video_id" not in header


def _is_charts_tracked(header: list[str]) -> bool:
    names = {simplify(name) for name in header}
    return {"videoid", "day", "views"} <= names and "title" not in names


def _ids_beside(path: Path) -> dict[str, str]:
    """Return which video each `vid` of the daily charts stands for. Raises InputError."""
    import pyarrow.parquet as pq

    beside = path.with_name("videos.parquet")
    try:
        table = pq.read_table(beside, columns=["vid", "video_id"])
        return {
            str(vid): video_id
            for vid, video_id in zip(
                table.column("vid").to_pylist(), table.column("video_id").to_pylist(), strict=True
            )
        }
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"{path} numbers its videos; {beside.name}, which names them, must lie beside it."
        ) from error
