"""Following videos: the schedule, a round of looks, and what ends them."""

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.sources import Shelf, empty_home, video

from shortcast_ml.errors import LibraryError, ServiceError
from shortcast_ml.records import Counts, Published, utc_now
from shortcast_ml.settings import Settings
from shortcast_tools.collecting import following
from shortcast_tools.collecting.following import follow, follow_links, look, tracking_report, watch
from shortcast_tools.collecting.sources import Reading
from shortcast_tools.parts import Parts, use
from shortcast_vectorstore.jobs import alone
from shortcast_vectorstore.tracking import AGES, GROWN, TrackingTable, next_look

HOUR = timedelta(hours=1)
IDS = [f"video-{i:05d}" for i in range(6)]


def young(video_id: str, views: int | None = 100, hours: float = 5.5, **more: Any) -> Published:
    """Return a video that was published some hours ago."""
    now = utc_now()
    made = video(video_id, views, **more)
    born = {"published_at": now - hours * HOUR, "age_days": hours / 24, "fetched_at": now}
    return made.model_copy(update=born)


class Counting(Shelf):
    """A shelf whose videos have 100 more views at each reading, but for those in `still`."""

    still: frozenset[str] = frozenset()

    def read(self, items: Sequence[str]) -> Iterator[Reading]:
        for item in items:
            if item == self.breaks_at:
                raise ServiceError("The shelf is closed.")
            self.asked.append(item)
            if item in self.flaky:
                yield Reading(item, None, reason="not just now", again=True)
            elif item in self.reasons:
                yield Reading(item, None, reason=self.reasons[item])
            else:
                if item not in self.still and self.views.get(item) is not None:
                    self.views[item] = (self.views.get(item) or 0) + 100
                yield Reading(item, young(item, self.views.get(item), platform="youtube"))


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Parts]:
    settings = Settings.model_validate({"home": empty_home(tmp_path / "home"), "youtube_api_key": "k"})
    held = Parts(settings)
    held.library.add(young(item) for item in IDS)
    with use(held):
        yield held
    held.close()


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Counting:
    made = Counting(dict.fromkeys(IDS, 100))
    monkeypatch.setattr(following, "open_source", lambda name, here: made)
    return made


def keys(*ids: str) -> list[str]:
    return [f"youtube_shorts:{item}" for item in ids]


def make_due(here: Parts) -> None:
    with here.library.db.transaction() as db:
        db.execute("UPDATE tracked SET due_at = '2026-01-01T00:00:00.000000+00:00' WHERE due_at IS NOT NULL")


def test_the_schedule_is_dense_at_first_and_ends_at_ninety_days() -> None:
    hours = [age / HOUR for age in AGES]
    assert hours[:11] == [1, 2, 3, 4, 6, 9, 12, 18, 24, 36, 48]
    assert [h / 24 for h in hours[11:]] == [3, 4, 5, 6, 7, 10, 14, 21, 30, 45, 60, 90]
    born = datetime(2026, 10, 1, tzinfo=UTC)
    made = video("x").model_copy(update={"published_at": born})
    assert next_look(made, born, born) == born + HOUR
    assert next_look(made, born, born + 4 * HOUR) == born + 6 * HOUR
    assert next_look(made, born, born + 65 * 24 * HOUR) == born + timedelta(days=90)
    assert next_look(made, born, born + timedelta(days=90)) is None


def test_a_video_without_a_date_counts_from_the_beginning_of_its_tracking() -> None:
    since = datetime(2026, 10, 1, tzinfo=UTC)
    undated = video("x").model_copy(update={"published_at": None, "age_days": None})
    assert next_look(undated, since, since + 5 * HOUR) == since + 6 * HOUR


def test_a_followed_video_is_looked_at_at_once_and_then_when_it_is_due(here: Parts, shelf: Counting) -> None:
    assert follow(keys(*IDS[:2]), here) == []
    found = look(here)
    assert (found.looked, found.changed, found.gone, found.waiting) == (2, 2, 0, 2)
    assert shelf.asked == IDS[:2]
    born = here.library.by_key(keys(IDS[0]))[keys(IDS[0])[0]].published_at
    assert born is not None
    row = found.videos[0]
    assert (row.video_id, row.views, row.looks, row.ended) == (IDS[0], 200, 1, "")
    assert row.due_at == born + 6 * HOUR  # it is five and a half hours old
    assert found.next_due_at is not None
    assert look(here).looked == 0
    assert look(here, utc_now() + HOUR).looked == 2


