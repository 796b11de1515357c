"""Evaluation: every rung side by side, on splits that keep channels, topics or time apart.

Without a saved model, every row is predicted by models fitted on folds that hold none of its channel (or
topic, or later time). With one, the model is judged on all rows as it is: what it saw in training is its
card's affair. The protocol is written down in docs/evaluation.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from shortcast_ml.anchors import Anchors, fit_anchors, shares, target
from shortcast_ml.config import TrainConfig, starter_config
from shortcast_ml.coverage import mondrian_coverage, reliability
from shortcast_ml.data import load_table
from shortcast_ml.errors import InputError
from shortcast_ml.features import (
    IMAGE_COLUMNS,
    METADATA_COLUMNS,
    TEXT_COLUMNS,
    THUMBNAIL_COLUMNS,
    feature_table,
    table_texts,
)
from shortcast_ml.fit import (
    CrossFit,
    Data,
    Progress,
    below,
    calibrates,
    conformal_quantiles,
    cross_fit,
    fit_centre,
    hide_facts,
    intervals,
    parts_of,
)
from shortcast_ml.folds import PROTOCOLS, Fold, Split, honest_folds, protocol_for
from shortcast_ml.growth import starter_growth
from shortcast_ml.history import ENOUGH_UPLOADS, describe_table
from shortcast_ml.leakage import check_all
from shortcast_ml.metrics import measure_gains, measure_rungs
from shortcast_ml.titles import Vectors, title_vectors
from shortcast_ml.velocity import miles_velocity_mae

if TYPE_CHECKING:
    import pandas as pd

    from shortcast_ml.encoders import Encoder

MIN_ROWS = 50
# Collections too large to encode and fit within minutes are judged on so many of their channels, drawn by seed.
SAMPLED_GROUPS = {"youtube_charts_2025_26": 1500, "bilibili_2025": 4000}
RUNGS = ("constant", "followers", "anchor", "metadata", "text", "image", "full")
GAINS = (("full", "anchor"), ("metadata", "anchor"), ("text", "metadata"), ("image", "text"))
MILESTONES = {"views >= 100,000": 5.0, "views >= 1,000,000": 6.0}


@dataclass(frozen=True)
class Prepared:
    """A collection made ready to learn from: rows of `table` and `data` agree."""

    table: "pd.DataFrame"
    data: Data
    share: np.ndarray  # log10 F at each row's own age, (n,)

    @property
    def platform(self) -> np.ndarray:
        """The platform of each row, (n,)."""
        return np.asarray(self.table.platform.to_numpy())


@dataclass(frozen=True)
class Judged:
    """What held-out models say of the rows of a collection: (n,), NaN where never tested, at 30 days."""

    data: Data  # with the copies whose facts are hidden
    crossed: CrossFit
    rungs: dict[str, np.ndarray]
    interval: np.ndarray  # (n, 2)
    chances: dict[str, np.ndarray]  # of reaching a milestone, by its name
    purged: tuple[int, ...]  # near-duplicates of test rows that left the training side of each fold

    @property
    def tested(self) -> np.ndarray:
        """The rows that some fold tested, (n,) bool."""
        return np.asarray(np.isfinite(self.rungs["full"]))


def evaluate(
    dataset: str,
    data_dir: str | Path,
    model: str | Path | None = None,
    *,
    config: TrainConfig | None = None,
    encoder: "Encoder | None" = None,
    beside: Iterable[Split] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Return {"dataset", "n", "groups", "protocol", "rungs", "subsets", ...} for a collection's folder.

    Metrics are at each video's own age, each {"value", "low", "high"} (95%, bootstrap over groups) or None.
    `subsets` holds the same for the rows whose channel has five or more earlier uploads in the collection;
    `beside` other splits of the same rows, by default every one that is of use. Raises InputError when the
    folder can't be read or holds too few videos, LeakError when something that can't be known before publishing
    reached the features.
    """
    say = progress or (lambda _: None)
    config = config or starter_config()
    table = load_table(dataset, data_dir)
    if len(table) < MIN_ROWS:
        raise InputError(
            f"{data_dir} holds {len(table)} usable videos; an evaluation needs at least {MIN_ROWS}."
        )
    if model is not None:
        from shortcast_ml.judge_saved import judge_saved

        return judge_saved(dataset, table, model, encoder, config.seed, say)
    table = sample_groups(table, SAMPLED_GROUPS.get(dataset), config.seed)
    prepared = prepare(table, starter_growth(), encoder, say, Path(data_dir))
    protocol = protocol_for(dataset)
    result = measured(dataset, prepared, judge(prepared, protocol, config, say), protocol, config.seed)
    others = list(PROTOCOLS.get(dataset, ())[1:] if beside is None else beside)
    if others:
        result["beside"] = {
            p.name: measured(dataset, prepared, judge(prepared, p, config, say, rungs=False), p, config.seed)
            for p in others
        }
    return result


