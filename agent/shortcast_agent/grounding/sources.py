"""What an answer may say: the numbers, links, words and records of tool results, and the user's own words."""

import contextlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from shortcast_agent.grounding.lexicon import DAYS, said_ratios
from shortcast_agent.numbers import COUNT, NUMBER, readings
from shortcast_ml.records import Record

if TYPE_CHECKING:
    from shortcast_agent.grounding.claims import Claims
    from shortcast_agent.grounding.ledger import Ledger

_RATIOS = {"multiplier", "ratio", "computed"}
_LINKED = ("", "url", "links")  # the user's own words, and fields that name a link: never a stranger's text
_URL = re.compile(r"https?://[^\s<>()\[\]\"'`]+")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_STAMP = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")
_STARTS = ("", r"(?<![\w.])")  # in the middle of a word too, and as an answer is read
_COUNTS = tuple(
    re.compile(rf"{start}{COUNT}", re.IGNORECASE) for start in ("", r"(?<![A-Za-z_\d.])(?<![A-Za-z]-)")
)
_SCALED = re.compile(rf"{NUMBER}(?:[kKmMbB](?!\w)|[만천억万千])")  # of "12k" the 12 alone says nothing
_PERCENT = tuple(
    re.compile(
        rf"{start}({NUMBER})\s?(?:%|percent|per cent|por ciento|pour cent|phần trăm|퍼센트)", re.IGNORECASE
    )
    for start in _STARTS
)
_TIMES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"[x×]\s?({NUMBER})",
        *(
            rf"{start}({NUMBER})\s?(?:x(?![\w])|×|times\b|-fold\b|veces\b|fois\b|lần\b|배)"
            for start in _STARTS
        ),
    )
)
_BARE_HOUR = re.compile(r"(?<![\d:.,])(\d{1,2})(?![\d:.,])")
_LATER = re.compile(
    r"[\d ][pP]\.?[mM]\b|\bat \d|evening|night|afternoon|tonight|오후|저녁|밤|tối|chiều|tarde|noche|soir|après-midi",
    re.IGNORECASE,
)
_HOUR = re.compile(r"\b(\d{1,2})(?::\d\d)?\s?([ap])\.?m\b", re.IGNORECASE)


