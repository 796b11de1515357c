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
            for back, share in ((20.0, 0.8), (0.0, 1.0)):
                looks.append({"vid_id": vid, "age_h": age_h - back, "views": int(10**log_views * share)})
    pd.DataFrame(rows).to_parquet(folder / "videos.parquet")
    pd.DataFrame(looks).to_parquet(folder / "observations.parquet")
    return folder


def write_ipiu(folder: Path, rows: int = 1500, seed: int = 1) -> Path:
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
                    "published_at": pd.Timestamp("2021-01-01") + pd.Timedelta(days=i),
                    "dup_image": False,
                }
            )
    pd.DataFrame(rows).to_parquet(folder / "videos.parquet")
    return folder
