"""Pictures and videos as creators hand them over: whole, odd, broken and hostile."""

import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.localsite import clip, picture

from shortcast_ml.errors import MediaError
from shortcast_ml.media import border_share, open_image, read_video, sample_frames

HOUR_S = 3600.0


def read(path: Path, max_mb: int = 512, max_s: float = 3 * HOUR_S):
    return read_video(path, max_mb=max_mb, max_s=max_s)


def save(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def one_sentence(error: pytest.ExceptionInfo[MediaError]) -> str:
    text = str(error.value)
    assert text.endswith(".")
    assert len(text) < 220
    assert "\n" not in text
    return text


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip(tmp_path_factory.mktemp("media") / "clip.mp4", seconds=3)


# --- pictures


def test_a_picture_is_returned_as_rgb_of_its_own_size(tmp_path: Path) -> None:
    image = open_image(save(tmp_path / "a.jpg", picture(640, 360)))
    assert (image.mode, image.size) == ("RGB", (640, 360))


def test_a_picture_that_a_phone_marked_as_turned_stands_upright(tmp_path: Path) -> None:
    image = Image.new("RGB", (40, 20), "red")
    image.paste("blue", (20, 0, 40, 20))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise by a quarter
    image.save(tmp_path / "turned.png", exif=exif)
    upright = open_image(tmp_path / "turned.png")
    assert upright.size == (20, 40)
    assert upright.getpixel((10, 5)) == (255, 0, 0)
    assert upright.getpixel((10, 35)) == (0, 0, 255)


def test_transparency_becomes_white(tmp_path: Path) -> None:
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(tmp_path / "clear.png")
    assert open_image(tmp_path / "clear.png").getpixel((4, 4)) == (255, 255, 255)


def test_an_animation_gives_its_first_frame(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("lime", "red")]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    assert open_image(tmp_path / "moving.gif").getpixel((0, 0)) == (0, 255, 0)


def test_sixteen_bits_of_grey_are_scaled_not_clipped(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 32768, 65535]], dtype=np.uint16)).save(tmp_path / "deep.png")
    image = open_image(tmp_path / "deep.png")
    assert [image.getpixel((x, 0)) for x in range(3)] == [(0, 0, 0), (127, 127, 127), (255, 255, 255)]


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes whose header promises far more."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [9_000, 60_000])
def test_a_picture_bomb_is_refused_before_it_is_decoded(tmp_path: Path, side: int) -> None:
    path = save(tmp_path / "bomb.png", bomb(side, side))
    start = time.perf_counter()
    with pytest.raises(MediaError) as error:
        open_image(path)
    assert "too large" in one_sentence(error)
    assert "64 megapixels" in str(error.value)
    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty (0 bytes)"),
        (b"These are words, not a picture.", "is not a picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "is not a picture"),
        (picture(640, 360)[:2000], "damaged or cut off"),
        (picture(640, 360, "PNG")[:700], "damaged or cut off"),
    ],
    ids=["zero bytes", "words", "postscript", "half a JPEG", "half a PNG"],
)
def test_what_is_no_whole_picture_is_refused_with_one_sentence(
    tmp_path: Path, data: bytes, words: str
) -> None:
    with pytest.raises(MediaError) as error:
        open_image(save(tmp_path / "a.png", data))
    assert words in one_sentence(error)


def test_a_picture_that_is_not_there_is_named_without_its_folder(tmp_path: Path) -> None:
    with pytest.raises(MediaError) as error:
        open_image(tmp_path / "gone.png")
    assert "'gone.png'" in one_sentence(error)
    assert str(tmp_path) not in str(error.value)


# --- videos


def test_a_video_is_measured(video: Path) -> None:
    facts = read(video)
    assert (facts.width_px, facts.height_px) == (108, 192)
    assert facts.duration_s == pytest.approx(3.0, abs=0.1)
    assert facts.fps == pytest.approx(10, rel=0.05)
    assert facts.notes == ()


def test_the_loudness_of_a_tone_is_that_of_its_amplitude(tmp_path: Path) -> None:
    audio = read(clip(tmp_path / "tone.avi", tone=0.25)).audio
    assert audio is not None
    assert audio.has_audio
    assert audio.loudness_dbfs == pytest.approx(20 * np.log10(0.25 / np.sqrt(2)), abs=0.05)
    assert audio.peak_dbfs == pytest.approx(20 * np.log10(0.25), abs=0.05)
    assert audio.silent_share == 0


