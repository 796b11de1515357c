"""Who may speak to the server over HTTP: the token, and the names it answers to."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from shortcast_agent.mcp_server import build
from shortcast_agent.mcp_server.serving import http_app
from shortcast_tools.parts import Parts

TOKEN = "a-token-of-the-tests-0123456789"
HELLO = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}  # fmt: skip
ACCEPT = {"Accept": "application/json, text/event-stream"}


def client(**options: Any) -> Iterator[TestClient]:
    with TestClient(http_app(build(Parts()), **options), base_url="http://127.0.0.1:8765") as found:
        yield found


@pytest.fixture
def guarded() -> Iterator[TestClient]:
    yield from client(token=TOKEN)


@pytest.fixture
def outer() -> Iterator[TestClient]:
    yield from client(host="10.1.2.3", names=["tools.example"])


@pytest.fixture
def everywhere() -> Iterator[TestClient]:
    yield from client(host="0.0.0.0")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        TOKEN,
        "Bearer",
        "Bearer ",
        "Bearer no",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Basic {TOKEN}",
    ],
)
@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_without_the_token_nothing_is_answered(guarded: TestClient, header: str | None, method: str) -> None:
    headers = ACCEPT | ({} if header is None else {"Authorization": header})
    answer = guarded.request(method, "/mcp", headers=headers, json=HELLO if method == "POST" else None)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="shortcast"')
    assert ("invalid_token" in answer.headers["WWW-Authenticate"]) == bool(header)
    assert TOKEN not in answer.text
    assert "mcp-session-id" not in answer.headers


def test_two_authorizations_are_none(guarded: TestClient) -> None:
    headers = [("Authorization", f"Bearer {TOKEN}"), ("Authorization", "Bearer other"), *ACCEPT.items()]
    assert guarded.post("/mcp", headers=headers, json=HELLO).status_code == 401


@pytest.mark.parametrize("kind", ["Bearer", "bearer"])
def test_with_the_token_a_session_begins(guarded: TestClient, kind: str) -> None:
    answer = guarded.post("/mcp", headers=ACCEPT | {"Authorization": f"{kind} {TOKEN}"}, json=HELLO)
    assert answer.status_code == 200
    assert answer.headers["mcp-session-id"]
    assert '"name":"shortcast"' in answer.text


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("127.0.0.1:8765", None, 200),
        ("localhost:1", "http://localhost:3000", 200),
        ("10.1.2.3:8765", "https://tools.example", 200),
        ("tools.example", None, 200),
        ("evil.example:8765", None, 421),
        ("10.1.2.30:8765", None, 421),
        ("127.0.0.1:8765", "http://evil.example", 403),
        ("127.0.0.1:8765", "null", 403),
    ],
)
def test_a_page_from_elsewhere_is_refused(
    outer: TestClient, host: str, origin: str | None, status: int
) -> None:
    headers = ACCEPT | {"Host": host} | ({"Origin": origin} if origin else {})
    assert outer.post("/mcp", headers=headers, json=HELLO).status_code == status


def test_at_every_address_it_answers_to_this_machines_names(everywhere: TestClient) -> None:
    import socket

    for host, status in (
        (f"{socket.gethostname()}:80", 200),
        ("localhost:80", 200),
        ("evil.example:80", 421),
    ):
        assert everywhere.post("/mcp", headers=ACCEPT | {"Host": host}, json=HELLO).status_code == status


def test_other_paths_are_not_there(guarded: TestClient) -> None:
    assert guarded.get("/").status_code == 404


def test_lines_come_as_they_are_sent_and_end_with_the_pipe() -> None:
    import os

    import anyio

    from shortcast_agent.mcp_server.serving import _lines_of

    reads, writes = os.pipe()

    async def run() -> list[str]:
        os.write(writes, b'{"a": 1}\n{"b"')
        found = []
        async for line in _lines_of(reads):
            found.append(line)
            if len(found) == 1:
                os.write(writes, ': "\uac00"}\n'.encode())
                os.close(writes)
        return found

    assert anyio.run(run) == ['{"a": 1}', '{"b": "\uac00"}']
    os.close(reads)


def test_an_outer_address_without_token_is_served_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import uvicorn

    from shortcast_agent.mcp_server import serve

    served: list[uvicorn.Config] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: served.append(self.config))
    serve(http=True, host="0.0.0.0", port=0, no_token=True)
    said = capsys.readouterr().err
    assert "everyone who can reach 0.0.0.0 can use the tools" in said
    assert "Serving MCP at http://0.0.0.0:" in said
    assert served[0].timeout_graceful_shutdown == 2
    monkeypatch.setattr(uvicorn.Server, "run", _interrupted)
    with pytest.raises(SystemExit) as end:
        serve(http=True, host="localhost", port=0)
    assert end.value.code == 130
    assert "http://localhost:" in capsys.readouterr().err


def _interrupted(self: Any, sockets: Any) -> None:
    raise KeyboardInterrupt
