"""Titles by their place in a message: "key: value" fields, tables, lists, and a line that another
line points at."""

import re
from itertools import pairwise

from shortcast_agent.planner.counts import fold
from shortcast_agent.planner.naming import TITLE_WORD

_SEGMENT = re.compile(r"\n|\s[/|·•]\s|;\s|,\s+(?=[^,:=\n]{2,20}\s?[:=：]\s)")
_FIELD = re.compile(r"\W*(?P<key>[^\W\d_][^:=：\n]{0,24}?)\s*(?:[:=：]\s*|\s[-–—]\s+)(?P<value>\S.*)")
_TITLE_KEY = re.compile(
    rf"(?:(?:the|my|working|el|mi|le|mon|영상|video)\s+)?{TITLE_WORD}(?:\s*(?P<nth>#?\d|[a-e]|one|two"
    rf"|three|uno|dos|un|deux))?"
)
_OPTION_KEY = re.compile(
    r"(?:option|opcion|phuong an|version|variant|choice|choix|후보|안|idea|idee)\s*(?P<nth>#?\d|[a-e])"
    r"|(?P<ko>[1-5]번|[a-e]안)"
)
_OTHER_KEY = re.compile(
    r"(?:subs|subscribers|followers|fans|seguidores|suscriptores|abonnes|abos|nguoi (?:theo doi"
    r"|dang k[yi])|sub|follow"
    r"|구독자|팔로워|length|duration|duracion|duree|thoi luong|do dai|길이|platform|plataforma|plateforme"
    r"|nen tang|플랫폼"
    r"|views|vistas|vues|조회수|post\w*|publish\w*|date|horizon|hora|heure|time)(?:\s?수)?"
)
_ROW = re.compile(r"^\s*\|(?P<cells>.+)\|\s*$", re.MULTILINE)
_LIST_ITEM = re.compile(r"^\s*(?:\d{1,2}[.):]|\(?[A-Ea-e1-9][.):]|[-*•])\s+(?P<item>\S.*)$", re.MULTILINE)
_INLINE_ITEM = re.compile(
    r"(?:^|[\s:(])\(?(?:\d|[A-Ea-e])[.):]\s+(?P<item>.+?)(?=\s+(?:or\s+|vs\.?\s+)?\(?(?:\d"
    r"|[A-Ea-e])[.):]\s+|\s*[?]?\s*$)"
)
_KOREAN_ITEM = re.compile(
    r"(?<!\d)[1-5]번[은:.)]?\s+(?P<item>[^\n]+?)(?=\s+[2-5]번[은:.)]?\s|\s+(?:뭐가|뭐|어느|어떤|둘|중에)|\s*[?]?$)"
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
    r"(?:titles|captions|headlines|better|best|stronger|prefer|choose|pick|between|compare"
    r"|which title|what title"
    r"|títulos|titres|tiêu đề nào|제목|mejor|mieux|meilleur|tốt hơn|나아요?|좋을까요?|besser|melhor|mending|bagus"
    r"|prefieres|préfères|chọn|qué título|quel titre)"
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
# An item that asks us for something is no title: "(a) projected views (b) show me 5 similar ones".
_ORDER = re.compile(
    r"(?:please |then |and )?(?:collect|gather|find|show|tell|give|predict|forecast|estimate|compare"
    r"|explain|track|search"
    r"|fetch|suggest|diagnose|(?:the )?(?:projected|expected|likely|median) |how many (?:views"
    r"|plays)|what (?:would|should) (?:you|i)\b"
    r"|busca|muestra|dime|dame|recopila|predi|compara|explica|sugiere|cuantas vistas|que (?:cambi|mejor)\w+"
    r"|cherche|montre|trouve|dis|donne|collecte|predis|explique|combien de vues|tim |gom "
    r"|cho (?:minh|em|toi) |du doan|so sanh|giai thich)"
    r"|.*(?:해\s?줘|해\s?주세요|찾아|모아|알려|보여|추천)"
)
_UP = r"(?:\^+|↑|⬆\ufe0f?|👆|☝\ufe0f?)"
_SAYS_TITLE = (
    rf"(?:(?:that['’]?s|this is|is|thats|eso? es|ese es|c['’]est|ca c['’]est|(?:do|day|tren) la"
    rf"|위(?:에|가|의)?|이게|이)\s*)?"
    rf"(?:(?:what|how) (?:it|the video)['’]?s called|asi se llama|(?:(?:the|my|el|mi|le"
    rf"|mon)\s+)?(?:video\s+)?{TITLE_WORD})"
)
_POINTS_UP = re.compile(
    rf"\W*(?:{_UP}\s*{_SAYS_TITLE}|\(?(?:that['’]?s|thats|ese es|c['’]est|do la|위[에가의]?|^title)\s*"
    rf"(?:(?:the|my|el|mi|le|mon)\s+)?{TITLE_WORD}(?! (?:too|so|ok|good|bad)))"
)
_SAME_LINE = re.compile(
    rf"^\W*(?P<title>\S.{{2,140}}?)\s*(?:<[-=]+|←|⬅\ufe0f?)\s*{_SAYS_TITLE}"
    rf"|^\W*(?P<title2>\S.{{2,140}}?)\s*\({_SAYS_TITLE}\)"
    rf"|(?:^|[.!?]\s+)(?P<title3>(?!what|which|how|this|that|it|here|cual|que |esto?|ce |ca "
    rf"|quel)[^.!?\n]{{5,120}}?)\s+"
    rf"(?:is|is gonna be|will be|es|sera|est|la)\s+(?:the|my|our|el|mi|le|mon|notre)\s*{TITLE_WORD}",
    re.MULTILINE,
)


def laid_out_titles(text: str) -> tuple[str, ...]:
    """Return the titles that a message shows by its layout, or () when it lays none out."""
    return _fields(text) or _table(text) or _pointed_line(text) or listed_titles(text)


def _fields(text: str) -> tuple[str, ...]:
    """Return the titles among fields: "Title: X / Subs: 3k", "título 1: X", "Option A: X, option B: Y"."""
    titles: list[str] = []
    options: list[str] = []
    others = 0
    for segment in _SEGMENT.split(text):
        found = _FIELD.fullmatch(segment.strip())
        if not found:
            others += bool(_OTHER_KEY.match(fold(segment.strip())))
            continue
        key, value = fold(found["key"]).strip(), found["value"]
        others += bool(_OTHER_KEY.fullmatch(key))
        numbered = _TITLE_KEY.fullmatch(key)
        if numbered:
            titles.append(_whole(value) if numbered["nth"] or others else value)
        elif _OPTION_KEY.fullmatch(key):
            options.append(_whole(value))
    if len(titles) > 1 or (titles and others):
        return tuple(titles)
    return tuple(options) if len(options) > 1 else ()


def _whole(value: str) -> str:
    return value.strip(" .,;")


def _table(text: str) -> tuple[str, ...]:
    """Return the titles of a Markdown table: the column headed so, else the one with the longest words."""
    rows = [[cell.strip() for cell in found["cells"].split("|")] for found in _ROW.finditer(text)]
    rows = [row for row in rows if not all(re.fullmatch(r":?-*:?", cell) for cell in row)]
    if len(rows) < 2:
        return ()
    width = min(map(len, rows))
    headed = [nth for nth in range(width) if re.match(TITLE_WORD, fold(rows[0][nth]))]
    if headed:
        return tuple(row[headed[0]] for row in rows[1:] if row[headed[0]])
    longest = max(range(width), key=lambda nth: min(len(row[nth]) for row in rows))
    return tuple(row[longest] for row in rows if len(row[longest]) > 3)


def _pointed_line(text: str) -> tuple[str, ...]:
    """Return the line that another calls the title: "^ that's the title", "X <- title", "X is the title"."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for above, line in pairwise(lines):
        if _POINTS_UP.match(fold(line)):
            return (above.strip(" ,:'\""),)
    for line in lines:
        found = _SAME_LINE.search(fold(line))
        if found:
            name = next(name for name, part in found.groupdict().items() if part)
            return (line[slice(*found.span(name))].strip(" ,:'\""),)
    return ()


def listed_titles(text: str) -> tuple[str, ...]:
    """Return the items of a list of titles, or () when the text lists none."""
    for pattern, said in ((_LIST_ITEM, text), (_INLINE_ITEM, text.replace("\n", " ")), (_KOREAN_ITEM, text)):
        items = [found["item"].strip() for found in pattern.finditer(said)]
        if len(items) >= 2:
            return () if any(map(_is_no_title, items)) else tuple(_ASIDE.sub("", item) for item in items)
    found = _BEFORE_LIST.search(text)
    items = [part.strip(" .?") for part in _OR.split(found["list"])] if found else []
    if len(items) < 2:
        found = _BETWEEN.search(text)
        items = [found["a"].strip(), found["b"].strip()] if found else []
    real = [
        item for item in items if len(item) > 3 and not (_POINTING.search(item) and len(item.split()) < 4)
    ]
    return tuple(real) if len(real) >= 2 and len(real) == len(items) else ()


def _is_no_title(item: str) -> bool:
    """Say whether an item of a list asks us for something, or states a fact such as "followers: 27k"."""
    return bool(_ORDER.match(fold(item)) or re.match(rf"{_OTHER_KEY.pattern}\s?[:=]", fold(item)))
