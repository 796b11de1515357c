"""One question, four surfaces: Python, command line, chat page and MCP give the same numbers."""

import json
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.shared.memory import create_connected_server_and_client_session

from shortcast_agent import mcp_server
from shortcast_agent.analyst import Analyst
from shortcast_agent.cli import main
from shortcast_agent.conversation import answer_turn, said
from shortcast_ml.records import Forecast
from shortcast_tools import TOOLS
from shortcast_tools.parts import Parts, parts, use

TITLE = "I tried the 3-second latte trick"
QUESTION = "Will this do well, and what should I change?"
DRAFT: dict[str, Any] = {"title": TITLE, "followers": 12000}


def numbers(forecast: dict[str, Any]) -> dict[str, Any]:
    """Return what a surface must not change."""
    names = (
        "views",
        "low",
        "high",
        "beats_typical",
        "typical_views",
        "horizon_days",
        "model",
        "anchor_source",
    )
    return {name: forecast[name] for name in names}


@pytest.fixture
def expected() -> dict[str, Any]:
    """The numbers of the Python tool."""
    forecast = TOOLS["forecast_views"](**DRAFT)
    assert isinstance(forecast, Forecast)
    assert forecast.low < forecast.views < forecast.high
    return numbers(forecast.model_dump(mode="json"))


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    with pytest.raises(SystemExit) as end:
        main(list(words))
    assert not end.value.code
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


def test_the_command_line_forecasts_what_python_forecasts(
    expected: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    given = ("--title", TITLE, "--followers", "12000", "--json")
    assert numbers(printed(capsys, "forecast", *given)) == expected


def test_the_analyst_forecasts_what_python_forecasts(
    expected: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    result = printed(capsys, "ask", "--title", TITLE, "--followers", "12000", "--json", QUESTION)
    assert numbers(result["report"]["forecast"]) == expected


def test_the_chat_page_forecasts_what_python_forecasts(expected: dict[str, Any]) -> None:
    question = f'My Short is called "{TITLE}" and I have 12,000 followers. {QUESTION}'
    *_, (_, report) = answer_turn(Analyst(parts()), question, [], "thread-1", said(question, []))
    assert report is not None
    assert report.forecast is not None
    assert numbers(report.forecast.model_dump(mode="json")) == expected


def test_a_real_mcp_client_forecasts_what_python_forecasts(expected: dict[str, Any]) -> None:
    async def ask() -> Any:
        async with create_connected_server_and_client_session(mcp_server.build(parts())) as client:
            return await client.call_tool("forecast_views", {**DRAFT, "detail": True})

    assert numbers(anyio.run(ask).structuredContent) == expected


def test_a_table_of_one_row_forecasts_what_python_forecasts(
    expected: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import pandas as pd

    table, out = tmp_path / "drafts.csv", tmp_path / "forecasts.csv"
    pd.DataFrame([DRAFT]).to_csv(table, index=False)
    with pytest.raises(SystemExit) as end:
        main(["forecast", "--table", str(table), "--out", str(out)])
    assert not end.value.code
    row = pd.read_csv(out).iloc[0]
    shared = ("views", "low", "high", "typical_views", "anchor_source")
    assert {name: row[f"forecast_{name}"] for name in shared} == {name: expected[name] for name in shared}


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("explain_forecast", DRAFT),
        ("suggest_changes", DRAFT),
        ("compare_variants", {"titles": [TITLE, "Latte"], "followers": 12000}),
        ("find_similar_videos", {"query": "latte art", "limit": 3}),
        ("diagnose_video", {"views": 900, "age_days": 4.0, **DRAFT}),
        ("forecast_next_day", {"views": 5000, "age_days": 0.25, "likes": 300}),
        ("inspect_draft", DRAFT),
    ],
)
def test_every_tool_gives_over_mcp_what_it_gives_in_python(
    name: str, arguments: dict[str, Any], shared_parts: Parts
) -> None:
    async def ask() -> Any:
        async with create_connected_server_and_client_session(mcp_server.build(shared_parts)) as client:
            return await client.call_tool(name, {**arguments, "detail": True})

    with use(shared_parts):
        in_python = TOOLS[name](**arguments).model_dump(mode="json")
    over_mcp = anyio.run(ask).structuredContent
    for result in (in_python, over_mcp):
        result.get("video", {}).pop("fetched_at", None)  # the moment of the call
        result.get("video", {}).pop("published_at", None)
    assert over_mcp == in_python
