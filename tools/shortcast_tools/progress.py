"""Progress of long tools: a tool reports, a surface listens, and neither knows the other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[int, int, str], None]

_listener: ContextVar[Listener | None] = ContextVar("shortcast_progress", default=None)


def report(done: int, total: int, text: str) -> None:
    """Say that `done` of `total` steps are finished. Does nothing when nobody listens."""
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
