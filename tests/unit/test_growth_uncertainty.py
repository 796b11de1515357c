"""How sure the growth curve is, and views by day with their interval."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from shortcast_ml.errors import InputError, ModelError
from shortcast_ml.growth import (
    KNOT_DAYS,
    bootstrap_growth,
    fit_growth,
    growth_file,
    growth_spread,
    log10_share,
    views_by_day,
)

AGES = (0.3, 0.6, 1.2, 2.5, 5, 9, 18, 40, 120)


def looks(channels: int, per_channel: int, spread: float, seed: int = 0) -> pd.DataFrame:
    """Videos that grow by 0.3 per tenfold of age, give or take what is their channel's own."""
    rng = np.random.default_rng(seed)
    rows = []
    for channel in range(channels):
        slope = 0.3 * 10 ** rng.normal(0, spread)
        for _ in range(per_channel):
            age = float(rng.choice(AGES))
            rows += [(f"v{len(rows)}", f"c{channel}", t, 1e4 * t**slope) for t in (age, age * 1.5, age * 2.2)]
    frame = pd.DataFrame(rows, columns=["video_id", "channel_id", "age_days", "views"])
    frame["video_id"] = "v" + pd.Series(np.arange(len(frame)) // 3).astype(str)
    return frame


def file_of(table: pd.DataFrame) -> dict[str, object]:
    """Return the content of a growth.json that one platform's looks make."""
    low, high = bootstrap_growth(table)
    return {
        "log10_share_at_knots": {"default": fit_growth(table)},
        "low": {"default": low},
        "high": {"default": high},
        "spread": {"default": growth_spread(table)},
    }


def test_the_interval_of_the_curve_holds_the_true_curve_and_is_nothing_at_thirty_days() -> None:
    low, high = bootstrap_growth(looks(60, 12, 0.1))
    true = 0.3 * np.log10(KNOT_DAYS / 30)
    assert low[8] == high[8] == 0
    assert np.all(np.array(low)[2:8] - 0.02 <= true[2:8])
    assert np.all(true[2:8] <= np.array(high)[2:8] + 0.02)
    assert high[4] - low[4] > 0.005


def test_channels_that_differ_widen_the_curve_more_than_as_many_videos_alone() -> None:
    table = looks(20, 40, 0.2)
    by_channel = bootstrap_growth(table)
    by_video = bootstrap_growth(table.drop(columns="channel_id"))
    assert by_channel[1][3] - by_channel[0][3] > 1.5 * (by_video[1][3] - by_video[0][3])


def test_the_same_seed_gives_the_same_interval() -> None:
    table = looks(30, 10, 0.1)
    assert bootstrap_growth(table, bootstraps=20) == bootstrap_growth(table, bootstraps=20)


def test_the_spread_of_single_videos_covers_four_in_five_of_other_channels() -> None:
    spread = growth_spread(looks(150, 10, 0.15))
    assert 0.75 <= spread["coverage_80"] <= 0.87
    assert min(spread["high"]) > 0 > max(spread["low"])


def test_long_gaps_are_left_out_where_a_video_is_seen_only_while_it_does_well() -> None:
    honest = looks(40, 12, 0.0)
    returns = pd.DataFrame(
        {
            "video_id": np.repeat([f"r{i}" for i in range(200)], 2),
            "channel_id": "r",
            "age_days": np.tile([2.0, 12.0], 200),
            "views": np.tile([1e4, 1e6], 200),  # came back to the charts
        }
    )
    both = pd.concat([honest, returns])
    assert fit_growth(both)[5] < -0.6
    assert fit_growth(both[both.age_days < 25], None, 8.0)[4] == pytest.approx(
        fit_growth(honest[honest.age_days < 25], None, 8.0)[4], abs=1e-4
    )


def test_one_thin_early_band_does_not_hold_down_all_later_ones() -> None:
    steep = looks(40, 12, 0.0)
    flat = pd.DataFrame(
        {
            "video_id": np.repeat([f"f{i}" for i in range(21)], 2),
            "channel_id": "f",
            "age_days": np.tile([0.05, 0.35], 21),
            "views": 1e4,
        }
    )
    knots = fit_growth(pd.concat([flat, steep]))
    assert log10_share(1.0, knots) == pytest.approx(-0.3 * np.log10(30), abs=0.06)


def test_too_few_looks_are_refused_with_what_to_do() -> None:
    with pytest.raises(InputError, match="Look at more videos twice"):
        fit_growth(looks(2, 1, 0.0))
    with pytest.raises(InputError, match="needs 5"):
        growth_spread(looks(3, 12, 0.0))


def test_views_by_day_follow_the_curve_inside_an_interval_that_widens() -> None:
    content = file_of(looks(100, 10, 0.1))
    days = views_by_day(1000, 1.0, [30, 0.5, 2, 7], "youtube_shorts", content)
    assert [d.day for d in days] == [2, 7, 30]  # in order, and none before the present
    assert days[0].views == pytest.approx(1000 * 2**0.3, rel=0.05)
    assert all(1000 <= d.low < d.views < d.high for d in days)
    widths = [d.high / d.low for d in days]
    assert widths == sorted(widths)


def test_views_at_the_present_age_are_the_present_views() -> None:
    today = views_by_day(1000, 2.0, [2.0], "tiktok")[0]
    assert today == (2.0, 1000, 1000, 1000)


def test_views_or_an_age_that_can_not_be_are_refused() -> None:
    with pytest.raises(InputError, match="0 or more"):
        views_by_day(-1, 1, [7], "tiktok")
    with pytest.raises(InputError, match="more than 0 days"):
        views_by_day(10, 0, [7], "tiktok")


def test_a_growth_file_without_uncertainty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "growth.json").write_text(json.dumps({"log10_share_at_knots": {}}))
    with pytest.raises(ModelError, match="no uncertainty"):
        growth_file(tmp_path)
    with pytest.raises(ModelError, match="can't be read"):
        growth_file(tmp_path / "nowhere")


def test_the_shipped_curves_have_an_interval_for_each_platform() -> None:
    content = growth_file()
    for platform in ("youtube_shorts", "tiktok", "youtube"):
        low, knots, high = (np.array(content[k][platform]) for k in ("low", "log10_share_at_knots", "high"))
        assert (low <= knots + 1e-4).all()
        assert (knots <= high + 1e-4).all()
        assert 0.78 <= content["spread"][platform]["coverage_80"] <= 0.9
        assert content["measured"][platform]["survivorship"]
