"""What similar real videos did with a change and without it, each against its channel's usual."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shortcast_ml.changes.patterns import PATTERNS, words_of
from shortcast_ml.records import ChangeNeighbours, Draft, Published
from shortcast_tools.changing.edits import Edit
from shortcast_tools.parts import parts
from shortcast_tools.progress import report

if TYPE_CHECKING:
    import numpy as np

ASKED = 80  # nearest videos that are looked at
ENOUGH = 5  # on either side; fewer say nothing
ALIKE_LENGTH = math.log(1.4)  # lengths within a factor of 1.4 are alike
ALIKE_HOURS = 2.0
DRAWS = 400

Side = Callable[[Published], bool | None]  # True: has it, False: is as the draft is, None: neither


@dataclass(frozen=True)
class Similar:
    """A similar real video, and how it did against its channel's usual."""

    video: Published
    vs_channel: float


def similar_videos(draft: Draft) -> list[Similar]:
    """Return similar real videos of the library whose channel's usual is known; none where it holds only the demo."""
    here = parts()
    if here.library.kind() not in ("collected", "mixed") or not draft.title.strip():
        return []
    from shortcast_ml.encoders import encode_draft
    from shortcast_ml.records import SearchFilter

    here.index.sync(report)
    words = Draft(platform=draft.platform, title=draft.title, hashtags=draft.hashtags)
    found = here.index.nearest(
        encode_draft(here.encoder, words), ASKED, where=SearchFilter(demo=False, platform=draft.platform)
    )
    near = {f"{n.platform}:{n.video_id}": n.vs_channel for n in found if n.alike and n.vs_channel}
    videos = here.library.by_key(near)
    return [Similar(videos[key], vs) for key, vs in near.items() if vs is not None and key in videos]


def check(edit: Edit, draft: Draft, similar: Sequence[Similar], expected: float) -> ChangeNeighbours | None:
    """Return what similar videos say of an edit whose expected gain is `expected`, in log10.

    None where there is none to ask, or the change is of a kind that can't be seen on them.
    """
    side = _side(edit, draft)
    if not similar or side is None:
        return None
    told = [(s.vs_channel, side(s.video)) for s in similar]
    having = [vs for vs, has in told if has is True]
    lacking = [vs for vs, has in told if has is False]
    return weighed(having, lacking, expected)


def weighed(having: Sequence[float], lacking: Sequence[float], expected: float) -> ChangeNeighbours:
    """Return the verdict of two groups of videos, each number views over the channel's usual."""
    import numpy as np

    counts = f"{len(having)} similar videos with it, {len(lacking)} as the draft is"
    if len(having) < ENOUGH or len(lacking) < ENOUGH:
        return ChangeNeighbours(
            with_it=len(having),
            without_it=len(lacking),
            says=f"Too few similar real videos to check it: {counts}.",
        )
    own, other = np.log10(np.maximum(having, 1e-3)), np.log10(np.maximum(lacking, 1e-3))
    rng = np.random.default_rng(0)
    drawn = _medians(own, rng) - _medians(other, rng)
    low, high = np.percentile(drawn, [10, 90])
    agree = None if low <= 0 <= high else bool((low > 0) == (expected > 0))
    a, b = float(np.median(having)), float(np.median(lacking))
    verdict = {True: "They agree", False: "They disagree", None: "They show no clear difference"}[agree]
    return ChangeNeighbours(
        with_it=len(having),
        without_it=len(lacking),
        vs_channel_with=a,
        vs_channel_without=b,
        agree=agree,
        says=f"{verdict}: {counts}; in the middle x{a:.2f} and x{b:.2f} their channel's usual.",
    )


def _medians(values: "np.ndarray", rng: "np.random.Generator") -> "np.ndarray":
    import numpy as np

    return np.asarray(np.median(rng.choice(values, (DRAWS, len(values))), axis=1))


# --- which side a video is on ------------------------------------------------------------------------


def _side(edit: Edit, draft: Draft) -> Side | None:
    if edit.argument == "duration_s":
        return _by_length(draft.duration_s, edit.draft.duration_s or 0.0)
    if edit.argument == "publish_at":
        return _by_hour(draft, edit.draft)
    if edit.argument == "hashtags":
        return _by_tags(len(draft.hashtags), len(edit.draft.hashtags))
    if edit.argument == "title":
        return _by_pattern(draft.title, edit.draft.title)
    return None


def _by_length(now: float | None, then: float) -> Side:
    def side(video: Published) -> bool | None:
        length = video.draft.duration_s
        if not length:
            return None
        off = abs(math.log(length / then))
        off_now = abs(math.log(length / now)) if now else math.inf
        if off <= ALIKE_LENGTH and off < off_now:
            return True
        return False if now is None or off_now <= ALIKE_LENGTH else None

    return side


def _by_hour(now: Draft, then: Draft) -> Side:
    def apart(video: Published, draft: Draft) -> float:
        if video.published_at is None or draft.publish_at is None:
            return math.inf
        a, b = (t.hour + t.minute / 60 for t in (video.published_at, draft.publish_at))
        return abs((a - b + 12) % 24 - 12)

    def side(video: Published) -> bool | None:
        if video.published_at is None:
            return None
        if apart(video, then) <= ALIKE_HOURS and apart(video, then) < apart(video, now):
            return True
        return False if now.publish_at is None or apart(video, now) <= ALIKE_HOURS else None

    return side


def _by_tags(now: int, then: int) -> Side | None:
    if now == then:
        return None

    def side(video: Published) -> bool:
        count = len(video.draft.hashtags)
        return abs(count - then) < abs(count - now)

    return side


def _by_pattern(now: str, then: str) -> Side | None:
    """Return the side by the first pattern that tells the two titles apart."""
    before, after = words_of(now), words_of(then)
    pattern = next((p for p in PATTERNS.values() if p.has(before) != p.has(after)), None)
    if pattern is None:
        return None
    wanted = pattern.has(after)

    def side(video: Published) -> bool | None:
        words = words_of(video.draft.title)
        return (pattern.has(words) == wanted) if words else None

    return side
