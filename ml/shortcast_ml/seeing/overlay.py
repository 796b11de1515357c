"""Overlays: a picture with what was found on it, and with what its parts do, each with its legend.

The words on a picture are never drawn again: their boxes are. All drawing is at twice the size and scaled down,
which makes lines smooth.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from shortcast_ml.records import Box
from shortcast_ml.seeing.letterbox import WHOLE
from shortcast_ml.seeing.reading import LEGIBLE_PX, Seen

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

SIDE_PX = 1120  # long side of the picture as drawn
NARROWEST_PX = 600  # so that the legend fits
SCALE = 2  # drawn at this many times the size
PAPER, INK, MUTED, RULE = "#FCFBF9", "#1F2A33", "#66737D", "#E4E6E8"
TEAL, CORAL, AMBER, BLUE, WHITE = "#2A8C78", "#C9583F", "#E0A020", "#2F6690", "#FFFFFF"
HELPS, HURTS, LOOKS = (31, 168, 140), (222, 82, 52), (240, 150, 20)
COVER = 0.78  # opacity of the strongest colour of a heat map


def draw_reading(image: "Image", seen: Seen) -> "Image":
    """Return a picture with its content, thirds, centre of detail, faces and words marked."""
    from PIL import Image as Pillow

    base = _fit(image)
    layer, draw = _layer(base)
    if seen.box != WHOLE:
        veil = Pillow.new("RGBA", layer.size, (252, 251, 249, 150))
        x, y, x2, y2 = (round(v) for v in _corners(seen.box, layer.size))
        veil.paste((0, 0, 0, 0), (x, y, x2, y2))
        layer.alpha_composite(veil)
        _outline(draw, _corners(seen.box, layer.size), INK, 2)
    left, top, right, bottom = _corners(seen.box, layer.size)
    for third in (1, 2):
        upright, level = left + (right - left) * third / 3, top + (bottom - top) * third / 3
        for ends in ((upright, top, upright, bottom), (left, level, right, level)):
            draw.line(ends, fill=(0, 0, 0, 70), width=3 * SCALE)
            draw.line(ends, fill=(255, 255, 255, 190), width=SCALE)
    for face in seen.faces:
        _outline(draw, _corners(_inside(face, seen.box), layer.size), TEAL, 4)
    for words in seen.words:
        colour = BLUE if words.phone_px >= LEGIBLE_PX else CORAL
        corners = _corners(_inside(words.box, seen.box), layer.size)
        _outline(draw, corners, colour, 3)
        _label(draw, corners, f"{words.phone_px:.0f} px", colour, layer.size)
    across, down = left + (right - left) * seen.centre[0], top + (bottom - top) * seen.centre[1]
    for radius, colour, width in ((15, INK, 7), (15, AMBER, 4), (3, AMBER, 4)):
        r = radius * SCALE
        draw.ellipse((across - r, down - r, across + r, down + r), outline=colour, width=width * SCALE)
    items = [("centre of detail", AMBER)]
    if seen.faces:
        items.append(("face" if len(seen.faces) == 1 else "faces", TEAL))
    if any(words.phone_px >= LEGIBLE_PX for words in seen.words):
        items.append(("words, with their height on a phone", BLUE))
    if seen.legible is False:
        items.append((f"words lower than {LEGIBLE_PX:.0f} px there", CORAL))
    if seen.box != WHOLE:
        items.append(("bars or padding", "#D5D3CF"))
    return _with_foot(_merge(base, layer), lambda foot, size: _swatches(foot, size, items))


def draw_effects(
    image: "Image",
    grid: Sequence[Sequence[float]] | np.ndarray,
    labelled: Sequence[tuple[Box, str, bool]],
    ends: tuple[str, str, str],
    least: float,
) -> "Image":
    """Return a picture in grey under a map of what each part does: teal helps, red hurts.

    `labelled` are boxes with a label and whether they help; `ends` is said at the scale's left, middle and right;
    a grid whose strongest cell is below `least` stays pale.
    """
    values = np.asarray(grid, dtype=np.float32)
    base = _greyed(_fit(image))
    top = max(float(np.abs(values).max()), least)
    base = _coloured(base, _smooth(values / top, base.size), HELPS, HURTS)
    layer, draw = _layer(base)
    for box, label, good in labelled:
        colour = TEAL if good else CORAL
        corners = _corners(box, layer.size)
        inset = 4 * SCALE  # boxes of neighbouring cells share an edge
        corners = corners[0] + inset, corners[1] + inset, corners[2] - inset, corners[3] - inset
        _outline(draw, corners, colour, 4)
        _label(draw, corners, label, colour, layer.size, inside=True)
    return _with_foot(_merge(base, layer), lambda foot, size: _scale_bar(foot, size, ends, (HURTS, HELPS)))


def draw_attention(image: "Image", grid: np.ndarray, seen: Box) -> "Image":
    """Return a picture in grey under a map of attention, (rows, columns), that lies over the part `seen`."""
    base = _greyed(_fit(image))
    values = np.asarray(grid, dtype=np.float32)
    left, top, right, bottom = (round(v) for v in _corners(seen, base.size))
    part = base.crop((left, top, right, bottom))
    heat = _smooth(values / max(float(values.max()), 1e-12), part.size)
    base.paste(_coloured(part, heat, LOOKS, LOOKS), (left, top))
    layer, draw = _layer(base)
    if seen != WHOLE:
        _outline(draw, _corners(seen, layer.size), INK, 2)
    ends = ("nothing drawn from here", "", f"most: {float(values.max()):.1%} of all")
    return _with_foot(_merge(base, layer), lambda foot, size: _scale_bar(foot, size, ends, (None, LOOKS)))


# --- parts of a drawing ------------------------------------------------------------------------------


def _fit(image: "Image") -> "Image":
    """Return the picture at the size at which all are drawn."""
    from PIL import Image as Pillow

    image = image.convert("RGB")
    scale = max(SIDE_PX / max(image.size), NARROWEST_PX / image.width)
    size = (max(round(image.width * scale), 1), min(max(round(image.height * scale), 1), 3 * SIDE_PX))
    return image.resize(size, Pillow.Resampling.BICUBIC, reducing_gap=3.0)


def _layer(base: "Image") -> "tuple[Image, ImageDraw]":
    """Return a clear layer over a picture, SCALE times its size, and what draws on it."""
    from PIL import Image as Pillow
    from PIL import ImageDraw as Draw

    layer = Pillow.new("RGBA", (base.width * SCALE, base.height * SCALE), (0, 0, 0, 0))
    return layer, Draw.Draw(layer, "RGBA")


def _merge(base: "Image", layer: "Image") -> "Image":
    from PIL import Image as Pillow

    small = layer.reduce(SCALE)
    return Pillow.alpha_composite(base.convert("RGBA"), small).convert("RGB")


def _greyed(image: "Image") -> "Image":
    """Return a picture nearly without colour, and paler, so that a map can be seen on it."""
    from PIL import Image as Pillow
    from PIL import ImageEnhance

    grey = ImageEnhance.Color(image).enhance(0.12)
    return Pillow.blend(grey, Pillow.new("RGB", image.size, "#F4F2EE"), 0.18)


def _smooth(values: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Return a (rows, columns) float32 map at the size of a picture, (h, w), passing smoothly between cells."""
    from PIL import Image as Pillow

    scaled = Pillow.fromarray(values.astype(np.float32)).resize(size, Pillow.Resampling.BICUBIC)
    return np.asarray(scaled).clip(-1, 1)


