"""Bars and padding around real thumbnails: found where they were put, and nowhere else."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from shortcast_ml.seeing.letterbox import WHOLE, find_content

pytestmark = pytest.mark.data

Padded = tuple[Image.Image, tuple[float, float, float, float]]


@pytest.fixture(scope="module")
def pictures(data_dir: Path) -> list[Image.Image]:
    """Read 150 landscape thumbnails that have no padding of their own; a twelfth of the collection has some."""
    out = []
    with zipfile.ZipFile(data_dir / "youtube_thumbs_trending_2020_21" / "thumbs.zip") as pack:
        names = sorted(pack.namelist())[::60][:190]
        for name in names:
            image = Image.open(io.BytesIO(pack.read(name))).convert("RGB")
            if image.size == (288, 162) and find_content(image) == WHOLE:
                out.append(image)
    assert len(out) > 0.8 * len(names)  # hardly a picture loses a part
    return out[:150]


def vertical(image: Image.Image) -> Image.Image:
    return image.crop((98, 0, 190, 162))


def as_jpeg(image: Image.Image) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=75)
    return Image.open(file).convert("RGB")


def letterboxed(image: Image.Image) -> Padded:
    file = Image.new("RGB", (480, 360))
    file.paste(image.resize((480, 270)), (0, 45))
    return as_jpeg(file), (0, 0.125, 1, 0.75)


def boxed_on_all_sides(image: Image.Image) -> Padded:
    file = Image.new("RGB", (480, 360))
    file.paste(vertical(image).resize((152, 270)), (164, 45))
    return as_jpeg(file), (164 / 480, 0.125, 152 / 480, 0.75)


def between_colour(image: Image.Image) -> Padded:
    file = Image.new("RGB", (1280, 720), "#b03060")
    file.paste(vertical(image).resize((408, 720)), (436, 0))
    return as_jpeg(file), (436 / 1280, 0, 408 / 1280, 1)


def between_blur(image: Image.Image) -> Padded:
    upright = vertical(image)
    file = upright.resize((1280, 2254)).crop((0, 767, 1280, 1487)).filter(ImageFilter.GaussianBlur(30))
    file.paste(upright.resize((408, 720)), (436, 0))
    return as_jpeg(file), (436 / 1280, 0, 408 / 1280, 1)


@pytest.mark.parametrize(
    ("pad", "least"),
    [(letterboxed, 0.9), (boxed_on_all_sides, 0.88), (between_colour, 0.95), (between_blur, 0.75)],
)
def test_padding_is_found_where_it_was_put(
    pictures: list[Image.Image], pad: Callable[[Image.Image], Padded], least: float
) -> None:
    found = 0
    for image in pictures:
        file, (x, y, width, height) = pad(image)
        box = find_content(file)
        found += (box.x, box.y, box.width, box.height) == pytest.approx((x, y, width, height), abs=0.02)
    assert found / len(pictures) >= least, f"{pad.__name__}: {found} of {len(pictures)}"
