"""The columns that the forecast sees, built one way for a training table and for a draft in a chat.

Only what is known before publishing gets in: a `Draft`, an `Embedding` of its words and picture, and a
`ChannelHistory` strictly older than the video. Unknown values are NaN, which LightGBM sends its own way.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from shortcast_ml.growth import KNOT_DAYS, REFERENCE_DAYS
from shortcast_ml.history import ALIKE_COLUMNS, HISTORY_COLUMNS, describe_table
from shortcast_ml.look import LOOK_COLUMNS
from shortcast_ml.records import Draft
from shortcast_ml.text import measure_title
from shortcast_ml.titles import Vectors

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

TITLE_COLUMNS = tuple(measure_title("", ()))
TIME_COLUMNS = ("publish_hour_utc", "publish_weekday")
TOPIC_DIM = 32  # principal components of the title vector
PICTURE_DIM = 16  # principal components of the picture vector
TOPIC_COLUMNS = tuple(f"topic_{i:02d}" for i in range(TOPIC_DIM))
PICTURE_COLUMNS = tuple(f"picture_{i:02d}" for i in range(PICTURE_DIM))

# What the main model sees, in order. `log10_age_days` is the age at which the views were read: the growth curve
# brings them to one age, and this says how the collection was drawn (old videos of idle channels, say). A
# draft is asked for at REFERENCE_DAYS.
COLUMNS = (
    "log10_age_days", "log10_followers", *HISTORY_COLUMNS,
    "log10_duration", *TITLE_COLUMNS, *TIME_COLUMNS, *TOPIC_COLUMNS,
)  # fmt: skip
# What the thumbnail model sees.
THUMBNAIL_COLUMNS = (*LOOK_COLUMNS, "alignment", *PICTURE_COLUMNS)

# The rungs of an evaluation: what is known without reading the title, then with it, then with the picture.
METADATA_COLUMNS = tuple(
    c for c in COLUMNS if c not in (*TITLE_COLUMNS, *TOPIC_COLUMNS, *ALIKE_COLUMNS) or c == "hashtags"
)
TEXT_COLUMNS = COLUMNS
IMAGE_COLUMNS = (*COLUMNS, *THUMBNAIL_COLUMNS)

EVENLY_SAMPLED = frozenset({"ipiu2026_shorts"})


def describe_video(
    title: str, hashtags: Sequence[str], duration_s: float | None, publish_at: "datetime | None"
) -> dict[str, float]:
    """Return the columns of one video's own facts; NaN for a title, length or time that is not known."""
    nan = float("nan")
    known_title = bool(title.strip() or hashtags)
    row = measure_title(title, hashtags) if known_title else dict.fromkeys(TITLE_COLUMNS, nan)
    known_length = duration_s is not None and duration_s == duration_s and duration_s > 0
    row["log10_duration"] = float(np.log10(duration_s)) if known_length and duration_s else nan
    known_time = publish_at is not None and publish_at == publish_at
    row["publish_hour_utc"] = publish_at.hour + publish_at.minute / 60 if known_time and publish_at else nan
    row["publish_weekday"] = float(publish_at.weekday()) if known_time and publish_at else nan
    return row


def describe_draft(draft: Draft) -> dict[str, float]:
    """Return the columns of a draft's own facts."""
    return {
        "log10_age_days": float(np.log10(REFERENCE_DAYS)),
        **describe_video(draft.title, draft.hashtags, draft.duration_s, draft.publish_at),
    }


def feature_table(table: "pd.DataFrame", knots: dict[str, list[float]], titles: Vectors) -> "pd.DataFrame":
    """Return COLUMNS for each row of a training table, float32; the topic columns are NaN.

    The components of the titles' vectors are fitted on training rows only: `fit.with_components` fills them in.
    """
    import pandas as pd

    own_columns = ("log10_duration", *TITLE_COLUMNS, *TIME_COLUMNS)
    out = np.full((len(table), len(COLUMNS)), np.nan, np.float32)
    at = {name: i for i, name in enumerate(COLUMNS)}
    own_at = [at[name] for name in own_columns]
    facts = zip(table.title, table.hashtags, table.duration_s, table.published_at, strict=True)
    for row, (title, tags, duration, when) in enumerate(facts):
        described = describe_video(title, tags, duration, None if pd.isna(when) else when)
        out[row, own_at] = [described[c] for c in own_columns]
    with np.errstate(divide="ignore"):
        age = np.maximum(table.age_days.to_numpy(float), KNOT_DAYS[0])
    out[:, at["log10_age_days"]] = np.log10(age)
    out[:, at["log10_followers"]] = np.log10(table.followers.to_numpy(float) + 1)
    history = describe_table(table, knots, titles)
    out[:, [at[c] for c in HISTORY_COLUMNS]] = history[list(HISTORY_COLUMNS)].to_numpy()
    return pd.DataFrame(out, columns=list(COLUMNS), index=table.index)


def table_texts(table: "pd.DataFrame") -> list[str]:
    """Return what a text encoder should read of each row, as `words_to_embed` does for a draft."""
    return [" ".join([t, *tags]).strip()[:500] for t, tags in zip(table.title, table.hashtags, strict=True)]
