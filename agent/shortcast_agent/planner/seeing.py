"""Questions about pictures and moving pictures: what is on them, where they help, which frame to take."""

import re
from typing import TYPE_CHECKING, Any

from shortcast_agent.planner.conversation import Talk, Turn
from shortcast_agent.planner.following import how_many

if TYPE_CHECKING:
    from shortcast_agent.planner.plan import Plan

SEEING = ("read_thumbnail", "read_video", "suggest_thumbnails", "explain_thumbnail")
_MOST_FRAMES = 12
_CHANNEL = ("platform", "followers", "typical_views", "recent_views")
_TITLE_FIT = r"\btitle\b|제목|tiêu đề|título|titre"
_ATTENTION = r"\battention\b|\blooks? (?:at|on)\b|시선|주목|chú ý|atención|regarde"


def plan_read_thumbnail(plan: "Plan", turn: Turn, talk: Talk) -> None:
    """Want a reading of the thumbnail, or ask for one."""
    if not plan.draft.get("thumbnail"):
        return plan.ask("draft", "read_thumbnail", "ask_thumbnail")
    plan.want("read_thumbnail", **_given(plan, "thumbnail", "title"))
    return None


def plan_read_video(plan: "Plan", turn: Turn, talk: Talk) -> None:
    """Want a reading of the video, or ask for one."""
    if not plan.draft.get("video"):
        return plan.ask("draft", "read_video", "ask_video")
    plan.want("read_video", **_given(plan, "video", "title"))
    return None


def plan_suggest_thumbnails(plan: "Plan", turn: Turn, talk: Talk) -> None:
    """Want the best frames of the video, or ask for it."""
    if not plan.draft.get("video"):
        return plan.ask("draft", "suggest_thumbnails", "ask_video")
    limit = how_many(turn, _MOST_FRAMES)
    plan.want("suggest_thumbnails", **_given(plan, "video", "title", "thumbnail", *_CHANNEL), limit=limit)
    return None


def plan_explain_thumbnail(plan: "Plan", turn: Turn, talk: Talk) -> None:
    """Want a map of where the thumbnail helps, or ask for one."""
    if not plan.draft.get("thumbnail"):
        return plan.ask("draft", "explain_thumbnail", "ask_thumbnail")
    of = None
    if re.search(_ATTENTION, turn.slots.masked, re.IGNORECASE):
        of = "attention"
    elif plan.draft.get("title") and re.search(_TITLE_FIT, turn.slots.masked, re.IGNORECASE):
        of = "title fit"
    plan.want("explain_thumbnail", **_given(plan, "thumbnail", "title", *_CHANNEL), of=of)
    return None


def _given(plan: "Plan", *names: str) -> dict[str, Any]:
    return {name: plan.draft.get(name) for name in names}
