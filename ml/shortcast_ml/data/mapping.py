"""Which column of the user's own file is which: by a mapping file, and by the names that are in common use."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError, field_validator, model_validator

from shortcast_ml.data.cells import UNITS
from shortcast_ml.errors import InputError
from shortcast_ml.records import Record

# Our field, and the names by which it is recognised, best first (letters and digits only, in lower case).
NAMES: dict[str, tuple[str, ...]] = {
    "video_id": ("videoid", "vidid", "id", "bvid", "awemeid"),
    "title": ("title", "videotitle", "caption", "desc", "text", "videodescription"),
    "hashtags": ("hashtags", "hashtagnames", "challenges"),
    "duration_s": (
        "durations",
        "duration",
        "durationseconds",
        "durationsec",
        "videoduration",
        "videometaduration",
        "durationms",
        "contentdetailsduration",
    ),
    "published_at": (
        "publishedat",
        "publishtime",
        "createtimeiso",
        "createtime",
        "postutc",
        "posttime",
        "uploaddate",
        "publishdate",
        "snippetpublishedat",
    ),
    "views": (
        "views",
        "viewcount",
        "playcount",
        "statsplaycount",
        "statisticsviewcount",
        "plays",
        "videoviews",
    ),
    "followers": (
        "followers",
        "followercount",
        "authorstatsfollowercount",
        "authormetafans",
        "authorfollowercount",
        "subscribers",
        "subscribercount",
        "channelfollowercount",
    ),
    "channel_id": (
        "channelid",
        "authorid",
        "authormetaid",
        "uploaderid",
        "snippetchannelid",
        "authoruniqueid",
        "author",
        "channeltitle",
        "channelname",
        "channel",
        "username",
    ),
    "age_days": ("agedays", "ageh", "agehours"),
    "read_at": (
        "readat",
        "scrapeutc",
        "scrapedat",
        "fetchedat",
        "collectedat",
        "capturedat",
        "trendingdate",
    ),
    "original_sound": ("originalsound", "musicoriginal", "musicmetamusicoriginal"),
    "thumbnail": ("thumbnail",),
    "likes": ("likes", "likecount", "diggcount", "statsdiggcount", "statisticslikecount"),
    "platform": ("platform",),
    "group": ("group",),
    "dataset": (),
}
RECOGNISED_UNITS = {"durationms": "ms", "ageh": "h", "agehours": "h", "agehlast": "h"}
RECOGNISED_FORMATS = {"trendingdate": "%y.%d.%m"}  # the Kaggle set of 2017-18; later ones are ISO 8601


class Source(Record):
    """Where the cells of a field come from: a column, or one value for every row."""

    column: str | None = None
    value: str | None = None
    unit: str | None = None
    thousands: str | None = None
    decimal: str | None = None
    format: str | None = None
    timezone: str | None = None

    @field_validator("value", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else None if value is None else str(value)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                raise ValueError(f"there is no timezone called {name!r}, such as 'Europe/Paris'") from None
        return name

    @model_validator(mode="after")
    def _column_or_value(self) -> "Source":
        if (self.column is None) == (self.value is None):
            raise ValueError("give either `column` or `value`")
        return self


def read_mapping(path: Path, names: Mapping[str, Sequence[str]] = NAMES) -> dict[str, Source | None]:
    """Return a mapping file's sources by field, one of `names`; None for a field that is to stay empty.

    Raises InputError naming the field and what is wrong with it.
    """
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(f"The mapping {path} can't be read as YAML: {error}.") from error
    if not isinstance(content, dict):
        raise InputError(f"The mapping {path} must have lines such as `views: View count`.")
    mapping = dict[str, Source | None]()
    for field, given in content.items():
        if field not in names:
            hint = get_close_matches(str(field), names, 1)
            meant = f" Did you mean {hint[0]}?" if hint else ""
            raise InputError(
                f"The mapping {path} names {field!r}, which is no field.{meant} "
                f"Fields are {', '.join(names)}."
            )
        mapping[field] = _source(path, field, given)
    return mapping


def _source(path: Path, field: str, given: Any) -> Source | None:
    if given is None:
        return None
    try:
        source = Source.model_validate(given if isinstance(given, dict) else {"column": str(given)})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join([field, *map(str, first["loc"])])
        reason = first["msg"].removeprefix("Value error, ")
        raise InputError(f"The mapping {path} is wrong at {where}: {reason}.") from error
    if source.unit is not None and source.unit not in UNITS.get(field, {}):
        units = ", ".join(UNITS.get(field, {})) or "none"
        raise InputError(
            f"The mapping {path} gives {field} the unit {source.unit!r}; units of {field}: {units}."
        )
    return source


def resolve(
    header: list[str],
    mapping: Mapping[str, Source | None],
    names_by_field: Mapping[str, Sequence[str]] = NAMES,
) -> dict[str, Source]:
    """Return the source of each field that the file has: as mapped, else by one of its names.

    Raises InputError naming every mapped column that the file lacks.
    """
    lacking = []
    for field, source in mapping.items():
        if source is not None and source.column is not None and source.column not in header:
            close = get_close_matches(source.column, header, 1)
            lacking.append(
                f"{source.column!r} for {field}" + (f" (did you mean {close[0]!r}?)" if close else "")
            )
    if lacking:
        raise InputError(f"The file has no column {', '.join(lacking)}. Its columns are {', '.join(header)}.")
    taken = {s.column for s in mapping.values() if s is not None}
    by_name = {simplify(c): c for c in reversed(header) if c not in taken}
    sources = {field: source for field, source in mapping.items() if source is not None}
    for field, names in names_by_field.items():
        known = [n for n in names if n in by_name] if field not in mapping else []
        if known:
            name = known[0]
            sources[field] = Source(
                column=by_name[name], unit=RECOGNISED_UNITS.get(name), format=RECOGNISED_FORMATS.get(name)
            )
    return sources


def guess_platform(header: list[str]) -> str | None:
    """Return the platform that the columns' names give away; "youtube" may hold Shorts too. None: it doesn't show."""
    names = {simplify(c) for c in header}
    if is_ipiu(header):
        return "youtube_shorts"
    if names & {"playcount", "statsplaycount", "diggcount", "awemeid", "authormetafans", "musicoriginal"}:
        return "tiktok"
    if "bvid" in names:
        return "bilibili"
    if names & {"trendingdate", "channeltitle", "snippetchannelid", "categoryid", "contentdetailsduration"}:
        return "youtube"
    return None


def is_ipiu(header: list[str]) -> bool:
    """Return whether these are the columns of the IPIU study's table."""
    return {"videoid", "viewcount", "row"} <= {simplify(c) for c in header}


def simplify(name: str) -> str:
    """Return a column name's letters and digits in lower case."""
    return re.sub(r"[\W_]+", "", name.casefold())
