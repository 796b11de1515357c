"""What topics are called: the words of their own titles that tell them from the other topics.

Source: Grootendorst, "BERTopic: neural topic modeling with a class-based TF-IDF procedure", 2022.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from shortcast_ml.niche.words import UNSPACED, terms_of

WORDS = 8  # of a topic
IN_NAME = 3
LONGEST_NAME = 60  # characters
MIN_VIDEOS = 3  # that use a word
MIN_CHANNELS = 2  # a channel's slogan names no topic
MIN_LIFT = 2.0  # a word is used this many times as often as in the other videos
MIN_LIFT_IN_PAIR = 1.3  # and this for each word of a pair
SAME = 0.7  # of a word's videos: where a longer term holds it that often, the longer one stands for both
PAIR = 1.3  # a pair of words says more than its rarer word alone


def topic_words(
    label: np.ndarray, titles: Sequence[str], hashtags: Sequence[Sequence[str]], channel: np.ndarray
) -> list[tuple[str, ...]]:
    """Return the telling words of each topic, strongest first: of label 0, 1 and so on; -1 has no name.

    A word counts once a video. Its weight is its share of the topic's videos, times log(1 + A / f): f is the sum
    of its shares over all topics, A the mean number of words in a title. A word that the other videos use as
    often, or that few videos or only one channel use, is none.
    """
    terms = [terms_of(title, tags) for title, tags in zip(titles, hashtags, strict=True)]
    rows = [np.flatnonzero(label == topic) for topic in range(int(label.max(initial=-1)) + 1)]
    used = [Counter(term for row in own for term in terms[row]) for own in rows]
    overall = Counter(term for found in terms for term in found)
    shares: Counter[str] = Counter()
    for own, counts in zip(rows, used, strict=True):
        for term, n in counts.items():
            shares[term] += n / len(own)  # type: ignore[assignment]
    mean_terms = sum(overall.values()) / max(len(terms), 1)

    def weigh(own: np.ndarray, counts: Counter[str]) -> dict[str, float]:
        def lift(term: str) -> float:
            elsewhere = (overall[term] - counts[term] + 0.5) / (len(terms) - len(own) + 1)
            return float(counts[term] / len(own) / elsewhere)

        channels, fragments = _channels(own, terms, channel, counts), _fragments(counts)
        return {
            term: n / len(own) * float(np.log1p(mean_terms / shares[term])) * (PAIR if " " in term else 1)
            for term, n in counts.items()
            if n >= MIN_VIDEOS
            and term not in fragments
            and channels[term] >= MIN_CHANNELS
            and lift(term) >= MIN_LIFT
            and all(lift(word) >= MIN_LIFT_IN_PAIR for word in term.split())
        }

    return [_distinct(weigh(own, counts), counts) for own, counts in zip(rows, used, strict=True)]


def topic_names(words: Sequence[tuple[str, ...]]) -> list[str]:
    """Return a name for each topic from its words: up to three, as no other topic is called; numbered without words."""
    names: list[str] = []
    for at, own in enumerate(words):
        name, most = "", IN_NAME
        for word in own[:most]:
            longer = f"{name}, {word}" if name else word
            if len(longer) <= LONGEST_NAME:
                name = longer
        names.append(
            name if name and name not in names else f"{name} {at + 1}" if name else f"topic {at + 1}"
        )
    return names


def _channels(
    own: np.ndarray, terms: list[set[str]], channel: np.ndarray, counts: Counter[str]
) -> dict[str, int]:
    """Return how many channels of a topic use each term; a video of an unknown channel counts as its own."""
    users: dict[str, set[str]] = {term: set() for term, n in counts.items() if n >= MIN_VIDEOS}
    for row in own:
        for term in terms[row] & users.keys():
            users[term].add(channel[row] or f"row {row}")
    return {term: len(of) for term, of in users.items()}


def _fragments(used: Counter[str]) -> set[str]:
    """Return the pieces of runs that nearly always stand within one longer piece: no words of their own."""
    return {
        part
        for term, n in used.items()
        if n >= MIN_VIDEOS and len(term) > 2 and UNSPACED.fullmatch(term)
        for part in (term[1:], term[:-1])
        if n >= SAME * used[part]
    }


def _distinct(score: dict[str, float], used: Counter[str]) -> tuple[str, ...]:
    """Return the strongest terms without those that say the same: parts of each other, in the same videos."""
    kept: list[str] = []
    for term in sorted(score, key=lambda t: (-score[t], -len(t), t)):
        longer = [t for t in kept if _holds(t, term)]
        shorter = [t for t in kept if _holds(term, t)]
        if longer or (shorter and used[term] < SAME * max(used[t] for t in shorter)):
            continue
        kept = [t for t in kept if t not in shorter] + [term] if shorter else [*kept, term]
        if len(kept) >= WORDS:
            break
    return tuple(sorted(kept, key=lambda t: (-score[t], t)))


def _holds(longer: str, shorter: str) -> bool:
    """Return whether a term is part of another: a word of a pair, a piece of a run."""
    if UNSPACED.fullmatch(shorter):
        return shorter != longer and any(shorter[i : i + 2] in longer for i in range(len(shorter) - 1))
    return shorter != longer and f" {shorter} " in f" {longer} "
