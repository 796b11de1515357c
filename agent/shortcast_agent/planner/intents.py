"""What a message asks for: a small linear head over the bundled multilingual sentence encoder and over n-grams.

The encoder knows what words mean; the hashed n-grams of letters and words keep what it blurs: an ending, a negation, a
word that no vocabulary has.

`examples.json` holds example questions per intent (English, Korean, Vietnamese, Spanish, French; some in German,
Portuguese, Japanese and Indonesian). Links are written LINK and quoted titles "…". `fit` trains the head on them
and stores it as `intents.npz` beside the examples; run `python -m shortcast_agent.planner.intents` after changing
them.
"""

import hashlib
import json
import logging
from functools import lru_cache
from importlib.resources import files
from typing import Any

log = logging.getLogger(__name__)

_REGULARISATION = 30.0
_HASHED = 2**13
TITLE = "title"  # the examples that ask nothing: bare titles


def read_examples() -> dict[str, list[str]]:
    """Return the example questions of each intent."""
    examples: dict[str, list[str]] = json.loads(_resource("examples.json").read_text("utf-8"))
    return examples


def classify(text: str) -> dict[str, float] | None:
    """Return the probability of each intent; None when the sentence encoder can't be used here."""
    if not text.strip():
        return {}
    head = _head()
    if head is None:
        return None
    return dict(_probabilities(text.strip()[:600].encode(errors="replace").decode()))


def reads_as_title(text: str, at_least: float = 0.5) -> bool:
    """Say whether a text is itself the title of a video, with nothing asked: "My grandma rates my haircut"."""
    return (classify(text) or {}).get(TITLE, 0.0) >= at_least


def fit() -> dict[str, Any]:
    """Train the head on the examples; return its arrays: names, weights (dim, k), bias (k,), digest."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    examples = read_examples()
    names = list(examples)
    texts = [text for name in names for text in examples[name]]
    y = [index for index, name in enumerate(names) for _ in examples[name]]
    vectors = _encode(texts)
    mean = vectors.mean(axis=0)
    head = LogisticRegression(C=_REGULARISATION, class_weight="balanced", max_iter=3000)
    head.fit(_features(texts, vectors, mean), y)
    return {
        "names": np.array(names),
        "mean": mean.astype(np.float32),
        "weights": head.coef_.T.astype(np.float16),
        "bias": head.intercept_.astype(np.float32),
        "digest": np.array(digest()),
    }


def digest() -> str:
    """Return the hash of the examples that a head must have been trained on."""
    return hashlib.sha256(_resource("examples.json").read_bytes()).hexdigest()


def _resource(name: str) -> Any:
    return files("shortcast_agent.planner").joinpath(name)


def _encode(texts: list[str]) -> Any:
    from shortcast_ml.encoders.sentences import load_sentences

    return load_sentences().encode(texts)


def _centred(vectors: Any, mean: Any) -> Any:
    """Take out what all sentences share: without it every cosine of this encoder lies above 0.7."""
    import numpy as np

    shifted = vectors - mean
    return shifted / np.maximum(np.linalg.norm(shifted, axis=-1, keepdims=True), 1e-9)


def _features(texts: list[str], vectors: Any, mean: Any) -> Any:
    """Return what the head reads of n texts: (n, dim + 2 * _HASHED) float64, sparse."""
    from scipy.sparse import csr_matrix, hstack

    return hstack(
        [csr_matrix(_centred(vectors, mean)), *(grams.transform(texts) for grams in _grams())], "csr"
    )


@lru_cache(maxsize=1)
def _grams() -> tuple[Any, ...]:
    """Return the n-grams of letters within words, and of words; hashed, so that there is no vocabulary to keep."""
    from sklearn.feature_extraction.text import HashingVectorizer

    return (
        HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5), n_features=_HASHED),
        HashingVectorizer(ngram_range=(1, 2), n_features=_HASHED, token_pattern=r"\w+|…"),  # noqa: S106
    )


@lru_cache(maxsize=1)
def _head() -> dict[str, Any] | None:
    import numpy as np

    try:
        _encode(["ready?"])
    except Exception as error:  # an encoder that can't load (platform, damaged wheel) is mended by cues
        log.warning("The sentence encoder can't be used, so questions are understood by cues only: %s", error)
        return None
    with _resource("intents.npz").open("rb") as stream:
        head = dict(np.load(stream, allow_pickle=False))
    head["weights"] = head["weights"].astype(np.float32)
    if str(head["digest"]) != digest():
        log.info("The intent examples changed; fitting the head again.")
        return fit()
    return head


@lru_cache(maxsize=512)
def _probabilities(text: str) -> tuple[tuple[str, float], ...]:
    import numpy as np

    head = _head()
    if head is None:
        return ()
    logits = (_features([text], _encode([text]), head["mean"]) @ head["weights"])[0] + head["bias"]
    exponent = np.exp(logits - logits.max())
    return tuple(
        (str(name), float(p)) for name, p in zip(head["names"], exponent / exponent.sum(), strict=True)
    )


def store() -> str:
    """Fit the head and store it beside the examples; return the path."""
    import numpy as np

    path = str(_resource("intents.npz"))
    np.savez_compressed(path, **fit())
    return path


if __name__ == "__main__":
    print(store())
