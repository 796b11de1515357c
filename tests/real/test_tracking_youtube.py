"""Following videos through a server that speaks the Data API: what it costs, and what a kill can't undo."""

import random
from datetime import timedelta
from pathlib import Path

from tests import collect_child
from tests.kill_child import killed
from tests.sources import empty_home
from tests.youtube_server import youtube_server

from shortcast_ml.records import utc_now
from shortcast_tools.collecting.following import follow_links, look
from shortcast_tools.parts import Parts
from shortcast_vectorstore.tracking import TrackingTable

ROOT = Path(__file__).resolve().parents[2]
N = 120


def kept_looks(here: Parts) -> dict[str, int]:
    """Return the number of snapshots of each video, checked against the looks that are counted."""
    rows = here.library.db.rows(
        "SELECT tracked.key, looks, (SELECT count(*) FROM snapshots s WHERE s.key = tracked.key) AS n FROM tracked"
    )
    assert all(row["looks"] == row["n"] for row in rows)
    return {row["key"]: row["looks"] for row in rows}


def test_a_killed_round_loses_no_look_and_keeps_none_twice(tmp_path: Path) -> None:
    empty_home(tmp_path)
    rng = random.Random(3)
    with youtube_server(20, 1200, topics=("coffee",)) as server:
        now = server.world.now
        ids = [
            video.id
            for video in server.world.videos.values()
            if video.fate == "public" and now - video.published_at < timedelta(days=60)
        ][:N]
        here = collect_child.parts(str(tmp_path), server.url)
        keys, skipped = follow_links(ids, here)
        assert (len(keys), skipped) == (N, [])
        assert set(kept_looks(here).values()) == {1}
        assert look(here).looked == 0
        assert server.charged["units"] == 2 * -(-N // 50)  # 50 videos and their channels for two units
        with here.library.db.transaction() as db:
            db.execute("UPDATE tracked SET due_at = '2026-01-01T00:00:00.000000+00:00'")
        here.close()
        server.world.grow(1.5)
        said = 0
        for _ in range(3):
            said += killed("tests.track_child", [str(tmp_path), server.url, "0.01"], rng.uniform(0.0, 0.5))
            here = collect_child.parts(str(tmp_path), server.url)
            assert N + said <= sum(kept_looks(here).values()) <= 2 * N
            here.close()
        here = collect_child.parts(str(tmp_path), server.url)
        left = len(TrackingTable(here.library.db).due(utc_now()))
        found = look(here)
        assert 0 < left == found.looked == found.changed < N
        assert set(kept_looks(here).values()) == {2}
        assert len(here.library.readings()) == N
        gone = server.world.videos[ids[0]]
        gone.fate = "deleted"
        later = look(here, utc_now() + timedelta(days=1000))
        assert (later.gone, later.looked) == (1, N - 1)
        here.close()
