"""Commands that look at files: read-thumbnail, read-video, suggest-thumbnails, explain-thumbnail."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from shortcast_agent.cli.app import AsJson, app
from shortcast_agent.cli.bar import bar
from shortcast_agent.cli.options import checked, options_of, takes
from shortcast_tools.explain_thumbnail import explain_thumbnail
from shortcast_tools.read_thumbnail import read_thumbnail
from shortcast_tools.read_video import read_video
from shortcast_tools.suggest_thumbnails import suggest_thumbnails


@app.command("read-thumbnail")
@takes(options_of(read_thumbnail, argument="thumbnail"))
def read_thumbnail_command(as_json: AsJson = False, **given: Any) -> None:
    """Say what is on a thumbnail: light, faces, words and whether they can be read, fit with the title."""
    found = read_thumbnail(**checked(read_thumbnail, given))
    from shortcast_agent.planner import seen

    _show(found, as_json, seen.thumbnail, found.overlay_path)


@app.command("read-video")
@takes(options_of(read_video, argument="video"))
def read_video_command(as_json: AsJson = False, **given: Any) -> None:
    """Say what happens in a video: its opening, cuts, motion, sound, and whether it loops."""
    found = _watched(lambda: read_video(**checked(read_video, given)))
    from shortcast_agent.planner import seen

    _show(found, as_json, seen.video, found.strip_path)


@app.command("suggest-thumbnails")
@takes(options_of(suggest_thumbnails, argument="video"))
def suggest_thumbnails_command(as_json: AsJson = False, **given: Any) -> None:
    """Find frames of a video that could be its thumbnail, with the effect that is computed for each."""
    found = _watched(lambda: suggest_thumbnails(**checked(suggest_thumbnails, given)))
    from shortcast_agent.planner import seen

    _show(found, as_json, seen.thumbnails, *(frame.path for frame in found.candidates), found.strip_path)


@app.command("explain-thumbnail")
@takes(options_of(explain_thumbnail, argument="thumbnail"))
def explain_thumbnail_command(as_json: AsJson = False, **given: Any) -> None:
    """Show where a thumbnail helps or hurts the forecast, or its fit with the title, or draws attention."""
    found = _watched(lambda: explain_thumbnail(**checked(explain_thumbnail, given)))
    from shortcast_agent.planner import seen

    _show(found, as_json, seen.picture, found.overlay_path)


def _watched(call: Callable[[], Any]) -> Any:
    """Run a call with a bar that shows how far it is; Ctrl-C ends it."""
    with bar("Stopped; nothing was left half done."):
        return call()


def _show(record: Any, as_json: bool, write: Callable[[Any], str], *drawn: Path | None) -> None:
    if as_json:
        typer.echo(record.model_dump_json())
        return
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(highlight=False)
    console.print(Markdown(write(record)))
    for path in drawn:
        if path is not None:
            console.print(f"Picture: {path}", style="dim", markup=False, soft_wrap=True)
