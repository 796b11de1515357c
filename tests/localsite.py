"""A real web site on loopback: pages with videos, lists of them, and everything that can go wrong."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np


@dataclass
class Answer:
    """What the site sends for one path."""

    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    wait_s: float = 0.0
    drip: int = 0  # bytes at a time, a tenth of a second apart; 0: all at once
    cut: bool = False  # the connection breaks in the middle


class LocalSite:
    """Pages by path; `asked` lists the paths that were requested, `cookies` what visitors sent as such."""

    def __init__(self, port: int) -> None:
        self.host = f"127.0.0.1:{port}"
        self.url = f"http://{self.host}"
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.cookies: set[str] = set()

    def put(
        self, path: str, body: bytes | str, content_type: str = "text/html; charset=utf-8", **more: Any
    ) -> str:
        """Serve a body at a path and return its link."""
        data = body.encode() if isinstance(body, str) else body
        self.answers[path] = Answer(data, content_type, **more)
        return self.url + path

    def redirect(self, path: str, to: str) -> str:
        """Serve a redirect and return its link."""
        return self.put(path, b"", status=302, headers={"Location": to})

    def put_video(
        self,
        path: str,
        clip: bytes,
        *,
        title: str = "Three second latte trick",
        description: str = "How I make it. #coffee #latte",
        views: int | None = 12_345,
        likes: int | None = 678,
        published: datetime | None = None,
        duration: str = "PT21S",
        size: tuple[int, int] | None = (540, 960),
        thumbnail: bytes | None = None,
        author: str = "Kettle Corner",
    ) -> str:
        """Serve a page that holds one video and says about it what schema.org has words for."""
        clip_url = self.put(f"{path}.mp4", clip, "video/mp4")
        thumbnail_url = self.put(
            f"{path}.jpg", picture(540, 960) if thumbnail is None else thumbnail, "image/jpeg"
        )
        video: dict[str, Any] = {
            "@context": "https://schema.org",
            "@type": "VideoObject",
            "name": title,
            "description": description,
            "contentUrl": clip_url,
            "thumbnailUrl": [thumbnail_url],
            "duration": duration,
            "author": {"@type": "Person", "name": author},
            "interactionStatistic": [],
        }
        if published:
            video["uploadDate"] = published.isoformat()
        if size:
            video["width"], video["height"] = size
        for kind, count in (("WatchAction", views), ("LikeAction", likes)):
            if count is not None:
                video["interactionStatistic"].append(
                    {
                        "@type": "InteractionCounter",
                        "interactionType": {"@type": kind},
                        "userInteractionCount": count,
                    }
                )
        return self.put(
            path,
            f"""<!DOCTYPE html><html><head><title>{title}</title>
            <script type="application/ld+json">{json.dumps(video)}</script></head>
            <body><h1>{title}</h1></body></html>""",
        )

    def put_feed(self, path: str, links: list[str]) -> str:
        """Serve an RSS feed of links."""
        items = "".join(f"<item><title>Video</title><link>{link}</link></item>" for link in links)
        return self.put(
            path,
            f'<?xml version="1.0"?><rss version="2.0"><channel><title>Feed</title>{items}</channel></rss>',
            "application/rss+xml",
        )


@contextmanager
def local_site() -> Iterator[LocalSite]:
    """Serve a site on a free port of 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            site.cookies.update(self.headers.get_all("Cookie", []))
            answer = site.answers.get(self.path) or Answer(b"Not found", status=404)
            time.sleep(answer.wait_s)
            try:
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.content_type)
                self.send_header("Content-Length", str(len(answer.body)))
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                body = answer.body[: len(answer.body) // 2] if answer.cut else answer.body
                step = answer.drip or max(len(body), 1)
                for start in range(0, len(body), step):
                    self.wfile.write(body[start : start + step])
                    self.wfile.flush()
                    time.sleep(0.1 if answer.drip else 0)
            except OSError:
                pass  # the visitor left

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site = LocalSite(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def picture(width: int = 640, height: int = 360, kind: str = "JPEG", seed: int = 0) -> bytes:
    """Return a small picture with some structure."""
    from PIL import Image

    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (max(height // 40, 1), max(width // 40, 1), 3), dtype=np.uint8)
    buffer = BytesIO()
    Image.fromarray(small).resize((width, height)).save(buffer, kind)
    return buffer.getvalue()


def clip(
    path: Path,
    *,
    seconds: float = 2.0,
    width: int = 108,
    height: int = 192,
    fps: int = 10,
    tone: float | None = 0.25,
    bars: int = 0,
    step_s: float | None = None,
    movflags: str = "",
) -> Path:
    """Write a video: moving stripes, and a 440 Hz tone of this amplitude (0.0 silent, None no sound track).

    `bars` black lines stand at top and bottom. `step_s` puts frames that far apart, for very long files.
    An .avi has uncompressed sound.
    """
    from fractions import Fraction

    import av

    with av.open(str(path), "w", options={"movflags": movflags} if movflags else {}) as out:
        video = out.add_stream("mpeg4" if path.suffix == ".avi" else "libx264", rate=fps)
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        video.options = {"preset": "ultrafast"} if path.suffix != ".avi" else {}
        video.codec_context.time_base = Fraction(1, 1000)
        sound = (
            out.add_stream("pcm_s16le" if path.suffix == ".avi" else "aac", rate=44100, layout="mono")
            if tone is not None
            else None
        )
        x, y = np.arange(width)[None, :, None], np.arange(height)[:, None, None]
        stripes = (x * 5 + y * 3 + np.array([0, 60, 120])).astype(np.uint8)
        gap_s = step_s or 1 / fps
        for i in range(max(int(seconds / gap_s), 1)):
            pixels = stripes + np.uint8((35 * i) % 256)
            if bars:
                pixels[:bars] = pixels[-bars:] = 0
            frame = av.VideoFrame.from_ndarray(pixels, "rgb24")
            frame.pts, frame.time_base = round(i * gap_s * 1000), Fraction(1, 1000)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        if sound is not None and tone is not None:
            t = np.arange(int(44100 * min(seconds, 60))) / 44100
            wave = tone * np.sin(2 * np.pi * 440 * t)
            shape, kind = ("s16", np.int16) if path.suffix == ".avi" else ("fltp", np.float32)
            samples = np.ascontiguousarray(wave * (32767 if kind is np.int16 else 1), dtype=kind)[None, :]
            for start in range(0, samples.shape[1], 1024):
                block = np.ascontiguousarray(samples[:, start : start + 1024])
                frame = av.AudioFrame.from_ndarray(block, shape, "mono")
                frame.sample_rate, frame.pts = 44100, start
                out.mux(sound.encode(frame))
            out.mux(sound.encode(None))
    return path
