"""Vectors of a collection's pictures, encoded once and remembered on disk by what is in the file."""

import hashlib
import io
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shortcast_ml.errors import InputError, MediaError
from shortcast_ml.fit import Progress
from shortcast_ml.studies.backbones import ImageEncoder

if TYPE_CHECKING:
    from PIL.Image import Image

BATCH = 64
SUFFIXES = (".webp", ".jpg", ".jpeg", ".png")
MAX_BYTES = 32 * 2**20
MAX_PIXELS = 64_000_000

Read = Callable[[str], bytes | None]


@contextmanager
def opened_pictures(place: Path) -> Iterator[Read]:
    """Give a function from a video id to the bytes of its picture, None without one.

    `place` is a folder or a zip of files named by video id. Raises InputError when it is neither.
    """
    if place.is_dir():
        names = {path.stem: path for path in sorted(place.iterdir()) if path.suffix.lower() in SUFFIXES}
        yield lambda video: names[video].read_bytes() if video in names else None
        return
    if not place.is_file() or not zipfile.is_zipfile(place):
        raise InputError(
            f"There are no pictures in {place}: give a folder or a zip of files named by video id."
        )
    with zipfile.ZipFile(place) as pack:
        inside = {
            Path(info.filename).stem: info
            for info in pack.infolist()
            if Path(info.filename).suffix.lower() in SUFFIXES and info.file_size <= MAX_BYTES
        }
        yield lambda video: pack.read(inside[video]) if video in inside else None


def picture_vectors(
    videos: Sequence[str],
    place: Path,
    encoder: ImageEncoder,
    say: Progress | None = None,
    *,
    cache: Path | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return (vectors (n, dim) float32 of unit L2 norm, NaN without a picture; content hash (n,), "" without).

    Vectors are kept by encoder and content in `cache` (default: under SHORTCAST_HOME), so that an interrupted
    run goes on where it stopped. Raises InputError for no pictures at all, MediaError for a file that is none.
    """
    if cache is None:
        from shortcast_ml.settings import Settings

        cache = Settings().home / "cache" / "pictures.db"
    cache.parent.mkdir(parents=True, exist_ok=True)
    vectors = np.full((len(videos), encoder.dim), np.nan, np.float32)
    hashes = np.full(len(videos), "", dtype=object)
    with opened_pictures(place) as read, sqlite3.connect(cache, timeout=30) as db:
        db.execute(
            "create table if not exists vectors (encoder text, hash text, vector blob, primary key (encoder, hash))"
        )
        known = dict(db.execute("select hash, vector from vectors where encoder = ?", (encoder.id,)))
        waiting: list[int] = []

        def encode() -> None:
            images = [_open(read(videos[row]), videos[row]) for row in waiting]
            for row, vector in zip(waiting, encoder.encode_images(images), strict=True):
                vectors[row] = vector
                db.execute(
                    "insert or replace into vectors values (?, ?, ?)",
                    (encoder.id, hashes[row], vectors[row].tobytes()),
                )
            db.commit()
            waiting.clear()

        for row, video in enumerate(videos):
            content = read(video)
            if content is None:
                continue
            hashes[row] = hashlib.sha256(content).hexdigest()
            if hashes[row] in known:
                vectors[row] = np.frombuffer(known[hashes[row]], np.float32)
                continue
            waiting.append(row)
            if len(waiting) == BATCH:
                encode()
                if say and row % (BATCH * 8) < BATCH:
                    say(f"pictures encoded: {row:,} of {len(videos):,}")
        if waiting:
            encode()
    db.close()
    if len(videos) and not hashes.any():
        raise InputError(
            f"None of the {len(videos):,} videos has a picture in {place}; name files by video id."
        )
    return vectors, hashes


def _open(content: bytes | None, video: str) -> "Image":
    from PIL import Image as Pillow
    from PIL import UnidentifiedImageError

    from shortcast_ml.encoders.pictures import as_rgb

    try:
        image = Pillow.open(io.BytesIO(content or b""), formats=["JPEG", "PNG", "WEBP"])
        if image.width * image.height > MAX_PIXELS:
            raise MediaError(f"The picture of {video} has more than {MAX_PIXELS / 1e6:.0f} megapixels.")
        return as_rgb(image)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Pillow.DecompressionBombError) as error:
        raise MediaError(f"The picture of {video} can't be read; save it again, or leave it out.") from error
