"""Which frames to offer: those of high rank by forecast and by quality, no two alike."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ALIKE_COSTS = 0.5  # share of a frame's score that likeness to a chosen one may take


def rank_share(values: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Return each value's rank from 0, the lowest, to 1, the highest; equal values share theirs."""
    import numpy as np

    values = np.asarray(values, dtype=np.float64)
    if len(values) < 2:
        return np.ones(len(values))
    below = (values[None, :] < values[:, None]).sum(axis=1)
    equal = (values[None, :] == values[:, None]).sum(axis=1) - 1
    return np.asarray((below + equal / 2) / (len(values) - 1), dtype=np.float64)


def choose(
    effects: "NDArray[np.float64]",
    qualities: "NDArray[np.float64]",
    vectors: "NDArray[np.float32]",
    limit: int,
) -> list[int]:
    """Return the indices of up to `limit` frames, best first.

    `effects` are log10 of what the forecast is multiplied by, (n,); `qualities` (n,); `vectors` (n, dim) of unit
    norm. A frame's score is the mean of its two ranks, as neither scale says what a step on the other is worth;
    each next frame is the one whose score least repeats those before it. The result is in order of score.
    Source: Carbonell and Goldstein, "The use of MMR, diversity-based reranking", 1998.
    """
    import numpy as np

    if not len(effects):
        return []
    score = (rank_share(np.round(effects, 4)) + rank_share(qualities)) / 2
    likeness = vectors @ vectors.T
    apart = likeness[~np.eye(len(score), dtype=bool)]
    low, high = (float(apart.min()), float(apart.max())) if len(apart) else (0.0, 1.0)
    likeness = (likeness - low) / max(high - low, 1e-9)
    chosen = [int(score.argmax())]
    while len(chosen) < min(limit, len(score)):
        rest = [i for i in range(len(score)) if i not in chosen]
        worth = [(1 - ALIKE_COSTS) * score[i] - ALIKE_COSTS * float(likeness[i, chosen].max()) for i in rest]
        chosen.append(rest[int(np.argmax(worth))])
    return sorted(chosen, key=lambda i: -score[i])
