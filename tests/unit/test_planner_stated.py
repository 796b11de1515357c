"""What one message states and orders: topics, titles, counts and lengths as creators write them."""

from datetime import UTC, datetime

import pytest

from shortcast_agent.planner.beyond import orders_beyond
from shortcast_agent.planner.slots import read_slots
from shortcast_agent.planner.topics import find_niche

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "cut this clip and add some music",
        "Thanks. Now upload it to my channel for me",
        "write me a caption with 20 hashtags",
        "edítame el video y ponle subtítulos",
        "publícalo en mi cuenta",
        "coupe les blancs et ajoute des sous-titres",
        "Schreib mir bitte ein Drehbuch über Angeln",
        "posta pra mim no meu canal, coloca legenda",
        "tolong upload video ini, tambahin musik",
        "đăng video này giúp mình",
        "viết kịch bản cho mình",
        "영상 편집해 줘",
        "대본 좀 써 줘",
        "字幕を入れてください",
        "how much money do I make from 100k views",
        "10만뷰면 수익이 얼마야",
    ],
)
def test_an_order_that_no_tool_can_follow_is_known_as_one(text: str) -> None:
    assert orders_beyond(text)


@pytest.mark.parametrize(
    "text",
    [
        "what happens if I upload it on Friday?",
        "which one should I post?",
        "I posted it 3 days ago",
        "what if I cut it to 20 seconds",
        "find videos about editing",
        "collect 20 shorts about writing",
        "write a better title",
        "y si lo subo el viernes?",
        "phần nào trong ảnh này đang giúp?",
        "thu thập 40 video về trồng rau giúp mình",
        "20초로 잘라서 올리면 어때?",
        "will it do well? upload it for me if so",
    ],
)
def test_what_is_supposed_or_asked_is_no_such_order(text: str) -> None:
    assert not orders_beyond(text)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("buscame videos de ceramica con mas de 100k vistas porfa, sin repetidos", "ceramica"),
        ("júntame 30 videos de ajedrez de tiktok y mételos en mi biblioteca", "ajedrez"),
        ("tìm 10 video về trồng rau cho mình tham khảo", "trồng rau"),
        ("anything similar on knots but under 30 seconds", "knots"),
        ("thx, do 50 of soap making as well", "soap making"),
    ],
)
def test_a_topic_stands_without_what_is_asked_around_it(text: str, topic: str) -> None:
    assert read_slots(text, NOW).topic == topic


def test_a_niche_is_named_before_its_word_and_after_about() -> None:
    assert find_niche("knitting tips niche me kya chal raha hai?") == "knitting tips"
    assert find_niche("how long should videos about street food be") == "street food"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("cuantas vistas crees que saque en tiktok: mi perro vs la manguera. tengo 1,2k seguidores",
         "mi perro vs la manguera"),
        ("dự đoán view giúp mình: Chó nhà tôi biết mở cửa. bình thường được 3k view", "Chó nhà tôi biết mở cửa"),
        ("조회수 예측좀: 강아지가 바다를 본 날. 평소 5천회 정도 나와요", "강아지가 바다를 본 날"),
    ],
)  # fmt: skip
def test_a_title_may_follow_the_colon_of_a_question(text: str, title: str) -> None:
    assert read_slots(text, NOW).titles == (title,)


def test_figures_after_a_colon_are_no_title() -> None:
    assert read_slots("my views: 1200 after 3 days, 5k subs", NOW).titles == ()


@pytest.mark.parametrize(
    ("text", "followers"),
    [
        ("I have about nineteen hundred subscribers", 1900),
        ("I have 45k on tiktok", 45_000),
        ("follower tiktok gue 26 ribu", 26_000),
    ],
)
def test_followers_are_read_as_they_are_said(text: str, followers: int) -> None:
    slots = read_slots(text, NOW)
    assert (slots.followers, slots.views) == (followers, None)


def test_lengths_horizons_and_ages_are_read_in_words() -> None:
    assert read_slots("how many views for a one minute short", NOW).duration_s == 60
    assert read_slots("it lasts forty-five seconds", NOW).duration_s == 45
    assert read_slots("and after only a week?", NOW).horizon_days == 7
    assert read_slots("公開して10日、再生数は420です", NOW).age_days == 10
    assert read_slots("公開して10日、再生数は420です", NOW).views == 420


def test_usual_views_may_stand_before_the_word() -> None:
    slots = read_slots("il plafonne à 350 vues alors que je tourne à 5 000 d'habitude", NOW)
    assert (slots.views, slots.typical_views, slots.publish_at) == (350, 5000, None)


def test_a_nationality_is_no_language() -> None:
    assert read_slots("find korean skincare videos", NOW).filters.language is None
    assert read_slots("find skincare videos in Korean", NOW).filters.language == "ko"
    assert read_slots("find Korean videos about skincare", NOW).filters.language == "ko"


def test_so_many_of_a_topic_are_a_limit() -> None:
    assert read_slots("do 50 of soap making as well", NOW).limit == 50
