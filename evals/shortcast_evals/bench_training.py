"""How long training on a large table takes and how much memory: `shortcast bench-training`.

The table is invented (channels with a level, uploads about it); the stages are those of `shortcast train`.
"""

import json
import os
import resource
import sys
import tempfile
import time
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

if TYPE_CHECKING:
    import pandas as pd

DIM = 256  # of the vectors, as wide as the bundled encoder's
TITLES = 20_000  # distinct ones
DATASET = "invented"


class HashedWords:
    """Vectors drawn from each text's hash: as wide as real ones, and free."""

    id = "hashed-words:1"
    dim = DIM
    notice = None

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        """Return (n, dim) float32, unit L2 norm."""
        rows = np.stack([np.random.default_rng(zlib.crc32(t.encode())).standard_normal(DIM) for t in texts])
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)

    def encode_images(self, images: Sequence[Any]) -> np.ndarray:
        """Raise ValueError: the invented table has no pictures."""
        raise ValueError("The invented table has no pictures.")


def invented_table(rows: int, channels: int, seed: int = 7) -> "pd.DataFrame":
    """Return a training table of so many rows: log10 views are a channel's level, plus noise."""
    import pandas as pd

    from shortcast_ml.data.schema import fill_columns

    rng = np.random.default_rng(seed)
    channel = np.sort(rng.integers(0, channels, rows))
    level = rng.normal(4, 1, channels)
    words = np.array([f"word{i}" for i in range(2000)])
    # short ones: longer titles shared by channels would be purged from training as near-duplicates
    titles = np.array([" ".join(words[rng.integers(0, len(words), 2)]) for _ in range(TITLES)])
    title = rng.integers(0, TITLES, rows)
    age_days = rng.uniform(1, 400, rows)
    names = pd.Series(channel).map("c{:06d}".format)
    columns = {
        "dataset": DATASET,
        "platform": "tiktok",
        "video_id": pd.Series(np.arange(rows)).map("v{:08d}".format),
        "group": names,
        "channel_id": names,
        "title": titles[title],
        "hashtags": [["fyp"]] * rows,
        "duration_s": rng.uniform(5, 120, rows).round(),
        "published_at": pd.Timestamp("2026-06-01", tz="UTC") - pd.to_timedelta(age_days, unit="D"),
        "age_days": age_days,
        "followers": (10 ** (level[channel] - 0.5)).round(),
        "views": (10 ** (level[channel] + 0.3 * (title % 7 == 0) + rng.normal(0, 0.4, rows))).round(),
    }
    return fill_columns(columns, names.index)


def bench_training(
    rows: Annotated[int, typer.Option(min=10_000, help="Videos in the invented table.")] = 1_000_000,
    channels: Annotated[int, typer.Option(min=100, help="Channels that they are spread over.")] = 60_000,
    rounds: Annotated[int, typer.Option(min=1, help="Trees of each booster.")] = 100,
    folds: Annotated[int, typer.Option(min=2, help="Folds that are held out in turn.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Train on an invented table; print the seconds of each stage and the peak of memory."""
    from shortcast_ml.config import starter_config
    from shortcast_ml.evaluate import judge, prepare
    from shortcast_ml.folds import ChannelDisjoint
    from shortcast_ml.growth import growth_file
    from shortcast_ml.train import no_thumbnail, write_model

    stages: list[tuple[str, float]] = []
    start = time.monotonic()

    def say(stage: str) -> None:
        stages.append((stage, time.monotonic() - start))
        if ":" in stage:  # a step of a stage that was announced
            return
        print(f"{stages[-1][1]:7.1f} s  {peak_gb():5.2f} GB  {stage}", file=sys.stderr, flush=True)

    starter = starter_config()
    boosters = {
        part: booster.model_copy(update={"max_rounds": rounds, "patience": 0})
        for part, booster in starter.boosters.items()
    }
    config = starter.model_copy(update={"boosters": boosters, "folds": folds})
    encoder, growth = HashedWords(), growth_file()
    with tempfile.TemporaryDirectory(prefix="shortcast-bench-") as home:
        os.environ["SHORTCAST_HOME"] = home
        say("inventing the table")
        table = invented_table(rows, channels)
        prepared = prepare(table, growth["log10_share_at_knots"], encoder, say)
        say("judging")
        judged = judge(prepared, ChannelDisjoint(config.folds, config.seed), config, say, rungs=False)
        card: dict[str, Any] = {"data": {}, "metrics": {}, "ablations": {}, "thumbnail": None, "limits": []}
        write_model(
            Path(home) / "model", "bench", config, encoder, {DATASET: prepared}, {DATASET: judged},
            growth, no_thumbnail(encoder), card, say,
        )  # fmt: skip
        say("done")
    ends = [at for _, at in stages[1:]]
    seconds: dict[str, float] = {}
    for (stage, at), end in zip(stages, ends, strict=False):
        name = stage.partition(":")[0]
        seconds[name] = round(seconds.get(name, 0.0) + end - at, 1)
    result = {"rows": rows, "rounds": rounds, "peak_gb": round(peak_gb(), 2), "seconds": seconds}
    typer.echo(
        json.dumps(result) if as_json else f"{rows:,} rows: {ends[-1]:.0f} s, {peak_gb():.2f} GB at most"
    )


def peak_gb() -> float:
    """Return the most memory that this process has held, in GB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9
