"""Frames of a video that would make good stills: sharp, lit, calm, and no two alike.

A video is streamed once; of each short span only the best frame so far is held. What makes a still good is
measured as on thumbnails, and the limits are what 300 real thumbnails have (5th percentile to median).
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shortcast_ml.container import Said, opened, picture_stream, start_s, undecodable, upright
from shortcast_ml.media import measure
from shortcast_ml.watching.looking import Shrinker, grey_of, mosaic_of, planned_frames
from shortcast_ml.watching.plan import plan_for
from shortcast_ml.watching.scenes import mosaic_change

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

SPANS = 48  # of each the best frame is kept
SHORTEST_SPAN_S = 0.4
EVERY_S = 0.15  # frames that follow sooner are passed over
LOOK_PX = 320  # long side at which sharpness is measured, as on thumbnails
BLURRED, SHARP = 1.5, 3.4  # log10 of the variance of the Laplacian: no still, and the median thumbnail
SOFTER = 0.6  # than the video's sharper frames by this: it moved
DARK, DIM, BRIGHT, GLARING = 0.08, 0.2, 0.75, 0.95  # mean brightness
CONTRAST = 0.4  # standard deviation over half of full scale; the 20th percentile of thumbnails
MOVING = 0.06  # mosaic change to both neighbours: a transition, or a whip of the camera
# mosaic change between frames that are offered: the most that leaves enough
APART = (0.12, 0.09, 0.06, 0.035, 0.02)
ONE_SCENE = 0.06  # frames nearer than this show much the same
FACE = 0.1  # what a face adds to the quality


@dataclass(frozen=True)
class Candidate:
    """A frame that could be a thumbnail: upright, long side 1,280 px at most."""

    at_s: float
    image: "Image"
    quality: float  # [0, 1]
    sharpness: float  # log10 of the variance of the Laplacian at 320 px
    brightness: float
    faces: int
    mosaic: "NDArray[np.uint8]"


@dataclass(frozen=True)
class Found:
    """The stills of a video, best first, and what was left out."""

    candidates: tuple[Candidate, ...]
    looked_at: int
    dark: int
    blurred: int
    one_scene: bool  # frames had to be offered that are much alike
    stand_in: Candidate  # the frame a quarter into the video, fit or not


@dataclass
class _Seen:
    """A frame while its neighbours are awaited."""

    at_s: float
    frame: Any
    mosaic: "NDArray[np.uint8]"
    sharpness: float
    brightness: float
    quality: float
    image: "Image | None" = field(default=None)


def find_stills(
    path: Path, *, max_mb: int, max_s: float, enough: int = 6, most: int = 16, said: Said | None = None
) -> Found:
    """Return up to `most` frames that are sharp, lit, calm and unlike one another, best first.

    They are as unlike as the video has `enough` of them. Peak memory is a decoder's and SPANS pictures'. Raises
    MediaError when nothing can be decoded.
    """
    measured = measure(path, max_mb=max_mb, max_s=max_s)
    duration_s = measured.facts.duration_s
    plan = plan_for(measured.passage, measured.frame_mpx, measured.codec, duration_s)
    span_s = max(duration_s / SPANS, SHORTEST_SPAN_S)
    best: dict[int, _Seen] = {}
    stand_in: _Seen | None = None
    sharpness: list[float] = []
    waiting: deque[_Seen] = deque(maxlen=2)
    with opened(path) as container:
        stream = picture_stream(container, path)
        first_s, shrink = start_s(stream), Shrinker(LOOK_PX)

        def settle(seen: _Seen, neighbours: Sequence[_Seen]) -> None:
            nonlocal stand_in
            near = [n for n in neighbours if abs(n.at_s - seen.at_s) <= 0.5]
            if len(near) == 2 and all(float(mosaic_change(seen.mosaic, n.mosaic)) > MOVING for n in near):
                seen.quality *= 0.5
            span = int(seen.at_s / span_s)
            better = span not in best or seen.quality > best[span].quality
            stands_in = stand_in is None or stand_in.at_s < duration_s / 4 <= seen.at_s
            if better or stands_in:
                seen.image = upright(stream, seen.frame)
            seen.frame = None
            if stands_in:
                stand_in = seen
            if better:
                best[span] = seen

        for frame in planned_frames(container, stream, plan, first_s):
            at_s = max(frame.time - first_s, 0.0) if frame.time is not None else len(sharpness) / 10
            if waiting and at_s < waiting[-1].at_s + EVERY_S:
                continue
            seen = _measure(frame, shrink(frame), at_s)
            sharpness.append(seen.sharpness)
            if waiting:
                settle(waiting[-1], [*list(waiting)[:-1], seen])
            waiting.append(seen)
            if said is not None and len(sharpness) % 50 == 0:
                said(min(round(100 * at_s / duration_s), 100), 100, "looking at frames")
        if waiting:
            settle(waiting[-1], list(waiting)[:-1])
    if stand_in is None:
        raise undecodable(path)
    return _chosen(list(best.values()), stand_in, sharpness, enough, most)


def _chosen(seen: list[_Seen], stand_in: _Seen, sharpness: list[float], enough: int, most: int) -> Found:
    """Leave out what is dark, soft or a repetition, and return the rest, best first."""
    import numpy as np

    usual = float(np.quantile(sharpness, 0.75))
    lit = [s for s in seen if s.brightness > DARK]
    sharp = [s for s in lit if s.sharpness >= BLURRED and s.sharpness >= usual - SOFTER]
    ordered = sorted(map(_candidate, sharp), key=lambda c: (-c.quality, -c.sharpness))
    kept: list[Candidate] = []
    for apart in APART:
        kept = []
        for candidate in ordered:
            if all(float(mosaic_change(candidate.mosaic, other.mosaic)) >= apart for other in kept):
                kept.append(candidate)
        if len(kept) >= enough:
            break
    return Found(
        candidates=tuple(kept[:most]),
        looked_at=len(sharpness),
        dark=len(seen) - len(lit),
        blurred=len(lit) - len(sharp),
        one_scene=len(kept) > 1 and apart < ONE_SCENE,
        stand_in=_candidate(stand_in),
    )


def _candidate(seen: _Seen) -> Candidate:
    from shortcast_ml.look import find_faces

    assert seen.image is not None  # noqa: S101  what is kept has its picture
    faces = len(find_faces(grey_of(seen.image, LOOK_PX)))
    quality = min(1.0, seen.quality * (1 + FACE * (faces > 0)))
    return Candidate(
        seen.at_s, seen.image, round(quality, 3), seen.sharpness, seen.brightness, faces, seen.mosaic
    )


def _measure(frame: Any, small: "NDArray[np.uint8]", at_s: float) -> _Seen:
    import cv2
    import numpy as np

    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    sharpness = float(np.log10(cv2.Laplacian(grey, cv2.CV_64F).var() + 1))
    brightness, contrast = float(grey.mean() / 255), float(grey.std() / 128)
    return _Seen(
        at_s, frame, mosaic_of(small), sharpness, brightness, still_quality(sharpness, brightness, contrast)
    )


def still_quality(sharpness: float, brightness: float, contrast: float) -> float:
    """Return how good a still a picture is, [0, 1]: half its sharpness, a quarter each of light and contrast."""
    sharp = min(max((sharpness - BLURRED) / (SHARP - BLURRED), 0.0), 1.0)
    light = min(
        max(min((brightness - DARK) / (DIM - DARK), (GLARING - brightness) / (GLARING - BRIGHT)), 0.0), 1.0
    )
    return float(sharp**0.5 * light**0.25 * min(contrast / CONTRAST, 1.0) ** 0.25)
