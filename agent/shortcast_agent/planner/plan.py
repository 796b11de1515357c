"""What to do about a turn: which tools to call with which arguments, or which question to ask back."""

import re
from dataclasses import dataclass, field, replace
from typing import Any
from zlib import crc32

from shortcast_agent.langchain_tools import FAILED
from shortcast_agent.planner.asking import lacks_other_title
from shortcast_agent.planner.blamed import blamed_factors, explained
from shortcast_agent.planner.conversation import CHANNEL, Talk, Turn, stated, with_profile
from shortcast_agent.planner.cues import CUES
from shortcast_agent.planner.drafts import (
    draft_after,
    has_subject,
    link_of,
    looks_of,
    pointed_neighbour,
    stated_figures,
)
from shortcast_agent.planner.evidence import (
    plan_better,
    plan_collect,
    plan_fetch,
    plan_niche,
    plan_similar,
    plan_track,
)
from shortcast_agent.planner.following import compare_again, counted_in, plan_adopt, plan_inform
from shortcast_agent.planner.language import language_after
from shortcast_agent.planner.names import drafts_in, note_draft, note_videos, points_at_all
from shortcast_agent.planner.next_day import plan_next_day
from shortcast_agent.planner.seeing import (
    plan_explain_thumbnail,
    plan_read_thumbnail,
    plan_read_video,
    plan_suggest_thumbnails,
)
from shortcast_agent.planner.slots import nearest_horizon
from shortcast_agent.planner.traced import plan_source
from shortcast_agent.planner.understand import understand
from shortcast_agent.planner.variants import Alternative, alternatives, hypothesis
from shortcast_agent.planner.voice import Question
from shortcast_ml.records import Comparison, Diagnosis, Forecast, Published, SimilarVideos


@dataclass
class Plan:
    """The decision for one turn: the calls it wants, or a question back, and what it leaves behind."""

    intents: tuple[str, ...]
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    question: Question | None = None
    alternatives: tuple[Alternative, ...] = ()
    draft: dict[str, Any] = field(default_factory=dict)
    horizon: int | None = None
    dropped: tuple[str, ...] = ()
    blamed: tuple[str, ...] = ()  # factors that the turn asks about
    talk: Talk = field(default_factory=Talk)

    def want(self, name: str, **arguments: Any) -> None:
        """Add a call, without the arguments that say nothing."""
        self.calls.append(
            (name, {key: value for key, value in arguments.items() if value not in (None, "", [], ())})
        )

    def ask(self, what: str, intent: str, key: str, **fields: Any) -> None:
        """Ask back by the phrase `key` for what `intent` needs: a draft, figures, a link, a topic, variants."""
        self.question = Question(key, fields)
        self.talk.asked, self.talk.asked_for = what, intent


def decide(turn: Turn, talk: Talk, intents: tuple[str, ...] = ()) -> Plan:
    """Decide about a turn, given what earlier turns left and the results that this turn has so far.

    `intents` are those that a language model has understood; without any, those that the turn remembers
    are taken, or it is understood here.
    """
    talk = with_profile(talk, turn)
    intents = intents or turn.intents or understand(turn, talk)
    intents = _draft_first(intents, turn)
    draft = draft_after(turn, talk, intents[0])
    plan = Plan(intents, draft=draft, horizon=_horizon(turn))
    plan.talk = replace(
        talk, draft=draft, asked=None, asked_for=None, last_intent=intents[0], turns=talk.turns + 1,
        language=language_after(turn, talk, intents[0]),
        seed=talk.seed if talk.turns else crc32(turn.said.encode(errors="replace")),
    )  # fmt: skip
    for intent in intents:
        _PLANNERS[intent](plan, turn, talk)
        if plan.question:
            break
    _without_bad_files(plan, turn)
    _learn(plan.talk, turn, plan)
    _name(plan.talk, turn, plan)
    return plan


def remember(turns: list[Turn]) -> Talk:
    """Return what finished turns leave behind."""
    talk = Talk()
    for turn in turns:
        talk = decide(turn, talk).talk
    return talk


# --- one planner per intent --------------------------------------------------------------------------


