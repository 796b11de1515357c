"""What a loaded model says of the rows of a table, as if each were a draft: the sums of `forecast.py`, in bulk."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from shortcast_ml.evaluate import Prepared, saved_anchors
from shortcast_ml.fit import Data, with_components
from shortcast_ml.forecast import term_of
from shortcast_ml.growth import REFERENCE_DAYS
from shortcast_ml.records import FeatureRow

if TYPE_CHECKING:
    from shortcast_ml.encoders import Encoder
    from shortcast_ml.forecast import ForecastModel, Term


@dataclass(frozen=True)
class Served:
    """Forecasts of n rows, in log10 views at 30 days: (n,) each."""

    data: Data
    centre: np.ndarray
    scale: np.ndarray


def encoder_of(model: "ForecastModel", given: "Encoder | None" = None) -> "Encoder":
    """Return the encoder that the model was trained with: the given one if it is that, else loaded."""
    from shortcast_ml.encoders import load_encoder

    return given if given is not None and given.id == model.encoder_id else load_encoder(model.encoder_id)


def as_drafts(model: "ForecastModel", prepared: Prepared) -> Data:
    """Return the rows as the model sees drafts: asked for at 30 days, with its own parts and anchors."""
    data = prepared.data
    X = data.X.assign(log10_age_days=np.float32(np.log10(REFERENCE_DAYS)))
    anchor, source = saved_anchors(model.calibration).of(X, prepared.platform)
    part = np.array([model.part(p) for p in prepared.platform], dtype=object)
    return replace(data, X=X, part=part, source=source, anchor=anchor)


def terms_of(model: "ForecastModel", data: Data, platform: np.ndarray) -> Iterator[tuple["Term", np.ndarray]]:
    """Yield each term of the forecast with the rows that it is added for, as row numbers; `platform` is (n,).

    Rows of a part that is no platform's (titles without a channel) are that part's booster alone.
    """
    titled = np.isfinite(data.X["title_chars"].to_numpy(float))
    pictured = np.zeros(len(platform), bool) if data.pictures is None else data.pictures.at >= 0
    kinds = list(zip(data.part, platform, data.source, titled, pictured, strict=True))
    for kind in sorted(set(kinds)):
        rows = np.flatnonzero([k == kind for k in kinds])
        part, own, source, *seen = kind
        if part != model.part(own):
            yield term_of(model.boosters[part]), rows
            continue
        evidence = tuple(name for name, known in zip(("title", "thumbnail"), seen, strict=True) if known)
        row = FeatureRow.model_validate(
            {
                "platform": own,
                "values": {},
                "anchor_source": source,
                "log10_anchor": 0.0,
                "evidence": evidence,
                "encoder_id": model.encoder_id,
            }
        )
        for term in model.terms(row):
            yield term, rows


def serve(model: "ForecastModel", data: Data, platform: np.ndarray) -> Served:
    """Return the model's forecasts of rows, as `as_drafts` gives them or as they are; `platform` is (n,)."""
    centre = np.zeros(len(data.y))
    for term, rows in terms_of(model, data, platform):
        X = with_components(data.take(rows), model.projection, term.columns)
        centre[rows] += term.weight * (np.asarray(term.booster.predict(X)) - term.offset)
    scale = np.exp(np.asarray(model.spread.predict(data.X[model.spread.feature_name()])))
    return Served(data, centre, scale)
