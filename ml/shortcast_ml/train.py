"""Training: from the collections' files to a model folder with its card."""

import importlib.metadata
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from shortcast_ml.anchors import fit_anchors
from shortcast_ml.config import TrainConfig, starter_config
from shortcast_ml.data import COLLECTIONS, load_table
from shortcast_ml.encoders.names import FORECASTING
from shortcast_ml.errors import InputError
from shortcast_ml.evaluate import SAMPLED_GROUPS, Judged, Prepared, judge, measured, prepare, sample_groups
from shortcast_ml.features import COLUMNS, PICTURE_DIM, THUMBNAIL_COLUMNS
from shortcast_ml.fit import (
    MIN_ERROR,
    Centre,
    Data,
    Progress,
    concatenate,
    conformal_quantiles,
    fit_centre,
    fit_spread,
)
from shortcast_ml.folds import protocol_for
from shortcast_ml.growth import fit_growth_file
from shortcast_ml.modelfiles import writing

if TYPE_CHECKING:
    import pandas as pd

    from shortcast_ml.encoders import Encoder

LIBRARIES = ("lightgbm", "numpy", "pandas", "scikit-learn")
LIMITS = (
    "TikTok: Vietnamese authors, May-June 2025, viral videos over-represented; without the channel's recent "
    "views the level is too high.",
    "YouTube Shorts with a channel: French tech channels, January-February 2026.",
    "Shorts without a channel (the IPIU table) were drawn evenly over view bins: they teach what a title "
    "changes, not the level.",
    "Earlier uploads are older than the video, but their views were read on the same days as its own.",
    "Followers were read with the views, after publishing; a video that brought followers looks a little better.",
    "The age at which views were read says how the TikTok sample was drawn (old videos of idle channels), and "
    "part of the accuracy on it comes from that: the ablations show how much. A draft is asked for at 30 days.",
    "No collection pairs covers of short videos with views: the thumbnail's effect is learned from landscape "
    "YouTube videos that trended in 2020-21. The heads of the `mini` encoder learned from the older ones of the same "
    "titles and pictures, without their views.",
    "Intervals are calibrated on held-out errors of the other folds, whose models may have seen the channel.",
    "Multipliers are associations that the model learned, not causes.",
)


