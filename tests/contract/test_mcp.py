"""The MCP server, asked by a real client: in memory, and what only a process of its own shows."""

import inspect
import json
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import ClientSession
from mcp.shared.memory import create_connected_server_and_client_session
from mcp.types import CallToolResult
from tests import fake_tools
from tests.mcp_site import HELLO, Talk, over_http, rpc, said, serving

from shortcast_agent.cli import main
from shortcast_agent.mcp_server import build
from shortcast_ml.records import CollectReport, DraftReading, Record
from shortcast_tools import TOOLS
from shortcast_tools.parts import Parts
from shortcast_tools.progress import report

Registry = Mapping[str, Callable[..., Record]]


def in_memory(talk: Talk, tools: Registry | None = None, **more: Any) -> Any:
    """Hold a conversation with a server in this process."""

    async def run() -> Any:
        async with create_connected_server_and_client_session(build(Parts(), tools=tools, **more)) as client:
            return await talk(client)

    return anyio.run(run)


def call(name: str, arguments: dict[str, Any], tools: Registry | None = None, **more: Any) -> CallToolResult:
    async def talk(client: ClientSession) -> CallToolResult:
        return await client.call_tool(name, arguments)

    result = in_memory(talk, tools, **more)
    assert isinstance(result, CallToolResult)
    return result


def listed() -> dict[str, Any]:
    async def talk(client: ClientSession) -> Any:
        return (await client.list_tools()).tools

    return {tool.name: tool for tool in in_memory(talk)}


def report_of(query: str, added: int = 0) -> CollectReport:
    return CollectReport(query=query, found=added, added=added, updated=0, library_size=added)


# --- what is offered ---------------------------------------------------------------------------------


def test_every_tool_of_the_registry_is_offered_with_its_schema() -> None:
    offered = listed()
    assert set(offered) == set(TOOLS)
    forecast = offered["forecast_views"]
    assert forecast.description == inspect.getdoc(TOOLS["forecast_views"])
    title = forecast.inputSchema["properties"]["title"]
    assert title["description"] == "The video's title or caption, as it would be published."
    assert forecast.inputSchema["properties"]["horizon_days"]["enum"] == [1, 7, 30]
    assert {"views", "low", "high", "beats_typical"} <= set(forecast.outputSchema["required"])
    assert "by_horizon" in forecast.outputSchema["properties"]


@pytest.mark.parametrize(
    ("name", "read_only", "destructive", "idempotent", "open_world"),
    [
        ("forecast_views", True, False, True, False),
        ("find_similar_videos", True, False, True, False),
        ("fetch_video", True, False, True, True),
        ("diagnose_video", True, False, True, True),
        ("suggest_thumbnails", False, False, True, False),
        ("track_videos", False, False, False, True),
        ("collect", False, True, False, True),
    ],
)
def test_hints_say_what_a_tool_does(
    name: str, read_only: bool, destructive: bool, idempotent: bool, open_world: bool
) -> None:
    hints = listed()[name].annotations
    assert (hints.readOnlyHint, hints.destructiveHint) == (read_only, destructive)
    assert (hints.idempotentHint, hints.openWorldHint) == (idempotent, open_world)


# --- replies -----------------------------------------------------------------------------------------


def test_a_reply_is_short_and_detail_gives_the_record() -> None:
    arguments = {"title": "Latte in 3 seconds #coffee", "followers": 12000}
    short = call("inspect_draft", arguments)
    assert said(short).startswith(
        "**Draft for youtube_shorts**: “Latte in 3 seconds #coffee”, #coffee, 12K followers."
    )
    assert short.structuredContent == {
        "draft": {"title": "Latte in 3 seconds #coffee", "hashtags": ["coffee"]},
        "channel": {"followers": 12000},
        "notes": ["No thumbnail was given."],
    }
    whole = call("inspect_draft", arguments | {"detail": True})
    reading = DraftReading.model_validate(whole.structuredContent)
    assert reading.draft.hashtags == ("coffee",)
    assert json.loads(said(whole))["draft"]["title"] == "Latte in 3 seconds #coffee"


