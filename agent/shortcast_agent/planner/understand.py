"""Which of the planner's intents a turn has: the encoder's probabilities weighed with what can be seen."""

import re

from shortcast_agent.planner.conversation import Talk, Turn, stated
from shortcast_agent.planner.evidence import EVIDENCE
from shortcast_agent.planner.intents import classify
from shortcast_agent.planner.next_day import is_about_next_day
from shortcast_agent.planner.seeing import SEEING

ANALYTIC = (
    "judge",
    "forecast",
    "whatif",
    "compare",
    "diagnose",
    "explain",
    "suggest",
    "inspect",
    *EVIDENCE,
    *SEEING,
)
SOCIAL = ("greet", "thanks", "help", "out")
_UNSURE = 0.2
_CLAUSE_SURE = 0.6

# Used when the encoder can't load, and as weak evidence beside it.
_CUES = {
    "collect": r"\b(?:collect|scrape|gather|crawl|import|harvest)\b|수집|thu thập|recopila|récupère",
    "diagnose": r"\bflop|what went wrong|\bwhy did\b|underperform|\btank(?:ed)?\b|\bstuck at\b"
    r"|post-?mortem|망했|thất bại|fracas|por qué (?:no|fall)|pourquoi (?:cette|ma) vidéo",
    "compare": r"\bwhich (?:one|title|thumbnail|of)|\bcompare\b|\bvs\b|\bbetter\b.*\bor\b|어떤 제목"
    r"|nào tốt hơn|cuál|laquelle|lequel",
    "whatif": r"\bwhat if\b|\band if\b|\bsuppose\b|\bhow about\b|\binstead\b|면 어떨|thì sao|¿y si\b"
    r"|\bet si\b",
    "suggest": r"\bshould i change\b|\bimprove\b|\bsuggest|\btips?\b|\bbest time\b|바꾸면|cải thiện"
    r"|mejorar|améliorer",
    "similar": r"\bsimilar\b|\bvideos like\b|\bexamples?\b|비슷한|tương tự|parecid|similaires",
    "better": r"\b(?:did|done|doing|performed|does) better\b.{0,40}\b(?:idea|topic|concept|thing)"
    r"|\bsame (?:idea|concept)|같은 아이디어|cùng ý tưởng|misma idea|même idée",
    "niche": r"\b(?:niche|market|landscape|topics?)\b.{0,40}\b(?:works?|perform|crowded|saturated|look|trend|best)"
    r"|\b(?:summari[sz]e|overview|map|state) (?:of )?.{0,30}\b(?:niche|library|market)|니치|분야|ngách|nicho|\bniche\b",
    "track": r"\b(?:track|follow|monitor|watch over|keep an eye on)\b|추적|theo dõi (?:video|lượt)|haz seguimiento"
    r"|\bsuivre\b|\bsuis\b",
    "explain": r"\bwhy (?:that|so|is the|do you)\b|\bexplain\b|\bfactors?\b|요인|yếu tố|factores|facteurs",
    "forecast": r"\bhow many (?:views|plays)|\bforecast|\bpredict|조회수|bao nhiêu lượt|cuántas vistas"
    r"|combien de vues",
    "inspect": r"\bresolution\b|\bloud|\baudio\b|\bsound\b|\bvertical\b|\bquality\b|\bformat\b|\bsee in\b"
    r"|\bin (?:it|my|the|this) (?:file|video|clip)\b|\bhow long is (?:my|the)\b",
    "read_thumbnail": r"\b(?:thumbnail|cover|picture)\b.{0,40}\b(?:readable|legible|clutter|dark|fit|match)"
    r"|\b(?:see|read|words|text|faces?|check|describe)\b.{0,30}\b(?:thumbnail|cover|picture)\b|썸네일에|썸네일 글씨",
    "read_video": r"\bfirst (?:few |three |\d )?seconds?\b|\bhook\b|\bopening\b|\bpacing\b|\bhow many cuts\b|첫 3초"
    r"|giây đầu|primeros segundos|premières secondes",
    "suggest_thumbnails": r"\b(?:which|what|best) (?:frame|still|moment)\b"
    r"|\b(?:pick|choose|suggest|find|make|get|need)\b.{0,30}\b(?:thumbnails?|cover|frames?)\b|썸네일 추천|khung hình"
    r"|fotograma|miniatures? tirée",
    "explain_thumbnail": r"\bheat ?map\b|\battention map\b|\b(?:which|what) (?:part|area|region)\b|어느 부분|phần nào"
    r"|qué parte|quelle partie",
    "judge": r"\bdo well\b|\bgo viral\b|\bwhat do you think\b|\breview\b|\bfeedback\b|잘 될|평가"
    r"|funcionará|va marcher|hiệu quả",
    "help": r"^\s*help\b|\bwhat can you do\b|\bwho are you\b",
    "greet": r"^\s*(?:hi|hello|hey|안녕|xin chào|hola|bonjour|salut)\b",
    "thanks": r"^\s*(?:thanks|thank you|감사|고마|cảm ơn|gracias|merci)",
    "out": r"\b(?:weather|poem|joke|capital of|president|recipe|python script)\b",
    "adopt": r"\b(?:go with|i'll take|let's use|i choose)\b",
}