@dataclass
class Sources:
    """The numbers, links, words and records that an answer may use."""

    numbers: set[float] = field(default_factory=set)
    shares: set[float] = field(default_factory=set)
    ratios: set[float] = field(default_factory=set)
    peers: set[float] = field(default_factory=set)  # of other videos to their own channels
    percents: set[float] = field(default_factory=set)
    seconds: set[float] = field(default_factory=set)
    days: set[float] = field(default_factory=set)
    clocks: set[str] = field(default_factory=set)
    hours: set[int] = field(default_factory=set)
    weekdays: set[int] = field(default_factory=set)
    links: set[str] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    calls: list[tuple[dict[str, Any], Record]] = field(default_factory=list)

    @classmethod
    def of(cls, sources: "Sources | Iterable[Any]") -> "Sources":
        """Return sources as they are, or gathered from tool results and texts."""
        if isinstance(sources, Sources):
            return sources
        known = cls()
        for source in sources:
            known.read(source)
        return known

    def read_call(self, arguments: Mapping[str, Any], record: Record) -> None:
        """Take in a tool's result; of its arguments only what was tried by it: titles, a length, a moment."""
        self.read(record, arguments=arguments)
        for name in ("title", "titles"):
            given = arguments.get(name)
            for title in [given] if isinstance(given, str) else given or ():
                self.texts.append(str(title))
        self.read(arguments.get("duration_s"), "duration_s")
        self._moment(str(arguments.get("publish_at") or ""))

    def read(self, value: Any, key: str = "", arguments: Mapping[str, Any] | None = None) -> None:
        """Take in a tool result (a record, or anything that JSON can hold) or a text."""
        if isinstance(value, Record):
            self.calls.append((dict(arguments or {}), value))
            value = value.model_dump(mode="json")
        if isinstance(value, bool) or value is None:
            return
        if isinstance(value, int | float):
            self._number(value, key)
        elif isinstance(value, str):
            self._text(value)
            if key in _LINKED:
                self.links.update(link(url) for url in _URL.findall(value))
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

    @cached_property
    def words(self) -> str:
        """Every text as bare words, to look titles up in; read once all sources are in."""
        return "\n".join(bare(text) for text in dict.fromkeys(self.texts))

    @cached_property
    def ledger(self) -> "Ledger":
        """What the records say about order and direction; read once all sources are in."""
        from shortcast_agent.grounding.ledger import Ledger

        return Ledger.of(self.calls)

    @cached_property
    def claims(self) -> "Claims":
        """The reader of claims over the ledger."""
        from shortcast_agent.grounding.claims import Claims

        return Claims(self.ledger)

    @cached_property
    def both_ways(self) -> list[float]:
        """The ratios, and each the other way round; read once all sources are in."""
        return [*self.ratios, *(1 / ratio for ratio in self.ratios if ratio)]

    @cached_property
    def ordered(self) -> list[float]:
        """The numbers in order; read once all sources are in."""
        return sorted(self.numbers)

    def _number(self, value: float, key: str) -> None:
        if value != value or value in (float("inf"), float("-inf")):
            return
        self.numbers.add(abs(float(value)))
        if isinstance(value, float) and 0 <= value <= 1:  # probabilities, shares, percentiles, similarities
            self.shares.add(value)
        ends = key in ("low", "high") and isinstance(value, float)  # those of counts are whole numbers
        if (key in _RATIOS or key.startswith("vs_") or ends) and value > 0:
            self.ratios.add(float(value))
            if key == "vs_channel":
                self.peers.add(float(value))
        if key == "duration_s":
            self.seconds.add(float(value))
        if key in ("age_days", "horizon_days"):
            self.days.add(float(value))

    def _text(self, text: str) -> None:
        if text[:1] in "{[" and text[-1:] in "}]":
            with contextlib.suppress(ValueError):
                self.read(json.loads(text))
        self.texts.append(text)
        text = re.sub(r"\s+", " ", text)
        for token in {token for pattern in _COUNTS for token in pattern.findall(text)}:
            self.numbers.update(reading.value for reading in readings(token))
        self.numbers.update(map(float, re.findall(r"\d{1,15}", _SCALED.sub(" ", text))))
        later = bool(_LATER.search(text))
        for run in _BARE_HOUR.findall(text):  # "6pm", "at 6" and "at 18" are told as 18:00
            hour = int(run)
            if hour <= 24:
                told = (hour, hour % 12 + 12) if later else (hour,)
                self.clocks.update(clock for each in told for clock in (f"{each}:00", f"{each:02d}:00"))
                self.hours.update(told)
        for values, patterns in ((self.percents, _PERCENT), (self.ratios, _TIMES)):
            said = {token for pattern in patterns for token in pattern.findall(text)}
            values.update(reading.value for token in said for reading in readings(token))
        self.ratios.update(ratio for _, ratio in said_ratios(text))
        self.clocks.update(_CLOCK.findall(text))
        self.hours.update(int(clock.split(":")[0]) for clock in _CLOCK.findall(text))
        self.hours.update(hour_of(found) for found in _HOUR.finditer(text))
        self.weekdays.update(weekdays(text))
        for stamp in _STAMP.findall(text):
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
            self.hours.add(seen.hour)
            self.weekdays.add(seen.weekday())


def bare(text: str) -> str:
    """Return the words of a text, without case, signs and width, one space between them."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"[^\W_]+", folded))


def link(url: str) -> str:
    """Return a link as it is compared: without the sign that ends the sentence around it."""
    return url.rstrip(".,;:!?*_").rstrip("/").lower()


def hour_of(found: re.Match[str]) -> int:
    """Return the hour in 0..23 of a match of "6 pm"."""
    return int(found.group(1)) % 12 + (12 if found.group(2).lower() == "p" else 0)


def weekdays(text: str) -> set[int]:
    """Return the days of the week that a text names, Monday 0, in any of our languages."""
    return {nth for nth, names in enumerate(DAYS) for _ in names.finditer(text)}
