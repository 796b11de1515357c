"""A table of one's own: recognised by name or by a mapping, and every loss is named."""

import re
from pathlib import Path

import pandas as pd
import pytest

from shortcast_ml.data import check_table, load_own, write_table
from shortcast_ml.data.cleaning import CleaningReport
from shortcast_ml.data.mapping import NAMES
from shortcast_ml.data.schema import SCHEMA
from shortcast_ml.errors import InputError

DOCS = Path(__file__).parents[2] / "docs" / "data.md"


def load(tmp_path: Path, text: str, mapping: str | None = None) -> tuple[pd.DataFrame, CleaningReport]:
    path = tmp_path / "mine.csv"
    path.write_text(text, encoding="utf-8")
    if mapping is None:
        return load_own(path)
    (tmp_path / "mapping.yaml").write_text(mapping, encoding="utf-8")
    table, report = load_own(path, tmp_path / "mapping.yaml")
    check_table(table)
    return table, report


def test_kaggle_trending_columns_are_recognised_and_a_video_is_taken_at_its_last_look(tmp_path: Path) -> None:
    table, report = load(
        tmp_path,
        "video_id,trending_date,title,channel_title,publish_time,tags,views,likes,thumbnail_link\n"
        'a,17.14.11,"Hi, there",Chan,2017-11-13T12:00:00.000Z,x,1000,9,http://x\n'
        'a,17.15.11,"Hi, there",Chan,2017-11-13T12:00:00.000Z,x,3000,9,http://x\n'
        "b,17.14.11,A trick #Shorts,Chan,2017-11-14T12:00:00.000Z,x,500,9,http://x\n",
    )
    assert table.video_id.tolist() == ["a", "b"]
    assert table.views.tolist() == [3000.0, 500.0]
    assert table.age_days.tolist() == [2.5, 0.5]  # a day without an hour counts to its end
    assert table.platform.tolist() == ["youtube", "youtube_shorts"]
    assert table.channel_id.tolist() == ["Chan", "Chan"]
    assert table.title.tolist() == ["Hi, there", "A trick"]
    assert report.columns_not_read == ("tags", "thumbnail_link")
    assert {r.name: r.dropped for r in report.rules if r.dropped} == {"same video again": 1}


def test_youtube_api_columns_are_recognised(tmp_path: Path) -> None:
    table, _ = load(
        tmp_path,
        "id,snippet.title,snippet.channelId,snippet.publishedAt,contentDetails.duration,"
        "statistics.viewCount,title\n"
        "v,no,UC1,2026-01-01T00:00:00Z,PT59S,120,One\n"
        "w,no,UC1,2026-01-01T00:00:00Z,PT12M,7,Two\n",
    )
    assert table.duration_s.tolist() == [59.0, 720.0]
    assert table.platform.tolist() == ["youtube_shorts", "youtube"]
    assert table.short.tolist() == [True, False]
    assert table.group.tolist() == ["UC1", "UC1"]


def test_tiktok_scraper_columns_are_recognised(tmp_path: Path) -> None:
    table, report = load(
        tmp_path,
        "id,desc,author,createTime,playCount,diggCount,duration,authorStats.followerCount,music.original\n"
        "1,look #cat,bob,1769846400,1.2M,30,15,1.5K,True\n"
        "2,,bob,1769846500,20,30,0,900,0\n"
        '3,,bob,1769846600,"12,345",3,9,nan,\n',
    )
    assert table.platform.unique().tolist() == ["tiktok"]
    assert table.views.tolist() == [1_200_000.0, 12_345.0]
    assert table.followers.tolist()[0] == 1500.0
    assert table.hashtags.tolist() == [["cat"], []]
    assert table.original_sound.tolist() == [True, pd.NA]
    assert table.published_at[2] == pd.Timestamp("2026-01-31T08:00Z")
    assert [(p.row, p.column, p.problem, p.row_dropped) for p in report.problems] == [
        (3, "duration", "'0' is not a duration above 0", False),
        (3, "", "more likes than views", True),
    ]


def test_ipiu_columns_are_recognised_and_grouped_by_topic(tmp_path: Path) -> None:
    table, report = load(
        tmp_path,
        "videoId,title,thumbnail_url,viewCount,view_bin,row\nx,abc,http://a,12,b,499\ny,abd,http://a,0,b,500\n",
    )
    assert table.group.tolist() == ["block0", "block1"]
    assert table.platform.tolist() == ["youtube_shorts"] * 2
    assert table.short.tolist() == [True, True]
    assert "row" not in report.columns_not_read


def test_a_written_table_is_read_again_as_ones_own(tmp_path: Path) -> None:
    table, _ = load(tmp_path, "video_id,views,platform,title,hashtags\na,5,tiktok,x,fyp\nb,6,TikTok,y,\n")
    write_table(table, tmp_path / "again.parquet")
    again, report = load_own(tmp_path / "again.parquet")
    assert again.views.tolist() == [5.0, 6.0]
    assert again.hashtags.tolist() == [["fyp"], []]
    assert again.group.tolist() == ["block0", "block0"]
    assert report.problems == ()


def test_records_in_parquet_are_read_as_dotted_columns(tmp_path: Path) -> None:
    pd.DataFrame(
        {
            "id": [1, 2],
            "playCount": [10, None],
            "authorStats": [{"followerCount": 7}, {"followerCount": 8}],
            "createTime": pd.to_datetime(["2026-01-31", None]),
        }
    ).to_parquet(tmp_path / "t.parquet")
    table, report = load_own(tmp_path / "t.parquet")
    assert table.followers.tolist() == [7.0]
    assert table.published_at.tolist() == [pd.Timestamp("2026-01-31", tz="UTC")]
    assert [(p.row, p.problem) for p in report.problems] == [(2, "is empty")]


