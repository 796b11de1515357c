"""Commands that look after the library: import, export, backup, forget, check-library."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shortcast_agent.cli.app import AsJson, app
from shortcast_ml.errors import InputError
from shortcast_ml.records import ImportReport, Platform

if TYPE_CHECKING:
    from shortcast_vectorstore.library import Library

Progress = Callable[[int, int, str], None]

SHOWN = 20  # bad rows; --problems writes all


@app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help="A CSV or Parquet of videos, a folder of them, or an export.")],
    mapping: Annotated[
        Path | None, typer.Option(help="YAML that names your file's columns; see docs/library.md.")
    ] = None,
    platform: Annotated[
        Platform | None, typer.Option(help="Where the videos are, if the file does not say.")
    ] = None,
    problems: Annotated[
        Path | None, typer.Option(help="CSV file that every row or cell which can't be used is written to.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Put the videos of a table into the library.

    They replace the demo library. Ctrl-C stops; what was imported by then is kept.
    """
    from shortcast_tools.import_videos import import_videos

    with _progress("Reading the table"):
        report = import_videos(file, mapping, platform, problems)
    if as_json:
        typer.echo(report.model_dump_json())
        return
    _show_import(report, problems)


def _show_import(report: ImportReport, problems: Path | None) -> None:
    typer.echo(
        f"{report.rows:,} rows of videos: {report.added:,} added, {report.updated:,} updated,"
        f" {report.known:,} said nothing new, {report.dropped:,} could not be used."
    )
    if report.looks:
        typer.echo(
            f"{report.looks:,} looks at their counts: {report.looks_added:,} new,"
            f" {report.looks_dropped:,} could not be used."
        )
    for note in report.notes:
        typer.echo(note)
    for bad in report.bad_rows[:SHOWN]:
        line = f" (line {bad.line})" if bad.line is not None else ""
        column = f", {bad.column}" if bad.column else ""
        kept = "" if bad.dropped else " The row was kept without it."
        typer.echo(f"  {bad.file}, row {bad.row}{line}{column}: {bad.problem}.{kept}")
    total = len(report.bad_rows) + report.more_bad_rows
    if problems is not None:
        typer.echo(f"All {total:,} problems are in {problems}.")
    elif total > SHOWN:
        typer.echo(f"  and {total - SHOWN:,} more problems: --problems FILE writes them all.")
    typer.echo(
        f"The library has {report.library_size:,} videos. The next search reads those that are new to it."
    )


@app.command("export")
def export_command(
    folder: Annotated[Path, typer.Argument(help="Folder that the Parquet files are written to.")],
    vectors: Annotated[bool, typer.Option(help="Write the encoder's vectors too.")] = True,
) -> None:
    """Write the library as Parquet files, which `shortcast import` reads back."""
    from shortcast_vectorstore.exchange import export_library

    with _progress("Exporting") as say:
        written = export_library(_library(), folder, vectors, say)
    typer.echo(f"Wrote {', '.join(f'{n:,} {name}' for name, n in written.items())} to {folder}.")


@app.command("backup")
def backup_command(
    file: Annotated[Path, typer.Argument(help="The new file that the library is copied to.")],
    pictures: Annotated[
        bool, typer.Option("--pictures", help="Pack the downloaded pictures beside it.")
    ] = False,
) -> None:
    """Copy the library, also while it is in use. To restore it, put the copy in the place of library.db."""
    from shortcast_vectorstore.upkeep import back_up

    with _progress("Copying the library") as say:
        written = back_up(_library(), file, pictures, say)
    for path in written:
        typer.echo(f"Wrote {path} ({path.stat().st_size / 1e6:,.1f} MB).")


@app.command("check-library")
def check_command(as_json: AsJson = False) -> None:
    """Check the library: its file, references, columns, snapshots and pictures. Exits with 1 if something is wrong."""
    import json

    from shortcast_vectorstore.upkeep import check_library

    with _progress("Checking the library") as say:
        wrong = check_library(_library(), say)
    if as_json:
        typer.echo(json.dumps({"whole": not wrong, "wrong": wrong}))
    else:
        for sentence in wrong or ["The library is whole."]:
            typer.echo(sentence)
    if wrong:
        raise typer.Exit(1)


# --- forgetting --------------------------------------------------------------------------------------


@app.command("forget")
def forget_command(
    videos: Annotated[
        list[str] | None, typer.Argument(help="Ids, keys (tiktok:123) or links of videos.")
    ] = None,
    channel: Annotated[str | None, typer.Option(help="A channel's id or name: all of its videos.")] = None,
    query: Annotated[str | None, typer.Option(help="What was collected: all that it brought.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="The invented videos.")] = False,
    pictures: Annotated[
        bool, typer.Option("--pictures", help="All downloaded pictures; the videos' facts stay.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask before.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove videos, or pictures, from the library for good, with all that was made of them."""
    from shortcast_ml.records import Forgotten
    from shortcast_vectorstore import forget

    library = _library()
    steps: list[tuple[str, Callable[[], Forgotten]]] = []
    if videos or channel:
        keys = forget.find_videos(library, videos or ())
        keys += forget.videos_of_channel(library, channel) if channel else []
        steps.append((f"{len(set(keys)):,} videos", lambda: library.forget(keys)))
    if query:
        n = len(forget.videos_of_query(library, query))
        steps.append((f"{n:,} videos that {query!r} brought", lambda: forget.forget_query(library, query)))
    if demo:
        steps.append(("the invented videos", lambda: Forgotten(videos=library.remove_demo())))
    if pictures:
        steps.append(("all downloaded pictures", library.forget_pictures))
    if not steps:
        raise InputError("Say what to forget: videos, --channel, --query, --demo or --pictures.")
    what = " and ".join(words for words, _ in steps)
    if not yes and not typer.confirm(f"Remove {what} for good, with all that was made of them?", err=True):
        typer.echo("Nothing was removed.", err=True)
        raise typer.Exit(1)
    done = [step().model_dump() for _, step in steps]
    total = Forgotten(**{name: sum(found[name] for found in done) for name in Forgotten.model_fields})
    if as_json:
        typer.echo(total.model_dump_json())
        return
    typer.echo(
        f"Removed {total.videos:,} videos, {total.snapshots:,} snapshots, {total.vectors:,} vectors and"
        f" {total.files:,} files ({total.n_bytes / 1e6:,.1f} MB)."
    )


def _library() -> "Library":
    from shortcast_tools.parts import parts

    return parts().library


@contextmanager
def _progress(text: str) -> "Iterator[Progress]":
    """Draw a bar for what reports its progress inside the `with` block, with the time left; Ctrl-C exits."""
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    from shortcast_tools.progress import listening

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(show_speed=True),
        TimeRemainingColumn(),
    )
    try:
        with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(text, total=None)

            def draw(done: int, total: int, text: str) -> None:
                bar.update(task, completed=done, total=total, description=text[:60])

            with listening(draw):
                yield draw
    except KeyboardInterrupt:
        typer.echo("Stopped. What was done by then is kept; the same command goes on from there.", err=True)
        raise typer.Exit(130) from None
