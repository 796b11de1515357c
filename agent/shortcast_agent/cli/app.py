"""The Typer application that the command modules register with, and the options they share."""

from typing import Annotated

import typer

app = typer.Typer(
    help="Forecast, explain and improve short videos before and after they are published.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON object.")]


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"shortcast {version('shortcast')}")
        raise typer.Exit


@app.callback()
def shortcast(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Forecast, explain and improve short videos before and after they are published."""
