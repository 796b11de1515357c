"""`shortcast eval`: the shipped conversations, held and graded."""

import json
from pathlib import Path

import pytest

from shortcast_agent.cli import main


def test_every_shipped_case_passes_with_the_offline_analyst(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["eval", "--json"])
    score = json.loads(capsys.readouterr().out)
    faults = {g["id"]: (g["calls"], g["numbers"], g["words"]) for g in score["grades"]}
    assert {k: v for k, v in faults.items() if any(v)} == {}
    assert (score["cases"], score["passed"], score["numbers_traced"]) == (32, 32, 32)
    assert not end.value.code
    assert not (home / "threads.db").exists()  # the user's own conversations are left alone


def test_a_failed_case_is_told_and_ends_with_exit_1(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    wrong = {"id": "wrong", "turns": [{"user": "hello"}], "calls": [{"tool": "collect"}]}
    (tmp_path / "cases.jsonl").write_text(json.dumps(wrong))
    with pytest.raises(SystemExit) as end:
        main(["eval", "--cases", str(tmp_path / "cases.jsonl")])
    told = capsys.readouterr().out
    assert end.value.code == 1
    assert "FAIL  wrong" in told
    assert "collect was not called" in told
    assert "0 of 1 pass" in told
