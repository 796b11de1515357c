"""What the offline planner does with bare titles, with orders beyond its tools, and with what it asked for."""

from datetime import UTC, datetime

import pytest

from shortcast_agent.planner.conversation import Talk, Turn
from shortcast_agent.planner.intents import reads_as_title
from shortcast_agent.planner.plan import decide
from shortcast_agent.planner.slots import read_slots
from shortcast_agent.planner.understand import understand

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def turn_of(said: str, **files: tuple[str, ...]) -> Turn:
    return Turn(said=said, slots=read_slots(said, NOW), now=NOW, **files)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "title",
    [
        "Geese who guard a car park",
        "My uncle repairs a church organ",
        "El vecino que cría caracoles",
        "Mon voisin parle à ses poules",
        "Ông hàng xóm nuôi ốc sên",
        "할아버지가 처음 타 본 서핑보드",
    ],
)
def test_a_bare_title_is_a_draft_to_judge(title: str) -> None:
    assert reads_as_title(title)
    plan = decide(turn_of(title), Talk())
    assert plan.intents == ("judge",)
    assert plan.draft["title"] == title


@pytest.mark.parametrize(
    "said",
    [
        "will my upcoming one do well?",
        "¿le irá bien al siguiente?",
        "la vidéo de demain, elle va percer ?",
        "clip sau của mình có lên nổi không?",
        "다음 거 잘 나올까요?",
    ],
)
def test_a_question_is_no_answer_where_a_title_was_asked_for(said: str) -> None:
    plan = decide(turn_of(said), Talk(asked="draft", asked_for="judge"))
    assert plan.calls == []
    assert plan.question is not None


@pytest.mark.parametrize(
    "said",
    [
        "throw some subtitles on this and chop off where i stumble",
        "ponle música de fondo a esto y quítale el principio",
        "chèn phụ đề với nhạc nền vào đây giùm mình",
        "mets une musique de fond là-dessus et coupe le début",
        "이 클립에 음악 깔고 처음 4초 잘라줘",
    ],
)
def test_an_order_to_edit_is_refused_also_with_the_video_at_hand(said: str) -> None:
    assert understand(turn_of(said, videos=("clip.mp4",)), Talk()) == ("out",)


@pytest.mark.parametrize(
    "said",
    [
        "please follow these and show me the curve\nhttps://youtu.be/aaaaaaaaaaa\nhttps://youtu.be/bbbbbbbbbbb",
        "sigue estos dos https://youtu.be/aaaaaaaaaaa https://youtu.be/bbbbbbbbbbb",
        "suis celles-ci : https://youtu.be/aaaaaaaaaaa https://youtu.be/bbbbbbbbbbb",
    ],
)
def test_several_links_to_follow_are_tracked(said: str) -> None:
    assert "track" in understand(turn_of(said), Talk())


def test_asking_where_to_buy_views_is_not_about_a_video_that_has_them() -> None:
    assert understand(turn_of("which shop sells 20,000 views for the least money"), Talk()) == ("out",)
