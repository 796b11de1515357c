"""What a thumbnail adds to a forecast: learned where pictures and views are known together.

No collection pairs covers of short videos with views, so this is learned from landscape YouTube videos that
trended: a booster predicts, from the picture, what a title model of the same videos leaves unexplained.
Its effect is added to the main forecast's log10 views, and its origin is said with every forecast that has it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from shortcast_ml.features import (
    PICTURE_DIM,
    THUMBNAIL_COLUMNS,
    TITLE_COLUMNS,
    TOPIC_DIM,
    describe_video,
    table_texts,
)
from shortcast_ml.fit import Progress

if TYPE_CHECKING:
    import lightgbm
    import pandas as pd

    from shortcast_ml.encoders import Encoder

DATASET = "youtube_thumbs_trending_2020_21"
BLOCKS = 5  # of time; the newest tests what the older ones taught
PARAMS: dict[str, Any] = {
    "objective": "regression",
    "num_leaves": 7,
    "learning_rate": 0.03,
    "min_data_in_leaf": 150,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "feature_fraction": 0.4,
    "lambda_l2": 20.0,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "verbosity": -1,
}
ROUNDS = 250
BOOTSTRAPS = 200


@dataclass(frozen=True)
class Thumbnails:
    """Measured thumbnails of published videos, oldest first: all share the first axis."""

    y: np.ndarray  # log10 views
    looks: np.ndarray  # (n, len(LOOK_COLUMNS))
    pictures: np.ndarray  # (n, dim) unit L2 norm
    titles: np.ndarray  # (n, dim) unit L2 norm
    own: "pd.DataFrame"  # TITLE_COLUMNS
    places: tuple[str, ...] = ()  # where the pictures are: `thumbs.zip!ID.webp`


def load_thumbnails(folder: Path, encoder: "Encoder", progress: Progress | None = None) -> Thumbnails:
    """Measure and encode every thumbnail of the collection. Raises InputError when a picture can't be read."""
    import pandas as pd

    from shortcast_ml.data import load_table
    from shortcast_ml.pictures import read_pictures
    from shortcast_ml.titles import title_vectors

    table = load_table(DATASET, folder)
    table = table.sort_values(["published_at", "video_id"]).reset_index(drop=True)
    seen = read_pictures(table.thumbnail.tolist(), folder, encoder, progress)
    own = pd.DataFrame([describe_video(t, (), None, None) for t in table.title])[list(TITLE_COLUMNS)]
    return Thumbnails(
        y=np.log10(table.views.to_numpy(float) + 1),
        looks=seen.looks,
        pictures=seen.vectors,
        titles=title_vectors(table_texts(table), encoder, progress).rows(),
        own=own,
        places=tuple(table.thumbnail),
    )


def tables(data: Thumbnails, known: np.ndarray) -> "tuple[pd.DataFrame, pd.DataFrame]":
    """Return THUMBNAIL_COLUMNS and the title's columns of every row; components are those of the `known` rows, (n,)."""
    import pandas as pd

    from shortcast_ml.titles import fit_projection, project

    mean, components = fit_projection(data.pictures[known], PICTURE_DIM)
    aligned = (data.pictures * data.titles).sum(axis=1, keepdims=True)
    X = pd.DataFrame(
        np.hstack([data.looks, aligned, project(data.pictures, mean, components)]),
        columns=list(THUMBNAIL_COLUMNS),
    )
    words = pd.concat(
        [data.own, pd.DataFrame(project(data.titles, *fit_projection(data.titles[known], TOPIC_DIM)))], axis=1
    )
    words.columns = [str(c) for c in words.columns]
    return X, words