def test_compressed_sound_is_heard_as_loud_as_it_was(video: Path) -> None:
    audio = read(video).audio
    assert audio is not None
    assert audio.loudness_dbfs == pytest.approx(20 * np.log10(0.25 / np.sqrt(2)), abs=0.3)


def test_a_silent_video_has_a_sound_track_without_loudness(tmp_path: Path) -> None:
    audio = read(clip(tmp_path / "silent.mp4", tone=0.0)).audio
    assert audio is not None
    assert (audio.has_audio, audio.loudness_dbfs, audio.peak_dbfs, audio.silent_share) == (
        True,
        None,
        None,
        1.0,
    )


def test_a_video_without_sound_track_says_so(tmp_path: Path) -> None:
    audio = read(clip(tmp_path / "mute.mp4", tone=None)).audio
    assert audio is not None
    assert (audio.has_audio, audio.loudness_dbfs) == (False, None)


def turn(path: Path) -> Path:
    """Mark a video's picture as turned clockwise by a quarter, as phones do."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 4 + 32 + 4
    data[at : at + 36] = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    return save(path.with_name("turned.mp4"), bytes(data))


def test_a_turned_video_is_measured_and_shown_upright(tmp_path: Path) -> None:
    path = turn(clip(tmp_path / "phone.mp4", width=192, height=108, bars=0, tone=None))
    facts = read(path)
    assert (facts.width_px, facts.height_px) == (108, 192)
    flat = np.asarray(sample_frames(tmp_path / "phone.mp4", 1)[0], dtype=float)
    shown = np.asarray(sample_frames(path, 1)[0], dtype=float)
    assert shown.shape[:2] == (192, 108)
    assert np.abs(shown - np.rot90(flat, -1)).mean() < 1


def test_frames_are_evenly_spaced(tmp_path: Path) -> None:
    path = clip(tmp_path / "long.mp4", seconds=40, tone=None)  # 400 frames: beyond what is decoded in one go
    frames = sample_frames(path, 4)
    truth = sample_frames_by_decoding(path, [5.0, 15.0, 25.0, 35.0])
    assert len(frames) == 4
    for frame, true in zip(frames, truth, strict=True):
        assert np.abs(np.asarray(frame, dtype=float) - np.asarray(true, dtype=float)).mean() < 2


def sample_frames_by_decoding(path: Path, times: list[float]) -> list[Image.Image]:
    import av

    found: list[Image.Image] = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if len(found) < len(times) and frame.time >= times[len(found)] - 1e-6:
                found.append(frame.to_image())
    return found


def test_bars_are_found_where_they_are(tmp_path: Path) -> None:
    barred = clip(tmp_path / "bars.mp4", bars=48, tone=None)
    assert border_share(sample_frames(barred, 2)) == pytest.approx(0.5, abs=0.05)
    assert border_share(sample_frames(clip(tmp_path / "full.mp4", tone=None), 2)) == 0
    assert border_share([]) == 0
    assert border_share([Image.new("RGB", (90, 160), "black")]) == 0  # a fade is no border


def test_a_four_hour_video_is_refused_from_its_header(tmp_path: Path) -> None:
    path = clip(tmp_path / "long.mp4", seconds=4 * HOUR_S + 60, step_s=HOUR_S / 2, tone=None)
    start = time.perf_counter()
    with pytest.raises(MediaError) as error:
        read(path)
    text = one_sentence(error)
    assert "lasts" in text
    assert "at most 3.0 hours" in text
    assert time.perf_counter() - start < 1


def test_a_recording_without_length_in_its_header_is_still_measured(tmp_path: Path) -> None:
    whole = clip(tmp_path / "stream.ts", seconds=3)
    assert read(whole).duration_s == pytest.approx(3.0, abs=0.3)


@pytest.mark.parametrize("name", ["notes.mp4", "list.m3u8.mp4", "concat.mp4"])
def test_a_text_file_named_mp4_is_refused_with_one_sentence(tmp_path: Path, name: str) -> None:
    clip(tmp_path / "real.mp4")
    text = {
        "notes.mp4": "Shot 1: pour the milk.\n" * 200,
        "list.m3u8.mp4": "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nreal.mp4\n#EXT-X-ENDLIST\n",
        "concat.mp4": "ffconcat version 1.0\nfile real.mp4\n",
    }[name]
    with pytest.raises(MediaError) as error:
        read(save(tmp_path / name, text.encode()))
    assert "is not a video that can be read" in one_sentence(error)


@pytest.mark.parametrize("kept", [0, 40, 4000])
def test_a_corrupt_or_zero_byte_video_is_refused_with_one_sentence(
    tmp_path: Path, video: Path, kept: int
) -> None:
    noise = np.random.default_rng(1).bytes(20_000) if kept else b""
    with pytest.raises(MediaError) as error:
        read(save(tmp_path / "broken.mp4", video.read_bytes()[:kept] + noise))
    assert ("0 bytes" if not kept else "broken.mp4") in one_sentence(error)


def test_a_picture_named_mp4_is_no_video(tmp_path: Path) -> None:
    with pytest.raises(MediaError):
        read(save(tmp_path / "still.mp4", picture()))


def test_a_video_whose_frames_are_noise_is_refused(tmp_path: Path, video: Path) -> None:
    data = bytearray(video.read_bytes())
    start = data.index(b"mdat") + 4
    data[start : start + 60_000] = np.random.default_rng(2).bytes(len(data[start : start + 60_000]))
    moov = video.read_bytes()[video.read_bytes().index(b"moov") - 4 :]
    data[len(data) - len(moov) :] = moov
    with pytest.raises(MediaError) as error:
        read(save(tmp_path / "noise.mp4", bytes(data)))
    one_sentence(error)


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    import av

    path = tmp_path / "song.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        frame.sample_rate = 44100
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    with pytest.raises(MediaError) as error:
        read(path)
    assert "only sound" in one_sentence(error)


def test_a_file_beyond_the_limit_of_size_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.mp4"
    with path.open("wb") as file:
        file.truncate(2_000_000)
    with pytest.raises(MediaError) as error:
        read(path, max_mb=1)
    assert "at most 1 MB" in one_sentence(error)


def test_a_cut_off_video_gives_a_reading_with_a_note(tmp_path: Path) -> None:
    whole = clip(tmp_path / "whole.mp4", seconds=8, movflags="faststart").read_bytes()
    facts = read(save(tmp_path / "cut.mp4", whole[: len(whole) * 6 // 10]))
    assert facts.duration_s == pytest.approx(8, abs=0.3)
    assert len(facts.notes) == 1
    assert "cut off" in facts.notes[0]
    assert sample_frames(tmp_path / "cut.mp4", 3)


def test_a_long_video_that_is_cut_off_still_shows_its_beginning(tmp_path: Path) -> None:
    whole = clip(tmp_path / "whole.mp4", seconds=40, tone=None, movflags="faststart").read_bytes()
    path = save(tmp_path / "cut.mp4", whole[: len(whole) // 3])
    frames = sample_frames(path, 2)
    assert [frame.size for frame in frames][:1] == [(108, 192)]
    assert "cut off" in read(path).notes[0]


def test_frames_larger_than_8k_are_refused_before_decoding(tmp_path: Path) -> None:
    import av

    path = tmp_path / "vast.avi"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("rawvideo", rate=10)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "bgr24"
        frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), "bgr24")
        out.mux([*stream.encode(frame), *stream.encode(None)])
    data = bytearray(path.read_bytes())
    header = data.index(b"strf") + 8  # BITMAPINFOHEADER: size, width, height
    data[header + 4 : header + 12] = struct.pack("<ii", 16_000, 16_000)
    with pytest.raises(MediaError) as error:
        read(save(path, bytes(data)))
    assert "16000x16000" in one_sentence(error)


def test_a_minute_of_full_hd_is_read_quickly(tmp_path: Path) -> None:
    path = clip(tmp_path / "hd.mp4", seconds=60, width=1080, height=1920, step_s=5)
    start = time.perf_counter()
    read(path)
    assert time.perf_counter() - start < 3


def test_the_name_of_a_file_is_never_read_as_a_protocol(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    clip(tmp_path / "concat:a.mp4")
    assert read(Path("concat:a.mp4")).width_px == 108
