"""Whether a text asks for something of a video that is not here, or is itself what was asked for, such as a title.

Patterns are matched against text without accents and titles.
"""

import re

from shortcast_agent.planner.conversation import Talk, Turn, stated
from shortcast_agent.planner.counts import fold
from shortcast_agent.planner.intents import classify

_SURE = 0.85
_ASKING = ("forecast", "judge", "suggest", "compare", "diagnose", "explain", "whatif")
# A video that is spoken of without saying which: no title holds these words together with a verb of asking.
_SOME_VIDEO = re.compile(
    r"\b(?:my|the|our) (?:next|new|latest|upcoming|newest|current) (?:one|video|vid|vids|videos"
    r"|short|clip|upload|post"
    r"|tiktok|idea|draft)\b"
    r"|\bm[io]s? (?:proxim[oa]s?|nuev[oa]s?|siguientes?)\b|\b(?:proximo|nuevo"
    r"|siguiente) (?:video|short|clip)\b"
    r"|\b(?:ma|mes|mon|la) (?:prochaines?|nouvelles?|prochain|nouveau)\b"
    r"|(?:다음|새|이번|신규)\s?(?:영상|쇼츠|비디오|거|것|틱톡)"
    r"|\b(?:video|clip|vid) (?:tiep theo|moi|sap toi|ke tiep|toi)\b"
    r"|\b(?:mein|das) (?:nachstes|neues|nachste|neue) video\b|\bmeu (?:proximo|novo)\b"
    r"|\bvideo (?:baru|berikutnya)\b"
    r"|(?:次の|新しい)(?:動画|ショート)"
    r"|\b(?:my|our) (?:last|previous|recent|most recent) (?:one|video|vid|short|clip|upload|post|tiktok)\b"
    r"|\bthe one (?:for|on|about|with|i(?:'m| am) (?:posting|uploading))\b"
    r"|\b(?:(?:to|mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|tonight)['’]?s (?:one|video|vid"
    r"|short|clip|upload|post)\b"
    r"|\bm[io]s? ultim[oa]s? (?:videos?|clips?|shorts?)\b|\b(?:el|al|la|del) (?:de|del) (?:manana"
    r"|hoy|lunes|martes|miercoles"
    r"|jueves|viernes|sabado|domingo)\b|\bma derniere (?:video)?\b|\bmon dernier (?:short|clip)\b"
    r"|\bcelle (?:de|d'|du) ?(?:demain|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|ce soir)\b"
    r"|\b(?:video|clip) (?:vua roi|truoc|gan day|hom (?:qua|truoc)|ngay mai)\b|(?:저번|지난|최근"
    r"|마지막)\s?(?:영상|쇼츠|거)"
    r"|(?:내일|모레|[월화수목금토일]요일)에?\s?올릴\s?(?:거|것|영상|쇼츠)"
)
_LIKE_MINE = re.compile(
    r"\b(?:like|similar to|close to) (?:mine|ours|my own|my (?:videos?|vids?|shorts?|clips?|stuff))\b"
    r"|\b(?:parecid\w+|similares?|iguales?|como) (?:al?|a l[ao]s?|el|la|los|las)? ?(?:mi[oa]s?"
    r"|nuestr[oa]s?)\b"
    r"|\b(?:comme|a|aux?|avec) (?:l[ae]s? )?(?:miennes?|miens?|notres?)\b|\bgiong (?:nhu )?(?:video "
    r"|clip )?(?:cua )?(?:minh|em|toi)\b"
    r"|(?:내|제|우리)\s?(?:영상|거|것|쇼츠)(?:이랑|랑|와|과|하고|처럼)?\s?(?:비슷|유사|같은)"
)
_MINE = re.compile(
    r"\bmy (?:\w+ )?(?:videos?|vids?|shorts?|clips?|titles?|thumbnails?)\b|\bmis? (?:videos?"
    r"|titulos?|clips?)\b"
    r"|\b(?:ma|mes|mon) (?:videos?|titres?|shorts?)\b|(?:제|내|저희|우리)\s?(?:영상|제목|쇼츠|썸네일)"
    r"|\b(?:video|clip|tieu de)(?: cua)? (?:minh|toi|em)\b|\bmeine? (?:videos?|titel)\b"
    r"|\bmeus? (?:videos?|titulos?)\b"
    r"|(?:私|僕|自分)の(?:動画|タイトル)|\b(?:video|judul)(?:ku| saya| aku| gue)\b"
)
_ASKS = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|so|and|but|well|please|hey|hi|vale|oye|et|alors|oka?|si|yes"
    r"|sure)\W+)*(?:predict|forecast"
    r"|estimate|tell me|show me|compare|rate|review|check|analy[sz]e|explain|(?:can|could|would"
    r"|will) (?:you|u)|do (?:you|u)"
    r"|i (?:want|need|would like|wanna)|how (?:many|much) (?:views|plays)|how will (?:it|this"
    r"|my)|will (?:it|this|my)"
    r"|what (?:should|can|could|would) (?:i|you|u)|what do (?:you|u) think"
    r"|dime|predice|pronostica|calcula|compara|puedes|podrias|cuantas (?:vistas|views)"
    r"|quiero (?:saber|comparar|que)"
    r"|dis[- ]moi|predis|estime|compare|peux[- ]tu|tu peux|pourrais|combien de vues|je (?:veux|voudrais)"
    r"|du doan|du bao|so sanh|cho (?:minh|toi|em) (?:biet|hoi)|giup (?:minh|em|toi)"
    r"|sag mir|schatze|vergleiche|kannst du|wie viele aufrufe|me diz|preveja|prediga|voce pode"
    r"|tolong|coba|prediksi)\b"
    r"|(?:예측|비교|분석|평가|추천|알려|말해|봐|확인)(?:\s?좀)?\s?(?:해\s?)?(?:줘|주세요|줄래"
    r"|달라|줄 수|부탁)|(?:予測|比較|教えて|分析)(?:して|ください)?$"
    r"|\b(?:views?|vistas|vues|luot xem)\b.{0,30}\b(?:my next|mi proximo|ma prochaine|video tiep)\b"
)
_OTHER_TITLE = re.compile(
    r"\b(?:my|the|an|our) (?:other|second|backup|back-up|alternative|alternate|spare) (?:title|name"
    r"|headline|option)s?\b|\bthe (?:title|one) i (?:had|have) in mind\b"
    r"|\b(?:el|mi) otro titulo\b|\botros titulos\b|\bmon autre titre\b|\bl'autre titre\b"
    r"|(?:다른|나머지|예비|두 ?번째|또 다른)\s?제목|\b(?:cai )?(?:tieu de|tua|ten) (?:kia|khac"
    r"|con lai|du phong|thu hai)\b"
    r"|\b(?:mein|der|dem|den) (?:anderen?|zweiten?) titel\b|\b(?:meu|o) outro titulo\b"
    r"|\bjudul (?:lain|satunya|cadangan)\b"
    r"|(?:別の|もう(?:一つ|ひとつ)の|他の)タイトル"
)
_AGAINST = re.compile(
    r"\b(?:compar\w*|better|worse|stronger|against|vs|versus|than|stacks? up|beats?|par rapport"
    r"|face a|mieux|meilleure?"
    r"|mejor|peor|frente a|respecto|contra|que (?:el|mi)|so (?:sanh )?voi|so sanh|hon|als|gegen"
    r"|besser|vergleich\w*"
    r"|melhor|banding\w*|dibanding|daripada)\b|보다|비교|이랑|제목(?:과|하고)|比べ|比較|より"
)
_LIKE_LINK = re.compile(
    r"\b(?:like|similar to|close to|resembl\w+|parecid[oa]s? a|similares? a|como|comme"
    r"|semblables? a|similaires? a|proches? de"
    r"|giong(?: nhu)?|tuong tu(?: nhu)?|ahnlich\w*(?: wie)?|parecid[oa]s? com"
    r"|mirip(?: dengan)?)\W{0,3}\blink\b"
    r"|\blink\b\W{0,3}(?:이랑|랑|와|과|하고|처럼)\s?(?:비슷|유사|같은)|\blink\b\W{0,3}(?:に似た"
    r"|みたいな|のような)"
)
_WHY_SO = re.compile(
    r"\b(?:why|how come)\b.{0,16}\b(?:so|that|this|too) (?:low|high|few|many|little|much|bad|good)\b"
    r"|\b(?:why|how come)\b.{0,6}\b(?:low|so few)\b"
    r"|\b(?:pourquoi|pq|pk|pkoi)\b.{0,16}\b(?:si|aussi|tellement) (?:bas|haut|peu|faible|nul"
    r"|eleve|mauvais)\w*\b"
    r"|\bpor ?que\b.{0,14}\b(?:tan|tantas|tan poc[oa]s?|asi de) ?\w*|\b(?:pq|xq)\b.{0,10}\btan\b"
    r"|왜\s?(?:이렇게|그렇게|이리)\s?(?:낮|높|적|많|안)|왜\s?(?:낮|높|적)"
    r"|\bsao\b.{0,16}\b(?:thap|cao|it|nhieu)\b.{0,8}\b(?:vay|the|qua|z|v)\b"
    r"|\b(?:warum|wieso)\b.{0,10}\bso (?:wenig|niedrig|hoch|viel)\b|なぜ(?:こんなに)?(?:低|高|少)"
)


