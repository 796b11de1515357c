"""What encoding costs: the plain way to use open_clip, to compare with, and the most that a device can do."""

import platform
from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING

from shortcast_ml.encoders.batches import Ready
from shortcast_ml.encoders.clip import OpenClipEncoder, load_open_clip
from shortcast_ml.encoders.devices import declare_torchvision_operators
from shortcast_ml.encoders.names import parse

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray


def write_random_weights(model: str, path: Path) -> None:
    """Write the weights of `open_clip:<model>/random` as safetensors, for others to load."""
    from safetensors.torch import save_file

    declare_torchvision_operators()
    encoder = load_open_clip(parse(f"open_clip:{model}/random"), "cpu", exact=True)
    save_file({name: tensor.contiguous() for name, tensor in encoder.model.state_dict().items()}, path)


class PlainEncoder:
    """open_clip as its own README uses it: one picture at a time, read by Pillow, in float32."""

    def __init__(self, model: str, weights: Path, device: "torch.device") -> None:
        import open_clip

        self.device = device
        self.model, _, self.preprocess = open_clip.create_model_and_transforms(model, pretrained=str(weights))
        self.model.eval().to(device)

    def encode_images(self, paths: Sequence[Path]) -> "NDArray[np.float32]":
        """Return (n, dim) float32, unit L2 norm."""
        import numpy as np
        import torch
        from PIL import Image

        rows = []
        for path in paths:
            image = self.preprocess(Image.open(path)).unsqueeze(0).to(self.device)
            with torch.no_grad():
                features = self.model.encode_image(image)
                features /= features.norm(dim=-1, keepdim=True)
            rows.append(features.cpu().numpy())
        return np.concatenate(rows)


def forward_only(encoder: OpenClipEncoder, pictures: Sequence[object]) -> None:
    """Run the picture network alone, for as many pictures as are given, on pixels that are on the device already."""
    import torch

    pixels = torch.zeros((encoder.batches.size, encoder.fit.height, encoder.fit.width, 3), dtype=torch.uint8)
    with torch.inference_mode():
        there = encoder.normalised(pixels.to(encoder.device)).to(encoder.image_dtype)

    def make(_pool: Executor, batch: Sequence[object], _pinned: bool) -> Ready:
        return lambda: there[: len(batch)]

    encoder.batches.vectors(pictures, encoder.dim, make, encoder.model.encode_image)


def hardware(device: "torch.device") -> str:
    """Return the name of a GPU, or of the processor and how many of its cores torch uses."""
    import torch

    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass  # not Linux
    capabilities = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    known = [word for word in ("avx2", "avx512_f", "avx512_bf16", "amx_bf16") if capabilities.get(word)]
    return f"{name}, {torch.get_num_threads()} threads, {' '.join(known) or 'plain'}"
