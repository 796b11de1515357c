"""The library as Parquet files: written out whole, and read into an equal library."""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pydantic import ValidationError

from shortcast_ml.errors import InputError, LibraryError
from shortcast_ml.library_table import key_of
from shortcast_ml.records import BadRow, ImportReport, Published
from shortcast_vectorstore.library import Library
from shortcast_vectorstore.rows import INSERT_CHANNEL, put_many, time_text

if TYPE_CHECKING:
    import pyarrow as pa

Progress = Callable[[int, int, str], None]
Row = dict[str, Any]

MARK = b"shortcast_export"  # in each file's metadata: the same value in all files of one export
NEEDED = ("channels", "videos", "snapshots")
BATCH = 2000
NAMED = 1000  # bad rows that the report names
NOT_DEMO = "key IN (SELECT key FROM videos WHERE demo = 0)"


def export_library(
    library: Library, folder: Path, vectors: bool = True, progress: Progress | None = None
) -> dict[str, int]:
    """Write the collected videos, their channels, snapshots and vectors as Parquet files; return the rows of each.

    What is written is the library at one moment, whoever writes to it meanwhile. The demo library is left out.
    Each file is complete before it has its name. Raises LibraryError when nothing was collected.
    """
    if library.kind() in ("demo", "empty"):
        raise LibraryError("The library holds no videos but invented ones; collect or import some first.")
    files = [file for file in FILES if vectors or file.name != "vectors"]
    mark, written = uuid4().hex, dict[str, int]()
    part = {file.name: folder / f".{file.name}.parquet.part" for file in files}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with library.db.at_one_moment() as db:
            for file in files:
                written[file.name] = _write(db, file, part[file.name], mark, progress)
        if not vectors:
            (folder / "vectors.parquet").unlink(missing_ok=True)
        for name, path in part.items():
            path.replace(folder / f"{name}.parquet")
    except OSError as error:
        raise LibraryError(f"The folder {folder} can't be written to ({error.strerror}).") from error
    finally:
        for path in part.values():
            with suppress(OSError):
                path.unlink()
    return written


def is_export(path: Path) -> bool:
    """Return whether a folder, or the videos.parquet in it, was written by `export_library`."""
    if path.is_file() and path.name != "videos.parquet":
        return False
    return _mark_of(_folder(path) / "videos.parquet") is not None


def import_library(library: Library, path: Path, progress: Progress | None = None) -> ImportReport:
    """Put an exported library into this one, and return what came.

    In an empty library everything is as it was: records, channels, snapshots and vectors. Beside other videos,
    newer readings win as they do when collecting, and vectors come only with the record that they were made of.
    Interrupted and run again, it ends in the same library. Raises InputError when files don't belong together.
    """
    folder = _folder(path)
    with_vectors = (folder / "vectors.parquet").exists()
    names = (*NEEDED, "vectors") if with_vectors else NEEDED
    marks = {name: _mark_of(folder / f"{name}.parquet") for name in names}
    if lacking := [f"{name}.parquet" for name, mark in marks.items() if mark is None]:
        raise InputError(f"{folder} lacks {', '.join(lacking)} of its export. Give the whole folder.")
    if len(set(marks.values())) > 1:
        raise InputError(f"The files in {folder} are of different exports. Export the library again.")
    library.remove_demo()
    _import_channels(library, folder, progress)
    bad: list[BadRow] = []
    same: set[str] = set()  # videos that are now as they were exported: their vectors fit
    read = added = updated = 0
    for rows in _batches(folder, "videos", progress):
        videos = list(_records(rows, read + 1, bad))
        read += len(rows)
        with library.db.transaction() as db:
            outcomes = put_many(db, videos)
            stored = library.by_key(map(key_of, videos))
        added, updated = added + outcomes.count("added"), updated + outcomes.count("updated")
        same |= {key_of(video) for video in videos if stored[key_of(video)] == video}
    looks, new_looks = _import_snapshots(library, folder, progress)
    if with_vectors:
        _import_vectors(library, folder, same, progress)
    return ImportReport(
        file=str(path),
        rows=read,
        added=added,
        updated=updated,
        known=read - added - updated - len(bad),
        dropped=len(bad),
        looks=looks,
        looks_added=new_looks,
        bad_rows=tuple(bad[:NAMED]),
        more_bad_rows=max(0, len(bad) - NAMED),
        library_size=library.count(),
    )


