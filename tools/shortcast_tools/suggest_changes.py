"""The tool that recommends changes: each one is computed with the forecast model before it is said."""

from datetime import datetime, timedelta
from typing import NamedTuple

from shortcast_ml.records import Change, ChannelHistory, Draft, Suggestions, utc_now
from shortcast_ml.text import GENERIC_TAGS, split_hashtags
from shortcast_tools.analysis import feature_row
from shortcast_tools.arguments import (
    Description,
    Duration,
    Followers,
    Limit,
    PlatformName,
    PublishAt,
    RecentViews,
    ThumbnailFile,
    Title,
    TypicalViews,
    VideoFile,
)
from shortcast_tools.draft import read_draft
from shortcast_tools.parts import parts

LENGTHS_S = (7, 11, 15, 20, 28, 40, 58, 90)
HOURS_UTC = (2, 5, 8, 11, 14, 17, 20, 23)
SHORT_TITLE_WORDS = 6
SHOWN_AT_LEAST = 2  # that nothing helps is an answer too, with the figures that say so
SAME_LENGTH = 0.15  # lengths closer than 15% are the same edit


class Edit(NamedTuple):
    """A candidate: what to do, the draft field that it changes, and the draft after it."""

    what: str
    argument: str
    before: str
    after: str
    draft: Draft


def suggest_changes(
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
    limit: Limit = 4,
) -> Suggestions:
    """Recommend changes to a draft, best first, each with the effect that the model computes for it.

    Use it for "what should I change?" It tries lengths, publishing times, and edits of title and hashtags;
    the best of each kind that helps is returned, or the two nearest to helping (multiplier 1 or less): say so.
    To judge titles of your own, use compare_variants.
    """
    reading = read_draft(
        title,
        description,
        platform,
        video,
        thumbnail,
        duration_s,
        publish_at,
        followers,
        typical_views,
        recent_views,
    )
    return suggest(reading.draft, reading.channel, limit)


def suggest(draft: Draft, channel: ChannelHistory | None, limit: int = 4) -> Suggestions:
    """Return the best edit of each kind, computed one by one against the draft as it stands."""
    model = parts().model
    row = feature_row(draft, channel)
    start = model.distribution(row, 30).centre
    best: dict[str, tuple[float, Edit]] = {}
    edits = [*_lengths(draft), *_times(draft), *_titles(draft), *_hashtags(draft)]
    for edit in edits:
        gain = model.distribution(feature_row(edit.draft, channel), 30).centre - start
        if edit.argument not in best or gain > best[edit.argument][0]:
            best[edit.argument] = (gain, edit)
    ranked = sorted(best.values(), key=lambda item: -item[0])
    helpful = sum(gain > 0 for gain, _ in ranked)
    ranked = ranked[: min(limit, max(helpful, SHOWN_AT_LEAST))]
    changes = []
    for gain, edit in ranked:
        forecast = model.forecast(feature_row(edit.draft, channel))
        changes.append(
            Change(
                what=edit.what,
                argument=edit.argument,
                before=edit.before,
                after=edit.after,
                multiplier=10**gain,
                views=forecast.views,
                forecast=forecast,
            )
        )
    return Suggestions(baseline=model.forecast(row), changes=tuple(changes), tried=len(edits))


def _lengths(draft: Draft) -> list[Edit]:
    now = draft.duration_s
    edits = []
    for length in LENGTHS_S:
        if now is not None and (
            abs(length - now) <= SAME_LENGTH * now or (draft.video_path and length > now)
        ):
            continue  # a finished video can be cut, not stretched
        verb = "Make it" if now is None else ("Cut it to" if length < now else "Let it run to")
        before = f"{now:.0f} s" if now else "not given"
        after = draft.model_copy(update={"duration_s": float(length)})
        edits.append(Edit(f"{verb} about {length} seconds.", "duration_s", before, f"{length} s", after))
    return edits


def _times(draft: Draft) -> list[Edit]:
    now = draft.publish_at
    first = (now or utc_now() + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    before = _clock(now) if now else "not planned"
    edits = []
    for day in range(7):
        for hour in HOURS_UTC:
            when = (first + timedelta(days=day)).replace(hour=hour)
            if now and when <= now:
                continue
            after = draft.model_copy(update={"publish_at": when})
            edits.append(
                Edit(f"Publish it on {_clock(when)}.", "publish_at", before, when.isoformat(), after)
            )
    return edits


def _clock(when: datetime) -> str:
    return when.strftime("%A at %H:00 UTC") if when.minute == 0 else when.strftime("%A at %H:%M UTC")


def _titles(draft: Draft) -> list[Edit]:
    words, tags = split_hashtags(draft.title)
    if not words:
        return []
    candidates: dict[str, str] = {}
    split = words.split()
    if len(split) > SHORT_TITLE_WORDS:
        candidates[" ".join(split[:SHORT_TITLE_WORDS])] = (
            f"Shorten the title to its first {SHORT_TITLE_WORDS} words."
        )
    if words.isupper() and len(words) > 4:
        candidates[words.capitalize()] = "Write the title without capitals throughout."
    calm = words.replace("!", "").strip()
    if calm != words and calm:
        candidates[calm] = "Leave out the exclamation marks."
    plain = "".join(c for c in words if ord(c) < 0x1F000 and not 0x2600 <= ord(c) <= 0x27BF).strip()
    if plain != words and plain:
        candidates[plain] = "Leave out the emoji."
    if "?" not in words:
        candidates[words.rstrip(".!… ") + "?"] = "Turn the title into a question."
    if "!" not in words:
        candidates[words.rstrip(".?… ") + "!"] = "End the title with an exclamation mark."
    suffix = "".join(f" #{tag}" for tag in tags)
    return [
        Edit(what, "title", draft.title, after + suffix, draft.model_copy(update={"title": after + suffix}))
        for after, what in candidates.items()
        if after + suffix != draft.title
    ]


def _hashtags(draft: Draft) -> list[Edit]:
    words, _ = split_hashtags(draft.title)
    before = " ".join(f"#{tag}" for tag in draft.hashtags) or "none"
    specific = tuple(t for t in draft.hashtags if not any(g in t.lower() for g in GENERIC_TAGS))
    topic = tuple(dict.fromkeys(w.strip(".,!?:;\"'").lower() for w in words.split() if len(w) > 4))[:3]
    candidates = {
        (): "Drop the hashtags.",
        specific: "Keep only the hashtags that name the topic.",
        (*specific, *(t for t in topic if t not in specific)): "Use hashtags that name the topic.",
        (
            *draft.hashtags,
            "shorts" if draft.platform != "tiktok" else "fyp",
        ): "Add the platform's general hashtag.",
    }
    return [
        Edit(
            what,
            "hashtags",
            before,
            " ".join(f"#{t}" for t in tags) or "none",
            draft.model_copy(update={"hashtags": tags, "title": words or draft.title}),
        )
        for tags, what in candidates.items()
        if tags != draft.hashtags and len(set(tags)) == len(tags)
    ]