def sample_groups(table: "pd.DataFrame", groups: int | None, seed: int) -> "pd.DataFrame":
    """Return the rows of so many groups, drawn by seed; the whole table where it has no more."""
    names = np.unique(table.group.to_numpy().astype(str))
    if groups is None or len(names) <= groups:
        return table
    chosen = np.random.default_rng(seed).choice(names, groups, replace=False)
    return table[table.group.astype(str).isin(set(chosen))].reset_index(drop=True)


def prepare(
    table: "pd.DataFrame",
    knots: dict[str, list[float]],
    encoder: "Encoder | None" = None,
    say: Progress = lambda _: None,
    folder: Path | None = None,
) -> Prepared:
    """Return a table with its features and target; pictures are read where `folder` holds them."""
    titles = title_vectors(table_texts(table), encoder, say)
    say("features")
    X = feature_table(table, knots, titles)
    pictures = None
    if folder is not None and table.thumbnail.notna().any():
        X, pictures = _with_pictures(X, table, folder, titles, encoder, say)
    y, platform = target(table, knots), table.platform.to_numpy()
    anchor, source = fit_anchors(table, y).of(X, platform)
    data = Data(
        X=X,
        y=y,
        group=(table.dataset + "/" + table.group.astype(str)).to_numpy().astype(str),
        part=parts_of(table),
        source=source,
        anchor=anchor,
        weight=np.ones(len(y)),
        titles=titles,
        pictures=pictures,
    )
    return Prepared(table, data, shares(table, knots))


def _with_pictures(
    X: "pd.DataFrame",
    table: "pd.DataFrame",
    folder: Path,
    titles: Vectors,
    encoder: "Encoder | None",
    say: Progress,
) -> "tuple[pd.DataFrame, Vectors]":
    from shortcast_ml.pictures import read_pictures

    seen = read_pictures(table.thumbnail.tolist(), folder, encoder, say)
    aligned = (seen.vectors * titles.rows()).sum(axis=1, keepdims=True)
    X = X.assign(**dict.fromkeys(THUMBNAIL_COLUMNS, np.float32("nan")))
    X[[*seen.columns, "alignment"]] = np.hstack([seen.looks, aligned]).astype(np.float32)
    return X, Vectors.of(seen.vectors)


def judge(
    prepared: Prepared,
    protocol: Split,
    config: TrainConfig,
    say: Progress,
    *,
    rungs: bool = True,
    content: bool = False,
) -> Judged:
    """Return what models say of rows that they never saw; `rungs` are those between anchor and full."""
    table, data, n = prepared.table, prepared.data, len(prepared.data.y)
    folds = honest_folds(table, protocol, picture_hashes(table))
    forward = protocol.seals == "time"
    if protocol.seals != "nothing":
        _check(prepared, folds, protocol)
    anchors = fit_anchors(table, data.y)
    both = hide_facts(data, prepared.platform, anchors, config.hidden_weight, config.seed)
    crossed = cross_fit(both, folds, config, forward=forward, content_rows=n if content else 0, progress=say)
    found = {name: np.full(n, np.nan) for name in ("constant", "followers", "anchor")}
    interval = np.full((n, 2), np.nan)
    chances = {name: np.full(n, np.nan) for name in (*MILESTONES, "beats the typical video")}
    scaled = (both.y - crossed.centre) / crossed.scale
    for i, fold in enumerate(folds):
        held, trained = data.take(fold.test), fit_anchors(table[fold.train], data.y[fold.train])
        platform = prepared.platform[fold.test]
        found["constant"][fold.test] = trained.constant(platform)
        found["followers"][fold.test] = trained.followers(held.X, platform)
        found["anchor"][fold.test] = trained.of(held.X, platform)[0]
        others = calibrates(crossed.fold, i, forward) & np.isfinite(scaled)
        if not others.any():
            continue
        quantiles = conformal_quantiles(scaled[others], both.take(others))
        at = crossed.centre[:n][fold.test], crossed.scale[:n][fold.test], held, quantiles
        interval[fold.test] = intervals(*at)
        goals = {name: level - prepared.share[fold.test] for name, level in MILESTONES.items()}
        goals["beats the typical video"] = found["anchor"][fold.test]
        for name, goal in goals.items():
            chances[name][fold.test] = 1 - below(*at, goal)
    if rungs:
        found |= _middle_rungs(data, folds, config, say)
    found["full"] = crossed.centre[:n]
    return Judged(
        both,
        crossed,
        {r: found[r] for r in RUNGS if r in found},
        interval,
        chances,
        tuple(fold.purged for fold in folds),
    )


