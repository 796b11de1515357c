"""Small deterministic stand-ins for the networks behind an encoder."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from shortcast_ml.encoders import pictures, sentences


class CountingEngine:
    """Stands for the engine: a vector that depends on the text only, not of unit norm."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def query(self, texts: list[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        self.asked += texts
        return np.stack([_text_vector(text, sentences.SENTENCE_DIM) * 3 for text in texts])


def _text_vector(text: str, dim: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.random.default_rng(list(text.encode())).normal(size=dim).astype(np.float32)


class TinyEncoder:
    """A real, small encoder: mean colour and letter counts."""

    id, dim, notice = "tiny:1", 3, None

    def encode_images(
        self, images: Sequence[str | Path | Image.Image]
    ) -> np.ndarray[Any, np.dtype[np.float32]]:
        rows = [np.asarray(pictures.as_rgb(image), np.float32).mean(axis=(0, 1)) for image in images]
        return sentences.unit(np.stack(rows)) if rows else np.empty((0, 3), np.float32)

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        rows = [[text.count(letter) + 1.0 for letter in "abc"] for text in texts]
        return sentences.unit(np.array(rows, np.float32)) if rows else np.empty((0, 3), np.float32)
