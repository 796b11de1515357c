"""The Data API as a source, against a real server on loopback that speaks it: values, costs and failures."""

import logging
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.youtube_server import YouTubeServer, youtube_server
from tests.youtube_world import Video, World, invent

from shortcast_ml.errors import InputError, LinkError, ServiceError, ShortcastError
from shortcast_ml.records import CollectRequest
from shortcast_ml.settings import Settings
from shortcast_tools.collecting.retries import Patience
from shortcast_tools.collecting.sources import Page, Reading, Source
from shortcast_tools.collecting.youtube_api import YouTubeApi
from shortcast_vectorstore.database import open_database
from shortcast_vectorstore.quota import QuotaLedger, account_of

KEY = "AIzaSy-a-very-secret-key"


@pytest.fixture(scope="module")
def world() -> World:
    return invent(seed=1, channels=12, videos=1500, topics=("coffee", "football"))


@pytest.fixture
def server(world: World) -> Iterator[YouTubeServer]:
    with youtube_server(world=world, keys=(KEY,)) as served:
        yield served
        assert served.broken == []


@pytest.fixture
def api(server: YouTubeServer, home: Path) -> YouTubeApi:
    return source_of(server, home)


def source_of(server: YouTubeServer, home: Path, key: str = KEY, **more: Any) -> YouTubeApi:
    settings = Settings(
        home=home, youtube_api_key=key, youtube_api_url=server.url, allowed_hosts={server.host}  # type: ignore[arg-type]
    )  # fmt: skip
    more = {"sleep": lambda seconds: None, "quotas": dict(server.quotas), **more}
    return YouTubeApi(settings, open_database(settings.library_path), **more)


def request(query: str = "", limit: int = 100, **more: Any) -> CollectRequest:
    return CollectRequest(query=query, limit=limit, source="youtube-api", **more)


def collect(source: Source, asked: CollectRequest, cursor: str | None = None) -> dict[str, Reading]:
    """Discover everything and read each page before the next, as a run does."""
    readings: dict[str, Reading] = {}
    for page in source.discover(asked, cursor):
        new = [found.item for found in page.found if found.item not in readings]
        readings |= {reading.item: reading for reading in source.read(new)} if new else {}
    return readings


def items_of(pages: list[Page]) -> list[str]:
    return [found.item for page in pages for found in page.found]


def biggest(world: World) -> Any:
    return max(world.channels.values(), key=lambda channel: len(channel.videos))


# --- what is read ------------------------------------------------------------------------------------


def test_every_fact_of_every_video_is_what_the_world_says(api: YouTubeApi, world: World) -> None:
    listed = list(world.videos.values())[:400]
    readings = list(api.read([video.id for video in listed]))
    assert [reading.item for reading in readings] == [video.id for video in listed]
    kept = 0
    for video, reading in zip(listed, readings, strict=True):
        if video.fate in ("deleted", "private", "live", "upcoming"):
            assert reading.video is None
            assert reading.reason
            continue
        kept += 1
        found = reading.video
        assert found is not None
        draft, counts = found.draft, found.counts
        assert draft.title == video.title.strip()  # entities, emoji and commands are words like any other
        assert draft.duration_s == video.duration_s
        assert found.published_at == video.published_at
        assert found.channel_id == video.channel.id
        assert found.channel is not None
        assert (found.channel.name, found.channel.followers) == (video.channel.title, video.channel.followers)
        if video.fate == "hidden":
            assert counts is None
        else:
            assert counts is not None
            assert (counts.views, counts.likes, counts.comments) == (video.views, video.likes, video.comments)
        assert len(reading.thumbnail_urls) == len(video.pictures)
        if video.shape_known:
            assert (draft.platform == "youtube_shorts") == video.is_short
            assert found.short_certainty is not None
            assert found.short_certainty >= 0.97
    assert kept > 350


