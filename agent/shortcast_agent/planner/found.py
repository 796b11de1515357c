"""The paragraphs about other videos: what was collected, what is followed, and a niche at a glance."""

from shortcast_agent.numbers import say_count, say_times
from shortcast_agent.planner.sections import PLATFORMS, plain
from shortcast_ml.records import CollectReport, NicheSummary, Topic, TrackReport

TOGETHER = "_What these videos have in common with how they did: associations, not causes._"
CROWDED = {"crowded": "crowded", "usual": "usual crowding", "open": "room left", "unknown": ""}


def collected(report: CollectReport) -> str:
    """Say what a collection brought, and what it left out and why."""
    lines = [
        f"**Collected “{plain(report.query)}”**: {report.found} found, {report.added} added, "
        f"{report.updated} updated. The library now holds {report.library_size} videos."
    ]
    if report.stopped:
        lines.append(f"\n{plain(report.stopped, 240)}")
    if report.bins:
        lines += ["", "**Reached, by views**", ""]
        for part in report.bins:
            top = f"to {say_count(part.high_views)}" if part.high_views is not None else "and more"
            lines.append(f"- {say_count(part.low_views)} {top}: {part.reached} of {part.target}")
    lines += [f"- Skipped: {plain(reason, 160)}" for reason in report.skipped[:5]]
    return "\n".join(lines)


def tracked(report: TrackReport) -> str:
    """Say which videos are followed, and when each is looked at again."""
    lines = [f"**Following {_counted(report.waiting, 'video')}**", ""]
    for video in report.videos[:8]:
        name = plain(video.title) or video.video_id
        views = f"{say_count(video.views)} views, " if video.views is not None else ""
        then = (
            f"next look {video.due_at:%d %b %H:%M} UTC"
            if video.due_at
            else plain(video.ended, 120) or "no look left"
        )
        lines.append(f"- {name}: {views}{_counted(video.looks, 'look')} so far, {then}")
    lines += [f"- Not followed: {plain(reason, 160)}" for reason in report.skipped[:5]]
    return "\n".join([*lines, "", "`shortcast track --watch` looks again whenever one is due."])


def niche(found: NicheSummary) -> str:
    """Say what a niche is made of, how each topic does, and when and how long, each with its number of videos."""
    name = f"“{plain(found.query, 60)}”" if found.query else "Your library"
    where = ", ".join(f"{PLATFORMS[platform]} {n}" for platform, n in found.platforms.items())
    typical = (
        f" A typical one has {say_count(found.typical_views)} views at 30 days."
        if found.typical_views
        else ""
    )
    lines = [
        f"**{name}: {_counted(found.n, 'video')} of {_counted(found.channels, 'channel')}** ({where}).{typical}"
    ]
    if found.notice:
        lines += ["", plain(found.notice, 400)]
    if found.topics:
        lines += ["", "**Topics**", ""]
        lines += [_topic(topic) for topic in found.topics[:8]]
    if found.draft_topic:
        lines += ["", f"Your title is nearest to **{plain(found.draft_topic, 60)}**."]
    if found.statements:
        lines += [
            "",
            "**What stands out**",
            "",
            *(f"- {plain(said.text, 240)}" for said in found.statements[:8]),
        ]
    return "\n".join([*lines, "", TOGETHER])


def _topic(topic: Topic) -> str:
    facts = [_counted(topic.n, "video"), _counted(topic.channels, "channel")]
    if topic.vs_channel is not None:
        low, high = topic.vs_channel_low, topic.vs_channel_high
        interval = f" ({say_times(low)} to {say_times(high)})" if low is not None and high is not None else ""
        facts.append(f"{say_times(topic.vs_channel)} their channels' usual{interval}")
    if topic.typical_views is not None:
        facts.append(f"typically {say_count(topic.typical_views)} views")
    if CROWDED[topic.crowding]:
        facts.append(CROWDED[topic.crowding])
    return f"- **{plain(topic.name, 60)}**: {', '.join(facts)}"


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
