"""The map of a niche: each point a video, near those that are about the same, coloured by topic.

Larger points did better against their own channel. Topics carry their names on the map, so that colour is not all
that tells them apart; the number is the topic's place in the list.
"""

import io
from typing import TYPE_CHECKING

import numpy as np

from shortcast_ml.niche.fonts import drawable, families
from shortcast_ml.niche.layout import apart, in_the_plane
from shortcast_ml.niche.summary import Niche
from shortcast_ml.records import NicheSummary
from shortcast_ml.shap_pictures import DPI, INK, MUTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text
    from PIL.Image import Image

WIDTH_IN, HEIGHT_IN = 9.6, 7.6
MOST_POINTS = 900  # drawn; a larger niche is thinned out evenly
# Source: Paul Tol, "Colour schemes", 2021 (muted), and three of his "light"; told apart with any kind of colour vision.
COLOURS = (
    "#332288", "#CC6677", "#117733", "#DDCC77", "#88CCEE", "#882255", "#44AA99", "#999933", "#AA4499", "#EE8866",
    "#77AADD", "#BBCC33",
)  # fmt: skip
NO_TOPIC, STAR = "#C9CED2", "#F2B600"
LEAST, MOST = 0.25, 8.0  # multipliers that still change a point's size
STAR_PX, FAR_PX = 42.0, 40.0
TYPICAL_SIZE = 26.0  # of a point at x1, in square points
UNKNOWN_SIZE = 16.0
LETTERS, PAD = 10.5, 0.32  # size of names in points, and the room in their frames in letters
LONGEST_LABEL = 34  # letters
SEED = 7


def draw_map(niche: Niche, vs_channel: np.ndarray, draft: np.ndarray | None = None) -> "Image":
    """Return the map as a picture, 1440 x 1140 px. `vs_channel` (n,) are the videos', NaN where unknown.

    `draft` (c,) is the point of a planned title (`summary.draft_point`): it is drawn as a star.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL import Image

    summary, topics = niche
    rows = _drawn_rows(topics.points)
    points = topics.points[rows] if draft is None else np.vstack([topics.points[rows], draft])
    flat = in_the_plane(points)
    label, did = topics.label[rows], vs_channel[rows]
    figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), dpi=DPI, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0.02, 0.085, 0.96, 0.795))
    axes.set_axis_off()
    low, high = flat.min(0), flat.max(0)
    margin = 0.04 * (high - low) + 1e-6
    axes.set_xlim(low[0] - margin[0], high[0] + margin[0])
    axes.set_ylim(low[1] - margin[1], high[1] + margin[1])
    for topic in range(-1, topics.k):
        _draw_points(axes, flat[: len(rows)][label == topic], did[label == topic], topic)
    canvas.draw()  # type: ignore[no-untyped-call]  # so that boxes of text can be measured
    _draw_names(axes, flat, label, summary)
    _draw_head(figure, summary, len(rows))
    _draw_sizes(figure)
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=DPI)
    return Image.open(content).convert("RGB")


def _drawn_rows(points: np.ndarray) -> np.ndarray:
    known = np.flatnonzero(np.isfinite(points[:, 0]))
    if len(known) <= MOST_POINTS:
        return known
    return np.sort(np.random.default_rng(SEED).choice(known, MOST_POINTS, replace=False))


def _size(did: np.ndarray) -> np.ndarray:
    return np.asarray(TYPICAL_SIZE * np.clip(did, LEAST, MOST) ** 0.9)


def _draw_points(axes: "Axes", at: np.ndarray, did: np.ndarray, topic: int) -> None:
    """Draw one topic's videos: discs by how they did, rings where that is not known."""
    colour = NO_TOPIC if topic < 0 else COLOURS[topic % len(COLOURS)]
    known = np.isfinite(did)
    order = np.argsort(-did[known])  # small ones on top
    alpha, layer = (0.55, 2) if topic < 0 else (0.78, 3)
    x, y = at[known][order].T
    ring_x, ring_y = at[~known].T
    axes.scatter(
        x, y, s=_size(did[known][order]), color=colour, alpha=alpha, linewidths=0.5,
        edgecolors="white", zorder=layer,
    )  # fmt: skip
    axes.scatter(
        ring_x, ring_y, s=UNKNOWN_SIZE, facecolors="white", edgecolors=colour, alpha=alpha, linewidths=1.1,
        zorder=layer,
    )  # fmt: skip


