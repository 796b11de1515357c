"""How often one host may be asked: a few at once, as a person clicks, then a steady trickle."""

import random
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from shortcast_ml.errors import ServiceError

if TYPE_CHECKING:
    from shortcast_ml.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True)
class Pace:
    """Requests of one kind: a burst, then so many an hour, with a pause of random length between two."""

    burst: int
    an_hour: float
    pause_s: tuple[float, float]


PAGES = Pace(burst=50, an_hour=300, pause_s=(0.8, 1.8))  # about 300 videos an hour a session is polite
PICTURES = Pace(burst=100, an_hour=36_000, pause_s=(0.0, 0.0))  # their hosts are built to hand out pictures


class Politeness:
    """Holds a bucket of tokens for each host; a request takes one, or waits for it. Threads share it.

    Hosts that the settings name as the user's own are not waited for.
    """

    def __init__(
        self,
        settings: "Settings",
        pace: Pace,
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._own = settings.allowed_hosts
        self._pace = pace
        self._sleep, self._clock = sleep, clock
        self._lock = threading.Lock()
        self._free_at: dict[str, float] = {}  # when the host's bucket would be full again
        self._next_at: dict[str, float] = {}  # when the pause after its last request is over

    def wait(self, url: str) -> float:
        """Wait until the link's host may be asked, and return the seconds that this took."""
        host = urlsplit(url).netloc
        if host in self._own:
            return 0.0
        pace, gap_s = self._pace, 3600 / self._pace.an_hour
        with self._lock:
            now = self._clock()
            full_at = max(self._free_at.get(host, now), now)
            at = max(now, full_at - (pace.burst - 1) * gap_s, self._next_at.get(host, now))
            self._free_at[host] = full_at + gap_s
            self._next_at[host] = at + random.uniform(*pace.pause_s)  # noqa: S311 - manners, not secrets
        if at > now:
            self._sleep(at - now)
        return at - now


def ask_again(ask: Callable[[], T], waits_s: Iterable[float], sleep: Callable[[float], object]) -> T:
    """Return what a server answers, asking again after each wait, a bit longer or shorter each time.

    Raises the last ServiceError.
    """
    for wait_s in waits_s:
        try:
            return ask()
        except ServiceError:
            sleep(wait_s * random.uniform(0.5, 1.5))  # noqa: S311 - so that many don't come back at once
    return ask()
