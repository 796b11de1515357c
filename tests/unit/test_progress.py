"""Progress and its other direction: a surface that wants a tool to stop."""

import threading
from contextvars import copy_context

import pytest

from shortcast_tools.progress import Stopped, listening, report, stoppable


def test_a_report_reaches_who_listens_and_nobody_else() -> None:
    heard: list[tuple[int, int, str]] = []
    report(1, 3, "unheard")
    with listening(lambda *said: heard.append(said)):
        report(2, 3, "heard")
    report(3, 3, "unheard")
    assert heard == [(2, 3, "heard")]


def test_a_tool_stops_at_the_report_after_it_was_asked_to() -> None:
    stop = threading.Event()
    done = []

    def tool() -> None:
        for step in range(10):
            report(step, 10, "working")
            done.append(step)
            if step == 3:
                stop.set()

    with stoppable(stop.is_set), pytest.raises(Stopped, match="Stopped at 4 of 10"):
        tool()
    assert done == [0, 1, 2, 3]
    tool()  # outside nobody asks
    assert len(done) == 14


def test_stopping_is_heeded_where_ctrl_c_is_and_not_taken_for_a_failure() -> None:
    assert issubclass(Stopped, KeyboardInterrupt)
    assert not issubclass(Stopped, Exception)


def test_threads_that_copy_the_context_are_stopped_too() -> None:
    outcome: list[str] = []

    def work() -> None:
        try:
            report(1, 2, "x")
        except Stopped:
            outcome.append("stopped")

    with stoppable(lambda: True):
        thread = threading.Thread(target=copy_context().run, args=(work,))
        thread.start()
        thread.join()
    assert outcome == ["stopped"]
