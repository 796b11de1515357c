"""The bar that long commands draw while they work."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer


@contextmanager
def bar(stopped: str, *, counted: bool = False) -> Iterator[None]:
    """Draw a bar on stderr for what is reported, with its numbers if `counted`; end with a sentence on Ctrl-C."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn

    from shortcast_tools.progress import listening

    columns: list[ProgressColumn] = [TextColumn("{task.description}", markup=False), BarColumn()]
    if counted:
        columns.append(MofNCompleteColumn())
    try:
        with Progress(*columns, console=Console(stderr=True), transient=True) as drawn:
            task = drawn.add_task("Beginning", total=None)

            def draw(done: int, total: int, text: str) -> None:
                drawn.update(task, completed=done, total=total or None, description=text[:60])

            with listening(draw):
                yield
    except KeyboardInterrupt:
        typer.echo(stopped, err=True)
        raise typer.Exit(130) from None
