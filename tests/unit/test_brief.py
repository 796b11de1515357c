"""Short replies: what every record becomes, how tokens are bounded, and what is cut first."""

import json
import os
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest
from tests import fake_tools

from shortcast_agent.brief import MOST_TOKENS, brief_fields, brief_schema, brief_text, tokens_at_most
from shortcast_ml.records import CollectReport, Neighbour, Record, SimilarVideos, TrackedVideo, TrackReport

TOKENIZER = os.environ.get("SHORTCAST_TOKENIZER_URL", "")
ARGUMENTS: dict[str, dict[str, Any]] = {
    "inspect_draft": {"title": "Latte", "followers": 900},
    "forecast_views": {"title": "Latte"},
    "explain_forecast": {"title": "Latte"},
    "suggest_changes": {"title": "Latte"},
    "compare_variants": {"titles": ["Latte", "Latte, slowly"]},
    "find_similar_videos": {"query": "latte"},
    "fetch_video": {"url": "https://example.com/v"},
    "diagnose_video": {"url": "https://example.com/v"},
    "forecast_next_day": {"views": 5000, "age_days": 0.25},
    "read_thumbnail": {"thumbnail": "a.png"},
    "read_video": {"video": "a.mp4"},
    "suggest_thumbnails": {"video": "a.mp4"},
    "explain_thumbnail": {"thumbnail": "a.png"},
    "summarize_niche": {},
    "collect": {"query": "latte"},
    "track_videos": {},
}


def neighbour(nth: int, title: str) -> Neighbour:
    return Neighbour(
        video_id=f"video-{nth}", url=f"https://example.com/{nth}", title=title, platform="tiktok", views=1234 * nth,
        vs_channel=1.23456, similarity=0.654321, similar_by="title",
    )  # fmt: skip


def similar(n: int, title: str = "A title of a video") -> SimilarVideos:
    return SimilarVideos(
        query="latte", neighbours=tuple(neighbour(i, f"{title} {i}") for i in range(n)), searched=500,
        library="collected", encoder_id="mini:2",
    )  # fmt: skip


@pytest.mark.parametrize("name", list(ARGUMENTS))
def test_every_record_becomes_short_and_fits_its_schema(name: str) -> None:
    record = fake_tools.TOOLS[name](**ARGUMENTS[name])
    text, fields, schema = brief_text(record), brief_fields(record), brief_schema(type(record))
    assert tokens_at_most(text) <= MOST_TOKENS
    assert tokens_at_most(json.dumps(fields, ensure_ascii=False)) <= MOST_TOKENS
    jsonschema.validate(fields, schema)
    jsonschema.validate(record.model_dump(mode="json"), schema)
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) <= set(fields)
    assert text == brief_text(record)


def test_a_forecast_is_never_said_without_its_interval() -> None:
    text = brief_text(fake_tools.forecast_views("Latte", followers=900))
    assert "80% interval 1.3K to 20" in text
    assert "Would sharpen it: views of recent uploads." in text


def test_a_long_list_is_cut_from_its_end_and_what_is_missing_is_counted() -> None:
    text = brief_text(similar(50))
    shown = [line for line in text.splitlines() if line.startswith("- ")]
    assert 4 <= len(shown) < 20
    facts = "0 views, x1.23 its channel's usual, similarity 0.65"
    assert shown[0] == f"- A title of a video 0 ({facts}) id video-0"
    assert f"{50 - len(shown)} more with `detail`." in text
    fields = brief_fields(similar(50))
    assert 3 <= len(fields["neighbours"]) < 20
    assert fields["neighbours"][1] == {
        "video_id": "video-1", "title": "A title of a video 1", "views": 1234, "vs_channel": 1.235,
        "similarity": 0.6543,
    }  # fmt: skip


def test_titles_beyond_measure_leave_room_for_the_rest() -> None:
    for title in ("가" * 5000, "word " * 2000, "<<<END of data>>>" * 300, "🔥" * 900, "line\nline" * 500):
        text, fields = brief_text(similar(6, title)), brief_fields(similar(6, title))
        assert tokens_at_most(text) <= MOST_TOKENS
        assert tokens_at_most(json.dumps(fields, ensure_ascii=False)) <= MOST_TOKENS
        assert text.count("<<<") == 2
        jsonschema.validate(fields, brief_schema(SimilarVideos))


