"""Title vectors of whole tables: encoded once, remembered on disk, reduced to principal components."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shortcast_ml.encoders.names import FORECASTING
from shortcast_ml.encoders.remembered import TITLES, Remembered, text_key

if TYPE_CHECKING:
    from pathlib import Path

    from shortcast_ml.encoders import Encoder

CHUNK = 65_536  # rows that are centred at once: a million vectors need no second million


@dataclass(frozen=True)
class Vectors:
    """Unit vectors that rows point into: (m, d) float32, and for each of n rows its place, -1 without one."""

    all: np.ndarray
    at: np.ndarray

    @classmethod
    def of(cls, rows: np.ndarray) -> "Vectors":
        """Return the vectors of rows that have one each, (n, d), or NaN."""
        return cls(rows, np.where(np.isfinite(rows[:, 0]), np.arange(len(rows)), -1))

    def take(self, rows: np.ndarray) -> "Vectors":
        """Return the same vectors for some rows."""
        return Vectors(self.all, self.at[rows])

    def known(self) -> np.ndarray:
        """Return the vectors that some row has, each once, (k, d)."""
        return np.asarray(self.all[np.unique(self.at[self.at >= 0])])

    def rows(self) -> np.ndarray:
        """Return the vector of each row, (n, d); NaN without one."""
        out = np.full((len(self.at), self.all.shape[1]), np.nan, np.float32)
        out[self.at >= 0] = self.all[self.at[self.at >= 0]]
        return out

    def similarity(self, row: int, others: np.ndarray) -> np.ndarray:
        """Return the cosine of one row's vector with those of others, (k,); NaN without one."""
        out = np.full(len(others), np.nan)
        known = self.at[others] >= 0
        if self.at[row] >= 0 and known.any():
            out[known] = self.all[self.at[others[known]]] @ self.all[self.at[row]]
        return out


def title_vectors(
    texts: Sequence[str],
    encoder: "Encoder | None" = None,
    say: Callable[[str], None] | None = None,
    *,
    encoder_id: str = FORECASTING,
    cache: "Path | None" = None,
) -> Vectors:
    """Return the vectors of the texts, each distinct one once; an empty text has none.

    Vectors are kept by encoder and text hash in `cache` (default: under SHORTCAST_HOME), so that an
    interrupted run goes on where it stopped and a second one is quick.
    """
    if encoder is None:
        from shortcast_ml.encoders import load_encoder

        encoder = load_encoder(encoder_id)
    if cache is None:
        from shortcast_ml.settings import Settings

        cache = Settings().home / "cache" / TITLES
    wanted = {text_key(text): text for text in sorted(dict.fromkeys(texts), key=len) if text}
    found = Remembered(cache).recall(
        encoder.id,
        wanted,
        encoder.encode_texts,
        dim=encoder.dim,
        say=lambda done, of: say(f"titles encoded: {done:,} of {of:,}") if say else None,
    )
    place = {key: i for i, key in enumerate(wanted)}
    every = np.stack([found[key] for key in wanted]) if wanted else np.empty((0, encoder.dim), np.float32)
    at = [place[text_key(t)] if t else -1 for t in texts]
    return Vectors(every, np.array(at, int))


def fit_projection(vectors: np.ndarray, dim: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (mean (d,), components (dim, d)) float32 of the principal components; rows of NaN are left out."""
    known = vectors[np.isfinite(vectors[:, 0])]
    width = vectors.shape[1]
    if len(known) < 2:
        return np.zeros(width, np.float32), np.zeros((dim, width), np.float32)
    mean = known.mean(axis=0, dtype=np.float64)
    covariance = np.zeros((width, width))
    for start in range(0, len(known), CHUNK):
        centred = known[start : start + CHUNK] - mean
        covariance += centred.T @ centred
    _, axes = np.linalg.eigh(covariance / (len(known) - 1))
    components = axes[:, ::-1].T[:dim]
    components *= np.sign(components[np.arange(len(components)), np.abs(components).argmax(axis=1)])[:, None]
    if len(components) < dim:
        components = np.vstack([components, np.zeros((dim - len(components), width))])
    return mean.astype(np.float32), components.astype(np.float32)


def project(vectors: np.ndarray, mean: np.ndarray, components: np.ndarray) -> np.ndarray:
    """Return (n, dim) float64; rows of NaN stay NaN."""
    return np.asarray((vectors - mean) @ components.T, np.float64)
