"""How the offline analyst says things: phrases by key, in the user's language, varied from turn to turn."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

from shortcast_agent.numbers import say_age

LANGUAGES = ("en", "ko", "vi", "es", "fr")
# "in detail" and the like, in each language
_IN_FULL = re.compile(
    r"\b(?:(?:in|with) (?:more |full )?details?|details|detailed|in[- ]depth|in full|elaborate)\b"
    r"|\b(?:tell me|show me|explain|give me|say) (?:more|everything)\b|\bfull (?:report|analysis|review|answer)\b"
    r"|\bmore about (?:it|that|this)\b|^\W*more\W*$"
    r"|자세히|자세하게|자세한|상세|(?:전부|모두) (?:다 )?(?:알려|설명|보여|말해)|더 (?:알려|설명|말해)"
    r"|chi tiết|đầy đủ|nói thêm|(?:nói|giải thích|cho (?:mình )?xem) (?:hết|tất cả)"
    r"|\ben detalle\b|\bdetallad|\bdetalles\b|\bexpl[ií]ca(?:lo|me)? todo|\bcuéntame más|^\W*más\W*$"
    r"|\ben détail|\bdétaill|\bdétails\b|\bexplique(?:-moi)? tout|\bdis-m'en plus|^\W*plus\W*$",
    re.IGNORECASE,
)
_FEW_WORDS = 7
_FOLDER = Path(__file__).with_name("phrases")


@dataclass(frozen=True)
class Question:
    """A question back: the key of its phrase, and the phrase's fields."""

    key: str
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Voice:
    """A language, which of a phrase's variants come now, and whether all is said or the main things.

    `nth` grows by one with each turn, so that a phrase of two variants never repeats in the turn after.
    """

    language: str = "en"
    nth: int = 0
    full: bool = True

    def say(self, key: str, **fields: Any) -> str:
        """Return the phrase with its fields filled in."""
        variants = phrases(self.language)[key]
        return variants[(crc32(key.encode()) + self.nth) % len(variants)].format_map(fields)

    def ask(self, question: Question) -> str:
        """Return a question back in words."""
        return self.say(question.key, **question.fields)

    def name(self, kind: str, value: str, otherwise: str | None = None) -> str:
        """Return what something is called: the phrase "kind_value", or `otherwise` where there is none."""
        key = f"{kind}_{value}"
        if key in phrases(self.language):
            return self.say(key)
        return value if otherwise is None else otherwise

    def counted(self, things: str, number: int) -> str:
        """Return a number of things: "no faces", "1 face", "3 faces"."""
        return self.say(f"{things}_{'none' if not number else 'one' if number == 1 else 'many'}", n=number)

    def age(self, days: float) -> str:
        """Write an age: "18 hours", "1 day", "3.5 days"."""
        number, _, unit = say_age(days).partition(" ")
        return self.say(f"age_{unit}", n=number)

    def after(self, days: float) -> str:
        """Write a moment of a video's life: "after 7 days"."""
        return self.say("after", age=self.age(days))

    def told(self, sentence: str) -> str:
        """Return what a record says in English in the user's language, where the sentence is a known one."""
        from shortcast_agent.planner.told import retell

        return sentence if self.language == "en" else retell(sentence, self)


ENGLISH = Voice()


def wants_all(text: str) -> bool:
    """Say whether a user asks for the whole of an answer: "in detail"."""
    return bool(_IN_FULL.search(text))


def wants_only_all(text: str) -> bool:
    """Say whether a message asks for the whole of the last answer, and for nothing else: "tell me more"."""
    short = len(text.split()) <= _FEW_WORDS and not re.search(r"\d|[\"“”«»]|LINK", text)
    return short and wants_all(text)


@cache
def phrases(language: str) -> Mapping[str, tuple[str, ...]]:
    """Return the variants of every phrase of a language, by key."""
    read = json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return {key: tuple(variants) for key, variants in read.items()}