# --- out ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _File:
    """One table of an export: what is read of the library, and how a row of it looks in the file."""

    name: str
    source: str  # after FROM; in an order that later rows may rely on
    columns: str
    row: Callable[[sqlite3.Row], Row]


def _video_row(row: sqlite3.Row) -> Row:
    """Return a video as plain columns for other programs, and as its record, which is all that is imported."""
    record = json.loads(row["record"])
    draft, counts = record["draft"], record["counts"] or {}
    return {
        "key": row["key"],
        **{name: record[name] for name in ("video_id", "url", "channel_id", "source")},
        **{name: draft[name] for name in ("platform", "title", "description", "hashtags", "duration_s")},
        **{name: row[name] for name in ("language", "age_days")},
        **{name: counts.get(name) for name in ("views", "likes", "comments", "shares")},
        "published_at": None if row["published_at"] is None else round(row["published_at"] * 1e6),
        "fetched_at": datetime.fromisoformat(row["fetched_at"]),
        "record": row["record"],
    }


def _snapshot_row(row: sqlite3.Row) -> Row:
    return {**dict(row), "fetched_at": datetime.fromisoformat(row["fetched_at"])}


def _channel_row(row: sqlite3.Row) -> Row:
    return {**dict(row), "seen_at": datetime.fromisoformat(row["seen_at"])}


def _vector_row(row: sqlite3.Row) -> Row:
    import numpy as np

    blob = row["vector"]
    return {**dict(row), "vector": None if blob is None else np.frombuffer(blob, dtype="<f4")}


FILES = (
    _File("channels", "channels ORDER BY platform, channel_id", "*", _channel_row),
    _File(
        "videos",
        "videos WHERE demo = 0 ORDER BY key",
        "key, language, published_at, age_days, fetched_at, record",
        _video_row,
    ),
    _File("snapshots", f"snapshots WHERE {NOT_DEMO} ORDER BY key, fetched_at", "*", _snapshot_row),
    _File("vectors", f"vectors WHERE {NOT_DEMO} ORDER BY seq", "key, encoder_id, kind, vector", _vector_row),
)


def _schema(name: str, mark: str) -> "pa.Schema":
    import pyarrow as pa

    text, whole, number, time = pa.string(), pa.int64(), pa.float64(), pa.timestamp("us", tz="UTC")
    counts = {"views": whole, "likes": whole, "comments": whole, "shares": whole}
    columns = {
        "channels": {
            "platform": text,
            "channel_id": text,
            "name": text,
            "followers": whole,
            "seen_at": time,
        },
        "videos": {
            **dict.fromkeys(("key", "platform", "video_id", "url", "title", "description"), text),
            "hashtags": pa.list_(text),
            "language": text,
            "duration_s": number,
            "channel_id": text,
            "published_at": time,
            "fetched_at": time,
            "age_days": number,
            **counts,
            "source": text,
            "record": text,
        },
        "snapshots": {"key": text, "fetched_at": time, **counts},
        "vectors": {"key": text, "encoder_id": text, "kind": text, "vector": pa.list_(pa.float32())},
    }[name]
    return pa.schema(list(columns.items()), metadata={MARK: mark.encode()})


