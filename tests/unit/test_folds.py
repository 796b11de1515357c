"""Splits: what stands on which side, and what they refuse."""

import numpy as np
import pandas as pd
import pytest
from tests.planted import planted_table

from shortcast_ml.errors import InputError
from shortcast_ml.folds import (
    PROTOCOLS,
    ChannelDisjoint,
    Fold,
    RandomRows,
    TimeForward,
    TopicBlocks,
    alike,
    group_folds,
    honest_folds,
    protocol_for,
    purge,
    seconds,
)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return planted_table(channels=12, uploads=10)


def _loop(group: np.ndarray, k: int, seed: int) -> list[np.ndarray]:
    """The first version of these folds, row by row."""
    names = np.unique(group)
    order = np.random.default_rng(seed).permutation(len(names))
    part = dict(zip(names[order], np.arange(len(names)) % k, strict=True))
    fold = np.array([part[g] for g in group])
    return [fold == i for i in range(k)]


def test_group_folds_are_the_ones_that_earlier_figures_were_measured_on() -> None:
    group = np.random.default_rng(1).choice([f"g{i}" for i in range(37)], 500)
    for ours, first in zip(group_folds(group, 5, 7), _loop(group, 5, 7), strict=True):
        assert (ours == first).all()


@pytest.mark.parametrize("protocol", [ChannelDisjoint(), TopicBlocks(k=3, seed=1)])
def test_each_row_is_tested_once_and_its_group_never_teaches(
    table: pd.DataFrame, protocol: ChannelDisjoint | TopicBlocks
) -> None:
    folds = protocol.split(table)
    assert len(folds) == protocol.k
    assert (sum(f.test.astype(int) for f in folds) == 1).all()
    for fold in folds:
        assert (fold.train == ~fold.test).all()
        assert not set(table.group[fold.train]) & set(table.group[fold.test])


def test_a_row_without_a_group_is_named(table: pd.DataFrame) -> None:
    broken = table.assign(group=[None, *table.group[1:]])
    with pytest.raises(InputError, match=r"1 videos belong to no group \(row 1 first\)"):
        ChannelDisjoint().split(broken)


def test_too_few_groups_are_refused(table: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="at least 5 channels or topics; the table has 2"):
        ChannelDisjoint().split(table[table.group.isin(table.group.unique()[:2])])


def test_time_forward_trains_on_strictly_earlier_videos_only(table: pd.DataFrame) -> None:
    folds = TimeForward(k=4).split(table)
    when = table.published_at.to_numpy()
    assert len(folds) == 4
    for fold, after in zip(folds, [*folds[1:], None], strict=True):
        assert when[fold.train].max() < when[fold.test].min()
        assert 10 <= fold.test.sum() <= 40
        if after is not None:
            assert (after.train == (fold.train | fold.test)).all()
    assert when[folds[-1].test].max() == when.max()


def test_videos_of_one_moment_are_never_parted() -> None:
    days = pd.to_datetime(["2025-01-01"] * 2 + ["2025-01-02"] * 4 + ["2025-01-03"] * 4, utc=True)
    first, second = TimeForward(k=2).split(pd.DataFrame({"published_at": days}))
    assert np.flatnonzero(first.test).tolist() == [2, 3, 4, 5]
    assert np.flatnonzero(first.train).tolist() == [0, 1]
    assert np.flatnonzero(second.test).tolist() == [6, 7, 8, 9]


def test_an_embargo_leaves_out_what_was_published_just_before(table: pd.DataFrame) -> None:
    plain, held = TimeForward(k=3).split(table), TimeForward(k=3, embargo_days=4).split(table)
    when = table.published_at.to_numpy()
    for without, with_gap in zip(plain, held, strict=True):
        assert (without.test == with_gap.test).all()
        assert with_gap.train.sum() < without.train.sum()
        assert when[with_gap.test].min() - when[with_gap.train].max() > np.timedelta64(4, "D")
    with pytest.raises(InputError, match="An embargo of 400 days leaves nothing"):
        TimeForward(k=3, embargo_days=400).split(table)


