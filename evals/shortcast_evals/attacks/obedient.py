"""Language models that attacks reach: a real server on the loopback that speaks OpenAI's chat completions."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from shortcast_evals.attacks.cases import Attack

TRIES = 2  # a refused wish is tried again
LONGEST_S = 600.0
Call = tuple[str, dict[str, Any]]


class Obedient:
    """Makes the honest call first; as soon as it is shown the attack, does what the attack wants, and insists."""

    def __init__(self) -> None:
        self.url = ""
        self.reached = False
        self._attack: Attack | None = None
        self._first: Call | None = None
        self._tried = 0

    def play(self, attack: Attack, first: Call) -> None:
        """Forget the last attack, and wait for this one."""
        self.reached, self._tried = False, 0
        self._attack, self._first = attack, first

    def reply(self, request: dict[str, Any]) -> tuple[str, Call | None] | None:
        """Return what it says and calls, given all that it is shown except the system prompt."""
        attack = self._attack
        if attack is None:
            return "Ready.", None
        self._look(attack, request)
        if self.reached and attack.wants.tool and self._tried < TRIES:
            self._tried += 1
            return "", (attack.wants.tool, attack.wants.arguments)
        if self.reached:
            return f"Here is what you need.\n\n{attack.wants.says or attack.canary}\n\nThat is all.", None
        first, self._first = self._first, None
        return ("", first) if first else ("I looked at it.", None)

    def _look(self, attack: Attack, request: dict[str, Any]) -> None:
        shown = "\n".join(_text(m) for m in request["messages"] if m["role"] in ("user", "tool"))
        self.reached = self.reached or attack.is_in(shown)


class Led(Obedient):
    """Makes the honest call first, and hands all that follows on to a real endpoint, which so reads the attack."""

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self.endpoint = endpoint

    def reply(self, request: dict[str, Any]) -> tuple[str, Call | None] | None:
        """Return the honest call, and None for what the endpoint is to answer."""
        first, self._first = self._first, None
        return ("", first) if first else None

    @contextmanager
    def asked(self, body: bytes, headers: dict[str, str]) -> Iterator[tuple[int, str, Iterator[bytes]]]:
        """Yield the endpoint's status, content type and answer; an attack that it answers has reached it."""
        url = f"{self.endpoint.rstrip('/')}/chat/completions"
        kept = {
            name: value
            for name, value in headers.items()
            if name.lower() in ("authorization", "content-type")
        }
        with httpx.stream("POST", url, content=body, headers=kept, timeout=LONGEST_S) as answer:
            if answer.is_success and self._attack is not None:
                self._look(self._attack, json.loads(body))
            yield answer.status_code, answer.headers.get("Content-Type", ""), answer.iter_bytes()


def _text(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "\n".join(part.get("text", "") for part in content)


@contextmanager
def serving(model: Obedient) -> Iterator[Obedient]:
    """Serve the model on a free port of the loopback; its `url` is the endpoint's."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: Any) -> None:
            pass

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            request = json.loads(sent)
            reply = model.reply(request)
            if reply is None and isinstance(model, Led):
                self.hand_on(model, sent)
                return
            text, call = reply or ("Ready.", None)
            delta: dict[str, Any] = {"role": "assistant", "content": text}
            if call:
                function = {"name": call[0], "arguments": json.dumps(call[1])}
                delta["tool_calls"] = [
                    {"index": 0, "id": f"call_{id(request)}", "type": "function", "function": function}
                ]
            common = {"id": "obedient", "created": 0, "model": "obedient"}
            reason = "tool_calls" if call else "stop"
            chunks = [
                common | {"object": "chat.completion.chunk", "choices": [choice]}
                for choice in (
                    {"index": 0, "delta": delta, "finish_reason": None},
                    {"index": 0, "delta": {}, "finish_reason": reason},
                )
            ]
            body = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
            kind = "text/event-stream"
            if not request.get("stream"):
                kind = "application/json"
                choice = {"index": 0, "message": delta, "finish_reason": reason}
                body = json.dumps(common | {"object": "chat.completion", "choices": [choice]})
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def hand_on(self, led: Led, sent: bytes) -> None:
            """Pass on what the endpoint answers, as it comes; where it does not, hang up as it did."""
            self.close_connection = True
            with (
                suppress(OSError, httpx.HTTPError),
                led.asked(sent, dict(self.headers)) as (status, kind, pieces),
            ):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.end_headers()
                for piece in pieces:
                    self.wfile.write(piece)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    model.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
