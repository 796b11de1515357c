"""Where scenes change, how much moves, and how a video begins and ends: arithmetic on what was seen of its frames.

Cuts are found as the literature does: the colours of consecutive frames differ, by far more than those of
their neighbours do, and do not come back at once as after a flash. On crops of real thumbnails, pans of a quarter of
the frame changed at most 11% of the colours, cuts to another picture 35% or more.
Source: Boreczky and Rowe, "Comparison of video shot boundary detection techniques", 1996 (histograms of
consecutive frames); Zhang, Kankanhalli and Smoliar, "Automatic partitioning of full-motion video", 1993.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from shortcast_ml.watching.looking import Looked

NEXT_KEY_S = 4.0  # key frames further apart are not compared
KEY_COLOURS, KEY_PIXELS = 0.35, 0.08  # changed from one key frame to the next by a cut between them
CUT_COLOURS = 0.15  # share of the colours that a cut changes at least
CUT_PIXELS = 0.04  # and mean change of the mosaic, 0 to 1
STANDS_OUT = 3.0  # times what is usual within a second of it
AROUND_S = 1.0
FLASH_S = 0.35  # what is as before within this was a flash
SOONEST_S = 0.2  # between two cuts
DARK = 0.02  # share of pixels that may be lit in a black frame
STILL_LEVELS = 6  # of 255, in any cell of the mosaic: less is a codec's doing
UNLIKE = 0.25  # mean change of the mosaic between two unrelated frames


def find_cuts(seen: "Looked") -> tuple[float, ...]:
    """Return when scenes change, in seconds, to the frame that was looked at.

    Where a video was watched without gaps, every cut; slow dissolves may be missed, and a very sudden change of
    light taken for one. Beyond, where only key frames were looked at, one cut between two of them at most.
    """
    import numpy as np

    n = seen.dense
    times, colours = seen.times_s, seen.colours
    change, pixels = np.zeros(len(times)), np.zeros(len(times))
    change[1:] = np.abs(np.diff(colours, axis=0)).sum(axis=1) / 2
    pixels[1:] = mosaic_change(seen.mosaics[1:], seen.mosaics[:-1])
    found: list[int] = []
    for i in map(int, np.flatnonzero((change[:n] >= CUT_COLOURS) & (pixels[:n] >= CUT_PIXELS))):
        near = np.abs(times[:n] - times[i]) <= AROUND_S
        near[[0, i]] = False
        usual = float(np.quantile(change[:n][near], 0.25)) if near.any() else 0.0
        if change[i] < STANDS_OUT * usual or _comes_back(colours[:n], times[:n], i, change[i]):
            continue
        if found and times[i] - times[found[-1]] < SOONEST_S - 1e-6:
            if change[i] > change[found[-1]]:
                found[-1] = i
            continue
        found.append(i)
    late = [
        i
        for i in range(max(n, 1), len(times))
        if change[i] >= KEY_COLOURS and pixels[i] >= KEY_PIXELS and times[i] - times[i - 1] <= NEXT_KEY_S
    ]
    return tuple(round(float(times[i]), 2) for i in (*found, *late))


def counted_s(seen: "Looked", watched_s: float) -> float:
    """Return over how many seconds cuts were counted: what was watched, and where key frames come often enough."""
    import numpy as np

    gaps = np.diff(seen.times_s[max(seen.dense - 1, 0) :])
    return watched_s + float(gaps[gaps <= NEXT_KEY_S].sum())


def _comes_back(colours: "NDArray[np.float32]", times: "NDArray[np.float64]", i: int, change: float) -> bool:
    """Tell whether a frame shortly before is like one shortly after: something flashed in between."""
    import numpy as np

    before = [k for k in range(max(i - 4, 0), i) if times[i] - times[k] <= FLASH_S]
    after = [k for k in range(i, min(i + 4, len(times))) if times[k] - times[i] <= FLASH_S]
    pairs = [(a, b) for a in before for b in after if (a, b) != (i - 1, i) and times[b] - times[a] <= FLASH_S]
    return any(float(np.abs(colours[a] - colours[b]).sum() / 2) < change / 2 for a, b in pairs)


def mosaic_change(a: "NDArray[np.uint8]", b: "NDArray[np.uint8]") -> "NDArray[np.float64]":
    """Return the mean absolute change of mosaics, (..., TINY_PX, TINY_PX, 3) to (...), 0 to 1."""
    import numpy as np

    changed: NDArray[np.float64] = (
        np.abs(a.astype(np.int16) - b.astype(np.int16)).mean(axis=(-3, -2, -1)) / 255
    )
    return changed


def motion(seen: "Looked", cuts_s: tuple[float, ...]) -> "NDArray[np.float64]":
    """Return the change of each frame looked at without gaps, (dense,): NaN across a cut and without a frame before."""
    import numpy as np

    change = seen.change[: seen.dense].copy()
    since = seen.since[: seen.dense]
    for cut_s in cuts_s:
        across = (since >= 0) & (seen.times_s[: seen.dense] >= cut_s - 1e-2)
        change[across & (seen.times_s[since] < cut_s - 1e-2)] = np.nan
    return change


def mean_between(
    values: "NDArray[np.float64]", times: "NDArray[np.float64]", from_s: float, to_s: float
) -> float:
    """Return the mean of what is known in a span of time; 0 where nothing is."""
    import numpy as np

    kept = values[(times >= from_s) & (times < to_s)]
    kept = kept[np.isfinite(kept)]
    return float(kept.mean()) if len(kept) else 0.0


def black_s(seen: "Looked", most_s: float) -> float:
    """Return how long it begins black, at most `most_s`."""
    for at_s, lit in zip(seen.times_s, seen.lit, strict=True):
        if lit > DARK:
            return round(min(float(at_s), most_s), 2)
    return round(most_s, 2)


def frozen_s(seen: "Looked", most_s: float) -> float:
    """Return how long its first picture stands still, at most `most_s`; 0 where it moves at once."""
    import numpy as np

    first = seen.mosaics[0].astype(np.int16)
    for i in range(1, len(seen.times_s)):
        if seen.times_s[i] > most_s:
            break
        if np.abs(seen.mosaics[i].astype(np.int16) - first).max() >= STILL_LEVELS:
            return round(float(seen.times_s[i - 1]), 2)
    return round(most_s, 2) if len(seen.times_s) > 1 else 0.0


def loop(first: "NDArray[np.uint8]", last: "NDArray[np.uint8]") -> float:
    """Return how alike two mosaics are: 1 is the same, 0 as unlike as two unrelated frames are."""
    return round(max(0.0, 1 - float(mosaic_change(first, last)) / UNLIKE), 3)
