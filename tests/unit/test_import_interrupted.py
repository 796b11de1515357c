"""Imports that are killed or stopped: what was kept is whole, and the next run ends in the same library."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.collected import without_demo
from tests.command_line import MAIN

from shortcast_vectorstore.library import open_library
from shortcast_vectorstore.upkeep import check_library

IMPORT = """
import sys
from shortcast_tools.importing import tables
from shortcast_tools.import_videos import import_videos
from shortcast_tools.progress import listening
tables.BATCH_ROWS = 400
with listening(lambda done, total, text: print(text, done, flush=True)):
    print(import_videos(sys.argv[1]).model_dump_json())
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs signals")


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a table of 900 videos, each twice, and one of 900 looks: 3 batches and more of both."""
    folder = tmp_path_factory.mktemp("tables")
    with (folder / "videos.csv").open("w") as file:
        file.write("id,title,views,likes,author_id,nickname,followers,published_at,read_at,platform\n")
        for look in (1, 0):  # the newer reading first
            for i in range(900):
                file.write(
                    f"v{i},Title {i},{100 * i + look},{i},c{i % 9},Name {look},{i},2026-03-01T00:00Z,"
                    f"2026-03-{5 + look:02}T01:00Z,tiktok\n"
                )
    with (folder / "looks.csv").open("w") as file:
        file.write("id,read_at,views\n")
        file.writelines(f"v{i},2026-03-{7 + i % 2:02}T01:00Z,{100 * i + 7}\n" for i in range(900))
    return folder


def start(home: Path, tables: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", IMPORT, str(tables)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "SHORTCAST_HOME": str(home)},
    )


def content(home: Path) -> list[list[tuple[object, ...]]]:
    library = open_library(home)
    assert check_library(library) == []
    tables = ("videos ORDER BY key", "channels ORDER BY channel_id", "snapshots ORDER BY key, fetched_at")
    found = [[tuple(row) for row in library.db.rows(f"SELECT * FROM {table}")] for table in tables]
    library.close()
    return found


def test_an_import_that_is_killed_again_and_again_ends_in_the_same_library(
    tables: Path, tmp_path: Path
) -> None:
    whole = without_demo(tmp_path / "whole")
    assert '"added":900,"updated":900' in start(whole, tables).communicate()[0]
    killed = without_demo(tmp_path / "killed")
    for lines in (2, 5, 8):
        process = start(killed, tables)
        assert process.stdout is not None
        for _ in range(lines):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.communicate()
        library = open_library(killed)
        assert check_library(library) == []
        assert library.count() in (400, 800, 900)
        library.close()
    assert '"looks":900' in start(killed, tables).communicate()[0]
    assert content(killed) == content(whole)


def test_ctrl_c_keeps_what_came_and_says_so(tables: Path, tmp_path: Path) -> None:
    home = without_demo(tmp_path / "home")
    command = f"from shortcast_tools.importing import tables; tables.BATCH_ROWS = 3\n{MAIN}"
    process = subprocess.Popen(
        [sys.executable, "-c", command, "import", str(tables)],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "SHORTCAST_HOME": str(home)},
    )
    log = home / "library.db-wal"
    while process.poll() is None and not (log.exists() and log.stat().st_size > 300_000):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert process.returncode == 130
    assert "the same command goes on from there" in said
    assert "Traceback" not in said
    library = open_library(home)
    assert check_library(library) == []
    assert 0 < library.count() <= 900
    library.close()
