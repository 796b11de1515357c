"""Reading a picture: bars, composition, faces, words, concepts, and what is drawn of it."""

import json

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from tests.word_encoder import WordEncoder

from shortcast_ml.encoders import load_encoder
from shortcast_ml.records import Box, SeenWords
from shortcast_ml.seeing import concepts as concepts_module
from shortcast_ml.seeing.composition import centre_of, salient, thirds_of
from shortcast_ml.seeing.concepts import (
    concept_prompts,
    concept_vectors,
    find_concepts,
    shipped_usual,
    usual_of,
)
from shortcast_ml.seeing.letterbox import WHOLE, cut_bars, find_content
from shortcast_ml.seeing.overlay import NARROWEST_PX, SIDE_PX, draw_attention, draw_effects, draw_reading
from shortcast_ml.seeing.reading import Seen, observe_picture, read_picture, shown_px


def scene(width: int, height: int, seed: int = 0) -> Image.Image:
    """Draw a picture full of detail from edge to edge."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(40, 255, (height // 12 + 1, width // 12 + 1, 3), dtype=np.uint8)
    picture = Image.fromarray(coarse).resize((width, height), Image.Resampling.NEAREST)
    grain = rng.integers(-25, 25, (height, width, 1))
    return Image.fromarray(np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8))


def padded(inner: Image.Image, size: tuple[int, int], fill: str | Image.Image = "black") -> Image.Image:
    """Put a picture in the middle of a file."""
    out = fill.copy() if isinstance(fill, Image.Image) else Image.new("RGB", size, fill)
    out.paste(inner, ((size[0] - inner.width) // 2, (size[1] - inner.height) // 2))
    return out


def assert_near(box: Box, x: float, y: float, width: float, height: float) -> None:
    assert (box.x, box.y, box.width, box.height) == pytest.approx((x, y, width, height), abs=0.02)


# --- bars


@pytest.mark.parametrize("fill", ["black", "white", "#204080"])
def test_bars_above_and_below_a_wide_picture_are_cut_whatever_their_colour(fill: str) -> None:
    content, box = cut_bars(padded(scene(480, 270), (480, 360), fill))
    assert_near(box, 0, 0.125, 1, 0.75)
    assert content.size == pytest.approx((480, 270), abs=4)


def test_a_vertical_picture_between_bars_on_all_four_sides_is_found() -> None:
    assert_near(find_content(padded(scene(152, 270), (480, 360))), 164 / 480, 45 / 360, 152 / 480, 270 / 360)


def test_blurred_padding_beside_a_vertical_picture_is_cut() -> None:
    inner = scene(404, 720)
    blurred = inner.resize((1280, 2280)).crop((0, 780, 1280, 1500)).filter(ImageFilter.GaussianBlur(30))
    file = padded(inner, (1280, 720), blurred.point(lambda v: v // 2))
    assert_near(find_content(file), 438 / 1280, 0, 404 / 1280, 1)
    assert find_content(file, smooth=False) == WHOLE


def test_blurred_padding_above_and_below_a_wide_picture_is_cut() -> None:
    inner = scene(720, 404)
    blurred = inner.resize((2280, 1280)).crop((780, 0, 1500, 1280)).filter(ImageFilter.GaussianBlur(30))
    assert_near(
        find_content(padded(inner, (720, 1280), blurred.point(lambda v: v // 2))),
        0,
        438 / 1280,
        1,
        404 / 1280,
    )


def test_jpeg_noise_in_black_bars_changes_nothing(tmp_path: object) -> None:
    import io

    file = io.BytesIO()
    padded(scene(480, 270), (480, 360)).save(file, "JPEG", quality=40)
    assert_near(find_content(Image.open(file)), 0, 0.125, 1, 0.75)


def test_a_dark_scene_between_black_bars_is_found_by_its_usual_shape() -> None:
    dark = scene(480, 270).point(lambda v: v // 12)
    dark.paste(scene(120, 120), (180, 75))
    assert_near(find_content(padded(dark, (480, 360))), 0, 0.125, 1, 0.75)


def test_a_whole_picture_is_returned_as_it_is() -> None:
    picture = scene(640, 360)
    content, box = cut_bars(picture)
    assert content is picture
    assert box == WHOLE


@pytest.mark.parametrize("colour", ["white", "black", "#aa3311"])
def test_a_picture_of_one_colour_has_no_bars(colour: str) -> None:
    assert find_content(Image.new("RGB", (320, 180), colour)) == WHOLE


def test_the_empty_margin_of_a_slide_is_no_bar() -> None:
    slide = Image.new("RGB", (640, 360), "white")
    ImageDraw.Draw(slide).ellipse((270, 120, 370, 220), fill="red")
    assert find_content(slide) == WHOLE


def test_plain_bars_are_of_one_colour_and_of_one_width() -> None:
    two = padded(scene(480, 270), (480, 360))
    two.paste("white", (0, 315, 480, 360))
    assert find_content(two, smooth=False) == WHOLE
    uneven = Image.new("RGB", (480, 360))
    uneven.paste(scene(480, 270), (0, 20))
    assert find_content(uneven) == WHOLE


@pytest.mark.parametrize("size", [(1, 1), (2, 300), (16, 16), (900, 3)])
def test_tiny_and_thin_pictures_are_measured_too(size: tuple[int, int]) -> None:
    assert find_content(Image.new("RGB", size, "red")) == WHOLE


# --- composition


def test_the_centre_of_detail_follows_what_stands_out() -> None:
    for x, y in ((0.2, 0.25), (0.8, 0.75)):
        picture = Image.new("RGB", (640, 360), "#7788aa")
        left, top = round(640 * x) - 40, round(360 * y) - 40
        picture.paste(scene(80, 80), (left, top))
        weights = salient(picture)
        assert weights.sum() == pytest.approx(1)
        assert centre_of(weights) == pytest.approx((x, y), abs=0.08)
        thirds = thirds_of(weights)
        assert sum(thirds) == pytest.approx(1)
        assert int(np.argmax(thirds)) == (0 if x < 0.5 else 8)


def test_a_picture_without_detail_has_its_centre_in_the_middle_and_equal_thirds() -> None:
    weights = salient(Image.new("RGB", (100, 70), "green"))
    assert centre_of(weights) == pytest.approx((0.5, 0.5))
    assert thirds_of(weights) == pytest.approx([1 / 9] * 9)


def test_a_grid_line_through_a_pixel_shares_it_out() -> None:
    weights = np.zeros((4, 4))
    weights[1, 0] = 1.0  # rows from 1/4 to 1/2: a third of it above the line at 1/3
    assert thirds_of(weights) == pytest.approx([1 / 3, 0, 0, 2 / 3, 0, 0, 0, 0, 0])


# --- words, faces, and what is remarkable


def card(text: str, size_px: int, size: tuple[int, int] = (1280, 720)) -> Image.Image:
    picture = Image.new("RGB", size, "#f4f0e0")
    ImageDraw.Draw(picture).text(
        (size[0] // 10, size[1] // 3), text, fill="black", font=ImageFont.load_default(size_px)
    )
    return picture


def test_large_words_can_be_read_on_a_phone_and_small_ones_can_not() -> None:
    pytest.importorskip("rapidocr")
    large, small = read_picture(card("BIG NEWS", 160)), read_picture(card("small print here", 22))
    assert [w.text for w in large.words] == ["BIG NEWS"]
    assert large.legible is True
    assert large.words[0].phone_px > 25
    assert 0.05 < large.words_area < 0.5
    assert small.words
    assert small.legible is False


def test_a_phone_shows_a_cover_a_third_as_wide_as_a_landscape_picture() -> None:
    assert shown_px(1280, 720) == (360, 202.5)
    assert shown_px(720, 1280) == (120, pytest.approx(213.33, abs=0.01))


def seen(**more: object) -> Seen:
    look = {
        "look_brightness": 0.5, "look_contrast": 0.5, "look_sharpness": 3.0, "look_clutter": 0.1,
    }  # fmt: skip
    given = {
        "content": scene(320, 180), "box": WHOLE, "look": look, "faces": (), "words": (), "words_read": True,
        "centre": (0.4, 0.6), "thirds": (1 / 9,) * 9,
    }  # fmt: skip
    return Seen(**(given | more))  # type: ignore[arg-type]


def test_what_is_remarkable_is_said_and_nothing_is_called_a_cause() -> None:
    plain = observe_picture(seen())
    assert len(plain) == 1
    assert "misses about one face in three" in plain[0]
    odd = " ".join(
        observe_picture(
            seen(
                look={
                    "look_brightness": 0.1, "look_contrast": 0.1, "look_sharpness": 1.5, "look_clutter": 0.3,
                },
                box=Box(x=0.25, y=0, width=0.5, height=1),
                words_read=False,
            )
        )
    )  # fmt: skip
    for part in ("dark", "little contrast", "soft", "busy", "fill 50% of the file", "not installed"):
        assert part in odd
    assert "because" not in odd


def test_overlapping_words_are_counted_once_and_none_are_neither_legible_nor_not() -> None:
    words = SeenWords(text="a", confidence=0.9, box=Box(x=0.2, y=0.2, width=0.5, height=0.4), phone_px=30)
    assert seen(words=(words, words)).words_area == pytest.approx(0.2, abs=0.01)
    assert seen().words_area == 0
    assert seen().legible is None
    assert seen(words=(words,)).legible is True


def test_the_bars_are_cut_before_anything_is_measured() -> None:
    inside = read_picture(padded(scene(480, 270), (480, 360)))
    alone = read_picture(scene(480, 270))
    assert inside.bars == pytest.approx(0.25, abs=0.02)
    assert inside.look["look_brightness"] == pytest.approx(alone.look["look_brightness"], abs=0.02)
    assert alone.bars == 0


# --- concepts


def test_only_a_concept_that_stands_out_of_pictures_in_general_is_named() -> None:
    rng = np.random.default_rng(0)
    n = len(concept_prompts())
    concepts = np.eye(n, 160, dtype=np.float32)
    pictures = rng.normal(0, 0.1, (400, 160)).astype(np.float32)
    pictures[:, 3] += 0.5  # near every picture: nothing special
    usual = usual_of(concepts, pictures)
    picture = np.zeros(160, np.float32)
    picture[[3, 7]] = 0.5, 0.6
    found = find_concepts(picture, concepts, usual)
    assert [c.name for c in found] == [list(concept_prompts())[7]]
    assert found[0].similarity == pytest.approx(0.6)
    assert found[0].standout == pytest.approx(6, abs=0.7)
    assert find_concepts(np.zeros(160, np.float32), concepts, usual) == ()


def test_each_concept_has_one_unit_vector_from_all_its_prompts() -> None:
    encoder = WordEncoder()
    vectors = concept_vectors(encoder)
    assert vectors.shape == (len(concept_prompts()), encoder.dim)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    first = next(iter(concept_prompts().values()))
    mean = encoder.encode_texts(first).mean(axis=0)
    np.testing.assert_allclose(vectors[0], mean / np.linalg.norm(mean), atol=1e-6)


def test_the_list_of_concepts_is_open_and_each_has_its_own_words() -> None:
    listed = json.loads(concepts_module.LIST.read_text(encoding="utf-8"))
    assert len(listed["concepts"]) > 100
    assert len(set(listed["concepts"].values())) == len(listed["concepts"])
    assert all("{}" in template for template in listed["templates"])


def test_the_shipped_calibration_is_that_of_the_shipped_encoder() -> None:
    usual = shipped_usual(load_encoder("mini").id)
    assert usual is not None, "run `python -m shortcast_ml.seeing.calibrate DATA` for the new encoder"
    assert usual.mean.shape == usual.spread.shape == (len(concept_prompts()),)
    assert usual.spread.min() > 0
    assert shipped_usual("words:1") is None


# --- overlays


def changed(drawn: Image.Image, plain: Image.Image) -> np.ndarray:
    """Return (h, w) bool: where a drawing differs from the picture at its size."""
    plain = plain.resize(drawn.size)
    return np.abs(np.asarray(drawn, np.int16) - np.asarray(plain, np.int16)).max(axis=2) > 40


@pytest.mark.parametrize("size", [(1280, 720), (360, 640), (48, 48), (2000, 300)])
def test_an_overlay_has_the_picture_and_a_legend_below(size: tuple[int, int]) -> None:
    picture = scene(*size)
    words = SeenWords(text="x", confidence=0.9, box=Box(x=0.1, y=0.0, width=0.5, height=0.1), phone_px=7)
    found = seen(content=picture, faces=(Box(x=0.6, y=0.5, width=0.3, height=0.4),), words=(words,))
    drawn = draw_reading(picture, found)
    assert drawn.mode == "RGB"
    assert drawn.width >= NARROWEST_PX
    assert max(drawn.width, drawn.height - 200) <= max(SIDE_PX, 2 * NARROWEST_PX)
    assert drawn.height > drawn.width * size[1] / size[0]


def test_the_overlay_marks_faces_where_they_are_even_between_bars() -> None:
    file = padded(Image.new("RGB", (640, 720), "#888888"), (1280, 720))
    box = Box(x=0.25, y=0, width=0.5, height=1)
    face = Box(x=0.4, y=0.4, width=0.2, height=0.2)
    drawn = draw_reading(file, seen(content=file, box=box, faces=(face,)))
    teal = np.abs(np.asarray(drawn, np.int16)[:600] - (42, 140, 120)).max(axis=2) < 30
    ys, xs = np.nonzero(teal)
    assert xs.min() / drawn.width == pytest.approx(0.25 + 0.4 * 0.5, abs=0.01)
    assert xs.max() / drawn.width == pytest.approx(0.25 + 0.6 * 0.5, abs=0.01)
    assert ys.min() / (drawn.width * 720 / 1280) == pytest.approx(0.4, abs=0.01)


def test_a_map_is_teal_where_it_helps_and_red_where_it_hurts() -> None:
    grid = np.zeros((5, 8))
    grid[0, 0], grid[4, 7] = 0.1, -0.1
    picture = Image.new("RGB", (1120, 630), "#808080")
    drawn = np.asarray(draw_effects(picture, grid, [], ("less", "no effect", "more"), 0.01), np.int16)
    red, green = drawn[..., 0], drawn[..., 1]
    assert green[40, 60] > red[40, 60] + 60
    assert red[600, 1060] > green[600, 1060] + 60
    assert abs(int(red[300, 560]) - int(green[300, 560])) < 12


def test_effects_below_what_counts_stay_pale() -> None:
    picture = Image.new("RGB", (1120, 630), "#808080")
    weak = draw_effects(picture, np.full((5, 8), 1e-5), [], ("less", "no effect", "more"), 0.01)
    red, green, _ = np.asarray(weak, np.int16)[300, 560]
    assert abs(int(red) - int(green)) < 12


def test_attention_is_drawn_over_the_part_that_the_network_sees() -> None:
    picture = Image.new("RGB", (1120, 630), "#808080")
    square = Box(x=(1 - 9 / 16) / 2, y=0, width=9 / 16, height=1)
    drawn = np.asarray(draw_attention(picture, np.full((7, 7), 1 / 49), square), np.int16)
    assert drawn[300, 560, 0] > drawn[300, 560, 2] + 100
    assert abs(drawn[300, 60, 0] - drawn[300, 60, 2]) < 12
