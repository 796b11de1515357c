"""What a source of videos is: it plans what that costs, discovers videos, and reads their facts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from shortcast_ml.records import CollectRequest, Published, QuotaPlan, SourceName


@dataclass(frozen=True)
class Found:
    """A video that was discovered; its facts are not read yet. `item` is what `read` takes, unique in a job."""

    item: str


@dataclass(frozen=True)
class Page:
    """Some discovered videos, and the cursor from which discovering goes on; None: that was all."""

    found: tuple[Found, ...]
    cursor: str | None


@dataclass(frozen=True)
class Reading:
    """What was read of one item: a video and the links of its thumbnail, best first; or why there is none."""

    item: str
    video: Published | None
    thumbnail_urls: tuple[str, ...] = ()
    reason: str = ""
    again: bool = False  # there is no video, and another time there may be


class Source(Protocol):
    """Where videos come from. Raises InputError for a request that it can't serve.

    LinkError is about one link. ServiceError says that the source does not answer, after its own retries: the
    run stops there, keeps what has come, and the same request goes on from there later.
    """

    name: SourceName
    batch: int  # items that one call of `read` takes at most

    def plan(self, request: CollectRequest) -> QuotaPlan | None:
        """Say what the request costs at most, before anything is spent; None where nothing is counted."""

    def discover(self, request: CollectRequest, cursor: str | None) -> Iterator[Page]:
        """Yield pages of videos from a cursor on, None for the beginning. Lazy: a page is asked for when needed."""

    def read(self, items: Sequence[str]) -> Iterator[Reading]:
        """Yield one reading for each item, in their order: public facts with their counts, never rounded ones."""
