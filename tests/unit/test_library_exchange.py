"""The library as Parquet files: out, and into an equal library."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.collected import NOON, a_video, without_demo

from shortcast_ml.errors import InputError, LibraryError
from shortcast_ml.library_table import key_of
from shortcast_ml.records import ChannelHistory, Counts
from shortcast_ml.settings import Settings
from shortcast_tools.import_videos import import_videos
from shortcast_tools.parts import Parts, parts, use
from shortcast_vectorstore.exchange import export_library, import_library, is_export
from shortcast_vectorstore.library import Library, open_library
from shortcast_vectorstore.upkeep import check_library


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Library]:
    """Another empty library."""
    opened = open_library(without_demo(tmp_path / "other"))
    yield opened
    opened.close()


def filled(library: Library) -> Library:
    """Fill a library with everything that an export must keep."""
    library.add(
        [
            a_video("a", channel_id="c", channel=ChannelHistory(name="Ünï", followers=5), views=10),
            a_video(
                "b", views=None, title='"🙂"\n', hashtags=("x", "y"), published_at=NOON - timedelta(days=2)
            ),
            a_video("c", platform="bilibili", duration_s=12.34567890123, age_days=3.0000001),
            a_video("a", channel_id="c", views=30, fetched_at=NOON + timedelta(days=1, microseconds=7)),
        ]
    )
    keys = sorted(key_of(video) for video in library.all())
    rng = np.random.default_rng(1)
    library.vectors.put("e", "title", {key: rng.normal(size=5).astype(np.float32) for key in keys})
    library.vectors.put("e", "image", {keys[0]: rng.normal(size=5).astype(np.float32), keys[1]: None})
    library.vectors.put("f", "title", {keys[2]: rng.normal(size=3).astype(np.float32)})
    return library


def content(library: Library) -> list[list[tuple[object, ...]]]:
    tables = (
        "* FROM videos ORDER BY key",
        "* FROM channels ORDER BY channel_id",
        "* FROM snapshots ORDER BY key, fetched_at",
        "key, encoder_id, kind, vector FROM vectors ORDER BY seq",
    )
    return [[tuple(row) for row in library.db.rows(f"SELECT {table}")] for table in tables]


def test_an_exported_library_comes_back_equal(library: Library, other: Library, tmp_path: Path) -> None:
    filled(library)
    said: list[str] = []
    written = export_library(library, tmp_path / "out", progress=lambda done, total, text: said.append(text))
    assert written == {"channels": 1, "videos": 3, "snapshots": 3, "vectors": 6}
    assert said == [f"Exporting {name}" for name in ("channels", "videos", "snapshots", "vectors")]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "channels.parquet",
        "snapshots.parquet",
        "vectors.parquet",
        "videos.parquet",
    ]
    report = import_library(other, tmp_path / "out")
    assert (report.rows, report.added, report.looks, report.library_size) == (3, 3, 3, 3)
    assert content(other) == content(library)
    assert check_library(other) == []
    again = import_library(other, tmp_path / "out")
    assert (again.added, again.updated, again.known, again.looks_added) == (0, 0, 3, 0)
    assert content(other) == content(library)


def test_other_programs_read_the_columns_of_an_export(library: Library, tmp_path: Path) -> None:
    import pandas as pd

    export_library(filled(library), tmp_path)
    videos = pd.read_parquet(tmp_path / "videos.parquet").set_index("video_id")
    assert list(videos.index) == ["c", "a", "b"]
    assert videos.views["a"] == 30
    assert pd.isna(videos.views["b"])
    assert list(videos.hashtags["b"]) == ["x", "y"]
    assert videos.published_at["b"] == pd.Timestamp(NOON - timedelta(days=2))
    assert pd.read_parquet(tmp_path / "vectors.parquet").vector[0].shape == (5,)


def test_an_export_without_vectors_leaves_none_of_an_earlier_one(library: Library, tmp_path: Path) -> None:
    filled(library)
    export_library(library, tmp_path)
    assert "vectors" not in export_library(library, tmp_path, vectors=False)
    assert not (tmp_path / "vectors.parquet").exists()


def test_an_export_holds_no_demo_videos_and_an_import_replaces_them(tmp_path: Path) -> None:
    demo = open_library(tmp_path / "demo")
    with pytest.raises(LibraryError, match="no videos but invented ones"):
        export_library(demo, tmp_path / "out")
    demo.add([a_video("mine")])
    assert export_library(demo, tmp_path / "out")["videos"] == 1
    demo.db.rows("DELETE FROM videos WHERE demo = 0")
    assert demo.kind() == "demo"
    import_library(demo, tmp_path / "out")
    assert [video.video_id for video in demo.all()] == ["mine"]
    demo.close()


def test_import_videos_knows_an_export(library: Library, tmp_path: Path) -> None:
    export_library(filled(library), tmp_path / "out")
    assert is_export(tmp_path / "out")
    assert not is_export(tmp_path)
    with use(Parts(Settings(home=without_demo(tmp_path / "home")))):
        for given in (tmp_path / "out", tmp_path / "out" / "videos.parquet"):
            assert import_videos(given).library_size == 3
        assert content(parts().library) == content(library)
        parts().close()


def test_beside_other_videos_newer_readings_win_and_vectors_come_with_their_record(
    library: Library, other: Library, tmp_path: Path
) -> None:
    export_library(filled(library), tmp_path / "out")
    later = a_video("b", title="Newer", views=5, fetched_at=NOON + timedelta(days=9), age_days=11.0)
    other.add(
        [later, a_video("own"), a_video("a", views=1, title="Older", fetched_at=NOON - timedelta(days=1))]
    )
    other.vectors.put("e", "title", {"tiktok:b": np.ones(5, np.float32)})
    report = import_library(other, tmp_path / "out")
    assert (report.added, report.updated, report.known, report.library_size) == (1, 1, 1, 4)
    assert other.get("b") == later
    assert other.get("a") == library.get("a")
    np.testing.assert_array_equal(other.vectors.of("e", "title", ["tiktok:b"])["tiktok:b"], np.ones(5))
    assert other.vectors.keys("e", "title") == {"tiktok:a", "tiktok:b", "bilibili:c"}
    assert [counts.views for _, counts in other.snapshots("a", "tiktok")] == [1, 10, 30]
    assert check_library(other) == []


def test_files_that_do_not_belong_together_are_refused(
    library: Library, other: Library, tmp_path: Path
) -> None:
    filled(library)
    export_library(library, tmp_path / "one")
    export_library(library, tmp_path / "two")
    (tmp_path / "two" / "snapshots.parquet").replace(tmp_path / "one" / "snapshots.parquet")
    with pytest.raises(InputError, match="of different exports"):
        import_library(other, tmp_path / "one")
    with pytest.raises(InputError, match=r"lacks snapshots\.parquet"):
        import_library(other, tmp_path / "two")
    assert other.kind() == "empty"


def test_a_changed_record_is_named_and_the_others_come(
    library: Library, other: Library, tmp_path: Path
) -> None:
    import pyarrow.parquet as pq

    export_library(filled(library), tmp_path)
    table = pq.read_table(tmp_path / "videos.parquet")
    records = ["{}" if i == 1 else cell for i, cell in enumerate(table.column("record").to_pylist())]
    at = table.schema.get_field_index("record")
    pq.write_table(table.set_column(at, "record", [records]), tmp_path / "videos.parquet")
    report = import_library(other, tmp_path)
    assert (report.added, report.dropped, report.library_size) == (2, 1, 2)
    assert [(bad.row, bad.column) for bad in report.bad_rows] == [(2, "record")]
    assert other.snapshots("a", "tiktok") == []
    assert check_library(other) == []


def test_an_export_is_of_one_moment_and_leaves_nothing_half_written(library: Library, tmp_path: Path) -> None:
    filled(library)

    def interrupt(done: int, total: int, text: str) -> None:
        library.add([a_video(f"meanwhile {text}", views=3)])
        if text == "Exporting vectors":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_library(library, tmp_path / "out", progress=interrupt)
    assert list((tmp_path / "out").iterdir()) == []
    library.add([a_video("later")])
    seen: list[tuple[int, int]] = []

    def add_more(done: int, total: int, text: str) -> None:
        library.add([a_video(f"more {text}", views=3)])
        seen.append((done, total))

    written = export_library(library, tmp_path / "out", progress=add_more)
    assert written["videos"] == 3 + 4 + 1
    assert written["snapshots"] == 3 + 4 + 1
    assert all(done == total for done, total in seen)


def test_a_folder_that_cannot_be_written_is_said(library: Library, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LibraryError, match="can't be written to"):
        export_library(filled(library), tmp_path / "file" / "out")


def test_counts_beyond_what_floats_hold_come_back_exactly(
    library: Library, other: Library, tmp_path: Path
) -> None:
    library.add([a_video("big", views=2**63 - 1), a_video("odd", counts=Counts(views=2**53 + 1, likes=0))])
    export_library(library, tmp_path)
    import_library(other, tmp_path)
    assert content(other) == content(library)
