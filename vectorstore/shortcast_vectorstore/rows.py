"""Videos as rows: how one is put into the library."""

import sqlite3
from datetime import UTC, datetime
from typing import Literal

from shortcast_ml.errors import LibraryError
from shortcast_ml.library_table import age_days, key_of, published_at
from shortcast_ml.records import Published

Outcome = Literal["added", "updated", "known"]
FACTS = ("language", "published_at", "age_days", "duration_s", "views")  # copied out of the record
COLUMNS = ("key", "platform", "video_id", "channel_id", "demo", "fetched_at", "record", *FACTS)
INSERT = (
    f"INSERT INTO videos ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
    f" ON CONFLICT (key) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in COLUMNS[3:])}"
)
MOST = 2**63 - 1  # SQLite's largest integer; no platform counts that far


def put(db: sqlite3.Connection, video: Published) -> Outcome:
    """Write one video inside a transaction that the caller holds.

    What was made from words or pictures that have changed since is dropped; the other vectors get a new
    `seq`, so that an index takes the new facts as well. Raises LibraryError for a video that can't be kept.
    """
    if not video.video_id:
        raise LibraryError("A video without an id can't be kept in the library; give the id of its platform.")
    counts = video.counts
    if counts is not None and max(v or 0 for v in counts.model_dump().values()) > MOST:
        raise LibraryError(f"The counts of video {video.video_id!r} are larger than any platform's.")
    key, platform, at = key_of(video), video.draft.platform, _text(video.fetched_at)
    row = db.execute("SELECT record FROM videos WHERE key = ?", (key,)).fetchone()
    stored = Published.model_validate_json(row["record"]) if row else None
    outcome: Outcome = "added" if stored is None else "known"
    if stored is None or (video.fetched_at >= stored.fetched_at and video != stored):
        _put_channel(db, video, at)
        db.execute(
            INSERT,
            (
                key,
                platform,
                video.video_id,
                video.channel_id,
                video.demo,
                at,
                video.model_dump_json(),
                *_facts(video),
            ),
        )
        if stored is not None:
            _renew_vectors(db, key, stored, video)
            outcome = "updated"
    if _put_snapshot(db, key, video, at) and outcome == "known":
        outcome = "updated"
    return outcome


def _facts(video: Published) -> tuple[object, ...]:
    """Return what videos are filtered by, in the order of FACTS."""
    since = published_at(video)
    return (
        video.draft.language,
        since.timestamp() if since else None,
        age_days(video),
        video.draft.duration_s,
        video.counts.views if video.counts else None,
    )


def _put_channel(db: sqlite3.Connection, video: Published, at: str) -> None:
    """Keep what the newest reading says of the channel; what it does not say stays as it was."""
    if video.channel_id is None:
        return
    name = video.channel.name if video.channel else None
    followers = video.channel.followers if video.channel else None
    db.execute(
        "INSERT INTO channels (platform, channel_id, name, followers, seen_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (platform, channel_id) DO UPDATE SET name = ifnull(excluded.name, name),"
        " followers = ifnull(excluded.followers, followers), seen_at = excluded.seen_at"
        " WHERE excluded.seen_at >= seen_at",
        (video.draft.platform, video.channel_id, name, followers, at),
    )


def _put_snapshot(db: sqlite3.Connection, key: str, video: Published, at: str) -> bool:
    """Keep the counts unless they equal the last ones known at that time; return whether they were kept."""
    if video.counts is None:
        return False
    counts = tuple(video.counts.model_dump().values())  # views, likes, comments, shares
    last = db.execute(
        "SELECT views, likes, comments, shares FROM snapshots WHERE key = ? AND fetched_at <= ?"
        " ORDER BY fetched_at DESC LIMIT 1",
        (key, at),
    ).fetchone()
    if last is not None and tuple(last) == counts:
        return False
    db.execute("INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?, ?)", (key, at, *counts))
    return True


def _renew_vectors(db: sqlite3.Connection, key: str, old: Published, new: Published) -> None:
    changed = {
        "title": (old.draft.title, old.draft.hashtags) != (new.draft.title, new.draft.hashtags),
        "image": (old.draft.thumbnail_path, old.draft.video_path)
        != (new.draft.thumbnail_path, new.draft.video_path),
    }
    for kind, is_changed in changed.items():
        db.execute(
            "DELETE FROM vectors WHERE key = ? AND kind = ? AND (? OR vector IS NULL)",
            (key, kind, is_changed),
        )
    db.execute(
        "INSERT OR REPLACE INTO vectors (key, encoder_id, kind, vector)"
        " SELECT key, encoder_id, kind, vector FROM vectors WHERE key = ?",
        (key,),
    )


def _text(at: datetime) -> str:
    """Return a time as UTC text that sorts as times do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
