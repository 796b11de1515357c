"""The records that travel between the parts: small, frozen, and each says which model made it."""

from shortcast_ml.records.base import AnchorSource, Horizon, Platform, Record, Verdict, utc_now
from shortcast_ml.records.collecting import (
    BadRow,
    BinReport,
    CollectReport,
    CollectRequest,
    Forgotten,
    ImportReport,
    QuotaPlan,
    SourceName,
    TrackedVideo,
    TrackReport,
)
from shortcast_ml.records.forecasts import (
    POST_PUBLISH,
    Change,
    ChangeNeighbours,
    Comparison,
    DraftReading,
    Explanation,
    Factor,
    FeatureRow,
    Forecast,
    HorizonViews,
    NextDayForecast,
    Suggestions,
    Variant,
)
from shortcast_ml.records.niche import NicheSummary, Slot, Statement, Topic
from shortcast_ml.records.report import Diagnosis, VideoReport
from shortcast_ml.records.searching import LibraryKind, Neighbour, SearchFilter, SimilarVideos
from shortcast_ml.records.seeing import (
    Box,
    Concept,
    Opening,
    Region,
    SeenWords,
    Spoken,
    ThumbnailCandidate,
    ThumbnailExplanation,
    ThumbnailReading,
    ThumbnailSuggestions,
    VideoReading,
)
from shortcast_ml.records.videos import Audio, ChannelHistory, Counts, Draft, Embedding, Published, Upload

__all__ = [
    "POST_PUBLISH", "AnchorSource", "Audio", "BadRow", "BinReport", "Box", "Change", "ChangeNeighbours",
    "ChannelHistory", "CollectReport", "CollectRequest", "Comparison", "Concept", "Counts", "Diagnosis", "Draft",
    "DraftReading", "Embedding", "Explanation", "Factor", "FeatureRow", "Forecast", "Forgotten", "Horizon",
    "HorizonViews", "ImportReport", "LibraryKind", "Neighbour", "NextDayForecast", "NicheSummary",
    "Opening", "Platform", "Published", "QuotaPlan", "Record", "Region", "SearchFilter", "SeenWords",
    "SimilarVideos", "Slot", "SourceName", "Spoken", "Statement", "Suggestions", "ThumbnailCandidate",
    "ThumbnailExplanation", "ThumbnailReading", "ThumbnailSuggestions", "Topic", "TrackReport",
    "TrackedVideo", "Upload", "Variant", "Verdict", "VideoReading", "VideoReport", "utc_now",
]  # fmt: skip
