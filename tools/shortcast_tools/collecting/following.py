"""Following videos: choosing them, and a round of looks at those that are due."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from shortcast_ml.errors import LinkError, ServiceError
from shortcast_ml.library_table import key_of
from shortcast_ml.records import Published, SourceName, TrackedVideo, TrackReport, utc_now
from shortcast_tools.collecting.choice import open_source, source_for
from shortcast_tools.collecting.keeping import YOUTUBE, as_known, as_same
from shortcast_tools.collecting.youtube_links import video_id_of
from shortcast_tools.collecting.ytdlp_source import canonical
from shortcast_tools.progress import report
from shortcast_vectorstore.jobs import alone
from shortcast_vectorstore.tracking import GROWN, Tracked, TrackingTable, next_look

if TYPE_CHECKING:
    from shortcast_tools.collecting.sources import Reading
    from shortcast_tools.parts import Parts
    from shortcast_vectorstore.library import Library

INVENTED = "it is invented, for the demo library"
NOWHERE = "its link is not known"
RETRY_S = 300.0  # before a source that did not answer is asked again
LONGEST_NAP_S = 300.0


@dataclass
class Round:
    """What a round of looks saw so far."""

    seen: list[str] = field(default_factory=list)  # keys
    changed: int = 0
    gone: int = 0
    skipped: list[str] = field(default_factory=list)


def follow(keys: Iterable[str], here: "Parts") -> list[str]:
    """Track videos of the library, and return why some are not: too old for the schedule, or invented."""
    now, skipped, chosen = utc_now(), [], []
    for key, video in here.library.by_key(keys).items():
        reason = INVENTED if video.demo else None if next_look(video, now, now) else GROWN
        if reason:
            skipped.append(f"{video.draft.title or video.video_id}: {reason}")
        else:
            chosen.append(key)
    TrackingTable(here.library.db).add(chosen)
    return skipped


def follow_links(links: Sequence[str], here: "Parts") -> tuple[list[str], list[str]]:
    """Track videos by links or ids, read into the library where it lacks them.

    Return the keys of those that are tracked, and why others are not.
    """
    known = {link: video for link in links if (video := _known(link, here.library))}
    keys = [key_of(video) for video in known.values()]
    skipped = follow(keys, here)
    by_source: dict[SourceName, list[str]] = {}
    for link in dict.fromkeys(canonical(link) for link in links if link not in known):
        by_source.setdefault(source_for("youtube", [link], here.settings), []).append(link)
    table = TrackingTable(here.library.db)
    for name, fresh in by_source.items():
        items = fresh if name == "yt-dlp" else [video_id_of(link) or link for link in fresh]
        for reading in _readings(name, items, here, skipped):
            video = reading.video
            if video is None or video.counts is None:
                skipped.append(f"{reading.item}: {reading.reason or 'its views are hidden'}")
                continue
            video = as_known(video, here.library)
            with here.library.db.transaction():
                here.library.add([video])
                skipped += follow([key_of(video)], here)
                for tracked in table.of([key_of(video)]):
                    table.looked(tracked, video)  # it was read just now
            keys.append(key_of(video))
    return keys, skipped


def look(here: "Parts", now: datetime | None = None) -> TrackReport:
    """Look at every video that is due, and keep what is seen: each look wholly, or not at all.

    A video that can't be read just now stays due; one that is gone is tracked no more, and says why.
    """
    with alone(here.settings.home / "tracking.lock", "looking at tracked videos"):
        table = TrackingTable(here.library.db)
        due = table.due(now or utc_now())
        videos = here.library.by_key(tracked.key for tracked in due)
        seen = Round()
        for name, some in _by_source(due, videos, here, table, seen).items():
            for reading in _readings(name, list(some), here, seen.skipped):
                for tracked in some[reading.item]:
                    _settle(reading, tracked, videos[tracked.key], here.library, seen)
                report(len(seen.seen) + seen.gone, len(due), "Looking at tracked videos")
        return tracking_report(here, seen.seen, seen)


def tracking_report(
    here: "Parts", keys: Sequence[str] | None = None, seen: Round | None = None
) -> TrackReport:
    """Return what is known of tracked videos, of these keys or of all; `seen` says what a round brought."""
    seen = seen or Round()
    table = TrackingTable(here.library.db)
    tracked = table.all() if keys is None else table.of(keys)
    videos = here.library.by_key(one.key for one in tracked)
    return TrackReport(
        looked=len(seen.seen),
        changed=seen.changed,
        gone=seen.gone,
        waiting=table.count_waiting(),
        next_due_at=table.next_due_at(),
        videos=tuple(_row(one, videos[one.key]) for one in tracked if one.key in videos),
        skipped=tuple(seen.skipped),
    )


def _known(link: str, library: "Library") -> Published | None:
    """Return the library's video of an id, or of a link that holds one."""
    return library.get(video_id_of(link) or link.strip())


