"""Which number of a text counts what: each is tied to the noun that stands beside it.

"views 740, subs 2300" and "740 views and 2300 subs" have the same words at the same distance: a noun belongs to the
number that it is written with, and to no other.
"""

import re
from dataclasses import dataclass

from shortcast_agent.numbers import COUNT, read_count

NUMBER = rf"(?P<n>(?<![a-z0-9_.,:@#$€£]){COUNT}(?![.,:]?\d)(?!\s?%))"
AROUND = (
    r"(?:about|around|roughly|like|only|just|over|almost|nearly|now|at|unos|unas|casi|environ|a peu pres"
    r"|khoang|tam|chi|약|거의|ca\.?|etwa|cerca de|約|sekitar)"
)
FANS = (
    r"(?:followed by|suivi(?:e|s)? par|segui[dt][oa]s? por|(?:me|nos) siguen|(?:me|nous) suivent|fl\b|flw\b"
    r"|followers?|follow\b|subs\b|sub\b|subscribers?|subbies|fans?\b|seguidor(?:es)?|suscriptor(?:es)?"
    r"|suscritos"
    r"|abonnes?|abonnees|abonnements|nguoi (?:theo doi|dang ky|dang ki)|luot (?:theo doi|dang ky)|theo doi"
    r"|dang ky|구독자|구독|팔로워|팔로우"
    r"|abonnenten|abos?\b|inscritos|assinantes|登録者|フォロワー|pengikut|명(?!\s*이\s*봤)|人(?:の)?(?:登録者|フォロワー)?)"
)
CHANNEL = r"(?:channel|account|page|kenh|canal|chaine|compte|cuenta|kanal|채널|계정|チャンネル|akun|conta)"
VIEWS = (
    r"(?:views?\b|plays?\b|watches\b|impressions\b|vistas?\b|visitas\b|visualizaciones|visualizacoes"
    r"|reproducciones|vues?\b"
    r"|luot (?:xem|view)|luot\b|nguoi xem|조회수?"
    r"|뷰|회(?!의)|번(?=\s*(?:봤|본|시청|재생|조회|밖에|정도))|aufrufe?n?\b|klicks|再生|回再生|回|tayangan|penonton"
    r"|kali ditonton|x ditonton)"
)
_TIME_OR_THING = (
    r"(?:videos?|uploads|shorts|clips?|days?|weeks?|hours?|s\b|secs?\b|seconds?|min|초|분|개|일|시간|주|giay|phut|ngay"
    r"|gio|tieng|tuan|thang|dias?|horas?|jours?|heures?|seg\b|segundos?|secondes?|semanas?|semaines?|%)"
)
NO_UNIT = rf"(?![ \t]*(?:{VIEWS}|{FANS}|likes?|comments?|{_TIME_OR_THING}))"
_COUNTED = {
    "followers": FANS,
    "likes": r"(?:likes?\b|hearts?\b|thumbs up\b|me gustas?\b|j'aimes?\b|mentions j'aime|luot (?:thich|like)"
    r"|thich\b|tim\b|좋아요|curtidas|いいね|suka\b)",
    "comments": r"(?:comments?\b|comentarios?\b|commentaires?\b|coms\b|luot binh luan|binh luan|cmts?\b|댓글"
    r"|kommentare?n?\b|コメント|komentar)",
    "views": VIEWS,  # after "luot thich", which begins like "luot"
}
# A number, or the name of what is counted: it stands after its number or before it. What is asked for has none.
_TOKEN = re.compile(
    rf"(?P<asked>(?:how many|how much|what|cuant[oa]s|cuant[oa]|combien(?: de)?|cb(?: de)?|bao nhieu"
    rf"|nhieu|bn|may|몇"
    rf"|얼마나?|quant[oa]s|wie viele|berapa)\s*(?:\w+ )?(?:{'|'.join(_COUNTED.values())}))|{NUMBER}|"
    + "|".join(rf"(?P<{name}>(?<![a-z]){word})" for name, word in _COUNTED.items())
)
# They count what stands before them, never what follows.
_COUNTERS = re.compile(r"명|人|회|번|뷰|回|luot|x ditonton")
# What may stand between a number and its noun: "12 k loyal TikTok subs", "1,3 M d'abonnes".
_NO_ADJECTIVE = (
    "and y et va but on in en for after with to i my our it its is was has sur pour con avec at the a days? hours?"
    " weeks? secs? seconds? videos? shorts?"
)
_TO_NOUN = re.compile(
    rf"\+?(?:[ \t-]+(?:(?!(?:{'|'.join(_NO_ADJECTIVE.split())})\b)[^\W\d_]+[ -]){{0,2}})?(?:de |d['’]\s?)?"
)
_GLUE = (
    "수 数 count numbers? 는 가 은 이 도 를 を は が is are was of at la les dang co duoc son es esta est tik\\s?tok"
    " youtube yt shorts gue gua gw saya aku ku nya minha meus? no em on en sur auf minh toi kenh sind hat ist tengo a"
    " now ahora maintenant gio jetzt agora it'?s i'?m i have j'ai only just moi chi so far 이제 한 총 대략 겨우 고작"
    " 아직 지금 현재 dau"
)
# ... and between a noun and its number: "구독자는 현재 3천", "subs: about 4k", "| subs | 74k |".
_FROM_NOUN = re.compile(
    rf"(?:\s?\|)?(?:[ \t]*(?:(?:{'|'.join(_GLUE.split())}|{AROUND})(?![a-z])|[:：=~|-]))*[ \t]*"
)
_OTHER_UNIT = re.compile(rf"[ \t-]*{_TIME_OR_THING}")


