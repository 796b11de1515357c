"""How groups of videos did against their own channels, with intervals, and which of them stand out.

Medians of log10 of views over the channel's typical. Intervals come from drawing whole channels again. A group
stands out when its 95% interval leaves out 1, and when it differs from all of the niche's videos by more than is
likely by chance among all the groups that were looked at together.
"""

from typing import NamedTuple

import numpy as np

from shortcast_ml.resampling import draw_units

DRAWS = 1000
AT_ONCE = 50  # draws held in memory: 20 MB for 50,000 videos
MIN_VIDEOS = 20  # in a group that is spoken of
MIN_UNITS = 5  # channels that they are of (weeks, in a library of few channels)
FALSE_DISCOVERIES = 0.05  # the share of groups said to stand out that may be chance
SEED = 7


class Partition(NamedTuple):
    """Videos in groups."""

    names: tuple[str, ...]
    label: np.ndarray  # (n,) int: which group, -1 for none


class Standing(NamedTuple):
    """How a group did: the median of views over the channel's typical, and its 95% interval."""

    n: int
    units: int
    value: float
    low: float
    high: float
    chance: float  # two-sided p-value of the difference from all videos


def standings(
    vs_channel: np.ndarray, units: np.ndarray, parts: list[Partition]
) -> list[list[Standing | None]]:
    """Return how each group of each partition did, None for one of too few videos or channels.

    `vs_channel` (n,) is NaN where unknown; `units` (n,) are what is drawn whole: channels, or their weeks.
    """
    known = np.flatnonzero(np.isfinite(vs_channel))
    log10 = np.log10(np.maximum(vs_channel[known], 1e-3))
    if not len(known):
        return [[None] * len(part.names) for part in parts]
    order = known[np.argsort(log10, kind="stable")]
    log10 = np.sort(log10, kind="stable")
    _, at = np.unique(units[order], return_inverse=True)
    groups = [[np.flatnonzero(part.label[order] == g) for g in range(len(part.names))] for part in parts]
    enough = [
        [len(rows) >= MIN_VIDEOS and len(np.unique(at[rows])) >= MIN_UNITS for rows in groups_of]
        for groups_of in groups
    ]
    if not any(map(any, enough)):
        return [[None] * len(part.names) for part in parts]
    chosen = [
        rows
        for all_of, good in zip(groups, enough, strict=True)
        for rows, ok in zip(all_of, good, strict=True)
        if ok
    ]
    drawn = _drawn_medians(log10, at, [np.arange(len(log10)), *chosen])
    whole = float(np.median(log10))
    found = iter(
        _standing(log10[rows], len(np.unique(at[rows])), drawn[:, i], drawn[:, 0], whole)
        for i, rows in enumerate(chosen, start=1)
    )
    return [[next(found) if ok else None for ok in good] for good in enough]


def stand_out(found: list[list[Standing | None]]) -> list[list[bool]]:
    """Return which groups stand out among all of these.

    Source: Benjamini and Hochberg, "Controlling the false discovery rate", 1995.
    """
    chances = sorted(s.chance for of in found for s in of if s is not None)
    passed = [p for i, p in enumerate(chances, 1) if p <= FALSE_DISCOVERIES * i / len(chances)]
    bound = max(passed, default=-1.0)
    return [[s is not None and s.chance <= bound and not s.low <= 1 <= s.high for s in of] for of in found]


def resampled(channel: np.ndarray, published_s: np.ndarray) -> np.ndarray:
    """Return what is drawn whole, (n,) str: channels, or their weeks where there are too few of these."""
    import pandas as pd

    from shortcast_ml.resampling import resampling_units

    at = pd.Series(pd.to_datetime(published_s, unit="s", utc=True))
    alone = np.char.add("row ", np.arange(len(channel)).astype(str))
    return resampling_units(np.where(channel == "", alone, channel), at)


def _standing(
    rows: np.ndarray, units: int, drawn: np.ndarray, drawn_all: np.ndarray, whole: float
) -> Standing:
    from scipy.stats import t

    value = float(np.median(rows))
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    spread = float(np.nanstd(drawn - drawn_all))
    chance = 2 * float(t.sf(abs(value - whole) / spread, units - 1)) if spread > 0 else 1.0
    return Standing(len(rows), units, 10**value, 10 ** float(low), 10 ** float(high), chance)


def _drawn_medians(ascending: np.ndarray, at: np.ndarray, groups: list[np.ndarray]) -> np.ndarray:
    """Return the median of each group in each draw of whole units, (draws, groups); NaN where a draw has none.

    `ascending` (n,) are the values in order, `at` (n,) the unit of each, a group its rows in order.
    """
    drawn = []
    for seed in range(DRAWS // AT_ONCE):
        counts = draw_units(at, SEED + seed, AT_ONCE).counts.astype(np.float32)
        drawn.append(np.stack([_weighted_median(ascending[g], counts[:, at[g]]) for g in groups], axis=1))
    return np.concatenate(drawn)


def _weighted_median(ascending: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the median of (m,) values under each row of (draws, m) whole weights."""
    reached = np.cumsum(weights, axis=1, dtype=np.float64)
    half = reached[:, -1:] / 2
    lower, upper = (reached >= half).argmax(1), (reached > half).argmax(1)
    middle = (ascending[lower] + ascending[upper]) / 2
    return np.where(half[:, 0] > 0, middle, np.nan)
