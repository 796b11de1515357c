"""Pictures of SHAP values, for a card or a report: waterfall, beeswarm, dependence.

The beeswarm is shap's own. Its waterfall and its scatter draw on pyplot's current figure, which is everyone's,
and say log10 where a creator wants multipliers: those two are drawn here. Blue and orange, never red and green;
direction is also said by place, sign or number. 1200 px wide, with letters that stay readable at 800.
"""

import os
import re
import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from shortcast_ml.contributions import Contributions
from shortcast_ml.errors import InputError
from shortcast_ml.factors import FACTORS, factor_of
from shortcast_ml.global_view import Dependence
from shortcast_ml.readings import READINGS, Reading
from shortcast_ml.records import Explanation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH_IN, DPI = 8.0, 150
INK, MUTED, RULE, UP, DOWN = "#1F2A33", "#5B6770", "#DADDE0", "#1F6FB2", "#C8641B"
MOST = 10  # factors in a waterfall; where there are more, the others are drawn as one
MOST_POINTS = 2000
TICKS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100)
FINE_TICKS = (0.25, 0.33, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 3, 4)


def draw_waterfall(explanation: Explanation, path: Path | str) -> None:
    """Draw how the factors lead from the average to one forecast, each with its multiplier."""
    most = MOST if len(explanation.factors) > MOST + 1 else MOST + 1
    shown, rest = explanation.factors[:most], explanation.factors[most:]
    names = [f.label + (f" ({f.observation})" if f.observation else "") for f in shown]
    steps = [f.log10 for f in shown]
    if rest:
        names.append(f"{len(rest)} smaller factors together")
        steps.append(sum(f.log10 for f in rest))
    levels = explanation.base_log10 + np.concatenate([[0], np.cumsum(steps)])
    n = len(steps)
    figure, axes = _sheet(1.7 + 0.42 * (n + 2), left=0.37)
    left, right = float(levels.min()), float(levels.max())
    room = max(right - left, 0.2)
    axes.set(xlim=(left - 0.08 * room, right + 0.22 * room), ylim=(n + 1.6, -0.6))
    for y, (step, start) in enumerate(zip(steps, levels, strict=False), start=1):
        axes.barh(y, step, left=start, height=0.56, color=UP if step >= 0 else DOWN, zorder=3)
        axes.plot(
            [start + step] * 2, [y - 0.28, y + (1.28 if y < n else 1)], color=MUTED, linewidth=0.8, zorder=2
        )
        axes.text(
            max(start, start + step) + 0.012 * room, y, _times(step), va="center", color=INK, fontsize=11
        )
    for y, level, bold in ((0, levels[0], "normal"), (n + 1, explanation.prediction_log10, "bold")):
        axes.plot([level], [y], marker="o", markersize=8, color=INK, zorder=4)
        text = f"{_count(10**level)} views"
        axes.text(level + 0.025 * room, y, text, va="center", color=INK, fontsize=11, fontweight=bold)
    axes.plot([levels[0]] * 2, [0, 0.72], color=MUTED, linewidth=0.8, zorder=2)
    labels = ["average of all videos", *names, f"this video after {explanation.horizon_days:g} days"]
    axes.set_yticks(range(n + 2), [_short(label, 44) for label in labels], fontsize=11, color=INK)
    _views_axis(axes, right - left)
    axes.set_xlabel("views")
    end = _count(10**explanation.prediction_log10)
    _title(
        figure, f"From {_count(explanation.base_views)} to {end} views", "Each factor multiplies the views."
    )
    _save(figure, path)