def _write(db: sqlite3.Connection, file: _File, path: Path, mark: str, progress: Progress | None) -> int:
    """Write one table to a file that is on the disk when this returns; return its rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _schema(file.name, mark)
    total = int(db.execute(f"SELECT count(*) FROM {file.source}").fetchone()[0])  # noqa: S608
    cursor, done = db.execute(f"SELECT {file.columns} FROM {file.source}"), 0  # noqa: S608
    with path.open("wb") as out:
        with pq.ParquetWriter(out, schema, compression="zstd") as writer:
            while rows := cursor.fetchmany(BATCH):
                writer.write_table(pa.Table.from_pylist([file.row(row) for row in rows], schema))
                done += len(rows)
                if progress is not None:
                    progress(done, total, f"Exporting {file.name}")
        out.flush()
        os.fsync(out.fileno())
    return done


# --- in ----------------------------------------------------------------------------------------------


def _folder(path: Path) -> Path:
    return path if path.is_dir() else path.parent


def _mark_of(path: Path) -> bytes | None:
    """Return which export a file is of, None when it is of none."""
    import pyarrow.parquet as pq

    if not path.is_file():
        return None
    try:
        found = pq.read_schema(path).metadata or {}
    except (OSError, ValueError):
        return None
    mark: bytes | None = found.get(MARK)
    return mark


def _batches(folder: Path, name: str, progress: Progress | None) -> Iterator[list[Row]]:
    import pyarrow.parquet as pq

    path = folder / f"{name}.parquet"
    try:
        file = pq.ParquetFile(path)
        done, total = 0, file.metadata.num_rows
        for piece in file.iter_batches(batch_size=BATCH):
            yield piece.to_pylist()
            done += piece.num_rows
            if progress is not None:
                progress(done, total, f"Importing {name}")
    except (OSError, ValueError) as error:
        raise InputError(f"{path} can't be read: {error}.") from error


def _records(rows: list[Row], first: int, bad: list[BadRow]) -> Iterator[Published]:
    """Yield the records of exported videos; one that this Shortcast can't read is named."""
    for row, cells in enumerate(rows, first):
        try:
            yield Published.model_validate_json(cells["record"])
        except (ValidationError, KeyError, TypeError):
            problem = f"{cells.get('key')!r} is of a newer Shortcast, or was changed"
            bad.append(BadRow(file="videos.parquet", row=row, column="record", problem=problem, dropped=True))


def _import_channels(library: Library, folder: Path, progress: Progress | None) -> None:
    fields = ("platform", "channel_id", "name", "followers")
    for rows in _batches(folder, "channels", progress):
        with library.db.transaction() as db:
            db.executemany(
                INSERT_CHANNEL,
                [(*(row[field] for field in fields), time_text(row["seen_at"])) for row in rows],
            )


def _import_snapshots(library: Library, folder: Path, progress: Progress | None) -> tuple[int, int]:
    """Return how many snapshots there are in the export, and how many of them are new."""
    read = new = 0
    for rows in _batches(folder, "snapshots", progress):
        with library.db.transaction() as db:
            before = db.total_changes
            db.executemany(
                "INSERT OR IGNORE INTO snapshots SELECT ?, ?, ?, ?, ?, ? FROM videos WHERE key = ?",
                [
                    (
                        *(row["key"], time_text(row["fetched_at"])),
                        *(row[name] for name in ("views", "likes", "comments", "shares", "key")),
                    )
                    for row in rows
                ],
            )
            new += db.total_changes - before
        read += len(rows)
    return read, new


def _import_vectors(library: Library, folder: Path, same: set[str], progress: Progress | None) -> None:
    """Keep the vectors of videos that are as they were exported, where the library has none of its own."""
    import numpy as np

    for rows in _batches(folder, "vectors", progress):
        with library.db.transaction() as db:
            for row in rows:
                blob = None if row["vector"] is None else np.asarray(row["vector"], dtype="<f4").tobytes()
                if row["key"] in same:
                    db.execute(
                        "INSERT OR IGNORE INTO vectors (key, encoder_id, kind, vector) VALUES (?, ?, ?, ?)",
                        (row["key"], row["encoder_id"], row["kind"], blob),
                    )
