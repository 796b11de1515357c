"""What a model looks at over many videos: how much each factor moves a forecast, and where in its range.

Everything here is made of exact SHAP values, over many rows. Intervals come from drawing whole channels again;
the model itself is held as it is, so they say how a figure would differ for other channels, not for another
model. Beside what the model says of a range of values stands what the videos in it really did, against their
channel's usual. Nothing here is a cause. Written down in docs/explanation.md.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from shortcast_ml.contributions import Contributions, contributions
from shortcast_ml.evaluate import Prepared
from shortcast_ml.factors import FACTORS, factor_of
from shortcast_ml.fit import Progress, with_components
from shortcast_ml.forecast import ForecastModel
from shortcast_ml.metrics import spearman
from shortcast_ml.readings import READINGS, Bin, Reading, bins_of
from shortcast_ml.records import Record
from shortcast_ml.resampling import Draws, Estimate, draw_units, estimate, resampling_units
from shortcast_ml.served import as_drafts

if TYPE_CHECKING:
    import pandas as pd

SMALL_BIN = 30  # videos; a bin with fewer joins its neighbour
FEW_UNITS = 8  # channels or weeks; what fewer did is no pattern
INTERACTION_ROWS = 300
INTERACTION_SECONDS = 40.0
INTERACTION_BLOCK = 10
MATTERS = 0.1  # an interaction below this share of its factors' own effects is left out
MOST_INTERACTIONS = 8


class ColumnEffect(Record):
    """One column of a factor."""

    column: str
    mean_abs_log10: float
    direction: float | None  # Spearman of value and contribution; None where the values don't vary


class FactorEffect(Record):
    """How much a factor moves a forecast, either way."""

    name: str
    label: str
    changeable: bool
    mean_abs_log10: Estimate
    multiplier: Estimate  # the typical size of its effect, 10 ** mean_abs_log10
    direction: float | None  # of a factor with one column
    columns: tuple[ColumnEffect, ...]  # largest first


class Observed(Record):
    """What videos did against their channel's usual, over the average of all whose usual is known."""

    n: int
    channels: int
    multiplier: Estimate
    within_channels: float  # the same against the average of the channel's own videos: no mix of channels
    chance: float  # two-sided p-value


class DependenceBin(Record):
    """What a range of values adds by the model, over the average of all rows, and what its videos did."""

    says: str
    low: float | None  # in shown units, None where it is open
    high: float | None
    n: int
    channels: int
    multiplier: Estimate
    observed: Observed | None  # None where too few videos have a usual


class Dependence(Record):
    """How the contribution of one column, which a creator can set, runs with its value."""

    column: str
    label: str
    subject: str  # of a sentence; {} is a bin
    factor: str
    bins: tuple[DependenceBin, ...]


class Interaction(Record):
    """What two factors add together beyond what each adds alone."""

    first: str
    second: str
    columns: tuple[str, str]  # the pair that carries most of it
    mean_abs_log10: float
    of_own_effects: float  # over the sum of both factors' own mean effects


class GlobalView(Record):
    """What a model looks at in a collection."""

    model: str
    n: int  # videos whose contributions were computed
    channels: int
    rows: int  # videos that they were drawn from
    with_usual: int  # of these: videos whose channel has five or more earlier ones
    resampled: str  # what the intervals draw again
    base_views: float
    factors: tuple[FactorEffect, ...]  # largest first
    dependence: tuple[Dependence, ...]
    interactions: tuple[Interaction, ...]  # strongest first
    interaction_rows: int


# --- the view ----------------------------------------------------------------------------------------


def global_view(
    model: ForecastModel,
    prepared: Prepared,
    found: Contributions | None = None,
    *,
    seed: int = 7,
    interaction_seconds: float = INTERACTION_SECONDS,
    progress: Progress | None = None,
) -> GlobalView:
    """Return what the model looks at in a prepared table.

    `found` are contributions of its rows; by default they are computed. Interactions are computed on up to 300
    of those, for as long as `interaction_seconds`; 0 leaves them out.
    """
    found = found or contributions(model, prepared, seed=seed, progress=progress)
    draws = draw_units(found.units, seed)
    usual = _usual(model, prepared, seed)
    interactions, interaction_rows = _interactions(model, found, seed, interaction_seconds, progress)
    return GlobalView(
        model=model.name,
        n=len(found.base),
        channels=len(np.unique(found.group)),
        rows=len(prepared.table),
        with_usual=len(usual.beyond),
        resampled="channels" if found.units is found.group else "weeks of a channel",
        base_views=float(10 ** found.base.mean()),
        factors=tuple(_factors(found, draws)),
        dependence=tuple(_dependences(found, draws, usual)),
        interactions=tuple(interactions),
        interaction_rows=interaction_rows,
    )


