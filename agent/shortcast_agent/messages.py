"""A thread's messages, made fit to send: repaired after a crash, shortened for a small window, read as sources."""

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from shortcast_agent.grounding import Sources
from shortcast_agent.langchain_tools import DATA_ENDS, DATA_OPENS, unpack

_RECENT_RESULTS = 24  # older tool results reach a language model shortened: its window is small
_SHORTENED = 240


def interrupted(call_id: str, name: str) -> ToolMessage:
    """Answer a call that a crash left without a result."""
    sentence = "The turn was interrupted before this tool had run."
    return ToolMessage(sentence, tool_call_id=call_id, name=name, status="error")


def repaired(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """Return the messages with every tool call answered exactly once, right after it was made.

    A crash in the middle of a turn leaves calls without results; no model accepts such a history.
    """
    answers = {message.tool_call_id: message for message in messages if isinstance(message, ToolMessage)}
    whole: list[BaseMessage] = []
    for message in messages:
        if isinstance(message, ToolMessage):
            continue
        whole.append(message)
        if isinstance(message, AIMessage):
            for call in message.tool_calls:
                answer = answers.get(call["id"] or "")
                whole.append(answer or interrupted(call["id"] or "", call["name"]))
    return whole


def shortened(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """Shorten old tool results, so that a long thread still fits a small window."""
    results = [message for message in messages if isinstance(message, ToolMessage)]
    old = {id(message) for message in results[:-_RECENT_RESULTS]}
    return [
        message.model_copy(update={"content": _cut(message.text)})
        if id(message) in old and len(message.text) > _SHORTENED
        else message
        for message in messages
    ]


def _cut(text: str) -> str:
    """Return the beginning of a result, its data marks closed again."""
    return f"{text[:_SHORTENED]} …" + (f"\n{DATA_ENDS}" if DATA_OPENS in text else "")


def sources_of(messages: Sequence[BaseMessage]) -> Sources:
    """Gather what an answer may use: results of tools, and the user's words."""
    sources = Sources()
    arguments: dict[str, dict[str, Any]] = {}
    for message in messages:
        if isinstance(message, AIMessage):
            arguments |= {str(call["id"]): dict(call["args"]) for call in message.tool_calls}
        elif isinstance(message, ToolMessage):
            record = unpack(message.artifact)
            if record is not None:
                sources.read_call(arguments.get(message.tool_call_id, {}), record)
            else:
                sources.read(message.text, "error")
        elif isinstance(message, HumanMessage):
            sources.read(message.text)
            sources.read(message.additional_kwargs.get("facts", {}))
            sources.read(message.additional_kwargs.get("profile", {}))
            sources.read(message.additional_kwargs.get("problems", []))
    return sources


def said_at(messages: Sequence[BaseMessage]) -> str:
    moments = [
        message.additional_kwargs.get("said_at") for message in messages if isinstance(message, HumanMessage)
    ]
    return str(moments[-1]) if moments and moments[-1] else ""


def profile_of(messages: Sequence[BaseMessage]) -> dict[str, Any]:
    """Return what was known of the user before they last spoke: an edit reaches an open conversation."""
    last = next((message for message in reversed(messages) if isinstance(message, HumanMessage)), None)
    return dict(last.additional_kwargs.get("profile", {})) if last is not None else {}
