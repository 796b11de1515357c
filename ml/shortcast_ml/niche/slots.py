"""Parts of the week, and ranges of lengths, that videos are compared by."""

from zoneinfo import ZoneInfo

import numpy as np

from shortcast_ml.errors import InputError
from shortcast_ml.niche.performance import Partition

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS = 4  # of the day, in one part
LENGTH_EDGES_S = (10, 15, 20, 30, 45, 60, 90, 180, 600)
LENGTHS = (
    "under 10 s", "10 to 15 s", "15 to 20 s", "20 to 30 s", "30 to 45 s", "45 to 60 s", "60 to 90 s", "90 s to 3 min",
    "3 to 10 min", "10 min and longer",
)  # fmt: skip
DATES_ONLY = 0.2  # share of times at midnight sharp above which times are dates without an hour


def zone_named(name: str) -> ZoneInfo:
    """Return a time zone by its name, such as Europe/Paris. Raises InputError for an unknown one."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise InputError(
            f"There is no time zone {name!r}. Give a name such as Europe/Paris, Asia/Seoul or UTC."
        ) from error


def week_parts(published_s: np.ndarray, zone: ZoneInfo) -> tuple[Partition, Partition]:
    """Return the videos by weekday, and by hours of the day, in a time zone. Unknown times are in no part.

    Where many times are midnight sharp they are dates: those videos have a weekday, in UTC, and no hour.
    """
    import pandas as pd

    known = np.isfinite(published_s)
    sharp = known & (np.mod(published_s, 86400) == 0)
    dated = sharp if sharp.sum() > DATES_ONLY * known.sum() else np.zeros(len(known), bool)
    utc = pd.DatetimeIndex(pd.to_datetime(np.where(known, published_s, 0.0), unit="s", utc=True))
    local = utc.tz_convert(zone)
    days = np.where(dated, utc.dayofweek, local.dayofweek)
    hours = local.hour.to_numpy() // HOURS
    names = tuple(f"{start:02d}:00 to {start + HOURS:02d}:00" for start in range(0, 24, HOURS))
    return (
        Partition(DAYS, np.where(known, days, -1)),
        Partition(names, np.where(known & ~dated, hours, -1)),
    )


def length_parts(duration_s: np.ndarray) -> Partition:
    """Return the videos by length. Unknown lengths are in no part."""
    at = np.searchsorted(LENGTH_EDGES_S, np.nan_to_num(duration_s), side="right")
    return Partition(LENGTHS, np.where(np.isfinite(duration_s), at, -1))
