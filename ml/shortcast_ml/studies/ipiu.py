"""The IPIU study: what title and picture embeddings say of views, through LightGBM.

For each split: the arms (titles alone, pictures alone, both, with their alignment), what each adds to another,
the shuffle test of image-title pairs, and how much of the last arm's trees and forecasts is picture and how
much is title.
"""

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from shortcast_ml.fit import Progress
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


def _judge(
    config: StudyConfig, split: str, inputs: Inputs, y: np.ndarray, run: RunFolder, say: Progress
) -> dict[str, Any]:
    protocol, folds = folds_of(split, config, inputs)
    last = list(config.arms)[-1]
    rungs = {arm: np.full(len(y), np.nan) for arm in ("constant", *config.arms)}
    swapped: dict[str, np.ndarray] = {}
    shares: dict[str, dict[str, list[float]]] = {"gain": {}, "shap": {}}
    for arm, blocks in config.arms.items():
        X, of = columns(blocks, inputs)
        for i, fold in enumerate(folds):
            say(f"{split}, {arm}, fold {i + 1} of {len(folds)}")

            def step(
                X: np.ndarray = X, of: list[str] = of, i: int = i, arm: str = arm
            ) -> dict[str, np.ndarray]:
                fold = folds[i]
                booster = _train(X[fold.train], y[fold.train], of, config)
                out = {"prediction": np.asarray(booster.predict(X[fold.test]))}
                if arm == last:
                    out |= {
                        f"swap_{k}": v
                        for k, v in _swap(booster, X[fold.test], of, inputs, fold.test, i).items()
                    }
                    out |= _importance(booster, X[fold.test], of)
                return out

            found = run.once(f"{split}-{arm}-{i}".replace("+", "_"), step)
            rungs[arm][fold.test] = found["prediction"]
            rungs["constant"][fold.test] = np.median(y[fold.train])
            for key, array in found.items():
                kind, _, name = key.partition("_")
                if kind == "swap":
                    swapped.setdefault(name, np.full((PERMUTATIONS, len(y)), np.nan))[:, fold.test] = array
                elif kind in shares:
                    shares[kind].setdefault(name, []).append(float(array[0]))
    rows = np.isfinite(rungs[last])
    judged = {name: values[rows] for name, values in rungs.items()}
    group = inputs.group[rows]
    result: dict[str, Any] = {
        "protocol": protocol.says,
        "n": int(rows.sum()),
        "purged": sum(fold.purged for fold in folds),
        "rungs": {
            arm: {m: found[m] for m in METRICS}
            for arm, found in measure_rungs(
                y[rows], judged, np.zeros(int(rows.sum())), None, group, seed=config.seed
            ).items()
        },
    }
    arms = list(config.arms)
    result["gains"] = {
        f"{one} over {other}": difference(y[rows], judged[one], judged[other][None], group, seed=config.seed)
        for k, one in enumerate(arms)
        for other in arms[:k]
    }
    if swapped:
        result["shuffle"] = {
            name: difference(y[rows], judged[last], values[:, rows], group, seed=config.seed)
            for name, values in swapped.items()
        }
    if len(shares["gain"]) > 1:
        result["importance"] = {
            kind: {name: round(float(np.mean(values)), 4) for name, values in found.items()}
            for kind, found in shares.items()
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
