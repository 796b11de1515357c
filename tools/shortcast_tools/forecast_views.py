"""The tool that forecasts views of a draft."""

from shortcast_ml.records import Forecast
from shortcast_tools.analysis import feature_row
from shortcast_tools.arguments import (
    Description,
    Duration,
    Followers,
    HorizonDays,
    PlatformName,
    PublishAt,
    RecentViews,
    ThumbnailFile,
    Title,
    TypicalViews,
    VideoFile,
)
from shortcast_tools.draft import read_draft
from shortcast_tools.parts import parts


def forecast_views(
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
    horizon_days: HorizonDays = 30,
) -> Forecast:
    """Forecast the views of a draft at an age, with an 80% interval and the chance to beat a typical video.

    Use it for "will this do well?" Give all that is known of the channel: recent views help most, then
    typical views, then followers. Not for a published video: use diagnose_video.
    """
    reading = read_draft(
        title,
        description,
        platform,
        video,
        thumbnail,
        duration_s,
        publish_at,
        followers,
        typical_views,
        recent_views,
    )
    return parts().model.forecast(feature_row(reading.draft, reading.channel), horizon_days)
