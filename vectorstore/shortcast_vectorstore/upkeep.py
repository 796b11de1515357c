"""Upkeep: is the library whole, and a copy of it while it is in use."""

import hashlib
import json
import os
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from shortcast_ml.errors import InputError, LibraryError
from shortcast_ml.library_table import key_of
from shortcast_ml.records import Published
from shortcast_vectorstore.database import READ_BATCH
from shortcast_vectorstore.library import Library
from shortcast_vectorstore.rows import FACTS, facts_of, time_text
from shortcast_vectorstore.schema import in_plain_words

Progress = Callable[[int, int, str], None]

BACKUP_PAGES = 2048  # copied at a time: 8 MiB
NAMED = 3  # examples in a sentence
# Facts of the first version were copied by SQLite, whose days have 0.1 ms; ours are exact.
TOLERANCE = {"published_at": 0.01, "age_days": 1e-6}


# --- is it whole -------------------------------------------------------------------------------------


def check_library(library: Library, progress: Progress | None = None) -> list[str]:
    """Return what is wrong with the library, in sentences; nothing when it is whole.

    The file itself, references between its tables, columns against the records they were copied from, the
    newest snapshots against the records, vectors, and files against their hashes.
    """
    with library.db.at_one_moment() as db:
        found = [*_of_file(db)]
        if not found:
            found = [
                *_of_references(db),
                *_of_records(db, progress),
                *_of_vectors(db),
                *_of_media(db, progress),
            ]
    return found


def _of_file(db: sqlite3.Connection) -> Iterator[str]:
    said = [str(row[0]) for row in db.execute("PRAGMA integrity_check(5)")]
    if said != ["ok"]:
        yield (
            f"The file is damaged ({'; '.join(said)}); restore a backup, or export what can still be read."
        )


def _of_references(db: sqlite3.Connection) -> Iterator[str]:
    broken: dict[tuple[str, str], int] = {}
    for row in db.execute("PRAGMA foreign_key_check"):
        which = (row["table"], row["parent"])
        broken[which] = broken.get(which, 0) + 1
    for (table, parent), count in broken.items():
        yield f"{count:,} rows of {table} refer to {parent} that are not there; restore a backup."


def _of_records(db: sqlite3.Connection, progress: Progress | None) -> Iterator[str]:
    """Say which videos' records can't be read, or disagree with their columns or newest snapshot."""
    total, done, last = int(db.execute("SELECT count(*) FROM videos").fetchone()[0]), 0, ""
    unreadable, columns, snapshots = list[str](), list[str](), list[str]()
    while rows := db.execute(
        "SELECT * FROM videos WHERE key > ? ORDER BY key LIMIT ?", (last, READ_BATCH)
    ).fetchall():
        last = rows[-1]["key"]
        newest = _newest_snapshots(db, [row["key"] for row in rows])
        for row in rows:
            try:
                video = Published.model_validate_json(row["record"])
            except ValidationError:
                unreadable.append(row["key"])
                continue
            columns += [f"{row['key']} ({name})" for name in _differing(row, video)]
            snapshots += [row["key"]] * _snapshot_differs(newest.get(row["key"]), video)
        done += len(rows)
        if progress is not None:
            progress(done, total, "Checking videos")
    if unreadable:
        yield f"The records of {_named(unreadable)} can't be read: a newer Shortcast wrote them, or they are damaged."
    if columns:
        yield f"Columns differ from the records they were copied from: {_named(columns)}; export the library and import it into an empty one."  # noqa: E501
    if snapshots:
        yield f"The newest snapshot is not what the record says: {_named(snapshots)}; look at the videos again with `shortcast collect`."  # noqa: E501


def _differing(row: sqlite3.Row, video: Published) -> list[str]:
    """Return the columns of a video's row that are not what its record says."""
    own = {
        "key": key_of(video),
        "platform": video.draft.platform,
        "video_id": video.video_id,
        "channel_id": video.channel_id,
        "demo": int(video.demo),
        "fetched_at": time_text(video.fetched_at),
        **dict(zip(FACTS, facts_of(video), strict=True)),
    }
    return [name for name, value in own.items() if not _same(name, row[name], value)]


def _same(name: str, stored: object, own: object) -> bool:
    if name in TOLERANCE and isinstance(stored, float) and isinstance(own, float):
        return abs(stored - own) <= TOLERANCE[name]
    return stored == own


def _newest_snapshots(db: sqlite3.Connection, keys: list[str]) -> dict[str, sqlite3.Row]:
    found = db.execute(
        "SELECT * FROM snapshots WHERE key IN (SELECT value FROM json_each(?)) ORDER BY fetched_at",
        (json.dumps(keys),),
    )
    return {row["key"]: row for row in found}  # the last one of each key stays


