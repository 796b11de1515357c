"""One look at a video's frames as they are decoded: each becomes a few numbers and is let go."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shortcast_ml.container import (
    Said,
    frame_at,
    frames_from,
    frames_of,
    opened,
    picture_stream,
    start_s,
    undecodable,
    upright,
)
from shortcast_ml.watching.plan import Plan

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

SMALL_PX = 160  # long side at which frames are compared
TINY_PX = 16  # both sides of the mosaic that is kept of each
SHADES = 8  # of each colour in a histogram
APART_S, MOST_APART_S = 0.2, 0.3  # motion is the change between frames this far apart
GAP_S = 0.075  # frames that follow sooner are decoded and passed over
BLACK = 32 / 255  # a pixel this dark is black
THREADS = 2  # of the decoder: each holds frames, and a machine may have many cores


@dataclass(frozen=True)
class Still:
    """A frame that was kept, upright."""

    at_s: float
    image: "Image"


@dataclass(frozen=True)
class Looked:
    """What was seen of n frames, in order of time; the first `dense` of them without gaps."""

    times_s: "NDArray[np.float64]"  # (n,) from the first frame
    colours: "NDArray[np.float32]"  # (n, SHADES ** 3) shares of the pixels
    mosaics: "NDArray[np.uint8]"  # (n, TINY_PX, TINY_PX, 3)
    brightness: "NDArray[np.float64]"  # (n,) mean, 0 black to 1 white
    lit: "NDArray[np.float64]"  # (n,) share of pixels that are not black
    change: "NDArray[np.float64]"  # (n,) mean absolute change since the frame `since`; NaN without one
    since: "NDArray[np.int64]"  # (n,) index of the frame APART_S before, -1 where there is none
    dense: int
    decoded: int
    stills: tuple[Still, ...]


def look(
    path: Path,
    plan: Plan,
    stills_s: Sequence[float] = (),
    still_px: int = 480,
    said: Said | None = None,
    duration_s: float = 0.0,
) -> Looked:
    """Decode what the plan says and return what was seen; of the frames at `stills_s` (sorted) pictures are kept.

    Peak memory is a decoder's, plus some kilobytes a frame and the stills. Raises MediaError when nothing can
    be decoded.
    """
    import numpy as np

    times: list[float] = []
    colours: list[NDArray[np.uint16]] = []
    mosaics: list[NDArray[np.uint8]] = []
    figures: list[tuple[float, float, float, int]] = []
    stills: list[Still] = []
    recent: deque[tuple[int, float, NDArray[np.int16]]] = deque(maxlen=6)
    wanted, shrink = list(stills_s), Shrinker(SMALL_PX)
    decoded = dense = 0
    with opened(path) as container:
        stream = picture_stream(container, path)
        first_s = start_s(stream)
        for frame in planned_frames(container, stream, plan, first_s):
            decoded += 1
            at_s = max(frame.time - first_s, 0.0) if frame.time is not None else (decoded - 1) / 30
            if times and at_s < times[-1] + GAP_S:
                continue
            while wanted and at_s >= wanted[0] - GAP_S / 2:
                if not stills or stills[-1].at_s != at_s:
                    stills.append(Still(at_s, upright(stream, frame, still_px)))
                wanted.pop(0)
            small = shrink(frame)
            grey = small.astype(np.int16).sum(axis=2) // 3
            before, change = _before(recent, at_s), float("nan")
            if before is not None:  # a picture stands until the next one comes, however late that is
                change = float(np.abs(grey - before[2]).mean() / 255) * min(
                    1.0, MOST_APART_S / (at_s - before[1])
                )
            figures.append(
                (grey.mean() / 255, float((grey > BLACK * 255).mean()), change, before[0] if before else -1)
            )
            recent.append((len(times), at_s, grey))
            times.append(at_s)
            colours.append(colours_of(small))
            mosaics.append(mosaic_of(small))
            if at_s <= plan.watched_s:
                dense = len(times)
            if said is not None and duration_s and len(times) % 100 == 0:
                said(min(round(100 * at_s / duration_s), 100), 100, "watching")
    if not times:
        raise undecodable(path)
    shares = np.stack(colours).astype(np.float32)
    return Looked(
        times_s=np.array(times),
        colours=shares / shares.sum(axis=1, keepdims=True),
        mosaics=np.stack(mosaics),
        brightness=np.array([f[0] for f in figures]),
        lit=np.array([f[1] for f in figures]),
        change=np.array([f[2] for f in figures]),
        since=np.array([f[3] for f in figures], dtype=np.int64),
        dense=dense,
        decoded=decoded,
        stills=tuple(stills),
    )


def planned_frames(container: Any, stream: Any, plan: Plan, first_s: float) -> Iterator[Any]:
    """Yield the frames of a plan, decoded by two threads; what is damaged is passed over."""
    stream.thread_type = "AUTO"
    stream.codec_context.thread_count = THREADS
    stream.codec_context.skip_frame = plan.skip
    return frames_of(_planned_packets(container, stream, plan, first_s))


def _planned_packets(container: Any, stream: Any, plan: Plan, first_s: float) -> Iterator[Any]:
    """Yield every packet that is watched, then a key frame at each step."""
    next_key_s = first_s + plan.watched_s
    for packet in container.demux(stream):
        at_s = float(packet.pts * packet.time_base) if packet.pts is not None else None
        if at_s is not None and at_s > first_s + plan.watched_s:
            if not packet.is_keyframe or at_s < next_key_s:
                continue
            next_key_s = at_s + plan.step_s
        yield packet


class Shrinker:
    """Scales frames down; one for a whole video, as setting up the scaling costs more than a frame's."""

    def __init__(self, side_px: int) -> None:
        from av.video.reformatter import VideoReformatter

        self._scaler: Any = VideoReformatter()
        self._side_px = side_px

    def __call__(self, frame: Any) -> "NDArray[np.uint8]":
        """Return a frame as (h, w, 3) RGB, its long side at most `side_px`; not rotated, pixels not made square."""
        scale = min(self._side_px / max(frame.width, frame.height), 1.0)
        small: NDArray[np.uint8] = self._scaler.reformat(
            frame,
            width=max(round(frame.width * scale), 1),
            height=max(round(frame.height * scale), 1),
            format="rgb24",
            interpolation="AREA",
        ).to_ndarray()
        return small


