"""The index: which videos are near a draft. Chroma searches; the library's vectors are the truth.

The index follows the library: before each search it takes in what changed since, whoever changed it. What
Chroma has lost or damaged is built again. Where Chroma would be slow or wrong, the library's own vectors are
searched, one by one: where a filter lets few videos through, where it lets none of the nearest through, where
Chroma was measured to miss too many, and while another process has the embedded Chroma open.
"""

import json
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from shortcast_ml.errors import LibraryError, MediaError
from shortcast_ml.records import Embedding, Neighbour, Published, SearchFilter
from shortcast_ml.settings import Settings
from shortcast_vectorstore.alike import RELATED, RandomPairs, alike_from, most_different
from shortcast_vectorstore.chroma import ChromaFailed, ChromaStore
from shortcast_vectorstore.database import AMONG
from shortcast_vectorstore.demo import unrelated_titles
from shortcast_vectorstore.exact import ExactSearch
from shortcast_vectorstore.facts import FactTable
from shortcast_vectorstore.library import Library
from shortcast_vectorstore.mirror import Mirror, Progress
from shortcast_vectorstore.searching import Candidates, neighbours, without_doubles
from shortcast_vectorstore.vectors import KINDS, VectorKind

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from shortcast_ml.encoders import Encoder

    Vector = npt.NDArray[np.float32]
    Rows = npt.NDArray[np.int64]

EVERY_VIDEO = SearchFilter()
BETTER = 1 + 1e-9  # views over the channel's typical views: more than typical

EMBED_BATCH = 32
FEW_ROWS = 20_000  # so few are quicker gone through than searched for: 7 ms at 512 numbers
MOST_ASKED = 1000  # results of one query of Chroma: 12 ms; beyond that, going through all is quicker
ENOUGH_RECALL = 0.99  # of the nearest, those that Chroma must find to be asked at all
SAMPLED = 400  # videos whose pairs say how alike videos are at random


def open_index(library: Library, encoder: "Encoder", settings: Settings) -> "Index":
    """Open the index of a library for one encoder, checked against the library and mended where they differ.

    Nothing is embedded yet: that happens in `sync`, or before the first search. Raises LibraryError when
    the Chroma server does not answer, or when the library has vectors of another dimension by this encoder.
    """
    index = Index(library, encoder, settings)
    try:
        index._open()
    except BaseException:
        index.close()
        raise
    return index


