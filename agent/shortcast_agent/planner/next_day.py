"""Questions about the next 24 hours of a video that is out: when a turn asks one, and with which figures."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shortcast_agent.planner.asking import of_own_video
from shortcast_agent.planner.conversation import Talk, Turn, stated
from shortcast_agent.planner.counts import fold
from shortcast_agent.planner.drafts import link_of, stated_figures
from shortcast_agent.planner.slots import Slots
from shortcast_agent.planner.when import asks_next_day, read_age, read_horizon, without_next_day
from shortcast_ml.records import Published

if TYPE_CHECKING:
    from shortcast_agent.planner.plan import Plan

_YOUNG = 3.0  # days
_IN_24_HOURS = re.compile(
    r"\b24\s?(?:h\b|hs\b|hrs?\b|hours?\b|horas?\b|heures?\b|gio\b|tieng\b|stunden\b|jam\b)|24\s?(?:시간|時間)"
)
_COUNTS = ("views", "likes", "comments")


def is_about_next_day(turn: Turn, talk: Talk) -> bool:
    """Say whether a turn asks what the next 24 hours bring a video that is out, or adds to such a question."""
    slots = _without_tomorrow(turn).slots
    if turn.videos or turn.pictures:
        return False  # a draft
    if not (asks_next_day(turn.slots.masked) or _asks_24_hours(turn, slots)):
        return talk.last_intent == "next_day" and bool(_counts(turn)) and not slots.titles
    if link_of(turn):
        return True
    if slots.titles:  # of a draft, unless the same turn says what it has by now
        return "views" in _counts(turn) and (slots.age_days or slots.horizon_days) is not None
    if of_own_video(turn) and not talk.draft.keys() & {"title", "video", "thumbnail"}:
        return True  # "how many views will my video have by tomorrow?"
    spoken_of = talk.last_intent in ("diagnose", "fetch", "next_day")
    return spoken_of or "views" in _counts(turn) or slots.age_days is not None


def _asks_24_hours(turn: Turn, slots: Slots) -> bool:
    """Say whether a young video with its views is asked about "in 24h": of a draft that is its first day."""
    young = slots.age_days is not None and slots.age_days <= _YOUNG and "views" in _counts(turn)
    return young and bool(_IN_24_HOURS.search(fold(turn.slots.masked)))


def plan_next_day(plan: "Plan", turn: Turn, talk: Talk) -> None:
    """Want the forecast of the next 24 hours, after the video's page where there is a link; or ask for figures."""
    link, video = link_of(turn), talk.published
    if link:
        plan.talk.link = link
        plan.want("fetch_video", url=link)
        video = turn.found(Published)
        if video is None:
            return None
    plan.talk.young = young = _young_video(turn, talk, video, at_link=bool(link))
    plan.talk.views, plan.talk.age_days = young.get("views"), young.get("age_days")
    lacks_views, lacks_age = "views" not in young, "age_days" not in young
    if lacks_views or lacks_age:
        lacking = "" if lacks_views and lacks_age else "_views" if lacks_views else "_age"
        return plan.ask("figures", "next_day", f"ask_next_day{lacking}")
    plan.want("forecast_next_day", **young)
    return None


def _young_video(turn: Turn, talk: Talk, video: Published | None, *, at_link: bool) -> dict[str, Any]:
    """Return the tool's arguments as stated now, else in the turn that this goes on from, else as fetched.

    Counts are of one moment: with new views, an old age is not taken over.
    """
    views, age = stated_figures(_without_tomorrow(turn), talk)
    said = {"views": views, "age_days": age, **{n: c for n, c in _counts(turn).items() if n != "views"}}
    said["platform"] = stated(turn).get("platform")
    young = {name: value for name, value in said.items() if value is not None}
    if talk.asked == "figures" or (
        talk.last_intent == "next_day" and not at_link and views is None and age is None
    ):
        return talk.young | young
    if video is not None and video.counts is not None and (at_link or (views is None and age is None)):
        counts = video.counts.model_dump(include=set(_COUNTS))
        seen = {**counts, "age_days": video.age_days, "platform": video.draft.platform}
        return {name: value for name, value in seen.items() if value is not None} | young
    platform = {"platform": talk.draft["platform"]} if talk.draft.get("platform") else {}
    return platform | young


def _without_tomorrow(turn: Turn) -> Turn:
    """Return the turn as read without "tomorrow" and "in the next 24 hours", which are no age of the video.

    Nor are "today" and "yesterday": of a young video the hours count.
    """
    told = without_next_day(turn.slots.masked)
    age = read_age(told, in_words=False)
    return replace(
        turn, slots=replace(turn.slots, masked=told, age_days=age, horizon_days=read_horizon(told))
    )


def _counts(turn: Turn) -> dict[str, int]:
    """Return views, likes and comments as far as a turn states them."""
    found = {name: turn.facts.get(name, getattr(turn.slots, name)) for name in _COUNTS}
    return {name: int(count) for name, count in found.items() if count is not None}
