"""Everything about one video."""

from pydantic import Field

from shortcast_ml.records.base import Record, Verdict
from shortcast_ml.records.collecting import CollectReport, TrackReport
from shortcast_ml.records.forecasts import Comparison, Explanation, Forecast, NextDayForecast, Suggestions
from shortcast_ml.records.niche import NicheSummary
from shortcast_ml.records.searching import Neighbour, SimilarVideos
from shortcast_ml.records.seeing import (
    ThumbnailExplanation,
    ThumbnailReading,
    ThumbnailSuggestions,
    VideoReading,
)
from shortcast_ml.records.videos import Draft, Published


class Diagnosis(Record):
    """Why a published video did what it did."""

    video: Published
    expected: Forecast = Field(description="At the video's own age.")
    actual_views: int
    ratio: float = Field(description="Actual over expected views.")
    percentile: float = Field(
        ge=0, le=1, description="Where the actual views lie in the predicted distribution."
    )
    verdict: Verdict
    explanation: Explanation
    better_neighbours: tuple[Neighbour, ...] = ()
    unknown: tuple[str, ...] = Field(
        description="What cannot be known without the creator's private figures."
    )
    model: str


class VideoReport(Record):
    """Everything about one video that one turn computed: what is read, drawn and scored."""

    draft: Draft | None = None
    published: Published | None = None
    forecast: Forecast | None = None
    explanation: Explanation | None = None
    similar: SimilarVideos | None = None
    comparison: Comparison | None = None
    suggestions: Suggestions | None = None
    diagnosis: Diagnosis | None = None
    next_day: NextDayForecast | None = None
    thumbnail: ThumbnailReading | None = None
    watched: VideoReading | None = None
    thumbnails: ThumbnailSuggestions | None = None
    picture: ThumbnailExplanation | None = None
    niche: NicheSummary | None = None
    tracked: TrackReport | None = None
    collected: CollectReport | None = None
