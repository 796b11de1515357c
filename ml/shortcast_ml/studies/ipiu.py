"""The IPIU study: what title and picture embeddings say of views, through LightGBM.

For each split: the arms (titles alone, pictures alone, both, with their alignment), what each adds to another,
the shuffle test of image-title pairs, and how much of the last arm's trees and forecasts is picture and how
much is title.
"""

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from shortcast_ml.fit import Progress
from shortcast_ml.folds import Fold
from shortcast_ml.metrics import measure_rungs
from shortcast_ml.studies.blocks import Inputs, aligned, columns, folds_of
from shortcast_ml.studies.compare import difference
from shortcast_ml.studies.config import LightGBM, StudyConfig
from shortcast_ml.studies.runs import RunFolder
from shortcast_ml.studies.tracking import Tracker

if TYPE_CHECKING:
    import lightgbm

METRICS = ("r2", "mae_log10", "spearman", "auroc_100k", "auroc_1m")
PERMUTATIONS = 5
EXPLAINED = 1000  # test rows of a fold whose SHAP values are summed: enough for a share


def run_ipiu(
    config: StudyConfig, inputs: Inputs, run: RunFolder, say: Progress, tracker: Tracker
) -> tuple[dict[str, Any], dict[str, bytes], dict[str, float]]:
    """Return the metrics of every split and arm, the last arm's model on all rows, its milliseconds a video."""
    assert isinstance(config.model, LightGBM)  # noqa: S101  the config's record holds this
    y = np.log10(inputs.table.views.to_numpy(float) + 1)
    last = list(config.arms)[-1]
    metrics: dict[str, Any] = {"n": len(y), "splits": {}}
    for split in config.splits:
        say(f"split {split}")
        judged = _judge(config, split, inputs, y, run, say)
        tracker.log(f"ipiu/{split}", {arm: _value(judged["rungs"][arm]["spearman"]) for arm in config.arms})
        metrics["splits"][split] = judged
    say(f"final model of arm {last} on all rows")
    X, of = columns(config.arms[last], inputs)

    def final() -> dict[str, np.ndarray]:
        text = _train(X, y, of, config).model_to_string()
        return {"model": np.frombuffer(text.encode(), np.uint8)}

    text = run.once("final", final)["model"].tobytes()
    return metrics, {"model.txt": text}, {"inference_ms": _milliseconds(text, X)}


@dataclass(frozen=True)
class HeldOut:
    """What models that never saw a row say of it: (n,) each, NaN for a row that no fold tests."""

    rungs: dict[str, np.ndarray]
    swapped: dict[str, np.ndarray]  # (PERMUTATIONS, n), of the last arm
    shares: dict[str, dict[str, float]]  # `gain` and `shap`: the share of each block in the last arm


def _predict(
    config: StudyConfig,
    split: str,
    folds: list[Fold],
    inputs: Inputs,
    y: np.ndarray,
    run: RunFolder,
    say: Progress,
) -> HeldOut:
    last = list(config.arms)[-1]
    rungs = {arm: np.full(len(y), np.nan) for arm in ("constant", *config.arms)}
    swapped: dict[str, np.ndarray] = {}
    shares: dict[str, dict[str, list[float]]] = {"gain": {}, "shap": {}}
    for arm, blocks in config.arms.items():
        X, of = columns(blocks, inputs)
        for i, fold in enumerate(folds):
            say(f"{split}, {arm}, fold {i + 1} of {len(folds)}")
            step = partial(_step, config, X, of, y, inputs, fold, i, explain=arm == last)
            found = run.once(f"{split}-{arm}-{i}".replace("+", "_"), step)
            rungs[arm][fold.test] = found["prediction"]
            rungs["constant"][fold.test] = np.median(y[fold.train])
            for key, array in found.items():
                kind, _, name = key.partition("_")
                if kind == "swap":
                    forecasts = swapped.setdefault(name, np.full((PERMUTATIONS, len(y)), np.nan))
                    forecasts[:, fold.test] = array
                elif kind in shares:
                    shares[kind].setdefault(name, []).append(float(array[0]))
    means = {
        kind: {n: round(float(np.mean(v)), 4) for n, v in found.items()} for kind, found in shares.items()
    }
    return HeldOut(rungs, swapped, means)


def _step(
    config: StudyConfig, X: np.ndarray, of: list[str], y: np.ndarray, inputs: Inputs, fold: Fold, i: int,
    *, explain: bool,
) -> dict[str, np.ndarray]:  # fmt: skip
    """Fit one fold of one arm; return its test rows' forecasts and, to explain, the swaps and shares."""
    booster = _train(X[fold.train], y[fold.train], of, config)
    test = X[fold.test]
    out = {"prediction": np.asarray(booster.predict(test))}
    if explain:
        swaps = _swap(booster, test, of, inputs, fold.test, i)
        out |= {f"swap_{name}": forecasts for name, forecasts in swaps.items()} | _importance(
            booster, test, of
        )
    return out


