"""What the YouTube Data API says of a video, as our record; what it does not say stays None."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from shortcast_ml.records import ChannelHistory, Counts, Draft, Published
from shortcast_tools.collecting.shorts import Signs, tell_short
from shortcast_tools.collecting.sources import Reading
from shortcast_tools.draft import LONGEST_DESCRIPTION, find_hashtags, guess_language

Json = Mapping[str, Any]

PARTS = "snippet,statistics,contentDetails,status,player,liveStreamingDetails"
PLAYER_HEIGHT = 720  # asked for, so that the answer says how wide the player would be
# Best first; those wider than 1280 px only cost time.
PICTURES = ("maxres", "standard", "high", "medium", "default", "fhd", "qhd", "uhd")
LENGTH = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
GONE = "it was deleted or is private"


def reading_of(item: str, found: Json | None, channel: Json | None, now: datetime) -> Reading:
    """Return the reading of one item: a resource of videos.list with its channel's, None where there was none."""
    if found is None:
        return Reading(item, None, reason=GONE)
    reason = _reason_against(found)
    if reason:
        return Reading(item, None, reason=reason)
    video = to_published(found, channel, now)
    return Reading(item, video, picture_urls(found, video.draft.platform == "youtube_shorts"))


def to_published(found: Json, channel: Json | None, now: datetime) -> Published:
    """Translate a video resource that was read at `now`, and its channel's resource."""
    snippet, statistics = found.get("snippet", {}), found.get("statistics", {})
    title = str(snippet.get("title") or "").strip()
    description = str(snippet.get("description") or "").strip()[:LONGEST_DESCRIPTION]
    hashtags = find_hashtags(title, description)
    published_at = read_time(snippet.get("publishedAt"))
    duration_s = read_length(found.get("contentDetails", {}).get("duration"))
    is_short, certainty = tell_short(
        Signs(
            duration_s=duration_s,
            published_at=published_at,
            player=_player(found),
            has_tall_picture=_has_tall_picture(found),
            has_shorts_picture="shortsAspectRatio" in snippet.get("thumbnails", {}),
            tagged=any(tag.casefold() in ("shorts", "short") for tag in hashtags),
            was_broadcast="liveStreamingDetails" in found,
        )
    )
    age_days = (now - published_at).total_seconds() / 86400 if published_at else None
    views = _count(statistics, "viewCount")
    video_id = str(found["id"])
    return Published(
        draft=Draft(
            platform="youtube_shorts" if is_short else "youtube",
            title=title,
            description=description,
            hashtags=hashtags,
            language=_language(snippet) or guess_language(title or description),
            duration_s=duration_s,
            publish_at=published_at,
        ),
        video_id=video_id,
        url=f"https://www.youtube.com/{'shorts/' if is_short else 'watch?v='}{video_id}",
        fetched_at=now,
        published_at=published_at,
        age_days=age_days if age_days and age_days > 0 else None,
        counts=None
        if views is None
        else Counts(
            views=views,
            likes=_count(statistics, "likeCount"),
            comments=_count(statistics, "commentCount"),
        ),
        channel_id=snippet.get("channelId") or None,
        channel=_channel(snippet, channel),
        short_certainty=certainty,
        source="youtube-api",
    )


def picture_urls(found: Json, is_short: bool) -> tuple[str, ...]:
    """Return the addresses of a video's pictures, best first: a Short's own tall cover where there is one."""
    pictures = found.get("snippet", {}).get("thumbnails", {})
    names = ("shortsAspectRatio", *PICTURES) if is_short else PICTURES
    return tuple(str(pictures[name]["url"]) for name in names if pictures.get(name, {}).get("url"))


def read_length(text: Any) -> float | None:
    """Return the seconds of an ISO 8601 duration such as PT1H2M3S; None when there are none."""
    match = LENGTH.fullmatch(str(text))
    if match is None:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds or None


def read_time(text: Any) -> datetime | None:
    """Return a time of the API as aware UTC, None when it is none."""
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _reason_against(found: Json) -> str:
    """Say why there is nothing to keep of a video that was found, "" when there is."""
    snippet = found.get("snippet")
    if not snippet:
        return "YouTube says nothing of it"
    state = snippet.get("liveBroadcastContent")
    if state == "upcoming":
        return "it is not out yet"
    if state == "live":
        return "it is being broadcast; its counts mean nothing yet"
    if found.get("status", {}).get("privacyStatus") == "private":
        return GONE
    if found.get("status", {}).get("uploadStatus", "processed") not in ("processed", "uploaded"):
        return "YouTube rejected it or could not process it"
    return ""


def _player(found: Json) -> tuple[int, int] | None:
    width, height = (_count(found.get("player", {}), f"embed{side}") for side in ("Width", "Height"))
    return (width, height) if width and height else None


def _has_tall_picture(found: Json) -> bool:
    pictures = found.get("snippet", {}).get("thumbnails", {}).values()
    return any((one.get("height") or 0) > (one.get("width") or 0) > 0 for one in pictures)


def _channel(snippet: Json, channel: Json | None) -> ChannelHistory | None:
    name = snippet.get("channelTitle") or (channel or {}).get("snippet", {}).get("title")
    statistics = (channel or {}).get("statistics", {})
    followers = None if statistics.get("hiddenSubscriberCount") else _count(statistics, "subscriberCount")
    if not name and followers is None:
        return None
    return ChannelHistory(name=str(name)[:200] if name else None, followers=followers)


def _language(snippet: Json) -> str | None:
    code = str(snippet.get("defaultAudioLanguage") or "").split("-")[0].lower()
    return code if len(code) == 2 and code.isalpha() else None


def _count(facts: Json, name: str) -> int | None:
    text = str(facts.get(name, ""))
    return int(text) if text.isascii() and text.isdigit() else None
