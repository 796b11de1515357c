"""Which of several a text points at: "the second one", "두 번째", "la première"."""

import re

from shortcast_agent.planner.counts import fold

DRAFT_WORD = (
    r"(?:drafts?|versions?|ideas?|borrador(?:es)?|brouillons?|ban nhap|ban thao|phien ban|초안|버전|원래"
    r"|entwurfe?|entwurf|rascunhos?|案|draf|idee|idea)"
)
_TITLE_WORD = (
    r"(?:titles?|thumbnails?|covers?|options?|videos?|pictures?|variants?|ones?|titulos?|miniaturas?"
    r"|opcion(?:es)?|titres?|miniatures?|vignettes?|tieu de|phuong an|anh bia|anh|제목|썸네일|안|titel|judul"
    r"|opsi)"
)
# Which of several: matched on text without accents.
_ORDINALS = (
    (
        rf"\b(?:the |my )?(?:1st|first|original|initial)(?: (?:{_TITLE_WORD}|{DRAFT_WORD}))\b"
        r"|\bthe (?:original|former)\b|\bfirst\b(?=\s*(?:$|[,.!?]|please|then|it is|version|for me|and|but"
        r"|on|at|in \d|with))"
        r"|첫\s?번째|앞에?\s?(?:거|것|걸)|첫\s?(?:초안|제목|썸네일)|처음\s?(?:초안|제목|거|것|그|버전|으로)"
        r"|원래\s?(?:제목|초안|거|것|버전|대로)"
        r"|(?:cai|tieu de|ban nhap|phuong an|anh|video|ban) (?:dau tien|dau|thu nhat|thu 1|so 1)\b"
        r"|\b(?:el|la|lo) primer[oa]?\b(?! (?:semana|dia|mes|hora|24))|\bprimer (?:titulo|borrador"
        r"|video)\b|\bprimera (?:opcion|miniatura"
        r"|version)\b|\b(?:titulo|borrador|version) original\b"
        r"|\b(?:le|la) (?:premiere?|1er|1re)\b(?! (?:semaine|jour|mois|heure|24))|\bpremier (?:titre"
        r"|brouillon)\b|\b(?:titre"
        r"|brouillon) (?:d'origine|original|initial)\b|\b(?:der|die|das|den|dem|zum) ersten?\b"
        r"|\bo primeiro\b|\ba primeira\b|\bprimeiro (?:titulo|rascunho)\b|1番目|最初|一つ目|\byang pertama\b"
        r"|\b(?:judul|draf) pertama\b|\bcai (?:dau|truoc)\b|(?<![가-힣])전자(?=[로가는를의 ])",
        0,
    ),
    (
        r"\b(?:2nd|second)\b(?!s)(?! \w*seconds?)(?! channel)"
        r"|\bthe latter\b|두\s?번째|뒤에?\s?(?:거|것|걸)|(?:cai|tieu de|ban nhap"
        r"|phuong an|anh|video|ban) (?:thu hai|thu 2|so 2|hai)\b|\b(?:el|la|lo) segund[oa]\b"
        r"|\bsegund[oa] (?:titulo|opcion|miniatura|borrador|version)\b"
        r"|\b(?:le|la) (?:deuxieme|seconde?|2e|2eme)\b|\b(?:deuxieme|second) (?:titre|brouillon)\b"
        r"|\b(?:der|die|das|den|dem) zweiten?\b|\bo segundo\b|\ba segunda\b(?!-feira)|2番目|二つ目"
        r"|\byang kedua\b|\b(?:judul|draf) kedua\b|\bcai sau\b(?! (?:day|nay))|(?<![가-힣])후자(?=[로가는를의 ])",
        1,
    ),
    (
        r"\b(?:3rd|third)\b|세\s?번째"
        r"|(?:cai|tieu de|ban nhap|phuong an|anh|video|ban) (?:thu ba|thu 3|so 3|ba)\b"
        r"|\b(?:el|la|lo) tercer[oa]?\b"
        r"|\b(?:le|la) troisieme\b|\b(?:der|die|das|den) dritten?\b|\bo terceiro\b|\ba terceira\b"
        r"|3番目|三つ目"
        r"|\byang ketiga\b",
        2,
    ),
    (
        r"\b(?:4th|fourth)\b|네\s?번째|\b(?:el|la) cuart[oa]\b|\b(?:le|la) quatrieme\b|(?:cai|tieu de"
        r"|video) (?:thu tu|thu 4|so 4)\b",
        3,
    ),
    (
        rf"\b(?:the |my )?last (?:one|{_TITLE_WORD}|{DRAFT_WORD})\b(?! (?:week|month|got|did|got))"
        r"|마지막(?:\s?(?:거|것|걸|제목|초안))|\b(?:el|la) ultim[oa]\b(?! video)|\b(?:le"
        r"|la) dernier[e]?\b(?! video)"
        r"|(?:cai|tieu de|ban nhap) cuoi(?: cung)?\b|\bder letzte\b|最後の",
        -1,
    ),
)
# "option 3", "#2", "title b", "phương án 2", "2번": what is numbered, at the end of what is said of it.
_NUMBERED = re.compile(
    r"(?:#|\b(?:no\.|n[°º]|number|numero|option|opcion|title|titre|titulo|thumbnail|cover|picture|miniature|miniatura"
    r"|portada|variant|version|draft|borrador|brouillon|video|cai|tieu de|phuong an|mau|anh|ban nhap)"
    r"(?: (?:number|numero|so|thu|n[°º]))? ?(?=\d)|\b(?:number|option|opcion|title|version|variant) )"
    r"(?P<nth>[1-5]|one|two|three|four|five|[a-e])"
    r"(?=\s*(?:$|[.,;:!?)]|(?:please|pls|then|it|is|for|and|but|on|at|with|in|or|vs|instead|thi|di|nha|nhe|cho|dang|tren"
    r"|o|ou|en|el|sur|pour|si|y|et|do|perform|get|would|will)\b))"
    r"|(?<!\d)(?P<ko>[1-5])번(?!째\s*초|\s?(?:봤|바뀌|나오|들어))"
)
_NUMERALS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "a": 1, "b": 2, "c": 3, "d": 4, "e": 5}
_ORDINAL_SEARCH = tuple((re.compile(words), nth) for words, nth in _ORDINALS)


def read_ordinal(text: str) -> int | None:
    """Return which of several a text points at: 0 for "the first one", -1 for "the last one"."""
    plain = fold(text)
    named = next((nth for words, nth in _ORDINAL_SEARCH if words.search(plain)), None)
    numbered = _NUMBERED.search(plain) if named is None else None
    if numbered is None:
        return named
    said = numbered["nth"] or numbered["ko"]
    return (int(said) if said.isdigit() else _NUMERALS[said]) - 1
