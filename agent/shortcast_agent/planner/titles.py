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
    r"|i|i'm|i've|it|it's|posted|posting|about|to|around|tell|please|y|et|và|cómo|comment|mi|mon|ma)\b|[,;]\s+\d"
    r"|\s+[—–]\s+|\s+\((?=\d|my )|\s+instead\b|\s+(?:do|get|perform|work|be) (?:well|better|good"
    r"|more|fewer|any)\b"
    r"|\s+and (?:my|i|the channel|how|will|what|should)\b|\s+(?:for my|on my|on tiktok|on youtube"
    r"|with \d|with my)\b)"
)
_CUED = re.compile(
    r"(?:\b(?:titled|entitled|intitulée?|titulad[oa]|llamad[oa]|tên là|tiêu đề là)\s*[:=]?\s+"
    r"|(?<!channel )(?<!channel is )(?<!which is )\b(?:called|named)\s+(?:it\s+)?[:=]?\s*"
    r"|\b(?:call|name|rename|retitle|title) it\s+(?:to |as )?[:=]?\s*"
    r"|(?<!which )(?<!what )(?<!better )\b(?:title|caption|headline|título|titulo|titre|tiêu đề|제목)"
    r"(?:\s*[:=]\s*|[을를이은]?\s+(?=[^\s])(?:is|was|were|to be|would be|will be|to|as|:|es|fuera|fuese"
    r"|est|était|là|thành|로|는|은)\s*[:=]?\s+)"
    r"|^\s*(?:my )?(?:next |new )?(?:draft|video|short|clip|idea)\s*:\s*"
    rf")(?P<title>[^\n]{{2,20000}}?){_END}",
    re.IGNORECASE,
)
_NOT_A_TITLE = re.compile(
    r"^(?:better|best|good|bad|ok|okay|fine|too|not|the|this|that|it|so|clickbait|boring|great|wrong"
    r"|a problem|what|which|hurting|holding)\b"
    r"(?!\s+\S+\s+\S+)|^(?:too|not|the (?:best|problem|first|second|last|same|reason)|a (?:problem|bit))\b",
    re.IGNORECASE,
)
_LIST_ITEM = re.compile(r"^\s*(?:\d{1,2}[.):]|[A-Ea-e][.):]|[-*•])\s+(?P<item>\S.*)$", re.MULTILINE)
_INLINE_ITEM = re.compile(
    r"(?:^|[\s:(])(?:\d|[A-Ea-e])[.):]\s+(?P<item>.+?)(?=\s+(?:or\s+|vs\.?\s+)?(?:\d"
    r"|[A-Ea-e])[.):]\s+|\s*[?]?\s*$)"
)
_OR = re.compile(
    r"\s+(?:or|vs\.?|versus|hoặc|hay là|hay|ou|o bien|o|아니면)\s+|\s+/\s+|\s*;\s+", re.IGNORECASE
)
_BEFORE_LIST = re.compile(
    r"(?:titles?|captions?|headlines?|better|best|stronger|prefer|choose|pick|between|compare"
    r"|títulos?|titres?|tiêu đề|제목|mejor|mieux|meilleur|tốt hơn|나아요?|좋을까요?)"
    r"[^:,?\n]{0,40}[:,?\n]\s*(?P<list>.+?)\s*\??\s*$",
    re.IGNORECASE | re.DOTALL,
)
_BETWEEN = re.compile(
    r"\b(?:between|compare)\s+(?!the\b|these\b|two\b|my\b|both\b)(?P<a>.+?)\s+(?:and|with|to"
    r"|vs\.?)\s+(?P<b>.+?)\s*[?.]?\s*$",
    re.I,
)
_POINTING = re.compile(
    r"\b(?:thumbnails?|pictures?|images?|covers?|first|second|third|one|this|that|these|those|it"
    r"|morning|evening|night|weekend|later|earlier"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|tiktok|youtube|shorts|longer|shorter"
    r"|not|seconds?|minutes?)\b",
    re.IGNORECASE,
)
_TOPIC_CUE = re.compile(
    r"\b(?:about|on the (?:topic|subject) of|on topic|topic(?: is)?:?|niche(?: is| of)?:?"
    r"|keywords?:?|query:?|regarding|covering|related to"
    r"|similar to|videos? like|shorts like|ones like|something like|search(?:ing)? for"
    r"|look(?:ing)? for|sobre|acerca de|parecid[oa]s? a"
    r"|similares a|sur|à propos de|similaires? à|về chủ đề|chủ đề|về|giống(?: như)?"
    r"|tương tự(?: như)?)\s+(?P<topic>[^\n?.!;]+)",
    re.IGNORECASE,
)
_KOREAN_TOPIC = re.compile(
    r"(?P<topic>[^\n?.!,]{1,80}?)\s*(?:관련(?:된)?|에 대한|에 관한|와 비슷한|과 비슷한|같은)\s"
)
_FILLER = re.compile(
    r"\b(?:please|pls|can|could|would|you|i|want|need|to|let'?s|let|us|go|get|got|grab|pull|bring|in"
    r"|into|from|of|some|more|real|actual|public|recent|new|popular"
    r"|collect|collecting|scrape|scraping|gather|crawl|harvest|import|download|fetch|add|fill|build"
    r"|replace|save|load|find|show|me|give|list|have|has|done|made|make|posted|search|look|for|see"
    r"|what|which|are|is|there|any|other|others|people|creators?|the|a|an|my|our|your|library|demo"
    r"|database|dataset|collection|with|and|videos?|vids?|clips?|shorts|tiktoks?|reels?"
    r"|youtube|tiktok|similar|like|examples?|them|it|this|that|mine|draft|one|ones|up|top|best|about"
    r"|on|hey|hi|now|did|well|niche|same"
    r"|busca|muestra|muéstrame|recopila|recoge|añade|encuentra|vídeos|videos|de|del|los|las|una?"
    r"|parecidos|similares|mi|biblioteca"
    r"|cherche|trouve|montre|récupère|collecte|ajoute|des|les|vidéos?|similaires|ma|bibliothèque|moi"
    r"|thu thập|tìm|cho tôi|các|những|cái|video|giúp|hãy|thêm|vào|thư viện|tương tự|giống)\b|\d+(?:\s*개)?"
    r"|영상(?:을|들|들을)?|동영상|비디오|쇼츠|비슷한|수집해?\s?(?:줘|주세요|서)?|모아\s?(?:줘|주세요)?|찾아\s?(?:줘|주세요)?|보여\s?(?:줘"
    r"|주세요)?|라이브러리에?|관련",
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
            r"(?:(?<!what )(?<!how )about|topic|niche|query|keyword|collect|search for|description"
            r"|channel(?: is)?(?: called| named)?)\s*:?\s*$",
            "" if alternatives else before,
        )
    ]
    cued = bool(
        re.search(
            r"\btitle|titled|called|named|caption|headline|título|titre|tiêu đề|제목", text, re.IGNORECASE
        )
    )
    if titles:
        return tuple(titles), cued
    listed = _listed(text)
    if listed:
        return listed, cued
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
    return (), False


