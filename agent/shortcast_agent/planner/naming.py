"""Titles without quotation marks: which words introduce one, and where it ends.

A run-on sentence ends a title without a sign: "it's called how bread rises and we have about 4k subs". So a title ends
where the sentence begins to state facts of the channel or the video, to ask us something, or to speak of its writer.
Patterns are matched against text without accents (`fold` keeps the places of letters).
"""

import re
from itertools import islice

from shortcast_agent.planner.counts import fold

TITLE_WORD = (
    r"(?:titles?|captions?|headlines?|titulos?|titres?|tieu de|tua(?: de)?|제목|타이틀|titel|uberschrift"
    r"|judul|タイトル)"
)
_MOST_READ = 400  # letters of what follows an introduction
_MOST_TRIED = 20

# --- where a title ends --------------------------------------------------------------------------------

_COUNT_WORD = (
    r"(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty"
    r"|forty|fifty|sixty"
    r"|hundred|thousand|million|couple|few|half|of|dos|tres|cuatro|cinco|seis|diez|veinte|treinta"
    r"|cuarenta|mil|cien"
    r"|deux|trois|quatre|cinq|dix|vingt|trente|quarante|cent|mille|hai|ba|bon|nam|muoi|tram|nghin"
    r"|ngan|trieu)"
)
_NUMBER = (
    rf"(?:[~±]?(?!(?:19|20)\d0s)\d+(?:[.,'’\u00a0 ]\d+)*\+?\s?(?:[km](?![a-z])\d?|tr(?![a-z])\d?|만|천"
    rf"|백)*|{_COUNT_WORD}(?:(?:[ -]| and ){_COUNT_WORD})*)"
)
_FANS = (
    r"(?:followers?|follows?|subs?|subscribers?|fans|seguidor(?:es)?|suscriptor(?:es)?|abonnes?|abos?"
    r"|(?:nguoi )?(?:theo doi|dang k[iy])|구독자?|팔로워|명)"
)
_COUNTED = (
    rf"(?:(?:mil|mille|thousand|million|nghin|ngan|trieu)\s+)?(?:de |d['’])?(?:tiktok |youtube "
    rf"|yt )?(?:{_FANS}"
    r"|views?|plays|vistas|visitas|vues|luot xem|조회수?|회)(?![a-z])"
)
_SECONDS = r"[- ]?(?:s|secs?|seconds?|segundos?|segs?|secondes?|giay|초|min(?:ute|uto)?s?|phut|분)(?![a-z])"
# Words between a title and the figure of a fact: "and we've got about", "y dura", "kênh mình có".
_OWNER = (
    r"(?:i|we|my|our|the|it|its|it['’]?s|is|i['’]?m|i['’]?ve|we['’]?re|we['’]?ve|am|are|have|has|had"
    r"|got|gets?|do|at"
    r"|on|with|channels?|account|page|usually|normally|typically|only|just|about|around|roughly|like"
    r"|almost|nearly"
    r"|over|currently|now|sitting|runs?|running|lasts?|length|will|be|a|video|short|clip|one"
    r"|tengo|tenemos|somos|mi|nuestro|canal|cuenta|el|la|con|tiene|dura|unos|unas|casi|como|suelo"
    r"|sacar|hacer|video"
    r"|j['’]ai|on|a|nous|avons|ma|mon|chaine|compte|elle|il|ca|dure|fait|avec|environ|d['’]habitude|fais|je"
    r"|kenh|minh|em|toi|co|dang|duoc|dai|tam|khoang|voi|hien|thuong|cua|nha|길이[는가]?|채널[은이]?|저는|현재|총)"
)
_JOIN = r"(?:(?:and|but|so|with|y|e|pero|con|et|mais|avec|va|nhung|ma|voi|그리고|근데)\s+)?"
_LASTS = r"(?:it['’]?s|it is|is|lasts?|runs?|running|length|(?:et |y )?dura|dure|fait|dai|길이[는가]?)"
_FACT = (
    rf"{_JOIN}(?:{_OWNER}\s+){{0,7}}{_NUMBER}\s?{_COUNTED}"
    rf"|{_JOIN}(?:{_OWNER}\s+){{0,3}}{_LASTS}\s+(?:{_OWNER}\s+){{0,2}}{_NUMBER}\s?{_SECONDS}"
    rf"|{_NUMBER}\s?{_SECONDS} long\b"
)
_FACT_AFTER = (
    rf"{_JOIN}(?:{_OWNER}\s+){{0,3}}(?:{_FANS}|조회수|길이|length|duration|duree|duracion)"
    rf"(?:는|은|가|이)?\s*[:=]?\s*(?:{_OWNER}\s+){{0,2}}{_NUMBER}"
)
_STANDS_AT = (
    rf"{_JOIN}(?:i['’]?m (?:at|on)|we['’]?re (?:at|on)|i have|we have|i['’]?ve got|somos|estoy en"
    rf"|tengo|on est a"
    rf"|j['’]ai|nous sommes|minh co|kenh (?:minh |em )?(?:co|duoc))\s+(?:{_OWNER}\s+){{0,2}}{_NUMBER}"
)
_ASKED = (
    r"(?:how (?:many|much) (?:views|plays)|how (?:will|would|do you|['’]ll|well|is it)|what (?:do"
    r"|would|should|will) (?:you|u|i|it)"
    r"|(?:will|would|could|can|does|do) (?:it|this|that)\b(?=.{0,12}\b(?:do|get|go|perform|work|pop"
    r"|hit|reach|blow|flop|land))"
    r"|(?:do you|d['’]you|you) (?:think|reckon)|(?:can|could|would) you\b|any good\b|worth (?:it"
    r"|posting)\b|thoughts\b"
    r"|(?:do|get|perform|work|be|go) (?:well|better|good|more|fewer|any|viral)\b|predict\b"
    r"|forecast\b|estimate\b|tell me\b|please\b|pls\b|plz\b|instead\b"
    r"|cuant[ao]s? (?:vistas|views|visitas|reproducciones|visualizaciones)|que (?:tal|te parece"
    r"|opinas)|como (?:le )?(?:va|ira)\b"
    r"|(?:funcionara|funciona(?:ria)?|crees|puedes|dime|por ?fa(?:vor)?)\b|va a (?:funcionar|ir|pegar)"
    r"|combien de (?:vues|views)|(?:c|ca) (?:va|peut|ferait|donne)|va marcher|marcherait"
    r"|t['’]en penses|tu (?:penses|crois|vois)|est-ce que"
    r"|(?:peux|pourrais)-?\s?tu|dis[- ]moi|s['’]il (?:te|vous) plait|stp\b|svp\b"
    r"|(?:duoc|len|dc) (?:bao nhieu|may|bn)|bao nhieu (?:view|luot)|thi (?:sao|the nao|duoc|doan)"
    r"|lieu (?:co|duoc)"
    r"|co (?:on|hay|tot|duoc|nen|len|viral)(?![a-z])|(?:on|hay|duoc) khong|du doan|doan (?:giup|xem"
    r"|duoc)|nhe\b|a\W*$|gimana\b|rem\b"
    r"|(?:조회수|몇\s?회|얼마나|어때|어떨까|어떤가|괜찮|잘 될|예측|평가))"
)
_PLACED = (
    r"(?:(?:going up|going out|posting|posted|uploading|coming out) )?"
    r"(?:on|for|to|en|para|sur|pour|tren|cho|len|dang(?: len)?)\s+(?:my |mi |ma |kenh )?"
    r"(?:tik\s?tok|youtube|yt|shorts|reels|insta\w*)\b"
    r"|(?:(?:on|this|el|este|ce|vao) )?(?:tomorrow|tonight|(?:mon|tues|wednes|thurs|fri|satur"
    r"|sun)day|manana|demain"
    r"|(?:ngay|toi|sang|chieu) mai|내일)\s+(?:at|around|a las|a|vers|luc|오전|오후)\s*\d"
)
# Where the writer goes on of himself: "and I want to know", "y quiero saber".
_WRITER = (
    r"(?:and|but|so|y|pero|et|mais|va|nhung)\s+(?:(?:i|we)(?:['’]?(?:d|m|ve|re|ll))? (?:want|need"
    r"|wonder|was|just|think|hope|plan"
    r"|usually|get|got|have|post|mostly|would|like|am|going|don['’]?t|can['’]?t)|i['’]?(?:m|ve|d)"
    r"|we['’]?(?:re|ve|d)"
    r"|(?:the|my) (?:channel|account|video)|quiero|quisiera|queria|suelo|publico|l[ao] (?:subo|publico)"
    r"|je (?:veux|voudrais|la|le|poste|publie|sors)|j['’](?:aimerais|ai|en)|on (?:veut|voudrait|a)"
    r"|(?:minh|em|toi) (?:muon|can|dang|co|hay|thuong))\b"
    r"|(?:and|y|et|va) (?:how|what|should|will|would|can|que|cuant\w+|como|comment|combien|nen|can)\b"
)
_AFTER_COMMA = (
    r"(?:and|but|my|with|for|on|will|would|how|what|which|when|should|can|could|do|does|is|i|i['’]m"
    r"|i['’]ve|im|ive|we|we['’]re"
    r"|got|have|it|it['’]s|its|posted|posting|about|to|around|tell|please|subs|followers|length"
    r"|y|et|va|como|cuant[ao]s|comment|combien|mi|mon|ma|tengo|somos|dura|para|j['’]ai|je|elle|on"
    r"|pour|kenh|minh|em|nen"
    r"|lam sao|sao|dai|dang|duoc|cho|lieu|co|ich|mein|wie|tenho|quant[ao]s|saya|berapa)\b"
    r"|(?:구독자|팔로워|조회수|길이|틱톡|어때|어떨까)|(?:\S+\s+)?\d"
)
_SOFT_END = re.compile(
    rf"(?<=\s)(?:{_FACT}|{_FACT_AFTER}|{_STANDS_AT}|{_JOIN}{_ASKED}|{_PLACED}|{_WRITER}|[—–]\s"
    rf"|\((?=\d|my ))"
    rf"|[,;]\s+(?={_FACT}|{_FACT_AFTER}|{_STANDS_AT}|{_AFTER_COMMA})"
)
_HARD_END = re.compile(r"\s*\n|[.?!…]+(?=\s|$)|\s[|/]\s|$")
# No title ends in a word that binds to the next: "How I reached 10k followers", "Le latte en 3 secondes".
_BINDS = re.compile(
    r"(?:^|[\s'’])(?:an?|the|of|in|on|at|for|to|with|from|by|and|or|how|why|when|what|where|if|is"
    r"|are|my|your|our|until|till|before"
    r"|after|like|about|than|i|we|reached|gained|hit|lost|got|de|del|en|con|por|para|el|la|los|las|un|una|y|o|mi|mis|que|como"
    r"|cuando|a|l|d|avec|pour|le|les|une"
    r"|et|ou|mon|ma|du|des|comme|dans|sans|sin|cua|trong|voi|cho|va|o|tren|mot|nhung|ve|khi)\W*$"
)


