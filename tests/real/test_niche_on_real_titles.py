"""The view of a niche on real videos: topics mean something, and nothing is found where nothing is."""

from pathlib import Path

import pytest

from shortcast_evals.bench_niche import CHARTS, TIKTOK, found_in_nothing, timed, topics_of

pytestmark = pytest.mark.data


def test_topics_of_charted_titles_agree_with_categories_and_channels(data_dir: Path) -> None:
    row = topics_of(data_dir, CHARTS, 500)
    assert row["topics"] >= 3
    assert row["category_ami"] > 0.15
    assert abs(row["category_ami_shuffled"]) < 0.05
    assert row["purity"] > row["largest"] + 0.1
    assert row["same_channel"] > 2 * row["chance"]


def test_captions_of_one_account_share_a_topic_more_often_than_others_do(data_dir: Path) -> None:
    row = topics_of(data_dir, TIKTOK, 400)
    assert row["topics"] >= 3
    assert row["same_channel"] > 1.3 * row["chance"]


def test_shuffled_times_and_lengths_hardly_ever_stand_out(data_dir: Path) -> None:
    row = found_in_nothing(data_dir, 12)
    assert row["runs_with_any"] <= 3
    assert row["said"] <= 0.02 * row["asked"]


def test_a_niche_of_four_hundred_videos_takes_seconds(data_dir: Path) -> None:
    row = timed(data_dir, 400)
    assert row["view_s"] + row["map_s"] < 10
