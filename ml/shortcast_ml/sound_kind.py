"""Speech or music: a guess from how a sound's level and brightness come and go, four seconds at a time.

Speech alternates voiced and unvoiced sounds, so its zero crossings spread widely, and it pauses between
syllables; music keeps both steadier; noise is as strong at every pitch. The limits were set on a few minutes of
synthesized speech in four languages and three pieces of music, alone and mixed: a guess, and no more.

Source: Saunders, "Real-time discrimination of broadcast speech/music", ICASSP 1996 (zero crossings); Scheirer and
Slaney, "Construction and evaluation of a robust multifeature speech/music discriminator", ICASSP 1997 (share of
frames of low energy).
"""

from collections import Counter
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Kind = Literal["speech", "music", "mixed", "none", "unsure"]

RATE_HZ = 16_000
FRAME = RATE_HZ // 50  # samples: 20 ms
WINDOW = 4 * RATE_HZ
SILENT_RMS = 10 ** (-50 / 20)
HEARD_OF_LOUDEST = 0.05  # quieter frames of a window say nothing of its sound
NOISE = 0.2  # spectral flatness above which a window is noise
STEADY = 0.05  # standard deviation of log10 level below which nothing happens
SPEECH_CROSSINGS, MUSIC_CROSSINGS = 0.095, 0.075  # standard deviation of the share of zero crossings
SPEECH_PAUSES, MUSIC_PAUSES = 0.26, 0.35  # share of frames below half of their second's mean level
CLEAR = 0.7  # share of the windows that makes one kind the whole's


class KindOfSound:
    """Takes mono sound at 16 kHz in pieces, and keeps one word for every four seconds."""

    def __init__(self) -> None:
        self._pieces: list[NDArray[np.float32]] = []
        self._held = 0
        self._words: Counter[Kind] = Counter()

    def add(self, wave: "NDArray[np.float32]") -> None:
        """Add samples, (n,), 1.0 is full scale."""
        import numpy as np

        self._pieces.append(wave)
        self._held += len(wave)
        if self._held < WINDOW:
            return
        held = np.concatenate(self._pieces)
        while len(held) >= WINDOW:
            self._words[kind_of_window(held[:WINDOW])] += 1
            held = held[WINDOW:]
        self._pieces, self._held = [held], len(held)

    def guess(self) -> Kind:
        """Return the kind of most windows; "mixed" where speech and music share them."""
        import numpy as np

        words = self._words.copy()
        if self._held >= WINDOW / 2:
            words[kind_of_window(np.concatenate(self._pieces))] += 1
        heard = sum(words.values()) - words["none"]
        if not heard:
            short = 0 < self._held < WINDOW / 2 and not words
            return "unsure" if short and _rms(np.concatenate(self._pieces)) >= SILENT_RMS else "none"
        for kind in ("speech", "music", "mixed"):
            if words[kind] >= CLEAR * heard:
                return kind
        told = words["speech"] + words["music"] + words["mixed"]
        return "mixed" if told >= CLEAR * heard else "unsure"


def kind_of_window(wave: "NDArray[np.float32]") -> Kind:
    """Return the kind of 2 to 4 s of mono sound at 16 kHz, (n,)."""
    import numpy as np

    frames = wave[: len(wave) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    level = np.sqrt((frames**2).mean(axis=1)) + 1e-9  # (frames,)
    if _rms(wave) < SILENT_RMS:
        return "none"
    seconds = level[: len(level) // 50 * 50].reshape(-1, 50)
    pauses = float((seconds < 0.5 * seconds.mean(axis=1, keepdims=True)).mean())
    loud = level > HEARD_OF_LOUDEST * level.max()
    crossings = float((np.diff(np.signbit(frames), axis=1) != 0).mean(axis=1)[loud].std())
    power = np.abs(np.fft.rfft(frames[loud] * np.hanning(FRAME), axis=1))[:, 2:] ** 2 + 1e-12
    flatness = float(np.median(np.exp(np.log(power).mean(axis=1)) / power.mean(axis=1)))
    if flatness > NOISE or np.log10(level[loud]).std() < STEADY:
        return "unsure"
    if crossings >= SPEECH_CROSSINGS and pauses >= SPEECH_PAUSES:
        return "speech"
    if crossings < MUSIC_CROSSINGS:
        return "music" if pauses < MUSIC_PAUSES else "unsure"
    return "mixed"


def _rms(wave: "NDArray[np.float32]") -> float:
    import numpy as np

    return float(np.sqrt((wave.astype(np.float64) ** 2).mean()))
