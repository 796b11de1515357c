"""Chroma's own way to encode pictures, for a benchmark to compare with; nothing else here uses it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def chroma_encoder(
    model: str, weights: Path, device: str
) -> "Callable[[Sequence[Path]], NDArray[np.float32]]":
    """Return what encodes picture files, (n, dim) float32, with Chroma's loader and `OpenCLIPEmbeddingFunction`.

    The pictures of one call are loaded together, as Chroma's collections do with a batch of `uris`.
    """
    import numpy as np
    from chromadb.utils.data_loaders import ImageLoader
    from chromadb.utils.embedding_functions import OpenCLIPEmbeddingFunction

    load = ImageLoader()
    embed = OpenCLIPEmbeddingFunction(model_name=model, checkpoint=str(weights), device=device)

    def encode(paths: Sequence[Path]) -> "NDArray[np.float32]":
        pictures = [picture for picture in load([str(path) for path in paths]) if picture is not None]
        return np.asarray(embed(pictures), np.float32)

    return encode
