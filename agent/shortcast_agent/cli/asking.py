"""`shortcast ask`: one question, or a file of conversations."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shortcast_agent.cli.app import AsJson, app
from shortcast_agent.cli.options import checked, options_of, takes
from shortcast_tools.forecast_views import forecast_views

if TYPE_CHECKING:
    from shortcast_agent.analyst import Analyst
    from shortcast_agent.events import AskResult, Event


@app.command()
@takes(options_of(forecast_views, skip=("video", "thumbnail", "horizon_days")))
def ask(
    question: Annotated[str | None, typer.Argument(help="What you want to know, in your own words.")] = None,
    video: Annotated[Path | None, typer.Option(help="The draft's video file.")] = None,
    thumbnail: Annotated[
        list[Path] | None, typer.Option(help="The draft's picture; repeat it to compare several.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="Link of a published video.")] = None,
    thread: Annotated[
        str | None, typer.Option(help="Go on with this conversation, also after a restart.")
    ] = None,
    trace: Annotated[
        bool, typer.Option("--trace", help="Also say where each number of the answer comes from.")
    ] = False,
    as_json: AsJson = False,
    batch: Annotated[
        Path | None,
        typer.Option(help='Answer every line of this file: {"id", "turns": [{"user", "attachments"}]}.'),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where the answers of --batch are written.")] = None,
    **given: Any,
) -> None:
    """Ask the analyst about a draft or a published video."""
    if (batch is None) != (out is None):
        raise typer.BadParameter("Give --batch and --out together.")
    if batch is not None and out is not None:
        _answer_batch(batch, out)
        return
    if question is None or not question.strip():
        raise typer.BadParameter("Say what you want to know.", param_hint="QUESTION")
    facts = checked(forecast_views, given) | ({"url": url} if url else {})
    attachments = [path for path in (video, *(thumbnail or ())) if path is not None]

    from shortcast_agent.analyst import Analyst
    from shortcast_agent.batch import public
    from shortcast_tools.parts import parts

    analyst = Analyst(parts())
    if as_json:
        result = analyst.ask(question, attachments=attachments, thread=thread, facts=facts)
        shown = public(result)
        if trace:
            shown["origins"] = [o.model_dump(mode="json") for o in analyst.origins(result.thread)]
        typer.echo(json.dumps(shown, ensure_ascii=False))
    else:
        used = _print_live(analyst.stream(question, attachments=attachments, thread=thread, facts=facts))
        if trace:
            _print_origins(analyst, used)


def _print_origins(analyst: "Analyst", thread: str) -> None:
    """Print the table of the last answer's numbers and where each comes from."""
    from rich.console import Console

    from shortcast_agent.sources_view import sources_table

    words = Console(highlight=False)
    if origins := analyst.origins(thread):
        words.print("", sources_table(origins))
    else:
        words.print("", "The answer holds no number that comes from a result.", sep="\n")


def _print_live(events: "Iterator[Event]") -> str:
    """Print the answer as it comes and return its thread; steps and notices go to stderr: a pipe gets words only."""
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.text import Text

    from shortcast_agent.events import Done, Notice, TextDelta, ToolFinished, ToolStarted

    words, aside = Console(highlight=False), Console(stderr=True, highlight=False)
    pretty = words.is_terminal
    said = waiting = thread = ""
    for event in events:
        if isinstance(event, ToolStarted):
            if aside.is_terminal:  # overwritten by what came out
                aside.print(Text(f"  {event.name} ...", style="dim"), end="\r")
        elif isinstance(event, ToolFinished):
            mark = "" if event.ok else "failed: "
            line = f"  {event.name} {event.seconds:.1f} s: {mark}{event.summary}"
            aside.print(Text(line, style="dim"), soft_wrap=True)
        elif isinstance(event, Notice):
            aside.print(Text(event.text, style="yellow"), soft_wrap=True)
        elif isinstance(event, TextDelta):
            said += event.text
            waiting += event.text
            if not pretty:
                typer.echo(event.text, nl=False)
            elif "\n\n" in waiting:  # a finished paragraph or table can be drawn for good
                block, waiting = waiting.rsplit("\n\n", 1)
                words.print(Markdown(block), Text(""))
        elif isinstance(event, Done):
            _print_rest(words, event.result, said, waiting)
            thread = event.result.thread
            aside.print(
                Text(f"{event.result.analyst}; go on with --thread {event.result.thread}", style="dim")
            )
    return thread


def _print_rest(words: Any, result: "AskResult", said: str, waiting: str) -> None:
    from rich.markdown import Markdown

    if words.is_terminal:
        if said.strip() != result.answer.strip():
            waiting = result.answer  # something was struck on the way: the last word counts
        words.print(Markdown(waiting))
    elif said.strip() == result.answer.strip():
        typer.echo("")
    else:
        typer.echo(("\n\n" if said else "") + result.answer)


def _answer_batch(batch: Path, out: Path) -> None:
    """Answer every line of a file; a line that fails is answered with its error, and the exit code says so."""
    from shortcast_agent.analyst import Analyst
    from shortcast_agent.batch import answer_batch
    from shortcast_tools.parts import parts

    try:
        answered, failed = answer_batch(batch, out, Analyst(parts(), profile=False))
    except KeyboardInterrupt:
        typer.echo("Stopped. What was answered is kept; the same command goes on from there.", err=True)
        raise typer.Exit(130) from None
    typer.echo(f"Answered {answered}, failed {failed}: see {out}.", err=True)
    if failed:
        raise typer.Exit(1)
