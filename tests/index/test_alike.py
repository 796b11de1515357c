"""What is nearly the same, what is alike at random, diversity, and why a video is similar."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.index.conftest import Opener
from tests.indexed import ENCODER, NOON, a_video, ids, titled

from shortcast_ml.encoders import encode_draft
from shortcast_ml.records import Draft, Embedding, SearchFilter
from shortcast_vectorstore.alike import (
    RandomPairs,
    alike_from,
    most_different,
    same_title,
    says_the_same,
    shared_words,
)
from shortcast_vectorstore.library import Library


def put_titles(library: Library, matrix: np.ndarray, **facts: object) -> None:
    """Add videos v0, v1... with these vectors as their titles' ones."""
    unit = (matrix / np.linalg.norm(matrix, axis=1, keepdims=True)).astype(np.float32)
    library.add(a_video(f"v{i}", f"title number {i}", channel_id=f"c{i}", **facts) for i in range(len(unit)))
    keys = [f"tiktok:v{i}" for i in range(len(unit))]
    library.vectors.put(ENCODER.id, "title", dict(zip(keys, unit, strict=True)))
    library.vectors.put(ENCODER.id, "image", dict.fromkeys(keys))


# --- nearly the same ---------------------------------------------------------------------------------


def test_reuploads_are_kept_once_where_that_is_asked_for(
    library: Library, opened: Opener, tmp_path: Path
) -> None:
    Image.linear_gradient("L").rotate(90).save(tmp_path / "ramp.png")
    Image.linear_gradient("L").rotate(90).resize((64, 64)).save(tmp_path / "ramp again.png")
    Image.linear_gradient("L").rotate(270).save(tmp_path / "other.png")
    library.add(
        [
            a_video("first", "best latte art trick", thumbnail=tmp_path / "ramp.png"),
            a_video("again", "Best latte art trick!", thumbnail=tmp_path / "ramp again.png"),
            a_video("other picture", "best latte art trick ever", thumbnail=tmp_path / "other.png"),
            a_video("same file", "latte art nobody shows"),
            a_video("same file again", "my latte art"),
        ]
    )
    with library.db.transaction() as db:
        for name in ("same file", "same file again"):
            db.execute(
                "INSERT INTO media (key, kind, url, sha256) VALUES (?, 'thumbnail', '', 'abc')",
                (f"tiktok:{name}",),
            )
    index = opened(library)
    every = ids(index.nearest(titled("latte art"), 9))
    once = ids(index.nearest(titled("latte art"), 9, near_duplicates=False))
    assert len(every) == 5
    assert once == [i for i in every if i in once]
    assert len({"first", "again"} & set(once)) == 1
    assert len({"same file", "same file again"} & set(once)) == 1
    assert "other picture" in once


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Draft(title="three words here"), Draft(title="Three words, here!"), True),
        (Draft(title="three words here"), Draft(title="three #words here"), False),
        (Draft(title="two words"), Draft(title="two words"), False),
        (Draft(title="a b c", duration_s=20), Draft(title="a b c", duration_s=20.8), True),
        (Draft(title="a b c", duration_s=20), Draft(title="a b c", duration_s=25), False),
        (Draft(title="a b c", duration_s=20), Draft(title="a b c"), True),
    ],
)
def test_titles_are_the_same_by_their_words_and_the_length(one: Draft, other: Draft, same: bool) -> None:
    assert same_title(one, other) is same


# --- diversity ---------------------------------------------------------------------------------------


def test_diversity_puts_unlike_videos_before_more_of_the_same(library: Library, opened: Opener) -> None:
    rng = np.random.default_rng(2)
    query, side = np.eye(16)[0], np.eye(16)[1]
    close = query + 0.5 * np.eye(16)[2] + 0.05 * rng.standard_normal((10, 16))
    apart = query + 0.7 * side + 0.05 * rng.standard_normal((10, 16))
    put_titles(library, np.vstack([close, apart]))
    index = opened(library)
    asked = Embedding(encoder_id=ENCODER.id, title=query.astype(np.float32))
    alike, mixed = index.nearest(asked, 4), index.nearest(asked, 4, diversity=0.6)
    assert all(int(i[1:]) < 10 for i in ids(alike))
    assert mixed[0] == alike[0]
    assert any(int(i[1:]) >= 10 for i in ids(mixed)[:2])
    assert len(set(ids(mixed))) == 4


