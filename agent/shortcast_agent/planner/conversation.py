"""The conversation as the planner sees it: turns folded from messages, and what they left to build on."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from shortcast_agent.langchain_tools import FAILED, unpack
from shortcast_agent.planner.slots import Slots, read_slots
from shortcast_ml.records import Comparison, Neighbour, Published, Record

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

CHANNEL = ("platform", "followers", "typical_views", "recent_views")
DRAFT = ("title", "description", "platform", "video", "thumbnail", "duration_s", "publish_at", *CHANNEL[1:])


@dataclass(frozen=True)
class Call:
    """A tool call of a turn and how it ended: a record, an error, or neither yet."""

    name: str
    arguments: dict[str, Any]
    record: Record | None = None
    error: str | None = None


@dataclass
class Turn:
    """One turn: what the user said and gave, and the calls that were made for it."""

    said: str
    slots: Slots
    now: datetime
    videos: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    profile: dict[str, Any] = field(default_factory=dict)  # what was known of the user when it was said
    intents: tuple[str, ...] = ()
    calls: list[Call] = field(default_factory=list)
    answer: str = ""

    def found(self, kind: type[Record], name: str | None = None) -> Any:
        """Return the last record of a type that this turn's calls brought, or None."""
        return next(
            (
                call.record
                for call in reversed(self.calls)
                if isinstance(call.record, kind) and (name is None or call.name == name)
            ),
            None,
        )

    @property
    def errors(self) -> tuple[str, ...]:
        """The sentences of failed calls, each once; several bugs of one turn are one sentence."""
        said = list(dict.fromkeys(call.error for call in self.calls if call.error))
        bugs = [sentence for sentence in said if FAILED in sentence]
        if len(bugs) > 1:
            names = ", ".join(sorted({call.name for call in self.calls if call.error in bugs}))
            said = [sentence for sentence in said if sentence not in bugs]
            said.append(
                f"Several tools {FAILED} ({names}); the details are in the log. Ask for something else."
            )
        return tuple(said)


@dataclass
class Talk:
    """What earlier turns left: the draft as stated so far, and the last results to point at."""

    draft: dict[str, Any] = field(default_factory=dict)
    profile: dict[str, Any] = field(default_factory=dict)
    hypothetical: dict[str, Any] = field(default_factory=dict)
    variants: list[dict[str, Any]] = field(default_factory=list)
    comparison: Comparison | None = None
    neighbours: tuple[Neighbour, ...] = ()
    published: Published | None = None
    link: str | None = None
    drafts: list[dict[str, Any]] = field(default_factory=list)  # in the order of their names, see `names`
    videos: list[str] = field(default_factory=list)
    task: str | None = None  # the last intent that was about something
    wanted: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # the calls of the last task
    searched: dict[str, Any] = field(default_factory=dict)  # what the last search looked for
    counted: str | None = None  # the field of the last count that was stated
    views: int | None = None
    age_days: float | None = None
    young: dict[str, Any] = field(default_factory=dict)
    results: list[Call] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)  # what the user said so far
    answer: str = ""  # the last one that told results
    forecasted: bool = False
    asked: str | None = None
    asked_for: str | None = None
    last_intent: str | None = None
    turns: int = 0
    language: str = ""
    seed: int = 0


def fold(messages: Sequence["BaseMessage"]) -> list[Turn]:
    """Return the turns of a conversation, each with its calls and their results."""
    from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

    turns: list[Turn] = []
    results = {message.tool_call_id: message for message in messages if isinstance(message, ToolMessage)}
    for message in messages:
        if isinstance(message, HumanMessage):
            turns.append(_turn(message))
        elif isinstance(message, AIMessage) and turns:
            turns[-1].intents = tuple(message.additional_kwargs.get("intents", ())) or turns[-1].intents
            if not message.tool_calls:
                turns[-1].answer = message.text
            for call in message.tool_calls:
                result = results.get(call["id"] or "")
                if result is None:
                    continue  # interrupted before it ran
                record = unpack(result.artifact) if result.status != "error" else None
                told = result.status == "error" and not result.additional_kwargs.get("refused")
                error = result.text if told else None
                turns[-1].calls.append(Call(call["name"], dict(call["args"]), record, error))
    return turns


def _turn(message: "BaseMessage") -> Turn:
    extra = message.additional_kwargs
    said = str(extra.get("said", message.text))
    now = datetime.fromisoformat(extra["said_at"]) if extra.get("said_at") else datetime.now(UTC)
    files = extra.get("attachments", [])
    return Turn(
        said=said,
        slots=read_slots(said, now),
        now=now,
        videos=tuple(item["path"] for item in files if item["kind"] == "video"),
        pictures=tuple(item["path"] for item in files if item["kind"] == "picture"),
        records=tuple(item["path"] for item in files if item["kind"] == "record"),
        facts=dict(extra.get("facts", {})),
        problems=tuple(extra.get("problems", ())),
        profile=dict(extra.get("profile", {})),
    )


def with_profile(talk: Talk, turn: Turn) -> Talk:
    """Return the talk with what the profile says newly at this turn, and without what it no longer says.

    What the profile said at the turn before has had its effect, and counts less than what was said since.
    """
    if turn.profile == talk.profile:
        return talk
    fresh = {
        name: value
        for name, value in turn.profile.items()
        if name in CHANNEL and value != talk.profile.get(name)
    }
    gone = talk.profile.keys() - turn.profile.keys()
    draft = {name: value for name, value in talk.draft.items() if name not in gone} | fresh
    return replace(talk, draft=draft, profile=turn.profile)


def stated(turn: Turn) -> dict[str, Any]:
    """Return the draft's arguments that this turn states; facts from beside the text win."""
    slots = turn.slots
    patch: dict[str, Any] = {
        "title": slots.titles[0] if len(slots.titles) == 1 else None,
        "description": slots.description,
        "platform": slots.platform,
        "video": turn.videos[0] if turn.videos else None,
        "thumbnail": turn.pictures[0] if len(turn.pictures) == 1 else None,
        "duration_s": slots.duration_s,
        "publish_at": slots.publish_at.isoformat() if slots.publish_at else None,
        "followers": slots.followers,
        "typical_views": slots.typical_views,
        "recent_views": list(slots.recent_views) or None,
    }
    patch |= {name: turn.facts[name] for name in DRAFT if turn.facts.get(name) not in (None, "", [])}
    return {name: value for name, value in patch.items() if value not in (None, "")}
