"""What a picture shows, by prompts: a list of concepts in words, compared with pictures in an encoder's space.

A cosine alone says little: some prompts are near every picture. Each is judged against what the same prompt has
with pictures in general, so that only what stands out is named.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from shortcast_ml.records import Concept

if TYPE_CHECKING:
    from shortcast_ml.encoders import Encoder

LIST = Path(__file__).with_name("concepts.json")
SHIPPED = Path(__file__).with_name("concepts_mini.json")
ENOUGH_PICTURES = 50  # to know what a prompt has with pictures in general
STANDS_OUT = 2.5  # standard deviations; 1 in 160 of a prompt's pictures has more, if they are normal
MOST = 5  # concepts named of one picture


@cache
def concept_prompts() -> Mapping[str, tuple[str, ...]]:
    """Return the prompts of each concept, by its name: its description in every template."""
    listed = json.loads(LIST.read_text(encoding="utf-8"))
    return MappingProxyType(
        {
            name: tuple(template.format(description) for template in listed["templates"])
            for name, description in listed["concepts"].items()
        }
    )


def concept_vectors(encoder: "Encoder") -> np.ndarray:
    """Return one vector for each concept, (n, dim) float32, unit L2 norm: the mean over its prompts.

    Source: prompt ensembling of Radford et al., "Learning transferable visual models from natural language
    supervision", 2021, section 3.1.4. It costs a few seconds on a CPU: keep it.
    """
    prompts = concept_prompts()
    vectors = encoder.encode_texts([prompt for group in prompts.values() for prompt in group])
    means = vectors.reshape(len(prompts), -1, vectors.shape[1]).mean(axis=1)
    return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), dtype=np.float32)


@dataclass(frozen=True)
class Usual:
    """What each concept's cosine is with pictures in general: (n,) float64 each."""

    mean: np.ndarray
    spread: np.ndarray


def usual_of(concepts: np.ndarray, pictures: np.ndarray) -> Usual:
    """Return what `concepts` (n, dim) usually have, judged by `pictures` (m, dim) of all kinds."""
    cosines = np.asarray(pictures @ concepts.T, dtype=np.float64)
    return Usual(cosines.mean(axis=0), cosines.std(axis=0))


def shipped_usual(encoder_id: str) -> Usual | None:
    """Return what the bundled encoder's concepts have with real thumbnails, None for another encoder.

    Two numbers a concept, measured by `python -m shortcast_ml.seeing.calibrate`.
    """
    shipped = json.loads(SHIPPED.read_text(encoding="utf-8"))
    if shipped["encoder"] != encoder_id or list(shipped["concepts"]) != list(concept_prompts()):
        return None
    mean, spread = np.array(list(shipped["concepts"].values()), dtype=np.float64).T
    return Usual(mean, spread)


def find_concepts(picture: np.ndarray, concepts: np.ndarray, usual: Usual) -> tuple[Concept, ...]:
    """Return the concepts that stand out of a picture, most striking first.

    `picture` is (dim,), `concepts` (n, dim) as `concept_vectors` has them.
    """
    similar = np.asarray(concepts @ picture, dtype=np.float64)
    standout = (similar - usual.mean) / np.maximum(usual.spread, 1e-6)
    names = tuple(concept_prompts())
    best = [i for i in np.argsort(-standout, kind="stable")[:MOST] if standout[i] >= STANDS_OUT]
    return tuple(
        Concept(name=names[i], similarity=float(similar[i]), standout=float(standout[i])) for i in best
    )
