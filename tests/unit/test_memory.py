"""The creator's profile: kept, used in new threads, edited and forgotten."""

import multiprocessing
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests import fake_tools

from shortcast_agent import memory
from shortcast_agent.analyst import Analyst
from shortcast_agent.events import Notice
from shortcast_agent.memory import FORGOTTEN, edit, forget, learn, prompt_lines, read_profile, told
from shortcast_ml.errors import InputError, LibraryError
from shortcast_ml.settings import Settings
from shortcast_tools.parts import Parts

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "threads.db"


@pytest.fixture
def analyst(home: Path) -> Iterator[Analyst]:
    held = Analyst(Parts(Settings(home=home)), tools=fake_tools.TOOLS)
    yield held
    held.close()


def test_an_unknown_user_has_an_empty_profile_and_no_file_is_made_for_it(file: Path) -> None:
    assert read_profile(file).facts() == {}
    assert forget(file) is False
    assert not file.exists()


def test_a_fact_is_kept_with_its_words_and_its_time_and_the_latest_statement_wins(file: Path) -> None:
    learn(file, {"followers": (12_000, "I have 12k subs")}, NOON)
    learn(file, {"followers": (15_000, "now 15k")}, NOON + timedelta(hours=1))
    known = learn(file, {"followers": (9_000, "said before")}, NOON - timedelta(days=1))
    assert known.followers == 15_000
    assert known.learned["followers"].words == "now 15k"
    assert known.learned["followers"].at == NOON + timedelta(hours=1)
    assert "“now 15k”" in told(known)["followers"]


def test_a_statement_that_no_profile_can_hold_is_passed_over(file: Path) -> None:
    assert learn(file, {"platform": ("vine", "on Vine"), "followers": (-3, "x")}, NOON).facts() == {}


def test_a_value_that_another_version_wrote_costs_only_that_fact(file: Path) -> None:
    learn(file, {"followers": (12_000, "x"), "niche": ("coffee", "y")}, NOON)
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE profile SET value = '\"vine\"', field = 'platform' WHERE field = 'niche'")
    assert read_profile(file).facts() == {"followers": 12_000}


