"""Questions about other videos: similar ones, those that did better, a niche at a glance, collecting, following."""

import re
from typing import TYPE_CHECKING, Any

from shortcast_agent.planner.asking import asks_like_mine
from shortcast_agent.planner.conversation import Talk, Turn, stated
from shortcast_agent.planner.counts import fold
from shortcast_agent.planner.drafts import has_subject, link_of, looks_of, pointed_neighbour
from shortcast_agent.planner.following import goes_on, how_many, searches_again
from shortcast_agent.planner.time_zones import read_time_zone
from shortcast_agent.planner.topics import find_niche
from shortcast_ml.records import Diagnosis, Published

if TYPE_CHECKING:
    from shortcast_agent.planner.plan import Plan

_MOST = 50  # videos that one call may collect
EVIDENCE = ("similar", "better", "niche", "collect", "track", "fetch")
_SEARCHED = (
    "query", "title", "thumbnail", "video", "video_id", "min_views", "max_views", "max_age_days", "max_duration_s",
    "language", "only_real", "no_duplicates", "platform",
)  # fmt: skip
_IN_LIBRARY = re.compile(
    r"\b(?:library|collection|bibliotheque|biblioteca|thu vien|bibliothek|perpustakaan|koleksi)\b|라이브러리|ライブラリ"
)
_GLUE = re.compile(
    r"(?:\W*\b(?:only|just|ones?|those|same|also|too|again|instead|please|solo|los|las|que|mas|tambien|seulement|juste|celles"
    r"|ceux|aussi|chi|thoi|nhung|cai|nur|auch|so|apenas|hanya|saja|but|no|not|and|at|least|usual|than|their|channel)\b\W*)+"
)
_MINE = re.compile(
    r"\b(?:my|our|mi|mis|nuestro|mon|ma|mes|notre|của tôi|của mình)\b|(?:^|\s)(?:내|제|우리)\s", re.IGNORECASE
)
_ABOUT = r"\babout\b|\bon the topic\b|\bsobre\b|\bsur\b|\bvề\b|관련|에 대한"
_FOLLOWED = re.compile(
    r"\b(?:tracked|followed|(?:i'?m|i am|we'?re|we are|you'?re|you are) (?:tracking|following|watching)"
    r"|(?:i|we|you) (?:track|follow)|am i (?:tracking|following)|being tracked|(?:my|the) (?:tracking"
    r"|watch) ?list|tracking list)\b"
    r"|추적 ?(?:중|하는|목록|하고)|지켜보(?:던|는|고)|팔로우 ?중|đang theo dõi|dang theo doi"
    r"|danh sách theo dõi|seguidos"
    r"|que (?:sigo|estoy siguiendo|sigues)|estoy siguiendo|suivies|que (?:je suis|tu suis)|vidéos je suis"
    r"|je suis en train de suivre"
    r"|verfolge(?:n|ten)\b(?! dies)|acompanhados|que (?:sigo|acompanho)|追跡(?:中|している)"
    r"|yang (?:saya )?(?:pantau|lacak|ikuti)",
    re.IGNORECASE,
)


