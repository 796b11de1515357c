"""Words that say what a message asks for, and where one message asks several things."""

import re

# Used when the encoder can't load, and as weak evidence beside it.
CUES = {
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
    r"|\b(?:summari[sz]e|overview|map|state) (?:of )?.{0,30}\b(?:niche|library|market)|니치|분야|ngách|nicho"
    r"|\bniche\b"
    r"|\b(?:(?:over)?crowded|(?:over|under)?saturated|overdone|underserved)\b|포화|bão hòa|saturad[oa]|saturée?",
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
    "source": r"\bwhere (?:does|do|did) (?:that|this|the|these|those|it|you)\b.{0,30}\b(?:come from|get"
    r"|from)\b|\bsource\b|출처|어디서 나온|nguồn|fuente|de dónde s[ae]"
    r"|d'où (?:vient|sors)|woher|de onde vem|出典",
    "profile_show": r"\b(?:know|remember|saved?) about me\b|\bmy profile\b|내 프로필|나에 대해|hồ sơ"
    r"|mi perfil|sobre mí|mon profil|de moi\b",
    "profile_forget": r"\b(?:forget|erase|delete|wipe|clear|reset)\b.{0,30}\b(?:me|my profile|about me"
    r"|my (?:data|channel|info\w*))\b|잊어|quên .{0,12}(?:tôi|mình)|olvíd|oublie",
    "help": r"^\s*help\b|\bwhat can you do\b|\bwho are you\b",
    "greet": r"^\s*(?:hi|hello|hey|안녕|xin chào|hola|bonjour|salut)\b",
    "thanks": r"^\s*(?:thanks|thank you|감사|고마|cảm ơn|gracias|merci)",
    "out": r"\b(?:weather|poem|joke|capital of|president|recipe|python script)\b",
    "adopt": r"\b(?:go with|i'll take|let's use|i choose)\b",
}

_QUESTION_WORDS = (
    r"and |but |then |what |how |why |which |where |can |could |should |is |will |show |find |tell |give "
    r"|y |qué |que le |cómo |cuál |cuánt|por qué |et |que |qu'|comment |pourquoi |quel|combien |và |nên "
    r"|cần |liệu |sao |làm |có |được |was |wie |warum |und |o que |como |e |dan |apa |bagaimana |berapa "
)
_SPLIT = re.compile(
    rf"(?<=[.?!。？！])\s+|;\s+|\n+|,\s+(?={_QUESTION_WORDS}|[가-힣])|\s+(?:and|but) (?=what |how |why |which "
    r"|where |find |show |tell |give |explain |is |will |can |should )"
    r"|\s+y (?=qué |cómo |cuánt|cuál |por qué |muestra|busca|dime )|\s+et (?=que |qu'|comment |combien "
    r"|quel|pourquoi |montre|dis)|\s+và (?=nên |cần |sửa |làm |cho |bao |tìm )|\s+und (?=was |wie |warum )"
    r"|(?<=[고요])\s+(?=어떻게|뭐|무엇|왜|조회수|비슷한)",
    re.IGNORECASE,
)


def clauses(text: str) -> list[str]:
    """Return the parts of a message that may each ask for something; [] when it has one part only."""
    parts = _SPLIT.split(text)
    return [part for part in parts if len(part) > 5] if len(parts) > 1 else []
