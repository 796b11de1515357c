"""Training, saving, loading, forecasting, explaining and evaluating on collections made by a known law."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shap
from PIL import Image
from tests.synthetic import write_ipiu, write_thumbnails, write_tiktok
from tests.word_encoder import WordEncoder

from shortcast_ml.config import TrainConfig, starter_config
from shortcast_ml.encoders import encode_draft
from shortcast_ml.errors import EncoderError, InputError, ModelError
from shortcast_ml.evaluate import evaluate
from shortcast_ml.features import COLUMNS
from shortcast_ml.forecast import ForecastModel, load_model, matrix
from shortcast_ml.records import ChannelHistory, Draft, Embedding, Upload
from shortcast_ml.train import train

NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)


def quick() -> TrainConfig:
    """The starter's settings with few trees: a few hundred rows need no more, and the law is found all the same."""
    starter = starter_config()
    few = {
        part: booster.model_copy(
            update={"params": booster.params | {"learning_rate": 0.06}, "max_rounds": 250, "patience": 0}
        )
        for part, booster in starter.boosters.items()
    }
    return starter.model_copy(update={"boosters": few})


CONFIG = quick()


@pytest.fixture(scope="module")
def model_home(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("home")
    patch = pytest.MonkeyPatch()
    patch.setenv("SHORTCAST_HOME", str(folder))
    yield folder
    patch.undo()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    write_tiktok(root / "tiktok_vn_2025")
    write_ipiu(root / "ipiu2026_shorts")
    write_thumbnails(root / "youtube_thumbs_trending_2020_21")
    return root


@pytest.fixture(scope="module")
def folder(model_home: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("models") / "toy"
    train(data, out, name="toy", config=CONFIG, encoder=WordEncoder())
    return out


@pytest.fixture(scope="module")
def model(folder: Path) -> ForecastModel:
    return load_model(folder)


def channel(views: int, n: int = 6) -> ChannelHistory:
    uploads = tuple(
        Upload(views=views, age_days=30, published_at=NOW - timedelta(days=40 - i)) for i in range(n)
    )
    return ChannelHistory(followers=views // 3, uploads=uploads)


def row(model: ForecastModel, draft: Draft, of: ChannelHistory | None = None) -> Any:
    return model.features(draft, of, encode_draft(WordEncoder(), draft))


def test_the_forecast_follows_the_channel_and_the_word_that_sells(model: ForecastModel) -> None:
    plain = Draft(platform="tiktok", title="coffee dog run phone dance", duration_s=20, publish_at=NOW)
    selling = plain.model_copy(update={"title": "coffee secret run phone dance"})
    small = model.forecast(row(model, plain, channel(3_000)))
    large = model.forecast(row(model, plain, channel(300_000)))
    better = model.forecast(row(model, selling, channel(3_000)))
    assert 1_000 < small.views < 9_000
    assert 50_000 < large.views < 900_000
    assert better.views > 1.5 * small.views
    assert better.beats_typical > small.beats_typical
    assert small.typical_views == pytest.approx(3_000, rel=0.01)
    assert small.anchor_source == "uploads"


def test_a_forecast_has_ordered_intervals_that_grow_with_age(model: ForecastModel) -> None:
    forecast = model.forecast(row(model, Draft(platform="tiktok", title="coffee trick"), channel(10_000)), 7)
    for at in forecast.by_horizon:
        assert 0 <= at.low < at.views < at.high
    one, seven, thirty = forecast.by_horizon
    assert one.views < seven.views < thirty.views
    assert forecast.views == seven.views
    assert forecast.model == "toy"


def test_less_evidence_gives_another_anchor_and_says_what_is_missing(model: ForecastModel) -> None:
    draft = Draft(platform="tiktok", title="coffee trick")
    sources = {
        "uploads": channel(10_000),
        "stated": ChannelHistory(typical_views=10_000),
        "followers": ChannelHistory(followers=5_000),
        "platform": None,
    }
    got = {name: model.forecast(row(model, draft, of)) for name, of in sources.items()}
    assert {name: f.anchor_source for name, f in got.items()} == {name: name for name in sources}
    width = {name: f.high / max(1, f.low) for name, f in got.items()}
    assert width["uploads"] < width["platform"]
    assert "the number of followers" in got["platform"].missing
    assert any("viral" in w for w in got["platform"].warnings)
    assert not any("viral" in w for w in got["uploads"].warnings)


def test_factors_add_up_to_the_forecast_and_equal_shap(model: ForecastModel) -> None:
    draft = Draft(platform="tiktok", title="coffee secret", duration_s=20, publish_at=NOW)
    features = row(model, draft, channel(10_000))
    explanation = model.explain(features)
    total = explanation.base_log10 + sum(f.log10 for f in explanation.factors)
    assert total == pytest.approx(explanation.prediction_log10, abs=1e-9)
    assert 10**explanation.prediction_log10 - 1 == pytest.approx(model.forecast(features).views, abs=1)
    X = matrix(features, model.boosters["tiktok"].feature_name())
    exact = shap.TreeExplainer(model.boosters["tiktok"]).shap_values(X)[0]
    ours = model.boosters["tiktok"].predict(X, pred_contrib=True)[0, :-1]
    assert np.abs(exact - ours).max() < 1e-9
    by_name = {f.name: f for f in explanation.factors}
    assert by_name["title_wording"].changeable
    assert not by_name["channel_level"].changeable
    assert by_name["channel_size"].observation == "3,333 followers"


def test_a_brighter_thumbnail_does_better_as_it_did_in_training(model: ForecastModel, tmp_path: Path) -> None:
    forecasts = []
    for name, level in (("bright", 215), ("dark", 45)):
        noise = np.random.default_rng(0).normal(level, 20, (81, 144, 3))
        Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8)).save(tmp_path / f"{name}.png")
        draft = Draft(title="coffee trick", thumbnail_path=tmp_path / f"{name}.png")
        features = row(model, draft)
        forecasts.append(model.forecast(features))
        assert "thumbnail_look" in {f.name for f in model.explain(features).factors}
    bright, dark = forecasts
    assert bright.views > 1.2 * dark.views
    assert "thumbnail" in bright.evidence
    assert any("landscape" in w for w in bright.warnings)


def test_percentiles_rise_with_views_and_stay_in_range(model: ForecastModel) -> None:
    features = row(model, Draft(platform="tiktok", title="coffee trick"), channel(10_000))
    forecast = model.forecast(features)
    low, middle, high = (
        model.percentile(features, 30, v) for v in (forecast.low, forecast.views, forecast.high)
    )
    assert low == pytest.approx(0.1, abs=0.01)
    assert high == pytest.approx(0.9, abs=0.01)
    assert low < middle < high
    assert model.percentile(features, 30, 10**12) <= 0.995
    assert model.chance_of_order(0) == 0.5
    assert 0.5 < model.chance_of_order(0.2) < model.chance_of_order(0.6) < 1


def test_vectors_of_another_encoder_are_refused(model: ForecastModel) -> None:
    with pytest.raises(EncoderError, match=r"words:1.*other:3"):
        model.features(Draft(title="a"), None, Embedding(encoder_id="other:3", title=np.zeros(3)))


def test_the_card_says_what_was_trained_and_how_well(folder: Path) -> None:
    card = json.loads((folder / "card.json").read_text())
    assert card["encoder"] == "words:1"
    assert card["features"] == list(COLUMNS)
    assert card["data"]["tiktok_vn_2025"]["groups"] == 40
    row_ = card["metrics"]["tiktok_vn_2025"]["subsets"]["five_or_more_earlier_uploads"]
    assert row_["rungs"]["full"]["r2"]["value"] > row_["rungs"]["anchor"]["r2"]["value"]
    assert card["thumbnail"]["spearman_of_remainder"]["low"] > 0
    assert set(card["sha256"]) == {p.name for p in folder.iterdir()} - {"card.json"}


def test_training_twice_gives_the_same_model(
    model_home: Path, data: Path, folder: Path, tmp_path: Path
) -> None:
    train(data, tmp_path / "again", name="toy", config=CONFIG, encoder=WordEncoder())
    for file in ("model.txt", "spread.txt", "thumbnail.txt", "calibration.json", "growth.json"):
        assert (tmp_path / "again" / file).read_bytes() == (folder / file).read_bytes(), file


@pytest.mark.parametrize("file", ["model.txt", "calibration.json", "projection.safetensors"])
def test_a_changed_file_is_refused_by_its_hash(folder: Path, tmp_path: Path, file: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / file).write_bytes((copy / file).read_bytes() + b" ")
    with pytest.raises(ModelError, match=rf"{file}.*sha256"):
        load_model(copy)
    (copy / file).unlink()
    with pytest.raises(ModelError, match=f"lacks {file}"):
        load_model(copy)


def test_foreign_features_a_foreign_format_and_no_model_are_refused(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    card = json.loads((copy / "card.json").read_text())
    (copy / "card.json").write_text(json.dumps(card | {"features": [*card["features"], "likes"]}))
    with pytest.raises(ModelError, match=r"other features \(likes\)"):
        load_model(copy)
    (copy / "card.json").write_text(json.dumps(card | {"format": 99}))
    with pytest.raises(ModelError, match="format 99"):
        load_model(copy)
    (copy / "card.json").write_text(json.dumps(card | {"sha256": {"../evil": "0"}}))
    with pytest.raises(ModelError, match="outside its folder"):
        load_model(copy)
    (copy / "card.json").write_text("not json")
    with pytest.raises(ModelError, match="not a model card"):
        load_model(copy)
    with pytest.raises(ModelError, match=r"card\.json is missing"):
        load_model(tmp_path / "nowhere")


def test_training_without_data_leaves_nothing_behind(model_home: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none of tiktok_vn_2025"):
        train(tmp_path, tmp_path / "out", encoder=WordEncoder())
    assert list(tmp_path.iterdir()) == []


def test_evaluation_shows_the_rungs_side_by_side(model_home: Path, data: Path) -> None:
    report = evaluate("tiktok_vn_2025", data / "tiktok_vn_2025", config=CONFIG, encoder=WordEncoder())
    assert report["dataset"] == "tiktok_vn_2025"
    assert report["n"] == 480
    assert set(report["rungs"]) == {
        "constant", "followers", "anchor", "metadata", "text", "image", "full"
    }  # fmt: skip
    assert report["rungs"]["image"] is None
    assert report["gains"]["full over anchor"]["spearman"]["low"] > 0
    assert report["probabilities"]["beats the typical video"]["brier"]["value"] < 0.25
    assert {"min_max_mae", "constant_min_max_mae"} <= report["velocity"].keys()
    full = report["subsets"]["five_or_more_earlier_uploads"]["rungs"]["full"]
    anchor = report["subsets"]["five_or_more_earlier_uploads"]["rungs"]["anchor"]
    assert full["r2"]["value"] > anchor["r2"]["value"]
    assert full["residual_spearman"]["low"] > 0.3
    assert 0.7 < full["coverage_80"]["value"] < 0.9
    assert report["rungs"]["constant"]["r2"]["value"] <= 0
    assert report["rungs"]["full"]["r2"]["low"] <= report["rungs"]["full"]["r2"]["value"]


def test_a_saved_model_is_judged_on_all_rows_of_any_folder_without_fitting(
    model_home: Path, folder: Path, tmp_path: Path
) -> None:
    unseen = write_tiktok(tmp_path / "held_back", authors=10, seed=9)
    report = evaluate("tiktok_vn_2025", unseen, folder, encoder=WordEncoder())
    assert report["n"] == 120
    assert report["rungs"]["full"]["r2"]["value"] > 0.7
    again = evaluate("tiktok_vn_2025", unseen, folder, encoder=WordEncoder())
    assert again == report


def test_likes_and_sound_use_change_nothing(model_home: Path, folder: Path, tmp_path: Path) -> None:
    """Post-publish columns in the files can be anything: the figures stay."""
    clean = write_tiktok(tmp_path / "clean", authors=8, seed=5)
    expected = evaluate("tiktok_vn_2025", clean, folder, encoder=WordEncoder())
    videos = pd.read_parquet(clean / "videos.parquet")
    for leak in ("likes", "music_n_used"):
        videos[leak] = videos["views"]
    videos.to_parquet(clean / "videos.parquet")
    assert evaluate("tiktok_vn_2025", clean, folder, encoder=WordEncoder()) == expected


def test_an_unknown_dataset_a_wrong_folder_and_a_small_one_are_refused(
    model_home: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="no dataset called 'x'"):
        evaluate("x", tmp_path)
    with pytest.raises(InputError, match=r"no videos\.parquet"):
        evaluate("tiktok_vn_2025", tmp_path)
    few = write_tiktok(tmp_path / "few", authors=2, uploads=3)
    with pytest.raises(InputError, match="at least 50"):
        evaluate("tiktok_vn_2025", few, encoder=WordEncoder())
    (few / "videos.parquet").write_text("not a table")
    with pytest.raises(InputError, match="can't be read"):
        evaluate("tiktok_vn_2025", few, encoder=WordEncoder())
