"""A conversation to take away, as JSON with every number and as Markdown."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from tests import fake_tools

from shortcast_agent.analyst import Analyst
from shortcast_agent.thread_export import ThreadExport, as_markdown, export_thread, file_name
from shortcast_ml.settings import Settings
from shortcast_tools.parts import Parts


@pytest.fixture
def analyst(home: Path) -> Iterator[Analyst]:
    held = Analyst(Parts(Settings(home=home)), tools=fake_tools.TOOLS)
    yield held
    held.close()


def exported(analyst: Analyst, thread: str) -> ThreadExport:
    conversations = analyst.conversations
    return export_thread(conversations.find(thread), conversations.messages(thread))


def test_words_answers_steps_and_numbers_are_exported(analyst: Analyst) -> None:
    first = analyst.ask('Will "Latte trick" do well? I have 12k followers.')
    analyst.ask("thanks", thread=first.thread)
    export = exported(analyst, first.thread)
    one, two = export.turns
    assert one.said == 'Will "Latte trick" do well? I have 12k followers.'
    assert one.answer == first.answer
    assert one.analyst == "offline analyst"
    step = next(step for step in one.steps if step.tool == "forecast_views")
    assert step.arguments == {"title": "Latte trick", "followers": 12_000}
    assert step.result is not None
    assert step.result["type"] == "Forecast"
    assert first.report.forecast is not None
    assert step.result["views"] == first.report.forecast.views
    assert two.steps == ()
    assert two.said == "thanks"
    assert one.at is not None


def test_files_are_named_and_their_places_are_not_told(analyst: Analyst, tmp_path: Path) -> None:
    pictures = []
    for name, colour in (("red.png", (200, 9, 9)), ("blue.png", (9, 9, 200))):
        Image.new("RGB", (36, 64), colour).save(tmp_path / name)
        pictures.append(tmp_path / name)
    broken = tmp_path / "bad.mp4"
    broken.write_bytes(b"\0\0\0\x20ftypisom" + b"\0" * 64)
    thread = analyst.ask("which of these thumbnails?", attachments=pictures).thread
    analyst.ask(f"And {broken}? Will this do well?", attachments=[broken], thread=thread)
    export = exported(analyst, thread)
    for text in (export.model_dump_json(), as_markdown(export)):
        assert str(tmp_path) not in text
        assert "red.png" in text
        assert "bad.mp4" in text
    assert export.turns[0].files == ("red.png", "blue.png")
    assert export.turns[1].said == "And bad.mp4? Will this do well?"


def test_the_markdown_reads_from_top_to_bottom(analyst: Analyst) -> None:
    thread = analyst.ask('Will "Latte trick" do well?\nI have 12k followers.').thread
    analyst.conversations.rename(thread, "Latte plans")
    text = as_markdown(exported(analyst, thread))
    lines = text.splitlines()
    assert lines[0] == "# Latte plans"
    assert '> Will "Latte trick" do well?' in lines
    assert "> I have 12k followers." in lines
    assert lines.index("### Offline analyst") > lines.index("### Computed for 1")
    assert any(line.startswith("- `forecast_views` (title: Latte trick") for line in lines)


def test_a_turn_that_was_interrupted_says_so(analyst: Analyst) -> None:
    from langchain_core.messages import AIMessage, HumanMessage

    call = {"name": "forecast_views", "args": {"title": "x"}, "id": "lost", "type": "tool_call"}
    analyst.ask("hello", thread="t")
    info = analyst.conversations.find("t")
    export = export_thread(info, [HumanMessage("Will it?"), AIMessage("", tool_calls=[call])])
    assert export.turns[0].steps[0].error == "It was interrupted before it had run."
    assert "*(The turn was interrupted.)*" in as_markdown(export)
    assert "failed. It was interrupted" in as_markdown(export)


def test_the_json_can_be_read_back_and_the_file_is_named_after_the_title(analyst: Analyst) -> None:
    thread = analyst.ask("¿Funcionará: mi «receta»?!").thread
    export = exported(analyst, thread)
    assert ThreadExport.model_validate(json.loads(export.model_dump_json())) == export
    day = f"{export.exported_at.astimezone():%Y-%m-%d}"
    assert file_name(export, "md") == f"shortcast-funcionará-mi-receta-{day}.md"
    assert (
        file_name(export.model_copy(update={"title": "?!"}), "json") == f"shortcast-conversation-{day}.json"
    )
