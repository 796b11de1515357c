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
from shortcast_ml.encoders.batches import Batches, is_out_of_memory, make_pixels, make_tokens
from shortcast_ml.encoders.devices import choose_device, declare_torchvision_operators
from shortcast_ml.encoders.names import CPU_DEFAULT, GPU_DEFAULT, EncoderName, parse, pin
from shortcast_ml.encoders.pictures import Fit, fitted
from shortcast_ml.encoders.precision import choose_precision
from shortcast_ml.encoders.sentences import clean
from shortcast_ml.errors import EncoderError

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray
    from PIL.Image import Image


@dataclass(frozen=True, eq=False)  # an encoder is itself: compared and hashed by identity
class OpenClipEncoder:
    """A loaded model. Safe to share between threads."""

    id: str
    dim: int
    model: Any
    fit: Fit
    mean: "torch.Tensor"  # (3, 1, 1) float32 on the device, of levels from 0 to 255, as `std`
    std: "torch.Tensor"
    tokenize: "Callable[[list[str]], torch.Tensor]"
    batches: Batches
    image_dtype: "torch.dtype"
    notice: str | None = None

    @property
    def device(self) -> "torch.device":
        """Where it computes."""
        return self.batches.device

    def encode_images(self, images: "Sequence[str | Path | Image]") -> "NDArray[np.float32]":
        """Return (n, dim) float32, unit L2 norm. MediaError when a file is no picture."""
        return self.batches.vectors(images, self.dim, make_pixels(self.fit), self.see)

    def encode_texts(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Return (n, dim) float32, unit L2 norm. The model reads about the first 60 words."""
        import numpy as np

        cleaned = [clean(text) for text in texts]
        order = np.array(sorted(range(len(cleaned)), key=lambda i: len(cleaned[i])), dtype=int)
        out = np.empty((len(cleaned), self.dim), dtype=np.float32)
        make = make_tokens(self.tokenize, trim=can_be_trimmed(self.model))
        out[order] = self.batches.vectors([cleaned[i] for i in order], self.dim, make, self.read)
        return out

    def preprocess(self, image: "str | Path | Image") -> "torch.Tensor":
        """Return what the network sees of one picture, (3, height, width) float32 on the device."""
        import torch

        return self.normalised(torch.tensor(fitted(image, self.fit)[None]).to(self.device))[0]

    def normalised(self, pixels: "torch.Tensor") -> "torch.Tensor":
        """Return levels (n, height, width, 3) uint8 as (n, 3, height, width) float32, channels last in memory."""
        return (pixels.permute(0, 3, 1, 2).float() - self.mean) / self.std

    def see(self, pixels: "torch.Tensor") -> "torch.Tensor":
        """Return vectors (n, dim) of pixels (n, height, width, 3) uint8 on the device, not normalised."""
        vectors: torch.Tensor = self.model.encode_image(self.normalised(pixels).to(self.image_dtype))
        return vectors

    def read(self, tokens: "torch.Tensor") -> "torch.Tensor":
        """Return vectors (n, dim) of tokens (n, length) on the device, not normalised."""
        vectors: torch.Tensor = (
            read_trimmed(self.model, tokens) if can_be_trimmed(self.model) else self.model.encode_text(tokens)
        )
        return vectors


def can_be_trimmed(model: Any) -> bool:
    """Tell whether a text may be cut behind its end mark: no mark looks ahead, and its vector is the mark's."""
    import open_clip

    return type(model) is open_clip.CLIP and model.text_pool_type == "argmax" and model.attn_mask is not None


def read_trimmed(model: Any, tokens: "torch.Tensor") -> "torch.Tensor":
    """Return what `model.encode_text` does, (n, dim), of tokens that may be shorter than its context.

    A title has some 15 marks; open_clip's own way computes 77. Source: `CLIP.encode_text` of open_clip 3.3.
    """
    import torch

    length = tokens.shape[1]
    kind = model.transformer.get_cast_dtype()
    x = model.token_embedding(tokens).to(kind) + model.positional_embedding[:length].to(kind)
    x = model.ln_final(model.transformer(x, attn_mask=model.attn_mask[:length, :length]))
    ends = x[
        torch.arange(len(x), device=x.device), tokens.argmax(dim=-1)
    ]  # the end mark has the highest number
    if model.text_projection is None:
        return ends  # type: ignore[no-any-return]
    if isinstance(model.text_projection, torch.nn.Linear):
        return model.text_projection(ends)  # type: ignore[no-any-return]
    return ends @ model.text_projection  # type: ignore[no-any-return]


def load_open_clip(name: EncoderName, device: str = "auto", *, exact: bool = False) -> OpenClipEncoder:
    """Load a model. WeightsUnavailable when they can't be had (within 5 s), EncoderError for all else.

    `exact` computes in float32 whatever the device: slower, and the same but for rounding.
    """
    declare_torchvision_operators()
    where = choose_device(device)
    import torch

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
    image_dtype, text_dtype = (torch.float32,) * 2 if exact else choose_precision(where)
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
    how = open_clip.get_model_preprocess_cfg(model)
    try:
        model = model.eval().requires_grad_(False).to(where)
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        raise EncoderError(
            f"{name.full} does not fit into the memory of {where}; choose a smaller encoder, or set "
            "SHORTCAST_DEVICE=cpu."
        ) from error
    model.to(text_dtype)
    model.visual.to(image_dtype, memory_format=torch.channels_last)
    return OpenClipEncoder(
        id=name.full,
        dim=int(config["embed_dim"]),
        model=model,
        fit=_fit(how),
        mean=(torch.tensor(how["mean"]) * 255).view(3, 1, 1).to(where),
        std=(torch.tensor(how["std"]) * 255).view(3, 1, 1).to(where),
        tokenize=tokenize,
        batches=Batches(where),
        image_dtype=image_dtype,
    )


def _fit(how: dict[str, Any]) -> Fit:
    """Return how a network wants its pictures, from open_clip's own words."""
    size = how["size"]
    height, width = (size, size) if isinstance(size, int) else size[-2:]
    return Fit(
        height, width, how.get("resize_mode") or "shortest", how.get("interpolation") or "bicubic",
        int(how.get("fill_color") or 0),
    )  # fmt: skip


def compile_encoder(encoder: OpenClipEncoder) -> OpenClipEncoder:
    """Let torch compile the picture network, in place: up to a minute, worth it for many pictures on a GPU.

    On a CPU it runs as it is: compiled, ViT-B-32 took 8 times as long. Where a GPU's can't be compiled (no C++
    compiler, no Triton), there is a warning, and it runs as it is, too.
    """
    if encoder.device.type == "cpu":
        return encoder
    import warnings

    import torch

    plain = encoder.model.visual
    encoder.model.visual = torch.compile(plain, dynamic=True)
    blank = torch.zeros((2, encoder.fit.height, encoder.fit.width, 3), dtype=torch.uint8)
    try:
        with torch.inference_mode():
            encoder.see(blank.to(encoder.device))
    except Exception as error:  # of torch's compiler, of a C++ compiler, of Triton
        encoder.model.visual = plain
        warnings.warn(
            f"torch can't compile {encoder.id} here ({hub.first_line(error)}) It runs as it is.", stacklevel=2
        )
    return encoder


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
