"""Followers, views, likes and comments that a text states, in any of the languages that creators write.

Patterns are matched against text in plain digits without accents (see `counts`).
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise

from shortcast_agent.numbers import COUNT, read_count
from shortcast_agent.planner.counted import (
    AROUND,
    CHANNEL,
    FANS,
    NO_UNIT,
    NUMBER,
    VIEWS,
    Counted,
    find_counted,
)
from shortcast_agent.planner.counts import fold, plain_counts
from shortcast_agent.planner.lengths import read_duration

# "300 followers a year ago, now 4,300 followers", "4k subs, sorry, 45k subs": the later number holds.
_MENDED = re.compile(
    r"\b(?:now|ahora|maintenant|gio|sorry|i mean|i meant|actually|perdon|digo|pardon|enfin"
    r"|nham)[ ,]+(?:at |on |i have |tengo |j'ai )?$"
    r"|(?:이제|지금은|아니)[ ,]*$"
)
# "it was 2k subs, now it's 7.5k"
_NOW = (
    rf"{FANS},?\s+(?:and |but )?(?:now|ahora|maintenant|gio|jetzt|agora)\s+"
    rf"(?:it'?s|i'?m at|i have|at|tengo|j'ai|duoc)?\s*{NUMBER}{NO_UNIT}"
)
# Followers without a noun of their own: "my channel is at 4k", "we're on 18k", "somos 1,2 millones".
_SIZE = (
    rf"{NUMBER}[ -](?:\w+[ -])?{CHANNEL}(?!\w)",
    rf"{CHANNEL}'?s?(?:\s+(?:with|of|has|have|at|is|co|minh|toi|em|con|de|avec|mit|com|tiene|a|tiktok|youtube"
    rf"|shorts|size|hien|dang|nho|vua|duoc|nay|tem|hat|{AROUND}))*\s*[:=]?\s*{NUMBER}{NO_UNIT}",
    rf"\b(?:i'?m|we'?re|i am|we are|sitting|currently)\s+(?:sitting |still |only |currently |now )?(?:at|on)\s+"
    rf"(?:{AROUND}\s+)*{NUMBER}{NO_UNIT}",
    rf"\b(?:somos|estoy en|estamos en|on est|nous sommes|je suis a|estou com|wir sind)\s+(?:{AROUND}\s+"
    rf"|ya |a )*"
    rf"{NUMBER}{NO_UNIT}",
)
# "I have 45k on TikTok", "baker here, 27k on tiktok", but "it got 27k on tiktok".
_ON_PLATFORM = (
    r"(?:^|[,.;:!?(…\"]|\b(?:i have|i've got|ive got|i got|we have|we've got|with|tengo|tenemos|con"
    r"|tenho|j'ai|on a|avec"
    rf"|minh co|ich habe))\s*(?:(?!it\b|lleva\b)\w+\s+)?{NUMBER}\s+(?:on|en|no|na|sur|di|tren|auf"
    rf"|in)\s+(?:my\s+|the\s+)?"
    r"(?:tik\s?tok|tt|youtube|yt|shorts)\b(?!\s+(?:videos?|shorts))"
)
_USUAL = (
    r"(?:\busual(?:ly)?\b|\btypical(?:ly)?\b|\bnormal(?:ly)?\b|\bavg\b|\baverag(?:e[sd]?|ing)\b"
    r"|\bgenerally\b|\bregularly\b|\bmost(?:ly)? (?:of )?"
    r"|\bmedian\b|\b(?:my|our|mis|mes|nos|nuestr[oa]s|os meus) (?:\w+ ){0,2}(?:videos|shorts|ones"
    r"|uploads|stuff|clips"
    r"|tiktoks|posts|reels)\b|\b(?:posts|videos|clips|shorts) (?:get|do|hover|sit|land|average|hacen"
    r"|rondan|font)\b"
    r"|\b(?:chaque|video nao|clip nao|lan nao) |하나당|개당"
    r"|평소|보통|평균|대체로|원래|\bthuong\b|\bbinh thuong\b|\btrung binh\b|\bnormalmente\b|\bsuel(?:en|o|e)\b"
    r"|\bde media\b|\bmedia de\b|\bpromedio\b"
    r"|\bhabitual(?:mente|es)?\b|\bpor lo general\b|\bde costumbre\b|\bd'habitude\b|\ben moyenne\b"
    r"|\bmoyenne\b|\bhabituellement\b|\ben general\b|\bgeneralement\b"
    r"|\bnormalerweise\b|\bim schnitt\b|\bdurchschnitt\w*|\bmeistens\b|\bsonst\b|\bgeralmente\b"
    r"|\bem media\b|\bcostumo\b|普段|平均|いつも|通常"
    r"|\bbiasa(?:nya)?\b|\brata-rata\b|\b(?:always|siempre|toujours|moi khi|hay duoc|bth|bt|d'hab"
    r"|baseline|tourn(?:e|ons|ent) (?:a|autour))\b"
    r"|\b(?:per|each|every|por|cada|par|moi|on a (?:good|bad|normal)) (?:video|clip|short|post|day)\b"
    r"|늘\s|항상|매번|편당"
    r"|\b(?:the|my|les|los|las|mes|mis) (?:others?|rest|autres|otr[oa]s|demas)\b|\bcac (?:video|clip) khac\b"
    r"|\ba (?:video|clip|short|post)\b(?=\s*(?:$|[,.;!?]|and|but)))"
)
_OF_USUAL = (rf"{_USUAL}\D{{0,40}}?{NUMBER}{NO_UNIT}", rf"{NUMBER}{NO_UNIT}\s+(?:\w+\s+)?{_USUAL}")
_STUCK = (
    r"\b(?:stuck|stalled|stopped|died|sitting|plateaued|flatlined|capped|frozen|estancad[oa]|se quedo"
    r"|parad[oa]|bloquee?|lleva|tiene solo|solo tiene|a fait|n'a (?:fait )?que|duoc co|moi duoc|hat nur"
    r"|tem so|baru|coincee?|ket|dung|hangt|parou|mentok)"
    rf"\s+(?:(?:at|around|on|en|a|o|bei|em|di|lai)\s+)?(?:{AROUND}\s+|les\s+|los\s+)*{NUMBER}",
    r"\b(?:it'?s|its|it is|that'?s|(?:this|that)(?: one| video| clip| short)?(?: is| has|'s)|he|she"
    r"|esta|elle est|il est|dang o)\s+(?:now |currently |already "
    rf"|sitting |still |ya |deja )?(?:at|on|en|a|duoc)\s+(?:{AROUND}\s+)*{NUMBER}(?!\s*(?:{FANS}|am\b|pm\b"
    r"|s\b|sec|%|h\b|days?|jours|dias))",
    rf"{NUMBER}에서?\s*(?:멈|막|정체)",
    r"\b(?:got|gets|getting|reached|hit|has|have|only|just|did|made|solo|sigue en|toujours|seulement|moi"
    r"|chi)\s+(?:(?:about|around|only|just|like|reached|got|hit|a|tiene|lleva|fait|duoc|co)\s+)*"
    rf"{NUMBER}(?!\s*(?:{VIEWS}|{FANS}|%|\w*seconds?|secs?|s\b|days?|hours?|hrs?|h\b|weeks?|months?|min"
    r"|years?|likes?|comments?|videos?|shorts|clips|thumbnails?"
    r"|titles?|ideas?|cuts?|frames?|of\b|phut|giay|ngay|gio|segundos|dias|horas|jours|heures"
    r"|secondes))(?=\s*(?:$|[.,;!?)]|in\b|after\b|and\b|so far|since|on\b|within|en\b|tras|despues|apres"
    r"|depuis|sau|trong|from|with))",
)
# What says that a list of numbers is of the views of recent videos.
_LAST = re.compile(
    r"\b(?:last|recent(?:ly)?|previous|past|latest|earlier|prior|trailing|uploads|history|videos?|shorts|clips"
    r"|newest|oldest|old to new|new to old|got|did|ultim[oa]s|anteriores|recientes|dernie?\w+|recentes"
    r"|precedent\w*"
    r"|letzten|terakhir|gan (?:day|nhat)|moi (?:nhat|day)|vua roi|may (?:video|clip)|truoc do"
    rf"|{VIEWS})|최근|지난|그동안|영상|조회수|최신|最近|直近|過去"
)
_NEWEST_FIRST = re.compile(
    r"\b(?:(?:newest|latest|(?:most )?recent)(?: ones?)? (?:is |comes |goes )?first|new(?:est)? (?:to"
    r"|->|→) old(?:est)?"
    r"|reverse (?:order|chronological\w*)|(?:latest|most recent|newest) (?:to|->|→) (?:oldest|earliest)"
    r"|(?:mas )?(?:reciente|nuev[oa])s? (?:primero|a (?:la |lo |el )?(?:mas )?(?:antigu|viej)[oa]s?)"
    r"|(?:mas )?nuev[oa]s? al? (?:mas )?viej[oa]s?"
    r"|(?:plus )?recente?s? (?:d'abord|en premier|a la plus (?:ancienne|vieille)|au plus (?:ancien|vieux))"
    r"|moi nhat (?:truoc|den cu|->)|(?:tu )?moi (?:nhat )?(?:den|toi|sang|->|ve) cu)|최신\s?(?:순|부터"
    r"|것부터|거부터)"
)
_MEASURED = re.compile(
    r"\s*(?:%|s\b|sec|seg|min|초|분|일|시|days?|hours?|dias|jours|ngay|giay|phut|likes?|comments?"
    r"|ideas?|am\b|pm\b|h\b)"
)
_BETWEEN = re.compile(
    r"\s*(?: |,|;|、|/|&|\||->|→|\n|\b(?:and|then|y|luego|et|puis|va|roi|und|e|dan)\b|그리고|views?|회)"
    r"(?:\s*(?:(?:and|then|y|luego|et|puis|va|roi|und|e|dan)\b|&|그리고))?\s*"
)
_COUNTS = re.compile(rf"(?<![\d.,]){COUNT}", re.IGNORECASE)
_BEFORE, _AFTER = 90, 60  # how far from a list the word stands that says what it lists
_CLAUSES = re.compile(
    r"[.;!?\n]+(?:\s|$)|,\s+(?=but|and|while|this|it|est[ea]\b|cette|celle|ce\b|dies|video nay|clip nay"
    r"|usually|normally|typical|my|avg|average|pero|mais|nhung|binh thuong|thuong|normalmente|d'habitude"
    r"|평소|보통)"
    r"|\b(?:but|while|whereas|though|pero|mais|nhung|mientras|alors que|con binh thuong|instead of"
    r"|compared to|aber|mas|tapi|padahal)\b|지만|는데|은데|인데|けど|が、"
    # run on in one breath: "and normally we get 900 so what would this one get"
    r"|\b(?:and|so|cos|cuz|y|et|va|pero|que)\s+(?=(?:i|im|we|my|our|it|its|this|that|what|how|will"
    r"|normally|usually"
    r"|typically|normalmente|suelo|est[ea]|mi|d'hab\w*|normalement|je|j'ai|ma|binh thuong|thuong|minh"
    r"|em|kenh)\b)",
    re.IGNORECASE,
)
# A number to be reached, or asked of other videos, is none that a video has.
_WISHED = re.compile(
    r"^\s*(?:and |so |hmm |¿|y )*(?:can|could|will|would|may|might)\b.{0,40}\b(?:hit|reach|pass|get|cross"
    r"|break|make|go)\b|\bat least\b|\bminimum\b"
    r"|\b(?:chances?|odds|probability|likely|likelihood|goal|want to|hope to|need to)\b|\b(?:llegara"
    r"|alcanzara|superara|pasara|puede llegar|al menos|como minimo)\b"
    r"|\b(?:atteindr\w+|depasser\w*|au moins)\b|\b(?:dat duoc|co the dat|vuot|it nhat)\b|넘을|넘길|찍을|달성|이상"
    r"|\b(?:erreichen|mindestens|chegar|pelo menos)\b",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"(?<![a-z0-9_.,:@#$€£/]){COUNT}(?![.,:/]?\d)(?!\s?(?:%|[a-z가-힣]*(?:sec|min|초|분|일|시|giay|phut)))"
)


# "1.5k subcribers": what is counted, with letters missing or swapped.
_MISSPELT = re.compile(r"(?<=\d )(?P<word>[a-z]{4,13})\b")
_NOUNS = (
    "subscribers", "subscriber", "followers", "follower", "views", "comments", "likes", "seguidores",
    "suscriptores", "abonnes", "vistas", "comentarios",
    "commentaires", "seconds", "minutes",
)  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """Counts that a text states; None or empty where it is silent."""

    followers: int | None = None
    typical_views: float | None = None
    views: int | None = None
    likes: int | None = None
    comments: int | None = None
    recent_views: tuple[int, ...] = ()
    bare: float | None = None


def read_figures(text: str) -> Figures:
    """Return the counts of a text, which has its links and titles taken out.

    `bare` is the only number of a short message that says nothing of what it counts: "no, I meant 20k".
    """
    plain = _MISSPELT.sub(_spelt, fold(plain_counts(text)))
    recent, plain = _recent(plain)
    counted = find_counted(plain)
    first = {what.what: what.value for what in reversed(counted)}
    followers, others = _followers(plain, counted)
    typical, views = _views(others, [number for number in counted if number.what == "views"])
    found = Figures(
        followers=None if followers is None else int(followers),
        typical_views=typical,
        views=views,
        likes=_whole(first.get("likes")),
        comments=_whole(first.get("comments")),
        recent_views=recent,
    )
    return found if found != Figures() else Figures(bare=_bare(plain))


def _whole(count: float | None) -> int | None:
    return None if count is None else int(count)


def _followers(text: str, counted: list[Counted]) -> tuple[float | None, str]:
    """Return the followers that a text states, and the text with each number in it that is no views taken out."""
    others = list(text)
    for number in counted:
        if number.what != "views":
            others[number.start : number.end] = "·" * (number.end - number.start)
    free = list(others)
    for number in counted:
        free[number.start : number.end] = "·" * (number.end - number.start)
    now = re.search(_NOW, text)
    fans = [number for number in counted if number.what == "followers"]
    mended = next((number for number in fans[1:] if _MENDED.search(text[: number.start])), None)
    said = mended.value if mended else fans[0].value if fans else None
    if said is not None and now is None:
        return said, "".join(others)
    for pattern in (_NOW, *_SIZE, _ON_PLATFORM):
        found = re.search(pattern, text if pattern is _NOW else "".join(free))
        if found:
            others[slice(*found.span("n"))] = "·" * len(found["n"])
            return read_count(found["n"]), "".join(others)
    return None, "".join(others)


def _spelt(found: re.Match[str]) -> str:
    """Return the noun that a misspelt one is meant for, or the word as it is."""
    near = get_close_matches(found["word"], _NOUNS, n=1, cutoff=0.8)
    return near[0] if near else found["word"]


def _recent(text: str) -> tuple[tuple[int, ...], str]:
    """Return the views of recent videos that a text lists, oldest first, and the text without them."""
    run: list[re.Match[str]] = []
    for found in [*_COUNTS.finditer(text), None]:
        if found and run and _BETWEEN.fullmatch(text[run[-1].end() : found.start()]):
            run.append(found)
            continue
        if len(run) >= 3:
            before, after = (
                text[max(run[0].start() - _BEFORE, 0) : run[0].start()],
                text[run[-1].end() :][:_AFTER],
            )
            if not _MEASURED.match(after) and (_LAST.search(before) or _LAST.search(after)):
                views = tuple(int(read_count(part.group())) for part in run)
                newest_first = _NEWEST_FIRST.search(before) or _NEWEST_FIRST.search(after)
                return views[
                    ::-1
                ] if newest_first else views, f"{text[: run[0].start()]} {text[run[-1].end() :]}"
        run = [found] if found else []
    return (), text


def _views(text: str, counted: list[Counted]) -> tuple[float | None, int | None]:
    """Return the typical views and the views of one video that a text states."""
    typical: float | None = None
    actual: int | None = None
    for start, end in _clauses(text):
        clause = text[start:end]
        if _WISHED.search(clause):
            continue
        usual = re.search(_USUAL, clause)
        spans = {number.start - start: number.value for number in counted if start <= number.start < end}
        spans |= _unnamed(clause, _OF_USUAL if usual else ()) or _unnamed(clause, () if spans else _STUCK)
        if usual and spans:
            nearest = min(spans, key=lambda at: min(abs(at - usual.start()), abs(at - usual.end())))
            usually = spans.pop(nearest)
            typical = usually if typical is None else typical
        if spans and actual is None:
            actual = int(spans[min(spans)])
    return typical or None, actual


def _clauses(text: str) -> list[tuple[int, int]]:
    cuts = [(0, 0), *(found.span() for found in _CLAUSES.finditer(text)), (len(text), len(text))]
    return [(before[1], after[0]) for before, after in pairwise(cuts)]


def _unnamed(clause: str, patterns: tuple[str, ...]) -> dict[int, float]:
    """Return where a clause states views without the word: "stuck at 300", "usually 2k", "a 5 000 d'habitude"."""
    found = next((match for pattern in patterns if (match := re.search(pattern, clause))), None)
    return {found.start("n"): read_count(found["n"])} if found else {}


def _bare(text: str) -> float | None:
    numbers = _BARE.findall(text) if len(text) <= 80 and read_duration(text) is None else []
    return read_count(numbers[0]) if len(numbers) == 1 and len(text.split()) <= 12 else None
