"""Turns that go on from earlier ones: facts added or corrected, a choice made, a search asked again with a change."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shortcast_agent.planner.conversation import Talk, Turn, stated
from shortcast_agent.planner.counts import fold
from shortcast_agent.planner.drafts import has_subject, stated_figures
from shortcast_agent.planner.names import best_variant, pointed, pointed_video
from shortcast_agent.planner.variants import Alternative

if TYPE_CHECKING:
    from shortcast_agent.planner.plan import Plan

SEARCHES = ("similar", "better", "niche", "collect")
COUNTED = ("followers", "typical_views", "views")
_GOES_ON = re.compile(
    r"^\W*(?:and|what about|how about|or|now|ok(?:ay)? and|same (?:for|but|thing|on)|only|but|also|instead"
    r"|just|make it|no,?|then|y|ahora|pero|solo|mejor|et|mais|maintenant|plutot|seulement|con|the con"
    r"|vay con|con neu|chi|the|und|nur|e|agora|dan|kalau"
    r"|not)\b|^\W*(?:그럼|그리고|그러면|이번엔|아니|근데|じゃあ|では)|(?:instead|only|please|도|만|은요|는요|はどう)\W*$|^.{0,24}\?$"
)
_CORRECTS = re.compile(
    r"^\W*(?:(?:oh|ah|wait|hmm|oops|um|uh|sorry|no)\W+)*(?:no\b|nope|not\b|sorry|actually|wait|i meant"
    r"|i mean|correction|my mistake|oops|scratch that|make that|perdon|no,? |queria decir|me equivoque"
    r"|mejor dicho|pardon|non\b"
    r"|je voulais dire|enfin|je me suis trompe|nham|a nham|khong phai|y minh la|nein|ich meinte|quis dizer"
    r"|nao,|maksud|bukan|salah)|아니|정정|잘못|미안|실수|いや|間違え|じゃなくて|\bi meant\b|\bi mean\b|\bqueria decir\b"
    r"|\bvoulais dire\b|\bmeinte\b"
)


def corrects(turn: Turn) -> bool:
    """Say whether a turn takes back something that was said: "no, I meant 20k"."""
    return bool(_CORRECTS.search(fold(turn.slots.masked)))


def goes_on(turn: Turn) -> bool:
    """Say whether a turn is short for the last question with something changed: "and on TikTok?"."""
    said = fold(turn.slots.masked)
    return len(said) <= 60 and bool(_GOES_ON.search(said) or _CORRECTS.search(said))


def searches_again(turn: Turn, talk: Talk) -> str | None:
    """Return the search that a turn asks for again with something changed; None when it asks none."""
    slots = turn.slots
    if talk.task not in SEARCHES or not goes_on(turn) or turn.videos or turn.pictures or slots.links:
        return None
    if stated(turn).keys() & {"title", "duration_s", "publish_at", "followers", "typical_views"}:
        return None
    return talk.task


def corrected(turn: Turn, talk: Talk) -> dict[str, Any]:
    """Return the field that a count without a name is for: the one that was stated last, else the followers."""
    count = turn.slots.bare
    if count is None or count < 1:
        return {}
    name = talk.counted or "followers"
    if name not in COUNTED:
        return {}
    return {name: count if name == "typical_views" else int(count)}


def counted_in(turn: Turn, talk: Talk) -> str | None:
    """Return the field of the count that was stated last."""
    given = [name for name in COUNTED if turn.facts.get(name) or getattr(turn.slots, name) is not None]
    return given[0] if given else talk.counted


def plan_inform(plan: "Plan", turn: Turn, talk: Talk) -> None:
    """Take in what a turn adds or corrects, and answer the last question again with it."""
    from shortcast_agent.planner.plan import plan_for

    fixed = corrected(turn, talk)
    task = talk.task
    if "views" in fixed and task in ("diagnose", "next_day"):
        slots = replace(turn.slots, views=fixed["views"])
        return plan_for(task, plan, replace(turn, slots=slots), talk)
    views, age = stated_figures(turn, talk)
    if task in ("diagnose", "next_day") and (
        turn.slots.views is not None or turn.slots.age_days is not None or (talk.link and stated(turn))
    ):
        return plan_for(task, plan, turn, talk)
    if (
        task == "diagnose"
        and views is not None
        and age is not None
        and stated(turn)
        and "title" not in stated(turn)
    ):
        return plan_for("diagnose", plan, turn, talk)
    if (
        task == "compare"
        and len(talk.variants) > 1
        and not {"title", "video", "thumbnail"} & stated(turn).keys()
    ):
        return compare_again(plan, talk)
    if not stated(turn) and not fixed and has_subject(plan.draft):
        return None
    if not has_subject(plan.draft):
        return plan.ask("draft", "judge", "ask_draft")
    if task == "suggest":
        plan_for("suggest", plan, turn, talk)
        return plan_for("forecast", plan, turn, talk)
    return plan_for(
        "forecast" if talk.forecasted or task in ("forecast", "whatif") else "judge", plan, turn, talk
    )


def compare_again(plan: "Plan", talk: Talk) -> None:
    """Want what was compared last compared again, with the draft as it is now."""
    rest = {name: value for name, value in plan.draft.items() if name not in talk.variants[0]}
    if all(variant.keys() <= {"title", "thumbnail"} for variant in talk.variants):
        variants = {f"{name}s": [variant[name] for variant in talk.variants] for name in talk.variants[0]}
        plan.want("compare_variants", **variants, **rest)
        return
    plan.alternatives = tuple(
        Alternative(str(next(iter(v.values()), "as it stands")), v) for v in talk.variants
    )
    for variant in talk.variants:
        plan.want("forecast_views", **(plan.draft | variant), horizon_days=plan.horizon)


def plan_adopt(plan: "Plan", turn: Turn, talk: Talk) -> None:
    """Take the variant or draft that a turn chooses as the draft, and forecast it."""
    from shortcast_agent.planner.plan import plan_for

    link = pointed_video(turn, talk)
    if link:
        plan.talk.link = link
        return plan_for("diagnose", plan, replace(turn, facts={**turn.facts, "url": link}), talk)
    chosen = pointed(turn, talk)
    if chosen is None and "title" not in stated(turn):
        chosen = talk.hypothetical or best_variant(talk) or (talk.variants[-1] if talk.variants else None)
    if chosen is None and not stated(turn):
        if has_subject(plan.draft) and talk.drafts:
            return plan_for("forecast", plan, turn, talk)
        return plan.ask("variants", "compare", "ask_choice")
    said = {
        name: value for name, value in stated(turn).items() if name not in (chosen or {}) or name != "title"
    }
    plan.draft = plan.talk.draft = plan.draft | dict(chosen or {}) | said
    plan.talk.hypothetical = {}
    return plan_for("forecast", plan, turn, talk)
