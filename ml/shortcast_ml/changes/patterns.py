"""Patterns of titles: how each is told, and the edit that takes it away, where words allow it.

An edit only removes signs or whole phrases, or changes capitals, so that what stays is as grammatical as it was,
in any language. What can't be made so (turning a statement into a question, adding words, moving them) has no edit:
it is measured, and left to whoever writes titles.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from shortcast_ml.text import CLICK_WORDS, split_hashtags

SHORT_WORDS, LONG_WORDS = 6, 10
SHOUTED_LETTERS = 4  # shorter words in capitals are mostly names: USA, IKEA is a risk that is taken
KEPT_WORDS = 3  # a cut that leaves fewer says nothing
SEPARATOR = re.compile(r"\s+[|•·–—-]\s+|\s*[|•]\s*")
BRACKETED = re.compile(r"\s*[(\[【（][^()\[\]【】（）]{1,40}[)\]】）]\s*")


class Pattern(NamedTuple):
    """One pattern: how it is told of a title's words, and the edit that removes it, if there is one."""

    name: str
    label: str
    has: Callable[[str], bool]
    removed: Callable[[str], str] | None = None
    remove: str = ""  # the order, for the user


def is_emoji(char: str) -> bool:
    """Tell whether a character is an emoji or a pictograph."""
    return ord(char) >= 0x1F000 or 0x2600 <= ord(char) <= 0x27BF


def without_emoji(words: str) -> str:
    """Return the words without emoji and the joiners between them."""
    return _tidy("".join(c for c in words if not is_emoji(c) and c not in "\u200d\ufe0f\u20e3"))


def _shouted(word: str) -> bool:
    letters = [c for c in word if c.isalpha()]
    return len(letters) >= SHOUTED_LETTERS and all(c.isupper() for c in letters)


def calmed(words: str) -> str:
    """Return the words without capitals throughout: the first letter stays, as do digits and short names.

    In a title that is all capitals the short words are no names, and become small too.
    """
    split = words.split()
    throughout = words.isupper() and sum(map(_shouted, split)) > 1
    out = [word.lower() if throughout or _shouted(word) else word for word in split]
    first = next((i for i, c in enumerate(out[0]) if c.isalpha()), 0) if out else 0
    if out and split[0][first : first + 1].isupper():
        out[0] = out[0][:first] + out[0][first : first + 1].upper() + out[0][first + 1 :]
    return " ".join(out)


def _tidy(words: str) -> str:
    return re.sub(r"\s+([,.!?;:])", r"\1", " ".join(words.split())).strip(" -–—|•·")


def without_exclamations(words: str) -> str:
    """Return the words without exclamation marks; one inside the title ends its sentence as a full stop does."""
    inside = re.sub(r"[!！]+(?=\s+\S)", ".", words.replace("¡", ""))
    return _tidy(re.sub(r"[!！]+", "", inside))


def first_part(words: str) -> str:
    """Return the longer of the parts that a bar or a dash sets apart, so that each stood alone already."""
    parts = [part.strip() for part in SEPARATOR.split(words) if part.strip()]
    if len(parts) < 2:
        return words
    longest = max(parts, key=lambda part: len(part))
    return longest if len(longest.split()) >= KEPT_WORDS or not _spaced(words) else words


def without_brackets(words: str) -> str:
    """Return the words without what stands in brackets."""
    left = _tidy(BRACKETED.sub(" ", words))
    return left if len(left.split()) >= KEPT_WORDS or not _spaced(words) else words


def _spaced(words: str) -> bool:
    """Tell whether the script sets spaces between words (Chinese and Japanese don't)."""
    return not any(unicodedata.name(c, "").startswith(("CJK", "HIRAGANA", "KATAKANA")) for c in words)


def number_first(words: str) -> bool:
    """Tell whether the title begins with a number."""
    return bool(re.match(r"\W*\d", words))


PATTERNS: dict[str, Pattern] = {
    pattern.name: pattern
    for pattern in (
        Pattern("question", "a question", lambda t: "?" in t or "？" in t),
        Pattern(
            "exclamation", "an exclamation mark", lambda t: "!" in t or "！" in t,
            without_exclamations, "Leave out the exclamation marks.",
        ),
        Pattern("number", "a number", lambda t: any(c.isdigit() for c in t)),
        Pattern("number first", "a number at the start", number_first),
        Pattern(
            "emoji", "emoji", lambda t: any(is_emoji(c) for c in t),
            without_emoji, "Leave out the emoji.",
        ),
        Pattern(
            "capitals", "words in capitals", lambda t: any(_shouted(w) for w in t.split()),
            calmed, "Write the title without capitals throughout.",
        ),
        Pattern("short", f"{SHORT_WORDS} words or fewer", lambda t: 0 < len(t.split()) <= SHORT_WORDS),
        Pattern("long", f"more than {LONG_WORDS} words", lambda t: len(t.split()) > LONG_WORDS),
        Pattern("click words", "words such as how, why, best", lambda t: bool(CLICK_WORDS.search(t))),
        Pattern(
            "parts", "parts set apart by a bar or a dash", lambda t: first_part(t) != t,
            first_part, "Keep one part of the title: the longer one.",
        ),
        Pattern(
            "brackets", "words in brackets", lambda t: bool(BRACKETED.search(t)),
            without_brackets, "Leave out what stands in brackets.",
        ),
        Pattern("dots", "dots at the end of a thought", lambda t: "..." in t or "…" in t),
        Pattern("small start", "a small letter at the start", lambda t: t[:1].islower()),
    )
}  # fmt: skip


def words_of(title: str) -> str:
    """Return the title's words, without hashtags: what patterns are told of."""
    return split_hashtags(title)[0]
