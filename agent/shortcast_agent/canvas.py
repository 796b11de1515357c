"""What every picture shares: paper, colours, a log axis of views, and text in any script.

Figures are made without pyplot, so that threads can draw at the same time.
"""

import logging
import unicodedata
from functools import cache
from io import BytesIO
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Any

from shortcast_agent.numbers import say_count

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PAPER, INK, MUTED, RULE = "#FCFBF9", "#1F2A33", "#66737D", "#E4E6E8"
BLUE, PALE_BLUE = "#2F6690", "#BFD3E3"
TEAL, CORAL, AMBER, GREY = "#2A8C78", "#C9583F", "#C98A1B", "#98A3AB"

WIDTH_IN, DPI = 5.2, 200  # 1040 px wide: text of 10 points stays readable on a phone

# The first of each that the system has; DejaVu Sans comes with matplotlib.
_LATIN = ("Inter", "Noto Sans", "Segoe UI", "Helvetica Neue", "Roboto", "Liberation Sans")
_OTHER_SCRIPTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK KR",
    "Noto Sans CJK JP",
    "Noto Sans KR",
    "PingFang SC",
    "Hiragino Sans GB",
    "Apple SD Gothic Neo",
    "Microsoft YaHei",
    "Malgun Gothic",
    "WenQuanYi Zen Hei",
    "NanumGothic",
    "Arial Unicode MS",
    "Droid Sans Fallback",
    "Noto Sans Thai",
    "Noto Sans Arabic",
    "Noto Sans Devanagari",
    "Noto Emoji",
)


def new_figure(height_in: float) -> "Figure":
    """Return an empty sheet of paper."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_IN, height_in), dpi=DPI, facecolor=PAPER)
    FigureCanvasAgg(figure)
    return figure


def png(figure: "Figure") -> bytes:
    """Return a figure as PNG."""
    out = BytesIO()
    figure.savefig(out, format="png", dpi=DPI, facecolor=PAPER)
    return out.getvalue()


def headline(figure: "Figure", title: str, subtitle: str = "") -> None:
    """Write the one thing that the picture says at its top, and what it rests on below."""
    height = figure.get_figheight()
    say(figure, 0.035, 1 - 0.13 / height, title, size=13, weight="bold", va="top")
    if subtitle:
        text = "\n".join(wrap(subtitle, 74, 2))
        say(figure, 0.035, 1 - 0.42 / height, text, size=8.8, color=MUTED, va="top", linespacing=1.35)


def say(where: Any, x: float, y: float, text: str, **style: Any) -> Any:
    """Write text on a figure or axes, in the fonts that have its letters; `$` is a dollar."""
    from matplotlib.patheffects import withStroke

    halo = [withStroke(linewidth=2.5, foreground=PAPER)]  # keeps letters apart from the lines they cross
    look = {"color": INK, "size": 10, "family": families(), "parse_math": False, "path_effects": halo}
    return where.text(x, y, text, **(look | style))


def plot_area(figure: "Figure", *, left: float, top_in: float, bottom_in: float = 0.42) -> "Axes":
    """Return axes without frame; `left` is a share of the width, `top_in` and `bottom_in` are inches."""
    height = figure.get_figheight()
    axes = figure.add_axes((left, bottom_in / height, 0.965 - left, 1 - (top_in + bottom_in) / height))
    axes.set_facecolor(PAPER)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0)
    axes.set_yticks([])
    return axes


def log_views_axis(axes: "Axes", low: float, high: float, *, room: float = 0.06) -> None:
    """Lay a log axis of views over [low, high], with a little room at both ends and few round ticks."""
    low, high = max(low, 1.0), max(high, 2.0)
    if high / low < 4:
        low, high = low / 1.6, high * 1.6
    width = log10(high) - log10(low)
    left, right = log10(low) - room * width, log10(high) + room * width
    axes.set_xscale("log")
    axes.set_xlim(10**left, 10**right)
    ticks = _round_ticks(left, right)
    axes.set_xticks(ticks, [say_count(tick) for tick in ticks])
    axes.set_xticks([], minor=True)
    for label in axes.get_xticklabels():
        label.set(color=MUTED, size=8.8, family=families())
    axes.grid(axis="x", color=RULE, linewidth=0.9, zorder=0)
    axes.set_axisbelow(True)


def _round_ticks(left: float, right: float) -> list[float]:
    """Return at most six round numbers between two exponents."""
    for digits in ((1, 2, 5), (1, 3), (1,)):
        ticks = [
            digit * 10.0**power
            for power in range(floor(left), ceil(right) + 1)
            for digit in digits
            if left <= log10(digit) + power <= right
        ]
        if len(ticks) <= 6:
            return ticks
    return ticks[:: ceil(len(ticks) / 6)]


def interval_bar(axes: "Axes", y: float, low: float, high: float, color: str) -> None:
    """Draw an interval as a thick line that ends exactly at its bounds."""
    axes.plot([max(low, 1), max(high, 1)], [y, y], color=color, linewidth=12, solid_capstyle="butt", zorder=2)


def wrap(text: str, columns: int, lines: int) -> list[str]:
    """Break text into at most `lines` lines, `columns` Latin letters wide; the rest becomes an ellipsis."""
    broken: list[str] = [""]
    for word in _words(" ".join(text.split())):
        if columns_of(broken[-1] + word.rstrip()) <= columns or not broken[-1]:
            broken[-1] += word
        else:
            broken.append(word.lstrip())
        while columns_of(broken[-1].rstrip()) > columns:  # one word longer than a line
            head, tail = _cut(broken[-1], columns)
            broken[-1:] = [head, tail]
    broken = [line.rstrip() for line in broken]
    if len(broken) > lines:
        last = broken[lines - 1]
        while columns_of(last) > columns - 1:
            last = last[:-1]
        broken = [*broken[: lines - 1], last.rstrip(" ,.;:") + "…"]
    return broken


def columns_of(text: str) -> int:
    """Return how many Latin letters wide a text is; a Chinese or Korean character counts two."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    marks = sum(unicodedata.combining(letter) != 0 for letter in text)
    return len(text) + wide - marks


