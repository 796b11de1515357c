"""Which links may be opened, how yt-dlp's failures are said, and what a page may cost."""

import gzip
import socket
import zlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from yt_dlp.networking.common import Response as YtResponse
from yt_dlp.networking.exceptions import HTTPError, TransportError
from yt_dlp.utils import DownloadError, ExtractorError, GeoRestrictedError, UnsupportedError

from shortcast_ml.errors import LinkError, ServiceError, ShortcastError
from shortcast_ml.settings import Settings
from shortcast_tools.link_errors import explain
from shortcast_tools.page_facts import complete, facts_in
from shortcast_tools.web import check_url, connect, is_public, resolve
from shortcast_tools.ytdlp import Guard, links_in, links_of, unpack

SETTINGS = Settings(_env_file=None, allowed_hosts=frozenset({"127.0.0.1:8123"}))
Names = Callable[..., list[Any]]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Answer name look-ups from this table; IP addresses answer for themselves."""
    table: dict[str, list[str]] = {"video.example": ["93.184.216.34"], "www.youtube.com": ["142.250.74.46"]}

    def look_up(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        if host == "offline.example":
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        found = table.get(host)
        if found is None:
            try:
                socket.inet_pton(socket.AF_INET6 if ":" in host else socket.AF_INET, host)
            except OSError:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from None
            found = [host]
        return [
            (socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port))
            for a in found
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return table


@pytest.mark.usefixtures("names")
@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "http://video.example/clip?x=1#t",
        "https://video.example:443/",
        "http://127.0.0.1:8123/allowed",
    ],
)
def test_public_and_allowed_links_pass_as_they_are(url: str) -> None:
    assert check_url(f" {url}\n", SETTINGS) == url


@pytest.mark.usefixtures("names")
def test_a_bare_domain_is_taken_as_https() -> None:
    assert check_url("www.youtube.com/shorts/abc", SETTINGS) == "https://www.youtube.com/shorts/abc"


@pytest.mark.usefixtures("names")
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1/", "private network"),
        ("http://127.0.0.1:8124/", "port 8124"),
        ("http://169.254.169.254/latest/meta-data/", "private network"),
        ("http://[::1]/", "private network"),
        ("http://10.1.2.3/", "private network"),
        ("http://192.168.0.1/", "private network"),
        ("http://172.16.9.9/", "private network"),
        ("http://100.64.0.1/", "private network"),
        ("http://0.0.0.0/", "private network"),
        ("http://224.0.0.1/", "private network"),
        ("http://[fe80::1]/", "private network"),
        ("http://[fc00::1]/", "private network"),
        ("http://[::ffff:127.0.0.1]/", "private network"),
        ("http://[64:ff9b::7f00:1]/", "private network"),
        ("http://[2002:7f00:1::]/", "private network"),
        ("http://[::127.0.0.1]/", "private network"),
        ("http://2130706433/", "number in disguise"),
        ("http://0x7f.0.0.1/", "number in disguise"),
        ("http://0177.0.0.1/", "number in disguise"),
        ("http://127.1/", "number in disguise"),
        ("http://video.example:8080/", "port 8080"),
        ("https://video.example:80/", "port 80"),
        ("http://video.example:99999/", "not a valid link"),
        ("http://user:secret@video.example/", "user name or password"),
        ("http://video.example@127.0.0.1/", "user name or password"),
        ("ftp://video.example/a.mp4", "Only http and https"),
        ("file:///etc/passwd", "Only http and https"),
        ("javascript:alert(1)", "Only http and https"),
        ("ytsearch5:cats", "Only http and https"),
        ("just words", "spaces or control characters"),
        ("http://video.example/\r\nHost: x", "spaces or control characters"),
        ("http://video.example\\@127.0.0.1/", "spaces or control characters"),
        ("http://", "names no website"),
        ("http://[::1", "not a valid link"),
        ("", "No link was given"),
        ("http://video.example/" + "a" * 3000, "3,021 characters"),
        ("http://nowhere.example/", "No website is called 'nowhere.example'"),
    ],
)
def test_other_links_are_refused_with_one_sentence(url: str, words: str) -> None:
    with pytest.raises(LinkError) as error:
        check_url(url, SETTINGS)
    assert words in str(error.value)
    assert str(error.value).endswith((".", ")."))


def test_a_public_name_for_an_internal_address_is_refused(names: dict[str, list[str]]) -> None:
    names["sly.example"] = ["93.184.216.34", "10.0.0.7"]
    with pytest.raises(LinkError, match="private network"):
        check_url("https://sly.example/", SETTINGS)


@pytest.mark.usefixtures("names")
def test_without_network_the_sentence_says_so() -> None:
    with pytest.raises(ServiceError, match="no network"):
        check_url("https://offline.example/", SETTINGS)


def test_a_name_that_changes_its_address_after_the_check_is_not_connected(
    names: dict[str, list[str]],
) -> None:
    names["turncoat.example"] = ["93.184.216.34"]
    check_url("http://turncoat.example/", SETTINGS)
    names["turncoat.example"] = ["127.0.0.1"]
    with pytest.raises(LinkError, match="private network"):
        connect("turncoat.example", 80, SETTINGS, 1.0)


def test_an_allowed_host_is_connected_to() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        settings = Settings(_env_file=None, allowed_hosts=frozenset({f"127.0.0.1:{port}"}))
        with connect("127.0.0.1", port, settings, 1.0, ("127.0.0.1", 0)) as sock:
            assert sock.getpeername() == ("127.0.0.1", port)
        with pytest.raises(LinkError):
            connect("127.0.0.1", port, SETTINGS, 1.0)
    with pytest.raises(OSError, match="refused"):
        connect("127.0.0.1", port, settings, 1.0)


def test_an_unspeakable_host_is_refused() -> None:
    with pytest.raises(LinkError, match="not a valid name"):
        resolve("a" * 70 + ".example", 80, SETTINGS)


def test_addresses_of_the_public_internet_are_told_from_others() -> None:
    assert is_public("93.184.216.34")
    assert is_public("2606:2800:220:1:248:1893:25c8:1946")
    assert is_public("::ffff:93.184.216.34")
    assert not is_public("fe80::1%eth0")
    assert not is_public("198.18.0.1")
    assert not is_public("255.255.255.255")


# --- what yt-dlp's failures become; the messages stand in its source


def http_error(status: int, reason: str) -> HTTPError:
    import io

    return HTTPError(YtResponse(io.BytesIO(b""), "https://video.example/", {}, status=status, reason=reason))


def raised(error: Exception) -> DownloadError:
    """Return what `extract_info` raises for an extractor's error."""
    try:
        raise error
    except Exception as cause:
        try:
            raise DownloadError(f"ERROR: {cause}", (type(cause), cause, None)) from None
        except DownloadError as wrapped:
            return wrapped


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (ExtractorError("Video unavailable", expected=True), LinkError, "There is no video at that link"),
        (
            ExtractorError("Unable to download webpage", cause=http_error(404, "Not Found")),
            LinkError,
            "There is no video at that link",
        ),
        (
            ExtractorError(
                "Private video. Sign in if you've been granted access to this video. Use --cookies",
                expected=True,
            ),
            LinkError,
            "is private",
        ),
        (
            ExtractorError("Video unavailable. This video is private", expected=True),
            LinkError,
            "is private",
        ),
        (
            ExtractorError(
                "You do not have permission to view this post. Log into an account that has access"
            ),
            LinkError,
            "is private",
        ),
        (
            ExtractorError(
                "Sign in to confirm your age. This video may be inappropriate for some users.", expected=True
            ),
            LinkError,
            "age-restricted",
        ),
        (
            ExtractorError(
                "This post may not be comfortable for some audiences. Log in for access", expected=True
            ),
            LinkError,
            "age-restricted",
        ),
        (
            GeoRestrictedError(
                "The uploader has not made this video available in your country", countries=["FR"]
            ),
            LinkError,
            "blocked in the country",
        ),
        (
            GeoRestrictedError("This video is not available from your location due to geo restriction"),
            LinkError,
            "blocked in the country",
        ),
        (
            ExtractorError("Sign in to confirm you’re not a bot. Use --cookies-from-browser", expected=True),
            ServiceError,
            "you're not a bot",
        ),
        (ExtractorError("", cause=http_error(429, "Too Many Requests")), ServiceError, "not a bot"),
        (
            ExtractorError("Join this channel to get access to members-only content like this video"),
            LinkError,
            "members only",
        ),
        (
            ExtractorError("Your IP address is blocked from accessing this post", expected=True),
            ServiceError,
            "refuses this connection",
        ),
        (ExtractorError("", cause=http_error(403, "Forbidden")), ServiceError, "refuses this connection"),
        (ExtractorError("This video is only available for registered users"), LinkError, "logging in"),
        (ExtractorError("This video is DRM protected", expected=True), LinkError, "copy-protected"),
        (ExtractorError("Premieres in 3 days", expected=True), LinkError, "not out yet"),
        (UnsupportedError("https://video.example/private-video"), LinkError, "No video was found"),
        (TransportError("The read operation timed out", cause=TimeoutError()), ServiceError, "took too long"),
        (
            TransportError(
                "Failed to resolve 'www.youtube.com' ([Errno -3] Temporary failure in name resolution)"
            ),
            ServiceError,
            "no network",
        ),
        (
            ExtractorError("", cause=http_error(503, "Service Unavailable")),
            ServiceError,
            "problem of its own",
        ),
        (ExtractorError("Unable to extract initial data"), ServiceError, "could not be read as a video"),
    ],
)
def test_a_failure_of_yt_dlp_becomes_one_sentence(
    error: Exception, kind: type[Exception], words: str
) -> None:
    ours = explain(raised(error))
    assert type(ours) is kind
    assert words in str(ours)
    assert "yt-dlp/yt-dlp" not in str(ours)
    assert "\n" not in str(ours)


