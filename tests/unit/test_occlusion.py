"""Occlusion maps find what a model looks at, and say it in the model's own numbers."""

from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image

from shortcast_ml.records import Box
from shortcast_ml.seeing.occlusion import LONGEST_PX, Score, grey_out, grid_shape, occlude

RED, BLUE = (255, 0, 0), (0, 0, 255)


def planted(
    size: tuple[int, int], red: tuple[int, int, int, int] | None, blue: tuple[int, int, int, int] | None
):
    picture = Image.new("RGB", size, "#667788")
    for colour, place in ((RED, red), (BLUE, blue)):
        if place is not None:
            picture.paste(colour, place)
    return picture


def share_of(colour: tuple[int, int, int]) -> Score:
    """Score pictures by how much of a colour they have."""

    def score(images: Sequence[Image.Image]) -> np.ndarray:
        return np.array([(np.asarray(image) == colour).all(axis=2).mean() for image in images])

    return score


def test_the_map_finds_a_planted_patch_and_nothing_else() -> None:
    picture = planted((800, 500), (500, 100, 600, 200), None)  # the cell in row 1, column 5
    found = occlude(picture, share_of(RED))
    assert found.grid.shape == (5, 8)
    assert np.argwhere(found.grid > 0).tolist() == [[1, 5]]
    assert found.base == pytest.approx(100 * 100 / (800 * 500))
    assert found.grid[1, 5] == pytest.approx(found.base)
    assert len(found.helps) == 1
    box, effect = found.helps[0]
    assert box == Box(x=5 / 8, y=1 / 5, width=1 / 8, height=1 / 5)
    assert effect == pytest.approx(found.base)
    assert found.hurts == ()


def test_what_the_model_dislikes_is_found_as_hurting() -> None:
    picture = planted((500, 800), (100, 100, 200, 200), (300, 600, 500, 700))

    def score(images: Sequence[Image.Image]) -> np.ndarray:
        return share_of(RED)(images) - share_of(BLUE)(images)

    found = occlude(picture, score)
    assert found.grid.shape == (8, 5)
    assert found.helps[0][0] == Box(x=1 / 5, y=1 / 8, width=1 / 5, height=1 / 8)
    box, effect = found.hurts[0]
    assert box == Box(x=3 / 5, y=6 / 8, width=2 / 5, height=1 / 8)  # two neighbouring cells, one box
    assert effect == pytest.approx(-2 * found.helps[0][1])


def test_the_effect_of_a_box_is_asked_of_the_model_and_not_added_up() -> None:
    picture = planted((800, 500), (200, 200, 400, 300), None)

    def any_red(images: Sequence[Image.Image]) -> np.ndarray:
        return np.array([float((np.asarray(image) == RED).all(axis=2).sum() > 15_000) for image in images])

    found = occlude(picture, any_red)
    assert found.grid.sum() == 2  # either half alone is needed
    assert [effect for _, effect in found.helps] == [1.0]
    assert found.helps[0][0].width == 2 / 8


def test_all_greyed_copies_are_scored_in_one_call() -> None:
    asked: list[int] = []

    def score(images: Sequence[Image.Image]) -> np.ndarray:
        asked.append(len(images))
        return share_of(RED)(images)

    occlude(planted((600, 600), (0, 0, 100, 100), None), score)
    assert asked == [1 + 36, 1]


def test_effects_too_small_to_count_make_no_box() -> None:
    picture = planted((800, 500), (500, 100, 510, 110), None)
    found = occlude(picture, share_of(RED), least=0.01)
    assert found.grid[1, 5] > 0
    assert found.helps == found.hurts == ()


def test_a_flat_score_gives_a_map_of_zeros() -> None:
    found = occlude(planted((320, 180), None, None), lambda images: np.full(len(images), 3.5))
    assert found.base == 3.5
    assert not found.grid.any()
    assert found.helps == found.hurts == ()


def test_a_very_large_picture_is_scaled_down_before_it_is_copied() -> None:
    sizes: set[tuple[int, int]] = set()

    def score(images: Sequence[Image.Image]) -> np.ndarray:
        sizes.update(image.size for image in images)
        return np.zeros(len(images))

    original = planted((4000, 2000), None, None)
    occlude(original, score)
    assert sizes == {(LONGEST_PX, LONGEST_PX // 2)}
    assert original.size == (4000, 2000)


def test_greying_out_leaves_the_original_alone_and_the_rest_as_it_was() -> None:
    picture = planted((80, 50), (0, 0, 80, 50), None)
    greyed = grey_out(picture, Box(x=0.5, y=0, width=0.5, height=0.5))
    assert picture.getpixel((60, 10)) == RED
    assert greyed.getpixel((60, 10)) == (128, 128, 128)
    assert greyed.getpixel((39, 10)) == greyed.getpixel((60, 25)) == RED


@pytest.mark.parametrize(
    ("size", "shape"), [((1280, 720), (5, 8)), ((720, 1280), (8, 5)), ((500, 500), (6, 6))]
)
def test_cells_are_about_square(size: tuple[int, int], shape: tuple[int, int]) -> None:
    assert grid_shape(*size) == shape


def test_only_what_lies_within_is_greyed_out() -> None:
    image = Image.new("RGB", (160, 90), "black")
    image.paste("red", (60, 0, 100, 90))
    seen: list[Image.Image] = []

    def score(images: Sequence[Image.Image]) -> np.ndarray:
        seen.extend(images)
        return np.zeros(len(images))

    found = occlude(image, score, within=Box(x=60 / 160, y=0, width=40 / 160, height=1))
    assert found.grid.shape == (8, 5)
    for picture in seen[1:]:
        changed = np.argwhere(np.any(np.asarray(picture) != np.asarray(image), axis=2))
        assert changed[:, 1].min() >= 60
        assert changed[:, 1].max() < 100
