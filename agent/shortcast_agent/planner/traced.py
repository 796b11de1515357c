"""Where the numbers of the last answer come from, when the user asks."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from shortcast_agent.grounding.figures import figures
from shortcast_agent.planner.conversation import Talk, Turn
from shortcast_agent.planner.sections import plain
from shortcast_agent.planner.voice import Voice

if TYPE_CHECKING:
    from shortcast_agent.planner.plan import Plan
    from shortcast_agent.provenance import Origin

_MOST = 8
_BY_WORD = (
    (re.compile(r"interval|\brange\b|구간|범위|khoảng|intervalo|intervalle", re.IGNORECASE), ("low", "high")),
    (
        re.compile(r"multiplier|\beffects?\b|배수|효과|hệ số|efecto|effet", re.IGNORECASE),
        ("multiplier", "vs_first"),
    ),
    (
        re.compile(r"\bchance|\bpercent|probab|확률|xác suất|khả năng", re.IGNORECASE),
        ("beats_typical", "lead"),
    ),
    (
        re.compile(r"\busual|\btypical|평소|bình thường|habitual|habituel", re.IGNORECASE),
        ("typical_views", "vs_channel"),
    ),
    (
        re.compile(r"\bviews?\b|forecast|조회|lượt xem|visualizaciones|\bvues\b", re.IGNORECASE),
        ("views", "actual_views"),
    ),
)

_ASKS = re.compile(
    r"^\W*(?:and |but |so )?(?:where|what) (?:did|do|does|is|are)\b.{0,40}\b(?:come from|from|get)\b.{0,24}$"
    r"|^\W*(?:and |but )?where (?:did|do) you (?:get|take|have)\b.{0,30}$|^\W*how do you know\b.{0,60}$"
    r"|어디(?:에)?서 (?:나온|나왔|난|온)|출처가|출처는|어떻게 알아|lấy (?:từ |ở )?đâu|từ đâu ra|sao bạn biết"
    r"|de dónde (?:sale|sacas|viene)|cómo lo sabes|d'où (?:vient|sors|tires|tu)|comment (?:tu |le )?(?:le )?sai[st]",
    re.IGNORECASE,
)


def asks_source(text: str, talk: Talk) -> bool:
    """Say whether a short turn plainly asks where a number of the last answer comes from."""
    return bool(re.search(r"\d", talk.answer)) and bool(_ASKS.search(text))


def plan_source(plan: "Plan", turn: Turn, talk: Talk) -> None:
    """Want no tool: what is asked about has been said; a question that was open stays open."""
    plan.talk.asked, plan.talk.asked_for = talk.asked, talk.asked_for


def write_source(plan: "Plan", turn: Turn, talk: Talk, voice: Voice) -> str:
    """Say in which result the asked number of the last answer stands, or its main ones."""
    from shortcast_agent.provenance import Step, origins

    steps = [Step("tool", call.record, call.name, call.arguments) for call in reversed(talk.results)]
    steps += [Step("you", [said]) for said in reversed(talk.heard)]
    steps += [Step("profile", talk.profile)] if talk.profile else []
    found = [origin for origin in origins(talk.answer, steps) if origin.kind != "link"]
    if not found:
        return voice.say("source_none")
    asked = [written for _, written in figures(turn.said)]
    chosen = _asked_for(turn.said, asked, found)
    lines = [_line(origin, voice) for origin in (chosen or _main(found))[:_MOST]]
    if asked and not chosen:
        lines = [voice.say("source_not_said"), "", *lines]
    elif not chosen:
        lines = [voice.say("source_all"), "", *lines]
    return "\n".join([*lines, "", voice.say("source_rule")])


def _asked_for(said: str, asked: Sequence[str], found: Sequence["Origin"]) -> list["Origin"]:
    """Return the origins of the numbers or names that a question names, or of the kind of number that it does."""
    from shortcast_agent.provenance import same_number

    if asked:
        return [origin for origin in found if any(same_number(number, origin.written) for number in asked)]
    low = said.casefold()
    named = [origin for origin in found if origin.kind == "name" and origin.written.casefold() in low]
    if named:
        return named
    for words, keys in _BY_WORD:
        if words.search(said):
            kind = [origin for origin in found if origin.path.rsplit(".", 1)[-1] in keys]
            if kind:
                return kind
    return []


def _main(found: Sequence["Origin"]) -> list["Origin"]:
    """Return what tells most: the numbers of fields first, then those of sentences and the user's own."""
    fields = [
        o
        for o in found
        if o.source == "tool" and not isinstance(o.value, str) and "horizon_days" not in o.path
    ]
    return [*fields, *(origin for origin in found if origin not in fields)]


def _line(origin: "Origin", voice: Voice) -> str:
    written = plain(origin.written, 80)
    match origin.source:
        case "you":
            return voice.say("source_you", written=written, said=plain(str(origin.value), 120))
        case "profile":
            return voice.say("source_profile", written=written)
        case "method":
            return voice.say("source_method", written=written)
    field = re.sub(r"\[\d+\]", "", origin.path) or "result"
    about = f" ({plain(origin.about, 60)})" if origin.about else ""
    line = voice.say(
        "source_tool", written=written, tool=origin.tool, field=field, about=about, value=_raw(origin.value)
    )
    meaning = (
        f" {plain(origin.meaning, 120)}"
        if origin.meaning and voice.language == "en" and not re.search(r"\d", origin.meaning)
        else ""
    )
    return line + meaning


def _raw(value: float | int | str | None) -> str:
    """Write a value as the result has it, digits grouped and shortened where they are many."""
    if isinstance(value, str):
        return f"“{plain(value, 100)}”"
    if value is None:
        return "-"
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"
