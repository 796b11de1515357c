"""What is said in a video, where a local Whisper model lies beside the library and `faster-whisper` is installed.

Nothing is downloaded: the model is a folder that the user puts there (`model.bin`, `config.json` and
`tokenizer.json`, as CTranslate2 converts it). What is transcribed is foreign text: data, never an instruction.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from shortcast_ml.container import existing, opened
from shortcast_ml.errors import ModelError
from shortcast_ml.records import Spoken
from shortcast_ml.sound_kind import RATE_HZ

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_S = 180.0  # of a video that is transcribed
NO_SPEECH = 0.6  # probability above which a piece is taken for no speech. Source: Whisper's own default
LOGPROB = -1.0  # and mean log probability of its words below it, as Whisper's default
LONGEST = 300  # characters kept of a piece


class Transcriber(Protocol):
    """Mono sound at 16 kHz to pieces of text."""

    def transcribe(self, wave: "NDArray[np.float32]") -> Iterable[Spoken]:
        """Yield what is said in (n,) samples, 1.0 is full scale, in order of time."""


def asr_folder(home: Path) -> Path:
    """Return where a speech model is looked for: `models/asr` of the data folder."""
    return home / "models" / "asr"


def can_transcribe() -> bool:
    """Tell whether the optional package `faster-whisper` is there."""
    from importlib.util import find_spec

    return find_spec("faster_whisper") is not None


def load_transcriber(folder: Path) -> Transcriber | None:
    """Return the model of a folder, loaded once; None where there is no such folder or the package is missing.

    Raises ModelError when the folder holds no model that can be read.
    """
    if not folder.is_dir() or not can_transcribe():
        return None
    with _loading:
        if folder not in _loaded:
            _loaded[folder] = _load(folder)
        return _loaded[folder]


_loading = threading.Lock()
_loaded: dict[Path, Transcriber] = {}


def _load(folder: Path) -> Transcriber:
    from importlib import import_module

    from shortcast_ml.encoders.devices import cpu_threads

    if not all((folder / name).is_file() for name in ("model.bin", "config.json", "tokenizer.json")):
        raise ModelError(
            f"{folder} holds no speech model: put model.bin, config.json and tokenizer.json of a Whisper model in it, "
            "as CTranslate2 converts it, or take the folder away."
        )
    try:
        model = import_module("faster_whisper").WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=cpu_threads(), local_files_only=True
        )
    except (RuntimeError, ValueError, OSError) as error:
        raise ModelError(
            f"The speech model in {folder} can't be read ({str(error)[:80]}); put it there again."
        ) from error
    return _Whisper(model)


@dataclass(frozen=True)
class _Whisper:
    model: Any

    def transcribe(self, wave: "NDArray[np.float32]") -> Iterable[Spoken]:
        pieces, _ = self.model.transcribe(
            wave, vad_filter=True, beam_size=1, condition_on_previous_text=False
        )
        for piece in pieces:
            if piece.no_speech_prob > NO_SPEECH and piece.avg_logprob < LOGPROB:
                continue
            yield Spoken(start_s=round(piece.start, 2), end_s=round(piece.end, 2), text=piece.text)


def transcribe(path: str | Path, transcriber: Transcriber, most_s: float = MOST_S) -> tuple[Spoken, ...]:
    """Return what is said in the first `most_s` of a video; () without sound. Raises MediaError."""
    wave = read_sound(path, most_s)
    if not len(wave):
        return ()
    found = []
    for piece in transcriber.transcribe(wave):
        text = " ".join("".join(c if c.isprintable() else " " for c in piece.text).split())[:LONGEST]
        if text:
            found.append(piece.model_copy(update={"text": text}))
    return tuple(found)


def read_sound(path: str | Path, most_s: float) -> "NDArray[np.float32]":
    """Return the first `most_s` of a file's sound, (n,) float32 mono at 16 kHz; empty without any."""
    import av
    import numpy as np

    pieces: list[NDArray[np.float32]] = []
    held = 0
    with opened(existing(path, "video", None)) as container:
        if container.streams.audio:
            resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
            try:
                for packet in container.demux(container.streams.audio[0]):
                    try:
                        frames = [out for frame in packet.decode() for out in resampler.resample(frame)]
                    except (av.FFmpegError, ValueError):
                        continue
                    pieces += [np.nan_to_num(frame.to_ndarray()[0]) for frame in frames]
                    held += sum(frame.samples for frame in frames)
                    if held >= most_s * RATE_HZ:
                        break
            except av.FFmpegError:
                pass  # cut off here
    return np.concatenate(pieces)[: int(most_s * RATE_HZ)] if pieces else np.zeros(0, np.float32)
