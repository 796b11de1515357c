"""Training the fusion network, in steps that can be killed.

A checkpoint is written after every epoch, and an epoch draws its randomness from its own number: a run that is
killed and started again ends with the very network that it would have had.
"""

import json
import math
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from shortcast_ml.studies.coding import fit_coding
from shortcast_ml.studies.config import FusionMLP
from shortcast_ml.studies.fusion import VECTORS, Fusion, Rows, build, one_thread, tensors

if TYPE_CHECKING:
    import torch

MIN_GAIN = 1e-4  # a held-out error must fall by this to count as better
WARM_UP_EPOCHS = 1.0
EpochLog = Callable[[int, dict[str, float]], None]


@dataclass(frozen=True)
class Progressed:
    """How far training has come."""

    epoch: int = 0
    best: float = math.inf  # the smallest held-out error
    best_epoch: int = 0


def train_fusion(
    rows: Rows,
    y: np.ndarray,
    viral: np.ndarray,
    group: np.ndarray,
    config: FusionMLP,
    seed: int,
    checkpoints: Path,
    log: EpochLog,
) -> tuple[Fusion, Progressed]:
    """Train on (n,) log10 views and virality; return the network of the best epoch, and how far it came.

    A share of the groups is held out whole; training stops when the error of their views (Huber's) has not fallen
    for `patience` epochs. Everything that is fitted, scales and bins too, is fitted on the other groups.
    """
    import torch
    from safetensors.torch import load_file

    names, of = np.unique(group, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(names))
    held = np.isin(of, order[: max(1, round(len(names) * config.held_out))])
    coding = fit_coding(rows.table[~held], config.bins)
    mean, std = float(y[~held].mean()), float(y[~held].std()) or 1.0
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    def on_device(mask: np.ndarray) -> "dict[str, torch.Tensor]":
        said = {"views_wanted": (y[mask] - mean) / std, "viral_wanted": viral[mask]}
        numbers = {name: torch.from_numpy(values.astype(np.float32)) for name, values in said.items()}
        return {k: v.to(device) for k, v in (tensors(rows.take(mask), coding) | numbers).items()}

    teach, judge = on_device(~held), on_device(held)
    widths = {name: teach[name].shape[1] for name in VECTORS if name in teach}
    with torch.random.fork_rng(), one_thread():
        torch.manual_seed(seed)
        net = build(coding.width, widths, config).to(device)
        student = Student(net, config, device, float(viral[~held].mean()))
        at = student.restore(checkpoints)
        while at.epoch < config.epochs and at.epoch - at.best_epoch < config.patience:
            torch.manual_seed(seed * 100_003 + at.epoch)
            loss = student.epoch(teach, at.epoch)
            error = student.error(judge)
            better = at.epoch == 0 or error < at.best - MIN_GAIN
            epoch = at.epoch + 1
            at = Progressed(epoch, error, epoch) if better else Progressed(epoch, at.best, at.best_epoch)
            log(epoch, {"loss": round(loss, 5), "held_out_error": round(error, 5)})
            student.save(checkpoints, at)
        net.load_state_dict(
            load_file(checkpoints / name_of(at.epoch) / "best.safetensors", device=str(device))
        )
    return Fusion(net.cpu(), coding, mean, std), at


