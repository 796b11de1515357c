"""Whole experiments on collections made by a known law: trained, killed, gone on with, and judged."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from tests.synthetic import write_ipiu, write_thumbnails, write_tiktok
from tests.word_encoder import WordEncoder

from shortcast_ml.errors import InputError
from shortcast_ml.modelfiles import read_card
from shortcast_ml.studies import run_config, studies_table
from shortcast_ml.studies.blocks import Encoders
from shortcast_ml.studies.config import FusionMLP
from shortcast_ml.studies.fusion import Rows
from shortcast_ml.studies.fusion_training import mixed_precision, train_fusion
from shortcast_ml.studies.miles import FACTS
from shortcast_ml.studies.models import load_forecaster


class Eyes(WordEncoder):
    """A picture's brightness as an angle."""

    def encode_images(self, images: Any) -> Any:
        angle = np.array([np.asarray(image.convert("L"), float).mean() / 255 for image in images])
        out = np.zeros((len(images), self.dim), np.float32)
        out[:, 0], out[:, 1] = np.cos(angle), np.sin(angle)
        return out


WORDS = Encoders(text=lambda _: WordEncoder(), image=lambda _: Eyes("grey:1"))
NET = {
    "kind": "fusion_mlp", "epochs": 10, "patience": 4, "networks": 1, "batch_size": 32, "learning_rate": 0.01,
    "hidden": 16, "vector_width": 4, "dropout": 0.0, "vector_dropout": 0.0, "bins": 8, "precision": "float32",
}  # fmt: skip
MILES = {
    "name": "toy", "study": "miles", "dataset": "tiktok_vn_2025", "text": "words", "splits": ["channels"],
    "folds": 2, "model": NET,
}  # fmt: skip
THUMBNAILS = {
    "name": "toy",
    "study": "ipiu",
    "dataset": "youtube_thumbs_trending_2020_21",
    "text": "words",
    "image": "words",
    "splits": ["time"],
    "folds": 3,
    "arms": {
        "text": ["text"],
        "image": ["image"],
        "both": ["image", "text"],
        "all": ["image", "text", "alignment"],
    },
    "model": {
        "kind": "lightgbm",
        "rounds": 40,
        "learning_rate": 0.1,
        "min_data_in_leaf": 20,
        "feature_fraction": 0.8,
    },
}
TWO_TITLES = Rows(
    np.full((2, len(FACTS)), np.nan), WordEncoder().encode_texts(["coffee secret", "coffee"]), None
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    write_tiktok(root / "tiktok_vn_2025")
    write_ipiu(root / "ipiu2026_shorts", rows=1500)
    write_thumbnails(root / "youtube_thumbs_trending_2020_21", n=400)
    return root


def write(folder: Path, content: dict[str, Any]) -> Path:
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False))  # the last arm is the one that is kept
    return path


def run(folder: Path, content: dict[str, Any], data: Path, out: str = "out", **more: Any) -> dict[str, Any]:
    return run_config(write(folder, content), data, folder / out, tracking="json", encoders=WORDS, **more)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of a finished experiment that must not differ between runs."""
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.name not in ("timings.json", "card.json")}


# --- Miles ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A fusion network, trained without interruption."""
    folder = tmp_path_factory.mktemp("trained")
    patch = pytest.MonkeyPatch()
    patch.setenv("SHORTCAST_HOME", str(folder / "home"))
    run(folder, MILES, data)
    yield folder / "out"
    patch.undo()


def test_the_fusion_network_learns_the_channel_and_the_word_that_sells(trained: Path) -> None:
    metrics = json.loads((trained / "metrics.json").read_text())
    full = metrics["rungs"]["full"]
    assert full["r2"]["low"] > 0.4
    assert full["spearman"]["value"] > 0.75
    assert 0.7 < full["coverage_80"]["value"] < 0.9
    assert metrics["virality"]["auroc"]["low"] > 0.8
    velocity = metrics["velocity"]
    assert 0 < velocity["min_max_mae"]["value"] < velocity["constant_min_max_mae"]["value"]
    files = contents(trained)
    config = read_card(trained)["config"]["model"]
    model = load_forecaster("fusion_mlp", files, config)
    views, logit = model.predict(TWO_TITLES)
    assert views[0] > views[1] + 0.1
    assert logit[0] > logit[1]
    assert (
        load_forecaster("fusion_mlp", model.files(), config).predict(TWO_TITLES)[0].tolist() == views.tolist()
    )


