"""Kinds of change that a creator can make, and the columns of the forecast that each of them moves."""

from typing import Literal, NamedTuple

from shortcast_ml.factors import FACTORS
from shortcast_ml.features import COLUMNS, THUMBNAIL_COLUMNS

KindName = Literal["length", "publish_time", "hashtags", "title", "likeness", "picture"]
Evidence = Literal["uploads", "stated", "followers", "platform"]


class Kind(NamedTuple):
    """One kind of change."""

    name: KindName
    label: str  # in a creator's words
    factors: tuple[str, ...]
    columns: tuple[str, ...]  # of the factors, as far as a model has them


def _kind(name: KindName, label: str, *factors: str) -> Kind:
    owned = {
        column
        for factor in FACTORS
        if factor.name in factors
        for column in (*COLUMNS, *THUMBNAIL_COLUMNS)
        if any(column == p or (p.endswith("*") and column.startswith(p[:-1])) for p in factor.columns)
    }
    return Kind(name, label, factors, tuple(c for c in (*COLUMNS, *THUMBNAIL_COLUMNS) if c in owned))


def _likeness() -> Kind:
    topic = _kind("likeness", "likeness to the channel's earlier titles", "topic")
    return topic._replace(columns=tuple(c for c in topic.columns if c.startswith("history_")))


def _title() -> Kind:
    """Return the words themselves; how like they are to the channel's earlier titles is a kind of its own."""
    words = _kind("title", "title wording", "title_length", "title_wording", "topic")
    return words._replace(columns=tuple(c for c in words.columns if not c.startswith("history_")))


KINDS: dict[KindName, Kind] = {
    kind.name: kind
    for kind in (
        _kind("length", "length", "length"),
        _kind("publish_time", "time of publishing", "publish_time"),
        _kind("hashtags", "hashtags", "hashtags"),
        _title(),
        _likeness(),
        _kind("picture", "thumbnail", "faces", "thumbnail_look", "thumbnail_content", "title_thumbnail_fit"),
    )
}
