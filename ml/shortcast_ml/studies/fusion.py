"""The fusion network: a title's vector, a picture's vector and a table row to views and virality.

Training writes a checkpoint after every epoch and draws its randomness from the epoch's number, so that a run
which is killed and started again ends with the very network that it would have had.
"""

import json
import math
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from shortcast_ml.studies.coding import Coding, fit_coding
from shortcast_ml.studies.config import FusionMLP

if TYPE_CHECKING:
    import torch

MIN_GAIN = 1e-4  # a held-out loss must fall by this to count as better
WARM_UP_EPOCHS = 1.0
CHUNK = 4096
EpochLog = Callable[[int, dict[str, float]], None]


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


VECTORS = ("text", "image")


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


def train_fusion(
    rows: Rows,
    y: np.ndarray,
    viral: np.ndarray,
    group: np.ndarray,
    config: FusionMLP,
    seed: int,
    checkpoints: Path,
    log: EpochLog,
) -> tuple[Fusion, dict[str, float]]:
    """Train on (n,) log10 views and virality; return the network of the best epoch, and how it went.

    A share of the groups is held out whole; training stops when the loss there has not fallen for `patience`
    epochs. Everything that is fitted, scales and bins too, is fitted on the other groups.
    """
    import torch
    from safetensors.torch import load_file, save_file

    rng = np.random.default_rng(seed)
    names, of = np.unique(group, return_inverse=True)
    held = np.isin(of, rng.permutation(len(names))[: max(1, round(len(names) * config.held_out))])
    coding = fit_coding(rows.table[~held], config.bins)
    mean, std = float(y[~held].mean()), float(y[~held].std()) or 1.0
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    inputs, outputs, judge_inputs, judge_outputs = (
        {k: v.to(device) for k, v in part.items()}
        for mask in (~held, held)
        for part in (tensors(rows.take(mask), coding), _outputs(y[mask], viral[mask], mean, std))
    )
    positive = float(viral[~held].mean())
    weight = (1 - positive) / max(positive, 1e-6) if config.class_weight == "balanced" else 1.0

    def loss(at: "dict[str, torch.Tensor]", of: "dict[str, torch.Tensor]") -> "torch.Tensor":
        views, logit = net(at)
        error = torch.nn.functional.huber_loss(views, of["views"])
        return error + config.virality_weight * torch.nn.functional.binary_cross_entropy_with_logits(
            logit, of["viral"], pos_weight=torch.tensor(weight, device=device)
        )

    widths = {name: inputs[name].shape[1] for name in VECTORS if name in inputs}
    with torch.random.fork_rng(), one_thread():
        torch.manual_seed(seed)
        net = build(coding.width, widths, config).to(device)
        optimizer = torch.optim.AdamW(
            net.parameters(), config.learning_rate, weight_decay=config.weight_decay
        )
        mixed, scaler = mixed_precision(config.precision, device)
        n = len(outputs["views"])
        steps = math.ceil(n / config.batch_size)
        state: dict[str, Any] = {"epoch": 0, "best": math.inf, "best_epoch": 0, "scaler": {}}
        last = latest(checkpoints)
        if last is not None:
            state = json.loads((last / "state.json").read_text(encoding="utf-8"))
            net.load_state_dict(load_file(last / "net.safetensors", device=str(device)))
            optimizer.load_state_dict(
                torch.load(last / "optimizer.pt", map_location=device, weights_only=True)
            )
            scaler.load_state_dict(state["scaler"])
        while state["epoch"] < config.epochs and state["epoch"] - state["best_epoch"] < config.patience:
            epoch = state["epoch"]
            torch.manual_seed(seed * 100_003 + epoch)
            net.train()
            order, total = torch.randperm(n).to(device), 0.0
            for step in range(steps):
                for parameters in optimizer.param_groups:
                    parameters["lr"] = config.learning_rate * schedule(epoch + step / steps, config.epochs)
                pick = order[step * config.batch_size : (step + 1) * config.batch_size]
                optimizer.zero_grad()
                with mixed():
                    error = loss(
                        {k: v[pick] for k, v in inputs.items()}, {k: v[pick] for k, v in outputs.items()}
                    )
                scaler.scale(error).backward()  # type: ignore[no-untyped-call]
                scaler.step(optimizer)
                scaler.update()
                total += float(error.detach()) * len(pick)
            net.eval()
            with torch.inference_mode():
                judged = float(loss(judge_inputs, judge_outputs))
            better = epoch == 0 or judged < state["best"] - MIN_GAIN
            state = {
                "epoch": epoch + 1,
                "best": judged if better else state["best"],
                "best_epoch": epoch + 1 if better else state["best_epoch"],
                "scaler": scaler.state_dict(),
            }
            log(epoch + 1, {"loss": round(total / n, 5), "held_out_loss": round(judged, 5)})
            with checkpoint(checkpoints, epoch + 1) as folder:
                save_file(net.state_dict(), folder / "net.safetensors")
                torch.save(optimizer.state_dict(), folder / "optimizer.pt")
                (folder / "state.json").write_text(json.dumps(state), encoding="utf-8")
                best = folder / "best.safetensors"
                if better:
                    save_file(net.state_dict(), best)
                else:
                    shutil.copyfile(checkpoints / f"epoch-{epoch:04d}" / "best.safetensors", best)
        final = latest(checkpoints)
        assert final is not None  # noqa: S101  at least one epoch has run
        net.load_state_dict(load_file(final / "best.safetensors", device=str(device)))
    went = {
        "epochs": state["epoch"],
        "best_epoch": state["best_epoch"],
        "held_out_loss": round(state["best"], 5),
    }
    return Fusion(net.cpu(), coding, mean, std), went


def schedule(epoch: float, epochs: int) -> float:
    """Return the share of the learning rate: up over the first epoch, then down along a cosine to 0."""
    return min(1.0, (epoch + 0.01) / WARM_UP_EPOCHS) * 0.5 * (1 + math.cos(math.pi * epoch / epochs))


def mixed_precision(wanted: str, device: "torch.device") -> "tuple[Callable[[], Any], torch.amp.GradScaler]":
    """Return (autocast, gradient scaler) of a precision.

    `auto` is bfloat16 on a GPU and on a CPU that has it, float16 on an older GPU, else float32. Only float16
    needs its gradients scaled.
    """
    import torch

    from shortcast_ml.encoders.clip import choose_precision

    names = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
    dtype = choose_precision(device)[0] if wanted == "auto" else names[wanted]
    scaler = torch.amp.GradScaler(device.type, enabled=dtype is torch.float16)
    if dtype is torch.float32:
        return nullcontext, scaler
    return lambda: torch.autocast(device.type, dtype), scaler


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


def latest(checkpoints: Path) -> Path | None:
    """Return the folder of the last epoch that was written whole."""
    return max(checkpoints.glob("epoch-[0-9]*"), default=None)


@contextmanager
def checkpoint(checkpoints: Path, epoch: int) -> Iterator[Path]:
    """Give a folder to write an epoch to; it gets its name when complete, and the earlier ones go."""
    part = checkpoints / f"part-{os.getpid()}"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    yield part
    done = checkpoints / f"epoch-{epoch:04d}"
    part.rename(done)
    for path in checkpoints.iterdir():
        if path != done:
            shutil.rmtree(path, ignore_errors=True)


def _outputs(y: np.ndarray, viral: np.ndarray, mean: float, std: float) -> "dict[str, torch.Tensor]":
    import torch

    return {
        "views": torch.from_numpy(((y - mean) / std).astype(np.float32)),
        "viral": torch.from_numpy(viral.astype(np.float32)),
    }
