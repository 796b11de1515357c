"""The planner's prose: what a turn's results say, verdict first, in Markdown and the user's language.

Every figure comes from a record of this turn or from the user's words, written with `numbers`; the
grounding check reads it back with the same grammar.
"""

import re
from collections.abc import Callable
from typing import Any

from shortcast_agent.numbers import say_duration
from shortcast_agent.planner import found, posted, sections, seen, smalltalk, traced
from shortcast_agent.planner.blamed import explanation_of
from shortcast_agent.planner.conversation import Talk, Turn
from shortcast_agent.planner.plan import Plan
from shortcast_agent.planner.sections import told
from shortcast_agent.planner.variants import Alternative
from shortcast_agent.planner.voice import Voice, wants_all
from shortcast_ml.records import (
    CollectReport,
    Comparison,
    Diagnosis,
    DraftReading,
    Explanation,
    Forecast,
    NextDayForecast,
    NicheSummary,
    Published,
    Record,
    SimilarVideos,
    Suggestions,
    ThumbnailExplanation,
    ThumbnailReading,
    ThumbnailSuggestions,
    TrackReport,
    VideoReading,
)


def write(plan: Plan, turn: Turn, talk: Talk) -> str:
    """Write the answer of a turn from its plan and results."""
    voice = Voice(plan.talk.language, plan.talk.seed + talk.turns, full=wants_all(turn.slots.masked))
    parts = [*turn.problems, *(voice.told(error) for error in turn.errors)]
    if turn.slots.unsupported_platform:
        parts.append(
            voice.say(
                "no_model_for",
                platform=turn.slots.unsupported_platform.capitalize(),
                other=sections.platform_name(plan.draft.get("platform", "youtube_shorts"), voice),
            )
        )
    if plan.dropped and not plan.question:
        parts.append(voice.say("without_that_file"))
    body = _body(plan, turn, talk, voice)
    parts += [body] if body else []
    if plan.question:
        parts.append(voice.ask(plan.question))
    return "\n\n".join(parts) or voice.say("unclear")


def _body(plan: Plan, turn: Turn, talk: Talk, voice: Voice) -> str:
    match plan.intents[0]:
        case "greet" | "thanks" | "help" | "unclear" as said:
            return voice.say(said)
        case "source":
            return traced.write_source(plan, turn, talk, voice)
        case "out":
            return smalltalk.out_of_scope(turn.said, voice)
        case "profile_show":
            return smalltalk.profile(turn.profile, voice)
        case "profile_forget":
            return voice.say("profile_forgotten")
    if plan.question and not any(call.record for call in turn.calls):
        return ""
    comparison = turn.found(Comparison) or (
        talk.comparison if plan.intents[0] == "compare" and not plan.calls else None
    )
    written = [
        _alternatives(plan, turn, voice),
        _of(turn, Diagnosis, posted.diagnosis, voice),
        _of(turn, NextDayForecast, posted.next_day, voice),
        _said(turn, voice),
        sections.comparison(comparison, voice) if comparison is not None else "",
        "" if plan.intents[0] in ("similar", "better") else _published(turn, voice),
        _draft_answer(plan, turn, voice),
        _similar(plan, turn, voice),
        _unknown(plan, turn, voice),
    ]
    text = "\n\n".join(part for part in written if part)
    if not text and not turn.errors:
        return voice.say("noted" if plan.intents[0] == "inform" else "unclear")
    return text


def _of(turn: Turn, kind: type[Record], say: Callable[[Any, Voice], str], voice: Voice) -> str:
    record = turn.found(kind)
    return say(record, voice) if record is not None else ""


def _draft_answer(plan: Plan, turn: Turn, voice: Voice) -> str:
    """Forecast, reading, reasons and changes of one draft, as far as they were asked for."""
    if plan.alternatives:
        return ""
    forecast: Forecast | None = turn.found(Forecast)
    explanation: Explanation | None = turn.found(Explanation) or (
        explanation_of(plan.talk) if plan.blamed else None
    )
    suggestions: Suggestions | None = turn.found(Suggestions)
    reading: DraftReading | None = turn.found(DraftReading)
    parts = []
    if forecast is not None:
        parts.append(sections.verdict(forecast, voice, short=plan.intents[0] == "explain"))
    elif suggestions is not None:
        parts.append(sections.verdict(suggestions.baseline, voice, short=True))
    if reading is not None:
        parts.append(sections.reading(reading, voice, alone=plan.intents[0] == "inspect"))
    if explanation is not None:
        parts.append(sections.reasons(explanation, voice, asked=plan.blamed))
    if suggestions is not None:
        parts.append(sections.changes(suggestions, voice))
    return "\n\n".join(part for part in parts if part)


