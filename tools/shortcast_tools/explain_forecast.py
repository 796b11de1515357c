"""The tool that explains a forecast exactly."""

from shortcast_ml.records import Explanation
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


def explain_forecast(
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
) -> Explanation:
    """Explain a draft's forecast: named factors with exact multipliers that add up to the forecast.

    Use it for "why?" about a forecast. The multipliers say what the model learned from other videos, not
    what caused anything. Give the same arguments as to forecast_views.
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
    return parts().model.explain(feature_row(reading.draft, reading.channel), horizon_days)
