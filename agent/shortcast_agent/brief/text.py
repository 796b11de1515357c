"""A record in a short text: what came out, the interval, and what is not known.

Text of strangers (titles from a platform, words in a picture) stands between the marks of `langchain_tools`.
"""

from collections.abc import Callable
from typing import Any

from shortcast_agent.brief import of_forecasts, of_videos
from shortcast_agent.brief.tokens import MOST_TOKENS, tokens_at_most
from shortcast_agent.brief.words import Words, cut
from shortcast_agent.langchain_tools import DATA_ENDS, DATA_OPENS, summary_of
from shortcast_ml.records import Record

MORE = "{} more with `detail`."
LONGEST_CAVEAT = 160  # characters
MOST_CAVEATS = 4


def brief_text(record: Record) -> str:
    """Return a record in Markdown of at most `MOST_TOKENS`: what does not fit is counted, not squeezed in."""
    words = _said(record)
    words.caveats = [cut(caveat, LONGEST_CAVEAT) for caveat in words.caveats if caveat][:MOST_CAVEATS]
    left_out = 0
    while tokens_at_most(text := _written(words, left_out)) > MOST_TOKENS:
        if len(words.data) > 1:
            words.data.pop()
        elif len(words.findings) > 1:
            words.findings.pop()
        elif words.caveats:
            words.caveats.pop()
        else:
            return cut(text, MOST_TOKENS)  # a character has hardly more than a token
        left_out += 1
    return text


def _written(words: Words, left_out: int) -> str:
    data = [DATA_OPENS, *words.data, DATA_ENDS] if words.data else []
    more = [MORE.format(left_out)] if left_out else []
    return "\n".join(line for line in (*words.findings, *data, *more, *words.caveats) if line)


def _said(record: Record) -> Words:
    write: Callable[[Any], Words] | None = _WRITERS.get(type(record))
    return write(record) if write else Words([f"{summary_of(record)}."])


_WRITERS: dict[type[Record], Callable[[Any], Words]] = {**of_forecasts.WRITERS, **of_videos.WRITERS}
