"""What a request means to YouTube: videos by their links, a channel, a playlist, or words to search for."""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from shortcast_ml.errors import InputError
from shortcast_ml.records import CollectRequest

LONGEST_QUERY = 200
VIDEO_ID = re.compile(r"[\w-]{11}", re.ASCII)
CHANNEL_ID = re.compile(r"UC[\w-]{22}", re.ASCII)
PLAYLIST_ID = re.compile(r"(?:PL|UU|FL|OL)[\w-]{10,64}", re.ASCII)
HANDLE = re.compile(r"@[\w.·-]{2,60}")
HOSTS = frozenset({"youtube.com", "youtube-nocookie.com", "youtu.be"})


@dataclass(frozen=True)
class Videos:
    """Videos by what `read` takes: their ids, or a link that holds none."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Channel:
    """A channel by what channels.list is asked with; the further ways are tried where the first finds none."""

    ways: tuple[tuple[Literal["id", "forHandle", "forUsername"], str], ...]


@dataclass(frozen=True)
class Playlist:
    """A playlist."""

    id: str


@dataclass(frozen=True)
class Words:
    """Words or a #hashtag to search for."""

    q: str


Target = Videos | Channel | Playlist | Words


def target_of(request: CollectRequest) -> Target:
    """Return what is to be asked of YouTube. Raises InputError when the request is not about YouTube."""
    if request.platform not in ("youtube_shorts", "youtube"):
        raise InputError(
            "The YouTube API knows YouTube only; take `yt-dlp` as the source for another platform."
        )
    if request.links:
        return Videos(tuple(dict.fromkeys(video_id_of(link) or link.strip() for link in request.links)))
    query = request.query.strip()
    if not query:
        raise InputError(
            "Say what to collect: a topic in words, a #hashtag, or the link of a channel or playlist."
        )
    if CHANNEL_ID.fullmatch(query):
        return Channel((("id", query),))
    if PLAYLIST_ID.fullmatch(query) and not query.isalpha():
        return Playlist(query)
    if HANDLE.fullmatch(query):
        return Channel((("forHandle", query),))
    if re.match(r"https?://|(?:[\w-]+\.)+[a-z]{2,}/", query, re.IGNORECASE):
        return _linked(query)
    if len(query) > LONGEST_QUERY:
        raise InputError(
            f"The search has {len(query):,} characters; say the topic in at most {LONGEST_QUERY}."
        )
    return Words(query)


def video_id_of(link: str) -> str | None:
    """Return the id of the video that a link (or a bare id) names, None when it names none on YouTube."""
    link = link.strip()
    if VIDEO_ID.fullmatch(link):
        return link
    parts = _split(link)
    if parts is None:
        return None
    host, path, query = parts
    if host == "youtu.be":
        wanted = path[0] if path else ""
    elif path and path[0] in ("shorts", "embed", "live", "v") and len(path) > 1:
        wanted = path[1]
    else:
        wanted = query.get("v", [""])[0] if path == ["watch"] else ""
    return wanted if VIDEO_ID.fullmatch(wanted) else None


def _linked(link: str) -> Target:
    """Return what a YouTube link leads to. Raises InputError for any other."""
    video_id = video_id_of(link)
    if video_id:
        return Videos((video_id,))
    parts = _split(link)
    if parts is None:
        raise InputError(
            "The YouTube API reads YouTube links only; take `yt-dlp` as the source for other sites."
        )
    _, path, query = parts
    first, second = [*path, "", ""][:2]
    listed = query.get("list", [""])[0]
    if first == "playlist" and PLAYLIST_ID.fullmatch(listed):
        return Playlist(listed)
    if HANDLE.fullmatch(first):
        return Channel((("forHandle", first),))
    if first == "channel" and CHANNEL_ID.fullmatch(second):
        return Channel((("id", second),))
    if first == "user" and second:
        return Channel((("forUsername", second),))
    if first == "c" and second:  # an address of old, which the API can't look up: most became handles
        return Channel((("forHandle", "@" + second), ("forUsername", second)))
    if first == "hashtag" and second:
        return Words("#" + second)
    if first == "results" and query.get("search_query"):
        return Words(query["search_query"][0][:LONGEST_QUERY])
    raise InputError(
        "That YouTube link is no video, channel, playlist or hashtag; paste one such as"
        " https://www.youtube.com/@name."
    )


def _split(link: str) -> tuple[str, list[str], dict[str, list[str]]] | None:
    """Return host, path and query of a YouTube link, None for any other."""
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.").removeprefix("music.")
    except ValueError:
        return None
    if host not in HOSTS or parts.scheme.lower() not in ("http", "https"):
        return None
    return host, [unquote(part) for part in parts.path.split("/") if part], parse_qs(parts.query)
