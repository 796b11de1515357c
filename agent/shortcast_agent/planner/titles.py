"""Titles, lists of titles and topics in what a user wrote."""

import re
from dataclasses import dataclass

from shortcast_agent.planner.layouts import laid_out_titles
from shortcast_agent.planner.naming import has_cue, named_title

_QUOTED = re.compile(
    r"\"(?P<q1>[^\"]+)\"|“(?P<q2>[^”]+)”|«\s?(?P<q3>[^»]+?)\s?»|「(?P<q4>[^」]+)」|『(?P<q5>[^』]+)』"
    r"|《(?P<q6>[^》]+)》"
    r"|(?<![\w])'(?P<q7>[^'\n]+(?:'\w[^'\n]*)*)'(?!\w)|‘(?P<q8>[^‘\n]+)’(?!\w)|`(?P<q9>[^`\n]+)`"
    r"|„(?P<q10>[^“”]+)[“”]"
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
    cued = has_cue(text)
    if titles:
        return tuple(titles), cued
    laid_out = laid_out_titles(text)
    if laid_out:
        return laid_out, cued
    named = named_title(text)
    if named:
        several = tuple(part.strip(" .?") for part in re.split(r"\s+(?:or|vs\.?)\s+", named))
        offered = len(several) > 1 and re.search(r"\btitles\b|\b(?:better|which|best)\b", text, re.IGNORECASE)
        return (several if offered and all(len(part) > 8 for part in several) else (named,)), True
    asked = _ASKED_OF.search(text)
    if asked and not re.search(
        r"\b(?:followers?|subs|seguidores|abonnés|sub)\b|구독자|팔로워", asked["title"], re.IGNORECASE
    ):
        return (asked["title"].strip(" ,:'\""),), True
    return (), False
