"""Fitting the forecast: from a training table to boosters and a calibrated distribution.

Each kind of collection has a booster of its own (a "part"): one for all was measured to be worse on each of
them. Errors for the spread and the conformal quantiles come from folds that keep groups (channels, topics) or
time apart, so the interval speaks of channels that the model has not seen.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import numpy as np

from shortcast_ml.anchors import EVENLY_SAMPLED, Anchors
from shortcast_ml.config import Booster, TrainConfig
from shortcast_ml.coverage import BUCKETS, UNKNOWN, channel_size_buckets
from shortcast_ml.factors import factor_of
from shortcast_ml.features import (
    PICTURE_COLUMNS,
    PICTURE_DIM,
    TIME_COLUMNS,
    TITLE_COLUMNS,
    TOPIC_COLUMNS,
    TOPIC_DIM,
)
from shortcast_ml.folds import Fold, group_folds
from shortcast_ml.forecast import HIGH, LEVELS, LOW
from shortcast_ml.history import DATED_COLUMNS, HISTORY_COLUMNS
from shortcast_ml.records import AnchorSource
from shortcast_ml.titles import Vectors, project
from shortcast_ml.titles import fit_projection as components

if TYPE_CHECKING:
    import lightgbm
    import pandas as pd

Progress = Callable[[str], None]

MIN_ERROR = 0.02  # log10; the size of an error has no logarithm at zero
MIN_CALIBRATION = 200  # rows; fewer borrow the quantiles of a wider kind


@dataclass(frozen=True)
class Data:
    """A feature table with its target: everything shares the first axis."""

    X: "pd.DataFrame"  # COLUMNS, and the thumbnail's where there are pictures; components are NaN
    y: np.ndarray  # log10 views at 30 days
    group: np.ndarray
    part: np.ndarray  # which booster a row belongs to
    source: np.ndarray  # AnchorSource of each row
    anchor: np.ndarray  # log10 views of the channel's typical video, at 30 days
    weight: np.ndarray
    titles: Vectors
    pictures: Vectors | None = None

    def take(self, rows: np.ndarray) -> "Data":
        """Return the rows of a boolean mask or an index array."""
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows
        return Data(
            X=self.X.iloc[rows],
            y=self.y[rows],
            group=self.group[rows],
            part=self.part[rows],
            source=self.source[rows],
            anchor=self.anchor[rows],
            weight=self.weight[rows],
            titles=self.titles.take(rows),
            pictures=None if self.pictures is None else self.pictures.take(rows),
        )

    @property
    def bucket(self) -> np.ndarray:
        """The channel's size, one of coverage.BUCKETS or `unknown`, (n,)."""
        followers = 10 ** self.X["log10_followers"].to_numpy(float) - 1
        return channel_size_buckets(np.round(followers))


def hide_facts(data: Data, platform: np.ndarray, anchors: Anchors, weight: float, seed: int) -> Data:
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
    X.loc[untitled, list(TITLE_COLUMNS)] = nan
    anchor, source = anchors.of(X, platform)
    titles, pictures = data.titles, data.pictures
    return Data(
        X=pd.concat([data.X, X], ignore_index=True),
        y=np.concatenate([data.y, data.y]),
        group=np.concatenate([data.group, data.group]),
        part=np.concatenate([data.part, data.part]),
        source=np.concatenate([data.source, source]),
        anchor=np.concatenate([data.anchor, anchor]),
        weight=np.concatenate([data.weight, data.weight * weight]),
        titles=Vectors(titles.all, np.concatenate([titles.at, np.where(untitled, -1, titles.at)])),
        pictures=pictures and Vectors(pictures.all, np.concatenate([pictures.at, pictures.at])),
    )


def parts_of(table: "pd.DataFrame") -> np.ndarray:
    """Return the part of each row: `titles` for a collection drawn evenly over view bins, else the platform."""
    return np.where(table.dataset.isin(EVENLY_SAMPLED), "titles", table.platform.astype(str)).astype(object)


# --- boosters ----------------------------------------------------------------------------------------

Projection = dict[str, np.ndarray]


def fit_projection(data: Data) -> Projection:
    """Return the principal components of the title and picture vectors of training rows."""
    topic_mean, topic = components(data.titles.known(), TOPIC_DIM)
    found = {"topic_mean": topic_mean, "topic_components": topic}
    if data.pictures is not None:
        picture_mean, picture = components(data.pictures.known(), PICTURE_DIM)
        found |= {"picture_mean": picture_mean, "picture_components": picture}
    return found


def with_components(data: Data, projection: Projection, columns: Sequence[str]) -> "pd.DataFrame":
    """Return the `columns` of the rows with their components of title and picture filled in."""
    X = data.X[list(columns)]
    for name, vectors, own in (
        ("topic", data.titles, TOPIC_COLUMNS),
        ("picture", data.pictures, PICTURE_COLUMNS),
    ):
        if vectors is None or own[0] not in X:
            continue
        values = np.full((len(X), len(own)), np.nan, np.float32)
        known = vectors.at >= 0
        values[known] = project(
            vectors.all[vectors.at[known]], projection[f"{name}_mean"], projection[f"{name}_components"]
        )
        X = X.drop(columns=list(own)).assign(**dict(zip(own, values.T, strict=True)))[list(columns)]
    return X


