"""What a model looks at over many videos, checked against shap itself and against effects that were planted."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.explained import barren, planted, prepared_of
from tests.planted import planted_table

from shortcast_ml.contributions import Contributions, contributions, sample_rows
from shortcast_ml.evaluate import Prepared
from shortcast_ml.factors import factor_of
from shortcast_ml.fit import with_components
from shortcast_ml.forecast import ForecastModel
from shortcast_ml.global_view import GlobalView, global_view
from shortcast_ml.history import HISTORY_COLUMNS
from shortcast_ml.records import FeatureRow
from shortcast_ml.resampling import draw_units, estimate, resampling_units
from shortcast_ml.served import serve
from shortcast_ml.what_works import what_works


@pytest.fixture(scope="module")
def model() -> ForecastModel:
    return planted()[0]


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return planted()[1]


@pytest.fixture(scope="module")
def found(model: ForecastModel, prepared: Prepared) -> Contributions:
    return contributions(model, prepared)


@pytest.fixture(scope="module")
def view(model: ForecastModel, prepared: Prepared, found: Contributions) -> GlobalView:
    return global_view(model, prepared, found, interaction_seconds=3)


def test_factor_sums_are_those_of_shap_on_every_row(model: ForecastModel, found: Contributions) -> None:
    import shap

    known = found.data.source == "uploads"
    assert known.sum() >= 200
    booster = model.boosters["youtube_shorts"]
    columns = booster.feature_name()
    X = with_components(found.data.take(known), model.projection, columns)
    explainer = shap.TreeExplainer(booster)
    values = explainer.shap_values(X)
    owner = np.array([factor_of(c).name for c in columns])
    for name, ours in found.by_factor().items():
        theirs = values[:, owner == name].sum(axis=1)
        assert np.abs(ours[known] - theirs).max() <= 1e-9, name
        told = np.abs(theirs) > 1e-9
        assert (np.sign(ours[known][told]) == np.sign(theirs[told])).all(), name
    assert found.base[known] == pytest.approx(float(np.ravel(explainer.expected_value)[0]))


def test_contributions_are_those_that_shap_computes_with_its_own_code(
    model: ForecastModel, found: Contributions
) -> None:
    # TreeExplainer.shap_values asks LightGBM; its interaction values are computed by shap, and sum to the same
    import shap

    rows = np.flatnonzero(found.data.source == "uploads")[:10]
    booster = model.boosters["youtube_shorts"]
    X = with_components(found.data.take(rows), model.projection, booster.feature_name())
    own = shap.TreeExplainer(booster).shap_interaction_values(X).sum(axis=2)
    theirs = pd.DataFrame(own, columns=booster.feature_name())
    for column in theirs:
        assert found.of(str(column))[rows] == pytest.approx(theirs[column].to_numpy(), abs=1e-9), column


def test_contributions_add_up_to_the_served_forecast_of_every_kind_of_row(
    model: ForecastModel, prepared: Prepared
) -> None:
    n = len(prepared.table)
    X = prepared.data.X.copy()
    X.loc[: n // 4, list(HISTORY_COLUMNS)] = np.nan
    X.loc[: n // 4, "history_uploads"] = 0.0
    X.loc[: n // 8, "log10_followers"] = np.nan
    some = Prepared(prepared.table, replace(prepared.data, X=X), prepared.share)
    found = contributions(model, some)
    assert set(found.data.source) == {"uploads", "followers", "platform"}
    forecast = serve(model, found.data, found.platform).centre
    assert np.abs(found.base + found.values.sum(axis=1) - forecast).max() <= 1e-9


def test_a_row_is_explained_as_its_draft_is(model: ForecastModel, found: Contributions) -> None:
    for source in ("uploads", "followers"):
        i = int(np.flatnonzero(found.data.source == source)[0])
        seen = with_components(found.data.take(np.array([i])), model.projection, [str(c) for c in found.X])
        row = FeatureRow(
            platform="youtube_shorts",
            values={str(c): float(v) for c, v in seen.iloc[0].items()},
            anchor_source=found.data.source[i],
            log10_anchor=float(found.data.anchor[i]),
            evidence=("title",),
            encoder_id="words:1",
        )
        explained = {f.name: f.log10 for f in model.explain(row).factors}
        for name, effect in found.by_factor().items():
            assert effect[i] == pytest.approx(explained[name], abs=1e-9), name


def test_planted_effects_lead_the_view_with_their_size_and_direction(view: GlobalView) -> None:
    by_name = {f.name: f for f in view.factors}
    changeable = [f.name for f in view.factors if f.changeable]
    assert changeable[:4] == ["title_wording", "length", "publish_time", "hashtags"]
    for f in view.factors:
        m, size = f.multiplier, f.mean_abs_log10
        assert m.value == pytest.approx(10**size.value)
        assert 1 <= m.low <= m.low_80 <= m.value <= m.high_80 <= m.high
    assert by_name["title_wording"].columns[0].column == "title_question"
    assert by_name["title_wording"].columns[0].direction == pytest.approx(0.86, abs=0.15)
    assert by_name["channel_size"].direction is not None
    assert by_name["channel_size"].direction > 0.9
    assert by_name["hashtags"].direction is not None
    assert by_name["hashtags"].direction < -0.8
    assert by_name["length"].direction is None  # two columns
    assert "age" not in by_name  # every count was read at 30 days


def test_dependence_finds_the_planted_steps_and_what_videos_did(view: GlobalView) -> None:
    length = next(d for d in view.dependence if d.column == "log10_duration")
    short = [b for b in length.bins if b.high is not None and b.high <= 30]
    long = [b for b in length.bins if b.low is not None and b.low >= 30]
    assert all(b.multiplier.low > 1.1 for b in short)
    assert all(b.multiplier.high < 0.95 for b in long)
    assert sum(b.n for b in length.bins) == view.n
    seen = [b.observed for b in short if b.observed is not None]
    assert seen
    assert all(1.2 < o.multiplier.value < 1.9 and o.chance < 0.001 for o in seen)  # 10**0.16 by the plan
    assert all(o.within_channels == pytest.approx(o.multiplier.value, rel=0.15) for o in seen)


def test_what_works_says_the_planted_effects_and_their_numbers(view: GlobalView) -> None:
    said = what_works(view)
    by = {(s.column, s.range): s for s in said}
    question = by["title_question", "with"]
    assert (question.n, question.channels) == (556, 60)
    assert question.multiplier.value == pytest.approx(10**0.25, rel=0.05)  # half of all titles ask
    assert question.says.startswith(
        "Titles with a question mark did x1.79 their channel's usual, over the average video here (556 videos of "
        "60 channels, 95% interval x1.71 to x1.88;"
    )
    assert ("title_question", "without") not in by  # says the same again
    better = {key for key, s in by.items() if s.multiplier.value > 1}
    assert {("log10_duration", r) for r in ("10 to 15 s", "15 to 20 s", "20 to 30 s")} <= better
    assert {r for c, r in better if c == "publish_hour_utc"} == {"18 to 21 h UTC", "21 to 24 h UTC"}
    assert by["hashtags", "8 or more hashtags"].multiplier.high < 1
    assert {s.factor for s in said} == {"title_wording", "length", "publish_time", "hashtags"}


def test_statements_speak_of_no_cause(view: GlobalView) -> None:
    causal = ("because", "cause", "make", "lead", "boost", "improve", "increase", "effect", "thanks", "will")
    for statement in what_works(view):
        assert not [word for word in causal if word in statement.says.lower()], statement.says


def test_where_nothing_was_planted_nothing_is_said() -> None:
    model, prepared = barren()
    view = global_view(model, prepared, interaction_seconds=0)
    assert view.with_usual > 1000
    assert what_works(view) == ()
    assert view.interactions == ()
    assert view.interaction_rows == 0


def test_disagreement_with_the_model_is_not_said(
    model: ForecastModel, prepared: Prepared, found: Contributions
) -> None:
    at = list(found.X).index("title_question")
    turned = found.values.copy()
    turned[:, at] *= -1
    view = global_view(model, prepared, replace(found, values=turned), interaction_seconds=0)
    assert "title_question" not in {s.column for s in what_works(view)}


def test_few_videos_with_a_usual_say_nothing(model: ForecastModel) -> None:
    prepared = prepared_of(planted_table(channels=20, uploads=5))
    view = global_view(model, prepared, interaction_seconds=0)
    assert view.with_usual == 0
    assert all(b.observed is None for d in view.dependence for b in d.bins)
    assert what_works(view) == ()


def test_a_library_of_one_channel_draws_its_weeks_again(model: ForecastModel) -> None:
    prepared = prepared_of(planted_table(channels=1, uploads=300))
    view = global_view(model, prepared, interaction_seconds=0)
    assert view.resampled == "weeks of a channel"
    assert view.channels == 1
    said = what_works(view)
    assert "title_question" in {s.column for s in said}
    assert all("channels" not in s.says for s in said)


def test_interactions_are_shares_of_their_factors_own_effects(view: GlobalView) -> None:
    assert 0 < view.interaction_rows <= 300
    for i in view.interactions:
        assert i.of_own_effects >= 0.1
        assert {factor_of(i.columns[0]).name, factor_of(i.columns[1]).name} == {i.first, i.second}
    strengths = [i.mean_abs_log10 for i in view.interactions]
    assert strengths == sorted(strengths, reverse=True)


def test_a_planted_interaction_is_found() -> None:
    from tests.explained import model_of

    table = planted_table(channels=40, uploads=15)
    both = (table.duration_s < 30) == (table.published_at.dt.hour >= 12)
    prepared = prepared_of(table.assign(views=np.round(table.views * np.where(both, 4.0, 0.25))))
    view = global_view(model_of(prepared, 80), prepared, interaction_seconds=3)
    assert {"length", "publish_time"} in [{i.first, i.second} for i in view.interactions[:2]]


def test_whole_channels_are_sampled_and_the_same_seed_draws_the_same(
    model: ForecastModel, prepared: Prepared
) -> None:
    rows = sample_rows(prepared.data.group, 300, 7)
    assert 260 <= len(rows) <= 300
    names, counts = np.unique(prepared.data.group[rows], return_counts=True)
    assert (counts == 24).all()
    assert (rows == sample_rows(prepared.data.group, 300, 7)).all()
    assert len(sample_rows(np.repeat(["a", "b"], 50), 10, 7)) == 50
    said: list[str] = []
    found = contributions(model, prepared, most=300, progress=said.append)
    assert (found.rows == rows).all()
    assert said[-1] == f"contributions of {len(rows)} rows"
    assert set(found.group) == set(names)


def test_intervals_cover_a_known_mean_and_widen_with_fewer_units() -> None:
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(40).astype(str), 10)
    values = rng.normal(0, 1, 40)[group.astype(int)]
    member = np.ones((400, 1), bool)
    value, drawn = draw_units(group, 1).means(values, member)
    by_channel = estimate(float(value[0]), drawn[:, 0])
    value, drawn = draw_units(np.arange(400).astype(str), 1).means(values, member)
    by_row = estimate(float(value[0]), drawn[:, 0])
    assert by_channel.value == pytest.approx(values.mean())
    assert by_channel.high - by_channel.low > 2 * (by_row.high - by_row.low)
    expected = 2 * 1.96 * values.std() / np.sqrt(40)
    assert by_channel.high - by_channel.low == pytest.approx(expected, rel=0.2)


def test_videos_without_a_date_are_drawn_one_by_one() -> None:
    group = np.array(["a"] * 4)
    when = pd.Series(pd.to_datetime(["2026-01-05", "2026-01-06", "", ""], utc=True))
    units = resampling_units(group, when)
    assert units[0] == units[1]
    assert len(set(units)) == 3
