"""The whole view of a niche: facts and vectors in, the record out, and what a map is drawn from."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from shortcast_ml.library_table import age_days
from shortcast_ml.niche.crowding import crowding, recent
from shortcast_ml.niche.facts import Facts
from shortcast_ml.niche.names import topic_names, topic_words
from shortcast_ml.niche.performance import Partition, Standing, stand_out, standings
from shortcast_ml.niche.slots import length_parts, week_parts, zone_named
from shortcast_ml.niche.statements import statements
from shortcast_ml.niche.topics import Topics, find_topics
from shortcast_ml.records import LibraryKind, Neighbour, NicheSummary, Published, Slot, Topic
from shortcast_ml.resampling import FEW_CHANNELS

MIN_KNOWN = 5  # videos of known views: fewer have no typical
EXAMPLES = 2  # of each kind, of a topic

Read = Callable[[Sequence[str]], Mapping[str, Published]]


class Niche(NamedTuple):
    """The record, and the topics behind it."""

    summary: NicheSummary
    topics: Topics


def summarize(
    facts: Facts,
    titles: np.ndarray,
    pictures: np.ndarray,
    *,
    read: Read,
    encoder_id: str,
    query: str = "",
    zone: str = "UTC",
    draft: np.ndarray | None = None,
    notice: str = "",
) -> Niche:
    """Return what the videos have in common.

    `titles` and `pictures` are their vectors, (n, d) each, rows of NaN where there is none; `read` gives the videos
    of keys, for examples; `draft` (d,) is the vector of a planned title. Raises InputError for an unknown time zone.
    """
    in_zone = zone_named(zone)
    topics = find_topics(titles, pictures)
    words = topic_words(topics.label, list(facts.title), list(facts.hashtags), facts.channel)
    by_topic = Partition(tuple(topic_names(words)), topics.label)
    parts = [*week_parts(facts.published_s, in_zone), length_parts(facts.duration_s)]
    did, *by_slot = standings(facts, [by_topic, *parts])
    days, hours, lengths = _slots(parts, by_slot)
    judged = _channels(facts.channel[np.isfinite(facts.vs_channel)])
    platforms = zip(*np.unique(facts.platform, return_counts=True), strict=True)
    summary = NicheSummary(
        query=query,
        n=len(facts),
        channels=_channels(facts.channel),
        platforms={str(name): int(n) for name, n in platforms},
        library=_kind(facts.demo),
        typical_views=_typical(facts.views_30),
        topics=_topics(facts, topics, by_topic.names, words, did, read),
        other=int((topics.label < 0).sum()) if topics.k else 0,
        stability=topics.stability,
        draft_topic=by_topic.names[_nearest(topics, draft)] if draft is not None and topics.k else "",
        times=days + hours,
        time_zone=zone,
        lengths=lengths,
        drawn="channels" if judged >= FEW_CHANNELS else "weeks",
        encoder_id=encoder_id,
        notice=notice,
    )
    return Niche(summary.model_copy(update={"statements": statements(summary)}), topics)


def draft_point(topics: Topics, draft: np.ndarray) -> np.ndarray:
    """Return the point, (c,), of a title that has no picture yet."""
    return np.asarray(topics.space.points(draft[None], np.full((1, len(draft)), np.nan, np.float32))[0])


# --- parts -------------------------------------------------------------------------------------------


def _slots(parts: list[Partition], did: list[list[Standing | None]]) -> list[tuple[Slot, ...]]:
    """Return the times and lengths of which enough is known; they are judged together."""
    return [
        tuple(
            Slot(label=name, n=s.n, channels=s.units, vs_channel=s.value, low=s.low, high=s.high, sure=sure)
            for name, s, sure in zip(part.names, of, surely, strict=True)
            if s is not None
        )
        for part, of, surely in zip(parts, did, stand_out(did), strict=True)
    ]


def _topics(
    facts: Facts,
    topics: Topics,
    names: Sequence[str],
    words: list[tuple[str, ...]],
    did: list[Standing | None],
    read: Read,
) -> tuple[Topic, ...]:
    is_recent = recent(facts.published_s)
    member = topics.label[:, None] == np.arange(topics.k)
    crowded, sure = crowding(facts, is_recent, member, did), stand_out([did])[0]
    rows = [np.flatnonzero(column) for column in member.T]
    examples = _examples(facts, topics, rows, read)
    return tuple(
        Topic(
            name=names[at],
            words=words[at],
            n=len(own),
            channels=_channels(facts.channel[own]),
            share=len(own) / len(facts),
            typical_views=_typical(facts.views_30[own]),
            vs_channel=s.value if s else None,
            vs_channel_low=s.low if s else None,
            vs_channel_high=s.high if s else None,
            judged=int(np.isfinite(facts.vs_channel[own]).sum()),
            sure=sure[at],
            recent_share=_mean(is_recent[own]),
            crowding=crowded[at],
            examples=examples[at][0],
            best=examples[at][1],
        )
        for at, (own, s) in enumerate(zip(rows, did, strict=True))
    )


def _examples(
    facts: Facts, topics: Topics, rows: list[np.ndarray], read: Read
) -> list[tuple[tuple[Neighbour, ...], tuple[Neighbour, ...]]]:
    """Return for each topic the videos nearest to its centre, and those that did best, of different channels."""
    nearest = [_first(own[np.argsort(-topics.closeness[own], kind="stable")], facts) for own in rows]
    did = [own[np.isfinite(facts.vs_channel[own])] for own in rows]
    best = [_first(own[np.argsort(-facts.vs_channel[own], kind="stable")], facts) for own in did]
    videos = read([str(facts.key[row]) for some in nearest + best for row in some])

    def neighbours(chosen: list[int]) -> tuple[Neighbour, ...]:
        return tuple(
            _neighbour(videos[facts.key[row]], float(facts.vs_channel[row]), float(topics.closeness[row]))
            for row in chosen
            if facts.key[row] in videos
        )

    return [(neighbours(near), neighbours(well)) for near, well in zip(nearest, best, strict=True)]


def _first(ranked: np.ndarray, facts: Facts) -> list[int]:
    """Return the first rows of different channels and titles."""
    chosen: list[int] = []
    for row in ranked:
        channels = {facts.channel[other] for other in chosen} - {""}
        if facts.channel[row] not in channels and facts.title[row] not in {facts.title[o] for o in chosen}:
            chosen.append(int(row))
        if len(chosen) == EXAMPLES:
            break
    return chosen


def _neighbour(video: Published, vs_channel: float, closeness: float) -> Neighbour:
    draft = video.draft
    return Neighbour(
        video_id=video.video_id,
        url=video.url,
        title=draft.title,
        platform=draft.platform,
        channel=video.channel.name if video.channel else None,
        views=video.counts.views if video.counts else None,
        age_days=age_days(video),
        vs_channel=vs_channel if np.isfinite(vs_channel) else None,
        similarity=closeness,
        similar_by="title" if draft.thumbnail_path is None else "both" if draft.title else "picture",
        thumbnail_path=draft.thumbnail_path,
        demo=video.demo,
    )


def _nearest(topics: Topics, draft: np.ndarray) -> int:
    """Return the topic whose centre a title is nearest to."""
    return int((draft_point(topics, draft) @ topics.centres.T).argmax())


def _channels(channel: np.ndarray) -> int:
    return len(set(channel) - {""})


def _typical(views: np.ndarray) -> int | None:
    known = views[np.isfinite(views)]
    return round(float(np.median(known))) if len(known) >= MIN_KNOWN else None


def _mean(values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def _kind(demo: np.ndarray) -> LibraryKind:
    if not len(demo):
        return "empty"
    return "demo" if demo.all() else "mixed" if demo.any() else "collected"
