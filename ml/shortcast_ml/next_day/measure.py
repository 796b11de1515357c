"""How good the next-day model is, on channels that it did not see, and for whom it holds."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from shortcast_ml.growth import fit_growth, log10_share
from shortcast_ml.next_day.fit import (
    FOLDS,
    SEED,
    CrossFit,
    Progress,
    Rows,
    channels,
    cross_fit,
    fit_booster,
    training_rows,
)
from shortcast_ml.next_day.looks import (
    CHARTS,
    FRENCH,
    TIKTOK,
    TRACKED,
    charts_before,
    day_pairs,
    growth_looks,
    read_pairs,
    tracked_looks,
)
from shortcast_ml.next_day.model import COLUMNS, feature_matrix, hide

if TYPE_CHECKING:
    import pandas as pd

BOOTSTRAPS = 100
LOW, HIGH = 2.5, 97.5  # percentiles of the bootstrap that are reported
FORWARD_SHARE = 0.7  # of the pairs, oldest first, train the time-forward check
RANK_ROWS = 40_000
MIN_ROWS = 30
LADDER = {  # what is known beside views and age, and what is hidden for it
    "views and age": ("likes and comments", "category", "an earlier look"),
    "with likes and comments": ("category", "an earlier look"),
    "with category": ("an earlier look",),
    "full": (),
}
CURVE, PACE, FULL = "curve F(t), age alone", "growth until now goes on", "full"
Rungs = dict[str, tuple[np.ndarray, ...]]  # log10 growth: centre, or centre, low and high


def evaluate_next_day(
    data_dir: str | Path, *, seed: int = SEED, progress: Progress | None = None
) -> dict[str, Any]:
    """Return every figure of the next-day model, measured anew on channels that it did not see.

    Figures are {value, low, high}, or None: a 95% interval from drawing whole channels again. `sets` has a row of rungs
    for each collection and part of one, `checks` other trainings (later videos, later charts, charts alone, with
    the rank that no creator has), `survivorship` what the charts hide, `growth_curves` the curves' own coverage.
    Raises InputError when no collection is under `data_dir`.
    """
    from shortcast_ml.growth import fit_growth_file

    say = progress or (lambda _: None)
    say("next day: reading")
    root = Path(data_dir)
    pairs = read_pairs(root)
    crossed = cross_fit(training_rows(pairs, seed), seed=seed, progress=say)
    say("next day: measuring")
    sets = measure_next_day(pairs, crossed, root, seed=seed)
    say("next day: other trainings")
    checks = _checks(pairs, seed)
    curves = fit_growth_file(root, seed=seed)
    return {
        "sets": sets,
        "checks": checks,
        "survivorship": survivorship(root),
        "growth_curves": {p: curves["measured"][p] | curves["spread"][p] for p in curves["measured"]},
    }


def measure_next_day(
    pairs: "pd.DataFrame", crossed: CrossFit, root: Path, *, seed: int = SEED
) -> dict[str, Any]:
    """Return the held-out figures of each collection and of parts of it: baselines, and the ladder of what is known."""
    rungs = _rungs(pairs, crossed, root)
    out = {}
    for label, rows in _parts(pairs).items():
        if rows.sum() >= MIN_ROWS:
            kept = (
                rungs
                if label in (CHARTS, TRACKED, FRENCH, TIKTOK)
                else {k: rungs[k] for k in (CURVE, PACE, FULL)}
            )
            out[label] = _figures(pairs[rows], {k: tuple(v[rows] for v in r) for k, r in kept.items()}, seed)
    return out


def survivorship(root: Path) -> dict[str, Any]:
    """Return mean log10 growth a day of tracked videos by age: of all, and of those that stayed on the charts."""
    folder = root / CHARTS
    if not (folder / f"{TRACKED}.parquet").is_file():
        return {}
    pairs = day_pairs(tracked_looks(folder), max_age_days=14)
    pairs = pairs[pairs.on_chart.notna()]
    stayed = (pairs.on_chart == 1) & (pairs.on_chart_next == 1)
    out = {}
    for start, end in ((0, 1), (1, 2), (2, 4), (4, 7), (7, 14)):
        rows = (pairs.age_days >= start) & (pairs.age_days < end)
        if (rows & stayed).sum() >= MIN_ROWS:
            out[f"{start} to {end} days"] = {
                "all": round(float(pairs.growth[rows].mean()), 4),
                "n_all": int(rows.sum()),
                "stayed": round(float(pairs.growth[rows & stayed].mean()), 4),
                "n_stayed": int((rows & stayed).sum()),
            }
    return out


# --- parts -------------------------------------------------------------------------------------------


def _parts(pairs: "pd.DataFrame") -> dict[str, np.ndarray]:
    """Return the rows of each collection, and of the parts of it that may differ."""
    dataset, before = pairs.dataset.to_numpy(), charts_before(pairs)
    charts, french = dataset == CHARTS, dataset == FRENCH
    first = pairs.earlier_views.isna().to_numpy()
    short = (pairs.platform == "youtube_shorts").to_numpy()
    parts = {d: dataset == d for d in (CHARTS, TRACKED, FRENCH, TIKTOK)} | {
        f"{CHARTS}, with an earlier look": charts & ~first,
        f"{CHARTS}, first look": charts & first,
        f"{CHARTS}, before they changed": charts & before,
        f"{CHARTS}, after they changed": charts & ~before,
        f"{FRENCH}, Shorts": french & short,
        f"{FRENCH}, long videos": french & ~short,
    }
    if "on_chart_next" in pairs:
        parts[f"{TRACKED}, off the charts the next day"] = (pairs.on_chart_next == 0).to_numpy()
    return parts


def _rungs(pairs: "pd.DataFrame", crossed: CrossFit, root: Path) -> Rungs:
    """Return log10 growth of every pair as each rung foretells it, from channels other than its own."""
    X, channel, age = feature_matrix(pairs), channels(pairs), pairs.age_days.to_numpy()
    curve = _curve_apart(pairs, crossed, root)
    power = X[:, COLUMNS.index("earlier_power")]
    rungs: Rungs = {
        CURVE: (curve,),
        "views over age": (np.log10(1 + 1 / age),),
        PACE: (np.where(np.isfinite(power), power, curve),),
    }
    return rungs | {name: crossed.predict(hide(X, hidden), channel) for name, hidden in LADDER.items()}


def _curve_apart(pairs: "pd.DataFrame", crossed: CrossFit, root: Path) -> np.ndarray:
    """Return the growth that F foretells from age, with F fitted on looks at other channels."""
    age, fold = pairs.age_days.to_numpy(), crossed.fold(channels(pairs))
    platform, out = pairs.platform.to_numpy(), np.full(len(pairs), np.nan)
    lent: list[float] | None = None  # the first source, Shorts, was seen from the first hours
    for source in growth_looks(root):
        whole = fit_growth(source.looks, lent, source.max_gap_days)
        lent = lent or whole
        held = crossed.fold(channels(source.looks))
        for k in range(FOLDS):
            knots = fit_growth(source.looks[held != k], whole, source.max_gap_days)
            rows = (fold == k) & (platform == source.platform)
            out[rows] = log10_share(age[rows] + 1, knots) - log10_share(age[rows], knots)
    return np.where(np.isfinite(out), out, np.log10(1 + 1 / age))


def _checks(pairs: "pd.DataFrame", seed: int) -> dict[str, Any]:
    """Return figures of other trainings, on channels that none of them saw."""
    charts = pairs[pairs.dataset == CHARTS]
    if charts.empty:
        return {}
    out, before, when = {}, charts_before(charts), charts.captured_at
    cuts = {"trained on the oldest 70%": when.quantile(FORWARD_SHARE)}
    if before.any() and not before.all():
        cuts["trained before the charts changed"] = when[before].max()
    for label, cut in cuts.items():
        known, later = charts[when <= cut], charts[when > cut]
        out[f"{label}, on later looks at other channels"] = _fit_and_measure(known, later, seed)
    for name in (FRENCH, TIKTOK):
        other = pairs[pairs.dataset == name]
        out[f"trained on the charts alone, on {name}"] = _fit_and_measure(charts, other, seed)
    rng = np.random.default_rng(seed)
    taken = charts.iloc[np.sort(rng.permutation(len(charts))[:RANK_ROWS])]
    ranked = np.column_stack([feature_matrix(taken), taken[["best_rank", "n_countries"]].to_numpy(float)])
    names, codes = np.unique(channels(taken), return_inverse=True)
    fold = (rng.permutation(len(names)) % FOLDS)[codes]
    rungs: Rungs = {}
    for label, columns in (
        ("full", COLUMNS),
        ("with rank and countries", (*COLUMNS, "best_rank", "countries")),
    ):
        rows = Rows(
            ranked[:, : len(columns)], taken.growth.to_numpy(float), channels(taken), np.ones(len(taken))
        )
        centre = np.empty(len(taken))
        for k in range(FOLDS):
            centre[fold == k] = fit_booster(rows.take(fold != k), seed, columns).predict(rows.X[fold == k])
        rungs[label] = (np.maximum(centre, 0),)
    out["with the rank that no creator has, on a sample"] = _figures(taken, rungs, seed)
    return {label: figures for label, figures in out.items() if figures}


def _fit_and_measure(known: "pd.DataFrame", other: "pd.DataFrame", seed: int) -> dict[str, Any]:
    other = other[~other.channel_id.isin(known.channel_id)]
    if len(other) < MIN_ROWS:
        return {}
    booster = fit_booster(training_rows(known, seed), seed)
    return _figures(other, {FULL: (np.maximum(booster.predict(feature_matrix(other)), 0),)}, seed)


def _figures(pairs: "pd.DataFrame", rungs: Rungs, seed: int) -> dict[str, Any]:
    """Return counts and {rung: {figure: {value, low, high}}}.

    `spearman` ranks relative growth, `spearman_gained` the views gained; `mae_log10` and `bias_log10` (mean of
    forecast less actual) are of log10 growth.
    """
    y, views = pairs.growth.to_numpy(float), pairs.views.to_numpy(float)
    names, group = np.unique(channels(pairs), return_inverse=True)
    n, rng = len(names), np.random.default_rng(seed)
    draws = np.vstack([np.ones(n), rng.multinomial(n, np.full(n, 1 / n), size=BOOTSTRAPS)])
    counts = draws @ np.bincount(group)

    def mean(values: np.ndarray) -> np.ndarray:
        return np.asarray(draws @ np.bincount(group, values) / counts)

    relative = _spearmans([y, *(r[0] for r in rungs.values())], draws, group)
    gained = _spearmans([views * (10**g - 1) for g in (y, *(r[0] for r in rungs.values()))], draws, group)
    out = {}
    for i, (name, (centre, *interval)) in enumerate(rungs.items()):
        figures = {
            "spearman": relative[i],
            "spearman_gained": gained[i],
            "mae_log10": mean(np.abs(centre - y)),
            "bias_log10": mean(centre - y),
        }
        if interval:
            inside = (y >= interval[0] - 1e-9) & (y <= interval[1] + 1e-9)
            figures["coverage_80"] = mean(inside.astype(float))
        out[name] = {key: _interval(values) for key, values in figures.items()}
    return {"n": len(pairs), "videos": int(pairs.video_id.nunique()), "channels": n, "rungs": out}


def _interval(values: np.ndarray) -> dict[str, float] | None:
    """Return {value, low, high} of a figure and its draws; None where the rows can't give one."""
    drawn = values[1:][np.isfinite(values[1:])]
    if not (np.isfinite(values[0]) and len(drawn)):
        return None
    low, high = np.percentile(drawn, (LOW, HIGH))
    return {"value": round(float(values[0]), 4), "low": round(float(low), 4), "high": round(float(high), 4)}


def _spearmans(columns: list[np.ndarray], draws: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return Spearman's correlation of the first column with each other one, under each draw: (columns - 1, draws).

    Ranks are midranks of the rows weighted by how often a draw holds their channel; nothing is sorted twice.
    """
    codes = [np.unique(c, return_inverse=True)[1] for c in columns]
    out = np.full((len(columns) - 1, len(draws)), np.nan)
    for d, draw in enumerate(draws):
        weight = draw[group]
        total = weight.sum()
        ranks = []
        for code in codes:
            held = np.bincount(code, weight)
            rank = (np.cumsum(held) - held / 2)[code]
            ranks.append(rank - weight @ rank / total)
        size = [weight @ (r * r) for r in ranks]
        for i, rank in enumerate(ranks[1:]):
            if size[0] > 0 and size[i + 1] > 0:
                out[i, d] = weight @ (ranks[0] * rank) / np.sqrt(size[0] * size[i + 1])
    return out
