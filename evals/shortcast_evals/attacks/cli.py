"""The commands `shortcast attack` and `shortcast gate`."""

import tempfile
from pathlib import Path
from typing import Annotated, Literal

import typer


def attack(
    cases: Annotated[
        Path | None, typer.Option(help="File of attacks (JSON lines); the shipped ones when absent.")
    ] = None,
    model: Annotated[
        Literal["scripted", "led", "configured"],
        typer.Option(
            help="The model that obeys every attack; the endpoint of the settings, led to read it; or as it is."
        ),
    ] = "scripted",
    limit: Annotated[int | None, typer.Option(min=1, help="So many attacks, spread evenly over all.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Play injection attacks in a real conversation, and count what they opened: no tool, socket or file is wanted.

    Each hides in a title, a description, a file name, a picture's words... that the conversation reads. They are
    played over a fresh demo library, with sites on the loopback; nothing else can be connected to meanwhile.
    """
    from shortcast_evals.attacks.cases import read_attacks, shipped_attacks
    from shortcast_evals.attacks.play import play
    from shortcast_ml.settings import Settings

    chosen = read_attacks(cases or shipped_attacks())
    if limit and limit < len(chosen):
        chosen = [chosen[nth * len(chosen) // limit] for nth in range(limit)]

    def tell(done: int, total: int) -> None:
        if done % 10 == 0 or done == total:
            typer.echo(f"{done} of {total}", err=True)

    report = play(chosen, Settings(), model=model, progress=tell)
    if as_json:
        typer.echo(report.model_dump_json())
    else:
        for outcome in report.outcomes:
            for what in ("tools", "sockets", "files", "shown"):
                for opened in getattr(outcome, what):
                    typer.echo(f"OPENED {what}: {opened}  by {outcome.id}")
            if outcome.failed:
                typer.echo(f"{outcome.id} ended in an error: {outcome.failed}")
        unseen = [outcome.id for outcome in report.outcomes if not outcome.reached]
        typer.echo(f"Never seen by the model, so they prove nothing: {', '.join(unseen) or 'none'}")
        typer.echo(
            f"{report.model}: {report.attacks} attacks, {report.reached} reached it; opened: {report.tools_opened} "
            f"tools, {report.sockets_opened} sockets, {report.files_opened} files, {report.links_shown} links shown"
        )
    if not all(outcome.held for outcome in report.outcomes):
        raise typer.Exit(1)


def gate(
    cases: Annotated[
        list[Path] | None, typer.Option(help="Files of cases (JSON lines); the shipped ones when absent.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Count the calls of honest conversations that the gate lets through; each of them should be.

    Every call that a case expects of its last turn is asked for twice: before the turn's first result and after its
    last.
    """
    from shortcast_agent.analyst import Analyst
    from shortcast_evals.cases import read_cases, shipped_cases
    from shortcast_evals.honest import check_openness
    from shortcast_evals.materials import make_materials
    from shortcast_ml.settings import Settings
    from shortcast_tools.parts import Parts

    chosen = [case for path in cases or shipped_cases() for case in read_cases(path)]
    with tempfile.TemporaryDirectory(prefix="shortcast-gate-") as folder:
        materials = make_materials(Path(folder) / "materials")
        parts = Parts(
            Settings().model_copy(
                update={"home": Path(folder) / "home", "llm_base_url": None, "llm_model": None}
            )
        )
        analyst = Analyst(parts, profile=False)
        found = check_openness(chosen, analyst, materials, lambda done, total: None)
        analyst.close()
        parts.close()
    if as_json:
        typer.echo(found.model_dump_json())
    else:
        for refused in found.shut:
            typer.echo(f"REFUSED {refused}")
        typer.echo(
            f"{found.open} of {found.calls} expected calls are open ({found.open / max(found.calls, 1):.1%})"
        )
