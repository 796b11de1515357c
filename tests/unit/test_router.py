"""What a model that calls no tools is asked, and what is made of its answer."""

import json
from datetime import UTC, datetime

import pytest
from langchain_core.messages import AIMessage

from shortcast_agent import router
from shortcast_agent.planner.conversation import Talk, Turn
from shortcast_agent.planner.intents import TITLE, read_examples
from shortcast_agent.planner.plan import _PLANNERS
from shortcast_agent.planner.slots import read_slots

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def turn_of(said: str, pictures: tuple[str, ...] = ()) -> Turn:
    return Turn(said=said, slots=read_slots(said, NOW), now=NOW, pictures=pictures)


@pytest.fixture
def scores(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Plant how likely the planner holds each intent."""
    planted: dict[str, float] = {}
    monkeypatch.setattr(router, "likelihoods", lambda turn, talk: planted)
    monkeypatch.setattr(router, "understand", lambda turn, talk: (max(planted, key=planted.__getitem__),))
    return planted


def answering(text: str, asked: list[tuple[str, list[str]]]) -> router.Ask:
    def ask(messages: object, schema: object) -> AIMessage:
        offered = json.loads(json.dumps(schema))["properties"]["asks_for"]["enum"]
        asked.append((list(messages)[-1].text, offered))  # type: ignore[call-overload]
        return AIMessage(text)

    return ask


def test_a_planner_that_is_sure_is_not_asked_about(scores: dict[str, float]) -> None:
    scores |= {"suggest": 0.8, "judge": 0.2}
    asked: list[tuple[str, list[str]]] = []
    assert router.route(turn_of("Make it better"), Talk(), (), answering("{}", asked)) == ("suggest",)
    assert asked == []


def test_a_model_picks_among_the_likely_ones_only(scores: dict[str, float]) -> None:
    scores |= {"judge": 0.4, "suggest": 0.3, "collect": 0.05, "compare": 0.25}
    asked: list[tuple[str, list[str]]] = []
    pick = answering('{"asks_for": "suggest"}', asked)
    earlier = [turn_of("I have 12k subs", pictures=("cover.png",))]
    assert router.route(turn_of("Hm, and now?"), Talk(), earlier, pick) == ("suggest",)
    words, offered = asked[0]
    assert offered == ["judge", "suggest", "compare"]
    assert words == "Earlier: I have 12k subs [attached: a picture]\nLAST message: Hm, and now?"


@pytest.mark.parametrize("text", ["judge", "{}", '{"asks_for": "collect"}', "[1]", '{"asks_for": 3}', ""])
def test_an_answer_outside_the_choice_leaves_the_planner_its_own(scores: dict[str, float], text: str) -> None:
    scores |= {"judge": 0.4, "suggest": 0.35, "collect": 0.01}
    assert router.route(turn_of("Hm?"), Talk(), (), answering(text, [])) == ("judge",)


def test_every_intent_of_the_planner_can_be_offered() -> None:
    assert set(read_examples()) - {TITLE} <= set(router.ASKED_FOR)
    assert set(router.ASKED_FOR) <= set(_PLANNERS)


def test_the_words_of_an_answer_are_asked_for_from_results_alone() -> None:
    system, human = router.writing_prompt("Will it do well?", "About 5K views.")
    assert "Copy numbers exactly" in system.text
    assert human.text == "RESULTS\nAbout 5K views.\n\nThe creator's message: Will it do well?"


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("About 5K views. That is", "About 5K views."),
        ("- one\n- two\n- thr", "- one\n- two"),
        ("About 5K views.", "About 5K views."),
        ("**Verdict:** good\n\n**Why**", "**Verdict:** good\n\n**Why**"),
        ("About 5.3K vie", ""),
    ],
)
def test_a_sentence_that_breaks_off_is_left_out(text: str, whole: str) -> None:
    assert router.whole_sentences(text) == whole
