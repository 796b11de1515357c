"""What the messages of a thread say: its turns, their calls, and the report of everything computed."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shortcast_agent.events import AskResult, ToolCall, Turn
from shortcast_agent.langchain_tools import unpack
from shortcast_ml.records import (
    CollectReport,
    Comparison,
    Diagnosis,
    Draft,
    DraftReading,
    Explanation,
    Forecast,
    NextDayForecast,
    NicheSummary,
    Published,
    Record,
    SimilarVideos,
    Suggestions,
    ThumbnailExplanation,
    ThumbnailReading,
    ThumbnailSuggestions,
    TrackReport,
    VideoReading,
    VideoReport,
)

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

_DRAFT_ARGUMENTS = ("title", "description", "platform", "duration_s", "publish_at")


def read_turns(messages: "Sequence[BaseMessage]") -> list[Turn]:
    """Return the turns of a thread, oldest first."""
    turns: list[Turn] = []
    draft: Draft | None = None
    for part in _split(messages):
        turn = _read_turn(part, draft)
        draft = turn.report.draft or draft
        turns.append(turn)
    return turns


def result_of(
    messages: "Sequence[BaseMessage]", thread: str, notices: tuple[str, ...], analyst: str
) -> AskResult:
    """Return the last turn as the answer to it."""
    last = read_turns(messages)[-1]
    return AskResult(
        answer=last.answer,
        tool_calls=last.tool_calls,
        report=last.report,
        thread=thread,
        notices=notices,
        analyst=analyst,
    )


def _split(messages: "Sequence[BaseMessage]") -> "list[list[BaseMessage]]":
    from langchain_core.messages import HumanMessage

    parts: list[list[BaseMessage]] = []
    for message in messages:
        if isinstance(message, HumanMessage):
            parts.append([message])
        elif parts:
            parts[-1].append(message)
    return parts


def _read_turn(messages: "Sequence[BaseMessage]", earlier: Draft | None) -> Turn:
    from langchain_core.messages import AIMessage, ToolMessage

    human = messages[0]
    results = {message.tool_call_id: message for message in messages if isinstance(message, ToolMessage)}
    calls: list[ToolCall] = []
    made: list[tuple[dict[str, Any], Record]] = []
    answer = ""
    for message in messages[1:]:
        if not isinstance(message, AIMessage):
            continue
        if not message.tool_calls:
            answer = message.text
        for call in message.tool_calls:
            result = results.get(call["id"] or "")
            ok = result is not None and result.status != "error"
            record = unpack(result.artifact) if result is not None and ok else None
            if record is not None:
                made.append((dict(call["args"]), record))
            calls.append(
                ToolCall(
                    name=call["name"],
                    arguments=dict(call["args"]),
                    ok=ok,
                    error=None
                    if ok
                    else result.text
                    if result is not None
                    else "It was interrupted before it had run.",
                    seconds=float(result.additional_kwargs.get("seconds", 0.0))
                    if result is not None
                    else 0.0,
                )
            )
    extra = human.additional_kwargs
    return Turn(
        user=str(extra.get("said", human.text)),
        attachments=tuple(Path(item["path"]) for item in extra.get("attachments", [])),
        answer=answer,
        tool_calls=tuple(calls),
        report=report_of(made, earlier),
    )


def report_of(made: Sequence[tuple[dict[str, Any], Record]], earlier: Draft | None = None) -> VideoReport:
    """Gather the records of a turn; the draft of an earlier turn stays when this one had none."""
    last: dict[type[Record], Record] = {type(record): record for _, record in made}

    def of(kind: type[Record]) -> Any:
        return last.get(kind)

    diagnosis, suggestions, reading = of(Diagnosis), of(Suggestions), of(DraftReading)
    published = of(Published) or (diagnosis.video if diagnosis is not None else None)
    draft = reading.draft if reading is not None else _stated_draft(made)
    if draft is None and published is not None:
        draft = published.draft
    return VideoReport(
        draft=draft or earlier,
        published=published,
        forecast=of(Forecast)
        or (suggestions.baseline if suggestions is not None else None)
        or (diagnosis.expected if diagnosis is not None else None),
        explanation=of(Explanation) or (diagnosis.explanation if diagnosis is not None else None),
        similar=of(SimilarVideos),
        comparison=of(Comparison),
        suggestions=suggestions,
        diagnosis=diagnosis,
        next_day=of(NextDayForecast),
        thumbnail=of(ThumbnailReading),
        watched=of(VideoReading),
        thumbnails=of(ThumbnailSuggestions),
        picture=of(ThumbnailExplanation),
        niche=of(NicheSummary),
        tracked=of(TrackReport),
        collected=of(CollectReport),
    )


def _stated_draft(made: Sequence[tuple[dict[str, Any], Record]]) -> Draft | None:
    """Return the draft that a forecasting call was made for, when its files were not read on their own."""
    from pydantic import ValidationError

    for arguments, record in reversed(made):
        if isinstance(record, Forecast | Explanation | Suggestions):
            fields = {name: arguments[name] for name in _DRAFT_ARGUMENTS if arguments.get(name) is not None}
            fields |= {
                f"{name}_path": arguments[name] for name in ("video", "thumbnail") if arguments.get(name)
            }
            try:
                return Draft.model_validate(fields)
            except ValidationError:
                return None
        if isinstance(record, Comparison) and record.variants:
            return record.variants[0].draft
    return None
