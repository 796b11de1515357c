"""Turns that go on from earlier ones: facts added or corrected, a choice made, a search asked again
with a change."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from shortcast_agent.planner.conversation import Talk, Turn, stated
from shortcast_agent.planner.counts import fold
from shortcast_agent.planner.drafts import COUNTED, corrected, has_subject, stated_figures
from shortcast_agent.planner.names import best_variant, pointed, pointed_video
from shortcast_agent.planner.variants import Alternative

if TYPE_CHECKING:
    from shortcast_agent.planner.plan import Plan

SEARCHES = ("similar", "better", "niche", "collect")
_GOES_ON = re.compile(
    r"^\W*(?:and|what about|how about|or|now|ok(?:ay)? and|same (?:for|but|thing|on)|only|but|also|instead"
    r"|just|make it|no,?|then|y|ahora|pero|solo|mejor|et|mais|maintenant|plutot|seulement|con|the con"
    r"|vay con|con neu|chi|the|und|nur|e|agora|dan|kalau"
    r"|not)\b|^\W*(?:그럼|그리고|그러면|이번엔|아니|근데|じゃあ|では)|(?:instead|only|please|도"
    r"|만|은요|는요|はどう)\W*$|^.{0,24}\?$"
)
_SAME = re.compile(
    r"\bsame (?:for|with|thing|question|on|but)\b|\b(?:and|now|then|also|what about|how about)\b"
    r"|\blo mismo\b|^\W*y\b"
    r"|\bahora\b|\bpareil\b|\bmeme (?:chose|question)\b|^\W*et\b|\bmaintenant\b|\bcon\b"
    r"|\bthe con\b|\btuong tu\b|\bva\b"
    r"|\bund\b|\bdasselbe\b|\bgenauso\b|^\W*e\b|\bo mesmo\b|\bdan\b|\bkalau\b|그럼|그리고|이건"
    r"|이거는|같은|똑같이|도\W*$|은요|는요"
    r"|じゃあ|では|同じ|は[?？]?\W*$"
)
_JOINS = re.compile(
    r"\b(?:against|all (?:three|four|of them)|add|also|with|versus|vs|too|and)\b|\b(?:contra"
    r"|tambien|anade|los tres|y)\b"
    r"|\b(?:contre|aussi|ajoute|les trois|et)\b|\b(?:them|ca ba|so voi|voi|va)\b|\b(?:gegen|auch"
    r"|alle drei|und)\b"
    r"|\b(?:tambem|os tres|dan|juga)\b|추가|까지|셋 다|세 개|도\b|와|과|も|三つ"
)
_ONE_MORE = re.compile(
    r"\b(?:third|fourth|another|one more|contender|tercer[oa]?|troisieme|encore une?|thu ba|them cai)\b"
    r"|하나 더|세 ?번째"
)
_OF_THEM = re.compile(
    r"\b(?:of (?:them|those|these)|instead|more|only|just|make it|give|rather|like)\b|\b(?:mas"
    r"|solo|mejor|dame)\b"
    r"|\b(?:plutot|seulement|donne|encore)\b|\b(?:thoi|them|chi|cho)\b|\b(?:nur|lieber|mehr|mais"
    r"|saja|lagi)\b|개|만|더|つ|だけ"
)
_ANOTHER_FILE = re.compile(
    r"\b(?:this|that|one|it|other)\b|\b(?:est[ea]|otr[oa])\b|\b(?:celle|celui|cette|ca|autre)\b"
    r"|\b(?:cai|nay|kia)\b"
    r"|\b(?:diese[rs]?|das|ess[ea]|est[ea]|ini|itu)\b|이건|이거|요건|요거|저건|이것|これ|こっち|^\W*$"
)
_NARROWS = re.compile(
    r"^\W*(?:just|only|solo|solamente|seulement|juste|chi|nur|so|apenas|hanya)\b|^\W*(?:だけ)|만\s|만$"
)
_SUPPOSES = re.compile(
    r"\b(?:what if|if i|if it|suppose|imagine|y si|si (?:le|lo|la)|et si|si je|neu|lo nhu|wenn"
    r"|falls|e se|bagaimana kalau)\b"
    r"|(?:으|이|라|하|꾸|면)면|たら"
)
_SMALL = {
    **{str(count): count for count in range(2, 51)},
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "dos": 2,
    "tres": 3,
    "cuatro": 4,
    "cinco": 5,
    "seis": 6,
    "siete": 7,
    "ocho": 8,
    "diez": 10,
    "twelve": 12,
    "deux": 2,
    "trois": 3,
    "quatre": 4,
    "cinq": 5,
    "sept": 7,
    "huit": 8,
    "neuf": 9,
    "dix": 10,
    "hai": 2,
    "sau": 6,
    "muoi": 10,
    "zwei": 2,
    "drei": 3,
    "vier": 4,
    "sechs": 6,
}
_OF_A_FILE = (
    "read_thumbnail",
    "read_video",
    "suggest_thumbnails",
    "explain_thumbnail",
    "inspect",
    "forecast",
)
_LIMITED = {"suggest_thumbnails": 12, "suggest": 12, "similar": 50, "better": 50, "collect": 50}
_CORRECTS = re.compile(
    r"^\W*(?:(?:oh|ah|wait|hmm|oops|um|uh|sorry|no)\W+)*(?:no\b|nope|not\b|sorry|actually|wait"
    r"|my bad|typo|oups|ups\b|disculp|desole|i meant"
    r"|i mean|correction|my mistake|oops|scratch that|make that|perdon|no,? |queria decir|me equivoque"
    r"|mejor dicho|pardon|non\b"
    r"|je voulais dire|enfin|je me suis trompe|nham|a nham|khong phai|y minh la|nein|ich meinte|quis dizer"
    r"|nao,|maksud|bukan|salah)|아니|정정|잘못|미안|실수|いや|間違え|じゃなくて|\bi meant\b"
    r"|\bi mean\b|\bqueria decir\b"
    r"|\bvoulais dire\b|\bmeinte\b"
)


_AGAIN = re.compile(
    r"\W*(?:(?:ok(?:ay)?|and|now|well|y|et|alors|va|the)\W+)*(?:the )?(?:same\b|lo mismo|igual\b"
    r"|pareil|idem\b"
    r"|meme (?:chose|question)|y (?:vay|het|nhu)|tuong tu|nhu tren|dasselbe|o mesmo|똑같|같은 (?:걸|거|조건)|동일)"
)
_REDO = re.compile(
    r"\b(?:redo|again|rerun|recalculate|refais|recommence|recalcule|hazlo de nuevo|otra vez|repite"
    r"|recalcula"
    r"|(?:lam|tinh|du doan|doan) lai)\b|다시"
)
_OF_DRAFTS = ("forecast", "judge", "explain", "suggest", "whatif", "adopt")
_CHANGED = {"platform", "duration_s", "publish_at", "followers", "typical_views", "recent_views"}
_SAYS_NOTHING = ("out", "greet", "thanks", "help", "inform")


def corrects(turn: Turn) -> bool:
    """Say whether a turn takes back something that was said: "no, I meant 20k"."""
    return bool(_CORRECTS.search(fold(turn.slots.masked)))


def goes_on(turn: Turn) -> bool:
    """Say whether a turn is short for the last question with something changed: "and on TikTok?"."""
    said = fold(turn.slots.masked)
    return len(said) <= 60 and bool(_GOES_ON.search(said) or _CORRECTS.search(said))


def same_task(turn: Turn, talk: Talk, main: str) -> str | None:
    """Return the last task when a turn is a fragment that only names something new for it; None otherwise.

    "and this one?" with another file, "same for X", "and after only a week?", "give me six of them instead".
    """
    slots, task = turn.slots, talk.task
    said = fold(slots.masked)
    of_them = bool(_OF_THEM.search(said)) and len(said) <= 60
    same = bool(
        slots.titles and re.match(r"\W*(?:lo mismo|pareil|meme chose|dasselbe|o mesmo|tuong tu)\b", said)
    )
    if task is None or slots.links or turn.records:
        return None
    if adds_to_comparison(turn, talk, main):
        return "compare"
    if _AGAIN.match(said) and task in _OF_DRAFTS and stated(turn) and not _SUPPOSES.search(said):
        return "forecast" if task in ("whatif", "adopt") else task
    if not (goes_on(turn) or of_them or same):
        return None
    if turn.videos or turn.pictures:
        seen = {"thumbnail" if turn.pictures else "video"} <= {n for _, given in talk.wanted for n in given}
        return task if seen and task in _OF_A_FILE and len(turn.pictures) < 2 and _is_bare(turn) else None
    if slots.titles:
        if slots.title_cued or len(slots.titles) > 1 or _SUPPOSES.search(said):
            return None
        if task in ("forecast", "judge", "explain", "suggest", "whatif") and _SAME.search(fold(slots.masked)):
            return "forecast" if task == "whatif" else task
        return None
    if (
        task in ("forecast", "judge", "explain", "whatif")
        and slots.horizon_days
        and (main in ("whatif", "inform", "out") or len(said.split()) <= 4)
    ):
        return "forecast"
    if (
        task in _OF_DRAFTS
        and (len(said.split()) <= 6 if main in _SAYS_NOTHING else len(said.split()) <= 2)
        and stated(turn).keys() & _CHANGED
        and not corrects(turn)
    ):
        return "whatif"  # "TikTok?"
    counted = task in _LIMITED and main not in ("diagnose", "inform") and of_them
    return task if counted and how_many(turn, _LIMITED[task]) else None


def adds_to_comparison(turn: Turn, talk: Talk, main: str) -> bool:
    """Say whether a turn brings one more title to those that were compared: "and against X? all three"."""
    compared = [variant for variant in talk.variants if variant.keys() == {"title"}]
    titles, said = turn.slots.titles, fold(turn.slots.masked)
    if talk.task != "compare" or len(compared) < 2 or len(titles) != 1 or {"title": titles[0]} in compared:
        return False
    if len(said) > 100 or turn.videos or turn.pictures:
        return False
    return (
        bool(_ONE_MORE.search(said))
        or main in ("compare", "whatif", "inform", "judge", "out")
        or (main in ("adopt", "better", "collect", *_SAYS_NOTHING) and bool(_JOINS.search(said)))
    )


def how_many(turn: Turn, most: int) -> int | None:
    """Return how many a turn asks for; a count alone is meant so where the turn goes on from the
    last task."""
    count = turn.slots.limit or turn.facts.get("limit")
    said = fold(turn.slots.masked)
    if count or not (goes_on(turn) or _OF_THEM.search(said)):
        return count
    if turn.slots.bare:
        return int(turn.slots.bare) if 1 <= turn.slots.bare <= most else None
    words = [_SMALL[word] for word in re.findall(r"[a-z]+|\d{1,2}", said) if word in _SMALL]
    return words[0] if len(words) == 1 and words[0] <= most else None


def _is_bare(turn: Turn) -> bool:
    """Say whether a turn with a file says no more than that it is another: "and this one?"."""
    if re.search(r"\b(?:instead|with|con|avec|voi|mit|com|dengan)\b|로\s", fold(turn.slots.masked)):
        return False  # a change to the draft
    return len(turn.slots.masked) <= 40 and bool(_ANOTHER_FILE.search(fold(turn.slots.masked)))


def searches_again(turn: Turn, talk: Talk) -> str | None:
    """Return the search that a turn asks for again with something changed; None when it asks none."""
    slots = turn.slots
    said = fold(slots.masked)
    long = len(said) <= 120 and bool(_NARROWS.search(said))
    if (
        talk.task not in SEARCHES
        or not (goes_on(turn) or long)
        or turn.videos
        or turn.pictures
        or slots.links
    ):
        return None
    draft = {"title", "duration_s", "publish_at", "followers", "typical_views"}
    draft -= {"typical_views"} if _OF_THEM.search(said) else set()  # "better than usual, 12 of them"
    return None if stated(turn).keys() & draft else talk.task


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
    if (
        not stated(turn)
        and not fixed
        and has_subject(plan.draft)
        and not _REDO.search(fold(turn.slots.masked))
    ):
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
