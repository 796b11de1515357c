"""What collecting through the Data API costs, and what happens when it fails."""

import json
import logging
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.youtube_server import YouTubeServer, youtube_server
from tests.youtube_source import KEY, biggest, collect, items_of, request, source_of
from tests.youtube_world import World, invent

from shortcast_ml.errors import InputError, LinkError, ServiceError, ShortcastError
from shortcast_ml.settings import Settings
from shortcast_tools.collecting.retries import Patience, Temporary
from shortcast_tools.collecting.sources import Reading
from shortcast_tools.collecting.youtube_api import YouTubeApi
from shortcast_tools.collecting.youtube_client import StalePage
from shortcast_vectorstore.database import open_database
from shortcast_vectorstore.quota import QuotaLedger, account_of


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
        "html": ("html",),
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
    "html": (ServiceError, "make no sense", 6),
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


def test_the_key_goes_nowhere_else_when_the_api_has_moved(server: YouTubeServer, home: Path) -> None:
    with youtube_server(1, 1) as elsewhere:
        server.moved_to = elsewhere.url
        server.faults(rate=1.0, kinds=("moved",))
        with pytest.raises(ServiceError, match="HTTP 302"):
            list(source_of(server, home).read(["a" * 11]))
        assert elsewhere.log == []


@pytest.mark.parametrize(
    ("status", "reason", "message", "kind", "words"),
    [
        (403, "quotaExceeded", "", ServiceError, "used up"),
        (403, "dailyLimitExceeded", "", ServiceError, "used up"),
        (429, "rateLimitExceeded", "Quota exceeded for 'Queries per day'", ServiceError, "used up"),
        (429, "rateLimitExceeded", "Quota exceeded for 'Queries per minute'", Temporary, "too many requests"),
        (403, "userRateLimitExceeded", "", Temporary, "too many requests"),
        (408, "", "", Temporary, "too many requests"),
        (503, "backendError", "", Temporary, "trouble of its own"),
        (400, "keyInvalid", "", ServiceError, "does not accept the API key"),
        (403, "SERVICE_DISABLED", "", ServiceError, "not switched on"),
        (403, "ipRefererBlocked", "", ServiceError, r"\(ipRefererBlocked\); check the key's restrictions"),
        (403, "<script>alert(1)</script>", "", ServiceError, r"\(HTTP 403\)"),
        (400, "invalidPageToken", "", StalePage, "begin it anew"),
        (400, "invalidFilters", "", ServiceError, r"did not accept the request \(invalidFilters\)"),
        (404, "channelNotFound", "", LinkError, "no such channel"),
    ],
)
def test_every_answer_of_the_service_has_its_meaning(
    api: YouTubeApi, status: int, reason: str, message: str, kind: type[Exception], words: str
) -> None:
    from googleapiclient.errors import HttpError
    from httplib2 import Response

    content = json.dumps({"error": {"message": message, "errors": [{"reason": reason}]}}).encode()
    error = api.client._explain(HttpError(Response({"status": status}), content), "units")
    assert type(error) is kind
    with pytest.raises(kind, match=words):
        raise error
    assert (api.ledger.left("units") == 0) is (words == "used up")


def test_an_answer_that_is_no_json_means_what_its_status_says(api: YouTubeApi) -> None:
    from googleapiclient.errors import HttpError
    from httplib2 import Response

    for content in (b"<html>", b"", b"[]", b'{"error": "no"}', b'{"error": {"errors": 3}}'):
        error = api.client._explain(HttpError(Response({"status": 502}), content), "units")
        assert isinstance(error, Temporary)
