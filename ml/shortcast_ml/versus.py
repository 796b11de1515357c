"""Two forecasts of the same rows against each other: what one gains, with whole groups drawn again."""

import numpy as np

from shortcast_ml.records import Record

BOOTSTRAPS = 1000


class Interval(Record):
    """A figure and its 95% interval from drawing whole channels again."""

    value: float
    low: float
    high: float


class Versus(Record):
    """A candidate against the starter on the same held-out rows, in log10 views at each video's own age."""

    videos: int
    channels: int
    mae_starter: float
    mae: float
    mae_gain: Interval
    r2_starter: float
    r2: float
    r2_gain: Interval


def compare(y: np.ndarray, starter: np.ndarray, own: np.ndarray, group: np.ndarray, seed: int) -> Versus:
    """Return how two forecasts of the same rows err, (n,) log10 views each; whole groups are drawn again."""
    old, new = starter - y, own - y
    _, of_row = np.unique(group, return_inverse=True)
    columns = np.stack([np.ones(len(y)), np.abs(old), np.abs(new), old**2, new**2, y, y**2], axis=1)
    sums = np.zeros((of_row.max() + 1, columns.shape[1]))
    np.add.at(sums, of_row, columns)
    k = len(sums)
    drawn = np.random.default_rng(seed).multinomial(k, np.full(k, 1 / k), BOOTSTRAPS) @ sums

    def gains(s: np.ndarray) -> np.ndarray:
        total = np.maximum(s[..., 6] - s[..., 5] ** 2 / s[..., 0], 1e-12)
        return np.stack([(s[..., 1] - s[..., 2]) / s[..., 0], (s[..., 3] - s[..., 4]) / total], axis=-1)

    whole = sums.sum(axis=0)
    total = max(float(whole[6] - whole[5] ** 2 / whole[0]), 1e-12)
    low, high = np.percentile(gains(drawn), [2.5, 97.5], axis=0)
    mae, r2 = (
        Interval(value=round(float(v), 4), low=round(float(a), 4), high=round(float(b), 4))
        for v, a, b in zip(gains(whole), low, high, strict=True)
    )
    return Versus(
        videos=len(y),
        channels=k,
        mae_starter=round(float(whole[1] / whole[0]), 4),
        mae=round(float(whole[2] / whole[0]), 4),
        mae_gain=mae,
        r2_starter=round(1 - float(whole[3]) / total, 4),
        r2=round(1 - float(whole[4]) / total, 4),
        r2_gain=r2,
    )


def in_words(versus: Versus) -> str:
    """Return a comparison as a phrase."""
    gain = versus.mae_gain
    return (
        f"mean error {versus.mae:.3f} against the starter's {versus.mae_starter:.3f} "
        f"(gain {gain.value:+.3f}, 95% {gain.low:+.3f} to {gain.high:+.3f}), R2 {versus.r2:.2f} against "
        f"{versus.r2_starter:.2f}, on {versus.videos:,} videos of {versus.channels:,} channels"
    )
