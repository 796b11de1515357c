"""How a video did is judged against its own channel, at one age."""

import pytest
from tests.index.conftest import Opener
from tests.indexed import a_video, ids, titled

from shortcast_ml.growth import to_age
from shortcast_ml.records import SearchFilter
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
