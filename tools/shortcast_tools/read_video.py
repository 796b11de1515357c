"""The tool that watches a video: its opening, cuts, motion and sound, drawn along its time."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from shortcast_ml.records import VideoReading
from shortcast_tools.arguments import Title
from shortcast_tools.draft import stamp
from shortcast_tools.drawn import save_picture
from shortcast_tools.parts import parts
from shortcast_tools.progress import report

if TYPE_CHECKING:
    from shortcast_ml.transcript import Transcriber
    from shortcast_ml.watching.reading import Watched

WholeVideo = Annotated[str, Field(description="Path of a local video file.")]


def read_video(video: WholeVideo, title: Title = "") -> VideoReading:
    """Watch and hear a local video: its first 3 seconds, cuts, motion, loudness, loop, words on the opening.

    Use it for "what happens in my video?", "is the opening too slow?", "how many cuts?", "is it too quiet?". It
    draws the video along its time. With a title, it says which moment fits the title best. It forecasts nothing
    and calls nothing a cause. For length and shape alone inspect_draft is quicker; for frames that would make a
    thumbnail there is suggest_thumbnails.
    """
    from shortcast_ml.watching.reading import watch_video
    from shortcast_ml.watching.strip import draw_strip

    path, _, _ = stamp(video, "video")
    settings = parts().settings
    transcriber, note = _transcriber(settings.home.expanduser())
    watched = watch_video(
        path,
        max_mb=settings.max_video_mb,
        max_s=float(settings.max_video_s),
        transcriber=transcriber,
        said=lambda done, total, text: report(done, total, f"{text[:1].upper()}{text[1:]}: {path.name}"),
    )
    reading = watched.reading
    notes = list(reading.notes)
    if note and reading.sound in ("speech", "mixed"):
        notes.append(note)
    if title.strip():
        notes.append(_fit(watched, title))
    strip = save_picture(draw_strip(reading, watched.stills, watched.watched_s), "video")
    return reading.model_copy(update={"notes": tuple(notes), "strip_path": strip})


def _transcriber(home: Path) -> "tuple[Transcriber | None, str]":
    """Return the local speech model, or None and what would bring one."""
    from shortcast_ml.transcript import asr_folder, can_transcribe, load_transcriber

    folder = asr_folder(home)
    found = load_transcriber(folder)
    if found is not None:
        return found, ""
    if not can_transcribe():
        return None, "What is said was not transcribed: that takes the extra `asr` and a Whisper model."
    return None, f"What is said was not transcribed: there is no Whisper model in {folder}."


def _fit(watched: "Watched", title: str) -> str:
    """Say which frame is nearest to the title in the encoder's space."""
    encoder = parts().encoder
    report(95, 100, "Holding frames against the title")
    words = encoder.encode_texts([title.strip()])[0]
    cosines = encoder.encode_images([still.image for still in watched.stills]) @ words
    best = int(cosines.argmax())
    return (
        f"Of {len(cosines)} frames, the one at {watched.stills[best].at_s:.1f} s fits the title best (cosine "
        f"{cosines[best]:.2f}, the first {cosines[0]:.2f}), as the encoder {encoder.id} sees it."
    )
