"""A real server on loopback that speaks the YouTube Data API v3 about an invented world.

Routes, parameters, their types, enums and limits, and the shape of every answer come from the discovery
document in google-api-python-client; an answer that does not fit its schema fails the request (500, and
`server.broken` says why). Every call is charged to one of two daily buckets, invalid ones too.
"""

import json
import random
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.youtube_answers import SIZES, Refused, channels, playlist_items, search, videos
from tests.youtube_world import TOPICS, World, invent

Json = dict[str, Any]
METHODS = {
    "/youtube/v3/search": ("search", search),
    "/youtube/v3/channels": ("channels", channels),
    "/youtube/v3/playlistItems": ("playlistItems", playlist_items),
    "/youtube/v3/videos": ("videos", videos),
}


@dataclass
class Faults:
    """What goes wrong, and how often: any of `kinds`, or `html` or `moved`. A slow answer takes `slow_s`."""

    rate: float = 0.0
    rng: random.Random = field(default_factory=random.Random)
    slow_s: float = 0.2
    kinds: tuple[str, ...] = ("403", "429", "429 later", "429 date", "500", "503", "slow", "cut", "half")


class YouTubeServer:
    """The server as a test sees it.

    `charged` counts what each bucket (`search`, `units`) was charged today, `calls` each method's calls,
    `log` and `queries` have every request's path and query, `broken` what was wrong with our own answers.
    """

    def __init__(self, port: int, world: World, keys: set[str], quotas: dict[str, int]) -> None:
        self.host = f"127.0.0.1:{port}"
        self.url = f"http://{self.host}/"
        self.world = world
        self.keys = keys
        self.disabled_keys: set[str] = set()
        self.quotas = quotas
        self.charged: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self.faulted: Counter[str] = Counter()
        self.log: list[str] = []
        self.queries: list[str] = []
        self.broken: list[str] = []
        self.moved_to = ""  # where the fault `moved` sends the visitor
        self.lock = threading.Lock()
        self._faults = Faults()
        self._checked: set[object] = set()

    def faults(
        self, rate: float = 0.05, seed: int = 0, slow_s: float = 0.2, kinds: tuple[str, ...] = Faults.kinds
    ) -> None:
        """Let a share of the calls go wrong from now on; each of them is charged all the same."""
        self._faults = Faults(rate, random.Random(seed), slow_s, kinds)

    def new_day(self) -> None:
        """Fill both buckets again."""
        with self.lock:
            self.charged.clear()

    def answer(self, path: str, query: dict[str, list[str]], headers: Any) -> tuple[int, Json, str]:
        """Return status, body and the fault that befalls the answer. Raises Refused."""
        key = (query.pop("key", None) or [headers.get("X-Goog-Api-Key") or ""])[0]
        if not key:
            raise Refused(403, "forbidden", "The request is missing a valid API key.")
        if key in self.disabled_keys:
            raise Refused(
                403, "accessNotConfigured", "YouTube Data API v3 has not been used in project 1 before or it is"
                " disabled. Enable it by visiting https://console.developers.google.com/.", "usageLimits",
            )  # fmt: skip
        if key not in self.keys:
            raise Refused(
                400, "badRequest", "API key not valid. Please pass a valid API key.", detail="API_KEY_INVALID"
            )
        if path not in METHODS:
            raise Refused(404, "notFound", "Not found.")
        name, method = METHODS[path]
        with self.lock:
            bucket = "search" if name == "search" else "units"
            if self.charged[bucket] >= self.quotas[bucket]:
                raise _used_up(bucket)
            self.charged[bucket] += 1
            self.calls[name] += 1
            wrong = self._faults.rng.random() < self._faults.rate
            fault = self._faults.rng.choice(self._faults.kinds) if wrong else ""
            self.faulted[fault] += 1
        if fault == "slow":
            time.sleep(self._faults.slow_s)
        if fault == "403":
            raise Refused(403, "rateLimitExceeded", "Rate limit exceeded.", "usageLimits")
        if fault.startswith("429"):
            later = {
                "later": "1",
                "date": format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True),
            }
            refused = Refused(429, "rateLimitExceeded", "Resource has been exhausted.", "usageLimits")
            refused.retry_after = later.get(fault[4:])
            raise refused
        if fault in ("500", "503"):
            raise Refused(int(fault), "backendError", "Backend Error", "global")
        body = method(self.world, check_parameters(name, query), self.url)
        problems = self.check(name, body)
        if problems:
            self.broken += problems
            raise Refused(500, "internalError", "; ".join(problems))
        return 200, body, fault

    def check(self, name: str, body: Json) -> list[str]:
        """Return what does not fit the method's response schema; an item is looked at once."""
        response = _document()["resources"][name]["methods"]["list"]["response"]["$ref"]
        marks = [(name, str(item["id"]), tuple(item)) for item in body.get("items", ())]
        fresh = [
            item for item, mark in zip(body.get("items", ()), marks, strict=True) if mark not in self._checked
        ]
        problems = check_shape(response, {**body, "items": fresh})
        self._checked.update(marks)
        return problems


