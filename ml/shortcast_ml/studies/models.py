"""The Miles study's models behind one shape: fitted on rows, each forecasts views and virality.

A fitted model is plain arrays, so that a run keeps it as a step and the finished folder holds it as a file.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from shortcast_ml.features import TOPIC_DIM
from shortcast_ml.studies.coding import Coding, fit_coding
from shortcast_ml.studies.config import FusionMLP, LightGBM, Logistic
from shortcast_ml.studies.fusion import VECTORS, Fusion, Rows, from_arrays
from shortcast_ml.studies.fusion_training import train_fusion
from shortcast_ml.studies.runs import RunFolder
from shortcast_ml.studies.tracking import Tracker

Arrays = dict[str, np.ndarray]


class Forecaster(Protocol):
    """A fitted model."""

    def predict(self, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
        """Return (log10 views at 30 days, a score that rises with virality), (n,) each."""

    def files(self) -> dict[str, bytes]:
        """Return what to keep of it."""


@dataclass(frozen=True)
class Lesson:
    """What a model is fitted on: all share the first axis."""

    rows: Rows
    names: tuple[str, ...]  # of the table's columns
    y: np.ndarray  # log10 views at 30 days
    viral: np.ndarray  # bool
    group: np.ndarray


def fit_model(
    model: LightGBM | Logistic | FusionMLP,
    lesson: Lesson,
    seed: int,
    name: str,
    run: RunFolder,
    tracker: Tracker,
) -> Forecaster:
    """Fit a model of any kind; what an earlier start of the run has fitted is read, not fitted again."""
    if isinstance(model, LightGBM):
        return Boosted(run.once(name, lambda: fit_boosted(lesson, model, seed)))
    if isinstance(model, Logistic):
        return Logit(run.once(name, lambda: fit_logit(lesson, model)))
    return Ensemble(
        tuple(
            from_arrays(_network(lesson, model, seed + k, f"{name}-net{k}", run, tracker), model)
            for k in range(model.networks)
        )
    )


@dataclass(frozen=True)
class Boosted:
    """LightGBM over the facts and the principal components of the vectors. Its score is its views."""

    arrays: Arrays  # `model` (LightGBM's text as bytes), and mean and components of each vector

    def predict(self, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
        """Return (log10 views, the same)."""
        views = np.asarray(self.booster.predict(_flat(rows, self.arrays)))
        return views, views

    @cached_property
    def booster(self) -> Any:
        """The loaded booster."""
        import lightgbm

        return lightgbm.Booster(model_str=self.arrays["model"].tobytes().decode())

    def files(self) -> dict[str, bytes]:
        """Return LightGBM's text and the projections."""
        from safetensors.numpy import save

        projections = {name: array for name, array in self.arrays.items() if name != "model"}
        model = {"model.txt": self.arrays["model"].tobytes()}
        return model | ({"projection.safetensors": save(projections)} if projections else {})


def fit_boosted(lesson: Lesson, model: LightGBM, seed: int) -> Arrays:
    """Fit LightGBM; the components are those of these rows."""
    import lightgbm

    from shortcast_ml.titles import fit_projection

    arrays: Arrays = {}
    names = list(lesson.names)
    for name in VECTORS:
        vectors = getattr(lesson.rows, name)
        if vectors is not None:
            arrays[f"{name}_mean"], arrays[f"{name}_components"] = fit_projection(vectors, TOPIC_DIM)
            names += [f"{name}_{i:02d}" for i in range(TOPIC_DIM)]
    data = lightgbm.Dataset(_flat(lesson.rows, arrays), lesson.y, feature_name=names)
    booster = lightgbm.train(model.parameters(seed), data, num_boost_round=model.rounds)
    return arrays | {"model": np.frombuffer(booster.model_to_string().encode(), np.uint8)}


def _flat(rows: Rows, arrays: Arrays) -> np.ndarray:
    from shortcast_ml.titles import project

    parts = [rows.table]
    for name in VECTORS:
        if f"{name}_mean" in arrays:
            vectors = np.asarray(getattr(rows, name))
            parts.append(project(vectors, arrays[f"{name}_mean"], arrays[f"{name}_components"]))
    return np.hstack(parts)


@dataclass(frozen=True)
class Logit:
    """Logistic regression over the facts, from 0 to 1, and the vectors: the baseline. It forecasts no views."""

    arrays: Arrays  # edges, weights, bias

    def predict(self, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
        """Return (NaN, virality logit)."""
        inputs = _standard(rows, Coding(self.arrays["edges"]))
        logit = inputs @ self.arrays["weights"] + self.arrays["bias"]
        return np.full(len(logit), np.nan), logit

    def files(self) -> dict[str, bytes]:
        """Return the weights."""
        from safetensors.numpy import save

        return {"model.safetensors": save(self.arrays)}


def fit_logit(lesson: Lesson, model: Logistic) -> Arrays:
    """Fit the baseline; scales come from these rows alone."""
    from sklearn.linear_model import LogisticRegression

    coding = fit_coding(lesson.rows.table, 1)  # one bin: a column from 0 to 1, and whether it is known
    balanced = "balanced" if model.class_weight == "balanced" else None
    fitted = LogisticRegression(C=model.inverse_penalty, class_weight=balanced, max_iter=500)
    fitted.fit(_standard(lesson.rows, coding), lesson.viral)
    return {"edges": coding.edges, "weights": fitted.coef_[0], "bias": fitted.intercept_}


def _standard(rows: Rows, coding: Coding) -> np.ndarray:
    vectors = [np.nan_to_num(v) for v in (rows.text, rows.image) if v is not None]
    return np.hstack([coding.encode(rows.table), *vectors]).astype(float)


@dataclass(frozen=True)
class Ensemble:
    """Fusion networks from several seeds: the mean of what they say."""

    networks: tuple[Fusion, ...]

    def predict(self, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
        """Return (log10 views, virality logit)."""
        views, logits = zip(*(network.predict(rows) for network in self.networks), strict=True)
        return np.mean(views, axis=0), np.mean(logits, axis=0)

    def files(self) -> dict[str, bytes]:
        """Return the networks, a file each."""
        from safetensors.numpy import save

        return {f"model-{k}.safetensors": save(net.arrays()) for k, net in enumerate(self.networks)}


def _network(
    lesson: Lesson, model: FusionMLP, seed: int, name: str, run: RunFolder, tracker: Tracker
) -> Arrays:
    def step() -> Arrays:
        fusion, at = train_fusion(
            lesson.rows, lesson.y, lesson.viral, lesson.group, model, seed, run.folder(f"{name}-epochs"),
            lambda epoch, values: tracker.log(name, values, epoch),
        )  # fmt: skip
        tracker.log(f"{name}/best", {"epoch": at.best_epoch, "held_out_error": round(at.best, 5)}, at.epoch)
        return fusion.arrays()

    return run.once(name, step)


def load_forecaster(kind: str, folder_files: dict[str, bytes], model: dict[str, Any]) -> Forecaster:
    """Return the model that `files` described; `model` is the config's record of it, as in the card."""
    from safetensors.numpy import load

    if kind == "lightgbm":
        arrays = (
            load(folder_files["projection.safetensors"]) if "projection.safetensors" in folder_files else {}
        )
        return Boosted(arrays | {"model": np.frombuffer(folder_files["model.txt"], np.uint8)})
    if kind == "logistic":
        return Logit(load(folder_files["model.safetensors"]))
    config = FusionMLP.model_validate_json(json.dumps(model))
    names = sorted(name for name in folder_files if name.startswith("model-"))
    return Ensemble(tuple(from_arrays(load(folder_files[name]), config) for name in names))
