"""Measuring what computed changes are worth: models of other channels, and pairs of videos that differ in a fact.

For each collection, every video's forecast comes from a model that saw none of its channel. Of two videos of one
channel the earlier is forecast again with the later one's length (time, hashtags, title): that is the computed gain,
as `suggest_changes` computes it. What came is how much better the later one did than the earlier, less what the
model makes of all their other differences.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import numpy as np

from shortcast_ml.anchors import fit_anchors
from shortcast_ml.changes.kinds import KINDS, Evidence, Kind, KindName
from shortcast_ml.changes.measure import Came, discovered, shown_patterns, worth
from shortcast_ml.changes.pairs import Pairs, forward_pairs, known_by, with_kind_of_second
from shortcast_ml.changes.picture import LANDSCAPE, picture_worth
from shortcast_ml.changes.worth import FILE, ChangeTable, Shown, Worth
from shortcast_ml.config import TrainConfig
from shortcast_ml.data import load_table
from shortcast_ml.errors import InputError
from shortcast_ml.evaluate import Prepared, prepare
from shortcast_ml.fit import Centre, Data, Progress, fit_centre, hide_facts, with_components
from shortcast_ml.folds import ChannelDisjoint, honest_folds
from shortcast_ml.modelfiles import model_folder, writing

if TYPE_CHECKING:
    from shortcast_ml.encoders import Encoder
    from shortcast_ml.forecast import ForecastModel

# What each platform is measured on, and in words.
MEASURED_ON = {
    "tiktok": ("tiktok_vn_2025", "Vietnamese TikTok videos of 2025"),
    "youtube_shorts": ("youtube_tech_fr_2026", "Shorts of French tech channels of 2026"),
}
SWAPPED: tuple[KindName, ...] = ("length", "publish_time", "hashtags", "title", "likeness")
PROTOCOL = (
    "5 folds with whole channels apart; pairs of an upload and one of the next four of its channel; the earlier is "
    "forecast with the later one's fact. Slope of what came on what was computed, with an intercept; 80% and 95% "
    "intervals from drawing whole channels again 1,000 times."
)


def calibrate_changes(
    data_dir: str | Path,
    model: "ForecastModel",
    *,
    encoder: "Encoder | None" = None,
    progress: Progress | None = None,
) -> ChangeTable:
    """Return what the model's computed changes are worth, on those collections under `data_dir` that it learned from.

    Models of the same configuration are fitted without the channels that they are asked about. Raises InputError
    when there is none of the collections.
    """
    say = progress or (lambda _: None)
    config = TrainConfig.model_validate(model.card["config"])
    root = Path(data_dir)
    there = {
        p: on for p, on in MEASURED_ON.items() if on[0] in model.card["data"] and (root / on[0]).is_dir()
    }
    if not there:
        names = " or ".join(dataset for dataset, _ in MEASURED_ON.values())
        raise InputError(
            f"The model {model.name} learned from no {names} that is in {root}: give the folder that holds them."
        )
    measured: dict[str, dict[Evidence, dict[KindName, Worth]]] = {}
    patterns: dict[str, dict[str, tuple[Shown, float]]] = {}
    for platform, (dataset, _) in there.items():
        say(f"reading {dataset}")
        prepared = prepare(load_table(dataset, root / dataset), model.growth, encoder, say)
        measured[platform], patterns[platform] = measure(prepared, model, config, say)
    data = {platform: words for platform, (_, words) in there.items()}
    picture, shown = picture_worth(root, model, config.seed, encoder, say)
    if picture is not None:
        measured["youtube"] = {evidence: {"picture": picture} for evidence in get_args(Evidence)}
        patterns["youtube"], data["youtube"] = shown, LANDSCAPE
    return ChangeTable(
        model=model.name, protocol=PROTOCOL, data=data, worth=measured, patterns=discovered(patterns)
    )


def asked(model: "ForecastModel", fold: Centre, data: Data, evidence: Evidence) -> np.ndarray:
    """Return log10 views at 30 days of rows as drafts of whose channel so much is known, (n,).

    As the model forecasts them, with the fold's booster in place of its own; what titles add where no channel is
    known was learned from another collection.
    """
    seen = replace(data, X=known_by(data.X, evidence))
    out = fold.predict(seen)
    titles, weight = model.boosters.get("titles"), float(model.calibration["titles"]["weight"])
    if evidence == "platform" and titles is not None and set(data.part) != {"tiktok"}:
        X = with_components(seen, model.projection, titles.feature_name())
        out = out + weight * np.asarray(titles.predict(X))
    return np.asarray(out)


def measure(
    prepared: Prepared, model: "ForecastModel", config: TrainConfig, say: Progress
) -> tuple[dict[Evidence, dict[KindName, Worth]], dict[str, tuple[Shown, float]]]:
    """Return what each kind of change is worth by evidence, and what each pattern of titles showed."""
    data, pairs = prepared.data, forward_pairs(prepared.table)
    first = data.take(pairs.first)
    say(f"{len(pairs.first):,} pairs")
    swapped = {name: _swapped(prepared, pairs, first, KINDS[name]) for name in SWAPPED}
    rest = np.full(len(data.y), np.nan)  # what the model leaves open
    whole = {name: np.full(len(pairs.first), np.nan) for name in SWAPPED}
    gains = {(name, evidence): np.full(len(pairs.first), np.nan) for name, evidence in _cells()}
    folds = honest_folds(prepared.table, ChannelDisjoint(k=config.folds))
    anchors = fit_anchors(prepared.table, data.y)
    both = hide_facts(data, prepared.platform, anchors, config.hidden_weight, config.seed)
    for i, fold in enumerate(folds):
        say(f"fold {i + 1} of {len(folds)}")
        fitted = fit_centre(both.take(np.tile(fold.train, 2)), config)
        rest[fold.test] = data.y[fold.test] - fitted.predict(data.take(fold.test))
        rows = np.flatnonzero(fold.test[pairs.first])
        own, other = first.take(rows), {name: rows_of.take(rows) for name, rows_of in swapped.items()}
        before = fitted.predict(own)
        for name in SWAPPED:
            whole[name][rows] = fitted.predict(other[name]) - before
        for evidence in get_args(Evidence):
            before = asked(model, fitted, own, evidence)
            for name, at in _cells():
                if at == evidence:
                    gains[name, at][rows] = asked(model, fitted, other[name], evidence) - before
    known = {name: _known(data, pairs, name) for name in SWAPPED}
    units = data.group[pairs.first]
    ahead = rest[pairs.second] - rest[pairs.first]
    found: dict[Evidence, dict[KindName, Worth]] = {e: {} for e in get_args(Evidence)}
    for name, evidence in _cells():
        came = Came(gains[name, evidence], ahead + whole[name], units, pairs.first).take(known[name])
        seen = worth(came, config.seed)
        if seen is not None:
            found[evidence][name] = seen
    titled = Came(gains["title", "uploads"], ahead + whole["title"] + whole["likeness"], units, pairs.first)
    usable = known["title"] & np.isfinite(titled.came)
    return found, shown_patterns(prepared.table.title.tolist(), titled, pairs.second, usable, config.seed)


def _cells() -> Iterator[tuple[KindName, Evidence]]:
    """Yield what is measured: likeness to earlier titles needs the uploads."""
    for evidence in get_args(Evidence):
        for name in SWAPPED:
            if name != "likeness" or evidence == "uploads":
                yield name, evidence


def _swapped(prepared: Prepared, pairs: Pairs, first: Data, kind: Kind) -> Data:
    own = first.titles
    titles = replace(own, at=prepared.data.titles.at[pairs.second]) if kind.name == "title" else own
    return replace(first, X=with_kind_of_second(prepared, pairs, kind), titles=titles)


def _known(data: Data, pairs: Pairs, name: KindName) -> np.ndarray:
    """Return the pairs of which both videos' fact is known, (m,) bool."""
    X = data.X
    fact = {
        "length": X["log10_duration"],
        "publish_time": X["publish_hour_utc"],
        "hashtags": X["hashtags"],
        "title": X["title_chars"].where(X["title_chars"] > 0),
        "likeness": X["title_chars"].where(X["title_chars"] > 0),
    }[name]
    known = np.isfinite(fact.to_numpy(float))
    return np.asarray(known[pairs.first] & known[pairs.second])


def write_changes(table: ChangeTable, folder: str | Path) -> Path:
    """Put the table beside a model's files and its hash into the card; the folder is replaced whole."""
    source = model_folder(folder)
    with writing(source) as work:
        for file in source.iterdir():
            if file.is_file():
                shutil.copyfile(file, work / file.name)
        content = json.dumps(table.model_dump(mode="json"), indent=1) + "\n"
        (work / FILE).write_text(content, encoding="utf-8")
    return source / FILE
