"""yt-dlp, kept on a leash: every request it makes goes through the guard of `web.py`.

yt-dlp brings several HTTP clients and follows redirects inside them. Here it gets one only, a child of its
urllib client, whose links, redirects, resolved addresses, bytes and seconds are all checked. It reads no
configuration, cookies, netrc or cache, runs no other program, uses no proxy, and downloads no video.
"""

import functools
import http.client
import io
import threading
import urllib.request
import urllib.response
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from shortcast_ml.errors import LinkError, ServiceError, ShortcastError
from shortcast_tools.link_errors import explain
from shortcast_tools.page_facts import Info, facts_in
from shortcast_tools.web import check_url, connect

if TYPE_CHECKING:
    import socket

    from shortcast_ml.settings import Settings

PAGE_S = 60.0  # for all requests of one page together
PAGE_BYTES = 32_000_000  # a YouTube page with its player is about 4 MB
MAX_PAGE_BYTES = 5_000_000  # the page alone
WAIT_S = 15.0  # for one answer
ASSETS = (".css", ".js", ".png", ".jpg", ".svg", ".xml", ".ico", ".pdf")  # links that lead to no page
FILE_S = 20.0  # for one picture


class Guard:
    """What one page may cost: checked addresses, bytes and seconds. Its socket dies when time is up."""

    def __init__(self, settings: "Settings", page_s: float = PAGE_S, page_bytes: int = PAGE_BYTES) -> None:
        self.settings = settings
        self.page_s = page_s
        self.page_bytes = page_bytes
        self.refusals: list[ShortcastError] = []
        self.late = False
        self._spent = 0
        self._sockets: list[socket.socket] = []  # duplicates: what TLS wraps and urllib closes stays in reach
        self._lock = threading.Lock()
        self._timer = threading.Timer(page_s, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> "Guard":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            for sock in self._sockets:
                sock.close()
            self._sockets.clear()

    def check(self, url: str) -> str:
        """Return the link if it may be opened; a refusal is kept, so that it is what the user reads."""
        try:
            return check_url(url, self.settings)
        except ShortcastError as refusal:
            self.refusals.append(refusal)
            raise

    def connect(
        self, address: tuple[str, int], timeout: float | None = WAIT_S, source: tuple[str, int] | None = None
    ) -> "socket.socket":
        """Open a socket as http.client asks for it, to an address that was checked."""
        if self.late:
            raise self._too_slow()
        try:
            sock = connect(*address, self.settings, timeout, source)
        except ShortcastError as refusal:
            self.refusals.append(refusal)
            raise
        with self._lock:
            self._sockets.append(sock.dup())
        return sock

    def spend(self, n_bytes: int) -> None:
        """Count bytes that were read. Raises LinkError when the page costs too many."""
        self._spent += n_bytes
        if self._spent > self.page_bytes:
            refusal = LinkError("That page is far too large for a video page; paste the link of one video.")
            self.refusals.append(refusal)
            raise refusal

    @property
    def left(self) -> int:
        """Bytes that may still be read."""
        return max(self.page_bytes - self._spent, 0)

    def _too_slow(self) -> ServiceError:
        return ServiceError(
            f"The website took longer than {self.page_s:.0f} s to answer; try again in a minute."
        )

    def _expire(self) -> None:
        import socket

        self.late = True
        self.refusals.append(self._too_slow())
        with self._lock:
            for sock in self._sockets:
                with suppress(OSError):  # it was closed in time
                    sock.shutdown(socket.SHUT_RDWR)


class Response(http.client.HTTPResponse):
    """An answer whose bytes are counted."""

    def __init__(self, guard: Guard, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._guard = guard

    def read(self, amt: int | None = None) -> bytes:
        """Read, one byte further than allowed at most. Raises IncompleteRead where the answer was cut off."""
        most, promised = self._guard.left + 1, self.length
        most = most if amt is None or amt < 0 else min(amt, most)
        data = super().read(most)
        if promised is not None and len(data) < min(most, promised):
            raise http.client.IncompleteRead(data, promised - len(data))
        self._guard.spend(len(data))
        return data


def unpack(data: bytes, encodings: str, most: int) -> bytes:
    """Undo a Content-Encoding of gzip or deflate. Raises LinkError when it swells beyond `most` bytes."""
    for encoding in reversed([name.strip().lower() for name in encodings.split(",")]):
        if encoding in ("", "identity"):
            continue
        if encoding not in ("gzip", "x-gzip", "deflate"):
            raise LinkError("The website packs its pages in a way that was not asked for; give another link.")
        wbits = zlib.MAX_WBITS | 32
        if encoding == "deflate" and data[:1] and data[0] & 0x0F != 8:
            wbits = -zlib.MAX_WBITS  # some servers leave the header out
        try:
            packed = zlib.decompressobj(wbits)
            data = packed.decompress(data, most)
        except zlib.error:
            raise ServiceError("The website's answer arrived damaged; try again.") from None
        if packed.unconsumed_tail:
            raise LinkError("That page is far too large for a video page; paste the link of one video.")
    return data


@functools.cache
def _client() -> Any:
    """Return the class of the only HTTP client that yt-dlp gets; it takes its guard from the downloader."""
    from yt_dlp.networking import _urllib
    from yt_dlp.networking._helper import make_ssl_context
    from yt_dlp.networking.exceptions import TransportError

    @functools.cache  # reading the certificates takes 20 ms, and would for each page and picture
    def trusted(legacy: bool) -> Any:
        return make_ssl_context(verify=True, legacy_support=legacy)

    class Opener(_urllib.HTTPHandler):  # type: ignore[misc]
        def __init__(self, guard: Guard, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self._guard = guard

        def _connection(self, base: Any, *args: Any, **kwargs: Any) -> Any:
            connection = base(*args, **kwargs)
            connection._create_connection = self._guard.connect
            connection.response_class = functools.partial(Response, self._guard)
            return connection

        def http_open(self, req: Any) -> Any:
            return self.do_open(functools.partial(self._connection, http.client.HTTPConnection), req)

        def https_open(self, req: Any) -> Any:
            return self.do_open(
                functools.partial(self._connection, http.client.HTTPSConnection), req, context=self._context
            )

        def http_response(self, req: Any, response: Any) -> Any:
            encodings = response.headers.get("Content-Encoding", "")
            if not encodings:
                return response
            body = unpack(response.read(), encodings, self._guard.page_bytes)
            plain: Any = urllib.response.addinfourl(
                io.BytesIO(body), response.headers, response.url, response.code
            )
            plain.msg = response.msg
            return plain

        https_response = http_response

    class Redirects(_urllib.RedirectHandler):  # type: ignore[misc]
        def __init__(self, guard: Guard) -> None:
            self._guard = guard

        def http_error_302(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> Any:
            target = headers.get("Location") or headers.get("URI")
            if target:
                self._guard.check(urljoin(req.full_url, target))
            return super().http_error_302(req, fp, code, msg, headers)

        http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302

    class GuardedRH(_urllib.UrllibRH):  # type: ignore[misc]
        _SUPPORTED_URL_SCHEMES = ("http", "https")
        RH_NAME = "guarded"
        guard: Guard

        def _create_instance(self, proxies: Any, cookiejar: Any, legacy_ssl_support: Any = None) -> Any:
            opener = urllib.request.OpenerDirector()
            context = trusted(bool(legacy_ssl_support))
            for handler in (
                Opener(self.guard, context=context),
                urllib.request.HTTPCookieProcessor(cookiejar),
                urllib.request.UnknownHandler(),
                urllib.request.HTTPDefaultErrorHandler(),
                urllib.request.HTTPErrorProcessor(),
                Redirects(self.guard),
            ):
                opener.add_handler(handler)
            opener.addheaders = []
            return opener

        def _prepare_headers(self, _: Any, headers: Any) -> None:
            if "Accept-Encoding" not in headers:
                headers["Accept-Encoding"] = "gzip, deflate"

        def _send(self, request: Any) -> Any:
            try:
                self.guard.check(request.url)
                return super()._send(request)
            except ShortcastError as refusal:  # in yt-dlp's words: what it can do without, it goes on without
                raise TransportError(str(refusal), cause=refusal) from refusal

    return GuardedRH


class _Ear:
    """yt-dlp's logger: keeps what it says, prints nothing."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def debug(self, message: str) -> None:
        """Leave out the chatter."""

    info = debug

    def warning(self, message: str) -> None:
        """Keep it: with `ignore_no_formats_error`, refusals come as warnings."""
        self.said.append(message)

    error = warning


class Browser:
    """One look at the web through yt-dlp. Use it in a `with` block; it lasts for one page."""

    def __init__(
        self, settings: "Settings", *, first: int = 1, most: int = 2, cookies: str = "",
        guard: Guard | None = None,
    ) -> None:  # fmt: skip
        """Look with these settings; of a list, see `most` entries from the `first` on.

        `cookies` is the text of a Netscape file that the user gave; they are sent to the sites they name.
        """
        self.guard = guard or Guard(settings)
        self._ear = _Ear()
        self._options = {
            "logger": self._ear,
            "quiet": True,
            "noprogress": True,
            "color": {"stdout": "no_color", "stderr": "no_color"},
            "skip_download": True,
            "noplaylist": True,
            "extract_flat": "in_playlist",
            "playliststart": first,
            "playlistend": first + most - 1,
            "format": "best[height<=720]/best",
            "ignore_no_formats_error": True,  # counts and dates are what is wanted
            "cachedir": False,
            "proxy": "",
            "usenetrc": False,
            "cookiefile": io.StringIO(cookies) if cookies else None,  # what sites set is written nowhere
            "default_search": "error",
            "enable_file_urls": False,
            "geo_bypass": False,
            "js_runtimes": {},
            "socket_timeout": WAIT_S,
            "check_formats": False,  # checking one would download a piece of it
            "extractor_retries": 1,
        }

    def __enter__(self) -> "Browser":
        import yt_dlp

        client = type("GuardedRH", (_client(),), {"guard": self.guard})

        class Downloader(yt_dlp.YoutubeDL):  # type: ignore[misc]
            def build_request_director(self, handlers: Any, preferences: Any = None) -> Any:
                return super().build_request_director([client])

        self.guard.__enter__()
        self._downloader = Downloader(self._options)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._downloader.close()
        self.guard.__exit__()

    @property
    def said(self) -> list[str]:
        """What yt-dlp warned of, oldest first."""
        return self._ear.said

    def read(self, url: str) -> Info:
        """Return what yt-dlp reads at a link or search: a video, or a list with flat `entries`.

        Raises LinkError and ServiceError.
        """
        with _translated(self.guard, self.said):
            info: Info | None = self._downloader.extract_info(url, download=False)
            if not info:
                raise LinkError("No video was found on that page; paste the link of one video.")
            return self._downloader.sanitize_info(info)  # type: ignore[no-any-return]

    def get(self, url: str, max_bytes: int) -> bytes:
        """Return what lies at a link, at most `max_bytes`. Raises LinkError and ServiceError."""
        with _translated(self.guard, self.said), self._downloader.urlopen(url) as response:
            return _not_above(response.read(max_bytes + 1), max_bytes)

    def facts(self, url: str) -> Info:
        """Return what a page of an unknown site says of its video. Raises LinkError and ServiceError."""
        html = self.get(url, MAX_PAGE_BYTES).decode("utf-8", errors="replace")
        return facts_in(html, self._downloader.get_info_extractor("Generic"))


def download(url: str, max_bytes: int, settings: "Settings", agent: str) -> bytes:
    """Return what lies at a link, at most `max_bytes`, saying who asks. Raises LinkError and ServiceError."""
    from yt_dlp.networking import Request

    ear = _Ear()
    with Guard(settings, FILE_S, 2 * max_bytes) as guard, _translated(guard, ear.said):
        client = type("GuardedRH", (_client(),), {"guard": guard})
        handler = client(logger=ear, headers={"User-Agent": agent}, timeout=WAIT_S)
        with handler.send(Request(url)) as response:
            data: bytes = response.read(max_bytes + 1)
    return _not_above(data, max_bytes)


@contextmanager
def _translated(guard: Guard, said: list[str]) -> Iterator[None]:
    """Raise our own errors for whatever yt-dlp raises; its extractors read pages that change daily."""
    try:
        yield
    except ShortcastError:
        raise
    except Exception as error:
        if guard.refusals:
            raise guard.refusals[0] from error
        raise explain(error, said) from error


def _not_above(data: bytes, max_bytes: int) -> bytes:
    if len(data) > max_bytes:
        raise LinkError(f"The file at that link has over {max_bytes / 1e6:.0f} MB; give another.")
    return data


def links_of(page: Info) -> list[str]:
    """Return the links of a list's entries, without what yt-dlp hides in them, each once."""
    from yt_dlp.utils import unsmuggle_url

    found = (entry.get("url") or entry.get("webpage_url") for entry in page.get("entries") or () if entry)
    return list(dict.fromkeys(unsmuggle_url(url)[0] for url in found if url))


def links_in(html: str, base_url: str) -> list[str]:
    """Return the links of a web page that lead to other pages of the same site, in order, each once."""
    import re
    from html import unescape

    base = urlsplit(base_url)
    found: dict[str, None] = {}
    for _, target in re.findall(r"<a\b[^>]*?\bhref\s*=\s*([\"'])(.*?)\1", html, re.IGNORECASE | re.DOTALL):
        url = urljoin(base_url, unescape(target).strip()).partition("#")[0]
        parts = urlsplit(url)
        asset = Path(parts.path).suffix.lower() in ASSETS
        if parts.netloc == base.netloc and not asset and (parts.path, parts.query) != (base.path, base.query):
            found[url] = None
    return list(found)
