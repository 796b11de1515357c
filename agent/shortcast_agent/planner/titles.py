"""Titles, lists of titles and topics in what a user wrote."""

import re
from dataclasses import dataclass

_QUOTED = re.compile(
    r"\"(?P<q1>[^\"]+)\"|“(?P<q2>[^”]+)”|«\s?(?P<q3>[^»]+?)\s?»|「(?P<q4>[^」]+)」|『(?P<q5>[^』]+)』"
    r"|《(?P<q6>[^》]+)》"
    r"|(?<![\w])'(?P<q7>[^'\n]+(?:'\w[^'\n]*)*)'(?!\w)|‘(?P<q8>[^‘\n]+)’(?!\w)|`(?P<q9>[^`\n]+)`"
    r"|„(?P<q10>[^“”]+)[“”]"
)
_END = (
    r"(?=\s*(?:\n|$)|[.?!]+(?:\s|$)|[,;]\s+(?:and|but|my|with|for|on|will|would|how|what|which|when"
    r"|should|can|could|do|does|is"
    r"|i|i'm|i've|im|got|have|it|it's|its|posted|posting|about|to|around|tell|please|subs|followers|length"
    r"|y|et|và|cómo|cuánt[ao]s|comment|combien|mi|mon|ma|tengo|somos|dura|para"
    r"|j'ai|je|elle|on|pour|kênh|mình|em|nên|làm sao|sao|dài"
    r"|được|cho|liệu|có|ich|mein|wie|tenho|quant[ao]s|saya|berapa)\b"
    r"|[,;]\s+(?:구독자|팔로워|조회수|길이|틱톡|어때|어떨까)|[,;]\s+(?:\S+\s+)?\d"
    r"|\s+(?:thì (?:sao|thế nào)|có (?:ổn|hay|tốt|được|nên)(?:\s|$)|ổn không|hay không|được không"
    r"|được bao nhiêu|gimana|rem|이라는|라는|funciona(?:rá|ría)?\b|va marcher|marcherait|pls|please|plz)"
    r"|\s+[—–]\s+|\s+\((?=\d|my )|\s+instead\b|\s+(?:do|get|perform|work|be) (?:well|better|good"
    r"|more|fewer|any)\b"
    r"|\s+and (?:my|i|the channel|how|will|what|should)\b|\s+(?:for my|on my|on tiktok|on youtube"
    r"|with \d|with my)\b)"
)
_CUED = re.compile(
    r"(?:\b(?:titled|entitled|intitulée?|titulad[oa]|llamad[oa]|se llama(?:ría)?|s'appelle(?:rait)?"
    r"|s'intitule|heißt|se chama|berjudul"
    r"|tên là|tên|tựa(?: đề)?(?: là)?|tiêu đề là|đặt tên(?: là)?|lo llamo|la llamo|llamarlo|llamarla"
    r"|je l'appelle|l'appeler|la nomme|nenne es|chamar de)\s*[:=]?\s+"
    r"|(?<!channel )(?<!channel is )(?<!which is )\b(?:called|named)\s+(?:it\s+)?[:=]?\s*"
    r"|\b(?:call|name|rename|retitle|title) it\s+(?:to |as )?[:=]?\s*"
    r"|(?<!which )(?<!what )(?<!better )\b(?:title|caption|headline|título|titulo|titre|tiêu đề|tieu de|제목"
    r"|titel|überschrift|judul|タイトル)"
    r"(?:\s*[:=：]\s*|(?:は|을|를|이|은|는)?\s+(?=[^\s])(?:is|was|were|to be|would be|will be|to|as|:|es|fuera"
    r"|fuese|sería|cambia(?:ra)? (?:a|por)"
    r"|est|était|serait|c'est|là|la|thành|로|는|은|ist|wäre|lautet|é|fosse|adalah|jadi)\s*[:=]?\s+)"
    r"|\b(?:title|caption|headline|título|titulo|titre|tiêu đề|제목|titel|judul)(?:이|은"
    r"|는)?\b[^\n:.?]{0,40}[:：]\s+"
    r"|(?:^|[.!?]\s)\s*(?:my |here's my |mi |ma |mon )?(?:next |new |latest |upcoming |nuevo |nouvelle "
    r"|nouveau |prochaine? )?(?:draft|video|vídeo|vidéo|short|clip|idea|one|upload|borrador|brouillon|idée"
    r"|bản nháp|ý tưởng|초안|영상|아이디어)\s*[:：]\s*"
    rf")(?P<title>[^\n]{{2,20000}}?){_END}",
    re.IGNORECASE,
)
# "predict the views: my cat meets snow. I have 12k": a title after a colon, where figures would be no title.
_ASKED_OF = re.compile(
    r"(?:views?|plays|vistas|vues|visualiza\w+|reproducciones|조회수|예측|평가|lượt xem|dự đoán|predict\w*"
    r"|forecast|rate|judge"
    r"|aufrufe|klicks|再生数?|tayangan|penonton|tiktok|youtube|shorts?)[^:\n.!\d]{0,40}[:：]\s+"
    r"(?P<title>(?!https?:|LINK|\d[\d.,]{2,}|[\d.,]+\s?[km]?(?:\s*(?:views?|vistas|vues|subs|followers|회"
    r"|뷰|명)|\s*(?:$|,|and\b|y\b)))"
    r"[^\n]{6,300}?)(?=\s*(?:\n|$)|[.?!]+(?:\s|$)|[,;]\s+(?:\d|my |i |tengo|j'ai|ich |tenho|mình|구독자|평소))",
    re.IGNORECASE,
)
_NOT_A_TITLE = re.compile(
    r"^(?:better|best|good|bad|ok|okay|fine|too|not|the|this|that|it|so|clickbait|boring|great|wrong"
    r"|a problem|what|which|hurting|holding|buen[oa]?|malo|mejor|largo|corto|bon(?:ne)?|mauvais|trop|muy"
    r"|demasiado|gut|schlecht|zu lang|bom|hay|ổn|tốt|dài|ngắn|có|bagus)\b"
    r"(?!\s+\S+\s+\S+)|^(?:too|not|the (?:best|problem|first|second|last|same|reason)|a (?:problem|bit))\b",
    re.IGNORECASE,
)
_KOREAN_CUED = re.compile(
    r"(?:제목|타이틀)(?:을|를|은|는|이|이란|도)?\s*[:：]?\s*(?P<title>(?!\S*(?:추천|비교|바꾸|바꿔|고쳐|골라|어때|좋|너무|괜찮|어떤|뭐"
    r"|영향))[^\n?.!,]{2,80}?)\s*(?:으로|로)\s*(?:바꾸|바꿔|하면|할|변경|수정|올리|가면)"
    r"|(?:제목|타이틀)(?:은|는|이)\s+(?P<title2>(?!\S*(?:어때|좋|너무|괜찮|어떤|뭐|영향|길|짧))[^\n?.!,]{2,80}?)\s*(?:이에요|예요|입니다"
    r"|인데|이고|이야|임|구요)(?:\s|[.,?!]|$)"
    r"|(?P<title3>[^\n?.!,\"“]{3,80}?)(?:이라는|라는)\s+(?:제목|영상|쇼츠|타이틀)",
)
_LIST_ITEM = re.compile(r"^\s*(?:\d{1,2}[.):]|[A-Ea-e][.):]|[-*•])\s+(?P<item>\S.*)$", re.MULTILINE)
_INLINE_ITEM = re.compile(
    r"(?:^|[\s:(])(?:\d|[A-Ea-e])[.):]\s+(?P<item>.+?)(?=\s+(?:or\s+|vs\.?\s+)?(?:\d"
    r"|[A-Ea-e])[.):]\s+|\s*[?]?\s*$)"
)
# What follows the last item of a list on its line.
_ASIDE = re.compile(
    r"[.?!]\s+(?:pick|which|what|choose|thoughts|go|help|please|pls|any|cuál|elige|qué|laquelle|lequel"
    r"|choisis|뭐|어떤|골라|cái nào|chọn|welche[rs]?|qual)\b.*$",
    re.IGNORECASE,
)
_OR = re.compile(
    r"\s+(?:or|vs\.?|versus|hoặc|hay là|hay|ou|o bien|o|u|oder|atau|아니면|혹은)\s+|\s+/\s+|\s*;\s+",
    re.IGNORECASE,
)
_BEFORE_LIST = re.compile(
    r"(?:titles?|captions?|headlines?|better|best|stronger|prefer|choose|pick|between|compare"
    r"|títulos?|titres?|tiêu đề|제목|mejor|mieux|meilleur|tốt hơn|나아요?|좋을까요?|besser|melhor|mending|bagus"
    r"|prefieres|préfères|chọn)"
    r"[^:,?\n]{0,40}[:,?\n]\s*(?P<list>.+?)\s*\??\s*$",
    re.IGNORECASE | re.DOTALL,
)
_BETWEEN = re.compile(
    r"\b(?:between|compare|compara|entre|zwischen|so sánh|bandingkan|vergleiche)\s+(?!the\b|these\b|two\b"
    r"|my\b|both\b|draft|them|it\b|est[oa]s|los|las|mis|el\b|la\b|les|ces|mes|deux|le\b|hai|mấy|các|những"
    r"|die|meine|dua|ini|của)"
    r"(?P<a>.+?)\s+(?:and|with|to|con|y|et|avec|und|mit|và|với|dan|dengan"
    r"|vs\.?)\s+(?P<b>.+?)\s*(?:[,?.].*)?$",
    re.I,
)
_POINTING = re.compile(
    r"\b(?:thumbnails?|pictures?|images?|covers?|first|second|third|one|this|that|these|those|it"
    r"|morning|evening|night|weekend|later|earlier"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|tiktok|youtube|shorts|longer|shorter"
    r"|not|seconds?|minutes?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Quotes:
    """The quoted strings of a text, and the text with each replaced by a placeholder."""

    quoted: tuple[str, ...]
    before: tuple[str, ...]
    masked: str


def find_quotes(text: str) -> Quotes:
    """Take the quoted strings out of a text."""
    quoted, before = [], []
    for match in _QUOTED.finditer(text):
        quoted.append(next(part for part in match.groups() if part is not None).strip().rstrip(",;"))
        before.append(text[max(0, match.start() - 40) : match.start()].lower())
    return Quotes(tuple(quoted), tuple(before), _QUOTED.sub('"…"', text))


def find_titles(text: str) -> tuple[tuple[str, ...], bool]:
    """Return the titles that a text states or lists, and whether a word such as "title" introduced one."""
    quotes = find_quotes(text)
    alternatives = re.search(r'"…"\s*(?:or|vs\.?|versus|/)\s*"…"', quotes.masked, re.IGNORECASE)
    titles = [
        quote
        for quote, before in zip(quotes.quoted, quotes.before, strict=True)
        if quote
        and not re.search(
            r"(?:(?:videos?|vids?|shorts|clips?|tiktoks?|stuff|anything|something|examples?|else|ones|made"
            r"|make|data|library)\s+about|topic|niche|query|keyword|collect|search for|description"
            r"|channel(?: is)?(?: called| named)?)\s*:?\s*$",
            "" if alternatives else before,
        )
    ]
    cued = bool(
        re.search(
            r"\btitle|titled|called|named|caption|headline|t[íi]tulo|titre|tiêu đề|tieu de|제목|se llama"
            r"|s'appelle|intitul|titel|heißt|judul|タイトル|tựa|tên",
            text,
            re.IGNORECASE,
        )
    )
    if titles:
        return tuple(titles), cued
    listed = _listed(text)
    if listed:
        return listed, cued
    korean = _KOREAN_CUED.search(text)
    if korean:
        return (next(part for part in korean.groups() if part).strip(" ,:'\""),), True
    match = _CUED.search(text)
    if match and not _NOT_A_TITLE.search(match.group("title")):
        several = [part.strip(" .?") for part in re.split(r"\s+(?:or|vs\.?)\s+", match.group("title"))]
        if (
            len(several) > 1
            and re.search(r"\btitles?\b.*\bor\b|\bvs\b", text, re.I)
            and all(len(part) > 8 for part in several)
        ):
            return tuple(several), True
        return (match.group("title").strip(" ,:"),), True
    asked = _ASKED_OF.search(text)
    if asked and not re.search(
        r"\b(?:followers?|subs|seguidores|abonnés|sub)\b|구독자|팔로워", asked["title"], re.IGNORECASE
    ):
        return (asked["title"].strip(" ,:'\""),), True
    return (), False


def _listed(text: str) -> tuple[str, ...]:
    """Return the items of a list of titles, or () when the text lists none."""
    items = [match.group("item").strip() for match in _LIST_ITEM.finditer(text)]
    if len(items) < 2:
        items = [match.group("item").strip() for match in _INLINE_ITEM.finditer(text.replace("\n", " "))]
    if len(items) >= 2:
        return tuple(_ASIDE.sub("", item) for item in items)
    match = _BEFORE_LIST.search(text)
    items = [part.strip(" .?") for part in _OR.split(match.group("list"))] if match else []
    if len(items) < 2:
        match = _BETWEEN.search(text)
        items = [match.group("a").strip(), match.group("b").strip()] if match else []
    real = [
        item for item in items if len(item) > 3 and not (_POINTING.search(item) and len(item.split()) < 4)
    ]
    return tuple(real) if len(real) >= 2 and len(real) == len(items) else ()
