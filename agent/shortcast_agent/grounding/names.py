"""Names in an answer: titles in quotes and channels, each of which must stand in the sources."""

import re
from collections.abc import Iterator

from shortcast_agent.grounding import lexicon as lex
from shortcast_agent.grounding.sources import Sources, bare

_SINGLE = re.compile(r"(?<![\w'’])[‘']([^\n'‘’]{8,200})['’](?!\w)")
_CODE = re.compile(r"`[^`\n]+`")
_HANDLE = re.compile(r"(?<![\w@.])@([\w.]{3,30})")
# An answer may propose what to ask next in quotes: nothing is claimed of it.
_PROPOSED = re.compile(
    r"\b(?:ask|asking|tell me|say|type|paste|reply with|preg[uú]nta\w*|dime|demandez\w*|dites|hỏi|nói)\b|물어|말씀",
    re.IGNORECASE,
)


def names(text: str, lead: str = "") -> Iterator[tuple[int, int, str, str]]:
    """Return the names of a text: where each starts and ends, the name, and "title" or "channel".

    `lead` is the line before a list, which may say that the list only proposes what to ask.
    """
    for start, end, quoted, before in _quotes(text):
        if not _is_proposed(before, lead) and _is_title(quoted, before):
            yield start, end, quoted, "title"
    for found in _HANDLE.finditer(text):
        yield found.start(), found.end(), found.group(1).rstrip("."), "channel"
    for found in lex.CHANNEL.finditer(text):
        group = 1 if found.group(1) else 2
        name = re.sub(r"['’]s$", "", found.group(group)).rstrip(".'’")
        if not _is_common(name):
            yield found.start(group), found.start(group) + len(name), name, "channel"


def known_name(name: str, known: Sources) -> bool:
    """Say whether a name stands in the sources, whole or cut short with an ellipsis."""
    cut = re.split(r"…|\.\.\.", name)
    parts = [part for part in map(bare, cut) if part]
    return all(part in known.words for part in parts)


def without_quotes(text: str, lead: str, known: Sources) -> str:
    """Blank the quotes that stand word for word in a source, or only propose what to ask."""
    for start, end, quoted, before in _quotes(text):
        if _is_proposed(before, lead) or known_name(quoted, known):
            text = text[:start] + " " * (end - start) + text[end:]
    return text


def _quotes(text: str) -> Iterator[tuple[int, int, str, str]]:
    """Return where something is quoted, what, and what stands before it in its sentence."""
    code = [found.span() for found in _CODE.finditer(text)]
    for found in (*lex.QUOTED.finditer(text), *_SINGLE.finditer(text)):
        if any(start <= found.start() and found.end() <= end for start, end in code):
            continue  # a command quotes what it is given
        quoted = next(part for part in found.groups() if part is not None)
        before = text[max(0, found.start() - 60) : found.start()].rsplit(". ", 1)[-1]
        yield found.start(), found.end(), quoted, before


def _is_proposed(before: str, lead: str) -> bool:
    return bool(_PROPOSED.search(lead) or (_PROPOSED.search(before) and not lex.TITLE_WORD.search(before)))


def strange_days(text: str, known: Sources) -> Iterator[str]:
    """Return the days of the week that a text names and no source does."""
    for day, words in enumerate(lex.NAMED_DAYS if lex.DAY_STEMS.search(text) else ()):
        if day not in known.weekdays:
            for found in words.finditer(text):
                yield found.group()


def _is_title(quoted: str, before: str) -> bool:
    """Say whether something in quotes is a title: several words or syllables, or called one."""
    words = bare(quoted).split()
    dense = sum(len(word) for word in words if not word.isascii())  # Korean and the like write without spaces
    if len(words) >= 4 or dense >= 8:
        return True
    if not words or quoted.strip().islower():
        return False
    return len(words) >= 2 or bool(lex.TITLE_WORD.search(before[-24:]))


def _is_common(name: str) -> bool:
    return all(
        word in lex.COMMON or word.isdigit()
        for word in re.findall(r"[\w']+", name.casefold().replace("’", "'"))
    )
