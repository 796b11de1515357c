"""What every record is made of."""

from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

Platform = Literal["youtube_shorts", "tiktok", "youtube", "bilibili"]
AnchorSource = Literal["uploads", "stated", "followers", "platform"]
Verdict = Literal["far below", "below", "as expected", "above", "far above"]
Horizon = Literal[1, 7, 30]


class Record(BaseModel):
    """Base of all records: immutable, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def utc_now() -> datetime:
    """Return the present as aware UTC."""
    return datetime.now(UTC)
