"""What strangers wrote that a conversation has read, and whether an argument of a call was taken from it.

A stranger's text is free text of a result that travels between data marks (titles, descriptions, words on
pictures, what is said in a video), a file's name, and the sentence of a call that failed over a file or a link.
The user's text is what they typed or stated. An argument is the user's when all that matters of it was said; it is
a stranger's when it repeats a run of a stranger's words that the user did not say.
"""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shortcast_agent.langchain_tools import DATA_OPENS, unpack
from shortcast_agent.numbers import COUNT, read_number

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

LONG = 5  # letters: a word that says something
STEM = 4  # letters that two forms of one word share
TOO_ALIKE = 5.0  # weight of a run of foreign words that no chance explains: two long ones, or five short
_WEIGHTS = (1.0, 2.5)  # of a short and of a long foreign word
_NAMES = frozenset({
    "url", "video_id", "channel_id", "source", "platform", "language", "model", "encoder_id", "basis", "crowding",
    "library", "kind", "query", "fetched_at", "published_at", "publish_at", "due_at", "next_due_at",
})  # fields that hold no free text  # fmt: skip
_OPENED = frozenset(  # these bring texts
    {"url", "links", "query", "video", "thumbnail", "thumbnails", "record"}
)
_ALIKE = str.maketrans(  # Cyrillic and Greek letters that look Latin
    "авеіјкмнорсԁѕтухһԛԝАВЕІЈКМНОРСЅТУХαεικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "abeijkmhopcdstyxhqwABEIJKMHOPCSTYXaeiknoptuxABEZHIKMNOPTYX",
)
_UNSPACED = r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u0e00-\u0e7f]"
_HANGUL = "\u3040"  # from here on two letters make a word
_BASE64 = re.compile(r"(?<![\w+/])[A-Za-z0-9+/_-]{16,}={0,2}")
_TELLING = re.compile(r"\S*(?:\w[./@:]\w|@\w|\d{4})\S*")  # links, addresses, handles, long numbers


@dataclass
class Hearsay:
    """What strangers wrote, and what of a result may be pointed at."""

    texts: list[str] = field(default_factory=list)
    whole: set[str] = field(default_factory=set)  # titles and descriptions of videos that the user knows of
    ids: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        """Say whether anything of a stranger's has been read."""
        return bool(self.texts)


def hearsay(messages: "Sequence[BaseMessage]", links: "frozenset[str]" = frozenset()) -> Hearsay:
    """Return what strangers wrote in results, failed calls and file names.

    Titles and descriptions count as known to the user when their result is of an earlier turn, or of one of `links`
    (as `bare` writes them).
    """
    from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

    found = Hearsay()
    calls = {call["id"]: call["args"] for m in messages if isinstance(m, AIMessage) for call in m.tool_calls}
    turns = [nth for nth, message in enumerate(messages) if isinstance(message, HumanMessage)]
    for nth, message in enumerate(messages):
        if isinstance(message, HumanMessage):
            extra = message.additional_kwargs
            found.texts += [str(item["path"]) for item in extra.get("attachments", ())]
            found.texts += [str(problem) for problem in extra.get("problems", ())]
        elif isinstance(message, ToolMessage):
            record = unpack(message.artifact) if message.status != "error" else None
            if record is None:
                opened = calls.get(message.tool_call_id, {}).keys() & _OPENED
                found.texts += [message.text] if opened else []
            elif DATA_OPENS in message.text:
                data = record.model_dump(mode="json")
                found.texts += _free_texts(data)
                _point_at(data, found, links, known=bool(turns) and nth < turns[-1])
    found.texts += [plain for text in found.texts for plain in _decoded(text)]
    return found


def said(text: str, words: str) -> bool:
    """Say whether the user's words hold all that matters of a text: each of its telling words, in some form."""
    known = _tokens(words)
    return all(_is_known(token, known) for token in _telling(text))


def touches(text: str, words: str) -> bool:
    """Say whether a text shares a word with the user's words."""
    known = _tokens(words)
    return any(_is_known(token, known) for token in _telling(text))


