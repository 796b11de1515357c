"""A conversation as the messages of the chat page: while a turn runs, and when it is resumed later."""

import html
import logging
import queue
import re
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextvars import copy_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shortcast_agent.events import (
    AskResult,
    Done,
    Event,
    Notice,
    TextDelta,
    ToolCall,
    ToolFinished,
    ToolProgress,
    ToolStarted,
    Turn,
)
from shortcast_ml.errors import ShortcastError
from shortcast_ml.records import VideoReport

if TYPE_CHECKING:
    from shortcast_agent.analyst import Analyst

log = logging.getLogger(__name__)

Message = dict[str, Any]

STEPS = {
    "inspect_draft": "Reading the draft",
    "forecast_views": "Forecasting the views",
    "explain_forecast": "Working out the reasons",
    "suggest_changes": "Computing what changes would do",
    "compare_variants": "Comparing the variants",
    "find_similar_videos": "Looking for similar videos",
    "fetch_video": "Fetching the video's page",
    "diagnose_video": "Comparing with what was to be expected",
    "forecast_next_day": "Forecasting the next 24 hours",
    "read_thumbnail": "Looking at the thumbnail",
    "read_video": "Watching the video",
    "suggest_thumbnails": "Comparing frames as thumbnails",
    "explain_thumbnail": "Finding where the picture helps",
    "collect": "Collecting videos",
    "track_videos": "Looking at the counts again",
    "summarize_niche": "Reading the niche",
}

PAUSE_S = 0.1  # between two redraws while text streams


def answer_turn(
    analyst: "Analyst",
    text: str,
    files: Sequence[Path],
    thread: str,
    messages: Sequence[Message],
    stop: threading.Event | None = None,
) -> Iterator[tuple[list[Message], VideoReport | None]]:
    """Yield the growing conversation; the last yield brings the report. Errors become one message.

    When `stop` is set, the turn ends within moments, whatever the analyst is waiting for.
    """
    shown = _Conversation(list(messages))
    report: VideoReport | None = None
    drawn_at = 0.0
    try:
        for event in _until(
            stop or threading.Event(), analyst.stream(text, attachments=files, thread=thread)
        ):
            shown.add(event)
            if isinstance(event, Done):
                report = event.result.report
            if not isinstance(event, TextDelta) or time.monotonic() - drawn_at > PAUSE_S:
                drawn_at = time.monotonic()
                yield shown.messages, None
    except _Stopped:
        end_pending(shown.messages)
        shown.messages.append({"role": "assistant", "content": "*Stopped.*"})
    except ShortcastError as error:
        shown.fail(str(error))
    except Exception as error:
        log.exception("A turn failed")
        shown.fail(
            f"Something went wrong inside Shortcast ({type(error).__name__}); its log says more. "
            "The conversation goes on: ask again, or ask in other words."
        )
    yield shown.messages, report


class _Stopped(Exception):
    """The user pressed Stop."""


def _until(stop: threading.Event, events: Iterator[Event]) -> Iterator[Event]:
    """Pass events on until `stop` is set; the stream behind them is then closed at its next event."""
    passed: queue.SimpleQueue[Event | BaseException | None] = queue.SimpleQueue()

    def pump() -> None:
        try:
            for event in events:
                passed.put(event)
                if stop.is_set():
                    break
            passed.put(None)
        except BaseException as error:  # handed to the reader, who raises it
            passed.put(error)
        finally:
            if isinstance(events, Generator):
                events.close()  # tells the analyst to give up

    threading.Thread(target=copy_context().run, args=(pump,), name="shortcast-page", daemon=True).start()
    try:
        while not stop.is_set():
            try:
                event = passed.get(timeout=PAUSE_S)
            except queue.Empty:
                continue
            if isinstance(event, BaseException):
                raise event
            if event is None:
                return
            yield event
        raise _Stopped
    finally:
        stop.set()  # also when the page is left in the middle


