"""The paragraphs that answers are made of, one function per record."""

import re

from shortcast_agent.numbers import say_age, say_count, say_duration, say_percent, say_times
from shortcast_ml.records import (
    Change,
    Comparison,
    Diagnosis,
    DraftReading,
    Explanation,
    Factor,
    Forecast,
    Neighbour,
    NextDayForecast,
    Published,
    SimilarVideos,
    Suggestions,
)

PLATFORMS = {
    "youtube_shorts": "YouTube Shorts",
    "tiktok": "TikTok",
    "youtube": "long-form YouTube",
    "bilibili": "Bilibili",
}
ASSOCIATIONS = "_Effects are what the model computes from other videos: associations, not guarantees._"
_NEGLIGIBLE = 0.0043  # log10 of x1.01: what rounds to no effect


def plain(text: str, limit: int = 90) -> str:
    """Return scraped or typed text as one harmless line: no Markdown, no HTML, cut between words."""
    line = re.sub(r"\s+", " ", text).strip()
    if len(line) > limit:
        cut = line[:limit].rsplit(" ", 1)[0]
        line = (cut if len(cut) > limit // 2 else re.sub(r"[\d.,]+$", "", line[:limit])).rstrip(" ,.;:") + "…"
    return re.sub(r"([\\`*_\[\]<>|#~])", r"\\\1", line)


def by_day(days: float) -> str:
    """Say "after 1 day" or "after 30 days"; an age of a published video in its own unit."""
    return f"after {say_age(days)}"


def verdict(forecast: Forecast, short: bool = False) -> str:
    """Say the forecast with its interval, the chance to beat the typical video, and the anchor."""
    chance = forecast.beats_typical
    whose = {
        "platform": "a typical video there",
        "followers": "a typical video of a channel your size",
    }.get(forecast.anchor_source, "your typical video")
    if chance >= 0.65:
        word = "Likely better than usual"
    elif chance >= 0.55:
        word = "Slightly better than usual"
    elif chance > 0.45:
        word = "About as usual, a coin flip"
    elif chance > 0.35:
        word = "Slightly below usual"
    else:
        word = "Likely below usual"
    head = (
        f"**{word}: about {say_count(forecast.views)} views {by_day(forecast.horizon_days)}** on "
        f"{PLATFORMS[forecast.platform]} (80% interval: {say_count(forecast.low)} to "
        f"{say_count(forecast.high)}), with "
        f"{_with_article(say_percent(chance))} chance to beat {whose} ({say_count(forecast.typical_views)})."
    )
    if short:
        return head
    days = [
        f"{say_count(at.views)} {by_day(at.horizon_days)}"
        for at in forecast.by_horizon
        if at.horizon_days != forecast.horizon_days
    ]
    along = f" On the way: {', '.join(days)}." if days else ""
    return f"{head}\n\n{anchor(forecast)}{along}"


def _with_article(percent: str) -> str:
    return f"{'an' if re.match('8|11%|18%', percent) else 'a'} {percent}"


def anchor(forecast: Forecast) -> str:
    """Say what the forecast starts from, and how much that is worth."""
    typical = say_count(forecast.typical_views)
    match forecast.anchor_source:
        case "uploads":
            return f"Anchored on your earlier uploads: a typical one reaches {typical} by then."
        case "stated":
            return f"Anchored on the typical views that you state ({typical} by then)."
        case "followers":
            return (
                f"Anchored on your follower count alone ({typical} is typical for it), which says "
                f"little: the views of "
                "your recent videos would sharpen it."
            )
    return (
        f"I know nothing of your channel, so this starts from the platform's prior alone "
        f"({typical}): tell me your "
        "followers or the views of recent videos."
    )


def reading(found: DraftReading, alone: bool = False) -> str:
    """Say what was read from the files."""
    draft = found.draft
    facts = []
    if draft.duration_s:
        facts.append(say_duration(draft.duration_s))
    if draft.width_px and draft.height_px:
        facts.append(f"{draft.width_px}x{draft.height_px} pixels")
    if draft.audio is not None and not draft.audio.has_audio:
        facts.append("no sound")
    elif draft.audio is not None and draft.audio.loudness_dbfs is not None and alone:
        facts.append(f"loudness {draft.audio.loudness_dbfs:.1f} dBFS")
    notes = [plain(note, 200).rstrip(".") for note in found.notes[: 6 if alone else 3]]
    if not alone and notes:
        return f"Seen in the draft: {'; '.join(notes)}."  # the notes name length and shape themselves
    if alone:
        lines = [f"**In the file:** {', '.join(facts)}." if facts else "**What I could read:**"]
        return "\n".join([*lines, *(f"- {note}" for note in notes)])
    return f"Seen in the draft: {', '.join(facts)}." if facts else ""


def reasons(explanation: Explanation, most: int = 5, title: str = "Why") -> str:
    """Name the factors with the largest effect, at least three where there are three.

    What was not given has an effect too (that of not knowing), but tells a creator little: it comes last.
    """
    strong = [factor for factor in explanation.factors if abs(factor.log10) > _NEGLIGIBLE]
    seen = [factor for factor in strong if factor.observation != "not given"]
    every = list(explanation.factors)
    chosen = (seen if len(seen) >= 3 else strong if len(strong) >= 3 else every)[:most]
    if not chosen:
        return ""
    lines = [f"**{title}** (from a base of {say_count(explanation.base_views)} views)", ""]
    return "\n".join([*lines, *(_factor(factor) for factor in chosen)])


def _factor(factor: Factor) -> str:
    seen = f": {plain(factor.observation, 120)}" if factor.observation else ""
    mark = " (yours to change)" if factor.changeable else ""
    return f"- **{plain(factor.label)}** {say_times(factor.multiplier)}{mark}{seen}"


def changes(suggestions: Suggestions) -> str:
    """Say each change with the effect that was computed for it."""
    if not suggestions.changes:
        return (
            f"**What to change:** of {suggestions.tried} changes that I computed, none raises the forecast."
        )
    lines = ["**What to change**", ""]
    lines += [_change(nth, change) for nth, change in enumerate(suggestions.changes, start=1)]
    return "\n".join([*lines, "", ASSOCIATIONS])


def _change(nth: int, change: Change) -> str:
    effect = f"{say_times(change.multiplier)}, to about {say_count(change.views)} views"
    return f"{nth}. **{plain(change.what, 160)}** {effect}"


def similar(found: SimilarVideos | None, alone: bool = False, title: str = "Similar videos") -> str:
    """List similar videos, and say so where they are invented."""
    if found is None:
        return ""
    if not found.neighbours:
        none = f"none among the {found.searched} in the library" if found.searched else "the library is empty"
        said = f" {plain(found.notice, 400)}" if found.notice else ""
        return f'**{title}:** {none}.{said} `shortcast collect "your niche"` brings more.'
    notice = f"{plain(found.notice, 400)}\n\n" if found.notice else ""
    invented = any(neighbour.demo for neighbour in found.neighbours)
    head = f"**{title}** (of {found.searched} in the library)" if alone else f"**{title}**"
    lines = [notice + head + (", from the invented demo library" if invented else ""), ""]
    lines += [_neighbour(neighbour) for neighbour in found.neighbours[: 10 if alone else 4]]
    if invented:
        lines += [
            "",
            'These are invented examples, not evidence: `shortcast collect "your niche"` brings real ones.',
        ]
    return "\n".join(lines)


def _neighbour(video: Neighbour) -> str:
    facts = []
    if video.views is not None:
        facts.append(f"{say_count(video.views)} views")
    if video.vs_channel is not None:
        facts.append(f"{say_times(video.vs_channel)} its channel's usual")
    title = plain(video.title) or "(no title)"
    name = title if video.demo or not video.url.startswith("http") else f"[{title}]({_safe_link(video.url)})"
    by = f" by {plain(video.channel, 40)}" if video.channel else ""
    tail = f": {', '.join(facts)}" if facts else ""
    return f"- {name}{by}{tail}{' (invented)' if video.demo else ''}"


def _safe_link(url: str) -> str:
    """Return a link that cannot break out of Markdown's parentheses."""
    return re.sub(r"[\s()<>\[\]\"'`\\]", lambda found: f"%{ord(found.group()):02X}", url)


def comparison(found: Comparison) -> str:
    """Say which variant the model prefers, and by how much."""
    best = next((variant for variant in found.variants if variant.label == found.best), found.variants[0])
    chance = f"{say_percent(found.lead)} chance that it does better than the next"
    head = (
        f"**Take {plain(best.label)}**: {chance}."
        if found.decisive
        else f"**Too close to call**, with a slight lean to {plain(best.label)} ({chance})."
        if found.lead > 0.5
        else "**Too close to call**: the model can't tell which does better."
    )
    lines = [head, ""]
    for nth, variant in enumerate(found.variants):
        forecast = variant.forecast
        versus = "" if nth == 0 else f", {say_times(variant.vs_first)} the first"
        lines.append(
            f"- {plain(variant.label)}: about **{say_count(forecast.views)}** views "
            f"{by_day(forecast.horizon_days)} (80%: "
            f"{say_count(forecast.low)} to {say_count(forecast.high)}){versus}, "
            f"{say_percent(forecast.beats_typical)} chance "
            "to beat the typical video"
        )
        telling = [factor for factor in variant.factors if abs(factor.log10) > _NEGLIGIBLE][:2]
        if telling:
            what = ", ".join(f"{plain(factor.label)} {say_times(factor.multiplier)}" for factor in telling)
            lines.append(f"  - what differs: {what}")
    return "\n".join([*lines, "", anchor(best.forecast), "", ASSOCIATIONS])


def diagnosis(found: Diagnosis) -> str:
    """Say how a published video did against what was to be expected at its age, and why."""
    video, expected = found.video, found.expected
    title = f"“{plain(video.draft.title)}”" if video.draft.title else "This video"
    words = {
        "far below": "far below what was to be expected",
        "below": "below what was to be expected",
        "as expected": "about what was to be expected",
        "above": "above what was to be expected",
        "far above": "far above what was to be expected",
    }
    lines = [
        f"**{title} did {words[found.verdict]}**: {say_count(found.actual_views)} views "
        f"{by_day(expected.horizon_days)}, "
        f"where about {say_count(expected.views)} were expected (80% interval: "
        f"{say_count(expected.low)} to "
        f"{say_count(expected.high)}). That is {say_times(found.ratio)} the forecast, ahead of "
        f"{say_percent(found.percentile)} of what the model thought possible.",
        "",
        anchor(expected),
    ]
    if expected.low <= found.actual_views <= expected.high:
        lines += ["", "It lies inside the interval, so ordinary luck is enough to explain it."]
    why = reasons(found.explanation, title="What the model saw before publishing")
    lines += ["", why] if why else []
    if found.better_neighbours:
        lines += ["", "**Similar videos that did better**", ""]
        lines += [_neighbour(neighbour) for neighbour in found.better_neighbours[:4]]
    if found.unknown:
        lines += [
            "",
            "**Cannot be known from here:** "
            + "; ".join(plain(item, 160).rstrip(".") for item in found.unknown)
            + ".",
        ]
    return "\n".join(lines)


def next_day(found: NextDayForecast) -> str:
    """Say what a young video will have in 24 hours, how fast it goes, and what can't be known."""
    alone = say_count(found.by_age_alone)
    if found.by_age_alone < found.low:
        against = f"**Faster than its age foretells**: a typical video of its age would have {alone} by then."
    elif found.by_age_alone > found.high:
        against = f"**Slower than its age foretells**: a typical video of its age would have {alone} by then."
    else:
        against = f"About what its age foretells: a typical video of its age would have {alone}, inside that interval."
    later = " and ".join(
        f"{say_count(at.views)} {by_day(at.horizon_days)} ({say_count(at.low)} to {say_count(at.high)})"
        for at in found.by_horizon
    )
    lines = [
        f"**About {say_count(found.views)} views in 24 hours** on {PLATFORMS[found.platform]} (80% interval: "
        f"{say_count(found.low)} to {say_count(found.high)}), {say_times(found.vs_now)} the "
        f"{say_count(found.views_now)} that it has {by_day(found.age_days)}. {against}",
        f"**Velocity:** {say_count(found.views_per_hour_so_far)} views an hour so far, about "
        f"{say_count(found.views_per_hour_now)} in the hour ahead. At this age a typical video has "
        f"{say_percent(found.share_of_30_days)} of its 30-day views.",
        f"**Later**, if from tomorrow on it grows as others do: {later}." if later else "",
        *(plain(warning, 240) for warning in found.warnings),
        f"**Would sharpen it:** {'; '.join(plain(item, 160) for item in found.missing)}."
        if found.missing
        else "",
        f"**Cannot be known from here:** {'; '.join(plain(item, 160) for item in found.unknown)}.",
        f"_{plain(found.kind, 240)} Model: {plain(found.model)}, read from {', '.join(found.evidence)}._",
    ]
    return "\n\n".join(line for line in lines if line)


def published(video: Published) -> str:
    """Say what the platform shows about a video."""
    draft, counts = video.draft, video.counts
    title = plain(draft.title) or "(no title)"
    facts = [PLATFORMS[draft.platform]]
    if counts is not None:
        facts.append(f"{say_count(counts.views)} views")
        facts += [f"{say_count(counts.likes)} likes"] if counts.likes is not None else []
        facts += [f"{say_count(counts.comments)} comments"] if counts.comments is not None else []
    else:
        facts.append("views hidden")
    facts += [f"{say_age(video.age_days)} old"] if video.age_days is not None else []
    facts += [say_duration(draft.duration_s)] if draft.duration_s else []
    if video.channel is not None and video.channel.name:
        size = (
            f", {say_count(video.channel.followers)} followers" if video.channel.followers is not None else ""
        )
        facts.append(f"by {plain(video.channel.name, 40)}{size}")
    return f"**{title}**: {', '.join(facts)}."
