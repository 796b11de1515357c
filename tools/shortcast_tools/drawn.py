"""Where pictures that a tool draws are kept: one folder, named by content, each written whole."""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from shortcast_ml.errors import LibraryError
from shortcast_tools.parts import parts

if TYPE_CHECKING:
    from PIL.Image import Image

QUALITY = 92  # of JPEG; with full colour resolution, so that thin coloured lines stay crisp


def save_picture(image: "Image", stem: str) -> Path:
    """Save a picture as JPEG in the folder of drawings, and return its path: `<stem>-<hash of its pixels>.jpg`.

    The same picture is kept once. Raises LibraryError when the folder can't be written to.
    """
    rgb = image.convert("RGB")
    mark = hashlib.sha256(f"{rgb.size}".encode() + rgb.tobytes()).hexdigest()[:16]
    folder = parts().settings.media_path.expanduser().absolute() / "drawn"
    path = folder / f"{stem}-{mark}.jpg"
    try:
        if path.is_file():
            return path
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=f".{stem}.", suffix=".part")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                rgb.save(file, "JPEG", quality=QUALITY, subsampling=0)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise LibraryError(
            f"The folder {folder} can't be written to ({error.strerror or error}); set SHORTCAST_HOME to a folder"
            " that you can write to."
        ) from error
    return path
