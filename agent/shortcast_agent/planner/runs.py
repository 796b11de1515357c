"""What an order to find videos is about: the words that are left where those that only ask are taken away.

A message is cut into clauses, and each clause at the words that ask (`asking_words`). What stands between two cuts is a
run; the topic is the run that the words around it announce best: "about X", "videos of X", "X videos", "X 영상".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shortcast_agent.planner.asking_words import AskingWords, asking_words, ends_only
from shortcast_agent.planner.filters import without_filters
from shortcast_agent.planner.language import language_of

_VIDEO_KO = r"(?:동영상|영상|쇼츠|숏츠|숏폼|클립|비디오|릴스|콘텐츠|컨텐츠)"
_TOKEN = re.compile(
    r"(?P<stop>[.?!;:\n|,()…]+(?=\s|$|\|)|\s[-–—/]\s|[|\n()…¿¡])"
    r"|(?P<word>(?:[ldjmtsnc]|qu)['’](?=\w)|#?\d[\d.,]*(?:k|m)?\b(?![\w가-힣])"
    rf"|{_VIDEO_KO}[가-힣]*|[가-힣]+?(?={_VIDEO_KO}(?:들|을|를|도|만|이|은|의|으로|로|중)*(?![가-힣]))"
    r"|[\w&+%]+(?:['’.\-][\w&+]+)*['’]?)",
    re.IGNORECASE,
)
_THEM = re.compile(
    r"(?:them|it|those|em|'em|that)$|\w*[áéíóú]\w*l[oa]s?$|(?:pon|guarda|agrega|mete|sube|anade)l[oa]s?$|\w+-(?:les|le|la)$"
)
_CLITIC = re.compile(r"-(?:moi|nous|les|le|la|m'en|elle|elles|il|ils|on|ce|tu|vous|je|y)$")
_ELIDED = re.compile(r"(?:[ldjmtsnc]|qu)'")
_AND = ("and", "y", "e", "et", "n", "&")
_KOREAN_BREAK = re.compile(
    r"(?:라이브러리|보관함|컬렉션|데이터|틱톡|유튜브|인스타|빌리빌리|조회수|제목|썸네일|채널|관련|대한|관한|비슷|같은|주제|분야|니치|시장|쪽(?:[은이에의]|에서|에서는)?$|찾|모아|모은|모으"
    r"|수집|넣|추가|보여|가져|담아|긁|채워|저장|업로드|올리|올린|받아|뽑|골라|추천[해받]|알려|검색|있[어나는으을]|없[어나는]|해[줘주]|줘|주세요|줄래|주라|부탁|좀$|내가$|내$|제가$|제$|저는$"
    r"|저$|나는$|우리$|나$|이거|이것|그거|그것|저거|거$|건$|것|이런|그런|이$|그$|안에$|올라온|전체|요약|요즘|최근|최신|인기|진짜|실제|그리고|그럼|근데|그런데|이번엔|안녕|참고|예시|레퍼런스|정도|전부"
    r"|다$|더$|많이|조금|몇|무슨|어떤|뭐|뭘|하는데|합니다|한데|인데|이에요|예요|입니다|운영|된$|로$|으로$|만$|들$|(?:개|편|명|초|분)$|위주|먼저|하고$|해서$|중에|중$|싶|궁금|한번|다가|다$|것들|중복|골고루"
    r"|하나$|둘$|열\S*$|스무$|기준|보면|보고|봐)"
)
_PARTICLE = re.compile(r"(?<=..)(?:에 대한|에서는|에서|으로|에는|에|을|를|은|는|의|이랑|들|과|와)$")
_VIDEO_WORD_KO = re.compile(rf"{_VIDEO_KO}(?:들|을|를|도|만|이|은|는|의|으로|로|중|에서|에)*$")
_ANNOUNCED_KO = re.compile(r"(?:관련|대한|관한|주제|분야|니치|시장|쪽|비슷|같은)")
_MOST_READ = 600


@dataclass(frozen=True)
class Run:
    """A run of words that may be a topic; `sure` grows with what announces it."""

    text: str
    sure: float


@dataclass(frozen=True)
class _Token:
    word: str
    start: int
    end: int
    kind: str  # "stop", "break", "edge" or "free"


def find_runs(text: str, *, of_niche: bool = False) -> list[Run]:
    """Return what a text may be about, the surest first; `of_niche` cuts at what one asks of a niche, too."""
    text = without_filters(text)[:_MOST_READ]
    language, words = _words_of(text)
    extra = words.niche if of_niche else frozenset()
    runs = [
        run
        for clause in _clauses(list(_tokens(text, words, extra)))
        for run in _runs(text, clause, words, language, of_niche)
    ]
    ranked = sorted(enumerate(runs), key=lambda item: (-item[1].sure, item[0]))
    return [run for _, run in ranked]


def _words_of(text: str) -> tuple[str, AskingWords]:
    """Return the language of a text and its asking words: those that cover the most of it."""
    said = [match.group().lower() for match in _TOKEN.finditer(text) if match["word"]]
    if re.search("[가-힣]", text):
        return "ko", asking_words("ko", folded=False)
    plain = not re.search(r"[À-ỹ]", text)
    best = language_of(text)
    covered = {}
    for language in ("en", "es", "fr", "vi"):
        words = asking_words(language, folded=language in ("es", "fr") or plain)
        known = words.breaks | words.edges
        covered[language] = sum(word in known for word in said) + (0.5 if language == best else 0)
    best = max(covered, key=lambda language: covered[language])
    return best, asking_words(best, folded=best in ("es", "fr") or plain)


def _tokens(text: str, words: AskingWords, extra: frozenset[str]) -> Iterator[_Token]:
    found = list(_TOKEN.finditer(text))
    lowered = [_plain(match.group()) for match in found]
    pairs = [f"{a}_{b}" for a, b in zip(lowered, [*lowered[1:], ""], strict=False)]
    for nth, match in enumerate(found):
        word = lowered[nth]
        third = lowered[nth + 2] if nth + 2 < len(found) else ""
        second = lowered[nth + 1] if nth + 1 < len(found) else ""
        if match["stop"]:
            kind = "stop"
        elif word == "how" and second == "to":
            kind = "free"
        elif (
            word in words.breaks
            or word in words.videos
            or word in extra
            or any(pair in words.breaks or pair in extra for pair in pairs[max(nth - 1, 0) : nth + 1])
            or _CLITIC.search(word)
            or (len(word) == 1 and word.isascii() and word not in words.edges)
            or re.fullmatch(r"\d[\d.,]*(?:[km]|[가-힣]+)?", word)
            or (word in _AND and (_THEM.match(third) or _THEM.match(second)))
            or (re.match("[가-힣]", word) and (_VIDEO_WORD_KO.match(word) or _KOREAN_BREAK.match(word)))
        ):
            kind = "break"
        else:
            kind = "edge" if word in words.edges or word.rstrip("'") + "'" in words.edges else "free"
        yield _Token(word, match.start(), match.end(), kind)


def _plain(word: str) -> str:
    word = word.lower().replace("’", "'")
    return word if _ELIDED.fullmatch(word) else word.strip("'")


def _clauses(tokens: list[_Token]) -> Iterator[list[_Token]]:
    clause: list[_Token] = []
    for token in tokens:
        if token.kind == "stop":
            yield clause
            clause = []
        else:
            clause.append(token)
    yield clause


def _runs(
    text: str, clause: list[_Token], words: AskingWords, language: str, of_niche: bool
) -> Iterator[Run]:
    """Return the runs of a clause between its breaks, each as sure as what stands around it makes it."""
    asks = any(token.kind == "break" and token.word not in _SELF for token in clause)
    start = 0
    while start < len(clause):
        if clause[start].kind == "break":
            start += 1
            continue
        end = start
        while end < len(clause) and clause[end].kind != "break":
            end += 1
        first, last = start, end - 1
        after_about = start > 0 and clause[start - 1].word in words.about and language == "vi"
        while (
            first <= last
            and clause[first].kind == "edge"
            and not after_about
            and not ends_only(clause[first].word)
        ):
            first += 1
        while last >= first and clause[last].kind == "edge":
            last -= 1
        if first <= last:
            before = clause[max(0, first - 3) : first]
            sure = _announced(before, clause[last + 1 : last + 2], words, language) + (1.0 if asks else 0.0)
            if of_niche:
                sure += _of_niche(before, clause[last].word, clause[last + 1 : last + 3], language)
            name = text[clause[first].start : clause[last].end].strip(" '\"’.,-")
            yield Run(_PARTICLE.sub("", name) if language == "ko" else name, sure)
        start = end


def _announced(before: list[_Token], after: list[_Token], words: AskingWords, language: str) -> float:
    sure = 0.0
    told = [token.word for token in before]
    following = after[0].word if after else ""
    if any(word in words.about for word in told[-2:]):
        sure += 4
    if (
        told
        and told[-1] in words.of
        and any(word in words.videos or word in ("cosas", "lo", "ejemplos") for word in told)
    ):
        sure += 3
    elif told and told[-1] in words.of:
        sure += 1.5
    elif told and told[-1] in words.videos and language not in ("en", "ko"):
        sure += 3
    if following in words.videos and language == "en":
        sure += 3
    if language == "ko" and (_VIDEO_WORD_KO.match(following) or _ANNOUNCED_KO.match(following)):
        sure += 3
    return sure


_SELF = frozenset(  # a clause that only has these tells of its writer, and asks for nothing
    [
        "i",
        "im",
        "i'm",
        "we",
        "we're",
        "my",
        "our",
        "am",
        "soy",
        "somos",
        "mi",
        "yo",
        "je",
        "j'",
        "suis",
        "mon",
        "ma",
        "저",
        "저는",
    ]
)
_NICHES = re.compile(
    r"niches?|spaces?|markets?|field|scene|category|world|content|nicho|mundo|mercado|sector|marché|monde|secteur"
    r"|univers|ngách|mảng|vực|đề|trường|쪽|분야|니치|시장"
)
_STATES = re.compile(
    r"(?:over|under)?(?:saturated|crowded|served)|packed|full|competitive|busy|dead|worth|works?|working|trending"
    r"|doing|perform\w*|saturad[oa]s?|quemad[oa]s?|funcionan?|petad[oa]|saturée?s?|marchent|marche|bouchée?s?"
    r"|fonctionnent|fonctionne|c'|est|se|thì|đông|bão|nên|có|hiệu"
)
_WITHIN = re.compile(r"in|within|for|among|en|dans|pour|con|trong|ở|of|de|du|des|d'|sur")


def _of_niche(before: list[_Token], last: str, after: list[_Token], language: str) -> float:
    """Return what announces a niche: its word beside it, "in", or what is said of it ("is X crowded?")."""
    told, following = [token.word for token in before], [token.word for token in after]
    sure = 2.0 if any(_NICHES.fullmatch(word) for word in (*told[-2:], *following[:1])) else 0.0
    marked = language == "ko" and bool(re.search(r"[가-힣](?:은|는)$", last))
    if (
        marked
        or any(_WITHIN.fullmatch(word) for word in told[-2:])
        or any(_STATES.fullmatch(word) for word in following)
    ):
        sure += 2.0
    return sure
