"""Short names for drafts and videos, and turns that go on from what was said before."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests import fake_tools

from shortcast_agent.planner.conversation import Call, Talk, Turn
from shortcast_agent.planner.names import (
    drafts_in,
    named_drafts,
    named_videos,
    note_draft,
    pointed,
    pointed_video,
)
from shortcast_agent.planner.ordinals import read_ordinal
from shortcast_agent.planner.plan import Plan, decide, remember
from shortcast_agent.planner.slots import read_slots

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # a Tuesday
OSLO, BERGEN = "A day in Oslo", "A night in Bergen"


def say(text: str) -> Turn:
    return Turn(said=text, slots=read_slots(text, NOW), now=NOW)


def talk_of(*texts: str) -> tuple[Plan, Talk]:
    """Hold a conversation with the fake tools; return the last turn's plan and what it leaves."""
    done: list[Turn] = []
    for text in texts:
        turn = say(text)
        talk = remember(done)
        for _ in range(4):
            plan = decide(turn, talk)
            made = [(call.name, call.arguments) for call in turn.calls]
            for name, arguments in (call for call in plan.calls if call not in made):
                given = {
                    key: datetime.fromisoformat(v) if key == "publish_at" else v
                    for key, v in arguments.items()
                }
                turn.calls.append(Call(name, arguments, fake_tools.TOOLS[name](**given)))
        done.append(turn)
    return decide(done[-1], remember(done[:-1])), remember(done)


@pytest.mark.parametrize(
    ("text", "nth"),
    [
        ("go with the second one", 1),
        ("use the first draft again", 0),
        ("back to the original title", 0),
        ("두 번째 걸로", 1),
        ("ok lấy cái thứ hai", 1),
        ("me quedo con la segunda", 1),
        ("la deuxième alors", 1),
        ("yang kedua deh", 1),
        ("2番目にします", 1),
        ("the last one", -1),
        ("the first 3 seconds", None),
        ("post it on Monday", None),
        ("thứ hai tôi đăng", None),
    ],
)
def test_places_are_read_in_many_languages(text: str, nth: int | None) -> None:
    assert read_ordinal(text) == nth


def test_drafts_and_videos_are_named_in_the_order_in_which_they_came_up() -> None:
    drafts = note_draft(note_draft([], {"title": OSLO}), {"title": BERGEN})
    drafts = note_draft(drafts, {"title": OSLO, "duration_s": 20})
    talk = Talk(drafts=drafts, videos=["https://a.example/1", "https://a.example/2"])
    assert named_drafts(talk) == {"draft A": {"title": OSLO, "duration_s": 20}, "draft B": {"title": BERGEN}}
    assert named_videos(talk)["video 2"] == "https://a.example/2"
    assert pointed_video(say("and video 2?"), talk) == "https://a.example/2"
    assert note_draft(drafts, {"followers": 3}) == drafts


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("back to draft A", OSLO),
        ("초안 B로 하자", BERGEN),
        ("the bergen one", BERGEN),
        ("use the first draft again", OSLO),
        ("volvamos al primer borrador", OSLO),
        ("how are you", None),
    ],
)
def test_a_draft_is_found_by_name_by_place_and_by_a_word_of_its_title(text: str, title: str | None) -> None:
    talk = Talk(drafts=[{"title": OSLO}, {"title": BERGEN}])
    found = pointed(say(text), talk)
    assert (found or {}).get("title") == title


def test_named_drafts_are_compared() -> None:
    talk = Talk(drafts=[{"title": OSLO}, {"title": BERGEN}])
    assert [draft["title"] for draft in drafts_in(say("compare draft A and B"), talk)] == [OSLO, BERGEN]
    plan, _ = talk_of(
        f'forecast "{OSLO}", 3k subs', f'forecast "{BERGEN}", 3k subs', "compare draft A and draft B"
    )
    assert plan.calls == [("compare_variants", {"titles": [OSLO, BERGEN], "followers": 3_000})]


