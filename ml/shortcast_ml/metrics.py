"""How good a forecast is: the figures that every rung is judged by, with a bootstrap over groups."""

import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np

METRICS = (
    "r2",
    "mae_log10",
    "spearman",
    "residual_spearman",
    "auroc_100k",
    "auroc_1m",
    "coverage_80",
)
BOOTSTRAPS = 200
FLAT = 1e-9  # values closer than this rank nothing
LOW, HIGH = 2.5, 97.5  # percentiles of the bootstrap that are reported


def measure(
    y: np.ndarray, prediction: np.ndarray, anchor: np.ndarray, covered: np.ndarray | None
) -> dict[str, float]:
    """Return METRICS of predictions in log10 views, (n,) each; NaN where the rows can't give one.

    `residual_spearman` ranks what is left of both when the anchor is taken away: does the forecast know
    which of a channel's videos do better than usual? `covered` marks the rows inside their interval, (n,)
    bool or float with NaN for a row that has none.
    """
    from scipy.stats import rankdata

    def auroc(threshold: float) -> float:
        positive = y >= threshold
        n = int(positive.sum())
        if n in (0, len(y)) or np.ptp(prediction) < FLAT:
            return float("nan")
        return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * (len(y) - n)))

    ranks = rankdata(prediction)
    total = float(((y - y.mean()) ** 2).sum())
    known = covered is not None and bool(np.isfinite(np.asarray(covered, float)).any())
    return {
        "r2": 1 - float(((y - prediction) ** 2).sum()) / total if total > 0 else float("nan"),
        "mae_log10": float(np.abs(y - prediction).mean()),
        "spearman": spearman(y, prediction),
        "residual_spearman": spearman(y - anchor, prediction - anchor),
        "auroc_100k": auroc(5.0),
        "auroc_1m": auroc(6.0),
        "coverage_80": float(np.nanmean(np.asarray(covered, float))) if known else float("nan"),
    }


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    """Return Spearman's rank correlation of (n,) and (n,); NaN where one side is flat and ranks nothing."""
    from scipy.stats import rankdata

    if len(a) < 3 or np.ptp(a) < FLAT or np.ptp(b) < FLAT:
        return float("nan")
    return float(np.corrcoef(rankdata(a), rankdata(b))[0, 1])


def group_samples(group: np.ndarray, seed: int, bootstraps: int = BOOTSTRAPS) -> list[np.ndarray]:
    """Return row numbers of so many bootstrap samples, each of whole groups drawn with replacement."""
    rng = np.random.default_rng(seed)
    order = np.argsort(group, kind="stable")
    _, starts = np.unique(group[order], return_index=True)
    members = np.split(order, starts[1:])
    n = len(members)
    return [np.concatenate([members[i] for i in rng.integers(0, n, n)]) for _ in range(bootstraps)]


def measure_rungs(
    y: np.ndarray,
    rungs: dict[str, np.ndarray],
    anchor: np.ndarray,
    covered: np.ndarray | None,
    group: np.ndarray,
    *,
    seed: int = 7,
    bootstraps: int = BOOTSTRAPS,
) -> dict[str, Any]:
    """Return {rung: {metric: {value, low, high} or None}}: 95% intervals from resampling whole groups."""
    samples = group_samples(group, seed, bootstraps)
    out: dict[str, Any] = {}
    for name, prediction in rungs.items():
        inside = covered if name == "full" else None
        value = measure(y, prediction, anchor, inside)
        drawn = [
            measure(y[s], prediction[s], anchor[s], None if inside is None else inside[s]) for s in samples
        ]
        out[name] = {metric: _figure(value[metric], [d[metric] for d in drawn]) for metric in METRICS}
    return out


def measure_gains(
    y: np.ndarray,
    rungs: dict[str, np.ndarray],
    pairs: Iterable[tuple[str, str]],
    group: np.ndarray,
    *,
    seed: int = 7,
    bootstraps: int = BOOTSTRAPS,
) -> dict[str, Any]:
    """Return {"better over worse": {"r2", "spearman"}}: what one rung adds to another on the same rows.

    Each {value, low, high} with the 95% interval of the paired difference; None where a rung ranks nothing.
    """
    samples = group_samples(group, seed, bootstraps)

    def both(rows: "np.ndarray | slice", name: str) -> np.ndarray:
        truth, prediction = y[rows], rungs[name][rows]
        error = float(((truth - prediction) ** 2).sum() / ((truth - truth.mean()) ** 2).sum())
        return np.array([-error, spearman(truth, prediction)])

    out: dict[str, Any] = {}
    for better, worse in pairs:
        if better not in rungs or worse not in rungs:
            continue
        value = both(slice(None), better) - both(slice(None), worse)
        drawn = np.array([both(s, better) - both(s, worse) for s in samples])
        out[f"{better} over {worse}"] = {
            metric: _figure(float(value[i]), list(drawn[:, i])) for i, metric in enumerate(("r2", "spearman"))
        }
    return out


def _figure(value: float, drawn: list[float]) -> dict[str, float] | None:
    if not np.isfinite(value):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        low, high = np.nanpercentile(drawn, [LOW, HIGH])
    return {"value": round(value, 4), "low": round(float(low), 4), "high": round(float(high), 4)}
