"""What came true of computed differences: slopes and patterns over pairs of videos, with whole channels drawn again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shortcast_ml.changes.patterns import PATTERNS, words_of
from shortcast_ml.changes.worth import Kept, Shown, Worth
from shortcast_ml.what_works import FALSE_DISCOVERIES

BOOTSTRAPS = 1000
MOVED = 1e-3  # log10: pairs that differ by less in what was computed hardly tell
LEAST_PAIRS, LEAST_CHANNELS = 500, 30  # fewer are not measured
LEAST_CHOICES = 3  # computed differences that the best of a video's was chosen from


@dataclass(frozen=True)
class Came:
    """What was computed for m pairs and what came: all (m,) log10 but `units` and `first`.

    `came` is how much better the second did than the first, less what the model makes of all their other differences.
    """

    computed: np.ndarray
    came: np.ndarray
    units: np.ndarray  # what the bootstrap draws whole: the channel
    first: np.ndarray  # row of the first video

    def take(self, rows: np.ndarray) -> "Came":
        """Return the pairs of a boolean mask or an index array."""
        return Came(self.computed[rows], self.came[rows], self.units[rows], self.first[rows])


def worth(pairs: Came, seed: int, between: str = "pairs of videos of one channel") -> Worth | None:
    """Return the slope of what came on what was computed; None where too few pairs differ.

    The slope has an intercept, so that a common drift from a channel's first to its second video is no effect.
    """
    known = pairs.take(np.isfinite(pairs.computed) & np.isfinite(pairs.came))
    moved = np.abs(known.computed) > MOVED
    channels = len(np.unique(known.units[moved]))
    if moved.sum() < LEAST_PAIRS or channels < LEAST_CHANNELS:
        return None
    g, a = known.computed, known.came
    sums, drawn = _drawn(known.units, np.stack([np.ones(len(g)), g, a, g * a, g * g], axis=1), seed)
    low, high, low_95, high_95 = np.percentile(_slope(drawn), [10, 90, 2.5, 97.5])
    return Worth(
        slope=_round(_slope(sums)),
        low=_round(low),
        high=_round(high),
        low_95=_round(low_95),
        high_95=_round(high_95),
        best=_best(known, seed),
        largest=_round(np.percentile(np.abs(g[moved]), 99)),
        pairs=int(moved.sum()),
        channels=channels,
        between=between,
    )


def _slope(sums: np.ndarray) -> np.ndarray:
    n, g, a, ga, gg = np.moveaxis(sums, -1, 0)
    return np.asarray((ga - g * a / n) / (gg - g * g / n))


def _best(pairs: Came, seed: int) -> Kept | None:
    """Return what came of each first video's best computed difference, as a share: does choosing overstate?"""
    order = np.lexsort((-pairs.computed, pairs.first))
    _, start, count = np.unique(pairs.first[order], return_index=True, return_counts=True)
    best = order[start[count >= LEAST_CHOICES]]
    best = best[pairs.computed[best] > MOVED]
    if len(best) < LEAST_PAIRS:
        return None
    rows = np.stack([pairs.came[best] - pairs.came.mean(), pairs.computed[best]], axis=1)
    sums, drawn = _drawn(pairs.units[best], rows, seed)
    low, high = np.percentile(drawn[:, 0] / drawn[:, 1], [10, 90])
    return Kept(share=_round(sums[0] / sums[1]), low=_round(low), high=_round(high))


def shown_patterns(
    titles: Sequence[str], pairs: Came, second: np.ndarray, known: np.ndarray, seed: int
) -> dict[str, tuple[Shown, float]]:
    """Return what each pattern's videos did against those without it in their channel, and how likely by chance.

    `titles` are those of the rows that `pairs.first` and `second` point to; `known` (m,) are pairs whose titles have
    words; `came` and `computed` are those of the whole title.
    """
    words = [words_of(title) for title in titles]
    drift = pairs.came[known].mean()
    found = {}
    for pattern in PATTERNS.values():
        has = np.array([pattern.has(w) for w in words], float)
        sign = has[second] - has[pairs.first]
        rows = known & (sign != 0)
        channels = len(np.unique(pairs.units[rows]))
        if rows.sum() < LEAST_PAIRS or channels < LEAST_CHANNELS:
            continue
        effect = sign[rows] * (pairs.came[rows] - drift)
        found[pattern.name] = shown(effect, sign[rows] * pairs.computed[rows], pairs.units[rows], seed)
    return found


def shown(effect: np.ndarray, computed: np.ndarray, units: np.ndarray, seed: int) -> tuple[Shown, float]:
    """Return the mean of (m,) log10 effects as a multiplier, and how likely it is by chance; units are drawn whole."""
    sums, drawn = _drawn(units, np.stack([effect, np.ones(len(effect))], axis=1), seed)
    means, value = drawn[:, 0] / drawn[:, 1], float(sums[0] / sums[1])
    low, high, low_95, high_95 = (_round(10**v) for v in np.percentile(means, [10, 90, 2.5, 97.5]))
    found = Shown(
        multiplier=_round(10**value),
        low=low,
        high=high,
        low_95=low_95,
        high_95=high_95,
        model=_round(10 ** float(computed.mean())),
        pairs=len(effect),
        channels=len(np.unique(units)),
    )
    return found, _chance(value, float(means.std()))


def discovered(
    found: Mapping[str, Mapping[str, tuple[Shown, float]]],
) -> dict[str, dict[str, Shown]]:
    """Return the patterns of all platforms, marked where they stand among all that were looked at.

    Source: Benjamini and Hochberg, "Controlling the false discovery rate", 1995.
    """
    chances = sorted(chance for of in found.values() for _, chance in of.values())
    passed = [c for i, c in enumerate(chances, 1) if c <= FALSE_DISCOVERIES * i / len(chances)]
    limit = max(passed, default=-1.0)
    return {
        platform: {
            name: shown.model_copy(update={"stands": chance <= limit}) for name, (shown, chance) in of.items()
        }
        for platform, of in found.items()
    }


def _chance(value: float, sd: float) -> float:
    """Return how likely so large a mean is without any effect (two-sided, normal)."""
    import math

    return math.erfc(abs(value) / sd / math.sqrt(2)) if sd > 0 else 1.0


def _drawn(units: np.ndarray, rows: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the sums of (m, c) rows, (c,), and those of draws of whole units, (draws, c)."""
    _, of_row = np.unique(units, return_inverse=True)
    sums = np.zeros((of_row.max() + 1, rows.shape[1]))
    np.add.at(sums, of_row, rows)
    k = len(sums)
    weights = np.random.default_rng(seed).multinomial(k, np.full(k, 1 / k), BOOTSTRAPS)
    return sums.sum(axis=0), weights @ sums


def _round(value: float | np.ndarray) -> float:
    return round(float(value), 4)
