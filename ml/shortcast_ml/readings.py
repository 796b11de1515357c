"""What a creator can set, in a creator's units: the columns that can be read, and how each is cut into bins."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

INF = float("inf")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
QUINTILES = (0.2, 0.4, 0.6, 0.8)


class Reading(NamedTuple):
    """One column as a creator reads it. A bin holds what is at least its lower edge and below its upper one."""

    column: str
    label: str  # of an axis
    subject: str  # of a sentence; {} is the bin
    edges: tuple[float, ...] = ()  # in shown units; none: the quintiles of the values
    unit: tuple[str, str] = ("", "")  # one, many
    whole: bool = False
    names: tuple[str, ...] = ()  # of the bins, in place of their edges
    scale: float = 1.0
    log: bool = False  # the column is log10 of what is shown

    def shown(self, values: np.ndarray) -> np.ndarray:
        """Return the column's values, (n,), in shown units."""
        return np.asarray(10.0**values if self.log else values * self.scale)


class Bin(NamedTuple):
    """Rows whose value lies in [low, high), (n,) bool, and how that is said."""

    says: str
    low: float
    high: float
    rows: np.ndarray


def _counted(column: str, label: str, subject: str, one: str, *edges: float) -> Reading:
    return Reading(column, label, subject, (*edges, INF), (f" {one}", f" {one}s"), whole=True)


def _looked(column: str, name: str) -> Reading:
    label = f"{name} of the thumbnail (%)"
    return Reading(column, label, f"thumbnails of {name} {{}}", unit=("%", "%"), scale=100)


READINGS = (
    Reading(
        "log10_duration", "video length (s)", "videos of {}",
        (-INF, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200, INF), (" s", " s"), log=True,
    ),
    _counted(
        "title_chars", "characters of the title", "titles of {}", "character",
        0, 1, 15, 30, 45, 60, 80, 100, 150,
    ),
    _counted("title_words", "words of the title", "titles of {}", "word", 0, 1, 3, 5, 7, 9, 12, 16, 24),
    _counted("title_exclaims", "exclamation marks in the title", "titles with {}", "exclamation mark", 0, 1, 2),
    Reading(
        "title_question", "question mark in the title", "titles {} a question mark", (0, 1, 2),
        names=("without", "with"),
    ),
    _counted("title_digits", "digits in the title", "titles with {}", "digit", 0, 1, 2, 4),
    Reading(
        "title_caps_share", "letters of the title in capitals (%)", "titles with {} of their letters in capitals",
        (-INF, 5, 10, 20, 50, INF), ("%", "%"), scale=100,
    ),
    _counted("title_emoji", "emoji in the title", "titles with {}", "emoji", 0, 1, 2),
    _counted("title_mentions", "mentions in the title", "titles with {}", "mention", 0, 1, 2),
    _counted(
        "title_click_words", "click words in the title (how, best, secret ...)",
        "titles with {} (how, best, secret ...)", "click word", 0, 1, 2,
    ),
    _counted("hashtags", "hashtags", "videos with {}", "hashtag", 0, 1, 2, 3, 4, 6, 8, 12),
    _counted(
        "hashtags_generic", "generic hashtags (fyp, shorts ...)", "videos with {} (fyp, shorts ...)",
        "generic hashtag", 0, 1, 2, 3,
    ),
    Reading(
        "publish_hour_utc", "hour of publishing (UTC)", "videos published at {}",
        (0, 3, 6, 9, 12, 15, 18, 21, 24), (" h UTC", " h UTC"),
    ),
    Reading(
        "publish_weekday", "day of publishing (UTC)", "videos published on a {} (UTC)", tuple(range(8)),
        names=DAYS,
    ),
    Reading(
        "history_gap_days", "hours since the video before", "videos published {} after the one before",
        (-INF, 6, 12, 24, 48, 96, 168, 336, INF), (" h", " h"), scale=24,
    ),
    Reading(
        "history_interval_days", "usual days between videos", "videos of channels with {} between their videos",
        (-INF, 0.5, 1, 2, 4, 7, 14, INF), (" days", " days"),
    ),
    _counted("history_last_day", "videos in the day before", "videos with {} in the day before", "other", 0, 1, 2, 3),
    _counted(
        "history_last_7_days", "videos in the 7 days before", "videos with {} in the 7 days before", "other",
        0, 1, 2, 4, 7, 14,
    ),
    _counted(
        "history_last_30_days", "videos in the 30 days before", "videos with {} in the 30 days before", "other",
        0, 1, 3, 6, 12, 30,
    ),
    _counted("look_faces", "faces on the thumbnail", "thumbnails with {}", "face", 0, 1, 2, 3),
    Reading(
        "look_face_area", "area of the thumbnail that is faces (%)", "thumbnails with {} of their area in faces",
        (-INF, 2, 5, 10, 20, INF), ("%", "%"), scale=100,
    ),
    _looked("look_brightness", "brightness"),
    _looked("look_contrast", "contrast"),
    _looked("look_colourfulness", "colourfulness"),
    _looked("look_saturation", "saturation"),
    _looked("look_clutter", "clutter"),
    Reading("look_warmth", "warmth of the thumbnail", "thumbnails of warmth {}"),
    Reading("look_sharpness", "sharpness of the thumbnail (log10)", "thumbnails of sharpness {}"),
    Reading("alignment", "likeness of title and thumbnail", "videos whose title and thumbnail are alike by {}"),
)  # fmt: skip

