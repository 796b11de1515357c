"""The library as a training table, and the rules by which a personal model is judged."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.invented_library import NOW, a_video, invented_library
from tests.word_encoder import WordEncoder

from shortcast_ml.data.schema import check_table
from shortcast_ml.features import table_texts
from shortcast_ml.fit import Data
from shortcast_ml.folds import group_folds
from shortcast_ml.library_table import library_table
from shortcast_ml.personal import Candidate, PersonalReport, decide
from shortcast_ml.personal_growth import own_growth
from shortcast_ml.personal_term import COLUMNS_SEEN, fit_term
from shortcast_ml.records import Counts
from shortcast_ml.text import words_to_embed
from shortcast_ml.titles import Vectors
from shortcast_ml.versus import Interval, Versus, compare
from shortcast_vectorstore.demo import demo_videos
from shortcast_vectorstore.library import open_library
from shortcast_vectorstore.remembered import RememberedTitles

# --- the table -------------------------------------------------------------------------------------------


def test_a_collected_video_becomes_a_row_of_the_training_table() -> None:
    video = a_video("a", title="Best latte?  #coffee", views=777, hashtags=("coffee", "fyp"))
    table = library_table([video]).table
    check_table(table)
    row = table.iloc[0]
    assert row.drop(["published_at", "original_sound"]).to_dict() | {"dhash": None} == {
        "dataset": "library",
        "platform": "tiktok",
        "video_id": "tiktok:a",
        "group": "tiktok:channel0",
        "channel_id": "tiktok:channel0",
        "title": "Best latte?",
        "hashtags": ["coffee", "fyp"],
        "duration_s": 20.0,
        "age_days": 10.0,
        "followers": 3000.0,
        "views": 777.0,
        "thumbnail": None,
        "short": True,
        "period": None,
        "dhash": None,
    }
    assert row.published_at == NOW - timedelta(days=10)
    assert table_texts(table) == [words_to_embed(video.draft)]


def test_demo_videos_never_count(tmp_path: Path) -> None:
    demo = demo_videos(tmp_path)
    found = library_table([*demo, a_video("a")])
    assert list(found.table.video_id) == ["tiktok:a"]
    assert found.left_out == {"invented for the demo library": len(demo)}
    assert len(library_table(demo).table) == 0


def test_what_cannot_teach_is_left_out_with_the_reason() -> None:
    found = library_table(
        [
            a_video("hidden", views=None),
            a_video("undated", age_days=None),
            a_video("young", age_days=1.9),
            a_video("nobody", channel=None),
            a_video("odd", views=5, likes=9),
            a_video("good"),
        ]
    )
    assert list(found.table.video_id) == ["tiktok:good"]
    assert found.left_out == {
        "its views are hidden": 1,
        "it is not known when it was published": 1,
        "younger than 2 days when its views were read": 1,
        "its channel is not known": 1,
        "more likes than views": 1,
    }


def test_the_newest_reading_counts_and_earlier_ones_become_looks() -> None:
    old = a_video("a", views=50, age_days=5, fetched_at=NOW - timedelta(days=5))
    new = a_video("a", views=80, age_days=10)
    published = NOW - timedelta(days=10)
    readings = {
        "tiktok:a": [
            (published - timedelta(days=1), Counts(views=1)),  # before it was published: a wrong clock
            (published + timedelta(days=3), Counts(views=40)),
            (published + timedelta(days=5), Counts(views=50)),
            (published + timedelta(days=7), Counts(views=30)),  # fewer than before
        ]
    }
    found = library_table([new, old], readings)
    assert list(found.table.views) == [80]
    assert found.looks.to_dict("list") == {
        "video_id": ["tiktok:a"] * 3,
        "platform": ["tiktok"] * 3,
        "channel_id": ["tiktok:channel0"] * 3,
        "age_days": [3, 5, 10],
        "views": [40, 50, 80],
    }


def test_followers_that_one_video_lacks_come_from_its_channel() -> None:
    table = library_table([a_video("a", followers=None), a_video("b", followers=70)]).table
    assert list(table.followers) == [70, 70]


def test_a_thumbnail_that_cannot_be_opened_is_none(tmp_path: Path) -> None:
    Image.new("RGB", (32, 32)).save(tmp_path / "good.png")
    (tmp_path / "bad.png").write_text("not a picture")
    names = ("good.png", "bad.png", "missing.png", "od!d.png")
    Image.new("RGB", (32, 32)).save(tmp_path / "od!d.png")
    videos = [a_video(name, thumbnail_path=tmp_path / name) for name in names]
    table = library_table(videos).table.set_index("video_id")
    assert table.thumbnail["tiktok:good.png"] == str(tmp_path / "good.png")
    assert table.thumbnail.drop("tiktok:good.png").isna().all()


def test_an_empty_library_is_an_empty_table() -> None:
    found = library_table([])
    check_table(found.table)
    assert len(found.table) == len(found.looks) == 0


def test_the_library_gives_its_readings_and_its_vectors_back(home: Path) -> None:
    library = open_library(home)
    try:
        library.remove_demo()
        first = a_video("a", title="coffee dog", views=10, age_days=3, fetched_at=NOW - timedelta(days=7))
        library.add([first, a_video("a", title="coffee dog", views=30), a_video("b", title="phone game")])
        assert library.readings() == {
            "tiktok:a": [(NOW - timedelta(days=7), Counts(views=10)), (NOW, Counts(views=30))],
            "tiktok:b": [(NOW, Counts(views=1000))],
        }
        stored = np.full(16, 0.25, np.float32)
        library.vectors.put("words:1", "title", {"tiktok:a": stored})
        encoder = WordEncoder()
        remembered = RememberedTitles(encoder, library)
        found = remembered.encode_texts(["phone game", "coffee dog", "phone game"])
        assert (found[1] == stored).all()
        assert (found[0] == found[2]).all()
        assert encoder.texts_seen == ["phone game"]
        assert (remembered.id, remembered.dim) == ("words:1", 16)
        assert remembered.encode_texts([]).shape == (0, 16)
        assert remembered.encode_images([Image.new("L", (4, 4))]).shape == (1, 16)
    finally:
        library.close()


# --- the judgement ---------------------------------------------------------------------------------------


def test_a_gain_is_measured_on_the_same_rows_with_channels_drawn_again() -> None:
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(30), 6)
    y = rng.normal(4, 1, 180)
    starter, own = y + rng.choice([-0.5, 0.5], 180), y + rng.choice([-0.2, 0.2], 180)
    found = compare(y, starter, own, group, 7)
    assert (found.videos, found.channels) == (180, 30)
    assert (found.mae_starter, found.mae) == (0.5, 0.2)
    assert found.mae_gain == Interval(value=0.3, low=0.3, high=0.3)
    variance = float(((y - y.mean()) ** 2).mean())
    assert found.r2 == pytest.approx(1 - 0.04 / variance, abs=1e-3)
    assert found.r2_gain.value == pytest.approx(0.21 / variance, abs=1e-3)
    assert found.r2_gain.low < found.r2_gain.value < found.r2_gain.high


def test_one_lucky_channel_is_not_a_gain() -> None:
    group = np.repeat(np.arange(10), 20)
    y = np.zeros(200)
    starter = np.where(group == 0, 2.0, 0.3)
    found = compare(y, starter, np.where(group == 0, 0.0, 0.35), group, 7)
    assert found.mae_gain.value > 0.1
    assert found.mae_gain.low < 0
    assert decide(found, found)[0] is False


def versus(value: float, low: float, high: float, channels: int = 10) -> Versus:
    gain = Interval(value=value, low=low, high=high)
    return Versus(
        videos=100, channels=channels, mae_starter=0.5, mae=0.5 - value, mae_gain=gain,
        r2_starter=0.5, r2=0.6, r2_gain=gain,
    )  # fmt: skip


def test_a_candidate_must_gain_beyond_chance_and_on_later_videos() -> None:
    sure, unsure, loss = versus(0.1, 0.05, 0.15), versus(0.1, -0.1, 0.3), versus(-0.1, -0.2, 0.1)
    assert decide(sure, versus(0.01, -0.1, 0.2)) == (
        True,
        "It gains on channels held out, beyond chance, and on later videos.",
    )
    passed, why = decide(sure, loss)
    assert not passed
    assert "loses 0.100 on the newest fifth" in why
    passed, why = decide(sure, None)
    assert not passed
    assert "several weeks" in why
    passed, why = decide(unsure, sure)
    assert not passed
    assert "about 40 channels would show it; there are 10" in why
    passed, why = decide(loss, sure)
    assert not passed
    assert "errs by 0.100 more than the starter" in why


def test_the_report_shows_both_judgements_and_what_was_left_out() -> None:
    candidate = Candidate(
        name="starter + personal term",
        held_out=versus(0.1, 0.05, 0.15),
        later=versus(0.02, -0.1, 0.1),
        coverage_80=0.81,
        passed=True,
        why="Because.",
    )
    report = PersonalReport(
        videos=1234, channels=10, platforms={"tiktok": 1234}, left_out={"its views are hidden": 3},
        candidates=(candidate,), adopted=candidate.name, model="personal", says=("Adopted.",),
    )  # fmt: skip
    text = report.text()
    assert text.startswith("1,234 videos of 10 channels of your library\n  left out: 3, its views are hidden")
    assert "channels held out: mean error 0.400 against the starter's 0.500 (gain +0.100, 95% +0.050" in text
    assert "later videos: mean error 0.480" in text
    assert "held 81% of the videos" in text
    assert text.endswith("Adopted.")


# --- the library's own growth ----------------------------------------------------------------------------

STARTERS = {"default": [-1.2, -0.9, -0.7, -0.5, -0.35, -0.2, -0.12, -0.06, 0.0, 0.05, 0.1]}


def looks(slope: float, channels: int = 12, videos: int = 5) -> Any:
    """Looks at 2, 5, 12 and 28 days, at which log10 views grow by `slope` per tenfold of age."""
    import pandas as pd

    rng = np.random.default_rng(4)
    found = [
        (
            "tiktok:" + str(v),
            "tiktok",
            f"c{v % channels}",
            age,
            10 ** (4 + slope * np.log10(age) + rng.normal(0, 0.01)),
        )
        for v in range(channels * videos)
        for age in (2.0, 5.0, 12.0, 28.0)
    ]
    return pd.DataFrame(found, columns=["video_id", "platform", "channel_id", "age_days", "views"])


def test_a_growth_of_its_own_is_taken_where_it_foretells_other_channels_better() -> None:
    curves, judged = own_growth(looks(0.6), STARTERS, 7)
    found = judged["tiktok"]
    assert (found.videos, found.channels) == (180, 12)
    assert found.mae_gain.low > 0.02
    assert found.mae < 0.03
    at_30, at_4 = curves["tiktok"][8], curves["tiktok"][5]
    assert at_30 - at_4 == pytest.approx(0.6 * np.log10(30 / 4), abs=0.05)
    assert curves["default"] == STARTERS["default"]


def test_the_starters_growth_stays_where_it_holds_or_looks_are_few() -> None:
    (own, _) = own_growth(looks(0.6), STARTERS, 7)
    curves, judged = own_growth(looks(0.6), {"default": own["tiktok"]}, 7)
    assert judged["tiktok"].mae_gain.low <= 0
    assert set(curves) == {"default"}
    assert own_growth(looks(0.6, channels=7), STARTERS, 7) == (STARTERS, {})
    assert own_growth(looks(0.6, channels=10, videos=3), STARTERS, 7) == (STARTERS, {})
    assert own_growth(library_table([]).looks, STARTERS, 7) == (STARTERS, {})


# --- the term --------------------------------------------------------------------------------------------


def rows(n: int = 300, seed: int = 0) -> tuple[Data, np.ndarray]:
    import pandas as pd

    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, len(COLUMNS_SEEN))).astype(np.float32), columns=list(COLUMNS_SEEN))
    group = np.array([f"c{i % 15}" for i in range(n)])
    same = np.full(n, "tiktok", dtype=object)
    titles = Vectors(np.empty((0, 4), np.float32), np.full(n, -1))
    return Data(X, rng.normal(size=n), group, same, same, np.zeros(n), np.ones(n), titles), rng.normal(size=n)


def test_the_term_learns_what_is_there_at_full_weight() -> None:
    data, noise = rows()
    residual = 0.8 * (data.X["title_question"].to_numpy() > 0) - 0.5 + 0.1 * noise
    term = fit_term(data, residual, 7)
    assert term.weight > 0.9
    assert np.corrcoef(term.predict(data), residual)[0, 1] > 0.9
    assert term.predict(data).mean() == pytest.approx(-0.1, abs=0.05)


def test_the_term_of_noise_has_next_to_no_weight() -> None:
    weights = [fit_term(rows(seed=seed)[0], rows(seed=seed)[1], 7).weight for seed in range(3)]
    assert np.mean(weights) < 0.3


def test_a_library_of_two_channels_still_fits_a_term() -> None:
    data, residual = rows(60)
    two = Data(**{**vars(data), "group": np.array(["a", "b"] * 30)})
    assert len(group_folds(two.group, 2, 7)) == 2
    assert 0 <= fit_term(two, residual, 7).weight <= 1


def test_the_invented_library_is_all_usable() -> None:
    found = library_table(invented_library(5, 4))
    assert len(found.table) == 20
    assert found.left_out == {}
