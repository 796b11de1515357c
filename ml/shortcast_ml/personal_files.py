"""The folder of a personal model, and which model answers.

Beside the starter's files (see modelfiles.py) a folder has `personal.txt`, the booster of the term; its card
has `personal`: the decision, the figures, the platforms and the term's weight.
"""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from shortcast_ml.anchors import fit_anchors
from shortcast_ml.config import TrainConfig
from shortcast_ml.errors import ModelError
from shortcast_ml.evaluate import Judged, Prepared
from shortcast_ml.fit import Progress
from shortcast_ml.modelfiles import CARD, model_folder, sha256, writing
from shortcast_ml.personal_growth import Knots
from shortcast_ml.personal_term import Started, Term, blended

if TYPE_CHECKING:
    from shortcast_ml.encoders import Encoder
    from shortcast_ml.folds import Split
    from shortcast_ml.forecast import ForecastModel
    from shortcast_ml.settings import Settings

PERSONAL = "personal"


def personal_folder(home: Path) -> Path:
    """Return where the personal model of a home folder is kept."""
    return home / "models" / PERSONAL


def write_term(
    out: Path,
    base: str | Path,
    model: "ForecastModel",
    prepared: Prepared,
    started: Started,
    centre: np.ndarray,
    term: Term,
    card: dict[str, Any],
    knots: Knots,
) -> None:
    """Write the starter with a personal term; `centre` is that of held-out channels, (2n,), and calibrates it."""
    from shortcast_ml.card import render_card

    source = model_folder(base)
    platforms = sorted(set(prepared.platform))
    anchors = fit_anchors(prepared.table, prepared.data.y)
    calibration = dict(model.calibration)
    for name, own in (
        ("platform_log10", anchors.platform_log10),
        ("followers_line", {k: list(v) for k, v in anchors.followers_line.items()}),
    ):
        calibration[name] = {k: own[k] for k in platforms if k in own} | calibration[name]
    calibration["quantiles"] = blended(model, started.data, (started.data.y - centre) / started.scale)
    parts = dict(model.card["parts"])
    whole = {k: v for k, v in model.card.items() if k not in ("sha256", "format")} | card
    whole["parts"] = parts | {p: parts[model.part(p)] for p in platforms}
    whole[PERSONAL] = card[PERSONAL] | {"weight": term.weight, "trees": term.booster.num_trees()}
    with writing(out) as folder:
        for file in model.card["sha256"]:
            shutil.copyfile(source / file, folder / file)
        term.booster.save_model(str(folder / "personal.txt"))
        for file, content in (
            ("calibration.json", calibration),
            ("growth.json", _growth(base, knots)),
            (CARD, whole),
        ):
            (folder / file).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        (folder / "MODEL_CARD.md").write_text(render_card(whole), encoding="utf-8")


def _growth(base: str | Path, knots: Knots) -> dict[str, Any]:
    """Return the starter's `growth.json` with other curves."""
    path = model_folder(base) / "growth.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) | {"log10_share_at_knots": knots}


def write_alone(
    out: Path,
    base: str | Path,
    config: TrainConfig,
    encoder: "Encoder",
    prepared: Prepared,
    held: Judged,
    split: "Split",
    card: dict[str, Any],
    knots: Knots,
    say: Progress,
) -> None:
    """Write a model of the library alone, calibrated by its errors on channels held out."""
    from shortcast_ml.evaluate import measured
    from shortcast_ml.library_table import DATASET
    from shortcast_ml.train import no_thumbnail, write_model

    times = prepared.table.published_at
    facts = {
        "data": {
            DATASET: {
                "videos": len(prepared.table),
                "groups": int(prepared.table.group.nunique()),
                "published": [str(times.min().date()), str(times.max().date())],
                "split": split.says,
            }
        },
        "metrics": {DATASET: measured(DATASET, prepared, held, split, config.seed)},
        "ablations": {},
        "thumbnail": None,
        "limits": list(LIMITS),
    }
    write_model(
        out,
        card["name"],
        config,
        encoder,
        {DATASET: prepared},
        {DATASET: held},
        _growth(base, knots),
        no_thumbnail(encoder),
        facts | card,
        say,
    )


LIMITS = (
    "Learned from the videos that the user chose to collect; it knows no others.",
    "Earlier uploads are older than the video, but their views were read when its own were.",
    "Followers were read with the views, after publishing.",
    "It says nothing of thumbnails.",
    "Multipliers are associations that the model learned, not causes.",
)


def serving_model(settings: "Settings", starter: str | Path = "starter") -> "ForecastModel":
    """Return the model that answers: one that the settings name, else the user's own where adopted, else `starter`.

    A personal model that can't be used leaves the starter, and every forecast says so in its warnings; so does
    what `drift` found of the model.
    """
    from shortcast_ml.drift import drift_notices
    from shortcast_ml.forecast import load_model

    stated = "model" in settings.model_fields_set
    model, notice = load_model(settings.model if stated else starter), None
    folder = personal_folder(settings.home)
    if not stated and (folder / CARD).exists():
        try:
            own = load_model(folder)
            if own.card[PERSONAL]["adopted"]:
                model = own
                if own.card[PERSONAL]["base"]["sha256"] != sha256(model_folder(starter) / CARD):
                    notice = "The personal model stands on an older starter: run `shortcast train --library`."
        except ModelError as error:
            notice = f"The starter answers, because the personal model can't be used. {error}"
        except (KeyError, TypeError):
            notice = "The starter answers: the personal model's card lacks its decision. Train it again."
    notices = (*([notice] if notice else ()), *drift_notices(settings.home, model))
    return replace(model, notices=notices) if notices else model
