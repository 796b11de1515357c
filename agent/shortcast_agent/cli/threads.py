"""`shortcast threads`: the conversations that are kept."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shortcast_agent.cli.app import AsJson, app
from shortcast_ml.errors import InputError

if TYPE_CHECKING:
    from shortcast_agent.analyst import Analyst
    from shortcast_agent.thread_export import ThreadExport

threads_app = typer.Typer(help="The conversations that are kept.", no_args_is_help=True)
app.add_typer(threads_app, name="threads")

Thread = Annotated[str, typer.Argument(help="The conversation's id, or how it begins.")]


@threads_app.command("list")
def list_command(as_json: AsJson = False) -> None:
    """List the conversations, the latest first."""
    infos = _analyst().threads()
    if as_json:
        typer.echo(json.dumps([info.model_dump(mode="json") for info in infos], ensure_ascii=False))
        return
    if not infos:
        typer.echo('No conversation is kept yet. Begin one: shortcast ask "Will this do well?"')
    for info in infos:
        when = f"{info.last_at.astimezone():%Y-%m-%d %H:%M}" if info.last_at else " " * 16
        typer.echo(
            f"{info.id}  {when}  {info.turns:3} {'turn ' if info.turns == 1 else 'turns'}  {info.title}"
        )


@threads_app.command("show")
def show_command(thread: Thread, as_json: AsJson = False) -> None:
    """Show a conversation: words, answers, and what was computed."""
    from shortcast_agent.thread_export import as_markdown

    export = _exported(thread)
    typer.echo(export.model_dump_json() if as_json else as_markdown(export))


@threads_app.command("rename")
def rename_command(thread: Thread, title: Annotated[str, typer.Argument(help="Its new name.")]) -> None:
    """Give a conversation a name."""
    typer.echo(f"It is now called: {_analyst().conversations.rename(thread, title)}")


@threads_app.command("delete")
def delete_command(
    thread: Annotated[str | None, typer.Argument(help="The conversation's id, or how it begins.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Delete every conversation.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask first.")] = False,
) -> None:
    """Delete a conversation for good, with its uploads; or all of them."""
    if (thread is None) != everything:
        raise typer.BadParameter("Give one conversation's id, or --all.")
    analyst = _analyst()
    chosen = analyst.threads() if everything else [analyst.conversations.find(str(thread))]
    if not chosen:
        typer.echo("There is nothing to delete.")
        return
    what = f"all {len(chosen)} conversations" if everything else f"“{chosen[0].title}”"
    if not yes and not typer.confirm(f"Delete {what} for good?"):
        typer.echo("Nothing was deleted.")
        return
    while chosen:  # as many as are listed at a time
        for info in chosen:
            analyst.delete_thread(info.id)
        chosen = analyst.threads() if everything else []
    typer.echo(f"Deleted {what}.")


@threads_app.command("export")
def export_command(
    thread: Thread,
    out: Annotated[Path, typer.Argument(help="File to write: .md for reading, .json with every number.")],
) -> None:
    """Write a conversation to a file. Files in it are named, their places are not told."""
    from shortcast_agent.thread_export import as_markdown

    if out.suffix.lower() not in (".md", ".json"):
        raise InputError(f"{out.name} should end in .md or .json; that chooses what is written.")
    export = _exported(thread)
    text = as_markdown(export) if out.suffix.lower() == ".md" else export.model_dump_json(indent=2) + "\n"
    part = out.with_name(out.name + ".part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, "utf-8")
        part.replace(out)
    except OSError as error:
        raise InputError(f"{out} can't be written ({error.strerror}). Choose another file.") from error
    typer.echo(f"Wrote {len(export.turns)} {'turn' if len(export.turns) == 1 else 'turns'} to {out}.")


def _exported(thread: str) -> "ThreadExport":
    from shortcast_agent.thread_export import export_thread

    conversations = _analyst().conversations
    info = conversations.find(thread)
    return export_thread(info, conversations.messages(info.id))


def _analyst() -> "Analyst":
    from shortcast_agent.analyst import Analyst
    from shortcast_tools.parts import parts

    return Analyst(parts())
