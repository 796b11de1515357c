"""The index finds the right neighbours, in an embedded Chroma and on a server."""

from pathlib import Path

import numpy as np
import pytest
from tests.index.conftest import Opener
from tests.indexed import ENCODER, a_video, ids, titled
from tests.word_encoder import WordEncoder

from shortcast_ml.encoders import encode_draft
from shortcast_ml.errors import LibraryError
from shortcast_ml.records import Draft, Embedding, SearchFilter
from shortcast_ml.settings import Settings
from shortcast_vectorstore.chroma import ChromaStore
from shortcast_vectorstore.index import open_index
from shortcast_vectorstore.library import Library


def test_every_demo_video_finds_itself_first_and_is_marked_as_demo(demo: Library, opened: Opener) -> None:
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


def test_chroma_and_the_librarys_own_vectors_give_the_same_answers(
    demo: Library, opened_on_disk: Opener
) -> None:
    first, second = opened_on_disk(demo), opened_on_disk(demo)
    assert first.searches_chroma
    assert not second.searches_chroma  # the folder belongs to the first
    for draft in [video.draft for video in demo.all()][::6]:
        embedding = encode_draft(ENCODER, draft)
        for where in (SearchFilter(), SearchFilter(platform="tiktok")):
            found = first.nearest(embedding, 7, where=where)
            assert found == second.nearest(embedding, 7, where=where)
            assert len(found) == 7
    assert second.verify() == []
    with pytest.raises(LibraryError, match="Another program has the search index open"):
        second.rebuild()
    first.close()
    second.rebuild()
    assert second.searches_chroma
    assert second.verify() == []


def test_platform_and_excluded_videos_are_filtered_even_where_few_match(
    library: Library, opened: Opener
) -> None:
    library.add(a_video(f"t{i}", f"coffee number {i}") for i in range(150))
    library.add(a_video(f"y{i}", f"unrelated words {i}", platform="youtube") for i in range(3))
    index = opened(library)
    embedding = titled("coffee number 5")
    assert ids(index.nearest(embedding, 1)) == ["t5"]
    assert "t5" not in ids(index.nearest(embedding, 5, where=SearchFilter(exclude=frozenset({"t5"}))))
    assert "t5" not in ids(index.nearest(embedding, 5, where=SearchFilter(exclude=frozenset({"tiktok:t5"}))))
    assert sorted(ids(index.nearest(embedding, 5, where=SearchFilter(platform="youtube")))) == [
        "y0",
        "y1",
        "y2",
    ]
    assert index.nearest(embedding, 5, where=SearchFilter(platform="bilibili")) == []
    assert len(index.nearest(embedding, 1000)) == 153
    everything_but = SearchFilter(exclude=frozenset({*(f"t{i}" for i in range(150)), "y0"}))
    assert sorted(ids(index.nearest(embedding, 5, where=everything_but))) == ["y1", "y2"]


def test_a_title_alone_is_compared_with_titles_and_a_picture_with_pictures(
    demo: Library, opened: Opener
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
    library: Library, opened: Opener, tmp_path: Path
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


def test_an_empty_library_has_no_neighbours(library: Library, opened: Opener) -> None:
    index = opened(library)
    assert index.nearest(titled("anything"), 5) == []
    assert index.verify() == []


def test_vectors_of_another_encoder_or_dimension_are_refused_in_a_sentence(
    library: Library, opened: Opener, settings: Settings
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
