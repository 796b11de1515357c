"""Repeated looks at young videos, read from the collections: what the post-publish model learns from.

Likes, comments and views at the look are facts that only a published video has; nothing here is ever read by
the pre-publish features. Times are hours or days since publishing; `captured_at` is UTC.
"""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from shortcast_ml.errors import InputError
from shortcast_ml.records import Platform

if TYPE_CHECKING:
    import pandas as pd

CHARTS = "youtube_charts_2025_26"
TRACKED = "tracked_daily_2025q1"
FRENCH = "youtube_tech_fr_2026"
TIKTOK = "tiktok_vn_2025"
REGIME_CHANGE = "2025-07-24"  # from here on, music and games are most of the charts
TRACKED_HOUR = 10.8  # UTC; the tracked file has days only, its counts agree with chart rows of this hour
CHARTS_GAP_DAYS = 1.5
CHARTS_UNTIL_DAYS = 2.0  # older chart pairs grow up to twice as fast as tracked videos do
SHORT_S = 180
YOUNG_DAYS = 4.0
LONG_GAP_H = (12, 96)
EARLIER_DAYS = (0.5, 2.25)  # how long before the present an earlier look may lie


class GrowthSource(NamedTuple):
    """Looks (video_id, channel_id, age_days, views) that a platform's growth curve is fitted on."""

    name: str
    platform: Platform
    looks: "pd.DataFrame"
    max_gap_days: float | None
    survivorship: str


def growth_looks(root: Path) -> list[GrowthSource]:
    """Return the sources of growth curves found under `root`, YouTube Shorts first."""
    out = []
    if (root / FRENCH).is_dir():
        looks = french_looks(root / FRENCH)
        looks = looks[looks.duration_s <= SHORT_S]
        note = "All recent uploads of the channels were followed, and the top of their last 12 months."
        out.append(GrowthSource(FRENCH, "youtube_shorts", looks, None, note))
    if (root / TIKTOK).is_dir():
        note = (
            "Videos were looked at again whatever they did; viral ones are over-represented from the start."
        )
        out.append(GrowthSource(TIKTOK, "tiktok", tiktok_looks(root / TIKTOK), None, note))
    if (root / CHARTS).is_dir():
        out.append(
            GrowthSource(
                f"{CHARTS} until 2 days of age, {TRACKED} beyond",
                "youtube",
                _charts_and_tracked(root / CHARTS),
                None,
                "A video that leaves the charts stops being observed, so chart pairs grow faster than all videos: "
                "only pairs at most 36 h apart that begin before 2 days of age are used, and beyond them the "
                "videos that were tracked daily whether or not they stayed. All of them had charted once.",
            )
        )
    return out


def charts_looks(folder: Path) -> "pd.DataFrame":
    """Return every look of the charts: video and channel, times, counts, category, and rank and countries."""
    videos = _parquet(folder / "videos.parquet", ["vid", "channel_id", "category_id"])
    daily = _parquet(
        folder / "daily.parquet",
        ["vid", "captured_at", "age_h", "views", "likes", "comments", "best_rank", "n_countries"],
    )
    looks = daily.merge(videos, on="vid", how="left").rename(columns={"vid": "video_id"})
    return _clean(looks)


def tracked_looks(folder: Path) -> "pd.DataFrame":
    """Return the daily looks at videos that were followed whether or not they stayed on the charts.

    `on_chart` marks the days on which they were there, NaN before the charts were recorded.
    """
    import pandas as pd

    videos = _parquet(
        folder / "videos.parquet", ["vid", "video_id", "channel_id", "category_id", "published_at"]
    )
    daily = _parquet(folder / f"{TRACKED}.parquet", ["video_id", "day", "views", "likes", "comments"])
    charts = _parquet(folder / "daily.parquet", ["vid", "date"])
    looks = daily.merge(videos, on="video_id")
    looks["captured_at"] = looks.day + pd.Timedelta(hours=TRACKED_HOUR)
    looks["age_h"] = (looks.captured_at - looks.published_at).dt.total_seconds() / 3600
    on = looks.merge(
        charts.drop_duplicates(), left_on=["vid", "day"], right_on=["vid", "date"], how="left"
    ).date.notna()
    looks["on_chart"] = np.where(looks.day >= charts.date.min(), on.to_numpy(float), np.nan)
    return _clean(looks)


def french_looks(folder: Path) -> "pd.DataFrame":
    """Return the snapshots of the French channels' uploads, Shorts and long videos."""
    columns = [
        "video_id", "channel_id", "category_id", "captured_at", "age_h", "views", "likes", "comments", "duration_s",
    ]  # fmt: skip
    return _clean(_parquet(folder / "snapshots.parquet", columns))


def tiktok_looks(folder: Path) -> "pd.DataFrame":
    """Return the looks at TikTok videos; categories are unknown there."""
    looks = _parquet(
        folder / "observations.parquet", ["vid_id", "scrape_utc", "age_h", "views", "likes", "comments"]
    )
    authors = _parquet(folder / "videos.parquet", ["vid_id", "author_id"]).drop_duplicates("vid_id")
    looks = looks.merge(authors, on="vid_id", how="left").rename(
        columns={"vid_id": "video_id", "author_id": "channel_id", "scrape_utc": "captured_at"}
    )
    return _clean(looks.assign(category_id=np.nan))


