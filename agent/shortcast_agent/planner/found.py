"""The paragraphs about other videos: similar ones, what was collected, what is followed, a niche at a glance."""

import re

from shortcast_agent.numbers import say_count, say_times
from shortcast_agent.planner.sections import plain, platform_name, told
from shortcast_agent.planner.voice import ENGLISH, Voice
from shortcast_ml.records import CollectReport, Neighbour, NicheSummary, SimilarVideos, Topic, TrackReport

_BESIDE = 2  # similar videos beside another answer


def similar(
    found: SimilarVideos | None, voice: Voice = ENGLISH, *, alone: bool = False, better: bool = False
) -> str:
    """List similar videos, and say so where they are invented."""
    if found is None:
        return ""
    head = voice.say("better_head" if better else "similar_head")
    notice = told(found.notice, voice, 400)
    if not found.neighbours:
        none = voice.say("none_among", n=found.searched) if found.searched else voice.say("library_empty")
        said = f" {notice}" if notice else ""
        return f"**{head}:** {none}{said} {voice.say('collect_more')}"
    if notice and not alone and not any(video.alike for video in found.neighbours):
        return notice  # beside another answer, what is not alike is no evidence
    invented = any(video.demo for video in found.neighbours)
    where = voice.say("of_the_library", n=found.searched) if alone else ""
    demo = voice.say("from_the_demo") if invented else ""
    lines = [notice, ""] if notice else []
    lines += [f"**{head}**{f' ({where})' if where else ''}{f', {demo}' if demo else ''}", ""]
    shown = found.neighbours[: 10 if alone or voice.full else _BESIDE]
    lines += [neighbour(video, voice) for video in shown]
    if invented and (alone or voice.full):
        lines += ["", voice.say("invented_note")]
    return "\n".join(lines)


def neighbour(video: Neighbour, voice: Voice = ENGLISH) -> str:
    """Name a similar video and how it did, on one line."""
    facts = []
    if video.views is not None:
        facts.append(voice.say("views", n=say_count(video.views)))
    if video.vs_channel is not None:
        facts.append(voice.say("its_channels_usual", times=say_times(video.vs_channel)))
    title = plain(video.title) or voice.say("no_title")
    name = title if video.demo or not video.url.startswith("http") else f"[{title}]({_safe_link(video.url)})"
    by = f" {voice.say('by_channel', channel=plain(video.channel, 40))}" if video.channel else ""
    tail = f": {', '.join(facts)}" if facts else ""
    mark = f" ({voice.say('invented')})" if video.demo else ""
    return f"- {name}{by}{tail}{mark}"


def _safe_link(url: str) -> str:
    """Return a link that cannot break out of Markdown's parentheses."""
    return re.sub(r"[\s()<>\[\]\"'`\\]", lambda found: f"%{ord(found.group()):02X}", url)


def collected(report: CollectReport, voice: Voice = ENGLISH) -> str:
    """Say what a collection brought, and what it left out and why."""
    lines = [
        voice.say(
            "collected",
            query=plain(report.query),
            found=report.found,
            added=report.added,
            updated=report.updated,
            size=report.library_size,
        )
    ]
    if report.stopped:
        lines.append(f"\n{told(report.stopped, voice)}")
    if report.bins:
        lines += ["", voice.say("reached_head"), ""]
        for part in report.bins:
            top = "bin" if part.high_views is not None else "bin_open"
            high = say_count(part.high_views) if part.high_views is not None else ""
            reached = voice.say(
                top, low=say_count(part.low_views), high=high, n=part.reached, target=part.target
            )
            lines.append(f"- {reached}")
    lines += [f"- {voice.say('skipped', reason=told(reason, voice, 160))}" for reason in report.skipped[:5]]
    return "\n".join(lines)


def tracked(report: TrackReport, voice: Voice = ENGLISH) -> str:
    """Say which videos are followed, and when each is looked at again."""
    lines = [
        voice.say("following", videos=voice.counted("videos", report.waiting))
        if report.waiting
        else voice.say("following_none"),
        "",
    ]
    for video in report.videos[:8]:
        facts = [voice.say("views", n=say_count(video.views))] if video.views is not None else []
        facts.append(voice.counted("looks", video.looks))
        facts.append(
            voice.say("next_look", at=f"{video.due_at:%Y-%m-%d %H:%M}")
            if video.due_at
            else told(video.ended, voice, 120) or voice.say("no_look_left")
        )
        lines.append(f"- {plain(video.title) or video.video_id}: {', '.join(facts)}")
    lines += [
        f"- {voice.say('not_followed', reason=told(reason, voice, 160))}" for reason in report.skipped[:5]
    ]
    if report.waiting:
        lines += ["", voice.say("looks_again")]
    return "\n".join(lines).strip()


def niche(found: NicheSummary, voice: Voice = ENGLISH) -> str:
    """Say what a niche is made of, how each topic does, and when and how long, each with its number of videos."""
    name = f"“{plain(found.query, 60)}”" if found.query else voice.say("your_library")
    head = voice.say(
        "niche",
        name=name,
        videos=voice.counted("videos", found.n),
        channels=voice.counted("channels", found.channels),
        platforms=", ".join(f"{platform_name(p, voice)} {n}" for p, n in found.platforms.items()),
    )
    if found.typical_views:
        head += f" {voice.say('niche_typical', views=say_count(found.typical_views))}"
    lines = [head]
    if found.notice:
        lines += ["", told(found.notice, voice, 400)]
    if found.topics:
        lines += ["", voice.say("topics_head"), ""]
        lines += [_topic(topic, voice) for topic in found.topics[: 8 if voice.full else 5]]
    if found.draft_topic:
        lines += ["", voice.say("nearest_topic", topic=plain(found.draft_topic, 60))]
    if found.statements:
        said = [told(statement.text, voice) for statement in found.statements[: 8 if voice.full else 4]]
        lines += ["", voice.say("stands_out_head"), "", *(f"- {text}" for text in said)]
    return "\n".join([*lines, "", voice.say("together")])


def _topic(topic: Topic, voice: Voice) -> str:
    facts = [voice.counted("videos", topic.n), voice.counted("channels", topic.channels)]
    if topic.vs_channel is not None:
        low, high = topic.vs_channel_low, topic.vs_channel_high
        times = say_times(topic.vs_channel)
        usual = voice.say("their_channels_usual", times=times)
        between = (
            f" ({voice.say('between', low=say_times(low), high=say_times(high))})"
            if low is not None and high is not None and voice.full
            else ""
        )
        facts.append(usual + between)
    if topic.typical_views is not None:
        facts.append(voice.say("typically", views=say_count(topic.typical_views)))
    if topic.crowding != "unknown":
        facts.append(voice.say(f"crowding_{topic.crowding}"))
    return f"- **{plain(topic.name, 60)}**: {', '.join(facts)}"
