"""The tool that fills the library with real videos of a niche."""

from typing import Annotated

from pydantic import Field

from shortcast_ml.records import CollectReport
from shortcast_tools.arguments import Limit, PlatformName
from shortcast_tools.collecting.choice import collect_request, open_source
from shortcast_tools.collecting.run import collect_videos
from shortcast_tools.parts import parts
from shortcast_tools.progress import report


def collect(
    query: Annotated[
        str,
        Field(
            description="A niche in words, a #hashtag, or the link of a channel, a playlist, a feed or a page of"
            " videos."
        ),
    ],
    limit: Limit = 20,
    platform: PlatformName = "youtube_shorts",
    stratified: Annotated[
        bool, Field(description="As many small videos as large ones, in six bins of views.")
    ] = False,
) -> CollectReport:
    """Find public videos on a topic and put them into the user's library, replacing the demo library.

    Use it only when the user asks to collect or add videos: it takes a few seconds for each. Asked again after
    it was stopped, it goes on. To look at one video use `fetch_video`; to search what is in the library use
    `find_similar_videos`; to follow videos' views over time use `track_videos`.
    """
    here = parts()
    request = collect_request(query, limit, platform, here.settings, stratified=stratified)
    found = collect_videos(request, open_source(request.source, here), here)
    if found.added or found.updated:
        here.index.sync(report)
    return found
