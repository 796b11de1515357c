"""The tool that finds evidence: videos of the library that are like a draft or a few words."""

from typing import Annotated

from pydantic import Field

from shortcast_ml.errors import InputError
from shortcast_ml.records import Platform, SimilarVideos
from shortcast_tools.arguments import Limit, Query, ThumbnailFile, Title, VideoFile
from shortcast_tools.draft import read_draft
from shortcast_tools.parts import parts
from shortcast_tools.progress import report


def find_similar_videos(
    query: Query = "",
    title: Title = "",
    video: VideoFile = None,
    thumbnail: ThumbnailFile = None,
    platform: Annotated[
        Platform | None, Field(description="Only videos of this platform. Unset: of all.")
    ] = None,
    limit: Limit = 6,
) -> SimilarVideos:
    """Find videos in the user's library that are like a draft (title, thumbnail, video) or a topic (query).

    Use it for examples and evidence: what others made on this, how it did, and against their own channel.
    It searches only what was collected: `library` says whether that is the invented demo library, which
    proves nothing. Not for finding new videos on the web (that is `collect`), nor for a forecast.
    """
    if not 1 <= limit <= 50:
        raise InputError(f"A limit of {limit} can't be right; ask for 1 to 50 videos.")
    words = " ".join(dict.fromkeys(part.strip() for part in (query, title) if part.strip()))
    if not (words or video or thumbnail):
        raise InputError("Say what to look for: some words, a title, a thumbnail picture or a video file.")

    from shortcast_ml.encoders import encode_draft

    here = parts()
    draft = read_draft(words, platform=platform or "tiktok", video=video, thumbnail=thumbnail).draft
    here.index.sync(report)
    embedding = encode_draft(here.encoder, draft)
    pictures = [path.name for path in (draft.thumbnail_path or draft.video_path,) if path is not None]
    return SimilarVideos(
        query=", ".join([*([words] if words else []), *pictures]),
        neighbours=tuple(here.index.nearest(embedding, limit, platform=platform)),
        searched=here.library.count(),
        library=here.library.kind(),
        encoder_id=here.encoder.id,
        notice=here.encoder.notice or "",
    )
