"""Forgetting: what is removed is gone with all that was made of it, and nothing else is."""

import json
from pathlib import Path

import numpy as np
import pytest
from tests.collected import a_video
from tests.unit.test_library_upkeep import with_picture

from shortcast_ml.errors import InputError
from shortcast_ml.records import ChannelHistory, Forgotten
from shortcast_vectorstore import forget
from shortcast_vectorstore.library import Library, open_library
from shortcast_vectorstore.media import MediaTable
from shortcast_vectorstore.upkeep import check_library

KEYS = [f"tiktok:{name}" for name in "abc"]


def filled(library: Library) -> Library:
    """Fill a library: a and b share a picture, a and c a channel; all have vectors and are followed."""
    for name, content in (("a", b"shared"), ("b", b"shared"), ("c", b"own")):
        with_picture(library, name, content)
    channel = {"channel_id": "ch", "channel": ChannelHistory(name="Anna")}
    for name in "ac":
        path = library.get(name).draft.thumbnail_path  # type: ignore[union-attr]
        library.add([a_video(name, thumbnail_path=path, description="SECRETWORD" * 30, views=101, **channel)])
    for kind in ("title", "image"):
        library.vectors.put("e", kind, dict.fromkeys(KEYS, np.ones(3, np.float32)))  # type: ignore[arg-type]
    for key in KEYS:
        library.db.rows("INSERT INTO tracked (key, since) VALUES (?, '2026')", (key,))
    return library


def pictures(library: Library) -> list[bytes]:
    return sorted(path.read_bytes() for path in (library.home / "media").iterdir() if path.is_file())


def test_a_video_goes_with_all_that_is_its_own(library: Library) -> None:
    found = filled(library).forget(["tiktok:a", "tiktok:unknown"])
    assert found == Forgotten(videos=1, snapshots=1, vectors=2, tracked=1)
    assert library.get("a") is None
    for table in ("videos", "snapshots", "vectors", "tracked", "media"):
        assert library.db.one(f"SELECT count(*) FROM {table} WHERE key = 'tiktok:a'") == 0
        assert library.db.one(f"SELECT count(DISTINCT key) FROM {table}") == 2
    assert pictures(library) == [b"own", b"shared"]  # b uses it still
    assert library.history("ch", None).name == "Anna"  # and c is of that channel
    assert check_library(library) == []
    last = library.forget(["tiktok:b", "tiktok:c"])
    assert (last.videos, last.channels, last.files, last.n_bytes) == (2, 1, 2, 9)
    assert pictures(library) == []
    assert library.kind() == "empty"


def test_what_was_forgotten_is_not_left_in_the_file(library: Library) -> None:
    filled(library).forget(KEYS)
    library.close()
    for path in library.home.glob("library.db*"):
        assert b"SECRETWORD" not in path.read_bytes()


def test_pictures_outside_the_media_folder_are_the_users_own_and_stay(
    library: Library, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.jpg"
    mine.write_bytes(b"mine")
    library.add([a_video("v", thumbnail_path=mine)])
    assert library.forget(["tiktok:v"]).files == 0
    assert mine.exists()


def test_a_picture_that_only_records_name_goes_when_the_last_record_does(library: Library) -> None:
    path = library.home / "media" / "p.jpg"
    path.parent.mkdir()
    path.write_bytes(b"p")
    library.add([a_video("v", thumbnail_path=path), a_video("w", video_path=path)])
    assert library.forget(["tiktok:v"]).files == 0
    assert library.forget(["tiktok:w"]).files == 1
    assert not path.exists()


def test_all_pictures_go_and_the_facts_stay(library: Library, tmp_path: Path) -> None:
    filled(library)
    mine = tmp_path / "mine.jpg"
    mine.write_bytes(b"mine")
    library.add([a_video("m", thumbnail_path=mine)])
    library.vectors.put("e", "image", {"tiktok:m": np.ones(3, np.float32)})
    MediaTable(library.db).want("tiktok:m", "thumbnail", ["https://example.invalid/m"])
    assert library.forget_pictures() == Forgotten(videos=0, vectors=3, files=2, n_bytes=9)
    assert pictures(library) == []
    assert library.db.one("SELECT count(*) FROM media") == 0  # nothing waits to be downloaded again
    assert {video.video_id: video.draft.thumbnail_path for video in library.all()} == {
        "a": None,
        "b": None,
        "c": None,
        "m": mine,
    }
    assert library.vectors.keys("e", "title") == set(KEYS)
    assert library.vectors.keys("e", "image") == {"tiktok:m"}
    assert check_library(library) == []
    assert library.forget_pictures() == Forgotten(videos=0)


def test_the_demo_librarys_pictures_are_not_the_users(home: Path) -> None:
    library = open_library(home)
    n = len(list(library.demo_pictures.iterdir()))
    assert library.forget_pictures() == Forgotten(videos=0)
    assert len(list(library.demo_pictures.iterdir())) == n == 78
    with pytest.raises(InputError, match="removed as a whole: --demo"):
        forget.find_videos(library, ["demo-roastery-1"])
    library.close()


def test_videos_are_found_by_id_key_and_link(library: Library) -> None:
    filled(library).add([a_video("a", platform="bilibili")])
    assert sorted(forget.find_videos(library, ["a"])) == ["bilibili:a", "tiktok:a"]
    assert forget.find_videos(library, ["tiktok:a", "https://example.invalid/b"]) == ["tiktok:a", "tiktok:b"]
    with pytest.raises(InputError, match="no video 'nowhere'"):
        forget.find_videos(library, ["b", "nowhere"])
    assert (
        forget.videos_of_channel(library, "Anna")
        == forget.videos_of_channel(library, "ch")
        == ["tiktok:a", "tiktok:c"]
    )
    with pytest.raises(InputError, match="no collected video of channel"):
        forget.videos_of_channel(library, "nobody")


def test_a_query_is_forgotten_with_what_it_brought(library: Library) -> None:
    filled(library)
    for number, (query, keys) in enumerate({"Latte Art": KEYS[:2], "desks": KEYS[2:]}.items(), 1):
        library.db.rows(
            "INSERT INTO jobs VALUES (?, 'collect', ?, 'done', '', '2026', '2026', NULL)",
            (number, json.dumps({"query": query})),
        )
        for place, key in enumerate(keys):
            library.db.rows(
                "INSERT INTO job_items VALUES (?, ?, ?, ?, 'done', NULL)",
                (number, key, place, json.dumps({"key": key})),
            )
    assert forget.videos_of_query(library, "latte art") == KEYS[:2]
    found = forget.forget_query(library, "latte art")
    assert (found.videos, found.jobs) == (2, 1)
    assert [video.video_id for video in library.all()] == ["c"]
    assert library.db.one("SELECT count(*) FROM job_items") == 1
    with pytest.raises(InputError, match="was never collected"):
        forget.videos_of_query(library, "latte art")
