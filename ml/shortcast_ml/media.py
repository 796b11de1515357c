"""Pictures and videos from files: what a creator hands over, measured or refused in one sentence.

A picture's size is checked before a pixel is decoded; a video is streamed, never held (see `container`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from shortcast_ml.container import (
    FORWARD_FRAMES,
    MAX_FRAME_MPX,
    Passage,
    Said,
    display_size,
    existing,
    first_frame,
    frame_at,
    frames_from,
    header_duration_s,
    opened,
    picture_stream,
    run_through,
    start_s,
    too_long,
    true_duration_s,
    undecodable,
    upright,
)
from shortcast_ml.errors import MediaError
from shortcast_ml.records import Audio, Record
from shortcast_ml.sound import LISTEN_S, Ear

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

PICTURE_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")  # none that runs a program
MAX_PICTURE_MB = 64


class VideoFacts(Record):
    """What a video file is, without its content. Sizes are as displayed: rotated, square pixels."""

    duration_s: float = Field(gt=0)
    width_px: int
    height_px: int
    fps: float | None = None
    audio: Audio | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measured:
    """A video file as one run through its packets found it."""

    facts: VideoFacts
    passage: Passage
    ear: Ear | None
    codec: str  # of the pictures, as FFmpeg names it
    frame_mpx: float


# --- pictures ----------------------------------------------------------------------------------------


def open_image(path: str | Path, max_mpx: int = 64) -> "Image.Image":
    """Return a picture as RGB, upright, transparency on white; of an animation its first frame.

    Raises MediaError for anything but a whole picture of at most `max_mpx` megapixels.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    path = existing(path, "picture", MAX_PICTURE_MB)
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
    return measure(path, max_mb=max_mb, max_s=max_s).facts


def measure(path: str | Path, *, max_mb: int, max_s: float, said: Said | None = None) -> Measured:
    """Measure a video file as `read_video`, and keep what was heard and when its frames come."""
    path = existing(path, "video", max_mb)
    with opened(path) as container:
        stream = picture_stream(container, path)
        duration_s = header_duration_s(container, stream)
        if duration_s is not None and duration_s > max_s:
            raise too_long(path, duration_s, max_s)
        if stream.width * stream.height > MAX_FRAME_MPX * 1e6:
            raise MediaError(
                f"The video {path.name!r} has frames of {stream.width}x{stream.height} px; export it in 4K"
                " or less."
            )
        width_px, height_px = display_size(stream, first_frame(container, stream, path))
        ear = Ear(container.streams.audio[0], start_s(stream)) if container.streams.audio else None
        container.seek(0)
        passage = run_through(container, stream, ear, path, max_s, said)
        codec, frame_mpx = str(stream.codec_context.name), stream.width * stream.height / 1e6
        begins_s = max(float(container.start_time or 0) / 1e6, 0.0)
        duration_s = true_duration_s(container, duration_s, passage.end_s)
    notes = []
    if duration_s <= 0:
        raise MediaError(f"The video {path.name!r} has no length; export it again.")
    reached_s = passage.end_s - begins_s
    if reached_s < duration_s - max(1.0, 0.05 * duration_s):
        notes.append(
            f"The file is cut off: {reached_s:.1f} of {duration_s:.1f} s can be read. Send it again."
        )
    if ear is not None and duration_s > LISTEN_S:
        notes.append(f"Its sound was measured over the first {LISTEN_S / 60:.0f} minutes.")
    rate = stream.average_rate or stream.base_rate
    facts = VideoFacts(
        duration_s=duration_s,
        width_px=width_px,
        height_px=height_px,
        fps=float(rate) if rate else None,
        audio=ear.heard() if ear else Audio(has_audio=False),
        notes=tuple(notes),
    )
    return Measured(facts, passage, ear, codec, frame_mpx)


def sample_frames(path: str | Path, n: int) -> "list[Image.Image]":
    """Return up to n frames, evenly spaced over the video, upright RGB of at most 1280 px a side.

    Seeks instead of decoding everything; where key frames are rare, a frame may lie a little before its
    time. A file that is cut off gives the frames that it still has, at least one. Raises MediaError.
    """
    path = existing(path, "video", None)
    frames: list[Image.Image] = []
    with opened(path) as container:
        stream = picture_stream(container, path)
        stream.thread_type = "AUTO"
        duration_s = header_duration_s(container, stream) or 0.0
        first_s = start_s(stream)
        short = duration_s * float(stream.average_rate or 30) <= FORWARD_FRAMES
        for i in range(max(n, 1)):
            target_s = first_s + duration_s * (i + 0.5) / max(n, 1)
            if i == 0 or not short:
                decoded = frames_from(container, stream, None if short else target_s)
            frame = frame_at(decoded, target_s)
            if frame is not None:
                frames.append(upright(stream, frame))
            elif not frames and i == 0:  # a seek into what is cut off: the beginning may still be there
                decoded, short = frames_from(container, stream, None), True
                frame = frame_at(decoded, first_s)
                if frame is not None:
                    frames.append(upright(stream, frame))
    if not frames:
        raise undecodable(path)
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
