"""Cells as people and platforms write them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from shortcast_ml.data.cells import (
    to_count,
    to_flag,
    to_hashtags,
    to_number,
    to_platform,
    to_seconds,
    to_time,
)


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        ("12345", 12345),
        ("12345.0", 12345),
        ("1e+06", 1_000_000),
        ("12,345", 12_345),
        ("1,234,567", 1_234_567),
        ("1.234.567", 1_234_567),
        ("1.234,0", 1234),
        ("12 345", 12_345),
        ("1.2M", 1_200_000),
        ("3,4k", 3400),
        ("1,250K", 1250),
        ("1.5 Tr", 1_500_000),
        ("5万", 50_000),
        ("987 views", 987),
        ("-3", -3),
    ],
)
def test_counts_are_read_as_they_are_shown(cell: str, count: float) -> None:
    assert to_count(cell) == count


def test_a_count_is_read_with_the_separators_and_the_unit_of_the_mapping() -> None:
    assert to_count("12.345", thousands=".") == 12_345
    assert to_count("1,2M", decimal=",") == 1_200_000
    assert to_count("1.25", unit=1e6) == 1_250_000


@pytest.mark.parametrize("cell", ["many", "1.2X", "nan", "inf", "-", "1 2 M views too"])
def test_what_is_no_count_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="is not a"):
        to_count(cell)


def test_a_count_that_could_be_two_numbers_is_not_guessed() -> None:
    with pytest.raises(ValueError, match="say in the mapping which sign parts thousands"):
        to_count("12.345")


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("63", 63),
        ("63.5", 63.5),
        ("63s", 63),
        ("1:03", 63),
        ("1:01:03", 3663),
        ("PT1M3S", 63),
        ("pt1h0.5s", 3600.5),
        ("P1DT1S", 86401),
    ],
)
def test_durations_are_read_in_their_usual_forms(cell: str, seconds: float) -> None:
    assert to_seconds(cell) == seconds


def test_a_duration_has_the_unit_of_the_mapping() -> None:
    assert to_seconds("1,5", 60) == 90


@pytest.mark.parametrize("cell", ["0", "PT0S", "-5", "1:2:3:4", "1:x", "PT", "P", "PTM", "long", "inf"])
def test_what_is_no_duration_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="is not"):
        to_seconds(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-01-31T08:00:00Z",
        "2026-01-31 15:00:00+07:00",
        "2026-01-31 08:00",
        "1769846400",
        "1769846400.0",
        "1769846400000",
        datetime(2026, 1, 31, 8),
        datetime(2026, 1, 31, 8, tzinfo=UTC),
    ],
)
def test_times_are_read_in_utc(cell: object) -> None:
    assert to_time(cell) == datetime(2026, 1, 31, 8, tzinfo=UTC)


def test_a_day_is_its_midnight() -> None:
    for cell in ("20260131", "2026-01-31", date(2026, 1, 31)):
        assert to_time(cell) == datetime(2026, 1, 31, tzinfo=UTC)


def test_a_time_has_the_format_and_the_zone_of_the_mapping() -> None:
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    assert to_time("31/01/2026 15:00", "%d/%m/%Y %H:%M", zone) == datetime(2026, 1, 31, 8, tzinfo=UTC)
    assert to_time("2026-01-31T08:00Z", "%d/%m/%Y", zone) == datetime(2026, 1, 31, 8, tzinfo=UTC)
    with pytest.raises(ValueError, match="is not a time like %d/%m/%Y"):
        to_time("01-31-2026", "%d/%m/%Y")


@pytest.mark.parametrize("cell", ["01/02/2026", "yesterday", "12345", "20261399"])
def test_a_time_that_could_be_two_days_is_not_guessed(cell: str) -> None:
    with pytest.raises(ValueError, match="give its format in the mapping"):
        to_time(cell)


def test_a_time_before_there_were_such_videos_is_refused() -> None:
    with pytest.raises(ValueError, match="not a time between 2005 and 2100"):
        to_time("1899-12-30")


def test_flags_platforms_and_numbers_have_their_words() -> None:
    assert [to_flag(c) for c in ("True", "1", "yes", "0", "n")] == [True, True, True, False, False]
    assert [to_platform(c) for c in ("TikTok", "YouTube Shorts", "YouTube", "bilibili")] == [
        "tiktok",
        "youtube_shorts",
        "youtube",
        "bilibili",
    ]
    assert to_number("1,5") == 1.5
    for read, cell in ((to_flag, "maybe"), (to_platform, "vine"), (to_number, "x"), (to_number, "nan")):
        with pytest.raises(ValueError, match="is n"):
            read(cell)


@pytest.mark.parametrize(
    "cell",
    [["#cat", "fyp"], '["cat", "fyp"]', "['cat', 'fyp']", "#cat #fyp", "cat, fyp", "cat|fyp",
     [{"title": "cat"}, {"name": "fyp"}]],
)  # fmt: skip
def test_hashtags_come_as_lists_or_as_text(cell: object) -> None:
    assert to_hashtags(cell) == ["cat", "fyp"]
