"""Trying again, with patience and an end: back-off that doubles, with jitter, or as long as the server says."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeVar

from shortcast_ml.errors import ServiceError
from shortcast_ml.records import utc_now

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """How often and how long something is tried again."""

    tries: int = 6
    total_s: float = 180.0  # no new try after this
    first_s: float = 1.0  # doubled after each try, plus up to as much again by chance
    longest_s: float = 60.0  # of one wait; a server that asks for more is not waited for


class Temporary(Exception):
    """Something that may work in a moment. `sentence` is for the user, should it never work."""

    def __init__(self, sentence: str, retry_after_s: float | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.retry_after_s = retry_after_s


def persist(
    call: Callable[[], T], patience: Patience | None = None, sleep: Callable[[float], None] = time.sleep
) -> T:
    """Return what the call returns, made again while it raises Temporary.

    Raises ServiceError with the last sentence when patience ends, or the server asks for more of it than
    there is; anything else that the call raises at once, KeyboardInterrupt too.
    """
    from tenacity import Retrying, retry_if_exception_type

    patience = patience or Patience()
    tries = Retrying(
        retry=retry_if_exception_type(Temporary),
        stop=_stop(patience),
        wait=_wait(patience),
        sleep=sleep,
        reraise=True,
    )
    try:
        return tries(call)
    except Temporary as error:
        sentence = error.sentence
    raise ServiceError(sentence)


def read_retry_after(text: str | None, now: Callable[[], datetime] = utc_now) -> float | None:
    """Return the seconds that a Retry-After header asks for, given as seconds or as a date; None when odd."""
    if not text:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max((at - now()).total_seconds(), 0.0)


def _asked_s(state: "RetryCallState") -> float | None:
    error = state.outcome.exception() if state.outcome else None
    return error.retry_after_s if isinstance(error, Temporary) else None


def _stop(patience: Patience) -> "Callable[[RetryCallState], bool]":
    def stop(state: "RetryCallState") -> bool:
        asked_s = _asked_s(state) or 0.0
        return (
            state.attempt_number >= patience.tries
            or (state.seconds_since_start or 0.0) + asked_s >= patience.total_s
            or asked_s > patience.longest_s
        )

    return stop


def _wait(patience: Patience) -> "Callable[[RetryCallState], float]":
    from tenacity import wait_exponential_jitter

    backing_off = wait_exponential_jitter(patience.first_s, max=patience.longest_s, jitter=patience.first_s)

    def wait(state: "RetryCallState") -> float:
        asked_s = _asked_s(state)
        return backing_off(state) if asked_s is None else asked_s

    return wait
