"""Judging a saved model on a collection as it is: no fitting, every row, and every row's sums checked."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from shortcast_ml.coverage import mondrian_coverage
from shortcast_ml.evaluate import MIN_ROWS, RUNGS, prepare, saved_anchors
from shortcast_ml.factors import factor_of
from shortcast_ml.fit import Data, Progress, intervals, with_components
from shortcast_ml.forecast import ForecastModel, load_model
from shortcast_ml.history import ENOUGH_UPLOADS
from shortcast_ml.metrics import measure_rungs
from shortcast_ml.served import serve, terms_of

if TYPE_CHECKING:
    import pandas as pd

    from shortcast_ml.encoders import Encoder

BLOCK = 4096


def judge_saved(
    dataset: str,
    table: "pd.DataFrame",
    model_name: str | Path,
    encoder: "Encoder | None",
    seed: int,
    say: Progress,
) -> dict[str, Any]:
    """Return the figures of a saved model over all rows of a table.

    `additivity` is the largest distance, in log10, between a row's forecast and its base plus factors.
    """
    from dataclasses import replace

    model = load_model(model_name)
    prepared = prepare(table, model.growth, encoder, say)
    data, platform = prepared.data, prepared.platform
    anchors = saved_anchors(model.calibration)
    anchor, source = anchors.of(data.X, platform)
    part = np.array([p if p in model.boosters else model.default for p in data.part], dtype=object)
    data = replace(data, part=part, source=source, anchor=anchor)
    say("forecasting")
    said = serve(model, data, platform)
    full = said.centre
    low, high = (
        intervals(full, said.scale, data, model.calibration["quantiles"]) + prepared.share[:, None]
    ).T
    y = np.log10(table.views.to_numpy(float) + 1)
    rungs = {
        "constant": anchors.constant(platform),
        "followers": anchors.followers(data.X, platform),
        "anchor": anchor,
        "full": full,
    }
    at_age = {name: values + prepared.share for name, values in rungs.items()}
    covered = ((y >= low) & (y <= high)).astype(float)
    group = table.group.to_numpy().astype(str)

    def figures(rows: np.ndarray) -> dict[str, Any]:
        chosen = {name: values[rows] for name, values in at_age.items()}
        measured = measure_rungs(y[rows], chosen, chosen["anchor"], covered[rows], group[rows], seed=seed)
        return {
            "n": int(rows.sum()),
            "groups": len(np.unique(group[rows])),
            "rungs": {name: measured.get(name) for name in RUNGS},
        }

    everything = np.ones(len(y), bool)
    enough = data.X["history_uploads"].to_numpy() >= ENOUGH_UPLOADS
    whole = figures(everything)
    return {
        "dataset": dataset,
        "n": whole["n"],
        "groups": whole["groups"],
        "rows": whole["n"],
        "protocol": f"saved model {model_name}, no fitting",
        "rungs": whole["rungs"],
        "subsets": {"five_or_more_earlier_uploads": figures(enough)} if enough.sum() >= MIN_ROWS else {},
        "coverage_by_channel_size": mondrian_coverage(y, low, high, data.bucket, group, seed=seed),
        "additivity": additivity(model, data, platform, full, say),
    }


def additivity(
    model: ForecastModel, data: Data, platform: np.ndarray, predicted: np.ndarray, say: Progress
) -> dict[str, float]:
    """Return {"rows", "largest_error"}: base plus factors against the forecast, on every row, in log10."""
    sums = np.zeros(len(predicted))
    for term, rows in terms_of(model, data, platform):
        factors: dict[str, list[int]] = {}
        for i, column in enumerate(term.columns):
            factors.setdefault(factor_of(column).name, []).append(i)
        for start in range(0, len(rows), BLOCK):
            block = rows[start : start + BLOCK]
            say(f"adding up {start + len(block):,} of {len(rows):,}")
            X = with_components(data.take(block), model.projection, term.columns)
            parts = np.asarray(term.booster.predict(X, pred_contrib=True))
            effects = sum(parts[:, own].sum(axis=1) for own in factors.values())
            sums[block] += term.weight * (parts[:, -1] - term.offset + effects)
    return {"rows": len(predicted), "largest_error": float(np.abs(sums - predicted).max())}