@pytest.mark.parametrize(
    ("texts", "tool", "arguments"),
    [
        ([f'forecast "{OSLO}", 2k subs', "no, I meant 20k"], "forecast_views", {"title": OSLO, "followers": 20_000}),
        ([f'"{OSLO}" 팔로워 2천명 조회수 예상해줘', "아 아니다 2만명이야"], "forecast_views", {"followers": 20_000}),
        ([f'¿Cuántas vistas tendrá "{OSLO}"? 2.000 seguidores', "perdón, 20 mil"],
            "forecast_views", {"followers": 20_000}),
        ([f'"{OSLO}" 5k sub được bao nhiêu view?', "nhầm, 50k"], "forecast_views", {"followers": 50_000}),
        (
            [f'Which is stronger: "{OSLO}" or "{BERGEN}"? 27k subs',
            "go with the second one. forecast for the first week?"],
            "forecast_views",
            {"title": BERGEN, "followers": 27_000, "horizon_days": 7},
        ),
        (
            [f'forecast "{OSLO}", 8k subs', f'and "{BERGEN}"?',
            "ok use the first draft again but make it 20 seconds long"],
            "forecast_views",
            {"title": OSLO, "followers": 8_000, "duration_s": 20.0},
        ),
        ([f'will "{OSLO}" do well? 4k subs', f'what if it\'s called "{BERGEN}"', "use that title. how many views?"],
         "forecast_views", {"title": BERGEN, "followers": 4_000}),
        ([f'Compare "{OSLO}" and "{BERGEN}", 4k subs', "forecast both"], "forecast_views", {"title": BERGEN}),
        ([f'"{OSLO}" ou "{BERGEN}" ?', "et avec 50 000 abonnés ?"], "compare_variants", {"followers": 50_000}),
        (["how's the knitting niche doing", "what about crochet?"], "summarize_niche", {"query": "crochet"}),
        (["show me videos about knitting", "and on tiktok?"],
            "find_similar_videos", {"query": "knitting", "platform": "tiktok"}),
        (["collect 20 videos about soap", "no, 40"], "collect", {"query": "soap", "limit": 40}),
        ([f'"{OSLO}", 200 views, posted 3 days ago, 5k subs. why?', "sorry, 2,000 views"],
         "diagnose_video", {"views": 2_000, "age_days": 3.0}),
    ],
)  # fmt: skip
def test_a_turn_goes_on_from_what_was_said(texts: list[str], tool: str, arguments: dict[str, Any]) -> None:
    plan, _ = talk_of(*texts)
    given = [asked for name, asked in plan.calls if name == tool]
    assert any(arguments.items() <= asked.items() for asked in given), plan.calls


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("forget everything about me", "profile_forget"),
        ("나에 대해 뭘 알고 있어?", "profile_show"),
        ("What do you know about me?", "profile_show"),
        ("Cut the silences out of my clip", "out"),
        ("Viết kịch bản cho video của tôi", "out"),
        ("quién ganará las elecciones?", "out"),
    ],
)
def test_profile_questions_and_what_is_out_of_scope_open_no_tool(text: str, intent: str) -> None:
    plan = decide(say(text), Talk())
    assert (plan.intents[0], plan.calls) == (intent, [])


@pytest.mark.parametrize(
    ("intent", "asked"),
    [("suggest", "draft"), ("similar", "topic"), ("track", "link"), ("diagnose", "figures")],
)
def test_an_intent_that_a_model_chose_is_planned_or_asked_about(intent: str, asked: str) -> None:
    plan = decide(say("please do it"), Talk(), intents=(intent,))
    assert (plan.calls, plan.talk.asked) == ([], asked)
    made = decide(say(f'"{OSLO}", 3k subs'), Talk(), intents=("suggest",))
    assert made.calls == [("suggest_changes", {"title": OSLO, "followers": 3_000})]
