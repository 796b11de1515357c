"""Which of the planner's intents a turn has, the main one first."""

import re

from shortcast_agent.planner.asking import (
    asks_why_so,
    lacks_other_title,
    of_own_video,
    reads_as_request,
    speaks_of_some_video,
)
from shortcast_agent.planner.beyond import orders_beyond
from shortcast_agent.planner.blamed import blamed_factors, explained
from shortcast_agent.planner.conversation import Talk, Turn, stated
from shortcast_agent.planner.counts import fold
from shortcast_agent.planner.cues import CUES, clauses
from shortcast_agent.planner.drafts import has_subject
from shortcast_agent.planner.evidence import EVIDENCE
from shortcast_agent.planner.following import corrects, goes_on, same_task, searches_again
from shortcast_agent.planner.intents import TITLE, classify
from shortcast_agent.planner.names import points_at_all
from shortcast_agent.planner.next_day import is_about_next_day
from shortcast_agent.planner.seeing import SEEING
from shortcast_agent.planner.voice import wants_only_all
from shortcast_agent.planner.weighing import ANALYTIC, SOCIAL, weighed

_TOLD_AGAIN = (
    "judge",
    "forecast",
    "explain",
    "suggest",
    "compare",
    "diagnose",
    "niche",
    "similar",
    "better",
    *SEEING,
)
_TO_CHANGE = (
    r"\bwhat (?:would|should|could|can|do) (?:you|u|i|we) (?:change|improve|fix|tweak)\b"
    r"|\bque (?:le )?(?:cambi|mejor)\w+"
    r"|\b(?:change|changer|ameliorer|modifier)\w*\b.{0,8}\bquoi\b|\bquoi (?:changer|ameliorer|modifier)\b"
    r"|\b(?:nen )?(?:sua|doi|cai thien) (?:gi|cai gi|sao)\b|(?:뭘|무엇을|뭐를?|어떻게) (?:바꾸"
    r"|바꿀|고치|고칠|개선)"
    r"|\bwas (?:wurdest du|soll ich|kann ich) .{0,12}(?:andern|verbessern)\b"
    r"|\bo que (?:eu )?(?:mud|melhor)\w+"
    r"|\bapa yang (?:harus )?(?:diubah|diganti)|何を(?:変え|直)"
)
_UNSURE = 0.2
_CLAUSE_SURE = 0.6
_A_TITLE = 0.05  # where we have just asked for one
_CLEARLY_OUT = 0.4
_EVEN = 0.5
_OF_AN_ANSWER = ("judge", "out", "whatif")  # what a bare title or file may be taken for
_SAYS_LITTLE = 12  # letters of a clause, such as "no verdict"
_ALSO = 0.35


