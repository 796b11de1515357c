"""Forgetting: videos, or all pictures, removed for good with everything that was made of them.

Rows and files go in one transaction that lets nobody else write: files first, so that a kill in between
leaves rows whose forgetting can be asked for again, and never files that nobody knows of.
"""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from shortcast_ml.errors import InputError
from shortcast_ml.records import Forgotten, Published
from shortcast_vectorstore.rows import put_many

if TYPE_CHECKING:
    from shortcast_vectorstore.library import Library

DRAFT_FILES = ("thumbnail_path", "video_path")
OF_QUERY = "lower(json_extract(request, '$.query')) = lower(?)"


def find_videos(library: "Library", names: Iterable[str]) -> list[str]:
    """Return the keys of videos given by id, key or link. Raises InputError for the first that is not there."""
    keys = []
    for name in names:
        rows = library.db.rows(
            "SELECT key, demo FROM videos WHERE key = ?1 OR video_id = ?1"
            " OR (?1 LIKE 'http%' AND json_extract(record, '$.url') = ?1)",
            (name.strip(),),
        )
        if not rows:
            raise InputError(f"There is no video {name!r} in the library; give its id or its link.")
        if any(row["demo"] for row in rows):
            raise InputError(f"{name!r} is of the demo library, which is removed as a whole: --demo.")
        keys += [row["key"] for row in rows]
    return keys


def videos_of_channel(library: "Library", channel: str) -> list[str]:
    """Return the keys of a channel's collected videos, by its id or name. Raises InputError when it has none."""
    rows = library.db.rows(
        "SELECT key FROM videos LEFT JOIN channels USING (platform, channel_id)"
        " WHERE demo = 0 AND (channel_id = ?1 OR name = ?1)",
        (channel.strip(),),
    )
    if not rows:
        raise InputError(f"The library has no collected video of channel {channel!r}; give its id or name.")
    return [row["key"] for row in rows]


def videos_of_query(library: "Library", query: str) -> list[str]:
    """Return the keys of the videos that collecting a query brought. Raises InputError when nobody asked for it."""
    jobs = library.db.rows(f"SELECT id FROM jobs WHERE {OF_QUERY}", (query.strip(),))  # noqa: S608
    if not jobs:
        raise InputError(f"{query!r} was never collected; give the words as they were collected.")
    rows = library.db.rows(
        "SELECT key FROM videos WHERE demo = 0 AND key IN (SELECT json_extract(facts, '$.key')"  # noqa: S608
        " FROM job_items"
        f" JOIN jobs ON jobs.id = job_id WHERE {OF_QUERY})",
        (query.strip(),),
    )
    return [row["key"] for row in rows]


def forget_query(library: "Library", query: str) -> Forgotten:
    """Remove the videos that collecting a query brought, and that it was asked for."""
    with library.db.transaction() as db:
        found = forget_videos(library, videos_of_query(library, query))
        jobs = db.execute(f"DELETE FROM jobs WHERE {OF_QUERY}", (query.strip(),)).rowcount  # noqa: S608
    return found.model_copy(update={"jobs": jobs})


def forget_videos(library: "Library", keys: Iterable[str]) -> Forgotten:
    """Remove videos with their snapshots, vectors, tracking, and the files that no other video uses."""
    wanted = json.dumps(list(dict.fromkeys(keys)))
    chosen = "key IN (SELECT value FROM json_each(?))"
    with library.db.transaction() as db:
        counts = {
            table: int(db.execute(f"SELECT count(*) FROM {table} WHERE {chosen}", (wanted,)).fetchone()[0])  # noqa: S608
            for table in ("videos", "snapshots", "vectors", "tracked")
        }
        files = _files_of(db, chosen, wanted)
        db.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten in the file
        db.execute(f"DELETE FROM videos WHERE {chosen}", (wanted,))  # noqa: S608
        channels = forget_lone_channels(db)
        n_files, n_bytes = _remove(library.home / "media", files - _files_in_use(db, files))
    _let_go(library)
    return Forgotten(**counts, channels=channels, files=n_files, n_bytes=n_bytes)


