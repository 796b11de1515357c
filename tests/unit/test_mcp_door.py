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
