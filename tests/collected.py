"""Collected videos, made by hand, and libraries to put them in."""

from datetime import UTC, datetime
from pathlib import Path

from shortcast_ml.records import Counts, Draft, Platform, Published

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def a_video(video_id: str = "v1", *, views: int | None = 100, **changes: object) -> Published:
    """Make a collected video; `changes` are fields of the draft or of the record."""
    platform: Platform = changes.pop("platform", "tiktok")  # type: ignore[assignment]
    draft = {name: changes.pop(name) for name in list(changes) if name in Draft.model_fields}
    facts: dict[str, object] = {
        "video_id": video_id,
        "url": f"https://example.invalid/{video_id}",
        "fetched_at": NOON,
        "age_days": 10.0,
        "counts": None if views is None else Counts(views=views),
        **changes,
    }
    return Published.model_validate({"draft": {"platform": platform, "title": "A title", **draft}, **facts})


def without_demo(home: Path) -> Path:
    """Make a home whose demo library was removed (quicker than drawing it first), and return it."""
    from shortcast_vectorstore import schema

    db = schema.connect(home / "library.db")
    db.execute("INSERT INTO meta VALUES ('demo', 'removed')")
    db.close()
    return home
