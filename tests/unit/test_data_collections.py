"""Six collections, one table."""

from pathlib import Path

import pandas as pd
import pytest
from tests import synthetic

from shortcast_ml.data import check_table, load_looks, load_report, load_table, make_table, read_table
from shortcast_ml.errors import InputError


def test_a_tiktok_collection_keeps_its_authors_and_the_kind_of_sound(tmp_path: Path) -> None:
    folder = synthetic.write_tiktok(tmp_path, authors=3, uploads=4)
    raw = pd.read_parquet(folder / "videos.parquet")
    raw["music_original"] = pd.array([True, False, None] * 4, "boolean")
    raw.loc[0, "duration_s"] = 181.0
    raw.to_parquet(folder / "videos.parquet")
    table = load_table("tiktok_vn_2025", folder).set_index("video_id")
    check_table(table.reset_index())
    assert len(table) == 12
    assert set(table.group) == {"a0", "a1", "a2"}
    assert not bool(table.loc["0", "short"])
    assert bool(table.loc["0", "original_sound"])
    assert table.loc["2", "original_sound"] is pd.NA
    assert table.loc["1", "hashtags"][0] == "fyp"
    looks = load_looks("tiktok_vn_2025", folder)
    assert looks is not None
    assert len(looks) == 24
    assert set(looks.video_id) == set(table.index)


def test_french_shorts_are_taken_at_their_last_look_with_the_last_subscribers(tmp_path: Path) -> None:
    folder = synthetic.write_french(tmp_path, channels=2, uploads=3)
    table = load_table("youtube_tech_fr_2026", folder)
    check_table(table)
    assert sorted(table.video_id) == ["s0-1", "s0-2", "s1-1", "s1-2"]
    assert table.followers.unique().tolist() == [7.0, 107.0]
    assert table.age_days.tolist() == pytest.approx([17.0, 15.0, 17.0, 15.0])
    assert table.hashtags.tolist() == [["shorts"]] * 4
    assert table.sort_values(["group", "published_at"]).video_id.tolist() == table.video_id.tolist()


def test_ipiu_topics_are_blocks_of_500_rows(tmp_path: Path) -> None:
    table = load_table("ipiu2026_shorts", synthetic.write_ipiu(tmp_path, rows=1200))
    check_table(table)
    assert table.group.value_counts().to_dict() == {"block0": 500, "block1": 500, "block2": 200}
    assert table.channel_id.isna().all()
    assert table.short.all()
    assert load_looks("ipiu2026_shorts", tmp_path) is None


def test_trending_videos_have_a_picture_a_week_and_the_age_of_the_day_they_were_read(tmp_path: Path) -> None:
    table = load_table("youtube_thumbs_trending_2020_21", synthetic.write_thumbnails(tmp_path, n=20))
    check_table(table)
    first = table[table.video_id == "t0"].iloc[0]  # published on 2021-11-11
    assert first.thumbnail == "thumbs.zip!t0.webp"
    assert first.group == "2021-W45"
    assert first.age_days == 29.0
    assert table.short.isna().all()


def test_a_bilibili_video_was_published_its_age_before_its_batch_was_read_in_china(tmp_path: Path) -> None:
    table = load_table("bilibili_2025", synthetic.write_bilibili(tmp_path)).set_index("video_id")
    check_table(table.reset_index())
    assert table.loc["BV11", "published_at"] == pd.Timestamp("2025-06-14 21:50:50", tz="UTC")
    assert table.loc["BV00":"BV03", "published_at"].isna().all()
    assert table.loc["BV11", "thumbnail"] == "covers.zip!BV11.webp"
    assert pd.isna(table.loc["BV12", "thumbnail"])
    assert table.loc["BV10", "short"] is pd.NA
    assert [bool(table.loc[f"BV1{i}", "short"]) for i in (1, 2, 3)] == [True, True, False]