def understand(turn: Turn, talk: Talk) -> tuple[str, ...]:
    """Return the intents of a turn, the main one first; ("unclear",) when nothing can be made of it."""
    if orders_beyond(turn.slots.masked) and _best(weighed(turn.slots.masked, turn, talk)) == "out":
        return ("out",)
    if is_about_next_day(turn, talk) and talk.asked != "figures" and turn.slots.views is not None:
        return ("next_day",)
    if lacks_other_title(turn, talk) or _still_lacks_variants(turn, talk):
        return ("compare",)
    followed = _answer_to_question(turn, talk) or _asks_again(turn, talk)
    if followed:
        return (followed,)
    if not turn.said.strip():
        return (_without_words(turn, talk),)
    said = turn.slots.masked
    if talk.last_intent in _TOLD_AGAIN and wants_only_all(said):
        return (talk.last_intent,)  # "in detail, please"
    whys = re.search(CUES["diagnose"], said, re.IGNORECASE)
    if not whys and is_about_next_day(turn, talk):
        return ("next_day",)
    scores = weighed(said, turn, talk)
    main = _best(scores)
    if main == "out" and scores[main] < _CLEARLY_OUT and of_own_video(turn):
        main = max(ANALYTIC, key=lambda name: scores.get(name, 0.0))
    if main == "compare" and points_at_all(turn, talk) and re.search(CUES["forecast"], said, re.IGNORECASE):
        return ("forecast",)
    if main == "whatif" and turn.slots.ordinal is not None and talk.variants and not has_subject(talk.draft):
        return ("adopt",)  # "the second one, on Friday?"
    if talk.forecasted and asks_why_so(turn) and turn.slots.views is None and not turn.slots.links:
        return ("explain",)
    if explained(talk) is not None and blamed_factors(turn) and not stated(turn):
        return ("explain",)  # "so was it the title?"
    going_on = _going_on(turn, talk, main, scores[main])
    if going_on:
        return (going_on,)
    if main == "out" and scores[main] >= _CLAUSE_SURE and not _gives(turn):
        return ("out",)
    intents = [main] if scores[main] >= _UNSURE or (main in ANALYTIC and of_own_video(turn)) else []
    asides: list[str] = []
    for clause in clauses(said):
        found = weighed(clause, turn, talk)
        best = _best(found)
        told = best in ANALYTIC or len(clause) > _SAYS_LITTLE
        if found[best] >= _CLAUSE_SURE and best not in intents and told:
            (intents if best in ANALYTIC else asides).append(best)
    analytic = [name for name in intents if name in ANALYTIC]
    if analytic and intents[0] in (*SOCIAL, "inform"):
        intents = analytic
    if main == "adopt" and len(intents) == 1 and re.search(_TO_CHANGE, fold(said)):
        intents.append("suggest")  # "back to the first one: what would you change there?"
    if "out" in asides and (not intents or intents[0] in (*SOCIAL, "inform") or scores[main] < _CLAUSE_SURE):
        return ("out",)  # "Thanks. Now cut it for me."
    if intents and intents[0] in SOCIAL and turn.videos + turn.pictures:
        refused = intents[0] == "out" and scores["out"] >= _CLEARLY_OUT
        return ("out",) if refused else ("judge",)
    if not intents:
        return ("judge",) if stated(turn).keys() & {"title", "video", "thumbnail"} else ("unclear",)
    if intents == ["suggest"] and stated(turn).keys() & {"title", "video"} and _also_judged(turn, talk):
        return ("judge",)
    return _ordered(intents, turn)


def _best(scores: dict[str, float]) -> str:
    return max(scores, key=lambda name: scores[name])


def _going_on(turn: Turn, talk: Talk, main: str, sure: float) -> str | None:
    """Return the intent of a turn that only changes or corrects what the last one was about."""
    if main in ("profile_show", "profile_forget", "source") and sure >= _CLAUSE_SURE:
        return None
    task = same_task(turn, talk, main)
    if task:
        return task
    if main == "out" and sure >= _EVEN:
        return None
    again = searches_again(turn, talk)
    if again and main == "better":
        return "better"
    narrowed = turn.slots.filters.arguments() or turn.slots.limit or turn.slots.platform
    asks = main in ANALYTIC and has_subject(talk.draft)
    if again and (
        main in ("whatif", "inform", "compare", "fetch", again)
        or sure < _CLAUSE_SURE
        or (narrowed and not asks and len(turn.slots.masked.split()) <= 8)
    ):
        return again
    facts = bool(stated(turn)) or turn.slots.bare is not None
    if not facts or not talk.task or re.search(CUES["whatif"], turn.slots.masked, re.IGNORECASE):
        return None
    if corrects(turn) and main not in ("collect", "track", "fetch"):
        return "inform"
    only_channel = stated(turn).keys() <= {"followers", "typical_views", "recent_views"} and bool(
        stated(turn)
    )
    if (
        only_channel
        and main in ("whatif", "inform", "judge", "thanks")
        and not goes_on(turn)
        and "?" not in turn.said
    ):
        return "inform"
    short = len(turn.slots.masked.split()) <= 4 and turn.slots.bare is not None
    return "inform" if short and main not in ("collect", "similar", "better") else None


def _gives(turn: Turn) -> bool:
    """Say whether a turn brings anything that a tool could work on."""
    slots = turn.slots
    return bool(
        has_subject(stated(turn))
        or slots.links
        or slots.titles
        or slots.views
        or turn.records
        or turn.pictures
    )


def _also_judged(turn: Turn, talk: Talk) -> bool:
    """Say whether a part of a message asks how the draft will do, beside what to change."""
    parts = (turn.slots.masked, *clauses(turn.slots.masked))
    found = [weighed(part, turn, talk) for part in parts]
    return any(scores.get("judge", 0.0) + scores.get("forecast", 0.0) >= _ALSO for scores in found)


