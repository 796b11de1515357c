"""collect through the real yt-dlp against a real web site on loopback, into a real library."""

import os
import random
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.localsite import Answer, LocalSite, clip, local_site, picture
from tests.sources import empty_home

from shortcast_ml.errors import InputError, LinkError, ServiceError
from shortcast_ml.records import CollectRequest
from shortcast_ml.settings import Settings
from shortcast_tools.collecting import thumbnails, ytdlp_source
from shortcast_tools.collecting.choice import collect_request, open_source
from shortcast_tools.collecting.run import collect_videos
from shortcast_tools.collecting.strata import EDGES
from shortcast_tools.collecting.ytdlp_source import YtDlp
from shortcast_tools.link_errors import explain
from shortcast_tools.parts import Parts, use
from shortcast_tools.progress import listening

# SHORTCAST_SLOW=5000 collects that many, in half an hour; read here, since each test hides the settings.
N = int(os.environ.get("SHORTCAST_SLOW") or 6)
PUBLISHED = datetime.now(UTC).replace(microsecond=0) - timedelta(days=10)


def collect(*arguments: Any, **named: Any) -> Any:
    """The tool, which hides behind its module's name."""
    return sys.modules["shortcast_tools.collect"].collect(*arguments, **named)


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
def here(site: LocalSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PartsWithShelf]:
    monkeypatch.setattr(ytdlp_source, "RETRIES_S", (0.01, 0.01))
    home = empty_home(tmp_path / "home")
    held = PartsWithShelf(Settings(home=home, allowed_hosts=frozenset({site.host})))
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


def titles(here: Parts) -> list[str]:
    return sorted(v.draft.title for v in here.library.all())


def test_a_feed_is_collected_into_the_library_with_its_pictures(
    site: LocalSite, here: PartsWithShelf, videos: list[str]
) -> None:
    report = collect(site.put_feed("/feed", videos), limit=10)
    assert (report.found, report.added, report.updated, report.skipped) == (4, 4, 0, ())
    assert (report.source, report.planned, report.thumbnails) == ("yt-dlp", None, 4)
    assert report.library_size == here.library.count() == 4
    kept = sorted(here.library.all(), key=lambda v: v.draft.title)
    assert [v.draft.title for v in kept] == [f"Latte number {i}" for i in range(1, 5)]
    assert [v.counts.views for v in kept if v.counts] == [1000, 2000, 3000, 4000]
    assert {v.published_at for v in kept} == {PUBLISHED}
    assert all(v.draft.thumbnail_path and v.draft.thumbnail_path.is_file() for v in kept)
    assert here.shelf.synced == 1


def test_collecting_again_adds_nothing_twice(
    site: LocalSite, here: PartsWithShelf, videos: list[str]
) -> None:
    feed = site.put_feed("/feed", videos)
    collect(feed)
    report = collect(feed)
    assert (report.added, report.updated, report.library_size, report.thumbnails) == (0, 4, 4, 0)


def test_a_page_of_links_is_collected_up_to_the_limit(
    site: LocalSite, here: PartsWithShelf, videos: list[str]
) -> None:
    links = "".join(f'<a href="{url}">video</a>' for url in videos)
    url = site.put("/channel", f"<html><body><a href='/about'>about</a>{links}</body></html>")
    site.put("/about", "<html>words</html>")
    report = collect(url, limit=2)
    assert (report.added, report.library_size) == (2, 2)
    assert len(report.skipped) == 1
    assert report.skipped[0].startswith(f"{site.url}/about: No video was found")


def test_the_link_of_one_video_is_collected(here: PartsWithShelf, videos: list[str]) -> None:
    assert collect(videos[2]).added == 1
    assert titles(here) == ["Latte number 3"]


