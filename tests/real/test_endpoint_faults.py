"""Whatever an endpoint does, a turn ends in a useful answer within its budget, and says what happened."""

import time
from collections.abc import Callable, Iterator, Sequence
from email.utils import formatdate
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tests import fake_tools
from tests.fake_openai import FakeOpenAI, Script, call, empty, fail, page, raw, say, serving

from shortcast_agent import router
from shortcast_agent.analyst import Analyst
from shortcast_agent.endpoint import Endpoint, probe
from shortcast_agent.events import AskResult
from shortcast_agent.llm import LLMTrouble
from shortcast_ml.settings import Settings
from shortcast_tools.parts import Parts

TITLE = "I tried the 3-second latte trick"
QUESTION = f'I have 12k subs. How many views will "{TITLE}" get?'
TURN_S = 12.0
SILENCE_S = 0.6
CHUNK = b'data: {"choices": [{"index": 0, "delta": {"content": "About "}, "finish_reason": null}]}\n\n'

Opened = Callable[..., tuple[Analyst, FakeOpenAI]]


@pytest.fixture
def opened(home: Path) -> Iterator[Opened]:
    """Open an analyst over an endpoint that follows a script, able to do what `mode` says."""
    held: list[Any] = []

    def build(script: Sequence[Script], mode: str = "native", **settings: Any) -> tuple[Analyst, FakeOpenAI]:
        manager = serving(script)
        server = manager.__enter__()
        server.mode = mode
        chosen = {
            "llm_model": "fake-model", "llm_timeout_s": 10.0, "turn_timeout_s": TURN_S, "llm_max_retries": 1,
        } | settings  # fmt: skip
        analyst = Analyst(
            Parts(Settings(home=home, llm_base_url=server.url, **chosen)), tools=fake_tools.TOOLS
        )
        held.append((manager, analyst))
        return analyst, server

    yield build
    for manager, analyst in held:
        analyst.close()
        manager.__exit__(None, None, None)


def assert_useful(result: AskResult) -> None:
    """Hold the offline analyst's answer against what the creator asked."""
    good = [call for call in result.tool_calls if call.ok and call.name == "forecast_views"]
    assert good
    assert good[-1].arguments["title"] == TITLE
    assert result.report.forecast is not None
    assert "80%" in result.answer


