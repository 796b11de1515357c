"""How crowded a topic is: how much is made for it lately, and whether that does well.

- crowded: surely more of its videos are recent than of the niche's, by a fifth or more, and it does not surely better
  than its channels' usual.
- open: it does surely better than its channels' usual, and surely not more of its videos are recent.
- usual: anything else.
- unknown: too few videos whose date and channel are known.

Recent is the last 30 days before the newest video; sure means that a 95% bootstrap interval over channels says so.
"""

from typing import Literal

import numpy as np

from shortcast_ml.niche.facts import Facts
from shortcast_ml.niche.performance import DRAWS, MIN_UNITS, MIN_VIDEOS, SEED, Standing, resampled
from shortcast_ml.resampling import draw_units

RECENT_DAYS = 30
MORE = 1.2  # times the niche's share of recent videos: a smaller surplus is no crowd

Crowding = Literal["crowded", "usual", "open", "unknown"]


def recent(published_s: np.ndarray) -> np.ndarray:
    """Return (n,) 1.0 for a recent video, 0.0 for an older one, NaN where the time is unknown."""
    newest = np.nanmax(published_s, initial=-np.inf)
    is_recent = (published_s >= newest - RECENT_DAYS * 86400).astype(float)
    return np.where(np.isfinite(published_s), is_recent, np.nan)


def crowding(
    facts: Facts, is_recent: np.ndarray, member: np.ndarray, found: list[Standing | None]
) -> list[Crowding]:
    """Return how crowded each topic is; `member` is (n, topics) bool, `found` how each topic did."""
    units = resampled(facts.channel, facts.published_s)
    known = np.isfinite(is_recent)
    if not known.any() or not member.size:
        return ["unknown"] * len(found)
    _, at = np.unique(units[known], return_inverse=True)
    inside = np.hstack([np.ones((int(known.sum()), 1), bool), member[known]])
    shares, drawn = draw_units(at, SEED, DRAWS // 4).means(is_recent[known], inside)
    more = (np.nanpercentile(drawn[:, 1:] - drawn[:, :1], 2.5, axis=0) > 0) & (shares[1:] >= MORE * shares[0])
    out: list[Crowding] = []
    for topic, did in enumerate(found):
        rows = inside[:, topic + 1]
        better = did is not None and did.low > 1
        if did is None or rows.sum() < MIN_VIDEOS or len(np.unique(at[rows])) < MIN_UNITS:
            out.append("unknown")
        elif more[topic]:
            out.append("usual" if better else "crowded")
        else:
            out.append("open" if better else "usual")
    return out
