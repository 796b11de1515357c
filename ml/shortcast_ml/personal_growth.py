"""The library's own growth curve: taken in place of the starter's where it foretells other channels' looks better."""

from typing import TYPE_CHECKING

import numpy as np

from shortcast_ml.folds import group_folds
from shortcast_ml.growth import MIN_GAP_DAYS, MIN_VIEWS, fit_growth, log10_share
from shortcast_ml.versus import Versus, compare

if TYPE_CHECKING:
    import pandas as pd

Knots = dict[str, list[float]]

MIN_PAIRS, MIN_CHANNELS = 100, 8
FOLDS = 5


def own_growth(looks: "pd.DataFrame", starters: Knots, seed: int) -> tuple[Knots, dict[str, Versus]]:
    """Return (the curves to use, how each platform's own was judged) from the looks of a `LibraryTable`.

    A pair of looks at one video is foretold by a curve fitted on other channels, and by the starter's. The own
    curve is taken where the 95% interval of what it gains lies above zero.
    """
    curves, judged = dict(starters), dict[str, Versus]()
    for platform, own in looks.groupby("platform"):
        prior = starters.get(str(platform), starters["default"])
        pairs = _pairs(own)
        if len(pairs) < MIN_PAIRS or pairs.channel_id.nunique() < MIN_CHANNELS:
            continue
        group = pairs.channel_id.to_numpy().astype(str)
        foretold = np.empty(len(pairs))
        for held in group_folds(group, FOLDS, seed):
            others = own[~own.channel_id.isin(set(group[held]))]
            foretold[held] = _foretold(pairs[held], fit_growth(others, prior))
        y = np.log10(pairs.next_views.to_numpy(float))
        judged[str(platform)] = compare(y, _foretold(pairs, prior), foretold, group, seed)
        if judged[str(platform)].mae_gain.low > 0:
            curves[str(platform)] = fit_growth(own, prior)
    return curves, judged


def _pairs(looks: "pd.DataFrame") -> "pd.DataFrame":
    """Return each look with the views and age of the next one at the same video."""
    ordered = looks[looks.views >= MIN_VIEWS].sort_values(["video_id", "age_days"], kind="stable")
    following = ordered.groupby("video_id", sort=False)[["age_days", "views"]].shift(-1)
    pairs = ordered.assign(next_age=following.age_days, next_views=following.views)
    return pairs[pairs.next_age - pairs.age_days > MIN_GAP_DAYS]


def _foretold(pairs: "pd.DataFrame", knots: list[float]) -> np.ndarray:
    """Return log10 views at the next look, by a curve, (n,)."""
    grown = log10_share(pairs.next_age.to_numpy(float), knots) - log10_share(
        pairs.age_days.to_numpy(float), knots
    )
    return np.asarray(np.log10(pairs.views.to_numpy(float)) + grown)