def test_pictures_are_where_the_reading_says_they_are(api: YouTubeApi, world: World) -> None:
    import httplib2

    pictured = next(v for v in world.videos.values() if "maxres" in v.pictures and v.fate == "public")
    (reading,) = api.read([pictured.id])
    response, content = httplib2.Http().request(reading.thumbnail_urls[0])
    assert response.status == 200
    assert content.startswith(b"\xff\xd8")
    assert "maxres" in reading.thumbnail_urls[0]


def test_readings_come_in_order_with_a_reason_for_what_is_no_video(api: YouTubeApi, world: World) -> None:
    good = next(video.id for video in world.videos.values() if video.fate == "public")
    readings = list(api.read(["https://example.com/clip", good, "doesn0texis", good]))
    assert [reading.reason for reading in readings] == [
        "it is not the link of a YouTube video", "", "it was deleted or is private", "",
    ]  # fmt: skip
    assert next(iter(api.read(["https://example.com/clip"]))).video is None
    assert (
        api.ledger.spent("units") == 2
    )  # one batch of videos and their channels; a foreign link costs nothing


def test_counts_are_read_anew_each_time(server: YouTubeServer, home: Path) -> None:
    server.world = invent(seed=3, channels=2, videos=10)
    source = source_of(server, home)
    video = next(v for v in server.world.videos.values() if v.fate == "public")
    before = next(iter(source.read([video.id]))).video
    server.world.grow(2.0)
    after = next(iter(source.read([video.id]))).video
    assert before is not None
    assert after is not None
    assert before.counts is not None
    assert after.counts is not None
    assert after.counts.views == 2 * before.counts.views + 1


# --- what is discovered ------------------------------------------------------------------------------


def test_words_find_videos_of_their_topic_and_length(api: YouTubeApi, world: World) -> None:
    found = items_of(list(api.discover(request("coffee", 200), None)))
    assert len(found) == len(set(found)) == 200
    assert all("coffee" in world.videos[item].words for item in found)
    assert all(world.videos[item].duration_s < 240 for item in found)
    long = items_of(list(api.discover(request("coffee", 200, platform="youtube"), None)))
    assert any(world.videos[item].duration_s > 240 for item in long)


def test_a_hashtag_is_searched_for_as_it_is(api: YouTubeApi, world: World) -> None:
    found = items_of(list(api.discover(request("#football", 50), None)))
    assert len(found) == 50
    assert all("#football" in world.videos[item].words for item in found)


def test_words_go_on_by_date_where_one_search_ends(home: Path) -> None:
    with youtube_server(6, 2500, topics=("coffee",), seed=2) as served:
        source = source_of(served, home, "k")
        found = items_of(list(source.discover(request("coffee", 1600, platform="youtube"), None)))
        assert served.charged == {"search": 32}
        assert served.broken == []
    assert len(found) == 32 * 50
    assert len(set(found)) > 1300  # the later searches meet some of the best 500 again


def test_a_search_ends_where_the_niche_does(home: Path) -> None:
    with youtube_server(3, 120, topics=("coffee",), seed=2) as served:
        found = items_of(list(source_of(served, home, "k").discover(request("coffee", 4000), None)))
        short = {video.id for video in served.world.videos.values() if video.duration_s < 240}
        assert set(found) == short
        assert served.charged["search"] <= 6


@pytest.mark.parametrize("way", ["handle", "link", "id", "user", "old address"])
def test_a_channel_gives_its_uploads_however_it_is_named(api: YouTubeApi, world: World, way: str) -> None:
    channel = next(channel for channel in world.channels.values() if channel.username)
    query = {
        "handle": channel.handle,
        "link": f"https://www.youtube.com/{channel.handle}/shorts",
        "id": channel.id,
        "user": f"https://www.youtube.com/user/{channel.username}",
        "old address": f"https://www.youtube.com/c/{channel.username}",
    }[way]
    found = items_of(list(api.discover(request(query, 1000), None)))
    assert found == [video.id for video in channel.videos]


