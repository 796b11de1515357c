"""A model on disk: a folder of plain files, each with its hash in `card.json`. No pickle.

| file                    | what                                                             |
|-------------------------|------------------------------------------------------------------|
| model.txt               | LightGBM: log10 views at 30 days, of the default part            |
| model.PART.txt          | the same for another part (a platform, or `titles` alone)        |
| spread.txt              | LightGBM: log of the size of its error                           |
| thumbnail.txt           | LightGBM: what a thumbnail adds, in log10 (may be absent)        |
| personal.txt            | LightGBM: what the starter misses on the user's videos (ditto)   |
| projection.safetensors  | principal components of title and picture vectors                |
| calibration.json        | quantiles of scaled errors by evidence, and the anchors          |
| growth.json             | the growth curve                                                 |
| changes.json            | how far computed changes come true (may be absent)               |
| card.json               | data, split, metrics, feature names, encoder, versions, sha256   |
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from shortcast_ml.errors import ModelError

CARD = "card.json"
FORMAT = 1


def model_folder(name_or_dir: str | Path) -> Path:
    """Return the folder of a model: `starter` is the shipped one."""
    if str(name_or_dir) == "starter":
        return Path(str(files("shortcast_ml") / "starter"))
    return Path(name_or_dir).expanduser()


def sha256(path: Path) -> str:
    """Return the hex digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file; raises ValueError or OSError where there is none."""
    return dict(json.loads(path.read_text(encoding="utf-8")))


def read_card(folder: Path) -> dict[str, Any]:
    """Return the card of a model after checking every file against its hash.

    Raises ModelError with the file that differs.
    """
    path = folder / CARD
    if not path.is_file():
        raise ModelError(
            f"There is no model in {folder}: card.json is missing. Train one with `shortcast train`."
        )
    try:
        card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        listed: dict[str, str] = dict(card["sha256"])
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path} is not a model card: {error!r}. Train the model again.") from error
    if card.get("format") != FORMAT:
        raise ModelError(
            f"{path} has format {card.get('format')!r}, this version reads {FORMAT}. Train it again."
        )
    for name, expected in listed.items():
        if Path(name).name != name:
            raise ModelError(f"{path} names a file outside its folder: {name!r}.")
        if not (folder / name).is_file():
            raise ModelError(f"The model in {folder} lacks {name}. Train it again or restore the file.")
        if sha256(folder / name) != expected:
            raise ModelError(f"{folder / name} is not the file that its card describes (its sha256 differs).")
    return card


@contextmanager
def writing(folder: Path) -> Iterator[Path]:
    """Write a model beside its place and move it there when complete; nothing half-written remains."""
    folder = folder.expanduser().resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        yield work
        card_path = work / CARD
        card = json.loads(card_path.read_text(encoding="utf-8"))
        card["format"] = FORMAT
        card["sha256"] = {p.name: sha256(p) for p in sorted(work.iterdir()) if p.name != CARD}
        card_path.write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        old = folder.with_name(f".{folder.name}-old-{os.getpid()}")
        if folder.exists():
            folder.rename(old)
        work.rename(folder)
        os.chmod(folder, 0o755)  # noqa: S103  mkdtemp made it private
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)
