"""What the next-day model reads, says and refuses to guess."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from shortcast_ml.errors import InputError, ModelError
from shortcast_ml.growth import growth_file, log10_share
from shortcast_ml.modelfiles import read_card
from shortcast_ml.next_day.looks import EARLIER_DAYS, YOUNG_DAYS
from shortcast_ml.records import Platform, Record

if TYPE_CHECKING:
    import lightgbm
    import pandas as pd

COLUMNS = (
    "log10_age_days",
    "log10_views",
    "log10_like_rate",
    "log10_comment_rate",
    "category",
    "earlier_power",
    "earlier_pace",
)
BLOCKS = {  # what a caller may not know, and the columns that go with it
    "likes and comments": ("log10_like_rate", "log10_comment_rate"),
    "category": ("category",),
    "an earlier look": ("earlier_power", "earlier_pace"),
}
MAX_GROWTH = 3.0  # log10; a thousandfold day
CHARTING_VIEWS = 5000  # 99% of the young videos on the charts have more
UNKNOWN = (
    "what the platform will recommend tomorrow, and where the views come from",
    "how long viewers stay: watch time and retention are only in the creator's own figures",
    "what happens outside: a mention, an advert, the news",
)


class Look(Record):
    """An earlier reading of the same video."""

    age_days: float = Field(gt=0)
    views: int = Field(ge=0)


class NextDay(Record):
    """What the next 24 hours will likely bring a published video; the interval holds 80% of held-out ones."""

    views_now: int
    age_days: float
    views: int = Field(description="In 24 hours: the median forecast.")
    gained: int = Field(description="Views gained in the next 24 hours, at the median.")
    low: int = Field(description="10th percentile of the views gained.")
    high: int = Field(description="90th percentile of the views gained.")
    growth: float = Field(description="Views gained over the views now: 0.5 is half as many again.")
    velocity: float = Field(description="Views gained per hour, mean of the next 24.")
    typical_growth: float = Field(
        description="The growth that age alone foretells, by the platform's growth curve."
    )
    evidence: tuple[str, ...]
    missing: tuple[str, ...] = Field((), description="What would have sharpened it.")
    warnings: tuple[str, ...] = ()
    unknown: tuple[str, ...] = UNKNOWN
    platform: Platform
    model: str


@dataclass(frozen=True)
class NextDayModel:
    """A loaded model: boosters of the growth and of the size of its error, and its calibration."""

    name: str
    card: dict[str, Any]
    growth: "lightgbm.Booster"
    spread: "lightgbm.Booster"
    curves: dict[str, Any]  # growth.json

    def predict(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return (median, low, high) log10 growth in 24 hours of feature rows (n, len(COLUMNS))."""
        centre = np.asarray(self.growth.predict(X))
        scale = np.exp(np.asarray(self.spread.predict(X)))
        return calibrated(centre, scale, X, self.card["calibration"]["quantiles"])


