"""The index: which videos are near a draft. Chroma searches; the library's vectors are the truth.

The index follows the library: before each search it takes in what changed since, whoever changed it. What
Chroma has lost or damaged is built again. While another process has the embedded Chroma open, the same
answers come from a scan of the library's vectors.
"""

import threading
from collections.abc import Callable, Container
from typing import TYPE_CHECKING

from shortcast_ml.errors import LibraryError, MediaError
from shortcast_ml.library_table import age_days
from shortcast_ml.records import Embedding, Neighbour, Platform, Published
from shortcast_ml.settings import Settings
from shortcast_vectorstore.channels import vs_channel
from shortcast_vectorstore.chroma import ChromaFailed, ChromaStore
from shortcast_vectorstore.library import Library
from shortcast_vectorstore.vectors import KINDS, VectorKind

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from shortcast_ml.encoders import Encoder

    Vector = npt.NDArray[np.float32]

Progress = Callable[[int, int, str], None]

EMBED_BATCH = 32
FOLLOW_BATCH = 1000


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
        self._searches_chroma = False  # False: another process has the folder, and the library is scanned
        self._lock = threading.RLock()  # guards Chroma; held for milliseconds
        self._embedding = threading.Lock()  # one thread embeds what is new, others wait for it
        self._mark: tuple[int, int] | None = None  # of the library when it was last followed

    @property
    def searches_chroma(self) -> bool:
        """Whether Chroma searches; False while another process has the index open."""
        return self._searches_chroma

    def close(self) -> None:
        """Close Chroma, and let another process have the index."""
        with self._lock:
            self._searches_chroma = False
            self._store.close()

    # --- searching -----------------------------------------------------------------------------------

    def nearest(
        self,
        embedding: Embedding,
        k: int,
        *,
        platform: Platform | None = None,
        exclude: Container[str] = (),
    ) -> list[Neighbour]:
        """Return the k most similar videos, most similar first; fewer when the library has fewer.

        Titles are compared with titles and pictures with pictures. `similarity` is the mean cosine over
        what the embedding has of the two; a side that a video lacks adds nothing. `exclude` names videos
        by id or by key. Raises LibraryError when the embedding is of another encoder.
        """
        sides = self._sides(embedding)
        if not sides or k < 1:
            return []
        self._catch_up()

        def wanted(key: str) -> bool:
            of, _, video_id = key.partition(":")
            return (platform is None or of == platform) and key not in exclude and video_id not in exclude

        n = max(3 * k, 20)  # what is second on both sides may be first in the mean
        found = {kind: self._search(kind, vector, n, wanted, platform) for kind, vector in sides.items()}
        keys = {key for ranked in found.values() for key in ranked}
        scores = dict.fromkeys(keys, 0.0)
        for kind, vector in sides.items():
            for key, other in self.library.vectors.of(self.encoder.id, kind, keys).items():
                scores[key] += float(vector @ other) / len(sides)
        videos = self.library.by_key(keys)
        best = sorted(videos, key=lambda key: (-scores[key], key))[:k]
        return [self._neighbour(videos[key], scores[key], _similar_by(key, found, k)) for key in best]

    def better(
        self,
        embedding: Embedding,
        k: int,
        *,
        platform: Platform | None = None,
        exclude: Container[str] = (),
    ) -> list[Neighbour]:
        """Return up to k similar videos that did better than is typical for their channel."""
        around = self.nearest(embedding, 5 * k, platform=platform, exclude=exclude)
        return [video for video in around if video.vs_channel is not None and video.vs_channel > 1][:k]

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

    def _search(
        self,
        kind: VectorKind,
        vector: "Vector",
        n: int,
        wanted: Callable[[str], bool],
        platform: Platform | None,
    ) -> list[str]:
        """Return up to n wanted keys, nearest first."""
        with self._lock:
            if self._searches_chroma:
                try:
                    return self._search_chroma(kind, vector, n, wanted, platform)
                except ChromaFailed:
                    self._mend()
                    return self._search_chroma(kind, vector, n, wanted, platform)
        return self._scan(kind, vector, n, wanted)

    def _search_chroma(
        self,
        kind: VectorKind,
        vector: "Vector",
        n: int,
        wanted: Callable[[str], bool],
        platform: Platform | None,
    ) -> list[str]:
        """Fetch more than is asked for, then filter: Chroma's own filter costs 30 times the search.

        Only where few of what came was wanted does Chroma filter, over more and more of the collection.
        """
        total = self._store.count(kind)
        ask = min(total, 2 * n)
        kept: list[str] = []
        if ask:
            kept = [key for key, _ in self._store.query(kind, vector, ask) if wanted(key)]
        while len(kept) < n and ask < total:
            ask = min(total, 4 * ask)
            hits = self._store.query(kind, vector, ask, platform)
            kept = [key for key, _ in hits if wanted(key)]
            if len(hits) < ask:
                break
        return kept[:n]

    def _scan(self, kind: VectorKind, vector: "Vector", n: int, wanted: Callable[[str], bool]) -> list[str]:
        """Return the same from the library's own vectors."""
        scored: list[tuple[float, str]] = []
        for keys, matrix, _ in self.library.vectors.batches(self.encoder.id, kind, size=FOLLOW_BATCH):
            scored += [(-score, key) for key, score in zip(keys, matrix @ vector, strict=True) if wanted(key)]
            scored = sorted(scored)[:n]
        return [key for _, key in scored]

    def _neighbour(self, video: Published, similarity: float, by: str) -> Neighbour:
        return Neighbour.model_validate(
            {
                "video_id": video.video_id,
                "url": video.url,
                "title": video.draft.title,
                "platform": video.draft.platform,
                "channel": video.channel.name if video.channel else None,
                "views": video.counts.views if video.counts else None,
                "age_days": age_days(video),
                "vs_channel": vs_channel(self.library, video),
                "similarity": similarity,
                "similar_by": by,
                "thumbnail_path": video.draft.thumbnail_path,
                "demo": video.demo,
            }
        )

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
                    self._follow()
                except ChromaFailed:
                    self._mend()
        return done

    def verify(self, sample: int = 20) -> list[str]:
        """Return what is wrong with Chroma's copy, in sentences: ids that differ, vectors that are not found.

        Empty as well while another process has the index open: then nothing is read from the copy.
        """
        with self._lock:
            if not self._searches_chroma:
                return []
            try:
                self._follow()
                return [problem for kind in KINDS for problem in self._problems(kind, sample)]
            except ChromaFailed as error:
                return [str(error)]

    def rebuild(self) -> None:
        """Build the index anew from the library's vectors. Raises LibraryError while another process has it."""
        with self._lock:
            if not self._store.acquire():
                raise LibraryError("Another program has the search index open; close it, then try again.")
            self._start_over()
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
                self._follow()
                sound = not any(self._problems(kind, 5, ids=False) for kind in KINDS)
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
            self._follow()

    def _start_over(self) -> None:
        self._store.start_over()
        self._follow()

    def _catch_up(self) -> None:
        """Take in what changed in the library since the last search, if anything did."""
        mark = self.library.db.change_mark()
        if mark != self._mark:
            self.sync()
            self._mark = mark

    def _follow(self) -> None:
        """Bring Chroma's copy up to the library's vectors."""
        for kind in KINDS:
            count, newest = self.library.vectors.state(self.encoder.id, kind)
            after = self._store.seq(kind)
            if after > newest:  # the library is an older one than that which was copied
                self._store.delete(kind, sorted(self._store.keys(kind)))
                after = 0
            for keys, matrix, last in self.library.vectors.batches(
                self.encoder.id, kind, after=after, size=FOLLOW_BATCH
            ):
                self._upsert(kind, keys, matrix)
                self._store.set_seq(kind, last)
            if self._store.seq(kind) < newest:
                self._store.set_seq(kind, newest)
            if self._store.count(kind) != count:
                ours = self.library.vectors.keys(self.encoder.id, kind)
                theirs = self._store.keys(kind)
                self._store.delete(kind, sorted(theirs - ours))
                self._put_back(kind, sorted(ours - theirs))

    def _put_back(self, kind: VectorKind, keys: list[str]) -> None:
        import numpy as np

        for i in range(0, len(keys), FOLLOW_BATCH):
            vectors = self.library.vectors.of(self.encoder.id, kind, keys[i : i + FOLLOW_BATCH])
            if vectors:
                self._upsert(kind, list(vectors), np.stack(list(vectors.values())))

    def _upsert(self, kind: VectorKind, keys: list[str], matrix: "Vector") -> None:
        """Put vectors and facts of the videos that are still in the library into Chroma."""
        videos = self.library.by_key(keys)
        present = [i for i, key in enumerate(keys) if key in videos]
        metadatas = [_facts(videos[keys[i]]) for i in present]
        self._store.upsert(kind, [keys[i] for i in present], matrix[present], metadatas)

    def _problems(self, kind: VectorKind, sample: int, ids: bool = True) -> list[str]:
        """Return what is wrong with one collection: keys (if asked for), and vectors that miss themselves."""
        problems = []
        ours = self.library.vectors.keys(self.encoder.id, kind)
        if ids and (theirs := self._store.keys(kind)) != ours:
            problems.append(
                f"Of {len(ours)} {kind} vectors in the library, {len(ours - theirs)} are missing in the index,"
                f" and {len(theirs - ours)} there are not in the library"
            )
        chosen = sorted(ours)[:: max(1, len(ours) // sample)][:sample]
        lost = 0
        for vector in self.library.vectors.of(self.encoder.id, kind, chosen).values():
            hits = self._store.query(kind, vector, 1)
            lost += not hits or hits[0][1] < 0.999
        if lost:
            problems.append(f"{lost} of {len(chosen)} {kind} vectors do not find themselves in the index")
        return problems


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


def _facts(video: Published) -> dict[str, str | int | bool]:
    """Return what Chroma may filter by; what is unknown is left out."""
    facts: dict[str, str | int | bool | None] = {
        "platform": video.draft.platform,
        "demo": video.demo,
        "channel_id": video.channel_id,
        "views": video.counts.views if video.counts else None,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _similar_by(key: str, found: dict[VectorKind, list[str]], k: int) -> str:
    """Say which side makes it similar: both when it is among the k nearest of both, else the nearer."""
    ranks = {kind: ranked.index(key) for kind, ranked in found.items() if key in ranked}
    if len(ranks) == 2 and max(ranks.values()) < k:
        return "both"
    return "title" if min(ranks, key=lambda kind: ranks[kind]) == "title" else "picture"
