"""The demo library: invented, marked, varied enough to search, and drawn whole."""

from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from shortcast_vectorstore.demo import demo_videos, draw_demo_pictures
from shortcast_vectorstore.library import open_library
from shortcast_vectorstore.rows import key_of

PICTURES = Path("pictures")


def test_every_video_says_that_it_is_invented() -> None:
    for video in demo_videos(PICTURES):
        assert video.demo
        assert video.source == "demo"
        assert video.url == f"https://example.invalid/demo/{video.video_id}"
        assert video.video_id.startswith("demo-")


def test_it_covers_niches_languages_and_channels_that_can_be_compared() -> None:
    videos = demo_videos(PICTURES)
    assert len(videos) == len({key_of(video) for video in videos}) == 78
    assert {video.draft.language for video in videos} == {"en", "ko", "vi", "es", "fr"}
    assert {video.draft.platform for video in videos} == {"youtube_shorts", "tiktok"}
    uploads = Counter(video.channel_id for video in videos)
    assert len(uploads) == 37
    assert sum(n >= 4 for n in uploads.values()) >= 12  # these have three others to be compared with
    assert len({video.draft.title for video in videos}) == 78


def test_its_facts_are_plausible() -> None:
    for video in demo_videos(PICTURES):
        assert video.counts is not None
        assert video.age_days is not None
        assert video.published_at is not None
        assert 5_000 < video.counts.views < 1_000_000
        assert 10 < video.age_days < 200
        assert 10 <= (video.draft.duration_s or 0) <= 60
        age = (video.fetched_at - video.published_at).total_seconds() / 86400
        assert age == pytest.approx(video.age_days)


def test_pictures_are_drawn_once_vertical_and_different(tmp_path: Path) -> None:
    assert draw_demo_pictures(tmp_path) == 78
    files = sorted(tmp_path.iterdir())
    assert len(files) == 78
    assert all(file.suffix == ".jpg" for file in files)
    assert len({file.read_bytes() for file in files}) == 78
    with Image.open(files[0]) as picture:
        assert picture.size == (360, 640)
        colours = picture.getcolors(maxcolors=360 * 640)
        assert colours is not None
        assert len(colours) > 500
    before = files[1].read_bytes()
    files[1].unlink()
    assert draw_demo_pictures(tmp_path) == 1
    assert files[1].read_bytes() == before


def test_a_new_home_has_it_with_its_pictures_and_a_removed_one_stays_removed(home: Path) -> None:
    library = open_library(home)
    assert library.kind() == "demo"
    assert all(video.draft.thumbnail_path and video.draft.thumbnail_path.is_file() for video in library.all())
    assert library.remove_demo() == 78
    assert library.remove_demo() == 0
    assert not library.demo_pictures.exists()
    library.close()
    again = open_library(home)
    assert again.kind() == "empty"
    again.close()


def test_pictures_that_were_lost_or_a_home_that_was_moved_are_mended(home: Path, tmp_path: Path) -> None:
    library = open_library(home)
    lost = library.demo_pictures / "demo-roastery-1.jpg"
    lost.unlink()
    library.close()
    open_library(home).close()
    assert lost.is_file()
    moved = home.rename(tmp_path / "moved")
    library = open_library(moved)
    video = library.get("demo-roastery-1")
    assert video is not None
    assert video.draft.thumbnail_path == moved / "media" / "demo" / "demo-roastery-1.jpg"
    assert library.count() == 78
    library.close()
