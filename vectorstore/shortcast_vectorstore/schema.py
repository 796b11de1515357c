"""The library's tables, how an older library is brought up to date, and what SQLite's complaints mean."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shortcast_ml.errors import LibraryError

APPLICATION_ID = 0x53484354  # "SHCT": tells our file from any other SQLite database
BUSY_TIMEOUT_S = 10.0
CACHE_KIB = 32 * 1024  # videos arrive in no order of their keys: SQLite's own 2 MiB read every page again

# One tuple of statements for each version; user_version counts those applied. Append, never edit.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        "INSERT INTO meta VALUES ('id', lower(hex(randomblob(8))))",
        """CREATE TABLE channels (
            platform TEXT NOT NULL,
            channel_id TEXT NOT NULL,
            name TEXT,
            followers INTEGER,
            seen_at TEXT NOT NULL,
            PRIMARY KEY (platform, channel_id)
        ) WITHOUT ROWID""",
        # `record` is the Published record as JSON, and the truth; the other columns are for finding it.
        """CREATE TABLE videos (
            key TEXT PRIMARY KEY,
            platform TEXT NOT NULL,
            video_id TEXT NOT NULL,
            channel_id TEXT,
            demo INTEGER NOT NULL,
            fetched_at TEXT NOT NULL,
            record TEXT NOT NULL,
            FOREIGN KEY (platform, channel_id) REFERENCES channels (platform, channel_id)
        )""",
        "CREATE INDEX videos_by_id ON videos (video_id)",
        "CREATE INDEX videos_by_channel ON videos (channel_id, platform)",
        "CREATE INDEX videos_by_demo ON videos (demo)",
        """CREATE TABLE snapshots (
            key TEXT NOT NULL REFERENCES videos (key) ON DELETE CASCADE,
            fetched_at TEXT NOT NULL,
            views INTEGER NOT NULL,
            likes INTEGER,
            comments INTEGER,
            shares INTEGER,
            PRIMARY KEY (key, fetched_at)
        ) WITHOUT ROWID""",
        # `seq` only grows, so that an index can ask for what is newer than it has. A NULL vector says
        # that the video was looked at and had nothing to encode.
        """CREATE TABLE vectors (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            key TEXT NOT NULL REFERENCES videos (key) ON DELETE CASCADE,
            encoder_id TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('title', 'image')),
            vector BLOB,
            UNIQUE (key, encoder_id, kind)
        )""",
        "CREATE INDEX vectors_present ON vectors (encoder_id, kind, seq) WHERE vector IS NOT NULL",
    ),
    (
        # What videos are filtered by, copied out of `record`, NULL where unknown.
        "ALTER TABLE videos ADD COLUMN language TEXT",
        "ALTER TABLE videos ADD COLUMN published_at REAL",  # Unix seconds
        "ALTER TABLE videos ADD COLUMN age_days REAL",  # when its views were read
        "ALTER TABLE videos ADD COLUMN duration_s REAL",
        "ALTER TABLE videos ADD COLUMN views INTEGER",
        """UPDATE videos SET
            language = json_extract(record, '$.draft.language'),
            duration_s = json_extract(record, '$.draft.duration_s'),
            views = json_extract(record, '$.counts.views'),
            age_days = json_extract(record, '$.age_days'),
            published_at = (julianday(json_extract(record, '$.published_at')) - 2440587.5) * 86400""",
        """UPDATE videos SET
            published_at = ifnull(published_at, (julianday(fetched_at) - 2440587.5 - age_days) * 86400),
            age_days = ifnull(age_days,
                nullif(max(0, julianday(fetched_at) - 2440587.5 - published_at / 86400), 0))""",
        # Where the files of a video come from and lie. A row without sha256 waits to be downloaded.
        """CREATE TABLE media (
            key TEXT NOT NULL REFERENCES videos (key) ON DELETE CASCADE,
            kind TEXT NOT NULL CHECK (kind IN ('thumbnail', 'video')),
            url TEXT NOT NULL,
            sha256 TEXT,
            path TEXT,
            n_bytes INTEGER,
            tries INTEGER NOT NULL DEFAULT 0,
            problem TEXT,
            PRIMARY KEY (key, kind)
        ) WITHOUT ROWID""",
        "CREATE INDEX media_by_content ON media (sha256)",
        # Work that may be interrupted and goes on: its request as JSON names it, its items are what it must do.
        """CREATE TABLE jobs (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            request TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('running', 'stopped', 'done', 'failed')),
            cursor TEXT,
            started_at TEXT NOT NULL,
            updated_at TEXT NOT NULL,
            report TEXT
        )""",
        "CREATE INDEX jobs_by_request ON jobs (kind, request)",
        """CREATE TABLE job_items (
            job_id INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
            item TEXT NOT NULL,
            place INTEGER NOT NULL,
            facts TEXT,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'skipped')),
            reason TEXT,
            PRIMARY KEY (job_id, item)
        ) WITHOUT ROWID""",
        "CREATE INDEX job_items_by_state ON job_items (job_id, state, place)",
        # One row a call, written before the call: a call that fails is charged too. `account` is a digest of
        # the key, never the key; `day` is the day in Los Angeles, where quotas are reset at midnight.
        """CREATE TABLE quota (
            id INTEGER PRIMARY KEY,
            account TEXT NOT NULL,
            day TEXT NOT NULL,
            bucket TEXT NOT NULL CHECK (bucket IN ('search', 'units')),
            method TEXT NOT NULL,
            cost INTEGER NOT NULL,
            at TEXT NOT NULL
        )""",
        "CREATE INDEX quota_by_day ON quota (account, day, bucket)",
        # Videos whose counts are looked at again. NULL `due_at`: no look is left; `ended` says why.
        """CREATE TABLE tracked (
            key TEXT PRIMARY KEY REFERENCES videos (key) ON DELETE CASCADE,
            since TEXT NOT NULL,
            due_at TEXT,
            looks INTEGER NOT NULL DEFAULT 0,
            ended TEXT
        ) WITHOUT ROWID""",
        "CREATE INDEX tracked_by_due ON tracked (due_at) WHERE due_at IS NOT NULL",
    ),
)

# Source: https://www.sqlite.org/rescode.html (primary result codes)
SENTENCES = {
    sqlite3.SQLITE_BUSY: "Another program is busy writing to the library {path}; try again in a moment.",
    sqlite3.SQLITE_LOCKED: "Another program is busy writing to the library {path}; try again in a moment.",
    sqlite3.SQLITE_READONLY: "The library {path} can't be written to; check the folder's permissions, or set SHORTCAST_HOME to another folder.",  # noqa: E501
    sqlite3.SQLITE_PERM: "The library {path} can't be written to; check the folder's permissions, or set SHORTCAST_HOME to another folder.",  # noqa: E501
    sqlite3.SQLITE_CANTOPEN: "The library {path} can't be opened; check the folder's permissions, or set SHORTCAST_HOME to another folder.",  # noqa: E501
    sqlite3.SQLITE_IOERR: "The disk failed while using the library {path}; check the disk, then try again.",
    sqlite3.SQLITE_FULL: "The disk is full, so nothing more was written to the library {path}; free some space.",
    sqlite3.SQLITE_CORRUPT: "The library {path} is damaged; move it away to start a new one, or restore a copy.",
    sqlite3.SQLITE_NOTADB: "{path} is not a Shortcast library; move it away, or set SHORTCAST_HOME to another folder.",
}


@contextmanager
def in_plain_words(path: Path) -> Iterator[None]:
    """Raise LibraryError, in one sentence, for what SQLite says about the file; let our own bugs through."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code is None and "closed" in str(error):
            raise LibraryError(f"The library {path} was closed; open it again.") from error
        sentence = SENTENCES.get(code & 0xFF) if code is not None else None
        if sentence is None:
            raise
        raise LibraryError(sentence.format(path=path)) from error


