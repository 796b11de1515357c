"""Attention rollout: which patches of a picture a vision transformer's answer draws on.

As in the IPIU 2026 study, which shows it over thumbnails. It says where the network looks, not what it makes of
it, and nothing of views.
Source: Abnar and Zuidema, "Quantifying attention flow in transformers", ACL 2020, section 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from shortcast_ml.errors import InputError
from shortcast_ml.records import Box

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image

    from shortcast_ml.encoders import Encoder


@dataclass(frozen=True)
class AttentionMap:
    """How much of the answer each patch has."""

    grid: np.ndarray  # (rows, columns) float64, sums to 1
    seen: Box  # what part of the picture the grid lies over: most networks crop it to a square


def attention_map(encoder: "Encoder", image: "Image") -> AttentionMap:
    """Return the attention rollout of a picture by the encoder's own vision transformer.

    Raises InputError when the encoder has none whose attention can be followed.
    """
    import torch

    from shortcast_ml.encoders.clip import OpenClipEncoder
    from shortcast_ml.encoders.remembered import RememberingEncoder

    encoder = encoder.inner if isinstance(encoder, RememberingEncoder) else encoder
    if not isinstance(encoder, OpenClipEncoder) or not (tower := vision_transformer(encoder.model.visual)):
        raise InputError(
            f"The encoder {encoder.id} is no vision transformer whose attention can be followed: ask for `title fit`"
            " or `forecast` instead, or set SHORTCAST_ENCODER to an open_clip ViT such as open_clip:ViT-B-32."
        )
    scaled_width, scaled_height = encoder.fit.scaled(*image.size)
    if scaled_width < encoder.fit.width or scaled_height < encoder.fit.height:
        raise InputError(
            f"The encoder {encoder.id} pads pictures, and its attention can't be laid over them: ask for `title fit`"
            " or `forecast` instead."
        )
    width, height = encoder.fit.width / scaled_width, encoder.fit.height / scaled_height
    with torch.inference_mode():
        pixels = encoder.preprocess(image)[None].to(encoder.image_dtype)
        weights = attention_weights(tower, pixels)
    return AttentionMap(
        grid=rollout(weights, tower.pool_type)[0].reshape(tower.grid_size),
        seen=Box(x=(1 - width) / 2, y=(1 - height) / 2, width=width, height=height),
    )


def vision_transformer(visual: Any) -> Any | None:
    """Return the tower if it is open_clip's own ViT with a class token, else None."""
    from open_clip.transformer import ResidualAttentionBlock, VisionTransformer

    tower = getattr(visual, "_orig_mod", visual)  # what torch.compile wraps
    if not isinstance(tower, VisionTransformer) or tower.attn_pool is not None:
        return None
    plain = all(isinstance(block, ResidualAttentionBlock) for block in tower.transformer.resblocks)
    return tower if plain and tower.pool_type in ("tok", "avg") else None


def attention_weights(tower: Any, pixels: "torch.Tensor") -> "list[np.ndarray]":
    """Return each block's attention, averaged over heads, (n, tokens, tokens) float64, first block first.

    `pixels` is (n, 3, height, width) as the tower takes them; each row of weights sums to 1.
    """
    entered: list[torch.Tensor] = []
    blocks = tower.transformer.resblocks
    hooks = [
        block.attn.register_forward_pre_hook(lambda _, given: entered.append(given[0])) for block in blocks
    ]
    try:
        tower(pixels)
    finally:
        for hook in hooks:
            hook.remove()
    weights = []
    for block, x in zip(blocks, entered, strict=True):
        share = block.attn(x, x, x, need_weights=True, average_attn_weights=True)[1]
        share = share.double().cpu().numpy()
        weights.append(share / share.sum(axis=-1, keepdims=True))  # bfloat16 rounds
    return weights


def rollout(weights: Sequence[np.ndarray], pool: str = "tok") -> np.ndarray:
    """Return how much of the pooled answer comes from each patch, (n, tokens - 1), each row summing to 1.

    `weights` are (n, tokens, tokens) of the blocks in order, the class token first. The residual connection
    carries half of each token past every block. With `pool` "avg" the answer is the mean of the patches.
    """
    tokens = weights[0].shape[-1]
    flow = np.eye(tokens)[None]
    for share in weights:
        mixed = 0.5 * share + 0.5 * np.eye(tokens)
        flow = (mixed / mixed.sum(axis=-1, keepdims=True)) @ flow
    answer = flow[:, 1:].mean(axis=1) if pool == "avg" else flow[:, 0]
    patches = answer[:, 1:]
    return np.asarray(patches / patches.sum(axis=-1, keepdims=True))