def test_a_playlist_gives_its_videos(api: YouTubeApi, world: World) -> None:
    playlist, videos = next(iter(world.playlists.items()))
    query = f"https://www.youtube.com/playlist?list={playlist}"
    assert items_of(list(api.discover(request(query), None))) == [video.id for video in videos]


def test_links_cost_nothing_to_discover(api: YouTubeApi, server: YouTubeServer, world: World) -> None:
    ids = list(world.videos)[:120]
    links = (*(f"https://www.youtube.com/watch?v={id}" for id in ids), "https://youtu.be/" + ids[0])
    pages = list(api.discover(request(links=links), None))
    assert items_of(pages) == ids
    assert [len(page.found) for page in pages] == [50, 50, 20]
    assert pages[-1].cursor is None
    assert sum(server.charged.values()) == 0


def test_a_stratified_search_brings_what_nobody_saw_beside_what_everybody_saw(home: Path) -> None:
    with youtube_server(40, 6000, topics=("coffee",), seed=4) as served:
        plain = source_of(served, home, "k")
        asked = request("coffee", 600, stratified=True)
        found = items_of(list(plain.discover(asked, None)))
        assert served.charged == {"search": 12, "units": 24}
        views = [served.world.videos[item].views for item in dict.fromkeys(found)]
        channels = {served.world.videos[item].channel.id for item in found}
    assert len(channels) == 40
    assert len(views) > 1300
    assert sum(count < 1000 for count in views) > 150
    assert sum(count > 1_000_000 for count in views) > 60


@pytest.mark.parametrize(
    ("query", "stratified", "limit"),
    [
        ("coffee", False, 700),
        ("coffee", True, 300),
        ("@biggest", False, 500),
        ("PL", False, 200),
        ("links", False, 200),
    ],
)
def test_discovering_goes_on_from_every_cursor_as_if_it_had_not_stopped(
    server: YouTubeServer, home: Path, query: str, stratified: bool, limit: int
) -> None:
    world = server.world
    links = tuple(list(world.videos)[:200]) if query == "links" else ()
    names = {"@biggest": biggest(world).handle, "PL": next(iter(world.playlists)), "links": ""}
    asked = request(names.get(query, query), limit, stratified=stratified, links=links, platform="youtube")
    whole = list(source_of(server, home).discover(asked, None))
    assert len(whole) > 2
    for i, page in enumerate(whole[:-1]):
        server.new_day()
        rest = list(source_of(server, home / str(i)).discover(asked, page.cursor))
        assert items_of(whole[: i + 1]) + items_of(rest) == items_of(whole)


def test_a_larger_limit_goes_on_where_the_smaller_one_ended(api: YouTubeApi) -> None:
    first = list(api.discover(request("coffee", 100), None))
    assert first[-1].cursor is not None
    more = list(api.discover(request("coffee", 200), first[-1].cursor))
    whole = list(api.discover(request("coffee", 200), None))
    assert items_of(first) + items_of(more) == items_of(whole)


def test_a_page_token_that_is_no_longer_known_begins_the_list_anew(api: YouTubeApi, world: World) -> None:
    channel = biggest(world)
    cursor = f'{{"list":"{channel.uploads}","token":"bm8","n":1}}'
    found = items_of(list(api.discover(request(channel.handle, 5000), cursor)))
    assert found == [video.id for video in channel.videos]


def test_a_channel_that_is_gone_since_it_was_found_is_passed_over(api: YouTubeApi, world: World) -> None:
    lines = [["UU" + "z" * 22, None], [biggest(world).uploads, None]]
    import json

    cursor = json.dumps({"n": 15, "now": "2026-11-01T00:00:00+00:00", "lines": lines})
    pages = list(api.discover(request("coffee", 300, stratified=True), cursor))
    assert pages[0].found == ()
    assert len(pages[1].found) == 50


