"""What unit tests share: an empty library."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.collected import without_demo

from shortcast_vectorstore.library import Library, open_library


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
