"""How loud a sound track is: running sums over a stream of packets, a tenth of a second at a time."""

import math
from array import array
from typing import Any

from shortcast_ml.records import Audio
from shortcast_ml.sound_kind import RATE_HZ, Kind, KindOfSound

BLOCK_S = 0.1
SILENT_BLOCK_DBFS = -50.0
SILENT_DBFS = -75.0  # below this, dither or a codec's residue
LISTEN_S = 900.0  # sound is measured over the first 15 minutes
_SILENT_POWER = 10 ** (SILENT_BLOCK_DBFS / 10)


class Ear:
    """Holds the sums of one audio stream (of PyAV). Its clock is the picture's, which begins at `start_s`."""

    def __init__(self, stream: Any, start_s: float = 0.0) -> None:
        from av import AudioResampler

        self.stream = stream
        self._as_float = AudioResampler(format="fltp")
        self._as_mono = AudioResampler(format="fltp", layout="mono", rate=RATE_HZ)
        self._kind = KindOfSound()
        self._start_s = start_s
        self._late_s: float | None = None  # by how much the sound begins after the picture
        self._block = max(int((stream.rate or 48000) * BLOCK_S), 1)
        self._rest: Any = None  # (samples,) squares that do not fill a block yet
        self._powers = array("d")  # mean square of each whole block
        self._sum = 0.0
        self._samples = 0
        self._peak = 0.0
        self._blocks = 0
        self._silent = 0

    def hear(self, packet: Any) -> None:
        """Add one packet; a damaged one is passed over."""
        import av
        import numpy as np

        try:
            decoded = packet.decode()
            frames = [out for frame in decoded for out in self._as_float.resample(frame)]
            mono = [out for frame in decoded for out in self._as_mono.resample(frame)]
        except (av.FFmpegError, ValueError):
            return
        if self._late_s is None and frames and packet.pts is not None:
            self._late_s = float(packet.pts * packet.time_base) - self._start_s
        for frame in mono:
            self._kind.add(np.nan_to_num(frame.to_ndarray()[0]))
        for frame in frames:
            wave = np.nan_to_num(
                frame.to_ndarray().astype(np.float64)
            )  # (channels, samples), 1.0 is full scale
            if not wave.size:
                continue
            self._peak = max(self._peak, float(np.abs(wave).max()))
            squares = (wave**2).mean(axis=0)
            if self._rest is not None:
                squares = np.concatenate([self._rest, squares])
            whole = len(squares) // self._block * self._block
            self._add(squares[:whole].reshape(-1, self._block))
            self._rest = squares[whole:]

    def _add(self, blocks: Any) -> None:
        """Add mean squares of whole blocks, (n, samples)."""
        powers = blocks.mean(axis=1)
        self._sum += float(blocks.sum())
        self._samples += blocks.size
        self._blocks += len(blocks)
        self._powers.extend(float(power) for power in powers)
        self._silent += int((powers < _SILENT_POWER).sum())

    def heard(self) -> Audio:
        """Return loudness, peak and silent share of what was heard."""
        if self._rest is not None and len(self._rest):
            self._add(self._rest[None, :])
            self._rest = None
        if not self._samples:
            return Audio(has_audio=False)
        loudness_dbfs = _decibels(self._sum / self._samples)
        silent = loudness_dbfs is None or loudness_dbfs < SILENT_DBFS
        return Audio(
            has_audio=True,
            loudness_dbfs=None if silent else loudness_dbfs,
            peak_dbfs=None if silent else _decibels(self._peak**2),
            silent_share=self._silent / self._blocks,
        )

    # --- along the picture's time --------------------------------------------------------------------

    def levels(self, step_s: float, to_s: float) -> tuple[float | None, ...]:
        """Return the loudness of each step of the picture's time in dBFS; None where it is silent."""
        steps = max(math.ceil(min(self.end_s, to_s) / step_s - 0.1), 1)
        return tuple(self.level(i * step_s, (i + 1) * step_s) for i in range(steps))

    def level(self, from_s: float, to_s: float) -> float | None:
        """Return the loudness between two times in dBFS; None where it is silent."""
        powers = self._powers[self._at(from_s) : self._at(to_s)]
        return self._said(sum(powers) / len(powers)) if powers else None

    def first_sound_s(self, before_s: float) -> float | None:
        """Return when the first block that is not silent comes, None when none does before `before_s`."""
        for i, power in enumerate(self._powers[: self._at(before_s)]):
            if power >= _SILENT_POWER:
                return max(round(i * BLOCK_S + (self._late_s or 0.0), 2), 0.0)
        return None

    @property
    def end_s(self) -> float:
        """When what was heard ends."""
        return max(len(self._powers) * BLOCK_S + (self._late_s or 0.0), 0.0)

    def kind(self) -> Kind:
        """Guess whether this is speech or music."""
        return self._kind.guess()

    def _at(self, time_s: float) -> int:
        return max(round((time_s - (self._late_s or 0.0)) / BLOCK_S), 0)

    @staticmethod
    def _said(power: float) -> float | None:
        return _decibels(power) if power >= _SILENT_POWER else None


def _decibels(power: float) -> float | None:
    return round(10 * math.log10(power), 2) if power > 0 else None
