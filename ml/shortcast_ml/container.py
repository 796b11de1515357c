"""Video files from outside, opened without trust: one sentence when they are none, frames upright, never held whole.

Nothing here believes a name or a header further than it must. Containers that point elsewhere (playlists) are
not opened, and what is damaged ends the reading, not the program.
"""

import os
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shortcast_ml.errors import MediaError
from shortcast_ml.sound import LISTEN_S, Ear

if TYPE_CHECKING:
    from PIL import Image

# Containers with the media inside. Playlists (hls, concat, dash) are left out: they open other files.
CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,gif,h264,hevc"
MAX_FRAME_MPX = 36.0  # 8K is 33
FRAME_SIDE_PX = 1280  # frames that are looked at are scaled down to this
FORWARD_FRAMES = 300  # decoded at most after a seek; x264 puts a key frame every 250
MOST_DAMAGED = 50  # packets that can't be decoded before a file is given up

Said = Callable[[int, int, str], None]  # steps done, steps in all, what is being done


@dataclass
class Passage:
    """What one run through the packets of a file saw, nothing decoded: times are presentation times in seconds.

    The arrays run in the order of decoding, the first 3 hours at most.
    """

    end_s: float = 0.0
    times_s: "array[float]" = field(default_factory=lambda: array("d"))
    keys: bytearray = field(default_factory=bytearray)  # 1 where a packet of pictures needs no other


def existing(path: str | Path, what: str, max_mb: int | None) -> Path:
    """Return the path of a readable, non-empty file of at most `max_mb` megabytes. Raises MediaError."""
    path = Path(path)
    if not path.is_file():
        raise MediaError(f"There is no {what} file at {path.name!r}; check the path.")
    if not os.access(path, os.R_OK):
        raise MediaError(f"The {what} {path.name!r} may not be read; check its permissions.")
    size = path.stat().st_size
    if size == 0:
        raise MediaError(f"The {what} {path.name!r} is empty (0 bytes); export or send it again.")
    if max_mb is not None and size > max_mb * 1_000_000:
        raise MediaError(
            f"The {what} {path.name!r} has {size / 1e6:.0f} MB; give one of at most {max_mb} MB."
        )
    return path


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Open a container that holds its own media. Raises MediaError when it is none."""
    import av

    options = {"protocol_whitelist": "file", "format_whitelist": CONTAINERS}
    try:
        container = av.open(f"file:{path.resolve()}", options=options, metadata_errors="replace")
    except (av.FFmpegError, OSError, ValueError):
        raise MediaError(
            f"{path.name!r} is not a video that can be read, or it is damaged; export it as MP4 again."
        ) from None
    with container:
        yield container


def picture_stream(container: Any, path: Path) -> Any:
    """Return the first stream of moving pictures; cover art is none. Raises MediaError."""
    from av.stream import Disposition

    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic and stream.codec_context is not None:
            return stream
    raise MediaError(f"{path.name!r} has no picture, only sound; give the video file.")


def too_long(path: Path, duration_s: float, max_s: float) -> MediaError:
    """Return the error of a video that lasts too long."""
    return MediaError(
        f"The video {path.name!r} lasts {_hours(duration_s)}; give one of at most {_hours(max_s)}."
    )


def undecodable(path: Path) -> MediaError:
    """Return the error of a video that shows nothing."""
    return MediaError(f"No frame of the video {path.name!r} can be decoded; export it again.")


def _hours(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.1f} hours"


def header_duration_s(container: Any, stream: Any) -> float | None:
    """Return the length that the header states; None where it states none (live recordings)."""
    if container.duration and container.duration > 0:
        return float(container.duration / 1e6)
    if stream.duration and stream.duration > 0:
        return float(stream.duration * stream.time_base)
    return None


def true_duration_s(container: Any, header_s: float | None, end_s: float) -> float:
    """Return how long a file lasts, given where its last packet ends; 0 where nothing says.

    Some headers count from zero although the file begins later, some only guess: packets are believed then.
    """
    begins_s = max(float(container.start_time or 0) / 1e6, 0.0)
    by_packets_s = end_s - begins_s
    if header_s is None:
        return by_packets_s
    from_zero = begins_s > 0.5 and abs(end_s - header_s) < 0.5
    return by_packets_s if from_zero or by_packets_s > 1.05 * header_s + 0.1 else header_s


def start_s(stream: Any) -> float:
    """Return when a stream begins on its container's clock, in seconds."""
    return float((stream.start_time or 0) * stream.time_base)