@dataclass(frozen=True)
class Counted:
    """A number, what it counts ("followers", "views", "likes" or "comments"), and where it stands in the text."""

    what: str
    value: float
    start: int
    end: int


def find_counted(text: str) -> list[Counted]:
    """Return the numbers of a folded text that are written with the noun of what they count."""
    tokens = list(_TOKEN.finditer(text))
    taken: set[int] = set()
    counted = []
    for nth, token in enumerate(tokens):
        if token.lastgroup != "n":
            continue
        noun = _noun_of(nth, tokens, taken, text)
        if noun is not None:
            taken.add(noun)
            what = str(tokens[noun].lastgroup)
            counted.append(Counted(what, read_count(token["n"]), token.start(), token.end()))
    return counted


def _noun_of(nth: int, tokens: list[re.Match[str]], taken: set[int], text: str) -> int | None:
    """Return the place of the noun that a number is written with."""
    after = nth + 1 if _tied(nth, nth + 1, tokens, text) else None
    before = nth - 1 if nth - 1 not in taken and _tied(nth - 1, nth, tokens, text) else None
    if after is None or before is None:
        return before if after is None else after
    labels = _tied(nth + 1, nth + 2, tokens, text)  # the noun after it has a number of its own
    return before if labels and not _COUNTERS.fullmatch(tokens[after].group()) else after


def _tied(first: int, second: int, tokens: list[re.Match[str]], text: str) -> bool:
    """Say whether of two neighbours one is a number and the other its noun, by what is written between them."""
    if first < 0 or second >= len(tokens):
        return False
    left, right = tokens[first], tokens[second]
    kinds = (left.lastgroup, right.lastgroup)
    if "asked" in kinds or kinds.count("n") != 1:
        return False
    if left.lastgroup == "n":
        return _TO_NOUN.fullmatch(text, left.end(), right.start()) is not None
    pieces = left.lastgroup in ("likes", "comments") and text.startswith("개", right.end())
    other = not pieces and _OTHER_UNIT.match(text, right.end()) is not None
    return (
        not other
        and not _COUNTERS.fullmatch(left.group())
        and _FROM_NOUN.fullmatch(text, left.end(), right.start()) is not None
    )
