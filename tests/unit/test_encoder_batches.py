"""Batches: every item once, in order, whatever the device, and smaller ones where memory runs out."""

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from shortcast_ml.encoders import batches, devices, precision
from shortcast_ml.encoders.batches import Batches, Ready, is_out_of_memory, make_pixels, make_tokens
from shortcast_ml.encoders.pictures import Fit, fitted
from shortcast_ml.errors import EncoderError, MediaError

CPU = torch.device("cpu")


def make_rows(pool: Executor, items: Sequence[int], pinned: bool) -> Ready:
    """Make (k, 2) float32 of numbers: an angle as a point on the circle."""
    angles = pool.submit(lambda: torch.tensor([[np.cos(i), np.sin(i)] for i in items], dtype=torch.float32))
    return angles.result


def circle(n: int) -> np.ndarray[Any, Any]:
    return np.stack([np.cos(np.arange(n)), np.sin(np.arange(n))], axis=1).astype(np.float32)


@pytest.mark.parametrize("lanes", [0, 1, 2, 3])
@pytest.mark.parametrize("n", [0, 1, 2, 7, 64, 65])
def test_every_item_has_its_vector_in_order(lanes: int, n: int) -> None:
    found = Batches(CPU, size=8, lanes=lanes).vectors(range(n), 2, make_rows, lambda rows: 5 * rows)
    np.testing.assert_allclose(found, circle(n), atol=1e-6)
    assert found.dtype == np.float32


def test_lanes_share_the_work_evenly_and_leave_the_number_of_threads_alone() -> None:
    before = torch.get_num_threads()
    sizes: list[int] = []
    threads: set[int] = set()

    def compute(rows: torch.Tensor) -> torch.Tensor:
        sizes.append(len(rows))
        threads.add(torch.get_num_threads())
        return rows

    Batches(CPU, size=32, lanes=2).vectors(range(66), 2, make_rows, compute)
    assert sorted(sizes) == [15, 17, 17, 17]
    assert threads == {1}
    assert torch.get_num_threads() == before


class SmallMemory:
    """A network that holds so many rows at once and says in some words when it can't."""

    def __init__(self, most: int, error: Callable[[], Exception]) -> None:
        self.most, self.error = most, error
        self.tried: list[int] = []

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        self.tried.append(len(rows))
        if len(rows) > self.most:
            raise self.error()
        return rows


@pytest.mark.parametrize(
    "error",
    [
        lambda: torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB"),
        lambda: RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"),
        lambda: RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
    ],
)
@pytest.mark.parametrize("lanes", [0, 1])
def test_a_batch_that_does_not_fit_is_halved_and_the_work_goes_on(
    error: Callable[[], Exception], lanes: int
) -> None:
    network, device = SmallMemory(5, error), Batches(CPU, size=32, lanes=lanes)
    found = device.vectors(range(50), 2, make_rows, network)
    np.testing.assert_allclose(found, circle(50), atol=1e-6)
    assert network.tried[:4] == [32, 16, 8, 4]
    assert max(network.tried[4:]) <= 4
    assert device.size == 4  # it learned
    device.vectors(range(9), 2, make_rows, network)
    assert network.tried.count(32) == 1


def test_the_parts_of_a_batch_that_fitted_are_not_computed_again() -> None:
    computed: list[int] = []

    def compute(rows: torch.Tensor) -> torch.Tensor:
        if len(computed) == 4 and len(rows) > 2:  # memory runs out on the way
            raise torch.OutOfMemoryError("CUDA out of memory")
        computed.extend(range(len(rows)))
        return rows

    device = Batches(CPU, size=4, lanes=1)
    found = device.vectors(range(8), 2, make_rows, compute)
    np.testing.assert_allclose(found, circle(8), atol=1e-6)
    assert computed == [0, 1, 2, 3, 0, 1, 0, 1]


@pytest.mark.parametrize("lanes", [0, 2])
def test_one_item_that_does_not_fit_is_told_in_a_sentence(lanes: int) -> None:
    network = SmallMemory(0, lambda: torch.OutOfMemoryError("CUDA out of memory"))
    with pytest.raises(EncoderError, match="Not even one item fits into the memory of cpu; choose a smaller"):
        Batches(CPU, size=4, lanes=lanes).vectors(range(4), 2, make_rows, network)


