# ruff: noqa: E501 - patterns are kept whole
"""The words of claims in five languages: ratios, days, better and worse, help and hurt, usual, expected, names.

Each is a pattern for text in lower case in which what is spoken of has been put as §0§, §1§, ...
"""

import re
from collections.abc import Iterator


def _any(*words: str) -> str:
    return "(?:" + "|".join(words) + ")"


def _compile(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words), re.IGNORECASE)


_OF = r"(?=\s(?:as|the|its|your|their|his|her|what|that|of|more|higher|better)\b)"

# Words that say a ratio, and the ratio.
_RATIO_WORDS: tuple[tuple[re.Pattern[str], float], ...] = (
    (
        _compile(
            rf"\b(?:twice|two times|double){_OF}", r"\bdoubl(?:es|ed|ing)\b(?!-)", r"\btwofold\b", r"두\s?배", "갑절",
            "gấp đôi", "gấp hai", r"\bhai lần", r"\b(?:el|al) doble\b", r"\b(?:duplica|dobla)\w*", r"\bdos veces\b",
            r"\bdeux fois\b", r"\b(?:le|au) double\b", r"\bdouble(?:nt|ra)? (?=les?\b|la\b|vos\b|tes\b|votre\b|ton\b)",
        ),
        2.0,
    ),
    (
        _compile(
            r"(?<!first )(?<!second )(?<!other )(?<!latter )\bhalf(?=\s(?:as|the|its|your|their|of (?:the|its|your|what)"
            r"|what|that)\b)(?!\s(?:of )?(?:the|your|its) (?:time|videos?|battle|work|second|clip|length|frames?)\b)",
            r"\bhalv(?:es|ed|ing)\b", r"\b(?:in|by) half\b", "절반", "반토막", r"một nửa", "phân nửa", r"\bla mitad\b",
            r"\bla moitié\b", r"\bde moitié\b", r"\bmoitié moins\b",
        ),
        0.5,
    ),
    (
        _compile(
            rf"\b(?:thrice|three times|triple){_OF}", r"\btripl(?:es|ed|ing)\b", r"세\s?배", "gấp ba", r"\bba lần",
            r"\bel triple\b", r"\btriplica\w*", r"\btres veces\b", r"\btrois fois\b", r"\ble triple\b",
        ),
        3.0,
    ),
    (_compile(rf"\b(?:four times|quadruple){_OF}", r"\bquadrupl(?:es|ed|ing)\b", r"네\s?배", "gấp bốn", r"\bcuatro veces\b", r"\bquatre fois\b"), 4.0),
    (_compile(rf"\bfive times{_OF}", r"다섯\s?배", "gấp năm", r"\bcinco veces\b", r"\bcinq fois\b"), 5.0),
    (_compile(rf"\bten times{_OF}", r"\btenfold\b", r"열\s?배", "gấp mười", r"\bdiez veces\b", r"\bdix fois\b"), 10.0),
)  # fmt: skip

_RATIO_STEMS = re.compile(
    "twi|tw[oe]|doub|hal[fv]|tripl|three|thrice|four|five|ten|quadr|배|갑절|절반|반토막|gấp|lần|nửa|dob|duplic|veces|mitad|fois|moiti",
    re.IGNORECASE,
)


def said_ratios(text: str) -> Iterator[tuple[re.Match[str], float]]:
    """Return the ratios that a text puts in words: "twice", "half", "두 배"."""
    if _RATIO_STEMS.search(text):
        for words, ratio in _RATIO_WORDS:
            for found in words.finditer(text):
                yield found, ratio


