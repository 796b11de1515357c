"""The offline planner in conversation: which tools it calls with which arguments, and what it writes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests import fake_tools

from shortcast_agent.analyst import Analyst
from shortcast_agent.events import AskResult
from shortcast_agent.grounding import trace
from shortcast_agent.planner import intents, understand, weighing
from shortcast_ml.records import Draft
from shortcast_ml.settings import Settings
from shortcast_tools.parts import Parts

TITLE = "I tried the 3-second latte trick"
DRAFT_TOOLS = [
    "inspect_draft",
    "forecast_views",
    "explain_forecast",
    "suggest_changes",
    "find_similar_videos",
]


@pytest.fixture
def analyst(home: Path) -> Iterator[Analyst]:
    """An analyst over the fake tools."""
    held = Analyst(Parts(Settings(home=home)), tools=fake_tools.TOOLS)
    yield held
    held.close()


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A video and two pictures, by name and first bytes."""
    video = b"\0\0\0\x20ftypisom" + b"\0" * 64
    for name in ("clip.mp4", "bad.mp4"):
        (tmp_path / name).write_bytes(video)
    for name, colour in (("red.png", (200, 9, 9)), ("blue.png", (9, 9, 200))):
        Image.new("RGB", (36, 64), colour).save(tmp_path / name)
    return {path.name: path for path in tmp_path.iterdir()}


def names(result: AskResult) -> list[str]:
    return [call.name for call in result.tool_calls]


def only(result: AskResult) -> dict[str, Any]:
    assert len(result.tool_calls) == 1, names(result)
    return result.tool_calls[0].arguments


def test_a_draft_is_judged_with_every_tool_on_the_same_arguments(
    analyst: Analyst, files: dict[str, Path]
) -> None:
    result = analyst.ask(
        "Will this do well, and what should I change?",
        attachments=[files["clip.mp4"]],
        facts={"title": TITLE, "followers": 12_000},
    )
    assert names(result) == DRAFT_TOOLS
    same = {"title": TITLE, "video": str(files["clip.mp4"]), "followers": 12_000}
    assert all(call.arguments == same for call in result.tool_calls[:4])
    assert result.report.forecast is not None
    assert result.report.suggestions is not None
    assert "80% interval" in result.answer
    assert "63% chance" in result.answer
    assert result.answer.count("x1.") + result.answer.count("x0.") >= 5
    assert "Cut it to 21 seconds." in result.answer
    assert "follower count alone" in result.answer
    assert "invented demo library" in result.answer
    assert "not guarantees" in result.answer


def test_three_turns_keep_their_context_and_survive_a_restart(home: Path, files: dict[str, Path]) -> None:
    first = Analyst(Parts(Settings(home=home)), tools=fake_tools.TOOLS)
    thread = first.ask("Will this do well?", facts={"title": TITLE, "followers": 12_000}).thread
    second = first.ask("what if the title were My secret latte trick?", thread=thread)
    assert names(second) == ["compare_variants"]
    assert only(second) == {"titles": [TITLE, "My secret latte trick"], "followers": 12_000}
    first.close()

    again = Analyst(Parts(Settings(home=home)), tools=fake_tools.TOOLS)
    third = again.ask(
        "which of these two thumbnails?", attachments=[files["red.png"], files["blue.png"]], thread=thread
    )
    assert only(third) == {
        "thumbnails": [str(files["red.png"]), str(files["blue.png"])],
        "title": TITLE,
        "followers": 12_000,
    }
    assert third.report.comparison is not None
    fourth = again.ask("and if I post it on Friday at 6pm?", thread=thread)
    assert names(fourth) == ["forecast_views", "forecast_views"]
    assert fourth.tool_calls[1].arguments["publish_at"].split("T")[1].startswith("18:00")
    assert fourth.tool_calls[0].arguments == {"title": TITLE, "followers": 12_000}
    assert "Friday at 18:00" in fourth.answer
    assert next(turn.user for turn in again.history(thread)) == "Will this do well?"
    assert len(again.history(thread)) == 4
    assert again.threads()[0].id == thread
    again.close()


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        (
            f'How many views will a video titled "{TITLE}" get in a week? I have 12k subs',
            [("forecast_views", {"title": TITLE, "followers": 12_000, "horizon_days": 7})],
        ),
        (
            "why did this flop https://www.youtube.com/shorts/abc ?",
            [("diagnose_video", {"url": "https://www.youtube.com/shorts/abc"})],
        ),
        (
            "My last video got 300 views. I posted it 3 days ago and usually get 5k views. What went wrong?",
            [("diagnose_video", {"views": 300, "age_days": 3.0, "typical_views": 5_000.0})],
        ),
        ("what is https://youtu.be/abc ?", [("fetch_video", {"url": "https://youtu.be/abc"})]),
        ("collect 30 videos about latte art", [("collect", {"query": "latte art", "limit": 30})]),
        (
            "find me 5 similar videos about sourdough bread",
            [("find_similar_videos", {"query": "sourdough bread", "limit": 5})],
        ),
        (
            'Which title is better: "A day in Hanoi" or "Hanoi street food"?',
            [("compare_variants", {"titles": ["A day in Hanoi", "Hanoi street food"]})],
        ),
        (f'What should I change? The title is "{TITLE}"', [("suggest_changes", {"title": TITLE})]),
        ("커피 관련 영상 20개 수집해줘", [("collect", {"query": "커피", "limit": 20})]),
        (
            "¿Por qué fracasó este vídeo? https://youtu.be/abc",
            [("diagnose_video", {"url": "https://youtu.be/abc"})],
        ),
        (
            'Tiêu đề nào tốt hơn: "Cà phê trứng" hay "Phở bò"?',
            [("compare_variants", {"titles": ["Cà phê trứng", "Phở bò"]})],
        ),
    ],
)
def test_one_question_calls_the_right_tool(
    analyst: Analyst, text: str, calls: list[tuple[str, dict[str, Any]]]
) -> None:
    result = analyst.ask(text)
    assert [(call.name, call.arguments) for call in result.tool_calls] == calls
    assert all(call.ok for call in result.tool_calls)


