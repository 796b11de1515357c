"""Videos and looks at their counts as rows: how they are put into the library, many at once."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from shortcast_ml.errors import LibraryError
from shortcast_ml.library_table import age_days, key_of, published_at
from shortcast_ml.records import Counts, Platform, Published, utc_now

Outcome = Literal["added", "updated", "known"]
FACTS = ("language", "published_at", "age_days", "duration_s", "views")  # copied out of the record
COLUMNS = ("key", "platform", "video_id", "channel_id", "demo", "fetched_at", "record", *FACTS)
INSERT = (
    f"INSERT INTO videos ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608
    f" ON CONFLICT (key) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in COLUMNS[3:])}"
)
# What the newest reading says of a channel; what it does not say stays as it was.
INSERT_CHANNEL = (
    "INSERT INTO channels (platform, channel_id, name, followers, seen_at) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (platform, channel_id) DO UPDATE SET name = ifnull(excluded.name, name),"
    " followers = ifnull(excluded.followers, followers), seen_at = excluded.seen_at"
    " WHERE excluded.seen_at >= seen_at"
)
INSERT_SNAPSHOT = "INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?, ?)"
MOST = 2**63 - 1  # SQLite's largest integer; no platform counts that far

CountsRow = tuple[int, int | None, int | None, int | None]  # views, likes, comments, shares


def put_many(db: sqlite3.Connection, videos: Sequence[Published]) -> list[Outcome]:
    """Write videos inside a transaction that the caller holds, and return what became of each.

    A reading replaces an older one; its counts are kept as a snapshot of their time. What was made from
    words or pictures that have changed since is dropped; the other vectors get a new `seq`, so that an index
    takes the new facts as well. Raises LibraryError for a video that can't be kept.
    """
    keys = [_checked_key(video) for video in videos]
    asked = json.dumps(keys)
    stored = {
        row["key"]: (row["fetched_at"], row["record"])
        for row in db.execute(
            "SELECT key, fetched_at, record FROM videos WHERE key IN (SELECT value FROM json_each(?))",
            (asked,),
        )
    }
    looks = _snapshots_of(db, stored)
    rows: dict[str, tuple[object, ...]] = {}
    channels: list[tuple[object, ...]] = []
    replaced: list[tuple[str, Published, Published]] = []
    snapshots: list[tuple[object, ...]] = []
    outcomes: list[Outcome] = []
    for key, video in zip(keys, videos, strict=True):
        at, record = time_text(video.fetched_at), video.model_dump_json()
        outcome: Outcome = "added" if key not in stored else "known"
        if key in stored:
            stored_at, old = stored[key]
            if record != old and at >= stored_at and (before := Published.model_validate_json(old)) != video:
                outcome = "updated"
                replaced.append((key, before, video))
        if outcome != "known":
            stored[key] = (at, record)
            rows[key] = _row(key, video, at, record)
            if video.channel_id is not None:
                channels.append(_channel_row(video, at))
        if video.counts is not None and looks.get((key, at)) != (counts := counts_row(video.counts)):
            looks[key, at] = counts
            snapshots.append((key, at, *counts))
            outcome = "updated" if outcome == "known" else outcome
        outcomes.append(outcome)
    db.executemany(INSERT_CHANNEL, channels)
    db.executemany(INSERT, rows.values())
    db.executemany(INSERT_SNAPSHOT, snapshots)
    for key, before, video in replaced:
        _renew_vectors(db, key, before, video)
    return outcomes


# --- looks at the counts of videos that are known ----------------------------------------------------


@dataclass(frozen=True)
class Look:
    """Counts of a video as they were at a time, or at an age; nothing else is known of the video."""

    video_id: str
    counts: Counts
    at: datetime | None = None
    age_days: float | None = None
    platform: Platform | None = None  # None: of whichever platform has the video
    by_day: bool = False  # `at` is exact to the day only: not kept beside another look of that day


LookOutcome = Literal["new", "known", "unknown", "ambiguous", "undated", "early", "ahead", "contradicted"]
AHEAD = timedelta(days=1)  # a time whose zone is not said may be this far ahead of ours


def put_looks(db: sqlite3.Connection, looks: Sequence[Look]) -> list[LookOutcome]:
    """Write looks as snapshots inside a transaction that the caller holds, and return what became of each.

    A look that is newer than the video's record brings the record up to date. Not kept are looks at a video
    that is unknown, or known on several platforms where the look names none; that can't be dated, or lie before
    publishing or in the future; or that contradict a look at the same time.
    """
    videos: dict[str, list[sqlite3.Row]] = {}
    for row in db.execute(
        "SELECT key, video_id, platform, fetched_at, published_at FROM videos"
        " WHERE video_id IN (SELECT value FROM json_each(?))",
        (json.dumps([look.video_id for look in looks]),),
    ):
        videos.setdefault(row["video_id"], []).append(row)
    known = _snapshots_of(db, [row["key"] for rows in videos.values() for row in rows])
    days = {(key, at[:10]) for key, at in known}
    newest: dict[str, tuple[str, Look, datetime]] = {}
    latest = utc_now() + AHEAD
    snapshots: list[tuple[object, ...]] = []
    outcomes: list[LookOutcome] = []
    for look in looks:
        rows = [r for r in videos.get(look.video_id, ()) if look.platform in (None, r["platform"])]
        if len(rows) != 1:
            outcomes.append("ambiguous" if rows else "unknown")
            continue
        row = rows[0]
        since = None if row["published_at"] is None else datetime.fromtimestamp(row["published_at"], UTC)
        when = look.at
        if when is None and look.age_days is not None and since is not None:
            when = since + timedelta(days=look.age_days)
        if when is None:
            outcomes.append("undated")
            continue
        if when > latest or (since is not None and when <= since):
            outcomes.append("ahead" if when > latest else "early")
            continue
        key, at, counts = row["key"], time_text(when), counts_row(look.counts)
        if (key, at) in known:
            outcomes.append("known" if known[key, at] == counts else "contradicted")
            continue
        if look.by_day and (key, at[:10]) in days:
            outcomes.append("known")
            continue
        known[key, at] = counts
        days.add((key, at[:10]))
        snapshots.append((key, at, *counts))
        outcomes.append("new")
        if at > row["fetched_at"] and (key not in newest or at > newest[key][0]):
            newest[key] = (at, look, when)
    db.executemany(INSERT_SNAPSHOT, sorted(snapshots))
    _bring_up_to_date(db, {key: (look, when) for key, (_, look, when) in newest.items()})
    return outcomes


def _bring_up_to_date(db: sqlite3.Connection, newest: dict[str, tuple[Look, datetime]]) -> None:
    """Give records the counts, and the age, of looks that are newer than they are."""
    updated = []
    for row in db.execute(
        "SELECT key, record FROM videos WHERE key IN (SELECT value FROM json_each(?))",
        (json.dumps(list(newest)),),
    ):
        look, when = newest[row["key"]]
        video = Published.model_validate_json(row["record"])
        since = published_at(video)
        days = (when - since).total_seconds() / 86400 if since is not None else 0
        changes = {"counts": look.counts, "fetched_at": when, "age_days": days if days > 0 else None}
        updated.append(video.model_copy(update=changes))
    put_many(db, updated)


# --- rows --------------------------------------------------------------------------------------------


def time_text(at: datetime) -> str:
    """Return a time as UTC text that sorts as times do."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def counts_row(counts: Counts) -> CountsRow:
    """Return counts in the order of the snapshots' columns."""
    return counts.views, counts.likes, counts.comments, counts.shares


