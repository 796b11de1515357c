"""open_clip's real code, with random weights and with checkpoint files; no hub is needed or reached."""

import os
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from shortcast_ml.encoders import Encoder, WeightsUnavailable, hub, load_encoder
from shortcast_ml.encoders.clip import OpenClipEncoder
from shortcast_ml.errors import EncoderError, MediaError

MODEL = "ViT-S-32-alt"  # the smallest that open_clip knows


@pytest.fixture(scope="module")
def encoder() -> OpenClipEncoder:
    loaded = load_encoder(f"open_clip:{MODEL}/random", device="cpu")
    assert isinstance(loaded, OpenClipEncoder)
    return loaded


@pytest.fixture(scope="module")
def pictures() -> list[Image.Image]:
    out = []
    for i in range(18):  # more than one batch
        picture = Image.new("RGB", (320, 180) if i % 2 else (90, 160), (i * 14, 255 - i * 14, 128))
        ImageDraw.Draw(picture).ellipse((10, 10, 30 + 3 * i, 30 + 5 * i), fill=(255, 255 - i * 10, 0))
        out.append(picture)
    return out


@pytest.fixture(scope="module")
def checkpoints(
    encoder: OpenClipEncoder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Path]]:
    import torch
    from safetensors.torch import save_file

    folder = tmp_path_factory.mktemp("weights")
    state = {name: tensor.float().contiguous() for name, tensor in encoder.model.state_dict().items()}
    save_file(state, folder / "w.safetensors")
    torch.save(state, folder / "w.pt")
    yield {"safetensors": folder / "w.safetensors", "pt": folder / "w.pt"}
    for file in folder.iterdir():
        file.unlink()


def test_vectors_are_unit_float32_of_the_stated_length(encoder: Encoder, pictures: list[Image.Image]) -> None:
    images, texts = encoder.encode_images(pictures), encoder.encode_texts(["a latte", "", "커피 \x00 ☕"])
    assert images.shape == (18, encoder.dim)
    assert texts.shape == (3, encoder.dim)
    assert images.dtype == texts.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(np.concatenate([images, texts]), axis=1), 1, atol=1e-5)
    assert encoder.encode_images([]).shape == encoder.encode_texts([]).shape == (0, encoder.dim)
    assert encoder.id == f"open_clip:{MODEL}/random"
    assert encoder.notice is None


def test_a_batch_gives_what_single_items_give(
    encoder: Encoder, pictures: list[Image.Image], tmp_path: Path
) -> None:
    together = encoder.encode_images(pictures)
    alone = np.concatenate([encoder.encode_images([picture]) for picture in pictures[:2]])
    assert float((together[:2] * alone).sum(axis=1).min()) > 0.999
    words = ["one title", "another title", "third"]
    assert (
        float(
            (encoder.encode_texts(words) * np.concatenate([encoder.encode_texts([w]) for w in words]))
            .sum(1)
            .min()
        )
        > 0.9999
    )
    pictures[0].save(tmp_path / "p.png")
    assert float(encoder.encode_images([tmp_path / "p.png"])[0] @ together[0]) > 0.9999


def test_random_weights_are_the_same_each_time(encoder: Encoder) -> None:
    import torch

    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    again = load_encoder(encoder.id, device="cpu")
    assert torch.rand(1) == expected  # the caller's random numbers are left alone
    np.testing.assert_allclose(again.encode_texts(["same"]), encoder.encode_texts(["same"]), atol=1e-6)


def test_the_cpu_precision_changes_next_to_nothing(
    encoder: OpenClipEncoder, pictures: list[Image.Image]
) -> None:
    import dataclasses

    import torch

    exact = dataclasses.replace(load_encoder(encoder.id, device="cpu"), image_dtype=torch.float32)  # type: ignore[type-var]
    exact.model.visual.float()
    cosine = (exact.encode_images(pictures) * encoder.encode_images(pictures)).sum(axis=1)
    assert float(cosine.min()) > 0.999
    assert encoder.image_dtype in (torch.float32, torch.bfloat16)


@pytest.mark.parametrize("kind", ["safetensors", "pt"])
def test_a_checkpoint_file_gives_its_own_vectors_and_its_hash_is_in_the_id(
    encoder: Encoder, checkpoints: dict[str, Path], pictures: list[Image.Image], kind: str
) -> None:
    loaded = load_encoder(f"open_clip:{MODEL}/{checkpoints[kind]}", device="cpu")
    assert loaded.id.startswith(f"open_clip:{MODEL}/{checkpoints[kind]}@")
    np.testing.assert_allclose(loaded.encode_texts(["a"]), encoder.encode_texts(["a"]), atol=1e-5)
    assert (
        float((loaded.encode_images(pictures[:3]) * encoder.encode_images(pictures[:3])).sum(1).min()) > 0.999
    )


