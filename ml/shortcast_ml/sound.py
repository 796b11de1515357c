"""How loud a sound track is: running sums over a stream of packets, a tenth of a second at a time."""

import math
from typing import Any

from shortcast_ml.records import Audio

BLOCK_S = 0.1
SILENT_BLOCK_DBFS = -50.0
SILENT_DBFS = -75.0  # below this, dither or a codec's residue


class Ear:
    """Holds the sums of one audio stream (of PyAV)."""

    def __init__(self, stream: Any) -> None:
        from av import AudioResampler

        self.stream = stream
        self._as_float = AudioResampler(format="fltp")
        self._block = max(int((stream.rate or 48000) * BLOCK_S), 1)
        self._rest: Any = None  # (samples,) squares that do not fill a block yet
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
            frames = [out for frame in packet.decode() for out in self._as_float.resample(frame)]
        except (av.FFmpegError, ValueError):
            return
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
        self._sum += float(blocks.sum())
        self._samples += blocks.size
        self._blocks += len(blocks)
        if len(blocks):
            self._silent += int((blocks.mean(axis=1) < 10 ** (SILENT_BLOCK_DBFS / 10)).sum())

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


def _decibels(power: float) -> float | None:
    return round(10 * math.log10(power), 2) if power > 0 else None
