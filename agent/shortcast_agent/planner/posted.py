"""The paragraphs about a published video: how it did, what the next day may bring, what the platform shows."""

from shortcast_agent.numbers import say_count, say_duration, say_percent, say_times
from shortcast_agent.planner.found import neighbour
from shortcast_agent.planner.sections import anchor, plain, platform_name, reasons, told
from shortcast_agent.planner.voice import ENGLISH, Voice
from shortcast_ml.records import Diagnosis, NextDayForecast, Published


def diagnosis(found: Diagnosis, voice: Voice = ENGLISH) -> str:
    """Say how a published video did against what was to be expected at its age, and why."""
    video, expected = found.video, found.expected
    title = f"“{plain(video.draft.title)}”" if video.draft.title else voice.say("this_video")
    verdict = voice.say(
        "diagnosis",
        verdict=voice.say(f"did_{found.verdict.replace(' ', '_')}", title=title),
        views=say_count(found.actual_views),
        when=voice.after(expected.horizon_days),
        expected=say_count(expected.views),
        low=say_count(expected.low),
        high=say_count(expected.high),
        times=say_times(found.ratio),
        percentile=say_percent(found.percentile),
    )
    inside = expected.low <= found.actual_views <= expected.high
    parts = [
        f"{verdict} {voice.say('ordinary_luck')}" if inside else verdict,
        anchor(expected, voice),
        reasons(found.explanation, voice, head="why_head_published"),
    ]
    if found.better_neighbours:
        shown = found.better_neighbours[: 4 if voice.full else 3]
        parts.append("\n".join([voice.say("did_better_head"), "", *(neighbour(v, voice) for v in shown)]))
    if found.unknown:
        parts.append(voice.say("cannot_be_known", items=_items(found.unknown, voice)))
    return "\n\n".join(part for part in parts if part)


def _items(items: tuple[str, ...], voice: Voice) -> str:
    return "; ".join(told(item, voice, 160).rstrip(".") for item in items)


def next_day(found: NextDayForecast, voice: Voice = ENGLISH) -> str:
    """Say what a young video will have in 24 hours, how fast it goes, and what can't be known."""
    pace = (
        "faster"
        if found.by_age_alone < found.low
        else "slower"
        if found.by_age_alone > found.high
        else "as_usual"
    )
    head = voice.say(
        "next_day",
        views=say_count(found.views),
        platform=platform_name(found.platform, voice),
        low=say_count(found.low),
        high=say_count(found.high),
        times=say_times(found.vs_now),
        now=say_count(found.views_now),
        age=voice.age(found.age_days),
    )
    against = voice.say(f"next_day_{pace}", typical=say_count(found.by_age_alone))
    later = ", ".join(
        voice.say(
            "views_when_interval",
            views=say_count(at.views),
            when=voice.after(at.horizon_days),
            low=say_count(at.low),
            high=say_count(at.high),
        )
        for at in found.by_horizon
    )
    parts = [
        f"{head} {against}",
        voice.say(
            "velocity",
            so_far=say_count(found.views_per_hour_so_far),
            now=say_count(found.views_per_hour_now),
            share=say_percent(found.share_of_30_days),
        ),
        voice.say("later", days=later) if later else "",
        *(told(warning, voice) for warning in found.warnings),
        voice.say("would_sharpen", items=_items(found.missing, voice)) if found.missing else "",
        voice.say("cannot_be_known", items=_items(found.unknown, voice)),
        voice.say(
            "model_line",
            kind=told(found.kind, voice),
            model=plain(found.model),
            evidence=", ".join(told(item, voice, 60) for item in found.evidence),
        ),
    ]
    return "\n\n".join(part for part in parts if part)


def published(video: Published, voice: Voice = ENGLISH) -> str:
    """Say what the platform shows about a video."""
    draft, counts = video.draft, video.counts
    title = f"“{plain(draft.title)}”" if draft.title.strip() else voice.say("no_title")
    facts = [platform_name(draft.platform, voice)]
    if counts is not None:
        facts.append(voice.say("views", n=say_count(counts.views)))
        facts += [voice.say("likes", n=say_count(counts.likes))] if counts.likes is not None else []
        facts += [voice.say("comments", n=say_count(counts.comments))] if counts.comments is not None else []
    else:
        facts.append(voice.say("views_hidden"))
    facts += [voice.say("old", age=voice.age(video.age_days))] if video.age_days is not None else []
    facts += [say_duration(draft.duration_s)] if draft.duration_s else []
    if video.channel is not None and video.channel.name:
        facts.append(voice.say("of_channel", channel=plain(video.channel.name, 40)))
        if video.channel.followers is not None:
            facts.append(voice.say("followers", n=say_count(video.channel.followers)))
    return f"**{title}**: {', '.join(facts)}."
