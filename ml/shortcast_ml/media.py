"""Pictures and videos from files: what a creator hands over, measured or refused in one sentence.

Nothing here trusts a name or a header further than it must. A picture's size is checked before a pixel is
decoded; a video is streamed, never held; containers that point elsewhere (playlists) are not opened.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from shortcast_ml.errors import MediaError
from shortcast_ml.records import Audio, Record
from shortcast_ml.sound import Ear

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

PICTURE_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")  # none that runs a program
# Containers with the media inside. Playlists (hls, concat, dash) are left out: they open other files.
CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,gif,h264,hevc"
MAX_PICTURE_MB = 64
MAX_FRAME_MPX = 36.0  # 8K is 33
LISTEN_S = 900.0  # sound is measured over the first 15 minutes
FRAME_SIDE_PX = 1280  # sampled frames are scaled down to this
FORWARD_FRAMES = 300  # decoded at most after a seek; x264 puts a key frame every 250


class VideoFacts(Record):
    """What a video file is, without its content. Sizes are as displayed: rotated, square pixels."""

    duration_s: float = Field(gt=0)
    width_px: int
    height_px: int
    fps: float | None = None
    audio: Audio | None = None
    notes: tuple[str, ...] = ()


# --- pictures ----------------------------------------------------------------------------------------


def open_image(path: str | Path, max_mpx: int = 64) -> "Image.Image":
    """Return a picture as RGB, upright, transparency on white; of an animation its first frame.

    Raises MediaError for anything but a whole picture of at most `max_mpx` megapixels.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    path = _existing(path, "picture", MAX_PICTURE_MB)
    try:
        Image.init()
        known = [name for name in PICTURE_FORMATS if name in Image.OPEN]  # AVIF is left out of some builds
        with Image.open(path, formats=known) as image:
            width, height = image.size
            if width * height > max_mpx * 1e6:
                raise _too_many_pixels(path, max_mpx, f"{width}x{height} px")
            image.load()
            return _flatten(ImageOps.exif_transpose(image))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels(path, max_mpx, "far more") from None
    except UnidentifiedImageError:
        raise MediaError(
            f"{path.name!r} is not a picture that can be read; give a JPEG, PNG or WebP."
        ) from None
    except MediaError:
        raise
    except (OSError, SyntaxError, ValueError, EOFError):  # what Pillow raises in the middle of a file
        raise MediaError(f"The picture {path.name!r} is damaged or cut off; save or send it again.") from None


def _too_many_pixels(path: Path, max_mpx: int, size: str) -> MediaError:
    return MediaError(
        f"The picture {path.name!r} is too large ({size}); give one of at most {max_mpx} megapixels,"
        " such as 1280x720."
    )


