"""The bench of words on pictures: what it counts, and that it finds an effect that is there and no other."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageDraw, ImageFont

from shortcast_evals import bench_words
from shortcast_ml import thumbnails
from shortcast_ml.features import TITLE_COLUMNS
from shortcast_ml.look import LOOK_COLUMNS
from shortcast_ml.thumbnails import DATASET, Thumbnails
from shortcast_ml.words_on_pictures import Words


def _measured(rows: int = 900) -> tuple[Thumbnails, pd.DataFrame]:
    """Return invented videos whose views follow the area of their words, and nothing else that is known."""
    rng = np.random.default_rng(5)
    words = pd.DataFrame(rng.uniform(size=(rows, len(bench_words.WORD_COLUMNS))))
    words.columns = list(bench_words.WORD_COLUMNS)
    unit = rng.normal(size=(2, rows, 64)).astype(np.float32)
    unit /= np.linalg.norm(unit, axis=2, keepdims=True)
    return (
        Thumbnails(
            y=5 + words["words_area"].to_numpy() + rng.normal(scale=0.1, size=rows),
            looks=rng.uniform(size=(rows, len(LOOK_COLUMNS))),
            pictures=unit[0],
            titles=unit[1],
            own=pd.DataFrame(rng.uniform(size=(rows, len(TITLE_COLUMNS))), columns=list(TITLE_COLUMNS)),
        ),
        words,
    )


def test_an_effect_of_words_is_found_and_noise_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "ROUNDS", 60)
    monkeypatch.setattr(thumbnails, "PARAMS", thumbnails.PARAMS | {"min_data_in_leaf": 40})
    monkeypatch.setattr(bench_words, "BOOTSTRAPS", 100)
    data, words = _measured()
    found = bench_words.compare(data, words, seed=0)
    assert found["r2_with"] > found["r2_without"] + 0.3
    assert found["r2_low"] > 0
    assert found["spearman_low"] > 0
    noise = words.sample(frac=1, random_state=1).reset_index(drop=True)
    assert bench_words.compare(data, noise, seed=0)["r2_low"] <= 0


def test_words_are_counted_by_line_word_letter_area_and_height() -> None:
    lines = (Words("BIG DAY", 0.9, (0.1, 0.1, 0.5, 0.2)), Words("out now", 0.8, (0.1, 0.6, 0.4, 0.1)))
    assert bench_words.describe_words(lines) == pytest.approx(
        dict(zip(bench_words.WORD_COLUMNS, (2, 4, 14, 0.14, 0.2), strict=True))
    )
    assert set(bench_words.describe_words(()).values()) == {0.0}


def test_what_reading_costs_is_told_for_each_size(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench_words, "LOOKS_PX", (192, 288))
    (tmp_path / DATASET).mkdir()
    with zipfile.ZipFile(tmp_path / DATASET / "thumbs.zip", "w") as pack:
        for i in range(10):
            picture, content = Image.new("RGB", (288, 162), (30, 60, 90)), io.BytesIO()
            if i % 2:
                ImageDraw.Draw(picture).text((20, 50), "WORDS", font=ImageFont.load_default(size=60))
            picture.save(content, "WEBP", quality=95)
            pack.writestr(f"v{i}.webp", content.getvalue())
    bench_words.bench_words(tmp_path, pictures=10, as_json=True)
    cost = json.loads(capsys.readouterr().out)["cost"]
    assert set(cost) == {"192", "288"}
    assert all(row["with_words"] == 0.5 and row["cpu_ms"] > 0 for row in cost.values())
    assert cost["192"]["letters"] == 2.5
    monkeypatch.setattr(bench_words, "LOOKS_PX", (192,))
    bench_words.bench_words(tmp_path, pictures=10)
    assert "192 px:" in capsys.readouterr().out
