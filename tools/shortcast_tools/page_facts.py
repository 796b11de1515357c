"""What a page of an unknown site says about its video, for what yt-dlp's generic reading leaves out.

That reading stops at the first player it finds, before the page's own words about views and dates, and takes
a file's modification time for the day of publishing. So the words are read here: schema.org in JSON-LD (by
yt-dlp's own parser), and meta tags.
"""

import re
from typing import Any

Info = dict[str, Any]

METAS = {
    "view_count": ("interactionCount", "video:views", "og:video:views", "ya:ovs:views_total"),
    "timestamp": (
        "uploadDate",
        "datePublished",
        "video:release_date",
        "og:video:release_date",
        "ya:ovs:upload_date",
        "article:published_time",
    ),
    "duration": ("video:duration", "og:video:duration", "duration"),
    "width": ("og:video:width", "video:width"),
    "height": ("og:video:height", "video:height"),
}


def facts_in(html: str, reader: Any) -> Info:
    """Return what a page says of its video under yt-dlp's names; `reader` is any of its extractors."""
    from yt_dlp.utils import int_or_none, parse_duration, str_to_int, unified_timestamp

    facts: Info = reader._search_json_ld(html, "page", default={}) or {}
    read = {
        "view_count": lambda text: str_to_int(re.sub(r"^UserPlays:", "", text)),
        "timestamp": unified_timestamp,
        "duration": parse_duration,
        "width": int_or_none,
        "height": int_or_none,
    }
    for key, names in METAS.items():
        text = reader._html_search_meta(names, html, default=None)
        if facts.get(key) is None and text:
            facts[key] = read[key](text)
    for record in reader._yield_json_ld(html, "page", default=None):
        facts.setdefault("channel_follower_count", _followers(record))
    return {key: value for key, value in facts.items() if value not in (None, [], "")}


def complete(info: Info, facts: Info) -> Info:
    """Return what yt-dlp read with the page's own facts where it had none; the date is the page's or none."""
    missing = {key: value for key, value in facts.items() if info.get(key) in (None, [], "") and key != "url"}
    return {
        **info,
        **missing,
        "timestamp": facts.get("timestamp"),
        "upload_date": None,
        "release_timestamp": None,
    }


def _followers(record: Any) -> int | None:
    """Return the count of a FollowAction anywhere in a schema.org record."""
    if isinstance(record, list):
        return next((found for item in record if (found := _followers(item)) is not None), None)
    if not isinstance(record, dict):
        return None
    kind = record.get("interactionType")
    kind = kind.get("@type") if isinstance(kind, dict) else kind
    if str(kind).endswith(("FollowAction", "SubscribeAction")):
        count = str(record.get("userInteractionCount", "")).replace(",", "")
        return int(count) if count.isdigit() else None
    return _followers(list(record.values()))
