"""What a query means to yt-dlp, which source a request gets, and how often a host is asked."""

import random
from pathlib import Path
from typing import Any

import pytest

from shortcast_ml.errors import InputError, ServiceError
from shortcast_ml.records import CollectRequest
from shortcast_ml.settings import Settings
from shortcast_tools.collecting import ytdlp_source
from shortcast_tools.collecting.choice import collect_request, source_for
from shortcast_tools.collecting.politeness import PAGES, Pace, Politeness, ask_again
from shortcast_tools.collecting.ytdlp_source import YtDlp, canonical, is_channel, list_of

WATCH = "https://www.youtube.com/watch?v="
ID = "dQw4w9WgXcQ"


@pytest.mark.parametrize(
    ("link", "form"),
    [
        (f"https://youtu.be/{ID}?si=x", WATCH + ID),
        (f"https://m.youtube.com/watch?feature=share&v={ID}#t=1", WATCH + ID),
        (f"youtube.com/shorts/{ID}/", WATCH + ID),
        (f"https://www.youtube.com/embed/{ID}", WATCH + ID),
        (ID, WATCH + ID),
        ("https://www.tiktok.com/@a/video/123?lang=en", "https://www.tiktok.com/@a/video/123"),
        ("https://m.tiktok.com/@a/video/123/", "https://www.tiktok.com/@a/video/123"),
        ("https://www.bilibili.com/video/BV1xx/?spm=1", "https://www.bilibili.com/video/BV1xx"),
        (" https://example.org/v?x=1#top ", "https://example.org/v?x=1"),
        ("https://[bad", "https://[bad"),
    ],
)
def test_each_form_of_a_link_is_one_video(link: str, form: str) -> None:
    assert canonical(link) == form


@pytest.mark.parametrize(
    ("query", "platform", "leads_to"),
    [
        ("latte art", "youtube_shorts", "ytsearch{n}:latte art #shorts"),
        ("latte {art}", "youtube", "ytsearch{n}:latte {{art}}"),
        ("latte art", "bilibili", "bilisearch{n}:latte art"),
        ("#LatteArt", "youtube_shorts", "https://www.youtube.com/hashtag/latteart/shorts"),
        ("#커피", "youtube", "https://www.youtube.com/hashtag/%EC%BB%A4%ED%94%BC"),
        ("@kettle", "youtube_shorts", "https://www.youtube.com/@kettle/shorts"),
        ("@kettle", "youtube", "https://www.youtube.com/@kettle/videos"),
        ("@kettle", "tiktok", "https://www.tiktok.com/@kettle"),
        ("UC" + "a" * 22, "youtube", f"https://www.youtube.com/channel/UC{'a' * 22}/videos"),
        ("PL0123456789ab", "youtube", "https://www.youtube.com/playlist?list=PL0123456789ab"),
        ("youtube.com/@kettle/", "youtube_shorts", "https://youtube.com/@kettle/shorts"),
        ("https://example.org/feed", "youtube", "https://example.org/feed"),
    ],
)
def test_a_query_leads_to_a_search_or_a_list(query: str, platform: Any, leads_to: str) -> None:
    assert list_of(query, platform) == leads_to


def test_a_channel_is_told_from_other_lists() -> None:
    assert is_channel("https://www.youtube.com/@kettle")
    assert is_channel("youtube.com/channel/UCx")
    assert not is_channel("https://www.youtube.com/playlist?list=PL1")
    assert not is_channel("https://www.tiktok.com/@kettle")


