"""The next 24 hours of a young video: what is read, what is forecast, and how it is measured."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from shortcast_ml.errors import InputError, ModelError
from shortcast_ml.growth import fit_growth_file
from shortcast_ml.next_day import (
    Look,
    evaluate_next_day,
    forecast_next_day,
    load_next_day,
    train_next_day,
)
from shortcast_ml.next_day.fit import channels, cross_fit, training_rows
from shortcast_ml.next_day.looks import charts_looks, day_pairs, read_pairs, tracked_looks
from shortcast_ml.next_day.measure import _interval, _spearmans, survivorship
from shortcast_ml.next_day.model import COLUMNS, feature_matrix, hide

MUSIC, GAMES = 10, 20


def write_charts(folder: Path, videos: int = 900, seed: int = 3) -> Path:
    """Write charts on which music grows twice as fast as games, and a video that is much liked faster still.

    Views are level * age ** power, seen daily at 11:00 for three days; the first 100 videos are also tracked.
    """
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    heads, daily, tracked = [], [], []
    for vid in range(videos):
        music, liked = vid % 2 == 0, rng.uniform(0.01, 0.1)
        power = (0.6 if music else 0.3) + 3 * liked + rng.normal(0, 0.02)
        level, first_age = 10 ** rng.uniform(4, 6), rng.uniform(4, 30)
        start = pd.Timestamp("2025-07-01 11:00") + pd.Timedelta(days=int(rng.integers(0, 60)))
        published = start - pd.Timedelta(hours=first_age)
        heads.append(
            {
                "vid": vid,
                "video_id": f"v{vid}",
                "channel_id": f"c{vid // 3}",
                "category_id": MUSIC if music else GAMES,
                "published_at": published,
            }
        )
        for day in range(4 if vid < 100 else 3):
            age_h = first_age + 24 * day
            views = int(level * (age_h / 24) ** power)
            counts = {"views": views, "likes": int(views * liked), "comments": views // 200}
            when = start + pd.Timedelta(days=day)
            if day < (2 if vid % 4 == 1 else 3):  # a quarter leaves the charts a day early
                daily.append(
                    {
                        "vid": vid,
                        "date": when.normalize(),
                        "captured_at": when,
                        "best_rank": 9,
                        "n_countries": 1,
                    }
                    | {"age_h": age_h}
                    | counts
                )
            if vid < 100:
                tracked.append({"video_id": f"v{vid}", "day": when.normalize()} | counts)
    pd.DataFrame(heads).to_parquet(folder / "videos.parquet")
    pd.DataFrame(daily).to_parquet(folder / "daily.parquet")
    pd.DataFrame(tracked).to_parquet(folder / "tracked_daily_2025q1.parquet")
    return folder


def write_french(folder: Path, videos: int = 120, seed: int = 4) -> Path:
    """Write snapshots two days apart of small channels' videos."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for v in range(videos):
        age, level = rng.uniform(5, 90), 10 ** rng.uniform(2, 4)
        rows += [
            {
                "video_id": f"f{v}",
                "channel_id": f"fc{v // 4}",
                "category_id": 28,
                "captured_at": pd.Timestamp("2026-01-26") + pd.Timedelta(hours=later),
                "age_h": age + later,
                "views": int(level * ((age + later) / 24) ** 0.3) + 100,
                "likes": 10.0,
                "comments": np.nan,
                "duration_s": 30 if v % 2 else 600,
            }
            for later in (0, 48)
        ]
    pd.DataFrame(rows).to_parquet(folder / "snapshots.parquet")
    return folder


