"""Commands that serve, train, judge or check: chat, mcp, train, evaluate, doctor."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from shortcast_agent.cli.app import AsJson, app


@app.command()
def chat(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; this machine only by default.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port; the next free one when it is taken.")] = None,
) -> None:
    """Open the chat page and print its address."""
    from shortcast_agent.chat import serve

    serve(host=host, port=port)


@app.command()
def mcp(
    http: Annotated[bool, typer.Option("--http", help="Serve streamable HTTP instead of stdio.")] = False,
    host: Annotated[str, typer.Option(help="Address to listen on, with --http.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port, with --http.")] = 8765,
) -> None:
    """Serve the tools over the Model Context Protocol."""
    from shortcast_agent.mcp_server import serve

    serve(http=http, host=host, port=port)


@app.command()
def train(
    data: Annotated[Path, typer.Option(help="Folder that holds the collections to train on.")],
    out: Annotated[Path, typer.Option(help="Folder that the model is written to.")],
    name: Annotated[str | None, typer.Option(help="What the model calls itself; its folder's name.")] = None,
) -> None:
    """Train a forecast model and write it with its card."""
    from shortcast_ml.train import train as train_model

    train_model(data, out, name=name or out.resolve().name, progress=_say_step)
    typer.echo(f"Wrote the model to {out}. Use it with SHORTCAST_MODEL={out}.", err=True)


@app.command()
def evaluate(
    dataset: Annotated[str, typer.Option(help="Which collection's layout the files have.")],
    data: Annotated[Path, typer.Option(help="Folder with the collection's files.")],
    model: Annotated[
        str | None, typer.Option(help="Judge this saved model on all rows: `starter` or a folder.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure forecasts, with whole channels kept apart.

    The full model stands beside the constant and the channel anchor alone.
    """
    from shortcast_ml.evaluate import evaluate as judge

    result = judge(dataset, data, model=model, progress=_say_step)
    if as_json:
        typer.echo(json.dumps(result))
        return
    typer.echo(f"{result['dataset']}: {result['n']} videos, {result['protocol']}")
    _show_rungs(result["rungs"])
    for name, subset in result["subsets"].items():
        typer.echo(f"\n{name.replace('_', ' ')}: {subset['n']} videos")
        _show_rungs(subset["rungs"])


def _say_step(text: str) -> None:
    typer.echo(text, err=True)


def _show_rungs(rungs: dict[str, dict[str, Any]]) -> None:
    """Print one row a metric, one column a rung, each with its 95% interval."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("", *rungs):
        table.add_column(name, justify="right" if name else "left")
    for metric in next(iter(rungs.values()), {}):
        table.add_row(metric, *(_interval(rung.get(metric)) for rung in rungs.values()))
    Console(highlight=False).print(table)


def _interval(value: dict[str, float] | None) -> str:
    if value is None:
        return "-"
    return f"{value['value']:.3f} ({value['low']:.3f} to {value['high']:.3f})"


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check the installation, part by part."""
    from shortcast_agent.doctor import examine

    findings = []
    for finding in examine():
        findings.append(finding)
        if not as_json:
            typer.echo(f"{finding.state:4}  {finding.part}: {finding.says}")
    if as_json:
        typer.echo(json.dumps([finding.model_dump() for finding in findings]))
    if any(finding.state == "fail" for finding in findings):
        raise typer.Exit(1)
