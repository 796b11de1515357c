"""The table of what computed gains are worth, and what to expect of a change by it.

`changes.json` beside a model's files: by platform, by what is known of the channel and by kind of change, the slope
of what came true on what was computed, over pairs of videos of channels that the model had not seen.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import Field, ValidationError

from shortcast_ml.changes.kinds import KINDS, Evidence, KindName
from shortcast_ml.errors import ModelError
from shortcast_ml.records import Record

FILE = "changes.json"
NOTICEABLE = 1.02  # a smaller multiplier than this is no effect worth speaking of
NEGLIGIBLE = 1e-4  # log10: a kind that moves less was not changed


class Kept(Record):
    """What came of the best of several computed differences, as a share of it; 80% interval."""

    share: float
    low: float
    high: float


class Worth(Record):
    """How far computed differences of one kind come true: 1 wholly, 0 not at all; 80% and 95% intervals.

    A tool that tries many edits and takes the best meets the luckiest errors too: `best` says what came of the best
    of a video's several computed differences, and the smaller of the two is what counts.
    """

    slope: float
    low: float
    high: float
    low_95: float
    high_95: float
    best: Kept | None = None  # None: too few videos with several
    largest: float  # log10; the 99th percentile of the size of the computed differences
    pairs: int
    channels: int
    between: str = "pairs of videos of one channel"
    within_channels: bool = (
        True  # False: channels could not be kept apart, so that theirs may be the difference
    )

    @property
    def kept(self) -> float:
        """What is kept of a computed gain: never more than was computed, never its opposite."""
        slope = self.slope if self.best is None else min(self.slope, self.best.share)
        return min(max(slope, 0.0), 1.0)

    @property
    def ends(self) -> tuple[float, float]:
        """The 80% interval of what is kept."""
        low = self.low if self.best is None else min(self.low, self.best.low)
        return min(low, self.kept), max(self.high, self.kept)

    @property
    def comes_true(self) -> bool:
        """Whether the 95% interval of the slope leaves out 0 within channels, and choosing the best did not undo it."""
        return self.within_channels and self.low_95 > 0 and (self.best is None or self.best.low > 0)

    @property
    def drawn_from(self) -> str:
        """What it was measured on, in words."""
        of = f"{self.pairs:,} {self.between}"
        return (
            f"{of}, {self.channels:,} channels" if self.within_channels else f"{of}, channels not kept apart"
        )

    def text(self) -> str:
        """Return the slope with its intervals, and what it was taken from."""
        best = self.best
        chosen = (
            "" if best is None else f"; of the best {best.share:+.2f} ({best.low:+.2f} to {best.high:+.2f})"
        )
        return (
            f"{self.slope:+.2f} ({self.low:+.2f} to {self.high:+.2f}; 95% {self.low_95:+.2f} to {self.high_95:+.2f})"
            f"{chosen}; {self.drawn_from}"
        )


class Shown(Record):
    """What videos whose titles have a pattern did against those of their channel without it, all else as computed."""

    multiplier: float
    low: float
    high: float
    low_95: float
    high_95: float
    model: float  # the model's own multiplier for it
    pairs: int
    channels: int
    stands: bool = False  # among all patterns that were looked at, at most 5% of those that stand are chance

    def text(self) -> str:
        """Return the multiplier with its intervals, and the model's own."""
        return (
            f"x{self.multiplier:.2f} ({self.low:.2f} to {self.high:.2f}; 95% {self.low_95:.2f} to {self.high_95:.2f}), "
            f"the model x{self.model:.2f}; {self.pairs:,} pairs{', stands among all' if self.stands else ''}"
        )


