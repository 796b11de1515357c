"""A real HTTP server on the loopback that speaks enough of the OpenAI API: chat completions and models.

Script it with what it shall answer, in order; the last step repeats. `server.requests` holds what came in.

    with serving([say("Hello.")]) as server:
        ...  # SHORTCAST_LLM_BASE_URL=server.url
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "fake-model"


@dataclass(frozen=True)
class Step:
    """One scripted reply."""

    text: str = ""
    calls: tuple[tuple[str, str], ...] = ()
    status: int = 200
    body: bytes | None = None
    content_type: str = "text/html"
    delay_s: float = 0.0
    pause_s: float = 0.0
    cut: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    stream: bytes | None = None


Script = Step | Callable[[dict[str, Any]], Step]


def say(text: str, *, delay_s: float = 0.0, pause_s: float = 0.0, cut: bool = False) -> Step:
    """Answer with text; `pause_s` lies between its pieces, `cut` breaks the stream off in the middle."""
    return Step(text=text, delay_s=delay_s, pause_s=pause_s, cut=cut)


def call(*calls: tuple[str, dict[str, Any] | str], text: str = "") -> Step:
    """Answer with tool calls; a string as arguments is sent as it is, malformed or not."""
    return Step(
        text=text,
        calls=tuple((name, args if isinstance(args, str) else json.dumps(args)) for name, args in calls),
    )


def fail(status: int = 500, **headers: str) -> Step:
    """Answer with an error; `retry_after="2"` sends the header Retry-After."""
    return Step(
        status=status,
        body=b'{"error": {"message": "scripted failure"}}',
        content_type="application/json",
        headers=tuple((name.replace("_", "-"), value) for name, value in headers.items()),
    )


def raw(stream: bytes) -> Step:
    """Answer with an event stream as it is, whatever it holds."""
    return Step(stream=stream)


def page(html: str = "<!doctype html><html><body>Welcome to nginx!</body></html>") -> Step:
    """Answer with a web page, as a wrong address does."""
    return Step(body=html.encode())


def empty() -> Step:
    """Answer with a stream that holds nothing."""
    return Step()


@dataclass
class FakeOpenAI:
    """The running server."""

    url: str
    requests: list[dict[str, Any]] = field(default_factory=list)
    models: list[str] = field(default_factory=lambda: [MODEL])
    mode: str = "native"  # how it answers the question what it can do
    probes: int = 0


@contextmanager
def serving(script: Sequence[Script]) -> Iterator[FakeOpenAI]:
    """Serve a script on a free port of the loopback."""
    steps = list(script)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            if self.path.rstrip("/").endswith("/models"):
                listed = [
                    {"id": name, "object": "model", "created": 0, "owned_by": "fake"} for name in state.models
                ]
                self._send(200, "application/json", json.dumps({"object": "list", "data": listed}).encode())
            else:
                self._send(404, "application/json", b"{}")

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            request = json.loads(self.rfile.read(length))
            if _is_probe(request):
                state.probes += 1
                self._send(200, "application/json", json.dumps(_whole(_probed(state.mode, request))).encode())
                return
            with lock:
                state.requests.append(request)
                script_step = steps.pop(0) if len(steps) > 1 else steps[0]
            step = script_step if isinstance(script_step, Step) else script_step(request)
            time.sleep(step.delay_s)
            try:
                if step.body is not None or step.status != 200:
                    self._send(step.status, step.content_type, step.body or b"", step.headers)
                elif request.get("stream"):
                    self._stream(step)
                else:
                    self._send(200, "application/json", json.dumps(_whole(step)).encode())
            except (BrokenPipeError, ConnectionResetError):
                pass  # the client gave up waiting

        def _send(self, status: int, kind: str, body: bytes, headers: Sequence[tuple[str, str]] = ()) -> None:
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _stream(self, step: Step) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            if step.stream is not None:
                self.wfile.write(step.stream)
                self.wfile.flush()
                self.close_connection = True
                return
            for nth, delta in enumerate(_deltas(step)):
                if step.cut and nth > 2:
                    break
                self._event(_chunk(delta))
                time.sleep(step.pause_s)
            if not step.cut:
                self._event(_chunk({}, "tool_calls" if step.calls else "stop"))
                self.wfile.write(b"data: [DONE]\n\n")
                self.wfile.flush()
            self.close_connection = True

        def _event(self, data: dict[str, Any]) -> None:
            self.wfile.write(b"data: " + json.dumps(data).encode() + b"\n\n")
            self.wfile.flush()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state = FakeOpenAI(url=f"http://127.0.0.1:{server.server_address[1]}/v1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


def _is_probe(request: dict[str, Any]) -> bool:
    """Tell the question what an endpoint can do, which no script has to expect."""
    return any("shortcast_probe" in str(tool) for tool in request.get("tools", ())) or (
        request.get("response_format", {}).get("json_schema", {}).get("name") == "word"
    )


def _probed(mode: str, request: dict[str, Any]) -> Step:
    if request.get("tools") and mode == "native":
        return call(("shortcast_probe", {"word": "ready"}))
    return say('{"word": "ready"}' if mode == "router" and "response_format" in request else "I am ready.")


def _deltas(step: Step) -> Iterator[dict[str, Any]]:
    yield {"role": "assistant", "content": ""}
    words = step.text.split(" ")
    for nth, word in enumerate(words if step.text else []):
        yield {"content": word + (" " if nth < len(words) - 1 else "")}
    for nth, (name, arguments) in enumerate(step.calls):
        yield {
            "tool_calls": [
                {
                    "index": nth,
                    "id": f"call_{name}_{nth}_{time.monotonic_ns()}",
                    "type": "function",
                    "function": {"name": name, "arguments": ""},
                }
            ]
        }
        half = len(arguments) // 2
        for part in (arguments[:half], arguments[half:]):
            yield {"tool_calls": [{"index": nth, "function": {"arguments": part}}]}


def _chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {
        "id": "chatcmpl-fake",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": MODEL,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


def _whole(step: Step) -> dict[str, Any]:
    calls = [
        {"id": f"call_{nth}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for nth, (name, arguments) in enumerate(step.calls)
    ]
    message: dict[str, Any] = {"role": "assistant", "content": step.text or None}
    if calls:
        message["tool_calls"] = calls
    finish = "tool_calls" if calls else "stop"
    return {
        "id": "chatcmpl-fake",
        "object": "chat.completion",
        "created": 0,
        "model": MODEL,
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
