"""Leak canaries: cheap checks that run before a model is fitted or judged, and stop it where they find something.

Each check returns the leaks that it found; an empty list is a pass. `check_all` runs those that it is given
the parts for, and raises. What they can't see is in docs/evaluation.md.

| check                  | what it finds                                                            |
|------------------------|--------------------------------------------------------------------------|
| check_names            | a feature named after something that is counted after publishing         |
| check_behaviour        | a feature that knows how the video did, whatever it is called            |
| check_future_uploads   | history that moves when the video itself or a later one does             |
| check_fold             | rows, groups, times or near-duplicates on both sides of a split          |
| check_fitted_on_train  | a scaler, projection or encoder head that has seen test rows             |
| check_crossfit_blind   | predictions that move with the test rows' targets or with other test rows |
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from shortcast_ml.errors import ModelError
from shortcast_ml.folds import Fold, alike, seconds

if TYPE_CHECKING:
    import pandas as pd

# Measured on the TikTok and French sets: counts of likes, comments, shares and saves reach 0.83 to 0.94 and
# 0.58 to 0.90; what a video brings along (everything but its channel's history) 0.2 and 0.2.
MAX_SPEARMAN = 0.75  # of the best forecast from one column with views, on held-out groups
MAX_PARTIAL = 0.55  # the same, when what the anchor says is taken from both
MAX_PARTIAL_ALONE = 0.9  # a column that knows the rest without the level, such as views over the channel's
OF_CHANNEL = ("history_", "log10_followers")  # columns that know the level in all honesty
MIN_ROWS = 200  # fewer say nothing of a correlation
MAX_ROWS = 10_000  # enough to judge a column by
LEAVES = 32
CUTS = 8  # moments at which the future is changed
CUT_ROWS = 800  # of the table that is described anew at each
OTHER_VIEWS = "the views of the video itself or of a later one"
LATER_GONE = "whether later videos exist"
TOLERANCE = 1e-4  # of a column's spread; the same float32 product in another batch differs by less
SEED = 7

COUNTED_LATER = re.compile(
    r"(?:^|_)(?:likes?|dislikes?|hearts|comments?|replies|shares|share_count|reposts|saves?|saved|bookmarks"
    r"|favou?rites?|collects|coins|danmaku|plays?|play_count|watch(?:ed)?_\w+|retention|impressions|reach|ctr"
    r"|engagement\w*|rank|trending\w*|n_countries|n_obs|n_days|n_used|music_used|sound_use\w*|revenue)(?:_|$)"
)
VIEWS = re.compile(
    r"(?:^|_)views?(?:_|$)|(?:^|_)viewcount(?:_|$)"
)  # of the video; a history may speak of views


class LeakError(ModelError):
    """Something that can't be known before publishing reached a model. `leaks` says what."""

    def __init__(self, leaks: "Sequence[Leak]") -> None:
        self.leaks = tuple(leaks)
        super().__init__(
            f"{len(leaks)} leak{'s' * (len(leaks) > 1)} found: {' '.join(leak.says for leak in leaks)} "
            "Mend the features or the split before fitting."
        )


@dataclass(frozen=True)
class Leak:
    """One finding: what kind, a sentence, and the columns or rows (positions, at most 10) concerned."""

    kind: str
    says: str
    columns: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()


Describe = Callable[["pd.DataFrame", np.ndarray], "pd.DataFrame"]  # (part of the table, its rows) -> history
FitTransform = Callable[[Any, np.ndarray], np.ndarray]  # (all values, mask of training rows) -> (n, d)
FitPredict = Callable[[Any, Fold], np.ndarray]  # (data, fold) -> (n,); only the test rows are read


def check_names(columns: Iterable[str]) -> list[Leak]:
    """Find columns named after a count of after publishing: likes, shares, rank, sound use and the like.

    Views may be named by a history column only, since that speaks of earlier videos.
    """
    found = []
    for column in columns:
        words = re.sub(r"(?<=[a-z])(?=[A-Z])|\W+", "_", str(column)).lower()
        if COUNTED_LATER.search(words) or (VIEWS.search(words) and not words.startswith("history_")):
            found.append(str(column))
    return [
        Leak(
            "post-publish column",
            f"{column} is counted after publishing, and can't be known before.",
            (column,),
        )
        for column in found
    ]


