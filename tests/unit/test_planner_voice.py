"""The offline analyst's phrases: whole in every language, varied from turn to turn, and free of figures."""

import itertools
import re

import pytest

from shortcast_agent.grounding import trace
from shortcast_agent.numbers import say_age
from shortcast_agent.planner import plan, told
from shortcast_agent.planner.voice import LANGUAGES, Question, Voice, phrases
from shortcast_ml.factors import FACTORS
from shortcast_ml.forecast import missing
from shortcast_ml.records import Box, Draft
from shortcast_tools.diagnose_video import UNKNOWN

OTHERS = [language for language in LANGUAGES if language != "en"]


def fields(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("language", OTHERS)
def test_every_phrase_is_there_in_every_language_with_the_same_fields(language: str) -> None:
    english, other = phrases("en"), phrases(language)
    assert other.keys() == english.keys()
    for key, variants in english.items():
        assert all(fields(text) == fields(variants[0]) for text in (*variants, *other[key])), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_back_asks(language: str) -> None:
    asked = {key: said for key, said in phrases(language).items() if key.startswith("ask_")}
    assert len(asked) > 20
    assert all("?" in text for variants in asked.values() for text in variants)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_holds_a_figure_of_its_own(language: str) -> None:
    named = {"next_day", "velocity"}  # the next 24 hours and 30 days, which the record's own words name
    for key, variants in phrases(language).items():
        for text in variants if key not in named and not key.startswith("day_") else ():
            bare = re.sub(r"\{\w+\}", "x", text)
            assert trace(bare, ["1"]).untraced == (), (key, bare)


def test_a_phrase_does_not_come_twice_in_a_row() -> None:
    for language in LANGUAGES:
        said = [Voice(language, nth).say("thanks") for nth in range(6)]
        assert all(one != next_one for one, next_one in itertools.pairwise(said))
        assert set(said) == set(phrases(language)["thanks"])


def test_the_same_turn_is_always_worded_alike() -> None:
    question = Question("ask_topic")
    assert Voice("es", 7).ask(question) == Voice("es", 7).ask(question)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "after 30 days, after 1 day, after 18 hours, after 1 hour"),
        ("ko", "30일 뒤, 1일 뒤, 18시간 뒤, 1시간 뒤"),
        ("vi", "sau 30 ngày, sau 1 ngày, sau 18 giờ, sau 1 giờ"),
        ("es", "tras 30 días, tras 1 día, tras 18 horas, tras 1 hora"),
        ("fr", "après 30 jours, après 1 jour, après 18 heures, après 1 heure"),
    ],
)
def test_ages_are_counted_in_each_language(language: str, said: str) -> None:
    voice = Voice(language)
    assert ", ".join(voice.after(days) for days in (30, 1, 0.75, 1 / 24)) == said
    assert say_age(0.75) == "18 hours"


@pytest.mark.parametrize("language", OTHERS)
def test_every_factor_place_and_missing_fact_has_a_name(language: str) -> None:
    voice = Voice(language)
    assert all(f"factor_{factor.name}" in phrases(language) for factor in FACTORS)
    for x in (0.0, 0.4, 0.8):
        for y in (0.0, 0.4, 0.8):
            place = Box(x=x, y=y, width=0.2, height=0.2).place
            assert f"place_{place.replace(' ', '_')}" in phrases(language)
    known = (*missing(Draft(), None, "platform"), *UNKNOWN)
    assert len(known) == 8
    assert all(voice.told(item) != item for item in known)


def test_a_name_that_is_not_known_stays_as_it_is() -> None:
    assert Voice("ko").name("factor", "moon", "phase of the moon") == "phase of the moon"
    assert Voice("ko").name("platform", "elsewhere") == "elsewhere"


@pytest.mark.parametrize(
    ("language", "sentence", "said"),
    [
        ("ko", "Cut it to about 21 seconds.", "21초 정도로 줄이세요."),
        ("vi", "Publish it on Sunday at 08:00 UTC.", "Đăng vào Chủ nhật lúc 08:00 UTC."),
        ("es", "Leave out the emoji.", "Quita los emojis."),
        ("fr", "Publish it on Friday at 18:30 UTC.", "Publie-la vendredi à 18:30 UTC."),
        ("es", "It is soft: little fine detail. The picture is dark.",
         "Es poco nítida: apenas hay detalle fino. La imagen es oscura."),
        ("es", "The picture is dark. Nobody has seen this sentence.",
         "La imagen es oscura. Nobody has seen this sentence."),
        ("ko", "Friday at 18:00 and on TikTok", "금요일 18:00 그리고 TikTok에서"),
        ("fr", "Friday at 18:00 and nothing known", "Friday at 18:00 and nothing known"),
        ("vi", "words on the picture (not tested on TikTok)", "chữ trên ảnh (chưa kiểm chứng trên TikTok)"),
        ("fr", "titled “Salt and pepper”", "avec le titre “Salt and pepper”"),
        ("en", "Leave out the emoji.", "Leave out the emoji."),
        ("ko", "A sentence of nobody.", "A sentence of nobody."),
        ("ko", "Leave out the emoji." + " " * 700, "Leave out the emoji." + " " * 700),
    ],
)  # fmt: skip
def test_what_records_say_in_english_is_told_in_the_users_language(
    language: str, sentence: str, said: str
) -> None:
    assert Voice(language).told(sentence) == said


def test_every_known_sentence_is_told_in_every_language_with_its_own_figures() -> None:
    known = told._known()
    assert len(known) > 100
    for pattern, texts in known:
        assert texts.keys() == set(OTHERS), pattern.pattern
        assert all(fields(text) == set(pattern.groupindex) for text in texts.values()), pattern.pattern


def test_every_question_that_a_planner_asks_has_its_phrase() -> None:
    from pathlib import Path

    folder = Path(plan.__file__).parent
    keys = {key for file in folder.glob("*.py") for key in re.findall(r'"(ask_\w+)"', file.read_text())}
    assert len(keys) > 15
    assert keys <= phrases("en").keys()
