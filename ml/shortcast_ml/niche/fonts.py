"""Letters for a picture: which installed fonts draw a text, in scripts that matplotlib can set."""

import logging
from collections.abc import Iterable
from functools import cache

OWN = "DejaVu Sans"  # comes with matplotlib: Latin, Greek, Cyrillic
# Fonts of systems that hold Chinese, Japanese or Korean, better ones first.
OTHERS = (
    "Noto Sans CJK SC", "Noto Sans CJK KR", "Noto Sans CJK JP", "Noto Sans SC", "Noto Sans KR", "Noto Sans JP",
    "Source Han Sans SC", "Source Han Sans KR", "PingFang SC", "Hiragino Sans", "Apple SD Gothic Neo",
    "Microsoft YaHei", "Malgun Gothic", "Yu Gothic", "Nanum Gothic", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei",
    "Arial Unicode MS",
)  # fmt: skip
# Letters that change with their neighbours, or run from right to left: matplotlib sets them one by one, wrongly.
SHAPED = ((0x0590, 0x08FF), (0x0900, 0x109F), (0x1780, 0x17FF), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFF))


def families(texts: Iterable[str]) -> list[str]:
    """Return the font families to draw these texts with, each letter by the first that has it."""
    missing = {ord(char) for text in texts for char in text} - _letters(OWN)
    chosen = [OWN]
    for name in OTHERS:
        if missing and missing & _letters(name):
            chosen.append(name)
            missing -= _letters(name)
    return chosen


def drawable(text: str) -> bool:
    """Return whether an installed font draws every letter of a text, and rightly."""
    codes = {ord(char) for char in text}
    if any(low <= code <= high for code in codes for low, high in SHAPED):
        return False
    return codes <= set().union(*(_letters(name) for name in families([text])))


@cache
def _letters(family: str) -> frozenset[int]:
    """Return the code points that an installed font has; none when it is not installed."""
    from matplotlib import font_manager
    from matplotlib.ft2font import FT2Font

    # some fonts come in one weight only, which is no news to anyone
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    installed = {font.name: font.fname for font in font_manager.fontManager.ttflist if font.style == "normal"}
    if family not in installed:
        return frozenset()
    return frozenset(FT2Font(installed[family]).get_charmap())


def font_file(text: str) -> str | None:
    """Return the file of an installed font that draws every letter of a text, bold where it has that; else None."""
    from matplotlib import font_manager

    if not text or not drawable(text):
        return None
    wanted = {ord(char) for char in text}
    family = next((name for name in (OWN, *OTHERS) if wanted <= _letters(name)), None)
    if family is None:
        return None
    return str(font_manager.findfont(font_manager.FontProperties(family=[family], weight="bold")))