# --- what it costs -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "limit", "world_of", "calls"),
    [
        ("links", 5000, {}, (0, 200)),
        ("coffee", 2500, {"channels": 40, "videos": 7000}, (50, 100)),
        ("@biggest", 5200, {"channels": 1, "videos": 5200}, (0, 209)),
        ("PL", 120, {}, (0, 9)),
        ("coffee, stratified", 1000, {"channels": 40, "videos": 6000}, (15, 165)),
    ],
)
def test_the_server_charges_exactly_what_was_planned(
    home: Path, query: str, limit: int, world_of: dict[str, int], calls: tuple[int, int]
) -> None:
    with youtube_server(**world_of, topics=("coffee",), seed=5) as served:  # type: ignore[arg-type]
        world = served.world
        links = tuple(list(world.videos)[:5000]) if query == "links" else ()
        names = {"links": "", "@biggest": biggest(world).handle, "PL": next(iter(world.playlists))}
        words, _, stratified = query.partition(", ")
        asked = request(names.get(query, words), limit, links=links, stratified=bool(stratified))
        source = source_of(served, home, "k")
        plan = source.plan(asked)
        assert (plan.search_calls, plan.units) == calls
        assert plan.exact is not bool(stratified)
        assert plan.enough
        readings = collect(source, asked)
        assert (served.charged["search"], served.charged["units"]) == calls
        assert (source.client.search_calls, source.client.units) == calls
        assert (source.ledger.spent("search"), source.ledger.spent("units")) == calls
        assert served.broken == []
        public = [item for item in readings if world.videos[item].fate in ("public", "hidden", "streamed")]
        assert all(readings[item].video is not None for item in public)


