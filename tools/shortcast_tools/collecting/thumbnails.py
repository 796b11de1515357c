"""Thumbnails, downloaded beside the reading by a few threads; what is missing is fetched by the next run.

A picture's row waits in the library before it is asked for. Its file is complete before it has its name, and
its row and the video's record are written together, so that a kill leaves neither half a file nor a lost one.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from shortcast_ml.errors import InputError, LibraryError, ServiceError
from shortcast_tools.collecting.politeness import PICTURES, Politeness, ask_again
from shortcast_tools.fetch_video import MAX_THUMBNAIL_BYTES, keep_picture
from shortcast_tools.web import check_url
from shortcast_tools.ytdlp import download
from shortcast_vectorstore.media import MediaTable, Wanted

if TYPE_CHECKING:
    from shortcast_ml.settings import Settings
    from shortcast_vectorstore.library import Library

THREADS = 4
LINE = 64  # pictures in line before the reading waits for them
TRIES = 3  # runs that try to get a picture
RETRIES_S = (0.5, 2.0)  # waits before a server that stumbled is asked again
LEFT_OVER_S = 3600  # a file that a killed run left half-written is removed after this

Download = Callable[[str, int, "Settings", str], bytes]


class Thumbnails:
    """A bounded pool that downloads pictures. Leaving its `with` block waits for all, or none after an error."""

    def __init__(self, library: "Library", settings: "Settings", download: Download = download) -> None:
        self.saved = 0
        self._library, self._settings, self._download = library, settings, download
        self._media = MediaTable(library.db)
        self._politeness = Politeness(settings, PICTURES)
        self._line = threading.Semaphore(LINE)
        self._asked: set[str] = set()
        self._stop = threading.Event()
        self._errors: list[BaseException] = []
        contact = f" ({settings.contact})" if settings.contact else ""
        self._agent = f"shortcast/{version('shortcast')}{contact}"
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="thumbnails")

    def __enter__(self) -> "Thumbnails":
        remove_left_overs(self._settings)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=kind is not None)
        if kind is None and self._errors:
            raise self._errors[0]

    def fetch(self, wanted: Iterable[Wanted]) -> None:
        """Ask for pictures, each once in the life of the pool. Waits while the line is long."""
        for picture in wanted:
            if self._errors:
                raise self._errors[0]
            if picture.key in self._asked:
                continue
            self._asked.add(picture.key)
            self._line.acquire()
            self._pool.submit(self._save, picture).add_done_callback(self._finished)

    def _finished(self, future: "Future[bool]") -> None:
        self._line.release()
        if future.cancelled():
            return
        if error := future.exception():
            self._errors.append(error)
        else:
            self.saved += future.result()

    def _save(self, wanted: Wanted) -> bool:
        problem = "it has no link"
        for url in wanted.urls:
            if self._stop.is_set():
                return False
            try:
                data = self._bytes_at(url)
                path = keep_picture(data, self._settings.media_path, self._settings.max_image_mpx)
            except (InputError, ServiceError) as error:
                problem = str(error)
                continue
            except OSError as error:
                raise LibraryError(
                    f"The folder {self._settings.media_path} can't be written to ({error.strerror}); free some"
                    " space or set SHORTCAST_HOME to another folder."
                ) from error
            _remember(self._library, wanted.key, url, data, path)
            return True
        if not self._stop.is_set():
            self._media.failed(wanted.key, "thumbnail", problem)
        return False

    def _bytes_at(self, url: str) -> bytes:
        check_url(url, self._settings)

        def ask() -> bytes:
            self._politeness.wait(url)
            return self._download(url, MAX_THUMBNAIL_BYTES, self._settings, self._agent)

        return ask_again(ask, RETRIES_S, self._stop.wait)


def _remember(library: "Library", key: str, url: str, data: bytes, path: Path) -> None:
    """Write a saved picture into its video's record and its own row, together. Vectors of the old one go."""
    with library.db.transaction():
        video = library.by_key([key]).get(key)
        if video is None:
            return  # it was forgotten meanwhile
        draft = video.draft.model_copy(update={"thumbnail_path": path})
        library.add([video.model_copy(update={"draft": draft})])
        MediaTable(library.db).got(key, "thumbnail", url, hashlib.sha256(data).hexdigest(), path, len(data))


def remove_left_overs(settings: "Settings") -> None:
    """Remove half-written pictures of runs that were killed."""
    for path in settings.media_path.glob(".incoming-*"):
        try:
            if path.stat().st_mtime < time.time() - LEFT_OVER_S:
                path.unlink()
        except OSError:
            continue  # another process was faster
