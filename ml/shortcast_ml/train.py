"""Training: from the collections' files to a model folder with its card."""

import importlib.metadata
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from shortcast_ml.data import DATASETS, load_looks, load_table
from shortcast_ml.errors import InputError
from shortcast_ml.evaluate import shares
from shortcast_ml.features import (
    COLUMNS,
    PICTURE_DIM,
    THUMBNAIL_COLUMNS,
    TOPIC_DIM,
    feature_table,
    table_texts,
)
from shortcast_ml.fit import (
    PARAMS,
    ROUNDS,
    SEED,
    CrossFit,
    Data,
    Fitted,
    Progress,
    conformal_quantiles,
    fit,
    fit_anchors,
    hide_facts,
    intervals,
    parts_of,
    target,
)
from shortcast_ml.growth import KNOT_DAYS, fit_growth
from shortcast_ml.history import ENOUGH_UPLOADS
from shortcast_ml.metrics import measure_rungs
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
    "No collection pairs covers of short videos with views: the thumbnail's effect is learned from landscape "
    "YouTube videos that trended in 2020-21.",
    "Multipliers are associations that the model learned, not causes.",
)


def train(
    data_dir: str | Path,
    out_dir: str | Path,
    *,
    name: str = "starter",
    encoder: "Encoder | None" = None,
    seed: int = SEED,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train on every known collection under `data_dir`, write the model to `out_dir`, and return its card.

    Nothing is written before the model is whole. Raises InputError when no collection is found.
    """
    say = progress or (lambda _: None)
    root = Path(data_dir)
    present = [d for d in DATASETS if (root / d).is_dir()]
    if not present:
        raise InputError(
            f"There is none of {', '.join(DATASETS)} in {root}: give the folder that holds them."
        )
    if encoder is None:
        from shortcast_ml.encoders import load_encoder

        encoder = load_encoder("mini")
    table, knots = _tables(root, present, say)
    vectors, topics, projection = _topics(table, encoder, say)
    say("features")
    X = feature_table(table, knots, topics, vectors)
    y, group, platform = target(table, knots), _groups(table), table.platform.to_numpy()
    anchors, part = fit_anchors(table, y), parts_of(table)
    anchor, source = anchors.of(X, platform)
    data = hide_facts(Data(X, y, group, part, source, anchor, np.ones(len(y))), platform, anchors, seed)
    fitted, crossed = fit(data, seed=seed, content_rows=len(y), progress=say)
    thumbnail, picture_projection, thumbnail_metrics = _thumbnail(root, encoder, seed, say)
    say("measuring")
    parts = {p: "model.txt" if p == fitted.default else f"model.{p}.txt" for p in fitted.boosters}
    card = {
        "name": name,
        "parts": parts,
        "encoder": encoder.id,
        "target": "log10(views + 1), brought to 30 days with the growth curve",
        "data": {
            d: {
                "videos": int((table.dataset == d).sum()),
                "groups": int(table.group[table.dataset == d].nunique()),
                "published": _window(table[table.dataset == d]),
            }
            for d in present
        },
        "split": "5 folds; a channel (or, without channels, a block of 500 rows of one topic) is held out whole",
        "seed": seed,
        "params": PARAMS | {"rounds": ROUNDS},
        "metrics": _metrics(table, data, crossed, X, anchor, source, knots, seed),
        "thumbnail": thumbnail_metrics,
        "features": list(COLUMNS),
        "thumbnail_features": list(THUMBNAIL_COLUMNS),
        "libraries": {lib: importlib.metadata.version(lib) for lib in LIBRARIES},
        "limits": list(LIMITS),
    }
    calibration = {
        "levels": "0.005 to 0.995 in steps of 0.005",
        "quantiles": fitted.quantiles,
        "followers_line": {k: [round(v, 5) for v in line] for k, line in anchors.followers_line.items()},
        "platform_log10": {k: round(v, 5) for k, v in anchors.platform_log10.items()},
        "titles": _titles_worth(data, crossed, fitted),
        "pair_slope": _pair_slope(table, crossed.content[: len(table)]),
    }
    growth = {"knots_days": [round(float(d), 4) for d in KNOT_DAYS], "log10_share_at_knots": knots}
    with writing(Path(out_dir)) as folder:
        from safetensors.numpy import save_file

        for part_name, file in parts.items():
            fitted.boosters[part_name].save_model(str(folder / file))
        fitted.spread.save_model(str(folder / "spread.txt"))
        if thumbnail is not None:
            thumbnail.save_model(str(folder / "thumbnail.txt"))
        save_file(projection | picture_projection, folder / "projection.safetensors")
        for file, content in (
            ("calibration.json", calibration),
            ("growth.json", growth),
            ("card.json", card),
        ):
            (folder / file).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return card


def _tables(root: Path, present: list[str], say: Progress) -> "tuple[pd.DataFrame, dict[str, list[float]]]":
    import pandas as pd

    tables, knots = [], dict[str, list[float]]()
    for dataset in present:
        say(f"reading {dataset}")
        tables.append(load_table(dataset, root / dataset))
    # the Shorts curve first: it was seen from the first hours, and lends them to a platform that was not
    for dataset in sorted(present, key=lambda d: d != "youtube_tech_fr_2026"):
        looks = load_looks(dataset, root / dataset)
        if looks is not None and len(looks):
            platform = str(tables[present.index(dataset)].platform.iloc[0])
            knots[platform] = fit_growth(looks, knots.get("youtube_shorts"))
    if not knots:
        raise InputError(f"None of {', '.join(present)} was looked at twice: no growth curve can be learned.")
    knots["default"] = knots.get("youtube_shorts", next(iter(knots.values())))
    return pd.concat(tables, ignore_index=True), knots


def _topics(
    table: "pd.DataFrame", encoder: "Encoder", say: Progress
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    from shortcast_ml.titles import fit_projection, project, title_vectors

    vectors = title_vectors(table_texts(table), encoder, say)
    mean, components = fit_projection(vectors, TOPIC_DIM)
    return vectors, project(vectors, mean, components), {"topic_mean": mean, "topic_components": components}


def _thumbnail(
    root: Path, encoder: "Encoder", seed: int, say: Progress
) -> tuple[Any, dict[str, np.ndarray], Any]:
    from shortcast_ml.thumbnails import DATASET, fit_thumbnail, load_thumbnails

    if not (root / DATASET).is_dir():
        empty = np.zeros(encoder.dim, np.float32), np.zeros((PICTURE_DIM, encoder.dim), np.float32)
        return None, {"picture_mean": empty[0], "picture_components": empty[1]}, None
    return fit_thumbnail(load_thumbnails(root / DATASET, encoder, say), seed)


def _groups(table: "pd.DataFrame") -> np.ndarray:
    return (table.dataset + "/" + table.group.astype(str)).to_numpy().astype(str)


def _window(table: "pd.DataFrame") -> list[str] | None:
    known = table.published_at.dropna()
    return None if known.empty else [str(known.min().date()), str(known.max().date())]


def _metrics(
    table: "pd.DataFrame",
    data: Data,
    crossed: CrossFit,
    X: "pd.DataFrame",
    anchor: np.ndarray,
    source: np.ndarray,
    knots: dict[str, list[float]],
    seed: int,
) -> dict[str, Any]:
    """Return the held-out figures of the joint model, by collection: a row each, with and without a history."""
    n = len(table)
    centre, scale, fold, share = crossed.centre[:n], crossed.scale[:n], crossed.fold[:n], shares(table, knots)
    scaled = (data.y - crossed.centre) / crossed.scale
    low, high = np.empty(n), np.empty(n)
    for i in np.unique(fold):
        held, rest = fold == i, crossed.fold != i
        low[held], high[held] = intervals(
            centre[held],
            scale[held],
            data.part[:n][held],
            source[held],
            conformal_quantiles(scaled[rest], data.part[rest], data.source[rest]),
        )
    y = data.y[:n]
    covered = (y >= low) & (y <= high)
    out: dict[str, Any] = {}
    for dataset in table.dataset.unique():
        rows = (table.dataset == dataset).to_numpy()
        parts = {
            dataset: rows,
            f"{dataset}, five or more earlier uploads": rows & (X.history_uploads >= ENOUGH_UPLOADS),
        }
        for label, mask in parts.items():
            m = np.asarray(mask)
            if m.sum() < 50:
                continue
            rungs = {"constant": np.full(m.sum(), np.median(y[rows])), "anchor": anchor[m], "full": centre[m]}
            out[label] = {
                "n": int(m.sum()),
                "rungs": measure_rungs(
                    y[m] + share[m],
                    {k: v + share[m] for k, v in rungs.items()},
                    anchor[m] + share[m],
                    covered[m],
                    data.group[:n][m],
                    seed=seed,
                ),
            }
    return out


def _titles_worth(data: Data, crossed: CrossFit, fitted: Fitted) -> dict[str, float]:
    """Return by which weight the `titles` part helps a Short of which no channel is known.

    The slope of the held-out error on its prediction, over the copies whose channel is hidden; its booster
    saw none of them. `offset` takes its level away, which is an artefact of how that collection was drawn.
    """
    rows = (data.part == fitted.default) & (data.source == "platform") & np.isfinite(data.X["title_chars"])
    if "titles" not in fitted.boosters or fitted.default == "titles" or rows.sum() < 100:
        return {"weight": 0.0, "offset": 0.0}
    effect = np.asarray(fitted.boosters["titles"].predict(data.X[rows]))
    slope = float(np.polyfit(effect, (data.y - crossed.centre)[rows], 1)[0])
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
