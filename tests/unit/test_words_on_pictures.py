"""Words on pictures: read with the bundled networks, from pictures drawn here."""

import importlib.machinery
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from shortcast_ml import words_on_pictures
from shortcast_ml.words_on_pictures import Words, can_read_words, read_words, read_words_of


def _picture(*lines: tuple[str, tuple[int, int], int], size: tuple[int, int] = (480, 270)) -> Image.Image:
    """Draw (text, place, height in pixels) on a dark picture."""
    picture = Image.new("RGB", size, (40, 60, 90))
    draw = ImageDraw.Draw(picture)
    for text, place, height in lines:
        draw.text(place, text, fill="white", font=ImageFont.load_default(size=height))
    return picture


def _texts(words: tuple[Words, ...]) -> list[str]:
    return [line.text for line in words]


def test_words_are_read_with_their_place_as_shares_of_the_picture() -> None:
    (line,) = read_words(_picture(("COFFEE TIME", (48, 135), 54)))
    assert line.text == "COFFEE TIME"
    assert 0.9 < line.confidence <= 1
    x, y, width, height = line.box
    assert x == pytest.approx(48 / 480, abs=0.04)
    assert y == pytest.approx(145 / 270, abs=0.06)
    assert 0.5 < width < 0.9
    assert 0.1 < height < 0.3
    assert line.area == pytest.approx(width * height)


def test_lines_come_in_reading_order() -> None:
    picture = _picture(("second", (20, 120), 44), ("first", (200, 20), 44), ("third", (280, 122), 44))
    assert _texts(read_words(picture)) == ["first", "second", "third"]


@pytest.mark.parametrize("size", [(144, 81), (480, 270), (1920, 1080)])
def test_a_picture_of_any_size_is_read(size: tuple[int, int]) -> None:
    picture = _picture(("HELLO", (40, 80), 100)).resize(size)
    assert _texts(read_words(picture)) == ["HELLO"]
    assert all(0 <= value <= 1 for value in read_words(picture)[0].box)


def test_a_quick_look_finds_large_words() -> None:
    assert _texts(read_words(_picture(("BIG WORDS", (30, 90), 80)), look_px=192)) == ["BIG WORDS"]


def test_a_line_that_stands_or_leans_is_read() -> None:
    level = _picture(("MOUNTAIN", (60, 100), 60))
    assert _texts(read_words(level.rotate(-90, expand=True))) == ["MOUNTAIN"]
    assert _texts(read_words(level.rotate(12, fillcolor=(40, 60, 90)))) == ["MOUNTAIN"]


def test_grey_and_transparent_pictures_are_read_too() -> None:
    picture = _picture(("LATTE", (60, 90), 80))
    assert (
        _texts(read_words(picture.convert("L"))) == _texts(read_words(picture.convert("RGBA"))) == ["LATTE"]
    )


def test_a_picture_without_words_has_none() -> None:
    assert read_words(Image.new("RGB", (288, 162), "green")) == ()
    assert read_words(Image.new("RGB", (1, 1))) == ()
    assert read_words_of([]) == []


def test_marks_that_say_nothing_are_no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = _picture(("ONE LINE", (30, 90), 70))
    for text, expected in (("■", 0), ("_", 0), ("", 0), ("?!", 1), ("7", 1), ("家", 1)):
        monkeypatch.setattr(
            words_on_pictures, "_read", lambda engine, lines, text=text: [(text, 0.9)] * len(lines)
        )
        assert len(read_words(picture)) == expected
    monkeypatch.setattr(words_on_pictures, "_read", lambda engine, lines: [("blurred", 0.4)] * len(lines))
    assert read_words(picture) == ()


@pytest.mark.parametrize("lanes", [1, 2, 8])
def test_what_is_read_does_not_depend_on_the_other_pictures(
    lanes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words_on_pictures, "_lanes", lambda: lanes)
    pictures = [_picture(("one two", (20, 40), 50)), _picture(), _picture(("three", (20, 90), 60))]
    together = read_words_of(pictures)
    assert [_texts(words) for words in together] == [["one two"], [], ["three"]]
    assert [words[0].box for words in together[::2]] == [read_words(p)[0].box for p in pictures[::2]]


def test_each_core_that_may_be_used_takes_a_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert words_on_pictures._lanes() == 3
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert words_on_pictures._lanes() >= 1


def test_threads_share_the_networks() -> None:
    found: dict[int, list[str]] = {}
    pictures = [_picture((f"NUMBER {i + 2}", (30, 90), 60)) for i in range(4)]
    threads = [
        threading.Thread(target=lambda i=i: found.update({i: _texts(read_words(pictures[i]))}))
        for i in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {i: [f"NUMBER {i + 2}"] for i in range(4)}


def test_without_the_package_no_words_are_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(words_on_pictures, "_loaded", None)
    foreign = importlib.machinery.ModuleSpec("rapidocr", None, origin=str(tmp_path / "__init__.py"))
    for spec in (None, foreign):  # not installed, or a version with other networks
        monkeypatch.setattr("importlib.util.find_spec", lambda name, spec=spec: spec)
        assert not can_read_words()
        assert read_words(_picture(("HELLO", (40, 80), 100))) == ()
        assert words_on_pictures.networks_sha256() == ()

    def stub(name: str) -> None:
        raise ValueError(f"{name}.__spec__ is None")

    monkeypatch.setattr("importlib.util.find_spec", stub)
    assert not can_read_words()


def test_the_networks_are_there_and_told_by_their_hashes() -> None:
    assert can_read_words()
    hashes = words_on_pictures.networks_sha256()
    assert len(hashes) == 2
    assert all(len(digest) == 64 for digest in hashes)


def test_repeated_letters_and_blanks_of_the_reader_become_text() -> None:
    alphabet = ("", "a", "b", " ")
    best = np.array([0, 1, 1, 0, 1, 3, 2, 2, 0, 3])
    sure = np.array([1, 0.8, 0.1, 1, 0.6, 1, 1, 0.1, 1, 0.6], np.float32)
    text, confidence = words_on_pictures._letters(best, sure, alphabet)
    assert text == "aa b"
    assert confidence == pytest.approx((0.8 + 0.6 + 1 + 1 + 0.6) / 5)
    assert words_on_pictures._letters(np.zeros(4, int), sure[:4], alphabet) == ("", 0.0)


def test_reading_imports_neither_the_package_nor_anything_heavy_before_it_is_asked() -> None:
    code = (
        "import sys, shortcast_ml.words_on_pictures as w\n"
        "assert not {'cv2', 'onnxruntime', 'numpy', 'PIL'} & set(sys.modules)\n"
        "from PIL import Image\n"
        "assert w.read_words(Image.new('RGB', (64, 64))) == ()\n"
        "assert 'rapidocr' not in sys.modules"  # it would log, and could download
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
