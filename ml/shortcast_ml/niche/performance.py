"""How groups of videos did against their own channels, with intervals, and which of them stand out.

A group's figure is the median of views over the channel's typical; its interval comes from drawing whole channels
again. It stands out when that interval leaves out 1, and when the same channels' own videos say so too: the mean (in
log10) of how far its videos lie above the channel's mean is on the same side, by more than is likely by chance among
all the groups that were looked at together.
"""

from typing import NamedTuple

import numpy as np

from shortcast_ml.niche.facts import Facts
from shortcast_ml.resampling import draw_units

DRAWS = 1000
AT_ONCE = 50  # draws held in memory: 20 MB for 50,000 videos
MIN_VIDEOS = 20  # in a group that is spoken of
MIN_UNITS = 5  # channels that they are of (weeks, in a library of few channels)
FALSE_DISCOVERIES = 0.05  # the share of groups said to stand out that may be chance
FURTHEST = 1.0  # log10: a video at x30 its channel's usual counts as one at x10
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
    shift: float  # log10: mean over its videos, each against the mean of its channel's videos here
    chance: float  # two-sided p-value of the shift


def standings(facts: Facts, parts: list[Partition]) -> list[list[Standing | None]]:
    """Return how each group of each partition did, None for one of too few videos or channels."""
    known = np.flatnonzero(np.isfinite(facts.vs_channel))
    rows = known[np.argsort(facts.vs_channel[known], kind="stable")]
    log10 = np.log10(np.clip(facts.vs_channel[rows], 10**-FURTHEST, 10**FURTHEST))
    at = np.unique(resampled(facts.channel[rows], facts.published_s[rows]), return_inverse=True)[1]
    groups = [[np.flatnonzero(part.label[rows] == g) for g in range(len(part.names))] for part in parts]
    enough = [
        [len(own) >= MIN_VIDEOS and len(np.unique(at[own])) >= MIN_UNITS for own in groups_of]
        for groups_of in groups
    ]
    chosen = [
        own for of, good in zip(groups, enough, strict=True) for own, ok in zip(of, good, strict=True) if ok
    ]
    beyond = _beyond_channel(log10, facts.channel[rows])
    intervals = iter(_intervals(log10, at, chosen))
    found = (_standing(log10, beyond, at, own, next(intervals)) for own in chosen)
    return [[next(found) if ok else None for ok in good] for good in enough]


def stand_out(found: list[list[Standing | None]]) -> list[list[bool]]:
    """Return which groups stand out among all of these.

    Source: Benjamini and Hochberg, "Controlling the false discovery rate", 1995.
    """
    chances = sorted(s.chance for of in found for s in of if s is not None)
    passed = [p for i, p in enumerate(chances, 1) if p <= FALSE_DISCOVERIES * i / len(chances)]
    bound = max(passed, default=-1.0)
    return [[s is not None and s.chance <= bound and _agree(s) for s in of] for of in found]


def _agree(s: Standing) -> bool:
    return s.low > 1 if s.shift > 0 else s.high < 1


def resampled(channel: np.ndarray, published_s: np.ndarray) -> np.ndarray:
    """Return what is drawn whole, (n,) str: channels, or their weeks where there are too few of these."""
    import pandas as pd

    from shortcast_ml.resampling import resampling_units

    at = pd.Series(pd.to_datetime(published_s, unit="s", utc=True))
    alone = np.char.add("row ", np.arange(len(channel)).astype(str))
    return resampling_units(np.where(channel == "", alone, channel), at)


def _standing(
    log10: np.ndarray, beyond: np.ndarray, at: np.ndarray, own: np.ndarray, ends: np.ndarray
) -> Standing:
    low, value, high = 10.0 ** np.array([ends[0], np.median(log10[own]), ends[1]])
    n, units, shift = len(own), len(np.unique(at[own])), float(beyond[own].mean())
    chance = _chance(beyond[own], at[own])
    return Standing(n, units, float(value), float(low), float(high), shift, chance)


def _beyond_channel(log10: np.ndarray, channel: np.ndarray) -> np.ndarray:
    """Return (n,) how far each video lies above the mean of its channel's videos here.

    A channel whose videos are skewed has another mean than 0: set beside its own, it adds nothing to a group.
    """
    code = np.unique(channel, return_inverse=True)[1]
    return np.asarray(log10 - (np.bincount(code, log10) / np.bincount(code))[code])


def _chance(beyond: np.ndarray, at: np.ndarray) -> float:
    """Return the two-sided p-value of a group's mean, where units are what was drawn."""
    from scipy.stats import t

    sums = np.bincount(np.unique(at, return_inverse=True)[1], beyond)
    spread = float(np.sqrt((sums**2).sum()))
    return 2 * float(t.sf(abs(float(sums.sum())) / spread, len(sums) - 1)) if spread > 1e-9 else 1.0


def _intervals(ascending: np.ndarray, at: np.ndarray, groups: list[np.ndarray]) -> np.ndarray:
    """Return the 95% interval of each group's median over draws of whole units, (groups, 2).

    `ascending` (n,) are the values in order, `at` (n,) the unit of each, a group its rows in order.
    """
    drawn = []
    for seed in range(DRAWS // AT_ONCE if groups else 0):
        counts = draw_units(at, SEED + seed, AT_ONCE).counts.astype(np.float32)
        drawn.append(np.stack([_weighted_median(ascending[own], counts[:, at[own]]) for own in groups]))
    return np.nanpercentile(np.hstack(drawn), [2.5, 97.5], axis=1).T if drawn else np.empty((0, 2))


def _weighted_median(ascending: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the median of (m,) values under each row of (draws, m) whole weights."""
    reached = np.cumsum(weights, axis=1, dtype=np.float64)
    half = reached[:, -1:] / 2
    lower, upper = (reached >= half).argmax(1), (reached > half).argmax(1)
    middle = (ascending[lower] + ascending[upper]) / 2
    return np.where(half[:, 0] > 0, middle, np.nan)