def _by_source(
    due: Sequence[Tracked],
    videos: dict[str, Published],
    here: "Parts",
    table: TrackingTable,
    seen: Round,
) -> dict[SourceName, dict[str, list[Tracked]]]:
    """Return the due videos by source, then by what the source reads them by: an import may have one twice."""
    found: dict[SourceName, dict[str, list[Tracked]]] = {}
    for tracked in due:
        video = videos[tracked.key]
        on_youtube = video.draft.platform in YOUTUBE and video_id_of(video.video_id)
        link = canonical(video.video_id if on_youtube else video.url)
        if not link:
            table.end(tracked.key, NOWHERE)
            seen.gone += 1
            continue
        name = source_for(video.draft.platform, [link], here.settings)
        item = link if name == "yt-dlp" else video.video_id
        found.setdefault(name, {}).setdefault(item, []).append(tracked)
    return found


def _readings(
    name: SourceName, items: Sequence[str], here: "Parts", skipped: list[str]
) -> "Iterator[Reading]":
    """Yield what a source reads, batch by batch; where it stops answering, say so and end."""
    try:
        source = open_source(name, here)
        for start in range(0, len(items), source.batch):
            yield from source.read(items[start : start + source.batch])
    except (ServiceError, LinkError) as error:
        skipped.append(str(error))


def _settle(reading: "Reading", tracked: Tracked, known: Published, library: "Library", seen: Round) -> None:
    table = TrackingTable(library.db)
    if reading.video is None and reading.again:
        seen.skipped.append(f"{reading.item}: {reading.reason}")
        return
    if reading.video is None or reading.video.counts is None:
        table.end(tracked.key, reading.reason or "its views are hidden")
        seen.gone += 1
        return
    video = as_same(known, reading.video)
    with library.db.transaction():
        library.add([video])
        table.looked(tracked, video)
    seen.seen.append(tracked.key)
    seen.changed += video.counts != known.counts


def _row(tracked: Tracked, video: Published) -> TrackedVideo:
    return TrackedVideo(
        video_id=video.video_id,
        title=video.draft.title,
        url=video.url,
        platform=video.draft.platform,
        looks=tracked.looks,
        views=video.counts.views if video.counts else None,
        due_at=tracked.due_at,
        ended=tracked.ended,
    )


def watch(
    here: "Parts", tell: Callable[[TrackReport], None], sleep: Callable[[float], object] = time.sleep
) -> None:
    """Look whenever a video is due, and tell each round, until no look is left. Ctrl-C ends it as well."""
    while True:
        found = look(here)
        tell(found)
        if found.next_due_at is None:
            return
        # what could not be read is still due: not at once again; what is added meanwhile waits no longer
        left_s = (found.next_due_at - utc_now()).total_seconds()
        sleep(min(max(left_s, RETRY_S if left_s <= 0 else 1.0), LONGEST_NAP_S))
