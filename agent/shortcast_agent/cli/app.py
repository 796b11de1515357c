"""The Typer application that the command modules register with, and the options they share."""

from typing import Annotated, Any

import typer
import typer.core

# What `shortcast --help` lists together; a command that stands nowhere here is a measurement.
SECTIONS = {
    "Talk": "chat ask threads profile",
    "Before publishing": (
        "forecast compare read-thumbnail explain-thumbnail read-video suggest-thumbnails similar niche"
    ),
    "After publishing": "why next-day track",
    "The library": "collect import export backup forget check-library index",
    "The model": "train evaluate factors drift table calibrate-changes train-encoder",
    "For programs": "mcp tools doctor",
}
MEASUREMENTS = "Measurements"


class InSections(typer.core.TyperGroup):
    """A group of commands whose help lists them by what they are for."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write each section's commands, in the section's order."""
        known = {name: command for name, command in self.commands.items() if not command.hidden}
        sections = {title: names.split() for title, names in SECTIONS.items()}
        placed = {name for names in sections.values() for name in names}
        sections[MEASUREMENTS] = sorted(known.keys() - placed)
        widest = max(map(len, known), default=0)
        for title, names in sections.items():
            shown = [name for name in names if name in known]
            room = formatter.width - 6 - widest
            rows = [(name.ljust(widest), known[name].get_short_help_str(room)) for name in shown]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)


app = typer.Typer(
    cls=InSections,
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
