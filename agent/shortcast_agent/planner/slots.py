"""What one message states: links, titles, counts, times. Parsed, never guessed."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from shortcast_agent.planner.counts import plain_counts
from shortcast_agent.planner.figures import read_figures
from shortcast_agent.planner.filters import Filters, read_filters
from shortcast_agent.planner.identity import read_identity
from shortcast_agent.planner.lengths import read_duration
from shortcast_agent.planner.moments import read_moment, read_past_day
from shortcast_agent.planner.ordinals import read_ordinal
from shortcast_agent.planner.titles import find_quotes, find_titles
from shortcast_agent.planner.topics import find_topic
from shortcast_agent.planner.when import read_age, read_horizon

_LINK = re.compile(
    r"https?://[^\s<>\"'`）)\]]+"
    r"|(?<![\w@.])(?:www\.|m\.)?(?:youtube\.com/|youtu\.be/|tiktok\.com/|vm\.tiktok\.com/"
    r"|vt\.tiktok\.com/|bilibili\.com/)[^\s<>\"'`）)\]]+",
    re.IGNORECASE,
)
_PLATFORMS = (
    ("tiktok", r"tik\s?tok|\btt\b|틱톡|ティックトック"),
    ("bilibili", r"bilibili|b站"),
    (
        "youtube",
        r"long[- ]form|\blongform\b|(?:regular|normal|full|classic|standard) youtube"
        r"|full[- ]length youtube|youtube (?:long|video(?!s? shorts?)(?! de shorts))"
        r"|\blong (?:youtube )?video\b"
        r"|(?:vídeos?|videos?) largos?|vidéos? (?:longues?|classiques?) (?:sur|pour|de|on)? ?youtube"
        r"|format long|(?:video|clip) dài|롱폼|긴 (?:유튜브 )?영상|일반 (?:유튜브|영상)"
        r"|langes? (?:youtube[- ]?)?videos?"
        r"|vídeos? longos?|video panjang|長尺",
    ),
    ("youtube_shorts", r"\bshorts?\b|youtube|\byt\b|쇼츠|유튜브|ショート|ユーチューブ"),
)
_UNSUPPORTED = re.compile(
    r"\b(instagram|insta|reels|facebook|snapchat|spotlight|twitch|linkedin|pinterest)\b|(인스타(?:그램)?|릴스|페이스북)",
    re.IGNORECASE,
)
_TABLE_ROW = re.compile(r"^[ \t]*\|.*\|[ \t]*$", re.MULTILINE)
_HASHTAG = re.compile(r"(?<!\w)#[^\W\d_]\w*")
_DESCRIPTION = re.compile(
    r"\b(?:description|descripción|beschreibung|mô tả|descrição|deskripsi)\s*(?:is|:|=|es|est|là"
    r"|ist)\s*(?:\"(?P<q>[^\"]+)\"|(?P<rest>[^\n]+))"
    r"|설명(?:은|:)\s*(?:\"(?P<q2>[^\"]+)\"|(?P<rest2>[^\n]+))",
    re.IGNORECASE,
)
_SUBJUNCTIVE = re.compile(
    r"\b(?:if|should|plan|planning|going to|will|would|schedul\w+|gonna|when)\b|라면|올리면|nếu|\bsi\b",
    re.IGNORECASE,
)
_POSTED = re.compile(
    r"\b(?:posted|published|uploaded|released|went (?:live|up)|dropped)\b|올렸|올린|업로드했|게시했|đã đăng|vừa đăng"
    r"|mới đăng|publiqu[eé]\b|publicado"
    r"|\bsubí\b|subido|\bpublié|\bposté|hochgeladen|veröffentlicht|gepostet|postei|publiquei|投稿した|上げた"
    r"|sudah (?:posting|upload)",
    re.IGNORECASE,
)
_MOST_READ = 2_000  # characters of a message in which figures and times are looked for, beside its titles
_NO_LENGTH = re.compile(
    r"\b(?:first|last|opening|in|primeros?|últimos?|premières?|dernières?|ersten"
    r"|primeiros?)\s+(?:\w+\s+)?\d+\s*-?(?:s\b|sec\w*|segundos?|secondes?|sekunden|giây)|(?:첫|처음|앞"
    r"|마지막)\s*\d+\s*초|\d+\s*(?:giây|detik)\s+(?:đầu|cuối|pertama)|最初の\s*\d+\s*秒",
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
    bare: float | None = None
    age_days: float | None = None
    horizon_days: float | None = None
    duration_s: float | None = None
    publish_at: datetime | None = None
    hour_named: bool = False
    platform: str | None = None
    unsupported_platform: str | None = None
    filters: Filters = field(default_factory=Filters)
    topic: str | None = None
    ordinal: int | None = None
    channel: str | None = None
    niche: str | None = None
    goals: str | None = None
    language: str | None = None

    @property
    def limit(self) -> int | None:
        """How many were asked for."""
        return self.filters.limit


def read_slots(text: str, now: datetime) -> Slots:
    """Parse what `text` states. `now` (aware) is when it was said, for "on Friday"."""
    text = re.sub(r"\n\s*\n", "\n\n", re.sub(r"[^\S\n\u00a0]+", " ", text))
    text = re.sub(r"(?<![\d.,])(\d{1,3}) (?=\d{3}(?!\d))", "\\1\u00a0", text)  # 12 000 is one number
    links = tuple(_clean_link(match.group()) for match in _LINK.finditer(text))
    without_links = _LINK.sub(" LINK ", text)
    description = _DESCRIPTION.search(without_links)
    spoken = _DESCRIPTION.sub(" ", without_links) if description else without_links
    titles, cued = find_titles(spoken)
    plain = find_quotes(spoken).masked
    for title in titles:
        plain = plain.replace(title, '"…"')
    plain = plain[:_MOST_READ]
    identity = read_identity(spoken[:_MOST_READ])
    numbers = plain.replace(identity.goals, " ") if identity.goals else plain  # what is hoped for is no fact
    figures, filters = read_figures(_in_lines(numbers)), read_filters(plain)
    counted = plain_counts(_in_lines(plain))
    hashtags = " ".join(dict.fromkeys(_HASHTAG.findall(find_quotes(spoken).masked)))
    said = next((part for part in description.groups() if part), "").strip() if description else ""
    past = bool(_POSTED.search(plain)) and not _SUBJUNCTIVE.search(plain)
    moment, hour_named = read_moment(counted, now)
    age, horizon = read_age(counted), read_horizon(counted)
    if past and moment is not None:
        age = age if age is not None else read_past_day(counted, now)
        moment, hour_named = None, False
    views = None if age is None and figures.views in (filters.min_views, filters.max_views) else figures.views
    unsupported = _UNSUPPORTED.search(plain)
    return Slots(
        text=text,
        masked=re.sub(r"\s+", " ", plain).strip(),
        links=links,
        titles=titles,
        title_cued=cued,
        description=said or hashtags or None,
        followers=figures.followers,
        typical_views=figures.typical_views,
        recent_views=figures.recent_views,
        views=views,
        likes=figures.likes,
        comments=figures.comments,
        bare=figures.bare,
        age_days=age,
        horizon_days=None if age is not None and horizon == age else horizon,
        duration_s=read_duration(_NO_LENGTH.sub(" ", counted)),
        publish_at=moment,
        hour_named=hour_named,
        platform=_platform(plain),
        unsupported_platform=next((part for part in unsupported.groups() if part), None)
        if unsupported
        else None,
        filters=filters,
        topic=find_topic(without_links[:_MOST_READ]),
        ordinal=read_ordinal(plain),
        channel=identity.channel,
        niche=identity.niche,
        goals=identity.goals,
        language=identity.language,
    )


def _in_lines(text: str) -> str:
    """Return the text with a table of one row written as lines: "subs: 4k"."""
    rows = [[cell.strip() for cell in row.strip().strip("|").split("|")] for row in _TABLE_ROW.findall(text)]
    rows = [cells for cells in rows if not set("".join(cells)) <= set(":- ")]
    if (
        len(rows) != 2
        or len(rows[0]) != len(rows[1])
        or len(rows[0]) < 2
        or re.search(r"\d", "".join(rows[0]))
    ):
        return text
    lines = [f"{name}: {value}" for name, value in zip(*rows, strict=True)]
    return "\n".join([_TABLE_ROW.sub("", text).strip(), *lines])


def nearest_horizon(days: float | None) -> int | None:
    """Return the horizon of the model (1, 7 or 30 days) that is nearest on a logarithmic scale."""
    from math import log

    return None if days is None else min((1, 7, 30), key=lambda known: abs(log(max(days, 0.04)) - log(known)))


def _clean_link(link: str) -> str:
    link = link.rstrip(".,;:!?…")
    return link if link.lower().startswith("http") else f"https://{link}"


def _platform(text: str) -> str | None:
    return next((name for name, words in _PLATFORMS if re.search(words, text, re.IGNORECASE)), None)
