"""What is learned of the user from their own words, and what never is."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shortcast_agent.heard import asks_to_forget, hear

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def values(text: str, facts: dict[str, Any] | None = None) -> dict[str, Any]:
    return {name: value for name, (value, _) in hear(text, NOW, facts).items()}


@pytest.mark.parametrize(
    ("text", "learned"),
    [
        ("I have 12k subs", {"followers": 12_000}),
        (
            'My video is called "Latte trick". I have 12,000 followers. Will it do well?',
            {"followers": 12_000},
        ),
        ("12k subs, will it do well?", {"followers": 12_000}),
        (
            "I have 12k followers on TikTok and usually get 5k views",
            {"followers": 12_000, "platform": "tiktok", "typical_views": 5_000},
        ),
        ("I have 12k subs, what if I had 100k subs?", {"followers": 12_000}),
        ("Unlike MrBeast who has 300M subs, I have 12k subs.", {"followers": 12_000}),
        ("I want to know if my video will do well, I have 12k subs", {"followers": 12_000}),
        ("MrBeast has 300M subs\nI have 9k subs", {"followers": 9_000}),
        ("why did https://youtu.be/abc flop? My videos usually get 20k views", {"typical_views": 20_000}),
        ("just hit 12k subs!", {"followers": 12_000}),
        ("We have 30k subs; our dream is 100k subs", {"followers": 30_000}),
        ("I post on TikTok", {"platform": "tiktok"}),
        ("구독자 1.2만이에요. 이 영상 잘 될까요?", {"followers": 12_000}),
        (
            "Tengo 8.000 seguidores y mis vídeos normalmente consiguen 2.000 vistas",
            {"followers": 8_000, "typical_views": 2_000},
        ),
        ("J'ai 5 000 abonnés", {"followers": 5_000}),
        ("Kênh của tôi có 12 nghìn người đăng ký", {"followers": 12_000}),
    ],
)
def test_what_the_user_says_of_their_channel_is_learned(text: str, learned: dict[str, Any]) -> None:
    found = values(text)
    assert {name: found.get(name) for name in learned} == learned
    assert not {"followers", "typical_views", "platform"} & (found.keys() - learned.keys())


@pytest.mark.parametrize(
    ("text", "learned"),
    [
        ('I make latte art videos. Will "x y" do well?', {"niche": "latte art"}),
        ('My channel is "Brew Lab" and I have 900 subs', {"channel": "Brew Lab", "followers": 900}),
        ("my channel is @brewlab", {"channel": "@brewlab"}),
        ("I want to reach 100k subs", {"goals": "reach 100k subs"}),
        ("Please answer in Korean", {"language": "Korean"}),
        ("저는 요리 영상을 올려요", {"niche": "요리"}),
        ("Hago vídeos de cocina", {"niche": "cocina"}),
        ("I want to grow my channel, what works?", {"goals": "grow my channel"}),
        ("Should I make cooking videos?", {}),
        ("이 영상 올려도 될까요?", {}),
        ("조회수 잘 나오는 영상 만들고 싶어요", {}),
        ("I make good videos", {}),
        ("we make our own content", {}),
        ("My channel is about 2 years old", {}),
        ("my friend's goal is 1M subs", {}),
        ("If I make cooking videos, will it do better?", {}),
        ('Will "I make cooking videos for my dog" do well?', {}),
    ],
)
def test_names_niches_goals_and_languages_are_learned_where_they_are_said(
    text: str, learned: dict[str, Any]
) -> None:
    assert values(text) == learned


@pytest.mark.parametrize(
    "text",
    [
        "what if I had 100k subs?",
        "And if I had 100k subs and usually got 50k views?",
        "suppose I have 50k followers. how many views?",
        "imagine my channel had 1M subscribers",
        "구독자가 10만이면 어떨까요?",
        "¿Y si tuviera 100k seguidores?",
        "Et si j'avais 100k abonnés ?",
        "Nếu tôi có 100k người theo dõi thì sao?",
        "I want to reach 100k subs",
        "How do I get 100k subs?",
        "Will I hit 100k subscribers this year?",
        "I used to have 5k subs",
        "I have less than 1000 subs",
        "What if I posted it on TikTok?",
        "Should I post it on TikTok?",
    ],
)
def test_what_is_only_supposed_or_wished_for_is_not_learned(text: str) -> None:
    assert not values(text).keys() & {"followers", "typical_views", "platform"}


@pytest.mark.parametrize(
    "text",
    [
        "MrBeast has 300M subs",
        "This channel has 2M subscribers, why does it work?",
        "a channel with 500k subs posted this https://youtu.be/a",
        "why did https://youtu.be/abc do so well? They have 2M subs",
        "https://youtu.be/abc 2M subs. why?",
        "My friend has 100k subs.",
        "my competitor with 90k followers gets 20k views usually",
        "I saw a guy with 2M followers do this",
        "Shorts like this usually get 1M views",
        "이 채널은 구독자 200만",
        "Ibai tiene 10M seguidores",
        "Squeezie a 19M abonnés",
        "Kênh này có 2 triệu người đăng ký",
        'Will "I have 100K subs and quit" do well?',
    ],
)
def test_a_strangers_figure_or_a_titles_is_not_learned(text: str) -> None:
    assert not values(text).keys() & {"followers", "typical_views"}


def test_each_fact_comes_with_the_words_that_it_is_from() -> None:
    assert hear("Hi! I have 12k subs. Will it do well?", NOW)["followers"] == (12_000, "I have 12k subs.")


def test_what_is_stated_beside_the_words_is_learned_unless_it_is_about_a_link_or_supposed() -> None:
    assert values("Will it do well?", {"followers": 900, "title": "x"}) == {"followers": 900}
    assert values("Why did it flop?", {"followers": 900, "url": "https://youtu.be/a"}) == {}
    assert values("What if that were so?", {"followers": 900}) == {}


def test_nothing_is_learned_from_a_wish_to_be_forgotten() -> None:
    assert hear("forget that I have 12k subs", NOW) == {}
    assert asks_to_forget("olvida lo que sabes de mí")
    assert not asks_to_forget("Will it do well?")
