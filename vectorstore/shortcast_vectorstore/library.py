"""The library: every video that was collected, in SQLite. It is the truth; the index is made from it."""

import json
import shutil
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from shortcast_ml.errors import LibraryError
from shortcast_ml.library_table import age_days, key_of, published_at
from shortcast_ml.records import ChannelHistory, Counts, Embedding, Platform, Published, Upload
from shortcast_vectorstore.demo import demo_videos, draw_demo_pictures
from shortcast_vectorstore.rows import put
from shortcast_vectorstore.schema import connect, in_plain_words

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vector = npt.NDArray[np.float32]

VectorKind = Literal["title", "image"]
KINDS: tuple[VectorKind, ...] = ("title", "image")
LibraryKind = Literal["demo", "collected", "mixed", "empty"]

__all__ = ["KINDS", "Library", "LibraryKind", "VectorKind", "key_of", "open_library"]

ADD_BATCH = 500  # videos in one transaction
AMONG = "key IN (SELECT value FROM json_each(?))"
READ_BATCH = 500  # rows read at once: the lock is free in between


def open_library(home: Path) -> "Library":
    """Open the library of a home folder, made when new, with the invented demo library in a new one.

    Raises LibraryError when the folder can't be used, or its library is foreign, damaged or newer.
    """
    home = home.expanduser().absolute()
    library = Library(home, connect(home / "library.db"))
    try:
        library._put_in_demo()
    except BaseException:
        library.close()
        raise
    return library


