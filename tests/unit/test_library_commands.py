"""The commands that look after the library, and the page that describes its tables."""

import json
import re
from pathlib import Path

import pytest
from tests.collected import a_video
from tests.unit.test_library_upkeep import with_picture

from shortcast_agent.cli import main
from shortcast_ml.records import Forgotten, ImportReport
from shortcast_tools.import_videos import import_videos
from shortcast_tools.parts import parts
from shortcast_vectorstore.library import Library

DOCS = Path(__file__).parents[2] / "docs" / "library.md"
TABLE = "id,title,views,likes,author_id,nickname,platform\n" + "".join(
    f"v{i},Title {i},{i},many,c{i % 2},Name {i % 2},tiktok\n" for i in range(30)
)


@pytest.fixture
def here(emptied: Path) -> Library:
    """The library that the commands work on: the default one."""
    return parts().library


def run(capsys: pytest.CaptureFixture[str], *argv: str | Path, code: int = 0) -> str:
    """Run a command, and return what it printed."""
    with pytest.raises(SystemExit) as exit_:
        main([str(arg) for arg in argv])
    said = capsys.readouterr()
    assert (exit_.value.code or 0) == code, said.err
    return said.out if code == 0 else said.out + said.err


def test_import_prints_what_came_and_the_first_problems(
    here: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    said = run(capsys, "import", tmp_path / "t.csv")
    assert "30 rows of videos: 30 added, 0 updated, 0 said nothing new, 0 could not be used." in said
    assert "t.csv, row 1 (line 2), likes: 'many' is not a count. The row was kept without it." in said
    assert "row 20 (line 21)" in said
    assert "row 21" not in said
    assert "and 10 more problems: --problems FILE writes them all." in said
    assert "The library has 30 videos." in said
    said = run(capsys, "import", tmp_path / "t.csv", "--problems", tmp_path / "p.csv")
    assert f"All 30 problems are in {tmp_path / 'p.csv'}." in said
    assert len((tmp_path / "p.csv").read_text().splitlines()) == 31


def test_import_prints_json_that_is_the_report(
    here: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.csv").write_text("id,views,age_days\nv1,5,2\n")
    here.add([a_video("v1")])
    report = ImportReport.model_validate_json(run(capsys, "import", tmp_path / "t.csv", "--json"))
    assert (report.looks, report.looks_added, report.library_size) == (1, 1, 1)
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    assert "no column of video ids" in run(capsys, "import", tmp_path / "bad.csv", code=1)


def test_export_backup_and_check(here: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    import_videos(tmp_path / "t.csv")
    assert run(capsys, "check-library") == "The library is whole.\n"
    said = run(capsys, "export", tmp_path / "out", "--no-vectors")
    assert said == f"Wrote 2 channels, 30 videos, 30 snapshots to {tmp_path / 'out'}.\n"
    said = run(capsys, "backup", tmp_path / "b.db", "--pictures")
    assert re.fullmatch(r"Wrote .*b\.db \(0\.\d MB\)\.\nWrote .*b\.pictures\.zip \(0\.0 MB\)\.\n", said)
    assert "exists already" in run(capsys, "backup", tmp_path / "b.db", code=1)
    here.db.rows("UPDATE videos SET views = 77 WHERE video_id = 'v3'")
    wrong = json.loads(run(capsys, "check-library", "--json", code=1))
    assert wrong["whole"] is False
    assert "tiktok:v3 (views)" in wrong["wrong"][0]


def test_forget_asks_before_it_removes(
    here: Library, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    here.add([a_video("a"), a_video("b")])
    asked: list[str] = []

    def answer(question: str, **_: object) -> bool:
        asked.append(question)
        return len(asked) > 1

    monkeypatch.setattr("typer.confirm", answer)
    assert "Nothing was removed." in run(capsys, "forget", "a", code=1)
    assert here.count() == 2
    said = run(capsys, "forget", "a", "tiktok:b")
    assert asked == [f"Remove {n} videos for good, with all that was made of them?" for n in (1, 2)]
    assert said == "Removed 2 videos, 2 snapshots, 0 vectors and 0 files (0.0 MB).\n"
    assert here.count() == 0


def test_forget_takes_everything_that_it_was_told_to(
    here: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    with_picture(here, "pictured", b"a picture")
    here.add([a_video("c1", channel_id="ch"), a_video("c2", channel_id="ch"), a_video("q"), a_video("stays")])
    here.db.rows(
        "INSERT INTO jobs VALUES (1, 'collect', ?, 'done', '', '2026', '2026', NULL)",
        (json.dumps({"query": "latte"}),),
    )
    here.db.rows(
        "INSERT INTO job_items VALUES (1, 'q', 0, ?, 'done', NULL)", (json.dumps({"key": "tiktok:q"}),)
    )
    said = run(capsys, "forget", "--channel", "ch", "--query", "latte", "--pictures", "--yes", "--json")
    assert Forgotten.model_validate_json(said) == Forgotten(
        videos=3, snapshots=3, channels=1, jobs=1, files=1, n_bytes=9
    )
    assert {video.video_id for video in here.all()} == {"pictured", "stays"}
    assert "Say what to forget" in run(capsys, "forget", code=1)
    assert "There is no video 'nope'" in run(capsys, "forget", "nope", "--yes", code=1)


def test_forget_removes_the_demo_library_for_good(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Removed 78 videos" in run(capsys, "forget", "--demo", "--yes")
    parts().close()
    assert parts().library.kind() == "empty"


def test_the_page_describes_the_tables_as_they_are(here: Library) -> None:
    described: dict[str, list[str]] = {}
    for section in DOCS.read_text(encoding="utf-8").split("\n### ")[1:]:
        described[section.split("\n", 1)[0]] = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    tables = here.db.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    real = {
        row["name"]: [column["name"] for column in here.db.rows(f"PRAGMA table_info({row['name']})")]
        for row in tables
    }
    assert described == real


def test_the_page_names_the_fields_that_are_kept() -> None:
    from shortcast_tools.importing.columns import FIELDS

    kept = DOCS.read_text(encoding="utf-8").split("Kept of a row are:")[1].split("(a file beside")[0]
    assert sorted(re.findall(r"`(\w+)`", kept)) == sorted(FIELDS)
