"""The grounding check: every number (and link) in an answer stands in a tool result or in the user's words.

Units and rounding are allowed for: "12.3K" for 12,345, "63%" for a probability of 0.628, "30% more" for a
multiplier of 1.3, "1:10" for 70 seconds. Arithmetic that no tool did is not.
"""

import contextlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shortcast_agent.numbers import COUNT, NUMBER, read_number
from shortcast_ml.records import Record

_RATIOS = {"multiplier", "ratio"}
_INTERVAL_PERCENT = (80.0, 10.0, 90.0)  # what an interval of ours holds, and its two ends
_LARGEST_ORDINAL = 20

_URL = re.compile(r"https?://[^\s<>()\[\]\"'`]+")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_TOKEN = re.compile(
    rf"(?P<clock>(?<![\w.]){_CLOCK.pattern}(?!\d))"
    rf"|(?P<times>(?<![\w.])(?:[x×]\s?(?P<after>{NUMBER})|(?P<before>{NUMBER})\s?(?:x(?!\d)\b|×|times\b|-fold\b)))"
    rf"|(?P<percent>(?<![\w.])(?P<share>{NUMBER})\s?(?:%|percent\b|per cent\b))"
    rf"|(?P<ordinal>(?<![\w.])(?P<nth>\d+)(?:st|nd|rd|th)\b)"
    rf"|(?P<plain>(?<![A-Za-z_\d.])(?<![A-Za-z]-){COUNT})",
    re.IGNORECASE,
)
_LIST_ORDINAL = re.compile(r"^\s*(?:[-*]\s+)?(?:\*\*)?\d{1,2}[.)](?=\s)", re.MULTILINE)


class Trace(Record):
    """What of an answer could be traced, as it is written there."""

    traced: tuple[str, ...]
    untraced: tuple[str, ...]


@dataclass
class Sources:
    """The numbers and links that an answer may use."""

    numbers: set[float] = field(default_factory=set)
    shares: set[float] = field(default_factory=set)
    ratios: set[float] = field(default_factory=set)
    seconds: set[float] = field(default_factory=set)
    days: set[float] = field(default_factory=set)
    clocks: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)

    def read(self, value: Any, key: str = "") -> None:
        """Take in a tool result (anything that JSON can hold) or a text."""
        if isinstance(value, Record):
            value = value.model_dump(mode="json")
        if isinstance(value, bool) or value is None:
            return
        if isinstance(value, int | float):
            self._number(float(value), key)
        elif isinstance(value, str):
            self._text(value)
        elif isinstance(value, Mapping):
            for name, item in value.items():
                self.read(item, str(name))
        elif isinstance(value, Iterable):
            items = list(value)
            self.numbers.add(float(len(items)))
            for item in items:
                self.read(item, key)
        else:
            self._text(str(value))

    def _number(self, value: float, key: str) -> None:
        if value != value or value in (float("inf"), float("-inf")):
            return
        self.numbers.add(abs(value))
        if 0 <= value <= 1:  # probabilities, shares, percentiles, similarities
            self.shares.add(value)
        if (key in _RATIOS or key.startswith("vs_")) and value > 0:
            self.ratios.add(value)
        if key == "duration_s":
            self.seconds.add(value)
        if key in ("age_days", "horizon_days"):
            self.days.add(value)

    def _text(self, text: str) -> None:
        if text[:1] in "{[" and text[-1:] in "}]":
            with contextlib.suppress(ValueError):
                self.read(json.loads(text))
        self.links.update(_link(url) for url in _URL.findall(text))
        for token in re.findall(COUNT, text, re.IGNORECASE):
            self.numbers.add(read_number(token).value)
        for run in re.findall(r"\d{1,15}", text):
            self.numbers.add(float(run))
            if float(run) <= 24:  # "6pm" and "at 18" are told as 18:00
                self.clocks.update(f"{hour}:00" for hour in (run, f"{int(run):02d}", int(run) % 12 + 12))
        self.clocks.update(_CLOCK.findall(text))
        for stamp in re.findall(
            r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?", text
        ):
            self._moment(stamp)

    def _moment(self, stamp: str) -> None:
        try:
            moment = datetime.fromisoformat(stamp)
        except ValueError:
            return
        for seen in (moment, moment.astimezone() if moment.tzinfo else moment):
            self.numbers.update(
                map(float, (seen.year, seen.month, seen.day, seen.hour, seen.hour % 12 or 12))
            )
            self.clocks.update(
                (f"{seen:%H:%M}", f"{seen.hour}:{seen:%M}", f"{seen.hour % 12 or 12}:{seen:%M}")
            )


