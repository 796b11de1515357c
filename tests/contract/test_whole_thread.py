"""The conversations that the product exists for, over real parts and the shipped starter."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.localsite import LocalSite, clip, local_site

from shortcast_agent.analyst import Analyst
from shortcast_agent.grounding import trace
from shortcast_evals.graders import grade_numbers
from shortcast_evals.materials import make_materials
from shortcast_ml.records import ChannelHistory, Counts, Draft, Published, Upload, utc_now
from shortcast_ml.settings import Settings
from shortcast_tools.parts import Parts

TITLE = "I tried the 3-second latte trick"
QUESTION = "Will this do well, and what should I change?"


@pytest.fixture
def materials(tmp_path: Path) -> dict[str, Path]:
    return make_materials(tmp_path / "materials")


@pytest.fixture
def site() -> Iterator[LocalSite]:
    with local_site() as running:
        yield running


def test_a_real_draft_gets_a_grounded_answer(home: Path, materials: dict[str, Path]) -> None:
    result = Analyst().ask(
        QUESTION, attachments=[materials["clip.mp4"]], facts={"title": TITLE, "followers": 12_000}
    )
    report, answer = result.report, result.answer
    assert report.forecast is not None
    assert "80% interval" in answer
    assert f"{report.forecast.beats_typical:.0%}" in answer
    assert report.explanation is not None
    assert sum(f"**{factor.label}** x" in answer for factor in report.explanation.factors) >= 3
    assert report.suggestions is not None
    assert report.suggestions.tried >= 20
    assert report.suggestions.changes or report.suggestions.no_effect
    assert all(change.what.rstrip(".") in answer for change in report.suggestions.changes)
    assert report.similar is not None
    assert len(report.similar.neighbours) >= 3
    assert all(n.demo for n in report.similar.neighbours)
    assert "invented demo library" in answer
    said = f"{QUESTION} {TITLE} 12000"
    assert trace(answer, [report, said]).untraced == ()
    from shortcast_evals.cases import Case

    case = Case.model_validate({"id": "c", "turns": [{"user": said}]})
    assert grade_numbers(case, answer, report.model_dump(mode="json")) == []


def test_three_turns_keep_their_context_over_a_restart(home: Path, materials: dict[str, Path]) -> None:
    first = Analyst()
    one = first.ask(
        QUESTION, attachments=[materials["clip.mp4"]], facts={"title": TITLE, "followers": 12_000}
    )
    two = first.ask('what if the title were "Baristas hate this trick"?', thread=one.thread)
    first.close()
    assert two.report.comparison is not None
    assert [v.label for v in two.report.comparison.variants] == [TITLE, "Baristas hate this trick"]
    assert two.report.comparison.variants[0].forecast.views == one.report.forecast.views  # type: ignore[union-attr]

    restarted = Analyst()
    assert next(turn.user for turn in restarted.history(one.thread)) == QUESTION
    three = restarted.ask(
        "which of these two thumbnails?",
        attachments=[materials["a.png"], materials["b.png"]],
        thread=one.thread,
    )
    (call,) = [c for c in three.tool_calls if c.name == "compare_variants"]
    assert call.arguments["followers"] == 12_000
    assert [Path(p).name for p in call.arguments["thumbnails"]] == ["a.png", "b.png"]
    assert three.report.comparison is not None
    assert len(restarted.history(one.thread)) == 3


def test_why_did_this_flop_works_on_a_link(home: Path, site: LocalSite, tmp_path: Path) -> None:
    film = clip(tmp_path / "film.mp4", seconds=2)
    data = film.read_bytes() if isinstance(film, Path) else film
    url = site.put_video("/watch/latte", data, title=TITLE, views=41, published=utc_now() - timedelta(days=9))
    settings = Settings(_env_file=None, home=home, allowed_hosts=frozenset({site.host}))  # type: ignore[call-arg]
    result = Analyst(Parts(settings)).ask(f"why did {url} flop? My videos usually get 20k views")
    diagnosis = result.report.diagnosis
    assert diagnosis is not None
    assert diagnosis.actual_views == 41
    assert diagnosis.expected.horizon_days == pytest.approx(9, abs=0.01)
    assert diagnosis.expected.anchor_source == "stated"
    assert diagnosis.verdict == "far below"
    assert diagnosis.better_neighbours
    assert "retention" in result.answer
    assert trace(result.answer, [result.report, url, "20k"]).untraced == ()


def test_why_did_this_flop_works_on_a_saved_record(home: Path, tmp_path: Path) -> None:
    now = utc_now()
    uploads = tuple(
        Upload(views=v, age_days=40, title=t, duration_s=30, published_at=now - timedelta(days=60 - i))
        for i, (v, t) in enumerate(
            [(30_000, "latte art"), (25_000, "espresso"), (41_000, "milk foam"), (9_000, "dog")] * 2
        )
    )
    record = Published(
        draft=Draft(title=TITLE, duration_s=31),
        video_id="held-back",
        url="https://example.invalid/held-back",
        fetched_at=now,
        published_at=now - timedelta(days=10),
        age_days=10,
        counts=Counts(views=90),
        channel=ChannelHistory(followers=80_000, uploads=uploads),
    )
    path = tmp_path / "video.json"
    path.write_text(record.model_dump_json())
    result = Analyst().ask("Why did this flop?", facts={"record": str(path)})
    diagnosis = result.report.diagnosis
    assert diagnosis is not None
    assert diagnosis.expected.anchor_source == "uploads"
    assert diagnosis.expected.typical_views > 10_000
    assert diagnosis.verdict == "far below"
    assert "90" in result.answer


def test_platforms_are_set_beside_each_other_and_never_ranked(home: Path) -> None:
    """Each platform's level is that of its own collection: "better on TikTok" would be an artefact."""
    analyst = Analyst()
    thread = analyst.ask("Will this do well?", facts={"title": TITLE, "followers": 900}).thread
    told = analyst.ask("And on TikTok?", thread=thread).answer
    assert "can't be compared" in told
    assert "Better" not in told
    assert told.count("typical video there (") == 2
    assert "over-represent viral ones" in told
