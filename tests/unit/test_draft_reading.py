"""A draft as it is told and shown: what is checked, measured, found in its words, and noted."""

import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from tests.localsite import clip, picture

from shortcast_ml.errors import InputError, MediaError
from shortcast_ml.settings import Settings
from shortcast_tools.draft import find_hashtags, guess_language, read_draft
from shortcast_tools.inspect_draft import inspect_draft
from shortcast_tools.parts import Parts, use
from shortcast_tools.progress import listening, report


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip(tmp_path_factory.mktemp("draft") / "clip.mp4", seconds=3)


def test_a_title_alone_is_a_draft() -> None:
    reading = read_draft("I tried the 3-second latte trick #coffee")
    assert reading.draft.title == "I tried the 3-second latte trick #coffee"
    assert reading.draft.hashtags == ("coffee",)
    assert reading.draft.platform == "youtube_shorts"
    assert reading.channel is None
    assert reading.notes == ("No thumbnail was given.",)


@pytest.mark.parametrize("title", ["", "   \n"])
def test_an_empty_title_alone_is_refused(title: str) -> None:
    with pytest.raises(InputError, match="at least a title, a video file or a thumbnail"):
        read_draft(title)


@pytest.mark.parametrize(
    ("platform", "limit"),
    [("youtube_shorts", "100"), ("youtube", "100"), ("tiktok", "4,000"), ("bilibili", "80")],
)
def test_a_title_of_ten_thousand_characters_is_refused_with_the_limit(platform: Any, limit: str) -> None:
    with pytest.raises(InputError) as error:
        read_draft("x" * 10_000, platform=platform)
    assert "10,000 characters; " in str(error.value)
    assert f"accepts {limit}." in str(error.value)


def test_a_caption_that_only_tiktok_accepts_is_accepted_there() -> None:
    caption = "a long caption " * 40
    assert read_draft(caption, platform="tiktok").draft.title == caption.strip()
    with pytest.raises(InputError, match="599 characters; YouTube Shorts accepts 100"):
        read_draft(caption)


def test_a_title_a_little_too_long_is_noted_not_refused() -> None:
    assert "The title has 120 characters; YouTube Shorts accepts 100." in read_draft("x" * 120).notes


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"followers": -1}, "-1 followers can't be right"),
        ({"followers": 10**12}, "1,000,000,000,000 followers"),
        ({"typical_views": -5.0}, "-5 typical views"),
        ({"typical_views": 0}, "0 typical views"),
        ({"typical_views": float("nan")}, "nan typical views"),
        ({"typical_views": float("inf")}, "inf typical views"),
        ({"recent_views": [100, -2]}, "-2 views of a recent video"),
        ({"recent_views": [1] * 1001}, "at most the last 1,000"),
        ({"duration_s": 0}, "A length of 0 s"),
        ({"duration_s": -3}, "A length of -3 s"),
        ({"duration_s": float("nan")}, "A length of nan s"),
        ({"duration_s": 1e9}, "up to 12 hours"),
        ({"publish_at": datetime(1970, 1, 1)}, "in 1970"),
        ({"publish_at": datetime(2999, 1, 1, tzinfo=UTC)}, "in 2999"),
        ({"description": "x" * 10_001}, "The description has 10,001 characters"),
        ({"video": "nowhere.mp4"}, "There is no file 'nowhere.mp4'"),
        ({"thumbnail": "nowhere.png"}, "There is no file 'nowhere.png'"),
        ({"video": "https://www.youtube.com/shorts/x"}, "takes a local file, not a link"),
        ({"video": "\0"}, "There is no file"),
        ({"thumbnail": "."}, "is not a file"),
    ],
)
def test_what_cannot_be_is_refused_with_one_sentence(given: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as error:
        read_draft("A title", **given)
    assert words in str(error.value)


def test_the_channel_is_what_the_creator_says_oldest_to_newest() -> None:
    channel = read_draft("A title", followers=0, typical_views=1500.0, recent_views=[10, 0, 30]).channel
    assert channel is not None
    assert (channel.followers, channel.typical_views) == (0, 1500.0)
    assert [(u.views, u.age_days) for u in channel.uploads] == [(10, 30.0), (0, 30.0), (30, 30.0)]


def test_a_time_without_zone_is_utc_and_others_are_brought_to_it() -> None:
    noon = datetime(2026, 11, 20, 12, 0)
    assert read_draft("A", publish_at=noon).draft.publish_at == noon.replace(tzinfo=UTC)
    seoul = read_draft("A", publish_at=noon.replace(tzinfo=timezone(timedelta(hours=9)))).draft.publish_at
    assert seoul == datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
    assert seoul.tzinfo is UTC


def test_hashtags_are_found_once_in_order_in_any_script() -> None:
    assert find_hashtags("Latte #Coffee #커피, #1 trick", "#coffee #lần_đầu. see x.com/#top") == (
        "Coffee",
        "커피",
        "lần_đầu",
        "top",
    )


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("3초 라떼 아트", "ko"),
        ("3秒でできるラテ", "ja"),
        ("三秒拿铁技巧", "zh"),
        ("Mẹo pha cà phê trong 3 giây", "vi"),
        ("Me\u0323o pha ca\u0300 phe\u0302", "vi"),
        ("Латте за три секунды", "ru"),
        ("Лате за три секунди — їжа", "uk"),
        ("لاتيه في ثلاث ثوان", "ar"),
        ("ลาเต้ในสามวินาที", "th"),
        ("तीन सेकंड में लट्टे", "hi"),
        ("Three second latte", None),
        ("Mon café préféré", None),
        ("Trying BTS 라떼 at home in Seoul today", None),
        ("12345 !!!", None),
        ("", None),
    ],
)
def test_the_language_is_guessed_from_letters_or_not_at_all(text: str, language: str | None) -> None:
    assert guess_language(text) == language


