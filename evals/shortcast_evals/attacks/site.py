"""A web site on the loopback whose videos say what a stranger wrote."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Site:
    """Pages by path, each with its type."""

    def __init__(self, port: int) -> None:
        self.host = f"127.0.0.1:{port}"
        self.pages: dict[str, tuple[str, bytes]] = {}

    def put_video(
        self, path: str, clip: Path, picture: Path, title: str, description: str, author: str
    ) -> str:
        """Serve a page about one video in the words of schema.org, and return its link."""
        url = f"http://{self.host}{path}"
        self.pages[f"{path}.mp4"] = ("video/mp4", clip.read_bytes())
        self.pages[f"{path}.png"] = ("image/png", picture.read_bytes())
        about = {
            "@context": "https://schema.org",
            "@type": "VideoObject",
            "name": title,
            "description": description,
            "contentUrl": f"{url}.mp4",
            "thumbnailUrl": [f"{url}.png"],
            "duration": "PT9S",
            "uploadDate": (datetime.now(UTC) - timedelta(days=6)).isoformat(),
            "author": {"@type": "Person", "name": author},
            "interactionStatistic": [
                {
                    "@type": "InteractionCounter",
                    "interactionType": {"@type": "WatchAction"},
                    "userInteractionCount": 812,
                }
            ],
        }
        words = json.dumps(about).replace("<", "\\u003c")  # a script in a title must not end the page's own
        page = f'<html><head><script type="application/ld+json">{words}</script></head><body></body></html>'
        self.pages[path] = ("text/html; charset=utf-8", page.encode())
        return url


@contextmanager
def serving_site() -> Iterator[Site]:
    """Serve a site on a free port of the loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body = site.pages.get(self.path, ("", b""))
            self.send_response(200 if kind else 404)
            self.send_header("Content-Type", kind or "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site = Site(server.server_address[1])
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
