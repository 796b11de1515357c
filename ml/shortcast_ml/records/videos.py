"""Videos, before and after publishing.

Two kinds of facts, two types, so that a leak cannot type-check: `Draft` is what is known before
publishing; `Published` adds what only the platform knows afterwards. Features accept the first only.
"""

from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, ConfigDict, Field

from shortcast_ml.records.base import Platform, Record


class Audio(Record):
    """What can be heard. Loudness is integrated RMS in dBFS (0 is full scale), None when silent."""

    has_audio: bool
    loudness_dbfs: float | None = None
    peak_dbfs: float | None = None
    silent_share: float | None = Field(None, ge=0, le=1, description="Share of 100 ms blocks below -50 dBFS.")


class Draft(Record):
    """What is known of a video before it is published."""

    platform: Platform = "youtube_shorts"
    title: str = ""
    description: str = ""
    hashtags: tuple[str, ...] = Field(
        (), description="Without the # sign, in order, from title and description."
    )
    language: str | None = Field(
        None, description="ISO 639-1, as stated or detected from the title's script."
    )
    duration_s: float | None = Field(None, gt=0)
    width_px: int | None = None
    height_px: int | None = None
    fps: float | None = None
    audio: Audio | None = None
    publish_at: AwareDatetime | None = Field(None, description="Planned time, UTC.")
    thumbnail_path: Path | None = None
    video_path: Path | None = None


class Upload(Record):
    """One earlier upload of a channel, with the views it had at the age it was looked at."""

    views: int = Field(ge=0)
    age_days: float = Field(gt=0, description="Age when the views were read.")
    published_at: AwareDatetime | None = None
    title: str = ""
    duration_s: float | None = None


class ChannelHistory(Record):
    """What is known of a channel before the video: strictly earlier uploads only."""

    name: str | None = None
    followers: int | None = Field(None, ge=0)
    uploads: tuple[Upload, ...] = ()
    typical_views: float | None = Field(
        None, gt=0, description="As the creator states it; used when uploads are few."
    )


class Counts(Record):
    """What the platform counts after publishing. None where the platform does not say."""

    views: int = Field(ge=0)
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None


class Published(Record):
    """A published video: its draft, and what only the platform knows."""

    draft: Draft
    video_id: str
    url: str
    fetched_at: AwareDatetime
    published_at: AwareDatetime | None = None
    age_days: float | None = Field(None, gt=0, description="At fetched_at.")
    counts: Counts | None = Field(None, description="None when the platform hid the views.")
    channel_id: str | None = None
    channel: ChannelHistory | None = None
    short_certainty: float | None = Field(
        None,
        ge=0,
        le=1,
        description="How surely a YouTube video was told as a Short or as none; None: as stated.",
    )
    source: str = Field("", description="Who said so: `yt-dlp`, `youtube-api`, `csv`, `user` or `demo`.")
    demo: bool = Field(False, description="Invented for the demo library; never a real video.")


class Embedding(Record):
    """Vectors of one video in one encoder's space; each None where there is nothing to encode."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    encoder_id: str
    title: Any | None = Field(None, description="(dim,) float32 numpy array, unit L2 norm.")
    image: Any | None = Field(None, description="(dim,) float32 numpy array, unit L2 norm.")
    upload_similarity: Any | None = Field(
        None, description="Cosine of each earlier upload's title with this one's, (n,); NaN without a title."
    )

    @property
    def alignment(self) -> float | None:
        """Cosine of title and image: the studies' "semantic alignment", in [-1, 1]."""
        if self.title is None or self.image is None:
            return None
        return float(self.title @ self.image)
