"""What the invented YouTube answers: one function for each method, from parameters to a response."""

import base64
import html
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from tests.youtube_world import Channel, Video, World

Json = dict[str, Any]
T = TypeVar("T")
MOST_FOUND = 500  # search.list gives no more, whatever it says of totalResults
SIZES = {
    "default": (120, 90), "medium": (320, 180), "high": (480, 360), "standard": (640, 480), "maxres": (1280, 720)
}  # fmt: skip


class Refused(Exception):
    """An error as the API words it."""

    def __init__(
        self, status: int, reason: str, message: str, domain: str = "youtube.parameter", detail: str = ""
    ) -> None:
        super().__init__(message)
        self.status, self.reason, self.message, self.domain = status, reason, message, domain
        self.detail = detail
        self.retry_after: str | None = None

    def body(self) -> Json:
        """Return the error's JSON."""
        error: Json = {
            "code": self.status,
            "message": self.message,
            "errors": [{"message": self.message, "domain": self.domain, "reason": self.reason}],
        }
        if self.detail:
            kind = "type.googleapis.com/google.rpc.ErrorInfo"
            error["details"] = [{"@type": kind, "reason": self.detail, "domain": "googleapis.com"}]
        return {"error": error}


def search(world: World, asked: Json, url: str) -> Json:
    """search.list: relevance is how many of the words occur, then chance; deleted videos linger."""
    if asked.get("type", ["video"]) != ["video"]:
        if "videoDuration" in asked:
            raise Refused(400, "invalidSearchFilter", "videoDuration needs type=video.")
        raise Refused(400, "badRequest", "This world holds only videos to search for.")
    found = _found(world, asked)
    page, more = _page(found[:MOST_FOUND], asked)
    results = [
        {
            "kind": "youtube#searchResult",
            "etag": "e",
            "id": {"kind": "youtube#video", "videoId": video.id},
            "snippet": {
                "publishedAt": _time(video.published_at),
                "channelId": video.channel.id,
                "title": html.escape(video.title),
                "description": video.description[:100],
                "channelTitle": video.channel.title,
                "liveBroadcastContent": _live(video),
                "thumbnails": _thumbnails(video, url, ("default", "medium", "high")),
            },
        }
        for video in page
    ]
    return _list("search", results, more, len(found), asked) | {"regionCode": "US"}


def _found(world: World, asked: Json) -> list[Video]:
    """Return every video that a search finds, in its order; remembered, since pages ask for it again."""
    key = tuple(
        (name, str(value)) for name, value in sorted(asked.items()) if name not in ("pageToken", "part")
    )
    if key not in world.searches:
        words = asked.get("q", "").casefold().split()
        hits = {video.id: sum(word in video.words for word in words) for video in world.videos.values()}
        found = [v for v in world.videos.values() if (hits[v.id] or not words) and _matches(v, asked)]
        if asked["order"] == "date":
            found.sort(key=lambda video: video.published_at, reverse=True)
        elif asked["order"] == "viewCount":
            found.sort(key=lambda video: video.views, reverse=True)
        elif asked["order"] == "title":
            found.sort(key=lambda video: video.title)
        else:
            found.sort(key=lambda video: (hits[video.id], video.id), reverse=True)
        world.searches[key] = found
    return world.searches[key]


def _matches(video: Video, asked: Json) -> bool:
    limits = {"short": (0, 240), "medium": (240, 1201), "long": (1201, 1e9)}
    low, high = limits.get(asked.get("videoDuration", "any"), (0, 1e9))
    return (
        low <= video.duration_s < high
        and asked.get("channelId", video.channel.id) == video.channel.id
        and ("publishedAfter" not in asked or video.published_at >= _read(asked["publishedAfter"]))
        and ("publishedBefore" not in asked or video.published_at < _read(asked["publishedBefore"]))
    )


def channels(world: World, asked: Json, url: str) -> Json:
    """channels.list by id, forHandle or forUsername; what does not exist is left out."""
    by = [name for name in ("id", "forHandle", "forUsername") if name in asked]
    if len(by) != 1:
        raise Refused(
            400, "missingRequiredParameter" if not by else "invalidFilters", "Give exactly one filter."
        )
    if by == ["id"]:
        found = [world.channels[one] for one in dict.fromkeys(asked["id"]) if one in world.channels]
    elif by == ["forHandle"]:
        handle = "@" + asked["forHandle"].lstrip("@").casefold()
        found = [channel for channel in world.channels.values() if channel.handle == handle]
    else:
        found = [c for c in world.channels.values() if c.username and c.username == asked["forUsername"]]
    items = [_channel(one, asked["part"]) for one in found[: asked["maxResults"]]]
    answer = _list("channel", items, None, len(found), asked)
    if not found:
        del answer["items"]  # as the real one does
    return answer


def _channel(channel: Channel, parts: Sequence[str]) -> Json:
    statistics: Json = {
        "viewCount": str(sum(video.views for video in channel.videos)),
        "hiddenSubscriberCount": channel.followers is None,
        "videoCount": str(sum(video.is_listed for video in channel.videos)),
    }
    if channel.followers is not None:
        statistics["subscriberCount"] = str(channel.followers)
    every: Json = {
        "snippet": {
            "title": channel.title,
            "description": "",
            "customUrl": channel.handle,
            "publishedAt": "2015-03-01T00:00:00Z",
        },
        "statistics": statistics,
        "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": channel.uploads}},
    }
    return {"kind": "youtube#channel", "etag": "e", "id": channel.id} | _chosen(every, parts)


