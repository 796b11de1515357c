"""What a computed difference between pictures is worth, on invented pictures with a planted effect."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageDraw, ImageFont

from shortcast_ml.changes import picture
from shortcast_ml.changes.measure import Came, worth
from shortcast_ml.features import TITLE_COLUMNS
from shortcast_ml.forecast import load_model
from shortcast_ml.look import LOOK_COLUMNS
from shortcast_ml.thumbnails import Thumbnails, fit_thumbnail
from shortcast_ml.words_on_pictures import can_read_words


def invented(effect: float, n: int = 1500, seed: int = 4) -> Thumbnails:
    """Return n videos, oldest first, whose log10 views are noise and `effect` for each bright picture."""
    rng = np.random.default_rng(seed)
    looks = rng.random((n, len(LOOK_COLUMNS)))
    vectors = rng.normal(size=(2, n, 24))
    pictures, titles = vectors / np.linalg.norm(vectors, axis=2, keepdims=True)
    bright = looks[:, LOOK_COLUMNS.index("look_brightness")] > 0.5
    return Thumbnails(
        y=6 + effect * bright + rng.normal(0, 0.3, n),
        looks=looks,
        pictures=pictures,
        titles=titles,
        own=pd.DataFrame(rng.random((n, len(TITLE_COLUMNS))), columns=list(TITLE_COLUMNS)),
    )


def _worth(effect: float) -> tuple[float, float]:
    computed, rest = picture._held_out(invented(effect), 7, 1.0)
    rows = np.arange(len(rest))
    found = worth(Came(computed, rest, rows, rows), 7)
    assert found is not None
    return found.slope, found.low_95


def test_what_pictures_do_comes_true_and_what_they_do_not_does_not() -> None:
    slope, low = _worth(0.4)
    assert 0.8 < slope < 1.4
    assert low > 0.6
    slope, low = _worth(0.0)
    assert slope < 0.5
    assert low < 0


def test_the_level_of_newer_videos_is_no_effect_of_their_pictures() -> None:
    data = invented(0.0)
    drifting = Thumbnails(
        y=data.y + np.repeat([0.0, -0.5, -1.0, -1.5, -2.0], 300),
        looks=data.looks,
        pictures=data.pictures,
        titles=data.titles,
        own=data.own,
    )
    _, rest = picture._held_out(drifting, 7, 1.0)
    levels = rest.reshape(5, 300).mean(axis=1)
    assert np.abs(levels).max() < 1e-9


def test_the_booster_and_its_worth_learn_from_the_same_remainders() -> None:
    booster, projection, metrics = fit_thumbnail(invented(0.4), 7)
    assert booster.num_trees() == 250
    assert projection["picture_mean"].shape == (24,)
    assert metrics["n_train"] + metrics["n_test"] == 1500
    assert metrics["spearman_of_remainder"]["low"] > 0.2


def test_words_on_pictures_are_counted_as_they_are_read(tmp_path: Path) -> None:
    if not can_read_words():
        pytest.skip("rapidocr is not installed")
    with zipfile.ZipFile(tmp_path / "thumbs.zip", "w") as pack:
        for i in range(8):
            image = Image.new("RGB", (288, 162), (30, 60, 90))
            if i % 2:
                ImageDraw.Draw(image).text((20, 50), "BIG SALE", "white", ImageFont.load_default(48))
            held = io.BytesIO()
            image.save(held, "PNG")
            pack.writestr(f"{i}.png", held.getvalue())
    data = invented(0.0, n=8)
    placed = Thumbnails(
        data.y,
        data.looks,
        data.pictures,
        data.titles,
        data.own,
        tuple(f"thumbs.zip!{i}.png" for i in range(8)),
    )
    rest = np.array([0.0, 0.2] * 4)
    computed = np.array([0.0, 0.1] * 4)
    said: list[str] = []
    ((name, (shown, _)),) = picture._with_words(placed, tmp_path, computed, rest, 1, said.append).items()
    assert name == "words on the picture"
    assert shown.multiplier == pytest.approx(10**0.2, abs=1e-3)
    assert shown.model == pytest.approx(10**0.1, abs=1e-3)
    assert said == ["words looked for on 0 of 8 pictures"]


def test_without_the_collection_pictures_are_not_measured(tmp_path: Path) -> None:
    assert picture.picture_worth(tmp_path, load_model(), 7, None, lambda _: None) == (None, {})
