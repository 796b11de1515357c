"""fetch_video through the real yt-dlp against a real web site on loopback."""

import gzip
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.localsite import LocalSite, clip, local_site, picture

from shortcast_ml.errors import LinkError, ServiceError
from shortcast_ml.records import Published
from shortcast_ml.settings import Settings
from shortcast_tools import ytdlp
from shortcast_tools.fetch_video import fetch, fetch_video, platform_of, refuse_empty
from shortcast_tools.parts import Parts, use
from shortcast_tools.ytdlp import Browser, Guard

PUBLISHED = datetime.now(UTC).replace(microsecond=0) - timedelta(days=10)


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return clip(tmp_path_factory.mktemp("site") / "clip.mp4").read_bytes()


@pytest.fixture
def site() -> Iterator[LocalSite]:
    with local_site() as running:
        yield running


@pytest.fixture
def settings(site: LocalSite, tmp_path: Path) -> Settings:
    return Settings(_env_file=None, home=tmp_path / "home", allowed_hosts=frozenset({site.host}))


def kept(settings: Settings) -> list[str]:
    return sorted(p.name for p in settings.home.rglob("*") if p.is_file())


def test_a_published_video_is_read_with_its_counts_date_and_thumbnail(
    site: LocalSite, settings: Settings, video: bytes
) -> None:
    url = site.put_video("/watch/latte", video, published=PUBLISHED)
    with use(Parts(settings)):
        found = fetch_video(url)
    assert found.url == url
    assert found.source == "yt-dlp"
    assert found.draft.title == "Three second latte trick"
    assert found.draft.hashtags == ("coffee", "latte")
    assert found.draft.platform == "youtube_shorts"  # upright and short
    assert (found.draft.duration_s, found.draft.width_px, found.draft.height_px) == (21.0, 540, 960)
    assert found.counts is not None
    assert (found.counts.views, found.counts.likes, found.counts.comments) == (12_345, 678, None)
    assert found.published_at == found.draft.publish_at == PUBLISHED
    assert found.age_days == pytest.approx(10, abs=0.01)
    assert found.channel is not None
    assert found.channel.name == "Kettle Corner"
    assert found.draft.thumbnail_path is not None
    assert found.draft.thumbnail_path.parent == settings.media_path
    assert found.draft.thumbnail_path.read_bytes() == picture(540, 960)
    assert Published.model_validate_json(found.model_dump_json()) == found
    assert kept(settings) == [found.draft.thumbnail_path.name]


def test_fetching_again_gives_the_same_video_and_no_second_picture(
    site: LocalSite, settings: Settings, video: bytes
) -> None:
    url = site.put_video("/watch/latte", video, published=PUBLISHED)
    first, second = fetch(url, settings), fetch(url, settings)
    assert (first.video_id, first.draft) == (second.video_id, second.draft)
    assert len(kept(settings)) == 1


def test_a_page_with_a_player_before_its_words_still_tells_views_and_date(
    site: LocalSite, settings: Settings, video: bytes
) -> None:
    site.put_video("/with-words", video, published=PUBLISHED, size=None)
    words = site.answers["/with-words"].body.decode()
    player = '<meta property="og:title" content="A plain player"><video src="/with-words.mp4"></video></body>'
    url = site.put("/player", words.replace("</body>", player))
    found = fetch(url, settings)
    assert found.counts is not None
    assert found.counts.views == 12_345
    assert found.published_at == PUBLISHED
    assert found.draft.duration_s == 21
    assert found.draft.platform == "youtube_shorts"  # by the shape of its thumbnail


def test_a_file_without_a_page_has_no_counts_and_no_invented_date(
    site: LocalSite, settings: Settings, video: bytes
) -> None:
    url = site.put("/raw.mp4", video, "video/mp4", headers={"Last-Modified": "Sun, 01 Nov 2026 10:00:00 GMT"})
    found = fetch(url, settings)
    assert (found.counts, found.published_at, found.age_days) == (None, None, None)
    assert (found.channel, found.draft.thumbnail_path) == (None, None)
    assert found.draft.platform == "youtube"