def test_a_finished_experiment_has_its_card_its_diary_and_nothing_half_done(trained: Path) -> None:
    card = read_card(trained)  # checks every file's hash
    assert card["features"] == list(FACTS)
    assert card["config"]["model"]["kind"] == "fusion_mlp"
    assert "no other video of its channel" in card["split"]
    assert set(card["sha256"]) == {"metrics.json", "model-0.safetensors", "timings.json"}
    assert not list(trained.parent.glob(".out.run"))
    events = [json.loads(line)["event"] for line in (trained.parent / "runs.jsonl").read_text().splitlines()]
    assert (events[0], events[-1]) == ("start", "finish")
    assert "log" in events
    assert set(json.loads((trained / "timings.json").read_text())) == {"inference_ms", "seconds"}


CHILD = """
import sys
from tests.real.test_fusion_training import WORDS
from shortcast_ml.studies import run_config
from shortcast_ml.studies import tracking
import os, signal
stop = int(sys.argv[4])
logged = 0
log = tracking.JsonLines.log
def dying(self, step, values, at=0):
    global logged
    log(self, step, values, at)
    logged += 1
    if logged == stop:
        os.kill(os.getpid(), signal.SIGKILL)
tracking.JsonLines.log = dying
run_config(sys.argv[1], sys.argv[2], sys.argv[3], print, tracking="json", encoders=WORDS)
"""


def test_a_killed_run_goes_on_to_the_very_result_of_an_uninterrupted_one(
    data: Path, trained: Path, tmp_path: Path, home: Path
) -> None:
    config, resumed = write(tmp_path, MILES), tmp_path / "resumed"

    def start(stop: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", CHILD, str(config), str(data), str(resumed), str(stop)],
            capture_output=True, text=True, timeout=120, cwd=Path(__file__).resolve().parents[2],
            env=os.environ | {"SHORTCAST_HOME": str(home)},
        )  # fmt: skip

    assert start(3).returncode == -signal.SIGKILL  # in the middle of the first network
    assert not resumed.exists()
    assert [p.name for p in (tmp_path / ".resumed.run" / "fold0-net0-epochs").iterdir()] == ["epoch-0002"]
    last = start(0)
    assert last.returncode == 0, last.stderr
    assert "going on from where an earlier start stopped" in last.stdout
    assert contents(resumed) == contents(trained)
    lines = [json.loads(line) for line in (tmp_path / "runs.jsonl").read_text().splitlines()]
    assert len({line["run"] for line in lines}) == 1
    assert [line["event"] for line in lines if line["event"] != "log"] == ["start", "resume", "finish"]


@pytest.mark.parametrize("kind", ["lightgbm", "logistic"])
def test_the_models_beside_it_are_judged_on_the_same_rows(kind: str, data: Path, tmp_path: Path) -> None:
    model: dict[str, Any] = {"kind": kind}
    if kind == "lightgbm":
        model |= {"rounds": 150, "learning_rate": 0.08, "min_data_in_leaf": 8, "feature_fraction": 0.6}
    metrics = run(tmp_path, MILES | {"model": model}, data)
    full, anchor = metrics["rungs"]["full"], metrics["rungs"]["anchor"]
    assert kind == "logistic" or full["spearman"]["value"] > anchor["spearman"]["value"]
    assert metrics["virality"]["auroc"]["value"] > 0.8
    assert (full["r2"] is None) == (kind == "logistic")
    assert ("velocity" in metrics) == (kind == "lightgbm")
    assert kind in studies_table([metrics])
    card = read_card(tmp_path / "out")
    files = contents(tmp_path / "out")
    loaded = load_forecaster(kind, files, card["config"]["model"])
    rows = Rows(
        np.full((2, len(FACTS)), np.nan), WordEncoder().encode_texts(["coffee secret", "coffee"]), None
    )
    score = loaded.predict(rows)[1]
    assert score[0] > score[1]