_LOOKS = re.compile(
    r"\b(?:tell|show|look up|check|give|what|how many|pull|get)\b.{0,60}\b(?:numbers|views?|stats|figures|metrics|at)\b"
    r"|\b(?:dime|dame|mira|cuant[ao]s|que|muestra\w*)\b.{0,40}\b(?:datos|numeros|vistas|visual\w+|lleva|cifras)\b"
    r"|\b(?:dis|donne|montre|combien|quel\w*|regarde)\b.{0,40}\b(?:chiffres|vues|stats|infos|donnees)\b"
    r"|\b(?:so lieu|bao nhieu|may) ?(?:view|luot|tim)?\b"
    r"|(?:조회수|숫자|현황|수치|정보)\S*\s*(?:\S+\s)?(?:알려|보여|몇|얼마|확인)"
)
_FOLLOWS = re.compile(
    r"\b(?:track\w*|follow\w*|monitor\w*|keep (?:an eye|watching)|watch over|siguel[oae]s?|sigue|segui\w+|vigil\w+"
    r"|suis|suivre|suivez|surveille\w*|theo doi)\b|추적|지켜|팔로우"
)
_BOTH = re.compile(
    r"\b(?:and|then|also|plus|y|luego|despues|tambien|de paso|et|puis|ensuite|aussi|roi|va"
    r"|cung|voi)\b|고[\s,]|그리고|다음"
)
_RESTS_ON = re.compile(
    r"\b(?:going (?:by|off)|judging (?:by|from)|based on|according to|segun|basandote en|con base en|d'apres|selon"
    r"|au vu de|vu (?:ce|ma|mes|les)"
    r"|dua (?:vao|tren)|theo(?! doi))\b.{0,50}\b(?:library|collection|collect\w*|gathered|saved|biblioteca"
    r"|junt[eo]\w*|guard[eo]\w*|bibliotheque|ramasse\w*|thu vien|gom)\b"
    r"|(?:라이브러리|모은|모아\s?둔|수집한)\S*(?:\s\S+){0,2}?\s?(?:기준|보면|봤을 때|보고)"
    r"|\btrong (?:dong|mo|so) (?:video|clip)\b"
)


def rests_on_library(turn: Turn) -> bool:
    """Say whether a question is to be answered from what was collected: "going by my library, when do I post?"."""
    return not turn.slots.links and bool(_RESTS_ON.search(fold(turn.slots.masked)))


def plan_similar(plan: "Plan", turn: Turn, talk: Talk) -> None:
    """Want videos like what the turn names, shows or links to; or like the draft."""
    _look_up(plan, turn, talk, "similar")


def plan_better(plan: "Plan", turn: Turn, talk: Talk) -> None:
    """Want videos of the same idea that did better than is usual for their channels."""
    _look_up(plan, turn, talk, "better", better=True)


def _look_up(plan: "Plan", turn: Turn, talk: Talk, intent: str, **how: Any) -> None:
    how |= {"limit": how_many(turn, _MOST)} | turn.slots.filters.arguments()
    if plan.intents[0] != intent:  # beside another question: like the video that it is about
        video = turn.found(Published) or getattr(turn.found(Diagnosis), "video", None)
        if video is not None:
            plan.want("find_similar_videos", title=video.draft.title, **how)
        elif has_subject(plan.draft) and not any(name == "find_similar_videos" for name, _ in plan.calls):
            plan.want("find_similar_videos", **looks_of(plan.draft), **how)
        return
    how |= {"platform": turn.slots.platform or turn.facts.get("platform")}
    again = _again(turn, talk, intent, _SEARCHED)
    link, elsewhere = link_of(turn), turn.slots.filters.other_channels
    if link:
        plan.talk.link = link
        if elsewhere or _IN_LIBRARY.search(fold(turn.slots.masked)):
            plan.want("find_similar_videos", video_id=link, **how, other_channels=elsewhere or None)
            return
        plan.want("fetch_video", url=link)
        video = turn.found(Published)
        if video is not None and video.draft.title:
            plan.want("find_similar_videos", title=video.draft.title, **how)
        return
    topic = None if asks_like_mine(turn) else _topic(turn, talk)
    neighbour = pointed_neighbour(turn, talk)
    if (
        intent == "better"
        and has_subject(plan.draft)
        and not re.search(_ABOUT, turn.slots.masked, re.IGNORECASE)
    ):
        topic = None  # "the same idea" is the draft's
    if turn.pictures or turn.videos:
        plan.want("find_similar_videos", **looks_of(stated(turn)), **how)
    elif neighbour is not None:
        plan.want("find_similar_videos", video_id=neighbour.video_id, **how, other_channels=elsewhere or None)
    elif again and not topic:
        changed = {name: value for name, value in how.items() if value is not None}
        if elsewhere and again.get("video_id"):
            changed["other_channels"] = True
        plan.want("find_similar_videos", **again | changed)
    elif turn.slots.titles and (turn.slots.title_cued or intent == "better"):
        plan.want("find_similar_videos", title=turn.slots.titles[0], **how)
    elif topic:
        plan.want("find_similar_videos", query=topic, **how)
    elif has_subject(plan.draft):
        plan.want("find_similar_videos", **looks_of(plan.draft), **how)
    else:
        plan.ask("topic", intent, "ask_topic")


