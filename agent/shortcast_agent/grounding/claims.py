"""Claims of rank and direction in a sentence, held against the records.

Only what can be bound to a record is judged: the things spoken of are found by their names, put as §0§, §1§, ...,
and the words between them say what is claimed. What cannot be bound, or is turned around by a negation, passes.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from shortcast_agent.grounding import lexicon as lex
from shortcast_agent.grounding.figures import rounding
from shortcast_agent.grounding.ledger import Item, Ledger, Ranking, fold, shortened
from shortcast_agent.numbers import COUNT, NUMBER, readings, say_count, say_times

Place = tuple[Ranking, int]
_ORDINAL = re.compile(
    r"\b(?:the )?(?P<en>first|second|third|fourth|1st|2nd|3rd|4th)(?: (?:one|title|thumbnail|option|variant|version|draft|video))"
    r"|\bthe (?P<bare>first|second|third|fourth|last|latter|former)(?= (?:is|does|wins|beats|looks|has|gets|scores|leads|comes|ranks|performs|outperforms|loses|trails)\b|[.,;!?]|$| by\b| than\b| over\b)"
    r"|(?P<ko>첫 번째|두 번째|세 번째|네 번째)(?! (?:초|영상 초))(?: (?:제목|썸네일|것))?"
    r"|\b(?:cái|tiêu đề|phương án)?\s?(?P<vi>thứ nhất|đầu tiên|thứ hai|thứ ba|thứ tư)(?= (?:tốt|cao|kém|thấp|hơn|thắng|là)|[.,;]|$)"
    r"|\b(?:el|la) (?P<es>primer[oa]?|segund[oa]|tercer[oa]?|cuart[oa])(?: título| miniatura| opción)?(?= (?:es|gana|supera|tiene|rinde|pierde)\b|[.,;]|$)"
    r"|\b(?:le|la) (?P<fr>premi(?:er|ère)|deuxième|seconde?|troisième)(?: titre| miniature| option)?(?= (?:est|bat|gagne|dépasse|l'emporte|a|fait)\b|[.,;]|$)"
)
_NTH = {
    "first": 0, "1st": 0, "former": 0, "second": 1, "2nd": 1, "latter": -1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "last": -1,
    "첫 번째": 0, "두 번째": 1, "세 번째": 2, "네 번째": 3, "thứ nhất": 0, "đầu tiên": 0, "thứ hai": 1, "thứ ba": 2, "thứ tư": 3,
    "primer": 0, "primero": 0, "primera": 0, "segundo": 1, "segunda": 1, "tercer": 2, "tercero": 2, "tercera": 2, "cuarto": 3,
    "cuarta": 3, "premier": 0, "première": 0, "deuxième": 1, "second": 1, "seconde": 1, "troisième": 2,
}  # fmt: skip
_CHOICES = ("variants", "alternatives")
_M = r"§(\d+)§"
_PAIR = tuple(
    (up, re.compile(rf"{_M}([^§]{{0,70}}?)(?:{than}[^§]{{0,30}}?{lex.THAN}[^§]{{0,16}}?|{over}[^§]{{0,16}}?){_M}"))
    for up, than, over in ((False, lex.DOWN_THAN, lex.DOWN_OVER), (True, lex.UP_THAN, lex.UP_OVER))
)
_KO_PAIR = tuple(
    (up, nth, re.compile(pattern))
    for up, words in ((False, lex.KO_DOWN), (True, lex.KO_UP))
    for nth, pattern in (
        (1, rf"{_M}(?:이|가|은|는|을|를)?\s?{_M}\s?보다[^§]{{0,24}}?{words}"),
        (2, rf"{_M}\s?보다(?:는|도)?\s?{_M}(?:이|가|은|는|을|를)?[^§]{{0,24}}?{words}"),
    )
)
_NTH_BEST = tuple(
    (nth, best, re.compile(rf"\b{word}[ -](?:{lex.SUPERLATIVE if best else lex.LEAST})\b"))
    for word, nth in lex.NTH
    for best in (True, False)
)
_MOST = re.compile(r"\b(?:most|largest|biggest|strongest|highest|greatest|main|best)\b")
_HELPS_MOST = re.compile(r"\bhelps? (?:you )?most\b|\b(?:biggest|largest|strongest|greatest|main) (?:help|plus|gain|boost|lift|win|positive)\b")
_HURTS_MOST = re.compile(r"\bhurts? (?:you )?most\b|\b(?:biggest|largest|strongest|greatest|main) (?:drag|minus|loss|cost|negative|problem|brake)\b")
_SIZE = re.compile(r"\b(?:biggest|largest|strongest|main|most important) (?:factor|effect|influence|reason)\b|\bmatters most\b")
_BETTER_ALONE = re.compile(
    r"(?:\b(?:is|are|does|do|looks|performs|works|scores|gets|would be|would do|it's|es|est|là)\b[^§.,;]{0,16}?)?"
    r"\b(?:better|higher|stronger|mejor|meilleure?|mieux)\b(?! than| que)|tốt hơn|더 (?:좋|높|낫|많)"
)
_WORSE_ALONE = re.compile(r"\b(?:worse|lower|weaker|peor|pire|moins bien)\b(?! than| que)|kém hơn|thấp hơn|더 (?:나쁘|낮|적)")
_TIMES = re.compile(rf"(?<![\w.])(?:[x×]\s?({NUMBER})|({NUMBER})\s?(?:x(?![\w])|×))")
_VIEWS = re.compile(rf"(?<![\w.])({COUNT})(?= (?:views|lượt xem|visualizaciones|vues)\b|\s?회)", re.IGNORECASE)
_OTHER = re.compile(r"\bthan\b|\bvs\.?\b|\bversus\b|\bagainst\b|\bcompared\b|\bof the\b|\bthe other\b|\bfrom\b|\bover\b|\binstead\b|보다|so với|\bque\b")


@dataclass(frozen=True)
class Mention:
    """A thing that a sentence speaks of, with every place where records have it."""

    label: str
    places: tuple[Place, ...]


class Claims:
    """Reads the claims of sentences against one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._keys = ledger.keys()
        self._short = [(cut, key) for key in self._keys if (cut := shortened(key))]
        choices = [ranking for ranking in ledger.rankings if ranking.kind in _CHOICES]
        self._choices = choices or [ranking for ranking in ledger.rankings if ranking.kind == "neighbours"]

    def wrong(self, sentence: str) -> Iterator[tuple[str, str]]:
        """Return what of a sentence the records contradict, and what they say."""
        text = fold(sentence)
        if not text or text.endswith(("?", "？")):
            return
        marked, mentions = self._marked(text)
        seen: set[str] = set()
        for what, why in (*self._against_usual(marked, mentions), *self._of_the_rest(marked, mentions)):
            if why not in seen:
                seen.add(why)
                yield _shown(what, mentions), why
        if mentions:
            for what, why in self._bound(marked, mentions):
                if why not in seen:
                    seen.add(why)
                    yield _shown(what, mentions), why

    # --- who is spoken of ------------------------------------------------------------------------------

    def _marked(self, text: str) -> tuple[str, list[Mention]]:
        """Put §n§ for each thing that is spoken of."""
        spans: list[tuple[int, int, Mention]] = []

        def take(start: int, end: int, mention: Mention) -> None:
            if not any(start < other_end and other < end for other, other_end, _ in spans):
                spans.append((start, end, mention))

        for key, places in self._keys.items():
            at = text.find(key)
            while at >= 0:
                end = at + len(key)
                if not _inside_word(text, at, end):
                    take(at, end, Mention(key, tuple(places)))
                at = text.find(key, end)
        for cut, key in self._short:
            at = text.find(cut)
            if at >= 0:
                end = at + len(cut)
                while end < len(text) and end - at < len(key) and text[end] == key[end - at]:
                    end += 1
                if text[end : end + 1] == "…" or text[end : end + 3] == "...":
                    take(at, end + 1, Mention(key, tuple(self._keys[key])))
        for found in _ORDINAL.finditer(text):
            word = next(part for part in found.groups() if part)
            nth = _NTH[word]
            places = [
                (ranking, nth if nth >= 0 else len(ranking.items) - 1)
                for ranking in self._choices
                if nth < len(ranking.items)
            ]
            if places:
                take(found.start(), found.end(), Mention(found.group(), tuple(places)))
        spans.sort(key=lambda span: span[0])
        mentions = [mention for _, _, mention in spans]
        marked, last = "", 0
        for nth, (start, end, _) in enumerate(spans):
            marked += f"{text[last:start]}§{nth}§"
            last = end
        return marked + text[last:], mentions

    # --- order and direction of what is named ----------------------------------------------------------

    def _bound(self, text: str, mentions: Sequence[Mention]) -> Iterator[tuple[str, str]]:
        measure = next((name for words, name in lex.MEASURES if words.search(text)), "")
        judge = _Judge(mentions, measure)
        yield from self._pairs(text, judge)
        for clause in _clauses(text):
            if lex.NOT.search(clause):
                continue
            yield from self._superlatives(clause, judge)
            yield from self._directions(clause, judge)
        yield from self._numbers(text, judge)

    def _pairs(self, text: str, judge: "_Judge") -> Iterator[tuple[str, str]]:
        for up, pattern in _PAIR:
            for found in pattern.finditer(text):
                gap = found.group(2)
                if lex.NOT.search(found.group()) or re.search(r"[;:.]\s", gap):
                    continue
                yield from judge.pair(found.group(), int(found.group(1)), int(found.group(3)), up)
        for up, first, pattern in _KO_PAIR:
            for found in pattern.finditer(text):
                one, other = int(found.group(1)), int(found.group(2))
                if not lex.NOT.search(found.group()):
                    yield from judge.pair(found.group(), *((one, other) if first == 1 else (other, one)), up)

    def _superlatives(self, clause: str, judge: "_Judge") -> Iterator[tuple[str, str]]:
        spoken = [int(nth) for nth in re.findall(_M, clause)]
        if len(spoken) != 1:
            if len(spoken) == 2:
                yield from self._picked(clause, judge)
            return
        (nth,) = spoken
        for rank, best, pattern in _NTH_BEST:
            if pattern.search(clause):
                yield from judge.rank(clause, nth, rank, best)
                return
        if _SIZE.search(clause):
            yield from judge.extreme(clause, nth, True, "size")
        elif _HELPS_MOST.search(clause):
            yield from judge.extreme(clause, nth, True, "multiplier")
        elif _HURTS_MOST.search(clause):
            yield from judge.extreme(clause, nth, False, "multiplier")
        elif re.search(r"\b(?:most|least) (?:crowded|saturated|similar|viewed|watched|competitive)\b", clause):
            yield from judge.extreme(clause, nth, "least" not in clause, "")
        elif re.search(lex.WORST, clause):
            yield from judge.extreme(clause, nth, False, "", exclusive=True)
        elif re.search(lex.BEST, clause):
            yield from judge.extreme(clause, nth, True, "", exclusive=True)
        else:
            yield from self._picked(clause, judge)

    def _picked(self, clause: str, judge: "_Judge") -> Iterator[tuple[str, str]]:
        found = re.search(rf"{lex.PICK}[^§]{{0,24}}?{_M}", clause) or re.search(rf"{_M}{lex.KO_PICK}", clause)
        if found is not None:
            yield from judge.extreme(found.group(), int(found.group(1)), True, "", kinds=_CHOICES)

    def _directions(self, clause: str, judge: "_Judge") -> Iterator[tuple[str, str]]:
        """Judge "X helps", "X and Y hurt", "X is better" where X alone is spoken of."""
        places = list(re.finditer(_M, clause))
        for at, found in enumerate(places):
            end = places[at + 1].start() if at + 1 < len(places) else len(clause)
            after, before = clause[found.end() : end], clause[: places[0].start()]
            up = _polarity(after)
            if up is None and at + 1 < len(places) and re.fullmatch(r"[\s,]*(?:and|or|y|et|và|와|과|및)?\s*", after):
                up = _polarity(clause[places[-1].end() :])
            if up is None and not _polarity(clause[found.end() :]):
                up = _polarity(before)
            if up is not None:
                changing = bool(lex.CHANGING.search(clause) or lex.LESS_SO.search(clause))
                yield from judge.direction(clause, int(found.group(1)), up, changing)
        if len(places) == 1 and not re.search(rf"{lex.THAN}", clause[places[0].end() :]):
            alone = [up for up, words in ((True, _BETTER_ALONE), (False, _WORSE_ALONE)) if words.search(clause)]
            if len(alone) == 1 and not re.search(rf"{lex.BEST}|{lex.WORST}", clause):
                yield from judge.relative(clause, int(places[0].group(1)), alone[0])

    def _numbers(self, text: str, judge: "_Judge") -> Iterator[tuple[str, str]]:
        """Judge "X x1.3" and "X: 4K views": the number must be one of X's own."""
        places = list(re.finditer(_M, text))
        for at, found in enumerate(places):
            end = places[at + 1].start() if at + 1 < len(places) else len(text)
            segment = re.split(r"[;.](?:\s|$)", text[found.end() : end])[0]
            for pattern, field in ((_TIMES, "ratios"), (_VIEWS, "counts")):
                number = pattern.search(segment)
                if number is not None and not _OTHER.search(segment[: number.end()]):
                    token = next(part for part in number.groups() if part)
                    yield from judge.number(int(found.group(1)), token, field, number.group())

    # --- the forecast against the usual ------------------------------------------------------------------

    def _against_usual(self, text: str, mentions: Sequence[Mention]) -> Iterator[tuple[str, str]]:
        for up, words in ((True, lex.ABOVE_USUAL), (False, lex.BELOW_USUAL)):
            for found in words.finditer(text):
                clause = _clause_around(text, found)
                ahead = clause[: clause.find(found.group())]
                if lex.NOT.search(ahead) or re.search(r"\bchance\b|\bprobab|%|\bodds\b|확률|\bif\b|\bto$|\bto beat\b", ahead):
                    continue
                verdicts = list(self._usual_verdicts(text, mentions, found.group()))
                if verdicts and all(verdict is not up for verdict, _ in verdicts):
                    yield found.group(), verdicts[-1][1]

    def _usual_verdicts(
        self, text: str, mentions: Sequence[Mention], claim: str
    ) -> Iterator[tuple[bool | None, str]]:
        """Return for each thing that may be meant whether it is above its usual (None: at it), and the figures."""
        named = [place for mention in mentions for place in mention.places]
        if "your" not in claim:
            for ranking, nth in named:
                value = ranking.items[nth].values.get("vs_channel")
                if value is not None:
                    yield _sign(value), f"{ranking.items[nth].label} stands at {say_times(value)} its channel's usual"
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

    # --- verdicts of single records ------------------------------------------------------------------------

    def _of_the_rest(self, text: str, mentions: Sequence[Mention]) -> Iterator[tuple[str, str]]:
        yield from self._diagnosed(text)
        for words, faster in ((lex.FASTER, True), (lex.SLOWER, False)):
            found = words.search(text)
            if found and self._ledger.next_days and not lex.NOT.search(text[: found.start()]):
                if all((day.views > day.by_age_alone) is not faster for day in self._ledger.next_days):
                    day = self._ledger.next_days[-1]
                    yield found.group(), (
                        f"{say_count(day.views)} are forecast where its age alone would give {say_count(day.by_age_alone)}"
                    )
        comparisons = self._ledger.comparisons
        if comparisons and not any(ranking.kind == "alternatives" for ranking in self._ledger.rankings):
            tied, clear = lex.TIED.search(text), lex.CLEAR.search(text)
            if tied and all(comparison.decisive for comparison in comparisons):
                yield tied.group(), f"the comparison is decisive, for {comparisons[-1].best}"
            elif clear and mentions and not lex.NOT.search(text) and not any(c.decisive for c in comparisons):
                yield clear.group(), "the comparison is not decisive: the model can't surely tell them apart"

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
                if not any(agrees(d.verdict, said) or _by_figures(d, words) for d in diagnoses):
                    yield found.group(), f"the diagnosis says: {diagnoses[-1].verdict} what was to be expected".replace(
                        "as expected what was to be expected", "as expected"
                    )
        for words, inside in ((lex.INSIDE, True), (lex.OUTSIDE, False)):
            found = words.search(text)
            if found and not lex.NOT.search(text[: found.start()]):
                if all((d.expected.low <= d.actual_views <= d.expected.high) is not inside for d in diagnoses):
                    where = "outside" if inside else "inside"
                    yield found.group(), f"{say_count(diagnoses[-1].actual_views)} views lie {where} the interval"


