"""One adapter per collection: its files in, the training table out."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from shortcast_ml.data.files import read_columns
from shortcast_ml.data.looks import SHORT_S
from shortcast_ml.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    "dataset", "platform", "video_id", "group", "channel_id", "title", "hashtags",
    "duration_s", "published_at", "age_days", "followers", "views",
]  # fmt: skip
TOPIC_ROWS = 500  # neighbouring rows of the IPIU table came from one search query


def tiktok_vn_2025(folder: Path) -> "pd.DataFrame":
    """Return the TikTok videos, each at its last look; folds go by author."""
    import pandas as pd

    columns = [
        "vid_id",
        "author_id",
        "caption",
        "hashtags",
        "post_utc",
        "duration_s",
        "age_h",
        "views",
        "followers",
    ]
    raw = read_columns(folder, "videos.parquet", columns)
    tags = raw.hashtags.fillna("").map(lambda s: [t.strip() for t in str(s).split(",") if t.strip()])
    return pd.DataFrame(
        {
            "dataset": "tiktok_vn_2025",
            "platform": "tiktok",
            "video_id": raw.vid_id.astype(str),
            "group": raw.author_id,
            "channel_id": raw.author_id,
            "title": raw.caption.fillna("").astype(str),
            "hashtags": tags,
            "duration_s": raw.duration_s.astype(float),
            "published_at": pd.to_datetime(raw.post_utc, utc=True),
            "age_days": raw.age_h.astype(float) / 24,
            "followers": raw.followers.astype(float),
            "views": raw.views.astype(float),
        }
    )


def youtube_tech_fr_2026(folder: Path) -> "pd.DataFrame":
    """Return the Shorts (180 s or less) of the French tech channels, each at its last snapshot; by channel."""
    import pandas as pd

    columns = [
        "video_id",
        "channel_id",
        "title",
        "published_at",
        "duration_s",
        "captured_at",
        "age_h",
        "views",
    ]
    raw = read_columns(folder, "snapshots.parquet", columns)
    raw = raw[raw.duration_s <= SHORT_S].sort_values("captured_at").drop_duplicates("video_id", keep="last")
    daily = read_columns(folder, "channel_daily.parquet", ["date_utc", "channel_id", "subscribers"])
    followers = daily.sort_values("date_utc").groupby("channel_id").subscribers.last()
    from shortcast_ml.text import split_hashtags

    split = raw.title.astype(str).map(split_hashtags)
    return pd.DataFrame(
        {
            "dataset": "youtube_tech_fr_2026",
            "platform": "youtube_shorts",
            "video_id": raw.video_id,
            "group": raw.channel_id,
            "channel_id": raw.channel_id,
            "title": split.str[0],
            "hashtags": split.str[1].map(list),
            "duration_s": raw.duration_s.astype(float).where(raw.duration_s > 0),
            "published_at": pd.to_datetime(raw.published_at, utc=True),
            "age_days": raw.age_h.astype(float) / 24,
            "followers": raw.channel_id.map(followers).astype(float),
            "views": raw.views.astype(float),
        }
    ).reset_index(drop=True)


def ipiu2026_shorts(folder: Path) -> "pd.DataFrame":
    """Return the IPIU study's Shorts: a title and views only; folds go by blocks of 500 rows (one topic)."""
    import pandas as pd

    raw = read_columns(folder, "shorts.csv", ["videoId", "title", "viewCount", "row"])
    raw = raw.drop_duplicates("videoId")
    return pd.DataFrame(
        {
            "dataset": "ipiu2026_shorts",
            "platform": "youtube_shorts",
            "video_id": raw.videoId.astype(str),
            "group": "block" + (raw.row // TOPIC_ROWS).astype(str),
            "channel_id": None,
            "title": raw.title.fillna("").astype(str),
            "hashtags": [[] for _ in range(len(raw))],
            "duration_s": float("nan"),
            "published_at": pd.Series(pd.NaT, index=raw.index, dtype="datetime64[us, UTC]"),
            "age_days": float("nan"),
            "followers": float("nan"),
            "views": raw.viewCount.astype(float),
        }
    ).reset_index(drop=True)


DATASETS: dict[str, Callable[[Path], "pd.DataFrame"]] = {
    "tiktok_vn_2025": tiktok_vn_2025,
    "youtube_tech_fr_2026": youtube_tech_fr_2026,
    "ipiu2026_shorts": ipiu2026_shorts,
}


def load_table(dataset: str, folder: Path | str) -> "pd.DataFrame":
    """Return the training table of a collection, oldest upload first within each channel.

    Raises InputError when the collection is unknown or its files don't have their columns.
    """
    if dataset not in DATASETS:
        raise InputError(f"There is no dataset called {dataset!r}. Known are {', '.join(DATASETS)}.")
    table = DATASETS[dataset](Path(folder))[COLUMNS]
    table = table[table.views.notna() & (table.views >= 0)]
    return table.sort_values(["group", "published_at", "video_id"], kind="stable").reset_index(drop=True)
