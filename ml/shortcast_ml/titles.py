"""Title vectors of whole tables: encoded once, remembered on disk, reduced to principal components."""

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from shortcast_ml.encoders import Encoder

BATCH = 256


def title_vectors(
    texts: Sequence[str],
    encoder: "Encoder | None" = None,
    say: Callable[[str], None] | None = None,
    *,
    encoder_id: str = "mini",
    cache: "Path | None" = None,
) -> np.ndarray:
    """Return (n, dim) float32, unit L2 norm; a row of NaN for an empty text.

    Vectors are kept by encoder and text hash in `cache` (default: under SHORTCAST_HOME), so that an
    interrupted run goes on where it stopped and a second one is quick.
    """
    if encoder is None:
        from shortcast_ml.encoders import load_encoder

        encoder = load_encoder(encoder_id)
    if cache is None:
        from shortcast_ml.settings import Settings

        cache = Settings().home / "cache" / "titles.db"
    cache.parent.mkdir(parents=True, exist_ok=True)
    wanted = {hashlib.sha256(t.encode()).digest(): t for t in texts if t}
    found: dict[bytes, np.ndarray] = {}
    with sqlite3.connect(cache, timeout=30) as db:
        db.execute(
            "create table if not exists vectors (encoder text, hash blob, vector blob, primary key (encoder, hash))"
        )
        for key, blob in db.execute("select hash, vector from vectors where encoder = ?", (encoder.id,)):
            if key in wanted:
                found[key] = np.frombuffer(blob, np.float32)
        todo = sorted((k for k in wanted if k not in found), key=lambda k: len(wanted[k]))
        for start in range(0, len(todo), BATCH):
            keys = todo[start : start + BATCH]
            for key, vector in zip(keys, encoder.encode_texts([wanted[k] for k in keys]), strict=True):
                found[key] = np.asarray(vector, np.float32)
            db.executemany(
                "insert or replace into vectors values (?, ?, ?)",
                [(encoder.id, k, found[k].tobytes()) for k in keys],
            )
            db.commit()
            if say:
                say(f"titles encoded: {min(start + BATCH, len(todo)):,} of {len(todo):,}")
    db.close()
    nothing = np.full(encoder.dim, np.nan, np.float32)
    return np.stack([found[hashlib.sha256(t.encode()).digest()] if t else nothing for t in texts])


def fit_projection(vectors: np.ndarray, dim: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (mean (d,), components (dim, d)) float32 of the principal components; rows of NaN are left out."""
    known = vectors[np.isfinite(vectors[:, 0])].astype(np.float64)
    width = vectors.shape[1]
    if len(known) < 2:
        return np.zeros(width, np.float32), np.zeros((dim, width), np.float32)
    mean = known.mean(axis=0)
    _, axes = np.linalg.eigh(np.cov(known - mean, rowvar=False))
    components = axes[:, ::-1].T[:dim]
    components *= np.sign(components[np.arange(len(components)), np.abs(components).argmax(axis=1)])[:, None]
    if len(components) < dim:
        components = np.vstack([components, np.zeros((dim - len(components), width))])
    return mean.astype(np.float32), components.astype(np.float32)


def project(vectors: np.ndarray, mean: np.ndarray, components: np.ndarray) -> np.ndarray:
    """Return (n, dim) float64; rows of NaN stay NaN."""
    return np.asarray((vectors - mean) @ components.T, np.float64)
