"""A small deterministic encoder for tests: words and grey squares to 16 numbers, without weights."""

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from shortcast_ml.media import open_image


class WordEncoder:
    """Texts that share words are near each other, and so are pictures that share light and dark."""

    notice: str | None = None

    def __init__(self, id: str = "words:1", dim: int = 16) -> None:
        self.id = id
        self.dim = dim
        self.texts_seen: list[str] = []

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts_seen += texts
        return self._unit([self._words(text) for text in texts])

    def encode_images(self, images: Sequence[str | Path | Image.Image]) -> NDArray[np.float32]:
        return self._unit([self._squares(image) for image in images])

    def _words(self, text: str) -> NDArray[np.float32]:
        total = np.zeros(self.dim)
        for word in text.lower().split():
            total += np.random.default_rng(zlib.crc32(word.encode())).standard_normal(self.dim)
        return total

    def _squares(self, image: str | Path | Image.Image) -> NDArray[np.float32]:
        picture = image if isinstance(image, Image.Image) else open_image(Path(image))
        grey = picture.convert("L").resize((self.dim, 1), Image.Resampling.BOX)
        return np.asarray(grey, dtype=np.float32)[0] + 1

    def _unit(self, rows: list[NDArray[np.float32]]) -> NDArray[np.float32]:
        matrix = np.asarray(rows, dtype=np.float32).reshape(-1, self.dim)
        return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