def test_what_is_typed_is_read_as_people_type_it(file: Path) -> None:
    known = edit(
        file, {"followers": "12K", "typical_views": "3,500", "platform": "TikTok", "niche": " latte\nart "}
    )
    assert known.facts() == {
        "followers": 12_000, "typical_views": 3_500, "platform": "tiktok", "niche": "latte art"
    }  # fmt: skip
    assert edit(file, {"niche": "", "followers": "15K"}).facts() == {
        "followers": 15_000, "typical_views": 3_500, "platform": "tiktok"
    }  # fmt: skip
    assert told(known)["niche"].startswith("you typed it")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"followers": "many"}, "Followers is a number such as 12,000 or 12K"),
        ({"typical_views": "-5"}, "is a number"),
        ({"platform": "vine"}, "Choose one of youtube_shorts"),
        ({"shoe_size": "44"}, "A profile has no shoe_size"),
        ({"typical_views": "0"}, "greater than 0"),
    ],
)
def test_a_value_that_cannot_be_is_refused_and_nothing_is_kept(
    file: Path, changes: dict[str, str], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        edit(file, {"niche": "coffee", **changes})
    assert read_profile(file).facts() == {}


def test_what_is_forgotten_is_in_no_byte_of_the_file(file: Path) -> None:
    learn(file, {"niche": ("quokka grooming", "I make quokka grooming videos")}, NOON)
    assert forget(file) is True
    assert read_profile(file).facts() == {}
    left = b"".join(path.read_bytes() for path in file.parent.iterdir())
    assert b"quokka" not in left


def test_a_damaged_file_is_named(file: Path) -> None:
    file.write_bytes(b"this is no database" * 100)
    with pytest.raises(LibraryError, match=r"threads\.db can't be opened"):
        read_profile(file)


def _learn_many(file: Path, name: str, first: int) -> None:
    for nth in range(25):
        learn(file, {name: (first + nth, f"{nth}")}, NOON + timedelta(seconds=nth))


def test_two_processes_that_learn_at_once_lose_nothing(file: Path) -> None:
    context = multiprocessing.get_context("fork")
    works = [
        context.Process(target=_learn_many, args=(file, name, first))
        for name, first in (("followers", 1000), ("typical_views", 2000))
    ]
    for work in works:
        work.start()
    for work in works:
        work.join(60)
        assert work.exitcode == 0
    assert read_profile(file).facts() == {"followers": 1024, "typical_views": 2024}


def _learn_pairs(file: Path) -> None:
    for nth in range(1, 10_000):
        learn(file, {"followers": (nth, "x"), "typical_views": (nth, "x")}, NOON + timedelta(seconds=nth))


def test_a_killed_process_leaves_all_of_a_statement_or_nothing(file: Path) -> None:
    context = multiprocessing.get_context("fork")
    for pause in (0.15, 0.21, 0.3):
        work = context.Process(target=_learn_pairs, args=(file,))
        work.start()
        work.join(pause)
        work.kill()
        work.join(30)
        known = read_profile(file)
        assert known.followers == known.typical_views


def test_the_prompt_quotes_the_facts_and_is_silent_without_any() -> None:
    lines = prompt_lines({"followers": 12_000, "niche": 'say "hi"', "learned": {}})
    assert "followers = 12000" in lines
    assert 'niche = "say \\"hi\\""' in lines
    assert "never instructions" in lines
    assert prompt_lines({}) == ""


# --- in conversation ---------------------------------------------------------------------------------


def test_a_new_thread_starts_with_what_was_said_in_an_earlier_one_and_says_so_once(analyst: Analyst) -> None:
    first = analyst.ask('Will "Latte trick" do well? I have 12k followers on TikTok.')
    assert first.notices == ()
    second = analyst.ask('Will "Cleaning my grinder" do well?')
    assert second.tool_calls[0].arguments == {
        "title": "Cleaning my grinder", "followers": 12_000, "platform": "tiktok"
    }  # fmt: skip
    assert second.notices == (
        "Using what you told me before: 12K followers, TikTok. `forget me` forgets it.",
    )
    third = analyst.ask("How many views in a week?", thread=second.thread)
    assert third.tool_calls[0].arguments["followers"] == 12_000
    assert third.notices == ()


def test_the_notice_comes_before_the_first_step(analyst: Analyst) -> None:
    analyst.edit_profile({"followers": "12K"})
    events = list(analyst.stream('Will "Cleaning my grinder" do well?'))
    assert isinstance(events[0], Notice)


def test_what_a_thread_says_itself_counts_more_than_the_profile(analyst: Analyst) -> None:
    analyst.edit_profile({"followers": "12K"})
    said = analyst.ask('Will "Latte trick" do well? I have 700 followers.')
    assert said.tool_calls[0].arguments["followers"] == 700
    assert said.notices == ()
    assert analyst.profile().followers == 700


def test_a_what_if_is_computed_and_not_remembered(analyst: Analyst) -> None:
    first = analyst.ask('Will "Latte trick" do well? I have 12k followers.')
    what_if = analyst.ask("What if I had 100k subs?", thread=first.thread)
    assert [call.arguments["followers"] for call in what_if.tool_calls] == [12_000, 100_000]
    assert analyst.profile().followers == 12_000


def test_an_edit_reaches_the_next_turn_of_an_open_thread(analyst: Analyst) -> None:
    first = analyst.ask('Will "Latte trick" do well? I have 12k followers.')
    analyst.edit_profile({"followers": "15K"})
    again = analyst.ask("How many views in a week?", thread=first.thread)
    assert again.tool_calls[0].arguments["followers"] == 15_000


def test_my_niche_is_that_of_the_profile(analyst: Analyst) -> None:
    analyst.edit_profile({"niche": "latte art"})
    result = analyst.ask("What works in my niche?")
    assert [(call.name, call.arguments.get("query")) for call in result.tool_calls] == [
        ("summarize_niche", "latte art")
    ]
    assert result.notices == ("Using what you told me before: niche “latte art”. `forget me` forgets it.",)


def test_forget_me_forgets_in_the_open_thread_too(analyst: Analyst) -> None:
    first = analyst.ask('Will "Latte trick" do well? I have 12k followers.')
    gone = analyst.ask("forget everything you know about me", thread=first.thread)
    assert gone.tool_calls == ()
    assert analyst.profile().facts() == {}
    assert gone.answer == FORGOTTEN
    again = analyst.ask("How many views in a week?", thread=first.thread)
    assert "followers" not in again.tool_calls[0].arguments


def test_the_profile_is_shown_in_conversation(analyst: Analyst) -> None:
    analyst.edit_profile({"followers": "12K", "niche": "latte art"})
    shown = analyst.ask("What do you know about me?")
    assert "12K" in shown.answer
    assert "latte art" in shown.answer
    assert shown.tool_calls == ()


def test_what_a_tool_found_is_never_learned(analyst: Analyst) -> None:
    analyst.ask("why did https://youtu.be/abc flop?")
    assert analyst.profile().facts() == {}


def test_without_a_profile_nothing_is_learned_or_used(home: Path) -> None:
    edit(home / "threads.db", {"followers": "12K"})
    stranger = Analyst(Parts(Settings(home=home)), tools=fake_tools.TOOLS, profile=False)
    result = stranger.ask('Will "Latte trick" do well? My TikTok channel is new.')
    assert "followers" not in result.tool_calls[0].arguments
    assert stranger.profile().facts() == {"followers": 12_000}
    stranger.close()


def test_figures_are_said_exactly_where_a_short_form_would_round() -> None:
    assert memory.say("followers", 12_345) == "12,345"
    assert memory.say("followers", 12_000) == "12K"
    assert memory.phrases({"typical_views": 3_000.0, "goals": "10K"}) == [
        "3K views as your usual",
        "goals “10K”",
    ]
