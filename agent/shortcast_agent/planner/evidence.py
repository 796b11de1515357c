"""Questions about other videos: similar ones, those that did better, a niche at a glance, collecting, following."""

import re
from typing import TYPE_CHECKING, Any

from shortcast_agent.planner.conversation import Talk, Turn, stated
from shortcast_agent.planner.drafts import has_subject, link_of, looks_of
from shortcast_ml.records import Diagnosis, Published

if TYPE_CHECKING:
    from shortcast_agent.planner.plan import Plan

EVIDENCE = ("similar", "better", "niche", "collect", "track", "fetch")
# "my niche", "this topic": the library as a whole, or what the draft is about
_OWN_NICHE = re.compile(
    r"(?:(?:my|the|this|our) )?(?:own )?(?:niche|topic|field|library|space|category)|니치|분야|주제|ngách|lĩnh vực"
    r"|(?:mi |el |este )?(?:nicho|tema)|(?:ma |la |cette )?(?:niche|thématique)",
    re.IGNORECASE,
)

_FOLLOWED = re.compile(
    r"\b(?:tracked|followed|(?:I'm|I am|we) (?:tracking|following))\b|추적 ?중|đang theo dõi|seguidos|que sigo|suivies|que je suis",
    re.IGNORECASE,
)


def plan_similar(plan: "Plan", turn: Turn, talk: Talk) -> None:
    """Want videos like what the turn names, shows or links to; or like the draft."""
    _look_up(plan, turn, talk, "similar")


def plan_better(plan: "Plan", turn: Turn, talk: Talk) -> None:
    """Want videos of the same idea that did better than is usual for their channels."""
    _look_up(plan, turn, talk, "better", better=True)


def _look_up(plan: "Plan", turn: Turn, talk: Talk, intent: str, **how: Any) -> None:
    how |= {"limit": turn.slots.limit or turn.facts.get("limit")}
    if plan.intents[0] != intent:  # beside another question: like the video that it is about
        video = turn.found(Published) or getattr(turn.found(Diagnosis), "video", None)
        if video is not None:
            plan.want("find_similar_videos", title=video.draft.title, **how)
        elif has_subject(plan.draft) and not any(name == "find_similar_videos" for name, _ in plan.calls):
            plan.want("find_similar_videos", **looks_of(plan.draft), **how)
        return
    how |= {"platform": turn.slots.platform or turn.facts.get("platform")}
    link = link_of(turn)
    if link:
        plan.talk.link = link
        plan.want("fetch_video", url=link)
        video = turn.found(Published)
        if video is not None and video.draft.title:
            plan.want("find_similar_videos", title=video.draft.title, **how)
        return
    topic = _topic(turn, talk)
    if turn.pictures or turn.videos:
        plan.want("find_similar_videos", **looks_of(stated(turn)), **how)
    elif topic and not (turn.slots.titles and turn.slots.title_cued):
        plan.want("find_similar_videos", query=topic, **how)
    elif has_subject(plan.draft):
        plan.want("find_similar_videos", **looks_of(plan.draft), **how)
    else:
        _ask(plan, "topic", intent, "Similar to what? Name a topic or a title, or attach a picture.")


def plan_niche(plan: "Plan", turn: Turn, talk: Talk) -> None:
    """Want the view of a niche: of the topic that is named, else of the whole library."""
    topic = _topic(turn, talk)
    if topic and _OWN_NICHE.fullmatch(topic.strip()):
        topic = None
    plan.want(
        "summarize_niche",
        query=topic,
        title=plan.draft.get("title"),
        platform=turn.slots.platform or turn.facts.get("platform"),
    )


def plan_fetch(plan: "Plan", turn: Turn, talk: Talk) -> None:
    """Want what the platform shows of each link."""
    links = _links(turn, talk)
    if not links:
        return _ask(plan, "link", "fetch", "Which video? Paste its link.")
    plan.talk.link = links[0]
    for link in links[:3]:
        plan.want("fetch_video", url=link)
    return None


def plan_track(plan: "Plan", turn: Turn, talk: Talk) -> None:
    """Want the videos of these links followed, or a look at those that are followed already."""
    links = _links(turn, talk)
    if not links and _FOLLOWED.search(turn.slots.masked):
        plan.want("track_videos")
        return None
    if not links:
        return _ask(plan, "link", "track", "Which video shall I follow? Paste its link.")
    plan.talk.link = links[0]
    plan.want("track_videos", links=links)
    return None


def plan_collect(plan: "Plan", turn: Turn, talk: Talk) -> None:
    """Want videos collected on a topic, or at a link."""
    topic = link_of(turn) or _topic(turn, talk)
    if not topic:
        question = "Collect videos about what? Name a niche, or paste a channel's link."
        return _ask(plan, "topic", "collect", question)
    platform = turn.slots.platform or turn.facts.get("platform")
    plan.want("collect", query=topic, limit=turn.slots.limit or turn.facts.get("limit"), platform=platform)
    return None


def _topic(turn: Turn, talk: Talk) -> str | None:
    bare = turn.said.strip() if talk.asked == "topic" else None
    topic: str | None = turn.facts.get("query") or bare or turn.slots.topic
    return topic


def _links(turn: Turn, talk: Talk) -> list[str]:
    if turn.facts.get("url"):
        return [turn.facts["url"]]
    return list(turn.slots.links) or ([talk.link] if talk.link else [])


def _ask(plan: "Plan", what: str, intent: str, question: str) -> None:
    plan.question = question
    plan.talk.asked, plan.talk.asked_for = what, intent
