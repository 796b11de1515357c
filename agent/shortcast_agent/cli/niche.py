"""The command that looks at a whole niche: niche."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shortcast_agent.cli.app import AsJson, app
from shortcast_agent.cli.bar import bar
from shortcast_agent.cli.options import checked, options_of, takes
from shortcast_ml.errors import InputError
from shortcast_ml.records import NicheSummary, Slot
from shortcast_tools.summarize_niche import summarize_niche

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

FORMATS = (".png", ".jpg", ".jpeg", ".webp")


@app.command("niche")
@takes(options_of(summarize_niche, argument="query"))
def niche_command(
    as_json: AsJson = False,
    map_file: Annotated[
        Path | None, typer.Option("--map", help="Also write the map to this file (.png, .jpg or .webp).")
    ] = None,
    **given: Any,
) -> None:
    """Summarize a niche of the library: topics, how each does, when and how long, and a map.

    Name the niche in words; without them it is the whole library. --title marks a planned title on the map.
    """
    if map_file is not None and map_file.suffix.lower() not in FORMATS:
        raise typer.BadParameter("Give a .png, .jpg or .webp file.", param_hint="--map")
    with bar("Stopped; what was encoded so far is kept."):
        found = summarize_niche(**checked(summarize_niche, given))
    if map_file is not None:
        found = _with_map(found, map_file)
    if as_json:
        typer.echo(found.model_dump_json())
        return
    from rich.console import Console

    show_niche(Console(highlight=False), found)


def show_niche(console: "Console", found: NicheSummary) -> None:
    """Print the niche's size, its topics, its times and lengths, and what can be said of them."""
    from shortcast_agent.numbers import say_count

    name = f"“{_plain(found.query)}”" if found.query else "Your library"
    typical = f", typically {say_count(found.typical_views)} views at 30 days" if found.typical_views else ""
    of = f" of {found.channels:,} channels" if found.channels else ""
    console.print(f"[bold]{name}[/]: {found.n:,} videos{of}{typical}")
    if found.notice:
        console.print(f"[yellow]{_plain(found.notice)}[/]")
    if found.topics:
        console.print(_topics(found))
    if found.draft_topic:
        console.print(f"Your title is nearest to [bold]{_plain(found.draft_topic)}[/].")
    if found.times or found.lengths:
        console.print()
        console.print(_slots("When", found.times, "How long", found.lengths))
    console.print()
    for said in found.statements:
        console.print(f"- {_plain(said.text)}")
    console.print(
        f"[dim]Times are in {_plain(found.time_zone)}. “Against channel” is views over the channel's typical at the"
        " same age, with a 95% interval; * marks what stands out. These are associations, not causes.[/]"
    )
    if found.map_path is not None:
        console.print(f"Map: {found.map_path}", style="dim", markup=False, soft_wrap=True)


def _topics(found: NicheSummary) -> "Table":
    from shortcast_agent.numbers import say_count, say_percent

    table = _table("", "Topic", "Videos>", "Channels>", "Views>", "Against channel", "Recent>", "")
    for number, topic in enumerate(found.topics, start=1):
        did = ""
        if topic.vs_channel is not None:
            did = _did(topic.vs_channel, topic.vs_channel_low or 0, topic.vs_channel_high or 0, topic.sure)
        table.add_row(
            str(number),
            _plain(topic.name),
            f"{topic.n:,}",
            f"{topic.channels:,}" if topic.channels else "",
            say_count(topic.typical_views) if topic.typical_views is not None else "",
            did,
            say_percent(topic.recent_share) if topic.recent_share is not None else "",
            topic.crowding if topic.crowding != "unknown" else "",
        )
    if found.other:
        table.add_row("", "[dim]fits none[/]", f"[dim]{found.other:,}[/]", *[""] * 5)
    return table


def _slots(left: str, times: Sequence[Slot], right: str, lengths: Sequence[Slot]) -> "Table":
    """Return times and lengths side by side."""
    table = _table(left, "n>", "Against channel", right, "n>", "Against channel")
    for row in range(max(len(times), len(lengths))):
        cells = [_cells(slots[row] if row < len(slots) else None) for slots in (times, lengths)]
        table.add_row(*cells[0], *cells[1])
    return table


def _cells(slot: Slot | None) -> tuple[str, str, str]:
    if slot is None:
        return "", "", ""
    did = _did(slot.vs_channel, slot.low, slot.high, slot.sure)
    if slot.sure:
        return f"[bold]{slot.label}[/]", f"{slot.n:,}", f"[bold]{did}[/]"
    return slot.label, f"{slot.n:,}", did


def _did(value: float, low: float, high: float, sure: bool) -> str:
    """Write a multiplier with its interval: x1.05 (0.98-1.11)."""
    from shortcast_agent.numbers import say_times

    ends = "-".join(say_times(end).removeprefix("x") for end in (low, high))
    return f"{say_times(value)} ({ends}){' *' if sure else ''}"


def _with_map(found: NicheSummary, path: Path) -> NicheSummary:
    """Write the map to a file of the user's choice, and return the summary that names it."""
    if found.map_path is None:
        raise InputError("There is no map to write: the videos are too few.")
    from PIL import Image

    part = path.with_name(f".{path.name}.part{path.suffix}")
    try:
        if path.suffix.lower() in (".jpg", ".jpeg"):
            shutil.copyfile(found.map_path, part)
        else:
            with Image.open(found.map_path) as image:
                image.save(part)
        part.replace(path)
    except OSError as error:
        raise InputError(f"The map can't be written to {path}: {error.strerror or error}.") from error
    finally:
        part.unlink(missing_ok=True)
    return found.model_copy(update={"map_path": path.absolute()})


def _table(*columns: str) -> "Table":
    """Return a table without lines; a column named with a > at its end is set to the right."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(
            column.rstrip(">"), justify="right" if column.endswith(">") else "left", overflow="fold"
        )
    return table


def _plain(text: str) -> str:
    """Return foreign text so that Rich does not read markup in it."""
    from rich.markup import escape

    return escape(text)
