"""The index over a real Chroma and a real SQLite: right neighbours, whatever was lost, killed or shared."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from tests.word_encoder import WordEncoder

from shortcast_ml.encoders import encode_draft
from shortcast_ml.errors import LibraryError
from shortcast_ml.growth import to_age
from shortcast_ml.library_table import key_of
from shortcast_ml.records import Counts, Draft, Embedding, Platform, Published
from shortcast_ml.settings import Settings
from shortcast_vectorstore.chroma import ChromaStore
from shortcast_vectorstore.index import Index, open_index
from shortcast_vectorstore.library import Library, open_library
from shortcast_vectorstore.vectors import KINDS

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
ENCODER = WordEncoder()


def a_video(video_id: str, title: str, views: int = 100, **changes: object) -> Published:
    platform: Platform = changes.pop("platform", "tiktok")  # type: ignore[assignment]
    thumbnail = changes.pop("thumbnail", None)
    facts: dict[str, object] = {
        "draft": Draft(platform=platform, title=title, thumbnail_path=thumbnail),  # type: ignore[arg-type]
        "video_id": video_id,
        "url": f"https://example.invalid/{video_id}",
        "fetched_at": NOON,
        "age_days": 10.0,
        "counts": Counts(views=views),
        **changes,
    }
    return Published.model_validate(facts)


def titled(title: str) -> Embedding:
    return encode_draft(ENCODER, Draft(title=title))


def ids(neighbours: list) -> list[str]:
    return [neighbour.video_id for neighbour in neighbours]


@pytest.fixture
def settings(home: Path) -> Settings:
    return Settings(home=home)


@pytest.fixture
def demo(settings: Settings) -> Iterator[Library]:
    library = open_library(settings.home)
    yield library
    library.close()


@pytest.fixture
def library(settings: Settings) -> Iterator[Library]:
    library = open_library(settings.home)
    library.remove_demo()
    yield library
    library.close()


@pytest.fixture
def opened(settings: Settings) -> Iterator[Callable[[Library], Index]]:
    """Open an index, closed after the test."""
    held: list[Index] = []

    def opener(library: Library) -> Index:
        held.append(open_index(library, ENCODER, settings))
        return held[-1]

    yield opener
    for index in held:
        index.close()


# --- searching ---------------------------------------------------------------------------------------


def test_every_demo_video_finds_itself_first_and_is_marked_as_demo(
    demo: Library, opened: Callable[[Library], Index]
) -> None:
    index = opened(demo)
    assert index.searches_chroma
    steps: list[tuple[int, int, str]] = []
    assert index.sync(lambda *step: steps.append(step)) == 78
    assert [done for done, _, _ in steps] == [32, 64, 78]
    assert {total for _, total, _ in steps} == {78}
    assert index.sync() == 0
    assert index.verify() == []
    for video in demo.all():
        nearest = index.nearest(encode_draft(ENCODER, video.draft), 3)
        assert nearest[0].video_id == video.video_id
        assert nearest[0].similarity == pytest.approx(1, abs=1e-5)
        assert nearest[0].similar_by == "both"
        assert all(neighbour.demo for neighbour in nearest)
        assert nearest[0].thumbnail_path == video.draft.thumbnail_path
        assert [n.similarity for n in nearest] == sorted((n.similarity for n in nearest), reverse=True)


def test_chroma_and_a_scan_of_the_library_give_the_same_answers(
    demo: Library, opened: Callable[[Library], Index]
) -> None:
    first, second = opened(demo), opened(demo)
    assert first.searches_chroma
    assert not second.searches_chroma  # the folder belongs to the first
    for draft in [video.draft for video in demo.all()][::6]:
        embedding = encode_draft(ENCODER, draft)
        for platform in (None, "tiktok"):
            found = first.nearest(embedding, 7, platform=platform)  # type: ignore[arg-type]
            assert found == second.nearest(embedding, 7, platform=platform)  # type: ignore[arg-type]
            assert len(found) == 7
    assert second.verify() == []
    with pytest.raises(LibraryError, match="Another program has the search index open"):
        second.rebuild()
    first.close()
    second.rebuild()
    assert second.searches_chroma
    assert second.verify() == []


def test_platform_and_excluded_videos_are_filtered_even_where_few_match(
    library: Library, opened: Callable[[Library], Index]
) -> None:
    library.add(a_video(f"t{i}", f"coffee number {i}") for i in range(150))
    library.add(a_video(f"y{i}", f"unrelated words {i}", platform="youtube") for i in range(3))
    index = opened(library)
    embedding = titled("coffee number 5")
    assert ids(index.nearest(embedding, 1)) == ["t5"]
    assert "t5" not in ids(index.nearest(embedding, 5, exclude={"t5"}))
    assert "t5" not in ids(index.nearest(embedding, 5, exclude={"tiktok:t5"}))
    assert sorted(ids(index.nearest(embedding, 5, platform="youtube"))) == ["y0", "y1", "y2"]
    assert index.nearest(embedding, 5, platform="bilibili") == []
    assert len(index.nearest(embedding, 1000)) == 153
    everything_but = {f"t{i}" for i in range(150)} | {"y0"}
    assert sorted(ids(index.nearest(embedding, 5, exclude=everything_but))) == ["y1", "y2"]


def test_a_title_alone_is_compared_with_titles_and_a_picture_with_pictures(
    demo: Library, opened: Callable[[Library], Index]
) -> None:
    index = opened(demo)
    video = demo.get("demo-roastery-1")
    assert video is not None
    whole = encode_draft(ENCODER, video.draft)
    by_title = index.nearest(Embedding(encoder_id=ENCODER.id, title=whole.title), 4)
    by_picture = index.nearest(Embedding(encoder_id=ENCODER.id, image=whole.image), 4)
    assert ids(by_title)[0] == ids(by_picture)[0] == "demo-roastery-1"
    assert {neighbour.similar_by for neighbour in by_title} == {"title"}
    assert {neighbour.similar_by for neighbour in by_picture} == {"picture"}
    assert index.nearest(Embedding(encoder_id=ENCODER.id), 4) == []
    assert index.nearest(whole, 0) == []


def test_a_side_that_a_video_lacks_adds_nothing_to_its_similarity(
    library: Library, opened: Callable[[Library], Index], tmp_path: Path
) -> None:
    from PIL import Image

    picture = tmp_path / "ramp.png"
    Image.linear_gradient("L").rotate(90).save(picture)
    library.add(
        [a_video("no picture", "latte trick"), a_video("whole", "latte trick at home", thumbnail=picture)]
    )
    embedding = encode_draft(ENCODER, Draft(title="latte trick", thumbnail_path=picture))
    first, second = opened(library).nearest(embedding, 2)
    assert (first.video_id, second.video_id) == ("whole", "no picture")
    assert second.similarity == pytest.approx(0.5, abs=1e-5)
    assert first.similarity > 0.7


def test_how_a_video_did_is_judged_against_its_own_channel_at_its_own_age(
    library: Library, opened: Callable[[Library], Index]
) -> None:
    library.add(
        [
            a_video("hit", "coffee hit", 9000, channel_id="c", age_days=5.0),
            a_video("a", "coffee a", 1000, channel_id="c", age_days=2.0),
            a_video("b", "coffee b", 2000, channel_id="c", age_days=10.0),
            a_video("c", "coffee c", 3000, channel_id="c", age_days=100.0),
            a_video("hidden", "coffee hidden", channel_id="c", counts=None),
            a_video("elsewhere", "coffee elsewhere", 10**6, channel_id="c", platform="youtube"),
            a_video("lone", "coffee lone", 50, channel_id="d"),
        ]
    )
    index = opened(library)
    found = {n.video_id: n for n in index.nearest(titled("coffee hit"), 9)}
    assert len(found) == 7
    same_age = [to_age(v, age, 5.0, "tiktok") for v, age in ((1000, 2.0), (2000, 10.0), (3000, 100.0))]
    assert found["hit"].vs_channel == pytest.approx(9000 / sorted(same_age)[1])
    assert found["hidden"].vs_channel is None
    assert found["hidden"].views is None
    assert found["lone"].vs_channel is None
    assert found["elsewhere"].vs_channel is None
    assert ids(index.better(titled("coffee hit"), 5))[0] == "hit"
    assert all((n.vs_channel or 0) > 1 for n in index.better(titled("coffee hit"), 5))
    assert "hit" not in ids(index.better(titled("coffee hit"), 5, exclude={"hit"}))
    assert index.better(titled("coffee hit"), 5, platform="youtube") == []


def test_an_empty_library_has_no_neighbours(library: Library, opened: Callable[[Library], Index]) -> None:
    index = opened(library)
    assert index.nearest(titled("anything"), 5) == []
    assert index.verify() == []


def test_vectors_of_another_encoder_or_dimension_are_refused_in_a_sentence(
    library: Library, opened: Callable[[Library], Index], settings: Settings
) -> None:
    library.add([a_video("a", "words")])
    index = opened(library)
    index.sync()
    with pytest.raises(LibraryError, match=r"'words:1'.*'other'"):
        index.nearest(Embedding(encoder_id="other", title=np.ones(16, np.float32)), 1)
    with pytest.raises(LibraryError, match=r"16 numbers.*shape \(8,\)"):
        index.nearest(Embedding(encoder_id=ENCODER.id, title=np.ones(8, np.float32)), 1)
    index.close()
    with pytest.raises(LibraryError, match="16 numbers by encoder 'words:1', which now makes 8"):
        open_index(library, WordEncoder(dim=8), settings)


def test_a_collection_that_belongs_to_another_dimension_is_refused(
    library: Library, settings: Settings
) -> None:
    store = ChromaStore(settings, library.id, ENCODER.id, 8)
    assert store.acquire()
    store.open()
    store.close()
    with pytest.raises(LibraryError, match="in 8 dimensions where those of 'words:1' in 16 belong"):
        open_index(library, ENCODER, settings)


def test_two_encoders_keep_their_vectors_apart(library: Library, settings: Settings) -> None:
    library.add([a_video("a", "one two"), a_video("b", "three four")])
    for encoder in (
        WordEncoder("first encoder / with:odd id"),
        WordEncoder("second", dim=24),
        WordEncoder("é"),
    ):
        index = open_index(library, encoder, settings)
        assert ids(index.nearest(encode_draft(encoder, Draft(title="three four")), 1)) == ["b"]
        assert index.verify() == []
        index.close()
    assert library.vectors.dim("second") == 24


# --- following the library ---------------------------------------------------------------------------


def test_the_index_follows_what_is_added_changed_and_removed(
    demo: Library, opened: Callable[[Library], Index]
) -> None:
    index = opened(demo)
    assert index.nearest(titled("coffee"), 1)[0].demo
    demo.add([a_video("mine", "violin repair")])
    assert ids(index.nearest(titled("violin repair"), 1)) == ["mine"]
    demo.add([a_video("mine", "cello repair", fetched_at=datetime(2026, 11, 2, tzinfo=UTC))])
    near = index.nearest(titled("cello repair"), 1)[0]
    assert near.similarity == pytest.approx(1, abs=1e-5)
    demo.remove_demo()
    assert ids(index.nearest(titled("coffee"), 9)) == ["mine"]
    assert index.verify() == []


def test_each_video_is_embedded_once(library: Library, settings: Settings) -> None:
    encoder = WordEncoder()
    library.add([a_video("a", "one"), a_video("untitled", "")])
    index = open_index(library, encoder, settings)
    assert index.sync() == 2
    library.add([a_video("b", "two")])
    assert index.sync() == 1
    index.close()
    index = open_index(library, encoder, settings)
    assert index.sync() == 0
    assert encoder.texts_seen == ["one", "two"]
    assert ids(index.nearest(encode_draft(encoder, Draft(title="two")), 5)) == ["b", "a"]
    index.close()


def test_a_picture_that_cannot_be_read_is_left_out_and_the_video_kept(
    library: Library, opened: Callable[[Library], Index], tmp_path: Path
) -> None:
    text = tmp_path / "text.jpg"
    text.write_text("not a picture")
    library.add([a_video(f"v{i}", f"title {i}") for i in range(5)])
    library.add(
        [
            a_video("bad", "bad picture", thumbnail=text),
            a_video("gone", "gone picture", thumbnail=tmp_path / "no.jpg"),
        ]
    )
    index = opened(library)
    assert index.sync() == 7
    assert library.vectors.keys(ENCODER.id, "image") == set()
    assert len(library.vectors.keys(ENCODER.id, "title")) == 7
    assert ids(index.nearest(titled("bad picture"), 1)) == ["bad"]
    assert index.sync() == 0


# --- loss and damage ---------------------------------------------------------------------------------


def chroma_file(settings: Settings) -> Path:
    return next(settings.index_path.glob("chroma-*/chroma.sqlite3"))


def lose_the_folder(settings: Settings) -> None:
    shutil.rmtree(settings.index_path)


def put_garbage_in_the_database(settings: Settings) -> None:
    chroma_file(settings).write_bytes(b"garbage" * 1000)


def cut_the_database(settings: Settings) -> None:
    path = chroma_file(settings)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def lose_the_graphs(settings: Settings) -> None:
    files = [f for f in settings.index_path.glob("chroma-*/*/*") if f.is_file()]
    assert files
    for file in files:
        file.unlink()


@pytest.mark.parametrize(
    "damage", [lose_the_folder, put_garbage_in_the_database, cut_the_database, lose_the_graphs]
)
def test_a_lost_or_damaged_index_is_built_again_from_the_library(
    library: Library, settings: Settings, damage: Callable[[Settings], None]
) -> None:
    # More than Chroma's sync threshold of 1,000, so that the graphs are on disk.
    library.add(a_video(f"v{i}", f"word{i} other{i % 7}") for i in range(1300))
    rng = np.random.default_rng(1)
    matrix = rng.standard_normal((1300, 16)).astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    keys = [f"tiktok:v{i}" for i in range(1300)]
    library.vectors.put(ENCODER.id, "title", dict(zip(keys, matrix, strict=True)))
    library.vectors.put(ENCODER.id, "image", dict.fromkeys(keys))
    index = open_index(library, ENCODER, settings)
    assert index.verify() == []
    index.close()
    damage(settings)
    encoder = WordEncoder()
    index = open_index(library, encoder, settings)
    assert index.searches_chroma
    assert index.verify() == []
    for i in (0, 700, 1299):
        assert ids(index.nearest(Embedding(encoder_id=ENCODER.id, title=matrix[i]), 1)) == [f"v{i}"]
    assert encoder.texts_seen == []  # nothing was embedded again
    index.close()


def test_vectors_that_chroma_lost_or_made_up_are_named_and_put_right(
    demo: Library, opened: Callable[[Library], Index]
) -> None:
    index = opened(demo)
    index.sync()
    store = index._store
    store.delete("title", ["youtube_shorts:demo-roastery-1"])
    one = np.ones((1, 16), np.float32)
    store.upsert("title", ["tiktok:made up"], one, [{"platform": "tiktok"}])
    assert len(index._problems("title", 20)) == 1
    assert "1 are missing in the index, and 1 there are not in the library" in index.verify()[0]
    index.rebuild()
    assert index.verify() == []
    store.delete("image", ["youtube_shorts:demo-roastery-1"])
    assert index.verify() == []  # a difference in number is put right on the way


def test_vectors_that_differ_from_the_librarys_are_found_out(
    library: Library, opened: Callable[[Library], Index], settings: Settings
) -> None:
    library.add([a_video("a", "one"), a_video("b", "two")])
    index = opened(library)
    index.sync()
    wrong = -np.stack(list(library.vectors.of(ENCODER.id, "title", ["tiktok:a", "tiktok:b"]).values()))
    index._store.upsert("title", ["tiktok:a", "tiktok:b"], wrong, [{"demo": False}] * 2)
    assert index.verify() == ["2 of 2 title vectors do not find themselves in the index"]
    index.close()
    assert opened(library).verify() == []  # opening checks a sample, and builds again


def test_an_older_copy_of_the_library_is_followed_too(
    library: Library, settings: Settings, opened: Callable[[Library], Index], tmp_path: Path
) -> None:
    library.add([a_video("a", "one")])
    index = opened(library)
    index.sync()
    copy = tmp_path / "copy.db"
    library.db._connection.execute("VACUUM INTO ?", (str(copy),))
    library.add([a_video("b", "two")])
    index.sync()
    index.close()
    library.close()
    for path in settings.home.glob("library.db*"):
        path.unlink()
    shutil.copy(copy, library.path)
    restored = open_library(settings.home)
    index = opened(restored)
    assert ids(index.nearest(titled("two"), 5)) == ["a"]
    assert index.verify() == []
    index.close()
    restored.close()


def test_the_collections_of_a_library_that_is_gone_are_removed(
    library: Library, settings: Settings, opened: Callable[[Library], Index]
) -> None:
    library.add([a_video("a", "one")])
    index = opened(library)
    index.sync()
    index.close()
    library.close()
    for path in settings.home.glob("library.db*"):
        path.unlink()
    fresh = open_library(settings.home)
    fresh.remove_demo()
    index = opened(fresh)
    assert index.nearest(titled("one"), 5) == []
    assert index._store._client is not None
    assert len(index._store._client.list_collections()) == len(KINDS)
    index.close()
    fresh.close()


def test_an_index_that_fails_while_it_is_open_is_mended_on_the_spot(
    demo: Library, opened: Callable[[Library], Index]
) -> None:
    index = opened(demo)
    index.sync()
    client = index._store._client
    assert client is not None
    for collection in client.list_collections():
        client.delete_collection(collection.name)
    assert ids(index.nearest(titled("Latte art for people with shaky hands"), 1)) == ["demo-roastery-3"]
    for collection in index._store._client.list_collections():  # type: ignore[union-attr]
        index._store._client.delete_collection(collection.name)  # type: ignore[union-attr]
    assert "can't be used" in index.verify()[0]
    demo.add([a_video("new", "something new")])
    assert index.sync() == 1
    assert index.verify() == []


def test_a_file_where_the_index_should_be_is_refused(library: Library, settings: Settings) -> None:
    settings.index_path.write_text("a file")
    with pytest.raises(LibraryError, match=r"can't hold the search index.*SHORTCAST_HOME"):
        open_index(library, ENCODER, settings)


# --- processes ---------------------------------------------------------------------------------------

ANOTHER = """
import sys
from pathlib import Path
from tests.real.test_index import ENCODER, a_video, ids, titled
from shortcast_ml.settings import Settings
from shortcast_vectorstore.index import open_index
from shortcast_vectorstore.library import open_library
library = open_library(Path(sys.argv[1]))
index = open_index(library, ENCODER, Settings(home=Path(sys.argv[1])))
print(index.searches_chroma, *ids(index.nearest(titled("violin repair"), 1)))
library.add([a_video("theirs", "banjo tuning")])
print(index.sync())
print(*ids(index.nearest(titled("banjo tuning"), 1)))
"""


def test_a_second_process_reads_and_adds_while_the_first_has_the_index_open(
    library: Library, settings: Settings, opened: Callable[[Library], Index]
) -> None:
    index = opened(library)
    library.add([a_video("mine", "violin repair")])
    assert index.sync() == 1
    other = subprocess.run(
        [sys.executable, "-c", ANOTHER, str(settings.home)], cwd=ROOT, capture_output=True, text=True
    )
    assert other.stdout.splitlines() == ["False mine", "1", "theirs"], other.stderr
    assert ids(index.nearest(titled("banjo tuning"), 1)) == ["theirs"]  # the first sees it at once
    assert index.verify() == []


SYNC_SLOWLY = """
import sys, time
from pathlib import Path
from tests.real.test_index import a_video
from tests.word_encoder import WordEncoder
from shortcast_ml.settings import Settings
from shortcast_vectorstore import index as index_module
from shortcast_vectorstore.library import open_library
index_module.EMBED_BATCH = 4
library = open_library(Path(sys.argv[1]))
index = index_module.open_index(library, WordEncoder(), Settings(home=Path(sys.argv[1])))
print("open", flush=True)
for i in range(1000):
    library.add([a_video(f"{sys.argv[2]}-{i}-{j}", f"word{i} word{j}") for j in range(6)])
    print(i, flush=True)
    index.sync()
