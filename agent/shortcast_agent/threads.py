"""The conversations that are kept: listed, named, deleted for good.

One SQLite file holds LangGraph's checkpoints (the messages of each thread), the names that the user gave, and
the creator's profile (`memory.py`). What is deleted is overwritten, not just unlinked.
"""

import logging
import re
import sqlite3
import threading
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shortcast_agent.events import ThreadInfo
from shortcast_ml.errors import InputError, LibraryError

if TYPE_CHECKING:
    from langgraph.checkpoint.sqlite import SqliteSaver

log = logging.getLogger(__name__)

WAIT_S = 15.0  # for another process that writes
LONGEST_TITLE = 80
_MOST_LISTED = 100
_TOMBSTONES_KEPT_S = 86_400.0
_BIDI = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F}
_TABLES = """
    CREATE TABLE IF NOT EXISTS thread_titles (thread_id TEXT PRIMARY KEY, title TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS deleted_threads (thread_id TEXT PRIMARY KEY, at REAL NOT NULL);
"""


def open_conversations(path: Path, tables: str) -> sqlite3.Connection:
    """Open the conversations' file and make the tables that are wanted of it. Raises LibraryError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, check_same_thread=False, timeout=WAIT_S)
        try:
            connection.execute("PRAGMA secure_delete = ON")  # deleted text is overwritten with zeros
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(tables)
        except sqlite3.Error:
            connection.close()
            raise
    except (sqlite3.DatabaseError, OSError) as error:
        raise LibraryError(
            f"The conversations in {path} can't be opened ({error}). Move that file away, or set "
            "SHORTCAST_HOME to a folder that can be written."
        ) from error
    return connection


def empty_the_log(connection: sqlite3.Connection) -> None:
    """Bring the write-ahead log into the file and cut it to nothing, so that it holds no deleted text."""
    busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        log.info("Another process reads the conversations; their log is emptied at the next deletion.")


class Threads:
    """The threads of one file; safe to share between threads of a process, and between processes."""

    def __init__(self, path: Path) -> None:
        """Take the file's path; it is opened, or made, when it is first needed."""
        self.path = path
        self._lock = threading.RLock()
        self._saver: SqliteSaver | None = None
        self._infos: dict[str, tuple[str, ThreadInfo]] = {}  # by thread: its checkpoint, and what it says

    @property
    def saver(self) -> "SqliteSaver":
        """The checkpoints, for a graph. Raises LibraryError when the file can't be used."""
        with self._lock:
            if self._saver is None:
                from langgraph.checkpoint.sqlite import SqliteSaver

                connection = open_conversations(self.path, _TABLES)
                saver = SqliteSaver(connection, serde=_serializer())
                saver.setup()
                self._saver = saver
            return self._saver

    def close(self) -> None:
        """Close the file; it is opened again when needed."""
        with self._lock:
            if self._saver is not None:
                self._saver.conn.close()
            self._saver = None

    def messages(self, thread: str) -> list[Any]:
        """Return the messages of a thread; [] when there is no such thread."""
        kept = self.saver.get_tuple({"configurable": {"thread_id": thread, "checkpoint_ns": ""}})
        return list(kept.checkpoint["channel_values"].get("messages", [])) if kept else []

    def files(self, thread: str | None = None) -> set[Path]:
        """Return the files that were attached in one thread, or in any."""
        threads = [thread]
        if thread is None:
            with self._writing() as connection:
                threads = [
                    row[0]
                    for row in connection.execute("SELECT DISTINCT thread_id FROM checkpoints").fetchall()
                ]
        return {
            Path(item["path"])
            for known in threads
            for message in self.messages(str(known))
            for item in message.additional_kwargs.get("attachments", ())
        }

    def listed(self) -> list[ThreadInfo]:
        """Return the threads that can be resumed, the latest first, at most 100."""
        with self._writing() as connection:
            rows = connection.execute(
                "SELECT thread_id, MAX(checkpoint_id) AS latest FROM checkpoints GROUP BY thread_id"
                " ORDER BY latest DESC LIMIT ?",
                (_MOST_LISTED,),
            ).fetchall()
            titles = dict(connection.execute("SELECT thread_id, title FROM thread_titles").fetchall())
        infos = []
        for thread, checkpoint in rows:
            info = self._info(thread, checkpoint)
            if info is not None:
                named = titles.get(thread)
                infos.append(info.model_copy(update={"title": named}) if named else info)
        return infos

    def find(self, thread: str) -> ThreadInfo:
        """Return the thread with this id, or the only one whose id begins so. Raises InputError."""
        fitting = [info for info in self.listed() if info.id.startswith(thread)] if thread.strip() else []
        exact = [info for info in fitting if info.id == thread]
        if len(exact or fitting) != 1:
            how_many = "several conversations" if fitting else "no conversation"
            raise InputError(
                f"There is {how_many} {plain_title(thread) or '(no id)'}; "
                "`shortcast threads list` shows them with their ids."
            )
        return (exact or fitting)[0]

    def rename(self, thread: str, title: str) -> str:
        """Give a thread a name, and return it as it is kept. Raises InputError for none, or no such thread."""
        info, kept = self.find(thread), plain_title(title)
        if not kept:
            raise InputError("A conversation's name can't be empty; give it a few words.")
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO thread_titles (thread_id, title) VALUES (?, ?)"
                " ON CONFLICT (thread_id) DO UPDATE SET title = excluded.title",
                (info.id, kept),
            )
        return kept

    def delete(self, thread: str) -> bool:
        """Delete a thread for good: its messages are overwritten in the file. Say whether it was there.

        A turn that still runs in it, here or in another process, deletes what it adds when it ends.
        """
        now = time.time()
        with self._writing() as connection:
            gone = 0
            for table in ("checkpoints", "writes", "thread_titles"):
                gone += connection.execute(
                    f"DELETE FROM {table} WHERE thread_id = ?",  # noqa: S608 - three table names of ours
                    (thread,),
                ).rowcount
            connection.execute("DELETE FROM deleted_threads WHERE at < ?", (now - _TOMBSTONES_KEPT_S,))
            connection.execute("INSERT OR REPLACE INTO deleted_threads VALUES (?, ?)", (thread, now))
        with self.saver.lock:
            empty_the_log(self.saver.conn)
        self._infos.pop(thread, None)
        return gone > 0

    def deleted_since(self, thread: str, moment: float) -> bool:
        """Say whether a thread has been deleted since `moment` (seconds, as `time.time()`)."""
        with self._writing() as connection:
            found = connection.execute(
                "SELECT 1 FROM deleted_threads WHERE thread_id = ? AND at >= ?", (thread, moment)
            ).fetchone()
        return found is not None

    def forget_old_checkpoints(self, thread: str) -> None:
        """Keep the last checkpoint of a thread: each holds all messages, so the rest only fills the disk."""
        last = "(SELECT MAX(checkpoint_id) FROM checkpoints WHERE thread_id = ?)"
        try:
            with self._writing() as connection:
                for table in ("writes", "checkpoints"):
                    connection.execute(  # two table names of ours, nothing from outside
                        f"DELETE FROM {table} WHERE thread_id = ? AND checkpoint_id < {last}",  # noqa: S608
                        (thread, thread),
                    )
        except sqlite3.OperationalError as error:  # another process is writing: the next turn tidies up
            log.info("Old checkpoints of %s stay for now: %s", thread, error)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        saver = self.saver
        with saver.lock, saver.conn:
            yield saver.conn

    def _info(self, thread: str, checkpoint: str) -> ThreadInfo | None:
        known = self._infos.get(thread)
        if known is not None and known[0] == checkpoint:
            return known[1]
        from langchain_core.messages import HumanMessage

        asked = [message for message in self.messages(thread) if isinstance(message, HumanMessage)]
        if not asked:
            return None
        said = [str(message.additional_kwargs.get("said", message.text)) for message in asked]
        title = next((words for words in map(plain_title, said) if words), "(a draft)")
        info = ThreadInfo(id=thread, title=title, turns=len(asked), last_at=said_when(asked[-1]))
        self._infos[thread] = (checkpoint, info)
        return info


def said_when(message: Any) -> datetime | None:
    """Return when a message was said, if it tells."""
    try:
        return datetime.fromisoformat(str(message.additional_kwargs.get("said_at")))
    except ValueError:
        return None


def plain_title(text: str) -> str:
    """Return text as one short line without control characters, which could forge what a terminal shows."""
    kept = (
        " " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter
        for letter in text
        if ord(letter) not in _BIDI
    )
    line = re.sub(r"\s+", " ", "".join(kept)).strip()
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1].rstrip() + "…"


def _serializer() -> Any:
    """Return a serializer that revives messages and plain data only, whatever the file claims to hold."""
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

    return JsonPlusSerializer(pickle_fallback=False, allowed_msgpack_modules=None)
