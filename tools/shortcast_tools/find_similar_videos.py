"""The tool that finds evidence: videos of the library that are like a draft, a few words, or another video."""

from typing import TYPE_CHECKING, Annotated
from urllib.parse import parse_qs, urlsplit

from pydantic import Field

from shortcast_ml.errors import InputError
from shortcast_ml.library_table import key_of
from shortcast_ml.records import Embedding, Neighbour, Platform, Published, SearchFilter, SimilarVideos
from shortcast_ml.text import words_to_embed
from shortcast_tools.arguments import Limit, Query, ThumbnailFile, Title, VideoFile
from shortcast_tools.parts import parts
from shortcast_tools.progress import report

if TYPE_CHECKING:
    from shortcast_vectorstore.library import Library

NOTHING_ALIKE = (
    "Nothing in the library is really like this: the nearest are hardly nearer than unrelated videos are."
)
NONE_BETTER = "No similar video in the library is known to have done better than is usual for its channel."


def find_similar_videos(
    query: Query = "",
    title: Title = "",
    video: VideoFile = None,
    thumbnail: ThumbnailFile = None,
    video_id: Annotated[
        str, Field(description="Id or link of a video in the library, instead of a draft or words.")
    ] = "",
    better: Annotated[
        bool,
        Field(description="Only those that did better than is typical for their channel, most so first."),
    ] = False,
    platform: Annotated[
        Platform | None, Field(description="Only videos of this platform. Unset: of all.")
    ] = None,
    language: Annotated[str | None, Field(description="Only in this language, ISO 639-1.")] = None,
    channel_id: Annotated[str | None, Field(description="Only of the channel with this id.")] = None,
    min_views: Annotated[int | None, Field(ge=0, description="Only with at least so many views.")] = None,
    max_views: Annotated[int | None, Field(ge=0, description="Only with at most so many views.")] = None,
    max_age_days: Annotated[
        float | None, Field(gt=0, description="Only those at most so old when their views were read.")
    ] = None,
    max_duration_s: Annotated[float | None, Field(gt=0, description="Only those at most so long.")] = None,
    only_real: Annotated[
        bool, Field(description="Leave out the invented videos of the demo library.")
    ] = False,
    other_channels: Annotated[
        bool, Field(description="With video_id: leave out the other videos of its channel.")
    ] = False,
    no_duplicates: Annotated[
        bool, Field(description="Of re-uploads and all but equal videos, keep one.")
    ] = False,
    diversity: Annotated[
        float,
        Field(ge=0, le=1, description="From 0, the most similar, to 1, as unlike each other as can be."),
    ] = 0.0,
    limit: Limit = 6,
) -> SimilarVideos:
    """Find videos in the user's library that are like a draft (title, thumbnail, video), a topic or another video.

    Use it for examples and evidence: what others made on this, how it did, and against their own channel;
    with `better` for "what did better with the same idea?". Videos with `alike` false are not really similar:
    say so. It searches only what was collected: `library` says whether that is the invented demo library,
    which proves nothing. Not for finding new videos on the web (that is `collect`), nor for a forecast.
    """
    if not 1 <= limit <= 50:
        raise InputError(f"A limit of {limit} can't be right; ask for 1 to 50 videos.")
    if not 0 <= diversity <= 1:
        raise InputError(f"A diversity of {diversity} can't be right; give 0 to 1.")
    words = " ".join(dict.fromkeys(part.strip() for part in (query, title) if part.strip()))
    if not (words or video or thumbnail or video_id.strip()):
        raise InputError(
            "Say what to look for: some words, a title, a thumbnail picture, a video file, or a video of the library."
        )
    if video_id.strip() and (words or video or thumbnail):
        raise InputError("Give a video of the library, or words and files of a draft, not both.")

    here = parts()
    here.index.sync(report)
    own: Published | None = None
    if video_id.strip():
        own = _in_library(here.library, video_id.strip(), platform)
        words, asked, embedding = _of_library(own)
    else:
        asked, embedding = _of_draft(words, platform, video, thumbnail)
    where = SearchFilter(
        platform=platform,
        language=language.lower() if language else None,
        channel_ids=(channel_id,) if channel_id else (),
        min_views=min_views,
        max_views=max_views,
        max_age_days=max_age_days,
        max_duration_s=max_duration_s,
        demo=False if only_real else None,
        exclude=frozenset([key_of(own)] if own else []),
        exclude_channels=frozenset([own.channel_id] if own and own.channel_id and other_channels else []),
    )
    index = here.index
    if better:
        found = index.better(embedding, limit, where=where, words=words)
    else:
        found = index.nearest(
            embedding, limit, where=where, words=words, near_duplicates=not no_duplicates, diversity=diversity
        )
    return SimilarVideos(
        query=asked,
        neighbours=tuple(found),
        searched=here.library.count(),
        library=here.library.kind(),
        encoder_id=here.encoder.id,
        notice=" ".join(part for part in (_notice(found, better), here.encoder.notice) if part),
    )


def _of_draft(
    words: str, platform: Platform | None, video: str | None, thumbnail: str | None
) -> tuple[str, Embedding]:
    """Return what is looked for, in words, and its vectors."""
    from shortcast_ml.encoders import encode_draft
    from shortcast_tools.draft import read_draft

    draft = read_draft(
        _without_generic_tags(words), platform=platform or "tiktok", video=video, thumbnail=thumbnail
    ).draft
    pictures = [path.name for path in (draft.thumbnail_path or draft.video_path,) if path is not None]
    return ", ".join([*([words] if words else []), *pictures]), encode_draft(parts().encoder, draft)


def _without_generic_tags(words: str) -> str:
    """Leave out hashtags that say nothing of a subject, such as #fyp, unless nothing else is there."""
    from shortcast_ml.text import GENERIC_TAGS, HASHTAG

    kept = HASHTAG.sub(lambda tag: "" if tag[1].lower() in GENERIC_TAGS else tag[0], words)
    return " ".join(kept.split()) or words


def _in_library(library: "Library", id_or_link: str, platform: Platform | None) -> Published:
    """Return a video of the library by its id, its key or its link. Raises InputError when it has none such."""
    names = [id_or_link]
    if "://" in id_or_link:
        link = urlsplit(id_or_link)
        names = [*parse_qs(link.query).get("v", []), *reversed(link.path.split("/"))]
    elif ":" in id_or_link:
        names = [id_or_link.partition(":")[2], id_or_link]
    for name in names:
        found = library.get(name, platform) if name else None
        if found is not None:
            return found
    raise InputError(
        f"The library has no video {id_or_link[:100]!r}: give its title instead, or collect its channel first."
    )


def _of_library(video: Published) -> tuple[str, str, Embedding]:
    """Return the video's words, its name, and its vectors as the library has them."""
    embedding = parts().index.embedding_of(key_of(video))
    if embedding.title is None and embedding.image is None:
        raise InputError("That video has neither a title nor a picture to compare others with.")
    return words_to_embed(video.draft), video.draft.title or video.video_id, embedding


def _notice(found: list[Neighbour], better: bool) -> str:
    """Say what the user must know of the neighbours: that there are none, or none that are really alike."""
    if better:
        return "" if found else NONE_BETTER
    return NOTHING_ALIKE if found and not any(video.alike for video in found) else ""
