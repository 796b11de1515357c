"""Which calls a conversation has opened: text from a platform or a model can't reach past what the user gave.

A link must stand in the user's words or in a result's own `url` field; a file must have been attached; a
collection must be about something that the user spoke of.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from shortcast_agent.langchain_tools import unpack

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

_LINK_ARGUMENTS = ("url", "links")
_FILE_ARGUMENTS = ("video", "thumbnail", "record", "thumbnails")


def refusal(name: str, arguments: dict[str, Any], messages: "Sequence[BaseMessage]") -> str | None:
    """Return why a call is refused, as a sentence for the model; None when it is open."""
    from langchain_core.messages import HumanMessage

    said = [message for message in messages if isinstance(message, HumanMessage)]
    files = {item["path"] for message in said for item in message.additional_kwargs.get("attachments", [])}
    facts = [message.additional_kwargs.get("facts", {}) for message in said]
    files |= {path for fact in facts for key in _FILE_ARGUMENTS for path in _listed(fact.get(key))}
    for key in _FILE_ARGUMENTS:
        for path in _listed(arguments.get(key)):
            if path not in files:
                return f"`{key}` must be a file that the user attached; ask for it instead."
    words = " ".join(str(message.additional_kwargs.get("said", message.text)) for message in said)
    words += " " + " ".join(str(value) for fact in facts for value in fact.values())
    for key in _LINK_ARGUMENTS:
        for url in _listed(arguments.get(key)):
            if _bare(url) not in _bare(words) and url not in _links_of_results(messages):
                return (
                    f"`{key}` must be a link that the user gave or that a result's `url` names; ask for it "
                    "instead."
                )
    if name == "collect" and not _spoken_of(str(arguments.get("query", "")), words):
        return "collect only what the user asked to collect; ask what they want collected."
    return None


def _listed(value: Any) -> list[str]:
    return (
        []
        if not value
        else [str(item) for item in value]
        if isinstance(value, list | tuple)
        else [str(value)]
    )


def _bare(text: str) -> str:
    return re.sub(r"https?://(?:www\.|m\.)?", "", text.lower())


def _links_of_results(messages: "Sequence[BaseMessage]") -> set[str]:
    from langchain_core.messages import ToolMessage

    results = [unpack(message.artifact) for message in messages if isinstance(message, ToolMessage)]
    return {link for record in results for link in _links(record)}


def _links(record: Any) -> list[str]:
    if record is None:
        return []
    found: list[str] = []
    stack: list[Any] = [record.model_dump(mode="json")]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            if isinstance(value.get("url"), str):
                found.append(value["url"])
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return found


def _spoken_of(query: str, words: str) -> bool:
    """Say whether a word of the query (or, in scripts without spaces, a pair of letters) is the user's."""
    words = words.lower()
    if re.search(r"https?://", query):
        return _bare(query) in _bare(words)
    for word in re.findall(r"\w+", query.lower()):
        latin = word.isascii() or len(word) < 2
        parts = [word] if latin else [word[at : at + 2] for at in range(len(word) - 1)]
        if any(len(part) >= (3 if latin else 2) and part in words for part in parts):
            return True
    return False
