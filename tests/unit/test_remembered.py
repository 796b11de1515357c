"""Vectors are computed once: kept by content and encoder, by any thread or process, and never in the way."""

import multiprocessing
import sqlite3
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from shortcast_ml.encoders import Encoder
from shortcast_ml.encoders.pictures import as_rgb
from shortcast_ml.encoders.remembered import Remembered, picture_key, remembering, text_key
from shortcast_ml.errors import InputError, MediaError
from shortcast_ml.look import LOOK_COLUMNS, look_at
from shortcast_ml.pictures import LOOK_ID, read_pictures
from shortcast_ml.titles import title_vectors


class Counting:
    """A real, small encoder that counts what it is given."""

    dim, notice = 3, "a notice"

    def __init__(self, id: str = "counting:1") -> None:
        self.id = id
        self.images = self.texts = 0

    def encode_images(self, images: Sequence[str | Path | Image.Image]) -> NDArray[np.float32]:
        self.images += len(images)
        rows = np.array([np.asarray(as_rgb(image)).mean(axis=(0, 1)) + 1 for image in images], np.float32)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True)).reshape(-1, 3)

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts += len(texts)
        rows = np.array([[text.count(letter) + 1.0 for letter in "abc"] for text in texts], np.float32)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True)).reshape(-1, 3)


