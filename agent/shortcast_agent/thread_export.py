"""A conversation to take away: what was said, answered and computed, as a record and as Markdown.

Files are named, their places on this machine are not told.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path, PurePath, PureWindowsPath
from typing import TYPE_CHECKING, Any

from shortcast_agent.events import ThreadInfo
from shortcast_agent.langchain_tools import summary_of, unpack
from shortcast_agent.threads import said_when
from shortcast_ml.records import Record, utc_now

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

_PATH_FIELDS = frozenset({"video", "thumbnail", "thumbnails", "record"})
_INTERRUPTED = "It was interrupted before it had run."


class ExportedStep(Record):
    """One tool call of a turn, with everything that it computed."""

    tool: str
    arguments: dict[str, Any]
    ok: bool
    seconds: float = 0.0
    summary: str = ""
    error: str | None = None
    result: dict[str, Any] | None = None


class ExportedTurn(Record):
    """What the user said, and what came of it."""

    at: datetime | None
    said: str
    files: tuple[str, ...] = ()
    steps: tuple[ExportedStep, ...] = ()
    answer: str = ""
    analyst: str = ""
    notices: tuple[str, ...] = ()


class ThreadExport(Record):
    """A conversation as it is exported."""

    id: str
    title: str
    exported_at: datetime
    turns: tuple[ExportedTurn, ...]


def export_thread(info: ThreadInfo, messages: "Sequence[BaseMessage]") -> ThreadExport:
    """Return a thread's messages as an export, with every path cut to the file's name."""
    from langchain_core.messages import HumanMessage

    parts: list[list[BaseMessage]] = []
    for message in messages:
        if isinstance(message, HumanMessage):
            parts.append([message])
        elif parts:
            parts[-1].append(message)
    export = ThreadExport(
        id=info.id, title=info.title, exported_at=utc_now(), turns=tuple(_turn(part) for part in parts)
    )
    data = export.model_dump(mode="json")
    return ThreadExport.model_validate(_by_name(data, _paths(export.model_dump(mode="json"), messages)))


def as_markdown(export: ThreadExport) -> str:
    """Return an export for reading."""
    day = f"{export.exported_at.astimezone():%Y-%m-%d %H:%M}"
    lines = [f"# {_inline(export.title)}", "", f"*Conversation {export.id} with Shortcast, exported {day}.*"]
    for nth, turn in enumerate(export.turns, 1):
        when = f" ({turn.at.astimezone():%Y-%m-%d %H:%M})" if turn.at else ""
        lines += ["", f"## {nth}. You{when}", "", *(f"> {line}" for line in turn.said.splitlines() or [""])]
        if turn.files:
            lines += ["", f"Files: {', '.join(turn.files)}"]
        if turn.steps:
            lines += ["", f"### Computed for {nth}", "", *(_step_line(step) for step in turn.steps)]
        lines += [
            "",
            f"### {_inline(turn.analyst or 'Answer')[:1].upper()}{_inline(turn.analyst or 'Answer')[1:]}",
        ]
        lines += ["", turn.answer or "*(The turn was interrupted.)*"]
        lines += ["", *(f"*{_inline(notice)}*" for notice in turn.notices)] if turn.notices else []
    return "\n".join(lines) + "\n"


def file_name(export: ThreadExport, suffix: str) -> str:
    """Return a name for the export's file: letters, digits and dashes of the title, and the day."""
    words = re.sub(r"[^\w]+", "-", export.title.lower()).strip("-_")[:48].strip("-") or "conversation"
    return f"shortcast-{words}-{export.exported_at.astimezone():%Y-%m-%d}.{suffix}"


def _turn(messages: "Sequence[BaseMessage]") -> ExportedTurn:
    from langchain_core.messages import AIMessage, ToolMessage

    human = messages[0]
    extra = human.additional_kwargs
    results = {message.tool_call_id: message for message in messages if isinstance(message, ToolMessage)}
    steps: list[ExportedStep] = []
    answer: AIMessage | None = None
    for message in messages[1:]:
        if isinstance(message, AIMessage):
            answer = message if not message.tool_calls else answer
            steps += [_step(call, results.get(call["id"] or "")) for call in message.tool_calls]
    kept = answer.additional_kwargs if answer is not None else {}
    return ExportedTurn(
        at=said_when(human),
        said=str(extra.get("said", human.text)),
        files=tuple(Path(item["path"]).name for item in extra.get("attachments", ())),
        steps=tuple(steps),
        answer=answer.text if answer is not None else "",
        analyst=str(kept.get("analyst", "")),
        notices=tuple(kept.get("notices", ())),
    )


def _step(call: Mapping[str, Any], result: Any) -> ExportedStep:
    ok = result is not None and result.status != "error"
    record = unpack(result.artifact) if ok else None
    return ExportedStep(
        tool=call["name"],
        arguments=dict(call["args"]),
        ok=ok,
        seconds=float(result.additional_kwargs.get("seconds", 0.0)) if result is not None else 0.0,
        summary=summary_of(record) if record is not None else "",
        error=None if ok else result.text if result is not None else _INTERRUPTED,
        result={"type": type(record).__name__, **record.model_dump(mode="json", exclude_none=True)}
        if record is not None
        else None,
    )


def _step_line(step: ExportedStep) -> str:
    given = ", ".join(f"{name}: {_inline(str(value))}" for name, value in step.arguments.items())
    return f"- `{step.tool}` ({given}): {_inline(step.summary if step.ok else f'failed. {step.error}')}"


def _inline(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _paths(data: Any, messages: "Iterable[BaseMessage]") -> list[str]:
    """Return every place on this machine that an export names, longest first."""
    attached = [str(item["path"]) for m in messages for item in m.additional_kwargs.get("attachments", ())]
    found = {text for text in (*attached, *_in_path_fields(data)) if _is_place(text)}
    return sorted(found, key=len, reverse=True)


def _is_place(text: str) -> bool:
    return PurePath(text).name != text and not text.startswith(("http://", "https://"))


def _in_path_fields(data: Any, here: bool = False) -> Iterable[str]:
    """Yield the strings of the fields that hold paths: `video`, `thumbnails`, `overlay_path` and such."""
    if isinstance(data, str) and here:
        yield data
    elif isinstance(data, Mapping):
        for name, value in data.items():
            yield from _in_path_fields(value, name in _PATH_FIELDS or name.endswith("path"))
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _in_path_fields(value, here)


def _by_name(data: Any, paths: Sequence[str]) -> Any:
    if isinstance(data, str):
        for path in paths:
            data = data.replace(path, PureWindowsPath(path).name)
        return data
    if isinstance(data, Mapping):
        return {name: _by_name(value, paths) for name, value in data.items()}
    return [_by_name(value, paths) for value in data] if isinstance(data, list | tuple) else data
