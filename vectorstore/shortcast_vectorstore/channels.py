"""How videos did against their own channels."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from shortcast_vectorstore.database import Database

    Numbers = npt.NDArray[np.float64]
    Codes = npt.NDArray[np.int64]

MIN_OTHERS = 3  # fewer other uploads say too little of what is typical for a channel


def vs_channels(db: "Database") -> dict[str, float]:
    """Return views over the typical views of the own channel for every video where both are known, by key."""
    import numpy as np

    from shortcast_ml.growth import views_at_30_days

    rows = db.rows(
        "SELECT key, platform, channel_id, views, age_days FROM videos"
        " WHERE channel_id IS NOT NULL AND views IS NOT NULL AND age_days IS NOT NULL"
    )
    if not rows:
        return {}
    keys, platforms, channels, views, ages = zip(*rows, strict=True)
    places: dict[tuple[str, str], int] = {}
    codes = [places.setdefault(of, len(places)) for of in zip(platforms, channels, strict=True)]
    at_30 = views_at_30_days(np.array(views, float), np.array(ages, float), np.array(platforms))
    ratios = over_typical(np.array(codes), at_30)
    return {key: float(ratio) for key, ratio in zip(keys, ratios, strict=True) if not np.isnan(ratio)}


def over_typical(channels: "Codes", views_at_30: "Numbers") -> "Numbers":
    """Return each video's views over the median of its channel's other videos, all at one age.

    `channels` has a number for each channel, below 0 where it is not known. 1.0 is typical. NaN where the
    views or the channel are not known, or there are fewer than three others with known views. One growth
    curve brings all of a platform to any age by the same factor, so the ratio does not depend on the age.
    """
    import numpy as np

    ratios = np.full(len(channels), np.nan)
    known = np.flatnonzero((channels >= 0) & ~np.isnan(views_at_30))
    order = known[np.lexsort((views_at_30[known], channels[known]))]
    if not len(order):
        return ratios
    codes, values = channels[order], views_at_30[order]
    starts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    sizes = np.diff(np.r_[starts, len(order)])
    start, size = np.repeat(starts, sizes), np.repeat(sizes, sizes)
    own = np.arange(len(order)) - start  # the video's place among its channel's, from the least viewed
    others = size - 1

    def other(place: "Codes") -> "Numbers":
        """Return the value at a place among the others: from the video's own place on, they move up by one."""
        return np.asarray(values[np.minimum(start + place + (place >= own), len(values) - 1)])

    typical = (other(np.maximum(others - 1, 0) // 2) + other(others // 2)) / 2
    enough = (others >= MIN_OTHERS) & (typical > 0)
    ratios[order[enough]] = values[enough] / typical[enough]
    return ratios
