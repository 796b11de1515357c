"""Attention rollout against a reference computed by hand, and over real encoders (random weights)."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from shortcast_ml.encoders import load_encoder
from shortcast_ml.encoders.clip import OpenClipEncoder
from shortcast_ml.encoders.devices import declare_torchvision_operators
from shortcast_ml.encoders.remembered import remembering
from shortcast_ml.errors import InputError
from shortcast_ml.seeing.attention import attention_map, attention_weights, rollout, vision_transformer

SIDE, PATCH, WIDTH, LAYERS, HEADS = 24, 8, 12, 3, 2
TOKENS = (SIDE // PATCH) ** 2 + 1


def small_vit(**more: object):
    """Return open_clip's own ViT, with 3 blocks of 2 heads over 9 patches, and sharp attention."""
    import torch

    declare_torchvision_operators()
    from open_clip.transformer import VisionTransformer

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        tower = VisionTransformer(
            image_size=SIDE, patch_size=PATCH, width=WIDTH, layers=LAYERS, heads=HEADS, mlp_ratio=2.0,
            output_dim=8, **more,
        )  # fmt: skip
        for block in tower.transformer.resblocks:
            torch.nn.init.normal_(block.attn.in_proj_weight, std=0.8)
            torch.nn.init.normal_(block.attn.in_proj_bias, std=0.3)
    return tower.eval().requires_grad_(False)


def by_hand(tower, pixels: np.ndarray) -> np.ndarray:
    """Return the rollout of one picture, (patches,), from the weights alone, in NumPy.

    Every step of the ViT is written out: patches, class token, positions, norms, q, k, v, softmax, MLP.
    """
    w = {name: value.double().numpy() for name, value in tower.state_dict().items()}

    def norm(x: np.ndarray, name: str) -> np.ndarray:
        centred = x - x.mean(axis=-1, keepdims=True)
        scale = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5)
        return centred / scale * w[f"{name}.weight"] + w[f"{name}.bias"]

    def gelu(x: np.ndarray) -> np.ndarray:
        from math import erf

        return x * 0.5 * (1 + np.vectorize(erf)(x / np.sqrt(2)))

    patches = [
        (pixels[:, r : r + PATCH, c : c + PATCH] * w["conv1.weight"]).sum(axis=(1, 2, 3))
        for r in range(0, SIDE, PATCH)
        for c in range(0, SIDE, PATCH)
    ]
    x = np.vstack([w["class_embedding"], *patches]) + w["positional_embedding"]
    x = norm(x, "ln_pre")
    flow = np.eye(TOKENS)
    for layer in range(LAYERS):
        name = f"transformer.resblocks.{layer}"
        q, k, v = np.split(
            norm(x, f"{name}.ln_1") @ w[f"{name}.attn.in_proj_weight"].T + w[f"{name}.attn.in_proj_bias"],
            3,
            axis=1,
        )
        size = WIDTH // HEADS
        heads, mixed = [], []
        for h in range(HEADS):
            part = slice(h * size, (h + 1) * size)
            scores = np.exp(q[:, part] @ k[:, part].T / np.sqrt(size))
            heads.append(scores / scores.sum(axis=1, keepdims=True))
            mixed.append(heads[-1] @ v[:, part])
        out = np.hstack(mixed) @ w[f"{name}.attn.out_proj.weight"].T + w[f"{name}.attn.out_proj.bias"]
        x = x + out
        hidden = gelu(norm(x, f"{name}.ln_2") @ w[f"{name}.mlp.c_fc.weight"].T + w[f"{name}.mlp.c_fc.bias"])
        x = x + hidden @ w[f"{name}.mlp.c_proj.weight"].T + w[f"{name}.mlp.c_proj.bias"]
        step = (np.mean(heads, axis=0) + np.eye(TOKENS)) / 2  # the residual carries the other half
        flow = step / step.sum(axis=1, keepdims=True) @ flow
    return flow[0, 1:] / flow[0, 1:].sum()


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    return np.random.default_rng(5).normal(0, 1, (2, 3, SIDE, SIDE)).astype(np.float32)


