"""Bins of views, and how a sample is spread over them."""

import pytest

from shortcast_tools.collecting.strata import EDGES, Strata, bin_of, says


@pytest.mark.parametrize(
    ("views", "number"),
    [(0, 0), (999, 0), (1_000, 1), (9_999, 1), (10_000, 2), (99_999, 2), (100_000, 3), (499_999, 3),
     (500_000, 4), (999_999, 4), (1_000_000, 5), (10**12, 5)],
)  # fmt: skip
def test_each_count_of_views_has_one_bin(views: int, number: int) -> None:
    assert bin_of(views) == number


def test_a_limit_is_spread_evenly_and_the_rest_goes_to_the_smallest() -> None:
    assert Strata(5000).targets == [834, 834, 833, 833, 833, 833]
    assert Strata(1).targets == [1, 0, 0, 0, 0, 0]
    assert sum(Strata(77).targets) == 77


def test_bins_are_said_in_words() -> None:
    assert [says(i) for i in (0, 3, 5)] == [
        "0 to 1,000 views",
        "100,000 to 500,000 views",
        "1,000,000 views and more",
    ]


def test_a_full_bin_takes_no_more_until_there_is_room() -> None:
    strata = Strata(len(EDGES), [0])
    assert strata.reason_against(5) == "there are enough videos with 0 to 1,000 views"
    assert strata.reason_against(5_000) is None
    assert strata.take(5_000) == 1
    assert len(strata.room()) == 4
    assert not strata.full
    for views in EDGES[2:]:
        strata.take(views)
    assert strata.full
    assert [(b.target, b.reached) for b in strata.report()] == [(1, 1)] * 6
