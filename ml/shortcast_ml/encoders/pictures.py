"""Whatever shows a picture, to an RGB picture."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image


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
