"""Commands that collect videos and follow them: collect, track."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shortcast_agent.cli.app import AsJson, app
from shortcast_agent.cli.bar import bar
from shortcast_ml.errors import InputError
from shortcast_ml.records import (
    CollectReport,
    CollectRequest,
    Platform,
    QuotaPlan,
    SourceName,
    TrackReport,
    utc_now,
)

if TYPE_CHECKING:
    from shortcast_tools.collecting.sources import Source
    from shortcast_tools.parts import Parts

MOST = 100_000
SHOWN = 12  # reasons, and followed videos
STOPPED = "Stopped. What was collected so far is kept; the same command goes on from there."

track_app = typer.Typer(help="Follow videos' views on a schedule that is dense while they are young.")
app.add_typer(track_app, name="track", invoke_without_command=True)


@app.command("collect")
def collect_command(
    query: Annotated[
        str,
        typer.Argument(help="A niche in words, a #hashtag, or the link of a channel or any list of videos."),
    ] = "",
    links: Annotated[
        Path | None, typer.Option(help="File of links, one a line, instead of a query.", exists=True)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many videos to keep.")] = 20,
    platform: Annotated[Platform, typer.Option(help="Which kind of videos to keep.")] = "youtube_shorts",
    source: Annotated[
        SourceName | None,
        typer.Option(help="Where from. Unset: the YouTube API if you have a key, else yt-dlp."),
    ] = None,
    stratified: Annotated[
        bool, typer.Option("--stratified", help="As many small videos as large ones, in six bins of views.")
    ] = False,
    plan: Annotated[
        bool, typer.Option("--plan", help="Say what it would cost, and collect nothing.")
    ] = False,
    no_index: Annotated[bool, typer.Option("--no-index", help="Leave indexing to the first search.")] = False,
    cookies: Annotated[
        Path | None,
        typer.Option(help="File of cookies in Netscape's format for yt-dlp; read, never kept.", exists=True),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Collect public videos of a niche into the library.

    They replace the demo library. Ctrl-C stops; what was collected by then is kept, and the same command goes
    on from there, with another --limit too.
    """
    from shortcast_tools.collecting.choice import collect_request, open_source
    from shortcast_tools.parts import parts

    here = parts()
    request = collect_request(
        query, limit, platform, here.settings,
        links=_lines(links) if links else (), source=source, stratified=stratified,
    )  # fmt: skip
    opened = open_source(request.source, here, _text(cookies) if cookies else "")
    planned = opened.plan(request)
    if plan:
        typer.echo((planned.model_dump_json() if planned else "null") if as_json else _cost(planned, request))
        return
    typer.echo(_cost(planned, request), err=True)
    report = _collected(request, opened, here, index=not no_index)
    if as_json:
        typer.echo(report.model_dump_json())
        return
    _show(report, request.limit)


def _collected(request: CollectRequest, source: "Source", here: "Parts", *, index: bool) -> CollectReport:
    from shortcast_tools.collecting.run import collect_videos
    from shortcast_tools.progress import report

    with bar(STOPPED, counted=True):
        found = collect_videos(request, source, here)
        if index and (found.added or found.updated):
            here.index.sync(report)
    return found


def _cost(planned: QuotaPlan | None, request: CollectRequest) -> str:
    if planned:
        return planned.says
    from shortcast_tools.collecting.politeness import PAGES

    hours = max(request.limit - PAGES.burst, 0) / PAGES.an_hour
    pace = f" At a polite pace {request.limit:,} videos take about {hours:.1f} hours." if hours > 0.1 else ""
    return f"yt-dlp needs no key and no quota.{pace}"


def _show(report: CollectReport, limit: int) -> None:
    """Print what a collection brought: numbers, bins, what was left out and why."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False)
    console.print(
        f"Found {report.found:,}, added {report.added:,}, updated {report.updated:,}, saved"
        f" {report.thumbnails:,} pictures. The library now holds {report.library_size:,} videos."
    )
    if report.search_calls_spent or report.units_spent:
        console.print(
            f"Spent {report.search_calls_spent:,} search calls and {report.units_spent:,} units of the YouTube"
            " Data API."
        )
    if report.bins:
        table = Table(box=None, pad_edge=False, header_style="dim")
        for column in ("Views from", "to below", "Wanted", "Reached"):
            table.add_column(column, justify="right")
        for part in report.bins:
            high = f"{part.high_views:,}" if part.high_views is not None else "any"
            table.add_row(f"{part.low_views:,}", high, f"{part.target:,}", f"{part.reached:,}")
        console.print(table)
    for reason in report.skipped[:SHOWN]:
        console.print(f"[dim]Skipped: {escape(reason)}[/]")
    if len(report.skipped) > SHOWN:
        console.print(f"[dim]And {len(report.skipped) - SHOWN:,} more reasons: see --json.[/]")
    kept = report.added + report.updated
    if report.stopped:
        console.print(f"[yellow]{escape(report.stopped)} The same command goes on from there.[/]")
    elif kept < limit and report.skipped and not report.bins:
        console.print(f"[dim]{kept:,} of the {limit:,} asked for fit; a larger --limit looks further.[/]")


# --- track -------------------------------------------------------------------------------------------


@track_app.callback()
def track_command(
    context: typer.Context,
    watch: Annotated[
        bool, typer.Option("--watch", help="Keep on looking whenever a video is due, until Ctrl-C.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look at every followed video that is due, and say when the next one is."""
    if context.invoked_subcommand:
        return
    from shortcast_tools.collecting import following
    from shortcast_tools.parts import parts

    def tell(found: TrackReport) -> None:
        typer.echo(found.model_dump_json() if as_json else _says(found))

    with bar("Stopped. Every look until now is kept.", counted=True):
        if watch:
            following.watch(parts(), tell)
            return
        found = following.look(parts())
    tell(found)


