"""How fast and how right filtered searches are: `shortcast bench-search`.

A library of invented videos and vectors, its real index, and beside it a Chroma collection as one would use it
plainly, with the same facts as metadata and its own `where`. Two kinds of vectors:

- clustered: each row is one of 1,000 random centres, each a sum of 20 shared directions, and noise as strong as
  the centre: rows of a cluster have a cosine of about 0.5, and some clusters are near each other;
- uniform: random directions. In 512 dimensions no row is near another, so a graph finds its way to few of the
  nearest: the hard case.

Filters let through a half, a tenth or a hundredth of the rows. "chance" ones have nothing to do with the query;
"with" ones let whole clusters through, the query's among them; "against" ones let other clusters through only.
"""

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import numpy as np
import typer
from numpy.typing import NDArray

if TYPE_CHECKING:
    from shortcast_ml.records import Published, SearchFilter
    from shortcast_vectorstore.index import Index
    from shortcast_vectorstore.library import Library

SHARES = {"half": 2, "tenth": 10, "hundredth": 100}  # one of so many rows matches
CLUSTERS = 1000
DIRECTIONS = 20
K = 10
SLOW_QUERIES = 20  # of plain Chroma's `where`: a third of a second each
BATCH = 2000
NOW = datetime(2026, 11, 1, tzinfo=UTC)
Kind = Literal["clustered", "uniform"]


