"""How long reading and explaining a thumbnail takes: `shortcast bench-thumbnails`.

The pictures are invented, each another one, so that no cache answers: shapes, grain, and a few lines of words.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

if TYPE_CHECKING:
    from PIL import Image

SIZES = ((1280, 720), (720, 1280))
TITLE = "I tried the 3-second latte trick"


def bench_thumbnails(
    runs: Annotated[int, typer.Option(min=2, help="Pictures of each shape for each tool.")] = 6,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Read and explain invented thumbnails over the demo library; print the first and the usual seconds."""
    from shortcast_ml.settings import Settings
    from shortcast_tools.explain_thumbnail import explain_thumbnail
    from shortcast_tools.parts import Parts, use
    from shortcast_tools.read_thumbnail import read_thumbnail

    asked: dict[str, Callable[[str], Any]] = {
        "read_thumbnail": lambda path: read_thumbnail(path, TITLE),
        "explain_thumbnail (forecast)": lambda path: explain_thumbnail(path, TITLE, followers=10_000),
        "explain_thumbnail (title fit)": lambda path: explain_thumbnail(path, TITLE, of="title fit"),
    }
    result: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="shortcast-bench-") as folder:
        here = Parts(Settings(home=Path(folder) / "home"))
        with use(here):
            for number, (name, ask) in enumerate(asked.items()):
                took = []
                for run in range(2 * runs):
                    path = Path(folder) / f"{number}-{run}.jpg"
                    draw(1000 * number + run, SIZES[run % 2]).save(path, quality=92)
                    start = time.perf_counter()
                    ask(str(path))
                    took.append(time.perf_counter() - start)
                result[name] = {
                    "first_s": round(took[0], 2),
                    "median_s": round(statistics.median(took[1:]), 2),
                    "slowest_s": round(max(took[1:]), 2),
                }
        here.close()
    if as_json:
        typer.echo(json.dumps(result))
        return
    for name, seconds in result.items():
        typer.echo(f"{name:30} " + "  ".join(f"{key} {value:.2f}" for key, value in seconds.items()))


def draw(seed: int, size: tuple[int, int]) -> "Image.Image":
    """Draw a picture of a size (width, height) that looks as busy as a thumbnail: shapes, grain, words."""
    from PIL import Image, ImageDraw, ImageFont

    rng = np.random.default_rng(seed)
    width, height = size
    picture = Image.new("RGB", size, tuple(int(v) for v in rng.integers(40, 200, 3)))
    pen = ImageDraw.Draw(picture)
    for _ in range(12):
        x, y, r = (int(v) for v in rng.integers((0, 0, 20), (width, height, min(size) // 3)))
        pen.ellipse((x - r, y - r, x + r, y + r), fill=tuple(int(v) for v in rng.integers(0, 255, 3)))
    for line, words in enumerate(("LATTE IN 3 s", "really?", f"take {seed}")):
        font = ImageFont.load_default(min(size) // (8 + 4 * line))
        pen.text(
            (width // 12, height * (line + 1) // 5),
            words,
            fill="white",
            font=font,
            stroke_width=2,
            stroke_fill="black",
        )
    grain = rng.integers(-12, 12, (height, width, 1), dtype=np.int16)
    return Image.fromarray(np.clip(np.asarray(picture, np.int16) + grain, 0, 255).astype(np.uint8))
