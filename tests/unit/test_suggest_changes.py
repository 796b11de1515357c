"""Changes to a draft: how candidates are made, computed, ranked and checked against similar videos."""

from datetime import timedelta
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.espresso import CHANNEL, DRAFT, FRIDAY

from shortcast_ml.changes.kinds import KINDS
from shortcast_ml.changes.patterns import PATTERNS, calmed, first_part, without_brackets, without_exclamations
from shortcast_ml.changes.worth import ChangeTable, Expected, Shown, read_table
from shortcast_ml.errors import InputError
from shortcast_ml.records import Draft
from shortcast_ml.words_on_pictures import can_read_words, read_words
from shortcast_tools import analysis
from shortcast_tools.analysis import feature_row
from shortcast_tools.changing import edits, pictures
from shortcast_tools.changing.computed import Computed, compute
from shortcast_tools.changing.edits import Edit
from shortcast_tools.parts import parts
from shortcast_tools.progress import listening
from shortcast_tools.suggest_changes import best_of_each, suggest, suggest_changes

pytestmark = pytest.mark.usefixtures("in_use")
TOOL = import_module("shortcast_tools.suggest_changes")  # the package gives the function this name

HURTS = Shown(
    multiplier=0.9, low=0.85, high=0.95, low_95=0.8, high_95=1.0, model=0.97, pairs=900, channels=90
)


def nothing_measured() -> ChangeTable:
    """Return a table that says nothing."""
    return ChangeTable(model="m", protocol="", data={}, worth={})


# --- candidates --------------------------------------------------------------------------------------


def test_a_finished_video_is_cut_and_never_stretched(tmp_path: Path) -> None:
    filmed = DRAFT.model_copy(update={"video_path": tmp_path / "clip.mp4"})
    for thorough in (False, True):
        lengths = [e.draft.duration_s for e in edits.lengths(filmed, thorough=thorough)]
        assert lengths
        assert all(length is not None and length < 34 * 0.85 for length in lengths)
    planned = [e.draft.duration_s for e in edits.lengths(DRAFT)]
    assert max(length or 0 for length in planned) == 90
    assert edits.lengths(DRAFT)[0].what == "Cut it to about 7 seconds."


def test_times_lie_in_the_week_after_the_planned_one() -> None:
    when = [e.draft.publish_at for e in edits.times(DRAFT)]
    assert all(t is not None and FRIDAY < t < FRIDAY + timedelta(days=8) for t in when)
    assert len(set(when)) == len(when) == 56 - 3  # 2, 5 and 8 o'clock of the first day have passed
    assert len(edits.times(DRAFT, thorough=True)) > 150


def test_no_edit_touches_what_a_creator_can_not_change() -> None:
    tried = [
        *edits.lengths(DRAFT),
        *edits.times(DRAFT),
        *edits.rewrites(DRAFT, ["Olive oil espresso"]),
        *edits.hashtags(DRAFT),
    ]
    for edit in tried:
        before, after = DRAFT.model_dump(), edit.draft.model_dump()
        moved = {name for name in before if before[name] != after[name]}
        assert moved <= {edit.argument, "hashtags"}
        assert moved


def test_given_titles_are_tried_once_each_with_the_hashtags_in_them() -> None:
    found = edits.rewrites(DRAFT, [DRAFT.title, " Oil in coffee ", "Oil in coffee", "Oil #latte", ""])
    assert [e.after for e in found] == ["Oil in coffee", "Oil #latte"]
    assert found[0].kinds == ("title", "likeness")
    assert found[1].draft.hashtags == ("latte",)
    assert "hashtags" in found[1].kinds
    with pytest.raises(InputError, match="13 titles are too many"):
        edits.rewrites(DRAFT, [f"title {i}" for i in range(13)])


