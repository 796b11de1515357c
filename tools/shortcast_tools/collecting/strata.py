"""A sample spread evenly over bins of views, where a plain one would hold mostly small videos."""

from bisect import bisect_right
from collections.abc import Iterable

from shortcast_ml.records import BinReport

# The lower ends of the study's bins: powers of ten up to a hundred thousand views, finer where Shorts take off.
# Source: the IPIU 2026 study's own table, column view_bin; its last bin ends at ten million, ours has no end.
EDGES = (0, 1_000, 10_000, 100_000, 500_000, 1_000_000)
FULL = "there are enough videos with "


def bin_of(views: int) -> int:
    """Return which bin a video is in, 0 for the smallest."""
    return bisect_right(EDGES, views) - 1


def says(number: int) -> str:
    """Return a bin in words, such as "1,000 to 10,000 views"."""
    if number == len(EDGES) - 1:
        return f"{EDGES[number]:,} views and more"
    return f"{EDGES[number]:,} to {EDGES[number + 1]:,} views"


class Strata:
    """How many videos each bin shall have, and has."""

    def __init__(self, limit: int, reached: Iterable[int] = ()) -> None:
        """Spread a limit evenly over the bins, what can't be parted to the smallest; `reached` are bins taken."""
        each, rest = divmod(limit, len(EDGES))
        self.targets = [each + (i < rest) for i in range(len(EDGES))]
        self.reached = [0] * len(EDGES)
        for number in reached:
            self.reached[number] += 1

    @property
    def full(self) -> bool:
        """Whether every bin has what it shall have."""
        return all(has >= wants for has, wants in zip(self.reached, self.targets, strict=True))

    def reason_against(self, views: int) -> str | None:
        """Say why a video with these views isn't needed, None when it is."""
        number = bin_of(views)
        return FULL + says(number) if self.reached[number] >= self.targets[number] else None

    def take(self, views: int) -> int:
        """Count a video in, and return its bin."""
        number = bin_of(views)
        self.reached[number] += 1
        return number

    def room(self) -> list[str]:
        """Return the reasons that no longer hold: those of bins that aren't full."""
        return [
            FULL + says(i)
            for i, (has, wants) in enumerate(zip(self.reached, self.targets, strict=True))
            if has < wants
        ]

    def report(self) -> tuple[BinReport, ...]:
        """Return each bin with its target and what was reached."""
        highs = (*EDGES[1:], None)
        return tuple(
            BinReport(low_views=low, high_views=high, target=wants, reached=has)
            for low, high, wants, has in zip(EDGES, highs, self.targets, self.reached, strict=True)
        )
