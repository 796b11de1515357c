"""How long reading a video takes, and how much memory: `shortcast bench-video`.

The clip is invented, but costs what a phone's would: textures that pan under grain at 8 Mbit/s, with cuts and
stereo sound. Each reading runs in a process of its own, warm, as in a chat that has read a video before; memory
is counted from before the first.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

if TYPE_CHECKING:
    from numpy.typing import NDArray

FPS = 30
SHOT_S = 4
RATE_HZ = 48_000
BITRATE = 8_000_000

# The child reads a small clip first (imports, networks, fonts), then the one that counts; its memory counts from
# before both.
_CHILD = """
import json, os, sys, time
from shortcast_evals.bench_video import own_peak_gb
from shortcast_tools.read_video import read_video
small, clip = sys.argv[1:]
before = own_peak_gb()
read_video(small)
start, cpu = time.perf_counter(), time.process_time()
reading = read_video(clip)
print(json.dumps({
    "seconds": time.perf_counter() - start, "cpu_seconds": time.process_time() - cpu,
    "baseline_gb": before, "peak_gb": own_peak_gb(), "frames": reading.frames, "cuts": len(reading.cuts_s),
}))
"""


def bench_video(
    seconds: Annotated[int, typer.Option(min=4, help="Length of the clip.")] = 60,
    height: Annotated[int, typer.Option(min=180, help="Its height; its width is 16/9 of that.")] = 1080,
    codec: Annotated[str, typer.Option(help="An encoder of FFmpeg, such as libx264 or libx265.")] = "libx264",
    b_frames: Annotated[int, typer.Option(min=0, help="Between two others; phones record none.")] = 3,
    runs: Annotated[int, typer.Option(min=1, help="Times that it is read.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Read an invented clip with `read_video`; print seconds, CPU seconds and the memory above the baseline."""
    with tempfile.TemporaryDirectory(prefix="shortcast-bench-") as home:
        clip, small = Path(home) / "clip.mp4", Path(home) / "small.mp4"
        print("writing the clip", file=sys.stderr, flush=True)
        write_clip(clip, seconds, height, codec, b_frames)
        write_clip(small, 4, 180, "libx264", 3)
        found = [_read_once(small, clip, Path(home)) for _ in range(runs)]
        size_mb = clip.stat().st_size / 1e6
    result: dict[str, Any] = {
        "clip": f"{seconds} s, {height}p, {codec}, {b_frames} B-frames, {size_mb:.1f} MB",
        "seconds": round(statistics.median(run["seconds"] for run in found), 2),
        "seconds_of_runs": [round(run["seconds"], 2) for run in found],
        "cpu_seconds": round(statistics.median(run["cpu_seconds"] for run in found), 2),
        "baseline_gb": round(max(run["baseline_gb"] for run in found), 3),
        "above_baseline_gb": round(max(run["peak_gb"] - run["baseline_gb"] for run in found), 3),
        "frames": found[0]["frames"],
        "cuts": found[0]["cuts"],
    }
    if as_json:
        typer.echo(json.dumps(result))
        return
    for name, value in result.items():
        typer.echo(f"{name.replace('_', ' '):20} {value}")


def _read_once(small: Path, clip: Path, home: Path) -> dict[str, float]:
    """Return what a process of its own measured."""
    import os

    done = subprocess.run(  # noqa: S603  this interpreter, our own code
        [sys.executable, "-c", _CHILD, str(small), str(clip)],
        env=os.environ | {"SHORTCAST_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise typer.BadParameter(f"The clip could not be read: {done.stderr.strip().splitlines()[-1]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def own_peak_gb() -> float:
    """Return the most memory that this program has held, in GB; Linux counts a parent's with `ru_maxrss`."""
    from shortcast_evals.bench_training import peak_gb

    status = Path("/proc/self/status")
    if not status.is_file():
        return peak_gb()
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e9


def write_clip(path: Path, seconds: int, height: int, codec: str, b_frames: int, seed: int = 7) -> None:
    """Write an MP4 of panning textures under grain, a cut every four seconds, with chords in stereo."""
    import av

    width = round(height * 16 / 9 / 2) * 2
    options = {"bf": str(b_frames)} | ({"preset": "veryfast"} if codec in ("libx264", "libx265") else {})
    if codec == "libx265":
        options = {"preset": "veryfast", "x265-params": f"bframes={b_frames}:log-level=error"}
    with av.open(str(path), "w") as out:
        video: Any = out.add_stream(codec, rate=FPS, options=options)
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        video.bit_rate = round(BITRATE * height * height / 1080**2)
        sound: Any = out.add_stream("aac", rate=RATE_HZ, layout="stereo")
        for planes in _pictures(seconds * FPS, width, height, np.random.default_rng(seed)):
            frame = av.VideoFrame.from_ndarray(planes, "yuv420p")
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        wave = _chords(seconds)
        for start in range(0, wave.shape[1], 1024):
            block = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(wave[:, start : start + 1024]), "fltp", "stereo"
            )
            block.sample_rate, block.pts = RATE_HZ, start
            out.mux(sound.encode(block))
        out.mux(sound.encode(None))


def _pictures(
    frames: int, width: int, height: int, rng: np.random.Generator
) -> "Iterator[NDArray[np.uint8]]":
    """Yield frames as planes of yuv420p, (height * 3 / 2, width) uint8."""
    grain = rng.integers(0, 14, (height + 64, width + 64), dtype=np.uint8)
    room = 2 * FPS * SHOT_S
    for i in range(frames):
        shot = i % (FPS * SHOT_S)
        if shot == 0:
            light = _texture(height + room, width + 2 * room, rng, 20, 220)
            tints = [_texture((height + room) // 2, width // 2 + room, rng, 96, 160) for _ in range(2)]
            speed_x, speed_y = 2 * int(rng.integers(0, 3)), int(rng.integers(0, 2)) * 2
        x, y = shot * speed_x, shot * speed_y
        gx, gy = (int(v) for v in rng.integers(0, 64, 2))
        planes = np.empty((height * 3 // 2, width), np.uint8)
        np.add(
            light[y : y + height, x : x + width],
            grain[gy : gy + height, gx : gx + width],
            out=planes[:height],
        )
        small = [t[y // 2 : y // 2 + height // 2, x // 2 : x // 2 + width // 2].reshape(-1) for t in tints]
        planes[height:] = np.concatenate(small).reshape(height // 2, width)
        yield planes


def _texture(height: int, width: int, rng: np.random.Generator, low: int, high: int) -> "NDArray[np.uint8]":
    """Return (height, width) uint8 whose detail is spread over all sizes, as in photographs."""
    from PIL import Image

    total = np.zeros((height, width), np.float32)
    for size in (3, 6, 12, 24, 48, 96, 192, 384):
        coarse = rng.standard_normal((height // size + 2, width // size + 2)).astype(np.float32)
        total += (
            np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BILINEAR)) * size**0.8
        )
    total = (total - total.mean()) / total.std()
    levels: NDArray[np.uint8] = np.clip((low + high) / 2 + total * (high - low) / 5, low, high).astype(
        np.uint8
    )
    return levels


def _chords(seconds: int) -> "NDArray[np.float32]":
    """Return (2, samples) float32: a new chord each second."""
    t = np.arange(seconds * RATE_HZ) / RATE_HZ
    root = 220 * 2 ** (((t.astype(int) * 5) % 12) / 12)
    left, right = (
        sum(np.sin(2 * np.pi * root * step * t) for step in (1, third, 1.5)) for third in (1.25, 1.2)
    )
    return np.stack([left, right]).astype(np.float32) * 0.1
