"""The collecting run over a source in this process: what is kept, skipped, gone on with and reported."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.sources import Shelf, empty_home, request, video

from shortcast_ml.errors import InputError, LibraryError, ServiceError
from shortcast_ml.records import CollectReport, CollectRequest
from shortcast_ml.settings import Settings
from shortcast_tools.collecting import run as run_module
from shortcast_tools.collecting.run import collect_videos, say_pace
from shortcast_tools.collecting.sources import Page, Reading
from shortcast_tools.parts import Parts
from shortcast_tools.progress import listening
from shortcast_vectorstore.jobs import JobTable, alone


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Parts]:
    held = Parts(Settings(home=empty_home(tmp_path / "home")))
    yield held
    held.close()


@pytest.fixture
def collect(here: Parts) -> Callable[..., CollectReport]:
    return lambda shelf, limit=100, **more: collect_videos(request(limit, **more), shelf, here)


def kept(here: Parts) -> list[str]:
    return sorted(v.video_id for v in here.library.all() if not v.demo)


def shelf_of(n: int, **more: Any) -> Shelf:
    return Shelf({f"video-{i:03d}": 1000 + i for i in range(n)}, **more)


Collect = Callable[..., CollectReport]


def test_everything_that_a_source_has_is_kept_once(here: Parts, collect: Collect) -> None:
    shelf = shelf_of(23)
    report = collect(shelf)
    assert (report.found, report.added, report.updated, report.skipped) == (23, 23, 0, ())
    assert (report.library_size, report.source, report.stopped, report.bins) == (23, "youtube-api", "", ())
    assert kept(here) == sorted(shelf.views)
    assert shelf.asked == list(shelf.views)


def test_real_videos_take_the_place_of_the_demo_library(tmp_path: Path) -> None:
    here = Parts(Settings(home=tmp_path))
    assert collect_videos(request(), Shelf({}), here).found == 0
    assert here.library.kind() == "demo"
    with pytest.raises(ZeroDivisionError), here.library.db.transaction():
        killed_while_collecting(here)
    assert here.library.kind() == "demo"
    collect_videos(request(), shelf_of(2), here)
    assert here.library.kind() == "collected"
    here.close()


def killed_while_collecting(here: Parts) -> None:
    collect_videos(request(), shelf_of(2), here)
    raise ZeroDivisionError


def test_nothing_is_read_behind_the_limit_and_no_page_is_asked_for_in_vain(
    here: Parts, collect: Collect
) -> None:
    shelf = shelf_of(40)
    assert collect(shelf, limit=7).added == 7
    assert shelf.asked == [f"video-{i:03d}" for i in range(7)]
    assert shelf.pages == 2


def test_what_does_not_belong_is_skipped_with_its_reason(here: Parts, collect: Collect) -> None:
    shelf = Shelf(
        {"a": 10, "hidden": None, "gone": 1, "gone2": 1, "b": 20},
        reasons={"gone": "deleted", "gone2": "deleted"},
    )
    report = collect(shelf)
    assert report.added == 2
    assert report.skipped == ("2 videos, the first gone: deleted", "hidden: its views are hidden")


def test_long_videos_are_left_out_of_a_search_for_shorts_but_not_of_links(
    here: Parts, collect: Collect, monkeypatch: pytest.MonkeyPatch
) -> None:
    def long(self: Shelf, items: Sequence[str]) -> Iterator[Reading]:
        yield from (Reading(item, video(item, platform="youtube")) for item in items)

    monkeypatch.setattr(Shelf, "read", long)
    report = collect(shelf_of(1))
    assert report.skipped == ("video-000: it is not on YouTube Shorts",)
    assert collect(shelf_of(1), query="https://www.youtube.com/@latte").added == 0  # Shorts of the channel
    assert collect(shelf_of(1), query="https://www.youtube.com/playlist?list=PL123456789012").added == 1
    assert collect(shelf_of(1), query="", links=("https://youtu.be/x",)).updated == 1


def test_a_video_that_two_items_lead_to_is_kept_once(
    here: Parts, collect: Collect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        Shelf, "read", lambda self, items: (Reading(item, video(item[:7], 5)) for item in items)
    )
    report = collect(shelf_of(3))
    assert (report.found, report.added, report.library_size) == (3, 1, 1)
    assert report.skipped == ("2 videos, the first video-001: it was found under another link already",)


def test_one_id_is_one_video_whatever_kind_it_was_taken_for(here: Parts, collect: Collect) -> None:
    here.library.add([video("video-000", 5, platform="youtube")])
    assert collect(shelf_of(1)).updated == 1
    (stored,) = here.library.all()
    assert (stored.draft.platform, stored.counts and stored.counts.views) == ("youtube", 1000)


def test_a_source_that_stops_answering_stops_the_run_and_the_same_request_goes_on(
    here: Parts, collect: Collect
) -> None:
    shelf = shelf_of(12, breaks_at="video-007")
    first = collect(shelf)
    assert (first.added, first.stopped) == (7, "The shelf is closed; come back tomorrow.")
    again = shelf_of(12)
    second = collect(again)
    assert again.asked == [f"video-{i:03d}" for i in range(7, 12)]
    assert (second.found, second.added, second.stopped) == (12, 12, "")
    assert len(kept(here)) == 12


def test_a_source_that_does_not_answer_at_all_is_an_error(here: Parts, collect: Collect) -> None:
    with pytest.raises(ServiceError, match="shelf is closed"):
        collect(shelf_of(3, breaks_at="video-000"))
    assert JobTable(here.library.db).latest("collect", request().model_dump_json()).state == "failed"  # type: ignore[union-attr]
    assert collect(shelf_of(3)).added == 3


def test_a_larger_limit_goes_on_where_the_smaller_one_ended(here: Parts, collect: Collect) -> None:
    collect(shelf_of(12), limit=5)
    shelf = shelf_of(12)
    report = collect(shelf, limit=9)
    assert (report.added, report.updated) == (9, 0)
    assert shelf.asked == [f"video-{i:03d}" for i in range(5, 9)]


def test_a_request_that_was_done_looks_for_new_videos(here: Parts, collect: Collect) -> None:
    collect(shelf_of(6))
    report = collect(shelf_of(8))
    assert (report.found, report.added, report.updated, report.library_size) == (8, 2, 6, 8)
    assert collect(shelf_of(9), limit=200).added == 1  # all had been found: more can only come from anew


def test_what_could_not_be_read_is_tried_by_the_next_run_and_then_given_up(
    here: Parts, collect: Collect
) -> None:
    flaky = {"video-001", "video-002"}
    first = collect(shelf_of(4, flaky=flaky))
    assert (first.added, first.stopped) == (2, "Some videos could not be read this time.")
    assert first.skipped == ("2 videos, the first video-001: it could not be read",)
    shelf = shelf_of(4, flaky={"video-002"})
    second = collect(shelf)
    assert shelf.asked == ["video-001", "video-002"]
    assert (second.added, second.stopped) == (3, "")
    assert second.skipped == ("video-002: it could not be read",)


def test_an_item_that_a_source_says_nothing_of_is_put_off(
    here: Parts, collect: Collect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Shelf, "read", lambda self, items: iter(()))
    report = collect(shelf_of(2))
    assert report.skipped == ("2 videos, the first video-000: the source said nothing of it",)


def test_a_stratified_run_fills_each_bin_and_skips_what_is_too_much(here: Parts, collect: Collect) -> None:
    sizes = [500, 5_000, 50_000, 200_000, 700_000]
    shelf = Shelf({f"v{i}-{size}": size + i for i in range(5) for size in sizes})
    report = collect(shelf, limit=12, stratified=True)
    assert [(b.low_views, b.high_views, b.target, b.reached) for b in report.bins] == [
        (0, 1_000, 2, 2),
        (1_000, 10_000, 2, 2),
        (10_000, 100_000, 2, 2),
        (100_000, 500_000, 2, 2),
        (500_000, 1_000_000, 2, 2),
        (1_000_000, None, 2, 0),
    ]
    assert report.added == len(kept(here)) == 10
    assert "3 videos, the first v2-500: there are enough videos with 0 to 1,000 views" in report.skipped
    assert report.stopped == ""


def test_a_stratified_run_with_a_larger_limit_takes_back_what_it_had_skipped(
    here: Parts, collect: Collect, tmp_path: Path
) -> None:
    views: dict[str, int | None] = {f"v{i:02d}": 10 ** (2 + i % 5) + i for i in range(40)}
    collect(Shelf(views), limit=12, stratified=True)
    report = collect(Shelf(views), limit=30, stratified=True)
    other = Parts(Settings(home=empty_home(tmp_path / "other")))
    at_once = collect_videos(request(30, stratified=True), Shelf(views), other)
    assert kept(here) == kept(other)
    assert report.bins == at_once.bins
    other.close()


def test_a_run_that_is_interrupted_keeps_what_was_read_and_goes_on(
    here: Parts, collect: Collect, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = shelf_of(9)
    whole = Shelf.read

    def interrupted(self: Shelf, items: Sequence[str]) -> Iterator[Reading]:
        for reading in whole(self, items):
            if reading.item == "video-006":
                raise KeyboardInterrupt
            yield reading

    monkeypatch.setattr(Shelf, "read", interrupted)
    with pytest.raises(KeyboardInterrupt):
        collect(shelf)
    job = JobTable(here.library.db).latest("collect", request().model_dump_json())
    assert job is not None
    assert job.state == "stopped"
    assert len(kept(here)) == 6
    monkeypatch.setattr(Shelf, "read", whole)
    shelf = shelf_of(9)
    assert collect(shelf).added == 9
    assert shelf.asked == ["video-006", "video-007", "video-008"]


def test_a_batch_that_is_interrupted_while_it_is_written_is_read_again(
    here: Parts, collect: Collect, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = JobTable.done

    def interrupted(self: JobTable, job_id: int, item: str, facts: dict[str, str | int]) -> None:
        done(self, job_id, item, facts)
        if item == "video-002":
            raise KeyboardInterrupt

    monkeypatch.setattr(JobTable, "done", interrupted)
    with pytest.raises(KeyboardInterrupt):
        collect(shelf_of(4))
    assert kept(here) == []
    monkeypatch.setattr(JobTable, "done", done)
    report = collect(shelf_of(4))
    assert (report.added, report.skipped) == (4, ())


def test_a_refused_request_is_an_error_and_no_job_that_is_gone_on_with(
    here: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Shelf, request: CollectRequest, cursor: str | None) -> Iterator[Page]:
        raise InputError("No.")
        yield

    monkeypatch.setattr(Shelf, "discover", refuse)
    with pytest.raises(InputError, match="No"):
        collect_videos(request(), shelf_of(2), here)


def test_two_runs_on_one_library_are_one_too_many(here: Parts, collect: Collect) -> None:
    with (
        alone(here.settings.home / "collecting.lock", "collecting"),
        pytest.raises(LibraryError, match="Another Shortcast is collecting just now"),
    ):
        collect(shelf_of(2))
    assert collect(shelf_of(2)).added == 2


def test_progress_tells_how_far_how_fast_and_how_long(here: Parts, collect: Collect) -> None:
    heard: list[tuple[int, int, str]] = []
    with listening(lambda *step: heard.append(step)):
        collect(shelf_of(12), limit=12)
    assert heard[0] == (0, 12, "Looking for videos")
    assert heard[-1][:2] == (12, 12)
    assert heard[-1][2].startswith("12 of 12 videos, ")
    assert [done for done, *_ in heard] == sorted(done for done, *_ in heard)


@pytest.mark.parametrize(
    ("numbers", "says"),
    [
        ((3200, 5000, 3200, 78.0), "3,200 of 5,000 videos, 41 a second, 44 s left"),
        ((20, 100, 10, 120.0), "20 of 100 videos, 5 a minute, 16 min left"),
        ((300, 5000, 300, 3600.0), "300 of 5,000 videos, 5 a minute, 16 h left"),
        ((7, 10, 0, 5.0), "7 of 10 videos"),
    ],
)
def test_pace_is_said_in_the_unit_that_fits(numbers: tuple[int, int, int, float], says: str) -> None:
    assert say_pace(*numbers) == says


def test_slow_reading_is_kept_second_by_second(
    here: Parts, collect: Collect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "COMMIT_S", 0.0)
    kept_by_then: list[int] = []
    whole = Shelf.read

    def watched(self: Shelf, items: Sequence[str]) -> Iterator[Reading]:
        for reading in whole(self, items):
            kept_by_then.append(len(kept(here)))
            yield reading

    monkeypatch.setattr(Shelf, "read", watched)
    collect(shelf_of(5))
    assert kept_by_then == [0, 1, 2, 3, 4]
