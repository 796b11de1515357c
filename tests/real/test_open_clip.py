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


# --- the same vectors, faster ------------------------------------------------------------------------


@pytest.mark.usefixtures("encoder")  # which makes the import of torchvision work
@pytest.mark.parametrize("mode", ["shortest", "longest", "squash"])
@pytest.mark.parametrize("size", [(224, 224), (192, 256)])
def test_a_picture_is_fitted_as_open_clip_does_it(mode: str, size: tuple[int, int]) -> None:
    import open_clip
    import torch

    from shortcast_ml.encoders.pictures import Fit, fitted

    how = open_clip.transform.PreprocessCfg(
        size=size, mean=(0.0,) * 3, std=(1.0,) * 3, resize_mode=mode, fill_color=40
    )
    theirs = open_clip.transform.image_transform_v2(how, is_train=False)
    for width, height in ((288, 162), (288, 216), (90, 160), (401, 399), (31, 77), (224, 224), (640, 360)):
        noise = torch.rand((height // 8 + 1, width // 8 + 1, 3), generator=torch.Generator().manual_seed(1))
        picture = Image.fromarray((noise.numpy() * 255).astype(np.uint8)).resize((width, height), 3)
        ours = fitted(picture, Fit(*size, mode, fill=40)).astype(float)  # type: ignore[arg-type]
        expected = theirs(picture).numpy().transpose(1, 2, 0) * 255
        assert np.abs(ours - expected).max() <= 4, (width, height)
        assert np.abs(ours - expected).mean() < 0.5, (width, height)


def test_texts_cut_behind_their_end_have_the_vectors_of_whole_ones(encoder: OpenClipEncoder) -> None:
    import torch

    from shortcast_ml.encoders.clip import can_be_trimmed

    assert can_be_trimmed(encoder.model)
    words = ["a latte", "", "the 3 second latte trick that every barista hides " * 12, "커피 ☕"]
    with torch.inference_mode():
        whole = torch.nn.functional.normalize(encoder.model.encode_text(encoder.tokenize(words)), dim=-1)
    np.testing.assert_allclose(encoder.encode_texts(words), whole.numpy(), atol=2e-6)


FAMILIES = {  # how alike random weights find two pictures of noise: what the parity below is to be seen against
    MODEL: 0.97,
    "coca_ViT-B-32": 0.8,
    "EVA02-B-16": 0.9,
    "convnext_base": 0.9,
    "RN50": 1.01,
    "MobileCLIP2-S0": 1.01,
}


@pytest.mark.parametrize("model", FAMILIES)
def test_every_family_keeps_its_vectors_in_every_precision_of_the_policy(model: str) -> None:
    """Each is compared whether or not this machine would choose it."""
    import dataclasses

    import torch

    from shortcast_ml.encoders.batches import Batches
    from shortcast_ml.encoders.clip import load_open_clip
    from shortcast_ml.encoders.names import parse

    exact = load_open_clip(parse(f"open_clip:{model}/random"), "cpu", exact=True)
    exact = dataclasses.replace(exact, batches=Batches(exact.device, lanes=1))
    levels = np.random.default_rng(3).integers(0, 256, (2, exact.fit.height, exact.fit.width, 3), np.uint8)
    noise, words = [Image.fromarray(picture) for picture in levels], ["one latte", "two"]
    seen, read = exact.encode_images(noise), exact.encode_texts(words)
    assert float(seen[0] @ seen[1]) < FAMILIES[model]
    for dtype in (torch.bfloat16, torch.float16)[: 2 if model == MODEL else 1]:  # the other is slow on a CPU
        exact.model.to(dtype)
        rounded = dataclasses.replace(exact, image_dtype=dtype)
        assert float((rounded.encode_images(noise) * seen).sum(axis=1).min()) > 0.999, dtype
        assert float((rounded.encode_texts(words) * read).sum(axis=1).min()) > 0.999, dtype
        exact.model.float()


def test_an_encoder_that_torch_can_not_compile_runs_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    import torch

    from shortcast_ml.encoders.batches import Batches
    from shortcast_ml.encoders.clip import compile_encoder

    class Broken(torch.nn.Module):
        def forward(self, pixels: object) -> None:
            raise RuntimeError("no C++ compiler\nin many lines")

    monkeypatch.setattr(torch, "compile", lambda network, dynamic: Broken())
    loaded = load_encoder(f"open_clip:{MODEL}/random", device="cpu", compiled=True)
    assert isinstance(loaded, OpenClipEncoder)
    plain = loaded.model.visual
    assert not isinstance(plain, Broken)  # a CPU is better off without
    elsewhere = torch.device("meta")
    loaded = dataclasses.replace(
        loaded, batches=Batches(elsewhere), mean=loaded.mean.to(elsewhere), std=loaded.std.to(elsewhere)
    )
    with pytest.warns(UserWarning, match=r"torch can't compile .* \(no C\+\+ compiler\.\) It runs as it is"):
        assert compile_encoder(loaded) is loaded
    assert loaded.model.visual is plain


def test_out_of_memory_while_loading_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    def full(self: object, *args: object) -> object:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 1.2 GiB")

    monkeypatch.setattr(torch.nn.Module, "requires_grad_", full)
    with pytest.raises(EncoderError, match="does not fit into the memory of cpu; choose a smaller encoder"):
        load_encoder(f"open_clip:{MODEL}/random", device="cpu")


def test_the_bench_runs_all_ways_and_finds_ours_equal_and_faster(tmp_path: Path) -> None:
    import json
    import zipfile

    import typer
    from typer.testing import CliRunner

    from shortcast_evals.bench_encoders import DATASET, bench_encoders

    (tmp_path / DATASET).mkdir()
    with zipfile.ZipFile(tmp_path / DATASET / "thumbs.zip", "w") as pack:
        for i in range(50):
            picture = Image.new("RGB", (288, 162), (5 * i, 99, 40))
            ImageDraw.Draw(picture).rectangle((i, i, 100 + i, 90), fill=(250, 250, 5 * i))
            picture.save(tmp_path / "p.webp")
            pack.write(tmp_path / "p.webp", f"{i:03d}.webp")
    app = typer.Typer()
    app.command()(bench_encoders)
    given = ["--data", str(tmp_path), "--model", MODEL, "--device", "cpu", "--images", "50", "--sample", "10"]
    done = CliRunner().invoke(
        app, [*given, "--rounds", "2", "--draft", "2", "--json"], catch_exceptions=False
    )
    result = json.loads(done.stdout.splitlines()[-1])
    assert set(result["pictures"]) == {"WebP 288x162", "JPEG 1280x720"}
    found = result["pictures"]["WebP 288x162"]
    assert (found["count"], found["sample"], found["rounds"]) == (50, 10, 2)
    assert found["least_cosine"] > 0.999
    assert min(found["ms"].values()) > 0
    assert set(found["times_as_fast"]) == {"plain", "chroma"}
    assert result["draft"]["drafts"] == 2
    assert result["draft"]["p95_ms"] > result["draft"]["p95_ms_without_bundled_encoder"] > 0
    missing = CliRunner().invoke(app, ["--data", str(tmp_path / "absent"), "--model", MODEL])
    assert "give the folder of the data sets" in str(missing.exception)
