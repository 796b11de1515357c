"""Every figure of README and card, measured again: each collection, each choice, each model of its own.

Parts run in processes of their own, one a core; titles and pictures that were read are kept on disk, so that a
run which was stopped is quicker the second time.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from shortcast_ml.data import COLLECTIONS
from shortcast_ml.errors import InputError
from shortcast_ml.fit import Progress

# Long ones first; what reads the same titles as another comes well after it, when they are on disk.
ORDER = (
    "youtube_thumbs_trending_2020_21", "tiktok_vn_2025", "youtube_charts_2025_26", "bilibili_2025",
    "ipiu2026_shorts", "youtube_tech_fr_2026", "ablation tiktok_vn_2025", "next_day",
    "ablation youtube_tech_fr_2026", "thumbnail",
)  # fmt: skip

SPAWN = get_context("spawn")


@dataclass(frozen=True)
class Part:
    """One thing to measure, and from which collection's folder."""

    name: str
    dataset: str
    measure: Callable[[str, Path, Progress], Any]


def evaluate_all(
    data_dir: str | Path, *, workers: int | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """Return {"datasets", "ablations", "thumbnail", "next_day", "against_card", "seconds"} of what is in `data_dir`.

    `against_card` compares every figure with the shipped card's interval: {"figures", "outside": [...]}.
    Raises InputError when no collection is there.
    """
    say = progress or (lambda _: None)
    root = Path(data_dir)
    parts = [p for p in sorted(PARTS, key=lambda p: ORDER.index(p.name)) if (root / p.dataset).is_dir()]
    if not parts:
        raise InputError(
            f"There is none of {', '.join(COLLECTIONS)} in {root}: give the folder that holds them."
        )
    workers = workers or min(len(parts), os.cpu_count() or 1)
    found: dict[str, Any] = {}
    start = time.monotonic()
    threads = str(max(1, (os.cpu_count() or 1) // workers))
    with _environment("OMP_NUM_THREADS", threads), ProcessPoolExecutor(workers, mp_context=SPAWN) as pool:
        waiting = {pool.submit(_run, part.name, root): part for part in parts}
        try:
            for done in as_completed(waiting):
                part = waiting[done]
                found[part.name], seconds = done.result()
                say(f"{part.name}: done in {seconds:.0f} s ({len(found)} of {len(parts)})")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    result: dict[str, Any] = {
        "datasets": {name: found[name] for name in COLLECTIONS if name in found},
        "ablations": {p.dataset: found[p.name] for p in parts if p.name.startswith("ablation")},
        "thumbnail": found.get("thumbnail"),
        "next_day": found.get("next_day"),
    }
    result["against_card"] = against_card(result)
    result["seconds"] = round(time.monotonic() - start)
    return result


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    """Set a variable for the processes that start meanwhile; what the user has set stays."""
    given = os.environ.get(name)
    os.environ.setdefault(name, value)
    try:
        yield
    finally:
        if given is None:
            del os.environ[name]


def against_card(result: dict[str, Any]) -> dict[str, Any]:
    """Return how many figures of the shipped card were measured again, and those that left its intervals."""
    from shortcast_ml.modelfiles import model_folder, read_card
    from shortcast_ml.next_day import load_next_day

    card = read_card(model_folder("starter"))
    pairs = [(card["metrics"], result["datasets"]), (card["thumbnail"], result["thumbnail"])]
    if result["next_day"] is not None:
        pairs.append((load_next_day().card["metrics"], result["next_day"]))
    checked, outside = 0, []
    for shipped, now in pairs:
        for where, figure, again in _figures(shipped or {}, now or {}, ""):
            checked += 1
            if again is None or not figure["low"] <= again["value"] <= figure["high"]:
                outside.append({"figure": where, "card": figure, "now": again})
    for dataset, variants in result["ablations"].items():
        for variant, again in variants.items():
            shipped = card["ablations"].get(dataset, {}).get(variant)
            checked += 1
            if shipped is None or any(abs(shipped[k] - again[k]) > 0.01 for k in ("r2", "spearman")):
                outside.append({"figure": f"ablations/{dataset}/{variant}", "card": shipped, "now": again})
    return {"figures": checked, "outside": outside}


def _figures(
    shipped: dict[str, Any], now: dict[str, Any], where: str
) -> Iterator[tuple[str, dict[str, float], dict[str, float] | None]]:
    """Yield (path, shipped, measured again) of every {value, low, high} that both could hold."""
    for key, value in shipped.items():
        if not isinstance(value, dict) or key not in now:
            continue
        if {"value", "low", "high"} <= value.keys():
            yield f"{where}{key}", value, now[key]
        elif isinstance(now[key], dict):
            yield from _figures(value, now[key], f"{where}{key}/")


def _run(name: str, root: Path) -> tuple[Any, float]:
    part = next(p for p in PARTS if p.name == name)
    start = time.monotonic()

    def say(text: str) -> None:
        print(f"{name}: {text}", file=sys.stderr, flush=True)

    return part.measure(part.dataset, root, say), time.monotonic() - start


def _collection(dataset: str, root: Path, say: Progress) -> Any:
    from shortcast_ml.evaluate import evaluate
    from shortcast_ml.folds import PROTOCOLS, RandomRows

    studies_own = [split for split in PROTOCOLS[dataset] if isinstance(split, RandomRows)]
    return evaluate(dataset, root / dataset, beside=studies_own, progress=say)


def _ablation(dataset: str, root: Path, say: Progress) -> Any:
    from shortcast_ml.ablation import ablation
    from shortcast_ml.config import starter_config
    from shortcast_ml.data import load_table
    from shortcast_ml.evaluate import prepare
    from shortcast_ml.growth import starter_growth

    config = starter_config()
    prepared = {
        d: prepare(load_table(d, root / d), starter_growth(), say=say)
        for d in config.collections
        if (root / d).is_dir()
    }
    return ablation(prepared, config, say, only=dataset)[dataset]


def _thumbnail(dataset: str, root: Path, say: Progress) -> Any:
    from shortcast_ml.config import starter_config
    from shortcast_ml.encoders import load_encoder
    from shortcast_ml.encoders.names import FORECASTING
    from shortcast_ml.thumbnails import fit_thumbnail, load_thumbnails

    measured = load_thumbnails(root / dataset, load_encoder(FORECASTING), say)
    return fit_thumbnail(measured, starter_config().seed)[2]


def _next_day(dataset: str, root: Path, say: Progress) -> Any:
    from shortcast_ml.next_day import evaluate_next_day

    return evaluate_next_day(root, progress=say)


PARTS = (
    *(Part(name, name, _collection) for name in COLLECTIONS),
    *(Part(f"ablation {name}", name, _ablation) for name in ("tiktok_vn_2025", "youtube_tech_fr_2026")),
    Part("thumbnail", "youtube_thumbs_trending_2020_21", _thumbnail),
    Part("next_day", "youtube_charts_2025_26", _next_day),
)
