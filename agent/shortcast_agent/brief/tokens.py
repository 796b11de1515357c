"""How many tokens a text has at most, without any model's vocabulary."""

import re

MOST_TOKENS = 400  # of a reply, unless detail is asked for

_PIECES = re.compile(
    r"(?P<word>[A-Z]?[a-z]+)|(?P<capitals>[A-Z]+)|(?P<digit>[0-9])|(?P<lines>\s*\n\s*)|(?P<space>\s+)|(?P<sign>.)",
    re.DOTALL,
)


def tokens_at_most(text: str) -> int:
    """Return an upper bound of a text's tokens.

    Counted are a token for 4 letters of a word or begun 4, for 2 capitals or begun 2, for each digit (Qwen parts
    numbers so), each sign and each line's end, and outside ASCII one less than a character's bytes in UTF-8; a space
    goes with the word behind it. Of that count, Qwen2.5's vocabulary needed 0.61 to 0.98 on 46 replies with titles in
    six languages (`tests/unit/test_brief.py` with SHORTCAST_TOKENIZER_URL). Letters that make no words can need more.
    """
    total = 0
    for piece in _PIECES.finditer(text):
        kind, characters = piece.lastgroup, piece.group()
        if kind == "word":
            total += -(-len(characters) // 4)
        elif kind == "capitals":
            total += -(-len(characters) // 2)
        elif kind != "space":
            total += 1 if characters.isascii() else len(characters.encode()) - 1
    return total
