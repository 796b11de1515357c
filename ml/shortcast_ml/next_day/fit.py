"""Training the next-day model: cross-fitting by channel, the interval, and the folder that is shipped."""

import importlib.metadata
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from shortcast_ml.errors import InputError
from shortcast_ml.modelfiles import writing
from shortcast_ml.next_day.looks import CHARTS, FRENCH, REGIME_CHANGE, TIKTOK, TRACKED, read_pairs
from shortcast_ml.next_day.model import BLOCKS, COLUMNS, calibrated, feature_matrix, has_earlier, hide

if TYPE_CHECKING:
    import lightgbm
    import pandas as pd

Progress = Callable[[str], None]

PARAMS: dict[str, Any] = {
    "objective": "huber",
    "alpha": 0.1,  # a day that multiplies views is rare, and must not pull the others
    "num_leaves": 31,
    "learning_rate": 0.1,
    "min_data_in_leaf": 60,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "feature_fraction": 0.8,
    "lambda_l2": 2.0,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}
ROUNDS = 250
SPREAD_PARAMS = PARAMS | {"objective": "regression", "num_leaves": 15, "min_data_in_leaf": 200}
SPREAD_ROUNDS = 60
# More growth until now means more to come. Age is left free: held-out Spearman falls by 0.012 when it is not,
# since a look at one time of day makes age say at which hour a video was published.
RISING = ("earlier_power", "earlier_pace")
TRAIN_ROWS = 75_000  # of a collection; more changes the third decimal only
# The charts have a thousand times the pairs of the others, but no video like most creators' own.
WEIGHTS = {CHARTS: 1.0, TRACKED: 2.0, FRENCH: 10.0, TIKTOK: 10.0}
HIDDEN_SHARE = 0.4  # of the rows have a copy in which likes, category or the earlier look are hidden
FOLDS = 5
SEED = 7
MIN_ERROR = 0.005  # log10; the size of an error has no logarithm at zero
MIN_PAIRS = 500
AGE_BINS = 24
LIBRARIES = ("lightgbm", "numpy", "pandas")


@dataclass(frozen=True)
class Rows:
    """Feature rows with their target, arrays of one first axis."""

    X: np.ndarray  # (n, len(COLUMNS))
    y: np.ndarray  # log10 growth in 24 hours
    channel: np.ndarray
    weight: np.ndarray

    def take(self, rows: np.ndarray) -> "Rows":
        """Return the rows of a boolean mask or an index array."""
        return Rows(self.X[rows], self.y[rows], self.channel[rows], self.weight[rows])