class GivenVectors:
    """Stands for an encoder: its vectors are given, and nothing is ever encoded."""

    notice: str | None = None

    def __init__(self, dim: int) -> None:
        self.id, self.dim = "bench:1", dim

    def encode_images(self, images: Sequence[Any]) -> NDArray[np.float32]:
        """Return no vectors: there are no pictures."""
        return np.empty((0, self.dim), np.float32)

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return no vectors: there are no texts left to encode."""
        return np.empty((0, self.dim), np.float32)


class Asked(NamedTuple):
    """One search: how long it took, the work of all cores in that time, and the share of the nearest it found."""

    ms: float
    cpu_ms: float
    recall: float


@dataclass(frozen=True)
class World:
    """Invented rows: their vectors (n, dim), clusters (n,), and places in a random order (n,)."""

    vectors: NDArray[np.float32]
    cluster: NDArray[np.int64]
    place: NDArray[np.int64]
    queries: NDArray[np.float32]
    query_cluster: NDArray[np.int64]


def invent(kind: Kind, rows: int, dim: int, queries: int, seed: int = 7) -> World:
    """Return rows of one kind and queries that were made like them."""
    rng = np.random.default_rng(seed)
    total = rows + queries
    clusters = max(2, min(CLUSTERS, rows // 20))
    cluster = rng.integers(0, clusters, total)
    vectors = rng.standard_normal((total, dim), np.float32)
    if kind == "clustered":
        directions = rng.standard_normal((DIRECTIONS, dim), np.float32)
        mixed = rng.standard_normal((clusters, DIRECTIONS), np.float32) @ directions
        own = rng.standard_normal((clusters, dim), np.float32)
        centres = mixed / np.sqrt(2 * DIRECTIONS) + own / np.sqrt(2)
        vectors += centres[cluster]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return World(vectors[:rows], cluster[:rows], rng.permutation(rows), vectors[rows:], cluster[rows:])


def bench_search(
    rows: Annotated[int, typer.Option(min=500, help="Videos in the library.")] = 100_000,
    dim: Annotated[int, typer.Option(min=8, help="Numbers in a vector.")] = 512,
    queries: Annotated[int, typer.Option(min=10, help="Queries of each kind.")] = 100,
    plain: Annotated[bool, typer.Option(help="Search with plain Chroma's `where` as well.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Time filtered searches against plain Chroma and against exact search, and print what they miss."""
    result: dict[str, Any] = {"rows": rows, "dim": dim, "queries": queries}
    for kind in ("clustered", "uniform"):
        result[kind] = measure(kind, rows, dim, queries, plain, _say)
    result["peak_gb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2)
    if as_json:
        typer.echo(json.dumps(result))
        return
    for kind in ("clustered", "uniform"):
        found = result[kind]
        typer.echo(
            f"{kind}: indexed at {found['rows_per_s']:,.0f} vectors a second, opened in {found['open_s']:.2f} s, first"
            f" search {found['first_ms']:.0f} ms, first exact one {found['first_exact_ms']:.0f} ms,"
            f" {found['memory_mb']:.0f} MB more memory"
        )
        for row in found["searches"]:
            line = (
                f"  {row['share']:9} {row['filter']:7} p50 {row['p50_ms']:6.1f} ms, p95 {row['p95_ms']:6.1f} ms,"
                f" CPU {row['cpu_p50_ms']:5.1f} ms, recall {row['recall']:.4f}"
            )
            if "plain_p50_ms" in row:
                line += (
                    f" | plain p50 {row['plain_p50_ms']:6.1f} ms, p95 {row['plain_p95_ms']:6.1f} ms,"
                    f" recall {row['plain_recall']:.4f}: {row['times_faster']:.0f} times the time"
                )
            typer.echo(line)


def measure(
    kind: Kind, rows: int, dim: int, queries: int, plain: bool, say: Callable[[str], None]
) -> dict[str, Any]:
    """Return the figures of one kind of vectors."""
    from shortcast_ml.records import Embedding
    from shortcast_ml.settings import Settings
    from shortcast_vectorstore.index import open_index
    from shortcast_vectorstore.library import open_library

    world = invent(kind, rows, dim, queries)
    encoder = GivenVectors(dim)
    with tempfile.TemporaryDirectory(prefix="shortcast-bench-") as folder:
        settings = Settings(home=Path(folder))
        library = open_library(settings.home)
        library.remove_demo()
        say(f"{kind}: filling a library of {rows:,} videos")
        _fill(library, world, encoder.id)
        say(f"{kind}: indexing")
        start = time.perf_counter()
        open_index(library, encoder, settings).close()
        took = time.perf_counter() - start
        library.close()

        before = _memory_mb()
        start = time.perf_counter()
        library = open_library(settings.home)
        index = open_index(library, encoder, settings)
        opened = time.perf_counter() - start
        query = Embedding(encoder_id=encoder.id, title=world.queries[0])
        first = _milliseconds(lambda: index.nearest(query, K))
        first_exact = _milliseconds(lambda: index.nearest(query, K, where=_filter(world, "chance", 100, 0)))
        collection = _plain_collection(Path(folder) / "plain", world, say) if plain else None
        searches = [
            _searches(index, world, collection, name, share, of)
            for name, share in SHARES.items()
            for of in ("chance", "with", "against")
        ]
        unfiltered = [_timed(index, world, i, None) for i in range(len(world.queries))]
        memory = _memory_mb() - before
        index.close()
        library.close()
    return {
        "rows_per_s": round(rows / took),
        "open_s": round(opened, 2),
        "first_ms": round(first),
        "first_exact_ms": round(first_exact),
        "memory_mb": round(memory),
        "unfiltered": _summary(unfiltered),
        "searches": searches,
    }


def _searches(
    index: "Index", world: World, collection: Any, name: str, share: int, of: str
) -> dict[str, Any]:
    """Return p50, p95 and recall of one kind of filter; of plain Chroma too where there is a collection."""
    ours = [_timed(index, world, i, _filter(world, of, share, i)) for i in range(len(world.queries))]
    row: dict[str, Any] = {"share": name, "filter": of} | _summary(ours)
    if collection is not None:
        theirs = [
            _timed_plain(collection, world, i, _filter(world, of, share, i))
            for i in range(min(SLOW_QUERIES, len(world.queries)))
        ]
        row |= {f"plain_{key}": value for key, value in _summary(theirs).items()}
        row["times_faster"] = round(row["plain_p50_ms"] / row["p50_ms"], 1)
    return row


def _summary(measured: list[Asked]) -> dict[str, float]:
    times = [one.ms for one in measured]
    return {
        "p50_ms": round(float(np.percentile(times, 50)), 2),
        "p95_ms": round(float(np.percentile(times, 95)), 2),
        "cpu_p50_ms": round(float(np.percentile([one.cpu_ms for one in measured], 50)), 2),
        "recall": round(float(np.mean([one.recall for one in measured])), 4),
    }


# --- the invented library ----------------------------------------------------------------------------


def _video(world: World, row: int) -> "Published":
    """Return a video whose facts say where it is: views by its place in a random order, age by its cluster."""
    from shortcast_ml.records import Counts, Draft, Published

    return Published(
        draft=Draft(platform="tiktok", title=f"video {row}", duration_s=float(row % 90 + 1)),
        video_id=f"v{row}",
        url=f"https://example.invalid/v{row}",
        fetched_at=NOW,
        age_days=float(world.cluster[row] + 1),
        counts=Counts(views=int(world.place[row])),
        channel_id=f"channel{row % 5000}",
        source="csv",
    )


def _fill(library: "Library", world: World, encoder_id: str) -> None:
    for start in range(0, len(world.vectors), BATCH):
        rows = range(start, min(start + BATCH, len(world.vectors)))
        library.add(_video(world, row) for row in rows)
        keys = [f"tiktok:v{row}" for row in rows]
        library.vectors.put(encoder_id, "title", dict(zip(keys, world.vectors[start:], strict=False)))
        library.vectors.put(encoder_id, "image", dict.fromkeys(keys))


def _plain_collection(folder: Path, world: World, say: Callable[[str], None]) -> Any:
    """Return Chroma as one would use it plainly: vectors, and facts beside them as metadata."""
    from shortcast_vectorstore.chroma import plain_collection

    say("filling plain Chroma")
    collection = plain_collection(folder)
    for start in range(0, len(world.vectors), BATCH):
        rows = range(start, min(start + BATCH, len(world.vectors)))
        collection.add(
            ids=[f"tiktok:v{row}" for row in rows],
            embeddings=world.vectors[start : rows.stop],
            metadatas=[{"views": int(world.place[r]), "age_days": float(world.cluster[r] + 1)} for r in rows],
        )
    return collection


# --- one search --------------------------------------------------------------------------------------


def _filter(world: World, of: str, share: int, query: int) -> "SearchFilter":
    """Return a filter that lets about one of `share` rows through."""
    from shortcast_ml.records import SearchFilter

    if of == "chance":
        return SearchFilter(max_views=len(world.vectors) // share - 1)
    clusters = int(world.cluster.max()) + 1
    width = max(1, round(clusters / share))
    own = int(world.query_cluster[query])
    low = min(own, clusters - width) if of == "with" else (0 if own >= width else width)
    low = min(low, clusters - width)
    return SearchFilter(min_age_days=low + 1, max_age_days=low + width)


def _matching(world: World, where: "SearchFilter | None") -> NDArray[np.bool_]:
    if where is None:
        return np.ones(len(world.vectors), bool)
    if where.max_views is not None:
        return np.asarray(world.place <= where.max_views)
    age = world.cluster + 1
    return np.asarray((age >= (where.min_age_days or 0)) & (age <= (where.max_age_days or 0)))


def _recall(world: World, where: "SearchFilter | None", query: int, keys: Sequence[str]) -> float:
    """Return the share of the exact nearest K that was found."""
    rows = np.flatnonzero(_matching(world, where))
    # not by BLAS: its threads would go on spinning into the next search
    scores = np.einsum("ij,j->i", world.vectors[rows], world.queries[query])
    nearest = {f"tiktok:v{row}" for row in rows[np.argsort(-scores)[:K]]}
    return len(nearest & set(keys)) / max(1, len(nearest))


def _timed(index: "Index", world: World, query: int, where: "SearchFilter | None") -> Asked:
    from shortcast_ml.records import Embedding, SearchFilter

    asked = Embedding(encoder_id="bench:1", title=world.queries[query])
    start, worked = time.perf_counter(), time.process_time()
    found = index.nearest(asked, K, where=where or SearchFilter())
    took, work = (time.perf_counter() - start) * 1000, (time.process_time() - worked) * 1000
    return Asked(took, work, _recall(world, where, query, [f"tiktok:{v.video_id}" for v in found]))


def _timed_plain(collection: Any, world: World, query: int, where: "SearchFilter") -> Asked:
    if where.max_views is not None:
        condition: Any = {"views": {"$lte": where.max_views}}
    else:
        condition = {
            "$and": [{"age_days": {"$gte": where.min_age_days}}, {"age_days": {"$lte": where.max_age_days}}]
        }
    start, worked = time.perf_counter(), time.process_time()
    answer = collection.query(
        query_embeddings=world.queries[query][None], n_results=K, where=condition, include=[]
    )
    took, work = (time.perf_counter() - start) * 1000, (time.process_time() - worked) * 1000
    return Asked(took, work, _recall(world, where, query, answer["ids"][0]))


def _milliseconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def _memory_mb() -> float:
    """Return the memory that this process holds now, in MB; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
