"""What unit tests share: an empty library."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shortcast_vectorstore import schema
from shortcast_vectorstore.library import Library, open_library


@pytest.fixture
def emptied(home: Path) -> Path:
    """A home without the demo library, as after it was removed (and quicker than drawing it first)."""
    db = schema.connect(home / "library.db")
    db.execute("INSERT INTO meta VALUES ('demo', 'removed')")
    db.close()
    return home


@pytest.fixture
def library(emptied: Path) -> Iterator[Library]:
    """An empty library."""
    opened = open_library(emptied)
    yield opened
    opened.close()
