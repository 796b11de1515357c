"""The tool that recommends changes: each one is computed with the forecast model before it is said."""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field

from shortcast_ml.changes.worth import NOTICEABLE, ChangeTable, named, read_table
from shortcast_ml.errors import ShortcastError
from shortcast_ml.records import Change, ChannelHistory, Draft, Suggestions
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
from shortcast_tools.changing import edits as changed
from shortcast_tools.changing import pictures
from shortcast_tools.changing.computed import Computed, compute
from shortcast_tools.changing.neighbours import Similar, check, similar_videos
from shortcast_tools.draft import read_draft
from shortcast_tools.drawn import save_picture
from shortcast_tools.parts import parts
from shortcast_tools.progress import report

UNPLANNED = {
    "duration_s": "No length was given: lengths are compared with the mean of those tried.",
    "publish_at": "No time was planned: times are compared with the mean of those tried.",
    "title": "No title was given: titles are compared with the mean of those tried.",
}
PERSONAL = (
    "What your own model adds to the starter is left out of these effects: how far it comes true in changes was not "
    "measured."
)

Rewrites = Annotated[
    list[str],
    Field(description="Other titles for the same video, written by you; each is forecast. At most 12."),
]
Thorough = Annotated[
    bool, Field(description="Try more lengths, hours, frames and places of words; takes longer.")
]


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
    titles: Rewrites = [],  # noqa: B006  a list in the schema; never changed
    thorough: Thorough = False,
) -> Suggestions:
    """Recommend changes to a draft, best first, each with the effect to expect and whether such effects come true.

    Use it for "what should I change?" Write up to 12 better titles yourself and give them as `titles`: they are
    forecast beside lengths, times, hashtags and, with a thumbnail or video, pictures. Only a change with `reliable`
    true may be recommended for its effect; say of the others, and of `no_effect`, that no reliable effect is known.
    Effects are associations, no causes. To judge given titles against each other, use compare_variants.
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
    return suggest(reading.draft, reading.channel, limit, titles=titles, thorough=thorough)


def suggest(
    draft: Draft,
    channel: ChannelHistory | None,
    limit: int = 4,
    *,
    titles: Sequence[str] = (),
    thorough: bool = False,
) -> Suggestions:
    """Return the best edit of each kind, computed one by one against the draft as it stands.

    Raises InputError for titles that can't be one.
    """
    model = parts().model
    table = read_table(model.changes, model.name)
    report(0, 100, "Reading the draft")
    baseline = model.forecast(feature_row(draft, channel))
    edits = [
        *changed.lengths(draft, thorough=thorough),
        *changed.times(draft, thorough=thorough),
        *changed.rewrites(draft, titles),
        *changed.calmer_titles(draft, table.patterns.get(draft.platform, {})),
        *changed.hashtags(draft),
    ]
    with tempfile.TemporaryDirectory(prefix="shortcast-changes-") as folder:
        found = compute(model, table, draft, channel, edits)
        pictured: list[Computed] = []
        if model.thumbnail is not None:
            shown, frames = pictures.stand_in(draft, Path(folder), thorough=thorough)
            evidence = _with_words(table, draft)
            words = pictures.worded(shown, Path(folder), thorough=thorough, shown=evidence)
            report(60, 100, f"Comparing {len(frames) + len(words)} pictures")
            pictured = compute(model, table, shown, channel, [*frames, *words])
        computed = [*found, *pictured]
        best = best_of_each(computed)
        report(80, 100, "Asking similar videos")
        similar, unasked = _similar(draft)
        said = [(one, _change(one, draft, similar, baseline.views)) for one in best]
        chosen = ranked(said)[:limit]
        changes = tuple(_with_picture(one, change) for one, change in chosen)
    report(100, 100, "Done")
    return Suggestions(
        baseline=baseline,
        changes=changes,
        tried=len(computed),
        no_effect=tuple(_without_effect(one, draft) for one, change in said if not change.reliable),
        notes=(*_notes(draft, computed, personal=model.personal is not None), *unasked),
    )


def _with_words(table: ChangeTable, draft: Draft) -> str:
    """Return what pictures with words on them did beside those without; nothing where it was not measured."""
    seen = table.patterns.get(draft.platform, {}).get("words on the picture")
    return f"pictures with words did {seen.text()}" if seen is not None else ""


def _similar(draft: Draft) -> tuple[list[Similar], list[str]]:
    """Return similar real videos, and why none could be asked: a library that fails takes no advice away."""
    try:
        return similar_videos(draft), []
    except ShortcastError as error:
        return [], [f"Similar videos could not be asked: {error}"]


def best_of_each(computed: Iterable[Computed]) -> list[Computed]:
    """Return the best edit of each group: what is reliable first, then what is expected to bring most."""
    best: dict[str, Computed] = {}
    for one in computed:
        rival = best.get(one.edit.group)
        if rival is None or (one.reliable, one.centre) > (rival.reliable, rival.centre):
            best[one.edit.group] = one
    return list(best.values())


Said = tuple[Computed, Change]


def ranked(said: Iterable[Said]) -> list[Said]:
    """Return what may be shown, best first: reliable changes, then measured ones, then those never tested.

    Of the latter two only those that would raise the forecast noticeably.
    """
    worth_saying = [(one, c) for one, c in said if c.reliable or c.multiplier >= NOTICEABLE]
    return sorted(
        worth_saying, key=lambda pair: (not pair[1].reliable, pair[1].low is None, -pair[1].multiplier)
    )


def _change(one: Computed, draft: Draft, similar: Sequence[Similar], views: int) -> Change:
    expected, edit = one.expected, one.edit
    around = check(edit, draft, similar, expected.centre)
    multiplier = 10**expected.centre
    return Change(
        what=edit.what,
        argument=edit.argument,
        before=edit.before,
        after=edit.after,
        multiplier=multiplier,
        low=None if expected.low is None else 10**expected.low,
        high=None if expected.high is None else 10**expected.high,
        # what the user's own niche plainly contradicts is not reliable there
        reliable=one.reliable and not (around is not None and around.agree is False),
        basis=expected.basis,
        neighbours=around,
        computed=10**one.gain,
        views=round(views * multiplier),
        forecast=parts().model.forecast(one.row),
    )


def _with_picture(one: Computed, change: Change) -> Change:
    if one.edit.image is None:
        return change
    return change.model_copy(update={"picture_path": save_picture(one.edit.image, "change")})


def _without_effect(one: Computed, draft: Draft) -> str:
    untested = f" (not tested on {named(draft.platform)})" if one.expected.low is None else ""
    return f"{one.edit.group}{untested}"


def _notes(draft: Draft, computed: Sequence[Computed], *, personal: bool) -> list[str]:
    tried = {one.edit.argument for one in computed}
    notes = [text for field, text in UNPLANNED.items() if field in tried and getattr(draft, field) is None]
    return [*notes, PERSONAL] if personal else notes
