"""Each canary is silent on a clean table, and sings when its leak is planted."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.planted import KNOTS, planted_data, planted_table, quick_config

from shortcast_ml.errors import ModelError
from shortcast_ml.features import COLUMNS, THUMBNAIL_COLUMNS
from shortcast_ml.fit import Data, fit_centre
from shortcast_ml.fit import fit_projection as fit_projection_of
from shortcast_ml.folds import ChannelDisjoint, Fold, RandomRows, TimeForward, honest_folds
from shortcast_ml.history import describe_table
from shortcast_ml.leakage import (
    Leak,
    LeakError,
    check_all,
    check_behaviour,
    check_crossfit_blind,
    check_fitted_on_train,
    check_fold,
    check_future_uploads,
    check_names,
)
from shortcast_ml.titles import Vectors, fit_projection, project


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    made = planted_table(channels=60, uploads=24)
    # every fifth video came out in the same moment as the one before it
    tied = np.arange(len(made)) % 5 == 4
    return made.assign(published_at=made.published_at.where(~tied, made.published_at.shift()))


@pytest.fixture(scope="module")
def few(table: pd.DataFrame) -> pd.DataFrame:
    return table[:240]


@pytest.fixture(scope="module")
def y(table: pd.DataFrame) -> np.ndarray:
    return np.log10(table.views.to_numpy(float) + 1)


@pytest.fixture(scope="module")
def X(table: pd.DataFrame) -> pd.DataFrame:
    own = pd.DataFrame({"log10_duration": np.log10(table.duration_s), "hashtags": table.hashtags.map(len)})
    return pd.concat([own, describe_table(table, KNOTS)], axis=1)


@pytest.fixture(scope="module")
def anchor(X: pd.DataFrame) -> np.ndarray:
    return X.history_median.where(X.history_uploads >= 5).to_numpy()


@pytest.fixture(scope="module")
def folds(table: pd.DataFrame) -> list[Fold]:
    return honest_folds(table, ChannelDisjoint())


def _history(part: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    return describe_table(part, KNOTS)


def _columns(leaks: list[Leak]) -> set[str]:
    return {c for leak in leaks for c in leak.columns}


# --- names -------------------------------------------------------------------------------------------


def test_no_column_of_the_product_is_named_after_a_count() -> None:
    assert check_names([*COLUMNS, *THUMBNAIL_COLUMNS]) == []


@pytest.mark.parametrize(
    "column",
    [
        "likes", "log10_likes", "likeCount_like", "comments", "log_comments", "shares", "saves", "dislikes",
        "danmaku_count", "best_rank", "rank", "music_n_used", "n_used", "views", "log10_views", "viewCount",
        "engagement_rate", "n_obs", "n_countries", "history_likes", "favorites", "watch_time",
    ],
)  # fmt: skip
def test_a_column_named_after_a_count_is_found(column: str) -> None:
    assert _columns(check_names(["log10_duration", column])) == {column}


@pytest.mark.parametrize(
    "column",
    [
        "history_views_median",
        "title_caps_share",
        "hashtags_generic",
        "look_brightness",
        "likeness",
        "franking",
    ],
)
def test_a_column_that_only_sounds_like_a_count_passes(column: str) -> None:
    assert check_names([column]) == []


# --- behaviour ---------------------------------------------------------------------------------------


def test_honest_columns_behave(X: pd.DataFrame, y: np.ndarray, folds: list[Fold], anchor: np.ndarray) -> None:
    assert check_behaviour(X, y, folds[0], anchor) == []
    assert check_behaviour(X, y, folds[0]) == check_behaviour(X, y, folds[0], np.full(len(y), np.nan)) == []


def test_a_count_under_a_harmless_name_is_found(
    X: pd.DataFrame, y: np.ndarray, folds: list[Fold], anchor: np.ndarray
) -> None:
    rng = np.random.default_rng(0)
    bins = np.array(["f", "c", "a", "e", "b", "d", "g", "h"])[(y * 2).astype(int) % 8]
    planted = X.assign(
        audience=y - 1.3 + rng.normal(0, 0.15, len(y)),  # likes
        outlier=y - X.history_median.fillna(4.5),  # how the video did for its channel
        bucket=bins,  # a view bin, its order hidden
    )
    leaks = check_behaviour(planted, y, folds[0], anchor)
    assert _columns(leaks) == {"audience", "outlier", "bucket"}
    assert leaks[0].kind == "too good a column"
    assert "too well for a fact known before publishing" in leaks[0].says


def test_few_rows_say_nothing_of_a_column(X: pd.DataFrame, y: np.ndarray) -> None:
    half = np.arange(150) < 75
    assert check_behaviour(X[:150].assign(audience=y[:150]), y[:150], Fold(half, ~half)) == []


# --- history -----------------------------------------------------------------------------------------


def _with_itself(part: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"history_median": part.groupby("channel_id").views.transform("median")})


def _with_next(part: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    ordered = part.sort_values("published_at", kind="stable")
    return pd.DataFrame({"history_last": ordered.groupby("channel_id").views.shift(-1)}).sort_index()


def _with_total(part: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"history_uploads": part.groupby("channel_id").views.transform("size").astype(float)})


def _with_own_views(part: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"history_trend": np.log10(part.views + 1)})


def _with_later_ties(part: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    """Mean of the channel's videos up to and including the moment of the row, its own left out."""
    when, views, name = part.published_at.to_numpy(), part.views.to_numpy(), part.channel_id.to_numpy()
    seen = (name[:, None] == name) & (when <= when[:, None]) & ~np.eye(len(part), dtype=bool)
    return pd.DataFrame({"history_mean": (seen @ views) / np.maximum(seen.sum(axis=1), 1)})