def likelihoods(turn: Turn, talk: Talk) -> dict[str, float]:
    """Return how likely each intent is for the whole of a turn, summing to 1; {} for a turn without words."""
    return _weighed(turn.slots.masked, turn, talk) if turn.said.strip() else {}


def hints(turn: Turn, talk: Talk) -> dict[str, float]:
    """Return how likely each intent is where it is likeliest, in the whole or in a clause; 1.0 where a cue names it."""
    said = turn.slots.masked
    found = {name: 1.0 for name, cue in _CUES.items() if re.search(cue, said, re.IGNORECASE)}
    for text in (said, *_clauses(said)) if turn.said.strip() else ():
        for name, score in _weighed(text, turn, talk).items():
            found[name] = max(found.get(name, 0.0), score)
    return found


def understand(turn: Turn, talk: Talk) -> tuple[str, ...]:
    """Return the intents of a turn, the main one first; ("unclear",) when nothing can be made of it."""
    followed = _answer_to_question(turn, talk)
    if followed:
        return (followed,)
    if not turn.said.strip():
        return (_without_words(turn, talk),)
    whys = re.search(_CUES["diagnose"], turn.slots.masked, re.IGNORECASE)
    if not whys and is_about_next_day(turn, talk):
        return ("next_day",)
    whole = _weighed(turn.slots.masked, turn, talk)
    main = max(whole, key=lambda name: whole[name])
    intents = [main] if whole[main] >= _UNSURE else []
    for clause in _clauses(turn.slots.masked):
        scores = _weighed(clause, turn, talk)
        best = max(scores, key=lambda name: scores[name])
        if scores[best] >= _CLAUSE_SURE and best in ANALYTIC and best not in intents:
            intents.append(best)
    analytic = [name for name in intents if name in ANALYTIC]
    if analytic and intents[0] in (*SOCIAL, "inform"):
        intents = analytic
    if intents and intents[0] in SOCIAL and turn.videos + turn.pictures:
        return ("judge",)
    if not intents:
        return ("judge",) if stated(turn).keys() & {"title", "video", "thumbnail"} else ("unclear",)
    return _ordered(intents, turn)


def _ordered(intents: list[str], turn: Turn) -> tuple[str, ...]:
    """Drop what the main intent already covers, and pairs that contradict each other."""
    main = intents[0]
    if main == "judge" or ({"forecast", "suggest"} <= set(intents) and main != "diagnose"):
        return ("judge",)
    if main == "suggest" and "judge" in intents:
        return ("judge",)
    if main in ("diagnose", "collect", "fetch", "track", "niche"):
        extra = [name for name in intents[1:] if name in ("similar", "better", "track", "niche")]
    elif main in ("compare", "whatif"):
        extra = [name for name in intents[1:] if name in ("similar", "explain")]
    else:
        extra = [
            name
            for name in intents[1:]
            if name in ("forecast", "explain", "suggest", "similar", "inspect", *SEEING)
        ]
    return (main, *extra)


def _weighed(text: str, turn: Turn, talk: Talk) -> dict[str, float]:
    """Return probabilities of the intents for a text, given what is attached, stated and known."""
    scores = classify(text)
    if not scores:
        scores = dict.fromkeys((*ANALYTIC, *SOCIAL, "inform", "adopt"), 0.02)
        scores |= {name: 1.0 for name, cue in _CUES.items() if re.search(cue, text, re.IGNORECASE)}
    scores = {
        name: score * (1.6 if name in _CUES and re.search(_CUES[name], text, re.IGNORECASE) else 1.0)
        for name, score in scores.items()
    }
    for name, weight in _weights(turn, talk).items():
        if name in scores:
            scores[name] = (scores[name] + (0.03 if weight >= 4 else 0.0)) * weight
    total = sum(scores.values()) or 1.0
    return {name: score / total for name, score in scores.items()}


