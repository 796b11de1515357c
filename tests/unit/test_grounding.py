"""Every number in an answer is traced to a tool result or to the user's words."""

import random

import pytest
from tests import fake_tools

from shortcast_agent.grounding import SentenceGate, Sources, strike, trace
from shortcast_agent.numbers import (
    read_count,
    read_number,
    say_age,
    say_count,
    say_duration,
    say_percent,
    say_times,
)
from shortcast_agent.planner.sections import plain

SOURCE = {
    "views": 12_345,
    "low": 3_412,
    "high": 41_234,
    "beats_typical": 0.628,
    "multiplier": 1.287,
    "vs_channel": 2.04,
    "duration_s": 70.4,
    "age_days": 0.75,
    "publish_at": "2026-11-27T18:00:00Z",
    "url": "https://www.youtube.com/shorts/abc",
    "changes": ["Cut it to 21 seconds.", "Post on Friday."],
}


@pytest.mark.parametrize(
    "text",
    [
        "About 12,345 views.",
        "About 12.3K views (3.4K to 41.2K).",
        "About 12,000 views.",
        "Roughly 12 thousand views.",
        "A 63% chance, or 62.8 percent.",
        "The title is worth x1.3, that is 29% more.",
        "1.29x as many; 2 times its channel's usual.",
        "It runs 1:10, about 70 seconds.",
        "After 18 hours.",
        "The 80% interval; its 10th percentile.",
        "1. Cut it to 21 seconds.\n2. Post on Friday the 27th at 18:00 (6pm: 6:00).",
        "Two changes: 2 in all.",
        "See https://www.youtube.com/shorts/abc.",
        "Shoot in 9:16.",
        "The 2nd title wins.",
        "It runs on ViT-L-14 and mp4.",
    ],
)
def test_figures_of_a_result_are_traced_through_units_and_rounding(text: str) -> None:
    assert trace(text, [SOURCE]).untraced == ()


@pytest.mark.parametrize(
    ("text", "untraced"),
    [
        ("About 13,000 views.", ("13,000",)),
        ("About 12.4K views.", ("12.4K",)),
        ("About 10,000 views.", ("10,000",)),
        ("A 64% chance.", ("64%",)),
        ("Worth x1.4.", ("x1.4",)),
        ("It runs 1:25.", ("1:25",)),
        ("123,450 views", ("123,450",)),
        ("See https://evil.example/x for 2 more.", ("https://evil.example/x",)),
        ("You will earn 4,321 dollars.", ("4,321",)),
    ],
)
def test_figures_that_no_result_holds_are_not(text: str, untraced: tuple[str, ...]) -> None:
    assert trace(text, [SOURCE]).untraced == untraced


def test_the_users_own_words_are_a_source() -> None:
    said = "I have 12k followers, posted at 6pm, 30% of my 4,500 views came on day 1"
    assert (
        trace("With 12,000 followers and 4.5K views, 30% of them on day 1, at 18:00.", [said]).untraced == ()
    )
    assert trace("With 13,000 followers.", [said]).untraced == ("13,000",)


def test_a_struck_answer_keeps_what_is_true_and_loses_empty_headings() -> None:
    answer = (
        "## Verdict\nAbout 12.3K views. It earns 999 dollars.\n\n## Money\n- 888 dollars\n\n"
        "| a | 777 |\n\n## End\nFine."
    )
    kept, struck = strike(answer, [SOURCE])
    assert kept == "## Verdict\nAbout 12.3K views.\n\n## End\nFine."
    assert struck == ("999", "888", "777")


def test_sentences_leave_the_gate_only_while_they_can_be_traced() -> None:
    sources = Sources()
    sources.read(SOURCE)
    out: list[str] = []
    gate = SentenceGate(sources, out.append)
    for piece in ("About 12.", "3K views. ", "Then 99", "9 more. ", "And 63%."):
        gate.feed(piece)
    gate.flush()
    assert "".join(out) == "About 12.3K views. "


@pytest.mark.parametrize(
    ("count", "written"),
    [
        (0, "0"),
        (812, "812"),
        (999.6, "1K"),
        (1_000, "1K"),
        (12_345, "12.3K"),
        (99_960, "100K"),
        (1_234_567, "1.2M"),
        (2.5e9, "2.5B"),
    ],
)
def test_counts_are_written_short(count: float, written: str) -> None:
    assert say_count(count) == written


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12k", 12_000),
        ("12.5K", 12_500),
        ("1,200", 1_200),
        ("1.2M", 1_200_000),
        ("12 thousand", 12_000),
        ("1만", 10_000),
        ("3천", 3_000),
        ("12 nghìn", 12_000),
        ("1,2M", 1_200_000),
        ("12\u00a0000", 12_000),
        ("2 millones", 2_000_000),
        ("0.4", 0.4),
    ],
)
def test_counts_are_read_as_people_type_them(text: str, value: float) -> None:
    assert read_count(text) == pytest.approx(value)


def test_what_is_not_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not a number"):
        read_number("many")


def test_every_written_form_is_read_back() -> None:
    rng = random.Random(7)
    for _ in range(300):
        views, share, ratio = 10 ** rng.uniform(0, 9), rng.random(), 10 ** rng.uniform(-1.5, 1.5)
        seconds, days = rng.uniform(1, 4000), rng.uniform(0.05, 400)
        source = {
            "views": views,
            "beats_typical": share,
            "multiplier": ratio,
            "duration_s": seconds,
            "age_days": days,
        }
        text = f"{say_count(views)} {say_percent(share)} {say_times(ratio)} {say_duration(seconds)} {say_age(days)}"
        assert trace(text, [source]).untraced == (), (text, source)


def test_titles_of_any_kind_may_be_quoted() -> None:
    rng = random.Random(3)
    signs = "abZ0123456789.,:%x×- K만$#*_[]()<>|`~\n\"'é½²"
    for _ in range(400):
        title = "".join(rng.choice(signs) for _ in range(rng.randint(1, 160)))
        assert trace(f"- {plain(title)}: 45.7K views", [{"title": title, "views": 45_678}]).untraced == (), (
            title
        )


def test_records_count_as_sources() -> None:
    forecast = fake_tools.forecast_views(title="Latte art", followers=12_000)
    assert trace(f"About {say_count(forecast.views)} views after 30 days.", [forecast]).untraced == ()
