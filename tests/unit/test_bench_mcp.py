"""The load check counts what it should: calls, cancelled ones, errors, and what grows."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest
import typer
from tests import fake_tools
from tests.mcp_site import serving

from shortcast_agent.mcp_server import build
from shortcast_agent.mcp_server.serving import http_app
from shortcast_evals import bench_mcp
from shortcast_evals.bench_mcp import MIX, Load, Usage, _client, leaks, usage
from shortcast_tools.parts import Parts

TOKEN = "a-token-of-the-tests-0123456789"


def after_waves(mb: list[float], files: list[int], threads: list[int]) -> list[Usage]:
    return [Usage(*one) for one in zip(mb, files, threads, strict=True)]


@pytest.mark.parametrize(
    ("left", "says"),
    [
        (after_waves([800, 806, 811, 814], [50, 52, 51, 52], [20, 21, 20, 21]), []),
        (after_waves([800, 814, 828, 842], [50] * 4, [20] * 4), ["memory grew by 42 MB"]),
        (after_waves([800, 900, 850, 842], [50] * 4, [20] * 4), []),
        (
            after_waves([800] * 4, [50, 53, 56, 60], [20] * 4),
            ["10 more files than after the first wave"],
        ),
        (
            after_waves([800] * 4, [50] * 4, [20, 22, 24, 26]),
            ["6 more threads than after the first wave"],
        ),
        (after_waves([800] * 4, [50] * 4, [20, 28, 24, 26]), []),
        ([Usage(None, None, None)] * 4, []),
    ],
    ids=["steady", "memory", "memory-that-came-back", "files", "threads", "a-pool-that-breathes", "untold"],
)
def test_a_leak_is_what_grows_with_every_wave(left: list[Usage], says: list[str]) -> None:
    assert leaks(left) == says


def test_usage_is_this_processes_own() -> None:
    own = usage(os.getpid())
    if own.rss_mb is None:
        pytest.skip("this system does not tell what a process has in use")
    assert 10 < own.rss_mb < 100_000
    assert own.files is not None
    assert own.files >= 3
    assert usage(2**30) == Usage(None, None, None)


@pytest.mark.parametrize("broken", [False, True])
def test_calls_sessions_cancelled_ones_and_errors_are_counted(
    broken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench_mcp, "CANCELLED", 7)
    tools = dict(fake_tools.TOOLS)
    if broken:
        del tools["inspect_draft"]

    async def run() -> Load:
        load = Load(until=time.monotonic() + 60)
        async with serving(http_app(build(Parts(), tools=tools), token=TOKEN)) as address:
            await _client(address, TOKEN, load, 0, calls=21)
        return load

    load = anyio.run(run)
    assert (load.sessions, load.cancelled, sum(map(len, load.ms.values()))) == (3, 3, 18)
    assert set(load.ms) <= {name for name, _ in MIX}
    assert sum(load.errors.values()) == (2 if broken else 0)
    assert all("no tool 'inspect_draft'" in error for error in load.errors)


def test_a_server_that_is_not_there_is_an_error_and_not_an_end() -> None:
    load = Load(until=time.monotonic() + 60)
    anyio.run(_client, "http://127.0.0.1:9/mcp", TOKEN, load, 0, 2)
    assert sum(load.errors.values()) == 2
    assert load.sessions == 0


def test_the_command_prints_its_figures_and_fails_on_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @contextmanager
    def nowhere(folder: Path) -> Iterator[tuple[int, str, str]]:
        yield os.getpid(), "http://127.0.0.1:9/mcp", TOKEN

    monkeypatch.setattr(bench_mcp, "SETTLE_S", 0.01)
    monkeypatch.setattr(bench_mcp, "_server", nowhere)
    with pytest.raises(typer.Exit):
        bench_mcp.bench_mcp(clients=1, seconds=0.3, as_json=False)
    printed = capsys.readouterr().out
    assert "1 clients, " in printed
    assert "error (" in printed
    with pytest.raises(typer.Exit):
        bench_mcp.bench_mcp(clients=1, seconds=0.3, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["clients"], found["requests"], found["p50_ms"]) == (1, 0, None)
