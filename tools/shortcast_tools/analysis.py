"""From a reading of a draft to the row that the forecast model sees; the tools that forecast share it."""

from functools import lru_cache
from typing import TYPE_CHECKING

from shortcast_ml.records import ChannelHistory, Draft, FeatureRow
from shortcast_ml.text import words_to_embed
from shortcast_tools.parts import parts

if TYPE_CHECKING:
    import numpy as np

    from shortcast_ml.records import Embedding


def feature_row(draft: Draft, channel: ChannelHistory | None) -> FeatureRow:
    """Return the row of a draft, with vectors by the encoder that the model was trained with."""
    model, encoder = parts().model, parts().model_encoder
    # what is encoded and nothing else, so that drafts of another length or time share their vectors; a frame of the
    # video is no thumbnail, and need not be decoded
    seen = Draft(title=draft.title, hashtags=draft.hashtags, thumbnail_path=draft.thumbnail_path)
    thumbnail = draft.thumbnail_path
    stamp = thumbnail.stat().st_mtime_ns if thumbnail is not None and thumbnail.exists() else 0
    embedding = _embed(encoder.id, seen, stamp)
    if channel is not None and embedding.title is not None:
        embedding = embedding.model_copy(update={"upload_similarity": _similarity(embedding.title, channel)})
    return model.features(draft, channel, embedding)


def _similarity(title: "np.ndarray", channel: ChannelHistory) -> "np.ndarray | None":
    """Return the cosine of each upload's title with the draft's, (n,), NaN without one; None when none has a title."""
    import numpy as np

    words = [words_to_embed(Draft(title=upload.title)) for upload in channel.uploads]
    if not any(words):
        return None
    out = np.full(len(words), np.nan)
    known = [i for i, text in enumerate(words) if text]
    out[known] = parts().model_encoder.encode_texts([words[i] for i in known]) @ title
    return out


@lru_cache(maxsize=512)
def _embed(_encoder_id: str, draft: Draft, _stamp: int) -> "Embedding":
    """Remember the vectors of a draft: one turn asks for the same ones several times."""
    from shortcast_ml.encoders import encode_draft

    return encode_draft(parts().model_encoder, draft)