def remainder(words: "pd.DataFrame", y: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what titles leave open, (n,) log10, and the block of time of each row, (n,) of 0 to BLOCKS - 1.

    The title's model never saw the block whose remainder is taken. Newer videos had less time to be seen: each
    block's level is taken away, since it says nothing of the picture.
    """
    block = (np.arange(len(y)) * BLOCKS) // len(y)
    by_title = np.empty(len(y))
    for b in range(BLOCKS):
        by_title[block == b] = boost(words[block != b], y[block != b], seed).predict(words[block == b])
    rest = y - by_title
    for b in range(BLOCKS):
        rest[block == b] -= rest[block == b].mean()
    return rest, block


def fit_thumbnail(
    data: Thumbnails, seed: int
) -> "tuple[lightgbm.Booster, dict[str, np.ndarray], dict[str, Any]]":
    """Return the booster over THUMBNAIL_COLUMNS, the picture projection, and what it is worth on newer videos."""
    from shortcast_ml.titles import fit_projection, project

    old = np.arange(len(data.y)) < len(data.y) * (1 - 1 / BLOCKS)
    X, words = tables(data, old)
    rest, block = remainder(words, data.y, seed)
    # a picture's effect is weak and its booster overstates it: shrink it to what it was worth on other blocks
    guessed = np.empty(len(rest))
    for b in np.unique(block[old]):
        guessed[block == b] = boost(X[old & (block != b)], rest[old & (block != b)], seed).predict(
            X[block == b]
        )
    shrink = float(np.clip(np.polyfit(guessed[old], rest[old], 1)[0], 0, 1))
    rest *= shrink
    gain = np.asarray(boost(X[old], rest[old], seed).predict(X[~old]))
    title_old = np.asarray(boost(words[old], data.y[old], seed).predict(words[~old]))
    y_new = data.y[~old]
    rng = np.random.default_rng(seed)
    n = len(y_new)
    samples = [rng.integers(0, n, n) for _ in range(BOOTSTRAPS)]
    drawn = [_rank(rest[~old][s], gain[s]) for s in samples]

    def explained(prediction: np.ndarray, rows: "np.ndarray | slice" = slice(None)) -> float:
        """Return R2 with the level taken away."""
        error = (y_new - prediction)[rows]
        return 1 - float(error.var() / y_new[rows].var())

    gains = [explained(title_old + gain, s) - explained(title_old, s) for s in samples]

    metrics = {
        "n_train": int(old.sum()),
        "n_test": int(n),
        "split": "by time: the newest fifth is the test; levels aside, since it had less time to be seen",
        "shrunk_to": round(shrink, 4),
        "r2_title": round(explained(title_old), 4),
        "r2_title_and_thumbnail": round(explained(title_old + gain), 4),
        "r2_gain": {
            "value": round(explained(title_old + gain) - explained(title_old), 4),
            "low": round(float(np.percentile(gains, 2.5)), 4),
            "high": round(float(np.percentile(gains, 97.5)), 4),
        },
        "spearman_of_remainder": {
            "value": round(_rank(rest[~old], gain), 4),
            "low": round(float(np.percentile(drawn, 2.5)), 4),
            "high": round(float(np.percentile(drawn, 97.5)), 4),
        },
    }
    mean, components = fit_projection(data.pictures, PICTURE_DIM)
    X[list(X.columns[-PICTURE_DIM:])] = project(data.pictures, mean, components)
    return boost(X, rest, seed), {"picture_mean": mean, "picture_components": components}, metrics


def boost(features: "pd.DataFrame", target: np.ndarray, seed: int) -> "lightgbm.Booster":
    """Return a small booster of (n, columns) features on (n,) log10 views."""
    import lightgbm

    return lightgbm.train(PARAMS | {"seed": seed}, lightgbm.Dataset(features, target), num_boost_round=ROUNDS)


def _rank(a: np.ndarray, b: np.ndarray) -> float:
    """Return Spearman's correlation; 0 where one side is constant and ranks nothing."""
    from scipy.stats import spearmanr

    return 0.0 if np.ptp(a) == 0 or np.ptp(b) == 0 else float(spearmanr(a, b).statistic)
