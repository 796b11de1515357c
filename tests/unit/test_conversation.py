"""The chat page's messages: what a turn shows while it runs, what is restored, what is kept."""

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests import samples
from tests.fake_tools import TOOLS as FAKE_TOOLS

from shortcast_agent import conversation
from shortcast_agent.analyst import Analyst
from shortcast_agent.chat import free_port
from shortcast_agent.conversation import answer_turn, end_pending, quiet, remembered, said
from shortcast_agent.events import (
    AskResult,
    Done,
    Event,
    Notice,
    TextDelta,
    ToolCall,
    ToolFinished,
    ToolProgress,
    ToolStarted,
    Turn,
    Usage,
)
from shortcast_agent.uploads import keep
from shortcast_ml.errors import ServiceError
from shortcast_ml.records import VideoReport
from shortcast_ml.settings import Settings
from shortcast_tools.parts import Parts


class Scripted:
    """Says what it was told to say."""

    def __init__(self, *events: Event | Exception) -> None:
        self.events = events

    def stream(self, text: str, *, attachments: Sequence[Path], thread: str) -> Iterator[Event]:
        for event in self.events:
            if isinstance(event, Exception):
                raise event
            yield event


STARTED = ToolStarted(
    id="1", name="forecast_views", arguments={"title": "Latte", "video": "/a/b/clip.mp4", "followers": None}
)
FINISHED = ToolFinished(id="1", name="forecast_views", ok=True, summary="12.3K views", seconds=1.26)
REPORT = VideoReport(forecast=samples.forecast())


def done(answer: str = "Expect 12.3K views.") -> Done:
    return Done(result=AskResult(answer=answer, report=REPORT, thread="t"))


def run(*events: Event | Exception) -> tuple[list[dict[str, Any]], VideoReport | None]:
    """Return the page after the last yield."""
    yields = list(answer_turn(Scripted(*events), "Q", [], "t", said("Q", [])))  # type: ignore[arg-type]
    messages, report = yields[-1]
    return messages[1:], report


def test_a_tool_step_spins_while_it_runs_and_folds_when_it_is_done() -> None:
    turn = answer_turn(Scripted(STARTED, FINISHED, done("")), "Q", [], "t", [])  # type: ignore[arg-type]
    running = next(turn)[0][-1]
    assert running["metadata"] == {"title": "Forecasting the views", "status": "pending", "id": "1"}
    assert running["content"] == "forecast_views(title: Latte, video: clip.mp4)"
    finished = next(turn)[0][-1]
    assert finished["metadata"]["status"] == "done"
    assert finished["metadata"]["duration"] == 1.3
    assert finished["content"].endswith("\n\n12.3K views")


def test_a_failed_step_says_so_and_progress_is_shown_beside_its_title() -> None:
    progress = ToolProgress(id="1", done=2, total=5, text="reading")
    failed = ToolFinished(id="1", name="x", ok=False, summary="The link is dead.", seconds=0.1, error="x")
    turn = answer_turn(Scripted(STARTED, progress, failed, done("")), "Q", [], "t", [])  # type: ignore[arg-type]
    next(turn)
    assert next(turn)[0][-1]["metadata"]["log"] == "2 of 5: reading"
    step = next(turn)[0][-1]
    assert step["metadata"]["title"] == "Forecasting the views failed"
    assert "log" not in step["metadata"]
    assert "The link is dead." in step["content"]


def test_the_streamed_words_become_one_message_and_the_report_comes_last() -> None:
    messages, report = run(TextDelta(text="Expect "), TextDelta(text="12.3K views."), done())
    assert [message["content"] for message in messages] == ["Expect 12.3K views."]
    assert report == REPORT


def test_words_are_redrawn_now_and_then_and_not_for_every_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "PAUSE_S", 1e9)
    letters = [TextDelta(text=letter) for letter in "Expect 12.3K views."]
    yields = list(answer_turn(Scripted(*letters, done()), "Q", [], "t", []))  # type: ignore[arg-type]
    assert len(yields) <= 3


def test_a_struck_number_disappears_because_the_answer_has_the_last_word() -> None:
    messages, _ = run(TextDelta(text="Expect 99M views."), done("Expect many views."))
    assert [message["content"] for message in messages] == ["Expect many views."]


def test_words_before_and_after_a_tool_stay_where_they_were_said() -> None:
    messages, _ = run(
        TextDelta(text="Let me see. "), STARTED, FINISHED, TextDelta(text="Done."), done("Let me see. Done.")
    )
    assert [m["content"] for m in messages if "metadata" not in m] == ["Let me see. ", "Done."]


def test_a_notice_is_shown_in_italics() -> None:
    messages, _ = run(Notice(text="The language model is down."), done("A"))
    assert messages[0]["content"] == "*The language model is down.*"