def _weights(turn: Turn, talk: Talk) -> dict[str, float]:
    """Say what the visible facts make likelier or less likely."""
    slots, given = turn.slots, stated(turn)
    weights: dict[str, float] = {}

    def weigh(factor: float, *names: str) -> None:
        for name in names:
            weights[name] = weights.get(name, 1.0) * factor

    if slots.links or turn.facts.get("url"):
        weigh(0.02, "whatif", "inspect", "inform", "adopt", "greet", "thanks", "help", "suggest")
        weigh(0.3, "out", "explain")
    else:
        weigh(0.6 if talk.published else 0.02, "fetch")
    if turn.records or turn.facts.get("record"):
        weigh(20, "diagnose")
    if len(turn.pictures) >= 2 or len(slots.titles) >= 2 or len(turn.facts.get("titles") or ()) >= 2:
        weigh(25, "compare")
        weigh(0.1, "adopt", "inform")
    if slots.views is not None or turn.facts.get("views") is not None:
        weigh(8, "diagnose")
    if slots.age_days is not None and not talk.forecasted:
        weigh(3, "diagnose")
    if turn.videos or turn.pictures:
        weigh(0.1, "out", "greet", "help", "thanks", "fetch", "collect", "track", "niche")
        weigh(1.5, "judge")
        if not re.search(_CUES["inspect"], slots.text, re.IGNORECASE):
            weigh(0.4, "inspect")
    has_draft = bool({"title", "video", "thumbnail"} & (talk.draft.keys() | given.keys()))
    if not has_draft:
        weigh(0.3, "inspect", "whatif")
    changes = given.keys() & {"title", "duration_s", "publish_at", "thumbnail", "platform"}
    if talk.forecasted and changes:
        weigh(3, "whatif")
    if re.match(
        r"\W*(?:and |so |but )?(?:what if|suppose|imagine|et si|y si)\b", slots.masked, re.IGNORECASE
    ):
        weigh(8, "whatif")
    if talk.forecasted:
        weigh(1.5, "explain", "suggest")
        if not talk.link and slots.views is None:
            weigh(0.5, "diagnose")
    if not talk.variants and not talk.hypothetical:
        weigh(0.05, "adopt")
    elif slots.ordinal is not None:
        weigh(3, "adopt")
    if talk.neighbours and slots.ordinal is not None and not talk.variants:
        weigh(2, "diagnose", "similar")
    return weights


def _answer_to_question(turn: Turn, talk: Talk) -> str | None:
    """Return the intent that a question of ours was for, when this turn answers it."""
    if not talk.asked or not talk.asked_for:
        return None
    slots, given = turn.slots, stated(turn)
    if talk.asked == "draft":
        if {"title", "video", "thumbnail"} & given.keys():
            strongest = _weighed(slots.masked, turn, talk) if turn.said.strip() else {}
            other = max(strongest, key=lambda name: strongest[name]) if strongest else "inform"
            return talk.asked_for if other in ("inform", "judge", "out", "adopt", "whatif") else None
        return talk.asked_for if _is_bare_words(turn, talk) else None
    if talk.asked == "figures":
        from shortcast_agent.planner.when import days_of

        said_figures = slots.views is not None or slots.age_days is not None or bool(slots.links)
        return (
            talk.asked_for
            if said_figures or days_of(slots.masked) or re.fullmatch(r"[\d.,]+ ?[kKmM]?", turn.said.strip())
            else None
        )
    if talk.asked == "link":
        return talk.asked_for if slots.links else None
    return talk.asked_for if talk.asked == "topic" and _is_bare_words(turn, talk) else None


def _is_bare_words(turn: Turn, talk: Talk) -> bool:
    """Say whether a turn is just words, such as the title that was asked for."""
    text = turn.said.strip()
    if not text or len(text) > 150 or turn.slots.links or turn.slots.titles or turn.videos or turn.pictures:
        return False
    scores = classify(turn.slots.masked) or {}
    best = max(scores, key=lambda name: scores[name]) if scores else "inform"
    return not (best in ("greet", "thanks", "help", "collect", "inform") and scores[best] > 0.5)


def _without_words(turn: Turn, talk: Talk) -> str:
    if turn.records or turn.facts.get("record"):
        return "diagnose"
    if len(turn.pictures) >= 2 or len(turn.facts.get("titles") or ()) >= 2:
        return "compare"
    if turn.facts.get("url"):
        return "fetch"
    if turn.videos or turn.pictures or stated(turn).keys() & {"title", "video", "thumbnail"}:
        return "judge"
    return "inform" if stated(turn) else "help"


def _clauses(text: str) -> list[str]:
    parts = re.split(
        r"(?<=[.?!])\s+|;\s+|\n+|,\s+(?=and |but |then |what |how |why |which )|\s+and (?=what |how "
        r"|why |which |find |show |tell |give |explain )",
        text,
    )
    return [part for part in parts if len(part) > 5] if len(parts) > 1 else []
