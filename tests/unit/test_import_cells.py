"""Cells of imported tables: what each kind may look like, and what is refused."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shortcast_ml.data.mapping import Source
from shortcast_tools.importing.readers import Mended, id_in, is_empty, reader_of

COLUMN = Source(column="c")


def read(field: str, cell: Any, source: Source = COLUMN) -> Any:
    return reader_of(field, source, Path("/nowhere"))(cell)


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        ("views", 5, 5),
        ("views", "9007199254740993", 2**53 + 1),  # exact, although no float holds it
        ("views", "9223372036854775807", 2**63 - 1),
        ("views", 12.0, 12),
        ("views", "1.2M", 1_200_000),
        ("likes", "12,345", 12_345),
        ("followers", "3万", 30_000),
        ("video_id", 7491830, "7491830"),
        ("video_id", 7491830.0, "7491830"),
        ("video_id", "7491830.0", "7491830"),
        ("video_id", " -dQw4w9Wg ", "-dQw4w9Wg"),
        ("video_id", b"abc", "abc"),
        ("title", b"caf\xc3\xa9", "café"),
        ("title", 2024, "2024"),
        ("hashtags", ["a", "b"], ["a", "b"]),
        ("hashtags", "#a #b", ["a", "b"]),
        ("language", "pt-BR", "pt"),
        ("language", "fil", "tl"),
        ("language", "zxx", None),
        ("duration_s", "1:03", 63.0),
        ("age_days", "0,5", 0.5),
        ("short", "yes", True),
        ("platform", "YouTube Shorts", "youtube_shorts"),
        ("thumbnail", "https://example.invalid/p.jpg", None),
        ("published_at", 1_772_000_000, datetime(2026, 2, 25, 6, 13, 20, tzinfo=UTC)),
        ("read_at", "2026-03-01", datetime(2026, 3, 2, tzinfo=UTC)),
    ],
)
def test_a_cell_is_read(field: str, cell: Any, value: Any) -> None:
    assert read(field, cell) == value


@pytest.mark.parametrize(
    ("field", "cell", "says"),
    [
        ("views", True, "not a count"),
        ("views", 2**63, "more than any platform"),
        ("views", float("inf"), "not a count"),
        ("views", "9" * 500, "not a finite"),
        ("video_id", 7.5, "rounded"),
        ("video_id", 7.49183e18, "rounded"),
        ("video_id", "7,49183E+18", "rounded"),
        ("video_id", "x" * 201, "201 characters"),
        ("url", "ftp://example.invalid/v", "not a web address"),
        ("url", "https://exa mple.invalid/v", "not a web address"),
        ("url", "https://[bad/v", "not a web address"),
        ("url", "https://example.invalid/" + "x" * 2000, "not a web address"),
        ("language", "English", "not a language code"),
        ("hashtags", "x" * 20_001, "20,001 characters"),
        ("thumbnail", "gone.jpg", "not a file beside the table"),
        ("thumbnail", "a\0b.jpg", "not a file beside the table"),
        ("thumbnail", "x" * 5000, "not a file beside the table"),
        ("age_days", "0", "not an age"),
        ("age_days", "1e12", "not an age"),
        ("age_days", "nan", "finite"),
        ("duration_s", "-3", "not a duration"),
        ("platform", "myspace", "not a platform"),
        ("published_at", "31/12/2025", "format in the mapping"),
    ],
)
def test_a_cell_is_refused(field: str, cell: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read(field, cell)


def test_what_can_be_kept_of_a_cell_is_kept() -> None:
    for cell, kept in (("a\udce9\0b ", "a�b"), ("a\0b", "ab")):
        with pytest.raises(Mended) as mended:
            read("title", cell)
        assert mended.value.value == kept
    with pytest.raises(Mended) as mended:
        read("hashtags", "good,b\0d")
    assert mended.value.value == ["good", "bd"]


def test_units_and_zones_of_a_mapping_hold() -> None:
    assert read("views", "1.5", Source(column="c", unit="million")) == 1_500_000
    assert read("duration_s", "1500", Source(column="c", unit="ms")) == 1.5
    paris = read(
        "published_at",
        "01/03/2026 10:00",
        Source(column="c", format="%d/%m/%Y %H:%M", timezone="Europe/Paris"),
    )
    assert paris == datetime(2026, 3, 1, 9, tzinfo=UTC)


def test_words_that_say_nothing_are_empty_but_a_title_may_be_none() -> None:
    assert is_empty("views", " N/A ")
    assert is_empty("views", float("nan"))
    assert is_empty("title", "  ")
    assert not is_empty("title", "None")


def test_a_link_names_a_video_only_where_it_is_one() -> None:
    assert id_in("https://m.youtube.com/shorts/abcdefghijk?x=1") == ("abcdefghijk", "youtube_shorts")
    assert id_in("https://www.tiktok.com/@/video/55") == ("55", "tiktok")
    assert id_in("https://www.youtube.com/@channel") is None
    assert id_in("https://evil.invalid/www.youtube.com/shorts/abcdefghijk") is None
