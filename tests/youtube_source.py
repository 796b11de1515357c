"""The Data API source over the invented YouTube, as several tests use it."""

from pathlib import Path
from typing import Any

from shortcast_ml.records import CollectRequest
from shortcast_ml.settings import Settings
from shortcast_tools.collecting.sources import Page, Reading, Source
from shortcast_tools.collecting.youtube_api import YouTubeApi
from shortcast_vectorstore.database import open_database
from tests.youtube_server import YouTubeServer
from tests.youtube_world import Channel, World

KEY = "AIzaSy-a-very-secret-key"


def source_of(server: YouTubeServer, home: Path, key: str = KEY, **more: Any) -> YouTubeApi:
    settings = Settings(
        home=home, youtube_api_key=key, youtube_api_url=server.url, allowed_hosts={server.host}  # type: ignore[arg-type]
    )  # fmt: skip
    more = {"sleep": lambda seconds: None, "quotas": dict(server.quotas), **more}
    return YouTubeApi(settings, open_database(settings.library_path), **more)


def request(query: str = "", limit: int = 100, **more: Any) -> CollectRequest:
    return CollectRequest(query=query, limit=limit, source="youtube-api", **more)


def collect(source: Source, asked: CollectRequest, cursor: str | None = None) -> dict[str, Reading]:
    """Discover everything and read each page before the next, as a run does."""
    readings: dict[str, Reading] = {}
    for page in source.discover(asked, cursor):
        new = [found.item for found in page.found if found.item not in readings]
        readings |= {reading.item: reading for reading in source.read(new)} if new else {}
    return readings


def items_of(pages: list[Page]) -> list[str]:
    return [found.item for page in pages for found in page.found]


def biggest(world: World) -> Channel:
    return max(world.channels.values(), key=lambda channel: len(channel.videos))