class _Judge:
    """Holds one sentence's claims against the places of what it names."""

    def __init__(self, mentions: Sequence[Mention], measure: str) -> None:
        self._mentions, self._measure = mentions, measure

    def pair(self, what: str, one: int, other: int, up: bool) -> Iterator[tuple[str, str]]:
        """Judge that one thing is above (or below) another."""
        agreed, why = [], ""
        for ranking, a in self._mentions[one].places:
            for against, b in self._mentions[other].places:
                if ranking is not against or a == b:
                    continue
                if ranking.kind == "platforms" and self._measure != "chance":
                    agreed.append(False)
                    why = "the levels of two platforms can't be compared: each is that of its own collection"
                    continue
                for name in self._measures(ranking.items[a], ranking.items[b]):
                    here, there = ranking.items[a].values[name], ranking.items[b].values[name]
                    agreed.append((here > there) if up else (here < there))
                    why = f"{_value(ranking.items[a], name)}, {_value(ranking.items[b], name)}"
        if agreed and not any(agreed):
            yield what, f"the results say otherwise: {why}"

    def extreme(
        self, what: str, nth: int, top: bool, measure: str, exclusive: bool = False, kinds: tuple[str, ...] = ()
    ) -> Iterator[tuple[str, str]]:
        """Judge that a thing is the first (or last) of its ranking."""
        yield from self._placed(what, nth, 1, top, measure, exclusive, kinds)

    def rank(self, what: str, nth: int, rank: int, top: bool) -> Iterator[tuple[str, str]]:
        """Judge that a thing is the nth of its ranking."""
        yield from self._placed(what, nth, rank, top, "", False, ())

    def _placed(
        self, what: str, nth: int, rank: int, top: bool, measure: str, exclusive: bool, kinds: tuple[str, ...]
    ) -> Iterator[tuple[str, str]]:
        agreed, why = [], ""
        for ranking, a in self._mentions[nth].places:
            if ranking.kind == "platforms" or (kinds and ranking.kind not in kinds) or len(ranking.items) < max(2, rank):
                continue
            if exclusive and ranking.kind in ("factors",):
                continue
            item = ranking.items[a]
            for name in [measure] if measure else self._measures(item):
                if name not in item.values:
                    continue
                others = [other.values[name] for other in ranking.items if name in other.values]
                ahead = sum((value > item.values[name]) if top else (value < item.values[name]) for value in others)
                agreed.append(ahead == rank - 1)
                first = max(ranking.items, key=lambda i: i.values.get(name, float("-inf")) * (1 if top else -1))
                why = f"{_value(item, name)} stands {_nth(ahead + 1)} of {len(others)}, {_value(first, name)} first"
        if agreed and not any(agreed):
            yield what, f"the results say otherwise: {why}"

    def direction(self, what: str, nth: int, up: bool, changing: bool) -> Iterator[tuple[str, str]]:
        """Judge that a thing raises (or lowers) the forecast."""
        agreed, why = [], ""
        for ranking, a in self._mentions[nth].places:
            item = ranking.items[a]
            if ranking.neutral is None or ranking.kind in ("neighbours", "topics") or (changing and ranking.kind == "factors"):
                continue
            value = item.values.get("multiplier", item.values.get("vs_channel", ranking.neutral))
            agreed.append((value > ranking.neutral) if up else (value < ranking.neutral))
            why = f"{item.label} is {say_times(value)}"
        if agreed and not any(agreed):
            yield what, f"the results say otherwise: {why}"

    def relative(self, what: str, nth: int, up: bool) -> Iterator[tuple[str, str]]:
        """Judge "X is better" with nothing said of what it is better than."""
        agreed, why = [], ""
        for ranking, a in self._mentions[nth].places:
            item = ranking.items[a]
            if ranking.kind in _CHOICES:
                for name in self._measures(item):
                    first = ranking.items[0].values[name]
                    others = [other.values[name] for other in ranking.items if other is not item]
                    value = item.values[name]
                    beaten = min(others) if a == 0 else first
                    agreed.append(
                        (value > beaten or value >= max(others)) if up else (value < beaten or value <= min(others))
                    )
                    why = ", ".join(_value(each, name) for each in ranking.items[:4])
            elif ranking.kind in ("changes", "times", "lengths"):
                value = item.values.get("multiplier", item.values.get("vs_channel", 1.0))
                agreed.append(value > 1 if up else value < 1)
                why = f"{item.label} is {say_times(value)}"
        if agreed and not any(agreed):
            yield what, f"the results say otherwise: {why}"

    def number(self, nth: int, token: str, field: str, shown: str) -> Iterator[tuple[str, str]]:
        """Judge that a number that follows a thing's name is that thing's."""
        own = [value for ranking, a in self._mentions[nth].places for value in getattr(ranking.items[a], field)]
        if own and not any(_rounds(token, value) for value in own):
            say = say_times if field == "ratios" else say_count
            yield shown, f"that is not a figure of “{self._mentions[nth].label}”, which has {say(own[0])}"

    def _measures(self, *items: Item) -> list[str]:
        """Return what the claim measures these things by: what it names, else whatever they share."""
        shared = [name for name in items[0].values if all(name in item.values for item in items)]
        named = [name for name in shared if name == self._measure]
        return named or [name for name in shared if name not in ("n", "share", "crowding", "chance")] or shared


