"""Exact SHAP values of many rows, taken as drafts: what moves one forecast, in bulk."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shortcast_ml.evaluate import Prepared
from shortcast_ml.factors import FACTORS, factor_of
from shortcast_ml.features import COLUMNS, THUMBNAIL_COLUMNS
from shortcast_ml.fit import Data, Progress, with_components
from shortcast_ml.forecast import ForecastModel
from shortcast_ml.resampling import resampling_units
from shortcast_ml.served import as_drafts, terms_of

if TYPE_CHECKING:
    import pandas as pd

MAX_ROWS = 3000  # rows whose contributions are computed; 2 to 5 ms each
BLOCK = 500


@dataclass(frozen=True)
class Contributions:
    """SHAP values of m rows: base plus their sum is the forecast in log10 views at 30 days."""

    X: "pd.DataFrame"  # (m, columns) what the model saw; components are NaN
    values: np.ndarray  # (m, columns) log10
    base: np.ndarray  # (m,) log10
    units: np.ndarray  # (m,) what a bootstrap draws whole
    group: np.ndarray  # (m,) channel
    rows: np.ndarray  # (m,) place in the prepared table
    data: Data  # the same rows as the model is asked of them
    platform: np.ndarray  # (m,)

    def of(self, column: str) -> np.ndarray:
        """Return the contributions of one column, (m,) log10."""
        return self.values[:, list(self.X).index(column)]

    def by_factor(self) -> dict[str, np.ndarray]:
        """Return the summed contributions of each factor that has any, (m,) log10."""
        owner = np.array([factor_of(str(c)).name for c in self.X])
        sums = {f.name: self.values[:, owner == f.name].sum(axis=1) for f in FACTORS if f.name in owner}
        return {name: effect for name, effect in sums.items() if effect.any()}


def sample_rows(group: np.ndarray, most: int, seed: int) -> np.ndarray:
    """Return row numbers of whole channels, drawn by seed until the next would exceed `most`; at least one."""
    if len(group) <= most:
        return np.arange(len(group))
    names, of_row, sizes = np.unique(group, return_inverse=True, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(names))
    taken = max(1, int(np.searchsorted(np.cumsum(sizes[order]), most, side="right")))
    return np.flatnonzero(np.isin(of_row, order[:taken]))


def contributions(
    model: ForecastModel,
    prepared: Prepared,
    *,
    most: int = MAX_ROWS,
    seed: int = 7,
    progress: Progress | None = None,
) -> Contributions:
    """Return the SHAP values of a prepared table's rows, of at most so many drawn by whole channels.

    The rows are taken as drafts: forecast at 30 days, by every term that the model would add for them.
    """
    say = progress or (lambda _: None)
    rows = sample_rows(prepared.data.group, most, seed)
    data, platform = as_drafts(model, prepared).take(rows), prepared.platform[rows]
    columns = [*COLUMNS, *(THUMBNAIL_COLUMNS if data.pictures is not None else ())]
    values, base = np.zeros((len(rows), len(columns))), np.zeros(len(rows))
    done = 0
    for term, own in terms_of(model, data, platform):
        at = np.array([columns.index(c) for c in term.columns])
        for start in range(0, len(own), BLOCK):
            block = own[start : start + BLOCK]
            X = with_components(data.take(block), model.projection, term.columns)
            parts = np.asarray(term.booster.predict(X, pred_contrib=True))
            values[np.ix_(block, at)] += term.weight * parts[:, :-1]
            base[block] += term.weight * (parts[:, -1] - term.offset)
            done += len(block)
            say(f"contributions of {done:,} rows")
    units = resampling_units(data.group, prepared.table.published_at.iloc[rows])
    return Contributions(
        data.X.reindex(columns=columns), values, base, units, data.group, rows, data, platform
    )
