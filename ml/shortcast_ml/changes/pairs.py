"""Pairs of videos of one channel, and the earlier one as the model would see it with a fact of the later one.

Only forward pairs: the earlier video gets the later one's length, time or title. What its channel had done at the
same length, hour or topic is read from uploads before both, so that no count of the pair itself gets in.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shortcast_ml.changes.kinds import Evidence, Kind
from shortcast_ml.evaluate import Prepared
from shortcast_ml.growth import REFERENCE_DAYS
from shortcast_ml.history import HISTORY_COLUMNS, MAX_UPLOADS, describe_history

if TYPE_CHECKING:
    import pandas as pd

NEXT_UPLOADS = 4  # later videos that an upload is set beside
SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class Pairs:
    """m pairs of rows of one channel, `first` published before `second`: (m,) int each."""

    first: np.ndarray
    second: np.ndarray
    before: "dict[int, np.ndarray]"  # rows of the channel's uploads before a first, at most MAX_UPLOADS


def forward_pairs(table: "pd.DataFrame", following: int = NEXT_UPLOADS) -> Pairs:
    """Return each upload with the next ones of its channel; rows without a channel or a time have none."""
    when = _when(table)
    first: list[int] = []
    second: list[int] = []
    before: dict[int, np.ndarray] = {}
    known = table[table.channel_id.notna() & table.published_at.notna()]
    for index in known.groupby("channel_id", sort=False).indices.values():
        rows = known.index.to_numpy()[index]
        rows = rows[np.argsort(when[rows], kind="stable")]
        earlier = np.searchsorted(when[rows], when[rows], side="left")
        later = np.searchsorted(when[rows], when[rows], side="right")
        for place, row in enumerate(rows):
            ahead = rows[later[place] : later[place] + following]
            first += [int(row)] * len(ahead)
            second += [int(other) for other in ahead]
            before[int(row)] = rows[max(0, earlier[place] - MAX_UPLOADS) : earlier[place]]
    return Pairs(np.array(first, int), np.array(second, int), before)


def with_kind_of_second(prepared: Prepared, pairs: Pairs, kind: Kind) -> "pd.DataFrame":
    """Return the columns of each pair's first video with the kind's columns as of the second, (m, columns).

    Components of vectors are left as they are: NaN, until `fit.with_components` fills them in.
    """
    X = prepared.data.X
    out = X.iloc[pairs.first].reset_index(drop=True).copy()
    other = X.iloc[pairs.second].reset_index(drop=True)
    own = [c for c in kind.columns if c in X and not c.startswith("history_")]
    out[own] = other[own].to_numpy()
    recomputed = [c for c in kind.columns if c in X and c.startswith("history_")]
    if recomputed:
        out[recomputed] = _histories(prepared, pairs, recomputed)
    return out


def _histories(prepared: Prepared, pairs: Pairs, columns: list[str]) -> np.ndarray:
    """Return history columns of the firsts, read as if their fact were the second's, (m, columns) float32."""
    X, y, when = prepared.data.X, prepared.data.y, _when(prepared.table)
    lengths, hours = (X[c].to_numpy(float) for c in ("log10_duration", "publish_hour_utc"))
    out = np.full((len(pairs.first), len(columns)), np.nan, np.float32)
    wants = {name: any(c.startswith(f"history_{name}") for c in columns) for name in ("same_hour", "alike")}
    for at, (first, second) in enumerate(zip(pairs.first, pairs.second, strict=True)):
        rows = pairs.before[int(first)]
        if not len(rows):
            continue
        days = alike = None
        if wants["same_hour"]:
            days = (when[first] - when[rows]).astype(float) / SECONDS_A_DAY
            days = days + (hours[second] - hours[first]) / 24
        if wants["alike"]:
            alike = prepared.data.titles.similarity(second, rows)
        seen = describe_history(y[rows], days, lengths[rows] - lengths[second], alike)
        out[at] = [seen[c] for c in columns]
    return out


def known_by(X: "pd.DataFrame", evidence: Evidence) -> "pd.DataFrame":
    """Return the columns as the model sees a draft at 30 days of whose channel only so much is known."""
    X = X.copy()
    X["log10_age_days"] = np.float32(np.log10(REFERENCE_DAYS))
    if evidence == "uploads":
        return X
    hidden = [c for c in HISTORY_COLUMNS if c not in ("history_median", "history_uploads")]
    X[hidden] = np.nan
    X["history_uploads"] = 0.0
    if evidence != "stated":
        X["history_median"] = np.nan
    if evidence == "platform":
        X["log10_followers"] = np.nan
    return X


def _when(table: "pd.DataFrame") -> np.ndarray:
    return np.asarray(table.published_at.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[s]"))
