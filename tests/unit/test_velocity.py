"""Velocity, as docs/velocity.md defines it."""

import numpy as np
import pandas as pd
import pytest

from shortcast_ml.errors import InputError
from shortcast_ml.growth import growth_file
from shortcast_ml.velocity import miles_velocity, miles_velocity_mae, velocity


def table(n: int = 400, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "views": (10 ** rng.normal(4, 1, n)).round(),
            "age_days": rng.uniform(1, 60, n),
            "group": [f"c{i // 5}" for i in range(n)],
        }
    )


def test_velocity_of_a_video_has_these_values() -> None:
    found = velocity(2400, 1.0, "youtube_shorts")
    assert found.views_per_hour_so_far == 100
    share = 10 ** growth_file()["log10_share_at_knots"]["youtube_shorts"][3]
    assert found.share_of_30_days == pytest.approx(share, abs=1e-4)
    assert 0 < found.views_per_hour_now < 100  # it slows
    assert found.views_per_hour_now * 24 > 2400 * found.growth_24h  # the next hour is the fastest of the day


def test_a_forecast_of_the_day_scales_the_pace_of_the_hour() -> None:
    curve = velocity(2400, 1.0, "youtube_shorts")
    twice = velocity(2400, 1.0, "youtube_shorts", gained_24h=round(2 * curve.growth_24h * 2400))
    assert twice.growth_24h == pytest.approx(2 * curve.growth_24h, rel=0.01)
    assert twice.views_per_hour_now == pytest.approx(2 * curve.views_per_hour_now, rel=0.01)
    assert twice.basis == "a forecast of the next 24 hours"


def test_a_video_past_thirty_days_has_reached_its_share() -> None:
    assert velocity(1000, 90, "tiktok").share_of_30_days == 1.0
    assert velocity(0, 1, "tiktok").growth_24h == 0
    assert velocity(1000, 500, "tiktok", gained_24h=48).views_per_hour_now == 2  # the curve is flat there


def test_velocity_without_an_age_is_refused() -> None:
    with pytest.raises(InputError, match="age in days"):
        velocity(10, 0, "tiktok")


def test_the_miles_velocity_is_the_log_of_views_per_hour() -> None:
    assert miles_velocity(np.array([2400, 0]), np.array([1.0, 1.0])).tolist() == pytest.approx(
        [np.log10(101), 0]
    )


def test_a_perfect_forecast_has_no_miles_error_and_a_constant_passes_the_bar_too() -> None:
    rows = table()
    found = miles_velocity_mae(rows, np.log10(rows.views + 1))
    assert found["min_max_mae"]["value"] == found["z_mae"]["value"] == 0
    assert 0 < found["constant_min_max_mae"]["value"] < found["bar"]
    assert found["constant_z_mae"]["value"] == pytest.approx(0.8, abs=0.1)


def test_errors_have_these_values_on_a_small_table() -> None:
    rows = pd.DataFrame({"views": [24, 24 * 99, 24 * 9], "age_days": 1.0, "group": ["a", "b", "c"]})
    actual = miles_velocity(rows.views.to_numpy(), rows.age_days.to_numpy())
    found = miles_velocity_mae(rows, np.log10(24 * 9 + 1) * np.ones(3))
    errors = np.abs(1 - actual)
    assert found["min_max_mae"]["value"] == pytest.approx(errors.mean() / np.ptp(actual), abs=1e-4)
    assert found["constant_min_max_mae"]["value"] == pytest.approx(found["min_max_mae"]["value"], abs=1e-4)
    assert found["normalised_over"] == "all rows"


def test_a_fold_is_normalised_over_the_other_folds_alone() -> None:
    rows = table()
    fold = np.arange(len(rows)) // 5 % 5
    predicted = np.log10(rows.views + 1) + 0.1
    before = miles_velocity_mae(rows, predicted, fold)
    assert before["normalised_over"] == "training folds"
    rows.loc[fold == 0, "views"] *= 1000  # the outliers of a fold don't shrink its own errors
    after = miles_velocity_mae(rows[fold == 0], (np.log10(rows.views + 1) + 0.1)[fold == 0])
    held = miles_velocity_mae(rows, np.log10(rows.views + 1) + 0.1, fold)
    assert held["constant_min_max_mae"]["value"] > before["constant_min_max_mae"]["value"]
    assert after["n"] == 80


def test_rows_without_an_age_are_left_out_and_a_table_without_any_is_refused() -> None:
    rows = table()
    rows.loc[:99, "age_days"] = np.nan
    assert miles_velocity_mae(rows, np.log10(rows.views + 1))["n"] == 300
    with pytest.raises(InputError, match="No video of the table has an age"):
        miles_velocity_mae(rows[:100], np.log10(rows.views[:100] + 1))


def test_rows_of_one_group_without_a_column_are_drawn_singly() -> None:
    found = miles_velocity_mae(table().drop(columns="group"), np.full(400, 4.0))
    assert found["min_max_mae"]["low"] < found["min_max_mae"]["value"] < found["min_max_mae"]["high"]