def day_pairs(
    looks: "pd.DataFrame", *, gap_h: tuple[float, float] = (18, 30), max_age_days: float = YOUNG_DAYS
) -> "pd.DataFrame":
    """Return the looks at young videos that were followed by another after about a day, with what came next.

    Adds `growth` (log10 of views over those now, scaled to exactly 24 hours by log age) and
    `earlier_age_days`, `earlier_views` of the look before, NaN where there is none in EARLIER_DAYS.
    """
    looks = looks.sort_values(["video_id", "captured_at"], kind="stable").reset_index(drop=True)
    video, age = looks.video_id.to_numpy(), looks.age_days.to_numpy()
    views = looks.views.to_numpy()
    when = looks.captured_at.to_numpy().astype("datetime64[s]").astype(float) / 86400
    after, before = np.full(len(looks), -1), np.full(len(looks), -1)
    same = np.flatnonzero(video[1:] == video[:-1])
    after[same], before[same + 1] = same + 1, same
    gap = when[after] - when
    first = (
        (after >= 0) & (gap * 24 >= gap_h[0]) & (gap * 24 <= gap_h[1]) & (age <= max_age_days) & (views > 0)
    )
    rows = np.flatnonzero(first)
    growth = np.log10(np.maximum(views[after[rows]], views[rows]) / views[rows])
    to_a_day = np.log10((age[rows] + 1) / age[rows]) / np.log10((age[rows] + gap[rows]) / age[rows])
    out = looks.iloc[rows].reset_index(drop=True).assign(growth=growth * to_a_day)
    since = when[rows] - when[before[rows]]
    has = (before[rows] >= 0) & (since >= EARLIER_DAYS[0]) & (since <= EARLIER_DAYS[1])
    out["earlier_age_days"] = np.where(has, age[before[rows]], np.nan)
    out["earlier_views"] = np.where(has, views[before[rows]], np.nan)
    if "on_chart" in looks:
        out["on_chart_next"] = looks.on_chart.to_numpy()[after[rows]]
    return out


def read_pairs(root: Path) -> "pd.DataFrame":
    """Return the day pairs of every collection under `root`, with columns dataset and platform.

    Where looks are rarer than daily, pairs 12 to 96 hours apart are taken. A collection that is not there is
    left out; raises InputError when none is.
    """
    import pandas as pd

    found = []
    if (root / CHARTS).is_dir():
        found.append(day_pairs(charts_looks(root / CHARTS)).assign(dataset=CHARTS, platform="youtube"))
        if (root / CHARTS / f"{TRACKED}.parquet").is_file():
            tracked = day_pairs(tracked_looks(root / CHARTS))
            found.append(tracked.assign(dataset=TRACKED, platform="youtube"))
    if (root / FRENCH).is_dir():
        pairs = day_pairs(french_looks(root / FRENCH), gap_h=LONG_GAP_H)
        platform = np.where(pairs.duration_s <= SHORT_S, "youtube_shorts", "youtube")
        found.append(pairs.assign(dataset=FRENCH, platform=platform))
    if (root / TIKTOK).is_dir():
        pairs = day_pairs(tiktok_looks(root / TIKTOK), gap_h=LONG_GAP_H)
        found.append(pairs.assign(dataset=TIKTOK, platform="tiktok"))
    if not found:
        raise InputError(
            f"There is none of {CHARTS}, {FRENCH}, {TIKTOK} in {root}: nothing was looked at twice."
        )
    return pd.concat([f.assign(video_id=f.video_id.astype(str)) for f in found], ignore_index=True)


def charts_before(pairs: "pd.DataFrame") -> np.ndarray:
    """Return which rows were seen before the charts changed."""
    import pandas as pd

    return np.asarray(pairs.captured_at < pd.Timestamp(REGIME_CHANGE))


def _charts_and_tracked(folder: Path) -> "pd.DataFrame":
    """Return the looks of the `youtube` curve; chart looks only as pairs that survivorship hardly touches."""
    import pandas as pd

    charts = charts_looks(folder).sort_values(["video_id", "captured_at"], kind="stable")
    after = charts.groupby("video_id")[["age_days", "views"]].shift(-1)
    near = (after.age_days - charts.age_days <= CHARTS_GAP_DAYS) & (charts.age_days < CHARTS_UNTIL_DAYS)
    first = charts[near].assign(
        video_id=np.arange(near.sum())
    )  # each pair is its own video: no lag is longer
    second = first.assign(age_days=after.age_days[near], views=after.views[near])
    found = [looks.assign(video_id="chart/" + looks.video_id.astype(str)) for looks in (first, second)]
    if (folder / f"{TRACKED}.parquet").is_file():
        found.append(tracked_looks(folder))
    return pd.concat(found)[["video_id", "channel_id", "age_days", "views"]]


def _clean(looks: "pd.DataFrame") -> "pd.DataFrame":
    import pandas as pd

    for column in ("views", "likes", "comments", "category_id"):
        looks[column] = pd.to_numeric(looks[column]).astype("float64")
    looks["age_days"] = looks.age_h.astype("float64") / 24
    return looks[looks.views.notna() & (looks.age_days > 0)].drop(columns="age_h").reset_index(drop=True)


def _parquet(path: Path, columns: list[str]) -> "pd.DataFrame":
    import pandas as pd
    from pyarrow import ArrowInvalid

    if not path.is_file():
        raise InputError(
            f"There is no {path.name} in {path.parent}. Give the folder that holds the collection."
        )
    try:
        return pd.read_parquet(path, columns=columns)
    except (ValueError, OSError, KeyError, ArrowInvalid) as error:
        raise InputError(f"{path} can't be read: {error}.") from error
