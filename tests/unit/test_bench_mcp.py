"""The load check counts what it should: calls, cancelled ones, errors, and what grows."""

import os

import anyio
import pytest
from tests import fake_tools
from tests.mcp_site import serving

from shortcast_agent.mcp_server import build
from shortcast_agent.mcp_server.serving import http_app
from shortcast_evals import bench_mcp
from shortcast_evals.bench_mcp import MIX, Usage, _measure, _show, leaks, usage
from shortcast_tools.parts import Parts

TOKEN = "a-token-of-the-tests-0123456789"


@pytest.mark.parametrize(
    ("after", "says"),
    [
        (Usage(814.0, 52, 21), []),
        (Usage(842.0, 50, 20), ["memory grew by 42 MB"]),
        (Usage(800.0, 60, 20), ["10 more files than after the first wave"]),
        (Usage(800.0, 50, 26), ["6 more threads than after the first wave"]),
        (Usage(None, None, None), []),
    ],
)
def test_a_leak_is_what_is_more_than_after_the_first_wave(after: Usage, says: list[str]) -> None:
    assert leaks(Usage(800.0, 50, 20), after) == says


def test_usage_is_this_processes_own() -> None:
    own = usage(os.getpid())
    if own.rss_mb is None:
        pytest.skip("this system does not tell what a process has in use")
    assert 10 < own.rss_mb < 100_000
    assert own.files is not None
    assert own.files >= 3
    assert usage(2**30) == Usage(None, None, None)


@pytest.mark.parametrize("broken", [False, True])
def test_clients_come_in_two_waves_and_every_call_is_counted(
    broken: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench_mcp, "SETTLE_S", 0.1)
    monkeypatch.setattr(bench_mcp, "CANCELLED", 7)
    tools = dict(fake_tools.TOOLS)
    if broken:
        del tools["inspect_draft"]

    async def run() -> dict[str, object]:
        async with serving(http_app(build(Parts(), tools=tools), token=TOKEN)) as address:
            return await _measure(os.getpid(), address, TOKEN, 3, 3.0)

    found = anyio.run(run)
    assert found["clients"] == 3
    assert isinstance(found["requests"], int)
    assert found["requests"] > 10
    assert found["sessions"] >= 3
    assert found["cancelled"] >= 1
    assert found["p50_ms"] <= found["p95_ms"]  # type: ignore[operator]
    errors = found["errors"]
    assert isinstance(errors, dict)
    assert bool(errors) == broken
    if broken:
        assert all("no tool 'inspect_draft'" in error for error in errors)
    assert set(found["p95_ms_by_tool"]) <= {name for name, _ in MIX}  # type: ignore[arg-type]
    _show(found)
    printed = capsys.readouterr().out
    assert f"3 clients, {found['seconds']} s: {found['requests']:,} requests" in printed
    assert ("error (" in printed) == broken