"""


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_a_kill_while_indexing_loses_no_acknowledged_video_and_is_mended(
    library: Library, settings: Settings, opened: Callable[[Library], Index]
) -> None:
    chance = random.Random(3)
    acknowledged: set[str] = set()
    for run in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", SYNC_SLOWLY, str(settings.home), str(run)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        lines = [process.stdout.readline() for _ in range(chance.randint(2, 12))]
        time.sleep(chance.uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        lines += process.stdout.read().splitlines()
        process.wait()
        acknowledged |= {f"{run}-{int(line)}-{j}" for line in lines for j in range(6)}
        index = opened(library)
        assert index.searches_chroma  # the lock died with its holder
        index.sync()
        assert index.verify() == []
        kept = {video.video_id for video in library.all()}
        assert acknowledged <= kept
        assert library.vectors.keys(ENCODER.id, "title") == {key_of(video) for video in library.all()}
        index.close()


# --- a Chroma server ---------------------------------------------------------------------------------


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """A real Chroma server on loopback."""
    import socket
    from urllib.request import urlopen

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = Path(sys.executable).with_name("chroma")
    process = subprocess.Popen(
        [program, "run", "--path", tmp_path / "server", "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    for _ in range(150):
        try:
            with urlopen(f"{url}/api/v2/heartbeat", timeout=1):
                break
        except OSError:
            assert process.poll() is None
            time.sleep(0.1)
    yield url, process
    process.kill()
    process.wait()


def test_a_chroma_server_gives_the_same_answers_and_its_end_is_told_in_a_sentence(
    demo: Library, home: Path, server: tuple[str, "subprocess.Popen[bytes]"]
) -> None:
    url, process = server
    on_server = open_index(demo, ENCODER, Settings(home=home, chroma_url=url))
    on_disk = open_index(demo, ENCODER, Settings(home=home))
    assert on_server.searches_chroma
    assert on_disk.searches_chroma
    embedding = titled("Latte art for people with shaky hands")
    assert on_server.nearest(embedding, 6) == on_disk.nearest(embedding, 6)
    assert on_server.verify() == []
    assert on_server._store._client is not None
    for collection in on_server._store._client.list_collections():
        on_server._store._client.delete_collection(collection.name)
    assert on_server.nearest(embedding, 6) == on_disk.nearest(embedding, 6)  # what the server lost is back
    on_server.rebuild()
    assert on_server.verify() == []
    process.kill()
    process.wait()
    for action in (lambda: on_server.nearest(embedding, 6), on_server.rebuild):
        with pytest.raises(LibraryError, match=f"The Chroma server at {url} can't be used") as error:
            action()
        assert str(error.value).endswith("to keep the index on disk.")
    with pytest.raises(LibraryError, match="The Chroma server"):
        open_index(demo, ENCODER, Settings(home=home, chroma_url=url.removeprefix("http://")))
    on_disk.close()
    on_server.close()
