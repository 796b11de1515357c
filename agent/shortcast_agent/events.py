"""What the analyst says while it works, and what it hands over at the end.

A surface draws these as they come and treats `Done.result.answer` as the last word: it is what the text
deltas add up to, unless a number had to be struck on the way (a `Notice` says so).
"""

from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import Field

from shortcast_ml.records import Record, VideoReport

OFFLINE_ANALYST = "offline analyst"


class ToolCall(Record):
    """One tool call of a turn, as it was made and as it ended."""

    name: str
    arguments: dict[str, Any]
    ok: bool
    error: str | None = Field(None, description="One sentence, when it failed.")
    seconds: float = 0.0


class Usage(Record):
    """What the language model was asked for in one turn; tokens are None where the endpoint counts none."""

    model_calls: int = 0
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = Field(None, description="By the prices of the settings; None without prices.")


class AskResult(Record):
    """The answer to one turn."""

    answer: str = Field(description="Markdown.")
    tool_calls: tuple[ToolCall, ...] = ()
    report: VideoReport = VideoReport()
    thread: str
    notices: tuple[str, ...] = ()
    analyst: str = Field(OFFLINE_ANALYST, description="Model name, or `offline analyst`.")
    usage: Usage | None = Field(None, description="None when no language model was asked.")


class Turn(Record):
    """One past turn of a thread."""

    user: str
    attachments: tuple[Path, ...] = ()
    answer: str = Field("", description="Empty when the turn was interrupted.")
    tool_calls: tuple[ToolCall, ...] = ()
    report: VideoReport = VideoReport()


class ThreadInfo(Record):
    """One conversation that can be resumed."""

    id: str
    title: str = Field(description="The name that the user gave it, or the first words that were said in it.")
    turns: int
    last_at: datetime | None = Field(None, description="When something was last said in it.")


class ToolStarted(Record):
    """A tool has been called."""

    id: str
    name: str
    arguments: dict[str, Any]


class ToolProgress(Record):
    """A long tool says how far it is."""

    id: str
    done: int
    total: int
    text: str


class ToolFinished(Record):
    """A tool has ended."""

    id: str
    name: str
    ok: bool
    summary: str = Field(description="One line: what came out, or the error.")
    seconds: float
    error: str | None = None


class TextDelta(Record):
    """The next piece of the answer."""

    text: str


class Notice(Record):
    """Something that the user should know beside the answer."""

    text: str


class Done(Record):
    """The turn is over."""

    result: AskResult


Event = ToolStarted | ToolProgress | ToolFinished | TextDelta | Notice | Done
