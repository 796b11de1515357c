"""Bad rows: each is named, and takes no good one with it."""

import csv
from pathlib import Path

import pytest

from shortcast_ml.errors import InputError
from shortcast_ml.records import BadRow, ImportReport
from shortcast_tools.import_videos import import_videos
from shortcast_tools.parts import parts
from shortcast_vectorstore.library import Library

HEADER = b"video_id,title,description,views,likes,published_at,read_at,platform,duration_s,url"
GOOD = b"good%d,Title %d,,%d,5,2026-03-01T10:00:00Z,2026-03-08T10:00:00Z,tiktok,20,"


def good(i: int) -> bytes:
    return GOOD % (i, i, 100 + i)


def bad(**cells: bytes) -> bytes:
    """Return a good row with some cells replaced."""
    names = HEADER.decode().split(",")
    whole = dict(zip(names, (GOOD % (999, 999, 999)).split(b","), strict=True)) | {"video_id": b"odd"}
    return b",".join((whole | cells)[name] for name in names)


@pytest.fixture
def here(emptied: Path) -> Library:
    """The library that imports go into: the default one."""
    return parts().library


def put_in(path: Path, rows: list[bytes], header: bytes = HEADER, end: bytes = b"\n") -> ImportReport:
    """Write rows between good ones, and import them."""
    lines = [header]
    for i, row in enumerate(rows):
        lines += [good(i), row]
    lines.append(good(len(rows)))
    path.write_bytes(end.join(lines) + end)
    return import_videos(path)


# What is wrong with a row, the column and the words that name it, and whether the row is lost.
ODD: dict[str, tuple[bytes, str, str, bool]] = {
    "too few cells": (b"odd,Title", "", "has 2 cells where the header has 10", True),
    "too many cells": (bad() + b",more", "", "has 11 cells where the header has 10", True),
    "text in a needed number": (bad(views=b"many"), "views", "'many' is not a count", True),
    "text in another number": (bad(likes=b"lots"), "likes", "'lots' is not a count", False),
    "negative views": (bad(views=b"-5"), "views", "'-5' is below 0", True),
    "views beyond 2**63": (bad(views=b"9223372036854775808"), "views", "more than any platform counts", True),
    "endless views": (bad(views=b"1e400"), "views", "'1e400' is not a count", True),
    "a date in the future": (bad(published_at=b"2099-01-01"), "published_at", "is in the future", False),
    "a date in 1900": (bad(published_at=b"1900-01-01"), "published_at", "between 2005 and 2100", False),
    "no date at all": (bad(published_at=b"yesterday"), "published_at", "is not a time", False),
    "published after it was read": (
        bad(published_at=b"2026-06-01"),
        "published_at",
        "is after its views",
        False,
    ),
    "read in the future": (bad(read_at=b"2098-01-01"), "read_at", "is in the future", False),
    "no id": (bad(video_id=b""), "video_id", "does not say which video", True),
    "an id that a spreadsheet rounded": (bad(video_id=b"7.49183E+18"), "video_id", "has rounded", True),
    "wrong bytes in words": (bad(title=b"Caf\xe9 trick"), "title", "bytes that are not UTF-8", False),
    "wrong bytes in an id": (bad(video_id=b"od\xe9d"), "video_id", "can't be shown", True),
    "a NUL character in words": (bad(title=b"A\0title"), "title", "NUL characters", False),
    "a NUL character in an id": (bad(video_id=b"o\0dd"), "video_id", "can't be shown", True),
    "a nonsense platform": (bad(platform=b"myspace"), "platform", "'myspace' is not a platform", True),
    "no platform": (bad(platform=b""), "platform", "does not say where", True),
    "a huge cell": (bad(description=b"x" * 50_000), "description", "has 50,000 characters", False),
    "a cell beyond what CSV readers take": (bad(description=b"x" * 200_000), "", "more than 131,072", True),
    "a line beyond all measure": (bad(title=b"x" * 2_000_000), "", "more than 1,048,576", True),
    "no duration": (bad(duration_s=b"0"), "duration_s", "is not a duration above 0", False),
    "a link that is none": (bad(url=b"javascript:alert(1)"), "url", "is not a web address", False),
    "views that were hidden": (bad(views=b"0", likes=b"2362"), "views", "the views were hidden", True),
    "a quote that is never closed": (bad(title=b'"Never closed'), "", "a quote that is not closed", True),
}