def test_an_id_with_a_hash_refuses_a_file_that_changed(checkpoints: dict[str, Path]) -> None:
    with pytest.raises(EncoderError, match=r"has changed: its hash begins with"):
        load_encoder(f"open_clip:{MODEL}/{checkpoints['pt']}@0123456789ab", device="cpu")


def test_weights_of_another_model_are_refused(checkpoints: dict[str, Path]) -> None:
    with pytest.raises(EncoderError, match="does not hold weights of ViT-S-16-alt"):
        load_encoder(f"open_clip:ViT-S-16-alt/{checkpoints['safetensors']}", device="cpu")


class Payload:
    """Runs a command when unpickled by a careless loader."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.target),)


def test_foreign_files_are_refused_and_nothing_in_them_runs(tmp_path: Path) -> None:
    (tmp_path / "notes.safetensors").write_text("shopping list")
    (tmp_path / "notes.pt").write_text("shopping list")
    (tmp_path / "empty.pt").touch()
    (tmp_path / "evil.pt").write_bytes(pickle.dumps({"state_dict": Payload(tmp_path / "ran")}))
    for name in ("notes.safetensors", "notes.pt", "empty.pt", "evil.pt"):
        with pytest.raises(EncoderError, match="does not hold weights of") as caught:
            load_encoder(f"open_clip:{MODEL}/{tmp_path / name}", device="cpu")
        assert "\n" not in str(caught.value)
    assert not (tmp_path / "ran").exists()
    with pytest.raises(EncoderError, match="no weights file"):
        load_encoder(f"open_clip:{MODEL}/{tmp_path / 'absent.pt'}", device="cpu")


def test_a_wrong_model_or_tag_is_told_what_there_is() -> None:
    with pytest.raises(EncoderError, match=r"no model 'ViT-B-3'; near it are .*ViT-B-32"):
        load_encoder("open_clip:ViT-B-3/openai", device="cpu")
    with pytest.raises(EncoderError, match=r"no weights 'opena' of ViT-B-32; it knows openai"):
        load_encoder("open_clip:ViT-B-32/opena", device="cpu")


def test_a_picture_that_is_none_is_a_media_error(encoder: Encoder, tmp_path: Path) -> None:
    (tmp_path / "words.png").write_text("not a picture")
    with pytest.raises(MediaError):
        encoder.encode_images([tmp_path / "words.png"])


def test_a_tokenizer_that_needs_transformers_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(WeightsUnavailable, match="`pip install transformers`"):
        load_encoder("open_clip:roberta-ViT-B-32/random", device="cpu")


@pytest.mark.usefixtures("encoder")  # what is timed is not the import
def test_weights_that_can_not_be_fetched_fail_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub is a closed port of this machine; with open_clip's own retries this takes most of a minute."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(hub, "cached_file", lambda repo, name: None)
    closed = "http://127.0.0.1:9"
    monkeypatch.setattr(constants, "ENDPOINT", closed)
    monkeypatch.setattr(
        constants, "HUGGINGFACE_CO_URL_TEMPLATE", closed + "/{repo_id}/resolve/{revision}/{filename}"
    )
    started = time.monotonic()
    with pytest.raises(WeightsUnavailable) as caught:
        load_encoder("open_clip", device="cpu")
    assert time.monotonic() - started < 6
    assert str(caught.value).startswith(
        "open_clip:ViT-B-32/laion2b_s34b_b79k is not on this machine, and the hub"
    )
    assert "Connection refused" in str(caught.value)
    assert "`mini`" in str(caught.value)


def test_open_clip_loads_in_a_fresh_process_and_refuses_quickly_when_offline() -> None:
    """torchvision's native operators may be missing: only a fresh process shows that the import is mended."""
    code = (
        "from shortcast_ml.encoders import load_encoder\n"
        "try: load_encoder('open_clip:ViT-B-32/openai', device='cpu')\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    environment = dict(os.environ, HF_HUB_OFFLINE="1", HF_HOME="/nonexistent")
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout.startswith(
        "WeightsUnavailable open_clip:ViT-B-32/openai is not on this machine, and HF_HUB"
    )
