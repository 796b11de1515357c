"""Records made by hand, for tests of what is drawn, printed and sent."""

from datetime import UTC, datetime
from math import log10
from typing import Any

from shortcast_ml.records import (
    Change,
    Comparison,
    Counts,
    Diagnosis,
    Draft,
    Explanation,
    Factor,
    Forecast,
    HorizonViews,
    Neighbour,
    Published,
    SimilarVideos,
    Suggestions,
    Variant,
)

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)

EFFECTS = (
    ("channel_size", "Channel size", 2.0, False),
    ("title_wording", "Title wording", 0.6, True),
    ("length", "Length", 1.4, True),
    ("topic", "Topic", 0.95, False),
)


def forecast(views: int = 12_300, low: int = 2_100, high: int = 64_000, **more: Any) -> Forecast:
    """Return a forecast whose earlier horizons are shares of the last."""
    points = [
        HorizonViews(horizon_days=day, views=int(views * s), low=int(low * s), high=int(high * s))
        for day, s in ((1, 0.3), (7, 0.7), (30, 1.0))
    ]
    given = {
        "horizon_days": 30,
        "views": views,
        "low": low,
        "high": high,
        "by_horizon": points,
        "beats_typical": 0.58,
        "typical_views": 9_800,
        "anchor_source": "followers",
        "platform_typical_views": 5_100,
        "evidence": ("title",),
        "platform": "youtube_shorts",
        "model": "starter",
    }
    return Forecast(**(given | more))


def explanation(effects: tuple[tuple[str, str, float, bool], ...] = EFFECTS) -> Explanation:
    """Return factors that lead from 6,000 views to the product of their multipliers."""
    factors = [
        Factor(name=n, label=label, multiplier=m, log10=log10(m), changeable=c, observation=f"seen in {n}")
        for n, label, m, c in effects
    ]
    base = log10(6_000)
    end = base + sum(factor.log10 for factor in factors)
    return Explanation(
        base_views=6_000,
        base_log10=base,
        prediction_log10=end,
        factors=tuple(factors),
        horizon_days=30,
        model="starter",
    )


def comparison(labels: tuple[str, ...] = ("Short title", "Longer title"), **more: Any) -> Comparison:
    """Return variants of which each forecasts a quarter more than the one before."""
    variants = [
        Variant(
            label=label,
            draft=Draft(title=label),
            forecast=forecast(int(12_300 * 1.25**number)),
            vs_first=1.25**number,
            beats_first=0.5 + 0.1 * number,
        )
        for number, label in enumerate(labels)
    ]
    given = {"variants": variants, "best": labels[-1], "lead": 0.61, "decisive": True}
    return Comparison(**(given | more))


def published(**more: Any) -> Published:
    """Return a public video of four days."""
    given = {
        "draft": Draft(title="5 desk hacks"),
        "video_id": "abc",
        "url": "https://example.com/shorts/abc",
        "fetched_at": NOW,
        "age_days": 4.0,
        "counts": Counts(views=900),
    }
    return Published(**(given | more))


def diagnosis(**more: Any) -> Diagnosis:
    """Return a video that reached 7% of what was expected."""
    given = {
        "video": published(),
        "expected": forecast(horizon_days=4.0),
        "actual_views": 900,
        "ratio": 0.073,
        "percentile": 0.03,
        "verdict": "far below",
        "explanation": explanation(),
        "better_neighbours": (neighbour(),),
        "unknown": ("how many viewers stayed past the first seconds",),
        "model": "starter",
    }
    return Diagnosis(**(given | more))


def neighbour(**more: Any) -> Neighbour:
    """Return an invented similar video."""
    given = {
        "video_id": "demo-1",
        "url": "https://demo.invalid/1",
        "title": "Latte art for shaky hands",
        "platform": "youtube_shorts",
        "views": 14_900,
        "age_days": 75.0,
        "vs_channel": 1.4,
        "similarity": 0.81,
        "similar_by": "title",
        "demo": True,
    }
    return Neighbour(**(given | more))


def similar(*neighbours: Neighbour, library: str = "demo") -> SimilarVideos:
    """Return the given neighbours as what was found in a library."""
    return SimilarVideos(
        query="latte",
        neighbours=neighbours or (neighbour(),),
        searched=50,
        library=library,  # type: ignore[arg-type]
        encoder_id="mini",
    )


def suggestions() -> Suggestions:
    """Return one computed change."""
    change = Change(
        what="Cut it to 21 seconds.",
        argument="duration_s",
        before="34 s",
        after="21 s",
        multiplier=1.2,
        views=14_800,
        forecast=forecast(14_800),
    )
    return Suggestions(baseline=forecast(), changes=(change,), tried=7)