# Changeable by another title, picture or plan, but with no value that a creator could read off and set.
UNREAD = (
    "topic_*", "picture_*", "history_alike*", "history_same_length", "history_same_hour",
    "title_hangul_share", "title_latin_share", "title_accent_share",
)  # fmt: skip


def bins_of(reading: Reading, values: np.ndarray, fewest: int) -> list[Bin]:
    """Return the bins of a column's (n,) values, of at least `fewest` rows each; NaN is in none.

    Ranges with too few rows join their smaller neighbour; named bins (a weekday) are left out.
    """
    shown = reading.shown(values)
    known = shown[np.isfinite(shown)]
    if len(known) < fewest:
        return []
    edges = list(reading.edges or (-INF, *sorted({_rounded(q) for q in np.quantile(known, QUINTILES)}), INF))
    if not reading.names:
        edges = _joined(edges, known, fewest)
    found = []
    for i, (low, high) in enumerate(pairwise(edges)):
        rows = (shown >= low) & (shown < high)
        if rows.sum() >= fewest:
            says = reading.names[i] if reading.names else _range(reading, low, high)
            found.append(Bin(says, low, high, rows))
    return found


def _joined(edges: list[float], values: np.ndarray, fewest: int) -> list[float]:
    counts = [int(((values >= a) & (values < b)).sum()) for a, b in pairwise(edges)]
    while len(counts) > 1 and min(counts) < fewest:
        i = counts.index(min(counts))
        left = i > 0 and (i == len(counts) - 1 or counts[i - 1] <= counts[i + 1])
        at = i if left else i + 1  # the edge that goes
        counts[at - 1 : at + 1] = [counts[at - 1] + counts[at]]
        del edges[at]
    return edges


def _rounded(value: float) -> float:
    return float(f"{value:.2g}")


def _range(reading: Reading, low: float, high: float) -> str:
    one, many = reading.unit
    if not reading.whole:
        if low == -INF:
            return "any value" if high == INF else f"under {high:g}{many}"
        return f"{low:g}{many} or more" if high == INF else f"{low:g} to {high:g}{many}"
    if high == INF:
        return f"{low:g} or more{many}"
    if high - low == 1:
        return f"no{many}" if low == 0 else f"{low:g}{one if low == 1 else many}"
    return f"{low:g} to {high - 1:g}{many}"
