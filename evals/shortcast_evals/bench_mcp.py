"""How the MCP server bears many clients at once: `shortcast bench-mcp`.

A server of its own, over streamable HTTP with a token and a fresh demo library; clients of the official SDK call a mix
of tools as fast as they are answered. Each begins a new session after `CALLS_A_SESSION` calls, and cancels one call in
`CANCELLED`, so that what a session or a call leaves behind would add up.

The clients come in `WAVES`, and what the process has in use is noted when each has left. Pools of threads breathe, and
the first wave fills them and every cache. A leak adds up: it is what has grown with every wave after the first, and in
all by more than `GROWTH_MB` (or 5%) of memory, `SPARE` open files, or `SPARE` threads.
"""

import functools
import json
import os
import re
import secrets
import signal
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from mcp import ClientSession

CALLS_A_SESSION = 10
CANCELLED = 50
WAVES = 4
GROWTH_MB, GROWTH_SHARE = 16.0, 0.05
SPARE = 4
SETTLE_S = 3
LONGEST_CALL_S = 60.0

DRAFT = {"title": "I tried the 3-second latte trick", "followers": 12000}
# Each as often as it stands here.
MIX: tuple[tuple[str, dict[str, Any]], ...] = (
    ("forecast_views", DRAFT),
    ("forecast_views", {"title": "Cleaning my grinder after 2 years", "typical_views": 4000}),
    ("explain_forecast", DRAFT),
    ("suggest_changes", DRAFT),
    ("compare_variants", {"titles": ["Latte art in one pour", "Latte art, slowly"], "followers": 900}),
    ("find_similar_videos", {"query": "latte art", "limit": 5}),
    ("find_similar_videos", {"query": "desk setup under 100 dollars", "detail": True}),
    ("forecast_next_day", {"views": 5000, "age_days": 0.25, "likes": 300}),
    ("inspect_draft", DRAFT),
    ("diagnose_video", {"views": 900, "age_days": 4.0, **DRAFT}),
)  # fmt: skip


@dataclass(frozen=True)
class Usage:
    """What the server's process has in use; None where the system does not tell."""

    rss_mb: float | None
    files: int | None
    threads: int | None
    cpu_s: float | None = None  # since it began


@dataclass
class Load:
    """What the clients saw."""

    until: float
    ms: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    cancelled: int = 0
    sessions: int = 0


