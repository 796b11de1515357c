"""How a picture looks, in numbers that a creator could check by eye."""

import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image

LOOK_COLUMNS = (
    "look_brightness", "look_contrast", "look_colourfulness", "look_saturation", "look_warmth",
    "look_sharpness", "look_clutter", "look_faces", "look_face_area",
)  # fmt: skip
WORK_PX = 320  # long side at which everything is measured, so that a large file and a small one compare
_face_lock = threading.Lock()  # an OpenCV cascade keeps state while it detects


@cache
def _face_cascade() -> Any:
    import cv2

    folder = Path(cv2.__file__).parent / "data"
    return cv2.CascadeClassifier(str(folder / "haarcascade_frontalface_default.xml"))


def find_faces(grey: np.ndarray) -> list[tuple[int, int, int, int]]:
    """Return (x, y, width, height) in pixels of frontal faces in an (h, w) uint8 picture.

    The Haar cascade misses about one face in three, and finds some that are none.
    """
    with _face_lock:
        found = _face_cascade().detectMultiScale(grey, scaleFactor=1.2, minNeighbors=4, minSize=(24, 24))
    return [tuple(int(v) for v in box) for box in found]  # type: ignore[misc]


def look_at(image: "Image") -> dict[str, float]:
    """Return the look columns of an RGB picture: shares are in [0, 1], sharpness is log10 of Laplacian variance.

    Source of colourfulness: Hasler and Süsstrunk, "Measuring colourfulness in natural images", 2003.
    """
    import cv2

    small = image.convert("RGB")
    small.thumbnail((WORK_PX, WORK_PX))
    rgb = np.asarray(small, dtype=np.uint8)
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    r, g, b = (rgb[..., i].astype(np.float32) for i in range(3))
    rg, yb = r - g, (r + g) / 2 - b
    hsv = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV)
    faces = find_faces(grey)
    return {
        "look_brightness": float(grey.mean() / 255),
        "look_contrast": float(grey.std() / 128),
        "look_colourfulness": float(
            (np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean())) / 150
        ),
        "look_saturation": float(hsv[..., 1].mean() / 255),
        "look_warmth": float((r.mean() - b.mean()) / 255),
        "look_sharpness": float(np.log10(cv2.Laplacian(grey, cv2.CV_64F).var() + 1)),
        "look_clutter": float((cv2.Canny(grey, 80, 160) > 0).mean()),
        "look_faces": float(len(faces)),
        "look_face_area": float(sum(w * h for _, _, w, h in faces) / grey.size),
    }
