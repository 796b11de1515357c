"""The library under threads, other processes and kills: nothing acknowledged is lost."""

import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.collected import a_video

from shortcast_vectorstore.library import Library, open_library


def test_threads_may_write_and_read_at_once(library: Library) -> None:
    failures: list[BaseException] = []

    def work(name: int) -> None:
        try:
            for i in range(20):
                library.add([a_video(f"{name}-{i}")])
                assert library.get(f"{name}-{i}") is not None
                list(library.all())
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert library.count() == 80


OPEN_NEW = """
import sys
from pathlib import Path
from shortcast_vectorstore.library import open_library
library = open_library(Path(sys.argv[1]))
print(library.id, library.count(), library.kind())
"""


def test_processes_that_open_a_new_home_at_once_agree_on_one_library(tmp_path: Path) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_NEW, str(tmp_path / "new")], stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    said = {process.communicate()[0] for process in running}
    assert [process.returncode for process in running] == [0, 0, 0]
    assert len(said) == 1
    assert said.pop().split()[1:] == ["78", "demo"]


ADD_FOREVER = """
import sys
from pathlib import Path
from tests.collected import a_video
from shortcast_vectorstore.library import open_library
library = open_library(Path(sys.argv[1]))
for i in range(100_000):
    batch = [a_video(f"{sys.argv[2]}-{i}-{j}", channel_id="c") for j in range(5)]
    assert library.add(batch) == (5, 0)
    print(i, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_a_kill_loses_no_acknowledged_batch_and_leaves_no_half_one(home: Path) -> None:
    chance = random.Random(7)
    root = Path(__file__).parents[2]
    for run in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", ADD_FOREVER, str(home), str(run)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
        )
        assert process.stdout is not None
        for _ in range(chance.randint(1, 60)):
            last = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        last = max([last, *(int(line) for line in process.stdout.read().split())])
        process.wait()
        library = open_library(home)
        ids = {video.video_id for video in library.all()}
        for i in range(last + 1):
            assert {f"{run}-{i}-{j}" for j in range(5)} <= ids
        mine = [video_id for video_id in ids if video_id.startswith(f"{run}-")]
        assert len(mine) in (5 * (last + 1), 5 * (last + 2))
        library.close()
