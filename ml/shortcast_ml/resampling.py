"""Intervals by drawing whole channels again: the bootstrap of means over many ranges at once."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shortcast_ml.records import Record

if TYPE_CHECKING:
    import pandas as pd

BOOTSTRAPS = 1000
FEW_CHANNELS = 10  # below it, weeks of a channel are drawn again in place of channels


class Estimate(Record):
    """A figure with its 95% and 80% interval."""

    value: float
    low: float
    high: float
    low_80: float
    high_80: float


def resampling_units(group: np.ndarray, published_at: "pd.Series") -> np.ndarray:
    """Return what a bootstrap draws whole, (n,) str: the channel; its weeks, where there are too few channels."""
    if len(np.unique(group)) >= FEW_CHANNELS:
        return group
    week = published_at.dt.strftime("%G-%V").fillna("").to_numpy(str)
    row = np.arange(len(group)).astype(str)
    return np.char.add(group.astype(str), np.where(week == "", row, week))


@dataclass(frozen=True)
class Draws:
    """Bootstrap draws of whole units."""

    at: np.ndarray  # (n,) unit of each row
    counts: np.ndarray  # (draws, units) how often each draw holds each unit

    def means(self, values: np.ndarray, member: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the mean of (n,) values over each column of (n, d) bool, (d,), and its draws, (draws, d)."""
        units = self.counts.shape[1]
        both = np.hstack([member * values[:, None], member])
        sums = np.stack([np.bincount(self.at, weights=column, minlength=units) for column in both.T], axis=1)
        drawn, d = self.counts @ sums, member.shape[1]
        with np.errstate(invalid="ignore"):  # a draw can miss every unit of a bin
            return sums[:, :d].sum(axis=0) / sums[:, d:].sum(axis=0), drawn[:, :d] / drawn[:, d:]


def draw_units(units: np.ndarray, seed: int, draws: int = BOOTSTRAPS) -> Draws:
    """Return bootstrap draws of (n,) units, with replacement; the same seed gives the same draws."""
    names, at = np.unique(units, return_inverse=True)
    n, rng = len(names), np.random.default_rng(seed)
    if not n:
        return Draws(at, np.zeros((draws, 0)))
    counts = np.stack([np.bincount(rng.integers(0, n, n), minlength=n) for _ in range(draws)])
    return Draws(at, counts.astype(float))


def estimate(value: float, drawn: np.ndarray, *, power: bool = False) -> Estimate:
    """Return a figure with the percentiles of its draws; `power` says it as a multiplier, 10 ** each."""
    bounds = np.nanpercentile(drawn, [2.5, 97.5, 10, 90])
    low, high, low_80, high_80 = (10**bounds if power else bounds).tolist()
    return Estimate(value=10**value if power else value, low=low, high=high, low_80=low_80, high_80=high_80)
