"""The parts of a study, one by one: codes, comparisons, pictures, encoders, diary and tables."""

import json
import re
import sqlite3
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from PIL import Image
from tests.word_encoder import WordEncoder

from shortcast_ml.encoders import WeightsUnavailable
from shortcast_ml.errors import EncoderError, InputError, MediaError
from shortcast_ml.studies import studies_table
from shortcast_ml.studies.backbones import load_image_encoder, load_text_encoder
from shortcast_ml.studies.coding import fit_coding
from shortcast_ml.studies.compare import difference
from shortcast_ml.studies.pictures import picture_vectors
from shortcast_ml.studies.runs import open_run
from shortcast_ml.studies.tables import publish, read_results
from shortcast_ml.studies.tracking import JsonLines, flat, open_tracker

NAN = float("nan")


# --- codes ------------------------------------------------------------------------------------------


def test_a_code_says_how_far_a_value_has_come_through_each_bin() -> None:
    coding = fit_coding(np.array([[0.0], [1.0], [2.0]]), 2)
    assert_allclose(
        coding.encode(np.array([[-5.0], [0.5], [1.5], [9.0]]))[:, :2], [[0, 0], [0.5, 0], [1, 0.5], [1, 1]]
    )


def test_unknown_values_and_columns_of_one_value_say_nothing() -> None:
    coding = fit_coding(np.array([[0.0, 7.0, NAN], [1.0, 7.0, NAN], [NAN, NAN, NAN]]), 1)
    assert coding.width == 6
    assert_allclose(
        coding.encode(np.array([[0.25, 7.0, 3.0], [NAN, NAN, NAN]])), [[0.25, 1, 0, 0, 0, 0], [0] * 6]
    )


def test_bins_come_from_the_training_rows_alone() -> None:
    rng = np.random.default_rng(0)
    train, test = rng.normal(size=(50, 3)), rng.normal(5, 3, size=(9, 3))
    before = fit_coding(train, 4)
    assert_allclose(fit_coding(train.copy(), 4).encode(test), before.encode(test))


# --- comparisons ------------------------------------------------------------------------------------


