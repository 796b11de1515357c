"""Where the numbers of an answer come from, as a table: on the chat page, and in a terminal."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from shortcast_agent.panel import safe
from shortcast_agent.provenance import Origin

if TYPE_CHECKING:
    from rich.table import Table

TITLE = "Where do these numbers come from?"
METHOD = "what every interval of the model is made to hold, measured on videos kept aside"
PROFILE = "what you told earlier (your profile)"
YOU = "your own words"
_LONGEST = 60


def sources_view(origins: Sequence[Origin]) -> str:
    """Return the table as HTML that can be folded away, foreign text escaped; empty without origins."""
    if not origins:
        return ""
    rows = "".join(
        f"<tr><td>{safe(short(origin.written))}</td><td>{safe(value_of(origin))}</td>"
        f'<td title="{safe(origin.meaning or origin.arguments)}">{safe(step_of(origin))}</td></tr>'
        for origin in origins
    )
    head = "<tr><th>Written</th><th>Value</th><th>From</th></tr>"
    return (
        f"<details class='sc-sources'><summary>{TITLE}</summary>"
        f"<table class='sc-changes'>{head}{rows}</table></details>"
    )


def sources_table(origins: Sequence[Origin]) -> "Table":
    """Return the table for a terminal."""
    from rich.table import Table
    from rich.text import Text

    calls = dict.fromkeys((o.tool, o.arguments) for o in origins if o.tool)
    called = "\n".join(f"{tool} was called with {arguments}" for tool, arguments in calls)
    table = Table(title=TITLE, title_justify="left", caption=Text(called), caption_justify="left")
    for column in ("written", "value", "from"):
        table.add_column(column)
    for origin in origins:
        table.add_row(*(Text(cell) for cell in (short(origin.written), value_of(origin), step_of(origin))))
    return table


def step_of(origin: Origin) -> str:
    """Say which step and which field of its result something comes from."""
    match origin.source:
        case "you":
            return YOU
        case "profile":
            return PROFILE
        case "method":
            return METHOD
    about = f" of “{short(origin.about, 40)}”" if origin.about else ""
    return f"{origin.tool}: {origin.path}{about}" if origin.path else origin.tool


def value_of(origin: Origin) -> str:
    """Return the raw value: digits as the result has them, up to 6 of a decimal."""
    value: Any = origin.value
    if value is None:
        return ""
    if isinstance(value, str):
        return f"“{short(value)}”"
    return (
        f"{value:,}" if isinstance(value, int) else f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    )


def short(text: str, most: int = _LONGEST) -> str:
    """Return text as one line that fits a cell."""
    line = re.sub(r"\s+", " ", text).strip()
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
