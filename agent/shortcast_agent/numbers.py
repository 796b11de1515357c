"""Numbers in words: how an answer writes them, and how words are read back as numbers.

The offline analyst writes with these functions and the grounding check reads with the same grammar, so
that what one rounds the other accepts.
"""

import re
from dataclasses import dataclass

_SPACES = "\u00a0\u202f"

# How many of the unit; Korean and Vietnamese count in ten thousands and thousands of their own.
MAGNITUDES = {
    "k": 1e3, "m": 1e6, "b": 1e9, "thousand": 1e3, "million": 1e6, "millions": 1e6, "billion": 1e9,
    "mil": 1e3, "mille": 1e3, "millones": 1e6, "millón": 1e6, "nghìn": 1e3, "ngàn": 1e3, "triệu": 1e6,
    "tr": 1e6, "tỷ": 1e9, "tỉ": 1e9, "천": 1e3, "만": 1e4, "십만": 1e5, "백만": 1e6, "천만": 1e7, "억": 1e8,
    "万": 1e4, "千": 1e3, "lakh": 1e5,
}  # fmt: skip

_DOTTED = r"[1-9]\d{0,2}(?:\.\d{3})+"
NUMBER = (
    rf"(?:\d{{1,3}}(?:[,{_SPACES}]\d{{3}})+(?:\.\d+)?(?!\d)"
    r"|[1-9]\d{0,2}(?:\.\d{3}){2,}(?!\d)|\d+(?:[.,]\d+)?)"
)
MAGNITUDE = (
    r"(?:\s?(?:thousand|millions?|billion|millones|millón|mille|mil|nghìn|ngàn|triệu|tr|tỷ|tỉ|lakh)\b"
    r"|\s?(?:[kK]|(?-i:M))(?![A-Za-zÀ-ỹ])|[kKmMbB](?![A-Za-zÀ-ỹ])|\s?(?:천만|백만|십만|[만천억万千]))"
)
COUNT = (
    rf"{NUMBER}{MAGNITUDE}?(?:(?<=[억만万])\s?\d+(?:천만|백만|십만|[만천万千]))*"
    r"(?:(?<=triệu)\s\d{1,3}\s(?:nghìn|ngàn)\b)?"
)
"""A count as people type it: 12k, 1,200, 1.2M, 1만 2천, 12 nghìn, 12.000."""


@dataclass(frozen=True)
class Written:
    """A number as it was written: its value and half a unit of its last written digit."""

    value: float
    tolerance: float


def read_number(text: str) -> Written:
    """Return the value of a token that matches `COUNT`, and how much rounding its digits allow for.

    "12.3K" is 12300 give or take 50; "12,000" is 12000 give or take 500; "812" is exact. "12.000" is a count of
    twelve thousand: whoever may mean a decimal asks `readings`.
    """
    parts = re.findall(rf"{NUMBER}{MAGNITUDE}", text, re.IGNORECASE)
    if len(parts) > 1 and "".join(parts).replace(" ", "") == text.strip().replace(" ", ""):  # 1만 2천
        sums = [read_number(part) for part in parts]
        return Written(sum(part.value for part in sums), sums[-1].tolerance)
    match = re.fullmatch(rf"({NUMBER})\s?(.*)", text.strip(), re.IGNORECASE)
    if match is None:
        raise ValueError(f"{text!r} is not a number")
    digits, word = match.group(1), match.group(2).lower()
    scale = MAGNITUDES.get(word, 1.0)
    for space in _SPACES:
        digits = digits.replace(space, ",")
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits) and scale == 1.0:
        digits = digits.replace(",", "")
    elif re.fullmatch(_DOTTED, digits) and (scale == 1.0 or digits.count(".") > 1):
        digits = digits.replace(".", "")
    else:
        digits = (
            digits.replace(",", ".")
            if digits.count(",") == 1 and "." not in digits
            else digits.replace(",", "")
        )
    value = float(digits)
    decimals = len(digits.partition(".")[2])
    unit = 10.0**-decimals
    if decimals == 0 and scale == 1.0:
        zeros = len(digits) - len(digits.rstrip("0"))
        unit = 10.0**zeros if value else 1.0
        if unit == 1.0:
            return Written(value, 0.5)
    return Written(value * scale, unit * scale / 2)


def readings(text: str) -> tuple[Written, ...]:
    """Return what a token may mean: "12.345" is a count in Spanish and a decimal in English."""
    first = read_number(text)
    if re.fullmatch(_DOTTED, text.strip()) and text.count(".") == 1 and not text.strip().endswith(".000"):
        return first, Written(float(text), 0.0005)
    return (first,)


def read_count(text: str) -> float:
    """Return the value of a count as people type it, such as "12k" or "1만"."""
    return read_number(text).value


def say_count(count: float) -> str:
    """Write a count of views: 812, 12.3K, 1.2M."""
    for scale, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if abs(count) >= scale * 0.9995:
            scaled = count / scale
            digits = f"{scaled:.0f}" if abs(scaled) >= 99.95 else f"{scaled:.1f}"
            return digits.removesuffix(".0") + letter
    return f"{count:.0f}"


def say_percent(share: float) -> str:
    """Write a share in [0, 1] as a percentage: 63%, 0.4%."""
    percent = share * 100
    if 0 < percent < 1 or 99 < percent < 100:
        return f"{percent:.1f}%"
    return f"{percent:.0f}%"


def say_times(multiplier: float) -> str:
    """Write a multiplier: x1.3, x0.87, x12."""
    digits = (
        f"{multiplier:.0f}"
        if multiplier >= 9.95
        else f"{multiplier:.1f}"
        if multiplier >= 1.995
        else f"{multiplier:.2f}"
    )
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return f"x{digits}"


def say_duration(seconds: float) -> str:
    """Write a length: 21 s, 8.4 s, 1:10."""
    if seconds < 60:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def say_age(days: float) -> str:
    """Write an age: 18 hours, 1 day, 3.5 days, 30 days."""
    if days < 2 and abs(days - 1) > 0.02:
        hours = f"{days * 24:.0f}"
        return f"{hours} hour" if hours == "1" else f"{hours} hours"
    digits = f"{days:.0f}" if days >= 10 else f"{days:.1f}".removesuffix(".0")
    return f"{digits} day" if digits == "1" else f"{digits} days"
