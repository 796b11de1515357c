"""Pictures of results: the forecast interval, the factor waterfall, variants side by side, a diagnosis.

Each function takes a record and returns a PNG. The numbers in a picture are those of the record.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shortcast_agent.canvas import (
    AMBER,
    BLUE,
    CORAL,
    GREY,
    INK,
    MUTED,
    PALE_BLUE,
    PAPER,
    RULE,
    TEAL,
    drawable,
    headline,
    interval_bar,
    log_views_axis,
    new_figure,
    plot_area,
    png,
    say,
    wrap,
)
from shortcast_agent.numbers import say_count, say_percent, say_times
from shortcast_ml.records import Comparison, Diagnosis, Explanation, Factor, Forecast

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TYPICAL = {
    "uploads": "this channel's typical video",
    "stated": "your typical video, as you stated it",
    "followers": "a typical video of a channel this size",
    "platform": "the platform's typical video",
}


def draw_forecast(forecast: Forecast) -> bytes:
    """Draw the 80% interval at each horizon beside the channel's typical video."""
    rows = forecast.by_horizon
    figure = new_figure(1.72 + 0.52 * len(rows))
    headline(
        figure,
        f"{say_count(forecast.views)} views expected after {_days(forecast.horizon_days)}",
        f"80% interval {say_span(forecast.low, forecast.high)}. {say_percent(forecast.beats_typical)} chance "
        f"to beat {TYPICAL[forecast.anchor_source]} ({say_count(forecast.typical_views)} views).",
    )
    axes = plot_area(figure, left=0.15, top_in=1.06)
    typical = forecast.typical_views
    low, high = min(row.low for row in rows), max(row.high for row in rows)
    log_views_axis(axes, min(low, typical), max(high, typical), room=0.09)
    axes.set_ylim(len(rows) - 0.25, -0.75)
    for y, row in enumerate(rows):
        asked = row.horizon_days == forecast.horizon_days
        interval_bar(axes, y, row.low, row.high, PALE_BLUE if asked else "#DDE5EB")
        _median(axes, y, row.views, say_count(row.views), BLUE if asked else MUTED)
        _row_label(axes, y, _days(row.horizon_days).capitalize(), bold=asked)
        if asked:
            axes.plot([typical, typical], [y - 0.17, y + 0.30], color=AMBER, linewidth=2.2, zorder=4)
            say(
                axes,
                typical,
                y + 0.32,
                f"typical {say_count(typical)}",
                size=8.2,
                color=AMBER,
                ha="center",
                va="top",
            )
    return png(figure)


def draw_factors(explanation: Explanation, *, most: int = 9) -> bytes:
    """Draw how the factors lead from the base to the prediction, each with its multiplier.

    Factors beyond the `most` largest are drawn as one. Full colour: the creator can change it.
    """
    shown, rest = list(explanation.factors[:most]), explanation.factors[most:]
    if rest:
        shown.append(_together(rest))
    levels = [explanation.base_log10]
    for factor in shown:
        levels.append(levels[-1] + factor.log10)
    end = explanation.prediction_log10
    figure = new_figure(1.5 + 0.42 * (len(shown) + 2))
    headline(
        figure,
        f"Why {say_count(10**end)} views and not {say_count(explanation.base_views)}",
        "Each factor multiplies the views. Full colour: you can change it before publishing. "
        "Pale: it is given.",
    )
    axes = plot_area(figure, left=0.44, top_in=0.92)
    log_views_axis(axes, 10 ** min([*levels, end]), 10 ** max([*levels, end]), room=0.17)
    axes.set_ylim(len(shown) + 1.55, -0.55)
    _level(axes, 0, explanation.base_views, "Average of all videos")
    for y, factor in enumerate(shown, start=1):
        _step(axes, y, levels[y - 1], factor)
    _level(axes, len(shown) + 1, 10**end, "This video", last=True)
    return png(figure)


def _together(factors: Sequence[Factor]) -> Factor:
    total = sum(factor.log10 for factor in factors)
    label = f"{len(factors)} smaller factors together"
    return Factor(name="others", label=label, multiplier=10**total, log10=total, changeable=False)


def _step(axes: "Axes", y: float, start_log10: float, factor: Factor) -> None:
    """Draw one factor: a bar from the level before it to the level after it."""
    color = TEAL if factor.log10 >= 0 else CORAL
    after = 10 ** (start_log10 + factor.log10)
    left, right = sorted((10**start_log10, after))
    alpha = 1.0 if factor.changeable else 0.38
    axes.barh(y, right - left, left=left, height=0.5, color=color, alpha=alpha, zorder=3)
    axes.plot([after, after], [y - 0.25, y + 1.25], color=GREY, linewidth=0.8, zorder=2)
    strong = {"weight": "bold", "color": color} if factor.changeable else {"color": MUTED}
    say(axes, right, y, f" {say_times(factor.multiplier)}", size=9.2, va="center", zorder=5, **strong)
    seen = drawable(factor.observation, "") if factor.observation else ""
    label = wrap(drawable(factor.label, factor.name), 34, 1)[0]
    _row_label(axes, y - (0.17 if seen else 0), label[:1].upper() + label[1:], bold=factor.changeable)
    if seen:
        place = axes.get_yaxis_transform()
        text = wrap(seen, 36, 1)[0]
        say(axes, -0.03, y + 0.21, text, size=7.6, color=MUTED, ha="right", va="center", transform=place)


def _level(axes: "Axes", y: float, views: float, label: str, *, last: bool = False) -> None:
    """Draw where the waterfall starts or ends."""
    axes.plot([views], [y], marker="o", markersize=8, color=BLUE if last else GREY, zorder=5)
    say(axes, views, y, f"   {say_count(views)}", size=9.6, weight="bold", va="center", zorder=5)
    if not last:
        axes.plot([views, views], [y, y + 0.75], color=GREY, linewidth=0.8, zorder=2)
    _row_label(axes, y, label, bold=last)