@dataclass(frozen=True)
class CrossFit:
    """A model per fold, none of which saw the channels that it predicts."""

    fold_of: dict[str, int]  # by channel
    growth: "tuple[lightgbm.Booster, ...]"
    spread: "tuple[lightgbm.Booster, ...]"
    quantiles: tuple[dict[str, list[float]], ...]
    sizes: Rows  # the training rows, with the log of the size of their held-out error as target
    scaled: np.ndarray  # the held-out error of each over its foretold size

    def fold(self, channel: np.ndarray) -> np.ndarray:
        """Return the fold that holds each channel out, (n,); one that no fold knows is in the first."""
        return np.array([self.fold_of.get(c, 0) for c in channel])

    def predict(self, X: np.ndarray, channel: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return (median, low, high) log10 growth of feature rows, each by models that saw none of its channel."""
        fold = self.fold(channel)
        out = np.empty((3, len(X)))
        for k in np.unique(fold):
            rows = fold == k
            centre = np.asarray(self.growth[k].predict(X[rows]))
            scale = np.exp(np.asarray(self.spread[k].predict(X[rows])))
            out[:, rows] = calibrated(centre, scale, X[rows], self.quantiles[k])
        return out[0], out[1], out[2]


def training_rows(pairs: "pd.DataFrame", seed: int = SEED) -> Rows:
    """Return a sample of the pairs, and copies of some with facts hidden as a creator may lack them."""
    rng = np.random.default_rng(seed)
    dataset = pairs.dataset.to_numpy()
    sampled = [rng.permutation(np.flatnonzero(dataset == d))[:TRAIN_ROWS] for d in np.unique(dataset)]
    taken = pairs.iloc[np.sort(np.concatenate(sampled))]
    weight = taken.dataset.map(WEIGHTS).to_numpy(float)
    rows = Rows(feature_matrix(taken), taken.growth.to_numpy(float), channels(taken), weight)
    copies = np.flatnonzero(rng.random(len(taken)) < HIDDEN_SHARE)
    hidden = rows.take(copies)
    which = rng.integers(1, 2 ** len(BLOCKS), len(copies))  # any of the blocks, never none
    X = hidden.X
    for bit, block in enumerate(BLOCKS):
        X = np.where(((which >> bit) & 1 == 1)[:, None], hide(X, [block]), X)
    return Rows(
        np.vstack([rows.X, X]),
        np.concatenate([rows.y, hidden.y]),
        np.concatenate([rows.channel, hidden.channel]),
        np.concatenate([rows.weight, hidden.weight]),
    )


def channels(pairs: "pd.DataFrame") -> np.ndarray:
    """Return the channel of each pair as text, (n,)."""
    return pairs.channel_id.astype(str).to_numpy().astype(str)


def fit_booster(rows: Rows, seed: int, columns: tuple[str, ...] = COLUMNS) -> "lightgbm.Booster":
    """Return the booster of log10 growth on feature rows."""
    return _train(
        PARAMS | {"monotone_constraints": [int(c in RISING) for c in columns]}, ROUNDS, rows, seed, columns
    )


def cross_fit(rows: Rows, *, seed: int = SEED, progress: Progress | None = None) -> CrossFit:
    """Fit a model per fold of channels: growth, the size of its error, and the quantiles of the scaled error.

    A fold's spread and quantiles come from the held-out errors of the other folds.
    """
    say = progress or (lambda _: None)
    names = np.unique(rows.channel)
    if len(names) < FOLDS:
        raise InputError(f"The pairs come from {len(names)} channels; holding channels out needs {FOLDS}.")
    folds = np.random.default_rng(seed).permutation(len(names)) % FOLDS
    fold_of = dict(zip(names.tolist(), folds.tolist(), strict=True))
    fold = np.array([fold_of[c] for c in rows.channel])
    centre, growth = np.empty(len(fold)), []
    for k in range(FOLDS):
        say(f"next day: fold {k + 1} of {FOLDS}")
        growth.append(fit_booster(rows.take(fold != k), seed))
        centre[fold == k] = growth[k].predict(rows.X[fold == k])
    error = rows.y - centre
    sizes = replace(rows, y=np.log(np.maximum(np.abs(error), MIN_ERROR)))
    spread, scaled = [], np.empty(len(fold))
    for k in range(FOLDS):
        spread.append(_train(SPREAD_PARAMS, SPREAD_ROUNDS, sizes.take(fold != k), seed))
        scaled[fold == k] = error[fold == k] / np.exp(spread[k].predict(rows.X[fold == k]))
    quantiles = [_quantiles(scaled[fold != k], rows.X[fold != k]) for k in range(FOLDS)]
    return CrossFit(fold_of, tuple(growth), tuple(spread), tuple(quantiles), sizes, scaled)


def train_next_day(
    data_dir: str | Path,
    out_dir: str | Path,
    *,
    name: str = "next-day-starter",
    seed: int = SEED,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train on the charts under `data_dir`, write the model and the growth curves to `out_dir`; return the card.

    Nothing is written before the model is whole. Raises InputError when the charts are not there or too few.
    """
    from shortcast_ml.growth import fit_growth_file
    from shortcast_ml.next_day.measure import measure_next_day

    say = progress or (lambda _: None)
    say("next day: reading")
    pairs = read_pairs(Path(data_dir))
    if len(pairs) < MIN_PAIRS:
        raise InputError(
            f"Only {len(pairs)} young videos were seen a day apart under {data_dir}; the model needs {MIN_PAIRS}."
        )
    rows = training_rows(pairs, seed)
    crossed = cross_fit(rows, seed=seed, progress=say)
    say("next day: fitting on all channels")
    growth = fit_booster(rows, seed)
    spread = _train(SPREAD_PARAMS, SPREAD_ROUNDS, crossed.sizes, seed)
    curves = fit_growth_file(data_dir, seed=seed)
    say("next day: measuring")
    card = {
        "name": name,
        "kind": "post-publish: reads views, likes and comments of a published video",
        "target": "log10 of views in 24 hours over views now, of videos at most 4 days old",
        "features": list(COLUMNS),
        "data": {d: _source(part) for d, part in pairs.groupby("dataset")},
        "regime_change": REGIME_CHANGE,
        "trained_on": len(rows.y),
        "split": f"{FOLDS} folds; a channel is held out whole",
        "seed": seed,
        "params": PARAMS | {"rounds": ROUNDS, "rising": list(RISING)},
        "metrics": {"sets": measure_next_day(pairs, crossed, Path(data_dir), seed=seed)},
        "calibration": {"levels": [0.1, 0.5, 0.9], "quantiles": _quantiles(crossed.scaled, rows.X)},
        "libraries": {lib: importlib.metadata.version(lib) for lib in LIBRARIES},
    }
    with writing(Path(out_dir)) as folder:
        growth.save_model(str(folder / "growth.txt"))
        spread.save_model(str(folder / "spread.txt"))
        for file, content in (("growth.json", curves), ("card.json", card)):
            (folder / file).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return card


def _source(pairs: "pd.DataFrame") -> dict[str, Any]:
    return {
        "pairs": len(pairs),
        "videos": int(pairs.video_id.nunique()),
        "channels": int(pairs.channel_id.nunique()),
        "looked_at": [str(pairs.captured_at.min().date()), str(pairs.captured_at.max().date())],
    }


def _train(
    params: dict[str, Any], rounds: int, rows: Rows, seed: int, columns: tuple[str, ...] = COLUMNS
) -> "lightgbm.Booster":
    import lightgbm

    data = lightgbm.Dataset(
        rows.X, rows.y, weight=rows.weight, feature_name=list(columns), categorical_feature=["category"]
    )
    return lightgbm.train(params | {"seed": seed}, data, rounds)


def _quantiles(scaled: np.ndarray, X: np.ndarray) -> dict[str, list[float]]:
    """Return the 10, 50 and 90% quantiles of scaled errors, of rows with and without an earlier look."""
    known = has_earlier(X)
    return {
        kind: [
            round(float(q), 5) for q in np.quantile(scaled[rows] if rows.any() else scaled, (0.1, 0.5, 0.9))
        ]
        for kind, rows in (("earlier", known), ("first", ~known))
    }
