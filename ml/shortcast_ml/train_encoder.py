"""Train the heads of `mini` on real title-thumbnail pairs, with CLIP's symmetric contrastive loss.

The newest pairs from YouTube are the test, those before them the validation that ends training; a fifth of
Bilibili's uploaders is a second test. See `encoder_pairs` for the data.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shortcast_ml.encoder_card import encoder_card
from shortcast_ml.encoder_pairs import (
    BILIBILI,
    YOUTUBE,
    Features,
    Pairs,
    Progress,
    concatenated,
    feature_cache,
    read_bilibili,
    read_features,
    read_youtube,
)
from shortcast_ml.encoders.heads import CARD_NAME, WEIGHTS_NAME, WORDS_NAME, Head, Heads
from shortcast_ml.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

DIM = 256
DEFAULT_EPOCHS = 20
VERSION = 2  # of the heads that the defaults give


@dataclass(frozen=True)
class Recipe:
    """What is chosen about training; the defaults gave the shipped heads."""

    hidden: int = 512
    batch: int = 1_024
    learning_rate: float = 1e-3
    weight_decay: float = 0.1
    dropout: float = 0.4
    input_dropout: float = 0.3
    words_dropout: float = 0.4  # share of pictures whose words are hidden, so that looks alone work too
    temperature: float = 0.07
    held_out: int = 1_000  # YouTube pairs of the test, and as many of the validation


def train_encoder(
    data_dir: str | Path,
    out_dir: str | Path,
    *,
    seed: int = 0,
    epochs: int = DEFAULT_EPOCHS,
    version: int = VERSION,
    recipe: Recipe | None = None,
    cache_dir: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train the heads, write them with their card to `out_dir`, and return the card.

    `data_dir` is a folder of collections; one that holds videos.parquet and thumbs.zip itself is taken as
    the YouTube collection alone. Features are cached by content, so a run that was cut off goes on where it
    stopped. `out_dir` changes only when all is done. InputError when the data can't be used.
    """
    recipe, report = recipe or Recipe(), progress or (lambda done, total, text: None)
    data, cache = Path(data_dir), cache_dir or feature_cache()
    pairs = read_youtube(data / YOUTUBE if (data / YOUTUBE).is_dir() else data, least=3 * recipe.held_out)
    covers = read_bilibili(data / BILIBILI) if (data / BILIBILI).is_dir() else None
    youtube = read_features(pairs, cache, report)
    bilibili = read_features(covers, cache, report) if covers else None
    last = len(youtube) - 2 * recipe.held_out
    old = youtube.rows(slice(last))
    validation = youtube.rows(slice(last, last + recipe.held_out))
    test = youtube.rows(slice(last + recipe.held_out, None))
    metrics: dict[str, Any] = {}
    train = old
    if covers and bilibili:
        import numpy as np

        alone, _ = fit(old, validation, recipe, seed, epochs, report)
        held_out = np.array(covers.held_out)
        metrics["bilibili"] = {
            "held_out_uploaders": {},
            "never_trained_on": scored(alone, bilibili.rows(_some(covers, recipe.held_out))),
        }
        train = concatenated([old, bilibili.rows(~held_out)])
    heads, log = fit(train, validation, recipe, seed, epochs, report)
    if covers and bilibili:
        metrics["bilibili"]["held_out_uploaders"] = scored(heads, bilibili.rows(held_out))
    metrics = {"test": scored(heads, test), **metrics, **log}
    reached = metrics["test"]["image_to_title"]["recall_at_10"]
    report(1, 1, f"test recall@10: {reached:.3f} picture to title")
    card = encoder_card(pairs, covers, recipe, seed=seed, epochs=epochs, version=version, metrics=metrics)
    write_heads(Path(out_dir), heads, {**card, "dim": DIM})
    return json.loads((Path(out_dir) / CARD_NAME).read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _some(covers: Pairs, most: int) -> "NDArray[np.intp]":
    """Return the rows of up to `most` covers, drawn by a hash of their ids."""
    import numpy as np

    drawn = sorted(range(len(covers.ids)), key=lambda i: hashlib.sha256(covers.ids[i].encode()).digest())
    return np.array(sorted(drawn[:most]), dtype=np.intp)


def scored(heads: Heads, features: Features) -> dict[str, Any]:
    """Return the retrieval scores of pairs, with the words on pictures and without."""
    title = heads.title(features.title)
    return {
        "pairs": len(features),
        "chance_recall_at_10": round(min(1.0, 10 / len(features)), 4),
        "with_words_on_picture": round(float(features.words.any(axis=1).mean()), 4),
        **retrieval(heads.picture(features.picture, features.words), title),
        "without_words": retrieval(heads.picture(features.picture), title),
    }


def fit(
    train: Features, validation: Features, recipe: Recipe, seed: int, epochs: int, report: Progress
) -> tuple[Heads, dict[str, Any]]:
    """Return the heads of the epoch that retrieves best on the validation pairs, and which that was.

    One thread computes, so that the same seed and features give the same bits.
    """
    import numpy as np
    import torch
    from torch.nn import functional

    if epochs < 1:
        raise InputError("Training needs one epoch or more.")
    with _one_thread():
        torch.manual_seed(seed)
        model = _Model(train, recipe)
        inputs = [
            torch.from_numpy(np.ascontiguousarray(array))
            for array in (train.picture, train.words, train.title)
        ]
        scale = torch.nn.Parameter(torch.tensor(float(np.log(1 / recipe.temperature))))
        optimizer = torch.optim.AdamW(
            [
                {"params": model.weights(), "weight_decay": recipe.weight_decay},
                {"params": [scale, model.words_weight], "weight_decay": 0.0},
            ],
            lr=recipe.learning_rate,
        )
        batch = min(recipe.batch, len(train))
        steps = len(train) // batch
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, recipe.learning_rate, total_steps=epochs * steps, pct_start=0.1
        )
        labels = torch.arange(batch)
        best = (-1.0, 0, model.heads())
        for epoch in range(1, epochs + 1):
            order = torch.randperm(len(train))
            for step in range(steps):
                rows = order[step * batch : (step + 1) * batch]
                picture, title = model(*(array[rows] for array in inputs))
                logits = picture @ title.T * scale.exp().clamp(max=100)
                both = functional.cross_entropy(logits, labels) + functional.cross_entropy(logits.T, labels)
                loss = both / 2
                optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
                schedule.step()
            heads = model.heads()
            scores = retrieval(
                heads.picture(validation.picture, validation.words), heads.title(validation.title)
            )
            reached = (
                scores["image_to_title"]["recall_at_10"] + scores["title_to_image"]["recall_at_10"]
            ) / 2
            if reached > best[0]:
                best = (reached, epoch, heads)
            report(epoch, epochs, f"validation recall@10 {reached:.3f}, loss {float(loss.detach()):.2f}")
    return best[2], {"best_epoch": best[1], "validation_recall_at_10": round(best[0], 4)}


