"""What a computed difference between pictures is worth: landscape videos, each judged by older and newer others.

No collection pairs the covers of short videos with views, and hardly a video of this one has a channel: pairs are of
unlike videos, after what their titles say, and nothing is measured for Shorts, TikTok or Bilibili.
"""

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shortcast_ml.changes.measure import Came, shown, worth
from shortcast_ml.changes.worth import Shown, Worth
from shortcast_ml.fit import Progress
from shortcast_ml.thumbnails import BLOCKS, DATASET, Thumbnails, boost, load_thumbnails, remainder, tables

if TYPE_CHECKING:
    from shortcast_ml.encoders import Encoder
    from shortcast_ml.forecast import ForecastModel

WORDS = "words on the picture"
READ = 2_000  # pictures whose words are looked for: a tenth of a second each
LOOK_PX = 288  # their long side
LANDSCAPE = "landscape YouTube videos that trended in 2020-21"
BETWEEN = "landscape videos that trended, after their titles"


def picture_worth(
    root: Path, model: "ForecastModel", seed: int, encoder: "Encoder | None", say: Progress
) -> tuple[Worth | None, dict[str, tuple[Shown, float]]]:
    """Return what a computed difference between pictures is worth, and what those with words on them did.

    None and nothing where the collection is not under `root`, or the model reads no pictures.
    """
    if not (root / DATASET).is_dir() or model.thumbnail is None:
        return None, {}
    if encoder is None:
        from shortcast_ml.encoders import load_encoder

        encoder = load_encoder(model.encoder_id)
    say(f"reading {DATASET}")
    data = load_thumbnails(root / DATASET, encoder, say)
    shrunk = float((model.card.get("thumbnail") or {}).get("shrunk_to", 1.0))
    computed, rest = _held_out(data, seed, shrunk)
    rows = np.arange(len(rest))
    found = worth(Came(computed, rest, rows, rows), seed, BETWEEN)
    if found is not None:  # the best of one is no choice
        found = found.model_copy(update={"best": None, "within_channels": False})
    return found, _with_words(data, root / DATASET, computed, rest, seed, say)


def _held_out(data: Thumbnails, seed: int, shrunk: float) -> tuple[np.ndarray, np.ndarray]:
    """Return what boosters of other blocks of time make of each picture, and what its title leaves open: (n,) log10."""
    X, words = tables(data, np.ones(len(data.y), bool))
    rest, block = remainder(words, data.y, seed)
    computed = np.empty(len(rest))
    for b in range(BLOCKS):
        others = block != b
        computed[~others] = boost(X[others], shrunk * rest[others], seed).predict(X[~others])
    return computed, rest


def _with_words(
    data: Thumbnails, folder: Path, computed: np.ndarray, rest: np.ndarray, seed: int, say: Progress
) -> dict[str, tuple[Shown, float]]:
    from shortcast_ml.words_on_pictures import can_read_words, read_words

    if not can_read_words():
        say("words on pictures are not looked for: `pip install shortcast[ocr]` brings what reads them")
        return {}
    from PIL import Image

    rows = np.sort(np.random.default_rng(seed).permutation(len(rest))[:READ])
    has = np.zeros(len(rows), bool)
    packs: dict[str, zipfile.ZipFile] = {}
    for at, row in enumerate(rows):
        pack, _, name = data.places[row].partition("!")
        opened = packs.setdefault(pack, zipfile.ZipFile(folder / pack))
        with Image.open(io.BytesIO(opened.read(name))) as picture:
            has[at] = bool(read_words(picture.convert("RGB"), LOOK_PX))
        if at % 500 == 0:
            say(f"words looked for on {at:,} of {len(rows):,} pictures")
    for opened in packs.values():
        opened.close()
    # with and without are means of different rows: each row's sign is its share of the contrast
    share = np.where(has, 1 / max(1, has.sum()), -1 / max(1, (~has).sum())) * len(rows)
    return {WORDS: shown(share * rest[rows], share * computed[rows], rows, seed)}