def test_a_list_that_arrives_as_json_text_is_read() -> None:
    result = call(
        "compare_variants",
        {"titles": '["One latte", "Two lattes"]'},
        fake_tools.TOOLS,
    )
    assert [variant["label"] for variant in (result.structuredContent or {})["variants"]] == [
        "One latte",
        "Two lattes",
    ]


def test_a_fault_of_our_own_is_called_one_and_its_trace_stays_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def collect(query: str) -> CollectReport:
        """Collect."""
        raise ZeroDivisionError("a secret path")

    result = call("collect", {"query": "coffee"}, {"collect": collect})
    assert result.isError
    assert "ZeroDivisionError" in said(result)
    assert "fault of Shortcast's own" in said(result)
    assert "a secret path" not in said(result)
    assert "a secret path" in caplog.text


def test_an_unknown_tool_is_an_error_and_the_session_goes_on() -> None:
    async def talk(client: ClientSession) -> Any:
        return await client.call_tool("foretell", {}), await client.call_tool("inspect_draft", {"title": "A"})

    wrong, right = in_memory(talk)
    assert wrong.isError
    assert "no tool 'foretell'" in said(wrong)
    assert not right.isError


def test_prompts_ask_the_two_questions() -> None:
    async def talk(client: ClientSession) -> Any:
        before = await client.get_prompt("before_publishing", {"title": "Latte", "followers": "700"})
        return before, await client.get_prompt("after_publishing", {"url": "https://example.com/v"})

    before, after = in_memory(talk)
    assert '"Latte"' in before.messages[0].content.text
    assert "700 followers" in before.messages[0].content.text
    assert "https://example.com/v" in after.messages[0].content.text


# --- files -------------------------------------------------------------------------------------------


def test_files_are_read_from_allowed_folders_and_from_uploads_only(tmp_path: Path, home: Path) -> None:
    seen: list[str] = []

    def inspect_draft(video: str = "", thumbnails: list[str] | None = None) -> CollectReport:
        """Look."""
        seen.extend([video, *(thumbnails or ())])
        return report_of("x")

    tools = {"inspect_draft": inspect_draft}
    allowed, outside = tmp_path / "allowed", tmp_path / "outside"
    uploads = home / "media" / "uploads"
    for folder in (allowed, outside, uploads):
        folder.mkdir(parents=True)
        (folder / "a.mp4").write_text("x")
    (allowed / "link.mp4").symlink_to(outside / "a.mp4")
    (allowed / "inner.mp4").symlink_to(allowed / "a.mp4")
    (allowed / "folder").symlink_to(outside)

    def ask(**arguments: Any) -> CallToolResult:
        return call("inspect_draft", arguments, tools, files=[allowed])

    for good in (str(allowed / "a.mp4"), "a.mp4", "inner.mp4", str(allowed / "x" / ".." / "a.mp4")):
        assert not ask(video=good).isError, good
    assert seen == [str(allowed / "a.mp4")] * 4
    seen.clear()
    assert not ask(thumbnails=[str(uploads / "a.mp4"), "a.mp4"]).isError
    assert seen == ["", str(uploads / "a.mp4"), str(allowed / "a.mp4")]
    seen.clear()
    for bad in (
        str(outside / "a.mp4"), "link.mp4", str(allowed / "link.mp4"), "folder/a.mp4", "../outside/a.mp4",
        str(allowed / ".." / "outside" / "a.mp4"), "/etc/passwd", str(tmp_path / "allowed2"),
        str(home / "library.db"), "a\0.mp4",
    ):  # fmt: skip
        for arguments in ({"video": bad}, {"thumbnails": ["a.mp4", bad]}):
            result = ask(**arguments)
            assert result.isError, bad
            assert "folders that may be read here" in said(result)
    for missing in ("gone.mp4", "~/gone.mp4"):
        assert "There is no file 'gone.mp4' in" in said(ask(video=missing))
    assert seen == []


def test_every_argument_that_names_a_file_is_known_as_one() -> None:
    from shortcast_tools.arguments import FILE_ARGUMENTS

    for tool in listed().values():
        for name, schema in tool.inputSchema["properties"].items():
            assert (name in FILE_ARGUMENTS) == schema["description"].startswith("Path"), (tool.name, name)