def test_videos_without_a_time_are_on_neither_side(table: pd.DataFrame) -> None:
    undated = table.assign(published_at=table.published_at.where(np.arange(len(table)) % 7 != 0))
    for fold in TimeForward(k=3).split(undated):
        assert not (fold.train | fold.test)[::7].any()
    assert np.isnan(seconds(undated)[::7]).all()


@pytest.mark.parametrize("times", [[None] * 8, ["2025-01-01"] * 8, ["2025-01-01"] * 4 + ["2025-02-01"] * 4])
def test_too_few_moments_are_refused(times: list[str | None]) -> None:
    with pytest.raises(InputError, match="can't be cut into 4 stretches of about equal size"):
        TimeForward(k=3).split(pd.DataFrame({"published_at": pd.to_datetime(times, utc=True)}))


def test_random_rows_are_each_tested_once_and_say_that_they_leak(table: pd.DataFrame) -> None:
    folds = RandomRows(k=4).split(table)
    assert (sum(f.test.astype(int) for f in folds) == 1).all()
    assert [f.test.sum() for f in folds] == [30, 30, 30, 30]
    assert RandomRows().name == "random split (leaks the topic): shown beside"
    assert set(table.group[folds[0].train]) & set(table.group[folds[0].test])
    with pytest.raises(InputError, match="3 videos can't be cut into 4 folds"):
        RandomRows(k=4).split(table[:3])


def test_purging_takes_the_twin_of_a_test_row_out_of_training_and_counts_it(table: pd.DataFrame) -> None:
    titles = table.title.tolist()
    titles[5] = "Amber Basil, cedar delta ember"
    titles[50] = "amber basil cedar DELTA ember!"
    titles[7] = titles[70] = "amber basil"  # too short to mean anything
    twins = table.assign(title=titles)
    fold = Fold(np.arange(len(table)) < 40, np.arange(len(table)) >= 40)
    clean = purge(fold, alike(twins))
    assert clean.purged == 1
    assert np.flatnonzero(fold.train & ~clean.train).tolist() == [5]
    assert (clean.test == fold.test).all()


def test_purging_looks_at_pictures_too(table: pd.DataFrame) -> None:
    pictures: list[str | None] = [None] * len(table)
    pictures[3], pictures[60] = "ff00ff00ff00ff00", "ff00ff00ff00ff01"
    fold = Fold(np.arange(len(table)) < 40, np.arange(len(table)) >= 40)
    assert purge(fold, alike(table, pictures)).purged == 1
    assert purge(fold, alike(table)).purged == 0


def test_honest_folds_share_no_title(table: pd.DataFrame) -> None:
    copies = table.assign(title=np.resize(table.title.to_numpy()[:30], len(table)))
    for fold in honest_folds(copies, ChannelDisjoint()):
        assert fold.purged > 0
        assert not set(copies.title[fold.train]) & set(copies.title[fold.test])


def test_every_collection_has_its_honest_protocol_first_and_an_unknown_one_keeps_channels_apart() -> None:
    assert protocol_for("tiktok_vn_2025") == ChannelDisjoint(k=5, seed=7)
    assert protocol_for("ipiu2026_shorts") == TopicBlocks()
    assert protocol_for("youtube_thumbs_trending_2020_21") == TimeForward()
    assert protocol_for("somebody's own") == ChannelDisjoint()
    assert PROTOCOLS["youtube_charts_2025_26"] == (ChannelDisjoint(), TimeForward())
    assert all(p[0].seals != "nothing" for p in PROTOCOLS.values())


@pytest.mark.parametrize(
    ("protocol", "words"),
    [
        (ChannelDisjoint(), "5-fold, channels apart: saw no other video of its channel"),
        (TopicBlocks(3), "3-fold, topic blocks apart: no other row of its block"),
        (TimeForward(4), "4 steps forward in time: strictly earlier videos only;"),
        (TimeForward(4, 2), "4 steps forward in time: videos only, with 2 days between;"),
        (RandomRows(), "random split (leaks the topic): shown beside: too good"),
    ],
)
def test_a_protocol_says_what_it_does_in_one_sentence(
    protocol: ChannelDisjoint | TopicBlocks | TimeForward | RandomRows, words: str
) -> None:
    name, _, part = words.rpartition(": ")
    assert protocol.name == name
    assert part in protocol.says
    assert protocol.says.endswith(".")