def test_charted_videos_know_their_side_of_the_change_and_the_lengths_that_were_tracked(
    tmp_path: Path,
) -> None:
    table = load_table("youtube_charts_2025_26", synthetic.write_charts(tmp_path)).set_index("video_id")
    check_table(table.reset_index())
    assert table.period.value_counts().to_dict() == {"before 2025-07-24": 10, "from 2025-07-24": 10}
    assert table.loc["y1", "platform"] == "youtube_shorts"
    assert table.loc["y3", "platform"] == "youtube"
    assert table.loc["y0", "duration_s"] == 100.0
    assert bool(table.loc["y0", "short"])
    assert not bool(table.loc["y2", "short"])
    assert table.loc["y3", "short"] is pd.NA
    assert table.followers.isna().all()


def test_tracked_looks_continue_the_chart_and_never_repeat_a_day(tmp_path: Path) -> None:
    looks = load_looks("youtube_charts_2025_26", synthetic.write_charts(tmp_path))
    assert looks is not None
    early, late = looks[looks.video_id == "y0"], looks[looks.video_id == "y1"]
    assert early.age_days.tolist() == pytest.approx([21 / 24 + day for day in range(6)])
    assert late.age_days.tolist() == pytest.approx([21 / 24 + day for day in range(4)])
    assert (early.views.diff().dropna() > 0).all()


def test_a_look_with_fewer_views_than_an_earlier_one_is_left_out_and_reported(tmp_path: Path) -> None:
    folder = synthetic.write_tiktok(tmp_path, authors=1, uploads=2)
    looks = pd.read_parquet(folder / "observations.parquet")
    later = looks[looks.vid_id == 1].age_h.idxmax()
    looks.loc[later, "views"] = 0
    looks.to_parquet(folder / "observations.parquet")
    kept = load_looks("tiktok_vn_2025", folder)
    everything = load_looks("tiktok_vn_2025", folder, clean=False)
    assert kept is not None
    assert everything is not None
    assert (len(everything), len(kept)) == (4, 3)
    rule = load_report("tiktok_vn_2025", folder).rules[-1]
    assert (rule.name, rule.unit, rule.dropped, rule.examples) == ("falling views", "looks", 1, ("1",))


def test_rows_that_cannot_be_right_stay_when_nobody_wants_them_cleaned(tmp_path: Path) -> None:
    folder = synthetic.write_ipiu(tmp_path, rows=10)
    raw = pd.read_csv(folder / "shorts.csv")
    raw.loc[3, "viewCount"] = -1
    raw.to_csv(folder / "shorts.csv", index=False)
    assert len(load_table("ipiu2026_shorts", folder)) == 9
    assert len(load_table("ipiu2026_shorts", folder, clean=False)) == 10


def test_the_table_of_a_collection_or_of_a_file_is_written_with_its_report(tmp_path: Path) -> None:
    synthetic.write_ipiu(tmp_path / "ipiu2026_shorts", rows=30)
    report = make_table("ipiu2026_shorts", tmp_path, tmp_path / "out" / "table.parquet")
    assert (report.videos_read, report.videos_kept) == (30, 30)
    table = read_table(tmp_path / "out" / "table.parquet")
    pd.testing.assert_series_equal(
        table.views, load_table("ipiu2026_shorts", tmp_path / "ipiu2026_shorts").views
    )
    own = make_table(str(tmp_path / "ipiu2026_shorts" / "shorts.csv"), tmp_path, tmp_path / "own.parquet")
    assert own.videos_kept == 30
    with pytest.raises(InputError, match="neither a file nor one of"):
        make_table("nowhere.csv", tmp_path, tmp_path / "x.parquet")
    with pytest.raises(InputError, match="needs no mapping"):
        make_table("ipiu2026_shorts", tmp_path, tmp_path / "x.parquet", tmp_path / "m.yaml")


def test_a_collection_that_is_not_there_or_not_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no dataset called 'mine'"):
        load_table("mine", tmp_path)
    with pytest.raises(InputError, match=r"no shorts\.csv in"):
        load_table("ipiu2026_shorts", tmp_path)
    (tmp_path / "shorts.csv").write_text("videoId,title\na,b\n")
    with pytest.raises(InputError, match="lacks the columns viewCount, row"):
        load_table("ipiu2026_shorts", tmp_path)
    (tmp_path / "videos.parquet").write_bytes(b"not parquet")
    with pytest.raises(InputError, match="can't be read as parquet"):
        load_table("bilibili_2025", tmp_path)