def _used_up(bucket: str) -> Refused:
    """Return the two ways in which the real service says that a day's quota is gone."""
    if bucket == "search":
        return Refused(
            429,
            "rateLimitExceeded",
            "Quota exceeded for quota metric 'Search Queries' and limit 'Search Queries per day' of service"
            " 'youtube.googleapis.com' for consumer 'project_number:1'.",
            detail="RATE_LIMIT_EXCEEDED",
        )
    return Refused(
        403,
        "quotaExceeded",
        'The request cannot be completed because you have exceeded your <a href="/youtube/v3/getting-started'
        '#quota">quota</a>.',
        "youtube.quota",
    )


# --- the discovery document --------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _document() -> Json:
    """Return the discovery document that the client builds itself from."""
    folder = resources.files("googleapiclient.discovery_cache") / "documents"
    document: Json = json.loads((folder / "youtube.v3.json").read_text("utf-8"))
    return document


def check_parameters(name: str, query: dict[str, list[str]]) -> Json:
    """Return a call's parameters as values, defaults filled in. Raises Refused as the API would."""
    known = {**_document()["parameters"], **_document()["resources"][name]["methods"]["list"]["parameters"]}
    values: Json = {key: spec["default"] for key, spec in known.items() if "default" in spec}
    for key, given in query.items():
        if key not in known:
            raise Refused(400, "badRequest", f'Invalid JSON payload received. Unknown name "{key}"')
        spec = known[key]
        each = [part for text in given for part in text.split(",")] if spec.get("repeated") else given[-1:]
        for text in each:
            if "enum" in spec and text not in spec["enum"]:
                raise Refused(400, "invalidParameter", f"Invalid value at '{key}': {text!r}")
            if spec["type"] == "integer" and not _within(text, spec):
                raise Refused(
                    400, "invalidParameter", f"Invalid value '{text}'. Values must be within the range."
                )
            if spec.get("format") == "google-datetime":
                try:
                    datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
                except ValueError:
                    raise Refused(400, "invalidParameter", f"Invalid time '{text}' at '{key}'") from None
        values[key] = each if spec.get("repeated") else each[0]
    for key, spec in known.items():
        if spec.get("required") and not values.get(key):
            raise Refused(400, "missingRequiredParameter", f"Missing required parameter: {key}")
        if spec["type"] == "integer" and key in values:
            values[key] = int(values[key])
    for part in values["part"]:
        if part not in _parts(name):
            raise Refused(400, "unknownPart", f"'{part}'")
    if len(values.get("id", ())) > 50:
        raise Refused(400, "invalidFilters", "The request specifies too many ids.")
    return values


def _parts(name: str) -> set[str]:
    """Return the parts that a resource of a method's answer has."""
    schemas = _document()["schemas"]
    response = schemas[_document()["resources"][name]["methods"]["list"]["response"]["$ref"]]
    return set(schemas[response["properties"]["items"]["items"]["$ref"]]["properties"]) - {"etag", "kind"}


def _within(text: str, spec: Json) -> bool:
    try:
        return int(spec.get("minimum", text)) <= int(text) <= int(spec.get("maximum", text))
    except ValueError:
        return False


def check_shape(name: str, value: Any, at: str = "") -> list[str]:
    """Return what in an answer does not fit the schema of that name."""
    return _check({"$ref": name}, value, at or name)