def test_our_own_refusal_inside_a_failure_is_what_is_said() -> None:
    refusal = LinkError("The link points inside.")
    assert explain(raised(ExtractorError("x", cause=TransportError(cause=refusal)))) is refusal


def test_what_was_logged_before_explains_a_failure_without_reason() -> None:
    ours: ShortcastError = explain(raised(KeyError("formats")), ["[youtube] abc: Private video"])
    assert "is private" in str(ours)


# --- what a page may cost, and what it holds


def test_packed_pages_are_unpacked_and_bombs_are_not() -> None:
    page = b"<html>" * 100
    assert unpack(gzip.compress(page), "gzip", 10_000) == page
    assert unpack(zlib.compress(page), "deflate", 10_000) == page
    assert unpack(zlib.compress(page)[2:-4], "deflate", 10_000) == page
    assert unpack(gzip.compress(zlib.compress(page)), "deflate, gzip", 10_000) == page
    assert unpack(page, "identity", 10_000) == page
    with pytest.raises(LinkError, match="too large"):
        unpack(gzip.compress(bytes(1_000_000)), "gzip", 10_000)
    with pytest.raises(LinkError, match="not asked for"):
        unpack(page, "br", 10_000)
    with pytest.raises(ServiceError, match="damaged"):
        unpack(b"\x1f\x8bnonsense", "gzip", 10_000)


