"""Filters let the same videos through as reading each video does, and never change what is nearest."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from tests.index.conftest import Opener
from tests.indexed import ENCODER, NOON, a_video, ids

from shortcast_ml.library_table import key_of
from shortcast_ml.records import Counts, Draft, Embedding, Published, SearchFilter
from shortcast_vectorstore import exact as exact_module
from shortcast_vectorstore import index as index_module
from shortcast_vectorstore.index import Index
from shortcast_vectorstore.library import Library

PLATFORMS = ("tiktok", "youtube_shorts", "youtube")
LANGUAGES = ("en", "vi", None)


def some_videos(n: int) -> list[Published]:
    """Return videos of 12 channels, of which some hide a fact."""
    rng = np.random.default_rng(5)
    videos = []
    for i in range(n):
        platform = PLATFORMS[i % 3]
        age = None if i % 11 == 0 else float(rng.uniform(0.5, 200))
        videos.append(
            Published(
                draft=Draft(
                    platform=platform,  # type: ignore[arg-type]
                    title=f"video {i}",
                    language=LANGUAGES[i % 4 % 3],
                    duration_s=None if i % 13 == 0 else float(rng.integers(5, 120)),
                ),
                video_id=f"v{i}",
                url=f"https://example.invalid/v{i}",
                fetched_at=NOON,
                age_days=age,
                counts=None if i % 17 == 0 else Counts(views=int(10 ** rng.uniform(1, 6))),
                channel_id=None if i % 19 == 0 else f"c{i % 12}",
                demo=i % 7 == 0,
            )
        )
    return videos


def put_vectors(library: Library, videos: list[Published]) -> np.ndarray:
    """Give the videos random titles' vectors, and every second one a picture's; return the titles' ones."""
    rng = np.random.default_rng(6)
    titles, images = (rng.standard_normal((len(videos), 16)).astype(np.float32) for _ in range(2))
    for matrix in (titles, images):
        matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    keys = [key_of(video) for video in videos]
    library.vectors.put(ENCODER.id, "title", dict(zip(keys, titles, strict=True)))
    library.vectors.put(
        ENCODER.id, "image", {key: images[i] if i % 2 else None for i, key in enumerate(keys)}
    )
    return titles


def published(video: Published) -> datetime | None:
    return None if video.age_days is None else video.fetched_at - timedelta(days=video.age_days)


