"""The training table's schema: what it refuses, and its file."""

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from shortcast_ml.data import COLUMNS, check_table, read_table, write_table
from shortcast_ml.data.schema import fill_columns
from shortcast_ml.errors import InputError


def table_of(**changes: Any) -> pd.DataFrame:
    columns = {
        "dataset": "d",
        "platform": "tiktok",
        "video_id": ["a", "b"],
        "group": "g",
        "channel_id": ["c", None],
        "title": ["one", ""],
        "hashtags": [["fyp"], []],
        "duration_s": [3.0, float("nan")],
        "published_at": pd.to_datetime(["2026-01-01T10:00Z", None], utc=True),
        "views": [1.0, 0.0],
        "original_sound": pd.array([True, None], "boolean"),
    }
    return fill_columns(columns | changes, pd.RangeIndex(2))


def test_a_good_table_passes_and_survives_its_file(tmp_path: Path) -> None:
    table = table_of()
    check_table(table)
    assert list(table.columns) == COLUMNS
    write_table(table, tmp_path / "new" / "table.parquet")
    back = read_table(tmp_path / "new" / "table.parquet")
    for column in COLUMNS:
        assert [v for v in back[column] if not (v is None or v is pd.NA or v != v)] == [
            v for v in table[column] if not (v is None or v is pd.NA or v != v)
        ], column
    assert back.published_at.isna().tolist() == [False, True]
    assert back.original_sound.tolist() == [True, pd.NA]
    assert list((tmp_path / "new").iterdir()) == [tmp_path / "new" / "table.parquet"]
    assert pq.read_schema(tmp_path / "new" / "table.parquet").metadata[b"shortcast.table"] == b"1"


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"platform": ["tiktok", "vine"]}, "Column platform, row 2: 'vine' is not one of"),
        ({"title": ["one", None]}, "Column title, row 2: (None|nan) is not text"),
        ({"channel_id": ["c", 7]}, "Column channel_id, row 2: 7 is not text or null"),
        ({"hashtags": [["a"], "b"]}, "Column hashtags, row 2: 'b' is not a list of text"),
        ({"duration_s": [0.0, 1.0]}, "Column duration_s, row 1: 0.0 is not a number above 0"),
        ({"age_days": [1.0, -2.0]}, "Column age_days, row 2: -2.0 is not a number of 0 or more"),
        ({"views": [1.0, float("nan")]}, "Column views, row 2: nan is not a number of 0 or more"),
        ({"views": [float("inf"), 1.0]}, "Column views, row 1: inf is not"),
        ({"followers": [1, 2]}, "Column followers is of int64: it must be float64"),
        (
            {"published_at": pd.to_datetime(["2026-01-01", None])},
            "Column published_at is of datetime64.*: it must be times in UTC",
        ),
        ({"short": [True, False]}, "Column short is of bool: it must be pandas' nullable boolean"),
        ({"video_id": ["a", "a"]}, "Column video_id, row 2: 'a' stands in an earlier row too"),
        ({"likes": [1.0, 2.0]}, "not in its schema: likes"),
    ],
)
def test_the_first_bad_row_of_a_column_is_named(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        check_table(table_of(**changes))


def test_a_table_without_a_column_is_refused() -> None:
    with pytest.raises(InputError, match="lacks the columns age_days, views"):
        check_table(table_of().drop(columns=["views", "age_days"]))


def test_nothing_is_written_of_a_bad_table(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        write_table(table_of(views=[1.0, -1.0]), tmp_path / "table.parquet")
    assert list(tmp_path.iterdir()) == []


def test_another_file_is_not_taken_for_a_table(tmp_path: Path) -> None:
    table_of().to_parquet(tmp_path / "other.parquet")
    with pytest.raises(InputError, match="not a training table of version 1"):
        read_table(tmp_path / "other.parquet")
    (tmp_path / "text.parquet").write_text("hello")
    with pytest.raises(InputError, match="can't be read as a training table"):
        read_table(tmp_path / "text.parquet")