def _factors(found: Contributions, draws: Draws) -> list[FactorEffect]:
    rows = {f.name: f for f in FACTORS}
    everything = np.ones((len(found.base), 1), bool)
    out = []
    for name, effect in found.by_factor().items():
        value, drawn = draws.means(np.abs(effect), everything)
        columns = _columns(found, name)
        out.append(
            FactorEffect(
                name=name,
                label=rows[name].label,
                changeable=rows[name].changeable,
                mean_abs_log10=estimate(float(value[0]), drawn[:, 0]),
                multiplier=estimate(float(value[0]), drawn[:, 0], power=True),
                direction=columns[0].direction if len(columns) == 1 else None,
                columns=tuple(columns),
            )
        )
    return sorted(out, key=lambda factor: -factor.mean_abs_log10.value)


def _columns(found: Contributions, factor: str) -> list[ColumnEffect]:
    out = []
    for i, column in enumerate(map(str, found.X)):
        if factor_of(column).name == factor and found.values[:, i].any():
            value = found.X[column].to_numpy(float)
            known = np.isfinite(value)
            rank = spearman(value[known], found.values[known, i])
            size = float(np.abs(found.values[:, i]).mean())
            direction = None if np.isnan(rank) else round(rank, 3)
            out.append(ColumnEffect(column=column, mean_abs_log10=size, direction=direction))
    return sorted(out, key=lambda column: -column.mean_abs_log10)


def _dependences(found: Contributions, draws: Draws, usual: "_Usual") -> list[Dependence]:
    out = []
    for reading in READINGS:
        if reading.column not in found.X or not found.of(reading.column).any():
            continue
        bins = bins_of(reading, found.X[reading.column].to_numpy(float), SMALL_BIN)
        if len(bins) < 2:
            continue
        better, drawn = _over_average(draws, found.of(reading.column), [b.rows for b in bins])
        seen = usual.of(reading, bins)
        out.append(
            Dependence(
                column=reading.column,
                label=reading.label,
                subject=reading.subject,
                factor=factor_of(reading.column).name,
                bins=tuple(
                    DependenceBin(
                        says=b.says,
                        low=b.low if np.isfinite(b.low) else None,
                        high=b.high if np.isfinite(b.high) else None,
                        n=int(b.rows.sum()),
                        channels=len(np.unique(found.group[b.rows])),
                        multiplier=estimate(float(better[i]), drawn[:, i], power=True),
                        observed=seen[i],
                    )
                    for i, b in enumerate(bins)
                ),
            )
        )
    return out


