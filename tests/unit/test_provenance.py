"""Where the numbers of an answer come from: found by field, said in a conversation, shown on the page and printed."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from tests import fake_tools
from tests.unit.test_claims import told

from shortcast_agent.analyst import Analyst
from shortcast_agent.planner.conversation import Call, Talk, fold
from shortcast_agent.planner.plan import Plan
from shortcast_agent.planner.slots import read_slots
from shortcast_agent.planner.traced import asks_source, plan_source, write_source
from shortcast_agent.planner.voice import LANGUAGES, Voice
from shortcast_agent.provenance import Origin, brief, of_last_answer, provenance, same_number
from shortcast_agent.sources_view import sources_table, sources_view, step_of, value_of
from shortcast_evals.scenes import DRAFT, SCENES
from shortcast_ml.settings import Settings
from shortcast_tools.parts import Parts

ECHO = '…ort is called "I tried the 3-second latte trick", 12k followers, 29 seconds long. Will it do well?'
NAMES = ("forecast_views", "explain_forecast", "suggest_changes", "find_similar_videos")
ANSWER = """\
**Better than usual: about 8.2K views after 30 days** (80% interval: 2.1K to 31.5K), with a 63% chance.
- **title length** x0.87: 32 characters
1. **Cut it to about 21 seconds.** x1.15, to about 9.4K views
- Latte art for people with shaky hands by Foam Academy: 14.9K views, x0.48 its channel's usual
You have 12,000 followers. See https://www.youtube.com/shorts/Latt."""


def draft_messages() -> list[BaseMessage]:
    said, calls = SCENES["draft"]()
    return told([(name, *call) for name, call in zip(NAMES, calls, strict=True)], said)


def where(answer: str) -> dict[str, tuple[str, str, object]]:
    return {o.written: (o.tool or o.source, o.path, o.value) for o in provenance(answer, draft_messages())}


def test_each_number_is_found_in_the_field_that_it_was_written_from() -> None:
    assert where(ANSWER) == {
        "8.2K": ("forecast_views", "views", 8200),
        "30": ("forecast_views", "horizon_days", 30.0),
        "80%": ("method", "", None),
        "2.1K": ("forecast_views", "low", 2100),
        "31.5K": ("forecast_views", "high", 31500),
        "63%": ("forecast_views", "beats_typical", 0.628),
        "x0.87": ("explain_forecast", "factors[1].multiplier", 0.87),
        "32": ("explain_forecast", "factors[1].observation", "32 characters"),
        "21": ("suggest_changes", "changes[0].what", "Cut it to about 21 seconds."),
        "x1.15": ("suggest_changes", "changes[0].multiplier", 1.15),
        "9.4K": ("suggest_changes", "changes[0].views", 9430),
        "Foam Academy": ("find_similar_videos", "neighbours[0].channel", "Foam Academy"),
        "14.9K": ("find_similar_videos", "neighbours[0].views", 14900),
        "x0.48": ("find_similar_videos", "neighbours[0].vs_channel", 0.48),
        "https://www.youtube.com/shorts/Latt.": (
            "find_similar_videos", "neighbours[0].url", "https://www.youtube.com/shorts/Latt",
        ),
        "12,000": ("you", "", ECHO),
    }  # fmt: skip


def test_what_was_said_in_an_earlier_turn_is_found_there_and_the_latest_result_wins() -> None:
    first = fake_tools.forecast_views(title="Foam", followers=12_000)
    later = fake_tools.forecast_views(title="Foam art", followers=12_000)
    messages = [
        *told([("forecast_views", {"title": "Foam"}, first)], "I have 12k followers"),
        AIMessage(f"About {first.views:,} views."),
        *told([("forecast_views", {"title": "Foam art"}, later)], "and with art?"),
    ]
    one, two, followers = provenance(
        f"{first.views:,} views at first, {later.views:,} now, 12K followers", messages
    )
    assert (one.arguments, one.path) == ("title: Foam", "views")
    assert (two.arguments, two.path, two.value) == ("title: Foam art", "views", later.views)
    assert (followers.source, followers.value) == ("you", "I have 12k followers")


