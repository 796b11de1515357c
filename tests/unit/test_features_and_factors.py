"""Columns of a draft, and the factors that they are summed into."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from shortcast_ml.factors import FACTORS, factor_of, observe
from shortcast_ml.features import COLUMNS, THUMBNAIL_COLUMNS, describe_draft, feature_table
from shortcast_ml.growth import KNOT_DAYS
from shortcast_ml.look import LOOK_COLUMNS, look_at
from shortcast_ml.metrics import measure, measure_rungs
from shortcast_ml.records import ChannelHistory, Draft
from shortcast_ml.text import measure_title, split_hashtags, words_to_embed
from shortcast_ml.titles import Vectors, fit_projection, project

POST_PUBLISH = ("likes", "comments", "shares", "saves", "danmaku", "rank", "dislikes", "n_used", "views")


def test_no_column_is_named_after_a_post_publish_fact() -> None:
    assert not [c for c in (*COLUMNS, *THUMBNAIL_COLUMNS) for word in POST_PUBLISH if word in c]


def test_every_column_belongs_to_exactly_one_factor() -> None:
    for column in (*COLUMNS, *THUMBNAIL_COLUMNS):
        owners = [
            f.name
            for f in FACTORS
            if any(column == p or (p.endswith("*") and column.startswith(p[:-1])) for p in f.columns)
        ]
        assert len(owners) == 1, column
    with pytest.raises(KeyError):
        factor_of("likes")


def test_a_title_is_measured_without_its_hashtags() -> None:
    row = measure_title("STOP doing this! #fyp #coffee ☕", ())
    assert row["title_words"] == 4
    assert row["title_exclaims"] == 1
    assert row["hashtags"] == 2
    assert row["hashtags_generic"] == 1
    assert row["title_emoji"] == 1
    assert row["title_click_words"] == 1
    assert split_hashtags("a #b c #d") == ("a c", ("b", "d"))


def test_hashtags_are_read_as_words_once() -> None:
    draft = Draft(title="Latte trick #coffee", hashtags=("coffee", "barista"))
    assert words_to_embed(draft) == "Latte trick coffee barista"


def test_a_table_row_and_a_draft_get_the_same_columns() -> None:
    when = datetime(2026, 1, 6, 18, 30, tzinfo=UTC)
    draft = Draft(
        platform="tiktok", title="How to stop time?", hashtags=("fyp",), duration_s=21.0, publish_at=when
    )
    table = pd.DataFrame(
        {
            "dataset": ["d"], "platform": ["tiktok"], "channel_id": [None], "title": [draft.title],
            "hashtags": [["fyp"]], "duration_s": [21.0], "published_at": [pd.Timestamp(when)], "age_days": [30.0],
            "followers": [np.nan], "views": [1.0],
        }
    )  # fmt: skip
    no_title = Vectors.of(np.full((1, 4), np.nan, np.float32))
    row = feature_table(table, {"default": [0.0] * len(KNOT_DAYS)}, no_title).iloc[0]
    for column, value in describe_draft(draft).items():
        assert row[column] == pytest.approx(value), column
    assert row["publish_hour_utc"] == 18.5
    assert row["publish_weekday"] == 1


def test_what_is_unknown_is_nan_and_said_to_be_not_given() -> None:
    draft = Draft()
    values = describe_draft(draft)
    assert np.isnan(values["title_chars"])
    assert np.isnan(values["log10_duration"])
    seen = observe(draft, None, values)
    assert seen["length"] == "not given"
    assert seen["channel_size"] == "not given"
    assert observe(Draft(title="Hi"), ChannelHistory(followers=12000), values | {"title_chars": 2})[
        "channel_size"
    ] == ("12,000 followers")


def test_a_bright_picture_measures_brighter_than_a_dark_one() -> None:
    bright, dark = (look_at(Image.new("RGB", (200, 100), c)) for c in ((250, 240, 200), (10, 10, 10)))
    assert set(bright) == set(LOOK_COLUMNS)
    assert bright["look_brightness"] > 0.9 > 0.1 > dark["look_brightness"]
    assert bright["look_warmth"] > 0.1
    assert bright["look_clutter"] == 0
    assert bright["look_faces"] == 0


def test_projection_keeps_the_main_axis_and_passes_unknown_through() -> None:
    rng = np.random.default_rng(0)
    vectors = np.outer(rng.normal(size=200), np.eye(8)[2]) + rng.normal(0, 0.01, (200, 8))
    vectors[3] = np.nan
    mean, components = fit_projection(vectors.astype(np.float32), 4)
    assert components.shape == (4, 8)
    assert abs(components[0, 2]) == pytest.approx(1, abs=1e-3)
    assert np.isnan(project(vectors, mean, components)[3]).all()


def test_metrics_of_a_perfect_forecast_and_of_a_constant() -> None:
    y = np.linspace(3, 7, 100)
    perfect = measure(y, y, np.full(100, 5.0), np.ones(100, bool))
    assert perfect["r2"] == 1
    assert perfect["mae_log10"] == 0
    assert perfect["spearman"] == pytest.approx(1)
    assert perfect["auroc_1m"] == 1
    assert perfect["coverage_80"] == 1
    constant = measure(y, np.full(100, y.mean()), np.full(100, 5.0), None)
    assert constant["r2"] == pytest.approx(0)
    assert np.isnan(constant["spearman"])
    assert np.isnan(constant["coverage_80"])


def test_the_bootstrap_resamples_whole_groups() -> None:
    y = np.repeat([3.0, 4.0, 5.0, 6.0], 50) + np.tile(np.linspace(0, 0.1, 50), 4)
    group = np.repeat(["a", "b", "c", "d"], 50)
    rung = measure_rungs(y, {"full": y + 0.1}, y, None, group, bootstraps=50)["full"]
    assert rung["mae_log10"] == {"value": 0.1, "low": 0.1, "high": 0.1}
    assert rung["r2"]["low"] < rung["r2"]["value"]  # with few groups the spread of y itself is uncertain
    assert rung["coverage_80"] is None
