"""Which frames of a video are decoded, decided from its packets: the work is bounded whatever the file.

Decoding is what reading a video costs. Frames that no other needs are left out where the codec lets them be
(H.264 and its kin); a long or large video is watched without gaps as far as the work allows, three minutes at
most, and by key frames beyond. The rule counts megapixels as if all were H.264, so that the same file is read the
same way anywhere.
"""

from dataclasses import dataclass
from typing import Literal

from shortcast_ml.container import Passage

Skip = Literal["DEFAULT", "NONREF", "BIDIR"]  # of FFmpeg: nothing; frames nobody refers to; all B-frames

WATCH_S = 180.0
EASY_MPX = 600.0  # below this, nothing is left out
MOST_MPX = 1_100.0  # 530 frames of 1080p, 7.5 ms each on one core: a minute where B-frames are left out
TAIL_MPX = 150.0  # for the key frames beyond: 72 of 1080p
LEAST_FPS = 6.0  # cuts and motion are not told apart with fewer frames a second
LEAST_WATCHED_S = 6.0
SKIPPING = frozenset({"h264", "hevc", "mpeg4", "mpeg2video", "mpeg1video", "vc1", "wmv3"})
COST = {
    "hevc": 2.0,
    "vp9": 1.5,
}  # times H.264's for a pixel, measured at 8 Mbit/s; AV1 (dav1d) costs as much as it
ALL_B = frozenset({"hevc"})  # its encoders write nearly every frame as a B-frame, those that others need too


@dataclass(frozen=True)
class Plan:
    """What is decoded."""

    skip: Skip
    watched_s: float  # without gaps up to here, from the first frame
    step_s: float  # beyond, a key frame every so many seconds


def plan_for(passage: Passage, frame_mpx: float, codec: str, duration_s: float) -> Plan:
    """Return which frames to decode of a video of that many megapixels a frame."""
    span_s = min(duration_s, WATCH_S)
    first_s = min(passage.times_s, default=0.0)
    frames = anchors = 0
    latest = float("-inf")
    for time_s in passage.times_s:  # in the order of decoding: a B-frame comes after one that is shown later
        if time_s - first_s > span_s:
            continue
        frames += 1
        if time_s > latest:
            anchors += 1
            latest = time_s
    frame_mpx *= COST.get(codec, 1.0)
    work: dict[Skip, float] = {
        "DEFAULT": frames * frame_mpx,
        "NONREF": (anchors + frames) / 2 * frame_mpx,
        "BIDIR": anchors * frame_mpx,
    }
    if codec not in SKIPPING or anchors == frames:
        skip: Skip = "DEFAULT"
    elif work["DEFAULT"] <= EASY_MPX:
        skip = "DEFAULT"
    elif work["NONREF"] <= MOST_MPX or anchors < LEAST_FPS * span_s or codec in ALL_B:
        skip = "NONREF"
    else:
        skip = "BIDIR"
    share = min(MOST_MPX / work[skip], 1.0) if work[skip] else 1.0
    watched_s = max(share * span_s, min(LEAST_WATCHED_S, span_s))
    left_s = max(duration_s - watched_s, 0.0)
    return Plan(skip, watched_s, max(left_s * frame_mpx / TAIL_MPX, 0.5))
