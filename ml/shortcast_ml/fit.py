"""Fitting the forecast: from a training table to boosters and a calibrated distribution.

Each kind of collection has a booster of its own (a "part"): one for all was measured to be worse on each of
them. Errors for the spread and the conformal quantiles come from folds that keep groups (channels, topics) apart,
so the interval speaks of channels that the model has not seen.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from shortcast_ml.factors import factor_of
from shortcast_ml.features import TIME_COLUMNS, TITLE_COLUMNS, TOPIC_COLUMNS
from shortcast_ml.forecast import HIGH, LEVELS, LOW
from shortcast_ml.growth import log10_share
from shortcast_ml.history import DATED_COLUMNS, ENOUGH_UPLOADS, HISTORY_COLUMNS
from shortcast_ml.records import AnchorSource

if TYPE_CHECKING:
    import lightgbm
    import pandas as pd

Progress = Callable[[str], None]

PARAMS: dict[str, Any] = {
    "objective": "huber",  # rounded and viral counts pull a squared error about
    "alpha": 1.2,
    "num_leaves": 31,
    "learning_rate": 0.015,
    "min_data_in_leaf": 40,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "feature_fraction": 0.4,
    "lambda_l2": 5.0,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}
ROUNDS = {"tiktok": 1500, "youtube_shorts": 700, "titles": 700}
OTHER_ROUNDS = 700
SPREAD_PARAMS = PARAMS | {
    "objective": "regression",
    "num_leaves": 15,
    "learning_rate": 0.05,
    "min_data_in_leaf": 200,
    "feature_fraction": 0.6,
}
SPREAD_ROUNDS = 120
SEED = 7
MIN_ERROR = 0.02  # log10; the size of an error has no logarithm at zero
HIDDEN_WEIGHT = 0.15  # of a copy whose channel or other facts are hidden


@dataclass(frozen=True)
class Data:
    """A feature table with its target: all arrays share the first axis."""

    X: "pd.DataFrame"  # COLUMNS
    y: np.ndarray  # log10 views at 30 days
    group: np.ndarray
    part: np.ndarray  # which booster a row belongs to
    source: np.ndarray  # AnchorSource of each row
    anchor: np.ndarray  # log10 views of the channel's typical video, at 30 days
    weight: np.ndarray

    def take(self, rows: np.ndarray) -> "Data":
        """Return the rows of a boolean mask or an index array."""
        return Data(
            self.X.iloc[rows] if rows.dtype != bool else self.X[rows],
            self.y[rows],
            self.group[rows],
            self.part[rows],
            self.source[rows],
            self.anchor[rows],
            self.weight[rows],
        )


@dataclass(frozen=True)
class Anchors:
    """What a typical video reaches where the channel's uploads are too few: lines and constants by platform."""

    followers_line: dict[str, tuple[float, float]] = field(default_factory=dict)
    platform_log10: dict[str, float] = field(default_factory=dict)

    def of(self, X: "pd.DataFrame", platform: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return (anchor log10 views at 30 days, AnchorSource), each (n,), of feature rows."""
        anchor = np.array(
            [self.platform_log10.get(p, self.platform_log10["youtube_shorts"]) for p in platform]
        )
        source = np.full(len(X), "platform", dtype=object)
        followers = X["log10_followers"].to_numpy()
        for name in np.unique(platform):
            a, b = self.followers_line.get(name, self.followers_line.get("youtube_shorts", (np.nan, 0.0)))
            rows = (platform == name) & np.isfinite(followers) & np.isfinite(a)
            anchor[rows], source[rows] = a + b * followers[rows], "followers"
        median, uploads = X["history_median"].to_numpy(), X["history_uploads"].to_numpy()
        stated = np.isfinite(median) & (uploads == 0)
        enough = np.isfinite(median) & (uploads >= ENOUGH_UPLOADS)
        anchor[stated | enough] = median[stated | enough]
        source[stated], source[enough] = "stated", "uploads"
        return anchor, source


def fit_anchors(table: "pd.DataFrame", y: np.ndarray) -> Anchors:
    """Return the line of log10 views on log10 followers, and the median, of each platform.

    A collection drawn evenly over view bins has no level of its own, and is left out where another exists.
    """
    from shortcast_ml.features import EVENLY_SAMPLED

    lines: dict[str, tuple[float, float]] = {}
    medians: dict[str, float] = {}
    followers = np.log10(table.followers.to_numpy(float) + 1)
    even = table.dataset.isin(EVENLY_SAMPLED).to_numpy()
    for platform in table.platform.unique():
        rows = (table.platform == platform).to_numpy()
        level = rows & ~even if (rows & ~even).any() else rows
        medians[platform] = float(np.median(y[level]))
        known = rows & np.isfinite(followers)
        if known.sum() >= 50:
            slope, start = np.polyfit(followers[known], y[known], 1)
            lines[platform] = (float(start), float(slope))
    medians.setdefault("youtube_shorts", float(np.median(y)))
    return Anchors(lines, medians)


def target(table: "pd.DataFrame", knots: dict[str, list[float]]) -> np.ndarray:
    """Return log10 views brought to 30 days with the growth curve of each platform, (n,)."""
    y: np.ndarray = np.log10(table.views.to_numpy(float) + 1)
    for platform, rows in table.groupby("platform").indices.items():
        y[rows] -= log10_share(table.age_days.to_numpy()[rows], knots.get(str(platform), knots["default"]))
    return y


def hide_facts(data: Data, platform: np.ndarray, anchors: Anchors, seed: int) -> Data:
    """Return the rows and a copy of each with facts hidden, so that the model learns to do without them.

    A copy of a row with a channel knows, at random: the uploads without dates, a stated typical video, the
    followers alone, or nothing of the channel; and may lack title, length and publishing time.
    """
    import pandas as pd

    rng = np.random.default_rng(seed)
    X = data.X.copy()
    n = len(X)
    known = (X["history_uploads"] > 0).to_numpy() | np.isfinite(X["log10_followers"].to_numpy())
    kind = rng.integers(0, 4, n)
    nan = float("nan")
    X.loc[known & (kind == 0), list(DATED_COLUMNS)] = nan
    stated = known & (kind == 1)
    others = [c for c in HISTORY_COLUMNS if c not in ("history_median", "history_uploads")]
    X.loc[stated, others] = nan
    X.loc[stated, "history_uploads"] = 0.0
    bare = known & (kind >= 2)
    X.loc[bare, [*others, "history_median"]] = nan
    X.loc[bare, "history_uploads"] = 0.0
    X.loc[known & (kind == 3), "log10_followers"] = nan
    X.loc[stated & (rng.random(n) < 0.5), "log10_followers"] = nan
    X.loc[rng.random(n) < 0.3, "log10_duration"] = nan
    X.loc[rng.random(n) < 0.5, list(TIME_COLUMNS)] = nan
    untitled = rng.random(n) < 0.15
    X.loc[untitled, [*TITLE_COLUMNS, *TOPIC_COLUMNS]] = nan
    anchor, source = anchors.of(X, platform)
    return Data(
        pd.concat([data.X, X], ignore_index=True),
        np.concatenate([data.y, data.y]),
        np.concatenate([data.group, data.group]),
        np.concatenate([data.part, data.part]),
        np.concatenate([data.source, source]),
        np.concatenate([data.anchor, anchor]),
        np.concatenate([data.weight, data.weight * HIDDEN_WEIGHT]),
    )


def parts_of(table: "pd.DataFrame") -> np.ndarray:
    """Return the part of each row: `titles` for a collection drawn evenly over view bins, else the platform."""
    from shortcast_ml.features import EVENLY_SAMPLED

    return np.where(table.dataset.isin(EVENLY_SAMPLED), "titles", table.platform.astype(str)).astype(object)


Boosters = dict[str, "lightgbm.Booster"]


def fit_boosters(data: Data, seed: int) -> Boosters:
    """Return the booster of log10 views at 30 days of each part; the same seed and data give the same model."""
    boosters = {}
    for part in sorted(set(data.part)):
        rows = data.take(data.part == part)
        boosters[part] = _boost(rows.X, rows.y, rows.weight, seed, PARAMS, ROUNDS.get(part, OTHER_ROUNDS))
    return boosters


def predict_parts(boosters: Boosters, X: "pd.DataFrame", part: np.ndarray, default: str) -> np.ndarray:
    """Return log10 views at 30 days, (n,), each row by its part's booster, else by the default one's."""
    out = np.empty(len(X))
    for name in set(part):
        rows = part == name
        out[rows] = boosters.get(name, boosters[default]).predict(X[rows])
    return out


def default_part(part: np.ndarray) -> str:
    """Return the part that serves platforms without one: Shorts where they were learned, else the largest."""
    names, counts = np.unique(part.astype(str), return_counts=True)
    return "youtube_shorts" if "youtube_shorts" in names else str(names[counts.argmax()])


def fit_spread(data: Data, log_error: np.ndarray, seed: int) -> "lightgbm.Booster":
    """Return the booster of the log size of an error, one for all parts."""
    return _boost(data.X, log_error, data.weight, seed, SPREAD_PARAMS, SPREAD_ROUNDS)


def _boost(
    X: "pd.DataFrame", y: np.ndarray, weight: np.ndarray, seed: int, params: dict[str, Any], rounds: int
) -> "lightgbm.Booster":
    import lightgbm

    return lightgbm.train(
        params | {"seed": seed}, lightgbm.Dataset(X, y, weight=weight), num_boost_round=rounds
    )


def folds(group: np.ndarray, k: int, seed: int) -> list[np.ndarray]:
    """Return k boolean masks of held-out rows; each group is held out once, whole."""
    names = np.unique(group)
    order = np.random.default_rng(seed).permutation(len(names))
    part = dict(zip(names[order], np.arange(len(names)) % k, strict=True))
    fold = np.array([part[g] for g in group])
    return [fold == i for i in range(k)]


@dataclass(frozen=True)
class Fitted:
    """Boosters, and the quantiles of scaled errors at LEVELS by part and anchor source ("tiktok/uploads")."""

    boosters: Boosters
    default: str
    spread: "lightgbm.Booster"
    quantiles: dict[str, list[float]]


@dataclass(frozen=True)
class CrossFit:
    """Predictions of each row by models that never saw its group: all (n,).

    `content` is the share of the centre that comes from columns a creator can edit (0 unless asked for).
    """

    centre: np.ndarray
    scale: np.ndarray
    fold: np.ndarray
    content: np.ndarray


def cross_fit(
    data: Data, *, seed: int = SEED, k: int = 5, content_rows: int = 0, progress: Progress | None = None
) -> CrossFit:
    """Predict every row from the k - 1 folds that hold none of its group; explain the first `content_rows`."""
    say = progress or (lambda _: None)
    n = len(data.y)
    centre, scale, fold, content = np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, int), np.zeros(n)
    first = np.arange(n) < content_rows
    default = default_part(data.part)
    for i, held in enumerate(folds(data.group, k, seed)):
        say(f"fold {i + 1} of {k}")
        fold[held] = i
        boosters = fit_boosters(data.take(~held), seed)
        centre[held] = predict_parts(boosters, data.X[held], data.part[held], default)
        for part, booster in boosters.items():
            rows = held & first & (data.part == part)
            if rows.any():
                content[rows] = _content(booster, data.X[rows])
    size = np.log(np.abs(data.y - centre) + MIN_ERROR)
    for i in range(k):
        held = fold == i
        scale[held] = np.exp(fit_spread(data.take(~held), size[~held], seed).predict(data.X[held]))
    return CrossFit(centre, scale, fold, content)


def _content(booster: "lightgbm.Booster", X: "pd.DataFrame") -> np.ndarray:
    """Return the summed SHAP values of the columns that say nothing of the channel, (n,)."""
    own = [factor_of(c).changeable and c not in HISTORY_COLUMNS for c in X.columns]
    contributions = np.asarray(booster.predict(X, pred_contrib=True))[:, :-1]
    return np.asarray(contributions[:, own].sum(axis=1))


def fit(
    data: Data, *, seed: int = SEED, k: int = 5, content_rows: int = 0, progress: Progress | None = None
) -> tuple[Fitted, CrossFit]:
    """Fit boosters on all rows, calibrated on groups held out; return the held-out predictions too."""
    crossed = cross_fit(data, seed=seed, k=k, content_rows=content_rows, progress=progress)
    if progress:
        progress("final model on all rows")
    size = np.log(np.abs(data.y - crossed.centre) + MIN_ERROR)
    fitted = Fitted(
        fit_boosters(data, seed),
        default_part(data.part),
        fit_spread(data, size, seed),
        conformal_quantiles((data.y - crossed.centre) / crossed.scale, data.part, data.source),
    )
    return fitted, crossed


def conformal_quantiles(scaled: np.ndarray, part: np.ndarray, source: np.ndarray) -> dict[str, list[float]]:
    """Return quantiles at LEVELS of scaled errors, by part and anchor source."""
    return {
        f"{p}/{s}": _quantiles(scaled[(part == p) & (source == s)], scaled[part == p])
        for p in sorted(set(part))
        for s in get_args(AnchorSource)
    }


def intervals(
    centre: np.ndarray,
    scale: np.ndarray,
    part: np.ndarray,
    source: np.ndarray,
    quantiles: dict[str, list[float]],
) -> tuple[np.ndarray, np.ndarray]:
    """Return the 80% interval (low, high), each (n,) in log10 views at 30 days."""
    ends = {key: (np.interp(LOW, LEVELS, q), np.interp(HIGH, LEVELS, q)) for key, q in quantiles.items()}
    pairs = np.array([ends[f"{p}/{s}"] for p, s in zip(part, source, strict=True)])
    return centre + scale * pairs[:, 0], centre + scale * pairs[:, 1]


def _quantiles(scaled: np.ndarray, everything: np.ndarray) -> list[float]:
    """Return conformal quantiles at LEVELS; of all rows where a group is too small to have its own."""
    sample = np.sort(scaled if len(scaled) >= 200 else everything)
    n = len(sample)
    # a finite sample covers a little less than its plain quantile: widen by (n + 1) / n on either side
    levels = np.clip(0.5 + (LEVELS - 0.5) * (n + 1) / n, 0, 1)
    return [round(float(v), 4) for v in np.quantile(sample, levels)]
