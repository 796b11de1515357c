"""What a search is about: a quoted topic, the words after "about", a #hashtag, or what is left of the order."""

import re

from shortcast_agent.planner.runs import find_runs
from shortcast_agent.planner.titles import find_quotes

_AFTER_JA = re.compile(
    r"(?P<topic>[^\s、。,]{1,30}?)(?:の動画|の(?:ショート|ショーツ)|に関する|について|みたいな)"
)
_NICHE_JA = re.compile(r"(?P<topic>[^\s、。,]{1,20}?)(?:の)?(?:ジャンル|市場|界隈)")
_NAMED = 2.5  # what announces a niche, beside that the clause asks
_HASHTAG = re.compile(r"(?<!\w)#[^\W_][\w]*")
_HANDLE = re.compile(r"(?<![\w/.])@[\w.]{2,40}")


def find_topic(text: str) -> str | None:
    """Return what a search is about, or None when it names nothing."""
    quotes = find_quotes(text)
    if quotes.quoted:
        return quotes.quoted[0]
    tag = _HASHTAG.search(text) or _HANDLE.search(text)
    if tag:
        return tag.group().rstrip(".")
    japanese = _AFTER_JA.search(text)
    if japanese:
        return japanese["topic"]
    runs = find_runs(text)
    return runs[0].text if runs else None


def find_niche(text: str) -> str | None:
    """Return the niche that a question names: "how crowded is the coffee niche?" is about coffee."""
    quotes = find_quotes(text)
    if quotes.quoted:
        return quotes.quoted[0]
    japanese = _NICHE_JA.search(text)
    if japanese:
        return japanese["topic"]
    runs = find_runs(text, of_niche=True)
    return runs[0].text if runs and runs[0].sure >= _NAMED else None