FAULTS: dict[str, tuple[list[Script], str]] = {
    "401": ([fail(401)], "refused the key"),
    "403": ([fail(403)], "refused the key"),
    "404": ([fail(404)], "does not know the model"),
    "429": ([fail(429)], "rate limit"),
    "429 that asks for ten minutes": ([fail(429, retry_after="600")], "asks to wait 600 seconds"),
    "429 until a date": ([fail(429, retry_after=formatdate(time.time() + 3600))], "asks to wait"),
    "500": ([fail(500)], "status 500"),
    "503": ([fail(503, retry_after="soon")], "status 503"),
    "hangs before it answers": ([say("Too late.", delay_s=30)], "took too long"),
    "hangs in the middle": ([say("One two three four five six.", pause_s=3)], "took too long"),
    "half a stream": ([raw(CHUNK * 3)], "broke off"),
    "half a line of a stream": ([raw(CHUNK + b'data: {"choi')], "broke off"),
    "a stream of no JSON": ([raw(b"data: <html>\n\n")], "not an answer"),
    "a stream of other JSON": ([raw(b'data: {"result": [1, 2]}\n\ndata: [DONE]\n\n')], ""),
    "a web page": ([page()], ""),
    "nothing at all": ([empty()], "empty"),
    "words without end": ([raw(CHUNK * 12_000)], "without end"),
    "tool calls of broken JSON": ([call(("forecast_views", '{"title": '))], "can't be read"),
    "invented numbers only": ([say("Exactly 987,654 views.")], "could be traced"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_ends_in_the_offline_analysts_answer(opened: Opened, name: str) -> None:
    script, why = FAULTS[name]
    analyst, _ = opened(script, llm_timeout_s=SILENCE_S if "hangs" in name else 10.0)
    started = time.monotonic()
    result = analyst.ask(QUESTION)
    assert time.monotonic() - started < TURN_S
    assert_useful(result)
    assert result.analyst == "offline analyst"
    assert any(why in notice and "The offline analyst answers" in notice for notice in result.notices)


@pytest.mark.parametrize(
    "name", ["429 that asks for ten minutes", "500", "hangs before it answers", "half a stream"]
)
def test_a_router_that_fails_leaves_the_planner_to_understand(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    script, _ = FAULTS[name]
    monkeypatch.setattr(router, "likelihoods", lambda turn, talk: {"forecast": 0.4, "judge": 0.3})
    monkeypatch.setattr(router, "understand", lambda turn, talk: ("forecast",))
    analyst, server = opened(script, mode="router", llm_timeout_s=SILENCE_S if "hangs" in name else 10.0)
    result = analyst.ask(QUESTION)
    assert_useful(result)
    assert server.requests
    assert all("asks_for" in str(request["response_format"]) for request in server.requests)
    assert result.analyst == "offline analyst"
    assert "The offline analyst answers instead" in result.notices[0]


def test_an_endpoint_that_is_down_is_named(opened: Opened, home: Path) -> None:
    settings = Settings(home=home, llm_model="m", llm_base_url="http://127.0.0.1:9/v1", turn_timeout_s=TURN_S)
    analyst = Analyst(Parts(settings), tools=fake_tools.TOOLS)
    result = analyst.ask(QUESTION)
    analyst.close()
    assert_useful(result)
    assert "can't be reached" in result.notices[0]


def test_a_short_wait_that_is_asked_for_is_kept(opened: Opened) -> None:
    analyst, server = opened([fail(429, retry_after="1"), say("Good to see you.")])
    started = time.monotonic()
    result = analyst.ask("hello")
    assert 1.0 <= time.monotonic() - started < TURN_S
    assert result.answer == "Good to see you."
    assert len(server.requests) == 2


def test_an_endpoint_that_asks_for_a_long_wait_is_left_alone_meanwhile(opened: Opened) -> None:
    analyst, server = opened([fail(429, retry_after="600"), say("I am back.")])
    first = analyst.ask(QUESTION)
    second = analyst.ask(QUESTION, thread=first.thread)
    assert len(server.requests) == 1
    assert "asked again in" in second.notices[0]
    assert_useful(second)


def test_an_endpoint_that_hung_is_not_waited_for_again(opened: Opened) -> None:
    analyst, server = opened([say("Too late.", delay_s=30)], llm_timeout_s=SILENCE_S)
    first = analyst.ask(QUESTION)
    started = time.monotonic()
    analyst.ask(QUESTION, thread=first.thread)
    assert time.monotonic() - started < TURN_S / 2
    assert len(server.requests) == 1


def test_a_tool_that_does_not_exist_is_told_and_the_answer_goes_on(opened: Opened) -> None:
    forecast = fake_tools.forecast_views(title=TITLE)
    analyst, _ = opened(
        [
            call(("predict_virality", {"title": TITLE})),
            call(("forecast_views", {"title": TITLE})),
            say(f"About {forecast.views:,} views."),
        ]
    )
    result = analyst.ask(QUESTION)
    assert [call.ok for call in result.tool_calls] == [False, True]
    assert "There is no tool predict_virality" in str(result.tool_calls[0].error)
    assert result.answer == f"About {forecast.views:,} views."


def test_a_loop_of_tool_calls_ends_within_the_budget(opened: Opened) -> None:
    nth = count()
    analyst, server = opened(
        [lambda request: call(("forecast_views", {"title": f"{TITLE} {next(nth)}"}))], max_tool_calls=4
    )
    result = analyst.ask(QUESTION)
    assert len(server.requests) <= 6
    assert sum(call.ok for call in result.tool_calls) <= 5
    assert "asks for tools without end" in result.notices[0]
    assert "80%" in result.answer


# --- what an endpoint can do --------------------------------------------------------------------------


def _settings(home: Path, server: FakeOpenAI, **more: Any) -> Settings:
    return Settings(home=home, llm_model="fake-model", llm_base_url=server.url, **more)


@pytest.mark.parametrize("mode", ["native", "router", "plain"])
def test_an_endpoint_is_asked_once_what_it_can_do(home: Path, mode: str) -> None:
    with serving([say("Hi.")]) as server:
        server.mode = mode
        first, second = Endpoint(_settings(home, server)), Endpoint(_settings(home, server))
        first.open()
        asked = server.probes
        second.open()
        assert first.abilities is not None
        assert first.abilities.mode == mode
        assert first.abilities.counts_tokens
        assert second.abilities == first.abilities
        assert server.probes == asked > 0


def test_what_an_endpoint_can_do_may_be_set(home: Path) -> None:
    with serving([say("Hi.")]) as server:
        endpoint = Endpoint(_settings(home, server, llm_tools="router"))
        endpoint.open()
        assert endpoint.abilities is not None
        assert (endpoint.abilities.mode, server.probes) == ("router", 0)


def test_a_probe_of_nothing_says_why(home: Path) -> None:
    settings = Settings(home=home, llm_model="m", llm_base_url="http://127.0.0.1:9/v1")
    with pytest.raises(LLMTrouble, match="can't be reached"):
        probe(settings, "m")


def test_a_damaged_memory_of_endpoints_is_asked_for_again(home: Path) -> None:
    (home / "endpoints.json").write_text("{not json")
    with serving([say("Hi.")]) as server:
        endpoint = Endpoint(_settings(home, server))
        endpoint.open()
        assert server.probes == 1
    assert '"native"' in (home / "endpoints.json").read_text()


def test_a_small_model_is_asked_within_a_schema_and_the_planner_fills_in(opened: Opened) -> None:
    analyst, server = opened([say('{"asks_for": "forecast"}')], mode="router")
    scores = {"forecast": 0.3, "judge": 0.4}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(router, "likelihoods", lambda turn, talk: scores)
        patch.setattr(router, "understand", lambda turn, talk: ("judge",))
        result = analyst.ask(QUESTION)
    assert_useful(result)
    assert [call.name for call in result.tool_calls] == ["forecast_views"]
    assert result.tool_calls[0].arguments["followers"] == 12_000
    assert result.notices == ()
    form = server.requests[0]["response_format"]["json_schema"]["schema"]
    assert form["properties"]["asks_for"]["enum"] == ["judge", "forecast"]
    assert "tools" not in server.requests[0]


def test_a_model_that_may_write_words_the_results_and_is_checked(opened: Opened) -> None:
    forecast = fake_tools.forecast_views(title=TITLE, followers=12_000)
    words = f"Expect about {forecast.views:,} views. That makes 4,321 dollars."
    analyst, server = opened([say(words)], mode="plain", llm_writes=True)
    result = analyst.ask(QUESTION)
    assert result.analyst == "fake-model"
    assert result.answer == f"Expect about {forecast.views:,} views."
    assert "4,321" in result.notices[0]
    assert "RESULTS" in server.requests[0]["messages"][-1]["content"]


def test_a_model_that_can_do_neither_is_not_asked_unless_it_may_write(opened: Opened) -> None:
    analyst, server = opened([say("Nobody hears this.")], mode="plain")
    result = analyst.ask(QUESTION)
    assert_useful(result)
    assert (result.analyst, result.usage, server.requests) == ("offline analyst", None, [])


def test_tokens_and_their_price_are_counted_over_a_turn(opened: Opened) -> None:
    usage = b'"usage": {"prompt_tokens": 1000, "completion_tokens": 50, "total_tokens": 1050}'
    stream = (
        b'data: {"choices": [{"index": 0, "delta": {"content": "Hello."}, "finish_reason": "stop"}]}\n\n'
        b'data: {"choices": [], ' + usage + b"}\n\ndata: [DONE]\n\n"
    )
    analyst, _ = opened([raw(stream)], llm_price_in=2.0, llm_price_out=10.0)
    result = analyst.ask("hello")
    assert result.usage is not None
    assert (result.usage.model_calls, result.usage.input_tokens, result.usage.output_tokens) == (1, 1000, 50)
    assert result.usage.cost_usd == pytest.approx(0.0025)