@pytest.mark.parametrize("lanes", [0, 2])
def test_other_errors_of_the_network_are_let_through(lanes: int) -> None:
    network = SmallMemory(0, lambda: RuntimeError("shapes cannot be multiplied"))
    with pytest.raises(RuntimeError, match="shapes cannot"):
        Batches(CPU, size=4, lanes=lanes).vectors(range(9), 2, make_rows, network)
    assert not is_out_of_memory(RuntimeError("shapes cannot be multiplied"))
    assert torch.get_num_threads() >= 1


@pytest.mark.parametrize("lanes", [0, 1, 2])
def test_a_file_that_is_no_picture_stops_the_work(lanes: int, tmp_path: Path) -> None:
    (tmp_path / "words.jpg").write_text("no picture")
    images = [Image.new("RGB", (9, 9)), tmp_path / "words.jpg", *[Image.new("RGB", (9, 9))] * 20]
    device = Batches(CPU, size=4, lanes=lanes)
    with pytest.raises(MediaError):
        device.vectors(images, 3, make_pixels(Fit(8, 8)), lambda x: x.float().mean(dim=(1, 2)))
    assert not [t for t in threading.enumerate() if t.name.startswith("shortcast-") and not t.daemon]


def test_pixels_are_made_in_order(tmp_path: Path) -> None:
    colours = [(i * 5, 255 - i * 5, 60) for i in range(30)]
    images = [Image.new("RGB", (40 + i, 20), colour) for i, colour in enumerate(colours)]
    for lanes in (0, 2):
        found = Batches(CPU, size=4, lanes=lanes).vectors(
            images, 3, make_pixels(Fit(8, 8)), lambda x: x.float().mean(dim=(1, 2))
        )
        expected = np.array(colours, np.float32)
        np.testing.assert_allclose(
            found, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-5
        )


def test_texts_are_tokenised_a_batch_at_once_and_cut_behind_the_last_end_mark() -> None:
    seen: list[int] = []

    def tokenize(texts: list[str]) -> torch.Tensor:
        seen.append(len(texts))
        rows = torch.zeros((len(texts), 77), dtype=torch.long)
        for row, text in enumerate(texts):
            rows[row, : len(text) + 1] = torch.tensor([*map(ord, text), 999])
        return rows

    lengths: list[int] = []

    def compute(tokens: torch.Tensor) -> torch.Tensor:
        lengths.append(tokens.shape[1])
        return torch.ones((len(tokens), 2))

    device = Batches(CPU, size=2, lanes=1)
    device.vectors(["ab", "abcd", "a"], 2, make_tokens(tokenize, trim=True), compute)
    assert seen == [2, 1]
    assert lengths == [5, 2]
    lengths.clear()
    device.vectors(["ab"], 2, make_tokens(tokenize), compute)
    assert lengths == [77]


# --- how a picture is fitted -------------------------------------------------------------------------


