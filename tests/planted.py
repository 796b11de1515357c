"""A training table made by a known law: invented channels, words and times."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from shortcast_ml.anchors import fit_anchors, target
from shortcast_ml.config import TrainConfig, starter_config
from shortcast_ml.features import feature_table
from shortcast_ml.fit import Data, parts_of
from shortcast_ml.titles import Vectors

KNOTS = {"default": [0.0] * 11}  # every count was read at 30 days
WORDS = (
    "amber", "basil", "cedar", "delta", "ember", "fjord", "grove", "harbor", "indigo", "jasper", "kettle",
    "lumen", "meadow", "nectar", "orchid", "pebble", "quartz", "river", "saffron", "tundra", "umber", "velvet",
)  # fmt: skip


@dataclass(frozen=True)
class Effects:
    """What each planted fact adds to log10 views."""

    level: float = 0.7  # standard deviation of a channel's level
    question: float = 0.5  # a question in the title
    short: float = 0.35  # shorter than 30 s
    evening: float = 0.22  # published from 17:00 UTC
    hashtags: float = -0.12  # more than four hashtags
    noise: float = 0.15


def planted_table(
    channels: int = 60, uploads: int = 20, effects: Effects | None = None, seed: int = 0
) -> pd.DataFrame:
    """Return a table of `channels` x `uploads` videos whose log10 views are a level plus the effects plus noise."""
    e, rng = effects or Effects(), np.random.default_rng(seed)
    n = channels * uploads
    channel = np.repeat(np.arange(channels), uploads)
    upload = np.tile(np.arange(uploads), channels)
    level = rng.normal(4.5, e.level, channels)
    question, tags = rng.random(n) < 0.5, rng.integers(0, 9, n)
    duration, hour = rng.uniform(5, 60, n), rng.integers(0, 24, n)
    log_views = (
        level[channel]
        + e.question * question
        + e.short * (duration < 30)
        + e.evening * (hour >= 17)
        + e.hashtags * (tags > 4)
        + rng.normal(0, e.noise, n)
    )
    start = pd.Timestamp("2025-01-01", tz="UTC")
    titles = [" ".join(rng.choice(WORDS, 6, replace=False)) + ("?" if q else "") for q in question]
    days = upload * 3 + channel / channels  # channels take turns, so that times are all different
    name = np.array([f"channel{c:03d}" for c in channel])
    return pd.DataFrame(
        {
            "dataset": "planted",
            "platform": "youtube_shorts",
            "video_id": [f"v{i}" for i in range(n)],
            "group": name,
            "channel_id": name,
            "title": titles,
            "hashtags": [[f"{WORDS[j]}{j}" for j in range(t)] for t in tags],
            "duration_s": duration,
            "published_at": start
            + pd.to_timedelta(days, unit="D").floor("D")
            + pd.to_timedelta(hour, unit="h"),
            "age_days": 30.0,
            "followers": np.round(10 ** (level[channel] - 0.5)),
            "views": np.round(10**log_views),
        }
    )


def planted_data(table: pd.DataFrame, seed: int = 1) -> Data:
    """Return the product's features and target of a planted table, with titles at random places in space."""
    vectors = np.random.default_rng(seed).normal(size=(len(table), 48)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    titles = Vectors.of(vectors)
    X, y = feature_table(table, KNOTS, titles), target(table, KNOTS)
    anchor, source = fit_anchors(table, y).of(X, table.platform.to_numpy())
    return Data(
        X=X,
        y=y,
        group=table.group.to_numpy().astype(str),
        part=parts_of(table),
        source=source,
        anchor=anchor,
        weight=np.ones(len(y)),
        titles=titles,
    )


def quick_config(rounds: int, *, topics: bool = False) -> TrainConfig:
    """Return the starter's configuration with a fixed, small number of rounds."""
    config = starter_config()
    booster = config.booster("youtube_shorts").model_copy(
        update={"max_rounds": rounds, "patience": 0, "topics": topics}
    )
    return config.model_copy(update={"boosters": {"default": booster}})
