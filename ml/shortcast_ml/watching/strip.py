"""A video drawn along its time: frames, cuts, motion and loudness, with the opening set off.

Orange marks what begins something (cuts, the opening); blue is what is measured. 1600 px wide, with letters that
stay readable at half of that.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from shortcast_ml.records import VideoReading
from shortcast_ml.watching.looking import Still

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from PIL.Image import Image

WIDTH_IN, DPI = 10.67, 150
LEFT, RIGHT = 0.075, 0.972
INK, MUTED, RULE, BLUE, ORANGE, PALE = "#1F2A33", "#5B6770", "#DADDE0", "#1F6FB2", "#C8641B", "#F1F3F5"
TALLEST_IN = 2.1  # of the row of frames
FEWEST, MOST = 5, 12
LOUDEST, QUIETEST = 0.0, -60.0  # dBFS
MOST_MOTION = 0.05  # the axis of motion reaches this at least
SOUNDS = {
    "speech": "sounds like speech",
    "music": "sounds like music",
    "mixed": "sounds like speech and music",
    "none": "silent",
    "unsure": "neither clearly speech nor music",
}


def stills_of_strip(width_px: int, height_px: int) -> int:
    """Return how many frames of a shape fill the strip without gaps."""
    span_in = (RIGHT - LEFT) * WIDTH_IN
    return min(max(round(span_in / (TALLEST_IN * width_px / height_px)), FEWEST), MOST)


def draw_strip(reading: VideoReading, stills: Sequence[Still], watched_s: float) -> "Image":
    """Return the picture of a reading, RGB."""
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    figure = _sheet(reading, stills)
    frames, motion, loudness = figure.axes
    _draw_frames(frames, reading, stills, figure.get_figheight())
    _draw_motion(motion, reading, watched_s)
    _draw_loudness(loudness, reading)
    heard = any(level is not None for level in reading.loudness_by_s)
    for axes in (motion, loudness) if heard else (motion,):
        for cut_s in reading.cuts_s:
            axes.axvline(cut_s, color=ORANGE, linewidth=0.8, alpha=0.55, zorder=2)
    ticks = _ticks(reading.duration_s)
    loudness.set_xticks(ticks, [_clock(t, reading.duration_s) for t in ticks])
    motion.set_xticks(ticks, [""] * len(ticks))
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())


def _sheet(reading: VideoReading, stills: Sequence[Still]) -> "Figure":
    """Return a figure with three axes over one another: frames, motion, loudness."""
    from matplotlib.figure import Figure

    span_in = (RIGHT - LEFT) * WIDTH_IN
    row_in = span_in / max(len(stills), 1) * reading.height_px / reading.width_px
    row_in = min(max(row_in, 0.5), TALLEST_IN * 1.25)
    heights = (row_in, 0.95, 0.95 if any(level is not None for level in reading.loudness_by_s) else 0.3)
    gaps, top, bottom = (0.62, 0.4, 0.0), 1.0, 0.42
    height_in = top + sum(heights) + sum(gaps) + bottom
    figure = Figure(figsize=(WIDTH_IN, height_in), dpi=DPI, facecolor="white")
    y = height_in - top
    for i, height in enumerate(heights):
        y -= height
        axes = figure.add_axes((LEFT, y / height_in, RIGHT - LEFT, height / height_in))
        axes.set_xlim(0, reading.duration_s)
        axes.tick_params(length=0, labelsize=10, labelcolor=MUTED)
        axes.tick_params("x", pad=7)
        for side in axes.spines.values():
            side.set_visible(False)
        y -= gaps[i]
    figure.text(
        0.012, 1 - 0.16 / height_in, _headline(reading), va="top", fontsize=15, fontweight="bold", color=INK
    )
    figure.text(0.012, 1 - 0.5 / height_in, _below(reading), va="top", fontsize=10.5, color=MUTED)
    return figure


def _headline(reading: VideoReading) -> str:
    return f"{_span(reading.duration_s)}, {_cuts(len(reading.cuts_s))}"


def _cuts(count: int) -> str:
    return "no cut" if not count else "1 cut" if count == 1 else f"{count} cuts"


def _below(reading: VideoReading) -> str:
    opening = reading.opening
    facts = [f"{reading.width_px}x{reading.height_px}"]
    if reading.fps:
        facts.append(f"{reading.fps:.3g} frames a second" + (" on average" if reading.variable_rate else ""))
    facts.append(f"the last frame is {reading.loop:.0%} like the first")
    first = [f"opening: {_cuts(opening.cuts)}"]
    if opening.black_s:
        first.append(f"black for {opening.black_s:.1f} s")
    if opening.frozen_s >= 0.5:
        first.append(f"still for {opening.frozen_s:.1f} s")
    if reading.audio.has_audio:
        first.append(
            "no sound in it"
            if opening.sound_after_s is None
            else f"sound after {opening.sound_after_s:.1f} s"
            if opening.sound_after_s >= 0.3
            else "sound at once"
        )
    return " · ".join([*facts, ", ".join(first)])


def _draw_frames(axes: "Axes", reading: VideoReading, stills: Sequence[Still], height_in: float) -> None:

    import numpy as np

    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.set_xticks([])
    n = max(len(stills), 1)
    width_s = reading.duration_s / n
    place = axes.get_position()
    box_in = place.width * WIDTH_IN / n, place.height * height_in
    margin = 0.018 * width_s
    for i, still in enumerate(stills):
        # a few stills leave room: each is as wide as it is, and of a ribbon or a pole the middle is shown
        share = min(max(still.image.width / still.image.height * box_in[1] / box_in[0], 0.35), 1.0)
        middle, half = (i + 0.5) * width_s, share * width_s / 2 - margin
        left, right = middle - half, middle + half
        wide_in = share * box_in[0]
        picture = np.asarray(_cropped(still.image, wide_in / box_in[1], round(wide_in * DPI)))
        axes.imshow(picture, extent=(left, right, 0, 1), aspect="auto", interpolation="bilinear", zorder=2)
        axes.text(
            left + margin, 0.03, _clock(still.at_s, reading.duration_s, fine=True), fontsize=9, color="white", zorder=4,
            va="bottom", bbox={"boxstyle": "round,pad=0.25", "facecolor": INK, "alpha": 0.72, "linewidth": 0},
        )  # fmt: skip
    axes.set_xlim(0, reading.duration_s)
    axes.set_ylim(0, 1)
    opening, below = reading.opening.length_s, -0.16 / box_in[1]
    if opening < 0.9 * reading.duration_s:
        axes.plot(
            [0, opening], [below, below], color=ORANGE, linewidth=3, clip_on=False, solid_capstyle="butt", zorder=5
        )  # fmt: skip
        axes.text(
            max(opening, 0.01 * reading.duration_s), below, f"  first {opening:.2g} s", color=ORANGE, fontsize=9.5,
            va="center", clip_on=False,
        )  # fmt: skip
    if reading.cuts_s:
        axes.plot(
            reading.cuts_s, [1 + 0.07 / box_in[1]] * len(reading.cuts_s), linestyle="", marker="v", markersize=6,
            color=ORANGE, clip_on=False, zorder=5,
        )  # fmt: skip
        axes.text(
            -0.008 * reading.duration_s, 1 + 0.07 / box_in[1], "cuts", color=ORANGE, fontsize=9.5, ha="right",
            va="center", clip_on=False,
        )  # fmt: skip


def _draw_motion(axes: "Axes", reading: VideoReading, watched_s: float) -> None:
    values = [100 * value for value in reading.motion_by_s]
    edges = [min(float(s), reading.duration_s) for s in range(len(values) + 1)]
    top = 1.15 * max(*values, 100 * MOST_MOTION)
    axes.set_ylim(0, top)
    axes.grid(axis="y", color=RULE, linewidth=0.8, zorder=0)
    axes.stairs(values, edges, fill=True, color=BLUE, alpha=0.25, zorder=3)
    axes.stairs(values, edges, color=BLUE, linewidth=1.5, baseline=None, zorder=3)
    high = 5 * max(round(top / 1.3 / 5), 1)
    axes.set_yticks([0, high], ["0", f"{high}%"])
    _name(axes, "Motion", "change between frames 1/5 s apart")
    if watched_s < reading.duration_s - 1:
        axes.axvspan(watched_s, reading.duration_s, color=PALE, zorder=1.5, linewidth=0)
        _say(axes, (watched_s + reading.duration_s) / 2, "not measured here")


def _draw_loudness(axes: "Axes", reading: VideoReading) -> None:
    axes.set_ylim(QUIETEST, LOUDEST)
    heard = [(i, max(level, QUIETEST)) for i, level in enumerate(reading.loudness_by_s) if level is not None]
    if not heard:
        axes.set_yticks([])
        what = "the sound track is silent" if reading.audio.has_audio else "there is no sound track"
        _name(axes, "Loudness", what)
        return
    axes.set_yticks([-60, -30, 0], ["-60", "-30", "0 dB"])
    axes.grid(axis="y", color=RULE, linewidth=0.8, zorder=0)
    for from_s, to_s in _silences(reading):
        axes.axvspan(from_s, to_s, color=PALE, zorder=1, linewidth=0)
        if to_s - from_s >= 0.08 * reading.duration_s:
            _say(axes, (from_s + to_s) / 2, "silent")
    axes.bar(
        [i for i, _ in heard], [level - QUIETEST for _, level in heard], width=[
            max(min(1.0, reading.duration_s - i), 0.02) * 0.92 for i, _ in heard
        ],
        bottom=QUIETEST, align="edge", color=BLUE, linewidth=0, zorder=3,
    )  # fmt: skip
    _name(axes, "Loudness", SOUNDS[reading.sound] + ", at a guess")


def _silences(reading: VideoReading) -> list[tuple[float, float]]:
    """Return the runs of silent seconds."""
    runs: list[tuple[float, float]] = []
    for i, level in enumerate(reading.loudness_by_s):
        if level is not None:
            continue
        end = min(i + 1.0, reading.duration_s)
        runs = [*runs[:-1], (runs[-1][0], end)] if runs and runs[-1][1] == i else [*runs, (float(i), end)]
    return runs


def _name(axes: "Axes", name: str, below: str) -> None:
    text = axes.text(
        0, 1.03, name, transform=axes.transAxes, fontsize=11, fontweight="bold", color=INK, va="bottom"
    )
    if below:
        axes.annotate(
            f"  {below}",
            xy=(1, 0),
            xycoords=text,
            fontsize=9.5,
            color=MUTED,
            va="bottom",
            annotation_clip=False,
        )


def _say(axes: "Axes", x: float, what: str) -> None:
    low, high = axes.get_ylim()
    axes.text(x, (low + high) / 2, what, color=MUTED, fontsize=10.5, ha="center", va="center", zorder=4)


def _cropped(image: "Image", shape: float, width_px: int) -> "Image":
    """Return the middle of a picture, of the given width over height, so many pixels wide."""
    width, height = image.size
    wide, high = min(width, round(height * shape)), min(height, round(width / shape))
    left, top = (width - wide) // 2, (height - high) // 2
    middle = image.crop((left, top, left + max(wide, 1), top + max(high, 1)))
    return middle.resize((max(width_px, 1), max(round(width_px / shape), 1)))


def _ticks(duration_s: float) -> list[float]:
    for step in (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600):
        if duration_s / step <= 14:
            break
    return [step * i for i in range(int(duration_s / step + 1e-6) + 1)]


def _clock(at_s: float, duration_s: float, fine: bool = False) -> str:
    if duration_s < 60:
        return f"{at_s:.1f} s" if fine or duration_s < 3 else f"{at_s:g} s"
    minutes, seconds = divmod(round(at_s), 60)
    return f"{minutes}:{seconds:02d}"


def _span(duration_s: float) -> str:
    if duration_s < 90:
        return f"{round(duration_s, 1 if duration_s < 60 else 0):g} s"
    return f"{duration_s / 60:.1f} minutes"
