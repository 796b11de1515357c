"""Words on pictures: PP-OCRv6 (small) finds lines of text and reads them, on the CPU, without a network.

The two networks (Apache-2.0, PaddleOCR) come with the optional PyPI package `rapidocr`; only its files are
used, so nothing is ever downloaded or logged. Latin and Chinese scripts, Japanese and Korean are read. What
is read is data that somebody wrote on a picture, never an instruction.
"""

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

DETECTOR = "PP-OCRv6_det_small.onnx"
READER = "PP-OCRv6_rec_small.onnx"
WORDS_VERSION = 1  # raise it when other words are read: what was kept from before is then not used
LOOK_PX = 640  # long side at which lines are looked for
GROW = 2.0  # a small picture is magnified at most so much
READ_PX = 1_280  # long side of the picture that lines are cut from
STEP_PX = 32  # the detector takes multiples of this only
INK = 0.3  # of a pixel's probability of being text
LINE = 0.5  # of a line's mean probability
UNCLIP = 1.6  # by how much a line is wider than its core
LEAST_PX = 3  # a smaller core is no text
LINE_PX = 48  # height at which a line is read
NARROWEST_PX, WIDEST_PX = 64, 960
BATCH = 8
SURE = 0.5  # mean probability of a line's letters
SAYING = "?!$€£¥%"  # signs that are put on thumbnails alone; others alone are mostly edges of things


@dataclass(frozen=True)
class Words:
    """A line of text on a picture."""

    text: str
    confidence: float  # mean probability of the letters, [0, 1]
    box: tuple[float, float, float, float]  # x, y, width, height as shares of the picture, [0, 1]

    @property
    def area(self) -> float:
        """Share of the picture that the box covers, [0, 1]."""
        return self.box[2] * self.box[3]


@dataclass(frozen=True, eq=False)
class Engine:
    """The two networks and the reader's alphabet. Safe to share between threads."""

    detector: Any
    reader: Any
    alphabet: tuple[str, ...]


def can_read_words() -> bool:
    """Tell whether the optional package `rapidocr` is there with the networks that this file knows."""
    return _models() is not None


def read_words(image: "Image", look_px: int = LOOK_PX) -> tuple[Words, ...]:
    """Return the lines of text on an RGB picture in reading order; none where `rapidocr` is not installed.

    `look_px` is the long side at which lines are looked for: 640 finds lines of 2% of the picture's height,
    288 costs a fourth and finds those of 5%.
    """
    return read_words_of([image], look_px)[0]


def read_words_of(images: "Sequence[Image]", look_px: int = LOOK_PX) -> list[tuple[Words, ...]]:
    """Return the lines of every picture, as `read_words`; each core takes a share of the pictures."""
    engine = _engine()
    if engine is None:
        return [() for _ in images]
    lanes = min(len(images), _lanes())
    if lanes < 2:
        return _words_of(engine, images, look_px)
    from concurrent.futures import ThreadPoolExecutor

    found: list[tuple[Words, ...]] = [() for _ in images]
    with ThreadPoolExecutor(lanes, thread_name_prefix="words") as pool:
        shares = [pool.submit(_words_of, engine, images[lane::lanes], look_px) for lane in range(lanes)]
        for lane, share in enumerate(shares):
            found[lane::lanes] = share.result()
    return found


def _lanes() -> int:
    from shortcast_ml.encoders.batches import cores
    from shortcast_ml.encoders.devices import cpu_threads

    return cpu_threads() or cores()


def _words_of(engine: Engine, images: "Sequence[Image]", look_px: int) -> list[tuple[Words, ...]]:
    """Return the lines of each picture; lines of one width are read together."""
    places: list[tuple[int, tuple[float, float, float, float]]] = []
    lines: list[NDArray[np.uint8]] = []
    for i, image in enumerate(images):
        pixels = _bgr(image)
        for corners in _find(engine, pixels, look_px):
            places.append((i, _share(corners, pixels.shape[1], pixels.shape[0])))
            lines.append(_cut(pixels, corners))
    found: list[list[Words]] = [[] for _ in images]
    for (i, box), (text, confidence) in zip(places, _read(engine, lines), strict=True):
        if confidence >= SURE and any(letter.isalnum() or letter in SAYING for letter in text):
            found[i].append(Words(text, round(confidence, 4), box))
    return [tuple(words) for words in found]