MAY = datetime(2026, 5, 20, tzinfo=UTC)
AUGUST = datetime(2026, 8, 20, tzinfo=UTC)
FILTERS: dict[str, tuple[SearchFilter, Callable[[Published], bool]]] = {
    "platform": (SearchFilter(platform="youtube"), lambda v: v.draft.platform == "youtube"),
    "language": (SearchFilter(language="vi"), lambda v: v.draft.language == "vi"),
    "a language that no video has": (SearchFilter(language="xx"), lambda v: False),
    "channels": (SearchFilter(channel_ids=("c1", "c5", "none")), lambda v: v.channel_id in ("c1", "c5")),
    "other channels": (
        SearchFilter(exclude_channels=frozenset({"c1", "c2"})),
        lambda v: v.channel_id not in ("c1", "c2"),
    ),
    "dates": (
        SearchFilter(published_after=MAY, published_before=AUGUST),
        lambda v: (at := published(v)) is not None and MAY <= at <= AUGUST,
    ),
    "age": (
        SearchFilter(min_age_days=10, max_age_days=90),
        lambda v: v.age_days is not None and 10 <= v.age_days <= 90,
    ),
    "length": (
        SearchFilter(min_duration_s=20, max_duration_s=60),
        lambda v: v.draft.duration_s is not None and 20 <= v.draft.duration_s <= 60,
    ),
    "views": (
        SearchFilter(min_views=1000, max_views=100_000),
        lambda v: v.counts is not None and 1000 <= v.counts.views <= 100_000,
    ),
    "no views at all": (
        SearchFilter(max_views=0),
        lambda v: v.counts is not None and v.counts.views == 0,
    ),
    "invented": (SearchFilter(demo=True), lambda v: v.demo),
    "real": (SearchFilter(demo=False), lambda v: not v.demo),
    "ids and keys": (
        SearchFilter(exclude=frozenset({"v3", "tiktok:v6", "tiktok:v7", "unknown"})),
        lambda v: v.video_id not in ("v3", "v6"),  # v7 is not on TikTok
    ),
    "several": (
        SearchFilter(platform="tiktok", language="en", min_views=100, demo=False),
        lambda v: (
            v.draft.platform == "tiktok"
            and v.draft.language == "en"
            and v.counts is not None
            and v.counts.views >= 100
            and not v.demo
        ),
    ),
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_lets_through_what_reading_each_video_does(
    library: Library, opened_on_disk: Opener, name: str
) -> None:
    videos = some_videos(200)
    library.add(videos)
    titles = put_vectors(library, videos)
    where, wanted = FILTERS[name]
    query = titles[42]
    expected = sorted(
        (i for i, video in enumerate(videos) if wanted(video)), key=lambda i: -float(titles[i] @ query)
    )
    found = opened_on_disk(library).nearest(Embedding(encoder_id=ENCODER.id, title=query), 250, where=where)
    assert ids(found) == [f"v{i}" for i in expected]


def test_relative_performance_is_filtered_by_what_the_neighbours_say_of_it(
    library: Library, opened_on_disk: Opener
) -> None:
    videos = some_videos(200)
    library.add(videos)
    query = Embedding(encoder_id=ENCODER.id, title=put_vectors(library, videos)[0])
    index = opened_on_disk(library)
    every = index.nearest(query, 200)
    assert len(every) == 200
    assert {n.vs_channel is None for n in every} == {True, False}
    between = index.nearest(query, 200, where=SearchFilter(min_vs_channel=0.5, max_vs_channel=2))
    assert ids(between) == ids([n for n in every if n.vs_channel is not None and 0.5 <= n.vs_channel <= 2])


def exact_mean(library: Library, videos: list[Published], query: Embedding, k: int) -> list[str]:
    """Return the ids of the k videos with the highest mean cosine, by going through all of them."""
    of = {kind: library.vectors.of(ENCODER.id, kind, map(key_of, videos)) for kind in ("title", "image")}  # type: ignore[arg-type]
    nothing = np.zeros(16, np.float32)
    score = {
        v.video_id: of["title"].get(key_of(v), nothing) @ query.title
        + of["image"].get(key_of(v), nothing) @ query.image
        for v in videos
    }
    return sorted(score, key=lambda key: -score[key])[:k]


@pytest.mark.parametrize("path", ["through Chroma", "one by one", "Chroma is not trusted"])
def test_all_ways_to_search_give_what_exact_search_gives(
    library: Library, opened: Opener, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    videos = some_videos(1200)
    library.add(videos)
    titles = put_vectors(library, videos)
    monkeypatch.setattr(index_module, "FEW_ROWS", 10**9 if path == "one by one" else 0)
    if path == "Chroma is not trusted":
        monkeypatch.setattr(index_module, "ENOUGH_RECALL", 1.1)
    index = opened(library)
    rng = np.random.default_rng(8)
    right = 0
    for share in (2, 10, 100):
        where = SearchFilter(exclude=frozenset(f"v{i}" for i in range(1200) if i % share))
        for _ in range(10):
            query = rng.standard_normal(16).astype(np.float32)
            rows = np.arange(0, 1200, share)
            nearest = {f"v{i}" for i in rows[np.argsort(-(titles[rows] @ query))[:10]]}
            found = index.nearest(Embedding(encoder_id=ENCODER.id, title=query), 10, where=where)
            assert len(found) == 10
            right += len(nearest & set(ids(found)))
    assert right >= 0.99 * 300
    both = Embedding(encoder_id=ENCODER.id, title=titles[5], image=titles[6])
    expected = exact_mean(library, videos, both, 10)
    assert len(set(expected) & set(ids(index.nearest(both, 10)))) >= 9


def test_many_rows_are_read_by_several_threads_and_none_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact_module, "MIN_PART", 10)
    rng = np.random.default_rng(3)
    matrix, vector = rng.standard_normal((101, 16)).astype(np.float32), np.ones(16, np.float32)
    for rows in (np.arange(101), np.arange(0, 101, 2), np.array([0, 50, 100])):
        found = exact_module._cosines(matrix, rows, vector)
        assert found == pytest.approx(matrix[rows].sum(axis=1), abs=1e-5)


def asked_of_chroma(index: Index, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that grows by the number of results whenever Chroma is asked."""
    asked: list[int] = []
    query = index._store.query

    def counted(kind, vectors, n):  # type: ignore[no-untyped-def]
        asked.append(n)
        return query(kind, vectors, n)

    monkeypatch.setattr(index._store, "query", counted)
    return asked


def test_chroma_is_asked_where_much_matches_and_passed_over_where_little_does(
    library: Library, opened_on_disk: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "FEW_ROWS", 100)
    videos = some_videos(1000)
    library.add(videos)
    titles = put_vectors(library, videos)
    index = opened_on_disk(library)
    query = Embedding(encoder_id=ENCODER.id, title=titles[0])
    index.nearest(query, 5)  # measures how much Chroma finds
    asked = asked_of_chroma(index, monkeypatch)
    index.nearest(query, 5)
    assert asked == [20]
    index.nearest(query, 5, where=SearchFilter(exclude=frozenset(f"v{i}" for i in range(500))))
    assert asked == [20, 80]
    index.nearest(query, 5, where=SearchFilter(exclude=frozenset(f"v{i}" for i in range(950))))
    assert asked == [20, 80]
    assert index._store.recall("title") == (1.0, 1000)


def test_where_a_filter_lets_none_of_the_nearest_through_the_right_ones_are_found_all_the_same(
    library: Library, opened_on_disk: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "FEW_ROWS", 0)
    library.add(a_video(f"v{i}", f"word {i}") for i in range(600))
    rng = np.random.default_rng(3)
    near, far = (rng.standard_normal(16) for _ in range(2))
    matrix = np.array([(near if i < 300 else far) + 0.1 * rng.standard_normal(16) for i in range(600)])
    matrix = (matrix / np.linalg.norm(matrix, axis=1, keepdims=True)).astype(np.float32)
    keys = [f"tiktok:v{i}" for i in range(600)]
    library.vectors.put(ENCODER.id, "title", dict(zip(keys, matrix, strict=True)))
    library.vectors.put(ENCODER.id, "image", dict.fromkeys(keys))
    found = opened_on_disk(library).nearest(
        Embedding(encoder_id=ENCODER.id, title=matrix[7]),
        5,
        where=SearchFilter(exclude=frozenset(f"v{i}" for i in range(300))),
    )
    best = 300 + np.argsort(-(matrix[300:] @ matrix[7]))[:5]
    assert ids(found) == [f"v{i}" for i in best]


def test_filters_follow_what_changes(library: Library, opened: Opener) -> None:
    index = opened(library)
    query = Embedding(encoder_id=ENCODER.id, title=ENCODER.encode_texts(["coffee"])[0])
    library.add([a_video("a", "coffee a", 100), a_video("b", "coffee b", 5000)])
    many = SearchFilter(min_views=1000)
    assert ids(index.nearest(query, 5, where=many)) == ["b"]
    library.add([a_video("a", "coffee a", 9000, fetched_at=NOON + timedelta(days=1))])
    assert sorted(ids(index.nearest(query, 5, where=many))) == ["a", "b"]
    library.add([a_video("c", "coffee c", 7000, platform="youtube")])
    assert ids(index.nearest(query, 5, where=SearchFilter(platform="youtube"))) == ["c"]
    with library.db.transaction() as db:
        db.execute("DELETE FROM videos WHERE video_id = 'b'")
    assert sorted(ids(index.nearest(query, 5, where=many))) == ["a", "c"]
    assert index.verify() == []


def test_a_table_that_lost_most_of_its_videos_is_made_anew(library: Library, opened: Opener) -> None:
    videos = some_videos(1200)
    library.add(videos)
    titles = put_vectors(library, videos)
    index = opened(library)
    query = Embedding(encoder_id=ENCODER.id, title=titles[1100])
    few = SearchFilter(channel_ids=("c8",))
    assert ids(index.nearest(query, 1, where=few)) == ["v1100"]
    with library.db.transaction() as db:
        db.execute("DELETE FROM videos WHERE CAST(substr(video_id, 2) AS INTEGER) < 1000")
    assert ids(index.nearest(query, 1, where=few)) == ["v1100"]
    assert len(index._facts) == 200
    assert len(index.nearest(query, 2000)) == 200
