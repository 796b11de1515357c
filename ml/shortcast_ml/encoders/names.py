"""What an encoder's name says: `mini`, `mini:1`, `open_clip:<model>/<weights tag or file>`.

An encoder's full id is stored with every vector, and loads the same encoder again. Weights from a file
carry the first 12 hexadecimal digits of the file's SHA-256: `open_clip:ViT-B-32//home/me/my.pt@0123456789ab`.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from shortcast_ml.errors import EncoderError

CHECKPOINTS = (".safetensors", ".pt", ".pth", ".bin")
GPU_DEFAULT = "ViT-L-14/openai"
CPU_DEFAULT = "ViT-B-32/laion2b_s34b_b79k"
# What forecasts are trained with. It reads no words on pictures, as later ones do: they help to find videos, but did
# not surely help to forecast (`shortcast bench-words`), and take fifteen times as long.
FORECASTING = "mini:1"
SHOW = "Use `mini`, `open_clip`, or `open_clip:<model>/<weights tag or file>`."


@dataclass(frozen=True)
class EncoderName:
    """A parsed name. Empty parts mean the default."""

    kind: Literal["mini", "open_clip"]
    model: str = ""
    weights: str = ""  # a version of mini, a tag, `random`, or empty when `file` is given
    file: Path | None = None
    sha256: str = ""  # first digits that the file must have; empty when any will do

    @property
    def full(self) -> str:
        """The id to store with vectors."""
        if self.kind == "mini":
            return f"mini:{self.file}@{self.sha256}" if self.file else f"mini:{self.weights}"
        return f"open_clip:{self.model}/" + (f"{self.file}@{self.sha256}" if self.file else self.weights)


def parse(name: str) -> EncoderName:
    """Read an encoder's name. EncoderError when it is none."""
    kind, _, rest = name.strip().partition(":")
    if kind == "mini":
        if ":" in name and not rest:
            raise EncoderError(f"{name!r} names no version of mini. {SHOW}")
        if rest and not rest.isdecimal():
            path, sha256 = _file(rest)
            return EncoderName("mini", file=path, sha256=sha256)
        return EncoderName("mini", weights=rest)
    if kind != "open_clip":
        raise EncoderError(f"There is no encoder {name!r}. {SHOW}")
    if not rest:
        if ":" in name:
            raise EncoderError(f"{name!r} names no model. {SHOW}")
        return EncoderName("open_clip")
    model, slash, weights = rest.partition("/")
    if not model or not slash or not weights:
        raise EncoderError(f"{name!r} names no weights. {SHOW}")
    if "/" in weights or "\\" in weights or weights.partition("@")[0].lower().endswith(CHECKPOINTS):
        path, sha256 = _file(weights)
        return EncoderName("open_clip", model, file=path, sha256=sha256)
    return EncoderName("open_clip", model, weights)


def _file(text: str) -> tuple[Path, str]:
    """Split `path@sha256`; an @ that is part of the path stays in it."""
    pinned = re.fullmatch(r"(.+)@([0-9a-f]{12})", text)
    path, sha256 = (pinned[1], pinned[2]) if pinned else (text, "")
    return Path(path).expanduser().absolute(), sha256


def file_sha256(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def pin(name: EncoderName, weights_file: Path) -> EncoderName:
    """Return the name with its file's hash. EncoderError when the file is not there or not the one named."""
    if not weights_file.is_file():
        raise EncoderError(f"There is no weights file {weights_file}; check the path in the encoder's name.")
    found = file_sha256(weights_file)[:12]
    if name.sha256 and name.sha256 != found:
        raise EncoderError(
            f"{weights_file} has changed: its hash begins with {found}, but {name.sha256} was named. "
            "Put the old file back, or name it without the hash and rebuild the index."
        )
    return EncoderName(name.kind, name.model, name.weights, name.file, found)