def connect(path: Path) -> sqlite3.Connection:
    """Open the library's file, made or migrated as needed: WAL, foreign keys on, safe to share under a lock.

    Raises LibraryError when the folder can't be used, or the file is not ours, damaged or newer than us.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LibraryError(
            f"The folder {path.parent} can't hold the library ({error.strerror});"
            " set SHORTCAST_HOME to a folder that you can write to."
        ) from error
    with in_plain_words(path):
        db = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
        try:
            db.row_factory = sqlite3.Row
            _check_ours(db, path)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA foreign_keys = ON")
            db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            _migrate(db)
        except BaseException:
            db.close()
            raise
    return db


def _check_ours(db: sqlite3.Connection, path: Path) -> None:
    """Raise LibraryError unless the file is new, or a sound library of this version or an older one."""
    application_id = db.execute("PRAGMA application_id").fetchone()[0]
    version = db.execute("PRAGMA user_version").fetchone()[0]
    tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if application_id != APPLICATION_ID and (application_id or version or tables):
        raise LibraryError(SENTENCES[sqlite3.SQLITE_NOTADB].format(path=path))
    if version > len(MIGRATIONS):
        raise LibraryError(
            f"The library {path} was made by a newer Shortcast (version {version}, this one reads up to"
            f" {len(MIGRATIONS)}); update Shortcast."
        )
    if tables and db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise LibraryError(SENTENCES[sqlite3.SQLITE_CORRUPT].format(path=path))


def _migrate(db: sqlite3.Connection) -> None:
    """Apply the migrations that the file lacks, all or none. Another process may be doing the same."""
    if db.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS):
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                db.execute(statement)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise
