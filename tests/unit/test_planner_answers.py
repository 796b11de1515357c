"""Answers in five languages: whole conversations over fake tools, and every record in words that can be traced."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests import fake_evidence, fake_seeing, fake_tools

from shortcast_agent.analyst import Analyst
from shortcast_agent.grounding import trace
from shortcast_agent.planner import found, posted, sections, seen, smalltalk
from shortcast_agent.planner.voice import LANGUAGES, Voice, phrases, wants_all, wants_only_all
from shortcast_ml.records import Forecast, Record
from shortcast_ml.settings import Settings
from shortcast_tools.parts import Parts

TITLE = "3초 latte"
DRAFTS = {
    "en": f'Will "{TITLE}" do well, and what should I change? I have 12k subs.',
    "ko": f'구독자 12k예요. "{TITLE}" 영상 잘 될까요? 뭘 바꾸면 좋을까요?',
    "vi": f'Video "{TITLE}" của mình có ổn không, và nên đổi gì? Kênh của mình có 12k người theo dõi.',
    "es": f'¿Le irá bien a "{TITLE}" y qué debería cambiar? Tengo 12k seguidores.',
    "fr": f'Est-ce que "{TITLE}" va bien marcher, et que dois-je changer ? J\'ai 12k abonnés.',
}
VERDICTS = {
    "en": "Slightly better than usual",
    "ko": "평소보다 조금 나을 것 같아요",
    "vi": "Có vẻ nhỉnh hơn thường lệ một chút",
    "es": "Algo mejor de lo habitual",
    "fr": "Un peu mieux que d'habitude",
}
CAUSES = re.compile(
    r"\bcaus(?!es\b|as\b)\w*|\bbecause\b|때문에|덕분에|\bnhờ\b|\bgracias a\b|\bdebido a\b|\bgrâce à\b|\bà cause\b",
    re.IGNORECASE,
)


@pytest.fixture
def analyst(home: Path) -> Iterator[Analyst]:
    """An analyst over the fake tools."""
    held = Analyst(Parts(Settings(home=home)), tools=fake_tools.TOOLS)
    yield held
    held.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_draft_is_reviewed_briefly_in_the_users_language(analyst: Analyst, language: str) -> None:
    result = analyst.ask(DRAFTS[language])
    assert {call.name for call in result.tool_calls} >= {"forecast_views", "suggest_changes"}
    assert result.notices == ()  # nothing had to be struck
    assert result.answer.startswith(f"**{VERDICTS[language]}")
    voice = Voice(language)
    for phrase in ("whose_followers", "factor_channel_size", "factor_title_length"):
        assert voice.say(phrase) in result.answer
    assert result.answer.count("80%") >= 2  # of the forecast and of the change
    assert "x1.15" in result.answer
    assert "63%" in result.answer
    assert voice.told("Cut it to 21 seconds.") in result.answer
    own = [
        line for line in result.answer.splitlines() if "Kaffee" not in line
    ]  # strangers' titles may be long
    assert len(" ".join(own).split()) < 220


@pytest.mark.parametrize(
    ("language", "more"),
    [
        ("en", "in detail, please"),
        ("ko", "자세히 알려 주세요"),
        ("vi", "nói chi tiết nhé"),
        ("es", "en detalle"),
        ("fr", "en détail"),
    ],
)
def test_in_detail_says_more(analyst: Analyst, language: str, more: str) -> None:
    brief = analyst.ask(DRAFTS[language])
    full = analyst.ask(f"{DRAFTS[language]} {more}")
    assert len(full.answer) > len(brief.answer)
    assert Voice(language).say("yours_to_change") in full.answer
    assert Voice(language).say("yours_to_change") not in brief.answer
    assert full.notices == ()


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("in detail, please", True),
        ("Tell me more", True),
        ("더 자세히 알려 줘", True),
        ("chi tiết hơn nhé", True),
        ("Más", True),
        ("en détail", True),
        ("Tell me everything about how my channel does on Fridays", False),
        ('and "A day in Hanoi" in detail?', False),
    ],
)
def test_more_is_asked_for_alone_or_with_a_question(text: str, alone: bool) -> None:
    from shortcast_agent.planner.slots import read_slots

    masked = read_slots(text, datetime(2026, 11, 20, tzinfo=UTC)).masked
    assert wants_all(masked)
    assert wants_only_all(masked) == alone
    assert not wants_all("Will this get more views than the last one?")
    assert not wants_all("forget everything you know about me")


def test_the_last_answer_is_told_again_in_full(analyst: Analyst) -> None:
    first = analyst.ask("My video got 300 views in 3 days. Why did it flop?")
    more = analyst.ask("in detail, please", thread=first.thread)
    assert [call.name for call in more.tool_calls] == ["diagnose_video"]
    assert "(yours to change)" in more.answer
    assert len(more.answer) > len(first.answer)


def test_the_language_of_a_conversation_stays_and_its_wording_varies(analyst: Analyst) -> None:
    first = analyst.ask(DRAFTS["es"])
    second = analyst.ask("12k", thread=first.thread)
    third = analyst.ask(DRAFTS["es"], thread=first.thread)
    fourth = analyst.ask(DRAFTS["es"], thread=first.thread)
    english = analyst.ask("What if I post it on Friday instead?", thread=first.thread)
    assert not re.search(r"\b(?:the|your)\b", second.answer)
    assert third.answer != fourth.answer
    assert sorted(set(re.findall(r"[\d.,]+[KM%]?", third.answer))) == sorted(
        set(re.findall(r"[\d.,]+[KM%]?", fourth.answer))
    )
    assert "views" in english.answer


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Will my video do well?", "ask_draft"),
        ("Why did my video flop?", "ask_figures"),
        ("제 영상 왜 망했을까요?", "ask_figures"),
        ("¿Por qué fracasó mi vídeo?", "ask_figures"),
        ("Pourquoi ma vidéo a fait un flop ?", "ask_figures"),
        ("Sao video của mình flop vậy?", "ask_figures"),
    ],
)
def test_what_is_missing_is_asked_for_in_the_users_language(analyst: Analyst, text: str, key: str) -> None:
    result = analyst.ask(text)
    assert result.tool_calls == ()
    assert any(result.answer in phrases(language)[key] for language in LANGUAGES)
    from shortcast_agent.planner.language import language_of

    assert result.answer in phrases(language_of(text))[key]


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("Write me a script about cats", "writing"),
        ("Escríbeme un guion", "writing"),
        ("대본 써 줘", "writing"),
        ("Upload this to YouTube for me", "editing"),
        ("Peux-tu monter ma vidéo ?", "editing"),
        ("How much money will it earn?", "money"),
        ("Video này kiếm tiền được bao nhiêu?", "money"),
        ("Buy me 1000 followers", "growth"),
        ("What's the weather today?", "other"),
    ],
)
def test_what_is_out_of_scope_is_refused_with_the_nearest_thing_that_is_not(text: str, near: str) -> None:
    for language in LANGUAGES:
        said = smalltalk.out_of_scope(text, Voice(language))
        assert said in phrases(language)[f"out_{near}"]


def test_what_is_known_of_the_creator_is_listed() -> None:
    voice = Voice("fr")
    told = smalltalk.profile(
        {"followers": 12_000, "platform": "youtube", "niche": "le <café>", "goals": ""}, voice
    )
    assert "- Abonnés: 12K" in told
    assert "- Plateforme: YouTube (format long)" in told
    assert "- Niche: le \\<café\\>" in told
    assert "Objectifs" not in told
    assert smalltalk.profile({}, voice) == voice.say("profile_empty")


# --- every record in every language --------------------------------------------------------------------


def forecast(**changes: object) -> Forecast:
    return fake_tools.forecast_views(title=TITLE, followers=12_000).model_copy(update=changes)


@pytest.fixture
def picture(tmp_path: Path) -> str:
    """A picture's path."""
    path = tmp_path / "cover.png"
    Image.new("RGB", (36, 64), (200, 9, 9)).save(path)
    return str(path)


