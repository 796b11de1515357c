"""The tool that reads a draft: its files, its words, and the channel it is for."""

from shortcast_ml.records import DraftReading
from shortcast_tools.arguments import (
    Description,
    Duration,
    Followers,
    PlatformName,
    PublishAt,
    RecentViews,
    ThumbnailFile,
    Title,
    TypicalViews,
    VideoFile,
)
from shortcast_tools.draft import read_draft


def inspect_draft(
    title: Title = "",
    description: Description = "",
    platform: PlatformName = "youtube_shorts",
    video: VideoFile = None,
    thumbnail: ThumbnailFile = None,
    duration_s: Duration = None,
    publish_at: PublishAt = None,
    followers: Followers = None,
    typical_views: TypicalViews = None,
    recent_views: RecentViews = None,
) -> DraftReading:
    """Read a draft that is not published yet: length, shape, sound, hashtags, language, observations.

    Use it when the user shows a file and wants to know what is in it. The forecasting tools read the same
    files themselves: there is no need to call this one first. It forecasts nothing and judges nothing.
    """
    return read_draft(
        title=title,
        description=description,
        platform=platform,
        video=video,
        thumbnail=thumbnail,
        duration_s=duration_s,
        publish_at=publish_at,
        followers=followers,
        typical_views=typical_views,
        recent_views=recent_views,
    )