def draw_beeswarm(found: Contributions, path: Path | str, *, seed: int = 7) -> None:
    """Draw the effect of every factor on many videos: one dot each, coloured by its leading column's value."""
    import matplotlib
    import shap

    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(found.base))[:MOST_POINTS]
    effects = found.by_factor()
    if not effects:
        raise InputError("The model uses no factor on these rows, so there is nothing to draw.")
    label = {f.name: f.label for f in FACTORS}
    figure, axes = _sheet(2.0 + 0.5 * len(effects), left=0.37)
    with _seeded(seed):
        shap.plots.beeswarm(
            shap.Explanation(
                values=np.stack([effect[rows] for effect in effects.values()], axis=1),
                data=np.stack([_leading_values(found, name)[rows] for name in effects], axis=1),
                feature_names=[label[name] for name in effects],
            ),
            max_display=len(effects), ax=axes, show=False, plot_size=None, alpha=0.8, s=9,
            color=matplotlib.colormaps["viridis"], color_bar_label="value of its leading column",
        )  # fmt: skip
    _multiplier_axis(axes.xaxis, *axes.get_xlim())
    axes.grid(axis="x", color=RULE, linewidth=0.8, zorder=-2)
    axes.set_xlabel("what the factor multiplies the forecast by", fontsize=11, color=INK)
    axes.tick_params("y", labelsize=11, labelcolor=INK, length=0)
    for extra in figure.axes[1:]:
        extra.tick_params(labelsize=10, labelcolor=INK)
    _title(
        figure,
        "How much each factor moves the forecasts",
        f"{len(rows):,} videos, one dot each. Grey: no value, or none that can be ordered.",
    )
    _save(figure, path)


def draw_dependence(found: Contributions, dependence: Dependence, path: Path | str) -> None:
    """Draw one column's contribution against its value: dots, means of ranges, and what their videos did."""
    reading = next(r for r in READINGS if r.column == dependence.column)
    value = reading.shown(found.X[dependence.column].to_numpy(float))
    effect = found.of(dependence.column)
    effect = effect - effect[np.isfinite(value)].mean()
    figure, axes = _sheet(5.0, left=0.1, grid="y")
    rng = np.random.default_rng(7)
    seen = any(b.observed for b in dependence.bins)
    for i, b in enumerate(dependence.bins):
        low, high = -np.inf if b.low is None else b.low, np.inf if b.high is None else b.high
        inside = effect[(value >= low) & (value < high)]
        inside = rng.permutation(inside)[: MOST_POINTS // len(dependence.bins)]
        x = i + rng.uniform(-0.32, 0.32, len(inside))
        axes.scatter(x, inside, s=7, color="#9DB4C8", linewidths=0, alpha=0.7, zorder=2, rasterized=True)
        mean = np.log10(b.multiplier.value)
        axes.plot([i - 0.36, i + 0.36], [mean, mean], color=UP, linewidth=3, zorder=4)
        if b.observed:
            o = b.observed.multiplier
            ends = np.log10([o.low, o.high])
            axes.plot([i, i], ends, color=DOWN, linewidth=1.6, zorder=5)
            axes.plot(
                [i], [np.log10(o.value)], marker="D", markersize=6, color="white", markeredgecolor=DOWN,
                markeredgewidth=1.8, zorder=6,
            )  # fmt: skip
    axes.axhline(0, color=MUTED, linewidth=1, zorder=1)
    width = 9 if len(dependence.bins) > 8 else 11 if len(dependence.bins) > 6 else 15
    names = [f"{_tick(reading, b.says, width)}\nn = {b.n:,}" for b in dependence.bins]
    axes.set_xticks(range(len(names)), names, fontsize=9 if len(names) > 8 else 10, color=INK)
    axes.set_xlim(-0.6, len(names) - 0.4)
    axes.set_ylim(*_room(effect[np.isfinite(value)], dependence))
    _multiplier_axis(axes.yaxis, *axes.get_ylim(), fine=True)
    _title(
        figure,
        dependence.label[0].upper() + dependence.label[1:],
        "Dots and blue bars: what the model multiplies by, over the average video."
        + (
            "\nDiamonds: what such videos did against their channel's usual, with 95% interval."
            if seen
            else ""
        ),
    )
    _save(figure, path)


def _views_axis(axes: "Axes", width: float) -> None:
    """Label an axis of log10 views with few round counts."""
    digits = (1, 1.5, 2, 3, 4, 5, 7) if width < 0.5 else (1, 2, 5) if width < 1.5 else (1,)
    low, high = axes.get_xlim()
    powers = np.arange(np.floor(low), np.ceil(high) + 1)
    ticks = [t for t in (p + np.log10(d) for p in powers for d in digits) if low <= t <= high]
    axes.set_xticks(ticks, [_count(10**t) for t in ticks])


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed NumPy's global generator, with which shap jitters its dots, and put it back as it was."""
    state = np.random.get_state()
    np.random.seed(seed)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "All-NaN slice")  # a factor whose dots have no colour
            yield
    finally:
        np.random.set_state(state)