# "thứ hai" is Monday and "the second": a day only after a word of time.
_VI = r"(?:vào|ngày|sáng|trưa|chiều|tối|đăng|là|lúc)\s+"
DAY_WORDS: tuple[str, ...] = (
    rf"\bmondays?\b|월요일|{_VI}thứ (?:hai|2)\b|\blunes\b|\blundis?\b",
    rf"\btuesdays?\b|화요일|{_VI}thứ (?:ba|3)\b|\bmartes\b|\bmardis?\b",
    rf"\bwednesdays?\b|수요일|{_VI}thứ (?:tư|4)\b|\bmi[ée]rcoles\b|\bmercredis?\b",
    rf"\bthursdays?\b|목요일|{_VI}thứ (?:năm|5)\b|\bjueves\b|\bjeudis?\b",
    rf"\bfridays?\b|금요일|thứ sáu\b|{_VI}thứ 6\b|\bviernes\b|\bvendredis?\b",
    rf"\bsaturdays?\b|토요일|thứ bảy\b|{_VI}thứ 7\b|\bs[áa]bados?\b|\bsamedis?\b",
    r"\bsundays?\b|일요일|chủ nhật\b|\bdomingos?\b|\bdimanches?\b",
)
# as a user may write them; never looked for in answers
_SHORT = (
    "mon|thứ hai|thứ 2",
    "tues?|thứ ba|thứ 3",
    "weds?|thứ tư|thứ 4",
    "thurs?|thu|thứ năm|thứ 5",
    "fri|thứ 6",
    "sat|thứ 7",
    "sun",
)
DAYS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(rf"{words}|\b(?:{short})\b", re.IGNORECASE)
    for words, short in zip(DAY_WORDS, _SHORT, strict=True)
)
DAY_STEMS = re.compile(
    "day|요일|thứ|chủ nhật|lunes|martes|coles|jueves|viernes|bado|domingo|lundi|mardi|credi|jeudi|dredi|samedi|dimanche",
    re.IGNORECASE,
)
NAMED_DAYS: tuple[re.Pattern[str], ...] = tuple(re.compile(words, re.IGNORECASE) for words in DAY_WORDS)

# --- order ---------------------------------------------------------------------------------------------

# Before "than" and the like ...
UP_THAN = _any(
    r"\bbetter\b", r"\bhigher\b", r"\bstronger\b", r"\bmore\b", r"\bgreater\b", r"\blarger\b", r"\bbigger\b", r"\bfaster\b",
    r"\bmás\b", r"\bmejor(?:es)?\b", r"\bsuperior(?:es)?\b", r"\bplus\b", r"\bdavantage\b", r"\bmieux\b",
    r"\bmeilleure?s?\b", r"\bsupérieure?s?\b",
)  # fmt: skip
DOWN_THAN = _any(
    r"\bworse\b", r"\blower\b", r"\bweaker\b", r"\bfewer\b", r"\bless\b", r"\bsmaller\b", r"\bslower\b",
    r"\bmenos\b", r"\bpeor(?:es)?\b", r"\binferior(?:es)?\b", r"\bmás (?:bajo|débil)\w*", r"\bmoins\b", r"\bpire\b",
    r"\binférieure?s?\b", r"\bplus (?:faible|bas)\w*",
)  # fmt: skip
THAN = _any(
    r"\bthan\b",
    r"\bque\b",
    r"\bqu'",
    r"\ba\b",
    r"\bal\b",
    r"\bto\b",
    r"\bà\b",
    r"\bau\b",
    r"\bcompared (?:to|with)\b",
)
# ... and with the other right after it.
UP_OVER = _any(
    r"\bbeats?\b", r"\bbeat\b", r"\boutperform(?:s|ed)?\b", r"\boutdoes\b", r"\btops\b", r"\bwins (?:over|against)\b",
    r"\bahead of\b", r"\babove\b", r"\bexceed(?:s|ed)?\b", r"\bsurpass(?:es|ed)?\b", r"\bover\b",
    r"\bsupera(?: a)?\b", r"\bgana a\b", r"\bpor (?:encima|delante) de\b", r"\bbat\b", r"\bdépasse\b", r"\bsurpasse\b",
    r"\bl'emporte sur\b", r"\bdevant\b", r"\bau-dessus de\b",
    r"tốt hơn", r"cao hơn", r"nhiều (?:\w+ ){0,2}hơn", "mạnh hơn", r"vượt(?: qua| trội)?", "thắng",
)  # fmt: skip
DOWN_OVER = _any(
    r"\bloses to\b", r"\bbehind\b", r"\btrails?\b", r"\bbelow\b", r"\blags(?: behind)?\b", r"\bfalls short of\b",
    r"\bunder\b", r"\bpierde (?:contra|frente a)\b", r"\bpor (?:debajo|detrás) de\b", r"\bperd contre\b", r"\bderrière\b",
    r"\ben dessous de\b", "kém hơn", "thấp hơn", r"ít (?:\w+ ){0,2}hơn", "tệ hơn", "yếu hơn", r"\bthua\b",
)  # fmt: skip
KO_UP = "(?:높|많|좋|낫|나은|나아|나을|앞서|앞섭|우수|유리|강하|강합|뛰어)"
KO_DOWN = "(?:낮|적|못하|못합|못해|나쁘|나쁩|뒤처|뒤지|불리|약하|약합|떨어)"

