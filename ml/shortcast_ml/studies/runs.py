"""A run that can be killed: every finished step stands on disk, and a second start goes on from there."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shortcast_ml.errors import InputError

STATE = "run.json"


@dataclass(frozen=True)
class RunFolder:
    """The steps of one run that are done, as safetensors files by name."""

    path: Path

    def once(self, step: str, compute: Callable[[], dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
        """Return the arrays of a step, computed only where an earlier start did not get so far."""
        from safetensors.numpy import load_file, save_file

        file = self.path / f"{step}.safetensors"
        if not file.is_file():
            arrays = {name: np.ascontiguousarray(array) for name, array in compute().items()}
            part = file.with_suffix(f".{os.getpid()}.part")
            save_file(arrays, part)
            os.replace(part, file)
        return load_file(file)

    def folder(self, step: str) -> Path:
        """Return a folder for a step's own checkpoints."""
        path = self.path / step
        path.mkdir(exist_ok=True)
        return path

    def close(self) -> None:
        """Forget the steps: the result stands elsewhere."""
        shutil.rmtree(self.path, ignore_errors=True)


def open_run(out: Path, fingerprint: dict[str, str]) -> tuple[RunFolder, bool]:
    """Return the run that writes to `out`, and whether an earlier start of the same experiment goes on.

    The folder stands beside `out` and is emptied when the experiment, its data or its encoders have changed.
    """
    out = out.expanduser().resolve()
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is a file; give a folder to write the model to.")
    path = out.with_name(f".{out.name}.run")
    state = path / STATE
    same = state.is_file() and json.loads(state.read_text(encoding="utf-8")) == fingerprint
    if not same:
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        part = state.with_suffix(".part")
        part.write_text(json.dumps(fingerprint), encoding="utf-8")
        os.replace(part, state)
    return RunFolder(path), same


def digest(*values: object) -> str:
    """Return the hex SHA-256 of values as text."""
    return hashlib.sha256("\x1f".join(map(str, values)).encode()).hexdigest()
