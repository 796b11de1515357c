"""Questions about other videos: which tool answers, and what is written of what was found."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import fake_evidence, fake_tools

from shortcast_agent.analyst import Analyst
from shortcast_agent.events import AskResult
from shortcast_agent.grounding import trace
from shortcast_agent.langchain_tools import DATA_OPENS, content_of, summary_of
from shortcast_agent.planner import found
from shortcast_ml.records import BinReport, CollectReport, SimilarVideos
from shortcast_ml.settings import Settings
from shortcast_tools.parts import Parts

LINK = "https://www.youtube.com/shorts/abc"


@pytest.fixture
def analyst(home: Path) -> Iterator[Analyst]:
    """An analyst over the fake tools."""
    held = Analyst(Parts(Settings(home=home)), tools=fake_tools.TOOLS)
    yield held
    held.close()


def made(result: AskResult) -> list[tuple[str, dict[str, object]]]:
    return [(call.name, call.arguments) for call in result.tool_calls]


@pytest.mark.parametrize(
    ("said", "query"),
    [
        ("What works in my niche?", None),
        ("which topics are saturated?", None),
        ("How crowded is the coffee niche?", "coffee"),
        ("Is dog training too crowded?", "dog training"),
        ("What are the main topics in cooking videos?", "cooking"),
        ("내 분야에서는 어떤 주제가 잘 돼?", None),
        ("요리 니치를 요약해줘", "요리"),
        ("Résume la niche du café", "café"),
        ("¿Qué temas funcionan mejor en mi nicho?", None),
    ],
)
def test_a_niche_is_summed_up_as_a_whole_or_by_its_name(
    analyst: Analyst, said: str, query: str | None
) -> None:
    result = analyst.ask(said)
    name, arguments = made(result)[0]
    assert name == "summarize_niche"
    assert arguments == ({"query": query} if query else {})
    assert "**latte art**: " in result.answer
    for figure in ("100", "38", "41", "17", "x1.31", "8.4K"):
        assert figure in result.answer
    assert result.notices == ()
    assert result.report is not None
    assert result.report.niche is not None


def test_what_did_better_with_the_same_idea_is_looked_up_by_the_draft(analyst: Analyst) -> None:
    analyst.ask('My Short is called "Latte in 3 seconds". How many views will it get?', thread="t")
    result = analyst.ask("What did better with the same idea?", thread="t")
    assert made(result) == [("find_similar_videos", {"title": "Latte in 3 seconds", "better": True})]
    assert "x1.3 its channel's usual" in result.answer


def test_a_video_is_followed_by_its_link_and_the_next_look_is_said(analyst: Analyst) -> None:
    result = analyst.ask(f"Track this video for me {LINK}")
    assert made(result) == [("track_videos", {"links": [LINK]})]
    assert "**Following 5 videos**" in result.answer
    assert "4.3K views, 3 looks so far, next look 2026-11-25 18:30 UTC" in result.answer


def test_without_a_link_it_is_asked_for_and_then_followed(analyst: Analyst) -> None:
    asked = analyst.ask("Keep an eye on my new video", thread="t")
    assert made(asked) == []
    assert "aste " in asked.answer
    assert asked.answer.count("?") == 1
    assert made(analyst.ask(LINK, thread="t")) == [("track_videos", {"links": [LINK]})]


def test_how_followed_videos_do_needs_no_link(analyst: Analyst) -> None:
    assert made(analyst.ask("How are the videos doing that I'm tracking?")) == [("track_videos", {})]


def test_foreign_names_of_topics_and_titles_open_no_tool_and_bring_no_number(analyst: Analyst) -> None:
    first = analyst.ask("What works in my niche?", thread="t")
    second = analyst.ask("thanks", thread="t")
    assert [name for name, _ in made(first) + made(second)] == ["summarize_niche"]
    shown = content_of(fake_evidence.summarize_niche())
    assert shown.startswith(DATA_OPENS)
    assert content_of(fake_evidence.track_videos()).startswith(DATA_OPENS)


def test_what_is_written_of_a_niche_can_be_traced() -> None:
    niche, tracked = fake_evidence.summarize_niche(title="x"), fake_evidence.track_videos()
    assert trace(found.niche(niche), [niche]).untraced == ()
    assert trace(found.tracked(tracked), [tracked]).untraced == ()
    assert summary_of(niche) == "100 videos of 38 channels in 2 topics"
    assert summary_of(tracked) == "1 looked at, 5 followed"


def test_a_stratified_collection_says_what_each_bin_reached() -> None:
    report = CollectReport(
        query="coffee",
        found=90,
        added=50,
        updated=0,
        library_size=50,
        bins=(
            BinReport(low_views=0, high_views=1_000, target=30, reached=20),
            BinReport(low_views=1_000, high_views=None, target=30, reached=30),
        ),
        stopped="The quota is used up.",
    )
    text = found.collected(report)
    assert "- 0 to 1K: 20 of 30" in text
    assert "- 1K and more: 30 of 30" in text
    assert "The quota is used up." in text
    assert trace(text, [report]).untraced == ()


def test_where_nothing_is_alike_the_size_of_the_library_is_said() -> None:
    none = SimilarVideos(
        query="x",
        neighbours=(),
        searched=143,
        library="collected",
        encoder_id="mini",
        notice="None did better.",
    )
    assert found.similar(none).startswith("**Similar videos:** none among the 143 in the library. None did")