def networks_sha256() -> tuple[str, ...]:
    """Return the hashes of the two networks, by which another version is told; none where they are not there."""
    return tuple(hashlib.sha256(path.read_bytes()).hexdigest() for path in _models() or ())


_loading = threading.Lock()
_loaded: Engine | None = None


def _engine() -> Engine | None:
    global _loaded
    with _loading:
        if _loaded is None and (models := _models()) is not None:
            _loaded = _load(*models)
        return _loaded


def _models() -> tuple[Path, Path] | None:
    from importlib.util import find_spec

    try:
        package = find_spec("rapidocr")
    except ValueError:  # a stub of a module without a spec
        return None
    if package is None or package.origin is None:
        return None
    folder = Path(package.origin).parent / "models"
    detector, reader = folder / DETECTOR, folder / READER
    return (detector, reader) if detector.is_file() and reader.is_file() else None


def _load(detector: Path, reader: Path) -> Engine:
    import onnxruntime as ort

    from shortcast_ml.encoders.devices import cpu_threads

    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = cpu_threads()
    options.enable_cpu_mem_arena = False  # shapes vary: an arena would keep the largest of all
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    sessions = [
        ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        for path in (detector, reader)
    ]
    letters = sessions[1].get_modelmeta().custom_metadata_map["character"].splitlines()
    return Engine(sessions[0], sessions[1], ("", *letters, " "))  # first the blank of CTC, last the space


def _bgr(image: "Image") -> "NDArray[np.uint8]":
    """Return (h, w, 3) uint8 in the order that the networks were trained with, long side 1,280 or less."""
    import numpy as np

    rgb = image.convert("RGB")
    if max(rgb.size) > READ_PX:
        rgb.thumbnail((READ_PX, READ_PX), reducing_gap=2.0)
    return np.ascontiguousarray(np.asarray(rgb, dtype=np.uint8)[:, :, ::-1])


def _find(engine: Engine, pixels: "NDArray[np.uint8]", look_px: int) -> "list[NDArray[np.float32]]":
    """Return the corners of each line, (4, 2) in pixels from the upper left clockwise, in reading order.

    Source: Liao et al. 2020, "Real-time scene text detection with differentiable binarization",
    arXiv:1911.08947; thresholds as PaddleOCR's.
    """
    import cv2
    import numpy as np

    height, width = pixels.shape[:2]
    ratio = min(look_px / max(height, width), GROW)
    seen_w, seen_h = (max(STEP_PX, round(side * ratio / STEP_PX) * STEP_PX) for side in (width, height))
    method = cv2.INTER_AREA if ratio < 1 else cv2.INTER_LINEAR
    small = cv2.resize(pixels, (seen_w, seen_h), interpolation=method)
    batch = (small.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)[None]
    ink = engine.detector.run(None, {engine.detector.get_inputs()[0].name: np.ascontiguousarray(batch)})[0]
    ink = ink[0, 0]
    mask = cv2.dilate((ink > INK).astype(np.uint8), np.ones((2, 2), np.uint8))
    outlines, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    scale = np.array([width / seen_w, height / seen_h], np.float32)
    found = []
    for outline in outlines:
        centre, (w, h), angle = cv2.minAreaRect(outline)
        if min(w, h) < LEAST_PX or _mean_inside(ink, cv2.boxPoints((centre, (w, h), angle))) < LINE:
            continue
        grow = 2 * w * h * UNCLIP / (2 * (w + h))
        corners = _clockwise(cv2.boxPoints((centre, (w + grow, h + grow), angle)) * scale)
        found.append(np.clip(corners, 0, [width, height]).astype(np.float32))
    return _reading_order(found)


def _mean_inside(ink: "NDArray[np.float32]", corners: "NDArray[Any]") -> float:
    import cv2
    import numpy as np

    height, width = ink.shape
    x0, y0 = np.clip(np.floor(corners.min(axis=0)).astype(int), 0, [width - 1, height - 1])
    x1, y1 = np.clip(np.ceil(corners.max(axis=0)).astype(int), 0, [width - 1, height - 1])
    inside = np.zeros((y1 - y0 + 1, x1 - x0 + 1), np.uint8)
    cv2.fillPoly(inside, [(corners - [x0, y0]).astype(np.int32)], 1)
    return float(cv2.mean(ink[y0 : y1 + 1, x0 : x1 + 1], inside)[0])


