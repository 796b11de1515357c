"""What can be measured on a title without understanding it."""

import re
import unicodedata
from collections.abc import Sequence

from shortcast_ml.records import Draft

HASHTAG = re.compile(r"#([^\s#@.,!?…]+)")
MENTION = re.compile(r"(?<!\w)@[\w.]+")
GENERIC_TAGS = (
    "fyp",
    "foryou",
    "viral",
    "trend",
    "xuhuong",
    "shorts",
    "explore",
    "parati",
    "pourtoi",
    "reels",
)
CLICK_WORDS = re.compile(
    r"\b(how|why|what|when|best|worst|secret|never|always|stop|trick|hack|mistake|comment|pourquoi|"
    r"cách|tại sao|bí mật|como|por qué)\b|비법|방법|이유|비밀|최고",
    re.IGNORECASE,
)


def split_hashtags(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the text without its hashtags, and the hashtags in order, without the # sign."""
    tags = tuple(HASHTAG.findall(text))
    return " ".join(HASHTAG.sub(" ", text).split()), tags


def words_to_embed(draft: Draft) -> str:
    """Return what a text encoder should read of a draft: the title's words, then the hashtags as words."""
    words, own = split_hashtags(draft.title)
    tags = dict.fromkeys((*own, *draft.hashtags))
    return " ".join([words, *tags]).strip()[:500]


def measure_title(title: str, hashtags: Sequence[str]) -> dict[str, float]:
    """Return counts and shares of a title (hashtags are counted apart from its words)."""
    words, own = split_hashtags(title)
    tags = list(dict.fromkeys([*own, *hashtags]))
    n = len(words)
    letters = [c for c in words if c.isalpha()]
    n_letters = max(1, len(letters))
    scripts = [unicodedata.name(c, "").split(" ")[0] for c in letters[:80]]
    n_scripts = max(1, len(scripts))
    return {
        "title_chars": float(n),
        "title_words": float(len(words.split())),
        "title_exclaims": float(words.count("!")),
        "title_question": float("?" in words or "？" in words),
        "title_digits": float(sum(c.isdigit() for c in words)),
        "title_caps_share": sum(c.isupper() for c in letters) / n_letters,
        "title_emoji": float(sum(ord(c) >= 0x1F000 or 0x2600 <= ord(c) <= 0x27BF for c in words)),
        "title_mentions": float(len(MENTION.findall(words))),
        "title_click_words": float(len(CLICK_WORDS.findall(words))),
        "title_hangul_share": scripts.count("HANGUL") / n_scripts,
        "title_latin_share": scripts.count("LATIN") / n_scripts,
        "title_accent_share": sum(ord(c) > 127 for c in letters if "LATIN" in unicodedata.name(c, ""))
        / n_letters,
        "hashtags": float(len(tags)),
        "hashtags_generic": float(sum(any(g in t.lower() for g in GENERIC_TAGS) for t in tags)),
    }
