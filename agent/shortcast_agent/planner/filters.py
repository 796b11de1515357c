"""Which videos a search is limited to: how many, how much seen, how old, how long, of which language and platform."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from shortcast_agent.numbers import COUNT, read_count
from shortcast_agent.planner.counts import fold, plain_counts
from shortcast_agent.planner.when import days_of, read_duration

_N = rf"(?P<n>(?<![a-z0-9_.,:])(?:{COUNT}))"
_VIEWS = (
    r"(?:views?|plays?|vistas|visitas|visualizac\w+|reproducciones|vues|luot xem|luot|조회수|조회|회|뷰"
    r"|aufrufe\w*|再生|回|tayangan|tampilan)"
)
_MORE = (
    r"(?:at least|more than|over|above|minimum(?: of)?|min\.?|>=?|mas de|al menos|por encima de|minimo"
    r"|plus de|au moins|hon|it nhat|tren|mindestens|uber"
    r"|mais de|pelo menos|acima de|lebih dari|minimal|di atas)"
)
_LESS = (
    r"(?:under|less than|fewer than|below|at most|max(?:imum)?(?: of)?\.?|no more than|<=?|menos de"
    r"|como maximo|por debajo de|moins de|au plus|duoi|it hon|toi da"
    r"|unter|weniger als|hochstens|no maximo|kurang dari|di bawah|maksimal)"
)
_MIN_VIEWS = (
    rf"{_MORE}\s+{_N}\s*\+?\s*(?:de )?{_VIEWS}",
    rf"{_N}\s*\+\s*{_VIEWS}",
    rf"{_N}\s*(?:or more|plus|y mas|ou plus|tro len|이상|以上|o mas)\s*(?:de )?{_VIEWS}",
    rf"{_N}\s*{_VIEWS}\s*(?:이상|넘|tro len|以上|or more|plus|and up|o mas|ou plus)",
    rf"{_VIEWS}\s*(?:가|수가)?\s*{_N}\s*(?:회)?\s*(?:이상|넘|以上)",
)
_MAX_VIEWS = (
    rf"{_LESS}\s+{_N}\s*(?:de )?{_VIEWS}",
    rf"{_N}\s*{_VIEWS}?\s*(?:이하|미만|以下|or less|or fewer|o menos|ou moins|tro xuong)\s*(?:{_VIEWS})?",
)
_SHORT = re.compile(
    rf"(?:{_LESS}|shorter than|up to|no longer than)\s+(?P<span>\d+(?:[.,]\d+)?\s*(?:s\b|sec\w*|seconds?"
    r"|segundos?|secondes?|giay|min\w*|phut|sekunden|detik))"
    r"|(?P<span2>\d+\s*(?:초|분|秒))\s*(?:이하|미만|以下|이내)",
)
_SINCE = re.compile(
    r"\b(?:from|in|of|over|within|during|posted in)\s+(?:the\s+)?(?:last"
    r"|past)\s+(?P<span>(?:\w+\s+)?(?:days?|weeks?|months?|years?))\b"
    r"|\b(?:de|en|durante)\s+(?:los|las|el|la)\s+ultim[oa]s?\s+(?P<span2>(?:\w+\s+)?(?:dias?|semanas?"
    r"|mes(?:es)?|anos?))\b"
    r"|\b(?:des|du|de la|ces|les)\s+dernie\w+\s+(?P<span3>(?:\w+\s+)?(?:jours?|semaines?|mois|ans?))\b"
    r"|\b(?:ces|des|les)\s+(?P<span6>\w+\s+)derniers?\s+(?P<unit6>jours?|semaines?|mois)\b"
    r"|최근\s*(?P<span4>(?:\d+|한|두|세)?\s*(?:일|주일?|달|개월|년))|\b(?P<span5>\w+ (?:ngay|tuan|thang|nam)) (?:qua"
    r"|gan day|tro lai day)\b"
)
_LIMIT = re.compile(
    r"\b(?:latest|newest|most recent)\s+(?P<d>\d{1,3})\b(?!\s*(?:days|weeks|months|hours))"
    r"|(?<![\w.,:])(?P<e>\d{1,3})\s+(?:from|of (?:the|these|those) (?:latest|channel)|more)\b"
    r"|\b(?:do|get|add|grab|collect|gather|pull) (?P<f>\d{1,3}) of\b(?! (?:my|the|these|those|them|your)\b)"
    r"|\b(?:top|limit(?: of| to|:)?|up to|first|at most|around|just|only"
    r"|about)\s+(?P<a>\d{1,3})\b(?!\s*(?:views|k\b|m\b|days|hours|seconds|sec|s\b|min|%|weeks|months|subs"
    r"|followers|likes|comments))"
    r"|(?<![\w.,:])(?P<b>\d{1,3})\s+(?:(?!sec\b|s\b|second|day|hour|week|month|year|minute|sub|follower"
    r"|view|like|like|times|ngay|giay|dias|jours|heures|horas|gio|phut)[\w#]+\s+){0,4}?(?:videos?|vids?"
    r"|shorts|clips?|uploads|posts|examples|results|tiktoks|references"
    r"|ones|cortos|ejemplos|exemples|similar|frames?|stills?|fotogramas|images?|thumbnails?|options|ideas?"
    r"|tips|changes|things|titles|suggestions|improvements|khung hinh|anh|goi y|video|miniaturas|portadas"
    r"|consejos|cambios|conseils|idees|propositions|vignettes|miniatures|opsi|contoh|beispiele)\b"
    r"|(?<![\w.,:])(?P<c>\d{1,3})\s*(?:개|편|가지|장|本|件|個|枚)",
)
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12,
    "fifteen": 15, "twenty": 20, "thirty": 30, "fifty": 50, "dozen": 12, "dos": 2, "tres": 3,
    "cuatro": 4, "cinco": 5, "diez": 10, "veinte": 20,
    "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "dix": 10, "vingt": 20, "hai": 2, "ba": 3, "bon": 4,
    "nam": 5, "muoi": 10, "drei": 3, "funf": 5,
    "tiga": 3, "lima": 5,
}  # fmt: skip
_THINGS = (
    r"(?:videos?|vids?|shorts|clips?|examples|results|tiktoks|frames?|stills?|thumbnails?|options|tips"
    r"|changes|things|titles|suggestions|ideas|cortos|ejemplos"
    r"|exemples|fotogramas|images|khung hinh|goi y|consejos|cambios|conseils|contoh)"
)
_LIMIT_WORD = re.compile(rf"\b(?P<w>{'|'.join(_WORDS)})\s+(?:(?!first\b)\w+\s+){{0,2}}?{_THINGS}\b")
_LIMIT_COUNTER = {"두": 2, "세": 3, "네": 4, "다섯": 5, "열": 10, "스무": 20}
_LIMIT_KOREAN = re.compile(r"(?P<w>두|세|네|다섯|열|스무)\s?(?:개|편|가지|장)(?!\s*(?:중|다))")
_POINTING = re.compile(r"\b(?:two|these|those|both|which|of the)\b|두 개 중", re.IGNORECASE)
_LANGUAGES = (
    (
        "ko",
        r"\bin korean\b"
        r"|\bkorean(?:[ -]language)? (?:videos|shorts|ones|only)\b|한국어"
        r"|\b(?:en|em) coreano|en coreen|tieng han|koreanisch|韓国語",
    ),
    ("vi", r"\bvietnamese\b|베트남어|vietnamita|vietnamien\w*|tieng viet|vietnamesisch"),
    ("es", r"\bspanish\b|스페인어|\ben espanol\b|espagnol|tieng tay ban nha|spanisch"),
    ("fr", r"\bfrench\b|프랑스어|불어|\ben frances\b|\bfrancais(?:es)?\b|tieng phap|franzosisch"),
    (
        "en",
        r"\bin english\b|\benglish(?: language)? (?:videos|shorts|ones)\b|영어|\ben ingles\b|\ben anglais\b"
        r"|tieng anh",
    ),
    (
        "ja",
        r"\bjapanese (?:videos|shorts|ones)\b|\bin japanese\b|일본어|\ben japones\b|\ben japonais\b|日本語",
    ),
    (
        "de",
        r"\bin german\b|\bgerman (?:videos|shorts|ones)\b|독일어|\ben aleman\b|\ben allemand\b|auf deutsch",
    ),
    ("pt", r"\bin portuguese\b|포르투갈어|\bem portugues\b|\ben portugues\b|\ben portugais\b"),
)
_REAL = re.compile(
    r"\b(?:only real|real (?:ones|videos) only|no demo|without (?:the )?demo|not (?:the )?(?:demo"
    r"|invented)|leave out the (?:demo|invented)|real videos)\b"
    r"|진짜(?: 영상)?만|실제 영상만|solo (?:videos )?reales|sin (?:los )?inventad|que des vraies|chi video that",
)


@dataclass(frozen=True)
class Filters:
    """Limits of a search; None where a text sets none."""

    limit: int | None = None
    min_views: int | None = None
    max_views: int | None = None
    max_age_days: float | None = None
    max_duration_s: float | None = None
    language: str | None = None
    only_real: bool = False

    def arguments(self) -> dict[str, Any]:
        """Return them as arguments of the search tool, without the limit."""
        given = {name: value for name, value in vars(self).items() if name != "limit"}
        return {name: value for name, value in given.items() if value not in (None, False)}


def read_filters(text: str) -> Filters:
    """Return the limits that a text, with its links and titles taken out, sets to a search."""
    text = unicodedata.normalize("NFC", text)
    said = fold(text)  # letter for letter
    plain = fold(plain_counts(text))
    short, since = _SHORT.search(said), _SINCE.search(said)
    least, most = _count(_MIN_VIEWS, plain), _count(_MAX_VIEWS, plain)
    return Filters(
        limit=_limit(plain if least is None else re.sub(_MIN_VIEWS[0], " ", plain)),
        min_views=least,
        max_views=None if short and not re.search(_VIEWS, plain) else most,
        max_age_days=_age(since) if since else None,
        max_duration_s=read_duration(text[slice(*short.span("span" if short["span"] else "span2"))])
        if short
        else None,
        language=next((name for name, words in _LANGUAGES if re.search(words, said)), None),
        only_real=bool(_REAL.search(said)),
    )


def _count(patterns: tuple[str, ...], text: str) -> int | None:
    for pattern in patterns:
        found = re.search(pattern, text)
        if found and found.group("n"):
            return int(read_count(found.group("n")))
    return None


def _age(found: re.Match[str]) -> float | None:
    span = next((part for name, part in found.groupdict().items() if part and name != "unit6"), "")
    span = f"{span.strip()} {found['unit6'] or ''}".strip()
    return days_of(span if re.match(r"\d|\w+\s+\w", span) else f"1 {span}")


def _limit(text: str) -> int | None:
    match = _LIMIT.search(text)
    if match:
        return int(next(part for part in match.groups() if part)) or None
    word = _LIMIT_WORD.search(text)
    if word and not _POINTING.search(text[: word.start()] + word.group()):
        return _WORDS[word.group("w")]
    counter = _LIMIT_KOREAN.search(text)
    return _LIMIT_COUNTER[counter.group("w")] if counter and "중" not in text else None
