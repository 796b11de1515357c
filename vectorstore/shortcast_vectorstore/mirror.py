"""Chroma's copy of the library's vectors: kept up with them, checked against them, and measured.

Caller keeps threads apart.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from shortcast_vectorstore.chroma import ChromaStore
from shortcast_vectorstore.exact import ExactSearch
from shortcast_vectorstore.vectors import KINDS, VectorKind, VectorTable

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vector = npt.NDArray[np.float32]

Progress = Callable[[int, int, str], None]

FOLLOW_BATCH = 1000
CHECK_BATCH = 200
SAME = 0.999  # cosine of a vector with itself as Chroma has it
QUICK_SAMPLE = 32  # vectors that are looked for at the start: so many of all, and so many of the newest
MEASURED_BY = 32  # vectors whose nearest are looked for, to know how many are found
MEASURED_AT = 10
FIRST_MEASURED_FROM = 50  # vectors; among fewer, every search goes through all


class Mirror:
    """The collections of one encoder beside the library's vectors."""

    def __init__(self, vectors: VectorTable, store: ChromaStore, encoder_id: str) -> None:
        self._vectors = vectors
        self._store = store
        self._encoder_id = encoder_id
        self.counts: dict[VectorKind, int] = dict.fromkeys(
            KINDS, 0
        )  # of vectors, when they were last followed

    # --- keeping up ----------------------------------------------------------------------------------

    def follow(self, progress: Progress | None = None) -> None:
        """Bring Chroma's copy up to the library's vectors. Raises ChromaFailed."""
        for kind in KINDS:
            count, newest = self._vectors.state(self._encoder_id, kind)
            after = self._store.seq(kind)
            if after > newest:  # the library is an older one than that which was copied
                self._store.delete(kind, sorted(self._store.keys(kind)))
                after = 0
            done = 0
            for keys, matrix, last in self._vectors.batches(
                self._encoder_id, kind, after=after, size=FOLLOW_BATCH
            ):
                self._store.upsert(kind, keys, matrix)
                self._store.set_seq(kind, last)
                done += len(keys)
                if progress is not None:
                    progress(done, max(done, count), f"Indexing {_name(kind)}s")
            if self._store.seq(kind) < newest:
                self._store.set_seq(kind, newest)
            if self._store.count(kind) != count:
                ours = self._vectors.keys(self._encoder_id, kind)
                theirs = self._store.keys(kind)
                self._store.delete(kind, sorted(theirs - ours))
                self._put_back(kind, sorted(ours - theirs))
            self.counts[kind] = count

    def _put_back(self, kind: VectorKind, keys: list[str]) -> None:
        import numpy as np

        for i in range(0, len(keys), FOLLOW_BATCH):
            vectors = self._vectors.of(self._encoder_id, kind, keys[i : i + FOLLOW_BATCH])
            if vectors:
                self._store.upsert(kind, list(vectors), np.stack(list(vectors.values())))

    # --- checking ------------------------------------------------------------------------------------

    def is_sound(self) -> bool:
        """Return whether some vectors find themselves, the newest among them: quick enough for every start."""
        for kind in KINDS:
            some = self._vectors.sample(self._encoder_id, kind, QUICK_SAMPLE)
            newest = self._vectors.newest(self._encoder_id, kind, QUICK_SAMPLE)  # what a kill may lose
            if self._lost(kind, list(dict.fromkeys([*some, *newest]))):
                return False
        return True

    def problems(self, sample: int | None = None, progress: Progress | None = None) -> list[str]:
        """Return what differs from the library, in sentences: ids, and vectors that do not find themselves.

        `sample`: how many vectors of each side are looked for, spread evenly; None: all of them.
        """
        found = []
        for kind in KINDS:
            ours, theirs = self._vectors.keys(self._encoder_id, kind), self._store.keys(kind)
            if ours != theirs:
                found.append(
                    f"Of {len(ours)} {_name(kind)} vectors in the library, {len(ours - theirs)} are missing in the"
                    f" index, and {len(theirs - ours)} there are not in the library."
                )
            chosen = sorted(ours)
            if sample is not None:
                chosen = self._vectors.sample(self._encoder_id, kind, sample)
            lost = 0
            for i in range(0, len(chosen), CHECK_BATCH):
                lost += self._lost(kind, chosen[i : i + CHECK_BATCH])
                if progress is not None:
                    done = min(i + CHECK_BATCH, len(chosen))
                    progress(done, len(chosen), f"Looking for each {_name(kind)} in the index")
            if lost:
                found.append(
                    f"{lost} of {len(chosen)} {_name(kind)} vectors do not find themselves in the index."
                )
        return found

    def _lost(self, kind: VectorKind, keys: Sequence[str]) -> int:
        """Return how many of these videos' vectors neither find themselves nor are stored as they should be.

        Chroma's search is approximate: one that it passes over, but has, is not lost.
        """
        import numpy as np

        vectors = self._vectors.of(self._encoder_id, kind, keys)
        if not vectors:
            return 0
        hits = self._store.query(kind, np.stack(list(vectors.values())), 1)
        missed = [key for key, best in zip(vectors, hits, strict=True) if not best or best[0][1] < SAME]
        stored = self._store.stored(kind, missed) if missed else {}
        return sum(key not in stored or not _same(stored[key], vectors[key]) for key in missed)

    # --- measuring -----------------------------------------------------------------------------------

    def recall(self, kind: VectorKind, exact: Callable[[], ExactSearch]) -> float:
        """Return the share of the 10 nearest that Chroma's search finds; 1.0 for a collection of a few.

        Measured on vectors of the library against exact search, again when their number has doubled or
        halved, and remembered with the collection.
        """
        import numpy as np

        count = self.counts[kind]
        recall, measured_with = self._store.recall(kind)
        if count < FIRST_MEASURED_FROM:
            return 1.0
        if measured_with and 0.5 <= count / measured_with <= 2:
            return recall
        sample = self._vectors.sample(self._encoder_id, kind, MEASURED_BY)
        vectors = list(self._vectors.of(self._encoder_id, kind, sample).values())
        hits = self._store.query(kind, np.stack(vectors), MEASURED_AT)
        found = 0
        for vector, best in zip(vectors, hits, strict=True):
            least = exact().nearest({kind: vector}, MEASURED_AT)[-1][1] - 1e-4
            found += sum(cosine >= least for _, cosine in best)
        recall = found / (MEASURED_AT * len(vectors))
        self._store.set_recall(kind, recall, count)
        return recall


def _name(kind: VectorKind) -> str:
    return "title" if kind == "title" else "picture"


def _same(one: "Vector", other: "Vector") -> bool:
    import numpy as np

    return bool(one @ other >= SAME * np.linalg.norm(one) * np.linalg.norm(other))
