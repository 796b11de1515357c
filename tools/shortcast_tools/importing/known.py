"""Rows about videos that the library already has: the same video stays one, and loses nothing it had."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from shortcast_ml.records import ChannelHistory, Platform, Published
from shortcast_tools.collecting.keeping import YOUTUBE

if TYPE_CHECKING:
    from shortcast_vectorstore.library import Library


def completed(videos: Iterable[Published], library: "Library") -> Iterator[Published]:
    """Yield videos with what the library, or an earlier row, knows of them and their own row does not say.

    A YouTube video stays the Short, or the long video, that it was first taken for.
    """
    videos = list(videos)
    known = {_identity(v): v for v in library.by_key(key for v in videos for key in _keys(v)).values()}
    for video in videos:
        before = known.get(_identity(video))
        whole = video if before is None else _filled(video, before)
        if before is None or whole.fetched_at >= before.fetched_at:
            known[_identity(video)] = whole
        yield whole


def _identity(video: Published) -> tuple[str, str]:
    platform = video.draft.platform
    return (YOUTUBE[0] if platform in YOUTUBE else platform), video.video_id


def _keys(video: Published) -> list[str]:
    platforms: tuple[Platform, ...] = YOUTUBE if video.draft.platform in YOUTUBE else (video.draft.platform,)  # type: ignore[assignment]
    return [f"{platform}:{video.video_id}" for platform in platforms]


def _filled(video: Published, before: Published) -> Published:
    """Return a video with the known facts where it has none of its own."""
    own, old = video.draft, before.draft
    draft = own.model_copy(
        update={
            "platform": old.platform,
            **{name: getattr(old, name) for name in type(own).model_fields if not getattr(own, name)},
        }
    )
    channel = before.channel
    if video.channel is not None and channel is not None:
        channel = ChannelHistory(
            name=video.channel.name or channel.name,
            followers=channel.followers if video.channel.followers is None else video.channel.followers,
            uploads=channel.uploads,
            typical_views=channel.typical_views,
        )
    filled = video.model_copy(
        update={
            "draft": draft,
            "published_at": video.published_at or before.published_at,
            "channel_id": video.channel_id or before.channel_id,
            "channel": channel or video.channel,
            "short_certainty": before.short_certainty,
            "demo": False,
        }
    )
    if filled.age_days is None and filled.published_at is not None:
        days = (filled.fetched_at - filled.published_at).total_seconds() / 86400
        filled = filled.model_copy(update={"age_days": days if days > 0 else None})
    return filled
