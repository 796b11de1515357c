"""The Data API as a source, against a real server on loopback that speaks it: what is discovered and read."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.youtube_server import YouTubeServer, youtube_server
from tests.youtube_source import KEY, biggest, items_of, request, source_of
from tests.youtube_world import Video, World, invent

from shortcast_tools.collecting.sources import Reading
from shortcast_tools.collecting.youtube_api import YouTubeApi


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
    cursor = json.dumps({"n": 15, "now": "2026-11-01T00:00:00+00:00", "lines": lines})
    pages = list(api.discover(request("coffee", 300, stratified=True), cursor))
    assert pages[0].found == ()
    assert len(pages[1].found) == 50


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
