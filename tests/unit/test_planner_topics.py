"""What a search, a niche question or a self-description names."""

import pytest

from shortcast_agent.planner.identity import read_identity
from shortcast_agent.planner.topics import find_niche, find_topic


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Find me tiktoks about parkour with at least 100k views", "parkour"),
        ("pls add videos with #vanlife from tiktok to my library", "#vanlife"),
        ("scrape @somechannel", "@somechannel"),
        ("lấy thêm 40 video về cắm trại trên tiktok vào thư viện giúp mình", "cắm trại"),
        ("tìm video giống chủ đề làm bánh mì", "làm bánh mì"),
        ("라면 영상 30개 모아줘", "라면"),
        ("여행 영상으로 라이브러리 채워줘", "여행"),
        ("Añade vídeos de recetas a la biblioteca", "recetas"),
        ("trouve-moi des vidéos sur la poterie qui ont fait mieux", "poterie"),
        ("Sammle 30 Videos über Kaffee", "Kaffee"),
        ("コーヒーの動画を30本集めて", "コーヒー"),
        ("Kumpulkan 30 video tentang kopi", "kopi"),
        ("collect 25 woodworking shorts", "woodworking"),
        ("show me similar videos", None),
        ("영상 좀 수집해줘", None),
        ("videos like that", None),
        ("이거랑 비슷한 영상 찾아줘", None),
    ],
)
def test_a_topic_is_what_the_order_leaves(text: str, topic: str | None) -> None:
    assert find_topic(text) == topic


@pytest.mark.parametrize(
    ("text", "niche"),
    [
        ("what works in the home barista niche right now", "home barista"),
        ("whats hot in coffee rn", "coffee"),
        ("When do chess shorts do best?", "chess"),
        ("What are people in the pet niche posting about?", "pet"),
        ("홈카페 쇼츠는 요즘 뭐가 잘 먹혀?", "홈카페"),
        ("Trong lĩnh vực ẩm thực cái gì đang hiệu quả?", "ẩm thực"),
        ("¿Está saturado el nicho de fitness?", "fitness"),
        ("La niche café est-elle saturée ?", "café"),
        ("料理ジャンルをまとめて", "料理"),
        ("what topics are overcrowded in my niche?", None),
        ("Which topics do best in the library?", None),
        ("내 니치 요약해줘", None),
    ],
)
def test_a_niche_is_found_where_one_is_named(text: str, niche: str | None) -> None:
    assert find_niche(text) == niche


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("my channel is @dailybread", "channel", "@dailybread"),
        ('my channel is called "Daily Bread"', "channel", "Daily Bread"),
        ("collect videos of @bob", "channel", None),
        ("my niche is coffee, I make Korean recipe shorts", "niche", "coffee"),
        ("I make Korean recipe shorts", "niche", "Korean recipe"),
        ("제 채널은 커피 채널이에요", "niche", "커피"),
        ("Mình làm kênh ẩm thực", "niche", "ẩm thực"),
        ("Hago vídeos de viajes", "niche", "viajes"),
        ("Je fais des vidéos de cuisine", "niche", "cuisine"),
        ("what works in my niche?", "niche", None),
        ("My goal is 10k subscribers by summer", "goals", "10k subscribers by summer"),
        ("내 목표는 구독자 10만이야", "goals", "구독자 10만"),
        ("answer in Spanish", "language", "Spanish"),
        ("réponds en français stp", "language", "French"),
    ],
)
def test_what_creators_say_of_themselves_is_read(text: str, name: str, value: str | None) -> None:
    assert getattr(read_identity(text), name) == value
