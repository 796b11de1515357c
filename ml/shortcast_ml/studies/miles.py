"""The Miles study: virality and velocity from facts, titles and pictures known before publishing.

Its logistic-regression baseline, its fusion network, and LightGBM beside them, on the same folds and rows.

- Views are learned as log10 views at 30 days and judged at each video's own age.
- Viral is a video above a quantile of the training rows' views (at 30 days), whatever its channel's size.
- Velocity is the study's measure: see `velocity.miles_velocity_mae`.
"""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from shortcast_ml.anchors import fit_anchors, target
from shortcast_ml.features import COLUMNS, TOPIC_COLUMNS, feature_table
from shortcast_ml.fit import Progress
from shortcast_ml.growth import starter_growth
from shortcast_ml.history import ENOUGH_UPLOADS
from shortcast_ml.metrics import measure_rungs
from shortcast_ml.studies.blocks import Inputs, folds_of
from shortcast_ml.studies.config import Logistic, StudyConfig
from shortcast_ml.studies.fusion import Rows
from shortcast_ml.studies.models import Forecaster, Lesson, fit_model
from shortcast_ml.studies.runs import RunFolder
from shortcast_ml.studies.tracking import Tracker
from shortcast_ml.titles import Vectors
from shortcast_ml.velocity import miles_velocity_mae

if TYPE_CHECKING:
    import pandas as pd

FACTS = tuple(c for c in COLUMNS if c not in TOPIC_COLUMNS)
TAIL = 0.1  # below and above the 80% interval
ENOUGH_ERRORS = 200  # for an interval of their own
SINGLES = 50  # videos that are forecast one by one to time it


@dataclass(frozen=True)
class Judged:
    """What held-out models say of each row, (n,) each; `fold` is -1 for a row that was in no test."""

    fold: np.ndarray
    views: np.ndarray  # log10 at 30 days; NaN from a model that forecasts none
    score: np.ndarray  # rises with virality
    viral: np.ndarray  # bool
    constant: np.ndarray
    anchor: np.ndarray
    source: np.ndarray  # AnchorSource


def unjudged(n: int) -> Judged:
    """Return n rows that no model has spoken of yet."""
    numbers = ("views", "score", "constant", "anchor")
    return Judged(
        fold=np.full(n, -1),
        viral=np.zeros(n, bool),
        source=np.full(n, "", object),
        **{name: np.full(n, np.nan) for name in numbers},
    )


def run_miles(
    config: StudyConfig, inputs: Inputs, run: RunFolder, say: Progress, tracker: Tracker
) -> tuple[dict[str, Any], Forecaster, dict[str, float]]:
    """Return the held-out metrics, the model fitted on all rows, and its milliseconds a video."""
    table, knots = inputs.table, starter_growth()
    no_title = np.full((len(table), 1), np.nan, np.float32)
    titles = Vectors.of(no_title if inputs.text is None else inputs.text)
    facts = feature_table(table, knots, titles)[list(FACTS)]
    y = target(table, knots)
    rows = Rows(facts.to_numpy(float), inputs.text, inputs.image)

    def learn(mask: np.ndarray, name: str) -> tuple[Forecaster, float]:
        threshold = float(np.quantile(y[mask], config.viral_quantile))
        lesson = Lesson(rows.take(mask), FACTS, y[mask], y[mask] >= threshold, inputs.group[mask])
        return fit_model(config.model, lesson, config.seed, name, run, tracker), threshold

    protocol, folds = folds_of(config.splits[0], config, inputs)
    judged = unjudged(len(y))
    for i, fold in enumerate(folds):
        say(f"{config.model.kind}, fold {i + 1} of {len(folds)}")
        test = fold.test
        model, threshold = learn(fold.train, f"fold{i}")
        judged.views[test], judged.score[test] = model.predict(rows.take(test))
        judged.fold[test], judged.viral[test] = i, y[test] >= threshold
        anchors = fit_anchors(table[fold.train], y[fold.train])
        found = anchors.of(facts[test], table.platform.to_numpy()[test])
        judged.anchor[test], judged.source[test] = found
        judged.constant[test] = np.median(y[fold.train])
    say("measuring")
    metrics = {
        "n": int((judged.fold >= 0).sum()),
        "protocol": protocol.says,
        "purged": sum(fold.purged for fold in folds),
        **measure_all(config, judged, table, facts, y, inputs.group),
    }
    say("final model on all rows")
    final, _ = learn(np.ones(len(y), bool), "final")
    return metrics, final, {"inference_ms": milliseconds(final, rows)}


