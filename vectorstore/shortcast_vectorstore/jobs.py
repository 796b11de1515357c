"""Work that may be interrupted: what was asked for, what of it is done, and where discovering goes on.

Each method is one transaction, or part of the caller's: kept videos and the items that stand for them are
written together, so that a killed process has done an item wholly or not at all.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from shortcast_ml.errors import LibraryError
from shortcast_ml.records import utc_now
from shortcast_vectorstore.database import Database

JobState = Literal["running", "stopped", "done", "failed"]
ALL_FOUND = ""  # the cursor of a job that has nothing left to discover
# A request is the same whatever its limit is: asked for more, a job goes on.
SAME_REQUEST = "kind = ? AND json_remove(request, '$.limit') = json_remove(?, '$.limit')"


@dataclass(frozen=True)
class Job:
    """A job as it stood when it was opened."""

    id: int
    request: str  # JSON, with the limit that it last had
    state: JobState
    cursor: str | None  # None: nothing is discovered yet

    @property
    def all_found(self) -> bool:
        """Whether nothing is left to discover."""
        return self.cursor == ALL_FOUND


@dataclass(frozen=True)
class Item:
    """One thing that a job does: waiting, done, or skipped for a reason."""

    item: str
    state: Literal["waiting", "done", "skipped"]
    reason: str
    facts: dict[str, str | int]


class JobTable:
    """The jobs of an open library."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def latest(self, kind: str, request: str) -> Job | None:
        """Return the newest job for a request, whatever its limit; None when there was none."""
        rows = self._db.rows(
            f"SELECT id, request, state, cursor FROM jobs WHERE {SAME_REQUEST} ORDER BY id DESC LIMIT 1",  # noqa: S608
            (kind, request),
        )
        return Job(*rows[0]) if rows else None

    def begin(self, kind: str, request: str) -> Job:
        """Start a job from its beginning."""
        now = utc_now().isoformat()
        with self._db.transaction() as db:
            cursor = db.execute(
                "INSERT INTO jobs (kind, request, state, started_at, updated_at) VALUES (?, ?, 'running', ?, ?)",
                (kind, request, now, now),
            )
        if cursor.lastrowid is None:
            raise LibraryError("The job could not be written; try again.")
        return Job(cursor.lastrowid, request, "running", None)

    def go_on(self, job: Job, request: str, again: Iterable[str] = ()) -> Job:
        """Go on with a job, for a request that may have a new limit.

        Items skipped for one of the reasons in `again` wait once more, in their old place.
        """
        with self._db.transaction() as db:
            db.execute(
                "UPDATE jobs SET request = ?, state = 'running', updated_at = ? WHERE id = ?",
                (request, utc_now().isoformat(), job.id),
            )
            db.executemany(
                "UPDATE job_items SET state = 'waiting', reason = NULL"
                " WHERE job_id = ? AND state = 'skipped' AND reason = ?",
                [(job.id, reason) for reason in again],
            )
            db.execute("UPDATE job_items SET reason = NULL WHERE job_id = ? AND state = 'waiting'", (job.id,))
        return Job(job.id, request, "running", job.cursor)

    def discovered(self, job_id: int, items: Iterable[str], cursor: str | None) -> int:
        """Put items into a job's line and move its cursor, None: that was all. Return how many were new."""
        with self._db.transaction() as db:
            place = int(
                db.execute(
                    "SELECT ifnull(max(place), 0) FROM job_items WHERE job_id = ?", (job_id,)
                ).fetchone()[0]
            )
            before = db.total_changes
            db.executemany(
                "INSERT OR IGNORE INTO job_items (job_id, item, place, state) VALUES (?, ?, ?, 'waiting')",
                [(job_id, item, place + i) for i, item in enumerate(items, 1)],
            )
            new = db.total_changes - before
            db.execute(
                "UPDATE jobs SET cursor = ?, updated_at = ? WHERE id = ?",
                (ALL_FOUND if cursor is None else cursor, utc_now().isoformat(), job_id),
            )
        return new

    def waiting(self, job_id: int, limit: int) -> list[str]:
        """Return the next items in line, without those that were put off."""
        rows = self._db.rows(
            "SELECT item FROM job_items WHERE job_id = ? AND state = 'waiting' AND reason IS NULL"
            " ORDER BY place LIMIT ?",
            (job_id, limit),
        )
        return [row["item"] for row in rows]

    def done(self, job_id: int, item: str, facts: dict[str, str | int]) -> None:
        """Mark an item as done, with what is to be remembered of it."""
        self._settle(job_id, item, "done", None, facts)

    def skip(self, job_id: int, item: str, reason: str) -> None:
        """Mark an item as skipped for good."""
        self._settle(job_id, item, "skipped", reason, {})

    def put_off(self, job_id: int, item: str, reason: str) -> None:
        """Let an item wait until the job is gone on with; the second time it is skipped for good."""
        tried = self._db.one("SELECT facts FROM job_items WHERE job_id = ? AND item = ?", (job_id, item))
        self._settle(job_id, item, "skipped" if tried else "waiting", reason, {"put_off": 1})

    def end(self, job_id: int, state: JobState, report: str = "") -> None:
        """Say how a run of the job ended."""
        with self._db.transaction() as db:
            db.execute(
                "UPDATE jobs SET state = ?, report = ?, updated_at = ? WHERE id = ?",
                (state, report or None, utc_now().isoformat(), job_id),
            )

    def items(self, job_id: int) -> list[Item]:
        """Return a job's items in their order; those put off are waiting and have a reason."""
        rows = self._db.rows(
            "SELECT item, state, reason, facts FROM job_items WHERE job_id = ? ORDER BY place", (job_id,)
        )
        return [
            Item(row["item"], row["state"], row["reason"] or "", json.loads(row["facts"] or "{}"))
            for row in rows
        ]

    def _settle(
        self, job_id: int, item: str, state: str, reason: str | None, facts: dict[str, str | int]
    ) -> None:
        with self._db.transaction() as db:
            db.execute(
                "UPDATE job_items SET state = ?, reason = ?, facts = ? WHERE job_id = ? AND item = ?",
                (state, reason, json.dumps(facts) if facts else None, job_id, item),
            )


@contextmanager
def alone(lock: Path, doing: str) -> Iterator[None]:
    """Keep other threads and processes from doing the same work on a library.

    The system lets go of the lock when a process dies. Raises LibraryError while another one holds it.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    holder = sqlite3.connect(lock, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        try:
            holder.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise LibraryError(f"Another Shortcast is {doing} just now; wait until it is done.") from None
        yield
    finally:
        holder.close()
