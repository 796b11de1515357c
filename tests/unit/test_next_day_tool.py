"""The next 24 hours of a young video, as a tool: on the command line, over MCP, as LangChain's, and in the chat."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.shared.memory import create_connected_server_and_client_session
from tests import fake_tools

from shortcast_agent import mcp_server
from shortcast_agent.analyst import Analyst
from shortcast_agent.cli import main
from shortcast_agent.events import AskResult
from shortcast_agent.grounding import trace
from shortcast_agent.langchain_tools import as_langchain_tools, pack, summary_of, unpack
from shortcast_agent.planner import posted
from shortcast_ml.errors import InputError
from shortcast_ml.growth import views_by_day
from shortcast_ml.next_day import Look
from shortcast_ml.next_day import forecast_next_day as by_model
from shortcast_ml.records import NextDayForecast
from shortcast_ml.settings import Settings
from shortcast_ml.velocity import velocity
from shortcast_tools import TOOLS
from shortcast_tools.forecast_next_day import EarlierLook, forecast_next_day
from shortcast_tools.parts import Parts

YOUNG = {"views": 5000, "age_days": 0.25}


# --- the tool ----------------------------------------------------------------------------------------


def test_it_says_what_the_model_and_the_definitions_of_velocity_say() -> None:
    told = forecast_next_day(5000, 0.25, likes=400, comments=20, platform="youtube")
    model = by_model(5000, 0.25, 400, 20, "youtube")
    pace = velocity(5000, 0.25, "youtube", model.gained)
    assert (told.views, told.gained, told.model) == (model.views, model.gained, model.model)
    assert (told.low, told.high) == (5000 + model.low, 5000 + model.high)
    assert told.low <= told.views <= told.high
    assert told.by_age_alone == round(5000 * (1 + model.typical_growth))
    assert told.vs_now == told.views / 5000
    assert told.vs_age_alone == pytest.approx(told.views / told.by_age_alone)
    assert told.views_per_hour_now == pace.views_per_hour_now
    assert told.views_per_hour_so_far == pytest.approx(5000 / 6, abs=0.001)
    assert told.share_of_30_days == pace.share_of_30_days
    assert told.kind.startswith("A post-publish forecast")
    assert told.missing == ("category", "an earlier look")
    assert "retention" in " ".join(told.unknown)


def test_later_days_go_on_from_tomorrow_and_are_never_surer_than_it() -> None:
    told = forecast_next_day(5000, 0.25)
    week, month = told.by_horizon
    assert (week.horizon_days, month.horizon_days) == (7, 30)
    assert week.views == views_by_day(told.views, 1.25, [7], "youtube_shorts")[0].views
    assert told.views < week.views < month.views
    assert week.low >= told.low
    assert month.high / month.low > week.high / week.low > told.high / told.low


def test_an_earlier_look_is_read_from_a_record_a_dict_and_a_typed_pair() -> None:
    asked: dict[str, Any] = {"views": 90_000, "age_days": 1.5, "platform": "youtube"}
    told = forecast_next_day(**asked, earlier=[EarlierLook(age_days=0.5, views=20_000)], category_id=10)
    model = by_model(90_000, 1.5, None, None, "youtube", [Look(age_days=0.5, views=20_000)], category_id=10)
    assert told.views == model.views != forecast_next_day(**asked).views
    assert told.missing == ("likes and comments",)
    for earlier in ({"age_days": 0.5, "views": 20_000}, "0.5:20000"):
        assert forecast_next_day(**asked, earlier=[earlier], category_id=10) == told  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"views": 5000, "age_days": 10}, "10 days old.*first 4 days only"),
        ({"views": 0, "age_days": 1}, "no views yet"),
        ({"views": 5000, "age_days": 0}, "more than 0 days"),
        ({"views": 5000, "age_days": 1, "likes": -1}, "can't be negative"),
        ({"views": 10, "age_days": 2, "earlier": [EarlierLook(age_days=1, views=11)]}, "which came first"),
    ],
)
def test_what_it_cant_forecast_is_one_sentence(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        forecast_next_day(**given)


# --- surfaces ----------------------------------------------------------------------------------------


def command(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as end:
        main(["next-day", *words])
    printed = capsys.readouterr()
    return int(end.value.code or 0), printed.out, printed.err


def test_the_command_prints_the_record_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    words = (
        "--views",
        "9000",
        "--age-days",
        "1.5",
        "--platform",
        "youtube",
        "--earlier",
        "0.4:1200, 0.5:2000",
    )
    code, out, _ = command(capsys, *words, "--json")
    looks = [EarlierLook(age_days=0.4, views=1200), EarlierLook(age_days=0.5, views=2000)]
    assert code == 0
    expected = forecast_next_day(9000, 1.5, platform="youtube", earlier=looks)
    assert NextDayForecast.model_validate_json(out) == expected
    assert "an earlier look" in expected.evidence


def test_the_command_prints_the_interval_the_pace_and_what_is_not_known(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = command(capsys, "--views", "300", "--age-days", "0.25")
    words = " ".join(out.split())
    told = forecast_next_day(300, 0.25)
    assert code == 0
    assert f"{told.views} views in 24 hours, 80% interval" in words
    assert "the 300 that it has at 6 hours" in words
    assert "50 views an hour so far" in words
    assert "age alone foretold growth just as well" in words
    assert "Not known: what happens outside" in words
    assert "A post-publish forecast" in words
    assert told.model in words


@pytest.mark.parametrize(
    ("words", "about"),
    [
        (("--age-days", "1"), "--views"),
        (("--views", "10"), "--age-days"),
        (("--views", "10", "--age-days", "1", "--earlier", "soon"), "AGE_DAYS:VIEWS"),
        (("--views", "10", "--age-days", "9"), "first 4 days only"),
    ],
)
def test_the_command_says_what_does_not_fit(
    words: tuple[str, ...], about: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = command(capsys, *words)
    assert code != 0
    assert out == ""
    assert about in err


def test_over_mcp_it_is_offered_with_its_schema_and_gives_what_it_gives_in_python(home: Path) -> None:
    arguments = {**YOUNG, "earlier": [{"age_days": 0.1, "views": 900}]}

    async def ask() -> Any:
        async with create_connected_server_and_client_session(mcp_server.build(Parts())) as client:
            return (await client.list_tools()).tools, await client.call_tool(
                "forecast_next_day", {**arguments, "detail": True}
            )

    offered, result = anyio.run(ask)
    (tool,) = (tool for tool in offered if tool.name == "forecast_next_day")
    assert tool.inputSchema["required"] == ["views", "age_days"]
    assert "6 hours are 0.25" in tool.inputSchema["properties"]["age_days"]["description"]
    assert tool.annotations.readOnlyHint is True
    assert tool.annotations.openWorldHint is False
    in_python = forecast_next_day(5000, 0.25, earlier=[EarlierLook(age_days=0.1, views=900)])
    assert result.structuredContent == in_python.model_dump(mode="json")
    assert "not used" in " ".join(in_python.warnings)


def test_a_language_model_gets_the_record_and_a_thread_keeps_it() -> None:
    (tool,) = as_langchain_tools({"forecast_next_day": TOOLS["forecast_next_day"]})
    args = {**YOUNG, "earlier": [{"age_days": 0.1, "views": 900}]}
    message = tool.invoke({"type": "tool_call", "id": "1", "name": tool.name, "args": args})
    assert isinstance(message.artifact, NextDayForecast)
    assert json.loads(message.content)["views"] == message.artifact.views
    assert unpack(json.loads(json.dumps(pack(message.artifact)))) == message.artifact
    assert summary_of(fake_tools.forecast_next_day(5000, 0.25)) == "7.5K views in 24 hours (6K to 15K)"


# --- in the chat -------------------------------------------------------------------------------------


@pytest.fixture
def analyst(home: Path) -> Iterator[Analyst]:
    """An analyst over the fake tools."""
    held = Analyst(Parts(Settings(home=home)), tools=fake_tools.TOOLS)
    yield held
    held.close()


def calls(result: AskResult) -> list[tuple[str, dict[str, Any]]]:
    return [(call.name, call.arguments) for call in result.tool_calls]


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("My Short has 5,000 views after 6 hours. How many views will it have tomorrow?", YOUNG),
        ("It has 5,000 views after 6 hours, what will the next 24 hours bring?", YOUNG),
        (
            "posted 2 days ago, 12k views and 300 likes, 25 comments. Where will it be by tomorrow?",
            {"views": 12_000, "age_days": 2.0, "likes": 300, "comments": 25},
        ),
        (
            "My TikTok got 800 views in 10 hours. How many in the next day?",
            {"views": 800, "age_days": 10 / 24, "platform": "tiktok"},
        ),
        (
            'My Short "Latte trick" has 700 views, it has been up for 3 hours. How many 24 hours from now?',
            {"views": 700, "age_days": 3 / 24, "platform": "youtube_shorts"},
        ),
        ("6시간 전에 올렸는데 조회수 5,000. 내일은 몇 회?", YOUNG),
        ("Publiqué hace 6 horas y tiene 5,000 vistas. ¿Cuántas tendrá mañana?", YOUNG),
        ("Publiée il y a 6 heures, elle a 5,000 vues. Combien demain ?", YOUNG),
        ("Đã đăng cách đây 6 giờ, được 5,000 lượt xem. Ngày mai sẽ được bao nhiêu?", YOUNG),
    ],
)
def test_a_question_about_tomorrow_calls_the_tool(
    analyst: Analyst, text: str, arguments: dict[str, Any]
) -> None:
    result = analyst.ask(text)
    ((name, given),) = calls(result)
    assert name == "forecast_next_day"
    assert {"platform": given.get("platform"), **given} == pytest.approx(
        {"platform": given.get("platform"), **arguments}
    )
    first = result.answer.splitlines()[0]
    assert re.search(r"\b24\b|24시간", first)
    assert "80%" in first


@pytest.mark.parametrize(
    "text",
    [
        'Will "Latte trick" do well if I post it tomorrow? My videos usually get 5,000 views',
        'My last one got 5,000 views. How would "Latte trick" do tomorrow?',
        'How many views will "Latte trick" have by tomorrow?',
        "My video got 240 views after 4 days, why did it flop? I post the next tomorrow",
        "I posted it 3 days ago and it got 300 views. Is that good?",
    ],
)
def test_drafts_and_flops_are_left_to_their_own_tools(analyst: Analyst, text: str) -> None:
    assert "forecast_next_day" not in [name for name, _ in calls(analyst.ask(text))]


def test_the_answer_gives_verdict_velocity_and_unknowns_and_every_number_stands_in_a_record(
    analyst: Analyst,
) -> None:
    text = "It has 5,137 views after 7 hours, 211 likes. How many tomorrow?"
    result = analyst.ask(text)
    record = fake_tools.forecast_next_day(**result.tool_calls[0].arguments)
    assert result.report.next_day == record
    assert trace(result.answer, [result.report, text]).untraced == ()
    assert result.answer.startswith(
        "**About 7.9K views in 24 hours** on YouTube Shorts (80% interval: 6.2K to 15.4K)"
    )
    assert "x1.54 the 5.1K that it has after 7 hours" in result.answer
    assert "**Faster than its age foretells**" in result.answer
    assert "734 views an hour so far" in result.answer
    assert "20% of its 30-day views" in result.answer
    assert "Cannot be known" in result.answer
    assert "post-publish" in result.answer


def test_every_number_of_a_real_forecast_can_be_traced() -> None:
    for given in (
        {"views": 5000, "age_days": 0.25},
        {"views": 7, "age_days": 3.9},
        {"views": 10**7, "age_days": 0.03},
    ):
        record = forecast_next_day(**given)  # type: ignore[arg-type]
        assert trace(posted.next_day(record), [record]).untraced == ()


def test_the_verdict_says_whether_age_alone_lies_inside_the_interval() -> None:
    record = fake_tools.forecast_next_day(1000, 1)
    about = record.model_copy(update={"by_age_alone": 1400})
    slower = record.model_copy(update={"by_age_alone": 9000})
    assert "Faster than" in posted.next_day(record)
    assert "1.4K, inside that interval" in posted.next_day(about)
    assert "Slower than" in posted.next_day(slower)


def test_what_is_missing_is_asked_for_and_the_answer_to_it_is_enough(analyst: Analyst) -> None:
    asked = analyst.ask("My video has 5,000 views and 300 likes today. How many tomorrow?")
    assert calls(asked) == []
    assert "ow many hours or days ago" in asked.answer
    told = analyst.ask("6 hours", thread=asked.thread)
    assert calls(told) == [("forecast_next_day", {**YOUNG, "likes": 300})]
    more = analyst.ask("and it has 20 comments", thread=asked.thread)
    assert calls(more) == [("forecast_next_day", {**YOUNG, "likes": 300, "comments": 20})]
    later = analyst.ask("now it has 8,000 views", thread=asked.thread)
    assert calls(later) == []
    assert "ow many hours or days ago" in later.answer
    assert (
        "ow many views does it have now"
        in analyst.ask("I published it 6 hours ago. How many views tomorrow?").answer
    )


def test_a_links_own_counts_are_read_first_and_kept_for_the_next_question(analyst: Analyst) -> None:
    link = "https://youtu.be/abc"
    seen = {"views": 214, "age_days": 3.0, "likes": 12, "comments": 3, "platform": "youtube_shorts"}
    first = analyst.ask(f"{link} how many views will it have tomorrow?")
    assert calls(first) == [("fetch_video", {"url": link}), ("forecast_next_day", seen)]
    fetched = analyst.ask(f"what is {link} ?")
    assert calls(analyst.ask("And how many by tomorrow?", thread=fetched.thread)) == [
        ("forecast_next_day", seen)
    ]
    dead = analyst.ask("https://youtu.be/dead how many views will it have tomorrow?")
    assert [name for name, _ in calls(dead)] == ["fetch_video"]
    assert "gone or private" in dead.answer


def test_a_diagnosed_video_can_be_asked_about_tomorrow(analyst: Analyst) -> None:
    first = analyst.ask("Why did this flop? It has 300 views and I posted it 2 days ago")
    assert calls(analyst.ask("How many views will it have tomorrow?", thread=first.thread)) == [
        ("forecast_next_day", {"views": 300, "age_days": 2.0})
    ]
