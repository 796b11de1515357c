"""What Chroma lost or damaged is found, and built again from the library."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.index.conftest import Opener
from tests.indexed import ENCODER, a_video, ids, titled
from tests.word_encoder import WordEncoder

from shortcast_ml.errors import LibraryError
from shortcast_ml.records import Embedding
from shortcast_ml.settings import Settings
from shortcast_vectorstore.chroma import ChromaFailed, ChromaStore
from shortcast_vectorstore.index import open_index
from shortcast_vectorstore.library import Library
from shortcast_vectorstore.mirror import Mirror


def chroma_file(on_disk: Settings) -> Path:
    return next(on_disk.index_path.glob("chroma-*/chroma.sqlite3"))


def lose_the_folder(on_disk: Settings) -> None:
    shutil.rmtree(on_disk.index_path)


def put_garbage_in_the_database(on_disk: Settings) -> None:
    chroma_file(on_disk).write_bytes(b"garbage" * 1000)


def cut_the_database(on_disk: Settings) -> None:
    path = chroma_file(on_disk)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def lose_the_graphs(on_disk: Settings) -> None:
    files = [f for f in on_disk.index_path.glob("chroma-*/*/*") if f.is_file()]
    assert files
    for file in files:
        file.unlink()


def a_filled_index(library: Library, on_disk: Settings, n: int = 1300) -> np.ndarray:
    """Index n titles, more than Chroma's sync threshold of 1,000, so that the graphs are on disk; return them."""
    library.add(a_video(f"v{i}", f"word{i} other{i % 7}") for i in range(n))
    rng = np.random.default_rng(1)
    matrix = rng.standard_normal((n, 16)).astype(np.float32)
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    keys = [f"tiktok:v{i}" for i in range(n)]
    library.vectors.put(ENCODER.id, "title", dict(zip(keys, matrix, strict=True)))
    library.vectors.put(ENCODER.id, "image", dict.fromkeys(keys))
    index = open_index(library, ENCODER, on_disk)
    assert index.verify() == []
    index.close()
    return matrix


@pytest.mark.parametrize(
    "damage", [lose_the_folder, put_garbage_in_the_database, cut_the_database, lose_the_graphs]
)
def test_a_lost_or_damaged_index_is_built_again_from_the_library(
    library: Library, on_disk: Settings, damage: Callable[[Settings], None]
) -> None:
    matrix = a_filled_index(library, on_disk)
    damage(on_disk)
    encoder = WordEncoder()
    index = open_index(library, encoder, on_disk)
    assert index.searches_chroma
    assert index.verify() == []
    assert encoder.texts_seen == []  # nothing was embedded again
    for i in (0, 700, 1299):
        assert ids(index.nearest(Embedding(encoder_id=ENCODER.id, title=matrix[i]), 1)) == [f"v{i}"]
    index.close()


def test_a_graph_that_lost_its_vectors_while_their_number_looks_right_is_found_out(
    library: Library, on_disk: Settings
) -> None:
    a_filled_index(library, on_disk)
    lose_the_graphs(on_disk)
    store = ChromaStore(on_disk, library.id, ENCODER.id, 16)
    assert store.acquire()
    store.open()
    mirror = Mirror(library.vectors, store, ENCODER.id)
    try:
        looks_right = store.count("title") == 1300
        problems = mirror.problems()
        sound = mirror.is_sound()
    except ChromaFailed:
        problems, sound, looks_right = ["it can't be read"], False, True
    store.close()
    assert looks_right
    assert problems
    assert not sound
    index = open_index(library, ENCODER, on_disk)
    assert index.verify() == []
    index.close()


def test_every_vector_is_looked_for_with_progress_or_a_sample(library: Library, on_disk: Settings) -> None:
    a_filled_index(library, on_disk, 450)
    index = open_index(library, ENCODER, on_disk)
    steps: list[tuple[int, int, str]] = []
    assert index.verify(progress=lambda *step: steps.append(step)) == []
    assert steps == [(n, 450, "Looking for each title in the index") for n in (200, 400, 450)]
    assert index.verify(sample=10, progress=lambda *step: steps.append(step)) == []
    assert steps[-1][:2] == (10, 10)
    wrong = -np.stack(list(library.vectors.of(ENCODER.id, "title", ["tiktok:v77"]).values()))
    index._store.upsert("title", ["tiktok:v77"], wrong)
    assert index.verify() == ["1 of 450 title vectors do not find themselves in the index."]
    assert index.verify(sample=10) == []  # not among those ten
    steps.clear()
    index.rebuild(lambda *step: steps.append(step))
    assert steps == [(450, 450, "Indexing titles")]
    assert index.verify() == []
    assert index.counts() == {"titles": 450, "pictures": 0}
    index.close()


def test_a_vector_that_the_graph_passes_over_but_has_is_not_lost(
    library: Library, on_disk: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_filled_index(library, on_disk, 100)
    index = open_index(library, ENCODER, on_disk)
    monkeypatch.setattr(
        index._store, "query", lambda kind, vectors, n: [[("tiktok:v1", 0.5)] for _ in vectors]
    )
    assert index.verify() == []
    index.close()


def test_vectors_that_chroma_lost_or_made_up_are_named_and_put_right(
    demo: Library, opened_on_disk: Opener
) -> None:
    index = opened_on_disk(demo)
    index.sync()
    store = index._store
    store.delete("title", ["youtube_shorts:demo-roastery-1"])
    one = np.ones((1, 16), np.float32)
    store.upsert("title", ["tiktok:made up"], one)
    assert "1 are missing in the index, and 1 there are not in the library" in index.verify()[0]
    index.rebuild()
    assert index.verify() == []
    store.delete("image", ["youtube_shorts:demo-roastery-1"])
    assert index.verify() == []  # a difference in number is put right on the way


def test_vectors_that_differ_from_the_librarys_are_found_out(
    library: Library, opened_on_disk: Opener, on_disk: Settings
) -> None:
    library.add([a_video("a", "one"), a_video("b", "two")])
    index = opened_on_disk(library)
    index.sync()
    wrong = -np.stack(list(library.vectors.of(ENCODER.id, "title", ["tiktok:a", "tiktok:b"]).values()))
    index._store.upsert("title", ["tiktok:a", "tiktok:b"], wrong)
    assert index.verify() == ["2 of 2 title vectors do not find themselves in the index."]
    index.close()
    assert opened_on_disk(library).verify() == []  # opening checks a sample, and builds again


def test_an_index_that_fails_while_it_is_open_is_mended_on_the_spot(
    demo: Library, opened_on_disk: Opener
) -> None:
    index = opened_on_disk(demo)
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


def test_a_file_where_the_index_should_be_is_refused(library: Library, on_disk: Settings) -> None:
    on_disk.index_path.write_text("a file")
    with pytest.raises(LibraryError, match=r"can't hold the search index.*SHORTCAST_HOME"):
        open_index(library, ENCODER, on_disk)
