"""Conversations with invented results, over which claims about them are judged."""

from datetime import UTC, datetime
from math import log10
from typing import Any

from shortcast_agent.grounding import Sources
from shortcast_ml.records import (
    Change,
    ChannelHistory,
    Comparison,
    Counts,
    Diagnosis,
    Draft,
    Explanation,
    Factor,
    Forecast,
    HorizonViews,
    Neighbour,
    NextDayForecast,
    NicheSummary,
    Published,
    Record,
    SimilarVideos,
    Slot,
    Suggestions,
    Topic,
    Variant,
)

MODEL = "invented 1"
TITLE = "I tried the 3-second latte trick"
DRAFT = {"title": TITLE, "followers": 12_000, "duration_s": 29.0}


def scene(name: str) -> Sources:
    """Return what an answer of this conversation may use."""
    said, calls = SCENES[name]()
    sources = Sources()
    sources.read(said)
    for arguments, record in calls:
        sources.read_call(arguments, record)
    return sources


Scene = tuple[str, list[tuple[dict[str, Any], Record]]]


def _forecast(views: int, low: int, high: int, typical: int, beats: float, **more: Any) -> Forecast:
    along = ((1, 0.28), (7, 0.66), (30, 1.0))
    given: dict[str, Any] = {
        "horizon_days": 30, "anchor_source": "followers", "platform": "youtube_shorts",
        "by_horizon": tuple(
            HorizonViews(horizon_days=days, views=round(views * part), low=round(low * part), high=round(high * part))
            for days, part in along
        ),
    }  # fmt: skip
    return Forecast(
        views=views, low=low, high=high, typical_views=typical, beats_typical=beats, platform_typical_views=2345,
        evidence=("title",), missing=("views of recent uploads",), model=MODEL, **(given | more),
    )  # fmt: skip


def _factor(name: str, label: str, multiplier: float, seen: str = "") -> Factor:
    return Factor(
        name=name, label=label, multiplier=multiplier, log10=log10(multiplier), changeable=name != "channel_size",
        observation=seen,
    )  # fmt: skip


def _explanation() -> Explanation:
    return Explanation(
        base_views=6_400.0, base_log10=log10(6_400), prediction_log10=log10(8_200), horizon_days=30, model=MODEL,
        factors=(
            _factor("channel_size", "channel size", 1.41, "12,000 followers"),
            _factor("title_length", "title length", 0.87, "32 characters"),
            _factor("title_wording", "title wording", 1.13),
            _factor("length", "video length", 0.93, "29 seconds"),
            _factor("publish_time", "publish time", 1.02, "not planned"),
        ),
    )  # fmt: skip


def _change(what: str, argument: str, after: str, multiplier: float, views: int, reliable: bool) -> Change:
    before = {"duration_s": "29 s", "title": TITLE}.get(argument, "not planned")
    given: dict[str, Any] = {
        "what": what, "argument": argument, "before": before, "after": after, "multiplier": multiplier,
        "views": views, "forecast": _forecast(views, 2_200, 34_000, 6_100, 0.64),
        "low": multiplier * 0.96, "high": multiplier * 1.05, "reliable": reliable,
    }  # fmt: skip
    return Change(**{name: value for name, value in given.items() if name in Change.model_fields})


def _neighbour(title: str, channel: str, views: int, vs_channel: float, similarity: float) -> Neighbour:
    return Neighbour(
        video_id=title[:6], url=f"https://www.youtube.com/shorts/{title[:4].strip()}", title=title, channel=channel,
        platform="youtube_shorts", views=views, vs_channel=vs_channel, similarity=similarity, similar_by="title",
    )  # fmt: skip


NEIGHBOURS = (
    _neighbour("Latte art for people with shaky hands", "Foam Academy", 14_900, 0.48, 0.83),
    _neighbour("Your espresso is sour because of this one thing", "Bean Bureau", 38_700, 1.84, 0.78),
    _neighbour("Milk foam without a machine", "Foam Academy", 9_300, 1.12, 0.75),
)


def _draft() -> Scene:
    forecast = _forecast(8_200, 2_100, 31_500, 6_100, 0.628)
    changes = (
        _change("Cut it to about 21 seconds.", "duration_s", "21 s", 1.15, 9_430, True),
        _change(
            "Publish it on Sunday at 05:00 UTC.", "publish_at", "2026-11-22T05:00:00+00:00", 1.08, 8_860, True
        ),
        _change("Turn the title into a question.", "title", f"{TITLE}?", 0.97, 7_950, False),
    )
    similar = SimilarVideos(
        query=TITLE, neighbours=NEIGHBOURS, searched=61, library="collected", encoder_id="mini"
    )
    said = f'My next Short is called "{TITLE}", 12k followers, 29 seconds long. Will it do well?'
    return said, [
        (DRAFT, forecast),
        (DRAFT, _explanation()),
        (DRAFT, Suggestions(baseline=forecast, changes=changes, tried=71)),
        ({"title": TITLE}, similar),
    ]