@pytest.fixture
def reds(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{i}.png" for i in range(4)]
    for i, path in enumerate(paths):
        Image.new("RGB", (16, 9), (60 * i, 20, 30)).save(path)
    return paths


def test_what_was_encoded_once_is_looked_up_also_by_another_encoder_object(
    reds: list[Path], tmp_path: Path
) -> None:
    inner = Counting()
    encoder = remembering(inner, tmp_path / "cache")
    assert isinstance(encoder, Encoder)
    assert (encoder.id, encoder.dim, encoder.notice, encoder.inner) == ("counting:1", 3, "a notice", inner)
    first = encoder.encode_images([*reds, reds[0]])
    assert inner.images == 4  # the one that comes twice is encoded once
    np.testing.assert_array_equal(first[4], first[0])
    np.testing.assert_array_equal(first[:4], Counting().encode_images(reds))
    later = Counting()
    again = remembering(later, tmp_path / "cache")
    np.testing.assert_array_equal(again.encode_images(reds[::-1]), first[3::-1])
    assert later.images == 0
    assert first.dtype == np.float32
    assert remembering(again, tmp_path) is again


def test_texts_are_remembered_too_and_nothing_gives_nothing(tmp_path: Path) -> None:
    inner = Counting()
    encoder = remembering(inner, tmp_path)
    words = ["aab", "", "커피 \x00", "aab"]
    np.testing.assert_array_equal(encoder.encode_texts(words), Counting().encode_texts(words))
    encoder.encode_texts(words)
    assert inner.texts == 3
    assert encoder.encode_texts([]).shape == encoder.encode_images([]).shape == (0, 3)


def test_encoders_do_not_share_vectors(reds: list[Path], tmp_path: Path) -> None:
    remembering(Counting("one:1"), tmp_path).encode_images(reds)
    other = Counting("two:1")
    remembering(other, tmp_path).encode_images(reds)
    assert other.images == 4


def test_a_file_is_known_by_its_content_wherever_it_stands(reds: list[Path], tmp_path: Path) -> None:
    copy = tmp_path / "copy.png"
    copy.write_bytes(reds[0].read_bytes())
    assert picture_key(copy) == picture_key(str(reds[0])) != picture_key(reds[1])
    Image.new("RGB", (16, 9), "blue").save(copy)
    assert picture_key(copy) != picture_key(reds[0])


def test_an_open_picture_is_known_by_what_it_shows() -> None:
    red = Image.new("RGB", (8, 2), "red")
    assert picture_key(red) == picture_key(red.copy()) == picture_key(red.convert("RGBA"))
    assert picture_key(red) != picture_key(Image.new("RGB", (2, 8), "red"))
    assert picture_key(red) != picture_key(Image.new("RGB", (8, 2), "blue"))
    assert picture_key(red.convert("P")) == picture_key(red)


def test_a_file_that_is_not_there_is_the_encoders_to_refuse(tmp_path: Path) -> None:
    with pytest.raises(MediaError):
        remembering(Counting(), tmp_path).encode_images([tmp_path / "absent.png"])


def test_a_cache_that_can_not_be_used_costs_time_only(reds: list[Path], tmp_path: Path) -> None:
    (tmp_path / "looks.db").write_bytes(b"this is no database" * 99)
    (tmp_path / "file").touch()
    for folder in (tmp_path, tmp_path / "file" / "below"):
        inner = Counting()
        encoder = remembering(inner, folder)
        encoder.encode_images(reds)
        encoder.encode_images(reds)
        assert inner.images == 8


def test_a_vector_of_another_length_is_computed_again(tmp_path: Path) -> None:
    memory = Remembered(tmp_path / "v.db")
    memory.put("one", {b"k": np.ones(2, np.float32)})
    found = memory.recall("one", {b"k": 5.0}, lambda xs: [np.full(3, x) for x in xs], dim=3)
    np.testing.assert_array_equal(found[b"k"], [5, 5, 5])
    np.testing.assert_array_equal(memory.get("one", [b"k"])[b"k"], [5, 5, 5])


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    memory = Remembered(tmp_path / "v.db")
    items = {bytes([i // 256, i % 256]): i for i in range(600)}
    done: list[tuple[int, int]] = []

    def until_300(xs: list[int]) -> list[NDArray[np.float32]]:
        if max(xs) > 300:
            raise KeyboardInterrupt
        return [np.array([x], np.float32) for x in xs]

    with pytest.raises(KeyboardInterrupt):
        memory.recall("one", items, until_300, dim=1)
    found = memory.recall(
        "one", items, lambda xs: [np.array([x]) for x in xs], dim=1, say=lambda *of: done.append(of)
    )
    assert done == [(256, 344), (344, 344)]
    assert [int(found[key][0]) for key in items] == list(range(600))


def _write(path: Path, start: int) -> None:
    memory = Remembered(path)
    for i in range(start, start + 40):
        memory.put("one", {i.to_bytes(2, "big"): np.array([i], np.float32)})


def test_several_processes_write_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(tmp_path / "v.db", 40 * k)) for k in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert {writer.exitcode for writer in writers} == {0}
    keys = [i.to_bytes(2, "big") for i in range(120)]
    found = Remembered(tmp_path / "v.db").get("one", keys)
    assert [int(found[key][0]) for key in keys] == list(range(120))


# --- tables ------------------------------------------------------------------------------------------


@pytest.fixture
def folder(reds: list[Path]) -> Path:
    with zipfile.ZipFile(reds[0].parent / "pack.zip", "w") as pack:
        for path in reds[2:]:
            pack.write(path, path.name)
    return reds[0].parent


def test_the_pictures_of_a_table_are_read_once_from_folder_and_pack(folder: Path) -> None:
    places = ["0.png", None, "pack.zip!2.png", "pack.zip!3.png", "0.png"]
    encoder, cache = Counting(), folder / "c" / "looks.db"
    seen = read_pictures(places, folder, encoder, cache=cache)
    assert encoder.images == 3
    assert np.isnan(seen.vectors[1]).all()
    assert np.isnan(seen.looks[1]).all()
    image = Image.open(folder / "2.png").convert("RGB")
    np.testing.assert_array_equal(seen.vectors[2], Counting().encode_images([image])[0])
    np.testing.assert_array_equal(seen.looks[2], [look_at(image)[column] for column in LOOK_COLUMNS])
    np.testing.assert_array_equal(seen.vectors[0], seen.vectors[4])
    again, said = Counting(), []
    repeated = read_pictures(places, folder, again, said.append, cache=cache)
    assert again.images == 0
    assert said == ["pictures read: 0 of 4"]
    np.testing.assert_array_equal(repeated.looks, seen.looks)


def test_looks_are_not_measured_again_for_another_encoder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = folder / "looks.db"
    first = read_pictures(["0.png"], folder, Counting("one:1"), cache=cache)
    monkeypatch.setattr("shortcast_ml.pictures.look_at", lambda image: pytest.fail("measured again"))
    other = read_pictures(["0.png"], folder, Counting("two:1"), cache=cache)
    np.testing.assert_array_equal(first.looks, other.looks)


def test_the_cache_of_an_earlier_version_is_taken_over(folder: Path) -> None:
    import hashlib

    key = hashlib.sha256((folder / "0.png").read_bytes()).digest()
    look = np.arange(len(LOOK_COLUMNS), dtype=float)
    with sqlite3.connect(folder / "looks.db") as db:
        db.execute(
            "create table pictures (encoder text, hash blob, vector blob, look blob, primary key (encoder, hash))"
        )
        row = ("old:1", key, np.array([0, 1, 0], np.float32).tobytes(), look.tobytes())
        db.execute("insert into pictures values (?, ?, ?, ?)", row)
    db.close()
    old = Counting("old:1")
    for _ in range(2):
        seen = read_pictures(["0.png"], folder, old, cache=folder / "looks.db")
    assert old.images == 0
    np.testing.assert_array_equal(seen.vectors[0], [0, 1, 0])
    np.testing.assert_array_equal(seen.looks[0], look)
    assert Remembered(folder / "looks.db").get(LOOK_ID, [key], "float64")[key].shape == look.shape


@pytest.mark.parametrize("place", ["absent.png", "pack.zip!absent.png", "absent.zip!0.png"])
def test_a_picture_that_is_missing_is_named(folder: Path, place: str) -> None:
    with pytest.raises(InputError, match=f"There is no picture {place} in"):
        read_pictures([place], folder, Counting(), cache=folder / "looks.db")


def test_a_picture_that_is_none_is_named(folder: Path) -> None:
    (folder / "words.png").write_text("words")
    with pytest.raises(InputError, match=r"The picture words\.png can't be read"):
        read_pictures(["words.png"], folder, Counting(), cache=folder / "looks.db")


def test_titles_share_the_cache_of_the_encoder_and_stand_in_a_fixed_order(tmp_path: Path) -> None:
    titles, said = ["bb", "a", "", "bb", "ccc"], []
    first = title_vectors(titles, Counting(), said.append, cache=tmp_path / "titles.db")
    assert said == ["titles encoded: 3 of 3"]
    assert first.at.tolist() == [1, 0, -1, 1, 2]
    later = Counting()
    second = title_vectors(titles[::-1], later, cache=tmp_path / "titles.db")
    assert later.texts == 0
    np.testing.assert_array_equal(first.all, second.all)
    encoder = remembering(later, tmp_path)
    np.testing.assert_array_equal(encoder.encode_texts(["ccc"])[0], first.all[2])
    assert later.texts == 0
    assert text_key("a") != text_key("b")
    assert title_vectors([""], Counting(), cache=tmp_path / "titles.db").all.shape == (0, 3)