def _draw_names(axes: "Axes", flat: np.ndarray, label: np.ndarray, niche: NicheSummary) -> None:
    """Write each topic's number and name over its videos; the draft, `flat`'s last where it has one more, is a star."""
    videos, star = flat[: len(label)], flat[len(label) :]
    shown = [at for at in range(len(niche.topics)) if (label == at).any()]
    names = [_label(at, niche.topics[at].words) for at in shown] + ["your draft"] * len(star)
    if not names:
        return
    colours = [COLOURS[at % len(COLOURS)] for at in shown] + [STAR] * len(star)
    axes.scatter(
        star[:, 0], star[:, 1], s=420, marker="*", color=STAR, edgecolors=INK, linewidths=1.2, zorder=8
    )
    fonts = families(names)
    boxes = [_box(axes, name, colour, fonts) for name, colour in zip(names, colours, strict=True)]
    frame = axes.get_window_extent()
    corner, room = np.array([frame.x0, frame.y0]), np.array([frame.width, frame.height])
    middles = np.array([_middle(videos[label == at]) for at in shown]).reshape(-1, 2)
    pixels = axes.transData.transform(np.vstack([middles, star, star])) - corner
    pixels[len(shown) : len(names)] += (
        0,
        STAR_PX,
    )  # the draft's name stands above its star, on which nothing lies
    sizes = np.array([_extent(box) for box in boxes] + [(STAR_PX, STAR_PX)] * len(star))
    placed = apart(pixels, sizes, room, fixed=len(star))
    back = axes.transData.inverted()
    for box, was, now, colour in zip(boxes, pixels, placed, colours, strict=False):
        box.set_position(tuple(back.transform(now + corner)))
        if np.hypot(*(now - was)) > FAR_PX:  # a line leads to its videos
            ends = back.transform(np.array([was, now]) + corner)
            axes.plot(ends[:, 0], ends[:, 1], color=colour, linewidth=1.2, zorder=6)


def _box(axes: "Axes", name: str, colour: str, fonts: list[str]) -> "Text":
    """Write a name in a frame; its place is set later."""
    frame = {
        "boxstyle": f"round,pad={PAD}",
        "facecolor": "white",
        "edgecolor": colour,
        "linewidth": 1.8,
        "alpha": 0.93,
    }
    return axes.text(
        0,
        0,
        name,
        ha="center",
        va="center",
        fontsize=LETTERS,
        color=INK,
        fontfamily=fonts,
        zorder=7,
        bbox=frame,
    )


def _extent(box: "Text") -> tuple[float, float]:
    """Return width and height of a name with its frame, in pixels."""
    extent, frame = box.get_window_extent(), 2 * PAD * LETTERS * DPI / 72
    return float(extent.width + frame), float(extent.height + frame)


def _label(at: int, words: tuple[str, ...]) -> str:
    """Return what stands on the map: the topic's number, and as many of its words as can be drawn and fit."""
    out = ""
    for word in words[:3]:
        longer = f"{out}, {word}" if out else word
        if drawable(word) and len(longer) <= LONGEST_LABEL:
            out = longer
    return f"{at + 1}  {out}" if out else f"{at + 1}"


def _middle(at: np.ndarray) -> np.ndarray:
    """Return where most of a topic's videos are: the median of the half that is nearest to their median."""
    distance = np.linalg.norm(at - np.median(at, axis=0), axis=1)
    return np.asarray(np.median(at[distance <= np.median(distance)], axis=0))


def _draw_head(figure: "Figure", summary: NicheSummary, drawn: int) -> None:
    name = f"“{summary.query}”" if summary.query else "your library"
    if len(name) > 60:
        name = name[:58].rstrip() + "…”"
    invented = "INVENTED VIDEOS of the demo library. " if summary.library == "demo" else ""
    thinned = f", {drawn:,} of them drawn" if drawn < summary.n else ""
    of = f" of {summary.channels:,} channels" if summary.channels else ""
    below = f"{invented}{summary.n:,} videos{of}{thinned}. Those near each other are about the same."
    fonts = families([name])
    figure.text(
        0.022, 0.977, f"Map of {name}", va="top", fontsize=16, fontweight="bold", color=INK, fontfamily=fonts
    )
    figure.text(0.022, 0.93, below, va="top", fontsize=10.5, color=MUTED)


def _draw_sizes(figure: "Figure") -> None:
    """Draw the key to sizes below the map."""
    axes = figure.add_axes((0.02, 0.012, 0.96, 0.06))
    axes.set_axis_off()
    axes.set(xlim=(0, 100), ylim=(0, 1))
    axes.text(0.2, 0.5, "Against its own channel's usual:", va="center", fontsize=9.5, color=MUTED)
    for x, times in ((27, 0.5), (34, 1.0), (40.5, 3.0), (48, 8.0)):
        axes.scatter([x], [0.5], s=_size(np.array([times])), color=MUTED, alpha=0.7, linewidths=0)
        axes.text(x + 1.6, 0.5, f"x{times:g}", va="center", fontsize=9.5, color=MUTED)
    axes.scatter([56.5], [0.5], s=UNKNOWN_SIZE, facecolors="white", edgecolors=MUTED, linewidths=1.1)
    axes.text(57.7, 0.5, "not known", va="center", fontsize=9.5, color=MUTED)
    axes.scatter([68], [0.5], s=TYPICAL_SIZE, color=NO_TOPIC, linewidths=0)
    axes.text(69.4, 0.5, "of no topic", va="center", fontsize=9.5, color=MUTED)
