"""A small model of the planted table, whole: boosters, calibration, growth."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd

from shortcast_ml.anchors import fit_anchors
from shortcast_ml.coverage import BUCKETS, UNKNOWN
from shortcast_ml.evaluate import Prepared
from shortcast_ml.fit import concatenate, fit_centre, fit_spread, hide_facts
from shortcast_ml.forecast import LEVELS, ForecastModel
from tests.planted import KNOTS, Effects, planted_data, planted_table, quick_config

ROUNDS = 150


def prepared_of(table: pd.DataFrame) -> Prepared:
    return Prepared(table, planted_data(table), np.zeros(len(table)))


def model_of(prepared: Prepared, rounds: int = ROUNDS) -> ForecastModel:
    """Fit the product's boosters on a planted table; a `titles` part stands by for videos without a channel."""
    data, config = prepared.data, quick_config(rounds, topics=True)
    anchors = fit_anchors(prepared.table, data.y)
    both = hide_facts(data, prepared.platform, anchors, config.hidden_weight, config.seed)
    titles = replace(both, part=np.full(len(both.y), "titles", dtype=object))
    fitted = fit_centre(concatenate([both, titles]), config)
    spread = fit_spread(data, np.log(np.full(len(data.y), 0.2)), config)
    kinds = [f"{p}/{s}/{b}" for p in fitted.boosters for s in ("uploads", "stated", "followers", "platform")
             for b in (*BUCKETS, UNKNOWN)]  # fmt: skip
    return ForecastModel(
        name="planted",
        card={"encoder": "words:1", "name": "planted"},
        calibration={
            "quantiles": {kind: ((LEVELS - 0.5) * 2).tolist() for kind in kinds},
            "followers_line": anchors.followers_line,
            "platform_log10": anchors.platform_log10,
            "titles": {"weight": 0.3, "offset": 4.0},
            "pair_slope": 1.0,
        },
        growth=KNOTS,
        projection=fitted.projection,
        boosters=fitted.boosters,
        default="youtube_shorts",
        spread=spread,
    )


@cache
def planted() -> tuple[ForecastModel, Prepared]:
    """Return a model and the 1,440 videos that it learned from; made once."""
    prepared = prepared_of(planted_table(channels=60, uploads=24))
    return model_of(prepared), prepared


@cache
def barren() -> tuple[ForecastModel, Prepared]:
    """Return the same of a table where nothing but the channel matters."""
    nothing = Effects(question=0, short=0, evening=0, hashtags=0, noise=0.3)
    prepared = prepared_of(planted_table(channels=60, uploads=24, effects=nothing, seed=3))
    return model_of(prepared), prepared
