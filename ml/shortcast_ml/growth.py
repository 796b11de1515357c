"""The growth curve F(t): which share of its 30-day views a typical video has at age t, and how sure that is.

Learned from videos that were looked at more than once: within a pair of looks, log10 views grow by
slope(age) per tenfold of age; the slopes of each age band are pooled (`fit_growth`) and integrated.
Kept with a model as knots, per platform, in `growth.json`:

| key                       | what                                                                       |
|---------------------------|----------------------------------------------------------------------------|
| `knots_days`              | the ages of the knots                                                      |
| `log10_share_at_knots`    | log10 F by platform, 0 at 30 days                                          |
| `low`, `high`             | its 80% bootstrap interval over channels, by platform                      |
| `spread`                  | how far single videos grew from F, by the growth that F foretold           |
| `measured`                | looks, pairs, videos and channels behind each curve, and what biases it    |
"""

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from shortcast_ml.errors import InputError, ModelError
from shortcast_ml.records import Platform

if TYPE_CHECKING:
    import pandas as pd

REFERENCE_DAYS = 30.0
KNOT_DAYS = np.array([1 / 24, 0.25, 0.5, 1, 2, 4, 7, 14, 30, 90, 365])
MIN_PAIRS = 20  # fewer looks in an age band say nothing; the neighbouring band's slope is used
MIN_VIEWS = 100  # below, a growth of one view is a jump
MIN_GAP_DAYS = 0.25
BOOTSTRAPS = 200
FOLDS = 5
LEVELS = (10, 90)  # percentiles of every interval here: 80%
SPREAD_EDGES = (0, 0.25, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.995, 1)  # finer where growth is large and rare
LAGS = 4  # a look is also paired with the second, third and fourth after it, to learn long gaps
FLAT_LOG10 = 1e-4  # a foretold growth below this is none


class DayViews(NamedTuple):
    """Views that a video seen today will likely have at an age, with the 80% interval."""

    day: float
    views: int
    low: int
    high: int


class _Pairs(NamedTuple):
    """Two looks at one video, arrays of one length: ages in days, growth in log10."""

    video: np.ndarray
    age: np.ndarray
    next_age: np.ndarray
    growth: np.ndarray
    row: np.ndarray  # position of the first look in the table


def fit_growth(
    looks: "pd.DataFrame", prior: list[float] | None = None, max_gap_days: float | None = None
) -> list[float]:
    """Return log10 F at KNOT_DAYS (0 at 30 days) from looks with columns video_id, age_days, views.

    The slope of an age band is the mean over pairs of log10 growth, over the mean of log10 age growth: a
    ratio of means, so that counts which a platform rounds don't pull it to zero as a median would.
    A band with too few pairs takes its slope from `prior` (another platform's knots), else its neighbour's.
    `max_gap_days` leaves out longer pairs: where a video is looked at only while it does well, a long gap
    means that it came back.
    """
    pairs = _pairs(looks, max_gap_days=max_gap_days)
    return [round(float(v), 5) for v in _integrate(_total(pairs), prior)]


def bootstrap_growth(
    looks: "pd.DataFrame",
    prior: list[float] | None = None,
    max_gap_days: float | None = None,
    *,
    bootstraps: int = BOOTSTRAPS,
    seed: int = 7,
) -> tuple[list[float], list[float]]:
    """Return (low, high) knots: the 80% interval of `fit_growth` when whole channels are drawn again.

    A column channel_id says which videos belong together; without it, videos are drawn. A band with too few pairs
    has no interval of its own.
    """
    pairs = _pairs(looks, max_gap_days=max_gap_days)
    unit, n = _units(looks, pairs.row)
    sums = _band_sums(pairs, unit, n)
    prior = list(_integrate(sums.sum(0), prior))
    draws = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=bootstraps)
    drawn = [_integrate(np.tensordot(weights, sums, 1), prior) for weights in draws]
    low, high = np.percentile(drawn, LEVELS, axis=0)
    return [round(float(v), 5) for v in low], [round(float(v), 5) for v in high]