BEST = _any(
    r"\b(?:the |your |clearly |clear )?best\b", r"\bthe (?:clear )?winner\b", r"\bwins\b(?! over| against)", r"\bstrongest\b", r"\bhighest\b",
    r"\bcomes out (?:on top|ahead|first)\b", r"\bon top\b", r"\bahead\b(?! of)", r"\bhas (?:the|an?)(?: \w+)? edge\b", r"\bfirst place\b", r"\bin the lead\b", r"\bleads\b",
    r"\bthe better (?:one|title|choice|option|thumbnail|day|time|length|platform|place|of)\b", r"\bis better\b(?! than)",
    r"\blooks better\b(?! than)", r"\bdoes better\b(?! than)",
    r"\b(?:el|la) mejor\b(?! que)", r"\bes mejor\b(?! que)", r"\bgana\b(?! a)", r"\b(?:el|la) más alt[oa]\b",
    r"\ble meilleur\b", r"\bla meilleure\b", r"\bgagne\b", r"\bl'emporte\b(?! sur)", r"\best (?:meilleure?|mieux)\b(?! que)",
    "tốt nhất", "cao nhất", "nhiều nhất", "mạnh nhất", r"가장 (?:좋|높|많|낫|나은|강|유리)", "최고", "1위", r"제일 (?:좋|높|많)",
)  # fmt: skip
WORST = _any(
    r"\b(?:the )?worst\b", r"\bweakest\b", r"\blowest\b", r"\b(?:comes|ranks|finishes|is) last\b", r"\bat the bottom\b",
    r"\bloses\b(?! to)", r"\bthe worse (?:one|title|choice|option|thumbnail|day|time|length)\b", r"\bis worse\b(?! than)",
    r"\b(?:el|la) peor\b(?! que)", r"\bes peor\b(?! que)", r"\bpierde\b(?! contra| frente)", r"\b(?:el|la) más baj[oa]\b",
    r"\ble pire\b", r"\bla pire\b", r"\ble (?:plus faible|moins bon)\b", "tệ nhất", "thấp nhất", "kém nhất",
    r"가장 (?:나쁘|나쁜|낮|적|약)", "최하", "꼴찌",
)  # fmt: skip
PICK = _any(
    r"\btake\b", r"\bgo (?:with|for)\b", r"\bpick\b", r"\bchoose\b", r"\bi(?:'d| would) (?:use|post|publish)\b",
    r"\bpreferred:", r"\bbetter:", r"\bwinner:", r"\belige\b", r"\bquédate con\b", r"\bmejor:", r"\bprenez\b", r"\bprends\b",
    r"\bchoisi\w+", r"\bmieux :", r"\bchọn\b", r"\bnên (?:dùng|lấy)\b",
    r"\bprefers?\b", r"\brecommend\b", r"\brecomiendo\b", r"\bconseille\b", r"\brecommande\b", "khuyên", "đề xuất",
)  # fmt: skip
KO_PICK = r"(?:\s(?:제목|썸네일|쪽))?(?:을|를|으로|로)?\s?(?:고르|선택|추천|쓰세요)"
CLEAR = re.compile(
    r"\bclear(?:ly)? (?:the )?(?:winner|better|wins|ahead|stronger)\b|\bby far\b|\bwithout (?:a )?doubt\b|\bdecisive(?:ly)?\b"
    r"|확실히|분명히|rõ ràng|claramente|sin duda|nettement|clairement"
)
TIED = re.compile(
    r"\btoo close to call\b|\bcan't tell (?:them )?apart\b|\bno clear winner\b|\btoss-?up\b|\bneck and neck\b"
    r"|우열을 가리기|박빙|ngang nhau|empate|à égalité"
)

