"""The parts that tools work with: settings, forecast model, encoder, library, index. Each loads when first used.

A surface that wants other parts than the defaults says so with `use(Parts(settings))`.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shortcast_ml.encoders import Encoder
    from shortcast_ml.forecast import ForecastModel
    from shortcast_ml.settings import Settings
    from shortcast_vectorstore.index import Index
    from shortcast_vectorstore.library import Library


class Parts:
    """Holds each part once. Safe to share between threads."""

    def __init__(self, settings: "Settings | None" = None) -> None:
        if settings is None:
            from shortcast_ml.settings import Settings

            settings = Settings()
        self.settings = settings
        self._lock = threading.RLock()
        self._model: ForecastModel | None = None
        self._encoder: Encoder | None = None
        self._model_encoder: Encoder | None = None
        self._library: Library | None = None
        self._index: Index | None = None

    @property
    def model(self) -> "ForecastModel":
        """The forecast model: the one that the settings name, else the user's own where it was adopted."""
        with self._lock:
            if self._model is None:
                from shortcast_ml.personal_files import serving_model

                self._model = serving_model(self.settings)
            return self._model

    def forget_model(self) -> None:
        """Load the forecast model anew when it is next used: it was trained or measured."""
        with self._lock:
            self._model = self._model_encoder = None

    @property
    def encoder(self) -> "Encoder":
        """The encoder for retrieval, named by the settings; its `notice` says when it had to be another."""
        with self._lock:
            if self._encoder is None:
                from shortcast_ml.encoders import load_encoder
                from shortcast_ml.encoders.remembered import remembering

                wanted = load_encoder(
                    self.settings.encoder,
                    device=self.settings.device,
                    fallback=True,
                    compiled=self.settings.compile_encoder,
                )
                self._encoder = remembering(wanted, self.settings.home / "cache")
            return self._encoder

    @property
    def model_encoder(self) -> "Encoder":
        """The encoder that the forecast model was trained with; vectors of another would mean nothing to it."""
        with self._lock:
            if self._model_encoder is None:
                from shortcast_ml.encoders import load_encoder
                from shortcast_ml.encoders.remembered import remembering

                wanted = load_encoder(self.model.encoder_id, device=self.settings.device)
                self._model_encoder = remembering(wanted, self.settings.home / "cache")
            return self._model_encoder

    @property
    def library(self) -> "Library":
        """The user's library; the invented demo library is put in when it is new."""
        with self._lock:
            if self._library is None:
                from shortcast_vectorstore.library import open_library

                self._library = open_library(self.settings.home)
            return self._library

    @property
    def index(self) -> "Index":
        """The search index over the library, checked and mended when opened."""
        with self._lock:
            if self._index is None:
                from shortcast_vectorstore.index import open_index

                self._index = open_index(self.library, self.encoder, self.settings)
            return self._index

    def close(self) -> None:
        """Close what was opened."""
        with self._lock:
            if self._index is not None:
                self._index.close()
            if self._library is not None:
                self._library.close()
            self._library = self._index = None


_default: Parts | None = None
_default_lock = threading.Lock()
_current: ContextVar[Parts | None] = ContextVar("shortcast_parts", default=None)


def parts() -> Parts:
    """Return the parts in use; the defaults of the environment when nobody chose others."""
    chosen = _current.get()
    if chosen is not None:
        return chosen
    global _default
    with _default_lock:
        if _default is None:
            _default = Parts()
        return _default


@contextmanager
def use(chosen: Parts) -> Iterator[Parts]:
    """Work with other parts inside a `with` block (and the threads that copy its context)."""
    token = _current.set(chosen)
    try:
        yield chosen
    finally:
        _current.reset(token)