def _judge(plan: Plan, turn: Turn, talk: Talk) -> None:
    if link_of(turn):
        return _diagnose(plan, turn, talk)
    if not has_subject(plan.draft):
        return plan.ask("draft", "judge", "ask_draft")
    if plan.draft.get("video") or plan.draft.get("thumbnail"):
        plan.want("inspect_draft", **plan.draft)
    plan.want("forecast_views", **plan.draft, horizon_days=plan.horizon)
    plan.want("explain_forecast", **plan.draft, horizon_days=plan.horizon)
    plan.want("suggest_changes", **plan.draft)
    plan.want("find_similar_videos", **looks_of(plan.draft))
    return None


def _forecast(plan: Plan, turn: Turn, talk: Talk) -> None:
    if points_at_all(turn, talk):
        return _each(plan, dict(plan.draft), tuple(Alternative.of(patch, turn) for patch in talk.variants))
    if not has_subject(plan.draft):
        if len(talk.variants) > 1 and stated(turn):
            return compare_again(plan, talk)  # "and with 50k followers?"
        return plan.ask("draft", "forecast", "ask_draft_forecast")
    plan.want("forecast_views", **plan.draft, horizon_days=plan.horizon)
    return None


def _explain(plan: Plan, turn: Turn, talk: Talk) -> None:
    plan.blamed = blamed_factors(turn)
    if plan.blamed and isinstance(explained(talk), Diagnosis):
        return None  # answered from the diagnosis
    if not has_subject(plan.draft):
        return plan.ask("draft", "explain", "ask_draft_explain")
    plan.want("forecast_views", **plan.draft, horizon_days=plan.horizon)
    plan.want("explain_forecast", **plan.draft, horizon_days=plan.horizon)
    return None


def _suggest(plan: Plan, turn: Turn, talk: Talk) -> None:
    if not has_subject(plan.draft):
        return plan.ask("draft", "suggest", "ask_draft_suggest")
    plan.want("suggest_changes", **plan.draft, limit=turn.slots.limit or turn.facts.get("limit"))
    return None


def _inspect(plan: Plan, turn: Turn, talk: Talk) -> None:
    if not plan.draft.get("video") and not plan.draft.get("thumbnail"):
        return plan.ask("draft", "inspect", "ask_file")
    plan.want("inspect_draft", **plan.draft)
    return None


def _whatif(plan: Plan, turn: Turn, talk: Talk) -> None:
    if not has_subject(plan.draft):
        if len(talk.variants) > 1 and stated(turn):
            return compare_again(plan, talk)  # "and with 50k followers?"
        return plan.ask("draft", "judge", "ask_draft_whatif")
    base, several = dict(plan.draft), alternatives(turn)
    if several:
        return _each(plan, base, several)
    if not has_subject(talk.draft):
        return _judge(plan, turn, talk)  # nothing to compare with: "My title is X. What would you change?"
    patch = hypothesis(turn, talk)
    if not patch:
        return _forecast(plan, turn, talk) if plan.horizon else _suggest(plan, turn, talk)
    plan.talk.hypothetical = patch
    if patch.keys() == {"title"} and base.get("title"):
        rest = {name: value for name, value in base.items() if name != "title"}
        plan.talk.variants = [{"title": base["title"]}, {"title": patch["title"]}]
        plan.want("compare_variants", titles=[base["title"], patch["title"]], **rest)
        return None
    if patch.keys() == {"thumbnail"} and base.get("thumbnail"):
        rest = {name: value for name, value in base.items() if name != "thumbnail"}
        plan.talk.variants = [{"thumbnail": base["thumbnail"]}, {"thumbnail": patch["thumbnail"]}]
        plan.want("compare_variants", thumbnails=[base["thumbnail"], patch["thumbnail"]], **rest)
        return None
    return _each(plan, base, (Alternative("as it stands", {}), Alternative.of(patch, turn)))


def _each(plan: Plan, base: dict[str, Any], several: tuple[Alternative, ...]) -> None:
    """Forecast each of several alternatives of one draft."""
    plan.alternatives = several
    plan.talk.variants = [alternative.patch for alternative in several]
    for alternative in several:
        plan.want("forecast_views", **(base | alternative.patch), horizon_days=plan.horizon)


