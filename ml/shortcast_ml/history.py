"""What a channel's earlier uploads say: the anchor, and how the channel has been doing lately.

Every function takes uploads that are strictly older than the video, in order of publishing, as plain arrays,
so that one row of a table and one draft in a chat go through the same lines.
"""

from typing import TYPE_CHECKING

import numpy as np

from shortcast_ml.growth import REFERENCE_DAYS, log10_share
from shortcast_ml.records import ChannelHistory

if TYPE_CHECKING:
    import pandas as pd

MAX_UPLOADS = 30  # older ones say little of what the channel reaches today
ENOUGH_UPLOADS = 5  # below this the anchor falls back to followers, then to the platform
HALF_LIFE_UPLOADS = 4.0

HISTORY_COLUMNS = (
    "history_median", "history_recent", "history_last", "history_weighted", "history_low", "history_high",
    "history_spread", "history_uploads", "history_gap_days", "history_interval_days",
)  # fmt: skip


def describe_history(
    log10_views: np.ndarray, days_before: np.ndarray | None = None, days_apart: np.ndarray | None = None
) -> dict[str, float]:
    """Return the history columns from log10 views at 30 days, oldest to newest, (n,) float; NaN where unknown.

    `days_before` and `days_apart` are (n,) days from each upload to the video; None where no dates are known.
    """
    y = log10_views[-MAX_UPLOADS:]
    row = dict.fromkeys(HISTORY_COLUMNS, float("nan"))
    row["history_uploads"] = float(len(y))
    if len(y) == 0:
        return row
    weights = 0.5 ** (np.arange(len(y))[::-1] / HALF_LIFE_UPLOADS)
    row["history_median"] = float(np.median(y))
    row["history_recent"] = float(np.median(y[-5:]))
    row["history_last"] = float(y[-1])
    row["history_weighted"] = float(y @ weights / weights.sum())
    row["history_low"] = float(np.quantile(y, 0.25))
    row["history_high"] = float(y.max())
    if len(y) > 1:
        row["history_spread"] = float(y.std())
    if days_before is not None and len(days_before) and np.isfinite(days_before[-1]):
        days = days_before[-MAX_UPLOADS:]
        row["history_gap_days"] = float(days[-1])
        row["history_interval_days"] = (
            float((days[0] - days[-1]) / max(1, len(days) - 1)) if len(days) > 1 else np.nan
        )
    return row


def describe_channel(
    channel: ChannelHistory | None, knots: list[float], publish_at: object = None
) -> dict[str, float]:
    """Return the history columns of a channel record; a stated typical view count fills the median alone."""
    if channel is None:
        return describe_history(np.empty(0))
    uploads = channel.uploads
    if all(u.published_at is not None for u in uploads):
        uploads = tuple(sorted(uploads, key=lambda u: u.published_at))  # type: ignore[arg-type, return-value]
        if publish_at is not None:
            uploads = tuple(u for u in uploads if u.published_at < publish_at)  # type: ignore[operator]
    age = np.array([u.age_days for u in uploads], float)
    views = np.array([u.views for u in uploads], float)
    y = np.log10(views + 1) - log10_share(age, knots)
    days = None
    if uploads and publish_at is not None and all(u.published_at is not None for u in uploads):
        days = np.array([(publish_at - u.published_at).total_seconds() / 86400 for u in uploads])  # type: ignore[operator]
    row = describe_history(y, days)
    if len(y) < ENOUGH_UPLOADS and channel.typical_views is not None:
        row = describe_history(np.empty(0)) | {"history_median": float(np.log10(channel.typical_views + 1))}
    return row


def describe_table(table: "pd.DataFrame", knots: dict[str, list[float]]) -> "pd.DataFrame":
    """Return the history columns of each row of a training table, from strictly earlier uploads of its channel.

    An upload with the same or an unknown time is not earlier, and is left out.
    """
    import pandas as pd

    out = np.full((len(table), len(HISTORY_COLUMNS)), np.nan)
    out[:, HISTORY_COLUMNS.index("history_uploads")] = 0.0
    log10_30 = np.full(len(table), np.nan)
    for platform, rows in table.groupby("platform").indices.items():
        curve = knots.get(str(platform), knots["default"])
        log10_30[rows] = np.log10(table.views.to_numpy()[rows] + 1) - log10_share(
            table.age_days.to_numpy()[rows], curve
        )
    when = table.published_at.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[s]")
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
                described = describe_history(y[start:n], days)
                out[row] = [described[c] for c in HISTORY_COLUMNS]
    return pd.DataFrame(out, columns=list(HISTORY_COLUMNS), index=table.index)


def reference_views(channel: ChannelHistory, knots: list[float]) -> float | None:
    """Return the median views at 30 days of a channel's uploads, None when there are fewer than five."""
    if len(channel.uploads) < ENOUGH_UPLOADS:
        return None
    row = describe_channel(channel, knots)
    return float(10 ** row["history_median"]) if np.isfinite(row["history_median"]) else None


__all__ = [
    "ENOUGH_UPLOADS",
    "HISTORY_COLUMNS",
    "REFERENCE_DAYS",
    "describe_channel",
    "describe_history",
    "describe_table",
]
