"""From a video file to what a creator would see and hear in it, its opening first."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shortcast_ml.container import Passage, Said
from shortcast_ml.media import Measured, border_share, measure
from shortcast_ml.records import Opening, Spoken, VideoReading
from shortcast_ml.watching.looking import Looked, Still, grey_of, last_mosaic, look, mosaic_of_image
from shortcast_ml.watching.plan import WATCH_S, Plan, plan_for
from shortcast_ml.watching.scenes import (
    NEXT_KEY_S,
    STILL_LEVELS,
    black_s,
    counted_s,
    find_cuts,
    frozen_s,
    loop,
    mean_between,
    motion,
)
from shortcast_ml.watching.strip import stills_of_strip

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from shortcast_ml.transcript import Transcriber

OPENING_S = 3.0
OPENING_AT = (0.1, 0.5, 0.9)  # of the opening: where its pictures are looked at closely
STILL_PX = 640
READ_AT_MOST = 2  # pictures of the opening whose words are read: a second each on a slow machine
MOST_LINES, LONGEST_LINE = 12, 80
UNEVEN = 0.25  # a gap between frames this far from the usual one is another
UNEVEN_SHARE = 0.05


@dataclass(frozen=True)
class Watched:
    """A reading, with what a picture of it is drawn from."""

    reading: VideoReading
    stills: tuple[Still, ...]  # evenly spaced over the video, upright
    watched_s: float  # looked at without gaps up to here


def watch_video(
    path: str | Path,
    *,
    max_mb: int,
    max_s: float,
    transcriber: "Transcriber | None" = None,
    said: Said | None = None,
) -> Watched:
    """Read a video: shape, cuts, motion, sound, opening, loop, borders; and keep the frames of its strip.

    Streams the file twice: once through its packets, decoding the sound, and once through its frames. `said`
    hears how far it is, of 100; what it raises ends the reading. Raises MediaError, one sentence.
    """
    measured = measure(path, max_mb=max_mb, max_s=max_s, said=_within(said, 0, 15))
    facts, passage = measured.facts, measured.passage
    plan = plan_for(passage, measured.frame_mpx, measured.codec, facts.duration_s)
    opening_s = min(OPENING_S, facts.duration_s)
    close_s = [opening_s * share for share in OPENING_AT]
    n = stills_of_strip(facts.width_px, facts.height_px)
    along_s = [facts.duration_s * (i + 0.5) / n for i in range(n)]
    seen = look(
        Path(path),
        plan,
        sorted([*close_s, *along_s]),
        STILL_PX,
        _within(said, 15, 85),
        facts.duration_s,
    )
    _say(said, 85, "looking at the opening")
    close = _nearest(seen.stills, close_s)
    words, words_note = _words(close)
    spoken: tuple[Spoken, ...] = ()
    if transcriber is not None and facts.audio is not None and facts.audio.loudness_dbfs is not None:
        from shortcast_ml.transcript import transcribe

        _say(said, 90, "transcribing")
        spoken = transcribe(path, transcriber)
    along = _nearest(seen.stills, along_s)
    reading = _reading(Path(path), measured, plan, seen, along, close, words, spoken)
    if words_note:
        reading = reading.model_copy(update={"notes": (*reading.notes, words_note)})
    _say(said, 100, "done")
    return Watched(reading, along, min(plan.watched_s, facts.duration_s))


def _reading(
    path: Path,
    measured: Measured,
    plan: Plan,
    seen: Looked,
    along: tuple[Still, ...],
    close: tuple[Still, ...],
    words: tuple[str, ...],
    spoken: tuple[Spoken, ...],
) -> VideoReading:
    facts, ear = measured.facts, measured.ear
    assert facts.audio is not None  # noqa: S101  `measure` always says what was heard
    times = seen.times_s[: seen.dense]
    cuts = find_cuts(seen)
    moves = motion(seen, cuts)
    watched_s = min(plan.watched_s, facts.duration_s)
    length_s = min(OPENING_S, facts.duration_s)
    last = seen.mosaics[-1]
    if watched_s < facts.duration_s - 1:
        late = last_mosaic(path, facts.duration_s)
        last = last if late is None else late
    return VideoReading(
        duration_s=round(facts.duration_s, 3),
        width_px=facts.width_px,
        height_px=facts.height_px,
        fps=facts.fps,
        frames=seen.decoded,
        variable_rate=variable_rate(measured.passage),
        cuts_s=cuts,
        cuts_per_s=round(len(cuts) / max(min(counted_s(seen, watched_s), facts.duration_s), 1.0), 3),
        motion=round(mean_between(moves, times, 0, watched_s + 1), 4),
        motion_by_s=_by_second(moves, times, watched_s),
        brightness_by_s=_by_second(seen.brightness[: seen.dense], times, watched_s),
        loudness_by_s=ear.levels(1.0, facts.duration_s) if ear else (),
        audio=facts.audio,
        sound=ear.kind() if ear else "none",
        opening=Opening(
            length_s=round(length_s, 3),
            cuts=sum(at_s <= length_s for at_s in cuts),
            motion=round(mean_between(moves, times, 0, length_s), 4),
            black_s=black_s(seen, length_s),
            frozen_s=frozen_s(seen, length_s),
            sound_after_s=ear.first_sound_s(length_s) if ear else None,
            loudness_dbfs=ear.level(0, length_s) if ear else None,
            faces=max((faces_on(still) for still in close), default=0),
            words=words,
        ),
        loop=loop(seen.mosaics[0], last),
        borders=round(border_share([still.image for still in along]), 3),
        transcript=spoken,
        notes=(*facts.notes, *_notes(measured, plan, seen)),
    )


def _notes(measured: Measured, plan: Plan, seen: Looked) -> list[str]:
    duration_s = measured.facts.duration_s
    notes = []
    if len(measured.passage.times_s) == 1 or seen.decoded == 1:
        notes.append("It has one frame only: a picture, not a film.")
    elif (seen.lit <= 0.02).all():
        notes.append("Its picture is black throughout.")
    elif (
        len(seen.times_s) > 1
        and int((seen.mosaics.max(axis=0).astype(int) - seen.mosaics.min(axis=0)).max()) < STILL_LEVELS
    ):
        notes.append("Its picture stands still throughout.")
    if plan.watched_s < duration_s - 1:
        later = len(seen.times_s) - seen.dense
        every_s = (duration_s - plan.watched_s) / max(later, 1)
        counted = (
            f", one about every {every_s:.1f} s, and cuts between two of them count as one"
            if later and every_s <= NEXT_KEY_S
            else ", too few to count cuts there"
        )
        notes.append(
            f"It was watched without gaps for {plan.watched_s:.0f} s, which motion is measured over; of the rest "
            f"{later} key frame{' was' if later == 1 else 's were'} looked at{counted}."
        )
    return notes


def variable_rate(passage: Passage) -> bool:
    """Tell whether the time between frames varies, as screen recorders and some phones have it."""
    import numpy as np

    gaps = np.diff(np.sort(np.array(passage.times_s)))
    gaps = gaps[gaps > 0]
    if len(gaps) < 4:
        return False
    usual = float(np.median(gaps))
    return bool((np.abs(gaps - usual) > UNEVEN * usual).mean() > UNEVEN_SHARE)


def faces_on(still: Still) -> int:
    """Return how many faces a still shows."""
    from shortcast_ml.look import WORK_PX, find_faces

    return len(find_faces(grey_of(still.image, WORK_PX)))


def _words(close: tuple[Still, ...]) -> tuple[tuple[str, ...], str]:
    """Return the lines on the opening's pictures, each once, and what to say where none can be read."""
    import numpy as np

    from shortcast_ml.words_on_pictures import can_read_words, read_words_of

    if not can_read_words():
        return (
            (),
            "Words in the opening were not read: the part that reads them (`rapidocr`) is not installed.",
        )
    differing: list[Still] = []
    mosaics: list[NDArray[np.uint8]] = []
    for still in reversed(close):  # words come in rather than go
        mosaic = mosaic_of_image(still.image)
        if all(np.abs(mosaic.astype(int) - other).max() >= STILL_LEVELS for other in mosaics):
            differing.append(still)
            mosaics.append(mosaic)
    chosen = sorted(differing[:READ_AT_MOST], key=lambda still: still.at_s)
    lines: dict[str, str] = {}
    for found in read_words_of([still.image for still in chosen]):
        for line in found:
            if sum(letter.isalnum() for letter in line.text) > 1:  # a single one is mostly a misread shape
                lines.setdefault(line.text.casefold(), line.text[:LONGEST_LINE])
    return tuple(lines.values())[:MOST_LINES], ""


def _by_second(
    values: "NDArray[np.float64]", times: "NDArray[np.float64]", watched_s: float
) -> tuple[float, ...]:
    """Return the mean of each second that was watched."""
    seconds = max(1, math.ceil(min(watched_s, WATCH_S) - 0.1))
    return tuple(round(mean_between(values, times, s, s + 1), 4) for s in range(seconds))


def _nearest(stills: tuple[Still, ...], times_s: list[float]) -> tuple[Still, ...]:
    """Return the still nearest to each time, each once, in order."""
    chosen = {min(range(len(stills)), key=lambda i: abs(stills[i].at_s - t)) for t in times_s if stills}
    return tuple(stills[i] for i in sorted(chosen))


def _within(said: Said | None, start: int, end: int) -> Said | None:
    """Return a listener for one stage of the whole, from `start` to `end` of 100."""
    if said is None:
        return None

    def stage(done: int, total: int, text: str) -> None:
        said(start + (end - start) * done // max(total, 1), 100, text)

    return stage


def _say(said: Callable[[int, int, str], None] | None, done: int, text: str) -> None:
    if said is not None:
        said(done, 100, text)
