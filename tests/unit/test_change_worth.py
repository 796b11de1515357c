"""How far computed changes come true: measured on planted effects, and what is expected by it."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from tests.planted import Effects, planted_data, planted_table, quick_config

from shortcast_ml.changes.calibrate import calibrate_changes, measure, write_changes
from shortcast_ml.changes.kinds import KINDS, Evidence, KindName
from shortcast_ml.changes.measure import Came, discovered, shown, worth
from shortcast_ml.changes.pairs import forward_pairs, known_by, with_kind_of_second
from shortcast_ml.changes.worth import ChangeTable, Kept, Shown, Worth, read_table
from shortcast_ml.errors import InputError, ModelError
from shortcast_ml.evaluate import Prepared
from shortcast_ml.factors import FACTORS
from shortcast_ml.forecast import load_model
from shortcast_ml.modelfiles import model_folder, read_card


def a_worth(slope: float, low: float, high: float, **more: float | Kept) -> Worth:
    """Return a worth whose 95% interval is half as wide again as the 80% one."""
    given: dict[str, float | Kept] = {
        "low_95": slope - 1.5 * (slope - low),
        "high_95": slope + 1.5 * (high - slope),
        "largest": 0.3,
    }
    return Worth.model_validate(
        {"slope": slope, "low": low, "high": high, "pairs": 900, "channels": 80} | given | more
    )


def a_table(**kinds: Worth) -> ChangeTable:
    """Return a table that holds these kinds for TikTok channels with uploads."""
    return ChangeTable.model_validate(
        {
            "model": "m",
            "protocol": "p",
            "data": {"tiktok": "invented videos"},
            "worth": {"tiktok": {"uploads": {name: w.model_dump() for name, w in kinds.items()}}},
        }
    )


# --- the measure on a known law ----------------------------------------------------------------------


def _measured(
    effects: Effects, rounds: int = 80
) -> tuple[dict[Evidence, dict[KindName, Worth]], dict[str, tuple[Shown, float]]]:
    table = planted_table(channels=45, uploads=16, effects=effects).assign(platform="tiktok")
    prepared = Prepared(table, planted_data(table), np.zeros(len(table)))
    config = quick_config(rounds).model_copy(update={"folds": 3})
    return measure(prepared, load_model(), config, lambda _: None)


@pytest.fixture(scope="module")
def planted() -> tuple[dict[Evidence, dict[KindName, Worth]], dict[str, tuple[Shown, float]]]:
    """Measure the worth of changes on videos with planted effects."""
    return _measured(Effects())


def test_effects_that_are_there_come_true(
    planted: tuple[dict[Evidence, dict[KindName, Worth]], dict[str, tuple[Shown, float]]],
) -> None:
    found = planted[0]["uploads"]
    for name in ("length", "publish_time", "hashtags", "title"):
        # a small model says less than there is, never more
        assert 0.9 < found[name].slope < 3, f"{name}: {found[name]}"
        assert found[name].low_95 > 0.5
        assert found[name].channels == 45
    # a channel of which nothing is known but its followers has the same law
    assert planted[0]["followers"]["title"].low_95 > 0.4


def test_a_pattern_is_found_with_its_planted_size(
    planted: tuple[dict[Evidence, dict[KindName, Worth]], dict[str, tuple[Shown, float]]],
) -> None:
    question, chance = planted[1]["question"]
    assert question.low_95 < 10**0.5 < question.high_95
    assert chance < 1e-6
    assert 1.5 < question.model < 10**0.5  # a small model says less


def test_what_a_model_learned_of_noise_does_not_come_true() -> None:
    nothing = Effects(question=0, short=0, evening=0, hashtags=0, noise=0.5)
    found, patterns = _measured(nothing, rounds=100)
    table = ChangeTable(model="m", protocol="", data={}, worth={"tiktok": found})
    for evidence, kinds in found.items():
        for name, seen in kinds.items():
            assert seen.low_95 < 0.3, f"{evidence} {name}: {seen}"
    kept = [seen.kept for kinds in found.values() for seen in kinds.values()]
    assert np.mean(kept) < 0.35
    reliable = [
        table.expected("tiktok", evidence, {name: 0.1}).reliable
        for evidence in found
        for name in found[evidence]
    ]
    assert sum(reliable) <= 1
    assert not any(s.stands for s in discovered({"tiktok": patterns})["tiktok"].values())


def _came(slope: float, n: int = 3000, channels: int = 100, drift: float = 0.0, noise: float = 0.3) -> Came:
    rng = np.random.default_rng(1)
    computed = rng.normal(0, 0.1, n)
    came = slope * computed + drift + rng.normal(0, noise, n)
    return Came(computed, came, rng.integers(0, channels, n), np.repeat(np.arange(n // 4), 4))


def test_a_slope_comes_back_with_an_interval_that_holds_it() -> None:
    found = worth(_came(0.6, drift=0.4), seed=3)
    assert found is not None
    assert found.low_95 < found.low < found.slope < found.high < found.high_95
    assert found.low < 0.6 < found.high
    assert found.high - found.low == pytest.approx(2 * 1.28 * 0.3 / (0.1 * np.sqrt(3000)), rel=0.25)
    assert found.best is not None
    assert found.best.low < 0.6 < found.best.high
    assert found.best.share == pytest.approx(0.6, abs=0.15)
    assert found.largest == pytest.approx(0.258, abs=0.02)  # 99% of a normal with standard deviation 0.1


def test_too_few_pairs_or_channels_measure_nothing() -> None:
    assert worth(_came(1.0, n=400), seed=3) is None
    assert worth(_came(1.0, channels=20), seed=3) is None
    still = _came(1.0)
    assert worth(replace(still, computed=still.computed * 1e-4), seed=3) is None


def test_of_many_patterns_only_those_beyond_chance_stand() -> None:
    rng = np.random.default_rng(2)
    units = rng.integers(0, 60, 1200)
    found = {f"nothing {i}": shown(rng.normal(0, 0.5, 1200), np.zeros(1200), units, 1) for i in range(12)}
    found["real"] = shown(rng.normal(0.1, 0.5, 1200), np.full(1200, 0.08), units, 1)
    stands = discovered({"tiktok": found})["tiktok"]
    assert [name for name, s in stands.items() if s.stands] == ["real"]
    assert stands["real"].model == pytest.approx(10**0.08, abs=1e-4)
    assert stands["real"].low_95 < 10**0.1 < stands["real"].high_95


# --- pairs -------------------------------------------------------------------------------------------


def test_a_pair_is_an_upload_and_a_later_one_of_its_channel() -> None:
    table = planted_table(channels=3, uploads=8)
    pairs = forward_pairs(table, following=2)
    assert len(pairs.first) == 3 * (2 * 6 + 1)
    assert (table.group.to_numpy()[pairs.first] == table.group.to_numpy()[pairs.second]).all()
    when = table.published_at.to_numpy()
    assert (when[pairs.first] < when[pairs.second]).all()
    for first, rows in pairs.before.items():
        assert (when[rows] < when[first]).all()


def test_the_views_of_a_pair_are_in_none_of_its_computed_columns() -> None:
    table = planted_table(channels=2, uploads=6)
    data = planted_data(table)
    pairs = forward_pairs(table)
    chosen = np.flatnonzero(pairs.first == 4)
    second = pairs.second[chosen[0]]
    swaps = {}
    for factor in (1, 1000):
        y = data.y.copy()
        y[[4, second]] += np.log10(factor)
        prepared = Prepared(table, replace(data, y=y), np.zeros(len(table)))
        swaps[factor] = [with_kind_of_second(prepared, pairs, k).iloc[chosen] for k in KINDS.values()]
    for one, other in zip(swaps[1], swaps[1000], strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_a_swap_moves_the_columns_of_its_kind_and_no_other() -> None:
    table = planted_table(channels=4, uploads=8)
    prepared = Prepared(table, planted_data(table), np.zeros(len(table)))
    pairs = forward_pairs(table)
    own = prepared.data.X.iloc[pairs.first].reset_index(drop=True)
    for name in ("length", "publish_time", "hashtags", "title", "likeness"):
        swapped = with_kind_of_second(prepared, pairs, KINDS[name])
        moved = {c for c in own if not own[c].equals(swapped[c])}
        assert moved <= set(KINDS[name].columns), name
    swapped = with_kind_of_second(prepared, pairs, KINDS["length"])
    other = prepared.data.X["log10_duration"].to_numpy()[pairs.second]
    np.testing.assert_array_equal(swapped["log10_duration"], other)


def test_a_kind_moves_only_what_a_creator_can_change() -> None:
    changeable = {f.name for f in FACTORS if f.changeable}
    owned = [c for kind in KINDS.values() for c in kind.columns]
    assert len(owned) == len(set(owned))
    assert {f for kind in KINDS.values() for f in kind.factors} <= changeable
    assert not {"log10_followers", "history_median", "history_recent", "log10_age_days"} & set(owned)


def test_less_is_known_of_a_channel_by_and_by() -> None:
    X = planted_data(planted_table(channels=3, uploads=8)).X
    last = {e: known_by(X, e).iloc[-1] for e in ("uploads", "stated", "followers", "platform")}
    assert last["uploads"].history_recent == X.iloc[-1].history_recent
    assert np.isnan(last["stated"].history_recent)
    assert last["stated"].history_median == X.iloc[-1].history_median
    assert np.isnan(last["followers"].history_median)
    assert np.isfinite(last["followers"].log10_followers)
    assert np.isnan(last["platform"].log10_followers)
    assert all(row.log10_age_days == pytest.approx(np.log10(30)) for row in last.values())


# --- what to expect ----------------------------------------------------------------------------------


def test_a_gain_is_shrunk_to_what_came_true() -> None:
    found = a_table(length=a_worth(0.5, 0.3, 0.7)).expected("tiktok", "uploads", {"length": 0.2})
    assert found.centre == pytest.approx(0.1)
    assert found.low == pytest.approx(0.06)
    assert found.high == pytest.approx(0.14)
    assert found.reliable
    assert "50% of computed differences came true (80% interval 30 to 70%" in found.basis
    assert "invented videos" in found.basis


def test_a_loss_has_its_interval_the_right_way_round() -> None:
    found = a_table(length=a_worth(0.5, 0.3, 0.7)).expected("tiktok", "uploads", {"length": -0.2})
    assert (found.low, found.centre, found.high) == pytest.approx((-0.14, -0.1, -0.06))


def test_nothing_grows_and_nothing_turns_round() -> None:
    table = a_table(length=a_worth(1.4, 1.2, 1.6), hashtags=a_worth(-0.3, -0.6, 0.0))
    more = table.expected("tiktok", "uploads", {"length": 0.1})
    assert (more.low, more.centre, more.high) == pytest.approx((0.1, 0.1, 0.16))
    turned = table.expected("tiktok", "uploads", {"hashtags": 0.1})
    assert turned.centre == 0
    assert not turned.reliable


def test_a_gain_beyond_what_was_tested_counts_as_the_largest_that_was() -> None:
    found = a_table(length=a_worth(1.0, 0.9, 1.1)).expected("tiktok", "uploads", {"length": 0.9})
    assert found.centre == pytest.approx(0.3)


def test_an_effect_that_may_be_none_or_is_too_small_is_not_reliable() -> None:
    wide = a_table(length=a_worth(0.5, 0.1, 0.9))
    assert not wide.expected("tiktok", "uploads", {"length": 0.2}).reliable  # its 95% interval holds x1
    sure = a_table(length=a_worth(1.0, 0.9, 1.1))
    assert not sure.expected("tiktok", "uploads", {"length": 0.008}).reliable  # x1.019
    assert sure.expected("tiktok", "uploads", {"length": 0.009}).reliable  # x1.021


def test_what_choosing_the_best_leaves_is_what_counts() -> None:
    chosen = a_worth(1.0, 0.9, 1.1, best=Kept(share=0.4, low=0.2, high=0.6))
    found = a_table(length=chosen).expected("tiktok", "uploads", {"length": 0.2})
    assert (found.low, found.centre, found.high) == pytest.approx((0.04, 0.08, 0.22))
    assert found.reliable
    undone = a_worth(1.0, 0.9, 1.1, best=Kept(share=-0.05, low=-0.3, high=0.2))
    found = a_table(length=undone).expected("tiktok", "uploads", {"length": 0.2})
    assert found.centre == 0
    assert not found.reliable


def test_where_channels_were_not_kept_apart_nothing_is_reliable() -> None:
    mixed = a_worth(1.0, 0.9, 1.1, within_channels=False)
    found = a_table(picture=mixed).expected("tiktok", "uploads", {"picture": 0.2})
    assert (found.low, found.centre, found.high) == pytest.approx((0.18, 0.2, 0.22))
    assert not found.reliable
    assert "channels not kept apart" in found.basis


def test_a_sure_kind_beside_an_unsure_one_must_make_the_effect() -> None:
    table = a_table(title=a_worth(0.5, 0.1, 0.9), likeness=a_worth(1.0, 0.9, 1.1))
    assert table.expected("tiktok", "uploads", {"title": 0.01, "likeness": 0.1}).reliable
    assert not table.expected("tiktok", "uploads", {"title": 0.1, "likeness": 0.005}).reliable
    assert not table.expected("tiktok", "uploads", {"title": -0.2, "likeness": 0.15}).reliable


def test_errors_of_two_kinds_add_as_squares() -> None:
    table = a_table(title=a_worth(0.5, 0.2, 0.8), likeness=a_worth(0.5, 0.1, 0.9))
    found = table.expected("tiktok", "uploads", {"title": 0.1, "likeness": 0.1})
    assert found.centre == pytest.approx(0.1)
    assert found.low == pytest.approx(0.1 - np.hypot(0.03, 0.04))
    assert found.high == pytest.approx(0.1 + np.hypot(0.03, 0.04))


def test_what_was_not_measured_has_no_interval_and_says_so() -> None:
    table = a_table(length=a_worth(1.0, 0.9, 1.1))
    for platform, evidence, kind in (
        ("tiktok", "uploads", "picture"),
        ("tiktok", "platform", "length"),
        ("youtube", "uploads", "length"),
    ):
        found = table.expected(platform, evidence, {kind: 0.2})  # type: ignore[arg-type, dict-item]
        assert (found.low, found.high, found.reliable) == (None, None, False)
        assert found.basis.startswith("Not tested on")
    # a kind that does not move needs no measure
    both = table.expected("tiktok", "uploads", {"length": 0.2, "picture": 0.0})
    assert both.reliable


# --- the file ----------------------------------------------------------------------------------------


def test_the_table_is_kept_beside_a_model_under_its_hash(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model_folder("starter"), folder)
    table = a_table(length=a_worth(0.5, 0.3, 0.7))
    written = write_changes(table, folder)
    assert written == folder / "changes.json"
    model = load_model(folder)
    assert read_table(model.changes, model.name) == table
    assert "changes.json" in read_card(folder)["sha256"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["model"]
    written.write_text("{}")
    with pytest.raises(ModelError, match=r"changes.json is not the file that its card describes"):
        read_card(folder)


def test_a_file_that_is_no_such_table_is_told_plainly() -> None:
    with pytest.raises(ModelError, match=r"not a table of changes \(.*calibrate-changes"):
        read_table({"model": "m", "worth": 3}, "m")
    assert read_table({}, "m").worth == {}


def test_the_table_says_its_figures_in_lines() -> None:
    text = a_table(length=a_worth(0.5, 0.3, 0.7)).text()
    assert "TikTok: invented videos" in text
    assert (
        "+0.50 (+0.30 to +0.70; 95% +0.20 to +0.80); 900 pairs of videos of one channel, 80 channels" in text
    )


def test_a_folder_without_collections_can_measure_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="learned from no tiktok_vn_2025"):
        calibrate_changes(tmp_path, load_model())


def test_the_shipped_table_is_whole() -> None:
    model = load_model()
    table = read_table(model.changes, model.name)
    kinds: tuple[KindName, ...] = ("length", "publish_time", "hashtags", "title")
    for platform in ("tiktok", "youtube_shorts"):
        for evidence in get_args(Evidence):
            for kind in kinds:
                found = table.of(platform, evidence, kind)
                assert found is not None
                assert found.low_95 <= found.low <= found.slope <= found.high <= found.high_95
        assert (
            table.of(platform, "uploads", "picture") is None
        )  # no collection pairs covers of Shorts with views