def playlist_items(world: World, asked: Json, url: str) -> Json:
    """playlistItems.list of an uploads playlist or one made by hand; deleted videos keep their place."""
    if "playlistId" not in asked:
        raise Refused(400, "missingRequiredParameter", "No filter selected.")
    wanted = asked["playlistId"]
    by_hand = world.playlists.get(wanted)
    channel = world.channels.get("UC" + wanted[2:]) if wanted.startswith("UU") else None
    if by_hand is None and channel is None:
        raise Refused(
            404, "playlistNotFound", "The playlist identified with the request's playlistId parameter cannot be"
            " found.", "youtube.playlistItem",
        )  # fmt: skip
    every = by_hand if by_hand is not None else channel.videos if channel else []
    page, more = _page(list(enumerate(every)), asked)
    items = [_playlist_item(video, wanted, place, asked["part"], url) for place, video in page]
    return _list("playlistItem", items, more, len(every), asked)


def _playlist_item(video: Video, playlist: str, position: int, parts: Sequence[str], url: str) -> Json:
    gone = {"deleted": "Deleted video", "private": "Private video"}.get(video.fate)
    details: Json = {"videoId": video.id}
    if not gone:
        details["videoPublishedAt"] = _time(video.published_at)
    every: Json = {
        "contentDetails": details,
        "status": {"privacyStatus": "private" if gone else "public"},
        "snippet": {
            "publishedAt": _time(video.published_at),
            "channelId": video.channel.id,
            "title": gone or video.title,
            "description": "This video is unavailable." if gone else video.description,
            "thumbnails": {} if gone else _thumbnails(video, url),
            "channelTitle": video.channel.title,
            "playlistId": playlist,
            "position": position,
            "resourceId": {"kind": "youtube#video", "videoId": video.id},
        },
    }
    return {"kind": "youtube#playlistItem", "etag": "e", "id": f"{playlist}.{position}"} | _chosen(
        every, parts
    )


def videos(world: World, asked: Json, url: str) -> Json:
    """videos.list by id; deleted and private ones are left out."""
    if "id" not in asked:
        raise Refused(400, "missingRequiredParameter", "No filter selected.")
    found = [world.videos[one] for one in dict.fromkeys(asked["id"]) if one in world.videos]
    items = [_video(video, asked, url) for video in found if video.is_listed]
    return _list("video", items, None, len(items), asked)


def _video(video: Video, asked: Json, url: str) -> Json:
    snippet: Json = {
        "publishedAt": _time(video.published_at),
        "channelId": video.channel.id,
        "title": video.title,
        "description": video.description,
        "thumbnails": _thumbnails(video, url),
        "channelTitle": video.channel.title,
        "tags": list(video.tags),
        "categoryId": "26",
        "liveBroadcastContent": _live(video),
        "localized": {"title": video.title, "description": video.description},
    }
    if video.language:
        snippet["defaultAudioLanguage"] = video.language
    statistics = {"favoriteCount": "0"}
    counts = {"viewCount": video.views, "likeCount": video.likes, "commentCount": video.comments}
    if video.fate != "hidden":
        statistics |= {name: str(count) for name, count in counts.items() if count is not None}
    seconds = video.duration_s
    hours, rest = divmod(seconds, 3600)
    clock = "".join(f"{n}{letter}" for n, letter in ((hours, "H"), (rest // 60, "M"), (rest % 60, "S")) if n)
    player: Json = {"embedHtml": f'<iframe src="//www.youtube.com/embed/{video.id}"></iframe>'}
    if "maxHeight" in asked and video.shape_known:
        height = asked["maxHeight"]
        player |= {"embedHeight": str(height), "embedWidth": str(round(height * video.width / video.height))}
    every: Json = {
        "snippet": snippet,
        "statistics": statistics,
        "contentDetails": {
            "duration": f"PT{clock}" if clock else "P0D",
            "dimension": "2d",
            "definition": "hd",
            "caption": "false",
            "licensedContent": False,
            "projection": "rectangular",
        },
        "status": {"uploadStatus": "processed", "privacyStatus": "public", "embeddable": True},
        "player": player,
    }
    if video.fate in ("live", "upcoming", "streamed"):
        start = "scheduledStartTime" if video.fate == "upcoming" else "actualStartTime"
        every["liveStreamingDetails"] = {start: _time(video.published_at)}
    return {"kind": "youtube#video", "etag": "e", "id": video.id} | _chosen(every, asked["part"])


def _chosen(every: Json, parts: Sequence[str]) -> Json:
    return {part: every[part] for part in parts if part in every}


def _page(every: Sequence[T], asked: Json) -> tuple[Sequence[T], str | None]:
    start = 0
    if asked.get("pageToken"):
        token = asked["pageToken"]
        try:
            start = int(
                base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode().removeprefix("at ")
            )
        except ValueError:
            raise Refused(400, "invalidPageToken", "The request specifies an invalid page token.") from None
    end = start + asked["maxResults"]
    more = base64.urlsafe_b64encode(f"at {end}".encode()).decode().rstrip("=") if end < len(every) else None
    return every[start:end], more


def _list(kind: str, items: list[Json], more: str | None, total: int, asked: Json) -> Json:
    answer: Json = {
        "kind": f"youtube#{kind}ListResponse",
        "etag": "e",
        "pageInfo": {"totalResults": total, "resultsPerPage": min(asked["maxResults"], total)},
        "items": items,
    }
    return answer | ({"nextPageToken": more} if more else {})


def _thumbnails(video: Video, url: str, names: Sequence[str] = tuple(SIZES)) -> Json:
    return {
        name: {"url": f"{url}vi/{video.id}/{name}.jpg", "width": SIZES[name][0], "height": SIZES[name][1]}
        for name in video.pictures
        if name in names
    }


def _live(video: Video) -> str:
    return video.fate if video.fate in ("live", "upcoming") else "none"


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
