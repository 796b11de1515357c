"""What records say in English, in the user's language: their sentences are known, their figures and names are not."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from shortcast_agent.planner.voice import Voice

_FILE = Path(__file__).with_name("phrases") / "records.json"
_LONGEST = 600  # letters; what is longer is no sentence of ours
_FIELD = re.compile(r"\\{(\w+)\\}")
# What a field may hold; a field of any other name holds anything.
_FORMS = {
    "day": "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
    "part": "morning|midday|afternoon|evening|night",
    "place": r"(?:upper|lower) (?:left|right|part)|(?:left|right) part|middle|better part of the picture",
    "n": r"[\d.,]+[KMB]?",
    "m": r"[\d.,]+",
    "clock": r"\d\d:\d\d",
}


def retell(sentence: str, voice: Voice) -> str:
    """Return a record's sentence, or several, or a list of phrases joined by "and", in the user's language.

    One that is not known stays as it is.
    """
    if len(sentence) > _LONGEST:
        return sentence
    whole = _one(sentence, voice)
    if whole is not None:
        return whole
    for joint in (r"(?<=[.!?])\s+", r" and "):
        parts = re.split(joint, sentence)
        retold = [_one(part, voice) for part in parts]
        if len(parts) > 1 and (joint != " and " or all(retold)):
            between = " " if joint != " and " else voice.say("and")
            return between.join(new or old for new, old in zip(retold, parts, strict=True))
    return sentence


def _one(sentence: str, voice: Voice) -> str | None:
    for pattern, texts in _known():
        match = pattern.fullmatch(sentence)
        if match:
            return texts[voice.language].format_map(
                {name: _field(name, value, voice) for name, value in match.groupdict().items()}
            )
    return None


def _field(name: str, value: str, voice: Voice) -> str:
    """Return what a field holds: days, parts of the day and places in the user's language, all else as it is."""
    if name in ("day", "part", "place"):
        return voice.name(name, value.replace(" ", "_"), value)
    return _one(value, voice) or value if name == "kind" else value


@cache
def _known() -> tuple[tuple[re.Pattern[str], Mapping[str, str]], ...]:
    """Return the sentences that records hold, as patterns, each with its translations by language."""
    read: dict[str, dict[str, str]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return tuple((_pattern(english), texts) for english, texts in read.items())


def _pattern(english: str) -> re.Pattern[str]:
    def group(match: re.Match[str]) -> str:
        return f"(?P<{match[1]}>{_FORMS.get(match[1], '.{1,200}?')})"

    return re.compile(_FIELD.sub(group, re.escape(english)), re.DOTALL)