def until_facts(text: str) -> str:
    """Return the title at the beginning of a text: what comes before facts, questions or the end of
    a sentence."""
    end = _HARD_END.search(text, 1)
    text = text[: end.start()] if end else text
    folded = fold(text[:_MOST_READ])
    ends = (found.start() for found in _SOFT_END.finditer(folded, 2))
    stop = next((place for place in ends if not _BINDS.search(folded[:place])), len(text))
    return text[:stop].strip(" ,:;'\"\u00a0-")


# --- what introduces a title ---------------------------------------------------------------------------

_CALLED = (
    r"(?:titled|entitled|intitulee?|titulad[oa]|llamad[oa]|se (?:va a llamar|llama(?:ria|ra)?"
    r"|titula(?:ra)?)"
    r"|s['’](?:appelle(?:ra(?:it)?)?|intitule)|va s['’]appeler|heißt|se chama|berjudul|(?:lo|la"
    r"|le) llam(?:o|are|amos)"
    r"|llamar(?:lo|la)|je l['’]appelle|l['’]appeler|la nomme|nenne es|chamar de"
    r"|(?:dat |doi )?(?:ten|tua)(?: moi)?(?: cua no)? (?:la|thanh)|dat ten|ten la|ten)\s*[:=]?\s+"
    r"|(?<!channel )(?<!channel is )(?<!which is )(?<!we're )(?<!we are )(?<!i'm )(?<!is that )"
    r"\b(?:called|named)\s+(?:it\s+)?[:=]?\s*"
    r"|(?:call|name|rename|retitle|title)(?:ing)? it\s+(?:to |as )?[:=]?\s*"
    r"|(?:the|its|it's|working) name(?:'s| is| would be| will be)\s+"
)
_BE = (
    r"(?:['’]s(?: gonna be| going to be)?|is|was|were|to be|would be|will be|gonna be|going to be|to"
    r"|as|reads|es|sera|fuera|fuese"
    r"|seria|cambia(?:ra)? (?:a|por)|est|etait|serait|sera|c['’]est|la|thanh|로|는|은|ist|ware|lautet|e"
    r"|fosse|adalah|jadi)"
)
_TITLE_IS = (
    rf"(?<!which )(?<!what )(?<!better )(?<!ed ){TITLE_WORD}(?:\s*[:=：]\s*|\s+[-–—]\s+|(?:을|를|이|은"
    rf"|는)?(?:\s+|(?=['’]s)){_BE}\s*[:=]?\s+"
    r"|(?:이|은|는)\s+)"
    rf"|{TITLE_WORD}(?:이|은|는)?(?![\w])[^\n:.?]{{0,40}}[:：]\s+"
    r"|llev\w+ (?:el |por |de )?titulo\s+"
)
_NEXT_IS = (
    r"(?:^|[.!?\n]\s*)(?:my |here's my |mi |ma |mon )?(?:next |new |latest |upcoming |nuevo "
    r"|nouvelle |nouveau |prochaine? )?"
    r"(?:draft|video|short|clip|idea|one|upload|borrador|brouillon|idee|ban nhap|y tuong|초안|영상"
    r"|아이디어)\s*[:：=]\s*"
)
_INTRODUCED = re.compile(rf"(?<![a-z가-힣])(?:{_CALLED}|{_TITLE_IS})|{_NEXT_IS}")
_CUE = re.compile(
    rf"{TITLE_WORD}|titled|called|named|se (?:va a )?llama|s['’]appel|intitul|se titula|heißt"
    rf"|\bten\b|이라는|라는"
)
_NOT_A_TITLE = re.compile(
    r"(?:better|best|good|bad|ok|okay|fine|too|not|the|this|that|it|so|clickbait|boring|great|wrong"
    r"|a problem|what|which|hurting|holding|buen[oa]?|malo|mejor|largo|corto|bon(?:ne)?|mauvais|trop|muy"
    r"|demasiado|gut|schlecht|zu lang|bom|hay|on|tot|dai|ngan|co|bagus|todavia|aun|encore|yet|still|chua)\b"
    r"(?!\s+\S+\s+\S+)|(?:too|not|trop|muy|demasiado|qua|the (?:best|problem|first|second|last|same|reason)"
    r"|a (?:problem|bit)|(?:for|para|pour|cho) (?:me|us|mi|moi|nous|minh|em|toi))\b"
    r"|\S*(?:추천|비교|바꾸|바꿔|고쳐|골라|어때|좋|너무|괜찮|어떤|뭐|영향|길[어다고]|짧)"
)
_KOREAN = re.compile(
    r"(?:제목|타이틀)(?:을|를|은|는|이|이란|도)?\s*[:：]?\s*(?P<title>(?!\S*(?:추천|비교|바꾸|바꿔|고쳐|골라|어때|좋|너무|괜찮|어떤|뭐"
    r"|영향))[^\n?.!,]{2,80}?)\s*(?:으로|로)\s*(?:바꾸|바꿔|하면|할|변경|수정|올리|가면)"
    r"|(?:제목|타이틀)(?:은|는|이)\s+(?P<title2>(?!\S*(?:어때|좋|너무|괜찮|어떤|뭐|영향|길|짧))[^\n?.!,]{2,80}?)\s*(?:이에요|예요|입니다"
    r"|인데|이고|이야|임|구요)(?:\s|[.,?!]|$)"
    r"|(?P<title3>[^\n?.!,\"“]{3,80}?)\s*(?:이라는|라는)\s+(?:제목|영상|쇼츠|타이틀)"
)


def has_cue(text: str) -> bool:
    """Say whether a word such as "title" or "called" stands in a text."""
    return bool(_CUE.search(fold(text)))


def named_title(text: str) -> str | None:
    """Return the title that words such as "called" or "the title is" introduce, or None."""
    korean = _KOREAN.search(text)
    if korean:
        return next(part for part in korean.groups() if part).strip(" ,:'\"")
    folded = fold(text)
    for found in islice(_INTRODUCED.finditer(folded), _MOST_TRIED):
        after = text[found.end() :].lstrip(" \n'\"")
        title = until_facts(after)
        if len(title) > 1 and not _NOT_A_TITLE.match(fold(title)):
            return title
    return None