class Index:
    """An open index. Safe to share between threads."""

    def __init__(self, library: Library, encoder: "Encoder", settings: Settings) -> None:
        self.library = library
        self.encoder = encoder
        self._store = ChromaStore(settings, library.id, encoder.id, encoder.dim)
        self._mirror = Mirror(library.vectors, self._store, encoder.id)
        self._searches_chroma = False  # False: another process has the folder
        self._lock = threading.RLock()  # guards Chroma and the arrays; held for milliseconds
        self._embedding = threading.Lock()  # one thread embeds what is new, others wait for it
        self._mark: tuple[int, int] | None = None  # of the library when it was last followed
        self._facts = FactTable(library.db, encoder.id)
        self._exact: ExactSearch | None = None  # loaded when first needed
        self._exact_is_behind = True
        self._pairs: tuple[int, RandomPairs] | None = None  # and of how many videos

    @property
    def searches_chroma(self) -> bool:
        """Whether Chroma searches; False while another process has the index open."""
        return self._searches_chroma

    def close(self) -> None:
        """Close Chroma, and let another process have the index."""
        with self._lock:
            self._searches_chroma = False
            self._store.close()
            self._let_go()

    # --- searching -----------------------------------------------------------------------------------

    def nearest(
        self,
        embedding: Embedding,
        k: int,
        *,
        where: SearchFilter = EVERY_VIDEO,
        words: str = "",
        near_duplicates: bool = True,
        diversity: float = 0.0,
    ) -> list[Neighbour]:
        """Return the k most similar videos, most similar first; fewer when the library has fewer.

        Titles are compared with titles and pictures with pictures. `similarity` is the mean cosine over
        what the embedding has of the two; a side that a video lacks adds nothing. `words` are the query's,
        to name those that a video shares. Without `near_duplicates`, of videos that are nearly the same
        only the first is kept. `diversity`, 0 to 1, puts unlike videos before more of the same. Raises
        LibraryError when the embedding is of another encoder.
        """
        sides = self._sides(embedding)
        if not sides or k < 1:
            return []
        self._catch_up()
        pool = k if near_duplicates and not diversity else 5 * k + 50
        with self._lock:
            found = self._candidates(sides, pool, where)
            if not near_duplicates:
                found = without_doubles(found, self.library.by_key(found.keys), self._hashes(found.keys))
            if diversity:
                found = found.take(most_different(found.similarity, found.cosines(), k, diversity))
            return self._neighbours(found.take(range(min(k, len(found.keys)))), words)

    def better(
        self, embedding: Embedding, k: int, *, where: SearchFilter = EVERY_VIDEO, words: str = ""
    ) -> list[Neighbour]:
        """Return up to k similar videos that did better than is typical for their channel.

        Of the 3 k most similar that beat their channel's typical views, those come first that beat them
        most. Those that have nothing to do with it are left out.
        """
        least = max(BETTER, where.min_vs_channel or 0)
        above = where.model_copy(update={"min_vs_channel": least})
        around = self.nearest(embedding, 3 * k, where=above, words=words, near_duplicates=False)
        best = [n for n in around if n.alike or (n.standing is not None and n.standing >= RELATED)]
        return sorted(best, key=lambda video: (-(video.vs_channel or 0), -video.similarity))[:k]

    def embedding_of(self, key: str) -> Embedding:
        """Return the vectors of a video of the library, by its key; empty when it has none."""
        self._catch_up()
        of = {kind: self.library.vectors.of(self.encoder.id, kind, [key]).get(key) for kind in KINDS}
        return Embedding(encoder_id=self.encoder.id, title=of["title"], image=of["image"])

    def _sides(self, embedding: Embedding) -> "dict[VectorKind, Vector]":
        if embedding.encoder_id != self.encoder.id:
            raise LibraryError(
                f"The index holds vectors of encoder {self.encoder.id!r}, and can't be searched with one of"
                f" {embedding.encoder_id!r}."
            )
        sides: dict[VectorKind, Vector] = {}
        for kind, vector in zip(KINDS, (embedding.title, embedding.image), strict=True):
            if vector is None:
                continue
            if vector.shape != (self.encoder.dim,):
                raise LibraryError(
                    f"The index holds vectors of {self.encoder.dim} numbers, and can't be searched with one of"
                    f" shape {vector.shape}."
                )
            sides[kind] = vector
        return sides

    def _candidates(self, sides: "Mapping[VectorKind, Vector]", k: int, where: SearchFilter) -> Candidates:
        """Return up to k videos that a filter lets through, most similar first."""
        import numpy as np

        rows = np.flatnonzero(self._facts.matching(where))
        # of two sides more: what is only second on both may be first in the mean
        n = max(2 * k, 20) if len(sides) == 1 else max(5 * k, 50)
        keys = self._asked(sides, n, rows) if len(rows) else []
        if keys is None:
            keys = [key for key, _ in self._vectors().nearest(sides, n, rows)]
        known = {kind: self.library.vectors.of(self.encoder.id, kind, keys) for kind in KINDS}
        there = [key for key in keys if any(key in known[kind] for kind in sides)]
        return Candidates.ranked(there, sides, known).take(range(min(k, len(there))))

    def _asked(self, sides: "Mapping[VectorKind, Vector]", n: int, rows: "Rows") -> list[str] | None:
        """Return the keys that Chroma finds among these rows, n or more a side; None where it should not be asked."""
        total = len(self._facts.row_of)
        if not self._searches_chroma or (len(rows) < total and len(rows) <= FEW_ROWS):
            return None
        ask = n if len(rows) == total else 2 * n * total // len(rows)
        if ask > max(MOST_ASKED, n):
            return None
        try:
            return self._ask(sides, n, ask, rows)
        except ChromaFailed:
            self._mend()
            return self._ask(sides, n, ask, rows)

    def _ask(self, sides: "Mapping[VectorKind, Vector]", n: int, ask: int, rows: "Rows") -> list[str] | None:
        """Fetch more than is wanted, then filter: Chroma's own filter costs far more than the search."""
        import numpy as np

        wanted = np.zeros(len(self._facts), bool)
        wanted[rows] = True
        found: dict[str, None] = {}
        for kind, vector in sides.items():
            if self._mirror.recall(kind, self._vectors) < ENOUGH_RECALL:
                return None
            count = self._mirror.counts[kind]
            hits = self._store.query(kind, vector[None], min(ask, count))[0] if count else []
            places = [(key, self._facts.row_of.get(key)) for key, _ in hits]
            kept = [key for key, row in places if row is not None and wanted[row]]
            if len(kept) < n and len(hits) < count:
                return None  # what matches lies elsewhere; far from the query, Chroma misses too many
            found |= dict.fromkeys(kept)
        return list(found)

    def _neighbours(self, found: Candidates, words: str) -> list[Neighbour]:
        rows = {key: self._facts.row_of[key] for key in found.keys if key in self._facts.row_of}
        ratios = {key: float(self._facts.vs_channel[row]) for key, row in rows.items()}
        known = {key: ratio for key, ratio in ratios.items() if ratio == ratio}  # not NaN
        videos = self.library.by_key(found.keys)
        there = found.take(i for i, key in enumerate(found.keys) if key in videos)
        least = alike_from(len(self._facts.row_of))
        return neighbours(there, videos, known, self._random_pairs(), least, words)

    def _random_pairs(self) -> RandomPairs:
        """Return how alike videos are at random, taken anew when the library has grown or shrunk by a tenth."""
        import numpy as np

        total = len(self._facts.row_of)
        if self._pairs is None or abs(total - self._pairs[0]) > 0.1 * self._pairs[0]:
            keys = list(self._facts.row_of)
            keys = keys[:: max(1, len(keys) // SAMPLED)][:SAMPLED]
            sides = {}
            for kind in KINDS:
                known = self.library.vectors.of(self.encoder.id, kind, keys)
                nothing = np.zeros(self.encoder.dim, np.float32)
                sides[kind] = np.array([known.get(key, nothing) for key in keys]).reshape(
                    -1, self.encoder.dim
                )
            rows = np.array([self._facts.row_of[key] for key in keys], np.int64)
            channels = self._facts.channels(rows)
            self._pairs = total, RandomPairs(sides, channels, self.encoder.encode_texts(unrelated_titles()))
        return self._pairs[1]

    def _hashes(self, keys: list[str]) -> dict[str, str]:
        """Return the SHA-256 of the thumbnails that were stored, by key."""
        rows = self.library.db.rows(
            f"SELECT key, sha256 FROM media WHERE {AMONG}"  # noqa: S608
            " AND kind = 'thumbnail' AND sha256 IS NOT NULL",
            (json.dumps(keys),),
        )
        return {row["key"]: row["sha256"] for row in rows}

    # --- following the library -----------------------------------------------------------------------

    def sync(self, progress: Progress | None = None) -> int:
        """Embed and index the videos that the encoder has not looked at, and return how many.

        Each batch is in the library before the next begins, so that nothing is done twice after a kill.
        """
        encoder_id, done = self.encoder.id, 0
        with self._embedding:
            total = self.library.vectors.count_missing(encoder_id)
            while batch := self.library.vectors.missing(encoder_id, EMBED_BATCH):
                embeddings = _encode(self.encoder, list(batch.values()))
                titles = {key: e.title for key, e in zip(batch, embeddings, strict=True)}
                images = {key: e.image for key, e in zip(batch, embeddings, strict=True)}
                self.library.vectors.put(encoder_id, "title", titles)
                self.library.vectors.put(encoder_id, "image", images)
                done += len(batch)
                if progress is not None:
                    progress(done, max(done, total), "Reading videos for the search")
        with self._lock:
            if not self._searches_chroma:
                self._open()
            else:
                try:
                    self._mirror.follow()
                except ChromaFailed:
                    self._mend()
        return done

    def verify(self, sample: int | None = None, progress: Progress | None = None) -> list[str]:
        """Return what is wrong with Chroma's copy, in sentences: ids that differ, vectors that are not found.

        Every vector is looked for, or `sample` of each side. Empty as well while another process has the
        index open: then nothing is read from the copy.
        """
        with self._lock:
            if not self._searches_chroma:
                return []
            try:
                self._mirror.follow()
                return self._mirror.problems(sample, progress)
            except ChromaFailed as error:
                return [str(error)]

    def counts(self) -> dict[str, int]:
        """Return how many vectors of titles and of pictures the library has."""
        return {
            "titles": self.library.vectors.state(self.encoder.id, "title")[0],
            "pictures": self.library.vectors.state(self.encoder.id, "image")[0],
        }

    def rebuild(self, progress: Progress | None = None) -> None:
        """Build the index anew from the library's vectors. Raises LibraryError while another process has it."""
        with self._lock:
            if not self._store.acquire():
                raise LibraryError("Another program has the search index open; close it, then try again.")
            self._start_over(progress)
            self._searches_chroma = True

    def _open(self) -> None:
        """Open Chroma if it can be had, and see that it agrees with the library. Raises LibraryError."""
        with self._lock:
            dim = self.library.vectors.dim(self.encoder.id)
            if dim not in (None, self.encoder.dim):
                raise LibraryError(
                    f"The library has vectors of {dim} numbers by encoder {self.encoder.id!r}, which now makes"
                    f" {self.encoder.dim}; give the encoder another name."
                )
            if not self._store.acquire():
                return
            try:
                self._store.open()
                self._mirror.follow()
                sound = self._mirror.is_sound()
            except ChromaFailed:
                if self._store.url is not None:
                    raise
                sound = False
            if not sound:
                self._start_over()
            self._searches_chroma = True

    def _mend(self) -> None:
        """Start over from the library; with a server, connect again, and put back what it lost."""
        if self._store.url is None:
            self._start_over()
        else:
            self._store.open()
            self._mirror.follow()

    def _start_over(self, progress: Progress | None = None) -> None:
        self._store.start_over()
        self._mirror.follow(progress)

    def _catch_up(self) -> None:
        """Take in what changed in the library since the last search, if anything did."""
        mark = self.library.db.change_mark()
        if mark == self._mark:
            return
        self.sync()
        with self._lock:
            self._facts.follow()
            if self._facts.wasteful:
                self._let_go()
                self._facts.follow()
            self._exact_is_behind = True
            self._mark = mark

    def _vectors(self) -> ExactSearch:
        """Return the library's vectors, loaded when first asked for."""
        if self._exact is None:
            encoder = self.encoder
            self._exact = ExactSearch(self.library.vectors, self._facts, encoder.id, encoder.dim)
        if self._exact_is_behind:
            self._exact.follow()
            self._exact_is_behind = False
        return self._exact

    def _let_go(self) -> None:
        """Forget the arrays; they are made anew when they are next needed."""
        self._exact, self._exact_is_behind, self._mark = None, True, None
        self._facts = FactTable(self.library.db, self.encoder.id)


def _encode(encoder: "Encoder", videos: list[Published]) -> list[Embedding]:
    """Return the embeddings of videos; a picture that can't be read is left out, not the video."""
    from shortcast_ml.encoders import encode_drafts

    try:
        return encode_drafts(encoder, [video.draft for video in videos])
    except MediaError:
        if len(videos) > 1:
            half = len(videos) // 2
            return _encode(encoder, videos[:half]) + _encode(encoder, videos[half:])
        blind = videos[0].draft.model_copy(update={"thumbnail_path": None, "video_path": None})
        return encode_drafts(encoder, [blind])
