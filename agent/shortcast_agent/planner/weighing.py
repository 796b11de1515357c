"""How likely each intent is for a text: the head's probabilities, weighed with what can be seen around it."""

import re

from shortcast_agent.planner.asking import asks_like
from shortcast_agent.planner.beyond import orders_beyond
from shortcast_agent.planner.conversation import Talk, Turn, stated
from shortcast_agent.planner.cues import CUES, clauses
from shortcast_agent.planner.evidence import EVIDENCE, rests_on_library
from shortcast_agent.planner.intents import TITLE, classify
from shortcast_agent.planner.seeing import SEEING
from shortcast_agent.planner.traced import asks_source
from shortcast_agent.planner.variants import alternatives

ANALYTIC = (
    "judge",
    "forecast",
    "whatif",
    "compare",
    "diagnose",
    "explain",
    "suggest",
    "inspect",
    *EVIDENCE,
    *SEEING,
)
SOCIAL = ("greet", "thanks", "help", "out")
_FRAGMENT = 6  # words that only name something new for what was asked before
_COLLECTS = re.compile(
    r"\W*(?:please |pls |can you |could you )?(?:collect|scrape|gather|crawl|harvest)\b", re.IGNORECASE
)


def likelihoods(turn: Turn, talk: Talk) -> dict[str, float]:
    """Return how likely each intent is for the whole of a turn, summing to 1; {} for a turn without words."""
    return weighed(turn.slots.masked, turn, talk) if turn.said.strip() else {}


def hints(turn: Turn, talk: Talk) -> dict[str, float]:
    """Return how likely each intent is where it is likeliest, in the whole or in a clause; 1.0 where a cue names it."""
    said = turn.slots.masked
    found = {name: 1.0 for name, cue in CUES.items() if re.search(cue, said, re.IGNORECASE)}
    for text in (said, *clauses(said)) if turn.said.strip() else ():
        for name, score in weighed(text, turn, talk).items():
            found[name] = max(found.get(name, 0.0), score)
    return found


def weighed(text: str, turn: Turn, talk: Talk) -> dict[str, float]:
    """Return probabilities of the intents for a text, given what is attached, stated and known."""
    scores = dict(classify(text) or {})
    scores["judge"] = scores.get("judge", 0.0) + scores.pop(TITLE, 0.0)  # a title alone is a draft to judge
    if len(scores) == 1:
        scores = dict.fromkeys((*ANALYTIC, *SOCIAL, "inform", "adopt"), 0.02)
        scores |= {name: 1.0 for name, cue in CUES.items() if re.search(cue, text, re.IGNORECASE)}
    scores = {
        name: score * (1.6 if name in CUES and re.search(CUES[name], text, re.IGNORECASE) else 1.0)
        for name, score in scores.items()
    }
    if orders_beyond(text) and "out" in scores:
        scores["out"] = (scores["out"] + 0.03) * 12
    for name, weight in _weights(turn, talk).items():
        if name in scores:
            scores[name] = (scores[name] + (0.03 if weight >= 4 else 0.0)) * weight
    total = sum(scores.values()) or 1.0
    return {name: score / total for name, score in scores.items()}


def _weights(turn: Turn, talk: Talk) -> dict[str, float]:
    """Say what the visible facts make likelier or less likely."""
    slots, given = turn.slots, stated(turn)
    weights: dict[str, float] = {}

    def weigh(factor: float, *names: str) -> None:
        for name in names:
            weights[name] = weights.get(name, 1.0) * factor

    if slots.links or turn.facts.get("url"):
        weigh(0.02, "whatif", "inspect", "inform", "adopt", "greet", "thanks", "help", "suggest")
        weigh(0.3, "out", "explain")
        if len(slots.titles) < 2:
            weigh(0.1, "compare")
        if len(slots.links) > 1:
            weigh(5, "track")  # no other tool takes several
        if asks_like(turn):
            weigh(12, "similar")
    else:
        weigh(0.6 if talk.published else 0.02, "fetch")
    if _COLLECTS.match(slots.masked):
        weigh(8, "collect")
    if turn.records or turn.facts.get("record"):
        weigh(20, "diagnose")
    if len(turn.pictures) >= 2 or len(slots.titles) >= 2 or len(turn.facts.get("titles") or ()) >= 2:
        weigh(25, "compare")
        weigh(0.1, "adopt", "inform")
    elif len(slots.titles) == 1 and not _can_compare(turn, talk):
        weigh(0.1, "compare")
    if slots.views is not None or turn.facts.get("views") is not None:
        weigh(8 if slots.age_days is not None or turn.records else 4, "diagnose")
    if slots.age_days is not None and not talk.forecasted:
        weigh(3, "diagnose")
    if (
        slots.titles
        and slots.views is None
        and slots.age_days is None
        and not slots.links
        and not turn.records
    ):
        weigh(0.4, "diagnose")
    if rests_on_library(turn):
        weigh(12, "niche")
    if slots.filters.arguments() and slots.age_days is None:
        weigh(5, "similar", "better")
    if turn.videos or turn.pictures:
        weigh(0.6, "out")
        weigh(0.1, "greet", "help", "thanks", "fetch", "collect", "track", "niche")
        weigh(1.5, "judge")
        if not turn.pictures and not talk.draft.get("thumbnail"):
            weigh(0.2, "read_thumbnail", "explain_thumbnail")
        if not turn.videos and not talk.draft.get("video"):
            weigh(0.2, "read_video", "suggest_thumbnails")
        if not re.search(CUES["inspect"], slots.text, re.IGNORECASE):
            weigh(0.4, "inspect")
    if talk.task and given and len(slots.masked.split()) <= _FRAGMENT:
        weigh(0.2, "out", "greet", "thanks", "help")  # "solo en tiktok", "and with 50k?"
    has_draft = bool({"title", "video", "thumbnail"} & (talk.draft.keys() | given.keys()))
    if not has_draft:
        weigh(0.3, "inspect", "whatif")
    changes = given.keys() & {"title", "duration_s", "publish_at", "thumbnail", "platform"}
    if talk.forecasted and changes:
        weigh(3, "whatif")
    if re.match(
        r"\W*(?:and |so |but )?(?:what if|suppose|imagine|et si|y si)\b", slots.masked, re.IGNORECASE
    ):
        weigh(8, "whatif")
    if talk.forecasted:
        weigh(1.5, "explain", "suggest")
        if not talk.link and slots.views is None:
            weigh(0.5, "diagnose")
    if not talk.results:
        weigh(0.3, "source")
    elif asks_source(slots.text, talk):
        weigh(20, "source")
    if not talk.variants and not talk.hypothetical and len(talk.drafts) < 2:
        weigh(0.05, "adopt")
    elif slots.ordinal is not None:
        weigh(3, "adopt")
    if talk.neighbours and slots.ordinal is not None and not talk.variants:
        weigh(2, "diagnose", "similar")
    return weights


def _can_compare(turn: Turn, talk: Talk) -> bool:
    """Say whether there are two of anything: an earlier title, two moments, two pictures."""
    return bool(talk.draft.get("title") or talk.variants or turn.pictures or alternatives(turn))
