"""Telling a YouTube Short from a long video, and how surely: the Data API does not say which it is."""

from dataclasses import dataclass
from datetime import UTC, datetime

# Source: YouTube help, "Understand three-minute YouTube Shorts": square or tall videos of up to three minutes
# that were uploaded from 2024-10-15 on are Shorts; before, it was a minute.
LONGER_SINCE = datetime(2024, 10, 15, tzinfo=UTC)
LONGEST_S = 180.0
LONGEST_BEFORE_S = 60.0
ROUNDING_S = 1.0  # the API rounds lengths up: a Short of a minute may be said to last 61 s

# How surely each sign tells. These are judgements, not measurements: a sign that YouTube's own rule is made of
# is nearly certain, a tag is what an uploader hopes for, and length alone is little better than a guess.
BY_RULE = 0.99  # too long, a broadcast, or shown in the shape that only Shorts have
BY_SHAPE = 0.97  # the player's shape is the video's
BY_TAG = 0.85
BY_LENGTH = 0.6


@dataclass(frozen=True)
class Signs:
    """What is known of a video that tells whether it is a Short."""

    duration_s: float | None
    published_at: datetime | None
    player: tuple[int, int] | None = None  # width and height that the player would have
    has_tall_picture: bool = False
    has_shorts_picture: bool = False  # a thumbnail in the Shorts' aspect ratio
    tagged: bool = False
    was_broadcast: bool = False


def tell_short(signs: Signs) -> tuple[bool, float]:
    """Return whether a video is a Short, and how surely, 0.5 to 1."""
    longest_s = longest_short_s(signs.published_at)
    if signs.was_broadcast or (signs.duration_s is not None and signs.duration_s > longest_s + ROUNDING_S):
        return False, BY_RULE
    if signs.has_shorts_picture:
        return True, BY_RULE
    if signs.player is not None:
        width, height = signs.player
        return height >= width, BY_SHAPE
    if signs.tagged or signs.has_tall_picture:
        return True, BY_TAG
    if signs.duration_s is None:
        return False, 0.5
    return signs.duration_s <= LONGEST_BEFORE_S + ROUNDING_S, BY_LENGTH


def longest_short_s(published_at: datetime | None) -> float:
    """Return the longest that a Short of that day may be, in seconds."""
    return LONGEST_BEFORE_S if published_at is not None and published_at < LONGER_SINCE else LONGEST_S