@pytest.mark.parametrize("kind", ODD)
def test_a_bad_row_is_named_and_the_rows_around_it_are_kept(kind: str, here: Library, tmp_path: Path) -> None:
    row, column, says, dropped = ODD[kind]
    report = put_in(tmp_path / "t.csv", [row])
    assert here.get("good0") is not None
    assert here.get("good1") is not None
    [named] = report.bad_rows
    assert (named.file, named.row, named.line, named.column) == ("t.csv", 2, 3, column)
    assert says in named.problem
    assert named.dropped == dropped
    assert report.dropped == dropped
    assert report.added == here.count() == (2 if dropped else 3)
    assert report.rows == 3


def test_every_kind_of_bad_row_in_one_file_is_named_and_no_good_row_is_lost(
    here: Library, tmp_path: Path
) -> None:
    rows = [row.replace(b"odd", b"odd%d" % i) for i, (row, _, _, _) in enumerate(ODD.values())]
    report = put_in(tmp_path / "all.csv", rows)
    assert [b.row for b in report.bad_rows] == [2 * (i + 1) for i in range(len(rows))]
    lost = sum(dropped for _, _, _, dropped in ODD.values())
    assert (report.rows, report.dropped, report.added) == (2 * len(rows) + 1, lost, 2 * len(rows) + 1 - lost)
    ids = {video.video_id for video in here.all()}
    assert {f"good{i}" for i in range(len(rows) + 1)} <= ids
    assert len(ids) == report.library_size == report.added


def test_the_same_bad_rows_in_parquet_are_named_too(here: Library, tmp_path: Path) -> None:
    import pandas as pd

    pd.DataFrame(
        {
            "id": ["a", None, "c", "d"],
            "title": ["A", "B", "C", "D" * 30_000],
            "views": [5, 5, -1, 5],
            "platform": ["tiktok", "tiktok", "tiktok", "tiktok"],
        }
    ).to_parquet(tmp_path / "t.parquet")
    report = import_videos(tmp_path / "t.parquet")
    assert [(b.row, b.line, b.column, b.dropped) for b in report.bad_rows] == [
        (2, None, "id", True),
        (3, None, "views", True),
        (4, None, "title", False),
    ]
    assert {video.video_id for video in here.all()} == {"a", "d"}