def check_behaviour(
    X: "pd.DataFrame", y: np.ndarray, fold: Fold, anchor: np.ndarray | None = None
) -> list[Leak]:
    """Find columns that tell the views too well, by themselves and beyond the channel's anchor.

    A tree on one column forecasts `y`, log10 views, (n,), from the training rows. On the test rows its
    Spearman correlation with views, and its partial one with the anchor's part taken away, must not both be
    too high for a fact known before publishing. `anchor` is the channel's level from its earlier uploads,
    (n,) log10 views, NaN where it has none; where it is known for MIN_ROWS test rows, those are judged alone.
    Non-numeric columns are read as categories. Columns of the channel (OF_CHANNEL) are left to
    `check_future_uploads`. Too few test rows give no finding.
    """
    from scipy.stats import spearmanr
    from sklearn.tree import DecisionTreeRegressor

    rng = np.random.default_rng(SEED)
    train, test = _sample(fold.train, rng), _sample(fold.test, rng)
    level = np.full(len(y), np.nan) if anchor is None else anchor
    known = np.isfinite(level)
    if known[test].sum() >= MIN_ROWS:
        test = test[known[test]]
    level = np.where(known, level, np.median(level[known]) if known.any() else 0.0)
    leaks: list[Leak] = []
    if len(test) < MIN_ROWS or len(train) < MIN_ROWS or np.ptp(y[test]) == 0:
        return leaks
    for column in (c for c in X.columns if not str(c).startswith(OF_CHANNEL)):
        x = _as_numbers(X[column])[:, None]
        tree = DecisionTreeRegressor(max_leaf_nodes=LEAVES, min_samples_leaf=20, random_state=SEED)
        forecast = tree.fit(x[train], y[train]).predict(x[test])
        if np.ptp(forecast) == 0:
            continue
        plain = float(spearmanr(forecast, y[test]).statistic)
        filled = np.nan_to_num(x[test, 0], nan=np.nanmedian(x[test]))
        beyond = max(abs(_partial(values, y[test], level[test])) for values in (forecast, filled))
        if (plain >= MAX_SPEARMAN and beyond >= MAX_PARTIAL) or beyond >= MAX_PARTIAL_ALONE:
            says = (
                f"{column} alone ranks held-out views with Spearman {plain:.2f} ({beyond:.2f} beyond the anchor), "
                "too well for a fact known before publishing."
            )
            leaks.append(Leak("too good a column", says, (str(column),)))
    return leaks


def check_future_uploads(table: "pd.DataFrame", describe: Describe, *, seed: int = SEED) -> list[Leak]:
    """Find history columns that move when what came later does.

    `describe(part, rows)` returns the history columns of a part of the table with a fresh index, `rows` (its
    positions in `table`) for what is held beside it, such as title vectors. At CUTS moments, each the time of
    a row, it is called with other views for every row of that moment or later (or of unknown time), and with
    the later rows gone; no row up to that moment may change.
    """
    rng = np.random.default_rng(seed)
    part, rows = _some_channels(table, rng)
    when = seconds(part)
    times = when[np.isfinite(when)]
    if not len(times):
        return []
    base = describe(part, rows)
    spread = _spread(base)
    found: dict[tuple[str, str], set[int]] = {}
    for cut in rng.choice(_moments(part, when), CUTS):
        upto = when <= cut
        views = part.views.to_numpy(float)
        other = np.round((views + 7) * 10 ** rng.uniform(0.5, 2, len(views)))
        scrambled = part.assign(views=np.where(when < cut, views, other))
        for cause, after in (
            (OTHER_VIEWS, describe(scrambled, rows)[upto]),
            (LATER_GONE, describe(part[upto].reset_index(drop=True), rows[upto])),
        ):
            moved = _moved(base.to_numpy(float)[upto], after.to_numpy(float), spread)
            for column, of_column in zip(base.columns, moved.T, strict=True):
                if of_column.any():
                    found.setdefault((column, cause), set()).update(rows[upto][of_column].tolist())
    return [
        Leak(
            "future upload",
            f"{column} depends on {cause} ({len(at)} rows seen).",
            (column,),
            tuple(sorted(at)[:10]),
        )
        for (column, cause), at in found.items()
    ]


