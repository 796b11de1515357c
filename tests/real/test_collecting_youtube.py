"""Collecting from a server that speaks the Data API: quota foretold, faults survived, kills survived.

SHORTCAST_SLOW=5000 collects that many videos and more, and kills 25 times; without it, a few hundred and 3.
"""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests import collect_child
from tests.command_line import MAIN
from tests.kill_child import killed
from tests.sources import empty_home
from tests.youtube_server import YouTubeServer, youtube_server

from shortcast_ml.errors import ServiceError
from shortcast_ml.library_table import key_of
from shortcast_ml.records import CollectReport, CollectRequest, Published
from shortcast_tools.collecting.run import collect_videos
from shortcast_tools.collecting.strata import FULL, says
from shortcast_tools.parts import Parts

SLOW = bool(os.environ.get("SHORTCAST_SLOW"))
CHANNELS, VIDEOS, LIMIT, KILLS = (400, 24_000, 6_600, 25) if SLOW else (30, 1_500, 240, 3)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def server() -> Iterator[YouTubeServer]:
    with youtube_server(
        CHANNELS, VIDEOS, topics=("coffee",), unit_quota=10**6, search_quota=10**4
    ) as running:
        yield running


@contextmanager
def home_of(server: YouTubeServer, folder: Path) -> Iterator[Parts]:
    here = collect_child.parts(str(empty_home(folder)), server.url)
    yield here
    here.close()


def collect(server: YouTubeServer, here: Parts, limit: int = LIMIT, **more: Any) -> CollectReport:
    request = collect_child.request(limit).model_copy(update=more)
    return collect_videos(request, collect_child.api(here), here)


def contents(here: Parts) -> dict[str, dict[str, Any]]:
    """Return the library apart from when it was read, and from where its home is."""
    assert here.library.count() == len({v.video_id for v in here.library.all()})
    return {key_of(video): _timeless(video) for video in here.library.all()}


def _timeless(video: Published) -> dict[str, Any]:
    facts = video.model_dump(exclude={"fetched_at": True, "age_days": True})
    path = facts["draft"].pop("thumbnail_path")
    return {**facts, "picture": path.name if path else None, "is_there": bool(path) and path.is_file()}


@pytest.fixture(scope="module")
def clean(
    server: YouTubeServer, tmp_path_factory: pytest.TempPathFactory
) -> tuple[CollectReport, dict[str, dict[str, Any]], dict[str, int]]:
    """A run without failures: its report, the library, and what the server charged."""
    server.charged.clear()
    with home_of(server, tmp_path_factory.mktemp("clean")) as here:
        report = collect(server, here)
        return report, contents(here), dict(server.charged)


Clean = tuple[CollectReport, dict[str, dict[str, Any]], dict[str, int]]


def test_a_stratified_collection_is_charged_just_what_was_planned(
    server: YouTubeServer, clean: Clean
) -> None:
    report, videos, charged = clean
    assert report.planned is not None
    assert (report.planned.search_calls, report.planned.units) == (charged["search"], charged["units"])
    assert (report.search_calls_spent, report.units_spent) == (charged["search"], charged["units"])
    assert server.broken == []
    assert len(videos) == report.added == report.library_size
    if SLOW:
        assert report.added >= 5_000


def test_each_bin_is_filled_as_far_as_there_are_videos(server: YouTubeServer, clean: Clean) -> None:
    report, videos, _ = clean
    assert sum(b.target for b in report.bins) == LIMIT
    for i, b in enumerate(report.bins):
        views = [v["counts"]["views"] for v in videos.values()]
        n = sum(b.low_views <= v < (b.high_views or 10**12) for v in views)
        assert n == b.reached <= b.target
        if any(f": {FULL}{says(i)}" in reason for reason in report.skipped):
            assert b.reached == b.target
    assert report.stopped == ""


def test_what_is_no_public_short_with_counts_is_skipped_by_name(clean: Clean, server: YouTubeServer) -> None:
    report, videos, _ = clean
    said = " ".join(report.skipped)
    for reason in ("deleted or is private", "views are hidden", "not on YouTube Shorts", "not out yet"):
        assert reason in said
    fates = {server.world.videos[video["video_id"]].fate for video in videos.values()}
    assert fates <= {"public", "streamed"}


def test_pictures_lie_beside_their_videos(clean: Clean) -> None:
    report, videos, _ = clean
    pictures = [video["picture"] for video in videos.values() if video["picture"]]
    assert all(video["is_there"] for video in videos.values() if video["picture"])
    assert len(set(pictures)) == len(pictures) == report.thumbnails > 0.95 * len(videos)


def test_with_failing_slow_and_cut_answers_the_same_library_comes(
    server: YouTubeServer, clean: Clean, tmp_path: Path
) -> None:
    report, videos, charged = clean
    server.charged.clear()
    server.faults(rate=0.05 if SLOW else 0.25, seed=3, slow_s=0.05)
    try:
        with home_of(server, tmp_path) as here:
            again = collect(server, here)
            assert contents(here) == videos
    finally:
        server.faults(rate=0.0)
    assert sum(n for fault, n in server.faulted.items() if fault) >= 8
    assert (again.added, again.bins, again.skipped) == (report.added, report.bins, report.skipped)
    assert (again.search_calls_spent, again.units_spent) == (
        server.charged["search"],
        server.charged["units"],
    )
    assert again.units_spent >= charged["units"]


