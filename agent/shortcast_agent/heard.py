"""What a message says about the one who writes it: facts for the creator's profile, each with its words.

Parsed clause by clause with the planner's slots. What is only supposed ("what if I had 100k subs?"), wished for, or
said of somebody else ("MrBeast has 300M subs") is no fact about the user; in doubt nothing is learned.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shortcast_agent.planner.slots import Slots, read_slots
from shortcast_agent.planner.titles import find_quotes

Heard = dict[str, tuple[Any, str]]
"""By field of the profile: the value, and the words that it is from."""

_FIGURES = ("followers", "typical_views")
_NAMED = ("channel", "niche", "goals", "language")

_FORGET = re.compile(
    r"\b(?:forget|erase|delete|remove|wipe|clear|stop remembering|don'?t remember)\b|잊|지워|삭제"
    r"|\b(?:olv[ií]da\w*|borra\w*|elimina\w*"
    r"|oublie\w*|efface\w*|supprime\w*)\b|\b(?:quên|xóa|xoá)\b",
    re.IGNORECASE,
)
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+|\n+|;\s*")
_CLAUSE = re.compile(
    r",\s+|\s+(?:but|and|while|whereas|so|because|pero|mais|nhưng|và|et|y|car|porque)\s+|\s+[-–—]\s+|\(|\)"
    r"|(?<=지만)\s|(?<=는데)\s|(?<=고)\s(?!싶)|(?<=어서)\s|(?<=니까)\s",
    re.IGNORECASE,
)
# "I want to know if" asks, and supposes nothing
_WHETHER = re.compile(
    r"\b(?:know|wonder\w*|see|tell me|say|check|sure|ask\w*|find out|curious|saber|savoir|dime|dis-moi)\s+(?:if|si)\b",
    re.IGNORECASE,
)
# From here to the end of the sentence all is supposed.
_SUPPOSED = re.compile(
    r"\b(?:what if|if|imagine|suppos\w+|assum\w+|let'?s say|pretend|hypothetically|say i(?: had| have|'d)?\b(?=.*\d)"
    r"|once (?:i|we)|when (?:i|we) (?:reach|hit|get|have|pass)|until (?:i|we)|by the time"
    r"|si|imagina\w*|supón\w*|supongamos|ojalá|cuando (?:tenga|llegue)|imagine[zr]?|supposons|quand j'aurai"
    r"|nếu|giả sử|khi nào|khi tôi (?:có|đạt))\b|만약|가정"
    r"|(?P<after>라면|다면|이면|으면|되면|하면)",  # said after what is supposed
    re.IGNORECASE,
)
# These make their own clause a wish, a plan, a bound or a thing of the past.
_UNREAL = re.compile(
    r"\b(?:would|could|might|wish|want\w*|hop\w+|goals?|aim\w*|targets?|targeting|dream\w*|trying to"
    r"|need\w*|plan\w*|aspire\w*"
    r"|used to|had|don'?t have|do not have|haven'?t|not|less than|fewer than|under|below|lost|gain\w*|grow\w*|ago"
    r"|(?:will|would|can|could|to|never)\b.{0,30}\b(?:reach|hit|get to|get|gain|pass)"
    r"|how (?:do|can|could|should|would|long|soon|fast|many|much|to)"
    r"|(?:do|can|should|could|shall|am|did|will|would) (?:i|we)"
    r"|quiero|quisiera|objetivo|meta|llegar a|tenía|tuviera|me gustaría|necesito|menos de|no tengo"
    r"|je veux|voudrais|objectif|atteindre|j'avais|moins de|je n'ai pas|besoin"
    r"|muốn|mục tiêu|đạt được|từng có|dưới|chưa có|không có|cần)\b|목표|싶|까지|미만|이하|없|였었|필요",
    re.IGNORECASE,
)
_ASKED = re.compile(r"\b(?:should|can|could|do|would|will|shall|did) (?:i|we)\b", re.IGNORECASE)
_AGE = re.compile(
    r"\b(?:years?|months?|weeks?|days?|años?|meses|ans|mois|năm|tháng)\b|년|개월|달", re.IGNORECASE
)
_FOLLOWER = re.compile(
    r"follow|\bsubs?\b|subscri|\bfans\b|seguidor|suscript|abonn|theo dõi|đăng ký|구독|팔로", re.IGNORECASE
)
_NO_NICHE = re.compile(
    r"(?:(?:very|really|our|my|some|more|lots of|a lot of|many|the|all|any|these|those)\s*)*"
    r"(?:good|bad|great|better|best|own|new|old|other|more|nothing|everything|anything|stuff|short|long|vertical"
    r"|daily|funny|cool|nice|tik\s?tok|you\s?tube|youtube shorts|instagram|videos?|content|small|tiny|big|buenos"
    r"|bons)?|이|그|저|이런|그런|저런|좋은|새|새로운|내일|오늘|어제|짧은|긴|유튜브|틱톡",
    re.IGNORECASE,
)
_CHANNEL = re.compile(
    r"\b(?:channel|account|page|handle|canal|cuenta|chaîne|compte|kênh)\b|채널|계정", re.IGNORECASE
)
_OTHER_PERSON = re.compile(
    r"\b(?:he|she|they|his|her|hers|their|theirs|him|them|someone|somebody|people|competitors?|rivals?|friends?"
    r"|brother|sister|wife|husband|girlfriend|boyfriend|mom|dad|boss|clients?|customers?|you|your"
    r"|another|others?|competidor\w*|amig[oa]s?|alguien|ellos|ellas|ella|quelqu'un|concurrents?|amie?s?|elles?|ils|leurs?"
    r"|đối thủ|bạn tôi|người khác|anh ấy|cô ấy|họ)\b"
    r"|경쟁|친구|다른 (?:채널|사람|크리에이터|유튜버)|(?:이|그|저) (?:채널|사람|유튜버)",
    re.IGNORECASE,
)
_RUNS = re.compile(
    r"\b(?:i|we)(?:'ve|'m| am| have| just)* (?:run|running|have|own|started|start|got|manage)\b.{0,25}"
    r"\b(?:channel|account|page)\b",
    re.IGNORECASE,
)
_SOME_CHANNEL = re.compile(
    r"\b(?:an?|this|that|the|which|any|some|big|small|similar) (?:\w+ ){0,2}?"
    r"(?:channel|creator|account|page|youtuber|tiktoker|guy|girl)s?\b"
    r"|\b(?:channels|creators|accounts|youtubers|tiktokers)\b|\b(?:like this|like that|these|those)\b"
    r"|\b(?:este|ese|aquel|otro|un|algún) canal\b|\b(?:cette|ce|une?|autre) (?:chaîne|compte)\b|\bil(?! y a)\b"
    r"|\bkênh (?:này|đó|kia|khác|ấy)\b",
    re.IGNORECASE,
)
_MINE = re.compile(
    r"\b(?:i|i'm|i've|i'd|we|we've|we're|my|mine|our|ours|us|me|mi|mis|tengo|hago|yo|nuestr[oa]s?|tenemos|subo"
    r"|j'ai|j'|je|mon|ma|mes|nous|notre|nos|tôi|mình|em|chúng tôi)(?!\w)"
    r"|(?:^|\s)(?:내|제|저|저는|전|나|나는|난|우리|저희)(?:\s|는|의|가)",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:has|have|gets?|got|makes?|does|reach\w*|hits?|tiene|tienen|consiguen?|recibe\w*|ont|fait|font|có|đạt)\b|\ba\s+\d",
    re.IGNORECASE,
)
_FILLERS = re.compile(
    r"\b(?:so|also|now|just|currently|only|already|plus|and|with|usually|normally|typically|generally|mostly|on average"
    r"|about|around|it|hi|hello|hey|actually|well|btw|ok|okay|kênh|hiện|thường|ahora|ya|maintenant)\b|[\W_]+",
    re.IGNORECASE,
)
_KOREAN_SUBJECT = re.compile(r"^\s*(?P<who>[\w가-힣]+?)(?:은|는|이|가)\s+(?:구독자|팔로워|평균|보통|조회수)")
_KOREAN_MINE = re.compile(r"^(?:내|제|저|나|우리|저희)|채널$|계정$|구독자|팔로워|조회수|영상")
_MY_PLATFORM = re.compile(
    r"\b(?:my|our|mi|mis|mon|ma|mes|nuestr[oa]s?|notre|nos)\s+(?:[\w-]+\s+){0,2}?(?:tik\s?toks?|shorts?|youtube|bilibili)\b"
    r"|\b(?:i|we)(?:'m| am|'re| are)?(?: only| mostly| mainly| usually)?"
    r" (?:post|upload|publish|make|create|do|posting|making|run)\w*\b"
    r"(?!.*\?)|(?:내|제|우리|저희)\s?(?:틱톡|쇼츠|유튜브)|kênh (?:tiktok|youtube)(?: \w+)? (?:của )?(?:tôi|mình)",
    re.IGNORECASE,
)


def hear(text: str, now: datetime, facts: Mapping[str, Any] | None = None) -> Heard:
    """Return what a message states about its writer. `facts` are arguments that were given beside the words.

    Only words of the user belong here: never a tool's result, a file's text or a page's.
    """
    if asks_to_forget(text):
        return {}
    slots = read_slots(text, now)
    heard: Heard = {}
    sure: dict[str, int] = {}
    mine_before = False
    for sentence in _SENTENCE.split(_unquoted(text, slots)):
        mine_before = _hear_sentence(sentence, now, heard, sure, mine_before, linked=bool(slots.links))
    for sentence in _SENTENCE.split(text):
        _hear_names(sentence, now, slots, heard)
    supposed = _SUPPOSED.search(_WHETHER.sub("whether", text))
    given = facts or {}
    if not supposed and not given.get("url") and not given.get("record"):
        for name in (*_FIGURES, "platform"):
            if given.get(name) is not None:
                heard[name] = (given[name], f"{name} = {given[name]}, given beside your words")
    return heard


def asks_to_forget(text: str) -> bool:
    """Say whether a message holds a word for forgetting: then nothing is learned from it."""
    return _FORGET.search(text) is not None


def _hear_sentence(
    sentence: str, now: datetime, heard: Heard, sure: dict[str, int], mine_before: bool, *, linked: bool
) -> bool:
    """Add what a sentence states to `heard`, where it is surer than before; say whether it was about the writer."""
    spoken = _WHETHER.sub("whether", sentence)
    supposed = _SUPPOSED.search(spoken)
    parts = [
        part for part in _CLAUSE.split(spoken[: supposed.start()] if supposed else spoken) if part.strip()
    ]
    if supposed and supposed.group("after"):
        parts = parts[:-1]
    asks = sentence.rstrip().endswith(("?", "？")) and supposed is None
    owner = "me" if mine_before and re.match(r"\s*(?:it|we|that)\b", sentence, re.I) else ""
    for nth, clause in enumerate(parts):
        owner = _owner(clause) or owner
        if owner == "other" or _UNREAL.search(clause):
            continue
        if not owner and (linked or _has_subject(clause) or (asks and nth == len(parts) - 1)):
            continue
        slots = read_slots(clause, now)
        figures = {name: getattr(slots, name) for name in _FIGURES if getattr(slots, name) is not None}
        if _AGE.search(clause) and not _FOLLOWER.search(clause):
            figures.pop("followers", None)  # "my channel is about 2 years old"
        if slots.platform and (figures or _MY_PLATFORM.search(clause)):
            figures["platform"] = slots.platform
        for name, value in figures.items():
            if name not in heard or _sure(owner, figures) > sure.get(name, 0):
                heard[name], sure[name] = (value, clause.strip()), _sure(owner, figures)
    return owner == "me"


def _sure(owner: str, stated: Mapping[str, Any]) -> int:
    """Rank statements of one message: "I have 9k subs" over "12k subs", both over the platform of "my Short"."""
    return 2 * any(name in stated for name in _FIGURES) + (owner == "me")


def _hear_names(sentence: str, now: datetime, message: Slots, heard: Heard) -> None:
    """Add the names that a sentence gives: the slots know "my channel is" and "my goal is" themselves."""
    if _SUPPOSED.search(_WHETHER.sub("whether", _unquoted(sentence, message))):
        return
    clauses = [clause for clause in _CLAUSE.split(sentence) if clause.strip()]
    for clause in clauses[:-1] if sentence.rstrip().endswith(("?", "？")) else clauses:
        plain = _unquoted(clause, message)
        if _ASKED.search(plain) or _OTHER_PERSON.search(plain):
            continue
        said, unquoted = read_slots(clause, now), read_slots(plain, now)
        names = {name: getattr(unquoted, name) for name in _NAMED}
        names["niche"] = _niche(names["niche"], plain)
        if said.channel and _CHANNEL.search(plain):  # its name may stand in quotes, the word for it may not
            names["channel"] = said.channel
        heard |= {name: (value, clause.strip()) for name, value in names.items() if value}


def _niche(named: str | None, clause: str) -> str | None:
    """Return a niche without the words before it, None for words that name none: "good videos"."""
    niche = re.sub(r"^(?:저는|나는|전|난|제|내|우리)\s+", "", named or "")
    unreal = _UNREAL.search(clause) or re.search(r"\d", niche)
    return None if unreal or _NO_NICHE.fullmatch(niche) else niche


def _owner(clause: str) -> str:
    """Say whom a clause is about: "me", "other", or "" where it does not say."""
    if _OTHER_PERSON.search(clause):
        return "other"
    if _RUNS.search(clause):
        return "me"
    if _SOME_CHANNEL.search(clause):
        return "other"
    return "me" if _MINE.search(clause) else ""


def _has_subject(clause: str) -> bool:
    """Say whether somebody does something in a clause that does not say "I" or "my"."""
    korean = _KOREAN_SUBJECT.search(clause)
    if korean and not _KOREAN_MINE.search(korean.group("who")):
        return True
    verb = _VERB.search(clause)
    return verb is not None and bool(_FILLERS.sub("", clause[: verb.start()]))


def _unquoted(text: str, slots: Slots) -> str:
    """Return the message without quotes, titles and links: they are not the user's statements."""
    plain = find_quotes(_LINK.sub(" … ", text)).masked
    for title in slots.titles:
        plain = plain.replace(title, "…")
    return plain