def drawn(width: int, height: int) -> Image.Image:
    """Draw words and shapes with hard edges over a gradient: what decoding at a part of the size would blur."""
    ramp = np.linspace(0, 255, width)[None, :, None] * np.linspace(1, 0.3, height)[:, None, None]
    image = Image.fromarray(np.broadcast_to(ramp, (height, width, 3)).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    pen.ellipse((width // 5, height // 5, width // 2, height - 9), fill=(250, 60, 30))
    for line in range(0, height, max(height // 12, 8)):
        pen.text((width // 3, line), "3 SECOND LATTE TRICK", fill=(255, 255, 0))
    return image


def test_a_large_jpeg_is_decoded_at_half_its_size_and_looks_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = drawn(1280, 720)
    picture.save(tmp_path / "large.jpg", quality=90)
    opened = Image.open(tmp_path / "large.jpg").convert("RGB")
    monkeypatch.setattr(
        "shortcast_ml.media.open_image", lambda path: pytest.fail("it was decoded at its whole size")
    )
    small = fitted(tmp_path / "large.jpg", Fit(224, 224)).astype(float)
    whole = fitted(opened, Fit(224, 224)).astype(float)
    assert small.shape == (224, 224, 3)
    assert np.abs(small - whole).mean() < 2
    assert 10 * np.log10(255**2 / ((small - whole) ** 2).mean()) > 32  # dB


@pytest.mark.parametrize("kind", ["small", "turned", "grey", "cmyk", "png"])
def test_what_is_no_plain_large_jpeg_is_opened_as_any_picture(kind: str, tmp_path: Path) -> None:
    picture, path, options = drawn(1280, 720), tmp_path / "p.jpg", {}
    if kind == "small":
        picture = picture.resize((300, 200))
    elif kind == "turned":
        exif = Image.Exif()
        exif[0x0112] = 6  # the camera was held upright
        options["exif"] = exif
    elif kind in ("grey", "cmyk"):
        picture = picture.convert("L" if kind == "grey" else "CMYK")
    else:
        path = tmp_path / "p.png"
    picture.save(path, **options)
    from shortcast_ml.media import open_image

    expected = fitted(open_image(path), Fit(224, 224))
    np.testing.assert_array_equal(fitted(path, Fit(224, 224)), expected)


def test_a_jpeg_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    drawn(1280, 720).save(tmp_path / "whole.jpg")
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "whole.jpg").read_bytes()[:9000])
    with pytest.raises(MediaError, match="damaged or cut off"):
        fitted(tmp_path / "cut.jpg", Fit(64, 64))


def test_a_picture_of_any_shape_fills_the_square() -> None:
    for size in ((1, 1), (1, 900), (900, 1), (224, 224), (3, 2000)):
        for mode in ("shortest", "longest", "squash"):
            assert fitted(Image.new("RGB", size, "red"), Fit(32, 48, mode, fill=9)).shape == (32, 48, 3)
    padded = fitted(Image.new("RGB", (100, 50), "red"), Fit(40, 40, "longest", fill=9))
    assert padded[5, 20].tolist() == [9, 9, 9]
    assert padded[20, 20].tolist() == [255, 0, 0]


# --- precision ---------------------------------------------------------------------------------------


@pytest.fixture
def fresh_probe() -> Any:
    precision.bfloat16_gain.cache_clear()
    yield
    precision.bfloat16_gain.cache_clear()


@pytest.mark.usefixtures("fresh_probe")
def test_the_cpu_is_tried_once_and_quickly_and_keeps_its_threads() -> None:
    import time

    before = torch.get_num_threads()
    start = time.perf_counter()
    gain = precision.bfloat16_gain()
    assert time.perf_counter() - start < 3
    assert gain >= 0
    assert torch.get_num_threads() == before
    start = time.perf_counter()
    assert precision.bfloat16_gain() == gain
    assert time.perf_counter() - start < 0.01


@pytest.mark.usefixtures("fresh_probe")
@pytest.mark.parametrize(
    ("ordinary_s", "half_s", "chosen"),
    [(0.003, 0.0007, torch.bfloat16), (0.003, 0.0029, torch.float32), (0.003, 5.0, torch.float32)],
)
def test_bfloat16_is_chosen_where_it_is_really_faster(
    ordinary_s: float, half_s: float, chosen: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precision, "_layer", lambda dtype: dtype)
    tried: list[torch.dtype] = []

    def time_it(dtype: torch.dtype) -> float:
        tried.append(dtype)
        return half_s if dtype is torch.bfloat16 else ordinary_s

    monkeypatch.setattr(precision, "_seconds", time_it)
    assert precision.choose_precision(CPU) == (chosen, torch.float32)
    if half_s > 1:
        assert tried.count(torch.bfloat16) == 1  # one look at what is emulated is enough


def test_a_gpu_computes_in_half_the_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert precision.choose_precision(torch.device("mps")) == (torch.float16, torch.float16)
    for has, dtype in ((True, torch.bfloat16), (False, torch.float16)):
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation, has=has: has)
        assert precision.choose_precision(torch.device("cuda")) == (dtype, dtype)


def test_waiting_threads_sleep_unless_the_user_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    devices.wait_asleep()
    assert os.environ["OMP_WAIT_POLICY"] == "passive"
    monkeypatch.setenv("OMP_WAIT_POLICY", "active")
    devices.wait_asleep()
    assert os.environ["OMP_WAIT_POLICY"] == "active"


def test_the_number_of_cores_is_that_of_the_process() -> None:
    assert 1 <= batches.cores() <= (os.cpu_count() or 1)