def _polarity(text: str) -> bool | None:
    """Return whether the first word of direction helps; None without one."""
    helps, hurts = lex.HELPS.search(text), lex.HURTS.search(text)
    if helps and hurts:
        return helps.start() < hurts.start()
    return True if helps else False if hurts else None


def _clauses(text: str) -> list[str]:
    """Cut a sentence into clauses; a comma cuts only behind a clause that already says something of a thing."""
    clauses: list[str] = []
    held = ""
    last = 0
    for found in [*lex.CLAUSE.finditer(text), None]:
        held += text[last : found.start() if found else len(text)]
        last = found.end() if found else len(text)
        comma = found is not None and found.group() == ", "
        complete = "§" in held and _says(held)
        if not comma or complete:
            clauses.append(held)
            held = ""
        else:
            held += ", "
    return [clause for clause in clauses if "§" in clause]


def _says(text: str) -> bool:
    return _polarity(text) is not None or bool(re.search(rf"{lex.BEST}|{lex.WORST}|{lex.PICK}", text)) or bool(_MOST.search(text))


def _clause_around(text: str, found: re.Match[str]) -> str:
    """Return the clause in which a match stands, up to its end."""
    starts = [cut.end() for cut in lex.CLAUSE.finditer(text) if cut.end() <= found.start()]
    return text[starts[-1] if starts else 0 : found.end()]