def picture_hashes(table: "pd.DataFrame") -> list[str | None] | None:
    """Return the difference hash of each row's picture; None where the collection has none."""
    if table.dhash.isna().all():
        return None
    return [h if isinstance(h, str) else None for h in table.dhash]


def _check(prepared: Prepared, folds: list[Fold], protocol: Split) -> None:
    data, knots = prepared.data, starter_growth()
    check_all(
        prepared.table,
        data.X[[c for c in data.X if data.X[c].notna().any()]],
        np.log10(prepared.table.views.to_numpy(float) + 1),
        folds,
        seals=protocol.seals,
        anchor=np.where(data.source == "uploads", data.anchor + prepared.share, np.nan),
        pictures=picture_hashes(prepared.table),
        describe=lambda part, rows: describe_table(part, knots, data.titles.take(rows)),
    )


def _middle_rungs(data: Data, folds: list[Fold], config: TrainConfig, say: Progress) -> dict[str, np.ndarray]:
    """Return the rungs between the anchor and the full model: each sees more columns than the one before."""
    wanted = {"metadata": METADATA_COLUMNS, "text": TEXT_COLUMNS}
    if data.pictures is not None:
        wanted["image"] = IMAGE_COLUMNS
    found = {}
    for name, columns in wanted.items():
        say(f"rung {name}")
        found[name] = predicted(data, folds, config, columns)
    return found


def predicted(
    data: Data, folds: list[Fold], config: TrainConfig, columns: tuple[str, ...] | None = None
) -> np.ndarray:
    """Return log10 views at 30 days of each tested row by a model of its fold's training rows, (n,)."""
    out = np.full(len(data.y), np.nan)
    for fold in folds:
        out[fold.test] = fit_centre(data.take(fold.train), config, columns).predict(data.take(fold.test))
    return out


def measured(dataset: str, prepared: Prepared, judged: Judged, protocol: Split, seed: int) -> dict[str, Any]:
    """Return the figures of held-out predictions as `evaluate` does."""
    table, share = prepared.table, prepared.share
    tested, n = judged.tested, len(prepared.data.y)
    y = np.log10(table.views.to_numpy(float) + 1)
    at_age = {name: values + share for name, values in judged.rungs.items()}
    low, high = (judged.interval + share[:, None]).T
    uploads = prepared.data.X["history_uploads"].to_numpy()
    enough = tested & (uploads >= ENOUGH_UPLOADS)
    group = table.group.to_numpy().astype(str)

    def figures(rows: np.ndarray) -> dict[str, Any]:
        chosen = {name: values[rows] for name, values in at_age.items()}
        inside = np.where(np.isfinite(low), (y >= low) & (y <= high), np.nan)
        rungs = measure_rungs(y[rows], chosen, chosen["anchor"], inside[rows], group[rows], seed=seed)
        return {
            "n": int(rows.sum()),
            "groups": len(np.unique(group[rows])),
            "rungs": {name: rungs.get(name) for name in RUNGS},
            "gains": measure_gains(y[rows], chosen, GAINS, group[rows], seed=seed),
        }

    whole = figures(tested)
    known, aged = np.isfinite(low), tested & (table.age_days > 0).to_numpy()
    happened = {name: y >= level for name, level in MILESTONES.items()}
    happened["beats the typical video"] = y > at_age["anchor"]
    return {
        "dataset": dataset,
        "n": whole["n"],
        "groups": whole["groups"],
        "rows": n,
        "protocol": protocol.name,
        "says": protocol.says,
        "purged": list(judged.purged),
        "rungs": whole["rungs"],
        "gains": whole["gains"],
        "subsets": {"five_or_more_earlier_uploads": figures(enough)} if enough.sum() >= MIN_ROWS else {},
        "velocity": miles_velocity_mae(
            table[aged], at_age["full"][aged], judged.crossed.fold[:n][aged], seed=seed
        )
        if aged.any()
        else None,
        "coverage_by_channel_size": mondrian_coverage(
            y[known], low[known], high[known], prepared.data.bucket[known], group[known], seed=seed
        ),
        "probabilities": {
            name: reliability(chance[known], happened[name][known], group[known], seed=seed)
            for name, chance in judged.chances.items()
            if known.any() and happened[name][known].any()
        },
    }


def saved_anchors(calibration: dict[str, Any]) -> Anchors:
    """Return the anchors of a saved model."""
    lines = {k: (float(v[0]), float(v[1])) for k, v in calibration["followers_line"].items()}
    return Anchors(lines, calibration["platform_log10"])


def one_part(prepared: Prepared, part: str) -> Prepared:
    """Return the same rows, all of one part."""
    same = np.full(len(prepared.data.y), part, dtype=object)
    return replace(prepared, data=replace(prepared.data, part=same))
