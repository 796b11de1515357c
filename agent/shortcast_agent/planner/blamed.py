"""The factors that a question blames or praises: "so was it the title?", "does the hour matter?"."""

import re

from shortcast_agent.planner.conversation import Talk, Turn
from shortcast_agent.planner.counts import fold
from shortcast_ml.records import Diagnosis, Explanation

_BLAMES = re.compile(
    r"\b(?:is|was|were|are) (?:it|that|this|they) (?:because |due |all |just |really |mostly |maybe )*"
    r"(?:of |to )?(?:the|my)\b"
    r"|\b(?:because of|due to|down to|blame|fault|culprit)\b|\bmatter(?:s|ed)?\b|\bhurt(?:s|ing)?\b|\bto do with\b"
    r"|\b(?:es|fue|era|sera) (?:por |culpa )?(?:el|la|los|las|del|mi)\b|\b(?:culpa|por culpa|importa|influye|afecta)\w*"
    r"|\bc['’]?(?:est|etait) (?:a cause |la faute |bien |peut-etre )?(?:du|de|le|la|les|mon|ma)\b"
    r"|\b(?:faute|compte|joue)\b"
    r"|\b(?:co phai|la) (?:do|vi|tai|boi)\b|\b(?:do|tai|vi) (?:cai )?(?=tieu de|anh bia|gio|hashtag|thumbnail|do dai)"
    r"|때문|탓|문제(?:야|인가|일까|였|예요|인가요|가)|영향"
)
_NAMED: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"\btitles?\b|\bcaption\b|\btitulos?\b|\btitres?\b|\btieu de\b|제목", ("title_wording", "title_length", "topic")),
    (
        r"\bthumb(?:nail)?s?\b|\bcover\b|\bminiaturas?\b|\bportada\b|\bvignettes?\b|\bminiatures?\b|\banh bia\b|썸네일",
        ("thumbnail_look", "thumbnail_content", "faces", "title_thumbnail_fit"),
    ),
    (
        r"\blengths?\b|\bduration\b|\btoo (?:long|short)\b|\bduracion\b|\bduree\b|\bdo dai\b|\bthoi luong\b|길이",
        ("length",),
    ),
    (
        r"\btim(?:e|ing)\b|\bhours?\b|\bposting day\b|\bhora\b|\bhorario\b|\bheure\b|\bhoraire\b|\bgio dang\b|시간",
        ("publish_time",),
    ),
    (r"\bhash ?tags?\b|해시태그", ("hashtags",)),
    (r"\btopics?\b|\bsubject\b|\btema\b|\bsujet\b|\bchu de\b|주제", ("topic",)),
    (
        r"\bchannel\b|\bfollowers?\b|\bsubs(?:cribers)?\b|\bcanal\b|\bseguidores\b|\bchaine\b|\babonnes\b|\bkenh\b|채널|구독자",
        ("channel_level", "channel_size", "recent_form"),
    ),
)  # fmt: skip
_LONGEST = 16  # words: a longer message asks for more


def blamed_factors(turn: Turn) -> tuple[str, ...]:
    """Return the names of the factors that a short question asks about, () where it asks about none."""
    said = fold(turn.slots.masked)
    if len(said.split()) > _LONGEST or not _BLAMES.search(said) or turn.slots.links:
        return ()
    return tuple(dict.fromkeys(name for words, names in _NAMED if re.search(words, said) for name in names))


def explained(talk: Talk) -> Diagnosis | Explanation | None:
    """Return what last explained something in the conversation: a diagnosis, or the explanation of a forecast."""
    kinds = (Diagnosis, Explanation)
    return next((call.record for call in reversed(talk.results) if isinstance(call.record, kinds)), None)


def explanation_of(talk: Talk) -> Explanation | None:
    """Return the explanation that was given last."""
    last = explained(talk)
    return last.explanation if isinstance(last, Diagnosis) else last
