"""Reading tables piece by piece: a row that can't be told into columns is named, and takes no other with it."""

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from shortcast_ml.data.files import flat, open_parquet
from shortcast_ml.errors import InputError

if TYPE_CHECKING:
    pass

BATCH_ROWS = 4000
SUFFIXES = (".csv", ".tsv", ".parquet")
LONGEST_LINE = 1 << 20  # characters; what is longer is cut, and its row named
WORDLESS = re.compile(r"(?=.*\w)\S{1,200}")
NEVER_CLOSED = "has a quote that is not closed, or too few or many cells"


@dataclass
class Batch:
    """Some rows of a table: cells by column, as they stand in the file.

    `rows` count from 1, the header not counted; `lines` are lines of a text file. `ragged` are rows that
    can't be told into columns: (row, line, what is wrong). `done` of `total` are bytes or rows.
    """

    columns: dict[str, list[Any]]
    rows: list[int] = field(default_factory=list)
    lines: list[int | None] = field(default_factory=list)
    ragged: list[tuple[int, int | None, str]] = field(default_factory=list)
    done: int = 0
    total: int = 0


def read_header(path: Path) -> list[str]:
    """Return the column names of a table; a Parquet record's fields as `record.field`. Raises InputError."""
    if path.suffix == ".parquet":
        return list(flat(open_parquet(path).schema_arrow.empty_table()).column_names)
    with _open_text(path) as file:
        return _header(path, file)[0]


def read_batches(path: Path, columns: list[str], wordless: Sequence[str] = ()) -> Iterator[Batch]:
    """Yield these columns of a table, BATCH_ROWS at a time. Raises InputError where the file breaks off.

    `wordless` columns hold numbers and ids, no words: by them a row is known that a quote has swallowed.
    """
    if path.suffix == ".parquet":
        return _parquet_batches(path, columns, BATCH_ROWS)
    return _csv_batches(path, columns, wordless, BATCH_ROWS)


# --- Parquet -----------------------------------------------------------------------------------------


def _parquet_batches(path: Path, columns: list[str], size: int) -> Iterator[Batch]:
    import pyarrow as pa

    file = open_parquet(path)
    total, first = file.metadata.num_rows, 1
    tops = sorted({name if name in file.schema_arrow.names else name.split(".")[0] for name in columns})
    pieces = file.iter_batches(batch_size=size, columns=tops)
    while True:
        try:
            piece = next(pieces, None)
            if piece is None:
                return
            table = flat(pa.Table.from_batches([piece]))
            cells = {name: _cells(table.column(name)) for name in columns}
        except (OSError, ValueError, OverflowError) as error:  # pyarrow's own errors are of these kinds
            raise InputError(
                f"{path} can't be read from row {first} on: {error}. The rows before it were kept."
            ) from error
        rows = list(range(first, first + piece.num_rows))
        first += piece.num_rows
        yield Batch(cells, rows, [None] * len(rows), done=first - 1, total=total)


def _cells(column: Any) -> list[Any]:
    """Return a column's cells; one that Python can't hold (a year beyond 9999, broken UTF-8) comes as text."""
    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError):
        return [_cell(scalar) for scalar in column]


def _cell(scalar: Any) -> Any:
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return scalar.as_buffer().to_pybytes().decode("utf-8", "surrogateescape")
    except (ValueError, OverflowError):
        return f"{scalar.type} {scalar.value}"


# --- CSV ---------------------------------------------------------------------------------------------


def _csv_batches(path: Path, columns: list[str], wordless: Sequence[str], size: int) -> Iterator[Batch]:
    with _open_text(path) as file:
        header, delimiter = _header(path, file)
        at = {name: header.index(name) for name in columns}
        shape = _Shape(len(header), delimiter, tuple(header.index(name) for name in wordless))
        records = _records(file, shape)
        total = path.stat().st_size
        while some := list(islice(records, size)):
            batch = Batch({name: [] for name in columns}, total=total, done=file.buffer.tell())
            for record in some:
                if isinstance(record.cells, str):
                    batch.ragged.append((record.row, record.line, record.cells))
                    continue
                batch.rows.append(record.row)
                batch.lines.append(record.line)
                for name, i in at.items():
                    batch.columns[name].append(record.cells[i])
            yield batch


def _open_text(path: Path) -> TextIO:
    """Open a text file in UTF-8 or UTF-16; bytes that are neither stay recognisable as such."""
    try:
        with path.open("rb") as file:
            start = file.read(2)
        encoding = "utf-16" if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
        errors = "replace" if encoding == "utf-16" else "surrogateescape"
        return path.open(encoding=encoding, errors=errors, newline="")
    except OSError as error:
        raise InputError(f"{path} can't be opened: {error.strerror}.") from error