def growth_spread(
    looks: "pd.DataFrame",
    prior: list[float] | None = None,
    max_gap_days: float | None = None,
    *,
    seed: int = 7,
) -> dict[str, Any]:
    """Return how far the growth of single videos lies from that foretold by F, in log10.

    Every pair of looks up to LAGS apart is foretold by the curve of the other channels. `growth` holds the
    foretold growth (the age and the gap in one number), `low` and `high` the 10th and 90th percentile of the
    error there. `coverage_80` is the share of pairs inside when the percentiles too are those of other channels.
    """
    pairs = [_pairs(looks, lag=lag, max_gap_days=max_gap_days) for lag in range(1, LAGS + 1)]
    joined = _Pairs(*(np.concatenate(column) for column in zip(*pairs, strict=True)))
    unit, n = _units(looks, joined.row)
    if n < FOLDS:
        raise InputError(f"Only {n} channels or videos were looked at twice; the spread needs {FOLDS}.")
    fold = (np.random.default_rng(seed).permutation(n) % FOLDS)[unit]
    first, n_first = pairs[0], len(pairs[0].age)  # lag 1, the pairs that F is fitted on
    prior = list(_integrate(_total(first), prior))  # for bands that hold too few pairs of the others
    foretold = np.empty(len(joined.age))
    for k in range(FOLDS):
        kept = _Pairs(*(column[fold[:n_first] != k] for column in first))
        knots = list(_integrate(_total(kept), prior))
        held = fold == k
        foretold[held] = log10_share(joined.next_age[held], knots) - log10_share(joined.age[held], knots)
    error = joined.growth - foretold
    inside = np.empty(len(error), bool)
    for k in range(FOLDS):
        held = fold == k
        low, high = _spread_at(_spread(foretold[~held], error[~held]), foretold[held])
        inside[held] = (error[held] >= low - 1e-9) & (error[held] <= high + 1e-9)
    return _spread(foretold, error) | {"pairs": len(error), "coverage_80": round(float(inside.mean()), 4)}


def fit_growth_file(data_dir: str | Path, *, seed: int = 7) -> dict[str, Any]:
    """Return the content of `growth.json` from every collection under `data_dir` that was looked at twice.

    Raises InputError when there is none.
    """
    from shortcast_ml.next_day.looks import growth_looks

    out: dict[str, Any] = {
        "knots_days": [round(float(d), 4) for d in KNOT_DAYS],
        "log10_share_at_knots": {}, "low": {}, "high": {}, "spread": {}, "measured": {},
    }  # fmt: skip
    # growth_looks gives Shorts first: seen from the first hours, they lend those bands to TikTok
    for source in growth_looks(Path(data_dir)):
        platform, looks, gap = source.platform, source.looks, source.max_gap_days
        prior = out["log10_share_at_knots"].get("youtube_shorts")
        pairs = _pairs(looks, max_gap_days=gap)
        out["log10_share_at_knots"][platform] = fit_growth(looks, prior, gap)
        out["low"][platform], out["high"][platform] = bootstrap_growth(looks, prior, gap, seed=seed)
        out["spread"][platform] = growth_spread(looks, prior, gap, seed=seed)
        counts = _total(pairs)[:, 2]
        out["measured"][platform] = {
            "source": source.name,
            "looks": len(looks),
            "pairs": len(pairs.age),
            "pairs_by_band": [int(c) for c in counts],
            "videos": int(np.unique(pairs.video).size),
            "channels": _units(looks, pairs.row)[1],
            "survivorship": source.survivorship,
        }
    if not out["measured"]:
        raise InputError(f"Nothing in {data_dir} was looked at twice: no growth curve can be learned.")
    for part in ("log10_share_at_knots", "low", "high", "spread"):
        out[part]["default"] = out[part].get("youtube_shorts", next(iter(out[part].values())))
    return out


@cache
def starter_growth() -> dict[str, list[float]]:
    """Return the shipped knots by platform, with a `default`."""
    text = (files("shortcast_ml") / "starter" / "growth.json").read_text(encoding="utf-8")
    knots: dict[str, list[float]] = json.loads(text)["log10_share_at_knots"]
    return knots


@cache
def growth_file(folder: Path | None = None) -> dict[str, Any]:
    """Return a `growth.json` with its uncertainty; without a folder, the starter's.

    Raises ModelError when it was written without one.
    """
    path = (folder or Path(str(files("shortcast_ml") / "starter"))) / "growth.json"
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} can't be read: {error}. Train the model again.") from error
    if "spread" not in content:
        raise ModelError(f"{path} has a curve but no uncertainty. Train the model again with this version.")
    return content


def log10_share(age_days: "np.ndarray | float", knots: list[float]) -> np.ndarray:
    """Return log10 F(age); ages outside the knots are held at the ends, unknown ages count as 30 days."""
    age = np.nan_to_num(np.asarray(age_days, float), nan=REFERENCE_DAYS)
    return np.asarray(np.interp(np.log10(np.maximum(age, KNOT_DAYS[0])), np.log10(KNOT_DAYS), knots))


