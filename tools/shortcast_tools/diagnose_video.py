"""The tool that says why a published video did what it did."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from shortcast_ml.errors import InputError
from shortcast_ml.records import (
    ChannelHistory,
    Counts,
    Diagnosis,
    Neighbour,
    Published,
    SearchFilter,
    Verdict,
    utc_now,
)
from shortcast_tools.analysis import feature_row
from shortcast_tools.arguments import (
    Description,
    Duration,
    Followers,
    PlatformName,
    PublishAt,
    RecentViews,
    ThumbnailFile,
    Title,
    TypicalViews,
    VideoFile,
)
from shortcast_tools.draft import read_channel, read_draft
from shortcast_tools.fetch_video import fetch_video
from shortcast_tools.parts import parts

MIN_AGE_DAYS = 1 / 24
MAX_RECORD_BYTES = 1_000_000
# Percentiles of the predicted distribution: an ordinary video lies inside the 80% interval.
VERDICTS: tuple[tuple[float, Verdict], ...] = (
    (0.1, "far below"),
    (0.35, "below"),
    (0.65, "as expected"),
    (0.9, "above"),
)
UNKNOWN = (
    "how many viewers swiped away in the first seconds, and how long the others stayed (retention)",
    "how often the feed showed it (impressions), and to whom",
    "whether it was shared, remixed or recommended from elsewhere (traffic sources)",
)


def diagnose_video(
    url: Annotated[
        str | None, Field(description="Link of the published video; its facts are fetched.")
    ] = None,
    record: Annotated[str | None, Field(description="Path of a saved `Published` record (JSON).")] = None,
    views: Annotated[int | None, Field(description="Views it has now, when there is no link.")] = None,
    age_days: Annotated[
        float | None, Field(description="Days since it was published, when there is no link.")
    ] = None,
    title: Title = "",
    description: Description = "",
    platform: PlatformName = "youtube_shorts",
    video: VideoFile = None,
    thumbnail: ThumbnailFile = None,
    duration_s: Duration = None,
    publish_at: PublishAt = None,
    followers: Followers = None,
    typical_views: TypicalViews = None,
    recent_views: RecentViews = None,
) -> Diagnosis:
    """Say how a published video did against what was to be expected at its age, and why.

    Use it for "why did this flop?" and "is this good?" about a published video: give its link, or its views
    and age with its title. Facts of the channel make the expectation fair. Not for drafts: use forecast_views.
    """
    if url:
        published = fetch_video(url)
    elif record:
        published = _read_record(record)
    else:
        published = _stated(
            views, age_days, title, description, platform, video, thumbnail, duration_s, publish_at
        )
    return diagnose(published, read_channel(followers, typical_views, recent_views))


def diagnose(published: Published, said: ChannelHistory | None = None) -> Diagnosis:
    """Compare a published video with its forecast at its own age.

    What the user says of the channel comes first, then what came with the video, then what the library knows.
    """
    if published.counts is None:
        raise InputError(
            "The platform does not show this video's views: say how many it has, and how old it is."
        )
    if published.age_days is None:
        raise InputError("It is not known when this video was published: say how many days ago that was.")
    age = max(published.age_days, MIN_AGE_DAYS)
    channel = _channel(published, said)
    draft = published.draft
    if draft.publish_at is None and published.published_at is not None:
        draft = draft.model_copy(update={"publish_at": published.published_at})
    model = parts().model
    row = feature_row(draft, channel)
    expected = model.forecast(row, age)
    actual = published.counts.views
    percentile = model.percentile(row, age, actual)
    verdict: Verdict = next((word for limit, word in VERDICTS if percentile < limit), "far above")
    return Diagnosis(
        video=published,
        expected=expected,
        actual_views=actual,
        ratio=actual / max(1, expected.views),
        percentile=percentile,
        verdict=verdict,
        explanation=model.explain(row, age),
        better_neighbours=_better(published),
        unknown=UNKNOWN,
        model=model.name,
    )


def _channel(published: Published, said: ChannelHistory | None) -> ChannelHistory | None:
    found = published.channel
    if (found is None or not found.uploads) and published.channel_id and not published.demo:
        known = parts().library.history(published.channel_id, published.published_at)
        if known.uploads:
            followers = found.followers if found and found.followers is not None else known.followers
            found = known.model_copy(update={"followers": followers})
    if said is None:
        return found
    stated = {
        name: getattr(said, name)
        for name in ("followers", "typical_views")
        if getattr(said, name) is not None
    }
    if said.uploads:
        stated["uploads"] = said.uploads
    return (found or ChannelHistory()).model_copy(update=stated)


def _better(published: Published) -> tuple[Neighbour, ...]:
    from shortcast_ml.encoders import encode_draft

    embedding = encode_draft(parts().encoder, published.draft)
    others = SearchFilter(exclude=frozenset([published.video_id]))
    return tuple(parts().index.better(embedding, 3, where=others, words=published.draft.title))


def _read_record(path: str) -> Published:
    file = Path(path).expanduser()
    if not file.is_file():
        raise InputError(
            f"There is no record at {path}: give the path of a `Published` record saved as JSON."
        )
    if file.stat().st_size > MAX_RECORD_BYTES:
        raise InputError(f"{file.name} is too large to be the record of one video.")
    try:
        return Published.model_validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(p) for p in first["loc"]) or "the file"
        raise InputError(f"{file.name} is not a `Published` record: {where}: {first['msg']}.") from error


def _stated(
    views: int | None,
    age_days: float | None,
    title: str,
    description: str,
    platform: PlatformName,
    video: str | None,
    thumbnail: str | None,
    duration_s: float | None,
    publish_at: PublishAt,
) -> Published:
    now = utc_now()
    if views is None:
        raise InputError(
            "Give the video's link, or say how many views it has and how many days it has been up."
        )
    if views < 0:
        raise InputError(f"{views:,} views can't be right: give a count of 0 or more.")
    if age_days is None and publish_at is not None:
        age_days = (now - publish_at).total_seconds() / 86400
    if age_days is None or not 0 < age_days <= 10_000:
        raise InputError("Say how many days ago the video was published: what to expect depends on its age.")
    draft = read_draft(title, description, platform, video, thumbnail, duration_s, publish_at).draft
    return Published(
        draft=draft,
        video_id="stated",
        url="",
        fetched_at=now,
        published_at=publish_at,
        age_days=age_days,
        counts=Counts(views=views),
        source="user",
    )
