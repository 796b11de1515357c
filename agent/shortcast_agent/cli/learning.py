"""Commands that learn and judge: table, train, evaluate, calibrate-changes, factors, drift."""

import json
import re
from pathlib import Path
from typing import Annotated, Any

import typer

from shortcast_agent.cli.app import AsJson, app
from shortcast_ml.errors import InputError

Data = Annotated[Path, typer.Option(help="Folder that holds the collections.")]


@app.command()
def table(
    source: Annotated[
        str, typer.Argument(help="A known collection's name, or a CSV or Parquet of your own.")
    ],
    out: Annotated[Path, typer.Option(help="Parquet file to write.")],
    data: Annotated[Path, typer.Option(help="Folder that holds the known collections.")] = Path(),
    mapping: Annotated[
        Path | None, typer.Option(help="YAML that names your file's columns; see docs/data.md.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Bring videos into the training table, cleaned, and say what was dropped and why."""
    from shortcast_ml.data import make_table

    report = make_table(source, data, out, mapping)
    typer.echo(report.model_dump_json() if as_json else report.text())


@app.command()
def train(
    data: Annotated[Path | None, typer.Option(help="Folder that holds the collections to train on.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder that the model is written to.")] = None,
    library: Annotated[
        bool,
        typer.Option("--library", help="Train on your library; adopted only where it beats the starter."),
    ] = False,
    name: Annotated[str | None, typer.Option(help="What the model calls itself; its folder's name.")] = None,
    config: Annotated[
        Path | None, typer.Option(help="YAML of a forecast model or a study; the starter's when not given.")
    ] = None,
    ablate: Annotated[bool, typer.Option(help="Measure also what was decided against.")] = False,
    next_day: Annotated[
        bool, typer.Option("--next-day", help="Train the model of a young video's next 24 hours instead.")
    ] = False,
) -> None:
    """Train a forecast model, a study's or your own, and write it with its card."""
    if library:
        from shortcast_tools.train_personal import train_personal

        typer.echo(train_personal(out, _say).text())
        return
    if data is None or out is None:
        raise InputError("Give --data and --out; or --library to train on what you collected.")
    from shortcast_ml.config import read_config, read_yaml
    from shortcast_ml.train import train as train_model

    if config is not None and "study" in read_yaml(config):
        from shortcast_ml.studies import run_config

        run_config(config, data, out, progress=_say)
        typer.echo(f"Wrote the study to {out}.", err=True)
        return
    if next_day:
        from shortcast_ml.next_day import train_next_day

        train_next_day(data, out, name=name or out.resolve().name, progress=_say)
        typer.echo(f"Wrote the next-day model to {out}.", err=True)
        return
    settings = read_config(config) if config else None
    train_model(data, out, name=name or out.resolve().name, config=settings, ablate=ablate, progress=_say)
    typer.echo(f"Wrote the model to {out}. Use it with SHORTCAST_MODEL={out}.", err=True)


@app.command("train-encoder")
def train_encoder_command(
    data: Data,
    out: Annotated[Path, typer.Option(help="Folder that the encoder is written to.")],
    seed: Annotated[int, typer.Option(help="The same seed and data give the same encoder.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Train the bundled encoder `mini` on real title-thumbnail pairs, and write it with its card.

    Features are kept, so that a run which was stopped goes on where it was.
    """
    from shortcast_ml.train_encoder import train_encoder

    last = ""

    def say(done: int, total: int, text: str) -> None:
        nonlocal last
        line = f"{text}: {done:,} of {total:,}"
        if line != last:
            typer.echo(line, err=True)
        last = line

    try:
        card = train_encoder(data, out, seed=seed, progress=say)
    except KeyboardInterrupt:
        typer.echo("Stopped. What was read is kept; the same command goes on from there.", err=True)
        raise typer.Exit(130) from None
    if as_json:
        typer.echo(json.dumps(card))
        return
    scores = card["metrics"]["test"]
    typer.echo(
        f"Wrote {out}: recall@10 among {scores['pairs']:,} pairs that are newer than those it learned from, "
        f"{scores['image_to_title']['recall_at_10']:.3f} picture to title, "
        f"{scores['title_to_image']['recall_at_10']:.3f} title to picture "
        f"(chance {scores['chance_recall_at_10']:.3f}). Use it as SHORTCAST_ENCODER=mini:{out}."
    )


@app.command()
def evaluate(
    data: Annotated[
        Path, typer.Option(help="The collection's folder; with --all, the folder of all of them.")
    ],
    dataset: Annotated[str | None, typer.Option(help="Which collection's layout the files have.")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Measure every figure of README and card again.")
    ] = False,
    model: Annotated[
        str | None, typer.Option(help="Judge this saved model on all rows: `starter` or a folder.")
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option(help="Folder for reliability plots of the probabilities.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure forecasts, with whole channels (or topics, or later times) kept apart.

    The full model stands beside the constant, the followers and the channel anchor alone.
    """
    if everything:
        from shortcast_ml.evaluate_all import evaluate_all

        found = evaluate_all(data, progress=_say)
        typer.echo(json.dumps(found)) if as_json else _show_all(found)
        return
    if dataset is None:
        raise InputError("Say which collection: --dataset tiktok_vn_2025, or --all for every one.")
    from shortcast_ml.evaluate import evaluate as judge

    result = judge(dataset, data, model=model, progress=_say)
    if pictures is not None:
        _draw_reliability(result, pictures)
    typer.echo(json.dumps(result)) if as_json else _show(result)


@app.command("calibrate-changes")
def calibrate_changes_command(
    data: Data,
    model: Annotated[
        str, typer.Option(help="`starter` or a folder: the model whose changes are measured.")
    ] = "starter",
    as_json: AsJson = False,
) -> None:
    """Measure how far computed changes come true, kind by kind, and keep the table beside the model's files."""
    from shortcast_ml.changes.calibrate import calibrate_changes, write_changes
    from shortcast_ml.forecast import load_model

    found = calibrate_changes(data, load_model(model), progress=_say)
    written = write_changes(found, model)
    typer.echo(found.model_dump_json() if as_json else found.text())
    _say(f"Wrote {written}.")


@app.command()
def factors(
    out: Annotated[Path | None, typer.Option(help="Folder for global.json, factors.md and pictures.")] = None,
    dataset: Annotated[str | None, typer.Option(help="A collection; your library when not given.")] = None,
    data: Annotated[Path, typer.Option(help="The collection's folder.")] = Path(),
    model: Annotated[
        str | None, typer.Option(help="`starter` or a folder; the one in use by default.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what the forecast looks at, and what went with better results in a collection or your library."""
    from shortcast_ml.data import load_table
    from shortcast_ml.factor_report import report_factors, report_markdown
    from shortcast_ml.forecast import load_model
    from shortcast_ml.library_table import library_table
    from shortcast_tools.parts import parts

    table = load_table(dataset, data) if dataset else library_table(parts().library.all()).table
    chosen = load_model(model) if model else parts().model
    report = report_factors(table, chosen, out, folder=data if dataset else None, progress=_say)
    typer.echo(report.model_dump_json() if as_json else report_markdown(report))


@app.command()
def drift(
    picture: Annotated[Path | None, typer.Option(help="PNG of forecasts against outcomes over time.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure how well forecasts of collected videos came true; warn with every forecast where they don't."""
    from shortcast_tools.train_personal import check_drift

    report = check_drift(picture, _say)
    typer.echo(report.model_dump_json() if as_json else report.text())


def _draw_reliability(result: dict[str, Any], folder: Path) -> None:
    from shortcast_ml.coverage import draw_reliability

    folder.mkdir(parents=True, exist_ok=True)
    for event, measured in result.get("probabilities", {}).items():
        name = re.sub(r"\W+", "-", f"{result['dataset']} {event}").strip("-")
        draw_reliability(measured, folder / f"{name}.png")
        _say(f"Drew {folder / name}.png")


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _show_all(found: dict[str, Any]) -> None:
    for result in found["datasets"].values():
        _show(result)
        typer.echo()
    if found["next_day"] is not None:
        typer.echo(f"next 24 hours of young videos: {json.dumps(found['next_day'])}")
    against = found["against_card"]
    typer.echo(
        f"{against['figures']} figures of the card measured again, {len(against['outside'])} outside its intervals."
    )
    for each in against["outside"]:
        typer.echo(f"  {each['figure']}: card {each['card']}, now {each['now']}")


def _show(result: dict[str, Any]) -> None:
    typer.echo(f"{result['dataset']}: {result['n']} videos, {result['protocol']}")
    _show_rungs(result["rungs"])
    for name, subset in result["subsets"].items():
        typer.echo(f"\n{name.replace('_', ' ')}: {subset['n']} videos")
        _show_rungs(subset["rungs"])
    for name, beside in result.get("beside", {}).items():
        typer.echo(f"\n{name}: {beside['n']} videos")
        _show_rungs(beside["rungs"])
    if "additivity" in result:
        found = result["additivity"]
        typer.echo(
            f"\nbase plus factors against {found['rows']} forecasts: {found['largest_error']:.1e} apart at most"
        )


def _show_rungs(rungs: dict[str, dict[str, Any] | None]) -> None:
    """Print one row a metric, one column a rung, each with its 95% interval."""
    from rich.console import Console
    from rich.table import Table

    shown = {name: rung for name, rung in rungs.items() if rung is not None}
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("", *shown):
        table.add_column(name, justify="right" if name else "left")
    for metric in next(iter(shown.values()), {}):
        table.add_row(metric, *(_interval(rung.get(metric)) for rung in shown.values()))
    Console(highlight=False).print(table)


def _interval(value: dict[str, float] | None) -> str:
    if value is None:
        return "-"
    return f"{value['value']:.3f} ({value['low']:.3f} to {value['high']:.3f})"
