"""A tool at work for a client: in a thread, telling how far it is, and stopped when nobody waits for it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shortcast_tools.progress import Stopped, listening, stoppable

if TYPE_CHECKING:
    import anyio
    from mcp.server.session import ServerSession
    from mcp.shared.context import RequestContext
    from mcp.types import CallToolResult

    Context = RequestContext[ServerSession, Any, Any]

TELL_EVERY_S = 0.2
GONE = "shortcast.gone"
"""In an HTTP request's scope: an event that is set when the request is over, answered or not."""


@dataclass
class Heard:
    """The latest report of a tool, as numbers that only grow, also where the tool begins to count anew."""

    done: int = -1
    total: int = 0
    text: str = ""
    before: int = 0
    told: int = -1

    def listen(self, done: int, total: int, text: str) -> None:
        """Keep a report."""
        if done < self.done:
            self.before += self.done
        self.done, self.total, self.text = done, total, text

    @property
    def place(self) -> tuple[int, int]:
        """Steps done, and steps in all, with those that earlier counts had."""
        return self.before + self.done, self.before + max(self.total, self.done)


async def work_in_thread(
    work: "Callable[[], CallToolResult]", context: "Context", limiter: "anyio.CapacityLimiter"
) -> "CallToolResult | None":
    """Return what `work` returns, None when it was stopped. `work` must not raise otherwise.

    It stops at its next report when the client cancels the call, ends the session or goes away. The limiter counts it
    until then, so that calls that were given up can't pile up.
    """
    import anyio
    import anyio.lowlevel
    import anyio.to_thread

    stop, heard = threading.Event(), Heard()

    def run() -> "CallToolResult | None":
        try:
            with listening(heard.listen), stoppable(stop.is_set):
                return work()
        except Stopped:
            return None

    async def stop_when_left() -> None:
        gone = context.request.scope.get(GONE) if context.request is not None else None
        try:
            await (gone.wait() if gone is not None else anyio.sleep_forever())
        finally:
            stop.set()

    async def tell_now_and_then() -> None:
        while True:
            await anyio.sleep(TELL_EVERY_S)
            await _tell(heard, context)

    async with anyio.create_task_group() as group:
        group.start_soon(stop_when_left)
        group.start_soon(tell_now_and_then)
        result = await anyio.to_thread.run_sync(run, limiter=limiter)
        group.cancel_scope.cancel()
    # a cancelled request has been answered by the session, and a second answer would end it
    await anyio.lowlevel.checkpoint_if_cancelled()
    if result is not None:
        await _tell(heard, context)
    return result


async def _tell(heard: Heard, context: "Context") -> None:
    """Send what is new to a client that asked for progress."""
    token = context.meta.progressToken if context.meta is not None else None
    done, total = heard.place
    if token is None or done <= heard.told:
        return
    heard.told = done
    await context.session.send_progress_notification(
        token, done, total, heard.text, related_request_id=str(context.request_id)
    )