def test_every_look_is_kept_also_one_that_saw_no_change(here: Parts, shelf: Counting) -> None:
    shelf.still = frozenset(IDS)
    follow(keys(IDS[0]), here)
    for _ in range(3):
        make_due(here)
        assert look(here).changed == 0
    snapshots = here.library.snapshots(IDS[0], "youtube_shorts")
    assert [counts for _, counts in snapshots] == [
        Counts(views=100)
    ] * 4  # when it was added, and three looks
    assert here.library.readings()[keys(IDS[0])[0]] == snapshots
    assert TrackingTable(here.library.db).all()[0].looks == 3


def test_a_look_keeps_the_platform_and_the_picture_that_are_known(
    here: Parts, shelf: Counting, tmp_path: Path
) -> None:
    known = young(IDS[0], thumbnail_path=tmp_path / "a.jpg")
    here.library.add([known])
    follow(keys(IDS[0]), here)
    look(here)
    assert here.library.count() == len(IDS)
    (stored,) = here.library.by_key(keys(IDS[0])).values()
    assert stored.draft.thumbnail_path == tmp_path / "a.jpg"
    assert stored.counts == Counts(views=200)


def test_a_video_that_an_import_knows_as_both_kinds_is_read_once_for_both(
    here: Parts, shelf: Counting
) -> None:
    here.library.add([young(IDS[0], platform="youtube")])
    follow([f"youtube:{IDS[0]}", *keys(IDS[0])], here)
    assert (look(here).looked, shelf.asked) == (2, [IDS[0]])
    assert look(here).looked == 0


def test_what_is_gone_or_hidden_is_looked_at_no_more_and_what_was_seen_stays(
    here: Parts, shelf: Counting
) -> None:
    shelf.reasons = {IDS[0]: "it was deleted or is private"}
    shelf.views[IDS[1]] = None
    follow(keys(*IDS[:3]), here)
    found = look(here)
    assert (found.looked, found.gone, found.waiting) == (1, 2, 1)
    ended = {one.key: one.ended for one in TrackingTable(here.library.db).all() if one.due_at is None}
    assert ended == {keys(IDS[0])[0]: "it was deleted or is private", keys(IDS[1])[0]: "its views are hidden"}
    assert here.library.count() == len(IDS)
    make_due(here)
    assert look(here).looked == 1
    follow(keys(IDS[0]), here)  # asked for again, it begins anew
    shelf.reasons.clear()
    assert look(here).looked == 1


def test_what_cannot_be_read_now_stays_due(here: Parts, shelf: Counting) -> None:
    follow(keys(*IDS), here)
    shelf.flaky, shelf.breaks_at = {IDS[1]}, IDS[3]
    found = look(here)
    assert (found.looked, found.waiting) == (2, 6)
    assert found.skipped == (f"{IDS[1]}: not just now", "The shelf is closed.")
    shelf.flaky, shelf.breaks_at = set(), ""
    shelf.asked.clear()
    assert look(here).looked == 4
    assert shelf.asked == [IDS[1], *IDS[3:]]