def _inside_word(text: str, start: int, end: int) -> bool:
    """Say whether a name is part of a longer word; Korean particles may follow it."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return (before.isalnum() and text[start].isalnum()) or (
        after.isalnum() and after.isascii() and text[end - 1].isalnum()
    )


def _sign(value: float) -> bool | None:
    return None if value == 1 else value > 1


def _strong(verdict: str, said: str) -> bool:
    if lex.FAR.search(said):
        return verdict.startswith("far")
    return not (lex.SLIGHTLY.search(said) and verdict.startswith("far"))


def _by_figures(diagnosis: object, words: re.Pattern[str]) -> bool:
    """Say whether actual views lie on the claimed side of the expected ones while the verdict is "as expected"."""
    from shortcast_ml.records import Diagnosis

    if not isinstance(diagnosis, Diagnosis) or diagnosis.verdict != "as expected":
        return False
    more = diagnosis.actual_views > diagnosis.expected.views
    return (words is lex.ABOVE_EXPECTED and more) or (words is lex.BELOW_EXPECTED and not more)


def _value(item: Item, name: str) -> str:
    value = item.values.get(name, 0.0)
    if name in ("views", "n"):
        return f"{item.label} {say_count(value)}"
    if name in ("multiplier", "vs_channel", "vs_first"):
        return f"{item.label} {say_times(value)}"
    return f"{item.label} {value:.2f}"


def _nth(number: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(number, f"{number}th")


def _rounds(token: str, value: float) -> bool:
    return any(abs(written.value - value) <= rounding(written) for written in readings(token))


def _shown(what: str, mentions: Sequence[Mention]) -> str:
    """Write a claim with the names back in."""
    return re.sub(_M, lambda found: mentions[int(found.group(1))].label, what).strip(" ,")