def repeats(text: str, heard: Hearsay, words: str) -> bool:
    """Say whether a text repeats a run of a stranger's words, or a link or long number, that the user did not say."""
    known = _tokens(words)
    tokens = [
        (token, 0.0 if _is_known(token, known) else _WEIGHTS[_is_long(token)]) for token in _tokens(text)
    ]
    plain = normal(words)
    telling = [word for word in _TELLING.findall(normal(text)) if word not in plain]
    return any(_runs_in(tokens, _tokens(source)) for source in heard.texts) or any(
        word in normal(source) for source in heard.texts for word in telling
    )


def repeats_number(value: float, heard: Hearsay, words: str) -> bool:
    """Say whether a number of 100 or more stands in a stranger's text, and not in the user's words."""
    if abs(value) < 100 or value in _numbers(words):
        return False
    return any(value in _numbers(source) for source in heard.texts)


def normal(text: str) -> str:
    """Return a text as it looks: compatibility forms, invisible characters and look-alike letters undone."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain if unicodedata.category(c) != "Cf").translate(_ALIKE).casefold()


def bare(url: str) -> str:
    """Return a link without scheme, www and closing marks, to compare it with another."""
    return re.sub(r"^(?:https?://)?(?:www\.|m\.)?", "", url.strip().lower()).rstrip("/.,;:!?…")


def _free_texts(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _free_texts(item, str(key))
    elif isinstance(value, list):
        if name in ("hashtags", "words"):  # one text in pieces
            yield " ".join(str(item.get("text", "") if isinstance(item, dict) else item) for item in value)
        for item in value:
            yield from _free_texts(item, name)
    elif isinstance(value, str) and value and name not in _NAMES and not name.endswith("_path"):
        yield value


def _point_at(data: Any, found: Hearsay, links: "frozenset[str]", *, known: bool) -> None:
    """Gather ids, and the titles of videos that the user can mean."""
    if isinstance(data, list):
        for item in data:
            _point_at(item, found, links, known=known)
    elif isinstance(data, dict):
        known = known or bare(str(data.get("url") or "")) in links
        found.ids |= {str(data[name]) for name in ("video_id", "channel_id", "url") if data.get(name)}
        if known:
            found.whole |= {normal(str(data[name])) for name in ("title", "description") if data.get(name)}
        for item in data.values():
            _point_at(item, found, links, known=known)


def _decoded(text: str) -> Iterator[str]:
    """Return what base64 in a text says, where it says anything."""
    for run in _BASE64.findall(text):
        try:
            plain = base64.b64decode(run.replace("-", "+").replace("_", "/") + "=" * (-len(run) % 4)).decode()
        except (binascii.Error, ValueError):
            continue
        if plain.isprintable():
            yield plain


def _tokens(text: str) -> list[str]:
    """Return the words of a text as it looks; scripts without spaces give pairs of letters."""
    found: list[str] = []
    for word in re.findall(rf"{_UNSPACED}+|(?:(?!{_UNSPACED})\w)+", normal(text)):
        if re.match(_UNSPACED, word):
            found += [word[at : at + 2] for at in range(max(len(word) - 1, 1))]
        else:
            found.append(word)
    return found


def _is_known(token: str, known: list[str]) -> bool:
    return any(
        token == other
        or (len(token) >= STEM and len(other) >= STEM and token[:STEM] == other[:STEM])
        or (token[0] >= _HANGUL and len(other) >= 2 and token[:2] == other[:2])
        for other in known
    )


def _telling(text: str) -> list[str]:
    """Return the words of a text that say something; all of them where it has short ones only."""
    tokens = _tokens(text)
    some = [t for t in tokens if len(t) >= STEM or (not t.isascii() and len(t) >= 2) or t.isdigit()]
    return some or tokens


def _is_long(token: str) -> bool:
    return len(token) >= LONG or (token[0] >= _HANGUL and len(token) >= 2)


def _runs_in(tokens: list[tuple[str, float]], source: list[str]) -> bool:
    """Say whether a run of the tokens that weighs too much stands in the source in the same order."""
    places: dict[str, list[int]] = {}
    for at, word in enumerate(source):
        places.setdefault(word, []).append(at)
    weights: dict[int, float] = {}  # of the run that ends at this place of the source
    for token, weight in tokens:
        weights = {at: weights.get(at - 1, 0.0) + weight for at in places.get(token, ())}
        if any(total >= TOO_ALIKE for total in weights.values()):
            return True
    return False


def _numbers(text: str) -> set[float]:
    return {read_number(token).value for token in re.findall(COUNT, normal(text), re.IGNORECASE)}
