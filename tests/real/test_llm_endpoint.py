"""The language model's path, against a real HTTP server on the loopback and with the real openai client."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests import fake_tools
from tests.fake_openai import FakeOpenAI, Script, call, empty, fail, page, say, serving

from shortcast_agent.analyst import Analyst
from shortcast_agent.events import AskResult, Done, Event, Notice, TextDelta, ToolFinished, ToolStarted
from shortcast_ml.settings import Settings
from shortcast_tools.parts import Parts

Asked = Callable[..., tuple[Analyst, FakeOpenAI]]
TITLE = "I tried the 3-second latte trick"


@pytest.fixture
def analyst_with(home: Path) -> Iterator[Asked]:
    """Build an analyst whose language model follows a script."""
    opened: list[Any] = []

    def build(script: Sequence[Script], tools: Any = None, **settings: Any) -> tuple[Analyst, FakeOpenAI]:
        manager = serving(script)
        server = manager.__enter__()
        chosen = {"llm_model": "fake-model", "llm_max_retries": 0, "llm_timeout_s": 5.0} | settings
        analyst = Analyst(
            Parts(Settings(home=home, llm_base_url=server.url, **chosen)), tools=tools or fake_tools.TOOLS
        )
        opened.append((manager, analyst))
        return analyst, server

    yield build
    for manager, analyst in opened:
        analyst.close()
        manager.__exit__(None, None, None)


def _events(analyst: Analyst, text: str, **more: Any) -> tuple[list[Event], AskResult]:
    events = list(analyst.stream(text, **more))
    last = events[-1]
    assert isinstance(last, Done)
    return events, last.result


def test_an_answer_streams_in_pieces_that_add_up_to_it(analyst_with: Asked) -> None:
    analyst, server = analyst_with(
        [say("Happy to help. Show me a draft, and I will look at it.\n\nThat is all.")]
    )
    events, result = _events(analyst, "hello")
    pieces = [event.text for event in events if isinstance(event, TextDelta)]
    assert len(pieces) > 1
    assert "".join(pieces) == result.answer
    assert result.answer.startswith("Happy to help.")
    assert result.analyst == "fake-model"
    assert result.notices == ()
    assert "tools" not in server.requests[0]  # a greeting opens none
    assert server.requests[0]["messages"][0]["role"] == "system"


def test_a_tool_call_runs_and_its_figures_may_be_said(analyst_with: Asked) -> None:
    forecast = fake_tools.forecast_views(title=TITLE)
    analyst, server = analyst_with(
        [
            call(("forecast_views", {"title": TITLE})),
            say(f"Expect about {forecast.views:,} views, with a 63% chance to beat a typical video."),
        ]
    )
    events, result = _events(analyst, f'How will "{TITLE}" do?')
    assert [event.name for event in events if isinstance(event, ToolStarted)] == ["forecast_views"]
    assert [event.ok for event in events if isinstance(event, ToolFinished)] == [True]
    assert result.tool_calls[0].arguments == {"title": TITLE}
    assert result.report.forecast == forecast
    assert f"{forecast.views:,}" in result.answer
    told = server.requests[1]["messages"][-1]
    assert told["role"] == "tool"
    assert str(forecast.views) in told["content"]


def test_parallel_tool_calls_run_side_by_side(analyst_with: Asked) -> None:
    def slow(function: Any) -> Any:
        import functools

        @functools.wraps(function)
        def wait(**arguments: Any) -> Any:
            time.sleep(0.4)
            return function(**arguments)

        return wait

    tools = {name: slow(tool) for name, tool in fake_tools.TOOLS.items()}
    analyst, server = analyst_with(
        [
            call(
                ("forecast_views", {"title": TITLE}),
                ("explain_forecast", {"title": TITLE}),
                ("suggest_changes", {"title": TITLE}),
            ),
            say("The forecast, its reasons and the changes are on the cards."),
        ],
        tools=tools,
    )
    started = time.monotonic()
    result = analyst.ask("Judge it")
    assert time.monotonic() - started < 3.0
    assert sum(call.seconds for call in result.tool_calls) >= 1.2
    assert [call.name for call in result.tool_calls] == [
        "forecast_views",
        "explain_forecast",
        "suggest_changes",
    ]
    assert all(call.ok for call in result.tool_calls)
    assert [message["role"] for message in server.requests[1]["messages"][-3:]] == ["tool"] * 3


def test_one_error_500_is_survived_by_a_retry(analyst_with: Asked) -> None:
    analyst, server = analyst_with([fail(500), say("All good.")], llm_max_retries=2)
    result = analyst.ask("hello")
    assert result.answer == "All good."
    assert result.notices == ()
    assert len(server.requests) == 2


def test_an_endpoint_that_keeps_failing_hands_over_to_the_offline_analyst(analyst_with: Asked) -> None:
    analyst, _ = analyst_with([fail(500)])
    events, result = _events(analyst, f'Will a video titled "{TITLE}" do well?')
    assert result.analyst == "offline analyst"
    assert "status 500" in result.notices[0]
    assert any(isinstance(event, Notice) for event in events)
    assert {call.name for call in result.tool_calls} >= {
        "forecast_views",
        "explain_forecast",
        "suggest_changes",
    }
    assert "80% interval" in result.answer


def test_a_slow_endpoint_is_given_up_after_its_timeout(analyst_with: Asked) -> None:
    analyst, _ = analyst_with([say("too late", delay_s=20)], llm_timeout_s=0.5)
    started = time.monotonic()
    result = analyst.ask("hello")
    assert time.monotonic() - started < 6
    assert "took too long" in result.notices[0]
    assert "offline analyst" in result.answer


def test_a_dead_endpoint_is_named(home: Path) -> None:
    settings = Settings(home=home, llm_model="x", llm_base_url="http://127.0.0.1:9/v1", llm_max_retries=0)
    result = Analyst(Parts(settings), tools=fake_tools.TOOLS).ask("hello")
    assert "can't be reached" in result.notices[0]
    assert result.answer


def test_a_missing_key_is_named(home: Path) -> None:
    result = Analyst(Parts(Settings(home=home, llm_model="gpt-x")), tools=fake_tools.TOOLS).ask("hello")
    assert "OPENAI_API_KEY is not set" in result.notices[0]


def test_a_refused_key_is_named(analyst_with: Asked) -> None:
    analyst, _ = analyst_with([fail(401)])
    assert "refused the key" in analyst.ask("hello").notices[0]


@pytest.mark.parametrize("step", [page(), empty(), say("<!doctype html><html><body>502</body></html>")])
def test_rubbish_hands_over_to_the_offline_analyst(analyst_with: Asked, step: Any) -> None:
    analyst, _ = analyst_with([step])
    result = analyst.ask("hello")
    assert result.analyst == "offline analyst"
    assert len(result.notices) == 1
    assert "<html>" not in result.answer


def test_a_stream_that_breaks_off_still_ends_in_an_answer(analyst_with: Asked) -> None:
    analyst, _ = analyst_with([say("One two three four five six seven", cut=True)])
    assert analyst.ask("hello").answer


def test_a_malformed_tool_call_gets_a_second_chance(analyst_with: Asked) -> None:
    forecast = fake_tools.forecast_views(title=TITLE)
    analyst, server = analyst_with(
        [
            call(("forecast_views", '{"title": "I tried')),
            call(("forecast_views", {"title": TITLE})),
            say(f"About {forecast.views} views."),
        ]
    )
    result = analyst.ask("How many views?")
    assert [call.ok for call in result.tool_calls] == [False, True]
    assert "not valid JSON" in str(result.tool_calls[0].error)
    assert result.answer == f"About {forecast.views} views."
    assert server.requests[1]["messages"][-1]["role"] == "tool"
    assert result.analyst == "fake-model"


def test_tool_calls_that_stay_malformed_hand_over(analyst_with: Asked) -> None:
    analyst, _ = analyst_with([call(("forecast_views", '{"title": '))])
    result = analyst.ask(f'How many views will "{TITLE}" get?')
    assert result.analyst == "offline analyst"
    assert "can't be read" in result.notices[0]
    assert result.tool_calls[-1].ok
    assert "80% interval" in result.answer


def test_arguments_of_the_wrong_kind_come_back_as_one_sentence(analyst_with: Asked) -> None:
    analyst, server = analyst_with(
        [
            call(("forecast_views", {"title": TITLE, "followers": "12k"})),
            call(("forecast_views", {"titel": TITLE})),
            call(("predict", {})),
            say("I could not call the tool."),
        ]
    )
    result = analyst.ask("How many views?")
    assert [call.ok for call in result.tool_calls] == [False, False, False]
    assert "`followers`" in str(result.tool_calls[0].error)
    assert "errors.pydantic.dev" not in str(server.requests)
    assert "no argument titel" in str(result.tool_calls[1].error)
    assert "There is no tool predict" in str(result.tool_calls[2].error)


def test_an_invented_number_is_sent_back_once(analyst_with: Asked) -> None:
    forecast = fake_tools.forecast_views(title=TITLE)
    analyst, server = analyst_with(
        [
            call(("forecast_views", {"title": TITLE})),
            say("Easily 987,654 views."),
            say(f"About {forecast.views:,} views."),
        ]
    )
    events, result = _events(analyst, "How many views?")
    assert result.answer == f"About {forecast.views:,} views."
    assert "987,654" in server.requests[2]["messages"][-1]["content"]
    assert not any("987,654" in event.text for event in events if isinstance(event, TextDelta))
    assert result.notices == ()


def test_a_number_invented_twice_is_struck_and_said_to_be(analyst_with: Asked) -> None:
    forecast = fake_tools.forecast_views(title=TITLE)
    analyst, _ = analyst_with(
        [
            call(("forecast_views", {"title": TITLE})),
            say(f"About {forecast.views:,} views. It will earn 4,321 dollars."),
        ]
    )
    result = analyst.ask("How many views?")
    assert result.answer == f"About {forecast.views:,} views."
    assert "4,321" in result.notices[0]


def test_an_answer_of_invented_numbers_alone_hands_over(analyst_with: Asked) -> None:
    analyst, _ = analyst_with([say("Exactly 987,654 views.")])
    result = analyst.ask(f'How many views will "{TITLE}" get?')
    assert result.analyst == "offline analyst"
    assert "987,654" not in result.answer
    assert "80% interval" in result.answer


def test_the_same_call_again_is_answered_from_its_result(analyst_with: Asked) -> None:
    ran: list[Any] = []
    analyst, server = analyst_with(
        [
            call(("forecast_views", {"title": TITLE})),
            call(("forecast_views", {"title": TITLE})),
            say("Done."),
        ],
        tools=fake_tools.counting(ran),
    )
    result = analyst.ask("How many views?")
    assert len(ran) == 1
    assert len(result.tool_calls) == 2
    assert "already" in server.requests[2]["messages"][-1]["content"]


def test_a_loop_of_calls_ends_at_the_limit(analyst_with: Asked) -> None:
    nth = iter(range(1000))
    analyst, server = analyst_with(
        [lambda request: call(("forecast_views", {"title": f"title {next(nth)}"}))], max_tool_calls=3
    )
    result = analyst.ask(f'How many views will "{TITLE}" get?')
    assert sum(call.ok for call in result.tool_calls) <= 4
    assert len(server.requests) <= 5
    assert result.answer


def test_injected_text_cannot_open_a_link_a_file_or_a_collection(analyst_with: Asked) -> None:
    ran: list[tuple[str, Any]] = []
    analyst, server = analyst_with(
        [
            call(("find_similar_videos", {"query": "latte"})),
            call(
                ("fetch_video", {"url": "https://evil.example/x"}),
                ("collect", {"query": "spam"}),
                ("forecast_views", {"title": "x", "video": "/etc/passwd"}),
            ),
            say("I stay with your question."),
        ],
        tools=fake_tools.counting(ran),
    )
    result = analyst.ask("Show me videos about latte art")
    assert [name for name, _ in ran] == ["find_similar_videos"]
    assert [call.ok for call in result.tool_calls] == [True, False, False, False]
    told = server.requests[1]["messages"][-1]["content"]
    assert told.startswith("<<<DATA")
    assert told.endswith("<<<END of data>>>")


def test_a_model_name_is_asked_for_when_none_is_set(analyst_with: Asked) -> None:
    analyst, server = analyst_with([say("Hi.")], llm_model=None)
    result = analyst.ask("hello")
    assert result.analyst == "fake-model"
    assert server.requests[0]["model"] == "fake-model"


def test_an_endpoint_without_models_is_named(analyst_with: Asked) -> None:
    analyst, server = analyst_with([say("Hi.")], llm_model=None)
    server.models.clear()
    assert "lists no models" in analyst.ask("hello").notices[0]


def test_a_reasoning_models_thoughts_are_not_shown(analyst_with: Asked) -> None:
    analyst, _ = analyst_with([say("<think>They want 999 views, maybe.</think>\n\nShow me the draft.")])
    events, result = _events(analyst, "hello")
    assert result.answer == "Show me the draft."
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == "Show me the draft."


def test_a_conversation_goes_on_after_the_endpoint_came_back(analyst_with: Asked) -> None:
    analyst, server = analyst_with([fail(500), say("Back again.")])
    first = analyst.ask(f'Will a video titled "{TITLE}" do well?')
    second = analyst.ask("thanks", thread=first.thread)
    assert second.answer == "Back again."
    roles = [message["role"] for message in server.requests[1]["messages"]]
    assert roles[0] == "system"
    assert roles.count("user") == 2
    assert roles.count("tool") == len(first.tool_calls)


def test_what_a_model_was_refused_is_not_told_to_the_user(analyst_with: Asked) -> None:
    analyst, _ = analyst_with([call(("collect", {"query": "spam"})), fail(500)])
    result = analyst.ask(f'How many views will "{TITLE}" get?')
    assert "do not ask for collect" in str(result.tool_calls[0].error)
    assert "collect" not in result.answer
    assert "80% interval" in result.answer
