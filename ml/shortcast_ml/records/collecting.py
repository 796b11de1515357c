"""What is to be collected, what it costs, and what it brought."""

from typing import Literal

from pydantic import AwareDatetime, Field

from shortcast_ml.records.base import Platform, Record

SourceName = Literal["youtube-api", "yt-dlp"]


class CollectRequest(Record):
    """What to collect. Its JSON names the job, so that the same request goes on where it stopped."""

    query: str = Field("", description="A niche in words, a #hashtag, or the link of a channel or list.")
    links: tuple[str, ...] = Field((), description="Links of videos, instead of a query.")
    platform: Platform = "youtube_shorts"
    limit: int = Field(ge=1)
    source: SourceName
    stratified: bool = Field(False, description="Evenly over bins of log10 views, as the IPIU study samples.")


class QuotaPlan(Record):
    """What a collection would cost of the YouTube Data API's two daily buckets, before it is spent."""

    search_calls: int = Field(description="Of the bucket of 100 search calls a day, at most.")
    units: int = Field(description="Of the bucket of 10,000 units a day, at most, with looking it up.")
    exact: bool = Field(
        False,
        description="A run without failures is charged just this, but for a unit less for a page of which"
        " every video is gone. False: it may end before, with less.",
    )
    search_calls_left: int
    units_left: int
    enough: bool
    says: str = Field(description="The plan in a sentence, and when the buckets are reset if they are small.")


class BinReport(Record):
    """One bin of log10 views in a stratified sample."""

    low_views: int
    high_views: int | None = Field(description="Exclusive; None: no upper end.")
    target: int
    reached: int


class CollectReport(Record):
    """What a request brought, all its runs together; its pictures and what it spent are of the last run."""

    query: str
    found: int
    added: int
    updated: int
    skipped: tuple[str, ...] = Field(
        (), description="Each reason once, the commonest first, with a link and the number of its videos."
    )
    library_size: int
    source: str = ""
    bins: tuple[BinReport, ...] = ()
    thumbnails: int = Field(0, description="Pictures saved.")
    planned: QuotaPlan | None = None
    search_calls_spent: int = 0
    units_spent: int = 0
    stopped: str = Field(
        "", description="Why it ended before the limit; the same request goes on from there."
    )


class TrackedVideo(Record):
    """One video whose counts are looked at again."""

    video_id: str
    title: str
    url: str
    platform: Platform
    looks: int
    views: int | None
    due_at: AwareDatetime | None = Field(description="None: no look is left.")
    ended: str = ""


class TrackReport(Record):
    """What a round of tracking saw."""

    looked: int
    changed: int = Field(description="Videos whose counts had changed.")
    gone: int = Field(description="Deleted, private or hidden since.")
    waiting: int = Field(description="Videos with looks left.")
    next_due_at: AwareDatetime | None
    videos: tuple[TrackedVideo, ...] = ()
    skipped: tuple[str, ...] = ()


class BadRow(Record):
    """A row, or one cell of it, that an import could not use."""

    file: str = Field("", description="The name of the table's file.")
    row: int = Field(description="Counted from 1, the header not counted, blank rows counted.")
    line: int | None = Field(None, description="Where the row begins in a text file; None in Parquet.")
    column: str = ""
    problem: str
    dropped: bool = Field(
        description="False: the row was kept without this cell, or with what is left of it."
    )


class ImportReport(Record):
    """What an import brought, row by row: rows = added + updated + known + dropped."""

    file: str
    rows: int = Field(description="Rows of videos.")
    added: int
    updated: int
    known: int = Field(description="Rows that said nothing new.")
    dropped: int
    looks: int = Field(0, description="Rows that are only counts of a video at some time.")
    looks_added: int = 0
    looks_dropped: int = 0
    bad_rows: tuple[BadRow, ...] = Field((), description="The first 1,000.")
    more_bad_rows: int = Field(
        0, description="Those that `bad_rows` does not name: a file of problems has all."
    )
    notes: tuple[str, ...] = Field((), description="What holds for a whole table.")
    library_size: int


class Forgotten(Record):
    """What was removed from the library for good."""

    videos: int
    snapshots: int = 0
    vectors: int = 0
    tracked: int = 0
    channels: int = Field(0, description="Of which no video is left.")
    jobs: int = 0
    files: int = Field(0, description="Pictures and videos that no other video uses.")
    n_bytes: int = 0
