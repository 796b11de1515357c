"""The tool that fills the library with real videos of a niche."""

from typing import Annotated

from pydantic import Field

from shortcast_ml.records import CollectReport
from shortcast_tools.arguments import Limit, PlatformName


def collect(
    query: Annotated[
        str, Field(description="A niche in words, or the link of a channel, playlist or feed to collect from.")
    ],
    limit: Limit = 20,
    platform: PlatformName = "youtube_shorts",
) -> CollectReport:
    """Find public videos on a topic and put them into the user's library, replacing the demo library.

    Use it only when the user asks to collect, scrape or add videos: it takes a few seconds per video. To
    look at one video use `fetch_video`; to search what is collected use `find_similar_videos`.
    """
    from shortcast_tools.ytdlp import discover, read_page

    raise NotImplementedError((discover, read_page))
