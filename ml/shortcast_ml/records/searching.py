"""Similar videos, and which of them are wanted."""

from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, Field

from shortcast_ml.records.base import Platform, Record

LibraryKind = Literal["demo", "collected", "mixed", "empty"]


class SearchFilter(Record):
    """Which videos of the library are wanted. A video of which a named fact is unknown is not."""

    platform: Platform | None = None
    language: str | None = Field(None, description="ISO 639-1.")
    channel_ids: tuple[str, ...] = Field((), description="Only of these channels; empty: of any.")
    published_after: AwareDatetime | None = None
    published_before: AwareDatetime | None = None
    min_age_days: float | None = Field(None, ge=0)
    max_age_days: float | None = Field(None, ge=0)
    min_duration_s: float | None = Field(None, ge=0)
    max_duration_s: float | None = Field(None, ge=0)
    min_views: int | None = Field(None, ge=0)
    max_views: int | None = Field(None, ge=0)
    min_vs_channel: float | None = Field(
        None, ge=0, description="Views over its channel's typical, at one age."
    )
    max_vs_channel: float | None = Field(None, ge=0)
    demo: bool | None = Field(None, description="True: only invented videos; false: only real ones.")
    exclude: frozenset[str] = Field(frozenset(), description="Ids or keys of videos that are not wanted.")
    exclude_channels: frozenset[str] = Field(frozenset(), description="Channel ids that are not wanted.")


class Neighbour(Record):
    """A similar video, as evidence."""

    video_id: str
    url: str
    title: str
    platform: Platform
    channel: str | None = None
    views: int | None = None
    age_days: float | None = None
    vs_channel: float | None = Field(
        None, description="Views over the typical views of its own channel, at one age."
    )
    similarity: float = Field(description="Mean cosine over what the query has of title and picture.")
    similar_by: Literal["title", "picture", "both"]
    title_similarity: float | None = Field(None, description="Cosine of the titles; None: one has none.")
    picture_similarity: float | None = Field(None, description="Cosine of the pictures; None: one has none.")
    shared_words: tuple[str, ...] = Field(
        (), description="Telling words of its title that the query has too."
    )
    standing: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Share of pairs of videos with nothing in common that are less alike than it and the query.",
    )
    alike: bool = Field(
        True,
        description="False: hardly more like the query than two unrelated videos are, and few words shared.",
    )
    thumbnail_path: Path | None = None
    demo: bool = False


class SimilarVideos(Record):
    """Neighbours of a query, and where they were looked for."""

    query: str
    neighbours: tuple[Neighbour, ...]
    searched: int = Field(description="Videos in the library.")
    library: LibraryKind
    encoder_id: str
    notice: str = Field(
        "",
        description="What the user should know: that nothing is really alike, or that the encoder is a stand-in.",
    )
