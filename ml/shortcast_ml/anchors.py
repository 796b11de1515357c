"""Where a forecast starts from: what a typical video of a channel reaches, as a collection teaches it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from shortcast_ml.growth import log10_share
from shortcast_ml.history import ENOUGH_UPLOADS

if TYPE_CHECKING:
    import pandas as pd

EVENLY_SAMPLED = frozenset({"ipiu2026_shorts"})  # drawn evenly over view bins: its level is no one's


@dataclass(frozen=True)
class Anchors:
    """What a typical video reaches where the channel's uploads are too few: lines and constants by platform."""

    followers_line: dict[str, tuple[float, float]] = field(default_factory=dict)
    platform_log10: dict[str, float] = field(default_factory=dict)

    def of(self, X: "pd.DataFrame", platform: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return (anchor log10 views at 30 days, AnchorSource), each (n,), of feature rows."""
        anchor = self.constant(platform)
        source = np.full(len(X), "platform", dtype=object)
        followers = X["log10_followers"].to_numpy(float)
        for name in np.unique(platform):
            a, b = self.followers_line.get(name, self.followers_line.get("youtube_shorts", (np.nan, 0.0)))
            rows = (platform == name) & np.isfinite(followers) & np.isfinite(a)
            anchor[rows], source[rows] = a + b * followers[rows], "followers"
        median = X["history_median"].to_numpy(float)
        uploads = X["history_uploads"].to_numpy()
        stated = np.isfinite(median) & (uploads == 0)
        enough = np.isfinite(median) & (uploads >= ENOUGH_UPLOADS)
        anchor[stated | enough] = median[stated | enough]
        source[stated], source[enough] = "stated", "uploads"
        return anchor, source

    def constant(self, platform: np.ndarray) -> np.ndarray:
        """Return the median of each row's platform, (n,) log10 views at 30 days."""
        level = self.platform_log10
        return np.array([level.get(p, level["youtube_shorts"]) for p in platform])

    def followers(self, X: "pd.DataFrame", platform: np.ndarray) -> np.ndarray:
        """Return what the followers alone say, else the platform, (n,) log10 views at 30 days."""
        bare = X[["log10_followers"]].assign(history_median=np.nan, history_uploads=0.0)
        return self.of(bare, platform)[0]


def fit_anchors(table: "pd.DataFrame", y: np.ndarray) -> Anchors:
    """Return the line of log10 views on log10 followers, and the median, of each platform.

    A collection drawn evenly over view bins has no level of its own, and is left out where another exists.
    """
    lines: dict[str, tuple[float, float]] = {}
    medians: dict[str, float] = {}
    followers = np.log10(table.followers.to_numpy(float) + 1)
    even = table.dataset.isin(EVENLY_SAMPLED).to_numpy()
    for platform in table.platform.unique():
        rows = (table.platform == platform).to_numpy()
        level = rows & ~even if (rows & ~even).any() else rows
        medians[platform] = float(np.median(y[level]))
        known = rows & np.isfinite(followers)
        if known.sum() >= 50:
            slope, start = np.polyfit(followers[known], y[known], 1)
            lines[platform] = (float(start), float(slope))
    medians.setdefault("youtube_shorts", float(np.median(y)))
    return Anchors(lines, medians)


def shares(table: "pd.DataFrame", knots: dict[str, list[float]]) -> np.ndarray:
    """Return log10 F at each row's own age with the growth curve of its platform, (n,)."""
    out = np.zeros(len(table))
    for platform, rows in table.groupby("platform").indices.items():
        out[rows] = log10_share(table.age_days.to_numpy()[rows], knots.get(str(platform), knots["default"]))
    return out


def target(table: "pd.DataFrame", knots: dict[str, list[float]]) -> np.ndarray:
    """Return log10 views brought to 30 days, (n,)."""
    return np.asarray(np.log10(table.views.to_numpy(float) + 1) - shares(table, knots))
