"""Names, days and claims of rank and direction in an answer agree with the records, or are told with the reason."""

from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from tests import fake_tools

from shortcast_agent.grounding import Sources, strike, trace
from shortcast_agent.langchain_tools import pack
from shortcast_agent.messages import sources_of
from shortcast_evals import bench_claims
from shortcast_evals.cases import shipped_cases
from shortcast_evals.scenes import SCENES, scene
from shortcast_ml.records import Record

FOLDER = shipped_cases()[0].parent / "claims"


def faults(name: str, text: str) -> tuple[str, ...]:
    return trace(text, scene(name)).untraced


def told(calls: list[tuple[str, dict[str, Any], Record]], said: str = "Hello") -> list[BaseMessage]:
    """Return a turn's messages with these calls and their results."""
    messages: list[BaseMessage] = [HumanMessage(said)]
    for nth, (name, arguments, record) in enumerate(calls):
        call = {"name": name, "args": arguments, "id": f"c{nth}", "type": "tool_call"}
        messages.append(AIMessage("", tool_calls=[call]))
        messages.append(ToolMessage("{}", tool_call_id=f"c{nth}", name=name, artifact=pack(record)))
    return messages


@pytest.mark.parametrize(("file", "misses"), [("claims.jsonl", 0), ("held_out.jsonl", 1)])
def test_true_sentences_pass_and_false_ones_are_told(file: str, misses: int) -> None:
    judged = bench_claims.judge(bench_claims.read_sentences(FOLDER / file))
    assert [(each.text, wrong) for each, wrong in judged if each.holds and wrong] == []
    assert sum(not each.holds and not wrong for each, wrong in judged) <= misses
    assert len(judged) >= 100


def test_each_kind_of_claim_is_told_with_what_the_records_say() -> None:
    def why(name: str, text: str) -> str:
        return "; ".join(fault.why for fault in trace(text, scene(name)).faults)

    assert why("compare", "The first title is better than the second.") == (
        "the results say otherwise: Cleaning my grinder x1, I cleaned my grinder after 2 years x1.3"
    )
    assert why("draft", "The title length helps.") == "the results say otherwise: title length is x0.87"
    assert why("draft", "It lies below your usual.") == "the forecast is 8.2K where 6.1K is typical"
    assert why("draft", "That is twice your usual.") == "the results give x1.34 there"
    assert why("flop", "It did as expected.") == "the diagnosis is “far below”"
    assert why("flop", "It lies inside the interval.") == "214 views lie outside the interval"
    assert why("niche", "Latte art is the second most crowded topic.") == (
        "the results say otherwise: latte art 0.41 stands first of 3, latte art 0.41 first"
    )
    assert why("platforms", "TikTok is better than YouTube Shorts.").startswith("the levels of two platforms")
    assert (
        why("draft", "Its title length gives x1.13.")
        == "that is not a figure of “title length”, which has x0.87"
    )
    assert why("draft", "An 83% chance to beat your usual.") == (
        "no chance in the results is that; there is 64%"
    )
    assert why("compare", "It is too close to call.") == (
        "the comparison is decisive, for I cleaned my grinder after 2 years"
    )
    assert why("close", '"Sourdough on a budget" is the clear winner.').endswith(
        "can't surely tell them apart"
    )
    assert "5.7K" in why("next", "It grows slower than its age foretells.")


@pytest.mark.parametrize(
    "text",
    [
        "Is the first title better than the second?",
        "The first title is not better than the second.",
        "The first title isn't the best.",
        "First, the first impression counts.",
        "Titles about machines do better elsewhere.",
    ],
)
def test_what_is_asked_denied_or_bound_to_nothing_is_left_alone(text: str) -> None:
    assert faults("compare", text) == ()


def test_to_change_a_factor_says_nothing_of_where_it_stands() -> None:
    assert faults("draft", "A shorter title length would help.") == ()
    assert faults("draft", "The title length helps.") == ("the title length helps.",)


def test_a_title_must_stand_in_a_result_in_the_users_words_or_have_been_tried() -> None:
    assert faults("draft", "Call it “Nine seconds to better foam”.") == ("Nine seconds to better foam",)
    forecast = fake_tools.forecast_views(title="Nine seconds to better foam")
    sources = sources_of(told([("forecast_views", {"title": "Nine seconds to better foam"}, forecast)]))
    assert trace("Call it “Nine seconds to better foam”.", sources).untraced == ()
    sources = Sources.of(["My title is nine seconds to BETTER foam, ok?"])
    assert trace("Your title «Nine seconds to better foam» is long.", sources).untraced == ()
    assert trace("Your title “Nine seconds to bett…” is long.", sources).untraced == ()


