"""A niche at a glance: its topics, how each does, and when and how long."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from shortcast_ml.records.base import Platform, Record
from shortcast_ml.records.searching import LibraryKind, Neighbour


class Statement(Record):
    """One finding, never without how many videos it rests on."""

    text: str
    n: int = Field(description="Videos behind it.")


class Topic(Record):
    """Videos that are about the same, named by words of their own titles."""

    name: str
    words: tuple[str, ...] = Field(description="Words that tell it from the other topics, strongest first.")
    n: int
    channels: int
    share: float = Field(ge=0, le=1, description="Of the niche's videos.")
    typical_views: int | None = Field(description="Median at 30 days; None where too few ages are known.")
    vs_channel: float | None = Field(
        description="Median of views over their own channels' typical; None where too few are known."
    )
    vs_channel_low: float | None = Field(None, description="95% bootstrap interval over channels.")
    vs_channel_high: float | None = None
    judged: int = Field(0, description="Its videos whose own channel's typical is known.")
    sure: bool = Field(
        False, description="Whether it does surely other than its channels' usual, as for a Slot."
    )
    recent_share: float | None = Field(
        None, description="Of its videos, those of the last 30 days before the newest video here."
    )
    crowding: Literal["crowded", "usual", "open", "unknown"] = Field(
        description="crowded: surely more recent videos than the niche, and not surely better than its channels'"
        " usual. open: surely better, and surely not more recent videos. unknown: too few are known."
    )
    examples: tuple[Neighbour, ...] = Field((), description="Those nearest to its centre.")
    best: tuple[Neighbour, ...] = Field((), description="Those that did best against their own channel.")


class Slot(Record):
    """A part of the week, or a range of lengths, and how its videos did against their channels."""

    label: str
    n: int
    channels: int = Field(description="Whole units that the interval is drawn from: see NicheSummary.drawn.")
    vs_channel: float
    low: float = Field(description="95% bootstrap interval over channels.")
    high: float
    sure: bool = Field(
        description="Whether the interval leaves out 1, and the difference from all videos here is unlikely to be"
        " chance among all times and lengths looked at (false discovery rate 5%)."
    )


class NicheSummary(Record):
    """What the library's videos of a niche have in common, with the number of videos behind each statement."""

    query: str
    n: int
    channels: int
    platforms: dict[Platform, int]
    library: LibraryKind
    typical_views: int | None
    topics: tuple[Topic, ...]
    other: int = Field(0, description="Videos that fit no topic.")
    stability: float | None = Field(
        None, description="How far topics found in halves of the videos agree: 1 the same, 0 as by chance."
    )
    draft_topic: str = Field("", description="The topic that the given title is nearest to.")
    times: tuple[Slot, ...] = Field((), description="Weekdays, then hours of the day.")
    time_zone: str = "UTC"
    lengths: tuple[Slot, ...] = ()
    drawn: Literal["channels", "weeks"] = Field(
        "channels", description="What intervals are drawn from; weeks where there are fewer than 10 channels."
    )
    statements: tuple[Statement, ...] = ()
    map_path: Path | None = Field(None, description="A drawn map of the niche.")
    encoder_id: str
    notice: str = ""
