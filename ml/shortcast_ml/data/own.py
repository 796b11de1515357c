"""Your own table, CSV or Parquet, as a training table: what can't be read is named, never guessed."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from shortcast_ml.data import cells
from shortcast_ml.data.adapters import TOPIC_ROWS, is_short
from shortcast_ml.data.cleaning import (
    DROPPING,
    REPEATED,
    CellProblem,
    CleaningReport,
    ColumnResult,
    RuleResult,
    clean,
    drop_impossible,
)
from shortcast_ml.data.files import Cells, read_cells, read_header
from shortcast_ml.data.mapping import Source, guess_platform, is_ipiu, read_mapping, resolve, simplify
from shortcast_ml.data.schema import fill_columns
from shortcast_ml.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

MAX_PROBLEMS = 200  # more are counted
NEEDED = ("views", "platform")  # a row without them is of no use
EMPTY = frozenset({"", "nan", "nat", "none", "null", "n/a", "na", "-"})


def load_own(path: Path | str, mapping: Path | str | None = None) -> tuple["pd.DataFrame", CleaningReport]:
    """Return the clean training table of a CSV or Parquet file, and the report of what could not be used.

    Columns are found by the names in common use (our own, IPIU, YouTube Data API, Kaggle, TikTok scrapers), or as
    a YAML `mapping` says. A row is dropped when its views or platform can't be read; any other cell that can't be
    is left empty. Raises InputError when a needed column is missing, the mapping is wrong, or no row remains.
    """
    path = Path(path)
    if path.suffix not in (".csv", ".parquet"):
        raise InputError(f"{path} is neither .csv nor .parquet. Save the table as one of them.")
    header = read_header(path)
    sources = resolve(header, read_mapping(Path(mapping)) if mapping is not None else {})
    if "views" not in sources:
        raise InputError(
            f"{path} has no column of views. Name it in a mapping file: `views: NAME`. "
            f"Its columns are {', '.join(header)}."
        )
    platform = guess_platform(header)
    if "platform" not in sources and platform is None:
        raise InputError(
            f"{path} does not say which platform it is from. Add `platform: {{value: tiktok}}` (or "
            "youtube_shorts, youtube, bilibili) to a mapping file."
        )
    by_row = next((c for c in header if simplify(c) == "row"), None) if is_ipiu(header) else None
    used = {s.column for s in sources.values() if s.column is not None} | ({by_row} if by_row else set())
    raw = read_cells(path, [c for c in header if c in used])
    problems = [
        CellProblem(row=row, column="", cell="", problem=why, row_dropped=True)
        for row, why in islice(raw.ragged.items(), MAX_PROBLEMS)
    ]
    n_problems = len(raw.ragged)
    fields, columns = dict[str, list[Any]](), []
    for field, source in sources.items():
        fields[field], result, found = _read_field(field, source, raw)
        columns.append(result)
        problems += found
        n_problems += result.unreadable + (result.empty if field in NEEDED else 0)
    frame = _assemble(path, raw, fields, platform, by_row)
    usable = frame[frame.views.notna() & frame.platform.notna()]
    kept, dropped = drop_impossible(usable)
    for rule in DROPPING:
        if rule.name != REPEATED:
            rows = dropped[rule.name].index
            n_problems += len(rows)
            problems += [
                CellProblem(row=int(row), column="", cell="", problem=rule.name, row_dropped=True)
                for row in rows[:MAX_PROBLEMS]
            ]
    problems.sort(key=lambda p: p.row)
    if kept.empty:
        first = "; ".join(
            f"row {p.row}{f', {p.column}' if p.column else ''}: {p.problem}" for p in problems[:3]
        )
        raise InputError(f"{path} has no row that can be used. {first or 'It has no rows.'}")
    table, report = clean(usable)
    bad = len(raw.ragged) + len(frame) - len(usable)
    unreadable = RuleResult(
        name="unreadable row", meaning="no views, no platform, or too few cells", dropped=bad
    )
    return table, report.model_copy(
        update={
            "videos_read": len(frame) + len(raw.ragged),
            "rules": ((unreadable,) if bad else ()) + report.rules,
            "columns": tuple(columns),
            "columns_not_read": tuple(c for c in header if c not in used),
            "problems": tuple(problems[:MAX_PROBLEMS]),
            "more_problems": max(0, n_problems - MAX_PROBLEMS),
        }
    )


def _read_field(field: str, source: Source, raw: Cells) -> tuple[list[Any], ColumnResult, list[CellProblem]]:
    """Return a field's values, None where empty or unreadable, and the first MAX_PROBLEMS of its problems."""
    read, name = _reader(field, source), source.column or f"value {source.value}"
    given = raw.columns[source.column] if source.column is not None else [source.value] * len(raw.rows)
    values, problems, empty, unreadable = list[Any](), list[CellProblem](), 0, 0
    for row, cell in zip(raw.rows, given, strict=True):
        value, problem = None, ""
        if _is_empty(cell):
            empty += 1
            problem = "is empty" if field in NEEDED else ""
        else:
            try:
                value = read(cell)
            except (ValueError, OverflowError, OSError, TypeError) as error:
                unreadable += 1
                problem = f"{str(cell)[:60]!r} {error}"
        values.append(value)
        if problem and len(problems) < MAX_PROBLEMS:
            problems.append(
                CellProblem(
                    row=row, column=name, cell=str(cell)[:60], problem=problem, row_dropped=field in NEEDED
                )
            )
    n = len(values) - empty - unreadable
    result = ColumnResult(column=field, source=name, read=n, empty=empty, unreadable=unreadable)
    return values, result, problems