def test_only_patterns_with_evidence_are_taken_out_of_a_title() -> None:
    draft = Draft(title="WATCH this espresso 😀! #latte")
    assert edits.calmer_titles(draft, {}) == []
    (edit,) = edits.calmer_titles(
        draft, {"emoji": HURTS, "question": HURTS, "exclamation": HURTS.model_copy(update={"high": 1.02})}
    )
    assert edit.after == "WATCH this espresso! #latte"
    assert edit.pattern == "emoji"
    assert "titles with emoji did x0.90 the others of their channel (80% interval 0.85 to 0.95)" in edit.shown
    # where the model says the opposite, there is no agreement to act on
    assert edits.calmer_titles(draft, {"emoji": HURTS.model_copy(update={"model": 1.01})}) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("THIS IS THE BEST PASTA", "This is the best pasta"),
        ("My new IPHONE case", "My new iphone case"),
        ("USA trip", "USA trip"),
        ("ĐÂY là cách làm", "ĐÂY là cách làm"),
        ("ЭТО НЕВЕРОЯТНО вкусно", "ЭТО невероятно вкусно"),
        ("올리브 오일 커피", "올리브 오일 커피"),
    ],
)
def test_capitals_become_small_in_any_script_that_has_them(before: str, after: str) -> None:
    assert calmed(before) == after


def test_edits_of_titles_leave_whole_phrases() -> None:
    assert without_exclamations("Wow! This is it!!") == "Wow. This is it"
    assert without_exclamations("¡Mira esto!") == "Mira esto"
    assert first_part("How I make pasta | Kitchen") == "How I make pasta"
    assert first_part("Pasta - now") == "Pasta - now"  # one word would say nothing
    assert first_part("well-known pasta") == "well-known pasta"
    assert without_brackets("My first marathon in Paris (official video)") == "My first marathon in Paris"
    assert without_brackets("Hey (you)") == "Hey (you)"
    for pattern in PATTERNS.values():
        if pattern.removed is not None:
            assert pattern.remove.endswith(".")
            assert pattern.removed("plain words only here") == "plain words only here"


def test_hashtags_are_made_of_words_that_stand_alone() -> None:
    found = {e.after for e in edits.hashtags(DRAFT)}
    assert "#espresso #olive" in found
    korean = Draft(title="올리브오일을 커피에 넣었습니다", hashtags=("커피",))
    assert all("올리브오일을" not in e.after for e in edits.hashtags(korean))
    assert {e.after for e in edits.hashtags(korean)} == {"none", "#커피 #shorts"}


# --- computing ---------------------------------------------------------------------------------------


def test_a_change_moves_its_own_columns_and_the_forecast_by_what_they_make() -> None:
    model = parts().model
    start = feature_row(DRAFT, CHANNEL)
    tried = [*edits.lengths(DRAFT), *edits.times(DRAFT), *edits.hashtags(DRAFT)]
    for one in compute(model, nothing_measured(), DRAFT, CHANNEL, tried):
        moved = {
            c
            for c, v in one.row.values.items()
            if v != start.values[c] and not (np.isnan(v) and np.isnan(start.values[c]))
        }
        assert moved <= {c for kind in one.edit.kinds for c in KINDS[kind].columns}, one.edit.what
        centre = model.distribution(one.row, 30).centre - model.distribution(start, 30).centre
        assert one.gain == pytest.approx(centre, abs=1e-9)
        assert (one.expected.low, one.expected.reliable) == (None, False)


def test_a_length_time_or_title_that_was_not_given_is_compared_with_the_mean_of_those_tried() -> None:
    open_draft = Draft()
    titles = edits.rewrites(open_draft, ["Olive oil espresso", "Is olive oil espresso any good?", "Espresso"])
    tried = [*edits.lengths(open_draft), *edits.times(open_draft), *titles]
    found = compute(parts().model, nothing_measured(), open_draft, CHANNEL, tried)
    for argument in ("duration_s", "publish_at", "title"):
        gains = [one.gain for one in found if one.edit.argument == argument]
        assert np.mean(gains) == pytest.approx(0, abs=1e-9)
        assert max(gains) > 0


def test_edits_of_length_and_time_encode_nothing_again(monkeypatch: pytest.MonkeyPatch) -> None:
    import shortcast_ml.encoders

    encoded: list[str] = []
    real = shortcast_ml.encoders.encode_draft

    def counting(encoder: object, draft: Draft) -> object:
        encoded.append(draft.title)
        return real(encoder, draft)  # type: ignore[arg-type]

    monkeypatch.setattr(shortcast_ml.encoders, "encode_draft", counting)
    analysis._embed.cache_clear()
    draft = DRAFT.model_copy(update={"title": "A title of its own for counting"})
    compute(parts().model, nothing_measured(), draft, CHANNEL, [*edits.lengths(draft), *edits.times(draft)])
    assert encoded == ["A title of its own for counting"]


