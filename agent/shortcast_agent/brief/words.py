"""What a short text is made of: findings, strangers' text as data, caveats; and how each is written."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from shortcast_agent.brief.tokens import tokens_at_most
from shortcast_agent.langchain_tools import unmarked
from shortcast_agent.numbers import say_count, say_times
from shortcast_ml.records import Factor, Neighbour

ASSOCIATION = "Multipliers are what the model learned from other videos, not causes."
LONGEST = 100  # characters of a stranger's text
MOST_OF_ONE = 60  # tokens of a stranger's text


@dataclass
class Words:
    """What is said: our findings, most telling first; strangers' text as data; caveats, which are never dropped."""

    findings: list[str]
    data: list[str] = field(default_factory=list)
    caveats: list[str] = field(default_factory=list)


def quoted(text: str) -> str:
    """Return a stranger's text on one line, cut, without the marks' characters and without Markdown links."""
    line = cut(re.sub(r"\s+", " ", unmarked(text)).strip(), LONGEST)
    while tokens_at_most(line) > MOST_OF_ONE:
        line = cut(line, len(line) * 3 // 4)
    return re.sub(r"([\[\]<>`|])", r"\\\1", line)


def cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def listed(label: str, items: Sequence[str]) -> str:
    return f"{label}: {', '.join(items)}." if items else ""


def span(found: Any) -> str:
    return f"80% interval {say_count(found.low)} to {say_count(found.high)}"


def days(days: float) -> str:
    return "1 day" if days == 1 else f"{days:g} days"


def counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def factors(factors: Iterable[Factor]) -> list[str]:
    return [
        f"- {factor.label}: {say_times(factor.multiplier)}"
        + (f" ({cut(factor.observation, 60)})" if factor.observation else "")
        + ("" if factor.changeable else ", given")
        for factor in factors
    ]


def neighbour(found: Neighbour) -> str:
    facts = [f"{say_count(found.views)} views"] if found.views is not None else ["views unknown"]
    facts += [f"{say_times(found.vs_channel)} its channel's usual"] if found.vs_channel is not None else []
    facts += [f"similarity {found.similarity:.2f}"] if found.similarity else []
    facts += [] if found.alike else ["not really alike"]
    return f"- {quoted(found.title)} ({', '.join(facts)}) id {quoted(found.video_id)}"
