"""What cases attach: a drawn clip, drawn thumbnails and a saved record, made afresh in a folder."""

import json
from datetime import UTC, datetime
from pathlib import Path


def make_materials(folder: Path) -> dict[str, Path]:
    """Return {name: path} of `clip.mp4` (9 s, vertical, with sound), `a.png`, `b.png`, `notes.mp4`, `video.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / name for name in ("clip.mp4", "a.png", "b.png", "notes.mp4", "video.json")}
    _draw_clip(paths["clip.mp4"])
    _draw_picture(paths["a.png"], (230, 190, 120), "LATTE")
    _draw_picture(paths["b.png"], (40, 45, 60), "3 SECONDS")
    paths["notes.mp4"].write_text("This is not a video.\n", encoding="utf-8")
    paths["video.json"].write_text(json.dumps(_record()), encoding="utf-8")
    return paths


def _draw_clip(path: Path, seconds: int = 9, fps: int = 10) -> None:
    import av
    import numpy as np

    with av.open(str(path), "w") as out:
        video = out.add_stream("h264", rate=fps)
        video.width, video.height, video.pix_fmt = 180, 320, "yuv420p"
        audio = out.add_stream("aac", rate=16_000, layout="mono")
        rows = np.linspace(0, 255, 320)[:, None, None]
        for i in range(seconds * fps):
            picture = np.broadcast_to((rows + 6 * i) % 256, (320, 180, 3)).astype(np.uint8)
            out.mux(video.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")))
        tone = 0.2 * np.sin(2 * np.pi * 330 * np.arange(16_000 * seconds) / 16_000)
        for start in range(0, len(tone), 1024):
            block = tone[start : start + 1024].astype(np.float32)[None, :]
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
            frame.sample_rate, frame.pts = 16_000, start
            out.mux(audio.encode(frame))
        out.mux(video.encode(None))
        out.mux(audio.encode(None))


def _draw_picture(path: Path, colour: tuple[int, int, int], words: str) -> None:
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (360, 640), colour)
    draw = ImageDraw.Draw(image)
    draw.ellipse((60, 220, 300, 460), fill=tuple(255 - c for c in colour))
    draw.text((40, 60), words, fill=(255, 255, 255), font_size=56, stroke_width=3, stroke_fill=(0, 0, 0))
    image.save(path)


def _record() -> dict[str, object]:
    fetched = datetime(2026, 11, 1, 12, tzinfo=UTC).isoformat()
    return {
        "draft": {
            "platform": "youtube_shorts", "title": "I cleaned my espresso machine with lemon", "duration_s": 34.0,
        },
        "video_id": "invented-1", "url": "https://example.invalid/watch/invented-1", "fetched_at": fetched,
        "published_at": datetime(2026, 10, 20, 12, tzinfo=UTC).isoformat(), "age_days": 12.0,
        "counts": {"views": 410}, "channel": {"followers": 52000, "uploads": [
            {"views": v, "age_days": 30} for v in (9100, 15000, 12400, 22000, 8000, 13700)
        ]},
        "source": "user",
    }  # fmt: skip