@track_app.command("add")
def add_command(
    videos: Annotated[
        list[str] | None, typer.Argument(help="Links of videos, or ids of those in the library.")
    ] = None,
    query: Annotated[str, typer.Option(help="Follow what `shortcast collect` brought for this query.")] = "",
    all_of_channel: Annotated[
        str, typer.Option(help="Follow a channel's videos in the library, by its name or id.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Follow videos from now on: often while they are young, until they are 90 days old."""
    if not (videos or query or all_of_channel):
        raise InputError("Say which videos to follow: links, ids, --query or --all-of-channel.")
    from shortcast_tools.collecting.following import follow, follow_links, tracking_report
    from shortcast_tools.parts import parts
    from shortcast_vectorstore.forget import videos_of_channel, videos_of_query

    here = parts()
    with bar("Stopped. Videos that were read by then are followed.", counted=True):
        keys, skipped = follow_links(videos or [], here)
        more = videos_of_query(here.library, query) if query else []
        more += videos_of_channel(here.library, all_of_channel) if all_of_channel else []
        skipped += follow(more, here)
    found = tracking_report(here, [*keys, *more]).model_copy(update={"skipped": tuple(skipped)})
    typer.echo(found.model_dump_json() if as_json else _table_of(found))


@track_app.command("stop")
def stop_command(
    videos: Annotated[list[str], typer.Argument(help="Ids or links of followed videos.")],
) -> None:
    """Follow videos no more. What was seen of them stays."""
    from shortcast_tools.parts import parts
    from shortcast_vectorstore.forget import find_videos
    from shortcast_vectorstore.tracking import TrackingTable

    table = TrackingTable(parts().library.db)
    keys = [tracked.key for tracked in table.of(find_videos(parts().library, videos)) if tracked.due_at]
    for key in keys:
        table.end(key, "you stopped following it")
    typer.echo(f"Stopped following {len(keys):,}.")


@track_app.command("list")
def list_command(as_json: AsJson = False) -> None:
    """List the followed videos, and when each is looked at again."""
    from shortcast_tools.collecting.following import tracking_report
    from shortcast_tools.parts import parts

    found = tracking_report(parts())
    typer.echo(found.model_dump_json() if as_json else _table_of(found))


def _says(found: TrackReport) -> str:
    """Say what a round saw, and when the next look is due."""
    lines = [f"Looked at {found.looked:,} videos: {found.changed:,} had changed, {found.gone:,} are gone."]
    if found.next_due_at:
        lines.append(f"{found.waiting:,} have looks left; the next is due {_when(found.next_due_at)}.")
    else:
        lines.append("No look is left. `shortcast track add LINK` follows a video.")
    return "\n".join([*lines, *(f"Not looked at: {reason}" for reason in found.skipped[:SHOWN])])


def _table_of(found: TrackReport) -> str:
    lines = []
    for video in found.videos:
        then = f"next {_when(video.due_at)}" if video.due_at else video.ended
        views = f"{video.views:,} views" if video.views is not None else "views hidden"
        lines.append(f"{video.title or video.video_id}: {views}, {video.looks} looks, {then}")
    lines += [f"Not followed: {reason}" for reason in found.skipped[:SHOWN]]
    return "\n".join(lines or ["No video is followed. `shortcast track add LINK` follows one."])


def _when(at: datetime) -> str:
    """Say a time as UTC, and how far it is."""
    minutes = (at - utc_now()).total_seconds() / 60
    if minutes <= 0:
        return "now"
    far = (
        f"{minutes:.0f} min"
        if minutes < 120
        else f"{minutes / 60:.0f} h"
        if minutes < 2880
        else f"{minutes / 1440:.0f} days"
    )
    return f"{at:%Y-%m-%d %H:%M} UTC (in {far})"


# --- shared ------------------------------------------------------------------------------------------


def _lines(path: Path) -> list[str]:
    """Return the links of a file, each once, without blank lines and comments."""
    lines = [line.strip() for line in _text(path).splitlines()]
    links = list(dict.fromkeys(line for line in lines if line and not line.startswith("#")))
    if not links:
        raise InputError(f"{path} holds no links; write one on each line.")
    return links


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path} can't be read as text; give a plain text file.") from None
