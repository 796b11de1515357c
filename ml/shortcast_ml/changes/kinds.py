"""Kinds of change that a creator can make, and the columns of the forecast that each of them moves."""

from functools import cache
from typing import Literal, NamedTuple

KindName = Literal["length", "publish_time", "hashtags", "title", "likeness", "picture"]
Evidence = Literal["uploads", "stated", "followers", "platform"]


class Kind(NamedTuple):
    """One kind of change: factors of the table in factors.py whose columns it moves."""

    name: KindName
    label: str  # in a creator's words
    factors: tuple[str, ...]
    of_history: bool | None = (
        None  # of the factors' columns only those read from earlier uploads, or only the others
    )

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns, in the order of the model's."""
        return _columns(self)


KINDS: dict[KindName, Kind] = {
    kind.name: kind
    for kind in (
        Kind("length", "length", ("length",)),
        Kind("publish_time", "time of publishing", ("publish_time",)),
        Kind("hashtags", "hashtags", ("hashtags",)),
        Kind("title", "title wording", ("title_length", "title_wording", "topic"), of_history=False),
        Kind("likeness", "likeness to the channel's earlier titles", ("topic",), of_history=True),
        Kind(
            "picture",
            "thumbnail",
            ("faces", "thumbnail_look", "thumbnail_content", "title_thumbnail_fit"),
        ),
    )
}


@cache
def _columns(kind: Kind) -> tuple[str, ...]:
    from shortcast_ml.factors import factor_of
    from shortcast_ml.features import COLUMNS, THUMBNAIL_COLUMNS

    owned = [c for c in (*COLUMNS, *THUMBNAIL_COLUMNS) if factor_of(c).name in kind.factors]
    return tuple(c for c in owned if kind.of_history is None or c.startswith("history_") == kind.of_history)
