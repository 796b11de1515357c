"""How the server is reached: stdio, or streamable HTTP behind a token."""

import hashlib
import hmac
import ipaddress
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shortcast_agent.mcp_server.server import build
from shortcast_agent.mcp_server.working import GONE
from shortcast_ml.errors import InputError, ServiceError
from shortcast_tools.parts import parts

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server
    from mcp.server.transport_security import TransportSecuritySettings
    from starlette.applications import Starlette

    Scope = MutableMapping[str, Any]
    App = Callable[[Scope, Any, Any], Awaitable[None]]

PATH = "/mcp"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
SHORTEST_TOKEN = 16  # characters
SESSION_IDLE_S = 600.0
MOST_SESSIONS = 500
LEAVING_S = 2  # that open streams have to end when the server is stopped
STOPPED_BY_KEY = 128 + signal.SIGINT


def serve(
    *,
    http: bool = False,
    host: str = "127.0.0.1",
    port: int = 8765,
    files: Sequence[Path] = (),
    no_token: bool = False,
    names: Sequence[str] = (),
) -> None:
    """Serve until the client leaves (stdio) or the process is ended (HTTP).

    `files` are folders whose files may be read; `names` are further host names by which the server is reached.
    Raises ServiceError when the port is taken, InputError for a folder that does not exist, a token that is too short,
    and an outer address without token unless `no_token`.
    """
    held = parts()
    secret = held.settings.mcp_token
    token = secret.get_secret_value().strip() if secret is not None else ""
    server = build(held, files=files)
    try:
        if http:
            _check(token, host, no_token)
            _serve_http(server, host, port, token, names)
        else:
            _serve_stdio(server)
    except KeyboardInterrupt:
        sys.exit(STOPPED_BY_KEY)


def _check(token: str, host: str, no_token: bool) -> None:
    if token and (
        len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token
    ):
        raise InputError(
            f"SHORTCAST_MCP_TOKEN must be at least {SHORTEST_TOKEN} plain characters without spaces; make one with "
            'python -c "import secrets; print(secrets.token_urlsafe(32))".'
        )
    if not token and not no_token and host not in LOOPBACK:
        raise InputError(
            f"{host} can be reached from outside, where everyone could use the tools: set SHORTCAST_MCP_TOKEN, or say "
            "--no-token."
        )


# --- stdio -------------------------------------------------------------------------------------------


def _serve_stdio(server: "Server[Any, Any]") -> None:
    """Talk over this process's own stdin and stdout; whatever is printed meanwhile goes to stderr."""
    import anyio
    from mcp.server.stdio import stdio_server

    protocol = os.dup(1)
    os.dup2(2, 1)  # native code that writes to file descriptor 1 must not break the protocol
    sys.stdout = sys.stderr

    async def talk() -> None:
        with os.fdopen(protocol, "w", encoding="utf-8") as out:
            lines: Any = _lines_of(0)
            async with stdio_server(stdin=lines, stdout=anyio.wrap_file(out)) as (read, write):
                await server.run(read, write, server.create_initialization_options())

    anyio.run(talk)


async def _lines_of(descriptor: int) -> AsyncIterator[str]:
    """Yield lines as they come. Ctrl-C ends the wait at once: nobody waits for the thread that reads."""
    import threading

    import anyio
    import anyio.from_thread
    import anyio.lowlevel

    send, receive = anyio.create_memory_object_stream[str](1)
    token = anyio.lowlevel.current_token()

    def read() -> None:
        begun = b""
        try:
            while data := os.read(descriptor, 1 << 16):
                *whole, begun = (begun + data).split(b"\n")
                for line in whole:
                    anyio.from_thread.run(send.send, line.decode("utf-8", "replace"), token=token)
        except (
            anyio.BrokenResourceError,
            anyio.ClosedResourceError,
            anyio.RunFinishedError,
            RuntimeError,
            OSError,
        ):
            return  # the server has ended first
        anyio.from_thread.run_sync(send.close, token=token)

    threading.Thread(target=read, name="mcp-stdin", daemon=True).start()
    async with receive:
        async for line in receive:
            yield line


# --- HTTP --------------------------------------------------------------------------------------------


def _serve_http(server: "Server[Any, Any]", host: str, port: int, token: str, names: Sequence[str]) -> None:
    listening = _listen(host, port)
    import uvicorn

    port = int(listening.getsockname()[1])
    if not token and host not in LOOPBACK:
        print(f"Warning: everyone who can reach {host} can use the tools.", file=sys.stderr)
    shown = f"[{host}]" if ":" in host else host
    guarded = ", with the token of SHORTCAST_MCP_TOKEN" if token else ""
    print(
        f"Serving MCP at http://{shown}:{port}{PATH}{guarded} (Ctrl-C ends it)", file=sys.stderr, flush=True
    )
    config = uvicorn.Config(
        http_app(server, token=token, host=host, names=names),
        log_level="warning",
        timeout_graceful_shutdown=LEAVING_S,
        server_header=False,
    )
    logging.getLogger("mcp.server.streamable_http").addFilter(_is_news)
    with listening:
        uvicorn.Server(config).run(sockets=[listening])


