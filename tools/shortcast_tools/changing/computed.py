"""What the forecast makes of edits, kind by kind, and how far such gains came true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shortcast_ml.changes.kinds import KINDS, KindName
from shortcast_ml.changes.worth import ChangeTable, Expected
from shortcast_ml.records import ChannelHistory, Draft, FeatureRow
from shortcast_tools.analysis import feature_row
from shortcast_tools.changing.edits import Edit

if TYPE_CHECKING:
    import numpy as np

    from shortcast_ml.forecast import ForecastModel

UNPLANNED = (
    "duration_s",
    "publish_at",
    "title",
)  # fields whose absence is compared with the mean of what was tried


@dataclass(frozen=True)
class Computed:
    """An edit with its computed gain and what to expect of it, in log10."""

    edit: Edit
    gain: float
    expected: Expected
    row: FeatureRow

    @property
    def centre(self) -> float:
        """What to expect, in log10: the computed gain where nothing was measured."""
        return self.expected.centre

    @property
    def reliable(self) -> bool:
        """Whether a gain is to be expected that such changes were measured to bring."""
        return self.expected.reliable and self.expected.centre > 0


def compute(
    model: "ForecastModel",
    table: ChangeTable,
    draft: Draft,
    channel: ChannelHistory | None,
    edits: Sequence[Edit],
) -> list[Computed]:
    """Return every edit with its gain over the draft as it stands; only the edit's own columns are moved.

    Where the draft has no length, no time or no title, a gain is over the mean of all that were tried: knowing is no
    gain. The user's own term of a personal model is left out: how far it comes true was not measured.
    """
    start = feature_row(draft, channel)
    timed = start
    if draft.publish_at is None:  # a row with some time, so that of two times only the time differs
        timed = next((feature_row(e.draft, channel) for e in edits if e.argument == "publish_at"), start)
    staged: list[tuple[Edit, list[FeatureRow]]] = []
    for edit in edits:
        after = feature_row(edit.draft, channel)
        rows = [timed if edit.argument == "publish_at" else start]
        for kind in edit.kinds:
            values = rows[-1].values | {c: after.values[c] for c in KINDS[kind].columns if c in after.values}
            rows.append(after.model_copy(update={"values": values, "anchor_source": start.anchor_source}))
        staged.append((edit, rows))
    return _judged(
        table, draft, start, staged, centres_of(model, [row for _, rows in staged for row in rows])
    )


def _judged(
    table: ChangeTable,
    draft: Draft,
    start: FeatureRow,
    staged: Sequence[tuple[Edit, list[FeatureRow]]],
    centres: "np.ndarray",
) -> list[Computed]:
    import numpy as np

    steps: list[np.ndarray] = []
    at = 0
    for _, rows in staged:
        steps.append(centres[at : at + len(rows)])
        at += len(rows)
    level: dict[str, float] = {}
    for argument in UNPLANNED:
        if not getattr(draft, argument):
            last = [s[-1] for (e, _), s in zip(staged, steps, strict=True) if e.argument == argument]
            if last:
                level[argument] = float(np.mean(last))
    out = []
    for (edit, rows), step in zip(staged, steps, strict=True):
        if edit.argument in level:
            gains: Mapping[KindName, float] = {edit.kinds[0]: float(step[-1] - level[edit.argument])}
        else:
            gains = dict(zip(edit.kinds, np.diff(step).tolist(), strict=True))
        expected = table.expected(start.platform, start.anchor_source, gains)
        if edit.shown:
            expected = expected._replace(basis=f"{expected.basis} Also measured: {edit.shown}.")
        out.append(Computed(edit, sum(gains.values()), expected, rows[-1]))
    return out


def centres_of(model: "ForecastModel", rows: Sequence[FeatureRow]) -> "np.ndarray":
    """Return log10 views at 30 days of many rows, (n,), up to the growth curve; each booster is asked once a kind."""
    import numpy as np

    from shortcast_ml.forecast import matrix

    out = np.zeros(len(rows))
    alike: dict[tuple[object, ...], list[int]] = {}
    for i, row in enumerate(rows):
        seen = ("title" in row.evidence, "thumbnail" in row.evidence)
        alike.setdefault((row.platform, row.anchor_source, *seen), []).append(i)
    for at in alike.values():
        for term in model.terms(rows[at[0]]):
            if term.booster is model.personal:
                continue
            X = np.vstack([matrix(rows[i], term.columns) for i in at])
            out[at] += term.weight * (np.asarray(term.booster.predict(X)) - term.offset)
    return out
