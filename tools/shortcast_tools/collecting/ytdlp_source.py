"""Videos through yt-dlp: searches, hashtags, channels, playlists, feeds, pages of links and lists of links."""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit, urlunsplit

from shortcast_ml.errors import InputError, LinkError, ServiceError
from shortcast_ml.records import CollectRequest, Platform, QuotaPlan, SourceName
from shortcast_tools.collecting.politeness import PAGES, Politeness, ask_again
from shortcast_tools.collecting.sources import Found, Page, Reading
from shortcast_tools.collecting.youtube_links import (
    CHANNEL_ID,
    HANDLE,
    LONGEST_QUERY,
    PLAYLIST_ID,
    video_id_of,
)
from shortcast_tools.draft import NAMES, SHORTS_MAX_S
from shortcast_tools.fetch_video import (
    is_told_by_picture,
    read_page,
    save_thumbnail,
    thumbnail_urls,
    to_published,
)
from shortcast_tools.page_facts import Info
from shortcast_tools.web import check_url
from shortcast_tools.ytdlp import MAX_PAGE_BYTES, PAGE_BYTES, PAGE_S, Browser, Guard, links_in, links_of

if TYPE_CHECKING:
    from shortcast_ml.settings import Settings

FIRST_PAGE = 100  # entries of a list that are asked for at first
LINKS_A_PAGE = 500  # of a list that the user gave
ENTRY_S, ENTRY_BYTES = 0.2, 50_000  # what a long list may cost for each entry
RETRIES_S = (2.0, 10.0)  # waits before a server that stumbled is asked again
FAILURES_IN_A_ROW = 4  # then the platform has had enough of us, or the network is gone
# How yt-dlp searches. TikTok has no search that works without a login.
SEARCHES: dict[Platform, str] = {
    "youtube_shorts": "ytsearch{n}:{query} #shorts",
    "youtube": "ytsearch{n}:{query}",
    "bilibili": "bilisearch{n}:{query}",
}
SEARCHED_AT: dict[Platform, str] = {
    "youtube_shorts": "https://www.youtube.com",
    "youtube": "https://www.youtube.com",
    "bilibili": "https://www.bilibili.com",
}
HASHTAG = re.compile(r"#([^\s#]+)")
CHANNEL = re.compile(r"https?://(?:www\.|m\.)?youtube\.com/(?:@[^/?#]+|(?:channel|c|user)/[^/?#]+)/?$")
YOUTUBE = re.compile(r"(?:https?://)?(?:(?:www|m|music)\.)?(?:youtube|youtube-nocookie)\.com/", re.IGNORECASE)


class YtDlp:
    """A Source that needs no key. It asks as seldom as a person would: see `politeness`."""

    name: SourceName = "yt-dlp"
    batch = 10

    def __init__(
        self, settings: "Settings", cookies: str = "", sleep: Callable[[float], object] = time.sleep
    ) -> None:
        """Read with these settings. `cookies` is the text of a Netscape file, only where the user gave one."""
        self._settings, self._cookies, self._sleep = settings, cookies, sleep
        self._politeness = Politeness(settings, PAGES, sleep)
        self._in_a_row = 0
        if cookies:
            _check_cookies(cookies)

    def plan(self, request: CollectRequest) -> QuotaPlan | None:
        """Return None: nothing is counted here."""
        return None

    def discover(self, request: CollectRequest, cursor: str | None) -> Iterator[Page]:
        """Yield pages of links; the cursor is how many entries of the list were seen.

        Counts in listings are rounded and undated, so nothing but the links is taken from them.
        """
        seen = int(cursor or 0)
        if request.links:
            links = [canonical(link) for link in request.links]
            while seen < len(links):
                some, seen = links[seen : seen + LINKS_A_PAGE], seen + LINKS_A_PAGE
                yield _page(some, seen if seen < len(links) else None)
            return
        where = list_of(request.query, request.platform)
        if is_link(where) and video_id_of(where):
            yield _page([canonical(where)], None)
            return
        while True:  # a list is walked from its beginning each time, so pages grow as it does
            n = max(FIRST_PAGE, seen)
            links, ends = ask_again(
                partial(self._entries, where, seen + 1, n, request), RETRIES_S, self._sleep
            )
            if not links and not seen:
                raise ServiceError(f"Nothing was found for {request.query!r}; try other words.")
            seen += n
            yield _page(links, None if ends else seen)
            if ends:
                return

    def read(self, items: Sequence[str]) -> Iterator[Reading]:
        """Yield what each page says. Raises ServiceError when the platform refuses again and again."""
        for item in items:
            try:
                reading = ask_again(partial(self._reading, item), RETRIES_S, self._sleep)
            except LinkError as error:
                reading = Reading(item, None, reason=str(error))
            except ServiceError as error:
                self._in_a_row += 1
                if self._in_a_row >= FAILURES_IN_A_ROW:
                    raise
                yield Reading(item, None, reason=str(error), again=True)
                continue
            self._in_a_row = 0
            yield reading

    def _reading(self, item: str) -> Reading:
        url = check_url(item, self._settings)
        self._politeness.wait(url)
        with Browser(self._settings, cookies=self._cookies) as browser:
            info = read_page(browser, url)
            if reason := _reason_against(info):
                return Reading(item, None, reason=reason)
            picture = save_thumbnail(browser, info, self._settings) if is_told_by_picture(info) else None
        return Reading(item, to_published(info, url, picture), thumbnail_urls(info))

    def _entries(self, where: str, first: int, n: int, request: CollectRequest) -> tuple[list[str], bool]:
        """Return the links of `n` entries of a list, and whether the list ends there."""
        last, is_search = first + n - 1, not is_link(where)
        url = where.format(n=last) if is_search else check_url(where, self._settings)
        self._politeness.wait(SEARCHED_AT[request.platform] if is_search else url)
        guard = Guard(self._settings, PAGE_S + ENTRY_S * last, PAGE_BYTES + ENTRY_BYTES * last)
        with Browser(self._settings, first=first, most=n, cookies=self._cookies, guard=guard) as browser:
            try:
                page = browser.read(url)
            except LinkError:
                is_page = not (is_search or is_of_youtube(url))  # a site that may be unknown to yt-dlp
                links = links_in(_text_at(browser, url), url) if is_page else []
                if not links:
                    raise
                return [canonical(link) for link in links], True
        if "entries" not in page:
            return [canonical(url)], True
        entries = [entry for entry in page["entries"] or () if entry]
        if is_search and request.platform == "youtube_shorts":
            page = {**page, "entries": [entry for entry in entries if _may_be_short(entry)]}
        return [canonical(link) for link in links_of(page)], len(entries) < n


