"""Titles and pictures that are nearly the same."""

import time

import numpy as np

from shortcast_ml.data.alike import near_duplicate_clusters, near_duplicate_pictures, normalise_title


def test_case_marks_and_spaces_do_not_tell_titles_apart() -> None:
    assert normalise_title("  The ＬＡＴＴＥ trick…  (part_2)!") == "the latte trick part 2"


def test_a_cluster_is_named_by_its_first_title() -> None:
    titles = [
        "How to pour a perfect latte at home",
        "The secret of a crisp pizza base",
        "HOW TO POUR A PERFECT LATTE AT HOME!!!",
        "How to pour the perfect latte at home",
        "follow me",
        "Follow me!",
        "",
    ]
    assert near_duplicate_clusters(titles, 0.6).tolist() == [0, 1, 0, 0, 4, 5, 6]


def test_the_threshold_decides_what_is_nearly_the_same() -> None:
    titles = ["How to pour a perfect latte at home", "How to pour the perfect latte at home"]
    assert near_duplicate_clusters(titles, 0.6).tolist() == [0, 0]
    assert near_duplicate_clusters(titles, 0.9).tolist() == [0, 1]


def test_few_titles_or_none_need_no_search() -> None:
    assert near_duplicate_clusters([]).tolist() == []
    assert near_duplicate_clusters(["A title that is long enough to count"]).tolist() == [0]


def test_planted_duplicates_are_found_among_many_titles_in_seconds() -> None:
    rng = np.random.default_rng(3)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz    "))
    titles = ["".join(rng.choice(letters, 60)) for _ in range(5_000)]
    planted = [f"{t[:30]}X{t[31:]}" for t in titles[:500]]  # 51 of 61 shingles shared: similarity 0.84
    start = time.perf_counter()
    clusters = near_duplicate_clusters(titles + planted)
    assert time.perf_counter() - start < 10
    assert (clusters[:5_000] == np.arange(5_000)).all()
    assert (clusters[5_000:] == np.arange(500)).mean() > 0.97


def test_pictures_that_differ_in_two_bits_are_one_cluster() -> None:
    hashes = ["ffff0000ffff0000", None, "ffff0000ffff0003", "0123456789abcdef", "ffff0000ffff0007"]
    assert near_duplicate_pictures(hashes).tolist() == [0, 1, 0, 3, 0]
    assert near_duplicate_pictures(hashes, max_bits=0).tolist() == [0, 1, 2, 3, 4]
    assert near_duplicate_pictures([None, None]).tolist() == [0, 1]
