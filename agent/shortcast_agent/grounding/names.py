"""Names in an answer: titles in quotes and channels, each of which must stand in the sources."""

import re
from collections.abc import Iterator

from shortcast_agent.grounding.lexicon import NAMED_DAYS
from shortcast_agent.grounding.sources import Sources, bare

_QUOTED = re.compile(r"“([^”\n]{2,300})”|\"([^\"\n]{2,300})\"|«\s?([^»\n]{2,300}?)\s?»|「([^」\n]{2,300})」|『([^』\n]{2,300})』")
_SINGLE = re.compile(r"(?<![\w'’])[‘']([^\n'‘’]{8,200})['’](?!\w)")
_HANDLE = re.compile(r"(?<![\w@.])@([\w.]{3,30})")
_RUN = r"[A-ZÀ-ÖØ-ÞĐ][\w'’&.-]*(?:\s(?:&\s|of\s|the\s|de\s|la\s)?[A-ZÀ-ÖØ-ÞĐ][\w'’&.-]*){0,4}"
_CHANNEL = re.compile(
    rf"(?:\b(?:by|from|unlike|like|than|than on|channels?|creators?|channel called|channel named|canal|chaîne|kênh|채널)\s)({_RUN})"
    rf"|({_RUN})(?='s (?:channel|video|videos|short|shorts|audience|followers|title)\b)",
)
# An answer may propose what to ask next in quotes: nothing is claimed of it.
_PROPOSED = re.compile(
    r"\b(?:ask|asking|say|saying|tell me|type|write|paste|for example|such as|e\.g\.|try|e\.g|ejemplo|pregunta\w*|di(?:me|ga)"
    r"|par exemple|demande\w*|dites|ví dụ|hỏi|thử|예를 들|예:|물어|말씀)",
    re.IGNORECASE,
)
_TITLE_LIKE = re.compile(r"\b(?:title|video|called|titled|channel|short|named|제목|영상|채널|tiêu đề|video|kênh|título|canal|titre|chaîne)\b", re.IGNORECASE)
# Words with a capital that name no channel: platforms, parts of ours, the calendar.
_COMMON = frozenset(
    "i i'm i'd i'll youtube shorts short tiktok instagram reels bilibili google data api library demo shortcast utc seo cpm rpm ctr"
    " monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september"
    " october november december english korean vietnamese spanish french japanese chinese the a an this that these those my your"
    " it its his her their our platform channel title video model forecast effects similar views analyst offline hd 4k".split()
)


def names(text: str, lead: str = "") -> Iterator[tuple[int, int, str, str]]:
    """Return the names of a text: where each starts and ends, the name, and "title" or "channel".

    `lead` is the line before a list, which may say that the list only proposes what to ask.
    """
    proposed = bool(_PROPOSED.search(lead))
    for found in (*_QUOTED.finditer(text), *_SINGLE.finditer(text)):
        group = next(nth for nth, part in enumerate(found.groups(), 1) if part is not None)
        before = text[max(0, found.start() - 60) : found.start()]
        if not proposed and not _PROPOSED.search(before.rsplit(". ", 1)[-1]) and _is_title(found.group(group), before):
            yield found.start(), found.end(), found.group(group), "title"
    for found in _HANDLE.finditer(text):
        yield found.start(), found.end(), found.group(1), "channel"
    for found in _CHANNEL.finditer(text):
        group = 1 if found.group(1) else 2
        name = re.sub(r"['’]s$", "", found.group(group)).rstrip(".'’")
        if not _is_common(name):
            yield found.start(group), found.start(group) + len(name), name, "channel"


def known_name(name: str, known: Sources) -> bool:
    """Say whether a name stands in the sources, whole or cut short with an ellipsis."""
    cut = re.split(r"…|\.\.\.", name)
    parts = [part for part in map(bare, cut) if part]
    return all(part in known.words for part in parts)


def quoted_spans(text: str) -> list[tuple[int, int, str]]:
    """Return where something is quoted, and what."""
    return [
        (found.start(), found.end(), next(part for part in found.groups() if part is not None))
        for found in _QUOTED.finditer(text)
    ]


def strange_days(text: str, known: Sources) -> Iterator[str]:
    """Return the days of the week that a text names and no source does."""
    for day, words in enumerate(NAMED_DAYS):
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
    return len(words) >= 2 or bool(_TITLE_LIKE.search(before[-24:]))


def _is_common(name: str) -> bool:
    return all(word in _COMMON or word.isdigit() for word in re.findall(r"[\w']+", name.casefold().replace("’", "'")))
