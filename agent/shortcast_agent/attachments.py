"""What a user attached: a picture, a video or a saved record, by name and by its first bytes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["picture", "video", "record"]

_EXTENSIONS: dict[str, Kind] = {
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"), "picture"),
    **dict.fromkeys((".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi"), "video"),
    ".json": "record",
}
_SNIFFED = 4096
_MOST = 12


@dataclass(frozen=True)
class Attachment:
    """A file that a turn may use."""

    path: Path
    kind: Kind


def look_at_attachments(paths: Sequence[Path | str]) -> tuple[list[Attachment], list[str]]:
    """Return the usable attachments, and one sentence for each that is not."""
    usable: list[Attachment] = []
    problems: list[str] = []
    for given in list(paths)[:_MOST]:
        path = Path(given).expanduser()
        problem = _problem(path)
        if problem is not None:
            problems.append(problem)
        else:
            usable.append(Attachment(path.resolve(), _EXTENSIONS[path.suffix.lower()]))
    if len(paths) > _MOST:
        problems.append(f"Only the first {_MOST} attachments are read; send the others in another message.")
    return usable, problems


def _problem(path: Path) -> str | None:
    """Say in one sentence why a file can't be used; None when it can."""
    name = path.name
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
