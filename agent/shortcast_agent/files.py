"""Which local files another program or its model may name: those in folders that were allowed, and uploads."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shortcast_ml.errors import InputError
from shortcast_ml.settings import Settings
from shortcast_tools.arguments import FILE_ARGUMENTS


def allowed_folders(settings: Settings, given: Sequence[Path] = ()) -> tuple[Path, ...]:
    """Return the real paths of the given folders and of the folder of uploads.

    Raises InputError for one that is no folder.
    """
    for folder in given:
        if not folder.expanduser().is_dir():
            raise InputError(f"{folder} is not a folder; allow a folder that exists.")
    uploads = settings.media_path / "uploads"
    return tuple(dict.fromkeys(Path(os.path.realpath(folder.expanduser())) for folder in (*given, uploads)))


def with_real_paths(arguments: Mapping[str, Any], folders: Sequence[Path]) -> dict[str, Any]:
    """Return the arguments with each file by its real path. Raises InputError for one outside the folders."""
    checked = dict(arguments)
    for name in FILE_ARGUMENTS & checked.keys():
        value = checked[name]
        if isinstance(value, list):
            checked[name] = [_real(name, path, folders) for path in value]
        elif value:
            checked[name] = _real(name, value, folders)
    return checked


def _real(name: str, given: str, folders: Sequence[Path]) -> str:
    """Return where a path really leads: links and `..` are followed first, a bare name is looked for in each folder."""
    if "://" in given:
        return given  # the tool says that it wants a file
    leads_out = False
    for folder in folders:
        real = _followed(folder / given)
        if real is None or not real.is_relative_to(folder):
            leads_out = True
        elif Path(given).is_absolute() or real.exists():
            return str(real)
    if leads_out:
        raise InputError(
            f"`{name}` is outside the folders that may be read here; put it into {_listed(folders)}, or allow its "
            "folder (`shortcast mcp --files FOLDER`)."
        )
    raise InputError(f"There is no file {Path(given).name[:100]!r} in {_listed(folders)}; check `{name}`.")


def _followed(path: Path) -> Path | None:
    try:
        return Path(os.path.realpath(path))
    except (OSError, ValueError):  # no path at all
        return None


def _listed(folders: Sequence[Path]) -> str:
    return " or ".join(map(str, folders))
