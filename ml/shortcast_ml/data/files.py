"""Reading files: the columns that were asked for, or an error that names what is missing."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shortcast_ml.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


def read_columns(
    folder: Path, name: str, columns: list[str], optional: list[str] | None = None
) -> "pd.DataFrame":
    """Return columns of a CSV or Parquet file of a collection; other columns are never read.

    An `optional` column that the file lacks is all None. Raises InputError when the file is missing, is not
    what its name says, or lacks one of `columns`.
    """
    import pandas as pd

    path = folder / name
    if not path.is_file():
        raise InputError(
            f"There is no {name} in {folder}. Give the folder that holds the collection's files."
        )
    try:
        if path.suffix == ".csv":
            present = list(pd.read_csv(path, nrows=0).columns)
        else:
            import pyarrow.parquet as pq

            present = list(pq.read_schema(path).names)
        missing = [c for c in columns if c not in present]
        if missing:
            raise InputError(f"{path} lacks the columns {', '.join(missing)}.")
        wanted = columns + [c for c in optional or [] if c in present]
        csv = path.suffix == ".csv"
        frame = pd.read_csv(path, usecols=wanted) if csv else pd.read_parquet(path, columns=wanted)
    except (ValueError, OSError) as error:
        raise InputError(f"{path} can't be read as {path.suffix[1:]}: {error}.") from error
    return frame.reindex(columns=columns + (optional or []))


@dataclass(frozen=True)
class Cells:
    """Cells of chosen columns as they stand in a file; `rows` are the row numbers that a reader sees."""

    columns: dict[str, list[Any]]
    rows: list[int]
    ragged: dict[int, str]  # rows that can't be told into columns, and why


def read_header(path: Path) -> list[str]:
    """Return the column names of a CSV or Parquet file; a record's fields as `record.field`."""
    if path.suffix == ".parquet":
        return list(flat(open_parquet(path).schema_arrow.empty_table()).column_names)
    with _open_csv(path) as (header, _):
        return header


def read_cells(path: Path, columns: list[str]) -> Cells:
    """Return the cells of these columns; rows count from 1, and a CSV's header is row 1."""
    if path.suffix == ".parquet":
        table = flat(open_parquet(path).read(columns=columns)) if columns else None
        n = open_parquet(path).metadata.num_rows
        found = {c: table.column(c).to_pylist() for c in columns} if table is not None else {}
        return Cells(found, list(range(1, n + 1)), {})
    with _open_csv(path) as (header, reader):
        at = {c: header.index(c) for c in columns}
        cells: dict[str, list[Any]] = {c: [] for c in columns}
        rows, ragged = list[int](), dict[int, str]()
        for row, values in enumerate(reader, start=2):
            if not any(values):
                continue
            if len(values) != len(header):
                ragged[row] = f"has {len(values)} cells where the header has {len(header)}"
                continue
            rows.append(row)
            for c, i in at.items():
                cells[c].append(values[i])
    return Cells(cells, rows, ragged)


def open_parquet(path: Path) -> Any:
    """Open a Parquet file. Raises InputError when it is none."""
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(path)
    except (ValueError, OSError) as error:
        raise InputError(f"{path} can't be read as Parquet: {error}.") from error


def flat(table: Any) -> Any:
    """Return an Arrow table with the fields of structs as columns, such as `stats.views`."""
    import pyarrow as pa

    while any(pa.types.is_struct(t) for t in table.schema.types):
        table = table.flatten()
    return table


@contextmanager
def _open_csv(path: Path) -> Iterator[tuple[list[str], Iterator[list[str]]]]:
    """Open a CSV file (UTF-8; parted by comma, semicolon, tab or bar): its header, and its other rows."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            reader = csv.reader(file, delimiter=max(",;\t|", key=first.count))
            header = [name.strip() for name in next(reader, [])]
            if not header:
                raise InputError(f"{path} is empty. Give a CSV file whose first row names the columns.")
            yield header, reader
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text. Save it as CSV in UTF-8.") from error
    except csv.Error as error:
        raise InputError(f"{path} can't be read as CSV: {error}.") from error
    except OSError as error:
        raise InputError(f"{path} can't be opened: {error.strerror}.") from error