def test_a_better_forecast_is_better_in_every_metric_and_its_interval_is_above_zero() -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(5.5, 1, 600)
    good, bad = y + rng.normal(0, 0.4, 600), y + rng.normal(0, 1.5, 600)
    found = difference(y, good, bad[None], (np.arange(600) // 10).astype(str), seed=1)
    assert set(found) == {"r2", "spearman", "auroc_100k", "auroc_1m"}
    for metric in found.values():
        assert metric is not None
        assert 0 < metric["low"] < metric["value"] < metric["high"]


def test_a_forecast_is_no_better_than_itself_and_a_metric_that_can_not_be_is_none() -> None:
    y = np.linspace(6.1, 7, 60)  # every video has a million views: no AUROC
    found = difference(y, y, np.array([y, y]), np.arange(60).astype(str), seed=1)
    assert found["r2"] == {"value": 0.0, "low": 0.0, "high": 0.0}
    assert found["auroc_1m"] is None


# --- pictures ---------------------------------------------------------------------------------------


def pictures(folder: Path, names: dict[str, int]) -> Path:
    folder.mkdir()
    for name, grey in names.items():
        Image.new("L", (32, 18), grey).save(folder / f"{name}.png")
    return folder


class CountingEncoder(WordEncoder):
    """Counts the pictures that it was given."""

    seen = 0

    def encode_images(self, images: Any) -> Any:
        self.seen += len(images)
        return super().encode_images(images)


def test_pictures_of_a_folder_and_of_a_zip_are_encoded_once(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "thumbs", {"a": 10, "b": 200})
    with zipfile.ZipFile(tmp_path / "thumbs.zip", "w") as pack:
        for path in folder.iterdir():
            pack.write(path, f"inside/{path.name}")
    encoder = CountingEncoder()
    vectors, hashes = picture_vectors(["a", "x", "b"], folder, encoder)
    assert encoder.seen == 2
    assert np.isfinite(vectors[:, 0]).tolist() == [True, False, True]
    assert hashes[1] == ""
    assert hashes[0] != hashes[2]
    assert_allclose(np.linalg.norm(vectors[[0, 2]], axis=1), 1, rtol=1e-6)
    again, _ = picture_vectors(["b", "a"], tmp_path / "thumbs.zip", encoder)
    assert encoder.seen == 2  # remembered by content, wherever the file stands
    assert_allclose(again, vectors[[2, 0]])


def test_an_interrupted_encoding_goes_on_where_it_stopped(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "thumbs", {f"v{i}": i for i in range(70)})
    (folder / "v69.png").write_text("no picture")
    encoder, said = CountingEncoder(), []
    videos = [f"v{i}" for i in range(70)]
    with pytest.raises(MediaError, match="v69 can't be read"):
        picture_vectors(videos, folder, encoder, said.append, cache=tmp_path / "cache.db")
    assert len(said) == 1
    with sqlite3.connect(tmp_path / "cache.db") as db:
        assert db.execute("select count(*) from vectors").fetchone() == (64,)
    Image.new("L", (32, 18), 69).save(folder / "v69.png")
    picture_vectors(videos, folder, encoder, cache=tmp_path / "cache.db")
    assert encoder.seen == 70


def test_no_pictures_at_all_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no pictures in .*nowhere"):
        picture_vectors(["a"], tmp_path / "nowhere", WordEncoder())
    with pytest.raises(InputError, match="None of the 1 videos has a picture"):
        picture_vectors(["a"], pictures(tmp_path / "thumbs", {"b": 3}), WordEncoder())


# --- encoders ---------------------------------------------------------------------------------------


def test_the_bundled_stand_ins_give_unit_vectors_under_their_own_names() -> None:
    eyes, reader = load_image_encoder("lite0"), load_text_encoder("e5")
    seen = eyes.encode_images([Image.new("RGB", (64, 36), "red")])
    read = reader.encode_texts(["a cat", "một con mèo"])
    assert seen.shape == (1, eyes.dim) == (1, 1280)
    assert read.shape == (2, reader.dim) == (2, 384)
    assert_allclose(np.linalg.norm(np.vstack([seen, seen]), axis=1), 1, rtol=1e-5)
    assert read[0] @ read[1] > 0.8
    assert re.match(r"lite0:\d+@[0-9a-f]{12}$", eyes.id)
    assert reader.id.startswith("e5:")
    assert load_text_encoder("mini").id == load_image_encoder("mini").id


def test_resnet50_is_loaded_from_a_file_and_gives_the_same_vectors(tmp_path: Path) -> None:
    random = load_image_encoder("resnet50:random")  # before timm: it makes torchvision importable everywhere
    import timm
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(0)
    state = timm.create_model("resnet50", pretrained=False, num_classes=10).state_dict()
    save_file(state, tmp_path / "mine.safetensors")
    torch.save({"state_dict": {f"module.{k}": v for k, v in state.items()}}, tmp_path / "mine.pth")
    picture = [Image.fromarray(np.random.default_rng(0).integers(0, 255, (90, 160, 3), dtype=np.uint8))]
    one = load_image_encoder(f"resnet50:{tmp_path / 'mine.safetensors'}")
    other = load_image_encoder(f"resnet50:{tmp_path / 'mine.pth'}")
    assert_allclose(one.encode_images(picture), other.encode_images(picture), atol=1e-6)
    assert one.dim == 2048
    assert re.match(r"resnet50:mine\.safetensors@[0-9a-f]{12}$", one.id)
    assert random.id == "resnet50:random"
    assert_allclose(np.linalg.norm(random.encode_images(picture)), 1, rtol=1e-5)


def test_foreign_missing_and_unreachable_weights_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants
    from safetensors.numpy import save_file

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    save_file({"a": np.zeros(3)}, tmp_path / "foreign.safetensors")
    with pytest.raises(EncoderError, match="does not hold weights of resnet50"):
        load_image_encoder(f"resnet50:{tmp_path / 'foreign.safetensors'}")
    with pytest.raises(EncoderError, match="no weights file"):
        load_image_encoder("resnet50:/nowhere/weights.pth")
    with pytest.raises(EncoderError, match=r"no weights 'nonsense' of resnet50; it knows .*a1_in1k"):
        load_image_encoder("resnet50:nonsense")
    with pytest.raises(WeightsUnavailable):
        load_image_encoder("resnet50")


def test_without_transformers_bert_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(WeightsUnavailable, match=r"pip install 'shortcast\[train\]'.*`e5`"):
        load_text_encoder("bert:bert-base-uncased")


def test_a_local_bert_reads_titles(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "cat", "dog", "runs"]
    (tmp_path / "vocab.txt").write_text("\n".join(words))
    transformers.BertTokenizer(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    small = transformers.BertConfig(
        vocab_size=8, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16
    )
    with pytest.raises(EncoderError, match=r"no model\.safetensors"):
        load_text_encoder(f"bert:{tmp_path}")
    transformers.BertModel(small).save_pretrained(tmp_path, safe_serialization=True)
    encoder = load_text_encoder(f"bert:{tmp_path}")
    vectors = encoder.encode_texts(["cat runs", "dog", "cat runs"])
    assert vectors.shape == (3, 16)
    assert_allclose(vectors[0], vectors[2], atol=1e-5)  # padding does not count
    assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(EncoderError, match="can't be loaded"):
        load_text_encoder(f"bert:{tmp_path}")


# --- runs and diary ---------------------------------------------------------------------------------


def test_a_step_is_computed_once_and_a_changed_experiment_starts_anew(tmp_path: Path) -> None:
    calls = []

    def compute() -> dict[str, np.ndarray]:
        calls.append(1)
        return {"a": np.arange(3)[::-1]}

    run, goes_on = open_run(tmp_path / "out", {"config": "1"})
    assert not goes_on
    first = run.once("step", compute)
    again, goes_on = open_run(tmp_path / "out", {"config": "1"})
    assert goes_on
    assert again.once("step", compute)["a"].tolist() == first["a"].tolist() == [2, 1, 0]
    assert len(calls) == 1
    changed, goes_on = open_run(tmp_path / "out", {"config": "2"})
    assert not goes_on
    changed.once("step", compute)
    assert len(calls) == 2
    changed.close()
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file"):
        open_run(tmp_path / "file", {})


def test_a_step_that_fails_leaves_nothing_to_go_on_from(tmp_path: Path) -> None:
    run, _ = open_run(tmp_path / "out", {})
    with pytest.raises(ZeroDivisionError):
        run.once("step", lambda: {"a": np.array(1 // 0)})
    assert run.once("step", lambda: {"a": np.ones(2)})["a"].tolist() == [1, 1]


def test_the_diary_without_mlflow_is_json_lines(tmp_path: Path) -> None:
    first = open_tracker("json", tmp_path, "toy", {"seed": 7})
    first.log("fold0", {"loss": 0.5}, 1)
    same = open_tracker("json", tmp_path, "toy", {"seed": 7}, first.run_id)
    same.finish({"r2": 0.7}, tmp_path / "out")
    assert isinstance(same, JsonLines)
    lines = [json.loads(line) for line in (tmp_path / "runs.jsonl").read_text().splitlines()]
    assert [line["event"] for line in lines] == ["start", "log", "resume", "finish"]
    assert {line["run"] for line in lines} == {first.run_id}
    assert lines[0]["parameters"] == {"seed": 7}
    assert lines[1] | {"time": ""} == {
        "run": first.run_id, "time": "", "event": "log", "step": "fold0", "at": 1, "values": {"loss": 0.5},
    }  # fmt: skip
    assert lines[3]["values"] == {"r2": 0.7}


def test_mlflow_is_refused_where_it_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shortcast_ml.studies.tracking.find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"pip install 'shortcast\[train\]'"):
        open_tracker("sqlite:///mlruns.db", tmp_path, "toy", {})
    assert isinstance(open_tracker("auto", tmp_path, "toy", {}), JsonLines)
    monkeypatch.setattr("shortcast_ml.studies.tracking.find_spec", lambda _: True)
    with pytest.raises(InputError, match=r"'somewhere' is no place to track to"):
        open_tracker("somewhere", tmp_path, "toy", {})


def test_mlflow_keeps_parameters_figures_and_the_end_of_a_run(tmp_path: Path) -> None:
    pytest.importorskip("mlflow")
    from mlflow.tracking import MlflowClient

    first = open_tracker("mlflow", tmp_path, "toy", {"seed": 7, "model": {"kind": "lightgbm"}})
    first.log("fold0", {"loss": 0.5}, 1)
    first.log("fold0", {"loss": 0.4}, 2)
    same = open_tracker("auto", tmp_path, "toy", {}, first.run_id)
    same.finish({"rungs/full/r2": 0.7}, tmp_path / "out")
    client = MlflowClient(f"sqlite:///{tmp_path / 'mlruns.db'}")
    run = client.get_run(first.run_id)
    assert run.data.params == {"seed": "7", "model.kind": "lightgbm"}
    assert run.data.metrics == {"fold0/loss": 0.4, "rungs/full/r2": 0.7}
    assert [m.value for m in client.get_metric_history(first.run_id, "fold0/loss")] == [0.5, 0.4]
    assert run.info.status == "FINISHED"
    other = open_tracker(f"sqlite:///{tmp_path / 'mlruns.db'}", tmp_path, "toy", {})
    assert client.get_run(other.run_id).info.experiment_id == run.info.experiment_id


def test_nested_figures_become_paths() -> None:
    nested = {
        "n": 3,
        "rungs": {"full": {"r2": {"value": 0.7, "low": 0.6, "high": 0.8}, "mae": None}},
        "name": "x",
    }
    assert flat(nested) == {"n": 3.0, "rungs/full/r2": 0.7}


# --- tables -----------------------------------------------------------------------------------------

FIGURE = {"value": 0.7123, "low": 0.6, "high": 0.8}


def ipiu_metrics() -> dict[str, Any]:
    rung = dict.fromkeys(("r2", "mae_log10", "spearman", "auroc_100k"), FIGURE) | {"auroc_1m": None}
    gain = {"r2": FIGURE, "spearman": FIGURE, "auroc_100k": None, "auroc_1m": None}
    split = {
        "protocol": "", "n": 1234, "rungs": {"constant": rung, "both": rung}, "gains": {"both over text": gain},
        "shuffle": {"pictures": gain}, "importance": {"gain": {"image": 0.25, "text": 0.75}, "shap": {"image": 0.1}},
    }  # fmt: skip
    return {"name": "toy_ipiu", "study": "ipiu", "dataset": "d", "splits": {"time": split}}


def miles_metrics(name: str, kind: str) -> dict[str, Any]:
    keys = ("r2", "mae_log10", "spearman", "residual_spearman", "auroc_1m", "coverage_80")
    rungs = {rung: dict.fromkeys(keys, FIGURE) for rung in ("constant", "anchor", "full")}
    velocity = {"min_max_mae": {"value": 0.0731}, "z_mae": {"value": 0.4}}
    return {
        "name": name, "study": "miles", "model": kind, "dataset": "d", "n": 9, "rungs": rungs,
        "subsets": {"five_or_more_earlier_uploads": {"n": 5, "rungs": rungs}}, "virality": {"auroc": FIGURE},
        "velocity": velocity, "timings": {"inference_ms": 1.234},
    }  # fmt: skip


def test_the_tables_hold_the_figures_of_the_metrics() -> None:
    text = studies_table([ipiu_metrics(), miles_metrics("toy_net", "fusion_mlp")])
    lines = text.splitlines()
    cell = "0.712 [0.600, 0.800]"
    assert f"| toy_ipiu | forward in time | 1,234 | both | {cell} | {cell} | {cell} | {cell} |  |" in lines
    signed = "+0.712 [+0.600, +0.800]"
    assert f"| toy_ipiu | forward in time | both over text | {signed} | {signed} |  |" in lines
    assert (
        f"| toy_ipiu | forward in time | true pairs over pictures exchanged | {signed} | {signed} |  |"
        in lines
    )
    assert "| toy_ipiu | forward in time | image 25.0%, text 75.0% | image 10.0% |  |" in lines
    six = " | ".join([cell] * 6)
    assert f"| d | toy_net | fusion_mlp | {six} | 0.073 (0.40 SD) | 1.23 |" in lines
    assert sum("| constant |" in line for line in lines) == 2


def test_a_baseline_without_views_leaves_its_cells_empty_and_results_are_read_from_folders(
    tmp_path: Path,
) -> None:
    metrics = miles_metrics("base", "logistic")
    metrics["rungs"]["full"] |= {"r2": None, "coverage_80": None}
    metrics = {k: v for k, v in metrics.items() if k not in ("velocity", "subsets", "timings")}
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "metrics.json").write_text(json.dumps(metrics))
    cell = "0.712 [0.600, 0.800]"
    text = studies_table(read_results(tmp_path))
    assert f"| d | base | logistic |  | {cell} | {cell} |  |  | {cell} |  |  |" in text
    assert "IPIU" not in text


def test_the_page_holds_the_tables_of_the_figures_that_are_kept_beside_it(tmp_path: Path) -> None:
    docs = Path(__file__).resolve().parents[2] / "docs"
    page = (docs / "studies.md").read_text(encoding="utf-8")
    assert studies_table(read_results(docs / "studies")) in page
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "studies.md").write_text(page)
    for name in ("metrics.json", "timings.json"):
        (tmp_path / "runs" / "net").mkdir(parents=True, exist_ok=True)
        record = miles_metrics("net", "fusion_mlp") if name == "metrics.json" else {"inference_ms": 2.5}
        (tmp_path / "runs" / "net" / name).write_text(json.dumps(record))
    publish(tmp_path / "runs", tmp_path / "docs")
    publish(tmp_path / "runs", tmp_path / "docs")  # again changes nothing
    changed = (tmp_path / "docs" / "studies.md").read_text(encoding="utf-8")
    assert changed.count("| d | net | fusion_mlp |") == 1
    assert "| 2.50 |" in changed
    assert changed.startswith(page.partition("<!-- results -->")[0])
    assert changed.endswith("<!-- end of results -->\n")