def test_looking_a_channel_up_is_part_of_the_plan_and_paid_once(
    api: YouTubeApi, server: YouTubeServer
) -> None:
    channel = biggest(server.world)
    pages = -(-len(channel.videos) // 50)
    asked = request(channel.handle, 1000)
    plan = api.plan(asked)
    assert server.charged == {"units": 2}
    assert plan.units == 1 + pages + pages
    assert plan.says == (
        f"This takes {2 * pages - 1} of 9,998 remaining units of the YouTube Data API (looking it up took 2)."
    )
    assert api.plan(asked).units == plan.units  # asked again, it is not looked up again
    collect(api, asked)
    assert server.charged == {"units": plan.units}
    assert plan.exact


def test_a_plan_that_may_end_earlier_says_at_most(api: YouTubeApi, server: YouTubeServer) -> None:
    plan = api.plan(request(biggest(server.world).handle, 20))
    assert not plan.exact
    assert "at most" in plan.says


def test_a_plan_beyond_the_bucket_says_so_and_when_it_goes_on(api: YouTubeApi) -> None:
    plan = api.plan(request("coffee", 6000))
    assert (plan.search_calls, plan.search_calls_left, plan.enough) == (120, 100, False)
    assert "120 of today's 100 remaining search calls and 240 of 10,000 remaining units" in plan.says
    assert " UTC (in " in plan.says


def test_with_failures_the_ledger_is_what_the_server_charged_and_nothing_is_lost(home: Path) -> None:
    with youtube_server(20, 3000, topics=("coffee",), seed=6) as served:
        asked = request(links=tuple(served.world.videos), limit=3000)
        clean = collect(source_of(served, home / "clean", "k"), asked)
        served.new_day()
        served.faults(rate=0.2, seed=7, slow_s=0.6)
        source = source_of(served, home / "faulty", "k", timeout_s=0.4, patience=Patience(tries=12))
        faulty = collect(source, asked)
        assert served.charged == {"units": source.ledger.spent("units")}
        assert served.charged["units"] > 120  # what a clean run costs
        assert sum(n for kind, n in served.faulted.items() if kind) >= 15
        assert {kind for kind, n in served.faulted.items() if n} >= {
            "slow",
            "cut",
            "half",
            "403",
            "429",
            "500",
        }
        assert served.broken == []

    def facts(readings: dict[str, Reading]) -> dict[str, Any]:
        return {
            item: (
                r.reason,
                r.thumbnail_urls,
                r.video and r.video.model_dump(exclude={"fetched_at", "age_days"}),
            )
            for item, r in readings.items()
        }

    assert facts(faulty) == facts(clean)


# --- what goes wrong ---------------------------------------------------------------------------------


def test_a_call_is_not_made_when_the_ledger_says_that_nothing_is_left(
    server: YouTubeServer, home: Path
) -> None:
    source = source_of(server, home, quotas={"search": 2, "units": 10_000})
    with pytest.raises(ServiceError, match=r"Today's 2 search calls .* used up; .* UTC \(in \d+\.\d hours\)"):
        list(source.discover(request("coffee", 1000), None))
    assert server.charged == {"search": 2}
    assert list(source.read(list(server.world.videos)[:10]))  # the other bucket is full


@pytest.mark.parametrize("bucket", ["search", "units"])
def test_the_server_is_believed_when_it_says_that_the_quota_is_used_up(
    server: YouTubeServer, home: Path, bucket: Any
) -> None:
    source = source_of(server, home, quotas={"search": 100, "units": 10_000})
    server.quotas[bucket] = 0
    for _ in range(2):
        with pytest.raises(ServiceError, match="are used up"):
            list(source.discover(request("coffee"), None)) if bucket == "search" else list(
                source.read(["a" * 11])
            )
    assert source.ledger.left(bucket) == 0
    assert source.ledger.spent(bucket) == 1
    assert len(server.log) == 1  # the first refusal was enough
    again = QuotaLedger(open_database(home / "library.db"), account_of(KEY))
    assert again.left(bucket) == 0  # also for the next program


def test_a_channel_or_playlist_that_does_not_exist_is_a_bad_link(api: YouTubeApi) -> None:
    with pytest.raises(LinkError, match=r"no channel '@nobody\.here'"):
        api.plan(request("https://www.youtube.com/@nobody.here"))
    with pytest.raises(LinkError, match="no such playlist, or it is private"):
        api.plan(request("https://www.youtube.com/playlist?list=PL" + "0" * 32))


def test_a_channel_without_uploads_is_empty(server: YouTubeServer, home: Path) -> None:
    server.world = invent(seed=3, channels=2, videos=10)
    channel = next(iter(server.world.channels.values()))
    channel.videos.clear()
    source = source_of(server, home)
    assert source.plan(request(channel.handle)).units == 2
    assert items_of(list(source.discover(request(channel.handle), None))) == []


def test_without_a_key_there_is_no_source(server: YouTubeServer, home: Path) -> None:
    settings = Settings(home=home, youtube_api_url=server.url)
    with pytest.raises(InputError, match="set SHORTCAST_YOUTUBE_API_KEY"):
        YouTubeApi(settings, open_database(settings.library_path))


def test_the_key_is_not_sent_over_an_open_connection(server: YouTubeServer, home: Path) -> None:
    settings = Settings(home=home, youtube_api_key=KEY, youtube_api_url=server.url)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="must begin with https"):
        YouTubeApi(settings, open_database(settings.library_path))
    assert server.log == []


def fail(case: str, server: YouTubeServer, home: Path) -> ShortcastError:
    """Let a reading fail in some way, and return the error."""
    kinds = {
        "rate": ("429",),
        "daily": ("403",),
        "trouble": ("500", "503"),
        "cut": ("cut",),
        "half": ("half",),
    }
    key = "AIzaSy-a-wrong-but-secret-key" if case == "wrong key" else KEY
    source = source_of(server, home, key, timeout_s=0.2)
    if case in kinds:
        server.faults(rate=1.0, kinds=kinds[case])
    elif case == "slow":
        server.faults(rate=1.0, kinds=("slow",), slow_s=0.4)
    elif case == "disabled":
        server.disabled_keys.add(key)
    elif case == "no quota":
        server.quotas["units"] = 0
    elif case == "no server":
        source.client._url = "http://127.0.0.1:9/"
    elif case == "no network":
        source.client._url = "http://youtube.invalid/"
    elif case == "not found":
        source.client._url = server.url + "elsewhere/"
    with pytest.raises(ShortcastError) as caught:
        list(source.read(["a" * 11]))
    return caught.value


