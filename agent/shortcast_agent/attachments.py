"""What a user attached: a picture, a video or a saved record, by name and by its first bytes.

A file's name may be a stranger's: it can hold an order, or lines that look like ours. A language model and the
tools get a file under a plain name, its own or a link's, which is too short and too plain to say anything.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Kind = Literal["picture", "video", "record"]

_EXTENSIONS: dict[str, Kind] = {
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"), "picture"),
    **dict.fromkeys((".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi"), "video"),
    ".json": "record",
}
_FILE_FACTS = ("video", "thumbnail", "thumbnails", "record")
_SNIFFED = 4096
_MOST = 12
_PLAIN_NAME = re.compile(r"[\w .,()'&+-]{1,44}")
_PLAIN_FOLDER = re.compile(r"[\w .,()'&+@~:\\/-]{0,255}")
_KEPT_OF_NAME = 24  # characters


@dataclass(frozen=True)
class Attachment:
    """A file that a turn may use."""

    path: Path
    kind: Kind


def look_at_attachments(
    paths: Sequence[Path | str], links: Path | None = None
) -> tuple[list[Attachment], list[str]]:
    """Return the usable attachments, and one sentence for each that is not.

    With `links`, a folder, a file whose name is not plain is given under a plain one there.
    """
    usable: list[Attachment] = []
    problems: list[str] = []
    for given in list(paths)[:_MOST]:
        path = Path(given).expanduser()
        problem = _problem(path)
        if problem is not None:
            problems.append(problem)
        else:
            found = path.resolve() if links is None else plainly_named(path, links)
            usable.append(Attachment(found, _EXTENSIONS[path.suffix.lower()]))
    if len(paths) > _MOST:
        problems.append(f"Only the first {_MOST} attachments are read; send the others in another message.")
    return usable, problems


def with_plain_files(facts: Mapping[str, Any], links: Path) -> dict[str, Any]:
    """Return facts with the files among them under plain names."""

    def plain(file: str | Path) -> str:
        path = Path(file)
        return str(file) if _is_plain(path) else str(plainly_named(path, links))

    files = {name: facts[name] for name in _FILE_FACTS if name in facts}
    return dict(facts) | {
        name: [plain(file) for file in given] if isinstance(given, list | tuple) else plain(given)
        for name, given in files.items()
    }


def plainly_named(path: Path, links: Path) -> Path:
    """Return the file's absolute path if it is plain, else that of a link to it in the folder `links`."""
    path = path.expanduser().resolve()
    if _is_plain(path):
        return path
    name = plain_name(path)
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:8]
    link = links.expanduser().resolve() / f"{Path(name).stem}-{digest}{Path(name).suffix}"
    links.expanduser().mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):  # it was attached before
        try:
            link.symlink_to(path)
        except FileExistsError:
            raise
        except OSError:  # a file system, or a Windows user, without links
            shutil.copyfile(path, link)
    return link


def _is_plain(path: Path) -> bool:
    return bool(_PLAIN_NAME.fullmatch(path.name) and _PLAIN_FOLDER.fullmatch(str(path.parent)))


def plain_name(path: Path) -> str:
    """Return a file's name as it may be shown: short, and of letters, digits and few signs."""
    if _PLAIN_NAME.fullmatch(path.name):
        return path.name
    suffix = path.suffix.lower() if path.suffix.lower() in _EXTENSIONS else ""
    stem = re.sub(r"[^\w-]+", "_", path.stem)[:_KEPT_OF_NAME].strip("_")
    return (stem or "file") + suffix


def _problem(path: Path) -> str | None:
    """Say in one sentence why a file can't be used; None when it can."""
    name = plain_name(path)
    try:
        if not path.is_file():
            return f"There is no file {name}; check its path and attach it again."
        with path.open("rb") as stream:
            head = stream.read(_SNIFFED)
    except OSError:
        return f"{name} can't be opened; check that you may read it."
    kind = _EXTENSIONS.get(path.suffix.lower())
    if kind is None:
        return f"{name} is neither a picture nor a video that I can read; attach a PNG, JPEG, WebP, MP4, MOV or WebM."
    if not head:
        return f"{name} is empty; export it again and attach that."
    found = _sniff(head)
    if kind == "record":
        return (
            None
            if _is_record(path)
            else f"{name} is not a saved record of a published video; attach one that is."
        )
    if found != kind:
        what = (
            f"a {found}" if found else "a text file or something else" if _is_text(head) else "something else"
        )
        return f"{name} is not a {kind} although its name says so: it holds {what}; attach the real {kind}."
    return None


def _sniff(head: bytes) -> Kind | None:
    if head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM")):
        return "picture"
    if head[:4] == b"RIFF":
        return "picture" if head[8:12] == b"WEBP" else "video" if head[8:12] == b"AVI " else None
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip") or head.startswith(
        b"\x1aE\xdf\xa3"
    ):
        return "video"
    return None


def _is_text(head: bytes) -> bool:
    try:
        return head.decode("utf-8").isprintable() or b"\n" in head
    except UnicodeDecodeError:
        return False


def _is_record(path: Path) -> bool:
    from pydantic import ValidationError

    from shortcast_ml.records import Published

    try:
        Published.model_validate(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, ValidationError):
        return False
    return True