def test_most_different_weighs_likeness_against_difference() -> None:
    relevance = np.array([0.9, 0.89, 0.5])
    cosines = np.array([[1, 0.99, 0], [0.99, 1, 0], [0, 0, 1]], np.float32)
    assert most_different(relevance, cosines, 3, 0.0) == [0, 1, 2]
    assert most_different(relevance, cosines, 3, 0.5) == [0, 2, 1]
    assert most_different(relevance, cosines, 2, 1.0) == [0, 2]
    assert most_different(np.array([]), np.zeros((0, 0), np.float32), 3, 0.5) == []


# --- alike at random ---------------------------------------------------------------------------------


def test_a_neighbour_stands_where_its_similarity_is_among_random_pairs() -> None:
    rng = np.random.default_rng(4)
    titles = rng.standard_normal((200, 32)).astype(np.float32)
    titles /= np.linalg.norm(titles, axis=1, keepdims=True)
    images = np.zeros((200, 32), np.float32)
    pairs = RandomPairs({"title": titles, "image": images}, np.arange(200))
    gram = (titles @ titles.T)[np.triu_indices(200, 1)]
    for share in (0.1, 0.5, 0.99):
        assert pairs.standing(float(np.quantile(gram, share)), ["title"]) == pytest.approx(share, abs=0.001)
    assert pairs.standing(1.01, ["title"]) == 1
    assert pairs.standing(0.3, ["image"]) is None  # no pictures, so nothing is known of them
    same_channel = RandomPairs({"title": titles, "image": images}, np.zeros(200, np.int64))
    assert same_channel.standing(0.3, ["title"]) is None
    assert alike_from(100) == pytest.approx(0.98)
    assert alike_from(10_000) == pytest.approx(0.998)


def test_what_is_hardly_more_alike_than_any_two_videos_is_marked(library: Library, opened: Opener) -> None:
    rng = np.random.default_rng(9)
    directions = np.linalg.qr(rng.standard_normal((16, 16)))[0]
    topics = directions[np.arange(60) % 6] + 0.1 * rng.standard_normal((60, 16))
    put_titles(library, topics)
    index = opened(library)
    of_a_topic = index.nearest(Embedding(encoder_id=ENCODER.id, title=directions[2].astype(np.float32)), 3)
    of_none = index.nearest(Embedding(encoder_id=ENCODER.id, title=directions[9].astype(np.float32)), 3)
    assert all(n.alike for n in of_a_topic)
    assert not any(n.alike for n in of_none)
    for neighbour in (*of_a_topic, *of_none):
        assert neighbour.standing is not None
        assert neighbour.alike == (neighbour.standing >= alike_from(60))


def test_a_library_of_a_few_videos_says_nothing_of_what_is_usual(library: Library, opened: Opener) -> None:
    library.add([a_video("a", "one thing"), a_video("b", "another thing")])
    found = opened(library).nearest(titled("violin"), 5)
    assert [n.standing for n in found] == [None, None]
    assert all(n.alike for n in found)


# --- why ---------------------------------------------------------------------------------------------


def test_a_neighbour_says_how_alike_each_side_is_and_which_words_are_shared(
    library: Library, opened: Opener, tmp_path: Path
) -> None:
    Image.linear_gradient("L").rotate(90).save(tmp_path / "ramp.png")
    library.add(
        [
            a_video("words", "The latte trick #fyp #Foam"),
            a_video("whole", "something else", thumbnail=tmp_path / "ramp.png"),
        ]
    )
    index = opened(library)
    query = encode_draft(ENCODER, Draft(title="latte foam", thumbnail_path=tmp_path / "ramp.png"))
    by_id = {n.video_id: n for n in index.nearest(query, 2, words="latte foam the fyp")}
    assert by_id["words"].shared_words == ("latte", "foam")
    assert by_id["words"].picture_similarity is None
    assert by_id["words"].similar_by == "title"
    assert by_id["words"].similarity == pytest.approx((by_id["words"].title_similarity or 0) / 2)
    assert by_id["whole"].picture_similarity == pytest.approx(1, abs=1e-5)
    assert by_id["whole"].similar_by == "picture"
    assert by_id["whole"].shared_words == ()


