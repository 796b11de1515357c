"""Short names for the drafts and videos of a conversation, and what a turn points back at.

Each draft is "draft A", "draft B"..., each video "video 1", "video 2"..., in the order in which they came up. A user
goes back to one by that name, by its place ("the first draft"), or by a word of its title ("the pizza one").
"""

import re
import string
from typing import Any

from shortcast_agent.planner.conversation import Talk, Turn
from shortcast_agent.planner.counts import fold
from shortcast_agent.planner.ordinals import DRAFT_WORD

SUBJECT = ("title", "video", "thumbnail")
MOST_NAMED = len(string.ascii_uppercase)


_NAME = re.compile(
    rf"\b{DRAFT_WORD}\s+(?P<a>[a-z])\b(?!['’])|(?:초안|버전)\s*(?P<b>[a-z])(?![a-z])|(?<![a-z])(?P<c>[a-d])안"
)
_VIDEO_NAME = re.compile(
    r"\b(?:video|clip|vid|link|영상|vidéo|vídeo)\s*(?:number |no\.? ?|#|số )?(?P<n>[1-9])(?!\d|\s*(?:min|sec"
    r"|s\b|초|분|days?|views?))\b"
)
_OF_DRAFTS = re.compile(
    rf"{DRAFT_WORD}|\b(?:original|initial|origine|old one|old title|first title again)\b|원래|처음|최초"
)
_WINNER = re.compile(
    r"\b(?:the )?(?:winner|winning one|better one|best one|stronger one|top one|best of (?:the|those) two"
    r"|better title)\b|더 나은|더 좋은|이긴|제일 좋은|\b(?:el|la) (?:mejor|ganador\w*)\b(?! (?:hora|momento|dia"
    r"|titulo))"
    r"|\b(?:le|la) (?:meilleure?|gagnante?)\b(?! (?:moment|heure|titre))|cai (?:tot hon|hay hon|tot nhat)"
    r"|\b(?:der|die|das) bessere\b|\bo melhor\b(?! (?:horario|hora))|\byang (?:lebih bagus|terbaik"
    r"|menang)\b|良いほう|良い方"
)
_OTHER = re.compile(
    r"\bthe other (?:one|title|draft|thumbnail|version)\b|다른 (?:거|것|걸|제목|초안)|\b(?:el otro|la otra)\b"
    r"|\bl'autre\b|cai (?:kia|con lai)|\b(?:der|die|das) andere\b|\b[oa] outr[oa]\b|\byang lain\b|もう一つ"
)
_BOTH = re.compile(
    r"\bboth\b|\ball (?:of them|three|four|these)\b|\beach (?:one|of them)\b|둘 다|모두|전부|세 개 다|\bambos\b"
    r"|\bambas\b|\blos dos\b|\blas dos\b|\bles deux\b|\btoutes les deux\b|ca hai|ca 2|\bbeide\b"
    r"|\bos dois\b|\bas duas\b|両方|\bkeduanya\b"
)
_THAT = re.compile(
    r"\b(?:that|this|the new|the) (?:title|one|version|change|option|idea|name)\b|\b(?:use|take|with|keep"
    r"|apply|do) (?:that|this|it)\b|그 ?(?:제목|걸로|거로|것으로|버전)|그렇게|\bes[ea] (?:titulo|opcion"
    r"|version|idea)?\b"
    r"|\bce (?:titre|changement)\b|\bcelui-la\b|\bcelle-la\b"
    r"|tieu de (?:do|nay)|cai (?:do|nay)|\bden (?:titel|da)\b|\besse titulo\b|それ|そのタイトル|\bjudul itu\b"
    r"|\bitu saja\b"
)
_WORDS = re.compile(r"[a-z0-9]{3,}|[가-힣]{2,}|[ぁ-ヿ一-鿿]{2,}")
_PICKS = re.compile(
    r"\bthe (?P<en>[\w' -]{2,40}?) (?:one|draft|title|version|video|idea)s?\b|\b(?:el|la|los) (?:de|del"
    r"|de la|sobre) (?P<es>[\w' -]{2,40})|\b(?:celui|celle) (?:de|du|sur|avec|des) (?:le "
    r"|la )?(?P<fr>[\w' -]{2,40})"
    r"|(?P<ko>[가-힣a-z0-9 ]{2,20}?) (?:거|것|걸로|거로|그거|제목|초안)|\b(?:cai|video|ban nhap|tieu de) (?:ve "
    r"|cai )?(?P<vi>[\w' -]{2,40})|\b(?:der|die|das) mit (?:dem |der )?(?P<de>[\w' -]{2,40})"
    r"|\bo d[oae] (?P<pt>[\w' -]{2,40})"
)
_COMMON = frozenset((
    "the", "and", "for", "with", "one", "first", "second", "third", "last", "title", "draft", "video",
    "use", "take", "back", "again", "please", "then", "this", "that", "que", "con", "los", "las", "une",
    "des", "les", "pour", "avec", "cai", "cho", "minh", "voi", "제목", "영상",
))  # fmt: skip