def calibrated(
    centre: np.ndarray, scale: np.ndarray, X: np.ndarray, quantiles: dict[str, list[float]]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (median, low, high) log10 growth: the booster's centre plus quantiles of its scaled error.

    Rows with and without an earlier look have quantiles (10, 50, 90%) of their own. Views are never lost.
    """
    earlier = has_earlier(X)[:, None]
    levels = np.where(earlier, quantiles["earlier"], quantiles["first"])  # (n, 3)
    low, middle, high = (np.clip(centre + level * scale, 0, MAX_GROWTH) for level in levels.T)
    return middle, low, high


def has_earlier(X: np.ndarray) -> np.ndarray:
    """Return which feature rows (n, len(COLUMNS)) know an earlier look, (n,) bool."""
    return np.asarray(np.isfinite(X[:, COLUMNS.index("earlier_power")]))


def feature_matrix(facts: "Mapping[str, Any] | pd.DataFrame") -> np.ndarray:
    """Return (n, len(COLUMNS)) float64 of what is visible at the look; NaN where unknown.

    `facts` has arrays (or DataFrame columns) age_days, views, likes, comments, category_id, earlier_age_days and
    earlier_views. `earlier_power` goes on with the views' growth since the earlier look as a power of age,
    `earlier_pace` at its views per hour; both in log10 growth of the next 24 hours.
    """
    age, views, likes, comments, category, earlier_age, earlier_views = (
        np.asarray(facts[name], float)
        for name in (
            "age_days", "views", "likes", "comments", "category_id", "earlier_age_days", "earlier_views",
        )
    )  # fmt: skip
    views = np.maximum(views, 1)
    before = np.clip(earlier_views, 1, views)
    per_tenfold = np.log10(views / before) / np.log10(age / earlier_age)
    pace = (views - before) / (age - earlier_age)
    return np.column_stack(
        [
            np.log10(age),
            np.log10(views),
            np.log10((likes + 1) / views),
            np.log10((comments + 1) / views),
            category,
            np.clip(per_tenfold * np.log10((age + 1) / age), 0, MAX_GROWTH),
            np.log10(1 + pace / views),
        ]
    )


def hide(X: np.ndarray, blocks: Sequence[str]) -> np.ndarray:
    """Return a copy of feature rows in which the named BLOCKS are unknown."""
    out = X.copy()
    out[:, [COLUMNS.index(c) for b in blocks for c in BLOCKS[b]]] = np.nan
    return out


def forecast_next_day(
    views: int,
    age_days: float,
    likes: int | None = None,
    comments: int | None = None,
    platform: Platform = "youtube_shorts",
    earlier: Sequence[Look] | None = None,
    *,
    category_id: int | None = None,
    model: "NextDayModel | None" = None,
) -> NextDay:
    """Return what the next 24 hours will likely bring a video that was published at most 4 days ago.

    A post-publish forecast: likes and comments are read with the views. Of the earlier looks the one nearest to
    24 hours before is used, if it lies 12 to 54 hours back. `category_id` is YouTube's (10 is music).
    Raises InputError when the counts can't be, or the video is older.
    """
    look = _earlier_look(_checked(views, age_days, likes, comments), age_days, earlier or ())
    model = model or load_next_day()
    unknown = float("nan")
    X = feature_matrix(
        {
            "age_days": [age_days],
            "views": [views],
            "likes": [unknown if likes is None else likes],
            "comments": [unknown if comments is None else comments],
            "category_id": [unknown if category_id is None else category_id],
            "earlier_age_days": [look.age_days if look else unknown],
            "earlier_views": [look.views if look else unknown],
        }
    )
    centre, low, high = (10 ** float(v[0]) - 1 for v in model.predict(X))
    curves = model.curves["log10_share_at_knots"]
    knots = curves.get(platform, curves["default"])
    typical = 10 ** float(log10_share(age_days + 1, knots) - log10_share(age_days, knots)) - 1
    given = {
        "likes and comments": likes is not None or comments is not None,
        "category": category_id is not None,
        "an earlier look": look is not None,
    }
    gained = round(views * centre)
    return NextDay(
        views_now=views,
        age_days=age_days,
        views=views + gained,
        gained=gained,
        low=min(round(views * low), gained),
        high=max(round(views * high), gained),
        growth=round(centre, 4),
        velocity=round(views * centre / 24, 2),
        typical_growth=round(typical, 4),
        evidence=("views", "age", *(name for name, known in given.items() if known)),
        missing=tuple(name for name, known in given.items() if not known),
        warnings=_warnings(views, platform, bool(earlier) and look is None),
        platform=platform,
        model=model.name,
    )


def _checked(views: int, age_days: float, likes: int | None, comments: int | None) -> int:
    if views < 1:
        raise InputError("The video has no views yet: growth can't be told from nothing. Look again later.")
    if not (np.isfinite(age_days) and age_days > 0):
        raise InputError("The age must be more than 0 days: give how long ago the video was published.")
    if age_days > YOUNG_DAYS:
        raise InputError(
            f"The video is {age_days:.1f} days old; the next-day model knows the first {YOUNG_DAYS:.0f} days. "
            "Use the growth curve's views by day instead."
        )
    if (likes or 0) < 0 or (comments or 0) < 0:
        raise InputError("Likes and comments can't be negative. Leave out what is hidden.")
    return views


def _earlier_look(views: int, age_days: float, earlier: Sequence[Look]) -> Look | None:
    """Return the look nearest to 24 hours before, of those that the model can read."""
    for look in earlier:
        if look.age_days < age_days and look.views > views:
            raise InputError(
                f"The earlier look has {look.views} views, more than the {views} now. Check which came first."
            )
    usable = [look for look in earlier if EARLIER_DAYS[0] <= age_days - look.age_days <= EARLIER_DAYS[1]]
    return min(usable, key=lambda look: abs(age_days - look.age_days - 1), default=None)


def _warnings(views: int, platform: Platform, unused: bool) -> tuple[str, ...]:
    out = []
    if platform == "tiktok":
        out.append(
            "Few young TikTok videos taught this model; there, age alone foretold which grow most just as well."
        )
    elif platform == "bilibili":
        out.append("No Bilibili video taught this model.")
    elif views < CHARTING_VIEWS:
        out.append(
            "Most videos that the model learned from were on YouTube's charts. For those with as few views as this "
            "one, age alone foretold growth just as well."
        )
    else:
        out.append(
            "The model learned from videos that were on YouTube's charts; others of as many views may grow less."
        )
    if unused:
        out.append("The earlier looks lie less than 12 or more than 54 hours back and were not used.")
    return tuple(out)


@cache
def load_next_day(folder: Path | None = None) -> NextDayModel:
    """Load a next-day model after checking its hashes and columns; without a folder, the shipped one.

    Raises ModelError that says which file or feature differs.
    """
    import lightgbm

    folder = folder or Path(str(files("shortcast_ml") / "next_day_starter"))
    card = read_card(folder)
    if list(card.get("features", [])) != list(COLUMNS):
        differ = sorted(set(card.get("features", [])) ^ set(COLUMNS)) or ["their order"]
        raise ModelError(
            f"The model in {folder} is no next-day model of this version ({', '.join(differ[:5])}). Train it again."
        )
    try:
        return NextDayModel(
            name=str(card["name"]),
            card=card,
            growth=lightgbm.Booster(model_file=str(folder / "growth.txt")),
            spread=lightgbm.Booster(model_file=str(folder / "spread.txt")),
            curves=growth_file(folder),
        )
    except (KeyError, OSError, lightgbm.basic.LightGBMError) as error:
        raise ModelError(f"The model in {folder} can't be loaded: {error}. Train it again.") from error
