"""What is seen and heard in videos whose content is known, because it was drawn for the test."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from tests.odd_videos import film, moving, tone

from shortcast_ml.container import Passage
from shortcast_ml.errors import MediaError, ModelError
from shortcast_ml.records import Spoken
from shortcast_ml.sound_kind import RATE_HZ, KindOfSound
from shortcast_ml.transcript import asr_folder, load_transcriber, read_sound, transcribe
from shortcast_ml.watching.plan import plan_for
from shortcast_ml.watching.ranking import choose, rank_share
from shortcast_ml.watching.reading import Watched, watch_video
from shortcast_ml.watching.stills import find_stills, still_quality
from shortcast_ml.watching.strip import draw_strip, stills_of_strip
from shortcast_ml.words_on_pictures import can_read_words

SIZE = (96, 160)  # width, height


def watch(path: Path, **more: Any) -> Watched:
    return watch_video(path, max_mb=512, max_s=3 * 3600.0, **more)


def scene(seed: int, n: int, *, shift: int = 2, width: int = 96, height: int = 160) -> Iterator[np.ndarray]:
    """Yield n pictures of blobs in one scene's colours, the camera panning by `shift` pixels a frame."""
    rng = np.random.default_rng(seed)
    base = rng.integers(0, 256, 3)
    small = np.clip(base + rng.integers(-60, 60, (height // 16, (width + 400) // 16, 3)), 0, 255)
    wide = np.asarray(Image.fromarray(small.astype(np.uint8)).resize((width + 400, height)))
    for i in range(n):
        yield np.ascontiguousarray(wide[:, i * shift % 400 : i * shift % 400 + width])


def flat(shade: int, n: int) -> Iterator[np.ndarray]:
    for _ in range(n):
        yield np.full((160, 96, 3), shade, np.uint8)


# --- pictures along time


def test_cuts_are_found_where_scenes_change_and_nowhere_else(tmp_path: Path) -> None:
    path = film(tmp_path / "cuts.mp4", [*scene(1, 15), *scene(2, 15), *scene(3, 20)])
    reading = watch(path).reading
    assert reading.cuts_s == pytest.approx((1.5, 3.0), abs=0.11)
    assert reading.cuts_per_s == pytest.approx(2 / 5, abs=0.01)
    assert reading.opening.cuts == 2


def test_a_fast_pan_is_no_cut(tmp_path: Path) -> None:
    assert watch(film(tmp_path / "pan.mp4", scene(4, 39, shift=10))).reading.cuts_s == ()


def test_a_flash_is_no_cut(tmp_path: Path) -> None:
    pictures = list(scene(5, 30))
    pictures[15] = np.full_like(pictures[15], 255)
    assert watch(film(tmp_path / "flash.mp4", pictures)).reading.cuts_s == ()


def test_motion_is_the_change_between_frames_and_not_that_of_a_cut(tmp_path: Path) -> None:
    calm = watch(film(tmp_path / "calm.mp4", scene(6, 20, shift=1))).reading
    wild = watch(film(tmp_path / "wild.mp4", scene(6, 20, shift=10))).reading
    cut = watch(film(tmp_path / "cut.mp4", [*flat(20, 10), *flat(200, 10)])).reading
    assert 0 < calm.motion < wild.motion < 1
    assert cut.cuts_s == pytest.approx((1.0,), abs=0.11)
    assert cut.motion < 0.005
    assert len(calm.motion_by_s) == len(calm.brightness_by_s) == 2
    assert cut.brightness_by_s == pytest.approx((20 / 255, 200 / 255), abs=0.03)


def test_a_picture_that_stands_long_between_frames_moves_little(tmp_path: Path) -> None:
    quick = watch(film(tmp_path / "quick.mp4", moving(10, *SIZE), fps=5)).reading
    slow = watch(film(tmp_path / "slow.mp4", moving(10, *SIZE), fps=1)).reading
    assert 0 < slow.motion < 0.5 * quick.motion


def test_a_black_then_frozen_opening_is_timed(tmp_path: Path) -> None:
    dark = watch(film(tmp_path / "dark.mp4", [*flat(0, 8), *scene(7, 22)])).reading.opening
    still = next(scene(8, 1))
    stuck = watch(film(tmp_path / "stuck.mp4", [*[still] * 12, *scene(8, 18, shift=6)])).reading.opening
    assert dark.black_s == pytest.approx(0.8, abs=0.11)
    assert dark.length_s == pytest.approx(3.0)
    assert (stuck.black_s, stuck.frozen_s) == (0, pytest.approx(1.2, abs=0.15))


def test_a_video_that_ends_as_it_began_loops(tmp_path: Path) -> None:
    there = list(scene(9, 15, shift=5))
    loops = watch(film(tmp_path / "loop.mp4", [*there, *there[::-1]])).reading
    seam = watch(film(tmp_path / "seam.mp4", [*flat(10, 10), *flat(240, 10)])).reading
    assert loops.loop > 0.95
    assert seam.loop == 0


def test_an_uneven_frame_rate_is_told_from_an_even_one(tmp_path: Path) -> None:
    gaps = [20, 120, 33, 250, 16, 90, 200, 15, 70, 180, 33]
    times = [int(t) for t in np.cumsum([0, *gaps])]
    uneven = watch(film(tmp_path / "uneven.mp4", moving(12, *SIZE), times_ms=times)).reading
    even = watch(film(tmp_path / "even.mp4", moving(12, *SIZE), fps=30)).reading
    assert (uneven.variable_rate, even.variable_rate) == (True, False)


def test_bars_are_part_of_the_reading(tmp_path: Path) -> None:
    pictures = [picture.copy() for picture in scene(10, 10)]
    for picture in pictures:
        picture[:40] = picture[-40:] = 0
    assert watch(film(tmp_path / "bars.mp4", pictures)).reading.borders == pytest.approx(0.5, abs=0.05)


@pytest.mark.skipif(not can_read_words(), reason="rapidocr is not installed")
def test_words_and_no_single_letters_of_the_opening_are_read(tmp_path: Path) -> None:
    image = Image.new("RGB", (320, 320), "navy")
    draw = ImageDraw.Draw(image)
    draw.text((30, 120), "BIG SALE", fill="white", font_size=56)
    pictures = [np.asarray(image)] * 10
    assert watch(film(tmp_path / "words.mp4", pictures)).reading.opening.words == ("BIG SALE",)


# --- sound along time


def test_silence_before_the_first_sound_is_measured(tmp_path: Path) -> None:
    wave = np.concatenate([np.zeros((1, 66_150), np.float32), tone(2.5)], axis=1)
    path = film(tmp_path / "late.mp4", scene(11, 40), sound=("aac", "mono", wave))
    reading = watch(path).reading
    assert reading.opening.sound_after_s == pytest.approx(1.5, abs=0.11)
    assert reading.loudness_by_s[0] is None
    assert reading.loudness_by_s[2] == pytest.approx(20 * np.log10(0.25 / np.sqrt(2)), abs=0.5)
    assert reading.opening.loudness_dbfs == pytest.approx(20 * np.log10(0.25 / np.sqrt(2)) - 3, abs=0.7)
    assert len(reading.loudness_by_s) == 4


def test_without_sound_nothing_is_heard(tmp_path: Path) -> None:
    mute = watch(film(tmp_path / "mute.mp4", scene(12, 10))).reading
    assert (mute.audio.has_audio, mute.sound, mute.loudness_by_s) == (False, "none", ())
    assert (mute.opening.sound_after_s, mute.opening.loudness_dbfs) == (None, None)
    silent = film(tmp_path / "silent.mp4", scene(12, 10), sound=("aac", "mono", tone(1, level=0)))
    assert watch(silent).reading.sound == "none"


def heard(wave: np.ndarray) -> str:
    kind = KindOfSound()
    for start in range(0, len(wave), 1000):
        kind.add(wave[start : start + 1000].astype(np.float32))
    return kind.guess()


def syllables(seconds: float) -> np.ndarray:
    """Return what goes as speech does: voiced buzz and hiss by turns, with pauses between."""
    rng = np.random.default_rng(0)
    t = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    buzz = sum(np.sin(2 * np.pi * 120 * k * t) / k for k in range(1, 12))
    hiss = np.diff(rng.normal(0, 1, len(t) + 1))
    phase = t * 4 % 1
    return 0.2 * np.where(phase < 0.45, buzz, np.where(phase < 0.62, 0.5 * hiss, 0))


def chords(seconds: float) -> np.ndarray:
    t = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    root = 220 * 2 ** ((t.astype(int) * 5 % 12) / 12)
    return (
        0.1
        * (0.4 + 0.6 * np.exp(-3 * (t * 2 % 1)))
        * sum(np.sin(2 * np.pi * root * k * t) for k in (1, 1.25, 1.5))
    )


@pytest.mark.parametrize(
    ("wave", "kind"),
    [
        (syllables(9), "speech"),
        (chords(9), "music"),
        (np.concatenate([syllables(8), chords(8)]), "mixed"),
        (np.random.default_rng(1).normal(0, 0.1, 9 * RATE_HZ), "unsure"),
        (chords(1), "unsure"),
        (np.zeros(9 * RATE_HZ), "none"),
        (np.zeros(0), "none"),
    ],
    ids=["speech", "music", "one after the other", "noise", "too short", "silence", "nothing"],
)
def test_the_kind_of_sound_is_guessed_from_how_it_goes(wave: np.ndarray, kind: str) -> None:
    assert heard(wave) == kind


# --- what is decoded


def passage(n: int, fps: float, b_frames: int) -> Passage:
    """Return the packets of a stream in the order of decoding: each anchor before the B-frames it closes."""
    found = Passage(end_s=n / fps)
    order: list[int] = [0]
    for anchor in range(b_frames + 1, n, b_frames + 1):
        order += [anchor, *range(anchor - b_frames, anchor)]
    found.times_s.extend(i / fps for i in order)
    found.keys.extend(int(i == 0) for i in order)
    return found


def test_a_minute_of_full_hd_is_watched_whole_where_frames_can_be_left_out() -> None:
    plan = plan_for(passage(1800, 30, 3), 1920 * 1080 / 1e6, "h264", 60.0)
    assert plan.skip == "BIDIR"
    assert plan.watched_s == 60


def test_what_cant_be_left_out_is_watched_as_far_as_the_work_allows() -> None:
    phone = plan_for(passage(1800, 30, 0), 1920 * 1080 / 1e6, "h264", 60.0)
    assert phone.skip == "DEFAULT"
    assert 15 < phone.watched_s < 25
    assert plan_for(passage(1800, 30, 3), 1920 * 1080 / 1e6, "vp9", 60.0).skip == "DEFAULT"
    costly = plan_for(passage(1800, 30, 0), 1920 * 1080 / 1e6, "hevc", 60.0)
    assert costly.watched_s == pytest.approx(phone.watched_s / 2)
    assert plan_for(passage(1800, 30, 3), 1920 * 1080 / 1e6, "hevc", 60.0).skip == "NONREF"
    assert plan_for(passage(300, 30, 3), 0.5, "h264", 10.0).skip == "DEFAULT"
    assert plan_for(passage(1800, 15, 3), 1920 * 1080 / 1e6, "h264", 120.0).skip == "NONREF"
    assert plan_for(passage(18_000, 30, 3), 0.02, "h264", 600.0).watched_s == 180


def test_beyond_what_is_watched_key_frames_tell_of_cuts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shortcast_ml.watching.plan as plan

    monkeypatch.setattr(plan, "WATCH_S", 4.0)
    pictures = [*flat(30, 50), *flat(128, 50), *flat(230, 50)]
    path = film(tmp_path / "long.mp4", pictures, options={"preset": "ultrafast", "g": "10"})
    watched = watch(path)
    assert watched.watched_s == 4
    assert watched.reading.cuts_s == pytest.approx((5.0, 10.0), abs=1.0)
    assert watched.reading.cuts_per_s == pytest.approx(2 / 15, abs=0.02)
    assert watched.reading.loop < 0.5
    assert len(watched.reading.motion_by_s) == 4
    assert "watched without gaps for 4 s" in watched.reading.notes[0]
    assert "count as one" in watched.reading.notes[0]
    assert draw_strip(watched.reading, watched.stills, watched.watched_s).width == 1600


def test_progress_rises_to_its_end_and_a_listener_can_stop_the_reading(tmp_path: Path) -> None:
    path = film(tmp_path / "long.mp4", scene(13, 300), sound=("aac", "mono", tone(30)))
    steps: list[tuple[int, int, str]] = []
    watch(path, said=lambda *step: steps.append(step))
    done = [step[0] for step in steps]
    assert done == sorted(done)
    assert (done[-1], {step[1] for step in steps}) == (100, {100})
    assert {"listening", "watching"} <= {step[2] for step in steps}

    def stop(done: int, _total: int, _text: str) -> None:
        if done > 15:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watch(path, said=stop)


# --- the picture of it


def test_the_strip_shows_frames_in_the_shape_of_the_video(tmp_path: Path) -> None:
    watched = watch(
        film(tmp_path / "cuts.mp4", [*scene(1, 15), *scene(2, 15)], sound=("aac", "mono", tone(3)))
    )
    strip = draw_strip(watched.reading, watched.stills, watched.watched_s)
    pixels = np.asarray(strip).astype(int)
    assert strip.width == 1600
    orange = (np.abs(pixels - [200, 100, 27]).max(axis=2) < 12).sum()
    blue = (np.abs(pixels - [31, 111, 178]).max(axis=2) < 12).sum()
    assert orange > 300  # the cut, and the opening's mark
    assert blue > 20_000  # loudness
    assert stills_of_strip(1080, 1920) > stills_of_strip(1920, 1080) >= 5


# --- what is said


class Parrot:
    """Repeats how long the sound was, among characters that must not reach a reader."""

    def transcribe(self, wave: np.ndarray) -> Iterator[Spoken]:
        yield Spoken(start_s=0, end_s=1, text=f"  {len(wave) / RATE_HZ:.1f} s of sound\x00\x1b[31m ")
        yield Spoken(start_s=1, end_s=2, text=" \n ")


def test_a_transcript_is_clean_text_and_its_sound_is_bounded(tmp_path: Path) -> None:
    path = film(tmp_path / "talk.mp4", scene(14, 20), sound=("aac", "mono", tone(2)))
    assert transcribe(path, Parrot(), most_s=1.0) == (Spoken(start_s=0, end_s=1, text="1.0 s of sound [31m"),)
    assert watch(path, transcriber=Parrot()).reading.transcript[0].text.startswith("2.")
    wave = read_sound(path, 60)
    assert wave.dtype == np.float32
    assert np.sqrt((wave[4000:-4000] ** 2).mean()) == pytest.approx(0.25 / np.sqrt(2), rel=0.05)
    mute = film(tmp_path / "mute.mp4", scene(14, 5))
    assert transcribe(mute, Parrot()) == ()


def test_without_the_extra_or_a_model_nothing_is_transcribed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = asr_folder(tmp_path)
    monkeypatch.setitem(sys.modules, "faster_whisper", whisper(lambda: iter(())))
    assert load_transcriber(folder) is None
    folder.mkdir(parents=True)
    with pytest.raises(ModelError, match="holds no speech model"):
        load_transcriber(folder)
    monkeypatch.delitem(sys.modules, "faster_whisper")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert load_transcriber(folder) is None


def whisper(pieces: Callable[[], Iterator[Any]], error: Exception | None = None) -> ModuleType:
    """Return a module that looks like faster-whisper."""
    from importlib.machinery import ModuleSpec

    class WhisperModel:
        def __init__(self, folder: str, **options: Any) -> None:
            if error:
                raise error
            assert options["local_files_only"]

        def transcribe(self, wave: np.ndarray, **_options: Any) -> tuple[Iterator[Any], None]:
            return pieces(), None

    module = ModuleType("faster_whisper")
    module.__spec__ = ModuleSpec("faster_whisper", None)
    module.WhisperModel = WhisperModel  # type: ignore[attr-defined]
    return module


def test_a_local_whisper_model_is_loaded_once_and_its_doubts_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = asr_folder(tmp_path)
    folder.mkdir(parents=True)
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (folder / name).write_bytes(b"x")

    def pieces() -> Iterator[Any]:
        yield SimpleNamespace(start=0.111, end=1, text=" Hello.", no_speech_prob=0.1, avg_logprob=-0.3)
        yield SimpleNamespace(start=1, end=2, text=" ...", no_speech_prob=0.9, avg_logprob=-2.0)

    monkeypatch.setitem(sys.modules, "faster_whisper", whisper(pieces, RuntimeError("bad magic")))
    with pytest.raises(ModelError, match="bad magic"):
        load_transcriber(folder)
    monkeypatch.setitem(sys.modules, "faster_whisper", whisper(pieces))
    found = load_transcriber(folder)
    assert found is not None
    assert load_transcriber(folder) is found
    assert list(found.transcribe(np.zeros(10, np.float32))) == [Spoken(start_s=0.11, end_s=1, text=" Hello.")]


# --- good stills


def sharp(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    base = rng.integers(30, 226, 3)
    picture = np.clip(base + rng.integers(-30, 30, (20, 12, 3)), 0, 255).astype(np.uint8)
    return np.asarray(Image.fromarray(picture).resize((96, 160), Image.Resampling.NEAREST))


def test_dark_blurred_and_repeated_frames_are_no_candidates(tmp_path: Path) -> None:
    from PIL import ImageFilter

    soft = np.asarray(Image.fromarray(sharp(3)).filter(ImageFilter.GaussianBlur(9)))
    pictures = [*[sharp(1)] * 10, *[soft] * 10, *flat(3, 10), *[sharp(2)] * 10, *[sharp(1)] * 10]
    found = find_stills(film(tmp_path / "clip.mp4", pictures), max_mb=9, max_s=99.0)
    times = sorted(candidate.at_s for candidate in found.candidates)
    assert len(times) == 2
    assert not any(0.9 < t < 2.9 for t in times)
    assert found.dark >= 2
    assert found.blurred >= 2
    assert found.stand_in.at_s == pytest.approx(1.25, abs=0.16)
    assert found.candidates[0].image.size == SIZE


def test_a_frame_in_the_middle_of_a_transition_loses_to_those_around_it(tmp_path: Path) -> None:
    a, b = sharp(4).astype(float), sharp(5).astype(float)
    blend = [(a * (1 - k) + b * k).astype(np.uint8) for k in (0.33, 0.66)]
    pictures = [*[sharp(4)] * 3, *blend, *[sharp(5)] * 3]
    found = find_stills(film(tmp_path / "mix.mp4", pictures, fps=5), max_mb=9, max_s=99.0)
    assert all(candidate.at_s <= 0.41 or candidate.at_s >= 0.99 for candidate in found.candidates[:2])


def test_quality_wants_sharpness_light_and_contrast() -> None:
    assert still_quality(3.5, 0.5, 0.5) == 1
    assert still_quality(1.5, 0.5, 0.5) == 0
    assert still_quality(3.5, 0.05, 0.5) == 0
    assert still_quality(3.5, 0.5, 0.1) < still_quality(3.5, 0.5, 0.3) < 1


def test_ranks_share_what_is_equal_and_choices_avoid_what_is_alike() -> None:
    assert rank_share(np.array([3.0, 1.0, 3.0])).tolist() == [0.75, 0.0, 0.75]
    assert rank_share(np.array([5.0])).tolist() == [1.0]
    vectors = np.array([[1, 0], [0.999, 0.0447], [0, 1], [0.7, 0.714]], np.float32)
    effects, qualities = np.array([0.10, 0.09, 0.05, 0.0]), np.array([0.9, 0.8, 0.7, 0.1])
    assert choose(effects, qualities, vectors, 2) == [0, 2]  # the second best repeats the best
    assert choose(effects, qualities, vectors, 9) == [0, 1, 2, 3]
    assert choose(np.zeros(0), np.zeros(0), np.zeros((0, 2), np.float32), 3) == []


def test_a_video_without_a_frame_is_refused_by_both(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"nothing")
    for read in (watch, lambda p: find_stills(p, max_mb=9, max_s=9.0)):
        with pytest.raises(MediaError, match="is not a video"):
            read(tmp_path / "a.mp4")
