"""Counts, figures and limits as creators write them, in nine languages."""

from typing import Any

import pytest

from shortcast_agent.planner.counts import fold, plain_counts
from shortcast_agent.planner.figures import Figures, read_figures
from shortcast_agent.planner.filters import read_filters


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("구독자 1만 2천명", "구독자 12000명"),
        ("3.5만 명", "35000 명"),
        ("십만 구독자", "100000 구독자"),
        ("삼천 명", "3000 명"),
        ("만 명", "10000 명"),
        ("1,2 triệu sub", "1200000 sub"),
        ("1tr2", "1200000"),
        ("3 nghìn rưỡi", "3500"),
        ("mười hai nghìn", "12000"),
        ("2k5", "2500"),
        ("12 mil seguidores", "12000 seguidores"),
        ("1,2 millones", "1200000"),
        ("dos mil", "2000"),
        ("12 mille", "12000"),
        ("cent mille", "100000"),
        ("12.000 Abonnenten", "12000 Abonnenten"),
        ("1,2 Mio", "1200000"),
        ("1.2万人", "12000人"),
        ("12rb", "12000"),
        ("1,5 juta", "1500000"),
        ("half a million", "500000"),
        ("a few thousand views", "3000 views"),
        ("twenty five thousand", "25000"),
        ("올린 지 이틀", "올린 지 2일"),
        ("version 2.0, 3.5 minutes", "version 2.0, 3.5 minutes"),
        ("5m long", "5m long"),
        ("2m subs", "2000000 subs"),
        ("1,3 M d'abonnés", "1300000 d'abonnés"),
        ("3'400 views", "3400 views"),
        ("12\u00a0500 vues", "12500 vues"),
        ("we have 1.2 mil subs", "we have 1200000 subs"),
        ("tengo 1,2 mil subs", "tengo 1200 subs"),
        ("20-ish k views", "20000 views"),
        ("12k-ish", "12000"),
        ("2 and a half million", "2500000"),
        ("un millón y medio", "1500000"),
        ("four thousand two hundred subs", "4200 subs"),
        ("twenty-five hundred views", "2500 views"),
        ("three hundred and twenty views", "320 views"),
        ("deux mille cinq cents abonnés", "2500 abonnés"),
        ("treinta y dos mil", "32000"),
        ("mil quinientos", "1500"),
        ("hai nghìn ba trăm", "2300"),
        ("một triệu hai view", "1200000 view"),
        ("1tr25 view", "1250000 view"),
        ("2만3천인데", "23000인데"),
        ("8천5백명", "8500명"),
        ("a thousand a day", "1000 a day"),
        ("once vistas", "once vistas"),
        ("12k 3 ideas", "12000 3 ideas"),
        ("9m2 à Paris, 14.03.2026 18h00", "9m2 à Paris, 14.03.2026 18h00"),
    ],
)
def test_counts_become_plain_digits(text: str, plain: str) -> None:
    assert plain_counts(text) == plain


def test_folding_keeps_every_letter_in_its_place() -> None:
    text = "Kênh có Đăng Ký, ¿cuántas? 구독자 ÉTÉ"
    assert fold(text) == "kenh co dang ky, ¿cuantas? 구독자 ete"
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("im at 640 subscribers", {"followers": 640}),
        ("1.5k subcribers", {"followers": 1_500}),
        ("kenh 2k sub", {"followers": 2_000}),
        ("Kênh 2,5 triệu sub", {"followers": 2_500_000}),
        ("somos 1,2 millones en tiktok", {"followers": 1_200_000}),
        ("1,2 million d'abonnés", {"followers": 1_200_000}),
        ("5k Abos", {"followers": 5_000}),
        ("Tenho 10 mil inscritos", {"followers": 10_000}),
        ("登録者は1万人です", {"followers": 10_000}),
        ("kalau subscriber 12 ribu", {"followers": 12_000}),
        ("구독자 4,300\n조회수 얼마나 나올까?", {"followers": 4_300}),
        ("avg is like 12.5k views", {"typical_views": 12_500.0}),
        ("Suelo tener 3.000 vistas, este lleva 250 en 4 días", {"typical_views": 3_000.0, "views": 250}),
        ("평소 조회수 2500", {"typical_views": 2_500.0}),
        ("平均再生回数は3000回", {"typical_views": 3_000.0}),
        ("I usually get 2k views but this one has 150", {"typical_views": 2_000.0, "views": 150}),
        ("its at 2.1M after 3 weeks, normally i get 6k", {"views": 2_100_000, "typical_views": 6_000.0}),
        ("조회수 3,400 좋아요 210개", {"views": 3_400, "likes": 210}),
        ("2300 vues, 140 likes, 9 commentaires", {"views": 2_300, "likes": 140, "comments": 9}),
        (
            "최근 영상 조회수가 900, 1500, 1100, 4천, 2200",
            {"recent_views": (900, 1_500, 1_100, 4_000, 2_200)},
        ),
        (
            "mis últimos videos hicieron 800, 1.200, 950 y 1.700 visitas",
            {"recent_views": (800, 1_200, 950, 1_700)},
        ),
        ("no, I meant 20k", {"bare": 20_000.0}),
        ("can it hit a million views?", {"bare": 1_000_000.0}),
        ("last year i had like 2k subs, now its 7.5k somehow", {"followers": 7_500}),
        ("30 seconds", {}),
    ],
)
def test_figures_are_told_apart(text: str, stated: dict[str, Any]) -> None:
    assert read_figures(text) == Figures(**stated)


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("tiktoks about parkour with at least 100k views", {"min_views": 100_000}),
        ("조회수 5만 이상인 비누 영상 5개만", {"limit": 5, "min_views": 50_000}),
        ("con más de 1 millón de vistas", {"min_views": 1_000_000}),
        ("video dưới 15 giây trên 50k lượt xem", {"max_duration_s": 15.0, "min_views": 50_000}),
        ("5 korean videos under 30 seconds", {"limit": 5, "max_duration_s": 30.0, "language": "ko"}),
        ("ones from the last month, no demo", {"max_age_days": 30.0, "only_real": True}),
        ("show me juggling vids, no fake demo ones pls", {"only_real": True}),
        ("grab the latest 15 from LINK", {"limit": 15}),
        ("the last 20 uploads of LINK", {"limit": 20}),
        ("give me three frames", {"limit": 3}),
        ("which of these two thumbnails", {}),
        ("it is about 40 seconds long", {}),
    ],
)
def test_a_search_is_limited_as_it_was_asked(text: str, limits: dict[str, Any]) -> None:
    found = read_filters(text)
    assert {"limit": found.limit, **found.arguments()} == {"limit": None, **limits}


@pytest.mark.parametrize(
    "text", ["1," * 3_000, "a " * 3_000, "만" * 3_000, "1 sub " * 1_000, "last 1, 2, " * 500]
)
def test_long_runs_of_numbers_are_read_in_a_moment(text: str) -> None:
    import time

    started = time.process_time()
    read_figures(text[:2_000])
    read_filters(text[:2_000])
    assert time.process_time() - started < 2