def _flatten(image: "Image.Image") -> "Image.Image":
    """Return the picture as 8-bit RGB, with white where it is transparent."""
    import numpy as np
    from PIL import Image

    if image.mode.startswith(("I", "F")):  # 16 bits and more, which Pillow would clip to white
        levels = np.asarray(image, dtype=np.float64)
        top = 65535.0 if levels.max(initial=0) > 255 else 255.0
        return Image.fromarray(np.clip(levels / top * 255, 0, 255).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    return image.convert("RGB")


# --- videos ------------------------------------------------------------------------------------------


def read_video(path: str | Path, *, max_mb: int, max_s: float) -> VideoFacts:
    """Measure a video file: length, shape, frame rate, sound.

    Reads the file once, decoding one frame and up to 15 minutes of sound. Too long a video is refused from
    its header. A file that is cut off but still shows something gives a reading with a note.

    Raises MediaError, one sentence, for anything else.
    """
    path = _existing(path, "video", max_mb)
    with _opened(path) as container:
        stream = _picture_stream(container, path)
        duration_s = _header_duration_s(container, stream)
        if duration_s is not None and duration_s > max_s:
            raise _too_long(path, duration_s, max_s)
        if stream.width * stream.height > MAX_FRAME_MPX * 1e6:
            raise MediaError(
                f"The video {path.name!r} has frames of {stream.width}x{stream.height} px; export it in 4K"
                " or less."
            )
        width_px, height_px = _display_size(stream, _first_frame(container, stream, path))
        ear = Ear(container.streams.audio[0]) if container.streams.audio else None
        container.seek(0)
        end_s = _listen(container, ear, path, max_s)
    notes = []
    duration_s = duration_s or end_s
    if duration_s <= 0:
        raise MediaError(f"The video {path.name!r} has no length; export it again.")
    if end_s < duration_s - max(1.0, 0.05 * duration_s):
        notes.append(f"The file is cut off: {end_s:.1f} of {duration_s:.1f} s can be read. Send it again.")
    if ear is not None and duration_s > LISTEN_S:
        notes.append(f"Its sound was measured over the first {LISTEN_S / 60:.0f} minutes.")
    rate = stream.average_rate or stream.base_rate
    return VideoFacts(
        duration_s=duration_s,
        width_px=width_px,
        height_px=height_px,
        fps=float(rate) if rate else None,
        audio=ear.heard() if ear else Audio(has_audio=False),
        notes=tuple(notes),
    )


def sample_frames(path: str | Path, n: int) -> "list[Image.Image]":
    """Return up to n frames, evenly spaced over the video, upright RGB of at most 1280 px a side.

    Seeks instead of decoding everything; where key frames are rare, a frame may lie a little before its
    time. A file that is cut off gives the frames that it still has, at least one. Raises MediaError.
    """
    path = _existing(path, "video", None)
    frames: list[Image.Image] = []
    with _opened(path) as container:
        stream = _picture_stream(container, path)
        stream.thread_type = "AUTO"
        duration_s = _header_duration_s(container, stream) or 0.0
        start_s = float((stream.start_time or 0) * stream.time_base)
        short = duration_s * float(stream.average_rate or 30) <= FORWARD_FRAMES
        for i in range(max(n, 1)):
            target_s = start_s + duration_s * (i + 0.5) / max(n, 1)
            if i == 0 or not short:
                decoded = _frames_from(container, stream, None if short else target_s)
            frame = _frame_at(decoded, target_s)
            if frame is not None:
                frames.append(_upright(stream, frame))
            elif not frames and i == 0:  # a seek into what is cut off: the beginning may still be there
                decoded, short = _frames_from(container, stream, None), True
                frame = _frame_at(decoded, start_s)
                if frame is not None:
                    frames.append(_upright(stream, frame))
    if not frames:
        raise MediaError(f"No frame of the video {path.name!r} can be decoded; export it again.")
    return frames


def border_share(frames: "Sequence[Image.Image]") -> float:
    """Return the share of the frame, in [0, 1], that plain bars on opposite edges fill in every frame.

    0 where there are no frames. Frames of one colour (fades) are left out; blurred bars are not seen.
    """
    import numpy as np

    shares = []
    for frame in frames:
        grey = np.asarray(frame.convert("L"), dtype=np.float32)  # (height, width)
        if grey.std() < 4:
            continue
        rows = _bars(grey) / grey.shape[0]
        columns = _bars(grey.T) / grey.shape[1]
        shares.append(1 - (1 - rows) * (1 - columns))
    return float(min(shares, default=0.0))


def _bars(grey: "np.ndarray[Any, Any]") -> int:
    """Return how many plain lines of one shade (lines, pixels) has at both edges, the same count at each."""
    plain = grey.std(axis=1) < 3
    level = grey.mean(axis=1)
    count = 0
    for first in range(len(grey) // 2):
        last = len(grey) - 1 - first
        if not (plain[first] and plain[last]) or max(abs(level[[first, last]] - level[0])) > 6:
            break
        count += 2
    return count


# --- how a video is read -----------------------------------------------------------------------------


def _existing(path: str | Path, what: str, max_mb: int | None) -> Path:
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
def _opened(path: Path) -> Iterator[Any]:
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


def _picture_stream(container: Any, path: Path) -> Any:
    """Return the first stream of moving pictures; cover art is none."""
    from av.stream import Disposition

    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic and stream.codec_context is not None:
            return stream
    raise MediaError(f"{path.name!r} has no picture, only sound; give the video file.")


def _too_long(path: Path, duration_s: float, max_s: float) -> MediaError:
    return MediaError(
        f"The video {path.name!r} lasts {_hours(duration_s)}; give one of at most {_hours(max_s)}."
    )


def _hours(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.1f} hours"


def _header_duration_s(container: Any, stream: Any) -> float | None:
    """Return the length that the header states; None where it states none (live recordings)."""
    if container.duration and container.duration > 0:
        return float(container.duration / 1e6)
    if stream.duration and stream.duration > 0:
        return float(stream.duration * stream.time_base)
    return None


def _first_frame(container: Any, stream: Any, path: Path) -> Any:
    frame = _frame_at(_frames_from(container, stream, None), -1.0)
    if frame is None:
        raise MediaError(f"No frame of the video {path.name!r} can be decoded; export it again.")
    return frame


def _frames_from(container: Any, stream: Any, start_s: float | None) -> Iterator[Any]:
    """Yield decoded frames from the key frame before `start_s` (None: from where the file stands)."""
    import av

    damaged = 0
    try:
        if start_s is not None:
            container.seek(int(start_s / stream.time_base), stream=stream, backward=True)
        for packet in container.demux(stream):
            try:
                yield from packet.decode()
            except av.FFmpegError:
                damaged += 1
                if damaged > 50:
                    return
    except av.FFmpegError:
        return


def _frame_at(decoded: Iterator[Any], target_s: float) -> Any | None:
    """Return the first frame at or after a time, or the last one that is left or may be decoded."""
    frame = None
    for _, frame in zip(range(FORWARD_FRAMES), decoded, strict=False):
        if frame.time is None or frame.time >= target_s:
            break
    return frame


def _display_size(stream: Any, frame: Any) -> tuple[int, int]:
    """Return width and height as shown: pixels made square, then rotated."""
    ratio = float(stream.sample_aspect_ratio or 1) or 1.0
    width_px, height_px = round(frame.width * ratio), frame.height
    return (height_px, width_px) if round(frame.rotation) % 180 == 90 else (width_px, height_px)


def _upright(stream: Any, frame: Any) -> "Image.Image":
    """Return a frame as it is shown, scaled down to FRAME_SIDE_PX."""
    ratio = float(stream.sample_aspect_ratio or 1) or 1.0
    width_px, height_px = frame.width * ratio, frame.height
    scale = min(1.0, FRAME_SIDE_PX / max(width_px, height_px))
    size = {"width": max(round(width_px * scale), 1), "height": max(round(height_px * scale), 1)}
    image: Image.Image = frame.to_image(**size)
    return image.rotate(round(frame.rotation), expand=True) if round(frame.rotation) % 360 else image


# --- how it sounds -----------------------------------------------------------------------------------


def _listen(container: Any, ear: Ear | None, path: Path, max_s: float) -> float:
    """Run through the file, sound decoded, and return where its last packet ends, in seconds."""
    import av

    end_s = 0.0
    try:
        for packet in container.demux():
            if packet.pts is None or packet.is_corrupt:
                continue
            at_s = float(packet.pts * packet.time_base)
            end_s = max(end_s, at_s + float((packet.duration or 0) * packet.time_base))
            if end_s > max_s * 1.05 + 1:
                raise _too_long(path, end_s, max_s)
            if ear is not None and packet.stream.index == ear.stream.index and at_s < LISTEN_S:
                ear.hear(packet)
    except av.FFmpegError:
        pass  # cut off here; how far it went is noted by the caller
    return end_s