def test_a_search_asks_for_shorts_and_leaves_long_videos_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def read(self: Any, url: str) -> dict[str, Any]:
        asked.append(url)
        return {
            "entries": [
                {"url": f"{WATCH}aaaaaaaaaaa", "duration": 30.0, "view_count": 12_000},
                {"url": f"{WATCH}bbbbbbbbbbb", "duration": 900.0},
                {"url": "https://www.youtube.com/shorts/ccccccccccc", "duration": None},
                None,
            ]
        }

    def found(query: str, platform: str) -> list[str]:
        request = CollectRequest.model_validate(
            {"query": query, "platform": platform, "limit": 9, "source": "yt-dlp"}
        )
        source = YtDlp(Settings(home=tmp_path), sleep=lambda seconds: None)
        return [found.item for page in source.discover(request, None) for found in page.found]

    monkeypatch.setattr(ytdlp_source.Browser, "read", read)
    assert found(" latte art ", "youtube_shorts") == [f"{WATCH}aaaaaaaaaaa", f"{WATCH}ccccccccccc"]
    assert len(found("latte art", "youtube")) == 3
    assert asked == ["ytsearch100:latte art #shorts", "ytsearch100:latte art"]
    monkeypatch.setattr(ytdlp_source.Browser, "read", lambda self, url: {"entries": []})
    with pytest.raises(ServiceError, match="Nothing was found for 'latte art'"):
        found("latte art", "youtube")


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        ({"live_status": "is_live"}, "it is live just now"),
        ({"live_status": "is_upcoming"}, "it is not out yet"),
    ],
)
def test_what_is_live_or_to_come_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, info: dict[str, Any], reason: str
) -> None:
    page = {"id": "x", "title": "t", "view_count": 5, "extractor_key": "Youtube", **info}
    monkeypatch.setattr(ytdlp_source.Browser, "read", lambda self, url: page)
    monkeypatch.setattr(ytdlp_source, "check_url", lambda url, settings: url)
    (reading,) = YtDlp(Settings(home=tmp_path), sleep=lambda seconds: None).read([WATCH + ID])
    assert (reading.video, reading.reason, reading.again) == (None, reason, False)


def test_youtube_goes_through_its_api_where_there_is_a_key() -> None:
    free, keyed = Settings(), Settings(youtube_api_key="k")  # type: ignore[arg-type]
    assert source_for("youtube_shorts", [], free) == "yt-dlp"
    assert source_for("youtube_shorts", [], keyed) == "youtube-api"
    assert source_for("tiktok", [], keyed) == "yt-dlp"
    assert source_for("tiktok", [WATCH + ID], keyed) == "youtube-api"
    assert source_for("youtube", ["https://youtube.com/@kettle"], keyed) == "youtube-api"
    assert source_for("youtube", [WATCH + ID, "https://www.tiktok.com/@a/video/1"], keyed) == "yt-dlp"


def test_a_request_names_words_or_links_and_its_source() -> None:
    request = collect_request("  latte \n art ", 7, "youtube", Settings())
    assert (request.query, request.limit, request.source) == ("latte art", 7, "yt-dlp")
    assert collect_request("x", 1, "youtube", Settings(), source="youtube-api").source == "youtube-api"
    for query, links in (("", ()), ("both", (WATCH + ID,))):
        with pytest.raises(InputError, match="Say what to collect"):
            collect_request(query, 1, "youtube", Settings(), links=links)


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_a_host_is_asked_as_a_person_would_and_then_300_times_an_hour() -> None:
    random.seed(1)
    clock = Clock()
    politeness = Politeness(Settings(), PAGES, clock.sleep, lambda: clock.now)
    waits = [politeness.wait("https://www.youtube.com/x") for _ in range(50)]
    assert waits[0] == 0
    assert all(0.8 <= wait <= 1.8 for wait in waits[1:])
    assert clock.now < 90
    for _ in range(300):
        politeness.wait("https://www.youtube.com/y")
    assert 3500 < clock.now < 3700
    assert politeness.wait("https://www.tiktok.com/@a") == 0


def test_after_a_rest_a_few_are_free_again() -> None:
    clock = Clock()
    politeness = Politeness(Settings(), Pace(3, 60, (0.0, 0.0)), clock.sleep, lambda: clock.now)
    assert [politeness.wait("https://a.org") for _ in range(5)] == [0, 0, 0, 60, 60]
    clock.now += 120
    assert [politeness.wait("https://a.org") for _ in range(3)] == [0, 0, 60]


def test_the_users_own_site_is_not_waited_for() -> None:
    settings = Settings(allowed_hosts=frozenset({"127.0.0.1:80"}))
    politeness = Politeness(settings, Pace(1, 1, (9.0, 9.0)), pytest.fail)
    assert [politeness.wait("http://127.0.0.1:80/x") for _ in range(3)] == [0, 0, 0]


def test_a_server_that_fails_is_asked_again_after_growing_waits() -> None:
    waits: list[float] = []
    left = [ServiceError("one"), ServiceError("two")]

    def ask() -> str:
        if left:
            raise left.pop(0)
        return "answer"

    assert ask_again(ask, (2.0, 10.0), waits.append) == "answer"
    assert 1 <= waits[0] <= 3
    assert 5 <= waits[1] <= 15
    with pytest.raises(ServiceError, match="three"):
        ask_again(lambda: (_ for _ in ()).throw(ServiceError("three")), (2.0,), waits.append)
