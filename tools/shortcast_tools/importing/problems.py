"""The bad rows of an import: all are counted and, where wanted, written to a file; the first are kept at hand."""

import csv
from pathlib import Path
from typing import TextIO

from shortcast_ml.errors import InputError
from shortcast_ml.records import BadRow

AT_HAND = 1000
HEADER = ("file", "row", "line", "column", "problem", "dropped")


class Problems:
    """Takes the bad rows as they are found; with a path, every one is in that CSV file once it is closed."""

    def __init__(self, path: Path | None = None) -> None:
        self.first: list[BadRow] = []
        self.count = 0
        self.dropped = 0  # rows, each once whatever is wrong with it
        self._last: tuple[str, int] | None = None
        self._path = path
        self._file: TextIO | None = None
        if path is not None:
            self._part = path.with_name(f".{path.name}.part")
            try:
                self._file = self._part.open("w", encoding="utf-8", errors="backslashreplace", newline="")
            except OSError as error:
                raise InputError(f"{path} can't be written ({error.strerror}); give another file.") from error
            self._rows = csv.writer(self._file)
            self._rows.writerow(HEADER)

    def add(self, bad: BadRow) -> None:
        """Take one bad row."""
        self.count += 1
        if bad.dropped and self._last != (bad.file, bad.row):
            self._last = (bad.file, bad.row)
            self.dropped += 1
        if len(self.first) < AT_HAND:
            self.first.append(bad)
        if self._file is not None:
            self._rows.writerow(["" if (v := getattr(bad, name)) is None else v for name in HEADER])

    def close(self) -> None:
        """Put the file in its place."""
        if self._file is not None and self._path is not None:
            self._file.close()
            self._part.replace(self._path)
            self._file = None
