"""From candidates to neighbours: how alike they are and why, without doubles, and in the order asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shortcast_ml.library_table import age_days
from shortcast_ml.records import Neighbour, Published
from shortcast_vectorstore.alike import SAME_COSINE, RandomPairs, same_title, says_the_same, shared_words
from shortcast_vectorstore.vectors import KINDS, VectorKind

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vector = npt.NDArray[np.float32]

BOTH_FROM = 0.95  # standing of each side from which both make a video similar
BOTH_FROM_COSINE = 0.5  # the same where the library is too small to know what stands where


@dataclass(frozen=True)
class Candidates:
    """Videos that may be neighbours, most similar first."""

    keys: list[str]
    vectors: "Mapping[VectorKind, Vector]"  # (n, dim) of both sides, zeros where a video has none
    query: "Mapping[VectorKind, Vector]"  # (dim,) of the sides that the query has
    similarity: "Vector"  # (n,): mean cosine over the query's sides

    @classmethod
    def ranked(
        cls,
        keys: Sequence[str],
        query: "Mapping[VectorKind, Vector]",
        known: "Mapping[VectorKind, Mapping[str, Vector]]",
    ) -> "Candidates":
        """Put the most similar first; equal ones go by key. `known` has the vectors that there are."""
        import numpy as np

        dim = len(next(iter(query.values())))
        nothing = np.zeros(dim, np.float32)
        # one by one: a product of matrices rounds otherwise when other candidates are beside
        score = {
            key: sum(float(known[kind].get(key, nothing) @ vector) for kind, vector in query.items())
            / len(query)
            for key in keys
        }
        best = sorted(score, key=lambda key: (-score[key], key))
        rows = {kind: [known[kind].get(key, nothing) for key in best] for kind in KINDS}
        vectors = {kind: np.array(some, np.float32).reshape(-1, dim) for kind, some in rows.items()}
        return cls(best, vectors, query, np.array([score[key] for key in best]))

    def take(self, places: Iterable[int]) -> "Candidates":
        """Return some of them, in this order."""
        at = list(places)
        vectors = {kind: matrix[at] for kind, matrix in self.vectors.items()}
        return Candidates([self.keys[i] for i in at], vectors, self.query, self.similarity[at])

    def cosines(self) -> "Vector":
        """Return how alike they are among themselves, (n, n), on the sides that the query has."""
        import numpy as np

        return np.asarray(np.mean([self.vectors[kind] @ self.vectors[kind].T for kind in self.query], axis=0))


def without_doubles(
    found: Candidates, videos: Mapping[str, Published], hashes: Mapping[str, str]
) -> Candidates:
    """Leave out candidates that are nearly the same as one before.

    Such have the same thumbnail file (`hashes`: SHA-256 by key), the same title (and length, where known),
    or both title and picture all but equal.
    """
    import numpy as np

    closest = np.min([matrix @ matrix.T for matrix in found.vectors.values()], axis=0)
    kept: list[int] = []
    for i, key in enumerate(found.keys):
        if not any(
            closest[i, j] >= SAME_COSINE
            or (key in hashes and hashes[key] == hashes.get(found.keys[j]))
            or same_title(videos[key].draft, videos[found.keys[j]].draft)
            for j in kept
        ):
            kept.append(i)
    return found.take(kept)


def neighbours(
    found: Candidates,
    videos: Mapping[str, Published],
    vs_channel: Mapping[str, float],
    pairs: RandomPairs,
    alike_from: float,
    words: str,
) -> list[Neighbour]:
    """Return candidates as evidence: what they are, how they did, and why they are similar.

    Only `vs_channel` that are known belong in; `words` are the query's; `alike_from` is the standing from
    which one is really alike; one that shares most words is so as well.
    """
    out = []
    for i, key in enumerate(found.keys):
        video = videos[key]
        cosines = {
            kind: float(found.vectors[kind][i] @ vector)
            for kind, vector in found.query.items()
            if found.vectors[kind][i].any()
        }
        similarity = float(found.similarity[i])
        standing = pairs.beside_unrelated(cosines["title"]) if "title" in cosines else None
        if standing is None:
            standing = pairs.standing(similarity, found.query)
        shared = shared_words(words, video.draft)
        out.append(
            Neighbour.model_validate(
                {
                    "video_id": video.video_id,
                    "url": video.url,
                    "title": video.draft.title,
                    "platform": video.draft.platform,
                    "channel": video.channel.name if video.channel else None,
                    "views": video.counts.views if video.counts else None,
                    "age_days": age_days(video),
                    "vs_channel": vs_channel.get(key),
                    "similarity": similarity,
                    "similar_by": _similar_by(cosines, pairs),
                    "title_similarity": cosines.get("title"),
                    "picture_similarity": cosines.get("image"),
                    "shared_words": shared,
                    "standing": standing,
                    "alike": standing is None or standing >= alike_from or says_the_same(words, shared),
                    "thumbnail_path": video.draft.thumbnail_path,
                    "demo": video.demo,
                }
            )
        )
    return out


def _similar_by(cosines: Mapping[VectorKind, float], pairs: RandomPairs) -> str:
    """Say which side makes a video similar: both where both are uncommonly so, else the one that is more so."""
    standing = {kind: pairs.standing(cosine, [kind]) for kind, cosine in cosines.items()}
    enough = {
        kind: cosine >= BOTH_FROM_COSINE if (at := standing[kind]) is None else at >= BOTH_FROM
        for kind, cosine in cosines.items()
    }
    if len(cosines) == 2 and all(enough.values()):
        return "both"
    strongest = max(
        cosines, key=lambda kind: (enough[kind], standing[kind] or 0, cosines[kind]), default="title"
    )
    return "title" if strongest == "title" else "picture"