@pytest.mark.parametrize(
    "text", ["hello", "thanks!", "What's the weather today?", "What can you do?", "Write me a poem"]
)
def test_small_talk_and_other_matters_call_nothing(analyst: Analyst, text: str) -> None:
    result = analyst.ask(text)
    assert result.tool_calls == ()
    assert len(result.answer) > 30
    assert trace(result.answer, [text]).untraced == ()


def test_the_offline_analyst_says_what_it_is(analyst: Analyst) -> None:
    result = analyst.ask("Who are you?")
    assert "offline analyst" in result.answer
    assert result.analyst == "offline analyst"


def test_what_is_missing_is_asked_for_and_the_answer_is_understood(analyst: Analyst) -> None:
    asked = analyst.ask("Will my video do well?")
    assert asked.tool_calls == ()
    assert "title" in asked.answer
    answered = analyst.ask(TITLE, thread=asked.thread)
    assert "forecast_views" in names(answered)
    assert answered.tool_calls[0].arguments == {"title": TITLE}


def test_the_figures_of_a_flop_are_asked_for_one_after_the_other(analyst: Analyst) -> None:
    thread = analyst.ask("Why did my video flop?").thread
    second = analyst.ask("it has 300 views", thread=thread)
    assert "many days ago" in second.answer
    third = analyst.ask("3 days", thread=thread)
    assert only(third) == {"views": 300, "age_days": 3.0}
    assert "far worse than expected" in third.answer


def test_a_choice_is_taken_over_into_the_draft(analyst: Analyst) -> None:
    thread = analyst.ask("Will this do well?", facts={"title": TITLE}).thread
    analyst.ask("What about “My secret latte trick” as the title?", thread=thread)
    result = analyst.ask("Ok, let's go with the second one", thread=thread)
    assert only(result) == {"title": "My secret latte trick"}


def test_two_moments_and_two_lengths_are_set_beside_each_other(analyst: Analyst) -> None:
    thread = analyst.ask("Will this do well?", facts={"title": TITLE}).thread
    days = analyst.ask("Is it better to post on Monday morning or Friday night?", thread=thread)
    assert names(days) == ["forecast_views", "forecast_views"]
    assert "Friday night.**" in days.answer.splitlines()[0]
    lengths = analyst.ask("Is a 15 or a 45 second cut better?", thread=thread)
    assert [call.arguments["duration_s"] for call in lengths.tool_calls] == [15.0, 45.0]


def test_a_what_if_does_not_change_the_draft(analyst: Analyst) -> None:
    thread = analyst.ask("Will this do well?", facts={"title": TITLE, "followers": 900}).thread
    analyst.ask("what if I cut it to 20 seconds?", thread=thread)
    result = analyst.ask("Explain the forecast", thread=thread)
    assert all(call.arguments == {"title": TITLE, "followers": 900} for call in result.tool_calls)


def test_more_about_the_channel_sharpens_the_forecast(analyst: Analyst) -> None:
    thread = analyst.ask("Will this do well?", facts={"title": TITLE}).thread
    result = analyst.ask("I forgot to say, my channel has 12k followers", thread=thread)
    assert only(result) == {"title": TITLE, "followers": 12_000}


