"""Topics: videos parted by what their titles and pictures are about.

k-means on the directions of the vectors' leading components. How many topics there are is chosen by how well they
come out again (the videos are halved, each half parted alone, and the two partings compared on all videos), and by how
well they are parted.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from sklearn.cluster import KMeans

FEWEST, MOST = 3, 12  # topics
MIN_TOPIC = 8  # videos; a smaller one is no topic
COMPONENTS = 30  # more add nothing: agreement with known categories stays
ROWS_A_COMPONENT = 10  # fewer components are kept of few videos, whose last ones are noise
PICTURE_WEIGHT = 0.5  # beside a title's 1
SAMPLE = 4000  # videos that topics are learned from; the others join the nearest
HALVINGS = 5  # for each number of topics
AGREE = 0.5  # of halves: numbers of topics that come out again this well are considered
AS_WELL = (
    0.85  # of the best silhouette: of those numbers the largest that parts the videos this well is taken
)
SILHOUETTES = 1500  # videos that the silhouette is taken of
NO_TOPICS = 0.35  # a lower agreement is that of a cloud without parts
FITS = 0.25  # quantile of the nearness of videos made without a topic: one that is farther fits none
STARTS = 8
SEED = 7


class Space(NamedTuple):
    """How vectors become the points that are parted: centred, joined, and reduced to leading components."""

    title_mean: np.ndarray  # (d,)
    picture_mean: np.ndarray  # (d,)
    mean: np.ndarray  # (2d,)
    axes: np.ndarray  # (c, 2d)

    def points(self, titles: np.ndarray, pictures: np.ndarray) -> np.ndarray:
        """Return (n, c) float32 unit vectors from (n, d) each, rows of NaN where there is none."""
        return _unit(np.asarray((self.joint(titles, pictures) - self.mean) @ self.axes.T))

    def joint(self, titles: np.ndarray, pictures: np.ndarray) -> np.ndarray:
        """Return (n, 2d) float32; each kind is centred on its own mean, so that lacking one is nowhere special."""
        sides = [titles - self.title_mean, PICTURE_WEIGHT * (pictures - self.picture_mean)]
        joint = np.nan_to_num(np.hstack(sides))
        joint[np.isnan(titles[:, 0]) & np.isnan(pictures[:, 0])] = np.nan
        return np.asarray(joint)


class Topics(NamedTuple):
    """Which topic each of n videos is about."""

    label: np.ndarray  # (n,) int: 0 is the largest topic, -1 fits none
    closeness: np.ndarray  # (n,) cosine with the own topic's centre; NaN without a topic
    centres: np.ndarray  # (topics, c)
    points: np.ndarray  # (n, c) unit vectors that were parted; NaN without a vector
    space: Space
    stability: float | None  # agreement of topics found in halves of the videos: 1 the same, 0 as by chance

    @property
    def k(self) -> int:
        """The number of topics."""
        return len(self.centres)


def find_topics(titles: np.ndarray, pictures: np.ndarray, seed: int = SEED) -> Topics:
    """Return the topics of videos from (n, d) vectors each, rows of NaN where there is none; one seed, one answer.

    A video fits none when it is farther from every centre than three quarters of videos without any topic are:
    those made by drawing each component from another video. Where no topics come out again, all fit none.
    """
    known = np.flatnonzero(np.isfinite(titles[:, 0]) | np.isfinite(pictures[:, 0]))
    rng = np.random.default_rng(seed)
    learned = known if len(known) <= SAMPLE else np.sort(rng.choice(known, SAMPLE, replace=False))
    space = _space(titles[learned], pictures[learned])
    points = space.points(titles, pictures)
    n, centres, stability = len(titles), np.empty((0, points.shape[1]), np.float32), None
    if len(known) >= 2 * FEWEST * MIN_TOPIC:
        k, stability = _how_many(points[learned], rng, seed)
        if stability >= NO_TOPICS:
            centres = _unit(_kmeans(points[learned], k, seed, STARTS).cluster_centers_)
    label, closeness = np.full(n, -1), np.full(n, np.nan)
    if len(centres):
        cosines = points[known] @ centres.T
        label[known], closeness[known] = cosines.argmax(1), cosines.max(1)
        without = _unit(rng.permuted(points[learned], axis=0))
        label[closeness < np.quantile((without @ centres.T).max(1), FITS)] = -1
        label, centres = _by_size(label, centres)
        closeness[label < 0] = np.nan
    return Topics(label, closeness, centres, points, space, stability)


def _space(titles: np.ndarray, pictures: np.ndarray) -> Space:
    from shortcast_ml.titles import fit_projection

    width = titles.shape[1]
    space = Space(_mean(titles), _mean(pictures), np.zeros(2 * width), np.empty((0, 2 * width)))
    joint = space.joint(titles, pictures)
    kept = min(COMPONENTS, max(len(joint) // ROWS_A_COMPONENT, FEWEST))
    return space._replace(**dict(zip(("mean", "axes"), fit_projection(joint, kept), strict=True)))


def _how_many(points: np.ndarray, rng: np.random.Generator, seed: int) -> tuple[int, float]:
    """Return the number of topics, and how well as many come out again from halves of the videos.

    Source of the silhouette: Rousseeuw, "Silhouettes", 1987.
    """
    from sklearn.metrics import adjusted_rand_score, silhouette_score

    most = int(min(MOST, len(points) // (2 * MIN_TOPIC)))
    numbers = range(FEWEST, max(most, FEWEST) + 1)
    halves = [np.array_split(rng.permutation(len(points)), 2) for _ in range(HALVINGS)]
    some = rng.permutation(len(points))[:SILHOUETTES]
    agreement, parted = np.empty(len(numbers)), np.empty(len(numbers))
    for i, k in enumerate(numbers):
        pairs = [[_kmeans(points[half], k, seed, 2).predict(points) for half in pair] for pair in halves]
        agreement[i] = np.mean([adjusted_rand_score(*pair) for pair in pairs])
        parted[i] = np.mean([silhouette_score(points[some], label[some]) for label in pairs[0]])
    again = agreement >= min(AGREE, agreement.max())
    chosen = int(np.flatnonzero(again & (parted >= AS_WELL * parted[again].max()))[-1])
    return numbers[chosen], float(agreement[chosen])


def _kmeans(points: np.ndarray, k: int, seed: int, starts: int) -> "KMeans":
    from sklearn.cluster import KMeans

    return KMeans(k, n_init=starts, random_state=seed).fit(points)


def _by_size(label: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Number the topics from the largest down; one that is too small is none."""
    sizes = np.bincount(label[label >= 0], minlength=len(centres))
    order = [at for at in np.argsort(-sizes, kind="stable") if sizes[at] >= MIN_TOPIC]
    rank = np.full(len(centres) + 1, -1)  # the last serves the label -1
    rank[order] = np.arange(len(order))
    return rank[label], centres[order]


def _mean(rows: np.ndarray) -> np.ndarray:
    known = rows[np.isfinite(rows[:, 0])]
    return np.asarray(known.mean(0) if len(known) else np.zeros(rows.shape[1]))


def _unit(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)
