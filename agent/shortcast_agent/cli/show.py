"""Records as a terminal shows them: the numbers of the tool results, and nothing else."""

from typing import TYPE_CHECKING

from shortcast_agent.numbers import say_count, say_percent, say_times
from shortcast_agent.pictures import TYPICAL, say_span
from shortcast_ml.records import (
    Comparison,
    Diagnosis,
    Explanation,
    Forecast,
    Neighbour,
    SimilarVideos,
)

if TYPE_CHECKING:
    from rich.console import Console


def show_forecast(console: "Console", forecast: Forecast) -> None:
    """Print the interval, the chance and the typical video beside it."""
    console.print(
        f"[bold]{say_count(forecast.views)} views[/] after {forecast.horizon_days:g} days, "
        f"80% interval {say_span(forecast.low, forecast.high)}"
    )
    console.print(
        f"{say_percent(forecast.beats_typical)} chance to beat {TYPICAL[forecast.anchor_source]} "
        f"({say_count(forecast.typical_views)} views)"
    )
    table = _table("Day", "Views", "80% interval")
    for point in forecast.by_horizon:
        table.add_row(f"{point.horizon_days:g}", say_count(point.views), say_span(point.low, point.high))
    console.print(table)
    for warning in forecast.warnings:
        console.print(f"[yellow]{_plain(warning)}[/]")
    if forecast.missing:
        console.print(f"[dim]Would sharpen it: {_plain(', '.join(forecast.missing))}.[/]")
    console.print(
        f"[dim]Model {_plain(forecast.model)}, read from {_plain(', '.join(forecast.evidence))}.[/]"
    )


def show_explanation(console: "Console", explanation: Explanation) -> None:
    """Print the factors, largest first; the ones a creator can change are marked."""
    table = _table("Factor", "Effect", "", "Seen")
    for factor in explanation.factors:
        mark = "can change" if factor.changeable else ""
        table.add_row(_plain(factor.label), say_times(factor.multiplier), mark, _plain(factor.observation))
    console.print(table)


def show_comparison(console: "Console", comparison: Comparison) -> None:
    """Print every variant with its forecast and its difference from the first."""
    table = _table(
        "", "Variant", "Views", "80% interval", "Beats typical", "Against the first", "Beats the first"
    )
    for variant in comparison.variants:
        forecast = variant.forecast
        table.add_row(
            "*" if variant.label == comparison.best else "",
            _plain(variant.label),
            say_count(forecast.views),
            say_span(forecast.low, forecast.high),
            say_percent(forecast.beats_typical),
            say_times(variant.vs_first),
            say_percent(variant.beats_first) if variant is not comparison.variants[0] else "",
        )
    console.print(table)
    if comparison.decisive:
        says = f"The model prefers [bold]{_plain(comparison.best)}[/]"
    else:
        says = f"The difference is smaller than the model can tell apart: {_plain(comparison.best)} leads"
    console.print(f"{says}, with a {say_percent(comparison.lead)} chance to do better than the next one.")


def show_diagnosis(console: "Console", diagnosis: Diagnosis) -> None:
    """Print actual against expected views, the factors, and what stays unknown."""
    expected = diagnosis.expected
    console.print(
        f"[bold]{diagnosis.verdict.capitalize()}[/]: {say_count(diagnosis.actual_views)} views, where "
        f"{say_count(expected.views)} ({say_span(expected.low, expected.high)}) were to be expected "
        f"at {expected.horizon_days:.3g} days: {say_times(diagnosis.ratio)}"
    )
    show_explanation(console, diagnosis.explanation)
    if diagnosis.better_neighbours:
        console.print("Similar videos that did better:")
        show_neighbours(console, diagnosis.better_neighbours)
    for unknown in diagnosis.unknown:
        console.print(f"[dim]Not known: {_plain(unknown)}[/]")


def show_similar(console: "Console", similar: SimilarVideos) -> None:
    """Print the neighbours and where they were looked for."""
    show_neighbours(console, similar.neighbours)
    library = {"demo": "the invented demo library", "empty": "an empty library"}.get(
        similar.library, "your library"
    )
    console.print(
        f"[dim]Searched {similar.searched} videos of {library} with {_plain(similar.encoder_id)}.[/]"
    )


def show_neighbours(console: "Console", neighbours: tuple[Neighbour, ...]) -> None:
    """Print similar videos as a table; invented ones say so."""
    table = _table("Video", "Views", "Against its channel", "Similarity", "")
    for video in neighbours:
        table.add_row(
            _plain(video.title),
            say_count(video.views) if video.views is not None else "hidden",
            say_times(video.vs_channel) if video.vs_channel else "",
            f"{video.similarity:.2f} by {video.similar_by}{'' if video.alike else ', hardly'}",
            "demo" if video.demo else _plain(video.url),
        )
    console.print(table)


def _table(*columns: str) -> "Table":
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        right = column.startswith(("Views", "Effect", "80%", "Beats", "Against the first", "Day"))
        table.add_column(column, justify="right" if right else "left", overflow="fold")
    return table


def _plain(text: str) -> str:
    """Return foreign text so that Rich does not read markup in it."""
    from rich.markup import escape

    return escape(text)


if TYPE_CHECKING:
    from rich.table import Table
