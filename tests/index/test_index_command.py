"""`shortcast index verify` and `shortcast index rebuild`."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.indexed import ENCODER, a_video

from shortcast_agent.cli import main
from shortcast_ml.settings import Settings
from shortcast_tools.parts import Parts, use


@pytest.fixture
def here(home: Path) -> Iterator[Parts]:
    held = Parts(Settings(home=home))
    held._encoder = ENCODER  # type: ignore[assignment]
    held.library.remove_demo()
    held.library.add([a_video("a", "latte art"), a_video("b", "milk foam")])
    with use(held):
        yield held
    held.close()


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as end:
        main(["index", *words])
    return int(end.value.code or 0), capsys.readouterr().out


def test_a_sound_index_is_said_to_be_sound(here: Parts, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "verify") == (
        0,
        "The index is sound: 2 titles and 0 pictures by words:1, 16 numbers each.\n",
    )
    code, out = run(capsys, "verify", "--sample", "1", "--json")
    assert code == 0
    assert json.loads(out) == {
        "clean": True,
        "encoder_id": "words:1",
        "dim": 16,
        "titles": 2,
        "pictures": 0,
        "checked": True,
        "problems": [],
    }


def test_a_wrong_index_ends_with_1_and_is_right_after_rebuilding(
    here: Parts, capsys: pytest.CaptureFixture[str]
) -> None:
    here.index.sync()
    wrong = np.ones((1, 16), np.float32)
    here.index._store.upsert("title", ["tiktok:a"], wrong)
    code, out = run(capsys, "verify")
    assert code == 1
    assert out.splitlines() == [
        "1 of 2 title vectors do not find themselves in the index.",
        "`shortcast index rebuild` builds it anew from the library.",
    ]
    assert run(capsys, "rebuild") == (0, "Built the index of 2 titles and 0 pictures.\n")
    assert run(capsys, "verify")[0] == 0


def test_an_index_that_another_program_has_is_not_said_to_be_checked(
    here: Parts, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert here.index.searches_chroma
    second = Parts(Settings(home=home))
    second._encoder = ENCODER  # type: ignore[assignment]
    with use(second):
        code, out = run(capsys, "verify")
        assert code == 0
        assert out.startswith("Another program has the index of 2 titles")
        with pytest.raises(SystemExit) as end:
            main(["index", "rebuild"])
    assert end.value.code == 1
    assert "Another program has the search index open" in capsys.readouterr().err
    second.close()
