"""Candidate changes of words, length and time: each a draft with one thing changed that its creator can change."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shortcast_ml.changes.kinds import KindName
from shortcast_ml.changes.patterns import PATTERNS, words_of
from shortcast_ml.changes.worth import Shown
from shortcast_ml.errors import InputError
from shortcast_ml.records import Draft, utc_now
from shortcast_ml.text import GENERIC_TAGS, split_hashtags

if TYPE_CHECKING:
    from PIL.Image import Image

LENGTHS_S = (7, 11, 15, 20, 28, 40, 58, 90)
MORE_LENGTHS_S = (5, 7, 9, 11, 13, 15, 18, 20, 24, 28, 34, 40, 48, 58, 72, 90, 120, 150)
HOURS_UTC = (2, 5, 8, 11, 14, 17, 20, 23)
SAME_LENGTH = 0.15  # lengths closer than 15% are the same edit
MOST_TITLES = 12
TOPIC_TAGS, TAG_LETTERS = 3, 4  # hashtags made of the title's longer words


@dataclass(frozen=True)
class Edit:
    """A candidate: what to do, the draft field that it changes, and the draft after it."""

    what: str  # an order
    group: str  # the kind of change in words: the best of each group is kept
    argument: str
    before: str
    after: str
    draft: Draft
    kinds: tuple[KindName, ...]
    pattern: str = ""  # of titles: which one it takes away
    shown: str = ""  # what videos with and without that pattern did
    image: "Image | None" = None  # of thumbnails: the picture with the change


def lengths(draft: Draft, *, thorough: bool = False) -> list[Edit]:
    """Return other lengths; a finished video can be cut, not stretched."""
    now = draft.duration_s
    edits = []
    for length in MORE_LENGTHS_S if thorough else LENGTHS_S:
        if now is not None and (
            abs(length - now) <= SAME_LENGTH * now or (draft.video_path and length > now)
        ):
            continue
        verb = "Make it" if now is None else ("Cut it to" if length < now else "Let it run to")
        before = f"{now:.0f} s" if now else "not given"
        after = draft.model_copy(update={"duration_s": float(length)})
        what = f"{verb} about {length} seconds."
        edits.append(Edit(what, "length", "duration_s", before, f"{length} s", after, ("length",)))
    return edits


def times(draft: Draft, *, thorough: bool = False) -> list[Edit]:
    """Return other times of the seven days from the planned one, or from tomorrow."""
    now = draft.publish_at
    first = (now or utc_now() + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    before = clock(now) if now else "not planned"
    edits = []
    for day in range(7):
        for hour in range(24) if thorough else HOURS_UTC:
            when = (first + timedelta(days=day)).replace(hour=hour)
            if now and when <= now:
                continue
            after = draft.model_copy(update={"publish_at": when})
            what = f"Publish it on {clock(when)}."
            edits.append(
                Edit(
                    what,
                    "time of publishing",
                    "publish_at",
                    before,
                    when.isoformat(),
                    after,
                    ("publish_time",),
                )
            )
    return edits


def clock(when: datetime) -> str:
    """Return a day of the week and a time, in UTC."""
    return when.strftime("%A at %H:00 UTC") if when.minute == 0 else when.strftime("%A at %H:%M UTC")


def rewrites(draft: Draft, titles: Sequence[str]) -> list[Edit]:
    """Return the titles that somebody wrote for the draft. Raises InputError for too many."""
    from shortcast_tools.draft import check_words, find_hashtags

    wanted = [title for title in dict.fromkeys(t.strip() for t in titles) if title and title != draft.title]
    if len(wanted) > MOST_TITLES:
        raise InputError(f"{len(wanted)} titles are too many at once: give at most {MOST_TITLES}.")
    edits = []
    for title in wanted:
        check_words(title, draft.description, draft.platform)
        tags = find_hashtags(title, draft.description)
        after = draft.model_copy(update={"title": title, "hashtags": tags})
        kinds: tuple[KindName, ...] = ("title", "likeness")
        if tags != draft.hashtags:
            kinds = (*kinds, "hashtags")
        edits.append(
            Edit("Use the rewritten title.", "title wording", "title", draft.title, title, after, kinds)
        )
    return edits


def calmer_titles(draft: Draft, patterns: Mapping[str, Shown]) -> list[Edit]:
    """Return the title without each pattern that went with fewer views, by what was measured of `patterns`.

    A pattern is tried only where its 80% interval leaves out x1 and the model agrees; the others have no evidence.
    """
    words, tags = split_hashtags(draft.title)
    suffix = "".join(f" #{tag}" for tag in tags)
    edits = []
    for name, shown in patterns.items():
        pattern = PATTERNS.get(name)
        if pattern is None or pattern.removed is None or not (shown.high < 1 and shown.model < 1):
            continue
        after = pattern.removed(words)
        if not after or after == words or not pattern.has(words):
            continue
        title = after + suffix
        evidence = (
            f"titles with {pattern.label} did x{shown.multiplier:.2f} the others of their channel "
            f"(80% interval {shown.low:.2f} to {shown.high:.2f})"
        )
        edits.append(
            Edit(
                pattern.remove,
                "title wording",
                "title",
                draft.title,
                title,
                draft.model_copy(update={"title": title}),
                ("title", "likeness"),
                pattern=name,
                shown=evidence,
            )
        )
    return edits


def hashtags(draft: Draft) -> list[Edit]:
    """Return other hashtags: none, only those of the topic, and with the platform's general one."""
    words = words_of(draft.title)
    before = _tags(draft.hashtags)
    specific = tuple(t for t in draft.hashtags if not any(g in t.lower() for g in GENERIC_TAGS))
    topic = tuple(t for t in _topic(words) if t not in {s.lower() for s in specific})
    general = "fyp" if draft.platform == "tiktok" else "shorts"
    candidates: dict[tuple[str, ...], str] = {
        (): "Drop the hashtags.",
        specific: "Keep only the hashtags that name the topic.",
        (*specific, *topic): "Use hashtags that name the topic.",
        (*draft.hashtags, general): "Add the platform's general hashtag.",
        (*specific, *topic, general): "Use hashtags that name the topic, and the platform's general one.",
    }
    return [
        Edit(
            what,
            "hashtags",
            "hashtags",
            before,
            _tags(tags),
            draft.model_copy(update={"hashtags": tags, "title": words or draft.title}),
            ("hashtags",),
        )
        for tags, what in candidates.items()
        if tags != draft.hashtags and len(set(tags)) == len(tags)
    ]


def _tags(tags: Sequence[str]) -> str:
    return " ".join(f"#{tag}" for tag in tags) or "none"


def _topic(words: str) -> list[str]:
    """Return the title's longer words, of scripts that set words apart and don't change them by endings alone."""
    found: list[str] = []
    for word in words.split():
        bare = "".join(c for c in word if c.isalnum()).lower()
        if len(bare) > TAG_LETTERS and all(_plain(c) for c in bare):
            found.append(bare)
    return list(dict.fromkeys(sorted(found, key=lambda w: -len(w))[:TOPIC_TAGS]))


def _plain(char: str) -> bool:
    return unicodedata.name(char, "").startswith(("LATIN", "CYRILLIC", "GREEK"))