def _one(group: str, gain: float, reliable: bool, *, tested: bool = True) -> Computed:
    edit = Edit(f"{group} {gain}", group, "duration_s", "", "", DRAFT, ("length",))
    expected = Expected(gain, gain - 0.01 if tested else None, gain + 0.01 if tested else None, reliable, "")
    return Computed(edit, gain, expected, feature_row(DRAFT, None))


def test_of_each_kind_the_surest_is_kept_then_the_best() -> None:
    best = best_of_each(
        [
            _one("length", 0.3, False),
            _one("length", 0.1, True),
            _one("length", 0.05, True),
            _one("time", -0.1, False),
        ]
    )
    assert [one.edit.what for one in best] == ["length 0.1", "time -0.1"]
    assert not _one("loss", -0.2, True).reliable  # a sure loss is no recommendation


def test_suggestions_say_what_is_reliable_and_what_has_no_effect() -> None:
    told = suggest(DRAFT.model_copy(update={"platform": "tiktok"}), CHANNEL, 10)
    table = read_table(parts().model.changes, "starter")
    order = [(not c.reliable, c.low is None, -c.multiplier) for c in told.changes]
    assert order == sorted(order)
    tried = {"length", "time of publishing", "hashtags"}
    sure = {c.argument for c in told.changes if c.reliable}
    assert set(told.no_effect) == tried - {
        {"duration_s": "length", "publish_at": "time of publishing"}.get(a, a) for a in sure
    }
    for change in told.changes:
        assert change.reliable or change.multiplier >= 1.02
        assert change.views == round(told.baseline.views * change.multiplier)
        assert change.low is not None
        assert change.high is not None
        assert change.computed is not None
        assert change.low <= change.multiplier <= change.high
        assert change.multiplier <= change.computed * 1.0001  # never more than was computed
        assert "of computed differences came true" in change.basis
        if change.reliable:
            assert change.low > 1
            kind = {"duration_s": "length", "publish_at": "publish_time"}.get(
                change.argument, change.argument
            )
            worth = table.of("tiktok", "uploads", kind)  # type: ignore[arg-type]
            assert worth is not None
            assert worth.low_95 > 0
    words = " ".join([*(c.what + c.basis for c in told.changes), *told.notes, *told.no_effect]).lower()
    assert not any(w in words for w in ("because", "cause", "leads to", "boost", "will get", "thanks to"))


def test_the_best_of_the_given_titles_is_said_with_its_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    from shortcast_ml.changes.worth import Worth

    given = [
        "Olive oil espresso?",
        "7 days of olive oil espresso",
        "What happens when you drink espresso with oil",
    ]
    whole = Worth(slope=1, low=1, high=1, low_95=1, high_95=1, largest=1, pairs=900, channels=90)
    measured = {"title": whole, "likeness": whole, "hashtags": whole}
    table = ChangeTable.model_validate(
        {"model": "m", "protocol": "", "data": {}, "worth": {"youtube_shorts": {"uploads": measured}}}
    )
    monkeypatch.setattr(TOOL, "read_table", lambda *_: table)
    told = suggest(DRAFT, CHANNEL, 10, titles=given)
    rows = {t: feature_row(DRAFT.model_copy(update={"title": t}), CHANNEL) for t in (DRAFT.title, *given)}
    centre = {t: parts().model.distribution(row, 30).centre for t, row in rows.items()}
    best = max(given, key=lambda t: centre[t])
    gain = centre[best] - centre[DRAFT.title]
    found = [c for c in told.changes if c.argument == "title"]
    if gain >= np.log10(1.02):
        assert [(c.after, c.before) for c in found] == [(best, DRAFT.title)]
        assert found[0].multiplier == pytest.approx(10**gain)
        assert found[0].reliable
    else:
        assert found == []
        assert "title wording" in told.no_effect


