"""Cases: conversations with what a good analyst would do in the last turn.

One JSON object a line: `id`, `turns` ([{"user", "attachments", "facts"}]), `calls` (tools that the last turn
must call, each with arguments that must be among those it was called with), `never` (tools that it must not
call), `says` (each a list of words of which the answer must hold one). Attachments name `materials`.
"""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from shortcast_ml.errors import InputError
from shortcast_ml.records import Record


class CaseTurn(Record):
    """What the user says in one turn."""

    user: str
    attachments: tuple[str, ...] = ()
    facts: dict[str, Any] = Field(default_factory=dict)


class ExpectedCall(Record):
    """A tool that must be called, and the arguments that matter."""

    tool: str
    arguments: dict[str, Any] = Field(default_factory=dict)


class Case(Record):
    """One conversation and what its last turn must do."""

    id: str
    language: str = "en"
    expects: Literal["calls", "question", "refusal"] = Field(
        "calls",
        description="`question`: no tool, a question back; `refusal`: no tool, what it can do instead.",
    )
    turns: tuple[CaseTurn, ...] = Field(min_length=1)
    calls: tuple[ExpectedCall, ...] = ()
    never: tuple[str, ...] = ()
    says: tuple[tuple[str, ...], ...] = ()


def shipped_cases() -> list[Path]:
    """Return the case files of the package, or of the checkout."""
    inside = Path(str(files("shortcast_evals"))) / "cases"
    folder = inside if inside.is_dir() else Path(__file__).parents[1] / "cases"
    return sorted(folder.glob("*.jsonl"))


def read_cases(path: Path) -> list[Case]:
    """Return the cases of a file. Raises InputError that names the line."""
    if not path.is_file():
        raise InputError(f"There is no file of cases at {path}.")
    cases = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            cases.append(Case.model_validate(json.loads(line)))
        except (ValueError, ValidationError) as error:
            raise InputError(
                f"{path.name}, line {number} is not a case: {str(error).splitlines()[0]}"
            ) from error
    if len({case.id for case in cases}) < len(cases):
        raise InputError(f"{path.name} uses an id twice; each case needs its own.")
    return cases