@pytest.mark.parametrize(
    ("query", "title", "shared"),
    [
        ("How to make LATTE art at home", "latte art for you", ("latte", "art")),
        ("강아지 산책 #fyp", "산책 가자 강아지 #fyp", ("산책", "강아지")),
        ("mon café", "Un café pour ma mère", ("café",)),
        ("ＬＡＴＴＥ", "latte", ("latte",)),
        ("", "anything", ()),
    ],
)
def test_shared_words_are_the_telling_ones(query: str, title: str, shared: tuple[str, ...]) -> None:
    assert shared_words(query, Draft(title=title)) == shared


# --- what did better ---------------------------------------------------------------------------------


def test_better_gives_only_similar_videos_above_their_channels_typical_most_so_first(
    library: Library, opened: Opener
) -> None:
    def channel(name: str, *views: int) -> None:
        library.add(
            a_video(f"{name}{i}", f"latte art {name} {i}", n, channel_id=name) for i, n in enumerate(views)
        )

    channel("big", 1000, 1000, 1000, 1000, 5000)
    channel("small", 10, 10, 10, 10, 200)
    channel("flat", 50, 50, 50, 50)
    library.add([a_video("lone", "latte art lone", 10**6, channel_id="lone")])
    index = opened(library)
    found = index.better(titled("latte art"), 5)
    assert [(n.video_id, n.vs_channel) for n in found] == [("small4", 20), ("big4", 5)]
    assert ids(index.better(titled("latte art"), 5, where=SearchFilter(min_views=1000))) == ["big4"]
    assert ids(index.better(titled("latte art"), 5, where=SearchFilter(min_vs_channel=10))) == ["small4"]
    library.add(
        [a_video("flat4", "latte art flat 4", 80, channel_id="flat", fetched_at=NOON + timedelta(days=1))]
    )
    assert index.better(titled("latte art"), 5)[-1].vs_channel == pytest.approx(1.6)


def test_a_video_of_the_library_is_searched_for_by_its_own_vectors(library: Library, opened: Opener) -> None:
    library.add([a_video("a", "latte art"), a_video("b", "latte milk"), a_video("empty", "")])
    index = opened(library)
    own = index.embedding_of("tiktok:a")
    np.testing.assert_allclose(own.title, ENCODER.encode_texts(["latte art"])[0])
    assert own.image is None
    assert ids(index.nearest(own, 5, where=SearchFilter(exclude=frozenset({"tiktok:a"})))) == [
        "b"
    ]  # nothing is known of how alike the empty one is
    assert index.nearest(index.embedding_of("tiktok:empty"), 5) == []


@pytest.mark.parametrize(
    ("query", "title", "alike"),
    [
        ("latte art", "my latte", True),
        ("latte art at home today", "my latte", False),
        ("#fyp the", "fyp the", False),  # no telling word at all
        ("", "latte", False),
    ],
)
def test_half_of_the_telling_words_make_a_video_alike(query: str, title: str, alike: bool) -> None:
    assert says_the_same(query, shared_words(query, Draft(title=title))) is alike


def test_in_a_library_of_one_niche_titles_are_set_beside_unrelated_ones() -> None:
    rng = np.random.default_rng(4)

    def about(subject: np.ndarray, n: int) -> np.ndarray:
        vectors = subject + 0.7 * rng.standard_normal((n, 32)) / np.sqrt(32)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)

    subjects = np.linalg.qr(rng.standard_normal((32, 32)))[0]
    coffee, unrelated = about(subjects[0], 100), np.concatenate([about(subject, 3) for subject in subjects])
    pictures = np.zeros_like(coffee)
    pairs = RandomPairs({"title": coffee, "image": pictures}, np.arange(100), unrelated)
    same, other = float(coffee[0] @ coffee[1]), float(coffee[0] @ about(subjects[5], 1)[0])
    beside = pairs.beside_unrelated(same)
    assert beside is not None
    assert beside > alike_from(100)
    assert (pairs.beside_unrelated(other) or 0) < alike_from(100)
    assert (pairs.standing(same, ["title"]) or 0) < alike_from(100)  # among its own it is nothing special
    many_things = RandomPairs(
        {"title": unrelated, "image": np.zeros_like(unrelated)}, np.arange(96), unrelated
    )
    assert many_things.beside_unrelated(same) is None
