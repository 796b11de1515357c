"""What a library holds, counted."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import AwareDatetime, Field

from shortcast_ml.records import LibraryKind, Record

if TYPE_CHECKING:
    from shortcast_vectorstore.library import Library


class Overview(Record):
    """A library in figures."""

    kind: LibraryKind = Field(description="demo: invented videos only; collected: real ones only.")
    videos: int
    invented: int = Field(description="Videos of the demo library.")
    channels: int
    platforms: dict[str, int] = Field(description="Videos by platform.")
    languages: dict[str, int] = Field(description="Videos by language, the commonest ten of those known.")
    published_from: AwareDatetime | None
    published_to: AwareDatetime | None
    looked_at: AwareDatetime | None = Field(description="When views were last read.")
    looks: int = Field(description="Readings of views, over all videos.")


def overview(library: "Library") -> Overview:
    """Count a library's videos by platform, language and date. Raises LibraryError when it can't be read."""
    db = library.db
    row = db.rows(
        "SELECT count(*) AS n, coalesce(sum(demo), 0) AS demo, count(DISTINCT platform || ':' || channel_id) AS "
        "channels, min(published_at) AS first, max(published_at) AS last, max(fetched_at) AS looked FROM videos"
    )[0]
    languages = db.rows(
        "SELECT language, count(*) AS n FROM videos WHERE language IS NOT NULL GROUP BY language ORDER BY n DESC, "
        "language LIMIT 10"
    )
    platforms = db.rows(
        "SELECT platform, count(*) AS n FROM videos GROUP BY platform ORDER BY n DESC, platform"
    )
    return Overview(
        kind=library.kind(),
        videos=row["n"],
        invented=row["demo"],
        channels=row["channels"],
        platforms={found["platform"]: found["n"] for found in platforms},
        languages={found["language"]: found["n"] for found in languages},
        published_from=_when(row["first"]),
        published_to=_when(row["last"]),
        looked_at=None if row["looked"] is None else datetime.fromisoformat(row["looked"]).astimezone(UTC),
        looks=int(db.one("SELECT count(*) FROM snapshots")),
    )


def _when(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
