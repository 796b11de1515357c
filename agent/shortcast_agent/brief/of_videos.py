"""Videos and pictures, drafts, the library and what was collected, in few words."""

from collections.abc import Callable, Iterable
from typing import Any

from shortcast_agent.brief.words import Words, counted, cut, neighbour, quoted, span
from shortcast_agent.numbers import say_age, say_count, say_duration, say_percent, say_times
from shortcast_ml import records
from shortcast_ml.records import Record


def _similar(found: records.SimilarVideos) -> Words:
    invented = "The library holds invented demo videos: these show the form, not the market."
    return Words(
        [f"**{len(found.neighbours)} of {found.searched:,} videos** of the library are nearest:"],
        [neighbour(near) for near in found.neighbours],
        [found.notice, invented if found.library == "demo" else ""],
    )


def _published(found: records.Published) -> Words:
    draft, counts = found.draft, found.counts
    facts = [f"{say_count(counts.views)} views"] if counts else ["the platform hides its views"]
    facts += [f"{say_count(counts.likes)} likes"] if counts and counts.likes is not None else []
    facts += [f"{say_age(found.age_days)} old"] if found.age_days else []
    facts += [say_duration(draft.duration_s)] if draft.duration_s else []
    followers = found.channel.followers if found.channel else None
    facts += [f"{say_count(followers)} followers"] if followers is not None else []
    channel = found.channel.name if found.channel else None
    told = [f"Title: {quoted(draft.title)}", f"Channel: {quoted(channel)}" if channel else ""]
    told += [f"Description: {quoted(draft.description)}"] if draft.description else []
    return Words(
        [f"**{', '.join(facts)}** ({draft.platform}, read {found.fetched_at:%Y-%m-%d %H:%M} UTC)."],
        [line for line in told if line],
        ["Invented for the demo library." if found.demo else ""],
    )


def _draft(found: records.DraftReading) -> Words:
    draft, channel = found.draft, found.channel
    facts = [say_duration(draft.duration_s)] if draft.duration_s else []
    facts += [f"{draft.width_px}x{draft.height_px}"] if draft.width_px else []
    facts += [f"language {draft.language}"] if draft.language else []
    facts += [f"#{' #'.join(draft.hashtags[:8])}"] if draft.hashtags else []
    facts += (
        [f"{say_count(channel.followers)} followers"] if channel and channel.followers is not None else []
    )
    title = f"“{cut(draft.title, 80)}”" if draft.title else "no title"
    return Words(
        [f"**Draft for {draft.platform}**: {', '.join([title, *facts])}.", *(f"- {n}" for n in found.notes)]
    )


def _thumbnail(found: records.ThumbnailReading) -> Words:
    facts = [f"{found.width_px}x{found.height_px}", counted(len(found.faces), "face")]
    facts += [counted(len(found.words), "line") + " of words" if found.words_read else "words not read"]
    facts += [f"{say_percent(found.bars)} bars"] if found.bars >= 0.02 else []
    look = f"Brightness {found.brightness:.2f}, contrast {found.contrast:.2f}, clutter {found.clutter:.2f}."
    fit = ""
    if found.alignment_percentile is not None:
        better = say_percent(found.alignment_percentile)
        fit = f"It fits its title better than {better} of {found.alignment_pairs:,} pairs."
    legible = {
        True: "Every line can be read on a phone.",
        False: "Not every line can be read on a phone.",
        None: "",
    }
    return Words(
        [
            f"**{', '.join(facts)}**.",
            look,
            legible[found.legible],
            fit,
            *(f"- {note}" for note in found.notes),
        ],
        [f"Words: {quoted(seen.text)} ({seen.phone_px:.0f} px on a phone)" for seen in found.words],
        ["Observations: none of them is a cause."],
    )


