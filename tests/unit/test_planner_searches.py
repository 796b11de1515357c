"""What a search, a collection and a niche question name, and what they are limited to, as strangers write them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shortcast_agent.planner.bounds import find_bounds
from shortcast_agent.planner.conversation import Talk, Turn
from shortcast_agent.planner.evidence import rests_on_library
from shortcast_agent.planner.plan import decide
from shortcast_agent.planner.slots import read_slots
from shortcast_agent.planner.time_zones import read_time_zone
from shortcast_agent.planner.topics import find_niche

NOW = datetime(2026, 5, 6, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        (
            "hey im a knife sharpener, could you grab me 15 tiktoks on "
            "leather stropping, im curious what the others do",
            "leather stropping",
        ),
        ("got anything on rewiring old lamps in there? nothing over 45 seconds", "rewiring old lamps"),
        (
            "scrape 20 vids on mushroom foraging from tiktok and chuck them in my library cheers",
            "mushroom foraging",
        ),
        (
            "show me 6 vids about how to fold dumplings that passed 1M views, english only",
            "how to fold dumplings",
        ),
        ("topic: glass blowing, limit 12, under 60 s, only real ones", "glass blowing"),
        ("solo travel videos in my library with less than 5k views pls", "solo travel"),
        (
            "Could you please have a look whether there are any videos "
            "on medieval armour in my collection, without the duplicates?",
            "medieval armour",
        ),
        ("need refs for a client: ASMR soap cutting, spanish ones, over 200k", "ASMR soap cutting"),
        ("자전거 수리 쇼츠 20개 긁어와줘 유튜브에서", "자전거 수리"),
        ("미용실 하는데요 앞머리 셀프컷 관련 영상 좀 찾아주세요 30초 이하로", "앞머리 셀프컷"),
        ("떡볶이 레시피 영상 작은거 큰거 골고루 40개 모아줘", "떡볶이 레시피"),
        ("캘리그라피 클립 열두 개만 모아다 줘", "캘리그라피"),
        (
            "kiếm giùm em 20 clip nấu cháo dinh dưỡng trên tiktok rồi cho vào thư viện luôn nha",
            "nấu cháo dinh dưỡng",
        ),
        ("gom cho chị 35 video làm nến thơm, bé lớn đều nhau nhé", "làm nến thơm"),
        ("em bán hoa. thu thập 15 clip cắm hoa cưới giúp em với ạ", "cắm hoa cưới"),
        ("tim giup em video ve trong nam rom trong thu vien, khong trung nhe", "trong nam rom"),
        (
            "che buscá en la biblioteca cosas de mate amargo con más de 30 mil vistas, sin repetidos",
            "mate amargo",
        ),
        (
            "Recopila 40 shorts sobre encuadernación japonesa, tantos pequeños como grandes",
            "encuadernación japonesa",
        ),
        (
            "quiero ver lo que hay de bordado mexicano, mínimo 50k reproducciones, quítame los duplicados",
            "bordado mexicano",
        ),
        (
            "salut, fleuriste ici, tu peux me rassembler 25 tiktoks sur les bouquets champêtres stp",
            "bouquets champêtres",
        ),
        (
            "t'as quoi dans la bibliothèque sur la réparation de vélos qui fait moins d'une minute ?",
            "réparation de vélos",
        ),
        ("montre-moi ce qu'il y a en français sur le compost d'appartement", "compost d'appartement"),
        (
            "do we have any good hot sauce tasting clips saved? wanna see the ones that passed 500k",
            "hot sauce tasting",
        ),
        ("similar vids to restoring rusty axes pls, tiktok only, last 3 months", "restoring rusty axes"),
        (
            "who else has filmed a vending machine restock? show me up to 7, no copies",
            "vending machine restock",
        ),
        (
            "pull up some french language clips on bread scoring, longer "
            "ones are fine but not over 90 seconds",
            "bread scoring",
        ),
        (
            "any vids in there on tattoo aftercare from the past month with more than 20 thousand plays",
            "tattoo aftercare",
        ),
        ("please go get me thirty clips on cold process soap, from youtube", "cold process soap"),
        ("stock up my library w 20 tiktoks re thrift flips", "thrift flips"),
        ("i need data on fermented hot sauce, go grab 45 videos", "fermented hot sauce"),
        ("반려식물 키우기 영상 조회수 낮은 거랑 높은 거 섞어서 50개 모아주세요", "반려식물 키우기"),
        ("라이브러리 안에 층간소음 썰 영상 중에 20만 넘긴 거 있나?", "층간소음 썰"),
        ("드론 촬영 관련해서 영어 영상만 찾아줘", "드론 촬영"),
        ("최근 두 달 안에 올라온 비건 디저트 영상 보여줘", "비건 디저트"),
        ("kho video của mình có cái nào nói về nuôi cá koi không ạ", "nuôi cá koi"),
        ("tìm mấy video tiếng Anh về pha cà phê pour over, không quá 45 giây", "pha cà phê pour over"),
        ("mình dạy yoga, có clip yoga cho bà bầu nào trong thư viện ko", "yoga cho bà bầu"),
        ("tengo una barbería, quiero 30 tiktoks de degradados bajos para mi biblioteca", "degradados bajos"),
        ("pásame 6 shorts en español sobre huertos urbanos con menos de 3000 vistas", "huertos urbanos"),
        (
            "llena la biblioteca con 50 vídeos de restauración de motos, "
            "la mitad pequeños y la mitad grandes",
            "restauración de motos",
        ),
        ("je suis céramiste, tu me trouves 10 tiktoks de tournage de bols stp ?", "tournage de bols"),
        ("récupère 40 vidéos de macarons, un mélange équilibré de petites et de grosses", "macarons"),
        ("j'aimerais voir ce que font les autres sur le kintsugi", "kintsugi"),
    ],
)
def test_the_topic_is_what_the_asking_words_leave(text: str, topic: str) -> None:
    assert read_slots(text, NOW).topic == topic


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        (
            "bartender here. search the library for zero proof cocktails, at least 40k views, no reposts pls",
            {"min_views": 40000, "no_duplicates": True},
        ),
        (
            "scrape 20 vids on mushroom foraging from tiktok and chuck them in my library cheers",
            {"limit": 20},
        ),
        ("library search: sand casting. min 10k views. max 5 results", {"min_views": 10000, "limit": 5}),
        (
            "similar to https://youtu.be/abcDEF12345 please but not the same channel's stuff",
            {"other_channels": True},
        ),
        (
            "Could you please have a look whether there are any videos "
            "on medieval armour in my collection, without the duplicates?",
            {"no_duplicates": True},
        ),
        ("import 2 dozen videos on vinyl repair", {"limit": 24}),
        ("자전거 수리 쇼츠 20개 긁어와줘 유튜브에서", {"limit": 20}),
        ("고양이 목욕 영상 중복 빼고 10개만 찾아줘", {"no_duplicates": True, "limit": 10}),
        ("이 채널 최신 영상 20개 라이브러리에 넣어줘 https://www.youtube.com/@haru_camp", {"limit": 20}),
        ("라이브러리에 도자기 물레 영상 있어? 1분 넘는 건 빼줘", {"max_duration_s": 60}),
        ("gom cho chị 35 video làm nến thơm, bé lớn đều nhau nhé", {"limit": 35, "stratified": True}),
        ("lọc trong thư viện video tiếng Việt về chăm sóc da mụn, lấy 5 cái", {"language": "vi", "limit": 5}),
        ("tải về thư viện 30 video mới nhất của kênh này https://www.youtube.com/@bepnhaque", {"limit": 30}),
        (
            "¿hay en mi biblioteca algo sobre restaurar sillas de mimbre que no pase de un minuto?",
            {"max_duration_s": 60},
        ),
        ("enséñame 7 clips de skate nocturno en inglés", {"limit": 7, "language": "en"}),
        ("traeme 10 videos de paellas gigantes porfis", {"limit": 10}),
        (
            "t'as quoi dans la bibliothèque sur la réparation de vélos qui fait moins d'une minute ?",
            {"max_duration_s": 60},
        ),
        (
            "des vidéos comme https://youtu.be/abcDEF12345 dans ma "
            "bibliothèque, mais pas de la même chaîne, 5 max",
            {"other_channels": True, "limit": 5},
        ),
        (
            "do we have any good hot sauce tasting clips saved? wanna see the ones that passed 500k",
            {"min_views": 500000},
        ),
        (
            "who else has filmed a vending machine restock? show me up to 7, no copies",
            {"limit": 7, "no_duplicates": True},
        ),
        ("please go get me thirty clips on cold process soap, from youtube", {"limit": 30}),
        ("i need data on fermented hot sauce, go grab 45 videos", {"limit": 45}),
        ("저 목공방 운영하는데 원목 도마 만들기 쇼츠 있으면 5개만 보여줄래요?", {"limit": 5}),
        ("드론 촬영 관련해서 영어 영상만 찾아줘", {"language": "en"}),
        ("chị cần 40 video về làm móng tay, em gom giúp chị từ tiktok nhé", {"limit": 40}),
        ("thêm 20 video bún chả Hà Nội vô thư viện", {"limit": 20}),
        ("tengo una barbería, quiero 30 tiktoks de degradados bajos para mi biblioteca", {"limit": 30}),
        ("mostrame videos de asado al disco, nada de más de 40 segundos", {"max_duration_s": 40}),
        (
            "de otros creadores, algo como https://youtu.be/abcDEF12345 que esté en mi biblioteca",
            {"other_channels": True},
        ),
        (
            "récupère 40 vidéos de macarons, un mélange équilibré de petites et de grosses",
            {"limit": 40, "stratified": True},
        ),
        ("importe une vingtaine de vidéos sur les échecs", {"limit": 20}),
    ],
)
def test_limits_are_read_in_any_order_and_language(text: str, filters: dict[str, Any]) -> None:
    read = read_slots(text, NOW).filters
    assert {name: value for name, value in vars(read).items() if value not in (None, False)} == filters


@pytest.mark.parametrize(
    ("text", "niche"),
    [
        ("going by the pottery videos i've collected, when should i post", "pottery"),
        ("is the candle making space too packed already?", "candle making"),
        ("judging by my library what hour should i upload", None),
        ("what's doing numbers in urban sketching lately", "urban sketching"),
        ("내 라이브러리 기준으로 홈베이킹은 몇 초짜리가 제일 잘 돼?", "홈베이킹"),
        ("러닝 쪽은 요즘 경쟁이 심한 편인가요?", "러닝"),
        ("dựa vào thư viện thì mảng đan len nên đăng mấy giờ", "đan len"),
        ("theo thư viện của em thì video về cà phê nên dài bao nhiêu giây", "cà phê"),
        ("qué temas de mi biblioteca están quemados y cuáles no", None),
        ("d'après ma bibliothèque, quelle durée pour les vidéos de jardinage ?", "jardinage"),
        ("la couture c'est saturé ou pas d'après ma bibliothèque", "couture"),
        ("whats the best video length for budget meal prep going off my library", "budget meal prep"),
        ("which days do best across everything ive collected", None),
        ("what's crowded and what's wide open among my crochet vids", "crochet"),
        ("how long are the successful ones in my library usually", None),
        ("내 영상들 말고 모아둔 거 기준 몇 시 업로드가 좋아?", None),
        ("주방용품 리뷰 쪽에서는 길이 어느 정도가 잘 나와?", "주방용품 리뷰"),
        ("ngách chăm sóc thú cưng giờ đông chưa, còn chỗ chen không", "chăm sóc thú cưng"),
        ("video nấu ăn thì đăng lúc mấy giờ là ngon nhất theo thư viện", "nấu ăn"),
        ("resúmeme mi biblioteca: temas, horas y duraciones", None),
        ("la niche du tricot, c'est bouché ?", "tricot"),
        (
            "à quelle heure on publie le mieux pour des vidéos de maquillage d'après ce que j'ai ramassé",
            "maquillage",
        ),
    ],
)
def test_a_niche_question_names_a_topic_or_means_the_library(text: str, niche: str | None) -> None:
    assert find_niche(text) == niche


@pytest.mark.parametrize(
    ("text", "of", "value", "least"),
    [
        ("nothing longer than a minute", "duration_s", 60, False),
        ("qui ne dépasse pas 40 secondes", "duration_s", 40, False),
        ("1분 넘는 건 빼줘", "duration_s", 60, False),
        ("không quá 1 phút", "duration_s", 60, False),
        ("no less than 10k views", "views", 10_000, True),
        ("half a million views or more", "views", 500_000, True),
        ("조회수 1만 넘는 걸로", "views", 10_000, True),
        ("spanish ones, over 200k", "views", 200_000, True),
    ],
)
def test_a_bound_is_a_direction_a_number_and_a_unit(text: str, of: str, value: float, least: bool) -> None:
    (bound,) = find_bounds(text)
    assert (bound.of, bound.value, bound.least) == (of, value, least)


@pytest.mark.parametrize(
    "text", ["my channel has over 20k", "i have over 20k subs", "18k views after 36 hours"]
)
def test_a_figure_of_the_channel_or_of_a_video_bounds_no_search(text: str) -> None:
    assert find_bounds(text) == ()


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("몇 시가 좋아? 한국 시간으로", "Asia/Seoul"),
        ("giờ Việt Nam nhé", "Asia/Ho_Chi_Minh"),
        ("hora de México", "America/Mexico_City"),
        ("à l'heure de Paris", "Europe/Paris"),
        ("best hours in eastern time", "America/New_York"),
        ("what time should i post", None),
    ],
)
def test_a_time_zone_is_read_where_it_is_named(text: str, zone: str | None) -> None:
    assert read_time_zone(text) == zone


@pytest.mark.parametrize(
    "text",
    [
        "look up the numbers on https://youtu.be/abcDEF12345 and track it from now on",
        "dime qué datos tiene https://youtu.be/abcDEF12345 y luego síguelo",
        "donne-moi ses stats puis suis-la: https://youtu.be/abcDEF12345",
        "https://youtu.be/abcDEF12345 지금 조회수 알려주고 앞으로 추적도 해줘",
        "cho em xem số liệu https://youtu.be/abcDEF12345 rồi theo dõi luôn nhé",
    ],
)
def test_a_link_may_be_looked_at_and_followed_in_one_message(text: str) -> None:
    calls = {name for name, _ in _calls(text)}
    assert calls == {"fetch_video", "track_videos"}


def test_all_links_of_a_message_are_followed() -> None:
    links = ["https://youtu.be/abcDEF12345", "https://vm.tiktok.com/ZMabc/"]
    assert _calls(f"keep tracking these two: {links[0]} {links[1]}") == [("track_videos", {"links": links})]


def test_other_channels_are_asked_for_beside_a_link() -> None:
    link = "https://youtu.be/abcDEF12345"
    assert _calls(f"anything like {link} in my library, other channels only") == [
        ("find_similar_videos", {"video_id": link, "other_channels": True})
    ]


@pytest.mark.parametrize(
    ("text", "rests"),
    [
        ("when should i post, going by the pottery videos i've collected", True),
        ("라이브러리 기준으로 등산은 몇 시가 좋아", True),
        ("d'après ma bibliothèque, à quelle heure publier ?", True),
        ("theo dõi 20 video trong thư viện", False),
        ("find pottery videos in my library", False),
    ],
)
def test_a_question_may_rest_on_the_library(text: str, rests: bool) -> None:
    assert rests_on_library(Turn(said=text, slots=read_slots(text, NOW), now=NOW)) is rests


def _calls(text: str) -> list[tuple[str, dict[str, Any]]]:
    return decide(Turn(said=text, slots=read_slots(text, NOW), now=NOW), Talk()).calls