def measure_all(
    config: StudyConfig,
    judged: Judged,
    table: "pd.DataFrame",
    facts: "pd.DataFrame",
    y: np.ndarray,
    group: np.ndarray,
) -> dict[str, Any]:
    """Return the rungs (all rows, and those of channels with five or more earlier uploads), virality, velocity.

    The baseline forecasts no views: its rung ranks by virality, and has no R2, error or interval.
    """
    tested = judged.fold >= 0
    share = np.log10(table.views.to_numpy(float) + 1) - y
    regressed = not isinstance(config.model, Logistic)
    covered = inside(judged, y, forward=config.splits[0] == "time") if regressed else None
    parts = {
        "": tested,
        "five_or_more_earlier_uploads": tested & (facts.history_uploads >= ENOUGH_UPLOADS).to_numpy(),
    }
    out: dict[str, Any] = {}
    for name, mask in parts.items():
        if mask.sum() < 50:
            continue
        full = judged.views[mask] + share[mask] if regressed else judged.score[mask]
        rungs = measure_rungs(
            y[mask] + share[mask],
            {
                "constant": judged.constant[mask] + share[mask],
                "anchor": judged.anchor[mask] + share[mask],
                "full": full,
            },
            judged.anchor[mask] + share[mask],
            None if covered is None else covered[mask],
            group[mask],
            seed=config.seed,
        )
        if not regressed:
            rungs["full"] |= {"r2": None, "mae_log10": None, "residual_spearman": None}
        out |= {"rungs": rungs} if not name else {"subsets": {name: {"n": int(mask.sum()), "rungs": rungs}}}
    out["virality"] = virality(judged, group, tested, config.seed) | {"quantile": config.viral_quantile}
    if regressed:
        out["velocity"] = miles_velocity_mae(
            table[tested], (judged.views + share)[tested], judged.fold[tested], seed=config.seed
        )
    return out


def virality(judged: Judged, group: np.ndarray, tested: np.ndarray, seed: int) -> dict[str, Any]:
    """Return the AUROC of the virality score, with its interval, and the share of viral videos."""
    # measure_rungs asks whether y reaches 6: so it is told of each video whether it is viral
    as_views = np.where(judged.viral[tested], 6.0, 0.0)
    score = {"full": judged.score[tested]}
    measured = measure_rungs(as_views, score, np.zeros(int(tested.sum())), None, group[tested], seed=seed)
    return {"auroc": measured["full"]["auroc_1m"], "share": round(float(judged.viral[tested].mean()), 4)}


def inside(judged: Judged, y: np.ndarray, *, forward: bool) -> np.ndarray:
    """Tell which videos lie in their 80% interval, (n,) float: 1, 0, or NaN without one.

    The interval spans the errors of the other folds (`forward`: of the earlier ones) where the anchor knew as
    much, or of all of them where those are few.
    """
    error = y - judged.views
    covered = np.full(len(y), np.nan)
    for fold in range(judged.fold.max() + 1):
        others = (judged.fold >= 0) & ((judged.fold < fold) if forward else (judged.fold != fold))
        for source in set(judged.source[judged.fold == fold]) if others.any() else ():
            rows = (judged.fold == fold) & (judged.source == source)
            alike = others & (judged.source == source)
            low, high = np.quantile(
                error[alike if alike.sum() >= ENOUGH_ERRORS else others], [TAIL, 1 - TAIL]
            )
            covered[rows] = (error[rows] >= low) & (error[rows] <= high)
    return covered


def milliseconds(model: Forecaster, rows: Rows) -> float:
    """Return the time to forecast one video from its columns and vectors, one by one."""
    single = [rows.take(np.array([i])) for i in range(min(SINGLES, len(rows.table)))]
    model.predict(single[0])
    started = time.perf_counter()
    for row in single:
        model.predict(row)
    return round((time.perf_counter() - started) / len(single) * 1000, 3)