@pytest.mark.parametrize("nth", [0, 1, 2])
@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_is_written_of_a_record_can_be_traced_to_it(
    language: str, nth: int, picture: str
) -> None:
    clip = picture.replace("cover.png", "clip.mp4")
    diagnosis = fake_tools.diagnose_video(url="https://youtu.be/abc")
    compared = fake_tools.compare_variants(titles=["aa", "bbb", "cccc"])
    tomorrow = fake_tools.forecast_next_day(5_000, 0.25)
    seen_picture = fake_seeing.explain_thumbnail(thumbnail=picture)
    followed = fake_evidence.track_videos(["https://www.youtube.com/shorts/abc"])
    written: list[tuple[Callable[..., str], Record]] = [
        *((sections.verdict, forecast(beats_typical=chance)) for chance in (0.8, 0.6, 0.5, 0.4, 0.1)),
        *((sections.verdict, forecast(anchor_source=s)) for s in ("uploads", "stated", "platform")),
        (sections.reasons, fake_tools.explain_forecast(title=TITLE, followers=12_000)),
        (sections.changes, fake_tools.suggest_changes(title=TITLE)),
        (sections.changes, fake_tools.suggest_changes(title=TITLE).model_copy(update={"changes": ()})),
        (sections.reading, fake_tools.inspect_draft(title=TITLE)),
        (sections.comparison, compared),
        (sections.comparison, compared.model_copy(update={"decisive": True})),
        (sections.comparison, compared.model_copy(update={"lead": 0.5})),
        *((posted.diagnosis, diagnosis.model_copy(update=changed)) for changed in _verdicts(diagnosis)),
        *((posted.next_day, tomorrow.model_copy(update={"by_age_alone": n})) for n in (1, 7_000, 99_000)),
        (posted.published, fake_tools.fetch_video("https://youtu.be/abc")),
        (
            posted.published,
            fake_tools.fetch_video("https://youtu.be/abc").model_copy(update={"counts": None}),
        ),
        (found.similar, fake_tools.find_similar_videos(query="x")),
        (found.similar, fake_tools.find_similar_videos(query="x").model_copy(update={"neighbours": ()})),
        (found.collected, fake_tools.collect("latte")),
        (found.tracked, followed),
        (found.niche, fake_evidence.summarize_niche(query="coffee", title=TITLE)),
        (seen.thumbnail, fake_seeing.read_thumbnail(picture, TITLE)),
        (seen.video, fake_seeing.read_video(clip, TITLE)),
        (seen.thumbnails, fake_seeing.suggest_thumbnails(clip, TITLE)),
        (seen.picture, seen_picture),
        (seen.picture, seen_picture.model_copy(update={"of": "title fit", "multiplier": None})),
        (seen.picture, seen_picture.model_copy(update={"of": "attention"})),
    ]
    for write, record in written:
        for full in (True, False):
            said = write(record, Voice(language, nth, full))
            assert said
            assert trace(said, [record]).untraced == (), said
            assert not CAUSES.search(said), said