@contextmanager
def _one_thread() -> Iterator[None]:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class _Model:
    """The heads while they are trained; `heads` gives them as arrays."""

    def __init__(self, train: Features, recipe: Recipe) -> None:
        import torch

        self.picture, self.title = _Side(train.picture, recipe), _Side(train.title, recipe)
        self.words_weight = torch.nn.Parameter(torch.tensor(1.0))
        self.words_dropout = recipe.words_dropout

    def weights(self) -> "list[torch.nn.Parameter]":
        """Return what weight decay applies to."""
        return [*self.picture.module.parameters(), *self.title.module.parameters()]

    def __call__(
        self, picture: "torch.Tensor", words: "torch.Tensor", title: "torch.Tensor"
    ) -> "tuple[torch.Tensor, torch.Tensor]":
        """Return unit vectors of pictures and titles; the computation of `Heads.picture`, with dropout."""
        import torch
        from torch.nn import functional

        read = words.any(dim=1) & (torch.rand(len(words)) >= self.words_dropout)
        mixed = self.picture(picture) + self.words_weight * read[:, None] * self.title(words)
        return functional.normalize(mixed, dim=1), self.title(title)

    def heads(self) -> Heads:
        """Return the heads as they will be shipped."""
        return Heads(self.picture.head(), self.title.head(), float(self.words_weight.detach()))


