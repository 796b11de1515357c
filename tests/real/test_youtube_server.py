"""The invented Data API itself: it refuses what the real one refuses, in its words."""

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from tests.youtube_server import YouTubeServer, check_shape, youtube_server


@pytest.fixture(scope="module")
def server() -> Iterator[YouTubeServer]:
    with youtube_server(8, 400) as served:
        yield served


def ask(server: YouTubeServer, method: str, headers: Any = None, **asked: Any) -> tuple[int, Any]:
    """Return status and JSON of a call, with the key `k` unless another is given."""
    query = urlencode({"key": "k", **asked} if headers is None else asked)
    try:
        with urlopen(Request(f"{server.url}youtube/v3/{method}?{query}", headers=headers or {})) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        return error.code, json.load(error)


def reason(answer: Any) -> str:
    return str(answer["error"]["errors"][0]["reason"])


@pytest.mark.parametrize(
    ("method", "asked", "status", "why"),
    [
        ("videos", {"id": "a"}, 400, "missingRequiredParameter"),
        ("videos", {"part": "snippet"}, 400, "missingRequiredParameter"),
        ("videos", {"part": "nonsense", "id": "a"}, 400, "unknownPart"),
        ("videos", {"part": "id", "id": ",".join(["a"] * 51)}, 400, "invalidFilters"),
        ("videos", {"part": "player", "id": "a", "maxHeight": 10}, 400, "invalidParameter"),
        ("search", {"part": "snippet", "type": "video", "maxResults": 51}, 400, "invalidParameter"),
        ("search", {"part": "snippet", "type": "video", "order": "best"}, 400, "invalidParameter"),
        ("search", {"part": "snippet", "type": "video", "publishedAfter": "monday"}, 400, "invalidParameter"),
        (
            "search",
            {"part": "snippet", "type": "channel", "videoDuration": "short"},
            400,
            "invalidSearchFilter",
        ),
        ("search", {"part": "snippet", "type": "video", "pageToken": "!"}, 400, "invalidPageToken"),
        ("search", {"part": "snippet", "colour": "red"}, 400, "badRequest"),
        ("playlistItems", {"part": "snippet"}, 400, "missingRequiredParameter"),
        ("playlistItems", {"part": "snippet", "playlistId": "PLnone"}, 404, "playlistNotFound"),
        ("channels", {"part": "snippet"}, 400, "missingRequiredParameter"),
        ("videos", {"part": "id", "id": "a", "key": ""}, 403, "forbidden"),
        ("videos", {"part": "id", "id": "a", "key": "wrong"}, 400, "badRequest"),
        ("comments", {"part": "id"}, 404, "notFound"),
    ],
)
def test_what_the_discovery_document_does_not_allow_is_refused(
    server: YouTubeServer, method: str, asked: dict[str, Any], status: int, why: str
) -> None:
    before = sum(server.charged.values())
    got, answer = ask(server, method, **asked)
    assert (got, reason(answer)) == (status, why)
    charged = method != "comments" and "key" not in asked
    assert (
        sum(server.charged.values()) - before == charged
    )  # invalid calls are charged, unknown callers are not


def test_a_search_gives_ten_pages_and_no_more() -> None:
    with youtube_server(4, 1500, topics=("coffee",)) as served:
        token, ids = "", []
        for _ in range(20):
            asked = {"part": "snippet", "q": "coffee", "type": "video", "maxResults": 50, "order": "date"}
            _, answer = ask(served, "search", **asked, **({"pageToken": token} if token else {}))
            ids += [item["id"]["videoId"] for item in answer["items"]]
            token = answer.get("nextPageToken", "")
            if not token:
                break
        assert len(ids) == len(set(ids)) == 500
        assert answer["pageInfo"]["totalResults"] > 1000
        dates = [served.world.videos[id].published_at for id in ids]
        assert dates == sorted(dates, reverse=True)
        assert any(not served.world.videos[id].is_listed for id in ids)  # deleted videos linger in searches


def test_the_key_may_come_in_a_header(server: YouTubeServer) -> None:
    assert ask(server, "videos", {"X-Goog-Api-Key": "k"}, part="id", id="a")[0] == 200


def test_each_bucket_runs_out_by_itself_and_is_filled_on_a_new_day() -> None:
    with youtube_server(2, 20, search_quota=1, unit_quota=2) as served:
        search = {"part": "snippet", "type": "video", "q": "coffee"}
        assert ask(served, "search", **search)[0] == 200
        status, answer = ask(served, "search", **search)
        assert (status, reason(answer)) == (429, "rateLimitExceeded")
        assert "per day" in answer["error"]["message"]
        assert [ask(served, "videos", part="id", id="a")[0] for _ in range(3)] == [200, 200, 403]
        assert reason(ask(served, "videos", part="id", id="a")[1]) == "quotaExceeded"
        served.new_day()
        assert ask(served, "search", **search)[0] == 200


def test_an_answer_that_does_not_fit_its_schema_is_noticed() -> None:
    assert check_shape("VideoListResponse", {"items": [{"statistics": {"viewCount": "12"}}]}) == []
    for wrong in ({"viewCount": 12}, {"viewCount": "many"}, {"views": "12"}):
        assert check_shape("VideoListResponse", {"items": [{"statistics": wrong}]})


def test_the_same_seed_is_the_same_world_and_the_same_failures() -> None:
    def told() -> tuple[list[str], list[int]]:
        with youtube_server(3, 50, seed=9) as served:
            served.faults(rate=0.5, seed=1, kinds=("403", "500", "503"))
            return list(served.world.videos), [ask(served, "videos", part="id", id="a")[0] for _ in range(20)]

    assert told() == told()
    assert len(set(told()[1])) > 2


def test_a_thousand_calls_take_seconds(server: YouTubeServer) -> None:
    import http.client

    connection = http.client.HTTPConnection(server.host)
    ids = ",".join(list(server.world.videos)[:50])
    started = time.perf_counter()
    for _ in range(300):
        connection.request(
            "GET", f"/youtube/v3/videos?part=snippet,statistics,player&maxHeight=720&id={ids}&key=k"
        )
        assert len(json.load(connection.getresponse())["items"]) > 40
    assert time.perf_counter() - started < 10
