"""Titles without quotation marks: where they begin, where they end, and by which layout they are shown."""

import pytest

from shortcast_agent.planner.titles import find_titles


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (
            "it is called how i rebuilt a clutch and we have about six thousand subs, views?",
            "how i rebuilt a clutch",
        ),
        ("its called why goats scream and its 42 seconds long, 900 followers", "why goats scream"),
        ("next one is called fixing a leaky tap im at 3k on tiktok", "fixing a leaky tap"),
        (
            "posting one called the worst cafe in hull tomorrow at 6pm, 12k followers",
            "the worst cafe in hull",
        ),
        ("title's gonna be Cleaning a 1920s oven for youtube shorts, 7k subs", "Cleaning a 1920s oven"),
        (
            "my next short is called Painting with coffee so how many views do you think",
            "Painting with coffee",
        ),
        ("it's titled Salt, fat and my grandmother, 30s long, 5k subs", "Salt, fat and my grandmother"),
        (
            "se llama Cómo doblar una sábana y tengo 3 mil seguidores, cuántas vistas?",
            "Cómo doblar una sábana",
        ),
        ("el video se titula Mi abuela hace pan y dura 40 segundos", "Mi abuela hace pan"),
        ("se va a llamar Un día en el mercado para tiktok", "Un día en el mercado"),
        ("elle s'appelle Ma mamie répare un vélo et on a 3000 abonnés", "Ma mamie répare un vélo"),
        ("ma vidéo s'intitule Une nuit au refuge, elle dure 55 secondes", "Une nuit au refuge"),
        ("clip mới tên là Một ngày bán bún kênh mình có 5k sub", "Một ngày bán bún"),
        ("video tên Sửa xe cho mẹ dài 40 giây, kênh 2k follow", "Sửa xe cho mẹ"),
        ("제목은 버려진 의자 살리기 구독자 2만명", "버려진 의자 살리기"),
        ("영상 제목이 새벽 시장 브이로그인데 팔로워 900명이에요", "새벽 시장 브이로그"),
        ("nếu đổi tên thành Ong trên băng thì sao", "Ong trên băng"),
        ("what about calling it Bees on ice instead", "Bees on ice"),
    ],
)
def test_a_title_ends_where_facts_or_questions_begin(text: str, title: str) -> None:
    assert find_titles(text)[0] == (title,)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("called How I reached 10k followers. I have 3k subs", "How I reached 10k followers"),
        ("Titre : Le latte en 3 secondes. 7 800 abonnés", "Le latte en 3 secondes"),
        ("se llama Un pan en 60 segundos y tengo 2k subs", "Un pan en 60 segundos"),
        ("my next short is called cat vs cucumber round 2, 800 subs", "cat vs cucumber round 2"),
    ],
)
def test_a_title_does_not_end_in_a_word_that_binds_to_the_next(text: str, title: str) -> None:
    assert find_titles(text)[0] == (title,)


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("구독자 1200명 / 제목: 고양이 목욕시키기 / 길이 40초 / 예측해줘", ("고양이 목욕시키기",)),
        ("TITLE = Cheese rolling disaster | SUBS = 4k | PLATFORM = tiktok", ("Cheese rolling disaster",)),
        ("Title - Sharpening axes\nSubs - 3k\nLength - 28s", ("Sharpening axes",)),
        ("titre : Le pain de mon père ; abonnés : 4 200 ; durée : 35 s", ("Le pain de mon père",)),
        ("título 1: El pan de ayer\ntítulo 2: Pan duro\ncuál?", ("El pan de ayer", "Pan duro")),
        ("Option A: Bees in winter\nOption B: Bees on ice", ("Bees in winter", "Bees on ice")),
        ("제목1: 겨울 벌통\n제목2: 눈 속의 벌들\n뭐가 나아?", ("겨울 벌통", "눈 속의 벌들")),
        (
            "| Title | Length |\n|---|---|\n| Fixing clocks | 30s |\n| Clocks lie | 9s |",
            ("Fixing clocks", "Clocks lie"),
        ),
        ("| A | Bees in winter |\n| B | What bees do |", ("Bees in winter", "What bees do")),
        ("Hi!\n\nThe oldest bakery in Turin\n\n^ title. 4k subs, views?", ("The oldest bakery in Turin",)),
        ("Why my hens stopped laying\n(thats the title)\n2k subs", ("Why my hens stopped laying",)),
        ("Como podar un limonero <- así se llama, 3k subs", ("Como podar un limonero",)),
        ("Le four à pain\n↑ c'est le titre, 2 000 abonnés", ("Le four à pain",)),
        ("Nướng khoai ngoài đồng\n^ đó là tiêu đề ạ, kênh 2k sub", ("Nướng khoai ngoài đồng",)),
        ("할머니 김장하는 날\n위에 제목이에요 구독자 2천", ("할머니 김장하는 날",)),
        ("We cut the ugliest soap is the title, 11k on tiktok", ("We cut the ugliest soap",)),
    ],
)
def test_titles_are_read_from_fields_tables_and_lines_that_are_pointed_at(
    text: str, titles: tuple[str, ...]
) -> None:
    assert find_titles(text)[0] == titles


@pytest.mark.parametrize(
    "text",
    [
        "can you title it for me?",
        "the title is bad, right?",
        "no sé cómo se llama todavía, tengo 3k seguidores",
        "we're called the Soap Twins, 3k followers. how do we grow?",
        "제목 좀 추천해줘",
        "tiêu đề dài quá không",
        "1. collect 20 videos about bees\n2. tell me what works",
        "- platform: TikTok\n- followers: 27k\n- post: Thu 19:00\nprojected views?",
    ],
)
def test_orders_facts_and_opinions_are_no_titles(text: str) -> None:
    assert find_titles(text)[0] == ()
