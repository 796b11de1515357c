"""Pictures of whole tables: encoded and measured once, remembered on disk by what is in the file."""

import hashlib
import io
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from shortcast_ml.errors import InputError
from shortcast_ml.look import LOOK_COLUMNS, look_at

if TYPE_CHECKING:
    from shortcast_ml.encoders import Encoder

BATCH = 64


@dataclass(frozen=True)
class Pictures:
    """What is known of the pictures of n rows; NaN for a row without one."""

    vectors: np.ndarray  # (n, dim) float32 of unit L2 norm
    looks: np.ndarray  # (n, len(columns)) float64
    columns: tuple[str, ...] = LOOK_COLUMNS


def read_pictures(
    places: Sequence[str | None],
    folder: Path,
    encoder: "Encoder | None" = None,
    say: Callable[[str], None] | None = None,
    *,
    cache: Path | None = None,
) -> Pictures:
    """Encode and measure the pictures of a table's `thumbnail` column: paths within `folder`, or `pack.zip!name`.

    What was read is kept by encoder and content in `cache` (default: under SHORTCAST_HOME), so that an
    interrupted run goes on where it stopped. Raises InputError for a picture that is not there or is none.
    """
    if encoder is None:
        from shortcast_ml.encoders import load_encoder

        encoder = load_encoder("mini")
    if cache is None:
        from shortcast_ml.settings import Settings

        cache = Settings().home / "cache" / "looks.db"
    cache.parent.mkdir(parents=True, exist_ok=True)
    rows = [i for i, place in enumerate(places) if isinstance(place, str) and place]
    vectors = np.full((len(places), encoder.dim), np.nan, np.float32)
    looks = np.full((len(places), len(LOOK_COLUMNS)), np.nan)
    with _opened(folder) as read, sqlite3.connect(cache, timeout=30) as db:
        db.execute(
            "create table if not exists pictures (encoder text, hash blob, vector blob, look blob, "
            "primary key (encoder, hash))"
        )
        known = {h: (v, k) for h, v, k in db.execute(
            "select hash, vector, look from pictures where encoder = ?", (encoder.id,)
        )}  # fmt: skip
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            content = {row: read(str(places[row])) for row in batch}
            hashes = {row: hashlib.sha256(content[row]).digest() for row in batch}
            fresh = [row for row in batch if hashes[row] not in known]
            images = [_open(content[row], str(places[row])) for row in fresh]
            encoded = encoder.encode_images(images) if images else np.empty((0, encoder.dim), np.float32)
            for row, image, vector in zip(fresh, images, encoded, strict=True):
                seen = look_at(image)
                look = np.array([seen[c] for c in LOOK_COLUMNS])
                known[hashes[row]] = np.asarray(vector, np.float32).tobytes(), look.tobytes()
                db.execute(
                    "insert or replace into pictures values (?, ?, ?, ?)",
                    (encoder.id, hashes[row], *known[hashes[row]]),
                )
            db.commit()
            for row in batch:
                vector_bytes, look_bytes = known[hashes[row]]
                vectors[row] = np.frombuffer(vector_bytes, np.float32)
                looks[row] = np.frombuffer(look_bytes)
            if say and fresh and start % (BATCH * 8) == 0:
                say(f"pictures read: {start:,} of {len(rows):,}")
    db.close()
    return Pictures(vectors, looks)


@contextmanager
def _opened(folder: Path) -> Iterator[Callable[[str], bytes]]:
    """Give a function from a place (`name` or `pack.zip!name`) to the bytes there; packs stay open meanwhile."""
    packs: dict[str, zipfile.ZipFile] = {}

    def read(place: str) -> bytes:
        pack, _, name = place.rpartition("!")
        try:
            if not pack:
                return (folder / name).read_bytes()
            if pack not in packs:
                packs[pack] = zipfile.ZipFile(folder / pack)
            return packs[pack].read(name)
        except (OSError, KeyError, zipfile.BadZipFile) as error:
            raise InputError(f"There is no picture {place} in {folder}: {error}.") from error

    try:
        yield read
    finally:
        for opened in packs.values():
            opened.close()


def _open(content: bytes, place: str) -> Any:
    from PIL import Image

    try:
        return Image.open(io.BytesIO(content)).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputError(f"The picture {place} can't be read; save it again, or leave it out.") from error