def test_two_pages_of_the_same_name_are_two_videos(site: LocalSite, settings: Settings, video: bytes) -> None:
    one = fetch(site.put_video("/a/clip", video), settings)
    two = fetch(site.put_video("/b/clip", video), settings)
    assert one.video_id != two.video_id


def test_a_redirect_on_the_same_site_is_followed(site: LocalSite, settings: Settings, video: bytes) -> None:
    site.put_video("/watch/latte", video)
    assert fetch(site.redirect("/short", "/watch/latte"), settings).draft.title == "Three second latte trick"


def test_a_list_of_one_video_is_that_video(site: LocalSite, settings: Settings, video: bytes) -> None:
    url = site.put_feed("/feed", [site.put_video("/watch/latte", video)])
    assert fetch(url, settings).draft.title == "Three second latte trick"


def test_a_packed_page_is_unpacked(site: LocalSite, settings: Settings, video: bytes) -> None:
    site.put_video("/watch/latte", video)
    packed = gzip.compress(site.answers["/watch/latte"].body)
    url = site.put("/packed", packed, headers={"Content-Encoding": "gzip"})
    with Browser(settings) as browser:
        assert browser.get(url, 100_000) == site.answers["/watch/latte"].body
        with pytest.raises(LinkError, match="over 0 MB"):
            browser.get(url, 10)


# --- what can go wrong


def test_an_answer_that_is_cut_off_is_not_taken_for_a_whole_page(
    site: LocalSite, settings: Settings, video: bytes
) -> None:
    url = site.put_video("/watch/latte", video)
    site.answers["/watch/latte"].cut = True
    with pytest.raises(ServiceError, match="broke off in the middle"):
        fetch(url, settings)


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (404, LinkError, "There is no video at that link"),
        (410, LinkError, "There is no video at that link"),
        (401, LinkError, "logging in"),
        (403, ServiceError, "refuses this connection"),
        (451, LinkError, "blocked in the country"),
        (429, ServiceError, "not a bot"),
        (500, ServiceError, "problem of its own"),
        (503, ServiceError, "problem of its own"),
    ],
)
def test_each_refusal_of_a_site_is_one_sentence(
    site: LocalSite, settings: Settings, status: int, kind: type[Exception], words: str
) -> None:
    url = site.put("/watch", "<html>no</html>", status=status)
    with pytest.raises(kind, match=words) as error:
        fetch(url, settings)
    assert "\n" not in str(error.value)
    assert kept(settings) == []


def test_a_page_without_a_video_says_what_to_paste(site: LocalSite, settings: Settings) -> None:
    url = site.put("/about", "<html><head><title>About us</title></head><body>Words.</body></html>")
    with pytest.raises(LinkError, match="No video was found on that page"):
        fetch(url, settings)


def test_a_list_is_no_video(site: LocalSite, settings: Settings) -> None:
    url = site.put_feed("/feed", [f"{site.url}/1", f"{site.url}/2"])
    with pytest.raises(LinkError, match="list of videos"):
        fetch(url, settings)


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://localhost:1/",
        "file:///etc/passwd",
        "http://user:pw@93.184.216.34/",
    ],
)
def test_a_redirect_to_an_internal_address_is_refused(
    site: LocalSite, settings: Settings, target: str
) -> None:
    with pytest.raises(LinkError, match=r"private network|port 1|Only http and https|user name") as error:
        fetch(site.redirect("/door", target), settings)
    assert str(error.value).endswith(".")


def test_a_player_that_lies_inside_the_network_is_never_asked(
    site: LocalSite, settings: Settings, video: bytes
) -> None:
    with local_site() as inside:
        inside.put("/secret.mp4", video, "video/mp4")
        site.put_video("/watch", video)
        page = site.answers["/watch"].body.replace(
            f"{site.url}/watch.mp4".encode(), f"{inside.url}/secret.mp4".encode()
        )
        with pytest.raises(LinkError, match="port"):
            fetch(site.put("/trap", page), settings)
        assert inside.asked == []