def note_draft(drafts: list[dict[str, Any]], draft: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the drafts of a conversation with this one as it is now, as a new one or in its place."""
    if not any(draft.get(name) for name in SUBJECT):
        return drafts
    place = next((nth for nth, known in enumerate(drafts) if _is_same(known, draft)), None)
    if place is not None:
        return [draft if nth == place else known for nth, known in enumerate(drafts)]
    return [*drafts, draft][-MOST_NAMED:]


def note_videos(videos: list[str], links: list[str]) -> list[str]:
    """Return the links of a conversation's videos with these, each once."""
    return list(dict.fromkeys([*videos, *links]))


def named_drafts(talk: Talk) -> dict[str, dict[str, Any]]:
    """Return the drafts of a conversation by their short names."""
    return {
        f"draft {letter}": draft for letter, draft in zip(string.ascii_uppercase, talk.drafts, strict=False)
    }


def named_videos(talk: Talk) -> dict[str, str]:
    """Return the links of a conversation's videos by their short names."""
    return {f"video {nth}": link for nth, link in enumerate(talk.videos, 1)}


def pointed_video(turn: Turn, talk: Talk) -> str | None:
    """Return the link of the video that a turn names: "video 2"."""
    found = _VIDEO_NAME.search(fold(turn.slots.masked))
    return named_videos(talk).get(f"video {found['n']}") if found else None


def drafts_in(turn: Turn, talk: Talk) -> list[dict[str, Any]]:
    """Return the drafts that a turn names, in its order: "compare draft A and draft B"."""
    by_name = named_drafts(talk)
    names = [
        f"draft {next(part for part in found.groups() if part).upper()}"
        for found in _NAME.finditer(_said(turn))
    ]
    if len(names) == 1:  # "draft A and B"
        names += [
            f"draft {letter.upper()}"
            for letter in re.findall(r"(?:and|y|et|va|und|e|dan|or|랑|와|vs)\s+([a-z])\b", _said(turn))
        ]
    if not names and _BOTH.search(_said(turn)) and _OF_DRAFTS.search(_said(turn)):
        return talk.drafts[-2:]
    return [by_name[name] for name in dict.fromkeys(names) if name in by_name]


def points_at_all(turn: Turn, talk: Talk) -> bool:
    """Say whether a turn means each of what was compared: "both"."""
    return bool(talk.variants) and bool(_BOTH.search(_said(turn)))


def pointed(turn: Turn, talk: Talk) -> dict[str, Any] | None:
    """Return the fields of the variant or draft that a turn points back at; None when it points at none.

    A variant holds what sets it apart ({"title": ...}); a draft everything it was forecast with.
    """
    said, nth = _said(turn), turn.slots.ordinal
    named = drafts_in(turn, talk)
    if len(named) == 1:
        return named[0]
    of_drafts = bool(_OF_DRAFTS.search(said))
    if nth is not None:
        several = talk.drafts if (of_drafts and len(talk.drafts) > 1) or not talk.variants else talk.variants
        if several is talk.drafts and (not of_drafts and len(several) < 2):
            return None
        return several[nth] if -len(several) <= nth < len(several) else None
    if talk.variants and _WINNER.search(said):
        return best_variant(talk)
    if talk.variants and _OTHER.search(said):
        others = [variant for variant in talk.variants if not variant.items() <= talk.draft.items()]
        return others[-1] if others else None
    by_title = _by_title(said, [*talk.variants, *talk.drafts])
    if by_title is None and talk.hypothetical and _THAT.search(said):
        return talk.hypothetical
    return by_title


def best_variant(talk: Talk) -> dict[str, Any] | None:
    """Return the variant that the last comparison found best."""
    if talk.comparison is None:
        return None
    labels = [variant.label for variant in talk.comparison.variants]
    nth = labels.index(talk.comparison.best) if talk.comparison.best in labels else None
    return talk.variants[nth] if nth is not None and nth < len(talk.variants) else None


def _said(turn: Turn) -> str:
    return fold(turn.slots.masked)


def _is_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Say whether two are the same draft: the same title, or the same file where one has no title yet."""
    if one.get("title") and other.get("title"):
        return bool(one["title"] == other["title"])
    return any(one.get(name) and one.get(name) == other.get(name) for name in ("video", "thumbnail"))


def _by_title(said: str, several: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the one draft or variant whose title has the words by which a text picks it."""
    picked = [part for found in _PICKS.finditer(said) for part in found.groups() if part]
    words = {word for part in picked for word in _WORDS.findall(part)} - _COMMON
    if not words or not several:
        return None
    hits: dict[str, tuple[int, dict[str, Any]]] = {}
    for item in several:
        title = fold(str(item.get("title") or ""))
        hit = sum(
            any(
                word == known or (len(word) > 3 and known.startswith(word)) for known in _WORDS.findall(title)
            )
            for word in words
        )
        if hit and title not in hits:
            hits[title] = (hit, item)
    best = max((hit for hit, _ in hits.values()), default=0)
    chosen = [item for hit, item in hits.values() if hit == best]
    return chosen[0] if len(chosen) == 1 else None
