"""The library: what goes in comes out, once."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.collected import NOON, a_video, without_demo

from shortcast_ml.errors import LibraryError
from shortcast_ml.library_table import key_of
from shortcast_ml.records import Audio, ChannelHistory, Counts, Draft, Published, Upload
from shortcast_vectorstore.library import Library, open_library


def test_a_record_comes_back_exactly_as_it_was_put_in(library: Library) -> None:
    video = Published(
        draft=Draft(
            platform="bilibili",
            title='Ünïcode 한국어 🙂 "quotes" \\ and\nlines',
            description="x" * 3000,
            hashtags=("a", "bé"),
            language="ko",
            duration_s=12.34567890123,
            width_px=1080,
            height_px=1920,
            fps=29.97,
            audio=Audio(has_audio=True, loudness_dbfs=-14.25, peak_dbfs=-0.1, silent_share=0.125),
            publish_at=NOON - timedelta(days=3, microseconds=7),
            thumbnail_path=Path("relative/t.jpg"),
            video_path=Path("/absolute/v.mp4"),
        ),
        video_id="BV1:with:colons",
        url="https://example.invalid/v?a=1&b=2",
        fetched_at=datetime.fromisoformat("2026-11-01T12:00:00.123456+09:00"),
        published_at=NOON - timedelta(days=3),
        age_days=3.0000001,
        counts=Counts(views=2**53 + 1, likes=0, shares=3),
        channel_id="c",
        channel=ChannelHistory(
            name="C", followers=5, typical_views=1.5, uploads=(Upload(views=1, age_days=0.5, title="t"),)
        ),
        source="yt-dlp",
    )
    assert library.add([video]) == (1, 0)
    assert library.get("BV1:with:colons") == video
    assert list(library.all()) == [video]
    assert library.by_key([key_of(video), "tiktok:unknown"]) == {"bilibili:BV1:with:colons": video}


def test_adding_the_same_again_changes_nothing(library: Library) -> None:
    videos = [a_video(f"v{i}") for i in range(3)]
    assert library.add(videos) == (3, 0)
    mark = library.db.change_mark()
    assert library.add(videos) == (0, 0)
    assert library.db.change_mark() == mark
    assert library.count() == 3
    assert len(library.snapshots("v0", "tiktok")) == 1


def test_more_videos_than_one_batch_are_added_and_read_in_order(library: Library) -> None:
    assert library.add(a_video(f"v{i:04}") for i in range(1203)) == (1203, 0)
    assert [video.video_id for video in library.all()] == [f"v{i:04}" for i in range(1203)]


def test_the_counts_of_every_reading_become_a_snapshot_of_their_time(library: Library) -> None:
    later = [NOON + timedelta(days=day) for day in range(4)]
    assert library.add([a_video(views=10, fetched_at=later[0])]) == (1, 0)
    assert library.add([a_video(views=10, fetched_at=later[1], age_days=11.0)]) == (0, 1)
    assert library.add([a_video(views=30, fetched_at=later[3], age_days=13.0)]) == (0, 1)
    # A reading that arrives late fills the history, and does not undo the newer record.
    assert library.add([a_video(views=20, fetched_at=later[2], age_days=12.0)]) == (0, 1)
    assert library.add([a_video(views=20, fetched_at=later[2], age_days=12.0)]) == (0, 0)
    snapshots = library.snapshots("v1", "tiktok")
    assert snapshots == [(at, Counts(views=views)) for at, views in zip(later, (10, 10, 20, 30), strict=True)]
    newest = library.get("v1")
    assert newest is not None
    assert newest.counts == Counts(views=30)


def test_whatever_the_order_of_readings_the_library_is_the_same(home: Path) -> None:
    def reading(day: int, views: int) -> Published:
        return a_video(views=views, fetched_at=NOON + timedelta(days=day), age_days=10.0 + day)

    readings = [reading(0, 5), reading(2, 5), reading(1, 7), reading(3, 5)]
    found = []
    for name, order in (
        ("a", (0, 1, 2, 3)),
        ("b", (3, 2, 1, 0)),
        ("c", (0, 1, 0, 1, 2, 3)),
        ("d", (1, 3, 0, 2)),
    ):
        library = open_library(without_demo(home / name))
        for i in order:
            library.add([readings[i]])
        found.append((library.get("v1"), library.snapshots("v1", "tiktok")))
        library.close()
    assert [counts.views for _, counts in found[0][1]] == [5, 7, 5, 5]
    assert all(one == found[0] for one in found)


def test_readings_of_one_video_in_one_batch_are_taken_in_their_order(library: Library) -> None:
    newer = a_video(title="Newer", views=9, fetched_at=NOON + timedelta(days=1), age_days=11.0)
    assert library.add([a_video(views=1), newer, a_video(title="Late", views=1)]) == (1, 1)
    kept = library.get("v1")
    assert kept is not None
    assert kept == newer
    assert [counts.views for _, counts in library.snapshots("v1", "tiktok")] == [1, 9]


def test_hidden_views_are_kept_as_hidden(library: Library) -> None:
    library.add([a_video(views=None, channel_id="c")])
    kept = library.get("v1")
    assert kept is not None
    assert kept.counts is None
    assert library.snapshots("v1", "tiktok") == []
    assert library.history("c", None).uploads == ()


def test_the_same_id_on_two_platforms_is_two_videos(library: Library) -> None:
    library.add([a_video("1", title="tok"), a_video("1", platform="youtube", title="tube")])
    assert library.count() == 2
    assert library.get("1", "youtube").draft.title == "tube"  # type: ignore[union-attr]
    assert library.get("1", "bilibili") is None
    assert library.get("1") is not None
    assert library.get("2") is None


def test_a_history_holds_only_uploads_strictly_before_the_time(library: Library) -> None:
    def upload(video_id: str, age_days: float | None, **changes: object) -> Published:
        return a_video(video_id, age_days=age_days, channel_id="c", **changes)

    library.add(
        [
            upload("old", 30.0, views=300, title="Old", duration_s=9.0),
            upload("older", None, views=400, published_at=NOON - timedelta(days=40)),
            upload("same moment", 20.0, views=999),
            upload("new", 1.0, views=999),
            upload("undated", None, views=999),
            upload("from the future", None, views=999, published_at=NOON + timedelta(days=1)),
            a_video("other channel", age_days=30.0, channel_id="d"),
            upload("other platform", 30.0, platform="youtube", views=5),
        ]
    )
    before = NOON - timedelta(days=20)
    history = library.history("c", before, "tiktok")
    assert [(u.views, u.age_days, u.title) for u in history.uploads] == [
        (400, 40.0, "A title"),
        (300, 30.0, "Old"),
    ]
    assert history.uploads[1].published_at == NOON - timedelta(days=30)
    assert history.uploads[1].duration_s == 9.0
    assert [u.views for u in library.history("c", None, "tiktok").uploads] == [400, 300, 999, 999]
    assert len(library.history("c", before).uploads) == 3  # on any platform
    assert library.history("nobody", None) == ChannelHistory()


def test_a_channel_keeps_its_newest_facts_and_forgets_none(library: Library) -> None:
    def seen(day: int, channel: ChannelHistory | None) -> Published:
        at = NOON + timedelta(days=day)
        return a_video(f"day {day}", fetched_at=at, channel_id="c", channel=channel)

    library.add([seen(2, ChannelHistory(name="New name", followers=20))])
    library.add([seen(1, ChannelHistory(name="Old name", followers=10)), seen(3, None)])
    history = library.history("c", None)
    assert (history.name, history.followers) == ("New name", 20)


def test_the_library_says_what_it_holds(home: Path) -> None:
    library = open_library(home)
    assert library.kind() == "demo"
    library.add([a_video()])
    assert library.kind() == "mixed"
    assert library.remove_demo() == 78
    assert library.kind() == "collected"
    assert library.count() == 1
    library.close()


@pytest.mark.parametrize(
    ("video", "says"),
    [(a_video(""), "without an id"), (a_video("v9", views=2**63), "larger than any platform's")],
)
def test_a_batch_with_a_video_that_cannot_be_kept_leaves_nothing(
    library: Library, video: Published, says: str
) -> None:
    with pytest.raises(LibraryError, match=says):
        library.add([a_video(), video])
    assert library.count() == 0