class _Conversation:
    """The messages on the page while a turn runs."""

    def __init__(self, messages: list[Message]) -> None:
        self.messages = messages
        self._steps: dict[str, Message] = {}
        self._words: list[Message] = []
        self._writing = False

    def add(self, event: Event) -> None:
        """Bring one event of the analyst onto the page."""
        match event:
            case ToolStarted():
                step = _step(event.name, event.arguments)
                step["metadata"] |= {"status": "pending", "id": event.id}
                self._steps[event.id] = step
                self.messages.append(step)
            case ToolProgress():
                if event.id in self._steps:
                    self._steps[event.id]["metadata"]["log"] = f"{event.done} of {event.total}: {event.text}"
            case ToolFinished():
                if event.id in self._steps:
                    _finish(self._steps[event.id], event.ok, event.summary, event.seconds)
            case Notice():
                self.messages.append({"role": "assistant", "content": f"*{quiet(event.text)}*"})
            case TextDelta():
                if not self._writing:
                    self._words.append({"role": "assistant", "content": ""})
                    self.messages.append(self._words[-1])
                self._words[-1]["content"] += event.text
            case Done():
                self._settle(event.result.answer)
                self.messages += usage_line(event.result)
        self._writing = isinstance(event, TextDelta)

    def fail(self, sentence: str) -> None:
        """Close what is open and say what happened."""
        end_pending(self.messages)
        self.messages.append({"role": "assistant", "content": f"⚠️ {quiet(sentence)}"})

    def _settle(self, answer: str) -> None:
        """Let the answer have the last word: a number may have been struck after it was streamed."""
        if "".join(message["content"] for message in self._words).strip() != answer.strip():
            self.messages[:] = [m for m in self.messages if not any(m is words for words in self._words)]
            self._words = [{"role": "assistant", "content": answer}]
            self.messages.extend(self._words)
        for words in self._words:
            words["content"] = quiet(words["content"])


def _step(name: str, arguments: dict[str, Any]) -> Message:
    stated = {key: value for key, value in arguments.items() if value not in (None, "", [])}
    given = ", ".join(f"{key}: {_brief(key, value)}" for key, value in stated.items())
    metadata = {"title": STEPS.get(name, name.replace("_", " "))}
    return {"role": "assistant", "content": quiet(f"{name}({given})"), "metadata": metadata}


def _brief(key: str, value: Any) -> str:
    """Return an argument for reading: of a file, its name."""
    if isinstance(value, (list, tuple)):
        return ", ".join(_brief(key, part) for part in value)
    return Path(str(value)).name if key.removesuffix("s") in ("video", "thumbnail", "record") else str(value)


def _finish(step: Message, ok: bool, summary: str, seconds: float | None) -> None:
    step["content"] += f"\n\n{quiet(summary)}" if summary else ""
    step["metadata"] |= {"status": "done"}
    step["metadata"].pop("log", None)
    if seconds is not None:
        step["metadata"]["duration"] = round(seconds, 1)
    if not ok:
        step["metadata"]["title"] += " failed"


def quiet(text: str) -> str:
    """Keep text that may hold foreign words from loading pictures or becoming HTML on the page."""
    return re.sub(r"<(?=[a-zA-Z/!])", "&lt;", text.replace("![", "!\\["))


def usage_line(result: AskResult) -> list[Message]:
    """Return what a language model's answer took, as one quiet line; nothing for the offline analyst."""
    used = result.usage
    if used is None or (used.input_tokens is None and used.output_tokens is None):
        return []
    said = [f"{used.input_tokens or 0:,} tokens read, {used.output_tokens or 0:,} written"]
    if used.cost_usd is not None:
        said.append("less than $0.0001" if 0 < used.cost_usd < 1e-4 else f"${used.cost_usd:.4f}")
    words = " · ".join([html.escape(result.analyst), *said])
    return [{"role": "assistant", "content": f'<span class="sc-usage">{words}</span>'}]


def end_pending(messages: Sequence[Message]) -> list[Message]:
    """Return the messages with no step left spinning."""
    for message in messages:
        metadata = message.get("metadata") or {}
        if metadata.get("status") == "pending":
            metadata |= {"status": "done", "log": "stopped"}
    return list(messages)


def said(text: str, files: Sequence[Path]) -> list[Message]:
    """Return what the user said as messages; files that are gone are left out."""
    shown: list[Message] = [
        {"role": "user", "content": {"path": str(file)}} for file in files if Path(file).exists()
    ]
    return [*shown, {"role": "user", "content": text}]


def remembered(turns: Sequence[Turn]) -> tuple[list[Message], VideoReport]:
    """Return a past conversation as messages, and the last report that has something to show."""
    messages: list[Message] = []
    report = VideoReport()
    for turn in turns:
        messages += said(turn.user, turn.attachments)
        messages += [_past_step(call) for call in turn.tool_calls]
        if turn.answer:
            messages.append({"role": "assistant", "content": quiet(turn.answer)})
        if turn.report != VideoReport():
            report = turn.report
    return messages, report


def _past_step(call: ToolCall) -> Message:
    step = _step(call.name, call.arguments)
    _finish(step, call.ok, call.error or "", call.seconds)
    return step