def _is_empty(cell: Any) -> bool:
    return cell is None or cell != cell or (isinstance(cell, str) and cell.strip().casefold() in EMPTY)


def _reader(field: str, source: Source) -> Callable[[Any], Any]:
    """Return the function that reads one cell of a field; it raises ValueError."""
    unit = cells.UNITS[field][source.unit] if source.unit else 1.0
    zone = ZoneInfo(source.timezone) if source.timezone else None
    if field in ("views", "likes", "followers"):
        return lambda c: _not_negative(cells.to_count(str(c), source.thousands, source.decimal, unit))
    if field == "duration_s":
        return lambda c: cells.to_seconds(str(c), unit)
    if field == "age_days":
        return lambda c: cells.to_number(str(c)) * unit
    if field == "published_at":
        return lambda c: cells.to_time(c, source.format, zone)
    if field == "read_at":
        return lambda c: cells.to_end_of_day(cells.to_time(c, source.format, zone), zone)
    readers: dict[str, Callable[[Any], Any]] = {
        "original_sound": lambda c: cells.to_flag(str(c)),
        "platform": lambda c: cells.to_platform(str(c)),
        "hashtags": cells.to_hashtags,
        "thumbnail": _to_path,
        "title": str,
    }
    return readers.get(field, lambda c: str(c).strip())


def _not_negative(count: float) -> float:
    if count < 0:
        raise ValueError("is below 0")
    return count


def _to_path(cell: Any) -> str:
    if "://" in str(cell):
        raise ValueError("is an address: pictures are not fetched; give a path beside the table")
    return str(cell)


def _assemble(
    path: Path, raw: Cells, fields: dict[str, list[Any]], platform: str | None, by_row: str | None
) -> "pd.DataFrame":
    """Return the table with `likes`, indexed by the row numbers of the file."""
    import pandas as pd

    from shortcast_ml.text import split_hashtags

    index, n = pd.Index(raw.rows, dtype="int64"), len(raw.rows)

    def column(field: str, dtype: str = "object") -> "pd.Series[Any]":
        return pd.Series(fields.get(field, [None] * n), index=index, dtype=dtype)

    def time(field: str) -> "pd.Series[Any]":
        return pd.to_datetime(column(field), utc=True).astype("datetime64[us, UTC]")

    split = [split_hashtags(t or "") for t in fields.get("title", [None] * n)]
    own_tags = fields.get("hashtags", [None] * n)
    tags = [list(dict.fromkeys([*s[1], *(t or [])])) for s, t in zip(split, own_tags, strict=True)]
    duration, published, age = (
        column("duration_s", "float64"),
        time("published_at"),
        column("age_days", "float64"),
    )
    if "read_at" in fields:
        age = age.fillna((time("read_at") - published).dt.total_seconds() / 86400)
    tagged = pd.Series(["shorts" in [t.casefold() for t in row] for row in tags], index=index, dtype="bool")
    short = is_short(duration, tagged)
    if "platform" in fields:
        where = column("platform")
    elif platform == "youtube":  # the names don't tell a Short from a long video
        where = pd.Series("youtube", index=index).where(~short.fillna(False).astype(bool), "youtube_shorts")
    else:
        where = pd.Series(platform, index=index)
    channel = column("channel_id")
    rows = pd.Series(raw.rows, index=index)
    if by_row:
        rows = (
            pd.to_numeric(pd.Series(raw.columns[by_row], index=index), errors="coerce")
            .fillna(rows)
            .astype("int64")
        )
    group = column("group").fillna(channel).fillna("block" + (rows // TOPIC_ROWS).astype(str))
    columns = {
        "dataset": column("dataset").fillna(path.stem),
        "platform": where,
        "video_id": column("video_id").fillna("row " + index.to_series().astype(str)),
        "group": group,
        "channel_id": channel,
        "title": [s[0] for s in split],
        "hashtags": tags,
        "duration_s": duration,
        "published_at": published,
        "age_days": age,
        "followers": column("followers", "float64"),
        "views": column("views", "float64"),
        "original_sound": column("original_sound", "boolean"),
        "thumbnail": column("thumbnail"),
        "short": short | (where == "youtube_shorts"),
        "likes": column("likes", "float64"),
    }
    return fill_columns(columns, index)