NTH: tuple[tuple[str, int], ...] = (
    (r"(?:second|2nd|second-?)", 2), (r"(?:third|3rd)", 3), (r"(?:fourth|4th)", 4), (r"(?:fifth|5th)", 5),
)  # fmt: skip
SUPERLATIVE = _any(
    r"best", r"most", r"highest", r"strongest", r"largest", r"biggest", r"greatest", r"main", r"top"
)
LEAST = _any(r"worst", r"least", r"lowest", r"weakest", r"smallest", r"fewest")

# --- direction -----------------------------------------------------------------------------------------

HELPS = re.compile(
    r"\bhelp(?:s|ed|ing|ful)?\b|\brais(?:es|e|ed|ing)\b|\bboost(?:s|ed|ing)?\b|\blift(?:s|ed|ing)?\b"
    r"|\bincreas(?:es|e|ed|ing)\b|\bimprov(?:es|e|ed|ing)\b|\bpush(?:es|ed)? (?:it |the forecast |views )?up\b"
    r"|\bworks? (?:for you|in your favou?r)\b|\bin your favou?r\b|\bpositive\b|\bgains?\b"
    r"|도움|높이|높여|높입|끌어올|긍정|giúp|tăng|nâng|có lợi|\bayudan?\b|\baumentan?\b|\bmejoran?\b"
    r"|\bfavorecen?\b|\bsuman?\b|\baident?\b|\baide\b|\baugmente(?:nt)?\b|\baméliore(?:nt)?\b|\bfavorise(?:nt)?\b"
)
HURTS = re.compile(
    r"\bhurt(?:s|ing)?\b|\blower(?:s|ed|ing)?\b|\breduc(?:es|e|ed|ing)\b|\bdrags?\b|\bcosts?\b|\bholds? (?:you|it) back\b"
    r"|\bheld back\b|\bholding (?:you|it) back\b|\bdecreas(?:es|e|ed|ing)\b|\bpulls? (?:it |the forecast |you )?down\b"
    r"|\bbrings? (?:it |the forecast |you )?down\b|\bharms?\b|\bworks? against\b|\bnegative\b|\bweighs?\b|\bpenali[sz]es?\b"
    r"|낮추|낮춥|떨어뜨|해치|깎|불리|끌어내|부정|giảm|hại|bất lợi|kéo xuống|\bperjudican?\b|\bbajan?\b|\breducen?\b|\brestan?\b"
    r"|\bdañan?\b|\bempeoran?\b|\bnuit\b|\bnuisent\b|\bréduit\b|\bréduisent\b|\bdiminue(?:nt)?\b|\bbaisse(?:nt)?\b|\bpénalise(?:nt)?\b"
)
# What turns a clause around or takes its weight away: such a clause is left alone.
NOT = re.compile(
    r"n't\b|\bnot\b|\bno\b|\bnever\b|\bneither\b|\bnor\b|\bnone\b|\bcannot\b|\bhardly\b|\bbarely\b|\bwithout\b|\bunless\b"
    r"|\bwhether\b|\bleast\b|않|안 |없|아니|không|chưa|chẳng|\bni\b|\bpas\b|\bjamais\b|\bsans\b|\bsin\b|\bnunca\b"
)
LESS_SO = re.compile(r"\b(?:help|hurt|cost|matter)s? (?:less|more|most)\b|\bless\b|\bleast\b")
# A clause about changing a factor says nothing of where it stands now.
CHANGING = re.compile(
    r"\bwould\b|\bcould\b|\bmight\b|\bmay\b|\bshorter\b|\blonger\b|\bshorten\w*|\bchang\w+|\bcut\w*|\btrim\w*|\bfix\w*|\bfewer\b"
    r"|\bimprove (?:the|your)\b|\bif you\b|\btry\b|\bdrop\w*|\badd\w*|바꾸|줄이면|늘리면|짧게|길게|nếu|thử|\bsi\b|\bchanger\b|\bcambiar\b"
)
# An effect that is not reliable may be told as one that may be.
HEDGED = re.compile(
    r"\b(?:may|might|could|perhaps|possibly|uncertain|unsure|unclear|not sure|reliabl[ey]|maybe|seems?)\b|불확실|수도|có thể|chưa chắc"
    r"|\bpodría|\bquizás?\b|\binciert|\bpourrait\b|\bpeut-être\b|\bincertain"
)
CLAUSE = re.compile(
    r"[;—]| – |,? \b(?:but|while|whereas|although|though|however|pero|mientras|mais|tandis que|nhưng|còn)\b |지만 |, |: "
)

