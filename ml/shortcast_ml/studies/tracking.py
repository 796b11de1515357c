"""Where an experiment's figures go while it runs: MLflow where it is installed, JSON lines where not."""

import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from shortcast_ml.errors import InputError
from shortcast_ml.records import utc_now

EXPERIMENT = "shortcast"


class Tracker(Protocol):
    """One run's diary."""

    @property
    def run_id(self) -> str:
        """By which a later start finds the run again."""

    def log(self, step: str, values: dict[str, float], at: int = 0) -> None:
        """Note figures of a step, such as the losses of an epoch (`at`)."""

    def finish(self, values: dict[str, float], folder: Path) -> None:
        """Note the final figures and the folder that holds the model."""


@dataclass(frozen=True)
class JsonLines:
    """One JSON object a line: `run`, `time`, `event` and what belongs to it."""

    path: Path
    run_id: str

    def log(self, step: str, values: dict[str, float], at: int = 0) -> None:
        """Append figures of a step."""
        self.write("log", step=step, at=at, values=values)

    def finish(self, values: dict[str, float], folder: Path) -> None:
        """Append the final figures."""
        self.write("finish", values=values, folder=folder.name)

    def write(self, event: str, **content: Any) -> None:
        """Append one line, whole: a line is written at once."""
        line = {
            "run": self.run_id,
            "time": utc_now().isoformat(timespec="seconds"),
            "event": event,
            **content,
        }
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


@dataclass(frozen=True)
class MLflow:
    """A run of the MLflow experiment `shortcast`."""

    client: Any
    run_id: str

    def log(self, step: str, values: dict[str, float], at: int = 0) -> None:
        """Log figures of a step as metrics named `step/value`."""
        for name, value in values.items():
            self.client.log_metric(self.run_id, f"{step}/{name}", value, step=at)

    def finish(self, values: dict[str, float], folder: Path) -> None:
        """Log the final figures and the folder's name, and end the run."""
        for name, value in values.items():
            self.client.log_metric(self.run_id, name, value)
        self.client.set_tag(self.run_id, "folder", folder.name)
        self.client.set_terminated(self.run_id)


def open_tracker(
    store: str, home: Path, name: str, parameters: dict[str, Any], run_id: str | None = None
) -> Tracker:
    """Return the diary of a new run, or of the run `run_id` that goes on.

    `store` is `auto` (MLflow where it is installed, else JSON lines), `json`, `mlflow`, or an MLflow address
    such as `sqlite:///mlruns.db`. What is kept in files goes to `home`: `mlruns.db` or `runs.jsonl`.
    """
    if store == "json" or (store == "auto" and find_spec("mlflow") is None):
        return _json_lines(home / "runs.jsonl", name, parameters, run_id)
    if find_spec("mlflow") is None:
        raise InputError(
            "MLflow is not installed. Run `pip install 'shortcast[train]'`, or track with `json`."
        )
    address = f"sqlite:///{home.resolve() / 'mlruns.db'}" if store in ("auto", "mlflow") else store
    if ":" not in address:
        raise InputError(f"{store!r} is no place to track to; use auto, json, mlflow or sqlite:///FILE.db.")
    home.mkdir(parents=True, exist_ok=True)
    return _mlflow(address, name, parameters, run_id)


def flat(metrics: dict[str, Any], prefix: str = "") -> dict[str, float]:
    """Return the figures of nested metrics by path: {"rungs/full/r2": 0.7}; bounds and text are left out."""
    out: dict[str, float] = {}
    for key, value in metrics.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict) and "value" in value:
            out[path] = float(value["value"])
        elif isinstance(value, dict):
            out |= flat(value, f"{path}/")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            out[path] = float(value)
    return out


def _json_lines(path: Path, name: str, parameters: dict[str, Any], run_id: str | None) -> JsonLines:
    if run_id is not None:
        tracker = JsonLines(path, run_id)
        tracker.write("resume")
        return tracker
    tracker = JsonLines(path, f"{name}-{utc_now():%Y%m%dT%H%M%S%f}")
    tracker.write("start", name=name, parameters=parameters)
    return tracker


def _mlflow(address: str, name: str, parameters: dict[str, Any], run_id: str | None) -> MLflow:
    from mlflow.tracking import MlflowClient  # type: ignore[import-not-found,unused-ignore]

    client = MlflowClient(tracking_uri=address)
    if run_id is not None:
        client.update_run(run_id, status="RUNNING")
        return MLflow(client, run_id)
    experiment = client.get_experiment_by_name(EXPERIMENT)
    experiment_id = experiment.experiment_id if experiment else client.create_experiment(EXPERIMENT)
    run = client.create_run(experiment_id, run_name=name)
    for key, value in flat_text(parameters).items():
        client.log_param(run.info.run_id, key, value)
    return MLflow(client, run.info.run_id)


def flat_text(parameters: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Return nested parameters as text by path."""
    out: dict[str, str] = {}
    for key, value in parameters.items():
        if isinstance(value, dict):
            out |= flat_text(value, f"{prefix}{key}.")
        else:
            out[f"{prefix}{key}"] = str(value)[:500]
    return out
