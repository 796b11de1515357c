"""Pictures of whole tables: encoded and measured once, remembered on disk by what is in the file."""

import hashlib
import io
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shortcast_ml.encoders.batches import cores
from shortcast_ml.encoders.names import FORECASTING
from shortcast_ml.encoders.remembered import PICTURES, TABLE, Remembered
from shortcast_ml.errors import InputError
from shortcast_ml.look import LOOK_COLUMNS, look_at

if TYPE_CHECKING:
    from PIL.Image import Image

    from shortcast_ml.encoders import Encoder

BATCH = 64
# Looks are kept as vectors are, under a name that changes with what is measured.
LOOK_ID = "look:" + hashlib.sha256(" ".join(LOOK_COLUMNS).encode()).hexdigest()[:12]


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

        encoder = load_encoder(FORECASTING)
    if cache is None:
        from shortcast_ml.settings import Settings

        cache = Settings().home / "cache" / PICTURES
    memory = Remembered(cache)
    _take_over(memory)
    rows = [i for i, place in enumerate(places) if isinstance(place, str) and place]
    vectors = np.full((len(places), encoder.dim), np.nan, np.float32)
    looks = np.full((len(places), len(LOOK_COLUMNS)), np.nan)
    with _opened(folder) as read, ThreadPoolExecutor(cores()) as pool:
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            found = {row: _Found(str(places[row]), read(str(places[row]))) for row in batch}
            key = {row: hashlib.sha256(found[row].content).digest() for row in batch}
            files = {key[row]: found[row] for row in batch}
            seen = memory.recall(
                encoder.id,
                files,
                lambda some: encoder.encode_images(list(pool.map(_open, some))),
                dim=encoder.dim,
            )
            looked = memory.recall(
                LOOK_ID, files, lambda some: pool.map(_look, some), dim=len(LOOK_COLUMNS), dtype="float64"
            )
            for row in batch:
                vectors[row], looks[row] = seen[key[row]], looked[key[row]]
            if say and start % (BATCH * 8) == 0:
                say(f"pictures read: {start:,} of {len(rows):,}")
    return Pictures(vectors, looks)


@dataclass(frozen=True)
class _Found:
    """A picture as it stands in a folder or pack."""

    place: str
    content: bytes


def _take_over(memory: Remembered) -> None:
    """Bring in what earlier versions kept in a table of their own in the same file, once."""
    if not memory.path.is_file():
        return
    with suppress(sqlite3.Error), closing(sqlite3.connect(memory.path, timeout=30)) as db, db:
        db.execute("begin immediate")
        tables = {name for (name,) in db.execute("select name from sqlite_master where type = 'table'")}
        if "pictures" not in tables or "vectors" in tables:
            return
        db.execute(TABLE)
        db.execute("insert into vectors select encoder, hash, vector from pictures")
        db.execute(
            "insert or ignore into vectors select ?, hash, look from pictures where length(look) = ?",
            (LOOK_ID, 8 * len(LOOK_COLUMNS)),
        )


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


def _open(found: _Found) -> "Image":
    from PIL import Image as Pillow

    try:
        return Pillow.open(io.BytesIO(found.content)).convert("RGB")
    except (OSError, ValueError, SyntaxError, Pillow.DecompressionBombError) as error:
        raise InputError(
            f"The picture {found.place} can't be read; save it again, or leave it out."
        ) from error


def _look(found: _Found) -> np.ndarray:
    """Return the look columns of a picture, (len(LOOK_COLUMNS),) float64."""
    seen = look_at(_open(found))
    return np.array([seen[column] for column in LOOK_COLUMNS])