def _ordered(intents: list[str], turn: Turn) -> tuple[str, ...]:
    """Drop what the main intent already covers, and pairs that contradict each other."""
    main = intents[0]
    if main == "judge" or ({"forecast", "suggest"} <= set(intents) and main != "diagnose"):
        return ("judge",)
    if main == "suggest" and "judge" in intents:
        return ("judge",)
    if main in ("diagnose", "collect", "fetch", "track", "niche"):
        extra = [name for name in intents[1:] if name in ("similar", "better", "track", "niche")]
    elif main == "adopt":
        extra = [
            name for name in intents[1:] if name in ("explain", "suggest", "similar", "inspect", *SEEING)
        ]
    elif main in ("compare", "whatif"):
        extra = [name for name in intents[1:] if name in ("similar", "explain")]
    else:
        extra = [
            name
            for name in intents[1:]
            if name in ("forecast", "explain", "suggest", "similar", "inspect", *SEEING)
        ]
    return (main, *extra)


def _answer_to_question(turn: Turn, talk: Talk) -> str | None:
    """Return the intent that a question of ours was for, when this turn answers it."""
    if not talk.asked or not talk.asked_for:
        return None
    slots, given = turn.slots, stated(turn)
    if talk.asked == "draft":
        if {"title", "video", "thumbnail"} & given.keys():
            if not re.search(r"\w", slots.masked):
                return talk.asked_for  # nothing but the title
            strongest = weighed(slots.masked, turn, talk) if turn.said.strip() else {}
            other = _best(strongest) if strongest else "inform"
            return talk.asked_for if other not in (*ANALYTIC, "out") or other in _OF_AN_ANSWER else None
        return talk.asked_for if _is_bare_words(turn, talk) else None
    if talk.asked == "figures":
        from shortcast_agent.planner.when import days_of

        said_figures = slots.views is not None or slots.age_days is not None or bool(slots.links)
        return (
            talk.asked_for
            if said_figures or days_of(slots.masked) or re.fullmatch(r"[\d.,]+ ?[kKmM]?", turn.said.strip())
            else None
        )
    if talk.asked == "link":
        return talk.asked_for if slots.links else None
    return talk.asked_for if talk.asked == "topic" and _is_bare_words(turn, talk) else None


def _asks_again(turn: Turn, talk: Talk) -> str | None:
    """Return the intent whose draft we asked for when the answer asks of a video again, without saying which."""
    nameless = talk.asked == "draft" and not has_subject(stated(turn)) and not turn.slots.links
    if not (nameless and speaks_of_some_video(turn) and turn.said.rstrip().endswith(("?", "？"))):
        return None
    scores = weighed(turn.slots.masked, turn, talk)
    best = _best(scores)
    return talk.asked_for if best in SOCIAL else None


def _still_lacks_variants(turn: Turn, talk: Talk) -> bool:
    """Say whether a turn asks for the comparison whose titles or pictures we have asked for, and gives none."""
    if talk.asked != "variants" or has_subject(stated(turn)) or turn.slots.titles or turn.pictures:
        return False
    if len(talk.drafts) > 1 or len(talk.variants) > 1:
        return False
    scores = weighed(turn.slots.masked, turn, talk)
    return bool(scores) and _best(scores) in (
        "compare",
        "inform",
        "thanks",
        "judge",
    )


def _is_bare_words(turn: Turn, talk: Talk) -> bool:
    """Say whether a turn is just words, such as the title that was asked for."""
    text = turn.said.strip()
    if not text or len(text) > 150 or turn.slots.links or turn.slots.titles or turn.videos or turn.pictures:
        return False
    scores = classify(turn.slots.masked) or {}
    if talk.asked == "draft" and scores:
        return scores.get(TITLE, 0.0) >= _A_TITLE
    if reads_as_request(turn):
        return False
    best = _best(scores) if scores else "inform"
    if best == "out":
        return scores[best] < _CLAUSE_SURE
    if best in (*EVIDENCE, *SEEING, "diagnose", "source", "profile_show", "profile_forget"):
        return scores[best] < 0.8
    named = best not in CUES or bool(re.search(CUES[best], turn.slots.masked, re.IGNORECASE))
    return not (best in ("greet", "thanks", "help", "inform") and scores[best] > (0.5 if named else 0.8))


def _without_words(turn: Turn, talk: Talk) -> str:
    if turn.records or turn.facts.get("record"):
        return "diagnose"
    if len(turn.pictures) >= 2 or len(turn.facts.get("titles") or ()) >= 2:
        return "compare"
    if turn.facts.get("url"):
        return "fetch"
    if turn.videos or turn.pictures or stated(turn).keys() & {"title", "video", "thumbnail"}:
        return "judge"
    return "inform" if stated(turn) else "help"
