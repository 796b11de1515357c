"""The conversations that are kept: listed, named, deleted for good, also while others use them."""

import functools
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests import fake_tools

from shortcast_agent.analyst import Analyst
from shortcast_agent.threads import Threads, plain_title
from shortcast_agent.uploads import keep
from shortcast_ml.errors import InputError
from shortcast_ml.records import Record
from shortcast_ml.settings import Settings
from shortcast_tools.parts import Parts

Tools = dict[str, Callable[..., Record]]


def build(home: Path, tools: Tools | None = None) -> Analyst:
    return Analyst(Parts(Settings(home=home)), tools=tools or fake_tools.TOOLS, profile=False)


@pytest.fixture
def analyst(home: Path) -> Iterator[Analyst]:
    held = build(home)
    yield held
    held.close()


def bytes_of(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in home.glob("threads.db*"))


def test_threads_are_listed_with_their_words_turns_and_time_the_latest_first(analyst: Analyst) -> None:
    one = analyst.ask("hello").thread
    two = analyst.ask("thanks").thread
    analyst.ask("hello again", thread=one)
    listed = analyst.threads()
    assert [(info.id, info.title, info.turns) for info in listed] == [(one, "hello", 2), (two, "thanks", 1)]
    assert listed[0].last_at is not None
    assert listed[1].last_at is not None
    assert listed[0].last_at >= listed[1].last_at


def test_a_name_is_kept_as_one_safe_line_and_stays_while_the_thread_goes_on(
    home: Path, analyst: Analyst
) -> None:
    thread = analyst.ask("hello").thread
    kept = analyst.conversations.rename(thread[:6], "Latte \x1b[31m art\n\u202eplans")
    assert kept == "Latte [31m art plans"
    analyst.ask("thanks", thread=thread)
    again = build(home)
    assert [info.title for info in again.threads()] == ["Latte [31m art plans"]
    again.close()


@pytest.mark.parametrize(
    ("thread", "name", "sentence"),
    [
        ("nobody", "x", "There is no conversation nobody"),
        ("", "x", "no conversation"),
        ("hello", "\n ", "can't be empty"),
    ],
)
def test_a_name_that_cannot_be_given_says_why(
    analyst: Analyst, thread: str, name: str, sentence: str
) -> None:
    analyst.ask("hi", thread="hello-thread")
    with pytest.raises(InputError, match=sentence):
        analyst.conversations.rename(thread, name)


def test_an_id_that_fits_two_threads_is_refused(analyst: Analyst) -> None:
    analyst.ask("hi", thread="abc1")
    analyst.ask("hi", thread="abc2")
    analyst.ask("hi", thread="abc")
    with pytest.raises(InputError, match="several conversations ab;"):
        analyst.conversations.find("ab")
    assert analyst.conversations.find("abc").id == "abc"


def test_a_long_title_ends_in_an_ellipsis() -> None:
    assert plain_title("a" * 100) == "a" * 79 + "…"
    assert plain_title("  one\t two ") == "one two"


def test_a_deleted_thread_is_in_no_byte_of_the_file_and_the_others_stay(home: Path, analyst: Analyst) -> None:
    thread = analyst.ask('Will "Quokka grooming" do well?').thread
    for _ in range(3):
        analyst.ask("How many views in a week?", thread=thread)
    other = analyst.ask('Will "Wombat yoga" do well?').thread
    analyst.conversations.rename(thread, "My quokka plans")
    assert b"uokka" in bytes_of(home)
    assert analyst.delete_thread(thread) is True
    assert b"uokka" not in bytes_of(home)
    assert [info.id for info in analyst.threads()] == [other]
    assert analyst.history(thread) == []
    assert analyst.delete_thread(thread) is False


def test_the_uploads_of_a_deleted_thread_go_unless_another_one_shows_them(
    home: Path, analyst: Analyst, tmp_path: Path
) -> None:
    for name in ("mine.png", "ours.png"):
        Image.new("RGB", (9, 16), name[:1] and (len(name), 9, 9 * len(name[0]))).save(tmp_path / name)
    outside = tmp_path / "outside.png"
    Image.new("RGB", (9, 16), (1, 2, 3)).save(outside)
    Image.new("RGB", (9, 16), (7, 7, 7)).save(tmp_path / "ours.png")
    mine, ours = keep([str(tmp_path / "mine.png"), str(tmp_path / "ours.png")], Settings(home=home))
    one = analyst.ask("Which thumbnail?", attachments=[mine, ours, outside]).thread
    analyst.ask("What do you see?", attachments=[ours])
    analyst.delete_thread(one)
    assert not mine.exists()
    assert not mine.parent.exists()
    assert ours.exists()
    assert outside.exists()


def test_another_process_deletes_a_thread_and_this_one_goes_on(home: Path, analyst: Analyst) -> None:
    thread = analyst.ask("hello").thread
    code = (
        "import sys; from pathlib import Path; from shortcast_agent.threads import Threads;"
        "print(Threads(Path(sys.argv[1])).delete(sys.argv[2]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(home / "threads.db"), thread],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "True"
    assert analyst.threads() == []
    assert analyst.history(thread) == []
    assert analyst.ask("thanks", thread=thread).answer
    assert [info.turns for info in analyst.threads()] == [1]


def test_a_thread_that_is_deleted_while_a_turn_runs_in_it_is_answered_and_not_kept(home: Path) -> None:
    going, go_on = threading.Event(), threading.Event()

    @functools.wraps(fake_tools.forecast_views)
    def slow(**arguments: Any) -> Record:
        going.set()
        go_on.wait(20)
        return fake_tools.forecast_views(**arguments)

    analyst = build(home, {**fake_tools.TOOLS, "forecast_views": slow})
    answers: list[str] = []
    running = threading.Thread(
        target=lambda: answers.append(
            analyst.ask('How many views will "Quokka yoga" get?', thread="t").answer
        )
    )
    running.start()
    assert going.wait(30)
    Threads(home / "threads.db").delete("t")
    go_on.set()
    running.join(60)
    assert answers
    assert analyst.threads() == []
    assert b"uokka" not in bytes_of(home)
    analyst.close()


def test_a_thread_without_a_message_is_not_listed(home: Path, analyst: Analyst) -> None:
    analyst.ask("hello", thread="t")
    with sqlite3.connect(home / "threads.db") as connection:
        connection.execute("UPDATE checkpoints SET thread_id = 'u'")
    analyst.conversations.saver.put(
        {"configurable": {"thread_id": "empty", "checkpoint_ns": ""}},
        {"v": 1, "id": "0", "ts": "", "channel_values": {}, "channel_versions": {}, "versions_seen": {}},  # type: ignore[typeddict-item]
        {},
        {},
    )
    assert [info.id for info in analyst.threads()] == ["u"]
