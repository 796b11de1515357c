"""Occlusion: what a part of a picture does to an answer, found by asking again with that part greyed out.

It works for any model that takes a picture. What comes out is what the model makes of the picture; grey changes
sharpness and colour as well, and nothing here says what viewers do.
Source: Zeiler and Fergus, "Visualizing and understanding convolutional networks", ECCV 2014, section 4.2.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shortcast_ml.records import Box

if TYPE_CHECKING:
    from PIL.Image import Image

Score = Callable[[Sequence["Image"]], np.ndarray]  # pictures of one size to one number each, (n,)

GREY = (128, 128, 128)
LONGEST_PX = 1280  # a larger picture is scaled down first: some 40 copies of it are held at once
STRONG = 0.5  # of the strongest cell; what is weaker does not join a region
MOST = 3  # regions of each sign
WHOLE = Box(x=0, y=0, width=1, height=1)


@dataclass(frozen=True)
class Occlusion:
    """The map of one answer over one picture."""

    base: float  # the answer to the whole picture
    grid: np.ndarray  # (rows, columns): the answer less that with the cell greyed out
    helps: tuple[tuple[Box, float], ...]  # boxes of cells, and the answer less that with the box greyed out
    hurts: tuple[tuple[Box, float], ...]


def occlude(image: "Image", score: Score, least: float = 0.0, within: Box = WHOLE) -> Occlusion:
    """Return what each part of a picture does to a score, and the boxes that do most.

    All greyed copies are scored in one call; boxes of neighbouring cells are then scored as a whole, so that their
    effect is the model's own. Effects below `least` make no box. Only what lies `within` is greyed out (bars need no
    explaining); cells and boxes are shares of that.
    """
    image = image.convert("RGB")
    if max(image.size) > LONGEST_PX:
        image = image.copy()
        image.thumbnail((LONGEST_PX, LONGEST_PX))
    rows, columns = grid_shape(image.width * within.width, image.height * within.height)
    boxes = [_box(r, r + 1, c, c + 1, rows, columns) for r in range(rows) for c in range(columns)]
    scores = np.asarray(score([image, *(grey_out(image, box, within) for box in boxes)]), dtype=np.float64)
    base, grid = float(scores[0]), (scores[0] - scores[1:]).reshape(rows, columns)
    up, down = _rectangles(grid, least), _rectangles(-grid, least)
    parts = [grey_out(image, box, within) for box in (*up, *down)]
    effects = base - np.asarray(score(parts), dtype=np.float64) if parts else np.empty(0)
    helps = [(box, float(e)) for box, e in zip(up, effects[: len(up)], strict=True) if e > least]
    hurts = [(box, float(e)) for box, e in zip(down, effects[len(up) :], strict=True) if e < -least]
    return Occlusion(
        base=base,
        grid=grid,
        helps=tuple(sorted(helps, key=lambda item: -item[1])),
        hurts=tuple(sorted(hurts, key=lambda item: item[1])),
    )


def grid_shape(width: float, height: float) -> tuple[int, int]:
    """Return (rows, columns) of cells that are about square: 5x8 for a landscape picture, 8x5 for a vertical one."""
    if width > 1.2 * height:
        return 5, 8
    return (8, 5) if height > 1.2 * width else (6, 6)


def grey_out(image: "Image", box: Box, within: Box = WHOLE) -> "Image":
    """Return a copy of a picture with one part of what lies `within` in plain grey."""
    width, height = image.width * within.width, image.height * within.height
    x, y = image.width * within.x, image.height * within.y
    left, top = round(x + box.x * width), round(y + box.y * height)
    right, bottom = round(x + (box.x + box.width) * width), round(y + (box.y + box.height) * height)
    out = image.copy()
    out.paste(GREY, (left, top, max(right, left + 1), max(bottom, top + 1)))
    return out


def _rectangles(grid: np.ndarray, least: float) -> list[Box]:
    """Return the boxes of cells, none overlapping, that hold most of what is positive in a grid, strongest first.

    Each is the rectangle with the largest sum above the bar: Bentley's maximum subarray, tried in full.
    """
    rows, columns = grid.shape
    bar = max(least, STRONG * float(grid.max(initial=0.0)))
    left = np.where(grid > 0, grid, 2 * grid) - bar
    found: list[Box] = []
    for _ in range(MOST):
        best = max(
            (float(left[r:s, c:d].sum()), r, s, c, d)
            for r in range(rows)
            for s in range(r + 1, rows + 1)
            for c in range(columns)
            for d in range(c + 1, columns + 1)
        )
        if best[0] <= 0:
            break
        _, r, s, c, d = best
        found.append(_box(r, s, c, d, rows, columns))
        left[r:s, c:d] = -np.inf
    return found


def _box(top: int, bottom: int, left: int, right: int, rows: int, columns: int) -> Box:
    return Box(x=left / columns, y=top / rows, width=(right - left) / columns, height=(bottom - top) / rows)