def train(
    data_dir: str | Path,
    out_dir: str | Path,
    *,
    name: str | None = None,
    config: TrainConfig | None = None,
    encoder: "Encoder | None" = None,
    ablate: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train on the configuration's collections under `data_dir`, write the model, and return its card.

    Every other known collection there is judged too, by models of its own. `ablate` also measures what was
    decided against. Nothing is written before the model is whole. Raises InputError when there is nothing to
    learn from, LeakError when something that can't be known before publishing reached the features.
    """
    say = progress or (lambda _: None)
    config = config or starter_config()
    root = Path(data_dir)
    learned = [d for d in config.collections if (root / d).is_dir()]
    if not learned:
        raise InputError(
            f"There is none of {', '.join(config.collections)} in {root}: give the folder that holds them."
        )
    if encoder is None:
        from shortcast_ml.encoders import load_encoder

        encoder = load_encoder(FORECASTING)
    say("growth curve")
    growth = fit_growth_file(root)
    knots = growth["log10_share_at_knots"]
    prepared, judged, metrics, ablations = {}, {}, {}, {}
    for dataset in [*learned, *(d for d in COLLECTIONS if d not in learned and (root / d).is_dir())]:
        say(f"reading {dataset}")
        table = load_table(dataset, root / dataset)
        if dataset not in learned:
            table = sample_groups(table, SAMPLED_GROUPS.get(dataset), config.seed)
        ready = prepare(table, knots, encoder, say, root / dataset)
        held = judge(ready, protocol_for(dataset), config, say, content=dataset in learned)
        metrics[dataset] = measured(dataset, ready, held, protocol_for(dataset), config.seed)
        if dataset in learned:
            prepared[dataset], judged[dataset] = ready, held
    if ablate:
        from shortcast_ml.ablation import ablation

        ablations = ablation(prepared, config, say)
    thumbnail = _thumbnail(root, encoder, config.seed, say)
    card = {
        "data": {
            d: {
                "videos": len(p.table),
                "groups": int(p.table.group.nunique()),
                "published": _window(p.table),
                "split": protocol_for(d).says,
            }
            for d, p in prepared.items()
        },
        "metrics": metrics,
        "ablations": ablations,
        "thumbnail": thumbnail[2],
        "limits": list(LIMITS),
    }
    return write_model(
        Path(out_dir), name or config.name, config, encoder, prepared, judged, growth, thumbnail, card, say
    )


Thumbnail = tuple[Any, dict[str, np.ndarray], Any]  # booster or None, projection of pictures, metrics or None


def write_model(
    out_dir: Path,
    name: str,
    config: TrainConfig,
    encoder: "Encoder",
    prepared: Mapping[str, Prepared],
    judged: Mapping[str, Judged],
    growth: dict[str, Any],
    thumbnail: Thumbnail,
    card: dict[str, Any],
    say: Progress,
) -> dict[str, Any]:
    """Fit on all rows of the prepared collections, calibrated by their held-out errors; write the folder.

    `card` is what the caller knows; the rest is filled in. The whole card is returned.
    """
    import pandas as pd

    from shortcast_ml.card import render_card

    say("final model on all rows")
    data = concatenate([j.data for j in judged.values()])
    centre = np.concatenate([j.crossed.centre for j in judged.values()])
    scale = np.concatenate([j.crossed.scale for j in judged.values()])
    fitted = fit_centre(data, config)
    known = np.isfinite(centre) & np.isfinite(scale)
    spread = fit_spread(data.take(known), np.log(np.abs(data.y - centre)[known] + MIN_ERROR), config)
    table = pd.concat([p.table for p in prepared.values()], ignore_index=True)
    anchors = fit_anchors(table, np.concatenate([p.data.y for p in prepared.values()]))
    content = np.concatenate(
        [j.crossed.content[: len(p.table)] for j, p in zip(judged.values(), prepared.values(), strict=True)]
    )
    parts = {p: "model.txt" if p == fitted.default else f"model.{p}.txt" for p in fitted.boosters}
    calibration = {
        "levels": "0.005 to 0.995 in steps of 0.005",
        "quantiles": conformal_quantiles(((data.y - centre) / scale)[known], data.take(known)),
        "followers_line": {k: [round(v, 5) for v in line] for k, line in anchors.followers_line.items()},
        "platform_log10": {k: round(v, 5) for k, v in anchors.platform_log10.items()},
        "titles": _titles_worth(data, centre, fitted),
        "pair_slope": _pair_slope(table, content),
    }
    whole = {
        "name": name,
        "parts": parts,
        "encoder": encoder.id,
        "target": "log10(views + 1), brought to 30 days with the growth curve",
        "seed": config.seed,
        "config": config.model_dump(mode="json"),
        "rounds": {p: b.num_trees() for p, b in fitted.boosters.items()},
        "features": list(COLUMNS),
        "thumbnail_features": list(THUMBNAIL_COLUMNS),
        "libraries": {lib: importlib.metadata.version(lib) for lib in LIBRARIES},
        **card,
    }
    topics = {k: v for k, v in fitted.projection.items() if k.startswith("topic")}
    with writing(out_dir) as folder:
        from safetensors.numpy import save_file

        for part, file in parts.items():
            fitted.boosters[part].save_model(str(folder / file))
        spread.save_model(str(folder / "spread.txt"))
        if thumbnail[0] is not None:
            thumbnail[0].save_model(str(folder / "thumbnail.txt"))
        save_file(topics | thumbnail[1], folder / "projection.safetensors")
        for file, content_of in (
            ("calibration.json", calibration),
            ("growth.json", growth),
            ("card.json", whole),
        ):
            (folder / file).write_text(json.dumps(content_of, indent=1) + "\n", encoding="utf-8")
        (folder / "MODEL_CARD.md").write_text(render_card(whole), encoding="utf-8")
    return whole


def _thumbnail(root: Path, encoder: "Encoder", seed: int, say: Progress) -> Thumbnail:
    from shortcast_ml.thumbnails import DATASET, fit_thumbnail, load_thumbnails

    if not (root / DATASET).is_dir():
        return no_thumbnail(encoder)
    return fit_thumbnail(load_thumbnails(root / DATASET, encoder, say), seed)


def no_thumbnail(encoder: "Encoder") -> Thumbnail:
    """Return what stands for the thumbnail's part in a model that has none."""
    return (
        None,
        {
            "picture_mean": np.zeros(encoder.dim, np.float32),
            "picture_components": np.zeros((PICTURE_DIM, encoder.dim), np.float32),
        },
        None,
    )


def _window(table: "pd.DataFrame") -> list[str] | None:
    known = table.published_at.dropna()
    return None if known.empty else [str(known.min().date()), str(known.max().date())]


def _titles_worth(data: Data, centre: np.ndarray, fitted: Centre) -> dict[str, float]:
    """Return by which weight the `titles` part helps a Short of which no channel is known.

    The slope of the held-out error on its prediction, over the copies whose channel is hidden; its booster
    saw none of them. `offset` takes its level away, which is an artefact of how that collection was drawn.
    """
    rows = (data.part == fitted.default) & (data.source == "platform") & np.isfinite(data.X["title_chars"])
    if "titles" not in fitted.boosters or fitted.default == "titles" or rows.sum() < 100:
        return {"weight": 0.0, "offset": 0.0}
    booster = fitted.boosters["titles"]
    effect = np.asarray(booster.predict(fitted.columns(data.take(np.asarray(rows)), booster)))
    slope = float(np.polyfit(effect, (data.y - centre)[rows], 1)[0])
    return {"weight": round(min(max(slope, 0.0), 1.0), 4), "offset": round(float(effect.mean()), 5)}


def _pair_slope(table: "pd.DataFrame", content: np.ndarray) -> float:
    """Return b of P(first does better) = 1 / (1 + exp(-b gap)), on neighbouring uploads of held-out channels.

    The gap is between what the columns that a creator can edit add to either forecast (`content`): the whole
    forecast would not do, since the later video's contains how the earlier one did.
    """
    from sklearn.linear_model import LogisticRegression

    ordered = table.assign(content=content, log_views=np.log10(table.views + 1))
    ordered = ordered.dropna(subset=["channel_id", "published_at"])
    ordered = ordered.sort_values(["dataset", "channel_id", "published_at"])
    before = ordered.groupby(["dataset", "channel_id"])[["content", "log_views"]].shift()
    gap = (ordered.content - before.content).to_numpy()
    better = (ordered.log_views - before.log_views).to_numpy()
    known = np.isfinite(gap) & (better != 0)
    if len(set(better[known] > 0)) < 2:
        return 0.0
    fitted = LogisticRegression(fit_intercept=False, C=1e6).fit(gap[known, None], better[known] > 0)
    return round(max(0.0, float(fitted.coef_[0, 0])), 4)
