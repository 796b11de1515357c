"""Splits: which rows teach and which judge, as records with a name and a sentence for the card.

A protocol splits a training table (columns `group`, `published_at`, `title`) into folds; `honest_folds` also
takes out of each training side what is nearly the same as a test row. The honest protocol of each collection
is in PROTOCOLS, first; what may be shown beside it follows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np

from shortcast_ml.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Fold:
    """Masks over the rows of a table, (n,) bool each; a row can be in neither. `purged` left the training."""

    train: np.ndarray
    test: np.ndarray
    purged: int = 0


class Split(Protocol):
    """What every protocol offers. `seals` is what must never stand on both sides of it."""

    @property
    def name(self) -> str:
        """The protocol in a few words, for a table."""

    @property
    def says(self) -> str:
        """The protocol in one sentence, for a card."""

    @property
    def seals(self) -> str:
        """`group`, `time` or `nothing`."""

    def split(self, table: "pd.DataFrame") -> list[Fold]:
        """Return the folds of a table; raises InputError where it can't be split so."""


@dataclass(frozen=True)
class ChannelDisjoint:
    """Each channel is tested once, whole, by a model that saw none of its videos."""

    k: int = 5
    seed: int = 7
    seals: ClassVar[str] = "group"

    @property
    def name(self) -> str:
        """The protocol in a few words."""
        return f"{self.k}-fold, channels apart"

    @property
    def says(self) -> str:
        """The protocol in one sentence."""
        return f"{self.k} folds; every video is forecast by a model that saw no other video of its channel."

    def split(self, table: "pd.DataFrame") -> list[Fold]:
        """Return k folds by the column `group`; raises InputError for a row without one or too few groups."""
        return _by_group(table, self.k, self.seed)


@dataclass(frozen=True)
class TopicBlocks:
    """Each block of one topic is tested once, whole: for collections that name no channel."""

    k: int = 5
    seed: int = 7
    seals: ClassVar[str] = "group"

    @property
    def name(self) -> str:
        """The protocol in a few words."""
        return f"{self.k}-fold, topic blocks apart"

    @property
    def says(self) -> str:
        """The protocol in one sentence."""
        return (
            f"{self.k} folds; every video is forecast by a model that saw no other row of its block of "
            "neighbouring rows, which came from the same searches."
        )

    def split(self, table: "pd.DataFrame") -> list[Fold]:
        """Return k folds by the column `group`; raises InputError for a row without one or too few groups."""
        return _by_group(table, self.k, self.seed)


