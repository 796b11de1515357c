"""Frames side by side, the current picture first, each with what the forecast makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shortcast_ml.watching.strip import BLUE, DPI, INK, MUTED, ORANGE, PALE, WIDTH_IN

if TYPE_CHECKING:
    from PIL.Image import Image

MARGIN_IN, GAP_IN, TOP_IN, BELOW_IN = 0.18, 0.16, 0.95, 0.72
TALLEST_IN = 3.6


@dataclass(frozen=True)
class Shown:
    """A picture with its heading and two lines below."""

    image: "Image"
    mark: str  # its rank; empty for the current picture
    line: str
    below: str


def draw_contact(title: str, subtitle: str, shown: Sequence[Shown]) -> "Image":
    """Return the pictures in a row, RGB, 1600 px wide; one of another shape than the last is padded."""
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL import Image, ImageOps

    n = max(len(shown), 3)
    width, height = shown[-1].image.size
    wide_in = (WIDTH_IN - 2 * MARGIN_IN - (n - 1) * GAP_IN) / n
    high_in = min(wide_in * height / width, TALLEST_IN)
    wide_in = min(wide_in, high_in * max(width / height, 0.5))
    height_in = TOP_IN + high_in + BELOW_IN
    figure = Figure(figsize=(WIDTH_IN, height_in), dpi=DPI, facecolor="white")
    figure.text(0.017, 1 - 0.16 / height_in, title, va="top", fontsize=15, fontweight="bold", color=INK)
    figure.text(0.017, 1 - 0.5 / height_in, subtitle, va="top", fontsize=10.5, color=MUTED)
    size = max(round(wide_in * DPI), 1), max(round(high_in * DPI), 1)
    for i, item in enumerate(shown):
        left = MARGIN_IN + i * (wide_in + GAP_IN)
        axes = figure.add_axes(
            (left / WIDTH_IN, BELOW_IN / height_in, wide_in / WIDTH_IN, high_in / height_in)
        )
        whole = item.image.convert("RGB")
        alike = abs(np.log(whole.width / whole.height * size[1] / size[0])) < 0.1
        fitted = ImageOps.fit(whole, size) if alike else ImageOps.pad(whole, size, color=PALE)
        axes.imshow(np.asarray(fitted), aspect="auto")
        axes.set_xticks([])
        axes.set_yticks([])
        for side in axes.spines.values():
            side.set_color(PALE if item.mark else ORANGE)
            side.set_linewidth(1 if item.mark else 2.5)
        axes.annotate(
            f" {item.mark or 'now'} ", xy=(0, 0), xycoords="axes fraction", xytext=(3.4, 4.2),
            textcoords="offset points", fontsize=13, fontweight="bold", color="white", va="bottom", ha="left",
            bbox={"boxstyle": "square,pad=0.25", "facecolor": BLUE if item.mark else ORANGE, "linewidth": 0},
        )  # fmt: skip
        figure.text(
            left / WIDTH_IN, (BELOW_IN - 0.12) / height_in, item.line, va="top", fontsize=11.5, color=INK,
            fontweight="bold",
        )  # fmt: skip
        figure.text(
            left / WIDTH_IN, (BELOW_IN - 0.38) / height_in, item.below, va="top", fontsize=9.5, color=MUTED
        )
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())
