"""Vectors that were computed once, kept in a SQLite file by who made them and by what they were made of.

The key is the SHA-256 of a file's bytes, of a picture's pixels, or of a text, beside the encoder's id: a file may
move or be saved again under its name. A cache can be deleted at any time; one that can't be read or written only
costs the time to encode again.
"""

import contextlib
import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from shortcast_ml.encoders.pictures import as_rgb

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    from shortcast_ml.encoders import Encoder

T = TypeVar("T")

PICTURES, TITLES = "looks.db", "titles.db"
ASKED_AT_ONCE = 500  # keys in one query; SQLite takes 999 in its older builds
BATCH = 256  # items computed before they are kept
PATIENCE_S = 30.0  # for another process that is writing
TABLE = (
    "create table if not exists vectors (encoder text, hash blob, vector blob, primary key (encoder, hash))"
)


class Remembered:
    """Vectors in one file. Safe to share between threads, and between processes on one machine."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def recall(
        self,
        maker: str,
        items: Mapping[bytes, T],
        compute: "Callable[[list[T]], Iterable[NDArray[Any]]]",
        *,
        dim: int,
        dtype: str = "float32",
        say: Callable[[int, int], None] | None = None,
    ) -> "dict[bytes, NDArray[Any]]":
        """Return the vector, (dim,), of each item by its key; those that are not known are computed and kept.

        They are kept batch by batch, so that an interrupted run goes on where it stopped; `say` hears how many
        of how many are done.
        """
        import numpy as np

        found = {key: v for key, v in self.get(maker, items, dtype).items() if len(v) == dim}
        missing = [key for key in items if key not in found]
        for start in range(0, len(missing), BATCH):
            keys = missing[start : start + BATCH]
            vectors = [np.asarray(v, dtype) for v in compute([items[key] for key in keys])]
            fresh = dict(zip(keys, vectors, strict=True))
            self.put(maker, fresh)
            found.update(fresh)
            if say:
                say(start + len(keys), len(missing))
        return found

    def get(self, maker: str, keys: Iterable[bytes], dtype: str = "float32") -> "dict[bytes, NDArray[Any]]":
        """Return the vectors that are known, by key."""
        import numpy as np

        wanted = list(dict.fromkeys(keys))
        found: dict[bytes, NDArray[Any]] = {}
        with contextlib.suppress(sqlite3.Error), self._opened() as db:
            for start in range(0, len(wanted), ASKED_AT_ONCE):
                part = wanted[start : start + ASKED_AT_ONCE]
                marks = ", ".join("?" * len(part))
                query = f"select hash, vector from vectors where encoder = ? and hash in ({marks})"  # noqa: S608
                found.update((k, np.frombuffer(v, dtype)) for k, v in db.execute(query, (maker, *part)))
        return found

    def put(self, maker: str, vectors: "Mapping[bytes, NDArray[Any]]") -> None:
        """Keep vectors, all of them or none."""
        rows = [(maker, key, vector.tobytes()) for key, vector in vectors.items()]
        with contextlib.suppress(sqlite3.Error), self._opened() as db:
            db.executemany("insert or replace into vectors values (?, ?, ?)", rows)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """Give a connection; what is written is committed at the end, or taken back after an error."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise sqlite3.OperationalError(str(error)) from error
        with contextlib.closing(sqlite3.connect(self.path, timeout=PATIENCE_S)) as db, db:
            db.execute(TABLE)
            yield db


class RememberingEncoder:
    """The same encoder; what was encoded once, in this process or another, is looked up."""

    def __init__(self, inner: "Encoder", folder: Path) -> None:
        self.inner = inner
        self.id, self.dim, self.notice = inner.id, inner.dim, inner.notice
        self._pictures, self._titles = Remembered(folder / PICTURES), Remembered(folder / TITLES)

    def encode_images(self, images: "Sequence[str | Path | Image]") -> "NDArray[np.float32]":
        """Return (n, dim) float32, unit L2 norm. MediaError when a file is no picture."""
        keys = [picture_key(image) for image in images]
        return self._stacked(self._pictures, keys, images, self.inner.encode_images)

    def encode_texts(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Return (n, dim) float32, unit L2 norm."""
        keys = [text_key(text) for text in texts]
        return self._stacked(self._titles, keys, texts, self.inner.encode_texts)

    def _stacked(
        self,
        memory: Remembered,
        keys: list[bytes],
        items: Sequence[T],
        encode: "Callable[[list[T]], NDArray[np.float32]]",
    ) -> "NDArray[np.float32]":
        import numpy as np

        known = memory.recall(self.id, dict(zip(keys, items, strict=True)), encode, dim=self.dim)
        return np.stack([known[key] for key in keys]) if keys else np.empty((0, self.dim), np.float32)


def remembering(encoder: "Encoder", folder: Path) -> RememberingEncoder:
    """Return an encoder that keeps its vectors in `folder`; the encoder itself stays within reach as `inner`."""
    return encoder if isinstance(encoder, RememberingEncoder) else RememberingEncoder(encoder, folder)


def picture_key(image: "str | Path | Image") -> bytes:
    """Return the SHA-256 of a file's bytes, or of a picture's size and RGB pixels.

    A file that is not there gets a key of its name: encoding it says what is wrong.
    """
    if isinstance(image, str | Path):
        try:
            with Path(image).open("rb") as file:
                return hashlib.file_digest(file, "sha256").digest()
        except OSError:
            return hashlib.sha256(f"absent {image}".encode("utf-8", "surrogatepass")).digest()
    rgb = as_rgb(image)
    return hashlib.sha256(f"{rgb.width}x{rgb.height} ".encode() + rgb.tobytes()).digest()


def text_key(text: str) -> bytes:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
