"""Which language a user writes, and what keeps a conversation in it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shortcast_agent.planner.conversation import Talk, Turn
from shortcast_agent.planner.language import language_after, language_of
from shortcast_agent.planner.slots import read_slots

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Will this do well?"),
        ("en", "hello"),
        ("en", "12k subs"),
        ("en", ""),
        ("en", "compare these"),
        ("ko", "안녕"),
        ("ko", "이 thumbnail 어때"),
        ("ko", "조회수 얼마나 나올까요?"),
        ("vi", "xin chào"),
        ("vi", "Tiêu đề nào tốt hơn?"),
        ("vi", "video cua toi co tot khong"),
        ("es", "hola"),
        ("es", "¿Cuál es mejor?"),
        ("es", "por que no funciono mi video?"),
        ("es", "recopila videos de cocina"),
        ("fr", "salut"),
        ("fr", "Pourquoi ma vidéo a fait un flop ?"),
        ("fr", "et vendredi ?"),
        ("fr", "compare ces titres"),
        ("en", "Wie viele Aufrufe bekommt das?"),
        ("en", "Quantas visualizações vai ter?"),
        ("en", "这个视频怎么样"),
        ("en", "この動画はどう？"),
    ],
)
def test_a_short_text_tells_its_language_and_any_other_is_answered_in_english(
    language: str, text: str
) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("earlier", "language", "text"),
    [
        ("ko", "ko", "12k subs"),
        ("es", "es", "ok"),
        ("fr", "fr", "video"),
        ("vi", "vi", "3 days"),
        ("vi", "vi", "LINK"),
        ("ko", "ko", "这个"),
        ("ko", "en", "What if I post it on Friday?"),
        ("en", "es", "¿y si lo publico el viernes?"),
        ("en", "ko", "두 번째"),
    ],
)
def test_a_text_that_says_little_keeps_the_language_of_the_conversation(
    earlier: str, language: str, text: str
) -> None:
    assert language_of(text, earlier) == language


def turn(said: str, **more: Any) -> Turn:
    return Turn(said=said, slots=read_slots(said, NOW), now=NOW, **more)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ko", '"How to make the best latte in the world" 이 제목 어때요?'),
        ("es", 'Mi vídeo se llama "The best way to make your latte". ¿Le irá bien?'),
        ("en", 'Will "Por qué mi café es el mejor de la ciudad" do well?'),
        ("fr", "Que penses-tu de https://example.com/the-best-way-for-you-and-me-to-do-it ?"),
    ],
)
def test_neither_a_quoted_title_nor_a_link_decides(language: str, said: str) -> None:
    assert language_after(turn(said), Talk(), "judge") == language


def test_a_bare_title_that_was_asked_for_changes_no_language() -> None:
    asked = Talk(language="ko", asked="draft", asked_for="judge", turns=1)
    assert language_after(turn("How to make the best latte"), asked, "judge") == "ko"
    assert language_after(turn("How to make the best latte"), asked, "forecast") == "en"


def test_without_words_the_profile_tells_the_language_and_the_conversation_counts_more() -> None:
    assert language_after(turn("", profile={"language": "Español"}), Talk(), "judge") == "es"
    assert language_after(turn("", profile={"language": "fr"}), Talk(language="vi"), "judge") == "vi"
    assert language_after(turn("", profile={"language": "Klingon"}), Talk(), "judge") == "en"
    assert language_after(turn("어때요?", profile={"language": "fr"}), Talk(), "judge") == "ko"
