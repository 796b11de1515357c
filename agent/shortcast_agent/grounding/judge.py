"""Judging a claim about one or two things by the values that rank them.

A name may stand in several records: a claim is wrong only where every record that can judge it says otherwise.
"""

from collections.abc import Iterator, Sequence

from shortcast_agent.grounding import lexicon as lex
from shortcast_agent.grounding.figures import rounding
from shortcast_agent.grounding.ledger import Item
from shortcast_agent.grounding.mentions import CHOICES, Mention
from shortcast_agent.numbers import readings, say_count, say_times

APART = "the levels of two platforms can't be compared: each is that of its own collection"


class Judge:
    """Holds one sentence's claims against the places of what it names."""

    def __init__(self, mentions: Sequence[Mention], measure: str) -> None:
        """Take what a sentence speaks of, and what it measures by; empty: it does not say."""
        self._mentions, self._measure = mentions, measure

    def is_ordinal(self, nth: int) -> bool:
        """Say whether a thing is called by its place only: "the second"."""
        return self._mentions[nth].ordinal

    def pair(self, what: str, one: int, other: int, up: bool) -> Iterator[tuple[str, str]]:
        """Judge that one thing is above (or below) another."""
        agreed, why = [], ""
        for ranking, a in self._mentions[one].places:
            for against, b in self._mentions[other].places:
                if ranking is not against or a == b:
                    continue
                if ranking.kind == "platforms" and self._measure != "chance":
                    agreed.append(False)
                    why = APART
                    continue
                for name in self._measures(ranking.items[a], ranking.items[b]):
                    here, there = ranking.items[a].values[name], ranking.items[b].values[name]
                    agreed.append((here > there) if up else (here < there))
                    why = f"{_value(ranking.items[a], name)}, {_value(ranking.items[b], name)}"
        if agreed and not any(agreed):
            yield what, why if why == APART else f"the results say otherwise: {why}"

    def extreme(
        self,
        what: str,
        nth: int,
        top: bool,
        measure: str,
        exclusive: bool = False,
        kinds: tuple[str, ...] = (),
    ) -> Iterator[tuple[str, str]]:
        """Judge that a thing is the first (or last) of its ranking."""
        yield from self._placed(what, nth, 1, top, measure, exclusive, kinds)

    def rank(self, what: str, nth: int, rank: int, top: bool) -> Iterator[tuple[str, str]]:
        """Judge that a thing is the nth of its ranking."""
        yield from self._placed(what, nth, rank, top, "", False, ())

    def _placed(
        self, what: str, nth: int, rank: int, top: bool, measure: str, exclusive: bool, kinds: tuple[str, ...]
    ) -> Iterator[tuple[str, str]]:
        agreed, why = [], ""
        for ranking, a in self._mentions[nth].places:
            if (kinds and ranking.kind not in kinds) or len(ranking.items) < max(2, rank):
                continue
            if exclusive and ranking.kind == "factors":
                continue
            if ranking.kind == "platforms" and self._measure != "chance":
                yield what, APART
                return
            item = ranking.items[a]
            for name in [measure] if measure else self._measures(item):
                if name not in item.values:
                    continue
                others = [other.values[name] for other in ranking.items if name in other.values]
                ahead = sum(
                    (value > item.values[name]) if top else (value < item.values[name]) for value in others
                )
                agreed.append(ahead == rank - 1)
                first = max(
                    ranking.items, key=lambda i: i.values.get(name, float("-inf")) * (1 if top else -1)
                )
                why = f"{_value(item, name)} stands {_nth(ahead + 1)} of {len(others)}, {_value(first, name)} first"
        if agreed and not any(agreed):
            yield what, f"the results say otherwise: {why}"

    def direction(self, what: str, nth: int, up: bool, changing: bool) -> Iterator[tuple[str, str]]:
        """Judge that a thing raises (or lowers) the forecast."""
        agreed, why = [], ""
        for ranking, a in self._mentions[nth].places:
            item = ranking.items[a]
            if (
                ranking.neutral is None
                or ranking.kind in ("neighbours", "topics")
                or (changing and ranking.kind == "factors")
            ):
                continue
            value = item.values.get("multiplier", item.values.get("vs_channel", ranking.neutral))
            right = (value > ranking.neutral) if up else (value < ranking.neutral)
            agreed.append(right and (item.reliable or not up or lex.HEDGED.search(what) is not None))
            why = f"{item.label} is {say_times(value)}" + (", with no reliable effect" if right else "")
        if agreed and not any(agreed):
            yield what, f"the results say otherwise: {why}"

    def relative(self, what: str, nth: int, up: bool) -> Iterator[tuple[str, str]]:
        """Judge "X is better" with nothing said of what it is better than."""
        agreed, why = [], ""
        for ranking, a in self._mentions[nth].places:
            item = ranking.items[a]
            if ranking.kind in CHOICES:
                for name in self._measures(item):
                    first = ranking.items[0].values[name]
                    others = [other.values[name] for other in ranking.items if other is not item]
                    value = item.values[name]
                    beaten = min(others) if a == 0 else first
                    agreed.append(
                        (value > beaten or value >= max(others))
                        if up
                        else (value < beaten or value <= min(others))
                    )
                    why = ", ".join(_value(each, name) for each in ranking.items[:4])
            elif ranking.kind in ("changes", "times", "lengths"):
                value = item.values.get("multiplier", item.values.get("vs_channel", 1.0))
                agreed.append(value > 1 if up else value < 1)
                why = f"{item.label} is {say_times(value)}"
        if agreed and not any(agreed):
            yield what, f"the results say otherwise: {why}"

    def number(self, nth: int, token: str, field: str, shown: str) -> Iterator[tuple[str, str]]:
        """Judge that a number that follows a thing's name is that thing's."""
        own = [
            value for ranking, a in self._mentions[nth].places for value in getattr(ranking.items[a], field)
        ]
        if own and not any(rounds_to(token, value) for value in own):
            say = say_times if field == "ratios" else say_count
            yield shown, f"that is not a figure of “{self._mentions[nth].label}”, which has {say(own[0])}"

    def _measures(self, *items: Item) -> list[str]:
        """Return what the claim measures these things by: what it names, else whatever they share."""
        shared = [name for name in items[0].values if all(name in item.values for item in items)]
        named = [name for name in shared if name == self._measure]
        return (
            named or [name for name in shared if name not in ("n", "share", "crowding", "chance")] or shared
        )


def rounds_to(token: str, value: float) -> bool:
    """Say whether a value rounds to a token."""
    return any(abs(written.value - value) <= rounding(written) for written in readings(token))


def _value(item: Item, name: str) -> str:
    value = item.values.get(name, 0.0)
    if name in ("views", "n"):
        return f"{item.label} {say_count(value)}"
    if name in ("multiplier", "vs_channel", "vs_first"):
        return f"{item.label} {say_times(value)}"
    return f"{item.label} {value:.2f}"


def _nth(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")
