"""Where in a picture the detail lies that draws the eye: its centre of mass, and its share in each third."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE_PX = 64  # long side; the scale at which the method was published
MARGIN = 0.25  # of each side, mirrored around the picture: the Fourier transform wraps around
FLAT = 2.0  # standard deviation in levels of 255; below it a picture has no detail to place


def salient(image: "Image") -> np.ndarray:
    """Return how much each part of a picture stands out, (h, w) float64 with long side 64, summing to 1.

    A picture of one colour stands out nowhere in particular: all parts are the same.
    Source: Hou and Zhang, "Saliency detection: a spectral residual approach", CVPR 2007.
    """
    import cv2

    grey = image.convert("L")
    scale = SIDE_PX / max(grey.size)
    width, height = (max(round(side * scale), 3) for side in grey.size)
    small = np.asarray(grey.resize((width, height), 4), dtype=np.float64)  # 4 is Pillow's BOX
    if small.std() < FLAT:
        return np.full((height, width), 1 / (width * height))
    y, x = round(MARGIN * height), round(MARGIN * width)
    spectrum = np.fft.fft2(np.pad(small, ((y, y), (x, x)), mode="symmetric"))
    log = np.log(np.abs(spectrum) + 1e-9)
    residual = log - cv2.blur(log, (3, 3), borderType=cv2.BORDER_REFLECT)
    back = np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))
    map_ = cv2.GaussianBlur(np.abs(back) ** 2, (0, 0), sigmaX=2.5)[y : y + height, x : x + width]
    return np.asarray(map_ / map_.sum())


def centre_of(weights: np.ndarray) -> tuple[float, float]:
    """Return the centre of mass (x, y) of (h, w) weights that sum to 1, as shares from the top left."""
    height, width = weights.shape
    return (
        float((weights.sum(axis=0) * (np.arange(width) + 0.5)).sum() / width),
        float((weights.sum(axis=1) * (np.arange(height) + 0.5)).sum() / height),
    )


def thirds_of(weights: np.ndarray) -> tuple[float, ...]:
    """Return the share of (h, w) weights in each cell of a 3x3 grid, row by row; they sum to 1.

    A pixel that a grid line crosses counts on both sides by how much of it lies there.
    """
    rows, columns = (_overlap(n) for n in weights.shape)
    cells = rows @ weights @ columns.T
    return tuple(float(share) for share in (cells / cells.sum()).ravel())


def _overlap(n: int) -> np.ndarray:
    """Return (3, n): which share of each of n equal steps lies in each third."""
    edges = np.arange(n + 1) / n
    starts = np.array([0, 1, 2])[:, None] / 3
    return (np.clip(edges[1:], starts, starts + 1 / 3) - np.clip(edges[:-1], starts, starts + 1 / 3)) * n
