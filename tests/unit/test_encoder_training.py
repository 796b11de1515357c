"""Training the heads of `mini` on invented pairs: what it learns, keeps and refuses."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.tiny_encoders import CountingEngine

from shortcast_ml import encoder_pairs, train_encoder, words_on_pictures
from shortcast_ml.encoders import (
    heads,
    lite0,
    sentences,
)
from shortcast_ml.errors import InputError

RNG = np.random.default_rng(7)


def test_retrieval_counts_ranks_in_both_directions() -> None:
    image = np.eye(12, dtype=np.float32)
    text = image.copy()
    text[[0, 1]] = text[[1, 0]]  # two titles swapped
    scores = train_encoder.retrieval(image, text)
    assert scores["image_to_title"]["recall_at_1"] == round(10 / 12, 4)
    assert scores["title_to_image"]["recall_at_5"] == 1.0
    assert scores["title_to_image"]["median_rank"] == 1.0


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Two threads fight over layers as small as these."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("one_thread")
def test_training_learns_pairs_that_belong_together_and_repeats_itself() -> None:
    shared = RNG.normal(size=(400, 6)).astype(np.float32)
    picture, title = (shared @ RNG.normal(size=(6, d)).astype(np.float32) for d in (20, 12))
    pairs = encoder_pairs.Features(picture, np.zeros_like(title), title)
    recipe = train_encoder.Recipe(hidden=32, batch=100, dropout=0.0, input_dropout=0.0)
    seen: list[tuple[int, int, str]] = []
    train, held_out = pairs.rows(slice(350)), pairs.rows(slice(350, None))
    found, log = train_encoder.fit(train, held_out, recipe, 3, 15, lambda *step: seen.append(step))
    scores = train_encoder.scored(found, held_out)
    assert scores["image_to_title"]["recall_at_10"] > 0.6
    assert scores["without_words"]["image_to_title"] == scores["image_to_title"]
    assert (scores["pairs"], scores["chance_recall_at_10"]) == (50, 0.2)
    assert 1 <= log["best_epoch"] <= 15
    assert seen[-1][:2] == (15, 15)
    again, _ = train_encoder.fit(train, held_out, recipe, 3, 15, lambda *step: None)
    np.testing.assert_array_equal(found.image.enter, again.image.enter)
    assert found.words_weight == again.words_weight
    with pytest.raises(InputError, match="one epoch"):
        train_encoder.fit(train, held_out, recipe, 3, 0, lambda *step: None)


@pytest.mark.usefixtures("one_thread")
def test_training_learns_from_words_where_looks_say_nothing() -> None:
    title = RNG.normal(size=(400, 12)).astype(np.float32)
    looks = RNG.normal(size=(400, 20)).astype(np.float32)
    words = title + 0.3 * RNG.normal(size=title.shape).astype(np.float32)
    words[::4] = 0
    pairs = encoder_pairs.Features(looks, words, title)
    recipe = train_encoder.Recipe(hidden=32, batch=100, dropout=0.0, input_dropout=0.0)
    train, held_out = pairs.rows(slice(300)), pairs.rows(slice(300, None))
    found, _ = train_encoder.fit(train, held_out, recipe, 3, 15, lambda *step: None)
    scores = train_encoder.scored(found, held_out)
    assert scores["title_to_image"]["recall_at_10"] > 0.6
    assert scores["without_words"]["title_to_image"]["recall_at_10"] < 0.3
    assert scores["with_words_on_picture"] == 0.75


def _png(shade: int) -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (16, 9), (shade * 3 % 256, shade, 0)).save(picture, "WEBP")
    return picture.getvalue()


def _write_youtube(folder: Path, count: int) -> None:
    import pandas as pd

    folder.mkdir(parents=True, exist_ok=True)
    ids = [f"v{i:03}" for i in range(count)]
    days = pd.date_range("2021-01-01", periods=count)[::-1]
    rows = pd.DataFrame({"video_id": ids, "title": [f"title {i}" for i in ids], "published_at": days})
    rows["dup_image"] = [i == 4 for i in range(count)]
    rows.loc[5, "title"] = " "
    rows.to_parquet(folder / "videos.parquet")
    with zipfile.ZipFile(folder / "thumbs.zip", "w") as pictures:
        for i, id in enumerate(ids[:-1]):  # the last has no picture
            pictures.writestr(f"{id}.webp", _png(i))


def _write_bilibili(folder: Path, count: int) -> None:
    import pandas as pd

    folder.mkdir(parents=True)
    rows = pd.DataFrame({"bvid": [f"b{i:03}" for i in range(count)], "title": "a title"})
    rows["uploader_id"] = [f"u{i // 2}" for i in range(count)]
    rows["has_cover"] = [i > 0 for i in range(count)]
    rows.to_parquet(folder / "videos.parquet")
    with zipfile.ZipFile(folder / "covers.zip", "w") as pictures:
        for i in range(count):
            pictures.writestr(f"b{i:03}.webp", _png(i))


class FakeNetwork:
    """Stands for the picture network: mean colour, spread over 1,280 numbers."""

    calls = 0

    def features(self, images: Sequence[Image.Image]) -> np.ndarray[Any, np.dtype[np.float32]]:
        FakeNetwork.calls += 1
        means = [
            np.resize(np.asarray(image, np.float32).mean(axis=(0, 1)), lite0.FEATURES) for image in images
        ]
        return np.stack(means)


@pytest.fixture
def small_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lite0, "load_lite0", FakeNetwork)
    monkeypatch.setattr(sentences, "load_sentences", lambda: sentences.SentenceEncoder(CountingEngine()))


@pytest.mark.usefixtures("small_networks")
def test_an_encoder_is_trained_from_a_folder_and_its_features_are_kept(tmp_path: Path) -> None:
    _write_youtube(tmp_path, 63)
    recipe = train_encoder.Recipe(hidden=16, batch=10, held_out=10)

    def train() -> dict[str, Any]:
        return train_encoder.train_encoder(
            tmp_path, tmp_path / "out", seed=1, epochs=2, recipe=recipe, cache_dir=tmp_path / "cache"
        )

    card = train()
    assert card["data"]["train"] == {"pairs": 40, "until": "2021-02-10"}
    assert card["data"]["test"] == {"pairs": 10, "from": "2021-02-21", "until": "2021-03-04"}
    assert card["recipe"]["seed"] == 1
    assert card["metrics"]["test"]["pairs"] == 10
    assert "bilibili" not in card["metrics"]
    assert card["dim"] == 256
    calls = FakeNetwork.calls
    assert train()["sha256"] == card["sha256"]  # the same seed gives the same file
    assert FakeNetwork.calls == calls  # from the cache
    (cached,) = (tmp_path / "cache").iterdir()
    cached.write_bytes(b"damaged")
    assert train()["sha256"] == card["sha256"]
    assert FakeNetwork.calls == calls + 1


@pytest.mark.usefixtures("small_networks")
def test_covers_are_split_by_uploader_and_scored_by_heads_that_never_saw_them(tmp_path: Path) -> None:
    _write_youtube(tmp_path / "data" / encoder_pairs.YOUTUBE, 63)
    _write_bilibili(tmp_path / "data" / encoder_pairs.BILIBILI, 61)
    covers = encoder_pairs.read_bilibili(tmp_path / "data" / encoder_pairs.BILIBILI)
    out = sum(covers.held_out)
    assert len(covers.ids) == 60
    assert covers.dropped == 0
    assert 4 <= out <= 24
    assert covers.held_out[1] == covers.held_out[2]  # b002 and b003 are of one uploader
    recipe = train_encoder.Recipe(hidden=16, batch=10, held_out=10)
    card = train_encoder.train_encoder(
        tmp_path / "data", tmp_path / "out", epochs=1, recipe=recipe, cache_dir=tmp_path / "cache"
    )
    assert card["data"]["bilibili"]["train"] == {"pairs": 60 - out}
    assert card["metrics"]["bilibili"]["held_out_uploaders"]["pairs"] == out
    assert card["metrics"]["bilibili"]["never_trained_on"]["pairs"] == 10
    assert heads.load_heads(tmp_path / "out")[0].words_weight > 0


def test_data_that_can_not_be_trained_on_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pandas as pd

    with pytest.raises(InputError, match="holds no readable"):
        train_encoder.train_encoder(tmp_path, tmp_path / "out")
    _write_youtube(tmp_path, 20)
    with pytest.raises(InputError, match="17 usable pairs; training needs 3000"):
        train_encoder.train_encoder(tmp_path, tmp_path / "out")
    monkeypatch.setattr(words_on_pictures, "can_read_words", lambda: False)
    with pytest.raises(InputError, match="pip install rapidocr"):
        train_encoder.train_encoder(tmp_path, tmp_path / "out", recipe=train_encoder.Recipe(held_out=4))
    pd.DataFrame({"video_id": ["a"]}).to_parquet(tmp_path / "videos.parquet")
    with pytest.raises(InputError, match="no column published_at, title"):
        train_encoder.train_encoder(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
