"""`open_clip:<model>/<weights>`: CLIP and its kin, through open_clip.

Weights come from the hub by tag (fetched on first use), or from a local checkpoint. The tag `random` gives
weights that know nothing; it is for tests and benchmarks.
"""

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shortcast_ml.encoders import WeightsUnavailable, hub
from shortcast_ml.encoders.devices import choose_device, declare_torchvision_operators
from shortcast_ml.encoders.names import CPU_DEFAULT, GPU_DEFAULT, EncoderName, parse, pin
from shortcast_ml.encoders.pictures import as_rgb
from shortcast_ml.encoders.sentences import clean
from shortcast_ml.errors import EncoderError

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray
    from PIL.Image import Image

CPU_BATCH = 16
GPU_BATCH = 64


@dataclass(frozen=True, eq=False)  # an encoder is itself: compared and hashed by identity
class OpenClipEncoder:
    """A loaded model. Safe to share between threads."""

    id: str
    dim: int
    model: Any
    preprocess: "Callable[[Image], torch.Tensor]"
    tokenize: "Callable[[list[str]], torch.Tensor]"
    device: "torch.device"
    image_dtype: "torch.dtype"
    notice: str | None = None

    def encode_images(self, images: "Sequence[str | Path | Image]") -> "NDArray[np.float32]":
        """Return (n, dim) float32, unit L2 norm. MediaError when a file is no picture."""
        import torch

        def encode(batch: "Sequence[str | Path | Image]") -> "torch.Tensor":
            pixels = torch.stack([self.preprocess(as_rgb(image)) for image in batch])
            return self.model.encode_image(pixels.to(self.device, self.image_dtype))  # type: ignore[no-any-return]

        return self._in_batches(images, encode)

    def encode_texts(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Return (n, dim) float32, unit L2 norm. The model reads about the first 60 words."""

        def encode(batch: Sequence[str]) -> "torch.Tensor":
            tokens = self.tokenize([clean(text) for text in batch])
            return self.model.encode_text(tokens.to(self.device))  # type: ignore[no-any-return]

        return self._in_batches(texts, encode)

    def _in_batches(
        self, items: Sequence[Any], encode: "Callable[[Any], torch.Tensor]"
    ) -> "NDArray[np.float32]":
        import numpy as np
        import torch

        size = CPU_BATCH if self.device.type == "cpu" else GPU_BATCH
        out = np.empty((len(items), self.dim), dtype=np.float32)
        with torch.inference_mode():
            for start in range(0, len(items), size):
                vectors = encode(items[start : start + size]).float()
                vectors = torch.nn.functional.normalize(vectors, dim=-1)
                out[start : start + len(vectors)] = vectors.cpu().numpy()
        return out


def load_open_clip(name: EncoderName, device: str = "auto") -> OpenClipEncoder:
    """Load a model. WeightsUnavailable when they can't be had (within 5 s), EncoderError for all else."""
    import torch

    declare_torchvision_operators()
    where = choose_device(device)
    if not name.model:
        name = parse(f"open_clip:{CPU_DEFAULT if where.type == 'cpu' else GPU_DEFAULT}")
    try:
        import open_clip
    except ImportError as error:
        raise WeightsUnavailable(
            f"open_clip is not installed ({error}); `pip install open_clip_torch`, or use `mini`."
        ) from error
    config = open_clip.get_model_config(name.model)
    if config is None:
        near = difflib.get_close_matches(name.model, open_clip.list_models(), 3, 0.5)
        raise EncoderError(
            f"open_clip knows no model {name.model!r}; near it are {', '.join(near) or 'none'}."
        )
    if name.file is not None:
        name = pin(name, name.file)
    tag, weights = _weights(name)
    tokenize = _tokenizer(name.model, config)
    image_dtype, text_dtype = choose_precision(where)
    try:
        with torch.random.fork_rng(enabled=weights is None, devices=[]):
            torch.manual_seed(0) if weights is None else None
            model = open_clip.create_model(
                name.model,
                pretrained=str(weights) if weights else None,
                pretrained_text=False,
                force_quick_gelu=bool(tag.get("quick_gelu")),
                force_preprocess_cfg={key: tag[key] for key in PREPROCESS if key in tag},
            )
    except Exception as error:  # a foreign checkpoint fails in any way that torch and safetensors know
        source = name.file or name.full
        raise EncoderError(
            f"{source} does not hold weights of {name.model}: {hub.first_line(error)} "
            "Name the model that the file belongs to, or another file."
        ) from error
    model = model.eval().requires_grad_(False).to(where)
    model.to(text_dtype)
    model.visual.to(image_dtype)
    preprocess = open_clip.transform.image_transform_v2(
        open_clip.transform.PreprocessCfg(**open_clip.get_model_preprocess_cfg(model)), is_train=False
    )
    return OpenClipEncoder(
        id=name.full,
        dim=int(config["embed_dim"]),
        model=model,
        preprocess=preprocess,
        tokenize=tokenize,
        device=where,
        image_dtype=image_dtype,
    )


PREPROCESS = ("mean", "std", "interpolation", "resize_mode")


def _weights(name: EncoderName) -> tuple[dict[str, Any], Path | None]:
    """Return what is known of a tag, and the weights' path: none for `random`."""
    import open_clip

    if name.file is not None:
        return {}, name.file
    if name.weights == "random":
        return {}, None
    tag = open_clip.get_pretrained_cfg(name.model, name.weights)
    if not tag:
        tags = ", ".join(open_clip.list_pretrained_tags_by_model(name.model))
        raise EncoderError(
            f"open_clip knows no weights {name.weights!r} of {name.model}; it knows {tags or 'none'}."
        )
    repo, _, filename = tag["hf_hub"].rpartition("/")
    return tag, hub.weights_file(repo, filename, name.full)


def _tokenizer(model: str, config: dict[str, Any]) -> "Callable[[list[str]], torch.Tensor]":
    """Return the model's tokenizer; most are bundled, some come from the hub and need `transformers`."""
    import importlib.util

    import open_clip

    text = config.get("text_cfg", {})
    repo = text.get("hf_tokenizer_name") or text.get("hf_model_name")
    if repo:
        if importlib.util.find_spec("transformers") is None:
            raise WeightsUnavailable(
                f"{model} reads text with `transformers`; `pip install transformers`, or use `mini`."
            )
        hub.weights_file(repo, "tokenizer_config.json", f"the tokenizer of {model}")
    try:
        tokenizer: Callable[[list[str]], torch.Tensor] = open_clip.get_tokenizer(model)
    except Exception as error:
        raise WeightsUnavailable(
            f"The tokenizer of {model} can't be loaded: {hub.first_line(error)}"
        ) from error
    return tokenizer


def choose_precision(device: "torch.device") -> "tuple[torch.dtype, torch.dtype]":
    """Return the dtypes of pictures and texts on a device.

    A GPU computes both in bfloat16, or float16 where it lacks that. A CPU with native bfloat16 sees 4 times
    as fast with it (cosine to float32 above 0.999), but reads more slowly, so texts stay in float32.
    """
    import torch

    if device.type == "cuda":
        half = torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
        return half, half
    if device.type == "mps":
        return torch.float16, torch.float16
    capabilities = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return (torch.bfloat16 if capabilities.get("avx512_bf16") else torch.float32), torch.float32