def _is_news(record: logging.LogRecord) -> bool:
    """Drop what the SDK logs as an error, with a trace, whenever a client ends its session."""
    import anyio

    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, anyio.ClosedResourceError | anyio.BrokenResourceError)


def http_app(
    server: "Server[Any, Any]", *, token: str = "", host: str = "127.0.0.1", names: Sequence[str] = ()
) -> "Starlette":
    """Return the ASGI application: one path, its Host and Origin checked, behind the token where there is one."""
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
    from starlette.applications import Starlette
    from starlette.routing import Route

    manager = StreamableHTTPSessionManager(
        server,
        security_settings=_security(host, names),
        session_idle_timeout=SESSION_IDLE_S,
        max_sessions=MOST_SESSIONS,
    )
    return Starlette(
        routes=[Route(PATH, endpoint=Door(manager.handle_request, token))], lifespan=lambda _: manager.run()
    )


class Door:
    """Lets a request in when it has the token, and says in its scope when it is over."""

    def __init__(self, inside: "App", token: str) -> None:
        self._inside = inside
        self._wanted = _digest(token.encode()) if token else None

    async def __call__(self, scope: "Scope", receive: Any, send: Any) -> None:
        import anyio

        if self._wanted is not None and not self._is_known(scope):
            await _unauthorized(scope)(scope, receive, send)
            return
        gone = scope[GONE] = anyio.Event()
        unfinished = False

        async def sending(message: "Scope") -> None:
            nonlocal unfinished
            unfinished = message["type"] == "http.response.start" or bool(message.get("more_body"))
            await send(message)

        try:
            await self._inside(scope, receive, sending)
        finally:
            gone.set()
        if unfinished:  # a stream that the server's end has cut off
            await send({"type": "http.response.body", "body": b""})

    def _is_known(self, scope: "Scope") -> bool:
        """Compare in constant time: the hashes have one length, whatever was sent."""
        kind, _, sent = _authorization(scope).partition(b" ")
        return kind.lower() == b"bearer" and hmac.compare_digest(_digest(sent.strip()), self._wanted or b"")


def _digest(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()


def _authorization(scope: "Scope") -> bytes:
    values = [bytes(value) for name, value in scope["headers"] if name == b"authorization"]
    return values[0] if len(values) == 1 else b""


def _unauthorized(scope: "Scope") -> Any:
    """Return the answer to a request without the right token. Source: RFC 6750, section 3."""
    from starlette.responses import JSONResponse

    challenge = 'Bearer realm="shortcast"' + (', error="invalid_token"' if _authorization(scope) else "")
    sentence = "Send the server's token as `Authorization: Bearer TOKEN`."
    return JSONResponse(
        {"error": "invalid_token", "error_description": sentence}, 401, {"WWW-Authenticate": challenge}
    )


def _security(host: str, names: Sequence[str]) -> "TransportSecuritySettings":
    """Return what Host and Origin may say: a page that a browser got elsewhere must not reach the tools.

    A server at every address is known by those of this machine, and by its names.
    """
    from mcp.server.transport_security import TransportSecuritySettings

    known = [*LOOPBACK, *names, *(_own_names() if _is_any(host) else [host])]
    shown = [f"[{name}]" if ":" in name else name for name in dict.fromkeys(known)]
    return TransportSecuritySettings(
        allowed_hosts=[form for name in shown for form in (name, f"{name}:*")],
        allowed_origins=[
            form
            for name in shown
            for scheme in ("http", "https")
            for form in (f"{scheme}://{name}", f"{scheme}://{name}:*")
        ],
    )


def _is_any(host: str) -> bool:
    try:
        return ipaddress.ip_address(host or "0.0.0.0").is_unspecified  # noqa: S104 - compared, not bound
    except ValueError:
        return False


def _own_names() -> list[str]:
    name = socket.gethostname()
    try:
        found = socket.getaddrinfo(name, None)
    except OSError:
        found = []
    return [name, socket.getfqdn(), *(str(address[0]) for *_, address in found)]


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that takes connections, on any free port for 0. Raises ServiceError when it is taken."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise ServiceError(
            f"Nothing can be served at {host}:{port}: {error.strerror or error}. Choose another --port."
        ) from None
