"""find_similar_videos over the demo library, with the bundled encoder and a real Chroma."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shortcast_ml.errors import InputError, MediaError
from shortcast_ml.settings import Settings
from shortcast_tools.find_similar_videos import find_similar_videos
from shortcast_tools.parts import Parts, use
from shortcast_tools.progress import listening


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    held = Parts(Settings(home=tmp_path_factory.mktemp("similar")))
    yield held
    held.close()


@pytest.fixture(autouse=True)
def _in_use(here: Parts) -> Iterator[None]:
    with use(here):
        yield


def test_the_first_search_reads_the_demo_library_and_says_how_far_it_is(here: Parts) -> None:
    steps: list[tuple[int, int, str]] = []
    with listening(lambda *step: steps.append(step)):
        found = find_similar_videos(query="latte art")
    assert steps[-1][:2] == (78, 78)
    assert found.library == "demo"
    assert found.searched == 78
    assert found.query == "latte art"
    assert found.encoder_id == here.encoder.id
    assert len(found.neighbours) == 6
    assert all(neighbour.demo for neighbour in found.neighbours)
    again: list[object] = []
    with listening(lambda *step: again.append(step)):
        assert find_similar_videos(query="latte art") == found
    assert again == []


@pytest.mark.parametrize(
    ("query", "channel"),
    [
        ("milk foam trick with a coffee", "Demo Roastery"),
        ("how to save money", "Demo Penny Desk"),
        ("강아지 산책", "가상 멍냥이"),
        ("récit de voyage la nuit", "Voyage Imaginaire"),
    ],
)
def test_words_find_videos_of_their_topic_in_several_languages(query: str, channel: str) -> None:
    assert channel in [
        neighbour.channel for neighbour in find_similar_videos(query=query, limit=3).neighbours
    ]


def test_a_title_and_a_thumbnail_find_the_video_they_belong_to(here: Parts) -> None:
    video = here.library.get("demo-paws-1")
    assert video is not None
    thumbnail = str(video.draft.thumbnail_path)
    found = find_similar_videos(title=video.draft.title, thumbnail=thumbnail, limit=2)
    assert found.neighbours[0].video_id == "demo-paws-1"
    assert found.neighbours[0].similar_by == "both"
    assert found.neighbours[0].similarity == pytest.approx(1, abs=0.01)
    assert found.neighbours[0].vs_channel == pytest.approx(3, abs=0.5)
    assert found.query == f"{video.draft.title}, demo-paws-1.jpg"
    assert find_similar_videos(thumbnail=thumbnail, limit=1).neighbours[0].video_id == "demo-paws-1"


def test_a_platform_and_a_limit_are_kept_to() -> None:
    found = find_similar_videos(query="coffee", platform="tiktok", limit=20)
    assert len(found.neighbours) == 20
    assert {neighbour.platform for neighbour in found.neighbours} == {"tiktok"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({}, "Say what to look for"),
        ({"query": "  ", "title": "\n"}, "Say what to look for"),
        ({"query": "coffee", "limit": 0}, "ask for 1 to 50"),
        ({"title": "x" * 10_000}, "10,000 characters"),
        ({"query": "coffee", "thumbnail": "/no/such/file.jpg"}, "no file"),
    ],
)
def test_a_search_that_cannot_be_made_is_refused_in_a_sentence(arguments: dict, says: str) -> None:
    with pytest.raises(InputError, match=says):
        find_similar_videos(**arguments)


def test_a_text_named_as_a_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.jpg"
    path.write_text("not a picture")
    with pytest.raises(MediaError):
        find_similar_videos(thumbnail=str(path))


def test_the_tool_is_listed_under_its_name() -> None:
    import shortcast_tools

    assert shortcast_tools.TOOLS["find_similar_videos"] is find_similar_videos
    assert callable(sys.modules["shortcast_tools.find_similar_videos"].find_similar_videos)
