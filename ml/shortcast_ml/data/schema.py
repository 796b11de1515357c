"""The schema of the training table: its columns, its check, and its file."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from shortcast_ml.errors import InputError
from shortcast_ml.records import Platform

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow

VERSION = "1"
VERSION_KEY = b"shortcast.table"
Kind = Literal["text", "text or null", "hashtags", "number", "time", "flag"]

# The dtype of a kind, as a pattern and in words.
DTYPES: dict[Kind, tuple[str, str]] = {
    "number": (r"float64", "float64"),
    "time": (r"datetime64\[\w+, UTC\]", "times in UTC"),
    "flag": (r"boolean", "pandas' nullable boolean"),
}


@dataclass(frozen=True)
class Column:
    """One column: number is float64 with NaN, time is UTC with NaT, flag is a nullable boolean."""

    name: str
    kind: Kind
    meaning: str
    above_zero: bool = False  # numbers: 0 can't be right either


SCHEMA = (
    Column("dataset", "text", "the collection"),
    Column("platform", "text", "tiktok, youtube_shorts, youtube or bilibili"),
    Column("video_id", "text", "unique within the collection"),
    Column("group", "text", "what folds must keep together: a channel, or a block of one topic or time"),
    Column("channel_id", "text or null", "null where the collection names no channel"),
    Column("title", "text", "title or caption without hashtags; empty where there is none"),
    Column("hashtags", "hashtags", "list of text without the # sign, in order"),
    Column("duration_s", "number", "NaN where unknown", above_zero=True),
    Column("published_at", "time", "UTC; NaT where unknown"),
    Column("age_days", "number", "age when `views` was read; NaN where unknown"),
    Column("followers", "number", "of the channel, when `views` was read; NaN where unknown"),
    Column("views", "number", "the count to learn; never missing"),
    Column("original_sound", "flag", "the sound was made for this video (TikTok); null where unknown"),
    Column(
        "thumbnail", "text or null", "where the picture is in the collection's folder: `thumbs.zip!ID.webp`"
    ),
    Column("dhash", "text or null", "64-bit difference hash of the picture, in hexadecimal"),
    Column("short", "flag", "180 s or less, or tagged as a Short; null where neither is known"),
    Column("period", "text or null", "stretch of a collection that changed its nature on the way; else null"),
)
COLUMNS = [c.name for c in SCHEMA]


def fill_columns(columns: Mapping[str, Any], index: "pd.Index[Any]") -> "pd.DataFrame":
    """Return a frame of these columns and, empty, those of the schema that were not given.

    Columns that the schema doesn't know (likes, picture hashes: for cleaning only) come last.
    """
    import pandas as pd

    empty: dict[Kind, Callable[[], Any]] = {
        "text": lambda: "",
        "text or null": lambda: None,
        "hashtags": lambda: [[] for _ in range(len(index))],
        "number": lambda: float("nan"),
        "time": lambda: pd.Series(pd.NaT, index=index, dtype="datetime64[us, UTC]"),
        "flag": lambda: pd.Series(pd.NA, index=index, dtype="boolean"),
    }
    known = {c.name: columns[c.name] if c.name in columns else empty[c.kind]() for c in SCHEMA}
    extra = {name: values for name, values in columns.items() if name not in known}
    return pd.DataFrame(known | extra, index=index)


def check_table(table: "pd.DataFrame") -> None:
    """Raise InputError naming the column, and its first bad row (from 1), where a table breaks the schema."""
    missing = [c for c in COLUMNS if c not in table.columns]
    if missing:
        raise InputError(f"The table lacks the columns {', '.join(missing)}.")
    extra = [str(c) for c in table.columns if c not in COLUMNS]
    if extra:
        raise InputError(
            f"The table has columns that are not in its schema: {', '.join(extra)}. Leave them out: "
            "what is read after publishing must not reach the model."
        )
    for column in SCHEMA:
        values = table[column.name]
        dtype, words = DTYPES.get(column.kind, (r".*", ""))
        if not re.fullmatch(dtype, str(values.dtype)):
            raise InputError(f"Column {column.name} is of {values.dtype}: it must be {words}.")
        wanted, bad = _find_bad(column, values)
        if bad.any():
            row = int(np.argmax(bad))
            value = values.iloc[row].item() if isinstance(values.iloc[row], np.generic) else values.iloc[row]
            raise InputError(f"Column {column.name}, row {row + 1}: {value!r} is not {wanted}.")
    repeated = table.duplicated(["dataset", "video_id"]).to_numpy()
    if repeated.any():
        row = int(np.argmax(repeated))
        raise InputError(
            f"Column video_id, row {row + 1}: {table.video_id.iloc[row]!r} stands in an earlier row too."
        )


def _find_bad(column: Column, values: "pd.Series[Any]") -> tuple[str, np.ndarray]:
    """Return what the column's values should be, in words, and which are not, (n,) bool."""
    n = len(values)
    if column.name == "platform":
        return f"one of {', '.join(get_args(Platform))}", ~values.isin(get_args(Platform)).to_numpy(bool)
    if column.kind in ("text", "text or null"):
        is_text = np.fromiter((isinstance(v, str) for v in values), bool, n)
        if column.kind == "text":
            return "text", ~is_text
        return "text or null", ~is_text & values.notna().to_numpy(bool)
    if column.kind == "hashtags":
        good = (isinstance(v, list | tuple) and all(isinstance(t, str) for t in v) for v in values)
        return "a list of text", ~np.fromiter(good, bool, n)
    if column.kind != "number":  # its dtype says all
        return "", np.zeros(n, bool)
    number = values.to_numpy(float)
    bad = np.isinf(number) | (number < 0)
    if column.above_zero:
        return "a number above 0", bad | (number == 0)
    if column.name == "views":
        bad |= np.isnan(number)
    return "a number of 0 or more", bad


def _arrow_schema() -> "pyarrow.Schema":
    import pyarrow as pa

    types = {
        "text": pa.string(),
        "text or null": pa.string(),
        "hashtags": pa.list_(pa.string()),
        "number": pa.float64(),
        "time": pa.timestamp("us", tz="UTC"),
        "flag": pa.bool_(),
    }
    return pa.schema([(c.name, types[c.kind]) for c in SCHEMA], metadata={VERSION_KEY: VERSION.encode()})


def write_table(table: "pd.DataFrame", path: Path | str) -> None:
    """Check a table and write it as Parquet, with the schema's version; whole or not at all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    check_table(table)
    arrow = pa.Table.from_pandas(table[COLUMNS], schema=_arrow_schema(), preserve_index=False)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        pq.write_table(arrow.replace_schema_metadata({VERSION_KEY: VERSION}), beside, compression="zstd")
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def read_table(path: Path | str) -> "pd.DataFrame":
    """Return a table that `write_table` wrote, checked; raises InputError for any other file."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        arrow = pq.read_table(path)
    except (ValueError, OSError) as error:
        raise InputError(f"{path} can't be read as a training table: {error}.") from error
    version = (arrow.schema.metadata or {}).get(VERSION_KEY, b"").decode()
    if version != VERSION:
        raise InputError(
            f"{path} is not a training table of version {VERSION}. Make it with `shortcast table`."
        )
    table: pd.DataFrame = arrow.to_pandas(types_mapper={pa.bool_(): pd.BooleanDtype()}.get)
    table["hashtags"] = [list(tags) for tags in table.hashtags]
    check_table(table)
    return table