def _check(spec: Json, value: Any, at: str) -> list[str]:
    if "$ref" in spec:
        spec = {"type": "object", **_document()["schemas"][spec["$ref"]]}
    kind = spec.get("type")
    if kind == "object":
        if not isinstance(value, dict):
            return [f"{at} is no object"]
        properties, rest = spec.get("properties", {}), spec.get("additionalProperties")
        wrong = []
        for key, inner in value.items():
            known = properties.get(key, rest)
            wrong += [f"{at}.{key} is unknown"] if known is None else _check(known, inner, f"{at}.{key}")
        return wrong
    if kind == "array":
        return [text for i, one in enumerate(value) for text in _check(spec["items"], one, f"{at}[{i}]")]
    if kind == "string":
        good = isinstance(value, str) and value in spec.get("enum", (value,))
        if good and spec.get("format") in ("uint64", "int64"):
            good = value.lstrip("-").isdigit()
    else:
        good = isinstance(value, {"integer": int, "boolean": bool, "number": float}[str(kind)])
    return [] if good else [f"{at} is {value!r}"]


# --- serving -----------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _picture(seed: int, width: int, height: int) -> bytes:
    from PIL import Image

    rng = random.Random(seed)
    small = Image.new("RGB", (8, 5))
    small.putdata([tuple(rng.randrange(256) for _ in range(3)) for _ in range(40)])
    buffer = BytesIO()
    small.resize((width, height), Image.Resampling.NEAREST).save(buffer, "JPEG", quality=60)
    return buffer.getvalue()


def thumbnail(video_id: str, name: str) -> bytes:
    """Return a video's picture: one of eight, made its own by a comment inside the JPEG."""
    data = _picture(sum(video_id.encode()) % 8, *SIZES[name])
    words = f"{video_id} {name}".encode()
    return data[:2] + b"\xff\xfe" + struct.pack(">H", len(words) + 2) + words + data[2:]


@contextmanager
def youtube_server(
    channels: int = 60,
    videos: int = 8000,
    *,
    seed: int = 0,
    topics: tuple[str, ...] = TOPICS,
    keys: tuple[str, ...] = ("k",),
    search_quota: int = 100,
    unit_quota: int = 10_000,
    world: World | None = None,
) -> Iterator[YouTubeServer]:
    """Serve an invented YouTube on a free port of 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = 1 << 16  # head and body leave together

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            server.log.append(parts.path)
            server.queries.append(parts.query)
            fault, retry_after = "", None
            try:
                if parts.path.startswith("/vi/"):
                    self.send_picture(parts.path)
                    return
                query = parse_qs(parts.query, keep_blank_values=True)
                status, body, fault = server.answer(parts.path, query, self.headers)
            except Refused as refused:
                status, body, retry_after = refused.status, refused.body(), refused.retry_after
            self.send(
                status, json.dumps(body).encode(), "application/json; charset=UTF-8", fault, retry_after
            )

        def send_picture(self, path: str) -> None:
            try:
                _, _, video_id, name = path.split("/")
                video = server.world.videos[video_id]
                if name.removesuffix(".jpg") not in video.pictures:
                    raise KeyError(name)
            except (ValueError, KeyError):
                raise Refused(404, "notFound", "No such picture.") from None
            self.send(200, thumbnail(video_id, name.removesuffix(".jpg")), "image/jpeg")

        def send(
            self, status: int, body: bytes, kind: str, fault: str = "", later: str | None = None
        ) -> None:
            self.close_connection = self.close_connection or fault in ("cut", "half")
            if fault == "cut":  # asked and charged, and never answered
                return
            if fault == "moved":
                status = 302
            elif fault == "html":  # as a hotel's network does
                body, kind = b"<html>Please log in</html>", "text/html"
            try:
                self.send_response(status)
                if fault == "moved":
                    self.send_header("Location", server.moved_to)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                if later is not None:
                    self.send_header("Retry-After", later)
                self.end_headers()
                self.wfile.write(body[: len(body) // 2] if fault == "half" else body)
                self.wfile.flush()
            except OSError:
                self.close_connection = True  # the visitor left

        def log_message(self, format: str, *args: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, request: Any, client_address: Any) -> None:
            import sys

            if not isinstance(sys.exc_info()[1], OSError):
                server.broken.append(repr(sys.exc_info()[1]))

    http = Quiet(("127.0.0.1", 0), Handler)
    server = YouTubeServer(
        http.server_address[1],
        world or invent(seed, channels, videos, topics),
        set(keys),
        {"search": search_quota, "units": unit_quota},
    )
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
