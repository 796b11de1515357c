"""Libraries of invented TikTok videos, after the law of `synthetic.write_tiktok` and with effects of their own."""

from datetime import UTC, datetime, timedelta

import numpy as np

from shortcast_ml.records import ChannelHistory, Counts, Draft, Published
from tests.synthetic import WORDS

NOW = datetime(2026, 6, 10, tzinfo=UTC)


def invented_library(
    channels: int = 20,
    uploads: int = 10,
    *,
    shift: float = 0.0,
    question: float = 0.0,
    followers_exponent: float = 0.0,
    noise: float = 0.2,
    seed: int = 5,
) -> list[Published]:
    """Return videos whose log10 views are their channel's level, 0.6 for "secret", plus what is asked for here.

    Half the titles are questions; `question` is what that adds. `followers_exponent` makes followers say
    something else of the level than in the collection that a starter learned from. Views are read at 30 days.
    """
    rng = np.random.default_rng(seed)
    videos = []
    for channel in range(channels):
        level = rng.normal(4.5, 0.8)
        followers = int(10 ** (level - 0.5 + followers_exponent))
        for upload in range(uploads):
            words = list(rng.choice(WORDS, 5, replace=False))
            asked = bool(rng.random() < 0.5)
            log_views = level + 0.6 * ("secret" in words) + shift + question * asked + rng.normal(0, noise)
            videos.append(
                a_video(
                    f"{seed}-{channel}-{upload}",
                    title=" ".join(words) + ("?" if asked else "") + f" #fyp #{words[0]}",
                    views=int(10**log_views),
                    age_days=30.0,
                    fetched_at=NOW
                    - timedelta(days=3 * (uploads - upload), seconds=int(rng.integers(0, 36 * 3600))),
                    channel=f"channel{channel}",
                    followers=followers,
                    duration_s=float(rng.uniform(5, 90)),
                )
            )
    return videos


def a_video(
    video_id: str,
    *,
    title: str = "coffee trick",
    views: int | None = 1000,
    age_days: float | None = 10.0,
    channel: str | None = "channel0",
    followers: int | None = 3000,
    duration_s: float = 20.0,
    fetched_at: datetime = NOW,
    likes: int | None = None,
    demo: bool = False,
    **draft: object,
) -> Published:
    """Return one collected video."""
    return Published(
        draft=Draft.model_validate({"platform": "tiktok", "title": title, "duration_s": duration_s, **draft}),
        video_id=video_id,
        url=f"https://example.invalid/{video_id}",
        fetched_at=fetched_at,
        published_at=None if age_days is None else fetched_at - timedelta(days=age_days),
        age_days=age_days,
        counts=None if views is None else Counts(views=views, likes=likes),
        channel_id=channel,
        channel=ChannelHistory(followers=followers),
        source="yt-dlp",
        demo=demo,
    )
