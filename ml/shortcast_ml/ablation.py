"""What was decided by measurement, and what each choice is worth: the same folds with one thing changed."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from shortcast_ml.config import Booster, TrainConfig
from shortcast_ml.evaluate import Prepared, one_part, picture_hashes, predicted
from shortcast_ml.features import TITLE_COLUMNS
from shortcast_ml.fit import Data, Progress, concatenate, fit_centre
from shortcast_ml.folds import Fold, honest_folds, protocol_for
from shortcast_ml.history import ALIKE_COLUMNS
from shortcast_ml.metrics import measure, measure_gains

COLLECTIONS = ("tiktok_vn_2025", "youtube_tech_fr_2026")  # those with a channel: the choices are about it
SHIPPED = "as shipped"
METRICS = ("r2", "mae_log10", "spearman", "residual_spearman", "auroc_1m")

Variant = Callable[[Data, list[Fold], TrainConfig], np.ndarray]


def ablation(
    prepared: Mapping[str, Prepared], config: TrainConfig, say: Progress, only: str | None = None
) -> dict[str, Any]:
    """Return {collection: {variant: {metric: value, ..., "over_shipped": gains}}} on held-out rows.

    Models here see the rows as they are, without copies whose facts are hidden: a single figure differs a
    little from that of the full rung. Gains are paired, with 95% intervals from resampling channels.
    """
    found = {}
    for name in COLLECTIONS:
        if name not in prepared or only not in (None, name):
            continue
        others = {other: p for other, p in prepared.items() if other != name}
        variants = VARIANTS | {"one booster for all collections": _joint(others)}
        found[name] = _of_collection(name, prepared[name], variants, config, say)
    return found


def _of_collection(
    name: str, prepared: Prepared, variants: Mapping[str, Variant], config: TrainConfig, say: Progress
) -> dict[str, Any]:
    data = prepared.data
    folds = honest_folds(prepared.table, protocol_for(name), picture_hashes(prepared.table))
    guesses = {}
    for variant, fit_predict in variants.items():
        say(f"ablation on {name}: {variant}")
        guesses[variant] = fit_predict(data, folds, config)
    y, share = data.y + prepared.share, prepared.share
    pairs = [(variant, SHIPPED) for variant in guesses if variant != SHIPPED]
    gains = measure_gains(y, guesses_at_age(guesses, share), pairs, data.group, seed=config.seed)
    out = {}
    for variant, guess in guesses.items():
        figures = measure(y, guess + share, data.anchor + share, None)
        out[variant] = {
            **{metric: round(figures[metric], 4) for metric in METRICS},
            "over_shipped": gains.get(f"{variant} over {SHIPPED}"),
        }
    return out


def guesses_at_age(guesses: Mapping[str, np.ndarray], share: np.ndarray) -> dict[str, np.ndarray]:
    """Return forecasts at 30 days brought to each row's own age."""
    return {name: values + share for name, values in guesses.items()}


def _changed(**changes: Any) -> Variant:
    def of(booster: Booster) -> Booster:
        params = booster.params | changes.get("params", {})
        return booster.model_copy(update={**changes, "params": params})

    def variant(data: Data, folds: list[Fold], config: TrainConfig) -> np.ndarray:
        boosters = {part: of(booster) for part, booster in config.boosters.items()}
        return predicted(data, folds, config.model_copy(update={"boosters": boosters}))

    return variant


def _without(*columns: str) -> Variant:
    def variant(data: Data, folds: list[Fold], config: TrainConfig) -> np.ndarray:
        seen = replace(data, X=data.X.drop(columns=list(columns)))
        return predicted(seen, folds, config)

    return variant


def _multiplier(data: Data, folds: list[Fold], config: TrainConfig) -> np.ndarray:
    """Learn log10 views over the anchor instead of log10 views beside it."""
    over = predicted(replace(data, y=data.y - data.anchor), folds, config)
    return np.asarray(over + data.anchor)


def _joint(others: Mapping[str, Prepared]) -> Variant:
    """Learn from every collection at once, in one booster."""

    def variant(data: Data, folds: list[Fold], config: TrainConfig) -> np.ndarray:
        more = [one_part(p, "default").data for p in others.values()]
        own = replace(data, part=np.full(len(data.y), "default", dtype=object))
        out = np.full(len(data.y), np.nan)
        for fold in folds:
            both = concatenate([replace(d, pictures=None) for d in (own.take(fold.train), *more)])
            out[fold.test] = fit_centre(both, config).predict(own.take(fold.test))
        return out

    return variant


VARIANTS: dict[str, Variant] = {
    SHIPPED: predicted,
    "with topics of the title": _changed(topics=True),
    "without the age at the look": _without("log10_age_days"),
    "without uploads with a like title": _without(*ALIKE_COLUMNS),
    "without the title": _without(*TITLE_COLUMNS, *ALIKE_COLUMNS),
    "without monotone constraints": _changed(monotone=()),
    "squared error": _changed(params={"objective": "regression"}),
    "the multiplier over the anchor as target": _multiplier,
}