def _compare(plan: Plan, turn: Turn, talk: Talk) -> None:
    if lacks_other_title(turn, talk):
        return plan.ask("variants", "compare", "ask_titles")
    titles = list(turn.facts.get("titles") or turn.slots.titles)
    pictures = list(turn.facts.get("thumbnails") or turn.pictures)
    draft = dict(plan.draft)
    compared = [str(variant["title"]) for variant in talk.variants if variant.keys() == {"title"}]
    if len(titles) == 1 and len(compared) > 1 and titles[0] not in compared:
        titles = [*compared, *titles]  # "and against this one?"
    named = drafts_in(turn, talk)
    if len(named) > 1 and not titles:
        titles = [str(one["title"]) for one in named if one.get("title")]
    if len(titles) == 1 and talk.draft.get("title") not in (None, titles[0]):
        titles = [talk.draft["title"], titles[0]]
    if len(pictures) == 1 and talk.draft.get("thumbnail") not in (None, pictures[0]):
        pictures = [talk.draft["thumbnail"], pictures[0]]
    if len(titles) >= 2 or len(pictures) >= 2:
        variants: dict[str, Any] = {}
        if len(titles) >= 2:
            draft.pop("title", None)
            variants["titles"] = titles
        if len(pictures) >= 2 and (len(titles) < 2 or len(titles) == len(pictures)):
            draft.pop("thumbnail", None)
            variants["thumbnails"] = pictures
        plan.talk.variants = [
            {name[:-1]: values[nth] for name, values in variants.items()}
            for nth in range(len(next(iter(variants.values()))))
        ]
        plan.want("compare_variants", **variants, **draft)
        return None
    several = alternatives(turn)
    if len(pictures) == 1 and has_subject({**draft, "thumbnail": None}):
        draft.pop("thumbnail", None)
        plan.draft = plan.talk.draft = draft
        several = (
            Alternative("without a thumbnail", {}),
            Alternative("with this one", {"thumbnail": pictures[0]}),
        )
    if several and has_subject(draft):
        return _each(plan, draft, several)
    if len(talk.variants) > 1 and (stated(turn).keys() - {"title", "thumbnail"}):
        return compare_again(plan, talk)  # "and which for 50k followers?"
    if talk.comparison is not None:
        return None  # "which one?" about what was just compared: answered from that result
    if has_subject(stated(turn)) and not re.search(CUES["compare"], turn.slots.masked, re.IGNORECASE):
        return _suggest(plan, turn, talk)  # "the best length for X?" compares nothing: it asks for changes
    pictured = re.search(r"thumb|picture|image|cover", turn.said, re.IGNORECASE)
    return plan.ask("variants", "compare", "ask_pictures" if pictured else "ask_titles")


def _diagnose(plan: Plan, turn: Turn, talk: Talk) -> None:
    channel = {name: plan.draft[name] for name in CHANNEL[1:] if plan.draft.get(name)}
    record = turn.facts.get("record") or (turn.records[0] if turn.records else None)
    neighbour = pointed_neighbour(turn, talk)
    link = link_of(turn) or (neighbour.url if neighbour else None)
    if neighbour is not None and neighbour.demo and not link_of(turn):
        return plan.ask("link", "diagnose", "ask_real_link")
    if record:
        plan.want("diagnose_video", record=record, **channel)
    elif link:
        plan.talk.link = link
        plan.want("diagnose_video", url=link, **({} if neighbour else channel))
    else:
        views, age = stated_figures(turn, talk)
        plan.talk.views, plan.talk.age_days = views, age
        if views is None and age is None and talk.link and not has_subject(stated(turn)):
            plan.talk.link = talk.link
            plan.want("diagnose_video", url=talk.link, **channel)
            return None
        if views is None or age is None:
            wanted = "ask_age" if views is not None else "ask_views" if age is not None else "ask_figures"
            return plan.ask("figures", "diagnose", wanted)
        plan.want("diagnose_video", views=views, age_days=age, **plan.draft)
    return None


def _nothing(plan: Plan, turn: Turn, talk: Talk) -> None:
    plan.talk.asked, plan.talk.asked_for = talk.asked, talk.asked_for


# Intents that are about something, so that a later turn can go on from them.
ABOUT = (
    "judge", "forecast", "explain", "suggest", "inspect", "whatif", "compare", "diagnose", "similar", "better",
    "niche", "fetch", "collect", "track", "read_thumbnail", "read_video", "suggest_thumbnails",
    "explain_thumbnail", "next_day", "adopt",
)  # fmt: skip
_PLANNERS = {
    "judge": _judge, "forecast": _forecast, "explain": _explain, "suggest": _suggest, "inspect": _inspect,
    "whatif": _whatif, "compare": _compare, "diagnose": _diagnose,
    "similar": plan_similar, "better": plan_better, "niche": plan_niche, "fetch": plan_fetch,
    "collect": plan_collect, "track": plan_track,
    "read_thumbnail": plan_read_thumbnail, "read_video": plan_read_video,
    "suggest_thumbnails": plan_suggest_thumbnails, "explain_thumbnail": plan_explain_thumbnail,
    "next_day": plan_next_day, "inform": plan_inform, "adopt": plan_adopt,
    "source": plan_source, "profile_show": _nothing, "profile_forget": _nothing,
    "greet": _nothing, "thanks": _nothing, "help": _nothing, "out": _nothing, "unclear": _nothing,
}  # fmt: skip


