"""Which videos belong to a niche that is named in words.

How near a title is to a query in absolute terms depends on encoder and language. So the query is set beside
everyday topics in its own language: a video belongs to the niche when it is nearer to the query than to nearly all
of them. That holds too for a library that is all of one niche.
"""

from collections.abc import Sequence

import numpy as np

from shortcast_ml.niche.words import plain_words

NEARER = 0.03  # of the everyday topics may be nearer to a video than the query is


def near_query(
    query: str, titles: Sequence[str], vectors: np.ndarray, asked: np.ndarray, everyday: np.ndarray
) -> np.ndarray:
    """Return the rows that are about a query, nearest first.

    `vectors` (n, d) are those of the titles, NaN where there is none; `asked` (d,) is the query's and `everyday`
    (languages, m, d) those of everyday topics, of which the language nearest to the query is taken. A title that
    holds all of the query's words is about it, whatever its vector says.
    """
    beside = everyday[int((everyday @ asked).mean(1).argmax())]
    near = vectors @ asked
    share = (vectors @ beside.T > near[:, None]).mean(1)
    words = plain_words(query)
    holds = np.array([bool(words) and words <= plain_words(title) for title in titles], bool)
    rows = np.flatnonzero(holds | (np.isfinite(near) & (share <= NEARER)))
    order = np.lexsort((-np.nan_to_num(near[rows], nan=-1.0), ~holds[rows]))
    return np.asarray(rows[order])