# "63% chance", "a chance of 63%", and what such a clause says is no claim of its own.
CHANCE = r"(?:chances?|probability|odds|likelihood|probabilidad(?:es)?|de chances?|확률|가능성|khả năng|cơ hội|xác suất)"
CHANCE_OF = re.compile(rf"\b{CHANCE} (?:to|that|of|it|de|d'|que)\b[^.;§]*")
SUPPOSED_TIME = re.compile(r"\bbest (?:time|day|hour|moment|slot|length|title|thumbnail|hashtags?)\b")

# --- against the usual, and against what was expected -----------------------------------------------------

_YOURS = r"(?:\s(?!and\b|but\b|or\b)[\w'’]+){0,4}?\s"
_USUAL = r"(?:usual|typical|normal|average|baseline)\b"
ABOVE_USUAL = re.compile(
    rf"(?:\babove|\b(?:better|higher|more|stronger)(?: \w+){{0,2}} than|\bahead of|\bbeat(?:s|ing)?|\bexceed(?:s|ed|ing)?|\boutperform(?:s|ed|ing)?)"
    rf"{_YOURS}{_USUAL}"
    r"|(?:평소|보통|평균)(?:의|적인)?(?:\s?\S{1,6})?보다\s?(?:(?!낮|적|못|나쁘|덜|가능성|확률)\S+\s){0,3}?(?:높|많|좋|낫|나은|나아|잘)|(?:평소|평균)(?:를|을)? (?:웃돌|넘)"
    r"|(?:cao|nhiều|tốt) hơn(?:\s\S+){0,3}?\s(?:bình thường|thường lệ|thông thường|trung bình|mọi khi|thường ngày)"
    r"|(?:por encima de|mejor que|superior a|más(?: \w+){0,2} que)(?:\s\S+){0,3}?\s(?:habitual|costumbre|normal|típic\w+|promedio|siempre)"
    r"|(?:au-dessus d|mieux qu|meilleure?s? qu|supérieure?s? à|plus(?: \w+){0,3} qu)\S*(?:\s\S+){0,3}?\s?(?:habitu\w+|d'habitude|ordinaire|typique|moyenne|normale?)\b"
)
BELOW_USUAL = re.compile(
    rf"(?:\bbelow|\b(?:worse|lower|less|fewer|weaker)(?: \w+){{0,2}} than|\bbehind|\bunder|\bshort of|\btrail(?:s|ing)?|\bunderperform(?:s|ed|ing)?){_YOURS}{_USUAL}"
    r"|(?:평소|보통|평균)(?:의|적인)?(?:\s?\S{1,6})?보다\s?(?:(?!높|많|좋|낫|잘|가능성|확률)\S+\s){0,3}?(?:낮|적|못|나쁘|덜)|(?:평소|평균)(?:를|을|에)? (?:밑돌|못 미)"
    r"|(?:thấp|ít|kém|tệ)(?: \w+)? hơn(?:\s\S+){0,3}?\s(?:bình thường|thường lệ|thông thường|trung bình|mọi khi|thường ngày)"
    r"|(?:por debajo de|peor que|inferior a|menos(?: \w+){0,2} que)(?:\s\S+){0,3}?\s(?:habitual|costumbre|normal|típic\w+|promedio|siempre)"
    r"|(?:en dessous d|au-dessous d|moins(?: \w+){0,3} qu|pire qu|inférieure?s? à)\S*(?:\s\S+){0,3}?\s?(?:habitu\w+|d'habitude|ordinaire|typique|moyenne|normale?)\b"
)
USUAL = re.compile(
    rf"\b{_USUAL}|평소|보통 때|평균|bình thường|thường lệ|mức thường|thường ngày|habitual|de costumbre|lo normal|típic|d'habitude|habituel"
)
_EXPECT = r"(?:expect(?:ed|ation|ations)|forecast|foretold|predicted|prediction)\b"
_DID_MORE = (
    r"(?:\babove|\b(?:better|higher|more)(?: \w+){0,2} than|\bahead of|\bbeat|\bexceeded|\boutperformed)"
)
_DID_LESS = r"(?:\bbelow|\b(?:worse|lower|less|fewer)(?: \w+){0,2} than|\bbehind|\bunder|\bshort of|\bmissed)"
_AT_ONCE = r"(?:\s(?!and\b|but\b|or\b)[\w'’,.]*[\w'’]){0,5}?\s"
ABOVE_EXPECTED = re.compile(
    rf"{_DID_MORE}{_AT_ONCE}{_EXPECT}|\boverperformed\b|예상(?:보다|을|치보다)?\s?(?:\S+\s){{0,2}}?(?:높|많|좋|잘|웃돌|넘)"
    r"|(?:cao|nhiều|tốt)(?: \w+)? hơn(?:\s\S+){0,3}?\s(?:dự đoán|dự kiến|dự báo|mong đợi|kỳ vọng)|vượt (?:dự đoán|dự kiến|dự báo|kỳ vọng)"
    r"|(?:por encima de|mejor de|más de|superó)(?:\s\S+){0,3}?\s(?:esperad\w+|previst\w+|esperaba)"
    r"|(?:au-dessus d|mieux qu|plus qu)\S*(?:\s\S+){0,3}?\s(?:attend\w+|prévu\w*|attentes)"
)
BELOW_EXPECTED = re.compile(
    rf"{_DID_LESS}{_AT_ONCE}{_EXPECT}|\bunderperformed\b|예상(?:보다|을|치보다)?\s?(?:\S+\s){{0,2}}?(?:낮|적|못|밑돌)"
    r"|(?:thấp|ít|kém|tệ)(?: \w+)? hơn(?:\s\S+){0,3}?\s(?:dự đoán|dự kiến|dự báo|mong đợi|kỳ vọng)"
    r"|(?:por debajo de|peor de|menos de)(?:\s\S+){0,3}?\s(?:esperad\w+|previst\w+|esperaba)"
    r"|(?:en dessous d|au-dessous d|moins(?: bien)? qu)\S*(?:\s\S+){0,3}?\s(?:attend\w+|prévu\w*|attentes)"
)
EXPECTED = re.compile(rf"\b{_EXPECT}|예상|dự đoán|dự kiến|esperad|previst|prévu|attendu")
AS_EXPECTED = re.compile(
    rf"\b(?:did|performed|is|was|does|doing|performs)(?: \w+){{0,2}} as expected\b|\babout what was (?:to be )?expected\b|\bin line with(?: \w+){{0,3}} {_EXPECT}"
    r"|예상(?:과 비슷|대로)|đúng (?:như )?(?:dự đoán|dự kiến|dự báo)|\bcomo se esperaba\b|\bcomme (?:prévu|attendu)\b"
)
FAR = re.compile(
    r"\b(?:far|way|vastly)\b|훨씬|rất nhiều|\bmuy\b|\bmucho\b|\bbien\b(?! que)|\btrès\b|\bbeaucoup\b"
)
SLIGHTLY = re.compile(
    r"\b(?:slightly|a little|a bit|somewhat|just)\b|조금|약간|một chút|hơi|\bun poco\b|\blégèrement\b|\bun peu\b"
)
INSIDE = re.compile(
    r"\b(?:lies|falls|fell|is|was|sits|landed|lands|stays)(?: \w+)? (?:inside|within) (?:the|its|that|our)(?: 80%)? (?:interval|range)\b"
)
OUTSIDE = re.compile(
    r"\b(?:lies|falls|fell|is|was|sits|landed|lands)(?: \w+)? (?:outside|beyond)(?: of)? (?:the|its|that|our)(?: 80%)? (?:interval|range)\b"
)
FASTER = re.compile(
    r"\bfaster than (?:its|that|a typical|others|most|what)\b|\bgrow(?:s|ing) faster\b|\bahead of its age\b"
)
SLOWER = re.compile(
    r"\bslower than (?:its|that|a typical|others|most|what)\b|\bgrow(?:s|ing) (?:more slowly|slower)\b|\bbehind its age\b"
)

