"""Files that were given on the page: copied into the data folder, and deleted with their last conversation."""

import hashlib
import shutil
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path

from shortcast_ml.settings import Settings


def keep(files: Sequence[str], settings: Settings) -> list[Path]:
    """Copy uploads into the data folder, so that a conversation can be resumed after they are swept away.

    The same file is kept once, under a folder named by its content.
    """
    kept = []
    for file in map(Path, files):
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()[:16]
        target = _folder(settings) / digest / file.name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(target.name + ".part")
            shutil.copyfile(file, part)
            part.replace(target)
        kept.append(target)
    return kept


def delete_uploads(files: Collection[Path], still_shown: Collection[Path], settings: Settings) -> None:
    """Delete the kept uploads among `files` that no other conversation shows; other files stay where they are."""
    ours = _folder(settings).resolve()
    for file in files:
        if file in still_shown or file.resolve().parent.parent != ours:
            continue
        with suppress(OSError):  # gone already, or shown by a player at this moment
            file.unlink(missing_ok=True)
            file.parent.rmdir()


def _folder(settings: Settings) -> Path:
    return settings.media_path / "uploads"
