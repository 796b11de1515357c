"""read_thumbnail and explain_thumbnail over the shipped starter, the bundled encoder and the demo library."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from shortcast_ml.encoders import load_encoder
from shortcast_ml.errors import InputError, LibraryError, MediaError
from shortcast_ml.records import Draft, Published, utc_now
from shortcast_ml.settings import Settings
from shortcast_tools.analysis import feature_row
from shortcast_tools.draft import read_draft
from shortcast_tools.drawn import save_picture
from shortcast_tools.explain_thumbnail import _score, explain_thumbnail
from shortcast_tools.parts import Parts, parts, use
from shortcast_tools.read_thumbnail import read_thumbnail

TITLE = "The 3-second latte trick"


@pytest.fixture(autouse=True)
def _parts(shared_parts: Parts) -> object:
    with use(shared_parts):
        yield


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Draw a thumbnail: a cup, large words, small words."""
    image = Image.new("RGB", (1280, 720), "#2c4a63")
    draw = ImageDraw.Draw(image)
    draw.ellipse((760, 160, 1180, 580), fill="#f2e8dc", outline="#553311", width=24)
    draw.ellipse((840, 240, 1100, 500), fill="#8a5a33")
    draw.text((70, 110), "LATTE", fill="white", font=ImageFont.load_default(190))
    draw.text((70, 600), "only three seconds", fill="#ffdd55", font=ImageFont.load_default(30))
    path = tmp_path_factory.mktemp("pictures") / "latte.png"
    image.save(path)
    return path


# --- reading


def test_a_thumbnail_is_read_with_words_fit_and_an_overlay(picture: Path) -> None:
    read = read_thumbnail(str(picture), TITLE)
    assert (read.width_px, read.height_px) == (1280, 720)
    assert read.bars == 0
    assert 0.1 < read.brightness < 0.6
    assert sum(read.thirds) == pytest.approx(1)
    if read.words_read:
        assert "LATTE" in {words.text for words in read.words}
        assert read.legible is False
    assert read.alignment is not None
    assert -1 <= read.alignment <= 1
    assert read.alignment_percentile is not None
    assert 0 <= read.alignment_percentile <= 1
    assert read.alignment_pairs >= 50
    assert any("invented videos and their generated pictures" in note for note in read.notes)
    assert read.overlay_path is not None
    with Image.open(read.overlay_path) as overlay:
        assert overlay.width == 1120
        assert overlay.height > 630
    assert read.overlay_path.parent.name == "drawn"


def test_without_a_title_no_fit_is_claimed(picture: Path) -> None:
    read = read_thumbnail(str(picture))
    assert read.alignment is None
    assert read.alignment_percentile is None
    assert read.alignment_pairs == 0
    assert any("Without a title" in note for note in read.notes)


def test_bars_are_cut_before_the_picture_is_read(picture: Path, tmp_path: Path) -> None:
    file = Image.new("RGB", (480, 360))
    with Image.open(picture) as inner:
        file.paste(inner.resize((480, 270)), (0, 45))
    file.save(tmp_path / "hq.png")
    read, whole = read_thumbnail(str(tmp_path / "hq.png")), read_thumbnail(str(picture))
    assert read.bars == pytest.approx(0.25, abs=0.02)
    assert read.content.y == pytest.approx(0.125, abs=0.01)
    assert read.brightness == pytest.approx(whole.brightness, abs=0.02)
    assert read.height_px == 360


def test_what_cannot_be_read_is_said_in_one_sentence(tmp_path: Path) -> None:
    for given, part in (("", "no thumbnail to read"), ("  ", "no thumbnail to read"), ("no.png", "no file")):
        with pytest.raises(InputError, match=part):
            read_thumbnail(given)
    Image.new("RGB", (9, 9)).save(tmp_path / "tiny.png")
    with pytest.raises(MediaError, match="too small to judge"):
        read_thumbnail(str(tmp_path / "tiny.png"))
    (tmp_path / "text.png").write_text("hello")
    with pytest.raises(MediaError, match="not a picture"):
        read_thumbnail(str(tmp_path / "text.png"))
    with pytest.raises(InputError, match="not a link"):
        read_thumbnail("https://example.com/a.jpg")
    with pytest.raises(InputError, match="no thumbnail to explain"):
        explain_thumbnail("")


