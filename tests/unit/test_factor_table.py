"""The table of factors: one place that says which columns a factor has and who can change it."""

from pathlib import Path

import numpy as np

from shortcast_ml.factors import FACTORS, factor_of, factor_table_markdown
from shortcast_ml.features import COLUMNS, THUMBNAIL_COLUMNS
from shortcast_ml.readings import READINGS, UNREAD, Reading, bins_of

MODEL_COLUMNS = (*COLUMNS, *THUMBNAIL_COLUMNS)


def _matches(pattern: str, column: str) -> bool:
    return column == pattern or (pattern.endswith("*") and column.startswith(pattern[:-1]))


def test_each_column_belongs_to_one_factor_and_no_pattern_is_dead() -> None:
    for column in MODEL_COLUMNS:
        owners = [f.name for f in FACTORS for pattern in f.columns if _matches(pattern, column)]
        assert owners == [factor_of(column).name], column
    for factor in FACTORS:
        for pattern in factor.columns:
            assert any(_matches(pattern, c) for c in MODEL_COLUMNS), f"{factor.name}: {pattern} is dead"


def test_each_changeable_column_can_be_read_or_is_listed_as_unreadable() -> None:
    read = [r.column for r in READINGS]
    assert len(set(read)) == len(read)
    assert all(factor_of(c).changeable and c in MODEL_COLUMNS for c in read)
    for column in MODEL_COLUMNS:
        if factor_of(column).changeable:
            unread = any(_matches(pattern, column) for pattern in UNREAD)
            assert (column in read) != unread, column


def test_the_table_in_markdown_names_every_factor_and_column() -> None:
    table = factor_table_markdown()
    lines = table.splitlines()
    assert lines[0] == "| factor | can be changed | columns |"
    assert len(lines) == 2 + len(FACTORS)
    assert "| video length | yes | `log10_duration`, `history_same_length` |" in lines
    assert "| channel size | no | `log10_followers` |" in lines


def test_docs_show_the_table_as_it_is() -> None:
    docs = Path(__file__).parents[2] / "docs" / "explanation.md"
    assert factor_table_markdown() in docs.read_text(encoding="utf-8")


def _reading(column: str) -> Reading:
    return next(r for r in READINGS if r.column == column)


def test_lengths_are_read_in_seconds_and_small_ranges_join_a_neighbour() -> None:
    seconds = np.array([5.0] * 3 + [12.0] * 40 + [17.0] * 40 + [25.0] * 40 + [np.nan] * 5)
    bins = bins_of(_reading("log10_duration"), np.log10(seconds), 30)
    assert [(b.says, int(b.rows.sum())) for b in bins] == [
        ("under 15 s", 43),
        ("15 to 20 s", 40),
        ("20 s or more", 40),
    ]
    assert not np.any([b.rows for b in bins], axis=0)[-5:].any()


def test_counts_are_said_as_people_say_them() -> None:
    tags = np.repeat([0.0, 1, 2, 3, 4, 5, 9, 20], 30)
    says = [b.says for b in bins_of(_reading("hashtags"), tags, 30)]
    assert says[:5] == ["no hashtags", "1 hashtag", "2 hashtags", "3 hashtags", "4 to 5 hashtags"]
    assert says[-1] == "12 or more hashtags"


def test_a_weekday_with_too_few_videos_is_left_out_and_joins_no_other() -> None:
    days = np.array([0.0] * 40 + [1.0] * 5 + [6.0] * 40)
    assert [b.says for b in bins_of(_reading("publish_weekday"), days, 30)] == ["Monday", "Sunday"]
    hours = np.repeat([1.0, 22.5], 40)
    assert [b.says for b in bins_of(_reading("publish_hour_utc"), hours, 30)] == [
        "0 to 21 h UTC",
        "21 to 24 h UTC",
    ]


def test_a_column_without_agreed_edges_is_cut_at_its_quintiles() -> None:
    values = np.linspace(0, 1, 500)
    bins = bins_of(_reading("look_brightness"), values, 30)
    assert [b.says for b in bins] == ["under 20%", "20 to 40%", "40 to 60%", "60 to 80%", "80% or more"]


def test_a_column_that_does_not_vary_or_is_unknown_has_at_most_one_range() -> None:
    assert [b.says for b in bins_of(_reading("look_warmth"), np.zeros(100), 30)] == ["any value"]
    assert bins_of(_reading("look_warmth"), np.full(100, np.nan), 30) == []
