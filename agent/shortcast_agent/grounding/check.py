"""The check of an answer: what of it stands in the sources, and the answer without the rest."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pydantic import Field

from shortcast_agent.grounding.figures import figures, stands
from shortcast_agent.grounding.names import known_name, names, strange_days, without_quotes
from shortcast_agent.grounding.sources import Sources, link
from shortcast_ml.records import Record

_URL = re.compile(
    r"(?:https?://|//(?=[\w-]+\.\w))[^\s<>()\[\]\"'`]+|\bwww\.[^\s<>()\[\]\"'`]+", re.IGNORECASE
)
_MARKUP = re.compile(  # what a page would load or follow unasked: no answer of ours holds any
    r"!\[[^\]]*\]?(?:\([^)]*\)?|\[[^\]]*\]?)?"
    r"|(?<!\\)</?(?:a|audio|base|embed|form|iframe|img|link|meta|object|script|source|style|svg|video)[\s/>][^>]*>?"
    r"|^\s*\[[^\]]+\]:.*|(?<!\\)\[[^\]\n]*\]\((?!https?://)[^)]*\)?",
    re.IGNORECASE,
)
# What our own sentences name: the sites that are read, and how a link to an account looks.
_OWN_LINKS = {"www.youtube.com", "www.tiktok.com", "www.tiktok.com/@name", "www.bilibili.com"}
_MARK = re.compile(r"\s*(?:[-*+]\s+|\d+[.)]\s+|>\s*)?")
_LISTED = re.compile(r"\s*(?:[-*+]|\d+[.)])\s")


class Fault(Record):
    """One thing of an answer that could not be traced."""

    text: str = Field(description="As it is written in the answer.")
    why: str = Field(description="In words that a model can act on, without a full stop.")


class Trace(Record):
    """What of an answer could be traced, as it is written there, and what not and why."""

    traced: tuple[str, ...]
    faults: tuple[Fault, ...]

    @property
    def untraced(self) -> tuple[str, ...]:
        """What could not be traced, as it is written."""
        return tuple(fault.text for fault in self.faults)


def trace(answer: str, sources: Sources | Iterable[Any]) -> Trace:
    """Say which numbers, links, names and claims of `answer` stand in the sources.

    `sources` are tool results (records, or what JSON makes of them) and texts that the user wrote.
    """
    known = Sources.of(sources)
    traced: list[str] = []
    faults: list[Fault] = []
    lead = ""
    for line in answer.split("\n"):
        ok, wrong = _trace_line(line, lead, known)
        traced += ok
        faults += wrong
        lead = _lead_after(line, lead)
    return Trace(traced=tuple(traced), faults=tuple(faults))


def strike(answer: str, sources: Sources | Iterable[Any]) -> tuple[str, tuple[str, ...]]:
    """Return the answer without the sentences that hold something untraceable, and what that was."""
    known = Sources.of(sources)
    struck: list[str] = []
    kept: list[str] = []
    lead = ""
    for line in answer.split("\n"):
        bad = [fault.text for fault in _trace_line(line, lead, known)[1]]
        if not bad:
            kept.append(line)
        else:
            struck.extend(bad)
            found = _MARK.match(line)
            prefix = found.group() if found else ""
            parts = sentences(line[len(prefix) :])
            good = [part for part in parts if not _trace_line(part, lead, known)[1]]
            if 0 < len(good) < len(parts) and not line.lstrip().startswith("|"):
                kept.append(prefix + " ".join(part.strip() for part in good))
        lead = _lead_after(line, lead)
    return _without_empty_headings(kept), tuple(struck)


def sentences(text: str) -> list[str]:
    """Split prose into sentences; a point inside a number or a short form ends none."""
    return [part for part in re.split(r"(?<=[.!?…。])(?<!e\.g\.)(?<!i\.e\.)(?<!vs\.)\s+", text) if part]


class SentenceGate:
    """Lets text through sentence by sentence, as long as everything in it can be traced."""

    def __init__(self, sources: Sources, emit: Callable[[str], None]) -> None:
        self._sources, self._emit, self._held, self._shut = sources, emit, "", False
        self._lead = ""

    def feed(self, text: str) -> None:
        """Take the next piece, and let finished sentences through."""
        self._held += text
        if "\n" not in self._held and len(sentences(self._held)) < 2:
            return
        cut = max(
            self._held.rfind("\n") + 1, len(self._held) - len(sentences(self._held)[-1]) if self._held else 0
        )
        ready, self._held = self._held[:cut], self._held[cut:]
        self._let(ready)

    def flush(self) -> None:
        """Let the rest through."""
        ready, self._held = self._held, ""
        self._let(ready)

    def _let(self, text: str) -> None:
        if not text or self._shut:
            return
        for line in text.split("\n"):
            if _trace_line(line, self._lead, self._sources)[1]:
                self._shut = True
                return
            self._lead = _lead_after(line, self._lead)
        self._emit(text)


def _lead_after(line: str, lead: str) -> str:
    """Return the line that leads to a list, as the next line sees it."""
    if not line.strip() or _LISTED.match(line):
        return lead
    return line if line.rstrip(" *_").endswith((":", "：")) else ""


def _trace_line(line: str, lead: str, known: Sources) -> tuple[list[str], list[Fault]]:
    traced: list[str] = []
    faults: list[Fault] = []

    def tell(stands_there: bool, text: str, why: str) -> None:
        if stands_there:
            traced.append(text)
        else:
            faults.append(Fault(text=text, why=why))

    for markup in _MARKUP.findall(line):
        tell(False, markup, "an answer holds no picture, no HTML and no link but to a video of a result")
    for url in _URL.findall(line):
        tell(_known_link(url, known), url, "this link is in no tool result and not in the user's words")
    plain = re.sub(r"\\([\\`*_\[\]<>|#~])", r"\1", _URL.sub(" ", line))
    for _, _, name, kind in names(plain, lead):
        what = "a title" if kind == "title" else "a channel"
        tell(
            known_name(name, known),
            name,
            f"{what} of this name is in no tool result and not in the user's words",
        )
    spoken = without_quotes(plain, lead, known)
    for found, written in figures(spoken):
        tell(stands(found, known), written, "this number is in no tool result and not in the user's words")
    for day in strange_days(spoken, known):
        tell(False, day, "no tool result and no word of the user's names this day")
    told = {fault.text.casefold() for fault in faults}
    faults += [fault for fault in _wrong_claims(plain, known) if fault.text.casefold() not in told]
    return traced, faults


def _known_link(url: str, known: Sources) -> bool:
    bare = link(url)
    return bare in known.links or bare in _OWN_LINKS or re.sub(r"^(?:https?:)?//", "", bare) in _OWN_LINKS


def _wrong_claims(line: str, known: Sources) -> Iterator[Fault]:
    if known.calls and not line.lstrip().startswith("#"):
        claims = known.claims
        for sentence in sentences(line):
            for what, why in claims.wrong(sentence):
                yield Fault(text=what, why=why)


def _without_empty_headings(lines: list[str]) -> str:
    kept: list[str] = []
    for index, line in enumerate(lines):
        following = next((later for later in lines[index + 1 :] if later.strip()), "")
        if line.startswith("#") and (not following or following.startswith("#")):
            continue
        kept.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
