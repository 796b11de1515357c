"""The ledger of what was spent: never more than there is, on the right day, whatever is killed when."""

import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shortcast_ml.errors import ServiceError
from shortcast_vectorstore.database import open_database
from shortcast_vectorstore.quota import QUOTAS, QuotaLedger, account_of

NOON = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)  # noon in Los Angeles


class Clock:
    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def ledger_at(path: Path, clock: Clock | None = None, key: str = "secret", **quotas: int) -> QuotaLedger:
    return QuotaLedger(open_database(path), account_of(key), clock or Clock(), {**QUOTAS, **quotas})  # type: ignore[dict-item]


def test_the_two_buckets_are_counted_apart(tmp_path: Path) -> None:
    ledger = ledger_at(tmp_path / "library.db")
    ledger.spend("search", "search.list")
    ledger.spend("units", "videos.list")
    ledger.spend("units", "something dear", 50)
    assert (ledger.left("search"), ledger.left("units")) == (99, 9_949)
    assert (ledger.spent("search"), ledger.spent("units")) == (1, 51)


def test_what_was_spent_is_remembered_by_the_next_program_with_the_same_key(tmp_path: Path) -> None:
    ledger_at(tmp_path / "library.db").spend("search", "search.list")
    assert ledger_at(tmp_path / "library.db").left("search") == 99
    assert ledger_at(tmp_path / "library.db", key="another").left("search") == 100


def test_the_key_is_not_in_the_file(tmp_path: Path) -> None:
    ledger = ledger_at(tmp_path / "library.db", key="AIzaSyVerySecretKey")
    ledger.spend("units", "videos.list")
    ledger._db.close()
    for file in tmp_path.iterdir():
        assert b"AIzaSyVerySecretKey" not in file.read_bytes()
    assert account_of("AIzaSyVerySecretKey") not in ("", "AIzaSyVerySecretKey")


def test_a_call_that_nothing_is_left_for_is_refused_with_the_time_of_the_reset(tmp_path: Path) -> None:
    ledger = ledger_at(tmp_path / "library.db", search=2)
    ledger.spend("search", "search.list")
    ledger.spend("search", "search.list")
    with pytest.raises(ServiceError) as caught:
        ledger.spend("search", "search.list")
    assert str(caught.value) == (
        "Today's 2 search calls of the YouTube Data API are used up; the same request goes on after"
        " 2026-11-23 08:00 UTC (in 12.0 hours)."
    )
    assert ledger.spent("search") == 2
    with pytest.raises(ServiceError):
        ledger.spend("units", "something dear", 10_001)
    assert ledger.left("units") == 10_000


@pytest.mark.parametrize(
    ("before", "after", "midnight"),
    [
        # winter: eight hours behind
        (
            datetime(2026, 11, 23, 7, 59, 59, tzinfo=UTC),
            datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
            datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
        ),
        # summer: seven
        (
            datetime(2026, 7, 1, 6, 59, 59, tzinfo=UTC),
            datetime(2026, 7, 1, 7, 0, tzinfo=UTC),
            datetime(2026, 7, 1, 7, 0, tzinfo=UTC),
        ),
        # the day on which the clocks go back has 25 hours
        (
            datetime(2026, 11, 1, 7, 30, tzinfo=UTC),
            datetime(2026, 11, 2, 8, 0, tzinfo=UTC),
            datetime(2026, 11, 2, 8, 0, tzinfo=UTC),
        ),
    ],
)
def test_the_day_ends_at_midnight_in_los_angeles(
    tmp_path: Path, before: datetime, after: datetime, midnight: datetime
) -> None:
    clock = Clock(before)
    ledger = ledger_at(tmp_path / "library.db", clock)
    ledger.spend("units", "videos.list", 10_000)
    assert ledger.left("units") == 0
    assert ledger.resets_at() == midnight
    clock.now = after
    assert ledger.left("units") == 10_000


def test_the_ledger_believes_the_service_that_nothing_is_left(tmp_path: Path) -> None:
    ledger = ledger_at(tmp_path / "library.db")
    ledger.spend("units", "videos.list")
    error = ledger.mark_spent("units")
    assert "10,000 units of the YouTube Data API are used up" in str(error)
    assert ledger.left("units") == 0
    assert ledger.spent("units") == 1  # what others spent is not ours
    assert ledger.left("search") == 100
    ledger.mark_spent("units")
    assert ledger.left("units") == 0


def test_threads_never_spend_more_than_there_is(tmp_path: Path) -> None:
    ledger = ledger_at(tmp_path / "library.db", search=30)
    refused: list[ServiceError] = []

    def spend() -> None:
        for _ in range(10):
            try:
                ledger.spend("search", "search.list")
            except ServiceError as error:
                refused.append(error)

    threads = [threading.Thread(target=spend) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.spent("search") == 30
    assert len(refused) == 20


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_call_that_was_about_to_be_made_is_counted_though_the_process_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    open_database(path).close()
    code = """
import sys
from pathlib import Path
from shortcast_vectorstore.database import open_database
from shortcast_vectorstore.quota import QuotaLedger
ledger = QuotaLedger(open_database(Path(sys.argv[1])), "a")
while True:
    ledger.spend("units", "videos.list")
    print("calling", flush=True)
"""
    process = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in range(20):
        process.stdout.readline()
    os.kill(process.pid, signal.SIGKILL)
    calls = 20 + len(process.stdout.read().splitlines())
    process.wait()
    assert QuotaLedger(open_database(path), "a").spent("units") - calls in (
        0,
        1,
    )  # 1: killed before saying so
