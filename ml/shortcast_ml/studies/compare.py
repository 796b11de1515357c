"""Two forecasts of the same videos: by how much one is better, with an interval."""

import numpy as np

from shortcast_ml.metrics import FLAT, group_samples

COMPARED = ("r2", "spearman", "auroc_100k", "auroc_1m")


def difference(
    y: np.ndarray, one: np.ndarray, others: np.ndarray, group: np.ndarray, *, seed: int
) -> dict[str, dict[str, float] | None]:
    """Return how much better `one`, (n,), forecasts log10 views than the mean of `others`, (k, n).

    {metric: {value, low, high} or None}, 95% from resampling whole groups, both sides on the same rows.
    """

    from scipy.stats import rankdata

    def gain(rows: np.ndarray) -> np.ndarray:
        truth = y[rows]
        true_rank = rankdata(truth)
        first, *rest = (_scores(truth, true_rank, forecast[rows]) for forecast in (one, *others))
        return np.asarray(first - np.mean(rest, axis=0))

    value = gain(np.arange(len(y)))
    draws = [gain(rows) for rows in group_samples(group, seed)]
    low, high = np.percentile(np.array(draws), [2.5, 97.5], axis=0)
    return {
        metric: {"value": round(float(v), 4), "low": round(float(a), 4), "high": round(float(b), 4)}
        if np.isfinite([v, a, b]).all()
        else None
        for metric, v, a, b in zip(COMPARED, value, low, high, strict=True)
    }


def _scores(y: np.ndarray, true_rank: np.ndarray, forecast: np.ndarray) -> np.ndarray:
    """Return COMPARED; one ranking of the forecast serves Spearman and both AUROCs (sums of ranks)."""
    from scipy.stats import rankdata

    rank = rankdata(forecast)
    spread = y.var() * len(y)
    r2 = 1 - float(((y - forecast) ** 2).sum()) / spread if spread > 0 else np.nan
    flat = np.ptp(forecast) < FLAT or np.ptp(y) < FLAT
    spearman = np.nan if flat else float(np.corrcoef(rank, true_rank)[0, 1])
    return np.array([r2, spearman, _auroc(rank, y >= 5), _auroc(rank, y >= 6)])


def _auroc(rank: np.ndarray, positive: np.ndarray) -> float:
    n = int(positive.sum())
    if n in (0, len(rank)):
        return float("nan")
    return float((rank[positive].sum() - n * (n + 1) / 2) / (n * (len(rank) - n)))
