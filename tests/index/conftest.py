"""The index over a real SQLite and a real Chroma, on disk and as a server."""

import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.request import urlopen

import pytest
from tests.indexed import ENCODER

from shortcast_ml.settings import Settings
from shortcast_vectorstore.index import Index, open_index
from shortcast_vectorstore.library import Library, open_library

Opener = Callable[[Library], Index]


class Server:
    """A Chroma server on loopback."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        program = Path(sys.executable).with_name("chroma")
        self.process = subprocess.Popen(
            [program, "run", "--path", folder, "--host", "127.0.0.1", "--port", str(port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.url = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                with urlopen(f"{self.url}/api/v2/heartbeat", timeout=1):
                    return
            except OSError:
                assert self.process.poll() is None
                time.sleep(0.05)
        raise AssertionError("the Chroma server did not start")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that all tests share: each library has collections of its own."""
    running = Server(tmp_path_factory.mktemp("server"))
    yield running
    running.stop()


@pytest.fixture(params=["on disk", "on a server"])
def settings(request: pytest.FixtureRequest, home: Path) -> Settings:
    """Settings of an embedded Chroma, then of a server's."""
    if request.param == "on disk":
        return Settings(home=home)
    return Settings(home=home, chroma_url=request.getfixturevalue("server").url)


@pytest.fixture
def on_disk(home: Path) -> Settings:
    """Settings of an embedded Chroma."""
    return Settings(home=home)


@pytest.fixture
def demo(home: Path) -> Iterator[Library]:
    library = open_library(home)
    yield library
    library.close()


@pytest.fixture(scope="session")
def empty_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a library without the demo videos: copying it is quicker than drawing their pictures."""
    made = open_library(tmp_path_factory.mktemp("empty"))
    made.remove_demo()
    made.close()
    return made.path


@pytest.fixture
def library(home: Path, empty_library: Path) -> Iterator[Library]:
    shutil.copy(empty_library, home / "library.db")
    with closing(sqlite3.connect(home / "library.db")) as db, db:
        db.execute("UPDATE meta SET value = lower(hex(randomblob(8))) WHERE name = 'id'")
    library = open_library(home)
    yield library
    library.close()


@pytest.fixture
def opened(settings: Settings) -> Iterator[Opener]:
    """Open an index, closed after the test."""
    yield from _opener(settings)


@pytest.fixture
def opened_on_disk(on_disk: Settings) -> Iterator[Opener]:
    """Open an index in an embedded Chroma, closed after the test."""
    yield from _opener(on_disk)


def _opener(settings: Settings) -> Iterator[Opener]:
    held: list[Index] = []

    def opener(library: Library) -> Index:
        held.append(open_index(library, ENCODER, settings))
        return held[-1]

    yield opener
    for index in held:
        index.close()
