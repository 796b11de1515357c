"""Which videos belong to a niche that is named in words.

How near a title is to a query in absolute terms depends on encoder and language. So the query is set beside
everyday topics: a video belongs to the niche when it is nearer to the query than to nearly all of them. That holds
too for a library that is all of one niche.
"""

from collections.abc import Sequence

import numpy as np

from shortcast_ml.niche.words import plain_words

NEARER = 0.05  # of the everyday topics may be nearer to a video than the query is
EVERYDAY = (
    "cooking and recipes", "coffee and drinks", "street food", "football highlights", "basketball",
    "fitness workout", "yoga", "running", "boxing and fighting", "cars", "motorcycles", "video games", "minecraft",
    "music video", "singing cover", "dance", "guitar lesson", "makeup", "skin care", "hair styling",
    "fashion outfits", "travel vlog", "hiking and nature", "cats and dogs", "wild animals", "babies and parenting",
    "family life", "comedy sketch", "pranks", "magic tricks", "drawing and painting", "crafts and DIY",
    "home decoration", "gardening", "cleaning", "technology review", "smartphones", "programming tutorial",
    "artificial intelligence", "science experiment", "space", "history", "mathematics", "language learning",
    "school life", "books", "money and investing", "business advice", "real estate", "politics news", "weather",
    "health and medicine", "mental health", "relationships and love", "wedding", "religion", "film trailer", "anime",
    "celebrity gossip", "horror stories", "true crime", "photography", "fishing", "farming", "toys", "unboxing",
    "shopping", "asmr", "motivation", "poetry", "military", "trains and planes", "car racing", "art history",
)  # fmt: skip


def near_query(
    query: str, titles: Sequence[str], vectors: np.ndarray, asked: np.ndarray, everyday: np.ndarray
) -> np.ndarray:
    """Return the rows that are about a query, nearest first.

    `vectors` (n, d) are those of the titles, NaN where there is none; `asked` (d,) is the query's and `everyday`
    (m, d) those of EVERYDAY. A title that holds all of the query's words is about it, whatever its vector says.
    """
    near = vectors @ asked
    share = (vectors @ everyday.T > near[:, None]).mean(1)
    words = plain_words(query)
    holds = np.array([bool(words) and words <= plain_words(title) for title in titles], bool)
    rows = np.flatnonzero(holds | (np.isfinite(near) & (share <= NEARER)))
    order = np.lexsort((-np.nan_to_num(near[rows], nan=-1.0), ~holds[rows]))
    return np.asarray(rows[order])