@dataclass(frozen=True)
class Centre:
    """Fitted boosters of log10 views at 30 days, by part."""

    boosters: "dict[str, lightgbm.Booster]"
    default: str
    projection: Projection

    def predict(self, data: Data) -> np.ndarray:
        """Return log10 views at 30 days, (n,): each row by its part's booster, else by the default one's."""
        out = np.empty(len(data.y))
        for name in set(data.part):
            rows = data.part == name
            booster = self.boosters.get(name, self.boosters[self.default])
            out[rows] = booster.predict(self.columns(data.take(rows), booster))
        return out

    def columns(self, data: Data, booster: "lightgbm.Booster") -> "pd.DataFrame":
        """Return what a booster sees of the rows."""
        return with_components(data, self.projection, booster.feature_name())


def fit_centre(data: Data, config: TrainConfig, columns: Sequence[str] | None = None) -> Centre:
    """Fit the booster of each part; the same seed and rows give the same model.

    `columns` are what a rung may see; by default all of `data`, and titles' components where the
    configuration wants them.
    """
    projection = fit_projection(data)
    boosters = {}
    for part in sorted(set(data.part)):
        rows, booster = data.take(data.part == part), config.booster(part)
        seen = columns or [str(c) for c in data.X if booster.topics or c not in TOPIC_COLUMNS]
        X = with_components(rows, projection, seen)
        boosters[part] = boost(X, rows.y, rows.weight, rows.group, booster, config.seed)
    return Centre(boosters, default_part(data.part), projection)


def boost(
    X: "pd.DataFrame", y: np.ndarray, weight: np.ndarray, group: np.ndarray, booster: Booster, seed: int
) -> "lightgbm.Booster":
    """Fit one booster: early stopping on held-out groups says how many rounds, then all rows teach."""
    import lightgbm

    params = booster.lightgbm(seed)
    if booster.monotone:
        params["monotone_constraints"] = [int(c in booster.monotone) for c in X]
    rounds = booster.max_rounds
    if booster.patience and len(np.unique(group)) > 2:
        held = group_folds(group, max(2, round(1 / booster.held_out)), seed)[0]
        stop = lightgbm.early_stopping(booster.patience, verbose=False)
        teach = lightgbm.Dataset(X[~held], y[~held], weight=weight[~held])
        judge = lightgbm.Dataset(X[held], y[held], weight=weight[held], reference=teach)
        stopped = lightgbm.train(params, teach, num_boost_round=rounds, valid_sets=[judge], callbacks=[stop])
        rounds = max(1, stopped.best_iteration)
    return lightgbm.train(params, lightgbm.Dataset(X, y, weight=weight), num_boost_round=rounds)


def default_part(part: np.ndarray) -> str:
    """Return the part that serves platforms without one: Shorts where they were learned, else the largest."""
    names, counts = np.unique(part.astype(str), return_counts=True)
    return "youtube_shorts" if "youtube_shorts" in names else str(names[counts.argmax()])


def fit_spread(data: Data, log_error: np.ndarray, config: TrainConfig) -> "lightgbm.Booster":
    """Return the booster of the log size of an error, one for all parts."""
    X = data.X[spread_columns(data.X)]
    return boost(X, log_error, data.weight, data.group, config.spread, config.seed)


def spread_columns(X: "pd.DataFrame") -> list[str]:
    """Return what the size of an error is read from: everything but components of vectors."""
    return [str(c) for c in X if c not in (*TOPIC_COLUMNS, *PICTURE_COLUMNS)]


# --- held-out predictions ----------------------------------------------------------------------------


@dataclass(frozen=True)
class CrossFit:
    """Predictions of each row by models that never saw its fold: all (n,); NaN and -1 where never tested.

    `content` is the share of the centre that comes from columns a creator can edit (0 unless asked for).
    """

    centre: np.ndarray
    scale: np.ndarray
    fold: np.ndarray
    content: np.ndarray


def cross_fit(
    data: Data,
    folds: Sequence[Fold],
    config: TrainConfig,
    *,
    forward: bool = False,
    content_rows: int = 0,
    progress: Progress | None = None,
) -> CrossFit:
    """Predict the test rows of each fold by a model of its training rows; explain the first `content_rows`.

    `data` may hold each row of the folds' table several times over, one whole copy after another. The size of
    a fold's errors is learned from the other folds', or from the earlier ones' where folds go `forward` in time.
    """
    say = progress or (lambda _: None)
    n = len(data.y)
    copies = n // len(folds[0].test)
    centre, scale = np.full(n, np.nan), np.full(n, np.nan)
    fold, content = np.full(n, -1), np.zeros(n)
    first = np.arange(n) < content_rows
    for i, part in enumerate(folds):
        say(f"fold {i + 1} of {len(folds)}")
        test = np.tile(part.test, copies)
        fold[test] = i
        fitted = fit_centre(data.take(np.tile(part.train, copies)), config)
        centre[test] = fitted.predict(data.take(test))
        for name, booster in fitted.boosters.items():
            rows = test & first & (data.part == name)
            if rows.any():
                content[rows] = _content(booster, fitted.columns(data.take(rows), booster))
    size = np.log(np.abs(data.y - centre) + MIN_ERROR)
    for i in range(len(folds)):
        others = calibrates(fold, i, forward)
        if others.any():
            held = data.take(fold == i)
            spread = fit_spread(data.take(others), size[others], config)
            scale[fold == i] = np.exp(spread.predict(held.X[spread_columns(held.X)]))
    return CrossFit(centre, scale, fold, content)