class ChangeTable(Record):
    """What was measured for a model."""

    model: str
    protocol: str
    data: dict[str, str]  # platform: the videos that it was measured on, in words
    worth: dict[str, dict[Evidence, dict[KindName, Worth]]]
    patterns: dict[str, dict[str, Shown]] = Field(default_factory=dict)

    def of(self, platform: str, evidence: Evidence, kind: KindName) -> Worth | None:
        """Return what was measured of a kind; None where it was not."""
        return self.worth.get(platform, {}).get(evidence, {}).get(kind)

    def text(self) -> str:
        """Return the table in lines: what share of computed differences came true, with 80% and 95% intervals."""
        lines = []
        for platform, by_evidence in self.worth.items():
            lines.append(f"{named(platform)}: {self.data.get(platform, '')}")
            for evidence, by_kind in by_evidence.items():
                lines += [f"  {evidence:9} {KINDS[kind].label:40} {w.text()}" for kind, w in by_kind.items()]
            lines += [f"  {name:20} {s.text()}" for name, s in self.patterns.get(platform, {}).items()]
        return "\n".join(lines)

    def expected(self, platform: str, evidence: Evidence, gains: Mapping[KindName, float]) -> "Expected":
        """Return what to expect of a change that moves the forecast by `gains`, log10 by kind.

        Each gain is cut to the largest that was tested and shrunk; kinds are taken to err independently.
        """
        moved = {kind: gain for kind, gain in gains.items() if abs(gain) > NEGLIGIBLE}
        computed = sum(gains.values())
        found = {kind: self.of(platform, evidence, kind) for kind in moved}
        unknown = [KINDS[kind].label for kind, worth in found.items() if worth is None]
        if unknown:
            return Expected(computed, None, None, False, f"Not tested on {named(platform)}: {unknown[0]}.")
        centre = below = above = 0.0
        for kind, worth in found.items():
            assert worth is not None  # noqa: S101  none is unknown
            gain = math.copysign(min(abs(moved[kind]), worth.largest), moved[kind])
            centre += worth.kept * gain
            ends = sorted(end * gain - worth.kept * gain for end in worth.ends)
            below, above = math.hypot(below, ends[0]), math.hypot(above, ends[1])
        # what comes true must make the effect, and what may not must not be able to undo it
        sure = sum(w.kept * moved[kind] for kind, w in found.items() if w is not None and w.comes_true)
        told = centre - below > 0 or centre + above < 0
        reliable = told and sure * centre > 0 and min(abs(sure), abs(centre)) >= math.log10(NOTICEABLE)
        return Expected(centre, centre - below, centre + above, reliable, self._basis(platform, found))

    def _basis(self, platform: str, found: Mapping[KindName, Worth | None]) -> str:
        parts = []
        for kind, worth in found.items():
            if worth is not None:
                parts.append(
                    f"{KINDS[kind].label}: {100 * worth.kept:.0f}% of computed differences came true "
                    f"(80% interval {100 * worth.ends[0]:.0f} to {100 * worth.ends[1]:.0f}%; "
                    f"{worth.drawn_from})"
                )
        return f"{'; '.join(parts)}; {self.data.get(platform, '')}." if parts else "It changes nothing."


class Expected(NamedTuple):
    """What to expect of a change, in log10; `low` and `high` are None where nothing was measured."""

    centre: float
    low: float | None
    high: float | None
    reliable: bool
    basis: str


def named(platform: str) -> str:
    """Return a platform in words."""
    names = {
        "tiktok": "TikTok",
        "youtube_shorts": "YouTube Shorts",
        "youtube": "YouTube",
        "bilibili": "Bilibili",
    }
    return names.get(platform, platform)


def read_table(content: Mapping[str, Any], model: str) -> ChangeTable:
    """Return the table of a loaded model's `changes.json`; an empty one where it has none.

    Raises ModelError for a file that is no such table.
    """
    if not content:
        return ChangeTable(model=model, protocol="", data={}, worth={})
    try:
        return ChangeTable.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(p) for p in first["loc"])
        raise ModelError(
            f"{FILE} of the model {model} is not a table of changes ({where}: {first['msg']}). "
            "Measure it again with `shortcast calibrate-changes`."
        ) from error