def _header(path: Path, file: TextIO) -> tuple[list[str], str]:
    """Read the first row: the column names, and the sign that parts them (comma, semicolon, tab or bar)."""
    first = file.readline(LONGEST_LINE)
    while first and not first.strip():
        first = file.readline(LONGEST_LINE)
    delimiter = max(",;\t|", key=first.count)
    try:
        header = [name.strip() for name in next(csv.reader([first], delimiter=delimiter), [])]
    except csv.Error as error:
        raise InputError(f"{path} can't be read as CSV: {error}.") from error
    if not any(header):
        raise InputError(f"{path} is empty. Give a CSV file whose first row names the columns.")
    return header, delimiter


@dataclass(frozen=True)
class _Shape:
    """What the rows of a CSV file look like."""

    width: int
    delimiter: str
    wordless: tuple[int, ...]  # where numbers and ids stand

    def fits(self, cells: list[str]) -> bool:
        """Return whether a row has the header's cells; a blank one, and empty ones at the end, are fine."""
        return not any(cells) or (len(cells) >= self.width and not any(cells[self.width :]))

    def leniently(self, line: str) -> list[str]:
        """Return the cells of one line whose quotes are not as they should be."""
        try:
            return next(csv.reader([line], delimiter=self.delimiter), [])
        except csv.Error:
            return [""] * (self.width + 1) + [line]  # fits nothing

    def swallowed(self, lines: list[str]) -> bool:
        """Return whether a line inside a record is a row of its own: then a quote was not closed before it."""
        return bool(self.wordless) and any(self._is_row(self.leniently(line)) for line in lines[1:-1])

    def _is_row(self, cells: list[str]) -> bool:
        return len(cells) == self.width and all(WORDLESS.fullmatch(cells[i]) for i in self.wordless)


@dataclass(frozen=True)
class _Record:
    row: int
    line: int
    cells: list[str] | str  # a sentence where the cells can't be told apart


class _Lines:
    """The lines of a file for csv.reader; those of a record that went wrong can be put back."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._waiting: deque[str] = deque()
        self.taken: list[str] = []  # since the last `clear`
        self.number = 1  # of the last line that was taken; the header was the first
        self.cut = False  # whether one of `taken` was longer than LONGEST_LINE

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else self._file.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        if len(line) == LONGEST_LINE and not line.endswith("\n"):
            self.cut = True
            while (rest := self._file.readline(LONGEST_LINE)) and not rest.endswith("\n"):
                pass
            line += "\n"
        self.number += 1
        self.taken.append(line)
        return line

    def clear(self) -> None:
        self.taken, self.cut = [], False

    def put_back_all_but_first(self) -> None:
        back = self.taken[1:]
        self._waiting.extendleft(reversed(back))
        self.number -= len(back)


def _records(file: TextIO, shape: _Shape) -> Iterator[_Record]:
    """Yield the rows of a CSV file.

    A quote that is never closed would swallow the rows after it: where a record of several lines does not
    come out right, its first line alone is taken for the bad row, and reading goes on with the second.
    """
    lines = _Lines(file)
    reader = csv.reader(lines, delimiter=shape.delimiter, strict=True)
    row = 0
    while True:
        lines.clear()
        first = lines.number + 1
        wrong, cells = "", list[str]()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            wrong = _in_plain_words(error)
        row += 1
        if lines.cut and len(lines.taken) == 1:
            wrong = f"has a line of more than {LONGEST_LINE:,} characters"
        elif wrong or not shape.fits(cells) or shape.swallowed(lines.taken):
            several = len(lines.taken) > 1
            lines.put_back_all_but_first()
            lenient = shape.leniently(lines.taken[0])
            if shape.fits(lenient):
                wrong, cells = "", lenient
            elif several:
                wrong = NEVER_CLOSED
            elif not wrong:
                wrong = f"has {len(cells)} cells where the header has {shape.width}"
        if wrong:
            yield _Record(row, first, wrong)
        elif any(cells):
            yield _Record(row, first, cells[: shape.width])


def _in_plain_words(error: csv.Error) -> str:
    if "field limit" in str(error):
        return f"has a cell of more than {csv.field_size_limit():,} characters"
    return NEVER_CLOSED if "unexpected end" in str(error) else f"can't be read as CSV ({error})"
