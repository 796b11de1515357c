"""An encoder that looks into the library before it encodes a title."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    from shortcast_ml.encoders import Encoder
    from shortcast_vectorstore.library import Library


class RememberedTitles:
    """The same encoder; the titles that the library has its vectors of are not read again."""

    def __init__(self, encoder: "Encoder", library: "Library") -> None:
        from shortcast_ml.library_table import key_of
        from shortcast_ml.text import words_to_embed

        self.id, self.dim, self.notice = encoder.id, encoder.dim, encoder.notice
        self._encoder = encoder
        words = {key_of(video): words_to_embed(video.draft) for video in library.all()}
        vectors = library.vectors.of(encoder.id, "title", words)
        self._known = {words[key]: vector for key, vector in vectors.items()}

    def encode_images(self, images: "Sequence[str | Path | Image]") -> "NDArray[np.float32]":
        """Return (n, dim) float32, unit L2 norm. MediaError when a file is no picture."""
        return self._encoder.encode_images(images)

    def encode_texts(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Return (n, dim) float32, unit L2 norm."""
        import numpy as np

        fresh = [text for text in dict.fromkeys(texts) if text not in self._known]
        known = dict(self._known)
        if fresh:
            known |= dict(zip(fresh, self._encoder.encode_texts(fresh), strict=True))
        return np.stack([known[text] for text in texts]) if texts else self._encoder.encode_texts(texts)
