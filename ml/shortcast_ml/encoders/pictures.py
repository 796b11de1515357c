"""Whatever shows a picture, to RGB, and to the square of pixels that a network wants."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

SPARE = 1.5  # a JPEG is decoded at this many times the size that is needed, or more
REDUCING_GAP = 3.0  # large pictures are averaged down to this many times the size before they are resampled


@dataclass(frozen=True)
class Fit:
    """How a network wants its pictures; the names and meanings are open_clip's."""

    height: int
    width: int
    resize_mode: Literal["shortest", "longest", "squash"] = "shortest"
    interpolation: str = "bicubic"
    fill: int = 0  # shade of what is padded

    def scaled(self, width: int, height: int) -> tuple[int, int]:
        """Return the (width, height) to which a picture is resized before it is cropped or padded."""
        if self.resize_mode == "squash":
            return self.width, self.height
        if self.resize_mode == "shortest" and self.width == self.height:
            side = self.width
            return (
                (side, int(side * height / width)) if width <= height else (int(side * width / height), side)
            )
        choose = max if self.resize_mode == "longest" else min
        ratio = choose(height / self.height, width / self.width)
        return max(round(width / ratio), 1), max(round(height / ratio), 1)


def as_rgb(image: "str | Path | Image") -> "Image":
    """Open a file, or take a picture as it is, as RGB; what is transparent becomes white.

    MediaError when the file is no picture or is too large.
    """
    if isinstance(image, str | Path):
        from shortcast_ml.media import open_image

        return open_image(image)
    if image.mode == "RGB":
        return image
    if "A" in image.getbands() or "transparency" in image.info:
        from PIL import Image as Pillow

        white = Pillow.new("RGBA", image.size, "white")
        return Pillow.alpha_composite(white, image.convert("RGBA")).convert("RGB")
    return image.convert("RGB")


def fitted(image: "str | Path | Image", fit: Fit) -> "NDArray[np.uint8]":
    """Return the pixels (height, width, 3) that a network sees of a picture.

    They are those of open_clip's own transform but for rounding (tested); only the part that is kept is
    resampled, and a large JPEG is decoded at half or a quarter of its size. MediaError as `as_rgb`.
    """
    import numpy as np
    from PIL import Image as Pillow

    small = _smaller_jpeg(Path(image), fit) if isinstance(image, str | Path) else None
    picture = small or as_rgb(image)
    width, height = picture.size
    scaled_width, scaled_height = fit.scaled(width, height)
    kept_width, kept_height = min(scaled_width, fit.width), min(scaled_height, fit.height)
    left, top = round((scaled_width - kept_width) / 2), round((scaled_height - kept_height) / 2)
    across, down = width / scaled_width, height / scaled_height  # source pixels for each scaled one
    smooth = Pillow.Resampling.BILINEAR if fit.interpolation == "bilinear" else Pillow.Resampling.BICUBIC
    box = (left * across, top * down, (left + kept_width) * across, (top + kept_height) * down)
    box = (box[0], box[1], min(box[2], width), min(box[3], height))  # rounding may pass the edge
    shown = np.asarray(picture.resize((kept_width, kept_height), smooth, box=box, reducing_gap=REDUCING_GAP))
    if shown.shape[:2] == (fit.height, fit.width):
        return shown
    out = np.full((fit.height, fit.width, 3), fit.fill, np.uint8)
    top, left = (fit.height - kept_height) // 2, (fit.width - kept_width) // 2
    out[top : top + kept_height, left : left + kept_width] = shown
    return out


def _smaller_jpeg(path: Path, fit: Fit) -> "Image | None":
    """Return a large JPEG decoded at a part of its size, which libjpeg does in a fraction of the time.

    None for whatever is not plain: small, turned, in other colours, of another format, damaged. It is left to
    `open_image`, which says what is wrong with it.
    """
    from PIL import ExifTags
    from PIL import Image as Pillow

    from shortcast_ml.media import MAX_PICTURE_MB

    try:
        if path.stat().st_size > MAX_PICTURE_MB * 1_000_000:
            return None
        with Pillow.open(path, formats=["JPEG"]) as image:
            width, height = image.size
            if image.mode != "RGB" or width * height > 64e6:
                return None
            if image.getexif().get(ExifTags.Base.Orientation, 1) != 1:
                return None
            scaled_width, scaled_height = fit.scaled(width, height)
            image.draft("RGB", (round(scaled_width * SPARE), round(scaled_height * SPARE)))
            if image.size == (width, height):
                return None
            image.load()
            return image.convert("RGB")
    except (OSError, SyntaxError, ValueError, EOFError, Pillow.DecompressionBombError):
        return None
