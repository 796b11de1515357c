"""Video resources of the Data API as our record: every value, and what is missing stays missing."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shortcast_ml.records import ChannelHistory, Counts
from shortcast_tools.collecting.youtube_videos import (
    GONE,
    picture_urls,
    read_length,
    read_time,
    reading_of,
    to_published,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def resource(**changes: Any) -> dict[str, Any]:
    """Return a video resource; `changes` replace or, with None, remove a field given as part__name."""
    found: dict[str, Any] = {
        "kind": "youtube#video",
        "id": "aaaaaaaaaaa",
        "snippet": {
            "publishedAt": "2026-11-20T12:00:00Z",
            "channelId": "UC" + "a" * 22,
            "title": " Tom & Jerry's latte <3 #Latte ",
            "description": "How I do it. #coffee #LATTE",
            "thumbnails": {
                "default": {"url": "https://i.ytimg.com/d.jpg", "width": 120, "height": 90},
                "maxres": {"url": "https://i.ytimg.com/m.jpg", "width": 1280, "height": 720},
                "high": {"url": "https://i.ytimg.com/h.jpg", "width": 480, "height": 360},
            },
            "channelTitle": "Kettle Corner",
            "liveBroadcastContent": "none",
            "defaultAudioLanguage": "pt-BR",
        },
        "statistics": {"viewCount": "12345", "likeCount": "678", "commentCount": "0"},
        "contentDetails": {"duration": "PT59S"},
        "status": {"uploadStatus": "processed", "privacyStatus": "public"},
        "player": {"embedHeight": "720", "embedWidth": "405"},
    }
    for name, value in changes.items():
        part, _, field = name.partition("__")
        if not field:
            found[part] = value
        elif value is None:
            found[part].pop(field, None)
        else:
            found[part][field] = value
    return found


CHANNEL = {"id": "UC" + "a" * 22, "statistics": {"subscriberCount": "4200", "hiddenSubscriberCount": False}}


def test_every_fact_is_carried_over() -> None:
    video = to_published(resource(), CHANNEL, NOW)
    draft = video.draft
    assert (draft.platform, video.short_certainty) == ("youtube_shorts", 0.97)
    assert draft.title == "Tom & Jerry's latte <3 #Latte"
    assert draft.description == "How I do it. #coffee #LATTE"
    assert draft.hashtags == ("Latte", "coffee")
    assert draft.language == "pt"
    assert draft.duration_s == 59.0
    assert (draft.width_px, draft.height_px) == (None, None)  # the player's size is not the video's
    assert draft.publish_at == video.published_at == datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assert video.age_days == 2.0
    assert video.counts == Counts(views=12_345, likes=678, comments=0, shares=None)
    assert video.channel_id == "UC" + "a" * 22
    assert video.channel == ChannelHistory(name="Kettle Corner", followers=4200)
    assert video.video_id == "aaaaaaaaaaa"
    assert video.url == "https://www.youtube.com/shorts/aaaaaaaaaaa"
    assert (video.source, video.fetched_at, video.demo) == ("youtube-api", NOW, False)


def test_a_long_video_is_on_youtube_and_has_its_own_link() -> None:
    video = to_published(resource(contentDetails__duration="PT1H2M3S"), None, NOW)
    assert (video.draft.platform, video.short_certainty, video.draft.duration_s) == ("youtube", 0.99, 3723.0)
    assert video.url == "https://www.youtube.com/watch?v=aaaaaaaaaaa"
    assert video.channel == ChannelHistory(name="Kettle Corner", followers=None)


def test_what_youtube_does_not_say_stays_unknown() -> None:
    hidden = resource(statistics={"favoriteCount": "0"}, contentDetails={}, player={}, status={})
    hidden["snippet"] = {"title": "커피 만드는 법"}
    video = to_published(hidden, {"statistics": {"subscriberCount": "7", "hiddenSubscriberCount": True}}, NOW)
    assert video.counts is None
    assert video.channel is None
    assert video.channel_id is None
    assert (video.published_at, video.age_days, video.draft.duration_s) == (None, None, None)
    assert video.draft.language == "ko"  # its letters say so
    assert video.short_certainty == 0.5


def test_hidden_likes_and_closed_comments_are_none_not_zero() -> None:
    video = to_published(resource(statistics={"viewCount": "0"}), None, NOW)
    assert video.counts == Counts(views=0, likes=None, comments=None)


@pytest.mark.parametrize(("said", "language"), [("en-US", "en"), ("zxx", None), ("", None), ("fil", None)])
def test_a_language_is_two_letters_or_guessed(said: str, language: str | None) -> None:
    video = to_published(resource(snippet__defaultAudioLanguage=said, snippet__title="Latte"), None, NOW)
    assert video.draft.language == language


def test_a_video_of_the_future_has_no_age() -> None:
    assert to_published(resource(snippet__publishedAt="2026-11-23T00:00:00Z"), None, NOW).age_days is None


def test_pictures_come_best_first_and_a_shorts_tall_cover_before_all() -> None:
    found = resource()
    wide = ("https://i.ytimg.com/m.jpg", "https://i.ytimg.com/h.jpg", "https://i.ytimg.com/d.jpg")
    assert picture_urls(found, is_short=True) == wide
    found["snippet"]["thumbnails"]["shortsAspectRatio"] = {"url": "https://i.ytimg.com/s.jpg"}
    found["snippet"]["thumbnails"]["uhd"] = {"url": "https://i.ytimg.com/u.jpg"}
    assert picture_urls(found, is_short=True) == (
        "https://i.ytimg.com/s.jpg",
        *wide,
        "https://i.ytimg.com/u.jpg",
    )
    assert picture_urls(found, is_short=False) == (*wide, "https://i.ytimg.com/u.jpg")
    assert picture_urls(resource(snippet__thumbnails={}), is_short=True) == ()


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (None, GONE),
        (resource(status__privacyStatus="private"), GONE),
        (resource(status__uploadStatus="rejected"), "YouTube rejected it or could not process it"),
        (resource(snippet__liveBroadcastContent="upcoming"), "it is not out yet"),
        (
            resource(snippet__liveBroadcastContent="live"),
            "it is being broadcast; its counts mean nothing yet",
        ),
        (resource(snippet=None), "YouTube says nothing of it"),
    ],
)
def test_what_can_not_be_kept_comes_with_a_reason(found: dict[str, Any] | None, reason: str) -> None:
    reading = reading_of("aaaaaaaaaaa", found, None, NOW)
    assert (reading.item, reading.video, reading.reason) == ("aaaaaaaaaaa", None, reason)


def test_a_broadcast_that_is_over_is_kept_and_is_no_short() -> None:
    over = resource(liveStreamingDetails={"actualStartTime": "2026-11-20T12:00:00Z"})
    video = reading_of("aaaaaaaaaaa", over, None, NOW).video
    assert video is not None
    assert (video.draft.platform, video.short_certainty) == ("youtube", 0.99)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT15S", 15.0), ("PT1M", 60.0), ("PT1M1S", 61.0), ("PT1H", 3600.0), ("P1DT1H", 90_000.0),
        ("PT4.5S", 4.5), ("P0D", None), ("PT0S", None), ("", None), (None, None), ("15", None),
    ],
)  # fmt: skip
def test_iso_durations_are_seconds(text: str | None, seconds: float | None) -> None:
    assert read_length(text) == seconds


def test_times_are_aware_utc() -> None:
    at = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assert read_time("2026-11-20T12:00:00Z") == at
    assert read_time("2026-11-20T14:00:00.000+02:00") == at
    assert read_time("2026-11-20T12:00:00") == at
    assert read_time("yesterday") is None
    assert read_time(None) is None
