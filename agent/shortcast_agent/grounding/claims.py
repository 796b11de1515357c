"""Claims of rank and direction in a sentence, held against the records.

Only what can be bound to a record is judged: the things spoken of are found by their names, put as §0§, §1§, ...,
and the words between them say what is claimed. What cannot be bound, or is turned around by a negation, passes.
"""

import re
from collections.abc import Iterator, Sequence

from shortcast_agent.grounding import lexicon as lex
from shortcast_agent.grounding.judge import Judge
from shortcast_agent.grounding.ledger import Ledger, fold
from shortcast_agent.grounding.mentions import CHOICES, M, Mention, Names, shown
from shortcast_agent.grounding.verdicts import Verdicts
from shortcast_agent.numbers import COUNT, NUMBER

_PAIR = tuple(
    (
        up,
        re.compile(
            rf"{M}([^§]{{0,70}}?)(?:{than}[^§]{{0,30}}?{lex.THAN}[^§]{{0,16}}?|{over}[^§]{{0,16}}?){M}"
        ),
    )
    for up, than, over in ((False, lex.DOWN_THAN, lex.DOWN_OVER), (True, lex.UP_THAN, lex.UP_OVER))
)
_PAIR_AFTER = tuple(
    (up, re.compile(rf"{than}[^§]{{0,24}}?{M}[^§]{{0,12}}?{lex.THAN}[^§]{{0,12}}?{M}"))
    for up, than in ((False, lex.DOWN_THAN), (True, lex.UP_THAN))
)
_KO_PAIR = tuple(
    (up, nth, re.compile(pattern))
    for up, words in ((False, lex.KO_DOWN), (True, lex.KO_UP))
    for nth, pattern in (
        (1, rf"{M}(?:이|가|은|는|을|를)?\s?{M}\s?보다[^§]{{0,24}}?{words}"),
        (2, rf"{M}\s?보다(?:는|도)?\s?{M}(?:이|가|은|는|을|를)?[^§]{{0,24}}?{words}"),
    )
)
_NTH_BEST = tuple(
    (nth, best, re.compile(rf"\b{word}[ -](?:{lex.SUPERLATIVE if best else lex.LEAST})\b"))
    for word, nth in lex.NTH
    for best in (True, False)
)
_BEST, _WORST, _THAN = re.compile(lex.BEST), re.compile(lex.WORST), re.compile(lex.THAN)
_PICK = re.compile(rf"{lex.PICK}[^§]{{0,24}}?{M}")
_KO_PICK = re.compile(rf"{M}{lex.KO_PICK}")
_RANKED = re.compile(rf"{lex.BEST}|{lex.WORST}|{lex.PICK}")
_MOST = re.compile(r"\b(?:most|largest|biggest|strongest|highest|greatest|main|best)\b")
_BETTER_ALONE = re.compile(
    r"(?:\b(?:is|are|does|do|looks|performs|works|scores|gets|would be|would do|it's|es|est|là)\b[^§.,;]{0,16}?)?"
    r"\b(?:better|higher|stronger|mejor|meilleure?|mieux)\b(?! than| que)|tốt hơn|더 (?:좋|높|낫|많)"
)
_WORSE_ALONE = re.compile(
    r"\b(?:worse|lower|weaker|peor|pire|moins bien)\b(?! than| que)|kém hơn|thấp hơn|더 (?:나쁘|낮|적)"
)
_TIMES = re.compile(rf"(?<![\w.])(?:[x×]\s?({NUMBER})|({NUMBER})\s?(?:x(?![\w])|×))")
_VIEWS = re.compile(
    rf"(?<![\w.])({COUNT})(?= (?:views|videos|lượt xem|visualizaciones|vues)\b|\s?회)", re.IGNORECASE
)