def plan_for(intent: str, plan: Plan, turn: Turn, talk: Talk) -> None:
    """Plan what an intent asks for."""
    _PLANNERS[intent](plan, turn, talk)


_TELLS_NOTHING = ("source", "profile_show", "profile_forget", "greet", "thanks", "help", "out", "unclear")


# --- helpers -----------------------------------------------------------------------------------------


def _draft_first(intents: tuple[str, ...], turn: Turn) -> tuple[str, ...]:
    """Put what is asked of a draft before what is looked up beside it: its title states the draft."""
    asked = [name for name in intents if name in ("forecast", "explain", "suggest", "judge")]
    if intents[0] not in ("similar", "better", "niche") or not asked or not has_subject(stated(turn)):
        return intents
    return (*asked, *(name for name in intents if name not in asked))


def _horizon(turn: Turn) -> int | None:
    return nearest_horizon(turn.facts.get("horizon_days") or turn.slots.horizon_days)


def _without_bad_files(plan: Plan, turn: Turn) -> None:
    """When a file could not be read, plan the same calls once more without it, or ask for
    something else."""
    refused = [call for call in turn.calls if call.error and FAILED not in call.error]
    failed = [call.arguments for call in refused if call.name != "compare_variants"]
    worked = [call.arguments for call in turn.calls if call.record]
    bad = []
    if any(arguments.get("video") for arguments in failed):
        bad.append("video")
    if any(arguments.get("thumbnail") and not arguments.get("video") for arguments in failed):
        bad.append("thumbnail")
    bad = [
        name for name in bad if plan.draft.get(name) and not any(arguments.get(name) for arguments in worked)
    ]
    if not bad:
        return
    plan.dropped = tuple(bad)
    plan.draft = plan.talk.draft = {key: value for key, value in plan.draft.items() if key not in bad}
    if not has_subject(plan.draft):
        plan.ask("draft", plan.intents[0], "ask_other_file")
        return
    plan.calls = [
        (tool, {key: value for key, value in arguments.items() if key not in bad})
        for tool, arguments in plan.calls
        if tool != "inspect_draft"
    ]


def _name(talk: Talk, turn: Turn, plan: Plan) -> None:
    """Keep the drafts and videos of the conversation under their short names, and what was asked last."""
    main = plan.intents[0]
    if main in ABOUT:
        talk.task, talk.wanted = main, plan.calls or talk.wanted
    if any(
        name in ("forecast_views", "explain_forecast", "suggest_changes", "inspect_draft")
        for name, _ in plan.calls
    ):
        talk.drafts = note_draft(talk.drafts, talk.draft)
    talk.videos = note_videos(talk.videos, [talk.link] if talk.link else [])
    talk.counted = counted_in(turn, talk)
    for name, arguments in plan.calls:
        if name in ("find_similar_videos", "summarize_niche", "collect"):
            talk.searched = arguments


def _learn(talk: Talk, turn: Turn, plan: Plan) -> None:
    """Keep what the results of a turn give later turns to build on."""
    talk.results = [*talk.results, *(call for call in turn.calls if call.record is not None)]
    if plan.intents[0] not in _TELLS_NOTHING:
        talk.heard = [*talk.heard, turn.said]
        talk.answer = turn.answer or talk.answer
    comparison, similar = turn.found(Comparison), turn.found(SimilarVideos)
    diagnosis, published = turn.found(Diagnosis), turn.found(Published)
    if comparison is not None:
        talk.comparison = comparison
    if similar is not None:
        talk.neighbours = similar.neighbours
        if plan.intents[0] in ("similar", "better"):
            talk.variants = []
    if diagnosis is not None:
        talk.published = diagnosis.video
        talk.neighbours = diagnosis.better_neighbours or talk.neighbours
    if published is not None:
        talk.published = published
    talk.forecasted = talk.forecasted or turn.found(Forecast) is not None