def test_a_flat_picture_is_read_too(tmp_path: Path) -> None:
    Image.new("RGB", (640, 360), "black").save(tmp_path / "black.png")
    read = read_thumbnail(str(tmp_path / "black.png"), TITLE)
    assert read.centre == pytest.approx((0.5, 0.5))
    assert read.faces == read.words == ()
    assert any("dark" in note for note in read.notes)


def test_collected_pictures_and_pairs_take_the_place_of_invented_ones(picture: Path, tmp_path: Path) -> None:
    with use(Parts(Settings(home=tmp_path / "home", _env_file=None))) as here:  # type: ignore[call-arg]
        encoder = here.encoder
        rng = np.random.default_rng(0)
        videos = [
            Published(
                draft=Draft(title=f"video {i}"),
                video_id=f"v{i}",
                url="https://example.com",
                fetched_at=utc_now(),
            )
            for i in range(60)
        ]
        here.library.add(videos)
        here.index.sync()
        vectors = rng.normal(size=(60, encoder.dim)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        keys = [f"youtube_shorts:v{i}" for i in range(60)]
        here.library.vectors.put(encoder.id, "image", dict(zip(keys, vectors, strict=True)))
        read = read_thumbnail(str(picture), TITLE)
        assert read.alignment_pairs == 60  # none of the invented ones
        assert not any("invented" in note for note in read.notes)
        titles = encoder.encode_texts([v.draft.title for v in videos])
        below = ((titles * vectors).sum(axis=1) < read.alignment).mean()
        assert read.alignment_percentile == pytest.approx(below, abs=0.02)
        here.close()


def test_another_encoder_needs_real_pictures_before_it_names_what_is_shown(
    picture: Path, tmp_path: Path
) -> None:
    from tests.word_encoder import WordEncoder

    here = Parts(Settings(home=tmp_path / "home", _env_file=None))  # type: ignore[call-arg]
    here._encoder = WordEncoder()
    here.library.remove_demo()
    with use(here):
        read = read_thumbnail(str(picture), TITLE)
    here.close()
    assert read.concepts == ()
    assert read.alignment is not None
    assert read.alignment_percentile is None
    notes = " ".join(read.notes)
    assert "needs 50 real pictures in the library" in notes
    assert "20 are needed to say how well this one fits" in notes


# --- explaining


def test_the_map_starts_from_the_forecast_itself(picture: Path) -> None:
    read = read_draft(TITLE, thumbnail=str(picture), followers=5_000)
    with Image.open(picture) as image:
        scored = _score(read.draft, read.channel)([image.convert("RGB")])
    expected = parts().model.distribution(feature_row(read.draft, read.channel), 30).centre
    assert scored[0] == pytest.approx(expected, abs=1e-6)


def test_the_forecast_is_mapped_over_the_picture(picture: Path) -> None:
    told = explain_thumbnail(str(picture), TITLE, followers=5_000)
    assert (told.rows, told.columns) == (5, 8)
    assert len(told.grid) == 5
    assert all(len(line) == 8 for line in told.grid)
    assert (told.method, told.of, told.model) == ("occlusion", "forecast", "starter")
    assert all(region.multiplier > 1.004 for region in told.helps)
    assert all(region.multiplier < 0.996 for region in told.hurts)
    assert told.multiplier is not None
    read = read_draft(TITLE, thumbnail=str(picture), followers=5_000)
    blind = read.draft.model_copy(update={"thumbnail_path": None})
    with_, without = (
        parts().model.distribution(feature_row(d, read.channel), 30).centre for d in (read.draft, blind)
    )
    assert told.multiplier == pytest.approx(10 ** (with_ - without))
    notes = " ".join(told.notes)
    assert "landscape YouTube videos that trended in 2020-21" in notes
    assert "less than the model can tell from nothing" in notes
    assert told.overlay_path is not None
    assert told.overlay_path.is_file()


def test_a_region_means_the_forecast_with_it_over_that_without(picture: Path) -> None:
    from shortcast_ml.seeing.occlusion import grey_out

    told = explain_thumbnail(str(picture), TITLE, followers=5_000)
    region = (*told.helps, *told.hurts)[0]
    read = read_draft(TITLE, thumbnail=str(picture), followers=5_000)
    with Image.open(picture) as image:
        whole = image.convert("RGB")
        base, greyed = _score(read.draft, read.channel)([whole, grey_out(whole, region.box)])
    assert region.multiplier == pytest.approx(10 ** (base - greyed))


def test_the_fit_with_the_title_is_mapped_by_the_users_own_encoder(picture: Path) -> None:
    told = explain_thumbnail(str(picture), TITLE, of="title fit")
    assert told.of == "title fit"
    assert told.multiplier is None
    assert told.helps == told.hurts == ()
    assert told.encoder_id == told.model == parts().encoder.id
    assert f"by {told.encoder_id}; it says nothing of views" in told.notes[0]
    assert np.abs(told.grid).max() < 2
    with pytest.raises(InputError, match="give the title as well"):
        explain_thumbnail(str(picture), of="title fit")


def test_attention_is_shown_for_a_vision_transformer_and_refused_for_others(
    picture: Path, shared_parts: Parts
) -> None:
    with pytest.raises(InputError, match="ask for `title fit` or `forecast`"):
        explain_thumbnail(str(picture), of="attention")
    held = shared_parts._encoder
    shared_parts._encoder = load_encoder("open_clip:ViT-S-32-alt/random", device="cpu")
    try:
        told = explain_thumbnail(str(picture), of="attention")
    finally:
        shared_parts._encoder = held
    assert told.method == "attention rollout"
    assert (told.rows, told.columns) == (7, 7)
    assert np.sum(told.grid) == pytest.approx(1)
    assert any("random" in note for note in told.notes)
    assert any("only the middle" in note for note in told.notes)


def test_a_model_that_reads_no_thumbnails_says_so(picture: Path, tmp_path: Path) -> None:
    import dataclasses

    blind = Parts(Settings(home=tmp_path, _env_file=None))  # type: ignore[call-arg]
    blind._model = dataclasses.replace(parts().model, thumbnail=None)
    with use(blind), pytest.raises(InputError, match="does not read thumbnails: ask for `title fit`"):
        explain_thumbnail(str(picture), TITLE)


def test_places_are_said_in_words() -> None:
    from shortcast_ml.records import Box

    corners = (
        (0, 0, 0.2, 0.2),
        (0.4, 0.4, 0.2, 0.2),
        (0.8, 0.4, 0.2, 0.2),
        (0.3, 0.8, 0.4, 0.2),
        (0, 0, 1, 0.9),
    )
    told = {Box(x=x, y=y, width=w, height=h).place for x, y, w, h in corners}
    assert told == {"upper left", "middle", "right part", "lower part", "better part of the picture"}


# --- what is drawn


def test_a_drawing_is_kept_once_and_never_half(tmp_path: Path) -> None:
    image = Image.new("RGB", (64, 64), "red")
    first, again = save_picture(image, "map"), save_picture(image.copy(), "map")
    other = save_picture(Image.new("RGB", (64, 64), "blue"), "map")
    assert first == again != other
    assert not list(first.parent.glob("*.part"))
    with Image.open(first) as kept:
        assert kept.format == "JPEG"
        assert kept.size == (64, 64)


def test_a_file_where_the_folder_should_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("in the way")
    with (
        use(Parts(Settings(home=tmp_path, _env_file=None))),
        pytest.raises(LibraryError, match="SHORTCAST_HOME"),
    ):  # type: ignore[call-arg]
        save_picture(Image.new("RGB", (9, 9)), "map")