class Student:
    """A network with what trains it: optimizer, precision and the scale of its gradients."""

    def __init__(self, net: Any, config: FusionMLP, device: "torch.device", viral_share: float) -> None:
        import torch

        self.net, self.config, self.device = net, config, device
        self.optimizer = torch.optim.AdamW(
            net.parameters(), config.learning_rate, weight_decay=config.weight_decay
        )
        self.mixed, self.scaler = mixed_precision(config.precision, device)
        weight = (1 - viral_share) / max(viral_share, 1e-6) if config.class_weight == "balanced" else 1.0
        self.viral_weight = torch.tensor(weight, device=device)

    def epoch(self, teach: "dict[str, torch.Tensor]", epoch: int) -> float:
        """See every row once; return the mean loss."""
        import torch

        config, total = self.config, 0.0
        order = torch.randperm(len(teach["views_wanted"])).to(self.device)
        batches = torch.split(order, config.batch_size)
        self.net.train()
        for step, pick in enumerate(batches):
            rate = config.learning_rate * schedule(epoch + step / len(batches), config.epochs)
            for parameters in self.optimizer.param_groups:
                parameters["lr"] = rate
            self.optimizer.zero_grad()
            with self.mixed():
                loss = self._loss({name: values[pick] for name, values in teach.items()})
            self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
            self.scaler.step(self.optimizer)
            self.scaler.update()
            total += float(loss.detach()) * len(pick)
        return total / len(order)

    def _loss(self, batch: "dict[str, torch.Tensor]") -> "torch.Tensor":
        from torch.nn import functional

        views, logit = self.net(batch)
        virality = functional.binary_cross_entropy_with_logits(
            logit, batch["viral_wanted"], pos_weight=self.viral_weight
        )
        return functional.huber_loss(views, batch["views_wanted"]) + self.config.virality_weight * virality

    def error(self, judge: "dict[str, torch.Tensor]") -> float:
        """Return the error of the views of rows that it was not taught."""
        import torch

        self.net.eval()
        with torch.inference_mode():
            views, _ = self.net(judge)
            return float(torch.nn.functional.huber_loss(views, judge["views_wanted"]))

    def save(self, checkpoints: Path, at: Progressed) -> None:
        """Write an epoch's checkpoint; the earlier ones go once it is whole."""
        import torch
        from safetensors.torch import save_file

        with checkpoint(checkpoints, at.epoch) as folder:
            save_file(self.net.state_dict(), folder / "net.safetensors")
            torch.save(self.optimizer.state_dict(), folder / "optimizer.pt")
            state = asdict(at) | {"scaler": self.scaler.state_dict()}
            (folder / "state.json").write_text(json.dumps(state), encoding="utf-8")
            is_best = at.best_epoch == at.epoch
            best = folder if is_best else checkpoints / name_of(at.epoch - 1)
            shutil.copyfile(
                best / ("net.safetensors" if is_best else "best.safetensors"), folder / "best.safetensors"
            )

    def restore(self, checkpoints: Path) -> Progressed:
        """Go on from the last epoch that was written whole; return how far that was."""
        import torch
        from safetensors.torch import load_file

        last = max(checkpoints.glob("epoch-[0-9]*"), default=None)
        if last is None:
            return Progressed()
        state = json.loads((last / "state.json").read_text(encoding="utf-8"))
        self.scaler.load_state_dict(state.pop("scaler"))
        self.net.load_state_dict(load_file(last / "net.safetensors", device=str(self.device)))
        optimizer = torch.load(last / "optimizer.pt", map_location=self.device, weights_only=True)
        self.optimizer.load_state_dict(optimizer)
        return Progressed(**state)


def schedule(epoch: float, epochs: int) -> float:
    """Return the share of the learning rate: up over the first epoch, then down along a cosine to 0."""
    return min(1.0, (epoch + 0.01) / WARM_UP_EPOCHS) * 0.5 * (1 + math.cos(math.pi * epoch / epochs))


def mixed_precision(wanted: str, device: "torch.device") -> "tuple[Callable[[], Any], torch.amp.GradScaler]":
    """Return (autocast, gradient scaler) of a precision.

    `auto` is bfloat16 on a GPU and on a CPU that has it, float16 on an older GPU, else float32. Only float16
    needs its gradients scaled.
    """
    import torch

    from shortcast_ml.encoders.precision import choose_precision

    names = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
    dtype = choose_precision(device)[0] if wanted == "auto" else names[wanted]
    scaler = torch.amp.GradScaler(device.type, enabled=dtype is torch.float16)
    if dtype is torch.float32:
        return nullcontext, scaler
    return lambda: torch.autocast(device.type, dtype), scaler


def name_of(epoch: int) -> str:
    """Return the name of an epoch's checkpoint."""
    return f"epoch-{epoch:04d}"


@contextmanager
def checkpoint(checkpoints: Path, epoch: int) -> Iterator[Path]:
    """Give a folder to write an epoch to; it gets its name when complete, and the earlier ones go."""
    part = checkpoints / f"part-{os.getpid()}"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    yield part
    done = checkpoints / name_of(epoch)
    part.rename(done)
    for path in checkpoints.iterdir():
        if path != done:
            shutil.rmtree(path, ignore_errors=True)
