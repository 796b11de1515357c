"""The paragraphs about a draft and its alternatives, one function per record."""

import re
from collections.abc import Sequence

from shortcast_agent.numbers import say_count, say_duration, say_percent, say_times
from shortcast_agent.planner.voice import ENGLISH, Voice
from shortcast_ml.records import (
    Change,
    Comparison,
    DraftReading,
    Explanation,
    Factor,
    Forecast,
    Suggestions,
    Variant,
)

_NEGLIGIBLE = 0.0043  # log10 of x1.01: what rounds to no effect
_BRIEF, _FULL = 3, 15  # factors named
_EVEN = 0.505  # a lead that is written as 50%
_UNSEEN = ("not given", "not planned")


def plain(text: str, limit: int = 90) -> str:
    """Return scraped or typed text as one harmless line: no Markdown, no HTML, no link, cut between words."""
    line = re.sub(r"\s+", " ", text).strip()
    if len(line) > limit:
        cut = line[:limit].rsplit(" ", 1)[0]
        line = (cut if len(cut) > limit // 2 else re.sub(r"[\d.,]+$", "", line[:limit])).rstrip(" ,.;:") + "…"
    line = re.sub(r"([\\`*_\[\]<>|#~])", r"\\\1", line)
    return re.sub(
        r"(?i)\b(www)\.", r"\1\\.", line.replace("//", r"\/\/")
    )  # a stranger's link is shown, not linked


def told(text: str, voice: Voice, limit: int = 240) -> str:
    """Return what a record says, in the user's language where that is known, as one harmless line."""
    return plain(voice.told(text), limit)


def platform_name(platform: str, voice: Voice = ENGLISH) -> str:
    """Return what a platform is called."""
    return voice.name("platform", platform)


def verdict(forecast: Forecast, voice: Voice = ENGLISH, *, short: bool = False) -> str:
    """Say the forecast with its interval, the chance to beat the typical video, and the anchor."""
    chance = forecast.beats_typical
    if chance >= 0.65:
        word = "likely_better"
    elif chance >= 0.55:
        word = "slightly_better"
    elif chance > 0.45:
        word = "usual"
    elif chance > 0.35:
        word = "slightly_below"
    else:
        word = "likely_below"
    whose = forecast.anchor_source if forecast.anchor_source in ("platform", "followers") else "own"
    head = voice.say(
        "verdict",
        word=voice.say(f"verdict_{word}"),
        views=say_count(forecast.views),
        when=voice.after(forecast.horizon_days),
        platform=platform_name(forecast.platform, voice),
        low=say_count(forecast.low),
        high=say_count(forecast.high),
        chance=say_percent(chance),
        whose=voice.say(f"whose_{whose}"),
        typical=say_count(forecast.typical_views),
    )
    if short:
        return head
    days = [
        voice.say("views_when", views=say_count(at.views), when=voice.after(at.horizon_days))
        for at in forecast.by_horizon
        if at.horizon_days != forecast.horizon_days
    ]
    along = [voice.say("on_the_way", days=", ".join(days))] if days and voice.full else []
    return f"{head}\n\n{' '.join([anchor(forecast, voice), *along])}"


def anchor(forecast: Forecast, voice: Voice = ENGLISH) -> str:
    """Say what the forecast starts from, and how much that is worth."""
    return voice.say(f"anchor_{forecast.anchor_source}", typical=say_count(forecast.typical_views))


def reading(found: DraftReading, voice: Voice = ENGLISH, *, alone: bool = False) -> str:
    """Say what was read from the files."""
    draft = found.draft
    facts = []
    if draft.duration_s:
        facts.append(say_duration(draft.duration_s))
    if draft.width_px and draft.height_px:
        facts.append(voice.say("pixels", width=draft.width_px, height=draft.height_px))
    if draft.audio is not None and not draft.audio.has_audio:
        facts.append(voice.say("no_sound"))
    elif draft.audio is not None and draft.audio.loudness_dbfs is not None and alone:
        facts.append(voice.say("loudness", level=f"{draft.audio.loudness_dbfs:.1f}"))
    notes = [told(note, voice, 200).rstrip(".") for note in found.notes[: 6 if alone or voice.full else 2]]
    if alone:
        head = voice.say("in_the_file", facts=", ".join(facts)) if facts else voice.say("could_read")
        return "\n".join([head, *(f"- {note}" for note in notes)])
    if notes:
        return voice.say(
            "seen_in_draft", facts=". ".join(notes)
        )  # the notes name length and shape themselves
    return voice.say("seen_in_draft", facts=", ".join(facts)) if facts else ""


def reasons(
    explanation: Explanation, voice: Voice = ENGLISH, *, head: str = "why_head", asked: Sequence[str] = ()
) -> str:
    """Name the factors with the largest effect, at least three where there are three; or those asked about first.

    What was not given has an effect too (that of not knowing), and so has the horizon; both tell a creator
    little: they come last.
    """
    if asked:
        return _asked_about(explanation, asked, voice)
    strong = [factor for factor in explanation.factors if abs(factor.log10) > _NEGLIGIBLE]
    seen = [factor for factor in strong if factor.observation not in _UNSEEN and factor.name != "age"]
    enough = next((some for some in (seen, strong) if len(some) >= _BRIEF), list(explanation.factors))
    rest = [factor for factor in strong if factor not in enough]
    chosen = [*enough, *rest][:_FULL] if voice.full else enough[:_BRIEF]
    if not chosen:
        return ""
    lines = [voice.say(head, base=say_count(explanation.base_views)), ""]
    return "\n".join([*lines, *(_factor(factor, voice) for factor in chosen)])


def _asked_about(explanation: Explanation, asked: Sequence[str], voice: Voice) -> str:
    """Say what was asked about does to the forecast, and what does most where that is something else."""
    found = [
        factor for factor in explanation.factors if factor.name in asked and factor.observation not in _UNSEEN
    ]
    largest = max(explanation.factors, key=lambda factor: abs(factor.log10))
    how = "asked_unseen" if not found else "asked_most" if largest in found else "asked_less"
    parts = [voice.say(how, base=say_count(explanation.base_views))]
    parts += ["\n".join(_factor(factor, voice) for factor in found)] if found else []
    if largest not in found:
        parts += [voice.say("moves_most"), _factor(largest, voice)]
    return "\n\n".join([*parts, voice.say("associations")])


def _factor(factor: Factor, voice: Voice) -> str:
    label = plain(voice.name("factor", factor.name, factor.label))
    seen = f": {told(factor.observation, voice, 120)}" if factor.observation else ""
    mark = f" {voice.say('yours_to_change')}" if factor.changeable and voice.full else ""
    return f"- **{label}** {say_times(factor.multiplier)}{mark}{seen}"


def changes(suggestions: Suggestions, voice: Voice = ENGLISH) -> str:
    """Say each change with the effect that was computed for it; what has no reliable effect is not recommended."""
    helpful = [change for change in suggestions.changes if change.reliable and change.multiplier > 1]
    others = [change for change in suggestions.changes if change not in helpful]
    if helpful:
        lines = [voice.say("change_head"), ""]
        lines += [_change(nth, change, voice) for nth, change in enumerate(helpful, start=1)]
    else:
        lines = [voice.say("change_none", tried=suggestions.tried)]
    tried = [
        voice.say("tried", what=_order(change, voice), effect=_effect(change, voice)) for change in others
    ]
    if tried:
        lines += ["", voice.say("no_reliable_effect", changes="; ".join(tried))]
    if suggestions.no_effect and (voice.full or not tried):
        kinds = ", ".join(told(kind, voice, 120) for kind in suggestions.no_effect)
        lines += ["", voice.say("kinds_without_effect", kinds=kinds)]
    if voice.full and suggestions.notes:
        lines += ["", *(f"- {told(note, voice)}" for note in suggestions.notes)]
    if suggestions.changes:
        lines += ["", voice.say("associations")]
    return "\n".join(lines)


def _change(nth: int, change: Change, voice: Voice) -> str:
    order = told(change.what, voice, 200) + _title(change)
    line = voice.say("change", what=order, effect=_effect(change, voice), views=say_count(change.views))
    beside = f" {told(change.neighbours.says, voice)}" if change.neighbours is not None and voice.full else ""
    return f"{nth}. {line}{beside}"


def _order(change: Change, voice: Voice) -> str:
    return told(change.what, voice, 120).rstrip(".") + _title(change)


def _title(change: Change) -> str:
    """Return the changed title in quotes, after the order that asks for it."""
    return f" “{plain(change.after)}”" if change.argument == "title" else ""


def _effect(change: Change, voice: Voice) -> str:
    times = say_times(change.multiplier)
    if change.low is None or change.high is None:
        return voice.say("not_tested", times=times)
    return voice.say("with_interval", times=times, low=say_times(change.low), high=say_times(change.high))


def comparison(found: Comparison, voice: Voice = ENGLISH) -> str:
    """Say which variant the model prefers, and by how much."""
    best = next((variant for variant in found.variants if variant.label == found.best), found.variants[0])
    how = "compare_decisive" if found.decisive else "compare_lean" if found.lead > _EVEN else "compare_even"
    lines = [voice.say(how, label=_label(best, voice), chance=say_percent(found.lead)), ""]
    for nth, variant in enumerate(found.variants):
        versus = voice.say("versus_first", times=say_times(variant.vs_first)) if nth else ""
        line = alternative(_label(variant, voice), variant.forecast, voice)
        lines.append(f"{line}, {versus}" if versus else line)
        differs = _differs(variant, voice)
        if differs and (voice.full or variant is best):
            lines.append(f"  - {differs}")
    return "\n".join([*lines, "", anchor(best.forecast, voice), "", voice.say("associations")])


def _label(variant: Variant, voice: Voice) -> str:
    """Return what a variant is called: its title in quotes, or the number of its picture."""
    if variant.label == variant.draft.title:
        return f"“{plain(variant.label)}”"
    return told(variant.label, voice, 90)


def _differs(variant: Variant, voice: Voice) -> str:
    telling = [factor for factor in variant.factors if abs(factor.log10) > _NEGLIGIBLE][:2]
    named = ", ".join(
        f"{plain(voice.name('factor', factor.name, factor.label))} {say_times(factor.multiplier)}"
        for factor in telling
    )
    return voice.say("what_differs", factors=named) if named else ""


def alternative(label: str, forecast: Forecast, voice: Voice = ENGLISH, *, typical: bool = False) -> str:
    """Say the forecast of an alternative on one line; with what is typical where platforms differ.

    `label` is harmless Markdown in the user's language.
    """
    return voice.say(
        "alternative_there" if typical else "alternative",
        label=label,
        views=say_count(forecast.views),
        when=voice.after(forecast.horizon_days),
        low=say_count(forecast.low),
        high=say_count(forecast.high),
        chance=say_percent(forecast.beats_typical),
        typical=say_count(forecast.typical_views),
    )
