"""Bars and padding around a picture: found, measured, and cut off.

YouTube puts a 16:9 picture into a 480x360 file between black bars, and a vertical one between bars on all
sides or between blurred copies of itself. What was padded says nothing of the picture.
"""

from typing import TYPE_CHECKING

import numpy as np

from shortcast_ml.records import Box

if TYPE_CHECKING:
    from PIL.Image import Image

    Pixels = np.ndarray  # (height, width, 3) uint8

SIDE_PX = 512  # long side at which padding is looked for
LIKE = 18  # levels of 255 by which a pixel of a plain bar may differ from its colour: JPEG rings that far
PLAIN = 0.97  # share of a line's pixels that must be like the bar's colour
CROSSED = 0.5  # share of the first lines inside that must differ from it: a picture begins all along its edge
BLACK = 24  # levels; darker bars are believed where the picture between them has a usual shape
SHAPES = (16 / 9, 4 / 3, 1.0, 4 / 5, 3 / 4, 2 / 3, 9 / 16, 2.0, 2.35)  # width over height
SAME_SHAPE = 0.03
LEAST = 0.02  # of the side, at each edge; thinner ones are a frame or an edge of the scan
BLURRED = 0.25  # detail of a blurred side over that of the middle
STEP = 8  # levels by which a line of pixels jumps where blurred padding meets the picture
STRAIGHT = 0.6  # share of the line's pixels that jump
WHOLE = Box(x=0, y=0, width=1, height=1)


def cut_bars(image: "Image") -> "tuple[Image, Box]":
    """Return a picture without bars and padding on opposite edges, and where that part lies in the file.

    Plain bars of any colour are found, and blurred or graded padding around a picture of another shape. Empty
    margins of a drawing or a slide are no bars. A picture without any is returned as it is, with the whole box.
    """
    box = find_content(image)
    if box == WHOLE:
        return image, box
    width, height = image.size
    left, top = round(box.x * width), round(box.y * height)
    right, bottom = round((box.x + box.width) * width), round((box.y + box.height) * height)
    return image.crop((left, top, max(right, left + 1), max(bottom, top + 1))), box


def find_content(image: "Image", *, smooth: bool = True) -> Box:
    """Return the part of a picture that is no padding, as shares of the file; without `smooth`, plain bars only."""
    small = image.convert("RGB")
    small.thumbnail((SIDE_PX, SIDE_PX))
    rgb = np.asarray(small, dtype=np.uint8)
    height, width = rgb.shape[:2]
    top, left = 0, 0
    for _ in range(2):  # bars on all four sides: an outer pair, then an inner one
        y, x = _plain(rgb), _plain(rgb.transpose(1, 0, 2))
        if x and y and not (_usual(rgb.shape[1] - 2 * x, rgb.shape[0] - 2 * y)):
            x, y = (x, 0) if x > y else (0, y)
        if not x and not y:
            break
        rgb = rgb[y : len(rgb) - y, x : rgb.shape[1] - x]
        top, left = top + y, left + x
    x = _blurred(rgb) if smooth else 0
    y = 0 if x or not smooth else _blurred(rgb.transpose(1, 0, 2))
    top, left = top + y, left + x
    if not top and not left:
        return WHOLE
    return Box(
        x=left / width, y=top / height, width=(width - 2 * left) / width, height=(height - 2 * top) / height
    )


def _plain(rgb: "Pixels") -> int:
    """Return how many lines at the top, and as many at the bottom, are a plain bar of one colour."""
    n = len(rgb)
    level = np.median(rgb[0].astype(np.int16), axis=0)
    if np.abs(np.median(rgb[-1].astype(np.int16), axis=0) - level).max() > LIKE:
        return 0
    differs = (np.abs(rgb.astype(np.int16) - level) > LIKE).any(axis=2).mean(axis=1)  # (n,) share of pixels
    bar = differs <= 1 - PLAIN
    ends = [int(np.argmin(side)) if not side.all() else n for side in (bar[: n // 2], bar[::-1][: n // 2])]
    count = min(ends)
    if count < max(LEAST * n, 2) or count >= n // 2:
        return 0
    if max(ends) - count > max(0.03 * n, 2):  # bars are as thick on both sides
        return 0
    inside = min(differs[count + 1 : count + 4].mean(), differs[n - count - 4 : n - count - 1].mean())
    dark = bool(level.max() < BLACK)
    shaped = _usual(rgb.shape[1], n - 2 * count)
    return count if inside >= CROSSED or (dark and shaped) else 0


def _blurred(rgb: "Pixels") -> int:
    """Return how many columns at the left, and as many at the right, are smooth padding of a sharp picture.

    Both edges of the picture must be straight jumps over most of the height, at the same distance from the middle,
    with far less detail outside than inside, and a usual shape between.
    """
    height, width = rgb.shape[:2]
    if width < 32 or height < 32:
        return 0
    grey = rgb.astype(np.float32).mean(axis=2)
    jumps = (np.abs(np.diff(grey, axis=1)) > STEP).mean(axis=0)  # (width - 1,) between columns i and i + 1
    detail = np.abs(np.diff(grey, axis=0)).mean(axis=0)  # (width,) along each column
    best, found = 0.0, 0
    for cut in range(max(4, int(0.05 * width)), int(0.42 * width)):
        if not _usual(width - 2 * cut, height):
            continue
        left, right = jumps[cut - 2 : cut + 1].max(), jumps[width - cut - 2 : width - cut + 1].max()
        straight = float(min(left, right))
        if straight < STRAIGHT or straight <= best:
            continue
        outside = max(detail[: cut - 2].mean(), detail[width - cut + 2 :].mean())
        if outside <= BLURRED * detail[cut:-cut].mean():
            best, found = straight, cut
    return found


def _usual(width: int, height: int) -> bool:
    """Tell whether a picture of this size has one of the usual shapes."""
    return height > 0 and any(abs(width / height / shape - 1) <= SAME_SHAPE for shape in SHAPES)