class _Side:
    """A head while it is trained; `head` gives it as arrays."""

    def __init__(self, features: "NDArray[np.float32]", recipe: Recipe) -> None:
        import torch
        from torch import nn

        self.mean = torch.from_numpy(features.mean(axis=0))
        self.scale = torch.from_numpy(1 / features.std(axis=0).clip(1e-3))  # float16 must hold it
        self.module = nn.ModuleDict(
            {
                "enter": nn.Linear(features.shape[1], recipe.hidden),
                "hidden": nn.Linear(recipe.hidden, recipe.hidden),
                "norm": nn.LayerNorm(recipe.hidden),
                "leave": nn.Linear(recipe.hidden, DIM),
            }
        )
        self.drop_in, self.drop = nn.Dropout(recipe.input_dropout), nn.Dropout(recipe.dropout)

    def __call__(self, features: "torch.Tensor") -> "torch.Tensor":
        """Return (n, 256) unit vectors; the same computation as `Head.project`, with dropout."""
        from torch.nn import functional

        x = self.module["enter"](self.drop_in((features - self.mean) * self.scale))
        x = x + self.drop(self.module["hidden"](functional.gelu(x, approximate="tanh")))
        return functional.normalize(self.module["leave"](self.drop(self.module["norm"](x))), dim=1)

    def head(self) -> Head:
        """Return the head as it will be shipped: float16 precision in float32 arrays."""
        import numpy as np

        def stored(tensor: Any) -> "NDArray[np.float32]":
            return np.asarray(tensor.detach().numpy().astype(np.float16).astype(np.float32))

        arrays: dict[str, NDArray[np.float32]] = {"mean": stored(self.mean), "scale": stored(self.scale)}
        for name, layer in self.module.items():
            weight = layer.weight.T if name != "norm" else layer.weight
            arrays |= {name: stored(weight), f"{name}_bias": stored(layer.bias)}
        return Head(**arrays)


def retrieval(image: "NDArray[np.float32]", text: "NDArray[np.float32]") -> dict[str, dict[str, float]]:
    """Return recall at 1, 5 and 10 and the median rank, of row i for row i, in both directions."""
    import numpy as np

    similarity = image @ text.T
    scores = {}
    for direction, table in (("image_to_title", similarity), ("title_to_image", similarity.T)):
        rank = (table > np.diag(table)[:, None]).sum(axis=1)
        scores[direction] = {f"recall_at_{k}": round(float((rank < k).mean()), 4) for k in (1, 5, 10)}
        scores[direction]["median_rank"] = float(np.median(rank) + 1)
    return scores


def write_heads(folder: Path, heads: Heads, card: dict[str, Any]) -> None:
    """Write heads and card into a folder that appears, or is replaced, only when both are whole.

    InputError when the folder holds anything else: it would be lost.
    """
    import numpy as np
    from safetensors.numpy import save

    if folder.exists() and {item.name for item in folder.iterdir()} - {WEIGHTS_NAME, CARD_NAME}:
        raise InputError(f"{folder} holds other files too; name a new folder for the encoder.")
    arrays = {
        f"{side}.{name}": np.ascontiguousarray(array.astype(np.float16))
        for side, head in (("image", heads.image), ("text", heads.text))
        for name, array in vars(head).items()
    }
    arrays[WORDS_NAME] = np.array([heads.words_weight], dtype=np.float32)
    weights = save(arrays)
    card = {**card, "sha256": {WEIGHTS_NAME: hashlib.sha256(weights).hexdigest()}}
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        (temporary / WEIGHTS_NAME).write_bytes(weights)
        text = json.dumps(card, indent=2, ensure_ascii=False) + "\n"
        (temporary / CARD_NAME).write_text(text, encoding="utf-8")
        temporary.chmod(0o755)
        if folder.exists():
            os.replace(folder, temporary.with_suffix(".old"))
        os.replace(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(temporary.with_suffix(".old"), ignore_errors=True)
