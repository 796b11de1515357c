"""The growth curve F(t): which share of its 30-day views a typical video has at age t.

Learned from videos that were looked at more than once: within a pair of looks, log10 views grow by
slope(age) per tenfold of age; the slopes of each age band are pooled (`fit_growth`) and integrated.
Kept with the forecast model as knots, per platform.
"""

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from shortcast_ml.records import Platform

if TYPE_CHECKING:
    import pandas as pd

REFERENCE_DAYS = 30.0
KNOT_DAYS = np.array([1 / 24, 0.25, 0.5, 1, 2, 4, 7, 14, 30, 90, 365])
MIN_PAIRS = 20  # fewer looks in an age band say nothing; the neighbouring band's slope is used


def fit_growth(looks: "pd.DataFrame", prior: list[float] | None = None) -> list[float]:
    """Return log10 F at KNOT_DAYS (0 at 30 days) from looks with columns video_id, age_days, views.

    The slope of an age band is the mean over pairs of log10 growth, over the mean of log10 age growth: a
    ratio of means, so that counts which a platform rounds don't pull it to zero as a median would.
    A band with too few pairs takes its slope from `prior` (another platform's knots), else its neighbour's.
    """
    looks = looks[looks.views >= 100].sort_values(["video_id", "age_days"])
    after = looks.groupby("video_id")[["age_days", "views"]].shift(-1)
    age, views = looks.age_days.to_numpy(float), looks.views.to_numpy(float)
    next_age, next_views = after.age_days.to_numpy(float), after.views.to_numpy(float)
    pair = np.isfinite(next_age) & (next_age > age + 0.25) & (next_views >= views)
    log_age, log_next = np.log10(age[pair]), np.log10(next_age[pair])
    growth = np.clip(np.log10(next_views[pair] / views[pair]), 0, 2)
    knots = np.log10(KNOT_DAYS)
    middle = (log_age + log_next) / 2
    slopes = np.full(len(knots) - 1, np.nan)
    for band in range(len(slopes)):
        inside = (middle >= knots[band]) & (middle < knots[band + 1])
        if inside.sum() >= MIN_PAIRS:
            slopes[band] = growth[inside].sum() / (log_next - log_age)[inside].sum()
        elif prior is not None:
            slopes[band] = (prior[band + 1] - prior[band]) / (knots[band + 1] - knots[band])
    known = np.flatnonzero(np.isfinite(slopes))
    slopes = np.interp(np.arange(len(slopes)), known, slopes[known])
    slopes = np.minimum.accumulate(slopes)  # growth slows with age
    log_f = np.concatenate([[0.0], np.cumsum(slopes * np.diff(knots))])
    return [round(float(v), 5) for v in log_f - np.interp(np.log10(REFERENCE_DAYS), knots, log_f)]


@cache
def starter_growth() -> dict[str, list[float]]:
    """Return the shipped knots by platform, with a `default`."""
    text = (files("shortcast_ml") / "starter" / "growth.json").read_text(encoding="utf-8")
    knots: dict[str, list[float]] = json.loads(text)["log10_share_at_knots"]
    return knots


def log10_share(age_days: "np.ndarray | float", knots: list[float]) -> np.ndarray:
    """Return log10 F(age); ages outside the knots are held at the ends, unknown ages count as 30 days."""
    age = np.nan_to_num(np.asarray(age_days, float), nan=REFERENCE_DAYS)
    return np.asarray(np.interp(np.log10(np.maximum(age, KNOT_DAYS[0])), np.log10(KNOT_DAYS), knots))


def to_age(views: float, age_days: float, at_days: float, platform: Platform) -> float:
    """Return the views that a video seen with `views` at `age_days` typically has at `at_days`."""
    curves = starter_growth()
    knots = curves.get(platform, curves["default"])
    return float(views * 10 ** (log10_share(at_days, knots) - log10_share(age_days, knots)))
