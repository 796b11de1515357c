"""Whether intervals and probabilities mean what they say: on held-out rows, bootstrapped over groups."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from shortcast_ml.errors import InputError
from shortcast_ml.metrics import BOOTSTRAPS, HIGH, LOW

BUCKETS = ("<1k", "1k-10k", "10k-100k", "100k-1M", ">=1M")
EDGES = (1e3, 1e4, 1e5, 1e6)
UNKNOWN = "unknown"
SEED = 7


def channel_size_buckets(followers: np.ndarray) -> np.ndarray:
    """Return the size of each channel, (n,) str: one of BUCKETS, or `unknown` where `followers` is NaN."""
    followers = np.asarray(followers, float)
    labels = np.array(BUCKETS)[np.searchsorted(EDGES, followers, side="right").clip(max=len(EDGES))]
    return np.where(np.isnan(followers), UNKNOWN, labels)


def mondrian_coverage(
    y: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    bucket: np.ndarray,
    group: np.ndarray | None = None,
    *,
    bootstraps: int = BOOTSTRAPS,
    seed: int = SEED,
) -> dict[str, dict[str, float]]:
    """Return {bucket: {n, groups, value, low, high}}: the share of rows inside their interval, and its 95% interval.

    `y`, `low` and `high` are (n,) log10 views; buckets come smallest channels first. Whole groups are drawn
    (rows, where `group` is None). Source: Vovk et al., "Algorithmic learning in a random world", 2005.
    """
    inside = ((y >= low) & (y <= high)).astype(float)
    group = np.arange(len(y)) if group is None else group
    found = set(bucket.tolist())
    known = [b for b in (*BUCKETS, UNKNOWN) if b in found]
    out = {}
    for name in [*known, *sorted(found.difference(known))]:
        rows = bucket == name
        sums, groups = _sums(group[rows], np.column_stack([np.ones(rows.sum()), inside[rows]]))
        interval = _interval(sums, _draw(sums, bootstraps, seed), lambda s: s[..., 1] / s[..., 0])
        out[str(name)] = {"n": int(rows.sum()), "groups": groups, **interval}
    return out


def reliability(
    probability: np.ndarray,
    happened: np.ndarray,
    group: np.ndarray | None = None,
    *,
    bins: int = 10,
    bootstraps: int = BOOTSTRAPS,
    seed: int = SEED,
) -> dict[str, Any]:
    """Return {n, brier, ece, bins}: how often what was given a probability came true.

    `probability` is (n,) in [0, 1], `happened` (n,) bool. The bins hold about as many rows each; equal
    probabilities share one. `brier` is the mean squared error, `ece` the mean distance of bin means weighted
    by rows, both {value, low, high}; each bin {n, forecast, value, low, high}. Whole groups are drawn (rows,
    where `group` is None); the bins stay. The bootstrap of `ece` leans upwards, since noise never cancels in
    a distance. Raises InputError without rows or beyond [0, 1].

    Source: Brier, "Verification of forecasts expressed in terms of probability", 1950; Naeini et al.,
    "Obtaining well calibrated probabilities using Bayesian binning", 2015.
    """
    probability, came = np.asarray(probability, float), np.asarray(happened, float)
    if not len(probability) or not ((probability >= 0) & (probability <= 1)).all():
        raise InputError("Reliability needs at least one forecast, and probabilities between 0 and 1.")
    edges = np.unique(np.quantile(probability, np.arange(1, bins) / bins))
    at = np.unique(np.searchsorted(edges, probability, side="left"), return_inverse=True)[1]
    in_bin = np.eye(at.max() + 1)[at]
    k = in_bin.shape[1]
    columns = [
        in_bin,
        in_bin * probability[:, None],
        in_bin * came[:, None],
        ((probability - came) ** 2)[:, None],
    ]
    sums, _ = _sums(np.arange(len(came)) if group is None else group, np.hstack(columns))

    def ece(s: np.ndarray) -> np.ndarray:
        apart = np.abs(s[..., k : 2 * k] - s[..., 2 * k : 3 * k]).sum(axis=-1)
        return np.asarray(apart / s[..., :k].sum(axis=-1))

    def brier(s: np.ndarray) -> np.ndarray:
        return np.asarray(s[..., -1] / s[..., :k].sum(axis=-1))

    def share(i: int) -> Callable[[np.ndarray], np.ndarray]:
        return lambda s: s[..., 2 * k + i] / s[..., i]

    total, drawn = sums.sum(axis=0), _draw(sums, bootstraps, seed)
    return {
        "n": len(came),
        "brier": _interval(sums, drawn, brier),
        "ece": _interval(sums, drawn, ece),
        "bins": [
            {
                "n": int(total[i]),
                "forecast": round(float(total[k + i] / total[i]), 4),
                **_interval(sums, drawn, share(i)),
            }
            for i in range(k)
        ],
    }


def draw_reliability(measured: dict[str, Any], path: Path | str) -> None:
    """Draw what `reliability` returned as a PNG: forecast against outcome with intervals, and rows per bin."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    bins = measured["bins"]
    forecast = np.array([b["forecast"] for b in bins])
    value, low, high = (np.array([b[key] for b in bins], float) for key in ("value", "low", "high"))
    figure = Figure(figsize=(4.5, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color="0.6", linewidth=1, linestyle="--")
    axes.vlines(forecast, low, high, color="C0", linewidth=1)
    axes.plot(forecast, value, color="C0", marker="o", markersize=4)
    axes.set(
        xlim=(0, 1),
        ylim=(0, 1),
        aspect="equal",
        xlabel="forecast probability",
        ylabel="how often it came true",
    )
    axes.set_title(
        f"Brier {measured['brier']['value']:.3f}, ECE {measured['ece']['value']:.3f}, {measured['n']:,} forecasts",
        fontsize=10,
    )
    path = Path(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            figure.savefig(file, format="png")
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _sums(group: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, int]:
    """Return the sums of (n, d) columns within each group, (groups, d), and how many groups there are."""
    names, of_row = np.unique(group, return_inverse=True)
    out = np.zeros((len(names), columns.shape[1]))
    np.add.at(out, of_row, columns)
    return out, len(names)


def _draw(sums: np.ndarray, bootstraps: int, seed: int) -> np.ndarray:
    """Return the summed columns of each draw of groups with replacement, (bootstraps, d)."""
    rng, n = np.random.default_rng(seed), len(sums)
    return np.stack([np.bincount(rng.integers(0, n, n), minlength=n) @ sums for _ in range(bootstraps)])


def _interval(
    sums: np.ndarray, drawn: np.ndarray, statistic: Callable[[np.ndarray], np.ndarray]
) -> dict[str, float]:
    """Return {value, low, high} of a statistic of the summed columns."""
    with np.errstate(invalid="ignore"):  # a draw can miss every group of a bin
        low, high = np.nanpercentile(statistic(drawn), [LOW, HIGH])
    value = float(statistic(sums.sum(axis=0)))
    return {"value": round(value, 4), "low": round(float(low), 4), "high": round(float(high), 4)}