def test_arguments_that_a_model_invents_are_no_source() -> None:
    forecast = fake_tools.forecast_views(title="Foam", followers=12_000)
    sources = sources_of(told([("forecast_views", {"title": "Foam", "followers": 54_321}, forecast)]))
    assert trace("You have 54,321 followers.", sources).untraced == ("54,321",)
    moment = {"title": "Foam", "publish_at": "2026-11-27T18:00:00+00:00", "duration_s": 23.0}
    tried = sources_of(told([("forecast_views", moment, forecast)]))
    assert trace("On Friday at 18:00, with 23 seconds.", tried).untraced == ()
    assert trace("On Thursday at 18:00.", tried).untraced == ("Thursday",)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("See @coffeeguy.", "coffeeguy"),
        ("A video by Crema Kings did that.", "Crema Kings"),
        ("Look at Crema Kings' channel.", "Crema Kings"),
        ("Look at Crema Kings's videos.", "Crema Kings"),
    ],
)
def test_a_channel_must_stand_in_a_result(text: str, name: str) -> None:
    assert faults("draft", text) == (name,)
    assert faults("draft", text.replace("Crema Kings", "Bean Bureau").replace("coffeeguy", "Bean")) == ()


def test_platforms_days_and_commands_are_no_channels() -> None:
    answer = (
        'Better than on YouTube Shorts, from Google. `shortcast collect "Your Own Niche Here"` brings more.'
    )
    assert faults("draft", answer) == ()
    assert (
        faults("draft", 'You can ask me:\n- "What If I Post It Tomorrow?"\n- "Show Me Similar Videos Now"')
        == ()
    )


def test_the_name_of_a_field_claims_nothing() -> None:
    assert faults("draft", "`forecast_views` gave `beats_typical` = 0.628.") == ()
    flat = SCENES["draft"]()[1][0][1].model_copy(update={"views": 5_000, "beats_typical": 0.4})
    assert trace("`forecast_views` gave `beats_typical` = 0.4.", [flat]).untraced == ()
    assert trace("It beats your typical video.", [flat]).untraced == ("beats your typical",)


def test_a_struck_answer_loses_the_false_claim_only() -> None:
    answer = "The second title wins. The first title beats the second. It should get about 4K views."
    assert strike(answer, scene("compare")) == (
        "The second title wins. It should get about 4K views.",
        ("the first title beats the second",),
    )


def test_a_false_title_over_two_sentences_takes_its_line_along() -> None:
    answer = 'It is fine.\nSee "Really? Nine tips for better foam", it says.'
    assert strike(answer, scene("draft")) == ("It is fine.", ("Really? Nine tips for better foam",))


def test_an_unreliable_change_may_not_be_said_to_help() -> None:
    changed = fake_tools.suggest_changes(title="Foam")
    unsure = [change for change in changed.changes if not change.reliable and change.multiplier > 1]
    sources = Sources.of([changed])
    for change in unsure:
        name = change.what.rstrip(".")
        assert trace(f"{name}: that raises the forecast.", sources).untraced
        assert trace(f"{name}: that may raise the forecast.", sources).untraced == ()


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("12,3K vues", True), ("12 345 vues", True), ("12\u202f345 vues", True), ("12.345 visualizaciones", True),
        ("1만 2천 회", True), ("12 nghìn lượt xem", True), ("12,3 mil visualizaciones", True),
        ("1,2 triệu lượt xem", False), ("123,4K vues", False), ("12 435 vues", False), ("12.435 vistas", False),
        ("2만 1천 회", False), ("12,3 M de vues", False),
    ],
)  # fmt: skip
def test_counts_are_read_in_the_way_of_their_language(text: str, holds: bool) -> None:
    assert (trace(text, [{"views": 12_345}]).untraced == ()) is holds


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("It doubles the forecast.", False), ("x1.3 the first", True), ("30% more", True), ("30% fewer", False),
        ("23% fewer", True), ("1.3%", False), ("x30", False), ("1.3 fois", True), ("1,3 lần", True), ("1.3배", True),
        ("half of its usual", False),
    ],
)  # fmt: skip
def test_a_multiplier_is_no_share_and_goes_one_way(text: str, holds: bool) -> None:
    assert (trace(text, [{"multiplier": 1.3, "views": 63}]).untraced == ()) is holds


@pytest.mark.parametrize(
    ("word", "ratio"),
    [("twice as many", 2), ("double the views", 2), ("두 배", 2), ("gấp đôi", 2), ("el doble", 2),
     ("deux fois plus", 2), ("half of what", 0.5), ("절반", 0.5), ("một nửa", 0.5), ("la mitad", 0.5),
     ("la moitié", 0.5), ("three times as many", 3)],
)  # fmt: skip
def test_number_words_are_ratios(word: str, ratio: float) -> None:
    assert trace(f"It is {word} it had.", [{"multiplier": ratio * 1.08}]).untraced == ()
    assert trace(f"It is {word} it had.", [{"multiplier": ratio * 1.4}]).untraced != ()


def test_every_scene_can_be_read(tmp_path: Path) -> None:
    for name in SCENES:
        assert scene(name).ledger.rankings or name in ("flop", "luck", "next")


def test_a_long_answer_over_many_results_is_checked_in_time() -> None:
    import time

    sources, answer = (
        scene("niche"),
        "Latte art is crowded, and home roasting does better than usual, x1.6. " * 20,
    )
    trace(answer, sources)
    started = time.process_time()
    trace(answer, sources)
    assert time.process_time() - started < 0.06  # 20 ms on a quiet machine
