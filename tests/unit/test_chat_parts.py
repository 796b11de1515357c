"""The parts of the chat page, built by real Gradio and called as its events call them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.fake_tools import TOOLS as FAKE_TOOLS

from shortcast_agent.analyst import Analyst
from shortcast_agent.chat import build
from shortcast_agent.memory import FORGOTTEN
from shortcast_agent.page_profile import ProfileBox
from shortcast_agent.page_thread import GONE, ThreadBox
from shortcast_agent.panel import EMPTY
from shortcast_ml.settings import Settings
from shortcast_tools.parts import Parts

Handlers = dict[str, Callable[..., Any]]


@pytest.fixture
def analyst(home: Path) -> Iterator[Analyst]:
    held = Analyst(Parts(Settings(home=home)), tools=FAKE_TOOLS)
    yield held
    held.close()


@pytest.fixture
def page(analyst: Analyst) -> Handlers:
    """The page's event handlers, by name."""
    blocks = build(analyst, analyst.parts)
    return {handler.fn.__name__: handler.fn for handler in blocks.fns.values() if handler.fn is not None}


@pytest.fixture
def profile(analyst: Analyst) -> ProfileBox:
    import gradio as gr

    with gr.Blocks():
        return ProfileBox(analyst, lambda *given, **more: None)


@pytest.fixture
def thread_box(analyst: Analyst) -> ThreadBox:
    import gradio as gr

    class Heard:
        then = None

    with gr.Blocks():
        return ThreadBox(
            analyst,
            lambda *given, **more: Heard(),
            gr.State(None),
            listed=lambda thread: f"listed {thread}",
            past=None,
            closed=lambda thread: (f"closed {thread}",),
            closing=[],
        )


def skipped(value: Any) -> bool:
    return isinstance(value, dict) and value.get("__type__") == "update" and len(value) == 1


def test_a_turn_on_the_page_from_question_to_answer_to_reload(
    page: Handlers, analyst: Analyst, tmp_path: Path
) -> None:
    picture = tmp_path / "red.png"
    Image.new("RGB", (36, 64), (200, 9, 9)).save(picture)
    question = {"text": 'Will "Latte trick" do well? I have 12k followers.', "files": [str(picture)]}
    _, messages, thread, asked = page["begin"](question, [], None)
    assert messages[-1] == {"role": "user", "content": question["text"]}
    assert Path(asked["files"][0]).is_relative_to(analyst.settings.media_path)
    *_, (shown, side, sources) = page["answer"](asked, messages, thread)
    assert shown[-1]["content"] == analyst.history(thread)[0].answer
    assert "sc-picture" in side
    assert "forecast_views: views" in sources
    _, past, box, name, *_ = page["end"](thread)
    assert past.value == thread
    assert box.visible is True
    assert name == question["text"]
    again, side_again, sources_again, known, *_ = page["resume"](thread)
    assert [m["content"] for m in again if m["role"] == "assistant"][-1] == shown[-1]["content"]
    assert (side_again, sources_again, known) == (side, sources, thread)
    head, *_ = page["reload"](thread)
    assert "offline analyst" in head
    empty, side, sources, none, past, box, *_ = page["begin_anew"]()
    assert (empty, side, sources, none, past.value, box.visible) == ([], EMPTY, "", None, "", False)


def test_nothing_typed_is_nothing_asked(page: Handlers) -> None:
    assert page["begin"]({"text": " ", "files": []}, [], None)[-1] is None
    assert list(page["answer"](None, [], "t")) == []


def test_a_thread_that_is_gone_resumes_as_an_empty_page(page: Handlers) -> None:
    assert page["resume"]("gone")[:4] == ([], EMPTY, "", None)


def test_the_profile_is_filled_and_only_what_was_typed_is_saved(
    profile: ProfileBox, analyst: Analyst
) -> None:
    analyst.edit_profile({"followers": "12K", "platform": "tiktok"})
    note, *fields, shown = profile.fill()
    assert shown == dict(zip(shown, fields, strict=True))
    assert (shown["followers"], shown["platform"], shown["niche"]) == ("12K", "tiktok", "")
    assert "Kept on this machine only" in note
    analyst.edit_profile({"followers": "15K"})  # elsewhere, meanwhile
    typed = dict(shown) | {"niche": "latte art"}
    note, *_ = profile._save(shown, *typed.values())
    assert "Saved." in note
    assert analyst.profile().facts() == {"followers": 15_000, "platform": "tiktok", "niche": "latte art"}


def test_a_wrong_value_is_said_and_what_was_typed_stays(profile: ProfileBox, analyst: Analyst) -> None:
    shown = profile.fill()[-1]
    note, *rest = profile._save(shown, *(shown | {"followers": "<b>lots"}).values())
    assert "&lt;b&gt;lots" in note
    assert "role='alert'" in note
    assert all(skipped(value) for value in rest)
    assert analyst.profile().facts() == {}


def test_the_fields_are_filled_anew_only_when_something_was_learned(
    profile: ProfileBox, analyst: Analyst
) -> None:
    shown = profile.fill()[-1]
    assert all(skipped(value) for value in profile.refill(shown))
    analyst.ask("I have 12k followers <on> TikTok")
    refilled = profile.refill(shown)
    assert refilled[-1]["followers"] == "12K"
    assert "&lt;on&gt;" in refilled[0]


def test_all_is_forgotten_with_one_button(profile: ProfileBox, analyst: Analyst) -> None:
    analyst.edit_profile({"followers": "12K"})
    note, *fields, _ = profile._forget()
    assert FORGOTTEN in note
    assert set(fields) == {""}
    assert analyst.profile().facts() == {}


def test_a_file_that_cannot_be_read_is_said_where_the_profile_would_stand(
    profile: ProfileBox, home: Path
) -> None:
    (home / "threads.db").write_bytes(b"this is no database" * 100)
    assert "threads.db can" in profile.fill()[0]
    assert "threads.db can" in profile._forget()[0]


def test_a_conversation_is_renamed_exported_and_deleted(thread_box: ThreadBox, analyst: Analyst) -> None:
    thread = analyst.ask('Will "Latte trick" do well?').thread
    kept, note, listed = thread_box._rename(thread, "Latte plans")
    assert (kept, listed) == ("Latte plans", f"listed {thread}")
    assert "Renamed." in note
    made, note = thread_box._exporter("md")(thread)
    assert made["name"].startswith("shortcast-latte-plans-")
    assert made["text"].startswith("# Latte plans")
    made, _ = thread_box._exporter("json")(thread)
    assert json.loads(made["text"])["id"] == thread
    box, name, sure, _, closed = thread_box._delete(thread)
    assert (box.visible, name, sure.visible, closed) == (False, "", False, f"closed {thread}")
    assert analyst.threads() == []


def test_what_cannot_be_done_is_said_in_the_box(thread_box: ThreadBox, analyst: Analyst) -> None:
    thread = analyst.ask("hello").thread
    assert "can&#x27;t be empty" in thread_box._rename(thread, "  ")[1]
    analyst.delete_thread(thread)
    assert GONE in thread_box._rename(thread, "x")[1]
    assert thread_box._exporter("md")(thread) == (None, thread_box._exporter("json")(thread)[1])
    assert GONE in thread_box._exporter("md")(thread)[1]
    assert thread_box._delete(thread)[-1] == f"closed {thread}"
