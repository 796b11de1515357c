"""The index follows its library: what is added, changed, removed, restored."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.index.conftest import Opener
from tests.indexed import ENCODER, a_video, ids, titled
from tests.word_encoder import WordEncoder

from shortcast_ml.encoders import encode_draft
from shortcast_ml.records import Draft
from shortcast_ml.settings import Settings
from shortcast_vectorstore.index import open_index
from shortcast_vectorstore.library import Library, open_library
from shortcast_vectorstore.vectors import KINDS


def test_the_index_follows_what_is_added_changed_and_removed(demo: Library, opened: Opener) -> None:
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
    library: Library, opened: Opener, tmp_path: Path
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


def test_an_older_copy_of_the_library_is_followed_too(
    library: Library, settings: Settings, opened: Opener, tmp_path: Path
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
    library: Library, on_disk: Settings, opened_on_disk: Opener
) -> None:
    library.add([a_video("a", "one")])
    index = opened_on_disk(library)
    index.sync()
    index.close()
    library.close()
    for path in on_disk.home.glob("library.db*"):
        path.unlink()
    fresh = open_library(on_disk.home)
    fresh.remove_demo()
    index = opened_on_disk(fresh)
    assert index.nearest(titled("one"), 5) == []
    assert index._store._client is not None
    assert len(index._store._client.list_collections()) == len(KINDS)
    index.close()
    fresh.close()
