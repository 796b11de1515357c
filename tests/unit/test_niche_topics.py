"""Topics found in vectors: planted ones come out, noise has none, and what fits none is said to."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from shortcast_ml.niche.topics import MOST, find_topics


def _clouds(k: int, each: int, spread: float = 0.5, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((k, 40))
    true = np.repeat(np.arange(k), each)
    rows = centres[true] + spread * rng.standard_normal((k * each, 40))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), true


def _none(rows: np.ndarray) -> np.ndarray:
    return np.full_like(rows, np.nan)


@pytest.mark.parametrize(("k", "each"), [(3, 30), (5, 40), (8, 60)])
def test_planted_topics_come_out_largest_first(k: int, each: int) -> None:
    rows, true = _clouds(k, each)
    rows, true = rows[: -each // 3], true[: -each // 3]
    found = find_topics(rows, _none(rows))
    fits = found.label >= 0
    assert fits.mean() > 0.9
    assert adjusted_rand_score(true[fits], found.label[fits]) > 0.95
    sizes = np.bincount(found.label[fits])
    assert list(sizes) == sorted(sizes, reverse=True)
    assert found.stability is not None
    assert found.stability > 0.8


def test_the_same_vectors_give_the_same_topics() -> None:
    rows, _ = _clouds(4, 40)
    one, other = find_topics(rows, _none(rows)), find_topics(rows, _none(rows))
    assert np.array_equal(one.label, other.label)
    assert np.array_equal(one.closeness, other.closeness, equal_nan=True)


@pytest.mark.parametrize("n", [60, 300])
def test_noise_has_no_topics(n: int) -> None:
    rows = np.random.default_rng(n).standard_normal((n, 40)).astype(np.float32)
    found = find_topics(rows, _none(rows))
    assert found.k == 0
    assert (found.label == -1).all()
    assert found.stability is not None
    assert found.stability < 0.3


def test_what_is_far_from_every_centre_fits_none() -> None:
    rows, _ = _clouds(4, 60, spread=0.3)
    stray = np.random.default_rng(9).standard_normal((20, 40)).astype(np.float32)
    both = np.vstack([rows, stray / np.linalg.norm(stray, axis=1, keepdims=True)])
    found = find_topics(both, _none(both))
    assert (found.label[-20:] == -1).mean() > 0.6
    assert (found.label[:-20] == -1).mean() < 0.05
    assert np.isnan(found.closeness[found.label == -1]).all()


def test_pictures_alone_or_beside_titles_part_videos_too() -> None:
    rows, true = _clouds(3, 40)
    by_picture = find_topics(_none(rows), rows)
    assert adjusted_rand_score(true, by_picture.label) > 0.9
    titles, pictures = rows.copy(), rows.copy()
    titles[::2], pictures[1::2] = np.nan, np.nan
    mixed = find_topics(titles, pictures)
    assert mixed.label.shape == true.shape
    titles[:5], pictures[:5] = np.nan, np.nan
    assert (find_topics(titles, pictures).label[:5] == -1).all()


def test_few_videos_or_none_with_a_vector_have_no_topics() -> None:
    rows, _ = _clouds(3, 10)
    for some in (rows[:0], rows[:20], _none(rows)):
        found = find_topics(some, _none(some))
        assert found.k == 0
        assert found.stability is None


def test_many_topics_are_parted_into_no_more_than_a_reader_can_hold() -> None:
    rows, _ = _clouds(20, 40)
    assert find_topics(rows, _none(rows)).k <= MOST


def test_what_a_large_library_was_not_learned_from_joins_the_nearest_topic() -> None:
    rows, true = _clouds(3, 1500)
    found = find_topics(rows, _none(rows))
    assert adjusted_rand_score(true, found.label) > 0.9
