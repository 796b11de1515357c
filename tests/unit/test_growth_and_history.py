"""The growth curve, and what earlier uploads say."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from shortcast_ml.growth import KNOT_DAYS, fit_growth, log10_share, to_age
from shortcast_ml.history import describe_channel, describe_history, describe_table
from shortcast_ml.records import ChannelHistory, Upload

FLAT = [0.0] * len(KNOT_DAYS)


def looks(slope: float, ages: tuple[float, ...]) -> pd.DataFrame:
    """Videos that grow by `slope` per tenfold of age, each seen twice."""
    rows = []
    for video, age in enumerate(a for a in ages for _ in range(30)):
        rows += [{"video_id": video, "age_days": t, "views": 10_000 * t**slope} for t in (age, age * 1.5)]
    return pd.DataFrame(rows)


def test_a_power_law_is_recovered_from_pairs_of_looks() -> None:
    ages = (0.3, 0.6, 1.2, 2.5, 5, 9, 18, 40, 120)
    knots = fit_growth(looks(0.3, ages))
    one_day, thirty = log10_share(1.0, knots), log10_share(30.0, knots)
    assert thirty == pytest.approx(0, abs=1e-4)
    assert one_day == pytest.approx(-0.3 * np.log10(30), abs=0.02)


def test_growth_never_speeds_up_with_age() -> None:
    late_burst = pd.concat(
        [looks(0.1, (1.2, 2.5, 5)), looks(0.9, (40, 120)).assign(video_id=lambda d: d.video_id + 900)]
    )
    knots = np.array(fit_growth(late_burst))
    slopes = np.diff(knots) / np.diff(np.log10(KNOT_DAYS))
    assert (np.diff(slopes) <= 1e-4).all()


def test_bands_without_looks_take_the_slope_of_the_prior() -> None:
    prior = [float(0.5 * np.log10(d / 30)) for d in KNOT_DAYS]
    knots = fit_growth(looks(0.2, (5, 9, 18)), prior)
    first = (knots[1] - knots[0]) / (np.log10(KNOT_DAYS[1]) - np.log10(KNOT_DAYS[0]))
    assert first == pytest.approx(0.5, abs=0.01)


def test_views_of_a_young_video_grow_and_of_an_unknown_age_stay() -> None:
    assert to_age(1000, 1, 30, "youtube_shorts") > 1500
    assert to_age(1000, float("nan"), 30, "tiktok") == pytest.approx(1000)
    assert to_age(to_age(1000, 2, 30, "tiktok"), 30, 2, "tiktok") == pytest.approx(1000)


def test_history_of_known_uploads_has_these_values() -> None:
    row = describe_history(np.array([2.0, 3.0, 4.0]), np.array([30.0, 20.0, 5.0]))
    assert row["history_median"] == 3.0
    assert row["history_last"] == 4.0
    assert row["history_high"] == 4.0
    assert row["history_uploads"] == 3.0
    assert row["history_gap_days"] == 5.0
    assert row["history_interval_days"] == pytest.approx(12.5)
    assert row["history_weighted"] > row["history_median"]  # the latest counts more


def test_a_table_row_sees_strictly_earlier_uploads_only() -> None:
    when = pd.to_datetime(["2025-01-01", "2025-01-02", "2025-01-02", "2025-01-03"], utc=True)
    table = pd.DataFrame(
        {
            "platform": "tiktok",
            "channel_id": "c",
            "published_at": when,
            "age_days": 30.0,
            "duration_s": 20.0,
            "views": [99.0, 999.0, 9_999.0, 99_999.0],
        }
    )
    rows = describe_table(table, {"default": FLAT})
    assert rows.history_uploads.tolist() == [0, 1, 1, 3]  # two at the same time don't see each other
    assert rows.history_median.tolist()[1:] == pytest.approx([2, 2, 3])
    assert np.isnan(rows.history_median[0])


def test_a_future_upload_in_a_channel_record_is_left_out() -> None:
    now = datetime(2026, 1, 10, tzinfo=UTC)
    uploads = tuple(
        Upload(views=10**n, age_days=30, published_at=now + timedelta(days=d))
        for n, d in ((2, -3), (3, -2), (9, 1))
    )
    row = describe_channel(ChannelHistory(uploads=uploads), FLAT, now)
    assert row["history_uploads"] == 2
    assert row["history_high"] < 4


def test_stated_typical_views_stand_in_when_uploads_are_few() -> None:
    row = describe_channel(ChannelHistory(typical_views=999), FLAT)
    assert row["history_median"] == pytest.approx(3)
    assert row["history_uploads"] == 0
    many = ChannelHistory(typical_views=999, uploads=tuple(Upload(views=99, age_days=30) for _ in range(5)))
    assert describe_channel(many, FLAT)["history_median"] == pytest.approx(2)


def test_nothing_known_of_a_channel_is_nan_not_zero() -> None:
    row = describe_channel(None, FLAT)
    assert row["history_uploads"] == 0
    assert np.isnan(row["history_median"])


def test_uploads_with_a_like_title_or_length_weigh_more() -> None:
    y, similarity = np.array([2.0, 2.0, 4.0]), np.array([0.1, 0.1, 0.9])
    row = describe_history(y, similarity=similarity, log10_lengths=np.array([0.0, 0.0, 1.0]))
    assert row["history_alike_most"] == pytest.approx(0.9)
    assert row["history_alike"] == pytest.approx(
        2.0, abs=0.01
    )  # above the median: the like one had 100 times more
    assert row["history_same_length"] == pytest.approx(0.0, abs=0.05)
    assert np.isnan(describe_history(y)["history_alike"])


def test_a_channel_record_keeps_similarity_with_its_upload_when_it_is_put_in_order() -> None:
    now = datetime(2026, 1, 10, tzinfo=UTC)
    uploads = tuple(
        Upload(views=v, age_days=30, published_at=now - timedelta(days=d))
        for v, d in ((9_999, 1), (99, 3), (99, 2))
    )
    row = describe_channel(ChannelHistory(uploads=uploads), FLAT, now, similarity=np.array([0.9, 0.1, 0.1]))
    assert row["history_last"] == pytest.approx(4)
    assert row["history_alike"] == pytest.approx(2, abs=0.01)
