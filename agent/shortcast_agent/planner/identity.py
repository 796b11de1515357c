"""What a text says of who writes it: their channel, their niche, their goals, the language they want."""

import re
from dataclasses import dataclass

_HANDLE = re.compile(r"(?<![\w/.])@[\w.]{2,40}(?<![.])")
_CHANNEL_IS = re.compile(
    r"\b(?i:my|our|mi|nuestro|ma|mon|notre|mein|meu)\s+(?:\w+\s+)?(?i:channel|account|page|handle|canal"
    r"|cuenta|chaîne|compte|kanal)(?:'s name| name| handle)?\s+"
    r"(?:is called|is named|is|se llama|es|s'appelle|est|heißt|se chama|é)\s+(?P<name>@[\w.]+"
    r"|[\"“«](?P<quoted>[^\"”»]{2,60})[\"”»]|(?P<bare>[A-Z][\w&'’-]*(?:\s+[A-Z][\w&'’-]*){0,4}))"
    r"|(?i:kênh (?:của )?(?:mình|tôi|em) (?:tên )?là|(?:제|내|우리) 채널(?:은| 이름은)?)\s+(?P<other>@[\w.]+"
    r"|[\"“](?P<quoted2>[^\"”]{2,60})[\"”])",
)
_MINE = re.compile(
    r"\b(?:i'?m|i am|my|mine|we|we're|our|me|us|mi|soy|tengo|mon|ma|je|mình|tôi|em|mein\w*|meu|minha)\b"
    r"|(?:내|제|저|나|우리)(?:\s|는|가|의)",
    re.IGNORECASE,
)
_ENDS = (
    r"(?=\s*(?:[.,;!?\n]|$)|\s+(?:and|but|with|so|on|for|y|pero|con|et|mais|avec|và|nhưng|trên|with|which"
    r"|that|about \d|i|my)\b)"
)
_NICHE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:my|our) niche(?:'s| is|:)\s+(?P<n>[^.,;!?\n]{{2,50}}?){_ENDS}",
        r"\b(?:i|we)(?: mostly| mainly| usually| only|'m)? (?:make|do|post|film|create|upload|produce"
        r"|making|doing)\s+(?P<n>(?!this|that|it|them|the|a |an |one|my|on |it|at "
        rf"|in )[^.,;!?\n\d]{{2,50}}?)\s+(?:videos?|shorts|content|tiktoks|clips|vlogs|stuff){_ENDS}",
        r"\b(?:i|we) (?:run|have|own|manage) (?:a|an|the|my)\s+(?:\w+\s+)?(?P<n>(?!tiny|small|big|new"
        r"|tiktok|youtube)[a-z][\w' -]{2,40}?)\s+(?:channel|account|page)\b",
        r"\b(?:my|our) (?:channel|account|page|content|videos) (?:is|are) (?:all |mostly "
        rf"|mainly )?about\s+(?P<n>[^.,;!?\n]{{2,50}}?){_ENDS}",
        rf"\bmi nicho (?:es|son)\s+(?:el |la |los |las )?(?P<n>[^.,;!?\n]{{2,50}}?){_ENDS}",
        r"\b(?:hago|subo|publico) (?:vídeos?|videos?|shorts|contenido) (?:de"
        rf"|sobre)\s+(?P<n>[^.,;!?\n]{{2,50}}?){_ENDS}",
        rf"\b(?:mi|nuestro) canal (?:es|va|trata) (?:de|sobre)\s+(?P<n>[^.,;!?\n\d]{{2,50}}?){_ENDS}",
        rf"\bma niche(?: est|,? c'est)\s+(?:le |la |les |l['’])?(?P<n>[^.,;!?\n]{{2,50}}?){_ENDS}",
        r"\bje (?:fais|publie|poste|tourne) des (?:vidéos|shorts|contenus) (?:de |d['’]|sur )(?:la |le "
        rf"|les )?(?P<n>[^.,;!?\n]{{2,50}}?){_ENDS}",
        rf"\bma chaîne (?:parle|traite) (?:de |d['’]|du )(?P<n>[^.,;!?\n]{{2,50}}?){_ENDS}",
        rf"\bngách (?:của )?(?:mình|tôi|em) là\s+(?P<n>[^.,;!?\n]{{2,50}}?){_ENDS}",
        rf"\b(?:mình|tôi|em) làm (?:kênh|video|nội dung|clip)\s+(?:về\s+)?(?P<n>[^.,;!?\n\d]{{2,50}}?){_ENDS}",
        r"(?:내|제|우리) (?:니치|분야|주제)는?\s*(?P<n>[^.,;!?\n]{1,30}?)\s*(?:예요|이에요|입니다|이야|야|임)",
        r"(?:(?:내|제|우리) 채널은\s+|^|저는\s+|나는\s+)(?P<n>[^.,;!?\n\d]{2,30}?)\s*(?:채널|쇼츠|영상|콘텐츠)(?:을"
        r"|를)?\s*(?:이에요|예요|입니다|이야|만들|올려|올리|운영|해요|하고)",
        rf"\bmeine nische ist\s+(?P<n>[^.,;!?\n]{{2,50}}?){_ENDS}",
        rf"\bmeu nicho é\s+(?P<n>[^.,;!?\n]{{2,50}}?){_ENDS}",
    )
)
_GOAL = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:my|our) (?:main |big )?(?:goal|aim|target|dream) (?:is|this year is"
        r"|for this year is)\s+(?:to\s+)?(?P<n>[^.;!?\n]{3,80})",
        r"\bi(?:'m| am)? (?:want|trying|aiming|hoping) to (?P<n>(?:reach|hit|get to|grow|gain|pass|become"
        r"|monetize|go full)[^.;!?\n]{2,80})",
        r"\b(?:mi|nuestro) (?:objetivo|meta) es\s+(?P<n>[^.;!?\n]{3,80})",
        r"\b(?:mon|notre) (?:objectif|but) (?:est|,? c'est)\s+(?:de |d['’])?(?P<n>[^.;!?\n]{3,80})",
        r"\bmục tiêu (?:của )?(?:mình|tôi|em) là\s+(?P<n>[^.;!?\n]{3,80})",
        r"(?:내|제) 목표는\s*(?P<n>[^.;!?\n]{2,60}?)\s*(?:예요|이에요|입니다|이야|야|임|$)",
        r"\bmein ziel ist\s+(?P<n>[^.;!?\n]{3,80})",
        r"\b(?:minha meta|meu objetivo) é\s+(?P<n>[^.;!?\n]{3,80})",
    )
)
_NAMES = {
    "English": r"english|영어|inglés|anglais|tiếng anh|englisch|inglês",
    "Korean": r"korean|한국어|한국말|coreano|coréen|tiếng hàn|koreanisch",
    "Vietnamese": r"vietnamese|베트남어|vietnamita|vietnamien|tiếng việt|vietnamesisch",
    "Spanish": r"spanish|스페인어|español|espagnol|tiếng tây ban nha|spanisch|espanhol",
    "French": r"french|프랑스어|francés|français|tiếng pháp|französisch|francês",
}
_ANSWER_IN = (
    r"\b(?:answer|reply|respond|write|speak|talk)(?: to)?(?: me)? in (?:{0})\b|(?:{0})(?:로|으로)\s*(?:답|대답|말"
    r"|얘기|써)|\b(?:responde|contesta|háblame|respóndeme)(?:me)? en (?:{0})\b"
    r"|\b(?:réponds|parle|réponds-moi|écris)(?:-moi)? en (?:{0})\b|\b(?:trả lời|nói)(?: (?:tôi"
    r"|mình))? bằng (?:{0})\b|\bantworte (?:mir )?auf (?:{0})\b|\bin (?:{0}) (?:please|pls)\b"
)


@dataclass(frozen=True)
class Identity:
    """What a message says of its writer; None where it is silent."""

    channel: str | None = None
    niche: str | None = None
    goals: str | None = None
    language: str | None = None


def read_identity(text: str) -> Identity:
    """Return what a text says of its writer's channel, niche and goals, and the language that answers are wanted in."""
    return Identity(
        channel=_channel(text),
        niche=_first(_NICHE, text),
        goals=_first(_GOAL, text),
        language=_language(text),
    )


def _channel(text: str) -> str | None:
    named = _CHANNEL_IS.search(text)
    if named:
        return next((named[name] for name in ("quoted", "quoted2", "name", "other") if named[name]), None)
    handle = _HANDLE.search(text)
    return handle.group() if handle and _MINE.search(text[: handle.start()]) else None


def _first(patterns: tuple[re.Pattern[str], ...], text: str) -> str | None:
    found = next((match for pattern in patterns if (match := pattern.search(text))), None)
    return found["n"].strip(" '\"“”:") if found else None


def _language(text: str) -> str | None:
    return next(
        (name for name, words in _NAMES.items() if re.search(_ANSWER_IN.format(words), text, re.IGNORECASE)),
        None,
    )
