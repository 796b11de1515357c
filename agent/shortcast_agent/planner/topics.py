"""What a search is about: a quoted topic, the words after "about", a #hashtag, or what is left of the order."""

import re

from shortcast_agent.planner.titles import find_quotes

_CUE = re.compile(
    r"\b(?:about|on the (?:topic|subject) of|on topic|topic(?: is)?:?|niche(?: is| of)?:?"
    r"|keywords?:?|query:?|regarding|covering|related to|with hashtag|tagged"
    r"|similar to|(?:videos?|shorts|tiktoks|clips|ones|something|anything|stuff) like|search(?:ing)? for"
    r"|look(?:ing)? for|sobre|acerca de|parecid[oa]s? a|con el hashtag|de temática"
    r"|similares a|sur|à propos de|au sujet de|similaires? à|về chủ đề|chủ đề|thuộc chủ đề|về|ve"
    r"|giống(?: như)?|kiểu"
    r"|tương tự(?: như)?|über|zum Thema|parecidos com|tentang|soal|seputar)\s+(?P<topic>[^\n?.!;:]+)",
    re.IGNORECASE,
)
_OF = re.compile(
    r"\b(?:vídeos?|videos?|vidéos?|shorts|cortos|clips?|tiktoks|ejemplos|exemples)\s+(?:de vídeos? "
    r"|de vidéos? )?(?:de la |de los |de |d['’]|du |des )"
    r"(?P<topic>(?!mi |ma |mon |este |cette |mes |mis |el canal|la chaîne)[^\n?.!;:]+)"
    r"|\b(?P<topic2>[\w' -]{2,50}?)\s+(?:videos|shorts|tiktoks|clips|examples|niche)\b(?=\s*(?:$|[.,!?]"
    r"|from|on|in(?:to)?|to|for|please|pls|with|that|which|by))",
    re.IGNORECASE,
)
_AFTER_JA = re.compile(
    r"(?P<topic>[^\s、。,]{1,30}?)(?:の動画|の(?:ショート|ショーツ)|に関する|について|みたいな)"
)
_KOREAN = re.compile(
    r"(?P<topic>[^\n?.!,]{1,80}?)\s*(?:관련(?:된|한)?|에 대한|에 관한|와 비슷한|과 비슷한|이랑 비슷한"
    r"|랑 비슷한|같은|주제(?:의|로)?"
    r"|비슷한)(?=\s|영상|쇼츠)"
    r"|(?P<topic2>[가-힣A-Za-z0-9# ]{1,40}?)\s*(?:영상|쇼츠|틱톡|동영상|비디오)(?:들)?(?:을|를|도|만|이|은)?(?=\s|$)"
)
_LEAD = re.compile(
    r"^(?:(?:(?:the )?topic(?: of)?|chủ đề|(?:el )?tema(?: de la| del| de)?|(?:le )?(?:thème"
    r"|sujet)(?: de la| du| de)?|my|the|a|an|some|el|la|los|las|le|les|một|các|những)\s+|l['’])",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"(?:this|that|it|mine|my (?:draft|video|idea|title|clip|short|thumbnail|cover)|the draft|these|those"
    r"|this one|that one|(?:the )?same(?: idea| topic| thing)?"
    r"|(?:el|la) (?:mío|mía|mismo|misma)|m[ií] (?:vídeo|video|idea|borrador)|est[ea](?: vídeo| video"
    r"| idea)?|eso|la mienne|le mien|ma vidéo|mon idée|cette (?:vidéo|idée)|ça|celle-ci"
    r"|(?:video|clip|ý tưởng)? ?(?:này|đó|của (?:tôi|mình|em))|(?:cái )?(?:này|đó)|이거|이것|그거|내 영상"
    r"|제 영상|이 영상"
    r"|이런|이|그|내|제|저)(?:\s.{0,14})?",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s*,\s+(?:sin|sans|without|ohne|sem|tanpa|no|only|just|solo|solamente|seulement|uniquement|nur"
    r"|apenas|chỉ|but|pero"
    r"|mais|from|in|en|de|under|over|at least|max|min)\b.*"
    r"|\s+(?:please|pls|plz|porfa|porfis|pfv|dong|ya|as well|too|también|aussi|auch|também|juga|nữa|luôn"
    r"|por favor|s'il (?:te|vous) plaît|stp|svp|nhé|với|đi|giúp (?:mình|tôi|em)|bitte"
    r"|asap|for me|para mí|pour moi|cho (?:mình|tôi|em)(?: (?:tham khảo|xem|coi|học hỏi))?"
    r"|(?:để )?tham khảo|now"
    r"|(?:but |pero |mais |only )?(?:under|over|shorter than|with) \d.*"
    r"|(?:y|e|et|and|dan) (?:\w*[áéíó]\w*(?:l[oae]s?|mel[oa]s)|(?:mete|guarda|agrega|pon|anade"
    r"|sube)l[oa]s?|save|put"
    r"|add|range|ajoute|guarda|salva|simpan)\b.*|now|rn|right now"
    r"|(?:from|on|in|en|de|sur|trên|auf|von|no|di|dari)\s+(?:the\s+)?(?:youtube|you tube|tik\s?tok|shorts"
    r"|bilibili)\b.*"
    r"|(?:in|into|to|from|within|for)\s+(?:my|the|our)\s+(?:library|collection|database|dataset).*|(?:vào"
    r"|trong) (?:thư viện|kho).*|vô thư viện.*|(?:a|en|de|para) (?:mi|la) biblioteca.*"
    r"|(?:à|dans|de|pour) (?:ma|la) bibliothèque.*|(?:in|zu|aus) (?:meine[rn]?|die|der) Bibliothek.*|(?:à"
    r"|na|para a) (?:minha )?biblioteca.*|(?:ke|di|dari) (?:perpustakaan|koleksi).*"
    r"|and (?:put|add|save|tell|show|then|let)\b.*|(?:so|to) (?:i|we|that i)\b.*|(?:that|which|who|qui"
    r"|quien(?:es)?|que|mà|yang)\s+\S.*|out there|in there|there"
    r"|(?:with|having|over|above|under|below) (?:at least |more than |over |under |less than "
    r"|fewer than )?\d.*|(?:con|de|avec|với|có|mit|com|dengan) (?:m[áa]s de |al menos |plus de |au moins "
    r"|hơn |ít nhất |über |mais de |lebih dari )?\d.*"
    r"|(?:under|shorter than|less than|up to|longer than|de menos de|de moins de|dưới)\s+\d.*"
    r"|from (?:the )?(?:last|past)\b.*|in (?:korean|english|spanish|french|vietnamese)\b.*|only$"
    r"|instead$|(?:be|do|look|perform)$)\s*$",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"\b(?:please|pls|thx|thanks|anything|as well|porfa|can|could|would|will|you|u|i|want|need|to|let'?s"
    r"|let|us|go|get|got|gimme|grab|pull"
    r"|bring|in|start|begin"
    r"|into|from|of|some|more|real|actual|public|recent|new|popular|bunch|lot|lots|few|couple|another|that"
    r"|than|least|over|under|views?|most"
    r"|collect|collecting|scrape|scraping|gather|crawl|harvest|import|download|fetch|add|fill|build"
    r"|populate|load|refresh|update"
    r"|replace|save|find|finding|show|me|give|list|have|has|done|made|make|posted|search|look|looking|for|see"
    r"|what|which|are|is|there|any|other|others|else|people|creators?|who|the|a|an|my|our|your|library"
    r"|demo|data|stats"
    r"|database|dataset|collection|with|and|videos?|vids?|clips?|shorts?|tiktoks?|reels?|know"
    r"|youtube|tiktok|similar|like|examples?|results?|references?|inspo|inspiration|them|it|this|these"
    r"|those|mine|draft|one|ones|up|top|best|better|about|closest|matches|anything|something|stuff"
    r"|on|hey|hi|now|did|does|do|well|niche|same|idea|ok|okay|also|just|quick|how|instead|then|before"
    r"|after|thing|things|title|titles|hashtags?|out|at|so|too"
    r"|busca|búscame|buscar|muestra|muéstrame|enséñame|recopila|recoge|añade|encuentra|consigue|dame"
    r"|quiero|ver|ponme|pon|descarga|trae|tráeme|llena|hay|con|por|favor|ejemplos?|algun[oa]s?|unos|unas"
    r"|más|otros"
    r"|vídeos?|cortos|de|del|los|las|el|la|una?|que|en|a|al|parecid[oa]s?|similares|mi|al|este|esta"
    r"|biblioteca|para|como|y"
    r"|cherche|cherche-moi|trouve|trouve-moi|montre|montre-moi|récupère|collecte|ajoute|importe|remplis|va"
    r"|chercher|donne|donne-moi|je|veux|voir|des|les|le|vidéos?|similaires|semblables|ma|mon|mes"
    r"|bibliothèque|moi|dans|avec|du|et|exemples?|d|y|t"
    r"|thu thập|tìm|tìm kiếm|cho|tôi|mình|em|các|những|cái|giúp|hãy|thêm|vào|thư viện|tương tự|giống|xem"
    r"|lấy|gom|về|nào|có|không|với|nhé|đi|ạ|khoảng|này|trên|của|một|vài|ví dụ"
    r"|sammle|zeig|zeige|mir|finde|suche|ähnliche|über|bitte|die|der|das|und|von|meine|füge|hinzu"
    r"|bibliothek|colete|mostre|procure|parecidos|adicione|sobre|cari|carikan|kumpulkan|tampilkan|tentang"
    r"|serupa|dan|yang|tolong)\b|\d+(?:[.,]\d+)*\s*(?:개|편|k\b)?"
    r"|영상(?:들)?(?:으로|을|를|도|만|이|은)?|동영상|비디오|쇼츠(?:를|도|로)?|이거|이것|그거|저거|틱톡(?:에서)?|유튜브(?:에서)?|비슷한|수집해?\s?(?:줘"
    r"|주세요|서|줄래|라)?|모아\s?(?:줘|주세요|줄래)?|찾아\s?(?:줘|주세요|줄래|봐)?|보여\s?(?:줘|주세요|줄래)?|가져와\s?(?:줘)?"
    r"|추가해?\s?(?:줘|주세요)?|채워\s?(?:줘|주세요)?|라이브러리(?:에|에서|를)?|데이터(?:를)?|예시(?:를)?|참고할|좀|관련(?:된)?|요즘|있어|있나요|없나"
    r"|제가|제|내|나|저|이런|같은|이랑|랑|그럼|그리고|이번엔|도|개만|만"
    r"|動画|集めて|探して|見せて|ください|ショート|似た|似ている|の|を|本",
    re.IGNORECASE,
)
_NAMED = r"(?P<topic>(?:(?!\b(?:the|in|of|for|people|my)\b)[^\n?.!,;:]){2,60}?)"
_ENDS = (
    r"(?=\s+(?:niche|space|field|market|category|scene|world|videos?|shorts|tiktoks?|channels?|creators?"
    r"|right now|rn|these days|est-elle|est-il|está|esta|ist|cái gì|gì|như thế nào|thế nào|at the moment"
    r"|now|do\b|does|did"
    r"|perform\w*|be|and|like|this|is|are|get|gets|thì|cho|của|có|là|đang|hiện|bây giờ|trên|en este momento"
    r"|ahora|en ce moment|en tiktok|en youtube|sur tiktok|on tiktok|on youtube|right|actualmente"
    r"|funciona\w*|marche\w*|works?|worth)\b|\s*(?:[?.!,;:]|$))"
)
# Where a niche is named; "my niche" and "this topic" name none.
_NICHES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:niche|field|market|world)s?\s+(?:of|for)\s+(?:the\s+)?{_NAMED}{_ENDS}",
        r"\b(?:overview|summary|map|landscape|state|picture|analysis|breakdown|report)\s+(?:of|for"
        rf"|on)\s+(?:the\s+)?{_NAMED}{_ENDS}",
        rf"\b(?:summari[sz]e|analy[sz]e|map|break down|niche report:?)\s+(?:the\s+)?{_NAMED}\s*(?:niche"
        r"|space|field|market|videos|shorts|$)",
        rf"\b(?:how|what)(?:'s| is| are|s)\s+(?:the\s+)?{_NAMED}\s+(?:niche|space|market|scene|field"
        r"|category)\b",
        rf"\bhow (?:crowded|saturated|big|busy|competitive) (?:is|are)\s+(?:the\s+)?{_NAMED}{_ENDS}",
        rf"\b(?:is|are)\s+(?:the\s+)?{_NAMED}\s+(?:niche |space |market |videos |shorts |still )*(?:too "
        r"|over|still |already |really )*(?:saturated|crowded|competitive|full|dead|worth|done)",
        rf"\b(?:do|does|are|is|did|why|how|of|which|what)\s+(?:the\s+|other\s+)?{_NAMED}\s+(?:shorts|videos"
        r"|clips|tiktoks|creators|channels)\b",
        rf"\b(?:the|a)\s+{_NAMED}\s+(?:niche|space|market|scene|field|category)\b",
        rf"\b(?:(?<!right )(?:in|within|among)|for|about|on|space for|room for)\s+(?:the\s+)?{_NAMED}{_ENDS}",
        r"(?:^|\s)(?P<topic>(?!내|제 |이 |우리|어떤|어느|요즘|라이브러리|지금"
        r"|그럼)[가-힣A-Za-z][가-힣A-Za-z ]{0,20}?)\s*(?:니치|분야"
        r"|쪽|관련|시장|콘텐츠|쇼츠|영상)(?:들)?(?:은|는|이|가|에|를|을|의|에서|에서는|도)?(?=\s|[?.,]|$)",
        rf"(?:ngách|lĩnh vực|mảng|chủ đề|thị trường)\s+(?:về\s+)?{_NAMED}{_ENDS}",
        rf"\b(?:nicho|mundo|mercado|tema|sector)\s+(?:de\s+la|de\s+los|de\s+las|del|de)\s+{_NAMED}{_ENDS}",
        r"\b(?:niche|marché|monde|secteur|univers)\s+(?:du\s+|de\s+la\s+|de\s+l['’]|des\s+"
        rf"|de\s+)?{_NAMED}{_ENDS}",
        r"\b(?:funciona|va bien|va mejor|hueco|saturad[oa]|marche|place|Nische|vídeos de|vidéos de"
        rf"|shorts de)\s+(?:en|dans|pour|sur|für)?\s*(?:la |le |les |el |los )?{_NAMED}{_ENDS}",
        r"\b(?P<topic>[\w]{2,30})-Nische\b",
        r"^\W*(?P<topic>(?!(?:my|mi|ma|the|this|what|which|how|is|in"
        r"|and)\b)[a-z][\w' -]{2,40}?)\s+niche\b(?! (?:ideas?|is)\b)",
        rf"\b(?:en|dans)\s+(?:el |la |los |le |les )?{_NAMED}{_ENDS}",
        r"(?P<topic>[^\s、。,]{1,20}?)(?:の)?(?:ジャンル|市場|界隈)",
    )
)
_NO_NICHE = re.compile(
    r"(?:long|short|should|of|my|mine|our|your|the|this|that|it|these|those|here|there|general"
    r"|particular|all|mi|mis|este"
    r"|esta|ma|mon|cette|ce|tôi|mình|của|nào|tu|du|la|el|me|us|in|crowded|many|much|which|what|same"
    r"|hot|working|trending|up|an?|nay|này|đó|この|その|私の|saya|meiner|meine|meu|gì|đang)\b.*"
    r"|.*\b(?:library|niche|week|month|year|day|moment|now|platform|youtube|tiktok|shorts|videos"
    r"|biblioteca|bibliothèque|thư viện|average|channel|niches|nicho|ngách)\b.*|.*(?:라이브러리|어떤|무슨|내|제).*",
    re.IGNORECASE,
)
_HASHTAG = re.compile(r"(?<!\w)#[^\W_][\w]*")
_HANDLE = re.compile(r"(?<![\w/.])@[\w.]{2,40}")


