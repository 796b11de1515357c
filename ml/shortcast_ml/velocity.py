"""Velocity: how fast a video gathers views. Defined in docs/velocity.md; nothing else here means it.

Ours are three figures of one video (`velocity`): views per hour now, share of the 30-day views reached, and
growth in the next 24 hours. The Miles study's is one number per video, normalised over a collection
(`miles_velocity_mae`).
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from shortcast_ml.errors import InputError
from shortcast_ml.growth import growth_file, log10_share
from shortcast_ml.records import Platform, Record

if TYPE_CHECKING:
    import pandas as pd

MILES_BAR = 0.3  # the study's mean absolute error
BOOTSTRAPS = 100
STEP_DAYS = 1 / 24


class Velocity(Record):
    """How fast a video gathers views, at its present age."""

    views: int
    age_days: float
    views_per_hour_so_far: float = Field(description="Mean since publishing: views over hours of age.")
    views_per_hour_now: float = Field(description="In the hour ahead.")
    share_of_30_days: float = Field(
        description="Share of its 30-day views that a typical video has at this age."
    )
    growth_24h: float = Field(description="Views of the next 24 hours over the views now.")
    basis: str = Field(description="What the pace now was read from: the growth curve, or a forecast.")


def velocity(views: int, age_days: float, platform: Platform, gained_24h: int | None = None) -> Velocity:
    """Return the velocity of a video seen with `views` at `age_days`.

    The pace ahead follows the platform's growth curve F(t); where `gained_24h` is given (from `forecast_next_day`,
    or counted), the curve is scaled so that the next 24 hours bring as much.
    Raises InputError when views or age can't be.
    """
    if views < 0 or not (np.isfinite(age_days) and age_days > 0):
        raise InputError("Velocity needs the views (0 or more) and the age in days (more than 0).")
    curves = growth_file()["log10_share_at_knots"]
    knots = curves.get(platform, curves["default"])
    now, hour, day = (10 ** float(log10_share(age_days + ahead, knots)) for ahead in (0, STEP_DAYS, 1))
    in_hour, in_day = views * (hour / now - 1), views * (day / now - 1)
    if gained_24h is not None:
        in_hour = in_hour * gained_24h / in_day if in_day > 0 else gained_24h / 24
        in_day = gained_24h
    return Velocity(
        views=views,
        age_days=age_days,
        views_per_hour_so_far=round(views / (age_days * 24), 3),
        views_per_hour_now=round(in_hour, 3),
        share_of_30_days=round(min(now, 1.0), 4),
        growth_24h=round(in_day / views, 4) if views else 0.0,
        basis="the growth curve" if gained_24h is None else "a forecast of the next 24 hours",
    )


def miles_velocity(views: np.ndarray, age_days: np.ndarray) -> np.ndarray:
    """Return V = log10(views / hours since publishing + 1), (n,)."""
    return np.asarray(np.log10(np.asarray(views, float) / (np.asarray(age_days, float) * 24) + 1))


def miles_velocity_mae(
    table: "pd.DataFrame", predicted_log10_views: np.ndarray, fold: np.ndarray | None = None, *, seed: int = 7
) -> dict[str, Any]:
    """Return the error of forecasts in the Miles measure, beside that of a constant.

    `table` has views, age_days and group; `predicted_log10_views` is log10(views + 1) at each row's own age, (n,).
    `fold` says in which fold a row was held out: V is then normalised, and the constant (the median) taken, over
    the rows of the other folds; without it, over all rows. Rows whose age is unknown have no velocity and are left
    out. `min_max_mae` is of V scaled to [0, 1], `z_mae` of V in standard deviations; each is {value, low, high}
    with a 95% interval from drawing whole groups again. `constant_*` are those of the constant: a bar that it
    passes asks nothing of a model.
    Raises InputError when no row has an age.
    """
    age, views = table.age_days.to_numpy(float), table.views.to_numpy(float)
    predicted = np.asarray(predicted_log10_views, float)
    known = np.isfinite(age) & (age > 0) & np.isfinite(views) & np.isfinite(predicted)
    if not known.any():
        raise InputError("No video of the table has an age: velocity is views per hour, and needs one.")
    actual = miles_velocity(views[known], age[known])
    forecast = miles_velocity(np.maximum(10 ** predicted[known] - 1, 0), age[known])
    folds = np.zeros(known.sum(), int) if fold is None else np.asarray(fold)[known]
    errors = {name: np.empty(len(actual)) for name in ("min_max", "constant_min_max", "z", "constant_z")}
    for k in np.unique(folds):
        held = folds == k
        rest = actual[~held] if (~held).any() else actual
        constant = np.median(rest)
        for name, scale in (("min_max", np.ptp(rest)), ("z", np.std(rest))):
            scale = scale if scale > 0 else np.nan  # all alike: there is nothing to normalise by
            errors[name][held] = np.abs(forecast[held] - actual[held]) / scale
            errors[f"constant_{name}"][held] = np.abs(constant - actual[held]) / scale
    groups = (
        table.group.to_numpy()[known].astype(str) if "group" in table else np.arange(len(actual)).astype(str)
    )
    names, group = np.unique(groups, return_inverse=True)
    n = len(names)
    draws = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=BOOTSTRAPS)
    counts = draws @ np.bincount(group)
    out: dict[str, Any] = {
        "n": len(actual),
        "bar": MILES_BAR,
        "normalised_over": "all rows" if fold is None else "training folds",
    }
    for name, error in errors.items():
        low, high = np.percentile(draws @ np.bincount(group, error) / counts, (2.5, 97.5))
        out[f"{name}_mae"] = {
            "value": round(float(error.mean()), 4), "low": round(float(low), 4), "high": round(float(high), 4),
        }  # fmt: skip
    return out
