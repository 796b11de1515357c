"""The tools as OpenAI function tools: schemas for strict mode, and one call from JSON to a short text."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests import fake_tools

from shortcast_agent.brief import MOST_TOKENS, tokens_at_most
from shortcast_agent.cli import main
from shortcast_agent.langchain_tools import as_langchain_tools
from shortcast_agent.openai_tools import as_openai_tools, call_openai_tool
from shortcast_ml.errors import InputError
from shortcast_ml.records import Record
from shortcast_tools import TOOLS


def objects(schema: Any) -> list[dict[str, Any]]:
    """Return every object schema within one."""
    if isinstance(schema, list):
        return [found for item in schema for found in objects(item)]
    if not isinstance(schema, dict):
        return []
    own = [schema] if schema.get("type") == "object" else []
    return own + [found for value in schema.values() for found in objects(value)]


@pytest.mark.parametrize("offered", as_openai_tools(), ids=list(TOOLS))
def test_a_schema_meets_strict_mode(offered: dict[str, Any]) -> None:
    function = offered["function"]
    assert offered["type"] == "function"
    assert function["strict"] is True
    assert 20 < len(function["description"]) <= 1024
    jsonschema.Draft202012Validator.check_schema(function["parameters"])
    assert '"default"' not in json.dumps(function["parameters"])
    for schema in objects(function["parameters"]):
        assert schema["additionalProperties"] is False
        assert schema["required"] == list(schema["properties"])


def test_what_may_be_left_out_may_be_null() -> None:
    by_name = {
        tool["function"]["name"]: tool["function"]["parameters"]["properties"] for tool in as_openai_tools()
    }
    assert by_name["fetch_video"]["url"]["type"] == "string"
    assert {"type": "null"} in by_name["forecast_views"]["title"]["anyOf"]
    assert by_name["forecast_views"]["title"]["description"].startswith("The video's title")
    assert by_name["forecast_views"]["followers"]["anyOf"].count({"type": "null"}) == 1


def test_a_call_from_json_gives_a_short_text_and_null_is_not_given() -> None:
    arguments = json.dumps({"title": "Latte", "followers": 900, "platform": None, "horizon_days": None})
    text = call_openai_tool("forecast_views", arguments, tools=fake_tools.TOOLS)
    expected = fake_tools.forecast_views("Latte", followers=900)
    assert text.startswith("**5K views** at 30 days")
    assert 4950 <= expected.views <= 5050
    assert tokens_at_most(text) <= MOST_TOKENS


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("forecast_views", "not json", "no JSON object"),
        ("forecast_views", "[1]", "no JSON object"),
        ("forecast_views", '{"titel": "x"}', "no argument `titel`"),
        ("forecast_views", '{"horizon_days": 8}', "`horizon_days`"),
        ("foretell", "{}", "no tool 'foretell'"),
        ("inspect_draft", '{"video": "/etc/passwd"}', "outside the folders"),
        ("fetch_video", '{"url": "http://127.0.0.1/v"}', "private network"),
    ],
)
def test_what_is_wrong_comes_back_as_a_sentence(name: str, arguments: str, words: str) -> None:
    text = call_openai_tool(name, arguments)
    assert words in text
    assert len(text.splitlines()) == 1


def test_langchain_tools_read_files_of_the_given_folders_only(tmp_path: Path) -> None:
    (tool,) = as_langchain_tools({"inspect_draft": TOOLS["inspect_draft"]}, files=[tmp_path])
    message = tool.invoke(
        {"type": "tool_call", "id": "1", "name": "inspect_draft", "args": {"video": "/etc/passwd"}}
    )
    assert message.status == "error"
    assert "outside the folders" in message.content
    (tmp_path / "a.mp4").write_text("no video")
    message = tool.invoke(
        {"type": "tool_call", "id": "2", "name": "inspect_draft", "args": {"video": "a.mp4"}}
    )
    assert "a.mp4" in message.content
    assert "outside" not in message.content


def test_the_command_prints_the_same_schemas_and_a_list_for_people(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["tools", "--json"])
    assert json.loads(capsys.readouterr().out) == as_openai_tools()
    with pytest.raises(SystemExit):
        main(["tools"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(TOOLS)


def test_an_argument_that_only_looks_like_a_list_stays_what_it_is() -> None:
    from shortcast_agent.calling import checked_arguments

    forecast = TOOLS["forecast_views"]
    assert checked_arguments("forecast_views", forecast, {"title": "[1, 2]"}) == {"title": "[1, 2]"}
    assert checked_arguments("forecast_views", forecast, {"recent_views": "[1, 2]"}) == {
        "recent_views": [1, 2]
    }
    with pytest.raises(InputError, match="`recent_views`"):
        checked_arguments("forecast_views", forecast, {"recent_views": "[1, "})


def test_arguments_that_make_no_sense_together_are_no_bug() -> None:
    class Pair(Record):
        low: int
        high: int

    def compare_variants(low: int, high: int) -> Record:
        """Compare."""
        return Pair.model_validate({"low": low, "hihg": high})

    text = call_openai_tool(
        "compare_variants", '{"low": 1, "high": 2}', tools={"compare_variants": compare_variants}
    )
    assert text.startswith("compare_variants can't be called like this: `high`: field required")