def test_a_folder_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["mcp", "--files", str(tmp_path / "gone")])
    assert end.value.code == 1
    assert "is not a folder" in capsys.readouterr().err


# --- work --------------------------------------------------------------------------------------------


def test_a_long_tool_tells_the_client_how_far_it_is_and_never_goes_back() -> None:
    def collect(query: str) -> CollectReport:
        """Collect."""
        for total in (2, 3):  # a tool that counts anew
            for done in range(total + 1):
                report(done, total, f"{done} of {total}")
                time.sleep(0.25)
        return report_of(query, 2)

    heard: list[tuple[float, float | None, str | None]] = []

    async def listen(done: float, total: float | None, text: str | None) -> None:
        heard.append((done, total, text))

    async def talk(client: ClientSession) -> CallToolResult:
        return await client.call_tool("collect", {"query": "coffee"}, progress_callback=listen)

    assert in_memory(talk, {"collect": collect}).structuredContent["added"] == 2
    assert heard[-1] == (5, 5, "3 of 3")
    assert [done for done, _, _ in heard] == sorted({done for done, _, _ in heard})
    assert len(heard) >= 4


@pytest.mark.parametrize("how", ["session ends", "request is dropped"])
def test_work_stops_when_nobody_waits_for_it(how: str, home: Path) -> None:

    from shortcast_agent.mcp_server.serving import http_app

    begun, ended = threading.Event(), threading.Event()

    def collect(query: str) -> CollectReport:
        """Collect."""
        begun.set()
        try:
            for done in range(200):
                report(done, 200, "working")
                time.sleep(0.05)
        finally:
            ended.set()
        raise AssertionError("it was not stopped")

    async def run() -> float:
        import httpx

        app = http_app(build(Parts(), tools={"collect": collect}))
        async with serving(app) as address:
            if how == "session ends":
                async with over_http(address) as client, anyio.create_task_group() as group:
                    group.start_soon(client.call_tool, "collect", {"query": "x"})
                    await anyio.to_thread.run_sync(begun.wait)
                    group.cancel_scope.cancel()
            else:
                await drop(httpx.AsyncClient(), address)
            since = time.monotonic()
            await anyio.to_thread.run_sync(ended.wait, 5)
            return time.monotonic() - since

    async def drop(http: Any, address: str) -> None:
        """Send a call without any client library, and hang up in the middle of it."""
        headers = {"Accept": "application/json, text/event-stream"}
        first = await http.post(address, headers=headers, json=rpc("initialize", HELLO, 1))
        headers |= {"Mcp-Session-Id": first.headers["mcp-session-id"]}
        await http.post(address, headers=headers, json=rpc("notifications/initialized", {}))
        body = rpc("tools/call", {"name": "collect", "arguments": {"query": "x"}}, 2)
        async with http.stream("POST", address, headers=headers, json=body):
            await anyio.to_thread.run_sync(begun.wait)
        await http.aclose()

    assert anyio.run(run) < 2
    assert ended.is_set()


def test_calls_that_are_many_wait_for_each_other_and_all_are_answered() -> None:
    at_once: list[int] = []
    inside = 0
    lock = threading.Lock()

    def forecast_views(title: str) -> CollectReport:
        """Forecast."""
        nonlocal inside
        with lock:
            inside += 1
            at_once.append(inside)
        time.sleep(0.02)
        with lock:
            inside -= 1
        return report_of(title)

    async def talk(client: ClientSession) -> list[str]:
        answers: list[str] = []

        async def one(nth: int) -> None:
            result = await client.call_tool("forecast_views", {"title": f"t{nth}"})
            answers.append((result.structuredContent or {})["query"])

        async with anyio.create_task_group() as group:
            for nth in range(40):
                group.start_soon(one, nth)
        return answers

    assert sorted(in_memory(talk, {"forecast_views": forecast_views})) == sorted(
        f"t{nth}" for nth in range(40)
    )
    assert 1 < max(at_once) <= 4