def test_pictures_and_titles_that_are_missing_are_masked_and_not_guessed(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    n = 400
    image = rng.normal(size=(n, 8)).astype(np.float32)
    image /= np.linalg.norm(image, axis=1, keepdims=True)
    y = 5 + 2 * image[:, 0] + rng.normal(0, 0.1, n)
    image[::5] = np.nan
    rows = Rows(np.full((n, 2), np.nan), None, image)
    config = FusionMLP.model_validate(NET | {"epochs": 15, "vector_width": 8})
    fusion, went = train_fusion(
        rows, y, y > 6, np.arange(n).astype(str), config, 1, tmp_path, lambda epoch, values: None
    )
    views, _ = fusion.predict(rows)
    seen = np.isfinite(image[:, 0])
    assert np.corrcoef(views[seen], y[seen])[0, 1] > 0.9
    assert np.ptp(views[~seen]) < 1e-6
    assert 1 <= went.best_epoch <= went.epoch <= 15


def test_training_stops_when_the_held_out_groups_no_longer_gain(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = Rows(rng.normal(size=(200, 3)), None, None)
    y = rng.normal(size=200)  # nothing to learn
    config = FusionMLP.model_validate(NET | {"epochs": 100, "patience": 2, "hidden": 32})
    heard: list[int] = []
    _, went = train_fusion(
        rows,
        y,
        y > 1,
        np.arange(200).astype(str),
        config,
        1,
        tmp_path,
        lambda epoch, values: heard.append(epoch),
    )
    assert went.epoch < 60
    assert went.epoch == went.best_epoch + 2 == heard[-1]


def test_mixed_precision_scales_gradients_for_float16_only(tmp_path: Path) -> None:
    import torch

    cpu = torch.device("cpu")
    for wanted, dtype, scaled in (
        ("float32", torch.float32, False),
        ("bfloat16", torch.bfloat16, False),
        ("float16", torch.float16, True),
    ):
        mixed, scaler = mixed_precision(wanted, cpu)
        with mixed():
            assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype is dtype
        assert scaler.is_enabled() is scaled
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 1))
    for wanted in ("bfloat16", "float16"):
        config = FusionMLP.model_validate(NET | {"precision": wanted, "epochs": 25})
        fusion, _ = train_fusion(
            Rows(x, None, None), x[:, 0], x[:, 0] > 1, np.arange(300).astype(str), config, 1, tmp_path / wanted,
            lambda epoch, values: None,
        )  # fmt: skip
        assert np.corrcoef(fusion.predict(Rows(x, None, None))[0], x[:, 0])[0, 1] > 0.9


# --- IPIU -------------------------------------------------------------------------------------------


def test_pictures_titles_and_pairs_are_told_apart(data: Path, tmp_path: Path) -> None:
    """Views follow the picture's brightness and nothing else: the study has to find exactly that."""
    metrics = run(tmp_path, THUMBNAILS, data)
    time = metrics["splits"]["time"]
    assert time["rungs"]["image"]["spearman"]["low"] > 0.5
    assert abs(time["rungs"]["text"]["spearman"]["value"]) < 0.2
    assert set(time["gains"]) == {"both over text", "both over image", "all over both"}
    assert time["gains"]["both over text"]["spearman"]["low"] > 0.4
    assert time["shuffle"]["pictures"]["spearman"]["low"] > 0.4
    assert abs(time["shuffle"]["titles"]["spearman"]["value"]) < 0.1
    assert abs(time["shuffle"]["alignment"]["spearman"]["value"]) < 0.1
    for kind in ("gain", "shap"):
        shares = time["importance"][kind]
        assert shares["image"] > 0.7
        assert sum(shares.values()) == pytest.approx(1, abs=0.001)
    assert set(time["alignment_spearman"]) == {"value", "low", "high"}
    assert 200 < time["n"] < metrics["n"]  # the oldest stretch only teaches
    assert read_card(tmp_path / "out")["features"]["both"] == ["image", "text"]
    table = studies_table([metrics])
    assert "true pairs over pictures exchanged" in table


def test_titles_alone_are_judged_by_blocks_with_the_random_split_beside(data: Path, tmp_path: Path) -> None:
    config = THUMBNAILS | {
        "dataset": "ipiu2026_shorts", "image": None, "splits": ["blocks", "random"],
        "arms": {"text": ["text"], "text+wording": ["text", "wording"]},
    }  # fmt: skip
    metrics = run(tmp_path, config, data)
    blocks = metrics["splits"]["blocks"]
    assert blocks["rungs"]["text"]["auroc_100k"]["value"] > 0.6
    assert "neighbouring rows" in blocks["protocol"]
    assert "too good" in metrics["splits"]["random"]["protocol"]
    assert blocks["shuffle"] == {}
    assert metrics["encoders"] == ["words:1"]
    again = run(tmp_path, config, data, "again")
    assert again == metrics
    assert contents(tmp_path / "again") == contents(tmp_path / "out")


def test_a_collection_without_pictures_asks_for_them_and_takes_a_zip(data: Path, tmp_path: Path) -> None:
    import zipfile

    from PIL import Image

    config = THUMBNAILS | {"dataset": "ipiu2026_shorts", "splits": ["blocks"], "arms": {"image": ["image"]}}
    with pytest.raises(InputError, match="ipiu2026_shorts holds no pictures here; name a folder or zip"):
        run(tmp_path, config, data)
    rng = np.random.default_rng(0)
    with zipfile.ZipFile(tmp_path / "thumbnails.zip", "w") as pack:
        for i in range(0, 1500, 2):
            Image.fromarray(rng.integers(0, 255, (9, 16), dtype=np.uint8)).save(tmp_path / "one.png")
            pack.write(tmp_path / "one.png", f"v{i}.png")
    metrics = run(tmp_path, config, data, pictures=tmp_path / "thumbnails.zip")
    assert metrics["n"] == 750
    assert (
        abs(metrics["splits"]["blocks"]["rungs"]["image"]["spearman"]["value"]) < 0.15
    )  # noise says nothing
