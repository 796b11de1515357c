"""The library: every video that was collected, in SQLite. It is the truth; the index is made from it."""

import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from shortcast_ml.errors import LibraryError
from shortcast_ml.records import ChannelHistory, Counts, Forgotten, LibraryKind, Platform, Published, Upload
from shortcast_vectorstore.database import AMONG, READ_BATCH, Database, in_batches, open_database
from shortcast_vectorstore.demo import demo_videos, draw_demo_pictures
from shortcast_vectorstore.forget import forget_lone_channels, forget_pictures, forget_videos
from shortcast_vectorstore.rows import Look, LookOutcome, put_looks, put_many
from shortcast_vectorstore.vectors import VectorTable

ADD_BATCH = 500  # videos in one transaction


def open_library(home: Path) -> "Library":
    """Open the library of a home folder, made when new, with the invented demo library in a new one.

    Raises LibraryError when the folder can't be used, or its library is foreign, damaged or newer.
    """
    home = home.expanduser().absolute()
    library = Library(home, open_database(home / "library.db"))
    try:
        library._put_in_demo()
    except BaseException:
        library.close()
        raise
    return library


class Library:
    """An open library. Safe to share between threads; other processes may have it open as well."""

    def __init__(self, home: Path, db: Database) -> None:
        self.home = home
        self.path = db.path
        self.db = db
        self.vectors = VectorTable(db)
        self.id: str = db.one("SELECT value FROM meta WHERE name = 'id'")

    def close(self) -> None:
        """Close the file. Using the library afterwards raises LibraryError."""
        self.db.close()

    # --- videos --------------------------------------------------------------------------------------

    def add(self, videos: Iterable[Published]) -> tuple[int, int]:
        """Keep videos, and return how many were added and how many updated.

        Each batch is one transaction. Adding the same again changes nothing. A newer reading replaces an
        older one; the counts of every reading are kept as a snapshot of their time.
        """
        added = updated = 0
        iterator = iter(videos)
        while batch := list(islice(iterator, ADD_BATCH)):
            with self.db.transaction() as db:
                outcomes = put_many(db, batch)
            added += outcomes.count("added")
            updated += outcomes.count("updated")
        return added, updated

    def add_looks(self, looks: Sequence[Look]) -> list[LookOutcome]:
        """Keep counts of known videos as they were at some time, and return what became of each look.

        All in one transaction. Adding the same again changes nothing. See `rows.put_looks`.
        """
        with self.db.transaction() as db:
            return put_looks(db, looks)

    def get(self, video_id: str, platform: Platform | None = None) -> Published | None:
        """Return a video by its id, on one platform or on whichever has it; None when unknown."""
        rows = self.db.rows(
            "SELECT record FROM videos WHERE video_id = ? AND ? IN ('', platform) ORDER BY key LIMIT 1",
            (video_id, platform or ""),
        )
        return self.db.read(rows[0]["record"]) if rows else None

    def by_key(self, keys: Iterable[str]) -> dict[str, Published]:
        """Return the videos of these keys, without those that are unknown."""
        found: dict[str, Published] = {}
        for some in in_batches(keys):
            rows = self.db.rows(f"SELECT key, record FROM videos WHERE {AMONG}", (json.dumps(some),))  # noqa: S608
            found |= {row["key"]: self.db.read(row["record"]) for row in rows}
        return found

    def all(self) -> Iterator[Published]:
        """Yield every video, in order of keys."""
        last = ""
        while rows := self.db.rows(
            "SELECT key, record FROM videos WHERE key > ? ORDER BY key LIMIT ?", (last, READ_BATCH)
        ):
            for row in rows:
                yield self.db.read(row["record"])
            last = rows[-1]["key"]

    def count(self) -> int:
        """Return the number of videos."""
        return int(self.db.one("SELECT count(*) FROM videos"))

    def kind(self) -> LibraryKind:
        """Return whether the library holds invented videos, collected ones, both or none."""
        demo = bool(self.db.one("SELECT EXISTS (SELECT 1 FROM videos WHERE demo = 1)"))
        collected = bool(self.db.one("SELECT EXISTS (SELECT 1 FROM videos WHERE demo = 0)"))
        if demo and collected:
            return "mixed"
        return "demo" if demo else "collected" if collected else "empty"

    def snapshots(self, video_id: str, platform: Platform) -> list[tuple[datetime, Counts]]:
        """Return a video's counts as they were read over time, oldest first."""
        rows = self.db.rows(
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
        for row in self.db.rows("SELECT key, fetched_at, views FROM snapshots ORDER BY key, fetched_at"):
            reading = datetime.fromisoformat(row["fetched_at"]), Counts(views=row["views"])
            found.setdefault(row["key"], []).append(reading)
        return found

    # --- channels ------------------------------------------------------------------------------------

    def history(
        self, channel_id: str, before: datetime | None, platform: Platform | None = None
    ) -> ChannelHistory:
        """Return what is known of a channel: its uploads strictly before a time, oldest first.

        Uploads without views or age are left out, and so are those without a date when `before` is given.
        An unknown channel has an empty history.
        """
        # Columns instead of records: a channel may have hundreds of videos. Dates are read from the record,
        # because an older library's columns have them to 0.1 ms, and "strictly before" is exact.
        rows = self.db.rows(
            "SELECT video_id, fetched_at, views, age_days, duration_s,"
            " json_extract(record, '$.draft.title') AS title,"
            " json_extract(record, '$.published_at') AS published_at,"
            " json_extract(record, '$.age_days') AS said_age_days"
            " FROM videos WHERE channel_id = ? AND ? IN ('', platform)"
            " AND views IS NOT NULL AND age_days IS NOT NULL",
            (channel_id, platform or ""),
        )
        dated = [(_published_at(row), row["video_id"], row) for row in rows]
        uploads = [
            Upload(
                views=row["views"],
                age_days=row["age_days"],
                published_at=at,
                title=row["title"],
                duration_s=row["duration_s"],
            )
            for at, _, row in sorted(dated, key=lambda one: one[:2])
            if before is None or at < before
        ]
        channels = self.db.rows(
            "SELECT name, followers FROM channels WHERE channel_id = ? AND ? IN ('', platform)"
            " ORDER BY seen_at DESC LIMIT 1",
            (channel_id, platform or ""),
        )
        name, followers = channels[0] if channels else (None, None)
        return ChannelHistory(name=name, followers=followers, uploads=tuple(uploads))

    # --- forgetting ----------------------------------------------------------------------------------

    def forget(self, keys: Iterable[str]) -> Forgotten:
        """Remove videos for good, with all that was made of them and the files that no other video uses."""
        return forget_videos(self, keys)

    def forget_pictures(self) -> Forgotten:
        """Remove every downloaded picture and video file for good; the videos' facts stay."""
        return forget_pictures(self)

    # --- the demo library ----------------------------------------------------------------------------

    @property
    def demo_pictures(self) -> Path:
        """The folder of the demo library's thumbnails."""
        return self.home / "media" / "demo"

    def remove_demo(self) -> int:
        """Remove the invented videos for good, with their pictures, and return how many there were."""
        with self.db.transaction() as db:
            removed = db.execute("DELETE FROM videos WHERE demo = 1").rowcount
            forget_lone_channels(db)
            db.execute("INSERT OR REPLACE INTO meta VALUES ('demo', 'removed')")
        shutil.rmtree(self.demo_pictures, ignore_errors=True)
        return int(removed)

    def _put_in_demo(self) -> None:
        """Put the demo library into a new library; where it is, mend its pictures."""
        if self.db.one("SELECT value FROM meta WHERE name = 'demo'") == "removed":
            return
        try:
            draw_demo_pictures(self.demo_pictures)
        except OSError as error:
            raise LibraryError(
                f"The folder {self.demo_pictures} can't be written to ({error.strerror}); set SHORTCAST_HOME to"
                " a folder that you can write to."
            ) from error
        with self.db.transaction() as db:
            if self.db.one("SELECT value FROM meta WHERE name = 'demo'") == "removed":
                return
            put_many(db, demo_videos(self.demo_pictures))
            db.execute("INSERT OR REPLACE INTO meta VALUES ('demo', 'present')")


def _published_at(row: sqlite3.Row) -> datetime:
    """Return when a video whose age is known was published, as `library_table.published_at` does."""
    if row["published_at"] is not None:
        return datetime.fromisoformat(row["published_at"])
    return datetime.fromisoformat(row["fetched_at"]) - timedelta(days=row["said_age_days"])
