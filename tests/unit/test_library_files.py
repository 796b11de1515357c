"""Library files that are old, foreign, damaged, locked or in a place that can't be used."""

import os
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from tests.collected import NOON, a_video

from shortcast_ml.errors import LibraryError
from shortcast_ml.library_table import key_of
from shortcast_vectorstore import schema
from shortcast_vectorstore.library import Library, open_library


def one_sentence(error: pytest.ExceptionInfo[LibraryError]) -> str:
    text = str(error.value)
    assert text.endswith(".")
    assert "\n" not in text
    assert 20 < len(text) < 400
    return text


def test_an_older_library_is_migrated_and_keeps_its_videos(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add([a_video()])
    library.close()
    ours = len(schema.MIGRATIONS)
    newer = (*schema.MIGRATIONS, ("ALTER TABLE channels ADD COLUMN country TEXT",))
    monkeypatch.setattr(schema, "MIGRATIONS", newer)
    migrated = open_library(library.home)
    assert migrated.get("v1") is not None
    assert migrated.db.one("PRAGMA user_version") == len(schema.MIGRATIONS)
    migrated.close()
    monkeypatch.undo()
    with pytest.raises(
        LibraryError, match=rf"newer Shortcast \(version {ours + 1}, this one reads up to {ours}\)"
    ) as error:
        open_library(library.home)
    one_sentence(error)


def test_a_library_of_the_first_version_gets_the_columns_that_videos_are_filtered_by(home: Path) -> None:
    old = sqlite3.connect(home / "library.db")
    for statement in schema.MIGRATIONS[0]:
        old.execute(statement)
    dated = a_video("dated", published_at=NOON - timedelta(hours=36), age_days=None, language="ko", views=7)
    aged = a_video("aged", age_days=10.0, duration_s=21.5)
    for video in (dated, aged):
        old.execute(
            "INSERT INTO videos VALUES (?, 'tiktok', ?, NULL, 0, ?, ?)",
            (key_of(video), video.video_id, video.fetched_at.isoformat(), video.model_dump_json()),
        )
    old.execute("INSERT INTO meta VALUES ('demo', 'removed')")
    old.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
    old.execute("PRAGMA user_version = 1")
    old.commit()
    old.close()
    library = open_library(home)
    facts = "language, round(published_at), round(age_days, 6), duration_s, views"
    migrated = [tuple(row) for row in library.db.rows(f"SELECT {facts} FROM videos ORDER BY key")]
    since = (NOON - timedelta(days=10)).timestamp()
    assert migrated == [(None, since, 10.0, 21.5, 100), ("ko", since + 8.5 * 86400, 1.5, None, 7)]
    library.db.rows("DELETE FROM videos")
    library.add([dated, aged])
    assert [tuple(row) for row in library.db.rows(f"SELECT {facts} FROM videos ORDER BY key")] == migrated
    library.close()


def test_a_migration_that_fails_leaves_the_library_as_it_was(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add([a_video()])
    library.close()
    monkeypatch.setattr(
        schema, "MIGRATIONS", (*schema.MIGRATIONS, ("DROP TABLE snapshots", "SELECT nonsense"))
    )
    with pytest.raises(sqlite3.OperationalError):
        open_library(library.home)
    monkeypatch.undo()
    again = open_library(library.home)
    assert len(again.snapshots("v1", "tiktok")) == 1
    again.close()


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    theirs = sqlite3.connect(path)
    theirs.execute("CREATE TABLE notes (text)")
    theirs.commit()
    theirs.close()
    before = path.read_bytes()
    with pytest.raises(LibraryError, match="not a Shortcast library") as error:
        open_library(tmp_path)
    one_sentence(error)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "library.db").write_bytes(b"This is a text, and a long one. " * 100)
    with pytest.raises(LibraryError, match="not a Shortcast library") as error:
        open_library(tmp_path)
    one_sentence(error)


def test_a_damaged_library_is_refused(library: Library) -> None:
    library.add(a_video(f"v{i}", description="x" * 500) for i in range(200))
    library.close()
    for side in library.home.glob("library.db-*"):
        side.unlink()
    size = library.path.stat().st_size
    with library.path.open("r+b") as file:
        for page in range(3, size // 4096, 3):
            file.seek(page * 4096)
            file.write(b"\xff" * 512)
    with pytest.raises(LibraryError, match="is damaged") as error:
        open_library(library.home)
    one_sentence(error)


def test_a_file_where_the_home_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    for bad in (tmp_path / "home", tmp_path / "home" / "below"):
        with pytest.raises(LibraryError, match="set SHORTCAST_HOME") as error:
            open_library(bad)
        one_sentence(error)


def test_a_folder_where_the_library_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "library.db").mkdir()
    with pytest.raises(LibraryError, match="can't be opened") as error:
        open_library(tmp_path)
    one_sentence(error)


def test_a_file_where_the_demo_pictures_belong_is_refused(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file")
    with pytest.raises(LibraryError, match="set SHORTCAST_HOME") as error:
        open_library(tmp_path)
    one_sentence(error)


@pytest.mark.skipif(
    not Path("/proc/version").exists(), reason="needs Linux's /proc, which nobody can write to"
)
def test_a_home_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(LibraryError, match="set SHORTCAST_HOME") as error:
        open_library(Path("/proc/shortcast"))
    one_sentence(error)


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 0)() == 0, reason="root may write everywhere")
def test_a_home_without_permission_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(LibraryError, match="set SHORTCAST_HOME") as error:
        open_library(tmp_path)
    one_sentence(error)


def test_a_library_that_another_program_keeps_locked_says_so(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = sqlite3.connect(library.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    library.db._connection.execute("PRAGMA busy_timeout = 50")
    with pytest.raises(LibraryError, match="busy writing") as error:
        library.add([a_video()])
    one_sentence(error)
    other.execute("ROLLBACK")
    other.close()
    assert library.add([a_video()]) == (1, 0)


def test_a_closed_library_says_so(home: Path) -> None:
    library = open_library(home)
    library.close()
    library.close()
    with pytest.raises(LibraryError, match="was closed") as error:
        library.count()
    one_sentence(error)


def test_a_record_of_a_newer_shortcast_is_named_as_such(library: Library) -> None:
    library.add([a_video()])
    library.db._connection.execute("""UPDATE videos SET record = '{"unknown": 1}'""")
    with pytest.raises(LibraryError, match="update Shortcast") as error:
        library.get("v1")
    one_sentence(error)


def test_a_bug_in_our_own_sql_is_not_hidden(library: Library) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        library.db.rows("SELECT * FROM nowhere")


def test_a_relative_home_stays_where_it_was_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    library = open_library(Path("here"))
    monkeypatch.chdir("/")
    assert library.home == tmp_path / "here"
    thumbnail = next(library.all()).draft.thumbnail_path
    assert thumbnail is not None
    assert thumbnail.is_file()
    library.close()
