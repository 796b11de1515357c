"""Files of videos: where each may be downloaded from, and where it lies once it was."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from shortcast_vectorstore.database import AMONG, Database

MediaKind = Literal["thumbnail", "video"]


@dataclass(frozen=True)
class Wanted:
    """A file that waits to be downloaded."""

    key: str
    urls: tuple[str, ...]  # best first
    tries: int


class MediaTable:
    """The files of an open library's videos. A row's `url` holds its links parted by spaces, best first."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def want(self, key: str, kind: MediaKind, urls: Sequence[str]) -> None:
        """Put a file into the line of downloads; one that is there stays, one that failed is tried anew."""
        with self._db.transaction() as db:
            db.execute(
                "INSERT INTO media (key, kind, url) VALUES (?, ?, ?) ON CONFLICT (key, kind) DO UPDATE"
                " SET url = excluded.url, tries = 0, problem = NULL WHERE sha256 IS NULL",
                (key, kind, " ".join(urls)),
            )

    def waiting(self, kind: MediaKind, most_tries: int, keys: Sequence[str] | None = None) -> list[Wanted]:
        """Return the files, of these videos or of all, that are not there and were tried fewer times than that."""
        among = "" if keys is None else f" AND {AMONG}"
        rows = self._db.rows(
            "SELECT key, url, tries FROM media"  # noqa: S608
            f" WHERE kind = ? AND sha256 IS NULL AND tries < ?{among} ORDER BY key",
            (kind, most_tries, *([] if keys is None else [json.dumps(keys)])),
        )
        return [Wanted(row["key"], tuple(row["url"].split()), row["tries"]) for row in rows]

    def has(self, key: str, kind: MediaKind) -> bool:
        """Tell whether a file was downloaded."""
        return bool(
            self._db.one("SELECT 1 FROM media WHERE key = ? AND kind = ? AND sha256 IS NOT NULL", (key, kind))
        )

    def got(self, key: str, kind: MediaKind, url: str, sha256: str, path: Path, n_bytes: int) -> None:
        """Say that a file was downloaded: from where, and where it lies."""
        with self._db.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO media (key, kind, url, sha256, path, n_bytes) VALUES (?, ?, ?, ?, ?, ?)",
                (key, kind, url, sha256, str(path), n_bytes),
            )

    def failed(self, key: str, kind: MediaKind, problem: str) -> None:
        """Count a try that brought nothing, with the reason."""
        with self._db.transaction() as db:
            db.execute(
                "UPDATE media SET tries = tries + 1, problem = ? WHERE key = ? AND kind = ?",
                (problem, key, kind),
            )

    def lost(self, key: str, kind: MediaKind) -> None:
        """Let a file wait for its download again: it is not where it lay."""
        with self._db.transaction() as db:
            db.execute(
                "UPDATE media SET sha256 = NULL, path = NULL, n_bytes = NULL, tries = 0 WHERE key = ? AND kind = ?",
                (key, kind),
            )