def _words(text: str) -> list[str]:
    """Split after spaces, and between Chinese and Japanese characters, where a line may break too."""
    words = [""]
    for letter in text:
        words[-1] += letter
        wide = unicodedata.east_asian_width(letter) in "WF"
        if letter == " " or (wide and not unicodedata.name(letter, "").startswith("HANGUL")):
            words.append("")
    return words


def _cut(text: str, columns: int) -> tuple[str, str]:
    end = 1
    while end < len(text) and columns_of(text[: end + 1]) <= columns:
        end += 1
    return text[:end], text[end:]


def drawable(text: str, otherwise: str) -> str:
    """Return the text without letters that no font here has (emoji), or `otherwise` if little is left."""
    known = _known_letters()
    kept = "".join(letter for letter in text if ord(letter) in known)
    letters = [letter for letter in text if letter.isalnum()]
    lost = [letter for letter in letters if ord(letter) not in known]
    return " ".join(kept.split()) if kept.strip() and len(lost) * 2 <= len(letters) else otherwise


@cache
def families() -> tuple[str, ...]:
    """Return the font families to try in turn for each letter, of those that are installed."""
    from matplotlib.font_manager import fontManager

    # Many fonts of other scripts have one weight only, which it would report letter by letter.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    installed = {font.name for font in fontManager.ttflist}
    latin = [name for name in _LATIN if name in installed][:1]
    return (*latin, "DejaVu Sans", *(name for name in _OTHER_SCRIPTS if name in installed))


@cache
def _known_letters() -> frozenset[int]:
    from matplotlib.font_manager import findfont, get_font

    return frozenset(code for family in families() for code in get_font(findfont(family)).get_charmap())
