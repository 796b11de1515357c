"""Which draft a turn leaves behind, and what is known of a published one."""

import re
from typing import Any

from shortcast_agent.numbers import COUNT, read_count
from shortcast_agent.planner.asking import reads_as_request
from shortcast_agent.planner.conversation import CHANNEL, DRAFT, Talk, Turn, stated
from shortcast_agent.planner.counts import plain_counts
from shortcast_agent.planner.intents import reads_as_title
from shortcast_agent.planner.names import pointed
from shortcast_agent.planner.when import days_of
from shortcast_ml.records import Neighbour

SUBJECT = ("title", "video", "thumbnail")
# Intents that look at one draft, which a turn may point back at.
_OF_A_DRAFT = (
    "judge", "forecast", "explain", "suggest", "inspect", "whatif", "inform", "adopt", "read_thumbnail", "read_video",
    "suggest_thumbnails", "explain_thumbnail",
)  # fmt: skip
_ANOTHER = re.compile(
    r"\b(?:another|different|new|next|other)\b.{0,20}\b(?:video|draft|short|clip|idea)\b"
    r"|\b(?:a|my) (?:video|short|clip)\b.{0,12}\b(?:called|titled|named)\b",
    re.IGNORECASE,
)


CHANNEL_COUNTS = {"followers", "typical_views", "recent_views"}
COUNTED = ("followers", "typical_views", "views")
_LEAST_FOLLOWERS = 100  # a smaller number that says nothing of what it counts may count anything
_NUMBER = re.compile(rf"(?<![\w.,:@#$€£]){COUNT}(?![.,:]?\d)(?!\s?%)", re.IGNORECASE)


def corrected(turn: Turn, talk: Talk) -> dict[str, Any]:
    """Return the field that a count without a name is for: the one that was stated last, else the followers.

    Of several counts it is the one that was not said before: "my bad, 30k not 3k".
    """
    name = talk.counted or "followers"
    if name not in COUNTED:
        return {}
    count = turn.slots.bare
    if count is None:
        numbers = {read_count(number) for number in _NUMBER.findall(plain_counts(turn.slots.masked))}
        new = numbers - {talk.draft.get(name), talk.views}
        count = new.pop() if len(new) == 1 and not stated(turn) else None
    if count is None or count < 1:
        return {}
    return {name: count if name == "typical_views" else int(count)}


def has_subject(draft: dict[str, Any]) -> bool:
    """Say whether there is anything to forecast: a title, a video or a thumbnail."""
    return any(draft.get(name) for name in SUBJECT)


def draft_after(turn: Turn, talk: Talk, intent: str) -> dict[str, Any]:
    """Return the draft that a turn leaves; what is only supposed or compared does not enter it."""
    patch = stated(turn)
    answers = talk.asked == "draft" and intent == talk.asked_for and not reads_as_request(turn)
    titled = answers or (intent == "judge" and reads_as_title(turn.slots.masked))
    if titled and not has_subject(patch) and turn.said.strip():
        patch = {"title": turn.said.strip().strip("\"'“”")}  # figures in a bare title state nothing
    base = dict(talk.draft)
    if intent in _OF_A_DRAFT:
        base |= pointed(turn, talk) or {}
    fixed = corrected(turn, talk) if intent == "inform" else {}
    patch |= {name: count for name, count in fixed.items() if name in DRAFT}
    if turn.slots.titles and not CHANNEL_COUNTS & patch.keys() and (turn.slots.bare or 0) >= _LEAST_FOLLOWERS:
        patch["followers"] = int(turn.slots.bare or 0)  # "“X” or “Y”? 51k"
    if intent in ("collect", "fetch", "similar", "better", "niche", "track", "next_day"):
        return base | {name: patch[name] for name in CHANNEL[1:] if name in patch}
    if intent == "compare":
        # What is compared is no part of the draft; the one title or picture that goes with it is.
        options = {name for name in ("title", "thumbnail") if base.get(name)} | {"publish_at", "duration_s"}
        return base | {name: value for name, value in patch.items() if name not in options}
    if intent == "whatif" and (has_subject(base) or "video" in patch):
        return base | ({"video": patch["video"]} if "video" in patch and not base.get("video") else {})
    new_title = "title" in patch and base.get("title") not in (None, patch["title"])
    fresh_start = ("video" in patch and base.get("video") not in (None, patch["video"])) or (
        new_title and (intent == "diagnose" or bool(_ANOTHER.search(turn.slots.masked)))
    )
    if fresh_start:
        base = {name: base[name] for name in CHANNEL if name in base}
    return {name: value for name, value in (base | patch).items() if name in DRAFT}


def stated_figures(turn: Turn, talk: Talk) -> tuple[int | None, float | None]:
    """Return the views and age of a published video as stated now, or in the question before."""
    slots = turn.slots
    views, age = turn.facts.get("views", slots.views), turn.facts.get("age_days", slots.age_days)
    if age is None and slots.horizon_days is not None:
        age = slots.horizon_days  # "300 views in 3 days"
    if talk.asked == "figures":
        bare = re.fullmatch(
            r"(?:about |only |just )?([\d.,]+ ?[kKmM]?)(?: (?:views|days?))?", turn.said.strip()
        )
        if age is None:
            age = days_of(slots.masked)
        if views is None and talk.views is None and bare and age is None:
            views = int(read_count(bare.group(1).replace(" ", "")))
        elif age is None and talk.views is not None and bare:
            age = read_count(bare.group(1).replace(" ", ""))
    if talk.asked == "figures" or talk.last_intent == "diagnose":
        views, age = (talk.views if views is None else views), (talk.age_days if age is None else age)
    return (None if views is None else int(views)), (None if age is None else float(age))


def link_of(turn: Turn) -> str | None:
    """Return the link that a turn is about."""
    return turn.facts.get("url") or (turn.slots.links[0] if turn.slots.links else None)


def looks_of(draft: dict[str, Any]) -> dict[str, Any]:
    """Return what similar videos are looked up by."""
    return {name: draft[name] for name in SUBJECT if draft.get(name)}


def pointed_neighbour(turn: Turn, talk: Talk) -> Neighbour | None:
    """Return the similar video that "the second one" points at."""
    nth = turn.slots.ordinal
    if nth is None or not talk.neighbours or talk.variants or nth >= len(talk.neighbours):
        return None
    return talk.neighbours[nth]
