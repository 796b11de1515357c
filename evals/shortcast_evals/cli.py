"""The command `shortcast eval`."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer


def run_cases(
    cases: Annotated[
        list[Path] | None, typer.Option(help="File of cases (JSON lines); the shipped ones when absent.")
    ] = None,
    only: Annotated[str | None, typer.Option(help="Run the cases whose id holds this.")] = None,
    summary: Annotated[
        bool, typer.Option(help="Print counts only: of cases that are kept apart, nobody should see more.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Hold the evaluation's conversations with the analyst, and grade its calls and its numbers.

    They are held over a fresh demo library and leave your own conversations alone.
    """
    from shortcast_agent.analyst import Analyst
    from shortcast_evals.cases import read_cases, shipped_cases
    from shortcast_evals.run import run_cases as run
    from shortcast_ml.errors import InputError
    from shortcast_ml.settings import Settings
    from shortcast_tools.parts import Parts

    chosen = [
        c for path in cases or shipped_cases() for c in read_cases(path) if only is None or only in c.id
    ]
    if not chosen:
        raise InputError("There is no case to run: give --cases, or another --only.")
    with tempfile.TemporaryDirectory(prefix="shortcast-eval-home-") as home:
        parts = Parts(Settings().model_copy(update={"home": Path(home)}))
        analyst = Analyst(parts, profile=False)  # each case is a stranger
        score = run(chosen, analyst, lambda done, total: typer.echo(f"{done} of {total}", err=True))
        analyst.close()
        parts.close()
    if as_json:
        typer.echo(score.model_dump_json(exclude={"grades"} if summary else None))
    else:
        for tally in score.tallies() if summary else ():
            typer.echo(f"{tally.kind}: {tally.right} of {tally.cases} ({tally.right / tally.cases:.0%})")
        for grade in () if summary else score.grades:
            typer.echo(f"{'pass' if grade.passed else 'FAIL'}  {grade.id}")
            for fault in (*grade.calls, *grade.numbers, *grade.words):
                typer.echo(f"        {fault}")
        typer.echo(
            f"{score.analyst}: {score.passed} of {score.cases} pass; "
            f"right calls {score.calls_right}, every number traced {score.numbers_traced}"
        )
    if score.passed < score.cases:
        raise typer.Exit(1)