def find_topic(text: str) -> str | None:
    """Return what a search is about, or None when it names nothing."""
    quotes = find_quotes(text)
    if quotes.quoted:
        return quotes.quoted[0]
    tag = _HASHTAG.search(text) or _HANDLE.search(text)
    if tag:
        return tag.group().rstrip(".")
    for cue in (_CUE, _KOREAN, _AFTER_JA, _OF):
        match = cue.search(text)
        if not match:
            continue
        named = next(part for part in match.groups() if part is not None)
        topic = _trimmed(named)
        plainly = match.re is _CUE or (match.re is _OF and bool(match["topic"]))
        if plainly and topic and not _POINTS_BACK.fullmatch(topic) and _left(topic):
            return _LEAD.sub("", topic)
        left = _left(named) if not _POINTS_BACK.fullmatch(topic) else ""
        if left:
            return left
    return _left(_trimmed(re.split(r"[?.!\n;]", text.strip())[0])) or None


def find_niche(text: str) -> str | None:
    """Return the niche that a question names: "how crowded is the coffee niche?" is about coffee."""
    quotes = find_quotes(text)
    if quotes.quoted:
        return quotes.quoted[0]
    for pattern in _NICHES:
        for found in pattern.finditer(text):
            topic = _trimmed(found.group("topic")).strip(" '\"“”")
            topic = re.sub(r"^(?:tiktok|youtube)\s+", "", topic, flags=re.IGNORECASE)
            if topic and not _NO_NICHE.fullmatch(topic) and _left(topic):
                return re.sub(r"^(?:the|a|an|el|la|los|las|le|les)\s+", "", topic, flags=re.IGNORECASE)
    return None


def _trimmed(rest: str) -> str:
    """Cut off what follows a topic in an order: "from TikTok please", "into my library"."""
    before = None
    rest = rest.strip(" ,:-'\"")
    while before != rest:
        before, rest = rest, _TAIL.sub("", rest).strip(" ,:-'\"")
    return rest


def _left(rest: str) -> str:
    """Return what an order leaves when its verbs and fillers are gone; "" when that is no topic."""
    left = re.sub(r"\s+", " ", _FILLER.sub(" ", rest)).strip(" ,:-'\"’¿¡")
    return left if len(left) > (1 if re.search(r"[가-힣぀-ヿ一-鿿]", left) else 2) and left != "LINK" else ""
