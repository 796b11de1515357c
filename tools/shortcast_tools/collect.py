"""The tool that fills the library with real videos of a niche."""

import random
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from pydantic import Field

from shortcast_ml.errors import InputError, LinkError, ServiceError
from shortcast_ml.records import CollectReport, Platform, Published
from shortcast_tools.arguments import Limit, PlatformName
from shortcast_tools.draft import NAMES, SHORTS_MAX_S
from shortcast_tools.fetch_video import fetch
from shortcast_tools.page_facts import Info
from shortcast_tools.parts import parts
from shortcast_tools.progress import report
from shortcast_tools.web import check_url
from shortcast_tools.ytdlp import MAX_PAGE_BYTES, Browser, links_in, links_of

if TYPE_CHECKING:
    from shortcast_ml.settings import Settings

PAUSE_S = (0.8, 1.8)  # between two videos; about 300 videos an hour a session is polite
LONGEST_QUERY = 200
FAILURES_IN_A_ROW = 4  # then the platform has had enough of us, or the network is gone
# How yt-dlp searches. TikTok has no search that works without a login.
SEARCHES: dict[Platform, str] = {
    "youtube_shorts": "ytsearch{n}:{query} #shorts",
    "youtube": "ytsearch{n}:{query}",
    "bilibili": "bilisearch{n}:{query}",
}
CHANNEL = re.compile(r"https?://(?:www\.|m\.)?youtube\.com/(?:@[^/?#]+|(?:channel|c|user)/[^/?#]+)/?$")


def collect(
    query: Annotated[
        str,
        Field(
            description="A niche in words, or the link of a channel, a playlist, a feed or a page of videos."
        ),
    ],
    limit: Limit = 20,
    platform: PlatformName = "youtube_shorts",
) -> CollectReport:
    """Find public videos on a topic and put them into the user's library, replacing the demo library.

    Use it only when the user asks to collect or add videos: it takes a few seconds for each. To look at one
    video use `fetch_video`; to search what is in the library use `find_similar_videos`.
    """
    here = parts()
    links = discover(query, limit, platform, here.settings)
    is_link = _is_link(query)
    added = updated = in_a_row = 0
    skipped: list[str] = []
    for i, link in enumerate(links):
        if added + updated >= limit:
            break
        report(added + updated, limit, f"Reading {link}")
        if i:
            _pause(link, here.settings)
        try:
            video = fetch(link, here.settings)
        except (LinkError, ServiceError) as error:
            skipped.append(f"{link}: {error}")
            in_a_row += isinstance(error, ServiceError)
            if in_a_row >= FAILURES_IN_A_ROW:
                if not (added or updated):
                    raise
                break
            continue
        in_a_row = 0
        why_not = reason_against(video, None if is_link else platform)
        if why_not:
            skipped.append(f"{link}: {why_not}")
            continue
        new, changed = here.library.add([video])  # one by one: what has come stays when this is interrupted
        added, updated = added + new, updated + changed
    if added or updated:
        here.library.remove_demo()
        report(limit, limit, "Indexing what came")
        here.index.sync()
    return CollectReport(
        query=query,
        found=len(links),
        added=added,
        updated=updated,
        skipped=tuple(skipped),
        library_size=here.library.count(),
    )


def discover(query: str, limit: int, platform: Platform, settings: "Settings") -> list[str]:
    """Return links of videos for a query or a list's link, more than `limit` where some may not fit.

    Counts in listings are rounded and undated, so nothing but the links is taken from them.
    Raises InputError, LinkError, ServiceError.
    """
    query = query.strip()
    if not query:
        raise InputError("Say what to collect: a topic in words, or the link of a channel or playlist.")
    if _is_link(query):
        return _links_at(check_url(query, settings), limit, platform, settings)
    if len(query) > LONGEST_QUERY:
        raise InputError(
            f"The search has {len(query):,} characters; say the topic in at most {LONGEST_QUERY}."
        )
    if platform not in SEARCHES:
        raise InputError(
            f"{NAMES[platform]} can't be searched without a login; give the link of an account instead,"
            " such as https://www.tiktok.com/@name."
        )
    n = min(limit * 3, 150) if platform == "youtube_shorts" else limit
    with Browser(settings, most=n) as browser:
        page = browser.read(SEARCHES[platform].format(n=n, query=query))
    if platform == "youtube_shorts":
        page = {
            **page,
            "entries": [entry for entry in page.get("entries") or () if entry and _may_be_short(entry)],
        }
    links = links_of(page)
    if not links:
        raise ServiceError(f"{NAMES[platform]} found nothing for {query!r}; try other words.")
    return links


def reason_against(video: Published, wanted: Platform | None) -> str | None:
    """Say why a video does not belong into the library, None when it does."""
    if video.counts is None:
        return "its views are hidden"
    if wanted is not None and video.draft.platform != wanted:
        return f"it is not on {NAMES[wanted]}"
    return None


def _is_link(query: str) -> bool:
    return bool(re.match(r"https?://|(?:[\w-]+\.)+[a-z]{2,}/", query.strip(), re.IGNORECASE))


def _may_be_short(entry: Info) -> bool:
    duration_s = entry.get("duration")
    return "/shorts/" in str(entry.get("url")) or duration_s is None or duration_s <= SHORTS_MAX_S


def _links_at(url: str, limit: int, platform: Platform, settings: "Settings") -> list[str]:
    """Return the videos that a link lists; the link itself when it is one video."""
    if CHANNEL.match(url):
        url = url.rstrip("/") + ("/shorts" if platform == "youtube_shorts" else "/videos")
    with Browser(settings, most=limit) as browser:
        try:
            page = browser.read(url)
        except LinkError:
            links = links_in(_text_at(browser, url), url)
            if not links:
                raise
            return links[: limit * 2]
    return links_of(page) if "entries" in page else [url]


def _text_at(browser: Browser, url: str) -> str:
    return browser.get(url, MAX_PAGE_BYTES).decode("utf-8", errors="replace")


def _pause(link: str, settings: "Settings", sleep: Callable[[float], None] = time.sleep) -> None:
    """Wait a little, as a person would; not for a site that the settings name as the user's own."""
    if urlsplit(link).netloc not in settings.allowed_hosts:
        sleep(random.uniform(*PAUSE_S))  # noqa: S311 - manners, not secrets