class Claims:
    """Reads the claims of sentences against one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        """Take the ledger to judge by."""
        self._names, self._verdicts = Names(ledger), Verdicts(ledger)

    def wrong(self, sentence: str) -> Iterator[tuple[str, str]]:
        """Return what of a sentence the records contradict, and what they say."""
        text = fold(sentence)
        if not text or text.endswith(("?", "？")):
            return
        marked, mentions = self._names.mark(text)
        seen: set[str] = set()
        bound = self._bound(marked, mentions) if mentions else ()
        for what, why in (*self._verdicts.wrong(marked, mentions), *bound):
            if why not in seen:
                seen.add(why)
                yield shown(what, mentions), why

    def _bound(self, text: str, mentions: Sequence[Mention]) -> Iterator[tuple[str, str]]:
        measure = next((name for words, name in lex.MEASURES if words.search(text)), "")
        judge = Judge(mentions, measure)
        yield from self._pairs(text, judge)
        for clause in _clauses(lex.CHANCE_OF.sub(" ", text)):
            if lex.NOT.search(clause):
                continue
            yield from self._superlatives(clause, judge)
            yield from self._directions(clause, judge)
        yield from self._numbers(text, judge)

    def _pairs(self, text: str, judge: "Judge") -> Iterator[tuple[str, str]]:
        for up, pattern in _PAIR:
            for found in pattern.finditer(text):
                gap = found.group(2)
                if lex.NOT.search(found.group()) or re.search(r"[;:.]\s", gap):
                    continue
                yield from judge.pair(found.group(), int(found.group(1)), int(found.group(3)), up)
        for up, pattern in _PAIR_AFTER:
            for found in pattern.finditer(text):
                if not lex.NOT.search(found.group()):
                    yield from judge.pair(found.group(), int(found.group(1)), int(found.group(2)), up)
        for up, first, pattern in _KO_PAIR:
            for found in pattern.finditer(text):
                one, other = int(found.group(1)), int(found.group(2))
                if not lex.NOT.search(found.group()):
                    yield from judge.pair(found.group(), *((one, other) if first == 1 else (other, one)), up)

    def _superlatives(self, clause: str, judge: "Judge") -> Iterator[tuple[str, str]]:
        spoken = [int(nth) for nth in re.findall(M, clause)]
        if len(spoken) != 1:
            if len(spoken) == 2:
                yield from self._picked(clause, judge)
            return
        (nth,) = spoken
        for rank, best, pattern in _NTH_BEST:
            if pattern.search(clause):
                yield from judge.rank(clause, nth, rank, best)
                return
        if lex.SIZE.search(clause):
            yield from judge.extreme(clause, nth, True, "size")
        elif lex.HELPS_MOST.search(clause):
            yield from judge.extreme(clause, nth, True, "multiplier")
        elif lex.HURTS_MOST.search(clause):
            yield from judge.extreme(clause, nth, False, "multiplier")
        elif re.search(
            r"\b(?:most|least) (?:crowded|saturated|similar|viewed|watched|competitive)\b", clause
        ):
            yield from judge.extreme(clause, nth, "least" not in clause, "")
        elif lex.LARGEST.search(clause):
            yield from judge.extreme(clause, nth, "smallest" not in clause, "n")
        elif _WORST.search(clause):
            yield from judge.extreme(clause, nth, False, "", exclusive=True)
        elif _BEST.search(clause):
            kinds = (*CHOICES, "times", "lengths") if lex.SUPPOSED_TIME.search(clause) else ()
            yield from judge.extreme(clause, nth, True, "", exclusive=True, kinds=kinds)
        else:
            yield from self._picked(clause, judge)

    def _picked(self, clause: str, judge: "Judge") -> Iterator[tuple[str, str]]:
        found = _PICK.search(clause) or _KO_PICK.search(clause)
        if found is not None:
            yield from judge.extreme(found.group(), int(found.group(1)), True, "", kinds=CHOICES)

    def _directions(self, clause: str, judge: "Judge") -> Iterator[tuple[str, str]]:
        """Judge "X helps", "X and Y hurt", "X is better" where X alone is spoken of."""
        places = list(re.finditer(M, clause))
        for at, found in enumerate(places):
            end = places[at + 1].start() if at + 1 < len(places) else len(clause)
            after, before = clause[found.end() : end], clause[: places[0].start()]
            up = _polarity(after)
            if (
                up is None
                and at + 1 < len(places)
                and re.fullmatch(r"[\s,]*(?:and|or|y|et|và|와|과|및)?\s*", after)
            ):
                up = _polarity(clause[places[-1].end() :])
            if up is None and not _polarity(clause[found.end() :]):
                up = _polarity(before)
            if up is not None:
                changing = bool(lex.CHANGING.search(clause) or lex.LESS_SO.search(clause))
                yield from judge.direction(clause, int(found.group(1)), up, changing)
        if len(places) == 1 and not _THAN.search(clause[places[0].end() :]):
            alone = [
                up for up, words in ((True, _BETTER_ALONE), (False, _WORSE_ALONE)) if words.search(clause)
            ]
            if len(alone) == 1 and not (_BEST.search(clause) or _WORST.search(clause)):
                yield from judge.relative(clause, int(places[0].group(1)), alone[0])

    def _numbers(self, text: str, judge: "Judge") -> Iterator[tuple[str, str]]:
        """Judge "X x1.3" and "X: 4K views": the number must be one of X's own."""
        places = list(re.finditer(M, text))
        for at, found in enumerate(places):
            end = places[at + 1].start() if at + 1 < len(places) else len(text)
            if judge.is_ordinal(int(found.group(1))):
                continue  # "the first x1.3" and "x1.3 the first" read alike
            segment = re.split(r"[;.](?:\s|$)", text[found.end() : end])[0]
            for pattern, field in ((_TIMES, "ratios"), (_VIEWS, "counts")):
                number = pattern.search(segment)
                if number is not None and not lex.OTHER.search(segment[: number.end()]):
                    token = next(part for part in number.groups() if part)
                    yield from judge.number(int(found.group(1)), token, field, number.group())


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
        comma = found is None or found.group() in (", ", ": ")
        complete = "§" in held and _says(held)
        if found is None or not comma or complete:
            clauses.append(held)
            held = ""
        else:
            held += found.group()
    return [clause for clause in clauses if "§" in clause]


def _says(text: str) -> bool:
    return _polarity(text) is not None or bool(_RANKED.search(text)) or bool(_MOST.search(text))