def _alternatives(plan: Plan, turn: Turn, voice: Voice) -> str:
    """Set the forecasts of named alternatives beside each other."""
    forecasts = [
        (alternative.label, record)
        for alternative in plan.alternatives
        if (record := _forecast_of(alternative, plan, turn)) is not None
    ]
    if len(forecasts) < 2:
        return ""
    (first_label, first), (label, best) = forecasts[0], max(forecasts, key=lambda item: item[1].views)
    # each platform's level is that of the collection it was learned from, and those were sampled differently
    across = len({forecast.platform for _, forecast in forecasts}) > 1
    if across:
        how = "two_platforms"
    elif best.views == min(forecast.views for _, forecast in forecasts):
        how = "no_difference"
    elif len(forecasts) == 2 and label != first_label and _close(best, first):
        how = "slightly_better"
    elif label == first_label and not plan.alternatives[0].patch:
        how = "keep_it"
    else:
        how = "better"
    lines = [_capital(voice.say(how, label=told(label, voice))), ""]
    lines += [
        sections.alternative(told(name, voice), forecast, voice, typical=across)
        for name, forecast in forecasts
    ]
    return "\n".join([*lines, "", sections.anchor(best, voice), "", voice.say("associations")])


def _forecast_of(alternative: Alternative, plan: Plan, turn: Turn) -> Forecast | None:
    """Return the forecast that was made for an alternative: its changed fields, and no other's."""
    wanted = alternative.patch
    for call in turn.calls:
        given = call.arguments
        fits = all(given.get(name) == value for name, value in wanted.items())
        if isinstance(call.record, Forecast) and fits and (wanted or not _carries_another(given, plan)):
            return call.record
    return None


def _capital(text: str) -> str:
    """Return a line with its first letter in upper case, behind its Markdown."""
    return re.sub(r"^(\W*)(\w)", lambda found: found[1] + found[2].upper(), text)


def _carries_another(arguments: dict[str, Any], plan: Plan) -> bool:
    """Say whether a call was made for one of the changed alternatives."""
    return any(
        alternative.patch and all(arguments.get(name) == value for name, value in alternative.patch.items())
        for alternative in plan.alternatives
    )


def _close(one: Forecast, other: Forecast) -> bool:
    """Say whether two medians differ by less than a tenth, far inside either interval."""
    return max(one.views, other.views) < 1.1 * max(min(one.views, other.views), 1)


def _said(turn: Turn, voice: Voice) -> str:
    """Say what was seen in pictures and videos, and what was found of other videos."""
    writers: tuple[tuple[type[Record], Callable[[Any, Voice], str]], ...] = (
        (ThumbnailReading, seen.thumbnail),
        (VideoReading, seen.video),
        (ThumbnailSuggestions, seen.thumbnails),
        (ThumbnailExplanation, seen.picture),
        (CollectReport, found.collected),
        (TrackReport, found.tracked),
        (NicheSummary, found.niche),
    )
    return "\n\n".join(said for kind, write in writers if (said := _of(turn, kind, write, voice)))


def _similar(plan: Plan, turn: Turn, voice: Voice) -> str:
    alone = plan.intents[0] in ("similar", "better")
    return found.similar(turn.found(SimilarVideos), voice, alone=alone, better="better" in plan.intents)


def _published(turn: Turn, voice: Voice) -> str:
    videos = [call.record for call in turn.calls if isinstance(call.record, Published)]
    return "\n\n".join(posted.published(video, voice) for video in videos)


def _unknown(plan: Plan, turn: Turn, voice: Voice) -> str:
    """Say what would have sharpened the forecast, and what the model cannot see."""
    forecast: Forecast | None = turn.found(Forecast)
    suggestions: Suggestions | None = turn.found(Suggestions)
    forecast = forecast or (suggestions.baseline if suggestions else None)
    if forecast is None:
        return ""
    missing = "; ".join(told(item, voice, 160) for item in forecast.missing)
    parts = [voice.say("not_known", items=missing)] if missing else []
    parts += [told(warning, voice) for warning in forecast.warnings]
    length = plan.draft.get("duration_s")
    if plan.horizon and turn.slots.horizon_days and abs(turn.slots.horizon_days - plan.horizon) > 0.5:
        parts.append(voice.say("nearest_horizon", age=voice.age(plan.horizon)))
    if length and voice.full and plan.intents[0] == "judge" and turn.found(DraftReading) is None:
        parts.append(voice.say("as_stated", length=say_duration(float(length))))
    return "\n\n".join(parts)
