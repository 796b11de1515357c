"""Pictures and texts to unit vectors in one space.

`load_encoder("mini")` is bundled and needs no network; `load_encoder("open_clip:<model>/<weights>")` is the
real thing. Every stored vector carries its encoder's id; vectors of two encoders never mix.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from shortcast_ml.encoders.names import parse
from shortcast_ml.errors import EncoderError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    from shortcast_ml.records import Draft, Embedding

__all__ = ["Encoder", "WeightsUnavailable", "encode_draft", "encode_drafts", "load_encoder"]


class WeightsUnavailable(EncoderError):
    """The encoder is a known one, but its weights can't be had here and now."""


@runtime_checkable
class Encoder(Protocol):
    """Pictures and texts to vectors of one space."""

    @property
    def id(self) -> str:
        """What to store with every vector; `load_encoder(id)` gives the same encoder again."""

    @property
    def dim(self) -> int:
        """Length of a vector."""

    @property
    def notice(self) -> str | None:
        """What the user should be told, such as that this is not the encoder that was asked for."""

    def encode_images(self, images: "Sequence[str | Path | Image]") -> "NDArray[np.float32]":
        """Return (n, dim) float32, unit L2 norm. MediaError when a file is no picture."""

    def encode_texts(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Return (n, dim) float32, unit L2 norm."""


def load_encoder(id: str, device: str = "auto", fallback: bool = False, compiled: bool = False) -> Encoder:
    """Load an encoder by name: `mini`, `open_clip`, or `open_clip:<model>/<weights tag or file>`.

    `mini` runs on the CPU whatever the device. With `fallback`, weights that can't be had give a warning
    and `mini` instead, whose `notice` says so. With `compiled`, torch compiles the picture network of open_clip
    on a GPU: up to a minute. EncoderError when the name is none, the file is foreign, or (without
    `fallback`) the weights can't be had; out of reach of the network it is raised within 5 s.
    """
    name = parse(id)
    if name.kind == "mini":
        from shortcast_ml.encoders.mini import load_mini

        return load_mini(name)

    from shortcast_ml.encoders.clip import compile_encoder, load_open_clip

    try:
        loaded = load_open_clip(name, device)
        return compile_encoder(loaded) if compiled else loaded
    except WeightsUnavailable as error:
        if not fallback:
            raise
        import warnings

        from shortcast_ml.encoders.mini import load_mini

        notice = (
            f"{error} Until then the bundled encoder `mini` is used, whose sense of pictures is much weaker."
        )
        warnings.warn(notice, stacklevel=2)
        return load_mini(parse("mini"), notice=notice)


def encode_draft(encoder: Encoder, draft: "Draft") -> "Embedding":
    """Return the vectors of one draft; see `encode_drafts`."""
    return encode_drafts(encoder, [draft])[0]


def encode_drafts(encoder: Encoder, drafts: "Sequence[Draft]") -> "list[Embedding]":
    """Return the vectors of drafts, in batches.

    The title is read with its hashtags as words; its vector is None where there are neither. The picture
    is the thumbnail, else a frame a quarter into the video, else None. MediaError when a picture or video
    can't be read.
    """
    from shortcast_ml.records import Embedding
    from shortcast_ml.text import words_to_embed

    titles = [(i, words) for i, draft in enumerate(drafts) if (words := words_to_embed(draft))]
    pictures = [(i, picture) for i, draft in enumerate(drafts) if (picture := _picture(draft)) is not None]
    by_title = dict(zip((i for i, _ in titles), encoder.encode_texts([t for _, t in titles]), strict=True))
    by_picture = dict(
        zip((i for i, _ in pictures), encoder.encode_images([p for _, p in pictures]), strict=True)
    )
    return [
        Embedding(encoder_id=encoder.id, title=by_title.get(i), image=by_picture.get(i))
        for i in range(len(drafts))
    ]


def _picture(draft: "Draft") -> "Path | Image | None":
    if draft.thumbnail_path is not None:
        return draft.thumbnail_path
    if draft.video_path is None:
        return None
    from shortcast_ml.media import sample_frames

    frames: list[Image] = sample_frames(draft.video_path, 2)  # at 1/4 and 3/4
    return frames[0] if frames else None
