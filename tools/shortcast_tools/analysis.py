"""From a reading of a draft to the row that the forecast model sees; the tools that forecast share it."""

from functools import lru_cache
from typing import TYPE_CHECKING

from shortcast_ml.records import ChannelHistory, Draft, FeatureRow
from shortcast_tools.parts import parts

if TYPE_CHECKING:
    from shortcast_ml.records import Embedding


def feature_row(draft: Draft, channel: ChannelHistory | None) -> FeatureRow:
    """Return the row of a draft, with vectors by the encoder that the model was trained with."""
    model, encoder = parts().model, parts().model_encoder
    # the forecast reads title and thumbnail; a frame of the video is no thumbnail, and need not be decoded
    seen = draft.model_copy(update={"video_path": None})
    thumbnail = draft.thumbnail_path
    stamp = thumbnail.stat().st_mtime_ns if thumbnail is not None and thumbnail.exists() else 0
    return model.features(draft, channel, _embed(encoder.id, seen, stamp))


@lru_cache(maxsize=512)
def _embed(_encoder_id: str, draft: Draft, _stamp: int) -> "Embedding":
    """Remember the vectors of a draft: one turn asks for the same ones several times."""
    from shortcast_ml.encoders import encode_draft

    return encode_draft(parts().model_encoder, draft)