def test_a_video_gives_length_shape_sound_and_notes(video: Path) -> None:
    reading = inspect_draft(title="Latte", video=str(video))
    draft = reading.draft
    assert (draft.width_px, draft.height_px, draft.video_path) == (108, 192, video)
    assert draft.duration_s == pytest.approx(3, abs=0.1)
    assert draft.audio is not None
    assert draft.audio.loudness_dbfs == pytest.approx(-15, abs=0.5)
    assert reading.notes == (
        "The video is vertical (108x192) and lasts 3.0 s.",
        "Its sound averages -15 dBFS.",
        "No thumbnail was given; a frame of the video stands in.",
    )


def test_silence_bars_and_a_wide_picture_are_noted(tmp_path: Path) -> None:
    silent = clip(tmp_path / "silent.mp4", width=192, height=108, tone=0.0, bars=16)
    mute = clip(tmp_path / "mute.mp4", width=108, height=108, tone=None)
    notes = read_draft(video=str(silent)).notes
    assert notes[0].startswith("The video is horizontal (192x108)")
    assert notes[1] == "Its sound track is silent."
    assert notes[2].startswith("Plain bars or borders fill ")
    notes = read_draft(video=str(mute)).notes
    assert notes[0].startswith("The video is square")
    assert notes[1] == "It has no sound track."


def test_a_stated_length_wins_over_the_files_and_the_difference_is_noted(video: Path) -> None:
    reading = read_draft(video=str(video), duration_s=200)
    assert reading.draft.duration_s == 200
    assert any("the stated 200.0 s is used instead" in note for note in reading.notes)
    assert any("YouTube shows videos of up to 180 s as Shorts" in note for note in reading.notes)


def test_a_thumbnail_is_measured_and_a_tiny_one_refused(tmp_path: Path) -> None:
    small, dot = tmp_path / "small.jpg", tmp_path / "dot.png"
    small.write_bytes(picture(320, 180))
    dot.write_bytes(picture(8, 8, "PNG"))
    reading = read_draft(thumbnail=str(small))
    assert reading.draft.thumbnail_path == small
    assert reading.notes == (
        "The thumbnail is 320x180 px.",
        "It is small; YouTube recommends 1280x720.",
    )
    with pytest.raises(MediaError, match="8x8 px, too small"):
        read_draft(thumbnail=str(dot))


def test_a_file_is_decoded_once_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shortcast_ml.media as media

    path = clip(tmp_path / "clip.mp4", seconds=2)
    read: list[Path] = []
    really = media.read_video
    monkeypatch.setattr(media, "read_video", lambda p, **limits: (read.append(p), really(p, **limits))[1])
    first = read_draft(video=str(path))
    assert read_draft("Other title", video=str(path)).draft.duration_s == first.draft.duration_s
    assert len(read) == 1
    clip(path, seconds=1)
    os.utime(path, (1, 1))
    assert read_draft(video=str(path)).draft.duration_s == pytest.approx(1, abs=0.1)
    assert len(read) == 2


def test_limits_are_those_of_the_settings_in_use(video: Path, tmp_path: Path) -> None:
    with (
        use(Parts(Settings(_env_file=None, home=tmp_path, max_video_s=1))),
        pytest.raises(MediaError, match="lasts 3 s"),
    ):
        read_draft(video=str(video))


def test_progress_reaches_the_listener_and_nobody_else() -> None:
    heard: list[tuple[int, int, str]] = []
    report(0, 3, "nobody listens")
    with listening(lambda *step: heard.append(step)):
        report(1, 3, "one")
    report(2, 3, "nobody again")
    assert heard == [(1, 3, "one")]