CASES = {
    "wrong key": (ServiceError, "check SHORTCAST_YOUTUBE_API_KEY", 1),
    "disabled": (ServiceError, "enable it in the Google Cloud console", 1),
    "no quota": (ServiceError, "used up", 1),
    "rate": (ServiceError, "too many requests", 6),
    "daily": (ServiceError, "too many requests", 6),
    "trouble": (ServiceError, "trouble of its own", 6),
    "cut": (ServiceError, "connection to YouTube broke", 6),
    "half": (ServiceError, "connection to YouTube broke", 6),
    "slow": (ServiceError, "took too long", 6),
    "no server": (ServiceError, "connection to YouTube broke", 6),
    "no network": (ServiceError, "there is no network", 1),
    "not found": (LinkError, "no such channel or playlist", 1),
}


@pytest.mark.parametrize("case", CASES)
def test_every_failure_is_one_sentence_and_none_tells_the_key(
    server: YouTubeServer, home: Path, caplog: pytest.LogCaptureFixture, case: str
) -> None:
    caplog.set_level(logging.DEBUG)
    error = fail(case, server, home)
    kind, words, tries = CASES[case]
    assert type(error) is kind
    assert words in str(error)
    assert "\n" not in str(error)
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__
    told = "".join(traceback.format_exception(error)) + caplog.text + "".join(map(repr, chain))
    assert "secret" not in told
    assert "secret" not in "".join(map(str, chain))
    assert QuotaLedger(open_database(home / "library.db"), account_of(KEY)).spent("units") == (
        0 if case == "wrong key" else tries
    )


def test_no_address_that_is_asked_for_holds_the_key(api: YouTubeApi, server: YouTubeServer) -> None:
    collect(api, request(biggest(server.world).handle, 100))
    assert server.queries
    assert not any("secret" in query for query in server.queries)


def test_a_cut_connection_is_charged_once_for_each_try(server: YouTubeServer, home: Path) -> None:
    source = source_of(server, home)
    list(source.read(["a" * 11]))  # the connection is open and kept
    server.faults(rate=1.0, kinds=("cut",))
    with pytest.raises(ServiceError):
        list(source.read(["a" * 11]))
    assert server.charged == {"units": 7}  # httplib2 alone would have asked twice as often
    assert source.ledger.spent("units") == 7


def test_ctrl_c_ends_it_at_once(server: YouTubeServer, home: Path) -> None:
    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    server.faults(rate=1.0, kinds=("500",))
    with pytest.raises(KeyboardInterrupt):
        list(source_of(server, home, sleep=interrupted).read(["a" * 11]))
    assert server.charged == {"units": 1}


def test_threads_share_a_source_each_with_its_own_connection(api: YouTubeApi, world: World) -> None:
    ids = [video.id for video in world.videos.values() if video.fate == "public"][:400]
    got: list[Reading] = []
    threads = [
        threading.Thread(target=lambda some=ids[i::4]: got.extend(api.read(some)))  # type: ignore[misc]
        for i in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    views = {
        reading.item: reading.video.counts.views for reading in got if reading.video and reading.video.counts
    }
    assert views == {id: world.videos[id].views for id in ids}
    assert api.ledger.spent("units") == 16


def test_odd_titles_are_kept_as_words(api: YouTubeApi, world: World) -> None:
    odd: list[Video] = [
        v
        for v in world.videos.values()
        if v.fate == "public" and ("&amp;" in v.title or "ignore all" in v.title)
    ]
    assert len(odd) > 3
    for video, reading in zip(odd, api.read([v.id for v in odd]), strict=True):
        assert reading.video is not None
        assert reading.video.draft.title == video.title
