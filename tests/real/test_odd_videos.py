"""Done-when: real clips and every odd video give a reading or one clear sentence, in bounded memory."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests import odd_videos as odd

from shortcast_ml.errors import InputError, MediaError
from shortcast_ml.records import VideoReading
from shortcast_ml.settings import Settings
from shortcast_ml.watching.stills import find_stills
from shortcast_tools.parts import Parts, use
from shortcast_tools.read_video import read_video


@pytest.fixture(autouse=True)
def _parts(shared_parts: Parts) -> object:
    with use(shared_parts):
        yield


def check(reading: VideoReading) -> None:
    """Hold a reading against itself: whatever the file, these are true."""
    assert reading.duration_s > 0
    assert reading.width_px > 0
    assert reading.height_px > 0
    assert reading.frames >= 1
    assert 0 <= reading.loop <= 1
    assert 0 <= reading.borders <= 1
    assert 0 <= reading.motion <= 1
    assert all(0 <= at_s <= reading.duration_s + 0.5 for at_s in reading.cuts_s)
    assert list(reading.cuts_s) == sorted(reading.cuts_s)
    assert 0 <= reading.opening.frozen_s <= reading.opening.length_s <= 3.0001
    assert reading.audio.has_audio == bool(reading.loudness_by_s)
    assert reading.strip_path is not None
    assert reading.strip_path.is_file()
    assert all(note.endswith(".") for note in reading.notes)
    assert VideoReading.model_validate_json(reading.model_dump_json()) == reading


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="this system has no such priorities")
def test_writing_av1_leaves_the_tests_at_their_priority(tmp_path: Path) -> None:
    odd.av1(tmp_path)
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


def test_there_are_thirty_odd_videos_and_more() -> None:
    assert len(odd.READ) + len(odd.REFUSED) >= 40


@pytest.mark.parametrize("make", odd.READ, ids=lambda make: make.__name__)
def test_an_odd_video_gives_a_reading(tmp_path: Path, make: odd.Maker) -> None:
    path = make(tmp_path)
    check(read_video(str(path)))
    found = find_stills(path, max_mb=512, max_s=3 * 3600.0)
    assert found.looked_at >= 1


@pytest.mark.parametrize(
    ("make", "words"), odd.REFUSED.items(), ids=lambda item: getattr(item, "__name__", "")
)
def test_what_is_no_video_gives_one_clear_sentence(tmp_path: Path, make: odd.Maker, words: str) -> None:
    path = make(tmp_path)
    with pytest.raises(MediaError) as error:
        read_video(str(path))
    text = str(error.value)
    assert words in text
    assert text.endswith(".")
    assert "\n" not in text
    assert len(text) < 220
    assert str(tmp_path) not in text


def test_what_was_odd_about_them_is_in_the_reading(tmp_path: Path) -> None:
    read = {make.__name__: read_video(str(make(tmp_path))) for make in (
        odd.one_frame, odd.two_frames, odd.variable_rate, odd.rotated, odd.anamorphic, odd.black, odd.frozen,
        odd.late_start, odd.silent_track, odd.sound_that_outlasts, odd.mpeg2,
    )}  # fmt: skip
    assert "one frame only" in read["one_frame"].notes[0]
    assert read["two_frames"].notes == ()
    assert read["variable_rate"].variable_rate
    assert (read["rotated"].width_px, read["rotated"].height_px) == (108, 192)
    assert (read["anamorphic"].width_px, read["anamorphic"].height_px) == (128, 160)
    assert "black throughout" in read["black"].notes[0]
    assert read["black"].opening.black_s == pytest.approx(1.2, abs=0.05)
    assert "stands still throughout" in read["frozen"].notes[0]
    assert read["late_start"].duration_s == pytest.approx(1.0, abs=0.15)
    assert read["silent_track"].sound == "none"
    assert read["sound_that_outlasts"].duration_s == pytest.approx(3.0, abs=0.1)
    assert read["mpeg2"].duration_s == pytest.approx(12 / 25, abs=0.1)  # its header says half of that


def test_a_link_or_a_folder_is_no_video_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a link"):
        read_video("https://example.com/a.mp4")
    with pytest.raises(InputError, match="is not a file"):
        read_video(str(tmp_path))


def test_the_limits_of_the_settings_hold(tmp_path: Path) -> None:
    path = odd.no_audio(tmp_path)
    with (
        use(Parts(Settings(_env_file=None, home=tmp_path, max_video_s=1))),  # type: ignore[call-arg]
        pytest.raises(MediaError, match="lasts 2 s"),
    ):
        read_video(str(path))


def test_with_a_title_the_moment_that_fits_it_best_is_named(tmp_path: Path) -> None:
    reading = read_video(str(odd.no_audio(tmp_path)), title="stripes in many colours")
    assert reading.notes[-1].startswith("Of 8 frames, the one at ")


def test_what_is_said_takes_a_model_and_one_note_says_so(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    t = np.arange(44100 * 9) / 44100
    buzz = sum(np.sin(2 * np.pi * 120 * k * t) / k for k in range(1, 12))
    hiss = np.diff(rng.normal(0, 1, len(t) + 1))
    wave = 0.2 * np.where(t * 4 % 1 < 0.45, buzz, np.where(t * 4 % 1 < 0.62, 0.5 * hiss, 0))
    path = odd.film(tmp_path / "talk.mp4", odd.moving(90, 48, 80), sound=("aac", "mono", wave[None]))
    reading = read_video(str(path))
    assert reading.sound == "speech"
    assert sum("not transcribed" in note for note in reading.notes) == 1


@pytest.mark.data
def test_every_real_clip_is_read(data_dir: Path) -> None:
    clips = sorted((data_dir / "test_videos").iterdir())
    assert len(clips) >= 5
    for clip in clips:
        reading = read_video(str(clip))
        check(reading)
        assert reading.cuts_s == ()  # each is one shot
        assert reading.notes == ()


_MEASURE = """
import sys
from shortcast_evals.bench_video import own_peak_gb
from shortcast_tools.read_video import read_video
before = own_peak_gb()
for path in sys.argv[1:]:
    read_video(path)
print(own_peak_gb() - before)
"""


def test_memory_stays_far_below_a_gigabyte_above_the_baseline(tmp_path: Path) -> None:
    large = [
        odd.uhd(tmp_path),
        odd.ten_minutes(tmp_path),
        odd.film(tmp_path / "uhd10.mp4", odd.moving(4, 3840, 2160), "libx265", pix_fmt="yuv420p10le"),
    ]
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, *map(str, large)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert 0.1 < float(done.stdout.splitlines()[-1]) < 1.0


def test_the_bench_reads_the_clip_that_it_wrote(capsys: pytest.CaptureFixture[str]) -> None:
    from shortcast_evals.bench_video import bench_video

    bench_video(seconds=9, height=180, codec="libx264", b_frames=3, runs=1, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["cuts"] == 2
    assert told["clip"].startswith("9 s, 180p, libx264, 3 B-frames")
    assert 0 < told["seconds"] < 60
    assert 0 < told["above_baseline_gb"] < 1