def test_text_in_tool_results_decides_nothing(home: Path) -> None:
    ran: list[tuple[str, Any]] = []
    analyst = Analyst(Parts(Settings(home=home)), tools=fake_tools.counting(ran))
    thread = analyst.ask("find videos about latte art").thread
    assert fake_tools.INJECTION.split(".")[0] in analyst.history(thread)[0].answer
    analyst.ask("thanks", thread=thread)
    analyst.ask("what is https://youtu.be/abc ?", thread=thread)
    assert [name for name, _ in ran] == ["find_similar_videos", "fetch_video"]
    analyst.close()


def test_an_invented_neighbour_is_not_looked_up(analyst: Analyst) -> None:
    thread = analyst.ask("find videos about latte art").thread
    result = analyst.ask("why did the second one do well?", thread=thread)
    assert result.tool_calls == ()
    assert "invented" in result.answer


def test_an_unreadable_file_costs_one_sentence_and_the_title_is_judged(
    analyst: Analyst, files: dict[str, Path]
) -> None:
    result = analyst.ask("Will this do well?", attachments=[files["bad.mp4"]], facts={"title": TITLE})
    assert result.answer.count("bad.mp4 can't be read as a video") == 1
    assert "80% interval" in result.answer
    later = analyst.ask("Explain the forecast", thread=result.thread)
    assert all(call.ok for call in later.tool_calls)
    alone = analyst.ask("Will this do well?", attachments=[files["bad.mp4"]])
    assert alone.answer.startswith("bad.mp4 can't be read")
    assert "title" in alone.answer


def test_a_dead_link_costs_one_sentence_and_the_conversation_goes_on(analyst: Analyst) -> None:
    result = analyst.ask("why did https://youtu.be/dead flop?")
    assert result.answer == "That video is gone or private; check the link."
    assert not result.tool_calls[0].ok
    assert analyst.ask("what is https://youtu.be/abc ?", thread=result.thread).tool_calls[0].ok


def test_a_platform_without_a_model_is_said_to_have_none(analyst: Analyst) -> None:
    result = analyst.ask(f'How will "{TITLE}" do on Instagram?')
    assert "no model for Instagram" in result.answer


def test_a_written_answer_always_passes_the_check(analyst: Analyst) -> None:
    for text in (
        f'Will "{TITLE}" do well in 3 days? 1,234 followers, 0:45 long',
        "why did this flop https://youtu.be/abc",
        'compare "a 1" or "b 22"',
        "collect 7 videos about 1990s music",
        "what if I post it at 7:15pm on Friday",
        "15 or 45 seconds?",
        "show me similar videos",
    ):
        result = analyst.ask(text, thread="one")
        assert result.notices == (), (text, result.notices)
        assert result.answer


def test_without_the_encoder_cues_are_enough_for_plain_questions(
    analyst: Analyst, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intents, "_head", lambda: None)
    monkeypatch.setattr(understand, "classify", intents.classify)
    monkeypatch.setattr(weighing, "classify", intents.classify)
    assert names(analyst.ask(f'Will "{TITLE}" do well?'))[0] == "forecast_views"
    assert names(analyst.ask("why did this flop https://youtu.be/abc")) == ["diagnose_video"]
    assert names(analyst.ask("collect 5 videos about chess")) == ["collect"]


@pytest.mark.parametrize(
    "text",
    ["", "🤔", "x" * 15_000, "?!", "1", '"' + "long " * 2_000 + '"', "\x00\ud800", "{}", "[](javascript:x)"],
)
def test_odd_messages_get_an_answer(analyst: Analyst, text: str) -> None:
    result = analyst.ask(text, facts={} if text else {"title": TITLE})
    assert result.answer


@pytest.mark.parametrize(
    ("text", "change", "label"),
    [
        ("what if I had 100k followers?", {"followers": 100_000}, "100K followers"),
        ("And on TikTok?", {"platform": "tiktok"}, "on TikTok"),
        ("what if I make it half as long?", {"duration_s": 20.0}, "20 s"),
        ("what if I drop the hashtags?", {"description": "-"}, "with that description"),
        ("what if my videos usually get 7k views?", {"typical_views": 7_000.0}, "7K typical views"),
        ("What if I post it on Sunday morning instead?", None, "Sunday morning"),
    ],
)
def test_any_field_may_be_supposed_otherwise(
    analyst: Analyst, text: str, change: dict[str, Any] | None, label: str
) -> None:
    base = {"title": TITLE, "duration_s": 40.0, "description": "#latte"}
    thread = analyst.ask("Will this do well?", facts=base).thread
    result = analyst.ask(text, thread=thread)
    assert names(result) == ["forecast_views", "forecast_views"]
    assert result.tool_calls[0].arguments == base
    if change is not None:
        assert result.tool_calls[1].arguments == base | change
    assert label in result.answer
    assert result.notices == ()


