"""What a turn means in its conversation: requests that are no titles, fragments, and orders beyond any tool."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shortcast_agent.planner.asking import asks_like, asks_why_so, lacks_other_title, reads_as_request
from shortcast_agent.planner.conversation import Talk, Turn
from shortcast_agent.planner.plan import Plan, decide
from shortcast_agent.planner.slots import read_slots

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # a Tuesday


def say(text: str, *pictures: str, video: str = "") -> Turn:
    videos = (video,) if video else ()
    return Turn(said=text, slots=read_slots(text, NOW), now=NOW, pictures=pictures, videos=videos)


def last(*turns: str | Turn) -> Plan:
    """Decide about each turn after those before it, with no results; return the last decision."""
    talk, plan = Talk(), None
    for turn in turns:
        plan = decide(say(turn) if isinstance(turn, str) else turn, talk)
        talk = plan.talk
        talk.forecasted = talk.forecasted or any(name == "forecast_views" for name, _ in plan.calls)
    assert plan is not None
    return plan


def call(plan: Plan, name: str) -> dict[str, Any]:
    return dict(plan.calls)[name]


@pytest.mark.parametrize(
    "text",
    [
        "could u predict my next one",
        "do you think the new one will do ok?",
        "dime cuántas vistas va a hacer mi próximo video",
        "다음 영상 조회수 예측해줘",
        "dự đoán view video tiếp theo đi",
        "elle va faire combien ma prochaine ?",
    ],
)
def test_a_request_after_a_question_is_no_title_and_is_asked_back_again(text: str) -> None:
    assert reads_as_request(say(text))
    plan = last("Will my video do well?", text)
    assert plan.question is not None
    assert not plan.calls


@pytest.mark.parametrize(
    "text",
    ["My cat opens the fridge", "Why my cat stares at me", "Un día en Bogotá", "고양이가 처음 눈을 본 날"],
)
def test_a_bare_title_after_a_question_is_the_title(text: str) -> None:
    assert call(last("Will my video do well?", text), "forecast_views")["title"] == text


@pytest.mark.parametrize(
    "text",
    [
        "compare it with my other title",
        "how's that stack up against my backup title?",
        "y compáralo con el otro título que tenía pensado",
        "so với cái tiêu đề kia thì sao?",
        "et par rapport à mon autre titre ?",
        "다른 제목이랑 비교하면 어때?",
    ],
)
def test_another_title_that_nobody_named_is_asked_for(text: str) -> None:
    plan = last('forecast "Fixing a cheap guitar", 3k subs', text)
    assert plan.question is not None
    assert plan.question.key == "ask_titles"


def test_another_title_is_known_once_two_were_compared() -> None:
    talk = Talk(variants=[{"title": "A"}, {"title": "B"}])
    assert not lacks_other_title(say("is it better than my other title?"), talk)


@pytest.mark.parametrize(
    ("text", "days"),
    [("and after only a week?", 7), ("y en la primera semana?", 7), ("그럼 첫 24시간은?", 1)],
)
def test_a_fragment_with_a_horizon_is_the_last_forecast_again(text: str, days: int) -> None:
    made = call(last('"Locksmith at work", 54k subs, how many views', text), "forecast_views")
    assert made == {"title": "Locksmith at work", "followers": 54000, "horizon_days": days}


@pytest.mark.parametrize(
    "text", ['same for "Jump only"', 'lo mismo para "Jump only"', 'pareil pour "Jump only"']
)
def test_the_same_for_another_title_keeps_the_channel(text: str) -> None:
    made = call(last('predict "Gravity is sideways" 38k subs', text), "forecast_views")
    assert made == {"title": "Jump only", "followers": 38000}


def test_the_same_for_another_picture_is_the_same_task() -> None:
    plan = last(say("is this thumbnail too dark?", "a.png"), say("and this one?", "b.png"))
    assert call(plan, "read_thumbnail") == {"thumbnail": "b.png"}


def test_a_count_of_them_is_the_last_task_with_that_many() -> None:
    plan = last(say("find me good cover frames in this", video="clip.mp4"), "give me six of them instead")
    assert call(plan, "suggest_thumbnails") == {"video": "clip.mp4", "limit": 6}


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("Only those with at least 100k views, please.", {"min_views": 100000}),
        ("solo en tiktok", {"platform": "tiktok"}),
    ],
)
def test_a_search_is_narrowed_by_a_fragment(text: str, new: dict[str, Any]) -> None:
    made = call(last("Find videos in my library about car detailing.", text), "find_similar_videos")
    assert made == {"query": "car detailing", **new}


def test_a_third_title_joins_those_that_were_compared() -> None:
    plan = last('compare "Bread in a mug" and "Mug bread"', 'and against "Quick bread"? all three please')
    assert call(plan, "compare_variants")["titles"] == ["Bread in a mug", "Mug bread", "Quick bread"]


def test_going_back_to_a_draft_may_ask_what_to_change_there() -> None:
    plan = last(
        'forecast "Ice fishing alone", 18k subs',
        'and "Ice fishing with dad"?',
        "ok back to the first one: what would you change there?",
    )
    assert call(plan, "suggest_changes") == {"title": "Ice fishing alone", "followers": 18000}


@pytest.mark.parametrize(
    "text",
    [
        "been up 6 hours and it's got 730 views whats it gonna have in 24h",
        "posted 6 hours ago, 730 views, where will it be tomorrow?",
        "clip mình đăng đc 6 tiếng r, đang 730 view, mai lên được bao nhiêu view?",
        "mi video lleva 6 horas y va en 730 views, con cuantas llega a mañana?",
    ],
)
def test_a_young_video_is_asked_about_its_next_day(text: str) -> None:
    assert call(last(text), "forecast_next_day") == {"views": 730, "age_days": 0.25}


def test_the_figures_that_were_asked_for_answer_the_question_about_tomorrow() -> None:
    plan = last("how many views will my video have by tomorrow?", "12 hours old, 1,150 views, 64 likes")
    assert call(plan, "forecast_next_day") == {"views": 1150, "age_days": 0.5, "likes": 64}


@pytest.mark.parametrize(
    "text",
    [
        "great, schedule it on my tiktok account for friday 6pm",
        "publie-la ce soir",
        "그럼 니가 저녁 6시에 업로드해줘",
    ],
)
def test_an_order_to_publish_the_draft_is_refused_without_a_call(text: str) -> None:
    plan = last('Will "Moss wall in a day" do well? 6k followers', text)
    assert (plan.intents, plan.calls) == (("out",), [])


def test_what_is_like_a_link_in_the_library_is_looked_up_by_the_link() -> None:
    link = "https://www.youtube.com/shorts/abcdefghijk"
    text = f"what's in my library that's like {link} ?"
    assert asks_like(say(text))
    assert call(last(text), "find_similar_videos") == {"video_id": link}


@pytest.mark.parametrize("text", ["why so low?", "pk c'est si bas ?", "왜 이렇게 낮아?", "sao thấp vậy?"])
def test_why_a_forecast_is_so_low_is_explained(text: str) -> None:
    assert asks_why_so(say(text))
    assert last('forecast "Sleeping in my car", 22k subs', text).intents == ("explain",)


@pytest.mark.parametrize(
    ("first", "then", "changed"),
    [
        ('views for "Oiling a violin"? 3k subs', "same but tiktok", {"platform": "tiktok"}),
        ('combien de vues pour "Oiling a violin" ? 3k abonnés', "idem sur tiktok", {"platform": "tiktok"}),
        ('cuántas vistas haría "Oiling a violin"?', "lo mismo pero en tiktok", {"platform": "tiktok"}),
        ('"Oiling a violin" được bao nhiêu view', "y vậy nhưng đăng tiktok", {"platform": "tiktok"}),
        ('"Oiling a violin" 조회수 예측', "똑같은데 틱톡이면?", {"platform": "tiktok"}),
        ('"Oiling a violin" 조회수 예측', "틱톡은?", {"platform": "tiktok"}),
        ('views for "Sawing"? 3k subs', 'same q for "Oiling a violin"', {"followers": 3000}),
    ],
)
def test_the_same_asked_again_with_a_change_is_forecast_with_it(
    first: str, then: str, changed: dict[str, Any]
) -> None:
    assert (
        call(last(first, then), "forecast_views").items() >= {"title": "Oiling a violin", **changed}.items()
    )


@pytest.mark.parametrize(
    "text",
    [
        'what about a third one: "Salt"',
        'add "Salt" to the list',
        'new contender "Salt", still the same winner?',
        'ajoute "Salt"',
        'y si meto también "Salt"?',
        'còn "Salt" thì sao',
        '하나 더, "Salt". 셋 중에 뭐?',
    ],
)
def test_one_more_title_joins_those_that_were_compared(text: str) -> None:
    plan = last('"Why bread rises" or "Bread is alive"? 12k subs', text)
    assert call(plan, "compare_variants")["titles"] == ["Why bread rises", "Bread is alive", "Salt"]


@pytest.mark.parametrize(
    "text",
    [
        "wait i typed it wrong, i have 30 thousand. again please",
        "my bad, 30k not 3k",
        "oups je voulais dire 30 000",
        "me equivoqué, son 30 mil, repite",
        "à nhầm, 30k, tính lại giúp",
    ],
)
def test_a_corrected_count_is_taken_in_and_the_question_answered_again(text: str) -> None:
    assert call(last('views for "Oiling a violin"? 3k subs', text), "forecast_views")["followers"] == 30_000


@pytest.mark.parametrize(
    "text",
    [
        "and the second one, how many views?",
        "le deuxième ferait combien de vues ?",
        "cái sau được bao nhiêu view",
    ],
)
def test_a_count_beside_compared_titles_goes_with_the_one_that_is_pointed_at(text: str) -> None:
    found = call(last('"Why bread rises" or "Bread is alive", which is better? 51k', text), "forecast_views")
    assert found == {"title": "Bread is alive", "followers": 51_000}


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ("We are an agency, six clients, mostly food.", "what's the one for thursday going to do?"),
        ("We run a bakery channel, 3k subs.", "what's friday's one going to do?"),
        ("salut, 2 300 abos, je fais 600 vues en moyenne", "ma dernière vidéo elle a bidé, pk ?"),
        ("tengo un canal de recetas con 4k", "¿cómo le irá al de mañana?"),
        ("j'ai une chaîne cuisine, 4k abonnés", "celle de jeudi, elle va faire combien ?"),
    ],
)
def test_a_video_that_is_spoken_of_but_not_told_is_asked_for(told: str, asked: str) -> None:
    plan = last(told, asked)
    assert plan.question is not None
    assert not plan.calls


@pytest.mark.parametrize(
    "text",
    [
        "trouve-moi des vidéos comme la mienne",
        "busca videos parecidos al mío",
        "내 영상이랑 비슷한 거 찾아줘",
    ],
)
def test_videos_like_ones_own_need_to_be_told_which(text: str) -> None:
    assert last(text).question is not None


def test_what_is_asked_of_a_draft_is_planned_before_what_is_looked_up_beside_it() -> None:
    text = '"Oiling a violin" 조회수 예측해주고 비슷한 영상도 찾아줘'
    plan = decide(say(text), Talk(), ("similar", "forecast"))
    assert [name for name, _ in plan.calls] == ["forecast_views", "find_similar_videos"]


@pytest.mark.parametrize(
    "text", ["the second one, on friday at 6pm?", "ok the second. and if I post it on friday at 6pm?"]
)
def test_the_chosen_one_is_forecast_at_the_moment_named_beside_it(text: str) -> None:
    made = call(last('compare "Sawing oak" and "Oiling a violin", 3k subs', text), "forecast_views")
    assert (made["title"], made["followers"]) == ("Oiling a violin", 3000)
    assert "T18:00" in made["publish_at"]


def test_a_correction_after_a_what_if_is_no_what_if() -> None:
    plan = last('forecast "Oiling a violin", 3k subs', "what if it lasts 12 s", "sorry, I meant 30k subs")
    assert [asked["followers"] for _, asked in plan.calls] == [30_000]