# --- frames ------------------------------------------------------------------------------------------


def first_frame(container: Any, stream: Any, path: Path) -> Any:
    """Return the first frame that can be decoded. Raises MediaError."""
    frame = frame_at(frames_from(container, stream, None), -1.0)
    if frame is None:
        raise undecodable(path)
    return frame


def frames_from(container: Any, stream: Any, at_s: float | None) -> Iterator[Any]:
    """Yield decoded frames from the key frame before `at_s` (None: from where the file stands)."""
    import av

    if at_s is not None:
        try:
            container.seek(int(at_s / stream.time_base), stream=stream, backward=True)
        except av.FFmpegError:
            return
    yield from frames_of(container.demux(stream))


def frames_of(packets: Iterable[Any]) -> Iterator[Any]:
    """Yield the frames of packets, as far as they can be read; a few damaged ones are passed over."""
    import av

    damaged = 0
    try:
        for packet in packets:
            try:
                yield from packet.decode()
            except av.FFmpegError:
                damaged += 1
                if damaged > MOST_DAMAGED:
                    return
    except av.FFmpegError:
        return


def frame_at(decoded: Iterator[Any], target_s: float) -> Any | None:
    """Return the first frame at or after a time, or the last one that is left or may be decoded."""
    frame = None
    for _, frame in zip(range(FORWARD_FRAMES), decoded, strict=False):
        if frame.time is None or frame.time >= target_s:
            break
    return frame


def pixel_ratio(stream: Any) -> float:
    """Return the width of a pixel over its height as the file states it; 1 where it states nonsense."""
    ratio = float(stream.sample_aspect_ratio or 1) or 1.0
    return ratio if 0.05 < ratio < 20 else 1.0


def display_size(stream: Any, frame: Any) -> tuple[int, int]:
    """Return width and height as shown: pixels made square, then rotated."""
    width_px, height_px = max(round(frame.width * pixel_ratio(stream)), 1), frame.height
    return (height_px, width_px) if round(frame.rotation) % 180 == 90 else (width_px, height_px)


def upright(stream: Any, frame: Any, side_px: int = FRAME_SIDE_PX) -> "Image.Image":
    """Return a frame as it is shown, scaled down to `side_px`."""
    width_px, height_px = frame.width * pixel_ratio(stream), frame.height
    scale = min(1.0, side_px / max(width_px, height_px))
    size = {"width": max(round(width_px * scale), 1), "height": max(round(height_px * scale), 1)}
    image: Image.Image = frame.to_image(**size)
    return image.rotate(round(frame.rotation), expand=True) if round(frame.rotation) % 360 else image


# --- a run through the packets -----------------------------------------------------------------------


def run_through(
    container: Any, stream: Any, ear: Ear | None, path: Path, max_s: float, said: Said | None = None
) -> Passage:
    """Run through the file once, sound decoded, pictures not. Raises MediaError when it lasts too long.

    What is cut off ends the run; how far it went is in `end_s`.
    """
    import av

    passage = Passage()
    length_s = header_duration_s(container, stream) or 0.0
    shown = 0
    try:
        for packet in container.demux():
            if packet.pts is None or packet.is_corrupt:
                continue
            at_s = float(packet.pts * packet.time_base)
            passage.end_s = max(passage.end_s, at_s + float((packet.duration or 0) * packet.time_base))
            if passage.end_s > max_s * 1.05 + 1:
                raise too_long(path, passage.end_s, max_s)
            if packet.stream.index == stream.index:
                passage.times_s.append(at_s)
                passage.keys.append(packet.is_keyframe)
            elif ear is not None and packet.stream.index == ear.stream.index and at_s < LISTEN_S:
                ear.hear(packet)
            if said is not None and length_s and int(10 * at_s / length_s) > shown:
                shown = int(10 * at_s / length_s)
                said(min(shown, 10), 10, "listening")
    except av.FFmpegError:
        pass  # cut off here
    return passage
