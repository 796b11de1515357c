"""`shortcast threads` and `shortcast profile`, and that docs/memory.md shows commands that work."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from tests.fake_tools import TOOLS as FAKE_TOOLS

from shortcast_agent.analyst import Analyst
from shortcast_agent.cli import main
from shortcast_agent.memory import FORGOTTEN

DOCS = Path(__file__).resolve().parents[2] / "docs" / "memory.md"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command over the fake tools; give its exit code, stdout and stderr."""
    monkeypatch.setattr(
        "shortcast_agent.analyst.Analyst", lambda parts, **given: Analyst(parts, tools=FAKE_TOOLS, **given)
    )

    def command(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return command


def asked(run: Any, question: str) -> str:
    """Ask, and return the thread's id."""
    return str(json.loads(run("ask", "--json", question)[1])["thread"])


def test_threads_are_listed_shown_renamed_exported_and_deleted(run: Any, tmp_path: Path) -> None:
    assert "No conversation is kept yet" in run("threads", "list")[1]
    thread = asked(run, 'Will "Latte trick" do well?')
    assert re.fullmatch(
        rf'{thread}  20\d\d-\d\d-\d\d \d\d:\d\d    1 turn   Will "Latte trick" do well\?\n',
        run("threads", "list")[1],
    )
    assert json.loads(run("threads", "list", "--json")[1])[0]["turns"] == 1
    assert run("threads", "rename", thread[:5], "Latte plans")[1] == "It is now called: Latte plans\n"
    assert run("threads", "show", thread)[1].startswith("# Latte plans\n")
    assert json.loads(run("threads", "show", thread, "--json")[1])["id"] == thread
    out = tmp_path / "new" / "latte.json"
    assert run("threads", "export", thread, str(out))[1] == f"Wrote 1 turn to {out}.\n"
    assert json.loads(out.read_text("utf-8"))["turns"][0]["steps"][0]["result"]["views"] > 0
    assert run("threads", "export", thread, str(tmp_path / "latte.md"))[0] == 0
    assert (tmp_path / "latte.md").read_text("utf-8").startswith("# Latte plans\n")
    assert run("threads", "delete", thread, "--yes")[1] == "Deleted “Latte plans”.\n"
    assert "No conversation is kept yet" in run("threads", "list")[1]


def test_all_threads_are_deleted_at_once_and_only_after_a_yes(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(run, "hello")
    asked(run, "thanks")
    monkeypatch.setattr("typer.confirm", lambda question: False)
    assert run("threads", "delete", "--all")[1] == "Nothing was deleted.\n"
    monkeypatch.setattr("typer.confirm", lambda question: question == "Delete all 2 conversations for good?")
    assert run("threads", "delete", "--all")[1] == "Deleted all 2 conversations.\n"
    assert run("threads", "delete", "--all")[1] == "There is nothing to delete.\n"


def test_what_cannot_be_done_with_a_thread_is_one_sentence(run: Any, tmp_path: Path) -> None:
    thread = asked(run, "hello")
    assert run("threads", "show", "nobody") == (
        1, "", "There is no conversation nobody; `shortcast threads list` shows them with their ids.\n"
    )  # fmt: skip
    code, _, err = run("threads", "export", thread, str(tmp_path / "x.txt"))
    assert (code, err) == (1, "x.txt should end in .md or .json; that chooses what is written.\n")
    (tmp_path / "file").touch()
    code, _, err = run("threads", "export", thread, str(tmp_path / "file" / "x.md"))
    assert code == 1
    assert "can't be written" in err
    assert run("threads", "delete")[0] == 2


def test_the_profile_is_set_shown_and_forgotten(run: Any) -> None:
    assert run("profile", "show")[1].startswith("Nothing is known about you yet.")
    assert run("profile", "set")[0] == 2
    code, out, _ = run("profile", "set", "--followers", "12K", "--platform", "tiktok", "--niche", "latte art")
    assert code == 0
    assert re.search(r"^Followers: 12K  \(you typed it, \d\d \w+ \d{4}\)$", out, re.MULTILINE)
    assert json.loads(run("profile", "show", "--json")[1])["niche"] == "latte art"
    assert "Niche" not in run("profile", "set", "--niche", "")[1]
    assert run("profile", "set", "--followers", "lots")[2].startswith("Followers is a number")
    assert run("profile", "forget")[1] == FORGOTTEN + "\n"
    assert run("profile", "forget")[1] == "Nothing was known about you.\n"


def test_a_batch_of_strangers_teaches_nothing(run: Any, tmp_path: Path) -> None:
    lines = tmp_path / "in.jsonl"
    lines.write_text(json.dumps({"id": 1, "turns": [{"user": 'I have 12k subs. Will "x y z" do well?'}]}))
    assert run("ask", "--batch", str(lines), "--out", str(tmp_path / "out.jsonl"))[0] == 0
    assert run("profile", "show")[1].startswith("Nothing is known")


def test_every_command_of_the_documentation_works(
    run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```(?:console|bash)\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    commands = [
        line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")
    ]
    assert len(commands) >= 9
    thread = ""
    for command in commands:
        words = [thread if word == "4f2a" else word for word in shlex.split(command)]
        assert words[0] == "shortcast"
        code, _, err = run(*words[1:])
        assert code == 0, (command, err)
        if words[1] == "ask":
            thread = json.loads(run("threads", "list", "--json")[1])[0]["id"]
    assert thread
