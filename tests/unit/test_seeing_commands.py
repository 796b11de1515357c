"""Commands that look at files: what they print for people and programs, with recorded results of the tools."""

import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests import fake_seeing

from shortcast_agent import cli
from shortcast_agent.cli import seeing

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run one command over the fake tools: its exit code, what it printed, and what it said on stderr."""
    for name in ("read_thumbnail", "read_video", "suggest_thumbnails", "explain_thumbnail"):
        monkeypatch.setattr(seeing, name, getattr(fake_seeing, name))

    def command(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            cli.main(list(words))
        printed = capsys.readouterr()
        return int(end.value.code or 0), printed.out, printed.err

    return command


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("read-thumbnail", "cover.png", "--title", "Latte"), "hard to read on a phone"),
        (("read-video", "clip.mp4"), "2 cuts (0.21 a second)"),
        (("suggest-thumbnails", "clip.mp4", "--limit", "2"), "2 At 2.8 s: x1.06"),
        (("explain-thumbnail", "cover.png"), "Raises it: the upper right: x1.03"),
    ],
)
def test_people_read_sentences(run: Run, words: tuple[str, ...], says: str) -> None:
    code, out, err = run(*words)
    assert code == 0, err
    assert says in " ".join(out.split())


def test_the_saved_pictures_are_named(run: Run) -> None:
    code, out, _ = run("suggest-thumbnails", "clip.mp4", "--limit", "3")
    assert code == 0
    assert [line for line in out.splitlines() if line.startswith("Picture: ")] == [
        f"Picture: {Path('/nowhere') / f'{nth}.jpg'}" for nth in (1, 2, 3)
    ]


@pytest.mark.parametrize("name", ["read_thumbnail", "read_video", "suggest_thumbnails", "explain_thumbnail"])
def test_programs_read_the_record(run: Run, name: str) -> None:
    tool: Callable[..., Any] = getattr(fake_seeing, name)
    code, out, _ = run(name.replace("_", "-"), "file", "--json")
    assert code == 0
    assert json.loads(out) == json.loads(tool("file").model_dump_json())


def test_a_file_that_cannot_be_read_gets_one_sentence(run: Run) -> None:
    code, out, err = run("read-video", "bad.mp4")
    assert (code, out) == (1, "")
    assert err.strip().endswith("bad.mp4 can't be read; export it again.")


def test_a_stopped_reading_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(video: str) -> None:
        raise KeyboardInterrupt

    stopped.__signature__ = inspect.signature(fake_seeing.read_video)  # type: ignore[attr-defined]
    monkeypatch.setattr(seeing, "read_video", stopped)
    code, _, err = run("read-video", "clip.mp4")
    assert code == 130
    assert "nothing was left half done" in err


def test_training_an_encoder_without_data_says_what_is_missing(run: Run, tmp_path: Path) -> None:
    code, _, err = run("train-encoder", "--data", str(tmp_path), "--out", str(tmp_path / "mine"))
    assert code == 1
    assert "holds no readable videos.parquet and thumbs.zip" in err
    assert not (tmp_path / "mine").exists()


def test_training_an_encoder_prints_its_retrieval(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shortcast_ml import train_encoder

    scores = {
        "pairs": 1000,
        "chance_recall_at_10": 0.01,
        "image_to_title": {"recall_at_10": 0.42},
        "title_to_image": {"recall_at_10": 0.41},
    }

    def trained(
        data: Path, out: Path, *, seed: int, progress: Callable[[int, int, str], None]
    ) -> dict[str, Any]:
        progress(1, 2, "pairs read")
        return {"metrics": {"test": scores}, "seed": seed}

    monkeypatch.setattr(train_encoder, "train_encoder", trained)
    code, out, err = run("train-encoder", "--data", str(tmp_path), "--out", "mine", "--seed", "3")
    assert code == 0
    assert "0.420 picture to title, 0.410 title to picture (chance 0.010)" in out
    assert err == "pairs read: 1 of 2\n"
    code, out, _ = run("train-encoder", "--data", str(tmp_path), "--out", "mine", "--seed", "3", "--json")
    assert json.loads(out)["seed"] == 3
