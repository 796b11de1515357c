"""Exact search: the library's vectors in one matrix for each side, row by row beside the facts.

The matrices are held in memory from the first search that needs them: 205 MB a side for 100,000 vectors of
512 numbers, nothing for a side that no video has. They are never saved, so they can't be out of date.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

from shortcast_vectorstore.facts import FactTable
from shortcast_vectorstore.vectors import KINDS, VectorKind, VectorTable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    import numpy as np
    import numpy.typing as npt

    Vector = npt.NDArray[np.float32]
    Rows = npt.NDArray[np.int64]

READ = 2000  # vectors read from the library at once
ROOM = 1.25  # for so many times the videos, so that a few more need no second copy
THREADS = min(4, os.cpu_count() or 1)  # more read the same memory no faster
MIN_PART = 5000  # rows that are worth a thread
PICKED = 128  # rows that are picked at once
PICK_SHARE = 0.45  # above it, going through all rows is quicker than picking those that match


class ExactSearch:
    """The vectors of one encoder, (n, dim) float32 a side; zeros where a video has none.

    The caller keeps threads apart.
    """

    def __init__(self, vectors: VectorTable, facts: FactTable, encoder_id: str, dim: int) -> None:
        import numpy as np

        self._vectors = vectors
        self._facts = facts
        self._encoder_id = encoder_id
        self._matrices: dict[VectorKind, Vector] = {kind: np.zeros((0, dim), np.float32) for kind in KINDS}
        self._has = {kind: np.zeros(0, bool) for kind in KINDS}  # which rows have a vector
        self._seq: dict[VectorKind, int] = dict.fromkeys(KINDS, 0)

    def follow(self) -> None:
        """Take in the vectors that changed since."""
        for kind in KINDS:
            for keys, matrix, without, last in self._vectors.changes(
                self._encoder_id, kind, self._seq[kind], READ
            ):
                if any(key not in self._facts.row_of for key in (*keys, *without)):
                    self._facts.follow()  # put in since: another process goes on all the while
                self._make_room()
                self._write(kind, keys, matrix)
                lost = [row for key in without if (row := self._facts.row_of.get(key)) is not None]
                lost = [row for row in lost if self._has[kind][row]]
                self._matrices[kind][lost] = 0
                self._has[kind][lost] = False
                self._seq[kind] = last
        self._make_room()

    def _make_room(self) -> None:
        """Make the matrices as long as the facts, or longer. What is not written to takes no memory."""
        n = len(self._facts)
        for kind in KINDS:
            if len(self._has[kind]) < n:
                self._matrices[kind] = _lengthened(self._matrices[kind], int(n * ROOM))
                self._has[kind] = _lengthened(self._has[kind], int(n * ROOM))

    def _write(self, kind: VectorKind, keys: list[str], matrix: "Vector") -> None:
        known = [i for i, key in enumerate(keys) if key in self._facts.row_of]
        rows = [self._facts.row_of[keys[i]] for i in known]
        self._matrices[kind][rows] = matrix[known]
        self._has[kind][rows] = True

    def nearest(
        self, sides: "Mapping[VectorKind, Vector]", n: int, rows: "Rows | None" = None
    ) -> list[tuple[str, float]]:
        """Return (key, mean cosine over the sides) of the n nearest among some rows (None: all), nearest first.

        Videos that have none of the sides are passed over.
        """
        import numpy as np

        if rows is None:
            rows = self._facts.all_rows()
        rows = rows[np.any([self._has[kind][rows] for kind in sides], axis=0)]
        scores = np.zeros(len(rows), np.float32)
        for kind, vector in sides.items():
            scores += _cosines(self._matrices[kind][: len(self._facts)], rows, vector)
        scores /= len(sides)
        best = np.argpartition(-scores, n)[:n] if n < len(rows) else np.arange(len(rows))
        best = best[np.argsort(-scores[best], kind="stable")]
        return [(self._facts.keys[rows[i]], float(scores[i])) for i in best]


def _cosines(matrix: "Vector", rows: "Rows", vector: "Vector") -> "Vector":
    """Return the products of some rows with a vector, (len(rows),) float32.

    What costs is reading the memory: where many rows are wanted, all are read, by a few threads; else rows are
    picked a few at a time into a buffer that stays near. 100,000 rows of 512 numbers take 8 ms with two
    threads and 16 ms with one, a tenth of them picked 2 ms. Not by BLAS: its own threads wait for each other.
    """
    import numpy as np

    if len(rows) > PICK_SHARE * len(matrix):
        return np.concatenate(
            list(_threads().map(lambda part: np.einsum("ij,j->i", part, vector), _parts(matrix)))
        )[rows]
    out, buffer = np.empty(len(rows), np.float32), np.empty((PICKED, matrix.shape[1]), np.float32)
    for i in range(0, len(rows), PICKED):
        some = rows[i : i + PICKED]
        np.take(matrix, some, axis=0, out=buffer[: len(some)], mode="clip")
        np.einsum("ij,j->i", buffer[: len(some)], vector, out=out[i : i + PICKED])
    return out


def _parts(matrix: "Vector") -> "list[Vector]":
    import numpy as np

    return np.array_split(matrix, min(THREADS, max(1, len(matrix) // MIN_PART)))


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="exact-search")


def _lengthened(array: "npt.NDArray[Any]", n: int) -> "npt.NDArray[Any]":
    """Return a copy of length n, the new rows zeros. The zeros take no memory until they are written to."""
    import numpy as np

    longer = np.zeros((n, *array.shape[1:]), array.dtype)
    if array.any():
        longer[: len(array)] = array
    return longer