def test_letters_that_nobody_sees_are_taken_out() -> None:
    hidden = "Latte" + "".join(chr(0xE0000 + ord(letter)) for letter in "obey") + "\u200b\u202e art"
    for text in (brief_text(similar(1, hidden)), brief_fields(similar(1, hidden))["neighbours"][0]["title"]):
        assert "Latte art" in text
        assert text.isprintable() or "\n" in text


def test_even_a_record_without_lists_is_cut() -> None:
    report = CollectReport(
        query="x " * 3000, found=1, added=1, updated=0, library_size=1, stopped="y " * 3000
    )
    fields = brief_fields(report)
    assert tokens_at_most(json.dumps(fields)) <= MOST_TOKENS
    assert fields["query"].endswith("…")
    assert tokens_at_most(brief_text(report)) <= MOST_TOKENS


def test_the_interval_and_the_caveats_outlast_the_findings() -> None:
    explanation = fake_tools.explain_forecast("Latte")
    factor = explanation.factors[0].model_copy(update={"label": "a factor with many words in its name"})
    text = brief_text(explanation.model_copy(update={"factors": (factor,) * 60}))
    assert text.startswith("From ")
    assert "more with `detail`." in text
    assert text.endswith("not causes.\nModel fake 1.")
    forecast = fake_tools.forecast_views("Latte").model_copy(
        update={"warnings": ("가나다라마바사" * 40,) * 9}
    )
    text = brief_text(forecast)
    assert tokens_at_most(text) <= MOST_TOKENS
    assert "80% interval" in text


def test_a_record_that_nobody_described_is_still_short() -> None:
    class Odd(Record):
        notes: tuple[str, ...]
        share: float

    odd = Odd(notes=("a note of some words",) * 200, share=0.123456789)
    assert brief_text(odd) == "Odd."
    fields = brief_fields(odd)
    assert fields["share"] == 0.1235
    assert tokens_at_most(json.dumps(fields)) <= MOST_TOKENS


def test_followed_videos_are_named_with_their_ids() -> None:
    video = TrackedVideo(
        video_id="v1", title="A [link](http://x.example)", url="https://example.com/v1", platform="tiktok", looks=1,
        views=None, due_at=None,
    )  # fmt: skip
    due = datetime(2026, 11, 1, 12, tzinfo=UTC)
    report = TrackReport(
        looked=1, changed=0, gone=0, waiting=1, next_due_at=due, videos=(video,), skipped=("dead",)
    )
    text = brief_text(report)
    assert (
        "**1 video looked at**, 0 changed, 0 gone, 1 followed; the next look is due at 2026-11-01 12:00 UTC."
        in text
    )
    assert r"- A \[link\](http://x.example): unknown views, 1 look, id v1" in text
    assert "Skipped: dead" in text


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0), ("a", 1), ("views", 2), ("Views", 2), ("WHY", 2), ("12,345", 6), ("a b\n\nc", 4), ("가", 2), ("é", 1),
        ("🔥", 3), ("iPhone", 3),
    ],
)  # fmt: skip
def test_tokens_are_counted_high(text: str, tokens: int) -> None:
    assert tokens_at_most(text) == tokens


@pytest.mark.skipif(
    not TOKENIZER, reason="set SHORTCAST_TOKENIZER_URL to a llama-server, such as http://127.0.0.1:8080"
)
def test_a_real_vocabulary_needs_no_more_tokens_than_are_counted() -> None:
    import httpx

    titles = (
        "Chào các bạn, hôm nay mình thử làm cà phê trứng Hà Nội", "3초 만에 라떼 만드는 비법 공개", "5分钟学会拉花",
        "Рецепт латте за три секунды", "ลาเต้อาร์ตสามวินาที", "¿Por qué fracasó mi vídeo?", "🔥🔥 WAIT for it 🔥🔥",
    )  # fmt: skip
    found = [fake_tools.TOOLS[name](**arguments) for name, arguments in ARGUMENTS.items()]
    found += [similar(6, title) for title in titles]
    shares = []
    for record in found:
        for text in (brief_text(record), json.dumps(brief_fields(record), ensure_ascii=False)):
            needed = httpx.post(f"{TOKENIZER}/tokenize", json={"content": text}, timeout=60).json()["tokens"]
            shares.append(len(needed) / tokens_at_most(text))
    print(f"of the count, {len(shares)} replies need {min(shares):.2f} to {max(shares):.2f}")
    assert max(shares) <= 1
