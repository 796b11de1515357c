"""What records say about order and direction: lists of named things with the values that rank them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shortcast_agent.grounding.lexicon import DAY_WORDS
from shortcast_ml.records import (
    Comparison,
    Diagnosis,
    Explanation,
    Factor,
    Forecast,
    HorizonViews,
    Neighbour,
    NextDayForecast,
    NicheSummary,
    Record,
    SimilarVideos,
    Slot,
    Suggestions,
    ThumbnailSuggestions,
    VideoReport,
)

_PLATFORM_WORDS = {
    "tiktok": ("tiktok", "틱톡"),
    "youtube_shorts": ("youtube shorts", "shorts", "쇼츠"),
    "youtube": ("long-form youtube", "long-form"),
    "bilibili": ("bilibili",),
}
_ASIDE = ("publish_at", "duration_s", "title", "thumbnail", "platform", "description")
_KEY_LONG = 24  # letters of a title by which a shortened one is known


@dataclass(frozen=True)
class Item:
    """One of several things that a ranking orders."""

    label: str
    keys: tuple[str, ...]
    values: Mapping[str, float]
    ratios: tuple[float, ...] = ()
    counts: tuple[float, ...] = ()
    reliable: bool = True


@dataclass(frozen=True)
class Ranking:
    """Things of one kind, in the order of the result; `neutral` is where a value neither helps nor hurts."""

    kind: str
    items: tuple[Item, ...]
    neutral: float | None = None


@dataclass
class Ledger:
    """Everything that can be claimed of the records of a conversation."""

    rankings: list[Ranking] = field(default_factory=list)
    forecasts: list[Forecast] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    diagnoses: list[Diagnosis] = field(default_factory=list)
    next_days: list[NextDayForecast] = field(default_factory=list)
    levels: list[tuple[float, ...]] = field(default_factory=list)
    chances: list[float] = field(default_factory=list)
    asides: set[str] = field(default_factory=set)  # names that hold other names: channels

    @classmethod
    def of(cls, calls: Iterable[tuple[dict[str, Any], Record]]) -> "Ledger":
        """Read the records of tool calls, each with the arguments of its call."""
        ledger = cls()
        stated: list[tuple[dict[str, Any], Forecast]] = []
        for arguments, record in calls:
            for each in _parts(record):
                ledger._read(each)
                if isinstance(each, Forecast):
                    stated.append((arguments, each))
        ledger._alternatives(stated)
        return ledger

    def keys(self) -> dict[str, list[tuple[Ranking, int]]]:
        """Return what each thing may be called, longest first, and where it stands."""
        found: dict[str, list[tuple[Ranking, int]]] = {key: [] for name in self.asides for key in _said(name)}
        for ranking in self.rankings:
            for nth, item in enumerate(ranking.items):
                for key in dict.fromkeys(item.keys):
                    if len(key) > 1:
                        found.setdefault(key, []).append((ranking, nth))
        return dict(sorted(found.items(), key=lambda pair: -len(pair[0])))

    def _read(self, record: Record) -> None:
        match record:
            case Forecast():
                self._forecast(record)
            case Comparison():
                self.comparisons.append(record)
                self.chances += [record.lead, *(variant.beats_first for variant in record.variants)]
                self.rankings.append(Ranking("variants", tuple(_variants(record))))
                self.levels.append(tuple(float(v.forecast.views) for v in record.variants))
                for variant in record.variants:
                    self._forecast(variant.forecast)
                    self._factors(variant.factors)
            case Explanation():
                self._factors(record.factors)
            case Suggestions():
                self._forecast(record.baseline)
                self.chances += [change.forecast.beats_typical for change in record.changes]
                self.rankings.append(_changes(record))
            case Diagnosis():
                self.diagnoses.append(record)
                self.chances.append(record.percentile)
                self.levels.append((float(record.actual_views), float(record.expected.views)))
                self.levels.append((float(record.actual_views), float(record.expected.typical_views)))
                self._factors(record.explanation.factors)
                self._neighbours(record.better_neighbours)
            case NextDayForecast():
                self.next_days.append(record)
                self.levels.append((float(record.views), float(record.views_now), float(record.by_age_alone)))
                self.levels.append((record.views_per_hour_so_far, record.views_per_hour_now))
            case SimilarVideos():
                self._neighbours(record.neighbours)
            case NicheSummary():
                self._niche(record)
            case ThumbnailSuggestions():
                self._forecast(record.baseline)
                frames = tuple(
                    Item(
                        f"{frame.at_s:.1f} s", (f"{frame.at_s:.1f} s", f"{frame.at_s:g} s", f"frame {frame.rank}"),
                        {"multiplier": frame.multiplier, "views": frame.views}, (frame.multiplier,), (frame.views,),
                    )
                    for frame in record.candidates
                )  # fmt: skip
                self.rankings.append(Ranking("frames", frames, 1.0))

    def _forecast(self, record: Forecast) -> None:
        self.forecasts.append(record)
        self.chances.append(record.beats_typical)
        self.levels.append((float(record.views), float(record.typical_views)))
        self.levels.append(tuple(float(at.views) for at in record.by_horizon))

    def _factors(self, factors: Iterable[Factor]) -> None:
        items = tuple(
            Item(
                factor.label,
                _said(factor.label, factor.name.replace("_", " "), factor.label.removeprefix("the ")),
                {"multiplier": factor.multiplier, "size": abs(factor.log10)},
                (factor.multiplier, 1 / factor.multiplier),
            )
            for factor in factors
        )
        self.rankings.append(Ranking("factors", items, 1.0))

    def _neighbours(self, neighbours: Iterable[Neighbour]) -> None:
        listed = tuple(neighbours)
        self.rankings.append(Ranking("neighbours", tuple(map(_neighbour, listed)), 1.0))
        self.asides.update(video.channel for video in listed if video.channel)

    def _niche(self, record: NicheSummary) -> None:
        topics = tuple(
            Item(
                topic.name, _said(topic.name),
                _known(vs_channel=topic.vs_channel, views=topic.typical_views, n=topic.n, share=topic.share,
                       crowding=topic.recent_share),
                _ratios(topic.vs_channel, topic.vs_channel_low, topic.vs_channel_high),
                _counts(topic.typical_views, topic.n, topic.channels, topic.judged),
            )
            for topic in record.topics
        )  # fmt: skip
        self.rankings.append(Ranking("topics", topics, 1.0))
        for topic in record.topics:
            self._neighbours((*topic.examples, *topic.best))
        for kind, slots in (("times", record.times), ("lengths", record.lengths)):
            self.rankings.append(Ranking(kind, tuple(map(_slot, slots)), 1.0))

    def _alternatives(self, stated: list[tuple[dict[str, Any], Forecast]]) -> None:
        """Rank forecasts of one draft that differ in one argument, whatever the turn that each is of."""
        for name in _ASIDE:
            groups: dict[str, dict[str, Forecast]] = {}
            for arguments, forecast in stated:
                rest = repr(sorted((key, str(value)) for key, value in arguments.items() if key != name))
                groups.setdefault(rest, {})[str(arguments.get(name) or "")] = forecast
            for group in groups.values():
                if len(group) > 1:
                    items = tuple(_alternative(name, value, forecast) for value, forecast in group.items())
                    self.rankings.append(
                        Ranking("platforms" if name == "platform" else "alternatives", items)
                    )
                    if name != "platform":
                        self.levels.append(tuple(float(forecast.views) for forecast in group.values()))


def fold(text: str) -> str:
    """Return text as claims are read: lower case, no Markdown, no quotes, single spaces."""
    text = re.sub(r"\\([\\`*_\[\]<>|#~])", r"\1", text)
    text = text.replace("’", "'").replace("\u00a0", " ").replace("\u202f", " ")
    return re.sub(r"\s+", " ", re.sub(r"[*_`“”\"«»„『』「」]", "", text)).strip().casefold()


def shortened(key: str) -> str:
    """Return how a long name begins, by which it is known when an answer cuts it."""
    return key[:_KEY_LONG] if len(key) > _KEY_LONG + 6 else ""


def _parts(record: Record) -> list[Record]:
    if not isinstance(record, VideoReport):
        return [record]
    return [part for part in dict(record).values() if isinstance(part, Record)]


def _said(*names: str) -> tuple[str, ...]:
    return tuple(key for name in names if (key := fold(name).rstrip(".")))


def _known(**values: float | None) -> dict[str, float]:
    return {name: float(value) for name, value in values.items() if value is not None}


def _ratios(*values: float | None) -> tuple[float, ...]:
    return tuple(float(value) for value in values if value)


def _counts(*values: float | None) -> tuple[float, ...]:
    return tuple(float(value) for value in values if value is not None)


def _levels(forecast: Forecast) -> tuple[float, ...]:
    along: tuple[HorizonViews, ...] = forecast.by_horizon
    return _counts(
        forecast.views, forecast.low, forecast.high, forecast.typical_views, forecast.platform_typical_views,
        *(count for at in along for count in (at.views, at.low, at.high)),
    )  # fmt: skip


def _variants(record: Comparison) -> Iterable[Item]:
    several = len({variant.draft.title for variant in record.variants}) == len(record.variants)
    for nth, variant in enumerate(record.variants, start=1):
        names = [variant.label, *([variant.draft.title] if several else [])]
        names += [
            f"{kind} {nth}"
            for kind in ("title", "thumbnail", "option", "variant", "version", "제목", "título", "titre")
        ]
        names += [
            f"{kind} {'abcdefghijkl'[nth - 1]}"
            for kind in ("title", "thumbnail", "option", "variant", "version")
        ]
        yield Item(
            variant.label, _said(*names),
            {"views": variant.forecast.views, "chance": variant.forecast.beats_typical, "vs_first": variant.vs_first},
            (variant.vs_first, 1 / variant.vs_first, *(f.multiplier for f in variant.factors)),
            _levels(variant.forecast),
        )  # fmt: skip


def _changes(record: Suggestions) -> Ranking:
    items = []
    for nth, change in enumerate(record.changes, start=1):
        names = [change.what, _gerund(change.what), f"change {nth}"]
        if change.argument == "publish_at":
            names += _moment_words(change.after) or [change.after]
        elif change.argument == "duration_s" or len(change.after) > 6:
            names += [change.after, *_length_words(change.after)]
        more = (change.low, change.high, change.computed)
        items.append(
            Item(
                change.what, _said(*names), {"multiplier": change.multiplier, "views": change.views},
                _ratios(change.multiplier, 1 / change.multiplier, *more),
                (change.views, *_levels(change.forecast), *_levels(record.baseline)), change.reliable,
            )
        )  # fmt: skip
    return Ranking("changes", tuple(items), 1.0)


def _gerund(order: str) -> str:
    """Return an order as a subject: "Cut it to 21 seconds." as "cutting it to 21 seconds"."""
    verb, _, rest = order.partition(" ")
    stem = (
        verb.removesuffix("e") if verb.endswith("e") else verb + verb[-1] if verb.lower() == "cut" else verb
    )
    return f"{stem}ing {rest}"


def _neighbour(video: Neighbour) -> Item:
    return Item(
        video.title, _said(video.title),
        _known(views=video.views, vs_channel=video.vs_channel, similarity=video.similarity),
        _ratios(video.vs_channel), _counts(video.views),
    )  # fmt: skip


def _slot(slot: Slot) -> Item:
    return Item(
        slot.label, _said(slot.label, *_day_words(slot.label)), {"vs_channel": slot.vs_channel, "n": slot.n},
        (slot.vs_channel, slot.low, slot.high),
    )  # fmt: skip


def _alternative(name: str, value: str, forecast: Forecast) -> Item:
    words: list[str] = ["as it stands", "no change", "unchanged"] if not value else [value]
    if name == "publish_at" and value:
        words = _moment_words(value) or words
    elif name == "duration_s" and value:
        words = _length_words(value)
    elif name == "platform":
        words = list(_PLATFORM_WORDS.get(value, (value,)))
    return Item(
        words[0],
        _said(*words),
        {"views": forecast.views, "chance": forecast.beats_typical},
        (),
        _levels(forecast),
    )


def _day_words(label: str) -> list[str]:
    return [
        word for words in DAY_WORDS if re.search(words, label, re.IGNORECASE) for word in _plain_words(words)
    ]


def _plain_words(pattern: str) -> list[str]:
    """Return the words of a day's pattern as they are written."""
    words = []
    for part in re.sub(r"\(\?:vào.*?\)\\s\+", "", pattern).split("|"):
        word = re.sub(r"\\b|s\?|\(\?:.*", "", part).replace("[ée]", "é").replace("[áa]", "á").strip(" )")
        if len(word) > 2 and "thứ" not in word:
            words.append(word)
    return words


def _moment_words(stamp: str) -> list[str]:
    """Return what a moment is called: its day, its day and hour, its hour."""
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return _day_words(stamp)
    days = _plain_words(DAY_WORDS[moment.weekday()])
    half, hour = "am" if moment.hour < 12 else "pm", moment.hour % 12 or 12
    hours = (f"{moment:%H:%M}", f"{moment.hour}:{moment:%M}", f"{hour} {half}", f"{hour}{half}")
    return [*days, *(f"{days[0]} at {hour}" for hour in hours), *hours]


def _length_words(value: str) -> list[str]:
    found = re.match(r"([\d.]+)", value)
    if found is None:
        return [value]
    number = f"{float(found.group(1)):g}"
    units = (" s", "s", " seconds", " second", "-second", "초", " giây", " segundos", " secondes")
    return [f"{number}{unit}" for unit in units]
