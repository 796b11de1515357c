"""Several processes, kills, and the end of a server."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.index.conftest import Opener, Server
from tests.indexed import ENCODER, a_video, ids, titled

from shortcast_ml.errors import LibraryError
from shortcast_ml.library_table import key_of
from shortcast_ml.settings import Settings
from shortcast_vectorstore.index import open_index
from shortcast_vectorstore.library import Library

ROOT = Path(__file__).parents[2]


ANOTHER = """
import sys
from pathlib import Path
from tests.indexed import ENCODER, a_video, ids, titled
from shortcast_ml.settings import Settings
from shortcast_vectorstore.index import open_index
from shortcast_vectorstore.library import open_library
library = open_library(Path(sys.argv[1]))
index = open_index(library, ENCODER, Settings(home=Path(sys.argv[1])))
print(index.searches_chroma, *ids(index.nearest(titled("violin repair"), 1)))
library.add([a_video("theirs", "banjo tuning")])
print(index.sync())
print(*ids(index.nearest(titled("banjo tuning"), 1)))
"""


def test_a_second_process_reads_and_adds_while_the_first_has_the_index_open(
    library: Library, on_disk: Settings, opened_on_disk: Opener
) -> None:
    index = opened_on_disk(library)
    library.add([a_video("mine", "violin repair")])
    assert index.sync() == 1
    other = subprocess.run(
        [sys.executable, "-c", ANOTHER, str(on_disk.home)], cwd=ROOT, capture_output=True, text=True
    )
    assert other.stdout.splitlines() == ["False mine", "1", "theirs"], other.stderr
    assert ids(index.nearest(titled("banjo tuning"), 1)) == ["theirs"]  # the first sees it at once
    assert index.verify() == []


SYNC_SLOWLY = """
import sys, time
from pathlib import Path
from tests.indexed import a_video
from tests.word_encoder import WordEncoder
from shortcast_ml.settings import Settings
from shortcast_vectorstore import index as index_module
from shortcast_vectorstore.library import open_library
index_module.EMBED_BATCH = 4
library = open_library(Path(sys.argv[1]))
index = index_module.open_index(library, WordEncoder(), Settings(home=Path(sys.argv[1])))
print("open", flush=True)
for i in range(1000):
    library.add([a_video(f"{sys.argv[2]}-{i}-{j}", f"word{i} word{j}") for j in range(6)])
    print(i, flush=True)
    index.sync()
"""


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_a_kill_while_indexing_loses_no_acknowledged_video_and_is_mended(
    library: Library, on_disk: Settings, opened_on_disk: Opener
) -> None:
    chance = random.Random(3)
    acknowledged: set[str] = set()
    for run in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", SYNC_SLOWLY, str(on_disk.home), str(run)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        lines = [process.stdout.readline() for _ in range(chance.randint(2, 8))]
        time.sleep(chance.uniform(0, 0.05))
        process.send_signal(signal.SIGKILL)
        lines += process.stdout.read().splitlines()
        process.wait()
        acknowledged |= {f"{run}-{int(line)}-{j}" for line in lines for j in range(6)}
        index = opened_on_disk(library)
        assert index.searches_chroma  # the lock died with its holder
        index.sync()
        assert index.verify() == []
        kept = {video.video_id for video in library.all()}
        assert acknowledged <= kept
        assert library.vectors.keys(ENCODER.id, "title") == {key_of(video) for video in library.all()}
        index.close()


def test_a_chroma_server_gives_the_same_answers_and_its_end_is_told_in_a_sentence(
    demo: Library, home: Path, tmp_path: Path
) -> None:
    running = Server(tmp_path / "own server")
    remote = Settings(home=home, chroma_url=running.url)
    on_server, embedded = open_index(demo, ENCODER, remote), open_index(demo, ENCODER, Settings(home=home))
    embedding = titled("Latte art for people with shaky hands")
    assert on_server.searches_chroma
    assert embedded.searches_chroma
    assert on_server.nearest(embedding, 6) == embedded.nearest(embedding, 6)
    assert on_server._store._client is not None
    for collection in on_server._store._client.list_collections():
        on_server._store._client.delete_collection(collection.name)
    assert on_server.nearest(embedding, 6) == embedded.nearest(embedding, 6)  # what the server lost is back
    on_server.rebuild()
    assert on_server.verify() == []
    running.stop()
    for action in (lambda: on_server.nearest(embedding, 6), on_server.rebuild):
        with pytest.raises(LibraryError, match=f"The Chroma server at {running.url} can't be used") as error:
            action()
        assert str(error.value).endswith("to keep the index on disk.")
    with pytest.raises(LibraryError, match="The Chroma server"):
        open_index(demo, ENCODER, Settings(home=home, chroma_url=running.url.removeprefix("http://")))
    embedded.close()
    on_server.close()