def _judge(
    config: StudyConfig, split: str, inputs: Inputs, y: np.ndarray, run: RunFolder, say: Progress
) -> dict[str, Any]:
    protocol, folds = folds_of(split, config, inputs)
    held = _predict(config, split, folds, inputs, y, run, say)
    last = list(config.arms)[-1]
    rows = np.isfinite(held.rungs[last])
    judged = {name: values[rows] for name, values in held.rungs.items()}
    group, nothing = inputs.group[rows], np.zeros(int(rows.sum()))
    measured = measure_rungs(y[rows], judged, nothing, None, group, seed=config.seed)
    compare = partial(difference, y[rows], group=group, seed=config.seed)
    result: dict[str, Any] = {
        "protocol": protocol.says,
        "n": int(rows.sum()),
        "purged": sum(fold.purged for fold in folds),
        "rungs": {arm: {metric: found[metric] for metric in METRICS} for arm, found in measured.items()},
        "gains": {
            f"{one} over {other}": compare(judged[one], judged[other][None])
            for one, blocks in config.arms.items()
            for other, fewer in config.arms.items()
            if set(fewer) < set(blocks) and len(fewer) + 1 == len(blocks)
        },
        "shuffle": {name: compare(judged[last], values[:, rows]) for name, values in held.swapped.items()},
        "importance": held.shares,
    }
    if config.text == config.image and inputs.text is not None and inputs.image is not None:
        cosine = aligned(inputs.text, inputs.image)[:, 0]
        known = rows & np.isfinite(cosine)
        nothing = np.zeros(int(known.sum()))
        alone = measure_rungs(y[known], {"alignment": cosine[known]}, nothing, None, inputs.group[known])
        result["alignment_spearman"] = alone["alignment"]["spearman"]
    return result


def _train(X: np.ndarray, y: np.ndarray, of: list[str], config: StudyConfig) -> "lightgbm.Booster":
    import lightgbm

    assert isinstance(config.model, LightGBM)  # noqa: S101
    names = [f"{block}_{i:04d}" for i, block in enumerate(of)]
    return lightgbm.train(
        config.model.parameters(config.seed),
        lightgbm.Dataset(X, y, feature_name=names),
        num_boost_round=config.model.rounds,
    )


def _swap(
    booster: "lightgbm.Booster", X: np.ndarray, of: list[str], inputs: Inputs, test: np.ndarray, fold: int
) -> dict[str, np.ndarray]:
    """Return forecasts, (PERMUTATIONS, n), with parts of the test rows exchanged between videos.

    `pictures` and `titles` give each video another's picture or title; `alignment` leaves both and exchanges
    their pairing alone, as the column of alignment tells it.
    """
    block = np.array(of)
    if inputs.text is None or inputs.image is None or not {"image"} & set(of) or not {"text"} & set(of):
        return {}
    text, image = inputs.text[test], inputs.image[test]
    rng = np.random.default_rng(fold)
    out: dict[str, list[np.ndarray]] = {}
    for _ in range(PERMUTATIONS):
        order = rng.permutation(len(X))
        for name, moved in (("pictures", ("image",)), ("titles", ("text", "wording")), ("alignment", ())):
            if name == "alignment" and "alignment" not in of:
                continue
            other = X.copy()
            columns_moved = np.isin(block, moved)
            other[:, columns_moved] = X[order][:, columns_moved]
            if "alignment" in of:
                pairs = aligned(text[order], image) if name == "titles" else aligned(text, image[order])
                other[:, block == "alignment"] = pairs
            out.setdefault(name, []).append(np.asarray(booster.predict(other)))
    return {name: np.array(forecasts) for name, forecasts in out.items()}


def _importance(booster: "lightgbm.Booster", X: np.ndarray, of: list[str]) -> dict[str, np.ndarray]:
    """Return each block's share of the trees' gain, and of the mean absolute SHAP value of test rows."""
    gain = booster.feature_importance("gain")
    contributions = np.asarray(booster.predict(X[:EXPLAINED], pred_contrib=True))[:, :-1]
    block = np.array(of)
    names = list(dict.fromkeys(of))
    shap = {name: np.abs(contributions[:, block == name].sum(axis=1)).mean() for name in names}
    return {f"gain_{name}": np.array([gain[block == name].sum() / gain.sum()]) for name in names} | {
        f"shap_{name}": np.array([value / sum(shap.values())]) for name, value in shap.items()
    }


def _milliseconds(model: bytes, X: np.ndarray) -> float:
    """Return the time to forecast one video from its columns, one by one."""
    import lightgbm

    booster = lightgbm.Booster(model_str=model.decode())
    booster.predict(X[:1])
    started = time.perf_counter()
    for i in range(min(50, len(X))):
        booster.predict(X[i : i + 1])
    return round((time.perf_counter() - started) / min(50, len(X)) * 1000, 3)


def _value(metric: dict[str, float] | None) -> float:
    return float("nan") if metric is None else metric["value"]
