"""Which number of a message has which role, as creators of five languages run them together."""

from typing import Any

import pytest

from shortcast_agent.planner.figures import Figures, read_figures


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("subs: 4.2k | typical: 900", {"followers": 4200, "typical_views": 900}),
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
