"""Which number of a message has which role, as creators of five languages run them together."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shortcast_agent.planner.figures import Figures, read_figures
from shortcast_agent.planner.slots import read_slots

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # a Tuesday
ROLES = (
    "followers", "typical_views", "views", "likes", "comments", "recent_views", "age_days", "horizon_days",
    "duration_s", "bare", "publish_at",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("subs: 4.2k | typical: 900", {"followers": 4200, "typical_views": 900}),
        ("6 mil subs, pronóstico porfa", {"followers": 6000}),
        ("1.2 mil subs, what will it get", {"followers": 1_200_000}),
        ("it's called Folding maps and it only has three hundred and twenty views", {"views": 320}),
        ("followers = 18,400; avg views = 2,100", {"followers": 18400, "typical_views": 2100}),
        ("views 740 subs 2300 likes 20", {"views": 740, "followers": 2300, "likes": 20}),
        ("740 views, 2300 subs, 20 likes", {"views": 740, "followers": 2300, "likes": 20}),
        ("조회수 740 구독자 2300", {"views": 740, "followers": 2300}),
        ("구독 5백명이고 평균 조회수는 1,200쯤", {"followers": 500, "typical_views": 1200}),
        ("구독자 만이천, 늘 3천뷰 나와요", {"followers": 12000, "typical_views": 3000}),
        ("me siguen 4800 y suelo sacar 900 por video", {"followers": 4800, "typical_views": 900}),
        ("somos 15 mil en tiktok y siempre hacemos unas 2 mil", {"followers": 15000, "typical_views": 2000}),
        (
            "tengo dos mil trescientos suscriptores, mis videos rondan las 400 vistas",
            {"followers": 2300, "typical_views": 400},
        ),
        ("canal de 12 mil subs, media de 3 mil visitas", {"followers": 12000, "typical_views": 3000}),
        (
            "on est à 12\xa0500 abonnés, je tourne à 800 vues en moyenne",
            {"followers": 12500, "typical_views": 800},
        ),
        ("deux mille abonnés environ, d'hab je fais 300", {"followers": 2000, "typical_views": 300}),
        ("1,3 M d'abonnés et 40 k vues par vidéo", {"followers": 1300000, "typical_views": 40000}),
        ("kênh mình 2k3 sub, bình thường tầm 500 view", {"followers": 2300, "typical_views": 500}),
        ("mình có 1tr2 follow, clip nào cũng cỡ 40k view", {"followers": 1200000, "typical_views": 40000}),
        ("follow khoảng 20 ngàn, video này mới được 3 nghìn view", {"followers": 20000, "views": 3000}),
        (
            "i've got 3k subs, usually do 500ish, this one is on 80",
            {"followers": 3000, "typical_views": 500, "views": 80},
        ),
        (
            "we have like twenty two thousand followers and get around four thousand views a video",
            {"followers": 22000, "typical_views": 4000},
        ),
        ("12k-ish subs", {"followers": 12000}),
        ("im on 900 followers and it got 12 views lol", {"followers": 900, "views": 12}),
        (
            "it's at 3'400 views, 120 likes, my channel's 21k",
            {"views": 3400, "likes": 120, "followers": 21000},
        ),
        ("channel size 8k, usual views 1.1k", {"followers": 8000, "typical_views": 1100}),
        ("8k channel", {"followers": 8000}),
        ("a channel of 8k", {"followers": 8000}),
        ("how many views will 12k subs get me", {"followers": 12000}),
        ("bao nhiêu view với 20k sub", {"followers": 20000}),
        ("cuántas vistas con 3.200 seguidores", {"followers": 3200}),
        ("combien de vues avec 900 abos", {"followers": 900}),
        ("last 5 (newest first): 900, 1.2k, 800, 3k, 450", {"recent_views": (450, 3000, 800, 1200, 900)}),
        (
            "mis ultimos 4 videos, del mas nuevo al mas viejo: 300, 500, 1.200, 90",
            {"recent_views": (90, 1200, 500, 300)},
        ),
        ("최신순으로 조회수 300, 500, 1200", {"recent_views": (1200, 500, 300)}),
        ("các clip gần đây: 300, 1k2, 500, 2 nghìn view", {"recent_views": (300, 1200, 500, 2000)}),
        ("les dernières ont fait 300 puis 1\xa0200 puis 900", {"recent_views": (300, 1200, 900)}),
        ("recents: 300 -> 500 -> 800", {"recent_views": (300, 500, 800)}),
        ("lleva 300 vistas en 2 días y normalmente hago 5 mil", {"views": 300, "typical_views": 5000}),
        ("normalmente hago 5 mil y este lleva 300", {"views": 300, "typical_views": 5000}),
        ("my usual is 3k views, this got 200", {"views": 200, "typical_views": 3000}),
        ("only 200 views, i normally get 3k", {"views": 200, "typical_views": 3000}),
        ("200 views vs my usual 3k", {"views": 200, "typical_views": 3000}),
        ("어제 올렸는데 조회수 120, 평소엔 2천", {"views": 120, "typical_views": 2000}),
        ("평소 2천 나오는데 이건 120회밖에", {"views": 120, "typical_views": 2000}),
        ("about nine hundred people follow me", {"followers": 900}),
        ("4800 personnes me suivent", {"followers": 4800}),
        ("4천명이 구독중", {"followers": 4000}),
        ("followed by 2,300 people", {"followers": 2300}),
        ("followers 12k. views so far 800.", {"followers": 12000, "views": 800}),
        ("| subs | 74k |\n| views | 800 |", {"followers": 74000, "views": 800}),
        ("fans 3k", {"followers": 3000}),
        ("i average 4k and have 30k subs", {"typical_views": 4000, "followers": 30000}),
        ("30k subs, 4k avg", {"typical_views": 4000, "followers": 30000}),
        ("avg 4k views/video, 30k subs", {"typical_views": 4000, "followers": 30000}),
        ("typical views: 4,000\nfollowers: 30,000", {"typical_views": 4000, "followers": 30000}),
        ("vistas habituales: 4.000\nseguidores: 30.000", {"typical_views": 4000, "followers": 30000}),
        ("평균 조회수: 4천\n구독자: 3만", {"typical_views": 4000, "followers": 30000}),
        ("view trung bình: 4k\nfollow: 30k", {"typical_views": 4000, "followers": 30000}),
        ("y si tuviera 50 mil seguidores?", {"followers": 50000}),
        ("what if i had 50k", {"bare": 50000}),
        ("it dropped to 3k views after a day, we sit at 40k followers", {"views": 3000, "followers": 40000}),
        ("we pull 3k a clip", {"typical_views": 3000}),
        ("cada video me saca unas 700", {"typical_views": 700}),
        ("chaque vidéo fait 700 vues", {"typical_views": 700}),
        ("mỗi clip được 700", {"typical_views": 700}),
        ("영상 하나당 700회", {"typical_views": 700}),
        ("most of mine land on 700", {"typical_views": 700}),
        ("2.3k strong community, posts hover around 150 views", {"typical_views": 150}),
    ],
)
def test_each_number_counts_what_it_is_written_with(text: str, stated: dict[str, Any]) -> None:
    assert read_figures(text) == Figures(**stated)


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        (
            "title: X marks the spot\nsubs: 4.2k\nusual: 900\nlength: 22s\npost: fri 6pm\nhorizon: 30d",
            {
                "followers": 4200,
                "typical_views": 900,
                "duration_s": 22,
                "horizon_days": 30,
                "publish_at": "2026-11-27T18:00",
            },
        ),
        (
            "seguidores: 12 mil / duración: 35 / plazo: 7 días",
            {"followers": 12000, "duration_s": 35, "horizon_days": 7},
        ),
        (
            "abonnés : 3 400 · durée : 40 s · d'habitude : 1 200 vues",
            {"followers": 3400, "duration_s": 40, "typical_views": 1200},
        ),
        (
            "구독자 2만3천 / 길이 40초 / 평소 5천 / 일주일 기준",
            {"followers": 23000, "duration_s": 40, "typical_views": 5000, "horizon_days": 7},
        ),
        (
            "follow 20k, dài 40s, bình thường 3k view, sau 7 ngày",
            {"followers": 20000, "duration_s": 40, "typical_views": 3000, "horizon_days": 7},
        ),
        (
            "okay so i've got like three thousand four hundred followers and i usually get about five hundred views"
            " and it's forty seconds long how will it do in the first week",
            {"followers": 3400, "typical_views": 500, "duration_s": 40, "horizon_days": 7},
        ),
        ("i post to 2.1k people and normally see 300 plays", {"typical_views": 300}),
        ("dura 52 seg y me siguen 4800", {"followers": 4800, "duration_s": 52}),
        (
            "fait 35 secondes, 900 abonnés, je tourne à 200",
            {"followers": 900, "duration_s": 35, "typical_views": 200},
        ),
        (
            "it's 30 seconds, we're at 95k subs and 18k views after 36 hours",
            {"followers": 95000, "views": 18000, "duration_s": 30, "horizon_days": 1.5},
        ),
        (
            "posted 3 days ago, 1.2k views, 80 likes, 4 comments, 15k subs, usually 6k",
            {
                "followers": 15000,
                "views": 1200,
                "likes": 80,
                "comments": 4,
                "typical_views": 6000,
                "age_days": 3,
            },
        ),
        (
            "subí hace 2 días, 340 vistas, 20 likes, tengo 8 mil seguidores y suelo hacer 2 mil",
            {"followers": 8000, "views": 340, "likes": 20, "typical_views": 2000, "age_days": 2},
        ),
        (
            "올린지 3일, 조회수 340, 좋아요 20, 구독자 8천, 평소 2천",
            {"followers": 8000, "views": 340, "likes": 20, "typical_views": 2000, "age_days": 3},
        ),
        (
            "dang 3 ngay truoc, 340 view, 20 tim, kenh 8k sub, binh thuong 2k view",
            {"followers": 8000, "views": 340, "likes": 20, "typical_views": 2000, "age_days": 3},
        ),
        (
            "publiée il y a 2 jours, 340 vues, 20 likes, 8k abonnés, d'habitude 2 000",
            {"followers": 8000, "views": 340, "likes": 20, "typical_views": 2000, "age_days": 2},
        ),
        ("87 views in 6 days, normally 1,100", {"views": 87, "typical_views": 1100, "horizon_days": 6}),
        ("0 views after 2 hours", {"views": 0, "horizon_days": 0.083}),
        ("what about at 60k followers", {"followers": 60000}),
        ("et avec 60 000 abonnés ?", {"followers": 60000}),
        ("구독자 6만이면?", {"followers": 60000}),
        ("nếu kênh có 60k sub thì sao", {"followers": 60000}),
        ("sorry, 4500 not 450", {}),
        ("it's actually 45k followers not 4.5k", {"followers": 45000}),
        ("make it 15 seconds", {"duration_s": 15}),
        ("y si la dejo en 15 segundos", {"duration_s": 15}),
        ("15초로 줄이면?", {"duration_s": 15}),
        ("we posted it at 9am and it has 4k views by now", {"views": 4000}),
        ("5 subs lol", {"followers": 5}),
        ("brand new channel, 0 subs", {"followers": 0}),
        ("I have no followers yet", {}),
        ("my 3 best shorts did 40k, 22k and 18k", {"recent_views": (40000, 22000, 18000)}),
        (
            "views of my last six: 1.1k 900 2k 1.4k 800 3k",
            {"recent_views": (1100, 900, 2000, 1400, 800, 3000)},
        ),
        ("mis últimas 5: 300, 450, 280, 1.200 y 390", {"recent_views": (300, 450, 280, 1200, 390)}),
        ("최근 5개 300, 450, 280, 1200, 390", {"recent_views": (300, 450, 280, 1200, 390)}),
        ("5 clip gần nhất: 300, 450, 280, 1k2, 390 view", {"recent_views": (300, 450, 280, 1200, 390)}),
        ("mes cinq dernières : 300, 450, 280, 1 200, 390", {"recent_views": (300, 450, 280, 1200, 390)}),
        ("22k follow thì sau 7 ngày được bao nhiêu view", {"followers": 22000, "horizon_days": 7}),
        ("I gained 300 followers this week, now 4,300 followers", {"followers": 4300}),
    ],
)
def test_several_roles_stand_in_one_message(text: str, stated: dict[str, Any]) -> None:
    slots = read_slots(text, NOW)
    read = {name: getattr(slots, name) for name in ROLES if getattr(slots, name) not in (None, ())}
    if slots.publish_at:
        read["publish_at"] = slots.publish_at.isoformat()[:16]
    if read.get("horizon_days"):
        read["horizon_days"] = round(read["horizon_days"], 3)
    assert read == stated


def test_a_table_of_one_row_is_read_by_its_columns() -> None:
    table = "| title | subs | usual views | length |\n|---|---|---|---|\n| My cat meets snow | 4,300 | 900 | 33s |"
    slots = read_slots(table, NOW)
    assert (slots.followers, slots.typical_views, slots.duration_s) == (4_300, 900, 33)
