"""What unit tests share: an empty library, and real parts over one."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.collected import without_demo

from shortcast_vectorstore.library import Library, open_library

if TYPE_CHECKING:
    from shortcast_tools.parts import Parts


@pytest.fixture
def emptied(home: Path) -> Path:
    """The default home, without the demo library."""
    return without_demo(home)


@pytest.fixture
def library(emptied: Path) -> Iterator[Library]:
    """An empty library."""
    opened = open_library(emptied)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Parts"]:
    """Real parts over an empty library, loaded once a module."""
    from tests.espresso import empty_parts

    with empty_parts(tmp_path_factory.mktemp("here")) as held:
        yield held


@pytest.fixture
def in_use(here: "Parts") -> Iterator[None]:
    """The parts `here` are those that the tools use."""
    from shortcast_tools.parts import use

    with use(here):
        yield
