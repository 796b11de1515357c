"""Do intervals and probabilities mean what they say?"""

from pathlib import Path

import numpy as np
import pytest

from shortcast_ml.coverage import (
    channel_size_buckets,
    draw_reliability,
    mondrian_coverage,
    reliability,
)
from shortcast_ml.errors import InputError


def test_channels_fall_into_buckets_by_size_with_the_edges_in_the_larger_one() -> None:
    followers = np.array([np.nan, 0, 999, 1000, 9_999, 10_000, 100_000, 1_000_000, 5e8])
    expected = ["unknown", "<1k", "<1k", "1k-10k", "1k-10k", "10k-100k", "100k-1M", ">=1M", ">=1M"]
    assert channel_size_buckets(followers).tolist() == expected


def test_coverage_is_counted_in_each_bucket_smallest_channels_first() -> None:
    y = np.array([0.0, 1, 2, 3, 4, 5])
    low, high = np.zeros(6), np.array([9.0, 9, 9, 9, 0, 9])
    bucket = np.array([">=1M", ">=1M", "<1k", "<1k", "<1k", "zzz"])
    got = mondrian_coverage(y, low, high, bucket)
    assert list(got) == ["<1k", ">=1M", "zzz"]
    assert got["<1k"]["n"] == 3
    assert got["<1k"]["value"] == pytest.approx(2 / 3, abs=1e-4)
    assert got[">=1M"] == {"n": 2, "groups": 2, "value": 1.0, "low": 1.0, "high": 1.0}


def test_the_interval_of_coverage_is_wider_where_rows_of_one_channel_go_together() -> None:
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(50), 20)
    hit = (rng.random(50) < 0.8)[group]  # a channel is all inside or all outside
    y, low, high = np.zeros(1000), np.full(1000, -1.0), np.where(hit, 1.0, -0.5)
    bucket = np.full(1000, "unknown")
    by_channel = mondrian_coverage(y, low, high, bucket, group)["unknown"]
    by_row = mondrian_coverage(y, low, high, bucket)["unknown"]
    assert by_channel["value"] == by_row["value"] == pytest.approx(hit.mean(), abs=1e-4)
    assert by_channel["groups"] == 50
    assert by_channel["high"] - by_channel["low"] > 3 * (by_row["high"] - by_row["low"])


def test_honest_probabilities_are_reliable_and_boasting_ones_are_not() -> None:
    rng = np.random.default_rng(0)
    chance = rng.uniform(0.05, 0.95, 8000)
    happened = rng.random(8000) < chance
    honest = reliability(chance, happened, np.repeat(np.arange(800), 10))
    boasting = reliability(np.where(chance > 0.5, 0.97, 0.03), happened)
    assert [b["n"] for b in honest["bins"]] == [800] * 10
    assert honest["ece"]["value"] < 0.02
    assert honest["brier"]["value"] == pytest.approx(((chance - happened) ** 2).mean(), abs=1e-4)
    assert honest["brier"]["low"] < honest["brier"]["value"] < honest["brier"]["high"]
    assert all(b["low"] <= b["value"] <= b["high"] for b in honest["bins"])
    assert len(boasting["bins"]) == 2
    assert boasting["ece"]["value"] > 0.2
    assert boasting["ece"]["low"] > honest["ece"]["high"]


def test_ece_and_brier_are_what_they_are_by_hand() -> None:
    got = reliability(np.array([0.2, 0.2, 0.8, 0.8]), np.array([0, 1, 1, 1]), bins=2)
    assert got["ece"]["value"] == pytest.approx((0.3 * 2 + 0.2 * 2) / 4)
    assert got["brier"]["value"] == pytest.approx((0.04 + 0.64 + 0.04 + 0.04) / 4)
    assert [(b["n"], b["forecast"], b["value"]) for b in got["bins"]] == [(2, 0.2, 0.5), (2, 0.8, 1.0)]


@pytest.mark.parametrize("probability", [[], [0.5, 1.2], [0.5, float("nan")]])
def test_what_is_no_probability_is_refused(probability: list[float]) -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        reliability(np.array(probability), np.zeros(len(probability)))


def test_the_reliability_curve_is_drawn_and_nothing_else_is_left(tmp_path: Path) -> None:
    from PIL import Image

    rng = np.random.default_rng(0)
    chance = rng.random(500)
    draw_reliability(reliability(chance, rng.random(500) < chance), tmp_path / "curve.png")
    assert [p.name for p in tmp_path.iterdir()] == ["curve.png"]
    with Image.open(tmp_path / "curve.png") as image:
        assert image.size == (450, 450)
        assert len(image.convert("RGB").getcolors(100_000) or []) > 10
