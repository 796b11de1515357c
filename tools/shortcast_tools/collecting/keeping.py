"""How a video that was read gets into the library: as the library knows it, with what is kept of it so far."""

from typing import TYPE_CHECKING

from shortcast_ml.library_table import key_of
from shortcast_ml.records import Published

if TYPE_CHECKING:
    from shortcast_vectorstore.library import Library

YOUTUBE = ("youtube", "youtube_shorts")


def as_known(video: Published, library: "Library") -> Published:
    """Return a reading of a video with the platform and the files that the library has of it.

    Sources tell Shorts from long videos in different ways, and none of them may make two videos of one id.
    """
    platform = video.draft.platform
    twins = YOUTUBE if platform in YOUTUBE else (platform,)
    found = library.by_key(f"{twin}:{video.video_id}" for twin in twins)
    known = found.get(key_of(video)) or next(iter(found.values()), None)
    return video if known is None else as_same(known, video)


def as_same(known: Published, video: Published) -> Published:
    """Return a reading of a known video with the id, the platform and the files that the library has of it."""
    kept = {
        "platform": known.draft.platform,
        "thumbnail_path": video.draft.thumbnail_path or known.draft.thumbnail_path,
        "video_path": video.draft.video_path or known.draft.video_path,
    }
    draft = video.draft.model_copy(update=kept)
    return video.model_copy(update={"draft": draft, "video_id": known.video_id})
