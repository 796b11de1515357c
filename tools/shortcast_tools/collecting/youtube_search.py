"""Discovering videos through the YouTube Data API, page by page, from wherever it was left.

A cursor is a small JSON object that says where to go on. It is only ever read by the function that wrote it.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from shortcast_ml.records import CollectRequest
from shortcast_tools.collecting.quota_plan import PAGE, list_pages, search_pages
from shortcast_tools.collecting.sources import Found, Page
from shortcast_tools.collecting.youtube_client import Json, Resource, StalePage, YouTubeClient
from shortcast_tools.collecting.youtube_links import CHANNEL_ID
from shortcast_tools.collecting.youtube_videos import read_time

SEARCH_PAGES = 10  # one search gives about 500 videos, whatever it says it has found
# Where a stratified request searches, in days of age. What is seen most is old and relevant; what is seen least
# is found among the newest, and in the uploads of everyone who was found.
WINDOWS_DAYS: tuple[tuple[int, int | None], ...] = ((0, 30), (30, 120), (120, 365), (365, 1095), (1095, None))
ORDERS = ("relevance", "date", "viewCount")


def pages_of_links(items: tuple[str, ...], cursor: str | None) -> Iterator[Page]:
    """Yield the items that were given, 50 at a time."""
    start = int(_read(cursor).get("start", 0))
    while start < len(items):
        end = start + PAGE
        yield Page(_found(items[start:end]), _write(start=end) if end < len(items) else None)
        start = end


def pages_of_list(
    client: YouTubeClient,
    playlist: str,
    request: CollectRequest,
    cursor: str | None,
    first: Json | None = None,
) -> Iterator[Page]:
    """Yield the videos of a playlist; `first` is its first page where that was asked for already.

    Raises LinkError when there is no such playlist.
    """
    state = _read(cursor)
    token, n = state.get("token"), int(state.get("n", 0))
    while n < list_pages(request):
        answer = first if first is not None and token is None else list_page(client, playlist, token)
        first, n, token = None, n + 1, answer.get("nextPageToken")
        yield Page(
            _found(_listed(answer)), _write(list=playlist, token=token, n=n) if token is not None else None
        )
        if token is None:
            return


def list_of(cursor: str | None) -> str | None:
    """Return the playlist in which a cursor of `pages_of_list` stands."""
    return _read(cursor).get("list")


def list_page(client: YouTubeClient, playlist: str, token: str | None) -> Json:
    """Return a page of a playlist. Raises LinkError when there is none."""
    return _page(client, "playlistItems", token, part="contentDetails", playlistId=playlist)


def pages_of_words(
    client: YouTubeClient, q: str, request: CollectRequest, cursor: str | None
) -> Iterator[Page]:
    """Yield what a search finds: its best 500 first, then by date from the newest on, 500 at a time."""
    state = _read(cursor)
    n, in_search = int(state.get("n", 0)), int(state.get("in_search", 0))
    token, before = (
        state.get("token"),
        state.get("before"),
    )  # None: by relevance; "": by date, from the newest
    searches, _ = search_pages(request)
    seen: set[str] = set()
    while n < searches:
        wanted: dict[str, str | int] = {"order": "relevance" if before is None else "date"}
        if before:
            wanted["publishedBefore"] = before
        answer = _page(client, "search", token, **_about(q, request), **wanted)
        n, in_search, token = n + 1, in_search + 1, answer.get("nextPageToken")
        ids = _searched(answer)
        is_new = not seen.issuperset(ids)
        seen.update(ids)
        if token is None or in_search == SEARCH_PAGES:
            token, in_search, earlier = None, 0, "" if before is None else _next_before(answer, before)
            if earlier == before or (before is not None and not is_new):
                yield Page(_found(ids), None)
                return
            before = earlier
        yield Page(_found(ids), _write(n=n, in_search=in_search, token=token, before=before))


def pages_of_strata(
    client: YouTubeClient, q: str, request: CollectRequest, cursor: str | None, now: datetime
) -> Iterator[Page]:
    """Yield what searches in several windows and orders find, then the uploads of the channels found there.

    Searches are few a day and bring what is seen much; uploads cost a unit for 50, and a channel lists what
    nobody saw beside its successes. The channels take turns, their newest page first.
    """
    state = _read(cursor)
    n = int(state.get("n", 0))
    start = datetime.fromisoformat(state.get("now", now.isoformat()))
    lines: list[list[str | None]] = state.get("lines", [])  # playlist and page token, next in turn first
    searches, pages = search_pages(request)
    channels = {line[0] for line in lines}
    while n < searches + pages:
        if n < searches:
            answer = _page(client, "search", None, **_about(q, request), **_window(n, start))
            ids = _searched(answer)
            for item in answer.get("items", ()):
                uploads = _uploads_of(str(item.get("snippet", {}).get("channelId", "")))
                if uploads and uploads not in channels and len(lines) < max(pages, PAGE):
                    channels.add(uploads)
                    lines.append([uploads, None])
        elif lines:
            line, *lines = lines
            answer = _uploads_page(client, str(line[0]), line[1])
            ids = _listed(answer)
            if answer.get("nextPageToken"):
                lines.append([line[0], answer["nextPageToken"]])
        else:
            return
        n += 1
        is_last = n >= searches and not lines
        yield Page(_found(ids), None if is_last else _write(n=n, now=start.isoformat(), lines=lines))


def _about(q: str, request: CollectRequest) -> dict[str, str | int]:
    """Return what every search for a request asks."""
    asked: dict[str, str | int] = {"part": "snippet", "q": q, "type": "video"}
    if request.platform == "youtube_shorts":
        asked["videoDuration"] = "short"  # under four minutes: the nearest that the API has
    return asked


def _window(n: int, now: datetime) -> dict[str, str]:
    """Return the n-th window of time and order: 5 and 3 share no divisor, so each meets each in 15."""
    young, old = WINDOWS_DAYS[n % len(WINDOWS_DAYS)]
    asked = {"order": ORDERS[n % len(ORDERS)]}
    if young:
        asked["publishedBefore"] = _time(now - timedelta(days=young))
    if old is not None:
        asked["publishedAfter"] = _time(now - timedelta(days=old))
    return asked


def _next_before(answer: Json, before: str) -> str:
    """Return the time before which a search by date goes on: that of the oldest video on the page.

    It is met again, since several may be of one second. An empty page leaves the time as it was.
    """
    times = [read_time(item.get("snippet", {}).get("publishedAt")) for item in answer.get("items", ())]
    known = [at for at in times if at is not None]
    return _time(min(known) + timedelta(seconds=1)) if known else before


def _uploads_of(channel_id: str) -> str | None:
    """Return a channel's uploads playlist: its id with UU for UC, as channels.list has always said."""
    return "UU" + channel_id[2:] if CHANNEL_ID.fullmatch(channel_id) else None


def _uploads_page(client: YouTubeClient, uploads: str, token: str | None) -> Json:
    """Return a page of uploads, an empty one when the channel has gone since it was found."""
    from shortcast_ml.errors import LinkError

    try:
        return list_page(client, uploads, token)
    except LinkError:
        return {}


def _page(client: YouTubeClient, resource: Resource, token: str | None, **asked: str | int) -> Json:
    """Return a page of 50; the first one where its token is no longer known."""
    asked["maxResults"] = PAGE
    try:
        return client.list(resource, **asked, **({"pageToken": token} if token else {}))
    except StalePage:
        return client.list(resource, **asked)


def _searched(answer: Json) -> list[str]:
    return [str(item.get("id", {}).get("videoId", "")) for item in answer.get("items", ())]


def _listed(answer: Json) -> list[str]:
    return [str(item.get("contentDetails", {}).get("videoId", "")) for item in answer.get("items", ())]


def _found(items: tuple[str, ...] | list[str]) -> tuple[Found, ...]:
    return tuple(Found(item) for item in dict.fromkeys(items) if item)


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _read(cursor: str | None) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(cursor) if cursor else {}
    return state


def _write(**state: Any) -> str:
    return json.dumps(state, separators=(",", ":"))