def bench_mcp(
    clients: Annotated[int, typer.Option(min=1, max=400, help="Clients at once.")] = 50,
    seconds: Annotated[float, typer.Option(min=3, help="How long they call.")] = 60,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Load the MCP server with many clients, and print errors, speed, and what it leaves behind."""
    import anyio

    with (
        tempfile.TemporaryDirectory(prefix="shortcast-bench-") as folder,
        _server(Path(folder)) as (pid, url, token),
    ):
        found: dict[str, Any] = anyio.run(_measure, pid, url, token, clients, seconds)
    if as_json:
        typer.echo(json.dumps(found))
    else:
        _show(found)
    if found["errors"] or found["leaks"]:
        raise typer.Exit(1)


async def _measure(pid: int, url: str, token: str, clients: int, seconds: float) -> dict[str, Any]:
    """Return the figures of one run."""
    load = Load(until=time.monotonic() + 3600)
    await _client(url, token, load, 0, calls=len(MIX))  # everything is loaded once before the clock starts
    start, errors = usage(pid), load.errors
    load = Load(until=0.0)
    left, took, client_cpu_s = [], 0.0, 0.0
    for _ in range(WAVES):
        own_cpu_s = time.process_time()
        took += await _wave(url, token, load, clients, seconds / WAVES)
        client_cpu_s += time.process_time() - own_cpu_s
        left.append(usage(pid))
    times = sorted(ms for some in load.ms.values() for ms in some)
    return {
        "clients": clients,
        "seconds": round(took, 1),
        "requests": len(times),
        "requests_per_s": round(len(times) / took, 1),
        "sessions": load.sessions,
        "cancelled": load.cancelled,
        "errors": dict(errors + load.errors),
        "p50_ms": _at(times, 0.5),
        "p95_ms": _at(times, 0.95),
        "server_cpu_ms": _each(left[-1].cpu_s, start.cpu_s, len(times)),  # a request
        "client_cpu_ms": _each(client_cpu_s, 0.0, len(times)),
        "p95_ms_by_tool": {name: _at(sorted(some), 0.95) for name, some in sorted(load.ms.items())},
        "start": vars(start),
        "after_waves": [vars(one) for one in left],
        "leaks": leaks(left),
    }


async def _wave(url: str, token: str, load: Load, clients: int, seconds: float) -> float:
    """Let clients come, call and leave; return the seconds that they called."""
    import anyio

    began = time.monotonic()
    load.until = began + seconds
    async with anyio.create_task_group() as group:
        for number in range(clients):
            group.start_soon(_client, url, token, load, number)
    took = time.monotonic() - began
    await anyio.sleep(SETTLE_S)  # what closed sessions have to put away
    return took


def leaks(left: Sequence[Usage]) -> list[str]:
    """Return what grew with every wave, in words, of what was in use when each had left; [] when nothing did."""
    rss = [one.rss_mb for one in left if one.rss_mb is not None]
    files = [one.files for one in left if one.files is not None]
    threads = [one.threads for one in left if one.threads is not None]
    found = []
    if rss and _adds_up(rss, max(GROWTH_MB, GROWTH_SHARE * rss[0])):
        found.append(f"memory grew by {rss[-1] - rss[0]:.0f} MB")
    for what, counts in (("files", files), ("threads", threads)):
        if counts and _adds_up(counts, SPARE):
            found.append(f"{counts[-1] - counts[0]} more {what} than after the first wave")
    return found


def _adds_up(values: Sequence[float], spare: float) -> bool:
    """Say whether each value is above the one before it, and the last above the first by more than `spare`."""
    return values[-1] - values[0] > spare and all(later > before for before, later in pairwise(values))


async def _client(url: str, token: str, load: Load, number: int, calls: int | None = None) -> None:
    """Call tools until the time is up, session after session."""
    made = 0
    while time.monotonic() < load.until and (calls is None or made < calls):
        try:
            async with _session(url, token) as client:
                load.sessions += 1
                for _ in range(CALLS_A_SESSION):
                    if time.monotonic() >= load.until or (calls is not None and made >= calls):
                        break
                    await _call(client, load, number + made)
                    made += 1
        except Exception as error:  # whatever it is, it is counted
            for cause in error.exceptions if isinstance(error, ExceptionGroup) else [error]:
                load.errors[f"{type(cause).__name__}: {cause}"[:200]] += 1
            made += 1


def _session(url: str, token: str) -> Any:
    from contextlib import asynccontextmanager

    import httpx
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    headers = {"Authorization": f"Bearer {token}"}

    @asynccontextmanager
    async def opened() -> Any:
        async with (
            httpx.AsyncClient(headers=headers, timeout=LONGEST_CALL_S, verify=_certificates()) as http,
            streamable_http_client(url, http_client=http) as (read, write, _),
            ClientSession(read, write) as client,
        ):
            await client.initialize()
            yield client

    return opened()


@functools.cache
def _certificates() -> ssl.SSLContext:
    """Return one context for all clients: none of them uses it, and each would read the certificates anew."""
    return ssl.create_default_context()


async def _call(client: "ClientSession", load: Load, turn: int) -> None:
    """Make one call of the mix, or now and then cancel one, and count it."""
    name, arguments = MIX[turn % len(MIX)]
    if turn % CANCELLED == CANCELLED - 1:
        await _cancel(client, name, arguments)
        load.cancelled += 1
        return
    began = time.perf_counter()
    result = await client.call_tool(name, arguments)
    load.ms.setdefault(name, []).append(1000 * (time.perf_counter() - began))
    if result.isError:
        load.errors[f"{name}: {result.content[0]}"[:200]] += 1


async def _cancel(client: "ClientSession", name: str, arguments: dict[str, Any]) -> None:
    """Begin a call and cancel it at once; whether it was answered before does not matter."""
    import anyio
    from mcp import McpError
    from mcp.types import CancelledNotification, CancelledNotificationParams, ClientNotification

    number = client._request_id

    async def begin() -> None:
        try:
            await client.call_tool(name, arguments)
        except McpError as error:
            if "cancelled" not in str(error).lower():
                raise

    async with anyio.create_task_group() as group:
        group.start_soon(begin)
        await anyio.sleep(0.01)
        parameters = CancelledNotificationParams(requestId=number)
        await client.send_notification(
            ClientNotification(CancelledNotification(method="notifications/cancelled", params=parameters))
        )


@contextmanager
def _server(folder: Path) -> Iterator[tuple[int, str, str]]:
    """Run a server over a fresh home; yield its process id, address and token."""
    token, log = secrets.token_urlsafe(32), folder / "log"
    env = {k: v for k, v in os.environ.items() if not k.startswith("SHORTCAST_")}
    env |= {"SHORTCAST_HOME": str(folder / "home"), "SHORTCAST_MCP_TOKEN": token}
    command = [
        sys.executable,
        "-c",
        "from shortcast_agent.cli import main; main()",
        "mcp",
        "--http",
        "--port",
        "0",
    ]
    with log.open("w") as out:
        server = subprocess.Popen(command, stdout=out, stderr=out, env=env, cwd=folder)  # noqa: S603
    try:
        until = time.monotonic() + 60
        while (found := re.search(r"http://[^\s,]+", log.read_text())) is None:
            if server.poll() is not None or time.monotonic() > until:
                raise typer.BadParameter(f"The server did not start: {log.read_text()[-500:]}")
            time.sleep(0.1)
        yield server.pid, found.group(), token
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def usage(pid: int) -> Usage:
    """Return what a process has in use, as Linux tells it."""
    place = Path("/proc") / str(pid)
    try:
        status = (place / "status").read_text()
        files = len(os.listdir(place / "fd"))
        ticks = (place / "stat").read_text().rpartition(")")[2].split()[11:13]  # in user and in system mode
    except OSError:
        return Usage(None, None, None)
    facts = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    rss_mb = round(int(facts["VmRSS"].split()[0]) / 1024, 1)
    return Usage(rss_mb, files, int(facts["Threads"]), sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"))


def _each(later_s: float | None, before_s: float | None, requests: int) -> float | None:
    if later_s is None or before_s is None or not requests:
        return None
    return round(1000 * (later_s - before_s) / requests, 1)


def _at(ordered: list[float], share: float) -> float | None:
    if len(ordered) < 2:
        return None
    return round(statistics.quantiles(ordered, n=100, method="inclusive")[round(share * 100) - 1], 1)


def _show(found: dict[str, Any]) -> None:
    errors = sum(found["errors"].values())
    typer.echo(
        f"{found['clients']} clients, {found['seconds']} s: {found['requests']:,} requests in"
        f" {found['sessions']:,} sessions, {found['requests_per_s']} a second, {errors} errors,"
        f" {found['cancelled']} cancelled"
    )
    typer.echo(
        f"latency p50 {found['p50_ms']} ms, p95 {found['p95_ms']} ms; CPU a request: {found['server_cpu_ms']} ms in the"
        f" server, {found['client_cpu_ms']} ms in the clients"
    )
    for name, ms in found["p95_ms_by_tool"].items():
        typer.echo(f"  {name:20} p95 {ms} ms")
    rows = {"at the start": found["start"]}
    rows |= {f"after wave {n}": row for n, row in enumerate(found["after_waves"], 1)}
    for when, row in rows.items():
        typer.echo(f"{when:12} {row['rss_mb']} MB, {row['files']} open files, {row['threads']} threads")
    for error, count in found["errors"].items():
        typer.echo(f"error ({count} times): {error}")
    for leak in found["leaks"]:
        typer.echo(f"leak: {leak}")
