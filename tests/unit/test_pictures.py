"""Pictures: what they say, in any script, at any size of number."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from tests import samples

from shortcast_agent import canvas, pictures
from shortcast_agent.panel import panel, safe
from shortcast_ml.records import Draft, Variant, VideoReport


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that is written on a picture, in order."""
    written: list[str] = []
    real = canvas.say

    def listen(where: object, x: float, y: float, text: str, **style: object) -> object:
        written.append(text)
        return real(where, x, y, text, **style)

    monkeypatch.setattr(canvas, "say", listen)
    monkeypatch.setattr(pictures, "say", listen)
    return written


def opened(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png))


def test_a_forecast_says_its_interval_its_chance_and_the_typical_video(words: list[str]) -> None:
    picture = opened(pictures.draw_forecast(samples.forecast()))
    assert picture.format == "PNG"
    assert picture.width == 1040
    assert words[0] == "12.3K views expected after 30 days"
    assert "80% interval 2.1K to 64K" in words[1]
    assert "58% chance" in words[1].replace("\n", " ")
    assert {"1 day", "7 days", "30 days", "typical 9.8K"} <= set(words)


@pytest.mark.parametrize(
    ("views", "low", "high"),
    [(0, 0, 0), (1, 0, 3), (3_000_000_000, 900_000_000, 9_000_000_000), (50, 50, 50)],
)
def test_forecasts_of_any_size_can_be_drawn(views: int, low: int, high: int) -> None:
    assert opened(pictures.draw_forecast(samples.forecast(views, low, high))).height > 500


def test_the_waterfall_writes_every_multiplier_and_ends_at_the_prediction(words: list[str]) -> None:
    pictures.draw_factors(samples.explanation())
    said = [word.strip() for word in words]
    assert said[0] == "Why 9.6K views and not 6K"
    assert {"x2", "x0.6", "x1.4", "x0.95", "9.6K", "Title wording", "seen in length"} <= set(said)


def test_the_waterfall_joins_the_smallest_factors_so_that_it_still_adds_up(words: list[str]) -> None:
    many = tuple((f"f{n}", f"Factor {n}", 1.1, True) for n in range(12))
    pictures.draw_factors(samples.explanation(many), most=9)
    said = [word.strip() for word in words]
    assert "3 smaller factors together" in said
    assert said.count("x1.1") == 9
    assert "x1.33" in said  # 1.1 ** 3


def test_a_comparison_names_the_best_and_how_sure_it_is(words: list[str]) -> None:
    pictures.draw_comparison(samples.comparison())
    assert words[0] == "Longer title is ahead"
    assert "61% chance" in words[1]
    assert any("x1.25" in word for word in words)


def test_a_comparison_that_is_too_close_says_so(words: list[str]) -> None:
    pictures.draw_comparison(samples.comparison(decisive=False))
    assert words[0] == "Too close to call"


def test_thumbnails_are_drawn_beside_their_variants_and_a_lost_one_is_left_out(tmp_path: Path) -> None:
    red = tmp_path / "red.png"
    Image.new("RGB", (360, 640), (220, 20, 20)).save(red)
    first, second = samples.comparison().variants
    variants: tuple[Variant, ...] = (
        first.model_copy(update={"draft": Draft(thumbnail_path=red)}),
        second.model_copy(update={"draft": Draft(thumbnail_path=tmp_path / "lost.png")}),
    )
    picture = opened(pictures.draw_comparison(samples.comparison().model_copy(update={"variants": variants})))
    pixels = list(picture.convert("RGB").crop((0, 0, 300, picture.height)).getdata())
    assert sum(r > 200 and g < 60 and b < 60 for r, g, b in pixels) > 2_000


def test_a_diagnosis_sets_actual_against_expected(words: list[str]) -> None:
    pictures.draw_diagnosis(samples.diagnosis())
    assert words[0] == "Far below: 900 views"
    assert "12.3K (2.1K to 64K)" in words[1].replace("\n", " ")
    assert "actual 900" in words


