"""Which source a request is for: the Data API where there is a key for it, else yt-dlp."""

from typing import TYPE_CHECKING

from shortcast_ml.errors import InputError
from shortcast_ml.records import CollectRequest, Platform, SourceName
from shortcast_tools.collecting.ytdlp_source import YtDlp, is_link, is_of_youtube

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shortcast_ml.settings import Settings
    from shortcast_tools.collecting.sources import Source
    from shortcast_tools.parts import Parts


def collect_request(
    query: str,
    limit: int,
    platform: Platform,
    settings: "Settings",
    *,
    links: "Sequence[str]" = (),
    source: SourceName | None = None,
    stratified: bool = False,
) -> CollectRequest:
    """Return the request that names the job. Raises InputError when neither words nor links are given, or both."""
    query = " ".join(query.split())
    if bool(query) == bool(links):
        raise InputError("Say what to collect: a topic in words, or the link of a channel or playlist.")
    where = links or ([query] if is_link(query) else [])
    return CollectRequest(
        query=query,
        links=tuple(links),
        platform=platform,
        limit=limit,
        source=source or source_for(platform, where, settings),
        stratified=stratified,
    )


def source_for(platform: Platform, links: "Sequence[str]", settings: "Settings") -> SourceName:
    """Return the Data API for YouTube when there is a key, else yt-dlp. Links count for more than the platform."""
    youtube = all(map(is_of_youtube, links)) if links else platform in ("youtube", "youtube_shorts")
    return "youtube-api" if youtube and settings.youtube_api_key is not None else "yt-dlp"


def open_source(name: SourceName, here: "Parts", cookies: str = "") -> "Source":
    """Return a source, ready to be asked. Raises InputError when it lacks its key, or has no use for cookies."""
    if name == "yt-dlp":
        return YtDlp(here.settings, cookies)
    if cookies:
        raise InputError("Cookies are for yt-dlp alone; leave --cookies out, or add --source yt-dlp.")
    from shortcast_tools.collecting.youtube_api import YouTubeApi

    return YouTubeApi(here.settings, here.library.db)


def spent_by(source: "Source") -> tuple[int, int]:
    """Return the search calls and the units that a source has spent so far of its daily buckets."""
    from shortcast_tools.collecting.youtube_api import YouTubeApi

    return (source.client.search_calls, source.client.units) if isinstance(source, YouTubeApi) else (0, 0)
