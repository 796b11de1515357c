"""Findings in plain sentences, each with the number of videos behind it. They say what went together, never why."""

from shortcast_ml.niche.slots import DAYS
from shortcast_ml.niche.topics import FEWEST, MIN_TOPIC
from shortcast_ml.records import NicheSummary, Slot, Statement, Topic

FEW = 20  # videos: fewer are too little to compare times and lengths
FEW_FOR_TOPICS = 2 * FEWEST * MIN_TOPIC


def statements(niche: NicheSummary) -> tuple[Statement, ...]:
    """Return what can be said of a niche, from its record."""
    if niche.n < FEW:
        text = (
            f"{_videos(niche.n)} are too few to tell topics, times or lengths apart: collect {FEW} or more, and"
            " better some hundreds."
        )
        return (Statement(text=text, n=niche.n),)
    found = [*_of_topics(niche), *_of_times(niche), *_of_lengths(niche)]
    return tuple(Statement(text=text, n=n) for text, n in found)


def _of_topics(niche: NicheSummary) -> list[tuple[str, int]]:
    if niche.stability is None:
        text = f"{_videos(niche.n)} are too few to part into topics: collect {FEW_FOR_TOPICS} or more with a title."
        return [(text, niche.n)]
    if not niche.topics:
        return [(f"The {_videos(niche.n)} do not part into topics that come out the same again.", niche.n)]
    said = [(f"Videos on “{t.name}” did {_of(t)}.", t.judged) for t in niche.topics if t.sure]
    judged = sum(t.judged for t in niche.topics if t.vs_channel is not None)
    if judged and not said:
        text = f"No topic surely does better or worse than its channels' usual ({_videos(judged)})."
        said.append((text, judged))
    for t in niche.topics:
        if t.crowding == "crowded":
            text = (
                f"“{t.name}” is crowded: a larger share of it is recent ({_percent(t.recent_share)}) than of the niche,"
                f" and it does not surely do better than its channels' usual ({_videos(t.n)})."
            )
            said.append((text, t.n))
        elif t.crowding == "open":
            text = (
                f"“{t.name}” has room: it does better than its channels' usual, and no larger share of it is recent"
                f" than of the niche ({_videos(t.n)})."
            )
            said.append((text, t.n))
    return said


def _of_times(niche: NicheSummary) -> list[tuple[str, int]]:
    said = [_slot(slot, niche) for slot in niche.times if slot.sure]
    days = sum(slot.n for slot in niche.times if slot.label in DAYS)
    n = max(days, sum(slot.n for slot in niche.times) - days)
    return said or (
        [(f"No part of the week stands out ({_videos(n)}, times in {niche.time_zone}).", n)] if n else []
    )


def _of_lengths(niche: NicheSummary) -> list[tuple[str, int]]:
    n = sum(slot.n for slot in niche.lengths)
    none = [(f"No length stands out ({_videos(n)}).", n)] if n else []
    return [_slot(slot, niche) for slot in niche.lengths if slot.sure] or none


def _slot(slot: Slot, niche: NicheSummary) -> tuple[str, int]:
    if slot.label in DAYS:
        which = f"Videos published on a {slot.label}"
    elif slot in niche.times:
        which = f"Videos published from {slot.label} ({niche.time_zone})"
    else:
        which = f"Videos of {slot.label}"
    return (
        f"{which} did {_times(slot.vs_channel)} their channels' usual (95% interval {_times(slot.low)} to"
        f" {_times(slot.high)}; {_videos(slot.n)}, {slot.channels:,} {niche.drawn}).",
        slot.n,
    )


def _of(topic: Topic) -> str:
    low, high = topic.vs_channel_low or 0.0, topic.vs_channel_high or 0.0
    return (
        f"{_times(topic.vs_channel or 0.0)} their channels' usual (95% interval {_times(low)} to {_times(high)};"
        f" {_videos(topic.judged)}, {topic.channels:,} channels)"
    )


def _videos(n: int) -> str:
    return f"{n:,} video{'' if n == 1 else 's'}"


def _percent(share: float | None) -> str:
    return f"{100 * (share or 0):.0f}%"


def _times(multiplier: float) -> str:
    """Write a multiplier: x1.21, x12."""
    return f"x{multiplier:.2f}" if multiplier < 10 else f"x{multiplier:,.0f}"
