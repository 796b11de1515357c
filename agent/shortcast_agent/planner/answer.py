"""The planner's prose: what a turn's results say, verdict first, in Markdown.

Every figure comes from a record of this turn or from the user's words, written with `numbers`; the
grounding check reads it back with the same grammar.
"""

from collections.abc import Callable
from typing import Any

from shortcast_agent.numbers import say_count, say_duration, say_percent
from shortcast_agent.planner import found, sections, seen
from shortcast_agent.planner.conversation import Talk, Turn
from shortcast_agent.planner.plan import Plan
from shortcast_agent.planner.sections import plain
from shortcast_agent.planner.voice import Voice
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

HELP = """\
I am Shortcast, an analyst for short videos. This is the **offline analyst**: rules and a forecast model on \
your machine, no language model. Ask me, for example:

- "Will this do well, and what should I change?" with a title, a video file or a thumbnail
- "What if the title were …?", "And if I post it on Friday?", "Which of these two thumbnails?"
- "Why did this flop?" with a link, or with its views and how long ago you posted it
- "It has 5,000 views after 6 hours: how many by tomorrow?" for a video that is out up to 4 days
- "Is the text on my thumbnail readable?", "What happens in the first seconds?", "Which frame makes the best \
thumbnail?", "Which part of the picture helps?"
- "Show me similar videos", "What did better with the same idea?", "Explain the forecast"
- "Collect videos about street food", "What works in my niche?", "Track this video" with a link

Your follower count, or better the views of your recent videos, sharpen every forecast. A forecast is an \
interval that held 80% of the videos kept aside, never a promise."""

_GREETINGS = (
    "Hello! Show me a draft (a title, a video file or a thumbnail) and I forecast its views, or "
    "paste the link of a "
    "video that did worse than you hoped.",
    "Hi! What are you working on? A title, a file or a link is enough to start.",
)
_THANKS = (
    "You're welcome. Show me the next draft whenever it is ready.",
    "Glad that helps. Good luck with it!",
)
_OUT = (
    "That is outside what I can do: I forecast and diagnose short videos. I can judge a draft, "
    "compare titles or "
    "thumbnails, explain why a video did what it did, and find similar ones."
)
_UNCLEAR = (
    "I am not sure what you are after. I can forecast a draft (give me a title, a video file or a "
    "thumbnail), compare "
    "titles or thumbnails, or diagnose a published video (paste its link)."
)


def write(plan: Plan, turn: Turn, talk: Talk) -> str:
    """Write the answer of a turn from its plan and results."""
    parts = [*(f"{problem}" for problem in turn.problems), *turn.errors]
    if turn.slots.unsupported_platform:
        parts.append(
            f"I have no model for {turn.slots.unsupported_platform.capitalize()}, so take this as "
            f"how it would do on "
            f"{sections.PLATFORMS[plan.draft.get('platform', 'youtube_shorts')]}."
        )
    if plan.dropped and not plan.question:
        parts.append("So I went on without that file.")
    body = _body(plan, turn, talk)
    parts += [body] if body else []
    if plan.question:
        parts.append(Voice("en", talk.turns).ask(plan.question))
    return "\n\n".join(parts) or _UNCLEAR


def _body(plan: Plan, turn: Turn, talk: Talk) -> str:
    match plan.intents[0]:
        case "greet":
            return f"{_GREETINGS[talk.turns % 2]} (This is the offline analyst: no language model is set.)"
        case "thanks":
            return _THANKS[talk.turns % 2]
        case "help":
            return HELP
        case "out":
            return _OUT
        case "unclear":
            return _UNCLEAR
    if plan.question and not any(call.record for call in turn.calls):
        return ""
    comparison = turn.found(Comparison) or (
        talk.comparison if plan.intents[0] == "compare" and not plan.calls else None
    )
    written = [
        _alternatives(plan, turn),
        _diagnosis(turn.found(Diagnosis)),
        _next_day(turn.found(NextDayForecast)),
        _said(turn),
        _comparison(comparison),
        "" if plan.intents[0] in ("similar", "better") else _published(turn),
        _draft_answer(plan, turn),
        _similar(plan, turn),
        _unknown(plan, turn),
    ]
    text = "\n\n".join(part for part in written if part)
    if not text and not turn.errors:
        return "Noted." if plan.intents[0] == "inform" else _UNCLEAR
    return text


def _draft_answer(plan: Plan, turn: Turn) -> str:
    """Forecast, reading, reasons and changes of one draft, as far as they were asked for."""
    if plan.alternatives:
        return ""
    forecast: Forecast | None = turn.found(Forecast)
    explanation: Explanation | None = turn.found(Explanation)
    suggestions: Suggestions | None = turn.found(Suggestions)
    reading: DraftReading | None = turn.found(DraftReading)
    parts = []
    if forecast is not None:
        parts.append(sections.verdict(forecast, short=plan.intents[0] == "explain"))
    elif suggestions is not None:
        parts.append(sections.verdict(suggestions.baseline, short=True))
    if reading is not None:
        parts.append(sections.reading(reading, alone=plan.intents[0] == "inspect"))
    if explanation is not None:
        parts.append(sections.reasons(explanation))
    if suggestions is not None:
        parts.append(sections.changes(suggestions))
    return "\n\n".join(part for part in parts if part)


