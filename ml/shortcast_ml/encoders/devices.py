"""Where and how exactly torch computes: device, precision, and torchvision's missing operators."""

import os
import threading
from typing import TYPE_CHECKING, Any

from shortcast_ml.errors import EncoderError

if TYPE_CHECKING:
    import torch

_lock = threading.Lock()
_declared: list[Any] = []  # torch forgets a schema when its library object is collected


def cpu_threads() -> int:
    """Return how many threads a network may use: OMP_NUM_THREADS, as torch and BLAS read it; 0 for all cores."""
    given = os.environ.get("OMP_NUM_THREADS", "")
    return int(given) if given.isdecimal() else 0


def wait_asleep() -> None:
    """Let threads of torch that wait for one another sleep. Call it before torch is imported for the first time.

    By default they spin, and where other programs run too, they take from each other the very core that the
    last one needs: on two cores under load, one picture took 1.1 s in place of 0.08. OMP_WAIT_POLICY says otherwise.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")


def declare_torchvision_operators() -> None:
    """Make `import torchvision` (and so open_clip and timm) work where its native operators don't load.

    A torchvision built for CUDA beside a CPU torch fails on import, because it describes `nms` and `qnms`
    without having them. Declaring their schemas is enough: no encoder calls them. Does nothing where the
    native operators are there. Call it before the first import of torchvision.
    """
    import importlib.util
    import sys

    wait_asleep()
    import torch

    with _lock:
        if _declared or "torchvision" in sys.modules:
            return
        found = importlib.util.find_spec("torchvision")
        if found is None or found.origin is None:
            return
        try:
            _load_native_operators(found.origin)
            _ = torch.ops.torchvision.nms  # raises where the native operators did not load
        except (OSError, RuntimeError, AttributeError):
            library = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
            for name in ("nms", "qnms"):
                schema = f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
                library.define(schema)  # type: ignore[no-untyped-call]
            _declared.append(library)


def _load_native_operators(package_file: str) -> None:
    """Load torchvision's own library as its import would. OSError when it can't be."""
    from pathlib import Path

    import torch

    native = sorted(Path(package_file).parent.glob("_C*.so")) + sorted(
        Path(package_file).parent.glob("_C*.pyd")
    )
    if not native:
        raise OSError("no native operators")
    torch.ops.load_library(str(native[0]))  # type: ignore[no-untyped-call]


def choose_device(wanted: str) -> "torch.device":
    """Return the torch device: `auto` takes cuda, then mps, then cpu. EncoderError when it is not there."""
    wait_asleep()
    import torch

    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return torch.device(next(name for name, there in available.items() if there))
    if not available.get(wanted.split(":")[0], False):
        usable = ", ".join(name for name, there in available.items() if there)
        raise EncoderError(
            f"This machine has no device {wanted!r}; set SHORTCAST_DEVICE to auto or {usable}."
        )
    return torch.device(wanted)
