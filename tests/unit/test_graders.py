"""The graders fail what is wrong and pass what is right."""

from pathlib import Path

import pytest

from shortcast_evals.cases import Case, read_cases, shipped_cases
from shortcast_evals.graders import grade_calls, grade_numbers, grade_question, grade_words
from shortcast_evals.run import Grade, Score
from shortcast_ml.errors import InputError


def case(**given: object) -> Case:
    return Case.model_validate({"id": "c", "turns": [{"user": "I have 12k followers"}], **given})


def test_the_shipped_cases_are_there_and_well_formed() -> None:
    cases = [c for path in shipped_cases() for c in read_cases(path)]
    assert len(cases) == 32
    assert all(c.calls or c.never or c.says for c in cases)


def test_a_right_call_passes_and_every_kind_of_wrong_one_is_named() -> None:
    wanted = case(
        calls=[{"tool": "forecast_views", "arguments": {"followers": 12000, "video": "a.mp4"}}],
        never=["collect"],
    )
    right = {
        "name": "forecast_views",
        "arguments": {"followers": 12000.0, "video": "/tmp/x/a.mp4", "title": "t"},
    }
    assert grade_calls(wanted, [right]) == []
    assert grade_calls(wanted, []) == ["forecast_views was not called"]
    wrong = {"name": "forecast_views", "arguments": {"followers": 12}}
    assert "was called with" in grade_calls(wanted, [wrong])[0]
    assert grade_calls(wanted, [right, {"name": "collect", "arguments": {}}]) == [
        "collect must not be called"
    ]
    lists = case(calls=[{"tool": "compare_variants", "arguments": {"titles": ["A b", "C"]}}])
    assert grade_calls(lists, [{"name": "compare_variants", "arguments": {"titles": ["a b.", "“C”"]}}]) == []
    assert grade_calls(lists, [{"name": "compare_variants", "arguments": {"titles": ["A b"]}}]) != []


@pytest.mark.parametrize(
    "answer",
    [
        "About 12.3K views",
        "between 1,200 and 45,678",
        "a 63% chance",
        "x1.3",
        "30% more",
        "1. with 12k followers",
        "80% of videos",
    ],
)
def test_a_number_that_a_tool_gave_is_traced(answer: str) -> None:
    results = {
        "views": 12345,
        "low": 1203,
        "high": 45678,
        "beats_typical": 0.628,
        "multiplier": 1.3,
        "followers": 12000,
    }
    answer = answer.replace("1,200", "1,203")
    assert grade_numbers(case(), answer, results) == []


@pytest.mark.parametrize(
    "answer", ["About 13K views", "54,321 views", "a 70% chance", "x1.5", "in 17 seconds"]
)
def test_an_invented_number_is_named(answer: str) -> None:
    results = {"views": 12345, "beats_typical": 0.628, "multiplier": 1.3}
    assert len(grade_numbers(case(), answer, results)) == 1


def test_expected_words_are_looked_for() -> None:
    wanted = case(says=[["demo", "invented"], ["80%"]])
    assert grade_words(wanted, "From the Demo library, 80% interval") == []
    assert grade_words(wanted, "nothing") == [
        "the answer has none of ['demo', 'invented']",
        "the answer has none of ['80%']",
    ]


def test_a_broken_line_and_a_double_id_are_named(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text('{"id": "a", "turns": [{"user": "x"}]}\n{"id": 3}\n')
    with pytest.raises(InputError, match=r"cases\.jsonl, line 2"):
        read_cases(path)
    path.write_text('{"id": "a", "turns": [{"user": "x"}]}\n' * 2)
    with pytest.raises(InputError, match="twice"):
        read_cases(path)
    with pytest.raises(InputError, match="no file of cases"):
        read_cases(tmp_path / "none.jsonl")


def test_where_a_question_back_is_right_a_call_is_wrong_and_so_is_an_answer_that_asks_nothing() -> None:
    asks = case(expects="question")
    call = {"name": "forecast_views", "arguments": {}}
    assert grade_calls(asks, [call]) == ["forecast_views was called where nothing was to be"]
    assert grade_calls(asks, []) == []
    assert grade_question(asks, "Which video? Give me its title.") == []
    assert grade_question(asks, "Paste its link.") == []
    assert grade_question(asks, "It will do well.") == ["the answer asks for nothing"]
    assert grade_question(case(expects="refusal"), "That is outside of what can be done here.") == []
    assert grade_calls(case(expects="refusal"), [call]) != []


def test_a_score_is_told_by_kind_without_its_cases() -> None:
    grades = (
        Grade(id="a", expects="question", language="ko", calls=("x was called",)),
        Grade(id="b", expects="question", turns=3),
        Grade(id="c", language="ko"),
    )
    score = Score(analyst="a", cases=3, passed=2, calls_right=2, numbers_traced=3, grades=grades)
    assert [(t.kind, t.right, t.cases) for t in score.tallies()] == [
        ("expects calls", 1, 1),
        ("expects question", 1, 2),
        ("language en", 1, 1),
        ("language ko", 1, 2),
        ("several turns", 1, 1),
    ]


def test_a_letter_that_begins_a_word_is_no_unit() -> None:
    results = {"n": 27, "m": 3}
    assert grade_numbers(case(), "27 kênh, 3 khả năng", results) == []
    assert grade_numbers(case(), "7.4K회", {"n": 7412}) == []
    assert grade_numbers(case(), "27k", results) == ["27k stands in no tool result"]
