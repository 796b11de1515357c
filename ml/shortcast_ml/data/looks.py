"""Repeated looks at the same video: what the growth curve is learned from."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shortcast_ml.data.files import read_columns

if TYPE_CHECKING:
    import pandas as pd

SHORT_S = 180  # YouTube's limit for a Short since October 2024
TRACKED_READ_H = 11.0  # UTC hour at which tracked videos were read: see `_charts`


def _frame(
    video_id: "pd.Series[str]", age_h: "pd.Series[float]", views: "pd.Series[float]"
) -> "pd.DataFrame":
    import pandas as pd

    columns = {"video_id": video_id, "age_days": age_h.astype(float) / 24, "views": views.astype(float)}
    return pd.DataFrame(columns).dropna()


def _tiktok(folder: Path) -> "pd.DataFrame":
    raw = read_columns(folder, "observations.parquet", ["vid_id", "age_h", "views"])
    return _frame(raw.vid_id.astype(str), raw.age_h, raw.views)


def _french(folder: Path) -> "pd.DataFrame":
    raw = read_columns(folder, "snapshots.parquet", ["video_id", "age_h", "views", "duration_s"])
    raw = raw[raw.duration_s <= SHORT_S]
    return _frame(raw.video_id, raw.age_h, raw.views)


def _charts(folder: Path) -> "pd.DataFrame":
    """Return the looks on the chart, and the tracked ones of days when the video was not on it.

    A tracked look carries its day only. Where the same video was on the chart on the days around, its count
    falls between theirs at 11 h UTC (median of 501 videos; quartiles 10.2 and 11.3 h): the chart's own hour.
    """
    import pandas as pd

    known = read_columns(folder, "videos.parquet", ["vid", "video_id", "published_at"])
    daily = read_columns(folder, "daily.parquet", ["vid", "date", "age_h", "views"])
    daily["video_id"] = daily.vid.map(known.set_index("vid").video_id)
    tracked = read_columns(folder, "tracked_daily_2025q1.parquet", ["video_id", "day", "views"])
    tracked = tracked.merge(known[["video_id", "published_at"]], on="video_id")
    on_chart = pd.MultiIndex.from_frame(daily.loc[daily.views.notna(), ["video_id", "date"]])
    tracked = tracked[~pd.MultiIndex.from_frame(tracked[["video_id", "day"]]).isin(on_chart)]
    read_at = tracked.day + pd.Timedelta(hours=TRACKED_READ_H)
    tracked = tracked.assign(age_h=(read_at - tracked.published_at).dt.total_seconds() / 3600)
    tracked = tracked[(tracked.age_h > 0) & (tracked.views > 0)]  # 0 beside thousands of likes: hidden
    both = pd.concat([_frame(p.video_id, p.age_h, p.views) for p in (daily, tracked)], ignore_index=True)
    return both.sort_values(["video_id", "age_days"], kind="stable").reset_index(drop=True)


LOOKS: dict[str, Callable[[Path], "pd.DataFrame"]] = {
    "tiktok_vn_2025": _tiktok,
    "youtube_tech_fr_2026": _french,
    "youtube_charts_2025_26": _charts,
}


def falling(looks: "pd.DataFrame") -> np.ndarray:
    """Return which looks show fewer views than an earlier look at the same video, (n,) bool."""
    ordered = looks.sort_values(["video_id", "age_days"], kind="stable")
    most = ordered.groupby("video_id", sort=False).views.cummax()
    return (ordered.views < most).reindex(looks.index).to_numpy(bool)


def load_looks(dataset: str, folder: Path | str, clean: bool = True) -> "pd.DataFrame | None":
    """Return the repeated looks of a collection (video_id, age_days, views); None where it has none.

    Views only ever rise: with `clean`, a look that shows fewer than an earlier one is left out.
    """
    if dataset not in LOOKS:
        return None
    looks = LOOKS[dataset](Path(folder))
    return looks[~falling(looks)] if clean else looks
