"""What unit tests share: an empty library."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shortcast_vectorstore import schema
from shortcast_vectorstore.library import Library, open_library


@pytest.fixture
def library(home: Path) -> Iterator[Library]:
    """An empty library, as after the demo library was removed (and quicker than drawing it first)."""
    db = schema.connect(home / "library.db")
    db.execute("INSERT INTO meta VALUES ('demo', 'removed')")
    db.close()
    opened = open_library(home)
    yield opened
    opened.close()
