"""The command line: `shortcast ask`, `forecast`, `compare`, `why`, `similar`, `collect`, `chat` and more.

Commands of packages above this one join through the entry point group `shortcast.commands`.
"""

import os
import sys

from pydantic import ValidationError

from shortcast_agent.cli.app import app
from shortcast_ml.errors import ShortcastError


def main(argv: list[str] | None = None) -> None:
    """Run one command and exit: 0 when it worked, 1 with one sentence when it failed, 2 for wrong usage."""
    # threads that wait for work sleep: where they spin, every other program on the machine waits for them
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    from shortcast_agent.cli import (  # noqa: F401 - they register
        asking,
        collecting,
        index,
        learning,
        library,
        niche,
        profile,
        running,
        seeing,
        threads,
        tools,
    )

    _add_commands_of_others()
    try:
        app(args=argv, prog_name="shortcast")
    except ShortcastError as error:
        _fail(str(error))
    except ValidationError as error:
        if error.title != "Settings":
            raise
        first = error.errors()[0]
        name = "SHORTCAST_" + "_".join(str(part) for part in first["loc"]).upper()
        _fail(f"The setting {name} can't be used: {first['msg']} (given: {first['input']!r}).")


def _fail(sentence: str) -> None:
    print(sentence, file=sys.stderr)
    sys.exit(1)


def _add_commands_of_others() -> None:
    from importlib.metadata import entry_points

    known = {command.name or "" for command in app.registered_commands}
    for entry in entry_points(group="shortcast.commands"):
        if entry.name in known:
            continue
        try:
            app.command(entry.name)(entry.load())
        except (ImportError, AttributeError) as error:
            print(f"The command {entry.name} can't be loaded: {error}.", file=sys.stderr)
