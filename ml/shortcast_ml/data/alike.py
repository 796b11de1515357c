"""Which titles, and which pictures, are nearly the same: they must not stand on both sides of a split.

A cluster is named by its first row: `clusters[i]` is the smallest index of the cluster that row i is in, so
that a row which is like no other has its own index, and `clusters[i] != i` says "a duplicate of that row".
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

MIN_CHARS = 20  # shorter titles ("part 2", "follow me") are the same by chance
SHINGLE = 5  # characters
BANDS, BAND_ROWS = 10, 4  # at the threshold, a pair shares a band with probability 0.995
BAND_KEY = np.array([1, 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)
SIGNATURE_ERROR = 0.2  # three standard deviations of the share of 40 hashes that agree
CHUNK = 50_000  # texts hashed at a time
THRESHOLD = 0.8  # Jaccard similarity of the two sets of shingles
PICTURE_BITS = 2  # of 64
SEED = 7

_NOT_WORD = re.compile(r"[\W_]+")


def normalise_title(title: str) -> str:
    """Return a title's letters and digits in lower case, words apart by one space."""
    return _NOT_WORD.sub(" ", unicodedata.normalize("NFKC", title).casefold()).strip()


def near_duplicate_clusters(titles: Sequence[str], threshold: float = THRESHOLD) -> np.ndarray:
    """Return the cluster of each title, (n,) int64: the index of the first title that it is nearly the same as.

    Titles are compared after `normalise_title`; one with fewer than MIN_CHARS characters is like no other.
    Two are nearly the same when their sets of 5-character shingles have a Jaccard similarity of `threshold`
    or more; candidates are found by MinHash, so that a pair just above it can be missed (1 in 200) and
    likeness passes on from pair to pair.

    Source: Broder, "On the resemblance and containment of documents", 1997.
    """
    first = np.arange(len(titles))
    seen: dict[str, int] = {}
    for i, title in enumerate(titles):
        text = normalise_title(title)
        if len(text) >= MIN_CHARS:
            first[i] = seen.setdefault(text, i)
    texts, rows = list(seen), np.fromiter(seen.values(), np.int64, len(seen))
    if len(texts) > 1:
        pairs = [
            pair for pair in _candidates(texts, threshold).tolist() if _jaccard(texts, *pair) >= threshold
        ]
        first[rows] = rows[_first_of_component(len(texts), np.array(pairs, np.int64).reshape(-1, 2))]
        first = first[first]
    return first


def near_duplicate_pictures(hashes: Sequence[str | None], max_bits: int = PICTURE_BITS) -> np.ndarray:
    """Return the cluster of each picture, (n,) int64, as for titles: hashes that differ in few bits.

    `hashes` are 64-bit difference hashes in hexadecimal; None is like no other. Every pair is compared
    (13,000 pictures: 2 s).
    """
    known = np.array([i for i, h in enumerate(hashes) if isinstance(h, str)], np.int64)
    bits = np.array([int(str(hashes[i]), 16) for i in known], np.uint64)
    pairs = []
    for start in range(0, len(bits), 512):
        block = np.bitwise_count(bits[start : start + 512, None] ^ bits[None, start:]) <= max_bits
        a, b = np.nonzero(block)
        pairs.append(np.stack([a, b], 1)[a < b] + start)
    out = np.arange(len(hashes))
    if pairs:
        out[known] = known[_first_of_component(len(known), np.concatenate(pairs))]
    return out


def _jaccard(texts: list[str], a: int, b: int) -> float:
    one, other = _shingles(texts[a]), _shingles(texts[b])
    return len(one & other) / len(one | other)


@lru_cache(maxsize=2)  # pairs come sorted by their first text
def _shingles(text: str) -> frozenset[str]:
    return frozenset(text[i : i + SHINGLE] for i in range(len(text) - SHINGLE + 1))


def _candidates(texts: list[str], threshold: float) -> np.ndarray:
    """Return pairs that agree on a band of their MinHash signatures, (m, 2) int64, each once, sorted.

    Pairs whose signatures say that they are far below the threshold are left out.
    """
    signatures = np.concatenate([_signatures(texts[i : i + CHUNK]) for i in range(0, len(texts), CHUNK)])
    found = []
    for band in np.split(signatures, BANDS, axis=1):
        key = band.astype(np.uint64) @ BAND_KEY
        order = np.argsort(key, kind="stable")
        same = key[order][1:] == key[order][:-1]
        # each text of a bucket is set beside the bucket's first, and beside the one before it
        head = order[np.maximum.accumulate(np.where(np.r_[True, ~same], np.arange(len(order)), 0))]
        for left in (head[1:][same], order[:-1][same]):
            pairs = np.stack([left, order[1:][same]], 1)
            alike = (signatures[pairs[:, 0]] == signatures[pairs[:, 1]]).mean(1)
            found.append(pairs[alike >= threshold - SIGNATURE_ERROR])
    return np.unique(np.concatenate(found), axis=0)


def _signatures(texts: list[str]) -> np.ndarray:
    """Return the MinHash signature of each text, (n, BANDS * BAND_ROWS) uint32."""
    lengths = np.array([len(t) for t in texts])
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    shingle = np.zeros(len(codes) - SHINGLE + 1, np.uint64)
    for k in range(SHINGLE):  # a polynomial of the code points, modulo 2^64
        shingle = shingle * np.uint64(1_000_003) + codes[k : k + len(shingle)]
    inside = np.ones(len(shingle), bool)
    for k in range(1, SHINGLE):  # a shingle does not run on into the next text
        inside[np.cumsum(lengths)[:-1] - k] = False
    shingle = shingle[inside]
    starts = np.concatenate([[0], np.cumsum(lengths - SHINGLE + 1)[:-1]])
    factors, shifts = np.random.default_rng(SEED).integers(1, 2**63, (2, BANDS * BAND_ROWS), np.uint64)
    out = np.empty((len(texts), len(factors)), np.uint32)
    for i, (factor, shift) in enumerate(zip(factors | np.uint64(1), shifts, strict=True)):
        hashed = ((shingle * factor + shift) >> np.uint64(32)).astype(np.uint32)
        out[:, i] = np.minimum.reduceat(hashed, starts)
    return out


def _first_of_component(n: int, pairs: np.ndarray) -> np.ndarray:
    """Return for each of n nodes the smallest node that the pairs connect it with, (n,) int64."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    labels = connected_components(graph, directed=False)[1]
    _, first = np.unique(labels, return_index=True)
    return np.asarray(first[labels], np.int64)
