"""The library's file in use: one connection that threads share, and transactions that hold or never were."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from shortcast_ml.errors import LibraryError
from shortcast_ml.records import Published
from shortcast_vectorstore.schema import connect, in_plain_words

AMONG = "key IN (SELECT value FROM json_each(?))"  # takes json.dumps(keys)
READ_BATCH = 500  # rows read at once: the lock is free in between


def open_database(path: Path) -> "Database":
    """Open the file, made or migrated as needed. Raises LibraryError as `schema.connect` does."""
    return Database(path, connect(path))


class Database:
    """An open library file. Safe to share between threads; other processes may have it open as well."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._lock = threading.RLock()

    def close(self) -> None:
        """Close the file. Using it afterwards raises LibraryError."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the lock and one transaction: committed as a whole, or not at all.

        Inside another transaction of the same thread it is part of that one.
        """
        with self._lock, in_plain_words(self.path):
            inner = self._connection.in_transaction
            if not inner:
                self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                if not inner:
                    self._connection.execute("COMMIT")
            except BaseException:
                if not inner and self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open on this connection."""
        return self._connection.in_transaction

    def rows(self, sql: str, arguments: Sequence[object] = ()) -> list[sqlite3.Row]:
        """Return what a query finds."""
        with self._lock, in_plain_words(self.path):
            return self._connection.execute(sql, arguments).fetchall()

    def one(self, sql: str, arguments: Sequence[object] = ()) -> Any:
        """Return the first column of the first row, None when there is no row."""
        rows = self.rows(sql, arguments)
        return rows[0][0] if rows else None

    def read(self, record: str) -> Published:
        """Return a video from its stored record. Raises LibraryError when a newer Shortcast wrote it."""
        try:
            return Published.model_validate_json(record)
        except ValidationError as error:
            raise LibraryError(
                f"The library {self.path} holds a video that this Shortcast can't read; update Shortcast."
            ) from error

    @contextmanager
    def at_one_moment(self) -> Iterator[sqlite3.Connection]:
        """Read the file as it is now, on a connection of its own, whoever writes to it meanwhile."""
        with in_plain_words(self.path):
            connection = sqlite3.connect(self.path, isolation_level=None)
            try:
                connection.row_factory = sqlite3.Row
                connection.execute("BEGIN")
                connection.execute("SELECT count(*) FROM meta").fetchone()  # the moment: BEGIN alone waits
                yield connection
            finally:
                connection.close()

    def change_mark(self) -> tuple[int, int]:
        """Return a value that changes whenever anyone, in any process, changes the library."""
        with self._lock, in_plain_words(self.path):
            version = int(self._connection.execute("PRAGMA data_version").fetchone()[0])
            return version, self._connection.total_changes


def in_batches(keys: Iterable[str]) -> Iterator[list[str]]:
    """Yield keys, READ_BATCH at a time."""
    iterator = iter(keys)
    while batch := list(islice(iterator, READ_BATCH)):
        yield batch
