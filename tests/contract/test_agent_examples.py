"""The examples of docs/agents.md run as they are printed there."""

import json
import os
import re
import runpy
import sys
from pathlib import Path

import pytest
from tests.fake_openai import call, say, serving
from tests.mcp_site import copied_home, http_server

from shortcast_tools.parts import Parts

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples"
DRAFT = {"title": "I tried the 3-second latte trick", "followers": 12000}


@pytest.fixture(autouse=True)
def commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Put `shortcast` on the path, and stand in an empty folder."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def searched_home(shared_parts: Parts, tmp_path: Path) -> Path:
    """Return a copy of a home whose search index is made."""
    return copied_home(shared_parts, tmp_path / "home")


def printed(name: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    runpy.run_path(str(EXAMPLES / name), run_name="__main__")
    return capsys.readouterr().out.splitlines()


def test_the_page_prints_every_example_as_it_is() -> None:
    page = (ROOT / "docs" / "agents.md").read_text(encoding="utf-8")
    files = sorted(path.name for path in EXAMPLES.iterdir() if path.is_file())
    assert len(files) == 6
    for name in files:
        block = re.search(rf"\[`{name}`\]\(examples/{name}\)\n\n```\w+\n(.*?)\n```", page, re.DOTALL)
        assert block is not None, name
        assert block[1] == (EXAMPLES / name).read_text(encoding="utf-8").rstrip("\n"), name


def test_plain_python(capsys: pytest.CaptureFixture[str]) -> None:
    views, ahead, error = printed("plain_python.py", capsys)
    assert re.fullmatch(r"[\d,]+ views at 30 days, 80% interval [\d,]+ to [\d,]+", views)
    assert ahead == "too close to tell" or ahead.startswith("ahead: ")
    assert "gone.mp4" in error


def test_an_mcp_client_over_stdio(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mcp.client.stdio.get_default_environment", lambda: dict(os.environ))
    lines = printed("mcp_stdio.py", capsys)
    assert "forecast_views" in lines[0]
    assert "80% interval" in lines[1]
    assert lines[-2].endswith("changes in full")
    assert lines[-1].startswith("True forecast_views can't be called like this: `horizon_days`")


def test_the_json_of_a_client_names_the_command() -> None:
    server = json.loads((EXAMPLES / "mcp_client.json").read_text())["mcpServers"]["shortcast"]
    assert Path(server["command"]).name == "shortcast"
    assert server["args"][0] == "mcp"


def test_an_mcp_client_over_http(
    searched_home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SHORTCAST_HOME", str(searched_home))
    monkeypatch.setenv("SHORTCAST_MCP_TOKEN", "a-token-of-the-tests-0123456789")
    with http_server(dict(os.environ), tmp_path / "log") as address:
        monkeypatch.setenv("SHORTCAST_MCP_URL", address)
        lines = printed("mcp_http.py", capsys)
    assert any(re.fullmatch(r"\d+ of \d+: .+", line) for line in lines)
    assert any("78 videos" in line for line in lines)
    assert any(line.startswith('{"kind":"demo"') for line in lines)
    assert lines[-1] in ("Request cancelled", "answered first")


def test_a_tool_calling_loop(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    secret = {"video": "/etc/passwd", "title": "x"}
    with serving(
        [call(("forecast_views", DRAFT), ("inspect_draft", secret)), say("About what is usual.")]
    ) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        monkeypatch.setenv("MODEL", "fake-model")
        assert printed("openai_loop.py", capsys) == ["About what is usual."]
    first, second = server.requests
    assert {tool["function"]["name"] for tool in first["tools"]} >= {"forecast_views", "collect"}
    assert all(tool["function"]["strict"] for tool in first["tools"])
    forecast, refused = [message["content"] for message in second["messages"] if message["role"] == "tool"]
    assert "80% interval" in forecast
    assert "outside the folders" in refused


def test_a_langchain_agent(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with serving([call(("forecast_views", DRAFT)), say("About what is usual.")]) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        monkeypatch.setenv("MODEL", "fake-model")
        assert printed("langchain_agent.py", capsys) == ["forecast_views Forecast", "About what is usual."]
