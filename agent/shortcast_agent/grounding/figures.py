"""Numbers in an answer: which of them stand in the sources, through units, rounding and words."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from itertools import combinations

from shortcast_agent.grounding.lexicon import CHANCE, PEERS, said_ratios
from shortcast_agent.grounding.sources import Sources, hour_of
from shortcast_agent.numbers import COUNT, MAGNITUDE, NUMBER, Written, readings

_INTERVAL_PERCENT = (80.0, 10.0, 90.0)  # what an interval of ours holds, and its two ends
_LARGEST_ORDINAL = 20
IN_WORDS = 0.15  # "doubles" is said of x1.7 to x2.3

_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?"
_SPACED = rf"\d{{1,3}}(?: \d{{3}})+(?!\d|{MAGNITUDE})"
_TOKEN = re.compile(
    rf"(?P<clock>(?<![\w.]){_CLOCK}(?!\d))"
    r"|(?P<oclock>\b(\d{1,2})(?::\d\d)?\s?([ap])\.?m\b)"
    r"|(?P<size>(?<![\w.])\d+\s?[x×]\s?\d+(?![\w.]))"
    rf"|(?P<times>(?<![\w.])(?:(?:[x×]\s?|factor of )(?P<after>{NUMBER})"
    rf"|(?P<before>{NUMBER})(?:\s?(?:x(?![\w])|×|-fold\b|배(?!우))|\s(?P<often>times|veces|fois|lần)\b)))"
    rf"|(?P<percent>(?<![\w.])(?P<share>{NUMBER})\s?"
    r"(?:%|percent\b|per cent\b|por ciento\b|pour cent\b|phần trăm\b|퍼센트))"
    r"|(?P<ordinal>(?<![\w.])(?P<nth>\d+)(?:st|nd|rd|th|º|ª|er|ère|e|ème)\b)"
    rf"|(?P<spaced>(?<![A-Za-z_\d.])(?<![A-Za-z]-){_SPACED})"
    rf"|(?P<plain>(?<![A-Za-z_\d.])(?<![A-Za-z]-){COUNT})",
    re.IGNORECASE,
)
_LIST_ORDINAL = re.compile(r"^\s*(?:[-*]\s+)?(?:\*\*)?\d{1,2}[.)](?=\s)", re.MULTILINE)
_MORE = re.compile(
    r"^\W{0,3}(?:\w+ ){0,2}?(?:more|higher|better|above|up|increase|boost|gain|más|mejor|plus|davantage|mieux"
    r"|nhiều hơn|cao hơn|tốt hơn|더 (?:높|많|좋)|증가|상승)",
    re.IGNORECASE,
)
_LESS = re.compile(
    r"^\W{0,3}(?:\w+ ){0,2}?(?:less|lower|fewer|worse|below|down|drop|decrease|menos|peor|moins|pire|thấp hơn|ít hơn"
    r"|kém hơn|더 (?:낮|적)|감소|하락)",
    re.IGNORECASE,
)


def figures(text: str) -> Iterator[tuple[re.Match[str] | tuple[re.Match[str], float], str]]:
    """Return each number of a text without links: its match (with the ratio, if it is in words), and as written."""
    plain = _LIST_ORDINAL.sub(lambda found: " " * len(found.group()), text)
    for match in _TOKEN.finditer(plain):
        yield match, match.group().strip()
    for match, ratio in said_ratios(plain):
        yield (match, ratio), match.group().strip()


def stands(found: re.Match[str] | tuple[re.Match[str], float], known: Sources) -> bool:
    """Say whether a number that `figures` found stands in the sources."""
    if isinstance(found, tuple):
        return _in_words(found[1], known, peers=bool(PEERS.search(found[0].string)))
    match = found
    if match.group("clock"):
        return _clock_stands(match.group(), known)
    if match.group("oclock"):
        hour = re.match(r"(\d{1,2})(?::\d\d)?\s?([ap])", match.group(), re.IGNORECASE)
        return hour is not None and hour_of(hour) in known.hours
    if match.group("size"):
        return all(float(side) in known.numbers for side in re.findall(r"\d+", match.group()))
    if match.group("ordinal"):
        nth = float(match.group("nth"))
        return nth <= _LARGEST_ORDINAL or nth in known.numbers or nth in _INTERVAL_PERCENT
    if match.group("times"):
        token = match.group("after") or match.group("before")
        often = [n for n in known.numbers if n == int(n)] if match.group("often") else []
        return _near(token, sorted([*known.both_ways, *often]))
    if match.group("percent"):
        return _percent_stands(match, known)
    if match.group("spaced"):
        return _near(match.group().replace(" ", ","), known.ordered) or all(
            _near(part, known.ordered) for part in match.group().split()
        )
    derived = [unit for seconds in known.seconds for unit in (seconds / 60, seconds % 60)]
    derived += [unit for days in known.days for unit in (days * 24, days / 7)]
    return _near(match.group("plain"), known.ordered) or _near(match.group("plain"), sorted(derived))


def _percent_stands(match: re.Match[str], known: Sources) -> bool:
    after = match.string[match.end() : match.end() + 24]
    percents = [100 * share for share in known.shares]
    percents += [ratio * 100 for ratio in known.ratios]
    changes = [(ratio - 1) * 100 for ratio in known.both_ways]
    chance = re.match(rf"\W{{0,3}}(?:\w+ )?{CHANCE}", after)  # "67% chance that it does better"
    if not chance and _MORE.match(after):
        percents = [change for change in changes if change > 0]
    elif not chance and _LESS.match(after):
        percents = [-change for change in changes if change < 0]
    else:
        percents += map(abs, changes)
    return _near(match.group("share"), sorted([*percents, *known.percents, *_INTERVAL_PERCENT]))


def _in_words(ratio: float, known: Sources, *, peers: bool) -> bool:
    return any(abs(known_ratio / ratio - 1) <= IN_WORDS for known_ratio in _every_ratio(known, peers))


def _every_ratio(known: Sources, peers: bool) -> Collection[float]:
    """Return the ratios of the results, and those that words may draw between two of their levels."""
    drawn = [
        level for levels in known.ledger.levels for pair in combinations(levels, 2) for level in _both(*pair)
    ]
    given = known.ratios if peers else known.ratios - known.peers
    return [*given, *(1 / ratio for ratio in given if ratio), *drawn]


def _both(one: float, other: float) -> tuple[float, ...]:
    return (one / other, other / one) if one > 0 and other > 0 else ()


def _clock_stands(token: str, known: Sources) -> bool:
    if token in known.clocks or token in ("9:16", "16:9"):
        return True
    minutes, seconds = (int(part) for part in token.split(":")[:2])
    return any(abs(minutes * 60 + seconds - length) <= 0.5 for length in known.seconds | known.numbers)


def _near(token: str, values: Sequence[float]) -> bool:
    """Say whether one of the values, which are in order, rounds to the token."""
    for written in readings(token):
        slack = rounding(written)
        at = bisect_left(values, written.value - slack)
        if at < len(values) and values[at] <= written.value + slack:
            return True
    return False


def rounding(written: Written) -> float:
    """Return how far a value may lie from a token; beyond its written digits no more than 5% is forgiven."""
    loose = max(0.05 * written.value, 0.5 if written.tolerance <= 0.5 else 0.0)
    return min(written.tolerance, loose) * (1 + 1e-9)
