"""Times, lengths and topics against the own channel: planted effects are found, and none where none is."""

import numpy as np
import pytest
from tests.invented_niche import Planted, invented_niche, measured

from shortcast_ml.errors import InputError
from shortcast_ml.niche.crowding import crowding, recent
from shortcast_ml.niche.performance import Partition, Standing, stand_out, standings
from shortcast_ml.niche.slots import DAYS, LENGTHS, length_parts, week_parts, zone_named

UTC = zone_named("UTC")


def _found(planted: Planted, seed: int, **size: int) -> dict[str, Standing]:
    """Return what stands out in an invented niche, by name."""
    facts = measured(invented_niche(planted, seed=seed, **size))
    parts = [*week_parts(facts.published_s, UTC), length_parts(facts.duration_s)]
    did = standings(facts, parts)
    return {
        name: s
        for part, of, sure in zip(parts, did, stand_out(did), strict=True)
        for name, s, yes in zip(part.names, of, sure, strict=True)
        if yes and s is not None
    }


def test_a_planted_weekday_and_length_are_found_with_their_size() -> None:
    found = _found(Planted(sunday=0.3, short=-0.25), seed=1, channels=40, uploads=15)
    assert {"Sunday", "under 10 s"} <= found.keys()
    sunday, short = found["Sunday"], found["under 10 s"]
    assert sunday.low < 10**0.3 < sunday.high * 1.25
    assert sunday.value > 1.5
    assert short.value < 0.7
    assert short.low < short.value < short.high < 1
    assert sunday.n > 60
    assert sunday.units > 20


def test_where_nothing_is_planted_hardly_anything_stands_out() -> None:
    runs = [_found(Planted(), seed, channels=25, uploads=10) for seed in range(30)]
    assert sum(bool(found) for found in runs) <= 4  # 5% of the runs may be chance


def test_channels_that_always_do_the_same_make_no_effect() -> None:
    facts = measured(invented_niche(seed=2))
    habit = np.unique(facts.channel, return_inverse=True)[1] % 7
    did = standings(facts, [Partition(DAYS, habit)])
    assert not any(stand_out(did)[0])
    assert {s.chance for s in did[0] if s is not None} == {1.0}


def test_one_channel_is_judged_by_its_weeks() -> None:
    facts = measured(invented_niche(Planted(sunday=0.6), channels=1, uploads=200, noise=0.15))
    days = week_parts(facts.published_s, UTC)[0]
    did = standings(facts, [days])
    assert stand_out(did)[0][6]
    assert did[0][6] is not None
    assert did[0][6].value > 2.5
    assert did[0][6].units > 10


def test_groups_of_few_videos_or_few_channels_are_not_spoken_of() -> None:
    facts = measured(invented_niche(channels=12, uploads=10))
    label = np.full(len(facts), 2)
    label[:19] = 0
    label[facts.channel == facts.channel[-1]] = 1
    did = standings(facts, [Partition(("few", "one channel", "rest"), label)])[0]
    assert did[0] is None
    assert did[1] is None
    assert did[2] is not None
    assert did[2].value == pytest.approx(1, abs=0.15)


def test_nothing_known_is_nothing_said() -> None:
    facts = measured(invented_niche(channels=2, uploads=2))  # no channel has three others
    assert np.isnan(facts.vs_channel).all()
    assert standings(facts, [length_parts(facts.duration_s)]) == [[None] * len(LENGTHS)]
    assert stand_out([[None]]) == [[False]]


def test_times_are_told_in_the_zone_asked_for() -> None:
    sunday_2200 = np.array([1_782_684_000.0, np.nan])  # 2026-06-28 22:00 UTC
    days, hours = week_parts(sunday_2200, UTC)
    assert (DAYS[days.label[0]], hours.names[hours.label[0]]) == ("Sunday", "20:00 to 24:00")
    days, hours = week_parts(sunday_2200, zone_named("Asia/Seoul"))
    assert (DAYS[days.label[0]], hours.names[hours.label[0]]) == ("Monday", "04:00 to 08:00")
    assert (days.label[1], hours.label[1]) == (-1, -1)
    for wrong in ("Mars/Olympus", "", "../../etc/passwd", "a" * 300):
        with pytest.raises(InputError, match="time zone"):
            zone_named(wrong)


def test_dates_without_an_hour_have_a_weekday_and_no_hour() -> None:
    midnights = 1_782_604_800.0 + 86400 * np.arange(14)  # from Sunday 2026-06-28 on
    days, hours = week_parts(midnights, zone_named("America/New_York"))
    assert DAYS[days.label[0]] == "Sunday"
    assert (hours.label == -1).all()


def test_lengths_fall_into_their_ranges() -> None:
    label = length_parts(np.array([9.9, 10.0, 59.9, 60.0, 700.0, np.nan])).label
    assert [LENGTHS[at] if at >= 0 else "" for at in label] == [
        "under 10 s", "10 to 15 s", "45 to 60 s", "60 to 90 s", "10 min and longer", "",
    ]  # fmt: skip


def test_a_topic_with_surely_more_recent_videos_is_crowded_unless_it_does_better() -> None:
    facts = measured(invented_niche(channels=30, uploads=12))
    is_recent = recent(facts.published_s)
    assert 0.15 < np.nanmean(is_recent) < 0.4
    many = (is_recent == 1) | (np.arange(len(facts)) % 4 == 0)
    member = np.stack([many, ~many, np.arange(len(facts)) < 5], axis=1)
    usual, better = Standing(90, 30, 1.0, 0.9, 1.1, 0.0, 0.9), Standing(90, 30, 1.5, 1.2, 1.8, 0.2, 0.0)
    assert crowding(facts, is_recent, member, [usual, usual, usual]) == ["crowded", "usual", "unknown"]
    assert crowding(facts, is_recent, member, [better, better, None]) == ["usual", "open", "unknown"]
    unknown = np.full(len(facts), np.nan)
    assert crowding(facts, unknown, member, [usual, usual, usual]) == ["unknown"] * 3