def test_a_page_that_costs_too_much_or_too_long_is_refused() -> None:
    guard = Guard(SETTINGS, page_s=0.01, page_bytes=10)
    guard.spend(10)
    assert guard.left == 0
    with pytest.raises(LinkError, match="too large"):
        guard.spend(1)
    with guard:
        while not guard.late:
            pass
        with pytest.raises(ServiceError, match="took longer"):
            guard.connect(("127.0.0.1", 8123))


def test_links_of_a_page_stay_on_its_site() -> None:
    html = """<a class=x href="/watch/1">1</a> <A HREF='watch/2#t'>2</A> <a href="/watch/1">again</a>
        <a href="https://other.example/3">3</a> <a href="/style.css">c</a> <a href="javascript:x()">j</a>
        <a href="/list?page=2&amp;x=1">next</a> <a href="/list">itself</a>"""
    assert links_in(html, "http://video.example/list") == [
        "http://video.example/watch/1",
        "http://video.example/watch/2",
        "http://video.example/list?page=2&x=1",
    ]


def test_links_of_a_list_are_cleaned_and_each_kept_once() -> None:
    hidden = "http://video.example/1#__youtubedl_smuggle=%7B%22force_videoid%22%3A+%221%22%7D"
    entries = [
        {"url": hidden},
        None,
        {"url": "http://video.example/1"},
        {"webpage_url": "http://video.example/2"},
    ]
    assert links_of({"entries": entries}) == ["http://video.example/1", "http://video.example/2"]


@pytest.fixture(scope="module")
def reader() -> Any:
    import yt_dlp

    return yt_dlp.YoutubeDL({"quiet": True}).get_info_extractor("Generic")


def test_a_page_tells_views_date_and_followers_in_schema_org_words(reader: Any) -> None:
    facts = facts_in(
        """<script type="application/ld+json">{"@context": "https://schema.org", "@type": "VideoObject",
        "name": "Latte", "uploadDate": "2026-10-01T10:00:00Z", "duration": "PT21S",
        "interactionStatistic": {"@type": "InteractionCounter",
          "interactionType": {"@type": "WatchAction"}, "userInteractionCount": "1,234"},
        "author": {"@type": "Person", "name": "Kim", "interactionStatistic": [{"@type": "InteractionCounter",
          "interactionType": "https://schema.org/FollowAction", "userInteractionCount": "12,000"}]}}
        </script>""",
        reader,
    )
    assert (facts["title"], facts["view_count"], facts["duration"]) == ("Latte", 1234, 21)
    assert facts["timestamp"] == 1790848800
    assert facts["channel_follower_count"] == 12_000


def test_a_page_tells_views_and_date_in_meta_tags(reader: Any) -> None:
    facts = facts_in(
        """<meta itemprop="interactionCount" content="UserPlays:987">
        <meta property="article:published_time" content="2026-10-01T10:00:00Z">
        <meta property="og:video:width" content="540"><meta property="og:video:height" content="960">""",
        reader,
    )
    assert facts == {"view_count": 987, "timestamp": 1790848800, "width": 540, "height": 960}


def test_the_day_of_publishing_is_never_a_files_modification_time() -> None:
    info = {"id": "1", "title": "Latte", "timestamp": 1_700_000_000, "view_count": None}
    assert complete(info, {"view_count": 5, "title": "Other"}) == {
        "id": "1",
        "title": "Latte",
        "timestamp": None,
        "upload_date": None,
        "release_timestamp": None,
        "view_count": 5,
    }


def test_yt_dlp_gets_no_client_but_ours() -> None:
    from shortcast_tools.ytdlp import Browser

    with Browser(SETTINGS) as browser:
        director = browser._downloader._request_director
        assert list(director.handlers) == ["Guarded"]
        handler = director.handlers["Guarded"]
        kinds = {type(h).__name__ for h in handler._create_instance({}, SimpleNamespace()).handlers}
    assert kinds.isdisjoint({"FileHandler", "FTPHandler", "DataHandler", "ProxyHandler", "RedirectHandler"})