def _alternatives(plan: Plan, turn: Turn) -> str:
    """Set the forecasts of named alternatives beside each other."""
    forecasts: list[tuple[str, Forecast]] = []
    for alternative in plan.alternatives:
        wanted = {**alternative.patch}
        record = next(
            (
                call.record
                for call in turn.calls
                if isinstance(call.record, Forecast)
                and all(call.arguments.get(name) == value for name, value in wanted.items())
                and (wanted or not _carries_another(call.arguments, plan))
            ),
            None,
        )
        if isinstance(record, Forecast):
            forecasts.append((alternative.label, record))
    if len(forecasts) < 2:
        return ""
    best = max(forecasts, key=lambda item: item[1].views)
    first = forecasts[0][1]
    across = len({item[1].platform for item in forecasts}) > 1
    if across:
        # each platform's level is that of the collection it was learned from, and those were sampled differently
        head = (
            "**Two platforms' levels can't be compared here**: each was learned from a collection of its own. "
            "Read each against its own typical video."
        )
    elif best[1].views == min(item[1].views for item in forecasts):
        head = "**No difference**: the model gives the same forecast either way."
    elif _close(best[1], first) and len(forecasts) == 2 and best[0] != forecasts[0][0]:
        head = f"**{plain(best[0])}: slightly better, but well within what the forecast can tell apart.**"
    elif best[0] == forecasts[0][0] and not plan.alternatives[0].patch:
        head = "**Keep it as it stands**: the change lowers the forecast."
    else:
        head = f"**Better: {plain(best[0])}.**"
    lines = [head, ""]
    for label, forecast in forecasts:
        typical = f" there ({say_count(forecast.typical_views)})" if across else ""
        lines.append(
            f"- {plain(label)}: about **{say_count(forecast.views)}** views "
            f"{sections.by_day(forecast.horizon_days)} "
            f"(80%: {say_count(forecast.low)} to {say_count(forecast.high)}), "
            f"{say_percent(forecast.beats_typical)} chance to beat the typical video{typical}"
        )
    lines += ["", sections.anchor(best[1]), "", sections.ASSOCIATIONS]
    return "\n".join(lines)


def _carries_another(arguments: dict[str, Any], plan: Plan) -> bool:
    """Say whether a call was made for one of the changed alternatives."""
    return any(
        alternative.patch and all(arguments.get(name) == value for name, value in alternative.patch.items())
        for alternative in plan.alternatives
    )


def _close(one: Forecast, other: Forecast) -> bool:
    """Say whether two medians differ by less than a tenth, far inside either interval."""
    return max(one.views, other.views) < 1.1 * max(min(one.views, other.views), 1)


def _comparison(comparison: Comparison | None) -> str:
    return sections.comparison(comparison) if comparison is not None else ""


def _diagnosis(diagnosis: Diagnosis | None) -> str:
    return sections.diagnosis(diagnosis) if diagnosis is not None else ""


def _next_day(found: NextDayForecast | None) -> str:
    return sections.next_day(found) if found is not None else ""


def _said(turn: Turn) -> str:
    """Say what was seen in pictures and videos, and what was found of other videos."""
    writers: tuple[tuple[type[Record], Callable[[Any], str]], ...] = (
        (ThumbnailReading, seen.thumbnail),
        (VideoReading, seen.video),
        (ThumbnailSuggestions, seen.thumbnails),
        (ThumbnailExplanation, seen.picture),
        (CollectReport, found.collected),
        (TrackReport, found.tracked),
        (NicheSummary, found.niche),
    )
    results = [(turn.found(kind), write) for kind, write in writers]
    return "\n\n".join(write(record) for record, write in results if record is not None)


def _similar(plan: Plan, turn: Turn) -> str:
    title = "Did better with the same idea" if "better" in plan.intents else "Similar videos"
    alone = plan.intents[0] in ("similar", "better")
    return sections.similar(turn.found(SimilarVideos), alone=alone, title=title)


def _published(turn: Turn) -> str:
    videos = [call.record for call in turn.calls if isinstance(call.record, Published)]
    return "\n\n".join(sections.published(video) for video in videos)


def _unknown(plan: Plan, turn: Turn) -> str:
    """Say what would have sharpened the forecast, and what the model cannot see."""
    forecast: Forecast | None = turn.found(Forecast)
    suggestions: Suggestions | None = turn.found(Suggestions)
    forecast = forecast or (suggestions.baseline if suggestions else None)
    if forecast is None:
        return ""
    parts = (
        [f"**Not known:** {'; '.join(plain(item, 160) for item in forecast.missing)}."]
        if forecast.missing
        else []
    )
    parts += [plain(warning, 240) for warning in forecast.warnings]
    length = plan.draft.get("duration_s")
    if plan.horizon and turn.slots.horizon_days and abs(turn.slots.horizon_days - plan.horizon) > 0.5:
        parts.append(
            f"The model forecasts at 1, 7 and 30 days; {plan.horizon} is the nearest to what you asked."
        )
    if length and plan.intents[0] == "judge" and turn.found(DraftReading) is None:
        parts.append(f"I took your word for its length ({say_duration(float(length))}).")
    return "\n\n".join(parts)
