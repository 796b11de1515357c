"""Whether similar real videos bear a computed change out: those with it against those without."""

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from tests.collected import a_video
from tests.espresso import CHANNEL, DRAFT, FRIDAY

from shortcast_ml.changes.worth import ChangeTable
from shortcast_ml.errors import LibraryError
from shortcast_ml.records import Draft, FeatureRow, Published
from shortcast_tools.analysis import feature_row
from shortcast_tools.changing import edits
from shortcast_tools.changing.edits import Edit
from shortcast_tools.changing.neighbours import Similar, check, similar_videos, weighed
from shortcast_tools.parts import Parts
from shortcast_tools.suggest_changes import suggest

pytestmark = pytest.mark.usefixtures("in_use")
TOOL = import_module("shortcast_tools.suggest_changes")  # the package gives the function this name


def test_similar_videos_agree_disagree_or_are_too_few() -> None:
    up, down = [2.0, 2.2, 1.8, 2.5, 1.9, 2.1], [0.9, 1.0, 1.1, 0.8, 1.0, 0.95]
    yes = weighed(up, down, 0.1)
    assert yes.agree is True
    assert (yes.with_it, yes.without_it) == (6, 6)
    assert yes.vs_channel_with == pytest.approx(2.05)
    assert yes.says == (
        "They agree: 6 similar videos with it, 6 as the draft is; in the middle x2.05 and x0.97 their channel's usual."
    )
    assert weighed(down, up, 0.1).agree is False
    assert weighed(up, up, 0.1).agree is None
    few = weighed(up[:4], down, 0.1)
    assert (few.agree, few.vs_channel_with) == (None, None)
    assert few.says.startswith("Too few similar real videos to check it: 4 similar videos with it")


def _similar(**facts: object) -> Similar:
    return Similar(a_video("v", **facts), 1.0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("edit", "having", "lacking", "neither"),
    [
        (
            Edit("", "", "duration_s", "", "", DRAFT.model_copy(update={"duration_s": 15.0}), ("length",)),
            {"duration_s": 14.0}, {"duration_s": 38.0}, {"duration_s": 120.0},
        ),
        (
            Edit(
                "", "", "publish_at", "", "",
                DRAFT.model_copy(update={"publish_at": FRIDAY + timedelta(hours=9)}), ("publish_time",),
            ),
            {"published_at": datetime(2026, 1, 3, 19, tzinfo=UTC)},
            {"published_at": datetime(2026, 1, 3, 8, tzinfo=UTC)},
            {"published_at": datetime(2026, 1, 3, 1, tzinfo=UTC)},
        ),
        (
            Edit("", "", "title", "", "", DRAFT.model_copy(update={"title": "Oil in my espresso?"}), ("title",)),
            {"title": "Is this coffee?"}, {"title": "This is coffee"}, {"title": "#coffee"},
        ),
        (
            Edit("", "", "hashtags", "", "", DRAFT.model_copy(update={"hashtags": ("a", "b", "c")}), ("hashtags",)),
            {"hashtags": ("a", "b")}, {"hashtags": ()}, None,
        ),
    ],
)  # fmt: skip
def test_a_video_is_on_the_side_that_its_facts_are_nearer_to(
    edit: Edit, having: dict[str, object], lacking: dict[str, object], neither: dict[str, object] | None
) -> None:
    around = [_similar(**having), _similar(**lacking)] + ([_similar(**neither)] if neither else [])
    found = check(edit, DRAFT, around, 0.1)
    assert found is not None
    assert (found.with_it, found.without_it) == (1, 1)


def test_a_picture_and_an_empty_library_can_not_be_checked() -> None:
    picture = Edit("", "", "thumbnail", "", "", DRAFT, ("picture",))
    assert check(picture, DRAFT, [_similar()], 0.1) is None
    assert check(edits.lengths(DRAFT)[0], DRAFT, [], 0.1) is None
    assert similar_videos(DRAFT) == []


def test_real_videos_of_the_library_are_asked_and_can_take_a_recommendation_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from shortcast_ml.changes.worth import Worth

    whole = Worth(slope=1, low=0.9, high=1.1, low_95=0.8, high_95=1.2, largest=1, pairs=900, channels=90)
    table = ChangeTable.model_validate(
        {
            "model": "m",
            "protocol": "",
            "data": {},
            "worth": {"youtube_shorts": {"uploads": {"length": whole}}},
        }
    )
    monkeypatch.setattr(TOOL, "read_table", lambda *_: table)
    alone = next(c for c in suggest(DRAFT, CHANNEL, 10).changes if c.argument == "duration_s")
    assert alone.reliable
    assert alone.neighbours is None
    then = float(alone.after.split()[0])

    def around(_draft: Draft) -> list[Similar]:
        near = [a_video(f"n{i}", duration_s=then) for i in range(8)]
        far = [a_video(f"f{i}", duration_s=34.0) for i in range(8)]
        return [*(Similar(v, 0.5 + 0.01 * i) for i, v in enumerate(near)), *(Similar(v, 1.5) for v in far)]

    monkeypatch.setattr(TOOL, "similar_videos", around)
    told = suggest(DRAFT, CHANNEL, 10)
    doubted = next(c for c in told.changes if c.argument == "duration_s")
    assert doubted.neighbours is not None
    assert doubted.neighbours.agree is False
    assert not doubted.reliable
    assert "length" in told.no_effect


def test_a_library_that_fails_takes_no_advice_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_draft: Draft) -> list[Similar]:
        raise LibraryError("The index is busy; try again.")

    monkeypatch.setattr(TOOL, "similar_videos", failing)
    told = suggest(DRAFT, CHANNEL, 10)
    assert told.tried > 50
    assert told.notes == ("Similar videos could not be asked: The index is busy; try again.",)


def test_the_library_is_searched_for_real_videos_of_the_platform(here: Parts) -> None:
    videos: list[Published] = [
        a_video(
            f"c{channel}-{i}",
            platform="youtube_shorts",
            title=f"olive oil espresso try {i}",
            views=1000 * (1 + (i % 3)),
            channel_id=f"c{channel}",
            published_at=FRIDAY - timedelta(days=300 - i),
            age_days=30.0,
            duration_s=15.0 if i % 2 else 34.0,
        )
        for channel in range(2)
        for i in range(8)
    ]
    here.library.add(videos)
    found = similar_videos(DRAFT)
    assert len(found) >= 10
    assert {s.video.draft.platform for s in found} == {"youtube_shorts"}
    assert all(s.vs_channel > 0 for s in found)
    checked = check(edits.lengths(DRAFT)[2], DRAFT, found, 0.1)  # to 15 s
    assert checked is not None
    assert checked.with_it + checked.without_it == len(found)
    assert isinstance(feature_row(DRAFT, None), FeatureRow)
