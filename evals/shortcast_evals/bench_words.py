"""What reading the words on pictures costs, and whether they help a forecast: `shortcast bench-words`.

The words are those that `mini` reads. Whether they help is judged as the thumbnail itself is: a booster learns
from older videos what their titles left unexplained, with the words and without, and the newest fifth decides.
"""

import io
import json
import sys
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

if TYPE_CHECKING:
    import pandas as pd
    from PIL.Image import Image

    from shortcast_ml.thumbnails import Thumbnails
    from shortcast_ml.words_on_pictures import Words

WORD_COLUMNS = ("words_lines", "words_count", "words_letters", "words_area", "words_tallest")
LOOKS_PX = (192, 288, 640)  # `mini`'s, the size of a small thumbnail, and what read_words takes
BATCH = 64
SEEDS = (0, 1, 2)
BOOTSTRAPS = 1_000


def bench_words(
    data: Annotated[Path, typer.Option(help="Folder of the data sets, with the thumbnails' one inside.")],
    pictures: Annotated[int, typer.Option(min=10, help="Pictures that are read at each size.")] = 300,
    forecast: Annotated[
        bool, typer.Option(help="Read every thumbnail and judge whether its words help a forecast.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Read the words on real thumbnails; print milliseconds of one core a picture, and what is found."""
    result: dict[str, Any] = {"cost": costs(data, pictures)}
    if forecast:
        result["forecast"] = in_forecast(data)
    if as_json:
        typer.echo(json.dumps(result))
        return
    for px, row in result["cost"].items():
        typer.echo(
            f"{px} px: {row['cpu_ms']:.0f} ms of CPU a picture, {row['wall_ms']:.0f} ms passed; words on "
            f"{row['with_words']:.0%}, {row['letters']:.1f} letters a picture"
        )
    for row in result.get("forecast", []):
        typer.echo(
            f"seed {row['seed']}: R2 {row['r2_without']:.4f} -> {row['r2_with']:.4f} "
            f"(difference {row['r2_low']:+.4f} to {row['r2_high']:+.4f}), Spearman of the remainder "
            f"{row['spearman_without']:.4f} -> {row['spearman_with']:.4f} "
            f"(difference {row['spearman_low']:+.4f} to {row['spearman_high']:+.4f})"
        )


def costs(data: Path, count: int) -> dict[str, dict[str, float]]:
    """Return what reading costs and finds at each size, over pictures drawn evenly from the collection."""
    from shortcast_ml.thumbnails import DATASET
    from shortcast_ml.words_on_pictures import read_words, read_words_of

    with zipfile.ZipFile(data / DATASET / "thumbs.zip") as pack:
        names = sorted(name for name in pack.namelist() if name.endswith(".webp"))
        images = [_open(pack.read(name)) for name in names[:: max(1, len(names) // count)][:count]]
    read_words(images[0])  # loads the networks
    out = {}
    for px in LOOKS_PX:
        started, worked = time.perf_counter(), time.process_time()
        found = read_words_of(images, px)
        out[str(px)] = {
            "cpu_ms": round((time.process_time() - worked) / len(images) * 1000, 1),
            "wall_ms": round((time.perf_counter() - started) / len(images) * 1000, 1),
            "with_words": round(float(np.mean([bool(lines) for lines in found])), 4),
            "letters": round(float(np.mean([sum(len(w.text) for w in lines) for lines in found])), 2),
        }
    return out


def _open(content: bytes) -> "Image":
    from PIL import Image

    return Image.open(io.BytesIO(content)).convert("RGB")


def describe_words(lines: "Sequence[Words]") -> dict[str, float]:
    """Return WORD_COLUMNS of one picture; areas and heights are shares of it."""
    return {
        "words_lines": float(len(lines)),
        "words_count": float(sum(len(line.text.split()) for line in lines)),
        "words_letters": float(sum(len(line.text) for line in lines)),
        "words_area": sum(line.area for line in lines),
        "words_tallest": max((line.box[3] for line in lines), default=0.0),
    }


def in_forecast(data: Path) -> list[dict[str, float]]:
    """Return, for each seed, what the newest fifth says of a booster with the words and of one without."""
    import pandas as pd

    from shortcast_ml.data import load_table
    from shortcast_ml.encoders import load_encoder
    from shortcast_ml.encoders.mini import WORDS_LOOK_PX
    from shortcast_ml.encoders.names import FORECASTING
    from shortcast_ml.thumbnails import DATASET, load_thumbnails
    from shortcast_ml.words_on_pictures import read_words_of

    folder = data / DATASET
    measured = load_thumbnails(folder, load_encoder(FORECASTING), _say)
    table = load_table(DATASET, folder).sort_values(["published_at", "video_id"])
    places = [str(place).rpartition("!")[2] for place in table.thumbnail]
    rows: list[dict[str, float]] = []
    with zipfile.ZipFile(folder / "thumbs.zip") as pack:
        for start in range(0, len(places), BATCH):
            images = [_open(pack.read(name)) for name in places[start : start + BATCH]]
            rows += [describe_words(lines) for lines in read_words_of(images, WORDS_LOOK_PX)]
            _say(f"words read: {len(rows):,} of {len(places):,}")
    return [compare(measured, pd.DataFrame(rows)[list(WORD_COLUMNS)], seed) for seed in SEEDS]


def compare(data: "Thumbnails", words: "pd.DataFrame", seed: int) -> dict[str, float]:
    """Return R2 and Spearman of the remainder on the newest fifth, with words and without, and 95% intervals."""
    from shortcast_ml.metrics import spearman

    old = _old(data)
    by_title, rest = remainder(data, seed)
    without = picture_effect(data, None, rest, seed)
    with_words = picture_effect(data, words, rest, seed)
    y, title, rest = data.y[~old], by_title[~old], rest[~old]
    rng = np.random.default_rng(seed)
    drawn = [rng.integers(0, len(y), len(y)) for _ in range(BOOTSTRAPS)]

    def r2(effect: np.ndarray, rows: "np.ndarray | slice" = slice(None)) -> float:
        return 1 - float((y - title - effect)[rows].var() / y[rows].var())

    gained = [r2(with_words, s) - r2(without, s) for s in drawn]
    ranked = [spearman(rest[s], with_words[s]) - spearman(rest[s], without[s]) for s in drawn]
    return {
        "seed": seed,
        "r2_without": round(r2(without), 4),
        "r2_with": round(r2(with_words), 4),
        "r2_low": round(float(np.percentile(gained, 2.5)), 4),
        "r2_high": round(float(np.percentile(gained, 97.5)), 4),
        "spearman_without": round(spearman(rest, without), 4),
        "spearman_with": round(spearman(rest, with_words), 4),
        "spearman_low": round(float(np.percentile(ranked, 2.5)), 4),
        "spearman_high": round(float(np.percentile(ranked, 97.5)), 4),
    }


def remainder(data: "Thumbnails", seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return log10 views by a title model that never saw the video, and what it leaves unexplained.

    For the newest fifth the first comes from a model of the older videos alone.
    """
    import pandas as pd

    from shortcast_ml.features import TOPIC_DIM
    from shortcast_ml.thumbnails import BLOCKS
    from shortcast_ml.titles import fit_projection, project

    old = _old(data)
    block = (np.arange(len(data.y)) * BLOCKS) // len(data.y)
    topics = project(data.titles, *fit_projection(data.titles[old], TOPIC_DIM))
    said = pd.concat([data.own, pd.DataFrame(topics)], axis=1)
    said.columns = [str(column) for column in said.columns]
    by_title = np.empty(len(data.y))
    for b in range(BLOCKS):
        by_title[block == b] = _boost(said[block != b], data.y[block != b], said[block == b], seed)
    rest = data.y - by_title
    for b in range(BLOCKS):  # newer videos had less time to be seen: their level says nothing of the picture
        rest[block == b] -= rest[block == b].mean()
    by_title[~old] = _boost(said[old], data.y[old], said[~old], seed)
    return by_title, rest


def picture_effect(
    data: "Thumbnails", words: "pd.DataFrame | None", rest: np.ndarray, seed: int
) -> np.ndarray:
    """Return what the older videos' thumbnails say of the newest fifth's remainder, shrunk to what it is worth."""
    import pandas as pd

    from shortcast_ml.features import PICTURE_DIM, THUMBNAIL_COLUMNS
    from shortcast_ml.thumbnails import BLOCKS
    from shortcast_ml.titles import fit_projection, project

    old = _old(data)
    aligned = (data.pictures * data.titles).sum(axis=1, keepdims=True)
    seen = project(data.pictures, *fit_projection(data.pictures[old], PICTURE_DIM))
    X = pd.DataFrame(np.hstack([data.looks, aligned, seen]), columns=list(THUMBNAIL_COLUMNS))
    if words is not None:
        X = pd.concat([X, words], axis=1)
    block = (np.arange(len(data.y)) * BLOCKS) // len(data.y)
    guessed = np.empty(len(rest))
    for b in np.unique(block[old]):
        rows = old & (block != b)
        guessed[block == b] = _boost(X[rows], rest[rows], X[block == b], seed)
    shrink = float(np.clip(np.polyfit(guessed[old], rest[old], 1)[0], 0, 1))
    return _boost(X[old], rest[old] * shrink, X[~old], seed)


def _old(data: "Thumbnails") -> np.ndarray:
    from shortcast_ml.thumbnails import BLOCKS

    return np.arange(len(data.y)) < len(data.y) * (1 - 1 / BLOCKS)


def _boost(X: "pd.DataFrame", y: np.ndarray, new: "pd.DataFrame", seed: int) -> np.ndarray:
    from shortcast_ml.thumbnails import boost

    return np.asarray(boost(X, y, seed).predict(new))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