def write_tiktok_looks(folder: Path, videos: int = 120, seed: int = 5) -> Path:
    """Write looks at young TikTok videos, a day apart."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for v in range(videos):
        age, level = rng.uniform(5, 90), 10 ** rng.uniform(4, 6)
        rows += [
            {
                "vid_id": v,
                "scrape_utc": pd.Timestamp("2025-05-14") + pd.Timedelta(hours=later),
                "age_h": age + later,
                "views": int(level * ((age + later) / 24) ** 0.4),
                "likes": int(level / 10),
                "comments": int(level / 1000),
            }
            for later in (0, 24, 48)
        ]
    pd.DataFrame(rows).to_parquet(folder / "observations.parquet")
    pd.DataFrame({"vid_id": range(videos), "author_id": [f"a{v // 4}" for v in range(videos)]}).to_parquet(
        folder / "videos.parquet"
    )
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("collections")
    write_charts(root / "youtube_charts_2025_26")
    write_french(root / "youtube_tech_fr_2026")
    write_tiktok_looks(root / "tiktok_vn_2025")
    return root


@pytest.fixture(scope="module")
def figures(data: Path) -> dict[str, dict]:
    return evaluate_next_day(data)


# --- what is read ------------------------------------------------------------------------------------


def one_video(ages_h: tuple[float, ...], views: tuple[float, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "video_id": "v",
            "channel_id": "c",
            "captured_at": [pd.Timestamp("2025-05-01") + pd.Timedelta(hours=h) for h in ages_h],
            "age_days": np.array(ages_h) / 24,
            "views": views,
            "likes": np.nan,
            "comments": np.nan,
            "category_id": 10.0,
        }
    )


def test_growth_is_scaled_to_exactly_a_day_as_a_power_of_age() -> None:
    pairs = day_pairs(one_video((20, 48), (1000, 1000 * 2.4**0.5)))  # 28 hours apart
    assert pairs.growth.tolist() == pytest.approx([0.5 * np.log10(44 / 20)])


def test_only_looks_a_day_before_another_at_a_young_video_are_pairs() -> None:
    assert len(day_pairs(one_video((20, 30), (100, 200)))) == 0
    assert len(day_pairs(one_video((20, 60), (100, 200)))) == 0
    assert len(day_pairs(one_video((100, 124), (100, 200)))) == 0
    assert day_pairs(one_video((20, 44), (200, 100))).growth.tolist() == [0.0]  # counts that fall don't grow


def test_the_earlier_look_of_a_pair_is_the_one_before_and_never_a_later_one() -> None:
    pairs = day_pairs(one_video((20, 44, 68), (100, 200, 300)))
    assert np.isnan(pairs.earlier_views[0])
    assert pairs.earlier_views[1] == 100
    assert pairs.earlier_age_days[1] == pytest.approx(20 / 24)


def test_an_earlier_look_weeks_ago_is_not_used() -> None:
    pairs = day_pairs(one_video((2, 70, 94), (100, 200, 300)))
    assert np.isnan(pairs.earlier_views[0])


def test_a_power_of_age_goes_on_in_the_features() -> None:
    pairs = day_pairs(one_video((24, 48, 72), (1000, 1000 * 2**0.5, 1000 * 3**0.5)))
    row = dict(zip(COLUMNS, feature_matrix(pairs)[1], strict=True))
    assert row["earlier_power"] == pytest.approx(pairs.growth[1], abs=1e-3)
    assert row["earlier_pace"] == pytest.approx(np.log10(1 + (2**0.5 - 1) / 2**0.5), abs=1e-6)
    assert row["log10_age_days"] == pytest.approx(np.log10(2))
    assert np.isnan(row["log10_like_rate"])


def test_tracked_videos_say_on_which_days_they_charted(data: Path) -> None:
    looks = tracked_looks(data / "youtube_charts_2025_26")
    per_video = looks.groupby("video_id").on_chart
    assert sorted(set(per_video.sum())) == [2, 3]
    assert per_video.size().eq(4).all()


def test_a_folder_without_collections_or_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing was looked at twice"):
        read_pairs(tmp_path)
    with pytest.raises(InputError, match=r"no videos\.parquet"):
        charts_looks(tmp_path)
    (tmp_path / "videos.parquet").write_text("not a table")
    with pytest.raises(InputError, match="can't be read"):
        charts_looks(tmp_path)


def test_too_few_pairs_train_nothing_and_leave_no_folder(tmp_path: Path) -> None:
    write_charts(tmp_path / "data" / "youtube_charts_2025_26", videos=40)
    with pytest.raises(InputError, match="the model needs 500"):
        train_next_day(tmp_path / "data", tmp_path / "model")
    assert not (tmp_path / "model").exists()


# --- training ----------------------------------------------------------------------------------------


def test_no_fold_sees_the_channels_that_it_predicts(data: Path) -> None:
    rows = training_rows(read_pairs(data))
    crossed = cross_fit(rows)
    assert set(rows.channel) == set(crossed.fold_of)
    fold = crossed.fold(rows.channel)
    assert all(len(set(fold[rows.channel == c])) == 1 for c in np.unique(rows.channel)[:50])
    assert len(set(fold)) == 5


def test_copies_hide_facts_and_keep_the_growth(data: Path) -> None:
    pairs = read_pairs(data)
    rows = training_rows(pairs)
    copies = rows.X[len(pairs) :]
    assert 0.3 < len(copies) / len(pairs) < 0.5
    known = np.isfinite(copies[:, COLUMNS.index("category")])
    assert 0.2 < known.mean() < 0.6
    assert np.isfinite(copies[:, :2]).all()  # age and views are always known
    assert hide(rows.X, ["category"])[:, COLUMNS.index("log10_views")].tolist() == rows.X[:, 1].tolist()


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("models") / "next-day"
    said: list[str] = []
    card = train_next_day(data, out, progress=said.append)
    assert "next day: fold 5 of 5" in said
    assert card["features"] == list(COLUMNS)
    return out


def test_training_twice_gives_the_same_files(data: Path, trained: Path, tmp_path: Path) -> None:
    train_next_day(data, tmp_path / "again")
    for name in ("growth.txt", "spread.txt", "growth.json", "card.json"):
        assert (tmp_path / "again" / name).read_bytes() == (trained / name).read_bytes()


def test_a_planted_effect_of_the_category_is_forecast(trained: Path) -> None:
    model = load_next_day(trained)
    music, games = (
        forecast_next_day(100_000, 1, 5000, 500, "youtube", category_id=c, model=model)
        for c in (MUSIC, GAMES)
    )
    assert music.growth == pytest.approx(2 ** (0.6 + 0.15) - 1, abs=0.12)
    assert games.growth == pytest.approx(2 ** (0.3 + 0.15) - 1, abs=0.12)
    assert music.low <= music.gained <= music.high


def test_growth_until_now_outweighs_what_the_category_says(trained: Path) -> None:
    model = load_next_day(trained)
    fast, slow = (
        forecast_next_day(
            100_000, 2, platform="youtube", earlier=[Look(age_days=1, views=v)], model=model
        ).growth
        for v in (60_000, 85_000)
    )
    assert fast > slow + 0.1


def test_a_damaged_or_foreign_model_is_refused(trained: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(trained, tmp_path / "copy"))
    (copy / "spread.txt").write_text("tree")
    with pytest.raises(ModelError, match="sha256 differs"):
        load_next_day(copy)
    foreign = Path(shutil.copytree(trained, tmp_path / "foreign"))
    card = json.loads((foreign / "card.json").read_text())
    (foreign / "card.json").write_text(json.dumps(card | {"features": ["log10_views"]}))
    with pytest.raises(ModelError, match="no next-day model of this version"):
        load_next_day(foreign)


# --- figures -----------------------------------------------------------------------------------------


def test_each_figure_has_an_interval_around_it(figures: dict[str, dict]) -> None:
    full = figures["sets"]["youtube_charts_2025_26"]["rungs"]["full"]
    assert set(full) == {"spearman", "spearman_gained", "mae_log10", "bias_log10", "coverage_80"}
    assert all(f["low"] <= f["value"] <= f["high"] for f in full.values())
    assert 0.7 <= full["coverage_80"]["value"] <= 0.9


def test_what_is_known_climbs_the_ladder_of_a_planted_law(figures: dict[str, dict]) -> None:
    rungs = figures["sets"]["youtube_charts_2025_26"]["rungs"]
    rho = [
        rungs[r]["spearman"]["value"]
        for r in ("views and age", "with likes and comments", "with category", "full")
    ]
    assert rho[0] < rho[1] < rho[2] <= rho[3]
    assert rho[3] > 0.97
    assert rungs["full"]["mae_log10"]["value"] < 0.5 * rungs["curve F(t), age alone"]["mae_log10"]["value"]


def test_every_collection_and_regime_has_a_row(figures: dict[str, dict]) -> None:
    assert set(figures["sets"]) == {
        "youtube_charts_2025_26",
        "youtube_charts_2025_26, with an earlier look",
        "youtube_charts_2025_26, first look",
        "youtube_charts_2025_26, before they changed",
        "youtube_charts_2025_26, after they changed",
        "tracked_daily_2025q1",
        "tracked_daily_2025q1, off the charts the next day",
        "youtube_tech_fr_2026",
        "youtube_tech_fr_2026, Shorts",
        "youtube_tech_fr_2026, long videos",
        "tiktok_vn_2025",
    }
    assert "trained before the charts changed, on later looks at other channels" in figures["checks"]
    assert "trained on the charts alone, on tiktok_vn_2025" in figures["checks"]
    assert set(figures["growth_curves"]) == {"youtube_shorts", "tiktok", "youtube"}


def test_weighted_ranks_give_scipys_spearman_of_the_drawn_rows() -> None:
    from scipy.stats import spearmanr

    rng = np.random.default_rng(0)
    a, group = rng.integers(0, 20, 300).astype(float), np.repeat(np.arange(30), 10)
    b = a + rng.normal(0, 5, 300)
    draws = np.vstack([np.ones(30), rng.multinomial(30, np.full(30, 1 / 30))])
    found = _spearmans([a, b], draws, group)[0]
    drawn = np.repeat(np.arange(300), draws[1][group].astype(int))
    assert found[0] == pytest.approx(spearmanr(a, b).statistic, abs=1e-9)
    assert found[1] == pytest.approx(spearmanr(a[drawn], b[drawn]).statistic, abs=1e-9)


def test_a_figure_that_the_rows_can_not_give_is_none_not_a_number() -> None:
    same = np.zeros(40)
    rho = _spearmans([same, np.arange(40.0)], np.ones((3, 40)), np.arange(40))[0]
    assert np.isnan(rho).all()
    assert _interval(rho) is None


def test_survivorship_sets_those_that_stayed_beside_all(data: Path, tmp_path: Path) -> None:
    found = survivorship(data)["1 to 2 days"]
    assert found["n_all"] > found["n_stayed"] >= 30
    assert survivorship(tmp_path) == {}


def test_the_charts_alone_are_enough_to_train_on(tmp_path: Path, data: Path) -> None:
    charts = "youtube_charts_2025_26"
    shutil.copytree(data / charts, tmp_path / charts)
    (tmp_path / charts / "tracked_daily_2025q1.parquet").unlink()
    assert set(read_pairs(tmp_path).dataset) == {charts}
    assert channels(read_pairs(tmp_path)).dtype.kind == "U"
    assert set(fit_growth_file(tmp_path)["measured"]) == {"youtube"}


# --- the shipped model -------------------------------------------------------------------------------


def test_the_shipped_model_reaches_its_mark_on_channels_it_did_not_see() -> None:
    metrics = load_next_day().card["metrics"]["sets"]["youtube_charts_2025_26"]["rungs"]
    assert metrics["full"]["spearman"]["low"] >= 0.83
    assert 0.78 <= metrics["full"]["coverage_80"]["value"] <= 0.82
    assert metrics["full"]["spearman"]["value"] > metrics["curve F(t), age alone"]["spearman"]["value"] + 0.2


def test_a_forecast_adds_up_and_says_what_it_had() -> None:
    found = forecast_next_day(20_000, 1.5, likes=900)
    assert found.views == found.views_now + found.gained
    assert found.velocity == pytest.approx(found.gained / 24, abs=0.05)
    assert found.growth == pytest.approx(found.gained / 20_000, abs=1e-3)
    assert found.evidence == ("views", "age", "likes and comments")
    assert found.missing == ("category", "an earlier look")
    assert found.model == "next-day-starter"


def test_an_older_video_gains_less_of_what_it_has() -> None:
    growth = [forecast_next_day(20_000, age).growth for age in (0.25, 1, 3)]
    assert growth == sorted(growth, reverse=True)


def test_each_platform_is_told_how_far_the_model_reaches() -> None:
    def says(views: int, platform: str) -> str:
        return " ".join(forecast_next_day(views, 1, platform=platform).warnings)  # type: ignore[arg-type]

    assert "TikTok" in says(10**6, "tiktok")
    assert "Bilibili" in says(10**6, "bilibili")
    assert "as few views" in says(300, "youtube_shorts")
    assert "may grow less" in says(10**6, "youtube")


def test_the_earlier_look_nearest_to_a_day_ago_is_used() -> None:
    near, far = Look(age_days=1.0, views=50_000), Look(age_days=0.2, views=20_000)
    both = forecast_next_day(90_000, 2.0, earlier=[far, near])
    assert both.growth == forecast_next_day(90_000, 2.0, earlier=[near]).growth
    unused = forecast_next_day(90_000, 2.0, earlier=[Look(age_days=1.9, views=89_000)])
    assert "not used" in unused.warnings[-1]
    assert "an earlier look" in unused.missing


@pytest.mark.parametrize(
    ("views", "age", "more", "said"),
    [
        (0, 1, {}, "no views yet"),
        (10, 0, {}, "more than 0 days"),
        (10, 5, {}, "views by day"),
        (10, 1, {"likes": -1}, "can't be negative"),
        (10, 1, {"earlier": [Look(age_days=0.2, views=50)]}, "Check which came first"),
    ],
)
def test_counts_that_can_not_be_are_refused_with_what_to_do(
    views: int, age: float, more: dict[str, object], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        forecast_next_day(views, age, **more)  # type: ignore[arg-type]
