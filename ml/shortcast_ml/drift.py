"""Drift: how well the forecasts of videos that have since been published would have come true.

For each collected video of two days or more the present model forecasts anew from what was known before it was
published (its draft, and strictly earlier uploads of its channel), at the age at which its views were read.
"""

import os
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import AwareDatetime, Field, ValidationError

from shortcast_ml.library_table import library_table
from shortcast_ml.records import Published, Record, utc_now
from shortcast_ml.versus import Interval

if TYPE_CHECKING:
    from shortcast_ml.encoders import Encoder
    from shortcast_ml.fit import Progress
    from shortcast_ml.forecast import ForecastModel

LAST = 50  # videos that a warning is about
DRAWN = 300  # newest videos in the picture
ENOUGH = 20  # fewer say nothing
ENOUGH_CHANNELS = 5  # with fewer, weeks of a channel are drawn again instead of channels
LEAST_COVERAGE, PROMISED = 0.65, 0.8
MOST_BIAS = 0.3  # log10: twice too high or too low
BOOTSTRAPS = 1000
BINS = 10
FILE = "drift.json"

Statistic = Callable[[np.ndarray], "np.floating"]


class Outcome(Record):
    """One video: what was forecast for the age at which its views were read, and what they were."""

    video_id: str
    published_at: AwareDatetime
    forecast: int
    low: int
    high: int
    views: int
    percentile: float

    @property
    def log10_error(self) -> float:
        """log10 of the views over the forecast: above 0 where the forecast was too low."""
        return float(np.log10((self.views + 1) / (self.forecast + 1)))

    @property
    def inside(self) -> bool:
        """Whether the views lay in the 80% interval."""
        return self.low <= self.views <= self.high


class Stretch(Record):
    """The videos published in one week, from Monday."""

    week: AwareDatetime
    videos: int
    coverage: float
    bias: float


