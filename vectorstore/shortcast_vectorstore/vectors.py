"""Vectors in the library: what each encoder made of each title and picture, with the encoder's id beside it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from shortcast_ml.errors import LibraryError
from shortcast_ml.records import Embedding, Published
from shortcast_vectorstore.database import AMONG, READ_BATCH, Database, in_batches

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vector = npt.NDArray[np.float32]

VectorKind = Literal["title", "image"]
KINDS: tuple[VectorKind, ...] = ("title", "image")


class VectorTable:
    """The vectors of an open library."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def put(self, encoder_id: str, kind: VectorKind, vectors: "Mapping[str, Vector | None]") -> None:
        """Keep vectors by key, each (dim,) float32; None says that the video has nothing to encode.

        Keys that are not in the library (any more) are passed over. Raises LibraryError when a vector is
        not finite, or not as long as those that the encoder has already made.
        """
        import numpy as np

        with self._db.transaction() as db:
            dim = self.dim(encoder_id)
            for key, vector in vectors.items():
                blob = None
                if vector is not None:
                    array = np.asarray(vector, dtype="<f4")
                    if array.ndim != 1 or not array.size or not np.isfinite(array).all():
                        raise LibraryError(f"The vector of {key} by encoder {encoder_id!r} is not usable.")
                    dim = dim or array.size
                    if array.size != dim:
                        raise LibraryError(
                            f"A vector of {key} has {array.size} numbers, but those of encoder {encoder_id!r}"
                            f" have {dim}; give the encoder another name."
                        )
                    blob = array.tobytes()
                db.execute(
                    "INSERT OR REPLACE INTO vectors (key, encoder_id, kind, vector)"
                    " SELECT key, ?, ?, ? FROM videos WHERE key = ?",
                    (encoder_id, kind, blob, key),
                )

    def embeddings(self, encoder_id: str) -> dict[str, Embedding]:
        """Return all vectors of an encoder by key."""
        sides: dict[VectorKind, dict[str, Vector]] = {
            kind: {
                key: vector
                for keys, matrix, _ in self.batches(encoder_id, kind)
                for key, vector in zip(keys, matrix, strict=True)
            }
            for kind in KINDS
        }
        return {
            key: Embedding(
                encoder_id=encoder_id, title=sides["title"].get(key), image=sides["image"].get(key)
            )
            for key in sorted(sides["title"].keys() | sides["image"].keys())
        }

    def batches(
        self, encoder_id: str, kind: VectorKind, after: int = 0, size: int = READ_BATCH
    ) -> "Iterator[tuple[list[str], Vector, int]]":
        """Yield (keys, (n, dim) float32, last seq) of the vectors newer than `after`, oldest first."""
        import numpy as np

        while rows := self._db.rows(
            "SELECT seq, key, vector FROM vectors"
            " WHERE encoder_id = ? AND kind = ? AND vector IS NOT NULL AND seq > ? ORDER BY seq LIMIT ?",
            (encoder_id, kind, after, size),
        ):
            after = rows[-1]["seq"]
            matrix = np.stack([np.frombuffer(row["vector"], dtype="<f4") for row in rows])
            yield [row["key"] for row in rows], matrix, after

    def changes(
        self, encoder_id: str, kind: VectorKind, after: int = 0, size: int = READ_BATCH
    ) -> "Iterator[tuple[list[str], Vector, list[str], int]]":
        """Yield as `batches` does, and with it the keys of videos that were looked at and have nothing to encode.

        (keys, (n, dim) float32, keys without a vector, last seq), oldest first.
        """
        import numpy as np

        dim = self.dim(encoder_id) or 0
        while rows := self._db.rows(
            "SELECT seq, key, vector FROM vectors WHERE encoder_id = ? AND kind = ? AND seq > ?"
            " ORDER BY seq LIMIT ?",
            (encoder_id, kind, after, size),
        ):
            after = rows[-1]["seq"]
            known = [row for row in rows if row["vector"] is not None]
            matrix = np.frombuffer(b"".join([row["vector"] for row in known]), "<f4").reshape(-1, dim or 1)
            yield (
                [row["key"] for row in known],
                matrix,
                [r["key"] for r in rows if r["vector"] is None],
                after,
            )

    def of(self, encoder_id: str, kind: VectorKind, keys: Iterable[str]) -> "dict[str, Vector]":
        """Return the vectors of one kind of these keys, each (dim,) float32, without those that lack one."""
        import numpy as np

        found: dict[str, Vector] = {}
        for some in in_batches(keys):
            rows = self._db.rows(
                f"SELECT key, vector FROM vectors WHERE {AMONG}"  # noqa: S608
                " AND encoder_id = ? AND kind = ? AND vector IS NOT NULL",
                (json.dumps(some), encoder_id, kind),
            )
            found |= {row["key"]: np.frombuffer(row["vector"], dtype="<f4") for row in rows}
        return found

    def keys(self, encoder_id: str, kind: VectorKind) -> set[str]:
        """Return the keys that have a vector of this encoder and kind."""
        rows = self._db.rows(
            "SELECT key FROM vectors WHERE encoder_id = ? AND kind = ? AND vector IS NOT NULL",
            (encoder_id, kind),
        )
        return {row["key"] for row in rows}

    def newest(self, encoder_id: str, kind: VectorKind, n: int) -> list[str]:
        """Return the keys of the n vectors that were put in last."""
        rows = self._db.rows(
            "SELECT key FROM vectors WHERE encoder_id = ? AND kind = ? AND vector IS NOT NULL"
            " ORDER BY seq DESC LIMIT ?",
            (encoder_id, kind, n),
        )
        return [row["key"] for row in rows]

    def sample(self, encoder_id: str, kind: VectorKind, n: int) -> list[str]:
        """Return up to n keys, spread from the oldest vector to the newest; the same ones each time."""
        of = "FROM vectors WHERE encoder_id = ? AND kind = ? AND vector IS NOT NULL"
        low, high = self._db.rows(f"SELECT min(seq), max(seq) {of}", (encoder_id, kind))[0]
        if low is None:
            return []
        found: dict[str, None] = {}
        for i in range(n):
            at = low + (high - low) * i // max(1, n - 1)
            key = self._db.one(f"SELECT key {of} AND seq >= ? ORDER BY seq LIMIT 1", (encoder_id, kind, at))
            found[str(key)] = None
        return list(found)

    def state(self, encoder_id: str, kind: VectorKind) -> tuple[int, int]:
        """Return (how many vectors there are, the last seq ever given): what an index is measured by."""
        row = self._db.rows(
            "SELECT (SELECT count(*) FROM vectors WHERE encoder_id = ? AND kind = ? AND vector IS NOT NULL),"
            " ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'vectors'), 0)",
            (encoder_id, kind),
        )[0]
        return int(row[0]), int(row[1])

    def dim(self, encoder_id: str) -> int | None:
        """Return how many numbers an encoder's vectors have, None when there are none."""
        size = self._db.one(
            "SELECT length(vector) FROM vectors WHERE encoder_id = ? AND vector IS NOT NULL LIMIT 1",
            (encoder_id,),
        )
        return size // 4 if size else None

    def missing(self, encoder_id: str, limit: int) -> dict[str, Published]:
        """Return up to `limit` videos that the encoder has not looked at, by key."""
        rows = self._db.rows(
            "SELECT key, record FROM videos WHERE (SELECT count(*) FROM vectors"
            " WHERE vectors.key = videos.key AND encoder_id = ?) < 2 ORDER BY key LIMIT ?",
            (encoder_id, limit),
        )
        return {row["key"]: self._db.read(row["record"]) for row in rows}

    def count_missing(self, encoder_id: str) -> int:
        """Return how many videos the encoder has not looked at."""
        return int(
            self._db.one(
                "SELECT count(*) FROM videos WHERE (SELECT count(*) FROM vectors"
                " WHERE vectors.key = videos.key AND encoder_id = ?) < 2",
                (encoder_id,),
            )
        )
