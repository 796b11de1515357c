"""What lives for one turn: who answers, what is left of its budget, and where its events go."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from langchain_core.messages import AIMessage, BaseMessage

from shortcast_agent.events import Event, Notice, TextDelta, Usage
from shortcast_agent.llm import LLMTrouble, reply_of

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool


class TurnCancelled(Exception):
    """The surface went away in the middle of a turn."""


@dataclass
class TurnContext:
    """What lives for one turn."""

    emit: Callable[[Event], None]
    deadline: float
    max_tool_calls: int
    tools: "dict[str, BaseTool]"
    planner: Any
    llm: Any | None = None
    mode: str = "native"
    writes: bool = False
    retries: int = 0
    silence_s: float = 60.0
    analyst: str = ""
    prices: tuple[float | None, float | None] = (None, None)
    usage: Usage | None = None
    intents: tuple[str, ...] = ()
    cancelled: threading.Event = field(default_factory=threading.Event)
    trouble: LLMTrouble | None = None
    calls_made: int = 0
    malformed: int = 0
    notices: list[str] = field(default_factory=list)
    candidate: AIMessage | None = None
    rejected: tuple[AIMessage, str] | None = None
    streamed: str = ""

    def stream(self, text: str) -> None:
        """Let a piece of the answer out."""
        self.streamed += text
        self.emit(TextDelta(text=text))

    def notice(self, text: str) -> None:
        """Tell the user something beside the answer, once."""
        if text not in self.notices:
            self.notices.append(text)
            self.emit(Notice(text=text))

    def ask(self, model: Any, prompt: Sequence[BaseMessage], on_text: Callable[[str], None]) -> AIMessage:
        """Return a model's reply and count what it took. Raises LLMTrouble."""
        reply = reply_of(
            model,
            prompt,
            retries=self.retries,
            silence_s=self.silence_s,
            deadline=self.deadline,
            on_text=on_text,
            cancelled=self.cancelled,
        )
        self.usage = counted(self.usage, reply, self.prices)
        return reply

    def fall_back(self, why: str) -> None:
        """Let the offline analyst finish the turn."""
        name, self.llm = self.analyst, None
        self.analyst = "offline analyst"
        self.notice(
            f"The language model {name} can't be used now: {why}. The offline analyst answers instead."
        )

    @property
    def is_late(self) -> bool:
        """Whether the turn's time is used up."""
        return time.monotonic() >= self.deadline


def counted(usage: Usage | None, reply: AIMessage, prices: tuple[float | None, float | None]) -> Usage:
    """Return the turn's usage with one more reply, at `prices` in USD per million tokens in and out."""
    before, told = usage or Usage(), reply.usage_metadata
    if told is None:
        return before.model_copy(update={"model_calls": before.model_calls + 1})
    sent = (before.input_tokens or 0) + told["input_tokens"]
    written = (before.output_tokens or 0) + told["output_tokens"]
    price_in, price_out = prices
    cost = None if price_in is None or price_out is None else (sent * price_in + written * price_out) / 1e6
    return Usage(model_calls=before.model_calls + 1, input_tokens=sent, output_tokens=written, cost_usd=cost)
