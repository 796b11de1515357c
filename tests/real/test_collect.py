"""collect through the real yt-dlp against a real web site on loopback, into a real library."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.localsite import LocalSite, clip, local_site

from shortcast_ml.errors import InputError, LinkError, ServiceError
from shortcast_ml.settings import Settings
from shortcast_tools.parts import Parts, use
from shortcast_tools.progress import listening

PUBLISHED = datetime.now(UTC).replace(microsecond=0) - timedelta(days=10)


def module() -> Any:
    """The module behind the tool of the same name."""
    import sys

    return sys.modules["shortcast_tools.collect"]


class Shelf:
    """Stands in for the index: counts how often it was asked to take in what is new."""

    def __init__(self) -> None:
        self.synced = 0

    def sync(self, progress: Callable[..., None] | None = None) -> int:
        self.synced += 1
        return 0


class PartsWithShelf(Parts):
    """Real parts, but for an index that embeds nothing."""

    shelf: Shelf

    @property
    def index(self) -> Any:
        return self.shelf


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return clip(tmp_path_factory.mktemp("site") / "clip.mp4").read_bytes()


@pytest.fixture
def site() -> Iterator[LocalSite]:
    with local_site() as running:
        yield running


@pytest.fixture
def here(site: LocalSite, tmp_path: Path) -> Iterator[PartsWithShelf]:
    held = PartsWithShelf(Settings(home=tmp_path / "home", allowed_hosts=frozenset({site.host})))
    held.shelf = Shelf()
    with use(held):
        yield held
    held.close()


@pytest.fixture
def videos(site: LocalSite, video: bytes) -> list[str]:
    return [
        site.put_video(f"/watch/{i}", video, title=f"Latte number {i}", views=1000 * i, published=PUBLISHED)
        for i in range(1, 5)
    ]


def test_a_feed_is_collected_into_the_library_in_place_of_the_demo(
    site: LocalSite, here: PartsWithShelf, videos: list[str]
) -> None:
    assert here.library.kind() == "demo"
    report = module().collect(site.put_feed("/feed", videos), limit=10)
    assert (report.found, report.added, report.updated, report.skipped) == (4, 4, 0, ())
    assert report.library_size == here.library.count() == 4
    assert here.library.kind() == "collected"
    kept = sorted(here.library.all(), key=lambda v: v.draft.title)
    assert [v.draft.title for v in kept] == [f"Latte number {i}" for i in range(1, 5)]
    assert [v.counts.views for v in kept if v.counts] == [1000, 2000, 3000, 4000]
    assert {v.published_at for v in kept} == {PUBLISHED}
    assert here.shelf.synced == 1


def test_collecting_again_adds_nothing_twice(
    site: LocalSite, here: PartsWithShelf, videos: list[str]
) -> None:
    feed = site.put_feed("/feed", videos)
    module().collect(feed)
    report = module().collect(feed)
    assert (report.added, report.updated, report.library_size) == (0, 4, 4)


def test_a_page_of_links_is_collected_up_to_the_limit(
    site: LocalSite, here: PartsWithShelf, videos: list[str]
) -> None:
    links = "".join(f'<a href="{url}">video</a>' for url in videos)
    url = site.put("/channel", f"<html><body><a href='/about'>about</a>{links}</body></html>")
    site.put("/about", "<html>words</html>")
    report = module().collect(url, limit=2)
    assert (report.added, report.library_size) == (2, 2)
    assert len(report.skipped) == 1
    assert report.skipped[0].startswith(f"{site.url}/about: No video was found")


def test_the_link_of_one_video_is_collected(here: PartsWithShelf, videos: list[str]) -> None:
    assert module().collect(videos[2]).added == 1
    assert [v.draft.title for v in here.library.all()] == ["Latte number 3"]


def test_a_bad_video_is_skipped_with_its_reason_and_the_rest_is_kept(
    site: LocalSite, here: PartsWithShelf, videos: list[str], video: bytes
) -> None:
    dead = f"{site.url}/watch/dead"
    hidden = site.put_video("/watch/hidden", video, views=None)
    heard: list[tuple[int, int, str]] = []
    with listening(lambda *step: heard.append(step)):
        report = module().collect(site.put_feed("/feed", [dead, videos[0], hidden, videos[1]]), limit=10)
    assert (report.found, report.added) == (4, 2)
    assert report.skipped == (
        f"{dead}: There is no video at that link (any more); check the link, or give another.",
        f"{hidden}: its views are hidden",
    )
    assert heard[0] == (0, 10, f"Reading {dead}")
    assert heard[-1] == (10, 10, "Indexing what came")


def test_when_nothing_comes_the_demo_library_stays(site: LocalSite, here: PartsWithShelf) -> None:
    report = module().collect(site.put_feed("/feed", [f"{site.url}/dead"]))
    assert (report.added, len(report.skipped)) == (0, 1)
    assert here.library.kind() == "demo"
    assert here.shelf.synced == 0


def test_what_has_come_stays_when_the_user_interrupts(
    site: LocalSite, here: PartsWithShelf, videos: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = module().fetch

    def interrupted(url: str, settings: Settings) -> Any:
        if url == videos[2]:
            raise KeyboardInterrupt
        return fetch(url, settings)

    monkeypatch.setattr(module(), "fetch", interrupted)
    with pytest.raises(KeyboardInterrupt):
        module().collect(site.put_feed("/feed", videos))
    assert {v.draft.title for v in here.library.all() if not v.demo} == {"Latte number 1", "Latte number 2"}


def test_a_site_that_refuses_again_and_again_is_left_alone(site: LocalSite, here: PartsWithShelf) -> None:
    links = [site.put(f"/watch/{i}", "slow down", status=429) for i in range(9)]
    feed = site.put_feed("/feed", links)
    with pytest.raises(ServiceError, match="not a bot"):
        module().collect(feed)
    assert sum(path.startswith("/watch") for path in site.asked) == module().FAILURES_IN_A_ROW


def test_what_came_before_a_site_refused_is_kept(
    site: LocalSite, here: PartsWithShelf, videos: list[str]
) -> None:
    links = [videos[0], *(site.put(f"/no/{i}", "slow down", status=429) for i in range(9))]
    report = module().collect(site.put_feed("/feed", links))
    assert (report.added, len(report.skipped)) == (1, module().FAILURES_IN_A_ROW)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("query", "platform", "kind", "words"),
    [
        ("", "youtube_shorts", InputError, "Say what to collect"),
        ("coffee " * 60, "youtube_shorts", InputError, "at most 200"),
        ("coffee", "tiktok", InputError, "TikTok can't be searched without a login"),
        ("http://169.254.169.254/feed", "youtube_shorts", LinkError, "private network"),
        ("http://10.0.0.1/", "youtube", LinkError, "private network"),
    ],
)
def test_what_cannot_be_collected_is_refused(
    query: str, platform: Any, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        module().collect(query, platform=platform)


@pytest.mark.usefixtures("here")
def test_a_page_without_videos_or_links_is_refused(site: LocalSite) -> None:
    with pytest.raises(LinkError, match="No video was found"):
        module().collect(site.put("/empty", "<html><body>Nothing</body></html>"))


def test_a_search_asks_for_shorts_and_leaves_long_videos_out(
    here: PartsWithShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def read(self: Any, url: str) -> dict[str, Any]:
        asked.append(url)
        watch = "https://www.youtube.com/watch?v="
        return {
            "entries": [
                {"url": f"{watch}aaaaaaaaaaa", "duration": 30.0, "view_count": 12_000},
                {"url": f"{watch}bbbbbbbbbbb", "duration": 900.0},
                {"url": "https://www.youtube.com/shorts/ccccccccccc", "duration": None},
                None,
            ]
        }

    monkeypatch.setattr(module().Browser, "read", read)
    discover = module().discover
    assert discover(" latte art ", 5, "youtube_shorts", here.settings) == [
        "https://www.youtube.com/watch?v=aaaaaaaaaaa",
        "https://www.youtube.com/shorts/ccccccccccc",
    ]
    assert len(discover("latte art", 5, "youtube", here.settings)) == 3
    assert asked == ["ytsearch15:latte art #shorts", "ytsearch5:latte art"]
    monkeypatch.setattr(module().Browser, "read", lambda self, url: {"entries": []})
    with pytest.raises(ServiceError, match="found nothing for 'latte art'"):
        discover("latte art", 5, "youtube", here.settings)


def test_the_pause_between_two_videos_is_a_persons_and_spared_on_the_users_own_site(
    here: PartsWithShelf,
) -> None:
    waited: list[float] = []
    random.seed(1)
    for host in ("www.youtube.com", next(iter(here.settings.allowed_hosts))):
        module()._pause(f"https://{host}/x", here.settings, waited.append)
    assert len(waited) == 1
    assert 0.8 <= waited[0] <= 1.8
