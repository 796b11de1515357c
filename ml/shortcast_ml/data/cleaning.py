"""Cleaning a training table: a row is dropped only where it can't be right; what is merely odd is flagged."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from shortcast_ml.data.alike import (
    MIN_CHARS,
    near_duplicate_clusters,
    near_duplicate_pictures,
    normalise_title,
)
from shortcast_ml.data.schema import COLUMNS
from shortcast_ml.records import Record

if TYPE_CHECKING:
    import pandas as pd

EXAMPLES = 5
MANY_VIEWS = 1e6
LONG_S = 3 * 3600
FAR = 3.5  # modified z-scores; Source: Iglewicz and Hoaglin, "How to detect and handle outliers", 1993
SHORT_PLATFORMS = ("tiktok", "youtube_shorts")
REPEATED = "same video again"
OPTIONAL = ("hashtags", "duration_s", "published_at", "age_days", "followers", "channel_id", "thumbnail")


class RuleResult(Record):
    """What one rule found."""

    name: str
    meaning: str
    unit: Literal["videos", "looks"] = "videos"
    dropped: int = 0
    flagged: int = 0
    examples: tuple[str, ...] = ()


class ColumnResult(Record):
    """How one column of the user's own file was read."""

    column: str
    source: str
    read: int
    empty: int
    unreadable: int


class CellProblem(Record):
    """A row or cell of the user's own file that can't be used."""

    row: int
    column: str
    cell: str
    problem: str
    row_dropped: bool


class CleaningReport(Record):
    """What was dropped and flagged, and why."""

    dataset: str
    videos_read: int
    videos_kept: int
    rules: tuple[RuleResult, ...]
    columns: tuple[ColumnResult, ...] = ()
    columns_not_read: tuple[str, ...] = ()
    problems: tuple[CellProblem, ...] = ()
    more_problems: int = 0

    def text(self) -> str:
        """Return the report as lines for a terminal."""
        lines = [f"{self.dataset}: {self.videos_read:,} videos read, {self.videos_kept:,} kept"]
        for title, field in (
            ("dropped, because they can't be right", "dropped"),
            ("kept, but odd", "flagged"),
        ):
            found = [(getattr(r, field), r) for r in self.rules if getattr(r, field)]
            if found:
                lines += ["", title]
            for n, rule in found:
                unit = " (looks)" if rule.unit == "looks" else ""
                lines.append(f"{n:>11,}  {rule.name}{unit}: {rule.meaning}")
                if rule.examples and n < self.videos_read:
                    lines.append(f"{'':13}such as {', '.join(rule.examples)}")
        if self.columns:
            lines += ["", "columns"]
            width = max(len(c.source) for c in self.columns)
            for c in self.columns:
                bad = f", {c.unreadable:,} unreadable" if c.unreadable else ""
                lines.append(f"  {c.source:{width}} -> {c.column}: {c.read:,} read, {c.empty:,} empty{bad}")
        if self.columns_not_read:
            lines.append(f"  not read: {', '.join(self.columns_not_read)}")
        if self.problems:
            lines += ["", "rows and cells that can't be used"]
            for p in self.problems:
                where = f"row {p.row}" + (f", {p.column}" if p.column else "")
                lines.append(f"  {where}: {p.problem}" + (" (row dropped)" if p.row_dropped else ""))
        if self.more_problems:
            lines.append(f"  and {self.more_problems:,} more")
        return "\n".join(lines)


@dataclass(frozen=True)
class Rule:
    """A rule finds rows: (n,) bool. One that drops sees only what the rules before it left."""

    name: str
    meaning: str
    find: "Callable[[pd.DataFrame], np.ndarray]"


def _number(table: "pd.DataFrame", column: str) -> np.ndarray:
    """Return a column as floats, (n,); NaN where the table doesn't have it."""
    return table[column].to_numpy(float) if column in table else np.full(len(table), np.nan)


def _repeated(table: "pd.DataFrame") -> np.ndarray:
    oldest_first = table.sort_values("age_days", kind="stable", ascending=False, na_position="last")
    return oldest_first.duplicated(["dataset", "video_id"]).reindex(table.index).to_numpy(bool)


def _reuploads(table: "pd.DataFrame") -> np.ndarray:
    import pandas as pd

    known = table[table.channel_id.notna() & table.published_at.notna()]
    known = known.assign(words=known.title.map(normalise_title))
    known = known[known.words.str.len() >= MIN_CHARS].sort_values("published_at", kind="stable")
    since = known.groupby(["channel_id", "words"], sort=False).published_at.diff()
    return (since <= pd.Timedelta(days=1)).reindex(table.index, fill_value=False).to_numpy(bool)