def test_the_mapping_of_the_documentation_works(tmp_path: Path) -> None:
    blocks = re.findall(r"```(csv|yaml)\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    files = dict(blocks)
    table, report = load(tmp_path, files["csv"], files["yaml"])
    assert table.platform.tolist() == ["tiktok", "tiktok"]
    assert table.title.tolist() == ["The latte trick", "My worst pour"]
    assert table.views.tolist() == [12_345.0, 1_200_000.0]
    assert table.duration_s.tolist() == [30.0, 63.0]
    assert table.published_at[2] == pd.Timestamp("2026-01-31T17:30", tz="Asia/Ho_Chi_Minh")
    assert table.age_days[2] == pytest.approx(10 + 6.5 / 24)
    assert table.channel_id.isna().all()
    assert [(p.row, p.column, p.problem) for p in report.problems] == [(4, "Views", "'many' is not a count")]
    assert report.columns_not_read == ("Place",)


def test_rows_that_cannot_be_used_are_named_and_the_others_kept(tmp_path: Path) -> None:
    table, report = load(
        tmp_path,
        "video_id;views;duration;platform;thumbnail;followers\n"
        "a;10;5;tiktok;https://x/y.jpg;-4\n"
        "\n"
        "b;;5;tiktok;;\n"
        "c;7;5\n"
        "d;8;5;vine;;\n"
        "e;-8;5;tiktok;p.jpg;1\n"
        "f;8;long;tiktok;p.jpg;1\n",
    )
    assert table.video_id.tolist() == ["a", "f"]
    assert table.thumbnail.tolist()[1] == "p.jpg"
    assert (report.videos_read, report.videos_kept) == (6, 2)
    assert [(p.row, p.column, p.row_dropped) for p in report.problems] == [
        (2, "followers", False),
        (2, "thumbnail", False),
        (4, "views", True),
        (5, "", True),
        (6, "platform", True),
        (7, "views", True),
        (8, "duration", False),
    ]
    assert report.problems[3].problem == "has 3 cells where the header has 6"
    assert {c.column: (c.read, c.empty, c.unreadable) for c in report.columns}["views"] == (3, 1, 1)


def test_many_problems_are_counted(tmp_path: Path) -> None:
    rows = "".join(f"v{i},x,tiktok\n" for i in range(300))
    _, report = load(tmp_path, f"video_id,views,platform\n{rows}z,4,tiktok\n")
    assert (len(report.problems), report.more_problems) == (200, 100)


def test_the_documentation_lists_the_columns_as_they_are() -> None:
    lines = DOCS.read_text(encoding="utf-8").splitlines()
    for column in SCHEMA:
        assert f"| `{column.name}` | {column.kind} | {column.meaning} |" in lines
    for field, names in NAMES.items():
        assert any(line.startswith(f"| `{field}` |") for line in lines) or not names, field


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is empty"),
        ("title,platform\na,tiktok\n", "no column of views. Name it in a mapping file"),
        ("title,views\na,1\n", "does not say which platform"),
        ("views,platform\nx,tiktok\n", "no row that can be used. row 2, views: 'x' is not a count"),
        ("views,platform\n", "no row that can be used. It has no rows"),
    ],
)
def test_a_file_that_is_of_no_use_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        load(tmp_path, text)


@pytest.mark.parametrize(
    ("mapping", "complaint"),
    [
        ("views: Vews", r"no column 'Vews' for views \(did you mean 'Views'\?\). Its columns are"),
        ("vews: Views", "names 'vews', which is no field. Did you mean views?"),
        ("views: {column: Views, unit: kg}", "the unit 'kg'; units of views: thousand, million"),
        ("title: {column: Views, unit: s}", "units of title: none"),
        ("views: {colum: Views}", "wrong at views.colum: "),
        ("views: {unit: million}", "wrong at views: give either `column` or `value`"),
        ("published_at: {column: Views, timezone: Mars/North}", "there is no timezone called 'Mars/North'"),
        ("- views", "must have lines such as"),
        ("views: [", "can't be read as YAML"),
    ],
)
def test_a_wrong_mapping_says_where_it_is_wrong(tmp_path: Path, mapping: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        load(tmp_path, "Clip,Views\na,1\n", mapping)


def test_a_field_can_be_left_empty_and_a_value_given_to_all(tmp_path: Path) -> None:
    table, _ = load(
        tmp_path,
        "title,views\na,1\nb,2\n",
        "title: null\nplatform: {value: bilibili}\ndataset: {value: ours}\nread_at: {value: 2026-01-02}\n"
        "published_at: {value: 2026-01-01}\n",
    )
    assert table.title.tolist() == ["", ""]
    assert table.dataset.tolist() == ["ours", "ours"]
    assert table.age_days.tolist() == [2.0, 2.0]


def test_files_of_other_kinds_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"x")
    (tmp_path / "a.parquet").write_bytes(b"x")
    (tmp_path / "latin.csv").write_bytes("views,é\n".encode("latin-1"))
    (tmp_path / "huge.csv").write_text('views,platform\n"' + "x" * 200_000 + '",tiktok\n')
    for name, complaint in (
        ("a.xlsx", r"neither \.csv nor \.parquet"),
        ("a.parquet", "can't be read as Parquet"),
        ("latin.csv", "is not UTF-8"),
        ("huge.csv", "can't be read as CSV"),
        ("none.csv", "can't be opened"),
    ):
        with pytest.raises(InputError, match=complaint):
            load_own(tmp_path / name)
