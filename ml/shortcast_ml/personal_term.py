"""The personal term: a small booster of what the starter misses on the user's own kind of videos.

It is added to the starter's centre, shrunk to what it was worth on channels that it had not seen; the interval
is calibrated anew on such channels, with the starter's own quantiles counting as so many rows more.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, get_args

import numpy as np

from shortcast_ml.config import Booster
from shortcast_ml.coverage import BUCKETS, UNKNOWN
from shortcast_ml.evaluate import Prepared, saved_anchors
from shortcast_ml.features import COLUMNS, TOPIC_COLUMNS
from shortcast_ml.fit import Data, Quantiles, boost, hide_facts, intervals
from shortcast_ml.folds import Fold, group_folds
from shortcast_ml.forecast import LEVELS
from shortcast_ml.records import AnchorSource
from shortcast_ml.served import as_drafts, serve

if TYPE_CHECKING:
    import lightgbm

    from shortcast_ml.forecast import ForecastModel

# Measured on the TikTok and French sets as if they were a library of 200 to 20,000 videos (docs/personal.md):
# more leaves or rounds, or the topics, cost accuracy below 5,000 videos.
COLUMNS_SEEN = tuple(c for c in COLUMNS if c != "log10_age_days" and c not in TOPIC_COLUMNS)
TERM = Booster(
    params={
        "objective": "huber",
        "alpha": 1.2,
        "num_leaves": 8,
        "learning_rate": 0.05,
        "min_data_in_leaf": 20,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "feature_fraction": 0.5,
        "lambda_l2": 20.0,
    },
    max_rounds=100,
)
WEIGHT_FOLDS = 4
STARTERS_ROWS = 50  # what the starter's quantiles count for beside the library's own errors


@dataclass(frozen=True)
class Term:
    """A fitted personal term: weight x booster's prediction, in log10 views."""

    booster: "lightgbm.Booster"
    weight: float

    def predict(self, data: Data) -> np.ndarray:
        """Return what the term adds to each row, (n,)."""
        return self.weight * np.asarray(self.booster.predict(data.X[list(COLUMNS_SEEN)]))


@dataclass(frozen=True)
class Started:
    """The library's rows, each again with facts hidden (2n), and what the starter says of them as drafts."""

    data: Data
    centre: np.ndarray
    scale: np.ndarray
    rows: int  # n: the first rows are those as they are

    @property
    def residual(self) -> np.ndarray:
        """What the starter misses, (2n,) log10 views."""
        return np.asarray(self.data.y - self.centre)


def start(base: "ForecastModel", prepared: Prepared, hidden_weight: float, seed: int) -> Started:
    """Return the rows as the starter serves them; each platform becomes a part of its own."""
    rows = as_drafts(base, prepared)
    both = hide_facts(rows, prepared.platform, saved_anchors(base.calibration), hidden_weight, seed)
    platform = np.tile(prepared.platform, 2)
    said = serve(base, both, platform)
    return Started(replace(both, part=platform.astype(object)), said.centre, said.scale, len(rows.y))


def fit_term(data: Data, residual: np.ndarray, seed: int) -> Term:
    """Fit the term; its weight is the slope of the residual on its prediction, over channels held out."""
    guess = np.zeros(len(residual))
    X = data.X[list(COLUMNS_SEEN)]
    groups = len(np.unique(data.group))
    for held in group_folds(data.group, min(WEIGHT_FOLDS, groups), seed):
        fitted = boost(X[~held], residual[~held], data.weight[~held], data.group[~held], TERM, seed)
        guess[held] = fitted.predict(X[held])
    power = float((data.weight * guess * guess).sum())
    slope = float((data.weight * guess * residual).sum()) / power if power > 0 else 0.0
    whole = boost(X, residual, data.weight, data.group, TERM, seed)
    return Term(whole, round(min(max(slope, 0.0), 1.0), 4))


def crossed(started: Started, folds: list[Fold], seed: int) -> np.ndarray:
    """Return the centre with a term that saw nothing of the row's fold, (2n,); NaN where never tested."""
    out = np.full(len(started.centre), np.nan)
    for fold in folds:
        train, test = np.tile(fold.train, 2), np.tile(fold.test, 2)
        term = fit_term(started.data.take(train), started.residual[train], seed)
        out[test] = started.centre[test] + term.predict(started.data.take(test))
    return out


def blended(base: "ForecastModel", data: Data, scaled: np.ndarray) -> Quantiles:
    """Return the starter's quantiles of scaled errors, and those of each platform of the library.

    A platform's are of the library's own errors and, as STARTERS_ROWS rows more, of the starter's quantiles: a
    small library changes them little.
    """
    found: Quantiles = dict(base.calibration["quantiles"])
    known = np.isfinite(scaled)
    for platform in sorted(set(data.part)):
        for source in get_args(AnchorSource):
            rows = known & (data.part == platform) & (data.source == source)
            for bucket in (*BUCKETS, UNKNOWN):
                prior = np.asarray(base.calibration["quantiles"][f"{base.part(platform)}/{source}/{bucket}"])
                weight = np.append(data.weight[rows], np.full(len(prior), STARTERS_ROWS / len(prior)))
                found[f"{platform}/{source}/{bucket}"] = _quantiles(np.append(scaled[rows], prior), weight)
    return found


def _quantiles(sample: np.ndarray, weight: np.ndarray) -> list[float]:
    order = np.argsort(sample, kind="stable")
    reached = (np.cumsum(weight[order]) - weight[order] / 2) / weight.sum()
    return [round(float(v), 4) for v in np.interp(LEVELS, reached, sample[order])]


def covered(base: "ForecastModel", started: Started, centre: np.ndarray, folds: list[Fold]) -> np.ndarray:
    """Return which rows lie in their 80% interval, (n,) float, NaN if untested; other folds' errors calibrate."""
    scaled = (started.data.y - centre) / started.scale
    inside = np.full(started.rows, np.nan)
    for fold in folds:
        test = np.flatnonzero(fold.test)
        others = np.where(np.tile(fold.test, 2), np.nan, scaled)
        held = started.data.take(test)
        low, high = intervals(centre[test], started.scale[test], held, blended(base, started.data, others)).T
        inside[test] = (held.y >= low) & (held.y <= high)
    return inside
