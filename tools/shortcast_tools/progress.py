"""Progress of long tools: a tool reports, a surface listens or asks it to stop, and neither knows the other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[int, int, str], None]

_listener: ContextVar[Listener | None] = ContextVar("shortcast_progress", default=None)
_stop_asked: ContextVar[Callable[[], bool] | None] = ContextVar("shortcast_stop", default=None)


class Stopped(KeyboardInterrupt):
    """The surface asked the tool to stop. Whatever cleans up after Ctrl-C cleans up after this."""


def report(done: int, total: int, text: str) -> None:
    """Say that `done` of `total` steps are finished. Does nothing when nobody listens.

    Raises Stopped when the surface no longer wants the result: a long tool reports before each step.
    """
    asked = _stop_asked.get()
    if asked is not None and asked():
        raise Stopped(f"Stopped at {done} of {total}.")
    listener = _listener.get()
    if listener is not None:
        listener(done, total, text)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Pass every report made inside the `with` block (and in threads that copy its context) to `listener`."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


@contextmanager
def stoppable(asked: Callable[[], bool]) -> Iterator[None]:
    """Raise Stopped from the next report inside the `with` block once `asked()` is true."""
    token = _stop_asked.set(asked)
    try:
        yield
    finally:
        _stop_asked.reset(token)
