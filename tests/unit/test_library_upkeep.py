"""Upkeep: what is wrong with a library is said, and a copy of it can be taken while it is in use."""

import hashlib
import threading
import zipfile
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.collected import NOON, a_video

from shortcast_ml.errors import InputError, LibraryError
from shortcast_ml.records import ChannelHistory
from shortcast_vectorstore.library import Library, open_library
from shortcast_vectorstore.media import MediaTable
from shortcast_vectorstore.upkeep import back_up, check_library


def with_picture(library: Library, video_id: str, content: bytes) -> Path:
    """Add a video whose thumbnail was downloaded, and return where it lies."""
    digest = hashlib.sha256(content).hexdigest()
    path = library.home / "media" / f"{digest[:32]}.jpg"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    library.add([a_video(video_id, thumbnail_path=path)])
    MediaTable(library.db).got(
        f"tiktok:{video_id}", "thumbnail", "https://example.invalid/p", digest, path, len(content)
    )
    return path


def filled(library: Library) -> Library:
    library.add(
        a_video(
            f"v{i}", channel_id="c", channel=ChannelHistory(name="C"), language="ko", views=i, duration_s=9.5
        )
        for i in range(700)
    )
    library.add([a_video("v1", channel_id="c", views=50, fetched_at=NOON + timedelta(days=1), age_days=11.0)])
    library.vectors.put("e", "title", {"tiktok:v1": np.ones(3, np.float32)})
    with_picture(library, "pictured", b"a picture")
    return library


def test_a_sound_library_has_nothing_wrong(library: Library) -> None:
    said: list[tuple[int, int, str]] = []
    assert check_library(filled(library), lambda *how_far: said.append(how_far)) == []
    assert said[-1] == (701, 701, "Checking videos")


# What is done to a library behind its back, and what the check must say.
DAMAGE = {
    "a filter column": ("UPDATE videos SET views = 7 WHERE video_id = 'v3'", "tiktok:v3 (views)"),
    "many columns": (
        "UPDATE videos SET language = 'fr', demo = 1 WHERE video_id = 'v3'",
        "tiktok:v3 (demo), tiktok:v3 (language)",
    ),
    "a date column": (
        "UPDATE videos SET published_at = published_at - 60 WHERE video_id = 'v3'",
        "(published_at)",
    ),
    "more than can be named": ("UPDATE videos SET age_days = 1", "and 699 more"),
    "a record": (
        """UPDATE videos SET record = '{"a": 1}' WHERE video_id = 'v3'""",
        "records of tiktok:v3 can't be read",
    ),
    "a lost snapshot": (
        "DELETE FROM snapshots WHERE key = 'tiktok:v3'",
        "newest snapshot is not what the record says: tiktok:v3",
    ),
    "a snapshot too many": (
        "INSERT INTO snapshots VALUES ('tiktok:v3', '2099', 5, 0, 0, 0)",
        "newest snapshot",
    ),
    "changed counts": ("UPDATE snapshots SET likes = 3 WHERE key = 'tiktok:v3'", "newest snapshot"),
    "a lost channel": ("DELETE FROM channels", "701 rows of videos refer to channels"),
    "another length of vectors": (
        "INSERT INTO vectors (key, encoder_id, kind, vector) VALUES ('tiktok:v2', 'e', 'title', x'00000000')",
        "2 different lengths",
    ),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_what_is_wrong_is_said_in_a_sentence(what: str, library: Library) -> None:
    statement, says = DAMAGE[what]
    filled(library).add([a_video("of channel", channel_id="c")])
    library.db.rows("PRAGMA foreign_keys = OFF")
    library.db.rows(statement)
    wrong = check_library(library)
    assert len(wrong) == 1
    assert says in wrong[0]
    assert wrong[0].endswith(".")


def test_files_that_are_gone_or_changed_are_named(library: Library) -> None:
    filled(library)
    with_picture(library, "gone", b"another").unlink()
    with_picture(library, "changed", b"a third").write_bytes(b"not it")
    assert check_library(library) == [
        "Files are missing: the thumbnail of tiktok:gone; the next `shortcast collect` fetches them again.",
        "Files are not what was downloaded: the thumbnail of tiktok:changed; delete them, and the next"
        " `shortcast collect` fetches them again.",
    ]


def test_a_damaged_file_is_said_to_be_damaged(library: Library) -> None:
    filled(library)
    library.db.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    with library.path.open("r+b") as file:
        for page in range(20, 60, 4):
            file.seek(page * 4096)
            file.write(b"\xff" * 4096)
    try:
        said = " ".join(check_library(library))
    except LibraryError as error:
        said = str(error)
    assert "is damaged" in said


def test_a_migrated_librarys_columns_are_near_enough(library: Library) -> None:
    filled(library)
    library.db.rows("UPDATE videos SET published_at = published_at + 0.00005, age_days = age_days - 1e-9")
    assert check_library(library) == []


# --- backup ------------------------------------------------------------------------------------------


def test_a_backup_is_the_library_of_one_moment_while_others_write(library: Library, tmp_path: Path) -> None:
    filled(library)
    stop = threading.Event()
    other = open_library(library.home)

    def write() -> None:
        i = 0
        while not stop.is_set():
            other.add([a_video(f"later{i}-{j}", channel_id="c", description="x" * 500) for j in range(5)])
            i += 1

    writer = threading.Thread(target=write)
    writer.start()
    said: list[tuple[int, int, str]] = []
    try:
        written = back_up(
            library, tmp_path / "copies" / "b.db", progress=lambda *how_far: said.append(how_far)
        )
    finally:
        stop.set()
        writer.join()
        other.close()
    assert written == [tmp_path / "copies" / "b.db"]
    assert said[-1][0] == said[-1][1] > 0
    assert [path.name for path in (tmp_path / "copies").iterdir()] == ["b.db"]
    home = tmp_path / "restored"
    home.mkdir()
    written[0].rename(home / "library.db")
    restored = open_library(home)
    n = restored.count()
    assert n >= 701
    assert (n - 701) % 5 == 0
    assert restored.id == library.id
    assert restored.vectors.keys("e", "title") == {"tiktok:v1"}
    assert [sentence for sentence in check_library(restored) if "Files" not in sentence] == []
    restored.close()


def test_pictures_are_packed_beside_the_backup(library: Library, tmp_path: Path) -> None:
    filled(library)
    (library.home / "media" / ".incoming-half").write_bytes(b"half")
    (tmp_path / ".b.db.part").write_bytes(b"what a killed backup left")
    written = back_up(library, tmp_path / "b.db", pictures=True)
    assert [path.name for path in written] == ["b.db", "b.pictures.zip"]
    assert sorted(tmp_path.iterdir()) == written
    with zipfile.ZipFile(written[1]) as packed:
        assert packed.namelist() == [f"media/{hashlib.sha256(b'a picture').hexdigest()[:32]}.jpg"]
        assert packed.read(packed.namelist()[0]) == b"a picture"


def test_a_backup_overwrites_nothing_and_leaves_nothing_half_written(
    library: Library, tmp_path: Path
) -> None:
    filled(library)
    (tmp_path / "b.db").write_text("mine")
    with pytest.raises(InputError, match="exists already"):
        back_up(library, tmp_path / "b.db")
    assert (tmp_path / "b.db").read_text() == "mine"

    def interrupt(done: int, total: int, text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(library, tmp_path / "new" / "c.db", progress=interrupt)
    assert list((tmp_path / "new").iterdir()) == []
    with pytest.raises(LibraryError, match="can't be written"):
        back_up(library, tmp_path / "b.db" / "inside" / "c.db")