@dataclass(frozen=True)
class TimeForward:
    """Train on strictly earlier videos, test on the next stretch of time; k stretches of about equal size.

    The oldest of k + 1 stretches only teaches. Videos published within `embargo_days` before a stretch are
    left out of its training: their counts were not yet known. Rows without a time are in neither side.
    """

    k: int = 5
    embargo_days: float = 0.0
    seals: ClassVar[str] = "time"

    @property
    def name(self) -> str:
        """The protocol in a few words."""
        return f"{self.k} steps forward in time"

    @property
    def says(self) -> str:
        """The protocol in one sentence."""
        gap = f", with {self.embargo_days:g} days between" if self.embargo_days else ""
        return (
            f"{self.k} steps; every video is forecast by a model that saw strictly earlier videos only{gap}; "
            "videos without a publishing time are left out."
        )

    def split(self, table: "pd.DataFrame") -> list[Fold]:
        """Return k folds, the oldest test first; raises InputError where too few times are known."""
        when = seconds(table)
        known = np.isfinite(when)
        times = np.sort(when[known])
        # a boundary is a time and not a row: videos of one moment stay together
        boundaries = [len(times) * i // (self.k + 1) for i in range(1, self.k + 1)]
        starts = np.unique(times[boundaries]) if len(times) else times
        starts = starts[starts > times.min(initial=np.inf)]
        if len(starts) < self.k:
            raise InputError(
                f"The publishing times ({known.sum()} of {len(table)} videos have one) can't be cut into "
                f"{self.k + 1} stretches of about equal size. Use fewer steps, or a split by channel."
            )
        ends = np.append(starts[1:], np.inf)
        embargo_s = self.embargo_days * 86400
        folds = [
            Fold(known & (when < start - embargo_s), known & (when >= start) & (when < end))
            for start, end in zip(starts, ends, strict=True)
        ]
        if not folds[0].train.any():
            raise InputError(
                f"An embargo of {self.embargo_days:g} days leaves nothing to learn from before the first "
                "test. Shorten it, or use fewer steps."
            )
        return folds


@dataclass(frozen=True)
class RandomRows:
    """Rows at random, as the studies split: neighbours in topic and channel stand on both sides."""

    k: int = 5
    seed: int = 7
    seals: ClassVar[str] = "nothing"

    @property
    def name(self) -> str:
        """The protocol in a few words, with its fault."""
        return "random split (leaks the topic): shown beside"

    @property
    def says(self) -> str:
        """The protocol in one sentence."""
        return (
            f"{self.k} folds of random rows: videos of one channel or topic teach and judge each other, so "
            "that these figures are too good; they stand beside the honest ones for comparison only."
        )

    def split(self, table: "pd.DataFrame") -> list[Fold]:
        """Return k folds of random rows; raises InputError where there are fewer rows than folds."""
        if len(table) < self.k:
            raise InputError(f"{len(table)} videos can't be cut into {self.k} folds.")
        fold = np.random.default_rng(self.seed).permutation(len(table)) % self.k
        return [Fold(fold != i, fold == i) for i in range(self.k)]


PROTOCOLS: dict[str, tuple[Split, ...]] = {
    "tiktok_vn_2025": (ChannelDisjoint(),),
    "youtube_tech_fr_2026": (ChannelDisjoint(),),
    "ipiu2026_shorts": (TopicBlocks(), RandomRows()),
    "youtube_thumbs_trending_2020_21": (TimeForward(),),
    "bilibili_2025": (ChannelDisjoint(),),
    "youtube_charts_2025_26": (ChannelDisjoint(), TimeForward()),
}


def protocol_for(dataset: str) -> Split:
    """Return the protocol that is honest for a collection; of an unknown one, channels are kept apart."""
    return PROTOCOLS.get(dataset, (ChannelDisjoint(),))[0]


def group_folds(group: np.ndarray, k: int, seed: int) -> list[np.ndarray]:
    """Return k masks of held-out rows, (n,) bool each; each group is held out once, whole."""
    names, of_row = np.unique(group, return_inverse=True)
    fold_of = np.empty(len(names), int)
    fold_of[np.random.default_rng(seed).permutation(len(names))] = np.arange(len(names)) % k
    return [fold_of[of_row] == i for i in range(k)]


def alike(table: "pd.DataFrame", pictures: Sequence[str | None] | None = None) -> list[np.ndarray]:
    """Return the clusters of nearly the same titles and, where hashes are given, pictures: (n,) int each.

    `pictures` are 64-bit difference hashes in hexadecimal, None without a picture.
    """
    from shortcast_ml.data.alike import near_duplicate_clusters, near_duplicate_pictures

    clusters = [near_duplicate_clusters(table.title.tolist())]
    return clusters if pictures is None else [*clusters, near_duplicate_pictures(pictures)]


def purge(fold: Fold, clusters: Sequence[np.ndarray]) -> Fold:
    """Return the fold without the training rows that share a cluster with a test row, and their number."""
    shared = np.zeros(len(fold.train), bool)
    for cluster in clusters:
        shared |= fold.train & np.isin(cluster, cluster[fold.test])
    return replace(fold, train=fold.train & ~shared, purged=int(shared.sum()))


def honest_folds(
    table: "pd.DataFrame", protocol: Split, pictures: Sequence[str | None] | None = None
) -> list[Fold]:
    """Return a protocol's folds, purged of what is nearly the same on both sides."""
    clusters = alike(table, pictures)
    folds = [purge(fold, clusters) for fold in protocol.split(table)]
    if not all(fold.train.any() for fold in folds):
        raise InputError(
            "Every video to learn from has nearly the title or picture of one to test on: nothing is left. Bring "
            "videos with titles of their own."
        )
    return folds


def seconds(table: "pd.DataFrame") -> np.ndarray:
    """Return the publishing times in seconds since 1970, (n,) float64; NaN where unknown."""
    when = table.published_at.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[s]")
    return np.where(np.isnat(when), np.nan, when.astype(np.int64).astype(float))


def _by_group(table: "pd.DataFrame", k: int, seed: int) -> list[Fold]:
    unnamed = np.flatnonzero(table.group.isna().to_numpy())
    if len(unnamed):
        raise InputError(
            f"{len(unnamed)} videos belong to no group (row {unnamed[0] + 1} first). "
            "Give each its channel, or leave them out."
        )
    groups = table.group.nunique()
    if groups < k:
        raise InputError(f"{k} folds need at least {k} channels or topics; the table has {groups}.")
    return [Fold(~held, held) for held in group_folds(table.group.to_numpy().astype(str), k, seed)]