def to_age(views: float, age_days: float, at_days: float, platform: Platform) -> float:
    """Return the views that a video seen with `views` at `age_days` typically has at `at_days`."""
    curves = starter_growth()
    knots = curves.get(platform, curves["default"])
    return float(views * 10 ** (log10_share(at_days, knots) - log10_share(age_days, knots)))


def views_at_30_days(views: np.ndarray, age_days: np.ndarray, platform: np.ndarray) -> np.ndarray:
    """Return (n,) views brought from an age to 30 days by each platform's curve; NaN where one is unknown."""
    curves, out = starter_growth(), np.full(len(views), np.nan)
    for name in np.unique(platform):
        rows = np.flatnonzero((platform == name) & np.isfinite(views) & np.isfinite(age_days))
        out[rows] = views[rows] / 10 ** log10_share(age_days[rows], curves.get(str(name), curves["default"]))
    return out


def views_by_day(
    views: float,
    age_days: float,
    days: Sequence[float],
    platform: Platform,
    growth: dict[str, Any] | None = None,
) -> list[DayViews]:
    """Return the views of a published video at later ages, given what it has now, with the 80% interval.

    The centre follows F; the interval adds the spread of single videos around F and, as independent of it, F's
    own uncertainty. Days come in order, those before the present age are left out; no view is ever lost.
    Raises InputError when views or age can't be.
    """
    if not (np.isfinite(views) and views >= 0):
        raise InputError("Views must be a number of 0 or more.")
    if not (np.isfinite(age_days) and age_days > 0):
        raise InputError("The age must be more than 0 days: give how long ago the video was published.")
    content = growth or growth_file()
    key = platform if platform in content["spread"] else "default"
    knots = content["log10_share_at_knots"][key]
    later = np.array(sorted(d for d in days if d >= age_days), float)
    now = float(log10_share(age_days, knots))
    foretold = log10_share(later, knots) - now
    low, high = _spread_at(content["spread"][key], foretold)
    doubt = _curve_doubt(age_days, later, content, key)
    least = np.maximum.accumulate(np.maximum(foretold - np.hypot(np.minimum(low, 0), doubt), 0))
    most = np.maximum.accumulate(foretold + np.hypot(np.maximum(high, 0), doubt))
    return [
        DayViews(float(d), round(views * 10**c), round(views * 10**a), round(views * 10**b))
        for d, c, a, b in zip(later, foretold, least, most, strict=True)
    ]


# --- parts -------------------------------------------------------------------------------------------


def _pairs(looks: "pd.DataFrame", lag: int = 1, max_gap_days: float | None = None) -> _Pairs:
    """Return each look paired with the one `lag` after it; pairs whose views fall are left out."""
    codes = looks.video_id.factorize()[0]
    age_all, views_all = looks.age_days.to_numpy(float), looks.views.to_numpy(float)
    known = np.flatnonzero((views_all >= MIN_VIEWS) & (age_all > 0))
    row = known[np.lexsort((age_all[known], codes[known]))]
    video, age, views = codes[row], age_all[row], views_all[row]
    a, b = slice(0, max(len(row) - lag, 0)), slice(lag, None)
    gap = age[b] - age[a]
    good = (video[a] == video[b]) & (gap > MIN_GAP_DAYS) & (views[b] >= views[a])
    if max_gap_days is not None:
        good &= gap <= max_gap_days
    growth = np.clip(np.log10(views[b][good] / views[a][good]), 0, 2)
    return _Pairs(video[a][good], age[a][good], age[b][good], growth, row[a][good])


def _units(looks: "pd.DataFrame", row: np.ndarray) -> tuple[np.ndarray, int]:
    """Return (code of the channel, else of the video, of each row; how many there are)."""
    column = looks["channel_id"] if "channel_id" in looks else looks["video_id"]
    names, codes = np.unique(column.to_numpy()[row].astype(str), return_inverse=True)
    return codes, len(names)