# --- what a claim measures --------------------------------------------------------------------------------

MEASURES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\bcrowded|\bcrowding|\bsaturated|\bcompetitive|붐비|đông|saturad|encombré"), "crowding"),
    (re.compile(r"\b(?:most|more|less|least) (?:similar|alike)\b|\bclosest\b|가장 비슷|giống nhất|más parecid|plus semblable"), "similarity"),
    (re.compile(rf"\b(?:better|higher|lower|more|less|best|highest|mejor(?:es)?|meilleures?) (?:likely|{CHANCE})|확률이 (?:더|높|낮)"), "chance"),
    (re.compile(r"\bviews?\b|\bviewed\b|\bwatched\b|\bseen\b|조회|lượt xem|visualizaciones|visitas|\bvues?\b"), "views"),
    (re.compile(r"\bchannel'?s'? usual|\bagainst (?:its|their) channels?"), "vs_channel"),
)  # fmt: skip

# --- the second one -----------------------------------------------------------------------------------------

ORDINAL = re.compile(
    r"\b(?:the )?(?P<en>first|second|third|fourth|1st|2nd|3rd|4th)(?: (?:one|title|thumbnail|option|variant|version|draft|video))"
    r"|\bthe (?P<bare>first|second|third|fourth|last|latter|former)(?= (?:is|does|wins|beats|looks|has|gets|scores|leads|comes|ranks|performs|outperforms|loses|trails)\b|[.,;!?]|$| by\b| than\b| over\b)"
    r"|(?P<ko>첫 번째|두 번째|세 번째|네 번째)(?! (?:초|영상 초))(?: (?:제목|썸네일|것))?"
    r"|\b(?:cái|tiêu đề|phương án)?\s?(?P<vi>thứ nhất|đầu tiên|thứ hai|thứ ba|thứ tư)(?= (?:tốt|cao|kém|thấp|hơn|thắng|là)|[.,;]|$)"
    r"|\b(?:el|la) (?P<es>primer[oa]?|segund[oa]|tercer[oa]?|cuart[oa])(?: título| miniatura| opción)?(?= (?:es|gana|supera|tiene|rinde|pierde)\b|[.,;]|$)"
    r"|\b(?:le|la) (?P<fr>premi(?:er|ère)|deuxième|seconde?|troisième)(?: titre| miniature| option)?(?= (?:est|bat|gagne|dépasse|l'emporte|a|fait)\b|[.,;]|$)"
)
ORDINALS = {
    "first": 0, "1st": 0, "former": 0, "second": 1, "2nd": 1, "latter": -1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "last": -1,
    "첫 번째": 0, "두 번째": 1, "세 번째": 2, "네 번째": 3, "thứ nhất": 0, "đầu tiên": 0, "thứ hai": 1, "thứ ba": 2, "thứ tư": 3,
    "primer": 0, "primero": 0, "primera": 0, "segundo": 1, "segunda": 1, "tercer": 2, "tercero": 2, "tercera": 2, "cuarto": 3,
    "cuarta": 3, "premier": 0, "première": 0, "deuxième": 1, "seconde": 1, "troisième": 2,
}  # fmt: skip

