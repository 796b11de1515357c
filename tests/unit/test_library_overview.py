"""What the library holds, counted."""

from datetime import UTC, datetime
from pathlib import Path

from shortcast_ml.records import Counts, Draft, Published
from shortcast_vectorstore.library import open_library
from shortcast_vectorstore.overview import overview


def video(nth: int, language: str | None) -> Published:
    return Published(
        draft=Draft(platform="tiktok" if nth % 2 else "youtube_shorts", title=f"video {nth}", language=language),
        video_id=f"v{nth}", url=f"https://example.com/{nth}", fetched_at=datetime(2026, 11, nth, tzinfo=UTC),
        published_at=datetime(2026, 10, nth, 12, tzinfo=UTC), counts=Counts(views=100 * nth),
        channel_id=f"c{nth // 3}", source="user",
    )  # fmt: skip


def test_the_demo_library_is_said_to_be_invented(home: Path) -> None:
    library = open_library(home)
    found = overview(library)
    assert found.kind == "demo"
    assert found.videos == found.invented == library.count()
    assert sum(found.platforms.values()) == found.videos
    library.close()


def test_real_videos_are_counted_by_platform_language_and_date(home: Path) -> None:
    library = open_library(home)
    library.remove_demo()
    library.add([video(1, "en"), video(2, "ko"), video(3, None), video(4, "ko")])
    library.add([video(4, "ko").model_copy(update={"fetched_at": datetime(2026, 11, 9, tzinfo=UTC)})])
    found = overview(library)
    assert (found.kind, found.videos, found.invented, found.channels, found.looks) == (
        "collected",
        4,
        0,
        4,
        5,
    )
    assert found.platforms == {"tiktok": 2, "youtube_shorts": 2}
    assert list(found.languages.items()) == [("ko", 2), ("en", 1)]
    assert found.published_from == datetime(2026, 10, 1, 12, tzinfo=UTC)
    assert found.published_to == datetime(2026, 10, 4, 12, tzinfo=UTC)
    assert found.looked_at == datetime(2026, 11, 9, tzinfo=UTC)
    library.close()


def test_an_empty_library_has_no_dates(home: Path) -> None:
    library = open_library(home)
    library.remove_demo()
    found = overview(library)
    assert (found.kind, found.videos, found.channels) == ("empty", 0, 0)
    assert (found.published_from, found.looked_at, found.platforms) == (None, None, {})
    library.close()
