"""What one message states: links, titles, counts, times. Parsed, never guessed."""

import re
from dataclasses import dataclass
from datetime import datetime

from shortcast_agent.numbers import COUNT, read_count
from shortcast_agent.planner import when
from shortcast_agent.planner.titles import find_quotes, find_titles, find_topic

_LINK = re.compile(
    r"https?://[^\s<>\"'`）)\]]+"
    r"|(?<![\w@.])(?:www\.|m\.)?(?:youtube\.com/|youtu\.be/|tiktok\.com/|vm\.tiktok\.com/"
    r"|vt\.tiktok\.com/|bilibili\.com/)[^\s<>\"'`）)\]]+",
    re.IGNORECASE,
)
_N = rf"(?P<n>(?<![\w.,]){COUNT}(?![.,]?\d))"
_FOLLOWERS = (
    rf"{_N}[\s-]*(?:\+\s*)?(?:\w+\s)?(?:followers?|subs\b|subscribers?|fans\b|seguidores"
    rf"|suscriptores|abonnés|abonnees?|người (?:theo dõi|đăng ký)|구독자|팔로워|sub(?=[\s-]+channel))",
    rf"(?:followers?|subs|subscribers?|follower count|subscriber count|seguidores|suscriptores"
    rf"|abonnés|người (?:theo dõi|đăng ký)|구독자(?:\s?수)?[는가이]?"
    rf"|팔로워(?:\s?수)?[는가이]?)\s*(?:count\s*)?(?:is|are|of|at|:|=|~|là|about|around)*\s*{_N}",
    rf"\b(?:channel|account|page)\s+(?:with|of|has|at)\s+(?:about |around |only )?{_N}(?!\s*(?:views"
    rf"|videos|uploads))",
)
_VIEWS_WORD = r"(?:views?|plays?|watches|vistas|visualizaciones|reproducciones|vues|lượt xem|views를|조회수)"
_COUNTED = {
    "likes": r"(?:likes?\b|hearts?\b|me gusta\b|j'aime\b|lượt thích|좋아요)",
    "comments": r"(?:comments?\b|comentarios?\b|commentaires?\b|bình luận|댓글)",
}
_USUAL = (
    r"(?:usual(?:ly)?|typical(?:ly)?|normal(?:ly)?|average[sd]?|averaging|on average|generally"
    r"|median|most of my|my (?:other |recent |last )?(?:videos|shorts|ones|uploads"
    r"|stuff) (?:\w+ )?(?:get|do|reach|make)"
    r"|평소|보통|평균|thường|trung bình|normalmente|suelen|de media|promedio|d'habitude|en moyenne"
    r"|habituellement|en général)"
)
_VIEWS = (
    rf"{_N}\s*(?:total\s+|more\s+)?{_VIEWS_WORD}",
    rf"{_VIEWS_WORD}\s*(?:count\s*)?(?:is|are|of|at|:|=|là|가|는|이)*\s*(?:only\s+|just\s+)?{_N}",
)
_STUCK = (
    rf"\b(?:stuck|stalled|stopped|died|sitting|plateaued|flatlined|capped)\s+(?:at|around"
    rf"|on)\s+(?:about |around |only )?{_N}",
    rf"\b(?:got|gets|getting|reached|hit|has|only|just)\s+(?:about |around |only |just "
    rf"|like )?{_N}(?!\s*(?:{_VIEWS_WORD}|followers?|subs|subscribers?|%|\w*seconds?|secs?"
    rf"|s\b|days?|hours?|h\b|weeks?|likes?|comments?|videos?|thumbnails?"
    rf"|titles?))(?=\s*(?:$|[.,;!?]|in\b|after\b|and\b|so far|since|on\b|within))",
)
_RECENT = re.compile(
    rf"(?:last|recent|previous|past|latest|earlier|최근|gần đây|últimos"
    rf"|derni\w+)\b[^.?!\n]{{0,60}}?(?P<list>{COUNT}(?:\s*(?:,|;|and|y|et|và|&|/)+\s*{COUNT}){{2,}})",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"\b(?:top|limit(?: of| to|:)?|up to|first|at most|around)\s+(?P<a>\d{1,3})\b(?!\s*(?:views|k\b"
    r"|days|hours|seconds|%))"
    r"|(?<![\w.,:])(?P<b>\d{1,3})\s+(?:\w+\s+){0,4}?(?:videos?|shorts|clips|examples|results|tiktoks"
    r"|ones|vídeos|vidéos|similar)\b"
    r"|(?<![\w.,:])(?P<c>\d{1,3})\s*(?:개|편)",
    re.IGNORECASE,
)
_LIMIT_WORD = re.compile(
    r"\b(?P<w>two|three|four|five|six|seven|eight|nine|ten|twenty|fifty"
    r"|hundred)\s+(?:\w+\s+){0,3}?(?:videos?|shorts|clips|examples|results)\b",
    re.I,
)
_WORD_LIMITS = {
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twenty": 20,
    "fifty": 50,
    "hundred": 100,
}
_PLATFORMS = (
    ("tiktok", r"tik\s?tok|틱톡"),
    ("bilibili", r"bilibili|b站"),
    (
        "youtube",
        r"long[- ]form|regular youtube|normal youtube|full[- ]length youtube|youtube video(?! short)",
    ),
    ("youtube_shorts", r"shorts?\b(?=.*)|youtube|쇼츠|유튜브"),
)
_UNSUPPORTED = re.compile(
    r"\b(instagram|insta|reels|facebook|snapchat|spotlight|twitch|linkedin|pinterest)\b", re.IGNORECASE
)
_ORDINALS = (
    (
        r"\b(?:the )?(?:1st|first)(?: (?:one|title|thumbnail|option|video|picture|image|variant))\b"
        r"|\bnumber (?:one|1)\b|\boption (?:1|one|a)\b|첫\s?번째|đầu tiên|\bel primero\b"
        r"|\bla primera\b|\ble premier\b|\bla première\b",
        0,
    ),
    (
        r"\b(?:2nd|second)\b(?!s)(?! \w*seconds?)|\bnumber (?:two|2)\b|\boption (?:2|two|b)\b|두\s?번째"
        r"|thứ hai\b|\bel segundo\b|\bla segunda\b|\ble deuxième\b|\bla deuxième\b|\bthe latter\b",
        1,
    ),
    (
        r"\b(?:3rd|third)\b|\bnumber (?:three|3)\b|\boption (?:3|three|c)\b|세\s?번째|\bel tercero\b"
        r"|\ble troisième\b",
        2,
    ),
    (r"\bthe last one\b|\bthe last (?:title|thumbnail|option)\b|마지막", -1),
)
_HASHTAG = re.compile(r"(?<!\w)#[^\W\d_]\w*")
_DESCRIPTION = re.compile(
    r"\bdescription\s*(?:is|:|=)\s*(?:\"(?P<q>[^\"]+)\"|(?P<rest>[^\n]+))", re.IGNORECASE
)
_SUBJUNCTIVE = re.compile(
    r"\b(?:if|should|plan|planning|going to|will|would|schedul\w+|gonna|when)\b|라면|올리면|nếu|\bsi\b",
    re.IGNORECASE,
)
_POSTED = re.compile(
    r"\b(?:posted|published|uploaded|released|went (?:live|up)|dropped)\b|올렸|업로드했|đã đăng|publiqué"
    r"|subí|publié|posté",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Slots:
    """What one message states; None or empty where it is silent."""

    text: str
    masked: str = ""
    links: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    title_cued: bool = False
    description: str | None = None
    followers: int | None = None
    typical_views: float | None = None
    recent_views: tuple[int, ...] = ()
    views: int | None = None
    likes: int | None = None
    comments: int | None = None
    age_days: float | None = None
    horizon_days: float | None = None
    duration_s: float | None = None
    publish_at: datetime | None = None
    hour_named: bool = False
    platform: str | None = None
    unsupported_platform: str | None = None
    limit: int | None = None
    topic: str | None = None
    ordinal: int | None = None


def read_slots(text: str, now: datetime) -> Slots:
    """Parse what `text` states. `now` (aware) is when it was said, for "on Friday"."""
    text = re.sub(r"(?<![\d.,])(\d{1,3}) (?=\d{3}(?!\d))", "\\1\u00a0", text)  # 12 000 is one number
    links = tuple(_clean_link(match.group()) for match in _LINK.finditer(text))
    without_links = _LINK.sub(" LINK ", text)
    description = _DESCRIPTION.search(without_links)
    spoken = _DESCRIPTION.sub(" ", without_links) if description else without_links
    titles, cued = find_titles(spoken)
    plain = find_quotes(spoken).masked
    for title in titles:
        plain = plain.replace(title, '"…"')
    recent = _RECENT.search(plain)
    numbers = plain[: recent.start()] + plain[recent.end() :] if recent else plain
    followers = _first(_FOLLOWERS, numbers)
    typical, views = _views(numbers)
    hashtags = " ".join(dict.fromkeys(_HASHTAG.findall(spoken)))
    stated = (description.group("q") or description.group("rest") or "").strip() if description else ""
    past = bool(_POSTED.search(plain)) and not _SUBJUNCTIVE.search(plain)
    moment, hour_named = when.read_moment(plain, now)
    age, horizon = when.read_age(plain), when.read_horizon(plain)
    if past and moment is not None:
        age = age if age is not None else _age_of_past(plain, now)
        moment, hour_named = None, False
    unsupported = _UNSUPPORTED.search(plain)
    return Slots(
        text=text,
        masked=re.sub(r"\s+", " ", plain).strip(),
        links=links,
        titles=titles,
        title_cued=cued,
        description=stated or hashtags or None,
        followers=int(followers) if followers is not None else None,
        typical_views=typical,
        recent_views=tuple(int(read_count(part)) for part in re.findall(COUNT, recent.group("list")))
        if recent
        else (),
        views=views,
        likes=_counted("likes", numbers),
        comments=_counted("comments", numbers),
        age_days=age,
        horizon_days=None if age is not None and horizon == age else horizon,
        duration_s=when.read_duration(
            re.sub(r"(?i)\b(?:first|last|opening|in)\s+\d+\s*-?s(?:ec\w*)?\b", " ", plain)
        ),
        publish_at=moment,
        hour_named=hour_named,
        platform=_platform(plain),
        unsupported_platform=unsupported.group(1) if unsupported else None,
        limit=_limit(plain),
        topic=find_topic(without_links),
        ordinal=next((nth for words, nth in _ORDINALS if re.search(words, plain, re.IGNORECASE)), None),
    )


def nearest_horizon(days: float | None) -> int | None:
    """Return the horizon of the model (1, 7 or 30 days) that is nearest on a logarithmic scale."""
    from math import log

    return None if days is None else min((1, 7, 30), key=lambda known: abs(log(max(days, 0.04)) - log(known)))


def _clean_link(link: str) -> str:
    link = link.rstrip(".,;:!?…")
    return link if link.lower().startswith("http") else f"https://{link}"


def _first(patterns: tuple[str, ...], text: str) -> float | None:
    for pattern in patterns:
        match = re.search(pattern, text, re.IGNORECASE)
        if match:
            return read_count(match.group("n"))
    return None


def _views(text: str) -> tuple[float | None, int | None]:
    """Return the typical views and the views of one video that a text states."""
    typical: float | None = None
    actual: int | None = None
    for clause in re.split(
        r"[.;!?\n]\s|,\s+(?=but|and|while|this|usually|normally|my|pero|mais|nhưng)|\b(?:but|while"
        r"|whereas|pero|mais|nhưng|instead of)\b|지만|는데",
        text,
    ):
        usual = re.search(_USUAL, clause, re.IGNORECASE)
        count = _first(_VIEWS, clause)
        if count is None:
            count = _first(_STUCK, clause)
        if count is None and usual:
            bare = re.search(
                rf"{_USUAL}\D{{0,40}}{_N}(?!\s*(?:followers?|subs|subscribers?|seconds?|s\b|days?|videos))",
                clause,
                re.IGNORECASE,
            )
            count = read_count(bare.group("n")) if bare else None
        if count is None:
            continue
        if usual and typical is None:
            typical = count
        elif not usual and actual is None:
            actual = int(count)
    return typical or None, actual


def _counted(what: str, text: str) -> int | None:
    """Return the likes or comments of one video that a text states: "300 likes", "댓글 20개"."""
    word = _COUNTED[what]
    count = _first((rf"{_N}\s*{word}", rf"{word}\s*(?:count\s*)?(?:is|are|:|=)?\s*{_N}"), text)
    return None if count is None else int(count)


def _platform(text: str) -> str | None:
    return next((name for name, words in _PLATFORMS if re.search(words, text, re.IGNORECASE)), None)


def _limit(text: str) -> int | None:
    match = _LIMIT.search(text)
    if match:
        return int(match.group("a") or match.group("b") or match.group("c")) or None
    word = _LIMIT_WORD.search(text)
    return _WORD_LIMITS[word.group("w").lower()] if word else None


def _age_of_past(text: str, now: datetime) -> float | None:
    """Return the days since a named weekday that is past: "I posted it on Monday"."""
    moment, _ = when.read_moment(text, now)
    if moment is None:
        return None
    ahead = (moment - now).total_seconds() / 86400
    return max(round(7 - ahead % 7, 2), 0.1) if ahead > 0 else max(round(-ahead, 2), 0.1)
