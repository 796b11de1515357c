"""Where the numbers and names of an answer come from: which call, which field of its result, or the user's words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from shortcast_agent.grounding.figures import figures, stands
from shortcast_agent.grounding.ledger import fold
from shortcast_agent.grounding.names import known_name, names
from shortcast_agent.grounding.sources import Sources, bare, link
from shortcast_agent.langchain_tools import unpack
from shortcast_agent.numbers import COUNT, readings
from shortcast_ml.records import Record

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

SourceKind = Literal["tool", "you", "profile", "method"]
_URL = re.compile(r"https?://[^\s<>()\[\]\"'`]+")
_SAME = 0.005  # relative: "8,200" asks for what was written as 8.2K
_LARGE = 100  # from here on a number that the user wrote is not the same by chance
_METHOD = re.compile(r"^(?:80|10|90)\s?(?:%|th)")
_LABELS = ("label", "what", "title", "name")
_SPOKEN = {  # what an answer says of a field whose name it does not use
    "beats_typical": "chance 확률 xác suất probabilidad chances", "low": "interval between to 80%",
    "high": "interval between to 80%", "typical_views": "usual typical 평소 habitual bình", "horizon_days": "after",
    "age_days": "after old ago", "duration_s": "long length seconds", "followers": "follow subs subscribers",
    "actual_views": "has did", "vs_channel": "channel's", "base_views": "base 기본값 기준 gốc partida départ",
    "searched": "library", "lead": "chance",
}  # fmt: skip


class Origin(Record):
    """Where one number, name or link of an answer comes from."""

    written: str = Field(description="As it stands in the answer.")
    kind: Literal["number", "name", "link"]
    source: SourceKind = Field(description="`method`: what every interval of the model says of itself.")
    tool: str = ""
    arguments: str = Field("", description="What the tool was called with, in short.")
    path: str = Field("", description="The field of the result, such as `by_horizon[0].views`.")
    about: str = Field("", description="What the part of the result is about: a factor, a change, a title.")
    meaning: str = Field("", description="What the field is.")
    value: float | int | str | None = Field(None, description="As the result or the user has it.")


@dataclass(frozen=True)
class Leaf:
    """One value of a step, with what it is about."""

    path: str
    key: str
    value: Any
    meaning: str = ""
    about: str = ""
    counted: bool = False

    @cached_property
    def folded(self) -> str:
        """What it is about, as sentences are compared."""
        return fold(self.about)

    @cached_property
    def known(self) -> Sources:
        """What an answer may use if it had this value alone."""
        sources = Sources()
        sources.read(self.value, self.key)
        return sources


@dataclass
class Step:
    """Something that an answer may draw on: a result of a tool, or what the user said."""

    source: SourceKind
    root: Any
    tool: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    recent: bool = True

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """Every value of it."""
        return tuple(_leaves(self.root))

    @cached_property
    def known(self) -> Sources:
        """All of it, to look whether something stands in it at all."""
        sources = Sources()
        if isinstance(self.root, Record):
            sources.read_call(self.arguments, self.root)
        else:
            sources.read(self.root)
        return sources


def provenance(answer: str, messages: "Sequence[BaseMessage]") -> tuple[Origin, ...]:
    """Say where each number, name and link of an answer comes from, in the order of the answer.

    `messages` are those of the conversation up to the answer. What can't be traced is left out: the check has
    struck it, or it claims nothing (the 2 of "2nd").
    """
    return origins(answer, steps_of(messages))


def of_last_answer(messages: "Sequence[BaseMessage]") -> tuple[Origin, ...]:
    """Say where the numbers of the last answer with any come from; () when none has."""
    from langchain_core.messages import AIMessage

    for at in range(len(messages) - 1, -1, -1):
        message = messages[at]
        if isinstance(message, AIMessage) and not message.tool_calls and re.search(r"\d", message.text):
            found = provenance(message.text, messages[:at])
            if found:
                return found
    return ()


def steps_of(messages: "Sequence[BaseMessage]") -> list[Step]:
    """Return what the answers of a conversation may draw on, the latest turn first."""
    from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

    steps: list[Step] = []
    calls: dict[str, Any] = {}
    turn: list[Step] = []
    for message in messages:
        if isinstance(message, HumanMessage):
            steps, turn = [*turn, *steps], []
            extra = message.additional_kwargs
            turn.append(Step("you", [extra.get("said", message.text), extra.get("facts", {})]))
            if extra.get("profile"):
                turn.append(Step("profile", extra["profile"]))
        elif isinstance(message, AIMessage):
            calls |= {str(call["id"]): call for call in message.tool_calls}
        elif isinstance(message, ToolMessage):
            record, call = unpack(message.artifact), calls.get(message.tool_call_id)
            if record is not None and call is not None:
                turn.append(Step("tool", record, call["name"], dict(call["args"])))
    for step in steps:
        step.recent = False
    return [*turn, *steps]


def origins(answer: str, steps: Sequence[Step]) -> tuple[Origin, ...]:
    """Say where each number, name and link of an answer comes from; each that is written alike once."""
    found: dict[str, Origin] = {}
    for line in answer.split("\n"):
        plain = re.sub(r"\\([\\`*_\[\]<>|#~])", r"\1", line)
        spoken = fold(plain)
        for url in _URL.findall(plain):
            _add(found, _of_link(url, steps))
        text = _URL.sub(" ", plain)
        for _, _, name, _ in names(text):
            _add(found, _of_name(name, steps))
        for token, written in figures(text):
            if written.casefold() not in found:
                _add(found, _of_number(token, written, spoken, steps))
    return tuple(found.values())


def _add(found: dict[str, Origin], origin: Origin | None) -> None:
    if origin is not None:
        found.setdefault(origin.written.casefold(), origin)


def _of_number(token: Any, written: str, spoken: str, steps: Sequence[Step]) -> Origin | None:
    if _METHOD.match(written):
        return Origin(written=written, kind="number", source="method")
    said = [step for step in steps if step.source != "tool" and stands(token, step.known)]
    if said and _is_large(written):
        return _told(written, "number", said[0])
    best: tuple[tuple[float, ...], Step, Leaf] | None = None
    for order, step in enumerate(steps):
        if step.source == "tool" and stands(token, step.known):
            for leaf in step.leaves:
                if stands(token, leaf.known):
                    rank = (not step.recent, *_rank(leaf, written, spoken), order)
                    if best is None or rank < best[0]:
                        best = (rank, step, leaf)
    if best is None:
        return _told(written, "number", said[0]) if said else None
    return _from(written, "number", best[1], best[2])


def _of_name(name: str, steps: Sequence[Step]) -> Origin | None:
    for source in ("you", "tool", "profile"):
        for step in steps:
            if step.source == source and known_name(name, step.known):
                if source != "tool":
                    return _told(name, "name", step)
                leaves = [leaf for leaf in step.leaves if known_name(name, leaf.known)]
                leaf = min(leaves, key=lambda leaf: bare(str(leaf.value)) != bare(name), default=None)
                return _from(name, "name", step, leaf)
    return None


def _of_link(url: str, steps: Sequence[Step]) -> Origin | None:
    for step in steps:
        if link(url) in step.known.links:
            leaf = next((leaf for leaf in step.leaves if link(url) in leaf.known.links), None)
            return _from(url, "link", step, leaf) if step.source == "tool" else _told(url, "link", step)
    return None


def _rank(leaf: Leaf, written: str, spoken: str) -> tuple[float, ...]:
    """Return how far a value is from being what is meant: less is nearer."""
    near = 3 if leaf.about and leaf.folded in spoken else 0
    near += sum(part in spoken for part in leaf.key.split("_") if len(part) > 2)
    words = spoken.split()
    near += sum(
        word in words or (len(word) > 3 and word in spoken) for word in _SPOKEN.get(leaf.key, "").split()
    )
    number = isinstance(leaf.value, int | float)
    return (
        not number,
        leaf.counted,
        -near,
        _distance(written, leaf.value) if number else 0.0,
        leaf.path.count("."),
    )


def _distance(written: str, value: Any) -> float:
    """Return by how much a value differs from what is written, as a share of it."""
    if not isinstance(value, int | float):
        return 1.0
    digits = re.search(r"\d[\d.,]*", written)
    if digits is None or not value:
        return 0.0
    candidates = [reading.value for reading in readings(digits.group().rstrip(".,"))]
    return min(
        abs(c / value - 1) if value else 1.0 for c in candidates for c in (c, c / 100, c * 1e3, c * 1e6)
    )


def _match(token: Any) -> re.Match[str]:
    return token[0] if isinstance(token, tuple) else token  # type: ignore[no-any-return]


def same_number(one: str, other: str) -> bool:
    """Say whether two numbers are the same up to rounding: "8,200" and "8.2K"; a share is no count."""
    if one.casefold() == other.casefold():
        return True
    a, b = (re.search(COUNT, text, re.IGNORECASE) for text in (one, other))
    if a is None or b is None or ("%" in one) != ("%" in other):
        return False
    left, right = readings(a.group())[0].value, readings(b.group())[0].value
    return abs(left - right) <= _SAME * max(abs(left), abs(right))


def _is_large(written: str) -> bool:
    digits = re.match(r"[\d.,\u00a0\u202f ]+\s?[^\s%x×]*$", written)
    try:
        return digits is not None and readings(written)[0].value >= _LARGE
    except ValueError:
        return False


def _told(written: str, kind: Literal["number", "name", "link"], step: Step) -> Origin:
    """Return the origin of something that the user said, with the words around it."""
    if step.source == "profile":
        leaves = [
            leaf for leaf in step.leaves if _is_large(written) and _distance(written, leaf.value) < 0.05
        ]
        path, value = (leaves[0].path, leaves[0].value) if leaves else ("", None)
        return Origin(written=written, kind=kind, source="profile", path=path, value=value)
    said = str(step.root[0])
    same = next(
        (found for token, shown in figures(said) if (found := _match(token)) and same_number(shown, written)),
        None,
    )
    start = max(0, same.start() - 50) if same else 0
    return Origin(
        written=written, kind=kind, source="you", value=_short(f"{'…' if start else ''}{said[start:]}", 120)
    )


def _from(written: str, kind: Literal["number", "name", "link"], step: Step, leaf: Leaf | None) -> Origin:
    value = leaf.value if leaf else None
    return Origin(
        written=written, kind=kind, source="tool", tool=step.tool, arguments=brief(step.arguments),
        path=leaf.path if leaf else "", about=leaf.about if leaf else "", meaning=leaf.meaning if leaf else "",
        value=_short(value, 120) if isinstance(value, str) else value,
    )  # fmt: skip


def brief(arguments: dict[str, Any], most: int = 110) -> str:
    """Return a call's arguments in short; of a file, its name."""
    parts = []
    for name, value in arguments.items():
        if value not in (None, "", [], ()):
            each = [PurePath(str(v)).name if name.removesuffix("s") in ("video", "thumbnail", "record") else str(v)
                    for v in (value if isinstance(value, list | tuple) else [value])]  # fmt: skip
            parts.append(f"{name}: {', '.join(each)}")
    return _short("; ".join(parts), most)


def _leaves(value: Any, path: str = "", key: str = "", meaning: str = "", about: str = "") -> Iterator[Leaf]:
    if isinstance(value, Record):
        label = next(
            (text for name in _LABELS if isinstance(text := getattr(value, name, ""), str) and text), ""
        )
        about = label.rstrip(".") or about
        for name, info in type(value).model_fields.items():
            inner = f"{path}.{name}" if path else name
            yield from _leaves(getattr(value, name), inner, name, info.description or "", about)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _leaves(item, f"{path}.{name}" if path else str(name), str(name), meaning, about)
    elif isinstance(value, list | tuple | set | frozenset):
        if path:
            yield Leaf(path, key, len(value), "how many there are", about, counted=True)
        for nth, item in enumerate(value):
            yield from _leaves(item, f"{path}[{nth}]" if path else "", key, meaning, about)
    elif value is not None and not isinstance(value, bool):
        if isinstance(value, datetime):
            value = value.isoformat()
        plain = value if isinstance(value, int | float | str) else PurePath(str(value)).name
        yield Leaf(path, key, plain, meaning, about)


def _short(text: str, most: int) -> str:
    line = re.sub(r"\s+", " ", text).strip()
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
