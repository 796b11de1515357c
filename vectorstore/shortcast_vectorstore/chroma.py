"""The Chroma collections of one library and one encoder: a copy of its vectors that searches fast.

Embedded Chroma belongs to one process at a time: two that write lose each other's vectors without a word,
and even a query may write. So whoever opens the folder first holds a lock until it closes or dies.
"""

import hashlib
import re
import shutil
import sqlite3
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from shortcast_ml.errors import LibraryError
from shortcast_ml.settings import Settings
from shortcast_vectorstore.vectors import KINDS, VectorKind

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

    Vector = npt.NDArray[np.float32]

PAGE = 5000  # ids fetched or deleted at once


class ChromaFailed(LibraryError):
    """Chroma can't be opened or used. When it is embedded, starting over mends it."""


class ChromaStore:
    """An open Chroma, embedded in a folder or on a server. The caller keeps threads apart."""

    def __init__(self, settings: Settings, library_id: str, encoder_id: str, dim: int) -> None:
        self.url = settings.chroma_url
        self.folder = settings.index_path
        self._library_id = library_id
        self._encoder_id = encoder_id
        self._dim = dim
        self._lock: sqlite3.Connection | None = None
        self._client: ClientAPI | None = None
        self._collections: dict[VectorKind, Collection] = {}

    # --- opening -------------------------------------------------------------------------------------

    def acquire(self) -> bool:
        """Take the folder for this process; False when another has it. A server needs no taking."""
        if self.url is not None or self._lock is not None:
            return True
        path = self.folder.with_suffix(".lock")
        lock = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            # SQLite's file lock is let go by the system when a process dies, on every platform.
            lock = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
            lock.execute("BEGIN EXCLUSIVE")
        except (OSError, sqlite3.Error) as error:
            if lock is not None:
                lock.close()
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
                return False
            raise LibraryError(
                f"The folder {self.folder} can't hold the search index ({error}); set SHORTCAST_HOME to a folder"
                " that you can write to."
            ) from error
        self._lock = lock
        return True

    def open(self) -> None:
        """Open the collections, made when missing. Raises ChromaFailed."""
        with self._in_plain_words():
            self._client = self._connect()
            for kind in KINDS:
                self._collections[kind] = self._client.get_or_create_collection(
                    self._name(kind),
                    metadata={"encoder_id": self._encoder_id, "dim": self._dim, "seq": 0},
                    configuration={"hnsw": {"space": "cosine"}},
                    embedding_function=None,
                )
            if self.url is None:
                for collection in self._client.list_collections():  # of a library that was here before
                    if not collection.name.startswith(self._library_id):
                        self._client.delete_collection(collection.name)
        for kind in KINDS:
            says = self._collections[kind].metadata or {}
            if (says.get("encoder_id"), says.get("dim")) != (self._encoder_id, self._dim):
                raise LibraryError(
                    f"The search index has vectors of encoder {says.get('encoder_id')!r} in {says.get('dim')}"
                    f" dimensions where those of {self._encoder_id!r} in {self._dim} belong; give the encoder"
                    " another name."
                )

    def start_over(self) -> None:
        """Throw the collections away and open empty ones. Raises ChromaFailed."""
        self._close_client()
        if self.url is None:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            with self._in_plain_words():
                client = self._connect()
                present = {collection.name for collection in client.list_collections()}
                for name in present & {self._name(kind) for kind in KINDS}:
                    client.delete_collection(name)
        self.open()

    def close(self) -> None:
        """Close Chroma, and let another process have the folder."""
        self._close_client()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _close_client(self) -> None:
        client, self._client, self._collections = self._client, None, {}
        if client is not None:
            with self._in_plain_words():
                client.close()  # type: ignore[attr-defined]  # on Client, not in ClientAPI

    def _connect(self) -> "ClientAPI":
        import chromadb
        from chromadb.config import Settings as ChromaSettings

        quiet = ChromaSettings(anonymized_telemetry=False)
        if self.url is not None:
            url = urlsplit(self.url if "://" in self.url else f"http://{self.url}")
            secure = url.scheme == "https"
            port = url.port or (443 if secure else 8000)
            return chromadb.HttpClient(url.hostname or "localhost", port, ssl=secure, settings=quiet)
        return chromadb.PersistentClient(self._data_folder(), settings=quiet)

    def _data_folder(self) -> Path:
        """Return the subfolder that Chroma writes to: a new name after each start over.

        Chroma remembers a path that it failed to open, and fails there again until the process ends.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        present = sorted(self.folder.glob("chroma-*"))
        return present[0] if present else self.folder / f"chroma-{uuid.uuid4().hex[:8]}"

    def _name(self, kind: VectorKind) -> str:
        """Return a collection's name: only letters, digits and dashes, 3 to 512 of them."""
        words = re.sub(r"[^A-Za-z0-9]+", "-", self._encoder_id).strip("-")[:60]
        digest = hashlib.sha256(self._encoder_id.encode()).hexdigest()[:8]
        return "-".join(part for part in (self._library_id, words, digest, kind) if part)

    # --- vectors -------------------------------------------------------------------------------------

    def seq(self, kind: VectorKind) -> int:
        """Return how far in the library's vectors the collection has come."""
        return int(self._says(kind).get("seq") or 0)

    def set_seq(self, kind: VectorKind, seq: int) -> None:
        """Remember how far the collection has come."""
        self._remember(kind, seq=seq)

    def recall(self, kind: VectorKind) -> tuple[float, int]:
        """Return (share of the nearest that its search finds, how many vectors there were when it was measured).

        (0, 0) where it was never measured.
        """
        says = self._says(kind)
        return float(says.get("recall") or 0), int(says.get("recall_of") or 0)

    def set_recall(self, kind: VectorKind, recall: float, count: int) -> None:
        """Remember how good its search is, measured with so many vectors."""
        self._remember(kind, recall=recall, recall_of=count)

    def _says(self, kind: VectorKind) -> dict[str, Any]:
        return dict(self._collections[kind].metadata or {})

    def _remember(self, kind: VectorKind, **facts: float) -> None:
        with self._in_plain_words():
            self._collections[kind].modify(metadata=self._says(kind) | facts)

    def upsert(self, kind: VectorKind, keys: Sequence[str], matrix: "Vector") -> None:
        """Put in vectors, (n, dim) float32, in place of those with the same keys."""
        with self._in_plain_words():
            self._collections[kind].upsert(ids=list(keys), embeddings=matrix)

    def delete(self, kind: VectorKind, keys: Sequence[str]) -> None:
        """Take out vectors."""
        with self._in_plain_words():
            for i in range(0, len(keys), PAGE):
                self._collections[kind].delete(ids=list(keys[i : i + PAGE]))

    def count(self, kind: VectorKind) -> int:
        """Return the number of vectors."""
        with self._in_plain_words():
            return self._collections[kind].count()

    def keys(self, kind: VectorKind) -> set[str]:
        """Return the keys of all vectors."""
        found: set[str] = set()
        with self._in_plain_words():
            while page := self._collections[kind].get(include=[], limit=PAGE, offset=len(found))["ids"]:
                found.update(page)
        return found

    def query(self, kind: VectorKind, vectors: "Vector", n: int) -> list[list[tuple[str, float]]]:
        """Return up to n (key, cosine) nearest to each vector of (m, dim) float32, nearest first."""
        with self._in_plain_words():
            answer = self._collections[kind].query(
                query_embeddings=vectors, n_results=n, include=["distances"]
            )
        distances = answer["distances"] or [[] for _ in vectors]
        return [
            [(key, 1 - distance) for key, distance in zip(keys, far, strict=True)]
            for keys, far in zip(answer["ids"], distances, strict=True)
        ]

    def stored(self, kind: VectorKind, keys: Sequence[str]) -> "dict[str, Vector]":
        """Return the vectors as Chroma has them, each (dim,) float32; those that it lost are left out."""
        import numpy as np

        with self._in_plain_words():
            found = self._collections[kind].get(ids=list(keys), include=["embeddings"])
        vectors = found["embeddings"]
        if vectors is None:
            return {}
        return {key: np.asarray(v, np.float32) for key, v in zip(found["ids"], vectors, strict=False)}

    @contextmanager
    def _in_plain_words(self) -> Iterator[None]:
        """Raise ChromaFailed for whatever Chroma raises: its own types, bare ones, and panics from Rust."""
        try:
            yield
        except (LibraryError, KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as error:
            if self.url is not None:
                raise ChromaFailed(
                    f"The Chroma server at {self.url} can't be used ({type(error).__name__}); start it, or unset"
                    " SHORTCAST_CHROMA_URL to keep the index on disk."
                ) from error
            raise ChromaFailed(
                f"The search index in {self.folder} can't be used ({error}); delete that folder, and it is built"
                " again from the library."
            ) from error


def plain_collection(folder: Path) -> "Collection":
    """Return a new collection in a folder, searched as Chroma does it by itself: what the index is compared with."""
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    client = chromadb.PersistentClient(folder, settings=ChromaSettings(anonymized_telemetry=False))
    return client.create_collection(
        "plain", configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
    )
