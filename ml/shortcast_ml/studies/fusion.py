"""The fusion network: a title's vector, a picture's vector and a table row to views and virality."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from shortcast_ml.studies.coding import Coding
from shortcast_ml.studies.config import FusionMLP

if TYPE_CHECKING:
    import torch

VECTORS = ("text", "image")
CHUNK = 4096  # rows that are forecast at once


@dataclass(frozen=True)
class Rows:
    """What the network reads, sharing the first axis; vectors are NaN where there is no title or picture."""

    table: np.ndarray  # (n, columns) float, NaN where unknown
    text: np.ndarray | None  # (n, d) unit L2 norm
    image: np.ndarray | None

    def take(self, rows: np.ndarray) -> "Rows":
        """Return the rows of a mask or an index array."""
        return Rows(
            self.table[rows],
            None if self.text is None else self.text[rows],
            None if self.image is None else self.image[rows],
        )


@dataclass(frozen=True)
class Fusion:
    """A trained network with what its inputs and outputs are scaled by."""

    net: Any
    coding: Coding
    mean: float  # of the training rows' target
    std: float

    def predict(self, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
        """Return (log10 views, virality logit), (n,) float64 each."""
        import torch

        self.net.eval()
        views, viral = [], []
        with torch.inference_mode(), one_thread():
            for start in range(0, len(rows.table), CHUNK):
                inputs = tensors(
                    rows.take(np.arange(start, min(start + CHUNK, len(rows.table)))), self.coding
                )
                v, p = self.net(inputs)
                views.append(v.double().numpy())
                viral.append(p.double().numpy())
        return np.concatenate(views) * self.std + self.mean, np.concatenate(viral)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return everything as plain arrays: see `from_arrays`."""
        weights = {f"net.{k}": v.detach().cpu().numpy() for k, v in self.net.state_dict().items()}
        return weights | {"edges": self.coding.edges, "target": np.array([self.mean, self.std])}


def from_arrays(arrays: dict[str, np.ndarray], config: FusionMLP) -> Fusion:
    """Return the network that `Fusion.arrays` described."""
    import torch

    weights = {k.removeprefix("net."): torch.from_numpy(v) for k, v in arrays.items() if k.startswith("net.")}
    coding = Coding(arrays["edges"])
    widths = {name: weights[f"{name}.1.weight"].shape[1] for name in VECTORS if f"{name}.1.weight" in weights}
    net = build(coding.width, widths, config)
    net.load_state_dict(weights)
    mean, std = arrays["target"]
    return Fusion(net, coding, float(mean), float(std))


def build(table_width: int, vector_widths: dict[str, int], config: FusionMLP) -> Any:
    """Return an untrained network: forward({name: tensor}) gives (views (n,), virality logit (n,))."""
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Sequential(
                nn.Dropout(config.table_dropout), nn.Linear(table_width, config.hidden), nn.ReLU()
            )
            self.names = tuple(vector_widths)
            for name, width in vector_widths.items():
                branch = nn.Sequential(
                    nn.Dropout(config.vector_dropout), nn.Linear(width, config.vector_width), nn.ReLU()
                )
                self.add_module(name, branch)
            fused = config.hidden + len(self.names) * (config.vector_width + 1)
            self.body = nn.Sequential(
                nn.Dropout(config.dropout),
                nn.Linear(fused, config.hidden),
                nn.ReLU(),
                nn.Dropout(config.dropout),
                nn.Linear(config.hidden, config.hidden),
                nn.ReLU(),
                nn.Dropout(config.dropout),
            )
            self.views = nn.Linear(config.hidden, 1)
            self.viral = nn.Linear(config.hidden, 1)

        def forward(self, inputs: "dict[str, torch.Tensor]") -> "tuple[torch.Tensor, torch.Tensor]":
            parts = [self.table(inputs["table"])]
            for name in self.names:
                known = inputs[f"{name}_known"]
                parts += [self.get_submodule(name)(inputs[name]) * known, known]
            hidden = self.body(torch.cat(parts, dim=1))
            return self.views(hidden)[:, 0].float(), self.viral(hidden)[:, 0].float()

    return Net()


def tensors(rows: Rows, coding: Coding) -> "dict[str, torch.Tensor]":
    """Return the network's inputs; vectors are scaled so that each number is about 1."""
    import torch

    out = {"table": torch.from_numpy(coding.encode(rows.table))}
    for name in VECTORS:
        vectors = getattr(rows, name)
        if vectors is not None:
            known = np.isfinite(vectors[:, :1]).astype(np.float32)
            scaled = np.nan_to_num(vectors) * math.sqrt(vectors.shape[1])
            out |= {
                name: torch.from_numpy(scaled.astype(np.float32)),
                f"{name}_known": torch.from_numpy(known),
            }
    return out


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute in one thread: small matrices are no slower, and sums keep their order everywhere."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