@pytest.mark.parametrize(
    ("usage", "line"),
    [
        (None, None),
        (Usage(model_calls=1), None),
        (Usage(input_tokens=1234, output_tokens=56), "small&lt;x&gt; · 1,234 tokens read, 56 written"),
        (
            Usage(input_tokens=1234, output_tokens=56, cost_usd=0.01234),
            "small&lt;x&gt; · 1,234 tokens read, 56 written · $0.0123",
        ),
        (
            Usage(input_tokens=9, output_tokens=None, cost_usd=0.000001),
            "small&lt;x&gt; · 9 tokens read, 0 written · less than $0.0001",
        ),
    ],
)
def test_what_an_answer_took_is_one_quiet_line_under_it(usage: Usage | None, line: str | None) -> None:
    result = AskResult(answer="A", thread="t", analyst="small<x>", usage=usage)
    messages, _ = run(TextDelta(text="A"), Done(result=result))
    assert [message["content"] for message in messages[1:]] == (
        [f'<span class="sc-usage">{line}</span>'] if line else []
    )


def test_our_own_error_becomes_one_message_and_no_step_is_left_spinning() -> None:
    messages, report = run(STARTED, ServiceError("The endpoint is down; try again."))
    assert messages[-1]["content"] == "⚠️ The endpoint is down; try again."
    assert messages[0]["metadata"]["status"] == "done"
    assert report is None


def test_a_fault_of_our_own_is_one_plain_message_without_its_trace(caplog: pytest.LogCaptureFixture) -> None:
    messages, _ = run(KeyError("secret"))
    assert "Something went wrong inside Shortcast (KeyError)" in messages[-1]["content"]
    assert "secret" not in messages[-1]["content"]
    assert "secret" in caplog.text


def test_foreign_text_loads_no_picture_and_becomes_no_html() -> None:
    assert quiet("![x](http://evil/y.png)") == "!\\[x](http://evil/y.png)"
    assert quiet("<img src=x> 3 < 4 </b><!-- -->") == "&lt;img src=x> 3 < 4 &lt;/b>&lt;!-- -->"
    messages, _ = run(TextDelta(text="<img src=x>"), done("<img src=x>"))
    assert messages[-1]["content"] == "&lt;img src=x>"


def test_stop_ends_the_turn_though_the_analyst_is_busy_and_tells_it_to_give_up() -> None:
    gave_up, stop = threading.Event(), threading.Event()

    class Busy:
        def stream(self, *_: Any, **__: Any) -> Iterator[Event]:
            try:
                yield STARTED
                time.sleep(1.5)
                yield FINISHED
            finally:
                gave_up.set()

    turn = answer_turn(Busy(), "Q", [], "t", [], stop)  # type: ignore[arg-type]
    next(turn)
    stop.set()
    began = time.monotonic()
    *_, (messages, report) = turn
    assert time.monotonic() - began < 1
    assert [m["content"] for m in messages][-1] == "*Stopped.*"
    assert messages[0]["metadata"]["status"] == "done"
    assert report is None
    assert gave_up.wait(5)


def test_a_stopped_turn_has_no_step_that_spins() -> None:
    messages = [
        {"role": "assistant", "content": "", "metadata": {"title": "a", "status": "pending"}},
        {"role": "user"},
    ]
    assert end_pending(messages)[0]["metadata"] == {"title": "a", "status": "done", "log": "stopped"}


def test_a_past_conversation_comes_back_with_its_steps_files_and_last_pictures(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.touch()
    call = ToolCall(name="forecast_views", arguments={"title": "Latte"}, ok=True, seconds=0.5)
    turns = [
        Turn(
            user="First",
            attachments=(clip, tmp_path / "gone.mp4"),
            answer="A",
            tool_calls=(call,),
            report=REPORT,
        ),
        Turn(user="Second", answer="B"),
    ]
    messages, report = remembered(turns)
    assert [m["content"] for m in messages] == [
        {"path": str(clip)},
        "First",
        "forecast_views(title: Latte)",
        "A",
        "Second",
        "B",
    ]
    assert messages[2]["metadata"] == {"title": "Forecasting the views", "status": "done", "duration": 0.5}
    assert report == REPORT


def test_uploads_are_kept_once_in_the_data_folder(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    upload = tmp_path / "clip.mp4"
    upload.write_bytes(b"film")
    first, again = keep([str(upload)], settings), keep([str(upload)], settings)
    assert first == again
    assert first[0].read_bytes() == b"film"
    assert first[0].name == "clip.mp4"
    assert first[0].is_relative_to(settings.media_path)
    assert len(list(settings.media_path.rglob("*.mp4"))) == 1


def test_a_real_analyst_over_fake_tools_fills_the_page(home: Path) -> None:
    analyst = Analyst(Parts(), tools=FAKE_TOOLS)
    question = 'My Short is called "Latte trick" and I have 12,000 followers. Will it do well?'
    *_, (messages, report) = answer_turn(analyst, question, [], "thread-1", said(question, []))
    steps = [m["metadata"]["title"] for m in messages if m.get("metadata")]
    assert "Forecasting the views" in steps
    assert report is not None
    assert report.forecast is not None
    assert report.forecast.model == "fake 1"
    restored, again = remembered(analyst.history("thread-1"))
    assert again.forecast == report.forecast
    assert restored[-1]["content"] == messages[-1]["content"]


def test_a_taken_port_gives_way_to_the_next_free_one() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        taken = other.getsockname()[1]
        assert free_port("127.0.0.1", taken) != taken
    assert free_port("127.0.0.1", 0) > 0


def test_an_address_of_another_machine_is_refused_with_one_sentence() -> None:
    with pytest.raises(ServiceError, match="SHORTCAST_HOST"):
        free_port("192.0.2.1", 7860)
