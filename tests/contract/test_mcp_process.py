"""The MCP server as a process of its own: its streams, its end, its token, its refusals."""

import json
import os
import re
import signal
import sys
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import anyio
import pytest
from tests.mcp_site import COMMAND, HELLO, http_server, over_http, over_stdio, rpc, said

from shortcast_agent.cli import main
from shortcast_agent.mcp_server import serve
from shortcast_ml.errors import InputError, ServiceError


def test_what_a_tool_prints_does_not_reach_stdout(home: Path, tmp_path: Path) -> None:
    code = (
        "import os\n"
        "from shortcast_agent.mcp_server import server, serving\n"
        "from shortcast_ml.records import CollectReport\n"
        "def collect(query: str) -> CollectReport:\n"
        "    '''Collect.'''\n"
        "    print('a library chats'); os.write(1, b'native code chats')\n"
        "    return CollectReport(query=query, found=0, added=0, updated=0, library_size=0)\n"
        "serving.build = lambda held, **more: server.build(held, tools={'collect': collect}, **more)\n"
        "serving.serve()\n"
    )
    lines = [
        rpc("initialize", HELLO, 1),
        rpc("notifications/initialized", {}),
        rpc("tools/call", {"name": "collect", "arguments": {"query": "x"}}, 2),
    ]
    with Popen(
        [sys.executable, "-c", code],
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stderr is not None
        for line in lines:
            server.stdin.write(json.dumps(line) + "\n")
        server.stdin.flush()
        answers = [json.loads(server.stdout.readline()) for _ in range(2)]
        server.stdin.close()
        assert server.stdout.read() == ""
        assert "a library chats" in (errors := server.stderr.read())
        assert "native code chats" in errors
        assert server.wait(20) == 0
    assert answers[1]["result"]["structuredContent"]["query"] == "x"


def test_ctrl_c_ends_the_server_over_stdio_at_once_and_without_a_trace(home: Path) -> None:
    with Popen([sys.executable, *COMMAND], stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stderr is not None
        server.stdin.write(json.dumps(rpc("ping", {}, 1)) + "\n")
        server.stdin.flush()
        assert json.loads(server.stdout.readline())["id"] == 1
        server.send_signal(signal.SIGINT)
        assert server.wait(20) == 130
        assert server.stderr.read() == ""


def test_ctrl_c_ends_the_server_over_http_although_a_client_is_there(home: Path) -> None:
    with Popen([sys.executable, *COMMAND, "--http", "--port", "0"], stderr=PIPE, text=True) as server:
        assert server.stderr is not None
        found = re.search(r"http://\S+", server.stderr.readline())
        assert found is not None

        async def run() -> int:
            async with over_http(found.group()) as client:
                await client.list_prompts()
                await anyio.sleep(0.2)  # its stream for the server's own messages is open by now
                server.send_signal(signal.SIGINT)
                return await anyio.to_thread.run_sync(server.wait, 20)

        assert anyio.run(run) == 130
        assert server.stderr.read() == ""


def test_over_stdio_a_real_client_forecasts(home: Path) -> None:
    async def run() -> Any:
        async with over_stdio(dict(os.environ), log=home / "stderr.log") as client:
            return await client.call_tool("forecast_views", {"title": "Latte", "followers": 12000})

    result = anyio.run(run)
    assert not result.isError, said(result)
    forecast = result.structuredContent
    assert forecast["low"] < forecast["views"] < forecast["high"]
    assert "80% interval" in said(result)


def test_over_http_the_token_of_the_settings_is_asked_for_and_never_logged(
    home: Path, tmp_path: Path
) -> None:
    import httpx

    token = "a-token-of-the-tests-0123456789"
    log = tmp_path / "server.log"
    with http_server(dict(os.environ) | {"SHORTCAST_MCP_TOKEN": token}, log) as address:
        refused = httpx.post(address, json={}, headers={"Authorization": "Bearer wrong"})
        assert refused.status_code == 401

        async def run() -> Any:
            async with over_http(address, token) as client:
                return await client.call_tool("inspect_draft", {"title": "Latte"})

        assert anyio.run(run).structuredContent["draft"]["title"] == "Latte"
    assert "with the token" in log.read_text()
    assert token not in log.read_text()
    assert "Traceback" not in log.read_text()


def test_an_outer_address_needs_a_token_or_a_word(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="set SHORTCAST_MCP_TOKEN, or say --no-token"):
        serve(http=True, host="0.0.0.0", port=0)
    monkeypatch.setenv("SHORTCAST_MCP_TOKEN", "short")
    monkeypatch.setattr("shortcast_tools.parts._default", None)
    with pytest.raises(InputError, match="at least 16") as error:
        serve(http=True, port=0)
    assert "short," not in str(error.value)


def test_a_taken_port_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ServiceError, match="Choose another --port"):
            serve(http=True, port=port)
        with pytest.raises(SystemExit) as end:
            main(["mcp", "--http", "--port", str(port)])
    assert end.value.code == 1
    assert capsys.readouterr().err.count("\n") == 1