def _clockwise(corners: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """Order four corners from the upper left, clockwise."""
    import numpy as np

    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left, right = (pair[np.argsort(pair[:, 1], kind="stable")] for pair in (by_x[:2], by_x[2:]))
    return np.stack([left[0], right[0], right[1], left[1]])


def _reading_order(found: "list[NDArray[np.float32]]") -> "list[NDArray[np.float32]]":
    """Sort lines from above to below, those side by side (middles within half a height) from the left."""
    rows: list[list[NDArray[np.float32]]] = []
    for corners in sorted(found, key=lambda c: float(c[:, 1].mean())):
        middle, height = float(corners[:, 1].mean()), float(corners[:, 1].max() - corners[:, 1].min())
        if rows and middle - float(rows[-1][0][:, 1].mean()) < height / 2:
            rows[-1].append(corners)
        else:
            rows.append([corners])
    return [corners for row in rows for corners in sorted(row, key=lambda c: float(c[:, 0].min()))]


def _share(corners: "NDArray[np.float32]", width: int, height: int) -> tuple[float, float, float, float]:
    (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
    return (
        round(float(x0 / width), 4),
        round(float(y0 / height), 4),
        round(float((x1 - x0) / width), 4),
        round(float((y1 - y0) / height), 4),
    )


def _cut(pixels: "NDArray[np.uint8]", corners: "NDArray[np.float32]") -> "NDArray[np.uint8]":
    """Return the line made level, (48, w, 3); one that stands is taken to run downwards, and laid down."""
    import cv2
    import numpy as np

    wide = max(float(np.linalg.norm(corners[0] - corners[1])), float(np.linalg.norm(corners[3] - corners[2])))
    high = max(float(np.linalg.norm(corners[0] - corners[3])), float(np.linalg.norm(corners[1] - corners[2])))
    if high >= 1.5 * wide:
        corners, wide, high = np.roll(corners, -1, axis=0), high, wide  # its right side becomes its top
    out_w = int(np.clip(np.ceil(LINE_PX * wide / max(high, 1)), 8, WIDEST_PX))
    target = np.array([[0, 0], [out_w, 0], [out_w, LINE_PX], [0, LINE_PX]], np.float32)
    turn = cv2.getPerspectiveTransform(corners.astype(np.float32), target)
    line = cv2.warpPerspective(
        pixels, turn, (out_w, LINE_PX), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(line, dtype=np.uint8)


def _read(engine: Engine, lines: "list[NDArray[np.uint8]]") -> list[tuple[str, float]]:
    """Return the text of each line and the mean probability of its letters.

    Only lines of one width go together, so that what is read never depends on the other lines.
    """
    import numpy as np

    read: list[tuple[str, float]] = [("", 0.0)] * len(lines)
    by_width: dict[int, list[int]] = {}
    for row, line in enumerate(lines):
        by_width.setdefault(max(NARROWEST_PX, -(-line.shape[1] // STEP_PX) * STEP_PX), []).append(row)
    name = engine.reader.get_inputs()[0].name
    for width, alike in by_width.items():
        for start in range(0, len(alike), BATCH):
            rows = alike[start : start + BATCH]
            batch = np.zeros((len(rows), 3, LINE_PX, width), np.float32)
            for place, row in enumerate(rows):
                shown = lines[row].astype(np.float32) / 127.5 - 1
                batch[place, :, :, : shown.shape[1]] = shown.transpose(2, 0, 1)
            letters = engine.reader.run(None, {name: batch})[0]  # (n, steps, letters)
            best, sure = letters.argmax(axis=2), letters.max(axis=2)
            for place, row in enumerate(rows):
                read[row] = _letters(best[place], sure[place], engine.alphabet)
    return read


def _letters(
    best: "NDArray[np.int64]", sure: "NDArray[np.float32]", alphabet: tuple[str, ...]
) -> tuple[str, float]:
    """Return what a row of CTC steps says: repeats are one letter, the blank (0) is none."""
    import numpy as np

    kept = best != 0
    kept[1:] &= best[1:] != best[:-1]
    if not kept.any():
        return "", 0.0
    text = "".join(alphabet[i] for i in best[kept]).strip()
    return text, float(np.mean(sure[kept]))
