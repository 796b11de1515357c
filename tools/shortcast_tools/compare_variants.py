"""The tool that compares titles and thumbnails of one draft."""

from shortcast_ml.errors import InputError
from shortcast_ml.records import ChannelHistory, Comparison, Draft, Explanation, Factor, Variant
from shortcast_tools.analysis import feature_row
from shortcast_tools.arguments import (
    Description,
    Duration,
    Followers,
    PlatformName,
    PublishAt,
    RecentViews,
    ThumbnailFile,
    ThumbnailFiles,
    Title,
    Titles,
    TypicalViews,
    VideoFile,
)
from shortcast_tools.draft import read_draft
from shortcast_tools.parts import parts

MOST_VARIANTS = 12
SAME = 0.002  # log10; a factor that moves less than x1.005 did not move
DECISIVE = 0.6  # chance that the preferred one does better; nearer to one half the model can't tell


def compare_variants(
    titles: Titles = [],  # noqa: B006  a list in the schema; never changed
    thumbnails: ThumbnailFiles = [],  # noqa: B006
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
) -> Comparison:
    """Forecast two or more titles, or two or more thumbnails, of one draft, and say which the model prefers.

    Use it for "which title?", "which of these thumbnails?", "what if the title were...?" (give the present
    title first). With both lists, the first title goes with the first thumbnail and so on. Give everything
    else of the draft as to forecast_views.
    """
    pairs = _pairs(titles or [title], thumbnails or [thumbnail or ""])
    drafts: list[tuple[str, Draft, ChannelHistory | None]] = []
    for words, picture in pairs:
        reading = read_draft(
            words,
            description,
            platform,
            video,
            picture or None,
            duration_s,
            publish_at,
            followers,
            typical_views,
            recent_views,
        )
        label = words if len({p[0] for p in pairs}) > 1 else f"thumbnail {len(drafts) + 1}"
        drafts.append((label, reading.draft, reading.channel))
    model = parts().model
    rows = [feature_row(draft, channel) for _, draft, channel in drafts]
    forecasts = [model.forecast(row) for row in rows]
    reasons = [model.explain(row) for row in rows]
    gaps = [reason.prediction_log10 - reasons[0].prediction_log10 for reason in reasons]
    variants = tuple(
        Variant(
            label=label,
            draft=draft,
            forecast=forecast,
            vs_first=10**gap,
            beats_first=model.chance_of_order(gap),
            factors=_moved(reasons[0], reason),
        )
        for (label, draft, _), forecast, reason, gap in zip(drafts, forecasts, reasons, gaps, strict=True)
    )
    order = sorted(range(len(gaps)), key=lambda i: -gaps[i])
    lead = model.chance_of_order(gaps[order[0]] - gaps[order[1]])
    return Comparison(variants=variants, best=variants[order[0]].label, lead=lead, decisive=lead >= DECISIVE)


def _pairs(titles: list[str], thumbnails: list[str]) -> list[tuple[str, str]]:
    if len(titles) > 1 and len(thumbnails) > 1 and len(titles) != len(thumbnails):
        raise InputError(
            f"{len(titles)} titles and {len(thumbnails)} thumbnails don't pair up: give one list, or two of one length."
        )
    n = max(len(titles), len(thumbnails))
    if n < 2:
        raise InputError("There is only one variant: give at least two titles or two thumbnails to compare.")
    if n > MOST_VARIANTS:
        raise InputError(f"{n} variants are too many at once: give at most {MOST_VARIANTS}.")
    pairs = list(
        zip(
            titles * (n if len(titles) == 1 else 1),
            thumbnails * (n if len(thumbnails) == 1 else 1),
            strict=True,
        )
    )
    if len(set(pairs)) < n:
        raise InputError("Two of the variants are the same: give each title or thumbnail once.")
    return pairs


def _moved(first: Explanation, other: Explanation) -> tuple[Factor, ...]:
    """Return the factors that differ from the first variant's, as multipliers of the difference."""
    before = {factor.name: factor.log10 for factor in first.factors}
    moved = []
    for factor in other.factors:
        change = factor.log10 - before.get(factor.name, 0.0)
        if abs(change) > SAME:
            moved.append(factor.model_copy(update={"log10": change, "multiplier": 10**change}))
    return tuple(sorted(moved, key=lambda f: -abs(f.log10)))
