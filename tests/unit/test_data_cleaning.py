"""What cleaning drops, what it only flags, and how it says so."""

import json

import numpy as np
import pandas as pd

from shortcast_ml.data import check_table, clean
from shortcast_ml.data.cleaning import CellProblem, CleaningReport, ColumnResult, RuleResult
from shortcast_ml.data.schema import fill_columns

NAN = float("nan")


def make(rows: list[dict[str, object]]) -> pd.DataFrame:
    base = {
        "dataset": "d",
        "platform": "tiktok",
        "group": "g",
        "channel_id": "c",
        "title": "",
        "duration_s": 20.0,
        "age_days": 10.0,
        "followers": 100.0,
        "views": 1000.0,
        "likes": 1.0,
        "dhash": None,
        "published_at": None,
    }
    frame = pd.DataFrame([base | {"video_id": f"v{i}"} | row for i, row in enumerate(rows)])
    frame["published_at"] = pd.to_datetime(frame.published_at, utc=True)
    return fill_columns({c: frame[c] for c in frame}, frame.index)


def rules(report: CleaningReport) -> dict[str, RuleResult]:
    return {r.name: r for r in report.rules}


def test_a_row_is_dropped_only_where_it_cannot_be_right() -> None:
    table, report = clean(
        make(
            [
                {},
                {"views": NAN},
                {"views": -3.0},
                {"views": 10.0, "likes": 11.0},
                {"age_days": -0.1},
                {"video_id": "again", "age_days": 3.0, "views": 5.0},
                {"video_id": "again", "age_days": 9.0, "views": 50.0},
                {"views": float("inf"), "likes": NAN},
            ]
        )
    )
    check_table(table)
    assert table.video_id.tolist() == ["v0", "again"]
    assert table.views.tolist() == [1000.0, 50.0]
    assert (report.videos_read, report.videos_kept) == (8, 2)
    assert {r.name: (r.dropped, r.examples) for r in report.rules if r.dropped} == {
        "no views": (1, ("v1",)),
        "impossible views": (2, ("v2", "v7")),
        "more likes than views": (1, ("v3",)),
        "seen before it was published": (1, ("v4",)),
        "same video again": (1, ("again",)),
    }


def test_without_ages_the_first_of_two_rows_of_a_video_is_kept() -> None:
    table, _ = clean(make([{"video_id": "x", "age_days": NAN, "views": v} for v in (7.0, 8.0)]))
    assert table.views.tolist() == [7.0]


def test_odd_rows_are_kept_and_flagged() -> None:
    table, report = clean(
        make(
            [
                {"views": 0.0, "likes": 0.0, "title": "a"},
                {"views": 0.0, "likes": 0.0, "age_days": 0.5, "title": "b"},
                {"views": 2e6, "followers": 0.0, "title": "c"},
                {"duration_s": 11_000.0, "title": "d"},
                {"duration_s": 11_000.0, "platform": "bilibili", "title": "e"},
            ]
        )
    )
    assert len(table) == 5
    found = {name: r.examples for name, r in rules(report).items()}
    assert found["no views after a day"] == ("v0",)
    assert found["many views, no followers"] == ("v2",)
    assert found["long for a short video"] == ("v3",)
    assert rules(report)["no hashtags"].flagged == 5
    assert "no title" not in found


def test_views_far_from_the_usual_are_judged_by_platform() -> None:
    usual = [{"views": float(v), "title": "t"} for v in np.geomspace(900, 1100, 30)]
    other = [{"views": float(v), "title": "t", "platform": "youtube"} for v in np.geomspace(9e6, 11e6, 30)]
    _, report = clean(make([*usual, {"views": 1e7, "title": "t"}, *other]))
    assert rules(report)["far from the usual views"].examples == ("v30",)


def test_repeated_titles_are_told_from_titles_that_channels_share() -> None:
    title = "How to pour a perfect latte at home"
    day = "2026-01-0{}T10:00Z".format
    _, report = clean(
        make(
            [
                {"title": title, "published_at": day(1)},
                {"title": title.upper() + "!", "published_at": day(2)},
                {"title": title, "published_at": day(5)},
                {"title": "A title of one channel, used twice", "published_at": day(1), "channel_id": "k"},
                {"title": "A title of one channel, used twice", "published_at": day(9), "channel_id": "k"},
                {"title": title + "?", "published_at": day(9), "channel_id": "k"},
                {"title": "latte", "published_at": day(1), "channel_id": "k"},
                {"title": "latte", "published_at": day(1), "channel_id": "m"},
            ]
        )
    )
    assert rules(report)["uploaded again"].examples == ("v1",)
    assert rules(report)["title shared by channels"].examples == ("v0", "v1", "v2", "v5")


def test_shared_pictures_are_flagged() -> None:
    hashes = ["ffff0000ffff0000", "ffff0000ffff0001", "0123456789abcdef", None]
    _, report = clean(make([{"dhash": h} for h in hashes]))
    assert rules(report)["picture shared"].examples == ("v0", "v1")


def test_the_report_reads_in_a_terminal_and_as_json() -> None:
    _, report = clean(make([{"views": NAN}, {}, {}]))
    text = report.text()
    assert text.startswith("d: 3 videos read, 2 kept\n")
    assert "dropped, because they can't be right\n          1  no views: " in text
    assert "             such as v0" in text
    assert json.loads(report.model_dump_json())["videos_kept"] == 2
    own = report.model_copy(
        update={
            "rules": (RuleResult(name="falling views", meaning="m", unit="looks", dropped=2),),
            "columns": (ColumnResult(column="views", source="Views", read=2, empty=0, unreadable=1),),
            "columns_not_read": ("comments",),
            "problems": (
                CellProblem(row=4, column="Views", cell="x", problem="is not a count", row_dropped=True),
            ),
            "more_problems": 7,
        }
    ).text()
    assert "falling views (looks): m" in own
    assert "  Views -> views: 2 read, 0 empty, 1 unreadable\n  not read: comments" in own
    assert own.endswith("  row 4, Views: is not a count (row dropped)\n  and 7 more")


def test_an_empty_table_has_nothing_to_clean() -> None:
    table, report = clean(make([{}]).iloc[:0])
    assert len(table) == 0
    assert report.rules == ()