def test_a_profiles_number_is_told_as_such() -> None:
    human = HumanMessage("Hello", additional_kwargs={"profile": {"followers": 54_321}})
    (origin,) = provenance("You have 54.3K followers.", [human])
    assert (origin.source, origin.path, origin.value) == ("profile", "followers", 54_321)


def test_the_last_answer_with_numbers_is_traced() -> None:
    messages = [
        *draft_messages(),
        AIMessage("About 8.2K views."),
        HumanMessage("ta"),
        AIMessage("You're welcome."),
    ]
    assert [origin.written for origin in of_last_answer(messages)] == ["8.2K"]
    assert of_last_answer([HumanMessage("hi"), AIMessage("Hello!")]) == ()


def test_numbers_are_the_same_up_to_rounding_and_never_a_share() -> None:
    for one, other in (("8,200", "8.2K"), ("1만 2천", "12K"), ("x1.3", "1.3"), ("Half", "half")):
        assert same_number(one, other)
    for one, other in (("63", "63%"), ("8.2K", "8.3K"), ("half", "2")):
        assert not same_number(one, other)


def test_arguments_are_told_in_short_and_files_by_name() -> None:
    assert brief(
        {"title": "Foam", "video": "/a/b/clip.mp4", "thumbnails": ["/a/1.png", "/a/2.png"], "limit": None}
    ) == ("title: Foam; video: clip.mp4; thumbnails: 1.png, 2.png")
    assert len(brief({"description": "a " * 400})) == 109


# --- asked in a conversation ---------------------------------------------------------------------------


def asked(text: str, language: str = "en") -> str:
    said, calls = SCENES["draft"]()
    talk = Talk(
        results=[Call(name, *call) for name, call in zip(NAMES, calls, strict=True)],
        heard=[said], answer=ANSWER, asked="draft", asked_for="judge",
    )  # fmt: skip
    turn = fold([HumanMessage(text)])[0]
    turn.slots = read_slots(text, turn.now)
    plan = Plan(("source",))
    plan_source(plan, turn, talk)
    assert (plan.calls, plan.question, plan.talk.asked, plan.talk.asked_for) == ([], None, "draft", "judge")
    return write_source(plan, turn, talk, Voice(language))


def test_an_asked_number_is_told_with_its_result() -> None:
    assert asked("Where did you get 8,200?").split("\n")[0] == (
        "- **8.2K**: `forecast_views` gave `views` = 8,200. Median of the predictive distribution."
    )
    assert asked("where is x0.87 from").startswith(
        "- **x0.87** (title length): `explain_forecast` gave `factors.multiplier` = 0.87."
    )
    assert asked("where does 12K come from?").startswith("- **12,000**: your own words, “…")
    assert asked("and the 80%?").startswith("- **80%**: what every interval")
    assert "Foam Academy" in asked("How do you know of Foam Academy?").split("\n")[0]


def test_a_kind_of_number_may_be_asked_for() -> None:
    lines = asked("Where does the interval come from?").split("\n")
    assert [line[:9] for line in lines[:2]] == ["- **2.1K*", "- **31.5K"]
    assert asked("how do you know the chance?").startswith("- **63%**")