def test_a_video_grows_out_of_the_schedule(
    here: Parts, shelf: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(keys(IDS[0]), here)
    old = young(IDS[0], 500, hours=24 * 91)
    monkeypatch.setattr(Counting, "read", lambda self, items: iter([Reading(IDS[0], old)]))
    found = look(here)
    assert (found.looked, found.waiting, found.next_due_at) == (1, 0, None)
    assert found.videos[0].ended == GROWN


def test_old_videos_are_not_followed_and_unknown_ones_passed_over(here: Parts) -> None:
    here.library.add([young("grandfather", hours=24 * 100)])
    assert follow([*keys("grandfather", IDS[0]), "youtube:nobody"], here) == [f"Video grandfather: {GROWN}"]
    here.library.add([young("made-up", demo=True)])
    assert follow(keys("made-up"), here) == ["Video made-up: it is invented, for the demo library"]
    assert [one.key for one in TrackingTable(here.library.db).all()] == keys(IDS[0])
    assert TrackingTable(here.library.db).add(keys(IDS[0])) == 0


def test_links_and_ids_are_read_into_the_library_where_it_lacks_them(here: Parts, shelf: Counting) -> None:
    shelf.views["new-video-0"] = 900
    shelf.reasons = {"gone-video-": "it was deleted or is private"}
    links = [
        f"https://youtu.be/{IDS[0]}",
        IDS[1],
        "https://www.youtube.com/shorts/new-video-0",
        "gone-video-",
    ]
    tracked, skipped = follow_links(links, here)
    assert tracked == [*keys(IDS[0], IDS[1]), "youtube:new-video-0"]
    assert skipped == ["gone-video-: it was deleted or is private"]
    assert shelf.asked == ["new-video-0", "gone-video-"]
    fresh = TrackingTable(here.library.db).of(["youtube:new-video-0"])[0]
    assert fresh.looks == 1  # reading it was its first look
    assert fresh.due_at is not None
    assert fresh.due_at > utc_now()


def test_the_tool_follows_and_looks(here: Parts, shelf: Counting) -> None:
    import shortcast_tools.track

    track_videos = sys.modules["shortcast_tools.track"].track_videos
    assert shortcast_tools.track.MOST_ROWS == 50
    found = track_videos(links=[f"https://youtu.be/{IDS[0]}"])
    assert (found.looked, [v.video_id for v in found.videos], found.videos[0].looks) == (1, [IDS[0]], 1)
    make_due(here)
    assert (track_videos().looked, shelf.asked) == (1, [IDS[0], IDS[0]])


def test_two_rounds_at_once_are_one_too_many(here: Parts) -> None:
    with (
        alone(here.settings.home / "tracking.lock", "tracking"),
        pytest.raises(LibraryError, match="Another Shortcast is looking at tracked videos"),
    ):
        look(here)


def test_a_look_that_is_interrupted_was_never_and_the_others_hold(
    here: Parts, shelf: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = TrackingTable.looked

    def interrupted(self: TrackingTable, tracked: Any, video: Published) -> None:
        if tracked.key == keys(IDS[1])[0]:
            raise KeyboardInterrupt
        looked(self, tracked, video)

    follow(keys(*IDS[:3]), here)
    monkeypatch.setattr(TrackingTable, "looked", interrupted)
    with pytest.raises(KeyboardInterrupt):
        look(here)
    monkeypatch.setattr(TrackingTable, "looked", looked)
    assert len(here.library.snapshots(IDS[0], "youtube_shorts")) == 2
    assert len(here.library.snapshots(IDS[1], "youtube_shorts")) == 1
    assert look(here).looked == 2


def test_watching_looks_whenever_one_is_due_and_ends_with_the_last(
    here: Parts, shelf: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(keys(IDS[0]), here)
    naps: list[float] = []
    told: list[int] = []

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 1:
            make_due(here)
            shelf.flaky = {IDS[0]}
        elif len(naps) == 2:
            shelf.flaky = set()
            shelf.reasons = {IDS[0]: "gone"}

    watch(here, lambda found: told.append(found.looked), sleep)
    assert told == [1, 0, 0]
    assert naps == [following.LONGEST_NAP_S, following.RETRY_S]
    assert tracking_report(here).videos[0].ended == "gone"


def test_videos_of_several_sources_are_each_read_by_their_own(
    here: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiktok = young("7491", platform="tiktok").model_copy(
        update={"url": "https://www.tiktok.com/@a/video/7491?lang=en"}
    )
    lost = young("local", platform="tiktok").model_copy(update={"url": ""})
    here.library.add([tiktok, lost])
    asked: dict[str, list[str]] = {}

    class Noting(Shelf):
        def read(self, items: Sequence[str]) -> Iterator[Reading]:
            asked[self.name] = list(items)
            return iter(())

    monkeypatch.setattr(following, "open_source", lambda name, here: Noting({}, name=name))
    follow([*keys(IDS[0]), "tiktok:7491", "tiktok:local"], here)
    found = look(here)
    assert asked == {"youtube-api": [IDS[0]], "yt-dlp": ["https://www.tiktok.com/@a/video/7491"]}
    assert (found.looked, found.gone) == (0, 1)
    assert {v.video_id: v.ended for v in tracking_report(here).videos}["local"] == following.NOWHERE
