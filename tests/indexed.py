"""Small invented videos and their vectors, for the tests of the index."""

from datetime import UTC, datetime

from shortcast_ml.encoders import encode_draft
from shortcast_ml.records import Counts, Draft, Embedding, Neighbour, Platform, Published
from tests.word_encoder import WordEncoder

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
ENCODER = WordEncoder()


def a_video(video_id: str, title: str, views: int = 100, **changes: object) -> Published:
    platform: Platform = changes.pop("platform", "tiktok")  # type: ignore[assignment]
    of_draft = {"thumbnail_path": changes.pop("thumbnail", None), "language": changes.pop("language", None)}
    facts: dict[str, object] = {
        "draft": Draft.model_validate({"platform": platform, "title": title, **of_draft}),
        "video_id": video_id,
        "url": f"https://example.invalid/{video_id}",
        "fetched_at": NOON,
        "age_days": 10.0,
        "counts": Counts(views=views),
        **changes,
    }
    return Published.model_validate(facts)


def titled(title: str) -> Embedding:
    return encode_draft(ENCODER, Draft(title=title))


def ids(neighbours: list[Neighbour]) -> list[str]:
    return [neighbour.video_id for neighbour in neighbours]