def test_a_killed_run_loses_nothing_and_does_nothing_twice(
    server: YouTubeServer, clean: Clean, tmp_path: Path
) -> None:
    _, videos, _ = clean
    rng = random.Random(7)
    empty_home(tmp_path)
    acknowledged = interrupted = 0
    for _ in range(KILLS):
        acknowledged = max(
            acknowledged,
            killed(
                "tests.collect_child",
                [str(tmp_path), server.url, str(LIMIT), "0.02"],
                rng.uniform(0, 2.0 if SLOW else 0.6),
            ),
        )
        interrupted += acknowledged < len(videos)
        with home_of_there(server, tmp_path) as here:
            assert here.library.count() >= acknowledged
            assert here.library.db.one("PRAGMA integrity_check") == "ok"
            done = here.library.db.one("SELECT count(*) FROM job_items WHERE state = 'done'")
            assert done == here.library.count()
    assert interrupted >= KILLS // 2
    with home_of_there(server, tmp_path) as here:
        report = collect(server, here)
        assert contents(here) == videos
        assert here.library.db.one("SELECT count(*) FROM jobs") == 1
        assert (report.added, report.updated) == (len(videos), 0)
        assert here.library.db.one("SELECT count(*) FROM snapshots") == len(videos)


@contextmanager
def home_of_there(server: YouTubeServer, folder: Path) -> Iterator[Parts]:
    """Open a home as it was left."""
    here = collect_child.parts(str(folder), server.url)
    yield here
    here.close()


def test_ctrl_c_ends_a_command_with_a_sentence_and_the_same_command_goes_on(
    server: YouTubeServer, clean: Clean, tmp_path: Path
) -> None:
    _, videos, _ = clean
    host = server.url.removeprefix("http://").rstrip("/")
    environment = os.environ | {
        "SHORTCAST_HOME": str(empty_home(tmp_path)), "SHORTCAST_YOUTUBE_API_URL": server.url,
        "SHORTCAST_YOUTUBE_API_KEY": "k", "SHORTCAST_ALLOWED_HOSTS": f'["{host}"]',
    }  # fmt: skip
    words = ["collect", "coffee", "--limit", str(LIMIT), "--stratified", "--no-index", "--json"]
    command = [sys.executable, "-c", MAIN, *words]
    server.faults(rate=1.0, kinds=("slow",), slow_s=0.1)
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        wait_until(lambda: count_in(tmp_path) > 0)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=10)
    server.faults(rate=0.0)
    assert (child.returncode, out) == (130, "")
    assert err.strip().endswith("the same command goes on from there.")
    assert "Traceback" not in err
    kept = count_in(tmp_path)
    assert 0 < kept < len(videos)
    again = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    report = json.loads(again.stdout)
    assert (report["added"], report["library_size"]) == (len(videos), len(videos))


def wait_until(so: Callable[[], bool], most_s: float = 30.0) -> None:
    """Wait for something to be so."""
    end = time.monotonic() + most_s
    while not so():
        assert time.monotonic() < end
        time.sleep(0.02)


def count_in(home: Path) -> int:
    """Return the number of videos in a library that another process has open."""
    with closing(sqlite3.connect(home / "library.db")) as db:
        return int(db.execute("SELECT count(*) FROM videos").fetchone()[0])


def test_a_day_without_quota_stops_the_run_and_the_next_goes_on(
    server: YouTubeServer, clean: Clean, tmp_path: Path
) -> None:
    _, videos, _ = clean
    server.charged.clear()
    server.quotas["units"] = 20
    try:
        with home_of(server, tmp_path) as here:
            first = collect(server, here)
            assert "used up" in first.stopped
            assert 0 < first.added < len(videos)
            server.quotas["units"] = 10**6
            here.library.db.rows("DELETE FROM quota")  # the next day
            server.new_day()
            assert collect(server, here).stopped == ""
            assert contents(here) == videos
    finally:
        server.quotas["units"] = 10**6


def test_a_channel_is_collected_whole_for_just_what_was_planned(
    server: YouTubeServer, tmp_path: Path
) -> None:
    channel = max(server.world.channels.values(), key=lambda c: sum(v.is_short for v in c.videos))
    wanted = {v.id for v in channel.videos if v.fate == "public" and v.is_short and v.shape_known}
    server.charged.clear()
    with home_of(server, tmp_path) as here:
        query = f"https://www.youtube.com/{channel.handle}"
        report = collect(server, here, limit=5000, query=query, stratified=False)
        assert wanted <= {v.video_id for v in here.library.all()}
    assert report.planned is not None
    assert report.planned.exact
    assert report.planned.units == server.charged["units"]
    assert server.charged["search"] == report.planned.search_calls == 0


def test_links_in_any_form_are_one_video_each(server: YouTubeServer, tmp_path: Path) -> None:
    ids = [v.id for v in server.world.videos.values() if v.fate == "public"][:60]
    forms = [f"https://youtu.be/{i}" for i in ids] + [
        f"https://www.youtube.com/shorts/{i}?feature=x" for i in ids
    ]
    server.charged.clear()
    with home_of(server, tmp_path) as here:
        request = CollectRequest(links=tuple(forms), limit=1000, source="youtube-api")
        report = collect_videos(request, collect_child.api(here), here)
        assert {v.video_id for v in here.library.all()} == set(ids)
    assert (report.found, report.added) == (60, 60)
    assert report.planned is not None
    assert report.planned.units == server.charged["units"] == 4


def test_a_refused_key_is_said_and_nothing_is_begun(server: YouTubeServer, tmp_path: Path) -> None:
    server.disabled_keys.add("k")
    try:
        with home_of(server, tmp_path) as here, pytest.raises(ServiceError) as error:
            collect(server, here)
        assert "k" not in str(error.value).split()
    finally:
        server.disabled_keys.clear()
