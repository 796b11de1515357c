"""One adapter per collection: its files in, the training table out (with what only the cleaning reads)."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shortcast_ml.data.files import read_columns
from shortcast_ml.data.looks import SHORT_S
from shortcast_ml.data.schema import fill_columns

if TYPE_CHECKING:
    import pandas as pd

TOPIC_ROWS = 500  # neighbouring rows of the IPIU table came from one search query
# The trending set's views were read on one day, which its files don't name. Public counts of three of its
# videos agree on 6 to 12 December 2021: "Dynamite" (1.3228 billion; passed 1.3 on 19 November and 1.5 on
# 17 June), "Permission to Dance" (392.4 million; 300 on 10 September, 400 on 20 December), "LALISA" (369.5
# million; 300 on 27 October, 400 on 9 January). Dislikes, which it has, were hidden from 13 December on.
# Source: Yonhap, 2021-11-20 and 2022-06-17; pinkvilla.com, 2021-12-20; kbizoom.com, 2022-01-09.
TRENDING_READ = "2021-12-10T12:00Z"
CHART_CHANGE = "2025-07-24"  # gaming and music went from 20% to 80% of the entries
CHINA_H = 8  # ahead of UTC


def is_short(duration_s: "pd.Series[Any]", tagged: "pd.Series[Any] | bool" = False) -> "pd.Series[Any]":
    """Return whether each video is a short one, as a nullable boolean."""
    return (duration_s <= SHORT_S).astype("boolean").where(duration_s > 0) | tagged


def _split(titles: "pd.Series[Any]") -> dict[str, "pd.Series[Any]"]:
    from shortcast_ml.text import split_hashtags

    split = titles.fillna("").astype(str).map(split_hashtags)
    return {"title": split.str[0], "hashtags": split.str[1].map(list)}


def tiktok_vn_2025(folder: Path) -> "pd.DataFrame":
    """Return the TikTok videos, each at its last look; folds go by author."""
    import pandas as pd

    raw = read_columns(
        folder,
        "videos.parquet",
        [
            "vid_id",
            "author_id",
            "caption",
            "hashtags",
            "post_utc",
            "duration_s",
            "age_h",
            "views",
            "followers",
        ],
        ["likes", "music_original"],
    )
    tags = raw.hashtags.fillna("").map(lambda s: [t.strip() for t in str(s).split(",") if t.strip()])
    columns = {
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
        "original_sound": raw.music_original.astype("boolean"),
        "short": is_short(raw.duration_s),
        "likes": raw.likes.astype(float),
    }
    return fill_columns(columns, raw.index)


def youtube_tech_fr_2026(folder: Path) -> "pd.DataFrame":
    """Return the Shorts (180 s or less) of the French tech channels, each at its last snapshot; by channel."""
    import pandas as pd

    raw = read_columns(
        folder,
        "snapshots.parquet",
        ["video_id", "channel_id", "title", "published_at", "duration_s", "captured_at", "age_h", "views"],
        ["likes"],
    )
    raw = raw[raw.duration_s <= SHORT_S].sort_values("captured_at").drop_duplicates("video_id", keep="last")
    daily = read_columns(folder, "channel_daily.parquet", ["date_utc", "channel_id", "subscribers"])
    followers = daily.sort_values("date_utc").groupby("channel_id").subscribers.last()
    columns = {
        "dataset": "youtube_tech_fr_2026",
        "platform": "youtube_shorts",
        "video_id": raw.video_id,
        "group": raw.channel_id,
        "channel_id": raw.channel_id,
        **_split(raw.title),
        "duration_s": raw.duration_s.astype(float).where(raw.duration_s > 0),
        "published_at": pd.to_datetime(raw.published_at, utc=True),
        "age_days": raw.age_h.astype(float) / 24,
        "followers": raw.channel_id.map(followers).astype(float),
        "views": raw.views.astype(float),
        "short": pd.Series(True, index=raw.index, dtype="boolean"),
        "likes": raw.likes.astype(float),
    }
    return fill_columns(columns, raw.index)


def ipiu2026_shorts(folder: Path) -> "pd.DataFrame":
    """Return the IPIU study's Shorts: a title and views only; folds go by blocks of 500 rows (one topic)."""
    import pandas as pd

    raw = read_columns(folder, "shorts.csv", ["videoId", "title", "viewCount", "row"])
    columns = {
        "dataset": "ipiu2026_shorts",
        "platform": "youtube_shorts",
        "video_id": raw.videoId.astype(str),
        "group": "block" + (raw.row // TOPIC_ROWS).astype(str),
        "title": raw.title.fillna("").astype(str),
        "views": raw.viewCount.astype(float),
        "short": pd.Series(True, index=raw.index, dtype="boolean"),
    }
    return fill_columns(columns, raw.index)


def youtube_thumbs_trending_2020_21(folder: Path) -> "pd.DataFrame":
    """Return the trending videos with their pictures; folds go by ISO week of publishing, and there is no channel.

    `published_at` is a day (midnight UTC), and `age_days` counts from its middle to TRENDING_READ.
    """
    import pandas as pd

    raw = read_columns(
        folder, "videos.parquet", ["video_id", "title", "views", "published_at"], ["likes", "dhash"]
    )
    day = pd.to_datetime(raw.published_at, utc=True)
    week = day.dt.isocalendar()
    words = _split(raw.title)
    tagged = words["hashtags"].map(lambda tags: "shorts" in [t.lower() for t in tags])
    columns = {
        "dataset": "youtube_thumbs_trending_2020_21",
        "platform": "youtube",
        "video_id": raw.video_id,
        "group": week.year.astype(str) + "-W" + week.week.astype(str).str.zfill(2),
        **words,
        "published_at": day,
        "age_days": (pd.Timestamp(TRENDING_READ) - day).dt.total_seconds() / 86400 - 0.5,
        "views": raw.views.astype(float),
        "thumbnail": "thumbs.zip!" + raw.video_id + ".webp",
        "short": tagged.astype("boolean").where(tagged),
        "likes": raw.likes.astype(float),
        "dhash": raw.dhash,
    }
    return fill_columns(columns, raw.index)


def bilibili_2025(folder: Path) -> "pd.DataFrame":
    """Return the Bilibili videos; folds go by uploader.

    `published_at` is the time in the name of the batch that the row came from, less the video's age: the video
    numbers, which rise with time, agree with it to minutes, and read as China's time, uploads peak at 18 h and
    are fewest at 5 h. NaT for the two sources whose names hold no time.
    """
    import pandas as pd

    raw = read_columns(
        folder,
        "videos.parquet",
        ["bvid", "title", "duration_s", "views", "followers", "uploader_id", "has_cover", "src", "age_days"],
    )
    stamp = raw.src.astype(str).str.extract(r"_(\d{8}_\d{6})\.")[0]
    read_at = pd.to_datetime(stamp, format="%Y%m%d_%H%M%S", utc=True) - pd.Timedelta(hours=CHINA_H)
    published = read_at - pd.to_timedelta(raw.age_days, unit="D")
    columns = {
        "dataset": "bilibili_2025",
        "platform": "bilibili",
        "video_id": raw.bvid,
        "group": raw.uploader_id,
        "channel_id": raw.uploader_id,
        **_split(raw.title),
        "duration_s": raw.duration_s.astype(float),
        "published_at": published.dt.floor("s").astype("datetime64[us, UTC]"),
        "age_days": raw.age_days.astype(float),
        "followers": raw.followers.astype(float),
        "views": raw.views.astype(float),
        "thumbnail": ("covers.zip!" + raw.bvid + ".webp").where(raw.has_cover, None),
        "short": is_short(raw.duration_s),
    }
    return fill_columns(columns, raw.index)


def youtube_charts_2025_26(folder: Path) -> "pd.DataFrame":
    """Return the charted videos, each at its last look; folds go by channel, and `period` tells the two charts apart.

    Lengths are known of the videos that were tracked in early 2025.
    """
    import pandas as pd

    raw = read_columns(
        folder,
        "videos.parquet",
        ["video_id", "title", "channel_id", "published_at", "first_date", "views_last", "age_h_last"],
        ["shorts_tagged", "likes_last"],
    )
    tracked = read_columns(folder, "tracked_daily_2025q1.parquet", ["video_id", "duration_s"])
    duration = raw.video_id.map(tracked.groupby("video_id").duration_s.last())
    tagged = raw.shorts_tagged.astype(bool)
    later = raw.first_date >= pd.Timestamp(CHART_CHANGE)
    columns = {
        "dataset": "youtube_charts_2025_26",
        "platform": tagged.map({True: "youtube_shorts", False: "youtube"}),
        "video_id": raw.video_id,
        "group": raw.channel_id,
        "channel_id": raw.channel_id,
        **_split(raw.title),
        "duration_s": duration.astype(float).where(duration > 0),
        "published_at": pd.to_datetime(raw.published_at, utc=True),
        "age_days": raw.age_h_last.astype(float) / 24,
        "views": raw.views_last.astype(float),
        "short": is_short(duration, tagged),
        "period": later.map({True: f"from {CHART_CHANGE}", False: f"before {CHART_CHANGE}"}),
        "likes": raw.likes_last.astype(float),
    }
    return fill_columns(columns, raw.index)


COLLECTIONS: dict[str, Callable[[Path], "pd.DataFrame"]] = {
    "tiktok_vn_2025": tiktok_vn_2025,
    "youtube_tech_fr_2026": youtube_tech_fr_2026,
    "ipiu2026_shorts": ipiu2026_shorts,
    "youtube_thumbs_trending_2020_21": youtube_thumbs_trending_2020_21,
    "bilibili_2025": bilibili_2025,
    "youtube_charts_2025_26": youtube_charts_2025_26,
}