def _video(found: records.VideoReading) -> Words:
    opening = found.opening
    first = [counted(opening.cuts, "cut"), f"motion {opening.motion:.2f}"]
    first += [f"{opening.black_s:.1f} s black"] if opening.black_s >= 0.1 else []
    first += [f"still for {opening.frozen_s:.1f} s"] if opening.frozen_s >= 0.3 else []
    first += [
        f"sound after {opening.sound_after_s:.1f} s" if opening.sound_after_s is not None else "no sound"
    ]
    return Words(
        [
            f"**{say_duration(found.duration_s)}**, {found.width_px}x{found.height_px}, "
            f"{counted(len(found.cuts_s), 'cut')} ({found.cuts_per_s:.2f} a second), "
            f"motion {found.motion:.2f}, sound: {found.sound} (a guess).",
            f"First {opening.length_s:.0f} s: {', '.join(first)}.",
            f"Loop: last and first frame are {say_percent(found.loop)} alike.",
            *(f"- {note}" for note in found.notes),
        ],
        [
            *(f"Words on the opening: {quoted(words)}" for words in opening.words),
            *(f"Said at {said.start_s:.0f} s: {quoted(said.text)}" for said in found.transcript),
        ],
        ["Observations: none of them is a cause."],
    )


def _frames(found: records.ThumbnailSuggestions) -> Words:
    start = found.baseline
    beside = f"{say_count(start.views)} views, {span(start)}"
    first = f"**{len(found.candidates)} of {found.looked_at} frames**, beside {beside}"
    sure = "" if found.reliable else "; the order is not reliable, choose by taste"
    return Words(
        [
            f"{first}{sure}:",
            *(
                f"- {c.rank}. at {c.at_s:.1f} s: {say_times(c.multiplier)}, quality {c.quality:.2f}, saved as "
                f"{c.path.name}"
                for c in found.candidates
            ),
        ],
        caveats=[*found.notes],
    )


def _regions(found: records.ThumbnailExplanation) -> Words:
    def told(word: str, regions: Iterable[records.Region]) -> list[str]:
        return [f"- {word}: the {region.box.place}, {say_times(region.multiplier)}" for region in regions]

    whole = f"The whole picture: {say_times(found.multiplier)}." if found.multiplier else ""
    return Words(
        [
            f"**{found.method.capitalize()} of the {found.of}**. {whole}".rstrip(),
            *told("helps", found.helps[:3]),
            *told("hurts", found.hurts[:3]),
        ],
        caveats=[*found.notes, f"Model {found.model}."],
    )


def _niche(found: records.NicheSummary) -> Words:
    about = "the library" if not found.query else f"“{cut(found.query, 60)}”"
    typical = f", typically {say_count(found.typical_views)} views at 30 days" if found.typical_views else ""
    lines = [f"- {statement.text} ({statement.n:,} videos)" for statement in found.statements]
    topics = []
    for topic in found.topics:
        did = f", {say_times(topic.vs_channel)} their channels' usual" if topic.vs_channel is not None else ""
        topics.append(f"Topic {quoted(topic.name)}: {topic.n:,} videos{did}, {topic.crowding}")
    return Words(
        [f"**{found.n:,} videos of {found.channels:,} channels** about {about}{typical}.", *lines[:6]],
        topics,
        [found.notice, "Associations, never causes."],
    )


def _collected(found: records.CollectReport) -> Words:
    return Words(
        [
            f"**{found.added} added, {found.updated} updated** of {found.found} found; the library has "
            f"{found.library_size:,} videos."
        ],
        [f"Skipped: {quoted(reason)}" for reason in found.skipped],
        [found.stopped],
    )


def _tracked(found: records.TrackReport) -> Words:
    due = f"; the next look is due at {found.next_due_at:%Y-%m-%d %H:%M} UTC" if found.next_due_at else ""
    return Words(
        [
            f"**{counted(found.looked, 'video')} looked at**, {found.changed} changed, {found.gone} gone, "
            f"{found.waiting} followed{due}."
        ],
        [
            *(
                f"- {quoted(v.title)}: {say_count(v.views) if v.views is not None else 'unknown'} views, "
                f"{counted(v.looks, 'look')}, id {quoted(v.video_id)}"
                for v in found.videos
            ),
            *(f"Skipped: {quoted(reason)}" for reason in found.skipped),
        ],
    )


WRITERS: dict[type[Record], Callable[[Any], Words]] = {
    records.SimilarVideos: _similar,
    records.Published: _published,
    records.DraftReading: _draft,
    records.ThumbnailReading: _thumbnail,
    records.VideoReading: _video,
    records.ThumbnailSuggestions: _frames,
    records.ThumbnailExplanation: _regions,
    records.NicheSummary: _niche,
    records.CollectReport: _collected,
    records.TrackReport: _tracked,
}
