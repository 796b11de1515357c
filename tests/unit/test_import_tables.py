"""Importing tables: columns by their common names, repeated looks, and videos that the library knows."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.collected import a_video

from shortcast_ml.errors import InputError
from shortcast_ml.records import ChannelHistory, Counts, Draft, Published
from shortcast_tools.import_videos import import_videos
from shortcast_tools.parts import parts
from shortcast_tools.progress import listening
from shortcast_vectorstore.library import Library
from shortcast_vectorstore.upkeep import check_library


@pytest.fixture
def here(emptied: Path) -> Library:
    """The library that imports go into: the default one."""
    return parts().library


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def only(library: Library) -> Published:
    [video] = library.all()
    return video


def test_everything_that_a_row_says_is_kept(here: Library, tmp_path: Path) -> None:
    (tmp_path / "p.jpg").write_bytes(b"a picture")
    table = written(
        tmp_path / "t.csv",
        "id,title,description,hashtags,url,views,likes,comments,shares,author_id,nickname,followers,"
        "published_at,scraped_at,language,duration,platform,thumbnail\n"
        'v1,Latte art #coffee,Pour slowly #barista,"latte, art",https://www.tiktok.com/@a/video/v1,"12,345",1.2K,'
        "34,5,c1,Cafe Anna,5600,2026-03-01T10:00:00+01:00,2026-03-04 09:00,en-GB,0:21,TikTok,p.jpg\n",
    )
    report = import_videos(table)
    assert (report.rows, report.added, report.bad_rows, report.notes) == (1, 1, (), ())
    read_at, published_at = datetime(2026, 3, 4, 9, tzinfo=UTC), datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert only(here) == Published(
        draft=Draft(
            platform="tiktok",
            title="Latte art #coffee",
            description="Pour slowly #barista",
            hashtags=("coffee", "barista", "latte", "art"),
            language="en",
            duration_s=21.0,
            publish_at=published_at,
            thumbnail_path=tmp_path / "p.jpg",
        ),
        video_id="v1",
        url="https://www.tiktok.com/@a/video/v1",
        fetched_at=read_at,
        published_at=published_at,
        age_days=3.0,
        counts=Counts(views=12_345, likes=1200, comments=34, shares=5),
        channel_id="c1",
        channel=ChannelHistory(name="Cafe Anna", followers=5600),
        source="csv",
    )
    assert here.snapshots("v1", "tiktok") == [
        (read_at, Counts(views=12_345, likes=1200, comments=34, shares=5))
    ]
    row = here.db.rows("SELECT language, published_at, age_days, duration_s, views FROM videos")[0]
    assert tuple(row) == ("en", published_at.timestamp(), 3.0, 21.0, 12_345)
    assert tuple(here.db.rows("SELECT channel_id, name, followers FROM channels")[0]) == (
        "c1",
        "Cafe Anna",
        5600,
    )


def test_columns_of_the_data_api_and_of_scrapers_are_found(here: Library, tmp_path: Path) -> None:
    written(
        tmp_path / "a.csv",
        "videoId,snippet.title,snippet.channelTitle,snippet.channelId,snippet.publishedAt,statistics.viewCount,"
        "statistics.likeCount,statistics.commentCount,contentDetails.duration,fetchedAt\n"
        "yt1,,Anna,UC1,2026-01-01T00:00:00Z,10,2,1,PT45S,2026-02-01T12:00:00Z\n"
        "yt2,,Anna,UC1,2026-01-01T00:00:00Z,20,2,1,PT45M,2026-02-01T12:00:00Z\n",
    )
    written(
        tmp_path / "b.csv",
        "id,desc,createTime,stats.playCount,stats.diggCount,stats.commentCount,stats.shareCount,author.uniqueId,"
        "video.duration\n7491830,Hello #fyp,1767225600,500,40,3,2,anna,15\n",
    )
    report = import_videos(tmp_path)
    assert (report.added, report.bad_rows) == (3, ())
    assert here.get("yt1").draft.platform == "youtube_shorts"  # type: ignore[union-attr]
    assert here.get("yt2").url == "https://www.youtube.com/watch?v=yt2"  # type: ignore[union-attr]
    tiktok = here.get("7491830")
    assert tiktok is not None
    assert (tiktok.draft.platform, tiktok.draft.title, tiktok.draft.hashtags) == (
        "tiktok",
        "Hello #fyp",
        ("fyp",),
    )
    assert tiktok.counts == Counts(views=500, likes=40, comments=3, shares=2)
    [note] = report.notes  # b.csv says nothing of when it was read
    assert note.startswith("b.csv does not say")


def test_a_link_says_which_video_it_is_and_where(here: Library, tmp_path: Path) -> None:
    written(
        tmp_path / "t.csv",
        "link,title,views,read at\n"
        "https://www.youtube.com/shorts/abcdefghijk,S,1,2026-01-02T00:01\n"
        "https://www.youtube.com/watch?feature=x&v=bbbbbbbbbbb,L,2,2026-01-02T00:01\n"
        "https://youtu.be/ccccccccccc,Y,3,2026-01-02T00:01\n"
        "https://www.tiktok.com/@anna/video/123,T,4,2026-01-02T00:01\n"
        "https://www.bilibili.com/video/BV1xx,B,5,2026-01-02T00:01\n"
        "https://example.com/else,E,6,2026-01-02T00:01\n",
    )
    report = import_videos(tmp_path / "t.csv")
    assert sorted(here.by_key([f"{v.draft.platform}:{v.video_id}" for v in here.all()])) == [
        "bilibili:BV1xx",
        "tiktok:123",
        "youtube:bbbbbbbbbbb",
        "youtube:ccccccccccc",
        "youtube_shorts:abcdefghijk",
    ]
    assert [(bad.row, bad.column) for bad in report.bad_rows] == [(6, "video_id")]


def test_a_mapping_and_a_platform_say_what_the_table_does_not(here: Library, tmp_path: Path) -> None:
    table = written(tmp_path / "t.csv", "Nr,Name,Aufrufe,Kommentare\nv1,Kaffee,1.234,5\n")
    with pytest.raises(InputError, match="no column of video ids"):
        import_videos(table)
    mapping = written(
        tmp_path / "m.yaml",
        "video_id: Nr\ntitle: Name\nviews: {column: Aufrufe, thousands: .}\ncomments: Kommentare\n"
        "read_at: {value: 2026-05-02}\nlanguage: {value: de}\n",
    )
    with pytest.raises(InputError, match="--platform tiktok"):
        import_videos(table, mapping)
    import_videos(table, mapping, "bilibili")
    video = only(here)
    assert (video.draft.platform, video.draft.title, video.draft.language) == ("bilibili", "Kaffee", "de")
    assert video.counts == Counts(views=1234, comments=5)
    assert video.fetched_at == datetime(2026, 5, 3, tzinfo=UTC)  # a day counts to its end
    with pytest.raises(InputError, match="Did you mean comments"):
        import_videos(table, written(tmp_path / "m.yaml", "coments: Kommentare\n"))


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("t.csv", "title,views,platform\nA,1,tiktok\n", "no column of video ids"),
        ("t.csv", "id,title,platform\nv,A,tiktok\n", "no column of views"),
        ("t.csv", "id,views\nv,1\n", "neither says what the videos are nor when"),
        ("t.csv", "", "is empty"),
        ("t.csv", "\n\n", "is empty"),
        ("t.csv", "id,title,views,platform\n", "has no rows"),
        ("t.parquet", "no parquet", "can't be read as Parquet"),
        ("t.xlsx", "PK", "neither .csv, .tsv nor .parquet"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_in_a_sentence(
    name: str, text: str, says: str, here: Library, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=says) as error:
        import_videos(written(tmp_path / name, text))
    assert "\n" not in str(error.value)
    assert here.count() == 0


def test_a_place_with_nothing_to_import_is_refused(here: Library, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file or folder"):
        import_videos(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"holds no \.csv or \.parquet"):
        import_videos(tmp_path / "empty")


# --- repeated looks ----------------------------------------------------------------------------------


def test_repeated_rows_of_a_video_become_snapshots(here: Library, tmp_path: Path) -> None:
    rows = "".join(
        f"v1,A,{views},2026-03-01T00:00Z,2026-03-{day:02}T12:00Z,tiktok\n"
        for day, views in ((5, 30), (2, 10), (3, 20))
    )
    report = import_videos(
        written(tmp_path / "t.csv", "id,title,views,published_at,read_at,platform\n" + rows)
    )
    assert (report.rows, report.added, report.updated) == (3, 1, 2)
    assert [counts.views for _, counts in here.snapshots("v1", "tiktok")] == [10, 20, 30]
    assert only(here).counts == Counts(views=30)
    assert check_library(here) == []


def test_a_table_of_nothing_but_counts_adds_looks_and_brings_records_up_to_date(
    here: Library, tmp_path: Path
) -> None:
    written(
        tmp_path / "videos.csv",
        "id,title,views,likes,published_at,read_at,platform\nv1,A,10,1,2026-03-01T00:00Z,2026-03-02T00:00:01Z,tiktok\n",
    )
    written(
        tmp_path / "looks.csv",
        "id,age_hours,views,likes\nv1,12,4,0\nv1,96,40,3\nv1,48,,2\nv1,48,20,2\nunknown,3,5,1\nv1,12,5,0\n",
    )
    report = import_videos(tmp_path)
    assert (report.rows, report.looks, report.looks_added, report.looks_dropped) == (1, 6, 3, 2)
    assert [(bad.file, bad.row) for bad in report.bad_rows] == [("looks.csv", 5), ("looks.csv", 6)]
    assert "not in the library" in report.bad_rows[0].problem
    assert "other counts" in report.bad_rows[1].problem
    since = datetime(2026, 3, 1, tzinfo=UTC)
    assert [((at - since).total_seconds() // 3600, c.views) for at, c in here.snapshots("v1", "tiktok")] == [
        (12, 4),
        (24, 10),
        (48, 20),
        (96, 40),
    ]
    video = only(here)
    assert (video.counts, video.age_days) == (Counts(views=40, likes=3), 4.0)
    assert check_library(here) == []
    again = import_videos(tmp_path)
    assert (again.known, again.updated, again.looks_added) == (1, 0, 0)


def test_looks_that_cannot_be_dated_or_told_apart_are_named(here: Library, tmp_path: Path) -> None:
    here.add(
        [
            a_video("both"),
            a_video("both", platform="bilibili"),
            a_video("undated", age_days=None),
            a_video("fine"),
        ]
    )
    report = import_videos(
        written(
            tmp_path / "l.csv",
            "id,age_days,read_at,views\nboth,3,,5\nundated,3,,5\nfine,,2099-01-01,5\nfine,3000,,5\nfine,,2020-01-01,5\n",
        )
    )
    assert [bad.problem.split(" ", 1)[1] for bad in report.bad_rows] == [
        "is of a video that is in the library on several platforms; give --platform",
        "has an age, but it is not known when its video was published",
        "is at a time that is still to come",
        "is at a time that is still to come",
        "is at a time before its video was published",
    ]
    assert len(here.snapshots("fine", "tiktok")) == 1


def test_the_charts_collection_is_read_with_its_two_tables_of_looks(here: Library, tmp_path: Path) -> None:
    import pandas as pd

    day = pd.Timestamp("2026-03-01")
    pd.DataFrame(
        {
            "vid": [7, 8],
            "video_id": ["aaa", "bbb"],
            "title": ["Song", "Game #shorts"],
            "channel_id": ["c", "d"],
            "channel_title": ["C", "D"],
            "published_at": [day, day],
            "category_id": [10, 20],
            "lang": ["en-US", None],
            "views_last": pd.array([50, None], dtype="Int64"),
            "likes_last": [5, 6],
            "comments_last": [1, 2],
            "shorts_tagged": [False, True],
            "age_h_last": pd.array([34.5, 30.0], dtype="float32"),
        }
    ).to_parquet(tmp_path / "videos.parquet")
    pd.DataFrame(
        {
            "vid": pd.array([7, 7, 9], dtype="int32"),
            "date": [day, day + pd.Timedelta(days=1), day],
            "captured_at": [day + pd.Timedelta(hours=11), day + pd.Timedelta(hours=35), day],
            "views": [20, 50, 1],
            "likes": [2, 5, 1],
            "comments": [0, 1, 1],
            "best_rank": [3, 4, 5],
            "age_h": pd.array([10.5, 34.5, 1.0], dtype="float32"),
        }
    ).to_parquet(tmp_path / "daily.parquet")
    pd.DataFrame(
        {
            "video_id": ["aaa", "aaa", "aaa"],
            "day": [day, day + pd.Timedelta(days=4), day + pd.Timedelta(days=5)],
            "views": [19, 90, 0],
            "likes": [2, 9, 9000],
            "comments": [0, 1, 1],
            "duration_s": [30.0, 30.0, 30.0],
        }
    ).to_parquet(tmp_path / "tracked_daily_2025q1.parquet")
    report = import_videos(tmp_path)
    assert (report.rows, report.added, report.looks, report.looks_added, report.looks_dropped) == (
        2,
        2,
        6,
        2,
        2,
    )
    since = day.to_pydatetime().replace(tzinfo=UTC)
    assert [((at - since) / timedelta(hours=1), c.views) for at, c in here.snapshots("aaa", "youtube")] == [
        (10.5, 20),
        (34.5, 50),
        (107.0, 90),  # a tracked day is read at 11 h; not the first one, when the video was on the chart
    ]
    assert here.get("aaa").counts == Counts(views=90, likes=9, comments=1)  # type: ignore[union-attr]
    hidden = here.get("bbb", "youtube_shorts")
    assert hidden is not None
    assert hidden.counts is None
    assert check_library(here) == []
    alone = tmp_path / "alone"
    alone.mkdir()
    (tmp_path / "daily.parquet").rename(alone / "daily.parquet")
    with pytest.raises(InputError, match=r"videos\.parquet, which names them, must lie beside it"):
        import_videos(alone)


# --- videos that the library knows -------------------------------------------------------------------


def test_a_known_video_stays_one_and_keeps_what_a_row_does_not_say(here: Library, tmp_path: Path) -> None:
    known = a_video(
        "abcdefghijk",
        platform="youtube_shorts",
        title="Old title",
        description="Long words",
        duration_s=170.0,
        thumbnail_path="/pictures/p.jpg",
        published_at=datetime(2026, 1, 1, tzinfo=UTC),
        fetched_at=datetime(2026, 2, 1, tzinfo=UTC),
        age_days=31.0,
        channel_id="UC1",
        channel=ChannelHistory(name="Anna", followers=50),
    )
    here.add([known])
    table = written(
        tmp_path / "t.csv",
        "video_id,title,views,read_at,channel_title,category_id\nabcdefghijk,New title,900,2026-03-01T00:00:01,,20\n",
    )
    for _ in range(2):
        report = import_videos(table)
        assert report.library_size == 1
    assert (report.added, report.updated, report.known) == (0, 0, 1)
    video = only(here)
    assert video.draft == known.draft.model_copy(update={"title": "New title"})
    assert (video.channel, video.channel_id, video.published_at) == (known.channel, "UC1", known.published_at)
    assert video.age_days == pytest.approx(59, abs=0.001)
    assert video.counts == Counts(views=900)


def test_followers_come_with_a_newer_row_and_the_channels_name_stays(here: Library, tmp_path: Path) -> None:
    here.add(
        [
            a_video(
                "v1",
                channel_id="c",
                channel=ChannelHistory(name="Anna", followers=5),
                fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
            )
        ]
    )
    import_videos(
        written(
            tmp_path / "t.csv",
            "id,title,views,followers,author_id,read_at,platform\nv1,A,5,70,c,2026-02-02T01:00,tiktok\n",
        )
    )
    assert only(here).channel == ChannelHistory(name="Anna", followers=70)
    assert here.history("c", None).followers == 70


def test_real_videos_replace_the_demo_library_and_a_table_without_any_does_not(
    home: Path, tmp_path: Path
) -> None:
    assert parts().library.kind() == "demo"
    import_videos(written(tmp_path / "bad.csv", "id,title,views,platform\nv1,A,many,tiktok\n"))
    assert parts().library.kind() == "demo"
    import_videos(written(tmp_path / "t.csv", "id,title,views,platform\nv1,A,5,tiktok\n"))
    assert parts().library.kind() == "collected"
    assert not parts().library.demo_pictures.exists()


def test_an_import_says_how_far_it_is(here: Library, tmp_path: Path) -> None:
    said: list[tuple[int, int, str]] = []
    rows = "".join(f"v{i},T,{i},tiktok\n" for i in range(9000))
    table = written(tmp_path / "t.csv", "id,title,views,platform\n" + rows)
    with listening(lambda *how_far: said.append(how_far)):
        import_videos(table)
    done = [done for done, _, _ in said]
    assert len(said) == 4
    assert done == sorted(done)
    assert said[-1][:2] == (table.stat().st_size,) * 2