def test_a_list_of_links_is_collected_without_a_query(
    site: LocalSite, here: PartsWithShelf, videos: list[str]
) -> None:
    links = [videos[0], f"{videos[1]}#comments", videos[1], f"{site.url}/dead"]
    request = collect_request("", 100, "youtube_shorts", here.settings, links=links)
    assert request.source == "yt-dlp"
    report = collect_videos(request, open_source(request.source, here), here)
    assert (report.found, report.added) == (3, 2)
    assert titles(here) == ["Latte number 1", "Latte number 2"]


def test_a_bad_video_is_skipped_with_its_reason_and_the_rest_is_kept(
    site: LocalSite, here: PartsWithShelf, videos: list[str], video: bytes
) -> None:
    dead = f"{site.url}/watch/dead"
    hidden = site.put_video("/watch/hidden", video, views=None)
    heard: list[tuple[int, int, str]] = []
    with listening(lambda *step: heard.append(step)):
        report = collect(site.put_feed("/feed", [dead, videos[0], hidden, videos[1]]), limit=10)
    assert (report.found, report.added) == (4, 2)
    assert set(report.skipped) == {
        f"{dead}: There is no video at that link (any more); check the link, or give another.",
        f"{hidden}: its views are hidden",
    }
    assert heard[0] == (0, 10, "Looking for videos")
    assert heard[-1][:2] == (2, 10)


def test_when_nothing_comes_nothing_is_indexed(site: LocalSite, here: PartsWithShelf) -> None:
    report = collect(site.put_feed("/feed", [f"{site.url}/dead"]))
    assert (report.added, len(report.skipped)) == (0, 1)
    assert here.shelf.synced == 0


def test_a_site_that_refuses_again_and_again_is_left_alone(site: LocalSite, here: PartsWithShelf) -> None:
    links = [site.put(f"/watch/{i}", "slow down", status=429) for i in range(9)]
    feed = site.put_feed("/feed", links)
    with pytest.raises(ServiceError, match="not a bot"):
        collect(feed)
    asked = {path for path in site.asked if path.startswith("/watch")}
    assert len(asked) == ytdlp_source.FAILURES_IN_A_ROW


def test_what_came_before_a_site_refused_is_kept_and_the_rest_comes_later(
    site: LocalSite, here: PartsWithShelf, videos: list[str], video: bytes
) -> None:
    links = [videos[0], *(site.put(f"/no/{i}", "slow down", status=429) for i in range(9))]
    feed = site.put_feed("/feed", links)
    report = collect(feed)
    assert report.added == 1
    assert "not a bot" in report.stopped
    for i in range(9):
        site.put_video(f"/no/{i}", video, title=f"Later {i}")
    site.asked.clear()
    report = collect(feed)
    assert (report.added, report.stopped, report.skipped) == (10, "", ())
    assert "/watch/1" not in site.asked


class Stumbling(dict[str, Answer]):
    """A site's answers, some of which are refusals, slow, or cut off."""

    def __init__(self, whole: dict[str, Answer], rate: float) -> None:
        super().__init__(whole)
        self.rate, self.rng, self.n = rate, random.Random(5), 0

    def get(self, path: str, default: Any = None) -> Any:
        answer = super().get(path)
        if answer is None or self.rng.random() > self.rate:
            return answer
        self.n += 1
        wrongs = [
            Answer(b"no", status=self.rng.choice((403, 429, 500, 503))),
            Answer(answer.body, answer.content_type, wait_s=0.1),
            Answer(answer.body, answer.content_type, cut=True),
        ]
        return self.rng.choice(wrongs)