def _leading_values(found: Contributions, factor: str) -> np.ndarray:
    """Return the values of the factor's strongest column, (m,); NaN for components, whose values mean nothing."""
    own = [i for i, c in enumerate(found.X) if factor_of(str(c)).name == factor]
    column = str(found.X.columns[own[int(np.abs(found.values[:, own]).mean(axis=0).argmax())]])
    return np.asarray(found.X[column].to_numpy(float))


def _room(effect: np.ndarray, dependence: Dependence) -> tuple[float, float]:
    """Return the range of log10 that holds nearly all dots and every mean; an interval may run out of it."""
    marks = [np.log10(b.multiplier.value) for b in dependence.bins]
    marks += [np.log10(b.observed.multiplier.value) for b in dependence.bins if b.observed]
    low, high = min(np.quantile(effect, 0.005), *marks, -0.05), max(np.quantile(effect, 0.995), *marks, 0.05)
    return float(low - 0.15 * (high - low)), float(high + 0.15 * (high - low))


def _sheet(height_in: float, *, left: float, grid: str = "x") -> "tuple[Figure, Axes]":
    """Return a figure without pyplot, and its axes below the title."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_IN, height_in), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((left, 0.78 / height_in, 0.97 - left, 1 - 1.65 / height_in))
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0, labelsize=10, labelcolor=INK)
    axes.set_axisbelow(True)
    axes.grid(axis=grid, color=RULE, linewidth=0.8)  # type: ignore[arg-type]
    return figure, axes


def _title(figure: "Figure", title: str, below: str) -> None:
    height = figure.get_figheight()
    figure.text(0.02, 1 - 0.14 / height, title, va="top", fontsize=15, fontweight="bold", color=INK)
    figure.text(0.02, 1 - 0.47 / height, below, va="top", fontsize=10.5, color=MUTED, linespacing=1.3)


def _multiplier_axis(axis: Any, low: float, high: float, *, fine: bool = False) -> None:
    """Label an axis of log10 with multipliers."""
    ticks = [t for t in (FINE_TICKS if fine and high - low < 0.8 else TICKS) if low <= np.log10(t) <= high]
    axis.set_ticks(np.log10(ticks), [f"x{t:g}" for t in ticks])


def _save(figure: "Figure", path: Path | str) -> None:
    """Write a PNG beside its place and move it there."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            figure.savefig(file, format="png", dpi=DPI)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _times(log10: float) -> str:
    value = 10**log10
    return f"x{value:.2f}" if value < 10 else f"x{value:,.0f}"


def _count(views: float) -> str:
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if views >= size:
            return f"{views / size:.3g}{letter}"
    return f"{views:.3g}"


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _tick(reading: Reading, says: str, width: int) -> str:
    """Break a bin's words into lines; a number keeps its unit, and what is counted stands in the title."""
    if reading.whole:
        says = re.sub("^no$", "none", says.removesuffix(reading.unit[1]).removesuffix(reading.unit[0]))
    kept = re.sub(r"(\d) (s|h|days)\b", "\\1\u00a0\\2", says)
    return "\n".join(textwrap.wrap(kept, width, break_long_words=False))