def _verdicts(diagnosis: Any) -> list[dict[str, Any]]:
    """Return changes that give each verdict, with views that fit it."""
    expected = diagnosis.expected
    views = {
        "far below": 1,
        "below": expected.low,
        "as expected": expected.views,
        "above": expected.high,
        "far above": expected.high * 10,
    }
    ranks = {"far below": 0.01, "below": 0.15, "as expected": 0.5, "above": 0.85, "far above": 0.99}
    return [
        {"verdict": v, "actual_views": n, "ratio": n / expected.views, "percentile": ranks[v]}
        for v, n in views.items()
    ]


def test_a_change_without_reliable_effect_is_not_recommended() -> None:
    suggested = fake_tools.suggest_changes(title=TITLE)
    brief = sections.changes(suggested, Voice(full=False))
    assert brief.startswith("**What")
    first, rest = brief.split("\n\n", 2)[1:]
    assert first.startswith("1. **Cut it to 21 seconds.** x1.15 (80%: x1.08 to x1.73)")
    assert "Publish on Friday at 18:00 UTC, x1.05 (80%: x0.97 to x1.57)" in rest
    assert "2. " not in brief
    none = suggested.model_copy(update={"changes": suggested.changes[1:]})
    assert "17 changes" in sections.changes(none)
    worse = suggested.changes[0].model_copy(update={"multiplier": 0.8, "low": None, "high": None})
    assert "1. " not in sections.changes(suggested.model_copy(update={"changes": (worse,)}))
    assert "time of publishing, hashtags" in sections.changes(suggested)
    assert "제목" not in brief
    assert "게시 시간, 해시태그" in sections.changes(suggested, Voice("ko"))


def test_what_similar_videos_say_of_a_change_is_told_in_full() -> None:
    from shortcast_ml.records import ChangeNeighbours

    beside = ChangeNeighbours(with_it=9, without_it=12, says="They agree: 9 with it.")
    suggested = fake_tools.suggest_changes(title=TITLE)
    change = suggested.changes[0].model_copy(update={"neighbours": beside})
    told = suggested.model_copy(update={"changes": (change,), "notes": ("Compared with the mean.",)})
    assert "They agree: 9 with it." in sections.changes(told)
    assert "- Compared with the mean." in sections.changes(told)
    assert "They agree" not in sections.changes(told, Voice(full=False))


def test_a_compared_title_is_quoted_and_a_picture_is_named() -> None:
    compared = fake_tools.compare_variants(titles=["Salt", "A *bold* title"])
    assert "“A \\*bold\\* title”" in sections.comparison(compared, Voice("es"))
    pictures = fake_tools.compare_variants(thumbnails=["a.png", "b.png"], title="Salt")
    first = pictures.variants[0].model_copy(update={"label": "thumbnail 1"})
    said = sections.comparison(
        pictures.model_copy(update={"variants": (first, *pictures.variants[1:])}), Voice("ko")
    )
    assert "- 썸네일 1: " in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_the_profile_is_used_is_said_once_and_in_the_users_language(
    analyst: Analyst, language: str
) -> None:
    from shortcast_agent.memory import is_said_again

    analyst.edit_profile({"platform": "tiktok", "niche": "latte art"})
    first = analyst.ask(DRAFTS[language])
    (notice,) = first.notices
    assert is_said_again(notice)
    assert notice.startswith(Voice(language).say("profile_used", facts="\n").partition("\n")[0])
    assert "TikTok" in notice
    assert "latte art" not in notice  # no tool was called with it
    assert analyst.ask(DRAFTS[language], thread=first.thread).notices == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_that_forget_the_profile_are_heard(language: str) -> None:
    from shortcast_agent.heard import asks_to_forget

    for key, mark in (("profile_used", "`"), ("profile_hint", "*")):
        said = Voice(language).say(key, facts="x") if key == "profile_used" else Voice(language).say(key)
        assert asks_to_forget(said.split(mark)[1]), said