class DriftReport(Record):
    """How well the forecasts of one model came true. Coverage and bias are of the last videos, at most 50."""

    model: str
    fingerprint: str
    measured_at: AwareDatetime
    videos: int
    channels: int
    last: int
    first_published: AwareDatetime | None = None
    last_published: AwareDatetime | None = None
    coverage: Interval | None = None
    bias: Interval | None = None
    percentiles: tuple[int, ...] = ()
    weeks: tuple[Stretch, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    left_out: dict[str, int] = Field({})
    warnings: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the report as lines for a terminal."""
        return "\n".join([self.says(), *self.warnings])

    def says(self) -> str:
        """Return what was measured in a sentence or two."""
        if self.coverage is None or self.bias is None:
            return (
                f"Only {self.videos} collected videos can be held against a forecast of {self.model}; "
                f"{ENOUGH} are needed. Collect more, or wait until they are two days old."
            )
        return (
            f"Of the last {self.last} videos ({self.which()}), {self.coverage.value:.0%} lay in the 80% interval of "
            f"{self.model} (95% {self.coverage.low:.0%} to {self.coverage.high:.0%}); they reached "
            f"x{10**self.bias.value:.2f} of the forecast at the median."
        )

    def which(self) -> str:
        """Return which videos the last ones are."""
        first, last = self.first_published, self.last_published
        when = f", published {first:%Y-%m-%d} to {last:%Y-%m-%d}" if first and last else ""
        return f"of {self.channels} channels in your library{when}"


def drift(
    videos: Iterable[Published],
    model: "ForecastModel",
    encoder: "Encoder | None" = None,
    progress: "Progress | None" = None,
) -> DriftReport:
    """Return how well the model's forecasts of collected videos came true; demo videos are not looked at.

    `encoder` is used where it is the model's. Videos that a personal model learned from are left out, for it
    knows how they did.
    """
    from shortcast_ml.evaluate import prepare
    from shortcast_ml.fit import below, intervals
    from shortcast_ml.served import as_drafts, encoder_of, serve

    say = progress or (lambda _: None)
    found = library_table(videos)
    table, left_out = found.table, dict(found.left_out)
    fresh = np.ones(len(table), bool)
    if learned := model.card.get("personal", {}).get("published"):
        fresh = (table.published_at > learned[1]).to_numpy()
        left_out["the personal model learned from it"] = int((~fresh).sum())
    outcomes: list[Outcome] = []
    channel = table.channel_id.to_numpy().astype(str)[fresh]
    if fresh.any():
        prepared = prepare(table, model.growth, encoder_of(model, encoder), say, Path("/"))
        said = serve(model, as_drafts(model, prepared), prepared.platform)
        quantiles = model.calibration["quantiles"]
        share = prepared.share
        low, high = (intervals(said.centre, said.scale, said.data, quantiles) + share[:, None]).T
        reached = below(said.centre, said.scale, said.data, quantiles, said.data.y)
        outcomes = [
            Outcome(
                video_id=str(table.video_id[i]),
                published_at=table.published_at[i].to_pydatetime(),
                forecast=_count(said.centre[i] + share[i]),
                low=_count(low[i]),
                high=_count(high[i]),
                views=int(table.views[i]),
                percentile=round(float(reached[i]), 3),
            )
            for i in np.flatnonzero(fresh)
        ]
    return summarise(model.name, fingerprint(model), outcomes, channel, left_out)


def summarise(
    model: str,
    fingerprint: str,
    outcomes: Iterable[Outcome],
    channels: Iterable[str],
    left_out: dict[str, int] | None = None,
) -> DriftReport:
    """Return the report of outcomes, each with its channel; what it warns of is beyond chance."""
    pairs = sorted(zip(outcomes, channels, strict=True), key=lambda pair: pair[0].published_at)
    every = [outcome for outcome, _ in pairs]
    report = DriftReport(
        model=model,
        fingerprint=fingerprint,
        measured_at=utc_now(),
        videos=len(pairs),
        channels=len({channel for _, channel in pairs}),
        last=min(len(pairs), LAST),
        weeks=_weeks(every),
        outcomes=tuple(every),
        left_out=left_out or {},
    )
    if len(pairs) < ENOUGH:
        return report
    last, own = [o for o, _ in pairs[-LAST:]], [c for _, c in pairs[-LAST:]]
    group = own
    if len(set(own)) < ENOUGH_CHANNELS:
        group = [f"{c}/{_monday(o.published_at)}" for o, c in zip(last, own, strict=True)]
    coverage = _interval(np.array([o.inside for o in last], float), np.array(group), np.mean)
    bias = _interval(np.array([o.log10_error for o in last]), np.array(group), np.median)
    tenths = np.histogram([o.percentile for o in last], BINS, (0, 1))[0]
    report = report.model_copy(
        update={
            "channels": len(set(own)),
            "first_published": last[0].published_at,
            "last_published": last[-1].published_at,
            "coverage": coverage,
            "bias": bias,
            "percentiles": tuple(int(n) for n in tenths),
        }
    )
    return report.model_copy(update={"warnings": _warnings(report, coverage, bias)})


def _warnings(report: DriftReport, coverage: Interval, bias: Interval) -> tuple[str, ...]:
    out = []
    videos = f"the last {report.last} videos {report.which()}"
    if coverage.value < LEAST_COVERAGE and coverage.high < PROMISED:
        out.append(
            f"The forecasts of {report.model} are too sure of themselves lately: of {videos}, only "
            f"{coverage.value:.0%} lay in the 80% interval."
        )
    if abs(bias.value) > MOST_BIAS and bias.low * bias.high > 0:
        way = "low" if bias.value > 0 else "high"
        out.append(
            f"The forecasts of {report.model} are too {way} lately: {videos} reached x{10**bias.value:.2g} of "
            "their forecast at the median. `shortcast train --library` may mend it."
        )
    return tuple(out)


def _weeks(outcomes: list[Outcome]) -> tuple[Stretch, ...]:
    by_week: dict[datetime, list[Outcome]] = {}
    for outcome in outcomes:
        by_week.setdefault(_monday(outcome.published_at), []).append(outcome)
    return tuple(
        Stretch(
            week=week,
            videos=len(own),
            coverage=round(float(np.mean([o.inside for o in own])), 4),
            bias=round(float(np.median([o.log10_error for o in own])), 4),
        )
        for week, own in sorted(by_week.items())
    )


def _monday(when: datetime) -> datetime:
    day = when.replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


def _interval(values: np.ndarray, group: np.ndarray, statistic: Statistic) -> Interval:
    """Return a statistic with its 95% interval from drawing whole groups again."""
    from shortcast_ml.metrics import group_samples

    drawn = [statistic(values[rows]) for rows in group_samples(group, 7, BOOTSTRAPS)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Interval(
        value=round(float(statistic(values)), 4), low=round(float(low), 4), high=round(float(high), 4)
    )


def _count(log10_views: float) -> int:
    return max(0, round(10 ** float(log10_views) - 1))


# --- kept beside the library -------------------------------------------------------------------------


def fingerprint(model: "ForecastModel") -> str:
    """Return what tells one training of a model from another."""
    return str(model.card["sha256"]["calibration.json"])[:12]


def keep(report: DriftReport, home: Path) -> None:
    """Keep a report in the home folder, whole or not at all; `drift_notices` reads it."""
    path = home / FILE
    home.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{FILE}.{os.getpid()}")
    try:
        beside.write_text(report.model_dump_json(indent=1) + "\n", encoding="utf-8")
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def kept(home: Path) -> DriftReport | None:
    """Return the report that was kept last; None where there is none that can be read."""
    try:
        return DriftReport.model_validate_json((home / FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def drift_notices(home: Path, model: "ForecastModel") -> tuple[str, ...]:
    """Return the warnings that were kept of this very model, for every forecast to say."""
    report = kept(home)
    return report.warnings if report is not None and report.fingerprint == fingerprint(model) else ()


def drift_finding(home: Path, model: "ForecastModel") -> tuple[bool, str] | None:
    """Return (is well, what was measured) for a check of the installation; None where nothing was measured."""
    report = kept(home)
    if report is None:
        return None
    if report.fingerprint != fingerprint(model):
        return True, f"measured of {report.model}, not of {model.name}: run `shortcast drift`"
    return not report.warnings, " ".join(
        report.warnings
    ) or f"{report.says()} ({report.measured_at:%Y-%m-%d})"


def draw_drift(report: DriftReport, path: Path | str) -> None:
    """Draw forecast against outcome of the newest videos, and the percentile histogram, as a PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    over_time, spread = figure.subplots(1, 2, width_ratios=(3, 1))
    drawn = report.outcomes[-DRAWN:]
    when = [o.published_at for o in drawn]
    ends = [[o.low + 1 for o in drawn], [o.high + 1 for o in drawn]]
    over_time.vlines(when, *ends, color="0.8", linewidth=2, label="80% interval")
    over_time.plot(when, [o.forecast + 1 for o in drawn], "_", color="0.4", label="forecast")
    for inside, colour, label in ((True, "C0", "views, inside"), (False, "C3", "views, outside")):
        own = [o for o in drawn if o.inside == inside]
        over_time.plot(
            [o.published_at for o in own], [o.views + 1 for o in own], ".", color=colour, label=label
        )
    over_time.set(
        yscale="log", xlabel="published", ylabel="views", title=f"{report.model}: forecast and outcome"
    )
    over_time.legend(fontsize=8)
    over_time.tick_params(axis="x", rotation=30)
    tenths = report.percentiles or (0,) * BINS
    spread.bar([10 * i + 5 for i in range(BINS)], tenths, width=9, color="C0")
    spread.axhline(sum(tenths) / BINS, color="0.5", linewidth=1, linestyle="--")
    spread.set(xlabel="percentile reached", ylabel="videos", title=f"last {report.last}")
    path = Path(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            figure.savefig(file, format="png", dpi=110)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