def _over_average(draws: Draws, values: np.ndarray, bins: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean of each bin less that of all bins together, (bins,), and its draws, (draws, bins)."""
    member = np.stack([*bins, np.any(bins, axis=0)], axis=1)
    value, drawn = draws.means(values, member)
    return value[:-1] - value[-1], drawn[:, :-1] - drawn[:, -1:]


@dataclass(frozen=True)
class _Usual:
    """The k videos whose channel has five or more earlier ones, and how they did against its usual."""

    X: "pd.DataFrame"
    beyond: np.ndarray  # (k,) log10 views over the channel's usual, at 30 days
    within: np.ndarray  # (k,) the same over the channel's own mean
    group: np.ndarray
    units: np.ndarray
    draws: Draws

    def of(self, reading: Reading, bins: list[Bin]) -> list[Observed | None]:
        """Return what the videos of each bin did; None for a bin with too few."""
        shown = reading.shown(self.X[reading.column].to_numpy(float))
        rows = [(shown >= b.low) & (shown < b.high) for b in bins]
        enough = [r.sum() >= SMALL_BIN and len(np.unique(self.units[r])) >= FEW_UNITS for r in rows]
        if not any(enough):
            return [None] * len(bins)
        better, drawn = _over_average(self.draws, self.beyond, rows)
        within = _over_average(self.draws, self.within, rows)[0]
        return [
            Observed(
                n=int(r.sum()),
                channels=len(np.unique(self.group[r])),
                multiplier=estimate(float(better[i]), drawn[:, i], power=True),
                within_channels=float(10 ** within[i]),
                chance=_chance(float(better[i]), drawn[:, i]),
            )
            if enough[i]
            else None
            for i, r in enumerate(rows)
        ]


def _usual(model: ForecastModel, prepared: Prepared, seed: int) -> _Usual:
    data = as_drafts(model, prepared)
    rows = np.flatnonzero(data.source == "uploads")
    held = data.take(rows)
    beyond = held.y - held.anchor
    _, at = np.unique(held.group, return_inverse=True)
    own = np.bincount(at, weights=beyond) / np.bincount(at) if len(rows) else beyond
    units = resampling_units(held.group, prepared.table.published_at.iloc[rows])
    return _Usual(held.X, beyond, beyond - own[at], held.group, units, draw_units(units, seed))


def _chance(value: float, drawn: np.ndarray) -> float:
    """Return the two-sided p-value of a figure whose draws are about normal."""
    from scipy.stats import norm

    spread = float(np.nanstd(drawn))
    return 2 * float(norm.sf(abs(value) / spread)) if spread > 0 else 1.0


# --- interactions ------------------------------------------------------------------------------------


def _interactions(
    model: ForecastModel, found: Contributions, seed: int, seconds: float, progress: Progress | None
) -> tuple[list[Interaction], int]:
    """Return the interactions that matter within the part that most rows are of, and the rows they rest on.

    Source: Lundberg et al., "From local explanations to global understanding with explainable AI for trees", 2020.
    """
    import shap

    say, end = progress or (lambda _: None), time.monotonic() + seconds
    names, counts = np.unique(found.data.part.astype(str), return_counts=True)
    part = names[counts.argmax()]
    booster = model.boosters[part]
    rows = np.flatnonzero(found.data.part == part)
    rows = np.random.default_rng(seed).permutation(rows)[:INTERACTION_ROWS]
    columns = booster.feature_name()
    sums: Any = 0.0  # (columns, columns) of |interaction|, for the pair that leads
    owner = np.array([factor_of(c).name for c in columns])
    factors = list(dict.fromkeys(owner))
    belongs = (owner[:, None] == np.array(factors)).astype(float)  # (columns, factors)
    by_factor: Any = 0.0
    done, explainer = 0, None
    while done < len(rows) and time.monotonic() < end:
        explainer = explainer or shap.TreeExplainer(booster)
        block = rows[done : done + INTERACTION_BLOCK]
        X = with_components(found.data.take(block), model.projection, columns)
        values = np.asarray(explainer.shap_interaction_values(X))
        sums = sums + np.abs(values).sum(axis=0)
        by_factor = by_factor + np.abs(belongs.T @ values @ belongs).sum(axis=0)
        done += len(block)
        say(f"interactions of {done} rows")
    if not done:
        return [], 0
    sums, by_factor = sums / done, by_factor / done
    out = []
    for a in range(len(factors)):
        for b in range(a):
            strength = 2 * float(by_factor[a, b])  # the matrix holds each half
            own = float(by_factor[a, a] + by_factor[b, b])
            if own > 0 and strength >= MATTERS * own:
                out.append(
                    Interaction(
                        first=factors[a],
                        second=factors[b],
                        columns=_leading(sums, columns, owner == factors[a], owner == factors[b]),
                        mean_abs_log10=strength,
                        of_own_effects=strength / own,
                    )
                )
    return sorted(out, key=lambda pair: -pair.mean_abs_log10)[:MOST_INTERACTIONS], done


def _leading(
    sums: np.ndarray, columns: Sequence[str], first: np.ndarray, second: np.ndarray
) -> tuple[str, str]:
    a, b = np.flatnonzero(first), np.flatnonzero(second)
    i, j = np.unravel_index(sums[np.ix_(a, b)].argmax(), (len(a), len(b)))
    return columns[a[i]], columns[b[j]]
