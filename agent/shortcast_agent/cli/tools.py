"""Commands that call one tool: forecast, compare, why, next-day, similar; and the list of all tools."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shortcast_agent.cli.app import AsJson, app
from shortcast_agent.cli.options import checked, options_of, takes
from shortcast_ml.records import NextDayForecast, Record
from shortcast_tools.compare_variants import compare_variants
from shortcast_tools.diagnose_video import diagnose_video
from shortcast_tools.find_similar_videos import find_similar_videos
from shortcast_tools.forecast_next_day import forecast_next_day
from shortcast_tools.forecast_views import forecast_views

if TYPE_CHECKING:
    from rich.console import Console


@app.command("forecast")
@takes(options_of(forecast_views))
def forecast_command(
    as_json: AsJson = False,
    table: Annotated[
        Path | None, typer.Option(help="Forecast every row of this CSV or Parquet file instead.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where the table of forecasts is written.")] = None,
    **given: Any,
) -> None:
    """Forecast the views of a draft, or of every row of a table."""
    if (table is None) != (out is None):
        raise typer.BadParameter("Give --table and --out together.")
    if table is not None and out is not None:
        _forecast_table(table, out)
        return
    result = forecast_views(**checked(forecast_views, given))
    if not _printed_json(result, as_json):
        from shortcast_agent.cli.show import show_forecast

        show_forecast(_console(), result)


def _forecast_table(table: Path, out: Path) -> None:
    from shortcast_ml.table_forecast import forecast_table
    from shortcast_tools.parts import parts

    counts = forecast_table(table, out, parts().model, encoder=parts().model_encoder)
    typer.echo(f"Wrote {counts['rows'] - counts['errors']} forecasts to {out}.", err=True)
    if counts["errors"]:
        typer.echo(f"{counts['errors']} rows could not be forecast: see the column `error`.", err=True)


@app.command("compare")
@takes(
    options_of(
        compare_variants,
        rename={"titles": "title", "thumbnails": "thumbnail"},
        skip=("title", "thumbnail"),
    )
)
def compare_command(as_json: AsJson = False, **given: Any) -> None:
    """Compare titles or thumbnails with each other.

    Repeat --title or --thumbnail; the first is the one to beat.
    """
    # One title beside several pictures (or the reverse) is what all the variants share.
    for many, one, other in (("titles", "title", "thumbnails"), ("thumbnails", "thumbnail", "titles")):
        if len(given.get(many, ())) == 1 and len(given.get(other, ())) > 1:
            given[one] = given.pop(many)[0]
    result = compare_variants(**checked(compare_variants, given))
    if not _printed_json(result, as_json):
        from shortcast_agent.cli.show import show_comparison

        show_comparison(_console(), result)


@app.command("why")
@takes(options_of(diagnose_video))
def why_command(as_json: AsJson = False, **given: Any) -> None:
    """Say why a published video did what it did.

    Give --url, --record, or --views and --age-days with what is known of the video.
    """
    result = diagnose_video(**checked(diagnose_video, given))
    if not _printed_json(result, as_json):
        from shortcast_agent.cli.show import show_diagnosis

        show_diagnosis(_console(), result)


@app.command("next-day")
@takes(options_of(forecast_next_day))
def next_day_command(as_json: AsJson = False, **given: Any) -> None:
    """Forecast the next 24 hours of a published video, up to 4 days old.

    Give --views and --age-days (0.25 is 6 hours), and likes, comments and --earlier "0.5:1200" where known.
    """
    if missing := [name for name in ("views", "age_days") if name not in given]:
        raise typer.BadParameter("It is needed.", param_hint="--" + missing[0].replace("_", "-"))
    result = forecast_next_day(**checked(forecast_next_day, given))
    if not _printed_json(result, as_json):
        _show_next_day(_console(), result)


@app.command("similar")
@takes(options_of(find_similar_videos, argument="query"))
def similar_command(as_json: AsJson = False, **given: Any) -> None:
    """Find similar videos in the library.

    Describe them in words, or give a --title, a --thumbnail, a --video, or the --video-id of one in the library.
    """
    result = find_similar_videos(**checked(find_similar_videos, given))
    if not _printed_json(result, as_json):
        from shortcast_agent.cli.show import show_similar

        console = _console()
        if result.notice:
            console.print(result.notice, markup=False)
        show_similar(console, result)


@app.command("tools")
def tools_command(
    as_json: Annotated[
        bool, typer.Option("--json", help="Print them as OpenAI function tools, in a JSON list.")
    ] = False,
) -> None:
    """List the tools that other agents can call."""
    from shortcast_agent.openai_tools import as_openai_tools

    offered = as_openai_tools()
    if as_json:
        typer.echo(json.dumps(offered, ensure_ascii=False, indent=2))
        return
    for tool in offered:
        function = tool["function"]
        typer.echo(f"{function['name']:20} {function['description'].splitlines()[0]}")


def _show_next_day(console: "Console", found: NextDayForecast) -> None:
    """Print the interval, the pace, later days, and what the forecast can't know."""
    from rich.table import Table

    from shortcast_agent.numbers import say_age, say_count, say_percent, say_times
    from shortcast_agent.pictures import say_span

    console.print(
        f"[bold]{say_count(found.views)} views[/] in 24 hours, 80% interval {say_span(found.low, found.high)}: "
        f"{say_times(found.vs_now)} the {say_count(found.views_now)} that it has at {say_age(found.age_days)}"
    )
    console.print(
        f"By its age alone {say_count(found.by_age_alone)}. {say_count(found.views_per_hour_so_far)} views an hour "
        f"so far, {say_count(found.views_per_hour_now)} in the hour ahead; a typical video has "
        f"{say_percent(found.share_of_30_days)} of its 30-day views at this age."
    )
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("Day", "Views", "Interval"):
        table.add_column(column, justify="right")
    for point in found.by_horizon:
        table.add_row(f"{point.horizon_days:g}", say_count(point.views), say_span(point.low, point.high))
    console.print(table)
    for warning in found.warnings:
        console.print(f"[yellow]{warning}[/]")
    if found.missing:
        console.print(f"[dim]Would sharpen it: {', '.join(found.missing)}.[/]")
    for unknown in found.unknown:
        console.print(f"[dim]Not known: {unknown}[/]")
    console.print(f"[dim]{found.kind} Model {found.model}, read from {', '.join(found.evidence)}.[/]")


def _printed_json(result: Record, as_json: bool) -> bool:
    if as_json:
        typer.echo(result.model_dump_json())
    return as_json


def _console() -> "Console":
    from rich.console import Console

    return Console(highlight=False)
