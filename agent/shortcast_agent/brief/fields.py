"""The short form of a record as data: the fields that answer the question, rounded, and cut to the limit.

Every short form is valid under `brief_schema` of its type, and so is the whole record: the schema requires what
the short form always has.
"""

import functools
import json
from typing import Any

from shortcast_agent.brief.tokens import MOST_TOKENS, tokens_at_most
from shortcast_agent.brief.words import cut
from shortcast_agent.calling import without_titles
from shortcast_agent.langchain_tools import unmarked
from shortcast_ml.records import Record

DIGITS = 4  # significant ones of a number that is not whole
LONGEST = 120  # characters of a text
SHORTEST = 40  # a text is not cut below this

_SPAN = {"horizon_days", "views", "low", "high"}
_LIKE = {"video_id", "title", "views", "vs_channel", "similarity", "alike", "demo"}
_FACTOR = {"__all__": {"label", "multiplier", "changeable"}}
_FIELDS: dict[str, Any] = {
    "Forecast": _SPAN
    | {"by_horizon", "beats_typical", "typical_views", "anchor_source", "missing", "warnings", "platform", "model"},
    "NextDayForecast": {
        "views_now", "age_days", "views", "low", "high", "vs_now", "by_age_alone", "share_of_30_days", "by_horizon",
        "missing", "warnings", "platform", "model",
    },
    "Explanation": {"base_views": True, "factors": _FACTOR, "horizon_days": True, "model": True},
    "Suggestions": {
        "baseline": _SPAN,
        "changes": {"__all__": {"what", "after", "multiplier", "low", "high", "reliable"}},
        "tried": True,
        "no_effect": True,
    },
    "Comparison": {
        "variants": {
            "__all__": {
                "label": True, "forecast": {"views", "low", "high"}, "vs_first": True, "beats_first": True,
            }
        },
        "best": True,
        "lead": True,
        "decisive": True,
    },
    "SimilarVideos": {
        "query": True, "neighbours": {"__all__": _LIKE}, "searched": True, "library": True, "notice": True,
    },
    "Published": {
        "draft": {"platform", "title", "hashtags", "language", "duration_s"},
        "video_id": True, "url": True, "published_at": True, "age_days": True, "counts": True,
        "channel": {"name", "followers"}, "demo": True,
    },
    "Diagnosis": {
        "video": {"draft": {"title"}, "url": True, "age_days": True},
        "expected": {"views", "low", "high"},
        "actual_views": True, "ratio": True, "percentile": True, "verdict": True,
        "explanation": {"factors": _FACTOR},
        "better_neighbours": {"__all__": {"video_id", "title", "views", "vs_channel"}},
        "model": True,
    },
    "DraftReading": {
        "draft": {
            "platform", "title", "hashtags", "language", "duration_s", "width_px", "height_px", "publish_at",
        },
        "channel": {"followers", "typical_views"},
        "notes": True,
    },
    "ThumbnailReading": {
        "width_px": True, "height_px": True, "brightness": True, "contrast": True, "clutter": True,
        "words": {"__all__": {"text", "phone_px"}}, "words_area": True, "legible": True,
        "alignment_percentile": True, "notes": True,
    },
    "VideoReading": {
        "duration_s": True, "cuts_per_s": True, "motion": True, "sound": True, "loop": True,
        "opening": {"length_s", "cuts", "motion", "black_s", "frozen_s", "sound_after_s", "words"}, "notes": True,
    },
    "ThumbnailSuggestions": {
        "baseline": _SPAN,
        "candidates": {"__all__": {"rank", "at_s", "path", "multiplier"}},
        "looked_at": True, "reliable": True, "notes": True,
    },
    "ThumbnailExplanation": {
        "method": True, "of": True, "helps": {0: True, 1: True, 2: True}, "hurts": {0: True, 1: True, 2: True},
        "multiplier": True, "notes": True, "model": True,
    },
    "NicheSummary": {
        "query": True, "n": True, "channels": True, "library": True, "typical_views": True,
        "topics": {"__all__": {"name", "n", "typical_views", "vs_channel", "crowding"}},
        "statements": True, "notice": True,
    },
    "CollectReport": {"query", "found", "added", "updated", "skipped", "library_size", "stopped"},
    "TrackReport": {
        "looked": True, "changed": True, "gone": True, "waiting": True, "next_due_at": True,
        "videos": {"__all__": {"video_id", "title", "looks", "views"}}, "skipped": True,
    },
}  # fmt: skip


def brief_fields(record: Record) -> dict[str, Any]:
    """Return the short form of a record, of at most `MOST_TOKENS` as JSON.

    What has its default is left out, numbers have 4 significant digits, texts have no letters that nobody sees, and
    lists and texts are cut from their ends.
    """
    chosen = record.model_dump(mode="json", include=_FIELDS.get(type(record).__name__), exclude_defaults=True)
    short: dict[str, Any] = _short(chosen)
    while tokens_at_most(json.dumps(short, ensure_ascii=False)) > MOST_TOKENS and _cut(short):
        pass
    return short


@functools.cache
def brief_schema(kind: type[Record]) -> dict[str, Any]:
    """Return the JSON schema that the short form of a record and the whole record both meet."""
    schema = without_titles(kind.model_json_schema(mode="serialization"))
    chosen = _FIELDS.get(kind.__name__, kind.model_fields)
    schema["required"] = [
        name for name, field in kind.model_fields.items() if name in chosen and field.is_required()
    ]
    for inner in schema.get("$defs", {}).values():
        inner.pop("required", None)
    return dict(schema)


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _short(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_short(item) for item in value]
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if abs(value) < 10**DIGITS else round(value)
    return cut(unmarked(value), LONGEST) if isinstance(value, str) else value


def _cut(value: dict[str, Any]) -> bool:
    """Take the last item from the largest list, else shorten the longest text; False where neither is left."""
    lists: list[list[Any]] = []
    texts: list[tuple[int, Any, Any]] = []
    _gather(value, lists, texts)
    largest = max(lists, key=lambda items: len(json.dumps(items)), default=None)
    if largest is not None:
        largest.pop()
        return True
    nothing: tuple[int, Any, Any] = (0, None, None)
    length, holder, place = max(texts, key=lambda text: text[0], default=nothing)
    if length <= SHORTEST:
        return False
    holder[place] = cut(holder[place], max(SHORTEST, length * 2 // 3))
    return True


def _gather(value: Any, lists: list[list[Any]], texts: list[tuple[int, Any, Any]]) -> None:
    if isinstance(value, list) and len(value) > 1:
        lists.append(value)
    for place, item in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(item, str):
            texts.append((len(item), value, place))
        elif isinstance(item, dict | list):
            _gather(item, lists, texts)
