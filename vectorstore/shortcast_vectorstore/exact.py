"""Exact search: the library's vectors in one matrix for each side, row by row beside the facts.

The matrices lie in a scratch file on the disk that vanishes with the process: the system keeps in memory
what it has room for, and nothing of it can be out of date when the next process starts.
"""

import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING

from shortcast_ml.errors import LibraryError
from shortcast_vectorstore.facts import FactTable
from shortcast_vectorstore.vectors import KINDS, VectorKind, VectorTable

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import numpy.typing as npt

    Vector = npt.NDArray[np.float32]
    Rows = npt.NDArray[np.int64]

READ = 2000  # vectors read from the library at once
PICKED = 128  # rows that are picked at once
PICK_SHARE = 0.45  # above it, going through all rows is quicker than picking those that match


class ExactSearch:
    """The vectors of one encoder, (n, dim) float32 a side; zeros where a video has none.

    The caller keeps threads apart.
    """

    def __init__(
        self, vectors: VectorTable, facts: FactTable, encoder_id: str, dim: int, folder: Path
    ) -> None:
        import numpy as np

        self._vectors = vectors
        self._facts = facts
        self._encoder_id = encoder_id
        self._dim = dim
        self._folder = folder
        self._files: dict[VectorKind, IO[bytes]] = {}
        self._maps: dict[VectorKind, Vector] = {kind: np.zeros((0, dim), np.float32) for kind in KINDS}
        self._has = {kind: np.zeros(0, bool) for kind in KINDS}  # (n,): which rows have a vector
        self._seq: dict[VectorKind, int] = dict.fromkeys(KINDS, 0)

    def close(self) -> None:
        """Let go of the scratch files."""
        self._maps.clear()
        for file in self._files.values():
            file.close()
        self._files.clear()

    def follow(self) -> None:
        """Take in the vectors that changed since. Raises LibraryError when the disk is full."""
        try:
            for kind in KINDS:
                for keys, matrix, without, last in self._vectors.changes(
                    self._encoder_id, kind, self._seq[kind], READ
                ):
                    if any(key not in self._facts.row_of for key in (*keys, *without)):
                        self._facts.follow()  # put in since: another process goes on all the while
                    self._has[kind] = _lengthened(self._has[kind], len(self._facts))
                    self._write(kind, keys, matrix)
                    self._wipe(kind, without)
                    self._seq[kind] = last
            for kind in KINDS:
                self._map(kind)
        except OSError as error:
            raise LibraryError(
                f"The folder {self._folder} can't hold the vectors that are searched ({error.strerror}); free some"
                " space."
            ) from error

    def _write(self, kind: VectorKind, keys: list[str], matrix: "Vector") -> None:
        """Write vectors to their rows, runs of neighbouring rows at once."""
        import numpy as np

        known = [i for i, key in enumerate(keys) if key in self._facts.row_of]
        rows = np.array([self._facts.row_of[keys[i]] for i in known], np.int64)
        if not len(rows):
            return
        order = np.argsort(rows)
        rows, vectors = rows[order], matrix[np.array(known)[order]]
        self._has[kind][rows] = True
        if kind not in self._files:
            # Written as a file and only read as a map: a full disk is an error then, not the end of the process.
            self._files[kind] = tempfile.TemporaryFile(  # noqa: SIM115 - until `close`
                dir=self._folder, prefix="vectors-"
            )
        for run in np.split(np.arange(len(rows)), np.flatnonzero(np.diff(rows) != 1) + 1):
            self._files[kind].seek(int(rows[run[0]]) * 4 * self._dim)
            self._files[kind].write(vectors[run].tobytes())
        self._files[kind].flush()

    def _wipe(self, kind: VectorKind, keys: list[str]) -> None:
        """Write zeros where videos have lost their vectors."""
        import numpy as np

        lost = [
            key for key in keys if (row := self._facts.row_of.get(key)) is not None and self._has[kind][row]
        ]
        if lost:
            self._write(kind, lost, np.zeros((len(lost), self._dim), np.float32))
            self._has[kind][[self._facts.row_of[key] for key in lost]] = False

    def _map(self, kind: VectorKind) -> None:
        """Map the file at the length of the facts; what was never written reads as zeros."""
        import numpy as np

        n = len(self._facts)
        self._has[kind] = _lengthened(self._has[kind], n)
        if len(self._maps[kind]) == n:
            return
        if kind in self._files:
            self._files[kind].truncate(n * 4 * self._dim)
            self._maps[kind] = np.asarray(np.memmap(self._files[kind], np.float32, "r", shape=(n, self._dim)))
        else:
            self._maps[kind] = np.zeros((n, self._dim), np.float32)

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
            scores += _cosines(self._maps[kind], rows, vector)
        scores /= len(sides)
        best = np.argpartition(-scores, n)[:n] if n < len(rows) else np.arange(len(rows))
        best = best[np.argsort(-scores[best], kind="stable")]
        return [(self._facts.keys[rows[i]], float(scores[i])) for i in best]


def _cosines(matrix: "Vector", rows: "Rows", vector: "Vector") -> "Vector":
    """Return the products of some rows with a vector, (len(rows),) float32.

    What costs is reading the memory, so rows are picked a few at a time into a buffer that stays near. Not by
    BLAS, whose threads wait for each other: 16 ms for 100,000 rows of 512 numbers, 2 ms for a tenth of them.
    """
    import numpy as np

    if len(rows) > PICK_SHARE * len(matrix):
        return np.asarray(np.einsum("ij,j->i", matrix, vector)[rows])
    out, buffer = np.empty(len(rows), np.float32), np.empty((PICKED, matrix.shape[1]), np.float32)
    for i in range(0, len(rows), PICKED):
        some = rows[i : i + PICKED]
        np.take(matrix, some, axis=0, out=buffer[: len(some)], mode="clip")
        np.einsum("ij,j->i", buffer[: len(some)], vector, out=out[i : i + PICKED])
    return out


def _lengthened(array: "npt.NDArray[np.bool_]", n: int) -> "npt.NDArray[np.bool_]":
    import numpy as np

    return np.concatenate([array, np.zeros(n - len(array), bool)])