def _band_sums(pairs: _Pairs, unit: np.ndarray, n: int) -> np.ndarray:
    """Return (n, bands, 3): growth, log10 age growth and count of the pairs of each unit in each age band."""
    knots = np.log10(KNOT_DAYS)
    log_age, log_next = np.log10(pairs.age), np.log10(pairs.next_age)
    band = np.searchsorted(knots, (log_age + log_next) / 2, side="right") - 1
    bands = len(knots) - 1
    inside = (band >= 0) & (band < bands)
    cell = unit[inside] * bands + band[inside]
    columns = (pairs.growth[inside], (log_next - log_age)[inside], None)
    sums = [np.bincount(cell, weights, minlength=n * bands) for weights in columns]
    return np.stack(sums, -1).reshape(n, bands, 3)


def _total(pairs: _Pairs) -> np.ndarray:
    """Return (bands, 3): the sums of all pairs together."""
    return np.asarray(_band_sums(pairs, np.zeros(len(pairs.age), int), 1)[0])


def _integrate(sums: np.ndarray, prior: list[float] | None) -> np.ndarray:
    """Return log10 F at KNOT_DAYS from (bands, 3) sums of growth, log10 age growth and count."""
    knots = np.log10(KNOT_DAYS)
    slopes = np.full(len(knots) - 1, np.nan)
    enough = sums[:, 2] >= MIN_PAIRS
    slopes[enough] = sums[enough, 0] / sums[enough, 1]
    if prior is not None:
        slopes[~enough] = (np.diff(prior) / np.diff(knots))[~enough]
    known = np.flatnonzero(np.isfinite(slopes))
    if not len(known):
        raise InputError(
            f"No age band holds {MIN_PAIRS} pairs of looks: no growth curve can be learned. Look at more videos twice."
        )
    slopes = np.interp(np.arange(len(slopes)), known, slopes[known])
    slopes = _falling(slopes, np.where(enough, sums[:, 1], 0) + 1e-9)
    log_f = np.concatenate([[0.0], np.cumsum(slopes * np.diff(knots))])
    return np.asarray(log_f - np.interp(np.log10(REFERENCE_DAYS), knots, log_f))


def _falling(slopes: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the slopes that never rise and are nearest to these: growth slows with age.

    Neighbours that rise are pooled by weight, so that one thin early band can't hold down all later ones.
    Source: pool adjacent violators (Barlow et al. 1972).
    """
    blocks: list[tuple[float, float, int]] = []  # slope, weight, bands
    for slope, weight in zip(slopes, weights, strict=True):
        block = (float(slope), float(weight), 1)
        while blocks and blocks[-1][0] < block[0]:
            before = blocks.pop()
            total = before[1] + block[1]
            pooled = (before[0] * before[1] + block[0] * block[1]) / total
            block = (pooled, total, before[2] + block[2])
        blocks.append(block)
    return np.repeat([b[0] for b in blocks], [b[2] for b in blocks])


def _spread(foretold: np.ndarray, error: np.ndarray) -> dict[str, Any]:
    edges = np.unique(np.quantile(foretold, SPREAD_EDGES))
    bin_of = np.clip(np.searchsorted(edges, foretold, side="right") - 1, 0, max(len(edges) - 2, 0))
    centres, low, high = [], [], []
    for b in np.unique(bin_of):
        inside = bin_of == b
        centres.append(round(float(np.median(foretold[inside])), 5))
        bounds = np.percentile(error[inside], LEVELS)
        low.append(round(float(bounds[0]), 5))
        high.append(round(float(bounds[1]), 5))
    return {"growth": centres, "low": low, "high": high}


def _spread_at(spread: dict[str, Any], foretold: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (low, high) error at a foretold growth: none at no growth, in proportion beyond the last bin."""
    grid = np.concatenate([[0.0], spread["growth"]])
    beyond = np.maximum(foretold / max(grid[-1], FLAT_LOG10), 1)
    low = np.interp(foretold, grid, np.concatenate([[0.0], spread["low"]])) * beyond
    high = np.interp(foretold, grid, np.concatenate([[0.0], spread["high"]])) * beyond
    return low, high


def _curve_doubt(age: float, later: np.ndarray, content: dict[str, Any], key: str) -> np.ndarray:
    """Return the half-width of F(later) - F(age), from intervals that both are measured from 30 days.

    Bands are independent, so the variance between two ages is the difference of their variances from 30 days,
    counted negative before it.
    """

    def signed_variance(at: "np.ndarray | float") -> np.ndarray:
        half = (log10_share(at, content["high"][key]) - log10_share(at, content["low"][key])) / 2
        return np.asarray(np.sign(np.asarray(at) - REFERENCE_DAYS) * half**2)

    return np.asarray(np.sqrt(np.abs(signed_variance(later) - signed_variance(age))))