def _coloured(
    image: "Image", heat: np.ndarray, above: tuple[int, int, int], below: tuple[int, int, int]
) -> "Image":
    """Return a picture under a map of (h, w) values from -1 to 1, the stronger the less of it shows through."""
    from PIL import Image as Pillow

    pixels = np.asarray(image, dtype=np.float32)
    colour = np.where(heat[..., None] >= 0, np.array(above, np.float32), np.array(below, np.float32))
    cover = COVER * np.abs(heat[..., None]) ** 0.85
    return Pillow.fromarray((pixels * (1 - cover) + colour * cover).astype(np.uint8))


def _corners(box: Box, size: tuple[int, int]) -> tuple[float, float, float, float]:
    width, height = size
    return box.x * width, box.y * height, (box.x + box.width) * width, (box.y + box.height) * height


def _inside(box: Box, frame: Box) -> Box:
    """Return a box of the content as a box of the file."""
    x, y = frame.x + box.x * frame.width, frame.y + box.y * frame.height
    return Box(
        x=min(x, 1),
        y=min(y, 1),
        width=min(box.width * frame.width, 1),
        height=min(box.height * frame.height, 1),
    )


def _outline(draw: "ImageDraw", corners: tuple[float, float, float, float], colour: str, width: int) -> None:
    """Draw a rounded frame with a thin white edge, which shows on any picture."""
    left, top, right, bottom = corners
    right, bottom = max(right, left + 4), max(bottom, top + 4)
    radius = min(8 * SCALE, (right - left) / 4, (bottom - top) / 4)
    edge = SCALE
    draw.rounded_rectangle(
        (left - edge, top - edge, right + edge, bottom + edge),
        radius,
        outline=WHITE,
        width=(width + 2) * SCALE,
    )
    draw.rounded_rectangle((left, top, right, bottom), radius, outline=colour, width=width * SCALE)