def _snapshot_differs(newest: sqlite3.Row | None, video: Published) -> bool:
    """Return whether the newest snapshot is newer than the record, or has other counts than it."""
    if newest is None:
        return video.counts is not None
    if newest["fetched_at"] > time_text(video.fetched_at):
        return True
    return video.counts is not None and any(
        newest[name] != count for name, count in video.counts.model_dump().items()
    )


def _of_vectors(db: sqlite3.Connection) -> Iterator[str]:
    sizes: dict[str, int] = {}
    for row in db.execute(
        "SELECT DISTINCT encoder_id, length(vector) AS n_bytes FROM vectors WHERE vector IS NOT NULL"
    ):
        sizes[row["encoder_id"]] = sizes.get(row["encoder_id"], 0) + 1
    for encoder_id, count in sizes.items():
        if count > 1:
            yield f"Vectors of encoder {encoder_id!r} have {count} different lengths; run `shortcast index rebuild`."


def _of_media(db: sqlite3.Connection, progress: Progress | None) -> Iterator[str]:
    """Say which files are not there, or are not what they were."""
    rows = db.execute("SELECT key, kind, path, sha256 FROM media WHERE sha256 IS NOT NULL").fetchall()
    gone, changed, seen = list[str](), list[str](), dict[tuple[str, str], str]()
    for i, row in enumerate(rows, 1):
        which = (row["path"] or "", row["sha256"])
        if which not in seen:
            seen[which] = _state_of(*which)
        gone += [f"the {row['kind']} of {row['key']}"] * (seen[which] == "gone")
        changed += [f"the {row['kind']} of {row['key']}"] * (seen[which] == "changed")
        if progress is not None and i % 100 == 0:
            progress(i, len(rows), "Checking pictures")
    if gone:
        yield f"Files are missing: {_named(gone)}; the next `shortcast collect` fetches them again."
    if changed:
        yield f"Files are not what was downloaded: {_named(changed)}; delete them, and the next `shortcast collect` fetches them again."  # noqa: E501


def _state_of(path: str, sha256: str) -> str:
    try:
        with Path(path).open("rb") as file:
            return "whole" if hashlib.file_digest(file, "sha256").hexdigest() == sha256 else "changed"
    except OSError:
        return "gone"


def _named(what: list[str]) -> str:
    more = f" and {len(what) - NAMED:,} more" if len(what) > NAMED else ""
    return ", ".join(what[:NAMED]) + more


# --- a copy of it ------------------------------------------------------------------------------------


def back_up(
    library: Library, to: Path, pictures: bool = False, progress: Progress | None = None
) -> list[Path]:
    """Copy the library to a new file, while it may be in use, and return what was written.

    The copy is the library at one moment, and complete before it has its name. With `pictures`, a ZIP file
    beside it has the pictures, to be unpacked in the home folder. Raises InputError when the file exists,
    LibraryError when it can't be written.
    """
    to = to.expanduser().absolute()
    packed = to.with_name(f"{to.stem}.pictures.zip")
    for path in (to, packed) if pictures else (to,):
        if path.exists():
            raise InputError(f"{path} exists already; give the backup another name.")
    written = []
    for path, copy in ((to, _copy_database), (packed, _pack_pictures))[: 2 if pictures else 1]:
        part = path.with_name(f".{path.name}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part.unlink(missing_ok=True)  # what a killed backup left
            copy(library, part, progress)
            part.replace(path)
            written.append(path)
        except OSError as error:
            raise LibraryError(f"{path} can't be written ({error.strerror}); give another place.") from error
        finally:
            for left in (part, part.with_name(part.name + "-journal")):
                with suppress(OSError):
                    left.unlink()
    return written


def _copy_database(library: Library, part: Path, progress: Progress | None) -> None:
    def say(_: int, remaining: int, total: int) -> None:
        if progress is not None:
            progress(total - remaining, total, "Copying the library")

    with library.db.at_one_moment() as source, in_plain_words(part):
        target = sqlite3.connect(part)
        try:
            source.backup(target, pages=BACKUP_PAGES, progress=say)
        finally:
            target.close()
    with part.open("rb") as file:
        os.fsync(file.fileno())


def _pack_pictures(library: Library, part: Path, progress: Progress | None) -> None:
    """Pack what lies in the media folder; the demo library's pictures are drawn anew where they are missing."""
    media = library.home / "media"
    files = [path for path in sorted(media.rglob("*")) if path.is_file() and not path.name.startswith(".")]
    files = [path for path in files if library.demo_pictures not in path.parents]
    with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as packed:
        for i, path in enumerate(files, 1):
            packed.write(path, path.relative_to(library.home))
            if progress is not None:
                progress(i, len(files), "Packing pictures")