def test_one_picture_is_compared_with_the_one_before_or_with_none(
    analyst: Analyst, files: dict[str, Path]
) -> None:
    red, blue = str(files["red.png"]), str(files["blue.png"])
    thread = analyst.ask("Will this do well?", facts={"title": TITLE}).thread
    first = analyst.ask("Which is better, this thumbnail or none?", attachments=[red], thread=thread)
    assert [call.arguments.get("thumbnail") for call in first.tool_calls] == [None, red]
    with_picture = analyst.ask("Will this do well?", attachments=[red], facts={"title": TITLE}).thread
    second = analyst.ask("And with this thumbnail instead?", attachments=[blue], thread=with_picture)
    assert only(second)["thumbnails"] == [red, blue]
    chosen = analyst.ask("Use the second thumbnail", thread=with_picture)
    assert only(chosen) == {"title": TITLE, "thumbnail": blue}


def test_a_file_is_read_when_its_facts_are_asked_for(analyst: Analyst, files: dict[str, Path]) -> None:
    result = analyst.ask("How long is my video and is the sound ok?", attachments=[files["clip.mp4"]])
    assert names(result) == ["inspect_draft"]
    assert "29.4 s" in result.answer
    assert "1080x1920" in result.answer


def test_videos_similar_to_a_link_are_looked_up_by_its_title(analyst: Analyst) -> None:
    result = analyst.ask("Find similar videos to https://youtu.be/abc")
    assert names(result) == ["fetch_video", "find_similar_videos"]
    assert result.tool_calls[1].arguments["title"].startswith("Latte in 3 seconds")


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("What should I change?", "improve"),
        ("Explain the forecast", "no forecast yet"),
        ("How many views will it get?", "Which video"),
        ("Which of these two thumbnails?", "two or more"),
        ("Which title is better?", "quotes"),
        ("Show me similar videos", "Similar to what"),
        ("Collect videos", "niche"),
        ("What if I post it on Friday?", "which video"),
        ("How long is my video?", "attach the video"),
        ("I have 12k followers", "title"),
        ("Let's go with the second one", "title"),
    ],
)
def test_a_question_without_its_subject_is_asked_back(analyst: Analyst, text: str, asks: str) -> None:
    result = analyst.ask(text)
    assert result.tool_calls == ()
    assert asks in result.answer or "title" in result.answer


def test_a_topic_that_was_asked_for_is_searched(analyst: Analyst) -> None:
    thread = analyst.ask("Show me similar videos").thread
    assert only(analyst.ask("matcha latte", thread=thread)) == {"query": "matcha latte"}


def test_a_published_draft_is_diagnosed_with_what_is_known_of_it(analyst: Analyst) -> None:
    thread = analyst.ask("Will this do well?", facts={"title": TITLE, "followers": 900}).thread
    result = analyst.ask("I posted it 2 days ago and it has 90 views. Why?", thread=thread)
    assert only(result) == {"views": 90, "age_days": 2.0, "title": TITLE, "followers": 900}


def test_another_video_starts_a_new_draft_of_the_same_channel(analyst: Analyst) -> None:
    thread = analyst.ask(
        "Will this do well?", facts={"title": TITLE, "followers": 900, "duration_s": 20}
    ).thread
    result = analyst.ask('I have another video: "Tea at home". Will it work?', thread=thread)
    assert result.tool_calls[0].arguments == {"title": "Tea at home", "followers": 900}


def test_bugs_of_several_tools_are_one_sentence_and_blame_no_file(home: Path, files: dict[str, Path]) -> None:
    def broken(title: str = "", video: str | None = None, followers: int | None = None) -> Draft:
        """Fail."""
        raise KeyError(title)

    tools = fake_tools.TOOLS | dict.fromkeys(
        ("forecast_views", "explain_forecast", "suggest_changes"), broken
    )
    analyst = Analyst(Parts(Settings(home=home)), tools=tools)
    result = analyst.ask("Will this do well?", attachments=[files["clip.mp4"]], facts={"title": TITLE})
    assert result.answer.startswith(
        "Several tools failed unexpectedly (explain_forecast, forecast_views, suggest_changes); "
    )
    assert "without that file" not in result.answer
    assert names(result) == DRAFT_TOOLS
    analyst.close()
