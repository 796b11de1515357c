"""What the user collected, as a training table: real videos only, and a count of those left out with the reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shortcast_ml.records import Counts, Published

if TYPE_CHECKING:
    import pandas as pd

DATASET = "library"
MIN_AGE_DAYS = 2.0  # before that, views say more of the hour than of the video

Readings = Mapping[str, Sequence[tuple[datetime, Counts]]]  # earlier counts by the video's key, oldest first


@dataclass(frozen=True)
class LibraryTable:
    """The videos that can teach, in the columns of `data.schema.SCHEMA`, and every dated look at them.

    `looks` has video_id, platform, channel_id, age_days, views; views that fell are left out.
    """

    table: "pd.DataFrame"
    looks: "pd.DataFrame"
    left_out: dict[str, int]  # reason -> videos


def key_of(video: Published) -> str:
    """Return the video's key, unique across platforms, such as "tiktok:7491830"."""
    return f"{video.draft.platform}:{video.video_id}"


def published_at(video: Published) -> datetime | None:
    """Return when it was published, from its age where the date is not stated."""
    if video.published_at is None and video.age_days is not None:
        return video.fetched_at - timedelta(days=video.age_days)
    return video.published_at


def age_days(video: Published) -> float | None:
    """Return its age when it was fetched, from its date where the age is not stated; None if not above 0."""
    if video.age_days is not None:
        return video.age_days
    if video.published_at is None:
        return None
    days = (video.fetched_at - video.published_at).total_seconds() / 86400
    return days if days > 0 else None


def library_table(videos: Iterable[Published], readings: Readings | None = None) -> LibraryTable:
    """Return the training table of collected videos; demo videos never get in.

    Left out are also videos whose views, age or channel are not known, and those younger than two days.
    `readings` are earlier counts of the same videos: they become looks.
    """
    import pandas as pd

    from shortcast_ml.data.cleaning import clean
    from shortcast_ml.data.schema import check_table, fill_columns

    left_out: dict[str, int] = {}
    kept: dict[str, Published] = {}
    for video in videos:
        if reason := _reason_against(video):
            left_out[reason] = left_out.get(reason, 0) + 1
        elif key_of(video) not in kept or video.fetched_at >= kept[key_of(video)].fetched_at:
            kept[key_of(video)] = video
    rows = pd.DataFrame([_row(video) for video in kept.values()], columns=[*ROW, "likes"])
    rows["published_at"] = pd.to_datetime(rows.published_at, utc=True).astype("datetime64[us, UTC]")
    numbers = ["duration_s", "age_days", "followers", "views", "likes"]
    rows[numbers] = rows[numbers].astype(float)
    rows["short"] = rows.short.astype("boolean")
    rows["followers"] = rows.followers.fillna(rows.groupby("channel_id").followers.transform("max"))
    table, report = clean(fill_columns({str(c): rows[c] for c in rows}, rows.index))
    left_out |= {rule.name: rule.dropped for rule in report.rules if rule.dropped}
    table = table.sort_values(["group", "published_at", "video_id"], kind="stable").reset_index(drop=True)
    check_table(table)
    return LibraryTable(table, _looks(table, kept, readings or {}), left_out)


ROW = (
    "dataset", "platform", "video_id", "group", "channel_id", "title", "hashtags", "duration_s", "published_at",
    "age_days", "followers", "views", "thumbnail", "short",
)  # fmt: skip


def _reason_against(video: Published) -> str | None:
    """Say why a video can't teach, None when it can."""
    if video.demo:
        return "invented for the demo library"
    if video.counts is None:
        return "its views are hidden"
    age = age_days(video)
    if age is None or published_at(video) is None:
        return "it is not known when it was published"
    if age < MIN_AGE_DAYS:
        return f"younger than {MIN_AGE_DAYS:g} days when its views were read"
    if video.channel_id is None:
        return "its channel is not known"
    return None


def _row(video: Published) -> tuple[Any, ...]:
    from shortcast_ml.text import split_hashtags

    draft, channel, counts = video.draft, f"{video.draft.platform}:{video.channel_id}", video.counts
    words, own = split_hashtags(draft.title)
    return (
        DATASET,
        draft.platform,
        key_of(video),
        channel,
        channel,
        words,
        list(dict.fromkeys((*own, *draft.hashtags))),
        draft.duration_s,
        published_at(video),
        age_days(video),
        video.channel.followers if video.channel else None,
        counts.views if counts else None,
        _picture(draft.thumbnail_path),
        draft.platform in ("tiktok", "youtube_shorts"),
        counts.likes if counts else None,
    )


def _picture(path: Path | None) -> str | None:
    """Return the path of a thumbnail that can be opened."""
    from PIL import Image

    if path is None or "!" in str(path):  # a `!` parts a pack from the name in it
        return None
    try:
        with Image.open(path) as image:
            image.draft("RGB", (64, 64))
            image.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    return str(path.absolute())


def _looks(table: "pd.DataFrame", videos: Mapping[str, Published], readings: Readings) -> "pd.DataFrame":
    """Return every look at the videos of the table, the newest included."""
    import pandas as pd

    from shortcast_ml.data.looks import falling

    found = []
    for row in table.itertuples():
        key, since = str(row.video_id), published_at(videos[str(row.video_id)])
        ages = {float(row.age_days): float(row.views)}  # type: ignore[arg-type]
        for at, counts in readings.get(key, ()):
            if since is not None and at > since:
                ages[(at - since).total_seconds() / 86400] = float(counts.views)
        found += [(key, row.platform, row.channel_id, age, views) for age, views in sorted(ages.items())]
    looks = pd.DataFrame(found, columns=["video_id", "platform", "channel_id", "age_days", "views"])
    return looks[~falling(looks)].reset_index(drop=True) if len(looks) else looks
