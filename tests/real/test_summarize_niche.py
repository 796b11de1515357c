"""summarize_niche and `shortcast niche` over a real library, index and drawing, with a small encoder."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from tests.invented_library import a_video
from tests.invented_niche import Planted, invented_niche
from tests.word_encoder import WordEncoder

from shortcast_agent import cli
from shortcast_ml.errors import InputError, LibraryError
from shortcast_ml.settings import Settings
from shortcast_tools.parts import Parts, use
from shortcast_tools.progress import listening
from shortcast_tools.summarize_niche import summarize_niche

Run = Callable[..., tuple[int, str, str]]


def _parts(home: Path) -> Parts:
    held = Parts(Settings(home=home))
    held._encoder = WordEncoder(dim=64)  # type: ignore[assignment]
    return held


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    """240 invented videos on three topics, 19 of them in Korean on YouTube, beside the demo library."""
    held = _parts(tmp_path_factory.mktemp("niche"))
    videos = invented_niche(Planted(sunday=0.4, topics=(0.3, 0.0, 0.0)), channels=24, uploads=10)
    for row in range(0, len(videos), 13):
        draft = videos[row].draft.model_copy(update={"platform": "youtube_shorts", "language": "ko"})
        videos[row] = videos[row].model_copy(update={"draft": draft})
    held.library.add([*videos, a_video("silent", title="", age_days=None)])
    with use(held):
        yield held
    held.close()


@pytest.fixture
def run(library: Parts, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command in this process: its exit code, what it printed, and what it said on stderr."""

    def command(*words: str) -> tuple[int, str, str]:
        with use(library), pytest.raises(SystemExit) as end:
            cli.main(list(words))
        printed = capsys.readouterr()
        return int(end.value.code or 0), printed.out, printed.err

    return command


def test_a_whole_library_is_summarized_without_the_invented_videos(library: Parts) -> None:
    steps: list[tuple[int, int, str]] = []
    with use(library), listening(lambda *step: steps.append(step)):
        found = summarize_niche(title="espresso crema foam")
    assert found.library == "collected"
    assert found.n == 241
    assert found.platforms == {"tiktok": 222, "youtube_shorts": 19}
    assert len(found.topics) >= 3
    assert found.draft_topic in {topic.name for topic in found.topics}
    assert found.encoder_id == "words:1"
    assert found.notice == ""
    assert any("Sunday" in said.text for said in found.statements)
    assert all(not video.demo for topic in found.topics for video in (*topic.examples, *topic.best))
    assert found.map_path is not None
    with Image.open(found.map_path) as image:
        assert image.size == (1440, 1140)
    assert steps[-1] == (3, 3, "Done")


def test_a_query_platform_and_language_choose_the_videos(library: Parts) -> None:
    with use(library):
        near = summarize_niche(query="latte espresso barista foam crema")
        shorts = summarize_niche(platform="youtube_shorts", language="KO")
        few = summarize_niche(limit=20)
    assert 40 < near.n < 120
    assert near.query == "latte espresso barista foam crema"
    assert shorts.platforms == {"youtube_shorts": 19}
    assert few.n == 20


def test_the_demo_library_is_marked_as_invented(tmp_path: Path) -> None:
    held = _parts(tmp_path)
    with use(held):
        found = summarize_niche()
    held.close()
    assert found.library == "demo"
    assert found.notice.startswith("These are the invented videos of the demo library")
    assert found.n == 78


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"query": "q" * 301}, "shorten"),
        ({"limit": 3}, "20 to 100,000"),
        ({"time_zone": "Nowhere"}, "time zone"),
        ({"platform": "bilibili"}, "no videos of bilibili"),
        ({"language": "xx", "platform": "tiktok"}, "no videos of tiktok and language 'xx'"),
        ({"query": "zzz qqq"}, "No video of the library is about 'zzz qqq'"),
    ],
)
def test_what_cannot_be_summarized_is_refused_in_a_sentence(
    library: Parts, arguments: dict[str, object], says: str
) -> None:
    with use(library), pytest.raises(InputError, match=says):
        summarize_niche(**arguments)  # type: ignore[arg-type]


def test_an_empty_library_asks_for_videos(tmp_path: Path) -> None:
    held = _parts(tmp_path)
    held.library.remove_demo()
    with use(held), pytest.raises(InputError, match="library is empty"):
        summarize_niche()
    held.close()


def test_a_map_that_cannot_be_kept_is_said_to(library: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shortcast_tools.drawn.tempfile.mkstemp", _no_room)
    with use(library), pytest.raises(LibraryError, match="can't be written to"):
        summarize_niche(title="another star, another picture")


def _no_room(**_: object) -> None:
    raise OSError(28, "No space left on device")


def test_the_command_prints_topics_times_and_statements(run: Run, tmp_path: Path) -> None:
    code, out, err = run("niche", "--title", "espresso crema", "--map", str(tmp_path / "map.png"))
    assert code == 0, err
    for piece in (
        "241 videos",
        "Topic",
        "Sunday",
        "How long",
        "fits none",
        "Your title is nearest to",
        "map.png",
    ):
        assert piece in out
    with Image.open(tmp_path / "map.png") as image:
        assert image.format == "PNG"
    assert [path.name for path in tmp_path.iterdir()] == ["map.png"]


def test_the_command_prints_one_json_object(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("niche", "latte foam", "--json", "--map", str(tmp_path / "map.jpg"))
    assert code == 0
    found = json.loads(out)
    assert found["query"] == "latte foam"
    assert found["map_path"] == str(tmp_path / "map.jpg")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("niche", "--map", "map.svg"), 2, ".png, .jpg or .webp"),
        (("niche", "--map", "/nonexistent/map.png"), 1, "can't be written"),
        (("niche", "--platform", "myspace"), 2, "myspace"),
        (("niche", "zzz qqq"), 1, "No video of the library is about"),
        (("niche", "--language", "ko", "--map", "m.png"), 1, "too few"),
    ],
)
def test_the_command_refuses_in_a_sentence(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...], code: int, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ended, _, err = run(*words)
    assert ended == code
    assert says in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []
