"""Evaluation: constant, followers, anchor and full model side by side, with groups kept apart.

Without a saved model, every row is predicted by a model fitted on folds that hold none of its channel
(or topic). With one, the model is judged on all rows as it is: what it saw in training is its card's affair.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from shortcast_ml.data import load_table
from shortcast_ml.errors import InputError
from shortcast_ml.features import TOPIC_DIM, feature_table, table_texts
from shortcast_ml.fit import (
    SEED,
    Anchors,
    Data,
    Progress,
    conformal_quantiles,
    cross_fit,
    fit_anchors,
    hide_facts,
    intervals,
    parts_of,
    predict_parts,
    target,
)
from shortcast_ml.forecast import ForecastModel, load_model
from shortcast_ml.growth import log10_share, starter_growth
from shortcast_ml.history import ENOUGH_UPLOADS
from shortcast_ml.metrics import measure_rungs

if TYPE_CHECKING:
    import pandas as pd

    from shortcast_ml.encoders import Encoder

MIN_ROWS = 50
K = 5


def evaluate(
    dataset: str,
    data_dir: str | Path,
    model: str | Path | None = None,
    *,
    encoder: "Encoder | None" = None,
    seed: int = SEED,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Return {"dataset", "n", "groups", "protocol", "rungs", "subsets"} for a collection's folder.

    Metrics are at each video's own age, each {"value", "low", "high"} (95%, bootstrap over groups) or None.
    `subsets` holds the same for the rows whose channel has five or more earlier uploads in the collection.
    Raises InputError when the folder can't be read or holds too few videos.
    """
    say = progress or (lambda _: None)
    table = load_table(dataset, data_dir)
    if len(table) < MIN_ROWS:
        raise InputError(
            f"{data_dir} holds {len(table)} usable videos; an evaluation needs at least {MIN_ROWS}."
        )
    if model is None:
        if table.group.nunique() < K:
            raise InputError(f"{data_dir} holds {table.group.nunique()} groups; {K} folds need at least {K}.")
        judged = _cross_validated(table, encoder, seed, say)
    else:
        judged = _saved(table, load_model(model), encoder, say)
    say("bootstrap over groups")
    rungs, anchor, covered, uploads = judged
    y = np.log10(table.views.to_numpy(float) + 1)
    group = table.group.to_numpy().astype(str)
    enough = uploads >= ENOUGH_UPLOADS
    subsets = {}
    if enough.sum() >= MIN_ROWS:
        subsets["five_or_more_earlier_uploads"] = {
            "n": int(enough.sum()),
            "groups": len(np.unique(group[enough])),
            "rungs": measure_rungs(
                y[enough],
                {k: v[enough] for k, v in rungs.items()},
                anchor[enough],
                covered[enough],
                group[enough],
                seed=seed,
            ),
        }
    return {
        "dataset": dataset,
        "n": len(table),
        "groups": len(np.unique(group)),
        "protocol": f"{K}-fold, groups apart" if model is None else f"saved model {model}, no fitting",
        "rungs": measure_rungs(y, rungs, anchor, covered, group, seed=seed),
        "subsets": subsets,
    }


Judged = tuple[dict[str, np.ndarray], np.ndarray, np.ndarray, np.ndarray]  # rungs, anchor, covered, uploads


def _cross_validated(table: "pd.DataFrame", encoder: "Encoder | None", seed: int, say: Progress) -> Judged:
    from shortcast_ml.titles import fit_projection, project, title_vectors

    knots = starter_growth()
    vectors = title_vectors(table_texts(table), encoder, say)
    mean, components = fit_projection(vectors, TOPIC_DIM)
    X = feature_table(table, knots, project(vectors, mean, components), vectors)
    y, share = target(table, knots), shares(table, knots)
    group, platform = table.group.to_numpy().astype(str), table.platform.to_numpy()
    anchors, part = fit_anchors(table, y), parts_of(table)
    anchor, source = anchors.of(X, platform)
    n = len(table)
    data = hide_facts(Data(X, y, group, part, source, anchor, np.ones(n)), platform, anchors, seed)
    crossed = cross_fit(data, seed=seed, k=K, progress=say)
    low, high = np.empty(n), np.empty(n)
    rungs = {name: np.empty(n) for name in ("constant", "followers", "anchor")}
    scaled = (data.y - crossed.centre) / crossed.scale
    for i in range(K):
        held, rest = crossed.fold[:n] == i, crossed.fold != i
        quantiles = conformal_quantiles(scaled[rest], data.part[rest], data.source[rest])
        at = crossed.centre[:n][held], crossed.scale[:n][held], part[held], source[held]
        low[held], high[held] = intervals(*at, quantiles)
        trained = fit_anchors(table[~held], y[~held])
        rungs["constant"][held] = _constant(trained, platform[held])
        rungs["followers"][held] = _followers(trained, X[held], platform[held])
        rungs["anchor"][held] = trained.of(X[held], platform[held])[0]
    covered = (y >= low) & (y <= high)
    rungs["full"] = crossed.centre[:n]
    at_age = {name: values + share for name, values in rungs.items()}
    return at_age, at_age["anchor"], covered, X["history_uploads"].to_numpy()


def _saved(table: "pd.DataFrame", model: ForecastModel, encoder: "Encoder | None", say: Progress) -> Judged:
    from shortcast_ml.titles import project, title_vectors

    vectors = title_vectors(table_texts(table), encoder, say, encoder_id=model.encoder_id)
    topics = project(vectors, model.projection["topic_mean"], model.projection["topic_components"])
    X = feature_table(table, model.growth, topics, vectors)
    y, share, platform = target(table, model.growth), shares(table, model.growth), table.platform.to_numpy()
    lines = {k: (float(v[0]), float(v[1])) for k, v in model.calibration["followers_line"].items()}
    anchors = Anchors(lines, model.calibration["platform_log10"])
    anchor, source = anchors.of(X, platform)
    part = np.array([p if p in model.boosters else model.default for p in parts_of(table)], dtype=object)
    centre = predict_parts(model.boosters, X, part, model.default)
    scale = np.exp(np.asarray(model.spread.predict(X)))
    low, high = intervals(centre, scale, part, source, model.calibration["quantiles"])
    rungs = {
        "constant": _constant(anchors, platform),
        "followers": _followers(anchors, X, platform),
        "anchor": anchor,
        "full": centre,
    }
    at_age = {name: values + share for name, values in rungs.items()}
    return at_age, at_age["anchor"], (y >= low) & (y <= high), X["history_uploads"].to_numpy()


def shares(table: "pd.DataFrame", knots: dict[str, list[float]]) -> np.ndarray:
    """Return log10 F at each row's own age, (n,)."""
    out = np.zeros(len(table))
    for platform, rows in table.groupby("platform").indices.items():
        out[rows] = log10_share(table.age_days.to_numpy()[rows], knots.get(str(platform), knots["default"]))
    return out


def _constant(anchors: Anchors, platform: np.ndarray) -> np.ndarray:
    level = anchors.platform_log10
    return np.array([level.get(p, level["youtube_shorts"]) for p in platform])


def _followers(anchors: Anchors, X: "pd.DataFrame", platform: np.ndarray) -> np.ndarray:
    bare = X.copy()
    bare["history_median"], bare["history_uploads"] = np.nan, 0.0
    return anchors.of(bare, platform)[0]
