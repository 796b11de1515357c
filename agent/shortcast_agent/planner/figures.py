"""Followers, views, likes and comments that a text states, in any of the languages that creators write.

Patterns are matched against text in plain digits without accents (see `counts`).
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches

from shortcast_agent.numbers import COUNT, read_count
from shortcast_agent.planner.counts import fold, plain_counts

_N = rf"(?P<n>(?<![a-z0-9_.,:@#$€£]){COUNT}(?![.,:]?\d)(?!\s?%))"
_AROUND = (
    r"(?:about|around|roughly|like|only|just|over|almost|nearly|now|at|unos|unas|casi|environ|a peu pres"
    r"|khoang|tam|chi|약|거의|ca\.?|etwa|cerca de|約|sekitar)"
)
_FANS = (
    r"(?:followers?|follow|subs\b|sub\b|subscribers?|subbies|fans?\b|seguidor(?:es)?|suscriptor(?:es)?"
    r"|suscritos"
    r"|abonnes?|abonnees|abonnements|nguoi (?:theo doi|dang ky|dang ki)|luot (?:theo doi|dang ky)|theo doi"
    r"|dang ky|구독자|구독|팔로워|팔로우"
    r"|abonnenten|abos?\b|inscritos|assinantes|登録者|フォロワー|pengikut|명(?!\s*이\s*봤)|人(?:の)?(?:登録者|フォロワー)?)"
)
_CHANNEL = r"(?:channel|account|page|kenh|canal|chaine|compte|cuenta|kanal|채널|계정|チャンネル|akun|conta)"
_VIEWS_WORD = (
    r"(?:views?\b|plays?\b|watches\b|impressions\b|vistas?\b|visitas\b|visualizaciones|visualizacoes"
    r"|reproducciones|vues?\b"
    r"|luot (?:xem|view)|luot\b|nguoi xem|조회수?|뷰|회(?!의)|번|aufrufe?n?\b|klicks|再生|回再生|回|tayangan|penonton"
    r"|kali ditonton|x ditonton)"
)
_NOT_FOLLOWERS = (
    rf"(?![ \t]*(?:{_VIEWS_WORD}|videos?|uploads|shorts|likes?|comments?|days?|s\b|sec|min|초|분|개|일|시간|giay"
    r"|phut|ngay|gio|dias|jours|horas|heures|%))"
)
_FOLLOWERS = (
    rf"{_FANS},?\s+(?:and |but )?(?:now|ahora|maintenant|gio|jetzt|agora)"
    rf"\s+(?:it'?s|i'?m at|i have|at|tengo|j'ai|duoc)?"
    rf"\s*{_N}{_NOT_FOLLOWERS}",
    rf"{_N}[\s-]*(?:\+\s*)?(?:(?!{_VIEWS_WORD})\w+\s){{0,2}}?(?:de |d['’]\s?)?{_FANS}(?!\s*[:=])",
    rf"{_FANS}\s*(?:수|count)?\s*(?:는|가|은|이|を|は|が|numbers?)?\s*(?:(?:count|is|are|of|at|la|dang|co|son|es"
    r"|tik\s?tok|youtube|yt|shorts|gue|gua|gw|saya|aku|ku|nya|minha|meus?|no|em|on|en|sur|auf|minh|em"
    r"|toi|kenh"
    r"|sind|hat|ist|tengo|:|：|=|~|-|now"
    rf"|이제|한|총|대략)\s*|{_AROUND}\s*)*{_N}{_NOT_FOLLOWERS}",
    rf"{_CHANNEL}(?:\s+(?:with|of|has|at|is|co|minh|toi|em|con|de|avec|mit|com|tiene|a|tiktok|youtube"
    r"|shorts|size|hien|dang|nho|vua|duoc|nay|tem|hat"
    rf"|{_AROUND}))*\s*[:=]?\s*{_N}{_NOT_FOLLOWERS}",
    r"\b(?:i'?m|we'?re|i am|we are|sitting|currently)\s+(?:sitting |still |only |currently )?(?:at"
    rf"|on)\s+(?:{_AROUND}\s+)*{_N}{_NOT_FOLLOWERS}",
    rf"{_N}(?!\s*{_VIEWS_WORD})\s+(?:on|en|no|na|sur|di|tren|auf|in)\s+(?:my\s+|the\s+)?(?:tik\s?tok|tt"
    rf"|youtube|yt"
    r"|shorts)\b(?!\s+(?:videos?|shorts))",
    rf"\b(?:somos|estoy en|estamos en|on est|nous sommes|je suis a|estou com|wir sind)\s+(?:{_AROUND}\s+"
    rf"|ya )*{_N}{_NOT_FOLLOWERS}",
)
_I_HAVE = r"\b(?:i have|i've got|i got|we have|tengo|tenemos|tenho|j'ai|ich habe)\s+(?:\w+\s+)?\d"
_USUAL = (
    r"(?:\busual(?:ly)?\b|\btypical(?:ly)?\b|\bnormal(?:ly)?\b|\bavg\b|\baverag(?:e[sd]?|ing)\b"
    r"|\bgenerally\b|\bregularly\b|\bmost(?:ly)? (?:of )?"
    r"|\bmedian\b|\bmy (?:other |recent |last |regular )?(?:videos|shorts|ones|uploads|stuff|clips"
    r"|tiktoks) (?:\w+ )?(?:get|do|reach|make|pull|land|hit|sit)"
    r"|평소|보통|평균|대체로|원래|\bthuong\b|\bbinh thuong\b|\btrung binh\b|\bnormalmente\b|\bsuel(?:en|o|e)\b"
    r"|\bde media\b|\bmedia de\b|\bpromedio\b"
    r"|\bhabitual(?:mente|es)?\b|\bpor lo general\b|\bde costumbre\b|\bd'habitude\b|\ben moyenne\b"
    r"|\bmoyenne\b|\bhabituellement\b|\ben general\b|\bgeneralement\b"
    r"|\bnormalerweise\b|\bim schnitt\b|\bdurchschnitt\w*|\bmeistens\b|\bsonst\b|\bgeralmente\b"
    r"|\bem media\b|\bcostumo\b|普段|平均|いつも|通常"
    r"|\bbiasa(?:nya)?\b|\brata-rata\b)"
)
_VIEWS = (
    rf"{_N}[ \t]*(?:(?:total|more|lousy|measly|poor|de|k)\s+)?{_VIEWS_WORD}(?!\s*(?:후|뒤))",
    rf"{_VIEWS_WORD}\s*(?:수|数)?(?:가|는|이|은|도|を|は|が)?\s*(?:(?:count|is|are|of|at|:|：|=|la|only|just|moi|chi|co"
    r"|겨우|고작|아직|지금|현재|so far"
    rf"|{_AROUND})\s*)*{_N}(?!\s*(?:{_FANS}|일|시간|days?|hours?|ngay|gio|dias|jours|horas|heures|s\b|초|개))",
    rf"(?:봤|본|seen by|watched by|vist[oa] por|vue? par)\s*(?:{_AROUND}\s*)?{_N}",
)
_STUCK = (
    r"\b(?:stuck|stalled|stopped|died|sitting|plateaued|flatlined|capped|frozen|estancad[oa]|se quedo"
    r"|parad[oa]|bloquee?|lleva|tiene solo|solo tiene|a fait|n'a (?:fait )?que|duoc co|moi duoc|hat nur"
    r"|tem so|baru|coincee?|ket|dung|hangt|parou|mentok)"
    rf"\s+(?:(?:at|around|on|en|a|o|bei|em|di|lai)\s+)?(?:{_AROUND}\s+|les\s+|los\s+)*{_N}",
    r"\b(?:it'?s|its|it is|that'?s|he|she|esta|elle est|il est|dang o)\s+(?:now |currently |already "
    rf"|sitting |still |ya |deja )?(?:at|on|en|a|duoc)\s+(?:{_AROUND}\s+)*{_N}(?!\s*(?:{_FANS}|am\b|pm\b"
    r"|s\b|sec|%|h\b|days?|jours|dias))",
    rf"{_N}에서?\s*(?:멈|막|정체)",
    r"\b(?:got|gets|getting|reached|hit|has|have|only|just|did|made|solo|sigue en|toujours|seulement|moi"
    r"|chi)\s+(?:(?:about|around|only|just|like|reached|got|hit|a|tiene|lleva|fait|duoc|co)\s+)*"
    rf"{_N}(?!\s*(?:{_VIEWS_WORD}|{_FANS}|%|\w*seconds?|secs?|s\b|days?|hours?|hrs?|h\b|weeks?|months?|min"
    r"|years?|likes?|comments?|videos?|shorts|clips|thumbnails?"
    r"|titles?|ideas?|cuts?|frames?|of\b|phut|giay|ngay|gio|segundos|dias|horas|jours|heures"
    r"|secondes))(?=\s*(?:$|[.,;!?)]|in\b|after\b|and\b|so far|since|on\b|within|en\b|tras|despues|apres"
    r"|depuis|sau|trong|from|with))",
)
_COUNTED = {
    "likes": r"(?:likes?\b|hearts?\b|thumbs up\b|me gustas?\b|j'aimes?\b|mentions j'aime|luot (?:thich"
    r"|like)|thich\b|tim\b|좋아요|curtidas|いいね|suka\b)",
    "comments": r"(?:comments?\b|comentarios?\b|commentaires?\b|coms\b|luot binh luan|binh luan|cmts?\b"
    r"|댓글|kommentare?n?\b|コメント|komentar)",
}  # fmt: skip
_LAST = (
    r"(?:\blast\b|\brecent\b|\brecently\b|\bprevious\b|\bpast\b|\blatest\b|\bearlier\b|\bprior\b"
    r"|\bmy videos\b|\bmy shorts\b|최근|지난|그동안|\bgan (?:day|nhat)\b|\bmoi nhat\b|\bmoi day\b|\bvua roi\b"
    r"|\bmay (?:video|clip)\b|\btruoc do\b"
    r"|\bultim[oa]s\b|\banteriores\b|\brecientes\b|\bdernie?\w+|\brecentes\b|\bprecedent\w*|\bletzten\b|最近"
    r"|直近|過去|\bterakhir\b)"
)
_BETWEEN = re.compile(
    r"\s*(?:,|;|、|/|&|\b(?:and|y|et|va|und|e|dan)\b|그리고|views?|회)(?:\s*(?:(?:and|y|et|va|und|e|dan)\b|&"
    r"|그리고))?\s*"
)
_COUNTS = re.compile(rf"(?<![\d.,]){COUNT}", re.IGNORECASE)
_BEFORE, _AFTER = 90, 60  # how far from a list the word stands that says what it lists
_CLAUSES = re.compile(
    r"[.;!?\n]+(?:\s|$)|,\s+(?=but|and|while|this|it|est[ea]\b|cette|celle|ce\b|dies|video nay|clip nay"
    r"|usually|normally|typical|my|avg|average|pero|mais|nhung|binh thuong|thuong|normalmente|d'habitude"
    r"|평소|보통)"
    r"|\b(?:but|while|whereas|though|pero|mais|nhung|mientras|alors que|con binh thuong|instead of"
    r"|compared to|aber|mas|tapi|padahal)\b|지만|는데|은데|인데|けど|が、",
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
    typical, views = _views(plain)
    followers = _first(_FOLLOWERS, plain)
    mine = re.search(rf"(?:{_FANS}|{_I_HAVE})", plain, re.IGNORECASE)
    if (
        followers is not None
        and followers == views
        and mine
        and not re.search(_VIEWS_WORD, plain, re.IGNORECASE)
    ):
        views = None  # "I have 45k on TikTok"
    elif followers is not None and followers == views and not mine:
        followers = None
    found = Figures(
        followers=None if followers is None else int(followers),
        typical_views=typical,
        views=views,
        likes=_counted("likes", plain),
        comments=_counted("comments", plain),
        recent_views=recent,
    )
    return found if found != Figures() else Figures(bare=_bare(plain))


def _spelt(found: re.Match[str]) -> str:
    """Return the noun that a misspelt one is meant for, or the word as it is."""
    near = get_close_matches(found["word"], _NOUNS, n=1, cutoff=0.8)
    return near[0] if near else found["word"]


def _recent(text: str) -> tuple[tuple[int, ...], str]:
    """Return the views of recent videos that a text lists (three or more), and the text without them."""
    run: list[re.Match[str]] = []
    for found in [*_COUNTS.finditer(text), None]:
        if found and run and _BETWEEN.fullmatch(text[run[-1].end() : found.start()]):
            run.append(found)
            continue
        if len(run) >= 3:
            before = re.split(r"[.?!\n]", text[max(run[0].start() - _BEFORE, 0) : run[0].start()])[-1]
            after = re.split(r"[.?!\n]", text[run[-1].end() : run[-1].end() + _AFTER])[0]
            if re.search(_LAST, before, re.IGNORECASE) or re.search(_LAST, after, re.IGNORECASE):
                views = tuple(int(read_count(part.group())) for part in run)
                return views, f"{text[: run[0].start()]} {text[run[-1].end() :]}"
        run = [found] if found else []
    return (), text


def _first(patterns: tuple[str, ...], text: str) -> float | None:
    for pattern in patterns:
        match = re.search(pattern, text, re.IGNORECASE)
        if match:
            return read_count(match.group("n"))
    return None


def _views(text: str) -> tuple[float | None, int | None]:
    """Return the typical views and the views of one video that a text states."""
    typical: float | None = None
    actual: int | None = None
    for clause in _CLAUSES.split(text):
        usual = re.search(_USUAL, clause, re.IGNORECASE)
        count = _first(_VIEWS, clause)
        if count is None:
            count = _first(_STUCK, clause)
        if count is None and usual:
            bare = re.search(
                rf"{_USUAL}\D{{0,40}}?{_N}{_NOT_FOLLOWERS}(?!\s*(?:{_FANS}))", clause, re.IGNORECASE
            )
            bare = bare or re.search(
                rf"{_N}\s+(?:\w+\s+)?{_USUAL}", clause, re.IGNORECASE
            )  # "à 5 000 d'habitude"
            count = read_count(bare.group("n")) if bare else None
        if count is None or _WISHED.search(clause):
            continue
        if usual and typical is None:
            typical = count
        elif not usual and actual is None:
            actual = int(count)
    return typical or None, actual


def _counted(what: str, text: str) -> int | None:
    """Return the likes or comments of one video that a text states: "300 likes", "댓글 20개"."""
    word = _COUNTED[what]
    after = rf"{word}\s*(?:수|は|が|는|은|이|(?<=[가-힣])|(?:count\s*)?(?:is|are|:|=))\s*{_N}"
    count = _first((after, rf"{_N}\s*(?:de )?{word}"), text)
    return None if count is None else int(count)


def _bare(text: str) -> float | None:
    numbers = _BARE.findall(text) if len(text) <= 80 else []
    return read_count(numbers[0]) if len(numbers) == 1 and len(text.split()) <= 9 else None
