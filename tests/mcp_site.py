"""A real MCP server in a process of its own over an empty home, and real clients that talk to it."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, TextContent

from shortcast_tools.parts import Parts
from tests.command_line import MAIN

Talk = Callable[[ClientSession], Awaitable[Any]]
HELLO = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
COMMAND = ("-c", MAIN, "mcp")


def copied_home(parts: Parts, folder: Path) -> Path:
    """Copy a home whose search index is made: making one takes seconds."""
    parts.index.sync()
    return Path(shutil.copytree(parts.settings.home, folder))


def said(result: CallToolResult) -> str:
    """Return a result's text."""
    return " ".join(part.text for part in result.content if isinstance(part, TextContent))


@asynccontextmanager
async def over_stdio(
    env: dict[str, str], words: Sequence[str] = (), log: Path | None = None
) -> AsyncIterator[ClientSession]:
    """Start a server and talk to it through its stdin and stdout."""
    parameters = StdioServerParameters(command=sys.executable, args=[*COMMAND, *words], env=env)
    with open(log or os.devnull, "w") as errors:
        async with (
            stdio_client(parameters, errlog=errors) as (read, write),
            ClientSession(read, write) as client,
        ):
            await client.initialize()
            yield client


@asynccontextmanager
async def over_http(address: str, token: str = "") -> AsyncIterator[ClientSession]:
    """Talk to a running server."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        httpx.AsyncClient(headers=headers, timeout=60) as http,
        streamable_http_client(address, http_client=http) as (read, write, _),
        ClientSession(read, write) as client,
    ):
        await client.initialize()
        yield client


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """Serve an application on a free port from this process, and yield its address."""
    import uvicorn

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        async with anyio.create_task_group() as group:
            group.start_soon(server.serve, [listening])
            while not server.started:
                await anyio.sleep(0.01)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/mcp"
            server.should_exit = True


@contextmanager
def http_server(env: dict[str, str], log: Path, words: Sequence[str] = ()) -> Iterator[str]:
    """Run a server on a free port and yield its address; end it as Ctrl-C does."""
    with log.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, *COMMAND, "--http", "--port", "0", *words], stdout=out, stderr=out, env=env
        )
    try:
        yield _address(server, log)
    finally:
        server.terminate()
        server.wait(20)


def _address(server: "subprocess.Popen[bytes]", log: Path) -> str:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        if found := re.search(r"http://[^\s,]+", log.read_text()):
            return found.group()
        time.sleep(0.05)
    raise AssertionError(f"the server printed no address: {log.read_text()}")


def rpc(method: str, params: dict[str, Any], number: int | None = None) -> dict[str, Any]:
    """Return a JSON-RPC request, or a notification when it has no number."""
    return {"jsonrpc": "2.0", "method": method, "params": params} | ({"id": number} if number else {})