def test_without_a_number_the_main_ones_are_told_and_a_strange_one_is_said_to_be() -> None:
    every = asked("How do you know that?")
    assert every.count("\n- **") == 8
    assert "`low` = 2,100" in every
    assert asked("where did you get 777?").startswith(
        ("My last answer did not say", "I don't find that number")
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_told_in_every_language_and_passes_the_check(language: str) -> None:
    from shortcast_agent.grounding import trace
    from shortcast_agent.messages import sources_of

    text = asked("?", language)
    assert "`forecast_views`" in text
    assert trace(text, sources_of(draft_messages())).faults == ()


@pytest.fixture
def analyst(home: Path) -> Iterator[Analyst]:
    """An analyst over the fake tools."""
    held = Analyst(Parts(Settings(home=home)), tools=fake_tools.TOOLS)
    yield held
    held.close()


def test_a_conversation_tells_its_sources_after_an_answer_only(analyst: Analyst) -> None:
    first = analyst.ask('Will "Latte art in one pour" do well? 12k followers')
    told = analyst.ask("Where does this number come from?", thread=first.thread)
    views = next(o for o in analyst.origins(first.thread) if o.path.endswith("views"))
    assert told.tool_calls == ()
    assert "`forecast_views`" in told.answer
    assert views.tool == "forecast_views"
    assert told.notices == ()


# --- shown ---------------------------------------------------------------------------------------------


def test_the_page_shows_a_table_that_folds_and_escapes_foreign_text() -> None:
    hostile = Origin(
        written="<img src=x>", kind="name", source="tool", tool="find_similar_videos", path="neighbours[0].title",
        about="<b>${x}</b>", value="<script>",
    )  # fmt: skip
    html = sources_view((*provenance(ANSWER, draft_messages()), hostile))
    assert html.startswith("<details class='sc-sources'><summary>Where do these numbers come from?</summary>")
    assert "<td>2.1K</td><td>2,100</td>" in html
    assert [foreign for foreign in ("<img", "<script", "<b>", "${") if foreign in html] == []
    assert sources_view(()) == ""


def test_ask_prints_the_trace_after_the_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from shortcast_agent import cli

    monkeypatch.setattr(
        "shortcast_agent.analyst.Analyst", lambda parts: Analyst(parts, tools=fake_tools.TOOLS)
    )
    question = 'Will "Latte art in one pour" do well? 12k followers'

    def printed(*words: str) -> str:
        with pytest.raises(SystemExit) as end:
            cli.main(["ask", *words])
        assert end.value.code in (0, None)
        return capsys.readouterr().out

    table = printed("--trace", question)
    assert "Where do these numbers come from?" in table
    assert "forecast_views: typical_views" in " ".join(table.split())
    origins = json.loads(printed("--trace", "--json", question))["origins"]
    assert {"forecast_views", "explain_forecast"} <= {origin["tool"] for origin in origins}
    assert "origins" not in json.loads(printed("--json", question))
    assert "holds no number" in printed("--trace", "Hello!")


def test_a_plain_question_for_the_source_is_understood_after_numbers_only() -> None:
    talk = Talk(answer=ANSWER)
    for text in (
        "where did you get 4K?",
        "And where does that come from?",
        "어디서 나온 숫자야?",
        "¿De dónde sale eso?",
    ):
        assert asks_source(text, talk)
        assert not asks_source(text, Talk(answer="Hello!"))
    for text in ("Where should I post it?", "What should I change?", "Show me similar videos"):
        assert not asks_source(text, talk)


def test_cells_say_value_and_step() -> None:
    whole = Origin(
        written="8.2K", kind="number", source="tool", tool="forecast_views", path="views", value=8200
    )
    assert (value_of(whole), step_of(whole)) == ("8,200", "forecast_views: views")
    given = whole.model_copy(update={"source": "you", "value": "12k  followers"})
    assert (value_of(given), step_of(given)) == ("“12k followers”", "your own words")
    assert step_of(whole.model_copy(update={"source": "profile"})).endswith("(your profile)")
    assert value_of(whole.model_copy(update={"value": 0.6283185307})) == "0.628319"
    assert value_of(whole.model_copy(update={"value": 12_345_678.9})) == "12,345,679"
    assert value_of(whole.model_copy(update={"value": None})) == ""
    assert (
        step_of(whole.model_copy(update={"about": "title length"}))
        == "forecast_views: views of “title length”"
    )


def test_the_terminal_shows_each_call_once() -> None:
    table = sources_table(provenance(ANSWER, draft_messages()))
    assert table.row_count == 16
    assert str(table.caption).count("forecast_views was called with") == 1
    assert f"title: {DRAFT['title']}" in str(table.caption)


def test_origins_can_be_kept_as_json() -> None:
    for origin in provenance(ANSWER, draft_messages()):
        assert Origin.model_validate(json.loads(origin.model_dump_json())) == origin
