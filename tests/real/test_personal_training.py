"""Personal models on invented libraries: adopted where there is something to learn, and only there."""

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.invented_library import invented_library
from tests.synthetic import write_tiktok
from tests.word_encoder import WordEncoder

from shortcast_ml import encoders, personal
from shortcast_ml.config import TrainConfig, starter_config
from shortcast_ml.drift import drift, fingerprint, keep, kept, summarise
from shortcast_ml.encoders import encode_draft
from shortcast_ml.evaluate import prepare
from shortcast_ml.forecast import ForecastModel, load_model
from shortcast_ml.library_table import key_of, library_table
from shortcast_ml.modelfiles import read_card, sha256
from shortcast_ml.personal import ALONE, TERM, PersonalReport, train_personal, try_all
from shortcast_ml.personal_files import personal_folder, serving_model
from shortcast_ml.records import ChannelHistory, Counts, Draft, Published, Upload
from shortcast_ml.served import as_drafts, serve
from shortcast_ml.settings import Settings
from shortcast_ml.train import train
from shortcast_tools.parts import Parts, use
from shortcast_tools.train_personal import check_drift
from shortcast_tools.train_personal import train_personal as train_personal_tool


def quick() -> TrainConfig:
    """The starter's settings with few trees."""
    starter = starter_config()
    few = {
        part: booster.model_copy(
            update={"params": booster.params | {"learning_rate": 0.08}, "max_rounds": 80, "patience": 0}
        )
        for part, booster in starter.boosters.items()
    }
    return starter.model_copy(update={"boosters": few, "folds": 3})


CONFIG = quick()


@pytest.fixture(scope="module", autouse=True)
def module_home(tmp_path_factory: pytest.TempPathFactory) -> Any:
    patch = pytest.MonkeyPatch()
    patch.setenv("SHORTCAST_HOME", str(tmp_path_factory.mktemp("module-home")))
    yield
    patch.undo()