def _comparison(lead: float, decisive: bool, *titles: tuple[str, int]) -> Scene:
    forecasts = [_forecast(views, views // 4, views * 4, 3_600, 0.5) for _, views in titles]
    variants = tuple(
        Variant(
            label=title, draft=Draft(title=title), forecast=forecast, vs_first=forecast.views / titles[0][1],
            beats_first=lead,
        )
        for (title, _), forecast in zip(titles, forecasts, strict=True)
    )  # fmt: skip
    best = max(titles, key=lambda item: item[1])[0]
    said = "Which title is better: " + " or ".join(f'"{title}"' for title, _ in titles) + "?"
    record = Comparison(variants=variants, best=best, lead=lead, decisive=decisive)
    return said, [({"titles": [title for title, _ in titles]}, record)]


def _compare() -> Scene:
    return _comparison(
        0.64, True, ("Cleaning my grinder", 3_100), ("I cleaned my grinder after 2 years", 4_030)
    )


def _close() -> Scene:
    return _comparison(
        0.52,
        False,
        ("My first sourdough", 2_950),
        ("Sourdough on a budget", 3_010),
        ("Bread without an oven", 2_700),
    )


def _diagnosis(actual: int, verdict: Any, percentile: float) -> Scene:
    expected = _forecast(1_600, 420, 6_100, 1_500, 0.51, horizon_days=3.0)
    video = Published(
        draft=Draft(title="5 desk hacks under $10"), video_id="abc", url="https://www.youtube.com/shorts/abc",
        fetched_at=datetime(2026, 11, 18, tzinfo=UTC), age_days=3.0, counts=Counts(views=actual, likes=12),
        channel=ChannelHistory(name="Desk Lab", followers=20_000),
    )  # fmt: skip
    record = Diagnosis(
        video=video, expected=expected, actual_views=actual, ratio=actual / 1_600, percentile=percentile,
        verdict=verdict, explanation=_explanation(), unknown=("how long people watched",), model=MODEL,
    )  # fmt: skip
    return f"Why did this flop? It has {actual} views after 3 days.", [({"url": video.url}, record)]


def _flop() -> Scene:
    return _diagnosis(214, "far below", 0.07)


def _luck() -> Scene:
    return _diagnosis(1_480, "as expected", 0.46)


def _days() -> Scene:
    friday, monday = "2026-11-20T18:00:00+00:00", "2026-11-23T09:00:00+00:00"
    return "Post it on Friday at 18:00 or on Monday at 9:00?", [
        ({**DRAFT, "publish_at": friday}, _forecast(9_020, 2_300, 35_000, 6_100, 0.66)),
        ({**DRAFT, "publish_at": monday}, _forecast(7_480, 1_900, 29_000, 6_100, 0.58)),
    ]


def _topic(name: str, n: int, views: int, vs: float, recent: float, crowding: Any) -> Topic:
    return Topic(
        name=name, words=tuple(name.split()), n=n, channels=n // 2, share=n / 93, typical_views=views, vs_channel=vs,
        vs_channel_low=vs * 0.9, vs_channel_high=vs * 1.2, recent_share=recent, crowding=crowding,
    )  # fmt: skip


def _niche() -> Scene:
    record = NicheSummary(
        query="coffee", n=93, channels=31, platforms={"youtube_shorts": 93}, library="collected", typical_views=5_200,
        topics=(
            _topic("latte art", 40, 4_100, 0.82, 0.41, "crowded"),
            _topic("grinder repair", 33, 6_900, 1.1, 0.3, "usual"),
            _topic("home roasting", 20, 7_700, 1.6, 0.12, "open"),
        ),
        times=(
            Slot(label="Saturday", n=21, channels=14, vs_channel=1.2, low=1.05, high=1.4, sure=True),
            Slot(label="Tuesday", n=17, channels=12, vs_channel=0.84, low=0.7, high=1.0, sure=False),
        ),
        encoder_id="mini",
    )  # fmt: skip
    return "What works in the coffee niche?", [({"query": "coffee"}, record)]


def _next() -> Scene:
    record = NextDayForecast(
        views_now=5_000, age_days=0.25, views=7_500, low=6_100, high=12_300, gained=2_500, vs_now=1.5,
        by_age_alone=5_700, vs_age_alone=7_500 / 5_700, views_per_hour_so_far=833.3, views_per_hour_now=180.0,
        share_of_30_days=0.1957, by_horizon=(HorizonViews(horizon_days=7, views=9_900, low=6_500, high=21_000),),
        evidence=("views", "age"), unknown=("what the platform will recommend",), platform="youtube_shorts",
        model=MODEL,
    )  # fmt: skip
    return "It has 5,000 views after 6 hours: how many by tomorrow?", [
        ({"views": 5_000, "age_days": 0.25}, record)
    ]


def _platforms() -> Scene:
    return "Would it do better on TikTok or on YouTube Shorts?", [
        ({**DRAFT, "platform": "tiktok"}, _forecast(12_100, 900, 99_000, 11_000, 0.55, platform="tiktok")),
        ({**DRAFT, "platform": "youtube_shorts"}, _forecast(8_200, 2_100, 31_500, 6_100, 0.628)),
    ]


SCENES = {
    "draft": _draft, "compare": _compare, "close": _close, "flop": _flop, "luck": _luck, "days": _days,
    "niche": _niche, "next": _next, "platforms": _platforms,
}  # fmt: skip
