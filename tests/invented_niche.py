"""Invented niches with planted topics and effects, in three languages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from shortcast_ml.niche.facts import Facts, facts_of
from shortcast_ml.records import Published
from shortcast_vectorstore.channels import over_typical
from tests.invented_library import a_video
from tests.word_encoder import WordEncoder

FETCHED = datetime(2026, 6, 29, tzinfo=UTC)  # a Monday
EVERYDAY = ("today", "really", "nice", "hello", "again")
# English, Vietnamese and Korean words of three topics, and Chinese ones without spaces.
COFFEE = ("latte", "espresso", "barista", "foam", "crema")
FISHING = ("câu cá", "cần câu", "mồi câu", "hồ câu", "cá chép")
PUPPY = ("강아지", "산책", "간식", "훈련", "목욕")
HOTPOT = ("火锅", "麻辣", "毛肚", "蘸料", "牛油")
TOPICS = (COFFEE, FISHING, PUPPY)


@dataclass(frozen=True)
class Planted:
    """What is added to log10 views."""

    sunday: float = 0.0
    short: float = 0.0  # under 10 s
    topics: tuple[float, ...] = (0.0, 0.0, 0.0)


def invented_niche(
    planted: Planted = Planted(),
    *,
    topics: Sequence[Sequence[str]] = TOPICS,
    channels: int = 30,
    uploads: int = 12,
    noise: float = 0.25,
    seed: int = 5,
    demo: bool = False,
) -> list[Published]:
    """Return videos of channels that each publish on all topics, at all hours, at their own level of views."""
    rng = np.random.default_rng(seed)
    videos = []
    for channel in range(channels):
        level = rng.normal(4.5, 0.7)
        for upload in range(uploads):
            topic = int(rng.integers(len(topics)))
            words = [*rng.choice(topics[topic], 3, replace=False), rng.choice(EVERYDAY)]
            days = float(rng.uniform(3, 120))
            at = FETCHED - timedelta(days=days)
            seconds = float(rng.choice([7.0, 12.0, 25.0, 50.0]))
            log_views = level + rng.normal(0, noise) + (planted.topics[topic] if topic < 3 else 0.0)
            log_views += planted.sunday * (at.weekday() == 6) + planted.short * (seconds < 10)
            videos.append(
                a_video(
                    f"{seed}-{channel}-{upload}",
                    title=" ".join(words),
                    hashtags=("fyp",),
                    views=int(10**log_views),
                    age_days=days,
                    fetched_at=FETCHED,
                    channel=f"channel{channel}",
                    duration_s=seconds,
                    demo=demo,
                )
            )
    return videos


def measured(videos: Sequence[Published]) -> Facts:
    """Return the facts of videos, each set beside the others of its channel, all seen at 30 days."""
    facts = facts_of(videos, {})
    views = np.array([video.counts.views if video.counts else np.nan for video in videos], float)
    did = over_typical(np.unique(facts.channel, return_inverse=True)[1], views)
    return facts_of(videos, {key: float(v) for key, v in zip(facts.key, did, strict=True) if v == v})


def encoded(videos: Sequence[Published], dim: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """Return title vectors of a small deterministic encoder, (n, dim), and no pictures."""
    titles = WordEncoder(dim=dim).encode_texts([video.draft.title for video in videos])
    return titles, np.full_like(titles, np.nan)
