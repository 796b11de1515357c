"""One experiment, from its config to a model folder; it can be stopped at any time and started again."""

import importlib.metadata
import json
import time
from pathlib import Path
from typing import Any

from shortcast_ml.fit import Progress
from shortcast_ml.modelfiles import writing
from shortcast_ml.studies.blocks import Encoders, Inputs, load_inputs
from shortcast_ml.studies.config import StudyConfig, read_config
from shortcast_ml.studies.ipiu import run_ipiu
from shortcast_ml.studies.miles import FACTS, run_miles
from shortcast_ml.studies.runs import digest, open_run
from shortcast_ml.studies.tracking import flat, open_tracker

LIBRARIES = ("lightgbm", "numpy", "pandas", "scikit-learn", "torch")
LIMITS = {
    "ipiu2026_shorts": "Drawn evenly over six view bins: the level of a forecast means nothing, its order does.",
    "youtube_thumbs_trending_2020_21": "Landscape videos that trended in the United States: not Shorts, and "
    "none that failed.",
    "tiktok_vn_2025": "Vietnamese authors, May-June 2025, viral videos over-represented.",
}


def run_config(
    path: str | Path,
    data_dir: str | Path,
    out_dir: str | Path,
    progress: Progress | None = None,
    *,
    pictures: str | Path | None = None,
    tracking: str = "auto",
    encoders: Encoders | None = None,
) -> dict[str, Any]:
    """Train the experiment of a YAML file (or of a shipped config's name), write `out_dir`, return its metrics.

    `out_dir` gets the model, `metrics.json`, `timings.json` and `card.json`, all at once at the end. Until then
    finished steps stand in a hidden folder beside it, and a start after a kill goes on from them to the same
    result. `pictures` is a folder or zip of pictures named by video id, in place of the config's; `tracking`
    says where the diary goes: see `tracking.open_tracker`.

    Raises InputError for a wrong config or collection, EncoderError where an encoder can't be had.
    """
    say = progress or (lambda _: None)
    started = time.perf_counter()
    config, out = read_config(path), Path(out_dir).expanduser().resolve()
    if pictures is not None:
        config = config.model_copy(update={"pictures": Path(pictures).expanduser().resolve()})
    say(f"{config.name}: reading {config.dataset}")
    inputs = load_inputs(config, Path(data_dir), encoders or Encoders(), say)
    run, goes_on = open_run(out, fingerprint(config, inputs))
    if goes_on:
        say("going on from where an earlier start stopped")
    diary = run.path / "diary.json"
    run_id = json.loads(diary.read_text(encoding="utf-8")) if diary.is_file() else None
    tracker = open_tracker(tracking, out.parent, config.name, config.model_dump(mode="json"), run_id)
    diary.write_text(json.dumps(tracker.run_id), encoding="utf-8")
    if config.study == "ipiu":
        found, files, timings = run_ipiu(config, inputs, run, say, tracker)
    else:
        found, model, timings = run_miles(config, inputs, run, say, tracker)
        files = model.files()
    metrics = {
        "name": config.name,
        "study": config.study,
        "dataset": config.dataset,
        "model": config.model.kind,
        "encoders": list(inputs.ids),
        **found,
    }
    if not goes_on:
        timings["seconds"] = round(time.perf_counter() - started, 1)
    card = {
        "name": config.name,
        "note": config.note,
        "config": config.model_dump(mode="json"),
        "encoders": list(inputs.ids),
        "data": {config.dataset: {"videos": len(inputs.table), "groups": int(inputs.table.group.nunique())}},
        "split": _protocol(found),
        "features": list(FACTS) if config.study == "miles" else {k: list(v) for k, v in config.arms.items()},
        "libraries": {library: importlib.metadata.version(library) for library in LIBRARIES},
        "limits": [LIMITS[config.dataset]] if config.dataset in LIMITS else [],
    }
    with writing(out) as folder:
        for name, content in files.items():
            (folder / name).write_bytes(content)
        for name, record in (("metrics.json", metrics), ("timings.json", timings), ("card.json", card)):
            (folder / name).write_text(
                json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
            )
    tracker.finish(flat(metrics) | timings, out)
    run.close()
    return metrics


def fingerprint(config: StudyConfig, inputs: Inputs) -> dict[str, str]:
    """Return by what two starts are known to be the same experiment."""
    import pandas as pd

    rows = pd.util.hash_pandas_object(inputs.table.drop(columns="hashtags").astype(str), index=False)
    pictures = () if inputs.picture_hash is None else tuple(inputs.picture_hash)
    return {
        "config": config.model_dump_json(),
        "data": digest(rows.to_numpy().tobytes().hex(), *inputs.table.hashtags, *pictures),
        "encoders": digest(*inputs.ids),
        "versions": digest(*(importlib.metadata.version(name) for name in ("shortcast", *LIBRARIES))),
    }


def _protocol(found: dict[str, Any]) -> str:
    first = next(iter(found["splits"].values())) if "splits" in found else found
    return str(first["protocol"])
