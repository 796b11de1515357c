"""What a niche is read from: facts of videos, in columns."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from shortcast_ml.growth import views_at_30_days
from shortcast_ml.library_table import age_days, key_of, published_at
from shortcast_ml.records import Published


@dataclass(frozen=True)
class Facts:
    """Facts of n videos, each (n,); NaN, or an empty text, where one is not known."""

    key: np.ndarray  # object: "tiktok:7491830"
    title: np.ndarray  # object
    hashtags: np.ndarray  # object: tuples of str
    platform: np.ndarray  # str
    language: np.ndarray  # str
    channel: np.ndarray  # str: "tiktok:some-id"
    demo: np.ndarray  # bool
    published_s: np.ndarray  # Unix seconds
    duration_s: np.ndarray
    views_30: np.ndarray  # views at 30 days, by the growth curve
    vs_channel: np.ndarray  # views over the channel's typical, at one age

    def __len__(self) -> int:
        return len(self.key)

    def take(self, rows: np.ndarray) -> "Facts":
        """Return the facts of some rows."""
        return Facts(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def facts_of(videos: Iterable[Published], vs_channel: Mapping[str, float]) -> Facts:
    """Return the facts of videos; `vs_channel` says by key how each did against its channel, where that is known."""
    rows = [_row(video) for video in videos]
    columns: list[Any] = list(zip(*rows, strict=True)) if rows else [()] * 11
    key, title, hashtags, platform, language, channel, demo, published_s, duration_s, views, age = columns
    platforms = np.array(platform, str)
    return Facts(
        key=_objects(key),
        title=_objects(title),
        hashtags=_objects(hashtags),
        platform=platforms,
        language=np.array(language, str),
        channel=np.array(channel, str),
        demo=np.array(demo, bool),
        published_s=np.array(published_s, float),
        duration_s=np.array(duration_s, float),
        views_30=views_at_30_days(np.array(views, float), np.array(age, float), platforms),
        vs_channel=np.array([vs_channel.get(name, np.nan) for name in key], float),
    )


def _row(video: Published) -> tuple[Any, ...]:
    at, draft = published_at(video), video.draft
    return (
        key_of(video),
        draft.title,
        draft.hashtags,
        draft.platform,
        draft.language or "",
        f"{draft.platform}:{video.channel_id}" if video.channel_id else "",
        video.demo,
        at.timestamp() if at else np.nan,
        draft.duration_s or np.nan,
        video.counts.views if video.counts else np.nan,
        age_days(video) or np.nan,
    )


def _objects(values: Iterable[Any]) -> np.ndarray:
    """Return an array of objects; NumPy would make a table of tuples of one length."""
    listed = list(values)
    out = np.empty(len(listed), object)
    out[:] = listed
    return out
