"""How a video did is judged against its own channel, at one age."""

import statistics

import numpy as np
import pytest
from tests.index.conftest import Opener
from tests.indexed import a_video, ids, titled

from shortcast_ml.growth import to_age
from shortcast_ml.records import Counts, Published, SearchFilter
from shortcast_vectorstore.channels import vs_channels
from shortcast_vectorstore.library import Library


def test_how_a_video_did_is_judged_against_its_own_channel_at_its_own_age(
    library: Library, opened: Opener
) -> None:
    library.add(
        [
            a_video("hit", "coffee hit", 9000, channel_id="c", age_days=5.0),
            a_video("a", "coffee a", 1000, channel_id="c", age_days=2.0),
            a_video("b", "coffee b", 2000, channel_id="c", age_days=10.0),
            a_video("c", "coffee c", 3000, channel_id="c", age_days=100.0),
            a_video("hidden", "coffee hidden", channel_id="c", counts=None),
            a_video("elsewhere", "coffee elsewhere", 10**6, channel_id="c", platform="youtube"),
            a_video("lone", "coffee lone", 50, channel_id="d"),
        ]
    )
    index = opened(library)
    found = {n.video_id: n for n in index.nearest(titled("coffee hit"), 9)}
    assert len(found) == 7
    same_age = [to_age(v, age, 5.0, "tiktok") for v, age in ((1000, 2.0), (2000, 10.0), (3000, 100.0))]
    assert found["hit"].vs_channel == pytest.approx(9000 / sorted(same_age)[1])
    assert found["hidden"].vs_channel is None
    assert found["hidden"].views is None
    assert found["lone"].vs_channel is None
    assert found["elsewhere"].vs_channel is None
    assert ids(index.better(titled("coffee hit"), 5))[0] == "hit"
    assert all((n.vs_channel or 0) > 1 for n in index.better(titled("coffee hit"), 5))
    assert "hit" not in ids(
        index.better(titled("coffee hit"), 5, where=SearchFilter(exclude=frozenset({"hit"})))
    )
    assert index.better(titled("coffee hit"), 5, where=SearchFilter(platform="youtube")) == []


def slow_vs_channel(videos: list[Published], video: Published) -> float | None:
    """Return the ratio as it is defined: the median of the channel's other videos, each brought to this age."""
    age, of = video.age_days, video.draft.platform
    if age is None or video.counts is None or video.channel_id is None:
        return None
    others = [
        to_age(v.counts.views, v.age_days, age, of)
        for v in videos
        if v.channel_id == video.channel_id
        and v.draft.platform == of
        and v.video_id != video.video_id
        and v.counts is not None
        and v.age_days is not None
    ]
    typical = statistics.median(others) if len(others) >= 3 else 0.0
    return video.counts.views / typical if typical > 0 else None


def test_all_videos_at_once_are_judged_as_one_by_one(library: Library, opened_on_disk: Opener) -> None:
    rng = np.random.default_rng(3)
    videos = [
        a_video(
            f"v{i}",
            f"coffee {i}",
            channel_id=f"c{rng.integers(30)}" if i % 9 else None,
            platform=("tiktok", "youtube")[int(rng.integers(2))],
            age_days=float(rng.uniform(0.1, 300)) if i % 7 else None,
            counts=Counts(views=int(rng.choice([0, 5, 5, 900, rng.integers(10**6)]))) if i % 8 else None,
        )
        for i in range(400)
    ]
    library.add(videos)
    found = {n.video_id: n.vs_channel for n in opened_on_disk(library).nearest(titled("coffee"), 400)}
    assert len(found) == 400
    expected = {video.video_id: slow_vs_channel(videos, video) for video in videos}
    assert sum(ratio is not None for ratio in expected.values()) > 100
    for video_id, ratio in expected.items():
        assert found[video_id] == (None if ratio is None else pytest.approx(ratio, rel=1e-9))
    known = {f"{v.draft.platform}:{v.video_id}": expected[v.video_id] for v in videos}
    assert vs_channels(library.db) == pytest.approx(
        {k: r for k, r in known.items() if r is not None}, rel=1e-9
    )


def test_an_empty_library_has_nothing_to_judge(library: Library) -> None:
    assert vs_channels(library.db) == {}
