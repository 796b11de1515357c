"""Encoders without their weights: names, sentences, the picture network, drafts."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.tiny_encoders import CountingEngine, TinyEncoder

from shortcast_ml import encoders
from shortcast_ml.encoders import (
    lite0,
    names,
    onnx_graph,
    pictures,
    sentences,
)
from shortcast_ml.errors import EncoderError, MediaError
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