# --- which factor, and against what -----------------------------------------------------------------------

HELPS_MOST = re.compile(
    r"\bhelps? (?:you )?most\b|\bmost (?:effective|helpful)\b|\b(?:biggest|largest|strongest|greatest|main) (?:help|plus|gain|boost|lift|win|positive)\b"
)
HURTS_MOST = re.compile(
    r"\bhurts? (?:you )?most\b|\b(?:biggest|largest|strongest|greatest|main) (?:drag|minus|loss|cost|negative|problem|brake)\b"
)
SIZE = re.compile(
    r"\b(?:biggest|largest|strongest|main|most important) (?:factor|effect|influence|reason)\b|\bmatters most\b"
)
OTHER = re.compile(
    r"\bthan\b|\bvs\.?\b|\bversus\b|\bagainst\b|\bcompared\b|\bof the\b|\bthe other\b|\bfrom\b|\bover\b|\binstead\b|보다|so với|\bque\b"
)

# --- names ------------------------------------------------------------------------------------------------

QUOTED = re.compile(
    r"“([^”\n]{2,300})”|\"([^\"\n]{2,300})\"|«\s?([^»\n]{2,300}?)\s?»|「([^」\n]{2,300})」|『([^』\n]{2,300})』"
)
_RUN = r"[A-ZÀ-ÖØ-ÞĐ][\w'’&.-]*(?:\s(?:&\s|of\s|the\s|de\s|la\s)?[A-ZÀ-ÖØ-ÞĐ][\w'’&.-]*){0,4}"
CHANNEL = re.compile(
    rf"(?:\b(?:by|from|unlike|like|than|than on|channels?|creators?|channel called|channel named|canal|chaîne|kênh|채널)\s)({_RUN})"
    rf"|({_RUN})(?=(?:'s|'|’s|’) (?:channel|video|videos|short|shorts|audience|followers|title)\b)",
)
TITLE_WORD = re.compile(
    r"\b(?:title|video|called|titled|channel|short|named|제목|영상|채널|tiêu đề|video|kênh|título|canal|titre|chaîne)\b",
    re.IGNORECASE,
)
# Words with a capital that name no channel: platforms, parts of ours, the calendar.
COMMON = frozenset(
    re.findall(
        r"\S+",
        "i i'm i'd i'll youtube shorts short tiktok instagram reels bilibili google data api library demo shortcast utc seo"
        " monday tuesday wednesday thursday friday saturday sunday january february march april may june july august"
        " september october november december english korean vietnamese spanish french japanese chinese the a an this that"
        " these those my your it its his her their our platform channel title video model forecast effects similar views"
        " analyst offline hd 4k cpm rpm ctr",
    )
)

# Words that let a ratio be that of another video to its own channel.
PEERS = re.compile(r"channel|usual|채널|평소|kênh|canal|habitual|chaîne|habitu", re.IGNORECASE)
LARGEST = re.compile(r"\b(?:largest|biggest|smallest) (?:topic|group|cluster)\b")
