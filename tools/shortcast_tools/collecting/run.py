"""The collecting run: discovers, reads, keeps, and goes on after whatever stopped it.

A batch's videos and the items that stand for them are written in one transaction. So a killed run has kept a
video and knows it, or neither, and the same request goes on behind the last one that was kept.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from shortcast_ml.errors import ServiceError
from shortcast_ml.library_table import key_of
from shortcast_ml.records import CollectReport, CollectRequest, Platform, Published, QuotaPlan
from shortcast_tools.collecting.choice import spent_by
from shortcast_tools.collecting.keeping import as_known
from shortcast_tools.collecting.sources import Page, Reading, Source
from shortcast_tools.collecting.strata import Strata, bin_of
from shortcast_tools.collecting.thumbnails import TRIES, Thumbnails
from shortcast_tools.collecting.ytdlp_source import is_channel, is_link
from shortcast_tools.draft import NAMES
from shortcast_tools.progress import report
from shortcast_vectorstore.jobs import Item, Job, JobTable, alone
from shortcast_vectorstore.media import MediaTable

if TYPE_CHECKING:
    from shortcast_tools.parts import Parts

KIND = "collect"
COMMIT_S = 1.0  # what is read is kept at least this often
TWICE = "it was found under another link already"
SILENT = "the source said nothing of it"


def collect_videos(request: CollectRequest, source: Source, here: "Parts") -> CollectReport:
    """Collect what a request asks for into the library, and say what it brought.

    The same request goes on where it stopped, also with another limit; one that was done looks anew. The
    report is of the whole request; its pictures are of this run, and its quota is all that this source spent.
    Ctrl-C passes through; what was read by then is kept. Raises what the source raises when nothing has come,
    LibraryError when it can't be kept or another run is under way.
    """
    planned = source.plan(request)
    with alone(here.settings.home / "collecting.lock", "collecting"):
        jobs = JobTable(here.library.db)
        job = _job(jobs, request)
        run = _Run(request, source, here, jobs, job)
        stopped = ""
        try:
            with Thumbnails(here.library, here.settings) as run.thumbnails:
                try:
                    run.go()
                except ServiceError as error:
                    if not run.kept:
                        raise
                    stopped = str(error)
                run.fetch_pictures()
        except KeyboardInterrupt:
            jobs.end(job.id, "stopped")
            raise
        except BaseException:
            jobs.end(job.id, "failed")
            raise
        return run.finish(planned, stopped)


def reason_against(video: Published, wanted: Platform | None) -> str | None:
    """Say why a video does not belong into the library, None when it does."""
    if video.counts is None:
        return "its views are hidden"
    if wanted is not None and video.draft.platform != wanted:
        return f"it is not on {NAMES[wanted]}"
    return None


def _job(jobs: JobTable, request: CollectRequest) -> Job:
    """Return the job to go on with, or a new one where the last was done or had another aim."""
    text = request.model_dump_json()
    last = jobs.latest(KIND, text)
    if last is None:
        return jobs.begin(KIND, text)
    items = jobs.items(last.id)
    again: list[str] = []
    if request.stratified:
        views = [int(item.facts["views"]) for item in items if item.state == "done"]
        again = Strata(request.limit, map(bin_of, views)).room()
    if last.state == "done":
        more = request.limit > CollectRequest.model_validate_json(last.request).limit
        left = not last.all_found or any(item.state == "waiting" or item.reason in again for item in items)
        if not (more and left):
            return jobs.begin(KIND, text)
    return jobs.go_on(last, text, again)


class _Run:
    """One run of a job: what it has, and what it still needs."""

    thumbnails: Thumbnails

    def __init__(
        self, request: CollectRequest, source: Source, here: "Parts", jobs: JobTable, job: Job
    ) -> None:
        self._request, self._source, self._jobs, self._job = request, source, jobs, job
        self._library, self._media = here.library, MediaTable(here.library.db)
        done = [item for item in jobs.items(job.id) if item.state == "done"]
        self.kept = len(done)
        self._keys = {item.facts["key"] for item in done}
        self._strata = (
            Strata(request.limit, (bin_of(int(item.facts["views"])) for item in done))
            if request.stratified
            else None
        )
        as_it_is = bool(request.links) or (is_link(request.query) and not is_channel(request.query))
        self._platform = None if as_it_is else request.platform
        self._has_demo = self._library.kind() in ("demo", "mixed")
        self._began_at, self._began_with = time.monotonic(), self.kept

    @property
    def _full(self) -> bool:
        return self._strata.full if self._strata else self.kept >= self._request.limit

    def go(self) -> None:
        """Discover and read until there are enough videos, or no more."""
        self._report("Looking for videos")
        pages = None if self._job.all_found else self._source.discover(self._request, self._job.cursor)
        while not self._full and (items := self._next(pages)):
            self._read(items)

    def fetch_pictures(self) -> None:
        """Ask for the pictures that earlier runs did not get."""
        waiting = self._media.waiting("thumbnail", TRIES)
        for i, picture in enumerate(waiting):
            self._report(f"Saving pictures, {len(waiting) - i:,} left")
            self.thumbnails.fetch([picture])

    def finish(self, planned: QuotaPlan | None, stopped: str) -> CollectReport:
        """End the job, and say what it brought."""
        searches, units = spent_by(self._source)
        items = self._jobs.items(self._job.id)
        put_off = any(item.state == "waiting" and item.reason for item in items)
        done = [item for item in items if item.state == "done"]
        if not stopped and put_off and not self._full:
            stopped = "Some videos could not be read this time."
        result = CollectReport(
            query=self._request.query,
            found=len(items),
            added=sum(int(item.facts["new"]) for item in done),
            updated=sum(not item.facts["new"] for item in done),
            skipped=tuple(_skipped(items)),
            library_size=self._library.count(),
            source=self._source.name,
            bins=self._strata.report() if self._strata else (),
            thumbnails=self.thumbnails.saved,
            planned=planned,
            search_calls_spent=searches,
            units_spent=units,
            stopped=stopped,
        )
        self._jobs.end(self._job.id, "stopped" if stopped else "done", result.model_dump_json())
        return result

    def _next(self, pages: Iterator[Page] | None) -> list[str]:
        """Return the next items in line, from a new page when the line is empty: a page is read before the next."""
        while not (items := self._jobs.waiting(self._job.id, self._source.batch)) and pages is not None:
            page = next(pages, None)
            if page is None:
                break
            self._jobs.discovered(self._job.id, (found.item for found in page.found), page.cursor)
        return items

    def _read(self, items: Sequence[str]) -> None:
        """Read a batch and keep it, at once where it comes at once, else second by second."""
        readings: list[Reading] = []
        silent = dict.fromkeys(items)
        kept_at = time.monotonic()
        try:
            for reading in self._source.read(items):
                silent.pop(reading.item, None)
                readings.append(reading)
                late = time.monotonic() - kept_at > COMMIT_S
                if late or self.kept + len(readings) >= self._request.limit:
                    some, readings = readings, []  # once: what is rolled back by Ctrl-C is read again
                    self._keep(some)
                    kept_at = time.monotonic()
                    if self._full:
                        return
        except BaseException:
            self._write(readings)  # and no more: their pictures are fetched by the next run
            raise
        self._keep(readings)
        for item in silent:
            self._jobs.put_off(self._job.id, item, SILENT)

    def _keep(self, readings: Sequence[Reading]) -> None:
        """Write readings, ask for their pictures, and say how far the run is."""
        if readings:
            keys = self._write(readings)
            self.thumbnails.fetch(self._media.waiting("thumbnail", TRIES, keys))
            self._report()

    def _write(self, readings: Sequence[Reading]) -> list[str]:
        """Write readings and what became of their items, all or none; behind the last that is needed, none.

        Return the keys of the videos that were kept.
        """
        keys: list[str] = []
        with self._library.db.transaction():
            for reading in readings:
                if self._full:
                    break
                if key := self._settle(reading):
                    keys.append(key)
            self._drop_demo()
        return keys

    def _drop_demo(self) -> None:
        """Remove the invented videos as soon as there is a real one."""
        if self.kept and self._has_demo:
            self._library.remove_demo()
            self._has_demo = False

    def _settle(self, reading: Reading) -> str | None:
        """Keep one reading's video, or skip it with the reason; return the key of a video that was kept."""
        job, item, video = self._job.id, reading.item, reading.video
        if video is None or video.counts is None:
            settle = self._jobs.put_off if reading.again else self._jobs.skip
            settle(job, item, reading.reason or "its views are hidden")
            return None
        views = video.counts.views
        reason = reason_against(video, self._platform)
        if not reason:
            video = as_known(video, self._library)
            reason = TWICE if key_of(video) in self._keys else None
        if not reason and self._strata:
            reason = self._strata.reason_against(views)
        if reason:
            self._jobs.skip(job, item, reason)
            return None
        key = key_of(video)
        added, _ = self._library.add([video])
        self._jobs.done(job, item, {"key": key, "views": views, "new": added})
        self._want_picture(key, video, reading.thumbnail_urls)
        self.kept += 1
        self._keys.add(key)
        if self._strata:
            self._strata.take(views)
        return key

    def _want_picture(self, key: str, video: Published, urls: Sequence[str]) -> None:
        """Give the picture its row: to be downloaded, unless it is there."""
        path = video.draft.thumbnail_path
        if path is not None and path.is_file():
            if not self._media.has(key, "thumbnail"):
                data = path.read_bytes()
                sha256 = hashlib.sha256(data).hexdigest()
                self._media.got(key, "thumbnail", " ".join(urls[:1]), sha256, path, len(data))
        elif urls:
            self._media.lost(key, "thumbnail")
            self._media.want(key, "thumbnail", urls)

    def _report(self, text: str = "") -> None:
        total, now = self._request.limit, self.kept - self._began_with
        report(self.kept, total, text or say_pace(self.kept, total, now, time.monotonic() - self._began_at))


def say_pace(done: int, total: int, done_now: int, seconds: float) -> str:
    """Say how far a run is, how fast, and how long the rest takes: "3,200 of 5,000 videos, 41 a second, 44 s left"."""
    text = f"{done:,} of {total:,} videos"
    if not done_now or seconds <= 0:
        return text
    a_second = done_now / seconds
    pace = f"{a_second:,.0f} a second" if a_second >= 1 else f"{a_second * 60:,.0f} a minute"
    left_s = (total - done) / a_second
    left = (
        f"{left_s:,.0f} s"
        if left_s < 100
        else f"{left_s / 60:,.0f} min"
        if left_s < 6000
        else f"{left_s / 3600:,.0f} h"
    )
    return f"{text}, {pace}, {left} left"


def _skipped(items: Sequence[Item]) -> Iterator[str]:
    """Yield each reason once: with its link where it met one video, else with their number and the first."""
    left_out = [item for item in items if item.reason and item.state != "done"]
    counts = Counter(item.reason for item in left_out)
    firsts = {item.reason: item.item for item in reversed(left_out)}
    for reason, n in counts.most_common():
        yield (
            f"{firsts[reason]}: {reason}" if n == 1 else f"{n:,} videos, the first {firsts[reason]}: {reason}"
        )