def test_the_products_history_does_not_move_with_the_future(few: pd.DataFrame) -> None:
    assert check_future_uploads(few, _history) == []


def test_rows_come_with_their_positions_so_that_vectors_can_be_looked_up(few: pd.DataFrame) -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(len(few), 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    titles, seen = Vectors.of(vectors), list[bool]()

    def describe(part: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
        seen.append((few.video_id.to_numpy()[rows] == part.video_id.to_numpy()).all())
        return describe_table(part, KNOTS, titles.take(rows))

    assert check_future_uploads(few, describe) == []
    assert all(seen)


@pytest.mark.parametrize(
    ("describe", "column"),
    [
        (_with_itself, "history_median"),
        (_with_next, "history_last"),
        (_with_total, "history_uploads"),
        (_with_own_views, "history_trend"),
        (_with_later_ties, "history_mean"),
    ],
)
def test_history_that_sees_the_future_is_found(
    few: pd.DataFrame, describe: Callable[[pd.DataFrame, np.ndarray], pd.DataFrame], column: str
) -> None:
    leaks = check_future_uploads(few, describe)
    assert _columns(leaks) == {column}
    assert {leak.kind for leak in leaks} == {"future upload"}
    assert all(leak.rows for leak in leaks)


def test_rows_of_unknown_time_count_as_later(few: pd.DataFrame) -> None:
    undated = few.assign(published_at=few.published_at.where(np.arange(len(few)) % 4 != 0))
    assert check_future_uploads(undated, _history) == []
    assert _columns(check_future_uploads(undated, _with_itself)) == {"history_median"}
    never = pd.Series(pd.NaT, index=few.index, dtype="datetime64[ns, UTC]")
    assert check_future_uploads(few.assign(published_at=never), _with_itself) == []


# --- folds -------------------------------------------------------------------------------------------


def test_honest_folds_pass(table: pd.DataFrame, folds: list[Fold]) -> None:
    assert [check_fold(table, fold) for fold in folds] == [[]] * 5
    for fold in honest_folds(table, TimeForward(k=3)):
        assert check_fold(table, fold, "time") == []


def test_a_random_split_shares_its_groups(table: pd.DataFrame) -> None:
    (leak,) = check_fold(table, RandomRows().split(table)[0])
    assert leak.kind == "shared groups"
    assert leak.says.endswith("channels or topics stand on both sides of a split.")


def test_rows_times_and_twins_on_both_sides_are_found(table: pd.DataFrame, folds: list[Fold]) -> None:
    fold = folds[0]
    everything = Fold(np.ones(len(table), bool), fold.test)
    assert [leak.kind for leak in check_fold(table, everything)] == ["shared rows", "shared groups"]
    assert [leak.kind for leak in check_fold(table, fold, "time")] == ["later training rows"]
    titles = table.title.to_numpy().copy()
    teacher, judge = np.flatnonzero(fold.train)[3], np.flatnonzero(fold.test)[0]
    titles[judge] = titles[teacher].upper() + "!!"
    (twin,) = check_fold(table.assign(title=titles), fold)
    assert (twin.kind, twin.rows) == ("shared near-duplicates", (teacher,))


# --- fitting on test rows ----------------------------------------------------------------------------


def _scaled(values: np.ndarray, train: np.ndarray) -> np.ndarray:
    return np.asarray((values - values[train].mean(axis=0)) / values[train].std(axis=0))


def _scaled_on_all(values: np.ndarray, train: np.ndarray) -> np.ndarray:
    return _scaled(values, np.ones(len(values), bool))


def _projected(values: np.ndarray, train: np.ndarray) -> np.ndarray:
    return project(values, *fit_projection(values[train], 4))


def _projected_on_all(values: np.ndarray, train: np.ndarray) -> np.ndarray:
    return project(values, *fit_projection(values, 4))


@pytest.mark.parametrize(("clean", "leaky"), [(_scaled, _scaled_on_all), (_projected, _projected_on_all)])
def test_a_scaler_or_projection_that_saw_test_rows_is_found(
    folds: list[Fold],
    clean: Callable[[np.ndarray, np.ndarray], np.ndarray],
    leaky: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> None:
    values = np.random.default_rng(0).normal(size=(1440, 12)).astype(np.float32)
    values[::50] = np.nan if clean is _projected else 0.5  # rows without a title
    assert check_fitted_on_train(clean, values, folds[0]) == []
    (leak,) = check_fitted_on_train(leaky, values, folds[0], name="topic projection")
    assert leak.kind == "fitted on test rows"
    assert leak.says.startswith("topic projection was fitted on test rows")
    assert folds[0].test[list(leak.rows)].all()


def test_a_target_statistic_over_all_rows_of_a_frame_is_found(table: pd.DataFrame, folds: list[Fold]) -> None:
    words = pd.DataFrame({"word": table.title.str.split().str[0], "y": np.log10(table.views + 1)})

    def clean(values: pd.DataFrame, train: np.ndarray) -> np.ndarray:
        return values.word.map(values[train].groupby("word").y.mean()).to_numpy()

    def leaky(values: pd.DataFrame, train: np.ndarray) -> np.ndarray:
        return values.groupby("word").y.transform("mean").to_numpy()

    assert check_fitted_on_train(clean, words, folds[0]) == []
    assert len(check_fitted_on_train(leaky, words, folds[0])) == 1


def _data(table: pd.DataFrame) -> Data:
    data = planted_data(table)
    first_word = table.title.str.split().str[0].astype("category")
    return replace(
        data, X=data.X.assign(first_word=first_word), anchor=data.X.history_median.fillna(4.5).to_numpy()
    )


def _linear(data: Data, fold: Fold) -> np.ndarray:
    """Least squares on length, the anchor and a target mean of the first word, all from training rows."""
    means = pd.Series(data.y[fold.train]).groupby(data.X.first_word.astype(str).to_numpy()[fold.train]).mean()
    of_word = data.X.first_word.astype(str).map(means).fillna(4.5).to_numpy(float)
    A = np.column_stack([np.ones(len(data.y)), data.X.log10_duration, data.anchor, of_word])
    return np.asarray(A @ np.linalg.lstsq(A[fold.train], data.y[fold.train], rcond=None)[0])


def _linear_fitted_on_all(data: Data, fold: Fold) -> np.ndarray:
    return _linear(data, replace(fold, train=np.ones(len(data.y), bool)))


def _centred_by_test_rows(data: Data, fold: Fold) -> np.ndarray:
    """Targets are left alone; the test rows' own features set their level."""
    out = _linear(data, fold)
    return np.asarray(out - data.X.log10_duration[fold.test].mean())


def _shrunk_by_test_errors(data: Data, fold: Fold) -> np.ndarray:
    out = _linear(data, fold)
    return np.asarray(out + (data.y - out)[fold.test].mean())


def test_a_blind_cross_fit_passes(
    X: pd.DataFrame, y: np.ndarray, table: pd.DataFrame, folds: list[Fold]
) -> None:
    assert check_crossfit_blind(_linear, _data(table), folds[0]) == []


@pytest.mark.parametrize("leaky", [_linear_fitted_on_all, _centred_by_test_rows, _shrunk_by_test_errors])
def test_a_cross_fit_that_saw_test_rows_is_found(
    table: pd.DataFrame,
    folds: list[Fold],
    leaky: Callable[[Data, Fold], np.ndarray],
) -> None:
    (leak,) = check_crossfit_blind(leaky, _data(table), folds[0])
    assert leak.kind == "predictions saw test rows"
    assert f"of {folds[0].test.sum()} change" in leak.says


def _product(data: Data, fold: Fold) -> np.ndarray:
    return fit_centre(data.take(fold.train), quick_config(10, topics=True)).predict(data)


def _product_with_topics_of_all_rows(data: Data, fold: Fold) -> np.ndarray:
    centre = fit_centre(data.take(fold.train), quick_config(10, topics=True))
    return replace(centre, projection=fit_projection_of(data)).predict(data)


def test_the_products_centre_is_blind_and_one_with_topics_of_all_rows_is_not(
    table: pd.DataFrame, folds: list[Fold]
) -> None:
    data = planted_data(table)
    assert check_crossfit_blind(_product, data, folds[0]) == []
    assert len(check_crossfit_blind(_product_with_topics_of_all_rows, data, folds[0])) == 1


# --- all of them -------------------------------------------------------------------------------------


def test_a_clean_table_passes_every_check(
    table: pd.DataFrame, X: pd.DataFrame, y: np.ndarray, folds: list[Fold], anchor: np.ndarray
) -> None:
    values = np.random.default_rng(0).normal(size=(len(y), 6))
    check_all(
        table, X, y, folds, anchor=anchor, describe=_history, transforms={"topics": (_projected, values)}
    )


def test_every_planted_leak_is_named_in_one_error(
    table: pd.DataFrame, X: pd.DataFrame, y: np.ndarray, anchor: np.ndarray
) -> None:
    values = np.random.default_rng(0).normal(size=(len(y), 6))
    with pytest.raises(LeakError, match="Mend the features or the split") as caught:
        check_all(
            table,
            X.assign(log10_likes=y - 1.0),
            y,
            RandomRows().split(table)[:1],
            anchor=anchor,
            describe=_with_total,
            transforms={"topics": (_projected_on_all, values)},
        )
    assert isinstance(caught.value, ModelError)
    assert [leak.kind for leak in caught.value.leaks] == [
        "post-publish column",
        "too good a column",
        "future upload",
        "shared groups",
        "fitted on test rows",
    ]
    assert str(caught.value).startswith("5 leaks found: log10_likes is counted after publishing")
