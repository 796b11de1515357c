"""Videos whose counts are looked at again, and when: often while they are young, then ever more seldom.

What a look sees is kept as `Library.add` keeps every reading: as a snapshot, also where no count has changed.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shortcast_ml.library_table import published_at
from shortcast_ml.records import Published, utc_now
from shortcast_vectorstore.database import AMONG, Database
from shortcast_vectorstore.rows import time_text

HOURS = (1, 2, 3, 4, 6, 9, 12, 18, 24, 36, 48)
DAYS = (3, 4, 5, 6, 7, 10, 14, 21, 30, 45, 60, 90)
AGES = tuple(timedelta(hours=h) for h in HOURS) + tuple(timedelta(days=d) for d in DAYS)
GROWN = f"it is over {DAYS[-1]} days old"


@dataclass(frozen=True)
class Tracked:
    """A video that is, or was, looked at again."""

    key: str
    since: datetime
    due_at: datetime | None
    looks: int
    ended: str


def next_look(video: Published, since: datetime, looked_at: datetime) -> datetime | None:
    """Return when a video is to be looked at again, None when it is too old.

    Ages count from its publishing; from the beginning of its tracking where that is not known.
    """
    born = published_at(video) or since
    return next((born + age for age in AGES if born + age > looked_at), None)


class TrackingTable:
    """The tracked videos of an open library."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, keys: Iterable[str]) -> int:
        """Track videos of the library, the first look at once, and return how many were not tracked before.

        Unknown keys are passed over; a video whose tracking had ended begins anew.
        """
        now = time_text(utc_now())
        with self._db.transaction() as db:
            before = db.total_changes
            db.executemany(
                "INSERT INTO tracked (key, since, due_at) SELECT key, ?, ? FROM videos WHERE key = ? AND demo = 0"
                " ON CONFLICT (key) DO UPDATE SET since = excluded.since, due_at = excluded.due_at, ended = NULL"
                " WHERE due_at IS NULL",
                [(now, now, key) for key in keys],
            )
            return int(db.total_changes - before)

    def due(self, at: datetime) -> list[Tracked]:
        """Return the videos to look at, the longest overdue first."""
        return self._read("WHERE due_at <= ? ORDER BY due_at, key", (time_text(at),))

    def all(self) -> list[Tracked]:
        """Return every tracked video, those due next first and those that ended last."""
        return self._read("ORDER BY due_at IS NULL, due_at, key")

    def of(self, keys: Iterable[str]) -> list[Tracked]:
        """Return what is tracked among these videos."""
        return self._read(f"WHERE {AMONG} ORDER BY key", (json.dumps(list(keys)),))

    def count_waiting(self) -> int:
        """Return how many videos have looks left."""
        return int(self._db.one("SELECT count(*) FROM tracked WHERE due_at IS NOT NULL"))

    def next_due_at(self) -> datetime | None:
        """Return when the next look is due, None when none is left."""
        text = self._db.one("SELECT min(due_at) FROM tracked")
        return datetime.fromisoformat(text) if text else None

    def looked(self, tracked: Tracked, video: Published) -> None:
        """Count a look, and set when the next is due."""
        due = next_look(video, tracked.since, video.fetched_at)
        with self._db.transaction() as db:
            db.execute(
                "UPDATE tracked SET looks = looks + 1, due_at = ?, ended = ? WHERE key = ?",
                (time_text(due) if due else None, None if due else GROWN, tracked.key),
            )

    def end(self, key: str, reason: str) -> None:
        """Look at a video no more, and say why; what was seen of it stays."""
        with self._db.transaction() as db:
            db.execute("UPDATE tracked SET due_at = NULL, ended = ? WHERE key = ?", (reason, key))

    def _read(self, rest: str, arguments: Sequence[object] = ()) -> list[Tracked]:
        rows = self._db.rows(f"SELECT key, since, due_at, looks, ended FROM tracked {rest}", arguments)  # noqa: S608
        return [
            Tracked(
                row["key"],
                datetime.fromisoformat(row["since"]),
                datetime.fromisoformat(row["due_at"]) if row["due_at"] else None,
                row["looks"],
                row["ended"] or "",
            )
            for row in rows
        ]
