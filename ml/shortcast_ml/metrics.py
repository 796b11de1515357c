"""How good a forecast is: the figures that every rung is judged by, with a bootstrap over groups."""

import warnings
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
LOW, HIGH = 2.5, 97.5  # percentiles of the bootstrap that are reported


def measure(
    y: np.ndarray, prediction: np.ndarray, anchor: np.ndarray, covered: np.ndarray | None
) -> dict[str, float]:
    """Return METRICS of predictions in log10 views, (n,) each; NaN where the rows can't give one.

    `residual_spearman` ranks what is left of both when the anchor is taken away: does the forecast know
    which of a channel's videos do better than usual? `covered` marks the rows inside their interval.
    """
    from scipy.stats import spearmanr
    from sklearn.metrics import roc_auc_score

    def rank(a: np.ndarray, b: np.ndarray) -> float:
        if len(a) < 3 or np.ptp(a) < 1e-9 or np.ptp(b) < 1e-9:
            return float("nan")
        return float(spearmanr(a, b).statistic)

    def auroc(threshold: float) -> float:
        positive = y >= threshold
        if positive.all() or not positive.any() or np.ptp(prediction) < 1e-9:
            return float("nan")
        return float(roc_auc_score(positive, prediction))

    total = float(((y - y.mean()) ** 2).sum())
    return {
        "r2": 1 - float(((y - prediction) ** 2).sum()) / total if total > 0 else float("nan"),
        "mae_log10": float(np.abs(y - prediction).mean()),
        "spearman": rank(y, prediction),
        "residual_spearman": rank(y - anchor, prediction - anchor),
        "auroc_100k": auroc(5.0),
        "auroc_1m": auroc(6.0),
        "coverage_80": float("nan") if covered is None else float(covered.mean()),
    }


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
    rng = np.random.default_rng(seed)
    order = np.argsort(group, kind="stable")
    _, starts = np.unique(group[order], return_index=True)
    members = np.split(order, starts[1:])
    out: dict[str, Any] = {}
    samples = [
        np.concatenate([members[i] for i in rng.integers(0, len(members), len(members))])
        for _ in range(bootstraps)
    ]
    for name, prediction in rungs.items():
        inside = covered if name == "full" else None
        value = measure(y, prediction, anchor, inside)
        drawn = [
            measure(y[s], prediction[s], anchor[s], None if inside is None else inside[s]) for s in samples
        ]
        out[name] = {}
        for metric in METRICS:
            if not np.isfinite(value[metric]):
                out[name][metric] = None
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)
                low, high = np.nanpercentile([d[metric] for d in drawn], [LOW, HIGH])
            out[name][metric] = {
                "value": round(value[metric], 4),
                "low": round(float(low), 4),
                "high": round(float(high), 4),
            }
    return out