def colours_of(small: "NDArray[np.uint8]") -> "NDArray[np.uint16]":
    """Return how many pixels have each of SHADES ** 3 colours."""
    import numpy as np

    step = 256 // SHADES
    levels = (small // step).astype(np.int32)
    index = (levels[..., 0] * SHADES + levels[..., 1]) * SHADES + levels[..., 2]
    return np.bincount(index.ravel(), minlength=SHADES**3).astype(np.uint16)


def mosaic_of(small: "NDArray[np.uint8]") -> "NDArray[np.uint8]":
    """Return (TINY_PX, TINY_PX, 3): the mean colour of each cell."""
    import cv2
    import numpy as np

    return np.asarray(cv2.resize(small, (TINY_PX, TINY_PX), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def mosaic_of_image(image: "Image") -> "NDArray[np.uint8]":
    """Return the mosaic of a picture."""
    import numpy as np

    return mosaic_of(np.asarray(image.convert("RGB"), dtype=np.uint8))


def grey_of(image: "Image", side_px: int) -> "NDArray[np.uint8]":
    """Return a picture in grey, (h, w), its long side at most `side_px`."""
    import numpy as np

    grey = image.convert("L")
    grey.thumbnail((side_px, side_px))
    return np.asarray(grey, dtype=np.uint8)


def last_mosaic(path: Path, duration_s: float) -> "NDArray[np.uint8] | None":
    """Return the mosaic of the last frame that a seek reaches; None where none does. Not rotated, as all are."""
    with opened(path) as container:
        stream = picture_stream(container, path)
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = THREADS
        end_s = start_s(stream) + duration_s
        frame = frame_at(frames_from(container, stream, max(end_s - APART_S, 0.0)), end_s)
        return None if frame is None else mosaic_of(Shrinker(SMALL_PX)(frame))


def _before(
    recent: "deque[tuple[int, float, NDArray[np.int16]]]", at_s: float
) -> "tuple[int, float, NDArray[np.int16]] | None":
    """Return the frame nearest to APART_S before; None where the only ones are nearer than half of that."""
    earlier = [item for item in recent if at_s - item[1] >= APART_S / 2 - 1e-6]
    return min(earlier, key=lambda item: abs(at_s - item[1] - APART_S), default=None)