def _shared_titles(table: "pd.DataFrame") -> np.ndarray:
    cluster = near_duplicate_clusters(table.title.tolist())
    own = table.channel_id.fillna(table.video_id)
    return np.asarray(own.groupby(cluster).transform("nunique") > 1)


def _shared_pictures(table: "pd.DataFrame") -> np.ndarray:
    if "dhash" not in table:
        return np.zeros(len(table), bool)
    cluster = near_duplicate_pictures([h if isinstance(h, str) else None for h in table.dhash])
    return np.asarray(np.bincount(cluster, minlength=len(table))[cluster] > 1)


def _far_from_usual(table: "pd.DataFrame") -> np.ndarray:
    y = np.log10(table.views + 1)
    platform = y.groupby(table.platform)
    from_median = (y - platform.transform("median")).abs()
    spread = from_median.groupby(table.platform).transform("median")
    return np.asarray((0.6745 * from_median > FAR * spread) & (spread > 0))


def _missing(column: str) -> "Callable[[pd.DataFrame], np.ndarray]":
    if column == "hashtags":
        return lambda table: np.fromiter((not tags for tags in table.hashtags), bool, len(table))
    return lambda table: table[column].isna().to_numpy(bool)


DROPPING = (
    Rule("no views", "the count to learn is missing", lambda t: t.views.isna().to_numpy(bool)),
    Rule(
        "impossible views",
        "a count is 0 or more",
        lambda t: (t.views < 0).to_numpy(bool) | np.isinf(t.views.to_numpy(float)),
    ),
    Rule(
        "more likes than views",
        "one of the two counts is wrong",
        lambda t: _number(t, "likes") > t.views.to_numpy(float),
    ),
    Rule("seen before it was published", "the age is negative", lambda t: (t.age_days < 0).to_numpy(bool)),
    Rule(REPEATED, "its last look is kept", _repeated),
)
FLAGGING = (
    Rule(
        "no views after a day",
        "hidden, or not public",
        lambda t: ((t.views == 0) & (t.age_days > 1)).to_numpy(bool),
    ),
    Rule(
        "many views, no followers",
        "more than a million views on a channel with 0 followers: hidden, or not read",
        lambda t: ((t.followers == 0) & (t.views > MANY_VIEWS)).to_numpy(bool),
    ),
    Rule(
        "long for a short video",
        "more than 3 hours",
        lambda t: (t.platform.isin(SHORT_PLATFORMS) & (t.duration_s > LONG_S)).to_numpy(bool),
    ),
    Rule(
        "far from the usual views",
        f"log views more than {FAR} robust deviations (median, MAD) from the platform's median",
        _far_from_usual,
    ),
    Rule("uploaded again", "same channel and title within a day of another", _reuploads),
    Rule("title shared by channels", "nearly the same as another channel's: folds must not part them", _shared_titles),
    Rule("picture shared", "nearly the same as another video's: folds must not part them", _shared_pictures),
    Rule("no title", "neither words nor hashtags", lambda t: _missing("hashtags")(t) & (t.title == "").to_numpy(bool)),
    *(Rule(f"no {column}", "empty" if column == "hashtags" else "not known", _missing(column)) for column in OPTIONAL),
)  # fmt: skip


def drop_impossible(table: "pd.DataFrame") -> "tuple[pd.DataFrame, dict[str, pd.DataFrame]]":
    """Return the rows that can be right, and by rule those that can't (all columns, the index kept)."""
    dropped = {}
    for rule in DROPPING:
        bad = rule.find(table)
        dropped[rule.name] = table[bad]
        table = table[~bad]
    return table, dropped


def clean(table: "pd.DataFrame") -> tuple["pd.DataFrame", CleaningReport]:
    """Return the table's rows that can be right, with the columns of the schema, and the report.

    The table has the columns of the schema, and may have `likes` and `dhash` (64-bit picture hashes in
    hexadecimal), which only the rules read. Its index must be unique.
    """
    kept, dropped = drop_impossible(table)
    results = [
        RuleResult(name=r.name, meaning=r.meaning, dropped=len(rows), examples=_examples(rows))
        for r in DROPPING
        if len(rows := dropped[r.name])
    ]
    for rule in FLAGGING:
        rows = kept[rule.find(kept)]
        if len(rows):
            result = RuleResult(
                name=rule.name, meaning=rule.meaning, flagged=len(rows), examples=_examples(rows)
            )
            results.append(result)
    report = CleaningReport(
        dataset=str(table.dataset.iloc[0]) if len(table) else "",
        videos_read=len(table),
        videos_kept=len(kept),
        rules=tuple(results),
    )
    return kept[COLUMNS], report


def _examples(rows: "pd.DataFrame") -> tuple[str, ...]:
    return tuple(str(v) for v in rows.video_id[:EXAMPLES])
