"""Thumbnails through the pool, from a real web site on loopback into a real library."""

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.localsite import LocalSite, local_site, picture
from tests.sources import Shelf, empty_home, request, video

from shortcast_ml.errors import LibraryError, ServiceError
from shortcast_ml.settings import Settings
from shortcast_tools.collecting import thumbnails as module
from shortcast_tools.collecting.run import collect_videos
from shortcast_tools.collecting.thumbnails import Thumbnails, remove_left_overs
from shortcast_tools.parts import Parts
from shortcast_vectorstore.media import MediaTable, Wanted


@pytest.fixture(scope="module")
def site() -> Iterator[LocalSite]:
    with local_site() as running:
        yield running


@pytest.fixture
def here(site: LocalSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Parts]:
    monkeypatch.setattr(module, "RETRIES_S", (0.01, 0.01))
    home = empty_home(tmp_path / "home")
    held = Parts(Settings(home=home, allowed_hosts=frozenset({site.host}), contact="me@example.org"))
    yield held
    held.close()


def rows(here: Parts) -> dict[str, tuple[object, ...]]:
    found = here.library.db.rows("SELECT key, sha256, path, n_bytes, tries, problem FROM media")
    return {row["key"].partition(":")[2]: tuple(row)[1:] for row in found}


def fetch(here: Parts, *urls: str, key: str = "a") -> int:
    here.library.add([video(key)])
    media = MediaTable(here.library.db)
    media.want(f"youtube_shorts:{key}", "thumbnail", urls)
    with Thumbnails(here.library, here.settings) as pool:
        pool.fetch(media.waiting("thumbnail", module.TRIES))
    return pool.saved


def test_a_picture_is_kept_by_its_content_with_its_row_and_its_video(site: LocalSite, here: Parts) -> None:
    data = picture(seed=1)
    url = site.put("/a.jpg", data, "image/jpeg")
    assert fetch(here, url) == 1
    path = here.library.by_key(["youtube_shorts:a"])["youtube_shorts:a"].draft.thumbnail_path
    digest = hashlib.sha256(data).hexdigest()
    assert path == here.settings.media_path / f"{digest[:32]}.jpg"
    assert path.read_bytes() == data
    assert rows(here) == {"a": (digest, str(path), len(data), 0, None)}


def test_the_best_picture_comes_first_and_the_next_where_it_is_none(site: LocalSite, here: Parts) -> None:
    data = picture(seed=2)
    urls = (
        f"{site.url}/gone.jpg",
        site.put("/words.jpg", "no picture", "image/jpeg"),
        site.put("/b.jpg", data),
    )
    assert fetch(here, *urls) == 1
    assert here.library.db.one("SELECT url FROM media") == urls[2]


def test_videos_that_share_a_picture_share_its_file(site: LocalSite, here: Parts) -> None:
    url = site.put("/shared.jpg", picture(seed=3), "image/jpeg")
    for key in ("a", "b", "c"):
        fetch(here, url, key=key)
    assert len(list(here.settings.media_path.iterdir())) == 1
    assert len({row[1] for row in rows(here).values()}) == 1


def test_a_picture_that_cannot_be_had_is_tried_by_three_runs(site: LocalSite, here: Parts) -> None:
    url = f"{site.url}/nowhere.jpg"
    here.library.add([video("a")])
    media = MediaTable(here.library.db)
    media.want("youtube_shorts:a", "thumbnail", [url])
    for tries in range(1, 4):
        with Thumbnails(here.library, here.settings) as pool:
            pool.fetch(media.waiting("thumbnail", module.TRIES))
            pool.fetch(media.waiting("thumbnail", module.TRIES))  # once in the life of a pool
        assert rows(here)["a"][3] == tries
    assert media.waiting("thumbnail", module.TRIES) == []
    assert str(rows(here)["a"][4]).startswith("There is no video at that link")
    media.want("youtube_shorts:a", "thumbnail", [site.put("/there.jpg", picture())])  # collected again
    assert len(media.waiting("thumbnail", module.TRIES)) == 1


