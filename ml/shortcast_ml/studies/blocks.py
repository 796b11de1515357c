"""The inputs of a study: titles, pictures and facts as blocks of columns, and what is to be forecast."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shortcast_ml.data import load_table
from shortcast_ml.features import TITLE_COLUMNS, describe_video, table_texts
from shortcast_ml.fit import Progress
from shortcast_ml.folds import (
    ChannelDisjoint,
    Fold,
    RandomRows,
    Split,
    TimeForward,
    TopicBlocks,
    honest_folds,
    purge,
)
from shortcast_ml.studies.backbones import ImageEncoder, TextEncoder, load_image_encoder, load_text_encoder
from shortcast_ml.studies.config import Block, StudyConfig
from shortcast_ml.studies.pictures import picture_vectors

if TYPE_CHECKING:
    import pandas as pd

OWN_PICTURES = {"youtube_thumbs_trending_2020_21": "thumbs.zip", "bilibili_2025": "covers.zip"}
SPLITS: dict[str, Callable[[int, int], Split]] = {
    "blocks": lambda k, seed: TopicBlocks(k, seed),
    "channels": lambda k, seed: ChannelDisjoint(k, seed),
    "time": lambda k, _: TimeForward(k),
    "random": lambda k, seed: RandomRows(k, seed),
}


@dataclass(frozen=True)
class Encoders:
    """How a config's encoders are loaded; a test passes its own."""

    text: Callable[[str], TextEncoder] = load_text_encoder
    image: Callable[[str], ImageEncoder] = load_image_encoder


@dataclass(frozen=True)
class Inputs:
    """Rows of a collection: all share the first axis. NaN rows where there is no title or picture."""

    table: "pd.DataFrame"
    text: np.ndarray | None  # (n, d) float32, unit L2 norm
    image: np.ndarray | None
    picture_hash: np.ndarray | None  # (n,) text, empty without a picture
    ids: tuple[str, ...]  # of the encoders

    @property
    def group(self) -> np.ndarray:
        """What the bootstrap resamples whole, (n,) text."""
        return self.table.group.to_numpy().astype(str)


def load_inputs(
    config: StudyConfig, data_dir: Path, encoders: Encoders, say: Progress | None = None
) -> Inputs:
    """Return what a config reads; vectors come from the cache where they were made before.

    With a picture encoder, videos without a picture are left out: an arm with and one without it then
    answer for the same videos.
    """
    from shortcast_ml.titles import title_vectors

    folder = data_dir / config.dataset
    table = load_table(config.dataset, folder)
    ids: list[str] = []
    image = hashes = None
    if config.image is not None:
        from shortcast_ml.errors import InputError

        place = folder / (config.pictures or OWN_PICTURES.get(config.dataset, ""))
        if place == folder:
            raise InputError(
                f"{config.dataset} holds no pictures here; name a folder or zip of them with `pictures`."
            )
        eyes = encoders.image(config.image)
        image, hashes = picture_vectors(table.video_id.tolist(), place, eyes, say)
        seen = hashes != ""
        table, image, hashes = table[seen].reset_index(drop=True), image[seen], hashes[seen]
        ids.append(eyes.id)
    text = None
    if config.text is not None:
        reader = encoders.text(config.text)
        vectors = title_vectors(table_texts(table), reader, say)  # type: ignore[arg-type]  # it asks for texts only
        text = vectors.rows()
        ids.append(reader.id)
    return Inputs(table, text, image, hashes, tuple(ids))


def folds_of(split: str, config: StudyConfig, inputs: Inputs) -> tuple[Split, list[Fold]]:
    """Return a protocol and its folds; all but the random ones are purged of what is nearly the same."""
    protocol = SPLITS[split](config.folds, config.seed)
    if split == "random":
        return protocol, protocol.split(inputs.table)
    folds = honest_folds(inputs.table, protocol)
    if inputs.picture_hash is not None:
        _, same = np.unique(inputs.picture_hash.astype(str), return_inverse=True)
        folds = [purge(fold, [same]) for fold in folds]
    return protocol, folds


def columns(blocks: tuple[Block, ...], inputs: Inputs) -> tuple[np.ndarray, list[str]]:
    """Return (n, d) float32 of the blocks' columns side by side, and the block of each column."""
    parts = {name: _block(name, inputs) for name in blocks}
    of: list[str] = [name for name, part in parts.items() for _ in range(part.shape[1])]
    return np.hstack(list(parts.values())).astype(np.float32), of


def _block(name: Block, inputs: Inputs) -> np.ndarray:
    if name == "wording":
        import pandas as pd

        rows = [
            describe_video(title, tags, None, None)
            for title, tags in zip(inputs.table.title, inputs.table.hashtags, strict=True)
        ]
        return pd.DataFrame(rows)[list(TITLE_COLUMNS)].to_numpy(float)
    assert inputs.text is not None or name == "image"  # noqa: S101  the config's record holds this
    if name == "text":
        return np.asarray(inputs.text)
    assert inputs.image is not None  # noqa: S101
    return inputs.image if name == "image" else aligned(np.asarray(inputs.text), inputs.image)


def aligned(text: np.ndarray, image: np.ndarray) -> np.ndarray:
    """Return the semantic alignment of title and picture, their cosine: (n, 1)."""
    return np.asarray((text * image).sum(axis=1, keepdims=True))
