"""A source of invented videos in this process: pages of ids, facts for each, and whatever is to go wrong."""

import functools
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shortcast_ml.errors import ServiceError
from shortcast_ml.records import CollectRequest, Counts, Draft, Published, QuotaPlan, SourceName, utc_now
from shortcast_tools.collecting.sources import Found, Page, Reading
from shortcast_vectorstore.library import open_library

PUBLISHED = datetime(2026, 10, 1, tzinfo=UTC)


def empty_home(home: Path) -> Path:
    """Make a home with an empty library: drawing the demo library takes most of a second."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "library.db").write_bytes(_empty_library())
    return home


@functools.cache
def _empty_library() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        library = open_library(Path(folder))
        library.remove_demo()
        library.close()
        return library.path.read_bytes()


def video(video_id: str, views: int | None = 1000, **more: object) -> Published:
    """Return an invented video as a source reads it now."""
    draft = {"title": f"Video {video_id}", "duration_s": 21.0, "publish_at": PUBLISHED}
    names = {"platform", "title", "thumbnail_path", "duration_s"} & more.keys()
    draft |= {name: more.pop(name) for name in names}
    now = utc_now()
    return Published(
        draft=Draft(**draft),  # type: ignore[arg-type]
        video_id=video_id,
        url=f"https://www.youtube.com/watch?v={video_id}",
        fetched_at=now,
        published_at=PUBLISHED,
        age_days=(now - PUBLISHED) / timedelta(days=1),
        counts=None if views is None else Counts(views=views),
        channel_id="channel",
        source="youtube-api",
        **more,  # type: ignore[arg-type]
    )


@dataclass
class Shelf:
    """A Source. `views` are those of its videos, by id and in the order in which they are found."""

    views: dict[str, int | None]
    name: SourceName = "youtube-api"
    batch: int = 5
    page: int = 4
    pictures: dict[str, str] = field(default_factory=dict)  # links of thumbnails, by id
    reasons: dict[str, str] = field(default_factory=dict)  # why there is no video, by id
    flaky: set[str] = field(default_factory=set)  # these can't be read just now
    breaks_at: str = ""  # the source stops answering at this id
    asked: list[str] = field(default_factory=list)
    pages: int = 0

    def plan(self, request: CollectRequest) -> QuotaPlan | None:
        return None

    def discover(self, request: CollectRequest, cursor: str | None) -> Iterator[Page]:
        ids = list(self.views)
        for start in range(int(cursor or 0), max(len(ids), 1), self.page):
            self.pages += 1
            end = start + self.page
            yield Page(tuple(map(Found, ids[start:end])), str(end) if end < len(ids) else None)

    def read(self, items: Sequence[str]) -> Iterator[Reading]:
        for item in items:
            if item == self.breaks_at:
                raise ServiceError("The shelf is closed; come back tomorrow.")
            self.asked.append(item)
            if item in self.flaky:
                yield Reading(item, None, reason="it could not be read", again=True)
            elif item in self.reasons:
                yield Reading(item, None, reason=self.reasons[item])
            else:
                urls = (self.pictures[item],) if item in self.pictures else ()
                yield Reading(item, video(item, self.views[item]), urls)


def request(limit: int = 100, **more: object) -> CollectRequest:
    """Return a request for the shelf."""
    given: dict[str, object] = {"query": "latte art", "limit": limit, "source": "youtube-api", **more}
    return CollectRequest.model_validate(given)
