"""Running cases against an analyst, and telling how it did."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from shortcast_agent.analyst import Analyst
from shortcast_evals.cases import Case
from shortcast_evals.graders import grade_calls, grade_numbers, grade_question, grade_words
from shortcast_evals.materials import make_materials
from shortcast_ml.errors import InputError, ShortcastError
from shortcast_ml.records import Record


class Grade(Record):
    """What the graders found in one case; a case passes when all three lists are empty."""

    id: str
    expects: str = "calls"
    language: str = "en"
    turns: int = 1
    calls: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    answer: str = ""

    @property
    def passed(self) -> bool:
        """Say whether nothing was found."""
        return not (self.calls or self.numbers or self.words)


class Tally(Record):
    """How many cases of one kind there were, and in how many what was done was right."""

    kind: str
    cases: int
    right: int


class Score(Record):
    """How an analyst did over all cases."""

    analyst: str
    cases: int
    passed: int
    calls_right: int
    numbers_traced: int
    grades: tuple[Grade, ...]

    def tallies(self) -> tuple[Tally, ...]:
        """Return what was done right by what was expected, by language, and in conversations of several turns."""
        kinds: dict[str, list[bool]] = {}
        for grade in self.grades:
            several = ["several turns"] if grade.turns > 1 else []
            for kind in (f"expects {grade.expects}", f"language {grade.language}", *several):
                kinds.setdefault(kind, []).append(not (grade.calls or grade.words))
        return tuple(Tally(kind=k, cases=len(v), right=sum(v)) for k, v in sorted(kinds.items()))


def run_cases(
    cases: Sequence[Case], analyst: Analyst, progress: Callable[[int, int], None] | None = None
) -> Score:
    """Hold every conversation, each in a thread of its own, and grade its last turn."""
    grades = []
    with tempfile.TemporaryDirectory(prefix="shortcast-evals-") as folder:
        materials = make_materials(Path(folder))
        for done, case in enumerate(cases, 1):
            grades.append(_grade(case, analyst, materials))
            if progress:
                progress(done, len(cases))
    return Score(
        analyst=analyst.name,
        cases=len(grades),
        passed=sum(g.passed for g in grades),
        calls_right=sum(not g.calls for g in grades),
        numbers_traced=sum(not g.numbers for g in grades),
        grades=tuple(grades),
    )


def _grade(case: Case, analyst: Analyst, materials: dict[str, Path]) -> Grade:
    thread: str | None = None
    common: dict[str, Any] = {
        "id": case.id, "expects": case.expects, "language": case.language, "turns": len(case.turns)
    }  # fmt: skip
    reports = []
    try:
        for turn in case.turns:
            unknown = [name for name in turn.attachments if name not in materials]
            if unknown:
                raise InputError(f"Case {case.id} attaches {unknown[0]}; there are {', '.join(materials)}.")
            facts = {k: str(materials.get(v, v)) if isinstance(v, str) else v for k, v in turn.facts.items()}
            files = [materials[name] for name in turn.attachments]
            result = analyst.ask(turn.user, attachments=files, thread=thread, facts=facts)
            thread = result.thread
            reports.append(result.report.model_dump(mode="json"))
    except ShortcastError as error:
        return Grade(**common, calls=(f"the turn failed: {error}",))
    calls = [{"name": c.name, "arguments": c.arguments} for c in result.tool_calls]
    # a failed call's reason is a tool's word too, and earlier turns' results may be told again
    told = [*reports, [c.error for c in result.tool_calls if c.error], list(result.notices)]
    return Grade(
        **common,
        calls=tuple(grade_calls(case, calls)),
        numbers=tuple(grade_numbers(case, result.answer, told)),
        words=(*grade_words(case, result.answer), *grade_question(case, result.answer)),
        answer=result.answer,
    )
