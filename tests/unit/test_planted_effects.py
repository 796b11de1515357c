"""Effects that were planted in an invented table come back from the model with their sign and their order."""

import numpy as np
import pandas as pd
from tests.planted import Effects, planted_data, planted_table, quick_config

from shortcast_ml.factors import factor_of
from shortcast_ml.fit import fit_centre
from shortcast_ml.folds import ChannelDisjoint

CHANNEL = ("channel_size", "channel_level", "recent_form")


def _recovered(table: pd.DataFrame) -> dict[str, float]:
    """Return the mean SHAP contrast of each planted fact, in log10 views, on channels that were not fitted."""
    data = planted_data(table)
    fold = ChannelDisjoint(k=3).split(table)[0]
    centre = fit_centre(data.take(fold.train), quick_config(200, topics=True))
    (booster,) = centre.boosters.values()
    held, rows = centre.columns(data.take(fold.test), booster), table[fold.test]
    contributions = np.asarray(booster.predict(held, pred_contrib=True))[:, :-1]
    factor = np.array([factor_of(c).name for c in held])

    def contrast(factors: tuple[str, ...], have: pd.Series) -> float:
        effect = contributions[:, np.isin(factor, factors)].sum(axis=1)
        return float(effect[have.to_numpy()].mean() - effect[~have.to_numpy()].mean())

    return {
        "level": contrast(CHANNEL, rows.followers > rows.followers.median()),
        "question": contrast(("title_wording",), rows.title.str.contains("?", regex=False)),
        "short": contrast(("length",), rows.duration_s < 30),
        "evening": contrast(("publish_time",), rows.published_at.dt.hour >= 17),
        "hashtags": contrast(("hashtags",), rows.hashtags.map(len) > 4),
        "nothing": contrast(("topic",), held.topic_00 > 0),
    }


def test_planted_effects_come_back_with_their_sign_size_and_order() -> None:
    planted = Effects()
    found = _recovered(planted_table(channels=75, uploads=24))
    for name in ("question", "short", "evening", "hashtags"):
        ratio = found[name] / getattr(planted, name)
        # regularised on 1,200 rows, a small effect shrinks; none may grow
        assert 0.4 < ratio < 1.1, f"{name}: {found[name]:.3f} of {getattr(planted, name)}"
    order = sorted(found, key=lambda name: abs(found[name]), reverse=True)
    assert order == ["level", "question", "short", "evening", "hashtags", "nothing"]
    assert found["level"] > 0.7
    assert abs(found["nothing"]) < 0.03


def test_what_was_not_planted_is_not_found() -> None:
    nothing = Effects(question=0, short=0, evening=0, hashtags=0, noise=0.3)
    found = _recovered(planted_table(channels=75, uploads=24, effects=nothing))
    assert found.pop("level") > 0.7
    assert max(abs(effect) for effect in found.values()) < 0.04
