"""Graders: each reads a case and an answer, and says what is wrong with it. An empty list is a pass.

They share no code with the analyst: a grader that asks the analyst's own check can't fail it.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shortcast_evals.cases import Case

CLOSE = 0.01  # relative difference at which two arguments are the same number

_NUMBER = re.compile(
    r"(?<![\w.])(?P<times>[x×]\s?)?(?P<value>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"\s?(?P<unit>[KMBk](?![A-Za-zÀ-ɏḀ-ỿ])|%)?"
)
_ASKS = re.compile(
    r"[?？]|\b(?:paste|attach|give me|show me|tell me|name|write|i need|which|what|send)\b", re.IGNORECASE
)
_SCALE = {"K": 1e3, "k": 1e3, "M": 1e6, "B": 1e9}
_LIST_MARK = re.compile(r"^\s*\d{1,2}[.)]\s", re.MULTILINE)
_CLOCK = re.compile(r"\b\d{1,2}:\d{2}\b")
_LINK = re.compile(r"https?://\S+")
# What an answer may always say: the interval's own level, and its two ends.
_GIVEN = (80.0, 10.0, 90.0)


def grade_calls(case: Case, tool_calls: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say which expected calls are missing, and which were made that must not be."""
    wrong = []
    if case.expects != "calls":
        wrong += [f"{c['name']} was called where nothing was to be" for c in tool_calls]
    for expected in case.calls:
        same = [c for c in tool_calls if c["name"] == expected.tool]
        if not same:
            wrong.append(f"{expected.tool} was not called")
        elif not any(_matches(expected.arguments, c["arguments"]) for c in same):
            wrong.append(f"{expected.tool} was called with {same[-1]['arguments']}, not {expected.arguments}")
    wrong += [f"{c['name']} must not be called" for c in tool_calls if c["name"] in case.never]
    return wrong


def grade_question(case: Case, answer: str) -> list[str]:
    """Say whether a question back is missing: one that ends in a question mark, or asks for what is missing."""
    if case.expects != "question" or _ASKS.search(answer):
        return []
    return ["the answer asks for nothing"]


def _matches(expected: Any, got: Any) -> bool:
    if isinstance(expected, Mapping):
        return isinstance(got, Mapping) and all(k in got and _matches(v, got[k]) for k, v in expected.items())
    if isinstance(expected, list):
        return isinstance(got, list) and len(got) == len(expected) and all(map(_matches, expected, got))
    if isinstance(expected, bool) or expected is None:
        return bool(expected == got)
    if isinstance(expected, int | float):
        return isinstance(got, int | float) and math.isclose(expected, got, rel_tol=CLOSE)
    # words: files by their name, everything else without case and outer punctuation
    return str(got).replace("\\", "/").rsplit("/", 1)[-1].strip(' ."“”').casefold() == str(
        expected
    ).casefold() or (str(got).strip(' ."“”').casefold() == str(expected).strip(' ."“”').casefold())


def grade_numbers(case: Case, answer: str, results: Any) -> list[str]:
    """Say which numbers of the answer stand neither in a tool result nor in the user's words."""
    known = list(_numbers_in(results))
    said = " ".join(turn.user for turn in case.turns) + " " + str([dict(turn.facts) for turn in case.turns])
    known += [value for value, _ in _read(said)]
    text = _LIST_MARK.sub(" ", _CLOCK.sub(" ", _LINK.sub(" ", answer)))
    return [
        f"{shown} stands in no tool result"
        for value, shown in _read(text)
        if not _stands(value, shown, known)
    ]


def grade_words(case: Case, answer: str) -> list[str]:
    """Say which of the expected words the answer lacks."""
    low = answer.casefold()
    return [
        f"the answer has none of {list(words)}"
        for words in case.says
        if not any(w.casefold() in low for w in words)
    ]


def _read(text: str) -> Iterator[tuple[float, str]]:
    for found in _NUMBER.finditer(text):
        value = float(found["value"].replace(",", ""))
        yield value * _SCALE.get(found["unit"] or "", 1.0), found.group().strip()


def _stands(value: float, shown: str, known: Sequence[float]) -> bool:
    digits = shown.strip("x× %KMBk").replace(",", "")
    decimals = len(digits.split(".")[1]) if "." in digits else 0
    scale = _SCALE.get(shown[-1], 1.0)
    # half a unit of the last digit written; round hundreds are read as rounded
    step = scale * 10.0**-decimals
    if decimals == 0 and scale == 1 and value >= 1000:
        zeros = len(digits) - len(digits.rstrip("0"))
        step = 10.0**zeros
    forms = (
        [*known, *_GIVEN]
        if not shown.endswith("%")
        else [*(100 * k for k in known), *(100 * abs(k - 1) for k in known), *known, *_GIVEN]
    )
    if not shown.endswith("%"):
        forms += [1 / k for k in known if k]
    return any(abs(value - form) <= step / 2 * (1 + 1e-9) for form in forms)


def _numbers_in(value: Any) -> Iterator[float]:
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int | float):
        yield abs(float(value))
    elif isinstance(value, str):
        yield from (v for v, _ in _read(value))
        yield from (float(run) for run in re.findall(r"\d+", value))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _numbers_in(item)
    elif isinstance(value, Sequence):
        yield float(len(value))
        for item in value:
            yield from _numbers_in(item)
