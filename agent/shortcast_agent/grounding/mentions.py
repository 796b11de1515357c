"""Who a sentence speaks of: the things of the ledger found by their names, or as "the second"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shortcast_agent.grounding import lexicon as lex
from shortcast_agent.grounding.ledger import Ledger, Ranking, shortened

Place = tuple[Ranking, int]
CHOICES = ("variants", "alternatives")
M = r"§(\d+)§"


@dataclass(frozen=True)
class Mention:
    """A thing that a sentence speaks of, with every place where records have it."""

    label: str
    places: tuple[Place, ...]
    ordinal: bool = False


class Names:
    """What the things of one ledger may be called."""

    def __init__(self, ledger: Ledger) -> None:
        """Read the names; a long one is also known by how it begins."""
        self._keys = ledger.keys()
        self._short = [(cut, key) for key in self._keys if (cut := shortened(key))]
        choices = [ranking for ranking in ledger.rankings if ranking.kind in CHOICES]
        self._choices = choices or [ranking for ranking in ledger.rankings if ranking.kind == "neighbours"]

    def mark(self, text: str) -> tuple[str, list[Mention]]:
        """Return the text with §n§ for each thing that is spoken of, and the things."""
        spans: list[tuple[int, int, Mention]] = []

        def take(start: int, end: int, mention: Mention) -> None:
            if not any(start < other_end and other < end for other, other_end, _ in spans):
                spans.append((start, end, mention))

        for key, places in self._keys.items():
            at = text.find(key)
            while at >= 0:
                end = at + len(key)
                if not _inside_word(text, at, end):
                    take(at, end, Mention(key, tuple(places)))
                at = text.find(key, end)
        for cut, key in self._short:
            at = text.find(cut)
            if at >= 0:
                end = at + len(cut)
                while end < len(text) and end - at < len(key) and text[end] == key[end - at]:
                    end += 1
                if text[end : end + 1] == "…" or text[end : end + 3] == "...":
                    take(at, end + 1, Mention(key, tuple(self._keys[key])))
        for found in lex.ORDINAL.finditer(text):
            word = next(part for part in found.groups() if part)
            nth = lex.ORDINALS[word]
            places = [
                (ranking, nth if nth >= 0 else len(ranking.items) - 1)
                for ranking in self._choices
                if nth < len(ranking.items)
            ]
            if places:
                take(found.start(), found.end(), Mention(found.group(), tuple(places), ordinal=True))
        spans.sort(key=lambda span: span[0])
        mentions = [mention for _, _, mention in spans]
        marked, last = "", 0
        for nth, (start, end, _) in enumerate(spans):
            marked += text[last:start] + (f"§{nth}§" if mentions[nth].places else " ")
            last = end
        return marked + text[last:], mentions


def shown(what: str, mentions: Sequence[Mention]) -> str:
    """Write a claim with the names back in."""
    return re.sub(M, lambda found: mentions[int(found.group(1))].label, what).strip(" ,")


def _inside_word(text: str, start: int, end: int) -> bool:
    """Say whether a name is part of a longer word; Korean particles may follow it."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return (before.isalnum() and text[start].isalnum()) or (
        after.isalnum() and after.isascii() and text[end - 1].isalnum()
    )
