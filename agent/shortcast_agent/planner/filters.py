"""Which videos a search is limited to: how many, how much seen, how old, how long, of which language and platform."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from shortcast_agent.planner.bounds import Bound, find_bounds
from shortcast_agent.planner.counts import fold, plain_counts
from shortcast_agent.planner.when import days_of

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
_NO_COUNT = (  # what a small number may count beside videos
    r"(?!\s*(?:views|k\b|m\b|days|hours|seconds|sec|s\b|min|%|weeks|months|subs|followers|likes|comments|dias|jours"
    r"|semanas|semaines|mes|mois|horas|heures))"
)
_OF_ANOTHER_UNIT = (
    r"(?!sec\b|s\b|second|day|hour|week|month|year|minute|sub|follower|view|like|times|ngay|giay|dias|jours|heures"
    r"|horas|gio|phut)"
)
_COUNTED = (
    r"(?:videos?|vids?|shorts|clips?|uploads|posts|examples|results?|resultados|resultats|hits|tiktoks|references|ones|cortos|ejemplos|exemples"
    r"|similar|frames?|stills?|fotogramas|images?|thumbnails?|options|ideas?|tips|changes|things|titles|suggestions"
    r"|improvements|khung hinh|anh|goi y|miniaturas|portadas|consejos|cambios|conseils|idees|propositions|vignettes"
    r"|miniatures|opsi|contoh|beispiele)"
)
_LIMITS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:latest|newest|most recent)\s+(?P<n>\d{1,3})\b(?!\s*(?:days|weeks|months|hours))",
        r"(?<![\w.,:])(?P<n>\d{1,3})\s+(?:from|of (?:the|these|those) (?:latest|channel)|more)\b",
        r"\b(?:do|get|add|grab|collect|gather|pull) (?P<n>\d{1,3}) of\b(?! (?:my|the|these|those|them|your)\b)",
        r"\b(?:top|limit(?: of| to|:)?|up to|first|at most|around|just|only|about|say|max(?:imo|imum)?\.?:?"
        r"|ultim[oa]s|dernie\w+|recientes|lay|dame|donne(?:-moi)?|montre-m'en|give me|show me|pasame)\s+"
        rf"(?P<n>\d{{1,3}})\b{_NO_COUNT}",
        rf"(?<![\w.,:])(?P<n>\d{{1,3}})\s+(?:{_OF_ANOTHER_UNIT}[\w#]+\s+){{0,4}}?{_COUNTED}\b",
        r"(?<![\w.,:])(?P<n>\d{1,3})\s*(?:개|편|가지|장|本|件|個|枚)",
        r"(?<![\w.,:])(?P<n>\d{1,3})\s+(?:max\w*|tops|at most|of them|in total|is (?:plenty|enough|fine)|will do"
        r"|most recent|newest|latest"
        r"|should do|please|pls|ultim[oa]s|dernie\w+|en tout|en total|como mucho|mejores|meilleur\w+|best|suffi\w+"
        r"|basta\w*|cai|con|muc|ket qua)\b",
    )
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
_GROUPS = {
    "dozen": 12, "docena": 12, "douzaine": 12, "dizaine": 10, "decena": 10, "chuc": 10, "quinzaine": 15,
    "vingtaine": 20, "veintena": 20, "score": 20, "trentaine": 30,
    "treintena": 30, "quarantaine": 40, "cinquantaine": 50,
}  # fmt: skip
_TIMES = {"half a": 0.5, "media": 0.5, "une demi": 0.5, "couple of": 2, "couple": 2}
_GROUP = re.compile(
    rf"\b(?:(?P<n>\d|{'|'.join([*_TIMES, *_WORDS])})[ -])?(?P<group>{'|'.join(_GROUPS)})s?\b"
    rf"(?=\s+(?:[\w#]+\s+){{0,4}}?(?:{_THINGS}|de videos?|d'exemples|of them|please|pls|clip|video)\b|\W*$)"
)
_LIMIT_WORD = re.compile(
    rf"\b(?P<w>{'|'.join(_WORDS)})\s+(?:(?!first\b)\w+\s+){{0,2}}?(?:{_THINGS}|total|max|tops|of them)\b"
)
_KOREAN_TENS = {"": 0, "열": 10, "스무": 20, "스물": 20, "서른": 30, "마흔": 40, "쉰": 50}
_KOREAN_ONES = {
    "": 0,
    "한": 1,
    "두": 2,
    "세": 3,
    "네": 4,
    "다섯": 5,
    "여섯": 6,
    "일곱": 7,
    "여덟": 8,
    "아홉": 9,
}
_LIMIT_KOREAN = re.compile(
    rf"(?<![가-힣])(?P<tens>{'|'.join(_KOREAN_TENS)})(?P<ones>{'|'.join(_KOREAN_ONES)})"
    r"\s?(?:개|편|가지|장)(?!\s*(?:중|다\s))"
)
_POINTING = re.compile(r"\b(?:two|these|those|both|which|of the)\b|두 개 중", re.IGNORECASE)
_LANGUAGES = {
    "ko": "korean|coreano|coreen|tieng han|koreanisch|한국어|韓国語",
    "vi": "vietnamese|vietnamita|vietnamien|tieng viet|vietnamesisch|베트남어",
    "es": "spanish|espanol|castellano|espagnol|tieng tay ban nha|spanisch|espanhol|스페인어",
    "fr": "french|frances|francais|tieng phap|franzosisch|프랑스어|불어",
    "en": "english|ingles|anglais|tieng anh|englisch|영어",
    "ja": "japanese|japones|japonais|tieng nhat|japanisch|일본어|日本語",
    "de": "german|aleman|allemand|tieng duc|deutsch|독일어",
    "pt": "portuguese|portugues|portugais|tieng bo dao nha|portugiesisch|포르투갈어",
}
# A nationality alone is no language: "Korean skincare videos", but "Korean videos", "in Korean", "Korean only".
_SPOKEN = (
    r"\b(?:in|only|en|em|auf|de habla|en langue|sub in)\s+(?:{0})\b"
    r"|\b(?:{0})(?:[ -](?:language|speaking))?\s(?:videos?|vids|shorts|clips|tiktoks|ones|only)\b(?! from)"
    r"|\b(?:videos?|vids|shorts|clips|vlogs|tiktoks|ejemplos)\s(?:{0})e?s?\b"
    r"|(?<!day )(?<!hoc )\b(?=tieng )(?:{0})(?!\w)|(?:{0})(?:로|권|만| 영상|\s?쇼츠|の動画)"
)
_REAL = re.compile(
    r"\b(?:only real|real (?:ones|videos) only"
    r"|no (?:fake |invented )?(?:demo|fake|invented)|without (?:the )?demo|not (?:the )?(?:demo"
    r"|invented)|leave out the (?:demo|invented)|real videos)\b"
    r"|진짜(?: 영상)?만|실제 영상만|solo (?:videos )?reales|sin (?:los )?inventad|que des vraies|chi video that",
)


_LEAVES_OUT = (
    r"(?:no|not|without|minus|drop|skip|exclude|remove|hide|ignore|except|but|leave out|filter out|rid of|w/o|sans|pas"
    r"|sauf|enleve\w*|vire|hors|sin|quita\w*|fuera|salvo|excepto|menos|nada|que no|khong|ko|bo|tru|loai|dung)"
)
_COPIES = (
    r"(?:re-?uploads?|re-?posts?|re-?posted|duplicat\w*|dup(?:e|lis)?s?|copies|copycats|repeats?|repetid\w+|copias"
    r"|resubid\w+|duplicad\w+|doublons?|republications?|copies|trung(?: lap| nhau)?|dang lai|reup)"
)
_NO_DUPLICATES = re.compile(
    rf"\b{_LEAVES_OUT}\b(?:\s[\w'-]+){{0,3}}?\s{_COPIES}\b|\bunique (?:videos|ones|only)\b"
    r"|(?:중복|재업로드|재업|퍼온|겹치는)\S*(?:\s(?:거|것|건|영상)\S*)?\s*(?:제외|빼|없|말고|안|제거)\S*"
)
_CHANNELS = r"(?:channels?|canal(?:es)?|chaines?|kenh|creators?|creador(?:es)?|accounts?|cuentas?|comptes?)"
_OTHER_CHANNELS = re.compile(
    rf"\b(?:other|different|otr[oa]s?|d'autres|autres|distint[oa]s|differente?s)\s{_CHANNELS}"
    rf"|\b{_CHANNELS}\s(?:khac|distintos)"
    r"|\b(?:from|by) (?:other people|someone else|somebody else|anyone else|others)\b"
    rf"|\b{_LEAVES_OUT}\b(?:\s[\w']+){{0,5}}?\s(?:same|mism[oa]|meme|cung|own)\s{_CHANNELS}"
    rf"|\b{_LEAVES_OUT}\b(?:\s[\w']+){{0,4}}?\s(?:that|this|its|his|her|their|ese|este|su|cette|ce|sa|son)\s{_CHANNELS}"
    r"|(?:다른|타) ?채널|같은 ?채널\S*(?:\s(?:거|것|건|영상)\S*)?\s*(?:빼|제외|말고|없)\S*"
)
_SMALL = (
    r"(?:small\w*|little|tiny|low(?:er)?|pequen\w+|chic[oa]s?|petit\w*|nho|be|작은|소형|적은|낮은|小さ\w*)"
)
_BIG = r"(?:big\w*|large\w*|huge|high(?:er)?|grandes?|gross?e?s?|grands?|to|lon|큰|대형|많은|높은|大き\w*)"
_BALANCED = re.compile(
    rf"\b{_SMALL}\S*(?:\s\S+){{0,3}}?\s{_BIG}(?!\w)|\b{_BIG}\S*(?:\s\S+){{0,3}}?\s{_SMALL}(?!\w)"
    r"|\bnho lon\b|\bbe lon\b|\b(?:even|equal) (?:mix|spread|split|share) (?:of|across|over)\b|\bstratif\w+|골고루"
)


@dataclass(frozen=True)
class Filters:
    """Limits of a search or a collection; None where a text sets none."""

    limit: int | None = None
    min_views: int | None = None
    max_views: int | None = None
    max_age_days: float | None = None
    max_duration_s: float | None = None
    language: str | None = None
    only_real: bool = False
    no_duplicates: bool = False
    other_channels: bool = False
    stratified: bool = False

    def arguments(self) -> dict[str, Any]:
        """Return them as arguments of the search tool, without the limit."""
        elsewhere = ("limit", "other_channels", "stratified")
        given = {name: value for name, value in vars(self).items() if name not in elsewhere}
        return {name: value for name, value in given.items() if value not in (None, False)}


def read_filters(text: str) -> Filters:
    """Return the limits that a text, with its links and titles taken out, sets to a search."""
    text = unicodedata.normalize("NFC", text)
    said = fold(text)  # letter for letter
    bounds, since = find_bounds(text), _SINCE.search(said)
    age = _bound(bounds, "age_days", least=False)
    least, most = _bound(bounds, "views", least=True), _bound(bounds, "views", least=False)
    things = _bound(bounds, "things", least=False) or _bound(bounds, "things", least=True)
    return Filters(
        limit=int(things) if things else _limit(fold(plain_counts(_cut(text, [b.span for b in bounds])))),
        min_views=None if least is None else int(least),
        max_views=None if most is None else int(most),
        max_age_days=age or (_age(since) if since else None),
        max_duration_s=_bound(bounds, "duration_s", least=False),
        language=_language(said)[0],
        only_real=bool(_REAL.search(said)),
        no_duplicates=bool(_NO_DUPLICATES.search(said)),
        other_channels=bool(_OTHER_CHANNELS.search(said)),
        stratified=bool(_BALANCED.search(said)),
    )


def without_filters(text: str) -> str:
    """Return the NFC text with what limits a search cut out, each a "|": what remains may name a topic."""
    text = unicodedata.normalize("NFC", text)
    said = fold(text)
    spans = [bound.span for bound in find_bounds(text)]
    for pattern in (_SINCE, _REAL, _NO_DUPLICATES, _OTHER_CHANNELS, _BALANCED):
        spans += [found.span() for found in pattern.finditer(said)]
    return _cut(text, [*spans, *_language(said)[1]])


def _cut(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} | {text[end:]}"
    return text


def _bound(bounds: tuple[Bound, ...], of: str, *, least: bool) -> float | None:
    return next((bound.value for bound in bounds if bound.of == of and bound.least == least), None)


def _language(said: str) -> tuple[str | None, list[tuple[int, int]]]:
    """Return the language that videos are wanted in, and where it is said."""
    for name, words in _LANGUAGES.items():
        found = re.search(_SPOKEN.format(words), said)
        if found:
            return name, [found.span()]
    return None, []


def _age(found: re.Match[str]) -> float | None:
    span = next((part for name, part in found.groupdict().items() if part and name != "unit6"), "")
    span = f"{span.strip()} {found['unit6'] or ''}".strip()
    return days_of(span if re.match(r"\d|\w+\s+\w", span) else f"1 {span}")


def _limit(text: str) -> int | None:
    group = _GROUP.search(text)
    if group:
        n = group["n"] or "1"
        return round(_GROUPS[group["group"]] * (int(n) if n.isdigit() else _TIMES.get(n) or _WORDS[n]))
    found = [match for pattern in _LIMITS if (match := pattern.search(text))]
    if found:
        return int(min(found, key=lambda match: match.start("n"))["n"]) or None
    word = _LIMIT_WORD.search(text)
    before = re.split(r"[,;\n]", text[: word.start()])[-1] if word else ""
    if word and not _POINTING.search(before + word.group()):
        return _WORDS[word.group("w")]
    counter = _LIMIT_KOREAN.search(text)
    count = _KOREAN_TENS[counter["tens"]] + _KOREAN_ONES[counter["ones"]] if counter else 0
    return count if count > 1 and "중" not in text.replace("중복", "") else None
