"""The report of `shortcast factors`: what a model looks at in a collection or library, as files."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shortcast_ml.contributions import MAX_ROWS, Contributions, contributions
from shortcast_ml.errors import InputError
from shortcast_ml.evaluate import MIN_ROWS, Prepared, prepare
from shortcast_ml.factors import FACTORS
from shortcast_ml.fit import Progress
from shortcast_ml.forecast import ForecastModel
from shortcast_ml.global_view import INTERACTION_SECONDS, GlobalView, global_view
from shortcast_ml.records import Explanation, Factor, Record
from shortcast_ml.served import encoder_of
from shortcast_ml.shap_pictures import draw_beeswarm, draw_dependence, draw_waterfall
from shortcast_ml.what_works import Statement, times, what_works

if TYPE_CHECKING:
    import pandas as pd

    from shortcast_ml.encoders import Encoder


class FactorReport(Record):
    """What a model looks at, and what went with better or worse results."""

    view: GlobalView
    works: tuple[Statement, ...]
    files: tuple[Path, ...] = ()  # where they were written


def report_factors(
    table: "pd.DataFrame",
    model: ForecastModel,
    out: Path | str | None = None,
    *,
    folder: Path | None = None,
    encoder: "Encoder | None" = None,
    most: int = MAX_ROWS,
    interaction_seconds: float = INTERACTION_SECONDS,
    seed: int = 7,
    progress: Progress | None = None,
) -> FactorReport:
    """Return what `model` looks at in a training table; with `out`, also write global.json, factors.md and PNGs.

    `folder` holds the pictures that the table names; without it they are not looked at. Contributions are
    computed of at most so many rows, drawn by whole channels, and interactions for so many seconds. A file is
    replaced only when its new content is whole. Raises InputError for a table with fewer than 50 videos.
    """
    if len(table) < MIN_ROWS:
        raise InputError(f"The table holds {len(table)} videos; a view of factors needs at least {MIN_ROWS}.")
    say = progress or (lambda _: None)
    encoder = encoder_of(model, encoder)
    prepared = prepare(table.reset_index(drop=True), model.growth, encoder, say, folder)
    found = contributions(model, prepared, most=most, seed=seed, progress=say)
    view = global_view(
        model, prepared, found, seed=seed, interaction_seconds=interaction_seconds, progress=say
    )
    report = FactorReport(view=view, works=what_works(view))
    if out is None:
        return report
    return report.model_copy(update={"files": _write(report, model, prepared, found, Path(out), say)})


def _write(
    report: FactorReport,
    model: ForecastModel,
    prepared: Prepared,
    found: Contributions,
    out: Path,
    say: Progress,
) -> tuple[Path, ...]:
    say("pictures")
    out.mkdir(parents=True, exist_ok=True)
    files = [out / "beeswarm.png", out / "waterfall.png"]
    draw_beeswarm(found, files[0])
    draw_waterfall(explain_row(model, found, median_row(found)), files[1])
    for dependence in report.view.dependence:
        files.append(out / f"dependence_{dependence.column}.png")
        draw_dependence(found, dependence, files[-1])
    texts = {
        "global.json": report.model_dump_json(indent=1, exclude={"files"}) + "\n",
        "factors.md": report_markdown(report),
    }
    for name, text in texts.items():
        beside = out / f".{name}.{os.getpid()}"
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, out / name)
        files.append(out / name)
    return tuple(files)


def median_row(found: Contributions) -> int:
    """Return the row of `found` whose forecast is the median one."""
    return int(np.argsort(found.base + found.values.sum(axis=1))[len(found.base) // 2])


def explain_row(model: ForecastModel, found: Contributions, row: int) -> Explanation:
    """Return the explanation of one row at 30 days, from its contributions; it adds up to the forecast."""
    sums = {name: float(effect[row]) for name, effect in found.by_factor().items()}
    table = {f.name: f for f in FACTORS}
    factors = [
        Factor(
            name=name,
            label=table[name].label,
            multiplier=10**value,
            log10=value,
            changeable=table[name].changeable,
        )
        for name, value in sorted(sums.items(), key=lambda item: -abs(item[1]))
    ]
    base = float(found.base[row])
    return Explanation(
        base_views=10**base,
        base_log10=base,
        prediction_log10=base + sum(sums.values()),
        factors=tuple(factors),
        horizon_days=30,
        model=model.name,
    )


def report_markdown(report: FactorReport) -> str:
    """Return the report as people read it; the pictures lie beside it."""
    view = report.view
    label = {f.name: f.label for f in view.factors}
    lines = [
        "# What the forecast looks at",
        "",
        f"Model {view.model}, {view.n:,} videos of {view.channels:,} channels, drawn from {view.rows:,}. Intervals "
        f"(95%) come from drawing {view.resampled} again, with the model as it is. A multiplier is what the model "
        "adds: an association, not a cause.",
        "",
        "| factor | typically moves a forecast by | can be changed |",
        "|---|---|---|",
    ]
    for f in view.factors:
        m = f.multiplier
        size = f"{times(m.value)} ({times(m.low)} to {times(m.high)})"
        lines.append(f"| {f.label} | {size} | {'yes' if f.changeable else 'no'} |")
    lines += ["", "![Every factor on many videos](beeswarm.png)", "", "![One video](waterfall.png)", ""]
    lines += ["## What went with better or worse results", ""]
    lines += [f"- {s.says}" for s in report.works] or [_nothing(view)]
    if view.interactions:
        lines += ["", "## Factors that depend on each other", ""]
        lines += [
            f"- {label[i.first]} and {label[i.second]}: {times(10**i.mean_abs_log10)} together beyond each alone, "
            f"{i.of_own_effects:.0%} of their own effects ({i.columns[0]}, {i.columns[1]})."
            for i in view.interactions
        ]
        lines += ["", f"Measured on {view.interaction_rows} videos."]
    lines += ["", "## What can be changed, range by range", ""]
    for d in view.dependence:
        lines += [
            f"### {d.label[0].upper()}{d.label[1:]}",
            "",
            f"![{d.label}](dependence_{d.column}.png)",
            "",
        ]
        lines += ["| range | videos | by the model | against the channel's usual |", "|---|---|---|---|"]
        for b in d.bins:
            seen = "too few"
            if o := b.observed:
                m = o.multiplier
                seen = f"{times(m.value)} ({times(m.low)} to {times(m.high)}), {o.n:,} videos"
            lines.append(f"| {b.says} | {b.n:,} | {times(b.multiplier.value)} | {seen} |")
        lines.append("")
    return "\n".join(lines)


def _nothing(view: GlobalView) -> str:
    if not view.with_usual:
        return (
            "No channel here has six or more videos, so that no video can be set against its channel's usual."
        )
    return (
        f"Nothing stands out beyond chance among {view.with_usual:,} videos whose channel's usual is known."
    )
