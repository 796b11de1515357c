"""The trained part of `mini`: features of a picture, its words, or a text to unit vectors of one space."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shortcast_ml.errors import EncoderError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WEIGHTS_NAME = "heads.safetensors"
WORDS_NAME = "words.weight"  # of the heads' file; heads of version 1 have none, and read no words
CARD_NAME = "card.json"
ARRAYS = (
    "mean",
    "scale",
    "enter",
    "enter_bias",
    "hidden",
    "hidden_bias",
    "norm",
    "norm_bias",
    "leave",
    "leave_bias",
)


@dataclass(frozen=True)
class Head:
    """A residual MLP: standardise, enter, add gelu and hidden, layer norm, leave, unit norm.

    mean, scale (d,); enter (d, h); hidden (h, h); norm, norm_bias (h,); leave (h, dim); biases to match.
    """

    mean: "NDArray[np.float32]"
    scale: "NDArray[np.float32]"
    enter: "NDArray[np.float32]"
    enter_bias: "NDArray[np.float32]"
    hidden: "NDArray[np.float32]"
    hidden_bias: "NDArray[np.float32]"
    norm: "NDArray[np.float32]"
    norm_bias: "NDArray[np.float32]"
    leave: "NDArray[np.float32]"
    leave_bias: "NDArray[np.float32]"

    @property
    def dim(self) -> int:
        """Length of the vectors that come out."""
        return int(self.leave.shape[1])

    def project(self, features: "NDArray[np.float32]") -> "NDArray[np.float32]":
        """Return (n, dim) float32 of unit L2 norm from (n, d) float32."""
        import numpy as np

        entered = (features - self.mean) * self.scale @ self.enter + self.enter_bias
        x = entered + gelu(np.asarray(entered, dtype=np.float32)) @ self.hidden + self.hidden_bias
        centred = x - x.mean(axis=1, keepdims=True)
        x = (
            centred / np.sqrt(np.square(centred).mean(axis=1, keepdims=True) + 1e-5) * self.norm
            + self.norm_bias
        )
        x = x @ self.leave + self.leave_bias
        return np.asarray(x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12), dtype=np.float32)


@dataclass(frozen=True)
class Heads:
    """What was trained: a head for what is seen, one for what is said, and what words on a picture count."""

    image: Head
    text: Head
    words_weight: float = 0.0  # beside the 1 of what is seen

    def picture(
        self, seen: "NDArray[np.float32]", words: "NDArray[np.float32] | None" = None
    ) -> "NDArray[np.float32]":
        """Return (n, dim) float32 of unit L2 norm from what is seen, (n, d), and the words on the pictures.

        `words` is (n, 384): sentence vectors, a row of zeros for a picture without words. They go through the
        head of texts, so that a picture that says its title lies near it.
        """
        import numpy as np

        out = self.image.project(seen)
        said = np.zeros(len(out), bool) if words is None else words.any(axis=1)
        if words is None or not self.words_weight or not said.any():
            return out
        mixed = out[said] + np.float32(self.words_weight) * self.text.project(words[said])
        out[said] = mixed / np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-12)
        return out

    def title(self, sentences: "NDArray[np.float32]") -> "NDArray[np.float32]":
        """Return (n, dim) float32 of unit L2 norm from sentence vectors, (n, 384)."""
        return self.text.project(sentences)


def gelu(x: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """Return x times the normal distribution's mass below x, by the tanh approximation.

    Source: Hendrycks and Gimpel 2016, arXiv:1606.08415, section 2.
    """
    import numpy as np

    return np.asarray(0.5 * x * (1 + np.tanh(0.7978845608 * (x + 0.044715 * x**3))), dtype=np.float32)


def load_heads(folder: Path) -> tuple[Heads, dict[str, Any]]:
    """Return the heads and the card of a folder.

    EncoderError when something is missing, damaged, or not what the card describes.
    """
    import numpy as np
    from safetensors import SafetensorError
    from safetensors.numpy import load

    from shortcast_ml.encoders.names import file_sha256

    try:
        card = json.loads((folder / CARD_NAME).read_text(encoding="utf-8"))
        expected = card["sha256"][WEIGHTS_NAME]
        found = file_sha256(folder / WEIGHTS_NAME)
        if found != expected:
            raise EncoderError(
                f"{folder / WEIGHTS_NAME} is not the file that its card describes "
                f"(hash begins with {found[:12]}, the card says {expected[:12]}); install or train it again."
            )
        arrays = load((folder / WEIGHTS_NAME).read_bytes())
        image, text = (
            Head(**{name: arrays[f"{side}.{name}"].astype(np.float32) for name in ARRAYS})
            for side in ("image", "text")
        )
        weight = float(arrays[WORDS_NAME][0]) if WORDS_NAME in arrays else 0.0
    except FileNotFoundError as error:
        raise EncoderError(
            f"{error.filename} is missing; install Shortcast again, or train the encoder."
        ) from error
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise EncoderError(
            f"The encoder in {folder} can't be read ({error}); install or train it again."
        ) from error
    if image.dim != text.dim or image.dim != card.get("dim"):
        raise EncoderError(f"The encoder in {folder} disagrees with its card about the length of a vector.")
    return Heads(image, text, weight), card