class Library:
    """An open library. Safe to share between threads; other processes may have it open as well."""

    def __init__(self, home: Path, db: sqlite3.Connection) -> None:
        self.home = home
        self.path = home / "library.db"
        self._db = db
        self._lock = threading.RLock()
        self.id: str = self._one("SELECT value FROM meta WHERE name = 'id'")

    def close(self) -> None:
        """Close the file. Using the library afterwards raises LibraryError."""
        with self._lock:
            self._db.close()

    # --- videos --------------------------------------------------------------------------------------

    def add(self, videos: Iterable[Published]) -> tuple[int, int]:
        """Keep videos, and return how many were added and how many updated.

        Each batch is one transaction. Adding the same again changes nothing. A newer reading replaces an
        older one; counts that differ from the last known ones are kept as a snapshot of their time.
        """
        added = updated = 0
        iterator = iter(videos)
        while batch := list(islice(iterator, ADD_BATCH)):
            with self._writing() as db:
                outcomes = [put(db, video) for video in batch]
            added += outcomes.count("added")
            updated += outcomes.count("updated")
        return added, updated

    def get(self, video_id: str, platform: Platform | None = None) -> Published | None:
        """Return a video by its id, on one platform or on whichever has it; None when unknown."""
        rows = self._rows(
            "SELECT record FROM videos WHERE video_id = ? AND ? IN ('', platform) ORDER BY key LIMIT 1",
            (video_id, platform or ""),
        )
        return self._read(rows[0]["record"]) if rows else None

    def by_key(self, keys: Iterable[str]) -> dict[str, Published]:
        """Return the videos of these keys, without those that are unknown."""
        found: dict[str, Published] = {}
        for some in _batches(keys):
            rows = self._rows(f"SELECT key, record FROM videos WHERE {AMONG}", (json.dumps(some),))  # noqa: S608
            found |= {row["key"]: self._read(row["record"]) for row in rows}
        return found

    def all(self) -> Iterator[Published]:
        """Yield every video, in order of keys."""
        last = ""
        while rows := self._rows(
            "SELECT key, record FROM videos WHERE key > ? ORDER BY key LIMIT ?", (last, READ_BATCH)
        ):
            for row in rows:
                yield self._read(row["record"])
            last = rows[-1]["key"]

    def count(self) -> int:
        """Return the number of videos."""
        return int(self._one("SELECT count(*) FROM videos"))

    def kind(self) -> LibraryKind:
        """Return whether the library holds invented videos, collected ones, both or none."""
        demo = bool(self._one("SELECT EXISTS (SELECT 1 FROM videos WHERE demo = 1)"))
        collected = bool(self._one("SELECT EXISTS (SELECT 1 FROM videos WHERE demo = 0)"))
        if demo and collected:
            return "mixed"
        return "demo" if demo else "collected" if collected else "empty"

    def snapshots(self, video_id: str, platform: Platform) -> list[tuple[datetime, Counts]]:
        """Return a video's counts as they were read over time, oldest first."""
        rows = self._rows(
            "SELECT * FROM snapshots WHERE key = ? ORDER BY fetched_at", (f"{platform}:{video_id}",)
        )
        return [
            (
                datetime.fromisoformat(row["fetched_at"]),
                Counts(
                    views=row["views"], likes=row["likes"], comments=row["comments"], shares=row["shares"]
                ),
            )
            for row in rows
        ]

    def readings(self) -> dict[str, list[tuple[datetime, Counts]]]:
        """Return the views of every video as they were read over time, oldest first, by key."""
        found: dict[str, list[tuple[datetime, Counts]]] = {}
        for row in self._rows("SELECT key, fetched_at, views FROM snapshots ORDER BY key, fetched_at"):
            reading = datetime.fromisoformat(row["fetched_at"]), Counts(views=row["views"])
            found.setdefault(row["key"], []).append(reading)
        return found

    # --- channels ------------------------------------------------------------------------------------

    def of_channel(self, channel_id: str, platform: Platform | None = None) -> list[Published]:
        """Return a channel's videos, oldest first."""
        rows = self._rows(
            "SELECT record FROM videos WHERE channel_id = ? AND ? IN ('', platform)",
            (channel_id, platform or ""),
        )
        videos = [self._read(row["record"]) for row in rows]
        return sorted(videos, key=lambda video: (published_at(video) or video.fetched_at, video.video_id))

    def history(
        self, channel_id: str, before: datetime | None, platform: Platform | None = None
    ) -> ChannelHistory:
        """Return what is known of a channel: its uploads strictly before a time, oldest first.

        Uploads without views or age are left out, and so are those without a date when `before` is given.
        An unknown channel has an empty history.
        """
        uploads = []
        for video in self.of_channel(channel_id, platform):
            at, age = published_at(video), age_days(video)
            if before is not None and (at is None or at >= before):
                continue
            if video.counts is not None and age is not None:
                uploads.append(
                    Upload(
                        views=video.counts.views,
                        age_days=age,
                        published_at=at,
                        title=video.draft.title,
                        duration_s=video.draft.duration_s,
                    )
                )
        channels = self._rows(
            "SELECT name, followers FROM channels WHERE channel_id = ? AND ? IN ('', platform)"
            " ORDER BY seen_at DESC LIMIT 1",
            (channel_id, platform or ""),
        )
        name, followers = channels[0] if channels else (None, None)
        return ChannelHistory(name=name, followers=followers, uploads=tuple(uploads))

    # --- the demo library ----------------------------------------------------------------------------

    @property
    def demo_pictures(self) -> Path:
        """The folder of the demo library's thumbnails."""
        return self.home / "media" / "demo"

    def remove_demo(self) -> int:
        """Remove the invented videos for good, with their pictures, and return how many there were."""
        with self._writing() as db:
            removed = db.execute("DELETE FROM videos WHERE demo = 1").rowcount
            db.execute(
                "DELETE FROM channels WHERE NOT EXISTS (SELECT 1 FROM videos"
                " WHERE videos.platform = channels.platform AND videos.channel_id = channels.channel_id)"
            )
            db.execute("INSERT OR REPLACE INTO meta VALUES ('demo', 'removed')")
        shutil.rmtree(self.demo_pictures, ignore_errors=True)
        return int(removed)

    def _put_in_demo(self) -> None:
        """Put the demo library into a new library; where it is, mend its pictures."""
        if self._one("SELECT value FROM meta WHERE name = 'demo'") == "removed":
            return
        try:
            draw_demo_pictures(self.demo_pictures)
        except OSError as error:
            raise LibraryError(
                f"The folder {self.demo_pictures} can't be written to ({error.strerror}); set SHORTCAST_HOME to"
                " a folder that you can write to."
            ) from error
        with self._writing() as db:
            if self._one("SELECT value FROM meta WHERE name = 'demo'") == "removed":
                return
            for video in demo_videos(self.demo_pictures):
                put(db, video)
            db.execute("INSERT OR REPLACE INTO meta VALUES ('demo', 'present')")

    # --- vectors -------------------------------------------------------------------------------------

    def put_vectors(self, encoder_id: str, kind: VectorKind, vectors: "Mapping[str, Vector | None]") -> None:
        """Keep vectors by key, each (dim,) float32; None says that the video has nothing to encode.

        Keys that are not in the library (any more) are passed over. Raises LibraryError when a vector is
        not finite, or not as long as those that the encoder has already made.
        """
        import numpy as np

        with self._writing() as db:
            dim = self.vector_dim(encoder_id)
            for key, vector in vectors.items():
                blob = None
                if vector is not None:
                    array = np.asarray(vector, dtype="<f4")
                    if array.ndim != 1 or not array.size or not np.isfinite(array).all():
                        raise LibraryError(f"The vector of {key} by encoder {encoder_id!r} is not usable.")
                    dim = dim or array.size
                    if array.size != dim:
                        raise LibraryError(
                            f"A vector of {key} has {array.size} numbers, but those of encoder {encoder_id!r}"
                            f" have {dim}; give the encoder another name."
                        )
                    blob = array.tobytes()
                db.execute(
                    "INSERT OR REPLACE INTO vectors (key, encoder_id, kind, vector)"
                    " SELECT key, ?, ?, ? FROM videos WHERE key = ?",
                    (encoder_id, kind, blob, key),
                )

    def vectors(self, encoder_id: str) -> dict[str, Embedding]:
        """Return all vectors of an encoder by key."""
        sides: dict[VectorKind, dict[str, Vector]] = {
            kind: {
                key: vector
                for keys, matrix, _ in self.vector_batches(encoder_id, kind)
                for key, vector in zip(keys, matrix, strict=True)
            }
            for kind in KINDS
        }
        return {
            key: Embedding(
                encoder_id=encoder_id, title=sides["title"].get(key), image=sides["image"].get(key)
            )
            for key in sorted(sides["title"].keys() | sides["image"].keys())
        }

    def vector_batches(
        self, encoder_id: str, kind: VectorKind, after: int = 0, size: int = READ_BATCH
    ) -> "Iterator[tuple[list[str], Vector, int]]":
        """Yield (keys, (n, dim) float32, last seq) of the vectors newer than `after`, oldest first."""
        import numpy as np

        while rows := self._rows(
            "SELECT seq, key, vector FROM vectors"
            " WHERE encoder_id = ? AND kind = ? AND vector IS NOT NULL AND seq > ? ORDER BY seq LIMIT ?",
            (encoder_id, kind, after, size),
        ):
            after = rows[-1]["seq"]
            matrix = np.stack([np.frombuffer(row["vector"], dtype="<f4") for row in rows])
            yield [row["key"] for row in rows], matrix, after

    def vectors_of(self, encoder_id: str, kind: VectorKind, keys: Iterable[str]) -> "dict[str, Vector]":
        """Return the vectors of one kind of these keys, each (dim,) float32, without those that lack one."""
        import numpy as np

        found: dict[str, Vector] = {}
        for some in _batches(keys):
            rows = self._rows(
                f"SELECT key, vector FROM vectors WHERE {AMONG}"  # noqa: S608
                " AND encoder_id = ? AND kind = ? AND vector IS NOT NULL",
                (json.dumps(some), encoder_id, kind),
            )
            found |= {row["key"]: np.frombuffer(row["vector"], dtype="<f4") for row in rows}
        return found

    def vector_keys(self, encoder_id: str, kind: VectorKind) -> set[str]:
        """Return the keys that have a vector of this encoder and kind."""
        rows = self._rows(
            "SELECT key FROM vectors WHERE encoder_id = ? AND kind = ? AND vector IS NOT NULL",
            (encoder_id, kind),
        )
        return {row["key"] for row in rows}

    def vector_state(self, encoder_id: str, kind: VectorKind) -> tuple[int, int]:
        """Return (how many vectors there are, the last seq ever given): what an index is measured by."""
        row = self._rows(
            "SELECT (SELECT count(*) FROM vectors WHERE encoder_id = ? AND kind = ? AND vector IS NOT NULL),"
            " ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'vectors'), 0)",
            (encoder_id, kind),
        )[0]
        return int(row[0]), int(row[1])

    def vector_dim(self, encoder_id: str) -> int | None:
        """Return how many numbers an encoder's vectors have, None when there are none."""
        size = self._one(
            "SELECT length(vector) FROM vectors WHERE encoder_id = ? AND vector IS NOT NULL LIMIT 1",
            (encoder_id,),
        )
        return size // 4 if size else None

    def without_vectors(self, encoder_id: str, limit: int) -> dict[str, Published]:
        """Return up to `limit` videos that the encoder has not looked at, by key."""
        rows = self._rows(
            "SELECT key, record FROM videos WHERE (SELECT count(*) FROM vectors"
            " WHERE vectors.key = videos.key AND encoder_id = ?) < 2 ORDER BY key LIMIT ?",
            (encoder_id, limit),
        )
        return {row["key"]: self._read(row["record"]) for row in rows}

    def count_without_vectors(self, encoder_id: str) -> int:
        """Return how many videos the encoder has not looked at."""
        return int(
            self._one(
                "SELECT count(*) FROM videos WHERE (SELECT count(*) FROM vectors"
                " WHERE vectors.key = videos.key AND encoder_id = ?) < 2",
                (encoder_id,),
            )
        )

    def change_mark(self) -> tuple[int, int]:
        """Return a value that changes whenever anyone, in any process, changes the library."""
        with self._lock, in_plain_words(self.path):
            return int(self._db.execute("PRAGMA data_version").fetchone()[0]), self._db.total_changes

    # --- SQLite --------------------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Hold the lock and one transaction: committed as a whole, or not at all."""
        with self._lock, in_plain_words(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _rows(self, sql: str, arguments: Sequence[object] = ()) -> list[sqlite3.Row]:
        with self._lock, in_plain_words(self.path):
            return self._db.execute(sql, arguments).fetchall()

    def _one(self, sql: str, arguments: Sequence[object] = ()) -> Any:
        rows = self._rows(sql, arguments)
        return rows[0][0] if rows else None

    def _read(self, record: str) -> Published:
        try:
            return Published.model_validate_json(record)
        except ValidationError as error:
            raise LibraryError(
                f"The library {self.path} holds a video that this Shortcast can't read; update Shortcast."
            ) from error


def _batches(keys: Iterable[str]) -> Iterator[list[str]]:
    iterator = iter(keys)
    while batch := list(islice(iterator, READ_BATCH)):
        yield batch