def test_a_server_that_stumbles_is_asked_again(
    site: LocalSite, here: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = site.put("/c.jpg", picture(), "image/jpeg")
    answers: list[str] = []

    def stumbling(*arguments: object) -> bytes:
        answers.append("asked")
        if len(answers) < 3:
            raise ServiceError("Not now.")
        return picture()

    here.library.add([video("a")])
    MediaTable(here.library.db).want("youtube_shorts:a", "thumbnail", [url])
    with Thumbnails(here.library, here.settings, stumbling) as pool:
        pool.fetch(MediaTable(here.library.db).waiting("thumbnail", 3))
    assert (pool.saved, len(answers)) == (1, 3)


def test_no_picture_is_fetched_from_inside_the_network(site: LocalSite, here: Parts) -> None:
    assert fetch(here, "http://127.0.0.1:1/x.jpg", "http://169.254.169.254/x.jpg", "file:///etc/passwd") == 0
    assert rows(here)["a"][3] == 1


def test_who_asks_is_told(site: LocalSite, here: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    agents: list[str] = []

    def told(url: str, most: int, settings: Settings, agent: str) -> bytes:
        agents.append(agent)
        return picture()

    with Thumbnails(here.library, here.settings, told) as pool:
        pool.fetch([Wanted("youtube_shorts:x", (site.put("/d.jpg", picture()),), 0)])
    assert agents[0].startswith("shortcast/")
    assert agents[0].endswith(" (me@example.org)")


def test_a_video_that_was_forgotten_meanwhile_stays_forgotten(site: LocalSite, here: Parts) -> None:
    with Thumbnails(here.library, here.settings) as pool:
        pool.fetch([Wanted("youtube_shorts:gone", (site.put("/e.jpg", picture()),), 0)])
    assert here.library.count() == 0
    assert rows(here) == {}


def test_vectors_of_the_picture_go_and_those_of_the_title_stay(site: LocalSite, here: Parts) -> None:
    here.library.add([video("a")])
    vector = np.array([1.0, 0.0], dtype=np.float32)
    for kind in ("title", "image"):
        here.library.vectors.put("e", kind, {"youtube_shorts:a": vector})  # type: ignore[arg-type]
    fetch(here, site.put("/f.jpg", picture(seed=9)))
    assert here.library.vectors.keys("e", "title") == {"youtube_shorts:a"}
    assert here.library.vectors.keys("e", "image") == set()


def test_ctrl_c_does_not_wait_for_the_pictures_in_line(site: LocalSite, here: Parts) -> None:
    slow = [site.put(f"/slow/{i}.jpg", picture(), wait_s=0.3) for i in range(40)]
    here.library.add(video(f"v{i}") for i in range(40))
    media = MediaTable(here.library.db)
    for i, url in enumerate(slow):
        media.want(f"youtube_shorts:v{i}", "thumbnail", [url])
    started = time.monotonic()
    pool = Thumbnails(here.library, here.settings)
    pool.fetch(media.waiting("thumbnail", 3))
    pool.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert time.monotonic() - started < 2
    assert len(media.waiting("thumbnail", 3)) + pool.saved == 40  # none is lost, none counts as tried


def test_a_full_disk_is_said_in_a_sentence(site: LocalSite, here: Parts) -> None:
    here.settings.media_path.write_text("a file where the folder should be")
    with pytest.raises(LibraryError, match="can't be written to"):
        fetch(here, site.put("/g.jpg", picture(seed=5)))


def test_half_files_of_killed_runs_are_removed_when_they_are_old(here: Parts) -> None:
    here.settings.media_path.mkdir(parents=True)
    old, new = (here.settings.media_path / f".incoming-{name}" for name in ("old", "new"))
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (1, 1))
    remove_left_overs(here.settings)
    assert [path.name for path in here.settings.media_path.iterdir()] == [".incoming-new"]


def test_a_run_fetches_pictures_of_what_it_keeps_and_of_nothing_else(site: LocalSite, here: Parts) -> None:
    views: dict[str, int | None] = {"a": 10, "b": 20, "c": 30, "d": 5_000}
    links = {item: site.put(f"/run/{item}.jpg", picture(seed=i)) for i, item in enumerate(views)}
    report = collect_videos(request(6, stratified=True), Shelf(views, pictures=links), here)
    assert (report.added, report.thumbnails) == (2, 2)
    assert sorted(path for path in site.asked if path.startswith("/run/")) == ["/run/a.jpg", "/run/d.jpg"]
    again = collect_videos(request(6, stratified=True), Shelf(views, pictures=links), here)
    assert (again.updated, again.thumbnails) == (2, 0)
    assert all(v.draft.thumbnail_path for v in here.library.all())


def test_a_picture_whose_file_was_deleted_is_fetched_again(site: LocalSite, here: Parts) -> None:
    links = {"a": site.put("/again.jpg", picture(seed=4))}
    collect_videos(request(), Shelf({"a": 10}, pictures=links), here)
    (path,) = here.settings.media_path.iterdir()
    path.unlink()
    assert collect_videos(request(), Shelf({"a": 10}, pictures=links), here).thumbnails == 1
    assert path.is_file()


def test_pictures_that_a_run_did_not_get_are_fetched_by_the_next(site: LocalSite, here: Parts) -> None:
    links = {"a": f"{site.url}/late.jpg"}
    assert collect_videos(request(), Shelf({"a": 10}, pictures=links), here).thumbnails == 0
    site.put("/late.jpg", picture(seed=6))
    assert collect_videos(request(query="other"), Shelf({"b": 10}), here).thumbnails == 1
