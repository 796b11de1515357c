"""Which language a user writes, of those that the offline analyst answers in."""

import re
from typing import TYPE_CHECKING

from shortcast_agent.planner.voice import LANGUAGES

if TYPE_CHECKING:
    from shortcast_agent.planner.conversation import Talk, Turn

# Words that are frequent in one language and rare in the others; Vietnamese also as typed without accents. The last
# three are not written here: they are told apart so that they are not taken for a neighbour.
_WORDS = {
    "en": "the and is are my what how why will would should this that it i you do does did can could have has"
    " with for if of to which when me your they were was better show find tell please video's i'm it's"
    " thanks hello these this those"
    " collect compare track follow explain forecast videos any good",
    "vi": "của là và có không tôi mình bạn được này cho video thế nào bao nhiêu sao nên đăng kênh lượt xem với"
    " những các một thì mà ảnh tiêu đề giúp xin chào cảm ơn nói thêm tốt hơn cái thứ cua khong toi minh"
    " ban duoc nay nao nhieu luot voi nhung tieu giup dang kenh tot",
    "es": "el la los las de que es mi mis un una por para con se le qué cómo cuántas cuántos cuál está esta"
    " este estos estas tiene tengo como cuantas vistas miniatura vídeo videos título títulos canal quiero"
    " puedes hace y pero más hola gracias dame muéstrame recopila busca escríbeme compara compárame"
    " explica mejor publico miniaturas vale",
    "fr": "le la les des du est mon ma mes un une pour avec que qui quoi combien comment pourquoi je tu il elle"
    " ça ce ces cette vues miniature vidéo vidéos titre titres chaîne veux peux et mais plus bonjour merci"
    " salut sur dans j'ai c'est qu'est penses peut montre écris moi compare détaille explique trouve"
    " publie laquelle lequel",
    "pt": "o os as do da vai não você meu minha quantas visualizações uma com são está vídeo qual miniatura"
    " título terá para obrigado olá canal e mais",
    "de": "wie viele wird mein meine das ist der die und ich nicht ein eine aufrufe titel besser warum hallo"
    " danke",
    "it": "il lo gli mio mia quante visualizzazioni perché come non che per una con è titolo miglior ciao"
    " grazie più",
}  # fmt: skip
_SHARED = {  # in several of them: these say less
    "la", "que", "un", "de", "es", "plus", "me", "do", "can", "on", "no", "is", "video", "como", "ban", "cho",
    "le", "una", "con", "com", "e", "per", "die", "para", "canal", "compare", "miniatura", "come", "vídeo", "título",
    "est", "mais", "videos",
}  # fmt: skip
_LETTERS = {"vi": "ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ", "es": "ñ¿¡", "fr": "œûîï", "de": "ß"}
_LEXICON = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_OTHER_SCRIPT = re.compile(
    r"[\u0400-\u04ff\u0600-\u06ff\u0900-\u097f\u0e00-\u0e7f\u3040-\u30ff\u4e00-\u9fff]"
)
_HANGUL = re.compile(r"[\uac00-\ud7a3\u3131-\u318e]")
_LETTER = re.compile(r"[^\W\d_]")
_PLACEHOLDERS = re.compile(r"[\"“”«»]…[\"“”«»]|\bLINK\b|https?://\S+")
_NAMES = {
    "en": ("en", "english", "inglés", "anglais", "영어", "tiếng anh"),
    "ko": ("ko", "korean", "한국어", "coreano", "coréen", "tiếng hàn"),
    "vi": ("vi", "vietnamese", "tiếng việt", "vietnamita", "vietnamien", "베트남어"),
    "es": ("es", "spanish", "español", "espagnol", "스페인어", "tiếng tây ban nha"),
    "fr": ("fr", "french", "français", "francés", "프랑스어", "tiếng pháp"),
}
_CLEAR = 2.0  # evidence that changes the language of a conversation


def language_of(text: str, earlier: str | None = None) -> str:
    """Return the language of `text`, one of `LANGUAGES`; English for any other.

    `text` is a message with its quoted titles and links masked: they say nothing of the language around them. A text
    that says too little keeps `earlier`, the language of the conversation.
    """
    words = _PLACEHOLDERS.sub(" ", text).lower().replace("’", "'")
    hangul, letters = len(_HANGUL.findall(words)), len(_LETTER.findall(words))
    if hangul >= 2 and 4 * hangul >= letters:  # a syllable of Hangul is two or three letters
        return "ko"
    if len(_OTHER_SCRIPT.findall(words)) > letters / 3:
        return earlier or LANGUAGES[0]
    scores = _scores(words)
    best = max(scores, key=lambda language: scores[language])
    second = max(score for language, score in scores.items() if language != best)
    if earlier is None:
        found = best if scores[best] > second else LANGUAGES[0]
    else:
        found = best if scores[best] >= _CLEAR and scores[best] >= second + 1 else earlier
    return found if found in LANGUAGES else LANGUAGES[0]


def language_after(turn: "Turn", talk: "Talk", intent: str) -> str:
    """Return the language in which a turn is answered: its own, else that of the conversation, else the profile's.

    A bare title or topic, as it was asked for, may be in any language and changes none.
    """
    earlier = talk.language or _named(str(turn.profile.get("language", "")))
    bare = talk.asked in ("draft", "topic") and intent == talk.asked_for
    if earlier and (bare or not turn.said.strip()):
        return earlier
    return language_of(turn.slots.masked, earlier)


def _named(language: str) -> str | None:
    """Return the language of ours that a profile names: "ko", "Korean", "한국어"."""
    name = language.strip().lower()
    return next((code for code, names in _NAMES.items() if name in names), None)


def _scores(words: str) -> dict[str, float]:
    """Return how much speaks for each language: telling words, and letters that only it has."""
    tokens = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", words)
    scores = {}
    for language, lexicon in _LEXICON.items():
        told = sum(0.5 if token in _SHARED else 1.0 for token in tokens if token in lexicon)
        letters = set(_LETTERS.get(language, "")) & set(words)
        scores[language] = told + min(len(letters), 3)
    return scores
