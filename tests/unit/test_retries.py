"""Trying again: how often, how long between, and when not."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from shortcast_ml.errors import LinkError, ServiceError
from shortcast_tools.collecting.retries import Patience, Temporary, persist, read_retry_after


class Flaky:
    """Raises some errors, one a call, then returns 7."""

    def __init__(self, *errors: BaseException) -> None:
        self.errors = list(errors)
        self.calls = 0
        self.waits: list[float] = []

    def __call__(self) -> int:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return 7


def tried(flaky: Flaky, patience: Patience | None = None) -> int:
    return persist(flaky, patience, sleep=flaky.waits.append)


def test_what_works_at_once_is_not_waited_for() -> None:
    flaky = Flaky()
    assert tried(flaky) == 7
    assert (flaky.calls, flaky.waits) == (1, [])


def test_waits_double_with_jitter_up_to_a_limit() -> None:
    flaky = Flaky(*[Temporary("busy") for _ in range(7)])
    assert tried(flaky, Patience(tries=8, total_s=1000, first_s=1, longest_s=20)) == 7
    for wait, least in zip(flaky.waits, (1, 2, 4, 8, 16, 20, 20), strict=True):
        assert least <= wait <= min(least + 1, 20)
    assert len(set(flaky.waits[:5])) == 5
    again = Flaky(*[Temporary("busy") for _ in range(3)])
    tried(again)
    assert again.waits != flaky.waits[:3]  # two programs don't come back at the same moments


def test_the_server_is_obeyed_when_it_says_how_long() -> None:
    flaky = Flaky(Temporary("busy", 0.0), Temporary("busy", 42.0), Temporary("busy"))
    assert tried(flaky) == 7
    assert flaky.waits[:2] == [0.0, 42.0]
    assert 4 <= flaky.waits[2] <= 5


def test_a_server_that_asks_for_too_much_patience_ends_it() -> None:
    flaky = Flaky(Temporary("come back tomorrow", 3600.0))
    with pytest.raises(ServiceError, match=r"^come back tomorrow$"):
        tried(flaky)
    assert (flaky.calls, flaky.waits) == (1, [])


def test_tries_are_bounded_and_the_last_sentence_is_said() -> None:
    flaky = Flaky(*[Temporary(f"busy {i}") for i in range(99)])
    with pytest.raises(ServiceError, match=r"^busy 3$") as caught:
        tried(flaky, Patience(tries=4))
    assert flaky.calls == 4
    assert len(flaky.waits) == 3
    assert caught.value.__cause__ is None


def test_time_is_bounded() -> None:
    flaky = Flaky(*[Temporary("busy", 30.0) for _ in range(99)])
    with pytest.raises(ServiceError):
        tried(flaky, Patience(tries=99, total_s=25))
    assert flaky.calls == 1


@pytest.mark.parametrize(
    "error", [LinkError("gone"), ServiceError("used up"), KeyboardInterrupt(), KeyError("bug")]
)
def test_nothing_else_is_tried_again(error: BaseException) -> None:
    flaky = Flaky(error)
    with pytest.raises(type(error)) as caught:
        tried(flaky)
    assert caught.value is error
    assert flaky.calls == 1


def test_ctrl_c_ends_a_wait_at_once() -> None:
    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    flaky = Flaky(Temporary("busy"))
    with pytest.raises(KeyboardInterrupt):
        persist(flaky, sleep=interrupted)
    assert flaky.calls == 1


def test_retry_after_is_read_as_seconds_or_a_date() -> None:
    now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    date = format_datetime(now + timedelta(seconds=90), usegmt=True)
    assert read_retry_after("120") == 120.0
    assert read_retry_after(" 0 ") == 0.0
    assert read_retry_after(date, lambda: now) == 90.0
    assert read_retry_after("Sun, 22 Nov 2026 11:00:00 GMT", lambda: now) == 0.0
    assert read_retry_after("Sun, 22 Nov 2026 12:01:00 -0000", lambda: now) == 60.0
    assert read_retry_after("soon") is None
    assert read_retry_after("-5") is None
    assert read_retry_after("") is None
    assert read_retry_after(None) is None
