"""What the offline planner reads out of a message."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shortcast_agent.planner.lengths import read_duration
from shortcast_agent.planner.moments import read_moment
from shortcast_agent.planner.slots import Slots, nearest_horizon, read_slots
from shortcast_agent.planner.titles import find_titles
from shortcast_agent.planner.when import asks_next_day, read_age, read_horizon, without_next_day

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # a Tuesday


def slots(text: str) -> Slots:
    return read_slots(text, NOW)


@pytest.mark.parametrize(
    ("text", "followers"),
    [
        ("I have 12k followers", 12_000),
        ("my channel has 1.2M subs", 1_200_000),
        ("with 3,400 subscribers", 3_400),
        ("구독자 1만 채널", 10_000),
        ("구독자는 5천 명", 5_000),
        ("12 nghìn người theo dõi", 12_000),
        ("Tengo 5 mil seguidores", 5_000),
        ("J'ai 12 000 abonnés", 12_000),
        ("subscribers: 800", 800),
        ("a 20k-subscriber channel", 20_000),
    ],
)
def test_followers_are_read_in_five_languages(text: str, followers: int) -> None:
    assert slots(text).followers == followers


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ('My title is "I tried the 3-second latte trick"', ("I tried the 3-second latte trick",)),
        ("My title is How I make latte art, and my channel has 900 subs", ("How I make latte art",)),
        ("what if the title were I quit coffee for 30 days?", ("I quit coffee for 30 days",)),
        ("Would a video called Budget ramen hacks do well?", ("Budget ramen hacks",)),
        ("Title: 커피 비법", ("커피 비법",)),
        ('제목은 "커피 비법" 이에요', ("커피 비법",)),
        (
            "Which title is better: How I make latte or My latte secret?",
            ("How I make latte", "My latte secret"),
        ),
        ("“A day in Hanoi” or «Street food»?", ("A day in Hanoi", "Street food")),
        (
            "Compare:\n1. Latte in 3 seconds\n2. My latte secret\n3. Why it fails",
            ("Latte in 3 seconds", "My latte secret", "Why it fails"),
        ),
        ("Which? 1) Latte in 3 seconds 2) My latte secret", ("Latte in 3 seconds", "My latte secret")),
        ("change the title to My best latte", ("My best latte",)),
        ("Is the title too long?", ()),
        ("which title is better", ()),
        ("What's in my video, don't you think it's nice?", ()),
        ('collect videos about "latte art"', ()),
    ],
)
def test_titles_are_found_quoted_cued_and_listed(text: str, titles: tuple[str, ...]) -> None:
    assert slots(text).titles == titles


def test_numbers_inside_a_title_state_nothing() -> None:
    read = slots('"I ate 300 views of 12k followers for 30 seconds 3 days ago" do well?')
    assert (read.followers, read.views, read.duration_s, read.age_days) == (None, None, None, None)


def test_views_typical_views_and_age_are_told_apart() -> None:
    read = slots("It got 300 views and I posted it 3 days ago. My videos usually get 5k views.")
    assert (read.views, read.age_days, read.typical_views) == (300, 3.0, 5_000.0)
    stuck = slots("stuck at 214 after 2 days, usually I do 3k")
    assert (stuck.views, stuck.typical_views, stuck.horizon_days) == (214, 3_000.0, 2.0)


def test_recent_views_are_read_as_a_list() -> None:
    assert slots("My last shorts got 100, 250, 3k, 400 and 500 views").recent_views == (
        100,
        250,
        3_000,
        400,
        500,
    )


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("why did this flop https://www.youtube.com/shorts/abc-1?", "https://www.youtube.com/shorts/abc-1"),
        ("look at youtu.be/xyz.", "https://youtu.be/xyz"),
        ("(https://www.tiktok.com/@a.b/video/12)", "https://www.tiktok.com/@a.b/video/12"),
    ],
)
def test_links_are_found_with_or_without_scheme(text: str, link: str) -> None:
    assert slots(text).links == (link,)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("45 seconds long", 45),
        ("a 30s clip", 30),
        ("it is 1:10 long", 70),
        ("1 min 20 s", 80),
        ("elle dure 1 min 10", 70),
        ("20초로 줄이면", 20),
        ("video 30 giây", 30),
        ("2 minutes", 120),
        ("post it Friday at 18:30", None),
        ("the first 3 seconds", 3),
    ],
)
def test_lengths_are_read_in_seconds(text: str, seconds: float | None) -> None:
    assert read_duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("posted 3 days ago", 3),
        ("a week ago", 7),
        ("12 hours ago", 0.5),
        ("it's been up for 5 days", 5),
        ("yesterday", 1),
        ("3일 전에", 3),
        ("cách đây 3 ngày", 3),
        ("hace 3 días", 3),
        ("il y a 2 semaines", 14),
        ("a couple of days ago", 2),
        ("my channel", None),
    ],
)
def test_ages_are_read_in_days(text: str, days: float | None) -> None:
    assert read_age(text) == days


@pytest.mark.parametrize(
    ("text", "days", "horizon"),
    [
        ("in a week", 7, 7),
        ("after 24 hours", 1, 1),
        ("in the first month", 30, 30),
        ("in 3 days", 3, 7),
        ("in two weeks", 14, 7),
        ("일주일 뒤", 7, 7),
        ("dans une semaine", 7, 7),
        ("en una semana", 7, 7),
        ("how many views", None, None),
    ],
)
def test_horizons_are_read_and_brought_to_the_models(
    text: str, days: float | None, horizon: int | None
) -> None:
    assert read_horizon(text) == days
    assert nearest_horizon(days) == horizon


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("on Friday at 6pm", "2026-11-27T18:00"),
        ("tomorrow morning", "2026-11-25T09:00"),
        ("2026-12-01 18:30", "2026-12-01T18:30"),
        ("Nov 28 at 5 pm", "2026-11-28T17:00"),
        ("금요일 저녁 7시", "2026-11-27T19:00"),
        ("viernes a las 20", "2026-11-27T20:00"),
        ("vendredi 18h30", "2026-11-27T18:30"),
        ("tonight at 9pm", "2026-11-24T21:00"),
        ("on Tuesday at 9:00", "2026-12-01T09:00"),
        ("3 January at noon", "2027-01-03T12:00"),
        ("sometime", None),
    ],
)
def test_planned_moments_are_read(text: str, moment: str | None) -> None:
    found, _ = read_moment(text, NOW)
    assert (found.isoformat()[:16] if found else None) == moment


def test_a_named_offset_is_kept() -> None:
    found, named = read_moment("Friday 18:00 UTC+7", NOW)
    assert found is not None
    assert found.isoformat() == "2026-11-27T18:00:00+07:00"
    assert named


def test_a_past_weekday_is_an_age_and_no_plan() -> None:
    read = slots("I posted it on Monday and it only reached 900 views")
    assert read.publish_at is None
    assert read.age_days == pytest.approx(0.92, abs=0.1)
    assert read.views == 900


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for tiktok", {"platform": "tiktok"}),
        ("on YouTube Shorts", {"platform": "youtube_shorts"}),
        ("How will it do on Instagram Reels?", {"unsupported_platform": "Instagram"}),
        ("the second one", {"ordinal": 1}),
        ("collect 50 videos about street food in Hanoi", {"limit": 50, "topic": "street food in Hanoi"}),
        ("collect latte art shorts", {"topic": "latte art"}),
        ("커피 관련 영상 20개 수집해줘", {"limit": 20, "topic": "커피"}),
        ("find five videos about chess", {"limit": 5, "topic": "chess"}),
        ("show me videos like mine", {"topic": None}),
        ("description: my day #latte", {"description": "my day #latte"}),
        ("with #coffee #art", {"description": "#coffee #art"}),
    ],
)
def test_other_slots(text: str, expected: dict[str, Any]) -> None:
    read = slots(text)
    assert {name: getattr(read, name) for name in expected} == expected


def test_ten_thousand_characters_are_read_quickly() -> None:
    import time

    started = time.monotonic()
    for text in (
        "a " * 5_000,
        "1, " * 3_000,
        "title " * 1_500,
        '"' + "x" * 10_000 + '"',
        "or " * 3_000,
        "1 " * 5_000,
    ):
        slots(text)
    assert time.monotonic() - started < 3


def test_two_quoted_titles_after_the_word_channel_are_both_titles() -> None:
    found, _ = find_titles(
        'Which is better for a 30k subscriber channel: "Cheap pasta" or "Grandma\'s pasta"?'
    )
    assert found == ("Cheap pasta", "Grandma's pasta")
    assert find_titles('my channel: "Pasta Land". Any tips?')[0] == ()


@pytest.mark.parametrize(
    ("text", "likes", "comments"),
    [
        ("300 likes and 1.2k comments", 300, 1_200),
        ("likes: 45, comments: 6", 45, 6),
        ("좋아요 300개, 댓글 20개", 300, 20),
        ("300 me gusta y 20 comentarios", 300, 20),
        ("1 200 j'aime", 1_200, None),
        ("300 lượt thích, 20 bình luận", 300, 20),
        ("it likes to grow, no comments yet", None, None),
    ],
)
def test_likes_and_comments_are_read_in_five_languages(
    text: str, likes: int | None, comments: int | None
) -> None:
    assert (slots(text).likes, slots(text).comments) == (likes, comments)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("how many views tomorrow?", True),
        ("what will the next 24 hours bring?", True),
        ("where is it 24 hours from now?", True),
        ("내일 조회수는?", True),
        ("앞으로 24시간 동안 몇 회?", True),
        ("24 giờ tới được bao nhiêu?", True),
        ("¿y en las próximas 24 horas?", True),
        ("et dans les prochaines 24 heures ?", True),
        ("mai len dc may view", True),
        ("I post it tomorrow", False),
        ("내일 올리면 어떨까?", False),
        ("¿Y si lo subo mañana?", False),
        ("por la mañana", False),
        ("it got 300 views within 24 hours", False),
        ("in the first 24 hours", False),
    ],
)
def test_the_coming_day_is_told_from_a_planned_one_and_from_the_first(text: str, asks: bool) -> None:
    assert asks_next_day(text) is asks


def test_the_coming_day_is_no_age_of_the_video() -> None:
    told = without_next_day("5,000 views after 6 hours, how many in the next 24 hours?")
    assert read_horizon(told) == 0.25
    assert read_age("posted yesterday", in_words=False) is None
    assert read_age("2 days ago", in_words=False) == 2
