"""The arguments that tools share, described once: the description is what a language model reads."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from shortcast_ml.records import Horizon, Platform

Title = Annotated[str, Field(description="The video's title or caption, as it would be published.")]
Titles = Annotated[list[str], Field(description="Titles to compare; the first is the one to beat.")]
Description = Annotated[str, Field(description="Description, with its hashtags.")]
PlatformName = Annotated[Platform, Field(description="Where it will be published.")]
Duration = Annotated[
    float | None, Field(description="Length in seconds; read from `video` when that is given.")
]
PublishAt = Annotated[
    AwareDatetime | None,
    Field(description="Planned publishing time, ISO 8601 with offset. Unset: not planned."),
]
VideoFile = Annotated[str | None, Field(description="Path of a local video file.")]
ThumbnailFile = Annotated[str | None, Field(description="Path of a local picture.")]
ThumbnailFiles = Annotated[list[str], Field(description="Paths of local pictures to compare.")]
Followers = Annotated[int | None, Field(description="Followers or subscribers of the channel.")]
TypicalViews = Annotated[
    float | None,
    Field(description="What a typical recent video of the channel reaches, as the creator says."),
]
RecentViews = Annotated[
    list[int] | None,
    Field(description="Views of the channel's recent videos, oldest to newest; five or more help most."),
]
HorizonDays = Annotated[Horizon, Field(description="Age in days at which views are forecast: 1, 7 or 30.")]
Url = Annotated[str, Field(description="Link of a published video (YouTube, TikTok...).")]
Query = Annotated[str, Field(description="What to look for, in words.")]
Limit = Annotated[int, Field(ge=1, le=50, description="How many to return.")]

FILE_ARGUMENTS = frozenset({"video", "thumbnail", "thumbnails", "record"})
"""The arguments, of whichever tool, that name files of this machine: a surface decides who may name which."""
