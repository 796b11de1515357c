"""Vectors in the library: they come and go with the words and pictures that they were made of."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.collected import NOON, a_video

from shortcast_ml.errors import LibraryError
from shortcast_ml.library_table import key_of
from shortcast_vectorstore.library import Library, open_library
from shortcast_vectorstore.vectors import KINDS


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
