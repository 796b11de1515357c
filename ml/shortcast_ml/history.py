"""What a channel's earlier uploads say: the anchor, and how the channel has been doing lately.

Every function takes uploads that are strictly older than the video, in order of publishing, as plain arrays,
so that one row of a table and one draft in a chat go through the same lines.
"""

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from shortcast_ml.growth import log10_share
from shortcast_ml.records import ChannelHistory
from shortcast_ml.titles import Vectors

if TYPE_CHECKING:
    import pandas as pd

MAX_UPLOADS = 30  # older ones say little of what the channel reaches today
ENOUGH_UPLOADS = 5  # below this the anchor falls back to followers, then to the platform
HALF_LIFE_UPLOADS = 4.0
SAME_LENGTH = 0.15  # log10; uploads within a factor of 1.4 of the video's length say most of it

SAME_HOUR = 2.0  # hours of the day; uploads published within about two of the video's hour say most of it

# Levels in log10 views at 30 days: more of any of them never makes less of the forecast.
LEVEL_COLUMNS = (
    "history_median", "history_recent", "history_last", "history_2nd_last", "history_3rd_last",
    "history_4th_last", "history_weighted", "history_low", "history_high", "history_lowest_of_5",
    "history_highest_of_5",
)  # fmt: skip
ALIKE_COLUMNS = ("history_alike", "history_alike_close", "history_alike_most")
# What needs the uploads' dates, lengths or titles, and not their views alone.
DATED_COLUMNS = (
    "history_gap_days", "history_interval_days", "history_last_day", "history_last_7_days",
    "history_last_30_days", "history_past_3_days", "history_past_14_days", "history_same_hour",
    "history_same_length", *ALIKE_COLUMNS,
)  # fmt: skip
HISTORY_COLUMNS = (
    *LEVEL_COLUMNS, "history_spread", "history_spread_of_5", "history_trend", "history_uploads", *DATED_COLUMNS,
)  # fmt: skip


def describe_history(
    log10_views: np.ndarray,
    days_before: np.ndarray | None = None,
    log10_lengths: np.ndarray | None = None,
    similarity: np.ndarray | None = None,
) -> dict[str, float]:
    """Return the history columns from log10 views at 30 days, oldest to newest, (n,) float; NaN where unknown.

    `days_before` are the (n,) days from each upload to the video; `log10_lengths` how each upload's length
    differs from the video's, in log10; `similarity` the cosine of each upload's title with the video's.
    None where nothing is known of them. Columns of like uploads are differences from the median.
    """
    y = log10_views[-MAX_UPLOADS:]
    n = len(y)
    row = dict.fromkeys(HISTORY_COLUMNS, float("nan"))
    row["history_uploads"] = float(n)
    if n == 0:
        return row
    median = float(np.median(y))
    row["history_median"] = median
    row["history_recent"] = float(np.median(y[-5:]))
    for back, column in enumerate(LEVEL_COLUMNS[2:6], start=1):
        row[column] = float(y[-back]) if n >= back else float("nan")
    row["history_weighted"] = _mean(y, 0.5 ** (np.arange(n)[::-1] / HALF_LIFE_UPLOADS))
    row["history_low"] = float(np.quantile(y, 0.25))
    row["history_high"] = float(y.max())
    row["history_lowest_of_5"], row["history_highest_of_5"] = float(y[-5:].min()), float(y[-5:].max())
    if n > 1:
        row["history_spread"], row["history_spread_of_5"] = float(y.std()), float(y[-5:].std())
    if n > 3:
        order = np.arange(n) - (n - 1) / 2
        row["history_trend"] = float(order @ y / (order @ order))  # log10 views an upload
    if days_before is not None and len(days_before) and np.isfinite(days_before[-1]):
        days = days_before[-MAX_UPLOADS:]
        row["history_gap_days"] = float(days[-1])
        for within, column in ((1, "last_day"), (7, "last_7_days"), (30, "last_30_days")):
            row[f"history_{column}"] = float((days <= within).sum())
        for half_life, column in ((3, "past_3_days"), (14, "past_14_days")):
            row[f"history_{column}"] = _mean(y, 0.5 ** (days / half_life) + 1e-6) - median
        apart = np.abs((24 * days + 12) % 24 - 12)  # hours of the day between, at most 12
        row["history_same_hour"] = _mean(y, np.exp(-((apart / SAME_HOUR) ** 2)) + 0.05) - median
        if n > 1:
            row["history_interval_days"] = float((days[0] - days[-1]) / (n - 1))
    if log10_lengths is not None:
        lengths = log10_lengths[-MAX_UPLOADS:]
        known = np.isfinite(lengths)
        if known.sum() > 1:
            near = np.exp(-((lengths[known] / SAME_LENGTH) ** 2)) + 0.02  # far ones count a little
            row["history_same_length"] = _mean(y[known], near) - median
    if similarity is not None:
        alike = similarity[-MAX_UPLOADS:]
        known = np.isfinite(alike)
        if known.sum() > 1:
            most = float(alike[known].max())
            row["history_alike_most"] = most
            for column, width in (("history_alike", 0.1), ("history_alike_close", 0.03)):
                row[column] = _mean(y[known], np.exp((alike[known] - most) / width)) - median
    return row