def _label(
    draw: "ImageDraw",
    corners: tuple[float, float, float, float],
    text: str,
    colour: str,
    size: tuple[int, int],
    *,
    inside: bool = False,
) -> None:
    """Write a few words on a tag at the upper left of a box: above it, or within it where there is no room."""
    font = _font((24 if inside else 20) * SCALE)
    left, top, right, bottom = draw.textbbox((0, 0), text, font=font)
    pad = 6 * SCALE
    width, height = right - left + 2 * pad, bottom - top + 1.6 * pad
    x = min(corners[0], size[0] - width - 2)
    y = corners[1] - height - 2 if not inside and corners[1] > height + 2 else corners[1]
    draw.rounded_rectangle((x, y, x + width, y + height), pad / 1.5, fill=colour)
    draw.text((x + pad - left, y + 0.8 * pad - top), text, fill=WHITE, font=font)


def _with_foot(picture: "Image", write: Any) -> "Image":
    """Return a picture on paper, with a foot under it that `write(draw, size)` fills; it returns its height."""
    from PIL import Image as Pillow
    from PIL import ImageDraw as Draw

    room = 400
    foot = Pillow.new("RGB", (picture.width * SCALE, room * SCALE), PAPER)
    height = round(write(Draw.Draw(foot), foot.size)) // SCALE
    out = Pillow.new("RGB", (picture.width, picture.height + height), PAPER)
    out.paste(picture, (0, 0))
    out.paste(foot.reduce(SCALE).crop((0, 0, picture.width, height)), (0, picture.height))
    return out


def _swatches(draw: "ImageDraw", size: tuple[int, int], items: Sequence[tuple[str, str]]) -> float:
    """Write a legend of coloured squares and words, in as many lines as it takes, and return its height."""
    font, margin, line = _font(20 * SCALE), 18 * SCALE, 34 * SCALE
    x, y = float(margin), float(12 * SCALE)
    for text, colour in items:
        width = 28 * SCALE + draw.textlength(text, font=font)
        if x > margin and x + width > size[0] - margin:
            x, y = margin, y + line
        draw.rounded_rectangle((x, y + 5 * SCALE, x + 18 * SCALE, y + 23 * SCALE), 4 * SCALE, fill=colour)
        draw.text((x + 26 * SCALE, y + 14 * SCALE), text, fill=INK, font=font, anchor="lm")
        x += width + 24 * SCALE
    return y + line + 6 * SCALE


def _scale_bar(
    draw: "ImageDraw", size: tuple[int, int], ends: tuple[str, str, str], colours: tuple[Any, Any]
) -> float:
    """Write a colour scale with words at its ends and middle, and return its height."""
    margin, top, height = 18 * SCALE, 16 * SCALE, 14 * SCALE
    paper = np.array((222, 220, 216))
    low, high = (paper if c is None else np.array(c) for c in colours)
    width = size[0] - 2 * margin
    for step in range(width):
        share = 2 * step / width - 1 if colours[0] is not None else step / width
        colour = paper + ((high if share > 0 else low) - paper) * abs(share)
        draw.line((margin + step, top, margin + step, top + height), fill=tuple(int(v) for v in colour))
    font, y = _font(20 * SCALE), top + height + 10 * SCALE
    for text, x, anchor in zip(
        ends, (margin, size[0] / 2, size[0] - margin), ("la", "ma", "ra"), strict=True
    ):
        draw.text((x, y), text, fill=INK, font=font, anchor=anchor)
    return y + 38 * SCALE


def _font(size: int) -> Any:
    """Return the font that Pillow brings, at a size in pixels."""
    from PIL import ImageFont

    return ImageFont.load_default(size)