def check_fold(
    table: "pd.DataFrame", fold: Fold, seals: str = "group", clusters: Sequence[np.ndarray] | None = None
) -> list[Leak]:
    """Find what stands on both sides of a fold: rows, groups (or a training row that is not older than every
    test row, when it `seals` time), and near-duplicates (`clusters`: `folds.alike(table)` unless given)."""
    leaks = []
    both = fold.train & fold.test
    if both.any():
        leaks.append(Leak("shared rows", f"{both.sum()} rows teach and judge.", rows=_first(both)))
    if seals == "time":
        when = seconds(table)
        late = fold.train & ~(when < when[fold.test].min(initial=np.inf))
        if late.any():
            says = f"{late.sum()} training rows are not older than every test row."
            leaks.append(Leak("later training rows", says, rows=_first(late)))
    else:
        group = table.group.to_numpy().astype(str)
        shared = fold.train & np.isin(group, group[fold.test])
        if shared.any():
            says = f"{len(set(group[shared]))} channels or topics stand on both sides of a split."
            leaks.append(Leak("shared groups", says, rows=_first(shared)))
    twins = np.zeros(len(table), bool)
    for cluster in alike(table) if clusters is None else clusters:
        twins |= fold.train & ~fold.test & np.isin(cluster, cluster[fold.test])
    if twins.any():
        says = f"{twins.sum()} training rows have nearly the title or the picture of a test row."
        leaks.append(Leak("shared near-duplicates", says, rows=_first(twins)))
    return leaks


def check_fitted_on_train(
    fit_transform: FitTransform, values: Any, fold: Fold, *, name: str = "A transform"
) -> list[Leak]:
    """Find a transform whose result for a test row depends on other test rows.

    `fit_transform(values, train)` returns (n, d) for all rows of an array or a data frame, and should have
    fitted on `values[train]` alone. It is called again without half of the test rows, then without the
    other half; what it says of the rest must stay. (Both halves: a leak may sit in one of them.)
    """
    base = _two_axes(fit_transform(values, fold.train))
    spread, moved = np.nanstd(base, axis=0), np.zeros(len(fold.train), bool)
    for gone in _halves(fold.test):
        kept = ~gone
        left = _two_axes(fit_transform(values[kept], fold.train[kept]))
        here = (fold.test & kept)[kept]
        moved[np.flatnonzero(kept)[here]] |= _moved(base[kept][here], left[here], spread).any(axis=1)
    if not moved.any():
        return []
    says = f"{name} was fitted on test rows: {moved.sum()} of {fold.test.sum()} change when others are taken away."
    return [Leak("fitted on test rows", says, rows=_first(moved))]


def check_crossfit_blind(
    fit_predict: FitPredict,
    data: Any,
    fold: Fold,
    *,
    untouched: Sequence[str] = ("group", "part", "source", "weight"),
) -> list[Leak]:
    """Find held-out predictions that depend on a test row's target, or on other test rows.

    `data` is a dataclass of arrays, data frames and pointers to vectors that share the first axis, with the
    target in `y` (`fit.Data`); `fit_predict(data, fold)` fits on the training rows and returns predictions,
    (n,), of which the test rows are read. It is called with other targets for all test rows and other values,
    in every field that is not `untouched`, for half of them; the other half's predictions must stay.
    """
    rng = np.random.default_rng(SEED)
    base = np.asarray(fit_predict(data, fold), float)
    spread = np.array([np.nanstd(base[fold.test])])
    moved = np.zeros(len(base), bool)
    for changed in _halves(fold.test):
        others = {
            f.name: _distort(getattr(data, f.name), fold.test if f.name == "y" else changed, rng)
            for f in fields(data)
            if f.name not in untouched
        }
        again = np.asarray(fit_predict(replace(data, **others), fold), float)
        rest = fold.test & ~changed
        moved[rest] |= _moved(base[rest, None], again[rest, None], spread)[:, 0]
    if not moved.any():
        return []
    says = (
        f"Held-out predictions saw test rows: {moved.sum()} of {fold.test.sum()} change with the targets or "
        "with other test rows."
    )
    return [Leak("predictions saw test rows", says, rows=_first(moved))]


def check_all(
    table: "pd.DataFrame",
    X: "pd.DataFrame",
    y: np.ndarray,
    folds: Sequence[Fold],
    *,
    seals: str = "group",
    anchor: np.ndarray | None = None,
    describe: Describe | None = None,
    transforms: Mapping[str, tuple[FitTransform, Any]] | None = None,
    pictures: Sequence[str | None] | None = None,
) -> None:
    """Run every check that the parts allow; raise LeakError naming all that was found.

    `X`, (n, d), and `y`, (n,) log10 views, are the table's features and target; `seals` is the protocol's;
    `transforms` holds (fit_transform, values) by name. The first fold judges columns and transforms.
    """
    clusters = alike(table, pictures)
    leaks = check_names(X.columns) + check_behaviour(X, y, folds[0], anchor)
    if describe is not None:
        leaks += check_future_uploads(table, describe)
    for fold in folds:
        leaks += check_fold(table, fold, seals, clusters)
    for name, (fit_transform, values) in (transforms or {}).items():
        leaks += check_fitted_on_train(fit_transform, values, folds[0], name=name)
    if leaks:
        raise LeakError(leaks)