def plan_niche(plan: "Plan", turn: Turn, talk: Talk) -> None:
    """Want the view of a niche: of the topic that is named, else of the whole library."""
    again = _again(turn, talk, "niche", ("query", "title", "platform", "language", "time_zone"))
    named = turn.facts.get("query") or find_niche(turn.slots.text) or _own_niche(turn)
    if again and not named:
        named = turn.slots.topic
    plan.want(
        "summarize_niche",
        query=named or again.get("query"),
        title=plan.draft.get("title"),
        platform=turn.slots.platform or turn.facts.get("platform") or again.get("platform"),
        language=turn.slots.filters.language or again.get("language"),
        time_zone=read_time_zone(turn.slots.masked) or again.get("time_zone"),
    )


def _again(turn: Turn, talk: Talk, intent: str, names: tuple[str, ...]) -> dict[str, Any]:
    """Return what the last search looked for, when this turn goes on from it: "and on TikTok?"."""
    family = ("similar", "better") if intent in ("similar", "better") else (intent,)
    if talk.task not in family or not (goes_on(turn) or searches_again(turn, talk)):
        return {}
    return {name: talk.searched[name] for name in names if name in talk.searched}


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
    if _asks_both(turn) and "track" not in plan.intents:
        plan.want("track_videos", links=links)
    return None


def plan_track(plan: "Plan", turn: Turn, talk: Talk) -> None:
    """Want the videos of these links followed, or a look at those that are followed already."""
    links = _links(turn, talk)
    if not turn.slots.links and _FOLLOWED.search(turn.slots.masked):
        plan.want("track_videos")
        return None
    if not links:
        return plan.ask("link", "track", "ask_link_track")
    plan.talk.link = links[0]
    if _asks_both(turn) and "fetch" not in plan.intents:
        for link in links[:3]:
            plan.want("fetch_video", url=link)
    plan.want("track_videos", links=links)
    return None


def _asks_both(turn: Turn) -> bool:
    """Say whether a link is to be looked at now and followed from now on."""
    said = fold(turn.slots.masked)
    return bool(turn.slots.links) and all(words.search(said) for words in (_LOOKS, _FOLLOWS, _BOTH))


def plan_collect(plan: "Plan", turn: Turn, talk: Talk) -> None:
    """Want videos collected on a topic, or at a link."""
    again = _again(turn, talk, "collect", ("query", "limit", "platform", "stratified"))
    topic = link_of(turn) or _topic(turn, talk) or again.get("query")
    if not topic:
        return plan.ask("topic", "collect", "ask_collect")
    platform = turn.slots.platform or turn.facts.get("platform") or again.get("platform")
    meant = (
        int(turn.slots.bare)
        if (again or talk.task == "collect") and turn.slots.bare and 1 <= turn.slots.bare <= _MOST
        else None
    )
    limit = turn.slots.limit or turn.facts.get("limit") or meant or again.get("limit")
    stratified = turn.slots.filters.stratified or again.get("stratified") or None
    plan.want("collect", query=topic, limit=limit, platform=platform, stratified=stratified)
    return None


def _topic(turn: Turn, talk: Talk) -> str | None:
    bare = turn.said.strip() if talk.asked == "topic" else None
    topic: str | None = turn.facts.get("query") or bare or turn.slots.topic
    if topic and topic == turn.slots.topic and _GLUE.fullmatch(fold(topic)):
        return None  # "only", "just the ones": what binds a fragment to the search before it
    return topic


def _links(turn: Turn, talk: Talk) -> list[str]:
    if turn.facts.get("url"):
        return [turn.facts["url"]]
    return list(turn.slots.links) or ([talk.link] if talk.link else [])
