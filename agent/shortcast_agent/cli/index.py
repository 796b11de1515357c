"""Commands for the search index: `shortcast index verify`, `shortcast index rebuild`."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from shortcast_agent.cli.app import AsJson, app

index_app = typer.Typer(
    help="Check the search index, or build it anew from the library.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(index_app, name="index")


@index_app.command("verify")
def verify_command(
    sample: Annotated[
        int | None, typer.Option(min=1, help="Look for so many vectors of each side only, spread evenly.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """See that the index has what the library has, and that every vector finds itself.

    Exits with 1 when something is wrong.
    """
    from shortcast_tools.parts import parts

    index = parts().index
    with _bar() as draw:
        index.sync(draw)
        problems = index.verify(sample, draw)
    facts = {
        "clean": not problems,
        "encoder_id": index.encoder.id,
        "dim": index.encoder.dim,
        **index.counts(),
        "checked": index.searches_chroma,
        "problems": problems,
    }
    if as_json:
        typer.echo(json.dumps(facts))
    else:
        for problem in problems:
            typer.echo(problem)
        held = f"{facts['titles']} titles and {facts['pictures']} pictures by {facts['encoder_id']}"
        if not index.searches_chroma:
            typer.echo(f"Another program has the index of {held} open: it was not checked.")
        elif problems:
            typer.echo("`shortcast index rebuild` builds it anew from the library.")
        else:
            typer.echo(f"The index is sound: {held}, {facts['dim']} numbers each.")
    if problems:
        raise typer.Exit(1)


@index_app.command("rebuild")
def rebuild_command() -> None:
    """Build the index anew from the vectors in the library; nothing is encoded again."""
    from shortcast_tools.parts import parts

    index = parts().index
    with _bar() as draw:
        index.sync(draw)
        index.rebuild(draw)
    counts = index.counts()
    typer.echo(f"Built the index of {counts['titles']} titles and {counts['pictures']} pictures.")


@contextmanager
def _bar() -> Iterator[Callable[[int, int, str], None]]:
    """Draw progress on the error stream, where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Opening the index", total=None)
        yield lambda done, total, text: progress.update(task, completed=done, total=total, description=text)
