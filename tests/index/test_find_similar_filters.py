"""find_similar_videos by a video of the library, with filters, for what did better, and when nothing is alike."""

from collections.abc import Iterator

import pytest
from tests.indexed import ENCODER, a_video, ids

from shortcast_ml.errors import InputError
from shortcast_ml.settings import Settings
from shortcast_tools.find_similar_videos import NONE_BETTER, NOTHING_ALIKE, find_similar_videos
from shortcast_tools.parts import Parts, use


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    held = Parts(Settings(home=tmp_path_factory.mktemp("similar")))
    held._encoder = ENCODER  # type: ignore[assignment]
    held.library.remove_demo()
    held.library.add(
        [
            *(
                a_video(f"mine{i}", f"latte art {i}", views, channel_id="mine", language="en")
                for i, views in enumerate((100, 110, 120, 130, 900))
            ),
            *(
                a_video(f"theirs{i}", f"latte foam {i}", views, channel_id="theirs", platform="youtube")
                for i, views in enumerate((1000, 1100, 1200, 1300))
            ),
            *(a_video(f"far{i}", f"violin string {i} repair", 50, channel_id=f"far{i}") for i in range(30)),
            a_video("again", "latte art 0", 10, channel_id="copycat"),
            a_video("empty", "", 10),
        ]
    )
    yield held
    held.close()


@pytest.fixture(autouse=True)
def _in_use(here: Parts) -> Iterator[None]:
    with use(here):
        yield


@pytest.mark.parametrize(
    "named",
    [
        "mine0",
        "tiktok:mine0",
        "https://www.tiktok.com/@someone/video/mine0?lang=en",
        "https://www.youtube.com/watch?v=mine0",
        "https://youtu.be/mine0",
    ],
)
def test_a_video_of_the_library_is_named_by_id_key_or_link_and_not_found_itself(named: str) -> None:
    found = find_similar_videos(video_id=named, limit=3)
    assert found.query == "latte art 0"
    assert found.neighbours[0].video_id == "again"
    assert found.neighbours[0].shared_words == ("latte", "art")
    assert "mine0" not in ids(list(found.neighbours))


def test_the_own_channel_and_doubles_are_left_out_on_request() -> None:
    others = find_similar_videos(video_id="mine0", other_channels=True, limit=9).neighbours
    assert not any(n.video_id.startswith("mine") for n in others)
    once = find_similar_videos(query="latte art 0", no_duplicates=True, limit=20).neighbours
    assert len({"mine0", "again"} & {n.video_id for n in once}) == 1


def test_facts_filter_what_is_found() -> None:
    def found(**arguments: object) -> set[str]:
        return {n.video_id for n in find_similar_videos(query="latte", limit=50, **arguments).neighbours}  # type: ignore[arg-type]

    assert found(min_views=1100) == {"theirs1", "theirs2", "theirs3"}
    assert found(min_views=120, max_views=1000) == {"mine2", "mine3", "mine4", "theirs0"}
    assert found(language="EN") == {f"mine{i}" for i in range(5)}
    assert found(channel_id="theirs") == {f"theirs{i}" for i in range(4)}
    assert found(platform="youtube", max_age_days=5) == set()
    assert found(max_duration_s=30) == set()  # no length is known
    assert len(found(only_real=True)) == 40


def test_better_gives_only_what_beat_its_channel() -> None:
    found = find_similar_videos(query="latte art", better=True)
    assert found.neighbours[0].video_id == "mine4"
    assert found.neighbours[0].vs_channel == pytest.approx(900 / 115)
    assert all((n.vs_channel or 0) > 1 for n in found.neighbours)
    assert found.notice == ""
    assert find_similar_videos(query="violin repair", better=True).notice == NONE_BETTER


def test_it_is_said_when_nothing_is_really_alike() -> None:
    assert find_similar_videos(query="violin string 3 repair").notice == ""
    found = find_similar_videos(query="quantum chromodynamics lecture")
    assert found.notice == NOTHING_ALIKE
    assert not any(n.alike for n in found.neighbours)


def test_hashtags_that_say_nothing_do_not_steer_the_search() -> None:
    tagged = find_similar_videos(query="latte art #fyp #viral", limit=3)
    assert tagged.neighbours == find_similar_videos(query="latte art", limit=3).neighbours
    assert tagged.query == "latte art #fyp #viral"
    assert find_similar_videos(query="#latte art", limit=3).neighbours == tagged.neighbours
    assert len(find_similar_videos(query="#fyp", limit=3).neighbours) == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"video_id": "unknown"}, "no video 'unknown'"),
        ({"video_id": "https://example.invalid/unknown"}, "no video 'https"),
        ({"video_id": "mine0", "query": "latte"}, "not both"),
        ({"video_id": "empty"}, "neither a title nor a picture"),
        ({"query": "latte", "diversity": 2.0}, "give 0 to 1"),
    ],
)
def test_what_cannot_be_searched_for_is_refused_in_a_sentence(arguments: dict, says: str) -> None:
    with pytest.raises(InputError, match=says):
        find_similar_videos(**arguments)
