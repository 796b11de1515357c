"""Drift: forecasts against what happened, warned of only beyond chance."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import NormalDist
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from shortcast_ml import drift
from shortcast_ml.drift import (
    DriftReport,
    Outcome,
    draw_drift,
    drift_finding,
    drift_notices,
    keep,
    kept,
    summarise,
)

START = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday


def outcomes(n: int, *, bias: float = 0.0, spread: float = 0.3, seed: int = 0) -> list[Outcome]:
    """Videos a day apart, forecast at 10,000 with an interval of a factor of 2.4 either way (80% at spread 0.3)."""
    even = [NormalDist().inv_cdf((i + 0.5) / n) for i in range(n)]
    errors = bias + spread * np.random.default_rng(seed).permutation(even)
    return [
        Outcome(
            video_id=f"v{i}",
            published_at=START + timedelta(days=i),
            forecast=10_000,
            low=round(10 ** (4 - 1.2816 * 0.3)),
            high=round(10 ** (4 + 1.2816 * 0.3)),
            views=round(10 ** (4 + error)),
            percentile=float(np.clip(0.5 + error / 1.2, 0, 1)),
        )
        for i, error in enumerate(errors)
    ]


def report(n: int = 80, channels: int = 10, **law: Any) -> DriftReport:
    return summarise("toy", "abc", outcomes(n, **law), [f"c{i % channels}" for i in range(n)])


def test_forecasts_that_come_true_raise_no_warning() -> None:
    found = report()
    assert found.warnings == ()
    assert (found.videos, found.last, found.channels) == (80, 50, 10)
    assert found.coverage is not None
    assert found.coverage.low < 0.8 < found.coverage.high
    assert found.bias is not None
    assert abs(found.bias.value) < 0.15
    assert sum(found.percentiles) == 50
    assert found.first_published == START + timedelta(days=30)
    assert "Of the last 50 videos (of 10 channels in your library, published 2026-04-01 to" in found.says()


def test_forecasts_that_are_too_high_are_warned_of_with_the_videos_named() -> None:
    found = report(bias=-0.5)
    assert found.bias is not None
    assert found.bias.value == pytest.approx(-0.5, abs=0.1)
    high = [w for w in found.warnings if "too high lately" in w]
    assert len(high) == 1
    assert "the last 50 videos of 10 channels in your library, published 2026-04-01 to 2026-05-20" in high[0]
    assert "reached x0.3" in high[0]
    assert any("too low lately" in w for w in report(bias=0.5).warnings)


def test_intervals_that_are_too_narrow_are_warned_of() -> None:
    (warning,) = report(spread=0.9).warnings
    assert "too sure of themselves" in warning
    assert "80% interval" in warning


def test_too_few_videos_say_nothing() -> None:
    found = report(n=19, bias=-2.0)
    assert found.warnings == ()
    assert found.coverage is None
    assert "Only 19 collected videos can be held against a forecast of toy; 20 are needed" in found.text()


def test_one_odd_channel_among_few_is_not_taken_for_drift() -> None:
    good, bad = outcomes(14, seed=1), outcomes(11, bias=-1.5, seed=2)
    videos = [*good, *(o.model_copy(update={"video_id": f"b{o.video_id}"}) for o in bad)]
    found = summarise("toy", "abc", videos, [*(f"c{i % 6}" for i in range(14)), *["odd"] * 11])
    assert found.coverage is not None
    assert found.coverage.value < 0.65
    assert not any("too sure" in w for w in found.warnings)


def test_one_channel_alone_is_drawn_again_by_its_weeks() -> None:
    found = report(n=50, channels=1, bias=-0.6)
    assert found.coverage is not None
    assert found.coverage.low < found.coverage.high
    assert any("too high lately" in w for w in found.warnings)


def test_weeks_run_from_monday() -> None:
    found = report(n=21)
    assert [w.week for w in found.weeks] == [
        datetime(2026, 3, 2, tzinfo=UTC) + timedelta(weeks=i) for i in range(3)
    ]
    assert [w.videos for w in found.weeks] == [7, 7, 7]
    first = [o for o in found.outcomes if o.published_at < START + timedelta(days=6)]
    assert found.weeks[0].bias == pytest.approx(
        float(np.median([o.log10_error for o in found.outcomes[:7]])), abs=1e-4
    )
    assert len(first) == 6


def a_model(fingerprint: str = "abc") -> Any:
    return SimpleNamespace(name="toy", card={"sha256": {"calibration.json": fingerprint}})


def test_what_was_kept_is_said_of_this_very_model_only(home: Path) -> None:
    found = report(bias=-0.5)
    assert kept(home) is None
    assert drift_notices(home, a_model()) == ()
    assert drift_finding(home, a_model()) is None
    keep(found, home)
    assert kept(home) == found
    assert drift_notices(home, a_model()) == found.warnings
    assert drift_notices(home, a_model("other")) == ()
    well, says = drift_finding(home, a_model()) or (True, "")
    assert not well
    assert says == " ".join(found.warnings)
    well, says = drift_finding(home, a_model("other")) or (False, "")
    assert well
    assert "run `shortcast drift`" in says
    keep(report(), home)
    well, says = drift_finding(home, a_model()) or (False, "")
    assert well
    assert says.startswith("Of the last 50 videos")
    assert [p.name for p in home.iterdir()] == [drift.FILE]


def test_a_damaged_file_counts_as_none(home: Path) -> None:
    (home / drift.FILE).write_text("{")
    assert kept(home) is None
    assert drift_notices(home, a_model()) == ()


@pytest.mark.parametrize("n", [0, 5, 80])
def test_the_picture_is_drawn_whatever_there_is(tmp_path: Path, n: int) -> None:
    draw_drift(report(n=n), tmp_path / "drift.png")
    with Image.open(tmp_path / "drift.png") as picture:
        assert picture.size == (990, 495)
    assert [p.name for p in tmp_path.iterdir()] == ["drift.png"]