def facts_of(video: Published) -> tuple[object, ...]:
    """Return what videos are filtered by, in the order of FACTS."""
    since = published_at(video)
    return (
        video.draft.language,
        since.timestamp() if since else None,
        age_days(video),
        video.draft.duration_s,
        video.counts.views if video.counts else None,
    )


def _checked_key(video: Published) -> str:
    if not video.video_id:
        raise LibraryError("A video without an id can't be kept in the library; give the id of its platform.")
    if video.counts is not None and max(count or 0 for count in counts_row(video.counts)) > MOST:
        raise LibraryError(f"The counts of video {video.video_id!r} are larger than any platform's.")
    return key_of(video)


def _row(key: str, video: Published, at: str, record: str) -> tuple[object, ...]:
    platform, demo = video.draft.platform, video.demo
    return key, platform, video.video_id, video.channel_id, demo, at, record, *facts_of(video)


def _channel_row(video: Published, at: str) -> tuple[object, ...]:
    name = video.channel.name if video.channel else None
    followers = video.channel.followers if video.channel else None
    return video.draft.platform, video.channel_id, name, followers, at


def _snapshots_of(db: sqlite3.Connection, keys: Iterable[str]) -> dict[tuple[str, str], CountsRow]:
    """Return the counts of every look at these videos, by key and time."""
    found = db.execute(
        "SELECT * FROM snapshots WHERE key IN (SELECT value FROM json_each(?))", (json.dumps(list(keys)),)
    )
    return {
        (row["key"], row["fetched_at"]): (row["views"], row["likes"], row["comments"], row["shares"])
        for row in found
    }


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
