"""Forecasts, their reasons and comparisons in few words."""

from collections.abc import Callable
from typing import Any

from shortcast_agent.brief.words import (
    ASSOCIATION,
    Words,
    cut,
    days,
    factors,
    listed,
    neighbour,
    quoted,
    span,
)
from shortcast_agent.numbers import say_age, say_count, say_percent, say_times
from shortcast_ml import records
from shortcast_ml.records import Record


def _forecast(found: records.Forecast) -> Words:
    other = [
        f"{say_count(h.views)} at {days(h.horizon_days)} ({say_count(h.low)} to {say_count(h.high)})"
        for h in found.by_horizon
        if h.horizon_days != found.horizon_days
    ]
    return Words(
        [
            f"**{say_count(found.views)} views** at {days(round(found.horizon_days, 1))}, {span(found)}.",
            f"{say_percent(found.beats_typical)} chance to beat the channel's typical "
            f"{say_count(found.typical_views)}.",
            f"Also: {', '.join(other)}." if other else "",
        ],
        caveats=[
            _anchored(found),
            *found.warnings,
            listed("Would sharpen it", found.missing),
            f"Model {found.model}.",
        ],
    )


def _anchored(found: records.Forecast) -> str:
    if found.anchor_source == "platform":
        return "Nothing is known of the channel: this is the platform's usual, and the interval is wide."
    return ""


def _next_day(found: records.NextDayForecast) -> Words:
    later = [
        f"{say_count(h.views)} at {days(h.horizon_days)} ({say_count(h.low)} to {say_count(h.high)})"
        for h in found.by_horizon
    ]
    return Words(
        [
            f"**{say_count(found.views)} views** in 24 hours, {span(found)}: {say_times(found.vs_now)} the "
            f"{say_count(found.views_now)} that it has at {say_age(found.age_days)}.",
            f"By its age alone: {say_count(found.by_age_alone)}.",
            f"Later: {', '.join(later)}." if later else "",
        ],
        caveats=[*found.warnings, listed("Would sharpen it", found.missing), f"Model {found.model}."],
    )


def _explanation(found: records.Explanation) -> Words:
    raw = say_count(10**found.prediction_log10)
    return Words(
        [
            f"From {say_count(found.base_views)} for an average video to {raw} for this one, largest effect first:",
            *factors(found.factors),
        ],
        caveats=[ASSOCIATION, f"Model {found.model}."],
    )


def _suggestions(found: records.Suggestions) -> Words:
    start = found.baseline
    lines = []
    for change in found.changes:
        between = (
            f" (80% {say_times(change.low)} to {say_times(change.high)})"
            if change.low and change.high
            else ""
        )
        sure = "" if change.reliable else ", not a reliable effect"
        after = f" [{cut(change.after, 80)}]" if change.argument == "title" else ""
        lines.append(f"- {change.what}{after} {say_times(change.multiplier)}{between}{sure}")
    reliable = sum(change.reliable for change in found.changes)
    first = f"{reliable} of {found.tried} changes tried have a reliable effect" if reliable else (
        f"None of {found.tried} changes tried has a reliable effect"
    )  # fmt: skip
    return Words(
        [
            f"**{first}** on {say_count(start.views)} views at {days(start.horizon_days)}, {span(start)}.",
            *lines,
        ],
        caveats=[listed("No reliable effect", found.no_effect), ASSOCIATION, *found.notes],
    )


def _comparison(found: records.Comparison) -> Words:
    sure = f"in {say_percent(found.lead)} of such pairs the one ahead did better"
    verdict = f"**“{cut(found.best, 80)}”** is ahead: {sure}." if found.decisive else (
        f"**Too close to tell**: {sure}; “{cut(found.best, 80)}” is slightly ahead."
    )  # fmt: skip
    lines = [
        f"- “{cut(v.label, 60)}”: {say_count(v.forecast.views)} views, {span(v.forecast)}, {say_times(v.vs_first)} "
        "the first"
        for v in found.variants
    ]
    return Words([verdict, *lines], caveats=[ASSOCIATION])


def _diagnosis(found: records.Diagnosis) -> Words:
    age = f" at {say_age(found.video.age_days)}" if found.video.age_days else ""
    expected = found.expected
    return Words(
        [
            f"**{found.verdict.capitalize()}**: {say_count(found.actual_views)} views{age}; to be expected were "
            f"{say_count(expected.views)}, {span(expected)}.",
            "What the model sees in it:",
            *factors(found.explanation.factors[:5]),
        ],
        [
            *([f"Title: {quoted(found.video.draft.title)}"] if found.video.draft.title else []),
            *(f"Did better: {neighbour(n)[2:]}" for n in found.better_neighbours),
        ],
        [ASSOCIATION, *expected.warnings, f"Not known: {'; '.join(found.unknown)}."],
    )


WRITERS: dict[type[Record], Callable[[Any], Words]] = {
    records.Forecast: _forecast,
    records.NextDayForecast: _next_day,
    records.Explanation: _explanation,
    records.Suggestions: _suggestions,
    records.Comparison: _comparison,
    records.Diagnosis: _diagnosis,
}
