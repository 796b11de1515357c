"""Odd videos, written with whatever encoders PyAV brings: what creators hand over on a bad day.

Every function writes one file and returns its path; READ and REFUSED list them all.
"""

import os
import struct
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.localsite import clip, picture

Maker = Callable[[Path], Path]
FASTEST = {
    "libx264": {"preset": "ultrafast"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=none"},
    "libsvtav1": {"preset": "12", "svtav1-params": "lp=1"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
}


def moving(n: int, width: int, height: int, shade: int = 0) -> Iterator[np.ndarray]:
    """Yield n pictures of stripes that move, (height, width, 3) uint8."""
    x, y = np.arange(width)[None, :, None], np.arange(height)[:, None, None]
    stripes = (x * 5 + y * 3 + np.array([0, 60, 120]) + shade).astype(np.uint8)
    for i in range(n):
        yield stripes + np.uint8((35 * i) % 256)


def film(
    path: Path,
    pictures: Iterable[np.ndarray],
    codec: str = "libx264",
    *,
    fps: int = 10,
    pix_fmt: str = "yuv420p",
    times_ms: list[int] | None = None,
    options: dict[str, str] | None = None,
    sound: tuple[str, str, np.ndarray] | None = None,
    ratio: Fraction | None = None,
) -> Path:
    """Write pictures as a video. `sound` is an encoder, a layout and (channels, samples) at 44.1 kHz."""
    import av

    options = FASTEST.get(codec, {}) if options is None else options
    with av.open(str(path), "w") as out:
        stream: Any = None
        audio: Any = None
        for i, pixels in enumerate(pictures):
            if stream is None:
                stream = out.add_stream(codec, rate=fps, options=options)
                stream.height, stream.width = pixels.shape[:2]
                stream.pix_fmt = pix_fmt
                if ratio is not None:
                    stream.codec_context.sample_aspect_ratio = ratio
                if times_ms is not None:
                    stream.codec_context.time_base = Fraction(1, 1000)
                if sound is not None:
                    audio = out.add_stream(sound[0], rate=44100, layout=sound[1])
            frame = av.VideoFrame.from_ndarray(pixels, "rgb24")
            if times_ms is not None:
                frame.pts, frame.time_base = times_ms[i], Fraction(1, 1000)
            out.mux(stream.encode(frame))
        if stream is not None:
            out.mux(stream.encode(None))
        if audio is not None and sound is not None:
            speak(out, audio, sound[1], sound[2])
    return path


def speak(out: Any, stream: Any, layout: str, wave: np.ndarray) -> None:
    """Encode (channels, samples) float32 at 44.1 kHz into an open container."""
    import av

    size = stream.codec_context.frame_size or 1024
    for start in range(0, wave.shape[1], size):
        block = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(wave[:, start : start + size], dtype=np.float32), "fltp", layout
        )
        block.sample_rate, block.pts, block.time_base = 44100, start, Fraction(1, 44100)
        out.mux(stream.encode(block))
    out.mux(stream.encode(None))


def tone(seconds: float, channels: int = 1, level: float = 0.25) -> np.ndarray:
    """Return (channels, samples) float32 of 440 Hz at 44.1 kHz."""
    t = np.arange(int(44100 * seconds)) / 44100
    return np.tile((level * np.sin(2 * np.pi * 440 * t)).astype(np.float32), (channels, 1))


# --- whole ones --------------------------------------------------------------------------------------


def one_frame(folder: Path) -> Path:
    return film(folder / "one_frame.mp4", moving(1, 96, 160))


def two_frames(folder: Path) -> Path:
    return film(folder / "two_frames.mp4", moving(2, 96, 160), fps=30)


def no_audio(folder: Path) -> Path:
    return clip(folder / "no_audio.mp4", tone=None)


def variable_rate(folder: Path) -> Path:
    times = np.cumsum([0, 20, 120, 33, 33, 250, 16, 16, 90, 33, 200, 15, 40, 33, 70, 180, 33, 33, 300, 16])
    return film(folder / "variable_rate.mp4", moving(20, 96, 160), times_ms=[int(t) for t in times])


def rotated(folder: Path) -> Path:
    flat = clip(folder / "flat.mp4", width=192, height=108, tone=None)
    data = bytearray(flat.read_bytes())
    at = data.index(b"tkhd") + 4 + 4 + 32 + 4
    data[at : at + 36] = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    flat.unlink()
    (folder / "rotated.mp4").write_bytes(bytes(data))
    return folder / "rotated.mp4"


def uhd(folder: Path) -> Path:
    return film(folder / "uhd.mp4", moving(6, 3840, 2160))


def ten_minutes(folder: Path) -> Path:
    return clip(folder / "ten_minutes.mp4", seconds=600, width=64, height=112, step_s=0.5)


def hevc(folder: Path) -> Path:
    return film(folder / "hevc.mp4", moving(12, 96, 160), "libx265")


@contextmanager
def same_priority() -> Iterator[None]:
    """Undo what SVT-AV1 does as root: it makes the calling thread real-time, which then starves the machine."""
    if not hasattr(os, "sched_getscheduler"):
        yield
        return
    policy, priority = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        os.sched_setscheduler(0, policy, priority)


def av1(folder: Path) -> Path:
    with same_priority():
        return film(folder / "av1.mp4", moving(12, 96, 160), "libsvtav1")


def vp9(folder: Path) -> Path:
    return film(folder / "vp9.webm", moving(12, 96, 160), "libvpx-vp9")


def vp8(folder: Path) -> Path:
    return film(folder / "vp8.webm", moving(12, 96, 160), "libvpx")


def mpeg2(folder: Path) -> Path:
    return film(folder / "mpeg2.mpg", moving(12, 96, 160), "mpeg2video", fps=25)


def transport(folder: Path) -> Path:
    return clip(folder / "transport.ts")


def lossless(folder: Path) -> Path:
    return film(folder / "lossless.mkv", moving(12, 96, 160), "ffv1")


def motion_jpeg(folder: Path) -> Path:
    return film(folder / "motion_jpeg.avi", moving(12, 96, 160), "mjpeg", pix_fmt="yuvj420p")


def animated_gif(folder: Path) -> Path:
    frames = [Image.fromarray(pixels) for pixels in moving(8, 96, 160)]
    frames[0].save(folder / "animated.gif", save_all=True, append_images=frames[1:], duration=100, loop=0)
    return folder / "animated.gif"


def still_gif(folder: Path) -> Path:
    Image.fromarray(next(moving(1, 96, 160))).save(folder / "still.gif")
    return folder / "still.gif"


def odd_size(folder: Path) -> Path:
    return film(folder / "odd_size.mp4", moving(8, 101, 67), pix_fmt="yuv444p")


def one_pixel(folder: Path) -> Path:
    return film(folder / "one_pixel.avi", moving(8, 1, 1), "ffv1", pix_fmt="yuv444p")


def ribbon(folder: Path) -> Path:
    return film(folder / "ribbon.mp4", moving(6, 1920, 16))


def pole(folder: Path) -> Path:
    return film(folder / "pole.mp4", moving(6, 16, 1920))


def anamorphic(folder: Path) -> Path:
    return film(folder / "anamorphic.mp4", moving(8, 96, 160), ratio=Fraction(4, 3))


def ten_bit(folder: Path) -> Path:
    return film(folder / "ten_bit.mp4", moving(8, 96, 160), "libx265", pix_fmt="yuv420p10le")


def grey(folder: Path) -> Path:
    return film(folder / "grey.mp4", moving(8, 96, 160), pix_fmt="gray")


def transparent(folder: Path) -> Path:
    return film(folder / "transparent.mov", moving(8, 96, 160), "png", pix_fmt="rgba")


def mono(folder: Path) -> Path:
    return film(folder / "mono.mp4", moving(10, 96, 160), sound=("aac", "mono", tone(1)))


def surround(folder: Path) -> Path:
    return film(folder / "surround.mp4", moving(10, 96, 160), sound=("aac", "5.1", tone(1, 6)))


def opus(folder: Path) -> Path:
    import av

    path, wave = folder / "opus.mkv", tone(1, 2)
    with av.open(str(path), "w") as out:
        video: Any = out.add_stream("libx264", rate=10, options=FASTEST["libx264"])
        video.width, video.height, video.pix_fmt = 96, 160, "yuv420p"
        sound: Any = out.add_stream("libopus", rate=48000, layout="stereo")
        for pixels in moving(10, 96, 160):
            out.mux(video.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        out.mux(video.encode(None))
        for start in range(0, wave.shape[1] - 960, 960):
            samples = np.ascontiguousarray(wave[:, start : start + 960].T.reshape(1, -1))
            block = av.AudioFrame.from_ndarray(samples, "flt", "stereo")
            block.sample_rate, block.pts = 48000, start
            out.mux(sound.encode(block))
        out.mux(sound.encode(None))
    return path


def silent_track(folder: Path) -> Path:
    return clip(folder / "silent_track.mp4", tone=0.0)


def black(folder: Path) -> Path:
    return film(folder / "black.mp4", (np.zeros((160, 96, 3), np.uint8) for _ in range(12)))


def frozen(folder: Path) -> Path:
    still = next(moving(1, 96, 160))
    return film(folder / "frozen.mp4", (still for _ in range(12)))


def fast(folder: Path) -> Path:
    return film(folder / "fast.mp4", moving(60, 96, 160), fps=240)


def late_start(folder: Path) -> Path:
    return film(folder / "late_start.mkv", moving(10, 96, 160), times_ms=[5000 + 100 * i for i in range(10)])


def sound_that_outlasts(folder: Path) -> Path:
    return film(folder / "outlasts.mp4", moving(5, 96, 160), sound=("aac", "mono", tone(3)))


def wrong_extension(folder: Path) -> Path:
    return clip(folder / "video.mp4", tone=None).rename(folder / "wrong_extension.jpg")


def cut_off(folder: Path) -> Path:
    whole = clip(folder / "whole.mp4", seconds=8, movflags="faststart")
    data = whole.read_bytes()
    whole.unlink()
    (folder / "cut_off.mp4").write_bytes(data[: len(data) * 6 // 10])
    return folder / "cut_off.mp4"


def holes(folder: Path) -> Path:
    """Damage in the middle: some packets are noise."""
    path = clip(folder / "holes.mp4", seconds=4, tone=None, movflags="faststart")
    data = bytearray(path.read_bytes())
    rng = np.random.default_rng(5)
    for part in (0.4, 0.6):
        at = int(len(data) * part)
        data[at : at + 400] = rng.bytes(400)
    path.write_bytes(bytes(data))
    return path


# --- what is no video --------------------------------------------------------------------------------


def zero_bytes(folder: Path) -> Path:
    (folder / "zero.mp4").write_bytes(b"")
    return folder / "zero.mp4"


def without_index(folder: Path) -> Path:
    """Cut before the index at its end, as an interrupted download is."""
    whole = clip(folder / "whole.mp4", tone=None)
    data = whole.read_bytes()
    whole.unlink()
    (folder / "without_index.mp4").write_bytes(data[: data.index(b"moov") - 8])
    return folder / "without_index.mp4"


def audio_only(folder: Path) -> Path:
    import av

    with av.open(str(folder / "audio_only.m4a"), "w") as out:
        speak(out, out.add_stream("aac", rate=44100, layout="mono"), "mono", tone(1))
    return folder / "audio_only.m4a"


def cover_art(folder: Path) -> Path:
    """A song with a picture on its sleeve."""
    import av
    from av.stream import Disposition

    with av.open(str(folder / "cover.mp4"), "w") as out:
        sound = out.add_stream("aac", rate=44100, layout="mono")
        sleeve: Any = out.add_stream("mjpeg", rate=1)
        sleeve.width = sleeve.height = 64
        sleeve.pix_fmt = "yuvj420p"
        sleeve.disposition = Disposition.attached_pic
        frame = av.VideoFrame.from_ndarray(next(moving(1, 64, 64)), "rgb24")
        out.mux(sleeve.encode(frame))
        out.mux(sleeve.encode(None))
        speak(out, sound, "mono", tone(1))
    return folder / "cover.mp4"


def words(folder: Path) -> Path:
    (folder / "words.mp4").write_text("Shot 1: pour the milk.\n" * 50)
    return folder / "words.mp4"


def playlist(folder: Path) -> Path:
    clip(folder / "target.mp4", tone=None)
    (folder / "playlist.mp4").write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\ntarget.mp4\n#EXT-X-ENDLIST\n"
    )
    return folder / "playlist.mp4"


def concat_list(folder: Path) -> Path:
    clip(folder / "other.mp4", tone=None)
    (folder / "concat.mp4").write_text("ffconcat version 1.0\nfile other.mp4\n")
    return folder / "concat.mp4"


def noise(folder: Path) -> Path:
    (folder / "noise.mp4").write_bytes(np.random.default_rng(1).bytes(20_000))
    return folder / "noise.mp4"


def photo(folder: Path) -> Path:
    (folder / "photo.mp4").write_bytes(picture())
    return folder / "photo.mp4"


def archive(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "archive.mp4", "w") as pack:
        pack.writestr("clip.mp4", b"nothing")
    return folder / "archive.mp4"


READ: tuple[Maker, ...] = (
    one_frame, two_frames, no_audio, variable_rate, rotated, uhd, ten_minutes, hevc, av1, vp9, vp8, mpeg2, transport,
    lossless, motion_jpeg, animated_gif, still_gif, odd_size, one_pixel, ribbon, pole, anamorphic, ten_bit, grey,
    transparent, mono, surround, opus, silent_track, black, frozen, fast, late_start, sound_that_outlasts,
    wrong_extension, cut_off, holes,
)  # fmt: skip
REFUSED: dict[Maker, str] = {
    zero_bytes: "is empty (0 bytes)",
    without_index: "can be read",
    audio_only: "only sound",
    cover_art: "only sound",
    words: "is not a video that can be read",
    playlist: "is not a video that can be read",
    concat_list: "is not a video that can be read",
    noise: "is not a video that can be read",
    photo: "is not a video that can be read",
    archive: "is not a video that can be read",
}