def forget_pictures(library: "Library") -> Forgotten:
    """Remove every downloaded picture and video, with the vectors made of them; the videos' facts stay.

    Pictures of the demo library stay, and so do the user's own, which lie outside the media folder.
    """
    media = library.home / "media"
    with library.db.transaction() as db:
        files = {Path(row["path"]) for row in db.execute("SELECT path FROM media WHERE path IS NOT NULL")}
        vectors = int(
            db.execute(
                "SELECT count(*) FROM vectors JOIN videos USING (key) WHERE kind = 'image' AND demo = 0"
                " AND vector IS NOT NULL"
            ).fetchone()[0]
        )
        videos = []
        for row in db.execute(
            "SELECT record FROM videos WHERE demo = 0 AND (json_extract(record, '$.draft.thumbnail_path')"
            " IS NOT NULL OR json_extract(record, '$.draft.video_path') IS NOT NULL)"
        ):
            video = Published.model_validate_json(row["record"])
            ours = {
                name: path
                for name in DRAFT_FILES
                if (path := getattr(video.draft, name)) is not None and media in path.absolute().parents
            }
            if ours:
                files |= set(ours.values())
                draft = video.draft.model_copy(update=dict.fromkeys(ours))
                videos.append(video.model_copy(update={"draft": draft}))
        db.execute("PRAGMA secure_delete = ON")
        put_many(db, videos)  # drops the vectors of their pictures
        db.execute("DELETE FROM media")
        left = int(
            db.execute(
                "SELECT count(*) FROM vectors JOIN videos USING (key) WHERE kind = 'image' AND demo = 0"
                " AND vector IS NOT NULL"
            ).fetchone()[0]
        )
        n_files, n_bytes = _remove(media, files)
    _let_go(library)
    return Forgotten(videos=0, vectors=vectors - left, files=n_files, n_bytes=n_bytes)


def forget_lone_channels(db: sqlite3.Connection) -> int:
    """Remove the channels of which no video is left, and return how many."""
    return db.execute(
        "DELETE FROM channels WHERE NOT EXISTS (SELECT 1 FROM videos"
        " WHERE videos.platform = channels.platform AND videos.channel_id = channels.channel_id)"
    ).rowcount


# --- files -------------------------------------------------------------------------------------------


def _files_of(db: sqlite3.Connection, chosen: str, wanted: str) -> set[Path]:
    """Return where files of the chosen videos lie, as their records and the table of media say."""
    rows = db.execute(
        f"SELECT path FROM media WHERE {chosen} AND path IS NOT NULL"  # noqa: S608
        f" UNION SELECT json_extract(record, '$.draft.thumbnail_path') FROM videos WHERE {chosen}"
        f" UNION SELECT json_extract(record, '$.draft.video_path') FROM videos WHERE {chosen}",
        (wanted, wanted, wanted),
    )
    return {Path(row[0]) for row in rows if row[0] is not None}


def _files_in_use(db: sqlite3.Connection, files: set[Path]) -> set[Path]:
    """Return which of these files the videos in the library use: files are shared where contents are equal."""
    if not files:
        return set()
    some = json.dumps([str(path) for path in files])
    among = "IN (SELECT value FROM json_each(?))"
    rows = db.execute(
        f"SELECT path FROM media WHERE path {among}"  # noqa: S608
        f" UNION SELECT json_extract(record, '$.draft.thumbnail_path') AS path FROM videos WHERE path {among}"
        f" UNION SELECT json_extract(record, '$.draft.video_path') AS path FROM videos WHERE path {among}",
        (some, some, some),
    )
    return {Path(row[0]) for row in rows}


def _remove(folder: Path, files: set[Path]) -> tuple[int, int]:
    """Delete files of the media folder, never the user's own elsewhere; return how many, and their bytes."""
    n_files = n_bytes = 0
    for path in files:
        if folder not in path.absolute().parents:
            continue
        with suppress(FileNotFoundError):
            size = path.stat().st_size
            path.unlink()
            n_files, n_bytes = n_files + 1, n_bytes + size
    return n_files, n_bytes


def _let_go(library: "Library") -> None:
    """Overwrite the log, where deleted rows would still stand. While others read, theirs is done later."""
    if not library.db.in_transaction:
        library.db.rows("PRAGMA wal_checkpoint(TRUNCATE)")
