"""Questions about other videos: similar ones, those that did better, a niche at a glance, collecting, following."""

import re
from typing import TYPE_CHECKING, Any

from shortcast_agent.planner.conversation import Talk, Turn, stated
from shortcast_agent.planner.drafts import has_subject, link_of, looks_of
from shortcast_ml.records import Diagnosis, Published

if TYPE_CHECKING:
    from shortcast_agent.planner.plan import Plan

EVIDENCE = ("similar", "better", "niche", "collect", "track", "fetch")
_NAMED = r"(?P<topic>[^\n?.!,;:]{2,60}?)"
_ENDS = (
    r"(?=\s+(?:niche|space|field|market|category|scene|world|videos?|shorts|tiktoks?|right now|these days|now|do|does"
    r"|perform\w*|and|like|thì|cho|của|có|là|en este momento|en ce moment)\b|\s*(?:[?.!,;:]|$))"
)
# Where a niche is named; "my niche" and "this topic" name none.
_NICHES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:niche|field|market|world)s?\s+(?:of|for)\s+(?:the\s+)?{_NAMED}{_ENDS}",
        rf"\b(?:overview|summary|map|landscape|state|picture|analysis|breakdown)\s+(?:of|for|on)\s+(?:the\s+)?{_NAMED}{_ENDS}",
        rf"\b(?:summari[sz]e|analy[sz]e|map)\s+(?:the\s+)?{_NAMED}\s+(?:niche|space|field|market|videos|shorts)\b",
        rf"\bhow (?:crowded|saturated|big|busy) (?:is|are)\s+(?:the\s+)?{_NAMED}{_ENDS}",
        rf"\bis\s+(?:the\s+)?{_NAMED}\s+(?:niche\s+)?(?:too |over)?(?:saturated|crowded)",
        rf"\b(?:in|within|among|about|on)\s+(?:the\s+)?{_NAMED}{_ENDS}",
        r"(?:^|\s)(?P<topic>(?!내|제|이|우리|어떤|어느)[가-힣A-Za-z ]{1,20}?)\s*(?:니치|분야|쪽|관련)",
        rf"(?:ngách|lĩnh vực|mảng|chủ đề)\s+(?:về\s+)?{_NAMED}{_ENDS}",
        rf"\bnicho\s+(?:de\s+la|de\s+los|del|de)\s+{_NAMED}{_ENDS}",
        rf"\bniche\s+(?:du|de\s+la|de\s+l['’]|des|de)\s*{_NAMED}{_ENDS}",
    )
)
_NO_NICHE = re.compile(
    r"(?:of|my|mine|our|your|the|this|that|it|these|those|here|general|particular|all|mi|este|ma|mon|cette|tôi|của|nào)\b.*"
    r"|.*\b(?:library|niche|week|month|year|day|platform|youtube|tiktok|biblioteca|bibliothèque|thư viện)",
    re.IGNORECASE,
)
_MINE = re.compile(
    r"\b(?:my|our|mi|mis|nuestro|mon|ma|mes|notre|của tôi|của mình)\b|(?:^|\s)(?:내|제|우리)\s", re.IGNORECASE
)
_ABOUT = r"\babout\b|\bon the topic\b|\bsobre\b|\bsur\b|\bvề\b|관련|에 대한"
_FOLLOWED = re.compile(
    r"\b(?:tracked|followed|(?:I'm|I am|we) (?:tracking|following)|that I follow)\b|추적 ?중|đang theo dõi"
    r"|seguidos|que sigo|suivies|que je suis",
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
    if (
        intent == "better"
        and has_subject(plan.draft)
        and not re.search(_ABOUT, turn.slots.masked, re.IGNORECASE)
    ):
        topic = None  # "the same idea" is the draft's
    if turn.pictures or turn.videos:
        plan.want("find_similar_videos", **looks_of(stated(turn)), **how)
    elif topic and not (turn.slots.titles and turn.slots.title_cued):
        plan.want("find_similar_videos", query=topic, **how)
    elif has_subject(plan.draft):
        plan.want("find_similar_videos", **looks_of(plan.draft), **how)
    else:
        plan.ask("topic", intent, "ask_topic")


def plan_niche(plan: "Plan", turn: Turn, talk: Talk) -> None:
    """Want the view of a niche: of the topic that is named, else of the whole library."""
    plan.want(
        "summarize_niche",
        query=turn.facts.get("query") or named_niche(turn.slots.text) or _own_niche(turn),
        title=plan.draft.get("title"),
        platform=turn.slots.platform or turn.facts.get("platform"),
    )


def named_niche(text: str) -> str | None:
    """Return the niche that a question names: "how crowded is the coffee niche?" is about coffee."""
    for pattern in _NICHES:
        found = pattern.search(text)
        if found and not _NO_NICHE.fullmatch(topic := found.group("topic").strip(" '\"“”")):
            return topic
    return None


def _own_niche(turn: Turn) -> str | None:
    """Return the niche that the user's profile names, when a question is about "my niche"."""
    return turn.profile.get("niche") if _MINE.search(turn.slots.masked) else None


def plan_fetch(plan: "Plan", turn: Turn, talk: Talk) -> None:
    """Want what the platform shows of each link."""
    links = _links(turn, talk)
    if not links:
        return plan.ask("link", "fetch", "ask_link_fetch")
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
        return plan.ask("link", "track", "ask_link_track")
    plan.talk.link = links[0]
    plan.want("track_videos", links=links)
    return None


def plan_collect(plan: "Plan", turn: Turn, talk: Talk) -> None:
    """Want videos collected on a topic, or at a link."""
    topic = link_of(turn) or _topic(turn, talk)
    if not topic:
        return plan.ask("topic", "collect", "ask_collect")
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