def test_a_thumbnail_that_lies_inside_the_network_is_left_out(
    site: LocalSite, settings: Settings, video: bytes
) -> None:
    with local_site() as inside:
        inside.put("/secret.jpg", picture(), "image/jpeg")
        site.put_video("/watch", video)
        page = site.answers["/watch"].body.replace(
            f"{site.url}/watch.jpg".encode(), f"{inside.url}/secret.jpg".encode()
        )
        found = fetch(site.put("/trap", page), settings)
        assert found.draft.thumbnail_path is None
        assert inside.asked == []


@pytest.mark.parametrize(
    "data", [b"", b"These are words.", picture()[:300]], ids=["empty", "words", "cut off"]
)
def test_a_broken_thumbnail_is_left_out_and_nothing_is_kept(
    site: LocalSite, settings: Settings, video: bytes, data: bytes
) -> None:
    found = fetch(site.put_video("/watch", video, thumbnail=data), settings)
    assert found.draft.thumbnail_path is None
    assert kept(settings) == []


def test_a_loopback_link_is_refused_unless_the_settings_allow_it(site: LocalSite, tmp_path: Path) -> None:
    with pytest.raises(LinkError):
        fetch(f"{site.url}/watch", Settings(_env_file=None, home=tmp_path))
    assert site.asked == []


def test_no_network_is_said_in_one_sentence(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", offline)
    with pytest.raises(ServiceError, match="no network"):
        fetch("https://www.youtube.com/watch?v=dQw4w9WgXcQ", settings)


def test_a_site_that_is_gone_is_said_in_one_sentence(tmp_path: Path) -> None:
    with local_site() as site:
        settings = Settings(_env_file=None, home=tmp_path, allowed_hosts=frozenset({site.host}))
    with pytest.raises(ServiceError, match="can't be reached"):
        fetch(f"{site.url}/watch", settings)


def test_a_site_that_does_not_answer_is_given_up(
    site: LocalSite, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ytdlp, "WAIT_S", 0.3)
    with pytest.raises(ServiceError, match="took too long"):
        fetch(site.put("/slow", "<html></html>", wait_s=2), settings)


def test_a_site_that_drips_is_given_up_when_the_pages_time_is_over(
    site: LocalSite, settings: Settings
) -> None:
    url = site.put("/drip", "<html>" + "x" * 4000, drip=20)
    slow = pytest.raises(ServiceError, match="took longer than")
    with Browser(settings, guard=Guard(settings, page_s=0.5)) as browser, slow:
        browser.read(url)


def test_a_page_beyond_the_limit_of_size_is_refused(site: LocalSite, settings: Settings) -> None:
    url = site.put("/huge", "<html>" + "x" * 400_000)
    large = pytest.raises(LinkError, match="far too large")
    with Browser(settings, guard=Guard(settings, page_bytes=100_000)) as browser, large:
        browser.read(url)


# --- what the platforms say, in yt-dlp's words


def test_a_youtube_short_is_told_from_a_long_video() -> None:
    youtube = {"extractor_key": "Youtube", "duration": 40}
    assert platform_of({**youtube, "media_type": "short"}, "https://youtu.be/x") == "youtube_shorts"
    assert platform_of(youtube, "https://www.youtube.com/shorts/x") == "youtube_shorts"
    assert platform_of({**youtube, "width": 1080, "height": 1920}, "https://youtu.be/x") == "youtube_shorts"
    assert platform_of({**youtube, "media_type": "video"}, "https://youtu.be/x") == "youtube"
    assert platform_of({"extractor_key": "TikTok"}, "x") == "tiktok"
    assert platform_of({"extractor_key": "BiliBili"}, "x") == "bilibili"


def test_a_page_without_facts_is_refused_for_the_reason_that_was_warned_of() -> None:
    private = ["[youtube] x: Private video. Sign in if you've been granted access to this video"]
    with pytest.raises(LinkError, match="is private"):
        refuse_empty({"id": "x", "title": "youtube video #x"}, private)
    with pytest.raises(ServiceError, match="not a bot"):
        refuse_empty(
            {"id": "x", "title": "t"}, ["No JavaScript runtime", "Sign in to confirm you’re not a bot"]
        )
    with pytest.raises(LinkError, match="No video was found"):
        refuse_empty({"id": "x"}, [])
    refuse_empty(
        {"id": "x", "title": "Latte", "view_count": 0}, private
    )  # its facts are there: that is enough
