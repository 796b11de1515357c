"""The words of titles, in scripts with spaces and without."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from shortcast_ml.text import GENERIC_TAGS, MENTION

MOST_CHARS = 500  # of a title
LONGEST_WORD = 24  # longer ones are joined tags or noise
GRAMS = range(2, 7)  # characters, where words are not parted by spaces
LINK = re.compile(
    r"\S*(?:https?:|www\.|\w\.(?:com|net|org|io|ly|me|tv|co|vn|kr|cn|jp|fr|de|ru|br|in)\b)\S*", re.I
)
UNSPACED = re.compile(r"([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]+)")
KANA = re.compile(r"[\u3041-\u309f]+|[\u30a0-\u30ff]+")  # a run of either is a word of its own
HIRAGANA = re.compile(r"[\u3041-\u309f]{1,2}")  # particles and endings
BREAK = re.compile(
    r"[.,;:!?|/()\[\]{}<>\"#…·•。，、！？：；「」『』【】《》（）]+"
)  # no pair of words reaches over it
DRAWN_OUT = re.compile(r"(.)\1{3}")  # "xhhhhh", "aaaa"

# Words that say nothing of a topic. Those that all topics share need no list; these stand where one topic is in
# another language than the rest.
STOP_WORDS = frozenset(
    """
    a about after all also am an and any are as at be been before best but by can day did do does every for from get
    got had has have he her here him his how i if in into is it its just know let like lol make me more most much
    my new no not now of off on one only or our out over part people see she so some than that the their them then
    there these they this those time to too top up us video videos was watch way we were what when where which who
    why will with you your don t s m re ve ll d vs ft feat official full hd ep episode
    au aux avec ce ces cette comme dans de des donc du elle en est et eux il ils je la le les leur lui ma mais mes
    moi mon ne nos notre nous on ou où par pas plus pour que qui sa sans se ses si son sont sur ta te tes toi ton tu
    un une vos votre vous être avez fait faire quand comment c j l n qu
    al algo como con cuando cual del desde el ella ellos entre era es esta estas este esto estos está están hay la
    las lo los me mi mis muy más nada ni nos o para pero por porque qué quien se según ser si sin sobre su sus
    también te tiene todo todos tu tus un una uno unos y ya yo
    ao aos as até com da das do dos e ela ele em essa esse eu foi isso isto já mais mas meu minha muito na nas no
    nos não num os ou para pela pelo pra quando que quem sem seu sua só também tem um uma você vai
    aber als am auf aus bei bin bis das dass dem den der die dir du ein eine einem einen einer er es für hat ich ihr
    im ist ja kann kein mein mich mir mit nach nicht noch nur oder sehr sein sich sie sind so und uns von war was
    wenn wer wie wir wird zu zum zur
    che chi ci con da dal dei del della di e gli ho i il in io la le lo ma mi nel nella non per più quando quello
    questa questo se sei si solo sono su ti tra tu un una
    anh ai bạn bị bởi các cái cho chưa chỉ chị con có của cũng cùng còn cứ do em gì hay hết hơn khi không là làm lên
    lại mà mình một mấy mới nay này nào nên nó nếu nhiều nhé nhất như những nhưng nữa phải qua quá ra rất rồi sao
    sẽ sau ta thì theo thôi thế trong trên tôi tới từ và vẫn vào vì với về xem đang đã đây đó đi được đến đều để ơi
    ạ à nha ở nhỉ tui ko k dc đc
    가 거 것 게 그 그냥 그리고 나 나는 난 내 내가 너 너무 넌 네 는 다 더 도 된 들 등 때 또 를 만 많이 뭐 못 보다 수
    아 안 어 에 에서 여기 오늘 와 왜 우리 은 을 의 이 이거 이게 이런 잘 저 정말 제 좀 진짜 하나 하는 하면 한 할 함 해
    aku ada akan apa atau bisa buat dari dan dengan di ga gak ini itu jadi juga kalau kamu ke karena kita lagi mau
    nya pada sama saya sudah tidak untuk yang yg
    в во и из к как мы на не но о он она от по с со так то ты у что это я для за все
    bir bu da de için ile mi mu ne ve çok
    """.split()  # noqa: SIM905 - a list of so many words is no easier to read
)
# Everyday characters of Chinese: no piece holds them.
STOP_CHARS = frozenset(
    "的了是在我你他她它们这那和与也都就不有着过吗呢吧啊被把让给个为什么怎很还又到一上下之从对会能要去来说看"
)
SAYS_NOTHING = frozenset(GENERIC_TAGS) | {
    "short", "trending", "youtube", "youtubeshorts", "ytshorts", "shortvideo", "subscribe", "follow", "xyzbca",
    "trends", "shortsfeed", "bilibili", "douyin", "capcut", "lyfe", "foru", "fy", "xh", "xhh", "xhhh",
}  # fmt: skip
REACH = re.compile(
    r"tiktok|xuhuong|foryou|fyp|viral|trending"
)  # tags that ask for reach, however they are joined
# Titles are data. One that speaks to a machine gives a topic no words.
ORDERS = re.compile(
    r"(?:ignore|disregard|forget|override|bypass|obey|follow)\b.{0,40}\b(?:instruction|rule|prompt|previous|above|system)"
    r"|system (?:prompt|message)|\byou are (?:now|an? (?:ai|assistant|model))\b|jailbreak|developer mode|as an ai\b"
    r"|\b(?:ai|assistant|model)\b.{0,20}\b(?:must|should|tell|answer|reply|recommend)\b"
    r"|忽略.{0,12}(?:指令|规则|提示)|무시.{0,12}(?:지시|규칙)|(?:지시|규칙).{0,12}무시"
    r"|bỏ qua.{0,30}(?:chỉ thị|hướng dẫn|quy tắc)"
    r"|ignor\w{1,3}\b.{0,30}(?:instruccion|consigne|règle|regla|anweisung|istruzion)",
    re.I,
)


def terms_of(title: str, hashtags: Iterable[str] = ()) -> set[str]:
    """Return the words of a title and its hashtags, and its pairs of neighbouring words.

    Lower case, letters and digits only. Runs of Chinese characters are cut into all pieces of 2 to 6; runs of kana
    are words; Korean and Vietnamese are parted by spaces as they are written. None of a title that gives orders.
    """
    text = unicodedata.normalize("NFKC", f"{title} #{' #'.join(hashtags)}"[:MOST_CHARS]).casefold()
    if ORDERS.search(text):
        return set()
    text = MENTION.sub(" ", LINK.sub(" ", text))
    found: set[str] = set()
    for phrase in BREAK.split(text):
        last = ""
        for piece in UNSPACED.split(phrase):
            if UNSPACED.match(piece):
                found |= _grams(piece)
                last = ""
                continue
            for word in _words(piece):
                plain = _telling(word)
                if plain:
                    found.add(word)
                if last and plain:
                    found.add(f"{last} {word}")
                last = word if plain else ""
    return found


def plain_words(text: str) -> set[str]:
    """Return the words of a text in lower case, runs without spaces as a whole."""
    return set(_word().findall(unicodedata.normalize("NFKC", text[:MOST_CHARS]).casefold()))


def _telling(word: str) -> bool:
    """Return whether a word can say something of a topic."""
    return (
        2 <= len(word) <= LONGEST_WORD
        and word not in STOP_WORDS
        and word not in SAYS_NOTHING
        and not word.isdigit()
        and not DRAWN_OUT.search(word)
        and not REACH.search(word)
        and not HIRAGANA.fullmatch(word)
    )


def _grams(run: str) -> set[str]:
    pieces = {run[i : i + size] for size in GRAMS for i in range(len(run) - size + 1)}
    return {piece for piece in pieces if STOP_CHARS.isdisjoint(piece)}


def _words(text: str) -> list[str]:
    return _word().findall(KANA.sub(r" \g<0> ", text))


@cache
def _word() -> re.Pattern[str]:
    """Return the pattern of a word: letters, digits and the marks that scripts such as Hindi's set on letters."""
    marks = "".join(chr(c) for c in range(0x300, 0x10000) if unicodedata.category(chr(c)) in ("Mn", "Mc"))
    return re.compile(rf"(?:[^\W_]|[{marks}])+")