def test_progress_is_told_and_the_whole_is_quick() -> None:
    heard: list[tuple[int, int, str]] = []
    with listening(lambda *said: heard.append(said)):
        suggest_changes("A short one about bread", followers=8000, duration_s=30, titles=["Bread, but short"])
    assert [done for done, _, _ in heard] == sorted(done for done, _, _ in heard)
    assert heard[-1] == (100, 100, "Done")


def test_what_a_personal_model_adds_is_not_in_a_gain() -> None:
    from dataclasses import replace

    model = parts().model
    card = model.card | {"personal": {"platforms": ["youtube_shorts"], "weight": 1.0}}
    own = replace(model, personal=model.boosters["titles"], card=card)
    tried = edits.lengths(DRAFT)
    plain = [one.gain for one in compute(model, nothing_measured(), DRAFT, CHANNEL, tried)]
    assert [one.gain for one in compute(own, nothing_measured(), DRAFT, CHANNEL, tried)] == plain


# --- pictures ----------------------------------------------------------------------------------------


@pytest.fixture
def plain_picture(tmp_path: Path) -> Path:
    """A picture without words: a soft gradient."""
    ramp = np.linspace(40, 200, 640, dtype=np.uint8)
    pixels = np.stack(
        [np.tile(ramp, (360, 1)), np.full((360, 640), 90), np.tile(ramp[::-1], (360, 1))], axis=-1
    )
    path = tmp_path / "plain.png"
    Image.fromarray(pixels.astype(np.uint8)).save(path)
    return path


def test_words_are_really_put_on_the_picture_and_taken_off_again(plain_picture: Path, tmp_path: Path) -> None:
    draft = Draft(title="Olive oil espresso", thumbnail_path=plain_picture)
    (put,) = pictures.worded(draft, tmp_path, thorough=False)
    assert put.what == 'Put the words "Olive oil espresso" on the thumbnail, at the bottom.'
    assert put.image is not None
    drawn, bare = np.asarray(put.image, int), np.asarray(Image.open(plain_picture), int)
    assert abs(drawn[: 360 // 2] - bare[: 360 // 2]).max() == 0
    assert abs(drawn[360 * 3 // 4 :] - bare[360 * 3 // 4 :]).max() > 100
    if not can_read_words():
        pytest.skip("rapidocr is not installed")
    assert [w.text.lower() for w in read_words(put.image)] == ["olive oil espresso"]
    worded = draft.model_copy(update={"thumbnail_path": put.draft.thumbnail_path})
    (taken,) = pictures.worded(worded, tmp_path, thorough=False)
    assert taken.what == "Take the words off the thumbnail."
    assert taken.image is not None
    assert read_words(taken.image) == ()
    assert abs(np.asarray(taken.image, int) - bare).mean() < 6  # painted over from what is around


def test_what_fits_on_a_picture_are_the_first_words() -> None:
    assert pictures.short_words("I put olive oil in my espresso #latte") == "I put olive"
    assert pictures.short_words("Four words fit here") == "Four words fit"
    assert pictures.short_words("Olive oil 😀") == "Olive oil"
    assert pictures.short_words("") == ""


def test_letters_that_no_font_draws_are_not_put_on_a_picture(plain_picture: Path) -> None:
    image = Image.open(plain_picture)
    assert pictures.with_words(image, "مرحبا", "top") is None
    assert pictures.with_words(image, "Cà phê trứng", "top") is not None


def test_a_picture_is_forecast_by_what_it_shows_and_kept(plain_picture: Path) -> None:
    told = suggest_changes("Olive oil espresso", thumbnail=str(plain_picture), followers=8000, limit=20)
    kept = [c for c in told.changes if c.argument == "thumbnail"]
    named = [group for group in told.no_effect if group.startswith("words on the picture")]
    assert named == ["words on the picture (not tested on YouTube Shorts)"]
    for change in kept:
        assert (change.low, change.high, change.reliable) == (None, None, False)
        assert change.basis == "Not tested on YouTube Shorts: thumbnail."
        assert change.picture_path is not None
        assert change.picture_path.is_file()


def test_a_video_that_shows_nothing_is_no_error(tmp_path: Path) -> None:
    broken = tmp_path / "clip.mp4"
    broken.write_bytes(b"nothing")
    draft = DRAFT.model_copy(update={"video_path": broken})
    assert pictures.stand_in(draft, tmp_path, thorough=False) == (draft, [])