def list_of(query: str, platform: Platform) -> str:
    """Return the link of the list that a query names, or a yt-dlp search with a place for its length.

    Raises InputError for a query that can't be searched.
    """
    query = _link_of_name(query.strip(), platform)
    if not query:
        raise InputError("Say what to collect: a topic in words, or the link of a channel or playlist.")
    if is_link(query):
        url = query if "://" in query else f"https://{query}"
        if CHANNEL.match(url):
            return url.rstrip("/") + ("/shorts" if platform == "youtube_shorts" else "/videos")
        return url
    if len(query) > LONGEST_QUERY:
        raise InputError(
            f"The search has {len(query):,} characters; say the topic in at most {LONGEST_QUERY}."
        )
    if platform not in SEARCHES:
        raise InputError(
            f"{NAMES[platform]} can't be searched without a login; give the link of an account instead,"
            " such as https://www.tiktok.com/@name."
        )
    hashtag = HASHTAG.fullmatch(query)
    if hashtag and platform in ("youtube", "youtube_shorts"):
        rest = "/shorts" if platform == "youtube_shorts" else ""
        return f"https://www.youtube.com/hashtag/{quote(hashtag[1].lower())}{rest}"
    return SEARCHES[platform].replace("{query}", query.replace("{", "{{").replace("}", "}}"))


def _link_of_name(query: str, platform: Platform) -> str:
    """Return the link for a bare @name, channel id or playlist id; other queries as they are."""
    on_youtube = platform in ("youtube", "youtube_shorts")
    if HANDLE.fullmatch(query) and (on_youtube or platform == "tiktok"):
        return f"https://www.{'youtube' if on_youtube else 'tiktok'}.com/{query}"
    if on_youtube and CHANNEL_ID.fullmatch(query):
        return f"https://www.youtube.com/channel/{query}"
    if on_youtube and PLAYLIST_ID.fullmatch(query) and not query.isalpha():
        return f"https://www.youtube.com/playlist?list={query}"
    return query


def is_link(query: str) -> bool:
    """Tell whether a query is a link rather than words."""
    return bool(re.match(r"https?://|(?:[\w-]+\.)+[a-z]{2,}/", query.strip(), re.IGNORECASE))


def is_channel(query: str) -> bool:
    """Tell whether a link leads to a whole channel of YouTube."""
    query = query.strip()
    return bool(CHANNEL.match(query if "://" in query else f"https://{query}"))


def is_of_youtube(link: str) -> bool:
    """Tell whether a link leads to YouTube, or is a bare id of one of its videos."""
    return video_id_of(link) is not None or bool(YOUTUBE.match(link.strip()))


def canonical(link: str) -> str:
    """Return the one form of a link by which a video is known, whatever page or app it was copied from."""
    if video_id := video_id_of(link):
        return f"https://www.youtube.com/watch?v={video_id}"
    try:
        parts = urlsplit(link.strip())
    except ValueError:
        return link.strip()  # refused with its reason when it is opened
    site = ".".join((parts.hostname or "").split(".")[-2:])
    if site in ("tiktok.com", "bilibili.com") and "/video/" in parts.path:
        return f"https://www.{site}{parts.path.rstrip('/')}"
    return urlunsplit(parts._replace(fragment=""))


def _page(links: Sequence[str], cursor: int | None) -> Page:
    return Page(tuple(Found(link) for link in links), None if cursor is None else str(cursor))


def _reason_against(info: Info) -> str | None:
    live = info.get("live_status")
    if live == "is_live" or info.get("is_live"):
        return "it is live just now"
    return "it is not out yet" if live == "is_upcoming" else None


def _may_be_short(entry: Info) -> bool:
    duration_s = entry.get("duration")
    return "/shorts/" in str(entry.get("url")) or duration_s is None or duration_s <= SHORTS_MAX_S


def _text_at(browser: Browser, url: str) -> str:
    return browser.get(url, MAX_PAGE_BYTES).decode("utf-8", errors="replace")


def _check_cookies(text: str) -> None:
    """Raise InputError unless the text is a Netscape file of cookies."""
    import io
    from http.cookiejar import LoadError

    from yt_dlp.cookies import YoutubeDLCookieJar

    try:
        YoutubeDLCookieJar(io.StringIO(text)).load()
    except LoadError:
        raise InputError(
            "That is no file of cookies in Netscape's format; export one with your browser's add-on."
        ) from None
