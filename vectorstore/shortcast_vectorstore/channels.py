"""How a video did against its own channel."""

import statistics

from shortcast_ml.library_table import age_days
from shortcast_ml.records import Published
from shortcast_vectorstore.library import Library

MIN_OTHERS = 3  # fewer other uploads say too little of what is typical for a channel


def vs_channel(library: Library, video: Published) -> float | None:
    """Return views over the median of the channel's other uploads, brought to this video's age.

    1.0 is typical for the channel. None when the library has fewer than three others with views and age.
    """
    from shortcast_ml.growth import to_age

    age, platform = age_days(video), video.draft.platform
    if video.counts is None or age is None or video.channel_id is None:
        return None
    others = [
        to_age(other.counts.views, other_age, age, platform)
        for other in library.of_channel(video.channel_id, platform)
        if other.video_id != video.video_id
        and other.counts is not None
        and (other_age := age_days(other)) is not None
    ]
    typical = statistics.median(others) if len(others) >= MIN_OTHERS else 0.0
    return video.counts.views / typical if typical > 0 else None
