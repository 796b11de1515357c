"""Claims about the forecast or the video as a whole: against the usual, against what was expected, chances, pace."""

import re
from collections.abc import Callable, Iterator, Sequence

from shortcast_agent.grounding import lexicon as lex
from shortcast_agent.grounding.figures import IN_WORDS
from shortcast_agent.grounding.judge import rounds_to
from shortcast_agent.grounding.ledger import Ledger
from shortcast_agent.grounding.mentions import Mention
from shortcast_agent.numbers import NUMBER, say_count, say_percent, say_times
from shortcast_ml.records import Diagnosis

_CHANCE = re.compile(
    rf"(?<![\w.])({NUMBER})\s?(?:%|percent|por ciento|pour cent|퍼센트|phần trăm)(?: de)?(?: \w+)? {lex.CHANCE}"
    rf"|{lex.CHANCE} (?:of|là|de|d'environ|is|은|이) (?:about |around |roughly )?({NUMBER})\s?%"
)


class Verdicts:
    """Judges one sentence at a time by the records of one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        """Take the ledger to judge by."""
        self._ledger = ledger

    def wrong(self, text: str, mentions: Sequence[Mention]) -> Iterator[tuple[str, str]]:
        """Return what of a sentence is wrong, and what the records say."""
        yield from self._against_usual(text, mentions)
        yield from self._of_the_rest(text, mentions)

    def _against_usual(self, text: str, mentions: Sequence[Mention]) -> Iterator[tuple[str, str]]:
        for up, words in ((True, lex.ABOVE_USUAL), (False, lex.BELOW_USUAL)):
            for found in words.finditer(text):
                clause = _clause_around(text, found)
                ahead = clause[: clause.find(found.group())]
                if lex.NOT.search(ahead) or re.search(
                    r"\bchance\b|\bprobab|%|\bodds\b|확률|\bif\b|\bto$|\bto beat\b", ahead
                ):
                    continue
                verdicts = list(self._usual_verdicts(text, mentions, found.group()))
                if verdicts and all(verdict is not up for verdict, _ in verdicts):
                    yield found.group(), verdicts[-1][1]

    def _usual_verdicts(
        self, text: str, mentions: Sequence[Mention], claim: str
    ) -> Iterator[tuple[bool | None, str]]:
        """Return for each thing that may be meant whether it is above its usual (None: at it), and the figures."""
        named = [place for mention in mentions for place in mention.places]
        others = [
            (r.items[n].label, r.items[n].values["vs_channel"])
            for r, n in named
            if "vs_channel" in r.items[n].values
        ]
        if others and "your" not in claim:
            for label, value in others:
                yield _sign(value), f"{label} stands at {say_times(value)} its channel's usual"
            return
        labels = {ranking.items[nth].label for ranking, nth in named if ranking.kind == "variants"}
        chosen = [v.forecast for c in self._ledger.comparisons for v in c.variants if v.label in labels]
        for forecast in chosen or self._ledger.forecasts:
            said = f"the forecast is {say_count(forecast.views)} where {say_count(forecast.typical_views)} is typical"
            up = forecast.views > forecast.typical_views
            yield up, said
            if (forecast.beats_typical > 0.5) is not up or 0.45 <= forecast.beats_typical <= 0.55:
                yield forecast.beats_typical > 0.5, said
        for diagnosis in self._ledger.diagnoses:
            typical = diagnosis.expected.typical_views
            said = f"it has {say_count(diagnosis.actual_views)} views where {say_count(typical)} is typical"
            yield diagnosis.actual_views > typical, said

    def _in_words(self, text: str, mentions: Sequence[Mention]) -> Iterator[tuple[str, str]]:
        """Judge "twice your usual", "A doubles the forecast" by what they are said of."""
        for found, ratio in lex.said_ratios(text):
            own = self._ratios_meant(text, mentions)
            if own and not any(abs(value / ratio - 1) <= IN_WORDS for value in own if value):
                yield found.group(), f"the results give {say_times(own[0])} there"

    def _ratios_meant(self, text: str, mentions: Sequence[Mention]) -> list[float]:
        named = [ranking.items[nth] for mention in mentions for ranking, nth in mention.places]
        if lex.USUAL.search(text):
            meant = [item.values["vs_channel"] for item in named if "vs_channel" in item.values]
            meant += [f.views / max(f.typical_views, 1) for f in self._ledger.forecasts]
            meant += [d.actual_views / max(d.expected.typical_views, 1) for d in self._ledger.diagnoses]
        elif lex.EXPECTED.search(text) and self._ledger.diagnoses:
            meant = [diagnosis.ratio for diagnosis in self._ledger.diagnoses]
        else:
            meant = [ratio for item in named for ratio in item.ratios]
            places = [place for mention in mentions for place in mention.places]
            for ranking, nth in places:
                if ranking.kind in ("alternatives", "neighbours", "topics"):
                    views = ranking.items[nth].values.get("views", 0.0)
                    meant += [views / level for item in ranking.items if (level := item.values.get("views"))]
        return [*meant, *(1 / ratio for ratio in meant if ratio)]

    def _chances(self, text: str) -> Iterator[tuple[str, str]]:
        own = self._ledger.chances
        for found in _CHANCE.finditer(text):
            share = next(part for part in found.groups() if part)
            if own and not any(rounds_to(share, 100 * chance) for chance in own):
                yield f"{share}%", f"no chance in the results is that; there is {say_percent(own[-1])}"

    def _of_the_rest(self, text: str, mentions: Sequence[Mention]) -> Iterator[tuple[str, str]]:
        yield from self._diagnosed(text)
        yield from self._in_words(text, mentions)
        yield from self._chances(text)
        yield from self._paced(text)
        comparisons = self._ledger.comparisons
        if comparisons and not any(ranking.kind == "alternatives" for ranking in self._ledger.rankings):
            tied, clear = lex.TIED.search(text), lex.CLEAR.search(text)
            if tied and all(comparison.decisive for comparison in comparisons):
                yield tied.group(), f"the comparison is decisive, for {comparisons[-1].best}"
            elif clear and mentions and not lex.NOT.search(text) and not any(c.decisive for c in comparisons):
                yield clear.group(), "the comparison is not decisive: the model can't surely tell them apart"

    def _paced(self, text: str) -> Iterator[tuple[str, str]]:
        days = self._ledger.next_days
        for words, faster in ((lex.FASTER, True), (lex.SLOWER, False)):
            found = words.search(text)
            if not found or not days or lex.NOT.search(text[: found.start()]):
                continue
            if all((day.views > day.by_age_alone) is not faster for day in days):
                given, alone = say_count(days[-1].views), say_count(days[-1].by_age_alone)
                yield found.group(), f"{given} are forecast where its age alone would give {alone}"

    def _diagnosed(self, text: str) -> Iterator[tuple[str, str]]:
        diagnoses = self._ledger.diagnoses
        if not diagnoses:
            return
        checks: tuple[tuple[re.Pattern[str], Callable[[str, str], bool]], ...] = (
            (lex.ABOVE_EXPECTED, lambda verdict, said: verdict.endswith("above") and _strong(verdict, said)),
            (lex.BELOW_EXPECTED, lambda verdict, said: verdict.endswith("below") and _strong(verdict, said)),
            (lex.AS_EXPECTED, lambda verdict, said: verdict == "as expected"),
        )
        for words, agrees in checks:
            for found in words.finditer(text):
                ahead = text[max(0, found.start() - 40) : found.start()]
                if re.search(r"\bchance\b|%|\bto$|\bif\b", ahead) or lex.NOT.search(ahead.rsplit(",", 1)[-1]):
                    continue
                said = f"{ahead[-14:]}{found.group()}"
                if not any(agrees(d.verdict, said) or _by_figures(d, words, said) for d in diagnoses):
                    yield found.group(), f"the diagnosis is “{diagnoses[-1].verdict}”"
        for words, inside in ((lex.INSIDE, True), (lex.OUTSIDE, False)):
            seen = words.search(text)
            if not seen or lex.NOT.search(text[: seen.start()]):
                continue
            if all((d.expected.low <= d.actual_views <= d.expected.high) is not inside for d in diagnoses):
                where = "outside" if inside else "inside"
                yield seen.group(), f"{say_count(diagnoses[-1].actual_views)} views lie {where} the interval"


def _clause_around(text: str, found: re.Match[str]) -> str:
    """Return the clause in which a match stands, up to its end."""
    starts = [cut.end() for cut in lex.CLAUSE.finditer(text) if cut.end() <= found.start()]
    return text[starts[-1] if starts else 0 : found.end()]


def _sign(value: float) -> bool | None:
    return None if value == 1 else value > 1


def _strong(verdict: str, said: str) -> bool:
    if lex.FAR.search(said):
        return verdict.startswith("far")
    return not (lex.SLIGHTLY.search(said) and verdict.startswith("far"))


def _by_figures(diagnosis: Diagnosis, words: re.Pattern[str], said: str) -> bool:
    """Say whether views "as expected" lie on the claimed side of the expected ones, where no more is claimed."""
    if diagnosis.verdict != "as expected" or lex.FAR.search(said):
        return False
    more = diagnosis.actual_views > diagnosis.expected.views
    return (words is lex.ABOVE_EXPECTED and more) or (words is lex.BELOW_EXPECTED and not more)