def _listed(text: str) -> tuple[str, ...]:
    """Return the items of a list of titles, or () when the text lists none."""
    items = [match.group("item").strip() for match in _LIST_ITEM.finditer(text)]
    if len(items) < 2:
        items = [match.group("item").strip() for match in _INLINE_ITEM.finditer(text.replace("\n", " "))]
    if len(items) >= 2:
        return tuple(items)
    match = _BEFORE_LIST.search(text)
    items = [part.strip(" .?") for part in _OR.split(match.group("list"))] if match else []
    if len(items) < 2:
        match = _BETWEEN.search(text)
        items = [match.group("a").strip(), match.group("b").strip()] if match else []
    real = [
        item for item in items if len(item) > 3 and not (_POINTING.search(item) and len(item.split()) < 4)
    ]
    return tuple(real) if len(real) >= 2 and len(real) == len(items) else ()


def find_topic(text: str) -> str | None:
    """Return what a search is about: a quoted topic, the "
    "words after "about", or what is left of the order."""
    quotes = find_quotes(text)
    if quotes.quoted:
        return quotes.quoted[0]
    match = _TOPIC_CUE.search(text) or _KOREAN_TOPIC.search(text)
    rest = match.group("topic") if match else re.split(r"[?.!\n;]", text.strip())[0]
    rest = re.sub(
        r"\s+(?:please|for me|from (?:youtube|tiktok)|on (?:youtube|tiktok)|and (?:put|add|save|tell"
        r"|show)\b.*|(?:so|to) (?:i|we)\b.*|into (?:my|the)\b.*|to (?:my|the) library.*)$",
        "",
        rest,
        flags=re.I,
    )
    left = re.sub(r"\s+", " ", _FILLER.sub(" ", rest)).strip(" ,:-'\"")
    if not left:
        return None
    if match and not re.fullmatch(
        r"(?:this|that|it|mine|my (?:draft|video|idea|title)|the draft|these|those)(?: .{0,12})?",
        rest.strip(),
        re.IGNORECASE,
    ):
        return re.sub(r"^(?:my|the|a|an|some)\s+", "", rest.strip(" ,:-'\""), flags=re.IGNORECASE)
    return left if len(left) > 2 else None
