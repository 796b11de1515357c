"""How the offline analyst words its records: every anchor, verdict and gap has its own sentence."""

import pytest
from tests import fake_tools, samples

from shortcast_agent.planner import found, posted, sections
from shortcast_agent.planner.voice import Voice
from shortcast_ml.records import Audio, Draft, DraftReading, Forecast, SimilarVideos, Suggestions


def forecast(**changes: object) -> Forecast:
    return fake_tools.forecast_views(title="Latte").model_copy(update=changes)


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (0.8, "Likely better"),
        (0.6, "Slightly better"),
        (0.5, "coin flip"),
        (0.4, "Slightly below"),
        (0.1, "Likely below"),
    ],
)
def test_the_verdict_follows_the_chance(chance: float, words: str) -> None:
    assert words in sections.verdict(forecast(beats_typical=chance))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("uploads", "earlier uploads"),
        ("stated", "you state"),
        ("followers", "follower count alone"),
        ("platform", "prior alone"),
    ],
)
def test_the_anchor_is_named_for_what_it_is(source: str, words: str) -> None:
    assert words in sections.anchor(forecast(anchor_source=source))


def test_a_silent_file_and_its_loudness_are_said() -> None:
    silent = DraftReading(draft=Draft(duration_s=61.2, audio=Audio(has_audio=False)))
    assert sections.reading(silent) == "Seen in the draft: 1:01, no sound."
    loud = DraftReading(draft=Draft(audio=Audio(has_audio=True, loudness_dbfs=-14.26)))
    assert "loudness -14.3 dBFS" in sections.reading(loud, alone=True)
    assert sections.reading(DraftReading(draft=Draft())) == ""


def test_when_no_change_helps_that_is_said() -> None:
    assert "9 changes" in sections.changes(Suggestions(baseline=forecast(), changes=(), tried=9))


def test_an_empty_library_is_said_to_be_empty() -> None:
    empty = SimilarVideos(query="x", neighbours=(), searched=0, library="empty", encoder_id="mini")
    assert "the library is empty" in found.similar(empty)
    assert found.similar(None) == ""


def test_real_neighbours_are_linked_and_hostile_links_stay_inside_their_brackets() -> None:
    alike = fake_tools.find_similar_videos(query="x", limit=1)
    real = alike.neighbours[0].model_copy(
        update={"demo": False, "url": "https://x.example/a) [b](javascript:1"}
    )
    text = found.similar(alike.model_copy(update={"neighbours": (real,)}))
    assert "](https://x.example/a%29%20%5Bb%5D%28javascript:1)" in text
    assert "invented" not in text


def test_a_video_inside_the_interval_is_said_to_need_no_cause() -> None:
    diagnosis = fake_tools.diagnose_video(url="https://youtu.be/abc")
    usual = diagnosis.model_copy(update={"actual_views": diagnosis.expected.views, "verdict": "as expected"})
    assert "ordinary luck" in posted.diagnosis(usual)
    assert "ordinary luck" not in posted.diagnosis(diagnosis)


def test_hidden_views_are_said_to_be_hidden() -> None:
    video = fake_tools.fetch_video("https://youtu.be/abc")
    assert "views hidden" in posted.published(video.model_copy(update={"counts": None}))
    assert "214 views, 12 likes, 3 comments, 3 days old" in posted.published(video)


def test_a_close_comparison_is_not_sold_as_a_win() -> None:
    compared = fake_tools.compare_variants(titles=["aa", "bbb", "cccc"])
    assert "Too close to call" in sections.comparison(compared)
    assert "**Take “cccc”**" in sections.comparison(compared.model_copy(update={"decisive": True}))


def test_what_was_not_given_is_no_reason_while_three_others_are() -> None:
    told = samples.explanation(
        (("a", "Alpha", 2.0, True), ("b", "Beta", 1.5, True), ("c", "Gamma", 1.2, False))
    )
    unknown = told.factors[0].model_copy(
        update={"name": "u", "label": "Unknown", "log10": 0.5, "observation": "not given"}
    )
    with_unknown = told.model_copy(update={"factors": (unknown, *told.factors)})
    assert "Unknown" not in sections.reasons(with_unknown, Voice(full=False))
    assert sections.reasons(with_unknown).splitlines()[-1].startswith("- **Unknown** ")
    few = told.model_copy(update={"factors": (unknown, *told.factors[:2])})
    assert "Unknown" in sections.reasons(few, Voice(full=False))


def test_of_the_horizon_only_a_full_answer_speaks() -> None:
    told = samples.explanation(
        (
            ("a", "Alpha", 2.0, True),
            ("age", "Age", 3.0, False),
            ("b", "Beta", 1.5, True),
            ("c", "Gamma", 1.2, False),
        )
    )
    assert "time since publishing" not in sections.reasons(told, Voice(full=False))
    assert "time since publishing" in sections.reasons(told)
