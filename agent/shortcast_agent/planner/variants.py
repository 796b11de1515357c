"""Alternatives in words: "on Monday morning or Saturday night", "15 or 45 seconds", "if I cut it to 20 s"."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shortcast_agent.numbers import say_count, say_duration
from shortcast_agent.planner.conversation import Talk, Turn, stated
from shortcast_agent.planner.lengths import read_duration
from shortcast_agent.planner.moments import read_moment

_DAY_PARTS = {9: "morning", 12: "midday", 15: "afternoon", 18: "evening", 21: "night"}
_HALF = re.compile(r"\bhalf (?:as long|the length)\b|\b(?:in|by) half\b", re.IGNORECASE)
_TAGS = re.compile(r"\b(?:without|remove|drop|no) (?:the |any )?hashtags\b", re.IGNORECASE)


@dataclass(frozen=True)
class Alternative:
    """A change to a draft, and how it is called."""

    label: str
    patch: dict[str, Any]

    @classmethod
    def of(cls, patch: dict[str, Any], turn: Turn) -> "Alternative":
        """Name a patch in a creator's words, with no figure that the user did not give."""
        return cls(" and ".join(_label(name, value, turn) for name, value in patch.items()), patch)


def hypothesis(turn: Turn, talk: Talk) -> dict[str, Any]:
    """Return the fields that a "what if" changes, beside the draft as it stands."""
    patch = {name: value for name, value in stated(turn).items() if talk.draft.get(name) != value}
    if _TAGS.search(turn.said) and talk.draft.get("description"):
        patch["description"] = re.sub(r"(?<!\w)#\w+\s*", "", talk.draft["description"]).strip() or "-"
    if _HALF.search(turn.said) and talk.draft.get("duration_s"):
        patch["duration_s"] = round(talk.draft["duration_s"] / 2, 1)
    if "publish_at" in patch and not turn.slots.hour_named and talk.draft.get("publish_at"):
        planned = datetime.fromisoformat(talk.draft["publish_at"])
        patch["publish_at"] = (
            datetime.fromisoformat(patch["publish_at"])
            .replace(hour=planned.hour, minute=planned.minute)
            .isoformat()
        )
    return patch


def alternatives(turn: Turn) -> tuple[Alternative, ...]:
    """Return the moments or lengths between which a text asks to choose; () when it names fewer
    than two."""
    sides = re.split(r"\s+(?:or|vs\.?|versus|hay|o|ou)\s+|아니면", turn.slots.masked)
    if len(sides) < 2:
        return ()
    moments = [read_moment(side, turn.now) for side in sides]
    if all(moment for moment, _ in moments):
        patches = [{"publish_at": moment.isoformat()} for moment, _ in moments if moment]
        return tuple(
            Alternative(moment_label(patch["publish_at"], side, named), patch)
            for patch, side, (_, named) in zip(patches, sides, moments, strict=True)
        )
    lengths = [read_duration(side) for side in sides]
    if lengths[-1] and not all(lengths):
        unit = "minutes" if re.search(r"\bmin", sides[-1], re.IGNORECASE) else "seconds"
        bare = [re.search(r"(\d+(?:\.\d+)?)\D*$", side) for side in sides[:-1]]
        lengths = [read_duration(f"{match.group(1)} {unit}") if match else None for match in bare] + lengths[
            -1:
        ]
    if all(lengths) and len(set(lengths)) > 1:
        return tuple(
            Alternative(say_duration(length), {"duration_s": length}) for length in lengths if length
        )
    return ()


def moment_label(moment: str, text: str, hour_named: bool) -> str:
    """Call a moment as the user did: a weekday, with the hour only where the text has one in figures."""
    at = datetime.fromisoformat(moment)
    day = f"{at:%A}"
    if re.search(r"\d\s*(?::\d\d|[ap]\.?m|h\b|시|giờ)|\bat \d|\bà \d|a las \d", text, re.IGNORECASE):
        return f"{day} at {at:%H:%M}"
    if hour_named:
        return f"{day} {_DAY_PARTS.get(at.hour, '')}".strip()
    return f"{day} (no hour named, so midday)" if at.hour == 12 else day


def _label(name: str, value: Any, turn: Turn) -> str:
    match name:
        case "publish_at":
            return moment_label(str(value), turn.slots.masked, turn.slots.hour_named)
        case "duration_s":
            return say_duration(float(value))
        case "followers":
            return f"{say_count(float(value))} followers"
        case "typical_views":
            return f"{say_count(float(value))} typical views"
        case "platform":
            return {
                "tiktok": "on TikTok",
                "youtube_shorts": "on YouTube Shorts",
                "youtube": "on long-form YouTube",
            }.get(str(value), f"on {value}")
        case "title":
            return f"titled “{value}”"
        case "thumbnail":
            return "with this thumbnail"
        case "video":
            return "with this file"
        case "description":
            return "with that description"
    return "with those recent videos"
