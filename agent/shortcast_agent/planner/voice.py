"""How the offline analyst says things: phrases by key, in the user's language, varied from turn to turn."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

LANGUAGES = ("en", "ko", "vi", "es", "fr")
_FOLDER = Path(__file__).with_name("phrases")


@dataclass(frozen=True)
class Question:
    """A question back: the key of its phrase, and the phrase's fields."""

    key: str
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Voice:
    """A language, and which of a phrase's variants come now.

    `nth` grows by one with each turn, so that a phrase of two variants never repeats in the turn after.
    """

    language: str = "en"
    nth: int = 0

    def say(self, key: str, **fields: Any) -> str:
        """Return the phrase with its fields filled in."""
        variants = phrases(self.language)[key]
        return variants[(crc32(key.encode()) + self.nth) % len(variants)].format_map(fields)

    def ask(self, question: Question) -> str:
        """Return a question back in words."""
        return self.say(question.key, **question.fields)


@cache
def phrases(language: str) -> Mapping[str, tuple[str, ...]]:
    """Return the variants of every phrase of a language, by key."""
    read = json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return {key: tuple(variants) for key, variants in read.items()}