@pytest.fixture(scope="module")
def base(module_home: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("data")
    write_tiktok(data / "tiktok_vn_2025", authors=60)
    out = tmp_path_factory.mktemp("models") / "toy"
    train(data, out, name="toy", config=CONFIG, encoder=WordEncoder())
    return out


def learn(base: Path, out: Path, **law: Any) -> PersonalReport:
    return train_personal(invented_library(**law), out, WordEncoder(), base=base, config=CONFIG)


@pytest.fixture(scope="module")
def adopted(base: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, PersonalReport]:
    out = tmp_path_factory.mktemp("adopted") / "personal"
    return out, learn(base, out, shift=-0.7, question=0.6)


def a_channel(views: int = 3000) -> ChannelHistory:
    uploads = tuple(Upload(views=views, age_days=30) for _ in range(6))
    return ChannelHistory(followers=10_000, uploads=uploads)


def row(model: ForecastModel, draft: Draft, channel: ChannelHistory | None = None) -> Any:
    return model.features(draft, channel, encode_draft(WordEncoder(), draft))


def test_a_library_with_a_law_of_its_own_is_adopted_and_its_law_is_learned(
    base: Path, adopted: tuple[Path, PersonalReport]
) -> None:
    out, report = adopted
    assert report.adopted == TERM
    assert report.model == "personal (starter + your 200 videos)"
    (term,) = report.candidates
    assert term.held_out.mae_gain.low > 0.1
    assert term.held_out.mae < 0.8 * term.held_out.mae_starter
    assert term.later is not None
    assert term.later.mae_gain.value > 0
    assert term.later.videos == pytest.approx(40, abs=3)
    assert 0.65 < (term.coverage_80 or 0) < 0.95
    model, starter = load_model(out), load_model(base)

    def asking(of: ForecastModel) -> float:
        return float(np.subtract(*(of.explain(row(of, d, a_channel())).prediction_log10 for d in drafts)))

    drafts = [Draft(platform="tiktok", title=f"coffee dog run game loan{end}") for end in ("?", "")]
    assert asking(model) > asking(starter) + 0.25
    assert "Adopted personal (starter + your 200 videos)" in report.text()


def test_the_explanation_of_an_adopted_model_adds_up_and_names_the_model(
    adopted: tuple[Path, PersonalReport],
) -> None:
    model = load_model(adopted[0])
    drafts = (
        Draft(platform="tiktok", title="coffee secret?", duration_s=20),
        Draft(platform="tiktok", title=""),
        Draft(platform="youtube_shorts", title="dog game"),
    )
    for draft in drafts:
        for channel in (None, a_channel(), ChannelHistory(followers=500)):
            features = row(model, draft, channel)
            explained, forecast = model.explain(features), model.forecast(features)
            total = explained.base_log10 + sum(f.log10 for f in explained.factors)
            assert abs(total - explained.prediction_log10) <= 1e-9
            assert forecast.model == explained.model == "personal (starter + your 200 videos)"
            assert forecast.low < forecast.views < forecast.high
            elsewhere = any("nothing personal" in w for w in forecast.warnings)
            assert elsewhere == (draft.platform == "youtube_shorts")


def test_where_the_library_has_no_videos_the_starter_speaks_unchanged(
    base: Path, adopted: tuple[Path, PersonalReport]
) -> None:
    draft = Draft(platform="youtube_shorts", title="dog game")
    own, starter = load_model(adopted[0]), load_model(base)
    assert own.forecast(row(own, draft)).views == starter.forecast(row(starter, draft)).views


def test_a_library_that_the_starter_already_understands_is_not_adopted(base: Path, tmp_path: Path) -> None:
    videos = as_forecast(load_model(base), invented_library(12, 8, seed=11))
    report = train_personal(videos, tmp_path / "p", WordEncoder(), base=base, config=CONFIG)
    assert report.adopted is None
    assert report.model == "toy"
    assert report.says[0].startswith("The starter stays.")
    assert not report.candidates[0].passed
    assert read_card(tmp_path / "p")["personal"]["adopted"] is False


def as_forecast(model: ForecastModel, videos: list[Published]) -> list[Published]:
    """Return the videos with views that are the model's own forecast, but for noise: nothing is left to learn."""
    rng, found = np.random.default_rng(0), list[Published]()
    for video in videos:
        channel = history(video, [v for v in found if v.channel_id == video.channel_id])
        draft = video.draft.model_copy(update={"publish_at": video.published_at})
        centre = model.explain(row(model, draft, channel)).prediction_log10
        counts = Counts(views=int(10 ** (centre + rng.normal(0, 0.3))))
        found.append(video.model_copy(update={"counts": counts}))
    return found


def test_the_card_says_what_was_learned_judged_and_stood_upon(
    base: Path, adopted: tuple[Path, PersonalReport]
) -> None:
    out, report = adopted
    card = read_card(out)
    found = card["personal"]
    assert card["encoder"] == "words:1"
    assert found["videos"] == 200
    assert found["channels"] == 20
    assert found["platforms"] == {"tiktok": 200}
    assert found["base"] == {"name": "toy", "sha256": sha256(base / "card.json")}
    assert 0 < found["weight"] <= 1
    assert found["candidates"][0]["held_out"] == report.candidates[0].held_out.model_dump()
    assert "## Against the starter" in (out / "MODEL_CARD.md").read_text()


def test_training_again_gives_the_same_booster(
    base: Path, adopted: tuple[Path, PersonalReport], tmp_path: Path
) -> None:
    learn(base, tmp_path / "again", shift=-0.7, question=0.6)
    for file in ("personal.txt", "calibration.json"):
        assert (tmp_path / "again" / file).read_bytes() == (adopted[0] / file).read_bytes()


def test_too_small_a_library_leaves_the_starter_and_writes_nothing(base: Path, tmp_path: Path) -> None:
    for law in ({"channels": 7}, {"channels": 9, "uploads": 5}):
        report = learn(base, tmp_path / "p", shift=-2.0, **law)
        assert report.adopted is None
        assert report.candidates == ()
        assert "at least 50 videos of 8 channels" in report.text()
    assert list(tmp_path.iterdir()) == []


def test_a_stop_on_the_way_leaves_the_old_model_whole(
    base: Path, adopted: tuple[Path, PersonalReport], tmp_path: Path
) -> None:
    out = tmp_path / "personal"
    shutil.copytree(adopted[0], out)
    before = sha256(out / "card.json")

    def stop(text: str) -> None:
        if text == "writing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_personal(invented_library(), out, WordEncoder(), base=base, config=CONFIG, progress=stop)
    assert sha256(out / "card.json") == before
    assert [p.name for p in tmp_path.iterdir()] == ["personal"]
    load_model(out)


def test_a_large_library_also_tries_a_model_of_its_own_with_the_users_encoder(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(personal, "ALONE_VIDEOS", 200)
    monkeypatch.setattr(personal, "ALONE_CHANNELS", 20)
    monkeypatch.setattr(encoders, "load_encoder", lambda name: WordEncoder(name))
    library = library_table(invented_library(24, 10, shift=1.0))
    said: list[str] = []
    mine = WordEncoder("mine:8", 8)
    trials = try_all(library, load_model(base), base, mine, CONFIG, said.append)
    term, alone = (t.candidate for t in trials)
    assert [term.name, alone.name] == [TERM, ALONE]
    assert alone.held_out.videos == term.held_out.videos == 240
    assert alone.held_out.mae_starter == term.held_out.mae_starter
    assert alone.later is not None
    assert "the library alone: fold 1 of 3" in said
    card = {"name": "personal (your 240 videos)", "personal": {"adopted": True, "platforms": {"tiktok": 240}}}
    trials[1].write(tmp_path / "p", card | {"personal": card["personal"] | UNJUDGED}, load_model(base).growth)
    model = load_model(tmp_path / "p")
    assert model.encoder_id == "mine:8"
    assert model.personal is None
    assert set(model.boosters) == {"tiktok"}
    assert set(model.card["data"]) == {"library"}
    draft = Draft(platform="tiktok", title="coffee trick")
    forecast = model.forecast(
        model.features(draft, a_channel(), encode_draft(WordEncoder("mine:8", 8), draft))
    )
    assert forecast.model == "personal (your 240 videos)"
    assert 0 < forecast.low < forecast.views < forecast.high
    assert not any("library" in w for w in forecast.warnings)
    elsewhere = draft.model_copy(update={"platform": "bilibili"})
    said = model.forecast(model.features(elsewhere, None, None)).warnings
    assert any("your library alone, which has no bilibili videos" in w for w in said)


UNJUDGED = {
    "videos": 240,
    "channels": 24,
    "published": ["2026-05-01", "2026-06-01"],
    "trained_at": "2026-06-10",
    "says": [],
    "candidates": [],
}


# --- which model answers -------------------------------------------------------------------------------


def settings(home: Path, **stated: Any) -> Settings:
    return Settings(home=home, _env_file=None, **stated)


@pytest.fixture
def at_home(adopted: tuple[Path, PersonalReport], tmp_path: Path) -> Path:
    shutil.copytree(adopted[0], personal_folder(tmp_path))
    return tmp_path


def test_an_adopted_model_answers_unless_the_settings_name_another(base: Path, at_home: Path) -> None:
    model = serving_model(settings(at_home), base)
    assert model.name == "personal (starter + your 200 videos)"
    assert model.notices == ()
    assert serving_model(settings(at_home, model=str(base))).name == "toy"
    assert serving_model(settings(at_home / "elsewhere"), base).name == "toy"


def test_a_model_that_was_not_adopted_never_answers(base: Path, at_home: Path) -> None:
    change_card(at_home, adopted=False)
    model = serving_model(settings(at_home), base)
    assert (model.name, model.notices) == ("toy", ())


def test_a_broken_personal_folder_leaves_the_starter_with_a_notice(base: Path, at_home: Path) -> None:
    broken = personal_folder(at_home) / "personal.txt"
    broken.write_bytes(broken.read_bytes()[:-10])
    model = serving_model(settings(at_home), base)
    assert model.name == "toy"
    warnings = model.forecast(row(model, Draft(platform="tiktok", title="coffee"))).warnings
    assert "The starter answers, because the personal model can't be used." in warnings[0]
    assert "personal.txt" in warnings[0]


def test_a_card_without_a_decision_leaves_the_starter_with_a_notice(base: Path, at_home: Path) -> None:
    path = personal_folder(at_home) / "card.json"
    card = json.loads(path.read_text())
    del card["personal"]["adopted"]
    path.write_text(json.dumps(card))
    load_model.cache_clear()
    model = serving_model(settings(at_home), base)
    assert model.name == "toy"
    assert "lacks its decision" in model.notices[0]


def test_a_model_on_an_older_starter_answers_and_asks_to_be_trained_again(base: Path, at_home: Path) -> None:
    change_card(at_home, base={"name": "toy", "sha256": "0" * 64})
    model = serving_model(settings(at_home), base)
    assert model.name == "personal (starter + your 200 videos)"
    assert "older starter" in model.notices[0]


def change_card(home: Path, **changes: Any) -> None:
    path = personal_folder(home) / "card.json"
    card = json.loads(path.read_text())
    path.write_text(json.dumps(card | {"personal": card["personal"] | changes}))
    load_model.cache_clear()


# --- drift -----------------------------------------------------------------------------------------------


def test_a_model_whose_forecasts_come_true_has_no_drift(base: Path) -> None:
    model = load_model(base)
    found = drift(as_forecast(model, invented_library(10, 6, seed=3)), model, WordEncoder())
    assert (found.videos, found.channels, found.last) == (60, 10, 50)
    assert found.warnings == ()
    assert found.bias is not None
    assert abs(found.bias.value) < 0.15
    assert found.model == "toy"
    inside = [o.low <= o.views <= o.high for o in found.outcomes[-50:]]
    assert found.coverage is not None
    assert found.coverage.value == pytest.approx(np.mean(inside), abs=1e-4)


def test_a_niche_that_fell_is_warned_of_with_every_forecast(base: Path, tmp_path: Path) -> None:
    model = load_model(base)
    videos = as_forecast(model, invented_library(10, 6, seed=3))
    # what was watched a hundred thousand times is watched ten thousand times: the newest upload of each channel
    fallen = [
        v.model_copy(update={"counts": Counts(views=v.counts.views // 10 if v.counts else 0)})
        if v.video_id.endswith(("-4", "-5"))
        else v
        for v in videos
    ]
    found = drift(fallen, model, WordEncoder())
    assert found.coverage is not None
    recent = [o for o in found.outcomes if o.video_id.endswith(("-4", "-5"))]
    assert all(o.log10_error < 0 for o in recent)
    worse = summarise("toy", fingerprint(model), recent, [o.video_id.split("-")[1] for o in recent])
    assert any("too high lately" in w for w in worse.warnings)
    keep(worse, tmp_path)
    served = serving_model(settings(tmp_path), base)
    forecast = served.forecast(row(served, Draft(platform="tiktok", title="coffee")))
    assert set(worse.warnings) <= set(forecast.warnings)


def test_a_personal_model_is_not_held_against_the_videos_that_it_learned_from(
    adopted: tuple[Path, PersonalReport],
) -> None:
    model = load_model(adopted[0])
    learned = invented_library(shift=-0.7, question=0.6)
    later = [
        v.model_copy(
            update={
                "video_id": f"new-{v.video_id}",
                "fetched_at": v.fetched_at + timedelta(days=60),
                "published_at": v.published_at + timedelta(days=60) if v.published_at else None,
            }
        )
        for v in learned[:30]
    ]
    found = drift([*learned, *later], model, WordEncoder())
    assert found.videos == 30
    assert found.left_out == {"the personal model learned from it": 200}
    assert {o.video_id for o in found.outcomes} == {f"tiktok:new-{v.video_id}" for v in learned[:30]}
    nothing = drift([], model, WordEncoder())
    assert nothing.videos == 0
    assert "Only 0 collected videos" in nothing.text()


# --- over the parts --------------------------------------------------------------------------------------


def test_training_and_drift_run_over_the_users_own_parts(tmp_path: Path) -> None:
    with use(Parts(settings(tmp_path))) as parts:
        parts.library.remove_demo()
        parts.library.add(invented_library(3, 8))
        before = parts.model
        report = train_personal_tool()
        assert report.adopted is None
        assert "at least 50 videos of 8 channels" in report.text()
        assert not personal_folder(tmp_path).exists()
        found = check_drift(tmp_path / "drift.png")
        assert (found.model, found.videos) == ("starter", 24)
        assert kept(tmp_path) == found
        assert (tmp_path / "drift.png").stat().st_size > 5_000
        assert parts.model.notices == found.warnings
        assert parts.model.name == before.name == "starter"
        parts.close()


# --- the same figures in bulk and one by one -------------------------------------------------------------


@pytest.mark.parametrize("which", ["base", "adopted"])
def test_a_table_is_forecast_as_its_drafts_are(
    which: str, base: Path, adopted: tuple[Path, PersonalReport]
) -> None:
    model = load_model(base if which == "base" else adopted[0])
    videos = invented_library(6, 7, seed=8)
    videos[3] = videos[3].model_copy(update={"draft": Draft(platform="tiktok", duration_s=9.0)})
    table = library_table(videos).table
    prepared = prepare(table, model.growth, WordEncoder())
    served = serve(model, as_drafts(model, prepared), prepared.platform)
    by_key = {key_of(video): video for video in videos}
    for i in range(0, len(table), 3):
        video = by_key[str(table.video_id[i])]
        earlier = [
            v
            for v in videos
            if v.channel_id == video.channel_id and v.fetched_at < video.fetched_at  # all are read at 30 days
        ]
        draft = video.draft.model_copy(update={"publish_at": video.published_at})
        embedding = encode_draft(WordEncoder(), draft)
        if embedding.title is not None and earlier:
            titles = [encode_draft(WordEncoder(), v.draft).title for v in earlier]
            cosines = np.array([np.nan if t is None else t @ embedding.title for t in titles])
            embedding = embedding.model_copy(update={"upload_similarity": cosines})
        features = model.features(draft, history(video, earlier), embedding)
        one = model.distribution(features, 30)
        assert served.centre[i] == pytest.approx(one.centre, abs=1e-5)
        assert served.scale[i] == pytest.approx(one.scale, rel=1e-5)
        assert served.data.source[i] == features.anchor_source


def history(video: Published, earlier: list[Published]) -> ChannelHistory:
    uploads = tuple(
        Upload(
            views=v.counts.views if v.counts else 0,
            age_days=v.age_days or 0,
            published_at=v.published_at,
            title=v.draft.title,
            duration_s=v.draft.duration_s,
        )
        for v in earlier
    )
    return ChannelHistory(followers=video.channel.followers if video.channel else None, uploads=uploads)
