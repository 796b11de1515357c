"""The MCP server, asked by a real client: in memory, over stdio and over streamable HTTP."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.memory import create_connected_server_and_client_session
from mcp.types import CallToolResult, TextContent

from shortcast_agent import mcp_server
from shortcast_agent.cli import main
from shortcast_ml.errors import ServiceError
from shortcast_ml.records import CollectReport, DraftReading
from shortcast_tools import TOOLS
from shortcast_tools.parts import Parts
from shortcast_tools.progress import report

Talk = Callable[[ClientSession], Awaitable[Any]]
COMMAND = ("-c", "from shortcast_agent.cli import main; main()", "mcp")


def in_memory(talk: Talk) -> Any:
    """Hold a conversation with a server in this process."""

    async def run() -> Any:
        server = mcp_server.build(Parts())
        async with create_connected_server_and_client_session(server) as client:
            return await talk(client)

    return anyio.run(run)


def call(name: str, arguments: dict[str, Any]) -> CallToolResult:
    async def talk(client: ClientSession) -> CallToolResult:
        return await client.call_tool(name, arguments)

    result = in_memory(talk)
    assert isinstance(result, CallToolResult)
    return result


def said(result: CallToolResult) -> str:
    return " ".join(part.text for part in result.content if isinstance(part, TextContent))


def test_every_tool_of_the_registry_is_offered_with_its_schema() -> None:
    async def talk(client: ClientSession) -> Any:
        return (await client.list_tools()).tools

    offered = {tool.name: tool for tool in in_memory(talk)}
    assert set(offered) == set(TOOLS)
    forecast = offered["forecast_views"]
    assert forecast.description == TOOLS["forecast_views"].__doc__
    title = forecast.inputSchema["properties"]["title"]
    assert title["description"] == "The video's title or caption, as it would be published."
    assert forecast.inputSchema["properties"]["horizon_days"]["enum"] == [1, 7, 30]
    assert {"views", "low", "high", "beats_typical"} <= set(forecast.outputSchema["properties"])
    assert offered["find_similar_videos"].annotations.readOnlyHint is True
    assert offered["collect"].annotations.readOnlyHint is False
    assert offered["fetch_video"].annotations.openWorldHint is True


def test_a_result_is_the_record_as_structured_content() -> None:
    result = call("inspect_draft", {"title": "Latte in 3 seconds #coffee", "followers": 12000})
    assert not result.isError
    reading = DraftReading.model_validate(result.structuredContent)
    assert reading.draft.hashtags == ("coffee",)
    assert reading.channel is not None
    assert reading.channel.followers == 12000
    assert json.loads(said(result)) == result.structuredContent


def test_a_text_file_named_mp4_is_an_error_of_one_sentence(tmp_path: Path) -> None:
    fake = tmp_path / "clip.mp4"
    fake.write_text("this is no video")
    result = call("inspect_draft", {"video": str(fake)})
    assert result.isError
    assert "clip.mp4" in said(result)
    assert len(said(result).splitlines()) == 1
    assert "Error executing tool" not in said(result)


@pytest.mark.parametrize(
    ("name", "arguments", "about"),
    [
        ("forecast_views", {"title": "A", "horizon_days": 8}, "horizon_days"),
        ("find_similar_videos", {"query": "latte", "limit": 0}, "limit"),
        ("fetch_video", {}, "url"),
    ],
)
def test_an_argument_that_does_not_fit_is_named(name: str, arguments: dict[str, Any], about: str) -> None:
    result = call(name, arguments)
    assert result.isError
    assert said(result).startswith(f"The arguments of {name} don't fit: {about}: ")
    assert len(said(result).splitlines()) == 1


def test_an_unknown_tool_is_an_error_and_the_session_goes_on() -> None:
    async def talk(client: ClientSession) -> Any:
        wrong = await client.call_tool("foretell", {})
        right = await client.call_tool("inspect_draft", {"title": "A"})
        return wrong, right

    wrong, right = in_memory(talk)
    assert wrong.isError
    assert "foretell" in said(wrong)
    assert not right.isError


def test_a_fault_of_our_own_is_called_one_and_its_trace_stays_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def collect(query: str) -> CollectReport:
        """Collect."""
        raise ZeroDivisionError("a secret path")

    monkeypatch.setattr(mcp_server, "TOOLS", {"collect": collect})
    result = call("collect", {"query": "coffee"})
    assert result.isError
    assert (
        said(result) == "collect failed by a fault of Shortcast's own (ZeroDivisionError); its log says more."
    )
    assert "a secret path" in caplog.text


def test_a_long_tool_tells_the_client_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def collect(query: str) -> CollectReport:
        """Collect."""
        for done in (1, 2):
            report(done, 2, f"video {done}")
        return CollectReport(query=query, found=2, added=2, updated=0, library_size=2)

    monkeypatch.setattr(mcp_server, "TOOLS", {"collect": collect})
    heard: list[tuple[float, float | None, str | None]] = []

    async def listen(done: float, total: float | None, text: str | None) -> None:
        heard.append((done, total, text))

    async def talk(client: ClientSession) -> CallToolResult:
        return await client.call_tool("collect", {"query": "coffee"}, progress_callback=listen)

    assert in_memory(talk).structuredContent["added"] == 2
    assert heard == [(1, 2, "video 1"), (2, 2, "video 2")]


def test_what_a_tool_prints_does_not_reach_stdout(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def collect(query: str) -> CollectReport:
        """Collect."""
        print("a library chats")
        return CollectReport(query=query, found=0, added=0, updated=0, library_size=0)

    monkeypatch.setattr(mcp_server, "TOOLS", {"collect": collect})
    assert not call("collect", {"query": "coffee"}).isError
    printed = capsys.readouterr()
    assert "a library chats" not in printed.out
    assert "a library chats" in printed.err


def test_prompts_ask_the_two_questions_and_the_card_is_a_resource() -> None:
    async def talk(client: ClientSession) -> Any:
        before = await client.get_prompt("before_publishing", {"title": "Latte", "followers": "700"})
        after = await client.get_prompt("after_publishing", {"url": "https://example.com/v"})
        card = await client.read_resource("shortcast://model/card")  # type: ignore[arg-type]
        return before, after, card

    before, after, card = in_memory(talk)
    assert '"Latte"' in before.messages[0].content.text
    assert "700 followers" in before.messages[0].content.text
    assert "https://example.com/v" in after.messages[0].content.text
    assert {"encoder", "metrics"} <= set(json.loads(card.contents[0].text))


def test_over_stdio_a_real_client_forecasts_and_stdout_holds_the_protocol_only(home: Path) -> None:
    parameters = StdioServerParameters(command=sys.executable, args=list(COMMAND), env=dict(os.environ))

    async def run() -> Any:
        log = (home / "stderr.log").open("w+")
        async with (
            stdio_client(parameters, errlog=log) as (read, write),
            ClientSession(read, write) as client,
        ):
            hello = await client.initialize()
            return hello, await client.call_tool("forecast_views", {"title": "Latte", "followers": 12000})

    hello, result = anyio.run(run)
    assert hello.serverInfo.name == "shortcast"
    assert "80% interval" in hello.instructions
    assert not result.isError, said(result)
    forecast = result.structuredContent
    assert forecast["low"] < forecast["views"] < forecast["high"]


def test_over_http_a_real_client_forecasts_on_loopback(home: Path) -> None:
    log = home / "server.log"
    command = [sys.executable, *COMMAND, "--http", "--port", "0"]
    with log.open("w") as out:
        server = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        address = _address(server, log)
        assert address.startswith("http://127.0.0.1:")

        async def run() -> Any:
            async with (
                streamable_http_client(address) as (read, write, _),
                ClientSession(read, write) as client,
            ):
                await client.initialize()
                return await client.call_tool("inspect_draft", {"title": "Latte"})

        result = anyio.run(run)
        assert result.structuredContent["draft"]["title"] == "Latte"
    finally:
        server.terminate()
        server.wait(20)


def _address(server: "subprocess.Popen[bytes]", log: Path) -> str:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        if found := re.search(r"http://\S+", log.read_text()):
            return found.group()
        time.sleep(0.1)
    pytest.fail(f"the server printed no address: {log.read_text()}")


def test_a_taken_port_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ServiceError, match="Choose another --port"):
            mcp_server.serve(http=True, port=port)
        with pytest.raises(SystemExit) as end:
            main(["mcp", "--http", "--port", str(port)])
    assert end.value.code == 1
    assert capsys.readouterr().err.count("\n") == 1