def _mean(values: np.ndarray, weights: np.ndarray) -> float:
    return float(values @ weights / weights.sum())


def describe_channel(
    channel: ChannelHistory | None,
    knots: list[float],
    publish_at: datetime | None = None,
    duration_s: float | None = None,
    similarity: np.ndarray | None = None,
) -> dict[str, float]:
    """Return the history columns of a channel record; a stated typical view count fills the median alone.

    `similarity` is the cosine of each upload's title with the draft's, in the record's order; NaN without one.
    """
    if channel is None:
        return describe_history(np.empty(0))
    uploads = list(channel.uploads)
    alike = None if similarity is None else list(similarity)
    times = [u.published_at for u in uploads if u.published_at is not None]
    dated = len(times) == len(uploads)
    if dated and publish_at is not None:
        order = sorted((i for i, t in enumerate(times) if t < publish_at), key=lambda i: times[i])
        times, uploads = [times[i] for i in order], [uploads[i] for i in order]
        alike = None if alike is None else [alike[i] for i in order]
    age = np.array([u.age_days for u in uploads], float)
    y = np.log10(np.array([u.views for u in uploads], float) + 1) - log10_share(age, knots)
    days = None
    if dated and publish_at is not None:
        days = np.array([(publish_at - t).total_seconds() / 86400 for t in times])
    lengths = None
    if duration_s:
        lengths = np.log10(np.array([u.duration_s or np.nan for u in uploads], float) / duration_s)
    if len(y) < ENOUGH_UPLOADS and channel.typical_views is not None:
        return describe_history(np.empty(0)) | {"history_median": float(np.log10(channel.typical_views + 1))}
    return describe_history(y, days, lengths, None if alike is None else np.array(alike, float))


def describe_table(
    table: "pd.DataFrame", knots: dict[str, list[float]], titles: Vectors | None = None
) -> "pd.DataFrame":
    """Return the history columns of each row of a training table, from strictly earlier uploads of its channel.

    `titles` are the vectors of the rows' titles.
    An upload with the same or an unknown time is not earlier, and is left out.
    """
    import pandas as pd

    out = np.full((len(table), len(HISTORY_COLUMNS)), np.nan, np.float32)
    out[:, HISTORY_COLUMNS.index("history_uploads")] = 0.0
    log10_30 = np.full(len(table), np.nan)
    for platform, rows in table.groupby("platform").indices.items():
        curve = knots.get(str(platform), knots["default"])
        log10_30[rows] = np.log10(table.views.to_numpy()[rows] + 1) - log10_share(
            table.age_days.to_numpy()[rows], curve
        )
    when = table.published_at.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[s]")
    lengths = np.log10(table.duration_s.to_numpy(float))
    with_channel = table[table.channel_id.notna() & table.published_at.notna()]
    for index in with_channel.groupby("channel_id", sort=False).indices.values():
        rows = with_channel.index.to_numpy()[index]
        rows = rows[np.argsort(when[rows], kind="stable")]
        times, y = when[rows], log10_30[rows]
        earlier = np.searchsorted(times, times, side="left")
        for row, n in zip(rows, earlier, strict=True):
            if n:
                start = max(0, n - MAX_UPLOADS)
                days = (when[row] - times[start:n]).astype(float) / 86400
                alike = None if titles is None else titles.similarity(row, rows[start:n])
                described = describe_history(y[start:n], days, lengths[rows[start:n]] - lengths[row], alike)
                out[row] = [described[c] for c in HISTORY_COLUMNS]
    return pd.DataFrame(out, columns=list(HISTORY_COLUMNS), index=table.index)
