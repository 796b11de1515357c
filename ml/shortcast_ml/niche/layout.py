"""Where things go on the map: videos in the plane, and labels so that none lies on another."""

import numpy as np

PERPLEXITY = 30  # neighbours that a video keeps near, about
ROUNDS = 500
SEED = 7
GAP_PX = 6.0
PUSHES = 400


def in_the_plane(points: np.ndarray) -> np.ndarray:
    """Return (n, 2) of (n, c) points so that near ones stay near; the same again for the same points.

    Source: van der Maaten and Hinton, "Visualizing data using t-SNE", 2008.
    """
    from sklearn.manifold import TSNE

    n = len(points)
    model = TSNE(
        2,
        perplexity=min(PERPLEXITY, max(2.0, (n - 1) / 4)),
        init="pca",
        max_iter=ROUNDS,
        random_state=SEED,
        n_jobs=1,
    )
    return np.asarray(model.fit_transform(points.astype(np.float32)), float)


def apart(centres: np.ndarray, sizes: np.ndarray, room: np.ndarray, fixed: int = 0) -> np.ndarray:
    """Return centres of boxes, (k, 2), pushed apart until none overlaps, all inside (0, 0) to `room`.

    `sizes` (k, 2) are widths and heights, in the unit of the centres; the last `fixed` boxes stay where they are.
    """
    at, half = centres.astype(float).copy(), sizes / 2 + GAP_PX / 2
    free = len(at) - fixed
    for _ in range(PUSHES):
        at[:free] = np.clip(at[:free], half[:free], np.maximum(room - half, half)[:free])
        moved = False
        for a in range(free):
            for b in range(a + 1, len(at)):
                over = half[a] + half[b] - np.abs(at[a] - at[b])
                if (over > 0).all():
                    axis = int(over.argmin())
                    side = 1.0 if at[a, axis] >= at[b, axis] else -1.0
                    push = side * (over[axis] + 1)
                    at[a, axis] += push if b >= free else push / 2
                    at[b, axis] -= 0 if b >= free else push / 2
                    moved = True
        if not moved:
            break
    return at
