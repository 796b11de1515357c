"""The library: what goes in comes out, once, whatever else happens to the file."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from shortcast_ml.errors import LibraryError
from shortcast_ml.library_table import key_of
from shortcast_ml.records import Audio, ChannelHistory, Counts, Draft, Platform, Published, Upload
from shortcast_vectorstore import schema
from shortcast_vectorstore.library import Library, open_library
from shortcast_vectorstore.vectors import KINDS

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def a_video(video_id: str = "v1", *, views: int | None = 100, **changes: object) -> Published:
    """Make a collected video; `changes` are fields of the draft or of the record."""
    platform: Platform = changes.pop("platform", "tiktok")  # type: ignore[assignment]
    draft = {name: changes.pop(name) for name in list(changes) if name in Draft.model_fields}
    facts: dict[str, object] = {
        "video_id": video_id,
        "url": f"https://example.invalid/{video_id}",
        "fetched_at": NOON,
        "age_days": 10.0,
        "counts": None if views is None else Counts(views=views),
        **changes,
    }
    return Published.model_validate({"draft": {"platform": platform, "title": "A title", **draft}, **facts})


@pytest.fixture
def library(home: Path) -> Iterator[Library]:
    """An empty library, as after the demo library was removed (and quicker than drawing it first)."""
    db = schema.connect(home / "library.db")
    db.execute("INSERT INTO meta VALUES ('demo', 'removed')")
    db.close()
    opened = open_library(home)
    yield opened
    opened.close()


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


def test_counts_that_differ_become_a_snapshot_and_equal_ones_do_not(library: Library) -> None:
    later = [NOON + timedelta(days=day) for day in range(4)]
    assert library.add([a_video(views=10, fetched_at=later[0])]) == (1, 0)
    assert library.add([a_video(views=10, fetched_at=later[1], age_days=11.0)]) == (0, 1)
    assert library.add([a_video(views=30, fetched_at=later[3], age_days=13.0)]) == (0, 1)
    assert library.snapshots("v1", "tiktok") == [
        (later[0], Counts(views=10)),
        (later[3], Counts(views=30)),
    ]
    # A reading that arrives late fills the history, and does not undo the newer record.
    assert library.add([a_video(views=20, fetched_at=later[2], age_days=12.0)]) == (0, 1)
    assert [counts.views for _, counts in library.snapshots("v1", "tiktok")] == [10, 20, 30]
    newest = library.get("v1")
    assert newest is not None
    assert newest.counts == Counts(views=30)


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


# --- vectors -----------------------------------------------------------------------------------------


def test_vectors_come_back_as_they_were_by_key_and_kind(library: Library) -> None:
    library.add([a_video("a"), a_video("b")])
    ones, twos = np.full(3, 1, np.float32), np.full(3, 2, np.float64)
    library.vectors.put("e", "title", {"tiktok:a": ones, "tiktok:b": twos, "tiktok:gone": ones})
    library.vectors.put("e", "image", {"tiktok:a": twos, "tiktok:b": None})
    library.vectors.put("other", "title", {"tiktok:a": np.zeros(7, np.float32) + 1})
    found = library.vectors.embeddings("e")
    assert sorted(found) == ["tiktok:a", "tiktok:b"]
    np.testing.assert_array_equal(found["tiktok:a"].title, ones)
    np.testing.assert_array_equal(found["tiktok:a"].image, twos)
    assert found["tiktok:b"].image is None
    assert found["tiktok:a"].title.dtype == np.float32
    assert library.vectors.dim("e") == 3
    assert library.vectors.dim("nobody") is None
    assert library.vectors.missing("e", 10) == {}
    assert list(library.vectors.missing("other", 10)) == ["tiktok:a", "tiktok:b"]  # a's picture is missing


@pytest.mark.parametrize(
    "bad",
    [
        np.ones(4, np.float32),
        np.array([1, np.nan, 0]),
        np.array([1, np.inf, 0]),
        np.ones((1, 3)),
        np.ones(0),
    ],
)
def test_a_vector_that_is_foreign_or_not_finite_is_refused_and_nothing_is_kept(
    library: Library, bad: np.ndarray
) -> None:
    library.add([a_video("a"), a_video("b")])
    library.vectors.put("e", "image", {"tiktok:a": np.ones(3, np.float32)})
    with pytest.raises(LibraryError, match=r"encoder 'e'"):
        library.vectors.put("e", "title", {"tiktok:a": np.ones(3, np.float32), "tiktok:b": bad})
    assert library.vectors.embeddings("e")["tiktok:a"].title is None


def test_a_new_title_drops_the_title_vector_and_a_new_picture_the_image_vector(library: Library) -> None:
    one = np.ones(3, np.float32)
    library.add([a_video("t"), a_video("i"), a_video("views"), a_video("blank")])
    for kind in KINDS:
        library.vectors.put("e", kind, {key_of(video): one for video in library.all()})
    library.vectors.put("e", "image", {"tiktok:blank": None})
    _, before = library.vectors.state("e", "title")
    later = NOON + timedelta(days=1)
    library.add(
        [
            a_video("t", title="Another", fetched_at=later),
            a_video("i", thumbnail_path="new.jpg", fetched_at=later),
            a_video("views", views=999, fetched_at=later),
            a_video("blank", views=999, fetched_at=later),  # worth another look: the file may be there now
        ]
    )
    assert list(library.vectors.missing("e", 9)) == ["tiktok:blank", "tiktok:i", "tiktok:t"]
    assert library.vectors.count_missing("e") == 3
    assert library.vectors.keys("e", "title") == {"tiktok:i", "tiktok:views", "tiktok:blank"}
    assert library.vectors.keys("e", "image") == {"tiktok:t", "tiktok:views"}
    newer = [key for keys, _, _ in library.vectors.batches("e", "title", after=before) for key in keys]
    assert sorted(newer) == ["tiktok:blank", "tiktok:i", "tiktok:views"]  # an index takes the new facts


def test_removing_videos_removes_their_vectors_and_snapshots(home: Path) -> None:
    library = open_library(home)
    keys = [key_of(video) for video in library.all()]
    library.vectors.put("e", "title", {key: np.ones(2, np.float32) for key in keys})
    count, newest = library.vectors.state("e", "title")
    assert count == 78
    library.remove_demo()
    assert library.vectors.state("e", "title") == (0, newest)  # seq never runs back
    assert library.vectors.embeddings("e") == {}
    assert library.snapshots("demo-roastery-1", "youtube_shorts") == []
    library.close()


def test_the_change_mark_tells_of_changes_by_oneself_and_by_others(library: Library) -> None:
    mark = library.db.change_mark()
    assert library.db.change_mark() == mark
    library.add([a_video("mine")])
    mine = library.db.change_mark()
    assert mine != mark
    other = open_library(library.home)
    assert library.db.change_mark() == mine  # opening is not a change
    other.add([a_video("theirs")])
    assert library.db.change_mark() != mine
    assert library.get("theirs") is not None
    other.close()


# --- threads, processes, kills -----------------------------------------------------------------------


def test_threads_may_write_and_read_at_once(library: Library) -> None:
    failures: list[BaseException] = []

    def work(name: int) -> None:
        try:
            for i in range(20):
                library.add([a_video(f"{name}-{i}")])
                assert library.get(f"{name}-{i}") is not None
                list(library.all())
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert library.count() == 80


OPEN_NEW = """
import sys
from pathlib import Path
from shortcast_vectorstore.library import open_library
library = open_library(Path(sys.argv[1]))
print(library.id, library.count(), library.kind())
"""


def test_processes_that_open_a_new_home_at_once_agree_on_one_library(tmp_path: Path) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_NEW, str(tmp_path / "new")], stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    said = {process.communicate()[0] for process in running}
    assert [process.returncode for process in running] == [0, 0, 0]
    assert len(said) == 1
    assert said.pop().split()[1:] == ["78", "demo"]


ADD_FOREVER = """
import sys
from pathlib import Path
from tests.unit.test_library import a_video
from shortcast_vectorstore.library import open_library
library = open_library(Path(sys.argv[1]))
for i in range(100_000):
    batch = [a_video(f"{sys.argv[2]}-{i}-{j}", channel_id="c") for j in range(5)]
    assert library.add(batch) == (5, 0)
    print(i, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_a_kill_loses_no_acknowledged_batch_and_leaves_no_half_one(home: Path) -> None:
    chance = random.Random(7)
    root = Path(__file__).parents[2]
    for run in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", ADD_FOREVER, str(home), str(run)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
        )
        assert process.stdout is not None
        for _ in range(chance.randint(1, 60)):
            last = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        last = max([last, *(int(line) for line in process.stdout.read().split())])
        process.wait()
        library = open_library(home)
        ids = {video.video_id for video in library.all()}
        for i in range(last + 1):
            assert {f"{run}-{i}-{j}" for j in range(5)} <= ids
        mine = [video_id for video_id in ids if video_id.startswith(f"{run}-")]
        assert len(mine) in (5 * (last + 1), 5 * (last + 2))
        library.close()


# --- files that can't be used ------------------------------------------------------------------------


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
