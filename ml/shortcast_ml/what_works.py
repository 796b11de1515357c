"""What works in a niche: what videos that did better than their channel's usual have in common.

A range of values is spoken of only when three readings agree: what its videos did against their channel's usual,
the same among each channel's own videos (so that it is no mix of channels), and the model; and when chance is an
unlikely reason: the 95% interval leaves out x1, and so does a bound on false discoveries among all ranges that
were looked at. It stays an association: nothing here was tried out.
"""

from typing import NamedTuple

from shortcast_ml.global_view import Dependence, DependenceBin, GlobalView, Observed
from shortcast_ml.records import Record
from shortcast_ml.resampling import Estimate

FALSE_DISCOVERIES = 0.05  # the share of the statements that may be chance
MODEL_SAYS = 1.02  # a smaller multiplier of the model, or its inverse, is no agreement


class Statement(Record):
    """One range of one column, and how its videos did."""

    says: str
    column: str
    factor: str
    range: str
    n: int
    channels: int
    multiplier: Estimate  # against the channel's usual, over the average video here
    within_channels: float
    model_multiplier: float  # what the model adds for it, over the same average


class _Asked(NamedTuple):
    dependence: Dependence
    bin: DependenceBin
    observed: Observed


def what_works(view: GlobalView) -> tuple[Statement, ...]:
    """Return what went with better or worse results than usual in a view's collection, surest first."""
    asked = [
        _Asked(dependence, b, b.observed)
        for dependence in view.dependence
        for b in _worth_asking(dependence.bins)
        if b.observed is not None
    ]
    return tuple(_statement(a) for a in _discoveries(asked) if _agree(a))


def _worth_asking(bins: tuple[DependenceBin, ...]) -> tuple[DependenceBin, ...]:
    """Return the bins to ask of: with two, the smaller says all that the other does."""
    return (min(bins, key=lambda b: b.n),) if len(bins) == 2 else bins


def _discoveries(asked: list[_Asked]) -> list[_Asked]:
    """Return those that stand out among all that were looked at, surest first.

    Source: Benjamini and Hochberg, "Controlling the false discovery rate", 1995.
    """
    ordered = sorted(asked, key=lambda a: a.observed.chance)
    m = len(ordered)
    passed = [i for i, a in enumerate(ordered, 1) if a.observed.chance <= FALSE_DISCOVERIES * i / m]
    return ordered[: max(passed, default=0)]


def _agree(a: _Asked) -> bool:
    observed, model = a.observed.multiplier, a.bin.multiplier.value
    if observed.low > 1:
        return a.observed.within_channels > 1 and model > MODEL_SAYS
    return observed.high < 1 and a.observed.within_channels < 1 and model < 1 / MODEL_SAYS


def _statement(a: _Asked) -> Statement:
    seen, model = a.observed, a.bin.multiplier.value
    subject, o = a.dependence.subject.format(a.bin.says), a.observed.multiplier
    who = f"{seen.n:,} videos of {seen.channels:,} channels" if seen.channels > 1 else f"{seen.n:,} videos"
    return Statement(
        says=(
            f"{subject[0].upper()}{subject[1:]} did {times(o.value)} their channel's usual, over the average "
            f"video here ({who}, 95% interval {times(o.low)} to {times(o.high)}; among a channel's own videos "
            f"{times(seen.within_channels)}, by the model {times(model)})."
        ),
        column=a.dependence.column,
        factor=a.dependence.factor,
        range=a.bin.says,
        n=seen.n,
        channels=seen.channels,
        multiplier=o,
        within_channels=seen.within_channels,
        model_multiplier=model,
    )


def times(multiplier: float) -> str:
    """Write a multiplier: x1.21, x12."""
    return f"x{multiplier:.2f}" if multiplier < 10 else f"x{multiplier:,.0f}"
