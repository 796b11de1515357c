"""Bounds that a search is given in words: "over 200k views", "nothing longer than a minute", "1만 회 넘는 것만".

A bound is a direction and a number with its unit, in either order; the unit says what is bounded, and a "no" before
the direction turns it round.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shortcast_agent.numbers import read_count
from shortcast_agent.planner.counts import fold, plain_counts

_LARGE = r"k|m|mil|mille|thousand|millions?|millon(?:es)?|mio|nghin|ngan|trieu|tr|lakh|ribu|juta|tausend"
_NUMBER = (
    rf"(?P<n>(?<![\w.,:/])(?:\d(?:[\d.,\u00a0]*\d)?(?:\s?(?:(?:{_LARGE})(?![a-z])|[십백천만억万千]+))*"
    rf"|(?:[a-z]+[ -]){{0,2}}(?:{_LARGE})(?![a-z])|(?:half a|half|medio|une demi|nua|an?|une?|mot)(?=[ -])))"
)
_MORE = (
    r"at least|more than|longer than|higher than|over|above|past|passed|beyond|broke|hit|crossed|exceed\w*|north of"
    r"|upwards of|minimum(?: of)?|min\.?:?|>=?"
    r"|mas(?: larg[oa]s?)? (?:de|que)|al menos|por encima de|minimo(?: de)?|arriba de|pas[ae]n? de|super[ae]n?"
    r"|plus (?:longues? )?(?:de|d'|que)|au moins|au-dessus de|minimum|depass\w*(?: pas)?"
    r"|hon|it nhat|tren|toi thieu|qua|vuot"
    r"|mindestens|uber|mehr als|mais de|pelo menos|acima de|lebih dari|minimal|di atas"
)
_LESS = (
    r"under|less than|fewer than|shorter than|smaller than|newer than|younger than|below|at most"
    r"|max(?:imum)?(?: of)?\.?:?|up to|<=?|sub-"
    r"|menos de|como (?:maximo|mucho)|maximo(?: de)?|por debajo de|hasta"
    r"|moins (?:de |d')|au plus|au maximum|en dessous de|duoi|it hon|toi da|ngan hon"
    r"|unter|weniger als|hochstens|no maximo|kurang dari|di bawah|maksimal"
)
_NO = r"(?:no|not|nothing|none|nada|ni|que no|ne|khong|ko|dung)"
_UNITS = {
    "views": r"views?|plays?|vistas|visitas|visualizac\w+|reproducc\w+|vues|luot xem|luot|view|조회수|조회|회|뷰"
    r"|aufrufe\w*|再生|回|tayangan|tampilan",
    "seconds": r"s\b|sec\w*|seg\b|segundos?|giay|초(?!반)|秒|sekunden|detik",
    "minutes": r"min\b|mins\b|minut\w*|phut|분|menit",
    "days": r"days?|dias?|jours?|ngay|일",
    "weeks": r"weeks?|semanas?|semaines?|tuan|주",
    "months": r"months?|mes(?:es)?\b|mois|thang|개월|달",
    "years": r"years?|an(?:o|os|s)?\b|nam\b|년",
    "things": r"videos?|vids?|clips?|shorts|tiktoks|results?|resultados|resultats|examples|개",
    "other": r"(?:new )?(?:subs\b|subscribers?|followers?|likes?|comments?|suscriptores"
    r"|seguidores"
    r"|abonnes|abos?\b|nguoi"
    r"|follow|tim\b|구독|팔로워|명|hours?|horas?|heures?|gio|시간|years old|%|x\b|e?uros?|dollars?|pounds?|원)",
}
_UNIT = "|".join(f"(?P<{{0}}{name}>{words})" for name, words in _UNITS.items())
_OR_MORE = (
    r"\+|or more|and up|plus|y mas|o mas|ou plus|et plus|tro len"
    r"|(?:을|를|이|가)?\s?(?:이상|초과|넘(?!지))\S*|以上"
)
_OR_LESS = (
    r"or (?:less|fewer|under|shorter)|max\w*|tops|at most|o menos|ou moins|tro (?:xuong|lai)|(?:이하|미만|이내)\S*"
    r"|안(?:쪽|으로|에)\S*|(?:을|를|이|가)?\s?안 ?넘\S*|(?:을|를|이|가)?\s?넘지 ?(?:않|말)\S*|以下|未満|以内"
)
_LEFT_OUT = r"\s*(?:거|건|것|것은|것들|영상)?(?:은|는|을|를)?\s*(?:빼|제외|말고|안 ?되|없)"
_BEFORE = re.compile(
    rf"(?P<no>\b{_NO}\s(?:[a-z'-]+\s){{0,2}}?)?(?<![\w])(?P<way>(?P<more>{_MORE})|{_LESS})\s*(?:than |de |d'|a |of )?"
    rf"{_NUMBER}\s*(?:\+\s*)?-?(?:de |d')?(?:{_UNIT.format('')})?"
)
_AFTER = re.compile(
    rf"(?:(?P<first>{_UNITS['views']})(?:가|이|는|수가)?\s*)?{_NUMBER}\s*(?:de |d')?(?:{_UNIT.format('')})?\s*"
    rf"(?:(?P<more>{_OR_MORE})|(?P<less>{_OR_LESS}))(?P<out>{_LEFT_OUT})?\s*(?:de )?(?P<last>{_UNITS['views']})?"
)
# A bound without a unit is one of views where it stands by what is looked for: "ones over 200k".
_BESIDE = re.compile(
    r"(?:[,;(]|^|\b(?:ones|those|videos?|vids|clips?|shorts|stuff|tiktoks|only|that|got|with|solo|que|con|avec|qui)|(?:중에?|영상|쇼츠|클립|걸로|것|거))\W*$"
)
_DAYS = {"days": 1.0, "weeks": 7.0, "months": 30.44, "years": 365.25}
_MANY = 1_000


@dataclass(frozen=True)
class Bound:
    """One bound: what it limits (`views`, `duration_s`, `age_days`, `things`), which way, where it stands."""

    of: str
    value: float
    least: bool
    span: tuple[int, int]


def find_bounds(text: str) -> tuple[Bound, ...]:
    """Return the bounds that a text states, in its order; `span` is their place in the NFC text."""
    said = fold(text)
    found = sorted(
        (bound for pattern in (_AFTER, _BEFORE) for bound in _read(pattern, said)),
        key=lambda bound: (bound.span[0], -bound.span[1]),
    )
    kept: list[Bound] = []
    for bound in found:
        if not kept or bound.span[0] >= kept[-1].span[1]:
            kept.append(bound)
    return tuple(kept)


def _read(pattern: re.Pattern[str], said: str) -> Iterator[Bound]:
    for found in pattern.finditer(said):
        parts = found.groupdict()
        unit = next((name for name in _UNITS if parts[name]), None)
        if unit is None and (parts.get("first") or parts.get("last")):
            unit = "views"
        value = _value(found["n"])
        if unit == "other" or value is None:
            continue
        if unit is None:
            if value < _MANY or not _BESIDE.search(said[: found.start()]):
                continue
            unit = "views"
        least = bool(parts["more"]) != bool(parts.get("no") or parts.get("out"))
        if unit in ("seconds", "minutes"):
            yield Bound("duration_s", value * (60 if unit == "minutes" else 1), least, found.span())
        elif unit in _DAYS:
            yield Bound("age_days", value * _DAYS[unit], least, found.span())
        else:
            yield Bound(unit, value, least, found.span())


def _value(number: str) -> float | None:
    word = number.strip(" -")
    if word in ("a", "an", "un", "une", "mot"):
        return 1.0
    if word in ("half", "half a", "medio", "une demi", "nua"):
        return 0.5
    digits = plain_counts(number).strip()
    return float(read_count(digits)) if digits[:1].isdigit() else None