def reads_as_request(turn: Turn) -> bool:
    """Say whether words that could be a title ask for something instead: "could u predict my next one"."""
    said = fold(turn.slots.masked).strip()
    if _OTHER_TITLE.search(said) or _ASKS.search(said):
        return True
    scores = classify(turn.slots.masked) or {}
    best = max(scores, key=lambda name: scores[name]) if scores else ""
    question = bool(re.search(r"[?？]\W*$", said))
    if _SOME_VIDEO.search(said):
        return question or (best in _ASKING and scores[best] >= 0.5)
    return question and best in _ASKING and scores[best] >= _SURE


def speaks_of_some_video(turn: Turn) -> bool:
    """Say whether a turn speaks of a video without saying which: "Friday's one", "celle de jeudi"."""
    return bool(_SOME_VIDEO.search(fold(turn.slots.masked)))


def of_own_video(turn: Turn) -> bool:
    """Say whether a turn speaks of a video or title of the user's own, so that it is hardly out
    of scope."""
    said = fold(turn.slots.masked)
    return bool(_SOME_VIDEO.search(said) or _MINE.search(said))


def lacks_other_title(turn: Turn, talk: Talk) -> bool:
    """Say whether a turn compares with another title that nobody has named yet."""
    said = fold(turn.slots.masked)
    if (
        not (_OTHER_TITLE.search(said) and _AGAINST.search(said))
        or len(talk.variants) > 1
        or len(talk.drafts) > 1
    ):
        return False
    titles = {*turn.slots.titles, *([talk.draft["title"]] if talk.draft.get("title") else [])}
    return len(titles) < 2 and not stated(turn).keys() & {"thumbnail"} and len(turn.pictures) < 2


def asks_why_so(turn: Turn) -> bool:
    """Say whether a turn asks why a figure is as it is: "why so low?", "pk c'est si bas ?"."""
    return bool(_WHY_SO.search(fold(turn.slots.masked)))


def asks_like_mine(turn: Turn) -> bool:
    """Say whether a turn asks for videos like the user's own, whichever
    that is: "vidéos comme la mienne"."""
    return bool(_LIKE_MINE.search(fold(turn.slots.masked)))


def asks_like(turn: Turn) -> bool:
    """Say whether a turn asks for videos like the one at its link: "what's like LINK in my library?"."""
    return bool(_LIKE_LINK.search(fold(turn.slots.masked)))
