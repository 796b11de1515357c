"""Effects that were planted in an invented table come back from the model with their sign and their order."""

import numpy as np
import pandas as pd
import pytest
from tests.planted import Effects, planted_table

from shortcast_ml import fit
from shortcast_ml.factors import factor_of
from shortcast_ml.features import TOPIC_DIM, feature_table
from shortcast_ml.folds import ChannelDisjoint

KNOTS = {"default": [0.0] * 11}
CHANNEL = ("channel_size", "channel_level", "recent_form")
ROUNDS = 400


def _recovered(table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Return the mean SHAP contrast of each planted fact, in log10 views, on channels that were not fitted."""
    monkeypatch.setitem(fit.ROUNDS, "youtube_shorts", ROUNDS)
    rng = np.random.default_rng(1)
    X = feature_table(
        table, KNOTS, rng.normal(size=(len(table), TOPIC_DIM)), rng.normal(size=(len(table), 8))
    )
    y, n = fit.target(table, KNOTS), len(table)
    part, group = fit.parts_of(table), table.group.to_numpy().astype(str)
    anchor, source = fit.fit_anchors(table, y).of(X, table.platform.to_numpy())
    data = fit.Data(X, y, group, part, source, anchor, np.ones(n))
    fold = ChannelDisjoint(k=3).split(table)[0]
    (booster,) = fit.fit_boosters(data.take(fold.train), fit.SEED).values()
    held, rows = X[fold.test], table[fold.test]
    contributions = np.asarray(booster.predict(held, pred_contrib=True))[:, :-1]
    factor = np.array([factor_of(c).name for c in X.columns])

    def contrast(factors: tuple[str, ...], have: pd.Series) -> float:
        effect = contributions[:, np.isin(factor, factors)].sum(axis=1)
        return float(effect[have.to_numpy()].mean() - effect[~have.to_numpy()].mean())

    return {
        "level": contrast(CHANNEL, rows.followers > rows.followers.median()),
        "question": contrast(("title_wording",), rows.title.str.contains("?", regex=False)),
        "short": contrast(("length",), rows.duration_s < 30),
        "evening": contrast(("publish_time",), rows.published_at.dt.hour >= 17),
        "hashtags": contrast(("hashtags",), rows.hashtags.map(len) > 4),
        "nothing": contrast(("topic",), pd.Series(X.topic_00[fold.test] > 0)),
    }


def test_planted_effects_come_back_with_their_sign_size_and_order(monkeypatch: pytest.MonkeyPatch) -> None:
    planted = Effects()
    found = _recovered(planted_table(channels=75, uploads=24), monkeypatch)
    for name in ("question", "short", "evening", "hashtags"):
        ratio = found[name] / getattr(planted, name)
        # regularised on 1,200 rows, a small effect shrinks; none may grow
        assert 0.4 < ratio < 1.1, f"{name}: {found[name]:.3f} of {getattr(planted, name)}"
    order = sorted(found, key=lambda name: abs(found[name]), reverse=True)
    assert order == ["level", "question", "short", "evening", "hashtags", "nothing"]
    assert found["level"] > 0.7
    assert abs(found["nothing"]) < 0.03


def test_what_was_not_planted_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = Effects(question=0, short=0, evening=0, hashtags=0, noise=0.3)
    found = _recovered(planted_table(channels=75, uploads=24, effects=nothing), monkeypatch)
    assert found.pop("level") > 0.7
    assert max(abs(effect) for effect in found.values()) < 0.04