def trace(answer: str, sources: Sources | Iterable[Any]) -> Trace:
    """Say which numbers and links of `answer` stand in the sources.

    `sources` are tool results (records, or what JSON makes of them) and texts that the user wrote.
    """
    known = sources if isinstance(sources, Sources) else _gather(sources)
    traced: list[str] = []
    untraced: list[str] = []
    for url in _URL.findall(answer):
        (traced if _link(url) in known.links else untraced).append(url)
    text = _LIST_ORDINAL.sub(lambda found: " " * len(found.group()), _URL.sub(" ", answer))
    for match in _TOKEN.finditer(text):
        (traced if _stands(match, known) else untraced).append(match.group().strip())
    return Trace(traced=tuple(traced), untraced=tuple(untraced))


def strike(answer: str, sources: Sources | Iterable[Any]) -> tuple[str, tuple[str, ...]]:
    """Return the answer without the sentences that hold an untraceable number, and those numbers."""
    known = sources if isinstance(sources, Sources) else _gather(sources)
    struck: list[str] = []
    kept: list[str] = []
    for line in answer.split("\n"):
        bad = trace(line, known).untraced
        if not bad:
            kept.append(line)
            continue
        struck.extend(bad)
        lead = re.match(r"\s*(?:[-*+]\s+|\d+[.)]\s+|>\s*)?", line)
        prefix = lead.group() if lead else ""
        good = [part for part in sentences(line[len(prefix) :]) if not trace(part, known).untraced]
        if good and not line.lstrip().startswith("|"):
            kept.append(prefix + " ".join(part.strip() for part in good))
    return _without_empty_headings(kept), tuple(struck)


def sentences(text: str) -> list[str]:
    """Split prose into sentences; a point inside a number or a short form ends none."""
    return [part for part in re.split(r"(?<=[.!?…。])(?<!e\.g\.)(?<!i\.e\.)(?<!vs\.)\s+", text) if part]


class SentenceGate:
    """Lets text through sentence by sentence, as long as every number in it can be traced."""

    def __init__(self, sources: Sources, emit: Callable[[str], None]) -> None:
        self._sources, self._emit, self._held, self._shut = sources, emit, "", False

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
        if trace(text, self._sources).untraced:
            self._shut = True
            return
        self._emit(text)


def _gather(sources: Iterable[Any]) -> Sources:
    known = Sources()
    for source in sources:
        known.read(source)
    return known


def _link(url: str) -> str:
    return url.rstrip(".,;:!?*_").rstrip("/").lower()


def _stands(match: re.Match[str], known: Sources) -> bool:
    if match.group("clock"):
        return _clock_stands(match.group(), known)
    if match.group("ordinal"):
        nth = float(match.group("nth"))
        return nth <= _LARGEST_ORDINAL or nth in known.numbers or nth in _INTERVAL_PERCENT
    if match.group("times"):
        token = match.group("after") or match.group("before")
        return _near(token, [*known.numbers, *known.ratios, *(1 / ratio for ratio in known.ratios)])
    if match.group("percent"):
        percents = [100 * share for share in known.shares]
        percents += [abs(ratio - 1) * 100 for ratio in known.ratios]
        percents += [ratio * 100 for ratio in known.ratios]
        return _near(match.group("share"), [*percents, *known.numbers, *_INTERVAL_PERCENT])
    derived = [unit for seconds in known.seconds for unit in (seconds / 60, seconds % 60)]
    derived += [unit for days in known.days for unit in (days * 24, days / 7)]
    return _near(match.group("plain"), [*known.numbers, *derived])


def _clock_stands(token: str, known: Sources) -> bool:
    if token in known.clocks or token in ("9:16", "16:9"):
        return True
    minutes, seconds = (int(part) for part in token.split(":")[:2])
    return any(abs(minutes * 60 + seconds - length) <= 0.5 for length in known.seconds | known.numbers)


def _near(token: str, values: Sequence[float]) -> bool:
    """Say whether a value rounds to the token; beyond its written digits no more than 5% is forgiven."""
    written = read_number(token)
    slack = min(written.tolerance, max(0.05 * written.value, 0.5 if written.tolerance <= 0.5 else 0.0))
    return any(abs(written.value - value) <= slack * (1 + 1e-9) for value in values)


def _without_empty_headings(lines: list[str]) -> str:
    kept: list[str] = []
    for index, line in enumerate(lines):
        following = next((later for later in lines[index + 1 :] if later.strip()), "")
        if line.startswith("#") and (not following or following.startswith("#")):
            continue
        kept.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
