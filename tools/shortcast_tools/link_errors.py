"""yt-dlp's many failures, said in one sentence each with what to do next."""

import re
from collections.abc import Iterable

from shortcast_ml.errors import LinkError, ServiceError, ShortcastError

# Searched in this order in yt-dlp's messages, whatever their case. Source: yt-dlp 2026.10.26,
# extractor/youtube, extractor/tiktok.py, extractor/common.py, networking/exceptions.py.
KINDS: tuple[tuple[str, str], ...] = (
    ("no tab", r"does not have an? \w+ tab"),
    ("bot", r"not a bot|captcha|rate.?limited|HTTP Error 429|Too Many Requests"),
    ("private", r"private video|video is private|private (post|account)|do not have permission to view"),
    ("members", r"members.only|join this channel|subscribers.only|requires payment|premium members"),
    ("age", r"confirm your age|age.restricted|inappropriate for some users|comfortable for some audiences"),
    ("foreign", r"geo.?restrict|in your country|from your location|HTTP Error 451|blocked in your"),
    ("blocked", r"ip address is blocked|anti-bot challenge|HTTP Error 403"),
    ("login", r"log ?in|login|sign in|registered users|HTTP Error 401"),
    ("drm", r"\bDRM\b"),
    ("upcoming", r"premieres in|live event will begin|has not started|not currently live"),
    ("server", r"HTTP Error 5\d\d"),
    (
        "dead",
        r"HTTP Error (404|410)|unavailable|no longer available|not available|been removed|does ?n.t exist"
        r"|terminated|status code",
    ),
    ("unsupported", r"unsupported url|is not a valid url|piracy|no video formats found|could not find"),
    ("timeout", r"timed? ?out"),
    ("cut", r"bytes read, \d+ more expected|IncompleteRead"),
    (
        "network",
        r"failed to resolve|name resolution|unreachable|connection (refused|reset|aborted)|getaddrinfo",
    ),
)
SENTENCES: dict[str, tuple[type[ShortcastError], str]] = {
    "bot": (
        ServiceError,
        'The platform asks to confirm that nobody automatic is watching ("confirm you\'re not a bot");'
        " wait an hour or use another connection, or give the title, views and age yourself.",
    ),
    "no tab": (
        LinkError,
        "That channel has no videos of this kind; ask for the other one (youtube_shorts or youtube).",
    ),
    "private": (
        LinkError,
        "That video is private; make it public, or give its title, views and age yourself.",
    ),
    "members": (LinkError, "That video is for members only; give its title, views and age yourself."),
    "age": (
        LinkError,
        "That video is age-restricted and needs a login, which is never used; give its title, views and age"
        " yourself.",
    ),
    "foreign": (
        LinkError,
        "That video is blocked in the country of this connection; give its title, views and age yourself.",
    ),
    "blocked": (
        ServiceError,
        "The website refuses this connection; try later or from another one, or give the title, views and age"
        " yourself.",
    ),
    "login": (
        LinkError,
        "That page can only be seen after logging in, which is never done; give the video's title, views and"
        " age yourself.",
    ),
    "drm": (LinkError, "That video is copy-protected; give its title, views and age yourself."),
    "upcoming": (LinkError, "That video is not out yet; ask again when it has been published."),
    "dead": (LinkError, "There is no video at that link (any more); check the link, or give another."),
    "unsupported": (
        LinkError,
        "No video was found on that page; paste the link of one video, from YouTube or TikTok for example.",
    ),
    "timeout": (ServiceError, "The website took too long to answer; try again in a minute."),
    "cut": (ServiceError, "The website's answer broke off in the middle; try again."),
    "network": (
        ServiceError,
        "The website can't be reached, probably because there is no network; check your connection, then try"
        " again.",
    ),
    "server": (ServiceError, "The website has a problem of its own just now; try again in a few minutes."),
}
UNKNOWN = (
    "The page could not be read as a video; update yt-dlp (pip install -U yt-dlp), or give another link."
)


def kind_of(message: str) -> str | None:
    """Return the kind of failure that a message of yt-dlp tells of, None when it tells none."""
    for kind, pattern in KINDS:
        if re.search(pattern, message, re.IGNORECASE):
            return kind
    return None


def explain(error: BaseException, said: Iterable[str] = ()) -> ShortcastError:
    """Return our error for one of yt-dlp's: what it and its causes say, then what was logged before.

    Our own errors among the causes are returned as they are: they know best.
    """
    messages: list[str] = []
    for cause in _causes(error):
        if isinstance(cause, ShortcastError):
            return cause
        if type(cause).__name__ == "UnsupportedError":
            messages.append("Unsupported URL")  # its message holds the link, whose words mean nothing
        else:
            messages.append(_without_links(str(cause)))
            if isinstance(cause, TimeoutError):
                messages.append("timed out")
    for message in (*messages, *map(_without_links, said)):
        kind = kind_of(message)
        if kind is not None:
            kind_of_error, sentence = SENTENCES[kind]
            return kind_of_error(sentence)
    return ServiceError(UNKNOWN)


def _without_links(message: str) -> str:
    return re.sub(r"\bhttps?://\S+", "", message)


def _causes(error: BaseException) -> list[BaseException]:
    """Return an error and what caused it, innermost first, each once."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        cause = waiting.pop(0)
        if not isinstance(cause, BaseException) or cause in found:
            continue
        found.append(cause)
        waiting.append((getattr(cause, "exc_info", None) or (None, None))[1])
        waiting += [getattr(cause, "cause", None), getattr(cause, "reason", None), cause.__cause__]
    return found[::-1]