def draw_comparison(comparison: Comparison) -> bytes:
    """Draw the variants' intervals side by side, with their pictures when they have any."""
    variants = comparison.variants
    pictures = [variant.draft.thumbnail_path for variant in variants]
    # A picture that all variants share tells nothing apart.
    has_pictures = len({path for path in pictures if path}) > 1
    row_in = 0.80 if has_pictures else 0.66
    figure = new_figure(1.5 + row_in * len(variants))
    names = {v.label: drawable(v.label, f"Variant {number}") for number, v in enumerate(variants, start=1)}
    ahead = wrap(names[comparison.best], 34, 1)[0]
    horizon = _days(variants[0].forecast.horizon_days)
    headline(
        figure,
        f"{ahead} is ahead" if comparison.decisive else "Too close to call",
        f"{say_percent(comparison.lead)} chance that {ahead} does better than the next one. "
        f"Median and 80% interval after {horizon}.",
    )
    left = 0.50 if has_pictures else 0.40
    axes = plot_area(figure, left=left, top_in=0.98)
    lows, highs = [v.forecast.low for v in variants], [v.forecast.high for v in variants]
    log_views_axis(axes, min(lows), max(highs), room=0.10)
    axes.set_ylim(len(variants) - 0.42, -0.62)
    for y, variant in enumerate(variants):
        best = variant.label == comparison.best and comparison.decisive
        forecast = variant.forecast
        interval_bar(axes, y, forecast.low, forecast.high, PALE_BLUE if best else "#DDE5EB")
        text = say_count(forecast.views) + ("" if y == 0 else f"  {say_times(variant.vs_first)}")
        _median(axes, y, forecast.views, text, BLUE if best else MUTED)
        _row_label(axes, y, "\n".join(wrap(names[variant.label], 20 if has_pictures else 24, 3)), bold=best)
        if has_pictures and variant.draft.thumbnail_path:
            _picture(axes, y, variant.draft.thumbnail_path)
    return png(figure)


def draw_diagnosis(diagnosis: Diagnosis) -> bytes:
    """Draw the actual views against the interval that was to be expected at the video's age."""
    expected, actual = diagnosis.expected, diagnosis.actual_views
    figure = new_figure(2.35)
    headline(
        figure,
        f"{diagnosis.verdict.capitalize()}: {say_count(actual)} views",
        f"Expected after {_days(expected.horizon_days)}: {say_count(expected.views)} "
        f"({say_span(expected.low, expected.high)}). It has {say_times(diagnosis.ratio)} of that, "
        f"more than {say_percent(diagnosis.percentile)} of such videos.",
    )
    axes = plot_area(figure, left=0.06, top_in=1.0)
    log_views_axis(axes, min(expected.low, actual), max(expected.high, actual), room=0.10)
    axes.set_ylim(0.75, -0.75)
    interval_bar(axes, 0, expected.low, expected.high, PALE_BLUE)
    _median(axes, 0, expected.views, f"expected {say_count(expected.views)}", BLUE)
    color = CORAL if "below" in diagnosis.verdict else TEAL if "above" in diagnosis.verdict else INK
    axes.plot([max(actual, 1)], [0], marker="D", markersize=9, color=color, markeredgecolor=PAPER, zorder=6)
    say(
        axes, max(actual, 1), 0.32, f"actual {say_count(actual)}", size=9.2, weight="bold", color=color,
        ha="center", va="top", zorder=6,
    )  # fmt: skip
    return png(figure)


def say_span(low: float, high: float) -> str:
    """Write an interval: 2.1K to 64K."""
    return f"{say_count(low)} to {say_count(high)}"


def _days(days: float) -> str:
    return "1 day" if days == 1 else f"{days:.3g} days"


def _row_label(axes: "Axes", y: float, text: str, *, bold: bool = False) -> None:
    place = axes.get_yaxis_transform()  # x as a share of the axes, y in rows
    style: dict[str, Any] = {"weight": "bold"} if bold else {}
    size = 9.2 if max(map(len, text.splitlines()), default=0) <= 28 else 8.2
    say(axes, -0.03, y, text, ha="right", va="center", size=size, transform=place, linespacing=1.2, **style)


def _median(axes: "Axes", y: float, views: float, text: str, color: str) -> None:
    axes.plot([max(views, 1)], [y], marker="o", markersize=7.5, color=color, markeredgecolor=PAPER, zorder=5)
    say(
        axes,
        max(views, 1),
        y - 0.24,
        text,
        size=9.4,
        weight="bold",
        color=color,
        ha="center",
        va="bottom",
        zorder=6,
    )


def _picture(axes: "Axes", y: float, path: Path) -> None:
    """Put a small picture at the left edge of the row; a picture that can't be read is left out."""
    import numpy as np
    from matplotlib.offsetbox import AnnotationBbox, OffsetImage

    from shortcast_ml.errors import MediaError
    from shortcast_ml.media import open_image

    try:
        image = open_image(path)
    except MediaError:
        return
    image.thumbnail((200, 150))
    place = axes.get_position()
    from_left = (0.035 - place.x0) / place.width
    box = AnnotationBbox(
        OffsetImage(np.asarray(image), zoom=0.30), (from_left, y), xycoords=axes.get_yaxis_transform(),
        box_alignment=(0.0, 0.5), frameon=True, pad=0.0, bboxprops={"edgecolor": RULE, "linewidth": 1},
        annotation_clip=False,
    )  # fmt: skip
    axes.add_artist(box)
