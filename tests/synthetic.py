"""Collections made by a known law, in the files' own formats."""

from pathlib import Path

import numpy as np
import pandas as pd

WORDS = [
    "coffee", "latte", "trick", "secret", "dog", "run", "phone", "review",
    "cheap", "pasta", "dance", "game", "loan", "goal", "paint",
]  # fmt: skip


def write_tiktok(folder: Path, authors: int = 40, uploads: int = 12, seed: int = 0) -> Path:
    """Write a TikTok-like collection: views are the author's level, times what the word "secret" does (x4)."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    rows, looks = [], []
    now = pd.Timestamp("2025-06-10")
    for author in range(authors):
        level = rng.normal(4.5, 0.8)
        for upload in range(uploads):
            words = list(rng.choice(WORDS, 5, replace=False))
            log_views = level + 0.6 * ("secret" in words) + rng.normal(0, 0.2)
            age_h = float((uploads - upload) * 72 + rng.uniform(24, 60))
            vid = author * 1000 + upload
            rows.append(
                {
                    "vid_id": vid,
                    "author_id": f"a{author}",
                    "caption": " ".join(words),
                    "hashtags": "fyp, " + words[0],
                    "post_utc": now - pd.Timedelta(hours=age_h),
                    "duration_s": float(rng.uniform(5, 90)),
                    "age_h": np.float32(age_h),
                    "views": int(10**log_views),
                    "likes": int(10 ** (log_views - 1)),
                    "music_n_used": float(10**log_views),
                    "followers": int(10 ** (level - 0.5)),
                }
            )
            for back in (20.0, 0.0):
                seen = int(10**log_views * (1 - back / age_h) ** 0.3)
                looks.append(
                    {
                        "vid_id": vid,
                        "scrape_utc": now - pd.Timedelta(hours=back),
                        "age_h": age_h - back,
                        "views": seen,
                        "likes": seen // 10,
                        "comments": seen // 100,
                    }
                )
    pd.DataFrame(rows).to_parquet(folder / "videos.parquet")
    pd.DataFrame(looks).to_parquet(folder / "observations.parquet")
    return folder


def write_ipiu(folder: Path, rows: int = 2600, seed: int = 1) -> Path:
    """Write an IPIU-like table: a title with "secret" has four times the views."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    titles = [" ".join(rng.choice(WORDS, 4, replace=False)) for _ in range(rows)]
    views = [int(10 ** (4 + 0.6 * ("secret" in t) + rng.normal(0, 0.4))) for t in titles]
    pd.DataFrame(
        {"videoId": [f"v{i}" for i in range(rows)], "title": titles, "viewCount": views, "row": range(rows)}
    ).to_csv(folder / "shorts.csv", index=False)
    return folder


def write_thumbnails(folder: Path, n: int = 800, seed: int = 2) -> Path:
    """Write a collection of thumbnails: bright ones have three times the views of dark ones."""
    import io
    import zipfile

    from PIL import Image

    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    with zipfile.ZipFile(folder / "thumbs.zip", "w") as pack:
        for i in range(n):
            bright = rng.random()
            pixels = np.clip(rng.normal(40 + 170 * bright, 20, (81, 144, 3)), 0, 255).astype(np.uint8)
            buffer = io.BytesIO()
            Image.fromarray(pixels).save(buffer, "WEBP")
            pack.writestr(f"t{i}.webp", buffer.getvalue())
            rows.append(
                {
                    "video_id": f"t{i}",
                    "title": " ".join(rng.choice(WORDS, 3)),
                    "views": int(10 ** (6 + 0.5 * (bright > 0.5) + rng.normal(0, 0.1))),
                    "published_at": pd.Timestamp("2021-12-01") - pd.Timedelta(days=n - i),
                    "dup_image": False,
                }
            )
    pd.DataFrame(rows).to_parquet(folder / "videos.parquet")
    return folder


