"""A draft about espresso, its channel, and real parts over an empty library: what tests of changes share."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shortcast_ml.records import ChannelHistory, Draft, Upload
from shortcast_ml.settings import Settings
from shortcast_tools.parts import Parts, use
from tests.collected import without_demo

FRIDAY = datetime(2026, 11, 27, 9, tzinfo=UTC)
DRAFT = Draft(title="I put olive oil in my espresso for a week", duration_s=34.0, publish_at=FRIDAY)
CHANNEL = ChannelHistory(
    followers=8000,
    uploads=tuple(
        Upload(
            views=v,
            age_days=30,
            title=f"espresso number {i}",
            duration_s=20 + 5 * i,
            published_at=FRIDAY - timedelta(days=40 - 5 * i, hours=i),
        )
        for i, v in enumerate((9000, 12_000, 11_000, 8000, 15_000, 7000))
    ),
)


@contextmanager
def empty_parts(folder: Path) -> Iterator[Parts]:
    """Yield real parts over an empty library in a folder, in use meanwhile."""
    held = Parts(Settings(home=without_demo(folder), _env_file=None))  # type: ignore[call-arg]
    with use(held):
        yield held
    held.close()