@pytest.mark.timeout(7200 if N > 100 else 300)
def test_with_failing_slow_and_cut_pages_the_same_library_comes(
    site: LocalSite, here: PartsWithShelf, video: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnails, "RETRIES_S", (0.01, 0.01))
    n, rate = N, 0.05 if N > 100 else 0.15
    links = [
        site.put_video(
            f"/w/{i}", video, title=f"V {i}", views=EDGES[i % 6] + i % 500, thumbnail=picture(seed=i)
        )
        for i in range(n)
    ]
    links[:0] = [f"{site.url}/gone", site.put_video("/hidden", video, views=None), f"{links[0]}#again"]
    request = CollectRequest(query=site.put_feed("/feed", links), limit=n, source="yt-dlp", stratified=True)
    clean = collect_videos(request, open_source("yt-dlp", here), here)
    assert (clean.found, clean.added, clean.thumbnails, len(clean.skipped)) == (n + 2, n, n, 2)
    assert [b.target - b.reached for b in clean.bins] == [0] * 6
    site.answers = Stumbling(site.answers, rate)
    other = Parts(here.settings.model_copy(update={"home": empty_home(tmp_path / "other")}))
    for _ in range(5):  # a page may fail three times: the next run goes on
        report = collect_videos(request, open_source("yt-dlp", other), other)
        if not report.stopped:
            break
    assert site.answers.n > 0
    assert (report.found, report.added, report.updated, report.bins) == (n + 2, n, 0, clean.bins)
    assert report.skipped == clean.skipped
    assert facts(other) == facts(here)
    other.close()


def facts(here: Parts) -> list[dict[str, Any]]:
    """Return the library apart from when it was read, and from where its home is."""
    found = []
    for video in here.library.all():
        known = video.model_dump(exclude={"fetched_at", "age_days"})
        path = known["draft"].pop("thumbnail_path")
        found.append({**known, "picture": path and path.read_bytes()})
    return found


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
        collect(query, platform=platform)


def test_a_channel_without_shorts_is_said_to_have_none(
    here: PartsWithShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    from yt_dlp.utils import ExtractorError

    def read(self: Any, url: str) -> Any:
        raise explain(ExtractorError("[youtube:tab] @x: This channel does not have a shorts tab"))

    monkeypatch.setattr(ytdlp_source.Browser, "read", read)
    monkeypatch.setattr(ytdlp_source, "check_url", lambda url, settings: url)
    with pytest.raises(LinkError, match="has no videos of this kind"):
        collect("https://www.youtube.com/@name")


@pytest.mark.usefixtures("here")
def test_a_page_without_videos_or_links_is_refused(site: LocalSite) -> None:
    with pytest.raises(LinkError, match="No video was found"):
        collect(site.put("/empty", "<html><body>Nothing</body></html>"))


def test_a_long_list_is_asked_for_piece_by_piece(
    site: LocalSite, here: PartsWithShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ytdlp_source, "FIRST_PAGE", 4)
    feed = site.put_feed("/feed", [f"{site.url}/v/{i}" for i in range(11)])
    request = CollectRequest(query=feed, limit=99, source="yt-dlp")
    source = YtDlp(here.settings)
    pages = list(source.discover(request, None))
    assert [len(page.found) for page in pages] == [4, 4, 3]
    assert [page.cursor for page in pages] == ["4", "8", None]
    assert list(source.discover(request, "8")) == pages[2:]
    links = CollectRequest(links=("https://youtu.be/aaaaaaaaaaa",) * 3, limit=9, source="yt-dlp")
    assert [len(page.found) for page in source.discover(links, None)] == [3]


def test_cookies_are_sent_to_the_site_they_name_and_written_nowhere(
    site: LocalSite, here: PartsWithShelf, videos: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tsecret-42\n"
    source = YtDlp(here.settings, text)
    (reading,) = source.read([videos[0]])
    assert reading.video is not None
    assert "session=secret-42" in site.cookies
    assert all(
        b"secret-42" not in path.read_bytes() for path in here.settings.home.rglob("*") if path.is_file()
    )
    site.cookies.clear()
    assert len(list(YtDlp(here.settings).read([videos[0]]))) == 1
    assert site.cookies == set()
    with pytest.raises(InputError, match="Netscape"):
        YtDlp(here.settings, "no cookies at all")
    with pytest.raises(InputError, match="for yt-dlp alone"):
        open_source("youtube-api", here, text)