def test_a_dollar_sign_is_a_dollar_and_not_mathematics(words: list[str]) -> None:
    pictures.draw_comparison(samples.comparison(("$5 vs $500_{x} latte", "plain")))
    assert any("$5 vs $500_{x}" in word for word in words)


def test_letters_that_no_font_has_are_left_out_and_an_unreadable_title_is_numbered() -> None:
    assert canvas.drawable("Latte \U000f0000 trick", "Variant 1") == "Latte trick"
    assert canvas.drawable("\U00010900\U00010901\U00010902", "Variant 2") == "Variant 2"  # Phoenician
    assert canvas.drawable("Tôi đã thử mẹo", "Variant 3") == "Tôi đã thử mẹo"


def test_long_titles_are_broken_between_words_and_end_in_an_ellipsis() -> None:
    assert canvas.wrap("one two three four five six", 9, 2) == ["one two", "three…"]
    assert canvas.wrap("short", 20, 3) == ["short"]
    assert canvas.wrap("x" * 25, 10, 3) == ["x" * 10, "x" * 10, "x" * 5]
    assert canvas.wrap("", 10, 2) == [""]


def test_korean_breaks_between_words_and_chinese_between_characters() -> None:
    assert canvas.wrap("라떼 트릭을 직접", 10, 3) == ["라떼", "트릭을", "직접"]
    assert canvas.wrap("三秒拿铁的秘密", 8, 2) == ["三秒拿铁", "的秘密"]
    assert canvas.columns_of("라떼") == 4
    assert canvas.columns_of("e\u0301") == 1


def test_the_panel_shows_pictures_changes_and_marked_similar_videos() -> None:
    report = VideoReport(
        forecast=samples.forecast(),
        explanation=samples.explanation(),
        suggestions=samples.suggestions(),
        similar=samples.similar(),
    )
    html = panel(report)
    assert html.count('<img class="sc-picture"') == 2
    assert "<td>Cut it to 21 seconds.</td><td>x1.2, not tested</td><td>14.8K</td>" in html
    assert 'class="sc-demo">DEMO' in html
    assert "invented" in html
    assert "14.9K views · 75 days · x1.4 its channel" in html


def test_the_panel_shows_a_diagnosis_with_what_did_better() -> None:
    html = panel(VideoReport(diagnosis=samples.diagnosis()))
    assert html.count('<img class="sc-picture"') == 2
    assert "did better" in html


def test_the_panel_shows_a_comparison_in_place_of_one_forecast() -> None:
    html = panel(VideoReport(forecast=samples.forecast(), comparison=samples.comparison()))
    assert re.findall(r'alt="([^"]+)"', html) == ["Comparison: Longer title"]


def test_an_empty_report_draws_nothing() -> None:
    assert panel(VideoReport()) == ""


def test_foreign_titles_reach_the_page_as_text_only() -> None:
    hostile = samples.neighbour(
        title='<img src=x onerror=alert(1)> {{evil}} ${evil} "q"', demo=False, url="javascript:alert(1)"
    )
    html = panel(VideoReport(similar=samples.similar(hostile, library="collected")))
    assert "<img src=x" not in html
    assert "{{" not in html
    assert "${" not in html
    assert "javascript:" not in html
    assert safe("<b>") == "&lt;b&gt;"


def test_a_collected_video_is_a_link_with_its_thumbnail(tmp_path: Path) -> None:
    picture = tmp_path / "thumb.jpg"
    Image.new("RGB", (360, 640), (20, 120, 90)).save(picture)
    real = samples.neighbour(demo=False, url="https://example.com/v", thumbnail_path=picture, views=None)
    html = panel(VideoReport(similar=samples.similar(real, library="collected")))
    assert '<a href="https://example.com/v"' in html
    assert "data:image/jpeg;base64," in html
    assert "views hidden" in html
    assert "DEMO" not in html
