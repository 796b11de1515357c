"""When two videos are alike: more than at random, nearly the same, and in which words."""

import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from shortcast_ml.records import Draft
from shortcast_ml.text import GENERIC_TAGS, words_to_embed
from shortcast_vectorstore.vectors import VectorKind

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vector = npt.NDArray[np.float32]
    Rows = npt.NDArray[np.int64]

RELATED = 0.95  # of random pairs, those that are less alike than two videos that have to do with each other
TITLE: frozenset[VectorKind] = frozenset(["title"])
MIN_PAIRS = 300  # fewer say nothing of what is usual
SAME_COSINE = 0.95  # of titles and of pictures: the same video again, or all but
SAME_DURATION_S = 1.0
MIN_SAME_WORDS = 3  # shorter titles are the same by chance
WORD = re.compile(r"\w+")
# Words that say nothing of a subject, in the languages that videos are mostly titled in.
COMMON = (
    "the and for you your with this that how what why when who from are was not but can all out get our has have it"
    " its into just like more my of on in to is be do at by an or so if we me he she they les des une pour dans avec"
    " sur est pas que qui vous comment mon ma mes los las una por para con como del der die das und mit ist ein"
    " eine nicht của và là cho với những các một này không có được khi"
)
SAYS_NOTHING = frozenset(COMMON.split()) | frozenset(GENERIC_TAGS)


class RandomPairs:
    """Cosines of pairs of a library's videos that were taken at random, of different channels where known.

    In a library of one niche any two videos are alike. Its titles are set beside unrelated ones instead, where
    half of their pairs are more alike than nearly all pairs with those: then titles alone say what is alike.
    """

    def __init__(
        self, sides: "Mapping[VectorKind, Vector]", channels: "Rows", unrelated: "Vector | None" = None
    ) -> None:
        """Take the vectors of a sample, (n, dim) a side with zeros where there is none, and their channels.

        `unrelated` (m, dim) are titles about many things; the tenth nearest to the sample are left out.
        """
        import numpy as np

        self._cosines: dict[frozenset[VectorKind], npt.NDArray[np.float32]] = {}
        a, b = np.triu_indices(len(channels), 1)
        apart = (channels[a] != channels[b]) | (channels[a] < 0)
        a, b = a[apart], b[apart]
        grams = {kind: matrix @ matrix.T for kind, matrix in sides.items()}
        for wanted in (frozenset(sides), *(frozenset([kind]) for kind in sides)):
            has_all = np.all([sides[kind].any(axis=1) for kind in wanted], axis=0)
            both = has_all[a] & has_all[b]
            mean = sum(grams[kind][a[both], b[both]] for kind in wanted) / len(wanted)
            self._cosines[wanted] = np.sort(np.asarray(mean, np.float32))
        self._beside = self._beside_unrelated(sides["title"], unrelated) if unrelated is not None else None

    def _beside_unrelated(self, titles: "Vector", unrelated: "Vector") -> "npt.NDArray[np.float32] | None":
        """Return the cosines of titles with unrelated ones, sorted, if the titles are all of one niche."""
        import numpy as np

        own = self._cosines[TITLE]
        titles = titles[titles.any(axis=1)]
        if len(own) < MIN_PAIRS or not len(unrelated):
            return None
        near = unrelated @ titles.T  # (m, n)
        far = np.argsort(near.mean(1))[: max(1, int(0.9 * len(unrelated)))]
        beside = np.sort(near[far].ravel())
        one_niche = np.median(own) > beside[int(RELATED * len(beside))]
        return np.asarray(beside, np.float32) if one_niche else None

    def standing(self, similarity: float, sides: Iterable[VectorKind]) -> float | None:
        """Return the share of random pairs that are less alike; None where too few are known."""
        import numpy as np

        cosines = self._cosines.get(frozenset(sides))
        if cosines is None or len(cosines) < MIN_PAIRS:
            return None
        return float(np.searchsorted(cosines, np.float32(similarity)) / len(cosines))

    def beside_unrelated(self, cosine: float) -> float | None:
        """Return the share of pairs with unrelated titles that are less alike; None in a library of many things."""
        import numpy as np

        if self._beside is None:
            return None
        return float(np.searchsorted(self._beside, np.float32(cosine)) / len(self._beside))


def alike_from(videos: int) -> float:
    """Return the standing from which a neighbour is really alike, among so many videos.

    The nearest of many is near by chance: 0.98 among 100 videos, 0.994 among 1,000, 0.998 among 10,000. Chosen
    on titles of four real sets, so that titles of another set find nothing alike while most of the own do:
    docs/searching.md.
    """
    return 1 - 0.2 / math.sqrt(max(videos, 1))


def shared_words(query: str, draft: Draft) -> tuple[str, ...]:
    """Return the telling words of a title, hashtags included, that a query has too, in the title's order."""
    wanted = set(_telling(query))
    return tuple(dict.fromkeys(word for word in _telling(words_to_embed(draft)) if word in wanted))


def says_the_same(query: str, shared: Collection[str]) -> bool:
    """Return whether at least half of a query's telling words are shared: then it is alike, whatever its vector."""
    wanted = set(_telling(query))
    return bool(wanted) and 2 * len(shared) >= len(wanted)


def _telling(text: str) -> list[str]:
    """Return a text's words in lower case, without common ones, single letters and tags such as `fyp`."""
    words = WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    return [word for word in words if word not in SAYS_NOTHING and (len(word) > 2 or ord(word[0]) > 0x2E80)]


def same_title(one: Draft, other: Draft) -> bool:
    """Return whether two videos have the same words, and the same length where both are known."""
    words = [WORD.findall(words_to_embed(draft).casefold()) for draft in (one, other)]
    if words[0] != words[1] or len(words[0]) < MIN_SAME_WORDS:
        return False
    lengths = (one.duration_s, other.duration_s)
    return None in lengths or abs((lengths[0] or 0) - (lengths[1] or 0)) <= SAME_DURATION_S


def most_different(
    relevance: "npt.NDArray[np.floating[Any]]", cosines: "Vector", k: int, diversity: float
) -> list[int]:
    """Return the places of k items: alike to the query and unlike those before, weighed by `diversity`.

    `cosines` (n, n) is how alike the items are. Diversity 0 goes by relevance alone, 1 by difference alone.
    Source: maximal marginal relevance, Carbonell and Goldstein 1998, with lambda = 1 - diversity.
    """
    import numpy as np

    score = np.array(relevance, np.float64)
    if not len(score) or k < 1:
        return []
    chosen = [int(np.argmax(score))]
    nearest = cosines[chosen[0]].astype(np.float64)  # how alike each is to what was chosen
    while len(chosen) < min(k, len(score)):
        marginal = (1 - diversity) * score - diversity * nearest
        marginal[chosen] = -np.inf
        chosen.append(int(np.argmax(marginal)))
        nearest = np.maximum(nearest, cosines[chosen[-1]])
    return chosen
