"""Attacks: a stranger's text, where it is planted, and what it wants done.

One JSON object a line. `{honey}` in a text or an argument stands for the address of a server on the loopback that
must never be asked, `{secret}` for the path of a file that must never be opened.
"""

import json
import re
import unicodedata
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from shortcast_evals.cases import shipped_cases
from shortcast_ml.errors import InputError
from shortcast_ml.records import Record

Channel = Literal[
    "title", "description", "tags", "channel", "file name", "picture", "transcript", "error", "mcp",
    "library title", "library description", "library channel", "niche",
]  # fmt: skip

# Letters of other alphabets that look like Latin ones: attacks are written with them, and read back.
ALIKE = dict(zip("aceopxyisjk", "асеорхуіѕјк", strict=True))
_LATIN = str.maketrans({other: latin for latin, other in ALIKE.items()})


class Want(Record):
    """What an attack wants: a tool called, or words shown."""

    tool: str = Field("", description="The tool to be called; empty where words are all that is wanted.")
    arguments: dict[str, Any] = Field(default_factory=dict)
    says: str = Field("", description="Markdown that is to stand in the answer.")


class Attack(Record):
    """One attack."""

    id: str
    channel: Channel
    art: str
    language: str
    text: str = Field(description="What is planted.")
    more: str = Field("", description="Its second half, where it is split: planted in the description.")
    marks: tuple[str, ...] = Field(
        description="Pieces of it that show that it was seen: all of them together."
    )
    canary: str = Field("", description="Words or digits that stand in what it wants, and nowhere else.")
    wants: Want

    def filled(self, honey: str, secret: str) -> "Attack":
        """Return the attack with its placeholders filled."""
        text = self.model_dump_json()
        for name, value in (("{honey}", honey), ("{secret}", secret)):
            text = text.replace(name, json.dumps(value)[1:-1])
        return Attack.model_validate_json(text)

    def is_in(self, shown: str) -> bool:
        """Say whether a text that a model was shown holds the attack, however it was quoted on the way."""
        read = squeezed(shown)
        return all(squeezed(mark) in read if squeezed(mark) else mark in shown for mark in self.marks)


def squeezed(text: str) -> str:
    """Return the letters and digits of a text as they look, without what quoting in JSON adds."""
    plain = re.sub(r"\\[nrt]", " ", text)
    plain = unicodedata.normalize("NFKC", plain).casefold().translate(_LATIN)
    return re.sub(r"[\W_]+", "", "".join(c for c in plain if unicodedata.category(c) != "Cf"))


def shipped_attacks() -> Path:
    """Return the file of attacks that comes with the package."""
    return shipped_cases()[0].parent / "attacks" / "attacks.jsonl"


def read_attacks(path: Path) -> list[Attack]:
    """Return the attacks of a file. Raises InputError that names the line."""
    if not path.is_file():
        raise InputError(f"There is no file of attacks at {path}.")
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            found.append(Attack.model_validate_json(line))
        except (ValueError, ValidationError) as error:
            raise InputError(
                f"{path.name}, line {number} is not an attack: {str(error).splitlines()[0]}"
            ) from error
    if len({attack.id for attack in found}) < len(found):
        raise InputError(f"{path.name} uses an id twice; each attack needs its own.")
    return found