def test_the_rollout_equals_one_computed_by_hand_from_the_weights(pixels: np.ndarray) -> None:
    import torch

    tower = small_vit()
    found = rollout(attention_weights(tower, torch.from_numpy(pixels)))
    expected = np.stack([by_hand(tower, picture) for picture in pixels])
    assert found.shape == (2, TOKENS - 1)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-12)
    assert expected.max() > 1.2 / (TOKENS - 1)  # the attention is not flat, or the test would prove nothing


def test_the_network_answers_the_same_afterwards(pixels: np.ndarray) -> None:
    import torch

    tower = small_vit()
    with torch.inference_mode():
        before = tower(torch.from_numpy(pixels))
        weights = attention_weights(tower, torch.from_numpy(pixels))
        assert torch.equal(tower(torch.from_numpy(pixels)), before)
    assert len(weights) == LAYERS
    for share in weights:
        np.testing.assert_allclose(share.sum(axis=-1), 1, atol=1e-12)


def test_a_network_that_pools_its_patches_is_rolled_out_from_all_of_them() -> None:
    share = np.array([[[0.0, 0.5, 0.5], [0.0, 1.0, 0.0], [0.0, 0.5, 0.5]]])
    np.testing.assert_allclose(rollout([share], "tok"), [[0.5, 0.5]])
    np.testing.assert_allclose(rollout([share], "avg"), [[1.25 / 2, 0.75 / 2]])


def test_other_towers_have_no_attention_to_follow() -> None:
    import torch

    assert vision_transformer(small_vit()) is not None
    assert vision_transformer(small_vit(pool_type="avg")) is not None
    assert vision_transformer(small_vit(attentional_pool=True)) is None
    assert vision_transformer(small_vit(qk_norm=True)) is None
    assert vision_transformer(torch.nn.Identity()) is None


@pytest.fixture(scope="module")
def encoder() -> OpenClipEncoder:
    loaded = load_encoder("open_clip:ViT-S-32-alt/random", device="cpu")
    assert isinstance(loaded, OpenClipEncoder)
    return loaded


@pytest.mark.parametrize(
    ("size", "box"),
    [((640, 360), (7 / 32, 0, 9 / 16, 1)), ((360, 640), (0, 7 / 32, 1, 9 / 16)), ((90, 90), (0, 0, 1, 1))],
)
def test_the_map_lies_over_the_square_that_the_network_sees(
    encoder: OpenClipEncoder, size: tuple[int, int], box: tuple[float, ...]
) -> None:
    found = attention_map(encoder, Image.new("RGB", size, "teal"))
    assert found.grid.shape == (7, 7)
    assert found.grid.sum() == pytest.approx(1)
    assert found.grid.min() >= 0
    assert (found.seen.x, found.seen.y, found.seen.width, found.seen.height) == pytest.approx(box, abs=0.01)


def test_an_encoder_that_remembers_its_vectors_is_looked_into(
    encoder: OpenClipEncoder, tmp_path: Path
) -> None:
    picture = Image.radial_gradient("L").convert("RGB")
    through = attention_map(remembering(encoder, tmp_path), picture)
    np.testing.assert_array_equal(through.grid, attention_map(encoder, picture).grid)


def test_an_encoder_without_a_transformer_says_what_to_ask_for_instead(encoder: OpenClipEncoder) -> None:
    with pytest.raises(InputError, match=r"no vision transformer .* ask for `title fit` or `forecast`"):
        attention_map(load_encoder("mini"), Image.new("RGB", (90, 90)))
    padding = dataclasses.replace(encoder, fit=dataclasses.replace(encoder.fit, resize_mode="longest"))
    with pytest.raises(InputError, match="pads pictures"):
        attention_map(padding, Image.new("RGB", (160, 90)))