def _as_numbers(values: "pd.Series[Any]") -> np.ndarray:
    import pandas as pd

    if pd.api.types.is_numeric_dtype(values.dtype):
        return values.to_numpy(float, na_value=np.nan)
    return np.asarray(pd.factorize(values)[0], float)


def _partial(forecast: np.ndarray, y: np.ndarray, anchor: np.ndarray) -> float:
    """Return the rank correlation of (n,) arrays when a cubic in the anchor's rank is taken from both."""
    from scipy.stats import rankdata

    powers = np.vander(rankdata(anchor) / len(anchor), 4)

    def rest(values: np.ndarray) -> np.ndarray:
        rank = rankdata(values)
        return np.asarray(rank - powers @ np.linalg.lstsq(powers, rank, rcond=None)[0])

    a, b = rest(forecast), rest(y)
    return float(a @ b / np.sqrt((a @ a) * (b @ b) + 1e-12))


def _sample(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    rows = np.flatnonzero(mask)
    return rows if len(rows) <= MAX_ROWS else np.sort(rng.choice(rows, MAX_ROWS, replace=False))


def _some_channels(table: "pd.DataFrame", rng: np.random.Generator) -> "tuple[pd.DataFrame, np.ndarray]":
    """Return whole groups of the table, about CUT_ROWS rows, with a fresh index, and their positions."""
    codes = table.group.factorize()[0]
    order = rng.permutation(codes.max(initial=0) + 1)
    sizes = np.bincount(codes[codes >= 0], minlength=len(order))[order]
    chosen = order[: max(1, int(np.searchsorted(sizes.cumsum(), CUT_ROWS, side="right")))]
    rows = np.flatnonzero(np.isin(codes, chosen))
    return table.iloc[rows].reset_index(drop=True), rows


def _moments(part: "pd.DataFrame", when: np.ndarray) -> np.ndarray:
    """Return the times to cut at: of all dated rows, those that share their time in their group twice as often."""
    tied = part.assign(when=when).duplicated(["group", "when"], keep=False).to_numpy() & np.isfinite(when)
    dated = when[np.isfinite(when)]
    return np.concatenate([dated, np.resize(when[tied], len(dated)) if tied.any() else when[tied]])


def _halves(test: np.ndarray) -> list[np.ndarray]:
    rows = np.random.default_rng(SEED).permutation(np.flatnonzero(test))
    halves = []
    for half in (rows[: len(rows) // 2], rows[len(rows) // 2 :]):
        mask = np.zeros(len(test), bool)
        mask[half] = True
        halves.append(mask)
    return halves


def _distort(values: Any, rows: np.ndarray, rng: np.random.Generator) -> Any:
    """Return a copy whose `rows` hold other numbers (for what is no number, other rows' values)."""
    import pandas as pd

    if values is None:
        return None
    if is_dataclass(values) and not isinstance(values, type):  # vectors that rows point into, by `at`
        at = np.array(values.at)  # type: ignore[attr-defined]
        at[rows] = at[np.argmax(rows)]
        return replace(values, at=at)
    if isinstance(values, pd.DataFrame):
        return values.assign(**{c: _distort(values[c], rows, rng) for c in values.columns})
    out, source = values.copy(), rng.permutation(np.flatnonzero(rows))
    if isinstance(values, pd.Series):  # keeps a category a category
        others = values.iloc[source]
        out[rows] = 3 - 2 * others.to_numpy() if pd.api.types.is_float_dtype(values.dtype) else others.array
    else:
        out[rows] = 3 - 2 * values[source] if values.dtype.kind == "f" else values[source]
    return out


def _two_axes(values: Any) -> np.ndarray:
    out = np.asarray(values, float)
    return out.reshape(len(out), -1)


def _spread(frame: "pd.DataFrame") -> np.ndarray:
    return np.asarray(frame.std(ddof=0).to_numpy(float))


def _moved(before: np.ndarray, after: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Return where (n, d) values differ by more than TOLERANCE of the column's spread, or in being known."""
    limit = TOLERANCE * np.where(spread > 0, spread, 1.0)
    same = (np.abs(before - after) <= limit) | (np.isnan(before) & np.isnan(after))
    return np.asarray(~same)


def _first(mask: np.ndarray) -> tuple[int, ...]:
    return tuple(np.flatnonzero(mask)[:10].tolist())