def test_broken_text_and_impossible_times_in_parquet_are_named(here: Library, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    broken = pa.array([b"fine", b"\xff\xfe"], pa.binary()).cast(pa.string(), safe=False)
    late = pa.array([1_772_000_000, 10**15], pa.timestamp("s"))
    table = pa.table(
        {"id": ["a", "b"], "title": broken, "views": [1, 2], "platform": ["tiktok"] * 2, "publishedAt": late}
    )
    pq.write_table(table, tmp_path / "t.parquet")
    report = import_videos(tmp_path / "t.parquet")
    assert [(b.row, b.column, b.dropped) for b in report.bad_rows] == [
        (2, "title", False),
        (2, "publishedAt", False),
    ]
    assert here.get("a").draft.title == "fine"  # type: ignore[union-attr]
    assert here.get("b").published_at is None  # type: ignore[union-attr]


def test_a_row_that_contradicts_an_earlier_one_about_the_same_moment_is_named(
    here: Library, tmp_path: Path
) -> None:
    again = good(0).replace(b",100,", b",777,")
    report = put_in(tmp_path / "t.csv", [again, good(0)])
    assert [(b.row, b.problem) for b in report.bad_rows] == [
        (2, "has other counts than row 1 about the same video and time")
    ]
    assert (report.added, report.known, report.dropped) == (3, 1, 1)
    assert here.get("good0").counts.views == 100  # type: ignore[union-attr]


def test_an_unclosed_quote_swallows_no_row_even_where_another_quote_follows(
    here: Library, tmp_path: Path
) -> None:
    first, second = bad(title=b'"Open', video_id=b"o1"), bad(title=b'Close" now', video_id=b"o2")
    report = put_in(tmp_path / "t.csv", [first, second])
    assert [b.row for b in report.bad_rows] == [2]
    assert {video.video_id for video in here.all()} == {"good0", "good1", "good2", "o2"}


def test_two_stray_quotes_in_one_column_swallow_no_row_between_them(here: Library, tmp_path: Path) -> None:
    first, second = bad(title=b'"Open', video_id=b"o1"), bad(title=b'Close"', video_id=b"o2")
    report = put_in(tmp_path / "t.csv", [first, second])
    assert [b.row for b in report.bad_rows] == [2]
    assert {video.video_id for video in here.all()} == {"good0", "good1", "good2", "o2"}


def test_words_of_several_lines_that_look_a_little_like_rows_are_words(here: Library, tmp_path: Path) -> None:
    recipe = "For the dough, 2 eggs, 300 g of flour, salt\nmix, bake, 20 minutes, eat\nEnjoy"
    (tmp_path / "t.csv").write_text(f'id,title,views,platform\nv1,"{recipe}",5,tiktok\nv2,B,6,tiktok\n')
    report = import_videos(tmp_path / "t.csv")
    assert (report.added, report.bad_rows) == (2, ())
    assert here.get("v1").draft.title == recipe  # type: ignore[union-attr]


def test_a_first_cell_of_several_lines_is_one_cell(here: Library, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        'title,id,views,platform\n"One\ntwo, 3\nfour",v1,5,tiktok\nB,v2,6,tiktok\n'
    )
    report = import_videos(tmp_path / "t.csv")
    assert (report.added, report.bad_rows) == (2, ())
    assert here.get("v1").draft.title == "One\ntwo, 3\nfour"  # type: ignore[union-attr]


def test_quotes_that_are_not_as_they_should_be_are_read_where_the_cells_are_clear(
    here: Library, tmp_path: Path
) -> None:
    report = put_in(tmp_path / "t.csv", [bad(title=b'"5" hacks" that work')])
    assert report.bad_rows == ()
    assert here.get("odd").draft.title == '5 hacks" that work'  # type: ignore[union-attr]


def test_quoted_newlines_blank_lines_and_empty_cells_at_the_end_are_no_problems(
    here: Library, tmp_path: Path
) -> None:
    report = put_in(
        tmp_path / "t.csv",
        [bad(title=b'"Two\nlines, ""quoted"""'), b"", b" ,,,,,,,,,".strip(), bad() + b",,"],
    )
    assert report.bad_rows == ()
    assert report.rows == 7  # the last row repeats the first one's id and says nothing else that is new
    assert here.get("odd").draft.title == "Title 999"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "write",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace(",", ";").encode(),
        lambda text: text.replace(",", "\t").encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
    ],
    ids=["BOM", "UTF-16", "semicolons", "tabs", "CRLF", "CR"],
)
def test_other_ways_to_write_a_table_are_read(write: object, here: Library, tmp_path: Path) -> None:
    text = "Video ID,Title,Views,platform\nv1,Café 한국어,1200,tiktok\nv2,B,7,tiktok\n"
    (tmp_path / "t.csv").write_bytes(write(text))  # type: ignore[operator]
    report = import_videos(tmp_path / "t.csv")
    assert (report.added, report.bad_rows) == (2, ())
    video = here.get("v1")
    assert video is not None
    assert (video.draft.title, video.counts.views) == ("Café 한국어", 1200)  # type: ignore[union-attr]


def test_all_problems_are_written_to_a_file_however_many_there_are(here: Library, tmp_path: Path) -> None:
    lines = [b"video_id,title,views,likes,platform", *(b"v%d,T,%d,x,tiktok" % (i, i) for i in range(1500))]
    (tmp_path / "t.csv").write_bytes(b"\n".join(lines))
    report = import_videos(tmp_path / "t.csv", problems=tmp_path / "problems.csv")
    assert (len(report.bad_rows), report.more_bad_rows, report.dropped, report.added) == (1000, 500, 0, 1500)
    with (tmp_path / "problems.csv").open(newline="", encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    assert [int(row["row"]) for row in written] == list(range(1, 1501))
    assert (
        BadRow.model_validate({**written[0], "dropped": written[0]["dropped"] == "True"})
        == report.bad_rows[0]
    )
    assert list(tmp_path.glob(".*")) == []


def test_problems_that_cannot_be_written_are_said_before_anything_is_imported(
    here: Library, tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_bytes(b"video_id,title,views,platform\nv,T,1,tiktok\n")
    with pytest.raises(InputError, match="give another file"):
        import_videos(tmp_path / "t.csv", problems=tmp_path / "nowhere" / "problems.csv")
    assert here.kind() == "empty"