def write_french(folder: Path, channels: int = 6, uploads: int = 8, seed: int = 3) -> Path:
    """Write snapshots of Shorts: five looks at each video, and a long video that is left out."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    rows, daily = [], []
    start = pd.Timestamp("2026-01-17")
    for channel in range(channels):
        daily.append({"date_utc": "2026-01-17", "channel_id": f"c{channel}", "subscribers": 100 * channel})
        daily.append(
            {"date_utc": "2026-01-31", "channel_id": f"c{channel}", "subscribers": 100 * channel + 7}
        )
        for upload in range(uploads):
            published = start - pd.Timedelta(days=2 * upload + 1)
            final = 10 ** rng.normal(3.5, 0.5)
            for look in range(5):
                captured = start + pd.Timedelta(days=3 * look)
                rows.append(
                    {
                        "video_id": f"s{channel}-{upload}",
                        "channel_id": f"c{channel}",
                        "title": f"{rng.choice(WORDS)} {rng.choice(WORDS)} {upload} #shorts",
                        "published_at": published,
                        "duration_s": 900 if upload == 0 else 20 + upload,
                        "captured_at": captured,
                        "age_h": (captured - published).total_seconds() / 3600,
                        "views": int(final * (0.6 + 0.1 * look)),
                        "likes": 3.0,
                    }
                )
    pd.DataFrame(rows).to_parquet(folder / "snapshots.parquet")
    pd.DataFrame(daily).to_parquet(folder / "channel_daily.parquet")
    return folder


def write_bilibili(folder: Path, uploaders: int = 5, uploads: int = 4, seed: int = 4) -> Path:
    """Write a Bilibili-like collection: the first uploader's rows come from a file whose name holds no time."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        {
            "bvid": f"BV{u}{i}",
            "title": f"{rng.choice(WORDS)} {i}",
            "duration_s": 60.0 * (i + 1) if i else np.nan,
            "views": int(10 ** rng.normal(4, 1)),
            "danmaku_count": 1,
            "followers": 1000.0 * u,
            "uploader_id": f"u{u}",
            "has_cover": i == 1,
            "src": "x__csv~video_wbi.csv" if u == 0 else "x__csv~data_batch_20250617_175050.csv",
            "age_days": 1.5 + i,
        }
        for u in range(uploaders)
        for i in range(uploads)
    ]
    pd.DataFrame(rows).to_parquet(folder / "videos.parquet")
    return folder


def write_charts(folder: Path, channels: int = 5, uploads: int = 4, days: int = 4, seed: int = 5) -> Path:
    """Write charted videos with a look a day, on both sides of the chart's change, and tracked looks before it."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    videos, daily, tracked = [], [], []
    for vid in range(channels * uploads):
        early = vid % 2 == 0
        first = pd.Timestamp("2025-03-01" if early else "2025-09-01")
        published = first - pd.Timedelta(hours=10)
        views = int(10 ** rng.normal(5, 0.5))
        for day in range(days):
            captured = first + pd.Timedelta(days=day, hours=11)
            daily.append(
                {
                    "vid": vid,
                    "date": first + pd.Timedelta(days=day),
                    "captured_at": captured,
                    "views": views * (1 + day),
                    "best_rank": 1,
                    "age_h": np.float32((captured - published).total_seconds() / 3600),
                }
            )
        if early:
            tracked += [
                {
                    "video_id": f"y{vid}",
                    "day": first + pd.Timedelta(days=day),
                    "views": views * (1 + day),
                    "duration_s": 100.0 + 100 * vid,
                }
                for day in range(days + 2)
            ]
        videos.append(
            {
                "vid": vid,
                "video_id": f"y{vid}",
                "title": f"{rng.choice(WORDS)} number {vid}" + (" #shorts" if vid == 1 else ""),
                "channel_id": f"c{vid % channels}",
                "published_at": published,
                "first_date": first,
                "last_date": first + pd.Timedelta(days=days - 1),
                "views_last": views * days,
                "likes_last": 5,
                "shorts_tagged": vid == 1,
                "age_h_last": daily[-1]["age_h"],
            }
        )
    pd.DataFrame(videos).to_parquet(folder / "videos.parquet")
    pd.DataFrame(daily).to_parquet(folder / "daily.parquet")
    pd.DataFrame(tracked).to_parquet(folder / "tracked_daily_2025q1.parquet")
    return folder