def calibrates(fold: np.ndarray, i: int, forward: bool) -> np.ndarray:
    """Return which rows' held-out errors may calibrate fold i: the other folds', the earlier ones' if forward."""
    return (fold >= 0) & ((fold < i) if forward else (fold != i))


def _content(booster: "lightgbm.Booster", X: "pd.DataFrame") -> np.ndarray:
    """Return the summed SHAP values of the columns that say nothing of the channel, (n,)."""
    own = [factor_of(c).changeable and c not in HISTORY_COLUMNS for c in X.columns]
    contributions = np.asarray(booster.predict(X, pred_contrib=True))[:, :-1]
    return np.asarray(contributions[:, own].sum(axis=1))


# --- calibration -------------------------------------------------------------------------------------

Quantiles = dict[str, list[float]]


def conformal_quantiles(scaled: np.ndarray, data: Data) -> Quantiles:
    """Return quantiles at LEVELS of scaled errors by "part/anchor source/channel size" (Mondrian conformal).

    A kind with too few rows takes the quantiles of its part and source, else of its part.
    """
    found: Quantiles = {}
    for part in sorted(set(data.part)):
        of_part = data.part == part
        for source in get_args(AnchorSource):
            of_source = of_part & (data.source == source)
            wider = of_source if of_source.sum() >= MIN_CALIBRATION else of_part
            for bucket in (*BUCKETS, UNKNOWN):
                rows = of_source & (data.bucket == bucket)
                chosen = rows if rows.sum() >= MIN_CALIBRATION else wider
                found[f"{part}/{source}/{bucket}"] = _quantiles(scaled[chosen], data.weight[chosen])
    return found


def intervals(centre: np.ndarray, scale: np.ndarray, data: Data, quantiles: Quantiles) -> np.ndarray:
    """Return the 80% interval, (n, 2) in log10 views at 30 days."""
    ends = {key: (np.interp(LOW, LEVELS, q), np.interp(HIGH, LEVELS, q)) for key, q in quantiles.items()}
    pairs = np.array([ends[key] for key in kinds(data)])
    return np.asarray(centre[:, None] + scale[:, None] * pairs)


def below(
    centre: np.ndarray, scale: np.ndarray, data: Data, quantiles: Quantiles, at: np.ndarray
) -> np.ndarray:
    """Return the probability of fewer views than `at`, each (n,) in log10 views at 30 days."""
    scaled, out = (at - centre) / scale, np.empty(len(at))
    keys = kinds(data)
    for key in np.unique(keys):
        rows = keys == key
        out[rows] = np.interp(scaled[rows], quantiles[key], LEVELS)
    return out


def kinds(data: Data) -> np.ndarray:
    """Return the kind that a row is calibrated with, "part/anchor source/channel size", (n,) str."""
    return np.array([f"{p}/{s}/{b}" for p, s, b in zip(data.part, data.source, data.bucket, strict=True)])


def _quantiles(sample: np.ndarray, weight: np.ndarray) -> list[float]:
    """Return conformal quantiles at LEVELS, each row counting by its weight."""
    order = np.argsort(sample, kind="stable")
    reached = (np.cumsum(weight[order]) - weight[order] / 2) / weight.sum()
    n = len(sample)
    # a finite sample covers a little less than its plain quantile: widen by (n + 1) / n on either side
    levels = np.clip(0.5 + (LEVELS - 0.5) * (n + 1) / n, 0, 1)
    return [round(float(v), 4) for v in np.interp(levels, reached, sample[order])]


def concatenate(parts: Sequence[Data]) -> Data:
    """Return the rows of several collections as one; vectors of titles are stacked, pictures left behind."""
    import pandas as pd

    starts = np.cumsum([0, *(len(p.titles.all) for p in parts)])
    at = [np.where(p.titles.at < 0, -1, p.titles.at + start) for p, start in zip(parts, starts, strict=False)]

    def joined(name: str) -> np.ndarray:
        return np.concatenate([getattr(p, name) for p in parts])

    return Data(
        X=pd.concat([p.X for p in parts], ignore_index=True),
        y=joined("y"),
        group=joined("group"),
        part=joined("part"),
        source=joined("source"),
        anchor=joined("anchor"),
        weight=joined("weight"),
        titles=Vectors(np.concatenate([p.titles.all for p in parts]), np.concatenate(at)),
    )
